//! The identity check finds every writing of a member, and the gate stays shut.

use std::collections::BTreeSet;

use gate::{
    Acknowledged, Approval, Certainty, FreshPapers, Gate, GateKey, Origin, Papers, Refusal, Releasable,
    approval_digest,
};
use jiff::Timestamp;
use lexicon::ids::{AdvisoryId, MemberId, SigId};
use lexicon::indicator::Indicator;
use lexicon::member::Identity;
use lexicon::{Advisory, Audience, Lang, Member, ObservableType, Role, Tlp};
use proptest::prelude::*;

fn mitaho() -> Member {
    Member {
        id: MemberId::from_name("mitaho"),
        role: Role::Member,
        name: "みたほガス株式会社".into(),
        sigs: BTreeSet::from([SigId::from_name("gas")]),
        identity: Identity {
            names: vec!["Mitaho Gas Co., Ltd.".into(), "御田穂瓦斯".into()],
            domains: vec!["mitaho-gas.example".into(), "みたほ.example".into()],
            addresses: vec!["kouhou.mitaho@freemail.example".into()],
            networks: vec!["192.0.2.0/28".into(), "2001:db8:77::/48".into()],
            persons: vec!["佐久間 恵理子".into(), "Eriko Sakuma".into()],
        },
    }
}

fn advisory(summary: &str) -> Advisory {
    Advisory {
        id: AdvisoryId::from_name("a"),
        number: "N-2026-0001".into(),
        version: 1,
        lang: Lang::Ja,
        title: "製品問い合わせを装うメール".into(),
        summary: summary.into(),
        features: "件名「お問い合わせの件」".into(),
        measures: "開かない".into(),
        request: "同様の受信があればお知らせください".into(),
        organisations: 3,
        first_seen: None,
        last_seen: None,
        indicators: vec![Indicator {
            kind: ObservableType::DomainName,
            value: "update-check.test".into(),
            hashes: None,
            note: String::new(),
        }],
        tlp: Tlp::Amber,
    }
}

fn findings(text: &str) -> Vec<gate::Finding> {
    gate::identity_check(&advisory(text).fields(), [&mitaho()])
}

fn is_certain(text: &str) -> bool {
    findings(text).iter().any(|f| f.certainty == Certainty::Certain && f.field == "summary")
}

