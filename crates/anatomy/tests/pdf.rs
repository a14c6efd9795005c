//! PDF files built in place, and what is told of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use anatomy::{Job, Limits, Opened, Password, open};

fn opened(bytes: &[u8]) -> Opened {
    let job = Job { name: Some("a.pdf"), place: "attachment[0]", inline: false, bytes };
    open(&job, &[], &Limits::default())
}

fn targets(opened: &Opened, kind: &str) -> Vec<String> {
    let relations = opened.attachment.relations.iter().filter(|r| r.kind == kind);
    relations.map(|r| r.target.clone()).collect()
}

fn tells(opened: &Opened) -> Vec<&str> {
    opened.tells.iter().map(|t| t.id.as_str()).collect()
}

const DOCUMENT: &str = "%PDF-1.7\n\
    1 0 obj<</Type/Catalog/Pages 2 0 R/Lang(ja-JP)/OpenAction 5 0 R/Metadata 8 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1/Parent 2 0 R>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/Annots[4 0 R]>>endobj\n\
    4 0 obj<</Subtype/Link/A<</S/URI/URI(https://login.example/a\\(b\\))>>>>endobj\n\
    5 0 obj<</S/#4caunch/Win<</F(tool.example)/P(-quiet)>>/Next<</S/JavaScript/JS 6 0 R>>>>endobj\n\
    6 0 obj<</Length 15>>stream\nshow('hello');\n\nendstream endobj\n\
    7 0 obj<</Title<FEFF8ACB6C4266F8>/Author(Yamada)/CreationDate(D:20240131120000+09'00')>>endobj\n\
    8 0 obj<</Type/Metadata/Length 0>>stream\n<x xmpMM:DocumentID=\"uuid:1\"><xmp:CreatorTool>Pen</xmp:CreatorTool></x>\nendstream endobj\n\
    trailer<</Root 1 0 R/Info 7 0 R/ID[<0a0b><0c0d>]>>\nstartxref\n0\n%%EOF\n";

#[test]
fn a_document_says_who_made_it_where_it_leads_and_what_it_does() {
    let opened = opened(DOCUMENT.as_bytes());
    let file = &opened.attachment;
    for (name, value) in [
        ("pdf.version", "1.7"),
        ("document.title", "請求書"),
        ("document.author", "Yamada"),
        ("document.created", "2024-01-31T12:00:00+09:00"),
        ("document.language", "ja-JP"),
        ("document.pages", "1"),
        ("pdf.id", "0a0b"),
        ("xmp.document-id", "uuid:1"),
        ("xmp.creator-tool", "Pen"),
        ("pdf.automatic", "OpenAction"),
    ] {
        assert_eq!(file.property(name), Some(value), "{name}");
    }
    assert_eq!(targets(&opened, "link"), ["https://login.example/a(b)"]);
    assert_eq!(targets(&opened, "action"), ["tool.example -quiet"]);
    assert_eq!(file.scripts.len(), 1);
    assert_eq!(file.scripts[0].text.trim(), "show('hello');");
    assert!(tells(&opened).contains(&"pdf-launch") && tells(&opened).contains(&"pdf-javascript"));
    assert_eq!(file.encrypted, Some(false));
}

#[test]
fn a_document_that_opens_the_next_one_starts_no_program() {
    let launch = |body: &str| {
        let bytes = format!("%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/Launch{body}>>>>endobj\n");
        tells(&opened(bytes.as_bytes())).contains(&"pdf-launch")
    };
    assert!(!launch("/F(chapter2.pdf)"));
    assert!(launch("/F(chapter2.exe)"));
    assert!(launch("/F(\\\\\\\\192.0.2.7\\\\a\\\\b.pdf)"));
    assert!(launch("/F(https://a.example/b.pdf)"));
    assert!(launch("/Win<</F(cmd.exe)/P(/c a.pdf)>>"));
}

