//! The list of a zip archive, from its central directory (or, where that is lost, its local headers). Nothing is
//! decompressed here: opening archives is the confined worker's task.

use std::ops::Range;

use crate::charset;

/// One entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ZipEntry {
    /// Its path in the archive, decoded.
    pub name: String,
    /// Its size before compression, as the directory claims.
    pub size: u64,
    /// Its content needs a password.
    pub encrypted: bool,
    /// Its size in the archive, as the directory claims.
    pub packed: u64,
    /// How it is compressed; for AES the method within.
    pub method: u16,
    /// The general purpose flags.
    pub flags: u16,
    /// The CRC-32 of its content.
    pub crc: u32,
    /// Where its local header should stand in the file, what was put before the archive counted in.
    pub offset: u64,
    /// The version and host system that made it.
    pub made_by: u16,
    /// The version needed to extract it, times ten.
    pub needed: u16,
    /// MS-DOS date and time.
    pub modified: (u16, u16),
    /// Seconds since 1970, where an extra field tells them.
    pub modified_unix: Option<i64>,
    /// The attributes as the host system keeps them.
    pub attributes: u32,
    /// AES: the version (1: AE-1, 2: AE-2) and the strength (1 to 3: 128, 192, 256 bits).
    pub aes: Option<(u16, u8)>,
    /// Its comment, decoded.
    pub comment: String,
    /// The directory does not name it: it was found between the entries that are named.
    pub hidden: bool,
}

impl ZipEntry {
    /// True for a folder.
    pub fn is_folder(&self) -> bool {
        self.size == 0 && (self.name.ends_with('/') || self.name.ends_with('\\'))
    }

    /// True for a Unix symbolic link: its content is where it leads.
    pub fn is_link(&self) -> bool {
        self.made_by >> 8 == 3 && self.attributes >> 28 == 0xa
    }
}

/// What stands before the content of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipLocal {
    /// Where the local header starts.
    pub start: usize,
    /// Where the packed bytes stand, cut to what is there.
    pub data: Range<usize>,
    /// Some of the packed bytes are missing.
    pub cut: bool,
    /// The local header tells another name, method, size or encryption than the directory.
    pub differs: bool,
}

/// A listed archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ZipList {
    /// What it holds, in the order of its directory.
    pub entries: Vec<ZipEntry>,
    /// Entries beyond the limit were left out.
    pub cut: bool,
    /// The central directory was lost; the list is from local headers.
    pub torn: bool,
    /// Bytes before the archive.
    pub before: usize,
    /// Bytes after it.
    pub after: usize,
    /// How many entries its end record claims.
    pub claimed: u64,
    /// Its comment, decoded.
    pub comment: String,
    /// Where the central directory starts; the end of the file where there is none.
    pub directory: usize,
}

/// Bytes at the end in which the end record stands: its own 22 and the longest comment.
const TAIL_BYTES: usize = 22 + 65_535;

/// End records looked at, the last ones first: a comment or an archive within may hold more.
const END_RECORDS: usize = 16;

/// Bytes between the entries of the directory that are searched for hidden ones, together.
const GAP_BYTES: usize = 64 << 20;

const DIRECTORY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const END: &[u8] = b"PK\x05\x06";

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn length_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let eight: [u8; 8] = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
    Some(u64::from_le_bytes(eight))
}

/// An entry whose name is not decoded yet.
struct Raw<'a> {
    entry: ZipEntry,
    name: &'a [u8],
    comment: &'a [u8],
    unicode: Option<String>,
}

/// Lists at most `limit` entries.
pub fn list(raw: &[u8], limit: usize) -> ZipList {
    central(raw, limit).unwrap_or_else(|| {
        let (names, cut) = local(raw, 0..raw.len(), limit);
        let mut out = ZipList { torn: true, cut, directory: raw.len(), ..ZipList::default() };
        out.entries = decode_names(names);
        out
    })
}

/// True if an archive with at least one entry ends the file, whatever stands before it.
pub fn is_archive(raw: &[u8]) -> bool {
    central(raw, 1).is_some_and(|list| !list.entries.is_empty())
}

