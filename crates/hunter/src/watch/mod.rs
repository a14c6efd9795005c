//! Following logs that grow: every line once, across rotation (renamed or copied and truncated) and restart.
//!
//! What was read is kept in a state file, synced after each batch whose hits were handed over. A hit that was handed over
//! and not yet noted when the machine went down comes again with the same place: nobody misses it, and who receives it
//! can tell that it is the same.

mod mark;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

pub use state::{State, StateError};

use crate::input::{Inputs, Unread};
use crate::limits::{MAX_LINE, SEAM};
use crate::log::Schema;
use crate::set::Set;
use crate::sweep::{Chunk, Hit, Log, Settings, Worker};
use mark::{HEAD, Identity, Mark};

/// Bytes of one log that are read in one round: no log waits for another for long.
const ROUND: usize = 4 << 20;

/// Follows logs.
pub struct Watch {
    settings: Settings,
    state: State,
    followed: BTreeMap<PathBuf, Followed>,
    worker: Worker,
    /// The first round has been: what appears from now on is new and read from its beginning.
    settled: bool,
    from_start: bool,
    told: BTreeSet<(String, &'static str)>,
}

/// A log that is followed.
struct Followed {
    file: File,
    identity: Identity,
    mark: Mark,
    schema: Arc<Schema>,
    log: Arc<Log>,
    /// Read up to here.
    offset: u64,
    /// Lines up to there.
    line: u64,
    /// Inside of a line that was too long to wait for.
    inside: bool,
}

/// What a round came to.
#[derive(Debug, Default)]
pub struct Round {
    /// Hits, with their log.
    pub hits: Vec<(Arc<Log>, Hit)>,
    /// What could not be read, told once.
    pub unread: Vec<Unread>,
    /// More is waiting to be read.
    pub is_behind: bool,
    /// Something was read.
    pub has_read: bool,
}

impl Watch {
    /// Follows what `settings` name, from where `state` left off. Logs that it does not know are read from their
    /// end, or from their beginning if `from_start`.
    pub fn new(settings: Settings, state: State, from_start: bool) -> Self {
        Self {
            settings,
            state,
            followed: BTreeMap::new(),
            worker: Worker::default(),
            settled: false,
            from_start,
            told: BTreeSet::new(),
        }
    }

    /// What is known of every log: to be saved when the hits of the round were handed over.
    pub fn state(&self) -> State {
        let mut state = self.state.clone();
        for (path, followed) in &self.followed {
            state.set(path, &followed.identity, &followed.mark, followed.offset, followed.line);
        }
        state
    }

    /// Reads what is new.
    pub fn round(&mut self, set: &Set, now: Timestamp) -> Round {
        let mut round = Round::default();
        let paths = self.paths(&mut round);
        for path in &paths {
            if let Err(error) = self.path(path, set, now, &mut round) {
                self.tell(Unread::of(&path.to_string_lossy(), &error), &mut round);
            }
        }
        // A log that is gone was renamed or deleted: what is left of it is read, then it is let go.
        let gone: Vec<PathBuf> =
            self.followed.keys().filter(|path| !paths.contains(*path)).cloned().collect();
        for path in gone {
            if let Some(mut followed) = self.followed.remove(&path) {
                let done = drain(&mut followed, &mut self.worker, set, &self.settings, now, &mut round);
                match done {
                    Ok(true) => self.state.forget(&path),
                    _ => {
                        self.followed.insert(path, followed);
                    }
                }
            }
        }
        self.settled = true;
        round
    }

    fn tell(&mut self, unread: Unread, round: &mut Round) {
        if self.told.insert((unread.path.clone(), unread.why)) {
            round.unread.push(unread);
        }
    }

    fn paths(&mut self, round: &mut Round) -> BTreeSet<PathBuf> {
        let mut unread = Vec::new();
        let paths: BTreeSet<PathBuf> = self
            .settings
            .paths
            .iter()
            .flat_map(|path| crate::input::files_of(path, &mut unread))
            // What is compressed does not grow.
            .filter(|path| {
                let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
                !ending.is_some_and(|ending| {
                    ["gz", "zst", "xz", "bz2", "zip"].iter().any(|known| ending == *known)
                })
            })
            .collect();
        for unread in unread {
            // A log that is not there yet may come.
            self.tell(unread, round);
        }
        paths
    }

