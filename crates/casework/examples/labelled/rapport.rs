//! Operators who write to desks: enquiry, answer, attack.

use crate::cast::free_person;
use crate::mail::{File, Mail, Person, shape};
use crate::scene::{Label, Set};
use crate::words::{CONCERN, ITEM, PROJECT, fill, wrap};

const PRETEXTS: &[(&str, &str)] = &[
    (
        "製品に関するお問い合わせ",
        "大学の研究室で{item}を用いた実験を計画しており、貴社の製品の{concern}について教えていただきたく連絡いたしました。{item2}との組み合わせで{project}に使えるかどうかも伺えますでしょうか。",
    ),
    (
        "窓口の確認",
        "{project}の件でご相談したいことがあり、こちらの窓口でよろしいかを確認させてください。内容は{item}の{concern}に関するものです。担当の方をお教えいただけますでしょうか。",
    ),
    (
        "取材のお願い",
        "{project}を扱う記事のため、貴社の{item}についてお話を伺いたく存じます。特に{concern}をめぐる取り組みに関心があります。取材の申込みはどちらにお送りすればよろしいでしょうか。",
    ),
    (
        "製品の不具合について",
        "先月購入した{item}で{concern}が起きております。{item2}をつないだ状態でのみ起こるようです。写真と記録がありますので、送付先をお知らせいただけますか。",
    ),
    (
        "講演のご依頼",
        "{project}をテーマとする研究会を企画しており、{item}に詳しい方に講演をお願いできないかと考えております。{concern}についても触れていただければ幸いです。ご担当の窓口を教えてください。",
    ),
    (
        "採用についての質問",
        "{item}の開発に携わった経験があり、中途採用に応募したいと考えております。{project}のような仕事に{concern}の知識がどの程度求められるのか、お聞かせいただけますか。",
    ),
];

const HANDS_OVER: &[&str] = &[
    "資料をお送りします。ご確認をお願いいたします。",
    "ご回答ありがとうございます。質問の詳細を添付にまとめました。",
    "記録と写真を圧縮してお送りします。",
    "履歴と研究内容の資料を送付いたします。",
];
const ANSWERS: &[&str] = &[
    "お問い合わせありがとうございます。こちらの窓口で承りますので、詳しい内容をお知らせください。",
    "ご連絡ありがとうございます。担当は当部署です。関係する資料がございましたらお送りください。",
    "お問い合わせいただいた件、担当者に確認いたします。詳細をお送りいただけますでしょうか。",
];
const COULD_NOT: &[&str] = &[
    "お送りいただいたファイルの内容が確認できませんでした。お手数ですが再度お送りください。",
    "添付ファイルを開くことができませんでした。別の形式でお送りいただけますでしょうか。",
    "圧縮ファイルが解凍できませんでした。",
];
const ASKS: &[&str] = &[
    "申し訳ありません。解凍ソフトは何を使用していらっしゃいますか。",
    "ご不便をおかけします。お使いの圧縮・解凍ソフトを教えていただけますでしょうか。",
];
const USED: &[&str] =
    &["「Lhaplus」という解凍ソフトを使用しました。", "7-Zip を使っています。", "Explzh を使用しております。"];

pub fn operators(set: &mut Set, count: usize) {
    for number in 0..count {
        operator(set, number);
    }
}

fn operator(set: &mut Set, number: usize) {
    let (subject, pretext) = *set.chance.pick(PRETEXTS);
    let enquiry = fill(pretext, &mut set.chance);
    let detail = fill(
        "あわせて{project}の{concern}についても参考にさせていただきたいと考えております。",
        &mut set.chance,
    );
    let one = free_person(&mut set.chance);
    let desks = match number % 6 {
        0 => 1,
        1 => 5,
        n => n,
    };
    // Three windows within four minutes, or one after the other within two weeks.
    let together = set.chance.percent(50);
    let start = set.moment();
    let campaign = format!("operator{number:02}");
    let changes_address = set.chance.percent(25);
    let kind = set.chance.below(6);
    let salt = set.chance.next();
    let origin = format!("203.0.113.{}", set.chance.between(1, 250));
    let mut attacked_somewhere = false;
    let mut recon_only: Vec<String> = Vec::new();
    let mut used = Vec::new();
    for desk in 0..desks {
        let mut at = set.organisation();
        while used.contains(&at) {
            at = set.organisation();
        }
        used.push(at);
        let organisation = set.organisations[at].clone();
        let window = set.chance.pick(&organisation.desks).clone();
        let me = if changes_address && desk > 0 { free_person(&mut set.chance) } else { one.clone() };
        let begin = if together {
            start + desk as i64 * set.chance.between(20, 90)
        } else {
            start + desk as i64 * set.chance.between(1, 3) * 86_400
        };
        let text = format!(
            "{}\nご担当者様\n\n突然のご連絡失礼いたします。{}と申します。\n{}{}\n\n{}\n",
            organisation.name,
            me.name,
            wrap(&enquiry),
            detail,
            me.name
        );
        let mut recon = Mail::new(&me, std::slice::from_ref(&window), subject, text, begin, &mut set.chance);
        recon.origin = origin.clone();
        // The last desk always answers where nobody did before: an operator of the set attacks somewhere.
        let answers = set.chance.percent(70) || (desk + 1 == desks && !attacked_somewhere);
        let staff = set.chance.pick(&organisation.people).clone();
        let responder = if set.chance.percent(50) { window.clone() } else { staff.clone() };
        if !answers {
            let thread = set.thread("forming");
            recon_only.push(thread.clone());
            give(set, &recon, "recon", &thread, &campaign, &staff, "recon-only");
            continue;
        }
        attacked_somewhere = true;
        let thread = set.thread("rapport");
        let mut steps: Vec<(Mail, &'static str, &'static str)> = vec![(recon.clone(), "recon", "")];
        let wait = set.chance.between(20 * 60, 30 * 3600);
        let said = *set.chance.pick(ANSWERS);
        let mut last = set.reply(&responder, &me, said, &recon, begin + wait, organisation.footer);
        steps.push((last.clone(), "reply", ""));
        let quick = if set.chance.percent(80) {
            set.chance.between(8 * 60, 18 * 60)
        } else {
            set.chance.between(3600, 40_000)
        };
        let mut attack = attack_mail(set, &me, &window, &last, last.at + quick, kind, salt, &origin);
        last = attack.clone();
        steps.push((attack, "attack", "first"));
        let more = set.chance.below(100);
        if more < 45 {
            let (said, wait) = (*set.chance.pick(COULD_NOT), set.chance.between(900, 20_000));
            let cannot = set.reply(&responder, &me, said, &last, last.at + wait, organisation.footer);
            last = cannot.clone();
            steps.push((cannot, "reply", "could-not-open"));
            if more < 20 {
                let (asks, wait) = (*set.chance.pick(ASKS), set.chance.between(600, 1500));
                let mut question = set.reply(&me, &window, asks, &last, last.at + wait, false);
                question.origin = origin.clone();
                last = question.clone();
                steps.push((question, "recon", "archiver"));
                let (used, wait) = (*set.chance.pick(USED), set.chance.between(900, 9000));
                let answer = set.reply(&responder, &me, used, &last, last.at + wait, organisation.footer);
                last = answer.clone();
                steps.push((answer, "reply", ""));
            }
            let wait = set.chance.between(700, 4000);
            attack = attack_mail(set, &me, &window, &last, last.at + wait, kind + 1, salt ^ 1, &origin);
            steps.push((attack, "attack", "again"));
        }
        hand_in(set, steps, &thread, &campaign, &staff);
    }
    // An enquiry whose operator attacks nowhere and asks nobody else cannot be told from a customer's.
    if !attacked_somewhere && desks < 2 {
        for (id, standing) in &mut set.threads {
            if recon_only.contains(id) {
                *standing = "conversation";
            }
        }
    }
}

