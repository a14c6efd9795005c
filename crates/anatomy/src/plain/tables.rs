//! Tables as text: symbolic link files (SLK) and comma-separated values, whose cells may be formulas that run.

use crate::macros::calls::Language;
use crate::macros::{study, xlm};
use crate::specimen::Specimen;

/// Lines read.
const LINES: usize = 100_000;

/// Formulas told.
const FORMULAS: usize = 2_000;

/// Bytes of one cell.
const CELL_BYTES: usize = 8 << 10;

/// A symbolic link file: `C;…;Eformula`, and the names that make a macro start.
pub(super) fn symbolic_link(specimen: &mut Specimen<'_, '_>, text: &str) {
    let mut formulas = String::new();
    let mut count = 0;
    for line in text.lines().take(LINES) {
        // `;;` is a semicolon within a field.
        let line = line.replace(";;", "\u{1}");
        let mut fields = line.split(';');
        let kind = fields.next().unwrap_or("").trim();
        for field in fields {
            let field = field.replace('\u{1}', ";");
            let Some(value) = field.strip_prefix('E') else {
                if kind == "NN" && field.to_ascii_lowercase().starts_with("nauto_open") {
                    specimen.property("macro.auto-start", "Auto_Open");
                    specimen.tell("macro-starts-itself", "Auto_Open");
                }
                continue;
            };
            if matches!(kind, "C" | "F" | "NN") && count < FORMULAS {
                count += 1;
                formulas.push_str(&format!("={}\n", lexicon::text::cut(value, CELL_BYTES)));
            }
        }
        if kind == "O" && line.contains(";E") {
            specimen.property("macro.sheet", "slk");
        }
    }
    for formula in formulas.lines().map(str::to_owned).collect::<Vec<_>>() {
        dynamic(specimen, &formula);
    }
    study::study(specimen, Language::Xlm, "", &formulas);
    xlm::calls(specimen, "", &formulas);
}

/// Comma-separated values with formulas among them.
pub(super) fn values(specimen: &mut Specimen<'_, '_>, text: &str) {
    let mut count = 0;
    for line in text.lines().take(LINES) {
        for cell in line.split([',', ';', '\t']) {
            let cell = cell.trim().trim_start_matches('"').trim_start();
            if !cell.starts_with(['=', '+', '-', '@']) || count >= FORMULAS {
                continue;
            }
            count += 1;
            dynamic(specimen, cell);
            if cell.to_ascii_uppercase().contains("HYPERLINK(") {
                specimen.relation("link", cell.split('"').find(|p| p.contains("://")).unwrap_or(""));
            }
        }
        // A formula whose arguments hold commas is cut by the split.
        let start = line.trim_start_matches(['"', ' ']);
        if start.starts_with(['=', '@']) && start.contains('(') {
            let upper = start.to_ascii_uppercase();
            if ["EXEC(", "CALL(", "REGISTER(", "WEBSERVICE(", "HYPERLINK("].iter().any(|f| upper.contains(f))
            {
                specimen.script("formula", "", lexicon::text::cut(start, CELL_BYTES));
            }
        }
    }
}

/// `=cmd|' /c …'!A1`: a formula that asks another program for its value, and so starts it.
fn dynamic(specimen: &mut Specimen<'_, '_>, formula: &str) {
    let body = formula.trim_start_matches(['=', '+', '-', '@', ' ']);
    // Arithmetic may stand before it: `=1+cmd|…`.
    let Some((before, after)) = body.split_once('|') else {
        return;
    };
    let program = before
        .rsplit(['+', '-', '*', '/', '(', '=', ',', ' '])
        .next()
        .unwrap_or("")
        .trim_matches(['\'', '"']);
    let named = !program.is_empty()
        && program.len() <= 60
        && program.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | ':'));
    if named && after.contains('!') && after.starts_with(['\'', '"']) {
        let command = lexicon::text::cut(body, 1000);
        specimen.relation("dde", command);
        specimen.tell("dde-command", command);
        specimen.script("dde", "", command);
    }
}
