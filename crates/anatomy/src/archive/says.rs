//! What would and would not open an archive, in words that an analyst can use.
//!
//! Only what the makers of the programs say themselves, or what is plain from the programs' own lists of formats.

use lexicon::facts::Attachment;

/// One thing to be said, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Saying {
    /// In one language.
    pub fn of(&self, lang: lexicon::Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }
}

fn saying(ja: impl Into<String>, en: impl Into<String>) -> Saying {
    Saying { ja: ja.into(), en: en.into() }
}

/// What would open this archive, and what would not; nothing for a file that is no archive.
pub fn says(file: &Attachment) -> Vec<Saying> {
    let mut out = Vec::new();
    let has = |name: &str, what: &str| {
        let what = what.to_ascii_lowercase();
        file.properties.iter().any(|p| p.name == name && p.value.to_ascii_lowercase().contains(&what))
    };
    let encrypted =
        file.encrypted == Some(true) || file.properties.iter().any(|p| p.name == "archive.encryption");
    let headers = has("archive.encryption", "header");
    // "1.5" and "2.9" are old RARs, "5.0" and "RAR 5" are new ones.
    let five = ["rar5", "rar 5", "5.0", "v5"].iter().any(|form| has("archive.version", form))
        || file.properties.iter().any(|p| p.name == "archive.version" && p.value == "5");
    match file.kind.as_str() {
        "zip" => zip(&mut out, &has, encrypted),
        "rar" => rar(&mut out, five, encrypted, headers),
        "7z" => {
            out.push(saying(
                "Windows 10 以前の標準機能では開けません。7-Zip などの展開ソフトで開けます",
                "Windows 10 and earlier do not open it by themselves; 7-Zip and others do",
            ));
            if encrypted {
                out.push(saying(
                    "AES-256 で暗号化されています。開くには 7-Zip などの対応ソフトとパスワードが必要です",
                    "It is encrypted with AES-256: a program such as 7-Zip and the password are needed",
                ));
            }
            if headers {
                out.push(saying(
                    "ファイル名も暗号化されているため、パスワードがないと中のファイル名も分かりません",
                    "The file names are encrypted too: without the password not even they can be seen",
                ));
            }
        }
        "lzh" => {
            out.push(saying(
                "Windows 10 の標準機能では開けません（2010 年に開発者が利用の中止を呼びかけた形式です）。7-Zip、Lhaplus で開けます",
                "Windows 10 does not open it by itself; 7-Zip and Lhaplus do. Its author advised against its use in 2010",
            ));
        }
        "arj" => out.push(saying(
            "Windows の標準機能では開けません。7-Zip などで開けます。今日ではまれな形式です",
            "Windows does not open it by itself; 7-Zip and others do. It is rare today",
        )),
        "ace" => out.push(saying(
            "Windows の標準機能でも 7-Zip でも開けません。WinRAR も 5.70 で対応をやめました（CVE-2018-20250）",
            "Neither Windows nor 7-Zip opens it, and WinRAR dropped it in 5.70 (CVE-2018-20250)",
        )),
        "cab" => {
            out.push(saying(
                "Windows のエクスプローラーで開けます",
                "Windows Explorer opens it",
            ));
        }
        "tar" | "gz" | "bz2" | "xz" | "zst" | "z" | "lz" | "lzma" | "lz4" => {
            out.push(saying(
                "Windows 10 以前のエクスプローラーでは開けません。7-Zip などの展開ソフトが必要です",
                "Explorer of Windows 10 and earlier does not open it: a program such as 7-Zip is needed",
            ));
        }
        _ => {}
    }
    if let Some(volume) = file.properties.iter().find(|p| p.name == "archive.volume") {
        out.push(self::volume(&volume.value, &whole(file)));
    }
    let opened = std::iter::once(file).chain(&file.children).find(|part| part.password.is_some());
    if !out.is_empty()
        && let Some((part, password)) = opened.and_then(|part| Some((part, part.password.as_ref()?)))
    {
        let from = part.password_from.as_deref().unwrap_or("");
        out.push(saying(
            format!("パスワード「{password}」で開きました（{from}）"),
            format!("The password {password:?} opened it ({from})"),
        ));
    }
    out
}

