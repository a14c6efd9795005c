//! YARA rules of an operator: every file that is opened is held against them.
//!
//! The rules come as texts, because the process that opens files cannot read any. Modules that need nothing but the file
//! are there (`pe`, `elf`, `math`, `string`, `hash`); `time` is not, because one mail must give one answer; `include` is
//! forbidden. A rule file counts whole or, if anything in it is wrong, not at all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use boreal::compiler::{Compiler, CompilerBuilder, CompilerParams};
use boreal::module::{Elf, Hash, Math, Pe, String_};
use boreal::scanner::{EvaluatedRule, ScanError, ScanParams, Scanner};
use boreal::{Metadata, MetadataValue};
use forensics::rules::{Problem, Said};
use lexicon::text::{cut, visible};
use serde::{Deserialize, Serialize};

use crate::bench::Bench;
use crate::registry::Analyser;
use crate::{oddities, tells};

/// The words that rules may say. They look at every kind.
pub(crate) static WORDS: Analyser = Analyser {
    kinds: &[],
    run: |_, _| {},
    tells: &[tells::entry(
        MATCH,
        WEIGHT,
        "運用者の YARA 規則に一致するファイルです",
        "The file matches a YARA rule of the operator",
        "the operator's own rules",
    )],
    oddities: &[
        oddities::entry(
            "yara-failed",
            "YARA 規則との照合が異常終了しました",
            "Matching the file against the YARA rules broke off",
        ),
        oddities::entry(
            "yara-match-limit",
            "一致した YARA 規則が多すぎるため一部だけを示しています",
            "Too many YARA rules match; only the first are told",
        ),
        oddities::entry(
            "yara-time-limit",
            "YARA 規則との照合に時間がかかりすぎるため打ち切りました",
            "Matching the file against the YARA rules took too long and was broken off",
        ),
    ],
};

/// The tell of a match.
const MATCH: &str = "yara-match";
/// Its weight, where the rule's `weight` says nothing else.
const WEIGHT: u8 = 3;
/// Bytes of one rule file.
pub const FILE_BYTES: usize = 4 << 20;
/// Bytes of all rule files: compiled, they take some ten times as much of a worker's memory.
pub const ALL_BYTES: usize = 8 << 20;
/// Rules of all files.
pub const RULES: usize = 20_000;
/// Time for one file; a worker has ten seconds for everything.
const TIME: Duration = Duration::from_secs(2);
/// Matches told of one file.
const MATCHES: usize = 20;
/// Matched strings shown of one rule.
const STRINGS: usize = 4;
/// Bytes of a matched string that are shown.
const SHOWN: usize = 32;
/// Matches of one string that are counted.
const STRING_MATCHES: u32 = 1_000;
/// Bytes of a description that are shown.
const DESCRIPTION: usize = 200;

/// The text of a rule file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFile {
    /// Its name, which matches show.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a look at rule files gave.
