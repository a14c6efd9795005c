//! How much of one mail is read: every bound on hostile input, by name.

/// Bounds for reading one mail. What lies beyond a bound is left out of the facts (never out of the hash of the
/// mail) and told as an oddity.
///
/// ```
/// let limits = forensics::Limits { links: 10, ..forensics::Limits::default() };
/// assert_eq!(limits.links, 10);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// MIME parts of a mail and of all mails attached to it, together.
    pub parts: usize,
    /// Multiparts inside multiparts, in one mail.
    pub multipart_depth: usize,
    /// Mails attached to mails attached to mails.
    pub mail_depth: usize,
    /// Header fields of one part.
    pub headers: usize,
    /// Bytes of one header field's value.
    pub header_bytes: usize,
    /// Mailboxes of one address header.
    pub addresses: usize,
    /// Received headers.
    pub hops: usize,
    /// Message-IDs from References and In-Reply-To.
    pub references: usize,
    /// Bytes of body text, as UTF-8.
    pub body_bytes: usize,
    /// Bytes of one HTML part that are read, before decoding.
    pub html_bytes: usize,
    /// Links, and separately remote resources and forms, of the HTML parts.
    pub links: usize,
    /// Bytes of one URL in HTML.
    pub url_bytes: usize,
    /// Bytes of the text that a link shows.
    pub link_text_bytes: usize,
    /// Attachments and their children, together.
    pub attachments: usize,
    /// Decoded bytes of one attachment that is handed on to be opened.
    pub payload_bytes: usize,
    /// Decoded bytes of all the attachments of a mail that are handed on to be opened.
    pub payloads_bytes: usize,
    /// Hand on every attachment, not only those that may have something inside: where rules look at all files.
    pub every_file: bool,
    /// Say what gives the mail away, how it was made and in which language, check its signatures, and look for mails
    /// forwarded as text. A search asks for none of these.
    pub judge: bool,
    /// Bytes of a file name.
    pub name_bytes: usize,
    /// Decoded bytes of one attachment that are kept in memory at once: a longer one is hashed in pieces of this
    /// size, and its kind is read from the first.
    pub attachment_piece: usize,
    /// Decoded bytes of mails attached in an encoded form that are read as mails.
    pub attached_mail_bytes: usize,
    /// Bytes of all the texts handed on for indicators, together.
    pub source_bytes: usize,
    /// Oddities told.
    pub oddities: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parts: 2_000,
            multipart_depth: 40,
            mail_depth: 10,
            headers: 1_000,
            header_bytes: 64 << 10,
            addresses: 1_000,
            hops: 100,
            references: 200,
            body_bytes: 1 << 20,
            html_bytes: 4 << 20,
            links: 2_000,
            url_bytes: 16 << 10,
            link_text_bytes: 512,
            attachments: 1_000,
            payload_bytes: 32 << 20,
            payloads_bytes: 64 << 20,
            every_file: false,
            judge: true,
            name_bytes: 1_024,
            attachment_piece: 16 << 20,
            attached_mail_bytes: 32 << 20,
            source_bytes: 8 << 20,
            oddities: 200,
        }
    }
}
