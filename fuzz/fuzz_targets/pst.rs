//! Outlook data files: no panic, no hang, the same answer twice.
#![no_main]

use forensics::Limits;
use forensics::pst::Reader;
use libfuzzer_sys::fuzz_target;

/// Messages read of one file; the walk over all of them goes on.
const MESSAGES: usize = 20;

fuzz_target!(|data: &[u8]| {
    let Ok(reader) = Reader::open(data) else { return };
    let limits = Limits::default();
    for found in reader.messages().take(MESSAGES) {
        let reading = reader.read(&found, &limits);
        assert_eq!(reader.read(&found, &limits), reading, "the same bytes must give the same facts");
        let _ = indicators::extract(&reading.sources, &reading.facts.attachments);
    }
});
