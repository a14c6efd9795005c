//! The `dir` stream of a VBA project ([MS-OVBA] 2.3.4.2): its name, code page, references and modules.

use crate::binary::{u16_at, u32_at};

/// Records read.
const RECORDS: usize = 20_000;

/// Modules and references told.
const ITEMS: usize = 1_000;

/// What the stream says; every text still in the project's code page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dir {
    pub(super) code_page: u16,
    pub(super) name: Vec<u8>,
    pub(super) description: Vec<u8>,
    pub(super) references: Vec<Vec<u8>>,
    pub(super) modules: Vec<Module>,
}

/// One module.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Module {
    pub(super) name: Vec<u8>,
    pub(super) stream: Vec<u8>,
    /// The stream's name in UTF-16LE, where it is there.
    pub(super) stream_wide: Vec<u8>,
    /// Where the source starts in its stream.
    pub(super) offset: usize,
}

/// Reads the decompressed stream as far as it goes.
pub(super) fn read(bytes: &[u8]) -> Dir {
    let mut dir = Dir { code_page: 1252, ..Dir::default() };
    let mut at = 0;
    for _ in 0..RECORDS {
        let (Some(id), Some(size)) = (u16_at(bytes, at), u32_at(bytes, at + 2)) else {
            break;
        };
        let mut size = usize::try_from(size).unwrap_or(usize::MAX);
        // PROJECTVERSION says 4 and has 6.
        if id == 9 {
            size = 6;
        }
        let Some(data) = (at + 6).checked_add(size).and_then(|end| bytes.get(at + 6..end)) else {
            break;
        };
        at += 6 + size;
        record(&mut dir, id, data);
    }
    dir
}

fn record(dir: &mut Dir, id: u16, data: &[u8]) {
    match id {
        0x03 => dir.code_page = u16_at(data, 0).unwrap_or(1252),
        0x04 => dir.name = data.to_vec(),
        0x05 => dir.description = data.to_vec(),
        // REFERENCEREGISTERED and REFERENCEPROJECT: a counted text.
        0x0d | 0x0e => {
            let length = u32_at(data, 0).and_then(|l| usize::try_from(l).ok()).unwrap_or(0);
            let text = crate::binary::piece(data, 4, length);
            if dir.references.len() < ITEMS {
                dir.references.push(text.to_vec());
            }
        }
        0x19 if dir.modules.len() < ITEMS => {
            dir.modules.push(Module { name: data.to_vec(), ..Module::default() });
        }
        0x1a => {
            if let Some(module) = dir.modules.last_mut() {
                module.stream = data.to_vec();
            }
        }
        0x32 => {
            if let Some(module) = dir.modules.last_mut() {
                module.stream_wide = data.to_vec();
            }
        }
        0x31 => {
            if let Some(module) = dir.modules.last_mut() {
                module.offset = u32_at(data, 0).and_then(|o| usize::try_from(o).ok()).unwrap_or(0);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
pub(super) mod testing {
    /// One record.
    pub(crate) fn record(id: u16, data: &[u8]) -> Vec<u8> {
        let mut out = id.to_le_bytes().to_vec();
        let size = if id == 9 { 4 } else { u32::try_from(data.len()).unwrap() };
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(data);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::testing::record;
    use super::*;

    #[test]
    fn modules_and_code_page_are_read() {
        let mut bytes = record(3, &932u16.to_le_bytes());
        bytes.extend(record(9, &[0; 6]));
        bytes.extend(record(4, b"Project"));
        bytes.extend(record(0x0d, b"\x03\0\0\0abc\0\0\0\0\0\0"));
        bytes.extend(record(0x19, b"Module1"));
        bytes.extend(record(0x1a, b"Stream1"));
        bytes.extend(record(0x31, &7u32.to_le_bytes()));
        let dir = read(&bytes);
        assert_eq!((dir.code_page, dir.name.as_slice()), (932, b"Project".as_slice()));
        assert_eq!(dir.references, [b"abc".to_vec()]);
        assert_eq!(dir.modules.len(), 1);
        assert_eq!((dir.modules[0].stream.as_slice(), dir.modules[0].offset), (b"Stream1".as_slice(), 7));
        // Cut anywhere, it gives what it holds.
        for end in 0..bytes.len() {
            read(&bytes[..end]);
        }
    }
}
