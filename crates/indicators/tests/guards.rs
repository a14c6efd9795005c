//! What guard lists mark, and what they leave alone.

use indicators::guard::Guards;
use indicators::shape::classify;
use lexicon::Observable;

fn observable(value: &str) -> Observable {
    let Some((kind, value)) = classify(value) else { unreachable!("{value} has no shape") };
    Observable { kind, value, unicode: None, hashes: None, places: vec![], guard: None }
}

/// `expect`: the list and the entry.
#[track_caller]
fn check(guards: &Guards, value: &str, expect: Option<(&str, &str)>) {
    let mut marked = [observable(value)];
    guards.mark(&mut marked);
    let found = marked[0].guard.as_ref().map(|mark| (mark.list.as_str(), mark.entry.as_str()));
    assert_eq!(found, expect, "{value}");
}

#[test]
fn private_and_reserved_addresses_are_marked() {
    let guards = Guards::builtin();
    for (value, entry) in [
        ("10.1.2.3", "10.0.0.0/8"),
        ("10.1.0.0/16", "10.0.0.0/8"),
        ("172.31.255.255", "172.16.0.0/12"),
        ("192.168.0.1", "192.168.0.0/16"),
        ("100.64.0.1", "100.64.0.0/10"),
        ("127.0.0.1", "127.0.0.0/8"),
        ("169.254.1.1", "169.254.0.0/16"),
        ("239.1.1.1", "224.0.0.0/4"),
        ("255.255.255.255", "240.0.0.0/4"),
        ("fe80::1", "fe80::/10"),
        ("fd00::1", "fc00::/7"),
        ("::1", "::1/128"),
        ("ff02::1", "ff00::/8"),
        ("http://10.0.0.1/a", "10.0.0.0/8"),
        ("http://0x7f.1/a", "127.0.0.0/8"),
    ] {
        check(&guards, value, Some(("private-range", entry)));
    }
    for value in ["172.32.0.1", "8.8.8.8", "100.128.0.1", "2606:4700::1", "http://8.8.8.8/a"] {
        check(&guards, value, None);
    }
}

#[test]
fn documentation_addresses_and_names_are_marked_except_for_examples() {
    for (value, list, entry) in [
        ("192.0.2.1", "documentation-range", "192.0.2.0/24"),
        ("198.51.100.1", "documentation-range", "198.51.100.0/24"),
        ("203.0.113.1", "documentation-range", "203.0.113.0/24"),
        ("2001:db8::1", "documentation-range", "2001:db8::/32"),
        ("evil.example", "reserved-name", "example"),
        ("https://evil.test/a", "reserved-name", "test"),
        ("user@mail.example.com", "reserved-name", "example.com"),
    ] {
        check(&Guards::builtin(), value, Some((list, entry)));
        check(&Guards::builtin_for_examples(), value, None);
    }
}

#[test]
fn bare_public_suffixes_are_marked_and_names_below_them_are_not() {
    let guards = Guards::builtin();
    check(&guards, "co.jp", Some(("public-suffix", "co.jp")));
    check(&guards, "github.io", Some(("public-suffix", "github.io")));
    check(&guards, "https://github.io/", Some(("public-suffix", "github.io")));
    check(&guards, "evil.github.io", None);
    check(&guards, "evil.co.jp", None);
    check(&guards, "https://evil.github.io/a", None);
}

#[test]
fn a_popular_host_is_marked_but_what_attackers_publish_on_it_is_not() {
    let guards = Guards::builtin();
    check(&guards, "docs.google.com", Some(("popular-service", "google.com")));
    check(&guards, "https://www.google.com/", Some(("popular-service", "google.com")));
    check(&guards, "https://docs.google.com/forms/d/e/x", None);
    check(&guards, "https://www.google.com/?q=x", None);
    check(&guards, "gmail.com", Some(("popular-service", "gmail.com")));
    check(&guards, "attacker@gmail.com", None);
    check(&guards, "yahoo.co.jp", Some(("popular-service", "yahoo.co.jp")));
    check(&guards, "http://www.w3.org/1999/xhtml", Some(("popular-service", "w3.org")));
    check(
        &guards,
        "http://schemas.microsoft.com/office/2004/12/omml",
        Some(("popular-service", "schemas.microsoft.com")),
    );
    check(&guards, "google.com.evil.net", None);
    check(&guards, "notgoogle.com", None);
    check(&guards, "evil.blob.core.windows.net", None);
    check(&guards, "bit.ly", None);
}

