//! From signs to conditions. `NOT` and `-` bind closest, then what stands side by side (or with `AND`), then `OR`.

use std::ops::Range;

use indicators::shape::classify;
use lexicon::ObservableType;

use super::names::Name;
use super::problem::Problem;
use super::token::{Placed, Sign, signs};
use super::{Context, Leaf, MAX_DEPTH, MAX_QUERY, MAX_TERMS, Node, Phrase, date};
use crate::document::Field;

pub(super) fn parse(text: &str, context: &Context) -> Result<Node, Problem> {
    if text.len() > MAX_QUERY {
        return Err(Problem::new(
            0..0,
            ("検索式が長すぎます（64 KiB まで）", "the query is longer than 64 KiB"),
            (
                "多くの値を探すには --indicators のファイルに書いてください",
                "put many values into a file and give it as --indicators",
            ),
        ));
    }
    let signs = signs(text)?;
    let mut parser = Parser { signs: &signs, at: 0, context, depth: 0, terms: 0, end: text.len() };
    if signs.is_empty() {
        return Err(Problem::new(
            0..text.len(),
            ("検索式が空です", "the query is empty"),
            ("探す言葉を書いてください。* はすべてのメールです", "write what to look for; * is every mail"),
        ));
    }
    let top = parser.either(None)?;
    match parser.peek() {
        None => Ok(top),
        Some(sign) => Err(Problem::new(
            sign.at.clone(),
            ("開いていない括弧が閉じられています", "a parenthesis is closed that was not opened"),
            ("この ) を消すか、前に ( を書いてください", "take it away, or write ( before it"),
        )),
    }
}

struct Parser<'s> {
    signs: &'s [Placed],
    at: usize,
    context: &'s Context,
    depth: usize,
    terms: usize,
    end: usize,
}

type Parsed = Result<Node, Problem>;

