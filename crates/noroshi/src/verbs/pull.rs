//! `noroshi pull`: what a hub has released to us → a local set that the hunter reads.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use courier::feed::{Advisory, Answer, HubKey, Seal, Untrue, verify};
use courier::limits::MAX_SET;
use courier::set::{Changes, Set};
use lexicon::Lang;
use serde::{Deserialize, Serialize};

use crate::outcome::{Failure, Outcome};
use crate::remote::{Ask, Hub, HubArgs, Reply, unreadable, write_whole};
use crate::report::harmless;
use crate::screen::Session;
use crate::screen::shape::{cut, number, pad};
use crate::{clock, intake};

/// Pages of one pull; a hub that has more is at fault.
const MAX_PAGES: usize = 10_000;

/// Pull the indicators that the hub has released to you into a local set (受け取る)
///
/// The set is one file that noroshi hunt --indicators reads. Pulling again fetches what changed: new advisories come in,
/// withdrawn ones go out. Every answer is checked against the hub's key, which is remembered at the first pull.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi pull --hub https://hub.example.org --token-file ~/.noroshi-token\n  noroshi pull --hub https://hub.example.org --set /var/lib/noroshi/set.json --json\n  noroshi hunt dns /var/log/named --indicators noroshi-set.json --jsonl > hits.jsonl"
)]
pub(crate) struct Args {
    #[command(flatten)]
    hub: HubArgs,

    /// The set's file
    #[arg(long, value_name = "FILE", default_value = "noroshi-set.json")]
    set: PathBuf,

    /// The hub's public key, base64: the operator tells it, and GET /api/v1/indicators/key shows it
    #[arg(long, value_name = "KEY")]
    hub_key: Option<HubKey>,

    /// Exit with 1 if something is new
    #[arg(long, value_name = "WHAT", value_enum)]
    fail_on: Option<FailOn>,

    /// JSON
    #[arg(long)]
    json: bool,
}

/// What makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// New or changed advisories.
    New,
}

#[derive(Deserialize)]
struct KeyAnswer {
    algorithm: String,
    key: String,
}

#[derive(Serialize)]
struct Output<'a> {
    hub: &'a str,
    key: String,
    set: String,
    new: Vec<Row<'a>>,
    updated: Vec<Row<'a>>,
    withdrawn: Vec<Gone<'a>>,
    advisories: usize,
    indicators: usize,
    restarted: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    number: &'a str,
    version: u32,
    title: &'a str,
    tlp: &'a str,
    released: &'a str,
    indicators: usize,
}

#[derive(Serialize)]
struct Gone<'a> {
    id: &'a str,
    number: &'a str,
}

impl<'a> From<&'a Advisory> for Row<'a> {
    fn from(advisory: &'a Advisory) -> Self {
        let Advisory { id, number, version, title, tlp, released, indicators, .. } = advisory;
        Self { id, number, version: *version, title, tlp, released, indicators: indicators.len() }
    }
}

fn rows<'a>(set: &'a Set, ids: &BTreeSet<String>) -> Vec<Row<'a>> {
    ids.iter().filter_map(|id| set.advisory(id)).map(Row::from).collect()
}

