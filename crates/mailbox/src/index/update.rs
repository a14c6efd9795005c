//! Bringing an index up to date: only new and changed mails are read, vanished ones are dropped.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::build::Builder;
use super::keys::{Inverted, invert};
use super::manifest::{Entry, Manifest, kept};
use super::problem::{Damage, Problem};
use super::search::is_below;
use super::write::{Kept, Packed, Writer};
use super::{Index, MAX_SEGMENTS, Part, Set, merge};
use crate::document::Reader;
use crate::intake::{Input, Intake, Notes, Place, Stamp, each_at};

/// An index that is brought up to date: nobody else writes it meanwhile.
pub struct Update {
    dir: PathBuf,
    /// Held as long as this lives.
    _lock: File,
    index: Index,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Totals {
    /// Mails that were read and added.
    pub added: u64,
    /// Mails that were known already.
    pub kept: u64,
    /// Mails that are gone, or were replaced.
    pub dropped: u64,
    /// What could not be read, and what was passed over.
    pub notes: Notes,
    /// Files that were another when they had been read.
    pub changed: Vec<String>,
    /// Mails of which something was not read, and what.
    pub partly: Vec<(String, Vec<String>)>,
    /// Parts of the index that could not be read: their mails were read anew.
    pub damaged: Vec<Damage>,
}

/// A mail that the index knows.
struct Known {
    part: usize,
    doc: u32,
    path: Box<str>,
    /// Bytes of the path that name the file.
    file: usize,
    stamp: Stamp,
    /// The first half of its SHA-256, in hexadecimal digits: enough to tell a change.
    sha256: [u8; 32],
}

impl Known {
    fn file(&self) -> &str {
        self.path.get(..self.file).unwrap_or(&self.path)
    }

    fn key(&self) -> (&str, &str) {
        (self.file(), &self.path)
    }
}

/// All the mails that the index knows, by file and path.
struct AllKnown(Vec<Known>);

impl AllKnown {
    fn mail(&self, place: &Place) -> Option<&Known> {
        let at = self.0.binary_search_by(|known| known.key().cmp(&(place.file(), &place.path))).ok()?;
        self.0.get(at)
    }

