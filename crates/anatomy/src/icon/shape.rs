//! Whether a picture of an icon's size shows a page of paper or a folder.
//!
//! A page: upright, filled, with straight edges, white for a good part, and one of its corners folded or lines of text
//! on it; the badge of a program may hang over one of its edges. A folder: yellow, wider than high or nearly so, filled, with a tab at
//! its upper edge. Shares and not pixels are asked for, because icons come in all sizes.

use super::Raster;

/// Pixels on a side below which a shape says nothing.
const SMALLEST: usize = 24;

/// Lines of text that make a page of a sheet without a folded corner.
const LINES: usize = 5;

/// What an icon looks like, with what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// A page of paper.
    Page {
        /// True if a corner of it is folded.
        folded: bool,
        /// Lines of text on it.
        lines: usize,
        /// How much of it is white, in percent.
        white: usize,
        /// The hue that stands out on it, where one does.
        hue: Option<&'static str>,
    },
    /// A folder.
    Folder {
        /// How much of it is yellow, in percent.
        yellow: usize,
    },
}

impl Likeness {
    /// In words, with the applications whose documents have such colours.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Folder { yellow } => format!("folder with a tab, {yellow}% yellow"),
            Self::Page { folded, lines, white, hue } => {
                let hue = hue.map_or("", |hue| match hue {
                    "blue" => ", blue as of Word",
                    "green" => ", green as of Excel",
                    "orange" => ", orange as of PowerPoint",
                    "red" => ", red as of PDF readers",
                    _ => "",
                });
                let with =
                    if *folded { "a folded corner".to_owned() } else { format!("{lines} lines of text") };
                format!("page with {with}, {white}% white{hue}")
            }
        }
    }
}

/// What the icon looks like; `None` for anything but a page or a folder.
pub(crate) fn likeness(icon: &Raster) -> Option<Likeness> {
    if icon.width < SMALLEST || icon.height < SMALLEST {
        return None;
    }
    let outline = Outline::of(icon)?;
    page(icon, &outline).or_else(|| folder(icon, &outline))
}

/// The first and last opaque pixel of each line, from the first line that has some to the last.
struct Outline {
    top: usize,
    lines: Vec<(usize, usize)>,
    /// Opaque pixels.
    area: usize,
    /// Pixels between the first and last of each line.
    hull: usize,
}

fn opaque(pixel: [u8; 4]) -> bool {
    pixel[3] >= 128
}

impl Outline {
    fn of(icon: &Raster) -> Option<Self> {
        let (mut top, mut lines, mut area) = (None, Vec::new(), 0);
        for y in 0..icon.height {
            let mut solid = (0..icon.width).filter(|x| opaque(icon.at(*x, y)));
            let Some(first) = solid.next() else {
                // A gap within is no single shape.
                if top.is_some() && (y..icon.height).any(|y| (0..icon.width).any(|x| opaque(icon.at(x, y)))) {
                    return None;
                }
                continue;
            };
            top.get_or_insert(y);
            let (last, count) = solid.fold((first, 1), |(_, count), x| (x, count + 1));
            area += count;
            lines.push((first, last));
        }
        let hull = lines.iter().map(|(first, last)| last - first + 1).sum();
        Some(Self { top: top?, lines, area, hull })
    }

    /// True if hardly anything is see-through within it.
    fn is_filled(&self) -> bool {
        self.area * 100 >= self.hull * 95
    }
}

