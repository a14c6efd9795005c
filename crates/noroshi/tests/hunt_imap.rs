//! Mail on a real IMAP server: Dovecot (Debian's dovecot-imapd), on loopback, over TLS.
#![cfg(all(unix, feature = "imap"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "in a test, a panic is the report"
)]

mod common;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Run, mail, noroshi_with};
use tempfile::TempDir;

/// A server with one user's mail, ended when it is dropped.
struct Server {
    child: Child,
    dir: TempDir,
    imap: u16,
    imaps: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn program(name: &str) -> PathBuf {
    ["/usr/sbin", "/usr/bin", "/usr/local/sbin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{name} is not there: apt-get install dovecot-imapd openssl"))
}

impl Server {
    fn start(mails: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path();
        fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
        let made = Command::new(program("openssl"))
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"])
            .args([
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .current_dir(at)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success());
        // A server that root starts must not read mail as root: then the users that its package made do it.
        let root = fs::metadata(at).unwrap().uid() == 0;
        let me = fs::metadata(at).unwrap();
        let (uid, gid) = if root { (8, 8) } else { (me.uid(), me.gid()) };
        for folder in [
            "mail/cur",
            "mail/new",
            "mail/tmp",
            "mail/.&kAFP4Q-/cur",
            "mail/.&kAFP4Q-/new",
            "mail/.&kAFP4Q-/tmp",
            "home",
            "run",
        ] {
            fs::create_dir_all(at.join(folder)).unwrap();
        }
        for (path, text) in mails {
            fs::write(at.join("mail").join(path), text).unwrap();
        }
        let name = |flag: &str| {
            let out = Command::new("id").arg(flag).output().unwrap().stdout;
            String::from_utf8(out).unwrap().trim().to_owned()
        };
        let users = match root {
            true => "default_internal_user = dovecot\ndefault_internal_group = dovecot\ndefault_login_user = dovenull\n".to_owned(),
            false => format!(
                "default_internal_user = {0}\ndefault_internal_group = {1}\ndefault_login_user = {0}\n",
                name("-un"),
                name("-gn")
            ),
        };
        if root {
            let mut open = vec![at.join("mail"), at.join("home")];
            while let Some(path) = open.pop() {
                chown(&path, Some(uid), Some(gid)).unwrap();
                if path.is_dir() {
                    open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                }
            }
        }
        let (imap, imaps) = (free_port(), free_port());
        let folder = at.display();
        let config = format!(
            "base_dir = {folder}/run\nlog_path = {folder}/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = required\n\
             ssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem\ndisable_plaintext_auth = yes\n{users}\
             mail_location = maildir:{folder}/mail\nfirst_valid_uid = 0\nfirst_valid_gid = 0\n\
             passdb {{\n driver = static\n args = password=p\"wd\n}}\n\
             userdb {{\n driver = static\n args = uid={uid} gid={gid} home={folder}/home\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n  port = {imap}\n }}\n inet_listener imaps {{\n  port = {imaps}\n  ssl = yes\n }}\n}}\n\
             service anvil {{\n chroot =\n}}\n"
        );
        fs::write(at.join("dovecot.conf"), config).unwrap();
        let child = Command::new(program("dovecot"))
            .args(["-F", "-c"])
            .arg(at.join("dovecot.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, dir, imap, imaps };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", imaps)).is_err() {
            let log = fs::read_to_string(server.dir.path().join("log")).unwrap_or_default();
            assert!(start.elapsed() < Duration::from_secs(30), "the server does not answer: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// Runs `noroshi hunt mail` with the certificate and the password.
    fn hunt(&self, args: &[&str]) -> Run {
        let ca = self.dir.path().join("cert.pem").display().to_string();
        let args = [&["hunt", "mail", "--imap-ca", &ca][..], args].concat();
        let env = [("NOROSHI_LANG", "en"), ("NOROSHI_IMAP_PASSWORD", "p\"wd")];
        noroshi_with(self.dir.path(), &args, b"", &env)
    }

    /// The names of all the mails: with their flags, as a Maildir has them.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = ["cur", "new"]
            .iter()
            .flat_map(|part| fs::read_dir(self.dir.path().join("mail").join(part)).unwrap())
            .map(|entry| entry.unwrap().path().strip_prefix(self.dir.path()).unwrap().display().to_string())
            .collect();
        names.sort();
        names
    }
}

fn subjects(run: &Run) -> Vec<String> {
    let mut lines = run.lines();
    lines.pop();
    let mut out: Vec<String> =
        lines.iter().map(|line| line["subject"].as_str().unwrap().to_owned()).collect();
    out.sort();
    out
}

#[test]
fn a_folder_on_a_server_is_searched_and_indexed_and_nothing_in_it_changes() {
    let japanese = mail("x").replace("Subject: x", "Subject: =?utf-8?B?6KuL5rGC5pu4?=");
    let server = Server::start(&[
        ("cur/1.a:2,", &mail("Invoice")),
        ("cur/2.a:2,", &japanese),
        ("new/3.a", &mail("fresh")),
        (".&kAFP4Q-/cur/4.a:2,", &mail("elsewhere")),
    ]);
    let names = server.names();
    let secure = format!("imaps://sato%40member.example@127.0.0.1:{}/INBOX", server.imaps);
    let run = server.hunt(&[&secure, "請求書"]);
    assert_eq!((run.code, subjects(&run)), (0, vec!["請求書".to_owned()]), "{run:?}");
    assert!(run.lines()[0]["path"].as_str().unwrap().contains("/INBOX;UIDVALIDITY="), "{run:?}");
    // Upgraded with STARTTLS; a folder with a Japanese name.
    let upgraded = format!("imap://sato@localhost:{}/送信", server.imap);
    let run = server.hunt(&[&upgraded, "-q", "*"]);
    assert_eq!((run.code, subjects(&run)), (0, vec!["elsewhere".to_owned()]), "{run:?}");
    let upgraded = format!("imap://sato@localhost:{}", server.imap);
    let run = server.hunt(&[&upgraded, "-q", "*"]);
    assert_eq!((run.code, subjects(&run).len()), (0, 3), "{run:?}");
    // The index fetches what is new, and drops what is gone.
    let index = |query: &str| {
        let run = server.hunt(&[&secure, "--index", "i", query]);
        assert_eq!(run.code, 0, "{run:?}");
        let summary = run.lines().pop().unwrap()["summary"]["index"].take();
        let n = |name: &str| summary[name].as_u64().unwrap();
        (subjects(&run).len(), n("added"), n("kept"), n("dropped"))
    };
    assert_eq!(index("subject:invoice"), (1, 3, 0, 0));
    assert_eq!(index("subject:invoice"), (1, 0, 3, 0));
    assert_eq!(server.names(), names, "a mail was marked or moved");
    fs::remove_file(server.dir.path().join("mail/cur/1.a:2,")).unwrap();
    assert_eq!(index("subject:invoice"), (0, 0, 2, 1));
}

#[test]
fn a_server_that_cannot_be_trusted_or_does_not_let_in_is_told() {
    let server = Server::start(&[("cur/1.a:2,", &mail("Invoice"))]);
    let address = format!("imaps://sato@127.0.0.1:{}/INBOX", server.imaps);
    let env = [("NOROSHI_LANG", "en"), ("NOROSHI_IMAP_PASSWORD", "p\"wd")];
    let run = noroshi_with(server.dir.path(), &["hunt", "mail", &address, "x"], b"", &env);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("TLS failed") || run.err.contains("no certificate to trust"), "{}", run.err);
    let ca = server.dir.path().join("cert.pem").display().to_string();
    let env = [("NOROSHI_LANG", "en"), ("NOROSHI_IMAP_PASSWORD", "wrong")];
    let run = noroshi_with(server.dir.path(), &["hunt", "mail", &address, "x", "--imap-ca", &ca], b"", &env);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("does not let this user in"), "{}", run.err);
    let run = server.hunt(&[&format!("imaps://sato@127.0.0.1:{}/Nowhere", server.imaps), "x"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("the server refuses"), "{}", run.err);
    // A password in the address is refused, and not shown.
    let run = server.hunt(&["imaps://sato:secret@127.0.0.1/INBOX", "x"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(!run.err.contains("secret@") && run.err.contains("--imap-password-file"), "{}", run.err);
    let run =
        noroshi_with(server.dir.path(), &["hunt", "mail", &address, "x"], b"", &[("NOROSHI_LANG", "en")]);
    assert_eq!(run.code, 2, "{run:?}");
}
