//! Rapport threads: the numbers of J-CSIP's annual report for FY2013, and what must not be taken for one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the report")]

use casework::thread::{Came, Findings, Letter, Own, Sign, Standing, StepKind, threads};
use lexicon::facts::{Attachment, Header, InlineMail, MailFacts, Mailbox, Property};
use proptest::prelude::*;

const ENQUIRY: &str = "突然のご連絡失礼いたします。貴社の計測装置について研究で利用を検討しております。\
                       仕様と価格について教えていただけますでしょうか。お問い合わせの窓口はこちらでよろしいでしょうか。";

fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: String::new(), address: address.into() }
}

/// A mail under construction: number, sender, recipient, minutes after 9:00 on 7 August 2013 in Japan.
#[derive(Debug, Clone)]
struct Mail(MailFacts);

fn mail(id: &str, from: &str, to: &str, minute: i64) -> Mail {
    let at: jiff::Timestamp = "2013-08-07T00:00:00Z".parse().unwrap();
    let at = at + jiff::SignedDuration::from_mins(minute);
    Mail(MailFacts {
        message_id: Some(format!("{id}@{}", from.split('@').nth(1).unwrap())),
        date: Some(at.to_string()),
        from: Some(mailbox(from)),
        to: vec![mailbox(to)],
        ..MailFacts::default()
    })
}

impl Mail {
    fn subject(mut self, subject: &str) -> Self {
        self.0.subject = Some(subject.into());
        self
    }
    fn text(mut self, text: &str) -> Self {
        self.0.body.text = text.into();
        self
    }
    fn answers(mut self, before: &[&Mail]) -> Self {
        self.0.references = before.iter().filter_map(|mail| mail.0.message_id.clone()).collect();
        self
    }
    fn file(mut self, name: &str, kind: &str, locked: bool) -> Self {
        self.0.attachments.push(Attachment {
            name: Some(name.into()),
            kind: kind.into(),
            size: 40_000,
            sha256: format!("{:0>64}", self.0.message_id.clone().unwrap_or_default().len() * 7 + name.len()),
            encrypted: locked.then_some(true),
            ..Attachment::default()
        });
        self
    }
}

fn find(mails: &[Mail]) -> Findings {
    find_with(mails, &Own::default())
}

fn find_with(mails: &[Mail], own: &Own) -> Findings {
    let letters: Vec<Letter> = mails.iter().flat_map(|mail| Letter::all_of(&mail.0)).collect();
    threads(&letters, own)
}

/// 表1: nine mails. The report gives 13 minutes from #4-6 to #4-7, 51 from #4-8 to #4-9, and 11 to 15 minutes from an
/// answer to the file; the other intervals are invented.
fn table() -> Vec<Mail> {
    let (lab, desk) = ("kenkyu.sato@freemail.example", "info@member.example");
    let subject = "製品に関するお問い合わせ";
    let one = mail("4-1", lab, desk, 0).subject(subject).text(ENQUIRY);
    let two = mail("4-2", desk, lab, 95)
        .subject(&format!("Re: {subject}"))
        .text("お問い合わせありがとうございます。詳しい内容をお聞かせください。")
        .answers(&[&one]);
    let three = mail("4-3", lab, desk, 106)
        .subject(&format!("Re: {subject}"))
        .text("本研究室の資料をお送りします。ご確認ください。")
        .file("本研究室の資料.doc", "doc", false)
        .answers(&[&one, &two]);
    let four = mail("4-4", desk, lab, 180)
        .subject(&format!("Re: {subject}"))
        .text("お送りいただいた文書ファイルの内容が確認できませんでした。")
        .answers(&[&one, &two, &three]);
    let five = mail("4-5", lab, desk, 195)
        .subject(&format!("Re: {subject}"))
        .text("本研究室の資料を再送付いたします。パスワード：kenkyu2013")
        .file("本研究室の資料.rar", "rar", true)
        .answers(&[&one, &two, &three, &four]);
    let six = mail("4-6", desk, lab, 240)
        .subject(&format!("Re: {subject}"))
        .text("送付いただいたファイルの内容が確認できませんでした。")
        .answers(&[&one, &two, &three, &four, &five]);
    let seven = mail("4-7", lab, desk, 253)
        .subject(&format!("Re: {subject}"))
        .text("お手数をおかけします。解凍ソフトは何を使用していらっしゃいますか。")
        .answers(&[&one, &two, &three, &four, &five, &six]);
    let eight = mail("4-8", desk, lab, 300)
        .subject(&format!("Re: {subject}"))
        .text("「Lhaplus」という解凍ソフトを使用しました。")
        .answers(&[&one, &two, &three, &four, &five, &six, &seven]);
    let nine = mail("4-9", lab, desk, 351)
        .subject(&format!("Re: {subject}"))
        .text("再度、本研究室の資料を送付いたします。パスワード：kenkyu2013")
        .file("本研究室の資料2.rar", "rar", true)
        .answers(&[&one, &two, &three, &four, &five, &six, &seven, &eight]);
    vec![one, two, three, four, five, six, seven, eight, nine]
}

