//! Who takes part: fifty organisations with desks and people, and those outside.

use crate::chance::Chance;
use crate::mail::Person;
use crate::words::{DEPARTMENT, FAMILY, FAMILY_LATIN};

/// Free mail services of this invented world: what `freemail.txt` lists.
pub const FREEMAIL: &[&str] = &["freemail.example", "webmail.example", "webpost.test", "mailbox.test"];

/// An organisation.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub domain: String,
    pub name: String,
    /// Addresses to which anybody may write.
    pub desks: Vec<Person>,
    /// Who answers and writes.
    pub people: Vec<Person>,
    /// Its mails end with a notice, as its rules want.
    pub footer: bool,
}

pub fn organisations(count: usize, chance: &mut Chance) -> Vec<Organisation> {
    let kinds = [
        "電機",
        "化学工業",
        "製鋼",
        "重工",
        "ガス",
        "石油",
        "製作所",
        "物流",
        "研究機構",
        "エンジニアリング",
    ];
    (0..count)
        .map(|at| {
            let domain = format!("org{:02}.example", at + 1);
            let name = format!("{}{}株式会社", chance.pick(FAMILY), chance.pick(&kinds));
            let desks = [
                ("info", "お問い合わせ窓口"),
                ("kouhou", "広報室"),
                ("saiyou", "採用担当"),
                ("support", "製品サポート"),
            ];
            let desks =
                desks.iter().map(|(local, title)| Person::new(*title, format!("{local}@{domain}"))).collect();
            let people = (0..5)
                .map(|_| {
                    let who = chance.below(FAMILY.len());
                    let number = chance.between(1, 99);
                    Person::new(FAMILY[who], format!("{}{number}@{domain}", FAMILY_LATIN[who]))
                })
                .collect();
            Organisation { domain, name, desks, people, footer: chance.percent(55) }
        })
        .collect()
}

/// Somebody with a free address.
pub fn free_person(chance: &mut Chance) -> Person {
    let who = chance.below(FAMILY.len());
    let domain = *chance.pick(FREEMAIL);
    let local = match chance.below(3) {
        0 => format!("{}.{}", FAMILY_LATIN[who], chance.between(1, 9999)),
        1 => format!("{}{}", FAMILY_LATIN[who], chance.between(1960, 2005)),
        _ => format!("{}_lab{}", FAMILY_LATIN[who], chance.between(1, 999)),
    };
    Person::new(FAMILY[who], format!("{local}@{domain}"))
}

/// Somebody at a company that is no member.
pub fn company_person(chance: &mut Chance) -> Person {
    let who = chance.below(FAMILY.len());
    let domain = format!("partner{:03}.example", chance.between(1, 400));
    Person::new(FAMILY[who], format!("{}{}@{domain}", FAMILY_LATIN[who], chance.between(1, 99)))
}

/// How a mail ends: name, department, address.
pub fn signature(person: &Person, chance: &mut Chance) -> String {
    format!("--\n{} {}\n{}\n", chance.pick(DEPARTMENT), person.name, person.address)
}
