//! Threat actors above campaigns, as hypotheses: the list, one of them, and the forms that add to them. For analysts;
//! nothing of it leaves the hub but what somebody writes into an advisory.

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::attribute::{Claim, Named};
use lexicon::ids::{CampaignId, HypothesisId, ThreatActorId};
use lexicon::threat_actor::{Basis, Confidence};
use serde::Deserialize;

use super::answers::{Settled, again, id, see};
use super::campaign_actors::{ClaimRow, claim_row, subject};
use super::lists::Choice;
use super::problem::Problem;
use super::submission::who;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

/// Claims shown of one actor, the newest.
const CLAIMS: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/actors", ANALYST, list),
        Route::post("/actors", ANALYST, add),
        Route::get("/actors/new", ANALYST, new),
        Route::get("/actors/{id}", ANALYST, show),
        Route::post("/actors/{id}", ANALYST, change),
        Route::post("/actors/{id}/claims", ANALYST, claim),
        Route::post("/actors/{id}/claims/{claim}/withdraw", ANALYST, withdraw),
    ]
}

#[derive(Template)]
#[template(path = "actors.html")]
struct ActorsPage<'a> {
    v: &'a View,
    rows: Vec<ActorRow>,
}

struct ActorRow {
    id: String,
    name: String,
    aliases: String,
    campaigns: u64,
    latest: String,
}

async fn list(State(app): State<App>, view: View) -> PageResult {
    let known = app.desk().records().threat_actors().await.settled(&view)?;
    let rows = known
        .iter()
        .map(|row| ActorRow {
            id: row.actor.id.to_string(),
            name: lexicon::text::visible(&row.actor.name),
            aliases: aliases(&view, &row.actor.aliases),
            campaigns: row.campaigns,
            latest: row.latest.map(|at| view.time(&at)).unwrap_or_default(),
        })
        .collect();
    Ok(page(&ActorsPage { v: &view, rows }))
}

fn aliases(v: &View, names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| lexicon::text::visible(name)).collect();
    names.join(v.t("、", ", "))
}

#[derive(Template)]
#[template(path = "actor_new.html")]
struct NewPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    form: NamedForm,
    campaign: String,
}

/// What is typed into the form of an actor.
struct NamedForm {
    name: String,
    aliases: String,
    note: String,
}

impl NamedForm {
    fn sent(form: &Posted) -> Self {
        let text = |field: &str| form.get(field).to_owned();
        Self { name: text("name"), aliases: text("aliases"), note: text("note") }
    }

    fn named(&self) -> Named {
        Named { name: self.name.clone(), aliases: self.aliases.clone(), note: self.note.clone() }
    }
}

#[derive(Debug, Default, Deserialize)]
struct ForCampaign {
    /// The campaign that a claim is to be made on next.
    #[serde(default)]
    campaign: Option<String>,
}

async fn new(view: View, Query(query): Query<ForCampaign>) -> PageResult {
    let campaign: Option<CampaignId> = query.campaign.as_deref().and_then(|text| text.parse().ok());
    let form = NamedForm { name: String::new(), aliases: String::new(), note: String::new() };
    let campaign = campaign.map(|id| id.to_string()).unwrap_or_default();
    Ok(page(&NewPage { v: &view, problems: Vec::new(), form, campaign }))
}

async fn add(State(app): State<App>, view: View, form: Posted) -> PageResult {
    let typed = NamedForm::sent(&form);
    let campaign: Option<CampaignId> = form.get("campaign").parse().ok();
    match app.desk().put_threat_actor(view.actor()?, None, typed.named()).await {
        Ok(actor) => Ok(see(&match campaign {
            Some(campaign) => format!("/actors/{actor}?done=saved&campaign={campaign}#claim-title"),
            None => format!("/actors/{actor}?done=saved"),
        })),
        Err(error) => {
            let problem = Problem::of(&view, error)?;
            let campaign = campaign.map(|id| id.to_string()).unwrap_or_default();
            Ok(again(&NewPage { v: &view, problems: vec![problem], form: typed, campaign }))
        }
    }
}

#[derive(Template)]
#[template(path = "actor.html")]
struct ActorPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: String,
    name: String,
    aliases: String,
    note: String,
    created: String,
    by: String,
    claims: Vec<ClaimRow>,
    more: usize,
    form: NamedForm,
    claim: ClaimForm,
}

/// What is typed into the form of a claim.
struct ClaimForm {
    campaign: String,
    /// Its subject, once it is known.
    subject: Option<String>,
    basis: Vec<Choice>,
    confidence: Vec<Choice>,
    values: String,
    source: String,
    note: String,
}

