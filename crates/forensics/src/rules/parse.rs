//! Reads an expression: words → [`Node`]. What is wrong is told with its place; a fault of meaning (an unknown field, a
//! pattern that cannot be) does not stop the reading, a fault of grammar does.

use std::ops::Range;

use super::expression::{Ask, Compare, List, Node, Test};
use super::field::{self, Entry, FIELDS, Field, Sort};
use super::net::Net;
use super::problem::{Said, nearest};
use super::token::{Token, Unread, tokens};

/// Bytes of one expression.
const EXPRESSION_BYTES: usize = 16 << 10;
/// Parentheses inside parentheses.
const DEPTH: usize = 30;
/// Texts of one list in an expression.
const TEXTS: usize = 1_000;
/// Entries of one list file.
const ENTRIES: usize = 200_000;
/// Memory that one pattern may take once it is compiled, in bytes.
const PATTERN_BYTES: usize = 512 << 10;
/// Groups inside groups of a pattern.
const PATTERN_DEPTH: u32 = 40;
/// Faults told of one expression.
const FAULTS: usize = 20;

/// What an expression is read against.
pub struct Around<'a> {
    /// The text of a list file, by the name that the rule gives it.
    pub list: &'a mut dyn FnMut(&str) -> Result<String, Said>,
    /// True for the id of a tell.
    pub is_tell: &'a dyn Fn(&str) -> bool,
    /// True for the id of an oddity.
    pub is_oddity: &'a dyn Fn(&str) -> bool,
}

/// A fault, and where in the expression.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) span: Range<usize>,
    pub(super) what: Said,
    pub(super) advice: Said,
}

/// The grammar was left; the fault is noted already.
struct Lost;

struct Parser<'a, 'b> {
    words: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
    faults: Vec<Fault>,
    around: &'a mut Around<'b>,
    own: &'a dyn Fn(&str) -> bool,
}

/// Reads an expression; `own` knows the own tells that stand before it.
pub(super) fn parse(
    text: &str,
    around: &mut Around<'_>,
    own: &dyn Fn(&str) -> bool,
) -> Result<Node, Vec<Fault>> {
    if text.len() > EXPRESSION_BYTES {
        return Err(vec![Fault {
            code: "NR017",
            span: 0..1,
            what: Said::new(
                format!("式が長すぎます（{} バイト、上限 {EXPRESSION_BYTES} バイト）", text.len()),
                format!("the expression is too long ({} bytes of at most {EXPRESSION_BYTES})", text.len()),
            ),
            advice: Said::new(
                "値の一覧は別のファイルに置き、in file \"一覧.txt\" と書いてください",
                "put values into a file of their own and write in file \"list.txt\", or make several tells of it",
            ),
        }]);
    }
    let (words, unread) = tokens(text);
    let faults = unread.into_iter().take(FAULTS).map(|(unread, span)| lexical(&unread, span)).collect();
    let mut parser = Parser { words, at: 0, depth: 0, faults, around, own };
    // Behind a text that is never closed, nothing that follows means what it says.
    if parser.faults.is_empty()
        && let Ok(node) = parser.any()
        && parser.end().is_ok()
        && parser.faults.is_empty()
    {
        return Ok(node);
    }
    parser.faults.truncate(FAULTS);
    Err(parser.faults)
}

fn lexical(unread: &Unread, span: Range<usize>) -> Fault {
    let (what, advice) = match unread {
        Unread::Open => (
            Said::new("閉じられていない文字列またはパターンです", "a text or pattern is never closed"),
            Said::new(
                "文字列は \"…\"、パターンは /…/ で囲んでください",
                "close a text with \" and a pattern with /",
            ),
        ),
        Unread::Character(c) => (
            Said::new(format!("使えない文字です: {c}"), format!("this character means nothing here: {c}")),
            Said::new(
                "値は \"…\" で囲んでください。演算子は半角で書きます",
                "put values between \" and \"; words and marks are plain ASCII",
            ),
        ),
        Unread::Number => (
            Said::new("数が大きすぎます", "the number is too large"),
            Said::new("もっと小さな数を書いてください", "write a smaller number"),
        ),
    };
    Fault { code: "NR013", span, what, advice }
}

