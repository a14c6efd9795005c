//! How long a campaign of very many submissions takes to open: `large_campaign [MAILS]` makes a hub in a temporary
//! folder, gives it MAILS (10,000) distinct mails of one template from three members, and tells how long the page, the
//! API and a draft take: the median and the longest of 20.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that fails says where"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::Write as _;
use std::time::{Duration, Instant};

use common::{Hub, attack_mail};

/// Times that each is asked for.
const TIMES: usize = 20;

#[tokio::main]
async fn main() {
    let mails = std::env::args().nth(1).map_or(10_000, |text| text.parse().expect("a number of mails"));
    let hub = Hub::new().await;
    let mut out = std::io::stdout();
    let start = Instant::now();
    for n in 0..mails {
        let (user, word) = [("a", Hub::WORDS[0]), ("b", Hub::WORDS[1]), ("c", Hub::WORDS[2])][n % 3];
        let mail = String::from_utf8(attack_mail(word, "192.0.2.5")).expect("a mail in UTF-8");
        let mail = mail.replace("Revised purchase conditions", &format!("Revised purchase conditions {n}"));
        hub.submit(user, mail.as_bytes()).await;
    }
    writeln!(out, "{mails} mails given and linked in {:?}", start.elapsed()).unwrap();
    let campaign = hub.campaign().await;
    let cookie = hub.login("analyst").await;
    for what in ["page", "api", "history", "draft"] {
        let mut took: Vec<Duration> = Vec::new();
        let mut bytes = 0;
        for _ in 0..TIMES {
            let start = Instant::now();
            let answer = match what {
                "page" => hub.page(&cookie, &format!("/campaigns/{campaign}")).await,
                "api" => hub.get("analyst", &format!("/api/v1/campaigns/{campaign}")).await,
                "history" => hub.get("analyst", &format!("/api/v1/campaigns/{campaign}/history")).await,
                _ => {
                    let body = serde_json::json!({ "lang": "ja" });
                    hub.post("analyst", &format!("/api/v1/campaigns/{campaign}/drafts"), body).await
                }
            };
            took.push(start.elapsed());
            assert!(answer.status.is_success(), "{what}: {}", answer.status);
            bytes = answer.body.len();
        }
        took.sort_unstable();
        let (median, most) = (took[TIMES / 2], took[TIMES - 1]);
        writeln!(out, "{what}: {median:?}, at most {most:?} ({bytes} bytes)").unwrap();
    }
}
