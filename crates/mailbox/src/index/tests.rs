//! The index answers what scanning answers, however it was cut into segments, and survives what can befall it.

use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::Union;

use super::manifest::{Entry as Named, Manifest};
use super::*;
use crate::document::{Document, Entry, Field};
use crate::hit::Question;
use crate::query::{Context, Query, Text};
use crate::watch::{Wanted, Watch};

const WORDS: [&str; 16] = [
    "invoice",
    "Invoices",
    "account",
    "has",
    "been",
    "ＩＮＶＯＩＣＥ",
    "請求書",
    "御請求",
    "書類",
    "エラー",
    "ｴﾗｰ",
    "配信",
    "a\u{301}b",
    "x",
    "averyveryverylongwordthatisneverseeninanytextatallbutisindexed",
    "2024",
];
const GAPS: [&str; 7] = [" ", "\n", "", "、", "\r\n", "_", "\n\n"];

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec((0..WORDS.len(), 0..GAPS.len()), 0..12)
        .prop_map(|list| list.into_iter().map(|(w, g)| format!("{}{}", WORDS[w], GAPS[g])).collect())
}

fn mail() -> impl Strategy<Value = Document> {
    let place = |field: Field| format!("{field:?}").to_lowercase();
    let domains = ["a.example", "b.a.example", "xa.example", "例え.test"];
    (
        text(),
        proptest::collection::vec(text(), 0..3),
        proptest::option::of((0..3usize, 0..4usize, text())),
        proptest::option::of(0i64..400_000_000),
        0..4usize,
        0u64..5_000,
    )
        .prop_map(move |(subject, bodies, from, time, host, size)| {
            let mut entries =
                vec![Entry { field: Field::Subject, place: place(Field::Subject), text: subject }];
            entries.extend(bodies.into_iter().map(|text| Entry {
                field: Field::Body,
                place: place(Field::Body),
                text,
            }));
            entries.extend(from.map(|(local, domain, name)| Entry {
                field: Field::From,
                place: place(Field::From),
                text: format!("{name} <{}@{}>", ["sato", "ito", "x.y"][local], domains[domain]),
            }));
            entries.push(Entry { field: Field::Host, place: "body".into(), text: domains[host].into() });
            entries.push(Entry { field: Field::Ip, place: "body".into(), text: format!("192.0.2.{host}") });
            entries.push(Entry { field: Field::Kind, place: "attachment[0]".into(), text: "zip".into() });
            entries.push(Entry {
                field: Field::Url,
                place: "body".into(),
                text: format!("https://{}/a/b?x={host}", domains[host]),
            });
            Document { time, size, entries, ..Document::default() }
        })
}

fn term() -> impl Strategy<Value = String> {
    let word = (0..WORDS.len()).prop_map(|at| WORDS[at].to_owned());
    let fixed = [
        "invo*",
        "*voice",
        "i*e",
        "*",
        "averyvery*",
        "\"account has been\"",
        "\"請求 書\"",
        "求",
        "求書",
        "ラー",
        "from:sato@a.example",
        "from:a.example",
        "from:@a.example",
        "from:sato",
        "subject:(請求書 OR invoice)",
        "body:\"has been\"",
        "host:a.example",
        "host:192.0.2.0/31",
        "url:a.example/a",
        "kind:zip",
        "kind:exe",
        "date:1970..1975",
        "before:1980",
        "after:1980-06",
        "larger:1k",
        "smaller:1k",
        "\"invoice * has\"",
    ];
    Union::new([word.boxed(), proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned).boxed()])
}

fn query() -> impl Strategy<Value = String> {
    term().prop_recursive(4, 24, 3, |inner| {
        Union::new([
            inner.clone().prop_map(|q| format!("-({q})")).boxed(),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) ({b})")).boxed(),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} OR {b})")).boxed(),
        ])
    })
}

fn question(text: &str) -> Question {
    let context = Context::japan(jiff::Timestamp::UNIX_EPOCH);
    let query = Query::parse(text, &context).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
    Question { query, watch: None, columns: 60 }
}

/// An index of these mails in segments of `size`, of which every `drop`th counts no more.
fn index(dir: &Path, mails: &[Document], size: usize, drop: usize) -> Index {
    let mut manifest = Manifest::new();
    for (at, chunk) in mails.chunks(size.max(1)).enumerate() {
        let file = format!("{at:08x}.seg");
        let docs = build::write(dir, &file, chunk).unwrap();
        let dropped = (0..docs).filter(|doc| (at * size + *doc as usize) % drop == drop - 1);
        manifest.segments.push(Named { file, docs, dropped: dropped.map(|doc| [doc, doc + 1]).collect() });
        manifest.next = 100;
    }
    manifest.write(dir).unwrap();
    Index::open(dir).unwrap()
}

fn named(mut mails: Vec<Document>) -> Vec<Document> {
    for (at, mail) in mails.iter_mut().enumerate() {
        mail.path = format!("/m/{at:03}");
        mail.file = mail.path.len();
    }
    mails
}

