//! Text parts: found in what they say, replaced in what they are.

use super::terms::Found;
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
    let starts: Vec<usize> = texts
        .iter()
        .scan(0, |from, text| {
            let start = *from;
            *from += text.len();
            Some(start)
        })
        .collect();
    // What reaches into a line that cannot be read without loss is not half taken out.
    let unreadable: Vec<std::ops::Range<usize>> = pieces
        .iter()
        .zip(&texts)
        .zip(&starts)
        .filter(|((piece, _), _)| charset::read(&piece.decoded, encoding).is_none())
        .map(|((_, text), start)| *start..start + text.len())
        .collect();
    let (stuck, found): (Vec<Found>, Vec<Found>) = work.terms.find(&whole).into_iter().partition(|found| {
        let next = unreadable.partition_point(|line| line.end <= found.start);
        unreadable.get(next).is_some_and(|line| line.start < found.end)
    });
    work.leave(place, &stuck);
    let ending =
        if raw.windows(2).any(|pair| pair == b"\r\n") || !raw.contains(&b'\n') { "\r\n" } else { "\n" };
    let mut edits = Vec::new();
    let mut done = 0;
    for (at, ((piece, text), start)) in pieces.iter().zip(&texts).zip(&starts).enumerate() {
        let (start, end) = (*start, start + text.len());
        while found.get(done).is_some_and(|found| found.end <= start) {
            done += 1;
        }
        let here: Vec<Found> =
            found.iter().skip(done).take_while(|found| found.start < end).copied().collect();
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
        let Some(bytes) = charset::write(&new, encoding) else { return work.leave(place, &found) };
        let mut bytes = transfer.encode(&bytes, ending, at + 1 == pieces.len());
        let ended = work.raw.get(piece.range.clone()).is_some_and(|raw| raw.ends_with(b"\n"));
        if transfer == Transfer::Base64 && !ended {
            bytes.truncate(bytes.len().saturating_sub(ending.len()));
        }
        edits.push(Edit { range: piece.range.clone(), bytes });
    }
    work.note(place, &found);
    work.edits.append(&mut edits);
}
