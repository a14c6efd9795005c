//! The inbox of analysts, and an organisation's own submissions.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Query, State};
use desk::records::SubmissionFilter;
use lexicon::SubmissionState;
use lexicon::ids::{MemberId, SubmissionId};

use super::answers::{Settled, again, id, see};
use super::labels;
use super::lists::{Choice, Filter, ListQuery, SubmissionRow};
use super::problem::Problem;
use super::verdict::{self, VerdictForm};
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{ANALYST, READER, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/submissions", READER, show), Route::post("/submissions/verdict", ANALYST, judge)]
}

#[derive(Template)]
#[template(path = "submissions.html")]
struct SubmissionsPage<'a> {
    v: &'a View,
    filters: Vec<Filter>,
    /// Organisations to choose from, for analysts.
    providers: Vec<Choice>,
    /// The state that is chosen.
    state: String,
    rows: Vec<SubmissionRow>,
    first: Option<String>,
    next: Option<String>,
    problems: Vec<Problem>,
    /// The form for several mails at once, where some wait for a verdict.
    bulk: Option<VerdictForm>,
    chosen: BTreeSet<String>,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> PageResult {
    Ok(page(&make(&app, &view, query, Vec::new(), None).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    query: ListQuery,
    problems: Vec<Problem>,
    sent: Option<&Posted>,
) -> Result<SubmissionsPage<'a>, PageError> {
    let state = query.state.as_deref().map(|word| id::<SubmissionState>(view, word)).transpose()?;
    // An analyst may look at one provider's; everybody else sees his own and nothing besides.
    let chosen_member = match query.member.as_deref() {
        Some(text) if view.is_analyst() && !text.is_empty() => Some(id::<MemberId>(view, text)?),
        _ => None,
    };
    let query = ListQuery { member: chosen_member.map(|member| member.to_string()), ..query };
    let member = view.actor()?.only_own().settled(view)?.or(chosen_member);
    let members = match view.is_analyst() {
        true => app.desk().records().members().await.settled(view)?,
        false => Vec::new(),
    };
    let providers = members
        .into_iter()
        .map(|member| Choice {
            word: member.id.to_string(),
            text: member.name,
            checked: Some(member.id) == chosen_member,
        })
        .collect();
    let with_member = |href: String, sign: char| match chosen_member {
        Some(member) => format!("{href}{sign}member={member}"),
        None => href,
    };
    let filter = SubmissionFilter { member, state, ..SubmissionFilter::default() };
    let found = app.desk().records().submissions(filter, query.request(view)?).await.settled(view)?;
    let all = Filter {
        href: with_member("/submissions".to_owned(), '?'),
        label: view.t("すべて", "All"),
        current: state.is_none(),
    };
    let filters = SubmissionState::ALL.into_iter().map(|each| Filter {
        href: with_member(format!("/submissions?state={each}"), '&'),
        label: labels::submission_state_text(view, each),
        current: state == Some(each),
    });
    let (first, next) = query.pager("/submissions", found.next);
    let rows: Vec<SubmissionRow> = found.items.iter().map(|record| SubmissionRow::of(view, record)).collect();
    // Several at once where they wait for it: in the list of those to be judged.
    let bulk = view.is_analyst() && state == Some(SubmissionState::Dissected) && !rows.is_empty();
    Ok(SubmissionsPage {
        v: view,
        filters: std::iter::once(all).chain(filters).collect(),
        providers,
        state: state.map(|state| state.to_string()).unwrap_or_default(),
        rows,
        first,
        next,
        problems,
        bulk: bulk.then(|| VerdictForm::of(view, None, sent)),
        chosen: sent.map(|form| form.all("mail").map(str::to_owned).collect()).unwrap_or_default(),
    })
}

/// A verdict on several mails, then back to those that wait.
async fn judge(State(app): State<App>, view: View, form: Posted) -> PageResult {
    let mails: BTreeSet<SubmissionId> = form.all("mail").filter_map(|text| text.parse().ok()).collect();
    let problem = match (mails.is_empty(), verdict::chosen(&view, &form)) {
        (true, _) => Problem {
            field: "mails",
            message: view.t("判定するメールを選んでください。", "Choose the mails to judge."),
        },
        (false, Err(problem)) => problem,
        (false, Ok(judgement)) => {
            let desk = app.desk();
            match desk.judge_several(view.actor()?, &mails, judgement, form.get("reason")).await {
                Ok(_) => return Ok(see("/submissions?state=dissected&done=judged")),
                Err(error) => Problem::of(&view, error)?,
            }
        }
    };
    let state = Some(SubmissionState::Dissected.word().to_owned());
    let query = ListQuery { state, ..ListQuery::default() };
    Ok(again(&make(&app, &view, query, vec![problem], Some(&form)).await?))
}
