//! The index.
use lexicon::Lang;
/// Placeholder.
pub struct Index;
/// A part of an index that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: String,
}
impl Damage {
    /// In the words of `lang`.
    pub fn of(&self, lang: Lang) -> String {
        match lang {
            Lang::Ja => format!("{}: 壊れています", self.file),
            Lang::En => format!("{}: damaged", self.file),
        }
    }
}
