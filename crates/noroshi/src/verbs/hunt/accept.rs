//! `noroshi hunt accept`: may this machine be installed? (S23)
//!
//! In 2016 a machine tool came with banking malware inside; the IDS told in 2018 (S22). What its sellers recommend since:
//! no name resolution outside, no access outside, and an inspection before it is installed.

use std::io::Write;
use std::path::PathBuf;

use hunter::log::Moment;
use hunter::sweep::{Contact, Contacts, Summary, Target, contacts};
use indicators::guard::{Guards, lists};
use lexicon::{Lang, ObservableType};
use serde::Serialize;

use super::html;
use super::logs::SweepArgs;
use super::report::{at, unread_line};
use super::sets::{Lists, Loaded, SetArgs};
use crate::outcome::{Failure, Outcome};
use crate::report::{Page, Style, defanged, harmless};
use crate::screen::Session;
use crate::screen::shape::{cut, number, pad, width};

/// Rows on the terminal.
const SHOWN: usize = 60;

/// Look through what a new machine sent, before it is installed (機器の受入検査)
///
/// PATH is a log captured while the machine ran alone: of a resolver, of a firewall or proxy, or Zeek's of a packet
/// capture. The report says what it contacted, how regularly, which names it had resolved outside, and what of it is
/// listed, and ends with a verdict on each point. Exit code 1 with --fail-on fault where a point fails.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi hunt accept zeek/ --indicators list.txt --device 192.168.10.20\n  noroshi hunt accept dns.log conn.log --indicators bundle.json --own-domain plant.example.co.jp --html acceptance.html"
)]
pub(crate) struct Args {
    /// Logs of the machine: files, folders, patterns, - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<String>,

    #[command(flatten)]
    lists: Lists,

    /// The machine's address: only lines of this client count
    #[arg(long, value_name = "ADDRESS")]
    device: Option<String>,

    /// A name or range that the machine may contact: names with everything below them; repeatable
    #[arg(long = "expected", value_name = "NAME|RANGE")]
    expected: Vec<String>,

    /// One JSON object
    #[arg(long)]
    json: bool,

    /// Also write one page for a browser to FILE
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Columns of the report [default: the terminal's]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,

    /// End with exit code 1 if a point fails: fault
    #[arg(long = "fail-on", value_name = "WHAT", value_parser = ["fault"])]
    fail_on: Option<String>,

    #[command(flatten)]
    sweep: SweepArgs,

    #[command(flatten)]
    set: SetArgs,
}

/// One point of the inspection.
#[derive(Debug, Serialize)]
struct Point {
    id: &'static str,
    passed: bool,
    count: u64,
    #[serde(skip)]
    ja: String,
    #[serde(rename = "text")]
    en: String,
}

/// What is outside: neither private nor expected.
struct Fence {
    guards: Guards,
    expected: Vec<indicators::guard::Cidr>,
}

impl Fence {
    fn new(expected: &[String]) -> Self {
        let ranges = expected.iter().filter_map(|text| {
            indicators::guard::Cidr::parse(text).or_else(|| {
                let address: std::net::IpAddr = text.parse().ok()?;
                indicators::guard::Cidr::new(address, if address.is_ipv4() { 32 } else { 128 })
            })
        });
        Self { expected: ranges.collect(), guards: Guards::builtin_for_examples().with_own_names(expected) }
    }

