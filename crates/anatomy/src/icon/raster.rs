//! One icon as pixels: PNG, or a bitmap of 1 to 32 bits with its mask, as `.ico` files and programs keep them.

use std::io::Cursor;

use crate::binary::{piece, u8_at, u16_at, u32_at};

/// Pixels on a side of an icon that is read.
const SIDE: usize = 512;

/// Pixels on a side that a larger icon is made smaller to.
const LOOKED_AT: usize = 64;

/// Bytes that a decoder may allocate.
const DECODER_BYTES: usize = 8 << 20;

/// Pixels by lines from the top: red, green, blue, opacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<[u8; 4]>,
}

impl Raster {
    /// The pixel at a place; see-through outside.
    pub(crate) fn at(&self, x: usize, y: usize) -> [u8; 4] {
        if x >= self.width {
            return [0; 4];
        }
        self.pixels.get(y * self.width + x).copied().unwrap_or([0; 4])
    }

    /// The same with no side longer than is looked at: each pixel the mean of those that it stands for.
    fn smaller(self) -> Self {
        let step = self.width.max(self.height).div_ceil(LOOKED_AT);
        if step <= 1 {
            return self;
        }
        let (width, height) = (self.width / step, self.height / step);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (mut sums, mut alpha) = ([0u32; 3], 0u32);
                for (dx, dy) in (0..step).flat_map(|dy| (0..step).map(move |dx| (dx, dy))) {
                    let [red, green, blue, opacity] = self.at(x * step + dx, y * step + dy);
                    for (sum, shade) in sums.iter_mut().zip([red, green, blue]) {
                        *sum += u32::from(shade) * u32::from(opacity);
                    }
                    alpha += u32::from(opacity);
                }
                let [red, green, blue] = sums.map(|sum| (sum / alpha.max(1)) as u8);
                pixels.push([red, green, blue, (alpha as usize / (step * step)) as u8]);
            }
        }
        Self { width, height, pixels }
    }
}

/// An icon's pixels; `None` if they cannot be read.
pub(crate) fn read(bytes: &[u8]) -> Option<Raster> {
    let raster = if bytes.starts_with(b"\x89PNG") { png(bytes) } else { bitmap(bytes) }?;
    Some(raster.smaller()).filter(|raster| raster.pixels.len() >= raster.width * raster.height)
}

fn png(bytes: &[u8]) -> Option<Raster> {
    let mut decoder =
        ::png::Decoder::new_with_limits(Cursor::new(bytes), ::png::Limits { bytes: DECODER_BYTES });
    decoder
        .set_transformations(::png::Transformations::normalize_to_color8() | ::png::Transformations::ALPHA);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    if !(1..=SIDE).contains(&width) || !(1..=SIDE).contains(&height) {
        return None;
    }
    let mut data = vec![0; reader.output_buffer_size().filter(|need| *need <= SIDE * SIDE * 4)?];
    reader.next_frame(&mut data).ok()?;
    let pixels = match reader.output_color_type().0 {
        ::png::ColorType::GrayscaleAlpha => data.chunks_exact(2).map(|p| [p[0], p[0], p[0], p[1]]).collect(),
        ::png::ColorType::Rgba => data.chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]).collect(),
        ::png::ColorType::Rgb => data.chunks_exact(3).map(|p| [p[0], p[1], p[2], 255]).collect(),
        ::png::ColorType::Grayscale | ::png::ColorType::Indexed => {
            data.iter().map(|shade| [*shade, *shade, *shade, 255]).collect()
        }
    };
    Some(Raster { width, height, pixels })
}

