//! Whole documents, built here or made with office libraries.

mod binary;
mod crypt;
mod packages;

use lexicon::facts::Attachment;

use crate::{Job, Limits, Opened, Password};

fn open(name: &str, bytes: &[u8]) -> Opened {
    open_with(name, bytes, &[])
}

fn open_with(name: &str, bytes: &[u8], passwords: &[&str]) -> Opened {
    let passwords: Vec<Password> =
        passwords.iter().map(|p| Password { value: (*p).to_owned(), from: "body".to_owned() }).collect();
    let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
    crate::open(&job, &passwords, &Limits::default())
}

fn property<'a>(file: &'a Attachment, name: &str) -> Vec<&'a str> {
    file.properties.iter().filter(|p| p.name == name).map(|p| p.value.as_str()).collect()
}

fn relations(opened: &Opened) -> Vec<(&str, &str)> {
    opened.attachment.relations.iter().map(|r| (r.kind.as_str(), r.target.as_str())).collect()
}

fn told(opened: &Opened, id: &str) -> bool {
    opened.tells.iter().any(|t| t.id == id)
}

fn odd(opened: &Opened, id: &str) -> bool {
    opened.oddities.iter().any(|o| o.id == id)
}

#[test]
fn no_cut_or_bent_document_is_lost_in_a_panic() {
    let carriers = [
        ("a.docx", include_bytes!("../../../../fixtures/files/office/invitation.docx").to_vec()),
        ("a.xlsx", include_bytes!("../../../../fixtures/files/office/agile-built-in.xlsx").to_vec()),
        ("a.doc", binary::word("a \u{13}HYPERLINK \"http://a.example/\"\u{14}b\u{15}")),
        ("a.xls", binary::excel(&binary::records())),
    ];
    let open = |name: &str, bytes: &[u8]| {
        let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
        crate::open(&job, &[], &Limits { hashes: 1_000, ..Limits::default() });
    };
    for (name, bytes) in carriers {
        for part in 1..8 {
            open(name, bytes.get(..bytes.len() * part / 8).unwrap());
        }
        for at in (7..bytes.len()).step_by(bytes.len() / 40 + 1) {
            let mut bent = bytes.clone();
            bent[at] ^= 0xff;
            open(name, &bent);
        }
    }
}
