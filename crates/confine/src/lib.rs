//! Confinement: attachments are opened in processes of their own that can read no file, reach no network and start no
//! program, with bounds on memory and time (trust 12 to 14).
//!
//! The parent ([`Pool`]) hands a worker one file at a time over a socket. A worker that crashes, hangs or takes too
//! much ends; its file gets an oddity, a new worker takes the next file. The worker ([`worker`]) is the same program,
//! started with a verb of its own: it locks itself in before it reads the first byte of a file.
//!
//! On systems other than Linux the worker is a process of its own with what bounds the system gives; [`InForce`] says
//! which.

mod frame;
mod limits;
mod lock;
mod pool;
mod probe;
pub mod worker;

pub use limits::Limits;
pub use lock::InForce;
pub use pool::{Lost, Misdeed, Pool};
pub use probe::{Attempt, Probe};
