//! What properties and relations are called for people, in both languages.

use lexicon::Text;
use lexicon::facts::Attachment;

pub use crate::archive::Saying;

use crate::archive::says;

/// A property's name for people; `None` for one that has no other name than its own.
///
/// ```
/// assert_eq!(anatomy::words::property("document.author").map(|t| t.ja), Some("作成者"));
/// ```
pub fn property(name: &str) -> Option<Text> {
    PROPERTIES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// How a relation is called for people.
pub fn relation(kind: &str) -> Option<Text> {
    RELATIONS.iter().find(|(known, _)| *known == kind).map(|(_, text)| *text)
}

/// What would and would not open a file, in sentences: for archives.
pub fn openers(file: &Attachment) -> Vec<Saying> {
    says(file)
}

static PROPERTIES: &[(&str, Text)] = &[("document.author", Text::new("作成者", "Author"))];

static RELATIONS: &[(&str, Text)] = &[
    ("action", Text::new("動作", "Action")),
    ("dde", Text::new("DDE", "DDE")),
    ("external", Text::new("外部参照", "External reference")),
    ("form", Text::new("送信先", "Form target")),
    ("icon", Text::new("アイコン", "Icon")),
    ("link", Text::new("リンク", "Link")),
    ("qr", Text::new("QR コード", "QR code")),
    ("query", Text::new("照会先", "Query")),
    ("target", Text::new("実行・参照先", "Target")),
    ("template", Text::new("テンプレート", "Template")),
];
