//! Mails as one self-contained page, without a hub: what the submission page shows, for a folder of evidence, for
//! print, or for a colleague. No script, nothing fetched, everything in one file.

use askama::Template;
use lexicon::{Lang, MailFacts};

use super::evidence::document;
use super::kinds;
use super::lists::{inert, shown, size};
use super::mail::{Around, Mail};
use crate::show::source;
use crate::view::View;

/// Mails of which everything is shown; the others are in the table alone.
pub const WHOLE: usize = 100;
/// Rows of the table.
pub const ROWS: usize = 5_000;
/// Bytes of the page after which no further mail is shown whole.
pub const BYTES: usize = 32 << 20;
/// Bytes of source shown of an only mail, and of each of several.
const SOURCE: (usize, usize) = (256 << 10, 32 << 10);
/// Bytes of a harmless page shown of each of several mails.
const DOCUMENT: usize = 256 << 10;

/// One mail to be shown.
#[derive(Debug, Clone)]
pub struct Shown {
    row: Row,
    facts: Option<Box<MailFacts>>,
    document: String,
    source: (Vec<String>, bool),
    bytes: usize,
}

/// A row of the table.
#[derive(Debug, Clone)]
struct Row {
    path: String,
    subject: String,
    sender: String,
    date: String,
    heaviest: Option<(u8, String)>,
    tells: usize,
    files: Vec<String>,
    more_files: usize,
}

impl Shown {
    /// Reads what the page needs of a mail. `only`: it is the only one, and all of it is shown.
    pub fn of(raw: &[u8], facts: MailFacts, lang: Lang, only: bool) -> Self {
        let most = if only { SOURCE.0 } else { SOURCE.1 };
        let is_text = !raw.starts_with(forensics::ole::MAGIC);
        let shown_source = if is_text { raw.get(..most).unwrap_or(raw) } else { &[] };
        let mut document = document(raw, lang);
        if !only && document.len() > DOCUMENT {
            document =
                crate::show::html::plain_document(lexicon::text::cut(&facts.body.text, DOCUMENT / 4), lang);
        }
        let source = (source::lines(shown_source), is_text && raw.len() > most);
        let row = Row::of(&facts, lang);
        let bytes = document.len() + shown_source.len() + weight(&facts);
        Self { row, facts: Some(Box::new(facts)), document, source, bytes }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Keeps its row of the table alone.
    pub fn shorten(&mut self) {
        self.facts = None;
        self.document = String::new();
        self.source = (Vec::new(), false);
        self.bytes = 1_000;
    }
}

/// About what the facts take on a page.
fn weight(facts: &MailFacts) -> usize {
    fn one(file: &lexicon::facts::Attachment) -> usize {
        let scripts: usize = file.scripts.iter().map(|script| script.text.len()).sum();
        2_000 + file.text.len() + scripts + file.children.iter().map(one).sum::<usize>()
    }
    let files: usize = facts.attachments.iter().map(one).sum();
    facts.body.text.len() + facts.html.text.len() + 500 * facts.observables.len() + files
}

impl Row {
    fn of(facts: &MailFacts, lang: Lang) -> Self {
        let heaviest = facts.tells.iter().max_by_key(|tell| tell.weight);
        let subject = lexicon::text::visible(facts.subject.as_deref().unwrap_or(""));
        let mut files = Vec::new();
        let real = || facts.attachments.iter().filter(|file| !file.inline);
        for file in real().take(4) {
            let name = lexicon::text::visible(file.name.as_deref().unwrap_or(""));
            let kind = kinds::kind(lang, &file.kind);
            files.push(match lang {
                _ if name.is_empty() => kind,
                Lang::Ja => format!("{name}（{kind}、{}）", size(file.size)),
                Lang::En => format!("{name} ({kind}, {})", size(file.size)),
            });
        }
        Self {
            path: lexicon::text::visible(&facts.path),
            subject: if subject.trim().is_empty() {
                lang.pick("（件名なし）", "(no subject)").to_owned()
            } else {
                inert(&subject)
            },
            sender: facts.from.as_ref().map(|from| shown(&from.address)).unwrap_or_default(),
            date: facts
                .date
                .as_deref()
                .map(|date| lexicon::text::visible(lexicon::text::cut(date, 16)).replace('T', " "))
                .unwrap_or_default(),
            heaviest: heaviest.map(|tell| {
                let text = anatomy::tells::text(&tell.id);
                (
                    tell.weight.min(5),
                    text.map_or_else(|| lexicon::text::visible(&tell.id), |text| text.of(lang).to_owned()),
                )
            }),
            tells: facts.tells.len(),
            more_files: real().count().saturating_sub(files.len()),
            files,
        }
    }
}

#[derive(Template)]
#[template(path = "standalone.html")]
struct StandalonePage<'a> {
    v: &'a View,
    style: &'static str,
    title: String,
    rows: Vec<RowShown<'a>>,
    more_rows: usize,
    mails: Vec<MailShown>,
    without: usize,
}

