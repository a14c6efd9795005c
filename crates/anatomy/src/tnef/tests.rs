//! A winmail.dat built attribute by attribute.

use crate::{Job, Limits, Opened, open};

fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let mut out = vec![level];
    out.extend(id.to_le_bytes());
    out.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    out.extend(data);
    let sum = data.iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b)));
    out.extend(sum.to_le_bytes());
    out
}

fn property(kind: u16, id: u16, value: &[u8]) -> Vec<u8> {
    let mut out = kind.to_le_bytes().to_vec();
    out.extend(id.to_le_bytes());
    if matches!(kind, 0xd | 0x1e | 0x1f | 0x102) {
        out.extend(1u32.to_le_bytes());
        out.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
    }
    out.extend(value);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn properties(list: &[Vec<u8>]) -> Vec<u8> {
    [u32::try_from(list.len()).unwrap().to_le_bytes().to_vec(), list.concat()].concat()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn winmail(inner: Option<&[u8]>) -> Vec<u8> {
    let rtf = b"{\\rtf1\\ansi see https://files.example/a}";
    let mut packed = Vec::new();
    packed.extend((rtf.len() as u32 + 12).to_le_bytes());
    packed.extend((rtf.len() as u32).to_le_bytes());
    packed.extend(b"MELA\0\0\0\0");
    packed.extend(rtf);
    let message = properties(&[
        property(3, 0x0017, &[1, 0, 0, 0]),
        property(0x1f, 0x0c1a, &wide("山田")),
        property(0x1e, 0x0c1f, b"yamada@example.co.jp\0"),
        property(0x40, 0x0039, &130_203_295_200_000_000u64.to_le_bytes()),
        property(0x102, 0x1009, &packed),
    ]);
    let mut out = b"\x78\x9f\x3e\x22\x01\0".to_vec();
    out.extend(attribute(1, 0x0006_9007, &[0xa4, 3, 0, 0, 0, 0, 0, 0]));
    // 請求書 in CP932.
    out.extend(attribute(1, 0x0001_8004, b"\x90\xbf\x8b\x81\x8f\x91\0"));
    out.extend(attribute(1, 0x0007_8008, b"IPM.Note\0"));
    // 09:12 of that day, in no zone.
    out.extend(attribute(1, 0x0003_8005, &[0xdd, 7, 8, 0, 7, 0, 9, 0, 12, 0, 0, 0, 3, 0]));
    out.extend(attribute(1, 0x0006_9003, &message));
    out.extend(attribute(2, 0x0006_9002, &[0; 14]));
    out.extend(attribute(2, 0x0001_8010, b"SEIKYU~1.TXT\0"));
    out.extend(attribute(2, 0x0006_800f, b"inside"));
    let name = property(0x1f, 0x3707, &wide("請求書の控え.txt"));
    out.extend(attribute(2, 0x0006_9005, &properties(&[name])));
    if let Some(inner) = inner {
        out.extend(attribute(2, 0x0006_9002, &[0; 14]));
        let object = property(0xd, 0x3701, &[[7; 16].as_slice(), inner].concat());
        out.extend(attribute(2, 0x0006_9005, &properties(&[object])));
    }
    out
}

fn opened(bytes: &[u8]) -> Opened {
    let job = Job { name: Some("winmail.dat"), place: "attachment[0]", inline: false, bytes };
    open(&job, &[], &Limits::default())
}

#[test]
fn a_winmail_gives_its_mail_and_its_attachments_back() {
    let opened = opened(&winmail(None));
    let file = &opened.attachment;
    assert_eq!(file.kind, "tnef");
    assert_eq!(file.property("mail.subject"), Some("請求書"));
    assert_eq!(file.property("mail.from"), Some("山田 <yamada@example.co.jp>"));
    assert_eq!(file.property("mail.date"), Some("2013-08-07T06:12:00Z"));
    assert_eq!(file.properties.iter().filter(|p| p.name == "mail.date").count(), 1);
    assert_eq!(file.property("tnef.message-class"), Some("IPM.Note"));
    assert_eq!(file.text, "see https://files.example/a");
    assert_eq!(file.children.len(), 1);
    assert_eq!(file.children[0].name.as_deref(), Some("請求書の控え.txt"));
    assert_eq!(file.children[0].text, "inside");
    assert!(opened.oddities.is_empty(), "{:?}", opened.oddities);
}

#[test]
fn a_mail_in_a_winmail_is_taken_apart_as_well() {
    let file = opened(&winmail(Some(&winmail(None)))).attachment;
    assert_eq!(file.children[1].kind, "tnef");
    assert_eq!(file.children[1].property("mail.subject"), Some("請求書"));
    assert_eq!(file.children[1].children[0].text, "inside");
}

#[test]
fn a_winmail_cut_or_changed_anywhere_is_survived() {
    let bytes = winmail(Some(&winmail(None)));
    for end in 4..bytes.len() {
        opened(&bytes[..end]);
        let mut wild = bytes.clone();
        wild[end] = 0xff;
        opened(&wild);
    }
    assert!(opened(&bytes[..bytes.len() - 20]).oddities.iter().any(|o| o.id == "tnef-cut"));
}
