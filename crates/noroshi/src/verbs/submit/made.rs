//! A mail as it would leave.

use std::collections::BTreeMap;

use courier::redact::{Terms, redact};
use desk::dissect::Settings;
use forensics::Limits;
use hub::standalone::{Shown, WHOLE, page as shown_page};
use indicators::guard::Guards;
use lexicon::Lang;
use sha2::{Digest, Sha256};

use crate::intake::{Dissect, Input};

/// A compound file: Outlook's .msg.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What would leave.
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    /// Of these bytes, lower-case hexadecimal.
    pub(super) sha256: String,
    pub(super) replaced: BTreeMap<(usize, String), u64>,
    pub(super) untouched: Vec<String>,
}

impl Made {
    pub(super) fn changed(&self) -> bool {
        !self.replaced.is_empty()
    }
}

/// Why a mail cannot be given as it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// A message of an Outlook data file has no bytes of its own.
    NoOriginal,
    /// Names cannot be taken out of a compound file.
    Compound,
    /// A name is still there.
    Left,
}

impl Unfit {
    pub(super) fn of(self, lang: Lang) -> &'static str {
        match self {
            Self::NoOriginal => lang.pick(
                "Outlook データファイルの中のメールには原本がありません。Outlook から .msg か .eml で保存して指定してください",
                "a mail inside an Outlook data file has no original; save it from Outlook as .msg or .eml",
            ),
            Self::Compound => lang.pick(
                "Outlook の .msg からは語を置き換えられません。送っていません。.eml で保存して指定してください",
                "names cannot be taken out of Outlook's .msg; it was not sent; save it as .eml",
            ),
            Self::Left => lang.pick(
                "置き換えられない場所に語が残っています（HTML の文字参照や、読めない文字コードなど）。送っていません。--dry-run --text で確かめてください",
                "a name stands where it cannot be replaced (HTML character references, an unreadable charset …); it was not sent; look at it with --dry-run --text",
            ),
        }
    }
}

/// Makes what would leave of a mail.
pub(super) fn make(mail: Input<'_>, terms: &Terms) -> Result<Made, Unfit> {
    let raw = super::bytes_of(mail)?;
    if terms.is_empty() {
        return Ok(of(raw.to_vec(), BTreeMap::new(), Vec::new()));
    }
    if raw.starts_with(COMPOUND) {
        return Err(Unfit::Compound);
    }
    let redaction = redact(raw, terms);
    if !redaction.left.is_empty() || is_left(&redaction.bytes, terms) {
        return Err(Unfit::Left);
    }
    Ok(of(redaction.bytes, redaction.replaced, redaction.untouched))
}

fn of(bytes: Vec<u8>, replaced: BTreeMap<(usize, String), u64>, untouched: Vec<String>) -> Made {
    let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
    Made { bytes, sha256, replaced, untouched }
}

/// True if a second reader of mails, which knows nothing of the first, still finds a name: the copy is read as the hub
/// will read it, and everything that it shows outside of attachments is looked through.
fn is_left(copy: &[u8], terms: &Terms) -> bool {
    let mut facts = forensics::read(copy, &Limits::default()).facts;
    facts.attachments.clear();
    let Ok(value) = serde_json::to_value(&facts) else { return true };
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            serde_json::Value::String(text) if !terms.in_text(&text).is_empty() => return true,
            serde_json::Value::Array(list) => waiting.extend(list),
            serde_json::Value::Object(map) => waiting.extend(map.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    false
}

/// Bytes as text: each line as it is, control characters made visible.
pub(super) fn as_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        for (at, part) in line.split('\t').enumerate() {
            if at > 0 {
                out.push('\t');
            }
            out.push_str(&lexicon::text::visible(part));
        }
        out.push('\n');
    }
    out
}

/// A page with each mail as it would leave.
pub(super) fn page(mails: &[(String, Vec<u8>)], lang: Lang) -> String {
    let settings = Settings {
        guards: Guards::builtin_for_examples(),
        opener: crate::verbs::worker::opener(&[]),
        ..Settings::default()
    };
    let mut shown: Vec<Shown> = Vec::new();
    for (at, (path, bytes)) in mails.iter().enumerate() {
        let facts = Input::Raw(bytes).dissect(path, &settings, &[]);
        let mut one = Shown::of(bytes, facts, lang, mails.len() == 1);
        if at >= WHOLE {
            one.shorten();
        }
        shown.push(one);
    }
    shown_page(&shown, lang)
}