#[test]
fn own_names_cover_subdomains_urls_and_addresses_and_go_before_everything() {
    let guards = Guards::builtin().with_own_names(&["Own.co.jp".to_owned(), "@日本語.jp".to_owned()]);
    let own = Some(("own-names", "own.co.jp"));
    check(&guards, "own.co.jp", own);
    check(&guards, "mail.own.co.jp", own);
    check(&guards, "https://www.own.co.jp/login", own);
    check(&guards, "user@own.co.jp", own);
    check(&guards, "日本語.jp", Some(("own-names", "xn--wgv71a119e.jp")));
    check(&guards, "own.co.jp.evil.net", None);
    check(&guards, "https://evil.net/?x=own.co.jp", None);
    let google = Guards::builtin().with_own_names(&["google.com".to_owned()]);
    check(&google, "docs.google.com", Some(("own-names", "google.com")));
}

#[test]
fn an_operators_list_matches_exactly_by_suffix_and_by_range() {
    let mut guards = Guards::builtin();
    let problems = guards.add_list(
        "partners",
        "\u{feff}# partners\nexact.net\n.below.net # and itself\n*.only.net\n203.0.112.0/20\n198.18.0.7\n\
         2606:4700::/32\nhttps://page.net/a#b\nhttps://page.net/?x=*\nuser@page.net\n0123456789abcdef0123456789abcdef\nserver.corp\n",
    );
    assert_eq!(problems, []);
    check(&guards, "exact.net", Some(("partners", "exact.net")));
    check(&guards, "https://exact.net/a", Some(("partners", "exact.net")));
    check(&guards, "www.exact.net", None);
    check(&guards, "a.b.below.net", Some(("partners", ".below.net")));
    check(&guards, "below.net", Some(("partners", ".below.net")));
    check(&guards, "a.only.net", Some(("partners", "*.only.net")));
    check(&guards, "only.net", None);
    check(&guards, "203.0.112.9", Some(("partners", "203.0.112.0/20")));
    check(&guards, "2606:4700::9", Some(("partners", "2606:4700::/32")));
    check(&guards, "https://page.net/a#b", Some(("partners", "https://page.net/a#b")));
    check(&guards, "user@page.net", Some(("partners", "user@page.net")));
    check(
        &guards,
        "0123456789abcdef0123456789abcdef",
        Some(("partners", "0123456789abcdef0123456789abcdef")),
    );
    check(&guards, "page.net", None);
    check(&guards, "user@exact.net", None);
    // The stronger list gives the mark.
    check(&guards, "203.0.113.9", Some(("documentation-range", "203.0.113.0/24")));
    check(&guards, "198.18.0.7", Some(("private-range", "198.18.0.0/15")));
}

#[test]
fn lines_that_cannot_be_read_are_told_with_their_number() {
    let mut guards = Guards::default();
    let problems = guards.add_list("mine", "good.net\n\n10.0.0.0/33\nhello\na.*.net\n.\n# fine\n");
    assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [3, 4, 5, 6]);
    assert!(
        problems[0].to_string().starts_with("line 3: not a range of addresses: 10.0.0.0/33 (write a prefix")
    );
    check(&guards, "good.net", Some(("mine", "good.net")));
}

#[test]
fn an_override_keeps_the_mark_and_makes_it_an_indicator() {
    let mut guards = Guards::builtin().with_own_names(&["own.co.jp".to_owned()]);
    guards.add_override("hxxps://www[.]own[.]co[.]jp", "our site was changed by the attacker");
    guards.add_override("cdn.own.co.jp", "taken over");
    let mut marked = ["https://www.own.co.jp", "https://cdn.own.co.jp/a", "own.co.jp"].map(observable);
    guards.mark(&mut marked);
    let reasons = marked.clone().map(|o| o.guard.unwrap().overridden);
    assert_eq!(
        reasons,
        [Some("our site was changed by the attacker".to_owned()), Some("taken over".to_owned()), None,]
    );
    assert_eq!(marked.map(|o| o.is_actionable()), [true, true, false]);
}

#[test]
fn marking_again_replaces_old_marks() {
    let mut marked = [observable("10.0.0.1")];
    Guards::builtin().mark(&mut marked);
    assert!(marked[0].guard.is_some());
    Guards::default().mark(&mut marked);
    assert!(marked[0].guard.is_none());
}

#[test]
fn every_built_in_entry_can_be_read() {
    let guards = Guards::builtin();
    // Entries that do not parse would be left out silently; count them by what they mark.
    for value in [
        "0.0.0.1",
        "192.0.0.1",
        "192.88.99.1",
        "198.18.0.1",
        "233.252.0.1",
        "::",
        "64:ff9b:1::1",
        "100::1",
        "5f00::1",
        "fec0::1",
        "3fff::1",
        "a.invalid",
        "printer.home.arpa",
    ] {
        let mut marked = [observable(value)];
        guards.mark(&mut marked);
        assert!(marked[0].guard.is_some(), "{value}");
    }
}
