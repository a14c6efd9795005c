//! The sweep itself: every mail is read and asked, or the index is brought up to date and asked.

use std::io::Write;
use std::path::Path;

use indicatif::ProgressBar;
use lexicon::Lang;
use mailbox::document::Reader;
use mailbox::index::{Damage, Problem, Update};
use mailbox::intake::Place;
use mailbox::{Document, Hit, Index};

use super::Args;
use super::question::{Asked, is_server};
use crate::intake::{self, Intake, Notes};
use crate::outcome::Failure;
use crate::screen::Session;
use crate::verbs::worker;

/// What came of it.
#[derive(Default)]
pub(super) struct Swept {
    pub(super) hits: Vec<Hit>,
    /// Mails that were asked.
    pub(super) mails: u64,
    pub(super) bytes: u64,
    pub(super) notes: Notes,
    /// Files that were another when they had been read.
    pub(super) changed: Vec<String>,
    /// Mails of which something was not read, and what.
    pub(super) partly: Vec<(String, Vec<String>)>,
    /// Parts of the index that cannot be read.
    pub(super) damaged: Vec<Damage>,
    /// What was done to the index.
    pub(super) index: Option<Indexed>,
}

/// What was done to the index.
#[derive(Default)]
pub(super) struct Indexed {
    pub(super) added: u64,
    pub(super) kept: u64,
    pub(super) dropped: u64,
    pub(super) bytes: u64,
}

impl Swept {
    /// True if everything was read.
    pub(super) fn is_whole(&self) -> bool {
        self.notes.unread.is_empty()
            && self.changed.is_empty()
            && self.partly.is_empty()
            && self.damaged.is_empty()
    }
}

/// The list of what was read.
struct Manifest<'a> {
    file: Option<(std::io::BufWriter<std::fs::File>, &'a Path)>,
}

#[derive(serde::Serialize)]
struct Read<'a> {
    path: &'a str,
    size: u64,
    sha256: &'a str,
}

impl<'a> Manifest<'a> {
    fn new(path: Option<&'a Path>, lang: Lang) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self { file: None }) };
        let file = std::fs::File::create(path).map_err(|error| {
            let shown = path.display();
            Failure::Usage(match lang {
                Lang::Ja => format!("--manifest {shown}: 書き込めません: {error}"),
                Lang::En => format!("--manifest {shown}: it cannot be written: {error}"),
            })
        })?;
        Ok(Self { file: Some((std::io::BufWriter::new(file), path)) })
    }

