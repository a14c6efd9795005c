//! Rapport threads, genuine mail and form floods at the hub: who is warned, who sees what, and what nobody sees.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use common::Hub;

const ENQUIRY: &str = "突然のご連絡失礼いたします。大学の研究室で計測装置の利用を検討しております。\r\n仕様と価格について教えていただけますでしょうか。お問い合わせの窓口はこちらでよろしいでしょうか。";

/// A mail at a minute of 7 August 2026.
fn mail(id: &str, from: &str, to: &str, minute: u32, subject: &str, answers: &[&str], text: &str) -> Vec<u8> {
    let references: String = answers.iter().map(|id| format!("<{id}> ")).collect();
    let references =
        if references.is_empty() { String::new() } else { format!("References: {references}\r\n") };
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: Fri, 07 Aug 2026 {:02}:{:02}:00 +0900\r\n\
         Message-ID: <{id}>\r\n{references}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
        9 + minute / 60,
        minute % 60
    )
    .into_bytes()
}

fn with_program(mut mail: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(std::mem::take(&mut mail)).unwrap();
    let (head, body) = text.split_once("Content-Type: text/plain; charset=utf-8\r\n\r\n").unwrap();
    format!(
        "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n\
         --b\r\nContent-Type: application/octet-stream; name=siryou.js\r\nContent-Disposition: attachment; filename=siryou.js\r\n\r\n\
         var a = 1; WScript.Echo(a);\r\n--b--\r\n"
    )
    .into_bytes()
}

async fn open_warnings(hub: &Hub, user: &str) -> usize {
    let answer = hub.get(user, "/api/v1/warnings").await.json();
    answer["items"].as_array().unwrap().iter().filter(|item| item["open"] == true).count()
}

const LAB: &str = "kenkyu.sato@freemail.example";

#[tokio::test]
async fn who_has_the_enquiry_before_him_is_warned_as_soon_as_the_operator_attacks_elsewhere() {
    let hub = Hub::new().await;
    // `a` hands in the enquiry: alone, it is nothing.
    let enquiry = hub.submit("a", &mail("1@x", LAB, "info@a-desk.example", 0, "Enquiry", &[], ENQUIRY)).await;
    assert_eq!(open_warnings(&hub, "a").await, 0);
    // At `b` the same operator goes all the way, with the same words.
    let desk = "info@b-desk.example";
    let subject = "Re: Enquiry about an instrument";
    hub.submit("b", &mail("2@x", LAB, desk, 3, "Enquiry about an instrument", &[], ENQUIRY)).await;
    hub.submit(
        "b",
        &mail(
            "3@b",
            desk,
            LAB,
            40,
            subject,
            &["2@x"],
            "はい、こちらで承ります。詳しい内容をお聞かせください。",
        ),
    )
    .await;
    let attack = mail("4@x", LAB, desk, 53, subject, &["2@x", "3@b"], "資料をお送りします。ご確認ください。");
    let attack = hub.submit("b", &with_program(attack)).await;
    assert_eq!((open_warnings(&hub, "a").await, open_warnings(&hub, "c").await), (1, 0));
    // The analyst sees both, and that one waits.
    let threads = hub.get("analyst", "/api/v1/threads").await.json();
    let threads = threads["items"].as_array().unwrap();
    let standing = |thread: &serde_json::Value| thread["standing"].as_str().unwrap().to_owned();
    let mut standings: Vec<String> = threads.iter().map(standing).collect();
    standings.sort();
    assert_eq!(standings, ["forming", "rapport"]);
    assert_eq!(threads.iter().filter(|thread| thread["waits"] == true).count(), 1);
    // `a` sees its own mail and its warning, and nothing of `b`.
    let own = hub.get("a", &format!("/api/v1/threads/{enquiry}")).await;
    assert!(own.json()["warned"].as_bool().unwrap() && !own.text().contains("b-desk"), "{}", own.text());
    assert_eq!(hub.get("a", &format!("/api/v1/threads/{attack}")).await.status, StatusCode::NOT_FOUND);
    let cookie = hub.login("a").await;
    let page = hub.page(&cookie, &format!("/threads/{enquiry}")).await.text();
    assert!(page.contains("Do not answer") || page.contains("返信する前に確認"), "{page}");
    assert!(!page.contains("b-desk"), "{page}");
    assert!(hub.page(&cookie, "/warnings").await.text().contains(&enquiry));
    // The analyst's page has both lanes and the interval.
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, &format!("/threads/{attack}")).await.text();
    assert!(page.contains("a-desk") && page.contains("b-desk") && page.contains("<svg"), "{page}");
    assert!(page.contains("13分") || page.contains("13 min"), "{page}");
    // What leads to the attacker is shown defanged, in the list too.
    for page in [page, hub.page(&cookie, "/threads").await.text()] {
        assert!(page.contains("kenkyu.sato[@]freemail[.]example") && !page.contains(LAB), "{page}");
    }
    // Once `a`'s desk has answered, the warning is closed.
    hub.submit("a", &mail("5@a", "info@a-desk.example", LAB, 90, "Re: Enquiry", &["1@x"], "承ります。"))
        .await;
    assert_eq!(open_warnings(&hub, "a").await, 0);
}

