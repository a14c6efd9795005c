//! What holds for every input.

use indicators::defang::{defang, refang};
use indicators::guard::Guards;
use indicators::shape::{classify, host_of_url};
use lexicon::ObservableType;
use lexicon::facts::{Source, SourceForm};
use proptest::prelude::*;

const FORMS: [SourceForm; 5] =
    [SourceForm::Prose, SourceForm::Url, SourceForm::Address, SourceForm::Ip, SourceForm::Host];

fn extract(form: SourceForm, text: &str) -> indicators::Extraction {
    indicators::extract(&[Source { place: "body".to_owned(), form, text: text.to_owned() }], &[])
}

/// Text as attackers write it: pieces of everything that the scanner knows, and anything else.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "http",
        "https",
        "hxxp",
        "://",
        ":",
        "/",
        ".",
        "[.]",
        "(dot)",
        "[@]",
        "@",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "evil.example",
        "example",
        "テスト",
        "例え",
        "を",
        "。",
        "（",
        "）",
        "．",
        "ｈｔｔｐ：／／",
        "192.0.2.1",
        "１９２",
        "2001:db8::1",
        "::",
        "ffff",
        "%",
        "%41",
        "xn--",
        "xn--zckzah",
        "www.",
        "é",
        "\u{200b}",
        "\u{ad}",
        "&gt;",
        " ",
        "\n",
        "-",
        "_",
        "?",
        "#",
        "0123456789abcdef0123456789abcdef",
        "co.jp",
        "zip",
        "IPv6:",
        "mailto:",
        "0x7f",
    ]);
    prop::collection::vec(prop_oneof![8 => pieces.prop_map(str::to_owned), 1 => ".{0,4}"], 0..40)
        .prop_map(|pieces| pieces.concat())
}

fn domain() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?(\\.[a-z]{2,6}){0,2}\\.(example|test|com|co\\.jp)"
}

fn url() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["http", "https", "ftp", "HTTP", "HTTPS"]);
    let path = "((/[a-zA-Z0-9_~%-]{1,8}){1,3}(/|\\.html)?)?(/\\?[a-z]=[a-z0-9.]{0,6}[a-z])?";
    (scheme, domain(), "(:[1-9][0-9]{1,3})?", path)
        .prop_map(|(scheme, host, port, path)| format!("{scheme}://{host}{port}{path}"))
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        url(),
        domain(),
        any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|address| address.to_string()),
        ("[a-z][a-z0-9._+]{0,8}[a-z0-9]", domain()).prop_map(|(local, domain)| format!("{local}@{domain}")),
        "[0-9a-f]{64}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_makes_it_panic_and_the_output_is_sorted_and_unique(text in nasty()) {
        for form in FORMS {
            let found = extract(form, &text);
            prop_assert!(found.observables.is_sorted_by(|a, b| (a.kind, &a.value) < (b.kind, &b.value)));
            let mut urls: Vec<_> = found.urls.clone();
            urls.sort();
            let known: Vec<_> =
                found.observables.iter().filter(|o| o.kind == ObservableType::Url).map(|o| o.value.clone()).collect();
            prop_assert_eq!(urls, known);
            let mut marked = found.observables.clone();
            Guards::builtin().mark(&mut marked);
            prop_assert_eq!(marked.len(), found.observables.len());
            for o in &found.observables {
                let _ = defang(&o.value);
                let _ = host_of_url(&o.value);
            }
        }
        let _ = classify(&text);
        let _ = indicators::set::parse("x", &text, lexicon::Tlp::Clear, jiff::Timestamp::UNIX_EPOCH);
        let _ = Guards::default().add_list("x", &text);
    }

    #[test]
    fn defanging_can_be_undone(value in value()) {
        let defanged = defang(&value);
        prop_assert_eq!(refang(&defanged), value);
    }

    #[test]
    fn refanging_twice_changes_nothing_in_a_value(value in value()) {
        prop_assert_eq!(refang(&value), value.as_str());
    }

    #[test]
    fn a_defanged_url_is_found_in_japanese_text(url in url()) {
        let found = extract(SourceForm::Prose, &format!("次の{}を開いて、", defang(&url)));
        prop_assert_eq!(found.urls, vec![url]);
    }

    #[test]
    fn a_normal_form_is_its_own_normal_form(text in prop_oneof![nasty(), value()]) {
        if let Some((kind, value)) = classify(&text) {
            prop_assert_eq!(classify(&value), Some((kind, value)));
        }
    }

    #[test]
    fn what_prose_finds_in_a_text_with_a_value_is_that_value(value in value()) {
        let found = extract(SourceForm::Prose, &format!("（{value}）"));
        let expect = classify(&value).map(|(_, value)| value);
        // Addresses such as ::2 or 1:2:3:4:5:6:7:8 are too close to times and code to be taken from prose.
        if value.contains("::") || !value.contains(':') || value.contains("//") {
            let is_weak = value.parse::<std::net::Ipv6Addr>().is_ok();
            prop_assert!(is_weak || expect.is_none_or(|expect| found.observables.iter().any(|o| o.value == expect)));
        }
    }
}

#[test]
fn long_hostile_inputs_take_linear_time() {
    // A quadratic step would take minutes on this much; the test runner would stop it.
    for piece in [
        "http://",
        "://",
        "a@",
        "[.]",
        "a.",
        ":",
        "1:",
        "http://あ",
        "(",
        "http://a/(((",
        "www.",
        "&gt;",
        "＠",
        "hxxp:",
        "http://a.example/..",
        "-1.2.3.4",
        "0",
        "é",
        "xn--",
        "%",
        "http://é@",
        "[ dot ]",
        "http://[",
        "1.2.3.4-",
    ] {
        let text = piece.repeat((1 << 17) / piece.len());
        for form in FORMS {
            let _ = extract(form, &text);
        }
        let _ = classify(&text);
        let _ = defang(&text);
    }
}
