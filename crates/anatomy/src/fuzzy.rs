//! TLSH, the fuzzy hash by which files that were changed a little are known again.
//!
//! Documents, programs, scripts and archives have one; pictures, sound and film do not. The hash of a file's
//! beginning is not the hash of the file, so a file above [`BYTES`] has none.

use crate::registry::Analyser;
use crate::specimen::Specimen;

/// The largest file that is hashed.
const BYTES: usize = 16 << 20;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &[
        "7z", "ace", "apk", "arj", "bat", "bin", "cab", "chm", "class", "com", "cpl", "csv", "dll", "doc",
        "docm", "docx", "dot", "dotm", "elf", "eml", "exe", "gz", "hta", "html", "hwp", "img", "inf", "iqy",
        "iso", "jar", "js", "jse", "jtd", "lnk", "lzh", "mht", "msg", "msi", "odt", "ods", "ole", "one",
        "pdf", "pif", "ppt", "pptm", "pptx", "ps1", "py", "rar", "reg", "rtf", "scf", "scr", "sct", "sh",
        "slk", "svg", "sys", "tar", "txt", "url", "vbe", "vbs", "wiz", "wsc", "wsf", "xll", "xls", "xlsb",
        "xlsm", "xlsx", "xml", "xz", "zip", "dotx", "potx", "potm", "ppsx", "ppsm", "ppam", "pot", "pps",
        "xltx", "xltm", "xlam", "xlt", "xla", "jtt", "jtdc", "jttc", "doc-xml", "xls-xml", "vhd", "vhdx",
        "bz2", "zst",
    ],
    run,
    tells: &[],
    oddities: &[],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if specimen.bench.limits.judge {
        specimen.file.tlsh = of(bytes);
    }
}

/// `T1` and 70 hexadecimal digits; `None` for a file that is too short, too large or too uniform.
fn of(bytes: &[u8]) -> Option<String> {
    if bytes.len() > BYTES {
        return None;
    }
    let hash = tlsh2::TlshDefaultBuilder::build_from(bytes)?.hash();
    Some(String::from_utf8_lossy(&hash).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_hash_that_the_reference_gives() {
        let text: String = (0..200_u32).map(|n| format!("{} ", n * n)).collect();
        assert_eq!(
            of(text.as_bytes()).as_deref(),
            Some("T15111ADBED8AD51E9272AF8849FC12C77C55B160B18254CD692C4ED603C85D69CF4B888")
        );
        assert_eq!(of(b"too short"), None);
        assert_eq!(of(&[b'a'; 4096]), None);
    }

    #[test]
    fn a_file_above_the_bound_has_none() {
        let large: Vec<u8> = (0..=BYTES).map(|n| u8::try_from(n * n % 251).unwrap()).collect();
        assert_eq!(of(&large), None);
    }
}
