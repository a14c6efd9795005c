//! What ties mails and what does not.

use casework::{Grouping, Kinds, Pins, ROOM, Signature, group, group_pinned};
use lexicon::facts::{Attachment, Hop, HtmlLink, MailFacts, Mailbox, Property};
use lexicon::text::cut;
use lexicon::{Link, ReasonKind};
use proptest::prelude::*;

/// A mail under construction.
#[derive(Debug, Clone)]
struct Mail(MailFacts);

fn mail(text: &str) -> Mail {
    let mut facts = MailFacts::default();
    facts.body.text = text.into();
    Mail(facts)
}

impl Mail {
    fn link(mut self, url: &str) -> Self {
        self.0.html.links.push(HtmlLink { url: url.into(), text: String::new() });
        self
    }
    fn from(mut self, address: &str) -> Self {
        self.0.from = Some(Mailbox { name: String::new(), address: address.into() });
        self
    }
    fn origin(mut self, ip: &str) -> Self {
        self.0.received.push(Hop { ip: Some(ip.into()), ..Hop::default() });
        self
    }
    fn file(mut self, name: &str, kind: &str, size: u64, sha256: &str) -> Self {
        self.0.attachments.push(Attachment {
            name: Some(name.into()),
            kind: kind.into(),
            size,
            sha256: sha256.repeat(64),
            ..Attachment::default()
        });
        self
    }
    fn subject(mut self, subject: &str) -> Self {
        self.0.subject = Some(subject.into());
        self
    }
    fn signature(&self) -> Signature {
        Signature::of(&self.0)
    }
}

/// A text of its own that shares nothing with that of another number.
fn text_of_its_own(number: usize) -> String {
    let mut state = number as u64 * 7919 + 13;
    let mut word = || {
        (0..6)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'a' + (state >> 33) as u8 % 26)
            })
            .collect::<String>()
    };
    (0..40).map(|_| word()).collect::<Vec<_>>().join(" ")
}

fn grouped(mails: &[Mail], kinds: Kinds) -> Grouping {
    group(&mails.iter().map(Mail::signature).collect::<Vec<_>>(), kinds)
}

/// The campaigns, by the mails' places.
fn check(mails: &[Mail], expect: &[&[usize]]) {
    let told = grouped(mails, Kinds::ALL);
    assert_eq!(told.campaigns.iter().map(|group| group.mails.as_slice()).collect::<Vec<_>>(), expect);
}

/// The reasons of the only link of the only campaign.
fn reasons(mails: &[Mail]) -> Vec<String> {
    let told = grouped(mails, Kinds::ALL);
    let link = &told.campaigns[0].links[0];
    link.reasons.iter().map(|reason| format!("{} {}", reason.kind, reason.value)).collect()
}

const LURE: &str = "平素よりお世話になっております。先日ご依頼いただきました御見積書をお送りいたします。添付ファイルを\
                    ご確認のうえ、ご不明な点がございましたら、お手数ですがご連絡くださいますようお願い申し上げます。";

#[test]
fn a_japanese_template_with_other_names_numbers_and_links_is_one_campaign() {
    let one = format!("見本商事株式会社 鈴木様\n{LURE}\n案件番号 12345\nhttps://a.example/x\n担当 田中");
    let two = format!("例示工業株式会社 佐藤様\n{LURE}\n案件番号 ９８７６５\nhttp://b.test/y?z=1\n担当 山本");
    check(&[mail(&one), mail(&two)], &[&[0, 1]]);
}

#[test]
fn unrelated_japanese_business_mails_stay_apart() {
    check(
        &[
            mail(
                "お世話になっております。見本商事の鈴木です。来週火曜日の打ち合わせですが、第二会議室を予約しました。資料は前日までにお送りします。よろしくお願いいたします。",
            ),
            mail(
                "お世話になっております。例示工業の佐藤です。先月分の請求書を郵送いたしましたので、届きましたらご確認ください。よろしくお願いいたします。",
            ),
            mail(
                "お疲れさまです。総務部の田中です。年末調整の書類の提出期限は今月末です。まだの方は早めに提出をお願いいたします。",
            ),
        ],
        &[],
    );
}

#[test]
fn letters_alone_decide_whether_texts_are_the_same() {
    let mails = [
        mail(
            "Your account 4711 is LOCKED, please confirm your password at http://a.example/1 within 24 hours!",
        ),
        mail(
            "your   account 12 is locked; please confirm your password at https://b.test/2?3 within 48 hours.",
        ),
    ];
    assert_eq!(reasons(&mails), ["text jaccard 1.00"]);
}

