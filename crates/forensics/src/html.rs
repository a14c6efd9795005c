//! HTML as a mail program shows it, and what it does: text, links, forms, refresh, remote content.
//!
//! One pass, no tree: HTML in mail is broken as a rule, and a browser's tree would hide what was written.

use lexicon::facts::{HtmlFacts, HtmlForm, HtmlLink, Source, SourceForm};
use memchr::{memchr, memchr_iter, memchr2};

mod skeleton;
use skeleton::Skeleton;

use crate::entities;
use crate::limits::Limits;

/// What one HTML text holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html {
    /// As a person would read it: blocks on lines of their own, white space collapsed.
    pub text: String,
    /// Links, forms, refresh targets, remote content.
    pub facts: HtmlFacts,
    /// Text of scripts, where addresses may hide.
    pub scripts: String,
    /// True if a limit left something out.
    pub cut: bool,
}

/// Bytes of script text kept.
const SCRIPT_BYTES: usize = 256 << 10;

/// A tag longer than this (bytes) without a `data:` address is stuffing.
const STUFFED_TAG: usize = 4096;

/// Attributes read of one tag.
const ATTRIBUTES: usize = 100;

/// Reads HTML. Never fails: whatever is no markup is text.
///
/// ```
/// let limits = forensics::Limits::default();
/// let html = forensics::html::read("<p>See <a href='http://a.example/?x&amp;y'>b.example</a>", &limits);
/// assert_eq!(html.text, "See b.example");
/// assert_eq!(html.facts.links[0].url, "http://a.example/?x&y");
/// ```
pub fn read(input: &str, limits: &Limits) -> Html {
    let mut reader = Reader {
        limits,
        skeleton: Skeleton::default(),
        out: Html { text: String::with_capacity(input.len() / 4), ..Html::default() },
        space: false,
        link: None,
        form: None,
        alt: String::new(),
        base: String::new(),
    };
    reader.run(input);
    reader.out
}

/// The text of an HTML fragment.
pub fn text(input: &str, limits: &Limits) -> String {
    read(input, limits).text
}

struct Reader<'l> {
    limits: &'l Limits,
    out: Html,
    skeleton: Skeleton,
    /// White space was seen since the last character written.
    space: bool,
    /// The open link and where its text starts.
    link: Option<(usize, usize)>,
    form: Option<usize>,
    /// Alternative text of images in the open link.
    alt: String,
    /// `<base href>`.
    base: String,
}

/// Attributes that matter, by tag.
#[derive(Default)]
struct Attributes<'a> {
    /// The sum of the hashes of all names.
    names: u64,
    href: Option<&'a str>,
    src: Option<&'a str>,
    action: Option<&'a str>,
    method: Option<&'a str>,
    kind: Option<&'a str>,
    content: Option<&'a str>,
    http_equiv: Option<&'a str>,
    background: Option<&'a str>,
    data: Option<&'a str>,
    alt: Option<&'a str>,
    rel: Option<&'a str>,
    value: Option<&'a str>,
    /// Attributes that few tags have.
    rare: Vec<(Rare, &'a str)>,
}

/// Attributes with addresses that few tags have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rare {
    /// `style`, kept only where it has an address.
    Style,
    /// `srcset`: several addresses.
    Set,
    /// `poster`, `xlink:href`: loaded at once.
    Load,
    /// `formaction`.
    Action,
    /// `ping`, `cite`, `longdesc`, `data-saferedirecturl`: neither clicked nor loaded.
    Mention,
}

