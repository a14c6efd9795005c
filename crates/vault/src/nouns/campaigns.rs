//! How campaigns open, grow and merge.
//!
//! The change that the desk asks for was decided before this transaction began, and another submission may
//! have moved the same campaigns since. So names are taken for what they have become: a campaign that was
//! merged away stands for the one it went into, and a submission that has found a campaign brings it along.
//! No tie is lost, and after every completion a pointer leads to a campaign that stands.

use std::collections::BTreeMap;

use desk::records::{CampaignChange, RecordResult};
use jiff::Timestamp;
use lexicon::ids::{CampaignId, SubmissionId};

use crate::sql::{Session, args};

/// Makes the change that completing `new` brings; `opened` is the time of a campaign that opens.
pub(super) async fn change(
    session: &mut Session,
    new: SubmissionId,
    change: &CampaignChange,
    opened: Timestamp,
) -> RecordResult<()> {
    let (fresh, named, joining) = match change {
        CampaignChange::None => return Ok(()),
        CampaignChange::Open(id, submissions) => (Some(*id), Vec::new(), submissions.as_slice()),
        CampaignChange::Join(id) => (None, vec![*id], std::slice::from_ref(&new)),
        CampaignChange::Merge { into, from, also } => {
            (None, [*into].into_iter().chain(from.iter().copied()).collect(), also.as_slice())
        }
    };
    // The campaigns concerned, by age; the first one named stays whatever its age.
    let mut concerned = BTreeMap::new();
    let mut stays = None;
    for id in named {
        let (at, id) = standing(session, id).await?;
        stays = stays.or(Some(id));
        concerned.insert(id, at);
    }
    for id in joining {
        let sql = "SELECT c.id AS id, c.opened AS opened FROM submission s JOIN campaign c \
                   ON c.id = s.campaign WHERE s.id = $1";
        if let Some(row) = session.row(sql, args![*id]).await? {
            concerned.insert(row.id("id")?, row.time("opened")?);
        }
    }
    let oldest = concerned.iter().min_by_key(|(id, at)| (**at, **id)).map(|(id, _)| *id);
    let into = match (stays.or(oldest), fresh) {
        (Some(id), _) => id,
        (None, Some(id)) => {
            session.run("INSERT INTO campaign (id, opened) VALUES ($1, $2)", args![id, opened]).await?;
            id
        }
        (None, None) => return Ok(()),
    };
    for from in concerned.into_keys().filter(|id| *id != into) {
        session.run("UPDATE submission SET campaign = $1 WHERE campaign = $2", args![into, from]).await?;
        let sql = "UPDATE campaign SET merged_into = $1 WHERE id = $2 OR merged_into = $2";
        session.run(sql, args![into, from]).await?;
    }
    for id in joining {
        session.run("UPDATE submission SET campaign = $1 WHERE id = $2", args![into, *id]).await?;
    }
    Ok(())
}

/// The campaign itself, or the one that it was merged into, with the time when it opened.
async fn standing(session: &mut Session, id: CampaignId) -> RecordResult<(Timestamp, CampaignId)> {
    let sql = "SELECT t.id AS id, t.opened AS opened FROM campaign c JOIN campaign t \
               ON t.id = COALESCE(c.merged_into, c.id) WHERE c.id = $1";
    match session.row(sql, args![id]).await? {
        Some(row) => Ok((row.time("opened")?, row.id("id")?)),
        None => Err(desk::records::RecordError::Conflict { noun: "campaign" }),
    }
}
