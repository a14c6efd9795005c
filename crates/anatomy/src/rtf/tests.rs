use crate::binary::hex;
use crate::testing::{ids, open};

fn counted(text: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(text.len()).unwrap().to_le_bytes().to_vec();
    out.extend(text);
    out
}

/// An OLE 1 object of that class.
fn object(class: &[u8], native: &[u8]) -> Vec<u8> {
    let mut out = b"\x01\x05\0\0\x02\0\0\0".to_vec();
    out.extend(counted(class));
    out.extend([0; 8]);
    out.extend(counted(native));
    out
}

/// A file in a Package.
fn package(name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut out = b"\x02\0".to_vec();
    out.extend(name);
    out.extend(b"\0C:\\Users\\taro\\");
    out.extend(name);
    out.extend(b"\0\0\0\x03\0");
    out.extend(counted(b"C:\\Temp\\x\0"));
    out.extend(counted(content));
    out
}

#[test]
fn text_and_properties_are_read_in_their_code_pages() {
    let rtf = b"{\\rtf1\\ansi\\ansicpg932{\\fonttbl{\\f0\\fcharset128 Mincho;}{\\f1\\fcharset0 Arial;}}\
        {\\info{\\author \\'8e\\'52\\'93\\'63}{\\operator {\\uc1\\u23665 ?\\u30000 ?}}{\\creatim\\yr2013\\mo8\\dy7\\hr9\\min12}}\
        \\f0 \\'90\\'bf\\'8b\\'81\\par {\\f1 caf\\'e9} \\uc2\\u26085 \\'93\\'fa tail {\\*\\unknown hidden}}";
    let opened = open("a.rtf", "rtf", rtf);
    let file = &opened.attachment;
    assert_eq!(file.text, "請求\ncafé 日 tail");
    assert_eq!(file.property("document.author"), Some("山田"));
    assert_eq!(file.property("document.last-saved-by"), Some("山田"));
    assert_eq!(file.property("document.created"), Some("2013-08-07T09:12:00"));
    assert_eq!(file.property("document.code-page"), Some("932"));
    assert!(opened.tells.is_empty());
}

#[test]
fn a_file_in_an_object_comes_out_under_its_name() {
    let mut data = hex(&object(b"Package\0", &package(b"note.txt", b"hello there")));
    // As Word tolerates it: line ends, groups and words between the digits.
    data.insert_str(10, "\r\n");
    data.insert_str(21, "{\\x1}{\\y}{\\*\\z}");
    let rtf =
        format!("{{\\rtf1{{\\object\\objemb\\objupdate{{\\*\\objclass Package}}{{\\*\\objdata {data}}}}}}}");
    let opened = open("a.rtf", "rtf", rtf.as_bytes());
    let child = &opened.attachment.children[0];
    assert_eq!((child.name.as_deref(), child.size), (Some("note.txt"), 11));
    assert_eq!(opened.attachment.property("object.class"), Some("Package"));
    assert_eq!(opened.attachment.property("object.path"), Some("C:\\Users\\taro\\note.txt"));
    assert_eq!(ids(&opened), ["rtf-object-obfuscated", "rtf-object-updates-itself"]);
}

#[test]
fn an_object_in_binary_and_an_equation_are_read() {
    let data = object(b"Equation.3\0", b"not an equation at all");
    let mut rtf = format!("{{\\rtf1{{\\object{{\\*\\objdata\\bin{} ", data.len()).into_bytes();
    rtf.extend(&data);
    rtf.extend(b"}}}");
    let opened = open("a.rtf", "rtf", &rtf);
    assert_eq!(opened.attachment.children[0].size, 22);
    assert_eq!(ids(&opened), ["equation-object"]);
}

#[test]
fn templates_and_fields_say_where_they_lead() {
    let dde = ["DDE", "AUTO"].concat();
    let rtf = format!(
        "{{\\rtf1{{\\*\\template http://a.example/t.dotm}}{{\\field{{\\*\\fldinst HYPERLINK \"http://b.example/\"}}\
         {{\\fldrslt here}}}}{{\\field{{\\*\\fldinst {{INCLUDEPICTURE \"http://c.example/p\" \\\\d}}}}}}\
         {{\\field{{\\*\\fldinst {dde} calc x}}}}}}"
    );
    let opened = open("a.rtf", "rtf", rtf.as_bytes());
    let got: Vec<(&str, &str)> =
        opened.attachment.relations.iter().map(|r| (r.kind.as_str(), r.target.as_str())).collect();
    let command = format!("{dde} calc x");
    assert_eq!(
        got,
        [
            ("link", "http://b.example/"),
            ("external", "http://c.example/p"),
            ("dde", command.as_str()),
            ("template", "http://a.example/t.dotm"),
        ]
    );
    assert_eq!(ids(&opened), ["dde-command", "remote-template"]);
    assert_eq!(opened.attachment.text, "here");
}

#[test]
fn pictures_are_counted_and_kept() {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.resize(60, 7);
    let rtf = format!("{{\\rtf1{{\\pict\\pngblip\\picw1 {}}}text}}", hex(&picture));
    let opened = open("a.rtf", "rtf", rtf.as_bytes());
    assert_eq!(opened.attachment.children[0].kind, "png");
    assert_eq!(opened.attachment.property("document.pictures"), Some("1"));
    assert_eq!(opened.attachment.text, "text");
}

#[test]
fn hostile_documents_are_survived() {
    for piece in [
        "{",
        "}",
        "\\bin9999999999 ",
        "{\\object{\\*\\objdata 01",
        "\\u-1",
        "\\'",
        "{\\pict 00}",
        "{\\info{\\author ",
    ] {
        let text = format!("{{\\rtf1{}", piece.repeat(20_000));
        open("a.rtf", "rtf", text.as_bytes());
    }
}
