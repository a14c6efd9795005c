//! From a mail's texts and files to its observables, each once, with every place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use lexicon::facts::{Attachment, Source, SourceForm};
use lexicon::observable::Hashes;
use lexicon::text::cut;
use lexicon::{Observable, ObservableType};

use crate::defang::refang;
use crate::host::{Host, ip, percent_decode};
use crate::limits::{MAX_ADDRESS, MAX_DEPTH, MAX_FILES, MAX_OBSERVABLES, MAX_PLACES, MAX_TEXT, MAX_URL};
use crate::name::{Name, Standing};
use crate::prose;
use crate::url::{self, Kind};

/// What was found in one mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extraction {
    /// Sorted by type and value, each once, with all its places (at most [`crate::MAX_PLACES`]).
    pub observables: Vec<Observable>,
    /// Every URL as in the mail after refanging, each once, in order of appearance.
    pub urls: Vec<String>,
}

/// Looks for observables in the texts and files of one mail.
///
/// Nothing is dropped for being harmless; see [`crate::guard`]. Limits: [`crate::MAX_TEXT`] a text,
/// [`crate::MAX_URL`] a URL, [`crate::MAX_OBSERVABLES`] and [`crate::MAX_FILES`] a mail.
///
/// ```
/// use lexicon::facts::{Source, SourceForm};
/// let body = Source {
///     place: "body".to_owned(),
///     form: SourceForm::Prose,
///     text: "こちらhxxps://evil[.]example/aを開いて".to_owned(),
/// };
/// let found = indicators::extract(&[body], &[]);
/// assert_eq!(found.urls, ["https://evil.example/a"]);
/// assert_eq!(found.observables[0].value, "evil.example");
/// ```
pub fn extract(sources: &[Source], attachments: &[Attachment]) -> Extraction {
    let mut gather = Gather::default();
    for source in sources {
        gather.place = &source.place;
        read(cut(&source.text, MAX_TEXT), source.form, &mut gather);
    }
    let Gather { mut found, urls, .. } = gather;
    files(attachments, &mut found);
    Extraction { observables: found.into_observables(), urls }
}

fn read(text: &str, form: SourceForm, gather: &mut Gather<'_>) {
    match form {
        SourceForm::Prose => prose::scan(&refang(text), gather),
        SourceForm::Url => whole_url(text, gather),
        SourceForm::Address => whole_address(text, gather),
        SourceForm::Ip => match ip(text.trim().trim_start_matches('[').trim_end_matches(']')) {
            Some(address) => gather.found_ip(address),
            None => prose::scan(&refang(text), gather),
        },
        SourceForm::Host => whole_host(text, gather),
    }
}

/// A link's target. Browsers drop tabs and line ends inside, and spaces around.
fn whole_url(text: &str, gather: &mut Gather<'_>) {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let cleaned: String;
    let text = if text.bytes().any(|b| matches!(b, b'\t' | b'\n' | b'\r')) {
        cleaned = text.replace(['\t', '\n', '\r'], "");
        &cleaned
    } else {
        text
    };
    if let Kind::Data = url::kind(text) {
        return;
    }
    let refanged = refang_scheme(text);
    let text = refanged.as_ref();
    match url::kind(text) {
        Kind::Web(rest) | Kind::Relative(rest) if text.len() <= MAX_URL => match url::host_and_tail(text) {
            Some((host, _)) => gather.found_url(text, Some(&host)),
            // A host that no browser finds (a label too long, a placeholder) is still what the mail has.
            None if rest.starts_with(char::is_alphanumeric) => gather.found_url(text, None),
            None => prose::scan(text, gather),
        },
        Kind::Mail(rest) => mailto(rest, gather),
        Kind::Plain if text.len() <= MAX_URL && !text.contains(char::is_whitespace) => {
            plain_target(text, gather)
        }
        Kind::Other => prose::scan(text, gather),
        _ => {}
    }
}

