//! Reading and writing bytes in the charset that a part names.

use encoding_rs::{Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The charset of a text: what is declared, if the bytes bear it out, else what they look like.
pub(super) fn of(bytes: &[u8], label: Option<&str>) -> &'static Encoding {
    let label = label.map(|label| label.split('*').next().unwrap_or_default().trim().trim_matches('"'));
    let declared = label.and_then(|label| {
        let lower = label.to_ascii_lowercase();
        match lower.as_str() {
            "us-ascii" | "ascii" | "" => None,
            "cp932" | "ms932" | "sjis-win" | "windows-932" | "sjis" => Some(SHIFT_JIS),
            "iso-2022-jp-ms" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-2004" | "cp50220"
            | "cp50221" => Some(ISO_2022_JP),
            "eucjp" | "eucjp-ms" | "euc_jp" => Some(encoding_rs::EUC_JP),
            lower => Encoding::for_label_no_replacement(lower.as_bytes()),
        }
    });
    if let Some(encoding) = declared
        && !encoding.decode_without_bom_handling(bytes).1
    {
        return encoding;
    }
    if bytes.contains(&0x1b) && !ISO_2022_JP.decode_without_bom_handling(bytes).1 {
        return ISO_2022_JP;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    // A stray byte is no reason to believe in another charset than the one that is declared.
    if let Some(encoding) = declared {
        let text = encoding.decode_without_bom_handling(bytes).0;
        let lost = text.chars().filter(|c| *c == '\u{fffd}').count();
        if lost * 20 <= text.chars().count() {
            return encoding;
        }
    }
    if !SHIFT_JIS.decode_without_bom_handling(bytes).1 {
        return SHIFT_JIS;
    }
    declared.unwrap_or(WINDOWS_1252)
}

/// The text of these bytes; `None` where it cannot be read without loss, or not be written again.
pub(super) fn read(bytes: &[u8], encoding: &'static Encoding) -> Option<String> {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        return None;
    }
    let (text, bad) = encoding.decode_without_bom_handling(bytes);
    (!bad).then(|| text.into_owned())
}

/// The bytes of a text; `None` where the charset has no word for some of it.
pub(super) fn write(text: &str, encoding: &'static Encoding) -> Option<Vec<u8>> {
    let (bytes, used, bad) = encoding.encode(text);
    (!bad && used == encoding).then(|| bytes.into_owned())
}
