//! What properties and relations are called for people, in both languages.

use lexicon::Text;
use lexicon::facts::Attachment;

pub use crate::archive::Saying;

use crate::archive::says;

/// A property's name for people; `None` for one that has no other name than its own.
///
/// ```
/// assert_eq!(anatomy::words::property("document.author").map(|t| t.ja), Some("作成者"));
/// ```
pub fn property(name: &str) -> Option<Text> {
    lookup(PROPERTIES, name)
}

/// How a relation is called for people.
pub fn relation(kind: &str) -> Option<Text> {
    lookup(RELATIONS, kind)
}

fn lookup(table: &[(&str, Text)], name: &str) -> Option<Text> {
    let place = table.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    table.get(place).map(|(_, text)| *text)
}

/// What would and would not open a file, in sentences: for archives.
pub fn openers(file: &Attachment) -> Vec<Saying> {
    says(file)
}

/// Sorted by name.
#[rustfmt::skip]
static PROPERTIES: &[(&str, Text)] = &[
    ("archive.comment", Text::new("コメント", "Comment")),
    ("archive.created-on", Text::new("作成環境", "Made on")),
    ("archive.encryption", Text::new("暗号方式", "Encryption")),
    ("archive.entries", Text::new("ファイル数", "Entries")),
    ("archive.method", Text::new("圧縮方式", "Method")),
    ("archive.modified", Text::new("更新日時", "Modified")),
    ("archive.sfx", Text::new("自己解凍形式", "Self-extracting")),
    ("archive.solid", Text::new("ソリッド圧縮", "Solid")),
    ("archive.version", Text::new("形式の版", "Format version")),
    ("archive.version-needed", Text::new("展開に必要な版", "Version needed")),
    ("archive.volume", Text::new("分割ボリューム", "Volume")),
    ("archive.whole-size", Text::new("全体の大きさ（バイト）", "Whole size in bytes")),
    ("calendar.attendee", Text::new("出席者", "Attendee")),
    ("calendar.location", Text::new("場所", "Location")),
    ("calendar.method", Text::new("種別", "Method")),
    ("calendar.organizer", Text::new("主催者", "Organizer")),
    ("calendar.start", Text::new("開始", "Start")),
    ("calendar.summary", Text::new("件名", "Summary")),
    ("certificate.email", Text::new("証明書のメールアドレス", "Certificate e-mail")),
    ("certificate.from", Text::new("証明書の有効期間（開始）", "Certificate valid from")),
    ("certificate.issuer", Text::new("証明書の発行者", "Certificate issuer")),
    ("certificate.serial", Text::new("証明書のシリアル番号", "Certificate serial")),
    ("certificate.subject", Text::new("証明書の主体者", "Certificate subject")),
    ("certificate.until", Text::new("証明書の有効期間（終了）", "Certificate valid until")),
    ("contact.address", Text::new("住所", "Address")),
    ("contact.name", Text::new("氏名", "Name")),
    ("contact.organisation", Text::new("所属", "Organisation")),
    ("contact.telephone", Text::new("電話番号", "Telephone")),
    ("contact.title", Text::new("役職", "Title")),
    ("disk.application", Text::new("作成ソフト", "Made with")),
    ("disk.created", Text::new("作成日時", "Created")),
    ("disk.format", Text::new("ファイルシステム", "File system")),
    ("disk.partitions", Text::new("パーティション", "Partitions")),
    ("disk.publisher", Text::new("発行者", "Publisher")),
    ("disk.system", Text::new("システム", "System")),
    ("disk.volume", Text::new("ボリューム名", "Volume")),
    ("document.application", Text::new("作成ソフト", "Application")),
    ("document.application-version", Text::new("作成ソフトの版", "Application version")),
    ("document.author", Text::new("作成者", "Author")),
    ("document.category", Text::new("分類", "Category")),
    ("document.code-page", Text::new("コードページ", "Code page")),
    ("document.comments", Text::new("コメント", "Comments")),
    ("document.company", Text::new("会社", "Company")),
    ("document.created", Text::new("作成日時", "Created")),
    ("document.editing-time", Text::new("編集時間", "Editing time")),
    ("document.encryption", Text::new("暗号方式", "Encryption")),
    ("document.hidden-sheet", Text::new("隠しシート", "Hidden sheet")),
    ("document.hyperlink-base", Text::new("リンクの基点", "Hyperlink base")),
    ("document.images", Text::new("画像の数", "Images")),
    ("document.keywords", Text::new("キーワード", "Keywords")),
    ("document.language", Text::new("言語", "Language")),
    ("document.language-east-asian", Text::new("言語（東アジア）", "Language, East Asian")),
    ("document.last-opened-by", Text::new("最後に開いた人", "Last opened by")),
    ("document.last-saved-by", Text::new("最終保存者", "Last saved by")),
    ("document.manager", Text::new("管理者", "Manager")),
    ("document.modified", Text::new("更新日時", "Modified")),
    ("document.object", Text::new("埋め込みオブジェクト", "Embedded object")),
    ("document.object-class", Text::new("オブジェクトのクラス", "Object class")),
    ("document.opened", Text::new("開いた日時", "Opened")),
    ("document.pages", Text::new("ページ数", "Pages")),
    ("document.pictures", Text::new("画像の数", "Pictures")),
    ("document.printed", Text::new("印刷日時", "Printed")),
    ("document.program", Text::new("作成プログラム", "Program")),
    ("document.revision", Text::new("改訂番号", "Revision")),
    ("document.saved", Text::new("保存日時", "Saved")),
    ("document.security", Text::new("保護", "Protection")),
    ("document.sheet", Text::new("シート", "Sheet")),
    ("document.slides", Text::new("スライド数", "Slides")),
    ("document.status", Text::new("状態", "Status")),
    ("document.subject", Text::new("件名", "Subject")),
    ("document.template", Text::new("テンプレート", "Template")),
    ("document.text-length", Text::new("文字数", "Characters of text")),
    ("document.title", Text::new("題名", "Title")),
    ("document.word-version", Text::new("Word の版", "Word version")),
    ("document.words", Text::new("語数", "Words")),
    ("document.write-access", Text::new("書き込み保護をした人", "Write access")),
    ("elf.build-id", Text::new("ビルド ID", "Build id")),
    ("elf.machine", Text::new("対象 CPU", "Machine")),
    ("elf.type", Text::new("種類", "Type")),
    ("entry.comment", Text::new("コメント", "Comment")),
    ("entry.encryption", Text::new("暗号方式", "Encryption")),
    ("entry.link", Text::new("リンク先", "Link to")),
    ("entry.method", Text::new("圧縮方式", "Method")),
    ("entry.modified", Text::new("更新日時", "Modified")),
    ("entry.offset", Text::new("位置", "Offset")),
    ("entry.packed", Text::new("圧縮後の大きさ", "Packed size")),
    ("help.first-page", Text::new("最初のページ", "First page")),
    ("help.project", Text::new("元のプロジェクト名", "Project")),
    ("ichitaro.macros", Text::new("一太郎マクロ", "Ichitaro macros")),
    ("ichitaro.streams", Text::new("構成ストリーム", "Streams")),
    ("image.appended", Text::new("画像の後ろのデータ", "Data behind the picture")),
    ("image.artist", Text::new("撮影者", "Artist")),
    ("image.camera", Text::new("カメラ", "Camera")),
    ("image.comment", Text::new("コメント", "Comment")),
    ("image.copyright", Text::new("著作権", "Copyright")),
    ("image.gps", Text::new("撮影位置", "GPS position")),
    ("image.height", Text::new("高さ", "Height")),
    ("image.serial", Text::new("カメラの製造番号", "Camera's serial number")),
    ("image.software", Text::new("ソフト", "Software")),
    ("image.taken", Text::new("撮影日時", "Taken")),
    ("image.width", Text::new("幅", "Width")),
    ("lnk.appended", Text::new("末尾に付加されたデータ", "Appended data")),
    ("lnk.application-id", Text::new("アプリケーション ID", "Application id")),
    ("lnk.arguments", Text::new("引数", "Arguments")),
    ("lnk.birth-droid-file", Text::new("作成時のファイル ID", "Birth droid, file")),
    ("lnk.birth-droid-volume", Text::new("作成時のボリューム ID", "Birth droid, volume")),
    ("lnk.description", Text::new("説明", "Description")),
    ("lnk.drive-type", Text::new("ドライブの種類", "Drive type")),
    ("lnk.droid-created", Text::new("ファイル ID の発行日時", "Droid created")),
    ("lnk.droid-file", Text::new("ファイル ID", "Droid, file")),
    ("lnk.droid-volume", Text::new("ボリューム ID", "Droid, volume")),
    ("lnk.hotkey", Text::new("ショートカットキー", "Hotkey")),
    ("lnk.icon", Text::new("アイコン", "Icon")),
    ("lnk.item-accessed", Text::new("項目のアクセス日時", "Item accessed")),
    ("lnk.item-created", Text::new("項目の作成日時", "Item created")),
    ("lnk.item-modified", Text::new("項目の更新日時", "Item modified")),
    ("lnk.mac-address", Text::new("MAC アドレス", "MAC address")),
    ("lnk.machine-id", Text::new("作成したコンピュータ名", "Machine name")),
    ("lnk.owner-sid", Text::new("所有者の SID", "Owner SID")),
    ("lnk.relative-path", Text::new("相対パス", "Relative path")),
    ("lnk.share", Text::new("共有フォルダ", "Network share")),
    ("lnk.target", Text::new("リンク先", "Target")),
    ("lnk.target-created", Text::new("リンク先の作成日時", "Target created")),
    ("lnk.target-kind", Text::new("リンク先の種類", "Kind of target")),
    ("lnk.target-size", Text::new("リンク先の大きさ", "Target size")),
    ("lnk.volume-label", Text::new("ボリューム名", "Volume label")),
    ("lnk.volume-serial", Text::new("ボリュームのシリアル番号", "Volume serial")),
    ("lnk.window", Text::new("ウィンドウの状態", "Window")),
    ("lnk.working-folder", Text::new("作業フォルダ", "Working folder")),
    ("macro.auto-start", Text::new("自動実行", "Starts by itself")),
    ("macro.calls", Text::new("注意すべき呼び出し", "Calls to note")),
    ("macro.code-page", Text::new("コードページ", "Code page")),
    ("macro.module", Text::new("モジュール", "Module")),
    ("macro.project", Text::new("プロジェクト名", "Project")),
    ("macro.reference", Text::new("参照", "Reference")),
    ("macro.sheet", Text::new("マクロシート", "Macro sheet")),
    ("macro.sheet-state", Text::new("マクロシートの状態", "Macro sheet state")),
    ("mail.date", Text::new("日付", "Date")),
    ("mail.from", Text::new("差出人", "From")),
    ("mail.message-id", Text::new("Message-ID", "Message-ID")),
    ("mail.subject", Text::new("件名", "Subject")),
    ("msi.manufacturer", Text::new("製造元", "Manufacturer")),
    ("msi.product", Text::new("製品名", "Product")),
    ("msi.product-code", Text::new("製品コード", "Product code")),
    ("msi.version", Text::new("版", "Version")),
    ("object.class", Text::new("オブジェクトのクラス", "Object class")),
    ("object.path", Text::new("元のパス", "Original path")),
    ("package.label", Text::new("表示名", "Label")),
    ("package.path", Text::new("元のパス", "Original path")),
    ("package.temp-path", Text::new("一時パス", "Temporary path")),
    ("pdf.automatic", Text::new("開くと動く動作", "Action on opening")),
    ("pdf.creator", Text::new("作成ソフト", "Creator")),
    ("pdf.form", Text::new("フォーム", "Form")),
    ("pdf.id", Text::new("文書 ID", "Document id")),
    ("pdf.producer", Text::new("PDF 変換", "Producer")),
    ("pdf.revisions", Text::new("改訂の数", "Revisions")),
    ("pdf.rich-media", Text::new("埋め込みメディア", "Rich media")),
    ("pdf.unlisted-objects", Text::new("相互参照表にないオブジェクト", "Objects in no cross-reference")),
    ("pdf.version", Text::new("PDF の版", "PDF version")),
    ("pe.comments", Text::new("コメント", "Comments")),
    ("pe.company", Text::new("会社名", "Company")),
    ("pe.compiled", Text::new("コンパイル日時", "Compiled")),
    ("pe.copyright", Text::new("著作権", "Copyright")),
    ("pe.description", Text::new("説明", "Description")),
    ("pe.dotnet", Text::new(".NET", ".NET")),
    ("pe.dotnet-mvid", Text::new(".NET モジュール ID", ".NET module id")),
    ("pe.entry-point", Text::new("エントリーポイント", "Entry point")),
    ("pe.exports", Text::new("エクスポート", "Exports")),
    ("pe.file-version", Text::new("ファイルの版", "File version")),
    ("pe.format", Text::new("形式", "Format")),
    ("pe.icon-groups", Text::new("アイコンの数", "Icon groups")),
    ("pe.icon-looks-like", Text::new("アイコンの見た目", "Icon looks like")),
    ("pe.icon-md5", Text::new("アイコンの MD5", "Icon MD5")),
    ("pe.imphash", Text::new("imphash", "imphash")),
    ("pe.imported-functions", Text::new("取り込み関数の数", "Imported functions")),
    ("pe.imports", Text::new("取り込む DLL", "Imports")),
    ("pe.internal-name", Text::new("内部名", "Internal name")),
    ("pe.machine", Text::new("対象 CPU", "Machine")),
    ("pe.original-name", Text::new("元のファイル名", "Original name")),
    ("pe.overlay-kind", Text::new("末尾データの種類", "Overlay kind")),
    ("pe.overlay-offset", Text::new("末尾データの位置", "Overlay offset")),
    ("pe.overlay-size", Text::new("末尾データの大きさ", "Overlay size")),
    ("pe.packed-section", Text::new("圧縮されたセクション", "Packed section")),
    ("pe.packer", Text::new("パッカー", "Packer")),
    ("pe.pdb", Text::new("PDB のパス", "PDB path")),
    ("pe.product", Text::new("製品名", "Product")),
    ("pe.product-version", Text::new("製品の版", "Product version")),
    ("pe.resource-language", Text::new("リソースの言語", "Resource language")),
    ("pe.rich-checksum", Text::new("Rich ヘッダーの検査値", "Rich header checksum")),
    ("pe.rich-hash", Text::new("Rich ヘッダーのハッシュ", "Rich header hash")),
    ("pe.section", Text::new("セクション", "Section")),
    ("pe.signature-unverified", Text::new("署名（未検証）", "Signature, not verified")),
    ("pe.signed", Text::new("署名日時", "Signed")),
    ("pe.signer", Text::new("署名者", "Signer")),
    ("pe.signer-issuer", Text::new("署名者の発行者", "Signer's issuer")),
    ("pe.signer-serial", Text::new("署名者のシリアル番号", "Signer's serial")),
    ("pe.subsystem", Text::new("サブシステム", "Subsystem")),
    ("pgp.algorithm", Text::new("暗号方式", "Algorithm")),
    ("pgp.encrypted-to", Text::new("宛先の鍵", "Encrypted to key")),
    ("pgp.form", Text::new("形式", "Form")),
    ("pgp.key-fingerprint", Text::new("鍵の指紋", "Key fingerprint")),
    ("pgp.signature-key", Text::new("署名の鍵", "Signing key")),
    ("pgp.signed", Text::new("署名日時", "Signed")),
    ("pgp.user", Text::new("利用者", "User")),
    ("rdp.drives", Text::new("共有するドライブ", "Drives shared")),
    ("rdp.program", Text::new("起動するプログラム", "Program started")),
    ("rdp.user", Text::new("利用者", "User")),
    ("registry.starts", Text::new("自動起動の登録", "Starts with Windows")),
    ("script.encoded", Text::new("符号化", "Encoded")),
    ("smime.algorithm", Text::new("暗号方式", "Algorithm")),
    ("smime.form", Text::new("形式", "Form")),
    ("smime.recipient", Text::new("受信者の証明書", "Recipient")),
    ("smime.signed", Text::new("署名日時", "Signed")),
    ("tnef.message-class", Text::new("メッセージクラス", "Message class")),
];

