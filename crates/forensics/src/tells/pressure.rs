//! Patterns of wording that only together give a mail away: business e-mail compromise, mass mail, lures to sign
//! in, themes that force one to open (domain: S56, JC3, J-CSIP).

mod phrases;

use lexicon::facts::MailFacts;

use super::header::organisation;
use crate::address;
use crate::session::Session;
use phrases::{Found, Group};

/// Bytes of a text that are searched: such mails say what they want at the start.
const TEXT_BYTES: usize = 8 << 10;

pub(super) fn patterns(session: &mut Session<'_>, facts: &MailFacts) {
    let subject = lexicon::text::cut(facts.subject.as_deref().unwrap_or(""), 500);
    let from = facts.from.as_ref();
    let domain = from.map(|f| address::domain(&f.address)).unwrap_or_default();
    let free = session.known.freemail.contains(&domain);
    if free {
        session.tell("freemail-sender", from.map(|f| f.address.clone()).unwrap_or_default());
    }
    let mut found = Found::default();
    found.search(subject);
    found.search(lexicon::text::cut(&facts.body.text, TEXT_BYTES));
    let links =
        !facts.html.links.is_empty() || !facts.html.forms.is_empty() || facts.body.text.contains("://");
    // A text part that is a stub: what the reader sees stands in the HTML.
    if !found.has(Group::Trouble) && !facts.html.text.is_empty() {
        found.search(lexicon::text::cut(&facts.html.text, TEXT_BYTES));
    }
    if let Some(phrase) = found.get(Group::AccountChange) {
        session.tell("payment-account-change", format!("body: {phrase}"));
    }
    let together = |groups: &[Group]| -> Option<String> {
        let phrases: Option<Vec<String>> = groups.iter().map(|g| found.get(*g)).collect();
        phrases.map(|p| format!("body: {}", p.join(" + ")))
    };
    if let Some(why) = together(&[Group::Secrecy, Group::Pretext, Group::Money]) {
        session.tell("secret-deal-pretext", why);
    }
    if links && let Some(why) = together(&[Group::Trouble, Group::Verify]) {
        session.tell("account-lure", why);
    }
    let strange = free
        || facts
            .reply_to
            .as_ref()
            .is_some_and(|r| organisation(&address::domain(&r.address)) != organisation(&domain))
        || session
            .tells
            .iter()
            .any(|t| matches!(t.id.as_str(), "known-name-foreign-address" | "lookalike-domain"));
    if strange
        && let Some(from) = from
        && let Some(title) = phrases::executive(&from.name)
        && let Some(request) =
            [Group::Secrecy, Group::Money, Group::Favour].iter().find_map(|g| found.get(*g))
    {
        session.tell("executive-pressure", format!("{} <{}> ({title}) + {request}", from.name, from.address));
    }
    if free
        && facts.attachments.is_empty()
        && !links
        && session.tells.iter().any(|t| t.id == "enquiry-wording")
    {
        session.tell("recon-without-payload", from.map(|f| f.address.clone()).unwrap_or_default());
    }
    let files = facts.attachments.iter().any(|a| !a.inline);
    if let Some(theme) = phrases::mass_subject(subject)
        && (files || links)
    {
        session.tell("mass-mail-subject", format!("header:subject: {subject} ({theme})"));
    }
    if free
        && (files || links)
        && let Some(theme) = phrases::forced_theme(subject)
    {
        session.tell("forced-to-open-theme", format!("header:subject: {theme}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::tells::testing::check;

    #[test]
    fn a_change_of_the_account_for_payments_is_told() {
        let id = "payment-account-change";
        check(
            "From: a@b.test\n\nお世話になっております。\n振込先口座が変更になりましたのでお知らせします。\n",
            id,
            true,
        );
        check("From: a@b.test\n\nPlease note that our bank details have changed.\n", id, true);
        check("From: a@b.test\n\nPlease use our NEW BANK ACCOUNT for the invoice.\n", id, true);
        check("From: a@b.test\n\nYour account details are safe.\n", id, false);
    }

    #[test]
    fn an_executive_who_presses_from_elsewhere_is_told() {
        let id = "executive-pressure";
        check(
            "From: 代表取締役社長 例示太郎 <a@gmail.com>\n\n極秘の案件です。至急ご連絡ください。\n",
            id,
            true,
        );
        check("From: Ann Lee CEO <a@gmail.com>\n\nAre you at your desk? I need a quick favour.\n", id, true);
        check("From: Ann Lee CEO <a@example.com>\n\nAre you at your desk?\n", id, false);
        check("From: Ann Lee <a@gmail.com>\n\nAre you at your desk?\n", id, false);
    }

    #[test]
    fn secrecy_money_and_a_pretext_are_told_together() {
        let id = "secret-deal-pretext";
        check(
            "From: a@b.test\n\n弁護士から連絡があります。本件は極秘でお願いします。本日中に送金してください。\n",
            id,
            true,
        );
        check(
            "From: a@b.test\n\nThe acquisition is strictly confidential. Our attorney will send the wire transfer instructions.\n",
            id,
            true,
        );
        check("From: a@b.test\n\nThe attorney sends his regards.\n", id, false);
    }

    #[test]
    fn lures_to_sign_in_are_told_where_there_is_somewhere_to_go() {
        let id = "account-lure";
        check(
            "From: a@b.test\n\nアカウントの利用を制限しました。下記よりご本人確認をお願いします。\nhttp://evil.test/\n",
            id,
            true,
        );
        check(
            "From: a@b.test\n\nYour account has been suspended. Please verify your account: http://evil.test/\n",
            id,
            true,
        );
        check("From: a@b.test\n\nYour account has been suspended. Please verify your account.\n", id, false);
        check("From: a@b.test\n\nSee http://evil.test/ to verify your account.\n", id, false);
    }

    #[test]
    fn subjects_of_mass_mail_are_told_and_full_sentences_are_not() {
        let id = "mass-mail-subject";
        let mail = |subject: &str| format!("From: a@b.test\nSubject: {subject}\n\nhttp://evil.test/\n");
        check(&mail("Re: 請求書 48213"), id, true);
        check(&mail("Fw: 写真"), id, true);
        check(&mail("Re: Re: invoice #48213"), id, true);
        check(&mail("Invoice for the tour in May, please check"), id, false);
        check(&mail("請求書の書き方について"), id, false);
        check(&mail("Re: 48213"), id, false);
    }

    #[test]
    fn themes_that_force_one_to_open_are_told_from_free_addresses() {
        let id = "forced-to-open-theme";
        check("From: a@gmail.com\nSubject: 取材のお願い\n\nhttp://evil.test/\n", id, true);
        check("From: a@example.com\nSubject: 取材のお願い\n\nhttp://evil.test/\n", id, false);
        check("From: a@gmail.com\nSubject: 取材のお願い\n\n電話します。\n", id, false);
    }

    #[test]
    fn enquiries_without_payload_from_free_addresses_are_told() {
        let id = "recon-without-payload";
        let body = "製品についてお尋ねします。お問い合わせの窓口はこちらでよろしいでしょうか。\n";
        check(&format!("From: a@gmail.com\n\n{body}"), id, true);
        check(&format!("From: a@example.com\n\n{body}"), id, false);
        check("From: a@gmail.com\n\n明日の打ち合わせは十時からです。\n", "freemail-sender", true);
        check("From: a@example.com\n\nHello\n", "freemail-sender", false);
    }
}
