//! The demo: an invented community with a past, filled through the same use cases as a real one.
//!
//! Six members and a vendor, a rapport-building attack (やり取り型) over three of them after the documents'
//! table 1 (S2–S6), a mass mail to all of them, single mails, one advisory released with answers, one that
//! awaits approval, a genuine mail that was used again, flooded forms, and enquiries that wait for an answer. Names, addresses and domains are reserved or invented.

mod cast;
mod centre;
mod credentials;
mod further;
mod mails;
mod story;

use std::path::Path;

use crate::serve::StartError;
use crate::state::App;
use crate::world::SystemWorld;

pub use credentials::Credentials;

/// Fills an empty hub with the demo and writes `demo-credentials.json`; a hub that was filled before is left as
/// it is. Returns the hub with the accounts for its tour.
///
/// # Errors
/// The records failed, or the credentials cannot be written.
pub async fn fill(
    app: App,
    world: &SystemWorld,
    data: &Path,
    url: &str,
) -> Result<(App, Credentials), StartError> {
    let path = data.join("demo-credentials.json");
    let credentials = match Credentials::read(&path) {
        Some(known) if !app.desk().records().accounts().await?.is_empty() => {
            Credentials { url: url.to_owned(), ..known }
        }
        _ => {
            let made = story::tell(&app, world, url).await;
            world.set_back(jiff::SignedDuration::ZERO);
            made?
        }
    };
    credentials.write(&path)?;
    let accounts = credentials.accounts();
    Ok((app.with_demo_accounts(accounts), credentials))
}
