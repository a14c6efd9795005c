//! Any bytes as a log of any format: no panic; parts lie in their line; the time is read or not.
#![no_main]

use hunter::log::{Clock, Format, Keys, Record, Schema, find_moment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let clock = Clock { zone: jiff::tz::Offset::UTC, written: jiff::Timestamp::UNIX_EPOCH, day_first: false };
    let mut record = Record::default();
    let mut keys = Keys::default();
    let told = Format::ALL.into_iter().map(Some).chain([None]);
    for told in told {
        let schema = Schema::of(data, told);
        for line in data.split(|byte| *byte == b'\n') {
            if schema.read(line, &mut record, &mut keys) {
                for field in record.fields() {
                    let _ = record.text(line, *field);
                }
                let _ = schema.moment(line, &record, &clock);
            }
            let _ = schema.headed(line);
            let _ = find_moment(line, &clock);
        }
    }
});
