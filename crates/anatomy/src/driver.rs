//! Takes a file apart: what it is, what every analyser of that kind says, and the same for each file inside.

use lexicon::facts::{Attachment, Property, SourceForm};
use lexicon::text::cut;

use crate::bench::Bench;
use crate::opener::RAW;
use crate::specimen::{Entry, Specimen};
use crate::{Job, Limits, Opened, Password, registry, yara};

/// Opens a file, with everything inside of it, trying `passwords` in their order where one is needed.
///
/// ```
/// let job = anatomy::Job { name: Some("note.txt"), place: "attachment[0]", inline: false, bytes: b"hello" };
/// let opened = anatomy::open(&job, &[], &anatomy::Limits::default());
/// assert_eq!(opened.attachment.kind, "txt");
/// ```
pub fn open(job: &Job<'_>, passwords: &[Password], limits: &Limits) -> Opened {
    opened(job, None, None, passwords, limits, None)
}

/// Like [`open`], for a file whose hashes are known already.
pub fn open_known(job: &Job<'_>, known: &Attachment, passwords: &[Password], limits: &Limits) -> Opened {
    opened(job, None, Some(known), passwords, limits, None)
}

/// Like [`open_known`], holding the file and everything inside of it against an operator's rules. A file of the kind
/// [`RAW`] is held against them and not opened.
pub fn open_with_rules(
    job: &Job<'_>,
    known: &Attachment,
    passwords: &[Password],
    limits: &Limits,
    rules: &yara::Rules,
) -> Opened {
    if known.kind == RAW {
        let mut bench = Bench::new(limits, passwords, job.bytes.len());
        rules.scan(&mut bench, job.bytes, job.place, "");
        return Opened { tells: bench.tells, oddities: bench.oddities, ..Opened::default() };
    }
    opened(job, None, Some(known), passwords, limits, Some(rules))
}

/// Like [`open`], for a file that is taken to be of that kind whatever it looks like: every analyser of `kind` sees
/// the bytes. For tests that feed a parser what its signature check would keep away.
pub fn open_as(kind: &str, job: &Job<'_>, passwords: &[Password], limits: &Limits) -> Opened {
    opened(job, Some(kind), None, passwords, limits, None)
}

/// The bytes of the file at `place` inside of a file, e.g. `@:attachment[2]` for the third entry of an archive whose own
/// place is `@`. `None` where nothing stands there, or where it could not be opened.
///
/// ```
/// let job = anatomy::Job { name: Some("note.txt"), place: "@", inline: false, bytes: b"hello" };
/// let limits = anatomy::Limits::default();
/// assert_eq!(anatomy::extract(&job, "@", &[], &limits).as_deref(), Some(&b"hello"[..]));
/// assert_eq!(anatomy::extract(&job, "@:attachment[0]", &[], &limits), None);
/// ```
pub fn extract(job: &Job<'_>, place: &str, passwords: &[Password], limits: &Limits) -> Option<Vec<u8>> {
    if place == job.place {
        return Some(job.bytes.to_vec());
    }
    let mut bench = Bench::new(limits, passwords, job.bytes.len());
    bench.wanted = Some((place, None));
    let file = Attachment { name: job.name.map(str::to_owned), ..Attachment::default() };
    specimen(&mut bench, file, job.bytes, job.place.to_owned(), 0, None);
    bench.wanted.and_then(|(_, bytes)| bytes)
}

fn opened(
    job: &Job<'_>,
    kind: Option<&str>,
    known: Option<&Attachment>,
    passwords: &[Password],
    limits: &Limits,
    rules: Option<&yara::Rules>,
) -> Opened {
    let mut bench = Bench::new(limits, passwords, job.bytes.len());
    bench.rules = rules;
    let mut file = Attachment {
        name: job.name.map(str::to_owned),
        inline: job.inline,
        size: job.bytes.len() as u64,
        ..Attachment::default()
    };
    if let Some(known) = known {
        file.sha256.clone_from(&known.sha256);
        file.sha1.clone_from(&known.sha1);
        file.md5.clone_from(&known.md5);
    }
    let attachment = specimen(&mut bench, file, job.bytes, job.place.to_owned(), 0, kind);
    Opened { attachment, sources: bench.sources, tells: bench.tells, oddities: bench.oddities }
}

/// Everything about one file; its name's own tells are the container's to tell.
fn specimen(
    bench: &mut Bench<'_>,
    mut file: Attachment,
    bytes: &[u8],
    place: String,
    depth: usize,
    kind: Option<&str>,
) -> Attachment {
    let look = forensics::kind::look(file.name.as_deref(), bytes);
    file.kind = kind.unwrap_or(look.kind.word).to_owned();
    file.encrypted = look.kind.encrypted;
    if file.sha256.is_empty() {
        let mut three = forensics::hash::Three::default();
        three.feed(bytes);
        (file.md5, file.sha1, file.sha256) = three.finish();
    }
    if depth > 0 {
        let macros = look.macros == forensics::kind::Macros::Present;
        for tell in forensics::tells::of_file(&file, macros, &place) {
            bench.tell(&tell.id, tell.why);
        }
    }
    if let Some(rules) = bench.rules {
        rules.scan(bench, bytes, &place, file.name.as_deref().unwrap_or(""));
    }
    let mut specimen = Specimen { bench, file, place, depth, decrypted: false };
    analyse(bytes, &mut specimen);
    specimen.file
}

