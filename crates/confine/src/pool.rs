//! The parent's side: as many workers as files are opened side by side, each started when it is first needed.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anatomy::yara::RuleFile;
use anatomy::{Opened, Opener, Password};
use lexicon::facts::{Attachment, Oddity};

use crate::frame::{self, Answer, Ask};
use crate::{InForce, Limits, Probe};

pub use crate::frame::Misdeed;

/// Opens files in confined workers.
pub struct Pool {
    program: PathBuf,
    arguments: Vec<String>,
    limits: Limits,
    /// YARA rules as every worker gets them, as JSON; empty where there are none.
    rules: Vec<u8>,
    idle: Mutex<Vec<Worker>>,
}

/// Why a worker gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// No worker could be started.
    NotStarted,
    /// It took longer than it may.
    Time,
    /// It took more memory than it may, or its stack ran over.
    Memory,
    /// It ended in another way, or said what it must not.
    Crash,
}

impl Lost {
    /// The oddity that the file gets.
    pub fn oddity(self) -> &'static str {
        match self {
            Self::NotStarted => "worker-not-started",
            Self::Time => "worker-time-limit",
            Self::Memory => "worker-memory-limit",
            Self::Crash => "worker-crashed",
        }
    }
}

impl Pool {
    /// Workers are started as `program` with `arguments`; that program must call [`crate::worker::serve`].
    pub fn new(program: impl Into<PathBuf>, arguments: &[&str], limits: Limits) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            limits,
            rules: Vec::new(),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// The same, with workers that hold every file against these rules. The files are those that
    /// `anatomy::yara::check` found good: each worker compiles them at its start.
    #[must_use]
    pub fn with_rules(self, files: &[RuleFile]) -> Self {
        // Plain texts: nothing in them can fail to be written.
        let rules = if files.is_empty() { Vec::new() } else { serde_json::to_vec(files).unwrap_or_default() };
        Self { rules, ..self }
    }

    /// Starts a worker, to see that it takes the rules: how many are in force.
    ///
    /// # Errors
    /// No worker could be started, or compiling the rules took more than it may.
    pub fn try_rules(&self) -> Result<usize, Lost> {
        let (worker, rules) = Worker::ready(self)?;
        self.idle().push(worker);
        Ok(rules)
    }

    /// What is in force in a worker, and what it could do against it.
    ///
    /// # Errors
    /// No worker could be started, or it did not answer.
    pub fn probe(&self) -> Result<(InForce, Probe), Lost> {
        match self.ask(&Ask::Probe, None)?.0 {
            Answer::Probed { in_force, probe } => Ok((in_force, probe)),
            Answer::Opened(_) | Answer::Extracted(_) | Answer::Ruled(_) | Answer::Panicked => {
                Err(Lost::Crash)
            }
        }
    }

    /// Lets a worker misbehave: for tests. `None` where it lived to answer.
    pub fn misbehave(&self, misdeed: Misdeed) -> Option<Lost> {
        self.ask(&Ask::Misbehave(misdeed), None).err()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        // A thread that fell while it held the lock left nothing half done behind.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer, and the bytes that follow it.
    fn ask(&self, ask: &Ask, bytes: Option<&[u8]>) -> Result<(Answer, Vec<u8>), Lost> {
        let waiting = self.idle().pop();
        let worked = waiting.is_some();
        match self.ask_worker(waiting, ask, bytes) {
            // The files before may have used up its memory, which shows as either: this file is only at fault if a
            // new worker falls as well.
            Err(Lost::Memory | Lost::Crash) if worked => self.ask_worker(None, ask, bytes),
            answer => answer,
        }
    }

    /// Asks `waiting`, or a new worker.
    fn ask_worker(
        &self,
        waiting: Option<Worker>,
        ask: &Ask,
        bytes: Option<&[u8]>,
    ) -> Result<(Answer, Vec<u8>), Lost> {
        let mut worker = match waiting {
            Some(worker) => worker,
            None => Worker::ready(self)?.0,
        };
        match worker.ask(ask, bytes, &self.limits) {
            Ok(answer) => {
                worker.jobs += 1;
                if worker.jobs < self.limits.jobs {
                    self.idle().push(worker);
                }
                Ok(answer)
            }
            Err(error) => Err(worker.lost(&error)),
        }
    }

    fn ask_to_open(
        &self,
        file: &Attachment,
        bytes: &[u8],
        passwords: &[Password],
        shallow: bool,
    ) -> Result<Opened, &'static str> {
        let file = Box::new(Attachment { children: Vec::new(), ..file.clone() });
        let ask = Ask::Open { file, passwords: passwords.to_vec(), shallow };
        match self.ask(&ask, Some(bytes)) {
            Ok((Answer::Opened(opened), _)) => Ok(*opened),
            Ok((Answer::Panicked, _)) => Err("analysis-failed"),
            Ok((Answer::Probed { .. } | Answer::Extracted(_) | Answer::Ruled(_), _)) => {
                Err(Lost::Crash.oddity())
            }
            Err(lost) => Err(lost.oddity()),
        }
    }
}

