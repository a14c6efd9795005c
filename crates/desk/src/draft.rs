//! Draft: an advisory from a campaign, with every member's identity taken out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use gate::{Certainty, Field, Finding};
use lexicon::facts::{Attachment, MailFacts, Tell};
use lexicon::ids::{AdvisoryId, CampaignId, SubmissionId};
use lexicon::indicator::Indicator;
use lexicon::{Advisory, AdvisoryState, Audience, Lang, Link, Member, ObservableType, ReasonKind, Tlp};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::{AdvisoryRecord, CampaignFacts};

/// The most lines of one kind in a drafted text.
const LINES: usize = 8;
/// Mails that a draft is made of: of a campaign with more distinct ones the oldest and the newest.
const DRAFTED: u32 = 400;
/// The most indicators taken into a draft.
const INDICATORS: usize = 500;

/// What an analyst may change in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// Features.
    pub features: String,
    /// Measures.
    pub measures: String,
    /// Request.
    pub request: String,
    /// Values of the indicators that stay.
    pub keep: BTreeSet<String>,
    /// Label.
    pub tlp: Tlp,
    /// Audience.
    pub audience: Audience,
    /// The revision that was edited.
    pub revision: u32,
}

impl Desk {
    /// Drafts an advisory from a campaign.
    ///
    /// # Errors
    /// Not an analyst; no such campaign.
    pub async fn draft(&self, actor: &Actor, campaign: CampaignId, lang: Lang) -> DeskResult<AdvisoryId> {
        actor.analyst("campaign")?;
        self.records.campaign_head(campaign).await?.ok_or(DeskError::NotFound("campaign"))?;
        let known = self.records.campaign_facts(campaign, DRAFTED).await?;
        let links = self.records.campaign_links(campaign).await?;
        let providers = self.records.campaign_members(campaign).await?;
        let protected = self.protected(&providers).await?;
        let organisations = providers.len();
        let now = self.now();
        let year = now.to_zoned(lexicon::time::jst()).year();
        let number = format!("N-{year}-{:04}", self.records.next_number(year).await?);
        let id = self.new_id(AdvisoryId::from_time_and_random);
        let advisory = Advisory {
            id,
            number,
            organisations: u32::try_from(organisations).unwrap_or(u32::MAX),
            ..compose(&links, &known, organisations, &protected, lang)
        };
        let record = AdvisoryRecord {
            advisory,
            state: AdvisoryState::Draft,
            campaign: Some(campaign),
            audience: Audience::default(),
            author: actor.account,
            created: now,
            revision: 0,
        };
        self.records.put_advisory(&record, &self.entry(actor, "advisory.draft", id)).await?;
        Ok(id)
    }

    /// An advisory in the making.
    ///
    /// # Errors
    /// Not an analyst; no such advisory.
    pub async fn draft_for(&self, actor: &Actor, id: AdvisoryId) -> DeskResult<AdvisoryRecord> {
        actor.analyst("advisory")?;
        self.advisory(id).await
    }

    pub(crate) async fn advisory(&self, id: AdvisoryId) -> DeskResult<AdvisoryRecord> {
        self.records.advisory(id).await?.ok_or(DeskError::NotFound("advisory"))
    }

    /// What the identity check finds in an advisory as it stands, and the names of the members it would give
    /// away, for the analyst who must mend it.
    ///
    /// # Errors
    /// Not an analyst; no such advisory.
    pub async fn check(&self, actor: &Actor, id: AdvisoryId) -> DeskResult<Vec<Finding>> {
        actor.analyst("advisory")?;
        let record = self.advisory(id).await?;
        let protected = self.protected(&self.providers(&record).await?).await?;
        Ok(gate::identity_check(&gate::Releasable::fields(&record.advisory), &protected))
    }

