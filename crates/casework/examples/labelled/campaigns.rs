//! Campaigns of one mail each, and noise.

use crate::cast::{company_person, free_person};
use crate::mail::{Mail, Person, shape};
use crate::scene::{Label, Set};
use crate::words::{PAPER, fill, prose, wrap};

/// Targeted ones with a few recipients each, and mass mail (ばらまき型).
pub fn campaigns(set: &mut Set, targeted: usize, mass: usize) {
    for number in 0..targeted + mass {
        let is_mass = number >= targeted;
        let campaign = if is_mass { format!("mass{number:02}") } else { format!("targeted{number:02}") };
        let sentences = set.chance.between(3, 6) as usize;
        let template = prose(sentences, &mut set.chance);
        let subject = fill("【{project}】{paper}の送付", &mut set.chance);
        let sender = free_person(&mut set.chance);
        let changes = set.chance.percent(40) || is_mass;
        let salt = set.chance.next();
        let start = set.moment();
        let count = if is_mass { set.chance.between(35, 60) } else { set.chance.between(3, 12) };
        let host = format!("lure{number}.test");
        for n in 0..count {
            let at = set.organisation();
            let organisation = set.organisations[at].clone();
            let target = set.chance.pick(&organisation.people).clone();
            let me = if changes { free_person(&mut set.chance) } else { sender.clone() };
            let link = format!("https://{host}/{:06x}", set.chance.below(1 << 24));
            let text = format!(
                "{}\n{} 様\n\n{template}\n詳細: {link}\n受付番号 {}\n\n{}\n",
                organisation.name,
                target.name,
                set.chance.between(10_000, 99_999),
                me.name
            );
            let mut mail = Mail::new(&me, &[target], subject.clone(), text, start + n * 177, &mut set.chance);
            if number % 3 != 2 {
                let name = *set.chance.pick(PAPER);
                // Mass mail packs each copy anew.
                let salt = if is_mass { set.chance.next() } else { salt };
                mail.files.push(shape::zip_of(&format!("{name}.zip"), &format!("{name}.exe"), salt, false));
            }
            set.add(
                mail,
                Label {
                    kind: "campaign",
                    campaign: Some(campaign.clone()),
                    trait_of: if is_mass { "mass" } else { "targeted" },
                    ..Label::default()
                },
            );
        }
    }
}

/// Newsletters, notices, internal mail, automatic answers: alone, each.
pub fn noise(set: &mut Set, count: usize) {
    for n in 0..count {
        let at = set.organisation();
        let organisation = set.organisations[at].clone();
        let to = set.chance.pick(&organisation.people).clone();
        let start = set.moment();
        let sentences = set.chance.between(3, 8) as usize;
        let said = prose(sentences, &mut set.chance);
        let (mail, what) = match n % 5 {
            0 => {
                let shop = Person::new("ニュースレター", format!("news@shop{}.example", n % 40));
                let text = format!(
                    "今月のお知らせ\n\n{said}\nバックナンバー: https://shop{}.example/back/{n}\n配信停止: https://shop{}.example/off\n",
                    n % 40,
                    n % 40
                );
                let mut mail = Mail::new(
                    &shop,
                    &[to],
                    fill("{item}特集 今月のお知らせ", &mut set.chance),
                    text,
                    start,
                    &mut set.chance,
                );
                mail.html = true;
                mail.headers.push(("List-Unsubscribe".into(), "<mailto:off@letter.example>".into()));
                (mail, "newsletter")
            }
            1 => {
                let me = company_person(&mut set.chance);
                let text = set.letter(&format!("{} {} 様", organisation.name, to.name), &said, &me, true);
                let mut mail = Mail::new(
                    &me,
                    &[to],
                    fill("{project}の{paper}", &mut set.chance),
                    text,
                    start,
                    &mut set.chance,
                );
                let salt = set.chance.next();
                if set.chance.percent(50) {
                    mail.files.push(shape::pdf("資料.pdf", salt));
                }
                (mail, "business")
            }
            2 => {
                let me = set.chance.pick(&organisation.people).clone();
                let text = set.letter("各位", &said, &me, false);
                (
                    Mail::new(
                        &me,
                        &[to],
                        fill("【社内】{project}", &mut set.chance),
                        text,
                        start,
                        &mut set.chance,
                    ),
                    "internal",
                )
            }
            3 => {
                let me = free_person(&mut set.chance);
                let text = format!(
                    "{}\n\n{}\n",
                    wrap(&fill(
                        "{item}の{concern}について教えてください。{place}に伺うこともできます。",
                        &mut set.chance
                    )),
                    me.name
                );
                (
                    Mail::new(
                        &me,
                        &[organisation.desks[0].clone()],
                        "質問です",
                        text,
                        start,
                        &mut set.chance,
                    ),
                    "lone-enquiry",
                )
            }
            _ => {
                let me = Person::new("システム通知", format!("noreply@{}", organisation.domain));
                let text = format!(
                    "{}\n本メールは自動送信です。\n管理番号 {}\n",
                    wrap(&fill("{department}の{item}の点検が{day}に{place}で行われます。", &mut set.chance)),
                    set.chance.next()
                );
                let mut mail = Mail::new(
                    &me,
                    &[to],
                    fill("[自動通知] {item}", &mut set.chance),
                    text,
                    start,
                    &mut set.chance,
                );
                mail.headers.push(("Auto-Submitted".into(), "auto-generated".into()));
                (mail, "automatic")
            }
        };
        set.add(mail, Label { kind: "noise", trait_of: what, ..Label::default() });
    }
}
