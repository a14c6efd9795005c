use crate::script::markup::attribute;
use crate::testing::{ids, open};

/// Base64 of bytes, so that no carrier stands here in clear.
fn text_of(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let held = three.iter().fold(0u32, |h, b| h << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for digit in 0..=three.len() {
            out.push(char::from(DIGITS[(held >> (18 - 6 * digit) & 63) as usize]));
        }
        out.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    out
}

/// The start of a program, harmless.
fn program() -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(200, 0);
    bytes
}

#[test]
fn a_file_smuggled_in_a_script_comes_out_under_its_name() {
    let page = format!(
        "<html><body><script>var b = at{}('{}'); a.download = 'invoice.exe'; a.click();</script></body></html>",
        "ob",
        text_of(&program())
    );
    let opened = open("a.html", "html", page.as_bytes());
    let child = &opened.attachment.children[0];
    assert_eq!((child.name.as_deref(), child.kind.as_str()), (Some("invoice.exe"), "exe"));
    assert!(ids(&opened).contains(&"html-smuggling"));
}

#[test]
fn a_file_in_an_address_comes_out_under_its_name() {
    let page = format!(
        "<html><a download='報告.exe' href=\"data:application/octet-stream;base64,{}\">x</a></html>",
        text_of(&program())
    );
    let opened = open("a.html", "html", page.as_bytes());
    assert_eq!(opened.attachment.children[0].name.as_deref(), Some("報告.exe"));
    assert!(ids(&opened).contains(&"html-smuggling"));
}

#[test]
fn a_file_as_a_list_of_numbers_comes_out() {
    let list: Vec<String> = program().iter().map(u8::to_string).collect();
    let page = format!("<html><script>x = new Uint8Array([{}]);</script></html>", list.join(","));
    assert_eq!(open("a.html", "html", page.as_bytes()).attachment.children[0].kind, "exe");
}

#[test]
fn pictures_in_a_page_are_children_and_no_smuggling() {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.resize(80, 1);
    let page = format!("<html><img src=\"data:image/png;base64,{}\"></html>", text_of(&picture));
    let opened = open("a.html", "html", page.as_bytes());
    assert_eq!(opened.attachment.children[0].kind, "png");
    assert!(opened.attachment.children[0].inline);
    assert_eq!(ids(&opened), [""; 0]);
}

#[test]
fn an_address_hidden_in_a_page_is_found() {
    let page = "<html><script>location = unescape('%68%74%74%70%3a%2f%2fa.example%2f');</script></html>";
    let opened = open("a.html", "html", page.as_bytes());
    assert!(opened.sources.iter().any(|s| s.text.contains("http://a.example/")));
    let page = "<svg xmlns='x'><script><![CDATA[location='ht'+'tp://b.example/']]></script></svg>";
    let opened = open("a.svg", "svg", page.as_bytes());
    assert!(opened.sources.iter().any(|s| s.text.contains("http://b.example/")));
}

#[test]
fn an_everyday_page_gives_nothing_away() {
    let page = "<html><script src='https://www.example.com/a.js'></script><script>(function(){var x=new XMLHttpRequest();\
                x.open('GET','/api/'+id);var s=\"a\"+\"b\"+'cdefgh';document.write(unescape(\"%3Cscript src='/s.js'%3E\"));})();\
                </script><body><p>Hello</body></html>";
    let opened = open("a.html", "html", page.as_bytes());
    assert_eq!(ids(&opened), [""; 0]);
    assert_eq!(opened.attachment.text, "Hello");
    assert_eq!(opened.attachment.relations[0].target, "https://www.example.com/a.js");
}

#[test]
fn what_xml_would_fetch_is_told() {
    let xml = "<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='http://a.example/x.xsl'?>\
               <!DOCTYPE r [<!ENTITY e SYSTEM \"http://b.example/e\">]><r/>";
    let opened = open("a.xml", "xml", xml.as_bytes());
    let got: Vec<&str> = opened.attachment.relations.iter().map(|r| r.target.as_str()).collect();
    assert_eq!(got, ["http://a.example/x.xsl", "http://b.example/e"]);
}

#[test]
fn a_web_archive_gives_its_page_and_parts() {
    let archive = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\
                   Content-Location: http://a.example/\r\n\r\n<html><p>Page text</p></html>\r\n--b\r\nContent-Type: image/png\r\n\
                   Content-Disposition: attachment; filename=\"x.js\"\r\n\r\nvar a = 1;\r\n--b--\r\n";
    let opened = open("a.mht", "mht", archive.as_bytes());
    assert!(opened.attachment.text.contains("Page text"));
    assert_eq!(opened.attachment.children[0].name.as_deref(), Some("x.js"));
}

#[test]
fn attributes_are_read_as_written() {
    assert_eq!(attribute(" a href='x y' b=1", "href"), Some("x y"));
    assert_eq!(attribute(" a href=x b", "href"), Some("x"));
    assert_eq!(attribute(" data-href=x", "href"), None);
}

#[test]
fn a_page_written_in_escapes_comes_out_as_a_page() {
    let inner = format!(
        "<html><form action='http://a.example/p'><input type=password></form>{}</html>",
        "x ".repeat(150)
    );
    let escaped: String = inner.bytes().map(|b| format!("%{b:02x}")).collect();
    let page = format!("<script>document.write(unescape('{escaped}'));</script>");
    let opened = open("a.html", "html", page.as_bytes());
    assert_eq!(opened.attachment.children[0].kind, "html");
    assert_eq!(ids(&opened), ["form-asks-password", "script-obfuscated"]);
}

#[test]
fn macros_in_the_xml_of_office_2003_come_out() {
    use std::io::Read;
    let mut packed = b"ActiveMime".to_vec();
    packed.resize(0x32, 0);
    let ole = crate::testing::compound(&[("VBA/dir", b"x")]);
    flate2::read::ZlibEncoder::new(ole.as_slice(), flate2::Compression::best())
        .read_to_end(&mut packed)
        .unwrap();
    let xml = format!(
        "<?xml version='1.0'?><w:docSuppData><w:binData w:name=\"editdata.mso\">{}</w:binData></w:docSuppData>",
        text_of(&packed)
    );
    let opened = open("a.xml", "xml", xml.as_bytes());
    let child = &opened.attachment.children[0];
    assert_eq!((child.name.as_deref(), child.kind.as_str()), (Some("editdata.mso"), "ole"));
}
