//! The pulled set: a file that holds what a hub has released to this organisation, and how far it was read.
//!
//! It is one JSON object. Field names are stable: more may come, none changes its meaning.
//!
//! | field | |
//! |---|---|
//! | `noroshi_set` | 1, the version of this form |
//! | `hub` | the hub's address |
//! | `key` | the hub's public key, base64 |
//! | `next` | the place to ask from next; null before the first |
//! | `etag` | the mark of the last answer from there |
//! | `pulled` | when it was last pulled |
//! | `advisories[]` | `id, number, version, title, tlp, state` (`released`, `withdrawn`)`, released, withdrawn` |
//! | `objects[]` | one indicator each: `type, value, hashes, advisory` (its number)`, tlp, valid_from, note`, and as STIX tools expect them `external_references` and `object_marking_refs` |
//!
//! An indicator is also an observable of STIX 2.1, so that `noroshi hunt --indicators` and other readers of STIX take
//! the file as it is. Advisories and indicators stand one a line, sorted: `grep` and `diff` work on it. A withdrawn
//! advisory stays in `advisories` and loses its indicators.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lexicon::indicator::FileHashes;
use lexicon::{IndicatorSet, Tlp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::feed::{Advisory, Answer, HubKey, Indicator, State, check};
use crate::limits::{MAX_ADVISORIES, MAX_WORD};

/// A pulled set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// The hub's address.
    pub hub: String,
    /// The key that its answers are signed with.
    pub key: HubKey,
    /// The place to ask from next.
    pub next: Option<String>,
    /// The mark of the last answer from that place.
    pub etag: Option<String>,
    /// When it was last pulled.
    pub pulled: Option<Timestamp>,
    advisories: BTreeMap<String, Advisory>,
}

/// Why a file is no set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// It is something else.
    #[error("it is no set that noroshi pull has written")]
    NoSet,
    /// A newer program wrote it.
    #[error("it was written by a newer noroshi (form {0}); use that one")]
    Newer(u64),
    /// It is damaged.
    #[error("it is damaged: {0}; delete it and pull again")]
    Damaged(String),
}

/// What is different between two states of a set, by the ids of advisories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Advisories that were not there before.
    pub new: BTreeSet<String>,
    /// Advisories that came in another version or with other indicators.
    pub updated: BTreeSet<String>,
    /// Advisories that were there and do not hold any longer.
    pub withdrawn: BTreeSet<String>,
}

impl Changes {
    /// True where nothing changed.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.updated.is_empty() && self.withdrawn.is_empty()
    }
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    noroshi_set: u64,
    #[serde(default)]
    hub: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    pulled: Option<Timestamp>,
    #[serde(default)]
    advisories: Vec<Advisory>,
    #[serde(default)]
    objects: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    value: String,
    #[serde(default)]
    hashes: Hashes,
    advisory: String,
    #[serde(default)]
    note: String,
}

#[derive(Serialize, Deserialize, Default)]
struct Hashes {
    #[serde(rename = "MD5", skip_serializing_if = "Option::is_none", default)]
    md5: Option<String>,
    #[serde(rename = "SHA-1", skip_serializing_if = "Option::is_none", default)]
    sha1: Option<String>,
    #[serde(rename = "SHA-256", skip_serializing_if = "Option::is_none", default)]
    sha256: Option<String>,
}

/// True if a file begins like a set; used before it is read whole.
pub fn is_set(text: &str) -> bool {
    text.trim_start_matches('\u{feff}')
        .trim_start()
        .strip_prefix('{')
        .is_some_and(|rest| rest.trim_start().starts_with("\"noroshi_set\""))
}

impl Set {
    /// An empty set of a hub.
    pub fn new(hub: &str, key: HubKey) -> Self {
        Self { hub: hub.to_owned(), key, next: None, etag: None, pulled: None, advisories: BTreeMap::new() }
    }

