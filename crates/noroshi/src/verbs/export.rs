//! `noroshi export`: an indicator list → what other tools read.
//!
//! A list of one's own goes through the gate like everything else: with `--identity` it is looked through for
//! everything that would tell whose it is.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{ArgGroup, ValueEnum};
use courier::set::{Set, is_set};
use exchange::csv::CsvSettings;
use exchange::rpz::{Policy, RpzSettings};
use exchange::stix::StixSettings;
use exchange::{Carried, csv, plain, rpz, stix};
use gate::{FreshPapers, Gate, GateKey, Origin, Papers, Refusal, Released};
use indicators::guard::Guards;
use jiff::Timestamp;
use lexicon::ids::MemberId;
use lexicon::member::Identity;
use lexicon::{Audience, IndicatorSet, Lang, Member, Observable, Role, Tlp};

use super::guards::GuardArgs;
use crate::intake::Why;
use crate::outcome::{Failure, Outcome};
use crate::report::{defanged, harmless};
use crate::screen::Session;
use crate::{clock, intake};

/// Bytes of a list.
const MAX_LIST: u64 = 512 << 20;
/// Guarded values named one by one.
const MAX_NAMED: usize = 20;

/// Write an indicator list as STIX 2.1, CSV, a response-policy zone or a plain list (書き出す)
///
/// The list has one value a line (its type is told by its shape, # starts a comment), or is CSV with the
/// columns value, type and note. Defanged values are understood.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("source").required(true))]
#[command(
    after_help = "Examples:\n  noroshi export --format stix --tlp green indicators.txt > bundle.json\n  noroshi export --format rpz --origin rpz.example.org --output rpz.zone list.csv\n  noroshi export --format stix --advisory N-2026-0001 --data /srv/noroshi\n  noroshi export --format csv --bom --identity ours.txt list.txt --output list.csv\n  noroshi export --format rpz --set noroshi-set.json --output rpz.zone\n\nThe file for --identity has one entry a line: name: …, domain: …, address: …, network: …, person: …"
)]
pub(crate) struct Args {
    /// The list; - is standard input
    #[arg(value_name = "PATH", group = "source")]
    path: Option<PathBuf>,

    /// The set that noroshi pull wrote; given as PATH it is understood as well
    #[arg(long, value_name = "FILE", group = "source")]
    set: Option<PathBuf>,

    /// A released advisory of the hub in --data, by its number (N-2026-0001) or id
    #[arg(long, value_name = "NUMBER", group = "source")]
    advisory: Option<String>,

    /// The hub's data folder, for --advisory
    #[arg(long, value_name = "DIR", env = "NOROSHI_DATA", default_value = "noroshi-data")]
    data: PathBuf,

    /// The hub's PostgreSQL database, for --advisory, where its records are not in --data
    #[arg(long, value_name = "URL", env = "NOROSHI_DATABASE", hide_env_values = true)]
    database: Option<String>,

    /// What to write
    #[arg(long, value_enum)]
    format: Format,

    /// How far it may be passed on: red, amber+strict, amber, green, clear [default: amber, or the pulled set's own]
    #[arg(long, value_name = "LABEL")]
    tlp: Option<Tlp>,

    /// The list's name [default: the file's]
    #[arg(long)]
    name: Option<String>,

    /// Who gives it out, in STIX
    #[arg(long, value_name = "NAME", default_value = "Noroshi hub")]
    producer: String,

    /// When the list was made, e.g. 2026-11-20T15:04:05+09:00: the same list then gives the same bytes
    /// [default: now]
    #[arg(long, value_name = "TIME")]
    created: Option<Timestamp>,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Refuse to write anything that would tell whose list it is, by this file
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,

    /// CSV: begin with a byte order mark, for Excel
    #[arg(long)]
    bom: bool,

    /// Policy zone: its name
    #[arg(long, value_name = "NAME", default_value = "rpz.noroshi.internal")]
    origin: String,

    /// Policy zone: its name server
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    ns: String,

    /// Policy zone: seconds that answers are kept
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    ttl: u32,

    /// Policy zone: what happens to listed names
    #[arg(long, value_name = "POLICY", value_parser = policy, default_value = "nxdomain")]
    policy: Policy,

    #[command(flatten)]
    guards: GuardArgs,
}

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A STIX 2.1 bundle.
    Stix,
    /// A table.
    Csv,
    /// A response-policy zone for a resolver.
    Rpz,
    /// One value a line.
    List,
    /// A hosts file.
    Hosts,
}

