//! Windows programs (PE): when and where they were built, what they import, what they say of themselves, and what
//! is hung on to their end.

mod dotnet;
mod icon;
mod imports;
mod ordinals;
mod overlay;
mod resources;
mod rich;
mod signature;
#[cfg(test)]
mod tests;
mod version;

use crate::binary::{guid, piece, u16_at, u32_at};
use crate::oddities;
use crate::registry::Analyser;
use crate::specimen::Specimen;
use crate::time;

/// Sections that are read; Windows loads no more.
const SECTIONS: usize = 96;

/// Entries of the debug directory that are read.
const DEBUG_ENTRIES: usize = 32;

/// Bytes of a path or name in a program.
const NAME: usize = 512;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["exe", "dll", "scr", "cpl", "com", "pif", "sys", "xll"],
    run,
    tells: icon::TELLS,
    oddities: &[oddities::entry(
        "pe-cut",
        "実行ファイルのヘッダが壊れているか、途中で切れています",
        "The program's header is broken or ends before it is complete",
    )],
};

/// A section's place in memory and in the file.
struct Section {
    name: String,
    address: usize,
    virtual_size: usize,
    at: usize,
    size: usize,
    executable: bool,
}

/// A program's header.
struct Pe<'a> {
    bytes: &'a [u8],
    header: usize,
    wide: bool,
    headers_size: usize,
    alignment: usize,
    directories: usize,
    directory_count: usize,
    sections: Vec<Section>,
}

impl<'a> Pe<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let header = usize::try_from(u32_at(bytes, 0x3c)?).ok()?;
        if bytes.get(header..header.checked_add(4)?)? != b"PE\0\0" {
            return None;
        }
        let optional = header + 24;
        let wide = match u16_at(bytes, optional)? {
            0x10b => false,
            0x20b => true,
            _ => return None,
        };
        let number = |at: usize| usize::try_from(u32_at(bytes, at)?).ok();
        let directories = optional + if wide { 112 } else { 96 };
        let table = optional + usize::from(u16_at(bytes, header + 20)?);
        let count = usize::from(u16_at(bytes, header + 6)?).min(SECTIONS);
        let sections = (0..count).map_while(|index| {
            let at = table + index * 40;
            Some(Section {
                name: text(piece(bytes, at, 8)),
                address: number(at + 12)?,
                virtual_size: number(at + 8)?,
                at: number(at + 20)?,
                size: number(at + 16)?,
                executable: u32_at(bytes, at + 36)? & 0x2000_0000 != 0,
            })
        });
        Some(Self {
            bytes,
            header,
            wide,
            headers_size: number(optional + 60)?,
            alignment: number(optional + 36)?,
            directories,
            directory_count: number(directories - 4)?.min(16),
            sections: sections.collect(),
        })
    }

    /// The place and size of a data directory, as an address; nothing if it is empty.
    fn directory(&self, index: usize) -> Option<(usize, usize)> {
        let at = self.directories + index * 8;
        let number = |at: usize| usize::try_from(u32_at(self.bytes, at)?).ok();
        let found = (number(at)?, number(at + 4)?);
        (index < self.directory_count && found.0 > 0).then_some(found)
    }

    /// Where an address lies in the file.
    fn at(&self, address: usize) -> Option<usize> {
        let inside = |s: &&Section| {
            address.checked_sub(s.address).is_some_and(|offset| offset < s.virtual_size.max(s.size))
        };
        let at = match self.sections.iter().find(inside) {
            Some(section) => self.start(section).checked_add(address - section.address)?,
            None if address < self.headers_size => address,
            None => return None,
        };
        (at < self.bytes.len()).then_some(at)
    }

    /// Windows loads sections from whole 512-byte blocks.
    fn start(&self, section: &Section) -> usize {
        if self.alignment >= 0x200 { section.at & !0x1ff } else { section.at }
    }

    fn u32(&self, address: usize) -> Option<u32> {
        u32_at(self.bytes, self.at(address)?)
    }

    /// A number that is an address.
    fn pointer(&self, address: usize) -> Option<usize> {
        self.u32(address).and_then(|n| usize::try_from(n).ok())
    }

    /// A text that ends with a NUL.
    fn text(&self, address: usize) -> Option<String> {
        Some(text(piece(self.bytes, self.at(address)?, NAME)))
    }
}

/// Text up to its first NUL, in whatever code it is.
fn text(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    let bytes = bytes.get(..end).unwrap_or(bytes);
    forensics::charset::decode(bytes, Some("utf-8")).text.into_owned()
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(pe) = Pe::read(bytes) else {
        old(bytes, specimen);
        return;
    };
    header(&pe, specimen);
    sections(&pe, specimen);
    imports::read(&pe, specimen);
    rich::read(bytes, pe.header, specimen);
    debug(&pe, specimen);
    dotnet::read(&pe, specimen);
    let certificates = signature::read(&pe, specimen);
    resources::read(&pe, specimen);
    overlay::read(&pe, certificates, specimen);
}