/// Reads a set.
pub(super) fn read_set(path: &Path, lang: Lang) -> Result<Set, Failure> {
    let text = intake::text_file(path, MAX_SET).map_err(|why| unreadable(path, &why, lang))?;
    Set::parse(&text).map_err(|error| {
        let shown = path.display();
        Failure::Input(match lang {
            Lang::Ja => format!("{shown} は noroshi pull の書いたセットとして読めません: {error}"),
            Lang::En => format!("{shown}: {error}"),
        })
    })
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let lang = session.lang;
    let hub = args.hub.open(session)?;
    let there = args.set.exists();
    let mut set = match (there, args.hub_key) {
        (true, _) => read_set(&args.set, lang)?,
        (false, Some(key)) => Set::new(hub.address(), key),
        (false, None) => {
            let key = ask_key(&hub, lang)?;
            session.say(&match lang {
                Lang::Ja => format!("情報ハブの鍵を覚えました: {key}（運用者に確かめてください）"),
                Lang::En => {
                    format!("the hub's key is remembered: {key} (compare it with what its operator says)")
                }
            });
            Set::new(hub.address(), key)
        }
    };
    if set.hub != hub.address() {
        let (shown, of, asked) = (args.set.display(), harmless(&set.hub), hub.address());
        return Err(Failure::Usage(match lang {
            Lang::Ja => {
                format!("{shown} は {of} のセットです。{asked} には別のファイルを --set で指定してください")
            }
            Lang::En => format!("{shown} is the set of {of}; name another file with --set for {asked}"),
        }));
    }
    if let Some(key) = args.hub_key {
        set.key = key;
    }
    let before = set.clone();
    let pulled = pull(&hub, &mut set, lang);
    // What came in before a failure is whole and stays; the next pull goes on from there.
    if set != before || pulled.is_ok() {
        set.pulled = Some(clock::now());
        write_whole(&args.set, set.to_text().as_bytes()).map_err(|error| {
            let (shown, why) = (args.set.display(), intake::Why::from(&error).of(lang));
            Failure::Input(match lang {
                Lang::Ja => format!("{shown} に書き込めません: {why}"),
                Lang::En => format!("{shown} cannot be written: {why}"),
            })
        })?;
    }
    let restarted = pulled?;
    let changes = set.changes_since(&before);
    if args.json {
        json(&args, &set, &before, &changes, restarted)?;
    } else {
        tell(&args, &set, &before, &changes, restarted, session)?;
    }
    let found = args.fail_on.is_some() && !(changes.new.is_empty() && changes.updated.is_empty());
    Ok(if found { Outcome::Found } else { Outcome::Done })
}

fn ask_key(hub: &Hub, lang: Lang) -> Result<HubKey, Failure> {
    let reply = hub.ask("/api/v1/indicators/key", Ask::Get(None))?;
    serde_json::from_slice::<KeyAnswer>(&reply.body)
        .ok()
        .filter(|answer| reply.status == 200 && answer.algorithm == "ed25519")
        .and_then(|answer| answer.key.parse().ok())
        .ok_or_else(|| not_a_hub(hub, &reply, lang))
}

fn not_a_hub(hub: &Hub, reply: &Reply, lang: Lang) -> Failure {
    let (address, why) = (hub.address(), reply.refusal(lang));
    Failure::Input(match lang {
        Lang::Ja => format!(
            "{address} から読める応答がありません（{why}）。--hub のアドレスと、トークンの権限（参加組織かベンダー）を確かめてください"
        ),
        Lang::En => format!(
            "{address} gave no answer that can be read ({why}); check the address of --hub, and that the token is a member's or vendor's"
        ),
    })
}

/// Pulls page after page; true if the list began anew.
fn pull(hub: &Hub, set: &mut Set, lang: Lang) -> Result<bool, Failure> {
    let mut restarted = false;
    for _ in 0..MAX_PAGES {
        let asked = set.next.clone();
        let path = match &asked {
            Some(after) => format!("/api/v1/indicators?after={after}"),
            None => "/api/v1/indicators".to_owned(),
        };
        let reply = hub.ask(&path, Ask::Get(set.etag.as_deref()))?;
        let body = match reply.status {
            200 => Some(reply.body.as_slice()),
            304 if set.etag.is_some() => None,
            // A place that a hub restored from an old backup does not know in any form.
            422 if asked.is_some() => {
                set.next = None;
                set.etag = None;
                continue;
            }
            _ => return Err(not_a_hub(hub, &reply, lang)),
        };
        let etag = reply.header("etag");
        let seal =
            Seal { etag, signature: reply.header("noroshi-signature"), key: reply.header("noroshi-key") };
        verify(body, seal, &set.key).map_err(|untrue| distrust(hub, untrue, lang))?;
        let Some(body) = body else {
            // "Nothing has changed" is believed about what we have, not about something else.
            if set.etag.as_deref() != Some(etag) {
                return Err(distrust(hub, Untrue::OtherQuestion, lang));
            }
            return Ok(restarted);
        };
        let answer = Answer::read(body, asked.as_deref()).map_err(|untrue| distrust(hub, untrue, lang))?;
        let (more, next) = (answer.more, answer.next.clone());
        restarted |= answer.restart;
        // The mark belongs to the place that was asked from: it helps the next time only if that is the same.
        set.etag = (next == asked).then(|| etag.to_owned());
        set.apply(answer).map_err(|error| distrust(hub, Untrue::Unreadable(error.to_string()), lang))?;
        if !more {
            return Ok(restarted);
        }
    }
    Err(distrust(hub, Untrue::Unreadable("it never ends".to_owned()), lang))
}

