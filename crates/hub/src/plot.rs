//! Plots as SVG with text as text; each stands beside a table of the same numbers.

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Lanes that are drawn one by one; the rest share the last.
pub(crate) const LANES: usize = 12;
/// Dots drawn in one lane.
const DOTS: usize = 400;
/// Dots nearer than this are drawn as one.
const NEAR: i64 = 3;
/// Width of the drawing, in its own units.
const WIDTH: i64 = 720;
/// Where the lanes begin, right of their names.
const LEFT: i64 = 112;
/// Where they end.
const RIGHT: i64 = 700;
/// Height of a lane.
const LANE: i64 = 34;

/// One line of dots.
#[derive(Debug, Clone)]
pub(crate) struct LaneData {
    /// Its name.
    pub(crate) label: String,
    /// What happened when.
    pub(crate) at: Vec<Timestamp>,
}

/// Events over time, one lane each.
#[derive(Template)]
#[template(path = "parts/timeline.svg.html")]
pub(crate) struct Timeline {
    title: String,
    desc: String,
    width: i64,
    height: i64,
    top: i64,
    bottom: i64,
    left: i64,
    right: i64,
    ticks: Vec<Tick>,
    marks: Vec<Tick>,
    lanes: Vec<Lane>,
}

/// Something that happened once, beside the lanes.
#[derive(Debug, Clone)]
pub(crate) struct MarkData {
    /// Its name.
    pub(crate) label: String,
    /// When.
    pub(crate) at: Timestamp,
}

struct Tick {
    x: i64,
    label: String,
    anchor: &'static str,
}

struct Lane {
    label: String,
    y: i64,
    series: &'static str,
    dots: Vec<i64>,
}

impl Timeline {
    /// A drawing of at most [`LANES`] lanes.
    pub(crate) fn new(title: String, desc: String, lanes: &[LaneData], marks: &[MarkData]) -> Self {
        let all = lanes.iter().flat_map(|lane| lane.at.iter().copied());
        let all = all.chain(marks.iter().map(|mark| mark.at));
        let first = all.clone().min().unwrap_or_default();
        let last = all.max().unwrap_or_default();
        let scale = Scale { first: first.as_second(), span: (last.as_second() - first.as_second()).max(0) };
        let count = i64::try_from(lanes.len().min(LANES)).unwrap_or(0);
        // Marks are named above the lanes.
        let head = if marks.is_empty() { 8 } else { 34 };
        let bottom = head + count * LANE + 6;
        Self {
            title,
            desc,
            width: WIDTH,
            height: bottom + 32,
            top: head - 4,
            bottom,
            left: LEFT,
            right: RIGHT,
            ticks: scale.ticks(),
            marks: marks
                .iter()
                .map(|mark| {
                    let x = scale.x(mark.at.as_second());
                    let anchor = if x < LEFT + 90 {
                        "start"
                    } else if x > RIGHT - 90 {
                        "end"
                    } else {
                        "middle"
                    };
                    Tick { x, label: mark.label.clone(), anchor }
                })
                .collect(),
            lanes: lanes
                .iter()
                .take(LANES)
                .zip((0i64..).zip(["s1", "s2", "s3", "s4", "s5", "s6"].into_iter().cycle()))
                .map(|(lane, (n, series))| Lane {
                    label: lane.label.clone(),
                    y: head + n * LANE + LANE / 2,
                    series,
                    dots: scale.dots(&lane.at),
                })
                .collect(),
        }
    }
}

struct Scale {
    first: i64,
    span: i64,
}

impl Scale {
    fn x(&self, second: i64) -> i64 {
        let (left, right) = (LEFT + 16, RIGHT - 16);
        if self.span == 0 {
            (left + right) / 2
        } else {
            left + (second - self.first) * (right - left) / self.span
        }
    }

    fn dots(&self, at: &[Timestamp]) -> Vec<i64> {
        let mut dots: Vec<i64> = at.iter().map(|at| self.x(at.as_second())).collect();
        dots.sort_unstable();
        // Dots that would hide one another are one.
        dots.dedup_by(|later, earlier| *later - *earlier < NEAR);
        dots.truncate(DOTS);
        dots
    }

    /// First, middle and last moment, by day or, within two days, by hour and minute.
    fn ticks(&self) -> Vec<Tick> {
        let form = if self.span < 2 * 86_400 { "%m-%d %H:%M" } else { "%Y-%m-%d" };
        let zone: TimeZone = lexicon::time::jst();
        let places: &[(i64, &'static str)] =
            if self.span == 0 { &[(0, "middle")] } else { &[(0, "start"), (1, "middle"), (2, "end")] };
        places
            .iter()
            .map(|&(n, anchor)| {
                let second = self.first + self.span * n / 2;
                let at = Timestamp::from_second(second).unwrap_or_default();
                Tick {
                    x: self.x(second),
                    label: at.to_zoned(zone.clone()).strftime(form).to_string(),
                    anchor,
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(label: &str, seconds: &[i64]) -> LaneData {
        let at = seconds.iter().filter_map(|s| Timestamp::from_second(*s).ok()).collect();
        LaneData { label: label.to_owned(), at }
    }

    #[test]
    fn a_timeline_names_its_lanes_as_text_and_draws_a_dot_an_event() {
        let svg = Timeline::new(
            "t".into(),
            "d".into(),
            &[lane("組織 1", &[0, 86_400]), lane("<b>", &[43_200])],
            &[],
        )
        .render()
        .unwrap();
        assert_eq!(svg.matches("<circle").count(), 3);
        assert!(svg.contains("組織 1") && !svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn one_moment_alone_stands_in_the_middle() {
        let svg = Timeline::new("t".into(), "d".into(), &[lane("a", &[5, 5])], &[]).render().unwrap();
        assert_eq!(svg.matches("<circle").count(), 1);
    }

    #[test]
    fn an_advisory_stands_as_a_line_at_its_time_also_where_nothing_came_after_it() {
        let mark = MarkData { label: "注意喚起 <1>".into(), at: Timestamp::from_second(86_400).unwrap() };
        let svg = Timeline::new("t".into(), "d".into(), &[lane("a", &[0])], &[mark]).render().unwrap();
        assert_eq!(svg.matches("class=\"mark\"").count(), 1);
        assert!(svg.contains("注意喚起 &#60;1&#62;"), "{svg}");
    }
}