    fn is_outside(&self, target: &Target) -> bool {
        let inside = [lists::PRIVATE_RANGE, lists::OWN_NAMES, lists::RESERVED_NAME];
        let (kind, value) = match target {
            // Names without a public suffix are those of a house.
            Target::Name(name) if indicators::shape::classify(name).is_none() => return false,
            Target::Name(name) => (ObservableType::DomainName, name),
            Target::Address(address) => {
                if let Ok(address) = address.parse()
                    && self.expected.iter().any(|range| range.contains(address))
                {
                    return false;
                }
                match address.contains(':') {
                    true => (ObservableType::Ipv6Addr, address),
                    false => (ObservableType::Ipv4Addr, address),
                }
            }
        };
        !self.guards.against(kind, value).is_some_and(|mark| inside.contains(&mark.list.as_str()))
    }
}

/// Everything that the report shows.
struct Inspection<'a> {
    loaded: &'a Loaded,
    found: &'a Contacts,
    summary: &'a Summary,
    /// Each contact with whether it is outside.
    contacts: Vec<(&'a Contact, bool)>,
    points: Vec<Point>,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let (lists, paths) = args.lists.settle(args.paths)?;
    let loaded = args.set.load(&lists, session)?;
    let settings = args.sweep.settings(paths, false);
    let (found, summary) = contacts(&loaded.set, &settings, args.device.as_deref());
    let expected: Vec<String> = args.expected.iter().chain(args.set.own_domains()).cloned().collect();
    let fence = Fence::new(&expected);
    let told: Vec<(&Contact, bool)> =
        found.contacts.iter().map(|contact| (contact, fence.is_outside(&contact.target))).collect();
    let points = points(&told, &found, &summary);
    let failed = points.iter().any(|point| !point.passed);
    let inspection = Inspection { loaded: &loaded, found: &found, summary: &summary, contacts: told, points };
    let mut out = std::io::stdout().lock();
    if args.json {
        inspection.write_json(&mut out)?;
    } else {
        let style =
            Style { lang: session.lang, paint: session.paint, width: session.width(args.width), full: false };
        out.write_all(inspection.report(&style).as_bytes())?;
    }
    if let Some(file) = &args.html {
        std::fs::write(file, inspection.page(session.lang))?;
    }
    Ok(match (summary.is_incomplete(), args.fail_on.is_some() && failed) {
        (true, _) => Outcome::Unread,
        (false, true) => Outcome::Found,
        (false, false) => Outcome::Done,
    })
}

fn points(contacts: &[(&Contact, bool)], found: &Contacts, summary: &Summary) -> Vec<Point> {
    let count = |wanted: &dyn Fn(&Contact) -> bool| {
        contacts.iter().filter(|(contact, outside)| *outside && wanted(contact)).count() as u64
    };
    let names = count(&|contact| matches!(contact.target, Target::Name(_)));
    let addresses = count(&|contact| matches!(contact.target, Target::Address(_)));
    let beats = count(&|contact| contact.beat.regular().is_some());
    type Words = (&'static str, &'static str);
    let point = |id: &'static str, count: u64, good: Words, bad: Words| {
        let shown = number(count);
        let (ja, en) = if count == 0 { good } else { bad };
        Point { id, passed: count == 0, count, ja: ja.replace("{}", &shown), en: en.replace("{}", &shown) }
    };
    let unread = summary.unread.iter().filter(|unread| !unread.harmless).count() as u64
        + found.not_understood
        + u64::from(contacts.is_empty());
    vec![
        point(
            "listed",
            summary.hits,
            ("既知のインディケータとの一致はありません", "nothing listed was contacted"),
            (
                "既知のインディケータと {} 件一致しました。設置しないでください",
                "{} hits of listed indicators: do not install it",
            ),
        ),
        point(
            "resolves-outside",
            names,
            ("外部の名前を解決していません", "it asked for no name outside"),
            (
                "外部の名前を {} 件求めました。必要なものか、製造元に確かめてください",
                "it asked for {} names outside: ask its maker what they are for",
            ),
        ),
        point(
            "reaches-outside",
            addresses,
            ("外部のアドレスに接続していません", "it reached no address outside"),
            ("外部のアドレス {} 件に接続しました", "it reached {} addresses outside"),
        ),
        point(
            "regular",
            beats,
            ("外部への定期的な通信は見られません", "no steady beat towards the outside"),
            (
                "一定の間隔で外部と通信する先が {} 件あります（遠隔操作ツールの特徴）",
                "{} destinations outside are called at a steady beat, as remote access tools do",
            ),
        ),
        point(
            "complete",
            unread,
            ("ログはすべて読めました", "the logs were read completely"),
            (
                "読めないか、通信先の分からないログや行が {} 件あります。検査は完全ではありません",
                "{} logs or lines could not be read or tell no destination: the inspection is incomplete",
            ),
        ),
    ]
}

fn target(contact: &Contact) -> String {
    let (Target::Name(text) | Target::Address(text)) = &contact.target;
    match contact.port {
        Some(port) => format!("{} :{port}", defanged(text)),
        None => defanged(text),
    }
}