impl Parser<'_, '_> {
    fn peek(&self) -> &Token {
        self.words.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn span(&self) -> Range<usize> {
        self.words.get(self.at).or(self.words.last()).map_or(0..0, |(_, span)| span.clone())
    }

    fn step(&mut self) {
        self.at = (self.at + 1).min(self.words.len());
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.step();
        }
        found
    }

    fn eat_mark(&mut self, mark: &str) -> bool {
        let found = matches!(self.peek(), Token::Mark(found) if *found == mark);
        if found {
            self.step();
        }
        found
    }

    fn fault(&mut self, code: &'static str, span: Range<usize>, what: Said, advice: Said) {
        if self.faults.len() < FAULTS {
            self.faults.push(Fault { code, span, what, advice });
        }
    }

    /// What stands here is not what the grammar asks for.
    fn expected<T>(&mut self, ja: &str, en: &str) -> Result<T, Lost> {
        let found = match self.peek() {
            Token::Word(word) => Said::new(format!("「{word}」があります"), format!("there is “{word}”")),
            Token::Text(_) => Said::new("文字列があります", "there is a text"),
            Token::Pattern(_) => Said::new("パターンがあります", "there is a pattern"),
            Token::Number(number) => {
                Said::new(format!("数 {number} があります"), format!("there is the number {number}"))
            }
            Token::Mark(mark) => Said::new(format!("「{mark}」があります"), format!("there is “{mark}”")),
            Token::End => Said::new("式がここで終わっています", "the expression ends here"),
        };
        self.fault(
            "NR010",
            self.span(),
            found,
            Said::new(format!("ここには {ja} が必要です"), format!("expected: {en}")),
        );
        Err(Lost)
    }

    fn end(&mut self) -> Result<(), Lost> {
        if *self.peek() == Token::End {
            return Ok(());
        }
        self.expected("and、or、または式の終わり", "and, or, or the end of the expression")
    }

