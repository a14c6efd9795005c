//! Images of disks: no panic, no hang, the same answer twice.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;

/// The kinds; a seed's first byte is the place in this list.
const KINDS: &[&str] = &["iso", "img", "vhd", "vhdx", "vmdk"];

fuzz_target!(|data: &[u8]| shared::open(KINDS, data));
