//! The header of a 7z archive: which packed streams there are, how they are decoded, and which files they hold.
//!
//! Numbers that the header claims are believed only as far as the header is long.

/// Coders of one folder: 7-Zip takes up to 32.
pub(super) const CODERS: usize = 32;

/// Files of one archive that are read from a header.
const FILES: u64 = 1 << 20;

/// A header being read.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    /// A number of one to nine bytes: the leading ones of the first say how many follow.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = first.leading_ones();
        let mut value = 0u64;
        for index in 0..more.min(8) {
            value |= u64::from(self.byte()?) << (8 * index);
        }
        if more < 7 {
            let high = u64::from(first) & ((1u64 << (7 - more)) - 1);
            value |= high << (8 * more);
        }
        Some(value)
    }

    /// A number of things of which each takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        let number = usize::try_from(self.number()?).ok()?;
        (number <= self.bytes.len()).then_some(number)
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn bits(&mut self, count: usize) -> Option<Vec<bool>> {
        let bytes = self.take(count.div_ceil(8))?;
        let bit = |index: usize| bytes.get(index / 8).is_some_and(|b| b & 0x80 >> (index % 8) != 0);
        Some((0..count).map(bit).collect())
    }

    fn defined(&mut self, count: usize) -> Option<Vec<bool>> {
        if self.byte()? != 0 { Some(vec![true; count]) } else { self.bits(count) }
    }

    fn digests(&mut self, count: usize) -> Option<Vec<Option<u32>>> {
        let defined = self.defined(count)?;
        defined.into_iter().map(|is| if is { self.u32().map(Some) } else { Some(None) }).collect()
    }
}

/// One step of decoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Coder<'a> {
    pub(super) method: u64,
    pub(super) properties: &'a [u8],
    pub(super) inputs: usize,
    pub(super) size: u64,
}

/// A chain of coders with the packed streams that it reads: 7-Zip calls it a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Folder<'a> {
    pub(super) coders: Vec<Coder<'a>>,
    /// Which coder's output is which input: (input, coder).
    pub(super) bonds: Vec<(usize, usize)>,
    /// Which inputs read packed streams, in their order.
    pub(super) packed: Vec<usize>,
    pub(super) crc: Option<u32>,
    /// Sizes and check sums of the files within.
    pub(super) files: Vec<(u64, Option<u32>)>,
    /// The number of its first packed stream.
    pub(super) first: usize,
}

impl Folder<'_> {
    /// The coder whose output is nobody's input.
    pub(super) fn last(&self) -> Option<usize> {
        (0..self.coders.len()).find(|coder| self.bonds.iter().all(|(_, output)| output != coder))
    }

    pub(super) fn size(&self) -> u64 {
        self.last().and_then(|last| self.coders.get(last)).map_or(0, |coder| coder.size)
    }

    pub(super) fn aes(&self) -> Option<&Coder<'_>> {
        self.coders.iter().find(|coder| coder.method == super::sevenz::AES)
    }
}

/// The packed streams and how they are decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Streams<'a> {
    /// Place and length of each packed stream, from the end of the signature header.
    pub(super) packs: Vec<(u64, u64)>,
    pub(super) folders: Vec<Folder<'a>>,
}

/// A file as the header tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) has_stream: bool,
    pub(super) folder: bool,
    pub(super) modified: Option<u64>,
    pub(super) attributes: u32,
}

/// A whole header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) streams: Streams<'a>,
    pub(super) files: Vec<File>,
}

pub(super) fn streams<'a>(reader: &mut Reader<'a>) -> Option<Streams<'a>> {
    let mut out = Streams::default();
    let mut with_files = false;
    loop {
        match reader.number()? {
            0 => break,
            6 => packs(reader, &mut out)?,
            7 => folders(reader, &mut out)?,
            8 => {
                with_files = true;
                substreams(reader, &mut out)?;
            }
            _ => return None,
        }
    }
    if !with_files {
        for folder in &mut out.folders {
            folder.files = vec![(folder.size(), folder.crc)];
        }
    }
    Some(out)
}