impl Reader<'_> {
    fn run(&mut self, input: &str) {
        let bytes = input.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            // Tag follows tag as a rule.
            let open = match bytes.get(at) {
                Some(b'<') => at,
                _ => memchr(b'<', bytes.get(at..).unwrap_or(&[])).map_or(bytes.len(), |n| at + n),
            };
            if open > at {
                self.text(input.get(at..open).unwrap_or(""));
            }
            if open >= bytes.len() {
                break;
            }
            at = self.markup(input, open);
        }
        self.close_link();
        self.out.text.truncate(self.out.text.trim_end().len());
        self.out.facts.skeleton = self.skeleton.words();
    }

    /// Handles the markup that starts with `<` at `open`; where the text goes on.
    fn markup(&mut self, input: &str, open: usize) -> usize {
        let bytes = input.as_bytes();
        match bytes.get(open + 1) {
            Some(b'!') => {
                if input.get(open..).is_some_and(|r| r.starts_with("<!--")) {
                    let end = comment_end(bytes, open + 4);
                    if bytes.get(open + 4..open + 7).is_some_and(|c| c.eq_ignore_ascii_case(b"[if")) {
                        self.conditional(input.get(open + 4..end).unwrap_or(""));
                    }
                    if end == bytes.len() && !input.ends_with("-->") {
                        self.hidden(input.get(open + 4..).unwrap_or(""));
                    }
                    return end;
                }
                memchr(b'>', bytes.get(open..).unwrap_or(&[])).map_or(bytes.len(), |n| open + n + 1)
            }
            Some(b'?') => {
                memchr(b'>', bytes.get(open..).unwrap_or(&[])).map_or(bytes.len(), |n| open + n + 1)
            }
            Some(b'/') => {
                let name = tag_name(input, open + 2);
                let end =
                    memchr(b'>', bytes.get(open..).unwrap_or(&[])).map_or(bytes.len(), |n| open + n + 1);
                self.end_tag(&name);
                end
            }
            Some(b) if b.is_ascii_alphabetic() => {
                let name = tag_name(input, open + 1);
                let (attributes, end) = attributes(input, open + 1 + name.length);
                self.skeleton.step(name.as_str(), attributes.names);
                self.start_tag(&name, &attributes);
                let tag = input.get(open + 1..end).unwrap_or("");
                if tag.len() > STUFFED_TAG && memchr::memmem::find(tag.as_bytes(), b"data:").is_none() {
                    self.hidden(tag);
                }
                if matches!(name.as_str(), "script" | "style" | "title" | "textarea" | "xmp") {
                    let close = raw_text_end(bytes, end, name.as_str());
                    let inner = input.get(end..close).unwrap_or("");
                    if close == bytes.len() && !matches!(name.as_str(), "textarea" | "xmp") {
                        self.hidden(inner);
                    }
                    match name.as_str() {
                        "script" => self.script(inner),
                        "textarea" | "xmp" => self.text(inner),
                        "style" => self.style(inner),
                        _ => {}
                    }
                    return close;
                }
                end
            }
            _ => {
                self.text("<");
                open + 1
            }
        }
    }

    fn text(&mut self, run: &str) {
        if self.out.text.len() >= self.limits.body_bytes {
            self.out.cut |= !run.trim().is_empty();
            return;
        }
        let mut rest = run;
        while !rest.is_empty() {
            let word = plain_run(rest.as_bytes());
            if word > 0 {
                let (plain, after) = rest.split_at(word);
                self.gap();
                self.out.text.push_str(plain);
                rest = after;
                continue;
            }
            if rest.as_bytes().first() == Some(&b'&') {
                let after = rest.get(1..).unwrap_or("");
                let (c, length) = entities::reference(after, false).unwrap_or(('&', 0));
                if c == '\u{a0}' || c.is_ascii_whitespace() {
                    self.space = true;
                } else {
                    self.gap();
                    self.out.text.push(c);
                }
                rest = after.get(length..).unwrap_or("");
            } else {
                self.space = true;
                let blank = rest.bytes().position(|b| !b.is_ascii_whitespace()).unwrap_or(rest.len());
                rest = rest.get(blank..).unwrap_or("");
            }
        }
    }

    /// Writes the space that stands between two words, if any.
    fn gap(&mut self) {
        if std::mem::take(&mut self.space) && !self.out.text.is_empty() && !self.out.text.ends_with('\n') {
            self.out.text.push(' ');
        }
    }

    fn line(&mut self) {
        self.space = false;
        let text = &mut self.out.text;
        text.truncate(text.trim_end_matches(' ').len());
        if !text.is_empty() && !text.ends_with("\n\n") {
            text.push('\n');
        }
    }

    fn block(&mut self) {
        if !self.out.text.is_empty() && !self.out.text.ends_with('\n') {
            self.line();
        }
        self.space = false;
    }

    fn script(&mut self, inner: &str) {
        if self.out.scripts.len() < SCRIPT_BYTES {
            self.out.scripts.push_str(lexicon::text::cut(inner, SCRIPT_BYTES - self.out.scripts.len()));
            self.out.scripts.push('\n');
        } else {
            self.out.cut = true;
        }
    }

    /// Stuffing that no reader sees.
    fn hidden(&mut self, inner: &str) {
        let room = self.limits.body_bytes.saturating_sub(self.out.facts.hidden.len());
        self.out.facts.hidden.push_str(lexicon::text::cut(inner, room));
    }

    /// `url(…)` and `@import "…"` in a style sheet or a `style` attribute.
    fn style(&mut self, inner: &str) {
        for at in memchr_iter(b'(', inner.as_bytes()) {
            let called = at.checked_sub(3).and_then(|from| inner.as_bytes().get(from..at));
            if called.is_some_and(|word| word.eq_ignore_ascii_case(b"url")) {
                let rest = inner.get(at + 1..).unwrap_or("");
                let url = rest.split(')').next().unwrap_or("");
                // An attribute may hold its quotes as references.
                let url = resolve(lexicon::text::cut(url, self.limits.url_bytes));
                self.remote(Some(url.trim().trim_matches(['"', '\'']).trim()));
            }
        }
        for at in memchr_iter(b'@', inner.as_bytes()) {
            let rest = inner.get(at + 1..).unwrap_or("");
            if let Some((word, rest)) = rest.split_at_checked(6)
                && word.eq_ignore_ascii_case("import")
                && let rest = rest.trim_start()
                && let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\''))
            {
                self.remote(rest.get(1..).and_then(|r| r.split(quote).next()));
            }
        }
    }

    /// A conditional comment: Outlook reads what stands in it. Its words are left out (the same is said outside
    /// as a rule); where it leads and what it loads is told.
    fn conditional(&mut self, inner: &str) {
        let mut at = 0;
        while let Some(open) = memchr(b'<', inner.as_bytes().get(at..).unwrap_or(&[])).map(|n| at + n) {
            at = open + 1;
            if !inner.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic) {
                continue;
            }
            let name = tag_name(inner, at);
            let (found, end) = attributes(inner, at + name.length);
            at = end;
            if let Some(url) = found.href.filter(|_| leads(name.as_str())).and_then(|h| self.url(h))
                && !url.starts_with('#')
                && !self.out.facts.links.iter().rev().take(4).any(|l| l.url == url)
                && self.out.facts.links.len() < self.limits.links
            {
                self.out.facts.links.push(HtmlLink { url, text: String::new() });
            }
            self.remote(found.src);
            self.remote(found.background);
            if !found.rare.is_empty() {
                self.rare(&found);
            }
        }
    }

    /// What the attributes that few tags have lead to.
    fn rare(&mut self, found: &Attributes<'_>) {
        for (what, value) in &found.rare {
            match what {
                Rare::Style => self.style(value),
                Rare::Load => self.remote(Some(value)),
                Rare::Set => {
                    for candidate in value.split(',').take(ATTRIBUTES) {
                        self.remote(candidate.split_whitespace().next());
                    }
                }
                Rare::Action => {
                    let within = self.form.and_then(|at| self.out.facts.forms.get(at));
                    let (method, password) =
                        within.map_or(("get".to_owned(), false), |f| (f.method.clone(), f.password));
                    if let Some(action) = self.url(value) {
                        if self.out.facts.forms.len() < self.limits.links {
                            self.out.facts.forms.push(HtmlForm { action, method, password });
                        } else {
                            self.out.cut = true;
                        }
                    }
                }
                Rare::Mention => {
                    for url in value.split_ascii_whitespace().take(ATTRIBUTES) {
                        self.mention(url);
                    }
                }
            }
        }
    }

    fn mention(&mut self, value: &str) {
        if let Some(url) = self.url(value).filter(|u| u.contains("//")) {
            if self.out.facts.references.len() >= self.limits.links {
                self.out.cut = true;
            } else if self.out.facts.references.last() != Some(&url) {
                self.out.facts.references.push(url);
            }
        }
    }

    fn start_tag(&mut self, name: &Name, found: &Attributes<'_>) {
        if !found.rare.is_empty() {
            self.rare(found);
        }
        match name.as_str() {
            "a" | "area" => {
                self.close_link();
                if let Some(url) = found.href.and_then(|h| self.url(h)).filter(|u| !u.starts_with('#')) {
                    if self.out.facts.links.len() >= self.limits.links {
                        self.out.cut = true;
                        return;
                    }
                    let alt = found.alt.map(resolve).unwrap_or_default();
                    let text = lexicon::text::cut(alt.trim(), self.limits.link_text_bytes).to_owned();
                    self.out.facts.links.push(HtmlLink { url, text });
                    if name.as_str() == "a" {
                        self.gap();
                        self.link = Some((self.out.facts.links.len() - 1, self.out.text.len()));
                    }
                }
            }
            "base" => {
                if self.base.is_empty()
                    && let Some(url) = found.href.and_then(|h| self.url(h)).filter(|u| u.contains("://"))
                {
                    self.base = url;
                }
            }
            "form" => {
                if self.out.facts.forms.len() >= self.limits.links {
                    self.out.cut = true;
                    return;
                }
                let action = found.action.and_then(|a| self.url(a)).unwrap_or_default();
                let post = found.method.is_some_and(|m| m.trim().eq_ignore_ascii_case("post"));
                let method = if post { "post" } else { "get" }.to_owned();
                self.out.facts.forms.push(HtmlForm { action, method, password: false });
                self.form = Some(self.out.facts.forms.len() - 1);
                self.block();
            }
            "input" => {
                let kind = found.kind.unwrap_or("").trim();
                if kind.eq_ignore_ascii_case("password") {
                    // A password field outside any form is one that a script sends.
                    match self.form.and_then(|at| self.out.facts.forms.get_mut(at)) {
                        Some(form) => form.password = true,
                        None => {
                            self.out.facts.forms.push(HtmlForm {
                                action: String::new(),
                                method: "get".to_owned(),
                                password: true,
                            });
                            self.form = Some(self.out.facts.forms.len() - 1);
                        }
                    }
                } else if let Some(value) = found.value
                    && (kind.eq_ignore_ascii_case("submit") || kind.eq_ignore_ascii_case("button"))
                {
                    self.space = true;
                    self.text(value);
                    self.space = true;
                }
                self.remote(found.src);
            }
            "meta" => {
                if found.http_equiv.is_some_and(|h| h.trim().eq_ignore_ascii_case("refresh"))
                    && let Some(url) = found.content.and_then(refresh_target).and_then(|u| self.url(&u))
                {
                    if self.out.facts.refresh.len() < self.limits.links {
                        self.out.facts.refresh.push(url);
                    } else {
                        self.out.cut = true;
                    }
                }
            }
            "img" => {
                if let Some(alt) = found.alt
                    && self.link.is_some()
                {
                    self.alt.clear();
                    self.alt.push_str(lexicon::text::cut(&resolve(alt), self.limits.link_text_bytes));
                }
                self.remote(found.src);
            }
            "link" => {
                let rel = found.rel.unwrap_or("").to_ascii_lowercase();
                if ["stylesheet", "icon", "preload", "import"].iter().any(|r| rel.contains(r)) {
                    self.remote(found.href);
                }
            }
            "iframe" | "frame" | "script" | "embed" | "source" | "video" | "audio" | "track" | "bgsound"
            | "portal" => {
                self.remote(found.src);
            }
            "object" => self.remote(found.data),
            "br" => self.line(),
            "p" => {
                self.block();
                if !self.out.text.is_empty() && self.link.is_none() {
                    self.line();
                }
            }
            "td" | "th" => {
                self.space = true;
                self.remote(found.background);
            }
            // VML, which Outlook draws.
            name if name.starts_with("v:") => {
                self.remote(found.src);
                if let Some(url) = found.href.and_then(|h| self.url(h)).filter(|u| !u.starts_with('#')) {
                    if self.out.facts.links.len() < self.limits.links {
                        self.out.facts.links.push(HtmlLink { url, text: String::new() });
                    } else {
                        self.out.cut = true;
                    }
                }
            }
            "div" | "tr" | "li" | "ul" | "ol" | "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr"
            | "blockquote" | "pre" | "center" | "dl" | "dt" | "dd" | "body" | "section" | "article"
            | "header" | "footer" | "option" | "fieldset" => {
                self.block();
                self.remote(found.background);
            }
            _ => {}
        }
    }

    fn end_tag(&mut self, name: &Name) {
        match name.as_str() {
            "a" => self.close_link(),
            "form" => {
                self.form = None;
                self.block();
            }
            "td" | "th" => self.space = true,
            "p" | "div" | "tr" | "li" | "ul" | "ol" | "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            | "blockquote" | "pre" | "center" | "dl" | "dt" | "dd" | "section" | "article" | "header"
            | "footer" | "option" => self.block(),
            _ => {}
        }
    }

    fn close_link(&mut self) {
        if let Some((index, start)) = self.link.take() {
            let shown = self.out.text.get(start..).unwrap_or("").trim();
            let shown = if shown.is_empty() { self.alt.trim() } else { shown };
            let shown = lexicon::text::cut(shown, self.limits.link_text_bytes);
            let shown = if shown.contains('\n') { shown.replace('\n', " ") } else { shown.to_owned() };
            if let Some(link) = self.out.facts.links.get_mut(index) {
                link.text = shown;
            }
        }
        self.alt.clear();
    }

    /// An attribute as a URL: references resolved, white space that browsers drop taken out, relative to `<base>`.
    fn url(&self, value: &str) -> Option<String> {
        let value = lexicon::text::cut(value.trim(), self.limits.url_bytes);
        let mut url = resolve(value);
        if url.contains(['\n', '\r', '\t']) {
            url.retain(|c| !matches!(c, '\n' | '\r' | '\t'));
        }
        let trimmed = url.trim();
        if trimmed.is_empty() {
            return None;
        }
        if trimmed.len() != url.len() {
            url = trimmed.to_owned();
        }
        if !self.base.is_empty() && !has_scheme(&url) && !url.starts_with('#') {
            url = join(&self.base, &url);
        }
        Some(url)
    }

    fn remote(&mut self, value: Option<&str>) {
        let Some(url) = value.and_then(|v| self.url(v)) else {
            return;
        };
        let lower = lexicon::text::cut(&url, 8).to_ascii_lowercase();
        let away = ["http:", "https:", "ftp:", "//", "file:", "\\\\"].iter().any(|s| lower.starts_with(s));
        if !away {
            return;
        }
        if self.out.facts.remote.len() >= self.limits.links {
            self.out.cut = true;
        } else if self.out.facts.remote.last() != Some(&url) {
            self.out.facts.remote.push(url);
        }
    }
}

