//! QR codes in a picture. The three corners of a code are looked for here, with bounds; only reading the squares
//! between them is left to `rqrr`, whose own search clones the picture for every three corners that might belong
//! together, which a picture of nothing but corners turns into hours.

use super::Gray;

/// The shortest side of a picture that can hold a code that a camera reads.
pub(crate) const SIDE: usize = 60;

/// Lines from which on every second one is enough: a corner's middle is three squares high.
const TALL: usize = 500;

/// Corners of one picture that are tried against each other.
const CORNERS: usize = 24;

/// Corners that are kept apart while the picture is gone through.
const SEEN: usize = 400;

/// Attempts to read a code.
const ATTEMPTS: usize = 60;

/// Codes told of one picture.
const CODES: usize = 8;

/// Bytes of one code's text: the largest code holds no more.
const TEXT_BYTES: usize = 4_296;

/// A corner: its middle, the size of a square, and in how many lines it was seen.
#[derive(Clone, Copy)]
struct Corner {
    x: f64,
    y: f64,
    module: f64,
    lines: usize,
}

/// The texts of the codes in a picture, dark on light ones first.
pub(super) fn codes(gray: &Gray) -> Vec<String> {
    let threshold = threshold(gray);
    let mut out = Vec::new();
    let pictures = [false, true].map(|inverted| Picture { gray, threshold, inverted });
    for (picture, corners) in pictures.iter().zip(corners(&pictures)) {
        picture.read(&corners, &mut out);
    }
    out
}

/// The shade that parts dark from light best (Otsu).
fn threshold(gray: &Gray) -> u8 {
    // Pixels beside each other are alike as a rule, and a count that was just written must be waited for: four tables
    // take turns.
    let mut tables = [[0_u32; 256]; 4];
    for shades in gray.pixels.chunks(4) {
        for (table, shade) in tables.iter_mut().zip(shades) {
            table[usize::from(*shade)] += 1;
        }
    }
    let mut counts = [0_u64; 256];
    for table in &tables {
        for (count, more) in counts.iter_mut().zip(table) {
            *count += u64::from(*more);
        }
    }
    let all: u64 = counts.iter().sum();
    let total: u64 = (0_u64..).zip(&counts).map(|(shade, count)| shade * count).sum();
    let (mut below, mut sum, mut best, mut answer) = (0_u64, 0_u64, 0.0_f64, 128_u8);
    for (shade, count) in (0_u8..=255).zip(&counts) {
        below += count;
        sum += u64::from(shade) * count;
        if below == 0 || below == all {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "the counts are those of pixels")]
        let (low, high, a, b) = (below as f64, (all - below) as f64, sum as f64, (total - sum) as f64);
        let spread = low * high * (a / low - b / high).powi(2);
        if spread > best {
            (best, answer) = (spread, shade);
        }
    }
    answer
}

struct Picture<'g> {
    gray: &'g Gray,
    threshold: u8,
    inverted: bool,
}

