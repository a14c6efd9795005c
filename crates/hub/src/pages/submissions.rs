//! The inbox of analysts, and an organisation's own submissions.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::Uri;
use desk::records::{Cursor, PageRequest, SubmissionFilter};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use lexicon::ids::{MemberId, SubmissionId};
use lexicon::{SubmissionState, Verdict};
use serde::Deserialize;

use super::answers::{Settled, again, id, see};
use super::labels;
use super::lists::{Choice, Filter, ROWS, SubmissionRow, href};
use super::problem::Problem;
use super::verdict::{self, VerdictForm};
use crate::error::{PageError, PageResult};
use crate::form::{Posted, searched};
use crate::routes::{ANALYST, READER, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/submissions", READER, show), Route::post("/submissions/verdict", ANALYST, judge)]
}

/// What the list is narrowed to; every field that holds something must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Narrowed {
    /// A cursor that an earlier page gave out.
    after: String,
    /// A state's word.
    state: String,
    /// A verdict's word.
    verdict: String,
    /// An organisation's id, for analysts.
    member: String,
    /// What is in subject, sender, file name or SHA-256.
    q: String,
    /// The first day (JST).
    since: String,
    /// The last day (JST).
    until: String,
}

impl Narrowed {
    /// The same list in another state, from its beginning or from a cursor on.
    fn address(&self, state: &str, after: &str) -> String {
        let Self { verdict, member, q, since, until, .. } = self;
        href(
            "/submissions",
            &[
                ("state", state),
                ("q", q),
                ("verdict", verdict),
                ("member", member),
                ("since", since),
                ("until", until),
                ("after", after),
            ],
        )
    }

    /// What an [`address`](Self::address) says, where a form sends it back; nothing where it says what no list can be
    /// narrowed to.
    fn read(address: &str, view: &View) -> Self {
        let uri = address.parse::<Uri>().ok();
        let query: Option<Self> =
            uri.and_then(|uri| Query::try_from_uri(&uri).ok()).map(|Query(query)| query);
        let known = |query: &Self| {
            let member = query.member.is_empty() || query.member.parse::<MemberId>().is_ok();
            member && query.filter(view).is_ok() && query.request(view).is_ok()
        };
        query.filter(known).map(|query| Self { q: searched(&query.q), ..query }).unwrap_or_default()
    }

    /// True where more than the state is chosen.
    fn is_narrow(&self) -> bool {
        [&self.verdict, &self.member, &self.q, &self.since, &self.until].iter().any(|field| !field.is_empty())
    }

    fn request(&self, view: &View) -> Result<PageRequest, PageError> {
        let after = match self.after.as_str() {
            "" => None,
            text => Some(text.parse::<Cursor>().map_err(|_| PageError::not_found(view))?),
        };
        Ok(PageRequest { after, limit: ROWS })
    }

    /// The filter of the records, and what cannot be one.
    fn filter(&self, view: &View) -> Result<(SubmissionFilter, Vec<Problem>), PageError> {
        let mut problems = Vec::new();
        let mut day = |field: &'static str, text: &str, further: i64| {
            let start = |date: Date| {
                let date = date.checked_add(further.days()).ok()?;
                Some(date.to_zoned(lexicon::time::jst()).ok()?.timestamp())
            };
            let read: Option<Timestamp> = text.parse::<Date>().ok().and_then(start);
            if read.is_none() && !text.is_empty() {
                let message =
                    view.t("日付は 2026-11-27 のように入力してください。", "Write the day as 2026-11-27.");
                problems.push(Problem { field, message });
            }
            read
        };
        let (since, before) = (day("since", &self.since, 0), day("until", &self.until, 1));
        let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let filter = SubmissionFilter {
            state: word(&self.state).map(|word| id::<SubmissionState>(view, &word)).transpose()?,
            verdict: word(&self.verdict).map(|word| id::<Verdict>(view, &word)).transpose()?,
            since,
            before,
            text: word(searched(&self.q).trim()),
            ..SubmissionFilter::default()
        };
        Ok((filter, problems))
    }
}

