//! `noroshi watch`: alerts to every place within seconds, none missed and none twice across restarts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "in a test, a panic is the report"
)]

mod common;

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Run, folder, noroshi_with};

const LIST: &str = "evil.example\n";

fn append(path: &Path, text: &str) {
    OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn once(folder: &Path, args: &[&str]) -> Run {
    let fixed = ["watch", "*.log", "-i", "list.txt", "--state", "state.json", "--once"];
    noroshi_with(folder, &[&fixed, args].concat(), b"", &[("NOROSHI_LANG", "en")])
}

#[test]
fn run_after_run_each_line_is_told_once() {
    let folder = folder(&[("list.txt", LIST), ("a.log", "old.evil.example\n")]);
    let folder = folder.path();
    let log = folder.join("a.log");
    let told = |run: Run| -> Vec<String> {
        assert_eq!(run.code, 0, "{}", run.err);
        run.lines().iter().map(|hit| format!("{} {}", hit["line"], hit["what"].as_str().unwrap())).collect()
    };
    assert_eq!(told(once(folder, &[])), [""; 0], "what was there is not news");
    append(&log, "a.evil.example\n");
    assert_eq!(told(once(folder, &[])), ["2 a.evil.example"]);
    assert_eq!(told(once(folder, &[])), [""; 0]);
    append(&log, "b.evil.example\n");
    std::fs::rename(&log, folder.join("a.log.1")).unwrap();
    append(&log, "c.evil.example\n");
    assert_eq!(told(once(folder, &[])), ["3 b.evil.example", "1 c.evil.example"]);
    append(&log, "d.evil.example\n");
    assert_eq!(once(folder, &["--fail-on", "hit"]).code, 1);
    std::fs::write(folder.join("state.json"), "damaged").unwrap();
    assert_eq!(once(folder, &[]).code, 3);
}

#[test]
fn alerts_reach_syslog_a_webhook_and_a_mailbox() {
    let folder = folder(&[("list.txt", LIST), ("a.log", "198.51.100.9 a.evil.example\n")]);
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let mail = TcpListener::bind("127.0.0.1:0").unwrap();
    let (web_at, mail_at) = (web.local_addr().unwrap(), mail.local_addr().unwrap());
    let web = std::thread::spawn(move || {
        let (mut stream, _) = web.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut head).unwrap(), 0);
        }
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
            .unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        (head, String::from_utf8(body).unwrap())
    });
    let mail = std::thread::spawn(move || {
        let (mut stream, _) = mail.accept().unwrap();
        let reader = BufReader::new(stream.try_clone().unwrap());
        stream.write_all(b"220 ready\r\n").unwrap();
        let mut all = String::new();
        let mut in_data = false;
        for line in reader.lines() {
            let line = line.unwrap();
            all.push_str(&line);
            all.push('\n');
            let answer: &[u8] = match line.as_str() {
                "." => {
                    in_data = false;
                    b"250 taken\r\n"
                }
                _ if in_data => continue,
                "DATA" => {
                    in_data = true;
                    b"354 go on\r\n"
                }
                "EHLO noroshi" => b"250-here\r\n250 OK\r\n",
                "QUIT" => break,
                _ => b"250 OK\r\n",
            };
            stream.write_all(answer).unwrap();
        }
        all
    });
    let run = once(
        folder.path(),
        &[
            "--from-start",
            "--quiet",
            "--syslog",
            &udp.local_addr().unwrap().to_string(),
            "--webhook",
            &format!("http://{web_at}/hooks/a"),
            "--mail-to",
            "csirt@member.example",
            "--mail-from",
            "noroshi@member.example",
            "--smtp",
            &mail_at.to_string(),
        ],
    );
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    let mut message = [0; 4096];
    let length = udp.recv(&mut message).unwrap();
    let message = String::from_utf8_lossy(&message[..length]).into_owned();
    assert!(
        message.starts_with("<105>1 - - noroshi - hit - {") && message.contains("a.evil.example"),
        "{message}"
    );
    let (head, body) = web.join().unwrap();
    assert!(head.starts_with("POST /hooks/a HTTP/1.1\r\n"), "{head}");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["indicator"]["value"], "evil.example");
    let text = body["text"].as_str().unwrap();
    assert!(text.contains("evil[.]example") && text.contains("a.log:1"), "chat services show it: {text}");
    let mail = mail.join().unwrap();
    assert!(
        mail.contains("MAIL FROM:<noroshi@member.example>\nRCPT TO:<csirt@member.example>\nDATA\n"),
        "{mail}"
    );
    assert!(mail.contains("Content-Transfer-Encoding: base64"), "{mail}");
}

#[test]
fn what_could_not_be_delivered_is_delivered_later_and_once() {
    let folder = folder(&[("list.txt", LIST), ("a.log", "a.evil.example\n")]);
    // Nobody listens here: the port was free a moment ago.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = once(folder.path(), &["--from-start", "--quiet", "--webhook", &format!("http://{nobody}/")]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(!folder.path().join("state.json").exists(), "what was not delivered is not noted as read");
    assert_eq!(once(folder.path(), &["--from-start"]).lines().len(), 1);
    assert_eq!(once(folder.path(), &["--from-start"]).lines().len(), 0);
}

#[test]
fn a_running_watch_tells_within_seconds_and_takes_up_a_changed_list() {
    let folder = folder(&[("list.txt", LIST), ("a.log", "")]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_noroshi"))
        .args(["watch", "a.log", "-i", "list.txt", "--state", "s.json", "--interval", "0.1"])
        .current_dir(folder.path())
        .env("NOROSHI_LANG", "en")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    append(&folder.path().join("a.log"), "a.evil.example\n");
    // Whether the line came before or after the first look, it is the next that is told.
    append(&folder.path().join("a.log"), "b.other.test\n");
    std::thread::sleep(Duration::from_millis(300));
    append(&folder.path().join("list.txt"), "other.test\n");
    assert_eq!(said.next().unwrap().unwrap(), "the lists were read again: 2 indicators");
    append(&folder.path().join("a.log"), "c.other.test\n");
    let told = std::iter::from_fn(|| lines.next())
        .map(|line| line.unwrap())
        .find(|line| line.contains("c.other.test"));
    assert!(told.is_some());
    child.kill().unwrap();
    child.wait().unwrap();
}
