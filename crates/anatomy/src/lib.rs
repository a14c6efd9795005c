//! Anatomy: what is inside a file. Archives are opened, documents, programs, shortcuts and images taken apart, and
//! everything that may become an indicator is handed on with the place where it stands.
//!
//! [`open`] never fails: what is wrong with a file becomes an oddity of that file. It is meant to run in a confined
//! process (`confine`), because it decompresses and decrypts what an attacker made; it works the same without one.
//!
//! To teach it a kind: a module with a `registry::Analyser`, and a line in `registry::ALL`.

pub mod archive;
mod bench;
mod binary;
mod chm;
mod der;
mod disk;
mod driver;
mod fuzzy;
mod ichitaro;
mod icon;
mod image;
mod limits;
mod lnk;
mod macros;
mod mail;
mod markup;
mod msi;
pub mod oddities;
mod office;
mod onenote;
mod opener;
pub mod passwords;
mod pdf;
mod pe;
mod pgp;
mod pkcs7;
mod plain;
mod program;
mod registry;
mod rtf;
mod script;
mod smime;
mod specimen;
pub mod tells;
#[cfg(test)]
mod testing;
mod time;
mod tnef;
pub mod words;
pub mod yara;

pub use driver::{extract, open, open_as, open_known, open_with_rules};
pub use limits::Limits;
pub use opener::{HERE, InProcess, Opener, RAW, Remembering, Ruled};

use lexicon::facts::{Attachment, Oddity, Source, Tell};
use serde::{Deserialize, Serialize};

/// A file to be opened.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Its decoded name, where it has one.
    pub name: Option<&'a str>,
    /// Where it stands, e.g. `attachment[0]`: the start of every place that is told.
    pub place: &'a str,
    /// True if the mail shows it in its body.
    pub inline: bool,
    /// Its bytes, decoded.
    pub bytes: &'a [u8],
}

/// A password that may open something, and where it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password {
    /// The password.
    pub value: String,
    /// Where it was told: `body`, `header:subject`, `mail:SHA-256`, `campaign`, `common`.
    pub from: String,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Opened {
    /// The file, with what is inside of it. Name, size and hashes are filled in here too.
    pub attachment: Attachment,
    /// The texts in which indicators are to be looked for, with their places.
    pub sources: Vec<Source>,
    /// What gives it away.
    pub tells: Vec<Tell>,
    /// What was wrong with it as data.
    pub oddities: Vec<Oddity>,
}