    fn path(&mut self, path: &Path, set: &Set, now: Timestamp, round: &mut Round) -> io::Result<()> {
        let here = Identity::of(&std::fs::metadata(path)?);
        if let Some(mut followed) = self.followed.remove(path) {
            if followed.identity == here {
                let result = follow(&mut followed, &mut self.worker, set, &self.settings, now, round);
                self.followed.insert(path.to_owned(), followed);
                return result;
            }
            // Renamed: the old one to its end, then the new one from its beginning.
            if !drain(&mut followed, &mut self.worker, set, &self.settings, now, round)? {
                self.followed.insert(path.to_owned(), followed);
                return Ok(());
            }
            self.state.forget(path);
        }
        let mut followed = open(path, &self.settings)?;
        let size = followed.file.metadata()?.len();
        match self.state.get(path) {
            Some(known) if known.mark.fits(&mut followed.file)? && known.offset <= size => {
                followed.offset = known.offset;
                followed.line = known.line;
            }
            // It was rotated while nobody watched: its rest is in a neighbour.
            Some(known) => {
                let known = known.clone();
                self.rest_of_rotated(path, &known, set, now, round);
                self.state.forget(path);
            }
            None if !self.settled && !self.from_start && !self.state.was_saved() => {
                followed.offset = size;
                followed.line = count_lines(path, size)?;
            }
            None => {}
        }
        let result = follow(&mut followed, &mut self.worker, set, &self.settings, now, round);
        self.followed.insert(path.to_owned(), followed);
        result
    }

    /// Finds the renamed or compressed log by its beginning and reads what was not read of it.
    fn rest_of_rotated(
        &mut self,
        path: &Path,
        known: &state::Known,
        set: &Set,
        now: Timestamp,
        round: &mut Round,
    ) {
        for neighbour in mark::neighbours(path) {
            let name = neighbour.to_string_lossy().into_owned();
            let mut inputs = Inputs::new(vec![name], false);
            let Some(mut opened) = inputs.next_log() else { continue };
            let mut head = Vec::new();
            if (&mut opened.stream).take(HEAD).read_to_end(&mut head).is_err() || !known.mark.is_of(&head) {
                continue;
            }
            let schema = Arc::new(Schema::of(&head, self.settings.format));
            let log = Arc::new(Log::new(&opened.path, &schema, opened.wrapping, opened.written));
            let mut skip = known.offset;
            let mut buffer: Vec<u8> = Vec::new();
            let from_head = usize::try_from(skip).unwrap_or(usize::MAX);
            buffer.extend_from_slice(head.get(from_head.min(head.len())..).unwrap_or_default());
            skip = skip.saturating_sub(head.len() as u64);
            if io::copy(&mut (&mut opened.stream).take(skip), &mut io::sink()).is_err() {
                return;
            }
            let (mut offset, mut line) = (known.offset, known.line);
            loop {
                let before = buffer.len();
                let read = (&mut opened.stream).take(ROUND as u64).read_to_end(&mut buffer);
                let ended = read.is_err() || buffer.len() == before;
                let end =
                    if ended { buffer.len() } else { memchr::memrchr(b'\n', &buffer).map_or(0, |at| at + 1) };
                let rest = buffer.split_off(end);
                if !buffer.is_empty() {
                    let chunk = Chunk::of_lines(&log, &schema, offset, std::mem::take(&mut buffer));
                    offset += end as u64;
                    line += take(&mut self.worker, set, &self.settings, now, &chunk, line, round);
                }
                buffer = rest;
                if ended {
                    return;
                }
            }
        }
        let text = lexicon::Text::new(
            "監視していない間に切り替わり、前のログが見つかりません。その残りは調べていません",
            "it was rotated while nobody watched, and the old log is not beside it: its rest was not searched",
        );
        self.tell(Unread::new(&path.to_string_lossy(), "changed", text), round);
    }
}

fn count_lines(path: &Path, until: u64) -> io::Result<u64> {
    let mut input = File::open(path)?.take(until);
    let mut buffer = vec![0; 256 << 10];
    let mut lines = 0;
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok(lines),
            count => {
                lines += memchr::memchr_iter(b'\n', buffer.get(..count).unwrap_or_default()).count() as u64;
            }
        }
    }
}