#[test]
fn what_an_older_revision_said_is_seen_too() {
    let newer = "4 0 obj<</Subtype/Link/A<</S/URI/URI(https://new.example/)>>>>endobj\nstartxref\n9\n%%EOF";
    let opened = opened(format!("{DOCUMENT}{newer}").as_bytes());
    assert_eq!(targets(&opened, "link"), ["https://login.example/a(b)", "https://new.example/"]);
    assert_eq!(opened.attachment.property("pdf.revisions"), Some("2"));
}

#[test]
fn a_link_inside_an_object_stream_is_found() {
    let inner = "9 0 <</S/URI/URI(https://packed.example/)>>";
    let hex: String = inner.bytes().map(|b| format!("{b:02x}")).collect();
    let file = format!(
        "%PDF-1.5\n1 0 obj<</Type/ObjStm/N 1/First 4/Filter/ASCIIHexDecode>>stream\n{hex}>\nendstream\nendobj"
    );
    assert_eq!(targets(&opened(file.as_bytes()), "link"), ["https://packed.example/"]);
}

#[test]
fn a_file_inside_is_taken_out_under_its_name() {
    let file = "%PDF-1.7\n1 0 obj<</Type/Filespec/F(a)/UF(run.js)/EF<</F 2 0 R>>>>endobj\n\
        2 0 obj<</Type/EmbeddedFile/Length 6>>stream\nvar a;\nendstream endobj";
    let opened = opened(file.as_bytes());
    assert_eq!(opened.attachment.children.len(), 1);
    let child = &opened.attachment.children[0];
    assert_eq!((child.name.as_deref(), child.kind.as_str(), child.size), (Some("run.js"), "js", 6));
    assert!(tells(&opened).contains(&"pdf-embeds-file"));
}

#[test]
fn a_damaged_file_is_read_as_far_as_it_goes() {
    let bytes = DOCUMENT.as_bytes();
    for end in 0..bytes.len() {
        let _ = opened(&bytes[..end]);
    }
    let cut = &bytes[..DOCUMENT.find("5 0 obj").unwrap()];
    assert_eq!(targets(&opened(cut), "link"), ["https://login.example/a(b)"]);
}

#[test]
fn a_file_of_nothing_but_object_headers_is_bounded() {
    let opened = opened(format!("%PDF-1.7\n{}", "1 0 obj ".repeat(150_000)).as_bytes());
    assert!(opened.oddities.iter().any(|o| o.id == "pdf-objects-limit"));
}

fn with_password(bytes: &[u8], password: &str) -> Opened {
    let job = Job { name: Some("a.pdf"), place: "attachment[0]", inline: false, bytes };
    let password = Password { value: password.to_owned(), from: "body".to_owned() };
    open(&job, &[password], &Limits::default())
}

#[test]
fn each_method_of_encryption_is_opened_by_the_users_and_the_owners_password() {
    let files: [(&[u8], &str); 5] = [
        (include_bytes!("../../../fixtures/files/pdf/rc4-40.pdf"), "RC4 40-bit (V1 R2)"),
        (include_bytes!("../../../fixtures/files/pdf/rc4-128.pdf"), "RC4 128-bit (V2 R3)"),
        (include_bytes!("../../../fixtures/files/pdf/aes-128.pdf"), "AES-128 (V4 R4)"),
        (include_bytes!("../../../fixtures/files/pdf/aes-256-r5.pdf"), "AES-256 (V5 R5)"),
        (include_bytes!("../../../fixtures/files/pdf/aes-256-r6.pdf"), "AES-256 (V5 R6)"),
    ];
    for (bytes, method) in files {
        for password in ["secret", "owner"] {
            let opened = with_password(bytes, password);
            assert_eq!(targets(&opened, "link"), ["https://locked.example/"], "{method} {password}");
            assert_eq!(opened.attachment.property("document.encryption"), Some(method));
            assert_eq!(opened.attachment.password.as_deref(), Some(password));
            assert_eq!(opened.attachment.property("document.title"), Some("Locked"));
        }
        let closed = with_password(bytes, "wrong");
        assert_eq!(closed.attachment.encrypted, Some(true));
        assert!(closed.attachment.relations.is_empty());
        assert!(closed.oddities.iter().any(|o| o.id == "password-unknown"));
    }
}

