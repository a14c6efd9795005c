//! Splitting a part into its header fields and its body (RFC 5322 §2.2 and what is sent instead).

/// One header field, as it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a [u8],
    /// With folds, without the final line end.
    pub(crate) value: &'a [u8],
    /// What tells most names apart at one glance.
    tag: u32,
}

impl Field<'_> {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.tag == tag(name.as_bytes()) && self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// Length, first, middle and last letter of a name, without regard to case.
fn tag(name: &[u8]) -> u32 {
    let letter = |at: usize| u32::from(name.get(at).map_or(0, |b| b | 0x20));
    let length = name.len();
    (length as u32 & 0xff) << 24
        | letter(0) << 16
        | letter(length / 2) << 8
        | letter(length.saturating_sub(1))
}

/// The header of one part.
#[derive(Debug, Default)]
pub(crate) struct Block<'a> {
    pub(crate) fields: Vec<Field<'a>>,
    /// Where the body starts, counted from the start of the part.
    pub(crate) body: usize,
    /// Oddity ids met, each with the byte where.
    pub(crate) oddities: Vec<(&'static str, usize)>,
}

impl<'a> Block<'a> {
    /// The first field of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// All fields of that name.
    pub(crate) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        let wanted = tag(name.as_bytes());
        self.fields
            .iter()
            .filter(move |f| f.tag == wanted && f.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|f| f.value)
    }
}

/// Longest field name; a longer word before a colon is text.
const NAME_BYTES: usize = 126;

/// Length of the field name at the start of `line`, and where its value starts.
fn name_of(line: &[u8]) -> Option<(usize, usize)> {
    let window = line.get(..NAME_BYTES.min(line.len()))?;
    let length = window.iter().position(|b| !matches!(b, 33..=57 | 59..=126))?;
    if length == 0 {
        return None;
    }
    // Obsolete syntax allows white space before the colon.
    let blank = window.get(length..)?.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    (window.get(length + blank) == Some(&b':')).then_some((length, length + blank + 1))
}

/// True for a line that is a header field beyond doubt, used to judge a line that is not.
fn is_known_field(line: &[u8]) -> bool {
    const NAMES: [&str; 14] = [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "received",
        "reply-to",
        "return-path",
        "message-id",
        "mime-version",
        "sender",
        "references",
        "in-reply-to",
        "delivered-to",
    ];
    name_of(line).is_some_and(|(length, _)| {
        line.get(..length).is_some_and(|name| {
            NAMES.iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()))
                || name.get(..8).is_some_and(|p| p.eq_ignore_ascii_case(b"content-"))
                || name.get(..2).is_some_and(|p| p.eq_ignore_ascii_case(b"x-"))
        })
    })
}

/// Blank lines before a header are passed over while they start within so many bytes.
const BLANK_START: usize = 4_096;

fn line_at(raw: &[u8], at: usize) -> (&[u8], usize) {
    let rest = raw.get(at..).unwrap_or(&[]);
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = rest.get(..end).unwrap_or(&[]);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    (line, (at + end + 1).min(raw.len()))
}