/// The entries whose local headers stand between (or before) those that the directory names, at most `limit`.
pub fn hidden(raw: &[u8], list: &ZipList, limit: usize) -> Vec<ZipEntry> {
    if list.torn || list.cut {
        return Vec::new();
    }
    let mut spans: Vec<(usize, usize)> =
        list.entries.iter().filter_map(|e| locate(raw, e)).map(|l| (l.start, l.data.end)).collect();
    spans.sort_unstable();
    spans.push((list.directory, list.directory));
    let mut names = Vec::new();
    let (mut at, mut room) = (0, GAP_BYTES);
    for (start, end) in spans {
        // A data descriptor and padding stand in honest gaps; a local header needs thirty bytes.
        if start > at && start - at >= 30 && start - at <= room {
            room -= start - at;
            let (found, _) = local(raw, at..start, limit.saturating_sub(names.len()));
            names.extend(found);
        }
        at = at.max(end);
    }
    let mut entries = decode_names(names);
    for entry in &mut entries {
        entry.hidden = true;
    }
    entries
}

/// Where the content of `entry` stands.
pub fn locate(raw: &[u8], entry: &ZipEntry) -> Option<ZipLocal> {
    let start = usize::try_from(entry.offset).ok()?;
    let header = raw.get(start..).filter(|h| h.starts_with(LOCAL) && h.len() >= 30)?;
    let (name, extra) = (length_at(header, 26), length_at(header, 28));
    let flags = u16_at(header, 6);
    let data = start + 30 + name + extra;
    let end = usize::try_from(entry.packed).unwrap_or(usize::MAX).saturating_add(data);
    let there = end.min(raw.len());
    let extra_bytes = header.get(30 + name..30 + name + extra).unwrap_or(&[]);
    let (size, packed) = sizes(header, 22, 18, extra_bytes);
    let method = real_method(u16_at(header, 8), extra_bytes).0;
    // With a data descriptor the local header may leave sizes empty.
    let said = |here: u64, there: u64| (flags & 8 != 0 && here == 0) || here == there;
    let plain_name = header.get(30..30 + name).unwrap_or(&[]);
    // Names are compared where both are plain: the two may stand in different charsets.
    let name_differs = plain_name.is_ascii()
        && entry.name.is_ascii()
        && !plain_name.is_empty()
        && plain_name != entry.name.as_bytes();
    let differs = !entry.hidden
        && (name_differs
            || method != entry.method
            || (flags ^ entry.flags) & 1 != 0
            || !said(size, entry.size)
            || !said(packed, entry.packed));
    Some(ZipLocal { start, data: data.min(raw.len())..there, cut: end > raw.len(), differs })
}

fn central(raw: &[u8], limit: usize) -> Option<ZipList> {
    let tail_start = raw.len().saturating_sub(TAIL_BYTES);
    let mut tail = raw.get(tail_start..)?;
    let mut fallback = None;
    for _ in 0..END_RECORDS {
        let Some(found) = memchr::memmem::rfind(tail, END) else {
            break;
        };
        tail = tail.get(..found)?;
        let end = tail_start + found;
        if let Some(list) = directory(raw, end, limit) {
            if list.after == 0 {
                return Some(list);
            }
            fallback = fallback.or(Some(list));
        }
    }
    fallback
}