fn policy(text: &str) -> Result<Policy, String> {
    Policy::ALL
        .into_iter()
        .find(|policy| policy.word() == text)
        .ok_or_else(|| "use nxdomain, nodata, passthru or drop".to_owned())
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    // To block a name or an address for examples harms nobody.
    let guards = args.guards.guards(Guards::builtin_for_examples(), session)?;
    if let Some(reference) = &args.advisory {
        return advisory(reference, &args, guards, session.lang);
    }
    let Some(path) = args.path.clone().or_else(|| args.set.clone()) else {
        return Err(Failure::Usage("name the list to export, or an advisory with --advisory".to_owned()));
    };
    let at = args.created.unwrap_or_else(clock::now);
    let set = read(&path, &args, at, session)?;
    tell_guarded(&set, &guards, session);
    let protected: Vec<Member> = args
        .identity
        .as_deref()
        .map(|path| own_identity(path, session.lang))
        .transpose()?
        .into_iter()
        .collect();
    let papers = FreshPapers {
        audience: Audience::default(),
        origin: Origin::OwnList,
        approvals: &[],
        protected: &protected,
        acknowledged: &[],
        at,
    };
    // The stamp stays in this process and is checked by nobody: any key will do.
    match Gate::new(GateKey::new([0; 32])).release(set, Papers::Fresh(papers)) {
        Ok(released) => {
            let text = translate(&released, &args, guards)?;
            write(&text, args.output.as_deref(), session.lang)?;
            Ok(Outcome::Done)
        }
        Err(refusal) => {
            tell_refusal(&refusal, session);
            Ok(Outcome::Found)
        }
    }
}

/// A released advisory from the hub's own folder, for its operator.
fn advisory(reference: &str, args: &Args, guards: Guards, lang: Lang) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let found = runtime.block_on(hub::shelf::released(&args.data, args.database.as_deref(), reference));
    match found.map_err(|error| Failure::Input(super::serve::chain(&error)))? {
        None => Err(Failure::Input(format!(
            "{}: no advisory {reference} has been released; the hub's page of advisories lists them",
            args.data.display()
        ))),
        Some(released) => {
            write(&translate(&released, args, guards)?, args.output.as_deref(), lang)?;
            Ok(Outcome::Done)
        }
    }
}

fn read(path: &Path, args: &Args, at: Timestamp, session: &Session) -> Result<IndicatorSet, Failure> {
    let shown = path.display();
    let text = intake::text_file(path, MAX_LIST).map_err(|why| {
        let why = why.of(session.lang);
        Failure::Input(match session.lang {
            Lang::Ja => format!("リスト {shown} を読めません: {why}"),
            Lang::En => format!("the list {shown} cannot be read: {why}"),
        })
    })?;
    let name = args.name.clone().unwrap_or_else(|| match path.file_stem() {
        Some(stem) if path != Path::new("-") => stem.to_string_lossy().into_owned(),
        _ => "indicators".to_owned(),
    });
    // A pulled set tells its own label: the narrowest of its advisories. --tlp may narrow it further, never widen it.
    let (set, problems) = match is_set(&text) {
        true => (pulled(&text, &name, args.tlp, at, path, session)?, Vec::new()),
        false => indicators::set::parse(&name, &text, args.tlp.unwrap_or(Tlp::Amber), at),
    };
    for problem in &problems {
        session.say(&format!("{shown}: {problem}"));
    }
    if set.indicators.is_empty() && !text.trim().is_empty() && !is_set(&text) {
        return Err(Failure::Input(match session.lang {
            Lang::Ja => format!("{shown} にインディケータがありません。1 行に 1 つ書いてください"),
            Lang::En => format!("{shown} holds no indicator; write one value a line"),
        }));
    }
    Ok(set)
}

/// The set that noroshi pull wrote, as a list.
fn pulled(
    text: &str,
    name: &str,
    tlp: Option<Tlp>,
    at: Timestamp,
    path: &Path,
    session: &Session,
) -> Result<IndicatorSet, Failure> {
    let set = Set::parse(text).map_err(|error| {
        let shown = path.display();
        Failure::Input(match session.lang {
            Lang::Ja => format!("{shown} は noroshi pull の書いたセットとして読めません: {error}"),
            Lang::En => format!("{shown}: {error}"),
        })
    })?;
    let list = set.as_list(name, at);
    if let Some(wider) = tlp.filter(|tlp| *tlp > list.tlp) {
        let label = list.tlp;
        return Err(Failure::Usage(match session.lang {
            Lang::Ja => {
                format!("--tlp {wider}: このセットの注意喚起は {label} です。それより広くは書き出せません")
            }
            Lang::En => {
                format!("--tlp {wider}: advisories of this set are {label}; it cannot be given out wider")
            }
        }));
    }
    Ok(IndicatorSet { tlp: tlp.unwrap_or(list.tlp), ..list })
}

