//! Windows shortcuts (MS-SHLLINK): what they start, with which arguments, and what they still know of the machine
//! on which they were made.

mod extra;
mod items;
mod judge;
mod place;
mod store;
#[cfg(test)]
mod tests;

use crate::binary::{piece, u16_at, u32_at, u64_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

/// Characters of one string of a shortcut that are read; Windows itself takes 32,767 at most.
const STRING_CHARS: usize = 65_535;

/// Bytes after the end of a shortcut from which on they are taken for a file of their own.
const APPENDED_FILE: usize = 64;

pub(crate) static ANALYSER: Analyser =
    Analyser { kinds: &["lnk"], run, tells: judge::TELLS, oddities: judge::ODDITIES };

/// What is remembered of a shortcut until all of it is read.
#[derive(Default)]
struct Shortcut {
    /// The paths to the target, by where they stand, the most telling first.
    targets: Vec<(&'static str, String)>,
    arguments: String,
    /// The id of a packaged application, which has no path.
    application: String,
    relative: String,
    icon: String,
    icon_index: i32,
}

impl Shortcut {
    fn target(&mut self, from: &'static str, path: &str) {
        let path = path.trim();
        if !path.is_empty() {
            self.targets.push((from, path.to_owned()));
        }
    }
}

/// Text in the code page of the machine: in Japan, CP932.
fn ansi(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    let bytes = bytes.get(..end).unwrap_or(bytes);
    if bytes.is_ascii() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    forensics::charset::decode(bytes, Some("shift_jis")).text.into_owned()
}

/// The header's flags.
mod flag {
    pub(super) const ID_LIST: u32 = 1;
    pub(super) const LINK_INFO: u32 = 1 << 1;
    pub(super) const NAME: u32 = 1 << 2;
    pub(super) const RELATIVE_PATH: u32 = 1 << 3;
    pub(super) const WORKING_FOLDER: u32 = 1 << 4;
    pub(super) const ARGUMENTS: u32 = 1 << 5;
    pub(super) const ICON: u32 = 1 << 6;
    pub(super) const UNICODE: u32 = 1 << 7;
    pub(super) const RUN_AS_USER: u32 = 1 << 13;
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let mut shortcut = Shortcut::default();
    let Some(flags) = u32_at(bytes, 20).filter(|_| bytes.len() >= 76) else {
        specimen.odd("lnk-cut", "header");
        return;
    };
    header(bytes, flags, specimen, &mut shortcut);
    let at = match body(bytes, flags, specimen, &mut shortcut) {
        Some(at) => at,
        None => {
            specimen.odd("lnk-cut", "");
            bytes.len()
        }
    };
    let end = extra::read(bytes, at, specimen, &mut shortcut);
    conclude(specimen, &shortcut);
    judge::shortcut(specimen, &shortcut);
    appended(bytes, end, specimen);
}

fn header(bytes: &[u8], flags: u32, specimen: &mut Specimen<'_, '_>, shortcut: &mut Shortcut) {
    for (name, at) in [("created", 28), ("accessed", 36), ("written", 44)] {
        let date = u64_at(bytes, at).and_then(time::filetime).unwrap_or_default();
        specimen.property(&format!("lnk.target-{name}"), date);
    }
    let size = u32_at(bytes, 52).unwrap_or(0);
    specimen.property("lnk.target-size", if size > 0 { size.to_string() } else { String::new() });
    shortcut.icon_index = i32::from_le_bytes(u32_at(bytes, 56).unwrap_or(0).to_le_bytes());
    let window = match u32_at(bytes, 60).unwrap_or(1) {
        0 => "hidden",
        2 | 6 | 7 => "minimized",
        3 => "maximized",
        _ => "",
    };
    specimen.property("lnk.window", window);
    specimen.property("lnk.hotkey", hotkey(u16_at(bytes, 64).unwrap_or(0)));
    if flags & flag::RUN_AS_USER != 0 {
        specimen.property("lnk.run-as", "another user");
    }
}

fn hotkey(value: u16) -> String {
    let [key, modifiers] = value.to_le_bytes();
    let key = match key {
        0 => return String::new(),
        b'0'..=b'9' | b'A'..=b'Z' => char::from(key).to_string(),
        0x70..=0x87 => format!("F{}", key - 0x6f),
        0x90 => "NumLock".to_owned(),
        0x91 => "ScrollLock".to_owned(),
        other => format!("0x{other:02x}"),
    };
    let held = [(1, "Shift+"), (2, "Ctrl+"), (4, "Alt+")];
    let held: String = held.iter().filter(|(bit, _)| modifiers & bit != 0).map(|(_, name)| *name).collect();
    held + &key
}

/// The parts between header and extra data; gives the place of the extra data, or nothing if the file ends before.
fn body(bytes: &[u8], flags: u32, specimen: &mut Specimen<'_, '_>, shortcut: &mut Shortcut) -> Option<usize> {
    let mut at = 76;
    if flags & flag::ID_LIST != 0 {
        let length = usize::from(u16_at(bytes, at)?);
        let list = piece(bytes, at + 2, length);
        let path = items::path(list, specimen);
        shortcut.target("id-list", &path);
        at += 2 + length;
    }
    if flags & flag::LINK_INFO != 0 {
        let length = usize::try_from(u32_at(bytes, at)?).ok()?;
        let path = place::read(piece(bytes, at, length), specimen);
        // Where both stand, the path with its drive is the plainer of the two.
        if !path.is_empty() {
            shortcut.targets.insert(0, ("link-info", path));
        }
        at = at.checked_add(length.max(4))?;
    }
    let unicode = flags & flag::UNICODE != 0;
    let strings = [flag::NAME, flag::RELATIVE_PATH, flag::WORKING_FOLDER, flag::ARGUMENTS, flag::ICON];
    for bit in strings.into_iter().filter(|bit| flags & bit != 0) {
        let (text, next) = string(bytes, at, unicode)?;
        at = next;
        match bit {
            flag::NAME => specimen.property("lnk.description", text),
            flag::RELATIVE_PATH => {
                specimen.property("lnk.relative-path", text.as_str());
                shortcut.relative = text;
            }
            flag::WORKING_FOLDER => specimen.property("lnk.working-folder", text),
            flag::ARGUMENTS => {
                specimen.property("lnk.arguments", text.as_str());
                shortcut.arguments = text;
            }
            _ => shortcut.icon = text,
        }
    }
    (at <= bytes.len()).then_some(at)
}

/// A counted string, and the place after it.
fn string(bytes: &[u8], at: usize, unicode: bool) -> Option<(String, usize)> {
    let chars = usize::from(u16_at(bytes, at)?).min(STRING_CHARS);
    let length = if unicode { chars * 2 } else { chars };
    let text = bytes.get(at + 2..at + 2 + length)?;
    // Windows hands the whole counted string on, so that a NUL inside hides what follows from people only.
    let text = if unicode {
        let units = text.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
    } else if text.is_ascii() {
        String::from_utf8_lossy(text).into_owned()
    } else {
        forensics::charset::decode(text, Some("shift_jis")).text.into_owned()
    };
    Some((text, at + 2 + length))
}

/// Says where it leads, once everything is read.
fn conclude(specimen: &mut Specimen<'_, '_>, shortcut: &Shortcut) {
    let relative = (!shortcut.relative.is_empty()).then_some(("relative", shortcut.relative.clone()));
    let application = format!("shell:AppsFolder\\{}", shortcut.application);
    let application = (!shortcut.application.is_empty()).then_some(("application", application));
    let mut shown: Vec<&str> = Vec::new();
    for (from, path) in shortcut.targets.iter().chain(&relative).chain(&application) {
        if shown.is_empty() {
            specimen.property("lnk.target", path.as_str());
        } else if !matches!(*from, "relative" | "application")
            && !shown.iter().any(|s| s.eq_ignore_ascii_case(path))
        {
            specimen.property(&format!("lnk.target-by-{from}"), path.as_str());
        }
        shown.push(path);
        if path.contains("://") || path.starts_with("\\\\") {
            specimen.relation("target", path);
        }
    }
    if let Some(target) = shown.first() {
        let line = format!("{target} {}", shortcut.arguments);
        specimen.script("command", "", line.trim());
    } else {
        specimen.script("command", "", &shortcut.arguments);
    }
    if !shortcut.icon.is_empty() {
        specimen.property("lnk.icon", format!("{},{}", shortcut.icon, shortcut.icon_index));
        if shortcut.icon.contains("://") || shortcut.icon.starts_with("\\\\") {
            specimen.relation("icon", &shortcut.icon);
        }
    }
}

/// What follows the shortcut: nothing, in an honest one.
fn appended(bytes: &[u8], end: usize, specimen: &mut Specimen<'_, '_>) {
    let rest = bytes.get(end..).unwrap_or(&[]);
    if rest.iter().all(|b| *b == 0) {
        return;
    }
    specimen.property("lnk.appended", rest.len().to_string());
    if rest.len() >= APPENDED_FILE {
        specimen.tell("lnk-carries-data", &format!("{} B", rest.len()));
        specimen.child(Entry {
            size: rest.len() as u64,
            content: Some(rest),
            properties: vec![("entry.offset", end.to_string())],
            ..Entry::default()
        });
    }
}