/// The directory that the end record at `end` speaks of.
fn directory(raw: &[u8], end: usize, limit: usize) -> Option<ZipList> {
    let record = raw.get(end..).filter(|r| r.len() >= 20)?;
    let mut count = u64::from(u16_at(record, 10));
    let mut size = u64::from(u32_at(record, 12));
    let mut offset = u64::from(u32_at(record, 16));
    let comment = record.get(22..).unwrap_or(&[]);
    let comment = comment.get(..length_at(record, 20)).unwrap_or(comment);
    let mut close = end;
    // Zip64: a locator stands right before the end record.
    if let Some(locator) = end.checked_sub(20).and_then(|at| raw.get(at..end))
        && locator.starts_with(b"PK\x06\x07")
    {
        let told = usize::try_from(u64_at(locator, 8)?).ok();
        let near = end.checked_sub(20 + 56);
        let is_record = |at: &usize| raw.get(*at..).is_some_and(|r| r.starts_with(b"PK\x06\x06"));
        if let Some(at) = near.filter(is_record).or(told.filter(is_record)) {
            let record = raw.get(at..)?;
            (count, size, offset) = (u64_at(record, 32)?, u64_at(record, 40)?, u64_at(record, 48)?);
            close = at;
        }
    }
    let (size, offset) = (usize::try_from(size).ok()?, usize::try_from(offset).ok()?);
    let is_directory = |at: usize| raw.get(at..).is_some_and(|r| r.starts_with(DIRECTORY));
    // Where something was put before the archive, offsets are too small; the directory ends at its end record.
    let start = match close.checked_sub(size) {
        Some(start) if is_directory(start) => start,
        _ if is_directory(offset) => offset,
        Some(start) if size == 0 && count == 0 => start,
        _ => return None,
    };
    let before = start.saturating_sub(offset);
    let mut out = ZipList {
        before,
        after: raw.len().saturating_sub(end + 22 + comment.len()),
        claimed: count,
        comment: charset::decode(comment, None).text.into_owned(),
        directory: start,
        ..ZipList::default()
    };
    let mut names = Vec::new();
    let mut at = start;
    while let Some(header) = raw.get(at..close.max(at)).filter(|h| h.starts_with(DIRECTORY) && h.len() >= 46)
    {
        if names.len() >= limit {
            out.cut = true;
            break;
        }
        let (name, extra, comment) = (length_at(header, 28), length_at(header, 30), length_at(header, 32));
        let extra_bytes = header.get(46 + name..46 + name + extra).unwrap_or(&[]);
        let (size, packed) = sizes(header, 24, 20, extra_bytes);
        let (method, aes) = real_method(u16_at(header, 10), extra_bytes);
        let mut offset = u64::from(u32_at(header, 42));
        if offset == 0xffff_ffff {
            // The offset follows those of both sizes that are in the extra field too.
            let skip = [24, 20].iter().filter(|at| u32_at(header, **at) == 0xffff_ffff).count() * 8;
            offset = field(extra_bytes, 1).and_then(|f| u64_at(f, skip)).unwrap_or(offset);
        }
        let shifted = offset.saturating_add(before as u64);
        let stands =
            |at: u64| usize::try_from(at).is_ok_and(|at| raw.get(at..).is_some_and(|r| r.starts_with(LOCAL)));
        let flags = u16_at(header, 8);
        names.push(Raw {
            entry: ZipEntry {
                size,
                packed,
                encrypted: flags & 1 != 0,
                method,
                flags,
                crc: u32_at(header, 16),
                offset: if stands(shifted) || !stands(offset) { shifted } else { offset },
                made_by: u16_at(header, 4),
                needed: u16_at(header, 6),
                modified: (u16_at(header, 14), u16_at(header, 12)),
                modified_unix: unix_time(extra_bytes),
                attributes: u32_at(header, 38),
                aes,
                ..ZipEntry::default()
            },
            name: header.get(46..46 + name).unwrap_or(&[]),
            comment: header.get(46 + name + extra..46 + name + extra + comment).unwrap_or(&[]),
            unicode: unicode_path(extra_bytes),
        });
        at += 46 + name + extra + comment;
    }
    if names.is_empty() && size > 0 && limit > 0 {
        return None;
    }
    out.entries = decode_names(names);
    Some(out)
}

/// The size and the packed size; where they do not fit, they stand in the Zip64 field.
fn sizes(header: &[u8], size: usize, packed: usize, extra: &[u8]) -> (u64, u64) {
    let (mut size, mut packed) = (u64::from(u32_at(header, size)), u64::from(u32_at(header, packed)));
    if size == 0xffff_ffff || packed == 0xffff_ffff {
        let zip64 = field(extra, 1).unwrap_or(&[]);
        let mut at = 0;
        for value in [&mut size, &mut packed] {
            if *value == 0xffff_ffff {
                *value = u64_at(zip64, at).unwrap_or(*value);
                at += 8;
            }
        }
    }
    (size, packed)
}

