//! Words of running text that look like domain names: file names (`invoice.zip`, `setup.sh`, `a.py`), and a
//! full stop or a number without the space behind it (`Done.It`, `2.CONTACT`).

/// Suffixes that are top-level domains, but in running text are nearly always the end of a file name.
const FILE_SUFFIXES: [&str; 7] = ["cab", "md", "mov", "pub", "py", "sh", "zip"];

/// Suffixes that are busy country domains and file suffixes at once: the stem decides.
const SHARED_SUFFIXES: [&str; 13] =
    ["ai", "am", "cc", "cf", "in", "la", "ml", "pl", "pm", "ps", "rs", "so", "vi"];

/// Stems that people give to files rather than to companies, sorted.
const STEMS: [&str; 68] = [
    "agent",
    "app",
    "archive",
    "attachment",
    "backup",
    "bootstrap",
    "build",
    "changelog",
    "check",
    "clean",
    "client",
    "common",
    "config",
    "configure",
    "contributing",
    "convert",
    "cron",
    "data",
    "debug",
    "demo",
    "deploy",
    "document",
    "download",
    "draft",
    "example",
    "export",
    "file",
    "form",
    "functions",
    "helper",
    "image",
    "import",
    "index",
    "init",
    "install",
    "invoice",
    "kernel",
    "letter",
    "lib",
    "license",
    "list",
    "logo",
    "main",
    "makefile",
    "manual",
    "memo",
    "mod",
    "new",
    "output",
    "parser",
    "photo",
    "print",
    "readme",
    "report",
    "run",
    "sample",
    "scan",
    "script",
    "sendmail",
    "server",
    "setup",
    "start",
    "stop",
    "temp",
    "test",
    "update",
    "util",
    "utils",
];

/// Words that have the form of a name and in running text are never meant as one.
const WORDS: [&str; 5] = ["co.ltd", "command.com", "e-mail.com", "log.in", "sign.in"];

/// Suffixes below which names of one character are in use (`x.com`, `t.co`, `t.me`).
const SHORT_NAMES: [&str; 7] = ["co", "com", "example", "me", "net", "org", "test"];

/// True if `written`, whose normal form is `name`, is a word of the text rather than a name.
pub(crate) fn is_word(written: &str, name: &str) -> bool {
    if WORDS.contains(&name) || is_file_name(name) {
        return true;
    }
    let (Some((stem, suffix)), Some((_, last))) = (name.rsplit_once('.'), written.rsplit_once('.')) else {
        return false;
    };
    // Names are written in one case, or with each part capitalised (`Example.Com`).
    let mut letters = last.bytes();
    let capital =
        letters.next().is_some_and(|b| b.is_ascii_uppercase()) && letters.all(|b| b.is_ascii_lowercase());
    if capital && !["Com", "Net", "Org", "Jp"].contains(&last) {
        return true;
    }
    // Nobody can register a label with an underscore: `notification_729211.ad` is a file or a field.
    if name.contains('_')
        && psl::domain(name.as_bytes()).is_some_and(|domain| domain.as_bytes().contains(&b'_'))
    {
        return true;
    }
    // Numbered lines, `etc.as`, and style sheets (`a.mobile`).
    stem == "etc"
        || stem.len() == 1 && !SHORT_NAMES.contains(&suffix)
        || stem.len() <= 2 && stem.bytes().all(|b| b.is_ascii_digit())
}

/// True if the whole of `name` (normal form, as found in prose) looks like a common file name.
pub(crate) fn is_file_name(name: &str) -> bool {
    let Some((stem, suffix)) = name.rsplit_once('.') else { return false };
    // `example.com.py`: a registry's second level, not a file.
    let one_stem = !stem.contains('.');
    if FILE_SUFFIXES.contains(&suffix) {
        return one_stem
            || crate::name::standing(stem) == crate::name::Standing::Unknown && !is_second_level(stem);
    }
    one_stem
        && SHARED_SUFFIXES.contains(&suffix)
        && (stem.len() <= 1
            || stem.contains('_')
            || stem.starts_with("lib")
            || STEMS.binary_search(&stem).is_ok())
}

/// `evil.com` in `evil.com.py`, `evil.gov` in `evil.gov.sh`.
fn is_second_level(stem: &str) -> bool {
    let last = stem.rsplit('.').next().unwrap_or(stem);
    matches!(last, "com" | "co" | "net" | "org" | "edu" | "gov" | "gob" | "mil" | "ac")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_sorted_so_that_they_can_be_searched() {
        assert!(STEMS.is_sorted());
    }

    #[test]
    fn common_file_names_are_told_from_names_of_hosts() {
        for name in ["invoice.zip", "readme.md", "setup.sh", "report.pl", "a.py", "main.rs", "my_tool.pl"] {
            assert!(is_file_name(name), "{name}");
        }
        for name in ["evil.com", "allegro.pl", "openai.ai", "banco.com.py", "blic.rs", "evil.co.jp"] {
            assert!(!is_file_name(name), "{name}");
        }
    }

    #[test]
    fn sentences_without_a_space_are_told_from_names() {
        for word in
            ["done.It", "CO.LTD", "2.CONTACT", "a.mobile", "etc.as", "sign.in", "Command.com", "notice_7.ad"]
        {
            assert!(is_word(word, &word.to_ascii_lowercase()), "{word}");
        }
        for name in ["Example.Com", "EVIL.EXAMPLE", "x.com", "t.co", "163.com", "evil.in", "_dmarc.evil.com"]
        {
            assert!(!is_word(name, &name.to_ascii_lowercase()), "{name}");
        }
    }
}
