//! All objects of a PDF, of every revision, found by going through the bytes once. The cross-reference is not
//! needed for that, and what it leaves out (older revisions, objects of a damaged file) is seen as well; it says only
//! which of them a reader shows.

use std::collections::HashMap;

use memchr::memmem;

use super::crypt::{Key, Lock};
use super::filters::{self, Parameters};
use super::syntax::{Dict, Reader, Value, is_space};
use super::xref::{Place, Table};

/// Values read from one file, over all its objects.
const VALUES: usize = 600_000;

/// Objects of one file.
const OBJECTS: usize = 100_000;

/// Filters of one stream.
const FILTERS: usize = 6;

/// Unpacked bytes of one stream that is only looked into.
pub(super) const STREAM_BYTES: usize = 8 << 20;

/// Unpacked bytes of all the object streams.
const PACKED_OBJECTS_BYTES: usize = 48 << 20;

/// Bytes before an object's `obj` in which its number is looked for.
const HEADER_BYTES: usize = 24;

/// An object.
pub(super) struct Object<'a> {
    pub(super) number: u32,
    /// Where its header starts, or that of the stream that it stands in.
    pub(super) at: usize,
    /// The number of the object stream that it stands in.
    inside: Option<u32>,
    generation: u16,
    pub(super) value: Value<'a>,
    /// Its stream as it stands in the file.
    pub(super) stream: Option<&'a [u8]>,
}

impl<'a> Object<'a> {
    pub(super) fn dict(&self) -> Option<&Dict<'a>> {
        match &self.value {
            Value::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// Its stream, opened and unpacked up to `room` bytes, and the name of the first filter that was not undone.
    pub(super) fn data(&self, key: Option<&Key>, room: usize) -> (Vec<u8>, Option<&[u8]>) {
        let Some((dict, raw)) = self.dict().zip(self.stream) else { return (Vec::new(), None) };
        let clear = |key: &&Key| dict.is(b"Type", b"XRef") || dict.is(b"Type", b"Metadata") && !key.metadata;
        match key.filter(|key| !clear(key)) {
            Some(key) => unpack(dict, &key.open(raw, self.number, self.generation, true), room),
            None => unpack(dict, raw, room),
        }
    }
}

/// What going through the bytes found.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) objects: Vec<Object<'a>>,
    pub(super) trailers: Vec<Dict<'a>>,
    /// How many times the file was saved.
    pub(super) revisions: usize,
    /// True if not all was read.
    pub(super) cut: bool,
    pub(super) left: usize,
}

/// Goes through the file once.
pub(super) fn scan(bytes: &[u8]) -> Found<'_> {
    let mut found = Found { left: VALUES, ..Found::default() };
    let mut done = 0;
    let finder = memmem::Finder::new(b"obj");
    while let Some(next) = finder.find(bytes.get(done..).unwrap_or(&[])) {
        let at = done + next;
        let Some((start, number, generation)) = header(bytes, at).filter(|found| found.0 >= done) else {
            between(&mut found, bytes, done, at + 3);
            done = at + 3;
            continue;
        };
        between(&mut found, bytes, done, start);
        if found.objects.len() >= OBJECTS || found.left == 0 {
            found.cut = true;
            break;
        }
        let mut reader = Reader::new(bytes, at + 3, found.left);
        let value = reader.value().unwrap_or(Value::Null);
        found.left = reader.left;
        if !matches!(value, Value::Dict(_) | Value::List(_) | Value::Text(_)) {
            // A number may already be the header of the next object, where this one holds nothing.
            reader.at = at + 3;
        }
        reader.skip();
        let mut stream = None;
        if let Value::Dict(dict) = &value
            && reader.take(b"stream")
        {
            // One line end belongs to the keyword.
            let _ = reader.take(b"\r\n") || reader.take(b"\n") || reader.take(b"\r");
            let length = length(bytes, reader.at, dict);
            stream = Some(crate::binary::piece(bytes, reader.at, length));
            reader.at += length;
        }
        found.objects.push(Object { number, at: start, inside: None, generation, value, stream });
        done = reader.at.clamp(at + 3, bytes.len());
    }
    between(&mut found, bytes, done, bytes.len());
    found
}