#[test]
fn the_table_of_the_report_comes_out_with_its_kinds_and_intervals() {
    let found = find(&table());
    assert_eq!(found.threads.len(), 1);
    let thread = &found.threads[0];
    let kinds: Vec<&str> = thread.steps.iter().map(|step| step.kind.word()).collect();
    assert_eq!(kinds, ["recon", "reply", "attack", "reply", "attack", "reply", "recon", "reply", "attack"]);
    assert_eq!(
        [StepKind::Recon, StepKind::Reply, StepKind::Attack].map(|kind| thread.count(kind)),
        [2, 4, 3]
    );
    assert_eq!(thread.standing, Standing::Rapport);
    // #4-6 → #4-7 and #4-8 → #4-9
    assert_eq!(thread.steps[6].after, Some(13 * 60));
    assert_eq!(thread.steps[8].after, Some(51 * 60));
    // The file came 11 to 15 minutes after the answer.
    assert_eq!(thread.latencies()[..2], [11 * 60, 15 * 60]);
    assert!(
        thread.evidence.iter().any(|e| e.sign == Sign::ArchiverAsked && e.step == Some(6)),
        "{:?}",
        thread.evidence
    );
    assert!(thread.evidence.iter().any(|e| e.sign == Sign::Quick && e.step == Some(2)));
    assert!(thread.evidence.iter().any(|e| e.sign == Sign::SentAgain && e.step == Some(4)));
    assert_eq!((thread.desk.as_str(), thread.window.as_str()), ("member.example", "info@member.example"));
    assert_eq!(thread.outside, "kenkyu.sato@freemail.example");
}

#[test]
fn no_single_mail_is_an_attack_and_neither_is_an_enquiry_that_was_answered() {
    for mail in table() {
        let found = find(std::slice::from_ref(&mail));
        assert!(found.threads.iter().all(|thread| thread.standing == Standing::Conversation), "{mail:?}");
    }
    assert_eq!(find(&table()[..2]).threads[0].standing, Standing::Conversation);
}

#[test]
fn threads_are_the_same_in_any_order() {
    let mails = table();
    let expect = find(&mails).threads[0].id.clone();
    let mut turned = mails;
    turned.reverse();
    let found = find(&turned);
    assert_eq!((found.threads.len(), &found.threads[0].id), (1, &expect));
}

#[test]
fn a_thread_is_found_with_some_of_its_mails_only() {
    // The desk kept the first and the last ones; what is between is known by references alone.
    let all = table();
    let found = find(&[all[0].clone(), all[4].clone(), all[8].clone()]);
    let thread = &found.threads[0];
    assert_eq!((found.threads.len(), thread.steps.len(), thread.unseen), (1, 3, 6));
    assert_eq!(thread.standing, Standing::Rapport);
    assert!(thread.steps[1].answers_unseen);
}

