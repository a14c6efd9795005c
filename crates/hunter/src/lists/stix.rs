//! STIX 2.1 bundles: indicators by their patterns, observables by their values, each with its report, label and
//! validity.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;
use lexicon::{Text, Tlp};
use serde::Deserialize;

use super::gather::{Gather, Why};
use super::stix_pattern;
use crate::Kind;
use crate::set::Origin;

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow, default)]
    objects: Vec<Object<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Object<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    pattern: Cow<'a, str>,
    #[serde(borrow)]
    pattern_type: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow)]
    subject: Cow<'a, str>,
    #[serde(borrow)]
    hashes: HashMap<Cow<'a, str>, Cow<'a, str>>,
    revoked: bool,
    #[serde(borrow)]
    valid_from: Cow<'a, str>,
    #[serde(borrow)]
    valid_until: Cow<'a, str>,
    #[serde(borrow)]
    object_marking_refs: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    object_refs: Vec<Cow<'a, str>>,
    external_references: Vec<Reference>,
    definition: Option<Definition>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reference {
    external_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Definition {
    tlp: Option<String>,
}

/// The markings of the standard (STIX 2.1 §7.2.1.4 for TLP 1.0, OASIS's for TLP 2.0).
const MARKINGS: [(&str, Tlp); 9] = [
    ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
    ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
    ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::Clear),
    ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::Green),
    ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::Amber),
    ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp::AmberStrict),
    ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::Red),
];

pub(super) fn read(gather: &mut Gather, text: &str) {
    let objects = match serde_json::from_str::<Bundle<'_>>(text) {
        Ok(bundle) => bundle.objects,
        Err(error) => match serde_json::from_str::<Vec<Object<'_>>>(text) {
            Ok(objects) => objects,
            Err(_) => return gather.remark(error.line(), &error.to_string(), NO_JSON),
        },
    };
    let mut tlps: HashMap<&str, Tlp> = MARKINGS.into_iter().collect();
    let mut reports: HashMap<&str, &Object<'_>> = HashMap::new();
    for object in &objects {
        match &*object.kind {
            "marking-definition" => {
                let told = object.definition.as_ref().and_then(|definition| definition.tlp.as_deref());
                if let Ok(tlp) = told.unwrap_or(&object.name).parse() {
                    tlps.insert(&object.id, tlp);
                }
            }
            "report" | "grouping" => {
                reports.extend(object.object_refs.iter().map(|id| (&**id, object)));
            }
            _ => {}
        }
    }
    for (at, object) in objects.iter().enumerate() {
        let report = reports.get(&*object.id).copied();
        let mut tlp = None;
        for id in object.object_marking_refs.iter().chain(report.iter().flat_map(|r| &r.object_marking_refs))
        {
            // The narrowest counts.
            tlp = tlps.get(&**id).copied().into_iter().chain(tlp).min();
        }
        let moment = |text: &str| text.parse::<Timestamp>().ok();
        let origin = Origin {
            advisory: name_of(report, object),
            source: String::new(),
            tlp,
            valid_from: moment(&object.valid_from),
            valid_until: moment(&object.valid_until),
        };
        object_values(gather, at + 1, object, origin);
    }
}

/// What to call where it came from: the report's number, its name, the indicator's name, the list's.
fn name_of(report: Option<&Object<'_>>, object: &Object<'_>) -> String {
    let number = |object: &Object<'_>| {
        object.external_references.iter().find_map(|reference| reference.external_id.clone())
    };
    let name = |object: &Object<'_>| (!object.name.is_empty()).then(|| object.name.clone().into_owned());
    report
        .and_then(|report| number(report).or_else(|| name(report)))
        .or_else(|| number(object))
        .or_else(|| name(object).filter(|_| object.kind == "indicator"))
        .unwrap_or_else(|| object.id.clone().into_owned())
}

fn object_values(gather: &mut Gather, at: usize, object: &Object<'_>, origin: Origin) {
    let kind = match &*object.kind {
        "indicator" => {
            if object.revoked {
                return gather.not_for_detection();
            }
            if !object.pattern_type.is_empty() && object.pattern_type != "stix" {
                return gather.remark(at, &object.pattern_type, NO_STIX_PATTERN);
            }
            let read = stix_pattern::read(&object.pattern);
            if read.values.is_empty() && read.unknown.is_empty() {
                gather.remark(at, &object.pattern, EMPTY_PATTERN);
            }
            let origin = gather.origin(origin);
            for (kind, value) in read.values {
                gather.value(at, Some(kind), &value, origin);
            }
            for path in read.unknown.iter().filter(|path| !path.contains("_ref.type")) {
                gather.remark(at, path, NOT_SWEPT);
            }
            return;
        }
        "domain-name" => Kind::Domain,
        "ipv4-addr" => Kind::Ipv4,
        "ipv6-addr" => Kind::Ipv6,
        "url" => Kind::Url,
        "email-addr" => Kind::Email,
        "mutex" => Kind::Mutex,
        "windows-registry-key" => Kind::RegistryKey,
        "directory" => Kind::FilePath,
        "email-message" => Kind::Subject,
        "file" => Kind::FileHash,
        _ => return,
    };
    let origin = gather.origin(origin);
    match kind {
        Kind::FileHash if object.hashes.is_empty() => {
            gather.value(at, Some(Kind::FileName), &object.name, origin);
        }
        Kind::FileHash => {
            let mut hashes: Vec<_> = object.hashes.iter().filter(|(name, _)| is_exact(name)).collect();
            hashes.sort();
            for (_, hash) in hashes {
                gather.value(at, Some(kind), hash, origin);
            }
        }
        Kind::Mutex => gather.value(at, Some(kind), &object.name, origin),
        Kind::RegistryKey => gather.value(at, Some(kind), &object.key, origin),
        Kind::FilePath => gather.value(at, Some(kind), &object.path, origin),
        Kind::Subject => gather.value(at, Some(kind), &object.subject, origin),
        kind => gather.value(at, Some(kind), &object.value, origin),
    }
}

fn is_exact(name: &str) -> bool {
    ["MD5", "SHA-1", "SHA-256", "SHA1", "SHA256"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

const NO_JSON: Why = Why {
    what: Text::new("JSON として読めません", "it cannot be read as JSON"),
    hint: Text::new("もう一度書き出してください", "export it again"),
};
const NO_STIX_PATTERN: Why = Why {
    what: Text::new("STIX パターンではありません", "not a STIX pattern"),
    hint: Text::new(
        "その規則は、それを読む道具で使ってください",
        "use that rule with the tool that reads it",
    ),
};
const EMPTY_PATTERN: Why = Why {
    what: Text::new("探せる値のないパターンです", "a pattern without a value that could be looked for"),
    hint: Text::new("値を比べる式を書いてください", "write a comparison with a value"),
};
const NOT_SWEPT: Why = Why {
    what: Text::new("ログでは探せない項目です", "nothing that a sweep looks for"),
    hint: Text::new("ほかの項目は使われます", "the other values are used"),
};
