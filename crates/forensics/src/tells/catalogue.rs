//! The texts of all tells, in both languages, with where the knowledge is from.

use lexicon::Text;

use super::Entry;

const fn entry(
    id: &'static str,
    weight: u8,
    ja: &'static str,
    en: &'static str,
    source: &'static str,
) -> Entry {
    Entry { id, weight, text: Text::new(ja, en), source }
}

/// Every tell, by id.
pub static CATALOGUE: &[Entry] = &[
    entry(
        "archive-unusual",
        2,
        "国内ではあまり使われない形式の圧縮ファイルです",
        "The archive is of a kind that is rarely used",
        "IPA, teaching material on targeted mail (RAR is uncommon in Japan)",
    ),
    entry(
        "asks-about-archiver",
        3,
        "圧縮・解凍ソフトやファイルを開けるかどうかを尋ねています(やり取り型の手口)",
        "It asks whether the reader can unpack or open files, as rapport-building attackers do",
        "J-CSIP, annual report FY2013, table 1 (#4-7)",
    ),
    entry(
        "attachment-runs-code",
        5,
        "開くとプログラムが動く種類の添付ファイルです",
        "Opening the attachment runs code",
        "IPA, J-CSIP reports (exe, scr, LNK, IQY, WIZ)",
    ),
    entry(
        "auth-failed",
        2,
        "送信者認証に失敗しています",
        "Sender authentication failed",
        "RFC 8601, RFC 7489",
    ),
    entry(
        "disk-image",
        3,
        "ディスクイメージや OneNote の添付ファイルです(中のファイルに警告が出ないことがあります)",
        "A disk image or OneNote file, whose contents may open without the usual warning",
        "Microsoft, Mark of the Web; MITRE ATT&CK T1553.005",
    ),
    entry(
        "display-name-holds-other-address",
        4,
        "差出人の表示名に、実際とは違うメールアドレスが書かれています",
        "The sender's display name shows an address other than the real one",
        "IPA, teaching material on targeted mail (forged sender)",
    ),
    entry(
        "double-extension",
        5,
        "拡張子が二重になっています",
        "The file name has two extensions, the last of which runs",
        "Naruto University of Education, how to tell targeted mail",
    ),
    entry(
        "encrypted-archive",
        2,
        "パスワード付きの圧縮ファイルです(ウイルス検査を避ける手口)",
        "The archive needs a password, so that no scanner looks inside",
        "J-CRAT, activity report FY2018 first half, section 2",
    ),
    entry(
        "encrypted-document",
        2,
        "パスワード付きの文書ファイルです",
        "The document needs a password",
        "J-CRAT, activity report FY2018 first half, section 2",
    ),
    entry(
        "enquiry-wording",
        2,
        "窓口や宛先が正しいかを尋ねる偵察メールに似た文面です",
        "It asks whether this is the right window, as reconnaissance mails do",
        "J-CSIP, annual report FY2013, table 1",
    ),
    entry(
        "extension-contradicts-content",
        3,
        "拡張子とファイルの中身が一致しません",
        "The file's content is not what its extension says",
        "IPA, teaching material on targeted mail (disguised files)",
    ),
    entry(
        "form-asks-password",
        4,
        "パスワードを入力させるフォームがあります",
        "A form asks for a password",
        "Council of Anti-Phishing Japan, guidelines",
    ),
    entry(
        "freemail-claims-organisation",
        3,
        "組織を名乗りながらフリーメールやプロバイダのアドレスから送られています",
        "It claims to come from an organisation but was sent from a free or provider address",
        "J-CRAT, activity report FY2018 first half, section 2; J-CSIP FY2013, figure 2",
    ),
    entry(
        "html-attachment",
        3,
        "HTML ファイルが添付されています(偽のログイン画面などの手口)",
        "An HTML page is attached, as for false sign-in pages and smuggled files",
        "MITRE ATT&CK T1027.006",
    ),
    entry(
        "link-text-differs",
        3,
        "表示されている URL と実際のリンク先が違います",
        "A link shows one address and leads to another",
        "City of Oyama and IPA, how to tell targeted mail",
    ),
    entry(
        "macro-document",
        3,
        "マクロを含む文書ファイルです",
        "The document carries macros",
        "IPA, alerts on macro malware; MITRE ATT&CK T1204.002",
    ),
    entry(
        "meta-refresh",
        2,
        "開くだけで別のページへ移動する HTML です",
        "The HTML leads on to another page by itself",
        "MITRE ATT&CK T1566.002",
    ),
    entry(
        "name-invisible-characters",
        5,
        "ファイル名に見えない制御文字(文字の並びを逆にする RLO など)が含まれています",
        "The file name holds invisible control characters, such as one that reverses its letters (RLO)",
        "IPA, alert on RLO file names; MITRE ATT&CK T1036.002",
    ),
    entry(
        "name-spaces-run",
        5,
        "ファイル名に多数の空白を入れて拡張子を隠しています",
        "A run of blanks in the file name hides its extension",
        "Naruto University of Education, how to tell targeted mail",
    ),
    entry(
        "password-sent-separately",
        1,
        "パスワードを別のメールで送ると書かれています",
        "It says that the password comes in another mail",
        "J-CRAT, activity report FY2018 first half, section 2",
    ),
    entry(
        "pressing-subject",
        1,
        "思わず開きたくなる、または開かざるを得ない件名です",
        "The subject is of a kind that makes people open it",
        "City of Oyama, IPA, JC3: subjects seen",
    ),
    entry(
        "reply-to-differs",
        2,
        "返信先が差出人と異なる組織のアドレスです",
        "Replies go to another domain than the sender's",
        "IPA, alerts on business e-mail compromise",
    ),
    entry(
        "return-path-differs",
        1,
        "エラー返送先 (Return-Path) が差出人と異なる組織のアドレスです",
        "The Return-Path is of another domain than the sender's",
        "RFC 5321; IPA, teaching material on targeted mail",
    ),
    entry(
        "url-ip-host",
        3,
        "URL のホスト名が IP アドレスです",
        "A URL names its host by IP address",
        "Council of Anti-Phishing Japan, guidelines",
    ),
    entry(
        "url-punycode",
        2,
        "URL に国際化ドメイン名が使われています(似た文字による偽装に注意)",
        "A URL uses an internationalised name, which may imitate another by similar letters",
        "Unicode Technical Standard 39",
    ),
    entry(
        "url-userinfo",
        4,
        "URL の @ より前に、行き先に見せかけた文字列があります",
        "A URL shows a false destination before an @",
        "RFC 3986, section 7.6",
    ),
];
