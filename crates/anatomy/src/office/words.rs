//! What may be told of office documents.

use crate::oddities::{self, entry as odd};
use crate::tells::{self, entry as tell};

pub(super) static TELLS: &[tells::Entry] = &[
    tell(
        "dde-command",
        5,
        "文書が DDE で別のプログラムを起動しようとします",
        "The document starts another program through DDE",
        "MITRE ATT&CK T1559.002",
    ),
    tell(
        "equation-object",
        3,
        "廃止された数式エディターのオブジェクトが埋め込まれています（脆弱性の悪用に使われてきました）",
        "It embeds an object of the withdrawn Equation Editor, long used for exploits",
        "CVE-2017-11882",
    ),
    tell(
        "flash-object",
        3,
        "文書に Flash のオブジェクトが埋め込まれています",
        "It embeds a Flash object",
        "CVE-2018-4878",
    ),
    tell(
        "lure-enable-content",
        4,
        "本文が「コンテンツの有効化」「編集を有効にする」などの操作を求めています",
        "Its text asks the reader to enable content, editing or macros",
        "IPA: Emotet への注意喚起",
    ),
    tell(
        "protocol-handler",
        5,
        "リンクが端末のプログラムを呼び出すプロトコル（ms-msdt: など）を使っています",
        "A link uses a protocol that hands its text to a program of the system, such as ms-msdt:",
        "CVE-2022-30190",
    ),
    tell(
        "remote-object",
        5,
        "文書を開くと、外部のサーバーからオブジェクトや文書を読み込みます",
        "When opened, it takes in an object or document from another server",
        "CVE-2017-0199",
    ),
    tell(
        "remote-template",
        5,
        "文書を開くと、外部のサーバーからテンプレートを読み込みます",
        "When opened, it loads its template from another server",
        "MITRE ATT&CK T1221",
    ),
];

pub(super) static ODDITIES: &[oddities::Entry] = &[
    odd(
        "document-damaged",
        "文書の一部が壊れているため、読めたところまでを示しています",
        "Part of the document is damaged; what could be read is shown",
    ),
    odd(
        "document-decryption-damaged",
        "暗号化された文書が壊れているか、途中で切れています",
        "The encrypted document is damaged or cut short",
    ),
    odd(
        "document-encryption-unknown",
        "文書の暗号化方式に対応していないため開けません",
        "The document is encrypted in a way that cannot be opened",
    ),
    odd(
        "document-limit",
        "文書が大きすぎるため、一部だけを読みました",
        "The document is too large; only part of it was read",
    ),
    odd(
        "document-spin-limit",
        "パスワードの検証に必要な計算が多すぎるため、一部のパスワードだけを試しました",
        "Checking a password takes too much work; only some passwords were tried",
    ),
    odd(
        "xml-doctype",
        "文書の XML に実体宣言（DTD）があります。展開はしていません",
        "The document's XML declares entities in a DTD; they were not expanded",
    ),
];
