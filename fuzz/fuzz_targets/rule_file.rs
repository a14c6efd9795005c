//! Any text as a rule file: no panic, no hang; every fault has a place, and what is good can be worked out.
#![no_main]

use forensics::rules::{Around, OwnTells, Said};
use libfuzzer_sys::fuzz_target;
use lexicon::Lang;

const MAIL: &[u8] = b"From: a@example.test\r\nSubject: a\r\nX-Mailer: b\r\n\r\nsee http://c.example/\r\n";

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // The bytes as a file, and as one expression in a file that is well-formed otherwise.
    let wrapped = format!(
        "[[tell]]\nid = 'own-a'\nweight = 1\ncriterion = 'kind'\nja = 'a'\nen = 'a'\nsource = 'a'\nwhen = '''\n{text}\n'''\n"
    );
    for file in [text, &wrapped] {
        let mut own = OwnTells::default();
        let mut around = Around {
            list: &mut |name| if name == "a" { Ok("a\n.b\n".to_owned()) } else { Err(Said::default()) },
            is_tell: &|id| forensics::tells::text(id).is_some(),
            is_oddity: &|id| forensics::oddities::text(id).is_some(),
        };
        for problem in own.add_file("a.toml", file, &mut around) {
            assert!(!problem.show(Lang::Ja).is_empty() && !problem.show(Lang::En).is_empty());
            assert!(problem.line <= file.lines().count() + 1, "{problem:?}");
        }
        let mut facts = forensics::read(MAIL, &forensics::Limits::default()).facts;
        own.apply(&mut facts);
    }
});