#[tokio::test]
async fn a_known_operators_enquiry_warns_at_once_also_from_an_address_that_no_list_names() {
    let hub = Hub::new().await;
    let (from, desk) = ("koji@letters.example", "info@b-desk.example");
    hub.submit("b", &mail("1@x", from, desk, 0, "Enquiry", &[], ENQUIRY)).await;
    hub.submit("b", &mail("2@b", desk, from, 40, "Re: Enquiry", &["1@x"], "はい、こちらで承ります。")).await;
    let attack =
        mail("3@x", from, desk, 53, "Re: Enquiry", &["1@x", "2@b"], "資料をお送りします。ご確認ください。");
    hub.submit("b", &with_program(attack)).await;
    assert_eq!(open_warnings(&hub, "a").await, 0);
    let other = "先日、展示会で貴社の製品を拝見しました。仕様をまとめた資料をお送りしたいのですが、この窓口でよろしいでしょうか。";
    let asked = mail("4@x", from, "info@a-desk.example", 400, "Specifications", &[], other);
    let asked = hub.submit("a", &asked).await;
    assert_eq!((open_warnings(&hub, "a").await, open_warnings(&hub, "c").await), (1, 0));
    // The analyst sees which desk waits.
    let threads = hub.get("analyst", "/api/v1/threads").await.json();
    let waits = |thread: &&serde_json::Value| thread["waits"] == true;
    assert_eq!(threads["items"].as_array().unwrap().iter().filter(waits).count(), 1);
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, &format!("/threads/{asked}")).await.text();
    assert!(page.contains("info[@]a-desk[.]example"), "{page}");
}

const GENUINE: &str = "先日の連絡会でご相談いたしました共同受注の件につきまして、各社の分担案と日程表をまとめましたのでお送りいたします。\r\n来週水曜日までにご意見をお寄せくださいますようお願いいたします。kanarihime";

async fn give(hub: &Hub, user: &str, path: &str, body: Vec<u8>) -> common::Answer {
    let request = Request::builder()
        .method("POST")
        .uri(path)
        .header("authorization", format!("Bearer {}", hub.token(user)))
        .header("content-type", "application/octet-stream")
        .body(Body::from(body))
        .unwrap();
    hub.send(request).await
}

