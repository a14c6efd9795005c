//! Mail facts: what one dissected mail says, in the stable machine vocabulary of `dissect --jsonl`.
//!
//! Fields are only ever added; a field's meaning never changes. Every text is valid Unicode with the sender's
//! characters kept (invisible ones too); show it through [`crate::text::visible`].

use serde::{Deserialize, Serialize};

use crate::observable::{Hashes, Observable};

/// Everything read from one mail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailFacts {
    /// Where it was read from, as given on the command line or found below it; `-` for standard input;
    /// `box.mbox#3` for the third mail of an mbox (1-based).
    pub path: String,
    /// SHA-256 of the raw bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the raw bytes.
    pub size: u64,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// Date header as RFC 3339 with the mail's own offset, e.g. `2013-08-07T09:12:00+09:00`.
    pub date: Option<String>,
    /// Decoded subject.
    pub subject: Option<String>,
    /// First From mailbox.
    pub from: Option<Mailbox>,
    /// Sender header, where it is there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sender: Option<Mailbox>,
    /// Return-Path address without angle brackets.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub return_path: Option<String>,
    /// First Reply-To mailbox.
    pub reply_to: Option<Mailbox>,
    /// To mailboxes.
    pub to: Vec<Mailbox>,
    /// Cc mailboxes.
    pub cc: Vec<Mailbox>,
    /// In-Reply-To and References ids without brackets, oldest first, each once.
    #[serde(default)]
    pub references: Vec<String>,
    /// The route, in header order: the newest hop first.
    pub received: Vec<Hop>,
    /// Where the mail entered the receiving side, as far as its route can be trusted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin: Option<Origin>,
    /// The traits of the program that made the mail.
    #[serde(skip_serializing_if = "Fingerprint::is_empty", default)]
    pub fingerprint: Fingerprint,
    /// What the receiving side's Authentication-Results say; `None` where nothing is said.
    pub authentication: Authentication,
    /// The body as a person would read it.
    pub body: Body,
    /// What the HTML part does.
    #[serde(default)]
    pub html: HtmlFacts,
    /// The attachment tree, in the mail's order.
    pub attachments: Vec<Attachment>,
    /// Every URL in headers, text and HTML, as in the mail after refanging, each once, in order of appearance.
    pub urls: Vec<String>,
    /// Everything seen that may become an indicator, sorted by type and value.
    pub observables: Vec<Observable>,
    /// What gives the mail away (見分け方), with reasons.
    pub tells: Vec<Tell>,
    /// What was wrong with the mail as data.
    pub oddities: Vec<Oddity>,
    /// Headers an analyst looks at that have no field of their own (X-Mailer, X-Originating-IP …), decoded,
    /// in order.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// Mails forwarded inside the text, outermost first: who wrote them, as the forwarding program copied it
    /// into the body. Quoted replies are none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub forwards: Vec<InlineMail>,
}

/// A mail that claims to have arrived longer than this before it was handed in is not believed, in hours: ten years.
const OLDEST_ARRIVAL_HOURS: i64 = 10 * 366 * 24;

impl MailFacts {
    /// When the mail arrived where it was received: the time of the server that took it in last, else its own date. A
    /// time after it was handed in to the hub, or ten years before, is not believed: then it is `received` itself.
    ///
    /// ```
    /// use lexicon::facts::MailFacts;
    /// let mail = MailFacts { date: Some("2026-11-19T10:00:00+09:00".into()), ..MailFacts::default() };
    /// let received = "2026-11-20T00:00:00Z".parse().unwrap();
    /// assert_eq!(mail.arrived(received).to_string(), "2026-11-19T01:00:00Z");
    /// let future = MailFacts { date: Some("2030-01-01T00:00:00Z".into()), ..MailFacts::default() };
    /// assert_eq!(future.arrived(received), received);
    /// ```
    pub fn arrived(&self, received: jiff::Timestamp) -> jiff::Timestamp {
        let earliest = received - jiff::SignedDuration::from_hours(OLDEST_ARRIVAL_HOURS);
        let hops = self.received.iter().take(1).filter_map(|hop| hop.date.as_deref());
        hops.chain(self.date.as_deref())
            .filter_map(|text| text.parse::<jiff::Timestamp>().ok())
            .find(|at| (earliest..=received).contains(at))
            .unwrap_or(received)
    }
}

/// A mail forwarded as text inside another one's body.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InlineMail {
    /// Its sender.
    pub from: Option<Mailbox>,
    /// Its To mailboxes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub to: Vec<Mailbox>,
    /// Its Cc mailboxes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub cc: Vec<Mailbox>,
    /// Its date as written there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<String>,
    /// That date in RFC 3339, where it can be read. Where no zone is written there is no offset behind it:
    /// `2013-08-07T09:12:00` is the forwarder's local time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text: up to the next forwarded mail, or the end of the body.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub text: String,
}

