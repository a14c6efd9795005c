//! The last look before a release: exactly what others will see, who they are, and how far it may go.

use askama::Template;
use axum::extract::{Path, State};
use gate::Acknowledged;
use lexicon::ids::AdvisoryId;
use lexicon::{AdvisoryState, Lang, Role};

use super::advisory_text::AdvisoryText;
use super::answers::{Settled, again, id, see};
use super::draft::audience_texts;
use super::findings::{self, FindingRow, acknowledged};
use super::labels;
use super::problem::Problem;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/drafts/{id}/release", ANALYST, show),
        Route::post("/drafts/{id}/release", ANALYST, release),
    ]
}

#[derive(Template)]
#[template(path = "release.html")]
struct ReleasePage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: String,
    number: String,
    audience: Vec<String>,
    reach: String,
    tlp_text: &'static str,
    findings: Vec<FindingRow>,
    ack_form: &'static str,
    text: AdvisoryText,
    /// The level of the preview's heading on this page.
    level: u8,
}

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let draft: AdvisoryId = id(&view, &text)?;
    match make(&app, &view, draft, Vec::new(), &[]).await? {
        Some(shown) => Ok(page(&shown)),
        None => Ok(see(&format!("/drafts/{draft}"))),
    }
}

/// `None` where it is not approved: the draft's own page says what is missing.
async fn make<'a>(
    app: &App,
    view: &'a View,
    draft: AdvisoryId,
    problems: Vec<Problem>,
    given: &[Acknowledged],
) -> Result<Option<ReleasePage<'a>>, PageError> {
    let record = app.desk().draft_for(view.actor()?, draft).await.settled(view)?;
    if record.state != AdvisoryState::Approved {
        return Ok(None);
    }
    let records = app.desk().records();
    let sigs = records.sigs().await.settled(view)?;
    let members = records.members().await.settled(view)?;
    let reached = |role: Role| {
        members
            .iter()
            .filter(|member| member.role == role && record.audience.includes(member.role, &member.sigs))
            .count()
    };
    let (members, vendors) = (reached(Role::Member), reached(Role::Vendor));
    Ok(Some(ReleasePage {
        v: view,
        problems,
        id: draft.to_string(),
        number: record.advisory.number.clone(),
        audience: audience_texts(view, &record.audience, &sigs),
        reach: match view.lang {
            Lang::Ja => format!("参加組織 {members}、ベンダー {vendors}"),
            Lang::En => format!("{members} member(s), {vendors} vendor(s)"),
        },
        tlp_text: labels::tlp_text(view, record.advisory.tlp),
        findings: findings::rows(app, view, &record.advisory, given).await?,
        ack_form: "release",
        text: AdvisoryText::preview(&record.advisory),
        level: 3,
    }))
}

async fn release(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let draft: AdvisoryId = id(&view, &text)?;
    let given = acknowledged(&form);
    match app.desk().release(view.actor()?, draft, &given).await {
        Ok(_) => Ok(see(&format!("/advisories/{draft}?done=released"))),
        Err(error) => {
            let problem = Problem::of(&view, error)?;
            match make(&app, &view, draft, vec![problem], &given).await? {
                Some(shown) => Ok(again(&shown)),
                None => Ok(see(&format!("/drafts/{draft}"))),
            }
        }
    }
}
