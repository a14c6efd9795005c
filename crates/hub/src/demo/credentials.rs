//! `demo-credentials.json`: the demo's address and accounts, for people and for tests.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::serve::{StartError, write_private};
use crate::state::DemoAccount;

/// What the file holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// The hub's address.
    pub url: String,
    /// Its accounts.
    pub accounts: Vec<Account>,
    /// API tokens.
    pub tokens: Vec<Token>,
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Its role.
    pub role: String,
    /// Its login name.
    pub user: String,
    /// Its password.
    pub password: String,
}

/// An API token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    /// The role of its account.
    pub role: String,
    /// Its account.
    pub user: String,
    /// The token.
    pub token: String,
}

impl Credentials {
    pub(super) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), StartError> {
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        write_private(path, &text).map_err(|source| StartError::File {
            path: path.to_owned(),
            doing: "the demo's credentials cannot be written",
            source,
        })
    }

    pub(super) fn accounts(&self) -> Vec<DemoAccount> {
        self.accounts
            .iter()
            .map(|account| DemoAccount {
                role: account.role.clone(),
                user: account.user.clone(),
                password: account.password.clone(),
            })
            .collect()
    }
}