/// A target without a scheme: `index.html` and `images/a.png` are relative, `www.evil.example` was meant to
/// be a URL, and so was `192.0.2.1/track`.
fn plain_target(text: &str, gather: &mut Gather<'_>) {
    let Some((host, tail)) = url::host_and_tail(text) else { return };
    let meant = match &host {
        Host::Ip(_) => text.contains('.') && tail.contains(|c: char| c.is_ascii_alphabetic()),
        Host::Name(name) => {
            name.standing() == Standing::Registered
                && (name.ascii.starts_with("www.") || !crate::filename::is_file_name(&name.ascii))
        }
    };
    if meant && tail.is_empty() && text.contains('@') {
        whole_address(text, gather);
    } else if meant {
        gather.found_url(text, Some(&host));
    }
}

/// Refangs a link's target no further than its host: a path keeps what looks like brackets.
fn refang_scheme(text: &str) -> Cow<'_, str> {
    let host = text.find("//").map_or(0, |at| at + 2);
    let end = text.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(text.len(), |at| host + at);
    let (head, tail) = text.split_at(end);
    match refang(head) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(head) => Cow::Owned(head + tail),
    }
}

fn mailto(rest: &str, gather: &mut Gather<'_>) {
    let end = rest.find('?').unwrap_or(rest.len());
    for address in percent_decode(rest.get(..end).unwrap_or_default()).split([',', ';']) {
        whole_address(address, gather);
    }
    // `?cc=…&bcc=…&body=…` name further addresses, and URLs.
    for (_, value) in
        rest.get(end..).unwrap_or_default().split(['?', '&']).filter_map(|field| field.split_once('='))
    {
        prose::scan(&refang(&percent_decode(value)), gather);
    }
}

/// An address of a header. The known suffix that prose asks for is not asked for here: the header says that
/// it is an address.
fn whole_address(text: &str, gather: &mut Gather<'_>) {
    let text = text
        .trim_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'));
    let text = refang(text);
    let Some((local, domain)) = text.rsplit_once('@') else { return whole_host(&text, gather) };
    let local = local.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let domain = domain.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if text.len() > MAX_ADDRESS || local.contains(char::is_whitespace) {
        return prose::scan(&text, gather);
    }
    match Host::parse(domain) {
        Some(Host::Name(name)) if local.is_empty() => gather.found_name_if_known(&name),
        Some(Host::Name(name)) => gather.found_address(local, &name),
        Some(Host::Ip(address)) => gather.found_ip(address),
        None => prose::scan(&text, gather),
    }
}

fn whole_host(text: &str, gather: &mut Gather<'_>) {
    let text = refang(text.trim());
    match Host::parse(text.trim_end_matches('.')) {
        Some(Host::Name(name)) => gather.found_name_if_known(&name),
        // `dhcp-7` is a name, `7` is no address: as a host only what is written as an address is one.
        Some(Host::Ip(address)) if text.contains('.') || text.contains(':') => gather.found_ip(address),
        Some(Host::Ip(_)) => {}
        None => prose::scan(&text, gather),
    }
}

/// What is known of a value besides the value.
#[derive(Debug, Default)]
struct Notes {
    unicode: Option<String>,
    hashes: Option<Hashes>,
    places: Vec<String>,
}

/// Observables by type and value.
#[derive(Debug, Default)]
struct Found {
    by_kind: [BTreeMap<String, Notes>; ObservableType::ALL.len()],
    count: usize,
}

impl Found {
    /// Notes one sighting; true if the value is new.
    fn note(
        &mut self,
        kind: ObservableType,
        value: &str,
        place: &str,
        fill: impl FnOnce(&mut Notes),
    ) -> bool {
        let Some(values) = self.by_kind.get_mut(kind as usize) else { return false };
        if let Some(known) = values.get_mut(value) {
            if known.places.len() < MAX_PLACES && !known.places.iter().any(|known| known == place) {
                known.places.push(place.to_owned());
            }
            fill(known);
            return false;
        }
        if self.count >= MAX_OBSERVABLES {
            return false;
        }
        self.count += 1;
        let mut notes = Notes { places: vec![place.to_owned()], ..Notes::default() };
        fill(&mut notes);
        values.insert(value.to_owned(), notes);
        true
    }

