//! Writes the labelled Japanese set: at least 2,000 invented mails to fifty organisations, with what is true of each.
//!
//! `cargo run --release -p casework --example labelled -- FOLDER [SEED]`; the same seed writes the same bytes on every
//! machine. `benches/labelled/README.md` says how the set is made and what the scores are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool for those who build"
)]

mod campaigns;
mod cast;
mod chance;
mod genuine;
mod mail;
mod rapport;
mod reuse;
mod scene;
mod words;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use scene::Set;

fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().expect("usage: labelled FOLDER [SEED]");
    let seed: u64 = args.next().map_or(20_140_530, |seed| seed.parse().expect("a number"));
    let folder = Path::new(&folder);
    let mut set = Set::new(seed);
    campaigns::campaigns(&mut set, 24, 4);
    rapport::operators(&mut set, 60);
    genuine::conversations(&mut set, 240);
    genuine::surveys(&mut set, 20);
    reuse::sent_mail(&mut set, 480);
    reuse::stolen(&mut set, 48);
    reuse::honest_use(&mut set, 160);
    campaigns::noise(&mut set, 500);
    write(&mut set, folder);
}

fn text(value: Option<&str>) -> String {
    value.map_or("null".into(), |value| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn write(set: &mut Set, folder: &Path) {
    let mails = folder.join("mails");
    let sent = folder.join("sent");
    fs::create_dir_all(&mails).unwrap();
    fs::create_dir_all(&sent).unwrap();
    fs::write(folder.join("freemail.txt"), cast::FREEMAIL.join("\n") + "\n").unwrap();
    // Numbers that say nothing of the order in which scenes were written.
    let mut order: Vec<usize> = (0..set.items.len()).collect();
    set.chance.shuffle(&mut order);
    let mut labels = String::from("{\"mails\":[\n");
    for (number, &at) in order.iter().enumerate() {
        let name = format!("{:05}.eml", number + 1);
        let item = &set.items[at];
        let raw = item.raw.clone().unwrap_or_else(|| item.mail.write(&mut set.chance));
        fs::write(mails.join(&name), raw).unwrap();
        let label = &item.label;
        let reused: Vec<String> = label.reused_from.iter().map(|id| text(Some(id))).collect();
        let _ = writeln!(
            labels,
            "{{\"file\":\"{name}\",\"kind\":\"{}\",\"campaign\":{},\"thread\":{},\"step\":{},\"reused_from\":[{}],\"trait\":\"{}\"}}{}",
            label.kind,
            text(label.campaign.as_deref()),
            text(label.thread.as_deref()),
            text(label.step),
            reused.join(","),
            label.trait_of,
            if number + 1 == order.len() { "" } else { "," }
        );
    }
    labels.push_str("],\"threads\":{\n");
    for (at, (id, standing)) in set.threads.iter().enumerate() {
        let _ =
            writeln!(labels, "\"{id}\":\"{standing}\"{}", if at + 1 == set.threads.len() { "" } else { "," });
    }
    labels.push_str("}}\n");
    fs::write(folder.join("labels.json"), labels).unwrap();
    for organisation in 0..12 {
        let mut mbox = Vec::new();
        for (_, mail) in set.genuine.iter().filter(|(of, _)| *of == organisation) {
            mbox.extend(
                format!(
                    "From {} {}\r\n",
                    mail.from.address,
                    jiff::Timestamp::from_second(mail.at)
                        .unwrap_or_default()
                        .strftime("%a %b %e %H:%M:%S %Y")
                )
                .bytes(),
            );
            for line in mail.write(&mut set.chance).split_inclusive(|&b| b == b'\n') {
                if line.starts_with(b"From ") {
                    mbox.push(b'>');
                }
                mbox.extend(line);
            }
            mbox.extend(b"\r\n");
        }
        fs::write(sent.join(format!("org{:02}.mbox", organisation + 1)), mbox).unwrap();
    }
    println!(
        "{} mails, {} genuine ones, {} threads, {} organisations",
        set.items.len(),
        set.genuine.len(),
        set.threads.len(),
        set.organisations.len()
    );
}