fn median(values: impl Iterator<Item = usize>) -> usize {
    let mut values: Vec<usize> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

fn page(icon: &Raster, outline: &Outline) -> Option<Likeness> {
    let height = outline.lines.len();
    let left = median(outline.lines.iter().map(|line| line.0));
    let right = median(outline.lines.iter().map(|line| line.1));
    let width = (right + 1).checked_sub(left)?;
    let upright = width * 100 >= height * 58 && width * 100 <= height * 93;
    if height * 10 < icon.height * 6 || !upright || !outline.is_filled() {
        return None;
    }
    // How far each line stays within the edge, and how far it goes beyond.
    let slack = (width / 16).max(1);
    let in_left: Vec<usize> = outline.lines.iter().map(|line| line.0.saturating_sub(left)).collect();
    let in_right: Vec<usize> = outline.lines.iter().map(|line| right.saturating_sub(line.1)).collect();
    let beyond = |over: usize| over > slack;
    let badge_left = outline.lines.iter().filter(|line| beyond(left.saturating_sub(line.0))).count();
    let badge_right = outline.lines.iter().filter(|line| beyond(line.1.saturating_sub(right))).count();
    let widest =
        outline.lines.iter().map(|line| left.saturating_sub(line.0).max(line.1.saturating_sub(right)));
    let one_badge = badge_left.min(badge_right) == 0 && badge_left.max(badge_right) * 100 <= height * 55;
    if !one_badge || widest.max().unwrap_or(0) * 100 > width * 45 {
        return None;
    }
    let fold = |cut: &[usize], other: &[usize]| {
        // Corners that are round alike are no fold.
        let first = |edge: &[usize]| edge.first().copied().unwrap_or(0);
        is_fold(cut, width, slack) && is_straight(other, slack) && first(cut) > 2 * first(other) + 1
    };
    let flipped = |edge: &[usize]| edge.iter().rev().copied().collect::<Vec<usize>>();
    let (up_right, up_left) = (flipped(&in_right), flipped(&in_left));
    let folded = fold(&in_right, &in_left)
        || fold(&in_left, &in_right)
        || fold(&up_right, &up_left)
        || fold(&up_left, &up_right);
    let plain =
        is_straight(&in_right, slack) && is_straight(&in_left, slack) && badge_left + badge_right == 0;
    if !folded && !plain {
        return None;
    }
    // White, and what stands out, on the page itself.
    let (mut all, mut light) = (0, 0);
    let mut hues = [0usize; HUES.len()];
    let mut rows = Vec::with_capacity(height);
    for (y, line) in (outline.top..).zip(&outline.lines) {
        let mut bare = 0;
        for x in line.0..=line.1 {
            let [red, green, blue, opacity] = icon.at(x, y);
            if opacity < 128 {
                continue;
            }
            if let Some(hue) = hue(red, green, blue).and_then(|(hue, _)| hues.get_mut(hue)) {
                *hue += 1;
            }
            if (left..=right).contains(&x) {
                all += 1;
                let (low, high) = (red.min(green).min(blue), red.max(green).max(blue));
                light += usize::from(low >= 185 && high - low <= 40);
                // Writing is grey at times.
                bare += usize::from(low >= 220);
            }
        }
        rows.push(bare * 100 / width);
    }
    let white = light * 100 / all.max(1);
    let lines = text_lines(&rows);
    if white < 45 || !folded && (lines < LINES || white < 55) {
        return None;
    }
    let (best, count) = hues.iter().enumerate().max_by_key(|(_, count)| **count)?;
    let hue = HUES.get(best).map(|hue| hue.0).filter(|_| count * 100 >= all * 4);
    Some(Likeness::Page { folded, lines, white, hue })
}

/// How many lines of text there are, by how white each line of pixels is, in percent: what is written lies between
/// lines that are white but for the page's edge.
fn text_lines(rows: &[usize]) -> usize {
    let (mut lines, mut blank) = (0, false);
    for row in rows {
        match *row {
            82.. => blank = true,
            5..=72 if blank => {
                lines += 1;
                blank = false;
            }
            _ => {}
        }
    }
    lines
}

/// True if the distances from an edge are those of a folded upper corner: they shrink steadily from the first line on,
/// as a triangle, and the rest of the edge is straight.
fn is_fold(cut: &[usize], width: usize, slack: usize) -> bool {
    let Some(first) = cut.first().copied() else { return false };
    let depth = cut.iter().position(|inside| *inside <= slack / 2).unwrap_or(cut.len());
    if first * 100 < width * 14 || first * 100 > width * 62 || depth * 100 > cut.len() * 45 || depth < 2 {
        return false;
    }
    let (corner, rest) = cut.split_at(depth);
    let sum: usize = corner.iter().sum();
    let steady = corner.windows(2).all(|pair| pair[1] <= pair[0] + 1);
    let triangle = sum * 100 >= first * depth * 36 && sum * 100 <= first * depth * 86;
    let slope = depth * 100 >= first * 45 && depth * 100 <= first * 220;
    steady && triangle && slope && is_straight(rest, slack)
}

/// True for an edge that is straight but for rounded ends.
fn is_straight(cut: &[usize], slack: usize) -> bool {
    let off = cut.iter().filter(|inside| **inside > slack).count();
    let ends = [cut.first(), cut.last()].into_iter().flatten().all(|inside| *inside <= slack * 3);
    off * 100 <= cut.len() * 6 && ends
}

/// Hues that an application is known by, and where each ends, in degrees.
const HUES: [(&str, u32); 7] = [
    ("red", 15),
    ("orange", 36),
    ("yellow", 66),
    ("green", 170),
    ("blue", 260),
    ("violet", 345),
    ("red", 360),
];

/// The place among [`HUES`] and the degree, for a colour that has some.
fn hue(red: u8, green: u8, blue: u8) -> Option<(usize, u32)> {
    let (red, green, blue) = (i32::from(red), i32::from(green), i32::from(blue));
    let high = red.max(green).max(blue);
    let spread = high - red.min(green).min(blue);
    if spread < 50 || spread * 4 < high {
        return None;
    }
    let degree = if high == red {
        60 * (green - blue) / spread
    } else if high == green {
        120 + 60 * (blue - red) / spread
    } else {
        240 + 60 * (red - green) / spread
    };
    let degree = u32::try_from((degree + 360) % 360).ok()?;
    let place = HUES.iter().position(|(_, end)| degree < *end)?;
    Some((if place == HUES.len() - 1 { 0 } else { place }, degree))
}

fn folder(icon: &Raster, outline: &Outline) -> Option<Likeness> {
    let height = outline.lines.len();
    let left = outline.lines.iter().map(|line| line.0).min()?;
    let right = outline.lines.iter().map(|line| line.1).max()?;
    let width = right - left + 1;
    let wide = width * 100 >= height * 95 && width * 100 <= height * 160;
    if width * 10 < icon.width * 6
        || !wide
        || !outline.is_filled()
        || outline.hull * 100 < width * height * 72
    {
        return None;
    }
    // The tab: a piece of the upper edge that stands out by a step.
    let tab = outline.lines.iter().take_while(|line| (line.1 - line.0 + 1) * 100 <= width * 68).count();
    let first = outline.lines.get(tab / 2)?;
    let piece = first.1 - first.0 + 1;
    let aside = first.0 - left <= width / 5 || right - first.1 <= width / 5;
    let below = outline.lines.get(tab..)?;
    let broad = below.iter().filter(|line| (line.1 - line.0 + 1) * 100 >= width * 80).count();
    let is_tab = tab > 0 && tab * 100 <= height * 30 && piece * 100 >= width * 18 && aside;
    if !is_tab || broad * 100 < below.len() * 85 {
        return None;
    }
    let (mut all, mut yellow) = (0, 0);
    for pixel in icon.pixels.iter().filter(|pixel| opaque(**pixel)) {
        all += 1;
        let degree = hue(pixel[0], pixel[1], pixel[2]).map(|(_, degree)| degree);
        yellow += usize::from(degree.is_some_and(|degree| (34..=62).contains(&degree)) && pixel[0] >= 150);
    }
    let yellow = yellow * 100 / all.max(1);
    (yellow >= 60).then_some(Likeness::Folder { yellow })
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
