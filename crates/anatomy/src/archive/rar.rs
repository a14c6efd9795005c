//! RAR 1.4 to 7, also behind a self-extracting program.
//!
//! `rars` reads, decrypts and unpacks. What was found in it (0.12.3): every count and size that the file claims can
//! be bounded by its options except two, and both are bounded here: the rounds of key derivation (RAR 5 up to 2^24,
//! done for every encrypted entry while the headers are read), and the unpacked size of a single entry (its own
//! limit ends the whole run, so the writer ends the entry instead).

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use rars::{
    Archive, ArchiveMember, ArchiveMemberDetail, ArchiveReadOptions, ArchiveReader, ErrorKind,
    ExtractionDecision, ExtractionErrorAction,
};

use super::rar_list::{self, Listed};
use super::{names, next};
use crate::binary::piece;
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::{Password, time};

/// Blocks of one archive that are read.
const BLOCKS: u64 = 8_000;

/// Bytes of headers that are read.
const HEADER_BYTES: u64 = 8 << 20;

/// The largest dictionary of an entry that is unpacked.
const DICTIONARY: u64 = 64 << 20;

/// Memory of the decoder.
const WORKSPACE: u64 = 160 << 20;

/// Bytes of an entry that the decoder may hold at once.
const BUFFERED: u64 = 16 << 20;

/// Unpacked bytes of one archive that are held at once.
const HELD: usize = 96 << 20;

/// Rounds of key derivation spent on one archive (about two seconds).
const ROUNDS: u64 = 1 << 22;

/// Rounds of RAR 3 and 4, fixed by the format.
const OLD_ROUNDS: u64 = 1 << 18;

/// What one round of the old derivation weighs against one of the new.
const OLD_WEIGHT: u64 = 3;

/// Bytes in which a program may hold its archive.
const STUB_BYTES: usize = 4 << 20;

/// The sign of RAR 1.5 and later; what follows tells the version.
const SIGN: &[u8] = b"Rar!\x1a\x07";

pub(crate) static ANALYSER: Analyser =
    Analyser { kinds: &["rar", "exe", "scr", "com", "dll", "elf", "bin"], run, tells: &[], oddities: &[] };

fn options(password: Option<&[u8]>) -> ArchiveReadOptions<'_> {
    ArchiveReadOptions::with_optional_password(password)
        .with_max_header_count(BLOCKS)
        .with_max_header_bytes(HEADER_BYTES)
        .with_max_reader_workspace_bytes(WORKSPACE)
        .with_max_total_output_bytes(HELD as u64)
        .with_rar50_dictionary_size_limit(DICTIONARY)
        .with_rar50_buffered_decode_limit(BUFFERED)
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some((start, version)) = find(bytes, specimen.file.kind == "rar") else {
        return;
    };
    let archive_bytes = bytes.get(start..).unwrap_or(&[]);
    if start > 0 {
        specimen.property("archive.sfx", "rar");
    }
    specimen.property("archive.version", version);
    let (archive, password) = match ArchiveReader::read_with_options(archive_bytes, options(None)) {
        Ok(archive) => {
            let password = files_password(archive_bytes, &archive, specimen);
            match password {
                Some((opened, password)) => (opened, Some(password)),
                None => (archive, None),
            }
        }
        Err(error) if error.kind() == ErrorKind::PasswordRequired => {
            specimen.property("archive.encryption", "headers");
            specimen.file.encrypted = Some(true);
            match headers_password(archive_bytes, specimen) {
                Some((archive, password)) => {
                    specimen.file.password = Some(password.value.clone());
                    specimen.file.password_from = Some(password.from.clone());
                    (archive, Some(password))
                }
                None => {
                    specimen.odd("password-unknown", "");
                    return;
                }
            }
        }
        Err(error) => {
            let id =
                if error.kind() == ErrorKind::ResourceLimit { "files-limit" } else { "archive-undecodable" };
            specimen.odd(id, "");
            more(archive_bytes, &[], specimen);
            return;
        }
    };
    about(&archive, password, specimen);
    let members: Vec<ArchiveMember> = archive.members().collect();
    let contents = unpack(&archive, &members, password, specimen);
    tell(&members, contents, password, specimen);
    more(archive_bytes, &members, specimen);
}