#[test]
fn empty_and_very_short_texts_tie_nothing() {
    let texts = [
        "",
        " \n",
        "FYI",
        "Please see attached.",
        "Sent from my iPhone",
        "見積書です。",
        "aaaa aaaa aaaa aaaa aaaa aaaa aaaa",
    ];
    let mails: Vec<Mail> = texts.iter().flat_map(|text| [mail(text), mail(text)]).collect();
    check(&mails, &[]);
}

#[test]
fn a_list_footer_ties_nothing() {
    let footer = "\n_______________________________________________\nThe example list\nlist@lists.example\n\
                  To unsubscribe or change your settings visit the page of the list and follow what it says there\n";
    check(&[mail(&format!("I agree.{footer}")), mail(&format!("No, see the manual.{footer}"))], &[]);
}

#[test]
fn the_html_part_is_read_where_the_text_part_is_a_stub() {
    let stub = "This message has an HTML part. Please use a program that shows it.";
    let with = |html: String| {
        let mut mail = mail(stub);
        mail.0.html.text = html;
        mail
    };
    let shown = text_of_its_own(1);
    check(&[with(shown.clone()), with(text_of_its_own(2)), with(shown)], &[&[0, 2]]);
}

#[test]
fn much_hidden_stuffing_in_common_ties_and_is_told() {
    let stuffing: String = (0..8).map(|n| text_of_its_own(n + 100)).collect();
    let with = |text: &str| {
        let mut mail = mail(text);
        mail.0.html.hidden = stuffing.clone();
        mail
    };
    let mails = [
        with("Win a coffee machine in our survey today"),
        with("A virus was found on your device, clean it"),
    ];
    assert_eq!(reasons(&mails)[0], "text hidden text jaccard 1.00");
}

#[test]
fn the_same_document_ties_and_small_logos_do_not() {
    let a =
        mail(&text_of_its_own(1)).file("invoice.xls", "xls", 40_000, "a").file("logo.png", "png", 4_000, "b");
    let b = mail(&text_of_its_own(2)).file("rechnung.xls", "xls", 40_000, "a");
    let c = mail(&text_of_its_own(3)).file("logo.png", "png", 4_000, "b");
    check(&[a.clone(), b.clone(), c], &[&[0, 1]]);
    assert_eq!(reasons(&[a, b]), ["attachment sha256 aaaaaaaaaaaa… invoice.xls"]);
}

#[test]
fn a_value_shared_by_half_of_all_mails_ties_nothing() {
    let mails: Vec<Mail> = (0..60)
        .map(|n| {
            let mail = mail(&text_of_its_own(n));
            if n % 2 == 1 {
                return mail;
            }
            mail.link("https://common.example/news/today")
                .from("news@common.example")
                .origin("203.0.113.9")
                .file("terms.pdf", "pdf", 90_000, "c")
        })
        .collect();
    check(&mails, &[]);
    // The same values in two of the mails do tie.
    let rare: Vec<Mail> = (0..60)
        .map(|n| if n == 4 || n == 8 { mails[n].clone() } else { mail(&text_of_its_own(n)) })
        .collect();
    check(&rare, &[&[4, 8]]);
}

#[test]
fn one_template_sent_many_times_does_not_make_its_link_common() {
    let template = text_of_its_own(1);
    let mut mails: Vec<Mail> =
        (0..50).map(|_| mail(&template).link("https://lure.example/login/now")).collect();
    mails.push(mail(&text_of_its_own(2)).link("https://lure.example/login/now"));
    mails.extend((100..150).map(|n| mail(&text_of_its_own(n))));
    check(&mails, &[&(0..51).collect::<Vec<_>>()]);
}

#[test]
fn one_piece_of_infrastructure_does_not_tie_but_two_independent_ones_do() {
    let noise = (100..140).map(|n| mail(&text_of_its_own(n)));
    let pair = |dress: fn(Mail) -> Mail| -> Vec<Mail> {
        (1..3).map(|n| dress(mail(&text_of_its_own(n)))).chain(noise.clone()).collect()
    };
    check(&pair(|mail| mail.from("clerk@lure.example")), &[]);
    check(&pair(|mail| mail.origin("203.0.113.9")), &[]);
    check(&pair(|mail| mail.link("https://www.lure.example/")), &[]);
    check(&pair(|mail| mail.from("clerk@lure.example").origin("203.0.113.9")), &[&[0, 1]]);
    check(&pair(|mail| mail.link("https://www.lure.example/").origin("203.0.113.9")), &[&[0, 1]]);
    check(&pair(|mail| mail.link("https://www.lure.example/secure/login.php")), &[&[0, 1]]);
}

