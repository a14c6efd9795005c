//! One line after something was done: the address carries a fixed code, never a text, so that nobody can
//! put words into the hub's mouth with a link.

use crate::view::View;

/// What was done, if the address says so.
pub(crate) fn of(v: &View) -> Option<&'static str> {
    let (_, query) = v.here.split_once('?')?;
    let code = query.split('&').find_map(|pair| pair.strip_prefix("done="))?;
    Some(match code {
        "judged" => v.t("判定を記録しました。", "The verdict is recorded."),
        "all-judged" => v.t(
            "判定を記録しました。判定待ちはもうありません。",
            "The verdict is recorded. Nothing waits any more.",
        ),
        "drafted" => v.t("下書きを作りました。", "The draft is made."),
        "saved" => v.t("保存しました。", "Saved."),
        "asked" => v.t("提供元に承認を依頼しました。", "The providers have been asked."),
        "withdrawn" => v.t("取り下げました。", "Withdrawn."),
        "released" => v.t("公開しました。", "Released."),
        "answered" => {
            v.t("回答を受け付けました。ありがとうございます。", "Your answer is recorded. Thank you.")
        }
        "revoked" => v.t("トークンを失効させました。", "The token is revoked."),
        "disabled" => v.t("アカウントを停止しました。", "The account is disabled."),
        "enabled" => v.t("アカウントを有効にしました。", "The account is enabled."),
        _ => return None,
    })
}
