//! Tries files: `office [-p PASSWORD]... FILE...`, one JSON line a file.
fn main() {
    let mut passwords = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        if a == "-p" {
            passwords.push(anatomy::Password { value: args.next().unwrap_or_default(), from: "body".into() });
            continue;
        }
        let Ok(bytes) = std::fs::read(&a) else { continue };
        let name = a.rsplit('/').next();
        let t = std::time::Instant::now();
        let o = anatomy::open(
            &anatomy::Job { name, place: "attachment[0]", inline: false, bytes: &bytes },
            &passwords,
            &anatomy::Limits::default(),
        );
        let ms = t.elapsed().as_millis();
        let v = serde_json::json!({"file": a, "ms": ms, "opened": o});
        #[allow(clippy::print_stdout)]
        {
            println!("{v}");
        }
    }
}
