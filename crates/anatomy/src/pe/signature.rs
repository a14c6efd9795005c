//! The Authenticode signature: who it says signed the program. It is not verified.

use std::ops::Range;

use crate::binary::{piece, u16_at, u32_at};
use crate::pkcs7::{self, Cms};
use crate::specimen::Specimen;

use super::Pe;

/// Reads the first signature; gives the place of all of them in the file.
pub(super) fn read(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) -> Option<Range<usize>> {
    // Other than all other directories, this one holds a place in the file.
    let (at, size) = pe.directory(4)?;
    let table = piece(pe.bytes, at, size);
    let length = usize::try_from(u32_at(table, 0)?).ok()?;
    if u16_at(table, 6) != Some(2) {
        return Some(at..at.saturating_add(table.len()));
    }
    if let Some(Cms::Signed(signed)) = pkcs7::read(piece(table, 8, length.saturating_sub(8))) {
        specimen.property("pe.signature-unverified", "yes");
        for signer in &signed.signers {
            let mut certificates = signed.certificates.iter();
            let own = certificates.find(|c| c.serial == signer.serial && c.issuer == signer.issuer);
            specimen.property("pe.signer", own.map_or("", |c| c.subject.as_str()));
            specimen.property("pe.signer-issuer", signer.issuer.as_str());
            specimen.property("pe.signer-serial", signer.serial.as_str());
            specimen.property("pe.signer-from", own.map_or("", |c| c.from.as_str()));
            specimen.property("pe.signer-until", own.map_or("", |c| c.until.as_str()));
            specimen.property("pe.signature-digest", signer.digest.as_str());
            specimen.property("pe.signed", signer.time.as_str());
        }
    }
    Some(at..at.saturating_add(table.len()))
}
