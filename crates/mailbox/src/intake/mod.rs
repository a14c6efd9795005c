//! Mails from whatever the command line names: a file, a folder, an mbox, a Maildir, standard input.
//!
//! [`Intake`] hands them out one by one, in a settled order; [`each`] works on them in parallel and gives the
//! results in that order. At no time more than [`BATCH_BYTES`] of mails are held, or one larger mail.

mod batch;
mod look;
mod pst;
mod spare;
mod stamp;
mod walk;
mod why;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use forensics::Reading;
use forensics::mbox::MboxReader;

pub use batch::{NoWorkers, each, each_at};
pub use stamp::{Place, Stamp};
pub use why::Why;

use look::Look;
use spare::Spare;
use walk::{Found, Walk};

/// Mails that are larger are told, not read: no mail server passes them on.
pub const MAX_MAIL: u64 = 256 << 20;
/// Bytes of mails that are worked on at once.
pub const BATCH_BYTES: u64 = 4 << 20;
/// Mails that are worked on at once.
pub const BATCH_MAILS: usize = 128;
/// Bytes read to see what a file is; a smaller file is then read already.
const HEAD_BYTES: u64 = 64 << 10;

/// A mail to be worked on.
pub struct Mail {
    /// Where it lies, with its name in the output.
    pub place: Place,
    /// Its size in bytes, as far as is known.
    size: u64,
    content: Content,
}

enum Content {
    Bytes(Vec<u8>),
    /// The beginning, and where the rest comes from.
    Begun(Vec<u8>, File),
    /// A message of an Outlook data file, read where the file is open.
    Read(Box<Reading>),
}

/// A mail as it is handed to those who work on it.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    /// Its bytes.
    Raw(&'a [u8]),
    /// What was read of it: it has no bytes of its own.
    Read(&'a Reading),
}

impl<'a> Input<'a> {
    /// Its bytes; empty where it has none.
    pub fn raw(self) -> &'a [u8] {
        match self {
            Self::Raw(bytes) => bytes,
            Self::Read(_) => &[],
        }
    }
}

impl Mail {
    /// A mail whose bytes are here.
    pub fn of_bytes(place: Place, bytes: Vec<u8>) -> Self {
        Self { place, size: bytes.len() as u64, content: Content::Bytes(bytes) }
    }

    /// True for a message that was read already.
    fn is_read(&self) -> bool {
        matches!(self.content, Content::Read(_))
    }

    /// Its raw bytes.
    pub fn bytes(self) -> Result<Vec<u8>, Why> {
        match self.content {
            Content::Bytes(bytes) => Ok(bytes),
            Content::Begun(head, file) => read_capped(head, file, self.size),
            Content::Read(_) => Ok(Vec::new()),
        }
    }

    /// Its raw bytes, read into `buffer` where they have to be read: one large mail after the other then takes the
    /// memory of the largest, whatever the allocator keeps.
    pub fn bytes_in(self, buffer: &mut Vec<u8>) -> Result<(), Why> {
        buffer.clear();
        match self.content {
            Content::Bytes(bytes) => *buffer = bytes,
            Content::Begun(head, file) => {
                let most = usize::try_from(MAX_MAIL).unwrap_or(0) + 1;
                buffer.reserve_exact(most.saturating_sub(buffer.len()));
                buffer.extend_from_slice(&head);
                file.take(MAX_MAIL + 1 - head.len() as u64).read_to_end(buffer)?;
                if buffer.len() as u64 > MAX_MAIL {
                    return Err(Why::LargeMail);
                }
            }
            Content::Read(_) => {}
        }
        Ok(())
    }
}

/// What could not be read, and what was passed over.
#[derive(Debug, Default)]
pub struct Notes {
    /// Paths that could not be read, and why, in order.
    pub unread: Vec<(String, Why)>,
    /// Files in folders that are no mails.
    pub no_mails: u64,
    /// Symbolic links, devices and the like in folders.
    pub not_followed: u64,
}

/// Mails one after the other.
pub struct Intake {
    arguments: std::vec::IntoIter<String>,
    walk: Option<Walk>,
    mbox: Option<Mbox>,
    pst: Option<pst::Pst>,
    /// What was noted so far; complete when the last mail was given.
    pub notes: Notes,
    /// Buffers of mails that are done with.
    spare: Spare,
    /// Says of a file that it need not be read.
    pass_over: Option<PassOver>,
    /// Opens what is named by an address.
    remote: Option<Remote>,
    source: Option<Box<dyn Source>>,
}

/// Says of a file, by its path and its stamp, that it need not be read.
pub type PassOver = Box<dyn FnMut(&str, Stamp) -> bool>;

/// Opens a mailbox that is named by an address, such as `imap://…`.
pub type Remote = Box<dyn FnMut(&str) -> Result<Box<dyn Source>, Why>>;

