//! Tells (見分け方): what gives an attack mail away, with its evidence. Few and precise: a tell that every second
//! honest mail shows would teach people to overlook all of them.
//!
//! To add a tell: an entry in [`CATALOGUE`], a check in the module of what it looks at (`header`, `page`,
//! `name`, `words`), and a test there.

mod catalogue;
mod clock;
mod header;
mod imitation;
mod name;
mod page;
mod pressure;
mod signature_block;
mod words;

use lexicon::Text;
use lexicon::facts::{Attachment, HtmlFacts, MailFacts, Tell};

pub use catalogue::CATALOGUE;
pub(crate) use header::{organisation, signatures, traits};

use crate::session::Session;

/// One tell of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Stable id.
    pub id: &'static str,
    /// How much it speaks for an attack, 1 (a hint) to 5 (nearly certain).
    pub weight: u8,
    /// What it says, in both languages.
    pub text: Text,
    /// Where the knowledge is from.
    pub source: &'static str,
    /// Under which criterion a verdict lays it out.
    pub criterion: Criterion,
}

impl Entry {
    /// The same entry under another criterion.
    ///
    /// ```
    /// use forensics::tells::{CATALOGUE, Criterion};
    /// assert_eq!(CATALOGUE[0].of(Criterion::Past).criterion, Criterion::Past);
    /// ```
    #[must_use]
    pub const fn of(self, criterion: Criterion) -> Self {
        Self { criterion, ..self }
    }
}

/// By what a verdict lays evidence out: J-CSIP's three criteria for targeted mail (the kind of malware, the
/// relation to past attacks, the sophistication; S52), then what speaks of the sender and of mail sent to masses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criterion {
    /// What kind of file or page it carries.
    Kind,
    /// What it has in common with past attacks.
    Past,
    /// How skilfully it is made up for its reader.
    Craft,
    /// Who sends it, and whether that is true.
    Sender,
    /// That it is one of many alike, against anybody.
    Mass,
}

impl Criterion {
    /// All of them, in the order of a verdict.
    pub const ALL: [Self; 5] = [Self::Kind, Self::Past, Self::Craft, Self::Sender, Self::Mass];

    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Past => "past",
            Self::Craft => "craft",
            Self::Sender => "sender",
            Self::Mass => "mass",
        }
    }

    /// Its heading.
    ///
    /// ```
    /// assert_eq!(forensics::tells::Criterion::Past.text().en, "Relation to past attacks");
    /// ```
    pub fn text(self) -> Text {
        match self {
            Self::Kind => Text::new("マルウェアの種別", "Kind of malware"),
            Self::Past => Text::new("過去の攻撃との関連", "Relation to past attacks"),
            Self::Craft => Text::new("手口の巧妙さ", "Sophistication"),
            Self::Sender => Text::new("差出人の信頼性", "Trust in the sender"),
            Self::Mass => Text::new("ばらまき型の特徴", "Signs of mass mail"),
        }
    }
}

/// The criterion of a tell; the kind for an id that is not in the catalogue.
///
/// ```
/// use forensics::tells::{Criterion, criterion};
/// assert_eq!(criterion("reply-to-differs"), Criterion::Sender);
/// ```
pub fn criterion(id: &str) -> Criterion {
    CATALOGUE.iter().find(|entry| entry.id == id).map_or(Criterion::Kind, |entry| entry.criterion)
}

/// The criterion of a tell that was told: an operator's own tells say theirs themselves.
///
/// ```
/// use forensics::tells::{Criterion, criterion_of};
/// use lexicon::facts::{Tell, TellText};
/// let text = TellText { criterion: "mass".to_owned(), ..TellText::default() };
/// let tell = Tell { id: "own-a".to_owned(), why: String::new(), weight: 1, text: Some(text) };
/// assert_eq!(criterion_of(&tell), Criterion::Mass);
/// ```
pub fn criterion_of(tell: &Tell) -> Criterion {
    let own = tell.text.as_ref().map(|text| text.criterion.as_str());
    let own = own.and_then(|word| Criterion::ALL.into_iter().find(|criterion| criterion.word() == word));
    own.unwrap_or_else(|| criterion(&tell.id))
}

/// Puts tells into their order: the heaviest first, those of one id together.
pub fn sort(tells: &mut [Tell]) {
    tells.sort_by(|a, b| {
        b.weight.cmp(&a.weight).then_with(|| a.id.cmp(&b.id)).then_with(|| a.why.cmp(&b.why))
    });
}

/// The text of a tell; `None` for an id that is not in the catalogue.
///
/// ```
/// assert!(forensics::tells::text("link-text-differs").is_some());
/// ```
pub fn text(id: &str) -> Option<Text> {
    CATALOGUE.iter().find(|entry| entry.id == id).map(|entry| entry.text)
}

/// The weight of a tell; 1 for an id that is not in the catalogue.
pub fn weight(id: &str) -> u8 {
    CATALOGUE.iter().find(|entry| entry.id == id).map_or(1, |entry| entry.weight)
}

/// Looks at an attachment; `place` is where it stands.
pub(crate) fn file(session: &mut Session<'_>, file: &Attachment, macros: bool, place: &str) {
    if session.limits.judge {
        name::file(session, file, macros, place);
    }
}

/// What a file gives away by its name and kind; `place` is where it stands.
pub fn of_file(file: &Attachment, macros: bool, place: &str) -> Vec<Tell> {
    let limits = crate::Limits::default();
    let mut session = Session::new(&limits);
    name::file(&mut session, file, macros, place);
    session.tells
}

/// What an HTML page gives away by what it does; `place` is where it stands.
pub fn of_page(facts: &HtmlFacts, place: &str) -> Vec<Tell> {
    let limits = crate::Limits::default();
    let mut session = Session::new(&limits);
    page::page(&mut session, facts, place);
    session.tells
}

/// Looks at what an HTML text does; `place` is empty for the mail's own.
pub(crate) fn page(session: &mut Session<'_>, facts: &HtmlFacts, place: &str) {
    if session.limits.judge {
        page::page(session, facts, place);
    }
}

/// Looks at the mail as a whole.
pub(crate) fn mail(session: &mut Session<'_>, facts: &MailFacts) {
    if !session.limits.judge {
        return;
    }
    header::senders(session, facts);
    header::authentication(session, facts);
    clock::route(session, facts);
    imitation::of_known(session, facts);
    imitation::of_each_other(session, facts);
    words::subject(session, facts);
    words::body(session, facts);
    pressure::patterns(session, facts);
    signature_block::differs(session, facts);
    page::text_urls(session, &facts.body.text);
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::{Limits, read};

    /// The ids of the tells of a mail.
    pub(crate) fn ids(raw: &[u8]) -> Vec<String> {
        read(raw, &Limits::default()).facts.tells.into_iter().map(|t| t.id).collect()
    }

    /// Whether a mail shows a tell.
    pub(crate) fn check(raw: &str, id: &str, expect: bool) {
        let got = ids(raw.as_bytes());
        assert_eq!(got.iter().any(|g| g == id), expect, "{id} in {raw}: {got:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_every_id_once_with_a_weight_of_one_to_five() {
        for (index, entry) in CATALOGUE.iter().enumerate() {
            assert!((1..=5).contains(&entry.weight), "{}", entry.id);
            assert!(!CATALOGUE.iter().skip(index + 1).any(|other| other.id == entry.id), "{}", entry.id);
            assert!(!entry.text.ja.is_empty() && !entry.text.en.is_empty() && !entry.source.is_empty());
        }
    }
}
