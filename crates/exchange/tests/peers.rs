//! What other programs say of Noroshi's output: stix2-validator and BIND's named-checkzone.
//!
//! Set `NOROSHI_PEERS` to the `bin` folder in which `stix2_validator` is; without it nothing is asked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{RELEASED, advisory, list, release};
use exchange::rpz::{Policy, RpzSettings, zone};
use exchange::stix::{StixSettings, bundle};
use lexicon::{Advisory, IndicatorSet, Tlp};

fn peers() -> Option<PathBuf> {
    let found = std::env::var_os("NOROSHI_PEERS").map(PathBuf::from);
    if found.is_none() {
        eprintln!("NOROSHI_PEERS is not set: no peer was asked");
    }
    found
}

#[track_caller]
fn accept(program: &Path, args: &[&OsStr]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} {args:?} says:\n{said}", program.display());
    said
}

#[test]
fn stix2_validator_accepts_every_bundle_without_a_warning() {
    let Some(peers) = peers() else { return };
    let folder = tempfile::tempdir().unwrap();
    let stix = StixSettings::default();
    let mut bundles = vec![
        bundle(&release(Advisory { indicators: Vec::new(), ..advisory() }, RELEASED), &stix),
        bundle(&release(IndicatorSet { indicators: Vec::new(), ..list() }, RELEASED), &stix),
        bundle(&release(list(), RELEASED), &StixSettings { producer: "例示CSIRT".to_owned() }),
    ];
    bundles.extend(Tlp::ALL.map(|tlp| bundle(&release(Advisory { tlp, ..advisory() }, RELEASED), &stix)));
    for (number, text) in bundles.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.json")), text).unwrap();
    }
    accept(
        &peers.join("stix2_validator"),
        &["--strict".as_ref(), "--version".as_ref(), "2.1".as_ref(), folder.path().as_os_str()],
    );
}

#[test]
fn named_checkzone_accepts_every_zone() {
    if peers().is_none() {
        return;
    }
    let checkzone = ["/usr/bin/named-checkzone", "/usr/sbin/named-checkzone"];
    let checkzone = checkzone.iter().map(Path::new).find(|path| path.exists()).expect("BIND is installed");
    let folder = tempfile::tempdir().unwrap();
    for policy in Policy::ALL {
        let mut settings = RpzSettings::new("rpz.example.org", "ns1.example.net").unwrap();
        settings.policy = policy;
        let file = folder.path().join(policy.word());
        std::fs::write(&file, zone(&release(advisory(), RELEASED), &settings)).unwrap();
        let said = accept(checkzone, &["rpz.example.org".as_ref(), file.as_os_str()]);
        assert!(said.contains("loaded serial 1795154645"), "{said}");
        assert!(said.trim_end().ends_with("OK"), "{said}");
    }
}
