//! The oddities of files, beside those of mails in `forensics::oddities`: each analyser brings its own.

pub use forensics::oddities::Entry;

use lexicon::Text;

use crate::registry;

/// An oddity for an analyser's list: id and both texts.
pub(crate) const fn entry(id: &'static str, ja: &'static str, en: &'static str) -> Entry {
    Entry { id, text: Text::new(ja, en) }
}

/// The oddities that any analyser may tell.
static SHARED: &[Entry] = &[
    entry(
        "files-limit",
        "中のファイルが多すぎるため一部だけを読みました",
        "There are too many files inside; only the first are told",
    ),
    entry(
        "nesting-limit",
        "入れ子が深すぎるため、ここから先は開いていません",
        "It is nested too deeply; nothing below was opened",
    ),
    entry(
        "relation-limit",
        "参照先が多すぎるため一部だけを示しています",
        "There are too many references; only the first are told",
    ),
    entry(
        "script-limit",
        "スクリプトが多すぎるため一部だけを示しています",
        "There are too many scripts; only the first are told",
    ),
    entry(
        "unpacked-size-limit",
        "展開すると大きすぎるため、途中までしか開いていません",
        "It unpacks to more than is allowed; only its beginning was read",
    ),
    entry(
        "worker-crashed",
        "隔離した解析処理が異常終了したため、このファイルの中は調べていません",
        "The confined worker ended abnormally on this file; nothing inside was looked at",
    ),
    entry(
        "worker-memory-limit",
        "解析に使えるメモリの上限に達したため、このファイルの中は調べていません",
        "Opening this file took more memory than is allowed; nothing inside was looked at",
    ),
    entry(
        "worker-not-started",
        "隔離した解析処理を起動できなかったため、このファイルの中は調べていません",
        "The confined worker could not be started; nothing inside this file was looked at",
    ),
    entry(
        "worker-time-limit",
        "解析に使える時間の上限に達したため、このファイルの中は調べていません",
        "Opening this file took more time than is allowed; nothing inside was looked at",
    ),
];

/// Every oddity there is, of mails and of files.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    forensics::oddities::CATALOGUE
        .iter()
        .chain(SHARED)
        .chain(registry::ALL.iter().flat_map(|analyser| analyser.oddities))
}

/// The text of an oddity; `None` for an id that nobody tells.
///
/// ```
/// assert!(anatomy::oddities::text("nesting-limit").is_some());
/// ```
pub fn text(id: &str) -> Option<Text> {
    all().find(|entry| entry.id == id).map(|entry| entry.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_oddity_has_one_id_and_both_texts() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in all() {
            assert!(seen.insert(entry.id), "{} twice", entry.id);
            assert!(!entry.text.ja.is_empty() && !entry.text.en.is_empty());
        }
    }
}
