//! The last lines: what all mails come to, and what could not be read.

use lexicon::Lang;

use super::{Counts, Style, harmless};
use crate::intake::Notes;
use crate::screen::Session;
use crate::screen::shape::number;

/// The sums over all mails of a report.
pub(crate) fn summary(counts: &Counts, style: &Style) -> String {
    let paint = style.paint;
    let n = number;
    let parts: Vec<String> = match style.lang {
        Lang::Ja => vec![
            paint.bold(&format!("{} 通", n(counts.mails))),
            warn(style, counts.suspicious, &format!("強い手掛かりのあるもの {} 通", n(counts.suspicious))),
            format!("添付 {}", n(counts.attachments)),
            format!("インディケータ {}（除外 {}）", n(counts.indicators), n(counts.guarded)),
            format!("形式の異状 {} 通", n(counts.odd)),
        ],
        Lang::En => vec![
            paint.bold(&format!("{} mails", n(counts.mails))),
            warn(style, counts.suspicious, &format!("{} with a strong tell", n(counts.suspicious))),
            format!("{} attachments", n(counts.attachments)),
            format!("{} indicators ({} guarded)", n(counts.indicators), n(counts.guarded)),
            format!("{} odd as data", n(counts.odd)),
        ],
    };
    format!("{}\n{}\n", paint.cyan(&"━".repeat(style.width)), parts.join("  ·  "))
}

fn warn(style: &Style, count: u64, text: &str) -> String {
    if count > 0 { style.paint.red(text) } else { text.to_owned() }
}

/// What was passed over and what could not be read, on standard error.
pub(crate) fn notes(session: &Session, notes: &Notes, mails: u64) {
    let lang = session.lang;
    if notes.no_mails > 0 {
        session.say(&match lang {
            Lang::Ja => format!(
                "メールに見えないファイル {} 件を飛ばしました（読ませるには名前で指定してください）",
                number(notes.no_mails)
            ),
            Lang::En => {
                let files = if notes.no_mails == 1 { "file that does" } else { "files that do" };
                format!(
                    "passed over {} {files} not look like mail (name a file to have it read anyway)",
                    number(notes.no_mails)
                )
            }
        });
    }
    if notes.not_followed > 0 {
        session.say(&match lang {
            Lang::Ja => {
                format!("シンボリックリンクなど {} 件はたどりませんでした", number(notes.not_followed))
            }
            Lang::En => {
                format!("did not follow {} symbolic links or special files", number(notes.not_followed))
            }
        });
    }
    if notes.unread.is_empty() {
        if mails == 0 {
            session.say(lang.pick("メールがありませんでした", "there was no mail"));
        }
        return;
    }
    let head = match lang {
        Lang::Ja => format!("読めなかったもの {} 件:", number(notes.unread.len() as u64)),
        Lang::En => format!("could not be read: {}", number(notes.unread.len() as u64)),
    };
    session.say(&session.paint_error.red(&head));
    for (path, why) in &notes.unread {
        session.say(&format!("  {}: {}", harmless(path), why.of(lang)));
    }
}