#[test]
fn services_tie_nothing_however_rare_they_are_here() {
    let dress = |n| {
        mail(&text_of_its_own(n))
            .link("https://www.google.com/search/advanced")
            .link("https://www.dropbox.com/help/install")
            .from("no-reply@dropbox.com")
    };
    let mails: Vec<Mail> =
        [dress(1), dress(2)].into_iter().chain((100..140).map(|n| mail(&text_of_its_own(n)))).collect();
    check(&mails, &[]);
}

#[test]
fn infrastructure_is_told_with_its_rarity() {
    let dress = |n| mail(&text_of_its_own(n)).link("https://x.evil.example/").origin("203.0.113.9");
    let mails: Vec<Mail> =
        [dress(1), dress(2)].into_iter().chain((100..140).map(|n| mail(&text_of_its_own(n)))).collect();
    assert_eq!(reasons(&mails), ["url host evil.example (2 mails)", "route origin 203.0.113.9 (2 mails)"]);
}

/// Mails of which each shares a very rare page with the next and nothing with the rest.
fn chain(length: usize) -> Vec<Mail> {
    (0..length)
        .map(|n| {
            let mut mail = mail(&text_of_its_own(n));
            for m in [n, n + 1] {
                mail = mail.link(&format!("https://www.site{m}.test/lure/page"));
            }
            mail
        })
        .collect()
}

#[test]
fn no_chain_of_weak_links_makes_a_giant() {
    let told = grouped(&chain(200), Kinds::ALL);
    let largest = told.campaigns.iter().map(|group| group.mails.len()).max();
    assert_eq!(largest, Some(3), "a centre and those directly tied to it");
    // The links are there: it is their chaining that is refused.
    assert!(told.campaigns.len() > 50);
}

#[test]
fn two_large_campaigns_are_not_joined_by_a_few_weak_links() {
    let mut mails: Vec<Mail> = (0..30).map(|n| mail(&text_of_its_own(n / 15))).collect();
    for at in [3, 20] {
        mails[at] = mails[at].clone().link("https://www.shared.example/one/page").origin("203.0.113.9");
    }
    check(&mails, &[&(0..15).collect::<Vec<_>>(), &(15..30).collect::<Vec<_>>()]);
    for at in (0..30).filter(|n| n % 15 < 10) {
        mails[at] = mails[at].clone().link("https://www.shared.example/one/page").origin("203.0.113.9");
    }
    check(&mails, &[&(0..30).collect::<Vec<_>>()]);
}

#[test]
fn only_the_kinds_asked_for_tie() {
    let dress = |n| {
        mail(&text_of_its_own(n))
            .link("https://lure.example/a/page")
            .origin("203.0.113.9")
            .file("a.pdf", "pdf", 9_000, "a")
    };
    let mails = [dress(1), dress(2)];
    let kinds = |list: &str| {
        let told = grouped(&mails, Kinds::parse(list).unwrap());
        told.campaigns
            .iter()
            .flat_map(|g| &g.links)
            .flat_map(|l| &l.reasons)
            .map(|r| r.kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds("text"), []);
    assert_eq!(kinds("attachment"), [ReasonKind::Attachment]);
    assert!(kinds("infrastructure").iter().all(|kind| kind.is_infrastructure()));
    assert!(kinds("url").iter().all(|kind| *kind == ReasonKind::Url) && !kinds("url").is_empty());
    assert_eq!(kinds("password,subject,structure,c2"), []);
    assert!(!kinds("infrastructure").is_empty());
}

#[test]
fn a_program_ties_however_many_texts_it_comes_with_and_a_document_does_not() {
    let with = |kind: &'static str| -> Vec<Mail> {
        (0..100).map(|n| mail(&text_of_its_own(n)).file("invoice", kind, 40_000, "a")).collect()
    };
    check(&with("exe"), &[&(0..100).collect::<Vec<_>>()]);
    check(&with("pdf"), &[]);
}

