//! What is asked, settled before any work: which arguments are paths, which one is the query, what is looked for.

use std::path::Path;

use lexicon::Lang;
use mailbox::query::{Context, Problem};
use mailbox::watch::{Wanted, Watch};
use mailbox::{Query, Question};

use super::Args;
use crate::clock;
use crate::intake;
use crate::outcome::Failure;
use crate::screen::Session;
use crate::screen::shape::width;

/// Bytes of an indicator list.
const MAX_LIST: u64 = 256 << 20;
/// Columns of a snippet.
const COLUMNS: usize = 160;

/// What is asked.
pub(super) struct Asked {
    pub(super) paths: Vec<String>,
    /// The query as written, where there is one.
    pub(super) text: Option<String>,
    pub(super) question: Question,
    /// False where only the index is to be brought up to date.
    pub(super) searches: bool,
}

pub(super) fn settle(args: &Args, session: &Session) -> Result<Asked, Failure> {
    let (paths, text) = split(args, session.lang)?;
    let context = Context::japan(clock::now());
    let query = match &text {
        Some(text) => Query::parse(text, &context)
            .map_err(|problem| Failure::Usage(pointed(text, &problem, session.lang)))?,
        None => Query::all(),
    };
    let mut list = Vec::new();
    for file in &args.indicators {
        read(file, &mut list, session)?;
    }
    let watch = (!args.indicators.is_empty()).then(|| Watch::new(list));
    let searches = text.is_some() || watch.is_some();
    Ok(Asked { paths, text, question: Question { query, watch, columns: COLUMNS }, searches })
}

/// Which of the arguments are paths, and which one is the query.
fn split(args: &Args, lang: Lang) -> Result<(Vec<String>, Option<String>), Failure> {
    let mut paths = args.given.clone();
    let mut text = args.query.clone();
    // With --query, and with indicators, every argument is a path: one that is missing is told as not read.
    if text.is_none() && args.indicators.is_empty() {
        let there = |path: &String| path == "-" || is_server(path) || Path::new(path).exists();
        if paths.last().is_some_and(|last| !there(last)) && (paths.len() > 1 || args.index.is_some()) {
            text = paths.pop();
        }
        let missing = paths.iter().find(|path| !there(path));
        let mistaken = text.as_ref().filter(|text| looks_like_path(text));
        if let Some(missing) = missing.or(mistaken) {
            return Err(Failure::Usage(match lang {
                Lang::Ja => format!(
                    "{missing}: ファイルもフォルダもありません。検索式は最後に 1 つだけ、空白を含むときは引用符で囲んで書くか、\
                     --query で書いてください"
                ),
                Lang::En => format!(
                    "{missing}: there is no such file or folder. The query is one argument and stands last: quote it if it has \
                     spaces, or give it by --query"
                ),
            }));
        }
    }
    if text.is_none() && args.indicators.is_empty() && args.index.is_none() {
        return Err(Failure::Usage(
            lang.pick(
                "何を探すかがありません。検索式か --indicators FILE を書いてください（例 noroshi hunt mail ~/Maildir invoice）",
                "there is nothing to look for; write a query or --indicators FILE, e.g. noroshi hunt mail ~/Maildir invoice",
            )
            .to_owned(),
        ));
    }
    if paths.is_empty() && args.index.is_none() {
        return Err(Failure::Usage(
            lang.pick(
                "どこを探すかがありません。メールボックスのパスか --index DIR を書いてください",
                "there is nowhere to look; write the path of a mailbox, or --index DIR",
            )
            .to_owned(),
        ));
    }
    Ok((paths, text))
}

/// True for what was most likely meant as a path.
fn looks_like_path(text: &str) -> bool {
    let ends =
        [".mbox", ".eml", ".msg", ".pst", ".mbx"].iter().any(|end| text.to_ascii_lowercase().ends_with(end));
    !text.contains([' ', ':']) && (ends || text.starts_with(['/', '~', '.']))
}

pub(super) fn is_server(path: &str) -> bool {
    path.starts_with("imap://") || path.starts_with("imaps://")
}

/// The problem, the query, and a mark below the place.
fn pointed(text: &str, problem: &Problem, lang: Lang) -> String {
    let shown = lexicon::text::visible(text);
    let before = text.get(..problem.at.start).unwrap_or_default();
    let here = text.get(problem.at.clone()).unwrap_or_default();
    // A long query is shown around the place.
    let (line, column) = if width(&shown) > 90 {
        let from: String = before.chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect();
        let to: String = text.get(problem.at.start..).unwrap_or_default().chars().take(50).collect();
        let from = lexicon::text::visible(&from);
        let column = width(&from) + 1;
        (format!("…{from}{}…", lexicon::text::visible(&to)), column)
    } else {
        (shown, width(&lexicon::text::visible(before)))
    };
    let mark = "^".repeat(width(&lexicon::text::visible(here)).clamp(1, 50));
    let head = lang.pick("検索式を読めません", "the query cannot be read");
    format!(
        "{head}: {}\n  {line}\n  {}{mark}\n  {}",
        problem.what(lang),
        " ".repeat(column),
        problem.hint(lang)
    )
}

fn read(path: &Path, list: &mut Vec<Wanted>, session: &Session) -> Result<(), Failure> {
    let shown = path.display();
    let text = intake::text_file(path, MAX_LIST).map_err(|why| {
        let why = why.of(session.lang);
        Failure::Input(match session.lang {
            Lang::Ja => format!("リスト {shown} を読めません: {why}"),
            Lang::En => format!("the list {shown} cannot be read: {why}"),
        })
    })?;
    let (set, problems) = indicators::set::parse("", &text, lexicon::Tlp::Amber, clock::now());
    for problem in &problems {
        session.say(&format!("{shown}: {problem}"));
    }
    if set.indicators.is_empty() {
        return Err(Failure::Input(match session.lang {
            Lang::Ja => format!("{shown} にインディケータがありません。1 行に 1 つ書いてください"),
            Lang::En => format!("{shown} holds no indicator; write one value a line"),
        }));
    }
    list.extend(set.indicators.into_iter().map(|indicator| Wanted {
        kind: indicator.kind,
        value: indicator.value,
        advisory: None,
    }));
    Ok(())
}