/// How large the whole archive is that a part belongs to, in both languages; empty where the part does not say.
fn whole(file: &Attachment) -> (String, String) {
    let bytes =
        file.properties.iter().find(|p| p.name == "archive.whole-size").map_or("", |p| p.value.as_str());
    if bytes.is_empty() {
        return <(String, String)>::default();
    }
    (format!("全体で {bytes} バイトです。"), format!(" The whole has {bytes} bytes."))
}

/// What must be had beside one part of a split archive; `number` is `1`, `1 / 3`, or `yes` where the part does not
/// say which it is.
fn volume(number: &str, whole: &(String, String)) -> Saying {
    let (number, all) = number.split_once(" / ").map_or((number, None), |(number, all)| (number, Some(all)));
    let of = all.map_or((String::new(), String::new()), |all| {
        (format!("（同じ大きさに分けたなら {all} 個）"), format!(" ({all}, if they are of one size)"))
    });
    let (ja, en) = (&whole.0, &whole.1);
    match number.parse::<u32>() {
        Ok(1) => saying(
            format!(
                "分割書庫の最初の部分です{}。{ja}残りの部分を同じフォルダにそろえ、この部分から展開します",
                of.0
            ),
            format!(
                "It is the first part of a split archive{}.{en} The others must lie in the same folder; unpacking starts with this one",
                of.1
            ),
        ),
        Ok(number) => saying(
            format!(
                "分割書庫の {number} 番目の部分です。最初の部分を含むすべての部分をそろえ、最初の部分から展開します"
            ),
            format!(
                "It is part {number} of a split archive: all parts are needed, and unpacking starts with the first"
            ),
        ),
        Err(_) => saying(
            "分割書庫の途中の部分です。最初の部分を含むすべての部分をそろえ、最初の部分から展開します",
            "It is a later part of a split archive: all parts are needed, and unpacking starts with the first",
        ),
    }
}

fn zip(out: &mut Vec<Saying>, has: &dyn Fn(&str, &str) -> bool, encrypted: bool) {
    if has("archive.encryption", "aes") {
        out.push(saying(
            "AES で暗号化されているため、Windows の標準機能（エクスプローラー）では開けません。7-Zip、WinRAR などの対応ソフトで開けます",
            "It is encrypted with AES: Windows Explorer does not open it; 7-Zip, WinRAR and others do",
        ));
        out.push(saying(
            "unzip コマンド（6.0 まで）でも開けません",
            "Nor does the unzip command (up to 6.0)",
        ));
    } else if has("archive.encryption", "strong") {
        out.push(saying(
            "PKWARE 独自の強い暗号のため、エクスプローラーでも 7-Zip でも開けません",
            "It is encrypted in PKWARE's own way: neither Explorer nor 7-Zip opens it",
        ));
    } else if encrypted {
        out.push(saying(
            "従来の ZIP 暗号（ZipCrypto）です。パスワードがあれば Windows の標準機能でも開けますが、暗号としては弱く、中身の一部が分かれば解読できます",
            "It has the old ZIP encryption (ZipCrypto): with the password Windows opens it by itself. The cipher is weak: who knows a part of the content can break it",
        ));
    }
    let rare: Vec<&str> =
        ["bzip2", "lzma", "zstd", "xz", "ppmd"].into_iter().filter(|m| has("archive.method", m)).collect();
    if !rare.is_empty() {
        let list = rare.join(", ");
        out.push(saying(
            format!("圧縮方式（{list}）は Windows 10 以前の標準機能では開けません。7-Zip などが必要です"),
            format!("Its compression ({list}) is not opened by Windows 10 and earlier; 7-Zip or the like is needed"),
        ));
    }
    if out.is_empty() {
        out.push(saying("Windows・macOS の標準機能で開けます", "Windows and macOS open it by themselves"));
    }
}

