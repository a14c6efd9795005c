//! A member's verbs against a running hub: pull, submit, sight, export.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::{Run, noroshi_with};
use serde_json::{Value, json};

/// The demo, running.
struct Hub {
    process: Child,
    url: String,
    folder: tempfile::TempDir,
    credentials: Value,
}

impl Hub {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("demo");
        let mut process = Command::new(env!("CARGO_BIN_EXE_noroshi"))
            .args(["--lang", "en", "serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("Noroshi demo: ")?.trim_end_matches('/').to_owned()))
            .expect("the hub says where it listens");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let credentials = std::fs::read(data.join("demo-credentials.json")).unwrap();
        let credentials = serde_json::from_slice(&credentials).unwrap();
        Self { process, url, folder, credentials }
    }

    fn token(&self, user: &str) -> &str {
        let tokens = self.credentials["tokens"].as_array().unwrap();
        tokens.iter().find(|t| t["user"] == user).unwrap()["token"].as_str().unwrap()
    }

    /// Runs a verb as somebody, in the folder of the test.
    fn run(&self, user: &str, args: &[&str], input: &[u8]) -> Run {
        let env = [("NOROSHI_LANG", "en"), ("NOROSHI_TOKEN", self.token(user)), ("NOROSHI_HUB", &self.url)];
        noroshi_with(self.folder.path(), args, input, &env)
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A request of the API.
    fn ask(&self, user: &str, method: &str, path: &str, body: &Value) -> (u16, String) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let body = body.to_string();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.token(user),
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), body.to_owned())
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn set(hub: &Hub) -> Value {
    serde_json::from_str(&hub.file("noroshi-set.json")).unwrap()
}

/// A hit as the hunter tells it.
fn hit(object: &Value, time: &str, who: &str, line: u32) -> String {
    json!({
        "source": "query.log", "line": line, "time": time, "who": who, "what": object["value"],
        "indicator": { "type": object["type"], "value": object["value"] }, "advisory": object["advisory"],
    })
    .to_string()
}

const COMPLETE: &str = "{\"summary\":{\"complete\":true,\"skipped\":[]}}";

#[test]
fn a_member_pulls_sweeps_and_answers() {
    let hub = Hub::start();
    let first = hub.run("mitaho", &["pull", "--json", "--fail-on", "new"], b"");
    assert_eq!(first.code, 1, "{first:?}");
    let told = first.json();
    let advisories = told["new"].as_array().unwrap().len();
    assert!(advisories > 0 && told["indicators"].as_u64().unwrap() > 0, "{told}");
    let text = hub.file("noroshi-set.json");
    assert!(!text.contains(hub.token("mitaho")), "no token in the set");

    // Nothing new; then told by the hub's 304 alone.
    for _ in 0..2 {
        let again = hub.run("mitaho", &["pull", "--json", "--fail-on", "new"], b"");
        assert_eq!((again.code, &again.json()["new"]), (0, &json!([])), "{again:?}");
    }
    let set = set(&hub);
    assert_eq!(set["noroshi_set"], 1);
    let object = set["objects"].as_array().unwrap()[0].clone();

    // Without a yes, nothing leaves.
    let hits = [
        hit(&object, "2025-04-02T10:00:00+09:00", "10.1.1.5", 3),
        hit(&object, "2025-06-30T10:00:00+09:00", "10.1.1.7", 9),
        COMPLETE.to_owned(),
    ]
    .join("\n");
    hub.write("hits.jsonl", &hits);
    let asked = hub.run("mitaho", &["sight", "--from", "hits.jsonl"], b"");
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(asked.out.contains("2025-04-02") && asked.out.contains("2025-06-30"), "{asked:?}");
    assert!(!asked.out.contains("10.1.1.5"), "machines stay out: {asked:?}");

    let id = {
        let list = set["advisories"].as_array().unwrap();
        list.iter().find(|a| a["number"] == object["advisory"]).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let sent = hub.run("mitaho", &["sight", "--from", "-", "--yes", "--not-seen", "--json"], hits.as_bytes());
    assert_eq!(sent.code, 0, "{sent:?}");
    let rows = sent.json()["sightings"].as_array().unwrap().clone();
    assert_eq!(rows.len(), advisories);
    let row = rows.iter().find(|row| row["advisory"] == id.as_str()).unwrap();
    assert_eq!(
        (&row["count"], &row["first_date"], &row["last_date"]),
        (&json!(2), &json!("2025-04-02"), &json!("2025-06-30"))
    );
    assert!(rows.iter().all(|row| row["state"] == "recorded" || row["state"] == "unchanged"), "{rows:?}");
    let again = hub.run("mitaho", &["sight", "--from", "hits.jsonl", "--yes", "--not-seen", "--json"], b"");
    assert!(
        again.json()["sightings"].as_array().unwrap().iter().all(|row| row["state"] == "unchanged"),
        "{again:?}"
    );
    let (_, body) = hub.ask("mitaho", "GET", &format!("/api/v1/advisories/{id}"), &Value::Null);
    assert!(body.contains("\"sightings\""), "{body}");

    // The machines leave only when they are asked for, and then everybody sees it before.
    let named = hub.run("mitaho", &["sight", "--from", "hits.jsonl", "--with-machines", "--dry-run"], b"");
    assert!(named.code == 0 && named.out.contains("10.1.1.5 (1)"), "{named:?}");

    // A sweep that was cut off denies nothing, and one that cannot be read answers nothing.
    hub.write("cut.jsonl", &hit(&object, "2025-04-02T10:00:00+09:00", "", 1));
    let cut = hub.run("mitaho", &["sight", "--from", "cut.jsonl", "--not-seen", "--yes"], b"");
    assert_eq!(cut.code, 3, "{cut:?}");
    hub.write("torn.jsonl", &hits[..hits.len() - 30]);
    let torn = hub.run("mitaho", &["sight", "--from", "torn.jsonl", "--yes"], b"");
    assert!(torn.code == 3 && torn.err.contains("line 3"), "{torn:?}");

    // Exports carry the set's own label.
    let list = hub.run("mitaho", &["export", "--format", "csv", "--set", "noroshi-set.json"], b"");
    assert_eq!(list.code, 0, "{list:?}");
    assert!(list.out.contains(object["value"].as_str().unwrap()), "{list:?}");
    let wide = hub.run("mitaho", &["export", "--format", "csv", "--tlp", "clear", "noroshi-set.json"], b"");
    assert_eq!(wide.code, 2, "{wide:?}");

    // What is withdrawn goes out of the set.
    let path = format!("/api/v1/advisories/{id}/withdraw");
    let (status, _) = hub.ask("analyst", "POST", &path, &json!({ "reason": "a test" }));
    assert_eq!(status, 204);
    let gone = hub.run("mitaho", &["pull"], b"");
    assert!(gone.code == 0 && gone.out.contains("withdrawn"), "{gone:?}");
    let left = self::set(&hub);
    assert!(left["objects"].as_array().unwrap().iter().all(|o| o["advisory"] != object["advisory"]));
    let late = hub.run("mitaho", &["sight", "--from", "hits.jsonl", "--yes", "--json"], b"");
    assert_eq!(
        (&late.json()["sightings"], &late.json()["withdrawn_hits"]),
        (&json!([]), &json!(2)),
        "{late:?}"
    );
}

#[test]
fn a_pulled_set_is_swept_for_and_the_hits_are_the_answer() {
    let hub = Hub::start();
    assert_eq!(hub.run("mitaho", &["pull"], b"").code, 0);
    let set = set(&hub);
    let objects = set["objects"].as_array().unwrap();
    let listed = objects.iter().find(|object| object["type"] == "domain-name").unwrap();
    let name = listed["value"].as_str().unwrap();
    let line = |day: u32, client: &str, name: &str| {
        format!(
            "{day:02}-Apr-2025 10:00:00.000 queries: info: client @0x7f00 {client}#4711 ({name}): query: {name} IN A +E(0)K (10.0.0.53)\n"
        )
    };
    let log = [
        line(2, "10.1.1.5", name),
        line(3, "10.1.1.7", "www.honest.test"),
        line(4, "10.1.1.7", &format!("x.{name}")),
        line(5, "10.1.1.7", &format!("not{name}")),
    ];
    hub.write("query.log", &log.concat());
    let swept = hub.run("mitaho", &["hunt", "dns", "query.log", "-i", "noroshi-set.json", "--jsonl"], b"");
    assert_eq!(swept.code, 0, "{swept:?}");
    let hits: Vec<Value> = swept.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<&Value> = hits.iter().filter_map(|hit| hit.get("line")).collect();
    assert_eq!(lines, [&json!(1), &json!(3)], "{swept:?}");
    assert_eq!(hits[0]["advisory"], listed["advisory"], "the hit names its advisory");
    let sent = hub.run("mitaho", &["sight", "--from", "-", "--yes", "--json"], swept.out.as_bytes());
    assert_eq!(sent.code, 0, "{sent:?}");
    let rows = sent.json()["sightings"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 1, "{sent:?}");
    assert_eq!(
        (&rows[0]["count"], &rows[0]["first_date"], &rows[0]["last_date"]),
        (&json!(2), &json!("2025-04-02"), &json!("2025-04-04"))
    );
}

/// Takes TLS off in front of the hub, with a certificate of its own.
const TLS_FRONT: &str = r#"
import socket, ssl, sys, threading
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("front.pem", "front.key")
host, port = sys.argv[1].split(":")
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
def copy(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    for end in (a, b):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
def serve(raw):
    try:
        front = context.wrap_socket(raw, server_side=True)
    except (OSError, ssl.SSLError):
        return
    back = socket.create_connection((host, int(port)))
    threading.Thread(target=copy, args=(front, back), daemon=True).start()
    copy(back, front)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"#;

#[test]
fn a_hub_behind_tls_is_believed_by_its_authority_only() {
    let hub = Hub::start();
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=hub.example", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "front.key", "-out", "front.pem"])
        .current_dir(hub.folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let mut front = Command::new("python3")
        .args(["-c", TLS_FRONT, hub.url.strip_prefix("http://").unwrap()])
        .current_dir(hub.folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(front.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let address = |host: &str| format!("https://{host}:{}", port.trim());
    let pull = |host: &str, ca: &[&str]| {
        let url = address(host);
        hub.run("mitaho", &[&["pull", "--hub", url.as_str(), "--set", "tls.json"], ca].concat(), b"")
    };
    let unknown = pull("localhost", &[]);
    let wrong_name = pull("127.0.0.1", &["--ca", "front.pem"]);
    let right = pull("localhost", &["--ca", "front.pem"]);
    let _ = front.kill();
    let _ = front.wait();
    assert!(unknown.code != 0 && unknown.err.contains("--ca"), "{unknown:?}");
    assert!(wrong_name.code != 0 && wrong_name.err.contains("certificate"), "{wrong_name:?}");
    assert_eq!(right.code, 0, "{right:?}");
    assert!(hub.file("tls.json").contains("\"objects\""));
}

#[test]
fn another_key_is_taken_only_when_it_is_given() {
    let hub = Hub::start();
    assert_eq!(hub.run("mitaho", &["pull"], b"").code, 0);
    let before = hub.file("noroshi-set.json");
    let key = set(&hub)["key"].as_str().unwrap().to_owned();
    let stranger = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    hub.write("noroshi-set.json", &before.replace(&key, stranger));
    let refused = hub.run("mitaho", &["pull"], b"");
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.err.contains("--hub-key") && refused.err.contains("another key"), "{refused:?}");
    assert!(hub.file("noroshi-set.json").contains(stranger), "nothing was taken in");
    assert_eq!(hub.run("mitaho", &["pull", "--hub-key", &key], b"").code, 0);
    assert_eq!(set(&hub)["key"], key.as_str());
    // At the first pull, too, a key that was told by another way counts.
    let fresh = hub.run("mitaho", &["pull", "--set", "other.json", "--hub-key", stranger], b"");
    assert_eq!(fresh.code, 3, "{fresh:?}");
    assert!(!hub.folder.path().join("other.json").exists());
}

#[test]
fn mails_are_given_once_and_names_stay_at_home() {
    let hub = Hub::start();
    for n in 0..3 {
        hub.write(
            &format!("mails/{n}.eml"),
            &format!(
                "Message-ID: <{n}@given.test>\r\nFrom: a@attacker.test\r\nTo: Enquiries <desk@member.example>\r\nSubject: number {n}\r\n\r\nDear Member Gas, see http://attacker.test/{n}\r\n"
            ),
        );
    }
    let redact = ["--redact", "Member Gas", "--redact", "member.example"];
    // First a look: nothing leaves, whatever the hub does.
    let look =
        hub.run("mitaho", &[&["submit", "mails", "--dry-run", "--text"][..], &redact[..]].concat(), b"");
    assert_eq!(look.code, 0, "{look:?}");
    assert!(
        look.out.contains("Dear REDACTED, see") && look.out.contains("<desk@redacted.invalid>"),
        "{look:?}"
    );
    let html = hub.run(
        "mitaho",
        &[&["submit", "mails", "--dry-run", "--html", "look.html"][..], &redact[..]].concat(),
        b"",
    );
    assert_eq!(html.code, 0, "{html:?}");
    let page = hub.file("look.html");
    assert!(page.contains("REDACTED") && !page.contains("Member Gas"));

    let run = || hub.run("mitaho", &[&["submit", "mails", "--jsonl"][..], &redact[..]].concat(), b"");
    let given = run();
    assert_eq!(given.code, 0, "{given:?}");
    let lines = given.lines();
    assert_eq!(lines.len(), 3);
    assert!(
        lines.iter().all(|line| line["already"] == false && line["redacted"].as_array().unwrap().len() == 2),
        "{given:?}"
    );
    let again = run();
    let ids = |run: &Run| {
        run.lines().iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&given), ids(&again));
    assert!(again.lines().iter().all(|line| line["already"] == true));
    let (_, kept) =
        hub.ask("mitaho", "GET", &format!("/api/v1/submissions/{}", ids(&given)[0]), &Value::Null);
    assert!(kept.contains("number 0") && !kept.contains("Member Gas"), "{kept}");

    // A name in an attachment stays, and that is told; one that cannot be replaced keeps the mail at home.
    hub.write(
        "odd/refs.eml",
        "From: a@attacker.test\r\nSubject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Dear Member&#32;G&#97;s</p>\r\n",
    );
    let left = hub.run("mitaho", &[&["submit", "odd", "--jsonl"][..], &redact[..]].concat(), b"");
    assert_eq!((left.code, left.out.as_str()), (3, ""), "{left:?}");
    assert!(left.err.contains("was not sent"), "{left:?}");
}

#[test]
fn a_broken_off_submission_goes_on_where_it_was() {
    let hub = Hub::start();
    for n in 0..4 {
        hub.write(
            &format!("mails/{n}.eml"),
            &format!("From: a@attacker.test\r\nSubject: part {n}\r\n\r\nbody {n}\r\n"),
        );
    }
    let args = ["submit", "mails", "--receipts", "receipts.jsonl", "--jsonl"];
    let first = hub.run("mitaho", &args, b"");
    assert_eq!(first.lines().len(), 4);
    // The machine fell while the third receipt was written.
    let kept = hub.file("receipts.jsonl");
    let cut: usize = kept.lines().take(2).map(|line| line.len() + 1).sum::<usize>() + 20;
    hub.write("receipts.jsonl", &kept[..cut]);
    let second = hub.run("mitaho", &args, b"");
    assert_eq!(second.code, 0, "{second:?}");
    assert!(second.lines().iter().all(|line| line["already"] == true));
    assert_eq!(hub.file("receipts.jsonl").lines().filter(|line| line.ends_with('}')).count(), 4);

    // With no hub to reach: what has a receipt is done, the rest is told, and the exit code says so.
    hub.write("mails/9.eml", "From: a@attacker.test\r\nSubject: late\r\n\r\nlate\r\n");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = format!("http://{closed}");
    let out = hub.run("mitaho", &["submit", "mails/9.eml", "--hub", &nowhere], b"");
    assert_eq!(out.code, 3, "{out:?}");
    assert!(out.err.contains("cannot be reached"), "{out:?}");
}

/// A hub that answers whatever it is told to, once a connection.
fn impostor(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut request = [0; 16 << 10];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
}

#[test]
fn what_is_not_the_hubs_own_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let run = |url: &str, args: &[&str]| {
        let env = [("NOROSHI_LANG", "en"), ("NOROSHI_TOKEN", "noroshi_secret"), ("NOROSHI_HUB", url)];
        noroshi_with(folder.path(), args, b"", &env)
    };
    let key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let pull = ["pull", "--hub-key", key];
    for (answers, told) in [
        (vec![answer("200 OK", "", "{}")], "another key"),
        (vec![answer("404 Not Found", "", "<html>")], "gave no answer"),
        (vec![answer("302 Found", "Location: https://elsewhere.example/\r\n", "")], "redirects"),
        (vec![answer("401 Unauthorized", "", "{}")], "does not take the token"),
        (vec!["not HTTP at all".to_owned(); 4], "cannot be reached"),
        (
            vec![answer("503 Service Unavailable", "", "{\"error\":\"busy\",\"error_ja\":\"x\"}"); 4],
            "cannot answer (busy)",
        ),
    ] {
        let url = impostor(answers);
        let out = run(&url, &pull);
        assert_eq!(out.code, 3, "{out:?}");
        assert!(out.err.contains(told), "{told}: {out:?}");
        assert!(!out.err.contains("noroshi_secret") && !out.out.contains("noroshi_secret"));
        assert!(!folder.path().join("noroshi-set.json").exists());
    }
    // A busy hub is asked again.
    let busy = answer("503 Service Unavailable", "", "");
    let url = impostor(vec![busy, answer("404 Not Found", "", "")]);
    assert!(run(&url, &pull).err.contains("gave no answer"));
}

#[test]
fn what_cannot_be_asked_is_told_before_anything_leaves() {
    let folder =
        common::folder(&[("m.eml", "Subject: x\r\n\r\nx\r\n"), ("set.json", "{\"noroshi_set\": 1}")]);
    let folder = folder.path();
    let hub = "https://hub.example.org";
    let run = |args: &[&str]| noroshi_with(folder, args, b"", &[("NOROSHI_LANG", "en")]);
    for (args, code) in [
        (vec!["pull"], 2),
        (vec!["pull", "--hub", hub], 2),
        (vec!["pull", "--hub", "http://hub.example.org"], 2),
        (vec!["pull", "--hub", "https://me:word@hub.example.org"], 2),
        (vec!["pull", "--hub", hub, "--token-file", "missing"], 3),
        (vec!["submit", "m.eml", "--hub", hub], 2),
        (vec!["submit", "m.eml", "--hub", hub, "--redact", "x", "--dry-run"], 2),
        (vec!["submit", "m.eml", "--hub", hub, "--redact", "@missing", "--dry-run"], 3),
        (vec!["submit", "m.eml", "--hub", hub, "--text"], 2),
        (vec!["sight", "--from", "m.eml", "--set", "set.json", "--hub", hub], 3),
        (vec!["sight", "--from", "m.eml", "--set", "missing.json", "--hub", hub], 3),
    ] {
        let out = run(&args);
        assert_eq!(out.code, code, "{args:?}: {out:?}");
    }
    // A dry run needs neither token nor hub.
    assert_eq!(run(&["submit", "m.eml", "--hub", hub, "--dry-run"]).code, 0);
    for verb in ["pull", "submit", "sight"] {
        let help = run(&[verb, "--help"]).out;
        assert!(help.contains("Examples:") && !help.contains("--token "), "{help}");
    }
}

/// The token file is read, and who else could read it is told.
#[test]
fn a_token_file_that_others_can_read_is_told() {
    let hub = Hub::start();
    let path = hub.folder.path().join("token");
    std::fs::write(&path, format!("{}\n", hub.token("mitaho"))).unwrap();
    let pull = |folder: &Path| {
        noroshi_with(
            folder,
            &["pull", "--hub", &hub.url, "--token-file", "token"],
            b"",
            &[("NOROSHI_LANG", "en")],
        )
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let told = pull(hub.folder.path());
        assert!(told.code == 0 && told.err.contains("chmod 600"), "{told:?}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let quiet = pull(hub.folder.path());
    assert!(quiet.code == 0 && !quiet.err.contains("chmod"), "{quiet:?}");
}
