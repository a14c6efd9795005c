//! The mail itself and the files in it: who may see them, what they look like, and how they leave the hub.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use axum::http::StatusCode;
use common::Hub;

/// A mail with an HTML part, a text file that speaks Japanese, and a mail that carries a file itself.
fn mail() -> Vec<u8> {
    b"Received: from x ([203.0.113.9]) by mx.example.com; Thu, 19 Nov 2026 10:00:00 +0900\r\n\
      From: A <a@attacker.test>\r\nSubject: two files\r\nMIME-Version: 1.0\r\n\
      Content-Type: multipart/mixed; boundary=b\r\n\r\n\
      --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
      <p onclick=\"x()\">Hello <a href=\"http://attacker.test/go\">https://bank.example/</a><script>x()</script>\
      <img src=\"http://attacker.test/pixel.gif\" alt=\"logo\"></p>\r\n\
      --b\r\nContent-Type: application/octet-stream; name=first.bin\r\nContent-Disposition: attachment; filename=first.bin\r\n\
      Content-Transfer-Encoding: base64\r\n\r\nAAFoYXJtbGVzcyBieXRlcyBvZiBhIGZpbGUA/w==\r\n\
      --b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=inner.eml\r\n\r\n\
      From: b@attacker.test\r\nSubject: inner\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n\
      --c\r\nContent-Type: text/plain; name=note.txt\r\nContent-Disposition: attachment; filename=note.txt\r\n\r\n\
      the innermost file\r\n--c--\r\n\
      --b--\r\n"
        .to_vec()
}

#[tokio::test]
async fn a_mail_is_shown_without_anything_that_could_run_or_be_fetched() {
    let hub = Hub::new().await;
    let id = hub.submit("a", &mail()).await;
    let cookie = hub.login("a").await;
    let page = hub.page(&cookie, &format!("/submissions/{id}/rendered")).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(!text.contains("<script") && !text.contains("onclick") && !text.contains("<img"), "{text}");
    assert!(!text.contains("href=") && !text.contains("src=") && !text.contains("http://attacker"), "{text}");
    assert!(text.contains("[hxxp://attacker[.]test/go]") && text.contains("[picture: logo]"), "{text}");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline'; sandbox;"), "{policy}");
    assert_eq!(page.headers["x-frame-options"], "SAMEORIGIN");
    // Every other page keeps its own policy, and may frame only our own.
    let around = hub.page(&cookie, &format!("/submissions/{id}")).await;
    let policy = around.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(
        around
            .text()
            .contains("<iframe class=\"mail-frame mail-frame-low\" sandbox referrerpolicy=\"no-referrer\"")
    );
}

