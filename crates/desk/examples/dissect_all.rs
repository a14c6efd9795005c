//! Dissects every file below the given paths as a mail and prints how fast: `dissect_all [--jsonl] DIR…`. Attachments
//! are opened in this process: the figure is that of the analyses and of the output, without workers and their start.
//! `--slowest` names the mails that took longest, and how much of the time they took. With `--jsonl` the facts of every mail are printed instead, one JSON object a line, as `noroshi dissect` does.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anatomy::{InProcess, Remembering};
use desk::dissect::{Settings, dissect, told};
use indicators::guard::Guards;

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|p| collect(p, files));
    } else {
        files.push(path.to_owned());
    }
}

/// Seconds this thread has run on a CPU, where the system tells.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn main() {
    let (mut jsonl, mut slowest_too) = (false, false);
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--jsonl" => jsonl = true,
            "--slowest" => slowest_too = true,
            path => collect(Path::new(path), &mut files),
        }
    }
    let settings = Settings {
        guards: Guards::builtin(),
        opener: Arc::new(Remembering::new(InProcess::default())),
        ..Settings::default()
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (start, cpu_start) = (Instant::now(), cpu_seconds());
    let (mut mails, mut written) = (0_usize, 0_usize);
    let mut times: Vec<(f64, &Path)> = Vec::new();
    for path in &files {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let begun = Instant::now();
        let facts = dissect(&bytes, &path.display().to_string(), &settings).facts;
        let passwords = told(&facts).len();
        let line = serde_json::to_string(&facts).unwrap_or_default();
        times.push((begun.elapsed().as_secs_f64(), path));
        mails += 1;
        written += line.len() + usize::from(passwords > 0);
        if jsonl && writeln!(out, "{line}").is_err() {
            return;
        }
    }
    if jsonl {
        return;
    }
    let wall = start.elapsed().as_secs_f64();
    let seconds = cpu_start.and_then(|start| Some(cpu_seconds()? - start)).unwrap_or(wall);
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let share = |part: usize| times.get(times.len() * part / 1_000).map_or(0.0, |time| time.0) * 1e3;
    let slowest = times.last().map_or(0.0, |time| time.0) * 1e3;
    let _ = writeln!(
        out,
        "{mails} mails, {written} bytes written: {wall:.3} s, {seconds:.3} CPU-s; a mail in ms: half {:.2}, \
         99 % {:.2}, 99.9 % {:.2}, slowest {slowest:.2}",
        share(500),
        share(990),
        share(999)
    );
    if slowest_too {
        let one_in_a_hundred = times.len().div_ceil(100);
        let of_these: f64 = times.iter().rev().take(one_in_a_hundred).map(|time| time.0).sum();
        let _ = writeln!(out, "the slowest {one_in_a_hundred}: {of_these:.3} s");
        for (seconds, path) in times.iter().rev().take(one_in_a_hundred.min(20)) {
            let _ = writeln!(out, "{:8.2} ms  {}", seconds * 1e3, path.display());
        }
    }
}