async fn show(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Query(query): Query<ForCampaign>,
) -> PageResult {
    let campaign = query.campaign.as_deref().and_then(|text| text.parse().ok());
    Ok(page(&make(&app, &view, id(&view, &text)?, campaign, Vec::new(), None).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    actor: ThreatActorId,
    campaign: Option<CampaignId>,
    problems: Vec<Problem>,
    sent: Option<&Posted>,
) -> Result<ActorPage<'a>, PageError> {
    let records = app.desk().records();
    let known = records.threat_actor(actor).await.settled(view)?;
    let known = known.ok_or_else(|| PageError::not_found(view))?;
    let claims = records.hypotheses_of(actor).await.settled(view)?;
    let mut rows = Vec::new();
    for claim in claims.iter().rev().take(CLAIMS) {
        rows.push(claim_row(app, view, claim).await?);
    }
    // Only a campaign that is there is told by its subject and brings its C2 addresses along.
    let head = match campaign {
        Some(campaign) => records.campaign_head(campaign).await.settled(view)?,
        None => None,
    };
    let mut values = sent.map(|form| form.get("values").to_owned()).unwrap_or_default();
    let mut told = None;
    if let Some(head) = head {
        told = Some(subject(app, view, head.id).await?);
        if sent.is_none() {
            let c2 = records.c2_of(head.id).await.settled(view)?;
            values = c2.iter().map(|c2| c2.value.as_str()).collect::<Vec<_>>().join("\n");
        }
    }
    let typed = |field: &str| sent.map(|form| form.get(field).to_owned()).unwrap_or_default();
    let chosen = |field: &str, first: &str| {
        let word = typed(field);
        if word.is_empty() { first.to_owned() } else { word }
    };
    let (basis, confidence) = (chosen("basis", "c2"), chosen("confidence", "low"));
    let renamed = sent.filter(|form| form.has("name"));
    Ok(ActorPage {
        v: view,
        problems,
        id: known.id.to_string(),
        aliases: aliases(view, &known.aliases),
        created: view.time(&known.created),
        by: who(app, view, known.account).await?,
        more: claims.len().saturating_sub(CLAIMS),
        claims: rows,
        form: match renamed {
            Some(form) => NamedForm::sent(form),
            None => NamedForm {
                name: known.name.clone(),
                aliases: known.aliases.join("\n"),
                note: known.note.clone(),
            },
        },
        claim: ClaimForm {
            campaign: sent
                .filter(|form| form.has("campaign"))
                .map(|form| form.get("campaign").to_owned())
                .or(campaign.map(|id| id.to_string()))
                .unwrap_or_default(),
            subject: told,
            basis: Basis::ALL
                .into_iter()
                .map(|each| Choice {
                    word: each.word().to_owned(),
                    text: each.text().of(view.lang).to_owned(),
                    checked: basis == each.word(),
                })
                .collect(),
            confidence: Confidence::ALL
                .into_iter()
                .map(|each| Choice {
                    word: each.word().to_owned(),
                    text: each.text().of(view.lang).to_owned(),
                    checked: confidence == each.word(),
                })
                .collect(),
            values,
            source: typed("source"),
            note: typed("claim_note"),
        },
        name: lexicon::text::visible(&known.name),
        note: known.note,
    })
}

async fn change(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let actor: ThreatActorId = id(&view, &text)?;
    match app.desk().put_threat_actor(view.actor()?, Some(actor), NamedForm::sent(&form).named()).await {
        Ok(_) => Ok(see(&format!("/actors/{actor}?done=saved"))),
        Err(error) => {
            let problem = Problem::of(&view, error)?;
            Ok(again(&make(&app, &view, actor, None, vec![problem], Some(&form)).await?))
        }
    }
}

/// The campaign that was named: its id, or its page's address pasted whole.
fn named_campaign(text: &str) -> Option<CampaignId> {
    let text = text.trim();
    let text = text.split(['?', '#']).next().unwrap_or(text).trim_end_matches('/');
    text.rsplit('/').next()?.parse().ok()
}

async fn claim(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let actor: ThreatActorId = id(&view, &text)?;
    let campaign = named_campaign(form.get("campaign"));
    let claim = match (campaign, form.get("basis").parse(), form.get("confidence").parse()) {
        (Some(campaign), Ok(basis), Ok(confidence)) => Some(Claim {
            actor,
            campaign,
            basis,
            values: form.get("values").to_owned(),
            source: form.get("source").to_owned(),
            confidence,
            note: form.get("claim_note").to_owned(),
        }),
        _ => None,
    };
    let unknown = Problem {
        field: "campaign",
        message: view.t(
            "キャンペーンの ID か、そのページのアドレスを入れてください。",
            "Give the campaign's id, or the address of its page.",
        ),
    };
    let problem = match claim {
        None => unknown,
        Some(claim) => match app.desk().claim(view.actor()?, claim).await {
            Ok(_) => return Ok(see(&format!("/actors/{actor}?done=saved"))),
            Err(desk::DeskError::NotFound("campaign")) => unknown,
            Err(error) => {
                let problem = Problem::of(&view, error)?;
                // The addresses of a claim stand in a field of another name than those of a campaign's page.
                if problem.field == "c2" { Problem { field: "values", ..problem } } else { problem }
            }
        },
    };
    Ok(again(&make(&app, &view, actor, campaign, vec![problem], Some(&form)).await?))
}

async fn withdraw(
    State(app): State<App>,
    view: View,
    Path((text, which)): Path<(String, String)>,
    form: Posted,
) -> PageResult {
    let (actor, claim): (ThreatActorId, HypothesisId) = (id(&view, &text)?, id(&view, &which)?);
    match app.desk().withdraw_claim(view.actor()?, actor, claim, form.get("reason")).await {
        Ok(()) => Ok(see(&format!("/actors/{actor}?done=withdrawn"))),
        Err(error) => {
            let problem = Problem { field: "", ..Problem::of(&view, error)? };
            Ok(again(&make(&app, &view, actor, None, vec![problem], None).await?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::named_campaign;

    #[test]
    fn a_campaign_is_named_by_its_id_or_its_address() {
        let id = "01890a5d-ac96-874b-b1b7-6f2d5c3e9a10";
        for text in
            [id.to_owned(), format!(" {id} "), format!("https://hub.example/campaigns/{id}?after=1#x")]
        {
            assert_eq!(named_campaign(&text).map(|id| id.to_string()).as_deref(), Some(id), "{text}");
        }
        assert_eq!(named_campaign("nothing"), None);
    }
}
