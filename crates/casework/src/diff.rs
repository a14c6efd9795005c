//! Where two mails of one template differ: the words that were changed, as the holes of the template.
//!
//! Texts are cut where readers see a seam: Latin words and numbers whole; Japanese into runs of one script (漢字,
//! カタカナ, ひらがな), and a changed run without what both sides still have in common; every sign alone. The longest
//! common subsequence (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986) says what stayed, bounded: texts
//! that differ in more than [`CHANGES`] pieces are compared line by line, and beyond that told as different.

use std::collections::BTreeMap;

use lexicon::text;

/// Bytes of each text that are compared.
pub const TEXT: usize = 64 * 1024;
/// Pieces that may differ before the comparison turns coarser.
pub const CHANGES: usize = 1_200;

/// What a hole holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hole {
    /// Part of a web address.
    Link,
    /// Part of a mail address.
    Address,
    /// Numbers on both sides.
    Number,
    /// Words.
    Words,
    /// Something that the first text has not.
    Added,
    /// Something that the second text has not.
    Removed,
}

impl Hole {
    /// A stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Address => "address",
            Self::Number => "number",
            Self::Words => "words",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// A piece of both texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Both have it.
    Same(String),
    /// They differ here.
    Changed {
        /// What the first has; empty where it has nothing.
        a: String,
        /// What the second has.
        b: String,
        /// What kind of hole it is.
        hole: Hole,
    },
}

/// Two texts side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// The pieces in order: those that are the same and the first of each change make the first text.
    pub pieces: Vec<Piece>,
    /// True where a text was longer than [`TEXT`] or the texts differ too much to be compared word by word.
    pub coarse: bool,
    /// How much of the longer text is the same, in characters without blanks: 0 to 1.
    pub alike: f64,
}

impl Diff {
    /// The changes, in order.
    pub fn changes(&self) -> impl Iterator<Item = (&str, &str, Hole)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Same(_) => None,
            Piece::Changed { a, b, hole } => Some((a.as_str(), b.as_str(), *hole)),
        })
    }
}

/// Compares two texts.
///
/// ```
/// use casework::diff::{Hole, diff};
/// let diff = diff("佐久間様 請求書（No.48210）を送付します。", "立花様 請求書（No.48247）を送付します。");
/// let changes: Vec<_> = diff.changes().collect();
/// assert_eq!(changes, [("佐久間", "立花", Hole::Words), ("48210", "48247", Hole::Number)]);
/// ```
pub fn diff(a: &str, b: &str) -> Diff {
    let (whole_a, whole_b) = (a, b);
    let (a, b) = (text::cut(a, TEXT), text::cut(b, TEXT));
    let mut coarse = a.len() < whole_a.len() || b.len() < whole_b.len();
    let (words_a, words_b) = (tokens(a), tokens(b));
    let mut pieces = match steps_of(&words_a, &words_b) {
        Some(steps) => pieces(&words_a, &words_b, &steps),
        None => {
            coarse = true;
            let (lines_a, lines_b) = (lines(a), lines(b));
            match steps_of(&lines_a, &lines_b) {
                Some(steps) => pieces(&lines_a, &lines_b, &steps),
                None => vec![changed(a.to_owned(), b.to_owned(), Hole::Words)],
            }
        }
    };
    pieces = settle(pieces);
    let count = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let same: usize = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Same(text) => count(text),
            Piece::Changed { .. } => 0,
        })
        .sum();
    let longer = count(a).max(count(b));
    let alike = if longer == 0 { 1.0 } else { same as f64 / longer as f64 };
    Diff { pieces, coarse, alike }
}

/// What a character belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Kanji,
    Hiragana,
    Katakana,
    Blank,
    Sign,
}

fn script(c: char) -> Script {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => Script::Hiragana,
        'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ' | 'ｦ'..='ﾟ' => Script::Katakana,
        '々' | '〆' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
            Script::Kanji
        }
        c if c.is_whitespace() => Script::Blank,
        c if c.is_alphanumeric() => Script::Latin,
        _ => Script::Sign,
    }
}

/// A seam-to-seam piece of a text, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Token<'a> {
    text: &'a str,
    script: Script,
    /// Inside a web address, a mail address, or neither.
    inside: Option<Hole>,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        // Up to the next blank, so that addresses are seen whole.
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        words(run, &mut out);
        let blanks = after.find(|c: char| !c.is_whitespace()).unwrap_or(after.len());
        let (blank, after) = after.split_at_checked(blanks).unwrap_or((after, ""));
        // Every line break alone: an added paragraph moves nothing else.
        for piece in blank.split_inclusive('\n').filter(|piece| !piece.is_empty()) {
            out.push(Token { text: piece, script: Script::Blank, inside: None });
        }
        rest = after;
    }
    out
}

