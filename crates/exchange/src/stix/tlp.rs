//! TLP 2.0 in STIX 2.1: markings that OASIS has published with fixed ids (STIX common objects, TLP 2.0
//! extension). STIX 2.1 itself only knows TLP 1, so each bundle carries the marking it uses.

use std::collections::BTreeMap;

use lexicon::Tlp;
use serde::Serialize;

/// The extension that defines `tlp_2_0`.
const EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// A marking-definition.
#[derive(Debug, Serialize)]
pub(crate) struct Marking {
    r#type: &'static str,
    spec_version: &'static str,
    pub(crate) id: &'static str,
    created: &'static str,
    name: &'static str,
    extensions: BTreeMap<&'static str, Extension>,
}

#[derive(Debug, Serialize)]
struct Extension {
    extension_type: &'static str,
    tlp_2_0: &'static str,
}

/// The published marking for a label.
pub(crate) fn marking(tlp: Tlp) -> Marking {
    let (id, word) = match tlp {
        Tlp::Clear => ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear"),
        Tlp::Green => ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green"),
        Tlp::Amber => ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber"),
        Tlp::AmberStrict => ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict"),
        Tlp::Red => ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red"),
    };
    let extension = Extension { extension_type: "property-extension", tlp_2_0: word };
    Marking {
        r#type: "marking-definition",
        spec_version: "2.1",
        id,
        created: "2022-10-01T00:00:00.000Z",
        name: tlp.label(),
        extensions: BTreeMap::from([(EXTENSION, extension)]),
    }
}
