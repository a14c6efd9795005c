//! How fast mails are read, everything included: `cargo bench -p forensics`.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use forensics::{Limits, read};

/// Every fixture mail.
fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail");
    let mut files = Vec::new();
    for place in ["rfc", "malformed", "japanese", "targeted", "benign"] {
        files.extend(std::fs::read_dir(folder.join(place)).into_iter().flatten().flatten().map(|e| e.path()));
    }
    files.sort();
    files.iter().filter_map(|f| std::fs::read(f).ok()).collect()
}

/// A mail as they come: text, HTML with many links, and an attachment of 30 KB.
fn usual() -> Vec<u8> {
    let rows: String = (0..120)
        .map(|n| format!("<tr><td style=3D\"color:#333\">Row {n}</td><td><a href=3D\"https://www.example.com/=\r\n{n}\">more</a></td></tr>\r\n"))
        .collect();
    let file =
        "JVBERi0xLjQKMSAwIG9iajw8Pj5lbmRvYmoKdHJhaWxlcjw8Pj4KJSVFT0YKJSVFT0YKJSVFT0YKJSVF\r\n".repeat(500);
    format!(
        "Received: from mail.example.com ([192.0.2.25]) by mx.example.net; Wed, 7 Aug 2013 09:12:03 +0900\r\n\
         From: Ann Lee <ann@example.com>\r\nTo: bob@example.net\r\nSubject: =?utf-8?b?6KuL5rGC5pu4?=\r\n\
         Date: Wed, 7 Aug 2013 09:12:00 +0900\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
         Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         <html><body><table>{rows}</table></body></html>\r\n--b\r\n\
         Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{file}\r\n--b--\r\n"
    )
    .into_bytes()
}

fn bench(c: &mut Criterion) {
    let limits = Limits::default();
    let fixtures = fixtures();
    let mut group = c.benchmark_group("read");
    group.throughput(Throughput::Elements(fixtures.len() as u64));
    group.bench_function("fixtures", |b| {
        b.iter(|| {
            fixtures.iter().map(|raw| read(black_box(raw), &limits).facts.oddities.len()).sum::<usize>()
        });
    });
    let usual = usual();
    group.throughput(Throughput::Bytes(usual.len() as u64));
    group.bench_function("usual mail", |b| b.iter(|| read(black_box(&usual), &limits)));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