fn words<'a>(run: &'a str, out: &mut Vec<Token<'a>>) {
    let scheme = run.find("://").map(|at| {
        run.get(..at).map_or(0, |head| head.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len())
    });
    let is_address = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '(' | ')' | ',' | ';');
    let address = run.find('@').and_then(|at| {
        let (head, tail) = run.split_at_checked(at)?;
        let from =
            head.len() - head.chars().rev().take_while(|c| is_address(*c)).map(char::len_utf8).sum::<usize>();
        let to = at + tail.chars().take_while(|c| is_address(*c)).map(char::len_utf8).sum::<usize>();
        Some(from..to)
    });
    let mut at = 0;
    let mut chars = run.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let kind = script(c);
        let mut end = start + c.len_utf8();
        while kind != Script::Sign && chars.peek().is_some_and(|(_, next)| script(*next) == kind) {
            if let Some((next, c)) = chars.next() {
                end = next + c.len_utf8();
            }
        }
        let inside = match (&scheme, &address) {
            // A web address ends where Japanese begins.
            (Some(from), _)
                if start >= *from && matches!(kind, Script::Latin | Script::Sign) && c.is_ascii() =>
            {
                Some(Hole::Link)
            }
            (_, Some(range)) if range.contains(&start) => Some(Hole::Address),
            _ => None,
        };
        if let Some(text) = run.get(at..end) {
            out.push(Token { text, script: kind, inside });
        }
        at = end;
    }
}

fn lines(text: &str) -> Vec<Token<'_>> {
    text.split_inclusive('\n').map(|text| Token { text, script: Script::Sign, inside: None }).collect()
}

/// What to do next with two sequences.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Keep,
    TakeA,
    TakeB,
}

/// The shortest way from `a` to `b`; `None` where it takes more than [`CHANGES`] steps.
fn steps_of(a: &[Token<'_>], b: &[Token<'_>]) -> Option<Vec<Step>> {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut ids = Vec::with_capacity(a.len() + b.len());
    for (next, token) in (0u32..).zip(a.iter().chain(b)) {
        ids.push(*numbers.entry(token_key(token)).or_insert(next));
    }
    let (a, b) = ids.split_at_checked(a.len())?;
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a_rest, b_rest) = (a.get(head..)?, b.get(head..)?);
    let tail = a_rest.iter().rev().zip(b_rest.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a_mid, b_mid) = (a_rest.get(..a_rest.len() - tail)?, b_rest.get(..b_rest.len() - tail)?);
    let mut out = vec![Step::Keep; head];
    out.extend(middle(a_mid, b_mid)?);
    out.extend(std::iter::repeat_n(Step::Keep, tail));
    Some(out)
}

/// A token's text in the form by which it is compared: how wide a blank is does not matter.
fn token_key<'a>(token: &Token<'a>) -> &'a str {
    match token.script {
        Script::Blank if token.text.contains('\n') => "\n",
        Script::Blank => " ",
        _ => token.text,
    }
}

/// Myers' greedy algorithm with the whole trace kept: at most [`CHANGES`] squared numbers.
fn middle(a: &[u32], b: &[u32]) -> Option<Vec<Step>> {
    let (n, m) = (a.len(), b.len());
    let most = (n + m).min(CHANGES);
    // Furthest place in `a` on diagonal k = x − y, at k + most + 1.
    let mut reach = vec![0usize; 2 * most + 3];
    let mut trace: Vec<Vec<usize>> = Vec::new();
    let zero = most + 1;
    for d in 0..=most {
        // Only the diagonals −d..=d are live.
        trace.push(reach.get(zero - d..=zero + d)?.to_vec());
        for at in (zero - d..=zero + d).step_by(2) {
            let down = at == zero - d || (at != zero + d && reach.get(at - 1)? < reach.get(at + 1)?);
            let mut x = if down { *reach.get(at + 1)? } else { reach.get(at - 1)? + 1 };
            let Some(mut y) = (x + zero).checked_sub(at) else { continue };
            while x < n && y < m && a.get(x) == b.get(y) {
                x += 1;
                y += 1;
            }
            *reach.get_mut(at)? = x;
            if x >= n && y >= m {
                return Some(back(&trace, n, m, zero));
            }
        }
    }
    None
}

/// The way back through the trace.
fn back(trace: &[Vec<usize>], n: usize, m: usize, zero: usize) -> Vec<Step> {
    let mut steps = Vec::with_capacity(n + m);
    let (mut x, mut y) = (n, m);
    for d in (0..trace.len()).rev() {
        let at = x + zero - y;
        // The trace of round d holds the diagonals −d..=d as they stood before it.
        let before = |at: usize| trace.get(d).and_then(|row| row.get((at + d).checked_sub(zero)?)).copied();
        if d == 0 {
            steps.extend(std::iter::repeat_n(Step::Keep, x.min(y)));
            break;
        }
        let (left, right) = (before(at - 1), before(at + 1));
        let down = at == zero - d || (at != zero + d && left < right);
        let from = if down { right.unwrap_or(0) } else { left.unwrap_or(0) };
        let from_y = if down { from + zero - (at + 1) } else { from + zero - (at - 1) };
        let begin = if down { from } else { from + 1 };
        steps.extend(std::iter::repeat_n(Step::Keep, x - begin));
        steps.push(if down { Step::TakeB } else { Step::TakeA });
        (x, y) = (from, from_y);
    }
    steps.reverse();
    steps
}

