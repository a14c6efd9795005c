//! What an operator supplies in files: own tells, YARA rules, keys, free mail services, people.
//!
//! The hub reads `DATA/rules/*.toml`, `*.yar`, `*.yara` and `DATA/known/{dkim-keys,freemail,people}.txt` at its start; the
//! command line names the files. What is wrong with one is told, and the rest holds: what to do about it is the
//! caller's to decide.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anatomy::yara::{self, RuleFile};
use forensics::dkim::Keys;
use forensics::rules::{Around, OwnTells, Problem, Said};
use forensics::{Freemail, Known, KnownName, Roster};

/// Bytes of a list of values, keys, domains or people.
const LIST_BYTES: usize = 32 << 20;
/// Files of one folder that are looked at.
const FILES: usize = 1_000;
/// Faulty lines told of one list.
const LINES: usize = 20;

/// The code of a file that cannot be read at all.
pub const UNREADABLE: &str = "NR020";

/// What an operator supplies.
#[derive(Debug, Default)]
pub struct Supplied {
    /// Keys, free mail services, people.
    pub known: Known,
    /// Own tells.
    pub own: OwnTells,
    /// YARA rule files without a fault.
    pub yara: Vec<RuleFile>,
    /// The YARA rules in them.
    pub yara_rules: usize,
    /// What is wrong with rules.
    pub problems: Vec<Problem>,
    /// What is wrong with lines of lists. Those lines are passed over.
    pub faulty_lines: Vec<Problem>,
    /// YARA rule files that are not looked at yet, with their paths.
    waiting: Vec<(RuleFile, String)>,
}

/// What the folder of a hub holds.
///
/// ```
/// let supplied = hub::supplied::of_data(std::path::Path::new("/nonexistent"));
/// assert!(supplied.own.is_empty() && supplied.problems.is_empty());
/// ```
pub fn of_data(data: &Path) -> Supplied {
    let mut out = Supplied::default();
    let rules = data.join("rules");
    if rules.exists() {
        out.add_rules(&rules);
    }
    let list = |name: &str| Some(data.join("known").join(name)).filter(|path| path.exists());
    out.add_lists(
        list("dkim-keys.txt").as_deref(),
        list("freemail.txt").as_deref(),
        list("people.txt").as_deref(),
    );
    out.finish();
    out
}

