//! Tag lists (RFC 6376 §3.2): `name=value; name=value`.

/// Tags of one list that are read.
const TAGS: usize = 40;

/// Bytes of one list that are read.
const LIST_BYTES: usize = 64 << 10;

/// A tag list, white space taken out of its values.
#[derive(Debug, Default)]
pub(super) struct Tags(Vec<(String, String)>);

impl Tags {
    /// The value of a tag.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Reads a tag list; names keep their case, which counts.
pub(super) fn parse(value: &[u8]) -> Result<Tags, &'static str> {
    let text = std::str::from_utf8(value).map_err(|_| "not UTF-8")?;
    if text.len() > LIST_BYTES {
        return Err("too long");
    }
    let mut tags = Tags::default();
    for piece in text.split(';') {
        if piece.trim().is_empty() {
            continue;
        }
        let (name, value) = piece.split_once('=').ok_or("a tag has no value")?;
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err("a tag's name is unreadable");
        }
        if tags.get(name).is_some() {
            return Err("a tag is repeated");
        }
        if tags.0.len() >= TAGS {
            return Err("too many tags");
        }
        tags.0.push((name.to_owned(), value.chars().filter(|c| !c.is_ascii_whitespace()).collect()));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_across_folds_and_told_when_broken() {
        let tags = parse(b" v=1; a = rsa-sha256;\r\n\tbh=ab\r\n cd=;").unwrap();
        assert_eq!(
            (tags.get("v"), tags.get("a"), tags.get("bh")),
            (Some("1"), Some("rsa-sha256"), Some("abcd="))
        );
        assert_eq!(tags.get("x"), None);
        assert_eq!(parse(b"v=1; v=1").unwrap_err(), "a tag is repeated");
        assert_eq!(parse(b"v=1; nothing").unwrap_err(), "a tag has no value");
        assert_eq!(parse(b"=1").unwrap_err(), "a tag's name is unreadable");
    }
}
