//! OOXML and OpenDocument packages.

use super::super::package::tests::zip;
use super::*;

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

fn docx(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = vec![TYPES];
    if !parts.iter().any(|(name, _)| *name == "word/document.xml") {
        all.push(("word/document.xml", b"<w:document/>"));
    }
    all.extend_from_slice(parts);
    zip(&all)
}

fn rels(kind: &str, target: &str) -> Vec<u8> {
    format!(
        "<Relationships><Relationship Id='a' Type='http://schemas.openxmlformats.org/officeDocument/2006/\
         relationships/{kind}' Target='{target}' TargetMode='External'/></Relationships>"
    )
    .into_bytes()
}

#[test]
fn properties_and_text_of_a_word_document_are_told() {
    let opened = open("a.docx", include_bytes!("../../../../../fixtures/files/office/invitation.docx"));
    let file = &opened.attachment;
    assert_eq!(property(file, "document.author"), ["山田 太郎"]);
    assert_eq!(property(file, "document.title"), ["会議のご案内"]);
    assert_eq!(property(file, "document.last-saved-by"), ["Hanako Sato"]);
    assert_eq!(property(file, "document.created"), ["2020-01-02T03:04:05Z"]);
    assert_eq!(file.text, "資料は https://files.example/agenda をご覧ください。");
    assert!(opened.sources.iter().any(|s| s.place == "attachment[0]:text"));
    assert!(opened.tells.is_empty() && opened.oddities.is_empty(), "{:?}", opened.tells);
}

#[test]
fn a_template_or_a_show_is_one_whatever_its_name_says() {
    let kind = |name: &str, part: &str, main: &str| {
        let types = format!(
            "<Types><Override PartName='/{part}' ContentType='application/vnd.{main}.main+xml'/></Types>"
        );
        let bytes = zip(&[("[Content_Types].xml", types.as_bytes()), (part, b"<a/>")]);
        open(name, &bytes).attachment.kind
    };
    let word = "openxmlformats-officedocument.wordprocessingml";
    assert_eq!(kind("a.docx", "word/document.xml", &format!("{word}.document")), "docx");
    assert_eq!(kind("a.docx", "word/document.xml", &format!("{word}.template")), "dotx");
    assert_eq!(kind("a.dat", "word/document.xml", "ms-word.template.macroEnabledTemplate"), "dotm");
    assert_eq!(kind("a.xlsx", "xl/workbook.xml", "ms-excel.addin.macroEnabled"), "xlam");
    let show = "openxmlformats-officedocument.presentationml.slideshow";
    assert_eq!(kind("a.pptx", "ppt/presentation.xml", show), "ppsx");
}

#[test]
fn a_remote_template_is_told_and_a_local_one_is_not() {
    let check = |target: &str, expect: bool| {
        let bytes = docx(&[("word/_rels/settings.xml.rels", &rels("attachedTemplate", target))]);
        let opened = open("a.docx", &bytes);
        assert_eq!(told(&opened, "remote-template"), expect, "{target}");
        assert_eq!(relations(&opened), [("template", target)]);
    };
    check("https://files.example/a.dotm", true);
    check("file://192.0.2.7/share/a.dotm", true);
    check("\\\\files.example\\share\\a.dotm", true);
    check("file:///C:\\Users\\yamada\\Templates\\Normal.dotm", false);
}

#[test]
fn a_share_gives_its_host_as_a_source() {
    let bytes = docx(&[("word/_rels/a.rels", &rels("oleObject", "\\\\files.example\\s\\a.doc"))]);
    let opened = open("a.docx", &bytes);
    assert!(told(&opened, "remote-object"));
    assert!(opened.sources.iter().any(|s| s.text == "files.example"));
}

#[test]
fn links_to_programs_of_the_system_are_told() {
    let scheme = ["ms-", "msdt:"].concat();
    let bytes = docx(&[("word/_rels/a.rels", &rels("hyperlink", &format!("{scheme}/id x")))]);
    assert!(told(&open("a.docx", &bytes), "protocol-handler"));
    let bytes = docx(&[("word/_rels/a.rels", &rels("hyperlink", "mailto:a@example.com"))]);
    assert!(!told(&open("a.docx", &bytes), "protocol-handler"));
}

#[test]
fn a_dde_field_split_over_runs_is_put_together() {
    let xml = "<w:document><w:p><w:r><w:t>before</w:t></w:r><w:fldChar w:fldCharType='begin'/>\
        <w:instrText> DDE</w:instrText><w:instrText>AUTO prog </w:instrText>\
        <w:fldChar w:fldCharType='begin'/><w:instrText>QUOTE 97 98 99</w:instrText>\
        <w:fldChar w:fldCharType='end'/><w:fldChar w:fldCharType='separate'/><w:r><w:t>shown</w:t></w:r>\
        <w:fldChar w:fldCharType='end'/></w:p></w:document>";
    let opened = open("a.docx", &docx(&[("word/document.xml", xml.as_bytes())]));
    assert!(told(&opened, "dde-command"));
    assert_eq!(relations(&opened), [("dde", "prog abc")]);
    assert_eq!(opened.attachment.text, "beforeshown");
}

#[test]
fn a_picture_taken_from_elsewhere_is_a_relation() {
    let xml = "<d><w:fldSimple w:instr=' INCLUDEPICTURE \"https://img.example/a.png\" \\d'/></d>";
    let opened = open("a.docx", &docx(&[("word/document.xml", xml.as_bytes())]));
    assert_eq!(relations(&opened), [("image", "https://img.example/a.png")]);
}

