//! Lists of every form become one set that says the same after it was compiled.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{set, sweep_text};
use hunter::Kind;
use hunter::lists::Gather;
use hunter::set::{Set, SetFileError};
use indicators::guard::Guards;
use lexicon::Tlp;
use proptest::prelude::*;

fn gather(source: &str, text: &str) -> Gather {
    let mut gather = Gather::new(Guards::builtin_for_examples(), false);
    gather.add(source, text.as_bytes());
    gather
}

fn values(set: &Set) -> Vec<String> {
    (0..u32::try_from(set.len()).unwrap())
        .map(|entry| format!("{} {}", set.kind(entry), set.value(entry)))
        .collect()
}

#[test]
fn a_stix_bundle_keeps_report_label_and_validity() {
    let bundle = r#"{"type":"bundle","id":"bundle--1","objects":[
      {"type":"marking-definition","id":"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb","name":"TLP:GREEN"},
      {"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example'] OR [ipv4-addr:value ISSUBSET '198.51.100.0/24']",
       "pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","valid_until":"2027-01-01T00:00:00Z",
       "object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]},
      {"type":"indicator","id":"indicator--2","pattern":"[url:value = 'http://shop.test/gate']","revoked":true},
      {"type":"indicator","id":"indicator--3","pattern":"title: sigma","pattern_type":"sigma"},
      {"type":"file","id":"file--1","hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"}},
      {"type":"report","id":"report--1","name":"x","object_refs":["indicator--1"],"external_references":[{"source_name":"hub","external_id":"N-2026-0001"}]}]}"#;
    let gather = gather("bundle.json", bundle);
    assert_eq!(gather.counts().not_for_detection, 1);
    assert_eq!(gather.remarks().len(), 1);
    let set = gather.finish();
    assert_eq!(
        values(&set),
        ["domain-name evil.example", "ipv4-addr 198.51.100.0/24", "file d41d8cd98f00b204e9800998ecf8427e"]
    );
    let origin = set.origins(0).next().unwrap();
    assert_eq!(
        (origin.advisory.as_str(), origin.source.as_str(), origin.tlp),
        ("N-2026-0001", "bundle.json", Some(Tlp::Green))
    );
    assert_eq!(origin.valid_until.unwrap().to_string(), "2027-01-01T00:00:00Z");
}

#[test]
fn a_misp_event_gives_what_is_meant_for_detection() {
    let event = r#"{"Event":{"info":"請求書を装うメール","uuid":"u","Tag":[{"name":"tlp:amber"}],"Attribute":[
      {"type":"domain|ip","value":"evil.example|192.0.2.66","to_ids":true},
      {"type":"filename|sha256","value":"請求書.exe|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","to_ids":true},
      {"type":"ip-dst","value":"2001:db8::66","to_ids":true},
      {"type":"uri","value":"/panel/gate.php","to_ids":true},
      {"type":"domain","value":"ok.test","to_ids":false}],
      "Object":[{"Attribute":[{"type":"email-subject","value":"請求書の件","to_ids":true},{"type":"regkey|value","value":"HKCU\\Software\\Evil|x","to_ids":true}]}]}}"#;
    let gather = gather("event.json", event);
    assert_eq!(gather.counts().not_for_detection, 1);
    assert!(gather.remarks().is_empty(), "{:?}", gather.remarks());
    let set = gather.finish();
    assert_eq!(
        values(&set),
        [
            "domain-name evil.example",
            "ipv4-addr 192.0.2.66",
            "file-name 請求書.exe",
            "file e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "ipv6-addr 2001:db8::66",
            "url-path /panel/gate.php",
            "email-subject 請求書の件",
            "windows-registry-key HKCU\\Software\\Evil",
        ]
    );
    let origin = set.origins(0).next().unwrap();
    assert_eq!((origin.advisory.as_str(), origin.tlp), ("請求書を装うメール", Some(Tlp::Amber)));
}