/// Reads the header at the start of `raw`. At most `limit` fields are kept; `top` is true for a whole mail,
/// whose header must be there, and false for a MIME part, which may have none.
pub(crate) fn read(raw: &[u8], limit: usize, top: bool) -> Block<'_> {
    let mut block = Block::default();
    let mut at = 0;
    // Blank lines before the header, and the separator line of an mbox.
    if top {
        while at < raw.len() {
            let (line, next) = line_at(raw, at);
            if at < BLANK_START && line.iter().all(u8::is_ascii_whitespace) {
                at = next;
                continue;
            }
            if line.starts_with(b"From ") || line.starts_with(b">From ") {
                block.oddities.push(("mbox-line", at));
                at = next;
            }
            break;
        }
        if raw.get(at..).is_some_and(|r| r.starts_with(b"\xef\xbb\xbf")) {
            block.oddities.push(("header-byte-order-mark", at));
            at += 3;
        }
    }
    let mut too_many = false;
    while at < raw.len() {
        let (line, next) = line_at(raw, at);
        if line.is_empty() {
            block.body = next;
            return block;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) && !block.fields.is_empty() {
            // A continuation: grow the last value up to here, unless it was dropped by the limit.
            if !too_many && let Some(last) = block.fields.last_mut() {
                let start = offset(raw, last.value);
                last.value = raw.get(start..at + line.len()).unwrap_or(last.value);
            }
            at = next;
            continue;
        }
        match name_of(line) {
            Some((length, value)) => {
                if block.fields.len() < limit {
                    let name = line.get(..length).unwrap_or(&[]);
                    block.fields.push(Field {
                        name,
                        value: line.get(value..).unwrap_or(&[]),
                        tag: tag(name),
                    });
                } else if !too_many {
                    too_many = true;
                    block.oddities.push(("header-count-limit", at));
                }
                at = next;
            }
            None => {
                let blank = line.iter().all(|b| b.is_ascii_whitespace() || *b == 0);
                let (following, _) = line_at(raw, next);
                let goes_on =
                    !block.fields.is_empty() && !line.starts_with(b"--") && is_known_field(following);
                if goes_on && !blank {
                    // A broken line amid the header: the fields after it still belong to it.
                    block.oddities.push(("header-junk-line", at));
                    at = next;
                    continue;
                }
                if blank && !block.fields.is_empty() {
                    block.body = next;
                    return block;
                }
                if !block.fields.is_empty() {
                    block.oddities.push(("header-no-blank-line", at));
                } else if top {
                    block.oddities.push(("header-missing", at));
                }
                block.body = at;
                return block;
            }
        }
    }
    block.body = raw.len();
    block
}

/// Where `part`, a slice of `whole`, starts in it.
pub(crate) fn offset(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize).min(whole.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, fields: &[(&str, &str)], body: &str, oddities: &[&str]) {
        let block = read(raw.as_bytes(), 100, true);
        let got: Vec<(String, String)> = block
            .fields
            .iter()
            .map(|f| {
                let text = |b: &[u8]| String::from_utf8_lossy(b).trim().to_owned();
                (text(f.name), text(f.value))
            })
            .collect();
        let want: Vec<(String, String)> =
            fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(got, want, "{raw:?}");
        assert_eq!(raw.get(block.body..), Some(body), "{raw:?}");
        let ids: Vec<&str> = block.oddities.iter().map(|o| o.0).collect();
        assert_eq!(ids, oddities, "{raw:?}");
    }

    #[test]
    fn fields_are_split_from_the_body_with_any_line_end() {
        check("A: 1\r\nB: 2\r\n\r\nbody", &[("A", "1"), ("B", "2")], "body", &[]);
        check("A: 1\nB:2\r\n\nbody", &[("A", "1"), ("B", "2")], "body", &[]);
        check("A: 1\n 2\n\t3\n\n", &[("A", "1\n 2\n\t3")], "", &[]);
        check("A : old\n\n", &[("A", "old")], "", &[]);
        check("A: 1", &[("A", "1")], "", &[]);
        check("", &[], "", &[]);
    }

    #[test]
    fn what_is_missing_or_broken_is_told_and_survived() {
        check("A: 1\nno header here\n", &[("A", "1")], "no header here\n", &["header-no-blank-line"]);
        check(
            "Subject: x\nbroken fold\nTo: y\n\nb",
            &[("Subject", "x"), ("To", "y")],
            "b",
            &["header-junk-line"],
        );
        check("just text\n", &[], "just text\n", &["header-missing"]);
        check("From a@example.com Mon\nA: 1\n\n", &[("A", "1")], "", &["mbox-line"]);
        check("   \nA: 1\n\nb", &[("A", "1")], "b", &[]);
        check("\r\n\r\nA: 1\n\nb", &[("A", "1")], "b", &[]);
        check("A: 1\n \t \nB: 2\n\nb", &[("A", "1"), ("B", "2")], "b", &[]);
    }

    #[test]
    fn fields_beyond_the_limit_are_dropped_but_the_body_is_found() {
        let block = read(b"A: 1\nB: 2\n 2\nC: 3\n\nbody", 1, true);
        assert_eq!(block.fields.len(), 1);
        assert_eq!(block.oddities, [("header-count-limit", 5)]);
        assert_eq!(block.body, 19);
    }
}