fn rar(out: &mut Vec<Saying>, five: bool, encrypted: bool, headers: bool) {
    if five {
        out.push(saying(
            "RAR5 形式です。Lhaplus や WinRAR 4 以前では開けません。WinRAR 5 以降、7-Zip（15.06 以降）で開けます",
            "It is RAR 5: Lhaplus and WinRAR before 5 do not open it; WinRAR 5 and 7-Zip (from 15.06 on) do",
        ));
    } else {
        out.push(saying(
            "RAR4 以前の形式です。WinRAR、7-Zip で開けます",
            "It is RAR 4 or older: WinRAR and 7-Zip open it",
        ));
        if headers {
            out.push(saying(
                "ファイル名も暗号化されているため、Lhaplus では開けません",
                "Its file names are encrypted too: Lhaplus does not open it",
            ));
        } else {
            out.push(saying("Lhaplus でも開けます", "Lhaplus opens it too"));
        }
    }
    if five && headers {
        out.push(saying(
            "ファイル名も暗号化されているため、パスワードがないと中のファイル名も分かりません",
            "The file names are encrypted too: without the password not even they can be seen",
        ));
    }
    out.push(saying(
        "Windows 10 以前の標準機能では開けません",
        "Windows 10 and earlier do not open it by themselves",
    ));
    if encrypted {
        out.push(saying(
            "暗号化された RAR は Windows 11 の標準機能でも開けません",
            "Windows 11 does not open an encrypted RAR by itself either",
        ));
    }
}

#[cfg(test)]
mod tests {
    use lexicon::facts::Property;

    use super::*;

    fn archive(kind: &str, properties: &[(&str, &str)]) -> String {
        let property =
            |(name, value): &(&str, &str)| Property { name: (*name).to_owned(), value: (*value).to_owned() };
        let file = Attachment {
            kind: kind.to_owned(),
            properties: properties.iter().map(property).collect(),
            ..Attachment::default()
        };
        says(&file).into_iter().map(|s| s.ja + "\n" + &s.en + "\n").collect()
    }

    #[test]
    fn the_password_that_opened_it_is_said_with_its_place() {
        let inner = Attachment {
            password: Some("k3rB".to_owned()),
            password_from: Some("body".to_owned()),
            ..Attachment::default()
        };
        let file = Attachment { kind: "zip".to_owned(), children: vec![inner], ..Attachment::default() };
        assert!(says(&file).iter().any(|s| s.ja.contains("「k3rB」で開きました（body）")));
    }

    #[test]
    fn what_else_a_part_of_a_split_archive_needs_is_said() {
        let first = archive("7z", &[("archive.volume", "1 / 3"), ("archive.whole-size", "70000")]);
        assert!(
            first.contains(
                "分割書庫の最初の部分です（同じ大きさに分けたなら 3 個）。全体で 70000 バイトです。"
            )
        );
        assert!(
            first.contains(
                "the first part of a split archive (3, if they are of one size). The whole has 70000"
            )
        );
        assert!(archive("rar", &[("archive.volume", "2")]).contains("part 2 of a split archive"));
        assert!(archive("rar", &[("archive.volume", "yes")]).contains("途中の部分"));
        assert!(!archive("rar", &[]).contains("分割書庫"));
    }

    #[test]
    fn what_explorer_and_lhaplus_do_not_open_is_said() {
        assert!(
            archive("zip", &[("archive.encryption", "AES-256 (AE-2)")])
                .contains("エクスプローラー）では開けません")
        );
        assert!(archive("zip", &[("archive.encryption", "ZipCrypto")]).contains("標準機能でも開けます"));
        assert!(archive("zip", &[("archive.method", "zstd")]).contains("zstd"));
        assert!(archive("zip", &[("archive.method", "deflate")]).contains("open it by themselves"));
        let five = archive("rar", &[("archive.version", "RAR 5")]);
        let four = archive("rar", &[("archive.version", "RAR 4")]);
        assert!(five.contains("Lhaplus や") && four.contains("Lhaplus でも開けます"));
        let sealed = [("archive.version", "RAR 4"), ("archive.encryption", "encrypted headers")];
        assert!(archive("rar", &sealed).contains("Lhaplus では開けません"));
        assert!(archive("rar", &[("archive.version", "1.5")]).contains("RAR4 以前"));
        assert_eq!(archive("pdf", &[]), "");
    }
}
