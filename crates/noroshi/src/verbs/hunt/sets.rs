//! Indicator lists from the command line → one set; large ones are compiled once and kept.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use hunter::limits::MAX_LIST;
use hunter::lists::Gather;
use hunter::set::{Set, is_compiled};
use indicators::guard::Guards;
use lexicon::Lang;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::intake::Why;
use crate::outcome::Failure;
use crate::report::defanged;
use crate::screen::Session;
use crate::verbs::guards::GuardArgs;

/// Lists of at least this many bytes are compiled once and kept.
const KEEP_FROM: usize = 256 << 10;
/// Remarks that are told one by one.
const MAX_NAMED: usize = 20;
/// Compiled sets that are kept.
const MAX_KEPT: usize = 16;

/// What `--indicators` names, by its occurrences: `--indicators a b` is one with two values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists(Vec<Vec<String>>);

impl clap::FromArgMatches for Lists {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let occurrences = matches.get_occurrences::<String>("indicators");
        Ok(Self(
            occurrences.map(|all| all.map(|values| values.cloned().collect()).collect()).unwrap_or_default(),
        ))
    }
    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Lists {
    fn augment_args(command: Command) -> Command {
        command.arg(
            clap::Arg::new("indicators")
                .long("indicators")
                .short('i')
                .value_name("FILE")
                .num_args(1..)
                .action(clap::ArgAction::Append)
                .required(true)
                .help(
                    "What to look for: plain lists (one value a line), CSV, STIX 2.1 bundles, MISP events, or a \
                     compiled set; repeatable",
                ),
        )
    }
    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl Lists {
    /// The lists, and what else was named: `--indicators list.txt query.log` leaves the log without a place of its own.
    pub(crate) fn settle(mut self, paths: Vec<String>) -> Result<(Vec<String>, Vec<String>), Failure> {
        let paths = match paths.is_empty() {
            false => paths,
            true => self.0.last_mut().map(|last| last.split_off(last.len().min(1))).unwrap_or_default(),
        };
        if paths.is_empty() {
            return Err(Failure::Usage(
                "name the logs to sweep: files, folders, patterns, or - for standard input".to_owned(),
            ));
        }
        Ok((self.0.into_iter().flatten().collect(), paths))
    }
}

/// How the set is made.
#[derive(Debug, clap::Args)]
pub(crate) struct SetArgs {
    #[command(flatten)]
    guards: GuardArgs,

    /// Also look for what guard lists speak against (com, 8.8.8.8, 10.0.0.1 …)
    #[arg(long, help_heading = "Guard lists")]
    use_guarded: bool,

    /// Also look for the hosts of listed URLs, as name logs tell them
    #[arg(long)]
    url_hosts: bool,

    /// Do not keep compiled sets of large lists in the cache folder
    #[arg(long)]
    no_cache: bool,
}

/// How many values became what, and what is to be said about them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    pub(crate) values: u64,
    pub(crate) again: u64,
    pub(crate) guarded: u64,
    pub(crate) unread: u64,
    pub(crate) not_for_detection: u64,
    /// Remarks in Japanese and English.
    remarks: Vec<(String, String)>,
}

/// A set and what is known of its making.
pub(crate) struct Loaded {
    pub(crate) set: Set,
    pub(crate) notes: Notes,
    /// Each list with its SHA-256.
    pub(crate) lists: Vec<(String, String)>,
}

impl SetArgs {
    /// The organisation's own domains.
    pub(crate) fn own_domains(&self) -> &[String] {
        self.guards.own_domains()
    }