/// The method, and for AES what is within and how strong it is.
fn real_method(method: u16, extra: &[u8]) -> (u16, Option<(u16, u8)>) {
    match field(extra, 0x9901) {
        Some(aes) if method == 99 && aes.len() >= 7 => {
            (u16_at(aes, 5), Some((u16_at(aes, 0), aes.get(4).copied().unwrap_or(3))))
        }
        _ => (method, None),
    }
}

/// The time of the last change: Info-ZIP's field, or the NTFS one.
fn unix_time(extra: &[u8]) -> Option<i64> {
    if let Some([flags, a, b, c, d, ..]) = field(extra, 0x5455)
        && flags & 1 != 0
    {
        return Some(i64::from(i32::from_le_bytes([*a, *b, *c, *d])));
    }
    let ntfs = field(field(extra, 0x000a)?.get(4..)?, 1)?;
    i64::try_from(u64_at(ntfs, 0)? / 10_000_000).ok()?.checked_sub(11_644_473_600)
}

/// Info-ZIP's Unicode path.
fn unicode_path(extra: &[u8]) -> Option<String> {
    let field = field(extra, 0x7075)?;
    String::from_utf8(field.get(5..)?.to_vec()).ok().filter(|path| !path.is_empty())
}

fn field(extra: &[u8], id: u16) -> Option<&[u8]> {
    let mut rest = extra;
    while rest.len() >= 4 {
        let length = length_at(rest, 2);
        if u16_at(rest, 0) == id {
            return rest.get(4..4 + length);
        }
        rest = rest.get(4 + length..)?;
    }
    None
}

/// The entries whose local headers stand in `range`, and whether there are more than `limit`.
fn local(raw: &[u8], range: Range<usize>, limit: usize) -> (Vec<Raw<'_>>, bool) {
    let raw = raw.get(..range.end).unwrap_or(raw);
    let mut names = Vec::new();
    let mut at = range.start;
    while let Some(found) = raw.get(at..).and_then(|r| memchr::memmem::find(r, LOCAL)) {
        let start = at + found;
        let Some(header) = raw.get(start..).filter(|h| h.len() >= 30) else {
            break;
        };
        if names.len() >= limit {
            return (names, true);
        }
        let (name, extra) = (length_at(header, 26), length_at(header, 28));
        let bytes = header.get(30..30 + name).unwrap_or(&[]);
        let extra_bytes = header.get(30 + name..30 + name + extra).unwrap_or(&[]);
        let (size, mut packed) = sizes(header, 22, 18, extra_bytes);
        let (method, aes) = real_method(u16_at(header, 8), extra_bytes);
        let flags = u16_at(header, 6);
        let data = start + 30 + name + extra;
        if bytes.is_empty() {
            at = start + 4;
            continue;
        }
        let mut crc = u32_at(header, 14);
        let mut size = size;
        if flags & 8 != 0 && packed == 0 {
            // The sizes follow the content: it ends at its descriptor, or where the next record starts.
            let rest = raw.get(data..).unwrap_or(&[]);
            let next = record_end(rest);
            packed = next as u64;
            if let Some(descriptor) = rest.get(next..).filter(|r| r.starts_with(b"PK\x07\x08")) {
                crc = u32_at(descriptor, 4);
                size = u64::from(u32_at(descriptor, 12));
            }
        }
        names.push(Raw {
            entry: ZipEntry {
                size,
                packed,
                encrypted: flags & 1 != 0,
                method,
                flags,
                crc,
                offset: start as u64,
                needed: u16_at(header, 4),
                modified: (u16_at(header, 12), u16_at(header, 10)),
                modified_unix: unix_time(extra_bytes),
                aes,
                ..ZipEntry::default()
            },
            name: bytes,
            comment: &[],
            unicode: unicode_path(extra_bytes),
        });
        at = data.saturating_add(usize::try_from(packed).unwrap_or(0).min(header.len()));
    }
    (names, false)
}

/// Where the next record starts.
fn record_end(rest: &[u8]) -> usize {
    memchr::memmem::find_iter(rest, b"PK")
        .find(|at| matches!(rest.get(at + 2..at + 4), Some([1, 2] | [3, 4] | [5, 6] | [7, 8])))
        .unwrap_or(rest.len())
}

