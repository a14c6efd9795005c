//! One chunk, searched.

use memchr::{memchr, memchr_iter, memrchr};

use super::chunks::Chunk;
use super::hit::{Hit, Teller};
use super::probe::Probe;
use crate::limits::SEAM;
use crate::log::text::{Sight, lines, scan};
use crate::log::{Clock, Keys, Moment, Record, Schema};
use crate::set::Set;

/// Lines at each end of a chunk that are asked for their time.
const LOOK_LINES: usize = 8;

/// What a chunk came to. Lines of hits count from 0 at its beginning.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) hits: Vec<Hit>,
    pub(super) lines: u64,
    /// Lines that do not have the shape of the log's format.
    pub(super) other_lines: u64,
    pub(super) first: Option<Moment>,
    pub(super) last: Option<Moment>,
}

/// What one worker uses again and again.
#[derive(Default)]
pub(crate) struct Worker {
    record: Record,
    keys: Keys,
    probe: Probe,
    sights: Vec<Sight>,
}

impl Worker {
    /// The hits of a chunk, and how many lines it has.
    pub(crate) fn hits(&mut self, set: &Set, chunk: &Chunk, clock: &Clock) -> (Vec<Hit>, u64) {
        let scanned = self.scan(set, chunk, clock);
        (scanned.hits, scanned.lines)
    }

    pub(super) fn scan(&mut self, set: &Set, chunk: &Chunk, clock: &Clock) -> Scanned {
        let mut scanned = Scanned::default();
        let schema: &Schema = &chunk.schema;
        let mut body = chunk.bytes.as_slice();
        let mut offset = 0;
        if chunk.starts_inside || chunk.ends_inside {
            // Pieces of a long line are text, whatever the log is.
            let end = match chunk.ends_inside {
                true => body.len(),
                false => memchr(b'\n', body).map_or(body.len(), |at| at + 1),
            };
            let piece = body.get(..end).unwrap_or_default();
            let until = if chunk.ends_inside { piece.len().saturating_sub(SEAM) } else { piece.len() };
            self.text(set, chunk, clock, piece, until, &mut scanned);
            scanned.other_lines += u64::from(!chunk.ends_inside && !schema.is_text());
            offset = end;
            body = body.get(end..).unwrap_or_default();
        }
        if schema.is_text() {
            let before = scanned.hits.len();
            self.text(set, chunk, clock, body, body.len(), &mut scanned);
            for hit in scanned.hits.get_mut(before..).unwrap_or_default() {
                hit.offset += offset as u64;
            }
        } else {
            self.records(set, chunk, clock, offset, &mut scanned);
        }
        self.covered(chunk, clock, &mut scanned);
        scanned
    }

    /// Lines that are cut into their parts.
    fn records(&mut self, set: &Set, chunk: &Chunk, clock: &Clock, from: usize, scanned: &mut Scanned) {
        let mut headed: Option<Schema> = None;
        let body = chunk.bytes.get(from..).unwrap_or_default();
        let look = chunk.schema.quick();
        let mut at = 0;
        while at < body.len() {
            let rest = body.get(at..).unwrap_or_default();
            // Nearly every line of a name server's log ends here.
            if let Some(look) = look
                && let Some(quick) = look(rest)
                && set.passes(quick.network, quick.name, quick.two)
            {
                scanned.lines += 1;
                at += quick.end + 1;
                continue;
            }
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get(..end).unwrap_or_default();
            let schema = headed.as_ref().unwrap_or(&chunk.schema);
            let is_record = schema.read(line, &mut self.record, &mut self.keys);
            if is_record {
                self.probe.record(set, line, &self.record, &mut self.sights);
                if line.first() == Some(&b'#')
                    && let Some(next) = schema.headed(line)
                {
                    headed = Some(next);
                }
            } else if !line.is_empty() {
                scanned.other_lines += 1;
                scan(set, line, &mut self.sights);
            }
            if !self.sights.is_empty() {
                let schema = headed.as_ref().unwrap_or(&chunk.schema);
                let place = (scanned.lines, chunk.offset + (from + at) as u64);
                let record = is_record.then_some(&self.record);
                Teller { schema, clock }.line(place, line, record, &mut self.sights, &mut scanned.hits);
            }
            scanned.lines += 1;
            at += end + 1;
        }
    }

    /// Text as a whole; lines are found around hits only. What begins behind `until` is left to the next piece.
    fn text(
        &mut self,
        set: &Set,
        chunk: &Chunk,
        clock: &Clock,
        text: &[u8],
        until: usize,
        scanned: &mut Scanned,
    ) {
        let mut sights = Vec::new();
        scan(set, text, &mut sights);
        let teller = Teller { schema: &chunk.schema, clock };
        let mut counted = 0;
        let mut number = scanned.lines;
        let mut rest = sights.into_iter().filter(|sight| sight.start < until).peekable();
        while let Some(first) = rest.next() {
            let start = memrchr(b'\n', text.get(..first.start).unwrap_or_default()).map_or(0, |at| at + 1);
            let tail = text.get(first.start..).unwrap_or_default();
            let end = memchr(b'\n', tail).map_or(text.len(), |at| first.start + at);
            number += memchr_iter(b'\n', text.get(counted..start).unwrap_or_default()).count() as u64;
            counted = start;
            let mut here = vec![first];
            while let Some(next) = rest.next_if(|next| next.start < end) {
                here.push(next);
            }
            for sight in &mut here {
                sight.start -= start;
                sight.end = sight.end.saturating_sub(start);
            }
            let line = text.get(start..end).unwrap_or_default();
            let place = (number, chunk.offset + start as u64);
            teller.line(place, line, None, &mut here, &mut scanned.hits);
        }
        let ends = memchr_iter(b'\n', text).count() as u64;
        // The last line of a log may lack its end.
        let open = !chunk.ends_inside && text.last().is_some_and(|last| *last != b'\n');
        scanned.lines += ends + u64::from(open);
    }

    /// The times of the first and the last line that tell one.
    fn covered(&mut self, chunk: &Chunk, clock: &Clock, scanned: &mut Scanned) {
        let teller = Teller { schema: &chunk.schema, clock };
        let bytes = chunk.bytes.as_slice();
        let (record, keys) = (&mut self.record, &mut self.keys);
        scanned.first = lines(bytes)
            .filter(|(_, line)| !line.starts_with(b"#"))
            .take(LOOK_LINES)
            .find_map(|(_, line)| teller.moment(line, record, keys));
        let mut rest = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        for _ in 0..LOOK_LINES {
            let start = memrchr(b'\n', rest).map_or(0, |at| at + 1);
            let line = rest.get(start..).unwrap_or_default();
            scanned.last = (!line.starts_with(b"#")).then(|| teller.moment(line, record, keys)).flatten();
            if scanned.last.is_some() || start == 0 {
                break;
            }
            rest = rest.get(..start - 1).unwrap_or_default();
        }
        scanned.last = scanned.last.or(scanned.first);
    }
}