#[test]
fn a_file_that_opens_without_a_password_is_not_encrypted_to_its_reader() {
    let opened = opened(include_bytes!("../../../fixtures/files/pdf/empty.pdf"));
    assert_eq!(opened.attachment.encrypted, Some(false));
    assert_eq!(opened.attachment.property("document.encryption"), Some("AES-256 (V5 R6)"));
    assert_eq!(targets(&opened, "link"), ["https://locked.example/"]);
}

#[test]
fn the_text_of_the_pages_is_read_through_the_maps_of_its_fonts() {
    let file = "%PDF-1.7\n1 0 obj<</Type/Page/Contents 2 0 R/Resources<</Font<</A 3 0 R/B 4 0 R/C<</Subtype/Type1>>>>>>>>endobj\n\
        2 0 obj<</Length 0>>stream\nBT /A 9 Tf <00010002> Tj 0 -9 Td /B 9 Tf <90bf8b81> Tj T* /C 9 Tf [(see)-500(https://sh)20(own.example/)] TJ ET\nendstream endobj\n\
        3 0 obj<</Subtype/Type0/ToUnicode 5 0 R/Encoding/Identity-H>>endobj\n\
        4 0 obj<</Subtype/Type0/Encoding/90ms-RKSJ-H>>endobj\n\
        5 0 obj<</Length 0>>stream\n1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0001> <0002> <65e5> endbfrange 1 beginbfchar <0002> <672c> endbfchar\nendstream endobj";
    let opened = opened(file.as_bytes());
    assert_eq!(opened.attachment.text, "日本\n請求\nsee https://shown.example/");
    assert!(opened.sources.iter().any(|s| s.text.contains("https://shown.example/")));
}

#[test]
fn a_picture_with_one_link_and_no_text_is_a_lure_and_with_a_text_it_is_none() {
    let file = |text: &str| {
        format!(
            "%PDF-1.7\n1 0 obj<</Type/Page/Contents 2 0 R/Resources<</XObject<</P 3 0 R>>/Font<</F<</Subtype/Type1>>>>>>\
            /Annots[<</A<</S/URI/URI(https://lure.example/)>>>>]>>endobj\n\
            2 0 obj<</Length 0>>stream\n/P Do BT /F 9 Tf ({text}) Tj ET\nendstream endobj\n\
            3 0 obj<</Subtype/Image/Width 600/Height 800/Length 0>>stream\n\nendstream endobj"
        )
    };
    assert!(tells(&opened(file("OK").as_bytes())).contains(&"pdf-image-lure"));
    let letter = "An honest letter with a picture and a link has a text that says what it is about.";
    assert!(!tells(&opened(file(letter).as_bytes())).contains(&"pdf-image-lure"));
}

/// Objects with a cross-reference stream behind them, whose rows are number, form and place; `previous` is what stands
/// before, with the place of its own cross-reference.
fn saved(
    previous: Option<(&[u8], usize)>,
    objects: &[(u32, &str)],
    others: &[(u32, u8, u32)],
) -> (Vec<u8>, usize) {
    let mut out = previous.map_or(b"%PDF-1.7\n".to_vec(), |(bytes, _)| bytes.to_vec());
    let mut rows = others.to_vec();
    for (number, body) in objects {
        rows.push((*number, 1, u32::try_from(out.len()).unwrap()));
        out.extend(format!("{number} 0 obj{body}endobj\n").into_bytes());
    }
    let at = out.len();
    let index: String = rows.iter().map(|row| format!("{} 1 ", row.0)).collect();
    let data: Vec<u8> =
        rows.iter().flat_map(|row| [&[row.1][..], &row.2.to_be_bytes(), &[0]].concat()).collect();
    let previous = previous.map_or(String::new(), |(_, at)| format!("/Prev {at}"));
    let head = format!(
        "90 0 obj<</Type/XRef/W[1 4 1]/Index[{index}]/Root 1 0 R/Size 91/Length {}{previous}>>stream\n",
        data.len()
    );
    out.extend(head.into_bytes());
    out.extend(data);
    out.extend(format!("\nendstream endobj\nstartxref\n{at}\n%%EOF\n").into_bytes());
    (out, at)
}