#[tokio::test]
async fn source_bytes_and_texts_of_every_file_can_be_read() {
    let hub = Hub::new().await;
    let id = hub.submit("a", &mail()).await;
    for user in ["a", "analyst"] {
        let cookie = hub.login(user).await;
        let see = async |path: &str| {
            let page = hub.page(&cookie, &format!("/submissions/{id}/{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            page.text()
        };
        assert!(see("source").await.contains("Subject: two files"));
        let hex = see("files/0/hex").await;
        assert!(hex.contains("00 01 68 61 72 6d 6c 65") && hex.contains("..harmless bytes"), "{hex}");
        assert!(see("files/0/strings").await.contains("harmless bytes of a file"));
        assert!(see("files/1.0/strings?min=4").await.contains("the innermost file"));
        assert!(see("files/mail/hex?page=1").await.contains("52 65 63 65"));
    }
    let cookie = hub.login("a").await;
    for absent in [
        "files/9/hex",
        "files/0.0/hex",
        "files/x/hex",
        "files/00/hex",
        "files/-1/strings",
        "files/0/hex?page=2",
        "files/0/hex?page=0",
        "files/0/hex?page=x",
        "files/0/strings?from=99999",
        "files/0/strings?min=x",
        "files/7/download",
        "files//hex",
    ] {
        let page = hub.page(&cookie, &format!("/submissions/{id}/{absent}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

#[tokio::test]
async fn a_file_leaves_the_hub_only_sealed_after_a_warning_and_is_written_down() {
    let hub = Hub::new().await;
    let id = hub.submit("a", &mail()).await;
    let cookie = hub.login("a").await;
    let path = format!("/submissions/{id}/files/1.0/download");
    let warning = hub.page(&cookie, &path).await.text();
    assert!(warning.contains("Do not open it") && warning.contains("infected"), "{warning}");
    let csrf = hub.csrf(&cookie, &path).await;
    // Without the form's token nothing is given.
    assert_eq!(hub.form(&cookie, &path, &[]).await.status, StatusCode::FORBIDDEN);
    let taken = hub.form(&cookie, &path, &[("csrf", &csrf)]).await;
    assert_eq!(taken.status, StatusCode::OK);
    assert_eq!(taken.headers["content-type"], "application/zip");
    assert_eq!(taken.headers["x-content-type-options"], "nosniff");
    let sha256 = forensics::hash::sha256(b"the innermost file");
    let name = format!("attachment; filename=\"{}.zip\"", &sha256[..12]);
    assert_eq!(taken.headers["content-disposition"].to_str().unwrap(), name);
    assert!(!taken.body.windows(9).any(|w| w == b"innermost"));
    opens(&taken.body, &sha256, "the innermost file");
    let audit = hub.app.desk().records().audit(desk::records::PageRequest::first(50)).await.unwrap();
    let entries: Vec<_> = audit.items.iter().filter(|e| e.action == "submission.download").collect();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].object, format!("{id} 1.0"));
    assert!(entries[0].account.is_some());
}

/// Python opens the archive with the password and finds the file under its hash, and a note on what it was.
fn opens(archive: &[u8], sha256: &str, content: &str) {
    let program = format!(
        "import sys, io, zipfile\nz = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\nz.setpassword(b'infected')\n\
         assert z.namelist() == ['{sha256}', 'note.txt']\nassert z.read('{sha256}') == b'{content}'\n\
         assert b'note.txt' in z.read('note.txt') and '開かないで'.encode() in z.read('note.txt')\n"
    );
    let python =
        Command::new("python3").args(["-c", &program]).env("PYTHONUTF8", "1").stdin(Stdio::piped()).spawn();
    let Ok(mut python) = python else { return };
    python.stdin.take().unwrap().write_all(archive).unwrap();
    assert!(python.wait().unwrap().success());
}

#[tokio::test]
async fn to_other_organisations_the_files_do_not_exist_and_nothing_is_written_down() {
    let hub = Hub::new().await;
    let id = hub.submit("a", &mail()).await;
    for user in ["b", "c", "v", "administrator"] {
        let cookie = hub.login(user).await;
        for view in
            ["rendered", "source", "files/0/hex", "files/0/strings", "files/mail/hex", "files/0/download"]
        {
            let hidden = hub.page(&cookie, &format!("/submissions/{id}/{view}")).await;
            assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{user} {view}");
            assert!(!hidden.text().contains("two files") && !hidden.text().contains("harmless"));
        }
        let csrf = hub.csrf(&cookie, "/account").await;
        let path = format!("/submissions/{id}/files/0/download");
        assert_eq!(
            hub.form(&cookie, &path, &[("csrf", &csrf)]).await.status,
            StatusCode::NOT_FOUND,
            "{user}"
        );
    }
    let audit = hub.app.desk().records().audit(desk::records::PageRequest::first(50)).await.unwrap();
    assert!(audit.items.iter().all(|entry| entry.action != "submission.download"));
}

#[tokio::test]
async fn the_submission_page_lays_the_evidence_out_by_the_criteria_of_a_verdict() {
    let hub = Hub::new().await;
    let id = hub.submit("a", &mail()).await;
    let text = hub.page(&hub.login("analyst").await, &format!("/submissions/{id}")).await.text();
    let places: Vec<usize> =
        ["Kind of malware", "Relation to past attacks", "Sophistication", "Trust in the sender"]
            .iter()
            .map(|name| text.find(&format!(">{name}</h3>")).unwrap_or_else(|| panic!("{name} in {text}")))
            .collect();
    assert!(places.is_sorted(), "{places:?}");
    // The link that shows another address is a matter of the approach, with its evidence beside it.
    let part = &text[places[2]..places[3]];
    assert!(part.contains("bank[.]example") && part.contains("attacker[.]test/go"), "{part}");
    assert!(text.contains(&format!("/submissions/{id}/files/1.0/hex")));
}
