//! Receipts kept between runs: one JSON object a line, each on the disk before the next mail leaves.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use lexicon::Lang;
use serde::{Deserialize, Serialize};

use crate::intake;
use crate::outcome::Failure;
use crate::remote::unreadable;

/// Bytes of a file of receipts.
const MAX_FILE: u64 = 1 << 30;

/// A hub's receipt for a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) sha256: String,
    pub(super) id: String,
    pub(super) received: String,
    pub(super) already: bool,
}

/// Receipts of one hub.
pub(super) struct Receipts {
    known: HashMap<String, (String, String)>,
    file: Option<File>,
    hub: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    hub: String,
    sha256: String,
    id: String,
    received: String,
}

impl Receipts {
    /// Reads what is kept; without a file, nothing is.
    pub(super) fn open(path: Option<&Path>, hub: &str, lang: Lang) -> Result<Self, Failure> {
        let mut receipts = Self { known: HashMap::new(), file: None, hub: hub.to_owned() };
        let Some(path) = path else { return Ok(receipts) };
        let mut torn = false;
        if path.exists() {
            let text = intake::text_file(path, MAX_FILE).map_err(|why| unreadable(path, &why, lang))?;
            torn = !text.is_empty() && !text.ends_with('\n');
            for line in text.lines() {
                // A line that was cut off when the machine fell is no receipt; its mail is given again.
                let Ok(kept) = serde_json::from_str::<Kept>(line) else { continue };
                if kept.hub == hub {
                    receipts.known.insert(kept.sha256, (kept.id, kept.received));
                }
            }
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file =
            options.open(path).map_err(|error| unreadable(path, &intake::Why::from(&error), lang))?;
        if torn {
            file.write_all(b"\n")?;
        }
        receipts.file = Some(file);
        Ok(receipts)
    }

    /// The receipt of a mail that was given before.
    pub(super) fn known(&self, sha256: &str) -> Option<Receipt> {
        let (id, received) = self.known.get(sha256)?;
        let (id, received) = (id.clone(), received.clone());
        Some(Receipt { sha256: sha256.to_owned(), id, received, already: true })
    }

    /// Keeps a receipt.
    pub(super) fn keep(&mut self, receipt: &Receipt) -> Result<(), Failure> {
        let Receipt { sha256, id, received, .. } = receipt.clone();
        if let Some(file) = &mut self.file {
            let kept = Kept {
                hub: self.hub.clone(),
                sha256: sha256.clone(),
                id: id.clone(),
                received: received.clone(),
            };
            let mut line = serde_json::to_vec(&kept).map_err(std::io::Error::from)?;
            line.push(b'\n');
            file.write_all(&line)?;
            file.sync_data()?;
        }
        self.known.insert(sha256, (id, received));
        Ok(())
    }
}
