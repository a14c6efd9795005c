//! Verdicts by scheme, suggestions and how they are overruled, the spread of a campaign, comparing two mails, and threat
//! actors: through pages and API, as people and machines reach them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use common::{Hub, PASSWORD, attack_mail, member};
use desk::records::AccountRecord;
use jiff::Timestamp;
use lexicon::ids::{AccountId, MemberId, SigId};
use lexicon::{Role, Sig};
use serde_json::{Value, json};

/// The attack of [`attack_mail`], as `a` and `b` got it.
async fn two_mails(hub: &Hub) -> (String, String, String) {
    let a = hub.submit("a", &attack_mail(Hub::WORDS[0], "192.0.2.5")).await;
    let b = hub.submit("b", &attack_mail(Hub::WORDS[1], "192.0.2.70")).await;
    let campaign = hub.campaign().await;
    (campaign, a, b)
}

#[tokio::test]
async fn a_verdict_has_a_field_for_each_scheme_and_changes_keep_their_history() {
    let hub = Hub::new().await;
    let (_, a, _) = two_mails(&hub).await;
    let path = format!("/api/v1/submissions/{a}/verdict");
    let first = json!({ "verdict": "mass", "reason": "the same text at many" });
    assert_eq!(hub.post("analyst", &path, first).await.status, StatusCode::NO_CONTENT);
    let second = json!({ "verdict": "targeted", "jcrat": "other", "npa": "mass", "monitoring": true, "reason": "a closer look" });
    assert_eq!(hub.post("analyst", &path, second).await.status, StatusCode::NO_CONTENT);
    let wrong = json!({ "verdict": "mass", "npa": "very mass", "reason": "r" });
    assert_eq!(hub.post("analyst", &path, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, &format!("/submissions/{a}")).await.text();
    let history = &page[page.find("History").unwrap()..];
    let at = |text: &str| history.find(text).unwrap_or_else(|| panic!("{text} is not told: {history}"));
    assert!(at("a closer look") < at("the same text at many"), "newest first");
    assert!(at("National Police Agency") < at("Watched on"));
    // Members see what their mail was judged to be, and nothing of how closely it is watched.
    let own = hub.login("a").await;
    let seen = hub.page(&own, "/submissions").await.text();
    assert!(seen.contains("Targeted attack") && !seen.contains("Watched on"), "{seen}");
}

#[tokio::test]
async fn a_form_without_a_choice_for_a_scheme_follows_from_its_definition() {
    let hub = Hub::new().await;
    let (_, a, _) = two_mails(&hub).await;
    let cookie = hub.login("analyst").await;
    let page = format!("/submissions/{a}");
    let csrf = hub.csrf(&cookie, &page).await;
    let fields =
        [("csrf", csrf.as_str()), ("verdict", "targeted"), ("jcrat", ""), ("npa", ""), ("reason", "why")];
    let answer = hub.form(&cookie, &format!("{page}/verdict"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let id = a.parse().unwrap();
    let kept = hub.app.desk().records().verdicts(id).await.unwrap();
    let judgement = kept[0].judgement;
    let words = [judgement.jcsip, judgement.jcrat, judgement.npa].map(|verdict| verdict.word());
    assert_eq!(words, ["targeted", "undetermined", "targeted"]);
    assert!(kept[0].suggested.is_some(), "what was suggested is kept beside it");
}

#[tokio::test]
async fn a_campaign_is_judged_as_a_whole_and_the_next_one_waits() {
    let hub = Hub::new().await;
    let (campaign, a, b) = two_mails(&hub).await;
    let alone = b"From: x@other.test\r\nSubject: something else\r\n\r\nA single letter that ties to nothing at all, of some length.\r\n";
    let other = hub.submit("c", alone).await;
    let cookie = hub.login("analyst").await;
    let csrf = hub.csrf(&cookie, &format!("/campaigns/{campaign}")).await;
    let path = format!("/campaigns/{campaign}/verdict");
    let without = [("csrf", csrf.as_str()), ("verdict", "mass"), ("extent", "all"), ("reason", " ")];
    let refused = hub.form(&cookie, &path, &without).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields =
        [("csrf", csrf.as_str()), ("verdict", "mass"), ("extent", "unjudged"), ("reason", "to everybody")];
    let answer = hub.form(&cookie, &path, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    // Back to the queue: to the one that still waits.
    let to = answer.headers["location"].to_str().unwrap();
    assert!(to.contains(&other), "{to}");
    for id in [&a, &b] {
        let seen = hub.get("analyst", &format!("/api/v1/submissions/{id}")).await.json();
        assert_eq!((seen["state"].as_str(), seen["verdict"].as_str()), (Some("judged"), Some("mass")));
    }
    // A later mail of it waits again, and an undetermined verdict holds nothing up: it can be shared.
    let third = String::from_utf8(attack_mail(Hub::WORDS[2], "192.0.2.130")).unwrap().replace("<1@", "<3@");
    hub.submit("c", third.as_bytes()).await;
    let body = json!({ "verdict": "undetermined", "extent": "all", "reason": "still being analysed" });
    let judged = hub.post("analyst", &format!("/api/v1{path}"), body).await;
    assert_eq!(judged.json()["judged"], 3);
    let draft = hub.draft(&campaign, true).await;
    hub.release(&draft, &["a", "b", "c"]).await;
}

#[tokio::test]
async fn several_mails_are_judged_at_once_from_the_inbox() {
    let hub = Hub::new().await;
    let (_, a, b) = two_mails(&hub).await;
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, "/submissions?state=dissected").await.text();
    assert!(page.contains(&format!("name=\"mail\" value=\"{a}\"")), "each can be chosen");
    let csrf = hub.csrf(&cookie, "/account").await;
    // What the list is narrowed to stays: in what comes back for a fault, and where it leads afterwards.
    let narrowed = "/submissions?state=dissected&since=2000-01-01";
    let here = format!("name=\"here\" value=\"{}\"", narrowed.replace('&', "&#38;"));
    assert!(hub.page(&cookie, narrowed).await.text().contains(&here));
    // What leads nowhere is left out.
    for astray in ["/submissions?verdict=x", "https://elsewhere.example/?member=y", "\r\n", "?after=z"] {
        let none = [("csrf", csrf.as_str()), ("here", astray), ("verdict", "other"), ("reason", "r")];
        let text = hub.form(&cookie, "/submissions/verdict", &none).await.text();
        assert!(text.contains("name=\"here\" value=\"/submissions?state=dissected\""), "{text}");
    }
    let none = [("csrf", csrf.as_str()), ("here", narrowed), ("verdict", "other"), ("reason", "r")];
    let answer = hub.form(&cookie, "/submissions/verdict", &none).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains(&here), "{}", answer.text());
    let fields = [
        ("csrf", csrf.as_str()),
        ("here", narrowed),
        ("mail", &a),
        ("mail", &b),
        ("mail", "no id"),
        ("verdict", "other"),
        ("reason", "r"),
    ];
    let answer = hub.form(&cookie, "/submissions/verdict", &fields).await;
    assert_eq!(answer.headers["location"], format!("{narrowed}&done=judged"));
    assert_eq!(hub.get("analyst", "/api/v1/queue").await.json()["judged"], 2);
}

#[tokio::test]
async fn the_list_of_submissions_is_narrowed_over_the_api_as_on_the_page() {
    let hub = Hub::new().await;
    let (_, a, b) = two_mails(&hub).await;
    hub.post(
        "analyst",
        &format!("/api/v1/submissions/{a}/verdict"),
        json!({ "verdict": "bec", "reason": "r" }),
    )
    .await;
    let ids = async |reader: &str, query: &str| -> Vec<String> {
        let list = hub.get(reader, &format!("/api/v1/submissions?{query}")).await.json();
        let items = list["items"].as_array().unwrap_or_else(|| panic!("{list}")).iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("analyst", "state=judged").await, [a.as_str()]);
    assert_eq!(ids("analyst", "state=dissected").await, [b.as_str()]);
    assert_eq!(ids("analyst", "verdict=bec").await, [a.as_str()]);
    assert_eq!(ids("analyst", "since=2000-01-01T00:00:00%2B09:00").await.len(), 2);
    assert!(ids("analyst", "before=2000-01-01T00:00:00Z").await.is_empty());
    assert!(ids("analyst", "q=nowhere-at-all").await.is_empty());
    let subject = hub.get("analyst", &format!("/api/v1/submissions/{a}")).await.json();
    let subject = subject["subject"].as_str().unwrap().split_whitespace().next().unwrap().to_owned();
    assert!(ids("analyst", &format!("q={}", subject.to_uppercase())).await.contains(&a));
    let of = |key: &str| format!("member={}", lexicon::ids::MemberId::from_name(key));
    assert!(ids("analyst", &of("c")).await.is_empty());
    // A member may name itself, and nobody else.
    assert!(ids("c", &of("c")).await.is_empty());
    let others = hub.get("c", &format!("/api/v1/submissions?{}", of("a"))).await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
    for wrong in ["state=open", "verdict=evil", "since=yesterday", "before=1", "member=x", "after=x"] {
        let answer = hub.get("analyst", &format!("/api/v1/submissions?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn a_suggestion_is_explained_and_how_often_it_is_overruled_opens_down_to_the_decisions() {
    let hub = Hub::new().await;
    let enquiry = "From: =?UTF-8?B?5Lit6YeM?= <nakazato@freemail.example>\r\nTo: desk@example.com\r\nSubject: enquiry\r\n\
        MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
        突然のご連絡失礼いたします。貴社の製品を使用しておりますが、不具合と思われる現象が発生しております。\
        お問い合わせの窓口はこちらのメールアドレスでよろしいでしょうか。\r\n";
    let id = hub.submit("a", enquiry.as_bytes()).await;
    let suggestion = hub.get("analyst", &format!("/api/v1/submissions/{id}/suggestion")).await.json();
    let word = suggestion["suggested"]["jcsip"].as_str().unwrap().to_owned();
    assert_eq!(word, "recon", "{suggestion}");
    let grounds = suggestion["grounds"].as_array().unwrap();
    let own: Vec<&Value> = grounds.iter().filter(|ground| ground["scheme"] == "j-csip").collect();
    assert!(own.len() >= 2, "{suggestion}");
    assert!(own.iter().all(|ground| !ground["text"].as_str().unwrap().is_empty()));
    // Somebody decides otherwise.
    let body = json!({ "verdict": "other", "reason": "a customer" });
    hub.post("analyst", &format!("/api/v1/submissions/{id}/verdict"), body).await;
    let figures = hub.get("analyst", "/api/v1/verdicts/agreement").await.json();
    let jcsip = figures.as_array().unwrap().iter().find(|figure| figure["scheme"] == "j-csip").unwrap();
    assert_eq!((&jcsip["overruled"], &jcsip["of"]), (&json!(1), &json!(1)));
    let path = "/api/v1/verdicts/decisions?scheme=j-csip&suggested=recon&decided=other";
    let items = hub.get("analyst", path).await.json();
    assert_eq!(items["items"][0]["submission"], json!(id));
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, "/verdicts").await.text();
    assert!(page.contains("1<small>/ 1</small>") && page.contains("100.0%"), "{page}");
    let opened = hub.page(&cookie, "/verdicts/j-csip?suggested=recon&decided=other").await.text();
    assert!(opened.contains("a customer") && opened.contains(&format!("/submissions/{id}")));
    assert_eq!(
        hub.page(&cookie, "/verdicts/j-csip?suggested=x&decided=other").await.status,
        StatusCode::NOT_FOUND
    );
}

/// S29: not targeted at present, watched on: what members confirm changes the picture, not the verdict.
#[tokio::test]
async fn what_members_confirm_later_changes_the_picture_and_not_the_verdict() {
    let hub = Hub::new().await;
    let (campaign, a, _) = two_mails(&hub).await;
    let body = json!({ "verdict": "other", "monitoring": true, "extent": "all", "reason": "a RAT to few; not targeted at present" });
    hub.post("analyst", &format!("/api/v1/campaigns/{campaign}/verdict"), body).await;
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, &format!("/campaigns/{campaign}")).await.text();
    assert!(page.contains("Organisations known since the verdict: 0."), "{page}");
    let draft = hub.draft(&campaign, true).await;
    let advisory = hub.release(&draft, &["a", "b"]).await;
    let seen = json!({ "seen": true, "count": 3 });
    hub.post("c", &format!("/api/v1/advisories/{advisory}/sightings"), seen).await;
    let page = hub.page(&cookie, &format!("/campaigns/{campaign}")).await.text();
    assert!(page.contains("Organisations known since the verdict: 1."), "{page}");
    let kept = hub.get("analyst", &format!("/api/v1/submissions/{a}")).await.json();
    assert_eq!(kept["verdict"], "other");
    assert!(hub.page(&cookie, "/verdicts").await.text().contains(&a), "it is listed among those watched on");
}

async fn put_member(hub: &Hub, key: &str, sig: &str, role: Role) -> AccountId {
    let records = hub.app.desk().records();
    records.put_member(&member(key, &format!("organisation-{key}"), role, sig)).await.unwrap();
    let account = AccountRecord {
        id: AccountId::from_name(key),
        user: key.into(),
        role,
        member: Some(MemberId::from_name(key)),
        password_hash: hub::auth::hash_password(PASSWORD),
        created: Timestamp::UNIX_EPOCH,
        disabled: false,
    };
    records.put_account(&account).await.unwrap();
    account.id
}

async fn put_sig(hub: &Hub, key: &str) {
    let sig = Sig { id: SigId::from_name(key), name_ja: format!("{key}（業種）"), name_en: key.into() };
    hub.app.desk().records().put_sig(&sig).await.unwrap();
}

/// S63: two companies report a mail; the advisory goes to the council; 23 municipalities and 4 operators find it too.
#[tokio::test]
async fn two_companies_become_twenty_nine_places_once_the_council_is_told() {
    let hub = Hub::new().await;
    for key in ["municipalities", "operators"] {
        put_sig(&hub, key).await;
    }
    let (campaign, ..) = two_mails(&hub).await;
    let draft = hub.draft(&campaign, true).await;
    let advisory = hub.release(&draft, &["a", "b"]).await;
    let organisations = (1..=23)
        .map(|n| (format!("town{n}"), "municipalities"))
        .chain((1..=4).map(|n| (format!("line{n}"), "operators")));
    for (key, sig) in organisations {
        let account = put_member(&hub, &key, sig, Role::Member).await;
        let actor = desk::Actor { account, role: Role::Member, member: Some(MemberId::from_name(&key)) };
        let answer = desk::sight::Answer {
            seen: true,
            count: 2,
            first_date: Some("2026-11-18".parse().unwrap()),
            last_date: None,
            note: String::new(),
        };
        hub.app.desk().sight(&actor, advisory.parse().unwrap(), answer).await.unwrap();
    }
    // Who answered that it saw nothing is no place.
    hub.post("c", &format!("/api/v1/advisories/{advisory}/sightings"), json!({ "seen": false })).await;
    let spread = hub.get("analyst", &format!("/api/v1/campaigns/{campaign}/spread")).await.json();
    assert_eq!(spread["before"], json!({ "places": 2, "mails": 2, "arrived": 29 }), "{spread}");
    assert_eq!(spread["after"], json!({ "places": 27, "mails": 54, "arrived": 0 }));
    let by: BTreeSet<(String, u64)> = spread["sectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sector| (sector["name_en"].as_str().unwrap().to_owned(), sector["places"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        by,
        BTreeSet::from([("Gas".into(), 2), ("municipalities".into(), 23), ("operators".into(), 4)])
    );
    // Figures open down to items.
    let first = hub.get("analyst", &format!("/api/v1/campaigns/{campaign}/places/1")).await.json();
    assert_eq!(first["submissions"].as_array().unwrap().len(), 1);
    let confirmed = hub.get("analyst", &format!("/api/v1/campaigns/{campaign}/places/29")).await.json();
    assert_eq!((&confirmed["confirmation"]["count"], &confirmed["submissions"]), (&json!(2), &json!([])));
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, &format!("/campaigns/{campaign}/spread?side=after&place=29")).await.text();
    assert!(page.contains("Member 29") && !page.contains(">Member 1<"), "{page}");
    for word in Hub::WORDS.iter().map(|word| (*word).to_owned()).chain(["organisation-town1".to_owned()]) {
        assert!(!page.contains(&word), "{word} is named on the page of the spread");
    }
    // The front page of the campaign says the same in short.
    let page = hub.page(&cookie, &format!("/campaigns/{campaign}")).await.text();
    assert!(page.contains("confirmed 27"), "{page}");
}

/// S62: in the name of a centre, to six manufacturers on one day.
#[tokio::test]
async fn one_mail_in_a_centre_s_name_at_six_manufacturers_is_one_sector_on_one_day() {
    let hub = Hub::new().await;
    put_sig(&hub, "manufacturing").await;
    for n in 1..=6 {
        let key = format!("maker{n}");
        let account = put_member(&hub, &key, "manufacturing", Role::Member).await;
        let actor = desk::Actor { account, role: Role::Member, member: Some(MemberId::from_name(&key)) };
        let mail = String::from_utf8(attack_mail(&format!("organisation-{key}"), "192.0.2.5")).unwrap();
        let mail = mail.replace("10:00:00", &format!("1{n}:00:00")).replace("<1@", &format!("<{n}@"));
        let handed = desk::receive::Handed {
            name: "m.eml",
            note: "",
            bytes: mail.as_bytes(),
            channel: desk::records::Channel::Api,
        };
        hub.app.desk().receive(&actor, handed).await.unwrap();
        hub::worker::drain(&hub.app).await.unwrap();
    }
    let campaign = hub.campaign().await;
    let spread = hub.get("analyst", &format!("/api/v1/campaigns/{campaign}/spread")).await.json();
    assert_eq!(spread["places"].as_array().unwrap().len(), 6);
    assert_eq!(spread["sectors"].as_array().unwrap().len(), 1);
    assert_eq!((&spread["sectors"][0]["places"], &spread["sectors"][0]["mails"]), (&json!(6), &json!(6)));
    // By the time of the mails themselves, not by when they were handed in.
    assert_eq!(spread["first"], "2026-11-19T02:00:00Z");
    assert_eq!(spread["last"], "2026-11-19T07:00:00Z");
    assert_eq!(spread["after"]["places"], 0);
}

#[tokio::test]
async fn two_mails_of_one_template_show_what_was_filled_in() {
    let hub = Hub::new().await;
    let (campaign, a, b) = two_mails(&hub).await;
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, &format!("/campaigns/{campaign}")).await.text();
    let link = page
        .split("href=\"")
        .map(|rest| rest.split('"').next().unwrap())
        .find(|href| href.contains("/diff/"));
    let path = link.expect("the table of links leads to the comparison").to_owned();
    assert!(path.contains(&a) && path.contains(&b));
    let shown = hub.page(&cookie, &path).await;
    assert_eq!(shown.status, StatusCode::OK);
    let text = shown.text();
    for word in &Hub::WORDS[..2] {
        assert!(text.contains(&format!("</span>{word}</mark>")), "{word} is marked: {text}");
    }
    assert!(text.contains("Dear <mark>〔1〕</mark> Holdings"), "the template: {text}");
    // What was not changed is not marked, and nothing can be followed.
    assert!(!text.contains("purchase conditions</mark>") && !text.contains("http://files.attacker.test"));
    // With itself, with something that is not there, and for a member: nothing or not there.
    assert!(
        hub.page(&cookie, &format!("/submissions/{a}/diff/{a}")).await.text().contains("Nothing was changed")
    );
    let missing = "01890a5d-ac96-874b-b1b7-6f2d5c3e9a10";
    assert_eq!(
        hub.page(&cookie, &format!("/submissions/{a}/diff/{missing}")).await.status,
        StatusCode::NOT_FOUND
    );
    let own = hub.login("a").await;
    assert_eq!(hub.page(&own, &path).await.status, StatusCode::NOT_FOUND);
}

/// S61: the same C2 addresses, the same actor – as a hypothesis that stays inside.
#[tokio::test]
async fn campaigns_with_the_same_c2_addresses_are_brought_together_under_an_actor_that_never_leaves() {
    let hub = Hub::new().await;
    let (campaign, ..) = two_mails(&hub).await;
    let other = |n: u32, word: &str, network: &str| {
        format!(
            "Received: from mx.second.test (mx.second.test [203.0.113.88])\r\n\tby mx.{word}-energy.example ([{network}]) with ESMTP; Thu, 19 Nov 2026 12:00:00 +0900\r\n\
             Message-ID: <{n}@second.test>\r\nDate: Thu, 19 Nov 2026 12:00:00 +0900\r\nFrom: Survey <survey@second.test>\r\nSubject: A questionnaire on energy policy\r\n\r\n\
             We ask you to take part in the yearly questionnaire on energy policy among experts. The form is found behind the following address and takes ten minutes: http://form.second.test/policy\r\n"
        )
    };
    hub.submit("a", other(1, Hub::WORDS[0], "192.0.2.5").as_bytes()).await;
    hub.submit("b", other(2, Hub::WORDS[1], "192.0.2.70").as_bytes()).await;
    let list = hub.get("analyst", "/api/v1/campaigns").await.json();
    let ids: Vec<String> =
        list["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let second = ids.iter().find(|id| **id != campaign).expect("a second campaign").clone();
    let cookie = hub.login("analyst").await;
    let csrf = hub.csrf(&cookie, "/account").await;
    for id in [&campaign, &second] {
        let path = format!("/campaigns/{id}/c2");
        let bad = [("csrf", csrf.as_str()), ("c2", "no address here"), ("c2_source", "s")];
        assert_eq!(hub.form(&cookie, &path, &bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = [
            ("csrf", csrf.as_str()),
            ("c2", "203.0.113[.]201\r\n198.51.100.44"),
            ("c2_source", "a sandbox report"),
        ];
        assert_eq!(hub.form(&cookie, &path, &told).await.status, StatusCode::SEE_OTHER);
    }
    let page = hub.page(&cookie, &format!("/campaigns/{campaign}")).await.text();
    assert!(page.contains("has the same C2 addresses") && page.contains(&second), "{page}");
    // An actor, and a claim on each.
    let named = [
        ("csrf", csrf.as_str()),
        ("name", "Kurogitsune"),
        ("aliases", "APT-Invented"),
        ("campaign", &campaign),
    ];
    let made = hub.form(&cookie, "/actors", &named).await;
    let to = made.headers["location"].to_str().unwrap().to_owned();
    let actor = to.split(['/', '?']).nth(2).unwrap().to_owned();
    assert!(to.contains(&campaign));
    assert!(hub.page(&cookie, &to).await.text().contains("203.0.113.201"), "the addresses are there already");
    for id in [&campaign, &second] {
        let without = [
            ("csrf", csrf.as_str()),
            ("campaign", id.as_str()),
            ("basis", "c2"),
            ("confidence", "moderate"),
            ("values", "203.0.113.201"),
        ];
        let path = format!("/actors/{actor}/claims");
        assert_eq!(
            hub.form(&cookie, &path, &without).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "no source"
        );
        let claim = [&without[..], &[("source", "the same C2 in both")]].concat();
        assert_eq!(hub.form(&cookie, &path, &claim).await.status, StatusCode::SEE_OTHER);
    }
    let seen = hub.get("analyst", &format!("/api/v1/actors/{actor}")).await.json();
    assert_eq!(seen["claims"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&seen["claims"][0]["confidence"], &seen["claims"][0]["basis"]),
        (&json!("moderate"), &json!("c2"))
    );
    // Taken back, and still on record.
    let claim = seen["claims"][1]["id"].as_str().unwrap();
    let path = format!("/actors/{actor}/claims/{claim}/withdraw");
    let back = [("csrf", csrf.as_str()), ("reason", "the address is a shared host")];
    assert_eq!(hub.form(&cookie, &path, &back).await.status, StatusCode::SEE_OTHER);
    let page = hub.page(&cookie, &format!("/actors/{actor}")).await.text();
    assert!(page.contains("the address is a shared host") && page.contains("Taken back"));
    // Every step is in the audit trail, by ids.
    let audit = hub.app.desk().records().audit(desk::records::PageRequest::first(50)).await.unwrap().items;
    for action in ["campaign.c2", "actor.put", "actor.claim", "actor.withdraw"] {
        assert!(audit.iter().any(|entry| entry.action == action), "{action}");
    }
    assert!(audit.iter().all(|entry| !entry.object.contains("Kurogitsune")));
    // Nothing of it leaves: neither in the draft, nor in any export of the advisory, nor on any page of a member.
    let draft = hub.draft(&campaign, true).await;
    assert!(!draft.to_string().contains("Kurogitsune") && !draft.to_string().contains("203.0.113.201"));
    let advisory = hub.release(&draft, &["a", "b"]).await;
    for reader in ["a", "b", "c", "v"] {
        let cookie = hub.login(reader).await;
        let formats =
            ["stix", "csv", "rpz", "list"].map(|format| format!("/api/v1/advisories/{advisory}/{format}"));
        for way in formats.iter().map(String::as_str).chain(["/api/v1/advisories", "/api/v1/submissions"]) {
            let text = hub.get(reader, way).await.text();
            assert!(!text.contains("Kurogitsune") && !text.contains("203.0.113.201"), "{reader} {way}");
        }
        let pages = [
            "/".to_owned(),
            format!("/advisories/{advisory}"),
            "/actors".to_owned(),
            format!("/actors/{actor}"),
            "/verdicts".to_owned(),
        ];
        for way in &pages {
            let text = hub.page(&cookie, way).await.text();
            assert!(!text.contains("Kurogitsune") && !text.contains("203.0.113.201"), "{reader} {way}");
        }
    }
}

/// Whatever people and senders write is shown as text, also in the pictures.
#[tokio::test]
async fn markup_in_names_reasons_and_subjects_is_shown_and_never_run() {
    let hub = Hub::new().await;
    let evil = "<script>alert(1)</script>\"'><svg onload=alert(2)>";
    for (who, word, network, n) in [
        ("a", Hub::WORDS[0], "192.0.2.5", 1),
        ("b", Hub::WORDS[1], "192.0.2.70", 2),
        ("c", Hub::WORDS[2], "192.0.2.130", 3),
    ] {
        let mail = String::from_utf8(attack_mail(word, network)).unwrap();
        let mail = mail.replace("Revised purchase conditions", evil).replace("<1@", &format!("<{n}@"));
        hub.submit(who, mail.as_bytes()).await;
    }
    let campaign = hub.campaign().await;
    let cookie = hub.login("analyst").await;
    let csrf = hub.csrf(&cookie, "/account").await;
    let named = [("csrf", csrf.as_str()), ("name", evil), ("aliases", evil), ("note", evil)];
    let made = hub.form(&cookie, "/actors", &named).await;
    let actor = made.headers["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
    let claim = [
        ("csrf", csrf.as_str()),
        ("campaign", &campaign),
        ("basis", "conduct"),
        ("confidence", "high"),
        ("values", evil),
        ("source", evil),
        ("claim_note", evil),
    ];
    assert_eq!(hub.form(&cookie, &format!("{actor}/claims"), &claim).await.status, StatusCode::SEE_OTHER);
    let judged = [("csrf", csrf.as_str()), ("verdict", "mass"), ("extent", "all"), ("reason", evil)];
    hub.form(&cookie, &format!("/campaigns/{campaign}/verdict"), &judged).await;
    let page = hub.page(&cookie, &format!("/campaigns/{campaign}")).await.text();
    assert!(
        page.contains("class=\"plot graph\"") && page.contains("&#60;script&#62;"),
        "the subject is in the picture"
    );
    let diff = page
        .split("href=\"")
        .map(|rest| rest.split('"').next().unwrap())
        .find(|href| href.contains("/diff/"));
    let ways = [
        format!("/campaigns/{campaign}"),
        format!("/campaigns/{campaign}/spread?place=1"),
        diff.unwrap().to_owned(),
        "/actors".to_owned(),
        actor,
        "/verdicts".to_owned(),
        "/verdicts/j-csip?suggested=undetermined&decided=mass".to_owned(),
    ];
    for way in &ways {
        let answer = hub.page(&cookie, way).await;
        assert_eq!(answer.status, StatusCode::OK, "{way}");
        let text = answer.text();
        assert!(!text.contains("<script>alert") && !text.contains("<svg onload"), "{way}");
    }
}