/// Lists what `rars` did not: entries of damaged, cut or unusual archives, by their headers alone. Those that are
/// stored are opened.
fn more(bytes: &[u8], known: &[ArchiveMember], specimen: &mut Specimen<'_, '_>) {
    if !bytes.starts_with(SIGN) {
        return;
    }
    // By number and not by name: names may stand there twice, and be decoded in another way.
    let files = known.iter().filter(|m| !m.meta.is_directory).count();
    let listed = rar_list::list(bytes);
    let is_known = |file: &&Listed| known.iter().any(|member| member.meta.name == file.name);
    let unknown: Vec<&Listed> = listed.iter().skip(files).filter(|file| !is_known(file)).collect();
    if unknown.is_empty() {
        return;
    }
    let raw: Vec<&[u8]> = unknown.iter().map(|file| file.name.as_slice()).collect();
    for (file, name) in unknown.iter().zip(names::decode(&raw)) {
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            return;
        }
        specimen.property("archive.method", file.method.as_str());
        let name = name.replace('\\', "/");
        super::path(specimen, &name);
        let place = next(specimen);
        let room = specimen.room(file.size);
        let content = file.stored.filter(|_| !file.split).map(|(at, size)| piece(bytes, at, size.min(room)));
        let content = content.filter(|content| !content.is_empty() || file.size == 0);
        if file.encrypted {
            specimen.property("archive.encryption", "entries");
            specimen.odd("password-unknown", &name);
        } else if content.is_none() {
            specimen.odd(if file.split { "archive-volume" } else { "archive-undecodable" }, &place);
        }
        let mut properties = vec![("entry.method", file.method.clone())];
        properties.extend(file.modified.clone().map(|moment| ("entry.modified", moment)));
        specimen.child(Entry {
            name: Some(name),
            size: file.size,
            encrypted: Some(file.encrypted),
            content,
            properties,
            ..Entry::default()
        });
    }
}

/// Where the archive starts, and its format.
fn find(bytes: &[u8], said: bool) -> Option<(usize, &'static str)> {
    if bytes.starts_with(b"RE~^") {
        return Some((0, "RAR 1.4"));
    }
    let area = bytes.get(..STUB_BYTES).unwrap_or(bytes);
    let limit = if said { 1 } else { 64 };
    memchr::memmem::find_iter(area, SIGN).take(limit).find_map(|at| match bytes.get(at + 6..at + 8) {
        Some([1, 0]) => Some((at, "RAR 5")),
        Some([0, _]) => Some((at, "RAR 4")),
        _ => None,
    })
}

/// What the archive says of itself.
fn about(archive: &Archive, password: Option<&Password>, specimen: &mut Specimen<'_, '_>) {
    if archive.is_solid() {
        specimen.property("archive.solid", "yes");
    }
    let volume = match archive {
        Archive::Rar50Plus(inner) if inner.main.is_volume() => {
            Some(inner.main.volume_number.unwrap_or(0).saturating_add(1).to_string())
        }
        Archive::Rar15To40(inner) if inner.main.is_volume() => {
            Some(if inner.main.is_first_volume() { "1" } else { "yes" }.to_owned())
        }
        _ => None,
    };
    if let Some(volume) = volume {
        specimen.property("archive.volume", volume);
        specimen.odd("archive-volume", "");
    }
    let secret = password.map(|p| p.value.as_bytes());
    if let Ok(Some(comment)) = archive.comment_with_options(options(secret)) {
        let comment = forensics::charset::decode(&comment, None).text.into_owned();
        specimen.property("archive.comment", comment.as_str());
        specimen.source("comment", lexicon::facts::SourceForm::Prose, &comment);
    }
}

