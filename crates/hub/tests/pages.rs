//! What pages show: nothing that leads to an attacker is live, and what a reader may do is on its page.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use axum::http::StatusCode;
use common::{Hub, attack_mail};

async fn released(hub: &Hub) -> String {
    hub.submit("a", &attack_mail("kanarihime", "192.0.2.5")).await;
    let second = String::from_utf8(attack_mail("kanarihime", "192.0.2.5")).unwrap().replace("<1@", "<2@");
    hub.submit("a", second.as_bytes()).await;
    let campaign = hub.campaign().await;
    let draft = hub.draft(&campaign, true).await;
    hub.release(&draft, &["a"]).await
}

#[tokio::test]
async fn an_analyst_withdraws_a_released_advisory_with_a_reason_on_a_page_of_its_own() {
    let hub = Hub::new().await;
    let id = released(&hub).await;
    let (analyst, member) = (hub.login("analyst").await, hub.login("c").await);
    let (page, path) = (format!("/advisories/{id}"), format!("/advisories/{id}/withdraw"));
    assert!(hub.page(&analyst, &page).await.text().contains(&path));
    assert!(!hub.page(&member, &page).await.text().contains(&path));
    assert_eq!(hub.page(&member, &path).await.status, StatusCode::NOT_FOUND);
    let csrf = hub.csrf(&analyst, &path).await;
    // Without a reason, nothing is withdrawn.
    let refused = hub.form(&analyst, &path, &[("csrf", &csrf), ("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("id=\"reason-wrong\""), "{}", refused.text());
    assert!(!hub.page(&member, &page).await.text().contains("Do not use its indicators."));
    let reason = "The domain is a member's <own>";
    let done = hub.form(&analyst, &path, &[("csrf", &csrf), ("reason", reason)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let after = hub.page(&member, &page).await.text();
    assert!(after.contains("Do not use its indicators.") && !after.contains("The domain is"), "{after}");
    assert!(!hub.page(&analyst, &page).await.text().contains(&path));
    // Once more leads back.
    assert_eq!(hub.page(&analyst, &path).await.status, StatusCode::SEE_OTHER);
    // The administrator reads in the trail what was done, in words.
    let administrator = hub.login("administrator").await;
    let trail = hub.page(&administrator, "/admin/audit").await.text();
    assert!(
        trail.contains("withdrew after release") && trail.contains("advisory.withdraw-release"),
        "{trail}"
    );
    assert!(trail.contains("&#60;own&#62;") && !trail.contains("<own>"), "{trail}");
}

#[tokio::test]
async fn an_answer_takes_the_date_of_the_last_mail() {
    let hub = Hub::new().await;
    let id = released(&hub).await;
    let member = hub.login("c").await;
    let page = format!("/advisories/{id}");
    let path = format!("{page}/sighting");
    let csrf = hub.csrf(&member, &page).await;
    let answer = |last: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("seen", "yes".into()),
            ("count", "3".into()),
            ("first_date", "2025-11-02".into()),
            ("last_date", last.to_owned()),
        ]
    };
    // The last before the first, and what is no date.
    for wrong in ["2025-11-01", "yesterday"] {
        let fields = answer(wrong);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = hub.form(&member, &path, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(refused.text().contains("last_date"));
    }
    let fields = answer("2025-11-05");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(hub.form(&member, &path, &fields).await.status, StatusCode::SEE_OTHER);
    assert!(hub.page(&member, &page).await.text().contains("name=\"last_date\" value=\"2025-11-05\""));
    let analyst = hub.login("analyst").await;
    assert!(hub.page(&analyst, &page).await.text().contains(">2025-11-05<"));
}

#[tokio::test]
async fn nothing_in_the_text_or_the_subject_of_a_mail_is_live() {
    let hub = Hub::new().await;
    let text = "詳細はhttp://evil.example/a\r\n(HTTPS://b.example/x) www.evil.zip 198.51.100.7 添付：写真.zip 請求書.xlsm";
    let raw = format!(
        "From: <x@evil.example>\r\nTo: <a@member.example>\r\nSubject: see https://evil.example/a now\r\n\
         Date: Thu, 19 Nov 2026 10:00:00 +0900\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    );
    let id = hub.submit("a", raw.as_bytes()).await;
    for user in ["analyst", "a"] {
        let cookie = hub.login(user).await;
        let html = hub.page(&cookie, &format!("/submissions/{id}")).await.text();
        for shown in [
            "詳細はhxxp://evil[.]example/a",
            "(HXXPS://b[.]example/x) www[.]evil[.]zip 198[.]51[.]100[.]7 添付：写真.zip 請求書.xlsm",
            "see hxxps://evil[.]example/a now",
        ] {
            assert!(html.contains(shown), "{shown}: {html}");
        }
        // A button hands the value out as it was; nothing else does.
        let live: Vec<&str> = html.split("://evil.example").collect();
        for before in live.iter().rev().skip(1) {
            assert!(
                before.ends_with("data-copy=\"http") || before.ends_with("data-copy=\"https"),
                "{before}"
            );
        }
        let list = hub.page(&cookie, "/submissions").await.text();
        assert!(
            list.contains("hxxps://evil[.]example/a") && !list.contains("https://evil.example"),
            "{list}"
        );
    }
}

/// The subject of the newest submission.
async fn newest_subject(hub: &Hub) -> String {
    use desk::records::{PageRequest, SubmissionFilter};
    let page = hub.app.desk().records().submissions(SubmissionFilter::default(), PageRequest::first(1));
    page.await.unwrap().items.remove(0).subject.unwrap()
}

#[tokio::test]
async fn analysts_find_campaigns_with_their_standing_and_who_is_behind_a_number() {
    let hub = Hub::new().await;
    released(&hub).await;
    let campaign = hub.campaign().await;
    let analyst = hub.login("analyst").await;
    let list = hub.page(&analyst, "/campaigns").await.text();
    assert!(list.contains("To be judged") && list.contains("Released"), "{list}");
    let name = hub
        .app
        .desk()
        .records()
        .members()
        .await
        .unwrap()
        .into_iter()
        .find(|m| m.id == lexicon::ids::MemberId::from_name("a"))
        .unwrap()
        .name;
    let page = hub.page(&analyst, &format!("/campaigns/{campaign}")).await.text();
    assert!(page.contains("Numbers and organisations") && page.contains(&name), "{page}");
    // The page of the spread may be shown around: it has numbers alone, and says where their key is.
    let page = hub.page(&analyst, &format!("/campaigns/{campaign}/spread")).await.text();
    assert!(page.contains("#key") && !page.contains(&name), "{page}");
    // The inbox of one provider alone; a word that is no organisation's leads nowhere.
    let of = |key: &str| format!("/submissions?member={}", lexicon::ids::MemberId::from_name(key));
    assert!(hub.page(&analyst, &of("a")).await.text().contains("data-row"));
    assert!(!hub.page(&analyst, &of("b")).await.text().contains("data-row"));
    assert_eq!(hub.page(&analyst, "/submissions?member=x").await.status, StatusCode::NOT_FOUND);
    // By a part of the subject, by verdict, by days; a page of the same list keeps what it is narrowed to.
    let found = async |query: &str| {
        let page = hub.page(&analyst, &format!("/submissions?{query}")).await.text();
        (page.contains("data-row"), page)
    };
    let subject = newest_subject(&hub).await;
    let word: String = subject.chars().take(3).collect();
    assert!(word.bytes().all(|byte| byte.is_ascii_alphabetic()), "{word}");
    let (there, page) = found(&format!("q={}", word.to_uppercase())).await;
    assert!(
        there && page.contains(&format!("/submissions?state=judged&#38;q={}", word.to_uppercase())),
        "{page}"
    );
    assert!(page.contains("Clear"), "{page}");
    assert!(!found("q=nowhere-at-all").await.0);
    assert!(found(&format!("q=%00{word}%0A")).await.0);
    assert!(!found("verdict=bec").await.0);
    assert!(found("since=2000-01-01&until=2999-12-31").await.0);
    assert!(!found("until=2000-01-01").await.0);
    let (_, page) = found("since=yesterday").await;
    assert!(page.contains("Write the day as 2026-11-27."), "{page}");
    assert_eq!(hub.page(&analyst, "/submissions?verdict=x").await.status, StatusCode::NOT_FOUND);
    // A member that asks for another's finds its own.
    let b = hub.login("b").await;
    assert!(!hub.page(&b, &of("a")).await.text().contains("data-row"));
}
