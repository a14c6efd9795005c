//! Why two mails belong together.

use lexicon::{Reason, ReasonKind};

use crate::key::KeyKind;
use crate::kinds::Kinds;
use crate::marks::{Mark, MarkKind};
use crate::rarity::{Count, RarityOf};
use crate::services;
use crate::signature::Signature;

/// Texts at least this alike are one template: windows of eight letters at 0.83 part and join the same mails as
/// word 3-grams at 0.8.
pub(crate) const ALIKE: f64 = 0.83;
/// Hidden stuffing at least this alike comes from one kit.
const HIDDEN_ALIKE: f64 = 0.9;
/// Infrastructure alone ties from this strength on.
const INFRASTRUCTURE_TIES: f64 = 0.6;
/// A mail with links to no more places than this is about them.
const FEW_HOSTS: usize = 3;
/// What a shared page still weighs where links lead to many places.
const SCATTERED: f64 = 0.7;
/// Infrastructure values of one class told for one pair, the strongest.
const MAX_OF_CLASS: usize = 3;
/// Reasons told for one pair.
const MAX_REASONS: usize = 12;
/// However many mails there are, infrastructure that this many different texts carry ties nothing. A file may
/// be in many: mass mail puts one program into texts that are all different.
const MOST_TEXTS: f64 = 24.0;
/// Any value ties nothing if different texts as many as this share of all mails carry it …
const MOST_SHARE: f64 = 0.05;
/// … but this many may always: among few mails nothing can be known to be common.
const ALWAYS: u64 = 4;

/// Why `a` and `b` belong together, strongest reason first; empty where they are not linked.
///
/// The one place that decides: [`group`](crate::group) and a store both ask here. Symmetric, and depends on
/// nothing but its arguments.
pub fn compare(a: &Signature, b: &Signature, rarity: &impl RarityOf, kinds: Kinds) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if kinds.has(ReasonKind::Text) {
        reasons.extend(text(a, b));
    }
    let shared = shared(&a.marks, &b.marks);
    if kinds.has(ReasonKind::Attachment) {
        reasons.extend(
            shared
                .iter()
                .filter(|(mark, _)| mark.kind <= MarkKind::Image)
                .filter_map(|(mark, other)| file(mark, other, rarity)),
        );
    }
    if kinds.has(ReasonKind::Infrastructure) {
        let focused = is_focused(a) && is_focused(b);
        let (strength, values) = infrastructure(&shared, focused, rarity);
        if strength >= INFRASTRUCTURE_TIES || !reasons.is_empty() {
            reasons.extend(values);
        }
    }
    reasons.sort_by(order);
    reasons.truncate(MAX_REASONS);
    reasons
}

/// Strongest first, then by kind and value.
fn order(x: &Reason, y: &Reason) -> std::cmp::Ordering {
    y.weight.total_cmp(&x.weight).then_with(|| (x.kind, &x.value).cmp(&(y.kind, &y.value)))
}

/// True where a pair of reasons ties for good: its text or an attachment says so.
pub(crate) fn is_strong(reasons: &[Reason]) -> bool {
    reasons.iter().any(|reason| reason.kind != ReasonKind::Infrastructure)
}

fn text(a: &Signature, b: &Signature) -> Vec<Reason> {
    let layers = [(&a.text, &b.text, ALIKE, ""), (&a.hidden, &b.hidden, HIDDEN_ALIKE, "hidden text ")];
    let mut reasons = Vec::new();
    for (x, y, least, what) in layers {
        let (Some(x), Some(y)) = (x, y) else { continue };
        let jaccard = if x.whole == y.whole { Some(1.0) } else { x.sketch.jaccard(&y.sketch, least) };
        if let Some(jaccard) = jaccard {
            let value = format!("{what}jaccard {jaccard:.2}");
            reasons.push(Reason { kind: ReasonKind::Text, weight: hundredths(jaccard), value });
        }
    }
    reasons
}

/// Marks that both have: the one's and the other's.
fn shared<'a>(a: &'a [Mark], b: &'a [Mark]) -> Vec<(&'a Mark, &'a Mark)> {
    let mut out = Vec::new();
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        match (x.kind, &x.value).cmp(&(y.kind, &y.value)) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => out.extend(left.next().zip(right.next())),
        }
    }
    out
}

