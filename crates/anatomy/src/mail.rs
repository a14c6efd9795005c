//! Mails inside files: read as any mail is, their attachments opened in turn.

use lexicon::facts::{Attachment, MailFacts};
use lexicon::text::cut;

use crate::driver;
use crate::registry::Analyser;
use crate::specimen::Specimen;

pub(crate) static ANALYSER: Analyser = Analyser { kinds: &["eml", "msg"], run, tells: &[], oddities: &[] };

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    read(bytes, specimen);
}

/// Reads `bytes` as a mail that the specimen is: facts become properties, attachments its children. Children that
/// are there already stay before them.
pub(crate) fn read(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let ours = specimen.bench.limits;
    let limits = forensics::Limits {
        attachments: specimen.bench.files_left.min(1_000),
        mail_depth: ours.depth.saturating_sub(specimen.depth),
        payload_bytes: ours.file_bytes.min(32 << 20),
        payloads_bytes: specimen.bench.bytes_left.min(64 << 20),
        name_bytes: ours.name_bytes,
        source_bytes: ours.source_bytes,
        oddities: ours.oddities,
        every_file: specimen.bench.rules.is_some(),
        ..forensics::Limits::default()
    };
    let reading = forensics::read(bytes, &limits);
    let facts = reading.facts;
    properties(specimen, &facts);
    specimen.file.text = cut(&facts.body.text, ours.text_bytes).to_owned();
    for source in reading.sources {
        let place = specimen.within(&source.place);
        specimen.bench.source(place, source.form, &source.text);
    }
    for odd in facts.oddities {
        specimen.odd(&odd.id, &odd.place);
    }
    for tell in facts.tells {
        let why = if tell.why.starts_with("attachment[") {
            format!("{}:{}", specimen.place, tell.why)
        } else {
            format!("{}: {}", specimen.place, tell.why)
        };
        specimen.bench.tell(&tell.id, why);
    }
    let files: usize = facts.attachments.iter().map(count).sum();
    specimen.bench.files_left = specimen.bench.files_left.saturating_sub(files);
    let before = specimen.file.children.len();
    specimen.file.children.extend(facts.attachments);
    for payload in reading.payloads {
        let Some(path) = indexes(&payload.place) else {
            continue;
        };
        let place = specimen.within(&payload.place);
        let depth = specimen.depth + path.len();
        let children = specimen.file.children.get_mut(before..).unwrap_or(&mut []);
        let Some(slot) = find(children, &path) else {
            continue;
        };
        // Taken out and put back, so that the bench can be borrowed meanwhile.
        let file = std::mem::take(slot);
        let file = driver::reopened(specimen.bench, file, &payload.bytes, place, depth);
        let children = specimen.file.children.get_mut(before..).unwrap_or(&mut []);
        if let Some(slot) = find(children, &path) {
            *slot = file;
        }
    }
}

fn properties(specimen: &mut Specimen<'_, '_>, facts: &MailFacts) {
    for property in forensics::mail_properties(facts) {
        specimen.property(&property.name, property.value);
    }
}

/// A file with all files inside of it. Trees come from `forensics::read`, which bounds their depth.
fn count(file: &Attachment) -> usize {
    1 + file.children.iter().map(count).sum::<usize>()
}

/// `attachment[0]:attachment[2]` → 0, 2.
fn indexes(place: &str) -> Option<Vec<usize>> {
    let index = |part: &str| part.strip_prefix("attachment[")?.strip_suffix(']')?.parse().ok();
    place.split(':').map(index).collect()
}

fn find<'a>(files: &'a mut [Attachment], path: &[usize]) -> Option<&'a mut Attachment> {
    let (first, rest) = path.split_first()?;
    let mut file = files.get_mut(*first)?;
    for index in rest {
        file = file.children.get_mut(*index)?;
    }
    Some(file)
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits, open};

    fn mail(inner: &str) -> String {
        format!(
            "From: =?utf-8?b?5bGx55Sw?= <yamada@example.co.jp>\r\nTo: b@example.com\r\nSubject: a\r\n\
             Message-ID: <1@example.com>\r\nDate: Wed, 07 Aug 2013 09:12:00 +0900\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nhello\r\n{inner}--b--\r\n"
        )
    }

    #[test]
    fn a_mail_in_a_file_is_read_and_its_attachments_are_opened_at_their_places() {
        let text = "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n\
                    see https://files.example/a\r\n";
        let inner = mail(text).replace("boundary=b", "boundary=c").replace("--b", "--c");
        let nested = format!("--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n");
        let raw = mail(&(text.to_owned() + &nested));
        let job = Job { name: Some("m.eml"), place: "attachment[3]", inline: false, bytes: raw.as_bytes() };
        let opened = open(&job, &[], &Limits::default());
        let file = &opened.attachment;
        assert_eq!(file.kind, "eml");
        assert_eq!(file.property("mail.from"), Some("山田 <yamada@example.co.jp>"));
        assert_eq!(file.property("mail.date"), Some("2013-08-07T09:12:00+09:00"));
        assert_eq!(file.text.trim(), "hello");
        assert_eq!(file.children.len(), 2);
        assert_eq!(file.children[0].text, "see https://files.example/a");
        assert_eq!(file.children[1].kind, "eml");
        assert_eq!(file.children[1].children[0].text, "see https://files.example/a");
        let places: Vec<&str> = opened.sources.iter().map(|s| s.place.as_str()).collect();
        for place in [
            "attachment[3]:header:subject",
            "attachment[3]:attachment[0]:name",
            "attachment[3]:attachment[0]:text",
            "attachment[3]:attachment[1]:attachment[0]:text",
        ] {
            assert!(places.contains(&place), "{place} in {places:?}");
        }
    }

    #[test]
    fn an_attachment_beyond_the_depth_is_listed_but_not_opened() {
        let text = "--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\ninside\r\n";
        let raw = mail(text);
        let job = Job { name: Some("m.eml"), place: "attachment[0]", inline: false, bytes: raw.as_bytes() };
        let opened = open(&job, &[], &Limits { depth: 0, ..Limits::default() });
        assert_eq!(opened.attachment.children[0].text, "");
        assert_eq!(opened.attachment.children[0].name.as_deref(), Some("a.txt"));
        assert!(opened.oddities.iter().any(|o| o.id == "nesting-limit"));
    }
}
