//! The phrases, by what they do in a mail. All are found in one pass.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// What a phrase does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Another account is to be paid into.
    AccountChange,
    /// Nobody else may know.
    Secrecy,
    /// Money is to be sent.
    Money,
    /// Lawyers, regulators, acquisitions.
    Pretext,
    /// A small request to begin with.
    Favour,
    /// Something is wrong with an account.
    Trouble,
    /// The reader is to confirm or sign in.
    Verify,
}

const GROUPS: usize = 7;

#[rustfmt::skip]
const PHRASES: &[(Group, &[&str])] = &[
    (Group::AccountChange, &[
        "振込先が変更", "振込先を変更", "振込先口座が変更", "振込先口座を変更", "振込先の変更", "振込先変更",
        "振込先口座の変更", "送金先が変更", "送金先を変更", "送金先の変更", "送金先口座の変更", "口座情報が変更",
        "銀行口座が変更", "銀行口座を変更", "銀行口座の変更", "新しい口座にお振", "新しい口座へお振", "新しい口座に送金",
        "支払先口座の変更", "入金先が変更",
        "bank details have changed", "bank account has changed", "change of bank account", "change in our bank",
        "change of our bank", "changed our bank", "new bank account", "new bank details", "new banking details",
        "updated bank details", "updated banking", "our bank account is under audit", "account is being audited",
        "use the new account", "revised bank details", "change of banking",
    ]),
    (Group::Secrecy, &[
        "極秘", "機密事項", "他言無用", "他言しない", "内密に", "口外しない", "秘密裏",
        "strictly confidential", "keep this confidential", "keep it confidential", "utmost confidential",
        "do not discuss this", "do not tell anyone", "between us only", "keep this between us", "highly confidential",
    ]),
    (Group::Money, &[
        "送金して", "送金を", "振り込んで", "振込をお願い", "お振込みをお願い", "入金をお願い", "ギフトカード",
        "電子マネー", "プリペイドカード",
        "wire transfer", "bank transfer", "transfer the funds", "process a payment", "make a payment", "gift card",
        "gift cards", "wire the", "urgent payment", "payment instruction",
    ]),
    (Group::Pretext, &[
        "弁護士", "法律事務所", "金融庁", "監督官庁", "規制当局", "企業買収", "買収案件", "合併",
        "attorney", "law firm", "solicitor", "barrister", "regulator", "regulatory authority", "acquisition",
        "financial services authority",
    ]),
    (Group::Favour, &[
        "手が空いて", "今お時間", "至急ご連絡", "至急連絡", "少しお願いが", "手伝ってほしい", "お席にいらっしゃ",
        "are you at your desk", "are you available at the moment", "are you in the office", "quick favour",
        "quick favor", "quick task", "need you to run a task", "run an errand", "send me your cell",
        "send me your mobile number", "send me your phone number", "are you free at the moment", "kindly respond as soon",
    ]),
    (Group::Trouble, &[
        "アカウントを停止", "アカウントが停止", "アカウントの停止", "アカウントの利用を制限", "アカウントのご利用を制限",
        "アカウントが制限", "アカウントを一時", "アカウントは一時", "アカウントがロック", "利用制限", "ご利用を一部制限",
        "ご利用を制限", "不正アクセス", "不正利用", "第三者による", "異常なログイン", "不審なログイン",
        "異常な活動", "パスワードの有効期限", "更新できませんでした", "支払い方法に問題", "お支払い情報に問題", "自動退会",
        "容量が上限", "メールボックスの容量",
        "account has been suspended", "account will be suspended", "account has been limited", "account is limited",
        "account has been locked", "account will be locked", "account has been restricted", "account will be closed",
        "account will be deactivated", "account has been disabled", "account will be disabled", "account suspension",
        "account on hold", "is on hold", "unusual sign-in", "unusual activity", "suspicious activity",
        "suspicious sign-in", "unusual login", "unauthorized login", "unauthorised login", "unauthorized access",
        "password will expire", "password expires", "password has expired", "password is set to expire",
        "mailbox is full", "mailbox is almost full", "mailbox has exceeded", "mailbox quota", "storage limit",
        "storage is full", "service interruption", "payment was declined", "unable to process your payment",
        "incoming messages", "undelivered messages", "pending messages",
        "conta foi bloqueada", "conta será bloqueada", "conta suspensa", "cuenta ha sido", "compte a été",
        "konto wurde",
    ]),
    (Group::Verify, &[
        "ご本人確認", "本人確認", "ご確認ください", "確認してください", "確認をお願い", "情報を更新", "情報の更新",
        "ログインして", "サインインして", "再開するには", "解除するには", "こちらをクリック", "下記のリンク", "認証",
        "verify your", "confirm your", "update your", "validate your", "re-activate", "reactivate", "restore your",
        "restore access", "sign in to", "log in to", "login to", "click here", "click below", "click the link",
        "click the button", "keep my password", "keep same password", "keep current password", "review your",
        "upgrade your", "secure your account", "clique aqui", "haga clic", "cliquez", "hier klicken",
    ]),
];

