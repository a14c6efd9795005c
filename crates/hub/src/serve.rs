//! Starting a hub: open what is kept, start the workers, answer requests.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use desk::Desk;
use desk::dissect::Settings;
use desk::receive::MAIL_LIMIT;
use desk::records::{Blobs, Records};
use desk::world::World;
use gate::{Gate, GateKey};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use vault::{LocalBlobs, Vault};

use crate::auth::Throttle;
use crate::signing::Signer;
use crate::state::{App, DemoAccount, HubSettings, Inner};

/// Room for the other fields of an upload.
const FORM_ROOM: usize = 1024 * 1024;
/// The most bytes of one upload: several mails of the largest size would be handed in one by one.
pub(crate) const UPLOAD_LIMIT: usize = MAIL_LIMIT + FORM_ROOM;
/// The most bytes of any other request.
pub(crate) const REQUEST_LIMIT: usize = 2 * FORM_ROOM;

/// Why a hub could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A folder or file of the data folder.
    #[error("{}: {doing}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried and what to do.
        doing: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The records.
    #[error("the records could not be opened")]
    Vault(#[from] vault::OpenError),
    /// The blobs.
    #[error("the mail store could not be opened")]
    Blobs(#[from] vault::BlobsError),
    /// The address.
    #[error("cannot listen on {address}; choose another with --listen, e.g. 127.0.0.1:8470")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A use case, while the demo was filled.
    #[error("the demo could not be filled")]
    Demo(#[from] desk::DeskError),
    /// A record.
    #[error("the records failed")]
    Records(#[from] desk::records::RecordError),
    /// A guard list of the operator.
    #[error("{}: line {line}: {problem}", .path.display())]
    Guard {
        /// The list.
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// What is wrong and what to do.
        problem: String,
    },
}

/// What opening the data folder told, for the operator.
pub struct Opened {
    /// The hub.
    pub app: App,
    /// The records, to close at the end.
    pub vault: Vault,
    /// What the migrations did.
    pub schema: vault::Opened,
    /// How many own tells and YARA rules of the operator are in force.
    pub rules: (usize, usize),
    /// What is wrong with rules and lists of the operator. The hub runs without them.
    pub problems: Vec<forensics::rules::Problem>,
}

/// Opens everything in a data folder; `database` is a `postgres://` address where the records are not to lie
/// in the folder itself; `opener` makes what takes attachments apart, of the operator's YARA rules.
///
/// # Errors
/// What could not be opened, and what to do.
pub async fn open(
    data: &Path,
    database: Option<&str>,
    settings: HubSettings,
    opener: impl FnOnce(&[anatomy::yara::RuleFile]) -> Arc<dyn anatomy::Opener>,
    world: Arc<dyn World>,
) -> Result<Opened, StartError> {
    private_folder(data)?;
    let (vault, schema) = match database {
        Some(url) => Vault::open_postgres(url).await?,
        None => Vault::open_sqlite(&data.join("noroshi.sqlite")).await?,
    };
    let blobs = LocalBlobs::open(&data.join("blobs"))?;
    let key = gate_key(&data.join("gate.key"), &*world)?;
    let signer = signing_key(&data.join("signing.key"), &*world)?;
    let guards = guards(&data.join("guards"), settings.demo)?;
    let supplied = crate::supplied::of_data(data);
    let rules = (supplied.own.len(), supplied.yara_rules);
    // The people come from the operator's file. The hub's own members are not among them: one dissection is shown to
    // all who handed the mail in, and a tell that names a member would say who takes part.
    let dissection = Settings {
        guards,
        opener: opener(&supplied.yara),
        known: supplied.known,
        own: Arc::new(supplied.own),
        yara: !supplied.yara.is_empty(),
        ..Settings::default()
    };
    let app =
        assemble(Arc::new(vault.clone()), Arc::new(blobs), key, settings, dissection, world, Vec::new())
            .with_signer(signer);
    let problems = supplied.problems.into_iter().chain(supplied.faulty_lines).collect();
    Ok(Opened { app, vault, schema, rules, problems })
}

/// Puts a hub together from its parts; tests use it with a repeatable world. What machines pull is signed with a key
/// that lives as long as the process.
///
/// # Panics
/// Never: a seed of 32 bytes always makes a key.
pub fn assemble(
    records: Arc<dyn Records>,
    blobs: Arc<dyn Blobs>,
    key: GateKey,
    settings: HubSettings,
    dissection: Settings,
    world: Arc<dyn World>,
    demo_accounts: Vec<DemoAccount>,
) -> App {
    #[expect(clippy::expect_used, reason = "ring takes every seed of 32 bytes")]
    let signer = Signer::passing(&*world).expect("a seed of 32 bytes is a key");
    let desk = Desk::new(records, blobs, Gate::new(key), world, dissection);
    App {
        inner: Arc::new(Inner {
            desk: Arc::new(desk),
            settings,
            throttle: Throttle::default(),
            signer,
            metrics: metrics_handle(),
            opening: tokio::sync::Semaphore::new(crate::pages::OPENING),
            bell: tokio::sync::Notify::new(),
            stopping: false.into(),
            demo_accounts,
            decoy_hash: crate::auth::hash_password("nobody has this password"),
        }),
    }
}

impl App {
    /// The same hub with the accounts of the demo for its tour. Only before it is shared.
    pub(crate) fn with_demo_accounts(self, accounts: Vec<DemoAccount>) -> Self {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Self { inner: Arc::new(Inner { demo_accounts: accounts, ..inner }) },
            Err(inner) => Self { inner },
        }
    }
}

impl App {
    /// The same hub, signing with this key. Only before it is shared.
    fn with_signer(self, signer: Signer) -> Self {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Self { inner: Arc::new(Inner { signer, ..inner }) },
            Err(inner) => Self { inner },
        }
    }
}

/// One recorder a process: tests assemble several hubs in one.
fn metrics_handle() -> PrometheusHandle {
    static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            // A second recorder in one process is refused; the figures then stay with the first.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}

/// The hub as a service, ready to be served or called in a test.
pub fn service(app: &App) -> Router {
    crate::routes::router(app)
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn(measure))
        .layer(CatchPanicLayer::new())
}

/// Counts requests by method and status. Never the address: it holds ids.
async fn measure(request: Request, next: Next) -> Response<Body> {
    let method = request.method().clone();
    let started = std::time::Instant::now();
    let response = next.run(request).await;
    let labels = [("method", method.to_string()), ("status", response.status().as_u16().to_string())];
    metrics::counter!("noroshi_requests_total", &labels).increment(1);
    metrics::histogram!("noroshi_request_seconds").record(started.elapsed().as_secs_f64());
    response
}

/// Answers requests on `listener` until the process is told to stop (Ctrl-C or SIGTERM); then lets requests
/// at work finish.
///
/// # Errors
/// The listener failed.
pub async fn run(app: &App, listener: tokio::net::TcpListener) -> io::Result<()> {
    let service = service(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(told_to_stop()).await
}

async fn told_to_stop() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    // Connections that linger must not keep the process: the records are durable at every answer.
    tokio::spawn(async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        std::process::exit(0);
    });
}

