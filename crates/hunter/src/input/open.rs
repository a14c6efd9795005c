//! One stream after the other: wrappings taken off, archives opened, members named `archive.zip!folder/member.log`.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;

use lexicon::Text;

use super::Unread;
use super::compressed::{HEAD, Wrapping, expand, wrapping};
use super::guarded::{Expansion, Hashed, HashingRead};
use super::tar::Tar;
use super::walk::{self, Found};
use super::zip::{self, Member, Store};
use crate::limits::{MAX_DEPTH, MAX_NESTED};

/// Bytes to read.
pub(super) type Stream = Box<dyn Read + Send>;

/// A log to read.
pub struct Opened {
    /// Its path; members of archives behind a `!`.
    pub path: String,
    /// Its bytes, expanded.
    pub stream: Stream,
    /// How it was compressed, if it was: `gzip`, `zstd`, `xz`, `bzip2`, `zip`.
    pub wrapping: Option<&'static str>,
    /// A stream that may pause: what is there is read, and not waited for more.
    pub is_live: bool,
    /// When the file was last written to, in seconds since 1970.
    pub written: Option<i64>,
    file: usize,
}

/// A file of the command line or of a folder, and what was read of it.
pub struct Told {
    /// Its path.
    pub path: String,
    /// Its size when it was opened; `None` for a stream.
    pub size: Option<u64>,
    pub(crate) hashed: Hashed,
    /// The path itself, for a look at the end.
    on_disk: Option<PathBuf>,
}

impl Told {
    /// Bytes of it that were read.
    pub fn bytes(&self) -> u64 {
        self.hashed.bytes()
    }

    /// The SHA-256 of what was read, if it is kept.
    pub fn sha256(&self) -> Option<String> {
        self.hashed.sha256()
    }

    /// Its size now.
    pub fn size_now(&self) -> Option<u64> {
        std::fs::metadata(self.on_disk.as_ref()?).ok().map(|meta| meta.len())
    }
}

/// An archive whose members come one after the other.
enum Level {
    Zip {
        path: String,
        store: Store,
        members: std::vec::IntoIter<Member>,
        file: usize,
        depth: usize,
        written: Option<i64>,
    },
    Tar {
        path: String,
        tar: Tar,
        file: usize,
        depth: usize,
        written: Option<i64>,
    },
}

/// Streams one after the other.
pub struct Inputs {
    arguments: std::vec::IntoIter<String>,
    files: std::vec::IntoIter<Found>,
    levels: Vec<Level>,
    with_digest: bool,
    /// Every file that was opened.
    pub told: Vec<Told>,
    /// What was not read, and why.
    pub unread: Vec<Unread>,
}

