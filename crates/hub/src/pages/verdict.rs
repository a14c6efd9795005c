//! The parts of a verdict that mails and campaigns share: what is suggested and why, and the form by scheme.

use desk::judge::{Suggestion, Why};
use lexicon::{Judgement, Scheme, Verdict};

use super::kinds;
use super::labels::{self, Chip};
use super::lists::Choice;
use super::problem::Problem;
use crate::form::Posted;
use crate::view::View;

/// The fields of a verdict, as `parts/verdict_fields.html` shows them.
pub(super) struct VerdictForm {
    /// J-CSIP's field, which lists show.
    pub(super) main: Vec<Choice>,
    /// The other schemes' fields.
    pub(super) others: Vec<SchemeField>,
    pub(super) monitoring: bool,
    pub(super) reason: String,
    /// What is suggested, by scheme; empty where nothing was worked out.
    pub(super) suggested: Vec<Suggested>,
}

/// The field of a scheme other than J-CSIP.
pub(super) struct SchemeField {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) definition: &'static str,
    pub(super) choices: Vec<Choice>,
}

/// What is suggested by one scheme.
pub(super) struct Suggested {
    pub(super) scheme: &'static str,
    pub(super) verdict: Chip,
    pub(super) grounds: Vec<String>,
}

/// The name of a scheme's field in forms.
fn field(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Jcsip => "verdict",
        Scheme::Jcrat => "jcrat",
        Scheme::Npa => "npa",
    }
}

impl VerdictForm {
    /// The form, empty or as it was sent.
    pub(super) fn of(v: &View, suggestion: Option<&Suggestion>, sent: Option<&Posted>) -> Self {
        let chosen = |scheme| sent.map_or("", |form| form.get(field(scheme)));
        let choices = |scheme: Scheme| {
            Verdict::ALL.into_iter().map(move |verdict| Choice {
                word: verdict.word().to_owned(),
                text: verdict.text().of(v.lang).to_owned(),
                checked: chosen(scheme) == verdict.word(),
            })
        };
        let by_definition = Choice {
            word: String::new(),
            text: v.t("定義から決める", "As its definition says").to_owned(),
            checked: false,
        };
        Self {
            main: choices(Scheme::Jcsip).collect(),
            others: [Scheme::Jcrat, Scheme::Npa]
                .into_iter()
                .map(|scheme| SchemeField {
                    name: field(scheme),
                    label: scheme.text().of(v.lang),
                    definition: scheme.definition().of(v.lang),
                    choices: std::iter::once(by_definition.clone()).chain(choices(scheme)).collect(),
                })
                .collect(),
            monitoring: sent.is_some_and(|form| form.has("monitoring")),
            reason: sent.map(|form| form.get("reason").to_owned()).unwrap_or_default(),
            suggested: suggestion.map(|suggestion| suggested(v, suggestion)).unwrap_or_default(),
        }
    }
}

/// What was chosen. A scheme without a choice of its own follows from J-CSIP's verdict by its definition.
pub(super) fn chosen(v: &View, form: &Posted) -> Result<Judgement, Problem> {
    let wrong =
        |field| Problem { field, message: v.t("判定を選んでください。", "Choose a verdict.") };
    let main: Verdict = form.get(field(Scheme::Jcsip)).parse().map_err(|_| wrong("verdict"))?;
    let mut judgement = Judgement::from(main).monitored(form.has("monitoring"));
    for scheme in [Scheme::Jcrat, Scheme::Npa] {
        let word = form.get(field(scheme));
        if !word.is_empty() {
            judgement = judgement.with(scheme, word.parse().map_err(|_| wrong(field(scheme)))?);
        }
    }
    Ok(judgement)
}

fn suggested(v: &View, suggestion: &Suggestion) -> Vec<Suggested> {
    Scheme::ALL
        .into_iter()
        .map(|scheme| Suggested {
            scheme: scheme.text().of(v.lang),
            verdict: labels::verdict(v, suggestion.judgement.by(scheme)),
            grounds: suggestion.of(scheme).flat_map(|why| ground(v, why)).collect(),
        })
        .collect()
}

/// A ground in words: tells and kinds of files by their own texts.
fn ground(v: &View, why: &Why) -> Vec<String> {
    match why {
        Why::Tells(ids) => ids
            .iter()
            .map(|id| {
                let text = forensics::tells::text(id).map(|text| text.of(v.lang).to_owned());
                text.unwrap_or_else(|| lexicon::text::visible(id))
            })
            .collect(),
        Why::Payload(words) => {
            let words: Vec<String> = words.iter().map(|word| kinds::kind(v.lang, word)).collect();
            vec![format!(
                "{}{}",
                v.t("開くと実行されうるファイル：", "A file that may run when opened: "),
                words.join(v.t("、", ", "))
            )]
        }
        other => vec![other.say(v.lang)],
    }
}

/// One scheme's verdict in a history or a table.
pub(super) struct SchemeVerdict {
    pub(super) scheme: &'static str,
    pub(super) verdict: Chip,
}

/// A verdict by each scheme.
pub(super) fn by_scheme(v: &View, judgement: Judgement) -> Vec<SchemeVerdict> {
    Scheme::ALL
        .into_iter()
        .map(|scheme| SchemeVerdict {
            scheme: scheme.text().of(v.lang),
            verdict: labels::verdict(v, judgement.by(scheme)),
        })
        .collect()
}
