//! Any bytes as a mail, and as an mbox: no panic, no hang, facts that hold.
#![no_main]

use forensics::Limits;
use forensics::mbox::{MboxReader, is_mbox};
use libfuzzer_sys::fuzz_target;

/// Larger than the largest seed, small enough to be cut in a run.
const MBOX_MESSAGE_BYTES: usize = 64 << 10;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let reading = forensics::read(data, &limits);
    assert_eq!(reading.facts.size, data.len() as u64);
    assert_eq!(forensics::read(data, &limits), reading, "the same bytes must give the same facts");

    let _ = is_mbox(data);
    for message in MboxReader::new(data, MBOX_MESSAGE_BYTES).take(1_000) {
        let Ok(message) = message else { break };
        assert!(message.bytes.len() <= MBOX_MESSAGE_BYTES);
        let _ = forensics::read(&message.bytes, &limits);
    }

    // What the reader hands on must be fit for the next room as well.
    let _ = indicators::extract(&reading.sources, &reading.facts.attachments);
});