fn found(index: &Index, question: &Question) -> Vec<String> {
    let (hits, damages) = index.search(question, &[]);
    assert_eq!(damages, []);
    let mut paths: Vec<String> = hits.into_iter().map(|hit| hit.mail.path).collect();
    paths.sort();
    paths
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_index_answers_what_scanning_answers(
        mails in proptest::collection::vec(mail(), 0..14), queries in proptest::collection::vec(query(), 1..6),
        size in 1usize..8, drop in 2usize..9,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mails = named(mails);
        let index = index(dir.path(), &mails, size, drop);
        // One segment of what counts, and the answers must be the same.
        let parts: Vec<&Part> = index.segments.iter().collect();
        let merged_dir = tempfile::tempdir().unwrap();
        let docs = match merge::merge(merged_dir.path(), "m.seg", &parts) {
            Ok(docs) => docs,
            Err(_) => panic!("merging failed"),
        };
        let mut manifest = Manifest::new();
        manifest.segments.push(Named { file: "m.seg".into(), docs, dropped: Vec::new() });
        manifest.write(merged_dir.path()).unwrap();
        let merged = Index::open(merged_dir.path()).unwrap();
        prop_assert_eq!(merged.mails(), index.mails());
        for text in queries {
            let question = question(&text);
            let expect: Vec<String> = mails.iter().enumerate()
                .filter(|(at, mail)| at % drop != drop - 1 && question.query.holds(&Text::of(mail)).is_some())
                .map(|(_, mail)| mail.path.clone()).collect();
            prop_assert_eq!(&found(&index, &question), &expect, "{}", &text);
            prop_assert_eq!(&found(&merged, &question), &expect, "merged: {}", &text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_damaged_segment_is_told_and_never_answers_wrong(
        mails in proptest::collection::vec(mail(), 1..8), at in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mails = named(mails);
        drop(index(dir.path(), &mails, 100, usize::MAX));
        let path = dir.path().join("00000000.seg");
        let mut bytes = std::fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
        std::fs::write(&path, &bytes).unwrap();
        let index = Index::open(dir.path()).unwrap();
        for text in ["invoice", "請求書 -配信", "from:a.example", "*"] {
            let question = question(text);
            let expect = mails.iter().filter(|mail| question.query.holds(&Text::of(mail)).is_some()).count();
            let (hits, damages) = index.search(&question, &[]);
            prop_assert!(!damages.is_empty() || hits.len() == expect, "{}: {} of {}", text, hits.len(), expect);
        }
    }

    #[test]
    fn any_bytes_are_a_segment_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(segment) = Segment::open("x", Storage::Memory(bytes)) {
            let _ = segment.document(0);
        }
    }
}

#[test]
fn indicators_are_found_in_the_index_as_in_the_mails() {
    let wanted = |kind, value: &str| Wanted { kind, value: value.to_owned(), advisory: None };
    use lexicon::ObservableType as T;
    let list = vec![
        wanted(T::DomainName, "a.example"),
        wanted(T::Ipv4Addr, "192.0.2.2"),
        wanted(T::Ipv4Addr, "192.0.2.0/31"),
        wanted(T::Url, "https://b.a.example/a/b"),
    ];
    let mails: Vec<Document> = (0..4)
        .map(|host| {
            let entry = |field, text: String| Entry { field, place: "body".into(), text };
            let name = ["a.example", "b.a.example", "xa.example", "c.test"][host];
            let entries = vec![
                entry(Field::Host, name.to_owned()),
                entry(Field::Ip, format!("192.0.2.{host}")),
                entry(Field::Url, format!("https://{name}/a/b?x=1")),
            ];
            Document { entries, ..Document::default() }
        })
        .collect();
    let mails = named(mails);
    let dir = tempfile::tempdir().unwrap();
    let index = index(dir.path(), &mails, 2, usize::MAX);
    let question = Question { query: Query::all(), watch: Some(Watch::new(list)), columns: 40 };
    let (hits, damages) = index.search(&question, &[]);
    assert!(damages.is_empty());
    let seen: Vec<(String, Vec<usize>)> = hits
        .iter()
        .map(|hit| (hit.mail.path.clone(), hit.seen.iter().map(|s| s.indicator).collect()))
        .collect();
    let expect = [("/m/000", vec![0, 2]), ("/m/001", vec![0, 2, 3]), ("/m/002", vec![1])];
    assert_eq!(seen, expect.map(|(path, seen)| (path.to_owned(), seen)));
}

#[test]
fn a_newer_index_is_refused_and_another_folder_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("manifest"),
        "{\"format\":\"noroshi-mail-index\",\"version\":9}\n00000000\n",
    )
    .unwrap();
    assert!(matches!(Index::open(dir.path()), Err(Problem::Newer(_, 9))));
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("report.docx"), "x").unwrap();
    assert!(matches!(Update::open(other.path(), &[]), Err(Problem::OtherFolder(_))));
    let inside = dir.path().join("index");
    let mailbox = dir.path().to_string_lossy().into_owned();
    assert!(matches!(Update::open(&inside, &[mailbox]), Err(Problem::InsideMailbox(..))));
}
