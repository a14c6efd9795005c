//! Tape archives: old, ustar, GNU and pax.

use std::collections::BTreeMap;

use crate::archive::{Seen, next};
use crate::binary::piece;
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

pub(crate) static ANALYSER: Analyser = Analyser { kinds: &["tar"], run, tells: &[], oddities: &[] };

const BLOCK: usize = 512;

/// Headers looked at, those of folders and of long names included.
const HEADERS: usize = 100_000;

/// Bytes of a long name or of a pax header.
const META_BYTES: usize = 64 << 10;

/// One member, its name not decoded yet.
struct Member<'a> {
    name: Vec<u8>,
    utf8: bool,
    link: Vec<u8>,
    kind: u8,
    data: &'a [u8],
    size: u64,
    modified: i64,
    cut: bool,
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    specimen.property("archive.method", "store");
    let (members, end, more) = members(bytes, specimen.bench.files_left.saturating_add(1));
    if more {
        specimen.odd("files-limit", "");
    } else if piece(bytes, end, bytes.len()).iter().any(|byte| *byte != 0) {
        specimen.odd("archive-data-after", "");
    }
    let mut legacy = Vec::new();
    for member in members.iter().filter(|m| !m.utf8 && !m.name.is_ascii()) {
        legacy.extend_from_slice(&member.name);
        legacy.push(b'\n');
    }
    let label = forensics::charset::file_names(&legacy);
    let decode = |name: &[u8], utf8: bool| {
        let label = if utf8 { "utf-8" } else { label };
        forensics::charset::decode(name, Some(label)).text.into_owned()
    };
    let mut seen = Seen::default();
    for member in &members {
        let name = decode(&member.name, member.utf8);
        // Folders, and what a disk label or a device is, hold nothing.
        if matches!(member.kind, b'5' | b'V' | b'M' | b'D' | b'3' | b'4' | b'6')
            || name.ends_with('/') && member.data.is_empty()
        {
            continue;
        }
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            return;
        }
        seen.name(specimen, &name);
        let place = next(specimen);
        if member.cut {
            specimen.odd("archive-cut", &place);
        }
        let link = decode(&member.link, member.utf8);
        let is_link = matches!(member.kind, b'1' | b'2');
        let room = specimen.room(member.size);
        if member.data.len() > room {
            specimen.odd("unpacked-size-limit", &place);
        }
        specimen.child(Entry {
            name: Some(name),
            size: member.size,
            content: (!is_link).then_some(member.data.get(..room).unwrap_or(member.data)),
            properties: vec![
                ("entry.modified", time::unix(member.modified).unwrap_or_default()),
                ("entry.link", if is_link { link } else { String::new() }),
            ],
            ..Entry::default()
        });
    }
}

/// The members, where they end, and whether there are more.
fn members(bytes: &[u8], limit: usize) -> (Vec<Member<'_>>, usize, bool) {
    let mut out = Vec::new();
    let mut at = 0;
    let mut long: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
    let mut empty = 0;
    for _ in 0..HEADERS {
        let Some(header) = bytes.get(at..).and_then(|b| b.get(..BLOCK)) else {
            return (out, bytes.len(), false);
        };
        if header.iter().all(|byte| *byte == 0) {
            // Two empty blocks end an archive; archives may be written one after the other.
            empty += 1;
            at += BLOCK;
            if empty >= 2 && !another(bytes, at) {
                return (out, at, false);
            }
            continue;
        }
        empty = 0;
        if !sum_is_right(header) {
            return (out, at, false);
        }
        let size = long
            .get("size")
            .and_then(|size| std::str::from_utf8(size).ok()?.parse().ok())
            .unwrap_or_else(|| number(piece(header, 124, 12)));
        let kind = header.get(156).copied().unwrap_or(0);
        // Links and folders have no content, whatever size they tell.
        let stored = if matches!(kind, b'1' | b'2' | b'3' | b'4' | b'5' | b'6') { 0 } else { size };
        let length = usize::try_from(stored).unwrap_or(usize::MAX);
        at += BLOCK;
        if kind == b'S' {
            // GNU's sparse files: more of the map follows while its blocks say so.
            let mut more = header.get(482) == Some(&1);
            while more && at < bytes.len() {
                more = bytes.get(at + 504) == Some(&1);
                at += BLOCK;
            }
        }
        let data = piece(bytes, at, length);
        let cut = data.len() < length;
        at = at.saturating_add(length.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX)).min(bytes.len());
        match kind {
            b'L' => drop(long.insert("path", text(piece(data, 0, META_BYTES)).to_vec())),
            b'K' => drop(long.insert("linkpath", text(piece(data, 0, META_BYTES)).to_vec())),
            b'x' | b'X' => pax(piece(data, 0, META_BYTES), &mut long),
            b'g' => {}
            _ => {
                if out.len() >= limit {
                    return (out, at, true);
                }
                let utf8 = long.remove("utf-8").is_some();
                let name = long.remove("sparse").or_else(|| long.remove("path"));
                out.push(Member {
                    name: name.unwrap_or_else(|| plain_name(header)),
                    utf8,
                    link: long.remove("linkpath").unwrap_or_else(|| text(piece(header, 157, 100)).to_vec()),
                    kind,
                    data,
                    size: if kind == b'1' || kind == b'2' { 0 } else { size },
                    modified: i64::try_from(number(piece(header, 136, 12))).unwrap_or(0),
                    cut,
                });
                long.clear();
            }
        }
    }
    (out, at, true)
}

/// True if a further archive starts within the padding after this one.
fn another(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or(&[]);
    let Some(skip) = rest.iter().position(|byte| *byte != 0) else {
        return false;
    };
    let start = skip / BLOCK * BLOCK;
    rest.get(start..).and_then(|r| r.get(..BLOCK)).is_some_and(sum_is_right)
}

