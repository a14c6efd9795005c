//! LZH (LHA, LArc, PMarc), also behind a self-extracting program.
//!
//! The headers are read by [`super::lzh_header`]; `delharc` decodes the content. Its decoders are fed one entry at a
//! time with an output that we bound; its own header reader is not used (it gives up on one wrong checksum).

use delharc::decode::{Decoder, DecoderAny};
use delharc::header::CompressionMethod;

use super::lzh_header::{self, Header};
use super::names;
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;
use crate::{binary, oddities};

/// Entries of one archive that are read.
const ENTRIES: usize = 4_000;

/// Bytes from the start in which a program may hold its archive.
const STUB_BYTES: usize = 256 << 10;

/// Places in a stub that look like a method and are looked at.
const STUB_SIGNS: usize = 2_000;

/// Bytes decoded at a time: what a broken stream loses at its end at most.
const STEP: usize = 4 << 10;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["lzh", "exe", "com", "scr", "bin"],
    run,
    tells: &[],
    oddities: &[oddities::entry(
        "method-not-supported",
        "この圧縮方式は展開できないため、一覧だけを示しています",
        "It is packed by a method that cannot be opened here; it is only listed",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(start) = start(bytes, specimen.file.kind == "lzh") else {
        return;
    };
    if start > 0 {
        specimen.property("archive.sfx", "lzh");
    }
    let (headers, cut) = list(bytes, start);
    if cut {
        specimen.odd("archive-cut", "");
    }
    let labels: Vec<String> = headers.iter().map(|header| method(&header.method)).collect();
    for (header, label) in headers.iter().zip(&labels) {
        specimen.property("archive.method", label.as_str());
        specimen.property("archive.version", format!("header level {}", header.level));
        if let Some(system) = system(header.system) {
            specimen.property("archive.created-on", system);
        }
    }
    let paths = paths(&headers);
    for ((header, name), label) in headers.iter().zip(paths).zip(labels) {
        let is_link = header.system == b'U' && name.contains('|');
        if (&header.method == b"-lhd-" || name.ends_with('/')) && !is_link {
            continue;
        }
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            break;
        }
        let (name, link) = match name.split_once('|') {
            Some((name, link)) if is_link => (name.to_owned(), link.to_owned()),
            _ => (name, String::new()),
        };
        super::path(specimen, &name);
        let packed = binary::piece(bytes, header.data, usize::try_from(header.packed).unwrap_or(usize::MAX));
        let content = if is_link { None } else { unpack(header, packed, &name, specimen) };
        let mut properties = vec![("entry.method", label), ("entry.link", link)];
        properties.extend(modified(header).map(|moment| ("entry.modified", moment)));
        let comment = forensics::charset::decode(header.comment, None).text.into_owned();
        properties.push(("entry.comment", comment));
        specimen.child(Entry {
            name: Some(name),
            size: header.size,
            content: content.as_deref(),
            properties,
            ..Entry::default()
        });
    }
}

/// Where the archive starts: at once, behind a stub, or (for one that is said to be an archive) wherever it is.
fn start(bytes: &[u8], said: bool) -> Option<usize> {
    if lzh_header::plausible(bytes, 0) || said && lzh_header::read(bytes, 0).is_some() {
        return Some(0);
    }
    let stub = bytes.get(..STUB_BYTES).unwrap_or(bytes);
    memchr::memchr_iter(b'-', stub)
        .filter(|at| stub.get(*at..*at + 5).is_some_and(lzh_header::is_method))
        .take(STUB_SIGNS)
        .filter_map(|at| at.checked_sub(2))
        .find(|at| {
            let entry = lzh_header::plausible(bytes, *at).then(|| lzh_header::read(bytes, *at)).flatten();
            entry.is_some_and(|h| {
                let end = usize::try_from(h.packed).ok().and_then(|packed| h.data.checked_add(packed));
                end.is_some_and(|end| end <= bytes.len()) && !(h.name.is_empty() && h.folder.is_empty())
            })
        })
}

/// The headers, and whether the last one's data is cut.
fn list(bytes: &[u8], start: usize) -> (Vec<Header<'_>>, bool) {
    let mut headers = Vec::new();
    let mut at = start;
    while headers.len() < ENTRIES {
        let Some(header) = lzh_header::read(bytes, at) else {
            break;
        };
        let end = usize::try_from(header.packed).ok().and_then(|packed| header.data.checked_add(packed));
        headers.push(header);
        match end {
            Some(end) if end <= bytes.len() && end > at => at = end,
            _ => return (headers, true),
        }
    }
    (headers, false)
}

