//! Attribute: threat actors above campaigns, as hypotheses with a source and a confidence (S42, S61).
//!
//! What is written here stays inside: drafts, releases and exports are made without looking at it, so that nothing of
//! it leaves but what an analyst writes into an advisory, through the gate.

use std::collections::{BTreeMap, BTreeSet};

use indicators::shape;
use lexicon::ids::{CampaignId, HypothesisId, ThreatActorId};
use lexicon::threat_actor::{Basis, Confidence, Hypothesis, Withdrawn};
use lexicon::{ObservableType, ThreatActor};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::C2Record;

/// The longest name, in characters.
const NAME: usize = 80;
/// Names that others use, at most.
const ALIASES: usize = 20;
/// The longest running text, in characters.
const TEXT: usize = 4_000;
/// Values of one claim or one telling, at most.
const VALUES: usize = 200;

/// A threat actor as an analyst writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// The hub's name for it.
    pub name: String,
    /// Names that others use, one a line.
    pub aliases: String,
    /// What is known.
    pub note: String,
}

/// A claim as an analyst makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose work it is claimed to be.
    pub actor: ThreatActorId,
    /// Which campaign.
    pub campaign: CampaignId,
    /// What the claim rests on.
    pub basis: Basis,
    /// The values behind it, one a line; may be empty where the basis is not the C2 addresses.
    pub values: String,
    /// Where the knowledge is from.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// Further words.
    pub note: String,
}

/// Another campaign with the same C2 addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedC2 {
    /// The other campaign.
    pub campaign: CampaignId,
    /// The addresses in common, sorted.
    pub values: Vec<String>,
    /// Actors that somebody claims behind it, sorted.
    pub actors: Vec<ThreatActorId>,
}

impl Desk {
    /// Writes down a threat actor: a new one, or other words for a known one.
    ///
    /// # Errors
    /// Not an analyst; no such actor; no name, or one that another has.
    pub async fn put_threat_actor(
        &self,
        actor: &Actor,
        id: Option<ThreatActorId>,
        named: Named,
    ) -> DeskResult<ThreatActorId> {
        actor.analyst("threat actor")?;
        let known = match id {
            Some(id) => {
                Some(self.records.threat_actor(id).await?.ok_or(DeskError::NotFound("threat actor"))?)
            }
            None => None,
        };
        let name: String = named.name.trim().chars().take(NAME).collect();
        if name.is_empty() {
            return Err(DeskError::invalid("name", "名前を書いてください。", "write a name"));
        }
        let others = self.records.threat_actors().await?;
        if others.iter().any(|other| other.actor.name == name && Some(other.actor.id) != id) {
            return Err(DeskError::invalid(
                "name",
                "同じ名前の攻撃者がすでにあります。",
                "there is a threat actor of this name",
            ));
        }
        let written = ThreatActor {
            id: known
                .as_ref()
                .map_or_else(|| self.new_id(ThreatActorId::from_time_and_random), |known| known.id),
            name,
            aliases: lines(&named.aliases)
                .take(ALIASES)
                .map(|line| line.chars().take(NAME).collect())
                .collect(),
            note: named.note.trim().chars().take(TEXT).collect(),
            created: known.as_ref().map_or_else(|| self.now(), |known| known.created),
            account: known.as_ref().map_or(actor.account, |known| known.account),
        };
        let entry = self.entry(actor, "actor.put", written.id);
        self.records.put_threat_actor(&written, &entry).await?;
        Ok(written.id)
    }

    /// Claims that a campaign is the work of an actor.
    ///
    /// # Errors
    /// Not an analyst; no such actor or campaign; no source; the same C2 addresses claimed without one.
    pub async fn claim(&self, actor: &Actor, claim: Claim) -> DeskResult<HypothesisId> {
        actor.analyst("threat actor")?;
        self.records.threat_actor(claim.actor).await?.ok_or(DeskError::NotFound("threat actor"))?;
        let campaign = self.standing_campaign(claim.campaign).await?;
        let source: String = claim.source.trim().chars().take(TEXT).collect();
        if source.is_empty() {
            return Err(DeskError::invalid(
                "source",
                "出典を書いてください（解析、サンドボックスの報告、公開資料など）。",
                "write where the knowledge is from: an analysis, a sandbox report, a publication",
            ));
        }
        let values: Vec<String> = match claim.basis {
            Basis::C2 => {
                let found = addresses(&claim.values)?;
                if found.is_empty() {
                    return Err(DeskError::invalid(
                        "values",
                        "一致した不正接続先を 1 行に 1 つ書いてください。",
                        "write the C2 addresses in common, one a line",
                    ));
                }
                found.into_iter().collect()
            }
            _ => lines(&claim.values)
                .take(VALUES)
                .map(|line| line.chars().take(TEXT).collect::<String>())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        };
        let id = self.new_id(HypothesisId::from_time_and_random);
        let written = Hypothesis {
            id,
            actor: claim.actor,
            campaign,
            basis: claim.basis,
            values,
            source,
            confidence: claim.confidence,
            note: claim.note.trim().chars().take(TEXT).collect(),
            account: actor.account,
            at: self.now(),
            withdrawn: None,
        };
        let entry = self.entry(actor, "actor.claim", format!("{} {campaign}", claim.actor));
        self.records.put_hypothesis(&written, &entry).await?;
        Ok(id)
    }