/// As encoders write it: bytes that are plain letters stay as they are.
fn encoder_percent(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&b| {
            if b.is_ascii_alphanumeric() || b == b'~' || b == b'^' {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

#[test]
fn plain_english_and_many_urls_can_be_checked() {
    let english = "Between the fourteenth and the twentieth several organisations received messages that pretended to come from a procurement department and asked for confirmation of delivery conditions. ".repeat(20);
    assert_eq!(findings(&english), []);
    let urls: String = (0..60)
        .map(|i| format!("https://files.attacker.test/conditions/{i}/view?session=Zm9vYmFyYmF6{i}\n"))
        .collect();
    assert_eq!(findings(&urls), []);
}

#[test]
fn everyday_words_that_hold_a_short_name_are_doubts_at_most() {
    let mut casio = mitaho();
    casio.identity = Identity { names: vec!["カシホ".into(), "ニコソ".into()], ..Identity::default() };
    casio.name = "アクセス株式会社".into();
    for text in ["しかしほかの窓口に届いた", "相手にこそ知らせる", "アクセス記録を調べる"]
    {
        let found = gate::identity_check(&advisory(text).fields(), [&casio]);
        assert!(found.iter().all(|f| f.certainty == Certainty::Doubtful), "{text} {found:?}");
    }
}

#[test]
fn a_short_name_glued_to_a_number_or_a_word_is_a_doubt() {
    let mut member = mitaho();
    member.identity = Identity { names: vec!["NEQ".into()], ..Identity::default() };
    for text in ["NEQ2026.xlsx", "NEQInvoice.docx"] {
        let found = gate::identity_check(&advisory(text).fields(), [&member]);
        assert_eq!(found.len(), 1, "{text} {found:?}");
    }
    assert_eq!(gate::identity_check(&advisory("subsequent sequence").fields(), [&member]), []);
}

#[test]
fn many_doubts_never_hide_a_certainty() {
    let roster: Vec<Member> = (0..120)
        .map(|i| Member {
            id: MemberId::from_name(&format!("m{i}")),
            identity: Identity { persons: vec![format!("佐藤 {i}郎")], ..Identity::default() },
            ..mitaho()
        })
        .collect();
    let mut item = advisory("佐藤と佐藤");
    item.title = "みたほガス株式会社への攻撃".into();
    let found = gate::identity_check(&item.fields(), &roster);
    assert!(found.iter().any(|f| f.field == "title" && f.certainty == Certainty::Certain));
}

#[test]
fn a_clean_draft_has_no_finding() {
    assert_eq!(findings("ガス業界の複数の組織に、製品の問い合わせを装うメールが届いた。"), []);
}

#[test]
fn every_writing_of_the_provider_is_found() {
    let base64 = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
    let utf16: Vec<u8> = "みたほガス".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let sjis = encoding_rs::SHIFT_JIS.encode("みたほガス株式会社").0.into_owned();
    let jis = encoding_rs::ISO_2022_JP.encode("みたほガス").0.into_owned();
    let percent = |bytes: &[u8]| bytes.iter().map(|b| format!("%{b:02X}")).collect::<String>();
    let quoted = |bytes: &[u8]| bytes.iter().map(|b| format!("={b:02X}")).collect::<String>();
    let twice = base64(&base64("mitaho-gas.example/login"));
    let cases = [
        ("plain", "みたほガスの担当者".to_owned()),
        ("half width", "ﾐﾀﾎｶﾞｽの担当者".into()),
        ("full-width Latin, mixed case", "ＭｉＴａＨｏ　ＧＡＳ".into()),
        ("hiragana and katakana", "ミタホがす".into()),
        ("domain", "https://mitaho-gas.example/".into()),
        ("subdomain", "mx1.MITAHO-GAS.example".into()),
        ("defanged", "mitaho-gas[.]example".into()),
        ("look-alike domain", "mitaho-gas-login.test".into()),
        ("name inside a C2 host", "www.mitahogas.update.test".into()),
        ("address", "kouhou.mitaho@freemail.example".into()),
        ("punycode", format!("http://{}/", idna::domain_to_ascii("みたほ.example").unwrap())),
        ("percent", format!("https://c2.test/?q={}", percent("みたほガス".as_bytes()))),
        ("percent, Shift_JIS", percent(&sjis)),
        ("percent, once more", percent(percent("mitaho-gas".as_bytes()).as_bytes())),
        ("base64", base64("宛先: みたほガス 御中")),
        ("base64, UTF-16", data_encoding::BASE64.encode(&utf16)),
        (
            "base64, ISO-2022-JP encoded word",
            format!("=?ISO-2022-JP?B?{}?=", data_encoding::BASE64.encode(&jis)),
        ),
        (
            "base64 in a URL",
            format!(
                "https://c2.test/t/{}/x.gif",
                data_encoding::BASE64URL_NOPAD.encode(b"info@mitaho-gas.example")
            ),
        ),
        ("base64, twice", twice),
        ("hex", data_encoding::HEXLOWER.encode("mitaho-gas.example".as_bytes())),
        ("quoted-printable", quoted("みたほガス".as_bytes())),
        ("encoded word, Q", format!("=?UTF-8?Q?{}?=", quoted("みたほガス".as_bytes()))),
        ("split by tags", "み<b>た</b>ほ<span class=\"x\">ガ</span>ス".into()),
        ("split by spaces and marks", "M i t a h o - G a s".into()),
        ("zero-width", "mitaho\u{200b}-\u{2060}gas.example".into()),
        ("character references", "&#x307F;&#12383;&#x307B;ガス".into()),
        ("unicode escapes", "\\u307f\\u305f\\u307bガス".into()),
        ("file name", "20260807_みたほガス様_見積書.xlsx".into()),
        ("document property", "会社: Mitaho Gas; 作成者: user".into()),
        ("another name", "御田穂瓦斯".into()),
        ("person", "佐久間恵理子様".into()),
        ("person, other order", "SAKUMA Eriko".into()),
        ("address range", "送信元 192.0.2.9".into()),
        ("address, defanged", "192[.]0[.]2[.]9".into()),
        ("address as one number", "http://3221225993/".into()),
        ("IPv6", "2001:db8:77::25".into()),
        ("Cyrillic look-alikes", "mitаhо-gаs".into()),
        ("percent, Shift_JIS, as encoders write it", encoder_percent(&sjis)),
        ("quoted-printable, Shift_JIS, as encoders write it", encoder_percent(&sjis).replace('%', "=")),
        ("%u escapes", "%u307F%u305F%u307Bガス".into()),
        ("hex with 0x", format!("0x{}", data_encoding::HEXLOWER.encode("mitaho-gas.example".as_bytes()))),
        ("soft hyphen", "mita&shy;ho-gas.example".into()),
        ("split by a comment", "mitaho<!-- a > b -->-gas.example".into()),
        ("two encoded words, split in a character", {
            let bytes = "みたほガス".as_bytes();
            format!(
                "=?UTF-8?B?{}?= =?UTF-8?B?{}?=",
                data_encoding::BASE64.encode(&bytes[..7]),
                data_encoding::BASE64.encode(&bytes[7..])
            )
        }),
        ("base64, five deep", (0..5).fold("mitaho-gas.example/login".to_owned(), |text, _| base64(&text))),
        ("address range, last part left out", "192.0.2.x".into()),
    ];
    let missed: Vec<&str> =
        cases.iter().filter(|(_, text)| !is_certain(text)).map(|(name, _)| *name).collect();
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn the_freemail_provider_of_a_member_s_address_names_nobody() {
    assert_eq!(findings("送信者 someone-else@freemail.example"), []);
}

#[test]
fn a_finding_shows_where_it_stands() {
    let text = "宛名は「みたほガス」でした。";
    let found = findings(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].field.as_str(), found[0].excerpt.as_str()), ("summary", "みたほガス"));
    assert_eq!(text.get(found[0].range.0..found[0].range.1), Some("みたほガス"));
}

#[test]
fn a_family_name_alone_is_a_doubt_that_needs_a_reason() {
    let found = findings("担当の佐久間さんを名乗る");
    assert_eq!(found.iter().map(|f| f.certainty).collect::<Vec<_>>(), [Certainty::Doubtful]);
    let item = advisory("担当の佐久間さんを名乗る");
    let papers = |reason: &str| {
        vec![Acknowledged {
            field: "summary".into(),
            excerpt: found[0].excerpt.clone(),
            reason: reason.into(),
        }]
    };
    assert!(matches!(release(item.clone(), &[], &papers(" ")), Err(Refusal::Identity(_))));
    assert!(release(item, &[], &papers("攻撃者が名乗った架空の姓")).is_ok());
}

#[test]
fn a_name_in_an_indicator_is_found_too() {
    let mut item = advisory("");
    item.indicators[0].value = "mitaho-gas-portal.test".into();
    let found = gate::identity_check(&item.fields(), [&mitaho()]);
    assert!(found.iter().any(|f| f.field == "indicators[0].value" && f.certainty == Certainty::Certain));
}

fn release(
    item: Advisory,
    providers: &[MemberId],
    acknowledged: &[Acknowledged],
) -> Result<gate::Released<Advisory>, Refusal> {
    let digest = approval_digest(&item, &Audience::all_members());
    let approvals: Vec<Approval> = providers.iter().map(|&provider| Approval { provider, digest }).collect();
    Gate::new(GateKey::new([7; 32])).release(
        item,
        Papers::Fresh(FreshPapers {
            audience: Audience::all_members(),
            origin: if providers.is_empty() { Origin::HubObtained } else { Origin::Members(providers) },
            approvals: &approvals,
            protected: &[mitaho()],
            acknowledged,
            at: Timestamp::UNIX_EPOCH,
        }),
    )
}

fn papers<'a>(
    audience: Audience,
    origin: Origin<'a>,
    approvals: &'a [Approval],
    protected: &'a [Member],
) -> Papers<'a> {
    Papers::Fresh(FreshPapers {
        audience,
        origin,
        approvals,
        protected,
        acknowledged: &[],
        at: Timestamp::UNIX_EPOCH,
    })
}

