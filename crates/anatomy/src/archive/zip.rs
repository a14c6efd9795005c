//! Zip archives, opened by their central directory (or what is left of it) with every method and cipher in use.

use forensics::zipdir::{self, ZipEntry, ZipLocal};

use crate::Password;
use crate::archive::codec::{self, Filled, Stream};
use crate::archive::crypt::{self, ZipAesKeys, ZipCrypto};
use crate::archive::{Seen, forms, next};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

pub(crate) static ANALYSER: Analyser =
    Analyser { kinds: &["zip", "jar", "apk", "msix"], run, tells: &[], oddities: &[] };

/// The method of what is not compressed.
const STORE: u16 = 0;

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let room = specimen.bench.files_left;
    let mut list = zipdir::list(bytes, room);
    let hidden = zipdir::hidden(bytes, &list, room - list.entries.len());
    for (told, id) in [
        (list.torn, "archive-directory-lost"),
        (list.before > 0, "archive-data-before"),
        (list.after > 0, "archive-data-after"),
        (!hidden.is_empty(), "archive-entries-hidden"),
        (list.cut, "files-limit"),
    ] {
        if told {
            specimen.odd(id, "");
        }
    }
    list.entries.extend(hidden);
    if list.claimed > 0 {
        specimen.property("archive.entries", list.claimed.to_string());
    }
    specimen.property("archive.comment", list.comment.as_str());
    list.entries.retain(|entry| !entry.is_folder());
    describe(&list.entries, specimen);
    let spans: Vec<Option<ZipLocal>> = list.entries.iter().map(|e| zipdir::locate(bytes, e)).collect();
    let overlapping = overlapping(&spans);
    let mut keys = Keys { all: specimen.passwords(), known: Vec::new(), failed: 0, unopened: false };
    // The smallest encrypted entry tells soonest which password is right.
    let smallest = (0..spans.len())
        .filter(|at| list.entries.get(*at).is_some_and(|e| e.encrypted && e.packed > 12) && !overlapping[*at])
        .min_by_key(|at| list.entries.get(*at).map(|e| e.packed));
    if let Some(at) = smallest
        && let (Some(entry), Some(Some(local))) = (list.entries.get(at), spans.get(at))
    {
        let data = bytes.get(local.data.clone()).unwrap_or(&[]);
        keys.open(specimen, entry, data);
    }
    let mut seen = Seen::default();
    for ((entry, local), overlaps) in list.entries.iter().zip(&spans).zip(&overlapping) {
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            break;
        }
        seen.name(specimen, &entry.name);
        one(bytes, specimen, &mut keys, entry, local.as_ref(), *overlaps);
    }
    if keys.unopened {
        specimen.odd("password-unknown", "");
    }
}

/// What is told of the archive as a whole.
fn describe(entries: &[ZipEntry], specimen: &mut Specimen<'_, '_>) {
    for entry in entries {
        if let Some(host) = host(entry.made_by) {
            specimen.property("archive.created-on", host);
        }
        let needed = entry.needed & 0xff;
        specimen.property("archive.version-needed", format!("{}.{}", needed / 10, needed % 10));
        specimen.property("archive.method", method_name(entry.method));
        specimen.property("archive.encryption", encryption(entry));
    }
}

/// The system that made an entry; none where the list is from local headers.
fn host(made_by: u16) -> Option<&'static str> {
    Some(match made_by >> 8 {
        0 if made_by == 0 => return None,
        0 => "MS-DOS/Windows (FAT)",
        1 => "Amiga",
        3 => "Unix",
        6 => "OS/2 (HPFS)",
        7 => "Macintosh",
        10 => "Windows (NTFS)",
        14 => "Windows (VFAT)",
        16 => "BeOS",
        19 => "macOS",
        _ => "other",
    })
}

fn method_name(method: u16) -> String {
    let name = match method {
        0 => "store",
        1 => "shrink",
        2..=5 => "reduce",
        6 => "implode",
        8 => "deflate",
        9 => "deflate64",
        10 => "dcl-implode",
        12 => "bzip2",
        14 => "lzma",
        20 | 93 => "zstd",
        94 => "mp3",
        95 => "xz",
        96 => "jpeg",
        97 => "wavpack",
        98 => "ppmd",
        other => return format!("method {other}"),
    };
    name.to_owned()
}

fn encryption(entry: &ZipEntry) -> String {
    match entry.aes {
        _ if !entry.encrypted => String::new(),
        Some((version, strength)) => {
            format!("AES-{} (AE-{version})", 64 + 64 * u16::from(strength.clamp(1, 3)))
        }
        None if entry.flags & 0x40 != 0 => "PKWARE strong encryption".to_owned(),
        None => "ZipCrypto".to_owned(),
    }
}

