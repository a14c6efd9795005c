//! What machines pull: only what was released to the reader, change by change, signed, and equal for equal readers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use common::{Answer, Hub, attack_mail, member};
use lexicon::Role;
use lexicon::ids::SigId;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const FEED: &str = "/api/v1/indicators";

/// A hub on which `provider` reported one attack in two mails, and an advisory of it went to all members, or to the
/// SIG `gas` alone.
async fn released(provider: &str, all_members: bool) -> (Hub, String) {
    let hub = Hub::new().await;
    let word = if provider == "a" { Hub::WORDS[0] } else { Hub::WORDS[1] };
    let network = if provider == "a" { "192.0.2.5" } else { "192.0.2.70" };
    let mail = attack_mail(word, network);
    hub.submit(provider, &mail).await;
    let second = String::from_utf8(mail).unwrap().replace("<1@attacker.test>", "<2@attacker.test>");
    hub.submit(provider, second.as_bytes()).await;
    let draft = hub.draft(&hub.campaign().await, all_members).await;
    let id = hub.release(&draft, &[provider]).await;
    (hub, id)
}

async fn pull(hub: &Hub, user: &str, after: Option<&str>, etag: Option<&str>) -> Answer {
    let after = after.map(|after| format!("?after={after}")).unwrap_or_default();
    let mut request = Request::builder()
        .uri(format!("{FEED}{after}"))
        .header("authorization", format!("Bearer {}", hub.token(user)));
    if let Some(etag) = etag {
        request = request.header("if-none-match", etag);
    }
    hub.send(request.body(Body::empty()).unwrap()).await
}

