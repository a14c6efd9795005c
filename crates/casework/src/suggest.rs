//! A suggested verdict by each scheme, with its grounds. A suggestion is offered and explained; people judge.
//!
//! No number decides alone: that a text reached ten places says nothing of a newsletter, and two mails at one place may
//! be the start of a mass mailing. So every suggestion but "undetermined" rests on two grounds of different kinds at
//! least: what the mail is (its files, its words, its sender) and where it went, or what it is and what it ties to.

use std::collections::BTreeSet;

use lexicon::facts::{Attachment, MailFacts};
use lexicon::verdict::{Judgement, Scheme, Verdict};
use lexicon::{Lang, Text};

/// NPA's definition of mass mail: the same text or malware at this many places or more.
pub const MASS_PLACES: u64 = 10;
/// Across so many sectors a mail shows no choice of its targets.
pub const UNBIASED_SECTORS: u64 = 3;
/// At more places than this a mail is no longer "at few places".
pub const FEW_PLACES: u64 = 5;
/// Mails of a campaign that are looked at.
pub const MAILS: usize = 24;
/// How deep files in files are looked at.
const DEPTH: usize = 12;

/// Where the mails of one attack went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Mails known.
    pub mails: u64,
    /// Organisations that received it: those that gave it, and those that confirmed that they saw it.
    pub places: u64,
    /// Sectors (SIGs) of those organisations.
    pub sectors: u64,
    /// Organisations that got near-identical text.
    pub same_text: u64,
    /// Organisations that got the same file.
    pub same_file: u64,
}

/// What the mails that it ties to were judged to be before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// Tied mails that J-CSIP's field calls targeted or reconnaissance.
    pub targeted: u64,
    /// Tied mails that J-CRAT's field calls targeted: espionage.
    pub espionage: u64,
    /// Tied mails that J-CSIP's field calls mass mail.
    pub mass: u64,
    /// Standing claims that the campaign is the work of a known actor.
    pub actors: u64,
}

/// Why something is suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// What the mail itself shows: ids of tells.
    Tells(Vec<String>),
    /// It carries something that may run code: kinds of files.
    Payload(Vec<String>),
    /// It carries neither file nor link.
    NoPayload,
    /// Near-identical text at so many places.
    SameText(u64),
    /// The same file at so many places.
    SameFile(u64),
    /// At few places, of few sectors.
    Few(u64, u64),
    /// Over many sectors.
    Unbiased(u64),
    /// Tied to so many mails judged targeted or reconnaissance.
    PastTargeted(u64),
    /// Tied to so many mails judged espionage, or to a claimed actor.
    PastEspionage(u64, u64),
    /// Tied to so many mails judged mass mail.
    PastMass(u64),
    /// Whether it is espionage, the mail does not tell.
    PurposeUnknown,
    /// One ground alone is not enough.
    OneGroundAlone,
    /// Fewer places than the definition asks for.
    BelowTen(u64),
    /// Left out by the scheme's definition, which keeps the other verdict.
    ByDefinition,
}

