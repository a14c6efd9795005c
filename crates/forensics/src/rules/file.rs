//! Reads a rule file: TOML with `[[tell]]` entries, each checked by itself.

use std::ops::Range;

use lexicon::facts::TellText;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Rule;
use super::parse::{self, Around};
use super::problem::{Problem, Said, nearest};
use crate::tells::Criterion;

/// Bytes of a rule file.
pub const FILE_BYTES: usize = 1 << 20;
/// Tells of all rule files together.
pub(super) const RULES: usize = 2_000;
/// Bytes of an id.
const ID_BYTES: usize = 64;
/// Bytes of a text.
const TEXT_BYTES: usize = 600;
/// Problems told of one file.
pub(super) const PROBLEMS: usize = 100;

/// The keys of a tell.
const KEYS: [&str; 7] = ["id", "weight", "criterion", "ja", "en", "source", "when"];

/// What a reading gathers.
struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn tell(&mut self, code: &'static str, span: Range<usize>, what: Said, advice: Said) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(Problem::at(code, self.file, self.text, span, what, advice));
        }
    }

    /// Where a string's own characters begin in the file, if they stand there as they are.
    fn inside(&self, span: &Range<usize>, value: &str) -> Option<usize> {
        let raw = self.text.get(span.clone())?;
        raw.find(value).map(|at| span.start + at)
    }
}

/// Reads a file. A tell with a fault is left out, the others are kept.
pub(super) fn read(
    file: &str,
    text: &str,
    known: &[Rule],
    around: &mut Around<'_>,
) -> (Vec<Rule>, Vec<Problem>) {
    if text.len() > FILE_BYTES {
        let what = Said::new(
            format!("規則ファイルが大きすぎます（{} バイト、上限 {FILE_BYTES} バイト）", text.len()),
            format!("the rule file is too large ({} bytes of at most {FILE_BYTES})", text.len()),
        );
        let advice = Said::new(
            "値の一覧は別のファイルに置き、in file \"一覧.txt\" と書いてください",
            "put values into lists of their own and write in file \"list.txt\"",
        );
        return (Vec::new(), vec![Problem::whole("NR018", file, what, advice)]);
    }
    let mut reader = Reader { file, text, problems: Vec::new() };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let message = error.message().to_owned();
        reader.tell(
            "NR001",
            error.span().unwrap_or(0..0),
            Said::new(format!("TOML として読めません（{message}）"), format!("this is not TOML: {message}")),
            Said::new(
                "文字列は '…' か '''…''' で囲んでください。書き方は toml.io にあります",
                "put texts between ' and ' (or ''' and '''); toml.io describes the format",
            ),
        );
    }
    let mut rules: Vec<Rule> = Vec::new();
    for (key, value) in document.get_ref() {
        if key.get_ref().as_ref() != "tell" {
            let word = key.get_ref().as_ref();
            reader.tell(
                "NR003",
                key.span(),
                Said::new(format!("知らない項目です: {word}"), format!("there is no key {word} here")),
                Said::new("見分け方は [[tell]] で始めてください", "each tell begins with [[tell]]"),
            );
            continue;
        }
        let DeValue::Array(entries) = value.get_ref() else {
            reader.tell(
                "NR004",
                key.span(),
                Said::new("tell は一覧でなければなりません", "“tell” must be a list"),
                Said::new("[tell] ではなく [[tell]] と書いてください", "write [[tell]], not [tell]"),
            );
            continue;
        };
        for entry in entries.iter() {
            if known.len() + rules.len() >= RULES {
                reader.tell(
                    "NR018",
                    entry.span(),
                    Said::new(
                        format!("見分け方が多すぎます（上限 {RULES}）"),
                        format!("too many tells (at most {RULES})"),
                    ),
                    Said::new("使わないものを消してください", "take out what is not used"),
                );
                break;
            }
            let rule = one(&mut reader, entry, known, &rules, around);
            rules.extend(rule);
        }
    }
    (rules, reader.problems)
}

