//! One raw mail → mail facts: `forensics` reads it, an opener takes its attachments apart, `indicators` extracts and
//! guards.

use std::sync::Arc;

use anatomy::{InProcess, Opener, Password, RAW, passwords};
use forensics::rules::OwnTells;
use forensics::{Known, Limits, Payload, Reading};
use indicators::guard::Guards;
use lexicon::MailFacts;
use lexicon::facts::{Attachment, Oddity, Source, Tell};

/// How mails are dissected.
pub struct Settings {
    /// Limits on hostile input.
    pub limits: Limits,
    /// Guard lists; see [`indicators::guard`].
    pub guards: Guards,
    /// Who opens attachments: confined workers in the program, this process in tests.
    pub opener: Arc<dyn Opener>,
    /// What the operator knows: keys, free mail services, people. One dissection serves all members, so that the roster
    /// of a hub's members must not stand here: a tell that names one of them would tell the others who takes part.
    pub known: Known,
    /// The operator's own tells.
    pub own: Arc<OwnTells>,
    /// True where the opener has YARA rules: it is then shown every file, and the mail itself.
    pub yara: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            guards: Guards::default(),
            opener: Arc::new(InProcess::default()),
            known: Known::default(),
            own: Arc::default(),
            yara: false,
        }
    }
}

/// A dissected mail.
pub struct Dissection {
    /// The facts, whole.
    pub facts: MailFacts,
    /// The decoded HTML part, for showing.
    pub html: Option<String>,
}

/// Dissects one mail. Never fails: what is wrong with the mail becomes an oddity.
///
/// ```
/// let raw = b"From: a@example.test\r\nSubject: hi\r\n\r\nsee http://evil.test/x\r\n";
/// let dissection = desk::dissect::dissect(raw, "mail.eml", &Default::default());
/// assert_eq!(dissection.facts.urls, ["http://evil.test/x"]);
/// ```
pub fn dissect(raw: &[u8], path: &str, settings: &Settings) -> Dissection {
    dissect_with(raw, path, settings, &[])
}

/// Like [`dissect`], trying also the passwords that `others` told, best first, on what this mail's own do not open.
pub fn dissect_with(raw: &[u8], path: &str, settings: &Settings, others: &[Password]) -> Dissection {
    let limits = Limits { every_file: settings.yara, ..settings.limits.clone() };
    finish(forensics::read_with(raw, &limits, &settings.known), Some(raw), path, settings, others)
}

/// Like [`dissect_with`], for a message that was read already: one of an Outlook data file has no bytes of its own.
pub fn dissect_reading(reading: Reading, path: &str, settings: &Settings, others: &[Password]) -> Dissection {
    finish(reading, None, path, settings, others)
}

fn finish(
    reading: Reading,
    raw: Option<&[u8]>,
    path: &str,
    settings: &Settings,
    others: &[Password],
) -> Dissection {
    let mut facts = reading.facts;
    let mut sources = reading.sources;
    facts.path = path.to_owned();
    if !reading.payloads.is_empty() {
        // Looked for in the mail only where a file might need one.
        let mut all: Option<Vec<Password>> = None;
        for payload in &reading.payloads {
            // Nothing in a picture has a password. A logo is then remembered under itself, whatever passwords the
            // mails around it tell.
            let picture = Attachment::at(&mut facts.attachments, &payload.place)
                .is_some_and(|file| matches!(file.kind.as_str(), "png" | "jpg" | "gif"));
            let passwords = match picture {
                true => &[],
                false => all.get_or_insert_with(|| candidates(&facts, others)).as_slice(),
            };
            open(&mut facts, &mut sources, payload, passwords, &*settings.opener);
        }
    }
    if let Some(raw) = raw.filter(|_| settings.yara) {
        match_raw(&mut facts, raw, "raw", &*settings.opener);
    }
    forensics::tells::sort(&mut facts.tells);
    let mut extraction = indicators::extract(&sources, &facts.attachments);
    settings.guards.mark(&mut extraction.observables);
    facts.observables = extraction.observables;
    facts.urls = extraction.urls;
    if !settings.own.apply(&mut facts) {
        facts.oddities.push(Oddity { id: "own-tells-limit".to_owned(), place: "byte:0".to_owned() });
    }
    Dissection { facts, html: reading.html }
}

/// The passwords that a mail tells its reader, best first.
///
/// ```
/// let raw = "Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n解凍パスワード：Nori-88\r\n";
/// let facts = desk::dissect::dissect(raw.as_bytes(), "a.eml", &Default::default()).facts;
/// assert_eq!(desk::dissect::told(&facts)[0].value, "Nori-88");
/// ```
pub fn told(facts: &MailFacts) -> Vec<Password> {
    let subject = facts.subject.as_deref().unwrap_or("");
    passwords::told(&[
        ("body", &facts.body.text),
        ("html:text", &facts.html.text),
        ("header:subject", subject),
    ])
}

