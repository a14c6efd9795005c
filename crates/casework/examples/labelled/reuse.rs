//! Genuine sent mail, and attack mails made from some of it.

use crate::cast::{company_person, free_person};
use crate::mail::{Mail, Person, shape};
use crate::scene::{Label, Set};
use crate::words::{CLOSINGS, PAPER, fill, prose, quote, wrap};

/// Sent mail of organisations 1 to 12: they give it, or fingerprints of it.
pub fn sent_mail(set: &mut Set, count: usize) {
    for n in 0..count {
        let at = n % 12;
        let organisation = set.organisations[at].clone();
        let from = set.chance.pick(&organisation.people).clone();
        let to = if set.chance.percent(75) {
            company_person(&mut set.chance)
        } else {
            set.chance.pick(&organisation.people).clone()
        };
        let sentences = set.chance.between(3, 8) as usize;
        let said = prose(sentences, &mut set.chance);
        let text = set.letter(&format!("{} 様", to.name), &said, &from, organisation.footer);
        let subject = fill("{project}の{paper}について", &mut set.chance);
        let start = set.moment();
        let mut mail = Mail::new(&from, std::slice::from_ref(&to), subject, text, start, &mut set.chance);
        if set.chance.percent(40) {
            mail.cc.push(set.chance.pick(&organisation.people).clone());
        }
        mail.html = set.chance.percent(20);
        set.genuine.push((at, mail.clone()));
        if set.chance.percent(25) {
            // The mailbox also has the answer's answer, which quotes it.
            let (said, wait) = (prose(2, &mut set.chance), set.chance.between(4000, 90_000));
            let again = set.reply(&from, &to, &said, &mail, mail.at + wait, organisation.footer);
            set.genuine.push((at, again));
        }
    }
    // Monthly notices: three mails that share most of their text.
    for at in 0..12 {
        let organisation = set.organisations[at].clone();
        let from = set.chance.pick(&organisation.people).clone();
        let to = company_person(&mut set.chance);
        let said = prose(4, &mut set.chance);
        for month in 0..3 {
            let text = set.letter(
                &format!("{} 様", to.name),
                &format!("{}月の定例のご案内です。\n{said}", month + 10),
                &from,
                organisation.footer,
            );
            let mail = Mail::new(
                &from,
                std::slice::from_ref(&to),
                format!("定例会のご案内（{}月）", month + 10),
                text,
                1_790_780_400 + month * 30 * 86_400,
                &mut set.chance,
            );
            set.genuine.push((at, mail));
        }
    }
}

/// Attack mails from stolen ones (S61).
pub fn stolen(set: &mut Set, count: usize) {
    let mut chosen: Vec<usize> = (0..set.genuine.len())
        .filter(|&n| {
            set.genuine[n].1.references.is_empty() && !set.genuine[n].1.subject.starts_with("定例会")
        })
        .collect();
    set.chance.shuffle(&mut chosen);
    for (number, &at) in chosen.iter().take(count).enumerate() {
        let original = set.genuine[at].1.clone();
        let campaign = format!("stolen{number:02}");
        let spoofs = set.chance.percent(25);
        let attacker = if spoofs {
            original.from.clone()
        } else {
            Person { name: original.from.name.clone(), ..free_person(&mut set.chance) }
        };
        let salt = set.chance.next();
        for copy in 0..set.chance.between(1, 6) {
            let to = set.organisation();
            let target = set.chance.pick(&set.organisations[to].people).clone();
            let lag = set.chance.between(9 * 3600, 13 * 3600) + copy * 300;
            let (text, how) = made_from(set, &original, &target);
            let mut mail = Mail::new(
                &attacker,
                std::slice::from_ref(&target),
                original.subject.clone(),
                text,
                original.at + lag,
                &mut set.chance,
            );
            if set.chance.percent(40) {
                mail.subject = format!("Re: {}", mail.subject);
            }
            let name = *set.chance.pick(PAPER);
            mail.files.push(match set.chance.below(3) {
                0 => shape::zip_of(&format!("{name}.zip"), &format!("{name}.exe"), salt, false),
                1 => shape::zip_of(&format!("{name}.zip"), &format!("{name}.scr"), salt, true),
                _ => shape::docm(&format!("{name}.docm"), salt),
            });
            mail.html = set.chance.percent(20);
            if spoofs {
                mail.headers.push((
                    "Authentication-Results".into(),
                    format!("mx.{}; spf=fail; dmarc=fail", target.address.split('@').nth(1).unwrap_or("")),
                ));
            }
            let label = Label {
                kind: "reuse",
                campaign: Some(campaign.clone()),
                reused_from: vec![original.id.clone()],
                trait_of: how,
                ..Label::default()
            };
            set.add(mail, label);
        }
    }
}

