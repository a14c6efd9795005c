//! Speed of the extractor on prose as mails have it: English, Japanese, and prose full of URLs.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use indicators::guard::Guards;
use lexicon::facts::{Source, SourceForm};

const ENGLISH: &str = "Dear customer, we could not deliver the parcel that you ordered last week. Please check \
    the address on our page and confirm it within three days, or the parcel goes back to the sender. If you have \
    already done so, you need not do anything. Thank you for your patience; we are sorry for the trouble.\n";
const JAPANESE: &str = "いつもお世話になっております。先日お送りした請求書（11月分）について、下記のとおり訂正がございます。\
    お手数ですが、添付の資料をご確認のうえ、期日までにお手続きくださいますようお願い申し上げます。ＡＢＣ株式会社 総務部\n";
const LINK: &str =
    "See https://www.evil.example/track/a1b2c3?id=12345 or write to help@evil.example (192.0.2.15).\n";

fn source(text: String) -> [Source; 1] {
    [Source { place: "body".to_owned(), form: SourceForm::Prose, text }]
}

fn prose(c: &mut Criterion) {
    let mut group = c.benchmark_group("extract");
    let texts = [
        ("english", ENGLISH.repeat(16)),
        ("japanese", JAPANESE.repeat(16)),
        ("mail", format!("{}{}", ENGLISH.repeat(15), LINK.repeat(4))),
        ("links", LINK.repeat(50)),
        ("many-different-links", (0..50).map(|n| LINK.replace("evil", &format!("evil{n}"))).collect()),
    ];
    for (name, text) in texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        let sources = source(text);
        group.bench_function(name, |b| b.iter(|| indicators::extract(black_box(&sources), &[])));
    }
    group.finish();
}

fn guards(c: &mut Criterion) {
    let text: String =
        (0..100).map(|n| format!("https://www{n}.evil.example/a 10.0.0.{n} docs.google.com\n")).collect();
    let mut found = indicators::extract(&source(text), &[]).observables;
    let guards = Guards::builtin();
    let mut group = c.benchmark_group("guard");
    group.throughput(Throughput::Elements(found.len() as u64));
    group.bench_function("mark", |b| b.iter(|| guards.mark(black_box(&mut found))));
    group.finish();
}

criterion_group!(benches, prose, guards);
criterion_main!(benches);
