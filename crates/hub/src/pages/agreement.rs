//! How often analysts decide otherwise than was suggested, by scheme, with every figure open down to its decisions; and
//! the mails that are watched on.

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::records::{Agreement, Decision, Judged, PageRequest, SubmissionFilter};
use lexicon::{Scheme, Verdict};
use serde::Deserialize;

use super::answers::{Settled, id};
use super::campaign_actors::subject as campaign_subject;
use super::labels::{self, Chip};
use super::lists::{ListQuery, SubmissionRow, subject};
use super::submission::who;
use crate::error::{PageError, PageResult};
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

/// Watched mails shown.
const WATCHED: u32 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/verdicts", ANALYST, show), Route::get("/verdicts/{scheme}", ANALYST, decisions)]
}

#[derive(Template)]
#[template(path = "verdicts.html")]
struct VerdictsPage<'a> {
    v: &'a View,
    schemes: Vec<SchemeTable>,
    watched: Vec<SubmissionRow>,
    more_watched: bool,
    at: String,
}

struct SchemeTable {
    word: &'static str,
    name: &'static str,
    definition: &'static str,
    /// Decisions where something was suggested.
    of: u64,
    /// Those that decided otherwise.
    otherwise: u64,
    share: String,
    /// Decisions where nothing could be suggested.
    open: u64,
    rows: Vec<FigureRow>,
}

struct FigureRow {
    suggested: Chip,
    decided: Chip,
    decisions: u64,
    same: bool,
    href: String,
}

/// Numerator, denominator, and those without a determined suggestion.
pub(crate) fn overruled(figures: &[Agreement]) -> (u64, u64, u64) {
    let determined = || figures.iter().filter(|figure| figure.suggested != Verdict::Undetermined);
    let of = determined().map(|figure| figure.decisions).sum();
    let otherwise =
        determined().filter(|figure| figure.suggested != figure.decided).map(|figure| figure.decisions).sum();
    let all: u64 = figures.iter().map(|figure| figure.decisions).sum();
    (otherwise, of, all - of)
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    let records = app.desk().records();
    let mut schemes = Vec::new();
    for scheme in Scheme::ALL {
        let figures = records.agreement(scheme).await.settled(&view)?;
        let (otherwise, of, open) = overruled(&figures);
        schemes.push(SchemeTable {
            word: scheme.word(),
            name: scheme.text().of(view.lang),
            definition: scheme.definition().of(view.lang),
            of,
            otherwise,
            share: share(otherwise, of),
            open,
            rows: figures
                .iter()
                .map(|figure| FigureRow {
                    suggested: labels::verdict(&view, figure.suggested),
                    decided: labels::verdict(&view, figure.decided),
                    decisions: figure.decisions,
                    same: figure.suggested == figure.decided,
                    href: format!(
                        "/verdicts/{scheme}?suggested={}&decided={}",
                        figure.suggested, figure.decided
                    ),
                })
                .collect(),
        });
    }
    let filter = SubmissionFilter { monitoring: Some(true), ..SubmissionFilter::default() };
    let watched = records.submissions(filter, PageRequest::first(WATCHED)).await.settled(&view)?;
    Ok(page(&VerdictsPage {
        v: &view,
        schemes,
        more_watched: watched.next.is_some(),
        watched: watched.items.iter().map(|record| SubmissionRow::of(&view, record)).collect(),
        at: view.time(&app.desk().now()),
    }))
}

/// A share in per cent with one decimal, half up (S8); a dash where there is nothing to divide by.
pub(crate) fn share(part: u64, of: u64) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    let tenths = (u128::from(part) * 2_000 + u128::from(of)) / (u128::from(of) * 2);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[derive(Debug, Default, Deserialize)]
struct FigureQuery {
    suggested: Option<String>,
    decided: Option<String>,
    #[serde(default)]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "verdict_decisions.html")]
struct DecisionsPage<'a> {
    v: &'a View,
    scheme: &'static str,
    suggested: Chip,
    decided: Chip,
    rows: Vec<DecisionRow>,
    first: Option<String>,
    next: Option<String>,
}

struct DecisionRow {
    href: String,
    subject: String,
    whole: bool,
    reason: String,
    by: String,
    at: String,
}

async fn decisions(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Query(query): Query<FigureQuery>,
) -> PageResult {
    let scheme: Scheme = id(&view, &text)?;
    let word =
        |text: &Option<String>| -> Result<Verdict, PageError> { id(&view, text.as_deref().unwrap_or("")) };
    let (suggested, decided) = (word(&query.suggested)?, word(&query.decided)?);
    let request = ListQuery { after: query.after.clone(), ..ListQuery::default() }.request(&view)?;
    let found = app.desk().records().decisions(scheme, suggested, decided, request).await.settled(&view)?;
    let mut rows = Vec::new();
    for decision in &found.items {
        rows.push(row(&app, &view, decision).await?);
    }
    let path = format!("/verdicts/{scheme}?suggested={suggested}&decided={decided}");
    Ok(page(&DecisionsPage {
        v: &view,
        scheme: scheme.text().of(view.lang),
        suggested: labels::verdict(&view, suggested),
        decided: labels::verdict(&view, decided),
        rows,
        first: query.after.as_ref().map(|_| path.clone()),
        next: found.next.map(|cursor| format!("{path}&after={cursor}")),
    }))
}

async fn row(app: &App, view: &View, decision: &Decision) -> Result<DecisionRow, PageError> {
    let records = app.desk().records();
    let (href, subject, whole) = match decision.about {
        Judged::Campaign(id) => (format!("/campaigns/{id}"), campaign_subject(app, view, id).await?, true),
        Judged::Submission(id) => {
            let record = records.submission(id).await.settled(view)?;
            let words = record.map(|record| subject(view, &record)).unwrap_or_default();
            (format!("/submissions/{id}"), words, false)
        }
    };
    Ok(DecisionRow {
        href,
        subject,
        whole,
        reason: lexicon::text::visible(&decision.reason),
        by: who(app, view, decision.account).await?,
        at: view.time(&decision.at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_keeps_one_decimal_and_rounds_half_up() {
        assert_eq!(share(1, 8), "12.5%");
        assert_eq!(share(1, 3), "33.3%");
        assert_eq!(share(2, 3), "66.7%");
        assert_eq!(share(1, 2000), "0.1%");
        assert_eq!(share(0, 0), "–");
    }

    #[test]
    fn a_suggestion_left_open_is_no_part_of_the_share() {
        let figure = |suggested, decided, decisions| Agreement { suggested, decided, decisions };
        let figures = [
            figure(Verdict::Mass, Verdict::Mass, 6),
            figure(Verdict::Mass, Verdict::Targeted, 2),
            figure(Verdict::Undetermined, Verdict::Other, 5),
        ];
        assert_eq!(overruled(&figures), (2, 8, 5));
    }
}
