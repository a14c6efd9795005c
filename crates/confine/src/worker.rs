//! The worker's side: locks itself in, then opens one file after the other until the parent hangs up.

use std::io::{self, Read, Write};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anatomy::yara::{RuleFile, Rules};
use anatomy::{InProcess, Opener, Ruled};

use crate::frame::{self, Answer, Ask, HEADER_BYTES, Misdeed, RULES_BYTES};
use crate::{Limits, Probe, lock};

/// Bytes of a file that a worker takes.
const FILE_BYTES: usize = 256 << 20;

/// Serves the parent on the socket that is this process's standard input, until it hangs up; `whole` says
/// how much of a file is opened.
///
/// # Errors
/// Standard input is no socket, or the parent speaks another language.
#[cfg(unix)]
pub fn serve(whole: &anatomy::Limits) -> io::Result<()> {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    // A worker speaks to its parent only: what a panic would print might quote a mail.
    std::panic::set_hook(Box::new(|_| {}));
    answer_all(&socket, &socket, whole)
}

/// Serves the parent over standard input and output, until it hangs up; `whole` says
/// how much of a file is opened.
///
/// # Errors
/// The parent speaks another language.
#[cfg(not(unix))]
pub fn serve(whole: &anatomy::Limits) -> io::Result<()> {
    std::panic::set_hook(Box::new(|_| {}));
    answer_all(io::stdin().lock(), io::stdout().lock(), whole)
}

fn answer_all(mut from: impl Read, mut to: impl Write, whole: &anatomy::Limits) -> io::Result<()> {
    let limits = Limits::default();
    let in_force = lock::lock(&limits);
    let shallow = || anatomy::Limits { depth: 0, ..whole.clone() };
    let mut opener: Box<dyn Opener> = Box::new(InProcess(whole.clone()));
    let mut shallow_opener: Box<dyn Opener> = Box::new(InProcess(shallow()));
    let mut header = Vec::new();
    let mut bytes = Vec::new();
    loop {
        match frame::receive(&mut from, HEADER_BYTES, &mut header) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        }
        let ask: Ask = serde_json::from_slice(&header)?;
        lock::allow_cpu(limits.cpu_seconds);
        let answer = match ask {
            Ask::Open { file, passwords, shallow } => {
                frame::receive(&mut from, FILE_BYTES, &mut bytes)?;
                let opener = if shallow { &shallow_opener } else { &opener };
                let opened = catch_unwind(AssertUnwindSafe(|| opener.open(&file, &bytes, &passwords)));
                opened.map_or(Answer::Panicked, |opened| Answer::Opened(Box::new(opened)))
            }
            Ask::Extract { file, passwords, place } => {
                frame::receive(&mut from, FILE_BYTES, &mut bytes)?;
                let found =
                    catch_unwind(AssertUnwindSafe(|| opener.extract(&file, &bytes, &place, &passwords)));
                let found = found.unwrap_or_default();
                frame::send(&mut to, &serde_json::to_vec(&Answer::Extracted(found.is_some()))?)?;
                frame::send(&mut to, found.as_deref().unwrap_or(&[]))?;
                to.flush()?;
                continue;
            }
            Ask::Rules => {
                frame::receive(&mut from, RULES_BYTES, &mut bytes)?;
                let files: Vec<RuleFile> = serde_json::from_slice(&bytes)?;
                bytes = Vec::new();
                match catch_unwind(AssertUnwindSafe(|| Rules::compile(&files))) {
                    Ok(rules) => {
                        let (count, rules) = (rules.len(), Arc::new(rules));
                        shallow_opener = Box::new(Ruled { limits: shallow(), rules: Arc::clone(&rules) });
                        opener = Box::new(Ruled { limits: whole.clone(), rules });
                        Answer::Ruled(count)
                    }
                    Err(_) => Answer::Panicked,
                }
            }
            Ask::Probe => Answer::Probed { in_force: in_force.clone(), probe: Probe::run(&limits) },
            Ask::Misbehave(misdeed) => misbehave(misdeed),
        };
        // A large file's memory is given back before the next.
        if bytes.capacity() > 16 << 20 {
            bytes = Vec::new();
        }
        frame::send(&mut to, &serde_json::to_vec(&answer)?)?;
        to.flush()?;
    }
}

/// What the tests of the parent ask for.
fn misbehave(misdeed: Misdeed) -> Answer {
    match misdeed {
        Misdeed::Panic => {
            let fallen: Result<Answer, _> = catch_unwind(|| std::panic::resume_unwind(Box::new("asked for")));
            fallen.unwrap_or(Answer::Panicked)
        }
        Misdeed::Spin => loop {
            std::hint::spin_loop();
        },
        Misdeed::Hoard => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            loop {
                hoard.push(vec![1; 16 << 20]);
                std::hint::black_box(&hoard);
            }
        }
        Misdeed::Exit => std::process::exit(1),
    }
}
