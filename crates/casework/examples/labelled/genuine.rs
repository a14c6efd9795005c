//! Conversations as desks have them every day, chosen to look like attacks: customers with free addresses who answer within
//! minutes and attach documents, archives with passwords in a mail of their own, files that cannot be opened and are sent
//! again, order forms with macros, students who ask several organisations in the same words.

use crate::cast::{company_person, free_person};
use crate::mail::{File, Mail, Person, shape};
use crate::scene::{Label, Set};
use crate::words::{CONCERN, FAMILY, ITEM, PAPER, PROJECT, fill, prose, wrap};

fn label(thread: &str, trait_of: &'static str) -> Label {
    Label { kind: "conversation", thread: Some(thread.to_owned()), trait_of, ..Label::default() }
}

pub fn conversations(set: &mut Set, count: usize) {
    for _ in 0..count {
        match set.chance.below(100) {
            0..60 => customer(set),
            60..72 => supplier(set),
            72..82 => applicant(set),
            _ => small_talk(set),
        }
    }
}

/// An enquiry with documents.
fn customer(set: &mut Set) {
    let at = set.organisation();
    let organisation = set.organisations[at].clone();
    let desk = set.chance.pick(&organisation.desks).clone();
    let staff =
        if set.chance.percent(50) { desk.clone() } else { set.chance.pick(&organisation.people).clone() };
    let free = set.chance.percent(45);
    let me = if free { free_person(&mut set.chance) } else { company_person(&mut set.chance) };
    let thread = set.thread("conversation");
    let asks = fill(
        "{item}の{concern}について質問があります。{project}で使う予定で、{item2}との違いも知りたいのですが、{paper}はいただけますでしょうか。",
        &mut set.chance,
    );
    let subject = format!("{}の{}について", set.chance.pick(ITEM), set.chance.pick(CONCERN));
    let more = prose(1, &mut set.chance);
    let text =
        set.letter(&format!("{} 御中", organisation.name), &format!("{}{more}", wrap(&asks)), &me, false);
    let start = set.moment();
    let first = Mail::new(&me, std::slice::from_ref(&desk), subject, text, start, &mut set.chance);
    let mut last = first.clone();
    set.add(first, label(&thread, "customer"));
    let turns = set.chance.between(1, 4);
    let mut sent = false;
    for turn in 0..turns {
        let wait = set.chance.between(300, 90_000);
        let said = if sent && set.chance.percent(18) {
            "お送りいただいた添付ファイルが開けませんでした。恐れ入りますが、別の形式で再送いただけますか。"
                .to_owned()
        } else {
            prose(2, &mut set.chance)
        };
        let could_not = said.contains("開けません");
        let reply = set.reply(&staff, &me, &said, &last, last.at + wait, organisation.footer);
        last = reply.clone();
        set.add(reply, label(&thread, if could_not { "could-not-open" } else { "reply" }));
        // Within minutes as often as not.
        let wait = if set.chance.percent(55) {
            set.chance.between(180, 1200)
        } else {
            set.chance.between(1200, 80_000)
        };
        let mut text = prose(2, &mut set.chance);
        let mut files: Vec<File> = Vec::new();
        let mut password = None;
        let salt = set.chance.next();
        let name = format!("{}_{}", set.chance.pick(PAPER), turn + 1);
        if could_not || set.chance.percent(45) {
            text = format!("{text}{}を添付いたします。\n", set.chance.pick(PAPER));
            files.push(match set.chance.below(100) {
                0..40 => shape::docx(&format!("{name}.docx"), salt),
                40..70 => shape::pdf(&format!("{name}.pdf"), salt),
                70..84 => shape::zip_of(&format!("{name}.zip"), &format!("{name}.pdf"), salt, false),
                _ => {
                    password = Some(format!(
                        "{}{}",
                        ["Kaizen", "denki", "Nouki"][set.chance.below(3)],
                        set.chance.between(100, 999)
                    ));
                    shape::zip_of(&format!("{name}.zip"), &format!("{name}.xlsx"), salt, true)
                }
            });
            sent = true;
        }
        let mut mail = set.reply(&me, &desk, &text, &last, last.at + wait, false);
        mail.files = files;
        last = mail.clone();
        set.add(mail, label(&thread, if could_not { "sent-again" } else { "answer" }));
        if let Some(password) = password {
            // The password in a mail of its own, a minute later, as is the custom.
            let wait = set.chance.between(20, 200);
            let mut mail = set.reply(
                &me,
                &desk,
                &format!("先ほどのファイルのパスワードは {password} です。"),
                &last,
                last.at + wait,
                false,
            );
            mail.subject =
                if set.chance.percent(50) { mail.subject } else { "パスワードのご連絡".into() };
            set.add(mail, label(&thread, "password"));
        }
        if sent && set.chance.percent(3) {
            // Once in a while a customer asks, too.
            let wait = set.chance.between(900, 9000);
            let mail = set.reply(
                &me,
                &desk,
                "圧縮したままで失礼しました。解凍ソフトはどのようなものをお使いでしょうか。",
                &last,
                last.at + wait,
                false,
            );
            last = mail.clone();
            set.add(mail, label(&thread, "customer-asks-archiver"));
        }
    }
}

