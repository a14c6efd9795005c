//! One attachment: decoded, hashed, named, looked at, and opened where it is a mail or a list of files.

use std::borrow::Cow;

use lexicon::facts::{Attachment, SourceForm};

use crate::hash::Three;
use crate::kind::{self, Look, Macros};
use crate::session::Session;
use crate::transfer::{Base64, Transfer};
use crate::{inner, mail, msg};

/// An attachment before it is read.
pub(crate) struct File<'a> {
    pub(crate) name: Option<String>,
    pub(crate) content_type: String,
    pub(crate) inline: bool,
    /// Still encoded.
    pub(crate) body: &'a [u8],
    pub(crate) transfer: Transfer,
    /// The mail says that this is a mail.
    pub(crate) is_mail: bool,
}

/// Pieces of about `bytes` bytes that end with a line, so that no escape and no soft break is cut.
fn whole_lines(mut rest: &[u8], bytes: usize) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let near = rest.get(..bytes).unwrap_or(rest);
        let end = if near.len() == rest.len() {
            rest.len()
        } else {
            let from = memchr::memrchr(b'\n', near).or_else(|| memchr::memchr(b'\n', rest));
            from.map_or(rest.len(), |at| at + 1)
        };
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Reads an attachment; `place` is its own, e.g. `attachment[0]`, `mails` how many mails it is inside of.
pub(crate) fn read(session: &mut Session<'_>, file: File<'_>, place: &str, mails: usize) -> Attachment {
    let limits = session.limits;
    if let Some((wanted, bytes)) = &mut session.wanted
        && wanted == place
    {
        *bytes = Some(file.transfer.decode(file.body).into_owned());
    }
    let name = file.name.map(|n| lexicon::text::cut(&n, limits.name_bytes).to_owned());
    let mut three = Three::default();
    let mut size = 0u64;
    // A long base64 attachment is never held whole: it is hashed piece by piece, and its first piece looked at.
    let long = file.transfer == Transfer::Base64 && file.body.len() / 4 * 3 > limits.attachment_piece;
    let bytes = if long {
        let mut first = Vec::new();
        let mut state = Base64::default();
        let mut piece = Vec::new();
        for encoded in file.body.chunks(limits.attachment_piece.max(4)) {
            piece.clear();
            state.feed(encoded, &mut piece);
            three.feed(&piece);
            size += piece.len() as u64;
            if first.is_empty() {
                std::mem::swap(&mut first, &mut piece);
            }
        }
        piece.clear();
        state.finish(&mut piece);
        three.feed(&piece);
        size += piece.len() as u64;
        session.odd("attachment-size-limit", place.to_owned());
        Cow::Owned(first)
    } else if file.transfer == Transfer::QuotedPrintable && file.body.len() > limits.attachment_piece {
        let mut first = None;
        for encoded in whole_lines(file.body, limits.attachment_piece) {
            let piece = file.transfer.decode(encoded);
            three.feed(&piece);
            size += piece.len() as u64;
            first.get_or_insert_with(|| piece.into_owned());
        }
        session.odd("attachment-size-limit", place.to_owned());
        Cow::Owned(first.unwrap_or_default())
    } else {
        let bytes = file.transfer.decode(file.body);
        three.feed(&bytes);
        size += bytes.len() as u64;
        bytes
    };
    let (md5, sha1, sha256) = three.finish();
    let Look { kind, macros } = kind::look(name.as_deref(), &bytes);
    let is_mail = file.is_mail || kind.word == "eml";
    let mut out = Attachment {
        size,
        sha256,
        sha1,
        md5,
        kind: if is_mail && matches!(kind.word, "txt" | "html" | "bin" | "eml") { "eml" } else { kind.word }
            .to_owned(),
        content_type: file.content_type,
        encrypted: kind.encrypted,
        inline: file.inline,
        name,
        ..Attachment::default()
    };
    if let Some(name) = &out.name {
        session.source(format!("{place}:name"), SourceForm::Prose, name);
    }
    crate::tells::file(session, &out, macros == Macros::Present, place);
    if out.kind == "eml" || out.kind == "msg" {
        if mails >= limits.mail_depth {
            session.odd("mail-depth-limit", place.to_owned());
        } else if bytes.len() > limits.attached_mail_bytes {
            session.odd("attached-mail-limit", place.to_owned());
        } else if out.kind == "eml" {
            inner::describe(&mut out, mail::attached(session, &bytes, place, mails + 1));
        } else {
            inner::describe(&mut out, msg::attached(session, &bytes, place, mails + 1));
        }
        // It is read already: its bytes are for rules only.
        if limits.every_file && size == bytes.len() as u64 {
            session.payload(place, bytes);
        }
    } else if limits.every_file || worth_opening(&out.kind) {
        if size > bytes.len() as u64 {
            session.odd("attachment-not-opened", place.to_owned());
        } else {
            session.payload(place, bytes);
        }
    }
    out
}

/// True unless there is nothing to find inside a file of that kind: sound, film, fonts, nothing at all.
fn worth_opening(kind: &str) -> bool {
    !matches!(
        kind,
        "empty"
            | "mp3"
            | "wav"
            | "ogg"
            | "flac"
            | "m4a"
            | "mkv"
            | "mp4"
            | "mov"
            | "avi"
            | "wmv"
            | "flv"
            | "ttf"
            | "otf"
            | "woff"
            | "woff2"
    )
}
