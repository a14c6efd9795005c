//! ARJ: its list, and its entries, garbled ones included.

use super::{arj_codec, forms, names};
use crate::Password;
use crate::binary::{piece, u8_at, u16_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

/// Entries of one archive that are read.
const ENTRIES: usize = 4_000;

/// Extended headers of one entry that are stepped over.
const EXTENDED: usize = 16;

/// The longest basic header that the format allows.
const HEADER_BYTES: usize = 2_600;

pub(crate) static ANALYSER: Analyser = Analyser { kinds: &["arj"], run, tells: &[], oddities: &[] };

/// One header: the archive's own, or an entry's.
struct Header<'a> {
    body: &'a [u8],
    name: &'a [u8],
    comment: &'a [u8],
    /// Where the data starts.
    data: usize,
}

fn header(bytes: &[u8], at: usize) -> Option<Header<'_>> {
    if u16_at(bytes, at)? != 0xea60 {
        return None;
    }
    let size = usize::from(u16_at(bytes, at.checked_add(2)?)?);
    if !(30..=HEADER_BYTES).contains(&size) {
        return None;
    }
    let body = bytes.get(at + 4..at + 4 + size)?;
    let texts = body.get(usize::from(u8_at(body, 0)?)..)?;
    let mut texts = texts.split(|byte| *byte == 0);
    let (name, comment) = (texts.next()?, texts.next().unwrap_or(&[]));
    let mut data = at + 8 + size;
    for _ in 0..EXTENDED {
        match usize::from(u16_at(bytes, data)?) {
            0 => break,
            length => data = data.checked_add(6 + length)?,
        }
    }
    Some(Header { body, name, comment, data: data + 2 })
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(first) = header(bytes, 0) else {
        specimen.odd("archive-undecodable", "");
        return;
    };
    specimen.property("archive.version", u8_at(first.body, 1).unwrap_or(0).to_string());
    specimen.property("archive.created-on", system(u8_at(first.body, 3)));
    let comment = forensics::charset::decode(first.comment, None).text.into_owned();
    specimen.property("archive.comment", comment);
    if u8_at(first.body, 4).is_some_and(|flags| flags & 4 != 0) {
        specimen.odd("archive-volume", "");
    }
    // Later ones than this cipher are secret.
    let garbled = u8_at(first.body, 28).unwrap_or(0) <= 1;
    let mut headers = Vec::new();
    let mut at = first.data;
    while headers.len() < ENTRIES {
        let Some(header) = header(bytes, at) else {
            if bytes.get(at..at.saturating_add(4)) != Some(b"\x60\xea\0\0") {
                specimen.odd("archive-cut", "");
            }
            break;
        };
        let packed = u32_at(header.body, 12).and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let next = header.data.saturating_add(packed);
        headers.push((header, packed));
        at = next;
    }
    let raw: Vec<&[u8]> = headers.iter().map(|(header, _)| header.name).collect();
    for ((header, packed), name) in headers.iter().zip(names::decode(&raw)) {
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            return;
        }
        super::path(specimen, &name);
        entry(bytes, header, *packed, garbled, name.replace('\\', "/"), specimen);
    }
}

fn entry(
    bytes: &[u8],
    header: &Header<'_>,
    packed: usize,
    garbled: bool,
    name: String,
    specimen: &mut Specimen<'_, '_>,
) {
    let body = header.body;
    // 3 is a folder, 4 a volume's label.
    if matches!(u8_at(body, 6), Some(3 | 4)) {
        return;
    }
    let (flags, method) = (u8_at(body, 4).unwrap_or(0), u8_at(body, 5).unwrap_or(0));
    let label = format!("arj {method}");
    specimen.property("archive.method", label.as_str());
    let (encrypted, split) = (flags & 1 != 0, flags & 12 != 0);
    let size = usize::try_from(u32_at(body, 16).unwrap_or(0)).unwrap_or(usize::MAX);
    let limit = size.min(specimen.room(packed as u64));
    let data = piece(bytes, header.data, packed);
    let crc = u32_at(body, 20).unwrap_or(0);
    let mut password = None;
    let content = if encrypted {
        specimen.property("archive.encryption", "ARJ");
        if garbled {
            let opened = opened(data, method, limit, body, specimen);
            password = opened.as_ref().map(|(_, password)| *password);
            opened.map(|(content, _)| content)
        } else {
            None
        }
    } else {
        arj_codec::unpack(method, data, limit)
    };
    if split {
        specimen.odd("archive-volume", &name);
    }
    match &content {
        None if encrypted && garbled => specimen.odd("password-unknown", &name),
        None => specimen.odd("method-not-supported", &name),
        Some(_) if data.len() < packed => specimen.odd("archive-cut", &name),
        Some(content) if content.len() < limit => specimen.odd("archive-undecodable", &name),
        Some(_) if limit < size => specimen.odd("unpacked-size-limit", &name),
        Some(content) if crc32fast::hash(content) != crc => specimen.odd("archive-crc-wrong", &name),
        Some(_) => {}
    }
    let stamp = u32_at(body, 8).unwrap_or(0);
    let moment = time::dos((stamp >> 16) as u16, stamp as u16).unwrap_or_default();
    specimen.child(Entry {
        name: Some(name),
        size: size as u64,
        encrypted: Some(encrypted),
        content: content.as_deref().filter(|content| !content.is_empty() || size == 0),
        password,
        properties: vec![("entry.method", label), ("entry.modified", moment)],
        ..Entry::default()
    });
}

