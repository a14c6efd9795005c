//! One raw mail → mail facts: `forensics` reads it, `indicators` extracts and guards.

use forensics::Limits;
use indicators::guard::Guards;
use lexicon::MailFacts;

/// How mails are dissected.
#[derive(Default)]
pub struct Settings {
    /// Limits on hostile input.
    pub limits: Limits,
    /// Guard lists; see [`indicators::guard`].
    pub guards: Guards,
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
    let reading = forensics::read(raw, &settings.limits);
    let mut facts = reading.facts;
    facts.path = path.to_owned();
    let mut extraction = indicators::extract(&reading.sources, &facts.attachments);
    settings.guards.mark(&mut extraction.observables);
    facts.observables = extraction.observables;
    facts.urls = extraction.urls;
    Dissection { facts, html: reading.html }
}

/// What made a dissection: recomputed conclusions can be told from older ones.
pub const ENGINE: &str = concat!("noroshi ", env!("CARGO_PKG_VERSION"));
