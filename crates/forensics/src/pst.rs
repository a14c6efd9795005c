//! Outlook's data files, .pst and .ost (MS-PST): every message in them, read as [`crate::read`] reads a mail.
//!
//! The three forms there are: ANSI, Unicode, and Unicode with pages of 4 KiB (its blocks may be compressed). A
//! file is read through [`Pages`], a page and a block at a time. Messages come in the order of their node ids,
//! which is that of the tree of nodes, so also those whose folder is lost. A damaged block costs what stands in
//! it and is told as an oddity of the message; nothing stops the reading.
//!
//! A message in a data file has no bytes of its own. [`lexicon::MailFacts::sha256`] and `size` are those of its
//! serialisation: `noroshi-message-1` and a line feed, then properties, recipients and attachments, each as a
//! number (32 bits, little-endian), a length (64 bits) and its bytes, texts as UTF-8. A message attached to a
//! .msg has its hashes by the same rule.

mod blocks;
mod context;
mod crypt;
mod pages;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use blocks::{Blocks, Node, Walk};
use context::Properties;
pub use pages::Pages;

use crate::msg::bag::{self, Bag, Data, Message, id, kind};
use crate::session::Session;
use crate::{Limits, Reading, msg};

/// Folders inside folders that a path shows.
const FOLDERS: usize = 32;

/// Names of folders that are kept.
const NAMES: usize = 10_000;

/// Bytes of one attachment that are read.
const ATTACHMENT_BYTES: usize = 128 << 20;

/// The recipients and the kinds of nodes (MS-PST §2.4.1, §2.4.5).
const RECIPIENTS: u32 = 0x692;
const KIND: u32 = 0x1f;
const FOLDER: u32 = 2;
const SEARCH_FOLDER: u32 = 3;
const MESSAGE: u32 = 4;
const ATTACHMENT: u32 = 5;

/// Why a file cannot be read as a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It does not start like one.
    NoDataFile,
    /// Its version is not known.
    Version,
    /// It is encrypted in a way that needs a key (Windows Information Protection).
    Encrypted,
}

/// An opened data file.
///
/// ```
/// assert!(matches!(forensics::pst::Reader::open(&b"no data file"[..]), Err(forensics::pst::Why::NoDataFile)));
/// ```
pub struct Reader<P> {
    blocks: Blocks<P>,
    /// Paths of folders.
    folders: RefCell<BTreeMap<u32, String>>,
}

/// A message found in a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The folders it is in, from the top, with `/` between them; empty where none is known.
    pub folder: String,
    /// Its number in the file, by which it can be found again.
    pub number: u32,
    node: Node,
}

/// True if `bytes` start like a data file.
pub fn is_pst(bytes: &[u8]) -> bool {
    bytes.starts_with(b"!BDN") && matches!(bytes.get(8..10), Some(b"SM" | b"SO"))
}

impl<P: Pages> Reader<P> {
    /// Opens a data file.
    ///
    /// # Errors
    /// Why it is none, or none that can be read.
    pub fn open(pages: P) -> Result<Self, Why> {
        Ok(Self { blocks: Blocks::open(pages)?, folders: RefCell::default() })
    }

