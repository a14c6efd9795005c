//! The text of an advisory as its readers see it. One form for the preview, the provider and the readers, so
//! that the preview shows exactly what others will see.

use gate::Released;
use lexicon::{Advisory, Lang};

use super::labels::{self, TlpMark};
use super::lists::{inert, shown};

/// An advisory, ready to be shown in its own language.
pub(super) struct AdvisoryText {
    pub(super) lang: Lang,
    pub(super) number: String,
    pub(super) version: u32,
    pub(super) title: String,
    pub(super) tlp: TlpMark,
    pub(super) organisations: u32,
    pub(super) span: Option<String>,
    pub(super) released: Option<String>,
    pub(super) parts: Vec<Part>,
    pub(super) indicators: Vec<IndicatorRow>,
}

pub(super) struct Part {
    pub(super) title: &'static str,
    pub(super) lines: Vec<String>,
}

pub(super) struct IndicatorRow {
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) shown: String,
    pub(super) hashes: Vec<String>,
    pub(super) note: String,
}

impl AdvisoryText {
    /// For those who prepare or approve it: before the gate.
    pub(super) fn preview(advisory: &Advisory) -> Self {
        let lang = advisory.lang;
        let part = |ja: &'static str, en: &'static str, text: &str, show: &dyn Fn(&str) -> String| Part {
            title: lang.pick(ja, en),
            lines: text.lines().map(show).collect(),
        };
        Self {
            lang,
            number: advisory.number.clone(),
            version: advisory.version,
            title: inert(&advisory.title),
            tlp: TlpMark(advisory.tlp),
            organisations: advisory.organisations,
            span: span(advisory),
            released: None,
            parts: [
                part("概要", "Summary", &advisory.summary, &inert),
                part("特徴", "Features", &advisory.features, &inert),
                // Measures and requests may say where to turn to: that is to be followed.
                part("対策", "Measures", &advisory.measures, &lexicon::text::visible),
                part("お願い", "Request", &advisory.request, &lexicon::text::visible),
            ]
            .into_iter()
            .filter(|part| !part.lines.is_empty())
            .collect(),
            indicators: advisory
                .indicators
                .iter()
                .map(|indicator| IndicatorRow {
                    kind: labels::observable(lang, indicator.kind),
                    value: lexicon::text::visible(&indicator.value),
                    shown: shown(&indicator.value),
                    hashes: hashes(indicator),
                    note: lexicon::text::visible(&indicator.note),
                })
                .collect(),
        }
    }

    /// For its readers: after the gate.
    pub(super) fn released(released: &Released<Advisory>) -> Self {
        let item = released.item();
        Self { released: Some(lexicon::time::show_formal(released.at(), item.lang)), ..Self::preview(item) }
    }

    /// A fixed text in the advisory's own language.
    pub(super) fn t(&self, ja: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(ja, en)
    }
}

fn span(advisory: &Advisory) -> Option<String> {
    let show = |at| lexicon::time::show_formal(at, advisory.lang);
    match (advisory.first_seen.map(show), advisory.last_seen.map(show)) {
        (Some(first), Some(last)) if first != last => Some(format!("{first} – {last}")),
        (Some(one), _) | (_, Some(one)) => Some(one),
        _ => None,
    }
}

/// The hashes beside the value itself.
fn hashes(indicator: &lexicon::Indicator) -> Vec<String> {
    let Some(hashes) = &indicator.hashes else { return Vec::new() };
    [("MD5", &hashes.md5), ("SHA-1", &hashes.sha1), ("SHA-256", &hashes.sha256)]
        .into_iter()
        .filter_map(|(name, hash)| {
            let hash = hash.as_deref().filter(|hash| *hash != indicator.value)?;
            Some(format!("{name} {}", lexicon::text::visible(hash)))
        })
        .collect()
}
