//! Own tells: what an operator adds to the catalogue, in a rule file of small expressions over a mail's facts.
//!
//! A file is TOML; each `[[tell]]` has an `id` (`own-…`), a `weight`, a `criterion`, its text in both languages, where the
//! knowledge is from, and `when`: the expression. Everything that is wrong with a file is told at once, with its place
//! ([`Problem`]); a tell with a fault is left out, the others hold.
//!
//! The time that rules take is bounded: expressions are short and flat, patterns are `regex` automata without
//! backtracking and with a limit on their size, and all rules together look through a bounded number of bytes a mail.

mod expression;
mod field;
mod file;
mod net;
mod parse;
mod problem;
mod token;

use lexicon::facts::{MailFacts, Tell, TellText};
use lexicon::text::{cut, visible};

pub use file::FILE_BYTES;
pub use parse::Around;
pub use problem::{Problem, Said};

/// Bytes of one evidence.
const WHY_BYTES: usize = 1_000;

/// One tell of an operator.
#[derive(Debug)]
struct Rule {
    id: String,
    weight: u8,
    text: TellText,
    when: String,
    node: expression::Node,
}

/// The tells of an operator.
///
/// ```
/// use forensics::rules::{Around, OwnTells, Said};
/// let text = r#"
/// [[tell]]
/// id = "own-invoice-freemail"
/// weight = 4
/// criterion = "sender"
/// ja = "請求書を名乗るフリーメールです"
/// en = "An invoice from a free mail address"
/// source = "our desk, 2026"
/// when = 'subject contains "請求書" and tell("freemail-sender")'
/// "#;
/// let mut own = OwnTells::default();
/// let mut around = Around {
///     list: &mut |_| Err(Said::new("", "")),
///     is_tell: &|id| forensics::tells::text(id).is_some(),
///     is_oddity: &|_| false,
/// };
/// assert!(own.add_file("own.toml", text, &mut around).is_empty());
/// let mail = "From: a@gmail.com\r\nSubject: 【重要】請求書\r\n\r\n".as_bytes();
/// let mut facts = forensics::read(mail, &Default::default()).facts;
/// assert!(own.apply(&mut facts));
/// assert_eq!(facts.tells[0].id, "own-invoice-freemail");
/// assert!(facts.tells[0].why.contains("subject: 【重要】請求書"));
/// ```
#[derive(Debug, Default)]
pub struct OwnTells {
    rules: Vec<Rule>,
}

impl OwnTells {
    /// Adds the tells of a rule file named `file`, and tells what is wrong with it, in the order of its lines.
    pub fn add_file(&mut self, file: &str, text: &str, around: &mut Around<'_>) -> Vec<Problem> {
        let (rules, mut problems) = file::read(file, text, &self.rules, around);
        self.rules.extend(rules);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// True if an own tell has this id.
    pub fn has(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| rule.id == id)
    }

    /// Adds to `facts` the tells that hold, and puts all tells into their order. False if the mail is so large that not
    /// all could be worked out.
    pub fn apply(&self, facts: &mut MailFacts) -> bool {
        if self.rules.is_empty() {
            return true;
        }
        let mut told: Vec<Tell> = Vec::new();
        let mut mail = expression::Mail::new(facts);
        for rule in &self.rules {
            if let Some(evidence) = mail.holds(&rule.node)
                && !mail.is_spent()
            {
                let mut why = evidence.join("; ");
                if why.is_empty() {
                    // Only what is not there speaks: then the question itself is the evidence.
                    why = visible(rule.when.trim());
                }
                let why = cut(&why, WHY_BYTES).to_owned();
                let tell =
                    Tell { id: rule.id.clone(), why, weight: rule.weight, text: Some(rule.text.clone()) };
                mail.told(&tell);
                told.push(tell);
            }
            if mail.is_spent() {
                break;
            }
        }
        let whole = !mail.is_spent();
        facts.tells.extend(told);
        crate::tells::sort(&mut facts.tells);
        whole
    }
}

#[cfg(test)]
mod tests;