#[derive(Template)]
#[template(path = "submissions.html")]
struct SubmissionsPage<'a> {
    v: &'a View,
    filters: Vec<Filter>,
    /// Organisations to choose from, for analysts.
    providers: Vec<Choice>,
    /// Verdicts to choose from.
    verdicts: Vec<Choice>,
    /// What was asked for, and the address of it.
    query: Narrowed,
    here: String,
    /// The list without what it is narrowed to beside its state.
    whole: Option<String>,
    rows: Vec<SubmissionRow>,
    first: Option<String>,
    next: Option<String>,
    problems: Vec<Problem>,
    /// The form for several mails at once, where some wait for a verdict.
    bulk: Option<VerdictForm>,
    chosen: BTreeSet<String>,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<Narrowed>) -> PageResult {
    Ok(page(&make(&app, &view, query, Vec::new(), None).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    query: Narrowed,
    mut problems: Vec<Problem>,
    sent: Option<&Posted>,
) -> Result<SubmissionsPage<'a>, PageError> {
    // An analyst may look at one provider's; everybody else sees his own and nothing besides.
    let chosen_member = match query.member.as_str() {
        text if view.is_analyst() && !text.is_empty() => Some(id::<MemberId>(view, text)?),
        _ => None,
    };
    let member = chosen_member.map(|member| member.to_string()).unwrap_or_default();
    let query = Narrowed { member, ..query };
    let (filter, wrong) = query.filter(view)?;
    problems.extend(wrong);
    let state = filter.state;
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
    let verdicts = Verdict::ALL
        .into_iter()
        .map(|verdict| Choice {
            word: verdict.word().to_owned(),
            text: verdict.text().of(view.lang).to_owned(),
            checked: Some(verdict) == filter.verdict,
        })
        .collect();
    let filter = SubmissionFilter { member, ..filter };
    let found = app.desk().records().submissions(filter, query.request(view)?).await.settled(view)?;
    let all =
        Filter { href: query.address("", ""), label: view.t("すべて", "All"), current: state.is_none() };
    let filters = SubmissionState::ALL.into_iter().map(|each| Filter {
        href: query.address(each.word(), ""),
        label: labels::submission_state_text(view, each),
        current: state == Some(each),
    });
    let rows: Vec<SubmissionRow> = found.items.iter().map(|record| SubmissionRow::of(view, record)).collect();
    // Several at once where they wait for it: in the list of those to be judged.
    let bulk = view.is_analyst() && state == Some(SubmissionState::Dissected) && !rows.is_empty();
    Ok(SubmissionsPage {
        v: view,
        filters: std::iter::once(all).chain(filters).collect(),
        providers,
        verdicts,
        whole: query.is_narrow().then(|| href("/submissions", &[("state", &query.state)])),
        first: (!query.after.is_empty()).then(|| query.address(&query.state, "")),
        next: found.next.map(|cursor| query.address(&query.state, &cursor.to_string())),
        here: query.address(&query.state, &query.after),
        query,
        rows,
        problems,
        bulk: bulk.then(|| VerdictForm::of(view, None, sent)),
        chosen: sent.map(|form| form.all("mail").map(str::to_owned).collect()).unwrap_or_default(),
    })
}

/// A verdict on several mails, then back to those that wait, of what the list was narrowed to.
async fn judge(State(app): State<App>, view: View, form: Posted) -> PageResult {
    let state = SubmissionState::Dissected.word();
    let query = Narrowed { state: state.to_owned(), ..Narrowed::read(form.get("here"), &view) };
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
                Ok(_) => return Ok(see(&format!("{}&done=judged", query.address(state, "")))),
                Err(error) => Problem::of(&view, error)?,
            }
        }
    };
    Ok(again(&make(&app, &view, query, vec![problem], Some(&form)).await?))
}
