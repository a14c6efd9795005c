//! Expressions on the facts of a mail, and what is said of those that are wrong.

use lexicon::Lang;
use lexicon::facts::{Attachment, Property, Relation, Script};

use super::*;

fn facts() -> MailFacts {
    let raw = "Received: from relay.example.net ([198.51.100.7]) by mx.example.co.jp; Wed, 7 Aug 2013 09:12:00 +0900\r\n\
        From: =?utf-8?b?5L6L56S655yB?= <yamada@sub.Example.test>\r\nReply-To: other@gmail.com\r\n\
        To: a@example.co.jp, b@example.co.jp\r\nSubject: =?utf-8?b?44CQ6YeN6KaB44CR6KuL5rGC5pu477yh77yi77yj?=\r\n\
        X-Mailer: Sendy 3.1\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
        詳しくは https://login.evil.example:8443/pay?x=1 をご覧ください。パスワードは別送します。\r\n";
    let mut facts = crate::read(raw.as_bytes(), &crate::Limits::default()).facts;
    facts.urls = vec!["https://login.evil.example:8443/pay?x=1".to_owned()];
    let inner = Attachment {
        name: Some("見積書.exe".to_owned()),
        kind: "exe".to_owned(),
        sha256: "ab".repeat(32),
        password: Some("1234".to_owned()),
        ..Attachment::default()
    };
    facts.attachments = vec![
        Attachment {
            name: Some("a.ZIP".to_owned()),
            kind: "zip".to_owned(),
            size: 70_000,
            encrypted: Some(true),
            children: vec![inner],
            ..Attachment::default()
        },
        Attachment {
            name: Some("b.docm".to_owned()),
            kind: "docm".to_owned(),
            properties: vec![Property {
                name: "document.author".to_owned(),
                value: "Ｗｉｎ User".to_owned(),
            }],
            scripts: vec![Script { text: "Shell \"calc\"".to_owned(), ..Script::default() }],
            relations: vec![Relation {
                kind: "template".to_owned(),
                target: "http://t.example/x.dotm".to_owned(),
            }],
            ..Attachment::default()
        },
    ];
    facts
}

fn rule(id: &str, when: &str) -> String {
    format!(
        "[[tell]]\nid = \"{id}\"\nweight = 3\ncriterion = \"craft\"\nja = \"試し\"\nen = \"a trial\"\nsource = \"test\"\nwhen = '''{when}'''\n"
    )
}

fn read(text: &str) -> (OwnTells, Vec<Problem>) {
    let mut own = OwnTells::default();
    let mut list = |name: &str| match name {
        "hosts.txt" => Ok("# bad\n.evil.example\nSUB.example.test\n".to_owned()),
        "nets.txt" => Ok("198.51.100.0/24\n".to_owned()),
        _ => Err(Said::new("ファイルがありません", "there is no such file")),
    };
    let is_tell = |id: &str| crate::tells::text(id).is_some();
    let mut around =
        Around { list: &mut list, is_tell: &is_tell, is_oddity: &|id| crate::oddities::text(id).is_some() };
    let problems = own.add_file("own.toml", text, &mut around);
    (own, problems)
}

/// The evidence, if the expression holds on the mail.
fn why(when: &str) -> Option<String> {
    let (own, problems) = read(&rule("own-a", when));
    assert!(problems.is_empty(), "{when}: {}", problems[0].show(Lang::En));
    let mut facts = facts();
    assert!(own.apply(&mut facts));
    facts.tells.into_iter().find(|tell| tell.id == "own-a").map(|tell| tell.why)
}

