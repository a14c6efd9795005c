//! Every route × every account, own and others' things. A route that is missing here fails the test, so nobody
//! adds an address without saying who may see what behind it.
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
use lexicon::ids::{MemberId, TokenId};

/// The accounts: `d` administrator, `n` analyst, `a` the member that reported everything here, `b` another member
/// of its SIG, `c` a member of another SIG, `v` a vendor. `-` is nobody.
const ACCOUNTS: [(char, &str); 6] =
    [('d', "administrator"), ('n', "analyst"), ('a', "a"), ('b', "b"), ('c', "c"), ('v', "v")];

/// Method, path, and for whom it is there. The draft is of `a`'s campaign; the advisory went to all members.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("GET", "/", "-dnabcv"),
    ("GET", "/login", "-dnabcv"),
    ("POST", "/login", "-dnabcv"),
    ("POST", "/logout", "-dnabcv"),
    ("POST", "/language", "-dnabcv"),
    // The set-up link is used up by the first account: to everybody it is gone.
    ("GET", "/setup", ""),
    ("POST", "/setup", ""),
    ("GET", "/static/{file}", "-dnabcv"),
    ("GET", "/healthz", "-dnabcv"),
    ("GET", "/metrics", "dn"),
    ("GET", "/account", "dnabcv"),
    ("POST", "/account/tokens", "dnabcv"),
    // Everybody's tokens are their own: this one belongs to `a`.
    ("POST", "/account/tokens/{id}/revoke", "a"),
    ("GET", "/admin/accounts", "d"),
    ("POST", "/admin/accounts", "d"),
    ("GET", "/admin/members", "d"),
    ("GET", "/admin/members/new", "d"),
    ("GET", "/admin/members/{id}", "d"),
    ("POST", "/admin/members", "d"),
    ("GET", "/admin/sigs", "d"),
    ("POST", "/admin/sigs", "d"),
    ("GET", "/admin/audit", "d"),
    ("GET", "/submit", "abcv"),
    ("POST", "/submit", "abcv"),
    ("GET", "/submissions", "nabcv"),
    ("GET", "/submissions/{id}", "na"),
    ("POST", "/submissions/{id}/verdict", "n"),
    ("GET", "/submissions/{id}/rendered", "na"),
    ("GET", "/submissions/{id}/source", "na"),
    ("GET", "/submissions/{id}/files/{place}/hex", "na"),
    ("GET", "/submissions/{id}/files/{place}/strings", "na"),
    ("GET", "/submissions/{id}/files/{place}/download", "na"),
    ("POST", "/submissions/{id}/files/{place}/download", "na"),
    ("GET", "/queue", "n"),
    ("GET", "/queue.json", "n"),
    ("GET", "/campaigns", "n"),
    ("GET", "/campaigns/{id}", "n"),
    ("POST", "/campaigns/{id}/draft", "n"),
    ("POST", "/campaigns/{id}/verdict", "n"),
    ("POST", "/campaigns/{id}/c2", "n"),
    ("GET", "/campaigns/{id}/spread", "n"),
    ("GET", "/submissions/{id}/diff/{other}", "n"),
    ("POST", "/submissions/{id}/pins", "n"),
    ("POST", "/pins/{id}/withdraw", "n"),
    ("POST", "/submissions/verdict", "n"),
    ("GET", "/verdicts", "n"),
    ("GET", "/verdicts/{scheme}", "n"),
    ("GET", "/actors", "n"),
    ("POST", "/actors", "n"),
    ("GET", "/actors/new", "n"),
    ("GET", "/actors/{id}", "n"),
    ("POST", "/actors/{id}", "n"),
    ("POST", "/actors/{id}/claims", "n"),
    ("POST", "/actors/{id}/claims/{claim}/withdraw", "n"),
    ("GET", "/threads", "n"),
    ("GET", "/threads/{id}", "na"),
    ("GET", "/warnings", "abcv"),
    ("GET", "/originals", "abcv"),
    ("POST", "/originals", "abcv"),
    ("GET", "/reuses", "n"),
    ("GET", "/forms", "abcv"),
    ("POST", "/forms", "abcv"),
    ("GET", "/floods", "n"),
    ("GET", "/floods.csv", "n"),
    ("GET", "/drafts", "n"),
    ("GET", "/drafts/{id}", "n"),
    ("POST", "/drafts/{id}", "n"),
    ("POST", "/drafts/{id}/ask", "n"),
    ("GET", "/drafts/{id}/release", "n"),
    ("POST", "/drafts/{id}/release", "n"),
    ("POST", "/drafts/{id}/withdraw", "n"),
    ("GET", "/approvals", "abcv"),
    ("GET", "/approvals/{id}", "a"),
    ("POST", "/approvals/{id}", "a"),
    ("GET", "/advisories", "nabcv"),
    ("GET", "/advisories/{id}", "nabc"),
    ("GET", "/advisories/{id}/{file}", "nabc"),
    ("POST", "/advisories/{id}/sighting", "abc"),
    ("GET", "/api/v1/openapi.json", "-dnabcv"),
    ("POST", "/api/v1/submissions", "abcv"),
    ("GET", "/api/v1/submissions", "nabcv"),
    ("GET", "/api/v1/submissions/{id}", "na"),
    ("POST", "/api/v1/submissions/{id}/verdict", "n"),
    ("GET", "/api/v1/queue", "n"),
    ("GET", "/api/v1/threads", "n"),
    ("GET", "/api/v1/threads/{id}", "na"),
    ("GET", "/api/v1/warnings", "nabcv"),
    ("POST", "/api/v1/originals", "abcv"),
    ("GET", "/api/v1/reuses", "nabcv"),
    ("POST", "/api/v1/forms", "abcv"),
    ("GET", "/api/v1/floods", "n"),
    ("GET", "/api/v1/campaigns", "n"),
    ("GET", "/api/v1/campaigns/{id}", "n"),
    ("POST", "/api/v1/campaigns/{id}/drafts", "n"),
    ("GET", "/api/v1/campaigns/{id}/spread", "n"),
    ("GET", "/api/v1/campaigns/{id}/places/{number}", "n"),
    ("GET", "/api/v1/campaigns/{id}/suggestion", "n"),
    ("POST", "/api/v1/campaigns/{id}/verdict", "n"),
    ("GET", "/api/v1/submissions/{id}/suggestion", "n"),
    ("GET", "/api/v1/verdicts/agreement", "n"),
    ("GET", "/api/v1/verdicts/decisions", "n"),
    ("GET", "/api/v1/actors", "n"),
    ("GET", "/api/v1/actors/{id}", "n"),
    ("GET", "/api/v1/campaigns/{id}/history", "n"),
    ("GET", "/api/v1/submissions/{id}/pins", "n"),
    ("POST", "/api/v1/submissions/{id}/pins", "n"),
    ("POST", "/api/v1/pins/{id}/withdraw", "n"),
    ("GET", "/api/v1/submissions/{id}/told", "n"),
    ("POST", "/api/v1/submissions/{id}/told", "n"),
    ("GET", "/api/v1/drafts/{id}", "n"),
    ("PUT", "/api/v1/drafts/{id}", "n"),
    ("POST", "/api/v1/drafts/{id}/ask", "n"),
    ("POST", "/api/v1/drafts/{id}/release", "n"),
    ("POST", "/api/v1/drafts/{id}/withdraw", "n"),
    ("GET", "/api/v1/approvals", "abcv"),
    ("GET", "/api/v1/approvals/{id}", "a"),
    ("POST", "/api/v1/approvals/{id}", "a"),
    ("GET", "/api/v1/advisories", "nabcv"),
    ("GET", "/api/v1/advisories/{id}", "nabc"),
    ("GET", "/api/v1/advisories/{id}/{format}", "nabc"),
    ("POST", "/api/v1/advisories/{id}/sightings", "abc"),
    ("POST", "/api/v1/advisories/{id}/withdraw", "n"),
    ("GET", "/advisories/{id}/withdraw", "n"),
    ("POST", "/advisories/{id}/withdraw", "n"),
    ("GET", "/api/v1/indicators", "nabcv"),
    ("GET", "/api/v1/indicators/key", "-dnabcv"),
    ("POST", "/api/v1/sightings", "abcv"),
];

