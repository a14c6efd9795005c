//! The normal form of one value, and what it is by its shape.

use indicators::defang::refang;
use indicators::shape::classify;
use lexicon::{ObservableType, Text};

use super::gather::Why;
use crate::Kind;
use crate::limits::MIN_PART;
use crate::set::{behind_variable, below_hive, longest_piece, split_url};

const NOT_OF_ITS_KIND: Why = Why {
    what: Text::new("値がその種別の形ではありません", "the value does not have the form of its type"),
    hint: Text::new(
        "値か種別を直すか、種別を空にしてください",
        "correct the value or the type, or leave the type empty",
    ),
};
const NO_SHAPE: Why = Why {
    what: Text::new("何の値か分かりません", "what it is cannot be told"),
    hint: Text::new(
        "「subject: …」「file-name: …」「mutex: …」「user-agent: …」のように種別を前に書くか、行頭に # を付けてください",
        "write its kind before it (subject: …, file-name: …, mutex: …, user-agent: …), or put # before the line",
    ),
};
const SHORT_PART: Why = Why {
    what: Text::new("短すぎて、どこにでも見つかります", "too short: it would be found everywhere"),
    hint: Text::new("続けて 4 文字以上を書いてください", "write at least four letters in a row"),
};

/// The normal form of a value whose kind is told.
pub(super) fn normal(kind: Kind, value: &str) -> Result<String, Why> {
    let value = value.trim();
    let part = |piece: &str| {
        if piece.chars().count() < MIN_PART && piece.is_ascii() {
            Err(SHORT_PART)
        } else {
            Ok(value.to_owned())
        }
    };
    match kind {
        Kind::Domain => {
            let refanged = refang(value);
            let name = refanged.trim().trim_start_matches("*.").trim_start_matches('.');
            if name.contains('*') {
                return Err(NOT_OF_ITS_KIND);
            }
            domain(name).ok_or(NOT_OF_ITS_KIND)
        }
        Kind::DomainPart => {
            let refanged = refang(value).trim().to_ascii_lowercase();
            let name = if refanged.contains('*') { refanged } else { format!("*{refanged}*") };
            if longest_piece(&name).trim_matches('.').len() < MIN_PART {
                return Err(SHORT_PART);
            }
            Ok(name)
        }
        Kind::Ipv4 | Kind::Ipv6 => match classify(value) {
            Some((ObservableType::Ipv4Addr | ObservableType::Ipv6Addr, value)) => Ok(value),
            _ => Err(NOT_OF_ITS_KIND),
        },
        Kind::Url => {
            let refanged = refang(value);
            let url = refanged.trim();
            let parts = split_url(url.as_bytes()).filter(|parts| !parts.host.is_empty());
            if url.contains(char::is_whitespace) || parts.is_none() || url.starts_with('/') {
                return Err(NOT_OF_ITS_KIND);
            }
            Ok(ascii_host(url))
        }
        Kind::Email => match classify(value) {
            Some((ObservableType::EmailAddr, value)) => Ok(value),
            _ => Err(NOT_OF_ITS_KIND),
        },
        Kind::FileHash => match classify(value) {
            Some((ObservableType::File, value)) => Ok(value),
            _ => Err(NOT_OF_ITS_KIND),
        },
        Kind::RegistryKey => part(below_hive(value)),
        Kind::FilePath => part(behind_variable(value)),
        Kind::UrlPath
        | Kind::Subject
        | Kind::FileName
        | Kind::RegistryValue
        | Kind::Mutex
        | Kind::UserAgent => part(value),
    }
}

/// What a value is by its shape, and its normal form.
pub(super) fn shape(value: &str) -> Result<(Kind, String), Why> {
    let value = value.trim();
    if let Some((word, rest)) = value.split_once(": ")
        && let Some(kind) = Kind::from_common_word(word)
    {
        return normal(kind, rest).map(|value| (kind, value));
    }
    // A host file, a filter list, a policy zone.
    let value = value.strip_prefix("||").map_or(value, |rest| rest.trim_end_matches(['^', '|']));
    if let Some((first, rest)) = value.split_once([' ', '\t']) {
        let rest = rest.trim();
        if matches!(first, "0.0.0.0" | "127.0.0.1" | "::" | "::1") && !rest.contains(char::is_whitespace) {
            return shape(rest);
        }
        if rest.split_whitespace().any(|word| word.eq_ignore_ascii_case("CNAME")) {
            return shape(first);
        }
    }
    // `*.evil.example` is the name and what is below it.
    if let Some(name) = value.strip_prefix("*.").or_else(|| value.strip_prefix('.'))
        && !name.contains(['*', '/'])
        && let Ok(name) = normal(Kind::Domain, name)
    {
        return Ok((Kind::Domain, name));
    }
    if is_key(value) {
        return normal(Kind::RegistryKey, value).map(|value| (Kind::RegistryKey, value));
    }
    if value.contains('\\') || value.starts_with('%') {
        return normal(Kind::FilePath, value).map(|value| (Kind::FilePath, value));
    }
    if value.starts_with('/') && !value.starts_with("//") {
        return normal(Kind::UrlPath, value).map(|value| (Kind::UrlPath, value));
    }
    if value.contains('*')
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'-' | b'.' | b'_'))
    {
        return normal(Kind::DomainPart, value).map(|value| (Kind::DomainPart, value));
    }
    match classify(value) {
        Some((ObservableType::Url, url)) => return Ok((Kind::Url, ascii_host(&url))),
        Some((ObservableType::Ipv4Addr, value)) => return Ok((Kind::Ipv4, value)),
        Some((ObservableType::Ipv6Addr, value)) => return Ok((Kind::Ipv6, value)),
        Some((ObservableType::EmailAddr, value)) => return Ok((Kind::Email, value)),
        Some((ObservableType::File, value)) => return Ok((Kind::FileHash, value)),
        Some((ObservableType::DomainName, value)) => return Ok((Kind::Domain, value)),
        None => {}
    }
    if value.starts_with("Mozilla/") {
        return Ok((Kind::UserAgent, value.to_owned()));
    }
    if is_file_name(value) {
        return normal(Kind::FileName, value).map(|value| (Kind::FileName, value));
    }
    let refanged = refang(value);
    match domain(refanged.trim()) {
        // A name within a house, a top-level label: the guards have their say.
        Some(name) if name.contains('.') || is_top_level(&name) => Ok((Kind::Domain, name)),
        _ => Err(NO_SHAPE),
    }
}