/// Length of the text at the start of `bytes` that can be taken as it is: words with one blank between them.
fn plain_run(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte > b' ' && byte != b'&' {
            at += 1;
        } else if byte == b' '
            && at > 0
            && bytes.get(at + 1).is_some_and(|next| *next > b' ' && *next != b'&')
        {
            at += 2;
        } else if byte == b'&' || byte.is_ascii_whitespace() {
            break;
        } else {
            at += 1;
        }
    }
    at
}

/// True if `url` starts with a scheme.
fn has_scheme(url: &str) -> bool {
    url.find(':').is_some_and(|at| {
        at > 0 && url.bytes().take(at).all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    })
}

fn join(base: &str, url: &str) -> String {
    let scheme_end = base.find("://").map_or(0, |at| at + 3);
    let host_end =
        base.get(scheme_end..).and_then(|r| r.find(['/', '?', '#'])).map_or(base.len(), |at| scheme_end + at);
    if let Some(rest) = url.strip_prefix("//") {
        return format!("{}{rest}", base.get(..scheme_end).unwrap_or(""));
    }
    if url.starts_with('/') {
        return format!("{}{url}", base.get(..host_end).unwrap_or(base));
    }
    let folder = base.rfind('/').filter(|at| *at >= host_end).map_or(base.len(), |at| at + 1);
    let slash = if folder == base.len() && !base.ends_with('/') { "/" } else { "" };
    format!("{}{slash}{url}", base.get(..folder).unwrap_or(base))
}

