//! Signatures of mails that dkimpy signed with invented keys (`fixtures/mail/signed`).

use crate::dkim::Keys;
use crate::{Known, Limits, read_with};

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail/signed")
}

fn keys() -> Keys {
    Keys::parse(&std::fs::read_to_string(folder().join("keys.txt")).unwrap())
}

fn results(raw: &[u8], keys: Keys) -> Vec<(String, String, String, Option<bool>)> {
    let known = Known { keys, ..Known::default() };
    read_with(raw, &Limits::default(), &known)
        .facts
        .authentication
        .signatures
        .into_iter()
        .map(|s| (s.kind, s.result, s.reason, s.body))
        .collect()
}

fn check(name: &str, expect: &[(&str, &str, &str)]) {
    let raw = std::fs::read(folder().join(name)).unwrap();
    let got = results(&raw, keys());
    let got: Vec<(&str, &str, &str)> =
        got.iter().map(|(k, r, w, _)| (k.as_str(), r.as_str(), w.as_str())).collect();
    assert_eq!(got, expect, "{name}");
}

const PASS: (&str, &str, &str) = ("dkim", "pass", "");

#[test]
fn signatures_pass_with_their_key_in_every_canonicalisation_and_algorithm() {
    for name in [
        "simple-simple",
        "simple-relaxed",
        "relaxed-simple",
        "relaxed-relaxed",
        "rsa-sha1",
        "ed25519",
        "bare-key",
        "length",
        "line-feeds",
    ] {
        check(&format!("{name}.eml"), &[PASS]);
    }
    check("two-signatures.eml", &[("dkim", "no-key", "no key given"), PASS]);
}

#[test]
fn what_was_changed_after_signing_is_told() {
    check("body-changed.eml", &[("dkim", "fail", "body hash differs")]);
    check("subject-changed.eml", &[("dkim", "fail", "signature does not verify")]);
    check("revoked.eml", &[("dkim", "fail", "key revoked")]);
    check("weak-key.eml", &[("dkim", "weak-key", "RSA key shorter than 1024 bits")]);
    check("from-not-covered.eml", &[("dkim", "malformed", "From is not covered")]);
}

#[test]
fn without_a_key_the_body_is_checked_all_the_same() {
    let raw = std::fs::read(folder().join("relaxed-relaxed.eml")).unwrap();
    let got = results(&raw, Keys::default());
    assert_eq!(got, [("dkim".into(), "no-key".into(), "no key given".into(), Some(true))]);
    let raw = std::fs::read(folder().join("body-changed.eml")).unwrap();
    assert_eq!(results(&raw, Keys::default())[0].3, Some(false));
}

#[test]
fn a_chain_of_arc_sets_is_verified_seal_by_seal() {
    let pass = |kind| (kind, "pass", "");
    check(
        "arc-two-sets.eml",
        &[pass("arc-seal"), pass("arc-message"), pass("arc-seal"), pass("arc-message"), PASS],
    );
    let raw = std::fs::read(folder().join("arc-results-changed.eml")).unwrap();
    assert_eq!(results(&raw, keys())[0].1, "fail");
}

#[test]
fn an_expiry_is_judged_by_the_time_of_receipt() {
    let mail = |received: &str| {
        format!(
            "Received: by mx.example; {received}\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=a; h=from;\r\n \
             bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; c=relaxed/relaxed; t=1000; x=1705311012; b=AAAA\r\n\
             From: a@example.com\r\n\r\n"
        )
    };
    let of = |received: &str| results(mail(received).as_bytes(), Keys::default())[0].1.clone();
    assert_eq!(of("Mon, 15 Jan 2024 09:30:11 +0000"), "no-key");
    assert_eq!(of("Mon, 15 Jan 2024 09:30:13 +0000"), "expired");
}

#[test]
fn broken_signatures_are_told_as_malformed() {
    for (tags, reason) in [
        ("nothing", "a tag has no value"),
        ("v=1; v=1", "a tag is repeated"),
        ("v=1; a=rsa-sha256", "a required tag is missing"),
        ("v=2; a=rsa-sha256; d=e; s=a; h=from; bh=AA; b=AA", "version unknown"),
        ("v=1; a=none; d=e; s=a; h=from; bh=AA; b=AA", "algorithm unknown"),
        ("v=1; a=rsa-sha256; d=e; s=a; h=from; bh=AA; b=AA; c=odd", "canonicalisation unknown"),
        ("v=1; a=rsa-sha256; d=e; s=a; h=from; bh=AA; b=AA; l=9", "length beyond the body"),
        ("v=1; a=rsa-sha256; d=e; s=a; h=from; bh=AA; b=AA; l=x", "length unreadable"),
        ("v=1; a=rsa-sha256; d=e; s=a; h=from; bh=AA; b=AA; i=@f", "identity is not of the domain"),
    ] {
        let mail = format!("DKIM-Signature: {tags}\r\nFrom: a@example.com\r\n\r\n");
        let got = results(mail.as_bytes(), keys());
        assert_eq!((got[0].1.as_str(), got[0].2.as_str()), ("malformed", reason), "{tags}");
    }
}
