//! What is found in running text, and what is not.

use lexicon::ObservableType;
use lexicon::facts::{Source, SourceForm};

fn found(text: &str) -> Vec<String> {
    let source = Source { place: "body".to_owned(), form: SourceForm::Prose, text: text.to_owned() };
    let word = |kind| match kind {
        ObservableType::Ipv4Addr | ObservableType::Ipv6Addr => "ip",
        ObservableType::DomainName => "domain",
        ObservableType::Url => "url",
        ObservableType::EmailAddr => "email",
        ObservableType::File => "file",
    };
    let found = indicators::extract(&[source], &[]);
    found.observables.into_iter().map(|o| format!("{} {}", word(o.kind), o.value)).collect()
}

/// `expect` in the order of the output: by type, then by value.
#[track_caller]
fn check(text: &str, expect: &[&str]) {
    assert_eq!(found(text), expect, "{text}");
}

/// The one URL in `text`.
#[track_caller]
fn check_url(text: &str, url: &str) {
    let urls: Vec<String> =
        found(text).iter().filter_map(|o| o.strip_prefix("url ").map(str::to_owned)).collect();
    assert_eq!(urls, [url], "{text}");
}

#[test]
fn a_url_ends_where_the_japanese_text_goes_on() {
    check_url("https://evil.example/a.htmlを開いて", "https://evil.example/a.html");
    check_url("（https://evil.example/）", "https://evil.example/");
    check_url("「http://evil.example/a」。", "http://evil.example/a");
    check_url("『http://evil.example/a』", "http://evil.example/a");
    check_url("【https://evil.example/a?b=c】", "https://evil.example/a?b=c");
    check_url("https://evil.example/a、次に", "https://evil.example/a");
    check_url("https://evil.example/a。次に", "https://evil.example/a");
    check_url("https://evil.example/a！", "https://evil.example/a");
    check_url("https://evil.example/a？", "https://evil.example/a");
    check_url("https://evil.example/a　次に", "https://evil.example/a");
    check_url("https://evil.example/a※注意", "https://evil.example/a");
    check_url("https://evil.example/a…", "https://evil.example/a");
    check_url("https://evil.example/a（公式）", "https://evil.example/a");
    check_url("https://evil.exampleを開いて", "https://evil.example");
    check_url("https://evil.example。", "https://evil.example");
    check_url("https://evil.example:8443を開いて", "https://evil.example:8443");
    check_url("詳細はhttps://evil.example/aまで", "https://evil.example/a");
    check_url("URL：https://evil.example/a", "https://evil.example/a");
    check_url("ここhttps://evil.example/a#b.を", "https://evil.example/a#b");
    check_url("https://evil.example/aＡＢＣ株式会社", "https://evil.example/a");
    check_url("https://192.0.2.7:8080/aを", "https://192.0.2.7:8080/a");
    check_url("https://192.0.2.7へ", "https://192.0.2.7");
    check_url("www.evil.example/aを開く", "www.evil.example/a");
    check_url("https://evil.example/%E3%81%82を", "https://evil.example/%E3%81%82");
}

#[test]
fn the_punctuation_of_a_sentence_is_not_part_of_a_url() {
    check_url("See https://evil.example/a.", "https://evil.example/a");
    check_url("(https://evil.example/a)", "https://evil.example/a");
    check_url("[https://evil.example/a], and", "https://evil.example/a");
    check_url("{https://evil.example/a}", "https://evil.example/a");
    check_url("<https://evil.example/a>", "https://evil.example/a");
    check_url("'https://evil.example/a'", "https://evil.example/a");
    check_url("\"https://evil.example/a\"", "https://evil.example/a");
    check_url("*https://evil.example/a*", "https://evil.example/a");
    check_url("https://evil.example/a?!", "https://evil.example/a");
    check_url("https://evil.example/a_(b)", "https://evil.example/a_(b)");
    check_url("(https://evil.example/a_(b))", "https://evil.example/a_(b)");
    check_url("[text](https://evil.example/a)", "https://evil.example/a");
    check_url("https://evil.example/a;b=1,2:3", "https://evil.example/a;b=1,2:3");
    check_url("https://evil.example/a&gt; text", "https://evil.example/a");
    check_url("https://evil.example.", "https://evil.example");
    check_url(
        "https://evil.example/?u=https://other.example/b",
        "https://evil.example/?u=https://other.example/b",
    );
    check_url("HTTPS://EVIL.example/A", "HTTPS://EVIL.example/A");
    check_url("ftp://evil.example/a", "ftp://evil.example/a");
    check_url("clickherehttps://evil.example/a", "https://evil.example/a");
    check_url("http://user:pw@evil.example/a", "http://user:pw@evil.example/a");
}

