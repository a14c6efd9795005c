//! Invented Japanese business prose. Sentences have slots, so that two mails seldom share a long run of letters by chance;
//! greetings, closings and footers are the set phrases that every mail shares.

use crate::chance::Chance;

pub const FAMILY: &[&str] = &[
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "林",
    "斎藤",
    "清水",
    "山崎",
    "森",
    "池田",
    "橋本",
    "阿部",
    "石川",
    "前田",
    "藤田",
    "小川",
    "岡田",
    "後藤",
    "長谷川",
];
pub const FAMILY_LATIN: &[&str] = &[
    "sato",
    "suzuki",
    "takahashi",
    "tanaka",
    "ito",
    "watanabe",
    "yamamoto",
    "nakamura",
    "kobayashi",
    "kato",
    "yoshida",
    "yamada",
    "sasaki",
    "yamaguchi",
    "matsumoto",
    "inoue",
    "kimura",
    "hayashi",
    "saito",
    "shimizu",
    "yamazaki",
    "mori",
    "ikeda",
    "hashimoto",
    "abe",
    "ishikawa",
    "maeda",
    "fujita",
    "ogawa",
    "okada",
    "goto",
    "hasegawa",
];
pub const DEPARTMENT: &[&str] = &[
    "総務部",
    "経理部",
    "営業第一課",
    "営業第二課",
    "資材調達課",
    "研究開発室",
    "情報システム室",
    "品質保証部",
    "人事課",
    "広報室",
    "海外事業部",
    "設備保全課",
    "法務室",
    "生産管理課",
    "企画調整室",
    "安全管理課",
];
pub const ITEM: &[&str] = &[
    "計測装置",
    "圧力センサー",
    "冷却ポンプ",
    "制御盤",
    "配電設備",
    "ボイラー",
    "工作機械",
    "搬送装置",
    "監視カメラ",
    "変圧器",
    "電磁弁",
    "熱交換器",
    "検査治具",
    "塗装ライン",
    "空調設備",
    "受変電設備",
    "蓄電池",
    "太陽光パネル",
    "油圧ユニット",
    "光学フィルタ",
    "分析装置",
    "真空ポンプ",
    "サーボモータ",
    "レーザー加工機",
    "樹脂成形品",
    "特殊鋼材",
    "軸受",
    "減速機",
    "燃料電池",
    "水処理膜",
];
pub const PROJECT: &[&str] = &[
    "新工場の設備更新計画",
    "海外拠点の移転計画",
    "次期基幹システムの導入",
    "安全衛生委員会",
    "年次監査",
    "共同研究",
    "防災訓練",
    "省エネルギー診断",
    "品質改善活動",
    "定期修繕工事",
    "共同受注",
    "展示会への出展",
    "社内研修",
    "インターンシップ",
    "工場見学会",
    "技術交流会",
    "原価低減活動",
    "知的財産の棚卸し",
    "輸出管理の見直し",
    "個人情報保護研修",
    "環境報告書の作成",
    "中期経営計画",
    "販売代理店会議",
    "保守契約の更新",
    "耐震補強工事",
    "試作品の評価",
    "仕様変更の検討",
    "部品の標準化",
    "在庫の適正化",
    "物流拠点の再編",
];
pub const PAPER: &[&str] = &[
    "見積書",
    "工程表",
    "議事録",
    "仕様書の改訂版",
    "図面一式",
    "検査成績書",
    "契約書の案",
    "参加者名簿",
    "会場案内図",
    "発注書",
    "請求書",
    "納品書",
    "試験結果の速報",
    "課題一覧",
    "予算の内訳",
    "体制図",
    "比較表",
    "質問票",
    "報告書の草稿",
    "申込書",
];
pub const PLACE: &[&str] = &[
    "本社三階の会議室",
    "川崎工場",
    "名古屋支店",
    "第二研究棟",
    "大阪営業所",
    "つくば研究所",
    "横浜事業所",
    "福岡センター",
    "仙台支社",
    "広島工場の応接室",
    "札幌営業所",
    "本館の大会議室",
    "技術センター",
    "千葉製造所",
    "北九州事業所",
    "金沢出張所",
];
pub const DAY: &[&str] = &[
    "来週の月曜日",
    "今週の金曜日",
    "今月の二十日",
    "来月の初め",
    "再来週の水曜日",
    "月末",
    "明後日の午後",
    "十五日の午前",
    "連休明け",
    "来週の木曜日",
    "今月の最終営業日",
    "三日後",
    "次回の定例会",
    "四半期の締め",
    "来週中",
    "本日の夕方",
];
pub const CONCERN: &[&str] = &[
    "納期の前倒し",
    "予算の超過",
    "担当者の交代",
    "仕様の食い違い",
    "検収の手順",
    "支払条件",
    "輸送中の破損",
    "寸法の許容差",
    "騒音の対策",
    "停電時の復旧",
    "保証期間の延長",
    "立会検査の日程",
    "廃棄物の処理",
    "外注先の選定",
    "単価の見直し",
    "図面の版の管理",
    "夜間作業の可否",
    "据付場所の広さ",
    "既存設備との接続",
    "校正の頻度",
    "予備品の在庫",
    "教育訓練の時間数",
    "翻訳の費用",
    "搬入口の高さ",
];