/// For each entry, whether its data are also another one's, of which the first is not marked.
fn overlapping(spans: &[Option<ZipLocal>]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    let start = |at: &usize| spans.get(*at).and_then(Option::as_ref).map_or(usize::MAX, |l| l.start);
    order.sort_by_key(|at| (start(at), *at));
    let mut out = vec![false; spans.len()];
    let mut end = 0;
    for at in order {
        if let (Some(Some(local)), Some(mark)) = (spans.get(at), out.get_mut(at)) {
            *mark = local.start < end;
            end = end.max(local.data.end);
        }
    }
    out
}

/// Tells one entry.
fn one<'c>(
    bytes: &[u8],
    specimen: &mut Specimen<'_, 'c>,
    keys: &mut Keys<'c>,
    entry: &ZipEntry,
    local: Option<&ZipLocal>,
    overlaps: bool,
) {
    let place = next(specimen);
    let mut password = None;
    let mut filled = None;
    match local {
        None => specimen.odd("archive-cut", &place),
        Some(_) if overlaps => specimen.odd("archive-entries-overlap", &place),
        Some(local) => {
            if local.differs {
                specimen.odd("archive-headers-differ", &place);
            }
            if local.cut {
                specimen.odd("archive-cut", &place);
            }
            let data = bytes.get(local.data.clone()).unwrap_or(&[]);
            if !entry.encrypted {
                let room = specimen.room(entry.packed);
                filled = unpack(entry, data, room);
                if filled.is_none() {
                    specimen.odd("archive-method-unknown", &place);
                }
            } else if entry.flags & 0x40 != 0 && entry.aes.is_none() {
                specimen.odd("archive-method-unknown", &place);
            } else if let Some((got, opened)) = keys.open(specimen, entry, data) {
                filled = Some(got);
                password = Some(opened);
            } else {
                keys.unopened = true;
            }
        }
    }
    if let Some(filled) = &filled {
        let whole = !filled.over && !filled.broken;
        for (told, id) in [
            (filled.over, "unpacked-size-limit"),
            (filled.broken, "archive-undecodable"),
            (whole && crc_told(entry) && crc32fast::hash(&filled.bytes) != entry.crc, "archive-crc-wrong"),
            (whole && size_told(entry) && filled.bytes.len() as u64 != entry.size, "archive-size-wrong"),
        ] {
            if told {
                specimen.odd(id, &place);
            }
        }
    }
    let (date, clock) = entry.modified;
    let modified = entry.modified_unix.and_then(time::unix).or_else(|| time::dos(date, clock));
    let content = filled.as_ref().map(|f| f.bytes.as_slice());
    let link = match content {
        Some(target) if entry.is_link() => String::from_utf8_lossy(target).into_owned(),
        _ => String::new(),
    };
    specimen.child(Entry {
        name: Some(entry.name.clone()),
        size: entry.size,
        encrypted: Some(entry.encrypted),
        content,
        password,
        properties: vec![
            ("entry.modified", modified.unwrap_or_default()),
            ("entry.method", method_name(entry.method)),
            ("entry.encryption", encryption(entry)),
            ("entry.packed", entry.packed.to_string()),
            ("entry.comment", entry.comment.clone()),
            ("entry.link", link),
        ],
        ..Entry::default()
    });
}

/// AE-2 keeps no check sum; neither does a local header whose descriptor was lost.
fn crc_told(entry: &ZipEntry) -> bool {
    entry.aes.is_none_or(|(version, _)| version != 2) && (entry.crc != 0 || size_told(entry))
}

fn size_told(entry: &ZipEntry) -> bool {
    entry.size != 0 || entry.flags & 8 == 0
}

/// Decompresses the content of an entry that is not (or no longer) encrypted; `None` for a method that is not known.
fn unpack(entry: &ZipEntry, data: &[u8], room: usize) -> Option<Filled> {
    let input: Stream<'_> = codec::slice(data);
    let reader = match entry.method {
        STORE => Ok(input),
        8 => Ok(codec::deflate(input)),
        9 => Ok(codec::deflate64(input)),
        12 => Ok(codec::bzip2(input)),
        14 => {
            // Two bytes of version and two of length stand before the five of properties.
            let length = data.get(2..4).map_or(0, |b| usize::from(u16::from_le_bytes([b[0], b[1]])));
            let properties = data.get(4..4 + length).unwrap_or(&[]);
            let size = (entry.flags & 2 == 0).then_some(entry.size);
            codec::lzma(codec::slice(data.get(4 + length..).unwrap_or(&[])), properties, size, room)
        }
        20 | 93 => return Some(codec::zstd(data, room)),
        95 => Ok(codec::xz(input)),
        98 => codec::ppmd8(input).map(|reader| {
            // The stream has no end of its own.
            Box::new(std::io::Read::take(reader, entry.size)) as Stream<'_>
        }),
        _ => return None,
    };
    Some(match reader {
        Ok(mut reader) => codec::fill(&mut reader, room),
        Err(_) => Filled { broken: true, ..Filled::default() },
    })
}

