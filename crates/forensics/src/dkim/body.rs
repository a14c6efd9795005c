//! Body hashes (RFC 6376 §3.4.3, §3.4.4): canonicalised and hashed in one pass, once for each distinct form.

use ring::digest;

/// Distinct body hashes of one mail that are computed.
const DISTINCT: usize = 6;

/// A body hash.
#[derive(Debug, Clone)]
pub(super) struct Digest {
    pub(super) bytes: Vec<u8>,
    /// True if the body is shorter than the length that was to be hashed.
    pub(super) short: bool,
}

/// Which body hash: relaxed or simple, over how many bytes, SHA-1 or SHA-256.
type Form = (bool, Option<u64>, bool);

/// The body of a mail and its hashes so far.
pub(super) struct Bodies<'b> {
    body: &'b [u8],
    known: Vec<(Form, Digest)>,
}

impl<'b> Bodies<'b> {
    pub(super) fn new(body: &'b [u8]) -> Self {
        Self { body, known: Vec::new() }
    }

    pub(super) fn digest(&mut self, relaxed: bool, length: Option<u64>, sha1: bool) -> Digest {
        let form = (relaxed, length, sha1);
        if let Some((_, digest)) = self.known.iter().find(|(f, _)| *f == form) {
            return digest.clone();
        }
        if self.known.len() >= DISTINCT {
            return Digest { bytes: Vec::new(), short: true };
        }
        let found = digest(self.body, relaxed, length, sha1);
        self.known.push((form, found.clone()));
        found
    }
}

/// Where canonical bytes go.
struct Sink {
    context: digest::Context,
    left: Option<u64>,
    total: u64,
}

impl Sink {
    fn put(&mut self, bytes: &[u8]) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        match &mut self.left {
            None => self.context.update(bytes),
            Some(left) => {
                let take = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                self.context.update(bytes.get(..take).unwrap_or(bytes));
                *left -= take as u64;
            }
        }
    }

    fn blank_lines(&mut self, count: usize) {
        const LINES: [u8; 128] = {
            let mut out = [b'\r'; 128];
            let mut at = 1;
            while at < 128 {
                out[at] = b'\n';
                at += 2;
            }
            out
        };
        let mut left = count;
        while left > 0 {
            let now = left.min(LINES.len() / 2);
            self.put(LINES.get(..now * 2).unwrap_or(&[]));
            left -= now;
        }
    }
}

/// Where something stands next. It is looked for as far ahead as it takes, and not again before that place is passed:
/// a line of base64 then costs a comparison instead of a search.
#[derive(Default)]
struct Ahead(Option<usize>);

impl Ahead {
    /// Whether it starts in `from..to`; neither goes back from one call to the next.
    fn within(&mut self, body: &[u8], from: usize, to: usize, find: impl Fn(&[u8]) -> Option<usize>) -> bool {
        let at = match self.0 {
            Some(at) if at >= from => at,
            _ => find(body.get(from..).unwrap_or(&[])).map_or(usize::MAX, |found| from + found),
        };
        self.0 = Some(at);
        at < to
    }
}

/// Lines that are canonical as they stand are hashed straight from the mail, as one run; only a line that must
/// be changed ends the run. Line feeds alone count as line ends: a mail that was stored is often without its
/// carriage returns.
fn digest(body: &[u8], relaxed: bool, length: Option<u64>, sha1: bool) -> Digest {
    let algorithm = if sha1 { &digest::SHA1_FOR_LEGACY_USE_ONLY } else { &digest::SHA256 };
    let mut sink = Sink { context: digest::Context::new(algorithm), left: length, total: 0 };
    let finder = memchr::memmem::Finder::new(b"  ");
    let (mut tab, mut doubled) = (Ahead::default(), Ahead::default());
    let mut changed = Vec::new();
    let mut run: Option<(usize, usize)> = None;
    let mut blanks = 0usize;
    let mut at = 0;
    while at < body.len() {
        let rest = body.get(at..).unwrap_or(&[]);
        let (end, ended) = match memchr::memchr(b'\n', rest) {
            Some(end) => (end, true),
            None => (rest.len(), false),
        };
        let line = rest.get(..end).unwrap_or(&[]);
        let next = at + end + usize::from(ended);
        let (line, crlf) = match line.strip_suffix(b"\r") {
            Some(line) if ended => (line, true),
            _ => (line, false),
        };
        let as_is = !relaxed
            || !matches!(line.last(), Some(b' ' | b'\t'))
                && !tab.within(body, at, at + line.len(), |rest| memchr::memchr(b'\t', rest))
                && !doubled.within(body, at, at + line.len(), |rest| finder.find(rest));
        if as_is && crlf {
            match (&mut run, line.is_empty()) {
                // Blank lines between the end of the run and here become part of it with the next line.
                (Some(run), false) => run.1 = next,
                (Some(_), true) => {}
                (None, true) => blanks += 1,
                (None, false) => {
                    sink.blank_lines(blanks);
                    blanks = 0;
                    run = Some((at, next));
                }
            }
        } else {
            if let Some((start, end)) = run.take() {
                sink.put(body.get(start..end).unwrap_or(&[]));
                blanks += (at - end) / 2;
            }
            changed.clear();
            let line = if as_is {
                line
            } else {
                squeeze(line, &mut changed);
                changed.as_slice()
            };
            if line.is_empty() {
                blanks += 1;
            } else {
                sink.blank_lines(blanks);
                blanks = 0;
                sink.put(line);
                sink.put(b"\r\n");
            }
        }
        at = next;
    }
    if let Some((start, end)) = run {
        sink.put(body.get(start..end).unwrap_or(&[]));
    }
    if sink.total == 0 && !relaxed {
        sink.put(b"\r\n");
    }
    let short = sink.left.is_some_and(|left| left > 0);
    Digest { bytes: sink.context.finish().as_ref().to_vec(), short }
}

