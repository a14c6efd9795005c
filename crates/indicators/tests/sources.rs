//! Values that a mail gives whole: link targets, header addresses, route addresses, host names, files.

use lexicon::facts::{Attachment, Source, SourceForm};
use lexicon::{Observable, ObservableType};

fn source(form: SourceForm, place: &str, text: &str) -> Source {
    Source { place: place.to_owned(), form, text: text.to_owned() }
}

#[track_caller]
fn check(form: SourceForm, text: &str, expect: &[(ObservableType, &str)]) {
    let found = indicators::extract(&[source(form, "here", text)], &[]);
    let found: Vec<_> = found.observables.iter().map(|o| (o.kind, o.value.as_str())).collect();
    assert_eq!(found, expect, "{text}");
}

use ObservableType::{DomainName, EmailAddr, Ipv4Addr, Ipv6Addr, Url};

#[test]
fn a_link_target_is_taken_whole() {
    let check = |text, expect: &[_]| check(SourceForm::Url, text, expect);
    check(
        "https://日本語.example/経路?問=答",
        &[(DomainName, "xn--wgv71a119e.example"), (Url, "https://日本語.example/経路?問=答")],
    );
    check(" https://evil.example/a b) ", &[(DomainName, "evil.example"), (Url, "https://evil.example/a b)")]);
    check("ht\ntps://evil.ex\tample/a", &[(DomainName, "evil.example"), (Url, "https://evil.example/a")]);
    check("https://evil.example/a[.]b", &[(DomainName, "evil.example"), (Url, "https://evil.example/a[.]b")]);
    check("hxxps://evil[.]example/a", &[(DomainName, "evil.example"), (Url, "https://evil.example/a")]);
    check(
        "https://good.example@evil.example:81/",
        &[(DomainName, "evil.example"), (Url, "https://good.example@evil.example:81/")],
    );
    check("https:\\\\evil.example\\a", &[(DomainName, "evil.example"), (Url, "https:\\\\evil.example\\a")]);
    check("//evil.example/a.png", &[(DomainName, "evil.example"), (Url, "//evil.example/a.png")]);
    check("www.evil.example", &[(DomainName, "www.evil.example"), (Url, "www.evil.example")]);
    check("http://0x7f000001/a", &[(Ipv4Addr, "127.0.0.1"), (Url, "http://0x7f000001/a")]);
    check(
        "http://[2001:db8::1%25eth0]/a",
        &[(Ipv6Addr, "2001:db8::1"), (Url, "http://[2001:db8::1%25eth0]/a")],
    );
    check("192.0.2.1/track?a", &[(Ipv4Addr, "192.0.2.1"), (Url, "192.0.2.1/track?a")]);
    check("http://[placeholder]/a", &[]);
    check("http://evil..example/a", &[(Url, "http://evil..example/a")]);
    check("http://intranet/a", &[(Url, "http://intranet/a")]);
    check("http://invoice.zip", &[(DomainName, "invoice.zip"), (Url, "http://invoice.zip")]);
    check(
        "mailto:a@evil.example?cc=b@evil.example&body=see%20https%3A%2F%2Fevil.example%2Fa",
        &[
            (DomainName, "evil.example"),
            (Url, "https://evil.example/a"),
            (EmailAddr, "a@evil.example"),
            (EmailAddr, "b@evil.example"),
        ],
    );
    check(
        "search-ms:query=a&crumb=location:\\\\x&u=https://evil.example/a",
        &[(DomainName, "evil.example"), (Url, "https://evil.example/a")],
    );
}

#[test]
fn targets_that_lead_nowhere_give_nothing() {
    for text in [
        "",
        "#top",
        "/a/b.html",
        "images/a.png",
        "index.html",
        "readme.md",
        "javascript:void(0)",
        "data:text/html,<a href=https://evil.example/>",
        "cid:image001.png@01D00000.00000000",
        "tel:+81300000000",
        "http://",
        "about:blank",
    ] {
        check(SourceForm::Url, text, &[]);
    }
}

#[test]
fn a_header_address_needs_no_known_suffix() {
    let check = |text, expect: &[_]| check(SourceForm::Address, text, expect);
    check("User@Evil.Example", &[(DomainName, "evil.example"), (EmailAddr, "user@evil.example")]);
    check("<user@host.corp>", &[(EmailAddr, "user@host.corp")]);
    check(
        "bounce+a=b.example@evil.example",
        &[(DomainName, "evil.example"), (EmailAddr, "bounce+a=b.example@evil.example")],
    );
    check("user@[192.0.2.1]", &[(Ipv4Addr, "192.0.2.1")]);
    check(
        "user@日本語.example",
        &[(DomainName, "xn--wgv71a119e.example"), (EmailAddr, "user@xn--wgv71a119e.example")],
    );
    check("\"a b\" user@evil.example", &[(DomainName, "evil.example"), (EmailAddr, "user@evil.example")]);
    check("@evil.example", &[(DomainName, "evil.example")]);
    check("undisclosed-recipients:;", &[]);
    check("", &[]);
}

