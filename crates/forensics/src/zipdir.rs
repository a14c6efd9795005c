//! The list of a zip archive, from its central directory (or, where that is lost, its local headers). Nothing is
//! decompressed here: opening archives is the confined worker's task.

use crate::charset;

/// One entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipEntry {
    /// Its path in the archive, decoded.
    pub name: String,
    /// Its size before compression, as the directory claims.
    pub size: u64,
    /// Its content needs a password.
    pub encrypted: bool,
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
}

/// Bytes at the end in which the end record stands: its own 22 and the longest comment.
const TAIL_BYTES: usize = 22 + 65_535;

fn u16_at(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..at + 2).map_or(0, |b| usize::from(u16::from_le_bytes([b[0], b[1]])))
}

fn u32_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 4).map_or(0, |b| u64::from(u32::from_le_bytes([b[0], b[1], b[2], b[3]])))
}

/// Lists at most `limit` entries.
pub fn list(raw: &[u8], limit: usize) -> ZipList {
    central(raw, limit).unwrap_or_else(|| local(raw, limit))
}

fn central(raw: &[u8], limit: usize) -> Option<ZipList> {
    let tail_start = raw.len().saturating_sub(TAIL_BYTES);
    let tail = raw.get(tail_start..)?;
    let end = tail_start + memchr::memmem::rfind(tail, b"PK\x05\x06")?;
    let record = raw.get(end..)?;
    let size = usize::try_from(u32_at(record, 12)).ok()?;
    let offset = usize::try_from(u32_at(record, 16)).ok()?;
    // Where something was put before the archive, offsets are too small; the directory ends at its end record.
    let start = match end.checked_sub(size) {
        Some(start) if raw.get(start..).is_some_and(|r| r.starts_with(b"PK\x01\x02")) => start,
        _ => offset,
    };
    let mut out = ZipList::default();
    let mut names = Vec::new();
    let mut at = start;
    while let Some(header) =
        raw.get(at..end.max(at)).filter(|h| h.starts_with(b"PK\x01\x02") && h.len() >= 46)
    {
        if names.len() >= limit {
            out.cut = true;
            break;
        }
        let flags = u16_at(header, 8);
        let (name, extra, comment) = (u16_at(header, 28), u16_at(header, 30), u16_at(header, 32));
        let extra_bytes = header.get(46 + name..46 + name + extra).unwrap_or(&[]);
        let bytes = header.get(46..46 + name).unwrap_or(&[]);
        names.push((bytes, flags, real_size(u32_at(header, 24), extra_bytes), unicode_path(extra_bytes)));
        at += 46 + name + extra + comment;
    }
    if names.is_empty() && size > 0 {
        return None;
    }
    out.entries = decode_names(names);
    Some(out)
}

/// Zip64: the real size stands in the extra field.
fn real_size(size: u64, extra: &[u8]) -> u64 {
    if size != 0xffff_ffff {
        return size;
    }
    field(extra, 1).and_then(|f| f.get(..8)).map_or(size, |b| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(b);
        u64::from_le_bytes(bytes)
    })
}

/// Info-ZIP's Unicode path.
fn unicode_path(extra: &[u8]) -> Option<String> {
    let field = field(extra, 0x7075)?;
    String::from_utf8(field.get(5..)?.to_vec()).ok()
}

fn field(extra: &[u8], id: usize) -> Option<&[u8]> {
    let mut rest = extra;
    while rest.len() >= 4 {
        let length = u16_at(rest, 2);
        if u16_at(rest, 0) == id {
            return rest.get(4..4 + length);
        }
        rest = rest.get(4 + length..)?;
    }
    None
}

fn local(raw: &[u8], limit: usize) -> ZipList {
    let mut out = ZipList { torn: true, ..ZipList::default() };
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(found) = raw.get(at..).and_then(|r| memchr::memmem::find(r, b"PK\x03\x04")) {
        let Some(header) = raw.get(at + found..).filter(|h| h.len() >= 30) else {
            break;
        };
        if names.len() >= limit {
            out.cut = true;
            break;
        }
        let (name, extra) = (u16_at(header, 26), u16_at(header, 28));
        let bytes = header.get(30..30 + name).unwrap_or(&[]);
        if !bytes.is_empty() {
            let extra_bytes = header.get(30 + name..30 + name + extra).unwrap_or(&[]);
            names.push((bytes, u16_at(header, 6), u32_at(header, 22), unicode_path(extra_bytes)));
        }
        let packed = usize::try_from(u32_at(header, 18)).unwrap_or(0);
        at = at + found + (30 + name + extra).saturating_add(packed.min(header.len()));
    }
    out.entries = decode_names(names);
    out
}

/// Decodes the names: UTF-8 where flagged or valid, else all of them together by what they look like, since one
/// archive has one charset and a short name alone tells little.
fn decode_names(names: Vec<(&[u8], usize, u64, Option<String>)>) -> Vec<ZipEntry> {
    let legacy: Vec<u8> = names
        .iter()
        .filter(|(bytes, flags, _, path)| flags & 0x800 == 0 && path.is_none() && !bytes.is_ascii())
        .flat_map(|(bytes, ..)| bytes.iter().copied().chain([b'\n']))
        .collect();
    let label = (!legacy.is_empty()).then(|| charset::file_names(&legacy));
    names
        .into_iter()
        .map(|(bytes, flags, size, path)| {
            let name = path.unwrap_or_else(|| match label {
                _ if flags & 0x800 != 0 => charset::decode(bytes, Some("utf-8")).text.into_owned(),
                Some(label) => charset::decode(bytes, Some(label)).text.into_owned(),
                None => charset::decode(bytes, None).text.into_owned(),
            });
            ZipEntry { name, size, encrypted: flags & 1 != 0 }
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
            assert_eq!(got.entries, [ZipEntry { name: expect.into(), size: 7, encrypted: false }]);
        }
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