/// A display name and an address, either of which may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mailbox {
    /// Decoded display name; empty where there is none.
    pub name: String,
    /// The address as written, without angle brackets; empty where there is none.
    pub address: String,
}

/// One Received header.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hop {
    /// The `from` word: the name the client gave (HELO).
    pub from: Option<String>,
    /// The `by` word.
    pub by: Option<String>,
    /// The client's address as the server saw it.
    pub ip: Option<String>,
    /// RFC 3339 with its own offset.
    pub date: Option<String>,
    /// The protocol, as the `with` clause names it, without comments: `ESMTPS`, `Microsoft SMTP Server`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub with: Option<String>,
    /// The server's own id of the mail.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// The recipient of the envelope.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none", default)]
    pub recipient: Option<String>,
    /// The version of TLS that the server names, e.g. `1.2`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tls: Option<String>,
    /// Seconds since the hop before it in time (the next in the list); negative where a clock is wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delay_seconds: Option<i64>,
}

/// Where a mail came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The address.
    pub ip: String,
    /// The name that the client gave there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub helo: Option<String>,
    /// Its place in [`MailFacts::received`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hop: Option<usize>,
    /// `received`: the first client from outside that a server of the receiving side saw; `claimed`: only a
    /// header such as X-Originating-IP says so, which anybody can write.
    pub why: String,
    /// The address that X-Originating-IP claims, where that is not [`Origin::ip`] itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub claimed: Option<String>,
}

/// The traits that a mailing program leaves, in stable strings by which mails can be grouped.
///
/// A shape writes every run of characters as its class and length: `9` digits, `x` hexadecimal in lower case,
/// `X` in upper case, `a` letters in lower case, `A` in upper case, `m` anything mixed; marks stand as they are,
/// `D` is the domain and `U` or `u` a UUID. `<X8$X8$X8@D>`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Shape of the Message-ID.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message_id: Option<String>,
    /// Domain of the Message-ID, in lower case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message_id_domain: Option<String>,
    /// Whose form of Message-ID it is, where that is known: `outlook`, `gmail`, `python` …
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message_id_form: Option<String>,
    /// Shape of the first boundary.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub boundary: Option<String>,
    /// Whose form of boundary it is, where that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub boundary_form: Option<String>,
    /// X-Mailer or User-Agent, in lower case, without what follows the second number of its version.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mailer: Option<String>,
    /// First 16 hexadecimal digits of the SHA-256 of the names of the headers in their order, in lower case and
    /// each followed by a line feed, without those that servers on the way add.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub header_order: String,
    /// `MIME-Version;type;charset;transfer encoding` of the mail as a whole, in lower case but for the version.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mime: Option<String>,
}

impl Fingerprint {
    /// True where nothing was found.
    ///
    /// ```
    /// assert!(lexicon::facts::Fingerprint::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Results of sender authentication, in the words of RFC 8601 (`pass`, `fail`, `softfail`, `none` …).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Authentication {
    /// SPF.
    pub spf: Option<String>,
    /// DKIM.
    pub dkim: Option<String>,
    /// DMARC.
    pub dmarc: Option<String>,
    /// Every result that a header claims, in the mail's order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub results: Vec<AuthenticationResult>,
    /// DKIM and ARC signatures, as checked here, in the mail's order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub signatures: Vec<Signature>,
}

/// One result that a header claims.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuthenticationResult {
    /// The header: `authentication-results`, `arc-authentication-results` or `received-spf`.
    pub header: String,
    /// Who claims it (authserv-id); empty where it is not said.
    pub server: String,
    /// `spf`, `dkim`, `dmarc`, `arc` …
    pub method: String,
    /// `pass`, `fail` …
    pub result: String,
    /// The domain that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub domain: Option<String>,
    /// The selector of the key.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub selector: Option<String>,
    /// The reason or comment that is given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// True if the receiving side's own, newest server wrote it; anything else may come from the sender.
    pub counts: bool,
}

/// One DKIM or ARC signature.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signature {
    /// `dkim`, `arc-message` or `arc-seal`.
    pub kind: String,
    /// Place in the ARC chain, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instance: Option<u32>,
    /// The domain that signs.
    pub domain: String,
    /// The selector of its key.
    pub selector: String,
    /// `rsa-sha256` …
    pub algorithm: String,
    /// `pass`, `fail`, `no-key`, `expired`, `malformed` or `weak-key`.
    pub result: String,
    /// Why, in a short stable phrase; empty for a pass.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub reason: String,
    /// The names of the headers that it covers, in lower case, as often as it names them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub headers: Vec<String>,
    /// Whether the body is still the one that was signed; `None` where the signature has no body hash to check.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<bool>,
    /// When it says that it was made, RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed: Option<String>,
    /// When it says that it expires, RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<String>,
    /// What an ARC seal says of the chain below it: `none`, `pass`, `fail`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub chain: Option<String>,
}

