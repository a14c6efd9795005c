//! Lists what is in files.
use std::io::Write;
fn main() {
    let mut out = std::io::stdout().lock();
    let passwords: Vec<anatomy::Password> =
        ["password", "12345678", "foobar", "qwerty", "secret", "libarchive", "test"]
            .iter()
            .map(|p| anatomy::Password { value: (*p).to_owned(), from: "common".to_owned() })
            .collect();
    for path in std::env::args().skip(1) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let name = path.rsplit('/').next();
        let opened = anatomy::open(
            &anatomy::Job { name, place: "a", inline: false, bytes: &bytes },
            &passwords,
            &anatomy::Limits::default(),
        );
        let v = serde_json::json!({"path": path, "file": opened.attachment, "odd": opened.oddities});
        let _ = writeln!(out, "{v}");
    }
}
