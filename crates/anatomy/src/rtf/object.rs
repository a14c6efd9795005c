//! The data of an OLE 1 object ([MS-OLEDS] 2.2), and the file in a Package.

use crate::binary::{piece, u16_at, u32_at};

/// Bytes of a name or class.
const NAME_BYTES: usize = 1_024;

/// An object read.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) class: String,
    /// The name of the file inside.
    pub(super) name: Option<String>,
    /// Where the file lay on the sender's computer.
    pub(super) source: Option<String>,
    /// Where a linked object leads.
    pub(super) link: Option<String>,
    pub(super) content: Vec<u8>,
}

/// The class of the equation editor, as it stands in files.
const EQUATION: &[u8] = b"\x02\xce\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";

/// True for data in which the equation editor's class or stream stands.
pub(super) fn is_equation(data: &[u8]) -> bool {
    let wide: Vec<u8> = "Equation Native".encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(data, EQUATION).is_some() || memchr::memmem::find(data, &wide).is_some()
}

/// Reads an object; `None` if it is none.
pub(super) fn read(data: &[u8]) -> Option<Read> {
    // Word does not look at the version.
    let kind = u32_at(data, 4)?;
    let mut at = 8;
    let mut counted = || {
        let length = usize::try_from(u32_at(data, at)?).ok()?;
        let text = piece(data, at + 4, length.min(NAME_BYTES));
        at = at.checked_add(4)?.checked_add(length)?;
        Some(text_of(text))
    };
    let class = counted()?;
    let topic = counted()?;
    let _item = counted()?;
    let mut out = Read { class, ..Read::default() };
    match kind {
        1 => {
            out.link = Some(topic);
            return Some(out);
        }
        2 => {}
        _ => return None,
    }
    let length = usize::try_from(u32_at(data, at)?).unwrap_or(usize::MAX);
    let native = piece(data, at + 4, length);
    if out.class.eq_ignore_ascii_case("package")
        && let Some(package) = package(native)
    {
        return Some(Read { class: out.class, ..package });
    }
    out.content = native.to_vec();
    Some(out)
}

/// A file wrapped by the packager: label, path, temporary path, content.
pub(super) fn package(native: &[u8]) -> Option<Read> {
    let mut at = 2;
    let text = |at: &mut usize| {
        let rest = native.get(*at..)?;
        let end = memchr::memchr(0, rest.get(..NAME_BYTES.min(rest.len()))?)?;
        let found = rest.get(..end)?;
        *at += end + 1;
        Some(found)
    };
    let label = text(&mut at)?;
    let path = text(&mut at)?;
    // Two flag words; 3 says that a file is embedded.
    let kind = u16_at(native, at + 2)?;
    at += 4;
    let length = usize::try_from(u32_at(native, at)?).ok()?;
    let _temporary = piece(native, at + 4, length);
    at = at.checked_add(4)?.checked_add(length)?;
    if kind != 3 {
        return Some(Read { link: Some(text_of(path)), ..Read::default() });
    }
    let size = usize::try_from(u32_at(native, at)?).ok()?;
    let content = piece(native, at + 4, size).to_vec();
    let label = text_of(label);
    let name = label.rsplit(['\\', '/']).next().unwrap_or(&label).to_owned();
    let name = (!name.is_empty()).then_some(name);
    Some(Read { name, source: Some(text_of(path)), content, ..Read::default() })
}

fn text_of(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    forensics::charset::decode(bytes.get(..end).unwrap_or(bytes), None).text.into_owned()
}
