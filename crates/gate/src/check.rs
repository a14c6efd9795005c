//! The identity check: would this text give a member away, and where?

use std::cmp::Reverse;
use std::collections::BTreeMap;

use lexicon::Member;
use lexicon::ids::MemberId;

use crate::fold::fold;
use crate::network::addresses;
use crate::releasable::Field;
use crate::terms::{Term, TermKind, Terms};
use crate::views::{View, views};

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It may be an accident (a family name inside a longer word): an analyst may acknowledge it with a reason.
    Doubtful,
    /// It gives a member away: the draft must change.
    Certain,
}

/// A place in a draft that would give a member away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The field, e.g. `features`.
    pub field: String,
    /// Byte range in the field's text, on character boundaries.
    pub range: (usize, usize),
    /// The text at that range, as it stands in the draft.
    pub excerpt: String,
    /// Which member; for the hub's analysts only.
    pub member: MemberId,
    /// Which part of its roster entry.
    pub kind: TermKind,
    /// The encodings it was found under, outermost first; empty where it stands in plain sight.
    pub via: Vec<&'static str>,
    /// How sure.
    pub certainty: Certainty,
}

/// A place: the field's number and the byte range in it.
type Place = (usize, (usize, usize));

/// The findings so far: at each place of each field the surest, and of equals the plainest.
type Found = BTreeMap<Place, Finding>;

/// Looks for every member of `protected` in every field. Sorted by field and place, one finding a place, and
/// never cut short: the gate decides on all of it.
///
/// A field with more encoded material than can be read within the limits is a certain finding itself: what
/// cannot be checked does not leave.
pub fn identity_check<'m>(
    fields: &[Field<'_>],
    protected: impl IntoIterator<Item = &'m Member>,
) -> Vec<Finding> {
    let protected: Vec<Terms> = protected.into_iter().map(Terms::of).collect();
    let mut found = Found::new();
    for (number, field) in fields.iter().enumerate() {
        if field.text.is_empty() {
            continue;
        }
        let (all, complete) = views(&field.text);
        let mut add = |finding: Finding| {
            let better = |old: &Finding| {
                (finding.certainty, Reverse(finding.via.len()), Reverse(finding.member))
                    > (old.certainty, Reverse(old.via.len()), Reverse(old.member))
            };
            let place = (number, finding.range);
            if found.get(&place).is_none_or(better) {
                found.insert(place, finding);
            }
        };
        for view in &all {
            find_texts(field, view, &protected, &mut add);
            find_networks(field, view, &protected, &mut add);
        }
        if !complete && let Some(first) = protected.first() {
            add(Finding {
                field: field.name.clone(),
                range: (0, field.text.len()),
                excerpt: lexicon::text::cut(&field.text, 80).to_owned(),
                member: first.member,
                kind: TermKind::Name,
                via: vec!["too much encoded material to check"],
                certainty: Certainty::Certain,
            });
        }
    }
    settle(found)
}

/// Leaves out what lies wholly inside a finding that is at least as sure.
fn settle(found: Found) -> Vec<Finding> {
    let mut order: Vec<(Place, Finding)> = found.into_iter().collect();
    // At one start the longest first, so that what it covers comes after it.
    order.sort_by_key(|((field, (start, end)), finding)| {
        (*field, *start, Reverse(*end), Reverse(finding.certainty))
    });
    let mut kept: Vec<(Place, Finding)> = Vec::new();
    for ((field, range), finding) in order {
        let covered = kept.iter().rev().take(16).any(|((other, outer), by)| {
            *other == field && outer.0 <= range.0 && range.1 <= outer.1 && by.certainty >= finding.certainty
        });
        if !covered {
            kept.push(((field, range), finding));
        }
    }
    kept.into_iter().map(|(_, finding)| finding).collect()
}

