//! Rows and pages of lists.

use desk::records::{AdvisoryRecord, CampaignSummary, Cursor, PageRequest, SubmissionRecord};
use lexicon::{Lang, SubmissionState};
use serde::Deserialize;

use super::labels::{self, Chip, TlpMark};
use crate::error::PageError;
use crate::view::View;

/// Rows of one page.
pub(crate) const ROWS: u32 = 50;

/// The query of a list: where its page starts, and which state it shows.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    /// A cursor that an earlier page gave out.
    #[serde(default)]
    pub(crate) after: Option<String>,
    /// A state's word.
    #[serde(default)]
    pub(crate) state: Option<String>,
}

impl ListQuery {
    /// The page that is asked for.
    pub(crate) fn request(&self, view: &View) -> Result<PageRequest, PageError> {
        let after = match self.after.as_deref() {
            None | Some("") => None,
            Some(text) => Some(text.parse::<Cursor>().map_err(|_| PageError::not_found(view))?),
        };
        Ok(PageRequest { after, limit: ROWS })
    }

    /// Links to the first and the next page: `(first, next)`.
    pub(crate) fn pager(&self, path: &str, next: Option<Cursor>) -> (Option<String>, Option<String>) {
        let state = self.state.as_deref().unwrap_or("");
        let next = next.map(|cursor| href(path, &[("state", state), ("after", &cursor.to_string())]));
        (self.after.as_ref().map(|_| href(path, &[("state", state)])), next)
    }
}

/// An address with those of its fields that hold something; what stands in them is percent-encoded.
pub(crate) fn href(path: &str, fields: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (at, (name, value)) in fields.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
        out.push(if at == 0 { '?' } else { '&' });
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    out.push(char::from(byte))
                }
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    out
}

/// That a list holds the newest only, and of how many; nothing where it holds all.
pub(crate) fn newest(v: &View, shown: usize, total: usize) -> Option<String> {
    (shown < total).then(|| match v.lang {
        Lang::Ja => format!("新しい {shown} 件を表示しています（全 {total} 件）。"),
        Lang::En => format!("The newest {shown} of {total} are shown."),
    })
}

/// In brackets, as the page's language writes them.
pub(crate) fn aside(v: &View, text: &str) -> String {
    match v.lang {
        Lang::Ja => format!("（{text}）"),
        Lang::En => format!(" ({text})"),
    }
}

/// A choice of a list's filter.
pub(crate) struct Filter {
    pub(crate) href: String,
    pub(crate) label: &'static str,
    pub(crate) current: bool,
}

/// A choice of a form.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) word: String,
    pub(crate) text: String,
    pub(crate) checked: bool,
}

/// A submission in a list.
pub(crate) struct SubmissionRow {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) sender: String,
    pub(crate) state: Chip,
    pub(crate) tells: u32,
    pub(crate) campaign: Option<String>,
    pub(crate) received: String,
    pub(crate) to_judge: bool,
    pub(crate) watched: bool,
    pub(crate) watched_chip: Chip,
}

impl SubmissionRow {
    pub(crate) fn of(v: &View, record: &SubmissionRecord) -> Self {
        Self {
            id: record.id.to_string(),
            subject: subject(v, record),
            sender: record.sender.as_deref().map(shown).unwrap_or_default(),
            state: state(v, record),
            tells: record.tells,
            // Which other mails it ties to is the analysts' to know.
            campaign: record.campaign.filter(|_| v.is_analyst()).map(|id| id.to_string()),
            received: v.time(&record.received),
            to_judge: record.state == SubmissionState::Dissected,
            // How closely the hub looks at it is the analysts' to know.
            watched: record.monitoring && v.is_analyst(),
            watched_chip: labels::watched(v),
        }
    }
}

/// What a submission was judged to be, or where it stands.
pub(crate) fn state(v: &View, record: &SubmissionRecord) -> Chip {
    match record.verdict {
        Some(verdict) => labels::verdict(v, verdict),
        None => labels::submission_state(v, record.state),
    }
}

/// A submission's subject, or what stands in its place.
pub(crate) fn subject(v: &View, record: &SubmissionRecord) -> String {
    match record.subject.as_deref().map(str::trim) {
        Some(text) if !text.is_empty() => inert(text),
        _ if record.state < SubmissionState::Dissected && !record.name.is_empty() => named(&record.name),
        _ => v.t("（件名なし）", "(no subject)").to_owned(),
    }
}

