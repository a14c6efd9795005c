//! Compressed files that hold one file: gzip, bzip2, xz, lzma, lzip, Zstandard, LZ4 and `compress`.

use std::io::Read;

use crate::archive::{codec, lzw, only};
use crate::binary::{u16_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::Specimen;
use crate::time;

pub(crate) static ANALYSER: Analyser =
    Analyser { kinds: &["gz", "bz2", "xz", "lzma", "lz", "zst", "lz4", "z"], run, tells: &[], oddities: &[] };

/// Members of one gzip or bzip2 file: honest writers append a few.
const MEMBERS: usize = 4_096;

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let room = specimen.room(bytes.len() as u64);
    let kind = specimen.file.kind.clone();
    specimen.property(
        "archive.method",
        match kind.as_str() {
            "gz" => "deflate",
            "bz2" => "bzip2",
            "lz" => "lzma",
            "zst" => "zstd",
            "z" => "lzw",
            other => other,
        },
    );
    let mut name = None;
    let filled = match kind.as_str() {
        "gz" => {
            name = gz_header(bytes, specimen);
            members(bytes, room, specimen, |rest| {
                let mut reader = flate2::bufread::GzDecoder::new(rest);
                let filled = codec::fill(&mut reader, room);
                (filled, reader.into_inner())
            })
        }
        "bz2" => members(bytes, room, specimen, |rest| {
            let mut reader = bzip2::bufread::BzDecoder::new(rest);
            let filled = codec::fill(&mut reader, room);
            (filled, reader.into_inner())
        }),
        "xz" => codec::fill(&mut codec::xz(codec::slice(bytes)), room),
        "lz" => match codec::lzip(bytes) {
            Some(mut reader) => codec::fill(&mut reader, room),
            None => codec::Filled { broken: true, ..codec::Filled::default() },
        },
        "lzma" => lzma(bytes, room),
        "zst" => codec::zstd(bytes, room),
        "lz4" => codec::lz4(bytes, room),
        _ => lzw::unpack(bytes, room),
    };
    let name = name.or_else(|| inner_name(specimen.name()));
    only(specimen, name, bytes.len() as u64, &filled);
}

/// Member after member; what follows the last one is told, not read.
fn members<'a>(
    bytes: &'a [u8],
    room: usize,
    specimen: &mut Specimen<'_, '_>,
    one: impl Fn(&'a [u8]) -> (codec::Filled, &'a [u8]),
) -> codec::Filled {
    let magic = bytes.get(..2).unwrap_or(&[]);
    let mut out = codec::Filled::default();
    let mut rest = bytes;
    for _ in 0..MEMBERS {
        let (filled, after) = one(rest);
        let left = room - out.bytes.len();
        out.bytes.extend_from_slice(filled.bytes.get(..left).unwrap_or(&filled.bytes));
        out.over = filled.over || filled.bytes.len() > left;
        out.broken = filled.broken;
        rest = after;
        if out.over || out.broken || !rest.starts_with(magic) {
            break;
        }
    }
    let padding = rest.iter().all(|byte| *byte == 0);
    if !out.over && !out.broken && !padding {
        specimen.odd("archive-data-after", "");
    }
    out
}

/// A gzip header: the file's own name, its time and system.
fn gz_header(bytes: &[u8], specimen: &mut Specimen<'_, '_>) -> Option<String> {
    let flags = bytes.get(3).copied()?;
    let modified = u32_at(bytes, 4)?;
    specimen.property("archive.modified", time::unix(i64::from(modified)).unwrap_or_default());
    let system = match bytes.get(9)? {
        0 => "MS-DOS/Windows (FAT)",
        3 => "Unix",
        7 => "Macintosh",
        11 => "Windows (NTFS)",
        _ => "",
    };
    specimen.property("archive.created-on", system);
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16_at(bytes, at)?);
    }
    if flags & 8 == 0 {
        return None;
    }
    let rest = bytes.get(at..)?;
    let end = memchr::memchr(0, rest.get(..4_096).unwrap_or(rest))?;
    let name = rest.get(..end).filter(|name| !name.is_empty())?;
    let label = forensics::charset::file_names(name);
    Some(forensics::charset::decode(name, Some(label)).text.into_owned())
}

