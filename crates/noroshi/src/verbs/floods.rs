//! `noroshi floods`: what web forms were sent → floods, sources beside organisations.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use casework::flood::{Floods, Given, Post, floods};
use clap::builder::NonEmptyStringValueParser;
use exchange::forms;
use lexicon::Lang;
use serde::Serialize;

use crate::intake;
use crate::outcome::{Failure, Outcome};
use crate::report::{Page, Style, harmless};
use crate::screen::Session;
use crate::screen::shape::{cut, number, pad};

/// Bytes of one file.
const MAX_FILE: u64 = 1 << 30;
/// Files of one run.
const MAX_FILES: usize = 10_000;

/// Find floods of web forms: meaningless content in bursts, the same sources at several organisations (フォームへの大量送信)
///
/// Reads submissions as CSV or JSON lines (columns known by their names in Japanese and English: 日時, IPアドレス …), and
/// web servers' access logs. A file is one organisation, named by it; in a folder, a sub-folder is one organisation.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi floods inquiry.csv access.log\n  noroshi floods --json city-a.csv gas-b.jsonl > floods.json\n  noroshi floods --fail-on forms/"
)]
pub(crate) struct Args {
    /// Files and folders; - is standard input
    #[arg(required = true, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    paths: Vec<String>,

    /// JSON (the default where no terminal is)
    #[arg(long, conflicts_with = "report")]
    json: bool,

    /// The table for people, also where no terminal is
    #[arg(long)]
    report: bool,

    /// End with exit code 1 if a flood is found
    #[arg(long)]
    fail_on: bool,

    /// Columns of the table [default: the terminal's]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

#[derive(Serialize)]
struct Output<'a> {
    sources: Vec<OneSource<'a>>,
    organisations: &'a [String],
    first: Option<String>,
    last: Option<String>,
    read: Read,
}

#[derive(Serialize)]
struct Read {
    rows: usize,
    without_time_or_source: u64,
    lines_not_read: usize,
}

#[derive(Serialize)]
struct OneSource<'a> {
    address: &'a str,
    country: Option<&'a str>,
    floods_pages: bool,
    organisations: Vec<OneCell<'a>>,
}

#[derive(Serialize)]
struct OneCell<'a> {
    organisation: &'a str,
    forms: u64,
    meaningless: u64,
    densest_in_ten_minutes: u64,
    pages: u64,
    floods_forms: bool,
    floods_pages: bool,
    first: Option<String>,
    last: Option<String>,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for path in &args.paths {
        list(Path::new(path), &mut files).map_err(|error| Failure::Input(format!("{path}: {error}")))?;
    }
    let mut given: Vec<(String, Vec<Post>)> = Vec::new();
    let mut read = Read { rows: 0, without_time_or_source: 0, lines_not_read: 0 };
    let mut complete = true;
    let bar = crate::report::progress(session, files.len() > 1);
    for (organisation, path) in files {
        bar.inc(1);
        let shown = harmless(&path.to_string_lossy());
        let bytes = match intake::file(&path, MAX_FILE) {
            Ok(bytes) => bytes,
            Err(why) => {
                complete = false;
                session.say(&format!("{shown}: {}", why.of(session.lang)));
                continue;
            }
        };
        let forms = forms::read(&bytes);
        if forms.format.is_empty() {
            complete = false;
            session.say(&match session.lang {
                Lang::Ja => format!(
                    "{shown}: フォームの記録として読めません（CSV は日時と IP アドレスの列が要ります）"
                ),
                Lang::En => format!(
                    "{shown}: not a record of forms (CSV needs columns for the time and the IP address)"
                ),
            });
            continue;
        }
        if let Some(line) = forms.unread.first() {
            session.say(&match session.lang {
                Lang::Ja => format!("{shown}: {line} 行目など {} 行は読めませんでした", forms.unread_count),
                Lang::En => {
                    format!("{shown}: {} lines could not be read, line {line} the first", forms.unread_count)
                }
            });
        }
        read.rows += forms.rows.len();
        read.lines_not_read += forms.unread_count;
        let posts = forms.rows.into_iter().map(|row| Post {
            country: row.country,
            ..Post::of(row.time.as_deref(), &row.source, &row.target, row.fields.as_deref(), row.sent)
        });
        match given.iter_mut().find(|(name, _)| *name == organisation) {
            Some((_, all)) => all.extend(posts),
            None => given.push((organisation, posts.collect())),
        }
    }
    bar.finish_and_clear();
    let batches: Vec<Given<'_>> =
        given.iter().map(|(organisation, posts)| Given { organisation, posts }).collect();
    let found = floods(&batches);
    read.without_time_or_source = found.without_time;

    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json || (!args.report && !session.out_is_terminal) {
        serde_json::to_writer_pretty(&mut out, &output(&found, read)).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    } else {
        let style =
            Style { lang: session.lang, paint: session.paint, width: session.width(args.width), full: false };
        out.write_all(table(&found, read.rows, &style).as_bytes())?;
    }
    out.flush()?;
    Ok(match complete {
        false => Outcome::Unread,
        true if args.fail_on && !found.sources.is_empty() => Outcome::Found,
        true => Outcome::Done,
    })
}