fn packs(reader: &mut Reader<'_>, out: &mut Streams<'_>) -> Option<()> {
    let mut at = reader.number()?;
    let count = reader.count()?;
    loop {
        match reader.number()? {
            0 => return Some(()),
            9 => {
                for _ in 0..count {
                    let size = reader.number()?;
                    out.packs.push((at, size));
                    at = at.checked_add(size)?;
                }
            }
            10 => drop(reader.digests(count)?),
            _ => return None,
        }
    }
}

fn folders<'a>(reader: &mut Reader<'a>, out: &mut Streams<'a>) -> Option<()> {
    if reader.number()? != 11 {
        return None;
    }
    let count = reader.count()?;
    if reader.byte()? != 0 {
        return None;
    }
    let mut first = 0;
    for _ in 0..count {
        let mut folder = folder(reader)?;
        folder.first = first;
        first += folder.packed.len();
        out.folders.push(folder);
    }
    loop {
        match reader.number()? {
            0 => return Some(()),
            12 => {
                for coder in out.folders.iter_mut().flat_map(|folder| &mut folder.coders) {
                    coder.size = reader.number()?;
                }
            }
            10 => {
                let digests = reader.digests(count)?;
                for (folder, crc) in out.folders.iter_mut().zip(digests) {
                    folder.crc = crc;
                }
            }
            _ => return None,
        }
    }
}

fn folder<'a>(reader: &mut Reader<'a>) -> Option<Folder<'a>> {
    let count = reader.size().filter(|count| (1..=CODERS).contains(count))?;
    let mut out = Folder::default();
    let mut inputs = 0usize;
    for _ in 0..count {
        let flags = reader.byte()?;
        let id = reader.take(usize::from(flags & 15)).filter(|id| id.len() <= 8)?;
        let method = id.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        let (mut own, mut outputs) = (1, 1);
        if flags & 0x10 != 0 {
            own = reader.size().filter(|inputs| (1..=CODERS).contains(inputs))?;
            outputs = reader.size()?;
        }
        // No coder in use has two outputs.
        if outputs != 1 || flags & 0x80 != 0 {
            return None;
        }
        let length = if flags & 0x20 != 0 { reader.size()? } else { 0 };
        let properties = reader.take(length)?;
        inputs += own;
        out.coders.push(Coder { method, properties, inputs: own, size: 0 });
    }
    for _ in 1..count {
        let bond = (reader.size()?, reader.size()?);
        if bond.0 >= inputs || bond.1 >= count {
            return None;
        }
        out.bonds.push(bond);
    }
    let packed = inputs.checked_sub(out.bonds.len())?;
    if packed == 1 {
        let free = (0..inputs).find(|input| out.bonds.iter().all(|(bound, _)| bound != input))?;
        out.packed.push(free);
    } else {
        for _ in 0..packed {
            out.packed.push(reader.size()?);
        }
    }
    Some(out)
}

fn substreams(reader: &mut Reader<'_>, out: &mut Streams<'_>) -> Option<()> {
    let mut kind = reader.number()?;
    let mut counts = vec![1usize; out.folders.len()];
    if kind == 13 {
        for count in &mut counts {
            // All but the last file of a folder take a byte for their sizes.
            *count = reader.size().filter(|n| *n <= reader.bytes.len().saturating_add(1))?;
        }
        kind = reader.number()?;
    }
    let sized = kind == 9;
    for (folder, count) in out.folders.iter_mut().zip(&counts) {
        let mut left = folder.size();
        for _ in 1..*count {
            let size = if sized { reader.number()? } else { return None };
            left = left.checked_sub(size)?;
            folder.files.push((size, None));
        }
        if *count > 0 {
            folder.files.push((left, None));
        }
        if let [(_, crc)] = folder.files.as_mut_slice() {
            *crc = folder.crc;
        }
    }
    if sized {
        kind = reader.number()?;
    }
    loop {
        match kind {
            0 => return Some(()),
            10 => {
                let open = |folder: &Folder<'_>| !(folder.files.len() == 1 && folder.crc.is_some());
                let missing = out.folders.iter().filter(|f| open(f)).map(|f| f.files.len()).sum::<usize>();
                let mut digests = reader.digests(missing)?.into_iter();
                for folder in out.folders.iter_mut().filter(|f| open(f)) {
                    for (_, crc) in &mut folder.files {
                        *crc = digests.next()?;
                    }
                }
            }
            _ => return None,
        }
        kind = reader.number()?;
    }
}

