//! Programs of other systems: Linux (ELF), macOS (Mach-O) and Java classes, in a few words.

use crate::binary::{be16_at, be32_at, hex, piece, u8_at, u16_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::Specimen;

/// Bytes in which a build id is looked for.
const NOTES: usize = 64 << 10;

/// Load commands that are read.
const COMMANDS: usize = 200;

/// Java's numbers begin here; smaller ones count the parts of a Mach-O for several machines.
const FIRST_JAVA: u32 = 45;

pub(crate) static ANALYSER: Analyser =
    Analyser { kinds: &["elf", "macho", "class"], run, tells: &[], oddities: &[] };

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    match specimen.file.kind.as_str() {
        "elf" => elf(bytes, specimen),
        "macho" => macho(bytes, specimen),
        _ => class(bytes, specimen),
    }
}

fn elf(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let bits = match u8_at(bytes, 4) {
        Some(1) => "32",
        Some(2) => "64",
        _ => "",
    };
    specimen.property("elf.bits", bits);
    let read = |at| if u8_at(bytes, 5) == Some(2) { be16_at(bytes, at) } else { u16_at(bytes, at) };
    let kind = match read(16) {
        Some(1) => "object",
        Some(2) => "program",
        Some(3) => "shared",
        Some(4) => "core",
        _ => "",
    };
    specimen.property("elf.type", kind);
    let machine = match read(18) {
        Some(3) => "x86".to_owned(),
        Some(8) => "mips".to_owned(),
        Some(20) => "ppc".to_owned(),
        Some(40) => "arm".to_owned(),
        Some(62) => "x64".to_owned(),
        Some(183) => "arm64".to_owned(),
        Some(243) => "riscv".to_owned(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    specimen.property("elf.machine", machine);
    let head = bytes.get(..NOTES).unwrap_or(bytes);
    if let Some(note) = memchr::memmem::find(head, b"\x03\0\0\0GNU\0") {
        let length = note.checked_sub(4).and_then(|at| u32_at(head, at)).unwrap_or(0).min(64);
        let id = piece(head, note + 8, usize::try_from(length).unwrap_or(0));
        specimen.property("elf.build-id", hex(id));
    }
}

fn macho(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    specimen.property("macho.machine", machine(u32_at(bytes, 4).unwrap_or(0)));
    let kind = match u32_at(bytes, 12) {
        Some(2) => "program",
        Some(6) => "library",
        Some(8) => "bundle",
        _ => "",
    };
    specimen.property("macho.type", kind);
    let mut at = if bytes.first() == Some(&0xcf) { 32 } else { 28 };
    let count = u32_at(bytes, 16).and_then(|c| usize::try_from(c).ok()).unwrap_or(0);
    for _ in 0..count.min(COMMANDS) {
        let (Some(command), Some(size)) = (u32_at(bytes, at), u32_at(bytes, at + 4)) else {
            return;
        };
        if command == 0x1b {
            specimen.property("macho.uuid", hex(piece(bytes, at + 8, 16)));
        }
        match usize::try_from(size).ok().filter(|s| *s >= 8).and_then(|s| at.checked_add(s)) {
            Some(next) if next < bytes.len() => at = next,
            _ => return,
        }
    }
}

fn machine(number: u32) -> String {
    match number {
        7 => "x86".to_owned(),
        12 => "arm".to_owned(),
        0x0100_0007 => "x64".to_owned(),
        0x0100_000c => "arm64".to_owned(),
        other => format!("0x{other:x}"),
    }
}

/// A Java class, or a Mach-O for several machines: both begin alike.
fn class(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let number = be32_at(bytes, 4).unwrap_or(0);
    if number & 0xffff >= FIRST_JAVA {
        specimen.property("class.java-version", ((number & 0xffff) - FIRST_JAVA + 1).to_string());
        return;
    }
    for index in 0..usize::try_from(number).unwrap_or(0) {
        if let Some(number) = be32_at(bytes, 8 + index * 20) {
            specimen.property("macho.machine", machine(number));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits, open};

    fn check(bytes: &[u8], name: &str, value: &str) {
        let job = Job { name: None, place: "attachment[0]", inline: false, bytes };
        assert_eq!(open(&job, &[], &Limits::default()).attachment.property(name), Some(value), "{name}");
    }

    #[test]
    fn programs_of_other_systems_tell_their_machine_and_build() {
        let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec();
        elf.extend(b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0\xab\xcd");
        check(&elf, "elf.machine", "x64");
        check(&elf, "elf.type", "shared");
        check(&elf, "elf.build-id", "abcd");
        let mut macho = b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x02\0\0\0\x01\0\0\0".to_vec();
        macho.resize(32, 0);
        macho.extend(b"\x1b\0\0\0\x18\0\0\0");
        macho.extend([0x11; 16]);
        check(&macho, "macho.machine", "arm64");
        check(&macho, "macho.uuid", "11111111111111111111111111111111");
        check(b"\xca\xfe\xba\xbe\0\0\0\x34\0\0\0\0\0\0", "class.java-version", "8");
    }
}