/// The files below a path, each with the name of its organisation, in a settled order.
fn list(path: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if path == Path::new("-") || !std::fs::metadata(path)?.is_dir() {
        let name = path.file_stem().map_or_else(|| "-".into(), |stem| stem.to_string_lossy().into_owned());
        files.push((name, path.to_owned()));
        return Ok(());
    }
    let mut open: Vec<(Option<String>, PathBuf)> = vec![(None, path.to_owned())];
    while let Some((organisation, folder)) = open.pop() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(&folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        entries.sort();
        for entry in entries {
            if files.len() >= MAX_FILES {
                return Ok(());
            }
            let stem = entry.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let meta = std::fs::symlink_metadata(&entry)?;
            if meta.is_dir() {
                open.push((Some(organisation.clone().unwrap_or(stem)), entry));
            } else if meta.is_file() {
                files.push((organisation.clone().unwrap_or(stem), entry));
            }
        }
    }
    files.sort();
    Ok(())
}

fn jst(at: jiff::Timestamp) -> String {
    at.to_zoned(lexicon::time::jst()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn output(found: &Floods, read: Read) -> Output<'_> {
    let sources = found.sources.iter().map(|source| OneSource {
        address: &source.address,
        country: source.country.as_deref(),
        floods_pages: source.floods_pages(),
        organisations: source
            .cells
            .iter()
            .map(|(organisation, cell)| OneCell {
                organisation,
                forms: cell.forms,
                meaningless: cell.meaningless,
                densest_in_ten_minutes: cell.densest,
                pages: cell.pages,
                floods_forms: cell.floods_forms,
                floods_pages: cell.floods_pages,
                first: cell.first.map(jst),
                last: cell.last.map(jst),
            })
            .collect(),
    });
    Output {
        sources: sources.collect(),
        organisations: &found.organisations,
        first: found.span.map(|(first, _)| jst(first)),
        last: found.span.map(|(_, last)| jst(last)),
        read,
    }
}

/// Sources shown.
const MAX_SHOWN: usize = 60;

fn table(found: &Floods, rows: usize, style: &Style) -> String {
    let mut page = Page::new(style);
    let paint = style.paint;
    for source in found.sources.iter().take(MAX_SHOWN) {
        let country = source.country.as_deref().map(harmless).unwrap_or_default();
        let pages = if source.floods_pages() {
            page.t("  ページへの大量アクセスも", "  floods pages too")
        } else {
            ""
        };
        page.out.push_str(&format!(
            "{} {} {}{}\n",
            paint.red("●"),
            paint.bold(&pad(&source.address, 20)),
            country,
            paint.red(pages)
        ));
        for (organisation, cell) in &source.cells {
            let n = number;
            let text = match style.lang {
                Lang::Ja => format!(
                    "{}  送信 {}（うち無意味 {}、10 分間に最大 {}）  ページ {}",
                    pad(&harmless(organisation), 24),
                    n(cell.forms),
                    n(cell.meaningless),
                    n(cell.densest),
                    n(cell.pages)
                ),
                Lang::En => format!(
                    "{}  sent {} ({} meaningless, {} in ten minutes at most)  pages {}",
                    pad(&harmless(organisation), 24),
                    n(cell.forms),
                    n(cell.meaningless),
                    n(cell.densest),
                    n(cell.pages)
                ),
            };
            page.line(&cut(&text, page.room()));
        }
    }
    if found.sources.len() > MAX_SHOWN {
        page.line(&match style.lang {
            Lang::Ja => format!("… ほか {} 件（--json ですべて）", found.sources.len() - MAX_SHOWN),
            Lang::En => format!("… and {} more (--json has all)", found.sources.len() - MAX_SHOWN),
        });
    }
    let several = found.sources.iter().filter(|source| source.flooded().nth(1).is_some()).count();
    let n = |value: usize| number(value as u64);
    let line = match style.lang {
        Lang::Ja => format!(
            "{} 件の記録  ·  送信元 {}（複数組織へ {}）  ·  被害組織 {}",
            n(rows),
            n(found.sources.len()),
            n(several),
            n(found.organisations.len())
        ),
        Lang::En => format!(
            "{} records  ·  {} sources ({} at several organisations)  ·  {} organisations flooded",
            n(rows),
            n(found.sources.len()),
            n(several),
            n(found.organisations.len())
        ),
    };
    page.out.push_str(&format!("{}\n{}\n", paint.cyan(&"━".repeat(style.width)), paint.bold(&line)));
    page.out
}