/// The text of an attack mail, made from a genuine one.
fn made_from(set: &mut Set, original: &Mail, target: &Person) -> (String, &'static str) {
    let own = original.text.as_str();
    // The letter without its salutation and without name and footer.
    let body: String = own
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("--"))
        .map(|line| format!("{line}\n"))
        .collect();
    match set.chance.below(100) {
        0..40 => (format!("{} 様\n{body}", target.name), "whole"),
        40..60 => {
            let edited = body.replace("来週", "今週").replace("明後日", "本日").replace("月末", "本日中");
            (format!("{} 様\n\n添付の差し替えをお送りします。\n{edited}", target.name), "edited")
        }
        60..78 => {
            let who = format!("{} <{}>", original.from.name, original.from.address);
            let quoted = quote(own, &who, &original.date_for_people(), &mut set.chance);
            (
                format!("{} 様\n\n下記の件、資料を更新しましたのでご確認ください。\n\n{quoted}", target.name),
                "quoted",
            )
        }
        78..90 => {
            // Half of it, among the attacker's own words.
            let lines: Vec<&str> = body.lines().filter(|line| !line.trim().is_empty()).collect();
            let half: String =
                lines.iter().take(lines.len().div_ceil(2) + 1).map(|line| format!("{line}\n")).collect();
            let more = prose(1, &mut set.chance);
            (format!("{} 様\n{half}\n{more}{}\n", target.name, set.chance.pick(CLOSINGS)), "half")
        }
        _ => (own.to_owned(), "untouched"),
    }
}

/// What honest people do with the same genuine mails: answer with a full quotation, send on, quote a sentence.
pub fn honest_use(set: &mut Set, count: usize) {
    let total = set.genuine.len();
    for _ in 0..count {
        let at = set.chance.below(total);
        let original = set.genuine[at].1.clone();
        let holder = original.to[0].clone();
        let wait = set.chance.between(1000, 200_000);
        match set.chance.below(3) {
            0 => {
                let said = prose(2, &mut set.chance);
                let mut mail =
                    set.reply(&holder, &original.from, &said, &original, original.at + wait, false);
                if set.chance.percent(50) {
                    mail.files.push(shape::docx("回答.docx", wait as u64));
                }
                set.add(mail, Label { kind: "noise", trait_of: "honest-answer", ..Label::default() });
            }
            1 => {
                let colleague = Person::new(
                    "同僚",
                    format!("colleague@{}", holder.address.split('@').nth(1).unwrap_or("x.example")),
                );
                let text = format!(
                    "共有します。\n\n-----Original Message-----\nFrom: {} <{}>\nSent: {}\nTo: {}\nSubject: {}\n\n{}",
                    original.from.name,
                    original.from.address,
                    original.date_for_people(),
                    holder.address,
                    original.subject,
                    original.text
                );
                let mail = Mail::new(
                    &holder,
                    &[colleague],
                    format!("Fwd: {}", original.subject),
                    text,
                    original.at + wait,
                    &mut set.chance,
                );
                set.add(mail, Label { kind: "noise", trait_of: "honest-forward", ..Label::default() });
            }
            _ => {
                let line: String = original.text.lines().skip(3).take(2).collect();
                let said = prose(7, &mut set.chance);
                let sender = Person::new("業界ニュース", "news@letter.example");
                let to = set.organisation();
                let target = set.organisations[to].desks[0].clone();
                let text =
                    format!("業界ニュース\n\n{said}\n読者の声：「{}」\n\n配信停止はこちら\n", wrap(&line));
                let mut mail =
                    Mail::new(&sender, &[target], "業界ニュース", text, original.at + wait, &mut set.chance);
                mail.headers.push(("List-Unsubscribe".into(), "<mailto:off@letter.example>".into()));
                set.add(mail, Label { kind: "noise", trait_of: "newsletter-quotes", ..Label::default() });
            }
        }
    }
}
