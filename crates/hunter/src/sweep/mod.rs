//! A sweep: logs held against a set, in parallel, with results in the order of the logs and their lines.

mod chunks;
mod contacts;
mod hit;
mod probe;
mod scan;
mod tally;
mod timeline;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};

use jiff::Timestamp;
use jiff::tz::Offset;

pub use chunks::Log;
pub use contacts::{Beat, Contact, Contacts, Target, contacts};
pub use hit::Hit;
pub use tally::{Machine, Seen, Tally};
pub use timeline::Timeline;

use crate::input::{Inputs, Unread};
use crate::limits::{CHUNK, CHUNK_SHARED};
use crate::log::{Clock, Format, Moment};
use crate::set::Set;
pub(crate) use chunks::Chunk;
use chunks::Source;
use scan::Scanned;
pub(crate) use scan::Worker;

/// What to sweep, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Files, folders, patterns; `-` is standard input.
    pub paths: Vec<String>,
    /// The format of all of them, where it is not to be recognised.
    pub format: Option<Format>,
    /// Threads that search; 0: one a processor.
    pub threads: usize,
    /// The offset of times without one.
    pub zone: Offset,
    /// Days stand before months in `03/04/2026`.
    pub day_first: bool,
    /// Only hits from here on …
    pub since: Option<Timestamp>,
    /// … and before this. A hit whose line tells no time counts always.
    pub until: Option<Timestamp>,
    /// Keep the SHA-256 of every file.
    pub with_digests: bool,
    /// The time now: tells the year of times without one in streams.
    pub now: Timestamp,
}

/// What was read of one log.
#[derive(Debug, Clone)]
pub struct LogRead {
    /// The log.
    pub log: Arc<Log>,
    /// Bytes, expanded.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Lines without the shape of its format: they were looked through as text.
    pub other_lines: u64,
    /// Hits in it.
    pub hits: u64,
    /// The earliest time that it tells, as far as was looked.
    pub first: Option<Moment>,
    /// The latest.
    pub last: Option<Moment>,
}

/// One file, for the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRead {
    /// Its path as given or found.
    pub path: String,
    /// Its size when it was opened; `None` for a stream.
    pub size: Option<u64>,
    /// Bytes that were read.
    pub bytes: u64,
    /// SHA-256 of the bytes that were read.
    pub sha256: Option<String>,
}

/// What a sweep came to, beside its hits.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Every log.
    pub logs: Vec<LogRead>,
    /// Every file.
    pub files: Vec<FileRead>,
    /// What was not read, and why.
    pub unread: Vec<Unread>,
    /// Hits.
    pub hits: u64,
    /// Hits that were left out because of their time.
    pub out_of_time: u64,
    /// Times of the hits: the first …
    pub first: Option<Moment>,
    /// … and the last.
    pub last: Option<Moment>,
}

impl Summary {
    /// True if something was not read that should have been.
    pub fn is_incomplete(&self) -> bool {
        self.unread.iter().any(|unread| !unread.harmless)
    }

    /// Bytes searched, expanded.
    pub fn bytes(&self) -> u64 {
        self.logs.iter().map(|log| log.bytes).sum()
    }

    /// Lines searched.
    pub fn lines(&self) -> u64 {
        self.logs.iter().map(|log| log.lines).sum()
    }
}

/// Buffers at work for each thread: one is searched, the others wait to be told.
const BUFFERS: usize = 4;

