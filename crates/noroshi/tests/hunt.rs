//! `noroshi hunt dns|proxy|log`: the contract of the output, exit codes, the report, the page, acceptance.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{Run, folder, noroshi_with};
use tempfile::TempDir;

const LOG: &str = "\
14-Nov-2023 22:13:20.004 queries: info: client @0x7f 198.51.100.9#10158 (www.Evil.example): query: www.Evil.example IN A +E(0)K (203.0.113.53)
14-Nov-2023 22:13:21.004 queries: info: client @0x7f 198.51.100.9#10158 (devil.example): query: devil.example IN A +E(0)K (203.0.113.53)
15-Nov-2023 22:13:22.004 queries: info: client @0x7f 192.0.2.66#10158 (ok.test): query: ok.test IN A +E(0)K (203.0.113.53)
";
const LIST: &str = "# N-2026-0001\nevil[.]example\n192.0.2.66\n";

fn files() -> TempDir {
    folder(&[("query.log", LOG), ("n-1.txt", LIST)])
}

fn hunt(folder: &TempDir, args: &[&str]) -> Run {
    run_in(folder, &[&["hunt"], args].concat(), b"", "en")
}

fn run_in(folder: &TempDir, args: &[&str], input: &[u8], lang: &str) -> Run {
    let cache = folder.path().join(".cache");
    noroshi_with(
        folder.path(),
        args,
        input,
        &[("NOROSHI_LANG", lang), ("NOROSHI_CACHE", &cache.to_string_lossy())],
    )
}

#[cfg(unix)]
#[test]
fn a_list_that_comes_through_a_named_pipe_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // More than is looked at to tell what a file is; what is sought stands at its beginning.
    let list =
        format!("evil.example\n{}", (0..20_000).map(|n| format!("n{n}.example\n")).collect::<String>());
    std::fs::write(path("a.log"), "198.51.100.9 evil.example\n").unwrap();
    let made = std::process::Command::new("mkfifo").arg(path("list")).status().unwrap();
    assert!(made.success());
    let pipe = path("list");
    let writer = std::thread::spawn(move || std::fs::write(pipe, list).unwrap());
    let args = ["hunt", "dns", "a.log", "-i", "list", "--use-guarded", "--no-cache", "--jsonl"];
    let run = run_in(&folder, &args, b"", "en");
    writer.join().unwrap();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("\"evil.example\"") && run.out.contains("\"values\":20001"), "{run:?}");
}

