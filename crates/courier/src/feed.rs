//! What a hub answers to `GET /api/v1/indicators`, and whether it is the hub's own answer.

use data_encoding::{BASE64, HEXLOWER};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::limits::{MAX_ADVISORIES, MAX_TEXT, MAX_WORD};

/// What a hub signs begins with this.
const CONTEXT: &[u8] = b"noroshi-indicators-v1\0";

/// The public key of a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HubKey([u8; 32]);

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hub's key is the base64 of 32 bytes, 44 characters long")]
pub struct KeyError;

impl std::str::FromStr for HubKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = BASE64.decode(text.trim().as_bytes()).map_err(|_| KeyError)?;
        bytes.try_into().map(Self).map_err(|_| KeyError)
    }
}

impl std::fmt::Display for HubKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&BASE64.encode(&self.0))
    }
}

impl HubKey {
    /// The name under which the hub mentions this key: the first half of its SHA-256.
    pub fn name(&self) -> String {
        let digest = Sha256::digest(self.0);
        HEXLOWER.encode(digest.get(..16).unwrap_or_default())
    }
}

/// What comes with an answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal<'a> {
    /// The header `ETag`.
    pub etag: &'a str,
    /// The header `Noroshi-Signature`.
    pub signature: &'a str,
    /// The header `Noroshi-Key`.
    pub key: &'a str,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrue {
    /// The hub names another key than the one that is known.
    #[error("it is signed with another key")]
    OtherKey,
    /// The signature does not fit.
    #[error("its signature does not fit")]
    Signature,
    /// It is no answer to what was asked.
    #[error("it answers another question")]
    OtherQuestion,
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// Checks that a body is the hub's own; `None` for an answer "nothing has changed", which has none.
///
/// # Errors
/// Another key, or a signature or digest that does not fit.
pub fn verify(body: Option<&[u8]>, seal: Seal<'_>, key: &HubKey) -> Result<(), Untrue> {
    if seal.key != key.name() {
        return Err(Untrue::OtherKey);
    }
    let told = seal.etag.trim().trim_start_matches("W/").trim_matches('"');
    let told = HEXLOWER.decode(told.as_bytes()).map_err(|_| Untrue::Signature)?;
    if body.is_some_and(|body| Sha256::digest(body).as_slice() != told.as_slice()) || told.len() != 32 {
        return Err(Untrue::Signature);
    }
    let mut message = CONTEXT.to_vec();
    message.extend_from_slice(&told);
    let signature = BASE64.decode(seal.signature.trim().as_bytes()).map_err(|_| Untrue::Signature)?;
    UnparsedPublicKey::new(&ED25519, key.0).verify(&message, &signature).map_err(|_| Untrue::Signature)
}

/// One answer: a page of changes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The place that was asked from.
    pub after: Option<String>,
    /// What is known so far is to be dropped.
    pub restart: bool,
    /// The place to ask from next.
    pub next: Option<String>,
    /// There is more.
    pub more: bool,
    /// Advisories with their latest change.
    pub advisories: Vec<Advisory>,
}

/// An advisory, as the hub gives it and as the set keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// Its id, which answers to it name.
    pub id: String,
    /// The number that people cite.
    pub number: String,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// How far it may be passed on, a TLP 2.0 label.
    pub tlp: String,
    /// Whether it holds.
    pub state: State,
    /// When this version was released.
    pub released: String,
    /// When it was taken back.
    #[serde(default)]
    pub withdrawn: Option<String>,
    /// What to look for.
    #[serde(default, skip_serializing)]
    pub indicators: Vec<Indicator>,
}

/// Whether an advisory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It holds.
    Released,
    /// It was taken back.
    Withdrawn,
}

/// One value to look for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Indicator {
    /// Its kind, by its STIX name.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value.
    pub value: String,
    /// A file's MD5.
    #[serde(default)]
    pub md5: Option<String>,
    /// A file's SHA-1.
    #[serde(default)]
    pub sha1: Option<String>,
    /// A file's SHA-256.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Its part in the attack.
    #[serde(default)]
    pub note: String,
}