/// Guard lists mark and never drop: what they speak against is told, and a person decides.
fn tell_guarded(set: &IndicatorSet, guards: &Guards, session: &Session) {
    let mut seen: Vec<Observable> = set
        .indicators
        .iter()
        .map(|indicator| Observable {
            kind: indicator.kind,
            value: indicator.value.clone(),
            unicode: None,
            hashes: None,
            places: Vec::new(),
            guard: None,
        })
        .collect();
    guards.mark(&mut seen);
    let guarded: Vec<&Observable> = seen.iter().filter(|o| !o.is_actionable()).collect();
    for observable in guarded.iter().take(MAX_NAMED) {
        let Some(mark) = &observable.guard else { continue };
        let value = defanged(&observable.value);
        let (list, entry) = (harmless(&mark.list), harmless(&mark.entry));
        session.say(&match session.lang {
            Lang::Ja => format!(
                "注意: {value} は除外リスト {list}（{entry}）にあります。遮断してよいか確かめてください"
            ),
            Lang::En => {
                format!("mind: {value} is guarded by {list} ({entry}); make sure that it may be blocked")
            }
        });
    }
    if guarded.len() > MAX_NAMED {
        let more = guarded.len() - MAX_NAMED;
        session.say(&match session.lang {
            Lang::Ja => format!("注意: ほか {more} 件も除外リストにあります"),
            Lang::En => format!("mind: {more} more are guarded"),
        });
    }
}

fn translate<T: Carried>(released: &Released<T>, args: &Args, guards: Guards) -> Result<String, Failure> {
    Ok(match args.format {
        Format::Stix => stix::bundle(released, &StixSettings { producer: args.producer.clone() }),
        Format::Csv => csv::table(released, CsvSettings { bom: args.bom }),
        Format::List => plain::list(released),
        Format::Hosts => plain::hosts(released, &guards),
        Format::Rpz => {
            let mut settings = RpzSettings::new(&args.origin, &args.ns)
                .map_err(|error| Failure::Usage(error.to_string()))?;
            settings.ttl = args.ttl;
            settings.policy = args.policy;
            settings.guards = guards;
            rpz::zone(released, &settings)
        }
    })
}

fn write(text: &str, output: Option<&Path>, lang: Lang) -> Result<(), Failure> {
    let Some(path) = output else {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        return Ok(out.flush()?);
    };
    // A resolver that reloads in the middle must find the old zone or the new one, whole.
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path)).map_err(|error| {
        let (shown, why) = (path.display(), Why::from(&error).of(lang));
        Failure::Input(match lang {
            Lang::Ja => format!("{shown} に書き込めません: {why}"),
            Lang::En => format!("{shown} cannot be written: {why}"),
        })
    })
}

/// Bytes of an identity file.
const MAX_IDENTITY: u64 = 1 << 20;

/// The entries of an identity file. A line that is not understood stops everything: what it was meant to
/// protect would leave.
fn own_identity(path: &Path, lang: Lang) -> Result<Member, Failure> {
    let shown = path.display();
    let text = intake::text_file(path, MAX_IDENTITY).map_err(|why| {
        let why = why.of(lang);
        Failure::Input(match lang {
            Lang::Ja => format!("組織情報のファイル {shown} を読めません: {why}"),
            Lang::En => format!("the identity file {shown} cannot be read: {why}"),
        })
    })?;
    let wrong = |line: usize, ja: &str, en: &str| {
        Failure::Input(match lang {
            Lang::Ja => format!("{shown} の {line} 行目: {ja}"),
            Lang::En => format!("{shown}, line {line}: {en}"),
        })
    };
    let mut identity = Identity::default();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once([':', '：']).unwrap_or((line, ""));
        let list = match key.trim().to_ascii_lowercase().as_str() {
            "name" => &mut identity.names,
            "domain" => &mut identity.domains,
            "address" => &mut identity.addresses,
            "network" => &mut identity.networks,
            "person" => &mut identity.persons,
            _ => {
                return Err(wrong(
                    number + 1,
                    "name: domain: address: network: person: のどれかで始めてください",
                    "begin it with name:, domain:, address:, network: or person:",
                ));
            }
        };
        if value.trim().is_empty() {
            return Err(wrong(number + 1, "コロンの後に何もありません", "there is nothing behind the colon"));
        }
        list.push(value.trim().to_owned());
    }
    Ok(Member {
        id: MemberId::from_name("own"),
        role: Role::Member,
        name: String::new(),
        sigs: Default::default(),
        identity,
    })
}

fn tell_refusal(refusal: &Refusal, session: &Session) {
    let Refusal::Identity(findings) = refusal else {
        session.say(&refusal.to_string());
        return;
    };
    session.say(&session.paint_error.red(&match session.lang {
        Lang::Ja => format!("{} か所から、だれのリストか分かります。何も書き出していません:", findings.len()),
        Lang::En => format!("{} places tell whose list it is; nothing was written:", findings.len()),
    }));
    for finding in findings {
        let via =
            if finding.via.is_empty() { String::new() } else { format!(" ({})", finding.via.join(" > ")) };
        let excerpt = defanged(lexicon::text::cut(&finding.excerpt, 120));
        session.say(&format!("  {}: {}: {excerpt}{via}", finding.field, finding.kind.word()));
    }
}
