//! Text parts: found in what they say, replaced in what they are.

use super::transfer::{Piece, Transfer};
use super::{Edit, Work, charset};

/// Replaces terms in a text part. `body` is its place in the mail, `label` its declared charset.
pub(super) fn text(
    work: &mut Work<'_>,
    body: std::ops::Range<usize>,
    transfer: Transfer,
    label: Option<&str>,
    place: &str,
) {
    let raw = work.raw.get(body.clone()).unwrap_or_default();
    let mut pieces = transfer.pieces(raw, body.start);
    let all: Vec<u8> = pieces.iter().flat_map(|piece| piece.decoded.iter().copied()).collect();
    let encoding = charset::of(&all, label);
    let read = |pieces: &[Piece]| -> Vec<String> {
        // A line that cannot be read holds nothing that could be found in it.
        let one = |piece: &Piece| {
            charset::read(&piece.decoded, encoding)
                .unwrap_or_else(|| String::from_utf8_lossy(&piece.decoded).into_owned())
        };
        pieces.iter().map(one).collect()
    };
    let mut texts = read(&pieces);
    // A charset with states may carry one over the end of a line: then the lines cannot be taken one by one.
    if let Some(whole) = charset::read(&all, encoding)
        && texts.concat() != whole
    {
        pieces = vec![Piece { range: body.clone(), decoded: all }];
        texts = read(&pieces);
    }
    let whole = texts.concat();
    let found = work.terms.find(&whole);
    if found.is_empty() {
        return;
    }
    let ending =
        if raw.windows(2).any(|pair| pair == b"\r\n") || !raw.contains(&b'\n') { "\r\n" } else { "\n" };
    let count = pieces.len();
    let mut from = 0;
    let mut done = 0;
    for (at, (piece, text)) in pieces.iter().zip(&texts).enumerate() {
        let (start, end) = (from, from + text.len());
        from = end;
        while found.get(done).is_some_and(|found| found.end <= start) {
            done += 1;
        }
        let here: Vec<_> = found.iter().skip(done).take_while(|found| found.start < end).copied().collect();
        if here.is_empty() {
            continue;
        }
        let mut new = String::with_capacity(text.len());
        let mut kept = start;
        for found in &here {
            new.push_str(whole.get(kept..found.start.max(kept)).unwrap_or_default());
            // What began on an earlier line was replaced there.
            if found.start >= start {
                new.push_str(work.terms.mark(found.term));
            }
            kept = found.end.min(end);
        }
        new.push_str(whole.get(kept..end).unwrap_or_default());
        let readable = charset::read(&piece.decoded, encoding).is_some();
        match charset::write(&new, encoding).filter(|_| readable) {
            Some(bytes) => {
                let mut bytes = transfer.encode(&bytes, ending, at + 1 == count);
                let ended = work.raw.get(piece.range.clone()).is_some_and(|raw| raw.ends_with(b"\n"));
                if transfer == Transfer::Base64 && !ended {
                    bytes.truncate(bytes.len().saturating_sub(ending.len()));
                }
                work.edits.push(Edit { range: piece.range.clone(), bytes });
                let begun: Vec<_> = here.iter().filter(|found| found.start >= start).copied().collect();
                work.note(place, &begun);
            }
            None => work.leave(place, &here),
        }
    }
}
