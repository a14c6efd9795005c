//! Texts and values of a mail made harmless: whatever somebody could follow is defanged where it stands.
//!
//! [`value`] is for what is known to lead somewhere, [`text`] for running text, where a name has to be told from a file
//! and a sentence. Both leave what is defanged already as it is.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::defang::defang;

/// A URL, name, address or IP address, defanged whatever it looks like.
///
/// ```
/// use indicators::inert::value;
/// assert_eq!(value("evil.zip"), "evil[.]zip");
/// assert_eq!(value("id@<http://a.example>"), "id[@]<hxxp://a[.]example>");
/// ```
pub fn value(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    let defanged = match value.strip_prefix("//") {
        Some(rest) => format!("//{}", defang(rest)),
        None => defang(value),
    };
    // Within a path only what opens a link of its own is left to take the point off.
    links(&defanged, &mut out, &mut |between, _, out| out.push_str(&between.replace("www.", "www[.]")));
    out
}

/// Running text with everything in it that leads somewhere defanged. `is_host` knows names that are hosts although they
/// look like files (`evil.zip`); where nothing is known of them, they stay.
///
/// ```
/// use indicators::inert::text;
/// assert_eq!(text("詳細はhttps://a.example/b.htmlを", &|_| false), "詳細はhxxps://a[.]example/b.htmlを");
/// assert_eq!(text("origin 198.51.100.23, 写真.zip", &|_| false), "origin 198[.]51[.]100[.]23, 写真.zip");
/// assert_eq!(text("see evil.zip", &|host| host == "evil.zip"), "see evil[.]zip");
/// ```
pub fn text(text: &str, is_host: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    links(text, &mut out, &mut |between, before, out| names(between, before, is_host, out));
    out
}

/// Code, a source, or what was read out of a program: links alone are defanged there, for a name with dots in it is
/// more often a part of the language.
///
/// ```
/// use indicators::inert::code;
/// assert_eq!(code("Get \"HTTP://a.example/x\", System.IO"), "Get \"HXXP://a[.]example/x\", System.IO");
/// ```
pub fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    links(text, &mut out, &mut |between, _, out| out.push_str(&between.replace("www.", "www[.]")));
    out
}

/// Ends the host of a link.
fn ends_host(c: char) -> bool {
    matches!(c, '/' | '?' | '#' | '\\') || ends_link(c) || !c.is_alphanumeric() && !c.is_ascii()
}