fn file(mark: &Mark, other: &Mark, rarity: &impl RarityOf) -> Option<Reason> {
    let weight = power(mark, rarity)?;
    let name = mark.name.as_ref().min(other.name.as_ref());
    let short = mark.value.get(..12).unwrap_or(&mark.value);
    let value =
        if name.is_empty() { format!("sha256 {short}…") } else { format!("sha256 {short}… {name}") };
    Some(Reason { kind: ReasonKind::Attachment, weight: hundredths(weight), value })
}

/// What the shared infrastructure weighs together, and its values one by one.
///
/// Values of one class (where links lead, who sends, from where) depend on each other: a class counts by its
/// strongest value. Classes are independent: what is left unexplained multiplies.
fn infrastructure(shared: &[(&Mark, &Mark)], focused: bool, rarity: &impl RarityOf) -> (f64, Vec<Reason>) {
    let mut reasons = Vec::new();
    let mut unexplained = 1.0;
    for class in [KeyKind::Host, KeyKind::Sender, KeyKind::Origin] {
        let mut strongest = 0.0f64;
        let mut told = Vec::new();
        for (mark, _) in shared.iter().filter(|(mark, _)| mark.kind.key_kind() == class) {
            let Some(mut power) = power(mark, rarity) else { continue };
            if mark.kind == MarkKind::Page && !focused {
                power *= SCATTERED;
            }
            strongest = strongest.max(power);
            let mails = rarity.count(mark.key).mails;
            let noun = if mails == 1 { "mail" } else { "mails" };
            told.push(Reason {
                kind: ReasonKind::Infrastructure,
                weight: hundredths(power),
                value: format!("{} {} ({mails} {noun})", mark.kind.word(), mark.value),
            });
        }
        told.sort_by(order);
        told.truncate(MAX_OF_CLASS);
        reasons.append(&mut told);
        unexplained *= 1.0 - strongest;
    }
    (1.0 - unexplained, reasons)
}

/// How strongly a shared value ties, by what it is and how many different texts carry it; `None` where it is
/// common.
fn power(mark: &Mark, rarity: &impl RarityOf) -> Option<f64> {
    let count = rarity.count(mark.key);
    let base = match mark.kind {
        MarkKind::File => 0.95,
        MarkKind::Image => 0.8,
        MarkKind::Page => 0.75,
        // A bare address is nobody's brand.
        MarkKind::Host if mark.value.parse::<std::net::IpAddr>().is_ok() => 0.75,
        MarkKind::Host | MarkKind::ReplyTo | MarkKind::From if !is_free(&mark.value) => 0.55,
        MarkKind::ReturnPath => 0.5,
        _ => 0.45,
    };
    if is_common(mark.key.kind, count, rarity.mails()) {
        return None;
    }
    if mark.kind == MarkKind::File {
        return Some(base);
    }
    // Full power up to two texts, none at the limit.
    let power = base * (1.0 - (count.texts.max(2) as f64 / 2.0).ln() / (MOST_TEXTS / 2.0).ln());
    (power > 0.0).then_some(power)
}

/// True where so many different texts carry a key's value that it says nothing: mails need not be looked for
/// under such a key. Never true for keys of the text.
///
/// ```
/// use casework::{Count, KeyKind, is_common};
///
/// let count = Count { mails: 500, texts: 300 };
/// assert!(is_common(KeyKind::Host, count, 1_000_000));
/// assert!(!is_common(KeyKind::Host, Count { mails: 500, texts: 3 }, 1_000_000));
/// ```
pub fn is_common(kind: KeyKind, count: Count, mails: u64) -> bool {
    let share = count.texts as f64 / mails.max(1) as f64;
    let everywhere = count.texts > ALWAYS && share > MOST_SHARE;
    !kind.is_text() && (everywhere || (kind != KeyKind::Attachment && count.texts as f64 >= MOST_TEXTS))
}

/// True for a mail whose links lead to few places: what it shares with another is then what it is about, not a
/// footer or the brand that it imitates.
fn is_focused(mail: &Signature) -> bool {
    mail.marks.iter().filter(|mark| mark.kind == MarkKind::Host).count() <= FEW_HOSTS
}

fn is_free(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| services::is_freemail(domain))
}

fn hundredths(weight: f64) -> f64 {
    (weight.clamp(0.0, 1.0) * 100.0).round() / 100.0
}
