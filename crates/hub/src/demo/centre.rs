//! Thirteen days ago, after the documents' second case (S62) and S29, S61: a mail in the name of a centre, with a decoy,
//! at two chemical firms. Judged "not targeted at present, watched on"; the advisory brings up a third place; its C2
//! address is that of the rapport-building attack, and so a hypothesis on one actor stands above both.

use desk::DeskResult;
use desk::attribute::{Claim, Named};
use desk::records::Extent;
use desk::sight::Answer;
use jiff::SignedDuration;
use lexicon::threat_actor::{Basis, Confidence};
use lexicon::{Audience, Judgement, Tlp, Verdict};

use super::cast::PLAYERS;
use super::mails::{File, Letter, zip};
use super::story::Stage;

/// The C2 address that both attacks have in common.
const C2: &str = "198.51.100.144";

impl Stage<'_> {
    pub(super) async fn centre(&self) -> DeskResult<()> {
        let mut first = None;
        // The two members of the chemical SIG.
        for (i, place) in [3usize, 5].into_iter().enumerate() {
            let Some(to) = PLAYERS.get(place) else { continue };
            let sent = self.at(13, 95 + 9 * i as i64);
            let letter = Letter {
                from_name: "情報保全推進センター 連絡窓口",
                from: "renraku.hozen@freemail.example",
                reply_to: None,
                to,
                subject: "【重要】化学プラントの情報保全に関する点検のお願い".to_owned(),
                text: format!(
                    "{} 御中\r\n\r\n情報保全推進センターです。\r\n化学プラントを対象とした不正アクセスの増加を受け、点検項目をお送りします。\r\n添付の資料をご確認のうえ、{} までに結果をご回答ください。\r\n整理番号 HZ-{}\r\n\r\n情報保全推進センター 連絡窓口\r\n",
                    to.name,
                    ["今月 20 日", "今月 24 日"].get(i).copied().unwrap_or("今月末"),
                    3107 + 42 * i
                ),
                html: None,
                files: vec![File {
                    name: "点検項目.zip".to_owned(),
                    content_type: "application/zip",
                    bytes: zip(
                        &[
                            (
                                "点検項目.pdf                                .exe",
                                b"MZ harmless bytes in the place of a program",
                            ),
                            ("お読みください.txt", b"This demo does nothing."),
                        ],
                        None,
                    ),
                }],
                origin: "203.0.113.121",
                mailer: "Freemail Web 4.2",
                authentication: "spf=pass smtp.mailfrom=freemail.example; dkim=pass; dmarc=pass",
                at: sent,
                key: &format!("hz{}", i + 1),
                answers: None,
            };
            self.at(13, 180 + 35 * i as i64);
            let id = self.give(place, &letter, "点検のお願い.eml", "実在しないセンターです。").await?;
            first.get_or_insert(id);
        }
        let Some(first) = first else { return Ok(()) };
        let desk = self.app.desk();
        self.at(13, 300);
        let campaign = self.campaign_of(first).await?.id;
        let judgement = Judgement::from(Verdict::Undetermined).monitored(true);
        let reason = "化学業種の 2 組織だけに届き、遠隔操作型の不正プログラムとみられるが、対象を絞った証拠がまだない。現時点では標的型とせず、監視を続ける。";
        desk.judge_campaign(&self.analyst, campaign, judgement, Extent::All, reason).await?;
        self.at(13, 330);
        let audience = Audience::all_members();
        let title = "センターの点検依頼を装い、実行ファイルを開かせるメール";
        let id = self.draft(first, audience, Tlp::Amber, title).await?;
        for (n, player) in [3usize, 5].into_iter().enumerate() {
            self.at(12, 20 + 15 * n as i64);
            self.approve(player, id).await?;
        }
        self.at(12, 60);
        desk.release(&self.analyst, id, &[]).await?;
        for (player, count, days) in [(4usize, 3u32, 11i64), (2, 0, 10), (0, 0, 10)] {
            let date =
                (self.morning - SignedDuration::from_hours(24 * 13)).to_zoned(lexicon::time::jst()).date();
            self.at(days, 45 + i64::try_from(player).unwrap_or(0));
            let answer = Answer {
                seen: count > 0,
                count,
                first_date: (count > 0).then_some(date),
                last_date: None,
                note: String::new(),
            };
            if let Some(actor) = self.actors.get(player) {
                desk.sight(actor, id, answer).await?;
            }
        }
        self.at(5, 200);
        let c2 = format!("{C2}\nupdate.hozen-tenken.test");
        desk.tell_c2(&self.analyst, campaign, &c2, "隔離環境で動かした解析（分析記録 26-118）").await?;
        self.mass_as_a_whole().await?;
        self.same_actor(campaign).await
    }

    /// The invoice at everybody, judged once more as a whole, by the police's definition too: six places are not ten.
    async fn mass_as_a_whole(&self) -> DeskResult<()> {
        let Some(campaign) = self.campaign_titled("ご請求書").await? else { return Ok(()) };
        self.at(4, 25);
        let judgement = Judgement {
            jcsip: Verdict::Mass,
            jcrat: Verdict::Mass,
            npa: Verdict::Targeted,
            monitoring: false,
        };
        let reason = "同じ文面と同じマクロ付き文書が 6 組織に届いた。10 か所に達しないため、警察庁の集計ではばらまき型としない。";
        self.app.desk().judge_campaign(&self.analyst, campaign, judgement, Extent::All, reason).await?;
        Ok(())
    }

    /// The same C2 address as the rapport-building attack: one actor, as a hypothesis.
    async fn same_actor(&self, centre: lexicon::ids::CampaignId) -> DeskResult<()> {
        let desk = self.app.desk();
        let Some(rapport) = self.campaign_titled("製品に関するお問い合わせ").await? else {
            return Ok(());
        };
        self.at(4, 60);
        let c2 = format!("{C2}\nshiryo-kakunin.test");
        desk.tell_c2(&self.analyst, rapport, &c2, "参加組織の端末調査の報告").await?;
        self.at(4, 75);
        let named = Named {
            name: "攻撃者 甲".to_owned(),
            aliases: "北向きの風".to_owned(),
            note: "無料メールから、問い合わせ窓口や担当者に合わせた文面を送る。日本語は自然で、返信が早い。"
                .to_owned(),
        };
        let actor = desk.put_threat_actor(&self.analyst, None, named).await?;
        for (campaign, confidence, minutes) in
            [(rapport, Confidence::Moderate, 80), (centre, Confidence::Low, 84)]
        {
            self.at(4, minutes);
            let claim = Claim {
                actor,
                campaign,
                basis: Basis::C2,
                values: C2.to_owned(),
                source: "不正接続先の突き合わせ（分析記録 26-118、端末調査の報告）".to_owned(),
                confidence,
                note: "同じ IP アドレスでも、踏み台として共用されている可能性は残る。".to_owned(),
            };
            desk.claim(&self.analyst, claim).await?;
        }
        Ok(())
    }

    /// The campaign whose first subject holds these words.
    async fn campaign_titled(&self, words: &str) -> DeskResult<Option<lexicon::ids::CampaignId>> {
        let page = desk::records::PageRequest::first(200);
        let known = self.app.desk().records().campaigns(page).await?;
        let titled =
            |subject: &Option<String>| subject.as_deref().is_some_and(|subject| subject.contains(words));
        Ok(known.items.into_iter().find(|campaign| titled(&campaign.subject)).map(|campaign| campaign.id))
    }
}