impl Supplied {
    /// Adds a rule file (`.toml`, `.yar`, `.yara`), or every one of a folder in the order of their names.
    pub fn add_rules(&mut self, path: &Path) {
        if !path.is_dir() {
            self.add_rule_file(path);
            return;
        }
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.problems.push(unreadable(path, &error)),
        };
        let mut files: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| ending(path).is_some())
            .collect();
        files.sort();
        for file in files.iter().take(FILES) {
            self.add_rule_file(file);
        }
    }

    fn add_rule_file(&mut self, path: &Path) {
        let shown = path.display().to_string();
        let Some(ending) = ending(path) else {
            let what =
                Said::new("規則ファイルの種類が分かりません", "this is no kind of rule file that is known");
            let advice = Said::new(
                "自作の見分け方は .toml、YARA 規則は .yar か .yara の名前にしてください",
                "name own tells .toml, and YARA rules .yar or .yara",
            );
            return self.problems.push(Problem::whole("NR021", &shown, what, advice));
        };
        let most = if ending == "toml" { forensics::rules::FILE_BYTES } else { yara::FILE_BYTES };
        let text = match text(path, most) {
            Ok(text) => text,
            Err(error) => return self.problems.push(unreadable(path, &error)),
        };
        if ending != "toml" {
            // Matches show the file's name, never where it lies on this machine.
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let same =
                self.waiting.iter().filter(|(file, _)| file.name.split(" (").next() == Some(&name)).count();
            let name = if same == 0 { name } else { format!("{name} ({})", same + 1) };
            self.waiting.push((RuleFile { name, text }, shown));
            return;
        }
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let mut list = |name: &str| {
            self::text(&folder.join(name), LIST_BYTES).map_err(|error| {
                let why = why(&error);
                Said::new(why.ja, why.en)
            })
        };
        let mut around = Around {
            list: &mut list,
            is_tell: &|id| anatomy::tells::text(id).is_some(),
            is_oddity: &|id| anatomy::oddities::text(id).is_some(),
        };
        self.problems.extend(self.own.add_file(&shown, &text, &mut around));
    }

    /// Adds lists: keys as `dkim::Keys` reads them; free mail domains, which replace the built-in ones; people and
    /// organisations, a line `name = domain, domain` each, and own domains alone on their lines.
    pub fn add_lists(&mut self, keys: Option<&Path>, freemail: Option<&Path>, people: Option<&Path>) {
        if let Some((path, text)) = self.list(keys) {
            self.known.keys = Keys::parse(&text);
            self.check_lines(
                path,
                &text,
                |line| !Keys::parse(line).is_empty(),
                "selector._domainkey.example.com v=DKIM1; p=…",
            );
        }
        if let Some((path, text)) = self.list(freemail) {
            self.known.freemail = Freemail::parse(&text);
            self.check_lines(
                path,
                &text,
                |line| is_domain(line.trim_start_matches("*.")),
                "free.example, *.provider.example",
            );
        }
        if let Some((path, text)) = self.list(people) {
            self.check_lines(
                path,
                &text,
                |line| person(line).is_some() || is_domain(line),
                "例示省 = example.go.jp, example.jp",
            );
            let lines = || lines(&text).map(|(_, line)| line);
            let names = lines().filter_map(person).collect();
            let own = lines().filter(|line| is_domain(line)).map(str::to_owned).collect();
            self.known.roster = Roster::new(names, own);
        }
    }

    fn list<'p>(&mut self, path: Option<&'p Path>) -> Option<(&'p Path, String)> {
        let path = path?;
        match text(path, LIST_BYTES) {
            Ok(text) => Some((path, text)),
            Err(error) => {
                self.problems.push(unreadable(path, &error));
                None
            }
        }
    }

    fn check_lines(&mut self, path: &Path, text: &str, good: impl Fn(&str) -> bool, example: &str) {
        for (at, line) in lines(text).filter(|(_, line)| !good(line)).take(LINES) {
            self.faulty_lines.push(Problem::at(
                "NR022",
                &path.display().to_string(),
                text,
                at..at + line.len(),
                Said::new("この行は読めないため使いません", "this line cannot be read and is passed over"),
                Said::new(format!("例: {example}"), format!("e.g. {example}")),
            ));
        }
    }

    /// Looks at the YARA rules, once all are there.
    pub fn finish(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let paths: Vec<(String, String)> =
            waiting.iter().map(|(file, path)| (file.name.clone(), path.clone())).collect();
        let checked = yara::check(waiting.into_iter().map(|(file, _)| file).collect());
        self.yara = checked.files;
        self.yara_rules = checked.rules;
        self.problems.extend(checked.problems.into_iter().map(|problem| {
            let path = paths.iter().find(|(name, _)| *name == problem.file).map(|(_, path)| path.clone());
            Problem { file: path.unwrap_or_else(|| problem.file.clone()), ..problem }
        }));
    }
}

/// What sort of rule file a name is.
fn ending(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    ["toml", "yar", "yara"].into_iter().find(|known| *known == ending)
}

/// A text file, whole.
fn text(path: &Path, most: usize) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn why(error: &io::Error) -> Said {
    match error.kind() {
        io::ErrorKind::NotFound => Said::new("ファイルがありません", "there is no such file"),
        io::ErrorKind::PermissionDenied => Said::new("読む権限がありません", "permission denied"),
        io::ErrorKind::FileTooLarge => Said::new("大きすぎます", "it is too large"),
        io::ErrorKind::InvalidData => Said::new("UTF-8 ではありません", "it is not UTF-8"),
        _ => Said::new(error.to_string(), error.to_string()),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let why = why(error);
    Problem::whole(
        UNREADABLE,
        &path.display().to_string(),
        Said::new(
            format!("ファイルを読めません: {}", why.ja),
            format!("this file cannot be read: {}", why.en),
        ),
        Said::new(
            "場所、権限、大きさと文字コード（UTF-8）を確かめてください",
            "look at its place, permissions, size and encoding (UTF-8)",
        ),
    )
}

/// Lines with their places, without empty ones and remarks.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len() + 1;
            Some((start, line))
        })
        .map(|(at, line)| (at + line.len() - line.trim_start().len(), line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn is_domain(text: &str) -> bool {
    let label =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "@/=,:*".contains(c));
    text.contains('.') && text.trim_end_matches('.').split('.').all(label)
}

/// `name = domain, domain`.
fn person(line: &str) -> Option<KnownName> {
    let (name, domains) = line.split_once('=')?;
    let domains: Vec<String> =
        domains.split(',').map(str::trim).filter(|d| !d.is_empty()).map(str::to_owned).collect();
    let name = name.trim().to_owned();
    (!name.is_empty() && domains.iter().all(|domain| is_domain(domain)))
        .then_some(KnownName { name, domains })
}
