//! Any bytes as a list of indicators, whatever its form: no panic, no hang, and what came of it can be compiled, loaded
//! and asked.
#![no_main]

use hunter::lists::Gather;
use hunter::set::Set;
use indicators::guard::Guards;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut gather = Gather::new(Guards::builtin_for_examples(), true);
    gather.add("list", data);
    let set = gather.finish();
    let mut file = Vec::new();
    set.write(&mut file).expect("memory takes everything");
    let loaded = Set::read(&mut file.as_slice()).expect("what was written is read");
    assert_eq!(loaded.len(), set.len());
    let mut found = Vec::new();
    loaded.find_name(data, &mut found);
});