struct RowShown<'a> {
    row: &'a Row,
    key: Option<String>,
}

struct MailShown {
    key: String,
    number: usize,
    subject: String,
    path: String,
    sha256: String,
    size: String,
    mail: Mail,
}

/// The page of these mails.
///
/// ```
/// use hub::standalone::{Shown, page};
/// let raw = b"From: a@example.test\r\nSubject: hi\r\n\r\n<b>no markup</b>\r\n";
/// let facts = desk::dissect::dissect(raw, "mail.eml", &Default::default()).facts;
/// let html = page(&[Shown::of(raw, facts, lexicon::Lang::En, true)], lexicon::Lang::En);
/// assert!(html.contains("<title>hi") && !html.contains("<script") && !html.contains("<b>no markup"));
/// ```
pub fn page(mails: &[Shown], lang: Lang) -> String {
    let view = View::bare(lang);
    let whole: Vec<(usize, &Shown, &MailFacts)> = mails
        .iter()
        .enumerate()
        .filter_map(|(at, mail)| mail.facts.as_deref().map(|facts| (at, mail, facts)))
        .collect();
    let single = mails.len() == 1;
    let key = |at: usize| if single { String::new() } else { format!("m{}-", at + 1) };
    let sections: Vec<MailShown> = whole
        .iter()
        .map(|(at, shown_mail, facts)| MailShown {
            key: key(*at),
            number: at + 1,
            subject: shown_mail.row.subject.clone(),
            path: shown_mail.row.path.clone(),
            sha256: facts.sha256.clone(),
            size: size(facts.size),
            mail: Mail::of(
                &view,
                facts,
                Around {
                    key: key(*at),
                    document: Some(shown_mail.document.clone()),
                    source: shown_mail.source.clone(),
                    relations: relations(*at, facts, &whole, lang),
                    ..Around::default()
                },
            ),
        })
        .collect();
    let first = mails.first().map_or("", |mail| mail.row.subject.as_str());
    let made = StandalonePage {
        v: &view,
        style: super::assets::style(),
        title: match (single, lang) {
            (true, _) => first.to_owned(),
            (false, Lang::Ja) => format!("メール {} 通の解析", mails.len()),
            (false, Lang::En) => format!("{} mails taken apart", mails.len()),
        },
        rows: if single {
            Vec::new()
        } else {
            let row = |(at, mail): (usize, &'_ Shown)| (at, mail.facts.is_some());
            mails
                .iter()
                .enumerate()
                .take(ROWS)
                .map(|(at, mail)| {
                    let (at, is_whole) = row((at, mail));
                    RowShown { row: &mail.row, key: is_whole.then(|| key(at)) }
                })
                .collect()
        },
        more_rows: if single { 0 } else { mails.len().saturating_sub(ROWS) },
        without: mails.len() - sections.len(),
        mails: sections,
    };
    made.render().unwrap_or_default()
}

/// What a mail has in common with the others of the page.
fn relations(at: usize, facts: &MailFacts, all: &[(usize, &Shown, &MailFacts)], lang: Lang) -> Vec<String> {
    /// Files compared of one level.
    const HASHES: usize = 200;
    fn hashes<'f>(files: &'f [lexicon::facts::Attachment], out: &mut Vec<&'f str>) {
        for file in files.iter().take(HASHES) {
            if !file.sha256.is_empty() && file.size > 0 {
                out.push(&file.sha256);
            }
            hashes(&file.children, out);
        }
    }
    let of = |facts: &MailFacts| facts.from.as_ref().map(|from| from.address.to_ascii_lowercase());
    let sender = of(facts).filter(|address| !address.is_empty());
    let mut own = Vec::new();
    hashes(&facts.attachments, &mut own);
    own.sort_unstable();
    let others = || all.iter().filter(|(other, ..)| *other != at);
    let same_sender: Vec<usize> = others()
        .filter(|(_, _, other)| sender.is_some() && of(other) == sender)
        .map(|(n, ..)| n + 1)
        .collect();
    let same_file: Vec<usize> = others()
        .filter(|(_, _, other)| {
            let mut theirs = Vec::new();
            hashes(&other.attachments, &mut theirs);
            theirs.iter().any(|hash| own.binary_search(hash).is_ok())
        })
        .map(|(n, ..)| n + 1)
        .collect();
    let list = |numbers: &[usize]| {
        let mut text =
            numbers.iter().take(20).map(ToString::to_string).collect::<Vec<_>>().join(lang.pick("、", ", "));
        if numbers.len() > 20 {
            text.push('…');
        }
        text
    };
    let mut out = Vec::new();
    if !same_sender.is_empty() {
        out.push(format!(
            "{}{}",
            lang.pick("同じ送信者のメール：", "The same sender in mail "),
            list(&same_sender)
        ));
    }
    if !same_file.is_empty() {
        out.push(format!(
            "{}{}",
            lang.pick("同じファイルを含むメール：", "The same file in mail "),
            list(&same_file)
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use lexicon::facts::{Attachment, Property, Relation, Script, Tell};

    use super::*;

    fn named(name: &str, kind: &str) -> Attachment {
        Attachment {
            name: Some(name.to_owned()),
            kind: kind.to_owned(),
            size: 4_321,
            sha256: "ab".repeat(32),
            sha1: "cd".repeat(20),
            md5: "ef".repeat(16),
            ..Attachment::default()
        }
    }

    /// A mail with everything that an analyser may tell of a file.
    fn facts(subject: &str) -> MailFacts {
        let raw = format!(
            "From: =?utf-8?b?6Zyn5bO2?= <a@attacker.test>\r\nSubject: {subject}\r\nContent-Type: text/html\r\n\r\n\
             <p>See <a href='http://attacker.test/x'>https://bank.example/</a></p>"
        );
        let mut facts = desk::dissect::dissect(raw.as_bytes(), "mail.eml", &Default::default()).facts;
        let shortcut = Attachment {
            properties: vec![
                Property { name: "lnk.machine-id".into(), value: "desktop-7".into() },
                Property { name: "document.author".into(), value: "<b>山田</b>".into() },
            ],
            relations: vec![Relation {
                kind: "template".into(),
                target: "http://template.attacker.test/n.dotm".into(),
            }],
            scripts: vec![Script {
                language: "vba".into(),
                name: "ThisDocument".into(),
                text: "Sub AutoOpen()\n\tShell(\"x\")</div><script>\nEnd Sub".into(),
            }],
            text: "見積依頼書\n下記のとおり".into(),
            tlsh: Some(format!("T1{}", "A".repeat(70))),
            ..named("見積依頼書.docm", "docm")
        };
        facts.attachments = vec![Attachment {
            encrypted: Some(true),
            password: Some("Kiri-2611".into()),
            password_from: Some("other-mail".into()),
            children: vec![shortcut, Attachment { sha256: String::new(), ..named("写真.jpg", "jpg") }],
            ..named("見積\u{202e}依頼書.zip", "zip")
        }];
        for (id, weight) in [("macro-document", 4), ("auth-failed", 2), ("macro-document", 4)] {
            let why = format!("attachment[0] {}", facts.tells.len());
            facts.tells.push(Tell { id: id.into(), why, weight, text: None });
        }
        facts
    }

    fn shown(subject: &str, only: bool, lang: Lang) -> Shown {
        Shown::of(b"Subject: x\r\n\r\n\x1b$B<script>\r\n", facts(subject), lang, only)
    }

    #[test]
    fn everything_that_is_known_of_a_file_is_on_the_page_and_nothing_of_it_is_markup() {
        let html = page(&[shown("one", true, Lang::En)], Lang::En);
        for part in [
            "Word document that may hold macros",
            "Kiri-2611",
            "another mail of the same provider",
            "hxxp://template[.]attacker[.]test/n.dotm",
            "<mark>AutoOpen</mark>",
            "desktop-7",
            "見積依頼書\n下記のとおり",
            "T1AAAA",
            "見積⟨U+202E⟩依頼書.zip",
            "It is listed only; it was not opened.",
            "ZIP archive › Word document that may hold macros",
            "⟨U+001B⟩$B&#60;script&#62;",
        ] {
            assert!(html.contains(part), "{part}");
        }
        assert!(!html.contains("<b>山田") && !html.contains("<script") && !html.contains("</div><script"));
        // Both pieces of evidence stand under one tell, and that one with the malware.
        let part = html.split("kind-title").nth(1).unwrap().split("past-title").next().unwrap();
        assert_eq!(part.matches("tell-text").count(), 1);
        assert_eq!(part.matches("evidence value keep").count(), 2);
    }

    #[test]
    fn nothing_on_the_page_leads_out_of_it() {
        let html = page(&[shown("one", true, Lang::Ja)], Lang::Ja);
        assert!(!html.contains("http://") && !html.contains("https://"), "a live address");
        for attribute in ["href=\"", "src=\""] {
            assert!(html.split(attribute).skip(1).all(|rest| rest.starts_with('#')), "{attribute}");
        }
        assert!(html.contains(
            "<iframe class=\"mail-frame mail-frame-low\" sandbox referrerpolicy=\"no-referrer\" srcdoc="
        ));
        assert!(html.contains("default-src 'none'"));
    }

    #[test]
    fn several_mails_have_a_table_on_top_and_ids_of_their_own() {
        let mut mails: Vec<Shown> = ["one", "two", "three"].map(|s| shown(s, false, Lang::En)).into();
        mails[2].shorten();
        let html = page(&mails, Lang::En);
        assert!(html.contains("href=\"#m1-mail\"") && html.contains("href=\"#m2-mail\""));
        assert!(html.contains("1 mails are in the table alone") && !html.contains("#m3-mail"));
        assert!(html.contains("The same sender in mail 2") && html.contains("The same file in mail 1"));
        let mut ids: Vec<&str> =
            html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        if let Some(folder) = std::env::var_os("NOROSHI_KEEP_PAGES") {
            let folder = std::path::PathBuf::from(folder);
            std::fs::write(folder.join("several.html"), &html).unwrap();
            std::fs::write(folder.join("one.html"), page(&[shown("one", true, Lang::Ja)], Lang::Ja)).unwrap();
        }
    }

    #[test]
    fn a_file_of_many_files_and_long_scripts_stays_a_page_that_opens() {
        let mut facts = facts("big");
        let script =
            Script { language: "vba".into(), name: "x".into(), text: "eval(1) ' line\n".repeat(20_000) };
        let one =
            Attachment { scripts: vec![script; 50], text: "あ".repeat(500_000), ..named("a.doc", "doc") };
        facts.attachments = vec![Attachment { children: vec![one; 300], ..named("a.zip", "zip") }];
        let html = page(&[Shown::of(b"x", facts, Lang::En, true)], Lang::En);
        assert!(html.len() < 6 << 20, "{}", html.len());
        assert!(html.contains("more files that are not shown here"));
    }
}
