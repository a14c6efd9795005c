//! Gathering values from lists into one set, with guards in front.

use indicators::guard::Guards;
use lexicon::observable::GuardMark;
use lexicon::{Lang, ObservableType, Text};

use super::normal::{normal, shape};
use super::{csv, misp, plain, stix};
use crate::Kind;
use crate::limits::{MAX_REMARKS, MAX_VALUE};
use crate::set::{Added, Builder, Origin, Set};

/// What is wrong with a value, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Why {
    /// What is wrong.
    pub what: Text,
    /// What to do.
    pub hint: Text,
}

/// A value that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The list.
    pub source: String,
    /// The line, 1-based, or the number of the object.
    pub line: usize,
    /// The value as written (cut, harmless).
    pub value: String,
    /// Why.
    pub why: Why,
}

impl Remark {
    /// The remark in a language, on one line.
    pub fn show(&self, lang: Lang) -> String {
        let (what, hint) = (self.why.what.of(lang), self.why.hint.of(lang));
        match lang {
            Lang::Ja => format!("{} の {}: {what}: {}（{hint}）", self.source, self.line, self.value),
            Lang::En => format!("{}, {}: {what}: {} ({hint})", self.source, self.line, self.value),
        }
    }
}

/// A value that a guard list speaks against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// The list that it stands in.
    pub source: String,
    /// Its kind.
    pub kind: Kind,
    /// The value.
    pub value: String,
    /// Which guard list speaks against it, by which entry.
    pub mark: GuardMark,
    /// It is looked for all the same: somebody asked for it.
    pub used: bool,
}

/// How many values became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// In the set.
    pub values: u64,
    /// Already there.
    pub again: u64,
    /// Left out because a guard list speaks against them.
    pub guarded: u64,
    /// Left out because they cannot be read.
    pub unread: u64,
    /// Left out because their list says that they are no indicators (MISP's `to_ids`).
    pub not_for_detection: u64,
}

/// Gathers lists into a set.
///
/// ```
/// use hunter::lists::Gather;
/// use indicators::guard::Guards;
/// let mut gather = Gather::new(Guards::builtin_for_examples(), false);
/// gather.add("n1.txt", b"# N-2026-0001\nhxxps://evil[.]example/a\n192.0.2.0/24\ncom\n8.8.8.8\n");
/// assert_eq!(gather.counts().values, 2);
/// assert_eq!(gather.counts().guarded, 2);
/// let set = gather.finish();
/// assert_eq!(set.value(0), "https://evil.example/a");
/// ```
pub struct Gather {
    builder: Builder,
    guards: Guards,
    use_guarded: bool,
    url_hosts: bool,
    counts: Counts,
    remarks: Vec<Remark>,
    guarded: Vec<Guarded>,
    source: String,
}

impl Gather {
    /// Nothing gathered yet. `use_guarded`: also look for what guard lists speak against.
    pub fn new(guards: Guards, use_guarded: bool) -> Self {
        Self {
            builder: Builder::new(),
            guards: guards.with_public_resolvers(),
            use_guarded,
            url_hosts: false,
            counts: Counts::default(),
            remarks: Vec::new(),
            guarded: Vec::new(),
            source: String::new(),
        }
    }

    /// Also looks for the hosts of listed URLs by themselves, as name logs tell them. A host that many share is kept
    /// out by the guard lists only, so this is asked for and never done by itself.
    #[must_use]
    pub fn with_url_hosts(mut self) -> Self {
        self.url_hosts = true;
        self
    }

    /// Adds a list, whatever its form. What cannot be read in it is told and left out.
    pub fn add(&mut self, source: &str, bytes: &[u8]) {
        source.clone_into(&mut self.source);
        let text = decode(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let head = text.trim_start();
        if head.starts_with(['{', '[']) && looks_like_json(head) {
            if misp::is_misp(head) {
                misp::read(self, head)
            } else {
                stix::read(self, head)
            }
            return;
        }
        let name = file_name(source);
        match csv::header(text) {
            Some(columns) => csv::read(self, text, &columns, &name),
            None => plain::read(self, text, &name),
        }
    }

    /// Adds the values of a compiled set, with where they come from.
    pub fn add_set(&mut self, set: &Set) {
        self.reserve(set.len());
        for entry in 0..u32::try_from(set.len()).unwrap_or(u32::MAX) {
            for origin in set.origins(entry) {
                let origin = self.builder.origin(origin.clone());
                match self.builder.add(set.kind(entry), set.value(entry), origin) {
                    Added::New => self.counts.values += 1,
                    Added::Again => self.counts.again += 1,
                    Added::Full => self.remark(0, set.value(entry), FULL),
                }
            }
        }
    }

    /// The values and what became of them.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What was left out, at most [`MAX_REMARKS`].
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// What guard lists speak against, at most [`MAX_REMARKS`].
    pub fn guarded(&self) -> &[Guarded] {
        &self.guarded
    }

    /// The set.
    pub fn finish(self) -> Set {
        self.builder.finish()
    }

    pub(super) fn reserve(&mut self, values: usize) {
        self.builder.reserve(values);
    }

    pub(super) fn origin(&mut self, mut origin: Origin) -> u32 {
        origin.source.clone_from(&self.source);
        self.builder.origin(origin)
    }

    pub(super) fn not_for_detection(&mut self) {
        self.counts.not_for_detection += 1;
    }

    /// Adds a value as written, its kind told or seen from its shape.
    pub(super) fn value(&mut self, line: usize, kind: Option<Kind>, value: &str, origin: u32) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        if value.len() > MAX_VALUE {
            return self.remark(line, value, LONG);
        }
        let normal = match kind {
            Some(kind) => normal(kind, value).map(|value| (kind_of(kind, &value), value)),
            None => shape(value),
        };
        match normal {
            Ok((kind, value)) => self.normal(line, kind, &value, origin),
            Err(why) => self.remark(line, value, why),
        }
    }

