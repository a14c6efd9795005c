//! Any text is a query or a problem that points into it, and a query can be asked of any text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lexicon::Lang;
use mailbox::query::{Context, Query, Text};
use mailbox::{Document, Entry, Field};

fuzz_target!(|data: (String, String)| {
    let (query, text) = data;
    match Query::parse(&query, &Context::japan(jiff::Timestamp::UNIX_EPOCH)) {
        Err(problem) => {
            assert!(query.get(problem.at.clone()).is_some(), "{:?}", problem.at);
            assert!(!problem.what(Lang::Ja).is_empty() && !problem.hint(Lang::En).is_empty());
        }
        Ok(read) => {
            let entries = [Field::Subject, Field::From, Field::Url, Field::Ip]
                .map(|field| Entry { field, place: String::new(), text: text.clone() });
            let mail = Document { entries: entries.to_vec(), ..Document::default() };
            for found in read.holds(&Text::of(&mail)).into_iter().flatten() {
                for at in &found.at {
                    assert!(text.get(at.clone()).is_some());
                }
                let snippet = mailbox::snippet::of(&text, &found.at, 60);
                assert!(snippet.marks.iter().all(|mark| snippet.text.get(mark.clone()).is_some()));
            }
        }
    }
});