#[derive(Debug, Default)]
pub struct Checked {
    /// The files that can be used.
    pub files: Vec<RuleFile>,
    /// The rules in them.
    pub rules: usize,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// Compiled rules.
#[derive(Debug, Clone)]
pub struct Rules {
    scanner: Scanner,
}

fn compiler() -> Compiler {
    let mut compiler = CompilerBuilder::default()
        .add_module(Pe)
        .add_module(Elf)
        .add_module(Math)
        .add_module(String_)
        .add_module(Hash)
        .build();
    compiler.set_params(CompilerParams::default().disable_includes(true));
    compiler
}

/// Looks at rule files, each by itself.
///
/// ```
/// let file = anatomy::yara::RuleFile { name: "a.yar".to_owned(), text: "rule a { condition: tru }".to_owned() };
/// let checked = anatomy::yara::check(vec![file]);
/// assert_eq!(checked.problems[0].place(), "a.yar:1:21");
/// assert!(checked.files.is_empty());
/// ```
pub fn check(files: Vec<RuleFile>) -> Checked {
    let mut out = Checked::default();
    let mut bytes = 0;
    for file in files {
        let whole = |code, what, advice| Problem::whole(code, &file.name, what, advice);
        if file.text.len() > FILE_BYTES || bytes + file.text.len() > ALL_BYTES {
            out.problems.push(whole(
                "NY003",
                Said::new(
                    format!("YARA 規則が大きすぎます（1 ファイル {FILE_BYTES} バイト、合計 {ALL_BYTES} バイトまで）"),
                    format!("the YARA rules are too large (a file {FILE_BYTES} bytes, all {ALL_BYTES} bytes at most)"),
                ),
                Said::new("使わない規則を減らしてください", "take out rules that are not used"),
            ));
            continue;
        }
        // A fault of the compiler must not stop the program of the operator.
        let compiled = catch_unwind(AssertUnwindSafe(|| {
            let mut compiler = compiler();
            let added = compiler.add_rules_str_in_namespace(&file.text, &file.name);
            added.map(|_| compiler.finalize().rules().count()).map_err(|error| {
                let said = error.to_diagnostic();
                let span = said.labels.first().map_or(0..0, |label| label.range.clone());
                let detail = said.labels.first().map(|label| label.message.clone()).unwrap_or_default();
                pointed(&file, span, &said.message, &detail)
            })
        }));
        match compiled {
            Ok(Ok(rules)) if out.rules + rules > RULES => out.problems.push(whole(
                "NY004",
                Said::new(
                    format!("YARA 規則が多すぎます（上限 {RULES}）"),
                    format!("too many YARA rules (at most {RULES})"),
                ),
                Said::new("使わない規則を減らしてください", "take out rules that are not used"),
            )),
            Ok(Ok(rules)) => {
                out.rules += rules;
                bytes += file.text.len();
                out.files.push(file);
            }
            Ok(Err(problem)) => out.problems.push(problem),
            Err(_) => out.problems.push(whole(
                "NY005",
                Said::new("YARA 規則の読み込みが異常終了しました", "reading the YARA rules broke off"),
                Said::new(
                    "規則を半分ずつに分け、原因の規則を探してください",
                    "halve the file until the rule that does it is found",
                ),
            )),
        }
    }
    out
}

/// What the compiler says, at its place.
fn pointed(file: &RuleFile, span: std::ops::Range<usize>, message: &str, detail: &str) -> Problem {
    // The compiler speaks English only; what it says is passed on as it is.
    let message = message.trim();
    let detail = if detail.is_empty() || detail == message { String::new() } else { format!(" ({detail})") };
    let at = |code, what, advice| Problem::at(code, &file.name, &file.text, span.clone(), what, advice);
    if message.contains("include") {
        return at(
            "NY002",
            Said::new("include は使えません", "include is not allowed"),
            Said::new(
                "取り込むファイルの中身をこのファイルに書くか、同じフォルダに .yar ファイルとして置いてください",
                "copy the rules into this file, or lay the other file beside it; every .yar file is read",
            ),
        );
    }
    at(
        "NY001",
        Said::new(
            format!("YARA 規則として読めません（{message}{detail}）"),
            format!("this is no YARA rule: {message}{detail}"),
        ),
        Said::new(
            "直すまで、このファイルの規則はどれも使われません。使えるモジュールは pe、elf、math、string、hash です",
            "no rule of this file is used until it is mended; the modules are pe, elf, math, string and hash",
        ),
    )
}

impl Rules {
    /// Compiles rule files that [`check`] found good; one that is not is left out.
    pub fn compile(files: &[RuleFile]) -> Self {
        let mut compiler = compiler();
        for file in files {
            let _ = compiler.add_rules_str_in_namespace(&file.text, &file.name);
        }
        let mut scanner = compiler.finalize();
        scanner.set_scan_params(
            ScanParams::default()
                .compute_full_matches(true)
                .match_max_length(SHOWN)
                .string_max_nb_matches(STRING_MATCHES)
                .timeout_duration(Some(TIME)),
        );
        Self { scanner }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.scanner.rules().count()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Holds a file against the rules.
    pub(crate) fn scan(&self, bench: &mut Bench<'_>, bytes: &[u8], place: &str, name: &str) {
        // A fault of a module in the face of a crafted file costs the match, not what is known of the file otherwise.
        let scanned = catch_unwind(AssertUnwindSafe(|| self.scanner.scan_mem(bytes)));
        let matched = match scanned {
            Ok(Ok(result)) => result.rules,
            Ok(Err((ScanError::Timeout, result))) => {
                bench.odd("yara-time-limit", place);
                // What follows in the same attachment would take as long: it is opened, and not matched any more.
                bench.rules = None;
                result.rules
            }
            Ok(Err((_, result))) => {
                bench.odd("yara-failed", place);
                result.rules
            }
            Err(_) => {
                bench.odd("yara-failed", place);
                return;
            }
        };
        if matched.len() > MATCHES {
            bench.odd("yara-match-limit", place);
        }
        let name = visible(name);
        for rule in matched.iter().take(MATCHES) {
            let head = if name.is_empty() { format!("{place}:") } else { format!("{place}: {name}:") };
            let why = format!("{head} {}", self.why(rule));
            bench.tell_weighing(MATCH, why, self.weight(rule.metadatas));
        }
    }

    /// Name and file of the rule, its description, the strings that matched with where they stand.
    fn why(&self, rule: &EvaluatedRule<'_>) -> String {
        let mut out = format!("{} ({})", rule.name, visible(rule.namespace));
        let description = rule.metadatas.iter().find_map(|meta| match meta.value {
            MetadataValue::Bytes(text) if self.scanner.get_string_symbol(meta.name) == "description" => {
                Some(String::from_utf8_lossy(self.scanner.get_bytes_symbol(text)))
            }
            _ => None,
        });
        if let Some(description) = description {
            out.push_str(&format!(", {}", visible(cut(&description, DESCRIPTION))));
        }
        let found = rule.matches.iter().filter_map(|string| Some((string, string.matches.first()?)));
        for (string, first) in found.take(STRINGS) {
            let more = match string.matches.len() {
                1 => String::new(),
                count => format!(" ×{count}"),
            };
            let excerpt = excerpt(&first.data);
            out.push_str(&format!("; ${} @{:#x}{more} {excerpt}", string.name, first.base + first.offset));
        }
        out
    }

    /// What the rule's `weight` says, if it is one.
    fn weight(&self, metadatas: &[Metadata]) -> u8 {
        let said = metadatas.iter().find_map(|meta| match meta.value {
            MetadataValue::Integer(weight) if self.scanner.get_string_symbol(meta.name) == "weight" => {
                u8::try_from(weight).ok().filter(|weight| (1..=5).contains(weight))
            }
            _ => None,
        });
        said.unwrap_or(WEIGHT)
    }
}

/// Printable ASCII as it is, anything else in hexadecimal.
fn excerpt(data: &[u8]) -> String {
    let data = data.get(..SHOWN).unwrap_or(data);
    if data.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return format!("\"{}\"", String::from_utf8_lossy(data));
    }
    data.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use lexicon::facts::Attachment;

