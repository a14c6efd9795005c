//! Runs the promises against each database.

use std::future::Future;
use std::pin::Pin;

use futures_util::{FutureExt as _, StreamExt as _};
use vault::Vault;

use crate::cluster::Cluster;

/// How many promises run at the same time against PostgreSQL.
const SIDE_BY_SIDE: usize = 4;

/// A promise with its name.
pub(crate) type Promise = (&'static str, fn(Vault) -> Pin<Box<dyn Future<Output = ()> + Send>>);

/// Lists the promises: a test each with SQLite, and `PROMISES` for PostgreSQL.
macro_rules! contract {
    ($($noun:ident: [$($name:ident),* $(,)?];)*) => {
        mod sqlite {
            $(mod $noun {
                $(#[test]
                fn $name() {
                    $crate::harness::with_sqlite($crate::$noun::$name);
                })*
            })*
        }

        const PROMISES: &[$crate::harness::Promise] = &[
            $($((concat!(stringify!($noun), "::", stringify!($name)),
                |vault| Box::pin($crate::$noun::$name(vault)))),*),*
        ];

        #[test]
        fn every_promise_holds_with_postgresql() {
            $crate::harness::with_postgres(PROMISES);
        }
    };
}

/// A runtime as the hub has it: tasks really run at the same time.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime")
}

/// Runs one promise against a new SQLite file.
pub(crate) fn with_sqlite<F: Future<Output = ()>>(promise: fn(Vault) -> F) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    runtime().block_on(async {
        let (vault, _) = Vault::open_sqlite(&folder.path().join("noroshi.sqlite")).await.expect("a vault");
        promise(vault.clone()).await;
        vault.close().await;
    });
}

/// Runs all promises against PostgreSQL, each in a new database, and names those that do not hold.
pub(crate) fn with_postgres(promises: &[Promise]) {
    let cluster = Cluster::start();
    let runtime = runtime();
    let broken: Vec<String> = runtime.block_on(async {
        futures_util::stream::iter(promises)
            .map(|(name, promise)| async {
                let url = cluster.database().await;
                let held = async {
                    let (vault, _) = Vault::open_postgres(&url).await.expect("a vault");
                    promise(vault.clone()).await;
                    vault.close().await;
                };
                // A promise that does not hold panics; its message is on standard error already.
                let held = std::panic::AssertUnwindSafe(held).catch_unwind().await;
                held.is_err().then(|| (*name).to_owned())
            })
            .buffer_unordered(SIDE_BY_SIDE)
            .filter_map(std::future::ready)
            .collect()
            .await
    });
    assert!(broken.is_empty(), "these do not hold with PostgreSQL:\n  {}", broken.join("\n  "));
}
