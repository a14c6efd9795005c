//! Any bytes as a compiled set: an error, or a set that can be asked without harm.
#![no_main]

use hunter::Kind;
use hunter::set::Set;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The checksum would stop nearly everything: it is put right, so that the tables are what is tested.
    let mut file = b"NOROSHI-SET\0\x01\0\0\0".to_vec();
    file.extend_from_slice(&crc32fast::hash(data).to_le_bytes());
    file.extend_from_slice(data);
    if let Ok(set) = Set::read(&mut file.as_slice()) {
        let mut found = Vec::new();
        set.find_name(b"www.evil.example", &mut found);
        set.find_ip(b"192.0.2.1", &mut found);
        set.find_ip(b"2001:db8::1", &mut found);
        set.find_exact(Kind::Email, b"a@evil.example", &mut found);
        for entry in found {
            let _ = (set.kind(entry), set.value(entry), set.origins(entry).count());
        }
    }
});
