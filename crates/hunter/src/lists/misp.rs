//! MISP events (JSON): attributes, also those in objects, with the event's name and label.

use std::borrow::Cow;

use lexicon::{Text, Tlp};
use serde::Deserialize;

use super::gather::{Gather, Why};
use crate::Kind;
use crate::set::Origin;

#[derive(Deserialize)]
#[serde(untagged)]
enum File<'a> {
    #[serde(borrow)]
    One(Wrapped<'a>),
    Response {
        #[serde(borrow)]
        response: Vec<Wrapped<'a>>,
    },
    Many(Vec<Wrapped<'a>>),
}

#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow, rename = "Event")]
    event: Event<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'a> {
    #[serde(borrow, default, rename = "info")]
    info: Cow<'a, str>,
    #[serde(borrow, default, rename = "uuid")]
    uuid: Cow<'a, str>,
    #[serde(borrow, default)]
    attribute: Vec<Attribute<'a>>,
    #[serde(borrow, default)]
    object: Vec<Object<'a>>,
    #[serde(default)]
    tag: Vec<Tag>,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, default, rename = "Attribute")]
    attribute: Vec<Attribute<'a>>,
}

#[derive(Deserialize)]
struct Attribute<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Cow<'a, str>,
    #[serde(default)]
    to_ids: bool,
    #[serde(default)]
    deleted: bool,
    #[serde(default, rename = "Tag")]
    tag: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    #[serde(default)]
    name: String,
}

/// True if the JSON begins like a MISP export and not like a bundle.
pub(super) fn is_misp(text: &str) -> bool {
    let head = text.get(..floor(text, 4096)).unwrap_or(text);
    head.contains("\"Event\"") || head.contains("\"response\"") && !head.contains("\"spec_version\"")
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

pub(super) fn read(gather: &mut Gather, text: &str) {
    let events = match serde_json::from_str::<File<'_>>(text) {
        Ok(File::One(event)) => vec![event],
        Ok(File::Response { response } | File::Many(response)) => response,
        Err(error) => return gather.remark(error.line(), &error.to_string(), NO_EVENT),
    };
    let mut at = 0;
    for Wrapped { event } in events {
        let tlp = tlp(&event.tag);
        let advisory = if event.info.is_empty() { &event.uuid } else { &event.info };
        for attribute in
            event.attribute.iter().chain(event.object.iter().flat_map(|object| &object.attribute))
        {
            at += 1;
            if attribute.deleted || !attribute.to_ids {
                gather.not_for_detection();
                continue;
            }
            let tlp = self::tlp(&attribute.tag).or(tlp);
            let origin = gather.origin(Origin { advisory: advisory.to_string(), tlp, ..Origin::default() });
            values(gather, at, &attribute.kind, &attribute.value, origin);
        }
    }
}

fn tlp(tags: &[Tag]) -> Option<Tlp> {
    tags.iter()
        .filter(|tag| tag.name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("tlp:")))
        .filter_map(|tag| tag.name.parse().ok())
        .min()
}

/// One attribute; a composite type (`filename|sha256`) is two values.
fn values(gather: &mut Gather, at: usize, kind: &str, value: &str, origin: u32) {
    if let Some((first, second)) = kind.split_once('|')
        && let Some((a, b)) = value.split_once('|')
        && kind != "regkey|value"
    {
        values(gather, at, first, a, origin);
        values(gather, at, second, b, origin);
        return;
    }
    let value = if kind == "regkey|value" { value.split('|').next().unwrap_or(value) } else { value };
    let known = match kind {
        "ip" | "ip-src" | "ip-dst" => Some(Kind::Ipv4),
        "uri" => Some(if value.starts_with('/') { Kind::UrlPath } else { Kind::Url }),
        "email-subject" => Some(Kind::Subject),
        "regkey|value" => Some(Kind::RegistryKey),
        "port" | "size-in-bytes" | "text" | "comment" | "counter" | "value" => return,
        other => Kind::from_common_word(other),
    };
    match known {
        Some(kind) => gather.value(at, Some(kind), value, origin),
        None => gather.remark(at, kind, NOT_SWEPT),
    }
}

const NO_EVENT: Why = Why {
    what: Text::new("MISP のイベントとして読めません", "it cannot be read as a MISP event"),
    hint: Text::new("JSON 形式で書き出してください", "export it as JSON"),
};
const NOT_SWEPT: Why = Why {
    what: Text::new("ログでは探せない種別です", "nothing that a sweep looks for"),
    hint: Text::new("ほかの値は使われます", "the other values are used"),
};
