//! The API's own words: what goes over the wire, and the one conversion from each desk type.

use desk::records::{
    AdvisoryRecord, ApprovalRecord, CampaignEvent, CampaignHead, CampaignMails, CampaignSummary, PinRecord,
    QueueDepth, Receipt, SubmissionRecord, ToldRecord,
};
use desk::sight::SightingCount;
use gate::Released;
use lexicon::{Advisory, MailFacts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// Its rows, newest first.
    pub(crate) items: Vec<T>,
    /// Pass as `after` for the next page; null on the last.
    pub(crate) next: Option<String>,
}

/// Which page of a list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    pub(crate) after: Option<String>,
    /// 1 to 200; 50 if not given.
    pub(crate) limit: Option<u32>,
}

impl PageQuery {
    pub(crate) fn request(&self) -> Result<desk::records::PageRequest, axum::response::Response> {
        let after = self.after.as_deref().map(str::parse).transpose().map_err(|_| {
            super::error(
                axum::http::StatusCode::UNPROCESSABLE_ENTITY,
                lexicon::Text::new(
                    "after には前のページの next の値を渡してください。",
                    "after takes the value of next of the page before.",
                ),
            )
        })?;
        Ok(desk::records::PageRequest { after, limit: self.limit.unwrap_or(50) })
    }
}

/// A receipt.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceiptJson {
    /// The submission's id.
    id: String,
    /// True if the same bytes were given before: then this is the earlier submission.
    already: bool,
    /// When it was first received.
    received: String,
}

impl From<Receipt> for ReceiptJson {
    fn from(receipt: Receipt) -> Self {
        Self { id: receipt.id.to_string(), already: receipt.already, received: receipt.received.to_string() }
    }
}

/// The answer to a submission.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipts {
    /// One a mail; an mbox gives several.
    pub(crate) submissions: Vec<ReceiptJson>,
}

/// A submission.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubmissionJson {
    id: String,
    state: &'static str,
    received: String,
    name: String,
    size: u64,
    sha256: String,
    subject: Option<String>,
    sender: Option<String>,
    tells: u32,
    verdict: Option<&'static str>,
    /// For analysts only.
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<String>,
    /// The mail facts, as `noroshi dissect --jsonl` gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    facts: Option<MailFacts>,
}

impl SubmissionJson {
    /// A submission as an analyst (`inside`) or its own provider sees it.
    pub(crate) fn of(record: SubmissionRecord, inside: bool, facts: Option<MailFacts>) -> Self {
        Self {
            id: record.id.to_string(),
            state: record.state.word(),
            received: record.received.to_string(),
            name: record.name,
            size: record.size,
            sha256: record.sha256,
            subject: record.subject,
            sender: record.sender,
            tells: record.tells,
            verdict: record.verdict.map(|verdict| verdict.word()),
            campaign: record.campaign.filter(|_| inside).map(|id| id.to_string()),
            facts,
        }
    }
}

/// A pin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinBody {
    /// The other submission.
    pub(crate) other: String,
    /// True for the same attack; false where the other one is not of this one's attack.
    pub(crate) same: bool,
    /// Why.
    pub(crate) note: String,
}

/// A pin as kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct PinJson {
    id: String,
    a: String,
    b: String,
    same: bool,
    note: String,
    at: String,
    /// When it was taken back.
    withdrawn: Option<String>,
}

impl From<PinRecord> for PinJson {
    fn from(pin: PinRecord) -> Self {
        Self {
            id: pin.id.to_string(),
            a: pin.a.to_string(),
            b: pin.b.to_string(),
            same: pin.same,
            note: pin.note,
            at: pin.at.to_string(),
            withdrawn: pin.withdrawn.map(|at| at.to_string()),
        }
    }
}

/// Command-and-control addresses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TellBody {
    /// Domain names, IP addresses or URLs, defanged or not.
    pub(crate) values: Vec<String>,
    /// Where they are from: a sandbox report, an analysis.
    #[serde(default)]
    pub(crate) source: String,
}

/// A told address.
#[derive(Serialize, ToSchema)]
pub(crate) struct ToldJson {
    value: String,
    source: String,
    at: String,
}

impl From<ToldRecord> for ToldJson {
    fn from(told: ToldRecord) -> Self {
        Self { value: told.value, source: told.source, at: told.at.to_string() }
    }
}