/// `5; url='http://…'`.
fn refresh_target(content: &str) -> Option<String> {
    let content = resolve(content);
    let lower = content.to_ascii_lowercase();
    let at = lower.find("url")?;
    let rest = content.get(at + 3..)?.trim_start().strip_prefix('=')?.trim();
    let rest = rest.trim_matches(|c: char| matches!(c, '"' | '\'') || c.is_whitespace());
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// An attribute's value with its character references resolved.
fn resolve(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let after = tail.get(1..).unwrap_or("");
        match entities::reference(after, true) {
            Some((c, length)) => {
                out.push(c);
                rest = after.get(length..).unwrap_or("");
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Longest tag name told apart.
const NAME_BYTES: usize = 12;

/// A tag name in lower case.
struct Name {
    bytes: [u8; NAME_BYTES],
    /// As written, which may be longer than what is kept.
    length: usize,
}

impl Name {
    fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }
}

fn tag_name(input: &str, at: usize) -> Name {
    let rest = input.as_bytes().get(at..).unwrap_or(&[]);
    let length =
        rest.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(rest.len());
    let mut bytes = [0; NAME_BYTES];
    for (target, source) in bytes.iter_mut().zip(rest.iter().take(length)) {
        *target = source.to_ascii_lowercase();
    }
    Name { bytes, length }
}

/// Reads the attributes from `at` (just after the tag name); the position after the tag's `>`.
fn attributes(input: &str, at: usize) -> (Attributes<'_>, usize) {
    let bytes = input.as_bytes();
    let mut out = Attributes::default();
    let mut at = at;
    let mut count = 0;
    loop {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || *b == b'/') {
            at += 1;
        }
        match bytes.get(at) {
            None => return (out, bytes.len()),
            Some(b'>') => return (out, at + 1),
            _ => {}
        }
        count += 1;
        if count > ATTRIBUTES {
            let end = memchr(b'>', bytes.get(at..).unwrap_or(&[])).map_or(bytes.len(), |n| at + n + 1);
            return (out, end);
        }
        let start = at;
        // A leading `=` belongs to the name, as in browsers; so the loop always moves on.
        at += 1;
        while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/')) {
            at += 1;
        }
        let name = input.get(start..at).unwrap_or("");
        out.names = out.names.wrapping_add(skeleton::hash(name));
        let mut look = at;
        while bytes.get(look).is_some_and(u8::is_ascii_whitespace) {
            look += 1;
        }
        if bytes.get(look) != Some(&b'=') {
            continue;
        }
        at = look + 1;
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let value = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let from = at + 1;
                let end = memchr(*quote, bytes.get(from..).unwrap_or(&[])).map(|n| from + n);
                match end {
                    Some(end) => {
                        at = end + 1;
                        input.get(from..end)
                    }
                    None => {
                        // An unclosed quote: take it to the end of the tag, not of the mail.
                        let end = memchr2(b'>', b'\n', bytes.get(from..).unwrap_or(&[]))
                            .map_or(bytes.len(), |n| from + n);
                        at = end;
                        input.get(from..end)
                    }
                }
            }
            _ => {
                let from = at;
                while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace() && *b != b'>') {
                    at += 1;
                }
                input.get(from..at)
            }
        };
        if let Some(rare) = rare_attribute(name) {
            if let Some(value) = value.filter(|v| rare != Rare::Style || memchr(b'(', v.as_bytes()).is_some())
            {
                out.rare.push((rare, value));
            }
            continue;
        }
        let slot = match name.len() {
            3 if name.eq_ignore_ascii_case("src") => &mut out.src,
            3 if name.eq_ignore_ascii_case("alt") => &mut out.alt,
            3 if name.eq_ignore_ascii_case("rel") => &mut out.rel,
            4 if name.eq_ignore_ascii_case("href") => &mut out.href,
            4 if name.eq_ignore_ascii_case("type") => &mut out.kind,
            4 if name.eq_ignore_ascii_case("data") => &mut out.data,
            5 if name.eq_ignore_ascii_case("value") => &mut out.value,
            6 if name.eq_ignore_ascii_case("action") => &mut out.action,
            6 if name.eq_ignore_ascii_case("method") => &mut out.method,
            7 if name.eq_ignore_ascii_case("content") => &mut out.content,
            10 if name.eq_ignore_ascii_case("http-equiv") => &mut out.http_equiv,
            10 if name.eq_ignore_ascii_case("background") => &mut out.background,
            _ => {
                if let (Some(rare), Some(value)) = (rare_attribute(name), value)
                    && (rare != Rare::Style || calls_url(value.as_bytes()))
                {
                    out.rare.push((rare, value));
                }
                continue;
            }
        };
        if slot.is_none() {
            *slot = value;
        }
    }
}

