//! `noroshi doctor`: looks at the installation and says what to mend.
//!
//! To add a check: a function `fn(&Place) -> Check` and a line in [`CHECKS`].

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lexicon::{Lang, Text};
use serde::Serialize;

use crate::clock;
use crate::intake::Why;
use crate::outcome::{Failure, Outcome};
use crate::screen::Session;
use crate::screen::shape::{pad, size};

/// Look at the installation and say what to mend (診断する)
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  noroshi doctor\n  noroshi doctor --data /var/lib/noroshi --json")]
pub(crate) struct Args {
    /// The hub's data folder
    #[arg(long, value_name = "DIR", env = "NOROSHI_DATA", default_value = "noroshi-data")]
    data: PathBuf,

    /// JSON
    #[arg(long)]
    json: bool,
}

/// Free space below which the hub will soon have to refuse mails.
const LITTLE_SPACE: u64 = 1 << 30;
/// Free space below which it cannot work.
const NO_SPACE: u64 = 64 << 20;
/// Open files that a busy hub needs.
const OPEN_FILES: u64 = 1024;
/// The program is newer than this; a clock before it is wrong.
const BUILT_AFTER: &str = "2026-11-01T00:00:00Z";
/// How far the clock of the data folder's file system may be off, in seconds.
const CLOCK_OFF: i64 = 60;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Ok,
    Warn,
    Fail,
}

/// What one check found.
struct Check {
    status: Status,
    found: String,
    /// What to do about it.
    advice: Option<Text>,
}

impl Check {
    fn ok(found: impl Into<String>) -> Self {
        Self { status: Status::Ok, found: found.into(), advice: None }
    }

    fn warn(found: impl Into<String>, ja: &'static str, en: &'static str) -> Self {
        Self { status: Status::Warn, found: found.into(), advice: Some(Text::new(ja, en)) }
    }

    fn fail(found: impl Into<String>, ja: &'static str, en: &'static str) -> Self {
        Self { status: Status::Fail, found: found.into(), advice: Some(Text::new(ja, en)) }
    }
}

/// What the checks look at.
struct Place {
    data: PathBuf,
    /// The data folder, or the nearest folder above that exists.
    nearest: PathBuf,
    now: Timestamp,
}

/// A check with its stable id and its name.
type Named = (&'static str, Text, fn(&Place) -> Check);

const CHECKS: [Named; 10] = [
    ("data-folder", Text::new("データフォルダ", "Data folder"), data_folder),
    ("data-private", Text::new("アクセス権", "Permissions"), data_private),
    ("free-space", Text::new("空き容量", "Free space"), free_space),
    ("sqlite", Text::new("SQLite", "SQLite"), sqlite),
    ("temp-folder", Text::new("一時フォルダ", "Temporary folder"), temp_folder),
    ("clock", Text::new("時計", "Clock"), clock_sane),
    ("open-files", Text::new("ファイル数の上限", "Open files"), open_files),
    ("locale", Text::new("ロケール", "Locale"), locale_utf8),
    ("confinement", Text::new("添付の隔離", "Confinement"), confinement),
    ("rules", Text::new("規則と一覧", "Rules and lists"), rules),
];

pub(crate) fn run(args: &Args, session: &Session) -> Result<Outcome, Failure> {
    let data = std::path::absolute(&args.data).unwrap_or_else(|_| args.data.clone());
    let nearest = data.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/")).to_owned();
    let place = Place { data, nearest, now: clock::now() };
    let results: Vec<(&Named, Check)> = CHECKS.iter().map(|named| (named, (named.2)(&place))).collect();
    let worst = results.iter().map(|(_, check)| check.status).max().unwrap_or(Status::Ok);
    let mut out = io::stdout().lock();
    if args.json {
        #[derive(Serialize)]
        struct Line<'a> {
            id: &'a str,
            status: Status,
            found: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            advice: Option<&'a str>,
        }
        #[derive(Serialize)]
        struct Report<'a> {
            version: &'a str,
            status: Status,
            checks: Vec<Line<'a>>,
        }
        let checks = results
            .iter()
            .map(|((id, _, _), check)| Line {
                id,
                status: check.status,
                found: &check.found,
                advice: check.advice.map(|advice| advice.of(session.lang)),
            })
            .collect();
        let report = Report { version: env!("CARGO_PKG_VERSION"), status: worst, checks };
        serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let paint = session.paint;
        for ((_, name, _), check) in &results {
            let sign = match check.status {
                Status::Ok => paint.green("✓ ok  "),
                Status::Warn => paint.yellow("! warn"),
                Status::Fail => paint.red("✗ fail"),
            };
            writeln!(out, "{sign}  {}  {}", pad(name.of(session.lang), 18), check.found)?;
            if let Some(advice) = check.advice {
                writeln!(out, "        → {}", advice.of(session.lang))?;
            }
        }
        let line = match (worst, session.lang) {
            (Status::Ok, Lang::Ja) => "すべて問題ありません",
            (Status::Ok, Lang::En) => "all is well",
            (Status::Warn, Lang::Ja) => "動きますが、直したほうがよい点があります",
            (Status::Warn, Lang::En) => "it works, but something should be mended",
            (Status::Fail, Lang::Ja) => "このままでは動きません",
            (Status::Fail, Lang::En) => "it will not work like this",
        };
        writeln!(out, "{}", paint.bold(line))?;
    }
    Ok(if worst == Status::Fail { Outcome::Found } else { Outcome::Done })
}

