//! The audit trail, read only.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use lexicon::ids::AccountId;

use crate::error::PageResult;
use crate::pages::answers::Settled;
use crate::pages::lists::ListQuery;
use crate::routes::{ADMINISTRATOR, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/admin/audit", ADMINISTRATOR, show)]
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage<'a> {
    v: &'a View,
    rows: Vec<AuditRow>,
    first: Option<String>,
    next: Option<String>,
}

struct AuditRow {
    at: String,
    who: String,
    /// What was done, in words; the stable word stands below it.
    told: Option<&'static str>,
    action: String,
    /// What kind of record it is.
    kind: &'static str,
    object: String,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> PageResult {
    let query = ListQuery { state: None, ..query };
    let records = app.desk().records();
    let found = records.audit(query.request(&view)?).await.settled(&view)?;
    let accounts = records.accounts().await.settled(&view)?;
    let users: BTreeMap<AccountId, &str> =
        accounts.iter().map(|account| (account.id, account.user.as_str())).collect();
    let (first, next) = query.pager("/admin/audit", found.next);
    // Names of the roster, which are the administrator's own; of mails and texts, nothing but their ids.
    let mut names: BTreeMap<String, String> =
        accounts.iter().map(|account| (account.id.to_string(), account.user.clone())).collect();
    for member in records.members().await.settled(&view)? {
        names.insert(member.id.to_string(), member.name);
    }
    for sig in records.sigs().await.settled(&view)? {
        names.insert(sig.id.to_string(), view.lang.pick(&sig.name_ja, &sig.name_en).to_owned());
    }
    let rows = found
        .items
        .into_iter()
        .map(|entry| AuditRow {
            at: view.time(&entry.at),
            who: match entry.account {
                None => view.t("情報ハブ", "the hub").to_owned(),
                Some(account) => {
                    users.get(&account).map_or_else(|| account.to_string(), |user| (*user).to_owned())
                }
            },
            told: action_text(&view, &entry.action),
            kind: kind_text(&view, &entry.action),
            action: entry.action,
            object: names.get(&entry.object).cloned().unwrap_or(entry.object),
        })
        .collect();
    Ok(page(&AuditPage { v: &view, rows, first, next }))
}

/// What kind of record an action is about.
fn kind_text(v: &View, action: &str) -> &'static str {
    match action.split('.').next().unwrap_or_default() {
        "submission" => v.t("情報提供", "submission"),
        "advisory" => v.t("注意喚起", "advisory"),
        "campaign" => v.t("キャンペーン", "campaign"),
        "actor" => v.t("攻撃者の仮説", "actor"),
        "originals" => v.t("正規のメール", "genuine mail"),
        "forms" => v.t("フォームの記録", "form records"),
        "account" => v.t("アカウント", "account"),
        "member" => v.t("参加組織", "member"),
        "sig" => "SIG",
        _ => "",
    }
}

/// An action in words; `None` for one that is not known here.
fn action_text(v: &View, action: &str) -> Option<&'static str> {
    Some(match action {
        "submission.receive" => v.t("受け付けた", "received"),
        "submission.judge" => v.t("判定した", "judged"),
        "submission.download" => v.t("原本をダウンロードした", "downloaded the original"),
        "submission.tell" => v.t("不正接続先を書き足した", "added C2 addresses"),
        "campaign.judge" => v.t("全体を判定した", "judged as a whole"),
        "campaign.c2" => v.t("不正接続先を書き足した", "added C2 addresses"),
        "campaign.pin-same" => v.t("同じ攻撃と指定した", "pinned together"),
        "campaign.pin-apart" => v.t("別の攻撃と指定した", "pinned apart"),
        "campaign.unpin" => v.t("指定を取り消した", "took a pin back"),
        "advisory.draft" => v.t("下書きを作った", "drafted"),
        "advisory.edit" => v.t("下書きを直した", "edited"),
        "advisory.ask" => v.t("承認を依頼した", "asked for approval"),
        "advisory.await" => v.t("承認待ちにした", "put up for approval"),
        "advisory.approve" => v.t("承認した", "approved"),
        "advisory.decline" => v.t("承認しなかった", "declined"),
        "advisory.acknowledge" => v.t("指摘を確認済みにした", "acknowledged a finding"),
        "advisory.settle" => v.t("承認の結果を反映した", "settled the approvals"),
        "advisory.release" => v.t("公開した", "released"),
        "advisory.withdraw" => v.t("作成を取りやめた", "gave up"),
        "advisory.withdraw-release" => v.t("公開を取り下げた", "withdrew after release"),
        "advisory.sight" => v.t("受信の有無を回答した", "answered"),
        "actor.put" => v.t("書いた", "wrote"),
        "actor.claim" => v.t("仮説に加えた", "claimed"),
        "actor.withdraw" => v.t("仮説を取り下げた", "took a claim back"),
        "originals.give" => v.t("登録した", "given"),
        "forms.give" => v.t("受け付けた", "received"),
        "account.put" => v.t("作った・変えた", "made or changed"),
        "account.enable" => v.t("有効にした", "enabled"),
        "account.disable" => v.t("停止した", "disabled"),
        "member.put" | "sig.put" => v.t("書いた", "wrote"),
        _ => return None,
    })
}