/// Where the header of an object starts whose `obj` stands at `at`, and its number.
fn header(bytes: &[u8], at: usize) -> Option<(usize, u32, u16)> {
    let start = at.saturating_sub(HEADER_BYTES);
    let mut head = bytes.get(start..at)?;
    let strip = |mut head: &mut &[u8], blank: bool| {
        let before = head.len();
        let fits = |b: u8| if blank { is_space(b) } else { b.is_ascii_digit() };
        let head = &mut head;
        while let Some((last, rest)) = head.split_last().filter(|(last, _)| fits(**last)) {
            let _ = last;
            **head = rest;
        }
        before - head.len()
    };
    strip(&mut head, true);
    let tail = start + head.len();
    let digits = strip(&mut head, false);
    let generation = std::str::from_utf8(bytes.get(tail - digits..tail)?).ok()?.parse().ok()?;
    if strip(&mut head, true) == 0 {
        return None;
    }
    let end = start + head.len();
    let digits = strip(&mut head, false);
    let number = std::str::from_utf8(bytes.get(end - digits..end)?).ok()?.parse().ok()?;
    Some((end - digits, number, generation))
}

/// The length of the stream at `at`: what the dictionary claims if the keyword follows there, else up to the keyword.
fn length(bytes: &[u8], at: usize, dict: &Dict<'_>) -> usize {
    let claimed = dict.int(b"Length").and_then(|length| usize::try_from(length).ok());
    if let Some(length) = claimed
        && let Some(rest) = at.checked_add(length).and_then(|end| bytes.get(end..))
        && crate::binary::piece(rest, 0, 20).trim_ascii_start().starts_with(b"endstream")
    {
        return length;
    }
    let rest = bytes.get(at..).unwrap_or(&[]);
    memmem::find(rest, b"endstream").unwrap_or(rest.len())
}

/// What stands between objects: trailers, and the ends of revisions.
fn between<'a>(found: &mut Found<'a>, bytes: &'a [u8], from: usize, to: usize) {
    let Some(gap) = bytes.get(from..to).filter(|gap| gap.len() > 8) else { return };
    found.revisions += memmem::find_iter(gap, b"startxref").count();
    for at in memmem::find_iter(gap, b"trailer") {
        let mut reader = Reader::new(bytes, from + at + 7, found.left);
        if let Some(Value::Dict(dict)) = reader.value() {
            found.trailers.push(dict);
        }
        found.left = reader.left;
    }
}

/// The stream of an object, unpacked up to `room` bytes, and the name of the first filter that was not undone.
fn unpack<'d>(dict: &'d Dict<'_>, raw: &[u8], room: usize) -> (Vec<u8>, Option<&'d [u8]>) {
    let filters = list(dict.get(b"Filter").or_else(|| dict.get(b"F")));
    let parameters = list(dict.get(b"DecodeParms").or_else(|| dict.get(b"DP")));
    let mut data: Option<Vec<u8>> = None;
    for (index, filter) in filters.iter().take(FILTERS).enumerate() {
        let Value::Name(name) = filter else { continue };
        let said = match parameters.get(index) {
            Some(Value::Dict(dict)) => of(dict),
            _ => Parameters::default(),
        };
        match filters::apply(name, data.as_deref().unwrap_or(raw), said, room) {
            Some(out) => data = Some(out),
            None => return (data.unwrap_or_else(|| raw.to_vec()), Some(name)),
        }
    }
    (data.unwrap_or_else(|| raw.get(..room).unwrap_or(raw).to_vec()), None)
}

fn of(dict: &Dict<'_>) -> Parameters {
    let fallback = Parameters::default();
    Parameters {
        predictor: dict.int(b"Predictor").unwrap_or(fallback.predictor),
        colors: dict.int(b"Colors").unwrap_or(fallback.colors),
        bits: dict.int(b"BitsPerComponent").unwrap_or(fallback.bits),
        columns: dict.int(b"Columns").unwrap_or(fallback.columns),
        early: dict.int(b"EarlyChange") != Some(0),
    }
}

