//! STIX 2.1 bundles (OASIS Standard, 2021), marked with TLP 2.0.
//!
//! An advisory becomes a `report`, a list a `grouping`; each indicator an `indicator` with a pattern. The same
//! release gives the same bytes; a later version of an advisory has the same ids with a later `modified`, so
//! that receivers update instead of collecting copies.

mod id;
mod objects;
mod pattern;
mod tlp;

use std::collections::BTreeSet;

use gate::Released;
use jiff::Timestamp;
use lexicon::{Advisory, Lang};
use serde::Serialize;

use crate::carried::{Carried, Item};
use objects::{Bundle, Grouping, Head, Identity, Indicator, Object, Report};

/// Who speaks in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StixSettings {
    /// The name of the hub or of the organisation that gives the bundle out.
    pub producer: String,
}

impl Default for StixSettings {
    fn default() -> Self {
        Self { producer: "Noroshi hub".to_owned() }
    }
}

/// A released item as a STIX 2.1 bundle: indented JSON with a final newline.
pub fn bundle<T: Carried>(released: &Released<T>, settings: &StixSettings) -> String {
    let objects = all(released, settings);
    let ids: Vec<&str> = objects.iter().map(Object::id).collect();
    let id = id::id("bundle", &format!("{}\n{}", timestamp(released.at()), ids.join("\n")));
    let mut text = json(&Bundle { r#type: "bundle", id, objects: &objects });
    text.push('\n');
    text
}

/// The objects of [`bundle`], one JSON text each, in order.
pub fn objects<T: Carried>(released: &Released<T>, settings: &StixSettings) -> Vec<String> {
    all(released, settings).iter().map(json).collect()
}

/// A point in time as STIX writes it: UTC with milliseconds, e.g. `2026-11-20T06:04:05.000Z`.
pub fn timestamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn json(value: &impl Serialize) -> String {
    // Plain structs of texts: nothing in them can fail to be written.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn all<T: Carried>(released: &Released<T>, settings: &StixSettings) -> Vec<Object> {
    let (item, at) = (released.item(), released.at());
    let identity = Identity::new(&settings.producer);
    let marking = tlp::marking(item.label());
    let (root, frame_type, created) = match item.item() {
        Item::Advisory(advisory) => (format!("advisory {}", advisory.id), "report", born(advisory)),
        Item::List(set) => (format!("list {} {}", set.created, set.name), "grouping", Some(set.created)),
    };
    let head = |kind: &'static str, name: &str| Head {
        r#type: kind,
        spec_version: "2.1",
        id: id::id(kind, &format!("{root}\n{name}")),
        created_by_ref: identity.id.clone(),
        created: timestamp(created.unwrap_or(at).min(at)),
        modified: timestamp(at),
        lang: item.lang().map(Lang::tag),
        labels: [item.reference().trim().to_owned()].into_iter().filter(|label| !label.is_empty()).collect(),
        object_marking_refs: [marking.id],
    };

    let mut seen = BTreeSet::new();
    let mut indicators = Vec::new();
    for indicator in item.indicators() {
        let Some(pattern) = pattern::pattern(indicator) else { continue };
        let head = head("indicator", &pattern);
        if !seen.insert(head.id.clone()) {
            continue;
        }
        let note = indicator.note.trim();
        indicators.push(Indicator {
            head,
            name: lexicon::text::cut(&indicator.value, 250).to_owned(),
            description: if note.is_empty() { item.title() } else { note }.to_owned(),
            indicator_types: ["malicious-activity"],
            pattern,
            pattern_type: "stix",
            pattern_version: "2.1",
            // Evidence lies further back than the release: a hunter looks from the first mail on.
            valid_from: timestamp(item.first_seen().unwrap_or(at).min(at)),
        });
    }
    let mut refs: Vec<String> = indicators.iter().map(|indicator| indicator.head.id.clone()).collect();
    let frame_head = head(frame_type, "");
    let frame = match item.item() {
        Item::Advisory(advisory) => {
            // A report must refer to something: without indicators, to who speaks.
            if refs.is_empty() {
                refs.push(identity.id.clone());
            }
            Some(Object::Report(Report {
                head: frame_head,
                name: advisory.title.clone(),
                description: description(advisory),
                report_types: ["campaign", "indicator"],
                published: timestamp(at),
                object_refs: refs,
            }))
        }
        Item::List(_) if refs.is_empty() => None,
        Item::List(set) => Some(Object::Grouping(Grouping {
            head: frame_head,
            name: set.name.clone(),
            context: "suspicious-activity",
            object_refs: refs,
        })),
    };
    let mut objects = vec![Object::Identity(identity), Object::Marking(marking)];
    objects.extend(frame);
    objects.extend(indicators.into_iter().map(Object::Indicator));
    objects
}

/// When an advisory's id was made. STIX §3.6 wants the same `created` in every version of an object, and the
/// id is the one thing that all versions carry; an id that holds no time gives `None`.
fn born(advisory: &Advisory) -> Option<Timestamp> {
    let uuid = advisory.id.uuid();
    let bytes = uuid.as_bytes();
    let millisecond = bytes.iter().take(6).fold(0i64, |sum, byte| sum << 8 | i64::from(*byte));
    (uuid.get_version_num() == 8).then(|| Timestamp::from_millisecond(millisecond).ok())?
}

/// All texts of an advisory under their headings.
fn description(advisory: &Advisory) -> String {
    let lang = advisory.lang;
    let sections = [
        ("", &advisory.summary),
        (lang.pick("メールの特徴", "What the mails look like"), &advisory.features),
        (lang.pick("対策", "What to do"), &advisory.measures),
        (lang.pick("お願い", "Please report back"), &advisory.request),
    ];
    let texts: Vec<String> = sections
        .iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(heading, text)| match *heading {
            "" => text.trim().to_owned(),
            heading if lang == Lang::Ja => format!("【{heading}】\n{}", text.trim()),
            heading => format!("{heading}:\n{}", text.trim()),
        })
        .collect();
    texts.join("\n\n")
}