    /// Takes a claim back; it stays on record with the reason.
    ///
    /// # Errors
    /// Not an analyst; no such claim on this actor, or taken back already; no reason.
    pub async fn withdraw_claim(
        &self,
        actor: &Actor,
        threat_actor: ThreatActorId,
        claim: HypothesisId,
        reason: &str,
    ) -> DeskResult<()> {
        actor.analyst("threat actor")?;
        let claims = self.records.hypotheses_of(threat_actor).await?;
        if !claims.iter().any(|known| known.id == claim) {
            return Err(DeskError::NotFound("hypothesis"));
        }
        let reason: String = reason.trim().chars().take(TEXT).collect();
        if reason.is_empty() {
            return Err(DeskError::invalid(
                "reason",
                "取り下げる理由を書いてください。",
                "write why it is taken back",
            ));
        }
        let withdrawn = Withdrawn { at: self.now(), account: actor.account, reason };
        let entry = self.entry(actor, "actor.withdraw", format!("{threat_actor} {claim}"));
        Ok(self.records.withdraw_hypothesis(claim, &withdrawn, &entry).await?)
    }

    /// Writes down C2 addresses of a campaign, told by an analyst or a sandbox report; returns how many are new.
    ///
    /// # Errors
    /// Not an analyst; no such campaign; no source; a line that is no address.
    pub async fn tell_c2(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        values: &str,
        source: &str,
    ) -> DeskResult<u64> {
        actor.analyst("campaign")?;
        let campaign = self.standing_campaign(campaign).await?;
        let source: String = source.trim().chars().take(TEXT).collect();
        let values = addresses(values)?;
        if values.is_empty() {
            return Err(DeskError::invalid(
                "c2",
                "不正接続先を 1 行に 1 つ書いてください。",
                "write the C2 addresses, one a line",
            ));
        }
        if source.is_empty() {
            return Err(DeskError::invalid(
                "c2_source",
                "出典を書いてください（解析、サンドボックスの報告など）。",
                "write where the knowledge is from: an analysis, a sandbox report",
            ));
        }
        let at = self.now();
        let records: Vec<C2Record> = values
            .into_iter()
            .map(|value| C2Record { campaign, value, source: source.clone(), account: actor.account, at })
            .collect();
        Ok(self.records.put_c2(&records, &self.entry(actor, "campaign.c2", campaign)).await?)
    }

    /// Other campaigns with C2 addresses of this one: by S61 the work of the same actor, as a hypothesis. Those with
    /// most in common first.
    ///
    /// # Errors
    /// It is not there for this actor.
    pub async fn shared_c2(&self, actor: &Actor, campaign: CampaignId) -> DeskResult<Vec<SharedC2>> {
        actor.analyst("campaign")?;
        let own: Vec<String> = self.records.c2_of(campaign).await?.into_iter().map(|c2| c2.value).collect();
        let mut shared: BTreeMap<CampaignId, Vec<String>> = BTreeMap::new();
        for (value, other) in self.records.c2_sharers(&own).await? {
            if other != campaign {
                shared.entry(other).or_default().push(value);
            }
        }
        let mut out = Vec::new();
        for (other, values) in shared {
            let claims = self.records.hypotheses_on(other).await?;
            let actors: BTreeSet<ThreatActorId> = claims
                .into_iter()
                .filter(|claim| claim.withdrawn.is_none())
                .map(|claim| claim.actor)
                .collect();
            out.push(SharedC2 { campaign: other, values, actors: actors.into_iter().collect() });
        }
        out.sort_by(|a, b| b.values.len().cmp(&a.values.len()).then(a.campaign.cmp(&b.campaign)));
        Ok(out)
    }

    /// The campaign itself, or the one that it was merged into.
    async fn standing_campaign(&self, id: CampaignId) -> DeskResult<CampaignId> {
        let head = self.records.campaign_head(id).await?.ok_or(DeskError::NotFound("campaign"))?;
        Ok(head.merged_into.unwrap_or(head.id))
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The addresses of a text, one a line, in their normal form; each once.
fn addresses(text: &str) -> DeskResult<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for line in lines(text) {
        match shape::classify(line) {
            Some((
                ObservableType::Ipv4Addr
                | ObservableType::Ipv6Addr
                | ObservableType::DomainName
                | ObservableType::Url,
                value,
            )) => found.insert(value),
            _ => {
                return Err(DeskError::invalid(
                    "c2",
                    "IP アドレス、ホスト名、URL として読めない行があります。",
                    "a line is no IP address, host name or URL",
                ));
            }
        };
        if found.len() >= VALUES {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c2_addresses_are_kept_in_their_normal_form_each_once() {
        let found = addresses("203.0.113.9\n C2[.]Example \n\nc2.example\nhxxp://c2[.]example/a\n").unwrap();
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["203.0.113.9", "c2.example", "http://c2.example/a"]
        );
        assert!(addresses("what is this").is_err());
        assert!(addresses("").unwrap().is_empty());
    }
}