/// The paths of all entries, in one charset.
fn paths(headers: &[Header<'_>]) -> Vec<String> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for header in headers {
        parts.push(header.name);
        parts.extend(header.folder.split(|byte| *byte == 0xff));
    }
    let mut decoded = names::decode(&parts).into_iter();
    let mut next = || decoded.next().unwrap_or_default();
    let mut out = Vec::with_capacity(headers.len());
    for header in headers {
        let mut name = next();
        let folders: Vec<String> = header.folder.split(|byte| *byte == 0xff).map(|_| next()).collect();
        let mut folder = folders.join("/");
        if let Some(wide) = header.wide_name {
            name = binary::utf16(wide);
        }
        if let Some(wide) = header.wide_folder {
            folder = binary::utf16(wide).replace('\u{ffff}', "/");
        }
        let between = if folder.is_empty() || folder.ends_with(['/', '\\']) { "" } else { "/" };
        // The Macintosh separates by colons; DOS by backslashes.
        let path = format!("{folder}{between}{name}").replace('\\', "/");
        out.push(if header.system == b'm' { path.replace(':', "/") } else { path });
    }
    out
}

/// The entry's content, as far as it decodes; `None` if its method is not known.
fn unpack(
    header: &Header<'_>,
    packed: &[u8],
    name: &str,
    specimen: &mut Specimen<'_, '_>,
) -> Option<Vec<u8>> {
    let stored = matches!(&header.method, b"-lh0-" | b"-lz4-" | b"-pm0-");
    let room = specimen.room(packed.len() as u64);
    let wanted = usize::try_from(header.size).unwrap_or(usize::MAX);
    let limit = wanted.min(room);
    let mut out = Vec::new();
    if stored {
        out.extend_from_slice(packed.get(..limit).unwrap_or(packed));
    } else {
        let method = match &header.method {
            b"-lh1-" => CompressionMethod::Lh1,
            b"-lh4-" => CompressionMethod::Lh4,
            b"-lh5-" => CompressionMethod::Lh5,
            b"-lh6-" => CompressionMethod::Lh6,
            b"-lh7-" => CompressionMethod::Lh7,
            b"-lhx-" => CompressionMethod::Lhx,
            b"-lzs-" => CompressionMethod::Lzs,
            b"-lz5-" => CompressionMethod::Lz5,
            b"-pm1-" => CompressionMethod::Pm1,
            b"-pm2-" => CompressionMethod::Pm2,
            _ => {
                specimen.odd("method-not-supported", name);
                return None;
            }
        };
        let mut decoder = DecoderAny::new_from_compression(method, packed);
        while out.len() < limit {
            let from = out.len();
            out.resize(limit.min(from + STEP), 0);
            let Some(step) = out.get_mut(from..) else {
                break;
            };
            if decoder.fill_buffer(step).is_err() {
                out.truncate(from);
                break;
            }
        }
    }
    if out.len() < limit {
        specimen.odd("archive-undecodable", name);
    } else if limit < wanted {
        specimen.odd("unpacked-size-limit", name);
    } else if header.crc != 0 && crc16(&out) != header.crc {
        specimen.odd("archive-crc-wrong", name);
    }
    Some(out)
}

/// CRC-16 with the polynomial 0xA001, as LHA uses it.
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    const TABLE: [u16; 256] = {
        let mut table = [0u16; 256];
        let mut index = 0;
        while index < 256 {
            let mut value = index as u16;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0xa001 } else { value >> 1 };
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    bytes.iter().fold(0, |crc, byte| crc >> 8 ^ TABLE[usize::from((crc ^ u16::from(*byte)) & 255)])
}

fn method(raw: &[u8; 5]) -> String {
    String::from_utf8_lossy(raw).trim_matches('-').to_owned()
}

fn modified(header: &Header<'_>) -> Option<String> {
    if let Some(ticks) = header.filetime {
        return time::filetime(ticks);
    }
    if let Some(seconds) = header.unix_time {
        return time::unix(i64::from(seconds));
    }
    if header.level < 2 {
        return time::dos((header.time >> 16) as u16, header.time as u16);
    }
    time::unix(i64::from(header.time))
}