#[test]
fn the_same_bytes_tie_where_they_run_under_one_name_only() {
    let script = |n: usize, name: &str, kind: &str| mail(&text_of_its_own(n)).file(name, kind, 4_000, "c");
    let mails = [script(1, "a.js", "js"), script(2, "a.txt", "txt")];
    check(&mails, &[&[0, 1]]);
    assert_eq!(reasons(&mails), ["attachment sha256 cccccccccccc… a.js"]);
    // A drawing may be small; what a mail shows by itself, and small pictures, tie nothing.
    let drawing = |n: usize| mail(&text_of_its_own(n)).file("pay.svg", "svg", 4_000, "d");
    check(&[drawing(1), drawing(2)], &[&[0, 1]]);
    let shown = |n: usize| {
        let mut mail = drawing(n);
        mail.0.attachments[0].inline = true;
        mail
    };
    check(&[shown(1), shown(2)], &[]);
    let picture = |n: usize| mail(&text_of_its_own(n)).file("pay.png", "png", 4_000, "e");
    check(&[picture(1), picture(2)], &[]);
}

/// A document with this TLSH and bytes of its own.
fn fuzzy(n: usize, name: &str, kind: &str, tlsh: &str) -> Mail {
    let mut mail = mail(&text_of_its_own(n)).file(name, kind, 40_000, &format!("{:x}", n % 16));
    mail.0.attachments[0].tlsh = Some(tlsh.into());
    mail
}

const TLSH: &str = "T1B8C1AFFE0E06CFABDA6AF5F421046DE5D010F3489C03475FA0E93F0F866AC267928660";
const TLSH_CHANGED: &str = "T12AC1AFFE0E06CBABEA6AF1F521046DD5D010F358AC03475FA0E93B0F4257C267928660";
const TLSH_OTHER: &str = "T18502BEDF648D0D86CFE0157BB8FBE44391DF7996EC1FBF87900D284248096728A26825";

#[test]
fn a_document_that_was_changed_a_little_is_known_again() {
    let mails = [
        fuzzy(1, "invoice.doc", "doc", TLSH),
        fuzzy(2, "invoice2.doc", "doc", TLSH_CHANGED),
        fuzzy(3, "invoice3.doc", "doc", TLSH_OTHER),
    ];
    check(&mails, &[&[0, 1]]);
    assert_eq!(reasons(&mails), ["attachment tlsh invoice.doc (distance 14)"]);
    // Only by attachments, and not as another kind of file.
    assert_eq!(grouped(&mails, Kinds::parse("attachment").unwrap()).campaigns.len(), 1);
    assert_eq!(grouped(&mails, Kinds::parse("infrastructure").unwrap()).campaigns.len(), 0);
    check(&[fuzzy(1, "a.doc", "doc", TLSH), fuzzy(2, "a.pdf", "pdf", TLSH_CHANGED)], &[]);
}

#[test]
fn the_same_bytes_are_told_as_such_and_compressed_ones_are_not_alike() {
    let same = [fuzzy(1, "a.doc", "doc", TLSH), fuzzy(17, "a.doc", "doc", TLSH)];
    assert_eq!(reasons(&same), ["attachment sha256 111111111111… a.doc"]);
    for kind in ["zip", "docx", "xlsm", "odt"] {
        check(&[fuzzy(1, "a", kind, TLSH), fuzzy(2, "a", kind, TLSH_CHANGED)], &[]);
    }
}

#[test]
fn a_form_that_very_many_fill_in_ties_nothing() {
    let filled = |count: usize| -> Vec<Mail> {
        let tlsh = |n| if n % 2 == 0 { TLSH } else { TLSH_CHANGED };
        (0..count)
            .map(|n| {
                let mut mail = fuzzy(n, "form.doc", "doc", tlsh(n));
                mail.0.attachments[0].sha256 = format!("{n:064x}");
                mail
            })
            .collect()
    };
    check(&filled(20), &[&(0..20).collect::<Vec<_>>()]);
    check(&filled(60), &[]);
}

#[test]
fn what_files_say_of_their_maker_ties_together_with_something_else() {
    let made = |n: usize, name: &str, value: &str| {
        let mut mail = mail(&text_of_its_own(n));
        let property = Property { name: name.into(), value: value.into() };
        mail.0.attachments.push(Attachment {
            kind: "docx".into(),
            properties: vec![property],
            ..Attachment::default()
        });
        mail
    };
    let author = |n| made(n, "document.last-saved-by", "pc-7731");
    check(&[author(1), author(2)], &[]);
    check(&[author(1).from("clerk@lure.example"), author(2).from("clerk@lure.example")], &[&[0, 1]]);
    check(&[made(1, "document.author", "user"), made(2, "document.author", "user")], &[]);
    let droid = |n| made(n, "lnk.birth-droid-file", "{7b2a0b2e-11aa-4c0e-9f00-0242ac120002}");
    check(&[droid(1), droid(2)], &[&[0, 1]]);
    assert_eq!(
        reasons(&[droid(1), droid(2)]),
        ["attachment lnk.birth-droid-file {7b2a0b2e-11aa-4c0e-9f00-0242ac120002}"]
    );
}

