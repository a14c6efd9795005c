//! Streams → chunks of whole lines, one after the other. Workers take turns: who holds the source reads the next chunk,
//! and searches it while the next worker reads. So a compressed stream, a pipe and a file are all the same, and no
//! more than the chunks at work are in memory.

use std::io::{self, Read};
use std::sync::Arc;

use memchr::memrchr;

use crate::input::{Inputs, Opened, Unread};
use crate::limits::{MAX_LINE, SEAM};
use crate::log::{Format, Schema};

/// What is known of the log that a chunk belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its path; members of archives behind a `!`.
    pub path: String,
    /// How it was compressed, if it was.
    pub wrapping: Option<&'static str>,
    /// Its format.
    pub format: Format,
    /// Its lines are wrapped in syslog's.
    pub syslog: bool,
    /// It was UTF-16: offsets are those of the text in UTF-8.
    pub utf16: bool,
    /// When it was last written to, in seconds since 1970.
    pub written: Option<i64>,
}

/// Some whole lines of a log.
pub(crate) struct Chunk {
    /// Its place among all chunks.
    pub(crate) number: u64,
    /// The place of its log among all logs.
    pub(crate) log_number: usize,
    pub(crate) log: Arc<Log>,
    pub(crate) schema: Arc<Schema>,
    /// Where it begins in the log.
    pub(crate) offset: u64,
    /// It begins inside of a long line.
    pub(crate) starts_inside: bool,
    /// It ends inside of a long line: what begins in the last [`SEAM`] bytes is told by the next one.
    pub(crate) ends_inside: bool,
    pub(crate) bytes: Vec<u8>,
}

impl Log {
    /// What is known of a log that is followed.
    pub(crate) fn new(
        path: &str,
        schema: &Schema,
        wrapping: Option<&'static str>,
        written: Option<i64>,
    ) -> Self {
        let (format, syslog) = (schema.format, schema.syslog);
        Self { path: path.to_owned(), wrapping, format, syslog, utf16: false, written }
    }
}

impl Chunk {
    /// Whole lines of a log, by themselves.
    pub(crate) fn of_lines(log: &Arc<Log>, schema: &Arc<Schema>, offset: u64, bytes: Vec<u8>) -> Self {
        Self {
            number: 0,
            log_number: 0,
            log: Arc::clone(log),
            schema: Arc::clone(schema),
            offset,
            starts_inside: false,
            ends_inside: false,
            bytes,
        }
    }
}

/// Hands out chunks.
pub(crate) struct Source {
    pub(crate) inputs: Inputs,
    told: Option<Format>,
    /// Bytes of a chunk, about.
    size: usize,
    current: Option<Current>,
    next_number: u64,
    logs: usize,
    /// Set when no more is wanted.
    pub(crate) stopped: bool,
}

struct Current {
    opened: Opened,
    log: Option<Arc<Log>>,
    schema: Arc<Schema>,
    number: usize,
    offset: u64,
    carry: Vec<u8>,
    starts_inside: bool,
    utf16: bool,
    ended: bool,
}

impl Source {
    pub(crate) fn new(inputs: Inputs, told: Option<Format>, size: usize) -> Self {
        Self { inputs, told, size, current: None, next_number: 0, logs: 0, stopped: false }
    }

    /// The next chunk, in `buffer`.
    pub(crate) fn next(&mut self, mut buffer: Vec<u8>) -> Option<Chunk> {
        loop {
            if self.stopped {
                return None;
            }
            let Some(current) = &mut self.current else {
                let opened = self.inputs.next_log()?;
                self.current = Some(Current::new(opened, self.logs));
                self.logs += 1;
                continue;
            };
            buffer.clear();
            let filled = current.fill(&mut buffer, self.size);
            let failed = filled.err();
            if let Some(error) = &failed {
                self.inputs.failed(&current.opened.path, error);
                current.ended = true;
            }
            let is_last = current.ended;
            let chunk = (!buffer.is_empty() || current.log.is_none()).then(|| {
                let chunk = current.chunk(self.next_number, std::mem::take(&mut buffer), self.told);
                self.next_number += 1;
                chunk
            });
            if is_last {
                self.current = None;
            }
            if let Some(chunk) = chunk {
                return Some(chunk);
            }
        }
    }

    /// Everything that was not read.
    pub(crate) fn unread(&mut self) -> Vec<Unread> {
        self.inputs.look_back();
        std::mem::take(&mut self.inputs.unread)
    }
}

