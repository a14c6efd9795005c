//! Pictures: their size, and the QR codes that a reader is meant to scan.

mod gray;
mod qr;

use crate::registry::Analyser;
use crate::specimen::Specimen;
use crate::{oddities, tells};
pub(crate) use gray::{Gray, jpeg};
pub(crate) use qr::SIDE;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["png", "jpg", "gif"],
    run,
    tells: &[tells::entry(
        "qr-code-link",
        2,
        "画像のQRコードにURLが入っています（スマートフォンなど別の端末で開かせる手口）",
        "A QR code in a picture holds a URL; it takes the reader to another device",
        "MITRE ATT&CK T1566.002",
    )],
    oddities: &[oddities::entry(
        "image-too-large",
        "画像が大きすぎるため、QRコードを探していません",
        "The picture is too large; no QR code was looked for",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if !specimen.bench.limits.judge {
        return;
    }
    let kind = specimen.file.kind.clone();
    let Some((width, height)) = gray::size(&kind, bytes) else { return };
    specimen.property("image.width", width.to_string());
    specimen.property("image.height", height.to_string());
    if width.saturating_mul(height) > gray::PIXELS {
        specimen.odd("image-too-large", "");
        return;
    }
    if width.min(height) >= qr::SIDE
        && let Some(gray) = gray::read(&kind, bytes)
    {
        tell_codes(&gray, specimen);
    }
}

/// Tells the QR codes of a picture.
pub(crate) fn tell_codes(gray: &Gray, specimen: &mut Specimen<'_, '_>) {
    for text in qr::codes(gray) {
        specimen.relation("qr", &text);
        let lower = text.trim_start().to_ascii_lowercase();
        if lower.starts_with("http:") || lower.starts_with("https:") || lower.starts_with("www.") {
            specimen.tell("qr-code-link", &text);
        }
    }
}
