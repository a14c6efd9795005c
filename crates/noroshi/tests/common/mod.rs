//! Running the program as a user does.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Each line of the output as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The output as one JSON text.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The field `path` of each line.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.lines().iter().map(|line| line["path"].as_str().unwrap().to_owned()).collect()
    }
}

/// Runs `noroshi` in `folder`, in English, with nothing of this machine's settings.
pub(crate) fn noroshi(folder: &Path, args: &[&str]) -> Run {
    noroshi_with(folder, args, b"", &[("NOROSHI_LANG", "en")])
}

/// The same with standard input and environment.
pub(crate) fn noroshi_with(folder: &Path, args: &[&str], input: &[u8], env: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_noroshi"));
    for name in [
        "NOROSHI_HUB",
        "NOROSHI_TOKEN",
        "NOROSHI_LANG",
        "LC_ALL",
        "LC_MESSAGES",
        "LANG",
        "NO_COLOR",
        "COLUMNS",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(name);
    }
    let mut child = command
        .args(args)
        .envs(env.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// A small mail.
pub(crate) fn mail(subject: &str) -> String {
    format!(
        "From: Sato <sato@partner.example>\r\nTo: info@member.example\r\nSubject: {subject}\r\n\
         Date: Tue, 10 Nov 2026 09:12:00 +0900\r\nMessage-ID: <{subject}@partner.example>\r\n\r\n\
         See hxxp://evil[.]example/login and 203.0.113.7.\r\n"
    )
}
