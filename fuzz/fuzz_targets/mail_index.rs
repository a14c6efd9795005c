//! Any bytes are a segment of an index or an error; what opens can be asked, and answers or says what is damaged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailbox::index::{Segment, Storage};

fuzz_target!(|data: &[u8]| {
    if let Ok(segment) = Segment::open("fuzz", Storage::Memory(data.to_vec())) {
        for doc in 0..segment.docs().min(4) {
            let _ = segment.document(doc);
        }
        let _ = segment.check();
    }
});
