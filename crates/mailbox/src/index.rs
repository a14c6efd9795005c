//! An index of mails that grows with the mailbox.
//!
//! A folder of its own: **segments**, which are written once and never changed, and a **manifest** that names them and
//! the documents in them that count no more. The manifest is replaced in one step (written, synced, renamed), so that
//! an index that is cut off at any moment is the one of before or the one of after. Every part carries a checksum.
//!
//! A segment holds the documents themselves, compressed one by one, and for every term the documents and positions in
//! which it stands. A search asks the terms, then holds what they give against the documents: what the index answers
//! is what scanning answers.

mod build;
mod file;
mod keys;
mod manifest;
mod merge;
mod postings;
mod problem;
mod search;
mod segment;
#[cfg(test)]
mod tests;
mod update;
mod write;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use file::Storage;
pub use problem::{Damage, Problem};
pub use segment::Segment;
pub use update::{Totals, Update};

use manifest::Manifest;

/// Version of the form on disk; an index of a newer one is refused.
pub const VERSION: u32 = 1;

/// Segments kept side by side; more are merged.
const MAX_SEGMENTS: usize = 8;

/// Behind the name of a segment: it was found damaged.
const MARK: &str = ".bad";

/// An index, open for searching.
pub struct Index {
    dir: PathBuf,
    manifest: Manifest,
    segments: Vec<Part>,
    /// What could not be opened.
    damaged: Vec<Damage>,
}

/// A segment of an open index.
struct Part {
    name: String,
    segment: Segment,
    /// The documents that count no more.
    dropped: Set,
}

/// A set of the documents of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    words: Vec<u64>,
    size: u32,
}

impl Set {
    /// The empty set of `size` documents.
    pub(crate) fn none(size: u32) -> Self {
        Self { words: vec![0; size.div_ceil(64) as usize], size }
    }

    /// All of them.
    pub(crate) fn all(size: u32) -> Self {
        let mut set = Self { words: vec![u64::MAX; size.div_ceil(64) as usize], size };
        set.trim();
        set
    }

    fn trim(&mut self) {
        if let Some(last) = self.words.last_mut()
            && !self.size.is_multiple_of(64)
        {
            *last &= (1 << (self.size % 64)) - 1;
        }
    }

    /// Adds one; a number beyond the size is no document.
    pub(crate) fn add(&mut self, at: u32) {
        if at < self.size
            && let Some(word) = self.words.get_mut(at as usize / 64)
        {
            *word |= 1 << (at % 64);
        }
    }

    pub(crate) fn has(&self, at: u32) -> bool {
        self.words.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(crate) fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
    }

    pub(crate) fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= b);
    }

    pub(crate) fn not(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
        self
    }

    pub(crate) fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(u32::try_from(at * 64).unwrap_or(u32::MAX) + bit)
            })
        })
    }
}

impl Index {
    /// Opens the index in `dir` for searching.
    ///
    /// # Errors
    /// There is none, or it cannot be read, or a newer program made it. Single segments that are damaged are left out
    /// and told by [`Index::damaged`].
    pub fn open(dir: &Path) -> Result<Self, Problem> {
        // Whoever writes meanwhile may have taken a segment away: then the manifest is another one.
        let mut tries = 5;
        loop {
            let manifest = Manifest::read(dir)?.ok_or_else(|| Problem::NoIndex(dir.to_owned()))?;
            let index = Self::with(dir, manifest);
            let lost = index.damaged.iter().any(|damage| !dir.join(&damage.file).exists());
            tries -= 1;
            if !lost || tries == 0 {
                return Ok(index);
            }
        }
    }

    fn with(dir: &Path, manifest: Manifest) -> Self {
        let mut segments = Vec::new();
        let mut damaged = Vec::new();
        for entry in &manifest.segments {
            if dir.join(format!("{}{MARK}", entry.file)).exists() {
                damaged.push(Damage::new(&entry.file, "segment"));
                continue;
            }
            let opened = File::open(dir.join(&entry.file))
                .map_err(|error| Damage::io(&entry.file, &error))
                .and_then(|file| Segment::open(&entry.file, Storage::File(file)));
            match opened {
                Ok(segment) => {
                    let mut dropped = Set::none(segment.docs());
                    for [from, until] in &entry.dropped {
                        (*from..(*until).min(segment.docs())).for_each(|at| dropped.add(at));
                    }
                    segments.push(Part { name: entry.file.clone(), segment, dropped });
                }
                Err(damage) => damaged.push(damage),
            }
        }
        Self { dir: dir.to_owned(), manifest, segments, damaged }
    }

    /// Mails that count.
    pub fn mails(&self) -> u64 {
        self.segments.iter().map(|part| u64::from(part.segment.docs() - part.dropped.count())).sum()
    }

    /// What was read into it: path, size and SHA-256 of every mail that counts and lies below one of `roots`, by path.
    ///
    /// # Errors
    /// A segment is damaged.
    pub fn read(&self, roots: &[String]) -> Result<Vec<(String, u64, String)>, Damage> {
        let mut out = Vec::new();
        for part in &self.segments {
            for (doc, kept) in (0u32..).zip(part.segment.files()?) {
                if !part.dropped.has(doc) && search::is_below(&kept.path, roots) {
                    out.push((kept.path, kept.size, kept.sha256));
                }
            }
        }
        out.sort_unstable();
        Ok(out)
    }

    /// Leaves word that a segment is damaged: its mails are read anew when the index is brought up to date.
    fn mark_damaged(&self, damages: &[Damage]) {
        for damage in damages {
            // An index that nobody may write is searched as well.
            let _ = std::fs::write(self.dir.join(format!("{}{MARK}", damage.file)), b"");
        }
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|part| part.segment.bytes()).sum()
    }

    /// What could not be opened.
    pub fn damaged(&self) -> &[Damage] {
        &self.damaged
    }
}