/// An error as a finding: what was found is the same in both languages.
fn said(error: &io::Error) -> String {
    Why::from(error).of(Lang::En)
}

/// Makes a file in `folder`, and takes it away again. Gives what the file system says of it.
fn try_file(folder: &Path) -> io::Result<fs::Metadata> {
    let path = folder.join(format!(".noroshi-doctor-{}", std::process::id()));
    let tried = fs::write(&path, b"noroshi doctor").and_then(|()| fs::metadata(&path));
    let _ = fs::remove_file(&path);
    tried
}

fn data_folder(place: &Place) -> Check {
    let shown = place.data.display();
    match try_file(&place.nearest) {
        Ok(_) if place.data.is_dir() => Check::ok(shown.to_string()),
        Ok(_) if !place.data.exists() => Check::ok(format!("{shown} (new)")),
        Ok(_) => Check::fail(
            format!("{shown}: not a folder"),
            "同じ名前のファイルがあります。--data に別のフォルダを指定してください",
            "a file has this name; give another folder with --data",
        ),
        Err(error) => Check::fail(
            format!("{}: {}", place.nearest.display(), said(&error)),
            "書き込めるフォルダを --data に指定するか、chown で持ち主を変えてください",
            "give a folder that may be written to with --data, or change its owner with chown",
        ),
    }
}

#[cfg(unix)]
fn data_private(place: &Place) -> Check {
    use std::os::unix::fs::PermissionsExt;
    if !place.data.is_dir() {
        return Check::ok("0700 (new)");
    }
    match fs::metadata(&place.data) {
        Ok(meta) if meta.permissions().mode() & 0o077 == 0 => {
            Check::ok(format!("{:04o}", meta.permissions().mode() & 0o7777))
        }
        Ok(meta) => Check::warn(
            format!("{:04o}", meta.permissions().mode() & 0o7777),
            "ほかの利用者もメールを読めます。chmod 700 で閉じてください",
            "other users can look at the mails; close it with chmod 700",
        ),
        Err(error) => Check::fail(
            said(&error),
            "データフォルダの持ち主で実行してください",
            "run it as the owner of the data folder",
        ),
    }
}

#[cfg(not(unix))]
fn data_private(_: &Place) -> Check {
    Check::ok("—")
}

#[cfg(unix)]
fn free_space(place: &Place) -> Check {
    match rustix::fs::statvfs(&place.nearest) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let found = size(free);
            match free {
                0..NO_SPACE => Check::fail(
                    found,
                    "受け付けられません。場所を空けるか、別のディスクを --data に指定してください",
                    "nothing can be accepted; make room, or give a folder on another disk with --data",
                ),
                NO_SPACE..LITTLE_SPACE => Check::warn(
                    found,
                    "まもなく足りなくなります。場所を空けてください",
                    "it will soon run out; make room",
                ),
                _ => Check::ok(found),
            }
        }
        Err(error) => Check::warn(
            error.to_string(),
            "空き容量を df で確かめてください",
            "look at the free space with df",
        ),
    }
}

#[cfg(not(unix))]
fn free_space(_: &Place) -> Check {
    Check::ok("—")
}

/// Opens a new store beside the data: what the file system cannot do (locks, for one) shows here.
fn sqlite(place: &Place) -> Check {
    let folder = place.nearest.join(format!(".noroshi-doctor-{}-sqlite", std::process::id()));
    let tried = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())
        .and_then(|runtime| {
            runtime.block_on(async {
                let file = folder.join("probe.sqlite");
                let (vault, _) =
                    vault::Vault::open(&file.to_string_lossy()).await.map_err(|error| error.to_string())?;
                vault.close().await;
                Ok(())
            })
        });
    let _ = fs::remove_dir_all(&folder);
    match tried {
        Ok(()) => Check::ok("opens, writes, migrates"),
        Err(why) => Check::fail(
            why,
            "データフォルダを手元のディスクに置いてください（ネットワークドライブは不可）",
            "keep the data folder on a local disk, not on a network drive",
        ),
    }
}

fn temp_folder(_: &Place) -> Check {
    let folder = std::env::temp_dir();
    match try_file(&folder) {
        Ok(_) => Check::ok(folder.display().to_string()),
        Err(error) => Check::fail(
            format!("{}: {}", folder.display(), said(&error)),
            "書き込めるフォルダを環境変数 TMPDIR に指定してください",
            "set TMPDIR to a folder that may be written to",
        ),
    }
}

