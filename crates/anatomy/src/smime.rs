//! S/MIME: who signed, for whom it is encrypted, and the mail inside where it can be read without a key.

use std::io::Read;

use crate::oddities;
use crate::pkcs7::{self, Certificate, Cms};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["p7m", "p7s"],
    run,
    tells: &[],
    oddities: &[oddities::entry(
        "smime-unreadable",
        "S/MIMEの構造が壊れているため読めません",
        "The S/MIME structure is broken and cannot be read",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let text = forensics::kind::pem(bytes);
    match pkcs7::read(text.as_deref().unwrap_or(bytes)) {
        Some(Cms::Signed(signed)) => {
            for certificate in &signed.certificates {
                told(certificate, specimen);
            }
            for signer in &signed.signers {
                specimen.property("smime.signer-issuer", signer.issuer.as_str());
                specimen.property("smime.signer-serial", signer.serial.as_str());
                specimen.property("smime.digest", signer.digest.as_str());
                specimen.property("smime.signed", signer.time.as_str());
            }
            specimen.property("smime.form", "signed");
            let content = signed.content.map(|value| value.octets()).unwrap_or_default();
            inner(&content, specimen);
        }
        Some(Cms::Enveloped(enveloped)) => {
            specimen.property("smime.form", "encrypted");
            specimen.property("smime.algorithm", enveloped.algorithm);
            for (issuer, serial) in enveloped.recipients {
                specimen.property("smime.recipient", format!("{issuer} / {serial}"));
            }
            specimen.file.encrypted = Some(true);
        }
        Some(Cms::Compressed(packed)) => {
            specimen.property("smime.form", "compressed");
            let room = specimen.room(packed.len() as u64);
            let (content, whole) = inflated(flate2::read::ZlibDecoder::new(packed.as_slice()), room);
            if !whole {
                specimen.odd("unpacked-size-limit", "");
            }
            inner(&content, specimen);
        }
        None => specimen.odd("smime-unreadable", ""),
    }
}

/// Decompresses at most `room` bytes; false if there was more. What a broken stream gave before is kept.
pub(crate) fn inflated(mut reader: impl Read, room: usize) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let mut piece = vec![0; 16 << 10];
    while out.len() <= room {
        match reader.read(&mut piece) {
            Ok(0) | Err(_) => return (out, true),
            Ok(count) => out.extend_from_slice(piece.get(..count).unwrap_or(&[])),
        }
    }
    out.truncate(room);
    (out, false)
}

/// What was signed or compressed: most often a mail without its own header, at times a file.
fn inner(content: &[u8], specimen: &mut Specimen<'_, '_>) {
    if content.is_empty() {
        return;
    }
    let head = content.get(..64).unwrap_or(content).to_ascii_lowercase();
    let is_mail = ["content-", "mime-version:"].iter().any(|sign| head.starts_with(sign.as_bytes()));
    let name = specimen.name();
    let name = match name.get(..name.len().saturating_sub(4)) {
        Some(stem) if !is_mail && name.to_ascii_lowercase().ends_with(".p7m") => stem.to_owned(),
        _ => "smime.eml".to_owned(),
    };
    specimen.child(Entry {
        name: Some(name),
        kind: is_mail.then_some("eml"),
        size: content.len() as u64,
        content: Some(content),
        ..Entry::default()
    });
}

