//! A mail's way through: from submission to a released advisory and the answers to it.
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
use serde_json::json;

#[tokio::test]
async fn a_mail_walks_from_submission_to_a_released_advisory_and_an_answer() {
    let hub = Hub::new().await;
    let first = hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    let second = hub.submit("b", &attack_mail("suzumezaka", "192.0.2.70")).await;

    let shown = hub.get("a", &format!("/api/v1/submissions/{first}")).await.json();
    assert_eq!(shown["state"], "dissected");
    assert_eq!(shown["subject"], "Revised purchase conditions");
    assert!(shown["facts"]["urls"][0].as_str().unwrap().starts_with("http://files.attacker.test/"));

    let campaign = hub.campaign().await;
    let detail = hub.get("analyst", &format!("/api/v1/campaigns/{campaign}")).await.json();
    assert_eq!(detail["submissions"], json!([first, second]));
    assert_eq!(detail["links"][0]["reasons"][0]["kind"], "text");

    let path = format!("/api/v1/submissions/{first}/verdict");
    let verdict =
        hub.post("analyst", &path, json!({ "verdict": "targeted", "reason": "two gas companies" })).await;
    assert_eq!(verdict.status, StatusCode::NO_CONTENT);

    let draft = hub.draft(&campaign, true).await;
    assert_eq!(draft["findings"], json!([]), "a fresh draft gives nobody away");
    assert_eq!(draft["organisations"], 2);
    let values: Vec<&str> =
        draft["indicators"].as_array().unwrap().iter().map(|i| i["value"].as_str().unwrap()).collect();
    assert!(values.contains(&"files.attacker.test"), "{values:?}");
    assert!(values.contains(&"procure@attacker.test"), "{values:?}");

    // Nothing goes out before both providers have approved exactly this text.
    let id = draft["id"].as_str().unwrap();
    let early = hub.post("analyst", &format!("/api/v1/drafts/{id}/release"), json!({})).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert_eq!(hub.get("c", &format!("/api/v1/advisories/{id}")).await.status, StatusCode::NOT_FOUND);

    hub.release(&draft, &["a", "b"]).await;
    let received = hub.get("c", &format!("/api/v1/advisories/{id}")).await.json();
    assert_eq!(received["number"], "N-2026-0001");
    let bundle = hub.get("c", &format!("/api/v1/advisories/{id}/stix")).await;
    assert_eq!(bundle.headers["content-type"], "application/stix+json;version=2.1");
    assert!(bundle.text().contains("[domain-name:value = 'files.attacker.test']"));

    let path = format!("/api/v1/advisories/{id}/sightings");
    let seen = json!({ "seen": true, "count": 3, "first_date": "2026-11-18" });
    assert_eq!(hub.post("c", &path, seen).await.status, StatusCode::CREATED);
    assert_eq!(hub.post("b", &path, json!({ "seen": false })).await.status, StatusCode::CREATED);
    let again =
        hub.post("c", &path, json!({ "seen": true, "count": 5, "first_date": "2026-11-17" })).await.json();
    assert_eq!(again, json!({ "seen": 1, "not_seen": 1, "total": 5, "first_date": "2026-11-17" }));
}

#[tokio::test]
async fn the_same_bytes_by_one_member_are_one_submission() {
    let hub = Hub::new().await;
    let mail = attack_mail("kanarihime", "192.0.2.5");
    assert_eq!(hub.submit("a", &mail).await, hub.submit("a", &mail).await);
    assert_ne!(hub.submit("a", &mail).await, hub.submit("b", &mail).await);
    assert_eq!(hub.get("analyst", "/api/v1/submissions").await.json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_draft_that_names_a_member_is_not_even_put_to_its_provider() {
    let hub = Hub::new().await;
    hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    hub.submit("b", &attack_mail("suzumezaka", "192.0.2.70")).await;
    let draft = hub.draft(&hub.campaign().await, true).await;
    let id = draft["id"].as_str().unwrap();
    let edit = json!({
        "title": "An alert", "summary": "Sent to info@kanarihime-energy.example.", "features": "", "measures": "",
        "request": "", "tlp": "TLP:AMBER", "indicators": [], "revision": draft["revision"],
        "audience": { "all_members": true },
    });
    let edited = hub.api("analyst", Method::PUT, &format!("/api/v1/drafts/{id}"), Some(edit)).await.json();
    assert_eq!(edited["findings"][0]["field"], "summary");
    assert_eq!(edited["findings"][0]["certain"], true);
    let asked = hub.post("analyst", &format!("/api/v1/drafts/{id}/ask"), json!({})).await;
    assert_eq!(asked.status, StatusCode::CONFLICT, "{}", asked.text());
}

#[tokio::test]
async fn a_change_after_approval_needs_a_new_approval() {
    let hub = Hub::new().await;
    hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    hub.submit("b", &attack_mail("suzumezaka", "192.0.2.70")).await;
    let draft = hub.draft(&hub.campaign().await, true).await;
    let id = draft["id"].as_str().unwrap();
    hub.post("analyst", &format!("/api/v1/drafts/{id}/ask"), json!({})).await;
    let path = format!("/api/v1/approvals/{id}");
    for provider in ["a", "b"] {
        let digest = hub.get(provider, &path).await.json()["digest"].clone();
        hub.post(provider, &path, json!({ "approve": true, "digest": digest })).await;
    }
    let now = hub.get("analyst", &format!("/api/v1/drafts/{id}")).await.json();
    assert_eq!(now["state"], "approved");
    let edit = json!({
        "title": "Another alert", "summary": "", "features": "", "measures": "", "request": "", "tlp": "TLP:AMBER",
        "indicators": [], "revision": now["revision"], "audience": { "all_members": true },
    });
    let edited = hub.api("analyst", Method::PUT, &format!("/api/v1/drafts/{id}"), Some(edit)).await.json();
    assert_eq!(edited["state"], "draft");
    let released = hub.post("analyst", &format!("/api/v1/drafts/{id}/release"), json!({})).await;
    assert_eq!(released.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_audience_of_one_sig_reaches_that_sig_alone() {
    let hub = Hub::new().await;
    hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    hub.submit("b", &attack_mail("suzumezaka", "192.0.2.70")).await;
    let draft = hub.draft(&hub.campaign().await, false).await;
    let id = hub.release(&draft, &["a", "b"]).await;
    assert_eq!(hub.get("b", &format!("/api/v1/advisories/{id}")).await.status, StatusCode::OK);
    for outside in ["c", "v", "administrator"] {
        let answer = hub.get(outside, &format!("/api/v1/advisories/{id}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{outside}");
    }
    assert_eq!(hub.get("c", "/api/v1/advisories").await.json()["items"], json!([]));
}

#[tokio::test]
async fn unknown_fields_are_refused_and_change_nothing() {
    let hub = Hub::new().await;
    let id = hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    let before = hub.everything().await;
    let path = format!("/api/v1/submissions/{id}/verdict");
    let body = json!({ "verdict": "mass", "reason": "r", "account": "somebody else" });
    assert_eq!(hub.post("analyst", &path, body).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(hub.everything().await, before);
}