impl Why {
    /// A stable word for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Tells(_) => "tells",
            Self::Payload(_) => "payload",
            Self::NoPayload => "no-payload",
            Self::SameText(_) => "same-text",
            Self::SameFile(_) => "same-file",
            Self::Few(..) => "few-places",
            Self::Unbiased(_) => "many-sectors",
            Self::PastTargeted(_) => "past-targeted",
            Self::PastEspionage(..) => "past-espionage",
            Self::PastMass(_) => "past-mass",
            Self::PurposeUnknown => "purpose-unknown",
            Self::OneGroundAlone => "one-ground-alone",
            Self::BelowTen(_) => "below-ten-places",
            Self::ByDefinition => "by-definition",
        }
    }

    /// The ground in a sentence. Tells are named by their ids: their own texts are told where tells are known.
    ///
    /// ```
    /// use casework::suggest::Why;
    /// use lexicon::Lang;
    /// assert_eq!(Why::SameText(12).say(Lang::En), "Near-identical text reached 12 organisations.");
    /// ```
    pub fn say(&self, lang: Lang) -> String {
        let fixed = |text: Text| text.of(lang).to_owned();
        match (self, lang) {
            (Self::Tells(ids) | Self::Payload(ids), _) => ids.join(lang.pick("、", ", ")),
            (Self::NoPayload, _) => {
                fixed(Text::new("添付ファイルもリンクもありません。", "It carries neither file nor link."))
            }
            (Self::SameText(n), Lang::Ja) => format!("ほぼ同じ文面が {n} 組織に届いています。"),
            (Self::SameText(n), Lang::En) => format!("Near-identical text reached {n} organisations."),
            (Self::SameFile(n), Lang::Ja) => format!("同じファイルが {n} 組織に届いています。"),
            (Self::SameFile(n), Lang::En) => format!("The same file reached {n} organisations."),
            (Self::Few(places, sectors), Lang::Ja) => {
                format!("届いた先は {places} 組織（{sectors} 業種）にとどまります。")
            }
            (Self::Few(places, sectors), Lang::En) => {
                format!("It reached {places} organisation(s) of {sectors} sector(s) only.")
            }
            (Self::Unbiased(n), Lang::Ja) => format!("{n} 業種にまたがり、対象を絞った様子がありません。"),
            (Self::Unbiased(n), Lang::En) => format!("It went to {n} sectors, without a choice of targets."),
            (Self::PastTargeted(n), Lang::Ja) => {
                format!("つながりのあるメール {n} 件が、標的型または偵察と判定されています。")
            }
            (Self::PastTargeted(n), Lang::En) => {
                format!("{n} mail(s) that it ties to were judged targeted or reconnaissance.")
            }
            (Self::PastEspionage(mails, actors), Lang::Ja) => format!(
                "つながりのあるメール {mails} 件がスパイ活動と判定され、攻撃者の仮説が {actors} 件あります。"
            ),
            (Self::PastEspionage(mails, actors), Lang::En) => format!(
                "{mails} mail(s) that it ties to were judged espionage, and {actors} claim(s) name an actor."
            ),
            (Self::PastMass(n), Lang::Ja) => {
                format!("つながりのあるメール {n} 件が、ばらまき型と判定されています。")
            }
            (Self::PastMass(n), Lang::En) => format!("{n} mail(s) that it ties to were judged mass mail."),
            (Self::PurposeUnknown, _) => fixed(Text::new(
                "スパイ活動かどうかは、メールだけからは分かりません。",
                "Whether it is espionage, the mail does not tell.",
            )),
            (Self::OneGroundAlone, _) => fixed(Text::new(
                "種類の異なる根拠がそろわないため、提案しません。",
                "One kind of ground alone is not enough to suggest anything.",
            )),
            (Self::BelowTen(n), Lang::Ja) => {
                format!("同じ文面・ファイルが届いたのは {n} 組織で、{MASS_PLACES} か所に達していません。")
            }
            (Self::BelowTen(n), Lang::En) => {
                format!("The same text or file reached {n} organisation(s), fewer than {MASS_PLACES}.")
            }
            (Self::ByDefinition, _) => fixed(Text::new(
                "この集計の定義では、ほかの集計と同じ判定になります。",
                "By this scheme's definition the verdict is the same as in the others.",
            )),
        }
    }
}

/// One ground and what it speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// By which scheme.
    pub scheme: Scheme,
    /// The ground.
    pub why: Why,
}

/// A suggested verdict with its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is suggested; undetermined where nothing can be.
    pub judgement: Judgement,
    /// Why, by scheme and in the order of their strength.
    pub grounds: Vec<Ground>,
}

impl Suggestion {
    /// The grounds of one scheme.
    pub fn of(&self, scheme: Scheme) -> impl Iterator<Item = &Why> {
        self.grounds.iter().filter(move |ground| ground.scheme == scheme).map(|ground| &ground.why)
    }
}

/// Tells of code that runs or of a file made to deceive.
const RUNS: &[&str] = &[
    "attachment-runs-code",
    "macro-document",
    "disk-image",
    "double-extension",
    "name-invisible-characters",
    "name-spaces-run",
    "extension-contradicts-content",
    "archive-unusual",
];
/// Kinds of files that run, or from which something runs, when opened.
const RUNNING_KINDS: &[&str] = &[
    "exe", "dll", "scr", "cpl", "com", "lnk", "js", "jse", "vbs", "vbe", "wsf", "hta", "bat", "cmd", "ps1",
    "iqy", "wiz", "iso", "img", "vhd", "one", "msi", "jar", "xlsm", "docm", "pptm",
];
/// Tells of a mail made for its reader: what J-CSIP calls sophistication.
const MADE_FOR_READER: &[&str] = &[
    "asks-about-archiver",
    "encrypted-archive",
    "encrypted-document",
    "password-sent-separately",
    "forced-to-open-theme",
    "known-name-foreign-address",
    "freemail-claims-organisation",
    "signature-differs-from-sender",
    "display-name-holds-other-address",
    "lookalike-domain",
    "url-userinfo",
    "enquiry-wording",
];
/// Tells of business e-mail compromise: what is asked for.
const BEC_DEMAND: &[&str] = &["payment-account-change", "executive-pressure", "secret-deal-pretext"];
/// Tells of business e-mail compromise: who pretends to ask.
const BEC_PRETENCE: &[&str] = &[
    "lookalike-within-mail",
    "lookalike-domain",
    "known-name-foreign-address",
    "freemail-claims-organisation",
    "reply-to-differs",
    "signature-differs-from-sender",
    "display-name-holds-other-address",
    "auth-failed",
];
/// Tells of credential phishing: the demand.
const PHISHING_DEMAND: &[&str] = &["form-asks-password", "account-lure"];
/// Tells of credential phishing: the way there.
const PHISHING_WAY: &[&str] = &[
    "link-text-differs",
    "html-attachment",
    "url-ip-host",
    "url-userinfo",
    "url-punycode",
    "lookalike-domain",
    "meta-refresh",
    "auth-failed",
    "freemail-claims-organisation",
    "known-name-foreign-address",
];
/// Tells of reconnaissance.
const RECON: &[&str] = &["recon-without-payload", "enquiry-wording"];
/// Tells of mass mail.
const MASS: &[&str] = &["mass-mail-subject", "account-lure", "url-ip-host"];

