//! What a provider is asked, and what it never sees.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use axum::http::{Method, StatusCode};
use common::{Hub, attack_mail};
use serde_json::{Value, json};

/// A draft of an attack that `a` and `b` reported, before both for approval.
async fn waiting() -> (Hub, String) {
    let hub = Hub::new().await;
    hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    hub.submit("b", &attack_mail("suzumezaka", "192.0.2.70")).await;
    let draft = hub.draft(&hub.campaign().await, false).await;
    let id = draft["id"].as_str().unwrap().to_owned();
    let asked = hub.post("analyst", &format!("/api/v1/drafts/{id}/ask"), json!({})).await;
    assert_eq!(asked.status, StatusCode::OK);
    (hub, id)
}

async fn edit(hub: &Hub, id: &str, summary: &str, audience: Value) {
    let path = format!("/api/v1/drafts/{id}");
    let now = hub.get("analyst", &path).await.json();
    let values: Vec<Value> =
        now["indicators"].as_array().unwrap().iter().map(|i| i["value"].clone()).collect();
    let body = json!({
        "title": now["title"], "summary": summary, "features": now["features"], "measures": now["measures"],
        "request": now["request"], "tlp": now["tlp"], "indicators": values, "audience": audience,
        "revision": now["revision"],
    });
    let edited = hub.api("analyst", Method::PUT, &path, Some(body)).await;
    assert_eq!(edited.status, StatusCode::OK, "{}", edited.text());
}

#[tokio::test]
async fn a_text_under_revision_is_not_shown_to_its_providers() {
    let (hub, id) = waiting().await;
    let path = format!("/api/v1/approvals/{id}");
    assert!(hub.get("a", &path).await.json()["advisory"].is_object());
    edit(&hub, &id, "Also seen at suzumezaka Holdings", json!({ "all_members": true })).await;
    let cookie = hub.login("a").await;
    for text in [
        hub.get("a", &path).await.text(),
        hub.get("a", "/api/v1/approvals").await.text(),
        hub.page(&cookie, &format!("/approvals/{id}")).await.text(),
        hub.page(&cookie, "/approvals").await.text(),
        hub.page(&cookie, "/").await.text(),
    ] {
        assert!(!text.contains("suzumezaka"), "{text}");
    }
    assert!(hub.get("a", &path).await.json()["advisory"].is_null());
}

#[tokio::test]
async fn an_approval_does_not_stretch_to_a_wider_audience() {
    let (hub, id) = waiting().await;
    let path = format!("/api/v1/approvals/{id}");
    let shown = hub.get("a", &path).await.json();
    let summary = shown["advisory"]["summary"].as_str().unwrap().to_owned();
    edit(&hub, &id, &summary, json!({ "all_members": true, "vendors": true })).await;
    hub.post("analyst", &format!("/api/v1/drafts/{id}/ask"), json!({})).await;
    let stale = json!({ "approve": true, "digest": shown["digest"] });
    assert_eq!(hub.post("a", &path, stale).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_provider_that_joins_later_is_asked_too_and_the_others_not_again() {
    let (hub, id) = waiting().await;
    let answer = async |user: &str| {
        let path = format!("/api/v1/approvals/{id}");
        let digest = hub.get(user, &path).await.json()["digest"].clone();
        hub.post(user, &path, json!({ "approve": true, "digest": digest })).await.status
    };
    assert_eq!(answer("a").await, StatusCode::NO_CONTENT);
    hub.submit("c", &attack_mail("tobigarasu", "192.0.2.130")).await;
    assert_eq!(answer("b").await, StatusCode::NO_CONTENT);
    let now = hub.get("analyst", &format!("/api/v1/drafts/{id}")).await.json();
    assert_eq!(now["state"], "awaiting-approval", "c has not been asked");
    let asked = hub.post("analyst", &format!("/api/v1/drafts/{id}/ask"), json!({})).await.json();
    let states: Vec<&str> =
        asked["approvals"].as_array().unwrap().iter().map(|a| a["state"].as_str().unwrap()).collect();
    assert_eq!(states.iter().filter(|state| **state == "approved").count(), 2, "{states:?}");
    assert_eq!(answer("c").await, StatusCode::NO_CONTENT);
    let released = hub.post("analyst", &format!("/api/v1/drafts/{id}/release"), json!({})).await;
    assert_eq!(released.status, StatusCode::OK, "{}", released.text());
}

#[tokio::test]
async fn a_decline_sends_the_text_back() {
    let (hub, id) = waiting().await;
    let path = format!("/api/v1/approvals/{id}");
    let digest = hub.get("a", &path).await.json()["digest"].clone();
    let without_reason = json!({ "approve": false, "digest": digest });
    assert_eq!(hub.post("a", &path, without_reason).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let declined = json!({ "approve": false, "digest": digest, "note": "the subject is ours" });
    assert_eq!(hub.post("a", &path, declined).await.status, StatusCode::NO_CONTENT);
    assert_eq!(hub.get("analyst", &format!("/api/v1/drafts/{id}")).await.json()["state"], "draft");
}

#[tokio::test]
async fn who_gives_the_same_bytes_learns_nothing_of_who_gave_them_before() {
    let hub = Hub::new().await;
    let mail = attack_mail("kanarihime", "192.0.2.5");
    let give = async |user: &str, name: &str| {
        let request = axum::http::Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1/submissions?name={name}"))
            .header("authorization", format!("Bearer {}", hub.token(user)))
            .body(axum::body::Body::from(mail.clone()))
            .unwrap();
        hub.send(request).await.json()["submissions"][0]["id"].as_str().unwrap().to_owned()
    };
    give("a", "forwarded-by-kanarihime.eml").await;
    hub::worker::drain(&hub.app).await.unwrap();
    let second = give("b", "ours.eml").await;
    let path = format!("/api/v1/submissions/{second}");
    assert!(hub.get("b", &path).await.json()["facts"].is_null(), "facts before its turn tell of another");
    hub::worker::drain(&hub.app).await.unwrap();
    let shown = hub.get("b", &path).await;
    assert_eq!(shown.json()["facts"]["path"], "ours.eml");
    assert!(!shown.text().contains("forwarded-by"));
}

#[tokio::test]
async fn a_known_login_is_never_moved_to_another_organisation() {
    let hub = Hub::new().await;
    let cookie = hub.login("administrator").await;
    let csrf = hub.csrf(&cookie, "/admin/accounts").await;
    let b = lexicon::ids::MemberId::from_name("b").to_string();
    let fields = [
        ("csrf", csrf.as_str()),
        ("action", "put"),
        ("user", "a"),
        ("role", "member"),
        ("member", b.as_str()),
        ("password", "another long sentence"),
    ];
    assert_eq!(hub.form(&cookie, "/admin/accounts", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let account = hub.app.desk().records().account_by_user("a").await.unwrap().unwrap();
    assert_eq!(account.member, Some(lexicon::ids::MemberId::from_name("a")));
    // A password set anew ends what was opened with the old one.
    let own = lexicon::ids::MemberId::from_name("a").to_string();
    let fields =
        [("member", own.as_str())].into_iter().chain(fields.into_iter().filter(|(k, _)| *k != "member"));
    let fields: Vec<_> = fields.collect();
    assert_eq!(hub.form(&cookie, "/admin/accounts", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(hub.get("a", "/api/v1/submissions").await.status, StatusCode::UNAUTHORIZED);
}