#[test]
fn each_hit_is_one_object_and_the_summary_is_the_last_line() {
    let folder = files();
    let run = hunt(&folder, &["dns", "query.log", "--indicators", "n-1.txt", "--jsonl"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let lines = run.lines();
    assert_eq!(lines.len(), 3, "{}", run.out);
    let hit = &lines[0];
    assert_eq!(hit["source"], "query.log");
    assert_eq!(hit["line"], 1);
    assert_eq!(hit["time"], "2023-11-14T22:13:20.004+09:00");
    assert_eq!(hit["who"], "198.51.100.9");
    assert_eq!(hit["what"], "www.Evil.example");
    assert_eq!(hit["indicator"]["type"], "domain-name");
    assert_eq!(hit["indicator"]["value"], "evil.example");
    assert_eq!(hit["advisory"], "n-1");
    assert_eq!(hit["format"], "bind");
    let offset = usize::try_from(hit["offset"].as_u64().unwrap()).unwrap();
    assert!(LOG.get(offset..).unwrap().starts_with("www.Evil.example"));
    assert_eq!(lines[1]["line"], 3);
    assert_eq!(lines[1]["indicator"]["type"], "ipv4-addr");
    let summary = &lines[2]["summary"];
    assert_eq!(summary["hits"], 2);
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["first_seen"], "2023-11-14T22:13:20.004+09:00");
    assert_eq!(summary["last_seen"], "2023-11-15T22:13:22.004+09:00");
    assert_eq!(summary["read"][0]["lines"], 3);
    assert_eq!(summary["read"][0]["format"], "bind");
    assert_eq!(summary["skipped"], serde_json::json!([]));
    assert_eq!(summary["seen"][0]["count"], 1);
    assert_eq!(summary["seen"][0]["machines"], 1);
}

#[test]
fn one_json_object_holds_the_same() {
    let folder = files();
    let run = hunt(&folder, &["dns", "query.log", "--indicators", "n-1.txt", "--json"]);
    let all = run.json();
    assert_eq!(all["hits"].as_array().unwrap().len(), 2);
    assert_eq!(all["summary"]["hits"], 2);
}

#[test]
fn lists_may_stand_before_or_behind_the_logs() {
    let folder = files();
    for args in [
        &["dns", "--indicators", "n-1.txt", "--jsonl", "query.log"][..],
        &["dns", "--indicators", "n-1.txt", "query.log"],
        &["dns", "--indicators", "n-1.txt", "--indicators", "n-1.txt", "query.log"],
        &["dns", "query.log", "--indicators", "n-1.txt", "n-1.txt"],
        &["log", "-i", "n-1.txt", "--", "query.log"],
    ] {
        let run = hunt(&folder, args);
        assert_eq!((run.code, run.out.lines().count()), (0, 3), "{args:?}: {}", run.err);
    }
    assert_eq!(hunt(&folder, &["dns", "--indicators", "n-1.txt"]).code, 2);
    assert_eq!(hunt(&folder, &["dns", "query.log"]).code, 2);
    assert_eq!(hunt(&folder, &["dns", "query.log", "--indicators", "none.txt"]).code, 3);
}

#[test]
fn the_exit_code_tells_what_was_found_and_what_was_not_read() {
    let folder = files();
    let run = |args: &[&str]| hunt(&folder, &[&["log"], args, &["--indicators", "n-1.txt"]].concat());
    assert_eq!(run(&["query.log"]).code, 0);
    assert_eq!(run(&["query.log", "--fail-on", "hit"]).code, 1);
    let missing = run(&["none.log", "query.log", "--fail-on", "hit"]);
    assert_eq!(missing.code, 3);
    assert_eq!(missing.out.lines().count(), 3, "the rest is swept: {}", missing.out);
    assert!(missing.err.contains("none.log: there is no such file or folder"), "{}", missing.err);
    assert_eq!(missing.lines()[2]["summary"]["skipped"][0]["why"], "missing");
    assert_eq!(run(&["query.log", "--format", "nonsense"]).code, 2);
    assert_eq!(run(&["query.log", "--since", "yesterday"]).code, 2);
}

#[test]
fn standard_input_and_every_number_of_threads_say_the_same() {
    let folder = files();
    let many = LOG.repeat(5_000);
    std::fs::write(folder.path().join("many.log"), &many).unwrap();
    let one = hunt(&folder, &["dns", "many.log", "-i", "n-1.txt", "--threads", "1"]).out;
    assert_eq!(one.lines().count(), 10_001);
    for threads in ["2", "7"] {
        assert_eq!(
            hunt(&folder, &["dns", "many.log", "-i", "n-1.txt", "--threads", threads]).out,
            one,
            "{threads}"
        );
    }
    let piped = run_in(&folder, &["hunt", "dns", "-", "-i", "n-1.txt"], many.as_bytes(), "en").out;
    assert_eq!(piped.replace("\"source\":\"-\"", "\"source\":\"many.log\""), one);
}

#[test]
fn what_a_guard_list_speaks_against_is_told_and_not_looked_for() {
    let folder =
        folder(&[("query.log", LOG), ("bad.txt", "example.com\ncom\n8.8.8.8\ntest\nevil.example\n")]);
    let run = hunt(&folder, &["dns", "query.log", "-i", "bad.txt"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("mind: com is guarded by public-suffix"), "{}", run.err);
    assert!(run.err.contains("mind: 8[.]8[.]8[.]8 is guarded"), "{}", run.err);
    assert_eq!(run.lines()[1]["summary"]["indicators"]["guarded"], 2, "{}", run.out);
    let only = folder.path().join("only.txt");
    std::fs::write(&only, "com\n").unwrap();
    assert_eq!(hunt(&folder, &["dns", "query.log", "-i", "only.txt"]).code, 3);
    assert_eq!(hunt(&folder, &["dns", "query.log", "-i", "only.txt", "--use-guarded"]).code, 0);
}

#[test]
fn a_large_list_is_compiled_once_and_says_the_same() {
    let folder = files();
    let mut list = LIST.to_owned();
    for number in 0..20_000 {
        list.push_str(&format!("n{number}.listed.example\n"));
    }
    std::fs::write(folder.path().join("large.txt"), &list).unwrap();
    let first = hunt(&folder, &["dns", "query.log", "-i", "large.txt"]);
    let kept = std::fs::read_dir(folder.path().join(".cache")).unwrap().count();
    assert_eq!(kept, 2, "the set and what is said about it");
    assert_eq!(hunt(&folder, &["dns", "query.log", "-i", "large.txt"]).out, first.out);
    // A damaged one is made anew.
    for entry in std::fs::read_dir(folder.path().join(".cache")).unwrap() {
        std::fs::write(entry.unwrap().path(), b"damaged").unwrap();
    }
    assert_eq!(hunt(&folder, &["dns", "query.log", "-i", "large.txt"]).out, first.out);
    let compiled = hunt(&folder, &["compile", "large.txt", "--output", "large.nset"]);
    assert_eq!(compiled.code, 0, "{}", compiled.err);
    let by_set = hunt(&folder, &["dns", "query.log", "-i", "large.nset"]);
    assert_eq!(by_set.lines()[..2], first.lines()[..2]);
}

#[test]
fn the_report_tells_first_last_and_how_often_in_both_languages() {
    let folder = files();
    for (lang, words) in [
        (
            "en",
            [
                "2 hits: 2 indicators, 2 machines",
                "By indicator",
                "By machine",
                "evil[.]example",
                "2023-11-14 22:13:20",
            ],
        ),
        (
            "ja",
            [
                "一致 2 件（インディケータ 2 件、端末 2 台）",
                "インディケータ別",
                "端末別",
                "evil[.]example",
                "2023-11-14 22:13:20",
            ],
        ),
    ] {
        let run = run_in(&folder, &["hunt", "dns", "query.log", "-i", "n-1.txt", "--report"], b"", lang);
        for word in words {
            assert!(run.out.contains(word), "{word}: {}", run.out);
        }
        assert!(!run.out.contains("evil.example\n"), "nothing that a terminal makes a link of");
    }
    let none = folder.path().join("none.txt");
    std::fs::write(none, "nothing.example\n").unwrap();
    let run = hunt(&folder, &["dns", "query.log", "-i", "none.txt", "--report"]);
    assert!(run.out.contains("Nothing listed was found."), "{}", run.out);
}

#[test]
fn the_page_stands_alone_and_runs_nothing() {
    let folder = files();
    let hostile =
        "2023-11-14 22:13:20 <script>alert(1)</script> evil.example\"><img src=x onerror=alert(1)>\n";
    std::fs::write(folder.path().join("<b>.log"), hostile).unwrap();
    let run = hunt(&folder, &["log", "query.log", "<b>.log", "-i", "n-1.txt", "--html", "page.html"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(
        page.contains("evil[.]example") && page.contains("By machine") && page.contains("<svg"),
        "{page}"
    );
    for bad in ["<script", "<img", "onerror=alert(1)>", "http://", "https://", "<b>.log"] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(page.contains("&lt;b&gt;.log"));
}

#[test]
fn the_manifest_has_the_digest_of_every_file() {
    let folder = files();
    let run = hunt(&folder, &["dns", "query.log", "-i", "n-1.txt", "--manifest", "m.json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("m.json")).unwrap()).unwrap();
    use sha2::{Digest, Sha256};
    let digest: String = Sha256::digest(LOG).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(manifest["files"][0]["sha256"], digest.as_str());
    assert_eq!(manifest["files"][0]["bytes_read"], LOG.len());
    assert_eq!(manifest["lists"][0]["path"], "n-1.txt");
}

#[test]
fn a_machine_that_calls_home_is_not_accepted() {
    let mut dns = String::new();
    for minute in 0..12 {
        dns.push_str(&format!(
            "14-Nov-2023 22:{minute:02}:00.000 queries: info: client @0x7f 192.168.10.20#1 (cc.evil.example): query: cc.evil.example IN A + (192.168.10.1)\n"
        ));
    }
    dns.push_str("14-Nov-2023 22:30:00.000 queries: info: client @0x7f 192.168.10.21#1 (update.vendor.test): query: update.vendor.test IN A + (192.168.10.1)\n");
    let folder = folder(&[("dns.log", &dns), ("n-1.txt", LIST)]);
    let run = hunt(
        &folder,
        &["accept", "dns.log", "-i", "n-1.txt", "--device", "192.168.10.20", "--json", "--fail-on", "fault"],
    );
    assert_eq!(run.code, 1, "{}", run.err);
    let report = run.json();
    assert_eq!(report["passed"], false);
    let point = |id: &str| {
        report["points"].as_array().unwrap().iter().find(|point| point["id"] == id).unwrap()["passed"].clone()
    };
    assert_eq!(
        [point("listed"), point("resolves-outside"), point("regular"), point("reaches-outside")],
        [false, false, false, true]
    );
    assert_eq!(report["contacts"].as_array().unwrap().len(), 1, "only the device");
    assert_eq!(report["contacts"][0]["value"], "cc.evil.example");
    assert_eq!(report["contacts"][0]["every_seconds"], 60.0);
    let text = run_in(
        &folder,
        &["hunt", "accept", "dns.log", "-i", "n-1.txt", "--device", "192.168.10.20"],
        b"",
        "ja",
    )
    .out;
    assert!(text.contains("受入検査: 確認が必要です") && text.contains("約 60 秒ごと"), "{text}");
    let quiet = hunt(
        &folder,
        &[
            "accept",
            "dns.log",
            "-i",
            "n-1.txt",
            "--device",
            "192.168.10.21",
            "--expected",
            "vendor.test",
            "--html",
            "a.html",
        ],
    );
    assert!(quiet.out.contains("Acceptance: passed"), "{}", quiet.out);
    assert!(std::fs::read_to_string(folder.path().join("a.html")).unwrap().contains("Acceptance: passed"));
}