/// The old `.lzma` format: properties, dictionary and size stand in thirteen bytes.
fn lzma(bytes: &[u8], room: usize) -> codec::Filled {
    let size = crate::binary::u64_at(bytes, 5).filter(|size| *size != u64::MAX);
    let data = codec::slice(bytes.get(13..).unwrap_or(&[]));
    match codec::lzma(data, bytes, size, room) {
        Ok(mut reader) => codec::fill(&mut reader as &mut dyn Read, room),
        Err(_) => codec::Filled { broken: true, ..codec::Filled::default() },
    }
}

/// The name of what is inside, from the name outside.
fn inner_name(name: &str) -> Option<String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, extension) = base.rsplit_once('.')?;
    let short = matches!(
        extension.to_ascii_lowercase().as_str(),
        "tgz" | "tbz" | "tbz2" | "txz" | "tlz" | "tzst" | "taz"
    );
    let name = if short { format!("{stem}.tar") } else { stem.to_owned() };
    (!stem.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use crate::{Job, Limits, Opened, open};

    const CSV: &str = "079c7f8c11c1f937511ef9b17fdcc14345730c69d29d3d269175eb545ce02f45";

    fn opened(name: &str, bytes: &[u8]) -> Opened {
        let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
        open(&job, &[], &Limits::default())
    }

    fn gz(content: &[u8], name: &[u8]) -> Vec<u8> {
        let mut writer = flate2::GzBuilder::new()
            .filename(name)
            .mtime(1_375_855_920)
            .write(Vec::new(), flate2::Compression::best());
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn every_format_gives_its_one_file_a_name() {
        for (name, bytes, kind) in [
            ("list.csv.xz", &include_bytes!("../../../../fixtures/files/archive/list.csv.xz")[..], "xz"),
            ("list.csv.lzma", include_bytes!("../../../../fixtures/files/archive/list.csv.lzma"), "lzma"),
            ("list.csv.bz2", include_bytes!("../../../../fixtures/files/archive/list.csv.bz2"), "bz2"),
            ("list.csv.zst", include_bytes!("../../../../fixtures/files/archive/list.csv.zst"), "zst"),
            ("list.csv.lz4", include_bytes!("../../../../fixtures/files/archive/list.csv.lz4"), "lz4"),
        ] {
            let whole = opened(name, bytes);
            assert_eq!(whole.attachment.kind, kind);
            let file = &whole.attachment.children[0];
            assert_eq!((file.name.as_deref(), file.sha256.as_str()), (Some("list.csv"), CSV), "{kind}");
            assert_eq!(whole.oddities, [], "{kind}");
            let cut = opened(name, &bytes[..bytes.len() - 20]);
            assert_eq!(cut.oddities[0].id, "archive-undecodable", "{kind}");
            for at in (0..bytes.len()).step_by(7) {
                let mut flipped = bytes.to_vec();
                flipped[at] ^= 0xff;
                opened(name, &flipped);
            }
        }
    }

    #[test]
    fn gzip_tells_the_name_within_and_chains_of_formats_are_followed() {
        let inner = gz(b"hello", b"\x90\xbf\x8b\x81\x8f\x91.txt");
        let outer = opened("a.tgz", &gz(&inner, b"inner.gz"));
        let first = &outer.attachment.children[0];
        assert_eq!((first.name.as_deref(), first.kind.as_str()), (Some("inner.gz"), "gz"));
        assert_eq!(first.children[0].name.as_deref(), Some("請求書.txt"));
        let dates = outer.attachment.properties.iter().find(|p| p.name == "archive.modified");
        assert_eq!(dates.unwrap().value, "2013-08-07T06:12:00Z");
    }

    #[test]
    fn members_follow_each_other_and_what_is_after_them_is_told() {
        let two = [gz(b"one ", b"a"), gz(b"two", b"b")].concat();
        let whole = opened("a.gz", &two);
        assert_eq!(whole.attachment.children[0].sha256, forensics::hash::sha256(b"one two"));
        assert_eq!(whole.oddities, []);
        let more = opened("a.gz", &[two, b"rest".to_vec()].concat());
        assert_eq!(more.oddities[0].id, "archive-data-after");
    }

    #[test]
    fn a_bomb_is_cut() {
        let limits = Limits { ratio: 100, ratio_free_bytes: 10_000, ..Limits::default() };
        let bytes = gz(&vec![0; 1 << 20], b"zeros");
        let job = Job { name: Some("a.gz"), place: "attachment[0]", inline: false, bytes: &bytes };
        let bomb = open(&job, &[], &limits);
        assert!(bomb.oddities.iter().any(|o| o.id == "unpacked-size-limit"));
        assert!(bomb.attachment.children[0].size <= 100 * bomb.attachment.size);
    }
}
