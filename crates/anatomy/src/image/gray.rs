//! Pictures as shades of grey. Whatever size a picture claims, it is decoded only up to [`PIXELS`].

use std::io::Cursor;

use crate::binary::{be16_at, be32_at, u16_at};

/// Pixels of a picture that is decoded.
pub(crate) const PIXELS: usize = 16_000_000;

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

/// Width and height as the picture's header tells them.
pub(super) fn size(kind: &str, bytes: &[u8]) -> Option<(usize, usize)> {
    let (width, height) = match kind {
        "png" => (be32_at(bytes, 16)?, be32_at(bytes, 20)?),
        "gif" => (u32::from(u16_at(bytes, 6)?), u32::from(u16_at(bytes, 8)?)),
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

/// The picture in grey; `None` if it cannot be read.
pub(super) fn read(kind: &str, bytes: &[u8]) -> Option<Gray> {
    match kind {
        "png" => png(bytes),
        "gif" => gif(bytes),
        _ => jpeg(bytes),
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
    if width * height > PIXELS {
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