#[test]
fn the_gate_wants_an_audience_a_provider_and_an_approval_of_exactly_this_text() {
    let gate = Gate::new(GateKey::new([7; 32]));
    let item = advisory("本文");
    let provider = mitaho().id;
    let everyone = Audience::all_members();
    assert_eq!(
        gate.release(item.clone(), papers(Audience::default(), Origin::HubObtained, &[], &[])).err(),
        Some(Refusal::NoAudience)
    );
    assert_eq!(
        gate.release(item.clone(), papers(everyone.clone(), Origin::Members(&[]), &[], &[])).err(),
        Some(Refusal::NoProvider)
    );
    let of_other_text =
        [Approval { provider, digest: approval_digest(&advisory("別の本文"), &everyone) }];
    assert_eq!(
        gate.release(
            item.clone(),
            papers(everyone.clone(), Origin::Members(&[provider]), &of_other_text, &[])
        )
        .err(),
        Some(Refusal::NotApproved(vec![provider]))
    );
    let wider = Audience { vendors: true, ..everyone.clone() };
    let of_this = [Approval { provider, digest: approval_digest(&item, &everyone) }];
    assert_eq!(
        gate.release(item.clone(), papers(wider, Origin::Members(&[provider]), &of_this, &[])).err(),
        Some(Refusal::NotApproved(vec![provider])),
        "an approval is of the audience too"
    );
    assert!(gate.release(item, papers(everyone, Origin::Members(&[provider]), &of_this, &[])).is_ok());
}

