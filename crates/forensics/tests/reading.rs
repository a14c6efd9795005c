//! What is read of a mail beyond its own words: forwarded mails, flowed text, calendar parts, charsets by part.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use forensics::{Limits, Reading, read};

fn of(raw: &str) -> Reading {
    read(raw.as_bytes(), &Limits::default())
}

#[test]
fn the_sender_of_a_mail_forwarded_in_the_text_is_handed_on() {
    let reading = of(
        "From: tanto@example.jp\nSubject: FW: Invoice\n\nPlease look.\n\n-----Original Message-----\n\
         From: Bad One <bad@evil.test>\nSent: Wed, 7 Aug 2013 09:12:00 +0900\nTo: tanto@example.jp\nSubject: Invoice\n\n\
         Open https://evil.test/x\n",
    );
    let [inner] = reading.facts.forwards.as_slice() else {
        panic!("one: {:?}", reading.facts.forwards);
    };
    assert_eq!(inner.from.as_ref().map(|f| f.address.as_str()), Some("bad@evil.test"));
    assert_eq!(inner.subject.as_deref(), Some("Invoice"));
    assert_eq!(inner.text, "Open https://evil.test/x");
    assert!(
        reading.sources.iter().any(|s| s.place == "forward[0]:header:from" && s.text == "bad@evil.test"),
        "{:?}",
        reading.sources
    );
}

#[test]
fn an_html_forward_is_found_too() {
    let reading = of(
        "Subject: Fwd: x\nContent-Type: text/html; charset=utf-8\n\n<p>fyi</p><div><hr><b>From:</b> Bad One \
         &lt;bad@evil.test&gt;<br><b>Sent:</b> Wednesday, August 7, 2013 9:12 AM<br><b>To:</b> a@example.jp<br>\
         <b>Subject:</b> Invoice</div><p>Open it</p>",
    );
    let [inner] = reading.facts.forwards.as_slice() else {
        panic!("one: {:?}", reading.facts.body.text);
    };
    assert_eq!(inner.from.as_ref().map(|f| f.address.as_str()), Some("bad@evil.test"));
    assert_eq!(inner.text, "Open it");
}

#[test]
fn an_address_broken_for_the_way_is_whole_in_flowed_text() {
    let reading = of(
        "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\nSee https://a.example/long/ \npath \n\
         here.\n-- \nname\n",
    );
    assert_eq!(reading.facts.body.text, "See https://a.example/long/pathhere.\n-- \nname\n");
    let plain = of("Content-Type: text/plain\n\none \ntwo\n");
    assert_eq!(plain.facts.body.text, "one \ntwo\n");
}

#[test]
fn calendars_and_cards_beside_the_text_are_files() {
    let reading = of(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nMeet us\n--b\n\
         Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n\
         DESCRIPTION:https://evil.test/meet\nEND:VEVENT\nEND:VCALENDAR\n--b\nContent-Type: text/x-vcard\n\n\
         BEGIN:VCARD\nVERSION:3.0\nFN:A\nEND:VCARD\n--b--\n",
    );
    let kinds: Vec<&str> = reading.facts.attachments.iter().map(|a| a.kind.as_str()).collect();
    assert_eq!(kinds, ["ics", "vcf"]);
    assert_eq!(reading.payloads.len(), 2);
    assert_eq!(reading.facts.body.text.trim(), "Meet us");
}

#[test]
fn parts_in_other_charsets_than_they_say_are_told_one_by_one() {
    let mut raw = b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=iso-2022-jp\n\n"
        .to_vec();
    // 至急ご確認ください in Shift_JIS.
    raw.extend_from_slice(b"\x8e\x8a\x8b\x7d\x82\xb2\x8a\x6d\x94\x46\x82\xad\x82\xbe\x82\xb3\x82\xa2");
    raw.extend_from_slice(b"\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>x</p>\n--b--\n");
    let body = read(&raw, &Limits::default()).facts.body;
    assert_eq!(body.text.trim(), "至急ご確認ください");
    assert_eq!(body.charset_declared.as_deref(), Some("iso-2022-jp"));
    assert_eq!(body.charset_detected.as_deref(), Some("shift_jis"));
    let told: Vec<(&str, &str)> = body.parts.iter().map(|p| (p.part.as_str(), p.charset.as_str())).collect();
    assert_eq!(told, [("1.1", "shift_jis"), ("1.2", "utf-8")]);
}

#[test]
fn uuencoded_and_other_coded_files_in_the_text_are_files() {
    let reading = of("Subject: x\n\nHere:\nbegin-base64 644 a.txt\nSGVsbG8gd29ybGQ=\n====\nbye\n");
    assert_eq!(reading.facts.attachments.len(), 1, "{:?}", reading.facts.body.text);
    assert_eq!(
        (reading.facts.attachments[0].name.as_deref(), reading.facts.attachments[0].size),
        (Some("a.txt"), 11)
    );
}
