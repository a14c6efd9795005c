//! What the targets of `anatomy` share: the first byte chooses the kind, the rest is the file.

use std::sync::Once;

use anatomy::{Job, Limits, Password};

/// Dependencies whose panics `anatomy` catches, by a part of their sources' path.
const CAUGHT: [&str; 1] = ["lzxd"];

/// The fuzzer ends at every panic, even one that is caught; this lets those pass that are known and caught.
fn let_caught_panics_pass() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ends = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let file = panic.location().map_or("", |location| location.file());
            if !CAUGHT.iter().any(|part| file.contains(part)) {
                ends(panic);
            }
        }));
    });
}

/// Opens `data` as one of `kinds`, whatever it looks like, and holds what every opening promises.
pub fn open(kinds: &[&str], data: &[u8]) {
    let_caught_panics_pass();
    let Some((choice, bytes)) = data.split_first() else { return };
    let Some(kind) = kinds.get(usize::from(*choice) % kinds.len()) else { return };
    // Small enough for a run of the fuzzer, large enough that each limit is met.
    let limits = Limits {
        depth: 3,
        files: 50,
        file_bytes: 1 << 20,
        all_bytes: 4 << 20,
        ratio_free_bytes: 1 << 18,
        ..Limits::default()
    };
    let passwords = [Password { value: "infected".to_owned(), from: "common".to_owned() }];
    let job = Job { name: Some("file"), place: "attachment[0]", inline: false, bytes };
    let opened = anatomy::open_as(kind, &job, &passwords, &limits);
    assert!(opened.oddities.iter().all(|oddity| oddity.place.starts_with("attachment[0]")));
    assert!(opened.sources.iter().all(|source| source.place.starts_with("attachment[0]")));
    for oddity in &opened.oddities {
        assert!(anatomy::oddities::text(&oddity.id).is_some(), "{} is in no catalogue", oddity.id);
    }
    for tell in &opened.tells {
        assert!(anatomy::tells::text(&tell.id).is_some(), "{} is in no catalogue", tell.id);
    }
    let again = anatomy::open_as(kind, &job, &passwords, &limits);
    assert_eq!(again, opened, "the same bytes must give the same answer");
    let _ = indicators::extract(&opened.sources, std::slice::from_ref(&opened.attachment));
}
