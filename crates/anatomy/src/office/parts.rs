//! The parts of an OOXML package that hold text: what a reader sees, the fields behind it, and the objects named.

use lexicon::facts::SourceForm;
use lexicon::text::cut;

use crate::specimen::Specimen;

use super::activity;
use super::links::{self, field, quoted, relate};
use super::ooxml::{TEXT_BYTES, objects};
use super::xml::{self, Health, Item};

/// Bytes of one field code or property.
pub(super) const FIELD_BYTES: usize = 16 << 10;

/// Fields inside each other.
const FIELD_DEPTH: usize = 40;

/// Fields, formulas or objects gathered from one part.
const GATHERED: usize = 2_000;

/// Sheets named.
const SHEETS: usize = 60;

/// Adds to the gathered text while there is room.
pub(super) fn push(text: &mut String, more: &str) {
    text.push_str(cut(more, TEXT_BYTES.saturating_sub(text.len())));
}

/// Word: text, with field codes taken out of it and looked at.
pub(super) fn word(specimen: &mut Specimen<'_, '_>, bytes: &[u8], text: &mut String) -> Health {
    let mut fields = Fields::default();
    let mut programs = Vec::new();
    let (mut visible, mut code) = (false, false);
    let health = xml::walk(bytes, |item| match item {
        Item::Open("t", _) => visible = true,
        Item::Open("instrText", _) => code = true,
        Item::Open("tab", _) => push(text, "\t"),
        Item::Open("br" | "cr", _) => push(text, "\n"),
        Item::Open("fldChar", element) => match element.get("fldCharType").as_deref() {
            Some("begin") => fields.begin(),
            Some("separate") => fields.separate(),
            Some("end") => fields.end(),
            _ => {}
        },
        Item::Open("fldSimple", element) => fields.done.extend(element.get("instr")),
        Item::Open("OLEObject" | "control", element) if programs.len() < GATHERED => {
            programs.extend(element.get("ProgID"));
        }
        Item::Close("t") => visible = false,
        Item::Close("instrText") => code = false,
        Item::Close("p") => push(text, "\n"),
        Item::Text(piece) if code => fields.text(piece),
        Item::Text(piece) if visible => push(text, piece),
        _ => {}
    });
    fields.finish();
    for code in fields.done.into_iter().take(GATHERED) {
        field(specimen, &code);
    }
    objects(specimen, programs);
    health
}

/// Fields whose codes are split over many runs, one inside the other.
#[derive(Default)]
pub(super) struct Fields {
    open: Vec<(String, bool)>,
    loose: String,
    pub(super) done: Vec<String>,
}

impl Fields {
    pub(super) fn begin(&mut self) {
        if self.open.len() < FIELD_DEPTH {
            self.open.push((String::new(), true));
        }
    }

    pub(super) fn separate(&mut self) {
        if let Some((_, code)) = self.open.last_mut() {
            *code = false;
        }
    }

    pub(super) fn end(&mut self) {
        let Some((code, _)) = self.open.pop() else {
            return;
        };
        if let Some((outer, true)) = self.open.last_mut() {
            // A field inside of a code stands for its result.
            outer.push_str(&quoted(&code).unwrap_or_default());
        }
        if self.done.len() < GATHERED {
            self.done.push(code);
        }
    }

    /// True while a field's code is read, not its result.
    pub(super) fn in_code(&self) -> bool {
        self.open.iter().any(|(_, code)| *code)
    }

    pub(super) fn text(&mut self, piece: &str) {
        let target = match self.open.last_mut() {
            Some((code, _)) => code,
            None => &mut self.loose,
        };
        target.push_str(cut(piece, FIELD_BYTES.saturating_sub(target.len())));
    }

    /// Fields that never ended count too.
    pub(super) fn finish(&mut self) {
        while !self.open.is_empty() {
            self.end();
        }
        self.done.push(std::mem::take(&mut self.loose));
    }
}

/// Excel: the table of strings.
pub(super) fn shared_strings(_: &mut Specimen<'_, '_>, bytes: &[u8], text: &mut String) -> Health {
    let (mut visible, mut phonetic) = (false, false);
    xml::walk(bytes, |item| match item {
        // Furigana are said twice otherwise.
        Item::Open("rPh", _) => phonetic = true,
        Item::Close("rPh") => phonetic = false,
        Item::Open("t", _) => visible = !phonetic,
        Item::Close("t") => visible = false,
        Item::Close("si") => push(text, "\n"),
        Item::Text(piece) if visible => push(text, piece),
        _ => {}
    })
}

/// Excel: strings inside of cells, formulas, objects.
pub(super) fn sheet(specimen: &mut Specimen<'_, '_>, bytes: &[u8], text: &mut String) -> Health {
    let (mut visible, mut formula) = (false, false);
    let mut formulas: Vec<String> = Vec::new();
    let mut programs = Vec::new();
    let health = xml::walk(bytes, |item| match item {
        Item::Open("t", _) => visible = true,
        Item::Close("t") => {
            visible = false;
            push(text, "\n");
        }
        Item::Open("f", _) if formulas.len() < GATHERED => {
            formula = true;
            formulas.push(String::new());
        }
        Item::Close("f") => formula = false,
        Item::Open("oleObject" | "control", element) if programs.len() < GATHERED => {
            programs.extend(element.get("progId"));
        }
        Item::Text(piece) if visible => push(text, piece),
        Item::Text(piece) if formula => {
            if let Some(last) = formulas.last_mut() {
                last.push_str(cut(piece, FIELD_BYTES.saturating_sub(last.len())));
            }
        }
        _ => {}
    });
    for code in &formulas {
        formula_links(specimen, code);
    }
    objects(specimen, programs);
    health
}