#[test]
fn a_thread_is_found_without_references_by_subject_or_by_quotation() {
    let mut mails = table();
    for mail in &mut mails {
        mail.0.references.clear();
    }
    assert_eq!(find(&mails).threads.len(), 1);
    // The subject was changed, too, but the answer quotes.
    let quoting: String = ENQUIRY.split('。').map(|line| format!("> {line}。\n")).collect();
    let mut answer = mails[1].clone().subject("Re: ご連絡");
    answer.0.body.text =
        format!("ありがとうございます。\n\n2013年8月7日 9:00 <kenkyu.sato@freemail.example>:\n{quoting}");
    let found = find(&[mails[0].clone(), answer]);
    assert_eq!((found.threads.len(), found.threads[0].steps.len()), (1, 2));
}

#[test]
fn forwards_count_as_the_mails_inside_of_them_and_each_mail_once() {
    let all = table();
    let inline = |of: &Mail| InlineMail {
        from: of.0.from.clone(),
        to: of.0.to.clone(),
        time: Some(of.0.date.clone().unwrap()),
        subject: of.0.subject.clone(),
        text: format!("{}\n", of.0.body.text),
        ..InlineMail::default()
    };
    // The desk's colleague forwards the enquiry as text and the first attack as an attachment.
    let mut text = mail("f-1", "info@member.example", "csirt@member.example", 500)
        .subject("Fwd: 製品に関するお問い合わせ")
        .text("転送します。");
    text.0.forwards = vec![inline(&all[0])];
    let mut attached = mail("f-2", "info@member.example", "csirt@member.example", 501)
        .subject("FW: 製品に関するお問い合わせ")
        .text("不審です。");
    let property = |name: &str, value: String| Property { name: name.into(), value };
    let three = &all[2].0;
    attached.0.attachments.push(Attachment {
        kind: "eml".into(),
        properties: vec![
            property("mail.from", format!("佐藤 <{}>", three.from.clone().unwrap().address)),
            property("mail.to", three.to[0].address.clone()),
            property("mail.date", three.date.clone().unwrap()),
            property("mail.message-id", three.message_id.clone().unwrap()),
            property("mail.subject", three.subject.clone().unwrap()),
            property("mail.references", three.references.join(" ")),
        ],
        text: three.body.text.clone(),
        children: three.attachments.clone(),
        ..Attachment::default()
    });
    let found = find(&[text.clone(), attached.clone(), all[1].clone(), all[4].clone()]);
    let thread = &found.threads[0];
    assert_eq!(found.threads.len(), 1);
    let kinds: Vec<&str> = thread.steps.iter().map(|step| step.kind.word()).collect();
    assert_eq!(kinds, ["recon", "reply", "attack", "attack"]);
    // Given by itself as well, it is still one mail.
    let found = find(&[text, attached, all[0].clone(), all[1].clone(), all[2].clone()]);
    let thread = &found.threads[0];
    assert_eq!(thread.steps.iter().map(|step| step.copies.len()).collect::<Vec<_>>(), [2, 1, 2]);
    let letters = Letter::all_of(&all[0].0);
    assert_eq!(letters[0].came, Came::Itself);
}

#[test]
fn a_genuine_customer_with_a_document_within_minutes_is_no_attack() {
    let (customer, desk) = ("tanaka@freemail.example", "info@member.example");
    let one =
        mail("1", customer, desk, 0).subject("見積のお願い").text("装置の見積をお願いできますでしょうか。");
    let two = mail("2", desk, customer, 20)
        .subject("Re: 見積のお願い")
        .text("図面をお送りいただけますか。")
        .answers(&[&one]);
    let three = mail("3", customer, desk, 25)
        .subject("Re: 見積のお願い")
        .text("図面をお送りします。")
        .file("図面.docx", "docx", false)
        .answers(&[&one, &two]);
    let four = mail("4", desk, customer, 40)
        .subject("Re: 見積のお願い")
        .text("添付ファイルが開けませんでした。")
        .answers(&[&one, &two, &three]);
    let five = mail("5", customer, desk, 50)
        .subject("Re: 見積のお願い")
        .text("失礼しました。PDF でお送りします。")
        .file("図面.pdf", "pdf", false)
        .answers(&[&one, &two, &three, &four]);
    let found = find(&[one, two, three, four, five]);
    assert_eq!(found.threads[0].standing, Standing::Conversation);
    assert!(found.operations.is_empty());
}