    /// Adds a value in its normal form.
    pub(super) fn normal(&mut self, line: usize, kind: Kind, value: &str, origin: u32) {
        if kind == Kind::Url
            && self.url_hosts
            && let Some((host, value)) = indicators::shape::host_of_url(value)
        {
            let kind = match host {
                ObservableType::Ipv4Addr => Kind::Ipv4,
                ObservableType::Ipv6Addr => Kind::Ipv6,
                _ => Kind::Domain,
            };
            self.normal(line, kind, &value, origin);
        }
        if let Some(mark) = self.mark(kind, value) {
            let used = self.use_guarded || mark.overridden.is_some();
            if self.guarded.len() < MAX_REMARKS {
                let (source, value) = (self.source.clone(), value.to_owned());
                self.guarded.push(Guarded { source, kind, value, mark, used });
            }
            if !used {
                self.counts.guarded += 1;
                return;
            }
        }
        match self.builder.add(kind, value, origin) {
            Added::New => self.counts.values += 1,
            Added::Again => self.counts.again += 1,
            Added::Full => self.remark(line, value, FULL),
        }
    }

    fn mark(&self, kind: Kind, value: &str) -> Option<GuardMark> {
        let observable = match kind {
            Kind::Domain if !value.contains('.') => {
                let mark = GuardMark {
                    list: indicators::guard::lists::PUBLIC_SUFFIX.to_owned(),
                    entry: value.to_owned(),
                    overridden: None,
                };
                return Some(mark);
            }
            Kind::Domain => ObservableType::DomainName,
            Kind::Ipv4 => ObservableType::Ipv4Addr,
            Kind::Ipv6 => ObservableType::Ipv6Addr,
            Kind::Url => ObservableType::Url,
            Kind::Email => ObservableType::EmailAddr,
            Kind::FileHash => ObservableType::File,
            _ => return None,
        };
        self.guards
            .against(observable, value)
            .filter(|mark| mark.list != indicators::guard::lists::PUBLIC_SUFFIX || !is_by_wildcard(value))
    }

    pub(super) fn remark(&mut self, line: usize, value: &str, why: Why) {
        self.counts.unread += 1;
        if self.remarks.len() < MAX_REMARKS {
            let value = lexicon::text::visible(lexicon::text::cut(value, 80));
            self.remarks.push(Remark { source: self.source.clone(), line, value, why });
        }
    }
}

/// True if a name is a public suffix only because every name beside it is one as well (`*.at.ply.gg`): then it is one
/// customer's, and as good an indicator as any.
fn is_by_wildcard(name: &str) -> bool {
    name.split_once('.')
        .is_some_and(|(_, parent)| indicators::shape::is_public_suffix(&format!("no-such-customer.{parent}")))
}

/// A list may say `ip` for both families.
fn kind_of(kind: Kind, value: &str) -> Kind {
    match kind {
        Kind::Ipv4 | Kind::Ipv6 if value.contains(':') => Kind::Ipv6,
        Kind::Ipv4 | Kind::Ipv6 => Kind::Ipv4,
        other => other,
    }
}

/// Lists written by Windows programs are UTF-16 with a mark, or CP932.
fn decode(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(bytes).0,
    }
}

fn looks_like_json(head: &str) -> bool {
    let mut rest = head.bytes().skip(1).skip_while(u8::is_ascii_whitespace);
    match head.as_bytes().first() {
        Some(b'{') => matches!(rest.next(), Some(b'"' | b'}')),
        _ => matches!(rest.next(), Some(b'{' | b']')),
    }
}

fn file_name(source: &str) -> String {
    let name = source.rsplit(['/', '\\']).next().unwrap_or(source);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name.to_owned(),
    }
}

const LONG: Why = Why {
    what: Text::new("値が長すぎます", "the value is too long"),
    hint: Text::new("8 KiB 以内にしてください", "keep it within 8 KiB"),
};
const FULL: Why = Why {
    what: Text::new("リストが一杯です", "the set is full"),
    hint: Text::new(
        "値は 400 万件、部分一致は 20 万件までです。リストを分けてください",
        "it holds 4,000,000 values, 200,000 of them parts; split the lists",
    ),
};
