//! How fast mails are signed and grouped.

use std::hint::black_box;

use casework::{Kinds, Signature, group};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use lexicon::facts::{HtmlLink, MailFacts};

/// Mails of about 2 KB: a third of one template with changed words, a third in tens, a third alone.
fn mails(count: usize) -> Vec<MailFacts> {
    (0..count)
        .map(|n| {
            let template = match n % 3 {
                0 => 0,
                1 => 1 + n / 30,
                _ => 1_000_000 + n,
            };
            let mut facts = MailFacts::default();
            facts.body.text = format!("{} {} {}", words(template, 280), words(2_000_000 + n, 4), n);
            let url = format!("https://host{template}.example/{n}");
            facts.html.links.push(HtmlLink { url, text: String::new() });
            facts
        })
        .collect()
}

fn words(seed: usize, count: usize) -> String {
    let mut state = seed as u64 + 1;
    let mut text = String::new();
    for _ in 0..count {
        for _ in 0..6 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push(char::from(b'a' + (state >> 33) as u8 % 26));
        }
        text.push(' ');
    }
    text
}

fn bench(c: &mut Criterion) {
    const MAILS: usize = 3000;
    let facts = mails(MAILS);
    let mut set = c.benchmark_group("campaigns");
    set.throughput(Throughput::Elements(MAILS as u64));
    set.sample_size(20);
    set.bench_function("sign", |b| {
        b.iter(|| facts.iter().map(|facts| black_box(Signature::of(facts)).prints().len()).sum::<usize>());
    });
    let signatures: Vec<Signature> = facts.iter().map(Signature::of).collect();
    set.bench_function("group", |b| b.iter(|| group(black_box(&signatures), Kinds::ALL)));
    set.bench_function("sign and group", |b| {
        b.iter_batched(
            || (),
            |()| group(&facts.iter().map(Signature::of).collect::<Vec<_>>(), Kinds::ALL),
            BatchSize::PerIteration,
        );
    });
    set.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
