//! Files that a form of a page brings.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartRejection;
use axum::http::StatusCode;
use lexicon::Text;

use crate::error::PageError;
use crate::form::same;
use crate::view::View;

/// The files of a form, by their names; nothing is read before its token has been checked.
pub(super) async fn files(
    view: &View,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Vec<(String, axum::body::Bytes)>, PageError> {
    let mut form = form.map_err(|_| broken(view))?;
    let mut allowed = false;
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| broken(view))? {
        let name = field.name().unwrap_or("").to_owned();
        match (name.as_str(), allowed) {
            ("csrf", _) => {
                allowed = same(&field.text().await.map_err(|_| broken(view))?, view.csrf());
            }
            (_, false) => return Err(PageError::stale_form(view)),
            ("files", true) => {
                let file = field.file_name().unwrap_or("").to_owned();
                let bytes = field.bytes().await.map_err(|_| too_large(view))?;
                // A browser sends one nameless, empty part where no file was chosen.
                if !(file.is_empty() && bytes.is_empty()) {
                    files.push((file, bytes));
                }
            }
            _ => {}
        }
    }
    if allowed { Ok(files) } else { Err(PageError::stale_form(view)) }
}

fn broken(view: &View) -> PageError {
    PageError::bad_form(
        view,
        Text::new(
            "送信が途中で切れました。もう一度お送りください。",
            "The upload broke off. Please send it again.",
        ),
    )
}

fn too_large(view: &View) -> PageError {
    PageError::new(
        view,
        StatusCode::PAYLOAD_TOO_LARGE,
        Text::new(
            "送信が途中で切れたか、大きすぎます。分けてお送りください。",
            "The upload broke off or is too large: send less at once.",
        ),
    )
}
