//! Files sealed for a journey: a zip encrypted with the password that everybody who works with malware knows, so
//! that no mail filter, virus scanner or hasty double click opens them on the way.
//!
//! The encryption is the old one of PKWARE: Windows, macOS and every analysis tool open it. It is a seal, not a
//! secret. Contents are stored as they are; what travels is mostly compressed already.

/// The password.
pub const PASSWORD: &str = "infected";
/// Random bytes before the content of each file.
const HEADER: usize = 12;

/// A file to be sealed.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Its name in the archive.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// Eleven random bytes, other ones for each file.
    pub random: [u8; 11],
}

/// The same files in an archive that is not encrypted: for the demo's carriers.
pub(crate) fn plain(entries: &[Entry<'_>]) -> Vec<u8> {
    archive(entries, None)
}

/// The archive. Its files carry no date: the same files and random bytes give the same archive.
pub fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    zip_with(entries, PASSWORD)
}

/// The same with another password.
pub fn zip_with(entries: &[Entry<'_>], password: &str) -> Vec<u8> {
    archive(entries, Some(password))
}

fn archive(entries: &[Entry<'_>], password: Option<&str>) -> Vec<u8> {
    let room: usize = entries.iter().map(|entry| entry.bytes.len() + 2 * entry.name.len() + 128).sum();
    let (mut out, mut directory) = (Vec::with_capacity(room + 22), Vec::new());
    for entry in entries {
        let crc = crc32(entry.bytes);
        let size = u32::try_from(entry.bytes.len()).unwrap_or(u32::MAX);
        let header = if password.is_some() { HEADER } else { 0 };
        let packed = size.saturating_add(u32::try_from(header).unwrap_or(0));
        let offset = u32::try_from(out.len()).unwrap_or(u32::MAX);
        let name = u16::try_from(entry.name.len()).unwrap_or(0);
        // Version 2.0; maybe encrypted, name in UTF-8; stored; 1 January 1980.
        let shared = [
            &20u16.to_le_bytes()[..],
            &(0x0800u16 | u16::from(password.is_some())).to_le_bytes(),
            &0u16.to_le_bytes(),
            &0u16.to_le_bytes(),
            &0x21u16.to_le_bytes(),
            &crc.to_le_bytes(),
            &packed.to_le_bytes(),
            &size.to_le_bytes(),
            &name.to_le_bytes(),
            &0u16.to_le_bytes(),
        ]
        .concat();
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&shared);
        out.extend_from_slice(entry.name.as_bytes());
        match password {
            Some(password) => {
                let mut keys = Keys::of(password);
                // The last byte of the header tells a reader whether the password fits.
                let check = crc.to_le_bytes()[3];
                out.extend(
                    entry.random.iter().chain(&[check]).chain(entry.bytes).map(|byte| keys.seal(*byte)),
                );
            }
            None => out.extend_from_slice(entry.bytes),
        }
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&shared);
        // No comment, first disk, no attributes.
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(entry.name.as_bytes());
    }
    let count = u16::try_from(entries.len()).unwrap_or(u16::MAX).to_le_bytes();
    let (start, length) = (out.len(), directory.len());
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count);
    out.extend_from_slice(&count);
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&u32::try_from(start).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

const fn table() -> [u32; 256] {
    let mut table = [0u32; 256];
    let mut n = 0;
    while n < 256 {
        let mut crc = n as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
}

static TABLE: [u32; 256] = table();

fn step(crc: u32, byte: u8) -> u32 {
    (crc >> 8) ^ TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)]
}

/// CRC-32 as zip archives use it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| step(crc, *byte))
}

/// The three keys of the cipher.
struct Keys(u32, u32, u32);

impl Keys {
    fn of(password: &str) -> Self {
        let mut keys = Self(0x1234_5678, 0x2345_6789, 0x3456_7890);
        password.bytes().for_each(|byte| keys.turn(byte));
        keys
    }

    fn turn(&mut self, byte: u8) {
        self.0 = step(self.0, byte);
        self.1 = self.1.wrapping_add(self.0 & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        self.2 = step(self.2, self.1.to_le_bytes()[3]);
    }

    fn seal(&mut self, byte: u8) -> u8 {
        let word = (self.2 & 0xffff) | 2;
        let [_, mask, ..] = word.wrapping_mul(word ^ 1).to_le_bytes();
        self.turn(byte);
        byte ^ mask
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn python_opens_a_sealed_archive_with_its_password_and_not_with_another() {
        let bytes: Vec<u8> = (0..70_000u32).map(|n| ((n * 7) >> 3) as u8).collect();
        let archive = zip(&[
            Entry { name: "content", bytes: &bytes, random: [7; 11] },
            Entry { name: "メモ.txt", bytes: "開かないでください".as_bytes(), random: [9; 11] },
        ]);
        // Nothing of the content shows from outside.
        assert!(!archive.windows(6).any(|w| w == "開か".as_bytes()));
        const PROGRAM: &str = "import sys, io, zipfile\n\
            z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\n\
            assert z.namelist() == ['content', 'メモ.txt'], z.namelist()\n\
            assert all(i.flag_bits & 1 for i in z.infolist())\n\
            z.setpassword(b'infected')\n\
            assert z.testzip() is None\n\
            assert z.read('content') == bytes(((n * 7) >> 3) & 255 for n in range(70000))\n\
            try:\n    z.read('content', pwd=b'wrong one')\nexcept RuntimeError: pass\nelse: raise SystemExit('opened')\n";
        let Ok(mut python) = Command::new("python3")
            .args(["-c", PROGRAM])
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::piped())
            .spawn()
        else {
            return;
        };
        python.stdin.take().unwrap().write_all(&archive).unwrap();
        assert!(python.wait().unwrap().success());
    }

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