impl Opener for Pool {
    fn open(&self, file: &Attachment, bytes: &[u8], passwords: &[Password]) -> Opened {
        let failure = match self.ask_to_open(file, bytes, passwords, false) {
            Ok(opened) => return opened,
            Err(failure) => failure,
        };
        // The same once more without opening what is inside: often that is where the trouble was.
        let mut opened = self.ask_to_open(file, bytes, &[], true).unwrap_or_default();
        opened.oddities.push(Oddity { id: failure.to_owned(), place: anatomy::HERE.to_owned() });
        opened
    }

    fn extract(
        &self,
        file: &Attachment,
        bytes: &[u8],
        place: &str,
        passwords: &[Password],
    ) -> Option<Vec<u8>> {
        let file = Box::new(Attachment { children: Vec::new(), ..file.clone() });
        let ask = Ask::Extract { file, passwords: passwords.to_vec(), place: place.to_owned() };
        match self.ask(&ask, Some(bytes)) {
            Ok((Answer::Extracted(true), bytes)) => Some(bytes),
            _ => None,
        }
    }
}

/// One worker process. Dropping it hangs up, and waits for its end.
struct Worker {
    child: Child,
    #[cfg(unix)]
    socket: Option<std::os::unix::net::UnixStream>,
    jobs: u32,
}

impl Worker {
    fn command(pool: &Pool) -> Command {
        let mut command = Command::new(&pool.program);
        command.args(&pool.arguments).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
        // The binary's allocator (mimalloc) makes a gigabyte writable at its start, before the worker bounds itself:
        // nothing within it would be bounded, and the first request beyond it fails. It must take memory as needed.
        command.env("MIMALLOC_ARENA_EAGER_COMMIT", "0");
        command
    }

    #[cfg(unix)]
    fn start(pool: &Pool) -> io::Result<Self> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        let stdin = Stdio::from(std::os::fd::OwnedFd::from(theirs));
        let child = Self::command(pool).current_dir("/").stdin(stdin).spawn()?;
        ours.set_read_timeout(Some(pool.limits.wall))?;
        ours.set_write_timeout(Some(pool.limits.wall))?;
        Ok(Self { child, socket: Some(ours), jobs: 0 })
    }

    #[cfg(not(unix))]
    fn start(pool: &Pool) -> io::Result<Self> {
        let child = Self::command(pool).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        Ok(Self { child, jobs: 0 })
    }

    /// A worker that has its rules, and how many those are.
    fn ready(pool: &Pool) -> Result<(Self, usize), Lost> {
        let mut worker = Self::start(pool).map_err(|_| Lost::NotStarted)?;
        if pool.rules.is_empty() {
            return Ok((worker, 0));
        }
        match worker.ask(&Ask::Rules, Some(&pool.rules), &pool.limits) {
            Ok((Answer::Ruled(rules), _)) => Ok((worker, rules)),
            Ok(_) => Err(Lost::Crash),
            Err(error) => Err(worker.lost(&error)),
        }
    }

    fn ask(&mut self, ask: &Ask, bytes: Option<&[u8]>, limits: &Limits) -> io::Result<(Answer, Vec<u8>)> {
        let header = serde_json::to_vec(ask)?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        #[cfg(unix)]
        let (to, from) = {
            let socket = self.socket.as_ref().ok_or_else(gone)?;
            (&mut &*socket, &mut &*socket)
        };
        #[cfg(not(unix))]
        let (to, from) =
            (self.child.stdin.as_mut().ok_or_else(gone)?, self.child.stdout.as_mut().ok_or_else(gone)?);
        frame::send(to, &header)?;
        if let Some(bytes) = bytes {
            frame::send(to, bytes)?;
        }
        let mut answer = Vec::new();
        frame::receive(from, limits.answer_bytes, &mut answer)?;
        let decoded: Answer = serde_json::from_slice(&answer)?;
        answer.clear();
        if matches!(decoded, Answer::Extracted(_)) {
            frame::receive(from, limits.answer_bytes, &mut answer)?;
        }
        Ok((decoded, answer))
    }

    /// Ends a worker that gave no answer, and says why it gave none.
    fn lost(mut self, error: &io::Error) -> Lost {
        let timed_out = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
        // One that hangs would never be seen to end; one that has ended cannot be killed any more.
        if timed_out {
            let _ = self.child.kill();
        }
        self.hang_up();
        let status = self.child.wait();
        if timed_out {
            return Lost::Time;
        }
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt;
            // Signals by number, the same on every Unix that we build for.
            /// Aborted.
            const ABRT: i32 = 6;
            /// Killed.
            const KILL: i32 = 9;
            /// The processor time is used up.
            const XCPU: i32 = 24;
            match status.ok().and_then(|status| status.signal()) {
                Some(XCPU) => return Lost::Time,
                // Memory that is not given makes Rust abort; the kernel's own way is to kill.
                Some(ABRT | KILL) => return Lost::Memory,
                _ => {}
            }
        }
        #[cfg(not(unix))]
        let _ = status;
        Lost::Crash
    }

    fn hang_up(&mut self) {
        #[cfg(unix)]
        drop(self.socket.take());
        drop(self.child.stdin.take());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.hang_up();
        // It ends by itself when it reads the end; waiting leaves no dead process behind.
        let _ = self.child.wait();
    }
}