    fn into_observables(self) -> Vec<Observable> {
        let mut all = Vec::with_capacity(self.count);
        for (kind, values) in ObservableType::ALL.into_iter().zip(self.by_kind) {
            all.extend(values.into_iter().map(|(value, Notes { unicode, hashes, places })| Observable {
                kind,
                value,
                unicode,
                hashes,
                places,
                guard: None,
            }));
        }
        all
    }
}

/// Collects what is found in the texts.
#[derive(Debug, Default)]
pub(crate) struct Gather<'a> {
    place: &'a str,
    found: Found,
    urls: Vec<String>,
}

impl Gather<'_> {
    pub(crate) fn found_url(&mut self, url: &str, host: Option<&Host>) {
        if url.len() <= MAX_URL && self.found.note(ObservableType::Url, url, self.place, |_| {}) {
            self.urls.push(url.to_owned());
        }
        match host {
            Some(Host::Ip(address)) => self.found_ip(*address),
            Some(Host::Name(name)) => self.found_name_if_known(name),
            None => {}
        }
    }

    pub(crate) fn found_ip(&mut self, address: IpAddr) {
        let kind = if address.is_ipv4() { ObservableType::Ipv4Addr } else { ObservableType::Ipv6Addr };
        self.found.note(kind, &address.to_string(), self.place, |_| {});
    }

    pub(crate) fn found_name(&mut self, name: &Name) {
        self.found.note(ObservableType::DomainName, &name.ascii, self.place, |new| {
            new.unicode.clone_from(&name.unicode);
        });
    }

    pub(crate) fn found_name_if_known(&mut self, name: &Name) {
        if name.standing() != Standing::Unknown {
            self.found_name(name);
        }
    }

    pub(crate) fn found_address(&mut self, local: &str, name: &Name) {
        // Local parts are in practice without case; one mailbox shall be one observable.
        let local = local.to_lowercase();
        let value = format!("{local}@{}", name.ascii);
        self.found.note(ObservableType::EmailAddr, &value, self.place, |new| {
            new.unicode = name.unicode.as_ref().map(|unicode| format!("{local}@{unicode}"));
        });
        self.found_name_if_known(name);
    }

    pub(crate) fn found_hash(&mut self, text: &str) {
        let value = text.to_ascii_lowercase();
        let hashes = one_hash(&value);
        self.found.note(ObservableType::File, &value, self.place, |new| new.hashes = Some(hashes));
    }
}

/// The hashes of a file of which one is known, told by its length.
pub(crate) fn one_hash(value: &str) -> Hashes {
    let mut hashes = Hashes::default();
    let field = match value.len() {
        32 => &mut hashes.md5,
        40 => &mut hashes.sha1,
        _ => &mut hashes.sha256,
    };
    *field = Some(value.to_owned());
    hashes
}

/// Attachments and what is inside them. An entry without a hash was listed, not opened: it says nothing to
/// look for. Depth first in the mail's order, with a stack of our own.
fn files(attachments: &[Attachment], found: &mut Found) {
    let mut stack: Vec<(&Attachment, String, usize)> = Vec::new();
    push(attachments, "", 0, &mut stack);
    let mut seen = 0;
    while let Some((file, place, depth)) = stack.pop() {
        seen += 1;
        if seen > MAX_FILES {
            return;
        }
        if !file.sha256.is_empty() {
            found.note(ObservableType::File, &file.sha256, &place, |new| new.hashes = Some(file.hashes()));
        }
        if depth < MAX_DEPTH {
            push(&file.children, &format!("{place}:"), depth + 1, &mut stack);
        }
    }
}

/// Pushes `files` so that the first comes off first.
fn push<'a>(
    files: &'a [Attachment],
    prefix: &str,
    depth: usize,
    stack: &mut Vec<(&'a Attachment, String, usize)>,
) {
    let files = files.iter().take(MAX_FILES).enumerate().rev();
    stack.extend(files.map(|(at, file)| (file, format!("{prefix}attachment[{at}]"), depth)));
}
