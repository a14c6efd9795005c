//! The evidence for a verdict, laid out as J-CSIP judges (S52): the kind of malware, the relation to past attacks, how
//! skilfully the mail is made; the sender and the signs of mass mail beside them. Nothing here adds weights up: people
//! judge.

use lexicon::Text;

pub(crate) use forensics::tells::{Criterion, criterion_of};

/// What is said where no tell speaks to a criterion.
pub(crate) fn nothing(criterion: Criterion) -> Text {
    match criterion {
        Criterion::Kind => {
            Text::new("添付ファイルに目立った特徴はありません。", "Nothing stands out in the attachments.")
        }
        Criterion::Past => Text::new("このメールだけからは分かりません。", "This mail alone does not tell."),
        Criterion::Craft => {
            Text::new("文面やリンクに目立った特徴はありません。", "Nothing stands out in wording or links.")
        }
        Criterion::Sender => {
            Text::new("送信者に目立った特徴はありません。", "Nothing stands out about the sender.")
        }
        Criterion::Mass => Text::new("ばらまき型の特徴は見つかりません。", "No sign of mass mail was found."),
    }
}
