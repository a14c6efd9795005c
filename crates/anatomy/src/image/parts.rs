//! The parts of a picture's file: the blocks about the picture, and where the picture ends.

use crate::binary::{be16_at, be32_at, piece, u8_at, u16_at, u32_at};

/// Parts of one file that are gone through.
const PARTS: usize = 20_000;

/// Blocks about the picture that are kept.
const BLOCKS: usize = 40;

/// Bytes of a packed text that are unpacked.
const TEXT_BYTES: usize = 64 << 10;

/// A block about the picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block<'a> {
    /// Exif, from its byte order on.
    Exif(&'a [u8]),
    /// XMP: XML.
    Xmp(Vec<u8>),
    /// A text with its keyword; a comment has none.
    Text(String, Vec<u8>),
}

/// What a file is made of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) blocks: Vec<Block<'a>>,
    /// Where the picture ends; `None` if that was not found.
    pub(super) end: Option<usize>,
}

/// Goes through a file of that kind.
pub(super) fn read<'a>(kind: &str, bytes: &'a [u8]) -> Parts<'a> {
    let mut parts = match kind {
        "jpg" => jpeg(bytes),
        "png" => png(bytes),
        "gif" => gif(bytes),
        "webp" => webp(bytes),
        "bmp" => bitmap(bytes),
        "tiff" => Parts { blocks: vec![Block::Exif(bytes)], end: None },
        _ => Parts::default(),
    };
    parts.blocks.truncate(BLOCKS);
    parts.end = parts.end.filter(|end| *end <= bytes.len());
    parts
}

fn jpeg(bytes: &[u8]) -> Parts<'_> {
    let mut out = Parts::default();
    let mut at = 2;
    // It ends with the bytes: every turn goes on by one at least.
    loop {
        // Any number of filling bytes may stand before a mark; packed pixels run on to the next one.
        let Some(next) = memchr::memchr(0xff, bytes.get(at..).unwrap_or(&[])) else { return out };
        at += next;
        match u8_at(bytes, at + 1) {
            None => return out,
            Some(0xd9) => {
                out.end = Some(at + 2);
                return out;
            }
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 2,
            Some(0xff) => at += 1,
            Some(mark) => {
                let Some(length) = be16_at(bytes, at + 2).map(usize::from).filter(|length| *length >= 2)
                else {
                    return out;
                };
                at += 2 + length;
                if out.blocks.len() >= BLOCKS {
                    continue;
                }
                let body = piece(bytes, at - length + 2, length - 2);
                let exif = body.strip_prefix(b"Exif\0\0");
                let xmp = body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0");
                match (mark, exif, xmp) {
                    (0xe1, Some(exif), _) => out.blocks.push(Block::Exif(exif)),
                    (0xe1, _, Some(xmp)) => out.blocks.push(Block::Xmp(xmp.to_vec())),
                    (0xfe, ..) => out.blocks.push(Block::Text(String::new(), body.to_vec())),
                    _ => {}
                }
            }
        }
    }
}

fn png(bytes: &[u8]) -> Parts<'_> {
    let mut out = Parts::default();
    let mut at = 8;
    for _ in 0..PARTS {
        let Some(length) = be32_at(bytes, at).and_then(|length| usize::try_from(length).ok()) else {
            return out;
        };
        let (name, body) = (piece(bytes, at + 4, 4), piece(bytes, at + 8, length));
        match name {
            b"IEND" => {
                out.end = at.checked_add(12 + length);
                return out;
            }
            b"eXIf" => out.blocks.push(Block::Exif(body)),
            b"tEXt" | b"zTXt" | b"iTXt" => out.blocks.extend(png_text(name, body)),
            _ => {}
        }
        let Some(next) = at.checked_add(12).and_then(|at| at.checked_add(length)) else { return out };
        at = next;
    }
    out
}

