//! Style sheet, script and picture: part of the program, cached long, named by their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::error::PageError;
use crate::routes::{Access, Route};
use crate::view::View;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/static/{file}", Access::Public, asset)]
}

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    address: LazyLock<String>,
}

/// The address carries a part of the content's hash, so that a new release is never shown with an old sheet.
fn address(name: &str, bytes: &[u8]) -> String {
    format!("/static/{name}?v={}", lexicon::text::cut(&desk::receive::hex(&Sha256::digest(bytes)), 12))
}

macro_rules! asset {
    ($name:literal, $media_type:literal) => {{
        const BYTES: &[u8] = include_bytes!(concat!("../../assets/", $name));
        Asset {
            name: $name,
            media_type: $media_type,
            bytes: BYTES,
            address: LazyLock::new(|| address($name, BYTES)),
        }
    }};
}

static CSS: Asset = asset!("noroshi.css", "text/css; charset=utf-8");
static JS: Asset = asset!("noroshi.js", "text/javascript; charset=utf-8");
static ICON: Asset = asset!("favicon.svg", "image/svg+xml");

/// The style sheet's address.
pub(crate) fn css() -> &'static str {
    &CSS.address
}

/// The style sheet itself, for a page that stands alone.
pub(crate) fn style() -> &'static str {
    include_str!("../../assets/noroshi.css")
}

/// The script's address.
pub(crate) fn js() -> &'static str {
    &JS.address
}

/// The picture's address.
pub(crate) fn icon() -> &'static str {
    &ICON.address
}

async fn asset(view: View, Path(file): Path<String>) -> Response {
    match [&CSS, &JS, &ICON].into_iter().find(|asset| asset.name == file) {
        Some(asset) => (
            [(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")],
            asset.bytes,
        )
            .into_response(),
        None => PageError::not_found(&view).into_response(),
    }
}
