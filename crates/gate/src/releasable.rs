//! What can be released, and the digest that approvals are given on.

use std::borrow::Cow;

use lexicon::{Advisory, IndicatorSet, Tlp};
use sha2::{Digest, Sha256};

/// One field of an item, as the identity check and the digest see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name, e.g. `summary` or `indicators[3].value`.
    pub name: String,
    /// Its text.
    pub text: Cow<'a, str>,
}

impl<'a> Field<'a> {
    fn new(name: impl Into<String>, text: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

/// Something that can leave the hub.
pub trait Releasable {
    /// What it is, for the digest.
    const KIND: &'static str;

    /// Every piece of text and every value that a reader could see, in a fixed order. A field left out here
    /// would leave unchecked, so a test holds each implementation against its type.
    fn fields(&self) -> Vec<Field<'_>>;

    /// How far it may be passed on.
    fn tlp(&self) -> Tlp;

    /// SHA-256 over kind, label and all fields, each with its length before it: two different items never
    /// agree.
    fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let mut add = |text: &str| {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        };
        add(Self::KIND);
        add(self.tlp().label());
        for field in self.fields() {
            add(&field.name);
            add(&field.text);
        }
        hasher.finalize().into()
    }
}

fn indicators<'a>(list: &'a [lexicon::Indicator], fields: &mut Vec<Field<'a>>) {
    for (i, indicator) in list.iter().enumerate() {
        fields.push(Field::new(format!("indicators[{i}].type"), indicator.kind.word()));
        fields.push(Field::new(format!("indicators[{i}].value"), indicator.value.as_str()));
        fields.push(Field::new(format!("indicators[{i}].note"), indicator.note.as_str()));
        if let Some(hashes) = &indicator.hashes {
            for (name, hash) in [("md5", &hashes.md5), ("sha1", &hashes.sha1), ("sha256", &hashes.sha256)] {
                if let Some(hash) = hash {
                    fields.push(Field::new(format!("indicators[{i}].{name}"), hash.as_str()));
                }
            }
        }
    }
}

impl Releasable for Advisory {
    const KIND: &'static str = "advisory";

    fn fields(&self) -> Vec<Field<'_>> {
        // Destructured, so that a new field of Advisory does not compile until it is listed here.
        let Self {
            id,
            number,
            version,
            lang,
            title,
            summary,
            features,
            measures,
            request,
            organisations,
            first_seen,
            last_seen,
            indicators: list,
            tlp: _,
        } = self;
        let date = |at: &Option<jiff::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let mut fields = vec![
            Field::new("id", id.to_string()),
            Field::new("number", number.as_str()),
            Field::new("version", version.to_string()),
            Field::new("lang", lang.tag()),
            Field::new("title", title.as_str()),
            Field::new("summary", summary.as_str()),
            Field::new("features", features.as_str()),
            Field::new("measures", measures.as_str()),
            Field::new("request", request.as_str()),
            Field::new("organisations", organisations.to_string()),
            Field::new("first_seen", date(first_seen)),
            Field::new("last_seen", date(last_seen)),
        ];
        indicators(list, &mut fields);
        fields
    }

    fn tlp(&self) -> Tlp {
        self.tlp
    }
}

impl Releasable for IndicatorSet {
    const KIND: &'static str = "indicator-set";

    fn fields(&self) -> Vec<Field<'_>> {
        let Self { name, tlp: _, created, indicators: list } = self;
        let mut fields = vec![Field::new("name", name.as_str()), Field::new("created", created.to_string())];
        indicators(list, &mut fields);
        fields
    }

    fn tlp(&self) -> Tlp {
        self.tlp
    }
}
