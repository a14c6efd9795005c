//! The queue: where received submissions stand, as a page and for its script.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use desk::records::QueueDepth;

use super::answers::Settled;
use crate::error::PageResult;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/queue", ANALYST, show), Route::get("/queue.json", ANALYST, numbers)]
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage<'a> {
    v: &'a View,
    queue: QueueDepth,
    at: String,
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    let queue = app.desk().records().queue().await.settled(&view)?;
    Ok(page(&QueuePage { v: &view, queue, at: view.time(&app.desk().now()) }))
}

async fn numbers(State(app): State<App>, view: View) -> PageResult {
    let queue = app.desk().records().queue().await.settled(&view)?;
    Ok(Json(serde_json::json!({
        "received": queue.received,
        "dissecting": queue.dissecting,
        "dissected": queue.dissected,
        "judged": queue.judged,
        "at": view.time(&app.desk().now()),
    }))
    .into_response())
}