/// A program for DOS or 16-bit Windows; or one whose header is broken.
fn old(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if !bytes.starts_with(b"MZ") {
        return;
    }
    let next = u32_at(bytes, 0x3c).and_then(|at| bytes.get(usize::try_from(at).ok()?..));
    let format = match next {
        None if u16_at(bytes, 4).is_none() => {
            specimen.odd("pe-cut", "");
            return;
        }
        Some([b'P', b'E', 0, 0, ..]) => {
            specimen.odd("pe-cut", "");
            return;
        }
        Some([b'N', b'E', ..]) => "ne",
        Some([b'L', b'E' | b'X', ..]) => "le",
        _ => "dos",
    };
    specimen.property("pe.format", format);
    // The image is told in blocks of 512 bytes, and the bytes used of the last one.
    let (last, blocks) = (u16_at(bytes, 2).unwrap_or(0), u16_at(bytes, 4).unwrap_or(0));
    let whole = usize::from(blocks) * 512;
    let image = if last == 0 { whole } else { whole.saturating_sub(512) + usize::from(last) };
    if format == "dos" && image > 0 {
        overlay::told(bytes, image, bytes.len(), specimen);
    }
}

fn header(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) {
    let (bytes, coff, optional) = (pe.bytes, pe.header + 4, pe.header + 24);
    let machine = match u16_at(bytes, coff).unwrap_or(0) {
        0x014c => "x86".to_owned(),
        0x8664 => "x64".to_owned(),
        0xaa64 => "arm64".to_owned(),
        0x01c0 | 0x01c2 | 0x01c4 => "arm".to_owned(),
        0x0200 => "ia64".to_owned(),
        other => format!("0x{other:04x}"),
    };
    specimen.property("pe.machine", machine);
    let subsystem = match u16_at(bytes, optional + 68).unwrap_or(0) {
        1 => "native".to_owned(),
        2 => "windows".to_owned(),
        3 => "console".to_owned(),
        10..=13 => "efi".to_owned(),
        other => other.to_string(),
    };
    specimen.property("pe.subsystem", subsystem);
    if u16_at(bytes, coff + 18).unwrap_or(0) & 0x2000 != 0 {
        specimen.property("pe.library", "yes");
    }
    let compiled = u32_at(bytes, coff + 4).and_then(|t| time::unix(i64::from(t)));
    specimen.property("pe.compiled", compiled.unwrap_or_default());
    if let Some(entry) = u32_at(bytes, optional + 16) {
        specimen.property("pe.entry-point", format!("0x{entry:x}"));
    }
}

/// Section names that packers leave.
const PACKERS: [(&str, &str); 14] = [
    ("UPX", "UPX"),
    (".aspack", "ASPack"),
    (".adata", "ASPack"),
    (".themida", "Themida"),
    (".winlice", "WinLicense"),
    (".vmp", "VMProtect"),
    (".MPRESS", "MPRESS"),
    (".petite", "Petite"),
    ("petite", "Petite"),
    (".nsp", "NsPack"),
    (".enigma", "Enigma"),
    ("PEC2", "PECompact"),
    (".ndata", "NSIS"),
    (".boom", "The Boomerang"),
];

/// Bits of a byte's worth above which code is compressed or encrypted.
const PACKED_ENTROPY: f64 = 7.2;

fn sections(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) {
    // Sections may all claim the same bytes: no more are weighed than twice the file.
    let mut room = pe.bytes.len().saturating_mul(2);
    for section in &pe.sections {
        let content = piece(pe.bytes, pe.start(section), section.size.min(room));
        room -= content.len().min(room);
        let entropy = entropy(content);
        if section.size > 0 && pe.start(section).saturating_add(section.size) > pe.bytes.len() {
            specimen.odd("pe-cut", "");
        }
        let name = &section.name;
        let line =
            format!("{name} raw={} virtual={} entropy={entropy:.2}", section.size, section.virtual_size);
        specimen.property("pe.section", line);
        if let Some((_, packer)) = PACKERS.iter().find(|(sign, _)| name.starts_with(sign)) {
            specimen.property("pe.packer", *packer);
        }
        if section.executable && entropy > PACKED_ENTROPY {
            specimen.property("pe.packed-section", name.as_str());
        }
    }
}

/// Shannon entropy in bits for a byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u64; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let all = bytes.len() as f64;
    let of = |count: &u64| {
        let share = *count as f64 / all;
        -share * share.log2()
    };
    counts.iter().filter(|c| **c > 0).map(of).sum::<f64>().max(0.0)
}

/// The path of the symbol file, which often names its author's folders.
fn debug(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) {
    let Some((address, size)) = pe.directory(6) else {
        return;
    };
    let Some(table) = pe.at(address) else {
        return;
    };
    for index in 0..(size / 28).min(DEBUG_ENTRIES) {
        let entry = piece(pe.bytes, table + index * 28, 28);
        if u32_at(entry, 12) != Some(2) {
            continue;
        }
        let at = u32_at(entry, 24).and_then(|a| usize::try_from(a).ok()).unwrap_or(0);
        let record = piece(pe.bytes, at, NAME + 24);
        match record.get(..4) {
            Some(b"RSDS") => {
                specimen.property("pe.pdb", text(record.get(24..).unwrap_or(&[])));
                let id = record.get(4..).and_then(guid).unwrap_or_default();
                specimen.property("pe.pdb-guid", id);
                specimen.property("pe.pdb-age", u32_at(record, 20).unwrap_or(0).to_string());
            }
            Some(b"NB10") => {
                specimen.property("pe.pdb", text(record.get(16..).unwrap_or(&[])));
                specimen.property("pe.pdb-age", u32_at(record, 12).unwrap_or(0).to_string());
            }
            _ => {}
        }
    }
}
