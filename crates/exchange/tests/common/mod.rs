//! Released items to translate. People, names and addresses are invented or reserved for documentation.
#![allow(dead_code, reason = "each test file uses its own part")]

use gate::{FreshPapers, Gate, GateKey, Origin, Papers, Releasable, Released};
use jiff::Timestamp;
use lexicon::ids::AdvisoryId;
use lexicon::indicator::FileHashes;
use lexicon::{Advisory, Audience, Indicator, IndicatorSet, Lang, ObservableType, Tlp};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn release<T: Releasable>(item: T, when: &str) -> Released<T> {
    let papers = FreshPapers {
        audience: Audience::all_members(),
        origin: Origin::HubObtained,
        approvals: &[],
        protected: &[],
        acknowledged: &[],
        at: at(when),
    };
    Gate::new(GateKey::new([7; 32])).release(item, Papers::Fresh(papers)).unwrap()
}

pub(crate) fn indicator(kind: ObservableType, value: &str, note: &str) -> Indicator {
    Indicator { kind, value: value.to_owned(), hashes: None, note: note.to_owned() }
}

/// Every kind of indicator, the awkward ones too.
pub(crate) fn indicators() -> Vec<Indicator> {
    use ObservableType::*;
    let mut list = vec![
        indicator(Ipv4Addr, "192.0.2.44", "添付を開いた後の通信先"),
        indicator(Ipv4Addr, "198.51.100.0/24", ""),
        indicator(Ipv4Addr, "10.0.0.1", ""),
        indicator(Ipv6Addr, "2001:db8::44", ""),
        indicator(DomainName, "co.jp", ""),
        indicator(DomainName, "docs.google.com", ""),
        indicator(DomainName, "login.portal.example", "=HYPERLINK(\"http://evil.example\")"),
        indicator(DomainName, "xn--wgv71a119e.example", "日本語.example"),
        indicator(DomainName, &format!("{}example", "a.".repeat(118)), ""),
        indicator(DomainName, "bad\nname.example", ""),
        indicator(Url, "https://login.portal.example/it's\\here?a=\"1\"", "引用符と逆斜線"),
        indicator(Url, "http://shared.example/~abc/", ""),
        indicator(EmailAddr, "+jimukyoku@portal.example", ""),
        indicator(File, SHA256, "請求書.docx"),
        indicator(File, "d41d8cd98f00b204e9800998ecf8427e", ""),
    ];
    if let Some(file) = list.iter_mut().find(|i| i.note == "請求書.docx") {
        file.hashes = Some(FileHashes {
            md5: Some("0c".repeat(16)),
            sha1: Some("1d".repeat(20)),
            sha256: Some(SHA256.to_owned()),
        });
    }
    list.sort();
    list
}

pub(crate) fn advisory() -> Advisory {
    Advisory {
        id: AdvisoryId::from_time_and_random(1_795_000_000_123, [9; 10]),
        number: "N-2026-0007".to_owned(),
        version: 1,
        lang: Lang::Ja,
        title: "取引先を装い見積書の確認を求めるメール".to_owned(),
        summary: "実在する取引先を装い、添付の文書を開かせるメールが複数の組織に届いています。".to_owned(),
        features: "件名: 【至急】見積書のご確認\n差出人: 無料メールのアドレス".to_owned(),
        measures: "添付を開かず、システム担当に連絡してください。".to_owned(),
        request: "同様のメールを受け取った場合は、件数と最初の日付をお知らせください。".to_owned(),
        organisations: 3,
        first_seen: Some(at("2026-11-10T00:12:00Z")),
        last_seen: Some(at("2026-11-18T05:00:00Z")),
        indicators: indicators(),
        tlp: Tlp::Amber,
    }
}

pub(crate) fn list() -> IndicatorSet {
    IndicatorSet {
        name: "November list".to_owned(),
        tlp: Tlp::Green,
        created: at("2026-11-19T00:00:00Z"),
        indicators: indicators(),
    }
}

/// When the samples are released.
pub(crate) const RELEASED: &str = "2026-11-20T06:04:05.678901Z";

const SHA256: &str = "5f8f04f6a3a892aaabbddb6cf273894493773960d4a325b105fee46eef4304f1";
