//! What happens on stage, in order. Every step is a use case, done at its own time in the past.

use std::collections::BTreeSet;

use data_encoding::BASE32_NOPAD;
use desk::draft::Edit;
use desk::receive::Handed;
use desk::records::{AccountRecord, CampaignSummary, Channel, PageRequest, SubmissionFilter};
use desk::sight::Answer;
use desk::{Actor, DeskResult};
use jiff::{SignedDuration, Timestamp};
use lexicon::ids::{AccountId, AdvisoryId, SubmissionId};
use lexicon::{Audience, Lang, Role, Tlp, Verdict};

use super::cast::{PLAYERS, Player, sigs};
use super::credentials::{Account, Credentials, Token};
use super::mails::{File, Letter, document, message_id, shortcut, zip};
use crate::auth::{hash_on_thread, new_token};
use crate::serve::StartError;
use crate::state::App;
use crate::world::SystemWorld;

/// The address of the rapport-building attack.
pub(super) const OPERATOR: &str = "nakazato.koji77@freemail.example";

pub(super) struct Stage<'a> {
    pub(super) app: &'a App,
    world: &'a SystemWorld,
    /// Today at nine in Japan: the story is told in days and minutes before and after it.
    pub(super) morning: Timestamp,
    pub(super) actors: Vec<Actor>,
    pub(super) analyst: Actor,
}

/// Fills the hub and returns its accounts.
pub(super) async fn tell(app: &App, world: &SystemWorld, url: &str) -> Result<Credentials, StartError> {
    let morning = SystemWorld::real_now()
        .to_zoned(lexicon::time::jst())
        .start_of_day()
        .map(|day| day.timestamp())
        .unwrap_or_default()
        + SignedDuration::from_hours(9);
    let mut credentials = Credentials { url: url.to_owned(), accounts: Vec::new(), tokens: Vec::new() };
    world.set_back(SystemWorld::real_now().duration_since(morning - SignedDuration::from_hours(24 * 40)));
    for sig in sigs() {
        app.desk().records().put_sig(&sig).await?;
    }
    for player in &PLAYERS {
        app.desk().records().put_member(&player.member()).await?;
    }
    account(app, &mut credentials, "admin", Role::Administrator, None).await?;
    let analyst = account(app, &mut credentials, "analyst", Role::Analyst, None).await?;
    let mut actors = Vec::new();
    for player in &PLAYERS {
        actors.push(account(app, &mut credentials, player.user, player.role, Some(player)).await?);
    }
    let stage = Stage { app, world, morning, actors, analyst };
    stage.mass_mail().await?;
    stage.rapport().await?;
    stage.single_mails().await?;
    stage.centre().await?;
    stage.used_again().await?;
    stage.flooded_forms().await?;
    stage.asked_this_morning().await?;
    Ok(credentials)
}

async fn account(
    app: &App,
    credentials: &mut Credentials,
    user: &str,
    role: Role,
    player: Option<&Player>,
) -> Result<Actor, StartError> {
    let password = BASE32_NOPAD.encode(&app.desk().random::<10>()).to_lowercase();
    let password_hash = hash_on_thread(&password).await;
    let record = AccountRecord {
        id: app.desk().new_id(AccountId::from_time_and_random),
        user: user.to_owned(),
        role,
        member: player.map(Player::id),
        password_hash,
        created: app.desk().now(),
        disabled: false,
    };
    app.desk().records().put_account(&record).await?;
    let token = new_token(app, record.id, "demo").await?;
    let role_word = role.word().to_owned();
    credentials.accounts.push(Account { role: role_word.clone(), user: user.to_owned(), password });
    credentials.tokens.push(Token { role: role_word, user: user.to_owned(), token });
    Ok(Actor { account: record.id, role, member: record.member })
}