/// What the mails show, taken together.
struct Shown {
    tells: BTreeSet<String>,
    kinds: BTreeSet<String>,
    leads: bool,
    files: bool,
}

impl Shown {
    fn of<'a>(mails: impl Iterator<Item = &'a MailFacts>) -> Self {
        let mut shown = Self { tells: BTreeSet::new(), kinds: BTreeSet::new(), leads: false, files: false };
        for mail in mails {
            shown.tells.extend(mail.tells.iter().map(|tell| tell.id.clone()));
            shown.leads |= !mail.urls.is_empty() || !mail.html.forms.is_empty();
            for file in mail.attachments.iter().filter(|file| !file.inline) {
                shown.files = true;
                kinds(file, DEPTH, &mut shown.kinds);
            }
        }
        shown
    }

    fn any(&self, of: &[&str]) -> Vec<String> {
        of.iter().filter(|id| self.tells.contains(**id)).map(|id| (*id).to_owned()).collect()
    }

    /// Grounds that it may run code.
    fn payload(&self) -> Option<Why> {
        let tells = self.any(RUNS);
        if !tells.is_empty() {
            return Some(Why::Tells(tells));
        }
        let kinds: Vec<String> =
            RUNNING_KINDS.iter().filter(|k| self.kinds.contains(**k)).map(|k| (*k).to_owned()).collect();
        (!kinds.is_empty()).then_some(Why::Payload(kinds))
    }
}

fn kinds(file: &Attachment, depth: usize, out: &mut BTreeSet<String>) {
    if depth == 0 || out.len() > 64 {
        return;
    }
    out.insert(file.kind.clone());
    file.children.iter().for_each(|child| kinds(child, depth - 1, out));
}

/// Suggests a verdict on mails of one attack (or on one mail) from what they show, where they went, and what they tie
/// to. The first [`MAILS`] are looked at.
///
/// ```
/// use casework::suggest::{Past, Reach, suggest};
/// use lexicon::MailFacts;
/// use lexicon::verdict::Verdict;
///
/// // Twelve organisations alone decide nothing.
/// let reach = Reach { mails: 12, places: 12, sectors: 4, same_text: 12, ..Reach::default() };
/// let suggested = suggest([&MailFacts::default()], reach, Past::default());
/// assert_eq!(suggested.judgement.jcsip, Verdict::Undetermined);
/// ```
pub fn suggest<'a>(mails: impl IntoIterator<Item = &'a MailFacts>, reach: Reach, past: Past) -> Suggestion {
    let shown = Shown::of(mails.into_iter().take(MAILS));
    let (jcsip, mut grounds) = by_jcsip(&shown, reach, past);
    let mut out = Suggestion {
        judgement: Judgement::entailed_by(jcsip),
        grounds: grounds.drain(..).map(|why| Ground { scheme: Scheme::Jcsip, why }).collect(),
    };
    by_jcrat(&mut out, jcsip, past);
    by_npa(&mut out, jcsip, &shown, reach);
    out
}

/// J-CSIP: the kind of malware, the relation to past attacks, the sophistication; mass mail is left out (S52).
fn by_jcsip(shown: &Shown, reach: Reach, past: Past) -> (Verdict, Vec<Why>) {
    let (demand, pretence) = (shown.any(BEC_DEMAND), shown.any(BEC_PRETENCE));
    if !demand.is_empty() && !pretence.is_empty() && shown.payload().is_none() {
        return (Verdict::Bec, vec![Why::Tells(demand), Why::Tells(pretence)]);
    }
    let (demand, way) = (shown.any(PHISHING_DEMAND), shown.any(PHISHING_WAY));
    if !demand.is_empty() && !way.is_empty() && shown.payload().is_none() && (shown.leads || shown.files) {
        return (Verdict::Phishing, vec![Why::Tells(demand), Why::Tells(way)]);
    }
    let recon = shown.any(RECON);
    if !recon.is_empty() && !shown.files && !shown.leads {
        let mut grounds = vec![Why::Tells(recon), Why::NoPayload];
        if past.targeted > 0 {
            grounds.push(Why::PastTargeted(past.targeted));
        }
        return (Verdict::Recon, grounds);
    }
    attack(shown, reach, past)
}