fn png_text(name: &[u8], body: &[u8]) -> Option<Block<'static>> {
    let (keyword, mut rest) = split(body)?;
    let mut packed = name == b"zTXt";
    if name == b"iTXt" {
        packed = rest.first() == Some(&1);
        rest = split(split(rest.get(2..)?)?.1)?.1;
    } else if packed {
        rest = rest.get(1..)?;
    }
    let text = if packed {
        crate::smime::inflated(flate2::read::ZlibDecoder::new(rest), TEXT_BYTES).0
    } else {
        rest.get(..TEXT_BYTES).unwrap_or(rest).to_vec()
    };
    let keyword = String::from_utf8_lossy(keyword).into_owned();
    Some(if keyword == "XML:com.adobe.xmp" { Block::Xmp(text) } else { Block::Text(keyword, text) })
}

/// What stands before and after the first NUL.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(0, bytes)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

fn gif(bytes: &[u8]) -> Parts<'_> {
    let mut out = Parts::default();
    let table = |flags: u8| if flags & 0x80 != 0 { 3 << ((flags & 7) + 1) } else { 0 };
    let mut at = 13 + table(u8_at(bytes, 10).unwrap_or(0));
    for _ in 0..PARTS {
        match u8_at(bytes, at) {
            Some(0x3b) => {
                out.end = Some(at + 1);
                return out;
            }
            Some(0x21) => {
                let comment = u8_at(bytes, at + 1) == Some(0xfe);
                let (text, next) = sub_blocks(bytes, at + 2, comment);
                if comment {
                    out.blocks.push(Block::Text(String::new(), text));
                }
                at = next;
            }
            Some(0x2c) => at = sub_blocks(bytes, at + 11 + table(u8_at(bytes, at + 9).unwrap_or(0)), false).1,
            _ => return out,
        }
    }
    out
}

/// The joined content of the blocks from a place on, if it is wanted, and where they end.
fn sub_blocks(bytes: &[u8], mut at: usize, wanted: bool) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    while let Some(length) = u8_at(bytes, at).map(usize::from).filter(|length| *length > 0) {
        if wanted && out.len() < TEXT_BYTES {
            out.extend_from_slice(piece(bytes, at + 1, length));
        }
        at += 1 + length;
    }
    (out, at + 1)
}

fn webp(bytes: &[u8]) -> Parts<'_> {
    let size = u32_at(bytes, 4).and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    let mut out = Parts { blocks: Vec::new(), end: size.checked_add(8) };
    let mut at = 12;
    for _ in 0..PARTS {
        let Some(length) = u32_at(bytes, at + 4).and_then(|length| usize::try_from(length).ok()) else {
            break;
        };
        let body = piece(bytes, at + 8, length);
        match piece(bytes, at, 4) {
            b"EXIF" => out.blocks.push(Block::Exif(body.strip_prefix(b"Exif\0\0").unwrap_or(body))),
            b"XMP " => out.blocks.push(Block::Xmp(body.to_vec())),
            _ => {}
        }
        let Some(next) = at.checked_add(8).and_then(|at| at.checked_add(length)) else { break };
        at = next.saturating_add(length % 2);
    }
    out
}

/// A bitmap ends behind its pixels; what its header says of the file's size is often wrong.
fn bitmap(bytes: &[u8]) -> Parts<'_> {
    let end = || {
        let start = usize::try_from(u32_at(bytes, 10)?).ok()?;
        if u32_at(bytes, 14)? < 40 || !matches!(u32_at(bytes, 30)?, 0 | 3) {
            return None;
        }
        let width = usize::try_from(u32_at(bytes, 18)?).ok()?;
        let height = usize::try_from(u32_at(bytes, 22)?.cast_signed().unsigned_abs()).ok()?;
        let line = width.checked_mul(usize::from(u16_at(bytes, 28)?))?.div_ceil(32).checked_mul(4)?;
        let pixels = line.checked_mul(height)?.checked_add(start)?;
        // The size counts where it is the larger one: two bytes of padding, a colour profile.
        let said = usize::try_from(u32_at(bytes, 2)?).ok()?;
        Some(if said <= bytes.len() { pixels.max(said) } else { pixels })
    };
    Parts { blocks: Vec::new(), end: end() }
}
