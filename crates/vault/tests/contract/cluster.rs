//! A PostgreSQL cluster of the test's own, on a socket in a temporary folder, gone when the test ends.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

/// How often to look whether the server answers, and how long to wait between two looks.
const LOOKS: (u32, Duration) = (600, Duration::from_millis(50));

/// A running server. Dropping it stops the server and deletes its files.
pub(crate) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    server: Child,
    databases: AtomicU32,
}

impl Cluster {
    /// Makes a cluster and starts its server.
    pub(crate) fn start() -> Self {
        let Some(programs) = programs() else {
            panic!(
                "PostgreSQL's programs were not found in /usr/lib/postgresql/*/bin or on the PATH, and half of \
                 the contract suite needs them: apt-get install postgresql"
            );
        };
        let folder = tempfile::Builder::new().prefix("noroshi-pg-").tempdir().expect("a temporary folder");
        if is_root() {
            // PostgreSQL refuses to run as root; Debian's package brings a user for it.
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let data = folder.path().join("data");
        run(as_server_user(&programs.join("initdb"))
            .args(["--auth=trust", "--username=noroshi", "--encoding=UTF8", "--no-locale", "--no-sync"])
            .arg("--pgdata")
            .arg(&data));
        let server = as_server_user(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            // No crash of the machine is tested here, so nothing needs to reach the disk.
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=150"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        Self { folder, programs, server, databases: AtomicU32::new(0) }
    }

    /// Makes an empty database; returns its address.
    pub(crate) async fn database(&self) -> String {
        let name = format!("promise_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = self.connect("postgres").await;
        let sql = format!("CREATE DATABASE {name}");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("a new database");
        connection.close().await.expect("a closed connection");
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=noroshi", self.folder.path().display())
    }

    /// A connection, as soon as the server answers.
    async fn connect(&self, database: &str) -> PgConnection {
        let url = self.url(database);
        for _ in 0..LOOKS.0 {
            if let Ok(connection) = PgConnection::connect(&url).await {
                return connection;
            }
            tokio::time::sleep(LOOKS.1).await;
        }
        panic!("the PostgreSQL server of the test does not answer");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = as_server_user(&self.programs.join("pg_ctl"))
            .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.folder.path().join("data"))
            .current_dir(self.folder.path())
            .status();
        let _ = self.server.wait();
    }
}

/// The folder with PostgreSQL's programs: Debian's newest, or the one on the PATH.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    versions.sort();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file())
    };
    versions.pop().map(|(_, folder)| folder).or_else(on_path)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A command that runs as a user PostgreSQL accepts, and that ends with this process where `setpriv` is there
/// to see to it, so that a test that is killed leaves no server behind.
fn as_server_user(program: &Path) -> Command {
    if Command::new("setpriv").arg("--version").output().is_err() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--pdeathsig=INT").arg("--").arg(program);
    command
}

fn run(command: &mut Command) {
    let output = command.output().expect("a program of the system or of PostgreSQL");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