#[test]
fn route_addresses_and_host_names_are_taken_whole() {
    check(SourceForm::Ip, "[192.0.2.1]", &[(Ipv4Addr, "192.0.2.1")]);
    check(SourceForm::Ip, "IPv6:2001:db8::1", &[(Ipv6Addr, "2001:db8::1")]);
    check(SourceForm::Ip, "::ffff:192.0.2.1", &[(Ipv4Addr, "192.0.2.1")]);
    check(SourceForm::Ip, "fe80::1%eth0", &[(Ipv6Addr, "fe80::1")]);
    check(SourceForm::Ip, "unknown", &[]);
    check(SourceForm::Host, "Mail.Evil.Example.", &[(DomainName, "mail.evil.example")]);
    check(SourceForm::Host, "invoice.zip", &[(DomainName, "invoice.zip")]);
    check(SourceForm::Host, "[192.0.2.1]", &[(Ipv4Addr, "192.0.2.1")]);
    check(SourceForm::Host, "localhost", &[]);
    check(SourceForm::Host, "20260101", &[]);
}

#[test]
fn an_observable_stands_once_with_all_its_places_and_urls_in_order() {
    let found = indicators::extract(
        &[
            source(SourceForm::Prose, "body", "https://b.example/ https://a.example/ https://b.example/"),
            source(SourceForm::Url, "html:link", "https://b.example/"),
        ],
        &[],
    );
    assert_eq!(found.urls, ["https://b.example/", "https://a.example/"]);
    let places = |value: &str| found.observables.iter().find(|o| o.value == value).unwrap().places.clone();
    assert_eq!(places("https://b.example/"), ["body", "html:link"]);
    assert_eq!(places("b.example"), ["body", "html:link"]);
    assert_eq!(places("a.example"), ["body"]);
}

#[test]
fn the_unicode_form_stands_beside_the_a_label() {
    let found =
        indicators::extract(&[source(SourceForm::Url, "html:link", "http://xn--wgv71a119e.example/")], &[]);
    let domain: Vec<&Observable> = found.observables.iter().filter(|o| o.kind == DomainName).collect();
    assert_eq!(domain[0].unicode.as_deref(), Some("日本語.example"));
}

#[test]
fn files_give_all_their_hashes_and_listed_entries_give_none() {
    let file = |digit: &str, children| Attachment {
        sha256: digit.repeat(64),
        sha1: digit.repeat(40),
        md5: digit.repeat(32),
        children,
        ..Attachment::default()
    };
    let listed = Attachment { name: Some("locked.exe".to_owned()), ..Attachment::default() };
    let found = indicators::extract(&[], &[file("b", vec![]), file("a", vec![listed, file("c", vec![])])]);
    let seen: Vec<_> =
        found.observables.iter().map(|o| (o.value.get(..1).unwrap(), o.places[0].as_str())).collect();
    assert_eq!(seen, [("a", "attachment[1]"), ("b", "attachment[0]"), ("c", "attachment[1]:attachment[1]")]);
    let hashes = found.observables[0].hashes.clone().unwrap();
    assert_eq!(hashes.md5, Some("a".repeat(32)));
    assert_eq!(hashes.sha1, Some("a".repeat(40)));
}

#[test]
fn places_are_bounded() {
    let sources: Vec<Source> = (0..100)
        .map(|at| source(SourceForm::Url, &format!("html:link[{at}]"), "https://evil.example/"))
        .collect();
    let found = indicators::extract(&sources, &[]);
    assert_eq!(found.observables[0].places.len(), indicators::MAX_PLACES);
}

#[test]
fn observables_are_bounded() {
    let text: String =
        (0..indicators::MAX_OBSERVABLES + 10).map(|at| format!("u{at}@evil.example ")).collect();
    let found = indicators::extract(&[source(SourceForm::Prose, "body", &text)], &[]);
    assert_eq!(found.observables.len(), indicators::MAX_OBSERVABLES);
}

#[test]
fn text_behind_the_limit_is_not_read() {
    let text = format!("{} https://evil.example/", "a ".repeat(indicators::MAX_TEXT / 2));
    assert_eq!(indicators::extract(&[source(SourceForm::Prose, "body", &text)], &[]).urls.len(), 0);
}
