//! Every line counts once, whatever happens to the log.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use common::{set, settings};
use hunter::watch::{State, Watch};
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
    state: State,
    watch: Option<Watch>,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), state: State::default(), watch: None }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("a.log")
    }

    fn write(&self, name: &str, text: &str) {
        let mut file =
            OpenOptions::new().create(true).append(true).open(self.folder.path().join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// The program stops: only what it saved is left.
    fn stop(&mut self) {
        let path = self.folder.path().join("state");
        self.state.save(&path).unwrap();
        self.state = State::read(&path).unwrap();
        fs::remove_file(path).unwrap();
        self.watch = None;
    }

    /// The lines and values seen in one round.
    fn round(&mut self, from_start: bool) -> Vec<(u64, String)> {
        let paths: Vec<PathBuf> = vec![self.folder.path().join("*.log")];
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        let watch =
            self.watch.get_or_insert_with(|| Watch::new(settings(&paths), self.state.clone(), from_start));
        let mut seen = Vec::new();
        loop {
            let round = watch.round(&set("evil.example\n"), "2024-01-03T00:00:00Z".parse().unwrap());
            seen.extend(round.hits.into_iter().map(|(_, hit)| (hit.line, hit.what)));
            if !round.is_behind {
                break;
            }
        }
        self.state = watch.state();
        seen
    }
}

fn seen(all: &[(u64, &str)]) -> Vec<(u64, String)> {
    all.iter().map(|(line, what)| (*line, (*what).to_owned())).collect()
}

#[test]
fn lines_are_told_as_they_come_and_only_once() {
    let mut bench = Bench::new();
    bench.write("a.log", "old evil.example\n");
    assert_eq!(bench.round(false), seen(&[]), "what was there before is not new");
    bench.write("a.log", "a.evil.example\nb.evil");
    assert_eq!(bench.round(false), seen(&[(2, "a.evil.example")]), "a begun line is waited for");
    bench.write("a.log", ".example\n");
    assert_eq!(bench.round(false), seen(&[(3, "b.evil.example")]));
    assert_eq!(bench.round(false), seen(&[]));
}

#[test]
fn a_restart_goes_on_where_it_stopped() {
    let mut bench = Bench::new();
    bench.write("a.log", "a.evil.example\n");
    assert_eq!(bench.round(true), seen(&[(1, "a.evil.example")]));
    bench.stop();
    bench.write("a.log", "b.evil.example\n");
    assert_eq!(bench.round(true), seen(&[(2, "b.evil.example")]));
    bench.stop();
    assert_eq!(bench.round(true), seen(&[]));
}

#[test]
fn a_renamed_log_is_read_to_its_end_and_the_new_one_from_its_beginning() {
    let mut bench = Bench::new();
    bench.write("a.log", "a.evil.example\n");
    bench.round(true);
    bench.write("a.log", "b.evil.example\n");
    fs::rename(bench.log(), bench.folder.path().join("a.log.1")).unwrap();
    bench.write("a.log", "c.evil.example\n");
    assert_eq!(bench.round(true), seen(&[(2, "b.evil.example"), (1, "c.evil.example")]));
}

#[test]
fn a_log_renamed_while_nobody_watched_is_found_beside_the_new_one() {
    for compressed in [false, true] {
        let mut bench = Bench::new();
        bench.write("a.log", "a.evil.example and a long line\n");
        bench.round(true);
        bench.stop();
        bench.write("a.log", "b.evil.example\n");
        let rotated = bench.folder.path().join("a.log.1");
        fs::rename(bench.log(), &rotated).unwrap();
        if compressed {
            let text = fs::read(&rotated).unwrap();
            fs::remove_file(&rotated).unwrap();
            let file = File::create(bench.folder.path().join("a.log.1.gz")).unwrap();
            let mut out = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
            out.write_all(&text).unwrap();
            out.finish().unwrap();
        }
        bench.write("a.log", "c.evil.example\n");
        assert_eq!(bench.round(true), seen(&[(2, "b.evil.example"), (1, "c.evil.example")]), "{compressed}");
    }
}

#[test]
fn a_truncated_log_is_read_from_its_beginning_also_when_it_grew_again() {
    let mut bench = Bench::new();
    bench.write("a.log", "a.evil.example\n");
    bench.round(true);
    fs::write(bench.log(), "b.evil.example and much more than before\n").unwrap();
    assert_eq!(bench.round(true), seen(&[(1, "b.evil.example")]));
    fs::write(bench.log(), "c.evil.example\n").unwrap();
    assert_eq!(bench.round(true), seen(&[(1, "c.evil.example")]));
}

#[test]
fn logs_that_come_later_are_read_whole() {
    let mut bench = Bench::new();
    bench.write("a.log", "a.evil.example\n");
    bench.round(false);
    bench.write("b.log", "b.evil.example\n");
    assert_eq!(bench.round(false), seen(&[(1, "b.evil.example")]));
    fs::remove_file(bench.folder.path().join("b.log")).unwrap();
    assert_eq!(bench.round(false), seen(&[]));
    bench.write("b.log", "c.evil.example\n");
    assert_eq!(bench.round(false), seen(&[(1, "c.evil.example")]));
}

#[test]
fn a_damaged_state_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    fs::write(&path, "{\"version\":1,\"lo").unwrap();
    assert!(State::read(&path).is_err());
    assert!(State::read(&folder.path().join("none")).is_ok());
}
