//! Something listed that was seen in a log.

use crate::limits::MAX_SHOWN;
use crate::log::text::{Sight, first_address};
use crate::log::{Clock, Keys, Moment, Record, Role, Schema};

/// A hit: one thing seen in one line, with everything listed that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The line, 1-based.
    pub line: u64,
    /// Where what was seen begins in the log, in bytes.
    pub offset: u64,
    /// When, where the line tells it.
    pub time: Option<Moment>,
    /// The client's address, the user or the host; empty where the line does not tell.
    pub who: String,
    /// What was seen, as it is written.
    pub what: String,
    /// The value that it is: the most specific.
    pub entry: u32,
    /// Others that it is as well: a name above, a range around, a host of the URL.
    pub also: Vec<u32>,
}

/// A text of a log as a person reads it: UTF-8, else CP932 where it is whole in it, else with replacements.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let bytes = bytes.get(..bytes.len().min(MAX_SHOWN)).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default()).into_owned()
        }
        Err(_) => match encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => text.into_owned(),
            None => String::from_utf8_lossy(bytes).into_owned(),
        },
    }
}

/// What is needed to tell hits of a chunk.
pub(super) struct Teller<'a> {
    pub(super) schema: &'a Schema,
    pub(super) clock: &'a Clock,
}

impl Teller<'_> {
    /// The hits of one line. `record`: its parts, where it could be cut into them.
    #[cold]
    pub(super) fn line(
        &self,
        place: (u64, u64),
        line: &[u8],
        record: Option<&Record>,
        sights: &mut Vec<Sight>,
        hits: &mut Vec<Hit>,
    ) {
        let (number, offset) = place;
        let time = match record {
            Some(record) => self.schema.moment(line, record, self.clock),
            None => crate::log::find_moment(line, self.clock),
        };
        let who = match record {
            Some(record) => [Role::Client, Role::User].into_iter().find_map(|role| record.first(line, role)),
            None => first_address(line),
        };
        let who = who.map(readable).unwrap_or_default();
        let first = hits.len();
        for sight in sights.drain(..) {
            let Some((&entry, also)) = sight.entries.split_last() else { continue };
            // Once a line, however often it stands there.
            if hits.get(first..).unwrap_or_default().iter().any(|hit| hit.entry == entry) {
                continue;
            }
            let what = match &sight.written {
                Some(written) => written.as_slice(),
                None => line.get(sight.start..sight.end).unwrap_or_default(),
            };
            hits.push(Hit {
                line: number,
                offset: offset + sight.start as u64,
                time,
                who: who.clone(),
                what: readable(what),
                entry,
                also: also.to_vec(),
            });
        }
    }

    /// When a line was written, for the dates that a log covers.
    pub(super) fn moment(&self, line: &[u8], record: &mut Record, keys: &mut Keys) -> Option<Moment> {
        if self.schema.read(line, record, keys) {
            self.schema.moment(line, record, self.clock)
        } else {
            crate::log::find_moment(line, self.clock)
        }
    }
}