/// Something that happened to a campaign.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventJson {
    at: String,
    /// `opened`, `merged`, `merged-into`, `came`, `left`, `withdrawn` or `ended`.
    event: String,
    /// The other campaign.
    other: Option<String>,
    /// How many mails it concerns; of `withdrawn`, how many different texts carry the value.
    mails: u64,
    /// The value that turned common.
    detail: String,
}

impl From<CampaignEvent> for EventJson {
    fn from(event: CampaignEvent) -> Self {
        Self {
            at: event.at.to_string(),
            event: event.event,
            other: event.other.map(|id| id.to_string()),
            mails: event.mails,
            detail: event.detail,
        }
    }
}

/// A verdict.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerdictBody {
    /// `targeted`, `recon`, `mass`, `bec`, `phishing`, `other` or `undetermined`, by J-CSIP's definition.
    pub(crate) verdict: String,
    /// By J-CRAT's definition; follows from `verdict` if not given.
    #[serde(default)]
    pub(crate) jcrat: Option<String>,
    /// By the National Police Agency's definition; follows from `verdict` if not given.
    #[serde(default)]
    pub(crate) npa: Option<String>,
    /// Watch it on.
    #[serde(default)]
    pub(crate) monitoring: bool,
    /// Why.
    pub(crate) reason: String,
}

/// The queue.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueJson {
    received: u64,
    dissecting: u64,
    dissected: u64,
    judged: u64,
    oldest_waiting: Option<String>,
}

impl From<QueueDepth> for QueueJson {
    fn from(depth: QueueDepth) -> Self {
        Self {
            received: depth.received,
            dissecting: depth.dissecting,
            dissected: depth.dissected,
            judged: depth.judged,
            oldest_waiting: depth.oldest_waiting.map(|at| at.to_string()),
        }
    }
}

/// A campaign in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignSummaryJson {
    id: String,
    opened: String,
    submissions: u64,
    members: u64,
    first: String,
    last: String,
    subject: Option<String>,
}

impl From<CampaignSummary> for CampaignSummaryJson {
    fn from(campaign: CampaignSummary) -> Self {
        Self {
            id: campaign.id.to_string(),
            opened: campaign.opened.to_string(),
            submissions: campaign.submissions,
            members: campaign.members,
            first: campaign.first.to_string(),
            last: campaign.last.to_string(),
            subject: campaign.subject,
        }
    }
}

/// A campaign.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignJson {
    id: String,
    opened: String,
    /// Set where it was merged into another.
    merged_into: Option<String>,
    /// A page of its submissions, oldest first: up to 200 if no other limit is given.
    submissions: Vec<String>,
    /// How many submissions it has.
    total: u64,
    /// Set where there are more submissions: `after` of the next page.
    next: Option<String>,
    /// Links that show why they belong together; of a large campaign those among its 200 oldest submissions.
    links: Vec<LinkJson>,
}

/// A link.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkJson {
    a: String,
    b: String,
    reasons: Vec<ReasonJson>,
}

/// A reason for a link.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReasonJson {
    kind: &'static str,
    weight: f64,
    value: String,
    /// How many different texts are known to carry the value: 2 is the rarest that can tie.
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<u64>,
}

impl CampaignJson {
    /// A campaign with a page of its mails.
    pub(crate) fn of(
        head: CampaignHead,
        mails: &CampaignMails,
        links: Vec<lexicon::Link<lexicon::ids::SubmissionId>>,
    ) -> Self {
        let reason = |reason: lexicon::Reason| ReasonJson {
            kind: reason.kind.word(),
            weight: reason.weight,
            value: reason.value,
            texts: reason.texts,
        };
        let link = |link: lexicon::Link<lexicon::ids::SubmissionId>| LinkJson {
            a: link.a.to_string(),
            b: link.b.to_string(),
            reasons: link.reasons.into_iter().map(reason).collect(),
        };
        Self {
            id: head.id.to_string(),
            opened: head.opened.to_string(),
            merged_into: head.merged_into.map(|id| id.to_string()),
            submissions: mails.items.iter().map(|mail| mail.id.to_string()).collect(),
            total: head.submissions,
            next: mails.next.map(|cursor| cursor.to_string()),
            links: links.into_iter().map(link).collect(),
        }
    }
}

