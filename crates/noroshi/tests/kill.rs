//! `kill -9` at any moment of an ingest: every acknowledged mail is there once, dissected once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const MAILS: usize = 1_000;
const KILLS: usize = 6;

struct Hub {
    process: Child,
    address: String,
}

impl Hub {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_noroshi"))
            .args(["--lang", "en", "serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                Some(line.strip_prefix("Noroshi demo: http://")?.trim_end_matches('/').to_owned())
            })
            .expect("the hub says where it listens");
        // Keep reading, so that the hub never waits for us.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { process, address }
    }

    /// One request; `None` where the hub died under it.
    fn ask(&self, token: &str, method: &str, path: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: message/rfc822\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(body).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let head = answer.windows(4).position(|w| w == b"\r\n\r\n")?;
        let status = std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()?;
        let length: usize = String::from_utf8_lossy(&answer[..head])
            .to_ascii_lowercase()
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())?;
        let body = answer.get(head + 4..)?.to_vec();
        (body.len() == length).then_some((status, body))
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn mail(i: usize) -> Vec<u8> {
    format!("Message-ID: <{i}@kill.test>\r\nFrom: a@kill.test\r\nTo: desk@example.com\r\nSubject: number {i}\r\n\r\nbody of mail number {i}\r\n")
        .into_bytes()
}

/// Hands in mails `from..to` over three connections while, after `delay`, the hub is killed (if told so).
/// Returns those that were acknowledged.
fn ingest(hub: &Hub, token: &str, from: usize, to: usize, kill: Option<Duration>) -> Vec<(usize, String)> {
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..3)
            .map(|worker| {
                scope.spawn(move || {
                    let mut got = Vec::new();
                    for i in (from + worker..to).step_by(3) {
                        let Some((status, body)) = hub.ask(token, "POST", "/api/v1/submissions", &mail(i))
                        else {
                            continue;
                        };
                        assert!(status == 200 || status == 201, "{status}");
                        let receipt: Value = serde_json::from_slice(&body).unwrap();
                        got.push((i, receipt["submissions"][0]["id"].as_str().unwrap().to_owned()));
                    }
                    got
                })
            })
            .collect();
        if let Some(delay) = kill {
            std::thread::park_timeout(delay);
            // SIGKILL: nothing in the process can react to it.
            let _ = Command::new("kill").args(["-9", &hub.process.id().to_string()]).status();
        }
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    })
}

#[test]
fn every_acknowledged_mail_is_there_once_and_dissected_once_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let mut hub = Hub::start(&data);
    let credentials = std::fs::read(data.join("demo-credentials.json")).unwrap();
    let credentials: Value = serde_json::from_slice(&credentials).unwrap();
    let token = |user: &str| {
        let tokens = credentials["tokens"].as_array().unwrap();
        tokens.iter().find(|t| t["user"] == user).unwrap()["token"].as_str().unwrap().to_owned()
    };
    let (member, analyst) = (token("mitaho"), token("analyst"));

    // Acknowledged: the mail's number and the id that the hub answered with.
    let mut acknowledged: BTreeMap<usize, String> = BTreeMap::new();
    let step = MAILS / (KILLS + 1);
    for kill in 0..KILLS {
        // Uneven delays, so that the blow falls at different points of a submission's way.
        let delay = Duration::from_millis(30 + 71 * kill as u64);
        acknowledged.extend(ingest(&hub, &member, kill * step, (kill + 1) * step, Some(delay)));
        hub = Hub::start(&data);
    }
    acknowledged.extend(ingest(&hub, &member, KILLS * step, MAILS, None));
    assert!(acknowledged.len() >= MAILS - KILLS * step, "only {} were acknowledged", acknowledged.len());

    let started = Instant::now();
    loop {
        let (_, queue) = hub.ask(&analyst, "GET", "/api/v1/queue", b"").unwrap();
        let queue: Value = serde_json::from_slice(&queue).unwrap();
        if queue["received"] == 0 && queue["dissecting"] == 0 {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(120), "the queue does not run empty: {queue}");
        std::thread::park_timeout(Duration::from_millis(100));
    }
    let mut kept: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut after = String::new();
    loop {
        let (_, page) =
            hub.ask(&member, "GET", &format!("/api/v1/submissions?limit=200{after}"), b"").unwrap();
        let page: Value = serde_json::from_slice(&page).unwrap();
        for item in page["items"].as_array().unwrap() {
            let subject = item["subject"].as_str().unwrap_or("").to_owned();
            if subject.starts_with("number ") {
                assert_eq!(item["state"], "dissected");
                kept.entry(subject).or_default().push(item["id"].as_str().unwrap().to_owned());
            }
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    for (i, id) in &acknowledged {
        assert_eq!(kept.get(&format!("number {i}")), Some(&vec![id.clone()]), "mail {i}");
    }
    assert!(kept.values().all(|ids| ids.len() == 1), "a mail is there twice");
}