/// Shows the specimen to every analyser that knows its kind, until one has shown them its decrypted form.
fn analyse(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let before = specimen.decrypted;
    for analyser in registry::ALL {
        if analyser.kinds.contains(&specimen.file.kind.as_str()) {
            (analyser.run)(bytes, specimen);
        }
        if specimen.decrypted != before {
            return;
        }
    }
}

/// See [`Specimen::decrypted`].
pub(crate) fn decrypted(specimen: &mut Specimen<'_, '_>, bytes: &[u8]) {
    let look = forensics::kind::look(specimen.file.name.as_deref(), bytes);
    specimen.file.kind = look.kind.word.to_owned();
    specimen.decrypted = true;
    // Only what could not be seen before: the rest was told of the file as it came.
    if look.macros == forensics::kind::Macros::Present {
        let tells = forensics::tells::of_file(&specimen.file, true, &specimen.place);
        for tell in tells.into_iter().filter(|tell| tell.id == "macro-document") {
            specimen.bench.tell(&tell.id, tell.why);
        }
    }
    analyse(bytes, specimen);
}

/// See [`Specimen::child`].
pub(crate) fn child(parent: &mut Specimen<'_, '_>, entry: Entry<'_>) -> bool {
    let limits = parent.bench.limits;
    if parent.bench.files_left == 0 {
        parent.odd("files-limit", "");
        return false;
    }
    parent.bench.files_left -= 1;
    let place = parent.within(&format!("attachment[{}]", parent.file.children.len()));
    let name = entry.name.as_deref().map(|name| cut(name, limits.name_bytes).to_owned());
    if let Some(name) = &name {
        parent.bench.source(format!("{place}:name"), SourceForm::Prose, name);
    }
    let mut file = Attachment {
        name,
        size: entry.size,
        encrypted: entry.encrypted,
        inline: entry.inline,
        password: entry.password.map(|p| p.value.clone()),
        password_from: entry.password.map(|p| p.from.clone()),
        ..Attachment::default()
    };
    let notes = entry.properties.into_iter().filter(|(_, value)| !value.is_empty());
    file.properties.extend(notes.map(|(name, value)| Property { name: name.to_owned(), value }));
    let opened = entry.content.filter(|bytes| {
        let deep = parent.depth >= limits.depth;
        let big = bytes.len() > parent.bench.bytes_left;
        if deep {
            parent.bench.odd("nesting-limit", &place);
        } else if big {
            parent.bench.odd("unpacked-size-limit", &place);
        }
        !deep && !big
    });
    let file = match opened {
        Some(bytes) => {
            parent.bench.bytes_left -= bytes.len();
            if let Some((wanted, caught)) = &mut parent.bench.wanted
                && *wanted == place
            {
                *caught = Some(bytes.to_vec());
            }
            file.size = bytes.len() as u64;
            let encrypted = file.encrypted;
            let mut file = specimen(parent.bench, file, bytes, place, parent.depth + 1, entry.kind);
            // What the archive says of the entry's own encryption stands beside what the file itself says.
            file.encrypted = if encrypted == Some(true) { encrypted } else { file.encrypted };
            file
        }
        None => {
            file.kind = forensics::kind::word_by_name(file.name.as_deref().unwrap_or("")).to_owned();
            for tell in forensics::tells::of_file(&file, false, &place) {
                parent.bench.tell(&tell.id, tell.why);
            }
            file
        }
    };
    parent.file.children.push(file);
    true
}

/// Takes apart a file that a mail's reading told already, now that its bytes are at hand; as it was if the limits
/// forbid it.
pub(crate) fn reopened(
    bench: &mut Bench<'_>,
    file: Attachment,
    bytes: &[u8],
    place: String,
    depth: usize,
) -> Attachment {
    if matches!(file.kind.as_str(), "eml" | "msg") {
        // Its own reading told what is inside; its bytes are here for the rules.
        if let Some(rules) = bench.rules {
            rules.scan(bench, bytes, &place, file.name.as_deref().unwrap_or(""));
        }
        return file;
    }
    if depth > bench.limits.depth {
        bench.odd("nesting-limit", &place);
        return file;
    }
    if bytes.len() > bench.bytes_left {
        bench.odd("unpacked-size-limit", &place);
        return file;
    }
    bench.bytes_left -= bytes.len();
    specimen(bench, file, bytes, place, depth, None)
}
