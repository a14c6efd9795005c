//! Names in archives that do not say their charset: one guess for all of them together.

use forensics::charset;

/// Bytes of names that the guess is made from.
const GUESS_BYTES: usize = 64 << 10;

/// Decodes names that share one charset; a name that is UTF-8 is read as such.
pub(crate) fn decode(names: &[&[u8]]) -> Vec<String> {
    let mut all = Vec::new();
    for name in names.iter().filter(|name| std::str::from_utf8(name).is_err()) {
        if all.len() + name.len() > GUESS_BYTES {
            break;
        }
        all.extend_from_slice(name);
        all.push(b'\n');
    }
    let label = charset::file_names(&all);
    names
        .iter()
        .map(|name| match std::str::from_utf8(name) {
            Ok(text) => text.to_owned(),
            Err(_) => charset::decode(name, Some(label)).text.into_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_shift_jis_and_in_utf_8_are_read() {
        let got = decode(&[b"\x90\xbf\x8b\x81\x8f\x91.exe", b"a.txt", "資料.doc".as_bytes()]);
        assert_eq!(got, ["請求書.exe", "a.txt", "資料.doc"]);
    }
}
