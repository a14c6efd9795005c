//! Pictures as shades of grey. Whatever size a picture claims, it is decoded only up to [`most`].

use std::io::Cursor;

use crate::binary::{be16_at, be32_at, piece, u8_at, u16_at, u32_at};

/// Pixels of a picture that is decoded.
pub(crate) const PIXELS: usize = 16_000_000;

/// Pixels of a JPEG that is decoded line by line, as cameras write them: it takes no memory beside the picture itself.
const PHOTOGRAPH: usize = 64_000_000;

/// Bytes that a decoder may allocate.
const DECODER_BYTES: usize = 64 << 20;

/// Passes of a progressive JPEG: each one goes over the whole picture.
const SCANS: usize = 30;

/// Marks of a JPEG that are passed on the way to its size.
const MARKS: usize = 500;

/// A picture; 0 is black.
pub(crate) struct Gray {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

impl Gray {
    /// The same at half its size: each pixel the mean of four.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for pair in self.pixels.chunks_exact(self.width * 2).take(height) {
            let (above, below) = pair.split_at(self.width);
            let squares = above.chunks_exact(2).zip(below.chunks_exact(2)).take(width);
            pixels.extend(squares.map(|(a, b)| {
                let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
                (sum / 4) as u8
            }));
        }
        Self { width, height, pixels }
    }
}

/// Width and height as the picture's header tells them.
pub(super) fn size(kind: &str, bytes: &[u8]) -> Option<(usize, usize)> {
    let (width, height) = match kind {
        "png" => (be32_at(bytes, 16)?, be32_at(bytes, 20)?),
        "gif" => (u32::from(u16_at(bytes, 6)?), u32::from(u16_at(bytes, 8)?)),
        "bmp" if u32_at(bytes, 14)? == 12 => (u16_at(bytes, 18)?.into(), u16_at(bytes, 20)?.into()),
        "bmp" => (u32_at(bytes, 18)?, u32_at(bytes, 22)?.cast_signed().unsigned_abs()),
        "webp" => webp_size(bytes)?,
        "tiff" => return None,
        _ => {
            let mut at = 2_usize;
            let mut found = None;
            for _ in 0..MARKS {
                let mark = be16_at(bytes, at)?;
                let frame = matches!(mark, 0xffc0..=0xffcf) && !matches!(mark, 0xffc4 | 0xffc8 | 0xffcc);
                if frame {
                    found = Some((u32::from(be16_at(bytes, at + 7)?), u32::from(be16_at(bytes, at + 5)?)));
                    break;
                }
                // A filling byte before the mark.
                at += if mark == 0xffff { 1 } else { 2 + usize::from(be16_at(bytes, at + 2)?) };
            }
            found?
        }
    };
    Some((usize::try_from(width).ok()?, usize::try_from(height).ok()?)).filter(|(w, h)| *w > 0 && *h > 0)
}

/// The size that the first part of a WebP tells: of the canvas, or of the one picture.
fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let three = |at: usize| Some(u32::from(u16_at(bytes, at)?) | u32::from(u8_at(bytes, at + 2)?) << 16);
    Some(match piece(bytes, 12, 4) {
        b"VP8X" => (three(24)? + 1, three(27)? + 1),
        b"VP8L" => {
            let packed = u32_at(bytes, 21)?;
            ((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1)
        }
        b"VP8 " => (u32::from(u16_at(bytes, 26)? & 0x3fff), u32::from(u16_at(bytes, 28)? & 0x3fff)),
        _ => return None,
    })
}

/// How many pixels of a picture are decoded at most.
pub(super) fn most(kind: &str, bytes: &[u8]) -> usize {
    if kind == "jpg" && is_baseline(bytes) { PHOTOGRAPH } else { PIXELS }
}

/// True for a JPEG whose picture comes in one pass.
fn is_baseline(bytes: &[u8]) -> bool {
    let mut at = 2_usize;
    for _ in 0..MARKS {
        match be16_at(bytes, at) {
            Some(0xffc0) => return true,
            Some(0xffc1..=0xffc3 | 0xffc5..=0xffc7 | 0xffc9..=0xffcb | 0xffcd..=0xffda) | None => {
                return false;
            }
            Some(0xffff) => at += 1,
            Some(_) => at += 2 + usize::from(be16_at(bytes, at + 2).unwrap_or(0)),
        }
    }
    false
}

/// The picture in grey; `None` if it cannot be read.
pub(super) fn read(kind: &str, bytes: &[u8]) -> Option<Gray> {
    match kind {
        "png" => png(bytes),
        "gif" => gif(bytes),
        "bmp" => bitmap(bytes),
        "webp" => webp(bytes),
        _ => jpeg_up_to(bytes, most(kind, bytes)),
    }
    .filter(|gray| gray.width.checked_mul(gray.height).is_some_and(|all| all > 0 && all <= gray.pixels.len()))
}

fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29;
    u8::try_from(sum >> 8).unwrap_or(255)
}

/// What stands on nothing is seen on white.
fn over_white(shade: u8, alpha: u8) -> u8 {
    let sum = u32::from(shade) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
    u8::try_from(sum / 255).unwrap_or(255)
}

