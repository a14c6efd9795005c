//! Pictures with QR codes, made for this test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use anatomy::{Job, Limits, Opened, open};

const SHORT: &str = "https://qr.example/a?x=1";
const LONG: &str = "https://qr.example/longer/path?token=0123456789abcdef0123456789abcdef";

fn opened(bytes: &[u8]) -> Opened {
    let job = Job { name: None, place: "attachment[0]", inline: true, bytes };
    open(&job, &[], &Limits::default())
}

fn codes(bytes: &[u8]) -> Vec<String> {
    let mut codes: Vec<String> =
        opened(bytes).attachment.relations.into_iter().filter(|r| r.kind == "qr").map(|r| r.target).collect();
    codes.sort();
    codes
}

#[test]
fn a_code_is_read_and_its_link_told() {
    let opened = opened(include_bytes!("../../../fixtures/files/image/one.png"));
    assert_eq!(opened.attachment.relations[0].target, SHORT);
    assert_eq!(opened.tells[0].id, "qr-code-link");
    assert!(opened.sources.iter().any(|s| s.text == SHORT));
    assert_eq!(opened.attachment.property("image.width"), Some("132"));
}

#[test]
fn a_code_in_inverted_colours_is_read() {
    assert_eq!(codes(include_bytes!("../../../fixtures/files/image/inverted.gif")), [SHORT]);
}

#[test]
fn codes_in_bitmaps_and_webp_are_read() {
    assert_eq!(codes(include_bytes!("../../../fixtures/files/image/one.bmp")), [SHORT]);
    assert_eq!(codes(include_bytes!("../../../fixtures/files/image/one.webp")), [SHORT]);
    assert_eq!(codes(include_bytes!("../../../fixtures/files/image/lossy.webp")), [SHORT]);
}

#[test]
fn two_codes_on_a_page_are_both_read() {
    assert_eq!(codes(include_bytes!("../../../fixtures/files/image/page.jpg")), [SHORT, LONG]);
}

#[test]
fn a_turned_code_is_read() {
    assert_eq!(codes(include_bytes!("../../../fixtures/files/image/turned.png")), [SHORT]);
}

/// The code of a small bitmap as a camera sees it: every pixel many times as large, and grainy.
fn photograph(times: usize) -> Vec<u8> {
    let small = include_bytes!("../../../fixtures/files/image/one.bmp");
    let (side, line) = (132, 20);
    let dark = |x: usize, y: usize| small[62 + (side - 1 - y) * line + x / 8] >> (7 - x % 8) & 1 == 0;
    let width = side * times;
    let mut out = b"BM".to_vec();
    out.extend([0; 8]);
    out.extend(1_078u32.to_le_bytes());
    out.extend(40u32.to_le_bytes());
    out.extend(u32::try_from(width).unwrap().to_le_bytes());
    out.extend(u32::try_from(width).unwrap().to_le_bytes());
    out.extend([1, 0, 8, 0]);
    out.resize(54, 0);
    out.extend((0..=255u8).flat_map(|shade| [shade, shade, shade, 0]));
    let mut grain = 1u32;
    for y in (0..width).rev() {
        for x in 0..width {
            grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // One pixel in six is of any shade at all.
            let shade = if dark(x / times, y / times) { 60 } else { 190 };
            out.push(if grain >> 28 < 3 { (grain >> 16) as u8 } else { shade });
        }
    }
    out
}

#[test]
fn a_code_in_a_grainy_photograph_is_read_from_afar() {
    assert_eq!(codes(&photograph(12)), [SHORT]);
}

#[test]
fn a_picture_without_a_code_tells_nothing_and_a_cut_one_is_survived() {
    assert!(codes(include_bytes!("../../../fixtures/files/image/plain.png")).is_empty());
    let whole = include_bytes!("../../../fixtures/files/image/page.jpg");
    for end in (0..whole.len()).step_by(997) {
        let _ = opened(&whole[..end]);
    }
}

#[test]
fn a_claimed_size_is_not_believed() {
    let mut bytes = include_bytes!("../../../fixtures/files/image/one.png").to_vec();
    bytes[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    assert!(opened(&bytes).oddities.iter().any(|o| o.id == "image-too-large"));
}