/// A mailbox that is no file: it hands out its mails itself.
pub trait Source {
    /// The next mail, but none that `pass_over` says of; what could not be read is noted.
    fn next(&mut self, notes: &mut Notes, pass_over: &mut dyn FnMut(&str, Stamp) -> bool) -> Option<Mail>;
}

struct Mbox {
    place: Place,
    reader: MboxReader<Box<dyn io::BufRead>>,
    /// The number of the next message.
    number: u64,
    /// The second message, read with the first: only then it is known whether there is more than one.
    ahead: Option<Option<io::Result<forensics::mbox::Message>>>,
    /// Number its messages even if it holds one only.
    always_number: bool,
}

impl Intake {
    /// Mails of these paths, in order; `-` is standard input.
    pub fn new(paths: Vec<String>) -> Self {
        Self {
            arguments: paths.into_iter(),
            walk: None,
            mbox: None,
            pst: None,
            notes: Notes::default(),
            spare: Spare::default(),
            pass_over: None,
            remote: None,
            source: None,
        }
    }

    /// The same, which does not read what `pass_over` says of.
    #[must_use]
    pub fn passing_over(self, pass_over: PassOver) -> Self {
        Self { pass_over: Some(pass_over), ..self }
    }

    /// The same, in which `remote` opens arguments that are addresses (`scheme://…`).
    #[must_use]
    pub fn with_remote(self, remote: Remote) -> Self {
        Self { remote: Some(remote), ..self }
    }

    /// The next mail.
    #[expect(
        clippy::should_implement_trait,
        reason = "what could not be read is noted beside, and an iterator would lend out the whole intake"
    )]
    pub fn next(&mut self) -> Option<Mail> {
        loop {
            if let Some(mbox) = &mut self.mbox {
                match mbox.next(&mut self.notes) {
                    Some(mail) => return Some(mail),
                    None => self.mbox = None,
                }
                continue;
            }
            if let Some(source) = &mut self.source {
                let asked = &mut self.pass_over;
                let mut pass_over =
                    |path: &str, stamp| asked.as_mut().is_some_and(|asked| asked(path, stamp));
                match source.next(&mut self.notes, &mut pass_over) {
                    Some(mail) => return Some(mail),
                    None => self.source = None,
                }
                continue;
            }
            if let Some(pst) = &mut self.pst {
                match pst.next() {
                    Some(mail) => return Some(mail),
                    None => self.pst = None,
                }
                continue;
            }
            if let Some(walk) = &mut self.walk {
                let Some(found) = walk.next(&mut self.notes) else {
                    self.walk = None;
                    continue;
                };
                if let Some(mail) = self.file(found) {
                    return Some(mail);
                }
                continue;
            }
            let argument = self.arguments.next()?;
            if let Some(mail) = self.argument(argument) {
                return Some(mail);
            }
        }
    }

    /// Begins with a path of the command line.
    fn argument(&mut self, path: String) -> Option<Mail> {
        if path == "-" {
            return self.stream(path, io::stdin());
        }
        if let Some(remote) = self.remote.as_mut().filter(|_| path.contains("://")) {
            match remote(&path) {
                Ok(source) => self.source = Some(source),
                Err(why) => self.notes.unread.push((path, why)),
            }
            return None;
        }
        match std::fs::metadata(&path) {
            Err(error) => self.unread(path, &error),
            Ok(meta) if meta.is_dir() => {
                self.walk = Some(Walk::new(PathBuf::from(path)));
                None
            }
            Ok(meta) if meta.is_file() => {
                self.file(Found { path: PathBuf::from(path), stamp: Stamp::of(&meta), surely_mail: true })
            }
            // A pipe: `noroshi dissect <(…)`.
            Ok(_) => match File::open(&path) {
                Ok(file) => self.stream(path, file),
                Err(error) => self.unread(path, &error),
            },
        }
    }

    /// A regular file, named or found in a folder.
    fn file(&mut self, found: Found) -> Option<Mail> {
        let Found { path, stamp, surely_mail } = found;
        let size = stamp.size;
        let name = path.to_string_lossy().into_owned();
        if self.pass_over.as_mut().is_some_and(|pass_over| pass_over(&name, stamp)) {
            return None;
        }
        let opened = File::open(&path).and_then(|mut file| {
            let mut head = self.spare.take();
            head.reserve(usize::try_from(size.min(HEAD_BYTES)).unwrap_or(0) + 1);
            (&mut file).take(HEAD_BYTES).read_to_end(&mut head)?;
            Ok((file, head))
        });
        let (file, head) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.unread(name, &error),
        };
        match look::look(&path, &head) {
            Look::Mbox { always_number } => self.start_mbox(
                Place { file: name.len(), path: name, stamp },
                Box::new(BufReader::with_capacity(256 << 10, Cursor::new(head).chain(file))),
                always_number,
            ),
            Look::Pst => {
                match pst::Pst::open(Place { file: name.len(), path: name.clone(), stamp }, file) {
                    Ok(pst) => self.pst = Some(pst),
                    Err(why) => self.notes.unread.push((name, why)),
                }
                None
            }
            Look::Other if !surely_mail => {
                self.notes.no_mails += 1;
                None
            }
            _ if size > MAX_MAIL => self.too_large(name),
            Look::Mail | Look::Other => {
                let whole = (head.len() as u64) < HEAD_BYTES;
                let size = if whole { head.len() as u64 } else { size };
                let content = if whole { Content::Bytes(head) } else { Content::Begun(head, file) };
                Some(Mail { place: Place { file: name.len(), path: name, stamp }, size, content })
            }
        }
    }

    /// What can be read once only.
    fn stream(&mut self, path: String, mut input: impl Read + 'static) -> Option<Mail> {
        let mut head = Vec::new();
        if let Err(error) = (&mut input).take(HEAD_BYTES).read_to_end(&mut head) {
            return self.unread(path, &error);
        }
        if forensics::mbox::is_mbox(&head) {
            let reader = BufReader::with_capacity(256 << 10, Cursor::new(head).chain(input));
            return self.start_mbox(
                Place { file: path.len(), path, stamp: Stamp::default() },
                Box::new(reader),
                false,
            );
        }
        if let Err(error) = input.take(MAX_MAIL + 1).read_to_end(&mut head) {
            return self.unread(path, &error);
        }
        if head.len() as u64 > MAX_MAIL {
            return self.too_large(path);
        }
        let place =
            Place { file: path.len(), path, stamp: Stamp { size: head.len() as u64, ..Stamp::default() } };
        Some(Mail { place, size: head.len() as u64, content: Content::Bytes(head) })
    }

    fn start_mbox(
        &mut self,
        place: Place,
        reader: Box<dyn io::BufRead>,
        always_number: bool,
    ) -> Option<Mail> {
        let cap = usize::try_from(MAX_MAIL).unwrap_or(usize::MAX);
        let reader = MboxReader::new(reader, cap);
        self.mbox = Some(Mbox { place, reader, number: 1, ahead: None, always_number });
        None
    }

    fn unread(&mut self, path: String, error: &io::Error) -> Option<Mail> {
        self.notes.unread.push((path, error.into()));
        None
    }

    fn too_large(&mut self, path: String) -> Option<Mail> {
        self.notes.unread.push((path, Why::LargeMail));
        None
    }
}