/// The body text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Body {
    /// The text part, or the HTML part as text where there is no text part (or only a blank one).
    pub text: String,
    /// The charset used to decode it, in WHATWG names in lower case (`utf-8`, `iso-2022-jp`, `shift_jis` …).
    pub charset: Option<String>,
    /// The charset that the part declared, where it differs from the one used.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub charset_declared: Option<String>,
    /// The charset that the bytes look like, where that was asked and is not the one declared.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub charset_detected: Option<String>,
    /// The charsets of every text part, where the mail has several that were not all read as declared and alike.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub parts: Vec<TextPart>,
    /// ISO 639-1 code of the language, where the text is long enough to tell.
    pub language: Option<String>,
    /// `text/plain` or `text/html`: which part the text was taken from.
    #[serde(default)]
    pub source: String,
}

/// One text part and how it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextPart {
    /// Its place in the MIME tree: `1.2`.
    pub part: String,
    /// `text/plain` or `text/html`.
    pub kind: String,
    /// As [`Body::charset`].
    pub charset: String,
    /// As [`Body::charset_declared`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub charset_declared: Option<String>,
    /// As [`Body::charset_detected`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub charset_detected: Option<String>,
}

/// What an HTML part does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HtmlFacts {
    /// Links: where they lead and what they show.
    pub links: Vec<HtmlLink>,
    /// Forms.
    pub forms: Vec<HtmlForm>,
    /// Targets of `<meta http-equiv=refresh>`.
    pub refresh: Vec<String>,
    /// Remote images, style sheets, frames and scripts.
    #[serde(default)]
    pub remote: Vec<String>,
    /// Addresses in attributes that are neither clicked nor loaded by themselves: `ping`, `cite`, `longdesc`,
    /// `data-saferedirecturl`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub references: Vec<String>,
    /// The HTML part as a person would read it, where [`Body::text`] was taken from a text part: what most
    /// mail programs show, while the text part is often a stub. Empty where `Body::text` is this text already.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub text: String,
    /// Text in the HTML part that no reader sees: stuffing that never ends up on the screen (the rest of the
    /// part after a `<style>`, `<script>`, `<title>` or comment that is never closed; the inside of a tag longer
    /// than 4,096 bytes that holds no `data:` address). Style sheets and scripts that are closed do not count.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub hidden: String,
    /// The skeleton of the HTML part: four words of 12 hexadecimal digits made of which tags with which attributes
    /// follow each other, whatever is written in them. Parts made from one template share at least one. Empty where
    /// there are too few different tags to say anything.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub skeleton: String,
}

/// `<a href>` and `<area href>`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HtmlLink {
    /// Where it leads, entities resolved.
    pub url: String,
    /// What the reader sees.
    pub text: String,
}

/// `<form>`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HtmlForm {
    /// Where it sends.
    pub action: String,
    /// `get` or `post`.
    pub method: String,
    /// True if it asks for a password.
    pub password: bool,
}

/// An attachment, an inline image, an attached mail, or a file inside one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attachment {
    /// Its decoded file name.
    pub name: Option<String>,
    /// Decoded size in bytes.
    pub size: u64,
    /// SHA-256 of the decoded bytes; empty for an entry that was listed but not opened.
    pub sha256: String,
    /// SHA-1 of the decoded bytes.
    #[serde(default)]
    pub sha1: String,
    /// MD5 of the decoded bytes.
    #[serde(default)]
    pub md5: String,
    /// A short stable word for what it is, by content.
    pub kind: String,
    /// The Content-Type that the mail declares.
    #[serde(default)]
    pub content_type: String,
    /// True if it cannot be read without a password; `None` where the kind cannot be encrypted.
    pub encrypted: Option<bool>,
    /// The password that opened it.
    pub password: Option<String>,
    /// Where that password was told: `body`, `header:subject`, `mail:SHA-256`, `campaign`, `common` …
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password_from: Option<String>,
    /// True if the mail shows it in its body (Content-ID or Content-Disposition: inline).
    pub inline: bool,
    /// What is inside: parts of an attached mail, entries of an archive, files embedded in a document.
    pub children: Vec<Attachment>,
    /// What the file says of itself, in the order found: author, compile time, imphash, compression method …
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub properties: Vec<Property>,
    /// Macros, scripts and command lines that the file carries.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub scripts: Vec<Script>,
    /// Where the file leads: remote templates, link targets, actions, what a QR code says.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub relations: Vec<Relation>,
    /// The text that a reader of the document sees, bounded; empty for files without one.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub text: String,
    /// TLSH of the bytes (`T1…`), for documents, programs, scripts and archives long enough to have one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tlsh: Option<String>,
}

