//! What a locked-in worker tries when it is asked to prove that it cannot (trust 13).

use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::Limits;

/// Bytes asked for at once where memory is tried: as much as a large file takes.
const PIECE: usize = 16 << 20;

/// How one attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What was tried: `read-file`, `write-file`, `connect`, `listen`, `datagram`, `run-program`, `start-thread`,
    /// `take-memory`.
    pub what: String,
    /// True if it was refused.
    pub refused: bool,
}

/// Every attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// One entry for each thing tried.
    pub attempts: Vec<Attempt>,
}

impl Probe {
    /// True if everything was refused.
    pub fn all_refused(&self) -> bool {
        !self.attempts.is_empty() && self.attempts.iter().all(|attempt| attempt.refused)
    }

    pub(crate) fn run(limits: &Limits) -> Self {
        // Refused by the system, not for want of the file or of somebody who listens. A refused thread or process
        // shows as a want of resources.
        fn attempt<T>(what: &str, result: io::Result<T>) -> Attempt {
            use io::ErrorKind::{AddrInUse, ConnectionRefused, NotFound};
            let refused =
                result.err().is_some_and(|e| !matches!(e.kind(), NotFound | ConnectionRefused | AddrInUse));
            Attempt { what: what.to_owned(), refused }
        }
        let target = std::env::temp_dir().join("noroshi-worker-probe");
        Self {
            attempts: vec![
                attempt("read-file", std::fs::read("/proc/self/status")),
                attempt("write-file", std::fs::write(&target, b"")),
                attempt("connect", TcpStream::connect(("127.0.0.1", 9))),
                attempt("listen", TcpListener::bind(("127.0.0.1", 0))),
                attempt("datagram", UdpSocket::bind(("127.0.0.1", 0))),
                attempt("run-program", Command::new("/bin/true").status()),
                attempt("start-thread", std::thread::Builder::new().spawn(|| ()).map(|t| t.join())),
                attempt("take-memory", take(limits.memory)),
            ],
        }
    }
}

/// Takes one piece more than `most` bytes. An allocator that took its memory before the bound was set would give it.
fn take(most: u64) -> io::Result<()> {
    let pieces = usize::try_from(most).unwrap_or(usize::MAX) / PIECE + 1;
    let mut taken: Vec<Vec<u8>> = Vec::with_capacity(pieces);
    for _ in 0..pieces {
        let mut piece = Vec::new();
        piece.try_reserve_exact(PIECE).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        taken.push(piece);
    }
    std::hint::black_box(&taken);
    Ok(())
}
