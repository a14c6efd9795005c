//! What a file is, in words.

use lexicon::{Lang, Text};

/// The kind of this stable word, in words; the word itself where none are known.
pub(crate) fn kind(lang: Lang, word: &str) -> String {
    match KINDS.iter().find(|(words, _)| words.contains(&word)) {
        Some((_, text)) => text.of(lang).to_owned(),
        None if word.is_empty() => lang.pick("不明", "unknown").to_owned(),
        None => lexicon::text::visible(word).to_uppercase(),
    }
}

/// A file's name with its kind: `請求書.xlsm（Excel ブック（マクロ対応））`; the kind alone where it has no name.
pub(crate) fn named(lang: Lang, name: Option<&str>, word: &str) -> String {
    let kind = kind(lang, word);
    match (name.map(super::lists::named).filter(|name| !name.trim().is_empty()), lang) {
        (None, _) => kind,
        (Some(name), Lang::Ja) => format!("{name}（{kind}）"),
        (Some(name), Lang::En) => format!("{name} ({kind})"),
    }
}

/// True for a word that stands for a kind.
pub(crate) fn is_known(word: &str) -> bool {
    KINDS.iter().any(|(words, _)| words.contains(&word))
}

const KINDS: [(&[&str], Text); 70] = [
    (&["doc", "dot", "wiz"], Text::new("Word 文書（旧形式）", "Word document (old format)")),
    (&["docx", "dotx"], Text::new("Word 文書", "Word document")),
    (&["docm", "dotm"], Text::new("Word 文書（マクロ対応）", "Word document that may hold macros")),
    (&["xls", "xlt"], Text::new("Excel ブック（旧形式）", "Excel workbook (old format)")),
    (&["xlsx", "xltx"], Text::new("Excel ブック", "Excel workbook")),
    (
        &["xlsm", "xltm", "xlam"],
        Text::new("Excel ブック（マクロ対応）", "Excel workbook that may hold macros"),
    ),
    (&["xlsb"], Text::new("Excel バイナリブック", "Excel binary workbook")),
    (&["xll"], Text::new("Excel アドイン（プログラム）", "Excel add-in (a program)")),
    (&["ppt", "pps"], Text::new("PowerPoint（旧形式）", "PowerPoint (old format)")),
    (&["pptx", "ppsx"], Text::new("PowerPoint", "PowerPoint")),
    (&["pptm", "ppsm"], Text::new("PowerPoint（マクロ対応）", "PowerPoint that may hold macros")),
    (&["rtf"], Text::new("リッチテキスト文書", "Rich Text document")),
    (&["pdf"], Text::new("PDF 文書", "PDF document")),
    (&["jtd", "jtt", "jtdc", "jttc"], Text::new("一太郎文書", "Ichitaro document")),
    (&["hwp", "hwpx"], Text::new("ハングル文書", "Hangul document")),
    (&["odt", "ods", "odp"], Text::new("OpenDocument 文書", "OpenDocument file")),
    (&["one"], Text::new("OneNote ファイル", "OneNote file")),
    (&["chm"], Text::new("コンパイル済みヘルプ", "Compiled help file")),
    (&["ole"], Text::new("OLE 複合ファイル", "OLE compound file")),
    (&["lnk"], Text::new("Windows ショートカット", "Windows shortcut")),
    (&["url", "website"], Text::new("インターネットショートカット", "Internet shortcut")),
    (&["iqy"], Text::new("Excel Web クエリ", "Excel web query")),
    (&["slk"], Text::new("SYLK 表（Excel で開く）", "SYLK table (opens in Excel)")),
    (&["csv"], Text::new("CSV 表", "CSV table")),
    (&["exe", "pe"], Text::new("Windows プログラム", "Windows program")),
    (&["dll", "cpl", "ocx", "sys"], Text::new("Windows プログラム部品", "Windows library")),
    (&["scr"], Text::new("スクリーンセーバー（プログラム）", "Screen saver (a program)")),
    (&["com", "pif"], Text::new("プログラム", "Program")),
    (&["msi"], Text::new("Windows インストーラー", "Windows installer")),
    (&["msix", "appx"], Text::new("Windows アプリパッケージ", "Windows app package")),
    (&["elf"], Text::new("Linux プログラム", "Linux program")),
    (&["macho"], Text::new("macOS プログラム", "macOS program")),
    (&["apk"], Text::new("Android アプリ", "Android app")),
    (&["jar", "class"], Text::new("Java プログラム", "Java program")),
    (&["js", "jse"], Text::new("JavaScript", "JavaScript")),
    (&["vbs", "vbe"], Text::new("VBScript", "VBScript")),
    (&["wsf", "wsh"], Text::new("Windows スクリプト", "Windows script")),
    (&["ps1"], Text::new("PowerShell スクリプト", "PowerShell script")),
    (&["bat", "cmd"], Text::new("バッチファイル", "Batch file")),
    (&["hta"], Text::new("HTML アプリケーション", "HTML application")),
    (&["html", "htm", "mht"], Text::new("HTML ページ", "HTML page")),
    (&["svg"], Text::new("SVG 画像", "SVG picture")),
    (&["xml"], Text::new("XML", "XML")),
    (&["zip"], Text::new("ZIP 書庫", "ZIP archive")),
    (&["rar"], Text::new("RAR 書庫", "RAR archive")),
    (&["7z"], Text::new("7z 書庫", "7z archive")),
    (&["lzh"], Text::new("LZH 書庫", "LZH archive")),
    (&["cab"], Text::new("CAB 書庫", "CAB archive")),
    (&["tar"], Text::new("TAR 書庫", "TAR archive")),
    (&["gz", "xz", "bz2", "zst"], Text::new("圧縮ファイル", "Compressed file")),
    (&["ace"], Text::new("ACE 書庫", "ACE archive")),
    (&["arj"], Text::new("ARJ 書庫", "ARJ archive")),
    (&["iso", "img", "udf"], Text::new("ディスクイメージ", "Disk image")),
    (&["vhd", "vhdx"], Text::new("仮想ディスク", "Virtual disk")),
    (&["eml"], Text::new("メール", "Mail")),
    (&["msg"], Text::new("Outlook のメール", "Outlook mail")),
    (&["tnef"], Text::new("winmail.dat", "winmail.dat")),
    (&["ics"], Text::new("予定", "Calendar entry")),
    (&["vcf"], Text::new("連絡先", "Contact")),
    (&["pst", "ost"], Text::new("Outlook データファイル", "Outlook data file")),
    (&["p7m"], Text::new("S/MIME のメール", "S/MIME message")),
    (&["p7s"], Text::new("S/MIME の署名", "S/MIME signature")),
    (&["pgp"], Text::new("PGP データ", "PGP data")),
    (&["png", "jpg", "gif", "bmp", "webp", "tiff", "ico", "heic"], Text::new("画像", "Picture")),
    (&["mp3", "wav", "ogg", "flac", "m4a"], Text::new("音声", "Sound")),
    (&["mp4", "mov", "avi", "wmv", "mkv", "flv"], Text::new("動画", "Film")),
    (&["ttf", "otf", "woff", "woff2"], Text::new("フォント", "Font")),
    (&["txt", "json"], Text::new("テキスト", "Text")),
    (&["empty"], Text::new("空のファイル", "Empty file")),
    (&["bin"], Text::new("種類の分からないデータ", "Data of no known kind")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_in_words_and_unknown_ones_by_their_own() {
        assert_eq!(kind(Lang::En, "lnk"), "Windows shortcut");
        assert_eq!(kind(Lang::Ja, "jtdc"), "一太郎文書");
        assert_eq!(kind(Lang::En, "xyz"), "XYZ");
        let mut seen = std::collections::BTreeSet::new();
        for word in KINDS.iter().flat_map(|(words, _)| *words) {
            assert!(seen.insert(word), "{word} twice");
        }
    }
}
