//! `noroshi serve`: the hub.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hub::demo::Credentials;
use hub::serve::{Opened, StartError};
use hub::world::SystemWorld;
use hub::{App, HubSettings};

use crate::outcome::{Failure, Outcome};
use crate::screen::Session;

/// Run the hub: pages, API and workers over one data folder
///
/// Everything lies in the data folder: records (SQLite), mails, the gate's key, your own guard lists (guards/*.txt),
/// rules (rules/*.toml, *.yar) and lists (known/dkim-keys.txt, freemail.txt, people.txt). Back it up whole. The first start prints a one-time link with which you make the
/// administrator's account; no default account exists.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi serve --demo\n  noroshi serve --data /srv/noroshi --listen 127.0.0.1:8470 --https\n  noroshi serve --data /srv/noroshi --database postgres://noroshi@localhost/noroshi\n\nThe hub speaks HTTP; put a reverse proxy with HTTPS before it and say --https."
)]
pub(crate) struct Args {
    /// Data folder [default: noroshi-data, or noroshi-demo with --demo]
    #[arg(long, value_name = "DIR", env = "NOROSHI_DATA")]
    data: Option<PathBuf>,

    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,

    /// Keep the records in PostgreSQL instead of the data folder
    #[arg(long, value_name = "URL", env = "NOROSHI_DATABASE", hide_env_values = true)]
    database: Option<String>,

    /// Fill the hub with a living, invented community, and say "demo" on every page
    #[arg(long, conflicts_with = "database")]
    demo: bool,

    /// Browsers reach the hub by HTTPS (through a proxy): mark cookies Secure
    #[arg(long)]
    https: bool,

    /// The hub's name, on pages and in exports
    #[arg(long, value_name = "NAME", default_value = "Noroshi hub")]
    name: String,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("NOROSHI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // A second subscriber in one process is refused; the first stays.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(args, session)).map_err(|error| Failure::Input(chain(&error)))
}

/// An error with all its causes, one after the other.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

async fn serve(args: Args, session: &Session) -> Result<Outcome, StartError> {
    let lang = session.lang;
    let data =
        args.data.unwrap_or_else(|| PathBuf::from(if args.demo { "noroshi-demo" } else { "noroshi-data" }));
    refuse_mixing(&data, args.demo)?;
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .map_err(|source| StartError::Listen { address: args.listen, source })?;
    let address = listener.local_addr().unwrap_or(args.listen);
    let url = format!("http://{address}");

    let world = Arc::new(SystemWorld::default());
    let settings = HubSettings { name: args.name, demo: args.demo, secure: args.https };
    let shared: Arc<dyn desk::world::World> = Arc::<SystemWorld>::clone(&world);
    let opener = super::worker::opener;
    let Opened { app, vault, schema, rules, problems } =
        hub::serve::open(&data, args.database.as_deref(), settings, opener, shared).await?;
    for what in &schema.applied {
        println!("{}: {}", lang.pick("記録の更新", "records"), what.of(lang));
    }
    if rules != (0, 0) {
        let (own, yara) = rules;
        println!(
            "{}",
            match lang {
                lexicon::Lang::Ja => format!("運用者の規則: 自作の見分け方 {own} 件、YARA 規則 {yara} 件"),
                lexicon::Lang::En => format!("the operator's rules: {own} own tells, {yara} YARA rules"),
            }
        );
    }
    for problem in &problems {
        session.say(problem.show(lang).trim_end());
    }
    let app = if args.demo {
        let (app, credentials) = hub::demo::fill(app, &world, &data, &url).await?;
        welcome_demo(&credentials, &data, session);
        app
    } else {
        welcome(&app, &url, session).await?;
        app
    };
    let workers = hub::worker::start(&app).await?;
    hub::serve::run(&app, listener).await.map_err(|source| StartError::Listen { address, source })?;
    workers.stop().await;
    vault.close().await;
    Ok(Outcome::Done)
}

/// Invented and real data never share a folder.
fn refuse_mixing(data: &Path, demo: bool) -> Result<(), StartError> {
    let has_records = data.join("noroshi.sqlite").exists();
    let is_demo = data.join("demo-credentials.json").exists();
    let refuse = |doing| {
        Err(StartError::File {
            path: data.to_owned(),
            doing,
            source: std::io::Error::from(std::io::ErrorKind::AlreadyExists),
        })
    };
    match (demo, has_records, is_demo) {
        (true, true, false) => refuse(
            "this folder holds real records, which the demo must not touch; choose another with --data",
        ),
        (false, _, true) => {
            refuse("this folder holds the demo; start it with --demo, or choose another with --data")
        }
        _ => Ok(()),
    }
}

async fn welcome(app: &App, url: &str, session: &Session) -> Result<(), StartError> {
    let lang = session.lang;
    println!("{} {url}/", lang.pick("狼煙 情報ハブを開始しました:", "Noroshi hub:"));
    if let Some(secret) = hub::auth::setup_link(app).await? {
        println!(
            "{}\n  {url}/setup?token={secret}",
            lang.pick(
                "最初の管理者をこのリンクで作成してください（1 回だけ使えます）:",
                "Make the first administrator with this link (it works once):"
            )
        );
    }
    println!("{}", lang.pick("終了: Ctrl-C", "Stop: Ctrl-C"));
    Ok(())
}

fn welcome_demo(credentials: &Credentials, data: &Path, session: &Session) {
    let lang = session.lang;
    println!("{} {}/", lang.pick("狼煙 デモ:", "Noroshi demo:"), credentials.url);
    println!(
        "{}",
        lang.pick(
            "架空の組織による情報共有の例です。次のアカウントでログインできます。",
            "An invented community shares what it knows. Log in as one of these:"
        )
    );
    println!("  role           user         password");
    for account in &credentials.accounts {
        println!("  {:<14} {:<12} {}", account.role, account.user, account.password);
    }
    println!(
        "{} {}",
        lang.pick("アカウントと API トークン:", "Accounts and API tokens:"),
        data.join("demo-credentials.json").display()
    );
    println!("{}", lang.pick("終了: Ctrl-C", "Stop: Ctrl-C"));
}