/// True if a style asks for something by `url(`; most call only `rgb(`.
fn calls_url(style: &[u8]) -> bool {
    memchr_iter(b'(', style).any(|at| {
        at.checked_sub(3).and_then(|from| style.get(from..at)).is_some_and(|w| w.eq_ignore_ascii_case(b"url"))
    })
}

fn rare_attribute(name: &str) -> Option<Rare> {
    let is = |word: &str| name.eq_ignore_ascii_case(word);
    match name.len() {
        4 if is("ping") || is("cite") => Some(Rare::Mention),
        5 if is("style") => Some(Rare::Style),
        6 if is("srcset") => Some(Rare::Set),
        6 if is("poster") => Some(Rare::Load),
        8 if is("longdesc") => Some(Rare::Mention),
        10 if is("formaction") => Some(Rare::Action),
        10 if is("xlink:href") => Some(Rare::Load),
        20 if is("data-saferedirecturl") => Some(Rare::Mention),
        _ => None,
    }
}

/// Tags whose `href` a click follows: links, and shapes that Outlook draws.
fn leads(name: &str) -> bool {
    matches!(name, "a" | "area") || name.starts_with("v:")
}

/// Where the text goes on after a comment whose inside starts at `at`. Conditional comments for Outlook are
/// comments to everybody else.
fn comment_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    if rest.starts_with(b">") {
        return at + 1;
    }
    memchr::memmem::find(rest, b"-->")
        .map_or_else(|| memchr(b'>', rest).map_or(bytes.len(), |n| at + n + 1), |n| at + n + 3)
}