fn file_error(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> StartError {
    let path = path.to_owned();
    move |source| StartError::File { path, doing, source }
}

fn private_folder(path: &Path) -> Result<(), StartError> {
    fs::create_dir_all(path)
        .map_err(file_error(path, "this folder cannot be made; choose another with --data"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .map_err(file_error(path, "this folder is not ours to protect; choose another with --data"))?;
    }
    Ok(())
}

/// Writes a file that only its owner can read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The gate's key, made at the first start.
fn gate_key(path: &Path, world: &dyn World) -> Result<GateKey, StartError> {
    let words = Words {
        damaged: "this is not a gate key of 32 bytes; restore it from the backup",
        unwritten: "the gate's key cannot be written",
        unread: "the gate's key cannot be read",
    };
    secret(path, world, &words).map(GateKey::new)
}

/// The key that signs what machines pull, made at the first start.
fn signing_key(path: &Path, world: &dyn World) -> Result<Signer, StartError> {
    let words = Words {
        damaged: "this is not a signing key of 32 bytes; restore it from the backup, or members must accept a new one",
        unwritten: "the signing key cannot be written",
        unread: "the signing key cannot be read",
    };
    let seed = secret(path, world, &words)?;
    Signer::from_seed(&seed)
        .map_err(|_| file_error(path, words.damaged)(io::Error::from(io::ErrorKind::InvalidData)))
}

/// What to say of a secret's file.
struct Words {
    damaged: &'static str,
    unwritten: &'static str,
    unread: &'static str,
}

/// A secret of 32 bytes, drawn and written at the first start.
fn secret(path: &Path, world: &dyn World, words: &Words) -> Result<[u8; 32], StartError> {
    match fs::read(path) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes)
            .map_err(|_| file_error(path, words.damaged)(io::Error::from(io::ErrorKind::InvalidData))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            world.fill(&mut key);
            write_private(path, &key).map_err(file_error(path, words.unwritten))?;
            Ok(key)
        }
        Err(error) => Err(file_error(path, words.unread)(error)),
    }
}

/// The built-in guard lists and the operator's own: every `*.txt` in the folder, in the order of their names.
/// A line `!value reason` overrides every list for that value.
fn guards(folder: &Path, examples: bool) -> Result<indicators::guard::Guards, StartError> {
    use indicators::guard::Guards;
    let mut guards = if examples { Guards::builtin_for_examples() } else { Guards::builtin() };
    if examples {
        // The demo's freemail provider stands for the real ones, which the built-in list knows.
        guards.add_list("popular-service", "freemail.example");
    }
    let mut files: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(file_error(folder, "the guard lists cannot be read")(error)),
    };
    files.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    for path in files {
        let text = fs::read_to_string(&path).map_err(file_error(&path, "this guard list cannot be read"))?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        // Overrides become blank lines, so that line numbers in a complaint stay right.
        let mut entries = String::with_capacity(text.len());
        for line in text.lines() {
            match line.trim().strip_prefix('!') {
                Some(rest) => {
                    let (value, reason) =
                        rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
                    guards.add_override(value, reason.trim());
                }
                None => entries.push_str(line),
            }
            entries.push('\n');
        }
        if let Some(problem) = guards.add_list(&name, &entries).into_iter().next() {
            return Err(StartError::Guard {
                path,
                line: problem.line,
                problem: format!("{}; {}", problem.what, problem.hint),
            });
        }
    }
    Ok(guards)
}
