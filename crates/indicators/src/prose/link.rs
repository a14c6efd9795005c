//! URLs in running text: where they start, what their host is, and where the text goes on.

use memchr::memmem;

use super::Word;
use crate::extraction::Gather;
use crate::host::Host;
use crate::limits::MAX_HOST;
use crate::name::{Name, Standing};

/// What stands behind a scheme.
struct Authority {
    host: Host,
    /// Where it ends.
    end: usize,
    /// True if a path, query or fragment follows.
    whole: bool,
}

impl Word<'_> {
    /// Reads the URL that starts at `start` and whose host starts at `host`; gives where it ends.
    pub(super) fn url(&self, start: usize, host: usize, gather: &mut Gather<'_>) -> Option<usize> {
        let authority = self.authority(host)?;
        let stop = if authority.whole { self.tail(authority.end) } else { authority.end };
        gather.found_url(self.slice(start, stop), Some(&authority.host));
        Some(stop)
    }

    /// Where a known scheme that ends at `colon` starts. Text glued before it (`ここhttps://`, `URLhttps://`)
    /// does not hide it.
    pub(super) fn scheme(&self, from: usize, colon: usize) -> Option<usize> {
        let front = self.bytes.get(from..colon)?;
        ["https", "http", "ftps", "ftp"].iter().find_map(|known| {
            let start = front.len().checked_sub(known.len())?;
            front.get(start..)?.eq_ignore_ascii_case(known.as_bytes()).then_some(from + start)
        })
    }

    fn authority(&self, start: usize) -> Option<Authority> {
        let rest = self.slice(start, self.bytes.len());
        let mut end = 0;
        let mut ascii_end = None;
        let mut at_sign = None;
        let mut bracket = false;
        for (at, c) in rest.char_indices() {
            let goes_on = match c {
                'a'..='z'
                | 'A'..='Z'
                | '0'..='9'
                | '-'
                | '.'
                | '_'
                | '~'
                | '%'
                | '!'
                | '$'
                | '&'
                | '*'
                | '+'
                | '=' => true,
                ':' => true,
                '@' => {
                    if ascii_end.is_none() {
                        at_sign = Some(at);
                    }
                    ascii_end.is_none()
                }
                '[' => {
                    bracket = at == at_sign.map_or(0, |sign| sign + 1);
                    bracket
                }
                ']' => std::mem::take(&mut bracket),
                c if c.is_ascii() => false,
                c => {
                    ascii_end.get_or_insert(at);
                    c.is_alphanumeric()
                }
            };
            if !goes_on || at > MAX_HOST {
                break;
            }
            end = at + c.len_utf8();
        }
        let host_start = at_sign.map_or(0, |sign| sign + 1);
        // Japanese that goes on right behind an ASCII host is text, not host.
        if let Some(ascii_end) = ascii_end
            && let Some(found) = self.host(start + host_start, start + ascii_end, true)
        {
            return Some(found);
        }
        if ascii_end.is_none() {
            let followed = self.byte(start + end);
            let whole = matches!(followed, b'/' | b'?' | b'#');
            return if whole {
                let (host, _) = crate::url::split(rest.get(host_start..end)?);
                Some(Authority { host: Host::parse(host)?, end: start + end, whole })
            } else {
                self.host(start + host_start, start + end, false)
            };
        }
        self.international(start, rest.get(host_start..end)?, host_start)
    }

    /// An ASCII host with nothing behind it but text; `known` asks for a known suffix or an IP address.
    fn host(&self, start: usize, end: usize, known: bool) -> Option<Authority> {
        let text = self.slice(start, end);
        let trimmed = text.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != ']');
        let host = Host::parse(crate::url::split(trimmed).0)?;
        let good = match &host {
            Host::Ip(_) => true,
            Host::Name(name) => !known || name.standing() == Standing::Registered,
        };
        good.then_some(Authority { host, end: start + trimmed.len(), whole: false })
    }

    /// A host with letters of other scripts: whole if its suffix is known, else cut where the last label
    /// starts with a known suffix (`例え.テストを開く`).
    fn international(&self, start: usize, text: &str, offset: usize) -> Option<Authority> {
        let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
        let written = text.split(':').next().unwrap_or(text);
        let begin = start + offset;
        if let Some(Host::Name(name)) = Host::parse(written)
            && name.standing() == Standing::Registered
        {
            let whole = written.len() == text.len()
                || text.get(written.len() + 1..)?.bytes().all(|b| b.is_ascii_digit());
            let end = begin + if whole { text.len() } else { written.len() };
            return Some(Authority {
                host: Host::Name(name),
                end,
                whole: matches!(self.byte(end), b'/' | b'?' | b'#'),
            });
        }
        // A top-level label has at most some ten characters of another script; no need to try more.
        let label = written.rfind('.').map_or(0, |dot| dot + 1);
        let cuts = written.get(label..)?.char_indices().skip(1).filter(|(_, c)| !c.is_ascii()).take(16);
        let mut best = None;
        for cut in cuts.map(|(at, _)| label + at) {
            if let Some(name) = written.get(..cut).and_then(Name::parse)
                && name.standing() == Standing::Registered
            {
                best = Some((cut, name));
            }
        }
        if let Some((cut, name)) = best {
            return Some(Authority { host: Host::Name(name), end: begin + cut, whole: false });
        }
        // A scheme makes even an unknown suffix a host, if a path follows or ASCII stands before the text.
        let end = begin + written.len();
        if matches!(self.byte(end), b'/' | b'?' | b'#') {
            return Some(Authority { host: Host::parse(written)?, end, whole: true });
        }
        let ascii = written.bytes().take_while(u8::is_ascii).count();
        self.host(begin, begin + ascii, false)
    }

    /// Where the path, query and fragment from `start` on end: before text, before a bracket that was not
    /// opened inside, without the punctuation of the sentence.
    fn tail(&self, start: usize) -> usize {
        let mut open = [0usize; 3];
        let mut end = start;
        let mut ampersand = false;
        for &byte in self.bytes.get(start..).unwrap_or_default() {
            match byte {
                0..=b' ' | 0x7f.. | b'<' | b'>' | b'"' | b'`' | b'|' | b'\\' => break,
                b'(' => open[0] += 1,
                b'[' => open[1] += 1,
                b'{' => open[2] += 1,
                b')' | b']' | b'}' => {
                    let open = &mut open[match byte {
                        b')' => 0,
                        b']' => 1,
                        _ => 2,
                    }];
                    if *open == 0 {
                        break;
                    }
                    *open -= 1;
                }
                b'&' => ampersand = true,
                _ => {}
            }
            end += 1;
        }
        if ampersand {
            // Text that was made from HTML by halves: `&gt;` ends the URL as `>` would.
            for entity in ["&gt;", "&lt;", "&quot;", "&nbsp;", "&#39;"] {
                if let Some(found) =
                    memmem::find(self.bytes.get(start..end).unwrap_or_default(), entity.as_bytes())
                {
                    end = start + found;
                }
            }
        }
        while end > start
            && matches!(
                self.before(end),
                b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'(' | b'[' | b'{'
            )
        {
            end -= 1;
        }
        end
    }

    /// Where a URL without a scheme ends whose host ends at `end`; `None` if no path follows. A path of
    /// numbers is a network's size (`192.0.2.0/24`), a fraction, or a version (`8.17.1.19/8.17.1.19`).
    pub(super) fn schemeless(&self, end: usize, limit: usize) -> Option<usize> {
        let mut at = end;
        if self.byte(at) == b':' {
            let digits =
                self.bytes.get(at + 1..limit)?.iter().take_while(|b| b.is_ascii_digit()).take(6).count();
            if digits == 0 || digits > 5 {
                return None;
            }
            at += 1 + digits;
        }
        if self.byte(at) != b'/' {
            return None;
        }
        let stop = self.tail(at);
        let path = self.bytes.get(at..stop)?;
        let numbers_only = |b: &u8| b.is_ascii_digit() || matches!(b, b'/' | b'.');
        (!path.iter().all(numbers_only)).then_some(stop)
    }
}