/// The enquiry of one operator at an organisation.
fn enquiry(number: usize, minute: i64, from: &str) -> Mail {
    mail(&format!("q{number}-{minute}"), from, &format!("desk{number}@org{number}.example"), minute)
        .subject("窓口の確認")
        .text(ENQUIRY)
}

#[test]
fn three_windows_within_four_minutes_are_one_move_and_five_organisations_in_two_weeks_one_wave() {
    let from = "lab.yamada@freemail.example";
    let day = 24 * 60;
    let mut mails = vec![
        enquiry(1, 0, from),
        enquiry(2, 2, from),
        enquiry(3, 4, from),
        enquiry(4, 6 * day, from),
        enquiry(5, 13 * day, from),
    ];
    // The third one answers, and gets a program.
    let answer = mail("a", "desk3@org3.example", from, 60)
        .subject("Re: 窓口の確認")
        .text("はい、こちらで承ります。")
        .answers(&[&mails[2]]);
    mails.push(
        mail("b", from, "desk3@org3.example", 72)
            .subject("Re: 窓口の確認")
            .text("資料です。")
            .file("資料.zip", "lnk", false)
            .answers(&[&mails[2], &answer]),
    );
    mails.push(answer);
    let found = find(&mails);
    assert_eq!(found.operations.len(), 1);
    let operation = &found.operations[0];
    assert_eq!(operation.windows, (3, 4 * 60));
    assert_eq!((operation.fortnight, operation.desks.len()), (5, 5));
    assert_eq!(operation.standing, Standing::Rapport);
    // Warning ahead: four desks have his enquiry before them and have not answered.
    let waiting: Vec<&str> = operation.waiting(&found.threads).map(|thread| thread.desk.as_str()).collect();
    assert_eq!(waiting, ["org1.example", "org2.example", "org4.example", "org5.example"]);
    let attacked: Vec<_> =
        found.threads.iter().filter(|t| t.standing == Standing::Rapport).map(|t| t.desk.as_str()).collect();
    assert_eq!(attacked, ["org3.example"]);
}

#[test]
fn an_address_that_read_the_desks_answer_before_it_attacked_is_the_operators_wherever_it_asks() {
    // No free mail: the address is one of an organisation.
    let lab = "kenkyu.sato@institute.example";
    let mut mails = table();
    for mail in &mut mails {
        let of = |mailbox: &mut Mailbox| {
            if mailbox.address == "kenkyu.sato@freemail.example" {
                mailbox.address = lab.to_owned();
            }
        };
        mail.0.from.iter_mut().chain(&mut mail.0.to).for_each(of);
    }
    let standing = |mails: &[Mail], desk: &str| {
        let found = find(mails);
        found.threads.iter().find(|thread| thread.desk == desk).map(|thread| (thread.standing, thread.waits))
    };
    mails.push(enquiry(2, 600, lab));
    assert_eq!(standing(&mails, "member.example"), Some((Standing::Rapport, false)));
    assert_eq!(standing(&mails, "org2.example"), Some((Standing::Forming, true)));
    // Somebody else of that organisation is not him.
    mails.push(enquiry(5, 620, "suzuki@institute.example"));
    assert_eq!(standing(&mails, "org5.example").map(|(standing, _)| standing), Some(Standing::Conversation));
    // Nor is he where only a file came in the name of the address, and nobody saw him ask.
    let forged: Vec<Mail> =
        mails.iter().filter(|mail| !mail.0.attachments.is_empty()).chain(&mails[9..]).cloned().collect();
    assert_eq!(standing(&forged, "org2.example").map(|(standing, _)| standing), Some(Standing::Conversation));
}

#[test]
fn enquiries_in_the_same_words_from_changing_addresses_are_one_operators() {
    let found = find(&[enquiry(1, 0, "a.sato@freemail.example"), enquiry(2, 3, "b.kato@freemail.example")]);
    assert_eq!(found.operations.len(), 1);
    assert_eq!(found.operations[0].standing, Standing::Forming);
    assert_eq!(found.threads.iter().filter(|thread| thread.waits).count(), 2);
}