/// Where a formula leads: `HYPERLINK`, `WEBSERVICE`, and DDE written out.
pub(super) fn formula_links(specimen: &mut Specimen<'_, '_>, code: &str) {
    let upper = code.to_ascii_uppercase();
    let is_dde = code.split_once('|').is_some_and(|(program, rest)| {
        let program = program.trim_start_matches(['=', '+', '-', '@', '"']);
        let named = !program.is_empty() && program.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        named && rest.contains('!')
    });
    if is_dde {
        specimen.relation("dde", code);
        specimen.tell("dde-command", code);
    }
    let kind = if upper.contains("WEBSERVICE(") {
        "web-service"
    } else if upper.contains("HYPERLINK(") {
        "hyperlink"
    } else if upper.contains("IMAGE(") {
        "image"
    } else {
        return;
    };
    match code.split('"').nth(1).filter(|target| target.contains(':') || target.starts_with("\\\\")) {
        Some(target) => relate(specimen, kind, target),
        None => specimen.source("formula", SourceForm::Prose, code),
    }
}

/// Excel: sheets with their visibility, connections, and links to other programs.
pub(super) fn workbook(specimen: &mut Specimen<'_, '_>, bytes: &[u8], _: &mut String) -> Health {
    let mut sheets = Vec::new();
    let mut dde = Vec::new();
    let mut connections = Vec::new();
    let health = xml::walk(bytes, |item| match item {
        Item::Open("sheet", element) if sheets.len() < SHEETS => {
            sheets.push((element.get("name").unwrap_or_default(), element.get("state").unwrap_or_default()));
        }
        Item::Open("ddeLink", element) if dde.len() < GATHERED => {
            let part = |name| element.get(name).unwrap_or_default();
            dde.push((part("ddeService"), part("ddeTopic")));
        }
        Item::Open("oleLink", element) => connections.extend(element.get("progId").map(|p| ("object", p))),
        Item::Open("webPr", element) => connections.extend(element.get("url").map(|u| ("web-query", u))),
        Item::Open("dbPr", element) => {
            connections.extend(element.get("connection").map(|c| ("data-source", c)));
        }
        Item::Open("textPr", element) => {
            connections.extend(element.get("sourceFile").map(|c| ("data-source", c)));
        }
        _ => {}
    });
    for (name, state) in sheets {
        sheet_name(specimen, &name, state.as_str());
    }
    for (service, topic) in dde {
        dde_link(specimen, &service, &topic);
    }
    for (kind, target) in connections.into_iter().take(GATHERED) {
        if kind == "object" {
            activity::program(specimen, &target);
        } else {
            relate(specimen, kind, &target);
        }
    }
    health
}

/// Notes a sheet; `state` is empty, `visible`, `hidden` or `veryHidden`.
pub(super) fn sheet_name(specimen: &mut Specimen<'_, '_>, name: &str, state: &str) {
    specimen.property("document.sheet", name);
    match state {
        "hidden" => specimen.property("document.hidden-sheet", name),
        "veryHidden" => specimen.property("document.hidden-sheet", format!("{name} (very hidden)")),
        _ => {}
    }
}

/// A link to another program.
pub(super) fn dde_link(specimen: &mut Specimen<'_, '_>, service: &str, topic: &str) {
    let command = format!("{service} {topic}");
    specimen.relation("dde", command.trim());
    specimen.tell("dde-command", command.trim());
}

/// PowerPoint and Visio: the text of a slide or page, and objects.
pub(super) fn slide(specimen: &mut Specimen<'_, '_>, bytes: &[u8], text: &mut String) -> Health {
    let mut visible = false;
    let mut programs = Vec::new();
    let mut actions = Vec::new();
    let health = xml::walk(bytes, |item| match item {
        Item::Open("t" | "Text", _) => visible = true,
        Item::Close("t" | "Text") => visible = false,
        Item::Close("p" | "Shape") => push(text, "\n"),
        Item::Open("br", _) => push(text, "\n"),
        Item::Open("oleObj" | "control", element) if programs.len() < GATHERED => {
            programs.extend(element.get("progId"));
        }
        Item::Open("hlinkClick" | "hlinkHover" | "hlinkMouseOver", element) if actions.len() < GATHERED => {
            actions.extend(element.get("action"));
        }
        Item::Text(piece) if visible => push(text, piece),
        _ => {}
    });
    for action in actions {
        // `ppaction://program` and `ppaction://macro?name=…` run something.
        if action.contains("program") || action.contains("macro") {
            links::relate(specimen, "action", &action);
        }
    }
    objects(specimen, programs);
    health
}

/// An ActiveX control's description.
pub(super) fn control(specimen: &mut Specimen<'_, '_>, bytes: &[u8], _: &mut String) -> Health {
    let mut classes = Vec::new();
    let health = xml::walk(bytes, |item| {
        if let Item::Open("ocx", element) = item {
            classes.extend(element.get("classid"));
        }
    });
    for id in classes.into_iter().take(GATHERED) {
        activity::class(specimen, &id);
    }
    health
}