    /// Changes a draft. Approvals given to an earlier text fall away, because they were given to that text.
    ///
    /// # Errors
    /// Not an analyst; already released; somebody else changed it meanwhile; no title.
    pub async fn edit(&self, actor: &Actor, id: AdvisoryId, edit: Edit) -> DeskResult<()> {
        actor.analyst("advisory")?;
        let mut record = self.advisory(id).await?;
        if !matches!(record.state, AdvisoryState::Draft) && !record.state.may_become(AdvisoryState::Draft) {
            return Err(DeskError::refused(
                "公開済みまたは取り下げ済みの注意喚起は変更できません。",
                "a released or withdrawn advisory cannot be changed",
            ));
        }
        if edit.title.trim().is_empty() {
            return Err(DeskError::invalid("title", "表題を書いてください。", "write a title"));
        }
        let advisory = &mut record.advisory;
        let text =
            |given: String| given.replace("\r\n", "\n").trim().chars().take(20_000).collect::<String>();
        advisory.title = text(edit.title).replace('\n', " ");
        advisory.summary = text(edit.summary);
        advisory.features = text(edit.features);
        advisory.measures = text(edit.measures);
        advisory.request = text(edit.request);
        advisory.indicators.retain(|indicator| edit.keep.contains(&indicator.value));
        advisory.tlp = edit.tlp;
        record.audience = edit.audience;
        record.state = AdvisoryState::Draft;
        record.revision = edit.revision;
        Ok(self.records.put_advisory(&record, &self.entry(actor, "advisory.edit", id)).await?)
    }
}

fn compose(
    links: &[Link<SubmissionId>],
    known: &CampaignFacts,
    organisations: usize,
    protected: &[Member],
    lang: Lang,
) -> Advisory {
    let mails = &known.mails;
    let clean = |text: &str| deidentify(&lexicon::text::visible(text), protected, lang);
    let subjects = distinct(mails.iter().filter_map(|mail| mail.subject.as_deref()).map(clean));
    let dates: Vec<jiff::Timestamp> =
        mails.iter().filter_map(|mail| mail.date.as_deref()?.parse::<jiff::Timestamp>().ok()).collect();
    let first = subjects.first().map_or("", String::as_str);
    let title = match lang {
        Lang::Ja => format!("不審メールに関する注意喚起（件名「{}」）", lexicon::text::cut(first, 120)),
        Lang::En => format!("Alert: suspicious mail with the subject “{}”", lexicon::text::cut(first, 120)),
    };
    Advisory {
        id: AdvisoryId::from_name("unnumbered"),
        number: String::new(),
        version: 1,
        lang,
        title,
        summary: summary(links, known.distinct, organisations, &dates, lang),
        features: features(&subjects, mails, &clean, lang),
        measures: measures(mails, lang).to_owned(),
        request: lang
            .pick(
                "同様のメールを受信していないかご確認のうえ、受信の有無・件数・最初の受信日をご回答ください。受信していない場合も、その旨をお知らせください。",
                "Please check whether you have received similar mails and answer: seen or not, how many, and the date of the first. \"Not seen\" is an answer too.",
            )
            .to_owned(),
        organisations: 0,
        first_seen: dates.iter().min().copied(),
        last_seen: dates.iter().max().copied(),
        indicators: indicators_of(mails, protected, lang),
        tlp: Tlp::Amber,
    }
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| !text.trim().is_empty() && seen.insert(text.clone())).take(LINES).collect()
}