/// One entry; `None` if something is wrong with it, which is told then.
fn one(
    reader: &mut Reader<'_>,
    entry: &Spanned<DeValue<'_>>,
    known: &[Rule],
    before: &[Rule],
    around: &mut Around<'_>,
) -> Option<Rule> {
    let DeValue::Table(table) = entry.get_ref() else {
        reader.tell(
            "NR004",
            entry.span(),
            Said::new("見分け方は表でなければなりません", "a tell must be a table"),
            Said::new(
                "[[tell]] の下に id = \"own-…\" などを書いてください",
                "write id = \"own-…\" and so on below [[tell]]",
            ),
        );
        return None;
    };
    let problems = reader.problems.len();
    for key in table.keys() {
        let word = key.get_ref().as_ref();
        if !KEYS.contains(&word) {
            let all = KEYS.join(", ");
            let advice = match nearest(word, KEYS.into_iter()) {
                Some(near) => Said::new(format!("{near} のことですか"), format!("did you mean {near}?")),
                None => Said::new(format!("使える項目: {all}"), format!("the keys are: {all}")),
            };
            let what = Said::new(format!("知らない項目です: {word}"), format!("there is no key {word}"));
            reader.tell("NR003", key.span(), what, advice);
        }
    }
    let head = entry.span().start..entry.span().start.saturating_add("[[tell]]".len());
    let id = string(reader, table, "id", &head);
    if let Some((id, span)) = &id {
        check_id(reader, id, span, known.iter().chain(before));
    }
    let weight = weight(reader, table, &head);
    let criterion = string(reader, table, "criterion", &head).and_then(|(word, span)| {
        let found = Criterion::ALL.into_iter().find(|criterion| criterion.word() == word);
        if found.is_none() {
            reader.tell(
                "NR008",
                span,
                Said::new(format!("知らない観点です: {word}"), format!("there is no criterion {word}")),
                Said::new(
                    "kind（種別）、past（過去の攻撃）、craft（巧妙さ）、sender（差出人）、mass（ばらまき）のどれかです",
                    "use kind, past, craft, sender or mass",
                ),
            );
        }
        found
    });
    let ja = prose(reader, table, "ja", &head);
    let en = prose(reader, table, "en", &head);
    let source = prose(reader, table, "source", &head);
    let node = string(reader, table, "when", &head).and_then(|(when, span)| {
        let own = |id: &str| known.iter().chain(before).any(|rule| rule.id == id);
        match parse::parse(&when, around, &own) {
            Ok(node) => Some((node, when)),
            Err(faults) => {
                let inside = reader.inside(&span, &when);
                for fault in faults {
                    let place = match inside {
                        Some(start) => start + fault.span.start..start + fault.span.end,
                        // Written with escapes: the characters have no place of their own.
                        None => span.clone(),
                    };
                    reader.tell(fault.code, place, fault.what, fault.advice);
                }
                None
            }
        }
    });
    if reader.problems.len() > problems || problems >= PROBLEMS {
        return None;
    }
    let (node, when) = node?;
    Some(Rule {
        id: id?.0,
        weight: weight?,
        text: TellText { ja: ja?, en: en?, criterion: criterion?.word().to_owned(), source: source? },
        when,
        node,
    })
}

fn check_id<'r>(
    reader: &mut Reader<'_>,
    id: &str,
    span: &Range<usize>,
    mut others: impl Iterator<Item = &'r Rule>,
) {
    let rest = id.strip_prefix("own-").unwrap_or("");
    let kebab = !rest.is_empty()
        && id.len() <= ID_BYTES
        && !rest.starts_with('-')
        && !rest.ends_with('-')
        && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !kebab {
        reader.tell(
            "NR005",
            span.clone(),
            Said::new(format!("id の形が違います: {id}"), format!("this is no id of an own tell: {id}")),
            Said::new(
                "own- で始め、半角の英小文字・数字・ハイフンで書いてください（例: own-fake-invoice）",
                "begin with own-, then small letters, digits and hyphens, e.g. own-fake-invoice",
            ),
        );
    } else if others.any(|rule| rule.id == id) {
        reader.tell(
            "NR006",
            span.clone(),
            Said::new(
                format!("同じ id がすでにあります: {id}"),
                format!("there is a tell with this id already: {id}"),
            ),
            Said::new("別の id を付けてください", "give it another id"),
        );
    }
}

fn missing(reader: &mut Reader<'_>, key: &str, head: &Range<usize>) {
    reader.tell(
        "NR002",
        head.clone(),
        Said::new(format!("{key} がありません"), format!("{key} is missing")),
        Said::new(
            format!("この見分け方に {key} = … を書いてください"),
            format!("write {key} = … into this tell"),
        ),
    );
}

fn string(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    key: &str,
    head: &Range<usize>,
) -> Option<(String, Range<usize>)> {
    let Some(value) = table.get(key) else {
        missing(reader, key, head);
        return None;
    };
    let Some(text) = value.get_ref().as_str() else {
        reader.tell(
            "NR004",
            value.span(),
            Said::new(format!("{key} は文字列でなければなりません"), format!("{key} must be a text")),
            Said::new(format!("{key} = '…' と書いてください"), format!("write {key} = '…'")),
        );
        return None;
    };
    Some((text.to_owned(), value.span()))
}

/// A text for people.
fn prose(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str, head: &Range<usize>) -> Option<String> {
    let (text, span) = string(reader, table, key, head)?;
    let text = text.trim().to_owned();
    if text.is_empty() || text.len() > TEXT_BYTES || text.contains('\n') {
        reader.tell(
            "NR009",
            span,
            Said::new(
                format!("{key} が空か、長すぎるか、複数行です"),
                format!("{key} is empty, too long, or more than one line"),
            ),
            Said::new(
                format!("読む人に見せる 1 行の文を書いてください（上限 {TEXT_BYTES} バイト）"),
                format!("write one line for the reader (at most {TEXT_BYTES} bytes)"),
            ),
        );
        return None;
    }
    Some(text)
}

fn weight(reader: &mut Reader<'_>, table: &DeTable<'_>, head: &Range<usize>) -> Option<u8> {
    let Some(value) = table.get("weight") else {
        missing(reader, "weight", head);
        return None;
    };
    let number = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
        _ => None,
    };
    let weight = number.filter(|weight| (1..=5).contains(weight));
    if weight.is_none() {
        reader.tell(
            "NR007",
            value.span(),
            Said::new("weight は 1 から 5 の整数です", "the weight is a whole number from 1 to 5"),
            Said::new(
                "1（手がかり）から 5（ほぼ確実）のどれかを書いてください",
                "write 1 (a hint) to 5 (nearly certain)",
            ),
        );
    }
    weight
}
