//! Code that a file carries, for reading: numbered lines, with the words that make an analyst look up marked.

/// Lines shown of one script.
pub(super) const LINES: usize = 400;
/// Bytes shown of one line.
const LINE: usize = 2_000;
/// Marked words of one line.
const MARKS: usize = 40;

/// Words that start something, fetch something, or unpack something. ASCII, lower case.
const WORDS: [&str; 54] = [
    "activexobject",
    "adodb.stream",
    "appdata",
    "auto_open",
    "autoexec",
    "autoopen",
    "bitsadmin",
    "bypass",
    "callbyname",
    "certutil",
    "chr(",
    "chrw(",
    "cmd.exe",
    "cmd /c",
    "createobject",
    "createprocess",
    "createthread",
    "curl ",
    "declare function",
    "declare ptrsafe",
    "document_open",
    "downloadfile",
    "downloadstring",
    "encodedcommand",
    "environ(",
    "eval(",
    "exec(",
    "execute(",
    "frombase64string",
    "fromcharcode",
    "getobject",
    "hidden",
    "http://",
    "https://",
    "iex",
    "invoke-expression",
    "invoke-webrequest",
    "launchurl",
    "loadlibrary",
    "macroexecute",
    "mshta",
    "msxml2",
    "powershell",
    "regsvr32",
    "rundll32",
    "savetofile",
    "schtasks",
    "scripting.filesystemobject",
    "shell(",
    "shell.application",
    "unescape(",
    "virtualalloc",
    "workbook_open",
    "wscript",
];

/// A line in pieces.
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) pieces: Vec<Piece>,
}

/// A piece of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) marked: bool,
}

/// The first lines of a script, and how many there are.
pub(super) fn lines(text: &str, most: usize) -> (Vec<Line>, usize) {
    let count = text.lines().count();
    let lines = text
        .lines()
        .take(most)
        .enumerate()
        .map(|(at, line)| Line { number: at + 1, pieces: pieces(line) })
        .collect();
    (lines, count)
}

fn pieces(line: &str) -> Vec<Piece> {
    let cut = lexicon::text::cut(line, LINE);
    // Tabs are how code is set; every other control becomes visible.
    let spaced = cut.replace('\t', "    ");
    let lower = spaced.to_ascii_lowercase();
    let mut out = Vec::new();
    let mut at = 0;
    while out.len() < 2 * MARKS {
        let rest = lower.get(at..).unwrap_or("");
        // The earliest word; of two at one place the longer one.
        let next =
            WORDS.iter().filter_map(|word| rest.find(word).map(|n| (n, std::cmp::Reverse(word.len())))).min();
        let Some((n, std::cmp::Reverse(length))) = next else { break };
        push(&mut out, spaced.get(at..at + n).unwrap_or(""), false);
        push(&mut out, spaced.get(at + n..at + n + length).unwrap_or(""), true);
        at += n + length;
    }
    push(&mut out, spaced.get(at..).unwrap_or(""), false);
    if cut.len() < line.len() {
        push(&mut out, "…", false);
    }
    out
}

fn push(out: &mut Vec<Piece>, text: &str, marked: bool) {
    if !text.is_empty() {
        let text = super::lists::named(text);
        out.push(Piece { text, marked });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_start_something_are_marked_and_addresses_defanged() {
        let (lines, count) = lines("Sub AutoOpen()\n\tx = \"http://a.example\"\n", 10);
        assert_eq!((lines.len(), count), (2, 2));
        let line = |n: usize| lines[n].pieces.iter().map(|p| (p.text.as_str(), p.marked)).collect::<Vec<_>>();
        assert_eq!(line(0), [("Sub ", false), ("AutoOpen", true), ("()", false)]);
        assert_eq!(line(1), [("    x = \"", false), ("hxxp://", true), ("a.example\"", false)]);
    }

    #[test]
    fn long_lines_and_long_scripts_are_cut() {
        let (shown, count) = lines(&"eval(".repeat(100_000), 10);
        assert_eq!(count, 1);
        assert!(shown[0].pieces.len() <= 2 * MARKS + 2);
        assert_eq!(lines(&"x\n".repeat(5_000), LINES).0.len(), LINES);
    }
}
