//! Attached pages: where they lead and what they show.

use lexicon::facts::SourceForm;

use crate::registry::Analyser;
use crate::specimen::Specimen;

/// Bytes of a page that are read.
const PAGE_BYTES: usize = 4 << 20;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["html", "svg", "hta", "mht", "office-mht", "xml", "doc-xml", "xls-xml"],
    run,
    tells: &[],
    oddities: &[],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let head = bytes.get(..PAGE_BYTES).unwrap_or(bytes);
    if head.len() < bytes.len() {
        specimen.odd("html-limit", "");
    }
    let text = forensics::charset::decode(head, forensics::html::declared_charset(head)).text;
    let page = forensics::html::read(&text, &forensics::Limits::default());
    for source in forensics::html::sources(&page.facts, &specimen.place) {
        specimen.bench.source(source.place, source.form, &source.text);
    }
    for tell in forensics::tells::of_page(&page.facts, &specimen.place) {
        specimen.bench.tell(&tell.id, tell.why);
    }
    specimen.text(&page.text);
    specimen.source("script", SourceForm::Prose, &page.scripts);
}
