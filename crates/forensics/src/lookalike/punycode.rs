//! Punycode (RFC 3492), decoding only: what an `xn--` label shows.

/// Longest label that is decoded, in bytes.
const LABEL_BYTES: usize = 63;

/// The label as a person sees it; the label itself where it is not encoded, or badly.
pub(super) fn decode_label(label: &str) -> String {
    let encoded = label.strip_prefix("xn--").filter(|rest| rest.len() <= LABEL_BYTES);
    encoded.and_then(decode).unwrap_or_else(|| label.to_owned())
}

fn decode(input: &str) -> Option<String> {
    let (basic, extended) = input.rsplit_once('-').unwrap_or(("", input));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (128u32, 0u32, 72u32);
    let mut bytes = extended.bytes();
    while bytes.len() > 0 {
        let before = i;
        let mut weight = 1u32;
        let mut k = 36u32;
        loop {
            let digit = match bytes.next()? {
                b @ b'a'..=b'z' => u32::from(b - b'a'),
                b @ b'A'..=b'Z' => u32::from(b - b'A'),
                b @ b'0'..=b'9' => u32::from(b - b'0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let length = u32::try_from(out.len()).ok()? + 1;
        bias = adapt(i - before, length, before == 0);
        n = n.checked_add(i / length)?;
        i %= length;
        out.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

fn adapt(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = delta / if first { 700 } else { 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_labels_are_shown_and_broken_ones_kept() {
        for (label, expect) in [
            ("xn--bcher-kva", "bücher"),
            ("xn--r8jz45g", "例え"),
            ("xn--e1afmkfd", "пример"),
            ("plain", "plain"),
            ("xn--", ""),
            ("xn--99999999999", "xn--99999999999"),
            ("xn--a!", "xn--a!"),
        ] {
            assert_eq!(decode_label(label), expect, "{label}");
        }
    }
}
