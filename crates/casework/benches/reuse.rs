//! How fast genuine mail is fingerprinted and found, and threads are joined: the work must grow with the number of mails.

use std::hint::black_box;

use casework::reuse::{Index, Print};
use casework::thread::{Letter, Own, threads};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lexicon::facts::{MailFacts, Mailbox};

/// Japanese text of so many characters that shares nothing with that of another seed.
fn text(seed: usize, count: usize) -> String {
    let mut state = seed as u64 * 7919 + 13;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from_u32(0x4e00 + (state >> 33) as u32 % 0x1000).unwrap_or('一')
        })
        .collect()
}

fn mailbox(address: String) -> Mailbox {
    Mailbox { name: String::new(), address }
}

/// Conversations of four mails, each answering the one before.
fn letters(count: usize) -> Vec<Letter> {
    (0..count)
        .flat_map(|n| {
            let (talk, turn) = (n / 4, n % 4);
            let (a, b) = (format!("p{talk}@free.example"), format!("info@org{}.example", talk % 50));
            let (from, to) = if turn % 2 == 0 { (a, b) } else { (b, a) };
            let mut facts = MailFacts {
                message_id: Some(format!("{talk}.{turn}@x.example")),
                date: jiff::Timestamp::from_second(1_790_000_000 + n as i64 * 60)
                    .ok()
                    .map(|at| at.to_string()),
                subject: Some(format!("Re: {}", text(talk, 12))),
                from: Some(mailbox(from)),
                to: vec![mailbox(to)],
                references: (0..turn).map(|turn| format!("{talk}.{turn}@x.example")).collect(),
                ..MailFacts::default()
            };
            facts.body.text = text(n, 200);
            Letter::all_of(&facts)
        })
        .collect()
}

fn bench(c: &mut Criterion) {
    let mut set = c.benchmark_group("reuse");
    set.sample_size(10);
    let mails: Vec<String> = (0..2000).map(|n| text(n, 500)).collect();
    set.throughput(Throughput::Elements(mails.len() as u64));
    set.bench_function("fingerprint", |b| {
        b.iter(|| mails.iter().map(|mail| black_box(Print::of(mail)).hashes().len()).sum::<usize>());
    });
    for count in [10_000usize, 100_000] {
        let prints: Vec<(Print, u64)> = (0..count).map(|n| (Print::of(&text(n, 300)), n as u64)).collect();
        set.throughput(Throughput::Elements(count as u64));
        set.bench_with_input(BenchmarkId::new("index", count), &prints, |b, prints| {
            b.iter(|| Index::new(prints.iter().map(|(print, family)| (print, *family))).len());
        });
        let index = Index::new(prints.iter().map(|(print, family)| (print, *family)));
        let asked = Print::of(&format!("{}{}", text(1_000_000, 100), text(7, 300)));
        set.throughput(Throughput::Elements(1));
        set.bench_with_input(BenchmarkId::new("find", count), &asked, |b, asked| {
            b.iter(|| index.find(black_box(asked)))
        });
    }
    set.finish();
    let mut set = c.benchmark_group("threads");
    set.sample_size(10);
    for count in [10_000usize, 100_000] {
        let letters = letters(count);
        set.throughput(Throughput::Elements(count as u64));
        set.bench_with_input(BenchmarkId::new("join", count), &letters, |b, letters| {
            b.iter(|| threads(black_box(letters), &Own::default()).threads.len());
        });
    }
    set.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