impl Inputs {
    /// What these arguments name; `-` is standard input. `with_digest`: keep the SHA-256 of every file.
    pub fn new(arguments: Vec<String>, with_digest: bool) -> Self {
        Self {
            arguments: arguments.into_iter(),
            files: Vec::new().into_iter(),
            levels: Vec::new(),
            with_digest,
            told: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// The next log.
    pub fn next_log(&mut self) -> Option<Opened> {
        loop {
            if let Some(opened) = self.next_member() {
                return Some(opened);
            }
            if !self.levels.is_empty() {
                continue;
            }
            if let Some(found) = self.files.next() {
                if let Some(opened) = self.file(found) {
                    return Some(opened);
                }
                continue;
            }
            let argument = self.arguments.next()?;
            if argument == "-" {
                if let Some(opened) = self.standard_input() {
                    return Some(opened);
                }
                continue;
            }
            self.files = walk::files(&argument, &mut self.unread).into_iter();
        }
    }

    /// A member of the innermost archive; `None` where there is none, or it has been closed.
    fn next_member(&mut self) -> Option<Opened> {
        let (name, stream, file, depth, written) = match self.levels.last_mut()? {
            Level::Zip { path, store, members, file, depth, written } => {
                let Some(member) = members.next() else {
                    self.levels.pop();
                    return None;
                };
                let name = format!("{path}!{}", member.name);
                if member.encrypted {
                    self.unread.push(Unread::new(&name, "encrypted", ENCRYPTED));
                    return None;
                }
                match zip::open(store, &member) {
                    Ok(stream) => (name, stream, *file, *depth, *written),
                    Err(error) => {
                        self.unread.push(Unread::of(&name, &error));
                        return None;
                    }
                }
            }
            Level::Tar { path, tar, file, depth, written } => match tar.next() {
                Ok(Some((member, stream))) => (format!("{path}!{member}"), stream, *file, *depth, *written),
                Ok(None) => {
                    self.levels.pop();
                    return None;
                }
                Err(error) => {
                    self.unread.push(Unread::of(path, &error));
                    self.levels.pop();
                    return None;
                }
            },
        };
        let wrapped = matches!(self.levels.last(), Some(Level::Zip { .. })).then_some("zip");
        self.unwrap(
            Opened { path: name, stream, wrapping: wrapped, is_live: false, written, file },
            depth + 1,
            None,
        )
    }

    fn file(&mut self, found: Found) -> Option<Opened> {
        let path = found.path.to_string_lossy().into_owned();
        let opened = File::open(&found.path).and_then(|file| Ok((file.metadata()?, file)));
        let (meta, file) = match opened {
            Ok((meta, _)) if meta.is_dir() => return None,
            Ok(opened) => opened,
            Err(error) => {
                self.unread.push(Unread::of(&path, &error));
                return None;
            }
        };
        let regular = meta.is_file();
        let written = meta
            .modified()
            .ok()
            .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_secs()).ok());
        let hashed = Hashed::new(self.with_digest);
        self.told.push(Told {
            path: path.clone(),
            size: regular.then_some(meta.len()),
            hashed: hashed.clone(),
            on_disk: regular.then(|| found.path.clone()),
        });
        let stream = Box::new(HashingRead { inner: file, hashed });
        let file = self.told.len() - 1;
        let opened = Opened { path, stream, wrapping: None, is_live: !regular, written, file };
        self.unwrap(opened, 0, regular.then_some(found.path))
    }

    fn standard_input(&mut self) -> Option<Opened> {
        let hashed = Hashed::new(self.with_digest);
        self.told.push(Told { path: "-".to_owned(), size: None, hashed: hashed.clone(), on_disk: None });
        let stream = Box::new(HashingRead { inner: io::stdin(), hashed });
        let file = self.told.len() - 1;
        let opened =
            Opened { path: "-".to_owned(), stream, wrapping: None, is_live: true, written: None, file };
        self.unwrap(opened, 0, None)
    }

    /// Takes wrappings off until there is text; archives are entered.
    fn unwrap(&mut self, mut opened: Opened, depth: usize, on_disk: Option<PathBuf>) -> Option<Opened> {
        let mut on_disk = on_disk;
        for _ in 0..=MAX_DEPTH {
            let mut head = Vec::with_capacity(HEAD);
            if let Err(error) = peek(&mut opened.stream, opened.is_live, &mut head) {
                self.failed(&opened.path, &error);
                // What came before the fault is searched.
                opened.stream = Box::new(io::empty());
            }
            let wrapping = wrapping(&head);
            let rest = std::mem::replace(&mut opened.stream, Box::new(io::empty()));
            let stream: Stream = Box::new(Cursor::new(head).chain(rest));
            if wrapping != Wrapping::None && depth >= MAX_DEPTH {
                self.unread.push(Unread::new(&opened.path, "too-deep", TOO_DEEP));
                return None;
            }
            match wrapping {
                Wrapping::None => {
                    opened.stream = stream;
                    return Some(opened);
                }
                Wrapping::Foreign(kind) => {
                    let text = if matches!(kind, "evtx" | "registry hive" | "SQLite") {
                        NO_LOG
                    } else {
                        UNKNOWN_ARCHIVE
                    };
                    let why = if text == NO_LOG { "not-a-log" } else { "unknown-archive" };
                    self.unread.push(Unread::new(&opened.path, why, text).with(kind));
                    return None;
                }
                Wrapping::Tar => {
                    let Opened { path, file, written, .. } = opened;
                    self.levels.push(Level::Tar { path, tar: Tar::new(stream), file, depth, written });
                    return None;
                }
                Wrapping::Zip => return self.enter_zip(opened, stream, depth, on_disk),
                Wrapping::Gzip | Wrapping::Zstd | Wrapping::Xz | Wrapping::Bzip2 => {
                    let compressed =
                        self.told.get(opened.file).map(|told| told.hashed.clone()).unwrap_or_default();
                    opened.stream =
                        Box::new(Expansion { inner: expand(wrapping, stream), compressed, out: 0 });
                    opened.wrapping = Some(match wrapping {
                        Wrapping::Gzip => "gzip",
                        Wrapping::Zstd => "zstd",
                        Wrapping::Xz => "xz",
                        _ => "bzip2",
                    });
                    on_disk = None;
                }
            }
        }
        self.unread.push(Unread::new(&opened.path, "too-deep", TOO_DEEP));
        None
    }

