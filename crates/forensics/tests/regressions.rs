//! Inputs that once broke the mail reader, found by fuzzing: they must stay harmless.

use std::fs;
use std::path::Path;

use forensics::Limits;
use forensics::mbox::MboxReader;

/// As the fuzz target has it.
const MBOX_MESSAGE_BYTES: usize = 64 << 10;

#[test]
fn inputs_that_once_broke_the_reader_are_harmless() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/regressions/mail_reader");
    let limits = Limits::default();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let data = fs::read(&path).unwrap();
        let reading = forensics::read(&data, &limits);
        assert_eq!(reading.facts.size, data.len() as u64, "{}", path.display());
        assert_eq!(forensics::read(&data, &limits), reading, "{}", path.display());
        for message in MboxReader::new(data.as_slice(), MBOX_MESSAGE_BYTES).take(1_000) {
            let message = message.unwrap();
            assert!(message.bytes.len() <= MBOX_MESSAGE_BYTES, "{}", path.display());
            let _ = forensics::read(&message.bytes, &limits);
        }
        count += 1;
    }
    assert!(count > 0, "the folder of regressions is empty");
}
