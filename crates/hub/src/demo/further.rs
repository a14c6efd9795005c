//! Beside the mails that are judged: forms that were flooded (S64), a genuine mail that was used again (S61), and, this
//! morning, enquiries of the operator whose attack is known: they wait, and their desks are warned.

use std::fmt::Write as _;

use desk::DeskResult;
use jiff::SignedDuration;

use super::cast::PLAYERS;
use super::mails::{File, Letter, document, message_id};
use super::story::{OPERATOR, Stage};

/// Sources of the flood, and at which of the players' forms each of them is seen.
const SOURCES: [(&str, &[usize]); 5] = [
    ("203.0.113.40", &[0, 1, 2, 5]),
    ("203.0.113.41", &[0, 1, 2, 5]),
    ("198.51.100.77", &[1, 2]),
    ("198.51.100.78", &[2, 5]),
    ("2001:db8:f0::9", &[0]),
];

impl Stage<'_> {
    /// Two days ago: blanks and digits in the enquiry forms of four, within a few minutes each, from the same addresses.
    pub(super) async fn flooded_forms(&self) -> DeskResult<()> {
        for (n, player) in [0usize, 1, 2, 5].into_iter().enumerate() {
            let mut csv = "受付日時,IPアドレス,フォーム,お名前,お問い合わせ内容\n".to_owned();
            let begin = self.at(2, 610 + 18 * n as i64);
            for (s, (source, _)) in SOURCES.iter().enumerate().filter(|(_, (_, at))| at.contains(&player)) {
                for i in 0..(9 + (7 * s + 5 * n) % 6) {
                    let at = begin + SignedDuration::from_secs((31 * i + 7 * s) as i64);
                    let at = at.to_zoned(lexicon::time::jst()).strftime("%Y/%m/%d %H:%M:%S").to_string();
                    let (name, text) = if i % 3 == 0 {
                        ("　", "　".to_owned())
                    } else {
                        ("1", (1111 * (i + 1)).to_string())
                    };
                    let _ = writeln!(csv, "{at},{source},/contact,{name},{text}");
                }
            }
            // What people write.
            for (i, text) in
                ["カタログを送っていただけますか。", "点検の日程を変更したいのですが。"].iter().enumerate()
            {
                let at = begin + SignedDuration::from_mins(14 + 23 * i as i64);
                let at = at.to_zoned(lexicon::time::jst()).strftime("%Y/%m/%d %H:%M:%S").to_string();
                let _ = writeln!(csv, "{at},192.0.2.{},/contact,問い合わせ太郎,{text}", 20 + i + 10 * n);
            }
            self.at(1, 40 + 12 * n as i64);
            if let Some(actor) = self.actors.get(player) {
                crate::given::form_file(self.app.desk(), actor, "contact-form.csv", csv.as_bytes()).await?;
            }
        }
        Ok(())
    }

    /// Six days ago: the text of a mail that a member sent to a customer comes back, with a document, at another member.
    pub(super) async fn used_again(&self) -> DeskResult<()> {
        let (Some(holder), Some(other), Some(giver)) = (PLAYERS.first(), PLAYERS.get(3), self.actors.first())
        else {
            return Ok(());
        };
        let text = "いつもお世話になっております。みたほガスの佐久間です。\r\n\r\n先日お打ち合わせいたしました設備点検の件、日程の候補を整理いたしましたのでお送りいたします。\r\n第一候補は来月 8 日の午前、第二候補は同 11 日の午後でございます。当日は弊社の担当者 2 名がお伺いし、受け入れ設備の計器と遮断弁を確認いたします。\r\nご都合のよい日程を今週中にお知らせいただけますと幸いです。立ち会いの方のお名前もあわせてお知らせください。\r\n\r\nよろしくお願いいたします。\r\n佐久間 恵理子\r\n";
        let genuine = Letter {
            from_name: holder.person,
            from: holder.desk,
            reply_to: None,
            to: other,
            subject: "設備点検の日程について".to_owned(),
            text: text.to_owned(),
            html: None,
            files: Vec::new(),
            origin: "192.0.2.11",
            mailer: "Microsoft Outlook 16.0",
            authentication: "spf=pass smtp.mailfrom=mitaho-gas.example; dkim=pass; dmarc=pass",
            at: self.at(8, 350),
            key: "inspect1",
            answers: None,
        };
        let attack = Letter {
            from_name: holder.person,
            from: "sakuma.eriko@mitaho-gas-jp.test",
            subject: "Re: 設備点検の日程について".to_owned(),
            text: format!("添付の資料もあわせてご確認ください。\r\n\r\n{text}"),
            files: vec![File {
                name: "点検日程.docx".to_owned(),
                content_type: "application/octet-stream",
                bytes: document(
                    "内容を表示するには編集を有効にしてください。",
                    "tenken-pc",
                    "http://nittei.tenken-haifu.test/a/normal.dotm",
                ),
            }],
            origin: "203.0.113.154",
            authentication: "spf=none smtp.mailfrom=mitaho-gas-jp.test; dkim=none; dmarc=none",
            at: self.at(6, 95),
            key: "inspect2",
            answers: Some(message_id("inspect1", holder.desk)),
            ..genuine.clone()
        };
        self.at(6, 130);
        self.give(
            3,
            &attack,
            "設備点検の日程.eml",
            "佐久間様に電話で確認したところ、送っていないとのことです。",
        )
        .await?;
        self.at(5, 30);
        crate::given::originals(self.app.desk(), giver, &genuine.raw()).await?;
        Ok(())
    }

    /// This morning: the operator of the rapport-building attack asks at three desks. Nobody has answered yet.
    pub(super) async fn asked_this_morning(&self) -> DeskResult<()> {
        let asked = [5usize, 4, 0];
        for (n, player) in asked.into_iter().enumerate() {
            let Some(to) = PLAYERS.get(player) else { continue };
            let letter = Letter {
                from_name: "中里 浩二",
                from: OPERATOR,
                reply_to: None,
                to,
                subject: "製品の仕様の確認".to_owned(),
                text: format!(
                    "{} ご担当者様\r\n\r\n突然のご連絡失礼いたします。中里と申します。\r\n貴社の製品の導入を検討しており、仕様についていくつか確認したい点がございます。\r\n質問をまとめた資料をお送りしたいのですが、お問い合わせの窓口はこちらのメールアドレスでよろしいでしょうか。\r\n別の窓口がございましたら、ご教示いただけますと幸いです。\r\n\r\nお忙しいところ恐れ入りますが、よろしくお願いいたします。\r\n\r\n中里 浩二\r\n",
                    to.name
                ),
                html: None,
                files: Vec::new(),
                origin: "198.51.100.23",
                mailer: "Freemail Web 4.2",
                authentication: "spf=pass smtp.mailfrom=freemail.example; dkim=pass; dmarc=pass",
                at: self.at(0, -60 + n as i64),
                key: &format!("ask{}", n + 1),
                answers: None,
            };
            self.at(0, -30 + 4 * n as i64);
            self.give(player, &letter, "製品の仕様の確認.eml", "返信してよいか、確認をお願いします。")
                .await?;
        }
        Ok(())
    }
}