    fn enter_zip(
        &mut self,
        opened: Opened,
        stream: Stream,
        depth: usize,
        on_disk: Option<PathBuf>,
    ) -> Option<Opened> {
        let Opened { path, file, written, .. } = opened;
        let store = match on_disk {
            Some(on_disk) => {
                // The members are read by themselves; what is counted and hashed is the file as a whole.
                let mut whole = stream;
                if let Err(error) = io::copy(&mut whole, &mut io::sink()) {
                    self.failed(&path, &error);
                    return None;
                }
                Store::File(on_disk)
            }
            None => {
                let mut bytes = Vec::new();
                match stream.take(MAX_NESTED + 1).read_to_end(&mut bytes) {
                    Err(error) => {
                        self.failed(&path, &error);
                        return None;
                    }
                    Ok(_) if bytes.len() as u64 > MAX_NESTED => {
                        self.unread.push(Unread::new(&path, "too-large", TOO_LARGE));
                        return None;
                    }
                    Ok(_) => Store::Memory(bytes.into()),
                }
            }
        };
        match zip::members(&store) {
            Ok(members) => {
                self.levels.push(Level::Zip {
                    path,
                    store,
                    members: members.into_iter(),
                    file,
                    depth,
                    written,
                });
            }
            Err(error) => self.unread.push(Unread::of(&path, &error)),
        }
        None
    }

    /// Notes that a stream ended before its end.
    pub fn failed(&mut self, path: &str, error: &io::Error) {
        let unread = match error.kind() {
            io::ErrorKind::QuotaExceeded => Unread::new(path, "expands-too-much", EXPANDS_TOO_MUCH),
            _ => Unread::of(path, error),
        };
        self.unread.push(unread);
    }

    /// At the end: files that became shorter while they were read.
    pub fn look_back(&mut self) {
        for told in &self.told {
            let Some(now) = told.size_now() else { continue };
            if told.size.is_some_and(|size| now < size) || now < told.bytes() {
                let text = Text::new(
                    "調べている間に短くなりました（ローテーション）。短くなる前に読めた分だけを調べました",
                    "it became shorter while it was read (rotated); what could be read before was searched",
                );
                self.unread.push(
                    Unread::new(&told.path, "changed", text).with(format!("{} bytes read", told.bytes())),
                );
            }
        }
    }
}

/// Fills `head` up to [`HEAD`] bytes; of a stream that may pause, with what is there.
fn peek(stream: &mut Stream, is_live: bool, head: &mut Vec<u8>) -> io::Result<()> {
    if is_live {
        head.resize(HEAD, 0);
        let count = stream.read(head)?;
        head.truncate(count);
        return Ok(());
    }
    stream.take(HEAD as u64).read_to_end(head).map(|_| ())
}

const ENCRYPTED: Text =
    Text::new("パスワードが必要です。復号してから指定してください", "it needs a password; decrypt it first");
const TOO_DEEP: Text = Text::new(
    "書庫の入れ子が深すぎます。展開してから指定してください",
    "archives inside archives are too deep; unpack it first",
);
const TOO_LARGE: Text = Text::new(
    "書庫の中の書庫が 256 MiB を超えています。展開してから指定してください",
    "an archive inside an archive is larger than 256 MiB; unpack it first",
);
const EXPANDS_TOO_MUCH: Text = Text::new(
    "元の 2,000 倍を超えて膨らみます。そこまでは調べました",
    "it expands to more than 2,000 times its size; it was searched up to there",
);
const NO_LOG: Text = Text::new(
    "ログではありません。イベントログやレジストリには hunt evtx、hunt registry を使ってください",
    "it is no log; event logs and registry hives are for hunt evtx and hunt registry",
);
const UNKNOWN_ARCHIVE: Text = Text::new(
    "この形式の書庫は読めません。展開してから指定してください",
    "archives of this kind are not read; unpack it first",
);
