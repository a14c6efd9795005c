//! `noroshi doctor`: says what to mend.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{folder, noroshi, noroshi_with};

#[test]
fn a_fresh_folder_is_well() {
    let folder = folder(&[]);
    let run =
        noroshi_with(folder.path(), &["doctor", "--data", "hub", "--json"], b"", &[("LANG", "C.UTF-8")]);
    assert_eq!(run.code, 0, "{run:?}");
    let json = run.json();
    let checks = json["checks"].as_array().unwrap();
    let status = |id: &str| checks.iter().find(|check| check["id"] == id).unwrap()["status"].clone();
    for id in ["data-folder", "data-private", "sqlite", "temp-folder", "clock", "locale"] {
        assert_eq!(status(id), "ok", "{id}: {json}");
    }
    assert!(checks.iter().any(|check| check["id"] == "free-space"));
    // It leaves nothing behind.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_cannot_work_is_a_failure_with_advice() {
    let folder = folder(&[("hub", "a file")]);
    let run = noroshi(folder.path(), &["doctor", "--data", "hub"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("✗ fail  Data folder"), "{}", run.out);
    assert!(run.out.contains("→ a file has this name; give another folder with --data"), "{}", run.out);
    let run = noroshi(folder.path(), &["--lang", "ja", "doctor", "--data", "hub"]);
    assert!(run.out.contains("別のフォルダを指定してください"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn an_open_folder_and_a_bare_locale_are_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("hub/x", "")]);
    std::fs::set_permissions(folder.path().join("hub"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = noroshi_with(folder.path(), &["doctor", "--data", "hub", "--json"], b"", &[("LANG", "C")]);
    let json = run.json();
    let advice = |id: &str| {
        let checks = json["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id && check["status"] == "warn").unwrap()["advice"]
            .to_string()
    };
    assert!(advice("data-private").contains("chmod 700"));
    assert!(advice("locale").contains("C.UTF-8"));
    assert_eq!(run.code, 0);
}
