//! What pictures say of themselves, and what is joined to their end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use anatomy::{Job, Limits, Opened, open};

const CAMERA: &[u8] = include_bytes!("../../../fixtures/files/image/camera.jpg");
const PICTURES: [&[u8]; 5] = [
    CAMERA,
    include_bytes!("../../../fixtures/files/image/one.png"),
    include_bytes!("../../../fixtures/files/image/inverted.gif"),
    include_bytes!("../../../fixtures/files/image/one.bmp"),
    include_bytes!("../../../fixtures/files/image/one.webp"),
];
const ARCHIVE: &[u8] = include_bytes!("../../../fixtures/files/archive/lzma.zip");

fn opened(bytes: &[u8]) -> Opened {
    let job = Job { name: None, place: "attachment[0]", inline: false, bytes };
    open(&job, &[], &Limits::default())
}

#[test]
fn camera_program_place_and_time_are_told() {
    let file = opened(CAMERA).attachment;
    for (name, value) in [
        ("image.camera", "Example C-1"),
        ("image.software", "Editor 7"),
        ("image.artist", "Sato"),
        ("image.taken", "2026-11-20T10:00:00+09:00"),
        ("image.serial", "0042"),
        ("image.gps", "35.50000, 139.25000"),
        ("image.width", "64"),
    ] {
        assert_eq!(file.property(name), Some(value), "{name}");
    }
    assert_eq!(file.property("xmp.creator-tool"), Some("Editor 7 XMP"));
}

#[test]
fn an_archive_behind_a_picture_is_opened_and_told() {
    for picture in PICTURES {
        let whole = [picture, ARCHIVE].concat();
        let opened = opened(&whole);
        let kind = opened.attachment.kind.clone();
        assert!(opened.tells.iter().any(|t| t.id == "image-carries-file" && t.why.contains("zip")), "{kind}");
        let inside = &opened.attachment.children[0];
        assert_eq!((inside.kind.as_str(), inside.size), ("zip", ARCHIVE.len() as u64), "{kind}");
        assert_eq!(inside.children[0].name.as_deref(), Some("見積.csv"), "{kind}");
    }
}

#[test]
fn padding_and_a_second_picture_behind_one_are_no_attack() {
    for picture in PICTURES {
        for behind in [&[0; 500][..], b"\r\n", CAMERA, &[7; 400]] {
            let opened = opened(&[picture, behind].concat());
            let kind = &opened.attachment.kind;
            assert!(!opened.tells.iter().any(|t| t.id == "image-carries-file"), "{kind}: {:?}", opened.tells);
            assert!(opened.attachment.children.is_empty(), "{kind}");
        }
    }
    assert_eq!(opened(CAMERA).attachment.property("image.appended"), None);
}

#[test]
fn pictures_cut_anywhere_are_survived() {
    for picture in PICTURES {
        for end in (0..picture.len()).step_by(13) {
            let _ = opened(&picture[..end]);
        }
    }
}
