//! Working on mails in parallel, with results in order and memory within bounds.

use rayon::prelude::*;

use super::{BATCH_BYTES, BATCH_MAILS, Intake, Mail, Why};
use crate::outcome::Failure;

/// Stack of a worker.
const STACK: usize = 8 << 20;

/// Lets `work` have the path and bytes of every mail, in parallel, and `take` what came of it, one by one and
/// in the order of the intake. What cannot be read is noted.
pub(crate) fn each<R: Send>(
    intake: &mut Intake,
    jobs: usize,
    work: impl Fn(&str, Vec<u8>) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK).build().map_err(|error| {
            Failure::Usage(format!("--jobs {jobs}: workers could not be started: {error}"))
        })?;
    let mut ahead = None;
    loop {
        let batch = next_batch(intake, &mut ahead);
        if batch.is_empty() {
            return Ok(());
        }
        let results: Vec<Result<R, (String, Why)>> =
            pool.install(|| batch.into_par_iter().with_max_len(1).map(|mail| one(mail, &work)).collect());
        for result in results {
            match result {
                Ok(result) => take(result)?,
                Err(unread) => intake.notes.unread.push(unread),
            }
        }
    }
}

fn one<R>(mail: Mail, work: &(impl Fn(&str, Vec<u8>) -> R + Sync)) -> Result<R, (String, Why)> {
    let path = mail.path.clone();
    let bytes = match mail.bytes() {
        Ok(bytes) => bytes,
        Err(why) => return Err((path, why)),
    };
    // Reading a mail never panics; should it ever, one mail is lost and named, not the whole run.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&path, bytes)))
        .map_err(|_| (path, Why::Ours))
}

/// As many mails as may be worked on at once; a large one alone.
fn next_batch(intake: &mut Intake, ahead: &mut Option<Mail>) -> Vec<Mail> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH_MAILS {
        let Some(mail) = ahead.take().or_else(|| intake.next()) else { break };
        if !batch.is_empty() && bytes + mail.size > BATCH_BYTES {
            *ahead = Some(mail);
            break;
        }
        bytes += mail.size;
        batch.push(mail);
    }
    batch
}
