//! Genuine mail that is used again: the NPA's case of the first half of 2012.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use casework::reuse::{Index, Original, Relation, holders, print_of, relation};
use lexicon::facts::{Attachment, MailFacts, Mailbox, Tell};

const GENUINE: &str = "平素よりお世話になっております。先日の連絡会でご相談いたしました共同受注の件につきまして、\
                       各社の分担案と日程表をまとめましたのでお送りいたします。来週水曜日までにご意見をお寄せください。";

fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: String::new(), address: address.into() }
}

fn mail(id: &str, from: &str, to: &[&str], date: &str, text: &str) -> MailFacts {
    let mut facts = MailFacts {
        message_id: Some(id.into()),
        from: Some(mailbox(from)),
        to: to.iter().map(|to| mailbox(to)).collect(),
        date: Some(date.into()),
        subject: Some("共同受注の件".into()),
        ..MailFacts::default()
    };
    facts.body.text = text.into();
    facts
}

#[test]
fn the_mail_of_x_is_found_in_the_attacks_eleven_hours_later() {
    let genuine =
        mail("1@x.example", "eigyo@x.example", &["a@partner.example"], "2012-02-20T17:05:00+09:00", GENUINE);
    let original = Original::of(&genuine);
    let index = Index::new([(original.print.clone(), original.family)]);
    // Two associations and four companies.
    for (n, to) in ["kyokai1", "kyokai2", "sha1", "sha2", "sha3", "sha4"].iter().enumerate() {
        let mut attack = mail(
            &format!("{n}@free.example"),
            "eigyo.x@free.example",
            &[&format!("info@{to}.example")],
            "2012-02-21T04:05:00+09:00",
            &format!("{to} 御中\n\n{GENUINE}\n\n添付ファイルをご確認ください。"),
        );
        attack.attachments.push(Attachment { kind: "exe".into(), ..Attachment::default() });
        let found = index.find(&print_of(&attack));
        assert!(found[0].is_reuse() && found[0].of_original > 0.9, "{found:?}");
        assert_eq!(relation(&attack, &original), Relation::Reuse);
        let at: jiff::Timestamp = attack.date.unwrap().parse().unwrap();
        assert_eq!((at.as_second() - original.at.unwrap().as_second()) / 3600, 11);
    }
}

#[test]
fn answers_and_forwards_of_those_who_held_it_are_no_reuse_and_forgeries_are() {
    let (x, partner) = ("eigyo@x.example", "a@partner.example");
    let original = Original::of(&mail("1@x.example", x, &[partner], "2012-02-20T17:05:00+09:00", GENUINE));
    let later = "2012-02-20T18:00:00+09:00";
    let check = |mail: &MailFacts, expect: Relation| assert_eq!(relation(mail, &original), expect);
    check(&mail("2@partner.example", partner, &[x], later, GENUINE), Relation::Answer);
    let mut onward = mail("3@partner.example", partner, &["b@other.example"], later, GENUINE);
    check(&onward, Relation::Onward);
    onward.tells.push(Tell { id: "auth-failed".into(), why: String::new(), weight: 2, text: None });
    check(&onward, Relation::Reuse);
    check(&mail("1@x.example", x, &[partner], later, GENUINE), Relation::Same);
    check(
        &mail("4@free.example", "q@free.example", &[partner], "2012-02-20T10:00:00+09:00", GENUINE),
        Relation::Earlier,
    );
}

#[test]
fn what_a_mail_only_quotes_has_its_own_original() {
    let reply = format!("承知しました。\n\n> {GENUINE}\n");
    let print = Original::of(&mail(
        "5",
        "a@partner.example",
        &["eigyo@x.example"],
        "2012-02-20T18:00:00+09:00",
        &reply,
    ))
    .print;
    assert!(print.is_empty());
}

#[test]
fn the_mailbox_that_held_all_of_them_comes_first() {
    let people = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let found = holders(&[
        people(&["eigyo@x.example", "buchou@x.example", "a@partner.example"]),
        people(&["y@y.example", "buchou@x.example"]),
        people(&["soumu@x.example", "buchou@x.example", "soumu@x.example"]),
    ]);
    assert_eq!((found[0].address.as_str(), found[0].held), ("buchou@x.example", 3));
    assert!(found[1..].iter().all(|holder| holder.held == 1));
}
