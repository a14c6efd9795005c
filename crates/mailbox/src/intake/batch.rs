//! Working on mails in parallel, with results in order and memory within bounds.

use rayon::prelude::*;

use super::spare::Spare;
use super::{BATCH_BYTES, BATCH_MAILS, Content, Input, Intake, Mail, Place, Why};

/// No workers could be started.
#[derive(Debug)]
pub struct NoWorkers {
    /// How many were asked for.
    pub jobs: usize,
    /// What the system says.
    pub why: String,
}

/// Stack of a worker.
const STACK: usize = 8 << 20;

/// Lets `work` have the path and bytes of every mail, in parallel, and `take` what came of it, one by one and
/// in the order of the intake. What cannot be read is noted.
///
/// # Errors
/// [`NoWorkers`], or what `take` returns.
pub fn each<R: Send, E: From<NoWorkers>>(
    intake: &mut Intake,
    jobs: usize,
    work: impl Fn(&str, Input<'_>) -> R + Sync,
    take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    each_at(intake, jobs, |place, input| work(&place.path, input), take)
}

/// Like [`each`], for work that asks where the mail lies.
///
/// # Errors
/// [`NoWorkers`], or what `take` returns.
pub fn each_at<R: Send, E: From<NoWorkers>>(
    intake: &mut Intake,
    jobs: usize,
    work: impl Fn(&Place, Input<'_>) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(STACK)
        .build()
        .map_err(|error| NoWorkers { jobs, why: error.to_string() })?;
    let mut ahead = None;
    let mut large = Vec::new();
    loop {
        let mut batch = next_batch(intake, &mut ahead);
        let results: Vec<Result<R, (String, Why)>> = match batch.pop() {
            None => return Ok(()),
            Some(mail) if batch.is_empty() && mail.size > BATCH_BYTES && !mail.is_read() => {
                let place = mail.place.clone();
                let read = mail.bytes_in(&mut large);
                vec![
                    read.map_err(|why| (place.path.clone(), why))
                        .and_then(|()| pool.install(|| work_on(place, Input::Raw(&large), &work))),
                ]
            }
            Some(last) => {
                large = Vec::new();
                batch.push(last);
                let spare = &intake.spare;
                pool.install(|| {
                    batch.into_par_iter().with_max_len(1).map(|mail| one(mail, spare, &work)).collect()
                })
            }
        };
        for result in results {
            match result {
                Ok(result) => take(result)?,
                Err(unread) => intake.notes.unread.push(unread),
            }
        }
    }
}

fn one<R>(
    mut mail: Mail,
    spare: &Spare,
    work: &(impl Fn(&Place, Input<'_>) -> R + Sync),
) -> Result<R, (String, Why)> {
    let place = std::mem::take(&mut mail.place);
    if let Content::Read(reading) = &mail.content {
        return work_on(place, Input::Read(reading), work);
    }
    let bytes = match mail.bytes() {
        Ok(bytes) => bytes,
        Err(why) => return Err((place.path, why)),
    };
    let result = work_on(place, Input::Raw(&bytes), work);
    spare.give(bytes);
    result
}

fn work_on<R>(
    place: Place,
    input: Input<'_>,
    work: &(impl Fn(&Place, Input<'_>) -> R + Sync),
) -> Result<R, (String, Why)> {
    // Reading a mail never panics; should it ever, one mail is lost and named, not the whole run.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&place, input)))
        .map_err(|_| (place.path, Why::Ours))
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
