//! Threads as swim-lanes: one lane a window, a mark a mail, the interval written between two of them. Times of minutes and
//! months stand side by side, so that marks are spaced by their order and not by their time.

use askama::Template;
use desk::thread::StepKind;
use jiff::Timestamp;

/// Lanes and marks that are drawn; the tables beside have all.
const LANES: usize = 16;
const MARKS: usize = 40;
/// Measures, in the drawing's own units.
const LEFT: i64 = 290;
const TOP: i64 = 48;
const STEP: i64 = 104;
const LANE: i64 = 96;
/// The longest label, in characters; a longer one ends with … and is told whole by its title.
const LABEL: usize = 33;

/// One lane.
pub(crate) struct LaneOf {
    /// The window.
    pub(crate) label: String,
    /// Its mails.
    pub(crate) marks: Vec<Mark>,
}

/// One mail.
pub(crate) struct Mark {
    /// When it was sent.
    pub(crate) at: Option<Timestamp>,
    /// What it is.
    pub(crate) kind: StepKind,
    /// The same in a word.
    pub(crate) word: &'static str,
    /// The interval before it, in words; empty for the first.
    pub(crate) after: String,
}

/// The drawing.
#[derive(Template)]
#[template(path = "parts/lanes.svg.html")]
pub(crate) struct Lanes {
    title: String,
    desc: String,
    width: i64,
    height: i64,
    /// Where the lanes begin.
    left: i64,
    lanes: Vec<Drawn>,
}

struct Drawn {
    label: String,
    /// The whole label, where it was cut.
    whole: Option<String>,
    y: i64,
    end: i64,
    marks: Vec<DrawnMark>,
}

struct DrawnMark {
    x: i64,
    series: &'static str,
    word: &'static str,
    time: String,
    /// The year, at the first mark of a lane and where it changes.
    year: String,
    gap: Option<(i64, String)>,
}

impl Lanes {
    /// A drawing of these lanes.
    pub(crate) fn new(title: String, desc: String, lanes: &[LaneOf]) -> Self {
        let mut moments: Vec<(Timestamp, usize, usize)> = Vec::new();
        for (lane, of) in lanes.iter().enumerate().take(LANES) {
            moments.extend(of.marks.iter().enumerate().filter_map(|(mark, m)| Some((m.at?, lane, mark))));
        }
        moments.sort_unstable();
        moments.truncate(MARKS);
        let column = |lane: usize, mark: usize| {
            let place = moments.iter().position(|&(_, l, m)| (l, m) == (lane, mark))?;
            i64::try_from(place).ok().map(|place| LEFT + 30 + place * STEP)
        };
        let columns = i64::try_from(moments.len()).unwrap_or(0);
        let width = LEFT + 40 + columns.max(1) * STEP;
        let drawn: Vec<Drawn> = (0i64..)
            .zip(lanes.iter().enumerate().take(LANES))
            .map(|(n, (lane, of))| {
                let mut before: Option<i64> = None;
                let mut year_before = None;
                let marks = of.marks.iter().enumerate().filter_map(|(mark, m)| {
                    let x = column(lane, mark)?;
                    let gap = before
                        .filter(|_| !m.after.is_empty())
                        .map(|from| (i64::midpoint(from, x), m.after.clone()));
                    before = Some(x);
                    let at = m.at.map(|at| at.to_zoned(lexicon::time::jst()));
                    let year = at.as_ref().map(jiff::Zoned::year);
                    let year_text =
                        year.filter(|_| year != year_before).map(|year| year.to_string()).unwrap_or_default();
                    year_before = year;
                    let time = at.map(|at| at.strftime("%m-%d %H:%M").to_string());
                    Some(DrawnMark {
                        x,
                        series: series(m.kind),
                        word: m.word,
                        time: time.unwrap_or_default(),
                        year: year_text,
                        gap,
                    })
                });
                Drawn {
                    label: cut(&of.label),
                    whole: (of.label.chars().count() > LABEL).then(|| of.label.clone()),
                    y: TOP + n * LANE,
                    end: width - 10,
                    marks: marks.collect(),
                }
            })
            .collect();
        let count = i64::try_from(drawn.len()).unwrap_or(0);
        Self { title, desc, width, height: TOP + count * LANE - 40, left: LEFT, lanes: drawn }
    }
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}

fn series(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Recon => "s2",
        StepKind::Reply => "s1",
        StepKind::Attack => "s6",
        StepKind::Message => "s5",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_is_a_mark_with_its_word_and_the_interval_before_it() {
        let mark = |second: i64, kind, word, after: &str| Mark {
            at: Timestamp::from_second(second).ok(),
            kind,
            word,
            after: after.to_owned(),
        };
        let lane = LaneOf {
            label: "<info@member.example>".to_owned(),
            marks: vec![mark(0, StepKind::Recon, "偵察", ""), mark(780, StepKind::Attack, "攻撃", "13分")],
        };
        let svg = Lanes::new("t".into(), "d".into(), &[lane]).render().unwrap();
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains("13分") && svg.contains("偵察") && !svg.contains("<info"), "{svg}");
        assert_eq!(svg.matches(">1970<").count(), 1);
    }

    #[test]
    fn a_long_label_is_cut_with_a_mark_and_told_whole() {
        let label = "contact@hokuryo[.]hokuryo-power[.]example";
        let at = Timestamp::from_second(0).ok();
        let mark = Mark { at, kind: StepKind::Recon, word: "偵察", after: String::new() };
        let lane = LaneOf { label: label.to_owned(), marks: vec![mark] };
        let svg = Lanes::new("t".into(), "d".into(), &[lane]).render().unwrap();
        assert!(svg.contains("contact@hokuryo[.]hokuryo-power[…"), "{svg}");
        assert!(svg.contains(&format!("<title>{label}</title>")), "{svg}");
    }
}