/// Decodes the names: UTF-8 where flagged or valid, else all of them together by what they look like, since one
/// archive has one charset and a short name alone tells little.
fn decode_names(names: Vec<Raw<'_>>) -> Vec<ZipEntry> {
    let legacy: Vec<u8> = names
        .iter()
        .filter(|raw| raw.entry.flags & 0x800 == 0 && raw.unicode.is_none() && !raw.name.is_ascii())
        .flat_map(|raw| raw.name.iter().copied().chain([b'\n']))
        .collect();
    let label = (!legacy.is_empty()).then(|| charset::file_names(&legacy));
    let decode = |bytes: &[u8], flags: u16| {
        let label = if flags & 0x800 != 0 { Some("utf-8") } else { label };
        charset::decode(bytes, label).text.into_owned()
    };
    names
        .into_iter()
        .map(|raw| {
            let flags = raw.entry.flags;
            let name = raw.unicode.unwrap_or_else(|| decode(raw.name, flags));
            let comment = if raw.comment.is_empty() { String::new() } else { decode(raw.comment, flags) };
            ZipEntry { name, comment, ..raw.entry }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stored archive with one empty entry of that name.
    fn archive(name: &[u8], flags: u16) -> Vec<u8> {
        let length = (name.len() as u16).to_le_bytes();
        let mut out = b"PK\x03\x04\x14\0".to_vec();
        out.extend_from_slice(&flags.to_le_bytes());
        out.extend_from_slice(&[0; 18]);
        out.extend_from_slice(&length);
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(name);
        let start = out.len() as u32;
        out.extend_from_slice(b"PK\x01\x02\x14\0\x14\0");
        out.extend_from_slice(&flags.to_le_bytes());
        out.extend_from_slice(&[0; 14]);
        out.extend_from_slice(&7u32.to_le_bytes());
        out.extend_from_slice(&length);
        out.extend_from_slice(&[0; 16]);
        out.extend_from_slice(name);
        let size = out.len() as u32 - start;
        out.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(&start.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out
    }

    #[test]
    fn names_are_right_in_shift_jis_and_utf_8() {
        for (bytes, flags, expect) in [
            (&b"\x90\xbf\x8b\x81\x8f\x91.exe"[..], 0, "請求書.exe"),
            ("請求書.exe".as_bytes(), 0, "請求書.exe"),
            ("請求書.exe".as_bytes(), 0x800, "請求書.exe"),
            (&b"plain.txt"[..], 0, "plain.txt"),
        ] {
            let got = list(&archive(bytes, flags), 10);
            assert_eq!(got.entries.len(), 1);
            assert_eq!((got.entries[0].name.as_str(), got.entries[0].size), (expect, 7));
            assert!(!got.entries[0].encrypted);
        }
    }

    #[test]
    fn an_archive_behind_other_data_is_found_and_its_entries_too() {
        let zip = archive(b"a.txt", 0);
        let behind = [&b"\0\x01\x02 something else"[..], &zip].concat();
        let got = list(&behind, 10);
        assert_eq!((got.before, got.after, got.entries[0].offset), (18, 0, 18));
        assert_eq!(locate(&behind, &got.entries[0]).unwrap().start, 18);
        assert_eq!(crate::kind::of(Some("a.dat"), &behind).word, "zip");
        let twice = [zip.clone(), archive(b"b.txt", 0), b"tail".to_vec()].concat();
        let got = list(&twice, 10);
        assert_eq!((got.before, got.after), (zip.len(), 4));
        let hidden = hidden(&twice, &got, 10);
        assert_eq!((hidden[0].name.as_str(), hidden[0].hidden), ("a.txt", true));
    }

    #[test]
    fn encryption_shows_in_the_flags() {
        assert!(list(&archive(b"a", 1), 10).entries[0].encrypted);
    }

    #[test]
    fn a_torn_archive_is_listed_from_its_local_headers() {
        let whole = archive(b"a.txt", 0);
        let got = list(&whole[..40], 10);
        assert!(got.torn);
        assert_eq!(got.entries[0].name, "a.txt");
        assert_eq!(list(b"PK\x03\x04", 10).entries, []);
        assert!(list(&whole, 0).cut);
    }
}