impl<'s> Parser<'s> {
    fn peek(&self) -> Option<&'s Placed> {
        self.signs.get(self.at)
    }

    fn next(&mut self) -> Option<&'s Placed> {
        let sign = self.peek();
        self.at += 1;
        sign
    }

    fn either(&mut self, field: Option<Name>) -> Parsed {
        let mut all = vec![self.both(field)?];
        while let Some(Placed { sign: Sign::Or, at }) = self.peek() {
            self.at += 1;
            self.needs_more(at, "OR")?;
            all.push(self.both(field)?);
        }
        Ok(one_or(all, Node::Or))
    }

    fn both(&mut self, field: Option<Name>) -> Parsed {
        let mut all = vec![self.one(field)?];
        loop {
            match self.peek() {
                None | Some(Placed { sign: Sign::Or | Sign::Close, .. }) => break,
                Some(Placed { sign: Sign::And, at }) => {
                    self.at += 1;
                    self.needs_more(at, "AND")?;
                }
                Some(_) => {}
            }
            all.push(self.one(field)?);
        }
        Ok(one_or(all, Node::And))
    }

    /// Behind an operator something must stand.
    fn needs_more(&self, at: &Range<usize>, word: &str) -> Result<(), Problem> {
        match self.peek() {
            Some(Placed { sign: Sign::Close | Sign::Or | Sign::And, .. }) | None => Err(Problem::new(
                at.clone(),
                (&format!("{word} の右に条件がありません"), &format!("nothing stands right of {word}")),
                (
                    "条件を書いてください。言葉として探すには引用符で囲んでください",
                    "write a condition; to look for the word itself, put it in quotes",
                ),
            )),
            Some(_) => Ok(()),
        }
    }

    fn one(&mut self, field: Option<Name>) -> Parsed {
        let Some(Placed { sign, at }) = self.next() else {
            return Err(Problem::new(
                self.end..self.end,
                ("条件がありません", "a condition is missing"),
                ("条件を書いてください", "write one"),
            ));
        };
        match sign {
            Sign::Not => {
                self.needs_more(at, "NOT")?;
                self.deeper(at)?;
                let inner = self.one(field)?;
                self.depth -= 1;
                Ok(Node::Not(Box::new(inner)))
            }
            Sign::Open => self.group(at, field),
            Sign::Field(name) => self.valued(*name, at),
            Sign::Word(word) => self.value(field, word, at, false),
            Sign::Quoted(words) => self.value(field, words, at, true),
            Sign::And | Sign::Or => Err(Problem::new(
                at.clone(),
                ("左に条件がありません", "nothing stands left of it"),
                (
                    "条件を書いてください。言葉として探すには引用符で囲んでください",
                    "write a condition; to look for the word itself, put it in quotes",
                ),
            )),
            Sign::Close => Err(Problem::new(
                at.clone(),
                (
                    "括弧の中に条件がないか、開いていない括弧です",
                    "nothing stands between the parentheses, or none was opened",
                ),
                ("条件を書くか、この ) を消してください", "write a condition, or take it away"),
            )),
        }
    }

    fn deeper(&mut self, at: &Range<usize>) -> Result<(), Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Problem::new(
                at.clone(),
                ("括弧と NOT が深すぎます（64 段まで）", "parentheses and NOTs go deeper than 64"),
                ("検索式を分けてください", "split the query"),
            ));
        }
        Ok(())
    }

    fn group(&mut self, open: &Range<usize>, field: Option<Name>) -> Parsed {
        self.deeper(open)?;
        let inner = self.either(field)?;
        self.depth -= 1;
        match self.next() {
            Some(Placed { sign: Sign::Close, .. }) => Ok(inner),
            _ => Err(Problem::new(
                open.clone(),
                ("括弧が閉じていません", "the parenthesis is not closed"),
                ("末尾に ) を書いてください", "write ) at the end"),
            )),
        }
    }

    /// What follows `field:`.
    fn valued(&mut self, name: Name, field: &Range<usize>) -> Parsed {
        match self.peek() {
            Some(Placed { sign: Sign::Open, at }) if at.start == field.end => {
                self.at += 1;
                self.group(at, Some(name))
            }
            Some(Placed { sign: Sign::Word(word), at }) if at.start == field.end => {
                self.at += 1;
                self.value(Some(name), word, at, false)
            }
            Some(Placed { sign: Sign::Quoted(words), at }) if at.start == field.end => {
                self.at += 1;
                self.value(Some(name), words, at, true)
            }
            _ => Err(Problem::new(
                field.clone(),
                ("コロンの後に値がありません", "nothing stands behind the colon"),
                (
                    "空白を入れずに値を続けてください（例 from:example.com）",
                    "write the value right behind it, e.g. from:example.com",
                ),
            )),
        }
    }

    fn value(&mut self, field: Option<Name>, text: &str, at: &Range<usize>, quoted: bool) -> Parsed {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(Problem::new(
                at.clone(),
                ("条件が多すぎます（10,000 個まで）", "the query has more than 10,000 conditions"),
                (
                    "多くの値を探すには --indicators のファイルに書いてください",
                    "put many values into a file and give it as --indicators",
                ),
            ));
        }
        let Some(field) = field else { return bare(text, at, quoted) };
        let leaf = match field {
            Name::Words(fields) => Leaf::Words(fields, phrase(text, at)?),
            Name::Mailboxes(fields) => return mailbox(fields, text, at, quoted),
            Name::Url => Leaf::Words(&[Field::Url], url(text, at)?),
            Name::Host => host(text, at)?,
            Name::Exact(field) => exact(field, text, at)?,
            Name::Hash(digits) => Leaf::Exact(Field::Hash, hash(text, digits, at)?),
            Name::Date => days(text, at, self.context)?,
            Name::Before => Leaf::Time(None, Some(day(text, at, self.context)?.0)),
            Name::After => Leaf::Time(Some(day(text, at, self.context)?.0), None),
            Name::OlderThan => Leaf::Time(None, Some(age(text, at, self.context)?)),
            Name::NewerThan => Leaf::Time(Some(age(text, at, self.context)?), None),
            Name::Larger => Leaf::Size(bytes(text, at)?.saturating_add(1), u64::MAX),
            Name::Smaller => Leaf::Size(0, bytes(text, at)?.saturating_sub(1)),
        };
        Ok(Node::Leaf(leaf))
    }
}

