//! What one script gives away: its calls, the strings that it builds, and the tells that follow from them.

use super::calls::{self, Found, Language, Means};
use super::strings::{self, How};
use crate::specimen::{Entry, Specimen};
use crate::tells;

/// How often what was decoded is looked at again for more that is encoded.
const ROUNDS: usize = 3;

/// Codes folded from which a script counts as obfuscated.
const MANY_CODES: usize = 25;

/// Bytes of decoded strings kept of one script.
const DECODED_BYTES: usize = 128 << 10;

/// The tells of every script, whatever file carries it.
pub(crate) static TELLS: &[tells::Entry] = &[
    tells::entry(
        "macro-starts-itself",
        4,
        "文書を開くだけで動き出すマクロがあります",
        "It has a macro that starts by itself when the document is opened",
        "IPA 標的型攻撃メールの例と見分け方; MITRE ATT&CK T1204.002",
    ),
    tells::entry(
        "macro-runs-programs",
        4,
        "マクロがほかのプログラムを起動します",
        "A macro in it starts other programs",
        "MITRE ATT&CK T1059.005",
    ),
    tells::entry(
        "script-downloads",
        4,
        "中のスクリプトが外部からファイルを取り込みます",
        "A script in it downloads from the network",
        "MITRE ATT&CK T1105",
    ),
    tells::entry(
        "script-obfuscated",
        3,
        "スクリプトの中身が読み取られないように隠されています",
        "A script in it hides what it does",
        "MITRE ATT&CK T1027",
    ),
    tells::entry(
        "vba-stomped",
        5,
        "マクロのソースが消され、実行用のコードだけが残っています",
        "The source of its macros was removed while the compiled code stayed",
        "MITRE ATT&CK T1564.007",
    ),
];

/// Keeps a script with everything that it gives away; files written into it as text become children.
pub(crate) fn study(specimen: &mut Specimen<'_, '_>, language: Language, name: &str, text: &str) {
    for bytes in look(specimen, language, name, text) {
        if !specimen.has_room() {
            break;
        }
        specimen.child(Entry { content: Some(&bytes), ..Entry::default() });
    }
}

/// Like [`study`], with the files written into it given back.
pub(crate) fn look(
    specimen: &mut Specimen<'_, '_>,
    language: Language,
    name: &str,
    text: &str,
) -> Vec<Vec<u8>> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    specimen.script(language.word(), name, text);
    let plain = calls::find(text, language);
    let folded = strings::fold(text, language);
    let mut payloads = folded.payloads;
    let mut codes = folded.codes;
    let mut seen: Vec<strings::Decoded> = Vec::new();
    let mut bytes = 0;
    let mut fresh = folded.strings;
    for _ in 0..ROUNDS {
        let worth = |s: &strings::Decoded| {
            language != Language::Page || s.how > How::Joined || s.text.contains("://")
        };
        fresh.retain(|s| worth(s) && !seen.iter().any(|old| old.text == s.text) && s.text != text);
        if fresh.is_empty() {
            break;
        }
        let coded: Vec<&str> =
            fresh.iter().filter(|s| s.how > How::Joined).map(|s| s.text.as_str()).collect();
        let again = coded.join("\n");
        for string in fresh {
            if bytes + string.text.len() <= DECODED_BYTES {
                bytes += string.text.len();
                seen.push(string);
            }
        }
        let inner = strings::fold(&again, inner_language(&again, language));
        codes += inner.codes;
        payloads.extend(inner.payloads);
        fresh = inner.strings;
    }
    let decoded = seen.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join("\n");
    specimen.script("decoded", name, &decoded);
    let hidden: Vec<Found> =
        calls::find(&decoded, language).into_iter().filter(|found| !plain.contains(found)).collect();
    tell(specimen, language, name, &plain, &hidden);
    if let Some(why) = obfuscated(language, &hidden, &seen, codes, text) {
        specimen.tell("script-obfuscated", &evidence(name, &why));
    }
    payloads
}

/// What decoded text is written in.
fn inner_language(text: &str, outer: Language) -> Language {
    let head = lexicon::text::cut(text, 4096).to_ascii_lowercase();
    let shell = ["powershell", "iex", "[char]", "new-object", "$env:", "frombase64string"];
    if shell.iter().any(|sign| head.contains(sign)) { Language::PowerShell } else { outer }
}

fn evidence(name: &str, why: &str) -> String {
    if name.is_empty() { why.to_owned() } else { format!("{name}: {why}") }
}

fn names(found: &[Found], means: Means) -> String {
    let names: Vec<&str> = found.iter().filter(|f| f.means == means).map(|f| f.name).collect();
    names.join(", ")
}

fn tell(specimen: &mut Specimen<'_, '_>, language: Language, name: &str, plain: &[Found], hidden: &[Found]) {
    let all: Vec<Found> = plain.iter().chain(hidden).copied().collect();
    for found in &all {
        let property = if found.means == Means::Starts { "macro.auto-start" } else { "macro.calls" };
        specimen.property(property, found.name);
    }
    let mut say = |id: &str, means: Means| {
        let names = names(&all, means);
        if !names.is_empty() {
            specimen.tell(id, &evidence(name, &names));
        }
    };
    if language.is_macro() {
        say("macro-starts-itself", Means::Starts);
        say("macro-runs-programs", Means::Runs);
    }
    say("script-downloads", Means::Downloads);
}

/// The evidence that a script hides what it does, where it is solid.
fn obfuscated(
    language: Language,
    hidden: &[Found],
    seen: &[strings::Decoded],
    codes: usize,
    text: &str,
) -> Option<String> {
    if let Some(call) = hidden.iter().find(|f| !matches!(f.means, Means::Starts)) {
        return Some(call.name.to_owned());
    }
    let address = |s: &&strings::Decoded| {
        // A name of a language in XML is no address that anybody goes to.
        let places = s.text.matches("://").count() - s.text.matches("://www.w3.org/").count();
        let page = s.text.len() > 500 && strings::is_markup(&s.text);
        s.how == How::Coded && (places > 0 || page) && !text.contains(s.text.trim())
    };
    if let Some(string) = seen.iter().find(address) {
        return Some(lexicon::text::cut(&string.text, 120).to_owned());
    }
    let many = if language == Language::Page { MANY_CODES * 4 } else { MANY_CODES };
    (codes >= many).then(|| format!("{codes} character codes"))
}
