//! Industry groups.

use askama::Template;
use axum::extract::State;
use lexicon::Sig;
use lexicon::ids::SigId;

use super::note;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::pages::answers::{Settled, again, see};
use crate::pages::problem::Problem;
use crate::routes::{ADMINISTRATOR, Route};
use crate::state::App;
use crate::view::{View, page};

/// The longest name, in characters.
const NAME: usize = 60;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/admin/sigs", ADMINISTRATOR, show), Route::post("/admin/sigs", ADMINISTRATOR, add)]
}

#[derive(Template)]
#[template(path = "admin/sigs.html")]
struct SigsPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    rows: Vec<SigRow>,
    given_ja: String,
    given_en: String,
}

struct SigRow {
    ja: String,
    en: String,
    members: usize,
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    Ok(page(&make(&app, &view, Vec::new(), String::new(), String::new()).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    problems: Vec<Problem>,
    given_ja: String,
    given_en: String,
) -> Result<SigsPage<'a>, PageError> {
    let records = app.desk().records();
    let members = records.members().await.settled(view)?;
    let rows = records
        .sigs()
        .await
        .settled(view)?
        .into_iter()
        .map(|sig| SigRow {
            members: members.iter().filter(|member| member.sigs.contains(&sig.id)).count(),
            ja: sig.name_ja,
            en: sig.name_en,
        })
        .collect();
    Ok(SigsPage { v: view, problems, rows, given_ja, given_en })
}

async fn add(State(app): State<App>, view: View, form: Posted) -> PageResult {
    let records = app.desk().records();
    let name = |field: &str| form.get(field).trim().chars().take(NAME).collect::<String>();
    let (name_ja, name_en) = (name("name_ja"), name("name_en"));
    let taken = records.sigs().await.settled(&view)?.iter().any(|sig| sig.name_ja == name_ja);
    let message = match (name_ja.is_empty() || name_en.is_empty(), taken) {
        (true, _) => Some(view.t("日本語名と英語名を書いてください。", "Write both names.")),
        (_, true) => Some(view.t("同じ名前の SIG があります。", "There is a SIG of this name.")),
        _ => None,
    };
    if let Some(message) = message {
        let problem = Problem { field: "name_ja", message };
        return Ok(again(&make(&app, &view, vec![problem], name_ja, name_en).await?));
    }
    let sig = Sig { id: app.desk().new_id(SigId::from_time_and_random), name_ja, name_en };
    note(&app, &view, "sig.put", sig.id).await?;
    records.put_sig(&sig).await.settled(&view)?;
    Ok(see("/admin/sigs?done=saved"))
}