#[test]
fn a_newsletter_to_many_is_no_operation() {
    let mut mails: Vec<Mail> = (1..30).map(|n| enquiry(n, n as i64, "news@letter.example")).collect();
    for mail in &mut mails {
        mail.0
            .headers
            .push(Header { name: "List-Unsubscribe".into(), value: "<mailto:off@letter.example>".into() });
    }
    assert!(find(&mails).operations.is_empty());
}

#[test]
fn who_comes_back_after_months_is_told_as_a_revisit() {
    let from = "lab.yamada@freemail.example";
    let mut mails = table();
    let months = 90 * 24 * 60;
    mails.push(
        mail("r1", "kenkyu.sato@freemail.example", "info@member.example", months)
            .subject("追加のご質問")
            .text(ENQUIRY),
    );
    let found = find(&mails);
    assert_eq!(found.operations.len(), 1);
    let revisit = &found.operations[0].revisits[0];
    assert_eq!((revisit.desk.as_str(), revisit.days()), ("member.example", 89));
    assert!(found.threads.iter().any(|thread| thread.waits));
    // Somebody else's question is none.
    mails.push(
        mail("r2", from, "info@member.example", months)
            .subject("別件")
            .text("カタログの送付先を変更したいのですが、手続きを教えてください。"),
    );
    assert_eq!(find(&mails).operations[0].revisits.len(), 1);
}

#[test]
fn the_desk_is_known_by_its_domains_even_where_it_writes_first() {
    let one = mail("1", "buyer@member.example", "sales@shop.example", 0)
        .subject("発注")
        .text("発注書をお送りします。");
    let two = mail("2", "sales@shop.example", "buyer@member.example", 10)
        .subject("Re: 発注")
        .text("承知しました。")
        .answers(&[&one]);
    let found = find_with(&[one, two], &Own::new(["member.example"]));
    assert_eq!(
        (found.threads[0].desk.as_str(), found.threads[0].outside.as_str()),
        ("member.example", "sales@shop.example")
    );
}

#[test]
fn a_mail_that_refers_to_and_quotes_everything_joins_only_its_own_conversation() {
    let mut mails: Vec<Mail> = (0..300)
        .map(|n| {
            mail(&format!("m{n}"), &format!("p{n}@freemail.example"), &format!("d@o{n}.example"), n)
                .subject(&format!("件{n}"))
                .text(&format!("{n}番目の話題について、{}", "ご相談".repeat(n as usize % 7 + 1)))
        })
        .collect();
    let everything: String = mails.iter().map(|mail| format!("> {}\n", mail.0.body.text)).collect();
    let all: Vec<&Mail> = mails.iter().collect();
    let greedy = mail("greedy", "p5@freemail.example", "d@o5.example", 1000)
        .subject("Re: 件5")
        .text(&everything)
        .answers(&all);
    mails.push(greedy);
    let found = find(&mails);
    assert_eq!(found.threads.iter().map(|thread| thread.steps.len()).max(), Some(2));
    assert_eq!(found.threads.len(), 300);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Which mails are one conversation does not hang on the order in which they came.
    #[test]
    fn any_order_gives_the_same_threads(seed in any::<u64>()) {
        let mut mails = table();
        mails.extend([enquiry(1, 0, "a.sato@freemail.example"), enquiry(2, 3, "b.kato@freemail.example"), enquiry(3, 5, "c@freemail.example")]);
        let ids = |mails: &[Mail]| {
            let found = find(mails);
            let threads: Vec<_> = found.threads.iter().map(|t| (t.id.clone(), t.standing, t.steps.iter().map(|s| s.kind).collect::<Vec<_>>())).collect();
            (threads, found.operations.iter().map(|o| (o.desks.clone(), o.windows, o.standing)).collect::<Vec<_>>())
        };
        let expect = ids(&mails);
        let mut state = seed | 1;
        for at in (1..mails.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            mails.swap(at, (state >> 33) as usize % (at + 1));
        }
        prop_assert_eq!(ids(&mails), expect);
    }
}