    /// Reads the lists; remarks are said on standard error.
    pub(crate) fn load(&self, lists: &[String], session: &Session) -> Result<Loaded, Failure> {
        let loaded = self.make(lists, session)?;
        if loaded.set.is_empty() {
            for remark in &loaded.notes.remarks {
                session.say(session.lang.pick(&remark.0, &remark.1));
            }
            return Err(Failure::Input(
                session
                    .lang
                    .pick(
                        "リストに、探せるインディケータがありません。1 行に 1 つ書くか、--use-guarded を付けてください",
                        "the lists hold no indicator to look for; write one value a line, or add --use-guarded",
                    )
                    .to_owned(),
            ));
        }
        for remark in loaded.notes.remarks.iter().take(MAX_NAMED) {
            session.say(session.lang.pick(&remark.0, &remark.1));
        }
        let notes = &loaded.notes;
        let more = (notes.unread + notes.guarded).saturating_sub(notes.remarks.len().min(MAX_NAMED) as u64);
        if more > 0 {
            session.say(&match session.lang {
                Lang::Ja => format!("ほか {more} 件も探しません"),
                Lang::En => format!("{more} more are not looked for"),
            });
        }
        Ok(loaded)
    }

    fn make(&self, lists: &[String], session: &Session) -> Result<Loaded, Failure> {
        // One compiled set is used as it is, and read as it comes: it is never in memory twice.
        if let [list] = lists
            && let Some(loaded) = compiled(list)?
        {
            return Ok(loaded);
        }
        let mut read = Vec::new();
        let mut total = 0;
        for list in lists {
            let bytes = read_list(list, session)?;
            total += bytes.len();
            let digest = hex(&Sha256::digest(&bytes));
            read.push((list.clone(), digest, bytes));
        }
        let digests: Vec<(String, String)> =
            read.iter().map(|(list, digest, _)| (list.clone(), digest.clone())).collect();
        let kept = (total >= KEEP_FROM && !self.no_cache).then(|| self.kept_name(&digests)).flatten();
        if let Some((set, notes)) = kept.as_deref().and_then(read_kept) {
            return Ok(Loaded { set, notes, lists: digests });
        }
        let guards = self.guards.guards(Guards::builtin_for_examples(), session)?;
        let mut gather = Gather::new(guards, self.use_guarded);
        if self.url_hosts {
            gather = gather.with_url_hosts();
        }
        for (list, _, bytes) in read {
            if is_compiled(&bytes) {
                let set = Set::read(&mut bytes.as_slice())
                    .map_err(|error| Failure::Input(format!("{list}: {error}")))?;
                gather.add_set(&set);
            } else {
                gather.add(&list, &bytes);
            }
        }
        let notes = notes_of(&gather);
        let set = gather.finish();
        if let Some(kept) = kept {
            // A cache that cannot be written costs time only.
            let _ = keep(&kept, &set, &notes);
        }
        Ok(Loaded { set, notes, lists: digests })
    }

    /// Where the compiled form of these lists is kept: named by all that it is made of.
    fn kept_name(&self, lists: &[(String, String)]) -> Option<PathBuf> {
        let mut digest = Sha256::new();
        digest.update(env!("CARGO_PKG_VERSION"));
        digest.update(format!("{:?}{}{}", self.guards, self.use_guarded, self.url_hosts));
        // A guard list is part of it, by its content.
        for path in self.guards.list_paths() {
            digest.update(std::fs::read(path).ok()?);
        }
        for (list, content) in lists {
            digest.update(list);
            digest.update([0]);
            digest.update(content);
        }
        let name = hex(&digest.finalize());
        Some(cache_folder()?.join(format!("{name}.nset")))
    }
}

/// A file that is a compiled set; `None` for any other, which is left to who tells what is wrong with it.
fn compiled(list: &str) -> Result<Option<Loaded>, Failure> {
    // What is looked at in a pipe is gone from it: only a file can be opened again by who reads lists.
    if !std::fs::metadata(list).is_ok_and(|meta| meta.is_file()) {
        return Ok(None);
    }
    let Ok(mut file) = File::open(list).map(|file| BufReader::with_capacity(64 << 10, file)) else {
        return Ok(None);
    };
    if !file.fill_buf().is_ok_and(is_compiled) {
        return Ok(None);
    }
    let mut input = Digesting { inner: file, digest: Sha256::new() };
    let set = Set::read(&mut input).map_err(|error| Failure::Input(format!("{list}: {error}")))?;
    let notes = Notes { values: set.len() as u64, ..Notes::default() };
    Ok(Some(Loaded { set, notes, lists: vec![(list.to_owned(), hex(&input.digest.finalize()))] }))
}