impl Picture<'_> {
    fn dark(&self, x: usize, y: usize) -> bool {
        let shade = self.gray.pixels.get(y * self.gray.width + x).copied().unwrap_or(255);
        (shade <= self.threshold) != self.inverted
    }

    /// True if the five runs are those of a line through a corner: 1, 1, 3, 1, 1.
    fn fits(runs: [usize; 5]) -> bool {
        let all: usize = runs.iter().sum();
        // Each run may be off by half a square.
        all >= 7
            && [1, 1, 3, 1, 1]
                .iter()
                .zip(runs)
                .all(|(share, run)| (run * 7).abs_diff(share * all) * 2 <= all + 14)
    }

    /// Adds the corner whose middle line was seen, if the line across it fits too.
    #[expect(clippy::cast_precision_loss, reason = "places in a picture are small")]
    fn corner(&self, corners: &mut Vec<Corner>, x: usize, y: usize, runs: [usize; 5]) {
        let size: usize = runs.iter().sum();
        let Some((top, down)) = self.across(x, y, size) else { return };
        if down.abs_diff(size) * 3 > size {
            return;
        }
        let module = (size + down) as f64 / 14.0;
        let (x, y) = (x as f64 + 0.5, top as f64 + down as f64 / 2.0);
        for corner in corners.iter_mut() {
            if (corner.x - x).abs() < module * 2.0 && (corner.y - y).abs() < module * 2.0 {
                let lines = corner.lines as f64;
                corner.x = (corner.x * lines + x) / (lines + 1.0);
                corner.y = (corner.y * lines + y) / (lines + 1.0);
                corner.module = (corner.module * lines + module) / (lines + 1.0);
                corner.lines += 1;
                return;
            }
        }
        if corners.len() < SEEN {
            corners.push(Corner { x, y, module, lines: 1 });
        }
    }

    /// Where the corner through whose middle this pixel runs starts, and its height.
    fn across(&self, x: usize, y: usize, size: usize) -> Option<(usize, usize)> {
        if !self.dark(x, y) {
            return None;
        }
        let most = size * 2;
        let (mut up, mut down) = ([0_usize; 3], [0_usize; 3]);
        let (mut top, mut bottom) = (y, y + 1);
        for (index, run) in up.iter_mut().enumerate() {
            while top > 0 && *run < most && self.dark(x, top - 1) == (index != 1) {
                top -= 1;
                *run += 1;
            }
        }
        for (index, run) in down.iter_mut().enumerate() {
            while bottom < self.gray.height && *run < most && self.dark(x, bottom) == (index != 1) {
                bottom += 1;
                *run += 1;
            }
        }
        let runs = [up[2], up[1], up[0] + down[0] + 1, down[1], down[2]];
        Self::fits(runs).then_some((top, bottom - top))
    }

    /// Tries all corners that may belong together.
    fn read(&self, corners: &[Corner], out: &mut Vec<String>) {
        let mut attempts = ATTEMPTS;
        let mut used = [false; CORNERS];
        for (a, first) in corners.iter().enumerate() {
            for (b, right) in corners.iter().enumerate() {
                for (c, below) in corners.iter().enumerate() {
                    if a == b || b == c || a == c || [a, b, c].iter().any(|i| used.get(*i) == Some(&true)) {
                        continue;
                    }
                    let Some(side) = side(first, right, below) else { continue };
                    for side in [side, side.wrapping_sub(4), side + 4] {
                        if attempts == 0 || out.len() >= CODES {
                            return;
                        }
                        attempts -= 1;
                        if let Some(text) = self.code(first, right, below, side) {
                            for index in [a, b, c] {
                                if let Some(used) = used.get_mut(index) {
                                    *used = true;
                                }
                            }
                            if !out.contains(&text) {
                                out.push(text);
                            }
                            break;
                        }
                    }
                }
            }
        }
    }

    fn code(&self, first: &Corner, right: &Corner, below: &Corner, side: usize) -> Option<String> {
        if !(21..=177).contains(&side) || side % 4 != 1 {
            return None;
        }
        let between = f64::from(u32::try_from(side - 7).ok()?);
        let (ux, uy) = ((right.x - first.x) / between, (right.y - first.y) / between);
        let (vx, vy) = ((below.x - first.x) / between, (below.y - first.y) / between);
        let mut squares = Vec::with_capacity(side * side);
        for row in 0..side {
            for column in 0..side {
                let along = |n: usize| f64::from(u32::try_from(n).unwrap_or(0)) - 3.0;
                let (u, v) = (along(column), along(row));
                let (x, y) = (first.x + ux * u + vx * v, first.y + uy * u + vy * v);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate")]
                let (x, y) = (x.max(0.0) as usize, y.max(0.0) as usize);
                squares.push(x < self.gray.width && y < self.gray.height && self.dark(x, y));
            }
        }
        let mut text = Vec::new();
        rqrr::Grid::new(Squares { side, squares }).decode_to(&mut text).ok()?;
        text.truncate(TEXT_BYTES);
        Some(forensics::charset::decode(&text, None).text.into_owned()).filter(|text| !text.trim().is_empty())
    }
}

