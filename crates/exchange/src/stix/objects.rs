//! The STIX objects that Noroshi writes. Their fields stand in the order in which they are written.

use serde::Serialize;

use super::id;
use super::tlp::Marking;

#[derive(Debug, Serialize)]
pub(crate) struct Bundle<'a> {
    pub(crate) r#type: &'static str,
    pub(crate) id: String,
    pub(crate) objects: &'a [Object],
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Object {
    Identity(Identity),
    Marking(Marking),
    Report(Report),
    Grouping(Grouping),
    Indicator(Indicator),
}

impl Object {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Identity(identity) => &identity.id,
            Self::Marking(marking) => marking.id,
            Self::Report(report) => &report.head.id,
            Self::Grouping(grouping) => &grouping.head.id,
            Self::Indicator(indicator) => &indicator.head.id,
        }
    }
}

/// What all objects of a release have in common.
#[derive(Debug, Serialize)]
pub(crate) struct Head {
    pub(crate) r#type: &'static str,
    pub(crate) spec_version: &'static str,
    pub(crate) id: String,
    pub(crate) created_by_ref: String,
    pub(crate) created: String,
    pub(crate) modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lang: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) labels: Vec<String>,
    pub(crate) object_marking_refs: [&'static str; 1],
}

#[derive(Debug, Serialize)]
pub(crate) struct Identity {
    r#type: &'static str,
    spec_version: &'static str,
    pub(crate) id: String,
    created: &'static str,
    modified: &'static str,
    name: String,
    identity_class: &'static str,
}

impl Identity {
    /// The identity of a name. The same name is the same object in every bundle, so its times are fixed: the
    /// day that this form of it was settled.
    pub(crate) fn new(name: &str) -> Self {
        const SETTLED: &str = "2026-11-01T00:00:00.000Z";
        Self {
            r#type: "identity",
            spec_version: "2.1",
            id: id::id("identity", name),
            created: SETTLED,
            modified: SETTLED,
            name: name.to_owned(),
            identity_class: "organization",
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    #[serde(flatten)]
    pub(crate) head: Head,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    pub(crate) report_types: [&'static str; 2],
    pub(crate) published: String,
    pub(crate) object_refs: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Grouping {
    #[serde(flatten)]
    pub(crate) head: Head,
    pub(crate) name: String,
    pub(crate) context: &'static str,
    pub(crate) object_refs: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Indicator {
    #[serde(flatten)]
    pub(crate) head: Head,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) indicator_types: [&'static str; 1],
    pub(crate) pattern: String,
    pub(crate) pattern_type: &'static str,
    pub(crate) pattern_version: &'static str,
    pub(crate) valid_from: String,
}