fn told(certificate: &Certificate, specimen: &mut Specimen<'_, '_>) {
    specimen.property("certificate.subject", certificate.subject.as_str());
    specimen.property("certificate.issuer", certificate.issuer.as_str());
    specimen.property("certificate.serial", certificate.serial.as_str());
    specimen.property("certificate.from", certificate.from.as_str());
    specimen.property("certificate.until", certificate.until.as_str());
    for address in &certificate.addresses {
        specimen.property("certificate.email", address.as_str());
        specimen.source("certificate", lexicon::facts::SourceForm::Prose, address);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits, Opened, open};

    fn opened(name: &str, bytes: &[u8]) -> Opened {
        let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
        open(&job, &[], &Limits::default())
    }

    #[test]
    fn a_signed_mail_is_read_with_the_certificate_of_its_signer() {
        let bytes = include_bytes!("../../../fixtures/files/smime/signed.p7m");
        let file = opened("smime.p7m", bytes).attachment;
        let check = |name: &str, value: &str| assert_eq!(file.property(name), Some(value), "{name}");
        check("smime.form", "signed");
        check("certificate.subject", "C=JP, O=例株式会社, CN=山田太郎, E=yamada@example.co.jp");
        check("certificate.email", "yamada@example.co.jp");
        check("certificate.serial", "1234abcd");
        check("smime.signer-serial", "1234abcd");
        check("smime.digest", "sha256");
        assert!(file.property("certificate.from").is_some_and(|d| d.ends_with('Z')));
        assert!(file.property("smime.signed").is_some_and(|d| d.ends_with('Z')));
        assert_eq!(file.children[0].kind, "eml");
        assert!(file.children[0].text.contains("signed text"), "{}", file.children[0].text);
    }

    #[test]
    fn indefinite_lengths_hold_the_same_mail() {
        let bytes = include_bytes!("../../../fixtures/files/smime/signed-ber.p7m");
        let file = opened("smime.p7m", bytes).attachment;
        assert_eq!(file.property("smime.signer-serial"), Some("1234abcd"));
        assert!(file.children[0].text.contains("signed text"));
    }

    #[test]
    fn an_encrypted_mail_tells_how_and_for_whom() {
        let bytes = include_bytes!("../../../fixtures/files/smime/encrypted.p7m");
        let file = opened("smime.p7m", bytes).attachment;
        assert_eq!(file.encrypted, Some(true));
        assert_eq!(file.property("smime.algorithm"), Some("aes256-cbc"));
        assert!(file.property("smime.recipient").is_some_and(|r| r.ends_with("/ 1234abcd")));
    }

    #[test]
    fn a_compressed_mail_is_read() {
        use std::io::Write;
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"Content-Type: text/plain\r\n\r\npacked text").unwrap();
        let packed = packer.finish().unwrap();
        let mut bytes = b"\x30\x80\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09\xa0\x80".to_vec();
        bytes.extend(b"\x30\x80\x02\x01\0\x30\x0d\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08");
        bytes.extend(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x04");
        bytes.push(u8::try_from(packed.len()).unwrap());
        bytes.extend(packed);
        bytes.extend([0; 10]);
        let file = opened("smime.p7m", &bytes).attachment;
        assert_eq!(file.kind, "p7m");
        assert_eq!(file.property("smime.form"), Some("compressed"));
        assert_eq!(file.children[0].text.trim(), "packed text");
    }

    #[test]
    fn the_same_as_text_is_read_alike() {
        let lines = |title: &str, bytes: &[u8]| {
            let text = data_encoding::BASE64_MIME.encode(bytes);
            format!("\n-----BEGIN {title}-----\n{text}-----END {title}-----\n").into_bytes()
        };
        let bytes = include_bytes!("../../../fixtures/files/smime/signed.p7m");
        let file = opened("a.txt", &lines("PKCS7", bytes)).attachment;
        assert_eq!((file.kind.as_str(), file.property("smime.signer-serial")), ("p7s", Some("1234abcd")));
        assert!(file.children[0].text.contains("signed text"));
        let bytes = include_bytes!("../../../fixtures/files/smime/encrypted.p7m");
        let file = opened("a.pem", &lines("CMS", bytes)).attachment;
        assert_eq!((file.kind.as_str(), file.encrypted), ("p7m", Some(true)));
    }

    #[test]
    fn structures_cut_or_changed_anywhere_are_survived() {
        let bytes = include_bytes!("../../../fixtures/files/smime/signed-ber.p7m");
        for end in (0..bytes.len()).step_by(7) {
            let job = Job { name: None, place: "", inline: false, bytes: &bytes[..end] };
            crate::open_as("p7m", &job, &[], &Limits::default());
        }
        for at in (0..bytes.len()).step_by(5) {
            let mut wild = bytes.to_vec();
            wild[at] = 0xff;
            let job = Job { name: None, place: "", inline: false, bytes: &wild };
            crate::open_as("p7m", &job, &[], &Limits::default());
        }
        assert!(opened("a.p7m", &bytes[..15]).oddities.iter().any(|o| o.id == "smime-unreadable"));
    }
}