fn one_or(mut all: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match all.pop() {
        Some(only) if all.is_empty() => only,
        Some(last) => {
            all.push(last);
            many(all)
        }
        None => Node::All,
    }
}

fn phrase(text: &str, at: &Range<usize>) -> Result<Phrase, Problem> {
    let phrase = Phrase::of(text);
    if phrase.is_empty() {
        return Err(Problem::new(
            at.clone(),
            ("文字も数字もありません", "there is no letter and no digit in it"),
            (
                "記号は検索の対象になりません。言葉を書いてください",
                "signs are not searched for; write a word",
            ),
        ));
    }
    Ok(phrase)
}

/// A value without a field: words anywhere, and what has the shape of an indicator also as that.
fn bare(text: &str, at: &Range<usize>, quoted: bool) -> Parsed {
    if text == "*" && !quoted {
        return Ok(Node::All);
    }
    let words = Node::Leaf(Leaf::Words(&Field::WORDS, phrase(text, at)?));
    let Some((kind, value)) = (!quoted && !text.contains('*')).then(|| classify(text)).flatten() else {
        return Ok(words);
    };
    let also = match kind {
        ObservableType::File => Leaf::Exact(Field::Hash, value),
        ObservableType::Url => Leaf::Words(&[Field::Url], Phrase::going_on(&value)),
        ObservableType::DomainName => Leaf::Host(value),
        ObservableType::EmailAddr => Leaf::Exact(Field::Address, value),
        ObservableType::Ipv4Addr | ObservableType::Ipv6Addr => match super::Range::parse(&value) {
            Some(range) => Leaf::Ip(range),
            None => return Ok(words),
        },
    };
    Ok(Node::Or(vec![words, Node::Leaf(also)]))
}

fn mailbox(fields: &'static [Field], text: &str, at: &Range<usize>, quoted: bool) -> Parsed {
    let words = phrase(text, at)?;
    if quoted || text.contains('*') {
        return Ok(Node::Leaf(Leaf::Words(fields, words)));
    }
    Ok(Node::Leaf(match (text.strip_prefix('@'), classify(text)) {
        (Some(domain), _) if domain.contains('.') => match classify(domain) {
            Some((ObservableType::DomainName, domain)) => Leaf::Domain(fields, domain, Phrase::default()),
            _ => Leaf::Domain(fields, domain.to_lowercase(), Phrase::default()),
        },
        (_, Some((ObservableType::EmailAddr, address))) => Leaf::Address(fields, address),
        (_, Some((ObservableType::DomainName, domain))) => Leaf::Domain(fields, domain, words),
        _ => Leaf::Words(fields, words),
    }))
}

fn url(text: &str, at: &Range<usize>) -> Result<Phrase, Problem> {
    phrase(text, at)?;
    // Defanged shapes are understood.
    let refanged = indicators::defang::refang(text);
    Ok(Phrase::going_on(&refanged))
}

fn host(text: &str, at: &Range<usize>) -> Result<Leaf, Problem> {
    let wrong = || {
        Problem::new(
            at.clone(),
            ("ホスト名でも IP アドレスでもありません", "it is neither a host name nor an IP address"),
            ("例 host:example.com、host:192.0.2.0/24", "e.g. host:example.com, host:192.0.2.0/24"),
        )
    };
    match classify(text) {
        Some((ObservableType::DomainName, name)) => Ok(Leaf::Host(name)),
        Some((ObservableType::Ipv4Addr | ObservableType::Ipv6Addr, address)) => {
            super::Range::parse(&address).map(Leaf::Ip).ok_or_else(wrong)
        }
        // A name that no registry knows: `host:mail.internal`.
        None if !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) =>
        {
            Ok(Leaf::Host(text.trim_matches('.').to_ascii_lowercase()))
        }
        _ => Err(wrong()),
    }
}

/// What `has:` knows.
pub(super) const HAS: [&str; 5] = ["attachment", "url", "encrypted", "macro", "mail"];