fn summary(
    links: &[Link<SubmissionId>],
    mails: u64,
    organisations: usize,
    dates: &[jiff::Timestamp],
    lang: Lang,
) -> String {
    let kinds: BTreeSet<ReasonKind> =
        links.iter().flat_map(|link| link.reasons.iter().map(|reason| reason.kind)).collect();
    let mut why: Vec<&str> = kinds
        .iter()
        .map(|kind| match kind {
            ReasonKind::Structure => lang.pick("HTML の構造がほぼ同一であること", "near-identical HTML"),
            ReasonKind::Password => {
                lang.pick("添付ファイルのパスワードが同一であること", "the same password of attachments")
            }
            ReasonKind::Subject => lang.pick("件名の型が同一であること", "the same pattern of subjects"),
            ReasonKind::C2 => lang.pick("不正接続先が同一であること", "the same command-and-control address"),
            ReasonKind::Analyst => lang.pick("分析の結果", "analysis"),
            ReasonKind::Text => lang.pick("文面がほぼ同一であること", "near-identical wording"),
            ReasonKind::Attachment => lang.pick("添付ファイルが共通すること", "attachments in common"),
            ReasonKind::Infrastructure | ReasonKind::Sender | ReasonKind::Route | ReasonKind::Url => lang
                .pick(
                    "送信元・リンク先などの珍しい値が共通すること",
                    "rare senders or link targets in common",
                ),
        })
        .collect();
    // Sender, route and link targets are told in one phrase.
    let mut told = BTreeSet::new();
    why.retain(|phrase| told.insert(*phrase));
    let span = match (dates.iter().min(), dates.iter().max()) {
        (Some(first), Some(last)) if lexicon::time::show_date(*first) != lexicon::time::show_date(*last) => {
            let (first, last) =
                (lexicon::time::show_formal(*first, lang), lexicon::time::show_formal(*last, lang));
            match lang {
                Lang::Ja => format!("{first}から{last}にかけて、"),
                Lang::En => format!("Between {first} and {last}, "),
            }
        }
        (Some(first), _) => {
            let first = lexicon::time::show_formal(*first, lang);
            match lang {
                Lang::Ja => format!("{first}に、"),
                Lang::En => format!("On {first}, "),
            }
        }
        _ => String::new(),
    };
    match lang {
        Lang::Ja => format!(
            "{span}{organisations} 組織から、同一の攻撃とみられる不審メール {mails} 種の情報提供がありました。同一とみた理由は、{}です。",
            if why.is_empty() { "分析者の判断".to_owned() } else { why.join("、") }
        ),
        Lang::En => format!(
            "{span}{organisations} organisation(s) reported {mails} distinct suspicious mail(s) that appear to be one attack. They were linked by {}.",
            if why.is_empty() { "an analyst's judgement".to_owned() } else { why.join(", ") }
        ),
    }
}

fn features(subjects: &[String], mails: &[MailFacts], clean: &dyn Fn(&str) -> String, lang: Lang) -> String {
    let mut out = String::new();
    for subject in subjects {
        let _ = writeln!(out, "{}{subject}", lang.pick("件名：", "Subject: "));
    }
    let senders = distinct(mails.iter().filter_map(|mail| mail.from.as_ref()).map(|from| {
        let address = indicators::inert::value(&from.address);
        clean(&if from.name.is_empty() { address } else { format!("{} <{address}>", from.name) })
    }));
    for sender in senders {
        let _ = writeln!(out, "{}{sender}", lang.pick("送信者：", "Sender: "));
    }
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for attachment in mails.iter().flat_map(|mail| &mail.attachments).filter(|a| tells_something(a)) {
        let name = clean(attachment.name.as_deref().unwrap_or("-"));
        files.entry(attachment.sha256.clone()).or_insert(match lang {
            Lang::Ja => format!("{name}（{}、{} バイト）", attachment.kind, attachment.size),
            Lang::En => format!("{name} ({}, {} bytes)", attachment.kind, attachment.size),
        });
    }
    for line in files.values().take(LINES) {
        let _ = writeln!(out, "{}{line}", lang.pick("添付ファイル：", "Attachment: "));
    }
    let tells: BTreeMap<&str, &Tell> =
        mails.iter().flat_map(|mail| &mail.tells).map(|tell| (tell.id.as_str(), tell)).collect();
    let texts = tells.values().filter_map(|tell| match &tell.text {
        // What an operator wrote may name a member; the catalogue does not.
        Some(own) => Some(clean(lang.pick(&own.ja, &own.en))),
        None => anatomy::tells::text(&tell.id).map(|text| text.of(lang).to_owned()),
    });
    for text in texts.take(LINES) {
        let _ = writeln!(out, "{}{text}", lang.pick("見分け方：", "Tell: "));
    }
    out.truncate(out.trim_end().len());
    out
}

