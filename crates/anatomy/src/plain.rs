//! Files of plain text: what stands in them is searched for indicators.

use crate::registry::Analyser;
use crate::specimen::Specimen;

/// Bytes of a text that are read.
const TEXT_BYTES: usize = 4 << 20;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["txt", "csv", "json", "ics", "vcf", "url", "iqy", "slk", "py", "sh", "rdp", "reg", "inf"],
    run,
    tells: &[],
    oddities: &[],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let head = bytes.get(..TEXT_BYTES).unwrap_or(bytes);
    specimen.text(&forensics::charset::decode(head, None).text);
}