/// Mass or targeted: what carries something harmful, or ties to what did.
fn attack(shown: &Shown, reach: Reach, past: Past) -> (Verdict, Vec<Why>) {
    let payload = shown.payload();
    let wide = reach.sectors >= UNBIASED_SECTORS && reach.places > FEW_PLACES;
    let (same_text, same_file) = (reach.same_text, reach.same_file);
    let made = shown.any(MADE_FOR_READER);
    // Rapport-building wins over width: the same operator at several desks (S2–S6) is no mass mailing.
    let rapport = shown.tells.contains("asks-about-archiver") || past.targeted > 0;
    let mass_tells = shown.any(MASS);
    if !rapport && (wide || same_text.max(same_file) >= MASS_PLACES) {
        let harm = payload
            .clone()
            .into_iter()
            .chain((!mass_tells.is_empty()).then(|| Why::Tells(mass_tells.clone())));
        let mut grounds: Vec<Why> = harm.collect();
        if !grounds.is_empty() {
            if same_text > FEW_PLACES {
                grounds.push(Why::SameText(same_text));
            }
            if same_file > FEW_PLACES {
                grounds.push(Why::SameFile(same_file));
            }
            if wide {
                grounds.push(Why::Unbiased(reach.sectors));
            }
            if past.mass > 0 {
                grounds.push(Why::PastMass(past.mass));
            }
            return (Verdict::Mass, grounds);
        }
    }
    let few = reach.places <= FEW_PLACES;
    let harmful = payload.is_some() || past.targeted > 0;
    let skilful = !made.is_empty() || past.targeted > 0;
    if harmful && skilful && (few || rapport) {
        let mut grounds = Vec::new();
        grounds.extend(payload.clone());
        if !made.is_empty() {
            grounds.push(Why::Tells(made.clone()));
        }
        if past.targeted > 0 {
            grounds.push(Why::PastTargeted(past.targeted));
        }
        if few && reach.places > 0 {
            grounds.push(Why::Few(reach.places, reach.sectors));
        }
        if grounds.len() > 1 {
            return (Verdict::Targeted, grounds);
        }
    }
    // What there is, is laid out; it does not suffice.
    let mut grounds: Vec<Why> = payload.into_iter().collect();
    if !made.is_empty() {
        grounds.push(Why::Tells(made));
    }
    grounds.push(Why::OneGroundAlone);
    (Verdict::Undetermined, grounds)
}

/// J-CRAT: espionage only (S34).
fn by_jcrat(out: &mut Suggestion, jcsip: Verdict, past: Past) {
    let mut ground = |why| out.grounds.push(Ground { scheme: Scheme::Jcrat, why });
    match jcsip {
        Verdict::Targeted | Verdict::Recon if past.espionage > 0 && past.actors > 0 => {
            ground(Why::PastEspionage(past.espionage, past.actors));
            out.judgement.jcrat = jcsip;
        }
        Verdict::Targeted => {
            ground(Why::PurposeUnknown);
            out.judgement.jcrat = Verdict::Undetermined;
        }
        Verdict::Undetermined => ground(Why::OneGroundAlone),
        _ => ground(Why::ByDefinition),
    }
}

/// The police: the same text or malware at ten places or more is mass mail, and counts within targeted.
fn by_npa(out: &mut Suggestion, jcsip: Verdict, shown: &Shown, reach: Reach) {
    let same = reach.same_text.max(reach.same_file);
    let why = if reach.same_text >= reach.same_file { Why::SameText(same) } else { Why::SameFile(same) };
    let mut ground = |why| out.grounds.push(Ground { scheme: Scheme::Npa, why });
    out.judgement.npa = match jcsip {
        Verdict::Mass | Verdict::Targeted if same >= MASS_PLACES => {
            if let Some(payload) = shown.payload() {
                ground(payload);
            }
            ground(why);
            Verdict::Mass
        }
        // Below ten places a harmful mail is targeted in the police's count, however it was spread.
        Verdict::Mass if shown.payload().is_some() => {
            ground(Why::BelowTen(same));
            Verdict::Targeted
        }
        Verdict::Mass => {
            ground(Why::BelowTen(same));
            Verdict::Undetermined
        }
        Verdict::Undetermined => {
            ground(Why::OneGroundAlone);
            Verdict::Undetermined
        }
        other => {
            ground(Why::ByDefinition);
            other
        }
    };
}