fn png(bytes: &[u8]) -> Option<Gray> {
    let mut decoder =
        ::png::Decoder::new_with_limits(Cursor::new(bytes), ::png::Limits { bytes: DECODER_BYTES });
    decoder.set_transformations(::png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().ok()?;
    let need = reader.output_buffer_size().filter(|need| *need <= PIXELS * 4)?;
    let mut data = vec![255; need];
    // A picture that is cut short shows what came before the cut.
    let _ = reader.next_frame(&mut data);
    let (width, height) = (reader.info().width, reader.info().height);
    let shades: Vec<u8> = match reader.output_color_type().0 {
        ::png::ColorType::Grayscale | ::png::ColorType::Indexed => data,
        ::png::ColorType::GrayscaleAlpha => data.chunks_exact(2).map(|p| over_white(p[0], p[1])).collect(),
        ::png::ColorType::Rgb => data.chunks_exact(3).map(|p| luma(p[0], p[1], p[2])).collect(),
        ::png::ColorType::Rgba => {
            data.chunks_exact(4).map(|p| over_white(luma(p[0], p[1], p[2]), p[3])).collect()
        }
    };
    Some(Gray { width: usize::try_from(width).ok()?, height: usize::try_from(height).ok()?, pixels: shades })
}

/// A JPEG; also one inside of a PDF.
pub(crate) fn jpeg(bytes: &[u8]) -> Option<Gray> {
    jpeg_up_to(bytes, PIXELS)
}

fn jpeg_up_to(bytes: &[u8], most: usize) -> Option<Gray> {
    let options = zune_core::options::DecoderOptions::new_safe()
        .set_max_width(1 << 14)
        .set_max_height(1 << 14)
        .jpeg_set_max_scans(SCANS)
        .jpeg_set_out_colorspace(zune_core::colorspace::ColorSpace::Luma);
    let source = zune_core::bytestream::ZCursor::new(bytes);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(source, options);
    decoder.decode_headers().ok()?;
    let info = decoder.info()?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    if width * height > most {
        return None;
    }
    Some(Gray { width, height, pixels: decoder.decode().ok()? })
}

fn gif(bytes: &[u8]) -> Option<Gray> {
    let mut options = ::gif::DecodeOptions::new();
    options.set_color_output(::gif::ColorOutput::RGBA);
    options.set_memory_limit(::gif::MemoryLimit::Bytes(std::num::NonZeroU64::new(PIXELS as u64 * 4)?));
    let mut decoder = options.read_info(bytes).ok()?;
    let frame = decoder.read_next_frame().ok()??;
    let pixels = frame.buffer.chunks_exact(4).map(|p| over_white(luma(p[0], p[1], p[2]), p[3])).collect();
    Some(Gray { width: usize::from(frame.width), height: usize::from(frame.height), pixels })
}

/// A bitmap whose pixels are not packed.
fn bitmap(bytes: &[u8]) -> Option<Gray> {
    let (width, height) = size("bmp", bytes)?;
    let header = usize::try_from(u32_at(bytes, 14)?).ok()?;
    let start = usize::try_from(u32_at(bytes, 10)?).ok()?;
    let (bits, entry, upright) = if header == 12 {
        (u16_at(bytes, 24)?, 3, false)
    } else {
        if !matches!(u32_at(bytes, 30)?, 0 | 3) {
            return None;
        }
        (u16_at(bytes, 28)?, 4, u32_at(bytes, 22)?.cast_signed() < 0)
    };
    let palette: Vec<u8> = if bits <= 8 {
        let colours = piece(bytes, 14 + header, (1usize << bits) * entry);
        colours.chunks_exact(entry).map(|c| luma(c[2], c[1], c[0])).collect()
    } else {
        Vec::new()
    };
    let line = width.checked_mul(usize::from(bits))?.div_ceil(32).checked_mul(4)?;
    let mut pixels = Vec::with_capacity(width.checked_mul(height)?);
    for y in 0..height {
        let row = if upright { y } else { height - 1 - y };
        let row = piece(bytes, start.checked_add(row.checked_mul(line)?)?, line);
        if row.len() < line {
            return None;
        }
        let of = |at: usize| u8_at(row, at).unwrap_or(0);
        let shade = |index: u8| palette.get(usize::from(index)).copied().unwrap_or(255);
        match bits {
            1 => pixels.extend((0..width).map(|x| shade(of(x / 8) >> (7 - x % 8) & 1))),
            4 => pixels.extend((0..width).map(|x| shade(of(x / 2) >> (4 * (1 - x % 2)) & 15))),
            8 => pixels.extend((0..width).map(|x| shade(of(x)))),
            16 => pixels.extend((0..width).map(|x| {
                let value = u16_at(row, x * 2).unwrap_or(0);
                let five = |shift: u16| ((value >> shift & 31) << 3) as u8;
                luma(five(10), five(5), five(0))
            })),
            24 | 32 => {
                let step = usize::from(bits / 8);
                pixels.extend((0..width).map(|x| luma(of(x * step + 2), of(x * step + 1), of(x * step))));
            }
            _ => return None,
        }
    }
    Some(Gray { width, height, pixels })
}

/// A WebP; the first picture of one that moves.
fn webp(bytes: &[u8]) -> Option<Gray> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).ok()?;
    decoder.set_memory_limit(DECODER_BYTES);
    let mut data = vec![0; decoder.output_buffer_size().filter(|need| *need <= PIXELS * 4)?];
    let (width, height) = decoder.dimensions();
    decoder.read_image(&mut data).ok()?;
    let pixels = if decoder.has_alpha() {
        data.chunks_exact(4).map(|p| over_white(luma(p[0], p[1], p[2]), p[3])).collect()
    } else {
        data.chunks_exact(3).map(|p| luma(p[0], p[1], p[2])).collect()
    };
    Some(Gray { width: usize::try_from(width).ok()?, height: usize::try_from(height).ok()?, pixels })
}