#[test]
fn a_password_ties_unless_everybody_uses_it() {
    let locked = |n: usize, password: &str| {
        let mut mail = mail(&text_of_its_own(n));
        let password = Some(password.to_owned());
        mail.0.attachments.push(Attachment { kind: "zip".into(), password, ..Attachment::default() });
        mail
    };
    check(
        &[locked(1, "Nori-88"), locked(2, "Nori-88"), locked(3, "infected"), locked(4, "infected")],
        &[&[0, 1]],
    );
    assert_eq!(
        reasons(&[locked(1, "Nori-88"), locked(2, "Nori-88")]),
        ["password password Nori-88 (2 mails)"]
    );
}

#[test]
fn subject_structure_and_mailer_tie_together_and_none_of_them_alone() {
    let dress = |n: usize, subject: bool, skeleton: bool| {
        let mut mail = mail(&text_of_its_own(n));
        if subject {
            mail.0.subject = Some(format!("Invoice number {n} of your company is overdue"));
        }
        if skeleton {
            mail.0.html.skeleton = "0011223344aa 1122334455bb 2233445566cc 3344556677dd".into();
        }
        mail
    };
    check(&[dress(1, true, false), dress(2, true, false)], &[]);
    check(&[dress(1, false, true), dress(2, false, true)], &[]);
    check(&[dress(1, true, true), dress(2, true, true)], &[&[0, 1]]);
}

#[test]
fn a_core_is_tied_by_what_enough_of_its_mails_carry() {
    let host = |mail: Mail| mail.link("https://www.lure.example/secure/login.php");
    // One of twenty mails of a template has the page: that is not what the template is about.
    let mut mails: Vec<Mail> = (0..20).map(|_| mail(&text_of_its_own(1))).collect();
    mails[7] = host(mails[7].clone());
    mails.push(host(mail(&text_of_its_own(2))));
    check(&mails, &[&(0..20).collect::<Vec<_>>()]);
    for at in [1, 2] {
        mails[at] = host(mails[at].clone());
    }
    check(&mails, &[&(0..21).collect::<Vec<_>>()]);
}

#[test]
fn pins_tie_and_part_whatever_the_mails_say() {
    let mails: Vec<Signature> =
        [1, 1, 1, 2, 3].iter().map(|&n| mail(&text_of_its_own(n)).signature()).collect();
    let told = |same: &[(usize, usize)], apart: &[(usize, usize)]| {
        let pins = Pins { same: same.to_vec(), apart: apart.to_vec() };
        let told = group_pinned(&mails, Kinds::ALL, &pins);
        told.campaigns.into_iter().map(|group| group.mails).collect::<Vec<_>>()
    };
    assert_eq!(told(&[], &[]), [vec![0, 1, 2]]);
    assert_eq!(told(&[(0, 3)], &[]), [vec![0, 1, 2, 3]]);
    assert_eq!(told(&[], &[(0, 2)]), [vec![0, 1]]);
    assert_eq!(told(&[(2, 4)], &[(0, 2)]), [vec![0, 1], vec![2, 4]]);
}

#[test]
fn a_mail_that_is_every_others_quotation_does_not_tie_them() {
    // Each of the others stands whole in the first, which is about none of them.
    let others: Vec<String> = (1..=12).map(text_of_its_own).collect();
    let mut mails = vec![mail(&others.join("\n> "))];
    mails.extend(others.iter().map(|text| mail(text)));
    check(&mails, &[]);
}

#[test]
fn a_million_mails_of_one_template_scaled_down_are_one_campaign_in_bounded_work() {
    let text = text_of_its_own(1);
    let count = ROOM * 40;
    let mails: Vec<Mail> = (0..count)
        .map(|n| {
            let own = text_of_its_own(n + 10);
            mail(&format!("{text} {text} {}", cut(&own, 9))).subject(&format!("Notice {n}"))
        })
        .collect();
    check(&mails, &[&(0..count).collect::<Vec<_>>()]);
}