fn beat(contact: &Contact, lang: Lang) -> String {
    match contact.beat.regular() {
        None => String::new(),
        Some(mean) if mean < 120.0 => match lang {
            Lang::Ja => format!("約 {mean:.0} 秒ごと"),
            Lang::En => format!("every {mean:.0} s"),
        },
        Some(mean) => match lang {
            Lang::Ja => format!("約 {:.0} 分ごと", mean / 60.0),
            Lang::En => format!("every {:.0} min", mean / 60.0),
        },
    }
}

#[derive(Serialize)]
struct ContactLine<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    value: &'a str,
    port: Option<u16>,
    outside: bool,
    count: u64,
    first: Option<String>,
    last: Option<String>,
    every_seconds: Option<f64>,
}

#[derive(Serialize)]
struct HitLine<'a> {
    source: &'a str,
    line: u64,
    time: Option<String>,
    who: &'a str,
    what: &'a str,
    indicator: &'a str,
}

#[derive(Serialize)]
struct Whole<'a> {
    passed: bool,
    points: &'a [Point],
    contacts: Vec<ContactLine<'a>>,
    clients: Vec<(&'a str, u64)>,
    hits: Vec<HitLine<'a>>,
    skipped: Vec<String>,
}

impl Inspection<'_> {
    fn passed(&self) -> bool {
        self.points.iter().all(|point| point.passed)
    }

    fn title(&self, lang: Lang) -> &'static str {
        match self.passed() {
            true => lang.pick("受入検査: 合格", "Acceptance: passed"),
            false => lang.pick("受入検査: 確認が必要です", "Acceptance: not passed"),
        }
    }

    fn write_json(&self, out: &mut impl Write) -> Result<(), Failure> {
        let told = |time: Option<Moment>| time.map(|time| time.to_string());
        let contacts = self.contacts.iter().map(|(contact, outside)| {
            let (kind, value) = match &contact.target {
                Target::Name(name) => ("domain-name", name),
                Target::Address(address) if address.contains(':') => ("ipv6-addr", address),
                Target::Address(address) => ("ipv4-addr", address),
            };
            ContactLine {
                kind,
                value,
                port: contact.port,
                outside: *outside,
                count: contact.count,
                first: told(contact.first),
                last: told(contact.last),
                every_seconds: contact.beat.regular().map(|mean| (mean * 10.0).round() / 10.0),
            }
        });
        let whole = Whole {
            passed: self.passed(),
            points: &self.points,
            contacts: contacts.collect(),
            clients: self.found.clients.iter().map(|(client, lines)| (client.as_str(), *lines)).collect(),
            hits: self
                .found
                .hits
                .iter()
                .map(|(source, hit)| HitLine {
                    source,
                    line: hit.line,
                    time: told(hit.time),
                    who: &hit.who,
                    what: &hit.what,
                    indicator: self.loaded.set.value(hit.entry),
                })
                .collect(),
            skipped: self.summary.unread.iter().map(|unread| unread_line(unread, Lang::En)).collect(),
        };
        serde_json::to_writer(&mut *out, &whole).map_err(std::io::Error::from)?;
        Ok(writeln!(out)?)
    }

    /// Outside first, most often first.
    fn rows(&self) -> Vec<&(&Contact, bool)> {
        let mut rows: Vec<_> = self.contacts.iter().collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then(b.0.count.cmp(&a.0.count)).then(a.0.target.cmp(&b.0.target)));
        rows
    }

    fn report(&self, style: &Style) -> String {
        let mut page = Page::new(style);
        let lang = style.lang;
        let paint = page.paint();
        page.blank();
        let title = self.title(lang);
        page.line(&if self.passed() { paint.green(title) } else { paint.red(title) });
        for point in &self.points {
            let text = lang.pick(&point.ja, &point.en);
            let line = match point.passed {
                true => format!("{} {text}", paint.green("✓")),
                false => format!("{} {}", paint.red("✗"), paint.bold(text)),
            };
            page.line(&line);
        }
        let clients: Vec<String> = self
            .found
            .clients
            .iter()
            .take(5)
            .map(|(client, lines)| format!("{} ({})", harmless(client), number(*lines)))
            .collect();
        page.blank();
        let more = self.found.clients.len().saturating_sub(5);
        let clients = if more > 0 {
            format!("{} +{}", clients.join(", "), number(more as u64))
        } else {
            clients.join(", ")
        };
        page.field(page.t("端末（行数）", "Machines"), &clients, str::to_owned);
        page.section(page.t("通信先", "Contacts"), &format!("({})", number(self.contacts.len() as u64)));
        let room = page.room().saturating_sub(8 + 10 + 42 + 16).max(20);
        for (contact, outside) in self.rows().into_iter().take(SHOWN) {
            let mark = if *outside { page.t("外部", "outside") } else { page.t("内部", "inside") };
            let shown = pad(&cut(&target(contact), room), room);
            let count = number(contact.count);
            let line = format!(
                "{} {} {}{}  {}  {}  {}",
                if *outside { paint.yellow(&pad(mark, 8)) } else { paint.dim(&pad(mark, 8)) },
                shown,
                " ".repeat(8usize.saturating_sub(width(&count))),
                count,
                at(contact.first, lang),
                at(contact.last, lang),
                paint.red(&beat(contact, lang))
            );
            page.line(&line);
        }
        if self.contacts.len() > SHOWN {
            page.more(self.contacts.len() - SHOWN, 0);
        }
        if !self.found.hits.is_empty() {
            page.section(page.t("一致", "Hits"), &format!("({})", number(self.summary.hits)));
            for (path, hit) in self.found.hits.iter().take(SHOWN) {
                let line = format!(
                    "{}  {}  {}  ← {}",
                    at(hit.time, lang),
                    harmless(&hit.who),
                    paint.red(&defanged(&hit.what)),
                    defanged(self.loaded.set.value(hit.entry))
                );
                page.line(&line);
                page.line(&paint.dim(&format!("  {}:{}", harmless(path), hit.line)));
            }
        }
        for unread in &self.summary.unread {
            page.line(&paint.yellow(&unread_line(unread, lang)));
        }
        page.blank();
        page.out
    }

    fn page(&self, lang: Lang) -> String {
        use std::fmt::Write as _;
        let mut out = html::begin(self.title(lang), lang);
        out.push_str("<ul>\n");
        for point in &self.points {
            let (mark, class) = if point.passed { ("✓", "") } else { ("✗", " class=\"hit\"") };
            let _ = writeln!(out, "<li{class}>{mark} {}</li>", html::escape(lang.pick(&point.ja, &point.en)));
        }
        let _ = write!(
            out,
            "</ul>\n<h2>{}</h2>\n<div class=\"scroll\"><table><thead><tr>",
            lang.pick("通信先", "Contacts")
        );
        for head in [
            lang.pick("通信先", "destination"),
            lang.pick("内外", "where"),
            lang.pick("件数", "count"),
            lang.pick("初回", "first"),
            lang.pick("最終", "last"),
            lang.pick("間隔", "interval"),
        ] {
            let _ = write!(out, "<th scope=\"col\">{head}</th>");
        }
        out.push_str("</tr></thead><tbody>\n");
        for (contact, outside) in self.rows() {
            let _ = writeln!(
                out,
                "<tr><td class=\"v\">{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"t\">{}</td><td class=\"t\">{}</td><td>{}</td></tr>",
                html::escape(&target(contact)),
                if *outside { lang.pick("外部", "outside") } else { lang.pick("内部", "inside") },
                number(contact.count),
                at(contact.first, lang),
                at(contact.last, lang),
                beat(contact, lang)
            );
        }
        out.push_str("</tbody></table></div>\n");
        if !self.found.hits.is_empty() {
            let _ = write!(out, "<h2>{}</h2>\n<ul>\n", lang.pick("一致", "Hits"));
            for (path, hit) in &self.found.hits {
                let _ = writeln!(
                    out,
                    "<li><span class=\"hit\">{}</span> {} {} <span class=\"dim\">{}:{}</span></li>",
                    html::escape(&defanged(&hit.what)),
                    html::escape(&harmless(&hit.who)),
                    at(hit.time, lang),
                    html::escape(&harmless(path)),
                    hit.line
                );
            }
            out.push_str("</ul>\n");
        }
        for unread in &self.summary.unread {
            let _ = writeln!(out, "<p class=\"dim\">{}</p>", html::escape(&unread_line(unread, lang)));
        }
        out.push_str("</body></html>\n");
        out
    }
}
