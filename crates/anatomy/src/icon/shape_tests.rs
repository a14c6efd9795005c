//! Icons drawn here: what must be taken for a document or a folder, and what must not.

use super::*;

/// An icon drawn point by point, from -1 to 1 on both axes.
fn drawn(side: usize, colour: impl Fn(f64, f64) -> [u8; 4]) -> Raster {
    let at = |n: usize| (n as f64 + 0.5) / side as f64 * 2.0 - 1.0;
    let pixels = (0..side * side).map(|n| colour(at(n % side), at(n / side))).collect();
    Raster { width: side, height: side, pixels }
}

const NOTHING: [u8; 4] = [0; 4];
const WHITE: [u8; 4] = [250, 250, 252, 255];
const BLUE: [u8; 4] = [30, 80, 190, 255];
const RED: [u8; 4] = [200, 30, 20, 255];
const YELLOW: [u8; 4] = [250, 210, 90, 255];

/// A page with its upper right corner folded, lines of text, and a badge of that colour.
fn paper(x: f64, y: f64, badge: [u8; 4]) -> [u8; 4] {
    let cut = x - 0.25 > y + 0.9;
    if (-0.95..0.05).contains(&x) && (-0.1..0.6).contains(&y) {
        return badge;
    }
    if x.abs() > 0.68 || y.abs() > 0.92 || cut {
        return NOTHING;
    }
    if y > 0.65 && (y * 12.0).fract().abs() < 0.4 { [120, 120, 120, 255] } else { WHITE }
}

#[test]
fn a_page_with_a_folded_corner_is_one_in_every_size() {
    for side in [24, 32, 48, 64] {
        for (badge, hue) in [(BLUE, "blue"), (RED, "red"), ([20, 120, 60, 255], "green")] {
            let found = likeness(&drawn(side, |x, y| paper(x, y, badge)));
            let Some(Likeness::Page { folded: true, white, hue: told, .. }) = found else {
                panic!("{side}: {found:?}")
            };
            assert!(white >= 45, "{side}");
            assert_eq!(told, Some(hue), "{side}");
        }
    }
    for (name, icon) in
        [("left", drawn(48, |x, y| paper(-x, y, BLUE))), ("below", drawn(48, |x, y| paper(x, -y, BLUE)))]
    {
        assert!(matches!(likeness(&icon), Some(Likeness::Page { folded: true, .. })), "{name}");
    }
}

#[test]
fn a_page_without_a_fold_a_dark_one_and_a_lying_one_are_none() {
    let plain = drawn(48, |x, y| if x.abs() < 0.68 && y.abs() < 0.92 { WHITE } else { NOTHING });
    assert_eq!(likeness(&plain), None);
    let dark = drawn(48, |x, y| {
        let pixel = paper(x, y, BLUE);
        if pixel == WHITE { [40, 40, 60, 255] } else { pixel }
    });
    assert_eq!(likeness(&dark), None);
    let lying = drawn(48, |x, y| if paper(y, x, WHITE) == NOTHING { NOTHING } else { WHITE });
    assert_eq!(likeness(&lying), None);
}

#[test]
fn a_sheet_with_lines_of_text_is_a_page_without_a_fold_too() {
    let sheet = |x: f64, y: f64, written: bool| {
        let text = written && x.abs() < 0.5 && y.abs() < 0.75 && (y * 6.0).rem_euclid(1.0) < 0.5;
        match x.abs() < 0.68 && y.abs() < 0.92 {
            true if text => [90, 90, 90, 255],
            true => WHITE,
            false => NOTHING,
        }
    };
    for side in [32, 48, 64] {
        let found = likeness(&drawn(side, |x, y| sheet(x, y, true)));
        assert!(matches!(found, Some(Likeness::Page { folded: false, lines: 5.., .. })), "{side}: {found:?}");
        assert_eq!(likeness(&drawn(side, |x, y| sheet(x, y, false))), None, "{side}");
    }
}

#[test]
fn a_yellow_folder_with_a_tab_is_one_and_a_blue_or_a_plain_one_is_not() {
    let shape = |x: f64, y: f64| {
        let tab = (-0.9..-0.1).contains(&x) && (-0.75..-0.5).contains(&y);
        tab || x.abs() < 0.9 && (-0.5..0.7).contains(&y)
    };
    for side in [24, 32, 48, 64] {
        let yellow = drawn(side, |x, y| if shape(x, y) { YELLOW } else { NOTHING });
        assert!(matches!(likeness(&yellow), Some(Likeness::Folder { yellow: 90.. })), "{side}");
        assert_eq!(likeness(&drawn(side, |x, y| if shape(x, y) { BLUE } else { NOTHING })), None, "{side}");
    }
    let box_only = drawn(48, |x, y| if x.abs() < 0.9 && y.abs() < 0.7 { YELLOW } else { NOTHING });
    assert_eq!(likeness(&box_only), None);
}

#[test]
fn what_programs_usually_wear_is_neither() {
    let disc = drawn(48, |x, y| if x * x + y * y < 0.85 { WHITE } else { NOTHING });
    let square = drawn(48, |x, y| if x.abs().max(y.abs()) < 0.9 { BLUE } else { NOTHING });
    let window = drawn(32, |x, y| {
        if y < -0.6 {
            BLUE
        } else if x.abs() < 0.95 {
            WHITE
        } else {
            NOTHING
        }
    });
    let arrow = drawn(48, |x, y| if y > x.abs() - 0.8 { RED } else { NOTHING });
    let full = drawn(48, |_, _| WHITE);
    let empty = drawn(48, |_, _| NOTHING);
    for (name, icon) in [
        ("disc", disc),
        ("square", square),
        ("window", window),
        ("arrow", arrow),
        ("full", full),
        ("empty", empty),
    ] {
        assert_eq!(likeness(&icon), None, "{name}");
    }
    assert_eq!(likeness(&drawn(16, |x, y| paper(x, y, BLUE))), None);
}