fn find_texts(field: &Field<'_>, view: &View, protected: &[Terms], add: &mut impl FnMut(Finding)) {
    let folded = fold(view.chars.iter().copied());
    let text: String = folded.iter().map(|f| f.c).collect();
    if text.is_empty() {
        return;
    }
    // Byte offset in `text` of each folded character.
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    for terms in protected {
        for term in &terms.texts {
            let mut from = 0;
            while let Some(found) = text.get(from..).and_then(|rest| rest.find(&term.folded)) {
                let start = from + found;
                let end = start + term.folded.len();
                from =
                    start + text.get(start..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                let first = starts.partition_point(|&at| at < start);
                let last = starts.partition_point(|&at| at < end) - 1;
                let (Some(a), Some(b)) = (folded.get(first), folded.get(last)) else { break };
                let (a, b) = (a.from as usize, b.from as usize);
                let Some(certainty) = weigh(term, view, a, b) else { continue };
                add(finding(field, view, a, b, terms.member, term.kind, certainty));
            }
        }
    }
}

/// How sure a match is, from how whole the term is and how it stands in the text.
fn weigh(term: &Term, view: &View, a: usize, b: usize) -> Option<Certainty> {
    let letters = term.folded.chars().count();
    let before = a.checked_sub(1).and_then(|i| view.chars.get(i)).copied();
    let after = view.chars.get(b + 1).copied();
    let own_word =
        !before.is_some_and(|c| joins(c, view.chars[a])) && !after.is_some_and(|c| joins(view.chars[b], c));
    // Nothing but letters between first and last, or the separators that people hide a name with.
    let unbroken = view.chars.get(a..=b).is_some_and(|run| !run.iter().any(|c| c.is_whitespace()));
    if term.folded.is_ascii() {
        match (own_word, letters) {
            (true, 3..) if term.whole => Some(Certainty::Certain),
            (true, _) => Some(Certainty::Doubtful),
            (false, 3) if term.whole && apart(view, a, b) => Some(Certainty::Doubtful),
            (false, 6..) if term.whole && unbroken => Some(Certainty::Certain),
            (false, 10..) if term.whole => Some(Certainty::Certain),
            (false, 4..) => Some(Certainty::Doubtful),
            (false, _) => None,
        }
    } else {
        // A few kana can be the end of one word and the beginning of the next: 「し`かしお`客様」 is no カシオ.
        let kana = term.folded.chars().all(|c| matches!(c, 'ぁ'..='ゖ'));
        let hiragana = view.chars.get(a..=b).is_some_and(|run| run.iter().all(|c| matches!(c, 'ぁ'..='ゖ')));
        match letters {
            ..=4 if kana && (!own_word || hiragana) => (letters > 1).then_some(Certainty::Doubtful),
            3.. if term.whole => Some(Certainty::Certain),
            2 if term.whole && own_word => Some(Certainty::Certain),
            1 => (own_word && term.whole).then_some(Certainty::Doubtful),
            _ => Some(Certainty::Doubtful),
        }
    }
}

/// True where a short name is set off inside a longer word by digits or by its case, as in `NEC2026.xlsx` or
/// `necInvoice`.
fn apart(view: &View, a: usize, b: usize) -> bool {
    let at = |i: usize| view.chars.get(i).copied();
    let breaks = |x: Option<char>, y: Option<char>, z: Option<char>| match (x, y) {
        (Some(x), Some(y)) if x.is_alphanumeric() && y.is_alphanumeric() => {
            x.is_numeric() != y.is_numeric()
                || x.is_lowercase() && y.is_uppercase()
                || x.is_uppercase() && y.is_uppercase() && z.is_some_and(char::is_lowercase)
        }
        _ => true,
    };
    let before = a.checked_sub(1).and_then(at);
    breaks(before, at(a), at(a + 1)) && breaks(at(b), at(b + 1), at(b + 2))
}

/// True where two neighbouring characters read as one word: both Latin or digits, both kanji, and so on.
fn joins(a: char, b: char) -> bool {
    fn script(c: char) -> u8 {
        match c {
            c if c.is_ascii_alphanumeric() => 1,
            'ぁ'..='ゖ' => 2,
            'ァ'..='ヺ' | 'ー' | 'ｦ'..='ﾟ' => 3,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '々' => 4,
            c if c.is_alphanumeric() => 1,
            _ => 0,
        }
    }
    script(a) != 0 && script(a) == script(b)
}

fn find_networks(field: &Field<'_>, view: &View, protected: &[Terms], add: &mut impl FnMut(Finding)) {
    if protected.iter().all(|terms| terms.networks.is_empty()) {
        return;
    }
    for (start, end, seen) in addresses(&view.chars) {
        for terms in protected {
            if terms.networks.iter().any(|network| network.meets(seen)) {
                add(finding(
                    field,
                    view,
                    start,
                    end.saturating_sub(1),
                    terms.member,
                    TermKind::Network,
                    Certainty::Certain,
                ));
            }
        }
    }
}

fn finding(
    field: &Field<'_>,
    view: &View,
    a: usize,
    b: usize,
    member: MemberId,
    kind: TermKind,
    certainty: Certainty,
) -> Finding {
    let start = view.ranges.get(a).map_or(0, |range| range.0 as usize);
    let end = view.ranges.get(b).map_or(start, |range| range.1 as usize);
    let excerpt = field.text.get(start..end).unwrap_or("");
    Finding {
        field: field.name.clone(),
        range: (start, end),
        excerpt: lexicon::text::cut(excerpt, 200).to_owned(),
        member,
        kind,
        via: view.via.clone(),
        certainty,
    }
}
