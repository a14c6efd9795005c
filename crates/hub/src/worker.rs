//! Workers take submissions from the queue, dissect and link them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use desk::Work;

use crate::state::App;

/// How many submissions are dissected side by side.
const WORKERS: usize = 2;
/// A worker looks into the queue at least this often, whether the bell rang or not.
const LOOK: Duration = Duration::from_secs(1);
/// After a failure of the records a worker rests this long.
const REST: Duration = Duration::from_secs(2);

/// Running workers.
pub struct Workers {
    app: App,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Workers {
    /// Lets each worker finish what it has in hand, and ends it.
    pub async fn stop(self) {
        self.app.inner.stopping.store(true, Ordering::SeqCst);
        self.app.inner.bell.notify_waiters();
        let threads = self.threads;
        // A worker that fell has said so already.
        let joined =
            tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
        let _ = joined.await;
    }
}

/// Starts the workers. What an earlier run left half done is taken up anew.
///
/// # Errors
/// The records failed.
pub async fn start(app: &App) -> desk::records::RecordResult<Workers> {
    app.desk().records().requeue().await?;
    // Threads of their own: a large mail must not hold up the pages.
    let start_one = |_| {
        let (app, runtime) = (app.clone(), tokio::runtime::Handle::current());
        std::thread::spawn(move || runtime.block_on(work(app)))
    };
    let threads = (0..WORKERS).map(start_one).collect();
    app.ring();
    Ok(Workers { app: app.clone(), threads })
}

async fn work(app: App) {
    while !app.inner.stopping.load(Ordering::SeqCst) {
        let desk = Arc::clone(&app.inner.desk);
        match desk.work_one().await {
            Ok(work @ (Work::Finished | Work::Linked)) => {
                if work == Work::Finished {
                    metrics::counter!("noroshi_dissected_total").increment(1);
                }
                // One more may wait: the other worker should know.
                app.inner.bell.notify_one();
            }
            Ok(Work::Nothing) => {
                let _ = tokio::time::timeout(LOOK, app.inner.bell.notified()).await;
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a worker could not finish");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// Works the queue empty in the caller's own time; for the demo and for tests.
///
/// # Errors
/// The first failure of a use case.
pub async fn drain(app: &App) -> desk::DeskResult<()> {
    while app.desk().work_one().await? != Work::Nothing {}
    Ok(())
}