/// Rounds that one derivation for this entry costs; 0 if it needs none.
fn rounds(member: &rars::ArchiveMemberRef<'_>) -> u64 {
    match member {
        rars::ArchiveMemberRef::Rar50Plus(file) => file
            .encryption
            .as_ref()
            .map_or(0, |e| 1u64.checked_shl(u32::from(e.kdf_count)).unwrap_or(u64::MAX)),
        rars::ArchiveMemberRef::Rar15To40(file) if file.is_encrypted() && file.unp_ver >= 29 => {
            OLD_ROUNDS * OLD_WEIGHT
        }
        _ => 0,
    }
}

/// Tries the passwords on the smallest encrypted entry; the archive as it reads with the right one.
fn files_password<'c>(
    bytes: &[u8],
    archive: &Archive,
    specimen: &mut Specimen<'_, 'c>,
) -> Option<(Archive, &'c Password)> {
    let encrypted = |m: &ArchiveMember| m.meta.is_encrypted && !m.meta.is_directory;
    let (index, _) = archive
        .members()
        .enumerate()
        .filter(|(_, m)| encrypted(m) && !m.meta.is_split_before && !m.meta.is_split_after)
        .min_by_key(|(_, m)| (m.is_solid(), m.meta.packed_size))?;
    // RAR 5 derives a key for every entry as it reads the headers; older ones when they unpack.
    let all: u64 = archive.member_refs().map(|m| rounds(&m)).fold(0, u64::saturating_add);
    let one = archive.member_refs().nth(index).map_or(0, |m| rounds(&m));
    let reading = if archive.as_rar50().is_some() { all } else { 0 };
    let mut left = ROUNDS.saturating_sub(reading);
    if reading > ROUNDS {
        specimen.odd("password-trials-limit", "");
        return None;
    }
    for password in specimen.passwords() {
        if left < one {
            specimen.odd("password-trials-limit", "");
            return None;
        }
        left -= one;
        let secret = Some(password.value.as_bytes());
        let Ok(opened) = ArchiveReader::read_with_options(bytes, options(secret)) else {
            continue;
        };
        if let Ok(Some(_)) = opened.read_member_at_with_options(index, options(secret)) {
            return Some((opened, password));
        }
    }
    None
}

/// Tries the passwords on encrypted headers.
fn headers_password<'c>(bytes: &[u8], specimen: &mut Specimen<'_, 'c>) -> Option<(Archive, &'c Password)> {
    let one = if bytes.get(6) == Some(&1) {
        // Signature, CRC, size, type 4, flags, version, flags, rounds: numbers of one byte each in real archives.
        let rounds = match bytes.get(8 + 4..) {
            Some([_, 4, _, 0, _, rounds, ..]) => u32::from(*rounds),
            _ => 15,
        };
        1u64.checked_shl(rounds).unwrap_or(u64::MAX)
    } else {
        OLD_ROUNDS * OLD_WEIGHT
    };
    let mut left = ROUNDS;
    for password in specimen.passwords() {
        if left < one {
            specimen.odd("password-trials-limit", "");
            return None;
        }
        left -= one;
        let secret = Some(password.value.as_bytes());
        if let Ok(archive) = ArchiveReader::read_with_options(bytes, options(secret)) {
            return Some((archive, password));
        }
    }
    None
}

/// What came of an entry.
#[derive(Default)]
struct Content {
    bytes: Option<Rc<RefCell<Vec<u8>>>>,
    oddity: Option<&'static str>,
}

/// Takes bytes up to a limit.
struct Bounded {
    into: Rc<RefCell<Vec<u8>>>,
    room: usize,
}