/// A garbled entry's content with the password that gives it its check sum.
fn opened<'c>(
    data: &[u8],
    method: u8,
    limit: usize,
    body: &[u8],
    specimen: &mut Specimen<'_, 'c>,
) -> Option<(Vec<u8>, &'c Password)> {
    let (modifier, crc) = (u8_at(body, 7)?, u32_at(body, 20)?);
    for password in specimen.passwords() {
        for form in forms(&password.value) {
            if !specimen.bench.trial((data.len() + limit) as u64) {
                specimen.odd("password-trials-limit", "");
                return None;
            }
            let content = arj_codec::unpack(method, &arj_codec::ungarbled(data, &form, modifier), limit)?;
            if crc32fast::hash(&content) == crc {
                return Some((content, password));
            }
        }
    }
    None
}

fn system(number: Option<u8>) -> &'static str {
    match number {
        Some(0) => "MS-DOS",
        Some(2) => "Unix",
        Some(3) => "Amiga",
        Some(4) => "Macintosh",
        Some(5) => "OS/2",
        Some(10 | 11) => "Windows",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits};

    fn header(flags: u8, method: u8, kind: u8, size: u32, name: &[u8]) -> Vec<u8> {
        let mut body = vec![30, 11, 1, 0, flags, method, kind, 0];
        body.extend(0x4307_4980u32.to_le_bytes());
        body.extend(size.to_le_bytes());
        body.extend(size.to_le_bytes());
        body.extend(if size == 5 { 0x3610_a686u32 } else { 0 }.to_le_bytes());
        body.extend([0; 6]);
        body.extend(name);
        body.extend([0, 0]);
        let mut out = vec![0x60, 0xea];
        out.extend((body.len() as u16).to_le_bytes());
        out.extend(body);
        out.extend([0; 6]);
        out
    }

    const METHODS: [&[u8]; 4] = [
        include_bytes!("../../../../fixtures/files/archive/m1.arj"),
        include_bytes!("../../../../fixtures/files/archive/m2.arj"),
        include_bytes!("../../../../fixtures/files/archive/m3.arj"),
        include_bytes!("../../../../fixtures/files/archive/m4.arj"),
    ];
    /// The hash of the list that is packed in each.
    const LIST: &str = "6a5d31f6d266496b607b3c9c06530c2a04ab2c4bb6e1d6800e5d46a4f1e65c3e";
    const GARBLED: &[u8] = include_bytes!("../../../../fixtures/files/archive/garbled.arj");

    fn open(bytes: &[u8], passwords: &[crate::Password]) -> crate::Opened {
        let job = Job { name: Some("a.arj"), place: "attachment[0]", inline: false, bytes };
        crate::open(&job, passwords, &Limits::default())
    }

    #[test]
    fn entries_packed_by_every_method_are_opened() {
        for bytes in METHODS {
            let opened = open(bytes, &[]);
            assert_eq!(opened.oddities, []);
            let [list, minutes] = opened.attachment.children.as_slice() else { panic!("two entries") };
            assert_eq!((list.size, list.sha256.as_str()), (75_748, LIST));
            assert_eq!(minutes.text, "The minutes of the meeting.");
        }
    }

    #[test]
    fn a_garbled_archive_is_opened_with_its_password_alone() {
        let given = |value: &str| [crate::Password { value: value.to_owned(), from: "body".to_owned() }];
        let opened = open(GARBLED, &given("Sakura-77"));
        assert_eq!(opened.oddities, []);
        let list = &opened.attachment.children[0];
        assert_eq!((list.sha256.as_str(), list.password.as_deref()), (LIST, Some("Sakura-77")));
        let ids: Vec<String> = open(GARBLED, &given("wrong")).oddities.into_iter().map(|o| o.id).collect();
        assert_eq!(ids, ["password-unknown", "password-unknown"]);
    }

    #[test]
    fn a_packed_archive_cut_anywhere_is_told_and_survived() {
        for end in (0..METHODS[0].len()).step_by(40) {
            let opened = crate::testing::open("a.arj", "arj", &METHODS[0][..end]);
            assert!(!opened.oddities.is_empty(), "cut at {end}");
        }
    }

    #[test]
    fn stored_entries_are_opened_and_the_others_listed() {
        let mut bytes = header(0, 0, 2, 0, b"a.arj");
        bytes.extend(header(0, 0, 0, 5, b"\x90\xbf\x8b\x81\x8f\x91.txt"));
        bytes.extend(b"hello");
        bytes.extend(header(0, 9, 0, 3, b"packed.exe"));
        bytes.extend(b"xyz");
        bytes.extend(header(1, 0, 0, 3, b"secret.doc"));
        bytes.extend(b"xyz");
        bytes.extend([0x60, 0xea, 0, 0]);
        let job = Job { name: Some("a.arj"), place: "attachment[0]", inline: false, bytes: &bytes };
        let opened = crate::open(&job, &[], &Limits::default());
        let told: Vec<_> = opened
            .attachment
            .children
            .iter()
            .map(|c| (c.name.as_deref().unwrap(), c.text.as_str(), c.encrypted))
            .collect();
        assert_eq!(
            told,
            [("請求書.txt", "hello", None), ("packed.exe", "", Some(false)), ("secret.doc", "", Some(true))]
        );
        let ids: Vec<_> = opened.oddities.iter().map(|o| o.id.as_str()).collect();
        assert_eq!(ids, ["method-not-supported", "password-unknown"]);
    }
}