impl Stage<'_> {
    /// Moves the clock to so many days before today's morning, and minutes after it.
    pub(super) fn at(&self, days: i64, minutes: i64) -> Timestamp {
        let at = self.morning - SignedDuration::from_hours(24 * days) + SignedDuration::from_mins(minutes);
        let now = SystemWorld::real_now();
        let at = at.min(now);
        self.world.set_back(now.duration_since(at));
        at
    }

    pub(super) async fn give(
        &self,
        player: usize,
        letter: &Letter<'_>,
        name: &str,
        note: &str,
    ) -> DeskResult<SubmissionId> {
        let Some(actor) = self.actors.get(player) else { return Err(desk::DeskError::NotFound("player")) };
        let raw = letter.raw();
        let handed = Handed { name, note, bytes: &raw, channel: Channel::Page };
        let receipts = self.app.desk().receive(actor, handed).await?;
        crate::worker::drain(self.app).await?;
        receipts.first().map(|receipt| receipt.id).ok_or(desk::DeskError::NotFound("receipt"))
    }

    async fn judge(&self, id: SubmissionId, verdict: Verdict, reason: &str) -> DeskResult<()> {
        self.app.desk().judge(&self.analyst, id, verdict, reason).await
    }

    /// The campaign of a submission, which must have formed by now.
    pub(super) async fn campaign_of(&self, id: SubmissionId) -> DeskResult<CampaignSummary> {
        let record = self.app.desk().submission_for(&self.analyst, id).await?;
        let campaigns = self.app.desk().records().campaigns(PageRequest::first(200)).await?;
        campaigns
            .items
            .into_iter()
            .find(|campaign| Some(campaign.id) == record.campaign)
            .ok_or(desk::DeskError::NotFound("campaign"))
    }

    pub(super) async fn draft(
        &self,
        of: SubmissionId,
        audience: Audience,
        tlp: Tlp,
        title: &str,
    ) -> DeskResult<AdvisoryId> {
        let desk = self.app.desk();
        let campaign = self.campaign_of(of).await?;
        let id = desk.draft(&self.analyst, campaign.id, Lang::Ja).await?;
        let record = desk.draft_for(&self.analyst, id).await?;
        let advisory = record.advisory;
        let edit = Edit {
            title: title.to_owned(),
            summary: advisory.summary,
            features: advisory.features,
            measures: advisory.measures,
            request: advisory.request,
            keep: advisory.indicators.into_iter().map(|indicator| indicator.value).collect::<BTreeSet<_>>(),
            tlp,
            audience,
            revision: record.revision,
        };
        desk.edit(&self.analyst, id, edit).await?;
        desk.ask_approval(&self.analyst, id, &[]).await?;
        Ok(id)
    }

    pub(super) async fn approve(&self, player: usize, id: AdvisoryId) -> DeskResult<()> {
        let Some(actor) = self.actors.get(player) else { return Ok(()) };
        let asked = self.app.desk().approval_for(actor, id).await?;
        self.app.desk().answer_approval(actor, id, asked.approval.digest, true, "").await
    }

    /// Three weeks ago: the same invoice to everybody. Released, with answers.
    async fn mass_mail(&self) -> DeskResult<()> {
        let mut first = None;
        for (i, player) in PLAYERS.iter().take(6).enumerate() {
            let sent = self.at(21, 7 * i as i64);
            let number = 48_210 + 37 * i as u32;
            let person = player.person;
            let text = format!(
                "{person} 様\r\n\r\nいつも大変お世話になっております。\r\n今月分のご請求書（No.{number}）を添付にてお送りいたします。\r\n内容をご確認のうえ、期日までにお振込みくださいますようお願い申し上げます。\r\n\r\n請求書は下記からもご覧いただけます。\r\nhttp://seikyu-kakunin.test/v/{number}/invoice\r\n\r\nご不明な点がございましたら、お手数ですが経理担当までご連絡ください。\r\n何卒よろしくお願い申し上げます。\r\n"
            );
            let html = format!(
                "<html><body><p>{person} 様</p><p>いつも大変お世話になっております。今月分のご請求書（No.{number}）を添付にてお送りいたします。</p><p><a href=\"http://seikyu-kakunin.test/v/{number}/invoice\">https://www.keiri-center.example/invoice</a></p></body></html>"
            );
            let letter = Letter {
                from_name: "経理センター",
                from: "keiri@keiri-center.test",
                reply_to: None,
                to: player,
                subject: format!("ご請求書の送付（No.{number}）"),
                text,
                html: Some(html),
                files: vec![File {
                    name: "請求書.xlsm".to_owned(),
                    content_type: "application/octet-stream",
                    bytes: zip(
                        &[
                            ("[Content_Types].xml", b"<Types/>"),
                            ("xl/workbook.xml", b"<workbook/>"),
                            ("xl/vbaProject.bin", b"harmless bytes in the place of a macro"),
                        ],
                        None,
                    ),
                }],
                origin: "203.0.113.66",
                mailer: "Microsoft Outlook 16.0",
                authentication: "spf=fail smtp.mailfrom=keiri-center.test; dkim=none; dmarc=fail",
                at: sent,
                key: &format!("inv{number}"),
                answers: None,
            };
            self.at(21, 45 + 31 * i as i64);
            let id = self.give(i, &letter, "ご請求書の送付.eml", "").await?;
            self.at(20, 20 + 3 * i as i64);
            let reason =
                "同じ文面・同じ添付ファイルが業種を問わず 6 組織に届いており、対象を絞った様子がない。";
            self.judge(id, Verdict::Mass, reason).await?;
            first.get_or_insert(id);
        }
        let Some(first) = first else { return Ok(()) };
        self.at(20, 90);
        let audience = Audience { vendors: true, ..Audience::all_members() };
        let id = self
            .draft(first, audience, Tlp::Green, "請求書を装い、マクロ付き文書を開かせるメール（ばらまき型）")
            .await?;
        for player in 0..6 {
            self.at(20, 120 + 25 * player as i64);
            self.approve(player, id).await?;
        }
        self.at(19, 30);
        self.app.desk().release(&self.analyst, id, &[]).await?;
        let answers = [(0usize, 14u32, 21i64), (2, 3, 21), (3, 41, 20), (4, 0, 0), (6, 212, 22)];
        for (i, (player, count, days)) in answers.into_iter().enumerate() {
            let first =
                (self.morning - SignedDuration::from_hours(24 * days)).to_zoned(lexicon::time::jst()).date();
            self.at(18 - i as i64, 70);
            let answer = Answer {
                seen: count > 0,
                count,
                first_date: (count > 0).then_some(first),
                last_date: None,
                note: if count > 0 {
                    "ゲートウェイのログを検索した件数です。".to_owned()
                } else {
                    String::new()
                },
            };
            if let Some(actor) = self.actors.get(player) {
                self.app.desk().sight(actor, id, answer).await?;
            }
        }
        Ok(())
    }

    /// Nine days ago: three desks are sounded out within four minutes, and each answer is followed, a quarter
    /// of an hour later, by a locked archive. Awaits approval.
    async fn rapport(&self) -> DeskResult<()> {
        let sender = OPERATOR;
        let shortcut = shortcut(
            "..\\..\\..\\Windows\\System32\\cmd.exe",
            "/c echo this demo does nothing & rem https://shiryo-kakunin.test/fuguai/1",
            "C:\\Program Files\\Windows NT\\Accessories\\wordpad.exe",
        );
        let mut attack = None;
        let mut handed = Vec::new();
        for (i, player) in PLAYERS.iter().take(3).enumerate() {
            let sent = self.at(9, 62 + 2 * i as i64);
            let recon_key = format!("rc{}", i + 1);
            let letter = Letter {
                from_name: "中里 浩二",
                from: sender,
                reply_to: None,
                to: player,
                subject: "製品に関するお問い合わせ".to_owned(),
                text: format!(
                    "{} ご担当者様\r\n\r\n突然のご連絡失礼いたします。中里と申します。\r\n先月より貴社の製品を使用しておりますが、操作中に不具合と思われる現象が何度か発生しております。\r\n詳しい状況と写真をお送りしたいのですが、お問い合わせの窓口はこちらのメールアドレスでよろしいでしょうか。\r\n別の窓口がございましたら、ご教示いただけますと幸いです。\r\n\r\nお忙しいところ恐れ入りますが、よろしくお願いいたします。\r\n\r\n中里 浩二\r\n",
                    player.name
                ),
                html: None,
                files: Vec::new(),
                origin: "198.51.100.23",
                mailer: "Freemail Web 4.2",
                authentication: "spf=pass smtp.mailfrom=freemail.example; dkim=pass; dmarc=pass",
                at: sent,
                key: &recon_key,
                answers: None,
            };
            handed.push((i, letter.raw(), 90 + 5 * i as i64));
            // The desk answers, and the attack follows 11 to 15 minutes after that (S4).
            let attacked = self.at(9, 130 + 13 * i as i64);
            let letter = Letter {
                from_name: "中里 浩二",
                from: sender,
                reply_to: None,
                to: player,
                subject: "Re: 製品に関するお問い合わせ".to_owned(),
                text: format!(
                    "{} 様\r\n\r\n早速のご返信ありがとうございます。中里です。\r\nご案内いただいたとおり、不具合の状況をまとめた資料と写真をお送りいたします。\r\n個人情報を含むため、添付ファイルにはパスワードを設定しております。解凍パスワードは 0807 です。\r\nもし開けない場合は、お使いの解凍ソフトの名前をお知らせください。別の形式でお送りし直します。\r\nお手数をおかけいたしますが、ご確認のうえ、ご回答をお待ちしております。\r\n\r\n中里 浩二\r\n",
                    player.person.split(' ').next().unwrap_or("ご担当者")
                ),
                html: None,
                files: vec![File {
                    name: "不具合の状況と写真.zip".to_owned(),
                    content_type: "application/octet-stream",
                    bytes: zip(
                        &[("不具合の状況.doc.lnk", &shortcut), ("写真1.jpg", b"no picture")],
                        Some("0807"),
                    ),
                }],
                origin: "198.51.100.23",
                mailer: "Freemail Web 4.2",
                authentication: "spf=pass smtp.mailfrom=freemail.example; dkim=pass; dmarc=pass",
                at: attacked,
                key: &format!("at{}", i + 1),
                answers: Some(message_id(&recon_key, sender)),
            };
            self.at(9, 200 + 18 * i as i64);
            let note = "問い合わせ窓口で返信した後に届きました。添付ファイルは開いていません。";
            let id = self.give(i, &letter, "Re_製品に関するお問い合わせ.eml", note).await?;
            self.at(8, 30 + i as i64);
            let reason = "窓口への確認メールに返信した約 13 分後に、パスワード付き書庫が届いた。3 組織で同じ送信者・文面・添付。やり取り型とみる。";
            self.judge(id, Verdict::Targeted, reason).await?;
            attack.get_or_insert(id);
        }
        for (i, raw, minutes) in handed {
            self.at(7, minutes);
            if let Some(actor) = self.actors.get(i) {
                let handed = Handed {
                    name: "製品に関するお問い合わせ.eml",
                    note: "先に届いていた確認のメールです。",
                    bytes: &raw,
                    channel: Channel::Page,
                };
                let receipts = self.app.desk().receive(actor, handed).await?;
                crate::worker::drain(self.app).await?;
                for receipt in receipts {
                    self.at(6, 40 + i as i64);
                    let reason = "実害のない問い合わせだが、同じ朝の 4 分間に 3 組織の窓口へ届いた。攻撃に先立つ偵察とみる。";
                    self.judge(receipt.id, Verdict::Recon, reason).await?;
                }
            }
        }
        let Some(attack) = attack else { return Ok(()) };
        self.at(1, 15);
        let id = self
            .draft(
                attack,
                Audience::all_members(),
                Tlp::Amber,
                "製品の問い合わせを装う「やり取り型」攻撃メール",
            )
            .await?;
        self.at(1, 170);
        self.approve(1, id).await
    }

    /// The last days: single mails, some not judged yet.
    async fn single_mails(&self) -> DeskResult<()> {
        let Some(to) = PLAYERS.get(5) else { return Ok(()) };
        let sent = self.at(5, 25);
        let letter = Letter {
            from_name: "IT Service Desk",
            from: "it-service@wakaba-petro-login.test",
            reply_to: Some("verify@account-check.test"),
            to,
            subject: "Action required: your mailbox password expires today".to_owned(),
            text: "Your mailbox password expires today. Keep your current password by confirming it on the page below.\r\nhttps://wakaba-petro-login.test/owa/auth?user=support\r\n".to_owned(),
            html: Some("<p>Your mailbox password <b>expires today</b>.</p><p><a href=\"https://wakaba-petro-login.test/owa/auth?user=support\">https://mail.wakaba-petro.example/owa</a></p><form action=\"https://wakaba-petro-login.test/p\" method=post><input type=password name=p></form>".to_owned()),
            files: Vec::new(),
            origin: "203.0.113.90",
            mailer: "PHPMailer 6.9",
            authentication: "spf=softfail smtp.mailfrom=wakaba-petro-login.test; dkim=none; dmarc=none",
            at: sent,
            key: "cred1",
            answers: None,
        };
        self.at(5, 80);
        let id = self.give(5, &letter, "password.eml", "").await?;
        self.at(5, 140);
        self.judge(
            id,
            Verdict::Phishing,
            "偽のログイン画面へ誘導し、パスワードを入力させる。本文の表示と実際のリンク先が異なる。",
        )
        .await?;

        let Some(to) = PLAYERS.get(4) else { return Ok(()) };
        let sent = self.at(2, 12);
        let letter = Letter {
            from_name: "Kazuo Hirose (CEO)",
            from: "k.hirose@shinonome-heavy-jp.test",
            reply_to: Some("hirose.private@freemail.example"),
            to,
            subject: "極秘：本日中の送金について".to_owned(),
            text: "広瀬です。\r\n現在、弁護士と海外企業の買収について最終協議を行っています。金融当局の規則により、公表までは誰にも話さないでください。\r\n本日中に送金が必要です。振込先は追って知らせます。対応できるか、このメールにすぐ返信してください。\r\n".to_owned(),
            html: None,
            files: Vec::new(),
            origin: "203.0.113.14",
            mailer: "iPhone Mail (21E236)",
            authentication: "spf=pass smtp.mailfrom=shinonome-heavy-jp.test; dkim=none; dmarc=none",
            at: sent,
            key: "bec1",
            answers: None,
        };
        self.at(2, 55);
        self.give(4, &letter, "極秘.eml", "社長を名乗るメールです。社長本人は送っていないとのことです。")
            .await?;

        self.request_for_quotation().await?;
        let Some(to) = PLAYERS.get(3) else { return Ok(()) };
        let sent = self.at(0, -95);
        let letter = Letter {
            from_name: "採用担当者様へ（履歴書在中）",
            from: "yuki.moriwaki@freemail.example",
            reply_to: None,
            to,
            subject: "研究職への応募（履歴書の送付）".to_owned(),
            text: "採用ご担当者様\r\n\r\n貴社の研究職に応募したく、履歴書をお送りいたします。守屋と申します。\r\nご確認のほどよろしくお願いいたします。\r\n".to_owned(),
            html: None,
            files: vec![File {
                name: "履歴書_守屋.pdf                                        .exe".to_owned(),
                content_type: "application/pdf",
                bytes: b"MZ harmless bytes in the place of a program".to_vec(),
            }],
            origin: "198.51.100.201",
            mailer: "Freemail Web 4.2",
            authentication: "spf=pass smtp.mailfrom=freemail.example; dkim=pass; dmarc=pass",
            at: sent,
            key: "cv1",
            answers: None,
        };
        self.at(0, -40);
        self.give(3, &letter, "研究職への応募.eml", "人事から転送を受けました。").await?;
        debug_assert!(
            self.app
                .desk()
                .records()
                .submissions(SubmissionFilter::default(), PageRequest::first(1))
                .await
                .is_ok()
        );
        Ok(())
    }

    /// Three days ago: a locked archive, and its password in a second mail, as Japanese firms used to send files.
    async fn request_for_quotation(&self) -> DeskResult<()> {
        let Some(to) = PLAYERS.get(3) else { return Ok(()) };
        let from = "y.kirishima@kirishima-shoji.test";
        let document = document(
            "見積依頼書：下記の仕様にてお見積りをお願いいたします。",
            "kirishima-pc",
            "http://template.kirishima-shoji.test/normal/mitsumori.dotm",
        );
        let letter = |subject: &str, text: String, files, key, minutes, answers| Letter {
            from_name: "霧島商事 購買部",
            from,
            reply_to: None,
            to,
            subject: subject.to_owned(),
            text,
            html: None,
            files,
            origin: "203.0.113.77",
            mailer: "Microsoft Outlook 16.0",
            authentication: "spf=softfail smtp.mailfrom=kirishima-shoji.test; dkim=none; dmarc=none",
            at: self.at(3, minutes),
            key,
            answers,
        };
        let archive = zip(&[("見積依頼書.docx", &document)], Some("Kiri-2611"));
        let file =
            File { name: "見積依頼書.zip".to_owned(), content_type: "application/zip", bytes: archive };
        let first = letter(
            "お見積りのお願い",
            "営業ご担当者様\r\n\r\n霧島商事 購買部でございます。\r\n見積依頼書を添付いたします。パスワードは別のメールでお知らせいたします。\r\n今週中にご回答いただけますと幸いです。\r\n".to_owned(),
            vec![file],
            "rfq1",
            40,
            None,
        );
        self.at(3, 95);
        self.give(3, &first, "お見積りのお願い.eml", "取引のない会社からです。").await?;
        let second = letter(
            "Re: お見積りのお願い",
            "営業ご担当者様\r\n\r\n先ほどお送りした添付ファイルのパスワードは次のとおりです。\r\n\r\nパスワード：Kiri-2611\r\n\r\nよろしくお願いいたします。\r\n".to_owned(),
            Vec::new(),
            "rfq2",
            44,
            Some(message_id("rfq1", from)),
        );
        self.at(3, 97);
        self.give(3, &second, "パスワードのお知らせ.eml", "上のメールの直後に届きました。").await?;
        Ok(())
    }
}