fn numbers(answer: &Value) -> Vec<&str> {
    answer["advisories"].as_array().unwrap().iter().map(|a| a["number"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_reader_pulls_what_was_released_to_it_and_then_only_what_changed() {
    let (hub, id) = released("a", true).await;
    let first = pull(&hub, "c", None, None).await.json();
    assert_eq!(numbers(&first), ["N-2026-0001"]);
    let advisory = &first["advisories"][0];
    assert_eq!(
        (&advisory["id"], &advisory["state"], &advisory["tlp"]),
        (&json!(id), &json!("released"), &json!("TLP:AMBER"))
    );
    let values: Vec<&Value> =
        advisory["indicators"].as_array().unwrap().iter().map(|indicator| &indicator["value"]).collect();
    assert!(values.contains(&&json!("files.attacker.test")), "{values:?}");
    assert_eq!((&first["more"], &first["restart"]), (&json!(false), &json!(false)));

    // Nothing new: an empty page, and from then on 304.
    let place = first["next"].as_str().unwrap();
    let second = pull(&hub, "c", Some(place), None).await;
    assert_eq!(numbers(&second.json()), [""; 0]);
    assert_eq!(second.json()["next"], place);
    let etag = second.headers["etag"].to_str().unwrap();
    let third = pull(&hub, "c", Some(place), Some(etag)).await;
    assert_eq!((third.status, third.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(third.headers["noroshi-signature"], second.headers["noroshi-signature"]);

    // Something new.
    let draft = hub.draft(&hub.campaign().await, true).await;
    hub.release(&draft, &["a"]).await;
    let fourth = pull(&hub, "c", Some(place), Some(etag)).await;
    assert_eq!(fourth.status, StatusCode::OK);
    assert_eq!(numbers(&fourth.json()), ["N-2026-0002"]);
}

#[tokio::test]
async fn a_withdrawn_advisory_is_told_as_a_removal_and_nowhere_exported() {
    let (hub, id) = released("a", true).await;
    let first = pull(&hub, "c", None, None).await.json();
    let path = format!("/api/v1/advisories/{id}/withdraw");
    let silent = hub.post("analyst", &path, json!({ "reason": " " })).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done =
        hub.post("analyst", &path, json!({ "reason": "kanarihime says it is their own server" })).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text());
    assert_eq!(hub.post("analyst", &path, json!({ "reason": "again" })).await.status, StatusCode::CONFLICT);

    let told = pull(&hub, "c", first["next"].as_str(), None).await;
    assert!(!told.text().contains("kanarihime"), "the reason stays inside");
    let told = told.json();
    assert_eq!(told["advisories"][0]["id"], id.as_str());
    assert_eq!(told["advisories"][0]["state"], "withdrawn");
    assert_eq!(told["advisories"][0]["indicators"], json!([]));
    assert_eq!(told["restart"], false);
    // A reader that comes later never learns the values.
    assert!(!pull(&hub, "b", None, None).await.text().contains("attacker.test\""));
    let export = hub.get("c", &format!("/api/v1/advisories/{id}/stix")).await;
    assert_eq!(export.status, StatusCode::GONE);
    assert!(hub.get("c", &format!("/api/v1/advisories/{id}")).await.json()["withdrawn"].is_string());
    let cookie = hub.login("c").await;
    let page = hub.page(&cookie, &format!("/advisories/{id}")).await.text();
    assert!(page.contains("Withdrawn") && !page.contains("stix.json"));
    assert_eq!(hub.page(&cookie, &format!("/advisories/{id}/stix.json")).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn what_goes_to_one_sig_is_not_there_for_others_not_even_as_a_gap() {
    let (hub, _) = released("a", false).await;
    assert_eq!(numbers(&pull(&hub, "b", None, None).await.json()), ["N-2026-0001"]);
    let inside = pull(&hub, "b", None, None).await.json()["next"].as_str().unwrap().to_owned();
    for outside in ["c", "v"] {
        let empty = json!({ "after": null, "restart": false, "next": null, "more": false, "advisories": [] });
        assert_eq!(pull(&hub, outside, None, None).await.json(), empty, "{outside}");
        // The place of somebody else's change is as unknown as any.
        let (id, rest) = inside.split_once('-').unwrap();
        let other = format!("{}-{rest}", "0".repeat(id.len()));
        let answers =
            [pull(&hub, outside, Some(&inside), None).await, pull(&hub, outside, Some(&other), None).await];
        let [known, unknown] = answers.map(|answer| answer.text());
        assert_eq!(known.replace(&inside, "X"), unknown.replace(&other, "X"));
    }
    assert_eq!(pull(&hub, "administrator", None, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_member_that_joins_a_sig_begins_anew_and_misses_nothing() {
    let (hub, _) = released("a", false).await;
    let records = hub.app.desk().records();
    // Something for everybody first, so that `c` has a place.
    let draft = hub.draft(&hub.campaign().await, true).await;
    hub.release(&draft, &["a"]).await;
    let place = pull(&hub, "c", None, None).await.json()["next"].as_str().unwrap().to_owned();
    let mut joined = member("c", Hub::WORDS[2], Role::Member, "power");
    joined.sigs = BTreeSet::from([SigId::from_name("power"), SigId::from_name("gas")]);
    records.put_member(&joined).await.unwrap();
    let anew = pull(&hub, "c", Some(&place), None).await.json();
    assert_eq!(anew["restart"], true);
    assert_eq!(numbers(&anew), ["N-2026-0001", "N-2026-0002"]);
}

#[tokio::test]
async fn pages_come_in_order_and_hold_each_advisory_once() {
    let (hub, first) = released("a", true).await;
    for _ in 0..4 {
        let draft = hub.draft(&hub.campaign().await, true).await;
        hub.release(&draft, &["a"]).await;
    }
    hub.post("analyst", &format!("/api/v1/advisories/{first}/withdraw"), json!({ "reason": "r" })).await;
    for limit in [1, 2, 5, 100] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = hub.get("b", &format!("{FEED}?limit={limit}{after}")).await.json();
            let listed = page["advisories"].as_array().unwrap();
            assert!(listed.len() <= limit);
            seen.extend(
                listed
                    .iter()
                    .map(|a| format!("{} {}", a["number"].as_str().unwrap(), a["state"].as_str().unwrap())),
            );
            if page["more"] == false {
                break;
            }
            after = format!("&after={}", page["next"].as_str().unwrap());
        }
        let mut expect: Vec<String> = (2..=5).map(|n| format!("N-2026-000{n} released")).collect();
        expect.push("N-2026-0001 withdrawn".to_owned());
        assert_eq!(seen, expect, "by {limit}");
    }
    for wrong in ["x", "1-1r-0", "%00"] {
        let answer = hub.get("b", &format!("{FEED}?after={wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_signature_of_the_hubs_key() {
    let (hub, _) = released("a", true).await;
    let key = hub.get("c", "/api/v1/indicators/key").await.json();
    assert_eq!(key["algorithm"], "ed25519");
    let public = data_encoding::BASE64.decode(key["key"].as_str().unwrap().as_bytes()).unwrap();
    let answer = pull(&hub, "c", None, None).await;
    assert_eq!(answer.headers["noroshi-key"].to_str().unwrap(), key["id"].as_str().unwrap());
    let digest = Sha256::digest(&answer.body);
    assert_eq!(answer.headers["etag"], format!("\"{}\"", data_encoding::HEXLOWER.encode(&digest)));
    let signature = data_encoding::BASE64.decode(answer.headers["noroshi-signature"].as_bytes()).unwrap();
    let mut message = b"noroshi-indicators-v1\0".to_vec();
    message.extend_from_slice(&digest);
    let key = UnparsedPublicKey::new(&ED25519, &public);
    key.verify(&message, &signature).unwrap();
    message[30] ^= 1;
    assert!(key.verify(&message, &signature).is_err());
}

#[tokio::test]
async fn the_signing_key_is_made_once_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut publics = Vec::new();
    for _ in 0..2 {
        let world = std::sync::Arc::new(hub::world::SystemWorld::default());
        let opened = hub::serve::open(
            folder.path(),
            None,
            hub::HubSettings::default(),
            |_| desk::dissect::Settings::default().opener,
            world,
        )
        .await
        .unwrap();
        let service = hub::serve::service(&opened.app);
        let request = Request::builder().uri("/api/v1/indicators/key").body(Body::empty()).unwrap();
        let answer = tower::ServiceExt::oneshot(service, request).await.unwrap();
        let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
        publics.push(String::from_utf8(body.to_vec()).unwrap());
        opened.vault.close().await;
    }
    assert_eq!(publics[0], publics[1]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("signing.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn equal_readers_get_equal_bytes_whoever_reported() {
    let mut bodies = Vec::new();
    for provider in ["a", "b"] {
        let (hub, _) = released(provider, true).await;
        let answer = pull(&hub, "c", None, None).await;
        for word in Hub::WORDS {
            assert!(!answer.text().contains(word), "{word}");
        }
        // A provider and its neighbour in the same SIG, too: what one gave does not show.
        let own = [pull(&hub, "a", None, None).await.body, pull(&hub, "b", None, None).await.body];
        assert_eq!(own[0], own[1]);
        bodies.push(answer.text());
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn a_sweep_answers_many_advisories_at_once_and_again_without_a_trace() {
    let (hub, id) = released("a", true).await;
    let absent = "01890a5d-ac96-874b-b1b7-6f2d5c3e9a10";
    let body = json!({ "sightings": [
        { "advisory": id, "seen": true, "count": 7, "first_date": "2026-11-01", "last_date": "2026-11-18" },
        { "advisory": absent, "seen": false },
        { "advisory": id, "seen": true, "count": 7, "first_date": "2026-11-18", "last_date": "2026-11-01" },
    ] });
    let states = |answer: &Value| -> Vec<String> {
        answer["sightings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["state"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = hub.post("c", "/api/v1/sightings", body.clone()).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    assert_eq!(states(&first.json()), ["recorded", "not_found", "invalid"]);
    let before = hub.everything().await;
    let again = hub.post("c", "/api/v1/sightings", body).await.json();
    assert_eq!(states(&again), ["unchanged", "not_found", "invalid"]);
    assert_eq!(again["sightings"][0]["id"], first.json()["sightings"][0]["id"]);
    assert_eq!(hub.everything().await, before);

    // What was not released to the vendor is for it as absent as what is not there.
    let body =
        json!({ "sightings": [{ "advisory": id, "seen": false }, { "advisory": absent, "seen": false }] });
    assert_eq!(states(&hub.post("v", "/api/v1/sightings", body).await.json()), ["not_found", "not_found"]);
    let kept = hub.app.desk().records().sightings(id.parse().unwrap()).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].count, kept[0].last_date.unwrap().to_string().as_str()), (7, "2026-11-18"));
    let many = json!({ "sightings": vec![json!({ "advisory": absent, "seen": false }); 501] });
    assert_eq!(hub.post("c", "/api/v1/sightings", many).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