/// A supplier answers an order, sometimes with a form that has macros.
fn supplier(set: &mut Set) {
    let at = set.organisation();
    let organisation = set.organisations[at].clone();
    let staff = set.chance.pick(&organisation.people).clone();
    let me = company_person(&mut set.chance);
    let thread = set.thread("conversation");
    let subject = fill("{item}の{paper}のお願い", &mut set.chance);
    let said = prose(3, &mut set.chance);
    let text = set.letter(&format!("{} 様", me.name), &said, &staff, organisation.footer);
    let start = set.moment();
    let first = Mail::new(&staff, std::slice::from_ref(&me), subject, text, start, &mut set.chance);
    set.add(first.clone(), label(&thread, "order"));
    let (said, wait, salt) = (prose(2, &mut set.chance), set.chance.between(300, 50_000), set.chance.next());
    let mut answer = set.reply(&me, &staff, &said, &first, first.at + wait, false);
    answer.files.push(if set.chance.percent(30) {
        shape::docm("order_form.docm", salt)
    } else {
        shape::pdf("見積書.pdf", salt)
    });
    set.add(answer.clone(), label(&thread, "order-form"));
    let (said, wait) = (prose(1, &mut set.chance), set.chance.between(600, 50_000));
    let thanks = set.reply(&staff, &me, &said, &answer, answer.at + wait, organisation.footer);
    set.add(thanks, label(&thread, "reply"));
}

/// An applicant sends a curriculum vitae at once.
fn applicant(set: &mut Set) {
    let at = set.organisation();
    let organisation = set.organisations[at].clone();
    let desk = organisation.desks[2].clone();
    let me = free_person(&mut set.chance);
    let thread = set.thread("conversation");
    let said = fill(
        "貴社の採用情報を拝見し、応募いたします。{item}の開発に{number}年携わり、{project}も経験しました。履歴書を添付いたします。",
        &mut set.chance,
    );
    let text = set.letter(&format!("{} 採用ご担当者様", organisation.name), &wrap(&said), &me, false);
    let (start, salt) = (set.moment(), set.chance.next());
    let mut first =
        Mail::new(&me, std::slice::from_ref(&desk), "中途採用への応募", text, start, &mut set.chance);
    first.files.push(shape::docx("履歴書.docx", salt));
    set.add(first.clone(), label(&thread, "applicant"));
    let wait = set.chance.between(3600, 200_000);
    let reply = set.reply(
        &desk,
        &me,
        "ご応募ありがとうございます。職務経歴書もお送りください。",
        &first,
        first.at + wait,
        organisation.footer,
    );
    set.add(reply.clone(), label(&thread, "reply"));
    let (wait, salt) = (set.chance.between(300, 40_000), set.chance.next());
    let mut second = set.reply(&me, &desk, "職務経歴書をお送りします。", &reply, reply.at + wait, false);
    second.files.push(shape::docx("職務経歴書.docx", salt));
    set.add(second, label(&thread, "applicant-again"));
}

/// Two companies talk.
fn small_talk(set: &mut Set) {
    let at = set.organisation();
    let organisation = set.organisations[at].clone();
    let staff = set.chance.pick(&organisation.people).clone();
    let me = company_person(&mut set.chance);
    let thread = set.thread("conversation");
    let said = prose(4, &mut set.chance);
    let text = set.letter(&format!("{} {} 様", organisation.name, staff.name), &said, &me, false);
    let subject = fill("{project}の{paper}", &mut set.chance);
    let start = set.moment();
    let mut last = Mail::new(&me, std::slice::from_ref(&staff), subject, text, start, &mut set.chance);
    set.add(last.clone(), label(&thread, "talk"));
    for turn in 0..set.chance.between(1, 4) {
        let (from, to) = if turn % 2 == 0 { (&staff, &me) } else { (&me, &staff) };
        let (said, wait) = (prose(2, &mut set.chance), set.chance.between(300, 150_000));
        let mail = set.reply(from, to, &said, &last, last.at + wait, turn % 2 == 0 && organisation.footer);
        last = mail.clone();
        set.add(mail, label(&thread, "talk"));
    }
}

/// Students and associations ask several organisations in the same words: honest, and no newsletter.
pub fn surveys(set: &mut Set, count: usize) {
    for _ in 0..count {
        let me = if set.chance.percent(35) {
            free_person(&mut set.chance)
        } else {
            let who = set.chance.below(FAMILY.len());
            Person::new(
                FAMILY[who],
                format!("s{}@univ{}.example", set.chance.between(1000, 9999), set.chance.between(1, 9)),
            )
        };
        let asks = fill(
            "卒業研究で{item}の{concern}を調べており、{project}に取り組む企業の皆様にお伺いしております。差し支えない範囲でご回答いただけますでしょうか。",
            &mut set.chance,
        );
        let start = set.moment();
        for desk in 0..set.chance.between(2, 6) {
            let at = set.organisation();
            let organisation = set.organisations[at].clone();
            let window = organisation.desks[1].clone();
            let thread = set.thread("conversation");
            let text = format!(
                "{} ご担当者様\n\n突然のメールで失礼いたします。{}と申します。\n{}\n",
                organisation.name,
                me.name,
                wrap(&asks)
            );
            let mail = Mail::new(
                &me,
                std::slice::from_ref(&window),
                "卒業研究のアンケートのお願い",
                text,
                start + desk * 400,
                &mut set.chance,
            );
            set.add(mail.clone(), label(&thread, "survey"));
            if set.chance.percent(60) {
                let wait = set.chance.between(3600, 300_000);
                let reply = set.reply(
                    &window,
                    &me,
                    "承知しました。質問票をお送りください。",
                    &mail,
                    mail.at + wait,
                    organisation.footer,
                );
                set.add(reply.clone(), label(&thread, "reply"));
                let (wait, salt) = (set.chance.between(300, 5000), set.chance.next());
                let mut sheet =
                    set.reply(&me, &window, "質問票をお送りします。", &reply, reply.at + wait, false);
                sheet.files.push(if set.chance.percent(50) {
                    shape::docx("質問票.docx", 7)
                } else {
                    shape::pdf("質問票.pdf", salt)
                });
                set.add(sheet, label(&thread, "survey-sheet"));
            }
        }
    }
    let _ = PROJECT;
}
