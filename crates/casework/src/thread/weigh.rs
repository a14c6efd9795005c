//! What speaks for an attack in a conversation: weighed together, shown one by one.

use std::collections::BTreeSet;

use super::operation::Operation;
use super::steps::{Draft, StepKind};
use super::{Letter, Own, Standing, Thread, steps};

/// A conversation in which so much comes together is an attack. One sign never is enough: a file weighs 5 at most, and
/// only together with the enquiry and the answer before it.
pub const RAPPORT: u32 = 6;
/// An answer with a file within this many seconds is quick: J-CSIP saw 11 to 15 minutes.
pub const QUICK: i64 = 20 * 60;
/// An operator who asks more organisations than this at once writes mass mail, not a targeted enquiry.
const MOST_DESKS: usize = 40;

/// What a sign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// The file that came after an answer.
    File,
    /// The attacker asks for the archiver (#4-7).
    ArchiverAsked,
    /// A file was sent again, in another form, after the desk could not open it (#4-5, #4-9).
    SentAgain,
    /// The file came within minutes after the desk's answer.
    Quick,
    /// It does so at several organisations: the operator sits at his keyboard (S6).
    Online,
    /// The password stands in the mail that brings the locked file: it keeps out scanners, not readers.
    PasswordBeside,
    /// The address is one that anybody can have.
    Freemail,
    /// A tell of the mails speaks against their sender.
    Sender,
    /// The same operator asks several organisations.
    Parallel,
    /// The same file came to several organisations.
    SameFile,
    /// The same operator attacks elsewhere.
    KnownOperator,
}

impl Sign {
    /// The stable word: `file`, `archiver-asked`, `sent-again`, `quick`, `online`, `password-beside`, `freemail`,
    /// `sender`, `parallel`, `same-file`, `known-operator`.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::ArchiverAsked => "archiver-asked",
            Self::SentAgain => "sent-again",
            Self::Quick => "quick",
            Self::Online => "online",
            Self::PasswordBeside => "password-beside",
            Self::Freemail => "freemail",
            Self::Sender => "sender",
            Self::Parallel => "parallel",
            Self::SameFile => "same-file",
            Self::KnownOperator => "known-operator",
        }
    }
}

/// One sign of an attack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// What it is.
    pub sign: Sign,
    /// How much it weighs; [`RAPPORT`] together are an attack.
    pub weight: u8,
    /// The step that shows it, from 0.
    pub step: Option<usize>,
    /// What was seen: a kind of file, seconds, a tell, a number of organisations.
    pub detail: String,
}

fn evidence(sign: Sign, weight: u8, step: Option<usize>, detail: impl Into<String>) -> Evidence {
    Evidence { sign, weight, step, detail: detail.into() }
}

/// Judges every conversation by its own signs and by what its operator does elsewhere.
pub(super) fn judge(
    letters: &[Letter],
    mut drafts: Vec<Draft>,
    operations: &mut [Operation],
    own: &Own,
) -> Vec<Thread> {
    let mut weighed: Vec<Weighed> = drafts.iter().map(|draft| weigh(letters, draft, own)).collect();
    for operation in operations.iter_mut() {
        together(letters, &drafts, operation, &mut weighed, own);
    }
    let threads = drafts.iter_mut().zip(weighed);
    threads
        .map(|(draft, weighed)| {
            if weighed.standing > Standing::Conversation {
                steps::name(draft, letters);
            }
            let last_outside = draft.outside.iter().rposition(|&outside| outside);
            let answered =
                last_outside.is_none_or(|last| draft.outside.iter().skip(last).any(|&outside| !outside));
            Thread {
                id: draft.key.clone(),
                desk: draft.sides.desk.clone(),
                window: draft.sides.window.clone(),
                outside: draft.sides.outside.clone(),
                steps: std::mem::take(&mut draft.steps),
                standing: weighed.standing,
                evidence: weighed.evidence,
                unseen: draft.unseen,
                waits: weighed.standing == Standing::Forming && !answered,
            }
        })
        .collect()
}

struct Weighed {
    /// Its mails that are at hand.
    seen: usize,
    /// A file came from outside after an answer.
    sequence: bool,
    /// The heaviest file that did.
    file: u8,
    evidence: Vec<Evidence>,
    standing: Standing,
}

impl Weighed {
    fn sum(&self) -> u32 {
        self.evidence.iter().map(|evidence| u32::from(evidence.weight)).sum()
    }

    fn has(&self, signs: &[Sign]) -> bool {
        self.evidence.iter().any(|evidence| signs.contains(&evidence.sign))
    }