#[test]
fn expressions_hold_on_the_facts_that_they_ask_for_and_show_them() {
    for (when, expect) in [
        (r#"subject contains "請求書abc""#, Some("subject: 【重要】請求書ＡＢＣ")),
        (r#"subject contains ["領収書", "重要"]"#, Some("subject: 【重要】請求書ＡＢＣ")),
        (r#"subject starts-with "請求書""#, None),
        (r#"subject ends-with "ABC""#, Some("subject: 【重要】請求書ＡＢＣ")),
        (r#"from.name is "例示省""#, Some("from.name: 例示省")),
        (r#"from.domain is "sub.example.TEST""#, Some("from.domain: sub.Example.test")),
        (r#"from.domain in ["x.test", ".example.test"]"#, Some("from.domain: sub.Example.test")),
        (r#"from.domain in file "hosts.txt""#, Some("from.domain: sub.Example.test")),
        (r#"from.domain in ["example.test"]"#, None),
        (
            r#"reply_to.address matches /^other@(gmail|example)\.com$/"#,
            Some("reply_to.address: other@gmail.com"),
        ),
        (r#"links.host in file "hosts.txt""#, Some("links.host: login.evil.example")),
        (r#"links.url contains ":8443/""#, Some("links.url: https://login.evil.example:8443/pay?x=1")),
        (r#"received.ip in ["198.51.100.0/24", "2001:db8::/32"]"#, Some("received.ip: 198.51.100.7")),
        (r#"received.ip in file "nets.txt""#, Some("received.ip: 198.51.100.7")),
        (r#"received.ip is "198.51.100.8""#, None),
        (r#"header("x-mailer") starts-with "sendy""#, Some("header:X-Mailer: Sendy 3.1")),
        (
            r#"body matches /パスワード.{0,5}別送/"#,
            Some(
                "body: 詳しくは https://login.evil.example:8443/pay?x=1 をご覧ください。パスワードは別送します。",
            ),
        ),
        (r#"attachment.name ends-with ".exe""#, Some("attachment[0]:attachment[0].name: 見積書.exe")),
        (r#"attachment.kind in ["lnk", "exe"]"#, Some("attachment[0]:attachment[0].kind: exe")),
        (
            r#"attachment.property("document.author") is "win user""#,
            Some("attachment[1].document.author: Ｗｉｎ User"),
        ),
        (r#"attachment.script contains "shell""#, Some("attachment[1].script: Shell \"calc\"")),
        (r#"attachment.relation contains ".dotm""#, Some("attachment[1].relation: http://t.example/x.dotm")),
        (r"attachment.encrypted", Some("attachment[0].encrypted: a.ZIP")),
        (r"attachment.size >= 70000", Some("attachment[0].size: 70000")),
        (r"attachment.size > 70000", None),
        (
            r"count(attachment.name) = 3",
            Some(
                "attachment[0].name: a.ZIP; attachment[0]:attachment[0].name: 見積書.exe; attachment[1].name: b.docm",
            ),
        ),
        (
            r#"count(attachment.name ends-with [".exe", ".docm"]) >= 2"#,
            Some("attachment[0]:attachment[0].name: 見積書.exe; attachment[1].name: b.docm"),
        ),
        (
            r"count(attachment.password) >= 1 and count(to) = 2",
            Some("attachment[0]:attachment[0].password: 1234; to: a@example.co.jp; to: b@example.co.jp"),
        ),
        (r#"tell("reply-to-differs")"#, Some("reply-to-differs: yamada@sub.Example.test → other@gmail.com")),
        (r#"oddity("mail-empty")"#, None),
        (r#"not (from.name is "x" or subject is "y")"#, Some("not (from.name is \"x\" or subject is \"y\")")),
        (r#"subject contains "重要" and not language is "ja""#, None),
        ("cc exists or\n (to exists and from.name exists)", Some("to: a@example.co.jp; from.name: 例示省")),
    ] {
        let why = why(when);
        // What the built-in tells say is theirs to word.
        let same = match expect {
            Some(text) if when.starts_with("tell(") => {
                why.as_deref().is_some_and(|w| w.starts_with(text.split(' ').next().unwrap()))
            }
            expect => why.as_deref() == expect,
        };
        assert!(same, "{when}\n  expected {expect:?}\n  found    {why:?}");
    }
}

#[test]
fn an_own_tell_carries_its_texts_and_may_ask_for_those_before_it() {
    let text = rule("own-a", r#"subject contains "重要""#)
        + &rule("own-b", r#"tell("own-a") and attachment.encrypted"#);
    let (own, problems) = read(&text);
    assert!(problems.is_empty(), "{problems:?}");
    let mut facts = facts();
    own.apply(&mut facts);
    let tell = facts.tells.iter().find(|tell| tell.id == "own-b").unwrap();
    assert_eq!(tell.weight, 3);
    assert_eq!(tell.why, "own-a: subject: 【重要】請求書ＡＢＣ; attachment[0].encrypted: a.ZIP");
    assert_eq!(tell.text.as_ref().unwrap().ja, "試し");
    assert_eq!(crate::tells::criterion_of(tell), crate::tells::Criterion::Craft);
}

#[test]
fn a_broken_tell_does_not_stop_the_others() {
    let text = rule("own-a", "subjct exists") + &rule("own-b", "subject exists");
    let (own, problems) = read(&text);
    assert_eq!((own.len(), problems.len()), (1, 1));
    assert!(own.has("own-b"));
}

/// Every fault of one file, as people read it.
const FAULTY: &str = r##"
title = "mine"

[[tell]]
id = "invoice"
weight = 9
criterion = "kinds"
ja = ""
en = "x"
source = "s"
when = 'subjct contains "a" and from.domain matches /(/'
wehn = 1

[[tell]]
id = "own-b"
weight = 2
criterion = "kind"
ja = "件名"
en = "x"
when = 'subject contains and'
source = "s"

[[tell]]
id = "own-c"
weight = 2
criterion = "kind"
ja = "件名"
en = "x"
source = "s"
when = '''
subject contains "請求書"
  and received.ip in ["198.51.100.0/33"]
  and from.domain in file "missing.txt"
  and from.domain in file "../secret.txt"
  and tell("no-such-tell")
'''

[[tell]]
id = "own-d"
weight = 2
criterion = "kind"
ja = "件名"
en = "x"
source = "s"
when = 'subject >= 3 or "open'

[[tell]]
id = "own-e"
weight = 2
criterion = "kind"
ja = "件名"
en = "x"
source = "s"
when = 'subject contains "重要" subject is "x"'
"##;

#[test]
fn every_fault_of_a_file_is_told_at_its_place_in_both_languages() {
    let (own, problems) = read(FAULTY);
    assert!(own.is_empty());
    let show = |lang| problems.iter().map(|problem| problem.show(lang)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!("faults_in_japanese", show(Lang::Ja));
    insta::assert_snapshot!("faults_in_english", show(Lang::En));
}

#[test]
fn a_file_that_is_no_toml_is_pointed_at() {
    let (own, problems) = read("[[tell]]\nid = own-a\nweight = \n");
    assert!(own.is_empty());
    assert!(problems.iter().any(|p| p.code == "NR001" && p.line == 2), "{problems:?}");
    assert!(problems.iter().any(|p| p.code == "NR001" && p.line == 3), "{problems:?}");
}

#[test]
fn hostile_rules_are_refused() {
    let deep = format!("{}subject exists{}", "(".repeat(5_000), ")".repeat(5_000));
    let nots = format!("{}subject exists", "not ".repeat(3_000));
    let long = format!("subject contains \"{}\"", "x".repeat(20_000));
    let large = r"body matches /(\w{500}){500}/".to_owned();
    let open = r"body matches /((((((((((a)))))))))/".to_owned();
    let number = "size > 99999999999999999999999".to_owned();
    for (when, code) in [
        (deep, "NR017"),
        (nots, "NR017"),
        (long, "NR017"),
        (large, "NR014"),
        (open, "NR014"),
        (number, "NR013"),
    ] {
        let (own, problems) = read(&rule("own-a", &when));
        assert!(own.is_empty());
        assert_eq!(problems[0].code, code, "{}", problems[0].show(Lang::En));
    }
    let (own, problems) = read(&"#".repeat(10 << 20));
    assert!(own.is_empty() && problems[0].code == "NR018");
    let twice = rule("own-a", "subject exists");
    assert_eq!(read(&(twice.clone() + &twice)).1[0].code, "NR006");
}

#[test]
fn patterns_and_large_mails_take_bounded_time() {
    let mut text = String::new();
    for number in 0..600 {
        text.push_str(&rule(&format!("own-{number}"), r#"body contains "zz""#));
    }
    text.push_str(&rule("own-pattern", r"subject matches /(a+)+(b|ab)*(a|aa)+$/"));
    let (own, problems) = read(&text);
    assert!(problems.is_empty(), "{}", problems[0].show(Lang::En));
    let mut facts = facts();
    facts.body.text = "a".repeat(1 << 20) + "!";
    assert!(!own.apply(&mut facts), "the limit must have been met");
}