#[test]
fn two_urls_on_a_line_are_two() {
    check(
        "https://a.example/1、https://b.example/2",
        &["domain a.example", "domain b.example", "url https://a.example/1", "url https://b.example/2"],
    );
    check(
        "https://a.example|https://b.example",
        &["domain a.example", "domain b.example", "url https://a.example", "url https://b.example"],
    );
}

#[test]
fn international_names_are_read_with_their_host_and_without_the_text_behind() {
    check("http://例え.テスト/を開く", &["domain xn--r8jz45g.xn--zckzah", "url http://例え.テスト/"]);
    check("http://例え.テストを開く", &["domain xn--r8jz45g.xn--zckzah", "url http://例え.テスト"]);
    check("http://日本語.example/aを", &["domain xn--wgv71a119e.example", "url http://日本語.example/a"]);
    check(
        "http://日本語.example:8080/a",
        &["domain xn--wgv71a119e.example", "url http://日本語.example:8080/a"],
    );
    check("http://日本語.exampleを", &["domain xn--wgv71a119e.example", "url http://日本語.example"]);
    check("http://日本語.example、", &["domain xn--wgv71a119e.example", "url http://日本語.example"]);
    check("bücher.example", &["domain xn--bcher-kva.example"]);
    check("почта@пример.рф", &["domain xn--e1afmkfd.xn--p1ai", "email почта@xn--e1afmkfd.xn--p1ai"]);
}

#[test]
fn defanged_and_full_width_shapes_are_understood() {
    check_url("hxxp://evil[.]example/a", "http://evil.example/a");
    check_url("hXXps[:]//evil(.)example/a", "https://evil.example/a");
    check_url("hxxps://evil{.}example/aを", "https://evil.example/a");
    check_url("ｈｔｔｐ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ／ａを", "http://evil.example/a");
    check_url("https://ev\u{200b}il.exa\u{200d}mple/a", "https://evil.example/a");
    check("evil[dot]example", &["domain evil.example"]);
    check("user [at] evil [dot] example", &["domain evil.example", "email user@evil.example"]);
    check("user[@]evil[.]example", &["domain evil.example", "email user@evil.example"]);
    check("192[.]0[.]2[.]1", &["ip 192.0.2.1"]);
    check("１９２．０．２．１から", &["ip 192.0.2.1"]);
    check("2001[:]db8[:][:]1", &["ip 2001:db8::1"]);
    check("we dot our i dot and at home", &[]);
}

#[test]
fn addresses_bring_their_domain() {
    check("連絡先はinfo@Evil.Exampleです", &["domain evil.example", "email info@evil.example"]);
    check("<a.b+c@evil.example>", &["domain evil.example", "email a.b+c@evil.example"]);
    check("mailto:a@evil.example.", &["domain evil.example", "email a@evil.example"]);
    check(
        "a@evil.example,b@evil.example",
        &["domain evil.example", "email a@evil.example", "email b@evil.example"],
    );
    check("@twitter a@b @ evil", &[]);
    check("a@nosuchsuffix.nosuch", &[]);
}

