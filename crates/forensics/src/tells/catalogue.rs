//! The texts of all tells, in both languages, with where the knowledge is from.

use lexicon::Text;

use super::{Criterion, Entry};

const fn entry(
    id: &'static str,
    weight: u8,
    ja: &'static str,
    en: &'static str,
    source: &'static str,
) -> Entry {
    Entry { id, weight, text: Text::new(ja, en), source, criterion: Criterion::Kind }
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
        "圧縮・解凍ソフトやファイルを開けるかどうかを尋ねています（やり取り型の手口）",
        "It asks whether the reader can unpack or open files, as rapport-building attackers do",
        "J-CSIP, annual report FY2013, table 1 (#4-7)",
    )
    .of(Criterion::Craft),
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
    )
    .of(Criterion::Sender),
    entry(
        "disk-image",
        3,
        "ディスクイメージや OneNote の添付ファイルです（中のファイルに警告が出ないことがあります）",
        "A disk image or OneNote file, whose contents may open without the usual warning",
        "Microsoft, Mark of the Web; MITRE ATT&CK T1553.005",
    ),
    entry(
        "display-name-holds-other-address",
        4,
        "差出人の表示名に、実際とは違うメールアドレスが書かれています",
        "The sender's display name shows an address other than the real one",
        "IPA, teaching material on targeted mail (forged sender)",
    )
    .of(Criterion::Sender),
    entry(
        "double-extension",
        5,
        "拡張子が二重になっています",
        "The file name has two extensions, the last of which runs",
        "Naruto University of Education, how to tell targeted mail",
    )
    .of(Criterion::Craft),
    entry(
        "encrypted-archive",
        2,
        "パスワード付きの圧縮ファイルです（ウイルス検査を避ける手口）",
        "The archive needs a password, so that no scanner looks inside",
        "J-CRAT, activity report FY2018 first half, section 2",
    )
    .of(Criterion::Craft),
    entry(
        "encrypted-document",
        2,
        "パスワード付きの文書ファイルです",
        "The document needs a password",
        "J-CRAT, activity report FY2018 first half, section 2",
    )
    .of(Criterion::Craft),
    entry(
        "enquiry-wording",
        2,
        "窓口や宛先が正しいかを尋ねる偵察メールに似た文面です",
        "It asks whether this is the right window, as reconnaissance mails do",
        "J-CSIP, annual report FY2013, table 1",
    )
    .of(Criterion::Craft),
    entry(
        "extension-contradicts-content",
        3,
        "拡張子とファイルの中身が一致しません",
        "The file's content is not what its extension says",
        "IPA, teaching material on targeted mail (disguised files)",
    )
    .of(Criterion::Craft),
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
    )
    .of(Criterion::Sender),
    entry(
        "html-attachment",
        3,
        "HTML ファイルが添付されています（偽のログイン画面などの手口）",
        "An HTML page is attached, as for false sign-in pages and smuggled files",
        "MITRE ATT&CK T1027.006",
    ),
    entry(
        "link-text-differs",
        3,
        "表示されている URL と実際のリンク先が違います",
        "A link shows one address and leads to another",
        "City of Oyama and IPA, how to tell targeted mail",
    )
    .of(Criterion::Craft),
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
        "ファイル名に見えない制御文字（文字の並びを逆にする RLO など）が含まれています",
        "The file name holds invisible control characters, such as one that reverses its letters (RLO)",
        "IPA, alert on RLO file names; MITRE ATT&CK T1036.002",
    )
    .of(Criterion::Craft),
    entry(
        "name-spaces-run",
        5,
        "ファイル名に多数の空白を入れて拡張子を隠しています",
        "A run of blanks in the file name hides its extension",
        "Naruto University of Education, how to tell targeted mail",
    )
    .of(Criterion::Craft),
    entry(
        "password-sent-separately",
        1,
        "パスワードを別のメールで送ると書かれています",
        "It says that the password comes in another mail",
        "J-CRAT, activity report FY2018 first half, section 2",
    )
    .of(Criterion::Craft),
    entry(
        "pressing-subject",
        1,
        "思わず開きたくなる、または開かざるを得ない件名です",
        "The subject is of a kind that makes people open it",
        "City of Oyama, IPA, JC3: subjects seen",
    )
    .of(Criterion::Craft),
    entry(
        "reply-to-differs",
        1,
        "返信先が差出人と異なる組織のアドレスです",
        "Replies go to another domain than the sender's",
        "IPA, alerts on business e-mail compromise",
    )
    .of(Criterion::Sender),
    entry(
        "return-path-differs",
        1,
        "エラー返送先（Return-Path）が差出人と異なる組織のアドレスです",
        "The Return-Path is of another domain than the sender's",
        "RFC 5321; IPA, teaching material on targeted mail",
    )
    .of(Criterion::Sender),
    entry(
        "url-ip-host",
        3,
        "URL のホスト名が IP アドレスです",
        "A URL names its host by IP address",
        "Council of Anti-Phishing Japan, guidelines",
    )
    .of(Criterion::Mass),
    entry(
        "url-punycode",
        2,
        "URL に国際化ドメイン名が使われています（似た文字による偽装に注意）",
        "A URL uses an internationalised name, which may imitate another by similar letters",
        "Unicode Technical Standard 39",
    )
    .of(Criterion::Craft),
    entry(
        "url-userinfo",
        4,
        "URL の @ より前に、行き先に見せかけた文字列があります",
        "A URL shows a false destination before an @",
        "RFC 3986, section 7.6",
    )
    .of(Criterion::Craft),
    entry(
        "freemail-sender",
        1,
        "フリーメールまたはプロバイダのアドレスから送られています",
        "It was sent from a free or provider address",
        "J-CRAT, activity report FY2018 first half, section 2; J-CSIP FY2013, figure 2",
    )
    .of(Criterion::Sender),
    entry(
        "signature-differs-from-sender",
        2,
        "署名に書かれたメールアドレスの組織が、差出人のアドレスと異なります",
        "The signature block gives an address of another organisation than the sender's",
        "Naruto University of Education and IPA, how to tell targeted mail",
    )
    .of(Criterion::Sender),
    entry(
        "known-name-foreign-address",
        4,
        "名簿にある人や組織を名乗っていますが、アドレスがその人や組織のものではありません",
        "It uses the name of a known person or organisation with an address that is not theirs",
        "IPA, alerts on business e-mail compromise",
    )
    .of(Criterion::Sender),
    entry(
        "lookalike-domain",
        4,
        "名簿の組織やよく騙られる組織のドメインに似せたドメインです",
        "A domain is made to look like that of a known organisation",
        "IPA, alerts on business e-mail compromise; Unicode Technical Standard 39",
    )
    .of(Criterion::Craft),
    entry(
        "lookalike-within-mail",
        4,
        "同じメールの中に、1文字違いなどよく似た別のドメインがあります（返信先や Cc の偽装）",
        "Two domains in the mail differ by a letter or look alike, as where a reply or copy goes astray",
        "IPA, business e-mail compromise report (falsified Cc)",
    )
    .of(Criterion::Craft),
    entry(
        "mailer-contradicts",
        2,
        "名乗っているメールソフトと、Message-ID や区切り文字列の形が一致しません",
        "The mailer it claims does not make such Message-IDs or boundaries",
        "Known forms of mailing programs, checked on public mail",
    )
    .of(Criterion::Sender),
    entry(
        "body-changed-after-signing",
        1,
        "電子署名（DKIM・ARC）の後に本文が変更されています（転送による変更の場合もあります）",
        "The body was changed after it was signed; forwarding can do so too",
        "RFC 6376, section 3.7",
    )
    .of(Criterion::Sender),
    entry(
        "signature-fails",
        3,
        "電子署名（DKIM・ARC）の検証に失敗しました",
        "A DKIM or ARC signature does not verify with the key given",
        "RFC 6376, section 6",
    )
    .of(Criterion::Sender),
    entry(
        "date-after-receipt",
        1,
        "Date ヘッダの日時が、サーバの受信日時より1日以上後です",
        "The Date header is more than a day later than the servers' own times",
        "RFC 5322, section 3.6.1",
    )
    .of(Criterion::Sender),
    entry(
        "date-contradicts-identifier",
        2,
        "Message-ID や区切り文字列に含まれる作成日時が、Date ヘッダと一致しません",
        "The time inside the Message-ID or boundary contradicts the Date header",
        "Outlook's identifiers hold a FILETIME; checked on public mail",
    )
    .of(Criterion::Sender),
    entry(
        "zone-contradicts-identifier",
        2,
        "Date ヘッダの時差と、区切り文字列から分かる送信端末の時差が一致しません",
        "The time zone of the Date header is not that of the machine that made the boundary",
        "Outlook's boundaries hold local time; checked on public mail",
    )
    .of(Criterion::Past),
    entry(
        "hop-clock-backwards",
        1,
        "配送経路の途中で時刻が5分以上さかのぼっています",
        "Along the route a server's time goes back by more than five minutes",
        "RFC 5321, section 4.4",
    )
    .of(Criterion::Sender),
    entry(
        "payment-account-change",
        4,
        "振込先の口座の変更を伝えています（ビジネスメール詐欺の手口）",
        "It announces a change of the bank account for payments, as in business e-mail compromise",
        "IPA, alerts on business e-mail compromise",
    )
    .of(Criterion::Craft),
    entry(
        "executive-pressure",
        3,
        "経営者などを名乗り、急ぎや内密の依頼をしています（ビジネスメール詐欺の手口）",
        "In the name of an executive it asks for something urgent or secret",
        "IPA, alerts on business e-mail compromise (type 2)",
    )
    .of(Criterion::Craft),
    entry(
        "secret-deal-pretext",
        3,
        "弁護士や監督機関、買収などを口実に内密の送金や対応を求めています",
        "It asks for secrecy and money under the pretext of lawyers, regulators or an acquisition",
        "IPA, business e-mail compromise (2018): secrecy and regulator pretext",
    )
    .of(Criterion::Craft),
    entry(
        "recon-without-payload",
        3,
        "フリーメールから、添付もリンクもない問い合わせです（偵察メールに似ています）",
        "An enquiry from a free address without attachment or link, as reconnaissance mails are",
        "J-CSIP, annual report FY2013, table 1",
    )
    .of(Criterion::Past),
    entry(
        "mass-mail-subject",
        2,
        "ばらまき型メールに多い件名（請求書・写真などと番号だけ）です",
        "The subject is of the kind of mass mail: an invoice or photo and a number, nothing else",
        "JC3, notices on mass mail",
    )
    .of(Criterion::Mass),
    entry(
        "forced-to-open-theme",
        2,
        "取材・採用・アンケート・製品の不具合など、開かざるを得ない用件の添付やリンクがフリーメールから送られています",
        "Press, job, survey or claim, with something to open, from a free address",
        "City of Oyama and IPA, how to tell targeted mail",
    )
    .of(Criterion::Craft),
    entry(
        "account-lure",
        3,
        "アカウントの停止や確認を理由にリンクやフォームへ誘導しています（フィッシングの手口）",
        "It leads to a link or form because an account is said to be suspended or must be verified",
        "Council of Anti-Phishing Japan, guidelines",
    )
    .of(Criterion::Mass),
];