/// The system that packed it, by its letter.
fn system(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'M' => "MS-DOS",
        b'2' => "OS/2",
        b'9' | b'K' => "OS-9",
        b'3' => "OS/386",
        b'H' => "Human68k",
        b'U' => "Unix",
        b'C' => "CP/M",
        b'm' => "Macintosh",
        b'F' => "FLEX",
        b'R' => "Runser",
        b'T' => "TownsOS",
        b'X' => "XOSK",
        b'w' => "Windows 95",
        b'W' => "Windows NT",
        b'J' => "Java",
        b'A' => "Amiga",
        b'a' => "Atari",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Job, Limits};

    /// A stored entry with a header of that level.
    fn entry(level: u8, name: &[u8], content: &[u8]) -> Vec<u8> {
        let size = (content.len() as u32).to_le_bytes();
        let crc = crc16(content).to_le_bytes();
        let mut out = Vec::new();
        if level < 2 {
            let mut body = b"-lh0-".to_vec();
            body.extend(size);
            body.extend(size);
            body.extend(0x4307_4980u32.to_le_bytes());
            body.extend([0x20, level, name.len() as u8]);
            body.extend(name);
            body.extend(crc);
            if level == 1 {
                body.extend(b"M\0\0");
            }
            let sum = body.iter().fold(0u8, |s, b| s.wrapping_add(*b));
            out.extend([body.len() as u8, sum]);
            out.extend(body);
        } else {
            let mut body = b"-lh0-".to_vec();
            body.extend(size);
            body.extend(size);
            body.extend(1_375_855_920u32.to_le_bytes());
            body.extend([0x20, 2]);
            body.extend(crc);
            body.extend(b"U");
            body.extend((name.len() as u16 + 3).to_le_bytes());
            body.push(1);
            body.extend(name);
            body.extend(5u16.to_le_bytes());
            body.extend([2, b'd', 0xff]);
            body.extend(0u16.to_le_bytes());
            out.extend((body.len() as u16 + 2).to_le_bytes());
            out.extend(body);
        }
        out.extend(content);
        out
    }

    fn open(name: &str, bytes: &[u8]) -> crate::Opened {
        let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
        crate::open(&job, &[], &Limits::default())
    }

    #[test]
    fn entries_of_all_header_levels_are_opened_with_their_names_and_dates() {
        let mut bytes = entry(0, b"\x90\xbf\x8b\x81\x8f\x91.txt", b"first");
        bytes.extend(entry(1, b"a\\b.txt", b"second"));
        bytes.extend(entry(2, b"c.txt", b"third"));
        bytes.push(0);
        let opened = open("a.lzh", &bytes);
        let told: Vec<_> = opened
            .attachment
            .children
            .iter()
            .map(|c| (c.name.as_deref().unwrap(), c.text.as_str()))
            .collect();
        assert_eq!(told, [("請求書.txt", "first"), ("a/b.txt", "second"), ("d/c.txt", "third")]);
        assert_eq!(opened.oddities, []);
        let dates: Vec<_> = opened.attachment.children.iter().flat_map(|c| &c.properties).collect();
        assert!(dates.iter().any(|p| p.name == "entry.modified" && p.value == "2013-08-07T09:12:00"));
        assert!(dates.iter().any(|p| p.name == "entry.modified" && p.value == "2013-08-07T06:12:00Z"));
    }

    #[test]
    fn a_self_extracting_archive_is_opened() {
        let mut bytes = b"MZ stub that does nothing -lh5- ".to_vec();
        bytes.extend(entry(1, b"inside.txt", b"hello"));
        bytes.push(0);
        let opened = open("a.exe", &bytes);
        assert_eq!(opened.attachment.kind, "exe");
        assert_eq!(opened.attachment.children[0].text, "hello");
        assert!(opened.attachment.properties.iter().any(|p| p.name == "archive.sfx"));
    }

    #[test]
    fn a_wrong_sum_and_a_cut_entry_are_told() {
        let mut bytes = entry(1, b"a.txt", b"hello");
        let last = bytes.len() - 1;
        bytes[last] = b'x';
        assert_eq!(open("a.lzh", &bytes).oddities[0].id, "archive-crc-wrong");
        let ids: Vec<_> = open("a.lzh", &bytes[..last]).oddities.into_iter().map(|o| o.id).collect();
        assert_eq!(ids, ["archive-cut", "archive-undecodable"]);
    }
}