    use super::*;
    use crate::{HERE, Job, Limits, Opened, RAW, open_with_rules};

    const RULE: &str = r#"
        import "math"
        rule canary : test {
            meta:
                description = "カナリア"
                weight = 5
            strings:
                $a = "canary-in-a-mine"
                $b = { 00 01 02 03 }
            condition:
                any of them and math.entropy(0, filesize) > 0.1
        }"#;

    fn file(name: &str, text: &str) -> RuleFile {
        RuleFile { name: name.to_owned(), text: text.to_owned() }
    }

    fn scan(rules: &str, known: &Attachment, bytes: &[u8]) -> Opened {
        let rules = Rules::compile(&[file("mine.yar", rules)]);
        let job = Job { name: known.name.as_deref(), place: HERE, inline: false, bytes };
        open_with_rules(&job, known, &[], &Limits::default(), &rules)
    }

    #[test]
    fn a_match_tells_rule_file_description_strings_and_weight() {
        let known = Attachment { name: Some("a.bin".to_owned()), ..Attachment::default() };
        let opened = scan(RULE, &known, b"xx canary-in-a-mine \x00\x01\x02\x03 canary-in-a-mine");
        let tell = opened.tells.iter().find(|tell| tell.id == "yara-match").unwrap();
        assert_eq!(
            tell.why,
            "@: a.bin: canary (mine.yar), カナリア; $a @0x3 ×2 \"canary-in-a-mine\"; $b @0x14 00 01 02 03"
        );
        assert_eq!(tell.weight, 5);
        assert!(scan(RULE, &known, b"a bird").tells.is_empty());
    }

