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