impl Mbox {
    fn next(&mut self, notes: &mut Notes) -> Option<Mail> {
        loop {
            let number = self.number;
            let message = self.ahead.take().unwrap_or_else(|| self.reader.next())?;
            self.number += 1;
            let mut alone = false;
            if number == 1 && !self.always_number {
                let second = self.reader.next();
                alone = second.is_none();
                self.ahead = Some(second);
            }
            let Place { path, file, stamp } = &self.place;
            let path = if alone { path.clone() } else { format!("{path}#{number}") };
            match message {
                Err(error) => notes.unread.push((path, error.into())),
                Ok(message) if message.cut => notes.unread.push((path, Why::LargeMail)),
                Ok(message) => {
                    let size = message.bytes.len() as u64;
                    let place = Place { path, file: *file, stamp: *stamp };
                    return Some(Mail { place, size, content: Content::Bytes(message.bytes) });
                }
            }
        }
    }
}

/// `head` and all of `rest`, of which `size` bytes are expected together; more than [`MAX_MAIL`] is an error.
fn read_capped(head: Vec<u8>, rest: impl Read, size: u64) -> Result<Vec<u8>, Why> {
    let mut bytes = head;
    let begun = bytes.len() as u64;
    // One spare byte: the end is then seen without growing.
    bytes.reserve(usize::try_from(size.min(MAX_MAIL).saturating_sub(begun)).unwrap_or(0) + 1);
    rest.take((MAX_MAIL + 1).saturating_sub(begun)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_MAIL {
        return Err(Why::LargeMail);
    }
    Ok(bytes)
}

/// A file that the command line names, whole; `-` is standard input.
///
/// # Errors
/// It cannot be read, or is longer than `cap` bytes.
pub fn file(path: &Path, cap: u64) -> Result<Vec<u8>, Why> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().take(cap + 1).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(cap + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > cap {
        return Err(Why::LargeFile(cap));
    }
    Ok(bytes)
}

/// A text file that the command line names, whole; `-` is standard input.
///
/// # Errors
/// It cannot be read, is longer than `cap` bytes, or is no UTF-8.
pub fn text_file(path: &Path, cap: u64) -> Result<String, Why> {
    String::from_utf8(file(path, cap)?).map_err(|_| Why::NotUtf8)
}
