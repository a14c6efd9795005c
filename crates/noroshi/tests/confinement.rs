//! Attachments are opened in workers that can reach nothing (trust 12 to 14).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

use std::time::Duration;

use anatomy::Opener;
use confine::{Limits, Lost, Misdeed, Pool};
use lexicon::facts::Attachment;

fn pool() -> Pool {
    let limits = Limits { wall: Duration::from_secs(30), ..Limits::default() };
    Pool::new(env!("CARGO_BIN_EXE_noroshi"), &["worker"], limits)
}

fn file(name: &str) -> Attachment {
    Attachment { name: Some(name.to_owned()), ..Attachment::default() }
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_reads_no_file_reaches_no_network_and_starts_no_program() {
    let (in_force, probe) = pool().probe().unwrap();
    assert!(in_force.is_confined() && in_force.resource_limits && in_force.system_calls, "{in_force:?}");
    assert_eq!(probe.attempts.len(), 8);
    assert!(probe.all_refused(), "{probe:?}");
}

#[test]
fn a_worker_says_what_an_open_file_holds() {
    let opened = pool().open(&file("a.html"), b"<html><a href='https://evil.example/'>x</a>", &[]);
    assert_eq!(opened.attachment.kind, "html");
    assert!(opened.sources.iter().any(|source| source.text == "https://evil.example/"), "{opened:?}");
}

#[test]
fn a_worker_that_crashes_costs_its_own_file_only() {
    let pool = pool();
    assert_eq!(pool.misbehave(Misdeed::Exit), Some(Lost::Crash));
    assert_eq!(pool.open(&file("a.txt"), b"hello", &[]).attachment.kind, "txt");
    // A panic is caught inside: the worker lives on.
    assert_eq!(pool.misbehave(Misdeed::Panic), None);
    assert_eq!(pool.open(&file("a.txt"), b"hello", &[]).attachment.kind, "txt");
}

#[cfg(unix)]
#[test]
fn a_worker_that_takes_memory_without_end_is_ended_within_its_bound() {
    assert_eq!(pool().misbehave(Misdeed::Hoard), Some(Lost::Memory));
}

#[cfg(unix)]
#[test]
fn a_worker_that_never_comes_back_is_ended_by_the_clock() {
    let limits = Limits { wall: Duration::from_millis(300), ..Limits::default() };
    let pool = Pool::new(env!("CARGO_BIN_EXE_noroshi"), &["worker"], limits);
    assert_eq!(pool.misbehave(Misdeed::Spin), Some(Lost::Time));
}

#[test]
fn a_file_whose_worker_cannot_be_started_gets_an_oddity_and_the_mail_is_read() {
    let pool = Pool::new("/nonexistent/noroshi", &["worker"], Limits::default());
    let opened = pool.open(&file("a.txt"), b"hello", &[]);
    assert!(opened.oddities.iter().any(|oddity| oddity.id == "worker-not-started"), "{opened:?}");
    assert!(opened.attachment.kind.is_empty());
}
