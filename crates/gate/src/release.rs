//! The gate, and the type that proves having passed it.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use lexicon::ids::MemberId;
use lexicon::{Audience, Member};
use sha2::Sha256;

use crate::approval::{Acknowledged, Approval, approval_digest};
use crate::check::{Certainty, Finding, identity_check};
use crate::releasable::Releasable;

/// An item that has passed the gate. There is no other way to have one than [`Gate::release`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released<T> {
    item: T,
    audience: Audience,
    at: Timestamp,
    stamp: [u8; 32],
}

impl<T> Released<T> {
    /// The item.
    pub fn item(&self) -> &T {
        &self.item
    }

    /// Who may receive it.
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// When it was released.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The gate's mark: kept beside the item, it lets the gate know its own work again.
    pub fn stamp(&self) -> [u8; 32] {
        self.stamp
    }
}

/// The secret with which a gate marks what it let out; 32 random bytes, kept in the hub's data folder.
#[derive(Clone)]
pub struct GateKey([u8; 32]);

impl GateKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// Where an item comes from, which says whose approval it needs.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// From these members' submissions: each must approve. An empty list is refused.
    Members(&'a [MemberId]),
    /// The hub found it itself (the ※2 of S16): nobody to ask.
    HubObtained,
    /// The holder's own list, on the holder's own machine: nobody to ask.
    OwnList,
}

/// What is laid before the gate for a first release.
#[derive(Debug, Clone)]
pub struct FreshPapers<'a> {
    /// Who is to receive it.
    pub audience: Audience,
    /// Whose it is.
    pub origin: Origin<'a>,
    /// The approvals given.
    pub approvals: &'a [Approval],
    /// Every member whose identity must not show: the whole roster, not the providers alone, because a
    /// campaign's mails may name a victim who reported nothing.
    pub protected: &'a [Member],
    /// Doubtful findings that an analyst has looked at.
    pub acknowledged: &'a [Acknowledged],
    /// The time of release.
    pub at: Timestamp,
}

/// What is laid before the gate.
#[derive(Debug, Clone)]
pub enum Papers<'a> {
    /// A first release.
    Fresh(FreshPapers<'a>),
    /// An earlier release, brought back from the records: the stamp must be the gate's own, over exactly
    /// this item, audience and time.
    Stamped {
        /// To whom it was released.
        audience: Audience,
        /// When.
        at: Timestamp,
        /// The stamp.
        stamp: [u8; 32],
    },
}

/// Why the gate stays shut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody would receive it.
    #[error("no audience is chosen; choose at least one SIG, all members, or vendors")]
    NoAudience,
    /// It comes from members, but none is named.
    #[error("no provider is named for material that members gave")]
    NoProvider,
    /// Some providers have not approved exactly this text.
    #[error("{} of the providers have not approved exactly this text", .0.len())]
    NotApproved(Vec<MemberId>),
    /// It would give members away.
    #[error("the text would give a member away in {} places ({})", .0.len(), places(.0))]
    Identity(Vec<Finding>),
    /// The stamp is not the gate's, or something was changed after the release.
    #[error("the stamp does not fit: the released text was changed after its release, or is not ours")]
    Stamp,
}

/// Where findings stand and how they were read, without a word of what they say.
fn places(findings: &[Finding]) -> String {
    let place = |finding: &Finding| {
        let read = finding.via.iter().map(|via| format!(", {via}")).collect::<String>();
        format!("{}: {}{read}", finding.field, finding.kind.word())
    };
    let told: Vec<String> = findings.iter().take(PLACES_TOLD).map(place).collect();
    told.join("; ")
}

/// Places that an error names.
const PLACES_TOLD: usize = 5;

/// The gate.
#[derive(Clone)]
pub struct Gate {
    key: GateKey,
}

impl Gate {
    /// A gate that marks with `key`.
    pub fn new(key: GateKey) -> Self {
        Self { key }
    }

    /// Lets `item` out, or says why not. The only function that makes a [`Released`].
    ///
    /// # Errors
    /// In this order: no audience, no provider, an approval missing, a name that shows ([`Refusal`]).
    pub fn release<T: Releasable>(&self, item: T, papers: Papers<'_>) -> Result<Released<T>, Refusal> {
        let (audience, at) = match papers {
            Papers::Fresh(fresh) => {
                examine(&item, &fresh)?;
                (fresh.audience, fresh.at)
            }
            Papers::Stamped { audience, at, stamp } => {
                self.mac(&item, &audience, at).verify(&stamp.into()).map_err(|_| Refusal::Stamp)?;
                (audience, at)
            }
        };
        let stamp = self.mac(&item, &audience, at).finalize().into_bytes().into();
        Ok(Released { item, audience, at, stamp })
    }

    fn mac<T: Releasable>(&self, item: &T, audience: &Audience, at: Timestamp) -> Hmac<Sha256> {
        // RFC 2104: a key shorter than the block is padded with zeros to its 64 bytes.
        let mut block = [0u8; 64];
        block[..32].copy_from_slice(&self.key.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(&approval_digest(item, audience));
        mac.update(&at.as_microsecond().to_be_bytes());
        mac
    }
}

fn examine<T: Releasable>(item: &T, papers: &FreshPapers<'_>) -> Result<(), Refusal> {
    if papers.audience.is_empty() && !matches!(papers.origin, Origin::OwnList) {
        return Err(Refusal::NoAudience);
    }
    if let Origin::Members(providers) = papers.origin {
        if providers.is_empty() {
            return Err(Refusal::NoProvider);
        }
        let digest = approval_digest(item, &papers.audience);
        let missing: Vec<MemberId> = providers
            .iter()
            .filter(|provider| {
                !papers.approvals.iter().any(|a| a.provider == **provider && a.digest == digest)
            })
            .copied()
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::NotApproved(missing));
        }
    }
    let open: Vec<Finding> = identity_check(&item.fields(), papers.protected)
        .into_iter()
        .filter(|finding| {
            finding.certainty == Certainty::Certain || !is_acknowledged(finding, papers.acknowledged)
        })
        .collect();
    if open.is_empty() { Ok(()) } else { Err(Refusal::Identity(open)) }
}

fn is_acknowledged(finding: &Finding, acknowledged: &[Acknowledged]) -> bool {
    acknowledged
        .iter()
        .any(|a| a.field == finding.field && a.excerpt == finding.excerpt && !a.reason.trim().is_empty())
}