impl Current {
    fn new(mut opened: Opened, number: usize) -> Self {
        let mut carry = Vec::new();
        let mut utf16 = false;
        let mut bom = [0u8; 2];
        let mut got = 0;
        // An error here comes again when the log is read.
        while got < 2 {
            match opened.stream.read(bom.get_mut(got..).unwrap_or_default()) {
                Ok(0) | Err(_) => break,
                Ok(count) => got += count,
            }
        }
        match bom {
            [0xff, 0xfe] | [0xfe, 0xff] if got == 2 => {
                utf16 = true;
                let encoding =
                    if bom == [0xff, 0xfe] { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
                let empty: Box<dyn Read + Send> = Box::new(io::empty());
                let inner = std::mem::replace(&mut opened.stream, empty);
                opened.stream = Box::new(Utf16 {
                    inner,
                    decoder: encoding.new_decoder(),
                    ready: Vec::new(),
                    at: 0,
                    done: false,
                });
            }
            _ => carry.extend_from_slice(bom.get(..got).unwrap_or_default()),
        }
        Self {
            opened,
            log: None,
            schema: Arc::new(Schema::text()),
            number,
            offset: 0,
            carry,
            starts_inside: false,
            utf16,
            ended: false,
        }
    }

    /// Fills the buffer with whole lines; the begun one is kept for the next time.
    fn fill(&mut self, buffer: &mut Vec<u8>, size: usize) -> io::Result<()> {
        buffer.append(&mut self.carry);
        let mut wanted = size.max(buffer.len() + size / 2);
        let mut searched = 0;
        let mut result = Ok(());
        loop {
            let from = buffer.len();
            buffer.resize(wanted.max(from), 0);
            let mut got = from;
            while got < buffer.len() {
                match self.opened.stream.read(buffer.get_mut(got..).unwrap_or_default()) {
                    Ok(0) => {
                        self.ended = true;
                        break;
                    }
                    Ok(count) => {
                        got += count;
                        if self.opened.is_live
                            && buffer.get(from..got).is_some_and(|new| new.contains(&b'\n'))
                        {
                            break;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        self.ended = true;
                        result = Err(error);
                        break;
                    }
                }
            }
            buffer.truncate(got);
            if self.ended {
                return result;
            }
            if let Some(end) = buffer.get(searched..).and_then(|new| memrchr(b'\n', new)) {
                let end = searched + end + 1;
                self.carry.extend_from_slice(buffer.get(end..).unwrap_or_default());
                buffer.truncate(end);
                return Ok(());
            }
            if buffer.len() >= MAX_LINE {
                return Ok(());
            }
            searched = buffer.len();
            wanted = (buffer.len() * 2).min(MAX_LINE);
        }
    }

    fn chunk(&mut self, number: u64, bytes: Vec<u8>, told: Option<Format>) -> Chunk {
        let log = match &self.log {
            Some(log) => Arc::clone(log),
            None => {
                self.schema = Arc::new(Schema::of(&bytes, told));
                let log = Arc::new(Log {
                    path: self.opened.path.clone(),
                    wrapping: self.opened.wrapping,
                    format: self.schema.format,
                    syslog: self.schema.syslog,
                    utf16: self.utf16,
                    written: self.opened.written,
                });
                self.log = Some(Arc::clone(&log));
                log
            }
        };
        let schema = Arc::clone(&self.schema);
        if let Some(next) = schema.last_header(&bytes) {
            self.schema = Arc::new(next);
        }
        let offset = self.offset;
        let starts_inside = self.starts_inside;
        let ends_inside = !self.ended && bytes.last().is_some_and(|last| *last != b'\n');
        self.starts_inside = ends_inside;
        self.offset += bytes.len() as u64;
        if ends_inside {
            // The next piece begins a little before the seam.
            let seam = bytes.len().saturating_sub(SEAM);
            self.carry = bytes.get(seam..).unwrap_or_default().to_vec();
            self.offset -= self.carry.len() as u64;
        }
        Chunk { number, log_number: self.number, log, schema, offset, starts_inside, ends_inside, bytes }
    }
}

/// UTF-16 → UTF-8.
struct Utf16 {
    inner: Box<dyn Read + Send>,
    decoder: encoding_rs::Decoder,
    ready: Vec<u8>,
    at: usize,
    done: bool,
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.ready.len() && !self.done {
            let mut raw = [0; 16 << 10];
            let count = self.inner.read(&mut raw)?;
            self.done = count == 0;
            self.ready.resize(64 << 10, 0);
            let input = raw.get(..count).unwrap_or_default();
            let (_, _, written, _) = self.decoder.decode_to_utf8(input, &mut self.ready, self.done);
            self.ready.truncate(written);
            self.at = 0;
        }
        let ready = self.ready.get(self.at..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}