fn exact(field: Field, text: &str, at: &Range<usize>) -> Result<Leaf, Problem> {
    let text = text.trim();
    let value = match field {
        Field::Id => text.trim_matches(['<', '>']).to_lowercase(),
        Field::Has => match text.to_lowercase().as_str() {
            "attachment" | "添付" => "attachment".to_owned(),
            "url" | "link" => "url".to_owned(),
            other if HAS.contains(&other) => other.to_owned(),
            _ => {
                return Err(Problem::new(
                    at.clone(),
                    ("has: に書ける値ではありません", "has: does not know it"),
                    (
                        "attachment, url, encrypted, macro, mail のどれかです",
                        "it is one of attachment, url, encrypted, macro, mail",
                    ),
                ));
            }
        },
        _ => text.to_lowercase(),
    };
    if value.is_empty() {
        return Err(Problem::new(
            at.clone(),
            ("値が空です", "the value is empty"),
            ("値を書いてください", "write one"),
        ));
    }
    Ok(Leaf::Exact(field, value))
}

fn hash(text: &str, digits: usize, at: &Range<usize>) -> Result<String, Problem> {
    let text = text.trim().to_ascii_lowercase();
    let long = matches!((digits, text.len()), (0, 32 | 40 | 64)) || (digits > 0 && text.len() == digits);
    if long && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text);
    }
    Err(Problem::new(
        at.clone(),
        ("ハッシュ値ではありません", "it is no hash"),
        (
            "16 進数で MD5 は 32 桁、SHA-1 は 40 桁、SHA-256 は 64 桁です",
            "in hexadecimal digits, MD5 has 32, SHA-1 40 and SHA-256 64",
        ),
    ))
}

fn no_date(at: &Range<usize>) -> Problem {
    Problem::new(
        at.clone(),
        ("日付として読めません", "it cannot be read as a date"),
        (
            "例 2024-01-31、2024-01、2024、today、7d。期間は date:2024-01-01..2024-03-31",
            "e.g. 2024-01-31, 2024-01, 2024, today, 7d; a span is date:2024-01-01..2024-03-31",
        ),
    )
}

fn day(text: &str, at: &Range<usize>, context: &Context) -> Result<date::Moment, Problem> {
    date::moment(text.trim(), context).ok_or_else(|| no_date(at))
}

fn days(text: &str, at: &Range<usize>, context: &Context) -> Result<Leaf, Problem> {
    let Some((from, until)) = text.split_once("..") else {
        let (from, until) = day(text, at, context)?;
        // A point some time ago: from then on.
        return Ok(Leaf::Time(Some(from), (until > from).then_some(until)));
    };
    if from.is_empty() && until.is_empty() {
        return Err(no_date(at));
    }
    let from = if from.is_empty() { None } else { Some(day(from, at, context)?.0) };
    let until = if until.is_empty() { None } else { Some(day(until, at, context)?.1) };
    if let (Some(from), Some(until)) = (from, until)
        && from > until
    {
        return Err(Problem::new(
            at.clone(),
            ("期間の終わりが始まりより前です", "the span ends before it begins"),
            ("左に早い日、右に遅い日を書いてください", "write the earlier day first"),
        ));
    }
    Ok(Leaf::Time(from, until))
}

fn age(text: &str, at: &Range<usize>, context: &Context) -> Result<i64, Problem> {
    date::ago(text.trim(), context).ok_or_else(|| {
        Problem::new(
            at.clone(),
            ("期間として読めません", "it cannot be read as an age"),
            (
                "数と単位で書いてください: 12h、7d、2w、3m、1y",
                "write a number and a unit: 12h, 7d, 2w, 3m, 1y",
            ),
        )
    })
}

fn bytes(text: &str, at: &Range<usize>) -> Result<u64, Problem> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix('b').unwrap_or(&text);
    let (digits, unit) = match text.chars().last() {
        Some('k') => (text.strip_suffix('k'), 1 << 10),
        Some('m') => (text.strip_suffix('m'), 1 << 20),
        Some('g') => (text.strip_suffix('g'), 1 << 30),
        _ => (Some(text), 1u64),
    };
    digits.and_then(|digits| digits.parse::<u64>().ok()).map(|n| n.saturating_mul(unit)).ok_or_else(|| {
        Problem::new(
            at.clone(),
            ("大きさとして読めません", "it cannot be read as a size"),
            ("例 500k、10M", "e.g. 500k, 10M"),
        )
    })
}
