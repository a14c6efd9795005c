//! x
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::expect_used)]
use desk::records::*;
use lexicon::*;
use std::time::Instant;
use uuid::Uuid;
use vault::*;
fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}
#[tokio::main]
async fn main() {
    let a: Vec<String> = std::env::args().collect();
    let n: u64 = a[2].parse().unwrap();
    let keys_each: u64 = a[3].parse().unwrap();
    let t = Instant::now();
    let (v, o) = Vault::open(&a[1]).await.unwrap();
    println!("open {:?} {o:?}", t.elapsed());
    let m = Member {
        id: id(1),
        role: Role::Member,
        name: "m".into(),
        sigs: Default::default(),
        identity: Default::default(),
    };
    v.put_member(&m).await.unwrap();
    let at = |i: u64| jiff::Timestamp::from_microsecond(1_795_000_000_000_000 + i as i64 * 1000).unwrap();
    let entry = |i: u64| AuditEntry {
        id: id(i as u128),
        at: at(i),
        account: None,
        action: "a".into(),
        object: "o".into(),
    };
    let t = Instant::now();
    for i in 0..n {
        v.receive(
            &NewSubmission {
                id: id(i as u128),
                member: id(1),
                account: id(1),
                sha256: format!("{i:064x}"),
                size: 1,
                name: "n".into(),
                note: "".into(),
                channel: Channel::Api,
                received: at(i),
            },
            &entry(i),
        )
        .await
        .unwrap();
    }
    println!("receive {n}: {:?} = {:?} each", t.elapsed(), t.elapsed() / n as u32);
    let (mut counts, mut claims, mut completes, mut carr) = (0.0, 0.0, 0.0, 0.0);
    for i in 0..n {
        let t = Instant::now();
        let r = v.claim().await.unwrap().unwrap();
        claims += t.elapsed().as_secs_f64();
        let keys: Vec<LinkKey> = (0..keys_each)
            .map(|k| LinkKey {
                kind: (k % 5) as u8,
                value: if k % 4 == 0 { k } else { (i / 10 * 1_000_003 + k).wrapping_mul(0x9e3779b97f4a7c15) },
            })
            .collect();
        let t = Instant::now();
        let c = v.key_counts(&keys).await.unwrap();
        counts += t.elapsed().as_secs_f64();
        let rare: Vec<LinkKey> = c
            .iter()
            .filter(|c| c.submissions < 20 || std::env::var("FLOOD").is_ok())
            .map(|c| c.key)
            .collect();
        let t = Instant::now();
        v.carriers(&rare, 300).await.unwrap();
        carr += t.elapsed().as_secs_f64();
        let t = Instant::now();
        let camp = id::<lexicon::ids::CampaignId>((i / 10) as u128);
        v.complete(&Completion {
            submission: r.id,
            dissection: DissectionRecord {
                sha256: r.sha256,
                facts: MailFacts {
                    subject: Some("s".into()),
                    body: lexicon::facts::Body { text: "x".repeat(3000), ..Default::default() },
                    ..Default::default()
                },
                engine: "e".into(),
                at: at(i),
            },
            keys,
            family: i,
            links: vec![],
            change: if i % 10 == 0 {
                CampaignChange::Open(camp, vec![r.id])
            } else {
                CampaignChange::Join(camp)
            },
        })
        .await
        .unwrap();
        completes += t.elapsed().as_secs_f64();
    }
    let each = |s: f64| format!("{:.2} ms", s * 1000.0 / n as f64);
    println!(
        "claim {} key_counts {} carriers {} complete {} each",
        each(claims),
        each(counts),
        each(carr),
        each(completes)
    );
    for _ in 0..2 {
        let t = Instant::now();
        v.queue().await.unwrap();
        println!("queue {:?}", t.elapsed());
        let t = Instant::now();
        let p = v.submissions(Default::default(), PageRequest::first(50)).await.unwrap();
        println!("submissions first page {:?}", t.elapsed());
        let deep = PageRequest { after: Some(Cursor { at: at(10), id: Uuid::from_u128(0) }), limit: 50 };
        let t = Instant::now();
        v.submissions(Default::default(), deep).await.unwrap();
        println!("submissions last page {:?}", t.elapsed());
        let t = Instant::now();
        v.campaigns(PageRequest::first(50)).await.unwrap();
        println!("campaigns page {:?}", t.elapsed());
        let t = Instant::now();
        v.submission(p.items[0].id).await.unwrap();
        println!("submission {:?}", t.elapsed());
    }
    if let Some(dir) = a.get(4) {
        use sha2::Digest;
        let b = LocalBlobs::open(std::path::Path::new(dir)).unwrap();
        let t = Instant::now();
        for i in 0..1000u64 {
            let mut bytes = vec![b'x'; 20_000];
            bytes[..8].copy_from_slice(&i.to_be_bytes());
            let h: String = sha2::Sha256::digest(&bytes).iter().map(|x| format!("{x:02x}")).collect();
            b.put(&h, &bytes).await.unwrap();
        }
        println!("blob put {:?} each", t.elapsed() / 1000);
    }
}
