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
        if let Ok(n) = std::env::var("BEND") {
            let n: u64 = n.parse().unwrap_or(10);
            let mut x = 0x1234_5678_9abc_def1u64 ^ bytes.len() as u64;
            let mut next = || {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                x
            };
            let kind = forensics::kind::of(name, &bytes).word;
            for _ in 0..n {
                let mut b = bytes.clone();
                if b.is_empty() {
                    break;
                }
                let m = next() % 30 + 1;
                for _ in 0..m {
                    let r = next();
                    let at = (if r & 1 == 0 { r >> 8 } else { (r >> 8) % 4096 } % b.len() as u64) as usize
                        % b.len();
                    match (r >> 2) % 3 {
                        0 => b[at] = (r >> 40) as u8,
                        1 => b[at] ^= 1 << (r >> 50 & 7),
                        _ => b[at] = if r >> 60 & 1 == 0 { 0xff } else { 0 },
                    }
                }
                if next() % 5 == 0 {
                    let l = next() as usize % b.len();
                    b.truncate(l);
                }
                let t = std::time::Instant::now();
                let r = std::panic::catch_unwind(|| {
                    anatomy::open_as(
                        kind,
                        &anatomy::Job { name, place: "a", inline: false, bytes: &b },
                        &passwords,
                        &anatomy::Limits { hashes: 300, ..anatomy::Limits::default() },
                    )
                });
                if r.is_err() || t.elapsed().as_millis() > 3000 {
                    let _ = std::fs::write(format!("/work/tmp/peers-b1/crash-{}", b.len()), &b);
                    println!("BAD {a} {:?}", t.elapsed());
                    break;
                }
            }
            continue;
        }
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