    /// Reads a set.
    ///
    /// # Errors
    /// It is none, of a newer form, or damaged.
    pub fn parse(text: &str) -> Result<Self, SetError> {
        let text = text.trim_start_matches('\u{feff}');
        let damaged = |what: &str| SetError::Damaged(what.to_owned());
        let file: File = serde_json::from_str(text).map_err(|error| match is_set(text) {
            true => SetError::Damaged(format!("line {}, column {}", error.line(), error.column())),
            false => SetError::NoSet,
        })?;
        match file.noroshi_set {
            0 => return Err(SetError::NoSet),
            1 => {}
            newer => return Err(SetError::Newer(newer)),
        }
        if file.advisories.len() > MAX_ADVISORIES {
            return Err(damaged("too many advisories"));
        }
        let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > MAX_WORD);
        if long(&file.next) || long(&file.etag) || file.hub.contains(char::is_control) {
            return Err(damaged("its head"));
        }
        let mut set = Self {
            hub: file.hub,
            key: file.key.parse().map_err(|_| damaged("its key"))?,
            next: file.next,
            etag: file.etag,
            pulled: file.pulled,
            advisories: BTreeMap::new(),
        };
        let mut numbers = BTreeMap::new();
        for advisory in file.advisories {
            if numbers.insert(advisory.number.clone(), advisory.id.clone()).is_some() {
                return Err(damaged("a number that is there twice"));
            }
            if set
                .advisories
                .insert(advisory.id.clone(), Advisory { indicators: Vec::new(), ..advisory })
                .is_some()
            {
                return Err(damaged("an advisory that is there twice"));
            }
        }
        for object in file.objects {
            let of = numbers.get(&object.advisory).and_then(|id| set.advisories.get_mut(id));
            let Some(advisory) = of.filter(|advisory| advisory.state == State::Released) else {
                return Err(damaged("an indicator without its advisory"));
            };
            advisory.indicators.push(Indicator {
                kind: object.kind,
                value: object.value,
                md5: object.hashes.md5,
                sha1: object.hashes.sha1,
                sha256: object.hashes.sha256,
                note: object.note,
            });
        }
        set.advisories.values().try_for_each(check).map_err(SetError::Damaged)?;
        Ok(set)
    }

    /// Takes a page of changes in.
    ///
    /// # Errors
    /// Two advisories with one number, or more than a set holds. Then the set is as it was.
    pub fn apply(&mut self, answer: Answer) -> Result<(), SetError> {
        let mut advisories = if answer.restart { BTreeMap::new() } else { self.advisories.clone() };
        for mut advisory in answer.advisories {
            if advisory.state == State::Withdrawn {
                advisory.indicators.clear();
            }
            advisory.indicators.sort();
            advisory.indicators.dedup();
            advisories.insert(advisory.id.clone(), advisory);
        }
        let numbers: BTreeSet<&str> = advisories.values().map(|a| a.number.as_str()).collect();
        if numbers.len() != advisories.len() || advisories.len() > MAX_ADVISORIES {
            return Err(SetError::Damaged("two advisories of one number".to_owned()));
        }
        self.advisories = advisories;
        self.next = answer.next;
        Ok(())
    }

    /// What is different from an earlier state of the set.
    pub fn changes_since(&self, before: &Self) -> Changes {
        let mut changes = Changes::default();
        let holds = |set: &Self, id: &str| set.advisories.get(id).is_some_and(|a| a.state == State::Released);
        for advisory in self.advisories.values().filter(|a| a.state == State::Released) {
            if !holds(before, &advisory.id) {
                changes.new.insert(advisory.id.clone());
            } else if before.advisories.get(&advisory.id) != Some(advisory) {
                changes.updated.insert(advisory.id.clone());
            }
        }
        for id in before.advisories.keys().filter(|id| holds(before, id) && !holds(self, id)) {
            changes.withdrawn.insert(id.clone());
        }
        changes
    }

    /// All advisories, by id.
    pub fn advisories(&self) -> impl Iterator<Item = &Advisory> {
        self.advisories.values()
    }

    /// One advisory.
    pub fn advisory(&self, id: &str) -> Option<&Advisory> {
        self.advisories.get(id)
    }

    /// How many advisories hold.
    pub fn holding(&self) -> usize {
        self.advisories.values().filter(|advisory| advisory.state == State::Released).count()
    }

    /// How many indicators it holds.
    pub fn indicators(&self) -> usize {
        self.advisories.values().map(|advisory| advisory.indicators.len()).sum()
    }

    /// The set as a list, for exports: each value once, under the narrowest label of all.
    pub fn as_list(&self, name: &str, created: Timestamp) -> IndicatorSet {
        let mut list = BTreeMap::new();
        let mut tlp = Tlp::Clear;
        for advisory in self.advisories.values().filter(|a| a.state == State::Released) {
            tlp = tlp.min(advisory.tlp.parse().unwrap_or(Tlp::Red));
            for indicator in &advisory.indicators {
                let Ok(kind) = indicator.kind.parse() else { continue };
                let hashes = FileHashes {
                    md5: indicator.md5.clone(),
                    sha1: indicator.sha1.clone(),
                    sha256: indicator.sha256.clone(),
                };
                let note = match indicator.note.is_empty() {
                    true => advisory.number.clone(),
                    false => format!("{}: {}", advisory.number, indicator.note),
                };
                list.entry((kind, indicator.value.clone())).or_insert(lexicon::Indicator {
                    kind,
                    value: indicator.value.clone(),
                    hashes: (hashes != FileHashes::default()).then_some(hashes),
                    note,
                });
            }
        }
        IndicatorSet { name: name.to_owned(), tlp, created, indicators: list.into_values().collect() }
    }

    /// The file.
    pub fn to_text(&self) -> String {
        let mut sorted: Vec<&Advisory> = self.advisories.values().collect();
        sorted.sort_by(|a, b| a.number.cmp(&b.number));
        let head = [
            ("noroshi_set", json!(1)),
            ("hub", json!(self.hub)),
            ("key", json!(self.key.to_string())),
            ("next", json!(self.next)),
            ("etag", json!(self.etag)),
            ("pulled", json!(self.pulled.map(|at| at.to_string()))),
        ];
        let mut out = String::from("{\n");
        for (name, value) in head {
            out.push_str(&format!("\"{name}\": {value},\n"));
        }
        let lines = |list: Vec<String>| match list.is_empty() {
            true => "[]".to_owned(),
            false => format!("[\n{}\n]", list.join(",\n")),
        };
        let advisories = sorted.iter().map(|a| serde_json::to_string(a).unwrap_or_default()).collect();
        let objects = sorted.iter().flat_map(|a| a.indicators.iter().map(|i| object(a, i))).collect();
        out.push_str(&format!(
            "\"advisories\": {},\n\"objects\": {}\n}}\n",
            lines(advisories),
            lines(objects)
        ));
        out
    }
}

