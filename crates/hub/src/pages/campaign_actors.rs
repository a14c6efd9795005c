//! What a campaign's page says of who may be behind it: C2 addresses, other campaigns with the same, and claims.

use lexicon::ids::CampaignId;
use lexicon::threat_actor::Hypothesis;

use super::answers::Settled;
use super::labels::{self, Chip};
use super::lists::shown;
use super::submission::who;
use crate::error::PageError;
use crate::form::Posted;
use crate::state::App;
use crate::view::View;

/// Other campaigns told.
const SHARED: usize = 20;

/// The card of a campaign's page.
pub(super) struct ActorsCard {
    pub(super) claims: Vec<ClaimRow>,
    pub(super) c2: Vec<C2Row>,
    pub(super) shared: Vec<SharedRow>,
    /// What was typed.
    pub(super) given_c2: String,
    pub(super) given_source: String,
}

/// A claim.
pub(super) struct ClaimRow {
    pub(super) id: String,
    pub(super) actor: String,
    pub(super) actor_name: String,
    pub(super) campaign: String,
    pub(super) subject: String,
    pub(super) basis: &'static str,
    pub(super) confidence: Chip,
    pub(super) values: Vec<String>,
    pub(super) source: String,
    pub(super) note: String,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) withdrawn: Option<String>,
}

/// A C2 address.
pub(super) struct C2Row {
    pub(super) value: String,
    pub(super) source: String,
}

/// Another campaign with the same C2 addresses.
pub(super) struct SharedRow {
    pub(super) campaign: String,
    pub(super) subject: String,
    pub(super) values: String,
    pub(super) count: usize,
    /// Actors claimed behind it.
    pub(super) actors: Vec<(String, String)>,
}

/// The card.
pub(super) async fn card(
    app: &App,
    view: &View,
    campaign: CampaignId,
    sent: Option<&Posted>,
) -> Result<ActorsCard, PageError> {
    let records = app.desk().records();
    let claims = records.hypotheses_on(campaign).await.settled(view)?;
    let mut rows = Vec::new();
    for claim in &claims {
        rows.push(claim_row(app, view, claim).await?);
    }
    let c2 = records.c2_of(campaign).await.settled(view)?;
    let mut shared = Vec::new();
    for other in app.desk().shared_c2(view.actor()?, campaign).await.settled(view)?.into_iter().take(SHARED) {
        let mut actors = Vec::new();
        for id in &other.actors {
            if let Some(actor) = records.threat_actor(*id).await.settled(view)? {
                actors.push((id.to_string(), lexicon::text::visible(&actor.name)));
            }
        }
        let values: Vec<String> = other.values.iter().map(|value| shown(value)).collect();
        shared.push(SharedRow {
            campaign: other.campaign.to_string(),
            subject: subject(app, view, other.campaign).await?,
            count: values.len(),
            values: values.join(view.t("、", ", ")),
            actors,
        });
    }
    Ok(ActorsCard {
        claims: rows,
        c2: c2
            .iter()
            .map(|c2| C2Row { value: shown(&c2.value), source: lexicon::text::visible(&c2.source) })
            .collect(),
        shared,
        given_c2: sent.map(|form| form.get("c2").to_owned()).unwrap_or_default(),
        given_source: sent.map(|form| form.get("c2_source").to_owned()).unwrap_or_default(),
    })
}

/// The subject by which a campaign is told.
pub(super) async fn subject(app: &App, view: &View, campaign: CampaignId) -> Result<String, PageError> {
    let mails = app.desk().records().campaign_mails(campaign, None, 3).await.settled(view)?;
    Ok(super::campaign::subject_of(view, &mails))
}

/// A claim as rows show it.
pub(super) async fn claim_row(app: &App, view: &View, claim: &Hypothesis) -> Result<ClaimRow, PageError> {
    let records = app.desk().records();
    let actor = records.threat_actor(claim.actor).await.settled(view)?;
    // A campaign that was merged away is told as the one that stands.
    let head = records.campaign_head(claim.campaign).await.settled(view)?;
    let campaign = head.and_then(|head| head.merged_into).unwrap_or(claim.campaign);
    let withdrawn = match &claim.withdrawn {
        None => None,
        Some(withdrawn) => Some(format!(
            "{} · {} · {}",
            lexicon::text::visible(&withdrawn.reason),
            who(app, view, withdrawn.account).await?,
            view.time(&withdrawn.at)
        )),
    };
    Ok(ClaimRow {
        id: claim.id.to_string(),
        actor: claim.actor.to_string(),
        actor_name: actor.map_or_else(|| "–".to_owned(), |actor| lexicon::text::visible(&actor.name)),
        campaign: campaign.to_string(),
        subject: subject(app, view, campaign).await?,
        basis: claim.basis.text().of(view.lang),
        confidence: labels::confidence(view, claim.confidence),
        values: claim.values.iter().map(|value| shown(value)).collect(),
        source: lexicon::text::visible(&claim.source),
        note: lexicon::text::visible(&claim.note),
        by: who(app, view, claim.account).await?,
        at: view.time(&claim.at),
        withdrawn,
    })
}