/// The name in a header; ustar puts a prefix before it.
fn plain_name(header: &[u8]) -> Vec<u8> {
    let name = text(piece(header, 0, 100));
    let prefix = text(piece(header, 345, 155));
    if piece(header, 257, 6) == b"ustar\0" && !prefix.is_empty() {
        return [prefix, b"/", name].concat();
    }
    name.to_vec()
}

fn text(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or(&[])
}

/// An octal number, or GNU's binary one; negative ones are none.
fn number(field: &[u8]) -> u64 {
    match field {
        [first, rest @ ..] if first & 0x80 != 0 => {
            if *first == 0xff {
                return 0;
            }
            let high = u64::from(first & 0x3f);
            rest.iter().fold(high, |value, byte| value.wrapping_shl(8) | u64::from(*byte))
        }
        _ => field
            .iter()
            .skip_while(|byte| **byte == b' ')
            .take_while(|byte| (b'0'..=b'7').contains(byte))
            .fold(0u64, |value, byte| value.wrapping_mul(8).wrapping_add(u64::from(byte - b'0'))),
    }
}

/// True if the header's check sum is its own, with bytes taken as unsigned or signed.
fn sum_is_right(header: &[u8]) -> bool {
    let told = number(piece(header, 148, 8));
    let field = |at: usize| (148..156).contains(&at);
    let unsigned: u64 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| if field(at) { u64::from(b' ') } else { u64::from(*byte) })
        .sum();
    let high: u64 =
        header.iter().enumerate().filter(|(at, byte)| !field(*at) && **byte >= 0x80).map(|_| 256).sum();
    told == unsigned || told == unsigned.wrapping_sub(high)
}

/// The records of a pax header that matter here: `length key=value`, one after the other.
fn pax(data: &[u8], long: &mut BTreeMap<&'static str, Vec<u8>>) {
    let mut rest = data;
    while let Some(space) = memchr::memchr(b' ', rest.get(..12).unwrap_or(rest)) {
        let length = rest.get(..space).and_then(|l| std::str::from_utf8(l).ok()?.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| rest.get(space + 1..length)) else {
            return;
        };
        rest = rest.get(space + 1 + record.len()..).unwrap_or(&[]);
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let Some(equals) = memchr::memchr(b'=', record) else {
            continue;
        };
        let (key, value) = record.split_at(equals);
        let value = value.get(1..).unwrap_or(&[]).to_vec();
        match key {
            b"path" => {
                long.insert("utf-8", Vec::new());
                long.insert("path", value);
            }
            b"GNU.sparse.name" => drop(long.insert("sparse", value)),
            b"linkpath" => drop(long.insert("linkpath", value)),
            b"size" => drop(long.insert("size", value)),
            b"hdrcharset" if value == b"BINARY" => drop(long.remove("utf-8")),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits, open};

    /// A header with a right check sum, and its content.
    fn member(name: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
        let mut header = vec![0; 512];
        header[..name.len()].copy_from_slice(name);
        header[124..136].copy_from_slice(format!("{:011o}\0", data.len()).as_bytes());
        header[136..148].copy_from_slice(b"12200362460\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar  \0");
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header.extend_from_slice(data);
        header.resize(header.len().next_multiple_of(512), 0);
        header
    }

    fn opened(bytes: &[u8]) -> crate::Opened {
        let job = Job { name: Some("a.tar"), place: "attachment[0]", inline: false, bytes };
        open(&job, &[], &Limits::default())
    }

    #[test]
    fn members_with_plain_long_and_japanese_names_are_opened() {
        let long = format!("{}/memo.txt", "d".repeat(120));
        let mut tar = member(b"\xc0\xc1\xb5\xe1\xbd\xf1.txt", b'0', b"hello");
        tar.extend(member(b"././@LongLink", b'L', format!("{long}\0").as_bytes()));
        tar.extend(member(b"dddd", b'0', b"second"));
        tar.extend(member(b"folder/", b'5', b""));
        tar.extend(member(b"pax", b'x', "22 path=請求書.txt\n".as_bytes()));
        tar.extend(member(b"short", b'0', b"third"));
        tar.extend([0; 1024]);
        let opened = opened(&tar);
        assert_eq!(opened.attachment.kind, "tar");
        let got: Vec<_> =
            opened.attachment.children.iter().map(|c| (c.name.as_deref().unwrap(), c.size)).collect();
        assert_eq!(got, [("請求書.txt", 5), (long.as_str(), 6), ("請求書.txt", 5)]);
        assert!(opened.oddities.iter().any(|o| o.id == "archive-names-twice"));
        assert_eq!(opened.attachment.children[0].properties[0].value, "2013-08-07T06:12:00Z");
    }

    #[test]
    fn a_member_that_leaves_its_folder_or_is_cut_is_told() {
        let mut tar = member(b"../../up.txt", b'0', &[b'x'; 600]);
        tar.truncate(800);
        let opened = opened(&tar);
        let ids: Vec<_> = opened.oddities.iter().map(|o| o.id.as_str()).collect();
        assert_eq!(ids, ["archive-path-escapes", "archive-cut"]);
        assert_eq!(opened.attachment.children[0].size, 288);
    }

    #[test]
    fn a_link_is_told_and_not_followed() {
        let mut header = member(b"link", b'2', b"");
        header[157..168].copy_from_slice(b"/etc/passwd");
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let opened = opened(&header);
        let link = &opened.attachment.children[0];
        assert_eq!(link.properties.last().unwrap().value, "/etc/passwd");
        assert_eq!(link.sha256, "");
    }
}