impl Write for Bounded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let taken = data.len().min(self.room);
        if taken == 0 && !data.is_empty() {
            return Err(io::Error::other("beyond the limit"));
        }
        self.into.borrow_mut().extend_from_slice(data.get(..taken).unwrap_or(data));
        self.room -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unpack(
    archive: &Archive,
    members: &[ArchiveMember],
    password: Option<&Password>,
    specimen: &Specimen<'_, '_>,
) -> Vec<Content> {
    let contents: RefCell<Vec<Content>> = RefCell::new(members.iter().map(|_| Content::default()).collect());
    let note = |index: usize, oddity: &'static str| {
        if let Some(content) = contents.borrow_mut().get_mut(index) {
            content.oddity.get_or_insert(oddity);
        }
    };
    let solid = archive.is_solid();
    let old = archive.as_rar50().is_none();
    let mut index = 0usize;
    let mut held = HELD;
    let mut rounds_left = ROUNDS;
    let current = RefCell::new(0usize);
    let secret = password.map(|p| p.value.as_bytes());
    let result = archive.extract_with_control_and_errors(
        options(secret),
        |member| {
            let at = index;
            index += 1;
            *current.borrow_mut() = at;
            if member.meta.is_directory || member.meta.is_redirection {
                return Ok(ExtractionDecision::Skip);
            }
            let skip = if solid { ExtractionDecision::Stop } else { ExtractionDecision::Skip };
            if member.meta.is_encrypted {
                if password.is_none() {
                    return Ok(skip);
                }
                let cost = if old { OLD_ROUNDS * OLD_WEIGHT / 2 } else { 0 };
                if rounds_left < cost {
                    note(at, "password-trials-limit");
                    return Ok(skip);
                }
                rounds_left -= cost;
            }
            if member.meta.is_split_before || member.meta.is_split_after {
                return Ok(skip);
            }
            if dictionary(member) > DICTIONARY {
                note(at, "method-not-supported");
                return Ok(skip);
            }
            let room = specimen.room(member.meta.packed_size).min(held);
            let size = usize::try_from(member.meta.unpacked_size).unwrap_or(usize::MAX);
            if size > room {
                note(at, "unpacked-size-limit");
                if solid || room == 0 || size > HELD {
                    return Ok(skip);
                }
            }
            held -= room.min(size);
            let into = Rc::new(RefCell::new(Vec::new()));
            if let Some(content) = contents.borrow_mut().get_mut(at) {
                content.bytes = Some(Rc::clone(&into));
            }
            Ok(ExtractionDecision::Extract(Box::new(Bounded { into, room })))
        },
        |_, error| {
            let at = *current.borrow();
            note(at, oddity(error.kind()));
            Ok(ExtractionErrorAction::Continue)
        },
    );
    if let Err(error) = result {
        let at = *current.borrow();
        note(at, oddity(error.kind()));
    }
    contents.into_inner()
}

fn oddity(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ChecksumMismatch => "archive-crc-wrong",
        ErrorKind::ResourceLimit => "unpacked-size-limit",
        ErrorKind::UnsupportedFeature | ErrorKind::UnsupportedFormat => "method-not-supported",
        ErrorKind::BadPassword | ErrorKind::PasswordRequired => "password-unknown",
        _ => "archive-undecodable",
    }
}

/// The dictionary that an entry asks for.
fn dictionary(member: &ArchiveMember) -> u64 {
    match member.detail {
        ArchiveMemberDetail::Rar50Plus { compression_info, .. } if !member.meta.is_stored => {
            (128u64 << 10).checked_shl((compression_info >> 10 & 0x1f) as u32).unwrap_or(u64::MAX)
        }
        _ => 0,
    }
}

