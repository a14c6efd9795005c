//! Controls and objects by their classes: what is known to be dangerous or telling.

use crate::specimen::Specimen;

/// Tells an object's class by its program name, such as `Equation.3`.
pub(super) fn program(specimen: &mut Specimen<'_, '_>, name: &str) {
    specimen.property("document.object", name);
    let lower = name.to_ascii_lowercase();
    if matches!(lower.as_str(), "equation.3" | "equation.2") {
        specimen.tell("equation-object", name);
    } else if lower.starts_with("shockwaveflash") {
        specimen.tell("flash-object", name);
    }
}

/// Tells an object's class by its id, with or without braces.
pub(super) fn class(specimen: &mut Specimen<'_, '_>, id: &str) {
    let id = id.trim_matches(['{', '}', ' ']).to_ascii_lowercase();
    if id.is_empty() || id.bytes().all(|b| matches!(b, b'0' | b'-')) {
        return;
    }
    specimen.property("document.object-class", id.as_str());
    match id.as_str() {
        "0002ce02-0000-0000-c000-000000000046" => specimen.tell("equation-object", &id),
        "d27cdb6e-ae6d-11cf-96b8-444553540000" => specimen.tell("flash-object", &id),
        _ => {}
    }
}
