//! Floods of web forms: an organisation gives its records; analysts see sources beside organisations.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use lexicon::ids::MemberId;
use lexicon::text::{cell, visible};

use super::answers::Settled;
use super::lists::shown;
use super::problem::Problem;
use super::threads::moment;
use super::upload;
use crate::error::{PageError, PageResult};
use crate::routes::{ANALYST, ORGANISATION, Route};
use crate::state::App;
use crate::view::{View, page};

/// Sources of one page.
const SOURCES: usize = 300;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/forms", ORGANISATION, own),
        Route::post("/forms", ORGANISATION, give),
        Route::get("/floods", ANALYST, floods),
        Route::get("/floods.csv", ANALYST, floods_csv),
    ]
}

#[derive(Template)]
#[template(path = "forms.html")]
struct FormsPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    taken: usize,
    rows: Vec<FileRow>,
}

struct FileRow {
    name: String,
    count: u64,
    at: String,
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    problems: Vec<Problem>,
    taken: usize,
) -> Result<FormsPage<'a>, PageError> {
    let files = app.desk().form_files(view.actor()?).await.settled(view)?;
    let rows = files.into_iter().map(|file| FileRow {
        name: visible(&file.name),
        count: file.rows,
        at: view.time(&file.at),
    });
    Ok(FormsPage { v: view, problems, taken, rows: rows.collect() })
}

async fn own(State(app): State<App>, view: View) -> PageResult {
    Ok(page(&make(&app, &view, Vec::new(), 0).await?))
}

async fn give(State(app): State<App>, view: View, form: Result<Multipart, MultipartRejection>) -> PageResult {
    let actor = view.actor()?;
    let files = upload::files(&view, form).await?;
    let mut problems = Vec::new();
    let mut taken = 0;
    for (name, bytes) in &files {
        match crate::given::form_file(app.desk(), actor, name, bytes).await {
            Ok(_) => taken += 1,
            Err(error) => problems.push(Problem::of(&view, error)?),
        }
    }
    if files.is_empty() {
        let message = view.t("ファイルを選んでください。", "Choose a file.");
        problems.push(Problem { field: "files", message });
    }
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page(&make(&app, &view, problems, taken).await?)).into_response())
}

#[derive(Template)]
#[template(path = "floods.html")]
struct FloodsPage<'a> {
    v: &'a View,
    columns: Vec<Column>,
    rows: Vec<SourceRow>,
    /// All sources, of which `rows` may be the first.
    total: usize,
    several: usize,
    span: Option<(String, String)>,
    /// True where a source has a country, or calls up pages in masses.
    countries: bool,
    pages: bool,
}

struct Column {
    /// The organisation's name.
    name: String,
    /// The same without the words for its legal form.
    short: String,
}

struct SourceRow {
    address: String,
    country: String,
    pages: bool,
    /// One for each column: submissions and requests, with a mark where they flood.
    cells: Vec<String>,
    sum: u64,
    first: String,
    last: String,
}

async fn floods(State(app): State<App>, view: View) -> PageResult {
    let found = app.desk().floods(view.actor()?, crate::given::posts).await.settled(&view)?;
    let mut columns = Vec::new();
    for organisation in &found.organisations {
        let name = name_of(&app, &view, organisation).await?;
        let short = ["株式会社", "有限会社", "合同会社"]
            .iter()
            .fold(name.clone(), |name, form| name.replace(form, ""));
        columns.push(Column { short: short.trim().to_owned(), name });
    }
    let rows = found.sources.iter().take(SOURCES).map(|source| SourceRow {
        address: shown(&source.address),
        country: visible(source.country.as_deref().unwrap_or_default()),
        pages: source.floods_pages(),
        cells: found
            .organisations
            .iter()
            .map(|organisation| match source.cells.get(organisation) {
                Some(cell) if cell.floods_forms => format!("● {}", cell.forms + cell.pages),
                Some(cell) => (cell.forms + cell.pages).to_string(),
                None => String::new(),
            })
            .collect(),
        sum: source.cells.values().map(|cell| cell.forms + cell.pages).sum(),
        first: moment(&view, source.cells.values().filter_map(|cell| cell.first).min()),
        last: moment(&view, source.cells.values().filter_map(|cell| cell.last).max()),
    });
    let rows: Vec<SourceRow> = rows.collect();
    let total = found.sources.len();
    let several = found.sources.iter().filter(|source| source.flooded().count() > 1).count();
    let span = found.span.map(|(first, last)| (moment(&view, Some(first)), moment(&view, Some(last))));
    Ok(page(&FloodsPage {
        v: &view,
        columns,
        total,
        several,
        span,
        countries: rows.iter().any(|row| !row.country.is_empty()),
        pages: rows.iter().any(|row| row.pages),
        rows,
    }))
}

async fn name_of(app: &App, view: &View, organisation: &str) -> Result<String, PageError> {
    let member = match organisation.parse::<MemberId>() {
        Ok(id) => app.desk().records().member(id).await.settled(view)?,
        Err(_) => None,
    };
    Ok(member.map_or_else(|| "–".to_owned(), |member| member.name))
}

/// The same as CSV, for spreadsheets: one line for each source and organisation.
async fn floods_csv(State(app): State<App>, view: View) -> PageResult {
    let found = app.desk().floods(view.actor()?, crate::given::posts).await.settled(&view)?;
    // Excel on Japanese Windows reads UTF-8 as Shift_JIS without the mark.
    let mut out =
        "\u{feff}source,country,organisation,forms,meaningless,pages,floods,first,last\r\n".to_owned();
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for source in &found.sources {
        for (organisation, cell) in &source.cells {
            if !names.contains_key(organisation.as_str()) {
                names.insert(organisation, name_of(&app, &view, organisation).await?);
            }
            let name = names.get(organisation.as_str()).cloned();
            let time = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
            let cells = [
                source.address.clone(),
                source.country.clone().unwrap_or_default(),
                name.unwrap_or_default(),
                cell.forms.to_string(),
                cell.meaningless.to_string(),
                cell.pages.to_string(),
                if cell.floods_forms { "yes" } else { "no" }.to_owned(),
                time(cell.first),
                time(cell.last),
            ];
            out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
            out.push_str("\r\n");
        }
    }
    let kind = (axum::http::header::CONTENT_TYPE, "text/csv; charset=utf-8");
    let name = (axum::http::header::CONTENT_DISPOSITION, "attachment; filename=\"floods.csv\"");
    Ok(([kind, name], out).into_response())
}

/// A cell in quotes (RFC 4180).
fn quoted(text: &str) -> String {
    format!("\"{}\"", cell(&visible(text)).replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_cell_is_a_formula_or_ends_before_its_end() {
        assert_eq!(super::quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(super::quoted("＝1"), "\"'＝1\"");
        assert_eq!(super::quoted("a\"b\nc"), "\"a\"\"b c\"");
    }
}