fn measures(mails: &[MailFacts], lang: Lang) -> &'static str {
    let files = mails.iter().any(|mail| mail.attachments.iter().any(tells_something));
    match (files, lang) {
        (true, Lang::Ja) => {
            "利用者：添付ファイルを開かず、本文中のリンクをクリックせず、情報システム部門へ連絡してください。開いてしまった場合は、端末をネットワークから切り離し、電源は切らずに連絡してください。\n管理者：下記のインディケータでメール、プロキシ、DNS の記録を過去にさかのぼって検索し、該当する通信を遮断してください。"
        }
        (false, Lang::Ja) => {
            "利用者：本文中のリンクをクリックせず、返信せず、情報システム部門へ連絡してください。認証情報を入力してしまった場合は、直ちにパスワードを変更し、連絡してください。\n管理者：下記のインディケータでメール、プロキシ、DNS の記録を過去にさかのぼって検索し、該当する通信を遮断してください。"
        }
        (true, Lang::En) => {
            "Users: do not open the attachment or follow its links; tell your IT department. If you have opened it, take the machine off the network, leave it switched on, and report.\nAdministrators: search mail, proxy and DNS logs back in time for the indicators below, and block them."
        }
        (false, Lang::En) => {
            "Users: do not follow the links and do not reply; tell your IT department. If you have entered credentials, change the password at once and report.\nAdministrators: search mail, proxy and DNS logs back in time for the indicators below, and block them."
        }
    }
}

/// An attachment that readers can recognise the attack by: not a picture that the body shows.
fn tells_something(attachment: &Attachment) -> bool {
    !attachment.sha256.is_empty()
        && !matches!(attachment.kind.as_str(), "png" | "jpg" | "gif" | "bmp" | "webp" | "svg" | "txt" | "p7s")
}

/// The attack's own values: never the victims' side of the mail, nothing guarded, and nothing that the
/// identity check finds a member in.
fn indicators_of(mails: &[MailFacts], protected: &[Member], lang: Lang) -> Vec<Indicator> {
    let mut out: BTreeMap<(ObservableType, String), Indicator> = BTreeMap::new();
    for mail in mails {
        let pictures: BTreeSet<&str> =
            mail.attachments.iter().filter(|a| !tells_something(a)).map(|a| a.sha256.as_str()).collect();
        let shown = shown_only(mail);
        let last_hop = mail.received.len().checked_sub(1).map(|last| format!("header:received[{last}]"));
        for observable in mail.observables.iter().filter(|o| o.is_actionable()) {
            let part = observable
                .places
                .iter()
                .find_map(|place| part(place, observable.kind, last_hop.as_deref(), lang));
            let Some(part) = part else { continue };
            if observable.kind == ObservableType::File && pictures.contains(observable.value.as_str())
                || host(&observable.value).is_some_and(|host| shown.contains(host))
            {
                continue;
            }
            out.entry((observable.kind, observable.value.clone())).or_insert_with(|| Indicator {
                kind: observable.kind,
                value: observable.value.clone(),
                hashes: observable.hashes.clone().map(Into::into),
                note: part.to_owned(),
            });
        }
    }
    out.into_values()
        .filter(|indicator| {
            let field = Field { name: String::new(), text: indicator.value.as_str().into() };
            !gate::identity_check(&[field], protected).iter().any(|f| f.certainty == Certainty::Certain)
        })
        .take(INDICATORS)
        .collect()
}

/// Hosts that the mail's links show but do not lead to: the name that the attacker borrows, often a member's or
/// a bank's, and nothing that anybody should block.
fn shown_only(mail: &MailFacts) -> BTreeSet<&str> {
    let leads_to: BTreeSet<&str> = mail.html.links.iter().filter_map(|link| host(&link.url)).collect();
    mail.html
        .links
        .iter()
        .filter_map(|link| host(&link.text))
        .filter(|host| !leads_to.contains(host))
        .collect()
}

