//! Who may know whom: docs/ARCHITECTURE.md draws the map, this holds it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each room and the rooms it may know.
const ARROWS: [(&str, &[&str]); 12] = [
    ("lexicon", &[]),
    ("gate", &["lexicon"]),
    ("forensics", &["lexicon"]),
    ("anatomy", &["lexicon", "forensics"]),
    ("confine", &["lexicon", "anatomy"]),
    ("indicators", &["lexicon"]),
    ("casework", &["lexicon"]),
    ("exchange", &["lexicon", "gate", "indicators"]),
    ("desk", &["lexicon", "gate", "forensics", "anatomy", "indicators", "casework"]),
    ("vault", &["lexicon", "casework", "desk"]),
    ("hub", &["lexicon", "desk", "gate", "vault", "exchange", "indicators", "forensics", "anatomy"]),
    (
        "noroshi",
        &[
            "lexicon",
            "gate",
            "forensics",
            "anatomy",
            "confine",
            "indicators",
            "casework",
            "exchange",
            "desk",
            "vault",
            "hub",
        ],
    ),
];

/// The rooms that `manifest` names as dependencies, for building; with those for tests if `all`.
fn rooms(manifest: &str, all: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut counts = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            // `[dependencies.lexicon]` names one in the section's own head.
            let (kind, name) = match section.split_once("dependencies.") {
                Some((kind, name)) => (format!("{kind}dependencies"), Some(name)),
                None => (section.to_owned(), None),
            };
            counts = kind.ends_with("dependencies") && (all || !kind.contains("dev-"));
            found.extend(name.filter(|_| counts).map(str::to_owned));
        } else if counts && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            found.insert(name.to_owned());
        }
    }
    found.retain(|name| ARROWS.iter().any(|(room, _)| room == name));
    found
}

fn manifests() -> BTreeMap<String, String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_dir(crates)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path.join("Cargo.toml")).unwrap())
        })
        .collect()
}

#[test]
fn every_room_knows_only_whom_it_may() {
    let manifests = manifests();
    let drawn: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    for (room, manifest) in &manifests {
        let Some((_, may)) = ARROWS.iter().find(|(name, _)| name == room) else {
            panic!("{room} is not on the map: {drawn:?}");
        };
        for known in rooms(manifest, true) {
            assert!(may.contains(&known.as_str()), "{room} must not know {known}");
        }
    }
    assert_eq!(manifests.len(), ARROWS.len(), "a room is on the map and not in crates/");
}

#[test]
fn the_arrows_go_one_way() {
    for (at, (room, may)) in ARROWS.iter().enumerate() {
        for known in *may {
            let place = ARROWS.iter().position(|(name, _)| name == known);
            assert!(place.is_some_and(|place| place < at), "{room} → {known}");
        }
    }
}

#[test]
fn a_dependency_is_seen_however_it_is_written() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nlexicon.workspace = true\ngate = { path = \"../gate\" }\n\
                    # hub = 1\n[dependencies.vault]\npath = \"../vault\"\n[target.'cfg(unix)'.dependencies]\n\
                    desk.workspace = true\n[dev-dependencies]\nforensics.workspace = true\n[features]\nhub = []\n";
    let names = |all| rooms(manifest, all).into_iter().collect::<Vec<_>>();
    assert_eq!(names(false), ["desk", "gate", "lexicon", "vault"]);
    assert_eq!(names(true), ["desk", "forensics", "gate", "lexicon", "vault"]);
}
