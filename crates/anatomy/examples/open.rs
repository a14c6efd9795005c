//! Opens files and prints what is in them, one JSON line a file: `open [--password P]... FILE...`. Uuencoded files
//! (`.uu`) are decoded first.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::time::Instant;

use anatomy::{Job, Limits, Opened, Password};

#[derive(serde::Serialize)]
struct Line<'a> {
    file: &'a str,
    milliseconds: u128,
    opened: Opened,
}

/// The first file of a uuencoded text; the bytes themselves if there is none.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut inside = false;
    for line in text.split(|byte| *byte == b'\n') {
        if !inside {
            inside = line.starts_with(b"begin ");
            continue;
        }
        if line.starts_with(b"end") {
            return out;
        }
        let value = |at: usize| line.get(at).map_or(0, |byte| byte.wrapping_sub(32) & 63);
        let length = usize::from(value(0));
        let mut bytes = Vec::new();
        for group in 0..length.div_ceil(3) {
            let [a, b, c, d] = [1, 2, 3, 4].map(|at| value(group * 4 + at));
            bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
        bytes.truncate(length);
        out.extend(bytes);
    }
    if inside { out } else { text.to_vec() }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut passwords = Vec::new();
    let mut files = Vec::new();
    while let Some(argument) = arguments.next() {
        if argument == "--password" {
            let value = arguments.next().unwrap_or_default();
            passwords.push(Password { value, from: "command line".to_owned() });
        } else {
            files.push(argument);
        }
    }
    for file in &files {
        let Ok(bytes) = std::fs::read(file) else {
            continue;
        };
        let (name, bytes) = match file.strip_suffix(".uu") {
            Some(name) => (name, decoded(&bytes)),
            None => (file.as_str(), bytes),
        };
        let name = name.rsplit('/').next();
        let start = Instant::now();
        let job = Job { name, place: "attachment[0]", inline: false, bytes: &bytes };
        let opened = anatomy::open(&job, &passwords, &Limits::default());
        let line = Line { file, milliseconds: start.elapsed().as_millis(), opened };
        println!("{}", serde_json::to_string(&line).unwrap_or_default());
    }
}
