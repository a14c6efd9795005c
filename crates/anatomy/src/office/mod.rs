//! Office documents: their properties, where they lead, what is embedded in them, the text that is seen, and the
//! encryption around them. Macros are another module's.

mod activity;
mod compound;
mod crypt;
mod doc;
mod links;
mod odf;
mod ole;
mod ooxml;
mod package;
mod parts;
mod ppt;
mod propset;
mod words;
mod xls;
mod xlsb;
mod xml;

pub(crate) use doc::language_name;

use crate::registry::Analyser;
use crate::specimen::Specimen;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &[
        "docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xlsb", "xltx", "xltm", "xlam", "pptx", "pptm",
        "ppsx", "ppsm", "potx", "potm", "ppam", "sldx", "sldm", "thmx", "vsdx", "vsdm", "vssx", "vssm",
        "vstx", "vstm", "odt", "ods", "odp", "odg", "ott", "ots", "otp", "doc", "dot", "wiz", "xls", "xlt",
        "xla", "ppt", "pps", "pot", "ppa", "pub", "vsd", "vss", "vst", "wps", "ole", "xml", "doc-xml",
        "xls-xml",
    ],
    run,
    tells: words::TELLS,
    oddities: words::ODDITIES,
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if bytes.starts_with(forensics::ole::MAGIC) {
        ole::run(bytes, specimen);
    } else if matches!(specimen.file.kind.as_str(), "xml" | "doc-xml" | "xls-xml") {
        ooxml::flat(bytes, specimen);
    } else if specimen.file.kind.starts_with('o') {
        odf::run(bytes, specimen);
    } else {
        ooxml::run(bytes, specimen);
    }
}

#[cfg(test)]
mod tests;