pub(super) fn header<'a>(reader: &mut Reader<'a>) -> Option<Header<'a>> {
    let mut out = Header::default();
    loop {
        match reader.number() {
            None | Some(0) => return Some(out),
            Some(2) => loop {
                if reader.number()? == 0 {
                    break;
                }
                let size = reader.size()?;
                reader.take(size)?;
            },
            Some(3) => drop(streams(reader)?),
            Some(4) => out.streams = streams(reader)?,
            Some(5) => out.files = files(reader)?,
            Some(_) => return None,
        }
    }
}

fn files(reader: &mut Reader<'_>) -> Option<Vec<File>> {
    let count = reader.number()?;
    // A file takes two bytes of name at least, where there are names.
    let most = (reader.bytes.len() as u64).min(FILES);
    let count = usize::try_from(count).ok().filter(|_| count <= most)?;
    let mut out = vec![File { has_stream: true, ..File::default() }; count];
    let mut empty_files = Vec::new();
    loop {
        let kind = reader.number()?;
        if kind == 0 {
            break;
        }
        let size = reader.size()?;
        let mut part = Reader::new(reader.take(size)?);
        match kind {
            14 => {
                for (file, empty) in out.iter_mut().zip(part.bits(count)?) {
                    file.has_stream = !empty;
                }
            }
            15 => {
                let empty = out.iter().filter(|file| !file.has_stream).count();
                empty_files = part.bits(empty)?;
            }
            17 => {
                part.byte()?;
                let units: Vec<u16> =
                    part.bytes.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
                for (file, name) in out.iter_mut().zip(units.split(|unit| *unit == 0)) {
                    file.name = String::from_utf16_lossy(name);
                }
            }
            20 => {
                let defined = part.defined(count)?;
                part.byte()?;
                for (file, is) in out.iter_mut().zip(defined) {
                    file.modified = if is { Some(part.u64()?) } else { None };
                }
            }
            21 => {
                let defined = part.defined(count)?;
                part.byte()?;
                for (file, is) in out.iter_mut().zip(defined) {
                    file.attributes = if is { part.u32()? } else { 0 };
                }
            }
            _ => {}
        }
    }
    let mut empty_files = empty_files.into_iter();
    for file in out.iter_mut().filter(|file| !file.has_stream) {
        file.folder = !empty_files.next().unwrap_or(false);
    }
    for file in &mut out {
        file.folder |= file.attributes & 0x10 != 0 && !file.has_stream;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_one_to_nine_bytes_long() {
        for (bytes, number) in [
            (&b"\x05"[..], 5),
            (b"\x81\x02", 0x102),
            (b"\xc1\x02\x03", 0x1_0302),
            (b"\xfe\x01\0\0\0\0\0\x02", 0x02_0000_0000_0001),
            (b"\xff\x01\0\0\0\0\0\0\x80", 0x8000_0000_0000_0001),
        ] {
            assert_eq!(Reader::new(bytes).number(), Some(number), "{bytes:x?}");
        }
    }

    #[test]
    fn a_header_that_claims_more_than_it_holds_is_refused() {
        assert_eq!(header(&mut Reader::new(b"\x05\xff\xff\xff\xff\xff\xff\xff\xff\x7f\0")), None);
        assert_eq!(streams(&mut Reader::new(b"\x07\x0b\xff\xff\xff\xff\xff\0\0\0\0\0")), None);
        assert_eq!(streams(&mut Reader::new(b"\x06\0\x7f\x09\x01\0")), None);
    }
}
