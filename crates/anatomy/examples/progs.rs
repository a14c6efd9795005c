//! Prints what is found in files, a JSON object a line.
fn main() {
    let rounds: u32 = std::env::var("FUZZ").ok().and_then(|v| v.parse().ok()).unwrap_or(0);
    let kind = std::env::var("KIND").unwrap_or_default();
    let mut x = 88172645463325252u64;
    for path in std::env::args().skip(1) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let name = std::path::Path::new(&path).file_name().map(|n| n.to_string_lossy().into_owned());
        if rounds > 0 {
            let mut worst = std::time::Duration::ZERO;
            for _ in 0..rounds {
                let mut b = bytes.clone();
                let mut next = || {
                    x ^= x << 13;
                    x ^= x >> 7;
                    x ^= x << 17;
                    x as usize
                };
                for _ in 0..1 + next() % 6 {
                    if b.is_empty() {
                        break;
                    }
                    let head = if next() % 2 == 0 { b.len() } else { b.len().min(1024) };
                    let at = next() % head;
                    match next() % 4 {
                        0 => b[at] = 0xff,
                        1 => b[at] = next() as u8,
                        2 => b[at] = 0,
                        _ => {
                            for k in 0..4 {
                                if let Some(v) = b.get_mut(at + k) {
                                    *v = 0xff;
                                }
                            }
                        }
                    }
                }
                if next() % 4 == 0 {
                    let l = next() % (b.len() + 1);
                    b.truncate(l);
                }
                let job =
                    anatomy::Job { name: name.as_deref(), place: "attachment[0]", inline: false, bytes: &b };
                let start = std::time::Instant::now();
                anatomy::open_as(&kind, &job, &[], &anatomy::Limits::default());
                worst = worst.max(start.elapsed());
            }
            println!("{path} {worst:?}");
            continue;
        }
        let job =
            anatomy::Job { name: name.as_deref(), place: "attachment[0]", inline: false, bytes: &bytes };
        let opened = anatomy::open(&job, &[], &anatomy::Limits::default());
        println!("{}", serde_json::json!({"path": path, "opened": opened}));
    }
}