struct Things {
    submission: String,
    pin: String,
    page_pin: String,
    campaign: String,
    draft: String,
    advisory: String,
    token: String,
    other: String,
    actor: String,
    claim: String,
}

/// `a` reports one attack in two mails; an advisory of it is released to all members, and a second one is put
/// before `a` for approval.
async fn things(hub: &Hub) -> Things {
    let submission = hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    let second = String::from_utf8(attack_mail("kanarihime", "192.0.2.5")).unwrap().replace("<1@", "<2@");
    let other = hub.submit("a", second.as_bytes()).await;
    let campaign = hub.campaign().await;
    let third = String::from_utf8(attack_mail("kanarihime", "192.0.2.5")).unwrap();
    let third = third.replace("<1@", "<3@").replace("conditions", "questions");
    let third = hub.submit("a", third.as_bytes()).await;
    let by_page = serde_json::json!({ "other": third, "same": true, "note": "n" });
    let by_page = hub.post("analyst", &format!("/api/v1/submissions/{submission}/pins"), by_page).await;
    let page_pin = by_page.json()["id"].as_str().unwrap().to_owned();
    let (actor, claim) = hub.threat_actor(&campaign).await;
    let pinned = serde_json::json!({ "other": other, "same": true, "note": "n" });
    let pinned = hub.post("analyst", &format!("/api/v1/submissions/{submission}/pins"), pinned).await;
    assert_eq!(pinned.status, StatusCode::CREATED);
    let pin = pinned.json()["id"].as_str().unwrap().to_owned();
    let released = hub.draft(&campaign, true).await;
    let advisory = hub.release(&released, &["a"]).await;
    let waiting = hub.draft(&campaign, true).await;
    let draft = waiting["id"].as_str().unwrap().to_owned();
    let asked = hub.post("analyst", &format!("/api/v1/drafts/{draft}/ask"), serde_json::json!({})).await;
    assert_eq!(asked.status, StatusCode::OK);
    Things { submission, pin, page_pin, campaign, draft, advisory, token: String::new(), other, actor, claim }
}

