//! What every handler shares.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use desk::Desk;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Notify;

use crate::auth::Throttle;

/// Settings of a running hub.
#[derive(Debug, Clone, Default)]
pub struct HubSettings {
    /// The hub's name, on pages and in exports.
    pub name: String,
    /// True where the data is invented: every page says so.
    pub demo: bool,
    /// True where browsers reach the hub by HTTPS: cookies are marked Secure.
    pub secure: bool,
}

/// Shared state; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) desk: Arc<Desk>,
    pub(crate) settings: HubSettings,
    pub(crate) throttle: Throttle,
    /// Signs what machines pull.
    pub(crate) signer: crate::signing::Signer,
    pub(crate) metrics: PrometheusHandle,
    /// Files are opened for people a few at a time.
    pub(crate) opening: tokio::sync::Semaphore,
    /// Rung when a submission comes in.
    pub(crate) bell: Notify,
    /// True once the workers are to end.
    pub(crate) stopping: AtomicBool,
    /// Accounts of the demo, for the tour.
    pub(crate) demo_accounts: Vec<DemoAccount>,
    /// Answers `login` for unknown users at the cost of a real check.
    pub(crate) decoy_hash: String,
}

/// An account of the demo.
#[derive(Debug, Clone)]
pub struct DemoAccount {
    /// Its role's word.
    pub role: String,
    /// Its login name.
    pub user: String,
    /// Its password.
    pub password: String,
}

impl App {
    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    /// The settings.
    pub fn settings(&self) -> &HubSettings {
        &self.inner.settings
    }

    /// Tells the workers that something waits.
    pub fn ring(&self) {
        self.inner.bell.notify_waiters();
        self.inner.bell.notify_one();
    }
}