#[tokio::test]
async fn genuine_mail_that_is_used_again_is_found_whichever_came_first() {
    let hub = Hub::new().await;
    let original = mail("g1@own", "eigyo@own.example", "p@partner.example", 0, "kyoudou", &[], GENUINE);
    let stolen = |id: &str, minute| {
        mail(
            id,
            "eigyo.own@freemail.example",
            "x@other.example",
            minute,
            "kyoudou",
            &[],
            &format!("各位\r\n{GENUINE}\r\n添付をご確認ください。"),
        )
    };
    // The attack first, then the original: `a` gives its mail, `b` the attack.
    hub.submit("b", &stolen("s1@free", 300)).await;
    let taken = give(&hub, "a", "/api/v1/originals", original.clone()).await.json();
    assert_eq!((&taken["mails"], &taken["new"], &taken["found"]), (&1.into(), &1.into(), &1.into()));
    // The original first, then the attack.
    hub.submit("c", &stolen("s2@free", 600)).await;
    let again = give(&hub, "a", "/api/v1/originals", original).await.json();
    assert_eq!(again["new"], 0);
    let analyst = hub.get("analyst", "/api/v1/reuses").await.json();
    let items = analyst["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(
        items
            .iter()
            .all(|item| item["relation"] == "reuse" && item["share_of_original"].as_f64().unwrap() > 0.9)
    );
    let lags: Vec<i64> = items.iter().map(|item| item["lag_seconds"].as_i64().unwrap()).collect();
    assert!(lags.contains(&(300 * 60)) && lags.contains(&(600 * 60)), "{lags:?}");
    // `a` learns of its own, and not by whom it was handed in; `b` and `c` learn nothing.
    let own = hub.get("a", "/api/v1/reuses").await;
    assert_eq!(own.json()["items"].as_array().unwrap().len(), 2);
    assert!(own.json()["items"][0].get("submission").is_none());
    for other in ["b", "c", "v"] {
        assert!(hub.get(other, "/api/v1/reuses").await.json()["items"].as_array().unwrap().is_empty());
        let cookie = hub.login(other).await;
        assert!(!hub.page(&cookie, "/originals").await.text().contains("kyoudou"));
    }
    // It is in no campaign, and its text is nowhere: not even in the records.
    let campaigns = hub.get("analyst", "/api/v1/campaigns").await.text();
    assert!(!campaigns.contains("own.example"), "{campaigns}");
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, "/reuses").await.text();
    assert!(page.contains("kyoudou") && page.contains("eigyo@own.example"), "{page}");
}

#[tokio::test]
async fn floods_are_found_over_members_and_shown_to_analysts_alone() {
    let hub = Hub::new().await;
    let mut csv = "受付日時,IPアドレス,お名前,お問い合わせ内容\n".to_owned();
    for n in 0..30 {
        csv.push_str(&format!("2026/06/18 10:00:{n:02},203.0.113.7,　,{n}{n}\n"));
    }
    for user in ["a", "b"] {
        assert_eq!(
            give(&hub, user, "/api/v1/forms?name=forms.csv", csv.clone().into_bytes()).await.status,
            StatusCode::CREATED
        );
        assert_eq!(
            give(&hub, user, "/api/v1/forms?name=forms.csv", csv.clone().into_bytes()).await.status,
            StatusCode::OK
        );
    }
    assert_eq!(
        give(&hub, "a", "/api/v1/forms", b"hello".to_vec()).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let found = hub.get("analyst", "/api/v1/floods").await.json();
    let sources = found["sources"].as_array().unwrap();
    assert_eq!((sources.len(), sources[0]["members"].as_array().unwrap().len()), (1, 2));
    assert_eq!(hub.get("a", "/api/v1/floods").await.status, StatusCode::NOT_FOUND);
    let cookie = hub.login("analyst").await;
    let page = hub.page(&cookie, "/floods").await.text();
    assert!(page.contains("203[.]0[.]113[.]7") && !page.contains("203.0.113.7"), "{page}");
    let csv = hub.page(&cookie, "/floods.csv").await;
    assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    assert_eq!(
        csv.text().lines().filter(|line| line.starts_with("\"203.0.113.7\"")).count(),
        2,
        "{}",
        csv.text()
    );
}
