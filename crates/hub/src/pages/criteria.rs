//! The evidence for a verdict, laid out as J-CSIP judges: the kind of malware, the relation to past attacks, how
//! sophisticated the approach is; and the sender beside them. Nothing here adds weights up: people judge.

use lexicon::Text;

/// What a tell speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Criterion {
    /// マルウェアの種別.
    Malware,
    /// 過去の攻撃との関連.
    Relation,
    /// 手口の巧妙さ.
    Sophistication,
    /// The sender and its authenticity.
    Sender,
}

impl Criterion {
    /// In the order in which they are shown.
    pub(crate) const ALL: [Self; 4] = [Self::Malware, Self::Relation, Self::Sophistication, Self::Sender];

    /// A stable word, for ids in markup.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Malware => "malware",
            Self::Relation => "relation",
            Self::Sophistication => "approach",
            Self::Sender => "sender",
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> Text {
        match self {
            Self::Malware => Text::new("マルウェアの種別", "Kind of malware"),
            Self::Relation => Text::new("過去の攻撃との関連", "Relation to past attacks"),
            Self::Sophistication => Text::new("手口の巧妙さ", "Sophistication of the approach"),
            Self::Sender => Text::new("送信者と認証", "Sender and authentication"),
        }
    }

    /// What is said where no tell speaks to it.
    pub(crate) fn nothing(self) -> Text {
        match self {
            Self::Malware => Text::new(
                "添付ファイルに目立った特徴はありません。",
                "Nothing stands out in the attachments.",
            ),
            Self::Relation => {
                Text::new("このメールだけからは分かりません。", "This mail alone does not tell.")
            }
            Self::Sophistication => Text::new(
                "文面やリンクに目立った特徴はありません。",
                "Nothing stands out in wording or links.",
            ),
            Self::Sender => {
                Text::new("送信者に目立った特徴はありません。", "Nothing stands out about the sender.")
            }
        }
    }
}

/// What a tell speaks to. The one place that decides it.
pub(crate) fn criterion_of(tell: &str) -> Criterion {
    listed(tell)
}

/// By the table; ids that are not in it by their family, and else by what most tells are about.
fn listed(tell: &str) -> Criterion {
    if let Some((_, criterion)) = TABLE.iter().find(|(id, _)| *id == tell) {
        return *criterion;
    }
    let family = tell.split('-').next().unwrap_or("");
    FAMILIES
        .iter()
        .find(|(families, _)| families.contains(&family))
        .map_or(Criterion::Sophistication, |(_, criterion)| *criterion)
}

const TABLE: [(&str, Criterion); 14] = [
    ("attachment-runs-code", Criterion::Malware),
    ("disk-image", Criterion::Malware),
    ("encrypted-archive", Criterion::Malware),
    ("encrypted-document", Criterion::Malware),
    ("html-attachment", Criterion::Malware),
    ("archive-unusual", Criterion::Malware),
    ("auth-failed", Criterion::Sender),
    ("display-name-holds-other-address", Criterion::Sender),
    ("freemail-claims-organisation", Criterion::Sender),
    ("reply-to-differs", Criterion::Sender),
    ("return-path-differs", Criterion::Sender),
    ("double-extension", Criterion::Sophistication),
    ("macro-document", Criterion::Malware),
    ("extension-contradicts-content", Criterion::Sophistication),
];

/// First words of ids.
const FAMILIES: [(&[&str], Criterion); 3] = [
    (
        &[
            "archive", "chm", "dde", "document", "dotnet", "elf", "equation", "hta", "iqy", "jar", "lnk",
            "macho", "macro", "msi", "office", "ole", "onenote", "pdf", "pe", "program", "rtf", "script",
            "slk", "svg", "template", "url-file", "vba", "xlm", "yara",
        ],
        Criterion::Malware,
    ),
    (&["campaign", "known", "related"], Criterion::Relation),
    (
        &[
            "arc",
            "auth",
            "authentication",
            "clock",
            "dkim",
            "display",
            "dmarc",
            "freemail",
            "from",
            "helo",
            "lookalike",
            "mailer",
            "message",
            "received",
            "reply",
            "return",
            "route",
            "sender",
            "spf",
        ],
        Criterion::Sender,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tell_that_the_program_knows_speaks_to_what_a_reader_expects() {
        assert_eq!(criterion_of("lnk-hidden-arguments"), Criterion::Malware);
        assert_eq!(criterion_of("auth-failed"), Criterion::Sender);
        assert_eq!(criterion_of("asks-about-archiver"), Criterion::Sophistication);
        assert_eq!(criterion_of("link-text-differs"), Criterion::Sophistication);
        assert_eq!(criterion_of("url-punycode"), Criterion::Sophistication);
        assert_eq!(criterion_of("campaign-same-file"), Criterion::Relation);
        // A table entry that no tell has is a typing error.
        for (id, _) in TABLE {
            assert!(anatomy::tells::text(id).is_some(), "{id}");
        }
    }
}