    /// Those of a file.
    fn of(&self, file: &str) -> &[Known] {
        let from = self.0.partition_point(|known| known.file() < file);
        let rest = self.0.get(from..).unwrap_or_default();
        let many = rest.iter().take_while(|known| known.file() == file).count();
        rest.get(..many).unwrap_or_default()
    }
}

/// The half of a hash that is kept of what is known.
fn half(sha256: &str) -> [u8; 32] {
    sha256.as_bytes().first_chunk().copied().unwrap_or_default()
}

/// A mail after a worker was done with it.
#[expect(clippy::large_enum_variant, reason = "a few stand in the queue at once, and most are new")]
enum Worked {
    /// The same as before: nothing was done.
    Same {
        place: Place,
        changed: bool,
    },
    New {
        place: Place,
        changed: bool,
        unread: Vec<String>,
        packed: Option<Packed>,
        inverted: Inverted,
    },
}

impl Update {
    /// Opens the index in `dir` for writing, or makes one where the folder is empty or missing. `mailboxes` is what
    /// will be read: the index must not lie inside of it.
    ///
    /// # Errors
    /// See [`Problem`].
    pub fn open(dir: &Path, mailboxes: &[String]) -> Result<Self, Problem> {
        inside(dir, mailboxes)?;
        create(dir).map_err(Problem::io(dir))?;
        let found = Manifest::read(dir)?;
        if found.is_none() {
            let names = std::fs::read_dir(dir).map_err(Problem::io(dir))?;
            let ours = |name: &str| {
                name == "lock" || [".tmp", ".seg", super::MARK].iter().any(|end| name.ends_with(end))
            };
            if names.flatten().any(|entry| !ours(&entry.file_name().to_string_lossy())) {
                return Err(Problem::OtherFolder(dir.to_owned()));
            }
        }
        let path = dir.join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(Problem::io(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(Problem::Busy(dir.to_owned())),
            Err(std::fs::TryLockError::Error(error)) => return Err(Problem::Io(path, error)),
        }
        // Whoever held the lock before may have changed it.
        let manifest = match Manifest::read(dir)? {
            Some(manifest) => manifest,
            // From here on it is an index, also if this run does not come to its end.
            None => {
                let manifest = Manifest::new();
                manifest.write(dir)?;
                manifest
            }
        };
        let index = Index::with(dir, manifest);
        let update = Self { dir: dir.to_owned(), _lock: lock, index };
        update.sweep();
        Ok(update)
    }

    /// The index as it is.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Takes away what an interrupted run left.
    fn sweep(&self) {
        let Ok(names) = std::fs::read_dir(&self.dir) else { return };
        for entry in names.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let counts = self.index.manifest.segments.iter().any(|segment| segment.file == name);
            let segment = name.strip_suffix(super::MARK);
            let marks_nothing =
                segment.is_some_and(|of| self.index.manifest.segments.iter().all(|s| s.file != of));
            if name.ends_with(".tmp") || name.ends_with(".seg") && !counts || marks_nothing {
                // It counts for nothing; left behind it only takes room.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Reads what is new or changed in the mailboxes at `roots`; `tick` is called for every mail.
    ///
    /// # Errors
    /// The index cannot be written. What was written before counts.
    pub fn run(
        &mut self,
        intake: Intake,
        roots: &[String],
        reader: &Reader,
        jobs: usize,
        mut tick: impl FnMut(),
    ) -> Result<Totals, Problem> {
        let mut totals = Totals::default();
        self.leave_damaged(&mut totals)?;
        let known = Arc::new(self.known(&mut totals));
        let mut seen: Vec<Set> =
            self.index.segments.iter().map(|part| Set::none(part.segment.docs())).collect();
        let (passed, passes) = std::sync::mpsc::channel::<String>();
        let grown = self.index.manifest.grown.clone();
        let stamps = Arc::clone(&known);
        let mut intake = intake.passing_over(Box::new(move |path, stamp| {
            let known = stamps.of(path);
            let same = stamp.modified != 0
                && !known.is_empty()
                && match grown.get(path) {
                    Some(at) => *at == kept(stamp),
                    None => known.iter().all(|known| known.stamp == stamp),
                };
            if same {
                // Nobody listens only when the run is over.
                let _ = passed.send(path.to_owned());
            }
            same
        }));
        let mut building = Building::default();
        let mut grows: BTreeMap<String, (u64, i64, u64)> = BTreeMap::new();
        let index = &mut self.index;
        let dir = &self.dir;
        each_at(
            &mut intake,
            jobs,
            |place, input| work(place, input, &known, reader),
            |worked| -> Result<(), Problem> {
                tick();
                match worked {
                    Worked::Same { place, changed } => {
                        if let Some(known) = known.mail(&place) {
                            if let Some(seen) = seen.get_mut(known.part) {
                                seen.add(known.doc);
                            }
                            totals.kept += 1;
                        }
                        let stamp = if changed { Stamp::default() } else { place.stamp };
                        if changed {
                            note(&mut totals.changed, place.file());
                        }
                        grows.insert(place.file().to_owned(), kept(stamp));
                    }
                    Worked::New { place, changed, unread, packed, inverted } => {
                        if changed {
                            note(&mut totals.changed, place.file());
                        }
                        if let Some(known) = known.mail(&place) {
                            building.replaced.push((known.part, known.doc));
                            totals.dropped += 1;
                        }
                        if !unread.is_empty() {
                            totals.partly.push((place.path.clone(), unread));
                        }
                        if let Some(packed) = packed {
                            building.add(dir, index, &packed, &inverted)?;
                            totals.added += 1;
                        }
                        // Others of its file may be the same as before: then the file as a whole is kept in mind.
                        if place.file < place.path.len() && !known.of(place.file()).is_empty() {
                            let stamp = if changed { Stamp::default() } else { place.stamp };
                            grows.insert(place.file().to_owned(), kept(stamp));
                        }
                    }
                }
                Ok(())
            },
        )?;
        totals.notes = std::mem::take(&mut intake.notes);
        drop(intake);
        for path in passes.iter() {
            for known in known.of(&path) {
                if let Some(seen) = seen.get_mut(known.part) {
                    seen.add(known.doc);
                }
                totals.kept += 1;
            }
        }
        // What is gone: known, below the roots, not met, and not below something that could not be read.
        let unread: Vec<String> = totals.notes.unread.iter().map(|(path, _)| path.clone()).collect();
        let replaced: FxHashSet<(usize, u32)> = building.replaced.iter().copied().collect();
        for known in &known.0 {
            let met = seen.get(known.part).is_some_and(|seen| seen.has(known.doc))
                || replaced.contains(&(known.part, known.doc));
            if met || !is_below(&known.path, roots) || (!unread.is_empty() && is_below(&known.path, &unread))
            {
                continue;
            }
            if index.segments.get(known.part).is_some_and(|part| part.dropped.has(known.doc)) {
                continue;
            }
            building.replaced.push((known.part, known.doc));
            totals.dropped += 1;
        }
        index.manifest.grown.extend(grows);
        index.manifest.grown.retain(|path, _| !known.of(path).is_empty());
        building.commit(dir, index)?;
        self.merge(&mut totals)?;
        Ok(totals)
    }

    /// Segments that cannot be opened count no more: their mails are read anew.
    fn leave_damaged(&mut self, totals: &mut Totals) -> Result<(), Problem> {
        if self.index.damaged.is_empty() {
            return Ok(());
        }
        totals.damaged.append(&mut self.index.damaged);
        let damaged = &totals.damaged;
        self.index.manifest.segments.retain(|entry| damaged.iter().all(|damage| damage.file != entry.file));
        self.index.manifest.grown.clear();
        self.index.manifest.write(&self.dir)?;
        self.sweep();
        Ok(())
    }

    /// What the index knows, by mail and by file.
    fn known(&mut self, totals: &mut Totals) -> AllKnown {
        let mut all = Vec::new();
        for (part, of) in self.index.segments.iter_mut().enumerate() {
            let list = match of.segment.files() {
                Ok(list) => list,
                Err(damage) => {
                    // All of it is read anew.
                    of.dropped = Set::all(of.segment.docs());
                    totals.damaged.push(damage);
                    continue;
                }
            };
            for (doc, kept) in (0u32..).zip(list) {
                if of.dropped.has(doc) {
                    continue;
                }
                let Kept { path, file, stamp, sha256, .. } = kept;
                all.push(Known { part, doc, path: path.into(), file, stamp, sha256: half(&sha256) });
            }
        }
        all.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
        AllKnown(all)
    }

    fn merge(&mut self, totals: &mut Totals) -> Result<(), Problem> {
        while let Some(due) = merge::due(&self.index.segments, MAX_SEGMENTS) {
            let name = name(&mut self.index.manifest);
            let parts: Vec<&Part> = due.iter().filter_map(|at| self.index.segments.get(*at)).collect();
            let left: u32 = parts.iter().map(|part| part.segment.docs() - part.dropped.count()).sum();
            let merged = match left {
                0 => None,
                _ => match merge::merge(&self.dir, &name, &parts) {
                    Ok(docs) => Some(Entry { file: name, docs, dropped: Vec::new() }),
                    Err(merge::Failed::Problem(problem)) => return Err(problem),
                    Err(merge::Failed::Damaged(damage)) => {
                        self.index.mark_damaged(std::slice::from_ref(&damage));
                        totals.damaged.push(damage);
                        self.sweep();
                        return Ok(());
                    }
                },
            };
            let gone: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
            let manifest = &mut self.index.manifest;
            manifest.segments.retain(|entry| !gone.contains(&entry.file));
            manifest.segments.extend(merged);
            manifest.write(&self.dir)?;
            let manifest = std::mem::take(manifest);
            self.index = Index::with(&self.dir, manifest);
            self.sweep();
        }
        Ok(())
    }

    /// The index, for searching; others may write it then.
    pub fn finish(self) -> Index {
        self.index
    }
}

/// Each file once.
fn note(list: &mut Vec<String>, file: &str) {
    if list.last().is_none_or(|last| last != file) {
        list.push(file.to_owned());
    }
}

fn name(manifest: &mut Manifest) -> String {
    manifest.next += 1;
    format!("{:08x}.seg", manifest.next)
}

/// Reads a mail, unless it is the same as before.
fn work(place: &Place, input: Input<'_>, known: &AllKnown, reader: &Reader) -> Worked {
    let changed = place.is_changed();
    if place.file < place.path.len()
        && let (Input::Raw(raw), Some(known)) = (input, known.mail(place))
        && known.sha256 == half(&forensics::hash::sha256(raw))
    {
        return Worked::Same { place: place.clone(), changed };
    }
    let mut document = reader.read(place, input);
    if changed {
        // It is read again next time.
        document.stamp = Stamp::default();
    }
    let inverted = invert(&document);
    let packed = Packed::of(&document);
    Worked::New {
        place: place.clone(),
        changed,
        unread: std::mem::take(&mut document.unread),
        packed,
        inverted,
    }
}

/// A segment in the making, and what it replaces.
#[derive(Default)]
struct Building {
    builder: Builder,
    writer: Option<(Writer, String)>,
    replaced: Vec<(usize, u32)>,
}

impl Building {
    fn add(
        &mut self,
        dir: &Path,
        index: &mut Index,
        packed: &Packed,
        inverted: &Inverted,
    ) -> Result<(), Problem> {
        if self.writer.is_none() {
            let name = name(&mut index.manifest);
            self.writer = Some((Writer::new(dir, &name)?, name));
        }
        if let Some((writer, _)) = &mut self.writer {
            writer.document(packed)?;
            self.builder.add(inverted);
        }
        if self.builder.is_full() {
            self.commit(dir, index)?;
        }
        Ok(())
    }

    /// The segment and what it replaces count from here on, both or neither.
    fn commit(&mut self, dir: &Path, index: &mut Index) -> Result<(), Problem> {
        let mut added = None;
        if let Some((mut writer, name)) = self.writer.take() {
            self.builder.write(&mut writer)?;
            let docs = writer.finish()?;
            added = Some(name.clone());
            index.manifest.segments.push(Entry { file: name, docs, dropped: Vec::new() });
        }
        for (part, doc) in self.replaced.drain(..) {
            if let Some(part) = index.segments.get_mut(part) {
                part.dropped.add(doc);
            }
        }
        for part in &index.segments {
            if let Some(entry) = index.manifest.segments.iter_mut().find(|entry| entry.file == part.name) {
                entry.drop_set(&part.dropped);
            }
        }
        index.manifest.write(dir)?;
        if let Some(name) = added {
            let opened = File::open(dir.join(&name)).map_err(Problem::io(&dir.join(&name)))?;
            match super::Segment::open(&name, super::Storage::File(opened)) {
                Ok(segment) => {
                    let dropped = merge::nothing_dropped(segment.docs());
                    index.segments.push(Part { name, segment, dropped });
                }
                Err(damage) => index.damaged.push(damage),
            }
        }
        Ok(())
    }
}

/// Makes the folder, for nobody else: it will hold the text of mails.
fn create(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Refuses an index inside of what it is to index.
fn inside(dir: &Path, mailboxes: &[String]) -> Result<(), Problem> {
    let real = |path: &Path| -> PathBuf {
        // The folder may not be there yet: then its nearest parent that is.
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut at = absolute.as_path();
        let mut rest = PathBuf::new();
        loop {
            if let Ok(found) = at.canonicalize() {
                return if rest.as_os_str().is_empty() { found } else { found.join(rest) };
            }
            match (at.parent(), at.file_name()) {
                (Some(parent), Some(name)) => {
                    rest = if rest.as_os_str().is_empty() { name.into() } else { Path::new(name).join(rest) };
                    at = parent;
                }
                _ => return absolute,
            }
        }
    };
    let dir_real = real(dir);
    for mailbox in mailboxes {
        let path = Path::new(mailbox);
        if path.is_dir() && dir_real.starts_with(real(path)) {
            return Err(Problem::InsideMailbox(dir.to_owned(), mailbox.clone()));
        }
    }
    Ok(())
}