#[test]
fn a_stamp_admits_exactly_what_was_released() {
    let released = release(advisory("本文"), &[mitaho().id], &[]).unwrap();
    let back = |item: Advisory, audience: Audience, key: u8| {
        Gate::new(GateKey::new([key; 32]))
            .release(item, Papers::Stamped { audience, at: released.at(), stamp: released.stamp() })
    };
    assert_eq!(back(advisory("本文"), Audience::all_members(), 7), Ok(released.clone()));
    assert_eq!(back(advisory("本文。"), Audience::all_members(), 7), Err(Refusal::Stamp));
    let wider = Audience { vendors: true, ..Audience::all_members() };
    assert_eq!(back(advisory("本文"), wider, 7), Err(Refusal::Stamp));
    assert_eq!(back(advisory("本文"), Audience::all_members(), 8), Err(Refusal::Stamp));
}

#[test]
fn too_much_encoded_material_is_refused_rather_than_left_unread() {
    let base64 = |text: String| data_encoding::BASE64.encode(text.as_bytes());
    let noise = (0..7).fold("nothing to be seen in here".to_owned(), |text, _| base64(text));
    assert!(is_certain(&noise));
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic(text in "\\PC{0,200}") {
        let _ = findings(&text);
    }

    #[test]
    fn the_domain_is_found_wherever_it_is_put(before in "[a-z あいう。]{0,20}", after in "[ 。、/]{1}[a-zあいう]{0,20}") {
        let text = format!("{before} mitaho-gas.example{after}");
        prop_assert!(is_certain(&text));
    }
}
