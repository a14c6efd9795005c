//! Why two mails belong together, in words.

use std::collections::BTreeMap;

use lexicon::{Reason, ReasonKind};

use crate::alike_files::{AGREE, Tlsh};
use crate::group::Count;
use crate::kinds::Kinds;
use crate::mark::{Mark, MarkKind};
use crate::print::Layer;
use crate::profile::{Held, weigh};
use crate::signature::Signature;

/// Reasons told for one pair.
const MAX_REASONS: usize = 12;
/// Reasons of one kind told for one pair, the strongest.
const MAX_OF_KIND: usize = 3;

/// Everything that two mails have in common, strongest first: their texts, if they are alike, and every value that is
/// rare enough here to say something. `count` tells how often a value is seen.
///
/// Symmetric. A pair that has nothing in common has no reason; whether reasons are enough to tie is decided over all
/// mails ([`group`](crate::group)).
pub fn compare(a: &Signature, b: &Signature, count: &impl Fn(u64) -> Count, kinds: Kinds) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if kinds.has(ReasonKind::Text) {
        for print in a.prints() {
            let same = b.prints().iter().filter(|other| other.layer() == print.layer());
            // Where both were put under one template unseen, how alike they are is told as it is.
            let alike = same.map(|other| print.jaccard(other)).fold(0.0, f64::max);
            if alike >= TOLD {
                let what = if print.layer() == Layer::Hidden { "hidden text " } else { "" };
                reasons.push(Reason {
                    kind: ReasonKind::Text,
                    weight: hundredths(alike),
                    value: format!("{what}jaccard {alike:.2}"),
                    texts: None,
                });
            }
        }
    }
    let scattered =
        [a, b].iter().any(|mail| mail.marks().iter().any(|mark| mark.kind == MarkKind::Scattered));
    let mut alike = Vec::new();
    for (mark, other) in shared(a.marks(), b.marks()) {
        if !kinds.has(mark.kind.reason()) {
            continue;
        }
        let count = count(mark.key());
        // What runs in one mail and is a text in the other ties as any file.
        let kind = if mark.kind == other.kind { mark.kind } else { MarkKind::File };
        let weight = weigh(kind, mark.base.min(other.base), count.texts.max(1), scattered);
        if weight > 0.0 && mark.kind == MarkKind::Alike {
            alike.push((mark, other, weight, count));
        } else if weight > 0.0 {
            reasons.push(reason(mark, other, weight, count));
        }
    }
    tell_changed(&alike, &mut reasons);
    tidy(reasons)
}

/// Texts less alike than this are no reason to tell.
const TOLD: f64 = 0.5;

/// The reasons that values are which tie the cores of two mails.
pub(crate) fn reasons_of(
    values: &[(Held, f64)],
    a: &[Mark],
    b: &[Mark],
    count: &impl Fn(u64) -> Count,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut alike = Vec::new();
    for (held, weight) in values {
        let [one, two] = [a, b].map(|marks| marks.iter().find(|mark| mark.key() == held.key));
        let Some(mark) = one.or(two) else { continue };
        let other = two.unwrap_or(mark);
        if held.kind != MarkKind::Alike {
            reasons.push(reason(mark, other, *weight, count(held.key)));
        } else if one.is_some() && two.is_some() {
            alike.push((mark, other, *weight, count(held.key)));
        }
    }
    tell_changed(&alike, &mut reasons);
    tidy(reasons)
}

/// Tells files that have these parts of their TLSH in common: the pair that is nearest, where it is not told already
/// that their bytes are the same.
fn tell_changed(parts: &[(&Mark, &Mark, f64, Count)], reasons: &mut Vec<Reason>) {
    let mut pairs: BTreeMap<(&str, &str), Vec<(f64, Count)>> = BTreeMap::new();
    for (mark, other, weight, count) in parts {
        pairs.entry((&mark.name, &other.name)).or_default().push((*weight, *count));
    }
    let split =
        |named: &'_ str| named.split_once(' ').map(|(tlsh, name)| (Tlsh::read(tlsh), name.to_owned()));
    let agree = pairs.into_iter().filter(|(_, parts)| parts.len() >= AGREE);
    let told = agree.filter_map(|((a, b), parts)| {
        let ((one, a), (two, b)) = split(a).zip(split(b))?;
        let (weight, count) = parts.into_iter().max_by(|x, y| x.0.total_cmp(&y.0))?;
        Some((one?.distance(&two?), a.min(b), weight, count))
    });
    let nearest = told.min_by(|x, y| (x.0, &x.1).cmp(&(y.0, &y.1)));
    let Some((distance, name, weight, count)) = nearest else { return };
    if distance == 0 && reasons.iter().any(|reason| reason.value.starts_with("sha256 ")) {
        return;
    }
    let space = if name.is_empty() { "" } else { " " };
    reasons.push(Reason {
        kind: ReasonKind::Attachment,
        weight: hundredths(weight),
        value: format!("tlsh{space}{name} (distance {distance})"),
        texts: Some(count.texts),
    });
}

/// Marks that both have: the one's and the other's.
fn shared<'a>(a: &'a [Mark], b: &'a [Mark]) -> Vec<(&'a Mark, &'a Mark)> {
    let theirs: std::collections::HashMap<u64, &Mark> = b.iter().map(|mark| (mark.key(), mark)).collect();
    a.iter().filter_map(|mark| Some((mark, *theirs.get(&mark.key())?))).collect()
}

fn reason(mark: &Mark, other: &Mark, weight: f64, count: Count) -> Reason {
    let name = mark.name.as_ref().min(other.name.as_ref());
    let word = mark.kind.word();
    let value = match mark.kind {
        MarkKind::Program | MarkKind::File | MarkKind::Image | MarkKind::Macro => {
            let short = mark.value.get(..12).unwrap_or(&mark.value);
            if name.is_empty() { format!("{word} {short}…") } else { format!("{word} {short}… {name}") }
        }
        MarkKind::Structure => format!("{word} {}", mark.value.get(..12).unwrap_or(&mark.value)),
        MarkKind::Origin | MarkKind::Trait => mark.value.to_string(),
        MarkKind::Same => "same attack".to_owned(),
        MarkKind::Mail => "same mail".to_owned(),
        _ => {
            let noun = if count.mails == 1 { "mail" } else { "mails" };
            format!("{word} {} ({} {noun})", mark.value, count.mails)
        }
    };
    let said = matches!(mark.kind, MarkKind::Same | MarkKind::Mail);
    let texts = (!said).then_some(count.texts);
    Reason { kind: mark.kind.reason(), weight: hundredths(weight), value, texts }
}

fn tidy(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.sort_by(|x, y| {
        y.weight.total_cmp(&x.weight).then_with(|| (x.kind, &x.value).cmp(&(y.kind, &y.value)))
    });
    let mut of_kind: std::collections::HashMap<ReasonKind, usize> = std::collections::HashMap::new();
    reasons.retain(|reason| {
        let told = of_kind.entry(reason.kind).or_default();
        *told += 1;
        *told <= MAX_OF_KIND
    });
    reasons.truncate(MAX_REASONS);
    reasons
}

fn hundredths(weight: f64) -> f64 {
    (weight.clamp(0.0, 1.0) * 100.0).round() / 100.0
}
