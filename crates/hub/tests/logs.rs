//! Nothing of a mail, a member or a secret reaches the log, at the finest level there is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use common::{Hub, PASSWORD, attack_mail};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_canary_reaches_the_log() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    tracing::trace!("the log is on");

    let hub = Hub::new().await;
    let [a, b, _] = Hub::WORDS;
    hub.submit("a", &attack_mail(a, "192.0.2.5")).await;
    hub.submit("b", &attack_mail(b, "192.0.2.70")).await;
    let draft = hub.draft(&hub.campaign().await, true).await;
    let id = hub.release(&draft, &["a", "b"]).await;
    let cookie = hub.login("c").await;
    for page in ["/", "/advisories", "/submissions", "/no-such-page"] {
        hub.page(&cookie, page).await;
    }
    hub.get("c", &format!("/api/v1/advisories/{id}/stix")).await;
    hub.form("", "/login", &[("user", "a"), ("password", "a wrong password")]).await;

    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(text.contains("the log is on"));
    let secret = cookie.split('=').nth(1).unwrap();
    let canaries = [
        a,
        b,
        "attacker.test",
        "Revised purchase",
        "192.0.2.5",
        PASSWORD,
        "a wrong password",
        secret,
        hub.token("a"),
    ];
    for canary in canaries {
        let line = text.lines().find(|line| line.contains(canary));
        assert_eq!(line, None, "{canary} is in the log");
    }
}