/// The passwords, and what is known of them in this archive.
struct Keys<'c> {
    all: &'c [Password],
    /// Those that opened an entry, the last one first.
    known: Vec<&'c Password>,
    /// Entries that stayed closed after all of them were tried.
    failed: usize,
    /// An entry stayed closed.
    unopened: bool,
}

impl<'c> Keys<'c> {
    /// Opens an entry: the content, and what opened it.
    fn open(
        &mut self,
        specimen: &mut Specimen<'_, '_>,
        entry: &ZipEntry,
        data: &[u8],
    ) -> Option<(Filled, &'c Password)> {
        let room = specimen.room(entry.packed);
        // One archive has one password, as a rule: where nothing opened the first few, the others are left alone.
        let given_up = self.known.is_empty() && self.failed >= FAILED_ENTRIES;
        let rest: &'c [Password] = if given_up { &[] } else { self.all };
        let candidates = self.known.clone().into_iter().chain(rest);
        for password in candidates {
            for form in forms(&password.value) {
                let cost = if entry.aes.is_some() { crypt::ZIP_AES_COST } else { 64 };
                if !specimen.bench.trial(cost) {
                    specimen.odd("password-trials-limit", "");
                    return None;
                }
                let Some(plain) = decrypt(entry, data, &form) else {
                    continue;
                };
                if !self.known.contains(&password) && !specimen.bench.trial(data.len() as u64) {
                    specimen.odd("password-trials-limit", "");
                    return None;
                }
                if let Some(filled) = unpack(entry, &plain.bytes, room)
                    && (plain.authentic || proven(entry, &plain.bytes, &filled))
                {
                    if !self.known.contains(&password) {
                        self.known.insert(0, password);
                    }
                    return Some((filled, password));
                }
            }
        }
        self.failed += 1;
        None
    }
}

/// Entries on which all passwords are tried before an archive counts as closed.
const FAILED_ENTRIES: usize = 8;

/// What decryption gave.
struct Plain {
    bytes: Vec<u8>,
    /// The authentication code proves the password.
    authentic: bool,
}

/// Decrypts, unless the cipher's own short check refuses the password.
fn decrypt(entry: &ZipEntry, data: &[u8], password: &[u8]) -> Option<Plain> {
    if let Some((_, strength)) = entry.aes {
        let (salt, rest) = data.split_at_checked(crypt::salt_bytes(strength))?;
        let (check, rest) = rest.split_at_checked(2)?;
        let keys = ZipAesKeys::new(password, salt, strength)?;
        if keys.check != *check {
            return None;
        }
        let (sealed, code) = rest.split_at_checked(rest.len().saturating_sub(10))?;
        return Some(Plain { bytes: keys.decrypt(sealed), authentic: keys.authentic(sealed, code) });
    }
    let (head, sealed) = data.split_at_checked(12)?;
    let mut cipher = ZipCrypto::new(password);
    let last = head.iter().fold(0, |_, byte| cipher.decrypt(*byte));
    let by_crc = (entry.crc >> 24) as u8;
    let by_time = (entry.modified.1 >> 8) as u8;
    if last != by_crc && (last != by_time || entry.flags & 8 == 0) {
        return None;
    }
    Some(Plain { bytes: sealed.iter().map(|byte| cipher.decrypt(*byte)).collect(), authentic: false })
}

/// True if what came out proves that the password was right: the check sum, or, where that is wrong in itself, a
/// compressed stream that ends where it should.
fn proven(entry: &ZipEntry, plain: &[u8], filled: &Filled) -> bool {
    if entry.method == STORE {
        return crc_told(entry) && crc32fast::hash(plain) == entry.crc;
    }
    if filled.over {
        // A wrong key does not give so many bytes without an error.
        return filled.bytes.len() > LONG_PROOF;
    }
    let whole = !filled.broken;
    whole && crc_told(entry) && crc32fast::hash(&filled.bytes) == entry.crc
        || whole && entry.size > 0 && filled.bytes.len() as u64 == entry.size && entry.method != 98
}

/// Decompressed bytes without an error that no wrong key gives.
const LONG_PROOF: usize = 1 << 20;

#[cfg(test)]
#[path = "zip_tests.rs"]
mod tests;
