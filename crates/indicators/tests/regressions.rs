//! Inputs that once broke the extractor, found by fuzzing or by property tests: they must stay harmless.

use std::fs;
use std::path::Path;

use indicators::guard::Guards;
use indicators::shape::classify;
use lexicon::facts::{Source, SourceForm};

const FORMS: [SourceForm; 5] =
    [SourceForm::Prose, SourceForm::Url, SourceForm::Address, SourceForm::Ip, SourceForm::Host];

#[test]
fn inputs_that_once_broke_the_extractor_are_harmless() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/regressions/indicator_extractor");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let data = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&data);
        for form in FORMS {
            let source = Source { place: "body".to_owned(), form, text: text.clone().into_owned() };
            let mut found = indicators::extract(&[source], &[]);
            assert!(
                found.observables.is_sorted_by(|a, b| (a.kind, &a.value) < (b.kind, &b.value)),
                "{}",
                path.display()
            );
            Guards::builtin().mark(&mut found.observables);
        }
        if let Some((kind, value)) = classify(&text) {
            assert_eq!(classify(&value), Some((kind, value)), "{}", path.display());
        }
        let _ = indicators::set::parse("list", &text, lexicon::Tlp::Clear, jiff::Timestamp::UNIX_EPOCH);
        let _ = Guards::default().add_list("list", &text);
        count += 1;
    }
    assert!(count > 0, "the folder of regressions is empty");
}