#[test]
fn ip_addresses_are_told_from_versions_times_and_section_numbers() {
    check("from 192.0.2.1.", &["ip 192.0.2.1"]);
    check("[192.0.2.1]:25", &["ip 192.0.2.1"]);
    check("ip=192.0.2.1;", &["ip 192.0.2.1"]);
    check("192.0.2.1-192.0.2.9", &["ip 192.0.2.1", "ip 192.0.2.9"]);
    check("192.0.2.0/24", &["ip 192.0.2.0"]);
    check("1.2.3.4.5", &[]);
    check("v1.2.3.4", &[]);
    check("version 10.2.3.4 と バージョン 1.2.3.4", &[]);
    check("Chrome/99.0.48.51", &[]);
    check("(192.0.2.1/8.17.1.19)", &["ip 192.0.2.1"]);
    check("256.1.1.1 01.2.3.4 1.2.3", &[]);
    check("2001:DB8::1", &["ip 2001:db8::1"]);
    check("[IPv6:2001:db8::25]", &["ip 2001:db8::25"]);
    check("fe80::1%eth0", &["ip fe80::1"]);
    check("::ffff:192.0.2.1", &["ip 192.0.2.1"]);
    check("http://[2001:db8::1]:8080/a", &["ip 2001:db8::1", "url http://[2001:db8::1]:8080/a"]);
    check("12:34:56 and 1:2 and std::fmt::Display and a::b", &[]);
    check("00:11:22:33:44:55:66:77 and 00:11:22:33:44:55", &[]);
    check(
        "http://3221225985/a http://0xC0000201/a",
        &["ip 192.0.2.1", "url http://0xC0000201/a", "url http://3221225985/a"],
    );
}

#[test]
fn names_need_a_known_suffix_and_do_not_look_like_files() {
    check("evil.example evil.co.jp", &["domain evil.co.jp", "domain evil.example"]);
    check("サイトevil.exampleにて", &["domain evil.example"]);
    check("invoice.zip readme.md setup.sh report.pl a.py command.com 請求書.zip", &[]);
    check("co.jp com e.g. i.e. foo.nosuchsuffix 3.14 a.b", &[]);
    check("Done.It was. CO.LTD", &[]);
    check(
        "WWW.EVIL.EXAMPLE Example.Com",
        &["domain example.com", "domain www.evil.example", "url WWW.EVIL.EXAMPLE"],
    );
    check(
        "http://invoice.zip/a a@setup.sh",
        &["domain invoice.zip", "domain setup.sh", "url http://invoice.zip/a", "email a@setup.sh"],
    );
}

#[test]
fn urls_without_a_scheme_need_www_or_a_path() {
    check_url("evil.example/login.php?a=b", "evil.example/login.php?a=b");
    check_url("evil.example:8443/login", "evil.example:8443/login");
    check_url("192.0.2.1/login", "192.0.2.1/login");
    check_url("www.evil.example", "www.evil.example");
    check("evil.example/a^b.example", &["domain evil.example", "url evil.example/a^b.example"]);
    check_url("surwww.evil.example", "www.evil.example");
    check("awww.com", &["domain awww.com"]);
    check("evil.example/", &["domain evil.example"]);
    check("evil.example:443", &["domain evil.example"]);
    check("javascript:alert(1) data:text/plain,x cid:a@b", &[]);
}

#[test]
fn hashes_stand_alone() {
    let md5 = "0123456789abcdef0123456789ABCDEF";
    check(&format!("MD5: {md5}."), &["file 0123456789abcdef0123456789abcdef"]);
    check(&format!("ハッシュ値は{md5}です"), &["file 0123456789abcdef0123456789abcdef"]);
    check(
        &format!("{md5}01234567 {md5}{md5}"),
        &[
            "file 0123456789abcdef0123456789abcdef01234567",
            "file 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ],
    );
    check(&format!("x{md5} {md5}0 {md5}-a /{md5}/ {}", "1".repeat(32)), &[]);
}