/// Ends a link.
fn ends_link(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`')
}

/// Writes `text` with every link in it defanged; what stands between links goes through `between`, which is also told
/// the character before.
fn links(text: &str, out: &mut String, between: &mut dyn FnMut(&str, Option<char>, &mut String)) {
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find("://") {
        let (front, behind) = rest.split_at(at);
        let letters = front.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'*').count();
        let (front, scheme) = front.split_at(front.len() - letters);
        between(front, before, out);
        push_scheme(scheme, out);
        out.push_str("://");
        let behind = behind.get(3..).unwrap_or_default();
        let end = behind.find(ends_host).unwrap_or(behind.len());
        let (host, tail) = behind.split_at(end);
        push_host(host, out);
        // The path stays readable, up to the next link inside of it. What is behind that is not looked at yet: a text of
        // links and nothing else takes no longer than any other.
        let mut end = tail.len();
        for (at, c) in tail.char_indices() {
            if ends_link(c) || !c.is_ascii() {
                end = at;
                break;
            }
            if c == ':' && tail.get(at..).is_some_and(|here| here.starts_with("://")) {
                end = tail
                    .get(..at)
                    .unwrap_or_default()
                    .trim_end_matches(|c: char| c.is_ascii_alphanumeric())
                    .len();
                break;
            }
        }
        let (path, behind) = tail.split_at(end);
        push_path(path, out);
        rest = behind;
        before = Some('/');
    }
    between(rest, before, out);
}

fn push_path(path: &str, out: &mut String) {
    out.push_str(&path.replace("www.", "www[.]"));
}

/// `http` → `hxxp`, whatever stands before it.
fn push_scheme(scheme: &str, out: &mut String) {
    let live = ["http", "https", "ftp", "ftps"].iter().any(|live| {
        scheme
            .len()
            .checked_sub(live.len())
            .is_some_and(|at| scheme.as_bytes()[at..].eq_ignore_ascii_case(live.as_bytes()))
    });
    out.extend(scheme.chars().map(|c| match c {
        't' if live => 'x',
        'T' if live => 'X',
        c => c,
    }));
}

/// Dots and ats of a host in brackets, unless they are already.
fn push_host(host: &str, out: &mut String) {
    let mut before = None;
    for (at, c) in host.char_indices() {
        let bracketed = before == Some('[') && host.get(at + 1..).is_some_and(|rest| rest.starts_with(']'));
        match c {
            '.' if !bracketed => out.push_str("[.]"),
            '@' if !bracketed => out.push_str("[@]"),
            c => out.push(c),
        }
        before = Some(c);
    }
}

/// Writes text without links, the names and addresses in it defanged.
fn names(text: &str, before: Option<char>, is_host: &dyn Fn(&str) -> bool, out: &mut String) {
    let mut rest = text;
    let mut before = before;
    while let Some(start) = rest.find(is_part) {
        let (front, behind) = rest.split_at(start);
        out.push_str(front);
        before = front.chars().next_back().or(before);
        let end = behind.find(|c| !is_part(c)).unwrap_or(behind.len());
        let (run, behind) = behind.split_at(end);
        // The local part of an address that is defanged already.
        match behind.starts_with("[@]") {
            true => out.push_str(run),
            false => word(run, before, behind.chars().next(), is_host, out),
        }
        before = run.chars().next_back();
        rest = behind;
    }
    out.push_str(rest);
}

/// True for what names and addresses are written with.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+' | ':' | '%')
}

/// One run of such characters between `before` and `after`.
fn word(
    run: &str,
    before: Option<char>,
    after: Option<char>,
    is_host: &dyn Fn(&str) -> bool,
    out: &mut String,
) {
    if let Some((local, domain)) = run.rsplit_once('@') {
        // `"a b"@evil.example`, and a name in an alphabet of its own.
        let someone = !local.is_empty()
            || before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '"' | '\'' | '}' | '~' | '='));
        let somewhere = !domain.is_empty() || after.is_some_and(|c| c.is_alphanumeric());
        if someone && somewhere {
            out.push_str(&local.replace('@', "[@]"));
            out.push_str("[@]");
            push_host(domain, out);
            return;
        }
    }
    let bare = run.trim_end_matches([':', '.', '-']);
    if bare.len() > 3 && bare.parse::<Ipv6Addr>().is_ok() {
        out.push_str(&bare.replace(':', "[:]"));
        out.push_str(run.get(bare.len()..).unwrap_or_default());
        return;
    }
    let mut left = run.split(':').peekable();
    let mut previous = before;
    while let Some(piece) = left.next() {
        let last = left.peek().is_none();
        let next = if last { after } else { Some(':') };
        match leads_somewhere(piece, previous, next, is_host) {
            true => push_host(piece, out),
            false => out.push_str(piece),
        }
        if !last {
            out.push(':');
        }
        previous = Some(':');
    }
}

/// True for a word that is an IPv4 address or the name of a host.
fn leads_somewhere(
    word: &str,
    before: Option<char>,
    after: Option<char>,
    is_host: &dyn Fn(&str) -> bool,
) -> bool {
    let bare = word.trim_end_matches(['.', '-', '%']).trim_start_matches(['-', '%', '@']);
    if bare.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    // The first label may be in an alphabet of its own: 例え.example.
    let ascii =
        bare.strip_prefix('.').filter(|_| before.is_some_and(|c| !c.is_ascii() && c.is_alphanumeric()));
    let name = ascii.unwrap_or(bare).to_ascii_lowercase();
    let labels = name.split('.').count() + usize::from(ascii.is_some());
    if labels < 2 || name.split('.').any(str::is_empty) {
        return false;
    }
    if is_host(&name) || name.starts_with("www.") {
        return true;
    }
    // What a server says of its checks: `smtp.mailfrom=`, `header.d=`.
    if after == Some('=') && ["smtp.", "header.", "policy."].iter().any(|key| name.starts_with(key)) {
        return false;
    }
    let ending = name.rsplit('.').next().unwrap_or_default();
    ending.len() >= 2
        && (ending.starts_with("xn--")
            || ending.bytes().all(|b| b.is_ascii_lowercase()) && FILE_ENDINGS.binary_search(&ending).is_err())
}

/// Endings of file names, sorted; some of them are top-level domains too.
const FILE_ENDINGS: [&str; 94] = [
    "7z", "accdb", "ace", "arj", "asc", "bat", "bin", "bmp", "bz", "cab", "chm", "cmd", "cpl", "csv", "dat",
    "dll", "doc", "docm", "docx", "dot", "dotm", "dotx", "emf", "eml", "exe", "gif", "gz", "hta", "htm",
    "html", "hwp", "ico", "ics", "img", "inf", "ini", "iqy", "iso", "jar", "jpeg", "jpg", "js", "jse",
    "json", "jtd", "lnk", "log", "lzh", "mht", "msg", "msi", "msix", "ocx", "odt", "one", "ost", "pdb",
    "pdf", "pem", "pif", "png", "potx", "pps", "ppt", "pptm", "pptx", "pst", "rar", "reg", "rels", "rtf",
    "scr", "slk", "svg", "sys", "tar", "tif", "tiff", "tmp", "txt", "url", "vbe", "vbs", "vhd", "vhdx",
    "wsf", "xll", "xls", "xlsb", "xlsm", "xlsx", "xlt", "xml", "zip",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expect: &str) {
        assert_eq!(text(given, &|_| false), expect, "{given}");
        assert_eq!(text(expect, &|_| false), expect, "defanged twice");
    }

    #[test]
    fn links_are_defanged_wherever_they_stand() {
        check(
            "見積依頼書.docx (http://template.kirishima-shoji.test/normal/mitsumori.dotm)",
            "見積依頼書.docx (hxxp://template[.]kirishima-shoji[.]test/normal/mitsumori.dotm)",
        );
        check("詳細はhttp://evil.example/a.htmlをご覧", "詳細はhxxp://evil[.]example/a.htmlをご覧");
        check(
            "「https://evil.example」、（http://b.example）",
            "「hxxps://evil[.]example」、（hxxp://b[.]example）",
        );
        check("<http://a.example>, HTTP://B.example", "<hxxp://a[.]example>, HXXP://B[.]example");
        check("hxxps://evil.zip/x www.evil.zip", "hxxps://evil[.]zip/x www[.]evil[.]zip");
        check("https://a.example/?u=http://b.example/c", "hxxps://a[.]example/?u=hxxp://b[.]example/c");
        check("https://u@a.example:8443/x.y?z=a.b@c", "hxxps://u[@]a[.]example:8443/x.y?z=a.b@c");
        check("https://例え.example/", "hxxps://例え[.]example/");
        check("xhttp://a.example", "xhxxp://a[.]example");
        check("://nothing ://", "://nothing ://");
        check("https://a.example/x=hTTp://b.example/y", "hxxps://a[.]example/x=hXXp://b[.]example/y");
        check("\\\\evil.example\\share", "\\\\evil[.]example\\share");
    }

    #[test]
    fn a_megabyte_of_links_is_read_once() {
        let given = "a://".repeat(1 << 18);
        assert_eq!(text(&given, &|_| false), given);
    }

    #[test]
    fn names_and_addresses_are_defanged_without_a_scheme() {
        check("https://a.example/ → b.example", "hxxps://a[.]example/ → b[.]example");
        check("送信元：198.51.100.7、2001:db8::1。", "送信元：198[.]51[.]100[.]7、2001[:]db8[:][:]1。");
        check("198.51.100.7:8080, evil.example:443/x", "198[.]51[.]100[.]7:8080, evil[.]example:443/x");
        check("差出人a.b@evil.exampleより", "差出人a.b[@]evil[.]exampleより");
        check("mailto:a@evil.example", "mailto:a[@]evil[.]example");
        check("宛先：evil.example。", "宛先：evil[.]example。");
        check("例え.example", "例え[.]example");
        check("a.xn--zckzah", "a[.]xn--zckzah");
        check(
            "smtp.mailfrom=evil.example; header.d=b.example",
            "smtp.mailfrom=evil[.]example; header.d=b[.]example",
        );
        check("a.b[@]evil[.]example <c.d[@]e[.]example>", "a.b[@]evil[.]example <c.d[@]e[.]example>");
        check("hxxp://evil[.]example/ user[@]a[.]example", "hxxp://evil[.]example/ user[@]a[.]example");
    }

    #[test]
    fn what_leads_nowhere_stays() {
        for kept in [
            "jaccard 0.98, 写真.zip, PHPMailer 6.9",
            "attachment[0]: 状況.doc.lnk (.doc.lnk)",
            "請求書.xlsm、資料.PPTX",
            "10:35:12 +09:00",
            "@font-face と @media",
            "No.48210",
            "xl/vbaProject.bin",
            "",
        ] {
            check(kept, kept);
        }
    }

    #[test]
    fn a_host_that_looks_like_a_file_is_told_by_those_who_know_it() {
        let known = |host: &str| host == "evil.zip";
        assert_eq!(text("evil.zip と 写真.zip", &known), "evil[.]zip と 写真.zip");
    }

    #[test]
    fn values_are_defanged_whatever_they_look_like() {
        assert_eq!(value("//a.example/b.html"), "//a[.]example/b.html");
        assert_eq!(value("evil.zip"), "evil[.]zip");
        assert_eq!(value("shiryo-kakunin.test/fuguai/1"), "shiryo-kakunin[.]test/fuguai/1");
        assert_eq!(
            value("https://a.example/?u=http://b.example"),
            "hxxps://a[.]example/?u=hxxp://b[.]example"
        );
        assert_eq!(value("(http://a.example)"), "(hxxp://a[.]example)");
        assert_eq!(value("192.0.2.1"), "192[.]0[.]2[.]1");
    }

    #[test]
    fn endings_are_sorted_so_that_they_can_be_searched() {
        assert!(FILE_ENDINGS.is_sorted());
    }
}