/// Sorted by kind.
#[rustfmt::skip]
static RELATIONS: &[(&str, Text)] = &[
    ("action", Text::new("動作", "Action")),
    ("attachment", Text::new("添付の参照", "Attachment reference")),
    ("dde", Text::new("DDE", "DDE")),
    ("entity", Text::new("XML 実体参照", "XML entity")),
    ("external", Text::new("外部参照", "External reference")),
    ("form", Text::new("送信先", "Form target")),
    ("gateway", Text::new("ゲートウェイ", "Gateway")),
    ("icon", Text::new("アイコン", "Icon")),
    ("link", Text::new("リンク", "Link")),
    ("macro-reference", Text::new("マクロの参照", "Macro reference")),
    ("object-link", Text::new("オブジェクトの参照", "Linked object")),
    ("qr", Text::new("QR コード", "QR code")),
    ("query", Text::new("照会先", "Query")),
    ("refresh", Text::new("自動移動", "Refresh")),
    ("script", Text::new("スクリプト", "Script")),
    ("stylesheet", Text::new("スタイルシート", "Style sheet")),
    ("target", Text::new("実行・参照先", "Target")),
    ("template", Text::new("テンプレート", "Template")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_is_found() {
        for table in [PROPERTIES, RELATIONS] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, each once");
        }
        for (name, text) in PROPERTIES {
            assert_eq!(property(name), Some(*text));
        }
        assert_eq!(relation("qr").map(|text| text.ja), Some("QR コード"));
        assert_eq!(property("nothing.known"), None);
    }
}
