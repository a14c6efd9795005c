//! The links of a campaign: the picture, and the table of the same ties with a way to compare each pair.

use std::collections::BTreeMap;

use askama::Template;
use desk::records::{CampaignHead, SubmissionRecord};
use desk::spread::CampaignSpread;
use lexicon::ids::SubmissionId;
use lexicon::{Lang, Link};

use super::campaign::{member_label, percent};
use super::labels;
use super::reasons::{strength, value_text};
use crate::graph::{EdgeData, Graph, NodeData};
use crate::view::View;

/// Ties in the table.
const PAIRS: usize = 40;
/// Reasons told of one tie, the strongest.
const REASONS: usize = 2;
/// Fewer mails than this make no picture that tells more than a line of the table.
const PICTURE: usize = 3;

/// What the campaign page shows of its links.
pub(super) struct LinksPart {
    /// Markup of ours, its values escaped when it was made; empty where nothing is tied.
    pub(super) graph: String,
    pub(super) pairs: Vec<PairRow>,
    pub(super) more_pairs: usize,
    /// What is not drawn, in words.
    pub(super) left_out: Option<String>,
}

/// One tie.
pub(super) struct PairRow {
    pub(super) a: String,
    pub(super) b: String,
    pub(super) a_number: usize,
    pub(super) b_number: usize,
    pub(super) reasons: Vec<String>,
    pub(super) percent: u32,
}

/// The links among the mails that stand for a campaign: the first of each organisation, then the oldest.
pub(super) fn part(
    view: &View,
    spread: &CampaignSpread,
    head: &CampaignHead,
    (mails, links): (&[SubmissionRecord], &[Link<SubmissionId>]),
    numbers: &BTreeMap<SubmissionId, u64>,
) -> LinksPart {
    let ids: Vec<SubmissionId> = mails.iter().map(|mail| mail.id).collect();
    // Numbers are known of the oldest; where a mail further on is drawn, all are told by their place in the picture.
    let known = ids.iter().all(|id| numbers.contains_key(id));
    let number = |place: usize, id: SubmissionId| match known {
        true => numbers.get(&id).and_then(|n| usize::try_from(*n).ok()).unwrap_or(place + 1),
        false => place + 1,
    };
    let place: BTreeMap<SubmissionId, usize> = ids.iter().enumerate().map(|(n, id)| (*id, n)).collect();
    let nodes: Vec<NodeData> = mails
        .iter()
        .enumerate()
        .map(|(n, mail)| {
            let name = member_label(view, spread, mail.member);
            NodeData {
                number: number(n, mail.id),
                group: spread.numbers.get(&mail.member).copied().unwrap_or(0),
                title: format!(
                    "{} {} · {name} · {}",
                    view.t("メール", "Mail"),
                    number(n, mail.id),
                    super::lists::subject(view, mail)
                ),
                name,
            }
        })
        .collect();
    let mut edges = Vec::new();
    let mut pairs = Vec::new();
    for link in links {
        let (Some(&a), Some(&b)) = (place.get(&link.a), place.get(&link.b)) else { continue };
        let weight = link.reasons.iter().map(|reason| reason.weight).fold(0.0, f64::max);
        let mut reasons: Vec<String> = link
            .reasons
            .iter()
            .take(REASONS)
            .map(|reason| {
                let kind = labels::reason_kind(view, reason.kind);
                format!(
                    "{kind}{}{}{}",
                    view.t("：", ": "),
                    value_text(view, reason.kind, &reason.value),
                    rarity(view, reason)
                )
            })
            .collect();
        if let Some(more) = link.reasons.len().checked_sub(REASONS).filter(|more| *more > 0) {
            reasons.push(format!("{}{more}", view.t("ほか ", "and others: ")));
        }
        let (a_number, b_number) = (number(a, link.a), number(b, link.b));
        let words = reasons.join(view.t("、", "; "));
        let title = format!(
            "{a_number} – {b_number}{}{words}{}",
            view.t("：", ": "),
            strength(view, percent(weight))
        );
        edges.push(EdgeData { a, b, weight, title });
        pairs.push((
            weight,
            PairRow {
                a: link.a.to_string(),
                b: link.b.to_string(),
                a_number,
                b_number,
                reasons,
                percent: percent(weight),
            },
        ));
    }
    pairs.sort_by(|(x, a), (y, b)| {
        y.total_cmp(x).then_with(|| (a.a_number, a.b_number).cmp(&(b.a_number, b.b_number)))
    });
    let more_pairs = pairs.len().saturating_sub(PAIRS);
    let desc = match view.lang {
        Lang::Ja => format!(
            "{} 通のメールと、そのつながり {} 本。同じ内容を下の表でも示します。",
            nodes.len(),
            edges.len()
        ),
        Lang::En => {
            format!(
                "{} mails and {} ties among them. The table below says the same.",
                nodes.len(),
                edges.len()
            )
        }
    };
    let title = view.t("つながりの図", "Picture of the links").to_owned();
    let graph = Graph::new(title, desc, &nodes, &edges);
    let not_drawn = head.submissions.saturating_sub(nodes.len() as u64);
    let left_out = match (view.lang, not_drawn, graph.left_out) {
        (_, 0, 0) => None,
        (Lang::Ja, mails, ties) => Some(format!(
            "大きなキャンペーンなので、組織ごとの最初のメールと古いものから {} 通を描いています。描いていないもの：メール {mails} 通、つながり {ties} 本。すべてのメールは下の一覧にあります。",
            nodes.len()
        )),
        (Lang::En, mails, ties) => Some(format!(
            "The campaign is large: the first mail of each organisation and the oldest are drawn, {} in all. Not drawn: {mails} mails and {ties} ties. The list below holds every mail.",
            nodes.len()
        )),
    };
    LinksPart {
        graph: if nodes.len() < PICTURE || edges.is_empty() {
            String::new()
        } else {
            graph.render().unwrap_or_default()
        },
        pairs: pairs.into_iter().take(PAIRS).map(|(_, row)| row).collect(),
        more_pairs,
        left_out,
    }
}

/// How rare the value is here, in words; nothing where rarity says nothing.
fn rarity(view: &View, reason: &lexicon::Reason) -> String {
    match (view.lang, reason.texts) {
        (_, None) => String::new(),
        (Lang::Ja, Some(texts)) => format!("（この値を持つ文面 {texts} 種）"),
        (Lang::En, Some(texts)) => format!(" (in {texts} different texts)"),
    }
}