/// How many squares the code has on a side whose upper left, upper right and lower left corners these are.
fn side(first: &Corner, right: &Corner, below: &Corner) -> Option<usize> {
    let module = (first.module + right.module + below.module) / 3.0;
    let alike = |corner: &Corner| (corner.module - module).abs() <= module * 0.35;
    let (ux, uy) = (right.x - first.x, right.y - first.y);
    let (vx, vy) = (below.x - first.x, below.y - first.y);
    let (u, v) = (ux.hypot(uy), vx.hypot(vy));
    // The lower one lies clockwise of the right one; the sides are alike and stand upright on each other.
    let upright = ux * vy - uy * vx > 0.95 * u * v;
    if ![first, right, below].into_iter().all(alike) || !upright || (u - v).abs() > 0.15 * u.max(v) {
        return None;
    }
    // The module across a turned code is longer than it is.
    let slant = ux.abs().max(uy.abs()) / u;
    let squares = (u + v) / 2.0 / (module * slant) + 7.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate")]
    let version = ((squares - 17.0) / 4.0).round() as usize;
    (1..=40).contains(&version).then_some(version * 4 + 17)
}

/// Every corner seen in lines and across them, dark on light and light on dark.
fn corners(pictures: &[Picture<'_>; 2]) -> [Vec<Corner>; 2] {
    let mut corners = [Vec::new(), Vec::new()];
    let [plain, inverted] = pictures;
    let (gray, threshold) = (plain.gray, plain.threshold);
    let step = if gray.height >= TALL { 2 } else { 1 };
    for (y, line) in gray.pixels.chunks_exact(gray.width).take(gray.height).enumerate().step_by(step) {
        let (mut runs, mut start) = ([0_usize; 5], 0_usize);
        let mut dark = line.first().is_some_and(|shade| *shade <= threshold);
        while let Some(rest) = line.get(start..).filter(|rest| !rest.is_empty()) {
            // What follows the line is taken to be of the other shade.
            let run = run(rest, threshold, dark);
            runs = [runs[1], runs[2], runs[3], runs[4], run];
            (start, dark) = (start + run, !dark);
            let (x, now) = (start, dark);
            if runs[0] > 0 && Picture::fits(runs) {
                let middle = x - runs[4] - runs[3] - runs[2] / 2 - 1;
                let [on_light, on_dark] = &mut corners;
                if now {
                    inverted.corner(on_dark, middle, y, runs);
                } else {
                    plain.corner(on_light, middle, y, runs);
                }
            }
        }
    }
    for corners in &mut corners {
        corners.retain(|corner| corner.lines >= 2);
        corners.sort_by_key(|corner| std::cmp::Reverse(corner.lines));
        corners.truncate(CORNERS);
    }
    corners
}

/// How many pixels at the start of a line are of one shade.
fn run(line: &[u8], threshold: u8, dark: bool) -> usize {
    /// Pixels looked at in one step, once a run is long.
    const STEP: usize = 32;
    let same = |shade: &u8| (*shade <= threshold) == dark;
    let near = line.get(..STEP).unwrap_or(line);
    if let Some(end) = near.iter().position(|shade| !same(shade)) {
        return end;
    }
    // Counted, not searched: the compiler makes vectors of it. Most of most pictures is long runs.
    let steps = line.chunks_exact(STEP);
    let long =
        steps.take_while(|step| step.iter().map(|shade| usize::from(same(shade))).sum::<usize>() == STEP);
    let at = long.count() * STEP;
    let rest = line.get(at..).unwrap_or(&[]);
    at + rest.iter().position(|shade| !same(shade)).unwrap_or(rest.len())
}

struct Squares {
    side: usize,
    squares: Vec<bool>,
}

impl rqrr::BitGrid for Squares {
    fn size(&self) -> usize {
        self.side
    }

    fn bit(&self, y: usize, x: usize) -> bool {
        self.squares.get(y * self.side + x).copied().unwrap_or(false)
    }
}
