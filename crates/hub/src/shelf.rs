//! Released advisories read from a data folder, beside a running hub or without one: for the operator's own
//! command line.

use std::path::Path;
use std::sync::Arc;

use desk::Actor;
use desk::records::PageRequest;
use gate::Released;
use lexicon::ids::AccountId;
use lexicon::{Advisory, Role};

use crate::HubSettings;
use crate::serve::{Opened, StartError, open};
use crate::world::SystemWorld;

/// The released advisory with this number (`N-2026-0001`) or id; `None` where none is. It goes through the gate
/// as for every reader: what was changed after its release is refused.
///
/// # Errors
/// There is no hub in this folder, or it cannot be opened.
pub async fn released(
    data: &Path,
    database: Option<&str>,
    reference: &str,
) -> Result<Option<Released<Advisory>>, StartError> {
    if !data.join("gate.key").exists() {
        return Err(StartError::File {
            path: data.to_owned(),
            doing: "there is no hub in this folder; name the one that `noroshi serve --data` was given",
            source: std::io::Error::from(std::io::ErrorKind::NotFound),
        });
    }
    let Opened { app, vault, .. } = open(
        data,
        database,
        HubSettings::default(),
        |_| Arc::new(anatomy::InProcess::default()),
        Arc::new(SystemWorld::default()),
    )
    .await?;
    let operator = Actor { account: AccountId::from_name("operator"), role: Role::Analyst, member: None };
    let mut page = PageRequest::first(desk::records::PAGE_LIMIT);
    let found = loop {
        let releases = app.desk().releases_for(&operator, page).await?;
        let hit = releases
            .items
            .into_iter()
            .find(|r| r.item().number == reference || r.item().id.to_string() == reference);
        match (hit, releases.next) {
            (Some(hit), _) => break Some(hit),
            (None, Some(next)) => page.after = Some(next),
            (None, None) => break None,
        }
    };
    vault.close().await;
    Ok(found)
}
