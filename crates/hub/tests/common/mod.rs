//! A hub in a temporary folder with a repeatable world: three members, a vendor, and an account for each role.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use desk::world::RepeatableWorld;
use gate::GateKey;
use http_body_util::BodyExt;
use hub::{App, HubSettings};
use jiff::Timestamp;
use lexicon::ids::{AccountId, MemberId, SigId};
use lexicon::member::Identity;
use lexicon::{Member, Role, Sig};
use serde_json::Value;
use tower::ServiceExt;
use vault::{LocalBlobs, Vault};

/// A hub under test.
pub struct Hub {
    pub app: App,
    pub service: Router,
    pub vault: Vault,
    pub folder: tempfile::TempDir,
    tokens: Vec<(&'static str, String)>,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

pub const PASSWORD: &str = "a long enough sentence";

/// A member whose every roster field holds `word`.
pub fn member(key: &str, word: &str, role: Role, sig: &str) -> Member {
    Member {
        id: MemberId::from_name(key),
        role,
        name: format!("{word}ガス株式会社"),
        sigs: BTreeSet::from([SigId::from_name(sig)]),
        identity: Identity {
            names: vec![format!("{word} Holdings")],
            domains: vec![format!("{word}-energy.example")],
            addresses: vec![format!("desk.{word}@freemail.example")],
            networks: vec![match key {
                "a" => "192.0.2.0/26".into(),
                "b" => "192.0.2.64/26".into(),
                _ => "192.0.2.128/26".to_owned(),
            }],
            persons: vec![format!("{word} Tarouemon")],
        },
    }
}

impl Hub {
    /// Words that name each member and nothing else.
    pub const WORDS: [&'static str; 3] = ["kanarihime", "suzumezaka", "tobigarasu"];

    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (vault, _) = Vault::open_sqlite(&folder.path().join("noroshi.sqlite")).await.unwrap();
        let blobs = LocalBlobs::open(&folder.path().join("blobs")).unwrap();
        let start: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let settings = HubSettings { name: "Test hub".into(), ..HubSettings::default() };
        let dissection = desk::dissect::Settings {
            guards: indicators::guard::Guards::builtin_for_examples(),
            ..Default::default()
        };
        let app = hub::serve::assemble(
            Arc::new(vault.clone()),
            Arc::new(blobs),
            GateKey::new([7; 32]),
            settings,
            dissection,
            Arc::new(RepeatableWorld::new(start)),
            Vec::new(),
        );
        let service = hub::serve::service(&app);
        let mut hub = Self { app, service, vault, folder, tokens: Vec::new() };
        hub.seed().await;
        hub
    }

    async fn seed(&mut self) {
        let records = self.app.desk().records();
        for (key, ja, en) in [("gas", "ガス", "Gas"), ("power", "電力", "Power")] {
            let sig = Sig { id: SigId::from_name(key), name_ja: ja.into(), name_en: en.into() };
            records.put_sig(&sig).await.unwrap();
        }
        let [a, b, c] = Self::WORDS;
        for member in [
            member("a", a, Role::Member, "gas"),
            member("b", b, Role::Member, "gas"),
            member("c", c, Role::Member, "power"),
            member("v", "hatomame", Role::Vendor, "power"),
        ] {
            records.put_member(&member).await.unwrap();
        }
        let hash = hub::auth::hash_password(PASSWORD);
        let accounts = [
            ("administrator", Role::Administrator, None),
            ("analyst", Role::Analyst, None),
            ("a", Role::Member, Some("a")),
            ("b", Role::Member, Some("b")),
            ("c", Role::Member, Some("c")),
            ("v", Role::Vendor, Some("v")),
        ];
        for (user, role, member) in accounts {
            let account = desk::records::AccountRecord {
                id: AccountId::from_name(user),
                user: user.into(),
                role,
                member: member.map(MemberId::from_name),
                password_hash: hash.clone(),
                created: Timestamp::UNIX_EPOCH,
                disabled: false,
            };
            records.put_account(&account).await.unwrap();
            let token = hub::auth::new_token(&self.app, account.id, "test").await.unwrap();
            self.tokens.push((user, token));
        }
    }

    pub fn token(&self, user: &str) -> &str {
        &self.tokens.iter().find(|(name, _)| *name == user).unwrap().1
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.service.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A call of the API with the token of `user` (empty: none).
    pub async fn api(&self, user: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !user.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token(user)));
        }
        let body = match body {
            Some(json) => {
                request = request.header("content-type", "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, user: &str, path: &str) -> Answer {
        self.api(user, Method::GET, path, None).await
    }

    pub async fn post(&self, user: &str, path: &str, body: Value) -> Answer {
        self.api(user, Method::POST, path, Some(body)).await
    }

    /// Gives a mail over the API and lets the worker finish it.
    pub async fn submit(&self, user: &str, raw: &[u8]) -> String {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/submissions?name=mail.eml")
            .header("authorization", format!("Bearer {}", self.token(user)))
            .header("content-type", "message/rfc822")
            .body(Body::from(raw.to_vec()))
            .unwrap();
        let answer = self.send(request).await;
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text());
        hub::worker::drain(&self.app).await.unwrap();
        answer.json()["submissions"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Logs in on the page; the cookie to send.
    pub async fn login(&self, user: &str) -> String {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("user={user}&password={}", PASSWORD.replace(' ', "+"))))
            .unwrap();
        let answer = self.send(request).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// A page, with a session cookie (empty: none), in English.
    pub async fn page(&self, cookie: &str, path: &str) -> Answer {
        let request = Request::builder()
            .uri(path)
            .header("cookie", format!("{cookie}; noroshi_lang=en"))
            .body(Body::empty())
            .unwrap();
        self.send(request).await
    }

    /// The form token on a page.
    pub async fn csrf(&self, cookie: &str, path: &str) -> String {
        let html = self.page(cookie, path).await.text();
        let at = html.find("name=\"csrf\"").or_else(|| html.find("name=csrf")).expect("a form with a token");
        let rest = &html[at..];
        let start = rest.find("value=\"").unwrap() + 7;
        rest[start..].split('"').next().unwrap().to_owned()
    }

    pub async fn form(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={}", encode(v))).collect();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.send(request).await
    }

    /// The only campaign there is.
    pub async fn campaign(&self) -> String {
        let list = self.get("analyst", "/api/v1/campaigns").await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        list["items"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Writes down a threat actor and a claim that this campaign is its work: their ids.
    pub async fn threat_actor(&self, campaign: &str) -> (String, String) {
        let records = self.app.desk().records();
        let known = records.account_by_user("analyst").await.unwrap().unwrap();
        let analyst = desk::Actor { account: known.id, role: Role::Analyst, member: None };
        let named = desk::attribute::Named { name: "Kurogitsune".into(), ..Default::default() };
        let actor = self.app.desk().put_threat_actor(&analyst, None, named).await.unwrap();
        let claim = desk::attribute::Claim {
            actor,
            campaign: campaign.parse().unwrap(),
            basis: lexicon::threat_actor::Basis::C2,
            values: "192.0.2.77".into(),
            source: "a sandbox report".into(),
            confidence: lexicon::threat_actor::Confidence::Low,
            note: String::new(),
        };
        let claim = self.app.desk().claim(&analyst, claim).await.unwrap();
        (actor.to_string(), claim.to_string())
    }

    /// Drafts from a campaign and fills in audience and label, keeping everything drafted.
    pub async fn draft(&self, campaign: &str, all_members: bool) -> Value {
        let path = format!("/api/v1/campaigns/{campaign}/drafts");
        let draft = self.post("analyst", &path, serde_json::json!({ "lang": "en" })).await;
        assert_eq!(draft.status, StatusCode::CREATED, "{}", draft.text());
        let draft = draft.json();
        let sigs: Vec<String> = if all_members { vec![] } else { vec![SigId::from_name("gas").to_string()] };
        let edit = serde_json::json!({
            "title": "An alert", "summary": draft["summary"], "features": draft["features"],
            "measures": draft["measures"], "request": draft["request"], "tlp": "TLP:AMBER",
            "indicators": draft["indicators"].as_array().unwrap().iter().map(|i| i["value"].clone()).collect::<Vec<_>>(),
            "audience": { "sigs": sigs, "all_members": all_members, "vendors": false },
            "revision": draft["revision"],
        });
        let path = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
        let edited = self.api("analyst", Method::PUT, &path, Some(edit)).await;
        assert_eq!(edited.status, StatusCode::OK, "{}", edited.text());
        edited.json()
    }

    /// Asks, lets each of `providers` approve, releases; the advisory's id.
    pub async fn release(&self, draft: &Value, providers: &[&str]) -> String {
        let id = draft["id"].as_str().unwrap().to_owned();
        let asked = self.post("analyst", &format!("/api/v1/drafts/{id}/ask"), serde_json::json!({})).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
        for provider in providers {
            let path = format!("/api/v1/approvals/{id}");
            let shown = self.get(provider, &path).await.json();
            let body = serde_json::json!({ "approve": true, "digest": shown["digest"] });
            let answered = self.post(provider, &path, body).await;
            assert_eq!(answered.status, StatusCode::NO_CONTENT, "{}", answered.text());
        }
        let path = format!("/api/v1/drafts/{id}/release");
        let released = self.post("analyst", &path, serde_json::json!({})).await;
        assert_eq!(released.status, StatusCode::OK, "{}", released.text());
        id
    }

    /// Everything in the database and the blob folder as one text: what a request must not change.
    pub async fn everything(&self) -> String {
        let mut files: Vec<_> = walk(self.folder.path())
            .into_iter()
            .filter(|path| path.to_string_lossy().contains("blobs"))
            .map(|path| path.display().to_string())
            .collect();
        files.sort();
        let records = self.app.desk().records();
        let page = desk::records::PageRequest::first(200);
        let submissions = records.submissions(Default::default(), page).await.unwrap();
        let advisories = records.advisories(Default::default(), page).await.unwrap();
        let mut approvals = Vec::new();
        let mut sightings = Vec::new();
        for record in &advisories.items {
            approvals.push(records.approvals(record.advisory.id).await.unwrap());
            sightings.push(records.sightings(record.advisory.id).await.unwrap());
        }
        let mut verdicts = Vec::new();
        for submission in &submissions.items {
            verdicts.push(records.verdicts(submission.id).await.unwrap());
        }
        let actors = records.threat_actors().await.unwrap();
        format!(
            "{files:?} {verdicts:?} {actors:?} {submissions:?} {advisories:?} {approvals:?} {sightings:?} {:?} {:?} {:?}",
            records.campaigns(page).await.unwrap(),
            records.releases(page).await.unwrap().items.len(),
            records.audit(page).await.unwrap(),
        )
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(walk(&path)) } else { out.push(path) }
    }
    out
}

/// One attack mail as it comes to the desk of the member with this word; the body is the same for all.
pub fn attack_mail(word: &str, network: &str) -> Vec<u8> {
    format!(
        "Received: from mx.attacker.test (mx.attacker.test [203.0.113.9])\r\n\tby mx.{word}-energy.example ([{network}]) with ESMTP; Thu, 19 Nov 2026 10:00:00 +0900\r\n\
         Message-ID: <1@attacker.test>\r\nDate: Thu, 19 Nov 2026 10:00:00 +0900\r\n\
         From: Procurement <procure@attacker.test>\r\nTo: {word} Tarouemon <desk.{word}@freemail.example>\r\n\
         Subject: Revised purchase conditions\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Dear {word} Holdings,\r\n\r\nplease find the revised purchase conditions for the coming fiscal year at the address below, \
         and confirm them before the end of the week so that the delivery schedule can be kept as agreed with your department.\r\n\
         http://files.attacker.test/conditions/2026/view?id=77\r\n\r\nWith kind regards, the procurement office\r\n"
    )
    .into_bytes()
}