/// Where the end tag of a raw text element starts.
fn raw_text_end(bytes: &[u8], at: usize, name: &str) -> usize {
    let mut from = at;
    while let Some(n) = memchr::memmem::find(bytes.get(from..).unwrap_or(&[]), b"</") {
        let tag = from + n + 2;
        if bytes.get(tag..tag + name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name.as_bytes())) {
            return from + n;
        }
        from = tag;
    }
    bytes.len()
}

/// Every URL of a page as a source; `place` is the page's own, empty for a mail's HTML part.
pub fn sources(facts: &HtmlFacts, place: &str) -> Vec<Source> {
    let prefix = if place.is_empty() { String::new() } else { format!("{place}:") };
    let mut out = Vec::new();
    let mut give = |what: &str, url: &str| {
        let inert = ["data:", "javascript:", "cid:", "about:", "tel:"]
            .iter()
            .any(|s| url.get(..s.len()).is_some_and(|u| u.eq_ignore_ascii_case(s)));
        if !inert && !url.is_empty() {
            let place = format!("{prefix}html:{what}");
            out.push(Source { place, form: SourceForm::Url, text: url.to_owned() });
        }
    };
    facts.links.iter().for_each(|link| give("link", &link.url));
    facts.forms.iter().for_each(|form| give("form", &form.action));
    facts.refresh.iter().for_each(|url| give("refresh", url));
    facts.remote.iter().for_each(|url| give("remote", url));
    facts.references.iter().for_each(|url| give("reference", url));
    out
}

/// The charset that an HTML text declares for itself in its first kilobyte.
pub fn declared_charset(bytes: &[u8]) -> Option<&str> {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let lower = head.to_ascii_lowercase();
    let at = memchr::memmem::find(&lower, b"charset=")? + 8;
    let rest = head.get(at..)?;
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':')))?;
    std::str::from_utf8(rest.get(..end)?).ok().filter(|l| !l.is_empty())
}

#[cfg(test)]
mod tests;