/// Sweeps. `on_hit` is given each hit in order; `on_progress` the bytes searched so far.
///
/// # Errors
/// What `on_hit` says: the sweep then ends. What cannot be read is told in the summary instead.
pub fn sweep(
    set: &Set,
    settings: &Settings,
    mut on_hit: impl FnMut(&Log, &Hit) -> io::Result<()>,
    mut on_progress: impl FnMut(u64),
) -> io::Result<Summary> {
    let threads = match settings.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads.min(256),
    };
    let inputs = Inputs::new(settings.paths.clone(), settings.with_digests);
    let size = if threads == 1 { CHUNK } else { CHUNK_SHARED };
    let source = Mutex::new(Source::new(inputs, settings.format, size));
    let pool = Pool::new(threads * BUFFERS);
    let (sender, receiver) = mpsc::channel::<(Chunk, Scanned)>();
    let mut merge = Merge::new(settings);
    let mut result = Ok(());
    if threads == 1 {
        // By itself it needs nobody to wait for: one buffer, always the same, stays in the cache.
        let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
        let mut worker = Worker::default();
        let (mut buffer, mut bytes) = (Vec::new(), 0);
        while let Some(mut chunk) = source.next(std::mem::take(&mut buffer)) {
            let scanned = worker.scan(set, &chunk, &settings.clock(&chunk.log));
            bytes += chunk.bytes.len() as u64;
            merge.chunk(&chunk, scanned, bytes, &mut on_hit)?;
            on_progress(bytes);
            buffer = std::mem::take(&mut chunk.bytes);
            buffer.shrink_to(CHUNK * 2);
        }
    } else {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (source, pool, sender) = (&source, &pool, sender.clone());
                scope.spawn(move || {
                    let mut worker = Worker::default();
                    while let Some(buffer) = pool.take() {
                        let chunk = source.lock().unwrap_or_else(PoisonError::into_inner).next(buffer);
                        let Some(chunk) = chunk else { break };
                        let clock = settings.clock(&chunk.log);
                        let scanned = worker.scan(set, &chunk, &clock);
                        if sender.send((chunk, scanned)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            // Chunks come as they are done and are told in order.
            let mut waiting = BTreeMap::new();
            let mut next = 0;
            let mut bytes = 0;
            for (chunk, scanned) in receiver {
                waiting.insert(chunk.number, (chunk, scanned));
                while let Some((mut chunk, scanned)) = waiting.remove(&next) {
                    next += 1;
                    bytes += chunk.bytes.len() as u64;
                    pool.give(std::mem::take(&mut chunk.bytes));
                    if result.is_ok() {
                        result = merge.chunk(&chunk, scanned, bytes, &mut on_hit);
                        if result.is_err() {
                            source.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
                        }
                    }
                }
                on_progress(bytes);
            }
        });
    }
    result?;
    let mut source = source.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut summary = merge.summary;
    summary.unread = source.unread();
    summary.files = source
        .inputs
        .told
        .iter()
        .map(|told| FileRead {
            path: told.path.clone(),
            size: told.size,
            bytes: told.bytes(),
            sha256: told.sha256(),
        })
        .collect();
    Ok(summary)
}

impl Settings {
    pub(crate) fn clock(&self, log: &Log) -> Clock {
        let written =
            log.written.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(self.now);
        Clock { zone: self.zone, written, day_first: self.day_first }
    }

    pub(crate) fn is_in_time(&self, time: Option<Moment>) -> bool {
        let Some(Moment { at, .. }) = time else { return true };
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// Puts chunks together.
struct Merge<'a> {
    settings: &'a Settings,
    summary: Summary,
    told: u64,
}

impl<'a> Merge<'a> {
    fn new(settings: &'a Settings) -> Self {
        Self { settings, summary: Summary::default(), told: 0 }
    }

    fn chunk(
        &mut self,
        chunk: &Chunk,
        scanned: Scanned,
        bytes: u64,
        on_hit: &mut impl FnMut(&Log, &Hit) -> io::Result<()>,
    ) -> io::Result<()> {
        let summary = &mut self.summary;
        if summary.logs.len() <= chunk.log_number {
            summary.logs.push(LogRead {
                log: Arc::clone(&chunk.log),
                bytes: 0,
                lines: 0,
                other_lines: 0,
                hits: 0,
                first: None,
                last: None,
            });
        }
        let Some(log) = summary.logs.last_mut() else { return Ok(()) };
        let before = log.lines;
        log.bytes = chunk.offset + (bytes - self.told);
        self.told = bytes;
        log.lines += scanned.lines;
        log.other_lines += scanned.other_lines;
        log.first = log.first.into_iter().chain(scanned.first).min();
        log.last = log.last.into_iter().chain(scanned.last).max();
        for mut hit in scanned.hits {
            if !self.settings.is_in_time(hit.time) {
                summary.out_of_time += 1;
                continue;
            }
            hit.line += before + 1;
            log.hits += 1;
            summary.hits += 1;
            summary.first = summary.first.into_iter().chain(hit.time).min();
            summary.last = summary.last.into_iter().chain(hit.time).max();
            on_hit(&chunk.log, &hit)?;
        }
        Ok(())
    }
}

/// Buffers that go round: who wants to read waits for one, so that no more than these are in memory.
struct Pool {
    free: Mutex<(usize, Vec<Vec<u8>>)>,
    given: Condvar,
}

impl Pool {
    fn new(buffers: usize) -> Self {
        Self { free: Mutex::new((buffers, Vec::new())), given: Condvar::new() }
    }

    /// The buffer that was used last, while it is still in the cache.
    fn take(&self) -> Option<Vec<u8>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(buffer) = free.1.pop() {
                return Some(buffer);
            }
            if free.0 > 0 {
                free.0 -= 1;
                return Some(Vec::with_capacity(CHUNK_SHARED + 1024));
            }
            free = self.given.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give(&self, mut buffer: Vec<u8>) {
        // One long line must not keep its memory for ever.
        if buffer.capacity() > CHUNK_SHARED * 2 {
            buffer = Vec::new();
        }
        self.free.lock().unwrap_or_else(PoisonError::into_inner).1.push(buffer);
        self.given.notify_one();
    }
}