fn fill(path: &str, things: &Things) -> String {
    let id = match path {
        p if p.contains("/submissions/") || p.contains("/threads/") => things.submission.clone(),
        p if p.starts_with("/pins/") => things.page_pin.clone(),
        p if p.contains("/pins/") => things.pin.clone(),
        p if p.contains("/campaigns/") => things.campaign.clone(),
        p if p.contains("/drafts/") || p.contains("/approvals/") => things.draft.clone(),
        p if p.contains("/advisories/") => things.advisory.clone(),
        p if p.contains("/actors/") => things.actor.clone(),
        p if p.contains("/members/") => MemberId::from_name("a").to_string(),
        _ => things.token.clone(),
    };
    let file = if path.starts_with("/static") { "noroshi.css" } else { "stix.json" };
    let path =
        path.replace("{other}", &things.other).replace("{claim}", &things.claim).replace("{number}", "1");
    let path = match path.as_str() {
        "/verdicts/{scheme}" => "/verdicts/npa?suggested=mass&decided=mass".to_owned(),
        "/api/v1/verdicts/decisions" => format!("{path}?scheme=npa&suggested=mass&decided=mass"),
        _ => path,
    };
    path.replace("{id}", &id).replace("{format}", "stix").replace("{file}", file).replace("{place}", "mail")
}

/// Fields that fit one form or another, so that a refusal comes from permission and not from the form alone.
const FIELDS: &str = "role=analyst&verdict=mass&reason=r&title=t&summary=s&tlp=TLP:AMBER&all_members=on&revision=99&decision=approve\
                      &digest=0000000000000000000000000000000000000000000000000000000000000000&seen=no&lang=en&label=l&user=x&name=n&c2=192.0.2.9&c2_source=s&basis=c2&confidence=low&values=192.0.2.9&source=s";

async fn ask(hub: &Hub, door: Door, method: &Method, path: &str, user: &str) -> StatusCode {
    let mut request = Request::builder().method(method.clone()).uri(path);
    let mut body = String::new();
    match door {
        Door::Api => {
            if !user.is_empty() {
                request = request.header("authorization", format!("Bearer {}", hub.token(user)));
            }
            if method != Method::GET {
                let mail = path.ends_with("/submissions");
                request =
                    request.header("content-type", if mail { "message/rfc822" } else { "application/json" });
                body = if mail { "Subject: x\r\n\r\nx\r\n".into() } else { api_body(path) };
            }
        }
        Door::Page => {
            let cookie = if user.is_empty() { String::new() } else { hub.login(user).await };
            if method == Method::POST {
                let csrf = if user.is_empty() { String::new() } else { hub.csrf(&cookie, "/account").await };
                if path == "/submit" {
                    request = request.header("content-type", "multipart/form-data; boundary=b");
                    body = format!(
                        "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--b--\r\n"
                    );
                } else {
                    request = request.header("content-type", "application/x-www-form-urlencoded");
                    body = format!("csrf={csrf}&{FIELDS}");
                }
            }
            request = request.header("cookie", cookie);
        }
    }
    hub.send(request.body(Body::from(body)).unwrap()).await.status
}

