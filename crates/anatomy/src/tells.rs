//! The tells of files, beside those of mails in `forensics::tells`: each analyser brings its own.

pub use forensics::tells::{Criterion, Entry};

use lexicon::Text;

use crate::registry;

/// A tell for an analyser's list: id, weight from 1 to 5, both texts, and where the knowledge is from. What a
/// file gives away belongs to the first criterion, its kind; [`Entry::of`] says otherwise.
pub(crate) const fn entry(
    id: &'static str,
    weight: u8,
    ja: &'static str,
    en: &'static str,
    source: &'static str,
) -> Entry {
    Entry { id, weight, text: Text::new(ja, en), source, criterion: Criterion::Kind }
}

/// Every tell there is, of mails and of files.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    forensics::tells::CATALOGUE.iter().chain(registry::ALL.iter().flat_map(|analyser| analyser.tells))
}

/// The text of a tell; `None` for an id that nobody tells.
///
/// ```
/// assert!(anatomy::tells::text("link-text-differs").is_some());
/// ```
pub fn text(id: &str) -> Option<Text> {
    all().find(|entry| entry.id == id).map(|entry| entry.text)
}

/// The weight of a tell; 1 for an id that nobody tells.
pub fn weight(id: &str) -> u8 {
    all().find(|entry| entry.id == id).map_or(1, |entry| entry.weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tell_has_one_id_a_weight_of_one_to_five_and_both_texts() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in all() {
            assert!((1..=5).contains(&entry.weight), "{}", entry.id);
            assert!(seen.insert(entry.id), "{} twice", entry.id);
            assert!(!entry.text.ja.is_empty() && !entry.text.en.is_empty() && !entry.source.is_empty());
        }
    }
}