const PACKED: &str = "<</Type/ObjStm/N 2/First 8/Length 60>>stream\n3 0 4 15\n<</Type/Page>><</Type/Page>>            \
                      \nendstream ";

fn odd(opened: &Opened) -> Vec<&str> {
    opened.oddities.iter().map(|o| o.id.as_str()).collect()
}

#[test]
fn the_cross_reference_says_which_object_counts() {
    let catalogue = (1, "<</Type/Catalog/Pages 2 0 R>>");
    let pages = (2, "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>");
    let (first, at) = saved(None, &[catalogue, pages, (9, PACKED)], &[(3, 2, 9), (4, 2, 9)]);
    let one = opened(&first);
    assert_eq!((one.attachment.property("document.pages"), odd(&one)), (Some("2"), vec![]));
    // One page is freed, and one is an annotation now: the older ones in the object stream do not come back.
    let (second, _) = saved(Some((&first, at)), &[(3, "<</Type/Annot>>")], &[(4, 0, 0)]);
    let two = opened(&second);
    assert_eq!((two.attachment.property("document.pages"), odd(&two)), (None, vec![]));
    assert_eq!(two.attachment.property("pdf.unlisted-objects"), Some("1"));
}

#[test]
fn objects_that_no_cross_reference_knows_are_counted_and_still_read() {
    let catalogue = (1, "<</Type/Catalog>>");
    let (mut bytes, _) = saved(None, &[catalogue], &[]);
    let hidden = "7 0 obj<</S/URI/URI(https://hidden.example/)>>endobj\n";
    bytes.splice(9..9, hidden.bytes());
    let moved = opened(&bytes);
    // Every place is wrong now: the objects are taken as they stand.
    assert!(odd(&moved).contains(&"pdf-xref-broken"));
    let (start, at) = saved(None, &[catalogue], &[]);
    let mut bytes = start[..at].to_vec();
    bytes.extend(hidden.bytes());
    bytes.extend(&start[at..]);
    let place = bytes.windows(9).position(|w| w == b"startxref").unwrap();
    bytes.truncate(place);
    bytes.extend(format!("startxref\n{}\n%%EOF\n", at + hidden.len()).into_bytes());
    let found = opened(&bytes);
    assert_eq!(odd(&found), [""; 0]);
    assert_eq!(found.attachment.property("pdf.unlisted-objects"), Some("1"));
    assert_eq!(targets(&found, "link"), ["https://hidden.example/"]);
}

#[test]
fn a_cross_reference_that_runs_in_a_circle_is_told_and_survived() {
    let (mut bytes, at) = saved(None, &[(1, "<</Type/Catalog>>")], &[]);
    let word = format!("/Size 91/Prev {at}");
    let size = bytes.windows(8).position(|w| w == b"/Size 91").unwrap();
    bytes.splice(size..size + 8, word.bytes());
    assert!(odd(&opened(&bytes)).contains(&"pdf-xref-broken"));
}

#[test]
fn a_table_is_followed_like_a_stream() {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for body in ["1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n", "2 0 obj<</Type/Page>>endobj\n"] {
        places.push(bytes.len());
        bytes.extend(body.bytes());
    }
    let at = bytes.len();
    let lines: String = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
    let tail = format!(
        "xref\n0 3\n0000000000 65535 f \n{lines}trailer<</Root 1 0 R/Size 3>>\nstartxref\n{at}\n%%EOF\n"
    );
    bytes.extend(tail.bytes());
    let whole = opened(&bytes);
    assert_eq!((whole.attachment.property("document.pages"), odd(&whole)), (Some("1"), vec![]));
    // Junk before the header moves every place alike.
    let moved = opened(&[b"junk\n", bytes.as_slice()].concat());
    assert_eq!((moved.attachment.property("document.pages"), odd(&moved)), (Some("1"), vec![]));
}
