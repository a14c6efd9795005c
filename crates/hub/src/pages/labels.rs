//! Words for states, each with a picture and a colour, so that none is told by colour alone.

use std::fmt;

use askama::filters::HtmlSafe;
use desk::records::ApprovalState;
use lexicon::threat_actor::Confidence;
use lexicon::{AdvisoryState, ObservableType, ReasonKind, Role, SubmissionState, Tlp, Verdict};

use super::icons::icon;
use crate::view::View;

/// A state as a small label. Its words are fixed texts of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chip {
    tone: &'static str,
    icon: &'static str,
    word: &'static str,
}

impl Chip {
    /// A label of fixed words.
    pub(crate) fn new(tone: &'static str, icon: &'static str, word: &'static str) -> Self {
        Self { tone, icon, word }
    }
}

impl fmt::Display for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tone, icon: name, word } = self;
        write!(f, r#"<span class="chip chip-{tone}">{}{word}</span>"#, icon(name))
    }
}

impl HtmlSafe for Chip {}

/// A TLP label in the colours that the standard gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TlpMark(pub(crate) Tlp);

impl fmt::Display for TlpMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = match self.0 {
            Tlp::Red => "red",
            Tlp::AmberStrict | Tlp::Amber => "amber",
            Tlp::Green => "green",
            Tlp::Clear => "clear",
        };
        write!(f, r#"<span class="tlp tlp-{class}">{}</span>"#, self.0.label())
    }
}

impl HtmlSafe for TlpMark {}

/// What a TLP label allows.
pub(crate) fn tlp_text(v: &View, tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Red => v.t("受け取った人だけ", "the recipients alone"),
        Tlp::AmberStrict => v.t("受け取った組織の中だけ", "the recipient's organisation only"),
        Tlp::Amber => v.t("受け取った組織とその顧客・委託先", "the recipient's organisation and its clients"),
        Tlp::Green => v.t("関係者のコミュニティの中", "the community"),
        Tlp::Clear => v.t("制限なし", "no limit"),
    }
}

/// Where a submission stands.
pub(crate) fn submission_state(v: &View, state: SubmissionState) -> Chip {
    match state {
        SubmissionState::Received => Chip::new("grey", "clock", v.t("解析待ち", "Waiting")),
        SubmissionState::Dissecting => Chip::new("grey", "clock", v.t("解析中", "Being dissected")),
        SubmissionState::Dissected if v.is_analyst() => {
            Chip::new("ochre", "eye", v.t("判定待ち", "To be judged"))
        }
        SubmissionState::Dissected => Chip::new("ochre", "eye", v.t("分析中", "With the analysts")),
        SubmissionState::Judged => Chip::new("green", "check", v.t("判定済み", "Judged")),
    }
}

/// The words of a submission's state, for filters.
pub(crate) fn submission_state_text(v: &View, state: SubmissionState) -> &'static str {
    submission_state(v, state).word
}

/// What a mail was judged to be.
pub(crate) fn verdict(v: &View, verdict: Verdict) -> Chip {
    let (tone, icon) = match verdict {
        Verdict::Targeted | Verdict::Bec => ("red", "alert"),
        Verdict::Recon | Verdict::Phishing => ("orange", "alert"),
        Verdict::Mass => ("ochre", "info"),
        Verdict::Other => ("grey", "info"),
        Verdict::Undetermined => ("grey", "query"),
    };
    Chip::new(tone, icon, verdict.text().of(v.lang))
}

/// That a mail is watched on (S29).
pub(crate) fn watched(v: &View) -> Chip {
    Chip::new("blue", "eye", v.t("監視中", "Watched on"))
}

/// How sure somebody is of a claim.
pub(crate) fn confidence(v: &View, confidence: Confidence) -> Chip {
    let (tone, icon) = match confidence {
        Confidence::Low => ("grey", "query"),
        Confidence::Moderate => ("ochre", "info"),
        Confidence::High => ("blue", "check"),
    };
    Chip::new(tone, icon, confidence.text().of(v.lang))
}

/// Where an advisory stands.
pub(crate) fn advisory_state(v: &View, state: AdvisoryState) -> Chip {
    let (tone, icon) = match state {
        AdvisoryState::Draft => ("grey", "pen"),
        AdvisoryState::AwaitingApproval => ("ochre", "clock"),
        AdvisoryState::Approved => ("blue", "shield"),
        AdvisoryState::Released => ("green", "send"),
        AdvisoryState::Withdrawn => ("grey", "cross"),
    };
    Chip::new(tone, icon, advisory_state_text(v, state))
}

