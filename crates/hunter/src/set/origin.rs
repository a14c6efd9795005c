//! Where a value comes from: which advisory, from which file, how far it may be passed on, until when it holds.

use std::collections::HashMap;

use jiff::Timestamp;
use lexicon::Tlp;
use serde::{Deserialize, Serialize};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Origin {
    /// The advisory, report or event, else the list's name.
    pub advisory: String,
    /// The file that it was read from.
    pub source: String,
    /// How far it may be passed on.
    pub tlp: Option<Tlp>,
    /// It holds from here …
    pub valid_from: Option<Timestamp>,
    /// … to here.
    pub valid_until: Option<Timestamp>,
}

/// Origins, each once, and the groups of them that values have.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins {
    origins: Vec<Origin>,
    known: HashMap<Origin, u32>,
    groups: Vec<Vec<u32>>,
    known_groups: HashMap<Vec<u32>, u32>,
}

/// How origins stand in a compiled set.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    origins: Vec<StoredOrigin>,
    groups: Vec<Vec<u32>>,
}

#[derive(Serialize, Deserialize)]
struct StoredOrigin {
    advisory: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    tlp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    until: Option<Timestamp>,
}

impl Origins {
    /// The number of this origin.
    pub(super) fn origin(&mut self, origin: Origin) -> u32 {
        if let Some(&known) = self.known.get(&origin) {
            return known;
        }
        let number = index(self.origins.len());
        self.origins.push(origin.clone());
        self.known.insert(origin, number);
        number
    }

    /// The group of `group` (none for a new value) and this origin.
    pub(super) fn with(&mut self, group: Option<u32>, origin: u32) -> u32 {
        let mut members =
            group.and_then(|group| self.groups.get(group as usize)).cloned().unwrap_or_default();
        match members.binary_search(&origin) {
            Ok(_) => return group.unwrap_or_default(),
            Err(at) => members.insert(at, origin),
        }
        if let Some(&known) = self.known_groups.get(&members) {
            return known;
        }
        let number = index(self.groups.len());
        self.groups.push(members.clone());
        self.known_groups.insert(members, number);
        number
    }

    /// The origins of a group.
    pub(super) fn of(&self, group: u32) -> impl Iterator<Item = &Origin> {
        let members = self.groups.get(group as usize).map(Vec::as_slice).unwrap_or_default();
        members.iter().filter_map(|&at| self.origins.get(at as usize))
    }

    pub(super) fn stored(&self) -> Stored {
        let origins = self.origins.iter().map(|origin| StoredOrigin {
            advisory: origin.advisory.clone(),
            source: origin.source.clone(),
            tlp: origin.tlp.map(|tlp| tlp.label().to_owned()),
            from: origin.valid_from,
            until: origin.valid_until,
        });
        Stored { origins: origins.collect(), groups: self.groups.clone() }
    }

    pub(super) fn from_stored(stored: Stored) -> Self {
        let origins = stored.origins.into_iter().map(|origin| Origin {
            advisory: origin.advisory,
            source: origin.source,
            tlp: origin.tlp.and_then(|tlp| tlp.parse().ok()),
            valid_from: origin.from,
            valid_until: origin.until,
        });
        Self { origins: origins.collect(), groups: stored.groups, ..Self::default() }
    }
}

/// Counts stay below `u32` by [`crate::limits::MAX_INDICATORS`].
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
