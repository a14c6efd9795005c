//! Error pages: what happened, what to do, and a way onward.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::DeskError;
use desk::records::RecordError;
use lexicon::Text;

use crate::view::{View, page};

/// A page that could not be shown, or a form that was not taken.
#[derive(Debug)]
pub struct PageError {
    view: Box<View>,
    status: StatusCode,
    message: Text,
    detail: Option<String>,
}

/// A handler's answer.
pub type PageResult = Result<Response, PageError>;

impl PageError {
    /// There is no such thing for this reader.
    pub fn not_found(view: &View) -> Self {
        Self::new(
            view,
            StatusCode::NOT_FOUND,
            Text::new(
                "ページが見つかりません。アドレスが違うか、ご利用のアカウントでは表示できません。",
                "There is no such page, or your account cannot see it.",
            ),
        )
    }

    /// A form that was not taken, with the reason.
    pub fn bad_form(view: &View, message: Text) -> Self {
        Self::new(view, StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// A form without this session's token.
    pub fn stale_form(view: &View) -> Self {
        Self::new(
            view,
            StatusCode::FORBIDDEN,
            Text::new(
                "フォームの有効期限が切れています。ページを開き直して、もう一度送信してください。何も変更されていません。",
                "This form has expired. Open the page again and send it once more. Nothing was changed.",
            ),
        )
    }

    /// Any status.
    pub fn new(view: &View, status: StatusCode, message: Text) -> Self {
        Self { view: Box::new(view.clone()), status, message, detail: None }
    }

    /// What a use case refused.
    pub fn of(view: &View, error: DeskError) -> Self {
        let (status, message) = settle(&error);
        Self::new(view, status, message)
    }
}

/// The status and words of a use case's refusal.
pub(crate) fn settle(error: &DeskError) -> (StatusCode, Text) {
    match error {
        DeskError::NotFound(_) => (
            StatusCode::NOT_FOUND,
            Text::new(
                "ページが見つかりません。アドレスが違うか、ご利用のアカウントでは表示できません。",
                "There is no such page, or your account cannot see it.",
            ),
        ),
        DeskError::Refused(message) => (StatusCode::CONFLICT, *message),
        DeskError::Invalid { message, .. } => (StatusCode::UNPROCESSABLE_ENTITY, *message),
        DeskError::Gate(refusal) => (StatusCode::CONFLICT, refusal_text(refusal)),
        DeskError::Records(RecordError::Conflict { .. }) => (
            StatusCode::CONFLICT,
            Text::new(
                "ほかの人が先に変更しました。最新の内容を開き直してから、もう一度操作してください。",
                "Somebody else changed it first. Open it again and repeat your change.",
            ),
        ),
        DeskError::Records(error) => {
            tracing::error!(error = error as &dyn std::error::Error, "the records failed");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Text::new(
                    "記録に読み書きできませんでした。受け付け済みのものは失われていません。しばらくしてからやり直してください。",
                    "The records could not be read or written. Nothing that was accepted is lost. Please try again shortly.",
                ),
            )
        }
    }
}

/// Why the gate stays shut, in words.
pub(crate) fn refusal_text(refusal: &gate::Refusal) -> Text {
    match refusal {
        gate::Refusal::NoAudience => Text::new(
            "共有範囲が選ばれていません。SIG、全参加組織、ベンダーの少なくとも一つを選んでください。",
            "No audience is chosen. Choose at least one SIG, all members, or vendors.",
        ),
        gate::Refusal::NoProvider => Text::new(
            "情報提供元が記録されていないため、公開できません。",
            "No provider is on record for material that members gave.",
        ),
        gate::Refusal::NotApproved(_) => Text::new(
            "この文面をまだ承認していない情報提供元があります。",
            "Not every provider has approved exactly this text.",
        ),
        gate::Refusal::Identity(_) => Text::new(
            "参加組織が特定される記述が残っています。指摘された箇所を直してください。",
            "The text would give a member away. Mend the places that are shown.",
        ),
        gate::Refusal::Stamp => Text::new(
            "公開時の記録と内容が一致しません。管理者に連絡してください。",
            "The stored text no longer fits its release record. Tell the administrator.",
        ),
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    v: &'a View,
    status: u16,
    message: &'static str,
    detail: Option<&'a str>,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let shown = ErrorPage {
            v: &self.view,
            status: self.status.as_u16(),
            message: self.message.of(self.view.lang),
            detail: self.detail.as_deref(),
        };
        (self.status, page(&shown)).into_response()
    }
}
