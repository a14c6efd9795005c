//! `noroshi export`: lists in, formats out, nothing that tells whose they are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{folder, noroshi, noroshi_with};

const LIST: &str = "# November\nevil.test\nhxxps://evil[.]test/a\n203.0.113.7\nnot an indicator\n";
const AT: [&str; 2] = ["--created", "2026-11-20T15:04:05+09:00"];

fn export(folder: &std::path::Path, args: &[&str]) -> common::Run {
    noroshi(folder, &[&["export"], &AT[..], args].concat())
}

#[test]
fn a_list_becomes_every_format() {
    let folder = folder(&[("november.txt", LIST)]);
    let run = |format: &str| {
        let run = export(folder.path(), &["--format", format, "--tlp", "green", "november.txt"]);
        assert_eq!(run.code, 0, "{format}: {}", run.err);
        assert!(run.err.contains("november.txt: line 5: "), "{}", run.err);
        run
    };
    let bundle = run("stix").json();
    assert_eq!(bundle["objects"][1]["name"], "TLP:GREEN");
    assert_eq!(bundle["objects"][2]["name"], "november");
    assert_eq!(bundle["objects"].as_array().unwrap().len(), 6);
    assert!(
        run("csv").out.contains("november,TLP:GREEN,domain-name,evil.test,,,,,2026-11-20T06:04:05.000Z\r\n")
    );
    assert!(run("list").out.ends_with("\n203.0.113.7\nevil.test\nhttps://evil.test/a\n"));
}

#[test]
fn guarded_values_are_told_and_a_zone_leaves_them_out() {
    let folder = folder(&[("list.txt", "evil.co.jp\nwww.google.com\n10.1.2.3\n")]);
    let run = export(folder.path(), &["--format", "rpz", "--origin", "rpz.member.co.jp", "list.txt"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("mind: www[.]google[.]com is guarded by popular-service"), "{}", run.err);
    assert!(run.out.contains("$ORIGIN rpz.member.co.jp.\n"), "{}", run.out);
    assert!(run.out.contains("\nevil.co.jp IN CNAME .\n"), "{}", run.out);
    assert!(!run.out.contains("\nwww.google.com "), "{}", run.out);
    let overridden =
        ["--format", "rpz", "--override", "www.google.com=exercise", "--policy", "drop", "list.txt"];
    let run = export(folder.path(), &overridden);
    assert!(run.out.contains("\nwww.google.com IN CNAME rpz-drop.\n"), "{}", run.out);
    assert_eq!(export(folder.path(), &["--format", "rpz", "--origin", "a b", "list.txt"]).code, 2);
}

#[test]
fn the_same_list_gives_the_same_bytes() {
    let folder = folder(&[("list.txt", LIST)]);
    for format in ["stix", "csv", "rpz", "list", "hosts"] {
        let run = || export(folder.path(), &["--format", format, "list.txt"]).out;
        assert_eq!(run(), run(), "{format}");
    }
}

#[test]
fn a_list_comes_from_standard_input_and_goes_to_a_file() {
    let folder = folder(&[]);
    let args = ["export", "--format", "csv", "--bom", "--name", "見本", "--output", "out.csv", "-"];
    let run = noroshi_with(folder.path(), &args, LIST.as_bytes(), &[]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    let written = std::fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert!(written.starts_with("\u{feff}advisory,tlp,"), "{written}");
    assert!(written.contains("見本,TLP:AMBER,"), "{written}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_tells_whose_list_it_is_does_not_leave() {
    let identity =
        "# 例示工業\nname: 例示工業\ndomain: reiji.example\nnetwork: 198.51.100.0/24\nperson: 佐藤 花子\n";
    let list = "value,note\nevil.test,例示工業の受付に届いた\n198.51.100.9,\nhttps://evil.test/?to=hanako%40reiji.example,\n";
    let folder = folder(&[("ours.txt", identity), ("list.csv", list), ("clean.txt", "evil.test\n")]);
    let args = ["--format", "stix", "--identity", "ours.txt", "--output", "out.json"];
    let run = export(folder.path(), &[&args[..], &["list.csv"]].concat());
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(!folder.path().join("out.json").exists());
    for word in [".note: name: 例示工業", ": network: 198[.]51[.]100[.]9", "reiji"] {
        assert!(run.err.contains(word), "{word}: {}", run.err);
    }
    assert_eq!(export(folder.path(), &[&args[..], &["clean.txt"]].concat()).code, 0);
    assert!(folder.path().join("out.json").exists());
}

#[test]
fn an_identity_file_that_is_not_understood_stops_everything() {
    let folder = folder(&[("ours.txt", "name: A\ndomian: a.example\n"), ("list.txt", "evil.test\n")]);
    let run = export(folder.path(), &["--format", "list", "--identity", "ours.txt", "list.txt"]);
    assert_eq!((run.code, run.out.as_str()), (3, ""));
    assert!(run.err.contains("ours.txt, line 2: begin it with name:"), "{}", run.err);
}

#[test]
fn a_list_that_cannot_be_read_or_holds_nothing_is_an_error() {
    let folder = folder(&[("empty.txt", ""), ("prose.txt", "nothing to see here\n")]);
    let run = export(folder.path(), &["--format", "list", "gone.txt"]);
    assert_eq!(run.code, 3);
    assert!(run.err.contains("the list gone.txt cannot be read: there is no such file"), "{}", run.err);
    assert_eq!(export(folder.path(), &["--format", "list", "prose.txt"]).code, 3);
    assert_eq!(export(folder.path(), &["--format", "stix", "empty.txt"]).code, 0);
    std::fs::write(folder.path().join("sjis.txt"), b"\x90\xbf\x8b\x81\n").unwrap();
    assert!(export(folder.path(), &["--format", "list", "sjis.txt"]).err.contains("iconv"));
}
