//! Where two mails of one template differ.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use casework::diff::{CHANGES, Diff, Hole, Piece, TEXT, diff};
use proptest::prelude::*;

fn side(diff: &Diff, first: bool) -> String {
    diff.pieces
        .iter()
        .map(|piece| match piece {
            Piece::Same(text) => text.as_str(),
            Piece::Changed { a, b, .. } => {
                if first {
                    a
                } else {
                    b
                }
            }
        })
        .collect()
}

fn check(a: &str, b: &str, expect: &[(&str, &str, Hole)]) {
    let diff = diff(a, b);
    assert_eq!(diff.changes().collect::<Vec<_>>(), expect, "{:?}", diff.pieces);
}

#[test]
fn the_holes_of_a_japanese_template_are_its_names_numbers_and_link_parts() {
    let mail = |name: &str, number: u32| {
        format!(
            "{name} 様\r\n\r\n今月分のご請求書（No.{number}）を添付にてお送りいたします。\r\nhttp://seikyu.test/v/{number}/invoice\r\n何卒よろしくお願いいたします。\r\n"
        )
    };
    check(
        &mail("佐久間 恵理子", 48210),
        &mail("立花 健吾", 48247),
        &[
            ("佐久間 恵理子", "立花 健吾", Hole::Words),
            ("48210", "48247", Hole::Number),
            ("48210", "48247", Hole::Link),
        ],
    );
}

#[test]
fn an_honorific_that_both_sides_have_is_no_part_of_the_hole() {
    check("北陵電力株式会社御中", "三ツ峰化学株式会社御中", &[("北陵電力", "三ツ峰化学", Hole::Words)]);
}

#[test]
fn english_words_stand_whole() {
    check(
        "Dear Kanari, see item 12.",
        "Dear Kanazawa, see item 19.",
        &[("Kanari", "Kanazawa", Hole::Words), ("12", "19", Hole::Number)],
    );
}

#[test]
fn what_one_side_lacks_is_told_as_added_or_removed() {
    check("資料を送ります。", "資料を送ります。急いでください。", &[("", "急いでください。", Hole::Added)]);
    check("a b c", "a c", &[("b ", "", Hole::Removed)]);
}

#[test]
fn an_address_is_told_as_one() {
    check("宛先 info@a.example まで", "宛先 info@b.example まで", &[("a", "b", Hole::Address)]);
}

#[test]
fn equal_texts_have_no_hole_and_are_wholly_alike() {
    let same = diff("同じ文面です。", "同じ文面です。");
    assert_eq!(same.changes().count(), 0);
    assert!((same.alike - 1.0).abs() < f64::EPSILON && !same.coarse);
    assert!((diff("", "").alike - 1.0).abs() < f64::EPSILON);
}

#[test]
fn texts_without_anything_in_common_end_in_bounded_work() {
    let a: String = (0..40_000).map(|n| format!("a{n} ")).collect();
    let b: String = (0..40_000).map(|n| format!("b{n} ")).collect();
    let found = diff(&a, &b);
    assert!(found.coarse && found.alike < 0.01);
    assert!(side(&found, true).len() <= TEXT);
    // Line by line where words differ too much.
    let lines = |word: &str| {
        (0..CHANGES).map(|n| format!("same line {n}\n{word}{n} {word}{n}\n")).collect::<String>()
    };
    let found = diff(&lines("x"), &lines("y"));
    assert!(found.coarse);
}

proptest! {
    #[test]
    fn both_texts_can_be_read_again_from_the_pieces(
        a in "[ab佐間カタのnn12 \n@:/.（]{0,60}",
        b in "[ab佐間カタのnn12 \n@:/.（]{0,60}",
    ) {
        let found = diff(&a, &b);
        prop_assert_eq!(side(&found, true), a.clone());
        // Blanks that match are told in the first text's width.
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(letters(&side(&found, false)), letters(&b));
        prop_assert!((0.0..=1.0).contains(&found.alike));
    }

    #[test]
    fn hostile_texts_never_bring_it_down(a in "\\PC{0,80}", b in "\\PC{0,80}") {
        let found = diff(&a, &b);
        prop_assert_eq!(side(&found, true), a);
    }
}