/// Runs of blanks and tabs as one blank, none at the end.
pub(super) fn squeeze(line: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let mut blank = false;
    for &byte in line {
        if matches!(byte, b' ' | b'\t') {
            blank = true;
        } else {
            if blank {
                out.push(b' ');
                blank = false;
            }
            out.push(byte);
        }
    }
    debug_assert!(out.len() >= start);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The canonical form as RFC 6376 words it, without any shortcut.
    fn plain(body: &[u8], relaxed: bool) -> Vec<u8> {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for line in body.split(|b| *b == b'\n') {
            lines.push(line.to_vec());
        }
        let last = lines.len() - 1;
        for (index, line) in lines.iter_mut().enumerate() {
            if index < last && line.last() == Some(&b'\r') {
                line.pop();
            }
            if relaxed {
                let mut out = Vec::new();
                squeeze(line, &mut out);
                *line = out;
            }
        }
        while lines.last().is_some_and(Vec::is_empty) {
            lines.pop();
        }
        let mut out = Vec::new();
        for line in &lines {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
        if out.is_empty() && !relaxed {
            out.extend_from_slice(b"\r\n");
        }
        out
    }

    fn check(body: &[u8]) {
        for relaxed in [false, true] {
            let expect = plain(body, relaxed);
            let got = digest(body, relaxed, None, false);
            assert_eq!(got.bytes, digest::digest(&digest::SHA256, &expect).as_ref(), "{relaxed} {body:?}");
            let half = expect.len() / 2;
            let got = digest(body, relaxed, Some(half as u64), true);
            let expect_half = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &expect[..half]);
            assert_eq!(got.bytes, expect_half.as_ref(), "{relaxed} {half} {body:?}");
            assert!(!got.short);
            assert!(digest(body, relaxed, Some(expect.len() as u64 + 1), false).short);
        }
    }

    #[test]
    fn bodies_are_canonical_whatever_their_lines() {
        for body in [
            "",
            "\r\n",
            "\n",
            "a",
            "a\r\n",
            "a\n",
            "a\r\n\r\n\r\n",
            "a  b\t c \r\n",
            " \r\n\t\r\n",
            "a\r\n \r\n\r\nb\r\n",
            "a\r\n\r\nb\r\n\r\n",
            "\r\n\r\na\r\n",
            "a\nb\r\nc\n\n",
            " a\r\n",
            "a \r\nb\r\n\r\n c\t\r\n\r\n",
            "a\r\r\nb\rc\r\n",
            "a\r",
            "a\r\n\t",
            "\t\r\na",
        ] {
            check(body.as_bytes());
        }
        check("x\r\n".repeat(300).as_bytes());
        check(format!("x\r\n{}y", "\r\n".repeat(300)).as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn any_body_is_canonical(body in "[ab \t\r\n]{0,60}") {
            check(body.as_bytes());
        }
    }

    #[test]
    fn one_form_is_hashed_once_and_many_are_refused() {
        let mut bodies = Bodies::new(b"a\r\n");
        for length in 0..3 {
            assert!(!bodies.digest(true, Some(length), false).short);
            assert!(!bodies.digest(true, Some(length), false).short);
        }
        assert_eq!(bodies.known.len(), 3);
        for length in 4..10 {
            bodies.digest(true, Some(length), false);
        }
        assert_eq!(bodies.known.len(), DISTINCT);
    }
}