#[test]
fn a_lure_in_either_language_is_told() {
    let check = |text: &str, expect: bool| {
        let xml = format!("<d><w:p><w:r><w:t>{text}</w:t></w:r></w:p></d>");
        let opened = open("a.docx", &docx(&[("word/document.xml", xml.as_bytes())]));
        assert_eq!(told(&opened, "lure-enable-content"), expect, "{text}");
    };
    check("「コンテンツの 有効化」を押してください", true);
    check("Please click Enable Content to view", true);
    check("有効なコンテンツの管理について", false);
}

#[test]
fn embedded_files_and_pictures_are_files_inside() {
    let bytes =
        docx(&[("word/media/image1.png", b"\x89PNG\r\n\x1a\n...."), ("word/embeddings/a.txt", b"hello")]);
    let opened = open("a.docx", &bytes);
    let children = &opened.attachment.children;
    assert_eq!(property(&opened.attachment, "document.images"), ["1"]);
    assert_eq!(children.len(), 2);
    assert_eq!((children[0].kind.as_str(), children[0].inline), ("png", true));
    assert_eq!(children[1].text, "hello");
}

#[test]
fn the_withdrawn_equation_editor_is_told() {
    let xml = b"<d><o:OLEObject Type='Embed' ProgID='Equation.3'/></d>";
    assert!(told(&open("a.docx", &docx(&[("word/document.xml", xml)])), "equation-object"));
    let xml = b"<d><o:OLEObject Type='Embed' ProgID='Excel.Sheet.12'/></d>";
    assert!(!told(&open("a.docx", &docx(&[("word/document.xml", xml)])), "equation-object"));
}

#[test]
fn entities_are_told_and_not_expanded() {
    let xml = "<!DOCTYPE d [<!ENTITY a \"xxxxxxxxxx\">]><d><w:t>&a;&a;</w:t></d>";
    let opened = open("a.docx", &docx(&[("word/document.xml", xml.as_bytes())]));
    assert!(odd(&opened, "xml-doctype"));
    assert_eq!(opened.attachment.text, "");
}

#[test]
fn sheets_strings_and_formulas_of_a_workbook_are_told() {
    let opened = open("a.xlsx", include_bytes!("../../../../../fixtures/files/office/estimate.xlsx"));
    assert_eq!(property(&opened.attachment, "document.sheet"), ["見積", "裏"]);
    assert_eq!(property(&opened.attachment, "document.hidden-sheet"), ["裏 (very hidden)"]);
    assert_eq!(opened.attachment.text, "見積書 合計");
    assert_eq!(relations(&opened), [("hyperlink", "https://quote.example/a")]);
}

#[test]
fn a_workbook_that_starts_a_program_is_told() {
    let link = b"<externalLink><ddeLink ddeService='prog' ddeTopic='/x arg'/></externalLink>";
    let bytes = zip(&[TYPES, ("xl/workbook.xml", b"<w/>"), ("xl/externalLinks/externalLink1.xml", link)]);
    let opened = open("a.xlsx", &bytes);
    assert!(told(&opened, "dde-command"));
    assert_eq!(relations(&opened), [("dde", "prog /x arg")]);
    let honest = b"<s><f>IF(A1|B1,1,2)</f><f>SUM(A1:A3)</f></s>";
    let bytes = zip(&[TYPES, ("xl/workbook.xml", b"<w/>"), ("xl/worksheets/sheet1.xml", honest)]);
    assert!(!told(&open("a.xlsx", &bytes), "dde-command"));
}

#[test]
fn slides_and_opendocument_texts_are_read() {
    let slide = "<p:sld><a:p><a:r><a:t>見出し</a:t></a:r></a:p></p:sld>";
    let bytes = zip(&[TYPES, ("ppt/slides/slide1.xml", slide.as_bytes())]);
    assert_eq!(open("a.pptx", &bytes).attachment.text, "見出し");
    let content = "<o:document-content><o:body><text:p>本文<text:a xlink:href='https://a.example/'>x</text:a>\
        </text:p></o:body></o:document-content>";
    let meta = "<o:meta><meta:initial-creator>山田</meta:initial-creator></o:meta>";
    let bytes = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", content.as_bytes()),
        ("meta.xml", meta.as_bytes()),
    ]);
    let opened = open("a.odt", &bytes);
    assert_eq!(opened.attachment.text, "本文x");
    assert_eq!(property(&opened.attachment, "document.author"), ["山田"]);
    assert_eq!(relations(&opened), [("hyperlink", "https://a.example/")]);
}

#[test]
fn a_torn_package_gives_what_it_holds() {
    let xml = "<d><w:p><w:t>まだ読める</w:t></w:p></d>";
    let bytes = docx(&[("word/document.xml", xml.as_bytes()), ("word/other.xml", b"<a/>")]);
    let opened = crate::open_as(
        "docx",
        &Job {
            name: Some("a.docx"),
            place: "a",
            inline: false,
            bytes: bytes.get(..bytes.len() - 60).unwrap(),
        },
        &[],
        &Limits::default(),
    );
    assert_eq!(opened.attachment.text, "まだ読める");
    assert!(odd(&opened, "document-damaged"));
}

#[test]
fn a_document_saved_as_flat_xml_is_searched_for_fields_and_links() {
    let xml = "<?xml version='1.0'?><?mso-application progid='Word.Document'?><w:wordDocument><w:instrText>\
        DDEAUTO prog arg</w:instrText><Relationship Type='x/attachedTemplate' TargetMode='External' \
        Target='https://a.example/t.dotm'/></w:wordDocument>";
    let opened = open("a.xml", xml.as_bytes());
    assert!(told(&opened, "dde-command") && told(&opened, "remote-template"), "{}", opened.attachment.kind);
    let xml = "<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook>\
        <Cell ss:Formula=\"=prog|'/x arg'!A1\"/></Workbook>";
    assert!(told(&open("b.xml", xml.as_bytes()), "dde-command"));
}