    fn add(&mut self, path: &str, size: u64, sha256: &str) -> Result<(), Failure> {
        if let Some((file, _)) = &mut self.file {
            serde_json::to_writer(&mut *file, &Read { path, size, sha256 }).map_err(std::io::Error::from)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failure> {
        if let Some((mut file, _)) = self.file {
            file.flush()?;
        }
        Ok(())
    }
}

pub(super) fn run(
    args: &Args,
    asked: &Asked,
    progress: &ProgressBar,
    session: &Session,
) -> Result<Swept, Failure> {
    let reader = match args.pictures {
        true => Reader::new(worker::opener(&[])).with_pictures(),
        false => Reader::new(worker::searcher()),
    };
    let mut manifest = Manifest::new(args.manifest.as_deref(), session.lang)?;
    let swept = match &args.index {
        Some(dir) => indexed(dir, args, asked, &reader, &mut manifest, progress, session.lang)?,
        None => scan(args, asked, &reader, &mut manifest, progress, session.lang)?,
    };
    manifest.end()?;
    Ok(swept)
}

/// Brings the index up to date where mailboxes are named, and asks it.
fn indexed(
    dir: &Path,
    args: &Args,
    asked: &Asked,
    reader: &Reader,
    manifest: &mut Manifest<'_>,
    progress: &ProgressBar,
    lang: Lang,
) -> Result<Swept, Failure> {
    let failed = |problem: Problem| match problem.is_usage() {
        true => Failure::Usage(problem.of(lang)),
        false => Failure::Input(problem.of(lang)),
    };
    let mut swept = Swept::default();
    let roots: Vec<String> = asked.paths.iter().map(|path| absolute(path)).collect();
    if roots.iter().any(|root| root == "-") {
        return Err(Failure::Usage(
            lang.pick(
                "標準入力は索引に入れられません。ファイルにしてください",
                "standard input cannot be indexed; put it into a file",
            )
            .to_owned(),
        ));
    }
    let index = if roots.is_empty() {
        Index::open(dir).map_err(failed)?
    } else {
        let mut update = Update::open(dir, &roots).map_err(failed)?;
        let intake = taken_in(roots.clone(), args, lang)?;
        let totals = update.run(intake, &roots, reader, args.jobs, || progress.inc(1)).map_err(failed)?;
        swept.notes = totals.notes;
        swept.changed = totals.changed;
        swept.partly = totals.partly;
        swept.damaged = totals.damaged;
        swept.index = Some(Indexed {
            added: totals.added,
            kept: totals.kept,
            dropped: totals.dropped,
            bytes: update.index().bytes(),
        });
        update.finish()
    };
    swept.mails = index.mails();
    if args.manifest.is_some() {
        match index.read(&roots) {
            Ok(read) => {
                for (path, size, sha256) in read {
                    manifest.add(&path, size, &sha256)?;
                }
            }
            Err(damage) => swept.damaged.push(damage),
        }
    }
    if asked.searches {
        let (hits, damaged) = index.search(&asked.question, &roots);
        swept.hits = hits;
        swept.damaged.extend(damaged);
    } else {
        swept.damaged.extend(index.damaged().iter().cloned());
    }
    Ok(swept)
}

/// The mails of these paths, servers among them.
fn taken_in(paths: Vec<String>, args: &Args, lang: Lang) -> Result<Intake, Failure> {
    let servers: Vec<String> = paths.iter().filter(|path| is_server(path)).cloned().collect();
    let server = !servers.is_empty();
    let intake = Intake::new(paths);
    #[cfg(feature = "imap")]
    if server {
        return super::server::with(intake, &servers, args, lang);
    }
    #[cfg(not(feature = "imap"))]
    if server {
        let _ = args;
        return Err(Failure::Usage(
            lang.pick("この noroshi は IMAP なしで作られています", "this noroshi was built without IMAP")
                .to_owned(),
        ));
    }
    Ok(intake)
}

/// A path that means the same wherever the next search is started.
fn absolute(path: &str) -> String {
    if path == "-" {
        return path.to_owned();
    }
    #[cfg(feature = "imap")]
    if is_server(path) {
        return mailbox::imap::Address::parse(path)
            .map_or_else(|_| path.to_owned(), |address| address.to_string());
    }
    match std::path::absolute(path) {
        Ok(found) => found.to_string_lossy().into_owned(),
        Err(_) => path.to_owned(),
    }
}

/// What is kept of a mail that was read.
struct Asked1 {
    place: Place,
    size: u64,
    sha256: String,
    unread: Vec<String>,
    hit: Option<Box<Hit>>,
}

fn scan(
    args: &Args,
    asked: &Asked,
    reader: &Reader,
    manifest: &mut Manifest<'_>,
    progress: &ProgressBar,
    lang: Lang,
) -> Result<Swept, Failure> {
    let mut swept = Swept::default();
    let mut intake = taken_in(asked.paths.clone(), args, lang)?;
    let mut last: Option<Place> = None;
    let mut changed = Vec::new();
    intake::each_at(
        &mut intake,
        args.jobs,
        |place, input| {
            let mut document: Document = reader.read(place, input);
            Asked1 {
                place: place.clone(),
                size: document.size,
                sha256: document.sha256.clone(),
                unread: std::mem::take(&mut document.unread),
                hit: asked.question.ask(document).map(Box::new),
            }
        },
        |mail: Asked1| -> Result<(), Failure> {
            progress.inc(1);
            swept.mails += 1;
            swept.bytes += mail.size;
            manifest.add(&mail.place.path, mail.size, &mail.sha256)?;
            if !mail.unread.is_empty() {
                swept.partly.push((mail.place.path.clone(), mail.unread));
            }
            swept.hits.extend(mail.hit.map(|hit| *hit));
            // A file is looked at again when the last mail of it was read.
            if let Some(before) = last.take_if(|before| before.file() != mail.place.file()) {
                changed.extend(changed_file(&before));
            }
            last = Some(mail.place);
            Ok(())
        },
    )?;
    changed.extend(last.as_ref().and_then(changed_file));
    swept.changed = changed;
    swept.notes = intake.notes;
    Ok(swept)
}

/// The file of a mail, where it is no longer what it was.
fn changed_file(place: &Place) -> Option<String> {
    place.is_changed().then(|| place.file().to_owned())
}
