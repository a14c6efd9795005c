//! What the identity check found, with the place marked in its surroundings.

use std::collections::BTreeMap;

use gate::{Acknowledged, Certainty, Field, Finding, Releasable, TermKind};
use lexicon::Advisory;
use lexicon::ids::MemberId;

use super::answers::Settled;
use super::labels::Chip;
use crate::error::PageError;
use crate::form::Posted;
use crate::state::App;
use crate::view::View;

/// Characters shown on each side of a finding.
const AROUND: usize = 48;
/// The most acknowledgements read from one form.
const ACKNOWLEDGED: usize = 200;

/// One finding on the page.
pub(super) struct FindingRow {
    pub(super) certainty: Chip,
    pub(super) kind: &'static str,
    pub(super) field: String,
    pub(super) field_text: String,
    pub(super) member: String,
    pub(super) before: String,
    pub(super) inside: String,
    pub(super) after: String,
    pub(super) via: String,
    /// The number of its acknowledgement, where it may have one.
    pub(super) ack: Option<usize>,
    pub(super) excerpt: String,
    pub(super) reason: String,
}

/// The findings of an advisory, each with its member's name: for analysts alone. `given` are reasons that were
/// typed before.
pub(super) async fn rows(
    app: &App,
    view: &View,
    advisory: &Advisory,
    given: &[Acknowledged],
) -> Result<Vec<FindingRow>, PageError> {
    let findings = app.desk().check(view.actor()?, advisory.id).await.settled(view)?;
    if findings.is_empty() {
        return Ok(Vec::new());
    }
    let members = app.desk().records().members().await.settled(view)?;
    let names: BTreeMap<MemberId, &str> =
        members.iter().map(|member| (member.id, member.name.as_str())).collect();
    let fields = advisory.fields();
    Ok(findings
        .iter()
        .enumerate()
        .map(|(n, finding)| row(view, n, finding, &fields, &names, given))
        .collect())
}

fn row(
    v: &View,
    n: usize,
    finding: &Finding,
    fields: &[Field<'_>],
    names: &BTreeMap<MemberId, &str>,
    given: &[Acknowledged],
) -> FindingRow {
    let text = fields.iter().find(|field| field.name == finding.field).map_or("", |field| &field.text);
    let (start, end) = finding.range;
    let before: Vec<char> = text.get(..start).unwrap_or("").chars().rev().take(AROUND).collect();
    let before: String = before.into_iter().rev().collect();
    let after: String = text.get(end..).unwrap_or("").chars().take(AROUND).collect();
    let doubtful = finding.certainty == Certainty::Doubtful;
    let reason = given.iter().find(|a| a.field == finding.field && a.excerpt == finding.excerpt);
    FindingRow {
        certainty: match finding.certainty {
            Certainty::Certain => Chip::new("red", "alert", v.t("確実", "Certain")),
            Certainty::Doubtful => Chip::new("ochre", "query", v.t("疑い", "Doubtful")),
        },
        kind: match finding.kind {
            TermKind::Name => v.t("名称", "name"),
            TermKind::Domain => v.t("ドメイン", "domain"),
            TermKind::Address => v.t("メールアドレス", "address"),
            TermKind::Network => v.t("IP アドレス", "network"),
            TermKind::Person => v.t("氏名", "person"),
        },
        field: finding.field.clone(),
        field_text: field_text(v, &finding.field),
        member: names.get(&finding.member).map_or_else(|| "–".to_owned(), |name| (*name).to_owned()),
        before: lexicon::text::visible(&before),
        inside: lexicon::text::visible(text.get(start..end).unwrap_or(&finding.excerpt)),
        after: lexicon::text::visible(&after),
        via: finding.via.join(" → "),
        ack: doubtful.then_some(n),
        excerpt: finding.excerpt.clone(),
        reason: reason.map(|a| a.reason.clone()).unwrap_or_default(),
    }
}

/// A field's name as the form calls it.
fn field_text(v: &View, field: &str) -> String {
    match field {
        "title" => v.t("表題", "Title").to_owned(),
        "summary" => v.t("概要", "Summary").to_owned(),
        "features" => v.t("特徴", "Features").to_owned(),
        "measures" => v.t("対策", "Measures").to_owned(),
        "request" => v.t("お願い", "Request").to_owned(),
        other if other.starts_with("indicators[") => v.t("インディケータ", "Indicators").to_owned(),
        other => other.to_owned(),
    }
}

/// The reasons that came with a form: `ack.N.field`, `ack.N.excerpt`, `ack.N.reason`.
pub(super) fn acknowledged(form: &Posted) -> Vec<Acknowledged> {
    (0..ACKNOWLEDGED)
        .map(|n| Acknowledged {
            field: form.get(&format!("ack.{n}.field")).to_owned(),
            excerpt: form.get(&format!("ack.{n}.excerpt")).to_owned(),
            reason: form.get(&format!("ack.{n}.reason")).trim().to_owned(),
        })
        .filter(|a| !a.field.is_empty() && !a.reason.is_empty())
        .collect()
}
