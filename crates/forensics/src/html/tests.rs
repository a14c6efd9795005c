//! What the HTML reader makes of pages, broken ones too.

use super::*;

fn html(input: &str) -> Html {
    read(input, &Limits::default())
}

#[test]
fn stuffing_that_is_never_shown_is_kept_apart_from_the_text() {
    assert_eq!(html("Pay<style><a href 44e22e35 0ab5").facts.hidden, "<a href 44e22e35 0ab5");
    assert_eq!(html("Pay<style>a{}</style><!-- b --> now").facts.hidden, "");
    let stuffed = html(&format!("Pay<a href {}> now", "ab12 ".repeat(1000)));
    assert!(stuffed.facts.hidden.starts_with("a href ab12") && stuffed.text == "Pay now");
    assert_eq!(html(&format!("<img src='data:{}'>", "A".repeat(9000))).facts.hidden, "");
}

fn check_text(input: &str, expect: &str) {
    assert_eq!(html(input).text, expect, "{input:?}");
}

#[test]
fn text_reads_as_a_person_would_read_it() {
    check_text("<p>One  two\n three</p><p>four</p>", "One two three\n\nfour");
    check_text("a<br>b<br/><br>c", "a\nb\n\nc");
    check_text("<b>bo</b>ld &amp; <i>x</i>&nbsp;y", "bold & x y");
    check_text("<style>p{}</style>a<script>if (a</b) {}</script>b<!-- c -->d", "abd");
    check_text("<title>t</title><body>x", "x");
    check_text("1 < 2 and 3 > 2", "1 < 2 and 3 > 2");
    check_text("<td>a</td><td>b</td>", "a b");
    check_text("日本<wbr>語", "日本語");
    check_text("no markup", "no markup");
    check_text("<!-- never closed", "");
    check_text("", "");
}

fn check_links(input: &str, expect: &[(&str, &str)]) {
    let got = html(input);
    let got: Vec<(&str, &str)> = got.facts.links.iter().map(|l| (l.url.as_str(), l.text.as_str())).collect();
    assert_eq!(got, expect, "{input:?}");
}

#[test]
fn links_are_found_with_what_they_show() {
    check_links("<a href=\"http://a.example/\">b.example</a>", &[("http://a.example/", "b.example")]);
    check_links("<A HREF=http://a.example/x>one<b> two</b></A> three", &[("http://a.example/x", "one two")]);
    check_links("<a href='h&#116;tp://a.example/?a=1&copy=2'>x", &[("http://a.example/?a=1&copy=2", "x")]);
    check_links("<a href='ht\ntp://a.example'><img alt='Open'></a>", &[("http://a.example", "Open")]);
    check_links("<a href=''>x</a><a href='#top'>y</a><a name=z>z</a>", &[]);
    check_links("<a title='>' href='http://a.example/'>x</a>", &[("http://a.example/", "x")]);
    check_links("<a href=\"http://a.example/>x</a>", &[("http://a.example/", "x")]);
    check_links(
        "<base href='http://b.example/d/i.html'><a href='p'>x</a><a href='/q'>y</a>",
        &[("http://b.example/d/p", "x"), ("http://b.example/q", "y")],
    );
}

#[test]
fn forms_refresh_and_remote_content_are_told() {
    let got = html(
        "<meta http-equiv=Refresh content=\"0; URL='http://r.example/'\"><form method=POST action=http://f.example/>\
         <input type=password name=p></form><img src=http://i.example/1.png><img src=cid:1>\
         <link rel=stylesheet href=//s.example/s.css><iframe src='https://w.example/'></iframe>\
         <style>a{background:url('http://u.example/u.png')}</style>",
    );
    assert_eq!(got.facts.refresh, ["http://r.example/"]);
    assert_eq!(
        got.facts.forms,
        [HtmlForm { action: "http://f.example/".into(), method: "post".into(), password: true }]
    );
    assert_eq!(
        got.facts.remote,
        ["http://i.example/1.png", "//s.example/s.css", "https://w.example/", "http://u.example/u.png"]
    );
}

#[test]
fn limits_hold() {
    let limits = Limits { links: 2, body_bytes: 8, ..Limits::default() };
    let got = read(&"<a href=http://a.example/>word</a> ".repeat(50), &limits);
    assert_eq!(got.facts.links.len(), 2);
    assert!(got.cut && got.text.len() < 20);
}

#[test]
fn addresses_in_odd_attributes_are_told() {
    let got = html(
        "<div style=\"x:y;background:URL(&quot;http://a.example/1.png&quot;)\">t</div>\
         <img srcset='http://b.example/1.png 1x, http://b.example/2.png 2x'><video poster=http://c.example/p.jpg>\
         <a href=http://d.example/ ping='http://p.example/p' data-saferedirecturl='http://r.example/?q=d'>d</a>\
         <blockquote cite=http://e.example/>q</blockquote><form action=/in method=post>\
         <button formaction='http://f.example/out'>go</button></form><svg><image xlink:href=http://g.example/g.svg />\
         <object data=http://h.example/h.swf></object><embed src=http://i.example/i.swf>\
         <style>@import \"http://j.example/j.css\";</style><body background=http://k.example/k.png>",
    );
    assert_eq!(
        got.facts.remote,
        [
            "http://a.example/1.png",
            "http://b.example/1.png",
            "http://b.example/2.png",
            "http://c.example/p.jpg",
            "http://g.example/g.svg",
            "http://h.example/h.swf",
            "http://i.example/i.swf",
            "http://j.example/j.css",
            "http://k.example/k.png",
        ]
    );
    assert_eq!(got.facts.references, ["http://p.example/p", "http://r.example/?q=d", "http://e.example/"]);
    let actions: Vec<&str> = got.facts.forms.iter().map(|f| f.action.as_str()).collect();
    assert_eq!(actions, ["/in", "http://f.example/out"]);
    assert_eq!(got.facts.forms[1].method, "post");
}

#[test]
fn what_only_outlook_reads_is_told_without_its_words() {
    let got = html(
        "<p>a<!--[if mso]><v:roundrect href='http://a.example/'><v:fill src='http://b.example/b.png'/>\
         <center>Button</center></v:roundrect><![endif]-->b<!-- <a href='http://c.example/'> -->",
    );
    assert_eq!(got.text, "ab");
    assert_eq!(got.facts.links, [HtmlLink { url: "http://a.example/".into(), text: String::new() }]);
    assert_eq!(got.facts.remote, ["http://b.example/b.png"]);
}

#[test]
fn everything_relative_is_resolved_against_the_base() {
    let got = html(
        "<base href='http://b.example/d/'><img src=i.png><img srcset='j.png 2x'><form action=go></form>\
         <div style='background:url(k.png)'>",
    );
    assert_eq!(
        got.facts.remote,
        ["http://b.example/d/i.png", "http://b.example/d/j.png", "http://b.example/d/k.png"]
    );
    assert_eq!(got.facts.forms[0].action, "http://b.example/d/go");
}

#[test]
fn a_character_written_as_two_halves_is_one() {
    check_text("a&#55357;&#56832;b&#xD83D;&#xDE00;c&#55357;d", "a\u{1f600}b\u{1f600}c\u{fffd}d");
}