    fn settle(&mut self) {
        // A plain document is what every customer sends: around it there must be more than circumstances.
        let telling = self.file >= 2
            || self.has(&[
                Sign::ArchiverAsked,
                Sign::SentAgain,
                Sign::Online,
                Sign::SameFile,
                Sign::KnownOperator,
            ]);
        // One mail that only names those before it is no sequence that anybody saw, unless its operator is known.
        let several =
            self.seen > 1 || self.has(&[Sign::Parallel, Sign::Online, Sign::SameFile, Sign::KnownOperator]);
        if self.sequence && several && telling && self.sum() >= RAPPORT {
            self.standing = Standing::Rapport;
        }
    }
}

/// The signs of one conversation by itself.
fn weigh(letters: &[Letter], draft: &Draft, own: &Own) -> Weighed {
    let mut out = Weighed {
        seen: draft.steps.len(),
        sequence: false,
        file: 0,
        evidence: Vec::new(),
        standing: Standing::Conversation,
    };
    let mut asked = false;
    let mut reply: Option<Option<i64>> = None;
    let mut could_not = false;
    let (mut file, mut quick, mut again, mut archiver, mut beside) = (None, None, None, None, None);
    for (at, (step, &outside)) in draft.steps.iter().zip(&draft.outside).enumerate() {
        let Some(letter) = letters.get(step.letter) else { continue };
        let second = letter.at.map(|at| at.as_second());
        if !outside {
            reply = Some(second);
            could_not |= letter.cannot_open;
            continue;
        }
        if letter.payload.is_empty() {
            asked = true;
            if letter.asks_archiver && archiver.is_none() && (reply.is_some() || step.answers_unseen) {
                archiver = Some(evidence(Sign::ArchiverAsked, 2, Some(at), ""));
            }
            continue;
        }
        // The answer that it follows may be missing: then the mail says that it answers one.
        let follows = reply.is_some() || (letter.is_answer && (asked || step.answers_unseen));
        // A file in the first mail is no enquiry: what follows is another kind of attack, or business.
        if !follows
            || !(asked
                || step.answers_unseen
                || draft.unseen > 0
                || at > 0 && !draft.outside.first().is_some_and(|&o| o))
        {
            continue;
        }
        if letter.tells_password && letter.payload.iter().any(|file| file.locked) && beside.is_none() {
            beside = Some(evidence(Sign::PasswordBeside, 2, Some(at), ""));
        }
        // Sent again: the desk says that it could not open it, or its answer to the file before is missing.
        if again.is_none() && (could_not || (out.sequence && step.answers_unseen)) {
            again = Some(evidence(Sign::SentAgain, 1, Some(at), ""));
        }
        out.sequence = true;
        for payload in &letter.payload {
            if payload.weight > out.file {
                out.file = payload.weight;
                file = Some(evidence(
                    Sign::File,
                    payload.weight,
                    Some(at),
                    format!("{} {}", payload.why, payload.kind),
                ));
            }
        }
        let seconds =
            reply.flatten().zip(second).map(|(reply, at)| at - reply).filter(|s| (0..=QUICK).contains(s));
        if let Some(seconds) = seconds.filter(|_| quick.is_none()) {
            quick = Some(evidence(Sign::Quick, 1, Some(at), seconds.to_string()));
        }
    }
    out.evidence.extend([file, archiver, again, quick, beside].into_iter().flatten());
    let mut against: Option<(usize, &(String, u8))> = None;
    for (at, letter) in draft.outside_letters(letters) {
        for tell in &letter.against {
            if against.is_none_or(|(_, known)| tell.1 > known.1) {
                against = Some((at, tell));
            }
        }
    }
    if let Some((at, letter)) = draft.outside_letters(letters).find(|(_, letter)| own.is_free(letter)) {
        out.evidence.push(evidence(Sign::Freemail, 1, Some(at), letter.from.clone().unwrap_or_default()));
    }
    if let Some((at, (id, weight))) = against {
        out.evidence.push(evidence(Sign::Sender, if *weight >= 3 { 2 } else { 1 }, Some(at), id.clone()));
    }
    out.settle();
    out
}

