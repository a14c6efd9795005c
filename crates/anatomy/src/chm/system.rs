//! What a help file says of itself (`#SYSTEM`): title, first page, compiler, language, time.

use lexicon::facts::SourceForm;

use crate::binary::{piece, u16_at, u32_at, u64_at};
use crate::specimen::Specimen;
use crate::time;

/// Entries of the file that are read.
const ENTRIES: usize = 64;

/// Tells what the file says; `language` is the one of its header.
pub(super) fn tell(specimen: &mut Specimen<'_, '_>, language: u32, bytes: &[u8]) {
    let entries = entries(bytes);
    let own = entries.iter().find(|(code, _)| *code == 4).map(|(_, value)| *value);
    let language = own.and_then(|value| u32_at(value, 0)).filter(|id| *id != 0).unwrap_or(language);
    for (code, value) in entries {
        let text = || {
            let text = value.split(|byte| *byte == 0).next().unwrap_or(&[]);
            forensics::charset::decode(text, charset(language)).text.into_owned()
        };
        match code {
            2 => specimen.property("help.first-page", text()),
            3 => {
                let title = text();
                specimen.property("document.title", title.as_str());
                specimen.source("title", SourceForm::Prose, &title);
            }
            4 => {
                let moment = u64_at(value, 0x14).and_then(time::filetime);
                specimen.property("document.created", moment.unwrap_or_default());
            }
            6 => specimen.property("help.project", text()),
            9 => specimen.property("document.application", text()),
            _ => {}
        }
    }
    if language != 0 {
        specimen.property("document.language", crate::office::language_name(language as u16));
    }
}

fn entries(bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let mut out = Vec::new();
    let mut at = 4;
    while out.len() < ENTRIES {
        let (Some(code), Some(length)) = (u16_at(bytes, at), u16_at(bytes, at + 2)) else { break };
        out.push((code, piece(bytes, at + 4, usize::from(length))));
        at += 4 + usize::from(length);
    }
    out
}

/// The code page that Windows has for a language; the charset is guessed for all others.
fn charset(language: u32) -> Option<&'static str> {
    match language {
        0x411 => Some("shift_jis"),
        0x404 => Some("big5"),
        0x804 => Some("gbk"),
        0x412 => Some("euc-kr"),
        0x419 => Some("windows-1251"),
        0x409 | 0x407 | 0x40c => Some("windows-1252"),
        _ => None,
    }
}