/// The passwords worth trying on a mail's own attachments, best first: those told in it, the forms of its date where
/// it says that the password is one, then those of other mails, then the ones that are worth a try everywhere.
fn candidates(facts: &MailFacts, others: &[Password]) -> Vec<Password> {
    let date = facts.date.as_deref().unwrap_or("");
    let number = |from: usize, to: usize| date.get(from..to).and_then(|digits| digits.parse::<u16>().ok());
    let dated = match (number(0, 4), number(5, 7), number(8, 10)) {
        (Some(year), Some(month), Some(day)) => {
            let small = |n: u16| u8::try_from(n).unwrap_or(0);
            passwords::dated(&[&facts.body.text, &facts.html.text], year, small(month), small(day))
        }
        _ => Vec::new(),
    };
    let mut out: Vec<Password> = Vec::new();
    for password in
        told(facts).into_iter().chain(dated).chain(others.iter().cloned()).chain(passwords::common())
    {
        if !out.iter().any(|known| known.value == password.value) {
            out.push(password);
        }
    }
    out
}

/// True if something in the mail could be opened with the right password.
pub fn is_locked(facts: &MailFacts) -> bool {
    fn locked(file: &Attachment) -> bool {
        let by_password = !matches!(file.kind.as_str(), "p7m" | "p7s" | "pgp");
        let closed = by_password && file.encrypted == Some(true) && file.password.is_none();
        // What of an archive is open shows in its entries.
        closed && file.children.is_empty() || file.children.iter().any(locked)
    }
    facts.attachments.iter().any(locked)
}

/// The bytes of an attachment, or of a file inside of one, by its place in the facts of that mail. `None` where nothing
/// stands there, or where it cannot be opened.
pub fn attachment(raw: &[u8], facts: &MailFacts, place: &str, opener: &dyn Opener) -> Option<Vec<u8>> {
    // The longest beginning of the place that is an attachment of the mail itself; the rest is inside of that.
    let mut outer = place;
    loop {
        if let Some(bytes) = forensics::attachment(raw, outer) {
            if outer == place {
                return Some(bytes);
            }
            let mut tree = facts.attachments.clone();
            let mut passwords = Vec::new();
            let file = Attachment::at(&mut tree, outer)?;
            used(file, &mut passwords);
            let inner = format!("{}{}", anatomy::HERE, place.get(outer.len()..)?);
            return opener.extract(file, &bytes, &inner, &passwords);
        }
        outer = outer.rsplit_once(':')?.0;
    }
}

/// The passwords that opened a file and what is inside of it.
fn used(file: &Attachment, passwords: &mut Vec<Password>) {
    if let Some(value) = &file.password
        && !passwords.iter().any(|known| known.value == *value)
    {
        let from = file.password_from.clone().unwrap_or_default();
        passwords.push(Password { value: value.clone(), from });
    }
    file.children.iter().for_each(|child| used(child, passwords));
}

/// Opens one attachment and adds to the facts what is inside.
fn open(
    facts: &mut MailFacts,
    sources: &mut Vec<Source>,
    payload: &Payload,
    passwords: &[Password],
    opener: &dyn Opener,
) {
    let Some(file) = Attachment::at(&mut facts.attachments, &payload.place) else { return };
    if matches!(file.kind.as_str(), "eml" | "msg") {
        // An attached mail is read already; its bytes are handed on for the rules.
        match_raw(facts, &payload.bytes, &payload.place, opener);
        return;
    }
    let opened = opener.open(file, &payload.bytes, passwords).moved(&payload.place);
    let found = opened.attachment;
    // A file that could not be opened comes back without a kind: what the mail said of it stands.
    if !found.kind.is_empty() {
        // A document that opens with the empty password is closed to nobody.
        if file.encrypted == Some(true) && found.encrypted == Some(false) {
            let start = format!("{}: ", payload.place);
            facts.tells.retain(|tell| tell.id != "encrypted-document" || !tell.why.starts_with(&start));
        }
        file.kind = found.kind;
        file.encrypted = found.encrypted;
        file.password = found.password;
        file.password_from = found.password_from;
        file.children = found.children;
        file.properties = found.properties;
        file.scripts = found.scripts;
        file.relations = found.relations;
        file.text = found.text;
        file.tlsh = found.tlsh;
    }
    sources.extend(opened.sources);
    told_by_opener(facts, opened.tells, opened.oddities);
}

/// Holds a whole mail against the operator's YARA rules.
fn match_raw(facts: &mut MailFacts, bytes: &[u8], place: &str, opener: &dyn Opener) {
    let file = Attachment { kind: RAW.to_owned(), size: bytes.len() as u64, ..Attachment::default() };
    let opened = opener.open(&file, bytes, &[]).moved(place);
    told_by_opener(facts, opened.tells, opened.oddities);
}

fn told_by_opener(facts: &mut MailFacts, tells: Vec<Tell>, oddities: Vec<Oddity>) {
    for tell in tells {
        if !facts.tells.iter().any(|t| t.id == tell.id && t.why == tell.why) {
            facts.tells.push(tell);
        }
    }
    facts.oddities.extend(oddities);
}

/// What made a dissection: recomputed conclusions can be told from older ones.
pub const ENGINE: &str = concat!("noroshi ", env!("CARGO_PKG_VERSION"));