/// What an operator does in several conversations speaks for and against each of them.
fn together(
    letters: &[Letter],
    drafts: &[Draft],
    operation: &mut Operation,
    weighed: &mut [Weighed],
    own: &Own,
) {
    let desks = operation.desks.len();
    let several = desks >= 2;
    let quick: BTreeSet<&str> = operation
        .threads
        .iter()
        .filter(|&&thread| weighed.get(thread).is_some_and(|weighed| weighed.has(&[Sign::Quick])))
        .filter_map(|&thread| drafts.get(thread).map(|draft| draft.sides.desk.as_str()))
        .collect();
    let online = quick.len() >= 2;
    for &thread in &operation.threads {
        let (Some(draft), Some(weighed)) = (drafts.get(thread), weighed.get_mut(thread)) else { continue };
        if several && desks <= MOST_DESKS && draft.enquiry(letters).is_some() {
            let weight = if desks >= 3 { 3 } else { 2 };
            weighed.evidence.push(evidence(Sign::Parallel, weight, None, desks.to_string()));
        }
        if online && weighed.has(&[Sign::Quick]) {
            weighed.evidence.push(evidence(Sign::Online, 1, None, quick.len().to_string()));
        }
        if operation.same_files.contains(&thread) {
            weighed.evidence.push(evidence(Sign::SameFile, 3, None, ""));
        }
        weighed.settle();
    }
    let attacks = operation
        .threads
        .iter()
        .any(|&thread| weighed.get(thread).is_some_and(|weighed| weighed.standing == Standing::Rapport));
    let held: BTreeSet<&str> = operation
        .threads
        .iter()
        .filter(|&&thread| weighed.get(thread).is_some_and(|weighed| weighed.standing == Standing::Rapport))
        .filter_map(|&thread| drafts.get(thread))
        .flat_map(|draft| held(letters, draft))
        .collect();
    let freemail = |draft: &Draft| draft.outside_letters(letters).all(|(_, letter)| own.is_free(letter));
    let forming = several
        && desks <= MOST_DESKS
        && operation.threads.iter().filter_map(|&thread| drafts.get(thread)).all(freemail);
    for &thread in &operation.threads {
        let (Some(draft), Some(weighed)) = (drafts.get(thread), weighed.get_mut(thread)) else { continue };
        if weighed.standing == Standing::Rapport {
            continue;
        }
        // The address of an organisation may be forged in the attack and real here, unless he read there what the desk
        // answered.
        let asks_from_held = draft
            .enquiry(letters)
            .and_then(|letter| letter.from.as_deref())
            .is_some_and(|from| held.contains(from));
        let own_address = own.party(&draft.sides.outside).contains('@') || freemail(draft) || asks_from_held;
        if attacks && weighed.sequence && (own_address || weighed.file >= 2) {
            weighed.evidence.push(evidence(Sign::KnownOperator, 4, None, ""));
            weighed.standing = Standing::Rapport;
        } else if !weighed.sequence
            && draft.enquiry(letters).is_some()
            && ((attacks && own_address) || forming)
        {
            if attacks {
                weighed.evidence.push(evidence(Sign::KnownOperator, 4, None, ""));
            }
            weighed.standing = Standing::Forming;
        }
    }
    let standings =
        operation.threads.iter().filter_map(|&thread| weighed.get(thread)).map(|weighed| weighed.standing);
    operation.standing = standings.max().unwrap_or(Standing::Conversation);
    operation.threads.retain(|&thread| {
        operation.standing == Standing::Conversation
            || weighed.get(thread).is_some_and(|weighed| weighed.standing > Standing::Conversation)
    });
    operation.settle(letters, drafts);
}

/// The addresses of an attack that are its operator's own: from one he asked, and there he read the desk's answer, to
/// which he sent the file. Nobody reads what is answered to an address that he only forged.
fn held<'a>(letters: &'a [Letter], draft: &'a Draft) -> BTreeSet<&'a str> {
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    let mut out = BTreeSet::new();
    for (_, letter) in draft.outside_letters(letters) {
        let Some(from) = letter.from.as_deref().filter(|_| letter.reply_to.is_none()) else { continue };
        if letter.payload.is_empty() {
            asked.insert(from);
        } else if letter.is_answer && asked.contains(from) {
            out.insert(from);
        }
    }
    out
}

/// Steps of a kind, for a sum.
impl Thread {
    /// Seconds that the attacker took from the desk's answer to each of his files.
    pub fn latencies(&self) -> Vec<i64> {
        let mut out = Vec::new();
        let mut reply = None;
        for step in &self.steps {
            match step.kind {
                StepKind::Reply => reply = step.at,
                StepKind::Attack => {
                    if let Some((from, to)) = reply.take().zip(step.at) {
                        out.push(to.as_second() - from.as_second());
                    }
                }
                StepKind::Recon | StepKind::Message => {}
            }
        }
        out
    }
}
