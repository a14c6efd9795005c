//! Only forms that this hub's own pages sent, and tokens, change anything.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use common::{Hub, attack_mail};
use hub::routes::{Door, table};

async fn hub_with_a_draft() -> (Hub, String, String) {
    let hub = Hub::new().await;
    let submission = hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    hub.submit("b", &attack_mail("suzumezaka", "192.0.2.70")).await;
    let draft = hub.draft(&hub.campaign().await, true).await;
    let id = draft["id"].as_str().unwrap().to_owned();
    (hub, submission, id)
}

fn fill(path: &str, submission: &str, draft: &str) -> String {
    let id = if path.contains("submissions") { submission } else { draft };
    path.replace("{id}", id).replace("{format}", "stix.json").replace("{file}", "noroshi.css")
}

#[tokio::test]
async fn reading_changes_nothing() {
    let (hub, submission, draft) = hub_with_a_draft().await;
    let cookie = hub.login("analyst").await;
    let before = hub.everything().await;
    for route in table() {
        let path = fill(route.path, &submission, &draft);
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            for (name, value) in
                [("cookie", cookie.clone()), ("authorization", format!("Bearer {}", hub.token("analyst")))]
            {
                let request = Request::builder().method(method.clone()).uri(&path).header(name, value);
                hub.send(request.body(Body::empty()).unwrap()).await;
            }
        }
    }
    assert_eq!(hub.everything().await, before);
}

#[tokio::test]
async fn a_form_without_its_token_or_from_another_site_changes_nothing() {
    let (hub, submission, draft) = hub_with_a_draft().await;
    let cookie = hub.login("analyst").await;
    let csrf = hub.csrf(&cookie, "/").await;
    let before = hub.everything().await;
    let mut tried = 0;
    for route in table().into_iter().filter(|r| r.method == Method::POST && r.door == Door::Page) {
        let path = fill(route.path, &submission, &draft);
        if ["/login", "/language", "/logout", "/setup"].contains(&path.as_str()) {
            continue;
        }
        let fields = "verdict=mass&reason=r&title=t&summary=s&tlp=TLP:CLEAR&all_members=on&revision=1&user=x&name=x&label=x";
        for (body, origin) in [
            (fields.to_owned(), None),
            (format!("csrf=wrong&{fields}"), None),
            (format!("csrf={csrf}&{fields}"), Some("https://attacker.test")),
            (format!("csrf={csrf}&{fields}"), Some("null")),
        ] {
            let mut request = Request::builder()
                .method(Method::POST)
                .uri(&path)
                .header("host", "hub.example")
                .header("cookie", &cookie)
                .header("content-type", "application/x-www-form-urlencoded");
            if let Some(origin) = origin {
                request = request.header("origin", origin).header("sec-fetch-site", "cross-site");
            }
            let answer = hub.send(request.body(Body::from(body)).unwrap()).await;
            assert!(answer.status.is_client_error(), "{path} {origin:?} {}", answer.status);
            tried += 1;
        }
        let method_trick = Request::builder()
            .method(Method::GET)
            .uri(format!("{path}?_method=POST&csrf={csrf}&{fields}"))
            .header("x-http-method-override", "POST")
            .header("cookie", &cookie);
        hub.send(method_trick.body(Body::empty()).unwrap()).await;
    }
    assert!(tried > 20, "{tried}");
    assert_eq!(hub.everything().await, before);
}

#[tokio::test]
async fn the_api_does_not_look_at_cookies() {
    let (hub, ..) = hub_with_a_draft().await;
    let cookie = hub.login("analyst").await;
    for route in table().into_iter().filter(|r| r.door == Door::Api && !r.access.admits(None)) {
        let path = fill(route.path, "x", "x");
        let request = Request::builder().method(route.method.clone()).uri(path).header("cookie", &cookie);
        let answer = hub.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {}", route.method, route.path);
    }
}