impl Answer {
    /// Reads a body that is the answer to a question from `asked`.
    ///
    /// # Errors
    /// It is none, or it is beyond a limit.
    pub fn read(body: &[u8], asked: Option<&str>) -> Result<Self, Untrue> {
        // The parser's own words would quote what a stranger wrote.
        let answer: Self = serde_json::from_slice(body).map_err(|error| {
            Untrue::Unreadable(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if answer.after.as_deref() != asked {
            return Err(Untrue::OtherQuestion);
        }
        if answer.more && (answer.next.is_none() || answer.next == answer.after) {
            return Err(Untrue::Unreadable("it promises more and does not say where".to_owned()));
        }
        if answer.next.as_deref().is_some_and(|next| !is_word(next)) {
            return Err(Untrue::Unreadable("a place that is none".to_owned()));
        }
        if answer.advisories.len() > MAX_ADVISORIES {
            return Err(Untrue::Unreadable("too many advisories".to_owned()));
        }
        answer.advisories.iter().try_for_each(check).map_err(Untrue::Unreadable)?;
        Ok(answer)
    }
}

/// A short text of visible ASCII characters without anything that means something in an address.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_WORD
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Says what is beyond a limit in an advisory.
pub(crate) fn check(advisory: &Advisory) -> Result<(), String> {
    if !is_word(&advisory.id) || !is_word(&advisory.number) {
        return Err("an advisory without an id or a number".to_owned());
    }
    if advisory.tlp.parse::<lexicon::Tlp>().is_err() {
        return Err(format!("{}: no TLP label", advisory.number));
    }
    let moment = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
    if !moment(&advisory.released) || advisory.withdrawn.as_deref().is_some_and(|at| !moment(at)) {
        return Err(format!("{}: no time of release", advisory.number));
    }
    let long = |text: &String| text.len() > MAX_TEXT;
    let hash = |text: &Option<String>, length: usize| {
        text.as_ref().is_none_or(|hash| hash.len() == length && hash.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let good = |indicator: &Indicator| {
        is_word(&indicator.kind)
            && !indicator.value.is_empty()
            && !indicator.value.contains(char::is_control)
            && !long(&indicator.value)
            && !long(&indicator.note)
            && hash(&indicator.md5, 32)
            && hash(&indicator.sha1, 40)
            && hash(&indicator.sha256, 64)
    };
    if long(&advisory.title) || !advisory.indicators.iter().all(good) {
        return Err(format!("{}: an indicator that is none", advisory.number));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{Ed25519KeyPair, KeyPair};

    fn signed(body: &[u8]) -> (HubKey, String, String) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let digest = Sha256::digest(body);
        let mut message = CONTEXT.to_vec();
        message.extend_from_slice(&digest);
        let key = HubKey(pair.public_key().as_ref().try_into().unwrap());
        (key, format!("\"{}\"", HEXLOWER.encode(&digest)), BASE64.encode(pair.sign(&message).as_ref()))
    }

    #[test]
    fn only_the_hubs_own_bytes_are_taken() {
        let (key, etag, signature) = signed(b"answer");
        let name = key.name();
        let seal = Seal { etag: &etag, signature: &signature, key: &name };
        assert_eq!(verify(Some(b"answer"), seal, &key), Ok(()));
        assert_eq!(verify(None, seal, &key), Ok(()));
        assert_eq!(verify(Some(b"answes"), seal, &key), Err(Untrue::Signature));
        let (_, other, _) = signed(b"other");
        assert_eq!(verify(Some(b"other"), Seal { etag: &other, ..seal }, &key), Err(Untrue::Signature));
        assert_eq!(verify(None, Seal { etag: "\"\"", ..seal }, &key), Err(Untrue::Signature));
        let stranger: HubKey = BASE64.encode(&[9; 32]).parse().unwrap();
        assert_eq!(verify(Some(b"answer"), seal, &stranger), Err(Untrue::OtherKey));
        let claimed = stranger.name();
        assert_eq!(
            verify(Some(b"answer"), Seal { key: &claimed, ..seal }, &stranger),
            Err(Untrue::Signature)
        );
    }

    #[test]
    fn a_key_comes_back_from_its_text() {
        let (key, ..) = signed(b"");
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["", "AAAA", "not base64 at all"] {
            assert_eq!(wrong.parse::<HubKey>(), Err(KeyError));
        }
    }

    #[test]
    fn an_answer_to_another_question_is_none() {
        let page = |after: &str, next: &str, more: bool| {
            format!(
                "{{\"after\":{after},\"restart\":false,\"next\":{next},\"more\":{more},\"advisories\":[]}}"
            )
        };
        assert!(Answer::read(page("\"a\"", "\"b\"", true).as_bytes(), Some("a")).is_ok());
        let read = |body: String, asked| Answer::read(body.as_bytes(), asked);
        assert_eq!(read(page("\"a\"", "\"b\"", true), None), Err(Untrue::OtherQuestion));
        assert_eq!(read(page("null", "\"b\"", true), Some("a")), Err(Untrue::OtherQuestion));
        // A hub that leads in a circle does not keep its reader busy for ever.
        assert!(read(page("\"a\"", "\"a\"", true), Some("a")).is_err());
        assert!(read(page("null", "\"?x=&y\"", false), None).is_err());
        assert!(read("[]".to_owned(), None).is_err());
    }
}