    fn any(&mut self) -> Result<Node, Lost> {
        let mut nodes = vec![self.all()?];
        while self.eat_word("or") {
            nodes.push(self.all()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn all(&mut self) -> Result<Node, Lost> {
        let mut nodes = vec![self.one()?];
        while self.eat_word("and") {
            nodes.push(self.one()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) })
    }

    fn one(&mut self) -> Result<Node, Lost> {
        let span = self.span();
        let not = self.is_word("not");
        let open = matches!(self.peek(), Token::Mark("("));
        if !not && !open {
            return self.test().map(Node::Test);
        }
        if self.depth >= DEPTH {
            self.fault(
                "NR017",
                span,
                Said::new(
                    format!("括弧と not の入れ子が深すぎます（上限 {DEPTH} 段）"),
                    format!("parentheses and “not” are nested too deep (at most {DEPTH})"),
                ),
                Said::new("いくつかの見分け方に分けてください", "make several tells of it"),
            );
            return Err(Lost);
        }
        self.step();
        self.depth += 1;
        let node = if not {
            Node::Not(Box::new(self.one()?))
        } else {
            let node = self.any()?;
            if !self.eat_mark(")") {
                return self.expected("「)」", "“)”, or and / or");
            }
            node
        };
        self.depth -= 1;
        Ok(node)
    }

    fn test(&mut self) -> Result<Test, Lost> {
        if self.is_word("count") {
            self.step();
            if !self.eat_mark("(") {
                return self.expected("「(」", "“(”, e.g. count(attachment.name) >= 3");
            }
            let field = self.field()?;
            let ask = if matches!(self.peek(), Token::Mark(")")) { Ask::Exists } else { self.ask(&field)? };
            if !self.eat_mark(")") {
                return self.expected("「)」", "“)”");
            }
            let (compare, number) = self.comparison()?;
            return Ok(Test { field, ask, count: Some((compare, number)) });
        }
        let field = self.field()?;
        if field.sort == Sort::Flag {
            return Ok(Test { field, ask: Ask::Exists, count: None });
        }
        let ask = self.ask(&field)?;
        Ok(Test { field, ask, count: None })
    }

    fn comparison(&mut self) -> Result<(Compare, u64), Lost> {
        let Token::Mark(mark) = self.peek() else {
            return self.expected(">=、<=、>、<、=、!=", ">=, <=, >, <, = or !=");
        };
        let Some(compare) = Compare::parse(mark) else {
            return self.expected(">=、<=、>、<、=、!=", ">=, <=, >, <, = or !=");
        };
        self.step();
        let Token::Number(number) = *self.peek() else {
            return self.expected("数", "a whole number");
        };
        self.step();
        Ok((compare, number))
    }

    /// A field; one that is unknown is told, and read as a text.
    fn field(&mut self) -> Result<Field, Lost> {
        let Token::Word(word) = self.peek() else {
            return self
                .expected("項目名（subject、from.domain など）", "a field, such as subject or from.domain");
        };
        let word = word.to_lowercase();
        let span = self.span();
        self.step();
        let entry = FIELDS.iter().find(|entry| entry.name == word);
        let Some(entry) = entry else {
            let near = nearest(&word, FIELDS.iter().map(|entry| entry.name));
            let all = FIELDS.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
            let advice = match near {
                Some(near) => Said::new(format!("{near} のことですか"), format!("did you mean {near}?")),
                None => Said::new(format!("使える項目: {all}"), format!("the fields are: {all}")),
            };
            let what = Said::new(format!("知らない項目です: {word}"), format!("there is no field {word}"));
            self.fault("NR011", span, what, advice);
            if self.eat_mark("(") {
                self.step();
                let _ = self.eat_mark(")");
            }
            return Ok(Field { name: "subject", sort: Sort::Text, argument: None });
        };
        let argument = match entry.argument {
            Some(example) => Some(self.argument(entry, example)?),
            None => None,
        };
        Ok(Field { name: entry.name, sort: entry.sort, argument })
    }

    fn argument(&mut self, entry: &Entry, example: &str) -> Result<String, Lost> {
        let shown = format!("{}(\"{example}\")", entry.name);
        if !self.eat_mark("(") {
            return self.expected(&format!("「(」。例: {shown}"), &format!("“(”, as in {shown}"));
        }
        let span = self.span();
        let Token::Text(text) = self.peek().clone() else {
            return self.expected(&format!("文字列。例: {shown}"), &format!("a text, as in {shown}"));
        };
        self.step();
        if !self.eat_mark(")") {
            return self.expected("「)」", "“)”");
        }
        let own = (self.own)(&text);
        if entry.name == "tell" && !own && !(self.around.is_tell)(&text) {
            self.fault(
                "NR019",
                span,
                Said::new(format!("知らない見分け方です: {text}"), format!("there is no tell {text}")),
                Said::new(
                    "noroshi dissect --jsonl が出す id を書いてください。自作の見分け方は、この規則より前に書いたものだけを参照できます",
                    "use an id as noroshi dissect --jsonl gives it; an own tell must stand before this one",
                ),
            );
        } else if entry.name == "oddity" && !(self.around.is_oddity)(&text) {
            self.fault(
                "NR019",
                span,
                Said::new(format!("知らない異常です: {text}"), format!("there is no oddity {text}")),
                Said::new(
                    "noroshi dissect --jsonl が出す id を書いてください",
                    "use an id as noroshi dissect --jsonl gives it",
                ),
            );
        }
        Ok(text)
    }

    fn ask(&mut self, field: &Field) -> Result<Ask, Lost> {
        if self.eat_word("exists") {
            return Ok(Ask::Exists);
        }
        if field.sort == Sort::Number {
            let (compare, number) = self.comparison()?;
            return Ok(Ask::Number(compare, number));
        }
        if let Token::Mark(mark) = self.peek()
            && Compare::parse(mark).is_some()
        {
            self.fault(
                "NR012",
                self.span(),
                Said::new(
                    format!("{} は文字の項目なので、数のように比べられません", field.name),
                    format!("{} is a text and cannot be compared like a number", field.name),
                ),
                Said::new(
                    "is、contains、starts-with、ends-with、matches、in を使うか、count(…) で数えてください",
                    "use is, contains, starts-with, ends-with, matches or in, or count(…)",
                ),
            );
            return Err(Lost);
        }
        if self.eat_word("in") {
            return self.choice(field);
        }
        if self.eat_word("is") {
            let texts = self.texts()?;
            return Ok(self.list(field, texts, false));
        }
        let plain = |texts: Vec<(String, Range<usize>)>| texts.iter().map(|(t, _)| field::plain(t)).collect();
        if self.eat_word("contains") {
            return Ok(Ask::Contains(plain(self.texts()?)));
        }
        if self.eat_word("starts-with") {
            return Ok(Ask::StartsWith(plain(self.texts()?)));
        }
        if self.eat_word("ends-with") {
            return Ok(Ask::EndsWith(plain(self.texts()?)));
        }
        if self.eat_word("matches") {
            return self.pattern();
        }
        self.expected(
            "contains、starts-with、ends-with、is、matches、in、exists のどれか",
            "contains, starts-with, ends-with, is, matches, in or exists",
        )
    }

    fn pattern(&mut self) -> Result<Ask, Lost> {
        let span = self.span();
        let Token::Pattern(pattern) = self.peek().clone() else {
            return self.expected("/…/ で囲んだパターン", "a pattern between slashes, e.g. /invoice-[0-9]+/");
        };
        self.step();
        let built = regex::RegexBuilder::new(&pattern)
            .case_insensitive(true)
            .size_limit(PATTERN_BYTES)
            .dfa_size_limit(PATTERN_BYTES)
            .nest_limit(PATTERN_DEPTH)
            .build();
        match built {
            Ok(regex) => Ok(Ask::Matches(Box::new(regex))),
            Err(error) => {
                let (ja, en) = match &error {
                    regex::Error::CompiledTooBig(_) => (
                        "パターンが大きすぎます".to_owned(),
                        "the pattern is too large once it is compiled".to_owned(),
                    ),
                    other => {
                        // The last line says what is wrong; the lines before draw the pattern once more.
                        let text = other.to_string();
                        let last = text.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
                        (format!("パターンとして読めません（{last}）"), format!("this is no pattern: {last}"))
                    }
                };
                self.fault(
                    "NR014",
                    span,
                    Said::new(ja, en),
                    Said::new(
                        "Rust の regex の書き方を使います（先読みと後方参照はありません）。繰り返しの回数は小さくしてください",
                        "the syntax is that of Rust's regex crate, without look-around and back-references; keep counted repetitions small",
                    ),
                );
                Ok(Ask::Exists)
            }
        }
    }

    /// A text, or a list of texts.
    fn texts(&mut self) -> Result<Vec<(String, Range<usize>)>, Lost> {
        if let Token::Text(text) = self.peek().clone() {
            let span = self.span();
            self.step();
            return self.not_empty(text, span).map(|text| vec![text]);
        }
        if !self.eat_mark("[") {
            return self.expected("\"…\" で囲んだ値", "a value between quotation marks");
        }
        let mut out = Vec::new();
        loop {
            let Token::Text(text) = self.peek().clone() else {
                return self.expected("\"…\" で囲んだ値", "a value between quotation marks");
            };
            if out.len() >= TEXTS {
                self.fault(
                    "NR017",
                    self.span(),
                    Said::new(
                        format!("値が多すぎます（上限 {TEXTS}）"),
                        format!("too many values (at most {TEXTS})"),
                    ),
                    Said::new("in file \"一覧.txt\" を使ってください", "use in file \"list.txt\""),
                );
                return Err(Lost);
            }
            let span = self.span();
            self.step();
            out.push(self.not_empty(text, span)?);
            if self.eat_mark("]") {
                return Ok(out);
            }
            if !self.eat_mark(",") {
                return self.expected("「,」または「]」", "“,” or “]”");
            }
            if self.eat_mark("]") {
                return Ok(out);
            }
        }
    }

    /// An empty text is in every text: surely not what is meant.
    fn not_empty(&mut self, text: String, span: Range<usize>) -> Result<(String, Range<usize>), Lost> {
        if text.trim().is_empty() {
            self.fault(
                "NR012",
                span.clone(),
                Said::new("値が空です", "the value is empty"),
                Said::new(
                    "値を書いてください。項目があるかどうかは exists で調べます",
                    "write a value; whether there is one at all is asked with exists",
                ),
            );
        }
        Ok((text, span))
    }

    fn choice(&mut self, field: &Field) -> Result<Ask, Lost> {
        if !self.eat_word("file") {
            let texts = self.texts()?;
            return Ok(self.list(field, texts, true));
        }
        let span = self.span();
        let Token::Text(name) = self.peek().clone() else {
            return self
                .expected("一覧ファイルの名前（\"…\"）", "the name of a list, between quotation marks");
        };
        self.step();
        let outside = name.starts_with(['/', '\\', '~'])
            || name.contains(':')
            || name.split(['/', '\\']).any(|part| part == "..");
        let text = if outside || name.trim().is_empty() {
            Err(Said::new(
                "一覧は規則ファイルと同じフォルダか、その下に置いてください",
                "a list lies beside the rule file, or in a folder below it",
            ))
        } else {
            (self.around.list)(&name)
        };
        let text = match text {
            Ok(text) => text,
            Err(why) => {
                self.fault(
                    "NR016",
                    span,
                    Said::new(
                        format!("一覧「{name}」を使えません: {}", why.ja),
                        format!("the list {name} cannot be used: {}", why.en),
                    ),
                    Said::new(
                        "規則ファイルからの相対パスで書き、1 行に 1 つの値を UTF-8 で並べてください",
                        "name it relative to the rule file; one value a line, in UTF-8",
                    ),
                );
                return Ok(Ask::Exists);
            }
        };
        let lines = text.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
        let entries: Vec<&str> =
            lines.filter(|line| !line.is_empty() && !line.starts_with('#')).take(ENTRIES + 1).collect();
        if entries.len() > ENTRIES {
            self.fault(
                "NR016",
                span,
                Said::new(
                    format!("一覧「{name}」が長すぎます（上限 {ENTRIES} 件）"),
                    format!("the list {name} is too long (at most {ENTRIES} entries)"),
                ),
                Said::new("一覧を分けてください", "make several lists of it"),
            );
            return Ok(Ask::Exists);
        }
        let texts = entries.into_iter().map(|line| (line.to_owned(), span.clone())).collect();
        Ok(self.list(field, texts, true))
    }

    /// What `is` and `in` ask: one of these values, or of these ranges. In lists of hosts, `.example.com` means every
    /// name below it.
    fn list(&mut self, field: &Field, texts: Vec<(String, Range<usize>)>, chosen: bool) -> Ask {
        if field.sort != Sort::Ip {
            let hosts = chosen && field.holds_hosts();
            let mut list = List::default();
            texts.iter().for_each(|(text, _)| list.add(field::plain(text), hosts));
            return Ask::In(list);
        }
        let mut nets = Vec::with_capacity(texts.len());
        for (text, span) in texts {
            match Net::parse(&text) {
                Some(net) => nets.push(net),
                None => self.fault(
                    "NR015",
                    span,
                    Said::new(
                        format!("IP アドレスでも範囲でもありません: {text}"),
                        format!("this is neither an address nor a range: {text}"),
                    ),
                    Said::new(
                        "\"192.0.2.1\"、\"192.0.2.0/24\"、\"2001:db8::/32\" のように書いてください",
                        "write it as \"192.0.2.1\", \"192.0.2.0/24\" or \"2001:db8::/32\"",
                    ),
                ),
            }
        }
        Ask::Nets(nets)
    }
}
