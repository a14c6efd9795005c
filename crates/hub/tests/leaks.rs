//! Nobody learns who reported: equal bytes whoever the provider was, and no canary word anywhere.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use axum::http::StatusCode;
use common::{Hub, attack_mail};
use serde_json::json;

/// The ways a recipient can read an advisory.
fn ways(id: &str) -> Vec<String> {
    let mut ways = vec![
        "/api/v1/advisories".to_owned(),
        format!("/api/v1/advisories/{id}"),
        "/api/v1/indicators".to_owned(),
    ];
    ways.extend(["stix", "csv", "rpz", "list"].map(|format| format!("/api/v1/advisories/{id}/{format}")));
    ways
}

fn pages(id: &str) -> Vec<String> {
    let mut pages = vec!["/".to_owned(), "/advisories".to_owned(), format!("/advisories/{id}")];
    pages.extend(
        ["stix.json", "indicators.csv", "rpz.zone", "list.txt"].map(|f| format!("/advisories/{id}/{f}")),
    );
    pages
}

/// Everything the recipient `c` gets, when `provider` was the one who reported.
async fn what_c_gets(provider: &str, word: &str, network: &str) -> Vec<(String, Vec<u8>)> {
    let hub = Hub::new().await;
    hub.submit(provider, &attack_mail(word, network)).await;
    // The same attack once more, in a later wave, so that a campaign forms with one provider alone.
    let second = String::from_utf8(attack_mail(word, network))
        .unwrap()
        .replace("<1@attacker.test>", "<2@attacker.test>");
    hub.submit(provider, second.as_bytes()).await;
    let draft = hub.draft(&hub.campaign().await, true).await;
    let id = hub.release(&draft, &[provider]).await;
    let cookie = hub.login("c").await;
    let mut out = Vec::new();
    for way in ways(&id) {
        let answer = hub.get("c", &way).await;
        assert_eq!(answer.status, StatusCode::OK, "{way}");
        out.push((way, answer.body));
    }
    let csrf = hub.csrf(&cookie, &format!("/advisories/{id}")).await;
    for page in pages(&id) {
        let answer = hub.page(&cookie, &page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        // The session's own token differs with every session; nothing else may.
        out.push((page, answer.text().replace(&csrf, "TOKEN").into_bytes()));
    }
    out
}

#[tokio::test]
async fn what_a_recipient_gets_is_equal_byte_for_byte_whoever_reported() {
    let from_a = what_c_gets("a", Hub::WORDS[0], "192.0.2.5").await;
    let from_b = what_c_gets("b", Hub::WORDS[1], "192.0.2.70").await;
    assert_eq!(from_a.len(), from_b.len());
    for ((way, a), (_, b)) in from_a.iter().zip(&from_b) {
        assert_eq!(String::from_utf8_lossy(a), String::from_utf8_lossy(b), "{way}");
    }
}

#[tokio::test]
async fn no_word_of_a_provider_reaches_anybody_else() {
    let hub = Hub::new().await;
    let [a, b, _] = Hub::WORDS;
    hub.submit("a", &attack_mail(a, "192.0.2.5")).await;
    hub.submit("b", &attack_mail(b, "192.0.2.70")).await;
    let draft = hub.draft(&hub.campaign().await, true).await;
    let id = hub.release(&draft, &["a", "b"]).await;
    hub.post(
        "b",
        &format!("/api/v1/advisories/{id}/sightings"),
        json!({ "seen": true, "count": 2, "note": a }),
    )
    .await;

    let canaries = [a.to_owned(), b.to_owned(), a.to_uppercase(), "192.0.2.5".into(), "192.0.2.70".into()];
    for reader in ["c", "v"] {
        let cookie = hub.login(reader).await;
        let mut crawled = 0;
        for way in ways(&id).into_iter().chain(["/api/v1/submissions".into(), "/api/v1/approvals".into()]) {
            let answer = hub.get(reader, &way).await;
            for canary in &canaries {
                assert!(!answer.text().contains(canary), "{reader} {way} shows {canary}");
            }
            crawled += 1;
        }
        for page in
            pages(&id).into_iter().chain(["/submissions".into(), "/approvals".into(), "/account".into()])
        {
            let answer = hub.page(&cookie, &page).await;
            for canary in &canaries {
                assert!(!answer.text().contains(canary), "{reader} {page} shows {canary}");
            }
            crawled += 1;
        }
        assert!(crawled > 10);
    }
    // A fellow provider is told of its own submissions only.
    let own = hub.get("b", "/api/v1/submissions").await.text();
    assert!(!own.contains(a), "{own}");
}

/// What another mail of one organisation opened stays with that organisation: the password may hold its name, and that
/// it is known at all says that somebody has the other mail.
#[tokio::test]
async fn a_password_from_one_organisations_other_mail_opens_nothing_for_another() {
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/files/archive/zipcrypto.zip");
    let zip = data_encoding::BASE64.encode(&std::fs::read(file).unwrap());
    let locked = format!(
        "From: x@attacker.test\r\nSubject: material\r\nMIME-Version: 1.0\r\nContent-Type: application/zip; name=a.zip\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{zip}\r\n"
    );
    let telling = b"From: x@attacker.test\r\nSubject: key\r\n\r\nThe password is Sakura-77\r\n";
    // Whichever of the two mails came first, and whether the other organisation was there before or came after.
    for order in
        [["locked", "telling", "other"], ["telling", "locked", "other"], ["other", "locked", "telling"]]
    {
        let hub = Hub::new().await;
        let (mut own, mut others) = (String::new(), String::new());
        for step in order {
            match step {
                "locked" => own = hub.submit("a", locked.as_bytes()).await,
                "telling" => drop(hub.submit("a", telling).await),
                _ => {
                    let seen = hub.get("a", &format!("/api/v1/submissions/{own}")).await;
                    assert!(own.is_empty() || seen.text().contains("Sakura-77"), "it opens for its own");
                    others = hub.submit("b", locked.as_bytes()).await;
                }
            }
        }
        let seen = hub.get("b", &format!("/api/v1/submissions/{others}")).await.text();
        assert!(
            seen.contains("a.zip") && !seen.contains("Sakura-77") && !seen.contains("other-mail"),
            "{order:?}"
        );
    }
}
