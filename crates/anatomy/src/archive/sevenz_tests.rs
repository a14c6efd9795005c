use crate::{Job, Limits, Opened, Password, open};

const CSV: &str = "079c7f8c11c1f937511ef9b17fdcc14345730c69d29d3d269175eb545ce02f45";
const MINUTES: &str = "696dc5ec5c25ef963f87819453635b10a44147a79a01a3e731a8ef78578717d1";

static AES: &[u8] = include_bytes!("../../../../fixtures/files/archive/aes.7z");
static HEADERS: &[u8] = include_bytes!("../../../../fixtures/files/archive/aes-headers.7z");
static PPMD: &[u8] = include_bytes!("../../../../fixtures/files/archive/ppmd.7z");
static BCJ2: &[u8] = include_bytes!("../../../../fixtures/files/archive/bcj2.7z");

fn opened(bytes: &[u8], passwords: &[&str]) -> Opened {
    let job = Job { name: Some("a.7z"), place: "attachment[0]", inline: false, bytes };
    let passwords: Vec<Password> = passwords
        .iter()
        .map(|value| Password { value: (*value).to_owned(), from: "body".to_owned() })
        .collect();
    open(&job, &passwords, &Limits::default())
}

fn ids(opened: &Opened) -> Vec<&str> {
    opened.oddities.iter().map(|o| o.id.as_str()).collect()
}

fn files(opened: &Opened) -> Vec<(&str, &str)> {
    let file = |c| -> (&str, &str) {
        let c: &lexicon::facts::Attachment = c;
        (c.name.as_deref().unwrap_or(""), c.sha256.as_str())
    };
    opened.attachment.children.iter().map(file).collect()
}

fn told(opened: &Opened, name: &str) -> Vec<String> {
    opened.attachment.properties.iter().filter(|p| p.name == name).map(|p| p.value.clone()).collect()
}

#[test]
fn solid_archives_and_chains_of_coders_are_opened() {
    let ppmd = opened(PPMD, &[]);
    assert_eq!(files(&ppmd), [("minutes.txt", MINUTES), ("見積.csv", CSV)]);
    assert_eq!(
        (told(&ppmd, "archive.method"), told(&ppmd, "archive.solid")),
        (vec!["ppmd".into()], vec!["true".into()])
    );
    let bcj2 = opened(BCJ2, &[]);
    assert_eq!(files(&bcj2), [("minutes.txt", MINUTES)]);
    assert_eq!((ids(&ppmd), ids(&bcj2)), (vec![], vec![]));
}

#[test]
fn the_password_opens_files_and_headers_and_is_recorded() {
    for archive in [AES, HEADERS] {
        let opened = opened(archive, &["wrong", "Sakura-77"]);
        assert_eq!(files(&opened), [("minutes.txt", MINUTES), ("見積.csv", CSV)]);
        assert_eq!(opened.attachment.children[0].password.as_deref(), Some("Sakura-77"));
        assert_eq!(opened.attachment.encrypted, Some(true));
        assert_eq!(ids(&opened), Vec::<&str>::new());
    }
    let sealed = opened(HEADERS, &["Sakura-77"]);
    assert_eq!(told(&sealed, "archive.encryption"), ["7z AES-256", "encrypted headers"]);
    assert_eq!(sealed.attachment.password_from.as_deref(), Some("body"));
}

#[test]
fn without_the_password_names_are_listed_unless_they_are_encrypted_too() {
    let plain = opened(AES, &["wrong"]);
    assert_eq!(files(&plain), [("minutes.txt", ""), ("見積.csv", "")]);
    assert!(plain.attachment.children.iter().all(|c| c.encrypted == Some(true)));
    let sealed = opened(HEADERS, &["wrong"]);
    assert_eq!(files(&sealed), []);
    assert_eq!((ids(&plain), ids(&sealed)), (vec!["password-unknown"], vec!["password-unknown"]));
}

#[test]
fn trials_end_when_they_have_cost_enough() {
    let many: Vec<String> = (0..60).map(|n| format!("a-rather-long-wrong-password-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(ids(&opened(AES, &many)), ["password-trials-limit", "password-unknown"]);
}

#[test]
fn no_cut_and_no_flipped_byte_makes_it_panic() {
    for whole in [PPMD, BCJ2] {
        for at in (0..whole.len()).step_by(5) {
            opened(&whole[..at], &[]);
            let mut flipped = whole.to_vec();
            flipped[at] ^= 0xff;
            opened(&flipped, &[]);
        }
    }
}

#[test]
fn the_first_part_of_a_split_archive_says_how_many_there_are() {
    let part = PPMD.get(..300).unwrap();
    let job = Job { name: Some("a.7z.001"), place: "attachment[0]", inline: false, bytes: part };
    let first = open(&job, &[], &Limits::default());
    assert_eq!(ids(&first), ["archive-volume"]);
    assert_eq!(told(&first, "archive.volume"), [format!("1 / {}", PPMD.len().div_ceil(300))]);
    assert_eq!(told(&first, "archive.whole-size"), [PPMD.len().to_string()]);
}