/// A plain ASCII name in lower case, or one in another script as A-labels; of any standing.
fn domain(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let ascii = match name.is_ascii() {
        true => name.to_ascii_lowercase(),
        false => idna::domain_to_ascii(name).ok()?,
    };
    is_plain_name(&ascii).then_some(ascii)
}

fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
        // The last label of a name is never a number.
        && name.rsplit('.').next().is_some_and(|label| !label.bytes().all(|b| b.is_ascii_digit()))
}

fn is_top_level(label: &str) -> bool {
    indicators::shape::is_public_suffix(label)
}

fn ascii_host(url: &str) -> String {
    let Some(parts) = split_url(url.as_bytes()).filter(|parts| !parts.host.is_ascii()) else {
        return url.to_owned();
    };
    let host = String::from_utf8_lossy(parts.host).into_owned();
    idna::domain_to_ascii(&host).map_or_else(|_| url.to_owned(), |ascii| url.replacen(&host, &ascii, 1))
}

fn is_key(value: &str) -> bool {
    let upper = value.get(..value.len().min(20)).unwrap_or_default().to_ascii_uppercase();
    ["HKEY_", "HKLM\\", "HKCU\\", "HKCR\\", "HKU\\", "HKCC\\", "\\REGISTRY\\"]
        .iter()
        .any(|hive| upper.starts_with(hive))
}

/// Endings of files that are no top-level label, or more often a file than one.
const ENDINGS: [&str; 62] = [
    "exe", "dll", "scr", "cpl", "sys", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "lnk",
    "url", "iqy", "wiz", "doc", "docx", "docm", "dot", "dotm", "rtf", "xls", "xlsx", "xlsm", "xlsb", "xll",
    "csv", "ppt", "pptx", "pps", "pdf", "jtd", "jtdc", "7z", "rar", "lzh", "cab", "iso", "img", "vhd",
    "vhdx", "gz", "tar", "jar", "class", "msi", "msix", "one", "chm", "tmp", "dat", "bin", "txt", "html",
    "htm", "php", "eml", "msg", "xml",
];

fn is_file_name(value: &str) -> bool {
    let Some((stem, ending)) = value.rsplit_once('.') else { return false };
    !stem.is_empty()
        && !value.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|'])
        && ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expect: Option<(Kind, &str)>) {
        let found = shape(value).ok();
        assert_eq!(found.as_ref().map(|(kind, value)| (*kind, value.as_str())), expect, "{value}");
    }

    #[test]
    fn a_value_is_what_its_shape_says() {
        check("EVIL[.]example.", Some((Kind::Domain, "evil.example")));
        check("*.evil.example", Some((Kind::Domain, "evil.example")));
        check("日本語.example", Some((Kind::Domain, "xn--wgv71a119e.example")));
        check("dc01.corp", Some((Kind::Domain, "dc01.corp")));
        check("com", Some((Kind::Domain, "com")));
        check("*evil*", Some((Kind::DomainPart, "*evil*")));
        check("mail-*.evil.example", Some((Kind::DomainPart, "mail-*.evil.example")));
        check("*.*", None);
        check("*ab*", None);
        check("198.51.100.7/24", Some((Kind::Ipv4, "198.51.100.0/24")));
        check("2001:DB8::/32", Some((Kind::Ipv6, "2001:db8::/32")));
        check("hxxp://日本語.example/a", Some((Kind::Url, "http://xn--wgv71a119e.example/a")));
        check("evil.example/a", Some((Kind::Url, "evil.example/a")));
        check("/gate.php", Some((Kind::UrlPath, "/gate.php")));
        check("HKCU\\Software\\Evil", Some((Kind::RegistryKey, "HKCU\\Software\\Evil")));
        check("%APPDATA%\\evil.dll", Some((Kind::FilePath, "%APPDATA%\\evil.dll")));
        check("請求書.exe", Some((Kind::FileName, "請求書.exe")));
        check("subject: 請求書の件", Some((Kind::Subject, "請求書の件")));
        check("user-agent: EvilBot/1", Some((Kind::UserAgent, "EvilBot/1")));
        check("mutex: Global\\x1y2", Some((Kind::Mutex, "Global\\x1y2")));
        check("0.0.0.0 evil.example", Some((Kind::Domain, "evil.example")));
        check("||evil.example^", Some((Kind::Domain, "evil.example")));
        check("evil.example CNAME .", Some((Kind::Domain, "evil.example")));
        check("d41d8cd98f00b204e9800998ecf8427e", Some((Kind::FileHash, "d41d8cd98f00b204e9800998ecf8427e")));
        check("hello world", None);
        check("hello", None);
        check("1.2.3", None);
    }
}
