//! Any text in every form: no panic, sorted output, normal forms that are normal, guards that drop nothing.
#![no_main]

use std::sync::LazyLock;

use indicators::defang::{defang, refang};
use indicators::guard::Guards;
use indicators::shape::{classify, host_of_url};
use lexicon::facts::{Source, SourceForm};
use lexicon::{ObservableType, Tlp};
use libfuzzer_sys::fuzz_target;

static GUARDS: LazyLock<Guards> = LazyLock::new(|| Guards::builtin().with_own_names(&["example.jp".to_owned()]));

const FORMS: [SourceForm; 5] =
    [SourceForm::Prose, SourceForm::Url, SourceForm::Address, SourceForm::Ip, SourceForm::Host];

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for form in FORMS {
        let source = Source { place: "body".to_owned(), form, text: text.clone().into_owned() };
        let found = indicators::extract(&[source], &[]);
        assert!(found.observables.is_sorted_by(|a, b| (a.kind, &a.value) < (b.kind, &b.value)));
        let urls = found.observables.iter().filter(|o| o.kind == ObservableType::Url).count();
        assert_eq!(found.urls.len(), urls);
        let mut marked = found.observables.clone();
        GUARDS.mark(&mut marked);
        assert_eq!(marked.len(), found.observables.len());
        for observable in &found.observables {
            let _ = defang(&observable.value);
            let _ = host_of_url(&observable.value);
        }
    }
    let _ = refang(&text);
    if let Some((kind, value)) = classify(&text) {
        assert_eq!(classify(&value), Some((kind, value)));
    }
    let (set, _) = indicators::set::parse("list", &text, Tlp::Clear, jiff::Timestamp::UNIX_EPOCH);
    assert!(set.indicators.is_sorted_by(|a, b| (a.kind, &a.value) < (b.kind, &b.value)));
    let _ = Guards::default().add_list("list", &text);
});
