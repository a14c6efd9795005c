//! The set in the making: mails with their labels.

use crate::cast::{Organisation, signature};
use crate::chance::Chance;
use crate::mail::{File, Mail, Person};
use crate::words::{CLOSINGS, FOOTER, GREETINGS, quote};

/// What is true of a mail.
#[derive(Debug, Clone, Default)]
pub struct Label {
    /// `campaign`, `rapport`, `conversation`, `reuse`, `noise`.
    pub kind: &'static str,
    pub campaign: Option<String>,
    pub thread: Option<String>,
    /// `recon`, `reply`, `attack` in an attack's thread.
    pub step: Option<&'static str>,
    /// Message-IDs of the genuine mails that it re-uses.
    pub reused_from: Vec<String>,
    /// How it is hard, for those who look into a miss.
    pub trait_of: &'static str,
}

/// A mail of the set.
pub struct Item {
    pub mail: Mail,
    pub label: Label,
    /// Written instead of the mail itself: a forward that carries it.
    pub raw: Option<Vec<u8>>,
}

pub struct Set {
    pub chance: Chance,
    pub organisations: Vec<Organisation>,
    pub items: Vec<Item>,
    /// Genuine sent mail, by organisation.
    pub genuine: Vec<(usize, Mail)>,
    /// Conversations: id and `rapport`, `forming` or `conversation`.
    pub threads: Vec<(String, &'static str)>,
}

/// The first moment of the set: 1 October 2026 in Japan.
const START: i64 = 1_790_780_400;

impl Set {
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let organisations = crate::cast::organisations(50, &mut chance);
        Self { chance, organisations, items: Vec::new(), genuine: Vec::new(), threads: Vec::new() }
    }

    /// A moment within three months, in working hours.
    pub fn moment(&mut self) -> i64 {
        START + self.chance.between(0, 91) * 86_400 + self.chance.between(0, 9 * 3600)
    }

    pub fn organisation(&mut self) -> usize {
        self.chance.below(self.organisations.len())
    }

    pub fn add(&mut self, mail: Mail, label: Label) {
        self.items.push(Item { mail, label, raw: None });
    }

    pub fn thread(&mut self, standing: &'static str) -> String {
        let id = format!("t{:04}", self.threads.len() + 1);
        self.threads.push((id.clone(), standing));
        id
    }

    /// Greeting, text, closing, name: as everybody writes.
    pub fn letter(&mut self, to: &str, text: &str, from: &Person, footer: bool) -> String {
        let chance = &mut self.chance;
        let (greeting, closing) = (*chance.pick(GREETINGS), *chance.pick(CLOSINGS));
        let end = signature(from, chance);
        let footer = if footer { FOOTER } else { "" };
        format!("{to}\n\n{greeting}\n{text}\n{closing}\n\n{end}{footer}")
    }

    /// The answer to a mail: subject, references and, mostly, a quotation.
    pub fn reply(
        &mut self,
        from: &Person,
        to: &Person,
        text: &str,
        before: &Mail,
        at: i64,
        footer: bool,
    ) -> Mail {
        let mut body = self.letter(&format!("{} 様", to.name), text, from, footer);
        if self.chance.percent(70) {
            let who = format!("{} <{}>", before.from.name, before.from.address);
            body.push('\n');
            body.push_str(&quote(&before.text, &who, &before.date_for_people(), &mut self.chance));
        }
        let subject = answered(&before.subject, &mut self.chance);
        let mut mail =
            Mail::new(from, std::slice::from_ref(to), subject, body, at, &mut self.chance).answer(before);
        if self.chance.percent(8) {
            // A web mail that knows no References.
            mail.references.clear();
        }
        mail
    }

    /// A forward of `mail` by one of the organisation to its security team: as text or as an attachment.
    pub fn carried(&mut self, mail: &Mail, by: &Person) -> (Mail, &'static str) {
        let domain = by.address.split('@').nth(1).unwrap_or("x.example").to_owned();
        let csirt = Person::new("CSIRT", format!("csirt@{domain}"));
        let at = mail.at + self.chance.between(600, 90_000);
        let note = ["不審なメールのため転送します。", "ご確認ください。", "報告します。"];
        let note = (*self.chance.pick(&note)).to_owned();
        let subject = format!("{} {}", if self.chance.percent(50) { "Fwd:" } else { "転送:" }, mail.subject);
        if self.chance.percent(50) || !mail.files.is_empty() {
            let mut out = Mail::new(by, &[csirt], subject, note, at, &mut self.chance);
            let bytes = mail.write(&mut self.chance);
            out.files.push(File { name: "original.eml".into(), bytes });
            return (out, "attached");
        }
        let to =
            mail.to.iter().map(|to| format!("{} <{}>", to.name, to.address)).collect::<Vec<_>>().join("; ");
        let head = match self.chance.below(2) {
            0 => format!(
                "-----Original Message-----\nFrom: {} <{}>\nSent: {}\nTo: {to}\nSubject: {}\n",
                mail.from.name,
                mail.from.address,
                mail.date_for_people(),
                mail.subject
            ),
            _ => format!(
                "---------- 転送メッセージ ----------\n差出人: {} <{}>\n日時: {}\n件名: {}\n宛先: {to}\n",
                mail.from.name,
                mail.from.address,
                mail.date_for_people(),
                mail.subject
            ),
        };
        let text = format!("{note}\n\n{head}\n{}", mail.text);
        (Mail::new(by, &[csirt], subject, text, at, &mut self.chance), "inline")
    }
}

pub fn answered(subject: &str, chance: &mut Chance) -> String {
    let prefix = ["Re: ", "RE: ", "返信: ", "Re："];
    if subject.starts_with("Re") || subject.starts_with("RE") || subject.starts_with("返信") {
        if chance.percent(30) { format!("Re: {subject}") } else { subject.to_owned() }
    } else {
        format!("{}{subject}", chance.pick(&prefix))
    }
}