/// An indicator on one line.
fn object(advisory: &Advisory, indicator: &Indicator) -> String {
    let mut object = serde_json::Map::new();
    let mut put = |name: &str, value: serde_json::Value| drop(object.insert(name.to_owned(), value));
    put("type", json!(indicator.kind));
    put("value", json!(indicator.value));
    if indicator.kind == "file" {
        let (md5, sha1, sha256) = (indicator.md5.clone(), indicator.sha1.clone(), indicator.sha256.clone());
        let mut hashes = Hashes { md5, sha1, sha256 };
        // A file is looked for by its hashes: its value is one of them.
        let slot = match indicator.value.len() {
            32 => &mut hashes.md5,
            40 => &mut hashes.sha1,
            _ => &mut hashes.sha256,
        };
        let is_hash = indicator.value.bytes().all(|b| b.is_ascii_hexdigit())
            && matches!(indicator.value.len(), 32 | 40 | 64);
        if slot.is_none() && is_hash {
            *slot = Some(indicator.value.clone());
        }
        put("hashes", json!(hashes));
    }
    put("advisory", json!(advisory.number));
    put("tlp", json!(advisory.tlp));
    put("valid_from", json!(advisory.released));
    put("note", json!(indicator.note));
    put("external_references", json!([{ "source_name": "noroshi", "external_id": advisory.number }]));
    put("object_marking_refs", json!(advisory.tlp.parse().ok().map(marking).into_iter().collect::<Vec<_>>()));
    serde_json::Value::Object(object).to_string()
}

/// The marking of a label (OASIS, "TLP 2.0 marking definitions" for STIX 2.1).
fn marking(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
}
