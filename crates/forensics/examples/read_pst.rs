//! Reads every message of the given Outlook data files and prints one line for each:
//! `cargo run --release -p forensics --example read_pst -- FILE…`

use std::os::unix::fs::FileExt;
use std::path::Path;

use forensics::Limits;
use forensics::pst::{Pages, Reader};

struct File(std::fs::File);

impl Pages for File {
    fn at(&self, offset: u64, into: &mut [u8]) -> usize {
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|r| !r.is_empty()) {
            match self.0.read_at(rest, offset.saturating_add(done as u64)) {
                Ok(0) | Err(_) => break,
                Ok(count) => done += count,
            }
        }
        done
    }
}

#[expect(clippy::print_stdout, reason = "a tool that prints")]
fn main() {
    let limits = Limits::default();
    for path in std::env::args().skip(1) {
        let Ok(file) = std::fs::File::open(Path::new(&path)) else {
            println!("{path}: cannot be opened");
            continue;
        };
        let reader = match Reader::open(File(file)) {
            Ok(reader) => reader,
            Err(why) => {
                println!("{path}: {why:?}");
                continue;
            }
        };
        let mut count = 0;
        for found in reader.messages() {
            count += 1;
            let facts = reader.read(&found, &limits).facts;
            let files: Vec<String> = facts
                .attachments
                .iter()
                .map(|a| format!("{} {} {}", a.name.as_deref().unwrap_or("-"), a.kind, a.size))
                .collect();
            let from = facts.from.map(|f| format!("{} <{}>", f.name, f.address)).unwrap_or_default();
            println!(
                "{path}\t{}\t{}\t{from}\t{}\t{}\t{} to\t{} bytes of text\t{}\t{}\t{}",
                found.number,
                found.folder,
                facts.subject.unwrap_or_default(),
                facts.date.unwrap_or_default(),
                facts.to.len(),
                facts.body.text.len(),
                files.join("; "),
                facts.oddities.iter().map(|o| o.id.as_str()).collect::<Vec<_>>().join(" "),
                facts.sha256.get(..12).unwrap_or(""),
            );
        }
        println!("{path}: {count} messages");
    }
}