fn list<'v, 'a>(value: Option<&'v Value<'a>>) -> &'v [Value<'a>] {
    match value {
        Some(Value::List(list)) => list,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

/// An unpacked object stream.
pub(super) struct Packed {
    data: Vec<u8>,
    /// Objects in it.
    count: usize,
    /// Where the first of them stands.
    first: usize,
    number: u32,
    at: usize,
}

/// The unpacked object streams.
pub(super) fn packed(objects: &[Object<'_>], key: Option<&Key>) -> Vec<Packed> {
    let mut room = PACKED_OBJECTS_BYTES;
    let mut out = Vec::new();
    for object in objects {
        let Some(dict) = object.dict().filter(|dict| dict.is(b"Type", b"ObjStm")) else { continue };
        let size = |name: &[u8]| dict.int(name).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let (data, _) = object.data(key, room.min(STREAM_BYTES));
        room -= data.len().min(room);
        let (count, first) = (size(b"N"), size(b"First"));
        out.push(Packed { data, count, first, number: object.number, at: object.at });
    }
    out
}

/// The encryption of the file, and the number of the object that tells it.
pub(super) fn lock(found: &Found<'_>) -> Option<(Option<Lock>, Option<u32>)> {
    let tables = found.objects.iter().filter_map(Object::dict).filter(|d| d.is(b"Type", b"XRef"));
    let trailers: Vec<&Dict<'_>> = found.trailers.iter().chain(tables).collect();
    let said = trailers.iter().rev().find_map(|dict| dict.get(b"Encrypt"))?;
    let first = trailers.iter().rev().find_map(|dict| match dict.get(b"ID") {
        Some(Value::List(halves)) => halves.first(),
        _ => None,
    });
    let id = match first {
        Some(Value::Text(id)) => id.as_ref(),
        _ => &[],
    };
    match said {
        Value::Dict(dict) => Some((Lock::read(dict, id), None)),
        Value::Reference(number) => {
            let object = found.objects.iter().rev().find(|object| object.number == *number);
            Some((object.and_then(Object::dict).and_then(|dict| Lock::read(dict, id)), Some(*number)))
        }
        _ => None,
    }
}

/// Opens every string of every object but the one that tells the encryption.
pub(super) fn unlock(found: &mut Found<'_>, key: &Key, lock: Option<u32>) {
    for object in &mut found.objects {
        let table = object.dict().is_some_and(|dict| dict.is(b"Type", b"XRef"));
        if Some(object.number) != lock && !table {
            strings(&mut object.value, key, object.number, object.generation);
        }
    }
}

/// Values are never nested deeper than the reader allows.
fn strings(value: &mut Value<'_>, key: &Key, number: u32, generation: u16) {
    match value {
        Value::Text(text) => *text = key.open(text, number, generation, false).into(),
        Value::List(list) => list.iter_mut().for_each(|value| strings(value, key, number, generation)),
        Value::Dict(dict) => dict.0.iter_mut().for_each(|(_, value)| strings(value, key, number, generation)),
        _ => {}
    }
}

/// All objects, by number where the latest counts.
pub(super) struct File<'a> {
    pub(super) objects: Vec<Object<'a>>,
    latest: HashMap<u32, usize>,
    pub(super) trailer: Dict<'a>,
    pub(super) revisions: usize,
    pub(super) cut: bool,
    pub(super) key: Option<Key>,
    /// The cross-reference does not lead to the document.
    pub(super) lost: bool,
    /// Numbers that no cross-reference leads to.
    pub(super) unlisted: usize,
}

/// Puts the objects of the object streams to the others.
pub(super) fn file<'a>(
    mut found: Found<'a>,
    packed: &'a [Packed],
    table: &Table,
    key: Option<Key>,
) -> File<'a> {
    for Packed { data, count, first, number: stream, at } in packed {
        let mut table = Reader::new(data, 0, found.left);
        for _ in 0..(*count).min(OBJECTS) {
            if found.objects.len() >= OBJECTS || found.left == 0 {
                found.cut = true;
                break;
            }
            let number = table.value().and_then(|v| v.int()).and_then(|n| u32::try_from(n).ok());
            let offset = table.value().and_then(|v| v.int()).and_then(|n| usize::try_from(n).ok());
            let Some((number, offset)) = number.zip(offset) else { break };
            let mut reader = Reader::new(data, first.saturating_add(offset), found.left);
            let value = reader.value().unwrap_or(Value::Null);
            found.left = reader.left;
            found.objects.push(Object {
                number,
                at: *at,
                inside: Some(*stream),
                generation: 0,
                value,
                stream: None,
            });
        }
    }
    let (latest, lost, unlisted) = latest(&found.objects, table);
    let mut trailer = Dict::default();
    let tables = found.objects.iter().filter_map(Object::dict).filter(|d| d.is(b"Type", b"XRef")).rev();
    // The latest word on each key counts.
    for dict in found.trailers.iter().rev().chain(tables) {
        for key in [&b"Root"[..], b"Info", b"ID", b"Encrypt"] {
            if let Some(value) = dict.get(key).filter(|_| trailer.get(key).is_none()) {
                trailer.0.push((key.to_vec().into(), value.clone()));
            }
        }
    }
    let (objects, revisions, cut) = (found.objects, found.revisions, found.cut);
    File { objects, latest, trailer, revisions, cut, key, lost, unlisted }
}