fn tell(
    members: &[ArchiveMember],
    contents: Vec<Content>,
    password: Option<&Password>,
    specimen: &mut Specimen<'_, '_>,
) {
    let raw: Vec<&[u8]> = members.iter().map(|member| member.meta.name.as_slice()).collect();
    let decoded = names::decode(&raw);
    for ((member, content), name) in members.iter().zip(contents).zip(decoded) {
        let meta = &member.meta;
        // A link to a folder is a folder to Windows.
        if meta.is_directory && !meta.is_redirection {
            continue;
        }
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            return;
        }
        let (method, cipher) = method(member);
        specimen.property("archive.method", method.as_str());
        let host = match (&member.detail, meta.host_os) {
            (ArchiveMemberDetail::Rar50Plus { .. }, Some(0)) | (_, Some(2)) => "Windows",
            (ArchiveMemberDetail::Rar50Plus { .. }, Some(1)) | (_, Some(3)) => "Unix",
            (_, Some(0)) => "MS-DOS",
            (_, Some(1)) => "OS/2",
            (_, Some(4)) => "Macintosh",
            (_, Some(5)) => "BeOS",
            _ => "",
        };
        specimen.property("archive.created-on", host);
        let name = name.replace('\\', "/");
        super::path(specimen, &name);
        if meta.is_encrypted {
            specimen.property("archive.encryption", cipher);
        }
        let bytes = content.bytes.map(|bytes| bytes.take());
        if let Some(oddity) = content.oddity {
            specimen.odd(oddity, &name);
        } else if meta.is_encrypted && bytes.is_none() {
            specimen.odd("password-unknown", &name);
        }
        let mut properties = vec![("entry.method", method)];
        properties.extend(modified(member).map(|moment| ("entry.modified", moment)));
        if let ArchiveMemberDetail::Rar50Plus { redirection: Some(link), .. } = &member.detail {
            properties.push(("entry.link", String::from_utf8_lossy(&link.target_name).into_owned()));
        }
        let opened = password.filter(|_| meta.is_encrypted && bytes.is_some());
        // An entry that failed at its first byte is told as unopened, an empty one as empty.
        let bytes = bytes.filter(|b| !b.is_empty() || meta.unpacked_size == 0);
        specimen.child(Entry {
            name: Some(name),
            size: meta.unpacked_size,
            encrypted: Some(meta.is_encrypted),
            content: bytes.as_deref(),
            password: opened,
            properties,
            ..Entry::default()
        });
    }
}

/// The method in words, and the cipher that an encrypted entry has.
fn method(member: &ArchiveMember) -> (String, &'static str) {
    const STEPS: [&str; 6] = ["store", "fastest", "fast", "normal", "good", "best"];
    let step = |number: usize| STEPS.get(number).copied().unwrap_or("unknown");
    match &member.detail {
        ArchiveMemberDetail::Rar50Plus { compression_info, .. } => {
            let version = if compression_info & 0x3f == 0 { "rar5" } else { "rar7" };
            (format!("{version} {}", step((compression_info >> 7 & 7) as usize)), "AES-256")
        }
        ArchiveMemberDetail::Rar15To40 { method, unpack_version, .. } => {
            let cipher = match unpack_version {
                0..=19 => "RAR 1.5",
                20..=28 => "RAR 2.0",
                _ => "AES-128",
            };
            let (whole, tenth) = (unpack_version / 10, unpack_version % 10);
            let number = usize::from(method.wrapping_sub(0x30));
            (format!("rar {whole}.{tenth} {}", step(number)), cipher)
        }
        ArchiveMemberDetail::Rar13 { method, .. } => {
            (format!("rar 1.4 {}", step(usize::from(*method))), "RAR 1.3")
        }
        _ => ("rar".to_owned(), "unknown"),
    }
}

fn modified(member: &ArchiveMember) -> Option<String> {
    let raw = member.meta.file_time?;
    match member.detail {
        ArchiveMemberDetail::Rar50Plus { .. } => time::unix(i64::from(raw)),
        _ => time::dos((raw >> 16) as u16, raw as u16),
    }
}

#[cfg(test)]
mod tests {

    use crate::{Job, Limits};

