//! How fast one thread holds logs against a set of 100,000 names and 10,000 addresses.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use std::fmt::Write as _;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hunter::lists::Gather;
use hunter::log::Format;
use hunter::set::Set;
use hunter::sweep::{Settings, sweep};
use indicators::guard::Guards;

fn set() -> Set {
    let mut list = String::new();
    for number in 0..100_000u32 {
        let _ = writeln!(
            list,
            "n{}.{}",
            number.wrapping_mul(2_654_435_761),
            ["com", "net", "co.jp", "test"][number as usize % 4]
        );
    }
    for number in 0..10_000u32 {
        let _ = writeln!(list, "{}", std::net::Ipv4Addr::from(0x2000_0000 + number * 65_537));
    }
    let mut gather = Gather::new(Guards::builtin_for_examples(), false);
    gather.add("list", list.as_bytes());
    gather.finish()
}

fn bench(criterion: &mut Criterion) {
    let set = set();
    let folder = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("sweep");
    let names: Vec<String> = (0..5_000u32).map(|n| format!("h{n}.site{}.example", n * 7)).collect();
    type Line = fn(u32, &str) -> String;
    let logs: [(&str, Line); 4] = [
        ("bind", |n, name| {
            format!(
                "14-Nov-2023 22:13:20.004 queries: info: client @0x7f04616db304 10.28.{}.{}#10158 ({name}): query: {name} IN A +E(0)K (10.0.0.53)\n",
                n % 200,
                n % 250
            )
        }),
        ("squid", |n, name| {
            format!(
                "1699999999.123     45 10.28.{}.9 TCP_MISS/200 1234 GET http://{name}/a/b?c={n} - HIER_DIRECT/198.51.100.7 text/html\n",
                n % 200
            )
        }),
        ("zeek-json", |n, name| {
            format!(
                "{{\"ts\":1699999999.5,\"uid\":\"CZGShC2znK1sV7jdI7\",\"id.orig_h\":\"10.28.{}.9\",\"id.orig_p\":1030,\"id.resp_h\":\"10.0.0.53\",\"id.resp_p\":53,\"proto\":\"udp\",\"trans_id\":44949,\"query\":\"{name}\",\"qclass\":1,\"qclass_name\":\"C_INTERNET\",\"qtype\":1,\"qtype_name\":\"A\",\"rcode\":0,\"rcode_name\":\"NOERROR\",\"AA\":false,\"TC\":false,\"RD\":true,\"RA\":true,\"Z\":0,\"answers\":[\"198.51.100.7\"],\"rejected\":false}}\n",
                n % 200
            )
        }),
        ("text", |n, name| {
            format!(
                "2023-11-14 22:13:20 fw01 ALLOW 10.28.{}.9:5000 -> 198.51.100.7:443 host={name} bytes=12345\n",
                n % 200
            )
        }),
    ];
    for (format, line) in logs {
        let text: String = (0..100_000u32).map(|n| line(n, &names[n as usize % names.len()])).collect();
        let path = folder.path().join(format);
        std::fs::write(&path, &text).unwrap();
        let settings = Settings {
            paths: vec![path.to_string_lossy().into_owned()],
            format: Some(format.parse::<Format>().unwrap()),
            threads: 1,
            zone: jiff::tz::Offset::UTC,
            day_first: false,
            since: None,
            until: None,
            with_digests: false,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.sample_size(20);
        group.bench_function(format, |bencher| {
            bencher.iter(|| sweep(&set, &settings, |_, _| Ok(()), |_| {}).unwrap().hits);
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
