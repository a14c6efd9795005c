//! Forwarded mails as mail programs write them, and what must not be taken for one.

use super::*;

/// Name and address of the sender, subject, time and text of each.
fn check(text: &str, subject: &str, expect: &[(&str, &str, &str, &str, &str)]) {
    let found = find(text, Some(subject));
    let got: Vec<_> = found
        .iter()
        .map(|m| {
            let from = m.from.as_ref().expect("a sender");
            (
                from.name.as_str(),
                from.address.as_str(),
                m.subject.as_deref().unwrap_or(""),
                m.time.as_deref().unwrap_or(""),
                m.text.as_str(),
            )
        })
        .collect();
    assert_eq!(got, expect, "{text:?}");
}

#[test]
fn outlook_forwards_are_found_in_both_languages() {
    check(
        "ご確認ください。\n\n________________________________\n差出人: 山田 花子 <hanako@example.com>\n送信日時: 2013年8月7日 9:12\n\
         宛先: soudan@example.jp\n件名: 至急のご確認\n\n開いてください",
        "FW: 至急のご確認",
        &[("山田 花子", "hanako@example.com", "至急のご確認", "2013-08-07T09:12:00", "開いてください")],
    );
    check(
        "fyi\n\nFrom: Doe, Jane [mailto:jane@example.com]\nSent: Wednesday, August 7, 2013 9:12 PM\nTo: a@example.org; b@example.org\n\
         Subject: Invoice\n\nPay\n",
        "Fwd: Invoice",
        &[("Doe, Jane", "jane@example.com", "Invoice", "2013-08-07T21:12:00", "Pay")],
    );
    check(
        "-----Original Message-----\nFrom: jane@example.com\nSent: Wed, 7 Aug 2013 09:12:00 +0900\nSubject: Hi\n\nText",
        "Hi",
        &[("", "jane@example.com", "Hi", "2013-08-07T09:12:00+09:00", "Text")],
    );
}

#[test]
fn gmail_thunderbird_apple_and_becky_forwards_are_found() {
    check(
        "---------- Forwarded message ---------\nFrom: *Jane* <jane@example.com>\nDate: Wed, Aug 7, 2013 at 9:12 AM\n\
         Subject: Hi\nTo: <a@example.org>\n\n\nText",
        "Fwd: Hi",
        &[("Jane", "jane@example.com", "Hi", "2013-08-07T09:12:00", "Text")],
    );
    check(
        "---------- 転送メッセージ ----------\nFrom: 山田 <y@example.com>\n日付: 2013年8月7日(水) 9:12\n件名: 件\nTo: a@example.jp\n\n文",
        "Fwd: 件",
        &[("山田", "y@example.com", "件", "2013-08-07T09:12:00", "文")],
    );
    check(
        "-------- Forwarded Message --------\nSubject: \tHi\nDate: \tWed, 7 Aug 2013 09:12:00 +0900\nFrom: \tJane <jane@example.com>\n\
         To: \ta@example.org\n\nText",
        "Fwd: Hi",
        &[("Jane", "jane@example.com", "Hi", "2013-08-07T09:12:00+09:00", "Text")],
    );
    check(
        "Begin forwarded message:\n\n> From: Jane <jane@example.com>\n> Subject: Hi\n> Date: August 7, 2013 at 9:12:00 AM GMT+9\n> \n> Text\n> more\n",
        "Fwd: Hi",
        &[("Jane", "jane@example.com", "Hi", "2013-08-07T09:12:00+09:00", "Text\nmore")],
    );
    check(
        "--------------------- Original Message ---------------------\n From:    Jane <jane@example.com>\n To:      a@example.org\n\
         \x20Date:    Wed, 07 Aug 2013 09:12:00 +0900\n Subject: Hi\n----\n\nText",
        "Fw: Hi",
        &[("Jane", "jane@example.com", "Hi", "2013-08-07T09:12:00+09:00", "----\n\nText")],
    );
    check(
        "----- 転送されたメッセージ -----\n差出人： 山田 <y@example.com>\n宛先： a@example.jp\n日時： 2013/08/07 21:12\n件名： 件\n\n文",
        "Fw: 件",
        &[("山田", "y@example.com", "件", "2013-08-07T21:12:00", "文")],
    );
}

#[test]
fn forwards_inside_forwards_each_have_their_text() {
    check(
        "a\n----- Forwarded by X -----\nFrom: b@example.com\nSubject: 1\n\nb\n\n-----Original Message-----\nFrom: c@example.com\nSubject: 2\n\nc",
        "Fw: 1",
        &[("", "b@example.com", "1", "", "b"), ("", "c@example.com", "2", "", "c")],
    );
}

#[test]
fn quotes_replies_and_texts_about_mails_are_no_forwards() {
    check(
        "On Wed, 7 Aug 2013, Jane wrote:\n> text\n> From: x@example.com\n> Date: 2013-08-07\n> Subject: y\n",
        "Hi",
        &[],
    );
    check(
        "ok\n\nFrom: jane@example.com\nSent: 7 Aug 2013 9:12\nTo: a@example.org\nSubject: Hi\n\nText",
        "Re: Hi",
        &[],
    );
    check("From: our office\nTo: you\n\nDear all", "Hi", &[]);
    check("-----Original Message-----\nno header lines", "Hi", &[]);
    check("----- 転送 -----\n\n\n\n\n\nFrom: far@example.com\nSubject: x", "Hi", &[]);
    check("Message: 1\nFrom: a@example.com\nsays so", "Hi", &[]);
    check("> ---------- Forwarded message ----------\n> From: a@example.com\n> Subject: b\n", "Re: x", &[]);
}

#[test]
fn many_openings_end_at_the_bound() {
    let text = "-----Original Message-----\nFrom: a@example.com\nSubject: b\n\n".repeat(100);
    assert_eq!(find(&text, None).len(), FORWARDS);
}