/// An indicator.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorJson {
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    note: String,
}

impl IndicatorJson {
    pub(crate) fn of(indicator: &lexicon::Indicator) -> Self {
        let hashes = indicator.hashes.clone().unwrap_or_default();
        Self {
            kind: indicator.kind.word(),
            value: indicator.value.clone(),
            md5: hashes.md5,
            sha1: hashes.sha1,
            sha256: hashes.sha256,
            note: indicator.note.clone(),
        }
    }
}

/// The texts of an advisory.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdvisoryJson {
    id: String,
    number: String,
    version: u32,
    lang: &'static str,
    title: String,
    summary: String,
    features: String,
    measures: String,
    request: String,
    organisations: u32,
    first_seen: Option<String>,
    last_seen: Option<String>,
    tlp: &'static str,
    indicators: Vec<IndicatorJson>,
}

impl AdvisoryJson {
    fn of(advisory: &Advisory) -> Self {
        Self {
            id: advisory.id.to_string(),
            number: advisory.number.clone(),
            version: advisory.version,
            lang: advisory.lang.tag(),
            title: advisory.title.clone(),
            summary: advisory.summary.clone(),
            features: advisory.features.clone(),
            measures: advisory.measures.clone(),
            request: advisory.request.clone(),
            organisations: advisory.organisations,
            first_seen: advisory.first_seen.map(|at| at.to_string()),
            last_seen: advisory.last_seen.map(|at| at.to_string()),
            tlp: advisory.tlp.label(),
            indicators: advisory.indicators.iter().map(IndicatorJson::of).collect(),
        }
    }
}

/// A released advisory.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReleasedJson {
    #[serde(flatten)]
    advisory: AdvisoryJson,
    /// When it was released.
    released: String,
    /// When it was taken back: its indicators no longer hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<String>,
    /// What came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    sightings: Option<SightingCountJson>,
}

impl ReleasedJson {
    /// The only way for an advisory's texts to reach a recipient through the API.
    pub(crate) fn of(released: &Released<Advisory>, sightings: Option<SightingCount>) -> Self {
        Self {
            advisory: AdvisoryJson::of(released.item()),
            released: released.at().to_string(),
            withdrawn: None,
            sightings: sightings.map(Into::into),
        }
    }

    /// The same, taken back at this time.
    pub(crate) fn withdrawn(self, at: Option<jiff::Timestamp>) -> Self {
        Self { withdrawn: at.map(|at| at.to_string()), ..self }
    }
}

/// What came back on an advisory: the latest answer of each organisation counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct SightingCountJson {
    /// Organisations that saw it.
    seen: u32,
    /// Organisations that did not.
    not_seen: u32,
    /// Mails or communications seen.
    total: u64,
    /// The earliest first date.
    first_date: Option<String>,
}

impl From<SightingCount> for SightingCountJson {
    fn from(count: SightingCount) -> Self {
        Self {
            seen: count.seen,
            not_seen: count.not_seen,
            total: count.total,
            first_date: count.first_date.map(|date| date.to_string()),
        }
    }
}

/// Why a released advisory is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawBody {
    /// For the audit trail; no reader of the advisory sees it.
    pub(crate) reason: String,
}

/// An answer to an advisory.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SightingBody {
    /// "We saw it too" (true) or "we did not" (false).
    pub(crate) seen: bool,
    /// How many mails or communications; needed where seen.
    #[serde(default)]
    pub(crate) count: u32,
    /// The date of the first, `YYYY-MM-DD`.
    #[serde(default)]
    pub(crate) first_date: Option<String>,
    /// The date of the last.
    #[serde(default)]
    pub(crate) last_date: Option<String>,
    /// A word to the analysts.
    #[serde(default)]
    pub(crate) note: String,
}

/// An advisory in the making, for analysts.
#[derive(Serialize, ToSchema)]
pub(crate) struct DraftJson {
    #[serde(flatten)]
    advisory: AdvisoryJson,
    state: &'static str,
    campaign: Option<String>,
    audience: AudienceJson,
    revision: u32,
    /// What the identity check finds.
    findings: Vec<FindingJson>,
    /// What the providers said, in the order of the campaign's members.
    approvals: Vec<ApprovalJson>,
}

