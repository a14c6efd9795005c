//! What is suggested for mails of known kinds, and that no number decides alone.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use casework::suggest::{Past, Reach, Suggestion, Why, suggest};
use lexicon::MailFacts;
use lexicon::facts::{Attachment, Tell};
use lexicon::verdict::{Scheme, Verdict};

fn mail(tells: &[&str], kinds: &[&str], urls: &[&str]) -> MailFacts {
    let tell = |id: &&str| Tell { id: (*id).to_owned(), why: String::new(), weight: 1, text: None };
    let file = |kind: &&str| Attachment { kind: (*kind).to_owned(), ..Attachment::default() };
    MailFacts {
        tells: tells.iter().map(tell).collect(),
        attachments: kinds.iter().map(file).collect(),
        urls: urls.iter().map(|url| (*url).to_owned()).collect(),
        ..MailFacts::default()
    }
}

fn reach(places: u64, sectors: u64) -> Reach {
    Reach { mails: places, places, sectors, same_text: places, same_file: places }
}

fn of(mail: &MailFacts, reach: Reach) -> Suggestion {
    suggest([mail], reach, Past::default())
}

fn three(suggestion: &Suggestion) -> (Verdict, Verdict, Verdict) {
    let judgement = suggestion.judgement;
    (judgement.jcsip, judgement.jcrat, judgement.npa)
}

#[test]
fn a_number_alone_decides_nothing() {
    for places in [1, 9, 10, 500] {
        let suggestion = of(&mail(&[], &[], &[]), reach(places, 11));
        assert_eq!(suggestion.judgement.jcsip, Verdict::Undetermined, "{places}");
        assert_eq!(suggestion.judgement.npa, Verdict::Undetermined, "{places}");
        assert!(suggestion.of(Scheme::Jcsip).any(|why| *why == Why::OneGroundAlone));
    }
    // A skilful mail that carries and ties to nothing is laid out, not judged.
    let suggestion = of(&mail(&["freemail-claims-organisation"], &[], &[]), reach(1, 1));
    assert_eq!(suggestion.judgement.jcsip, Verdict::Undetermined);
}

#[test]
fn mass_mail_at_ten_places_is_outside_j_csip_s_count_and_inside_the_police_s() {
    let invoice = mail(&["macro-document", "mass-mail-subject"], &["xls"], &[]);
    let suggestion = of(&invoice, reach(12, 5));
    assert_eq!(three(&suggestion), (Verdict::Mass, Verdict::Mass, Verdict::Mass));
    assert!(!Scheme::Jcsip.counts_as_targeted(suggestion.judgement.jcsip));
    assert!(Scheme::Npa.counts_as_targeted(suggestion.judgement.npa));
}

#[test]
fn at_nine_places_the_police_count_a_harmful_mail_as_targeted_but_not_as_mass() {
    let invoice = mail(&["macro-document", "mass-mail-subject"], &["xls"], &[]);
    let suggestion = of(&invoice, reach(9, 5));
    assert_eq!(three(&suggestion), (Verdict::Mass, Verdict::Mass, Verdict::Targeted));
    assert!(suggestion.of(Scheme::Npa).any(|why| *why == Why::BelowTen(9)));
}

#[test]
fn a_locked_shortcut_at_three_desks_that_asks_for_the_archiver_is_targeted() {
    let attack = mail(&["asks-about-archiver", "encrypted-archive", "attachment-runs-code"], &["zip"], &[]);
    let suggestion = of(&attack, reach(3, 2));
    // Whether it is espionage the mail does not tell.
    assert_eq!(three(&suggestion), (Verdict::Targeted, Verdict::Undetermined, Verdict::Targeted));
    assert!(suggestion.of(Scheme::Jcrat).any(|why| *why == Why::PurposeUnknown));
    // The same operator at many desks does not make it a mass mailing for J-CSIP.
    assert_eq!(of(&attack, reach(8, 4)).judgement.jcsip, Verdict::Targeted);
}

#[test]
fn espionage_is_suggested_only_where_mails_it_ties_to_and_a_named_actor_say_so() {
    let attack = mail(&["encrypted-archive", "attachment-runs-code"], &["zip"], &[]);
    let past = Past { targeted: 4, espionage: 3, ..Past::default() };
    assert_eq!(suggest([&attack], reach(1, 1), past).judgement.jcrat, Verdict::Undetermined);
    let past = Past { actors: 1, ..past };
    assert_eq!(suggest([&attack], reach(1, 1), past).judgement.jcrat, Verdict::Targeted);
}

#[test]
fn an_enquiry_without_payload_is_reconnaissance() {
    let enquiry = mail(&["recon-without-payload", "enquiry-wording", "freemail-sender"], &[], &[]);
    let suggestion = of(&enquiry, reach(3, 2));
    assert_eq!(three(&suggestion), (Verdict::Recon, Verdict::Recon, Verdict::Recon));
}

#[test]
fn a_changed_account_by_a_lookalike_is_business_e_mail_compromise() {
    let letter = mail(&["payment-account-change", "lookalike-within-mail"], &["pdf"], &[]);
    assert_eq!(of(&letter, reach(1, 1)).judgement.jcsip, Verdict::Bec);
    let pretext_alone = mail(&["payment-account-change"], &["pdf"], &[]);
    assert_eq!(of(&pretext_alone, reach(1, 1)).judgement.jcsip, Verdict::Undetermined);
}

#[test]
fn a_password_form_behind_a_false_link_is_phishing_however_many_got_it() {
    let lure = mail(&["account-lure", "link-text-differs"], &[], &["https://login.attacker.test/"]);
    for places in [1, 40] {
        assert_eq!(of(&lure, reach(places, 3)).judgement.jcsip, Verdict::Phishing, "{places}");
    }
}

#[test]
fn every_determined_suggestion_names_two_grounds_at_least() {
    let ids = [
        "attachment-runs-code",
        "macro-document",
        "encrypted-archive",
        "asks-about-archiver",
        "payment-account-change",
        "lookalike-domain",
        "account-lure",
        "link-text-differs",
        "recon-without-payload",
        "mass-mail-subject",
        "freemail-claims-organisation",
    ];
    // Every subset of the tells, at few, many and very many places, with and without a past.
    for set in 0u32..1 << ids.len() {
        let tells: Vec<&str> =
            ids.iter().enumerate().filter(|(n, _)| set >> n & 1 == 1).map(|(_, id)| *id).collect();
        let mail = mail(
            &tells,
            if set % 3 == 0 { &["zip"] } else { &[] },
            if set % 2 == 0 { &["http://a.test/"] } else { &[] },
        );
        for (places, sectors, targeted) in [(1, 1, 0), (2, 1, 3), (8, 4, 0), (30, 6, 0)] {
            let past = Past { targeted, ..Past::default() };
            let suggestion = suggest([&mail], reach(places, sectors), past);
            let grounds = suggestion.of(Scheme::Jcsip).count();
            assert!(
                suggestion.judgement.jcsip == Verdict::Undetermined || grounds >= 2,
                "{tells:?} {places} {suggestion:?}"
            );
            assert!(Scheme::ALL.into_iter().all(|scheme| suggestion.of(scheme).next().is_some()));
        }
    }
}