/// Which object of each number a reader shows: the one that the cross-reference leads to, where it can be trusted;
/// else the one that stands last. Also whether it cannot be trusted, and how many numbers it does not know.
fn latest(objects: &[Object<'_>], table: &Table) -> (HashMap<u32, usize>, bool, usize) {
    let mut last: HashMap<u32, usize> = HashMap::new();
    let mut by_place: HashMap<(u32, usize), usize> = HashMap::new();
    let mut by_stream: HashMap<(u32, u32), usize> = HashMap::new();
    for (index, object) in objects.iter().enumerate() {
        match object.inside {
            Some(stream) => by_stream.insert((object.number, stream), index),
            None => by_place.insert((object.number, object.at), index),
        };
        let known = last.entry(object.number).or_insert(index);
        if objects.get(*known).is_some_and(|known| known.at <= object.at) {
            *known = index;
        }
    }
    let find = |number: u32, place: Place| match place {
        Place::Free => None,
        Place::At(at) => by_place.get(&(number, at)).copied(),
        Place::In(stream) => by_stream.get(&(number, stream)).copied(),
    };
    let listed = table.places.iter().filter(|(_, place)| **place != Place::Free);
    let (all, right) = listed.fold((0usize, 0usize), |(all, right), (number, place)| {
        (all + 1, right + usize::from(find(*number, *place).is_some()))
    });
    if table.broken || right * 10 < all * 9 {
        return (last, true, 0);
    }
    // The cross-reference itself need not be in it.
    let itself = |object: &Object<'_>| object.dict().is_some_and(|dict| dict.is(b"Type", b"XRef"));
    let unlisted = last
        .iter()
        .filter(|(number, _)| matches!(table.places.get(number), None | Some(Place::Free)))
        .filter(|(_, index)| objects.get(**index).is_some_and(|object| !itself(object)))
        .count();
    for (number, place) in &table.places {
        match (*place, find(*number, *place)) {
            (Place::Free, _) => last.remove(number),
            (_, Some(index)) => last.insert(*number, index),
            (_, None) => None,
        };
    }
    (last, false, unlisted)
}

impl<'a> File<'a> {
    /// The latest object of that number.
    pub(super) fn object(&self, number: u32) -> Option<&Object<'a>> {
        self.objects.get(*self.latest.get(&number)?)
    }

    /// The value, or the one that it refers to; references to references are followed a little.
    pub(super) fn follow<'v>(&'v self, mut value: &'v Value<'a>) -> &'v Value<'a> {
        for _ in 0..4 {
            let Value::Reference(number) = value else { break };
            value = self.object(*number).map_or(&Value::Null, |object| &object.value);
        }
        value
    }

    /// The value of a key, followed.
    pub(super) fn get<'v>(&'v self, dict: &'v Dict<'a>, key: &[u8]) -> Option<&'v Value<'a>> {
        dict.get(key).map(|value| self.follow(value))
    }

    /// The dictionary of a key, followed.
    pub(super) fn dict<'v>(&'v self, dict: &'v Dict<'a>, key: &[u8]) -> Option<&'v Dict<'a>> {
        match self.get(dict, key)? {
            Value::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// The object that the key refers to, if it has a stream.
    pub(super) fn stream(&self, value: &Value<'a>) -> Option<&Object<'a>> {
        match value {
            Value::Reference(number) => self.object(*number).filter(|object| object.stream.is_some()),
            _ => None,
        }
    }
}