impl DraftJson {
    pub(crate) fn of(
        record: &AdvisoryRecord,
        findings: &[gate::Finding],
        approvals: &[ApprovalRecord],
    ) -> Self {
        Self {
            advisory: AdvisoryJson::of(&record.advisory),
            state: record.state.word(),
            campaign: record.campaign.map(|id| id.to_string()),
            audience: (&record.audience).into(),
            revision: record.revision,
            findings: findings.iter().map(Into::into).collect(),
            approvals: approvals.iter().map(|approval| ApprovalJson::of(approval, None)).collect(),
        }
    }
}

/// Who is to receive an advisory.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AudienceJson {
    /// Ids of SIGs.
    #[serde(default)]
    pub(crate) sigs: Vec<String>,
    /// Every member organisation.
    #[serde(default)]
    pub(crate) all_members: bool,
    /// Security vendors.
    #[serde(default)]
    pub(crate) vendors: bool,
}

impl From<&lexicon::Audience> for AudienceJson {
    fn from(audience: &lexicon::Audience) -> Self {
        Self {
            sigs: audience.sigs.iter().map(ToString::to_string).collect(),
            all_members: audience.all_members,
            vendors: audience.vendors,
        }
    }
}

/// A place that would give a member away.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingJson {
    field: String,
    start: usize,
    end: usize,
    excerpt: String,
    kind: &'static str,
    via: Vec<&'static str>,
    /// True if it must be mended; false if it may be acknowledged with a reason.
    certain: bool,
}

impl From<&gate::Finding> for FindingJson {
    fn from(finding: &gate::Finding) -> Self {
        Self {
            field: finding.field.clone(),
            start: finding.range.0,
            end: finding.range.1,
            excerpt: finding.excerpt.clone(),
            kind: finding.kind.word(),
            via: finding.via.clone(),
            certain: finding.certainty == gate::Certainty::Certain,
        }
    }
}

/// A change to a draft; every field replaces the present one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditBody {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) features: String,
    pub(crate) measures: String,
    pub(crate) request: String,
    /// Values of the indicators that stay.
    pub(crate) indicators: Vec<String>,
    /// A TLP 2.0 label.
    pub(crate) tlp: String,
    pub(crate) audience: AudienceJson,
    /// The revision that was read.
    pub(crate) revision: u32,
}

/// The language of a draft.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftBody {
    /// `ja` (the default) or `en`.
    #[serde(default)]
    pub(crate) lang: Option<String>,
}

/// Doubtful findings that an analyst has looked at.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcknowledgeBody {
    /// Each with its reason.
    #[serde(default)]
    pub(crate) acknowledged: Vec<AcknowledgedJson>,
}

/// One doubtful finding and why it gives nobody away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcknowledgedJson {
    pub(crate) field: String,
    pub(crate) excerpt: String,
    pub(crate) reason: String,
}

impl AcknowledgeBody {
    pub(crate) fn list(self) -> Vec<gate::Acknowledged> {
        self.acknowledged
            .into_iter()
            .map(|a| gate::Acknowledged { field: a.field, excerpt: a.excerpt, reason: a.reason })
            .collect()
    }
}

/// A request for approval, as its provider sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApprovalJson {
    /// The advisory's id.
    id: String,
    state: &'static str,
    /// Send it back with the answer: it stands for exactly this text.
    digest: String,
    note: String,
    at: String,
    /// The text that would go out; absent while it is being revised.
    #[serde(skip_serializing_if = "Option::is_none")]
    advisory: Option<AdvisoryJson>,
    /// To whom it would go.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<AudienceJson>,
}

impl ApprovalJson {
    pub(crate) fn of(approval: &ApprovalRecord, shown: Option<&(Advisory, lexicon::Audience)>) -> Self {
        Self {
            id: approval.advisory.to_string(),
            state: approval.state.word(),
            digest: desk::receive::hex(&approval.digest),
            note: approval.note.clone(),
            at: approval.at.to_string(),
            advisory: shown.map(|(advisory, _)| AdvisoryJson::of(advisory)),
            audience: shown.map(|(_, audience)| audience.into()),
        }
    }
}

/// A provider's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalBody {
    /// True: this text may go out.
    pub(crate) approve: bool,
    /// The digest that was shown.
    pub(crate) digest: String,
    /// Why not, or anything else; needed where declined.
    #[serde(default)]
    pub(crate) note: String,
}
