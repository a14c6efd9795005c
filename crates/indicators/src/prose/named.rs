//! Names and addresses in running text.

use super::Word;
use crate::extraction::Gather;
use crate::filename::is_word;
use crate::host::Host;
use crate::limits::{MAX_ADDRESS, MAX_HOST};
use crate::name::{Name, Standing};

impl Word<'_> {
    /// `user@host`: several at signs (`a@b@c`) make each neighbouring pair one to try.
    pub(super) fn address(&self, start: usize, end: usize, gather: &mut Gather<'_>) {
        let mut previous: Option<&str> = None;
        let mut taken = false;
        for piece in self.slice(start, end).split('@') {
            let domain = piece.split(['%', '+', '~']).next().unwrap_or(piece);
            let domain = domain.trim_end_matches(['.', '-', '_']);
            let was_taken = std::mem::take(&mut taken);
            if let Some(local) = previous
                && piece.len() <= MAX_ADDRESS
                && let Some(name) = Name::parse(domain).filter(|name| name.standing() == Standing::Registered)
            {
                let local = local.trim_start_matches(['.', '-', '%', '~', '+']);
                if !was_taken && !local.is_empty() && local.len() <= MAX_ADDRESS {
                    gather.found_address(local, &name);
                } else {
                    gather.found_name(&name);
                }
                taken = true;
            }
            previous = Some(piece);
        }
    }

    /// A word with dots and without an at sign: an IP address, a name, or the start of a URL without scheme.
    pub(super) fn dotted(&self, start: usize, end: usize, limit: usize, gather: &mut Gather<'_>) -> usize {
        let text = self.slice(start, end);
        let front = text.trim_start_matches(['.', '-', '+', '%', '~']);
        let start = end - front.len();
        let text = front.trim_end_matches(['.', '-', '_', '+', '%', '~']);
        let trimmed_end = start + text.len();
        let Some(dot) = text.rfind('.') else {
            self.hash(start, trimmed_end, gather);
            return end;
        };
        let Some(last) = text.get(dot + 1..) else { return end };
        if last.starts_with(|c: char| c.is_ascii_digit()) {
            return self.ipv4(start, text, end, limit, gather);
        }
        if last.len() < 2 || text.len() > MAX_HOST || text.contains(['+', '%', '~']) {
            return end;
        }
        // `surwww.evil.example`: text glued before it does not hide it.
        let glued = find_www(text);
        let (start, text) = (start + glued, text.get(glued..).unwrap_or(text));
        let Some(name) = Name::parse(text).filter(|name| name.standing() == Standing::Registered) else {
            return end;
        };
        let starts_www = name.ascii.starts_with("www.");
        if !starts_www && is_word(text, &name.ascii) {
            return end;
        }
        let url_end = if trimmed_end == end { self.schemeless(end, limit) } else { None };
        match url_end {
            Some(stop) => {
                gather.found_url(self.slice(start, stop), Some(&Host::Name(name)));
                stop
            }
            None if starts_www => {
                gather.found_url(text, Some(&Host::Name(name)));
                end
            }
            None => {
                gather.found_name(&name);
                end
            }
        }
    }
}

/// Where a `www.` with two more labels behind it starts; 0 if the name has none inside.
fn find_www(text: &str) -> usize {
    let found = memchr::memchr2_iter(b'w', b'W', text.as_bytes()).find(|&at| {
        text.get(at..at + 4).is_some_and(|head| head.eq_ignore_ascii_case("www."))
            && text.get(at + 4..).is_some_and(|rest| rest.contains('.'))
    });
    found.unwrap_or(0)
}