fn distrust(hub: &Hub, untrue: Untrue, lang: Lang) -> Failure {
    let address = hub.address();
    Failure::Input(match (&untrue, lang) {
        (Untrue::OtherKey, Lang::Ja) => format!(
            "{address} の応答は、覚えている鍵とは別の鍵で署名されています。何も取り込んでいません。情報ハブの運用者に電話などで確かめ、鍵が替わったのであれば、新しい鍵を --hub-key で指定してください"
        ),
        (Untrue::OtherKey, Lang::En) => format!(
            "{address} signs with another key than the one that is remembered; nothing was taken in. Ask the hub's operator by another way, and if the key was changed, give the new one with --hub-key"
        ),
        (Untrue::Signature, Lang::Ja) => {
            format!(
                "{address} の応答の署名が合いません。途中で書き換えられたおそれがあります。何も取り込んでいません"
            )
        }
        (Untrue::Signature, Lang::En) => {
            format!(
                "the signature of the answer of {address} does not fit: it may have been changed on the way; nothing was taken in"
            )
        }
        (Untrue::OtherQuestion, Lang::Ja) => {
            format!("{address} の応答は、別の問い合わせへのものです。何も取り込んでいません")
        }
        (Untrue::OtherQuestion, Lang::En) => {
            format!("{address} gave the answer to another question; nothing was taken in")
        }
        (Untrue::Unreadable(why), Lang::Ja) => format!("{address} の応答を読めません: {}", harmless(why)),
        (Untrue::Unreadable(why), Lang::En) => {
            format!("the answer of {address} cannot be read: {}", harmless(why))
        }
    })
}

fn json(args: &Args, set: &Set, before: &Set, changes: &Changes, restarted: bool) -> Result<(), Failure> {
    let output = Output {
        hub: &set.hub,
        key: set.key.to_string(),
        set: args.set.to_string_lossy().into_owned(),
        new: rows(set, &changes.new),
        updated: rows(set, &changes.updated),
        withdrawn: changes
            .withdrawn
            .iter()
            .filter_map(|id| before.advisory(id))
            .map(|advisory| Gone { id: &advisory.id, number: &advisory.number })
            .collect(),
        advisories: set.holding(),
        indicators: set.indicators(),
        restarted,
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &output).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

fn tell(
    args: &Args,
    set: &Set,
    before: &Set,
    changes: &Changes,
    restarted: bool,
    session: &Session,
) -> Result<(), Failure> {
    let (lang, paint) = (session.lang, session.paint);
    let mut out = std::io::stdout().lock();
    let width = session.width(None);
    let mut list = |word: &str, ids: &BTreeSet<String>, from: &Set| -> std::io::Result<()> {
        let mut rows: Vec<&Advisory> = ids.iter().filter_map(|id| from.advisory(id)).collect();
        rows.sort_by(|a, b| a.number.cmp(&b.number));
        for row in rows {
            let count = number(row.indicators.len() as u64);
            let unit = lang.pick("件", "indicators");
            let head = format!("{}  {}  {}  ", pad(word, 10), pad(&row.number, 13), pad(&row.tlp, 16));
            let tail = format!("{}  ({count} {unit})", harmless(&row.title));
            writeln!(out, "{}{}", paint.bold(&head), cut(&tail, width.saturating_sub(45).max(20)))?;
        }
        Ok(())
    };
    list(lang.pick("新規", "new"), &changes.new, set)?;
    list(lang.pick("更新", "updated"), &changes.updated, set)?;
    list(lang.pick("取り下げ", "withdrawn"), &changes.withdrawn, before)?;
    if restarted {
        session.say(lang.pick(
            "情報ハブの一覧を最初から取り直しました（所属する SIG が変わったか、情報ハブが復旧されました）",
            "the list was pulled anew: your SIGs have changed, or the hub was restored",
        ));
    }
    let (advisories, indicators) = (number(set.holding() as u64), number(set.indicators() as u64));
    let shown = args.set.display();
    let nothing = changes.is_empty();
    writeln!(
        out,
        "{}",
        match lang {
            Lang::Ja => format!(
                "{}{shown}: 注意喚起 {advisories} 件、インディケータ {indicators} 件",
                if nothing { "変わりありません。" } else { "" }
            ),
            Lang::En => format!(
                "{}{shown}: {advisories} advisories, {indicators} indicators",
                if nothing { "nothing new. " } else { "" }
            ),
        }
    )?;
    Ok(())
}
