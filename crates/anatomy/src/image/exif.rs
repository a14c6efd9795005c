//! What a camera or a program wrote about a picture: Exif, as its blocks stand in JPEG, PNG, WebP and TIFF (CIPA
//! DC-008).

use crate::binary::{be16_at, be32_at, piece, u16_at, u32_at};
use crate::specimen::Specimen;

/// Entries of one directory that are read.
const ENTRIES: usize = 200;

/// Bytes of one text.
const TEXT_BYTES: usize = 1_024;

/// The block, with the order of its bytes.
struct Block<'a> {
    bytes: &'a [u8],
    little: bool,
}

/// One entry of a directory: its tag, its type, how many values it has, and where they stand.
#[derive(Clone, Copy)]
struct Tag {
    tag: u16,
    kind: u16,
    count: usize,
    at: usize,
}

impl Block<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        if self.little { u16_at(self.bytes, at) } else { be16_at(self.bytes, at) }
    }

    fn long(&self, at: usize) -> Option<u32> {
        if self.little { u32_at(self.bytes, at) } else { be32_at(self.bytes, at) }
    }

    /// The entries of the directory at a place.
    fn directory(&self, at: usize) -> Vec<Tag> {
        let count = usize::from(self.short(at).unwrap_or(0)).min(ENTRIES);
        (0..count)
            .map_while(|index| {
                let entry = at.checked_add(2 + index * 12)?;
                let (tag, kind) = (self.short(entry)?, self.short(entry + 2)?);
                let count = usize::try_from(self.long(entry + 4)?).ok()?;
                let size = match kind {
                    3 | 8 => 2,
                    4 | 9 | 11 => 4,
                    5 | 10 | 12 => 8,
                    _ => 1usize,
                };
                // What fits into four bytes stands in the entry itself.
                let inside = count.checked_mul(size).is_some_and(|all| all <= 4);
                let at = if inside { entry + 8 } else { usize::try_from(self.long(entry + 8)?).ok()? };
                Some(Tag { tag, kind, count, at })
            })
            .collect()
    }

    fn text(&self, tag: Tag) -> String {
        let raw = piece(self.bytes, tag.at, tag.count.min(TEXT_BYTES));
        let raw = raw.split(|byte| *byte == 0).next().unwrap_or(&[]);
        forensics::charset::decode(raw, None).text.trim().to_owned()
    }

    fn pointer(&self, tag: Tag) -> Option<usize> {
        usize::try_from(self.long(tag.at)?).ok()
    }

    /// A fraction of two numbers without sign.
    fn fraction(&self, at: usize) -> Option<f64> {
        let (above, below) = (self.long(at)?, self.long(at.checked_add(4)?)?);
        (below > 0).then(|| f64::from(above) / f64::from(below))
    }

    /// Degrees, minutes and seconds as degrees.
    fn degrees(&self, tag: Tag) -> Option<f64> {
        if tag.kind != 5 || tag.count != 3 {
            return None;
        }
        let part = |index: usize| self.fraction(tag.at.checked_add(index * 8)?);
        let degrees = part(0)? + part(1).unwrap_or(0.0) / 60.0 + part(2).unwrap_or(0.0) / 3600.0;
        (0.0..=180.0).contains(&degrees).then_some(degrees)
    }
}

/// Tells what a block says; `bytes` begins with the order of the bytes.
pub(super) fn tell(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let little = match bytes.get(..4) {
        Some(b"II*\0") => true,
        Some(b"MM\0*") => false,
        _ => return,
    };
    let block = Block { bytes, little };
    let Some(first) = block.long(4).and_then(|at| usize::try_from(at).ok()) else { return };
    let main = block.directory(first);
    let find = |tags: &[Tag], wanted: u16| tags.iter().copied().find(|tag| tag.tag == wanted);
    let text = |tags: &[Tag], wanted: u16| find(tags, wanted).map_or(String::new(), |tag| block.text(tag));
    let inner = |wanted: u16| {
        let at = find(&main, wanted).and_then(|tag| block.pointer(tag));
        at.map_or(Vec::new(), |at| block.directory(at))
    };
    let (make, model) = (text(&main, 0x010f), text(&main, 0x0110));
    // Many models begin with their maker already.
    let camera = if model.to_lowercase().starts_with(&make.to_lowercase()) {
        model
    } else {
        format!("{make} {model}")
    };
    specimen.property("image.camera", camera.trim());
    for (tag, name) in [
        (0x0131, "image.software"),
        (0x013b, "image.artist"),
        (0x8298, "image.copyright"),
        (0x010e, "image.comment"),
    ] {
        specimen.property(name, text(&main, tag));
    }
    let exif = inner(0x8769);
    let taken = [text(&exif, 0x9003), text(&main, 0x0132)].into_iter().find(|text| !text.is_empty());
    specimen.property("image.taken", moment(&taken.unwrap_or_default(), &text(&exif, 0x9011)));
    specimen.property("image.serial", text(&exif, 0xa431));
    let gps = inner(0x8825);
    let side = |wanted: u16| text(&gps, wanted);
    if let (Some(latitude), Some(longitude)) =
        (find(&gps, 2).and_then(|tag| block.degrees(tag)), find(&gps, 4).and_then(|tag| block.degrees(tag)))
    {
        let latitude = if side(1) == "S" { -latitude } else { latitude };
        let longitude = if side(3) == "W" { -longitude } else { longitude };
        specimen.property("image.gps", format!("{latitude:.5}, {longitude:.5}"));
    }
}

/// `2026:11:21 10:00:00` and `+09:00` as RFC 3339; as it stands if it is of another form.
fn moment(text: &str, offset: &str) -> String {
    let Some((date, time)) = text.split_once(' ') else { return text.to_owned() };
    if date.len() != 10 || date.matches(':').count() != 2 {
        return text.to_owned();
    }
    format!("{}T{time}{offset}", date.replace(':', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_everywhere_else() {
        assert_eq!(moment("2026:11:21 10:00:00", "+09:00"), "2026-11-21T10:00:00+09:00");
        assert_eq!(moment("2026:11:21 10:00:00", ""), "2026-11-21T10:00:00");
        assert_eq!(moment("yesterday", ""), "yesterday");
    }
}