    #[test]
    fn a_whole_mail_is_matched_and_not_opened() {
        let known = Attachment { kind: RAW.to_owned(), ..Attachment::default() };
        let opened = scan(RULE, &known, b"Subject: canary-in-a-mine\r\n\r\n");
        assert_eq!(opened.tells[0].why, "@: canary (mine.yar), カナリア; $a @0x9 \"canary-in-a-mine\"");
        assert!(opened.attachment.kind.is_empty());
    }

    #[test]
    fn files_inside_of_a_file_are_matched_at_their_places() {
        let mail = b"From: a@example.test\r\nTo: b@example.com\r\nSubject: a\r\nMessage-ID: <1@example.test>\r\n\
            Date: Wed, 07 Aug 2013 09:12:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
            --b\r\nContent-Disposition: attachment; filename=inner.ttf\r\nContent-Transfer-Encoding: base64\r\n\r\n\
            AAEAAAAMY2FuYXJ5LWluLWEtbWluZQ==\r\n--b--\r\n";
        let known = Attachment { name: Some("m.eml".to_owned()), ..Attachment::default() };
        let opened = scan(RULE, &known, mail);
        let why: Vec<&str> = opened.tells.iter().filter(|t| t.id == "yara-match").map(|t| &*t.why).collect();
        assert_eq!(why.len(), 1, "{opened:?}");
        assert!(why[0].starts_with("@:attachment[0]: inner.ttf: canary (mine.yar)"), "{why:?}");
    }

    #[test]
    fn broken_rule_files_are_pointed_at_and_the_others_are_kept() {
        let checked = check(vec![
            file("a.yar", "rule a {\n  condition:\n    tru\n}\n"),
            file("b.yar", RULE),
            file("c.yar", "include \"/etc/passwd\"\nrule c { condition: true }"),
            file("d.yar", "import \"time\"\nrule d { condition: time.now() > 0 }"),
            file("e.yar", &"/".repeat(FILE_BYTES + 1)),
        ]);
        assert_eq!(checked.rules, 1);
        assert_eq!(checked.files.len(), 1);
        let told: Vec<(&str, String)> = checked.problems.iter().map(|p| (p.code, p.place())).collect();
        let expect =
            [("NY001", "a.yar:3:5"), ("NY002", "c.yar:1:1"), ("NY001", "d.yar:1:1"), ("NY003", "e.yar")];
        assert_eq!(told, expect.map(|(code, place)| (code, place.to_owned())));
    }

    #[test]
    fn hostile_rules_are_refused_or_bounded() {
        let deep = format!("rule a {{ condition: {}true{} }}", "(".repeat(100_000), ")".repeat(100_000));
        let many = format!("rule a {{ strings: {} condition: any of them }}", "$ = \"ab\" ".repeat(20_000));
        let checked = check(vec![file("deep.yar", &deep), file("many.yar", &many)]);
        assert!(checked.files.is_empty(), "{:?}", checked.files.len());
        // A pattern that backtracks without end in other engines.
        let slow = "rule a { strings: $a = /(a+)+(b+)+c(.*d)*e/ condition: $a }";
        let opened = scan(slow, &Attachment::default(), &b"aaaaaaaaaaaaaaaaaaaab".repeat(20_000));
        assert!(opened.tells.iter().all(|tell| tell.id != "yara-match"));
    }
}