    /// Every message, in the order of their numbers.
    pub fn messages(&self) -> Messages<'_, P> {
        Messages { reader: self, place: self.start() }
    }

    /// The place before the first message, for [`Reader::next`].
    pub fn start(&self) -> Place {
        Place(self.blocks.walk())
    }

    /// The message after `place`, which moves on: for those who keep the reader beside its place.
    pub fn next(&self, place: &mut Place) -> Option<Found> {
        loop {
            let node = place.0.next(&self.blocks)?;
            if node.id & KIND == MESSAGE && node.data != 0 {
                return Some(Found { folder: self.folder(node.parent), number: node.id, node });
            }
        }
    }

    /// Reads a message.
    pub fn read(&self, found: &Found, limits: &Limits) -> Reading {
        self.blocks.take_damaged();
        let mut session = Session::new(limits);
        let mut out = Reading::default();
        match Stored::open(&self.blocks, found.node) {
            Some(stored) => {
                let (facts, html, serial) = msg::message(&mut session, &stored, "", 0, true);
                out.facts = facts;
                out.html = html;
                (out.facts.size, _, _, out.facts.sha256) = serial.finish();
            }
            None => session.odd("pst-message-unreadable", format!("node:{}", found.number)),
        }
        if self.blocks.take_damaged() {
            session.odd("pst-damaged", format!("node:{}", found.number));
        }
        session.settle(out)
    }

    /// The path of a folder, told once and kept.
    fn folder(&self, id: u32) -> String {
        if let Some(path) = self.folders.borrow().get(&id) {
            return path.clone();
        }
        let mut names = Vec::new();
        let mut at = id;
        for _ in 0..FOLDERS {
            let node = match at & KIND {
                FOLDER | SEARCH_FOLDER => self.blocks.node(at),
                _ => None,
            };
            let Some(node) = node else {
                break;
            };
            let name = Properties::open(&self.blocks, node).and_then(|p| p.text(id::DISPLAY_NAME));
            names.extend(name.filter(|n| !n.is_empty()).map(|n| n.replace('/', "\u{2215}")));
            // The topmost folder is its own parent.
            if node.parent == at {
                break;
            }
            at = node.parent;
        }
        names.reverse();
        let path = names.join("/");
        let mut folders = self.folders.borrow_mut();
        if folders.len() < NAMES {
            folders.insert(id, path.clone());
        }
        path
    }
}

/// The messages of a data file: see [`Reader::messages`].
pub struct Messages<'r, P> {
    reader: &'r Reader<P>,
    place: Place,
}

/// How far the messages of a data file have been told.
pub struct Place(Walk);

impl<P: Pages> Iterator for Messages<'_, P> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        self.reader.next(&mut self.place)
    }
}

/// A message of a data file.
struct Stored<'r, P> {
    blocks: &'r Blocks<P>,
    properties: Properties<'r, P>,
    label: Option<&'static str>,
}

impl<'r, P: Pages> Stored<'r, P> {
    fn open(blocks: &'r Blocks<P>, node: Node) -> Option<Self> {
        let properties = Properties::open(blocks, node)?;
        let label = bag::label(&properties);
        Some(Self { blocks, properties: properties.with_label(label), label })
    }
}

impl<'r, P: Pages> Message for Stored<'r, P> {
    type Item = Properties<'r, P>;

    fn bag(&self) -> &dyn Bag {
        &self.properties
    }

    fn recipients(&self, most: usize) -> Vec<Self::Item> {
        let table = self.properties.heap.subnodes().iter().find(|n| n.id == RECIPIENTS);
        let rows = table.map_or(Vec::new(), |node| context::rows(self.blocks, *node, most));
        rows.into_iter().map(|row| row.with_label(self.label)).collect()
    }

    fn attachments(&self, most: usize) -> Vec<Self::Item> {
        let found = self.properties.heap.subnodes().iter().filter(|n| n.id & KIND == ATTACHMENT).take(most);
        found
            .filter_map(|node| Properties::open(self.blocks, *node))
            .map(|item| item.with_label(self.label))
            .collect()
    }

    fn data<'i>(&self, item: &'i Self::Item) -> Data<'i, Self>
    where
        Self: 'i,
    {
        if let Some(bytes) = item.raw(id::ATTACH_DATA, kind::BINARY, ATTACHMENT_BYTES) {
            return Data::Bytes(bytes);
        }
        let node = item.object(id::ATTACH_DATA);
        let Some(node) = node.and_then(|id| item.heap.subnodes().iter().find(|n| n.id == id)) else {
            return Data::Nothing;
        };
        /// How an attachment is kept: a message.
        const EMBEDDED: u32 = 5;
        if item.number(id::ATTACH_METHOD) == Some(EMBEDDED) {
            return Stored::open(self.blocks, *node).map_or(Data::Nothing, |m| Data::Message(Box::new(m)));
        }
        Data::Object(Cow::Owned(self.blocks.data(node.data, ATTACHMENT_BYTES).concat()))
    }
}

#[cfg(test)]
mod tests;
