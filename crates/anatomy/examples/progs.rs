//! Prints what is found in files, a JSON object a line.
fn main() {
    for path in std::env::args().skip(1) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let name = std::path::Path::new(&path).file_name().map(|n| n.to_string_lossy().into_owned());
        let job =
            anatomy::Job { name: name.as_deref(), place: "attachment[0]", inline: false, bytes: &bytes };
        let opened = anatomy::open(&job, &[], &anatomy::Limits::default());
        println!("{}", serde_json::json!({"path": path, "opened": opened}));
    }
}