/// A body that the route understands, so that an answer tells of the thing and not of the body.
fn api_body(path: &str) -> String {
    let body = match path.rsplit('/').next().unwrap_or("") {
        "verdict" => serde_json::json!({ "verdict": "mass", "reason": "r" }),
        "pins" => {
            serde_json::json!({ "other": MemberId::from_name("a").to_string(), "same": true, "note": "" })
        }
        "told" => serde_json::json!({ "values": ["c2.evil.example"] }),
        "sightings" => serde_json::json!({ "seen": false }),
        _ if path.contains("/approvals/") => serde_json::json!({ "approve": true, "digest": "0".repeat(64) }),
        "drafts" | "ask" | "release" | "withdraw" => serde_json::json!({}),
        _ => serde_json::json!({
            "title": "t", "summary": "", "features": "", "measures": "", "request": "", "indicators": [],
            "tlp": "TLP:AMBER", "audience": {}, "revision": 99,
        }),
    };
    body.to_string()
}

#[test]
fn every_route_is_listed_here_and_every_listed_one_exists() {
    let routes: Vec<(String, &str)> = table().iter().map(|r| (r.method.to_string(), r.path)).collect();
    let listed: Vec<(String, &str)> = EXPECTED.iter().map(|(m, p, _)| ((*m).to_owned(), *p)).collect();
    let unlisted: Vec<_> = routes.iter().filter(|route| !listed.contains(route)).collect();
    let gone: Vec<_> = listed.iter().filter(|route| !routes.contains(route)).collect();
    assert!(unlisted.is_empty() && gone.is_empty(), "not listed: {unlisted:?}; gone: {gone:?}");
}

#[tokio::test]
async fn each_account_finds_what_it_may_see_and_404_elsewhere() {
    let hub = Hub::new().await;
    let mut things = things(&hub).await;
    let records = hub.app.desk().records();
    // A token of its own to revoke, beside the one that `a` walks with.
    let a = lexicon::ids::AccountId::from_name("a");
    hub::auth::new_token(&hub.app, a, "spare").await.unwrap();
    let spare: Option<TokenId> = records.tokens_of(a).await.unwrap().last().map(|token| token.id);
    things.token = spare.unwrap().to_string();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for route in table() {
        let Some((.., who)) =
            EXPECTED.iter().find(|(m, p, _)| *m == route.method.as_str() && *p == route.path)
        else {
            continue;
        };
        let path = fill(route.path, &things);
        // Those who may not go first: what the others do must not make their answer easier.
        let mut order: Vec<_> = ACCOUNTS.to_vec();
        order.sort_by_key(|(letter, _)| who.contains(*letter));
        for (letter, user) in order {
            let status = ask(&hub, route.door, &route.method, &path, user).await;
            let there = status != StatusCode::NOT_FOUND;
            if there != who.contains(letter) || status.is_server_error() {
                wrong.push(format!("{} {} as {user}: {status}", route.method, route.path));
            }
            tried += 1;
        }
        let status = ask(&hub, route.door, &route.method, &path, "").await;
        let fits = match (who.contains('-'), who.is_empty(), route.door) {
            (true, ..) => {
                status.is_success() || status.is_redirection() || status == StatusCode::UNPROCESSABLE_ENTITY
            }
            (_, true, _) => status == StatusCode::NOT_FOUND,
            (.., Door::Api) => status == StatusCode::UNAUTHORIZED,
            (.., Door::Page) => status == StatusCode::SEE_OTHER,
        };
        if !fits {
            wrong.push(format!("{} {} as nobody: {status}", route.method, route.path));
        }
        tried += 1;
    }
    assert!(tried > 400, "{tried}");
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn what_does_not_exist_and_what_one_may_not_see_look_the_same() {
    let hub = Hub::new().await;
    let things = things(&hub).await;
    let missing = "01890a5d-ac96-874b-b1b7-6f2d5c3e9a10";
    for (there, absent) in [
        (format!("/api/v1/submissions/{}", things.submission), format!("/api/v1/submissions/{missing}")),
        (format!("/api/v1/approvals/{}", things.draft), format!("/api/v1/approvals/{missing}")),
        (format!("/api/v1/advisories/{}", things.draft), format!("/api/v1/advisories/{missing}")),
        (format!("/api/v1/drafts/{}", things.draft), format!("/api/v1/drafts/{missing}")),
    ] {
        let (hidden, none) = (hub.get("b", &there).await, hub.get("b", &absent).await);
        assert_eq!((hidden.status, hidden.text()), (none.status, none.text()), "{there}");
    }
}