/// Hashes what is read.
struct Digesting<R> {
    inner: R,
    digest: Sha256,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.digest.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn read_list(list: &str, session: &Session) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let result = match list {
        "-" => std::io::stdin().take(MAX_LIST + 1).read_to_end(&mut bytes),
        path => File::open(path).and_then(|file| {
            if let Ok(meta) = file.metadata() {
                bytes.reserve_exact(usize::try_from(meta.len().min(MAX_LIST)).unwrap_or(0) + 1);
            }
            file.take(MAX_LIST + 1).read_to_end(&mut bytes)
        }),
    };
    let why = match result {
        Ok(_) if bytes.len() as u64 > MAX_LIST => Why::LargeFile(MAX_LIST),
        Ok(_) => return Ok(bytes),
        Err(error) => Why::from(&error),
    };
    let why = why.of(session.lang);
    Err(Failure::Input(match session.lang {
        Lang::Ja => format!("リスト {list} を読めません: {why}"),
        Lang::En => format!("the list {list} cannot be read: {why}"),
    }))
}

fn notes_of(gather: &Gather) -> Notes {
    let counts = gather.counts();
    let guarded = gather.guarded().iter().take(MAX_NAMED).map(|guarded| {
        let value = defanged(&guarded.value);
        let (list, entry) = (&guarded.mark.list, &guarded.mark.entry);
        match guarded.used {
            true => (
                format!("注意: {value} は除外リスト {list}（{entry}）にありますが、指定により探します"),
                format!("mind: {value} is guarded by {list} ({entry}) and looked for, because you asked for it"),
            ),
            false => (
                format!(
                    "注意: {value} は除外リスト {list}（{entry}）にあるため探しません。探すには --override {value}=理由 か --use-guarded"
                ),
                format!(
                    "mind: {value} is guarded by {list} ({entry}) and not looked for; --override {value}=REASON or --use-guarded looks for it"
                ),
            ),
        }
    });
    let unread =
        gather.remarks().iter().take(MAX_NAMED).map(|remark| (remark.show(Lang::Ja), remark.show(Lang::En)));
    Notes {
        values: counts.values,
        again: counts.again,
        guarded: counts.guarded,
        unread: counts.unread,
        not_for_detection: counts.not_for_detection,
        remarks: guarded.chain(unread).collect(),
    }
}

/// The user's cache folder, by the custom of the system.
fn cache_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("NOROSHI_CACHE") {
        return Some(folder);
    }
    let base = if cfg!(windows) {
        set("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        set("HOME")?.join("Library/Caches")
    } else {
        set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?
    };
    Some(base.join("noroshi/sets"))
}

fn read_kept(path: &Path) -> Option<(Set, Notes)> {
    let set = Set::read(&mut File::open(path).ok()?).ok()?;
    let notes = serde_json::from_slice(&std::fs::read(path.with_extension("json")).ok()?).ok()?;
    Some((set, notes))
}

fn keep(path: &Path, set: &Set, notes: &Notes) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    forget_old(folder);
    std::fs::write(path.with_extension("json"), serde_json::to_vec(notes)?)?;
    write_set(path, set)
}

/// The oldest go where there are too many.
fn forget_old(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut kept: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "nset"))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .collect();
    kept.sort();
    let too_many = kept.len().saturating_sub(MAX_KEPT - 1);
    for (_, path) in kept.into_iter().take(too_many) {
        let _ = std::fs::remove_file(path.with_extension("json"));
        let _ = std::fs::remove_file(path);
    }
}

/// Writes a compiled set: whole or not at all.
pub(crate) fn write_set(path: &Path, set: &Set) -> std::io::Result<()> {
    let temporary = path.with_extension(format!("tmp{}", std::process::id()));
    let written = File::create(&temporary).and_then(|file| {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        set.write(&mut out)?;
        out.flush()?;
        std::fs::rename(&temporary, path)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