/// The words of an advisory's state.
pub(crate) fn advisory_state_text(v: &View, state: AdvisoryState) -> &'static str {
    match state {
        AdvisoryState::Draft => v.t("下書き", "Draft"),
        AdvisoryState::AwaitingApproval => v.t("承認待ち", "Awaiting approval"),
        AdvisoryState::Approved => v.t("承認済み", "Approved"),
        AdvisoryState::Released => v.t("公開済み", "Released"),
        AdvisoryState::Withdrawn => v.t("取り下げ", "Withdrawn"),
    }
}

/// What a provider said.
pub(crate) fn approval_state(v: &View, state: ApprovalState) -> Chip {
    match state {
        ApprovalState::Asked => Chip::new("ochre", "clock", v.t("回答待ち", "Awaiting an answer")),
        ApprovalState::Approved => Chip::new("green", "check", v.t("承認", "Approved")),
        ApprovalState::Declined => Chip::new("red", "cross", v.t("承認しない", "Declined")),
    }
}

/// "We saw it too", "we did not", or no answer yet.
pub(crate) fn answer(v: &View, seen: Option<bool>) -> Chip {
    match seen {
        None => Chip::new("ochre", "clock", v.t("未回答", "Not answered")),
        Some(true) => Chip::new("orange", "eye", v.t("受信した", "Saw it")),
        Some(false) => Chip::new("green", "check", v.t("受信していない", "Did not see it")),
    }
}

/// What two mails have in common.
pub(crate) fn reason_kind(v: &View, kind: ReasonKind) -> &'static str {
    match kind {
        ReasonKind::Text => v.t("文面", "Wording"),
        ReasonKind::Attachment => v.t("添付ファイル", "Attachment"),
        ReasonKind::Structure => v.t("HTML の構造", "HTML structure"),
        ReasonKind::Password => v.t("パスワード", "Password"),
        ReasonKind::Subject => v.t("件名", "Subject"),
        ReasonKind::Sender => v.t("送信者", "Sender"),
        ReasonKind::Route => v.t("送信経路", "Route"),
        ReasonKind::Url => v.t("リンク先", "Link targets"),
        ReasonKind::C2 => v.t("不正接続先", "C2 address"),
        ReasonKind::Analyst => v.t("分析担当者の判断", "Analyst's word"),
        ReasonKind::Infrastructure => v.t("送信元・リンク先", "Infrastructure"),
    }
}

/// A kind of indicator, in the language given.
pub(crate) fn observable(lang: lexicon::Lang, kind: ObservableType) -> &'static str {
    match kind {
        ObservableType::Ipv4Addr => lang.pick("IPv4 アドレス", "IPv4 address"),
        ObservableType::Ipv6Addr => lang.pick("IPv6 アドレス", "IPv6 address"),
        ObservableType::DomainName => lang.pick("ドメイン名", "Domain name"),
        ObservableType::Url => "URL",
        ObservableType::EmailAddr => lang.pick("メールアドレス", "Mail address"),
        ObservableType::File => lang.pick("ファイル", "File"),
    }
}

/// A role.
pub(crate) fn role(v: &View, role: Role) -> &'static str {
    match role {
        Role::Administrator => v.t("管理者", "Administrator"),
        Role::Analyst => v.t("分析者", "Analyst"),
        Role::Member => v.t("参加組織", "Member"),
        Role::Vendor => v.t("セキュリティベンダー", "Vendor"),
    }
}

/// Sender authentication: one result as a label, e.g. `SPF pass`. The result is the mail's own word, so it is
/// matched against the words that RFC 8601 knows.
pub(crate) fn authentication(method: &'static str, result: Option<&str>, v: &View) -> AuthMark {
    let (tone, icon, word) = match result.map(str::to_ascii_lowercase).as_deref() {
        Some("pass") => ("green", "check", "pass"),
        Some("fail") => ("red", "cross", "fail"),
        Some("softfail") => ("orange", "alert", "softfail"),
        Some("neutral") => ("grey", "info", "neutral"),
        Some("none") => ("grey", "info", "none"),
        Some("policy") => ("orange", "alert", "policy"),
        Some("temperror") => ("grey", "query", "temperror"),
        Some("permerror") => ("orange", "alert", "permerror"),
        Some(_) => ("grey", "query", v.t("不明な値", "unknown word")),
        None => ("grey", "query", v.t("記録なし", "not stated")),
    };
    AuthMark { tone, icon, method, word }
}

/// See [`authentication`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuthMark {
    tone: &'static str,
    icon: &'static str,
    method: &'static str,
    word: &'static str,
}

impl fmt::Display for AuthMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tone, icon: name, method, word } = self;
        write!(f, r#"<span class="chip chip-{tone}">{}{method} {word}</span>"#, icon(name))
    }
}

impl HtmlSafe for AuthMark {}
