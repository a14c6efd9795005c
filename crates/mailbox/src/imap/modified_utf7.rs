//! Names of folders on the wire: modified UTF-7 (RFC 3501 §5.1.3).

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// The name of a folder as the server takes it.
pub(super) fn encode(name: &str) -> String {
    let mut out = String::new();
    let mut wide: Vec<u16> = Vec::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush(&mut wide, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            wide.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut wide, &mut out);
    out
}

fn flush(wide: &mut Vec<u16>, out: &mut String) {
    if wide.is_empty() {
        return;
    }
    out.push('&');
    let (mut bits, mut held) = (0u32, 0);
    let mut digit = |value: u32| {
        out.push(DIGITS.get((value & 63) as usize).map_or('-', |digit| char::from(*digit)));
    };
    for byte in wide.drain(..).flat_map(u16::to_be_bytes) {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        while held >= 6 {
            held -= 6;
            digit(bits >> held);
        }
    }
    if held > 0 {
        digit(bits << (6 - held));
    }
    out.push('-');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        assert_eq!(encode("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(encode("A & B"), "A &- B");
    }
}