    /// A RAR 4 archive with one stored entry.
    fn old(name: &[u8], content: &[u8]) -> Vec<u8> {
        let mut out = b"Rar!\x1a\x07\0".to_vec();
        let block = |body: &[u8]| {
            let mut whole = (crc32(body) as u16).to_le_bytes().to_vec();
            whole.extend(body);
            whole
        };
        out.extend(block(&[0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0]));
        let size = (content.len() as u32).to_le_bytes();
        let mut body = vec![0x74, 0, 0x80];
        body.extend((32 + name.len() as u16).to_le_bytes());
        body.extend(size);
        body.extend(size);
        body.push(2);
        body.extend(crc32(content).to_le_bytes());
        body.extend(0x4307_4980u32.to_le_bytes());
        body.extend([20, 0x30]);
        body.extend((name.len() as u16).to_le_bytes());
        body.extend(0x20u32.to_le_bytes());
        body.extend(name);
        out.extend(block(&body));
        out.extend(content);
        out
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
        })
    }

    fn open(bytes: &[u8]) -> crate::Opened {
        let job = Job { name: Some("a.rar"), place: "attachment[0]", inline: false, bytes };
        crate::open(&job, &[], &Limits::default())
    }

    #[test]
    fn a_stored_entry_is_opened_with_its_japanese_name_and_date() {
        let opened = open(&old(b"\x90\xbf\x8b\x81\x8f\x91.txt", b"hello"));
        assert_eq!(opened.oddities, []);
        let child = &opened.attachment.children[0];
        assert_eq!((child.name.as_deref(), child.text.as_str()), (Some("請求書.txt"), "hello"));
        assert!(child.properties.iter().any(|p| p.value == "2013-08-07T09:12:00"));
        assert!(opened.attachment.properties.iter().any(|p| p.value == "rar 2.0 store"));
    }

    #[test]
    fn a_name_that_leaves_its_folder_is_told() {
        let opened = open(&old(b"..\\..\\a.txt", b"hello"));
        assert_eq!(opened.oddities[0].id, "archive-path-escapes");
        assert_eq!(opened.attachment.children[0].text, "hello");
    }

    #[test]
    fn a_self_extracting_archive_is_opened() {
        let mut bytes = b"MZ stub".to_vec();
        bytes.extend(old(b"a.txt", b"hello"));
        let opened = open(&bytes);
        assert_eq!(opened.attachment.children[0].text, "hello");
    }

    /// A RAR 5 archive of blocks; `spoilt` gives each a wrong check sum.
    fn new(blocks: &[(&[u8], &[u8])], spoilt: bool) -> Vec<u8> {
        let mut out = b"Rar!\x1a\x07\x01\0".to_vec();
        for (head, data) in
            [(&[1, 0, 0][..], &[][..])].iter().chain(blocks).chain(&[(&[5, 0, 0][..], &[][..])])
        {
            let body = [&[head.len() as u8][..], head].concat();
            out.extend((crc32(&body) ^ u32::from(spoilt)).to_le_bytes());
            out.extend(body);
            out.extend(*data);
        }
        out
    }

    #[test]
    fn an_archive_whose_headers_are_damaged_is_listed_and_its_stored_entries_opened() {
        let name = b"\x90\xbf\x8b\x81\x8f\x91.txt";
        let mut bytes = old(name, b"hello");
        // The check sum of the entry's header.
        bytes[20] ^= 1;
        let opened = open(&bytes);
        let child = &opened.attachment.children[0];
        assert_eq!((child.name.as_deref(), child.text.as_str()), (Some("請求書.txt"), "hello"));
        assert_eq!(opened.oddities[0].id, "archive-undecodable");
        let file = [&[2, 2, 5, 0, 5, 0x20, 0, 0, 5][..], b"a.txt"].concat();
        let opened = open(&new(&[(&file, b"hello")], true));
        let child = &opened.attachment.children[0];
        assert_eq!((child.name.as_deref(), child.text.as_str()), (Some("a.txt"), "hello"));
        assert_eq!(opened.oddities[0].id, "archive-undecodable");
    }

    #[test]
    fn a_first_entry_that_is_cut_is_still_listed() {
        let whole = old(b"secret.doc", &[7; 400]);
        let opened = open(&whole[..80]);
        assert_eq!(opened.attachment.children[0].name.as_deref(), Some("secret.doc"));
        assert!(!opened.oddities.is_empty());
    }

    #[test]
    fn a_link_to_a_folder_is_told_with_its_target() {
        let extra = [&[9, 5, 4, 1, 5][..], b"../in"].concat();
        let file = [&[2, 3, 10, 0, 1, 0, 0x20, 0, 0, 4][..], b"link", &extra].concat();
        let opened = open(&new(&[(&file, b"")], false));
        let child = &opened.attachment.children[0];
        assert_eq!((child.name.as_deref(), child.property("entry.link")), (Some("link"), Some("../in")));
    }

    #[test]
    fn rubbish_behind_the_sign_is_an_oddity() {
        let opened = open(b"Rar!\x1a\x07\x01\0\xff\xff\xff\xff\xff\xff\xff\xff");
        assert_eq!(opened.oddities.len(), 1);
    }
}