struct Table {
    finder: Option<AhoCorasick>,
    groups: Vec<Group>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let all = || PHRASES.iter().flat_map(|(group, phrases)| phrases.iter().map(move |p| (*group, *p)));
    let finder = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(all().map(|(_, phrase)| phrase))
        .ok();
    Table { finder, groups: all().map(|(group, _)| group).collect() }
});

/// The first phrase of each group that was found.
#[derive(Debug, Default)]
pub(super) struct Found([Option<String>; GROUPS]);

impl Found {
    /// Searches a text, folds of its lines taken as blanks.
    pub(super) fn search(&mut self, text: &str) {
        let Some(finder) = &TABLE.finder else {
            return;
        };
        // A phrase may be broken over two lines.
        let joined: String;
        let text = if memchr::memchr(b'\n', text.as_bytes()).is_some() {
            joined = text.replace('\n', " ");
            joined.as_str()
        } else {
            text
        };
        for found in finder.find_iter(text) {
            let Some(group) = TABLE.groups.get(found.pattern().as_usize()) else {
                continue;
            };
            let before = text.as_bytes().get(found.start().wrapping_sub(1));
            let latin = text.as_bytes().get(found.start()).is_some_and(u8::is_ascii_alphabetic);
            if latin && before.is_some_and(u8::is_ascii_alphanumeric) {
                continue;
            }
            if let Some(slot @ None) = self.0.get_mut(*group as usize) {
                *slot = text.get(found.range()).map(str::to_owned);
            }
        }
    }

    pub(super) fn get(&self, group: Group) -> Option<String> {
        self.0.get(group as usize).cloned().flatten()
    }

    pub(super) fn has(&self, group: Group) -> bool {
        self.0.get(group as usize).is_some_and(Option::is_some)
    }
}

/// The title of an executive in a display name.
pub(super) fn executive(name: &str) -> Option<&'static str> {
    const JA: [&str; 8] = ["社長", "代表取締役", "会長", "最高経営責任者", "理事長", "専務", "CEO", "CFO"];
    const EN: [&str; 8] = [
        "ceo",
        "cfo",
        "president",
        "chairman",
        "managing director",
        "chief executive",
        "coo",
        "chief financial",
    ];
    let name = lexicon::text::cut(name, 300);
    if !name.is_ascii() {
        return JA.iter().find(|title| name.contains(*title)).copied();
    }
    let name = name.to_ascii_lowercase();
    EN.iter().copied().find(|title| {
        name.match_indices(title).any(|(at, _)| {
            let edge = |b: Option<&u8>| !b.is_some_and(u8::is_ascii_alphanumeric);
            edge(name.as_bytes().get(at.wrapping_sub(1))) && edge(name.as_bytes().get(at + title.len()))
        })
    })
}

/// Themes of mass mail.
const MASS: [&str; 18] = [
    "請求書",
    "ご請求書",
    "写真",
    "写真送付の件",
    "写真添付",
    "請求データ",
    "見積書",
    "注文書",
    "納品書",
    "ご注文",
    "発注書",
    "invoice",
    "photo",
    "photos",
    "receipt",
    "payment",
    "purchase order",
    "order",
];

/// The theme of a subject that is nothing but Re or Fw, a theme, and a number.
pub(super) fn mass_subject(subject: &str) -> Option<&'static str> {
    let mut rest = subject.trim();
    let mut marks = 0;
    while marks < 10 {
        let Some((mark, after)) = rest.split_once([':', '：']) else {
            break;
        };
        if !matches!(mark.trim().to_ascii_lowercase().as_str(), "re" | "fw" | "fwd") {
            break;
        }
        rest = after.trim_start();
        marks += 1;
    }
    let theme = rest.trim_end_matches(|c: char| {
        c.is_ascii_digit()
            || c.is_whitespace()
            || matches!(c, '#' | '-' | '_' | '.' | '/' | '№' | '(' | ')' | '０'..='９')
    });
    let theme = theme.strip_suffix("No").unwrap_or(theme).trim_end_matches([' ', '-', '#']);
    let numbered = theme.len() < rest.len();
    // A bare word without a number and without a mark says too little.
    if marks == 0 && !numbered {
        return None;
    }
    MASS.iter().copied().find(|word| theme.eq_ignore_ascii_case(word))
}

/// Themes of mails that one has to open in the course of one's work.
pub(super) fn forced_theme(subject: &str) -> Option<&'static str> {
    const JA: [&str; 16] = [
        "取材",
        "インタビュー",
        "講演依頼",
        "寄稿",
        "原稿依頼",
        "応募",
        "採用",
        "履歴書",
        "求人",
        "アンケート",
        "不具合",
        "クレーム",
        "製品に関する",
        "苦情",
        "調査依頼",
        "意見照会",
    ];
    const EN: [&str; 8] = [
        "interview request",
        "job application",
        "my resume",
        "curriculum vitae",
        "survey request",
        "product complaint",
        "complaint about",
        "media inquiry",
    ];
    if subject.is_ascii() {
        let lower = subject.to_ascii_lowercase();
        return EN.iter().copied().find(|theme| lower.contains(theme));
    }
    JA.iter().copied().find(|theme| subject.contains(theme))
}