fn open(path: &Path, settings: &Settings) -> io::Result<Followed> {
    let mut file = File::open(path)?;
    let meta = file.metadata()?;
    let (mark, head) = Mark::take(&mut file)?;
    let schema = Arc::new(Schema::of(&head, settings.format));
    let log = Arc::new(Log::new(&path.to_string_lossy(), &schema, None, None));
    Ok(Followed { file, identity: Identity::of(&meta), mark, schema, log, offset: 0, line: 0, inside: false })
}

/// Reads what was added to a log.
fn follow(
    followed: &mut Followed,
    worker: &mut Worker,
    set: &Set,
    settings: &Settings,
    now: Timestamp,
    round: &mut Round,
) -> io::Result<()> {
    let size = followed.file.metadata()?.len();
    // Truncated, and perhaps grown again: its beginning is another one.
    if size < followed.offset || !followed.mark.fits(&mut followed.file)? {
        (followed.offset, followed.line, followed.inside) = (0, 0, false);
        followed.mark = Mark::default();
    }
    if followed.mark.is_short() && size > 0 {
        let (mark, head) = Mark::take(&mut followed.file)?;
        if followed.offset == 0 {
            followed.schema = Arc::new(Schema::of(&head, settings.format));
            let path = followed.log.path.clone();
            followed.log = Arc::new(Log::new(&path, &followed.schema, None, None));
        }
        followed.mark = mark;
    }
    read_on(followed, worker, set, settings, now, round, false).map(|_| ())
}

/// Reads a log that nobody writes to any more; true when its end is reached.
fn drain(
    followed: &mut Followed,
    worker: &mut Worker,
    set: &Set,
    settings: &Settings,
    now: Timestamp,
    round: &mut Round,
) -> io::Result<bool> {
    read_on(followed, worker, set, settings, now, round, true)
}

fn read_on(
    followed: &mut Followed,
    worker: &mut Worker,
    set: &Set,
    settings: &Settings,
    now: Timestamp,
    round: &mut Round,
    is_last: bool,
) -> io::Result<bool> {
    followed.file.seek(SeekFrom::Start(followed.offset))?;
    let mut bytes = Vec::new();
    (&mut followed.file).take(ROUND as u64).read_to_end(&mut bytes)?;
    let is_end = bytes.len() < ROUND;
    round.is_behind |= !is_end;
    let whole = memchr::memrchr(b'\n', &bytes).map(|at| at + 1);
    let mut ends_inside = false;
    let end = match whole {
        Some(end) if !(is_last && is_end) => end,
        None if !(is_last && is_end) => {
            // A line without an end is waited for, unless it is too long to be one.
            if bytes.len() < MAX_LINE {
                return Ok(false);
            }
            ends_inside = true;
            bytes.len()
        }
        _ => bytes.len(),
    };
    bytes.truncate(end);
    if bytes.is_empty() {
        return Ok(is_end);
    }
    round.has_read = true;
    let next = followed.schema.last_header(&bytes);
    let mut chunk = Chunk::of_lines(&followed.log, &followed.schema, followed.offset, bytes);
    (chunk.starts_inside, chunk.ends_inside) = (followed.inside, ends_inside);
    followed.line += take(worker, set, settings, now, &chunk, followed.line, round);
    followed.offset += end as u64 - if ends_inside { SEAM.min(end) as u64 } else { 0 };
    followed.inside = ends_inside;
    if let Some(next) = next {
        followed.schema = Arc::new(next);
    }
    Ok(is_end)
}

/// The hits of a chunk; how many lines it has.
fn take(
    worker: &mut Worker,
    set: &Set,
    settings: &Settings,
    now: Timestamp,
    chunk: &Chunk,
    lines_before: u64,
    round: &mut Round,
) -> u64 {
    let clock = crate::log::Clock { written: now, ..settings.clock(&chunk.log) };
    let (hits, lines) = worker.hits(set, chunk, &clock);
    round.hits.extend(hits.into_iter().filter(|hit| settings.is_in_time(hit.time)).map(|mut hit| {
        hit.line += lines_before + 1;
        (Arc::clone(&chunk.log), hit)
    }));
    lines
}