/// A value that leads somewhere (a host, page, address, IP address), defanged and with invisible characters shown.
pub(crate) fn shown(value: &str) -> String {
    lexicon::text::visible(&indicators::inert::value(value))
}

/// Running text with its addresses, names and URLs defanged.
pub(crate) fn inert(text: &str) -> String {
    lexicon::text::visible(&indicators::inert::text(text, &|_| false))
}

/// A name that somebody gave to a file, a person or a program: its dots stay, and a link in it is defanged all the same.
pub(crate) fn named(name: &str) -> String {
    lexicon::text::visible(&indicators::inert::code(name))
}

/// A campaign in a list.
pub(crate) struct CampaignRow {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) mail_count: u64,
    pub(crate) member_count: u64,
    pub(crate) mails: String,
    pub(crate) members: String,
    pub(crate) span: String,
    pub(crate) first: String,
    pub(crate) last: String,
}

impl CampaignRow {
    pub(crate) fn of(v: &View, row: &CampaignSummary) -> Self {
        let (first, last) = (lexicon::time::show_date(row.first), lexicon::time::show_date(row.last));
        let subject = row.subject.as_deref().map(inert).filter(|s| !s.trim().is_empty());
        let (mails, members) = match v.lang {
            Lang::Ja => (format!("情報提供 {} 件", row.submissions), format!("{} 組織", row.members)),
            Lang::En => {
                (format!("{} submissions", row.submissions), format!("{} organisations", row.members))
            }
        };
        Self {
            id: row.id.to_string(),
            subject: subject.unwrap_or_else(|| v.t("（件名なし）", "(no subject)").to_owned()),
            mail_count: row.submissions,
            member_count: row.members,
            mails,
            members,
            span: if first == last { first } else { format!("{first} – {last}") },
            first: v.time(&row.first),
            last: v.time(&row.last),
        }
    }
}

/// An advisory in the making, in a list.
pub(crate) struct DraftRow {
    pub(crate) id: String,
    pub(crate) lang: Lang,
    pub(crate) title: String,
    pub(crate) number: String,
    pub(crate) state: Chip,
    pub(crate) tlp: TlpMark,
    pub(crate) created: String,
}

impl DraftRow {
    pub(crate) fn of(v: &View, record: &AdvisoryRecord) -> Self {
        Self {
            id: record.advisory.id.to_string(),
            lang: record.advisory.lang,
            title: inert(&record.advisory.title),
            number: record.advisory.number.clone(),
            state: labels::advisory_state(v, record.state),
            tlp: TlpMark(record.advisory.tlp),
            created: v.time(&record.created),
        }
    }
}

/// A size in bytes as people read it.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{}.{} KiB", bytes / 1024, bytes % 1024 * 10 / 1024),
        _ => format!("{}.{} MiB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_their_own_unit() {
        assert_eq!(size(12), "12 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(3 * 1_048_576), "3.0 MiB");
    }

    #[test]
    fn what_leads_somewhere_is_defanged_and_names_of_files_stay() {
        assert_eq!(
            inert("見積依頼書.docx (http://template.kirishima-shoji.test/normal/mitsumori.dotm)"),
            "見積依頼書.docx (hxxp://template[.]kirishima-shoji[.]test/normal/mitsumori.dotm)"
        );
        assert_eq!(inert("詳細はhttp://evil.example/"), "詳細はhxxp://evil[.]example/");
        assert_eq!(inert("請求書.xlsm"), "請求書.xlsm");
        assert_eq!(shown("evil.zip"), "evil[.]zip");
        assert_eq!(named("evil.zip\u{202e}"), "evil.zip⟨U+202E⟩");
        assert_eq!(named("https://evil.example"), "hxxps://evil[.]example");
    }

    #[test]
    fn what_stands_in_a_field_never_breaks_out_of_a_link() {
        let query = ListQuery { after: Some(String::new()), state: Some("x\"&y".into()) };
        assert_eq!(query.pager("/drafts", None), (Some("/drafts?state=x%22%26y".to_owned()), None));
        assert_eq!(
            href("/s", &[("q", ""), ("state", "judged"), ("since", "2026-11-01")]),
            "/s?state=judged&since=2026-11-01"
        );
        assert_eq!(href("/s", &[("q", "請求 #1")]), "/s?q=%E8%AB%8B%E6%B1%82%20%231");
        assert_eq!(href("/s", &[]), "/s");
    }
}
