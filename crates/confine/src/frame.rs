//! What goes over the socket: a small header as JSON, then raw bytes, each with its length before it.

use std::io::{self, Read, Write};

use anatomy::Password;
use lexicon::facts::Attachment;
use serde::{Deserialize, Serialize};

use crate::lock::InForce;
use crate::probe::Probe;

/// What the parent asks for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// Open the bytes that follow.
    Open {
        /// Name, hashes and kind.
        file: Box<Attachment>,
        /// Passwords in their order.
        passwords: Vec<Password>,
        /// Say what the file is, and list what is in it, but open nothing inside.
        shallow: bool,
    },
    /// Give back the bytes of a file inside of the bytes that follow.
    Extract {
        /// Name, hashes and kind.
        file: Box<Attachment>,
        /// Passwords in their order.
        passwords: Vec<Password>,
        /// Where it stands.
        place: String,
    },
    /// Hold every file against the rules that follow, as JSON. The first that a worker is asked, where there are any.
    Rules,
    /// Say what is in force, and try what must not be possible.
    Probe,
    /// Do what a broken parser may do: for the tests of the parent.
    Misbehave(Misdeed),
}

/// What a broken parser may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Misdeed {
    /// Panic.
    Panic,
    /// Never come back.
    Spin,
    /// Take memory without end.
    Hoard,
    /// End at once.
    Exit,
}

/// What the worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Opened(Box<anatomy::Opened>),
    /// The bytes follow, if there are any.
    Extracted(bool),
    Probed {
        in_force: InForce,
        probe: Probe,
    },
    /// So many rules are in force.
    Ruled(usize),
    /// The analysis panicked; the worker lives.
    Panicked,
}

/// Bytes of a header or an answer's length field.
const LENGTH: usize = 8;
/// Bytes of a request's header.
pub(crate) const HEADER_BYTES: usize = 4 << 20;

/// Bytes of the rules, as JSON: the most that `anatomy` takes, with room for what JSON adds.
pub(crate) const RULES_BYTES: usize = 4 * anatomy::yara::ALL_BYTES;

/// Writes a block with its length before it.
pub(crate) fn send(to: &mut impl Write, block: &[u8]) -> io::Result<()> {
    to.write_all(&(block.len() as u64).to_le_bytes())?;
    to.write_all(block)
}

/// Reads a block of at most `most` bytes into `buffer`.
pub(crate) fn receive(from: &mut impl Read, most: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; LENGTH];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if usize::try_from(length).map_or(true, |length| length > most) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a block is longer than is allowed"));
    }
    buffer.clear();
    from.take(length).read_to_end(buffer)?;
    if buffer.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