fn changed(a: String, b: String, hole: Hole) -> Piece {
    let hole = match (a.trim().is_empty(), b.trim().is_empty()) {
        (true, false) => Hole::Added,
        (false, true) => Hole::Removed,
        _ => hole,
    };
    Piece::Changed { a, b, hole }
}

fn pieces(a: &[Token<'_>], b: &[Token<'_>], steps: &[Step]) -> Vec<Piece> {
    let (mut a, mut b) = (a.iter(), b.iter());
    let mut out = Vec::new();
    for run in steps.chunk_by(|x, y| (*x == Step::Keep) == (*y == Step::Keep)) {
        if run.first() == Some(&Step::Keep) {
            let mut same = String::new();
            for _ in run {
                b.next();
                same.push_str(a.next().map_or("", |token| token.text));
            }
            out.push(Piece::Same(same));
            continue;
        }
        let taken_a: Vec<Token<'_>> =
            a.by_ref().take(run.iter().filter(|step| **step == Step::TakeA).count()).copied().collect();
        let taken_b: Vec<Token<'_>> =
            b.by_ref().take(run.iter().filter(|step| **step == Step::TakeB).count()).copied().collect();
        out.extend(hole(&taken_a, &taken_b));
    }
    out
}

/// One change, without what a single run of Japanese has in common on both sides.
fn hole(a: &[Token<'_>], b: &[Token<'_>]) -> Vec<Piece> {
    let join = |tokens: &[Token<'_>]| tokens.iter().map(|token| token.text).collect::<String>();
    let all = || a.iter().chain(b);
    let kind = if all().any(|token| token.inside == Some(Hole::Link)) {
        Hole::Link
    } else if all().any(|token| token.inside == Some(Hole::Address)) {
        Hole::Address
    } else if all().all(|token| {
        token.text.chars().all(|c| c.is_numeric() || script(c) != Script::Latin && !is_japanese(script(c)))
    }) {
        Hole::Number
    } else {
        Hole::Words
    };
    let (text_a, text_b) = (join(a), join(b));
    let japanese = |tokens: &[Token<'_>]| tokens.iter().all(|token| is_japanese(token.script));
    if a.is_empty() || b.is_empty() || !japanese(a) || !japanese(b) {
        return vec![changed(text_a, text_b, kind)];
    }
    let common = |one: &mut dyn Iterator<Item = char>, other: &mut dyn Iterator<Item = char>| {
        one.zip(other).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum::<usize>()
    };
    let head = common(&mut text_a.chars(), &mut text_b.chars());
    let (rest_a, rest_b) = (text_a.get(head..).unwrap_or(""), text_b.get(head..).unwrap_or(""));
    let tail = common(&mut rest_a.chars().rev(), &mut rest_b.chars().rev());
    let cut = |rest: &str| {
        let (mid, tail) = rest.split_at_checked(rest.len() - tail).unwrap_or((rest, ""));
        (mid.to_owned(), tail.to_owned())
    };
    let ((mid_a, end), (mid_b, _)) = (cut(rest_a), cut(rest_b));
    let mut out = Vec::new();
    if head > 0 {
        out.push(Piece::Same(text_a.get(..head).unwrap_or("").to_owned()));
    }
    out.push(changed(mid_a, mid_b, kind));
    if !end.is_empty() {
        out.push(Piece::Same(end));
    }
    out
}

fn is_japanese(script: Script) -> bool {
    matches!(script, Script::Kanji | Script::Hiragana | Script::Katakana)
}

/// Joins neighbours: pieces that are the same, and changes with nothing but a blank between them (a family and a given
/// name are one hole).
fn settle(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (out.last_mut(), piece) {
            (Some(Piece::Same(before)), Piece::Same(text)) => before.push_str(&text),
            (_, Piece::Changed { a, b, hole }) => {
                let gap = match out.last() {
                    Some(Piece::Same(gap)) if gap.chars().all(|c| c.is_whitespace() && c != '\n') => {
                        Some(gap.clone())
                    }
                    Some(Piece::Changed { .. }) => Some(String::new()),
                    _ => None,
                };
                let joined = gap.and_then(|gap| {
                    let blank = usize::from(!gap.is_empty());
                    match out.len().checked_sub(1 + blank).and_then(|at| out.get(at)) {
                        Some(Piece::Changed { a: before_a, b: before_b, hole: before }) => {
                            let hole = if *before == hole { hole } else { Hole::Words };
                            let joined =
                                changed(format!("{before_a}{gap}{a}"), format!("{before_b}{gap}{b}"), hole);
                            Some((out.len() - 1 - blank, joined))
                        }
                        _ => None,
                    }
                });
                match joined {
                    Some((at, piece)) => {
                        out.truncate(at);
                        out.push(piece);
                    }
                    None => out.push(Piece::Changed { a, b, hole }),
                }
            }
            (_, piece) => out.push(piece),
        }
    }
    out
}