fn clock_sane(place: &Place) -> Check {
    let shown = lexicon::time::show(place.now);
    let built: Timestamp = BUILT_AFTER.parse().unwrap_or_default();
    if place.now < built {
        return Check::fail(
            shown,
            "時計が遅れています。NTP で合わせてください",
            "the clock is behind; set it with NTP",
        );
    }
    let file_time = try_file(&place.nearest)
        .and_then(|meta| meta.modified())
        .ok()
        .and_then(|at| Timestamp::try_from(at).ok());
    match file_time.map(|at| at.as_second() - place.now.as_second()) {
        Some(off) if off.abs() > CLOCK_OFF => Check::warn(
            format!("{shown}, {off} s"),
            "データフォルダのファイルサーバーと時計がずれています。NTP で合わせてください",
            "the file server of the data folder has another time; set both with NTP",
        ),
        _ => Check::ok(shown),
    }
}

#[cfg(unix)]
fn open_files(_: &Place) -> Check {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    match limit.current {
        Some(current) if current < OPEN_FILES => Check::warn(
            current.to_string(),
            "接続が多いと足りません。ulimit -n 4096 か、systemd の LimitNOFILE=4096 を設定してください",
            "too few for many connections; set ulimit -n 4096, or LimitNOFILE=4096 in systemd",
        ),
        Some(current) => Check::ok(current.to_string()),
        None => Check::ok("∞"),
    }
}

#[cfg(not(unix))]
fn open_files(_: &Place) -> Check {
    Check::ok("—")
}

/// Starts a worker, asks what locks it in, and lets it try what it must not be able to do.
fn confinement(_: &Place) -> Check {
    let (in_force, probe) = match super::worker::pool().probe() {
        Ok(answer) => answer,
        Err(lost) => {
            return Check::fail(
                lost.oddity(),
                "添付ファイルを開く隔離プロセスが起動しません。プログラムの実行権限とメモリの上限を確認してください",
                "no process that opens attachments can be started; look at the program's permissions and the memory limit",
            );
        }
    };
    let mut parts = Vec::new();
    if in_force.resource_limits {
        parts.push("rlimit".to_owned());
    }
    if in_force.system_calls {
        parts.push("seccomp".to_owned());
    }
    if !in_force.landlock.is_empty() {
        parts.push(format!("Landlock ({})", in_force.landlock));
    }
    let escapes: Vec<&str> = probe
        .attempts
        .iter()
        .filter(|attempt| !attempt.refused)
        .map(|attempt| attempt.what.as_str())
        .collect();
    if !escapes.is_empty() {
        return Check::fail(
            format!("{}; not refused: {}", parts.join(", "), escapes.join(", ")),
            "隔離が不完全です。seccomp を使えるカーネルで動かすか、添付の解析を別の機械で行ってください",
            "confinement is incomplete: run it on a kernel with seccomp, or open attachments on another machine",
        );
    }
    Check::ok(format!("{}; {}/{} refused", parts.join(", "), probe.attempts.len(), probe.attempts.len()))
}

/// Reads the operator's rules and lists, and lets a worker take the rules.
fn rules(place: &Place) -> Check {
    let supplied = hub::supplied::of_data(&place.data);
    let problems: Vec<_> = supplied.problems.iter().chain(&supplied.faulty_lines).collect();
    if let Some(first) = problems.first() {
        let more = problems.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" (+{more})") };
        return Check::warn(
            format!("{} {}: {}{more}", first.code, first.place(), first.what.en),
            "この規則や行は使われません。noroshi dissect --rules で誤りをすべて見て直してください",
            "these rules or lines are not used; see all that is wrong with noroshi dissect --rules, and mend it",
        );
    }
    if let Err(lost) = super::worker::pool().with_rules(&supplied.yara).try_rules() {
        return Check::fail(
            lost.oddity(),
            "YARA 規則を使う隔離プロセスが起動しません。規則を減らすか、原因の規則ファイルを外してください",
            "no worker starts with the YARA rules; take rules out until one does",
        );
    }
    Check::ok(format!(
        "{} own tells, {} YARA rules, {} DKIM keys",
        supplied.own.len(),
        supplied.yara_rules,
        supplied.known.keys.len()
    ))
}

fn locale_utf8(_: &Place) -> Check {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    let upper = set.to_ascii_uppercase();
    if upper.contains("UTF-8") || upper.contains("UTF8") {
        return Check::ok(set);
    }
    let found = if set.is_empty() { "C".to_owned() } else { set };
    Check::warn(
        found,
        "日本語が化けることがあります。LANG=ja_JP.UTF-8 か C.UTF-8 を設定してください",
        "Japanese may be garbled on the terminal; set LANG=ja_JP.UTF-8 or C.UTF-8",
    )
}