/// A bitmap from the bottom line up, behind it a mask of what is see-through; the height counts both.
fn bitmap(bytes: &[u8]) -> Option<Raster> {
    let header = usize::try_from(u32_at(bytes, 0)?).ok()?;
    let (width, height, bits, compression, used) = match header {
        12 => (u16_at(bytes, 4)?.into(), u16_at(bytes, 6)?.into(), u16_at(bytes, 10)?, 0, 0),
        40..=124 => (
            u32_at(bytes, 4)?,
            u32_at(bytes, 8)?,
            u16_at(bytes, 14)?,
            u32_at(bytes, 16)?,
            usize::try_from(u32_at(bytes, 32)?).ok()?,
        ),
        _ => return None,
    };
    let (width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()? / 2);
    if !(1..=SIDE).contains(&width) || !(1..=SIDE).contains(&height) || !matches!(compression, 0 | 3) {
        return None;
    }
    let entry = if header == 12 { 3 } else { 4 };
    let colours = match bits {
        1 | 4 | 8 if used == 0 => 1 << bits,
        1 | 4 | 8 => used.min(256),
        16 | 24 | 32 => 0,
        _ => return None,
    };
    let masks = if compression == 3 && header == 40 { 12 } else { 0 };
    let palette = header + masks;
    let start = palette + colours * entry;
    let line = (width * usize::from(bits)).div_ceil(32) * 4;
    let mask_line = width.div_ceil(32) * 4;
    let mask = start + line * height;
    let see_through = |x: usize, y: usize| {
        u8_at(bytes, mask + y * mask_line + x / 8).is_some_and(|byte| byte >> (7 - x % 8) & 1 == 1)
    };
    let index = |number: usize| {
        let colour = piece(bytes, palette + number.min(colours.saturating_sub(1)) * entry, 3);
        [2, 1, 0].map(|channel| u8_at(colour, channel).unwrap_or(0))
    };
    // Opacity counts in icons of 32 bits, unless there is none at all.
    let has_alpha = bits == 32
        && (0..width * height).any(|n| u8_at(bytes, start + n * 4 + 3).is_some_and(|alpha| alpha != 0));
    let mut pixels = Vec::with_capacity(width * height);
    for y in (0..height).rev() {
        let row = piece(bytes, start + y * line, line);
        if row.len() < line {
            return None;
        }
        for x in 0..width {
            let of = |at: usize| u8_at(row, at).unwrap_or(0);
            let [red, green, blue] = match bits {
                1 => index(usize::from(of(x / 8) >> (7 - x % 8) & 1)),
                4 => index(usize::from(of(x / 2) >> (4 * (1 - x % 2)) & 15)),
                8 => index(of(x).into()),
                16 => {
                    let value = u16_at(row, x * 2).unwrap_or(0);
                    let five = |shift: u16| ((value >> shift & 31) << 3) as u8;
                    [five(10), five(5), five(0)]
                }
                24 => [of(x * 3 + 2), of(x * 3 + 1), of(x * 3)],
                _ => [of(x * 4 + 2), of(x * 4 + 1), of(x * 4)],
            };
            let opacity = match has_alpha {
                true => of(x * 4 + 3),
                false if see_through(x, y) => 0,
                false => 255,
            };
            pixels.push([red, green, blue, opacity]);
        }
    }
    Some(Raster { width, height, pixels })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bitmap of two by two pixels: red and blue above, green and something see-through below.
    fn small(bits: u16, palette: &[[u8; 4]], lines: [&[u8]; 2]) -> Vec<u8> {
        let mut out = 40u32.to_le_bytes().to_vec();
        out.extend(2i32.to_le_bytes());
        out.extend(4i32.to_le_bytes());
        out.extend(1u16.to_le_bytes());
        out.extend(bits.to_le_bytes());
        out.resize(40, 0);
        out[32] = u8::try_from(palette.len()).unwrap();
        out.extend(palette.iter().flatten());
        for line in lines {
            let end = out.len() + line.len().next_multiple_of(4);
            out.extend(line);
            out.resize(end, 0);
        }
        out.extend([0b0100_0000, 0, 0, 0, 0, 0, 0, 0]);
        out
    }

    #[test]
    fn bitmaps_of_every_depth_are_read_with_their_mask() {
        let palette = [[0, 0, 255, 0], [255, 0, 0, 0], [0, 255, 0, 0], [9, 9, 9, 0]];
        let four = small(4, &palette, [&[0x23], &[0x01]]);
        let eight = small(8, &palette, [&[2, 3], &[0, 1]]);
        let sixteen = small(16, &[], [&[0xe0, 0x03, 0, 0], &[0, 0x7c, 0x1f, 0]]);
        let whole = small(24, &[], [&[0, 255, 0, 9, 9, 9], &[0, 0, 255, 255, 0, 0]]);
        let lines: [&[u8]; 2] = [&[0, 255, 0, 255, 9, 9, 9, 0], &[0, 0, 255, 255, 255, 0, 0, 255]];
        let alpha = small(32, &[], lines);
        for (bits, bytes) in [(4, four), (8, eight), (16, sixteen), (24, whole), (32, alpha)] {
            let raster = read(&bytes).unwrap_or_else(|| panic!("{bits} bits"));
            let full = if bits == 16 { 248 } else { 255 };
            assert_eq!(raster.at(0, 0), [full, 0, 0, 255], "{bits} bits");
            assert_eq!(raster.at(1, 0), [0, 0, full, 255], "{bits} bits");
            assert_eq!(raster.at(0, 1), [0, full, 0, 255], "{bits} bits");
            assert_eq!(raster.at(1, 1)[3], 0, "{bits} bits");
        }
        let one = small(1, &[[0, 0, 0, 0], [255, 255, 255, 0]], [&[0b1000_0000], &[0b0100_0000]]);
        let raster = read(&one).unwrap();
        assert_eq!((raster.at(0, 0), raster.at(1, 0)), ([0, 0, 0, 255], [255, 255, 255, 255]));
    }

    #[test]
    fn an_icon_that_claims_more_than_it_holds_is_not_read() {
        let mut bytes = small(24, &[], [&[0; 6], &[0; 6]]);
        bytes[4..8].copy_from_slice(&100_000u32.to_le_bytes());
        assert_eq!(read(&bytes), None);
        bytes[4..8].copy_from_slice(&256u32.to_le_bytes());
        assert_eq!(read(&bytes), None);
        assert_eq!(read(b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(read(b""), None);
    }

    #[test]
    fn a_large_icon_is_made_smaller() {
        let raster =
            Raster { width: 256, height: 256, pixels: vec![[200, 100, 0, 255]; 256 * 256] }.smaller();
        assert_eq!((raster.width, raster.height), (64, 64));
        assert!(raster.pixels.iter().all(|pixel| *pixel == [200, 100, 0, 255]));
    }
}
