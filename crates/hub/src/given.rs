//! Files that members give beside suspicious mail, from their bytes into what the desk takes.

use desk::flood::Post;
use desk::reuse::{Printed, Taken};
use desk::{Actor, Desk, DeskResult};
use exchange::{fingerprints, forms};

/// Genuine mail, or fingerprints of it, told apart by content.
pub(crate) async fn originals(desk: &Desk, actor: &Actor, bytes: &[u8]) -> DeskResult<Taken> {
    if !fingerprints::is_fingerprints(bytes) {
        return desk.give_originals(actor, bytes).await;
    }
    let (entries, _) = fingerprints::read(&String::from_utf8_lossy(bytes));
    let given = entries
        .into_iter()
        .map(|entry| Printed {
            prints: entry.hashes(),
            family: entry.family(),
            mail: entry.mail,
            at: entry.at,
        })
        .collect();
    desk.give_fingerprints(actor, given).await
}

/// A file of form submissions; true where it is new.
pub(crate) async fn form_file(desk: &Desk, actor: &Actor, name: &str, bytes: &[u8]) -> DeskResult<bool> {
    desk.give_forms(actor, name, bytes, forms::read(bytes).rows.len()).await
}

/// The submissions of a file.
pub(crate) fn posts(bytes: &[u8]) -> Vec<Post> {
    let rows = forms::read(bytes).rows.into_iter();
    rows.map(|row| Post {
        country: row.country,
        ..Post::of(row.time.as_deref(), &row.source, &row.target, row.fields.as_deref(), row.sent)
    })
    .collect()
}