#[test]
fn csv_tells_kind_advisory_and_label_by_its_columns() {
    let text = "type,value,advisory,tlp,valid_until\nuser-agent,EvilBot/1,N-1,TLP:RED,2027-01-01\n,evil[.]example,N-2,green,\nip,192.0.2.1,N-1,,\nnonsense,x,N-1,,\n";
    let gather = gather("a.csv", text);
    assert_eq!(gather.remarks().iter().map(|remark| remark.line).collect::<Vec<_>>(), [5]);
    let set = gather.finish();
    assert_eq!(values(&set), ["user-agent EvilBot/1", "domain-name evil.example", "ipv4-addr 192.0.2.1"]);
    assert_eq!(set.origins(0).next().unwrap().valid_until.unwrap().to_string(), "2026-12-31T15:00:00Z");
    // JPCERT/CC's list of phishing URLs has these columns.
    let set = self::gather(
        "201906.csv",
        "date,URL,description\n2019/06/03 09:13:00,http://bank.evil.example/,銀行\n",
    )
    .finish();
    assert_eq!(values(&set), ["url http://bank.evil.example/"]);
}

#[test]
fn guards_tell_and_keep_out_what_would_be_found_everywhere() {
    let mut gather = gather("a.txt", "com\nco.jp\n8.8.8.8\n10.0.0.0/8\nwww.google.com\nevil.example\n");
    let guarded: Vec<&str> = gather.guarded().iter().map(|guarded| guarded.value.as_str()).collect();
    assert_eq!(guarded, ["com", "co.jp", "8.8.8.8", "10.0.0.0/8", "www.google.com"]);
    assert_eq!((gather.counts().values, gather.counts().guarded), (1, 5));
    let tunnels = self::gather("c.txt", "bad-name.at.ply.gg\nduckdns.org\nx.duckdns.org\n");
    assert_eq!(
        tunnels.guarded().iter().map(|guarded| guarded.value.as_str()).collect::<Vec<_>>(),
        ["duckdns.org"]
    );
    gather.add("b.txt", b"evil.example # again\n");
    assert_eq!(gather.counts().again, 1);
    let mut asked = Gather::new(Guards::builtin_for_examples(), true);
    asked.add("a.txt", b"com\n");
    let (hits, _) = sweep_text(&asked.finish(), b"a.com b.net c.com.example com\n");
    assert_eq!(hits.iter().map(|hit| hit.what.as_str()).collect::<Vec<_>>(), ["a.com"]);
}

#[test]
fn hosts_of_urls_are_looked_for_only_if_asked_and_never_those_that_many_share() {
    let list = b"http://bank.evil.example/a\nhttps://docs.google.com/forms/x\nhttp://203.0.113.7:8080/x\n";
    let mut gather = Gather::new(Guards::builtin_for_examples(), false).with_url_hosts();
    gather.add("a.txt", list);
    let hosts: Vec<String> =
        values(&gather.finish()).into_iter().filter(|value| !value.starts_with("url ")).collect();
    assert_eq!(hosts, ["domain-name bank.evil.example", "ipv4-addr 203.0.113.7"]);
}

#[test]
fn a_million_duplicates_are_one_value() {
    let text = "evil.example\n".repeat(1_000_000);
    let gather = gather("a.txt", &text);
    assert_eq!((gather.counts().values, gather.counts().again), (1, 999_999));
}

#[test]
fn a_value_of_two_advisories_keeps_both() {
    let mut gather = gather("n1.txt", "evil.example\n");
    gather.add("n2.txt", b"evil.example\n");
    let set = gather.finish();
    assert_eq!(set.origins(0).map(|origin| origin.advisory.as_str()).collect::<Vec<_>>(), ["n1", "n2"]);
}