/// One thing that a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Property {
    /// A stable name in lower case with the family before the dot: `document.author`, `lnk.machine-id`,
    /// `pe.imphash`, `archive.method`.
    pub name: String,
    /// Its value; dates as RFC 3339.
    pub value: String,
}

/// A macro, script or command line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Script {
    /// `vba`, `xlm`, `javascript`, `vbscript`, `powershell`, `batch`, `command` …
    pub language: String,
    /// Its name in the file: a module, a stream, an object number; empty where the file is the script.
    pub name: String,
    /// The source text, bounded.
    pub text: String,
}

/// A place that a file leads to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Relation {
    /// How it leads there: `template`, `external`, `dde`, `link`, `action`, `target`, `icon`, `qr`,
    /// `form`, `query` …
    pub kind: String,
    /// Where to, as the file says it.
    pub target: String,
}

impl Attachment {
    /// The password that opened it, or, of an archive, what is inside of it.
    ///
    /// ```
    /// use lexicon::facts::Attachment;
    /// let entry = Attachment { password: Some("Nori-88".to_owned()), ..Attachment::default() };
    /// let archive = Attachment { children: vec![entry], ..Attachment::default() };
    /// assert_eq!(archive.opened_with(), Some("Nori-88"));
    /// ```
    pub fn opened_with(&self) -> Option<&str> {
        self.password.as_deref().or_else(|| self.children.iter().find_map(|child| child.password.as_deref()))
    }

    /// The value of a property, the first of that name.
    ///
    /// ```
    /// use lexicon::facts::{Attachment, Property};
    /// let author = Property { name: "document.author".to_owned(), value: "山田".to_owned() };
    /// let file = Attachment { properties: vec![author], ..Attachment::default() };
    /// assert_eq!(file.property("document.author"), Some("山田"));
    /// ```
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|p| p.name == name).map(|p| p.value.as_str())
    }

    /// The attachment at a place such as `attachment[0]:attachment[2]`; `None` if there is none.
    ///
    /// ```
    /// use lexicon::facts::Attachment;
    /// let inner = Attachment { size: 7, ..Attachment::default() };
    /// let mut tree = vec![Attachment { children: vec![inner], ..Attachment::default() }];
    /// assert_eq!(Attachment::at(&mut tree, "attachment[0]:attachment[0]").map(|a| a.size), Some(7));
    /// assert!(Attachment::at(&mut tree, "attachment[1]").is_none());
    /// ```
    pub fn at<'t>(tree: &'t mut [Self], place: &str) -> Option<&'t mut Self> {
        let (step, rest) = place.split_once(':').map_or((place, None), |(step, rest)| (step, Some(rest)));
        let index: usize = step.strip_prefix("attachment[")?.strip_suffix(']')?.parse().ok()?;
        let found = tree.get_mut(index)?;
        match rest {
            Some(rest) => Self::at(&mut found.children, rest),
            None => Some(found),
        }
    }

    /// Its three hashes.
    pub fn hashes(&self) -> Hashes {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Hashes { md5: some(&self.md5), sha1: some(&self.sha1), sha256: some(&self.sha256) }
    }
}

/// A tell (見分け方): something that gives an attack mail away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tell {
    /// Stable id, e.g. `link-text-differs`; the catalogue gives its text in both languages.
    pub id: String,
    /// The evidence: the header, value or name that shows it.
    pub why: String,
    /// How much it speaks for an attack, 1 (a hint) to 5 (nearly certain).
    pub weight: u8,
    /// What it says, where an operator's own rule tells it: the catalogue does not know its id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<TellText>,
}

/// What an operator's own tell says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TellText {
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
    /// The criterion under which a verdict lays it out: `kind`, `past`, `craft`, `sender` or `mass`.
    pub criterion: String,
    /// Where the knowledge is from.
    pub source: String,
}

/// Something wrong with the mail as data: never an error, always told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oddity {
    /// Stable id, e.g. `mime-depth-limit`.
    pub id: String,
    /// Where: `header:subject`, `part:1.2`, `byte:1234` …
    #[serde(rename = "where")]
    pub place: String,
}

/// A header with its decoded value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name as written.
    pub name: String,
    /// Decoded and unfolded.
    pub value: String,
}

/// A text of the mail in which indicators are looked for, and where it stands.
///
/// Not part of the machine output: `forensics` and `anatomy` hand these to `indicators`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Where it stands, in the form of [`Observable::places`].
    pub place: String,
    /// How the text is to be read.
    pub form: SourceForm,
    /// The text.
    pub text: String,
}

/// How a [`Source`] is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SourceForm {
    /// Running text: look for every kind, also defanged and full-width shapes.
    Prose,
    /// One URL, whole.
    Url,
    /// One address, whole.
    Address,
    /// One IP address, whole.
    Ip,
    /// One host name, whole.
    Host,
}
