//! Archives and compressed files: listed whole, opened inside the limits, with the passwords that were told.

pub(crate) mod ace;
pub(crate) mod arj;
mod arj_codec;
pub(crate) mod cab;
mod codec;
mod crypt;
pub(crate) mod lzh;
pub(crate) mod lzh_header;
mod lzw;
pub(crate) mod names;
pub(crate) mod rar;
mod rar_list;
mod says;
pub(crate) mod sevenz;
mod sevenz_header;
pub(crate) mod stream;
pub(crate) mod tar;
pub(crate) mod zip;

pub(crate) use codec::lzx_window;
pub use says::{Saying, says};

use std::collections::BTreeSet;

use crate::oddities;
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};

/// The words that all archives share; it looks at no kind by itself.
pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &[],
    run: |_, _| {},
    tells: &[],
    oddities: &[
        oddities::entry(
            "archive-crc-wrong",
            "展開した内容が書庫の検査値と一致しません",
            "What was unpacked does not match the archive's check sum",
        ),
        oddities::entry(
            "archive-cut",
            "書庫が途中で切れているか、データの位置が正しくありません",
            "The archive is cut short, or points to data that is not there",
        ),
        oddities::entry(
            "archive-data-after",
            "書庫の終わりの後ろに余分なデータがあります",
            "There is more data after the end of the archive",
        ),
        oddities::entry(
            "archive-data-before",
            "書庫の前に別のデータがあります",
            "There is other data before the archive",
        ),
        oddities::entry(
            "archive-directory-lost",
            "書庫の目次が失われているため、各ファイルの見出しから読みました",
            "The archive's directory is lost; it was read from the headers of its files",
        ),
        oddities::entry(
            "archive-entries-hidden",
            "目次に載っていないファイルが書庫に含まれています（展開ソフトによって中身が違って見えます）",
            "The archive holds files that its directory does not name; programs will show different contents",
        ),
        oddities::entry(
            "archive-entries-overlap",
            "書庫の中のファイルが同じデータを共有しています（圧縮爆弾の疑い）",
            "Files in the archive share the same data, as in a zip bomb",
        ),
        oddities::entry(
            "archive-headers-differ",
            "目次とファイルの見出しで、名前・大きさ・圧縮方式のいずれかが食い違っています",
            "The directory and a file's own header disagree on its name, size or method",
        ),
        oddities::entry(
            "archive-method-unknown",
            "対応していない圧縮方式または暗号方式のため中を開いていません",
            "It is compressed or encrypted in a way that cannot be opened here",
        ),
        oddities::entry(
            "archive-names-twice",
            "同じ名前のファイルが書庫に二つ以上あります",
            "Two files in the archive have the same name",
        ),
        oddities::entry(
            "archive-path-escapes",
            "展開先のフォルダの外に書き込もうとする名前が書庫に含まれています",
            "A name in the archive would be written outside of the folder that it is unpacked to",
        ),
        oddities::entry(
            "archive-size-wrong",
            "展開した大きさが書庫の記載と違います",
            "What was unpacked has another size than the archive says",
        ),
        oddities::entry(
            "archive-undecodable",
            "圧縮データが壊れているため途中までしか展開できません",
            "The compressed data is broken; only a part could be unpacked",
        ),
        oddities::entry(
            "archive-volume",
            "分割書庫の一部です。ほかの部分がないと全体を展開できません",
            "It is one part of a split archive; without the others it cannot be unpacked whole",
        ),
        oddities::entry(
            "password-trials-limit",
            "パスワードの確認に時間がかかるため、一部の候補だけを試しました",
            "Trying a password takes long here; not every candidate was tried",
        ),
        oddities::entry(
            "password-unknown",
            "パスワードが分からないため開けません",
            "No known password opens it",
        ),
    ],
};

/// True for a name that leaves the folder it is unpacked to, on Windows or elsewhere.
fn escapes(name: &str) -> bool {
    let drive =
        name.as_bytes().get(1) == Some(&b':') && name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    drive || name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..")
}

/// Tells a name that leaves the folder it is unpacked to.
fn path(specimen: &mut Specimen<'_, '_>, name: &str) {
    if escapes(name) {
        let place = next(specimen);
        specimen.odd("archive-path-escapes", &place);
    }
}

/// What the entries of one archive have shown so far.
#[derive(Default)]
pub(crate) struct Seen {
    names: BTreeSet<String>,
}

impl Seen {
    /// Tells what is odd about a name.
    pub(crate) fn name(&mut self, specimen: &mut Specimen<'_, '_>, name: &str) {
        path(specimen, name);
        if !self.names.insert(name.to_owned()) {
            let place = next(specimen);
            specimen.odd("archive-names-twice", &place);
        }
    }
}

/// Where the next entry will stand, below the archive.
pub(crate) fn next(specimen: &Specimen<'_, '_>) -> String {
    format!("attachment[{}]", specimen.file.children.len())
}

/// A password as the bytes that a program may have made of it: UTF-8, and the Japanese Windows code page.
fn forms(password: &str) -> Vec<Vec<u8>> {
    let mut out = vec![password.as_bytes().to_vec()];
    if !password.is_ascii() {
        let (bytes, _, lossy) = encoding_rs::SHIFT_JIS.encode(password);
        if !lossy {
            out.push(bytes.into_owned());
        }
    }
    out
}

/// Adds the entry of a container that has only one.
fn only(specimen: &mut Specimen<'_, '_>, name: Option<String>, packed: u64, filled: &codec::Filled) {
    let place = next(specimen);
    if filled.over {
        specimen.odd("unpacked-size-limit", &place);
    }
    if filled.broken {
        specimen.odd("archive-undecodable", &place);
    }
    specimen.child(Entry {
        name,
        size: filled.bytes.len() as u64,
        content: Some(&filled.bytes),
        properties: vec![("entry.packed", packed.to_string())],
        ..Entry::default()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_their_folder_are_seen_in_both_ways_of_writing() {
        for name in ["/etc/a", "\\a", "a/../../b", "..\\b", "C:\\a", "c:a"] {
            assert!(escapes(name), "{name}");
        }
        for name in ["a/b", "a..b", "...", "見積.exe"] {
            assert!(!escapes(name), "{name}");
        }
    }

    #[test]
    fn a_japanese_password_is_tried_in_both_charsets() {
        assert_eq!(forms("秘"), ["秘".as_bytes().to_vec(), vec![0x94, 0xe9]]);
        assert_eq!(forms("a").len(), 1);
    }
}