/// The host of a URL, or the value itself where it looks like a bare host name.
fn host(value: &str) -> Option<&str> {
    let value = value.trim();
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (host.contains('.') && !host.contains(char::is_whitespace)).then_some(host)
}

/// Which part of the attack a value at this place is; `None` for the victims' side and for accidents.
fn part(place: &str, kind: ObservableType, last_hop: Option<&str>, lang: Lang) -> Option<&'static str> {
    // A mail attached to the mail has a victims' side of its own.
    let mut inner = place;
    while let Some((_, rest)) = inner.split_once("]:").filter(|(step, _)| step.starts_with("attachment[")) {
        inner = rest;
    }
    if inner.len() < place.len() {
        return match inner {
            _ if inner.starts_with("header:") => part(inner, kind, None, lang),
            "html:remote" => None,
            // The decoy's text is often stolen from somebody; where it leads is told as a link besides.
            "text" if kind != ObservableType::Url => None,
            _ => Some(lang.pick("添付ファイル", "attachment")),
        };
    }
    let at = |prefix: &str| place == prefix || place.starts_with(&format!("{prefix}:"));
    match place {
        _ if ["header:from", "header:reply-to", "header:return-path", "header:sender"]
            .into_iter()
            .any(at) =>
        {
            Some(lang.pick("送信者", "sender"))
        }
        _ if last_hop.is_some_and(at) || at("header:x-originating-ip") => {
            Some(lang.pick("送信元", "origin of the mail"))
        }
        // Not `html:remote`: pictures and style sheets come from anywhere, mostly from innocent hosts.
        _ if ["html:link", "html:form", "html:refresh", "html:text", "text", "body"].into_iter().any(at) => {
            Some(lang.pick("本文", "in the body"))
        }
        _ if place.starts_with("attachment") => Some(lang.pick("添付ファイル", "attachment")),
        _ => None,
    }
}

/// `text` with everything that the identity check finds replaced by what kind of thing stood there.
pub fn deidentify(text: &str, protected: &[Member], lang: Lang) -> String {
    let field = Field { name: String::new(), text: text.into() };
    let mut found = gate::identity_check(&[field], protected);
    found.sort_by_key(|finding| (finding.range.0, std::cmp::Reverse(finding.range.1)));
    let mut out = String::new();
    let mut at = 0;
    for finding in found {
        let (start, end) = finding.range;
        if end <= at {
            continue;
        }
        if start >= at {
            out.push_str(text.get(at..start).unwrap_or(""));
            out.push_str(match finding.kind {
                gate::TermKind::Name => lang.pick("〔組織名〕", "[organisation]"),
                gate::TermKind::Domain => lang.pick("〔ドメイン〕", "[domain]"),
                gate::TermKind::Address => lang.pick("〔メールアドレス〕", "[address]"),
                gate::TermKind::Network => lang.pick("〔IPアドレス〕", "[IP address]"),
                gate::TermKind::Person => lang.pick("〔氏名〕", "[person]"),
            });
        }
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_victims_side_of_an_attached_mail_and_a_decoys_text_are_left_out() {
        let check = |place: &str, kind: ObservableType, taken: bool| {
            assert_eq!(part(place, kind, None, Lang::En).is_some(), taken, "{place} {kind}");
        };
        check("attachment[0]:header:from", ObservableType::EmailAddr, true);
        check("attachment[0]:header:to", ObservableType::EmailAddr, false);
        check("attachment[0]:attachment[1]:header:cc", ObservableType::EmailAddr, false);
        check("attachment[0]:text", ObservableType::EmailAddr, false);
        check("attachment[0]:text", ObservableType::Url, true);
        check("attachment[0]:html:remote", ObservableType::Url, false);
        check("attachment[0]:script[0]", ObservableType::DomainName, true);
        check("attachment[1]", ObservableType::File, true);
        check("header:to", ObservableType::EmailAddr, false);
    }
}