#[test]
fn one_thing_seen_is_one_hit_with_everything_that_it_is() {
    let set = set("evil.example\nwww.evil.example\n192.0.2.0/24\n192.0.2.1\n");
    let (hits, _) = sweep_text(&set, b"14-Nov-2023 22:13:20.004 client 192.0.2.1#1 (a.www.evil.example): query: a.www.evil.example IN A + ()\n");
    let told: Vec<(&str, Vec<&str>)> = hits
        .iter()
        .map(|hit| (set.value(hit.entry), hit.also.iter().map(|entry| set.value(*entry)).collect()))
        .collect();
    assert_eq!(told, [("192.0.2.1", vec!["192.0.2.0/24"]), ("www.evil.example", vec!["evil.example"])]);
}

const EVERYTHING: &str = "evil.example\n日本語.example\n*evil*\n192.0.2.1\n198.51.100.0/24\n2001:db8::/32\nhttp://shop.test/gate\n/gate.php\n\
    a@evil.example\nsubject: 請求書の件\nd41d8cd98f00b204e9800998ecf8427e\n請求書.exe\n%TEMP%\\x.dll\nHKCU\\Software\\Evil\nmutex: Global\\xyz1\nuser-agent: EvilBot\n";

#[test]
fn a_compiled_set_says_the_same() {
    let before = set(EVERYTHING);
    let mut file = Vec::new();
    before.write(&mut file).unwrap();
    let after = Set::read(&mut file.as_slice()).unwrap();
    assert_eq!(values(&before), values(&after));
    let text = b"www.evil.example 192.0.2.1 198.51.100.9 2001:db8::1 http://shop.test/gate/x a@evil.example EvilBot\n";
    assert_eq!(sweep_text(&before, text).0, sweep_text(&after, text).0);
    for kind in Kind::ALL {
        assert_eq!(before.has(kind), after.has(kind), "{kind}");
    }
}

#[test]
fn a_damaged_compiled_set_is_never_used() {
    let mut file = Vec::new();
    set(EVERYTHING).write(&mut file).unwrap();
    for cut in (0..file.len()).step_by(7) {
        assert!(Set::read(&mut &file[..cut]).is_err(), "cut at {cut}");
    }
    for at in (12..file.len()).step_by(11) {
        let mut bad = file.clone();
        bad[at] ^= 0x10;
        assert!(Set::read(&mut bad.as_slice()).is_err(), "byte {at}");
    }
    assert!(matches!(Set::read(&mut b"evil.example\n".as_slice()), Err(SetFileError::NoSet)));
    let mut other = file.clone();
    other[12] = 99;
    assert!(matches!(Set::read(&mut other.as_slice()), Err(SetFileError::Version(99))));
}

proptest! {
    #[test]
    fn a_name_is_found_exactly_where_a_listed_one_is_its_end(
        listed in proptest::collection::vec("[a-c]{1,2}(\\.[a-c]{1,2}){1,2}\\.(example|test)", 1..20),
        asked in "([a-c]{1,2}\\.){0,3}[a-c]{1,2}\\.(example|test)",
    ) {
        let set = set(&listed.join("\n"));
        let mut found = Vec::new();
        set.find_name(asked.as_bytes(), &mut found);
        let mut found: Vec<&str> = found.into_iter().map(|entry| set.value(entry)).collect();
        found.sort_unstable();
        let mut expect: Vec<&str> = listed
            .iter()
            .map(String::as_str)
            .filter(|name| asked == *name || asked.ends_with(&format!(".{name}")))
            .collect();
        expect.sort_unstable();
        expect.dedup();
        prop_assert_eq!(found, expect);
    }

    #[test]
    fn any_text_is_swept_without_harm(text in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let set = set(EVERYTHING);
        let (_, summary) = sweep_text(&set, &text);
        prop_assert!(summary.logs.len() <= 1);
    }

    #[test]
    fn any_list_is_read_without_harm(text in "\\PC{0,300}") {
        let mut gather = Gather::new(Guards::builtin_for_examples(), true);
        gather.add("a", text.as_bytes());
        let _ = gather.finish();
    }
}
