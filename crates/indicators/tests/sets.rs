//! Reading indicator lists.

use indicators::set::parse;
use indicators::shape::classify;
use lexicon::{IndicatorSet, ObservableType, Tlp};

fn read(text: &str) -> (IndicatorSet, Vec<usize>) {
    let (set, problems) = parse("list", text, Tlp::Amber, jiff::Timestamp::UNIX_EPOCH);
    (set, problems.into_iter().map(|problem| problem.line).collect())
}

#[track_caller]
fn check(text: &str, expect: &[(&str, &str, &str)], lines: &[usize]) {
    let (set, problems) = read(text);
    let found: Vec<_> =
        set.indicators.iter().map(|i| (i.kind.word(), i.value.as_str(), i.note.as_str())).collect();
    assert_eq!((found.as_slice(), problems.as_slice()), (expect, lines));
}

#[test]
fn a_plain_list_is_sorted_and_each_value_stands_once() {
    check(
        "\u{feff}# a comment\r\nevil[.]example\r\n192.0.2.1 # the server\r\n\r\nEVIL.example\r\nhxxp://evil.example/a#b\r\n\
         A@evil.example\r\n0123456789ABCDEF0123456789ABCDEF\r\n2001:DB8::1\r\n198.51.100.7/24\r\n",
        &[
            ("ipv4-addr", "192.0.2.1", ""),
            ("ipv4-addr", "198.51.100.0/24", ""),
            ("ipv6-addr", "2001:db8::1", ""),
            ("domain-name", "evil.example", ""),
            ("url", "http://evil.example/a#b", ""),
            ("email-addr", "a@evil.example", ""),
            ("file", "0123456789abcdef0123456789abcdef", ""),
        ],
        &[],
    );
}

#[test]
fn a_hash_fills_its_own_field() {
    let (set, _) = read(&format!("{}\n{}\n", "0a".repeat(20), "0b".repeat(32)));
    let hashes: Vec<_> = set.indicators.iter().filter_map(|i| i.hashes.clone()).collect();
    assert_eq!(hashes[0].sha1, Some("0a".repeat(20)));
    assert_eq!(hashes[1].sha256, Some("0b".repeat(32)));
    assert_eq!((&hashes[0].md5, &hashes[0].sha256), (&None, &None));
}

#[test]
fn csv_columns_stand_in_any_order() {
    check(
        "type,note,value,seen\ndomain-name,\"C2, \"\"main\"\"\",evil[.]example,x\n,,192.0.2.1,\nurl,,evil.example/a,\n\
         sha256,,hello,\nnosuch,,192.0.2.2,\nip,,,\n# comment,,,\ndomain,,host.corp,\n",
        &[
            ("ipv4-addr", "192.0.2.1", ""),
            ("domain-name", "evil.example", "C2, \"main\""),
            ("domain-name", "host.corp", ""),
            ("url", "evil.example/a", ""),
        ],
        &[5, 6, 7],
    );
}

#[test]
fn semicolons_tabs_and_quoted_line_ends_are_understood() {
    check("value;type\nevil.example;domain\n", &[("domain-name", "evil.example", "")], &[]);
    check(
        "date,URL,description\nx,https://evil.example/?a=*,bank\n",
        &[("url", "https://evil.example/?a=*", "bank")],
        &[],
    );
    check("value\ttype\nevil.example\tdomain\n", &[("domain-name", "evil.example", "")], &[]);
    check(
        "value,note\nevil.example,\"two\nlines\"\nhello,\n",
        &[("domain-name", "evil.example", "two\nlines")],
        &[4],
    );
}

#[test]
fn a_plain_list_whose_urls_hold_commas_is_not_csv() {
    check("https://evil.example/a,b\n", &[("url", "https://evil.example/a,b", "")], &[]);
}

#[test]
fn the_set_carries_what_it_was_given() {
    let (set, _) = read("");
    assert_eq!((set.name.as_str(), set.tlp, set.created), ("list", Tlp::Amber, jiff::Timestamp::UNIX_EPOCH));
}

#[test]
fn values_are_told_by_their_shape() {
    use ObservableType::{DomainName, EmailAddr, File, Ipv4Addr, Ipv6Addr, Url};
    for (value, expect) in [
        ("192[.]0[.]2[.]1", Some((Ipv4Addr, "192.0.2.1"))),
        ("[2001:db8::1]", Some((Ipv6Addr, "2001:db8::1"))),
        ("::ffff:192.0.2.1", Some((Ipv4Addr, "192.0.2.1"))),
        ("2001:db8::/32", Some((Ipv6Addr, "2001:db8::/32"))),
        ("日本語.example", Some((DomainName, "xn--wgv71a119e.example"))),
        ("invoice.zip", Some((DomainName, "invoice.zip"))),
        ("user[at]evil[.]example", Some((EmailAddr, "user@evil.example"))),
        ("mailto:user@evil.example", Some((EmailAddr, "user@evil.example"))),
        ("mailto:https://user:pw@evil.example", None),
        ("mailto:a@b@evil.example", None),
        ("www.evil.example/a", Some((Url, "www.evil.example/a"))),
        ("http://intranet/", Some((Url, "http://intranet/"))),
        (
            "0123456789ABCDEF0123456789ABCDEF01234567",
            Some((File, "0123456789abcdef0123456789abcdef01234567")),
        ),
        ("", None),
        ("a b", None),
        ("evil.nosuch", None),
        ("javascript:x", None),
    ] {
        assert_eq!(classify(value), expect.map(|(kind, text)| (kind, text.to_owned())), "{value}");
    }
}