#[test]
fn links_stay_few_where_mails_are_many() {
    let text = text_of_its_own(1);
    let mails: Vec<Mail> = (0..3000)
        .map(|n| {
            let name = text_of_its_own(n + 10);
            mail(&format!("{text} {text} {}", cut(&name, 8)))
                .link("https://lure.example/a/b")
                .origin("203.0.113.9")
        })
        .collect();
    let told = grouped(&mails, Kinds::ALL);
    assert_eq!(told.campaigns.len(), 1);
    let links = told.campaigns[0].links.len();
    assert!((2999..2999 * 3).contains(&links), "{links}");
}

#[test]
fn hostile_bodies_are_bounded_work_and_tie_sensibly() {
    let huge = "x".repeat(5_000_000);
    let mails: Vec<Mail> = [
        String::new(),
        "\0".repeat(100_000),
        "あ".repeat(500_000),
        "@".repeat(500_000),
        "://".repeat(300_000),
        "a.b@".repeat(300_000),
        "ﾞ".repeat(100_000),
        huge.clone(),
        huge,
    ]
    .iter()
    .map(|text| mail(text).link(text).from(text))
    .collect();
    check(&mails, &[]);
}

type ByContent = (Vec<Vec<usize>>, Vec<(usize, usize, String)>);

/// Campaigns and links with mails named by what they are, not where they stand.
fn by_content(told: &Grouping, names: &[usize]) -> ByContent {
    let mut campaigns: Vec<Vec<usize>> = told
        .campaigns
        .iter()
        .map(|group| {
            let mut mails: Vec<usize> = group.mails.iter().map(|&mail| names[mail]).collect();
            mails.sort_unstable();
            mails
        })
        .collect();
    campaigns.sort();
    let name = |link: &Link<usize>| {
        let (a, b) = (names[link.a], names[link.b]);
        (a.min(b), a.max(b), format!("{:?}", link.reasons))
    };
    let mut links: Vec<_> = told.campaigns.iter().flat_map(|group| group.links.iter().map(name)).collect();
    links.sort();
    (campaigns, links)
}

/// A mail of few ingredients, so that many share some.
fn some_mail() -> impl Strategy<Value = Mail> {
    (0usize..6, 0usize..4, 0usize..5, 0usize..5, 0usize..5, 0usize..9).prop_map(
        |(text, change, host, from, ip, file)| {
            let change = text_of_its_own(50 + change);
            let mut mail = mail(&format!("{} {}", text_of_its_own(text), cut(&change, 12)));
            mail = mail
                .link(&format!("https://host{host}.example/lure/{text}"))
                .link(&format!("https://h{file}.test/"));
            mail = mail
                .from(&format!("clerk{from}@firm{from}.example"))
                .origin(&format!("203.0.113.{}", ip + 1));
            if file < 3 { mail.file("a.pdf", "pdf", 9_000, &file.to_string()) } else { mail }
        },
    )
}

proptest! {
    #[test]
    fn another_order_of_the_same_mails_gives_the_same_campaigns(
        order in proptest::collection::vec(some_mail(), 0..60).prop_flat_map(|mails| {
            let mut seen = std::collections::HashSet::new();
            let mails: Vec<Mail> = mails.into_iter().filter(|mail| seen.insert(format!("{:?}", mail.0))).collect();
            let places: Vec<usize> = (0..mails.len()).collect();
            (Just(mails), Just(places).prop_shuffle())
        })
    ) {
        let (mails, places) = order;
        let shuffled: Vec<Mail> = places.iter().map(|&place| mails[place].clone()).collect();
        let straight: Vec<usize> = (0..mails.len()).collect();
        let (one, two) = (grouped(&mails, Kinds::ALL), grouped(&shuffled, Kinds::ALL));
        prop_assert_eq!(by_content(&one, &straight), by_content(&two, &places));
        prop_assert_eq!(&one, &grouped(&mails, Kinds::ALL));
        let mut every: Vec<usize> = one.campaigns.iter().flat_map(|g| g.mails.clone()).chain(one.singletons).collect();
        every.sort_unstable();
        prop_assert_eq!(every, straight);
    }

    #[test]
    fn no_text_breaks_a_signature(text in ".{0,400}", url in ".{0,80}", address in ".{0,40}") {
        let signature = mail(&text).link(&url).from(&address).signature();
        prop_assert!(signature.marks().is_sorted());
        prop_assert!(casework::Card::read(&signature.to_bytes()).is_some_and(|card| card.marks == signature.marks()));
        for print in signature.prints() {
            prop_assert_eq!(casework::Print::from_bytes(&print.to_bytes()), Some(print.clone()));
        }
    }
}