/// What the member hands in: not always everything, and some of it as a forward.
fn hand_in(
    set: &mut Set,
    steps: Vec<(Mail, &'static str, &'static str)>,
    thread: &str,
    campaign: &str,
    staff: &Person,
) {
    let careless = set.chance.percent(30);
    let attacks = steps.iter().filter(|step| step.1 == "attack").count();
    let mut left = attacks;
    let mut kept: Vec<(Mail, &'static str, &'static str)> = Vec::new();
    for step in steps {
        let drop = careless
            && match step.1 {
                "reply" => set.chance.percent(45),
                "recon" => set.chance.percent(25),
                _ => left > 1 && set.chance.percent(25),
            };
        if drop {
            left -= usize::from(step.1 == "attack");
        } else {
            kept.push(step);
        }
    }
    if kept.len() < 2 {
        // One mail alone cannot be judged: it is in the set, but in no thread.
        for (id, standing) in &mut set.threads {
            if id == thread {
                *standing = "alone";
            }
        }
    }
    for (mail, step, what) in kept {
        give(set, &mail, step, thread, campaign, staff, what);
    }
}

fn give(
    set: &mut Set,
    mail: &Mail,
    step: &'static str,
    thread: &str,
    campaign: &str,
    staff: &Person,
    what: &'static str,
) {
    let mut label = Label {
        kind: "rapport",
        campaign: Some(campaign.to_owned()),
        thread: Some(thread.to_owned()),
        step: Some(step),
        trait_of: what,
        ..Label::default()
    };
    if set.chance.percent(12) {
        let (carrier, how) = set.carried(mail, staff);
        label.trait_of = how;
        let raw = carrier.write(&mut set.chance);
        set.items.push(crate::scene::Item { mail: mail.clone(), label, raw: Some(raw) });
    } else {
        set.add(mail.clone(), label);
    }
}

#[allow(clippy::too_many_arguments, reason = "a scene has many parts")]
fn attack_mail(
    set: &mut Set,
    me: &Person,
    window: &Person,
    before: &Mail,
    at: i64,
    kind: usize,
    salt: u64,
    origin: &str,
) -> Mail {
    let mut text = (*set.chance.pick(HANDS_OVER)).to_owned();
    let what = format!("{}{}の資料", set.chance.pick(ITEM), set.chance.pick(CONCERN));
    let file: File = match kind % 6 {
        0 => shape::zip_of(&format!("{what}.zip"), &format!("{what}.exe"), salt, false),
        1 => shape::zip_of(&format!("{what}.zip"), &format!("{what}.exe"), salt, true),
        2 => shape::rar_locked(&format!("{what}.rar"), "siryou.doc", salt),
        3 => shape::docm(&format!("{what}.docm"), salt),
        4 => shape::zip_of(&format!("{what}.zip"), &format!("{what}.doc"), salt, true),
        // As #4-3: a document whose exploit nobody sees from outside.
        _ => shape::docx(&format!("{what}.docx"), salt),
    };
    if matches!(kind % 6, 1 | 2 | 4) {
        text.push_str(&format!("\nパスワード：{}{}", chance_word(set), set.chance.between(10, 99)));
    }
    let _ = PROJECT;
    let mut mail = set.reply(me, window, &text, before, at, false);
    mail.files.push(file);
    mail.origin = origin.to_owned();
    mail
}

fn chance_word(set: &mut Set) -> String {
    (0..6).map(|_| char::from(b'a' + set.chance.below(26) as u8)).collect()
}