const SENTENCES: &[&str] = &[
    "{project}に関しまして、{day}までに{paper}を{department}あてにご提出くださいますようお願いいたします。",
    "先日{place}でお話しした{item}の{concern}については、{department}で検討した結果をお知らせします。",
    "{item}の{paper}を{day}に改めて作成し、{concern}の欄を書き直しました。",
    "{project}では{item}の{concern}が議題となり、{name}さんから{paper}の提示がありました。",
    "{concern}を避けるため、{item}は{place}に{day}に搬入する予定です。",
    "{department}の{name}より、{project}の{concern}に関する{paper}が届いております。",
    "{day}の{project}の打ち合わせは{place}に変更となりましたので、{paper}をお持ちください。",
    "なお、{item}と{item2}では{concern}の考え方が異なりますので、{paper}の該当箇所をご覧ください。",
    "{place}で行いました{item}の試運転では、{concern}を除いて問題は見つかりませんでした。",
    "前回ご指摘いただいた{concern}は、{project}の{paper}に反映してあります。",
    "{name}さんには{day}に{place}へお越しいただき、{item}の{concern}を確かめていただく予定です。",
    "{paper}の承認が{day}にずれ込むと、{project}の{concern}に影響が出るおそれがあります。",
    "{item2}の{paper}は{department}が保管しており、{concern}の経緯もそこに残っています。",
    "{project}の参加者は{department}から{number}名、協力会社から{number2}名となる見込みです。",
    "今回の{item}は{number}台で、{concern}の条件は{paper}のとおりです。",
    "{concern}と{concern2}の両方を満たすには、{item}を{item2}に置き換える案が有力です。",
    "昨年の{project}で使った{paper}を下敷きに、{concern2}の項を{name}が書き足しました。",
    "{place}の{item}は更新から{number}年が過ぎ、{concern}が目立ってきました。",
];

pub const GREETINGS: &[&str] = &[
    "いつもお世話になっております。",
    "平素より格別のご高配を賜り、厚く御礼申し上げます。",
    "お世話になっております。",
    "日頃より大変お世話になっております。",
    "お疲れさまです。",
];
pub const CLOSINGS: &[&str] = &[
    "どうぞよろしくお願いいたします。",
    "以上、よろしくお願い申し上げます。",
    "ご不明な点がございましたら、お気軽にお問い合わせください。",
    "お忙しいところ恐れ入りますが、ご確認のほどよろしくお願いいたします。",
    "引き続きよろしくお願いいたします。",
];
pub const FOOTER: &str = "━━━━━━━━━━━━━━━━━━━━\n\
    本メールおよび添付ファイルには、秘密情報が含まれている可能性があります。\n\
    誤って受信された場合は、直ちに送信者へご連絡のうえ、本メールを削除してくださいますようお願いいたします。\n\
    許可なく複製、転送、開示することはご遠慮ください。\n";

/// What can stand in a slot.
fn slot(name: &str, chance: &mut Chance) -> String {
    match name {
        "project" => chance.pick(PROJECT),
        "item" | "item2" => chance.pick(ITEM),
        "paper" => chance.pick(PAPER),
        "place" => chance.pick(PLACE),
        "day" => chance.pick(DAY),
        "department" => chance.pick(DEPARTMENT),
        "concern" | "concern2" => chance.pick(CONCERN),
        "name" => chance.pick(FAMILY),
        "number" | "number2" => return chance.between(2, 40).to_string(),
        _ => &"",
    }
    .to_string()
}

/// A sentence with its slots filled.
pub fn fill(template: &str, chance: &mut Chance) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or(("", after));
        out.push_str(&slot(name, chance));
        rest = after;
    }
    out + rest
}

/// So many sentences, in paragraphs, broken into lines as Japanese mail programs do.
pub fn prose(sentences: usize, chance: &mut Chance) -> String {
    let mut text = String::new();
    for at in 0..sentences {
        let template = *chance.pick(SENTENCES);
        text.push_str(&fill(template, chance));
        if at % 3 == 2 {
            text.push_str("\n\n");
        }
    }
    wrap(&text)
}

/// Lines of 34 characters.
pub fn wrap(text: &str) -> String {
    let mut out = String::new();
    for line in text.split('\n') {
        for (at, c) in line.chars().enumerate() {
            if at > 0 && at % 34 == 0 {
                out.push('\n');
            }
            out.push(c);
        }
        out.push('\n');
    }
    out
}

/// `> ` before every line, under a line that says whose text it is.
pub fn quote(text: &str, who: &str, when: &str, chance: &mut Chance) -> String {
    let head = match chance.below(3) {
        0 => format!("{when} {who}:\n"),
        1 => format!("On {when}, {who} wrote:\n"),
        _ => format!("{who} さんは書きました ({when}):\n"),
    };
    head + &text.lines().map(|line| format!("> {line}\n")).collect::<String>()
}
