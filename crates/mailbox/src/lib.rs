//! Mailboxes in, and search over them.
//!
//! - [`intake`] hands out the mails of files, folders, mbox, Maildir and Outlook data files, one after the other.
//! - [`document`] is what a mail says where a search looks: texts with their field and place.
//! - [`words`] says what a word is: the one rule that scanning and the index share.
//! - [`query`] reads the query language and holds a query against a document.
//! - [`index`] keeps documents on disk, grows with the mailbox and answers without reading it.
//!
//! A mailbox is evidence: nothing here ever writes into it.

pub mod document;
pub mod hit;
#[cfg(feature = "imap")]
pub mod imap;
pub mod index;
pub mod intake;
pub mod query;
pub mod snippet;
pub mod watch;
pub mod words;

pub use document::{Document, Entry, Field};
pub use hit::{Hit, Question};
pub use index::Index;
pub use query::Query;
