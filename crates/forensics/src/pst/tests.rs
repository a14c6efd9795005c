//! Data files built byte by byte, with invented people.

use super::*;
use crate::read;

/// The three forms, as the header says them.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Ansi,
    Unicode,
    Large,
}

struct Builder {
    form: Form,
    method: u8,
    bytes: Vec<u8>,
    /// Id, offset, size as stored, size whole.
    blocks: Vec<(u64, u64, usize, usize)>,
    /// Id, data, subnodes, parent.
    nodes: Vec<(u32, u64, u64, u32)>,
}

impl Builder {
    fn new(form: Form, method: u8) -> Self {
        Self { form, method, bytes: vec![0; 1024], blocks: Vec::new(), nodes: Vec::new() }
    }

    fn word(&self, value: u64) -> Vec<u8> {
        if self.form == Form::Ansi {
            (value as u32).to_le_bytes().to_vec()
        } else {
            value.to_le_bytes().to_vec()
        }
    }

    fn block(&mut self, data: &[u8], inner: bool) -> u64 {
        let id = (self.blocks.len() as u64 + 1) * 4 + if inner { 2 } else { 0 };
        let mut stored = data.to_vec();
        if !inner {
            match self.method {
                1 => {
                    // The inverse of revealing, by search.
                    let mut table = [0; 256];
                    (0..=255u8).for_each(|b| {
                        let mut one = [b];
                        crypt::reveal(1, 0, &mut one);
                        table[usize::from(one[0])] = b;
                    });
                    stored.iter_mut().for_each(|b| *b = table[usize::from(*b)]);
                }
                method => crypt::reveal(method, id as u32, &mut stored),
            }
        }
        if self.form == Form::Large {
            stored = miniz_oxide::deflate::compress_to_vec_zlib(&stored, 6);
            if stored.len() >= data.len() {
                stored = data.to_vec();
            }
        }
        let at = self.bytes.len();
        let trailer = if self.form == Form::Ansi { 12 } else { 16 };
        let end = (stored.len() + trailer).next_multiple_of(64);
        self.bytes.extend_from_slice(&stored);
        self.bytes.resize(at + end - trailer, 0);
        self.bytes.extend_from_slice(&(stored.len() as u16).to_le_bytes());
        self.bytes.extend_from_slice(&[0; 2]);
        let sum = blocks::crc(&stored).to_le_bytes();
        if self.form == Form::Ansi {
            self.bytes.extend_from_slice(&(id as u32).to_le_bytes());
            self.bytes.extend_from_slice(&sum);
        } else {
            self.bytes.extend_from_slice(&sum);
            self.bytes.extend_from_slice(&id.to_le_bytes());
        }
        self.blocks.push((id, at as u64, stored.len(), data.len()));
        id
    }

    /// A block of subnodes: id, data, subnodes.
    fn subnodes(&mut self, nodes: &[(u32, u64, u64)]) -> u64 {
        let mut out = vec![2, 0];
        out.extend_from_slice(&(nodes.len() as u16).to_le_bytes());
        if self.form != Form::Ansi {
            out.extend_from_slice(&[0; 4]);
        }
        for (id, data, sub) in nodes {
            for value in [u64::from(*id), *data, *sub] {
                out.extend(self.word(value));
            }
        }
        self.block(&out, true)
    }

    fn page(&mut self, kind: u8, entries: Vec<Vec<u8>>) -> u64 {
        let size = if self.form == Form::Large { 4096 } else { 512 };
        self.bytes.resize(self.bytes.len().next_multiple_of(size), 0);
        let at = self.bytes.len();
        let mut page = entries.concat();
        let (count, width) = (entries.len(), entries[0].len() as u8);
        page.resize(size, 0);
        match self.form {
            Form::Large => {
                page[4056..4058].copy_from_slice(&(count as u16).to_le_bytes());
                page[4060] = width;
                page[4072..4074].copy_from_slice(&[kind, kind]);
            }
            Form::Unicode => {
                (page[488], page[490]) = (count as u8, width);
                page[496..498].copy_from_slice(&[kind, kind]);
            }
            Form::Ansi => {
                (page[496], page[498]) = (count as u8, width);
                page[500..502].copy_from_slice(&[kind, kind]);
            }
        }
        self.bytes.extend(page);
        at as u64
    }

    fn finish(mut self) -> Vec<u8> {
        self.nodes.sort_unstable();
        let nodes = self.nodes.clone();
        let entries = nodes
            .iter()
            .map(|(id, data, sub, parent)| {
                let mut out = [u64::from(*id), *data, *sub].map(|v| self.word(v)).concat();
                out.extend_from_slice(&parent.to_le_bytes());
                out.resize(if self.form == Form::Ansi { 16 } else { 32 }, 0);
                out
            })
            .collect();
        let nodes = self.page(0x81, entries);
        let entries = self
            .blocks
            .iter()
            .map(|(id, at, stored, whole)| {
                let mut out = [*id, *at].map(|v| self.word(v)).concat();
                out.extend_from_slice(&(*stored as u16).to_le_bytes());
                let second = if self.form == Form::Large { *whole as u16 } else { 2 };
                out.extend_from_slice(&second.to_le_bytes());
                out.resize(if self.form == Form::Ansi { 12 } else { 24 }, 0);
                out
            })
            .collect();
        let blocks = self.page(0x80, entries);
        self.bytes[..4].copy_from_slice(b"!BDN");
        self.bytes[8..10].copy_from_slice(b"SM");
        let (version, trees, crypt, step) = match self.form {
            Form::Ansi => (14, [0xbc, 0xc4], 0x1cd, 4),
            Form::Unicode => (23, [0xe0, 0xf0], 0x201, 8),
            Form::Large => (36, [0xe0, 0xf0], 0x201, 8),
        };
        self.bytes[10] = version;
        for (at, value) in trees.into_iter().zip([nodes, blocks]) {
            self.bytes[at..at + step].copy_from_slice(&value.to_le_bytes()[..step]);
        }
        self.bytes[crypt] = self.method;
        self.bytes
    }

    fn item(&self, number: u32) -> u32 {
        // The same bits hold the number in every form.
        number << 5
    }

    fn heap(&self, client: u8, items: &[Vec<u8>]) -> Vec<u8> {
        let mut out = vec![0, 0, 0xec, client];
        out.extend_from_slice(&self.item(1).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        let mut ends = vec![out.len() as u16];
        for item in items {
            out.extend_from_slice(item);
            ends.push(out.len() as u16);
        }
        let map = out.len() as u16;
        out[..2].copy_from_slice(&map.to_le_bytes());
        out.extend_from_slice(&(items.len() as u16).to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        ends.iter().for_each(|end| out.extend_from_slice(&end.to_le_bytes()));
        out
    }

    /// A property context.
    fn properties(&self, values: &[(u16, Value)]) -> Vec<u8> {
        let mut items = vec![Vec::new(), Vec::new()];
        items[0] = [&[0xb5, 2, 6, 0][..], &self.item(2).to_le_bytes()].concat();
        for (id, value) in values {
            let mut keep = |bytes: Vec<u8>| {
                items.push(bytes);
                self.item(items.len() as u32)
            };
            let (kind, short) = match value {
                Value::Text(text) if self.form == Form::Ansi => {
                    (0x1eu16, keep(encoding_rs::SHIFT_JIS.encode(text).0.into_owned()))
                }
                Value::Text(text) => (0x1f, keep(text.encode_utf16().flat_map(u16::to_le_bytes).collect())),
                Value::Bytes(bytes) => (0x102, keep(bytes.clone())),
                Value::Elsewhere(node) => (0x102, *node),
                Value::Number(number) => (3, *number),
                Value::Time(time) => (0x40, keep(time.to_le_bytes().to_vec())),
                Value::Object(node) => (0x0d, keep([node.to_le_bytes(), [0; 4]].concat())),
            };
            items[1].extend_from_slice(&id.to_le_bytes());
            items[1].extend_from_slice(&kind.to_le_bytes());
            items[1].extend_from_slice(&short.to_le_bytes());
        }
        self.heap(0xbc, &items)
    }

    /// A table of recipients: name, address, kind.
    fn recipients(&self, rows: &[(&str, &str, u32)]) -> Vec<u8> {
        let text = |s: &str| -> Vec<u8> {
            if self.form == Form::Ansi {
                s.as_bytes().to_vec()
            } else {
                s.encode_utf16().flat_map(u16::to_le_bytes).collect()
            }
        };
        let kind: u32 = if self.form == Form::Ansi { 0x1e } else { 0x1f };
        let mut head = vec![0x7c, 4];
        for end in [16u16, 16, 16, 17] {
            head.extend_from_slice(&end.to_le_bytes());
        }
        for item in [self.item(2), self.item(4), 0] {
            head.extend_from_slice(&item.to_le_bytes());
        }
        let columns =
            [(0x0003u32 | 0x67f2 << 16), 0x0c15 << 16 | 3, 0x3001 << 16 | kind, 0x39fe << 16 | kind];
        for (index, tag) in columns.into_iter().enumerate() {
            head.extend_from_slice(&tag.to_le_bytes());
            head.extend_from_slice(&(index as u16 * 4).to_le_bytes());
            head.extend_from_slice(&[4, index as u8]);
        }
        let number = if self.form == Form::Ansi { 2 } else { 4 };
        let index = [&[0xb5, 4, number, 0][..], &self.item(3).to_le_bytes()].concat();
        let mut items = vec![head, index, Vec::new(), Vec::new()];
        for (at, (name, address, what)) in rows.iter().enumerate() {
            items[2].extend_from_slice(&(at as u32 + 1).to_le_bytes());
            items[2].extend_from_slice(&(at as u32).to_le_bytes()[..usize::from(number)]);
            items.push(text(name));
            let name = self.item(items.len() as u32);
            items.push(text(address));
            let address = self.item(items.len() as u32);
            for cell in [at as u32 + 1, *what, name, address] {
                items[3].extend_from_slice(&cell.to_le_bytes());
            }
            items[3].push(0xf0);
        }
        self.heap(0x7c, &items)
    }
}

enum Value {
    Text(&'static str),
    Bytes(Vec<u8>),
    Elsewhere(u32),
    Number(u32),
    Time(u64),
    Object(u32),
}

/// 2013-08-07 00:12:00 UTC.
const TIME: u64 = (1_375_834_320 + 11_644_473_600) * 10_000_000;

/// One folder with one message; that has a file, long enough for several blocks, and a message.
fn file(form: Form, method: u8) -> Vec<u8> {
    let mut b = Builder::new(form, method);
    let top = b.properties(&[(0x3001, Value::Text(""))]);
    let top = b.block(&top, false);
    b.nodes.push((0x122, top, 0, 0x122));
    let folder = b.properties(&[(0x3001, Value::Text("受信トレイ"))]);
    let folder = b.block(&folder, false);
    // Folders of the older form tell no code page, so their names are told by what they look like.
    b.nodes.push((0x8022, folder, 0, 0x122));
    // The file: two blocks under a block of blocks.
    let first = b.block(&[b'a'; 8000], false);
    let second = b.block(&[b'b'; 500], false);
    let mut tree = vec![1, 1, 2, 0];
    tree.extend_from_slice(&8500u32.to_le_bytes());
    tree.extend([first, second].map(|id| b.word(id)).concat());
    let tree = b.block(&tree, true);
    let of_file = b.subnodes(&[(0x41, tree, 0)]);
    let one = b.properties(&[
        (0x3701, Value::Elsewhere(0x41)),
        (0x3705, Value::Number(1)),
        (0x3707, Value::Text("資料.txt")),
    ]);
    let one = b.block(&one, false);
    // The message: it holds a file of its own.
    let deep =
        b.properties(&[(0x3701, Value::Bytes(b"%PDF-1.4 x".to_vec())), (0x3707, Value::Text("a.pdf"))]);
    let deep = b.block(&deep, false);
    let of_inner = b.subnodes(&[(0x25, deep, 0)]);
    let inner =
        b.properties(&[(0x0037, Value::Text("inner")), (0x1000, Value::Text("see https://inner.example/"))]);
    let inner = b.block(&inner, false);
    let of_two = b.subnodes(&[(0x24, inner, of_inner)]);
    let two = b.properties(&[
        (0x3701, Value::Object(0x24)),
        (0x3705, Value::Number(5)),
        (0x3001, Value::Text("inner")),
    ]);
    let two = b.block(&two, false);
    let table = b.recipients(&[
        ("Soudan", "soudan@example.jp", 1),
        ("Copy", "copy@example.jp", 2),
        ("", "blind@example.jp", 3),
    ]);
    let table = b.block(&table, false);
    let of_message = b.subnodes(&[(0x692, table, 0), (0x8025, one, of_file), (0x8045, two, of_two)]);
    let message = b.properties(&[
        (0x001a, Value::Text("IPM.Note")),
        (0x0037, Value::Text("\u{1}\u{5}FW: 請求書")),
        (0x0039, Value::Time(TIME)),
        (0x0042, Value::Text("山田 花子")),
        (0x1000, Value::Text("ご確認ください。")),
        (0x3ffd, Value::Number(932)),
        (0x5d02, Value::Text("hanako@example.com")),
    ]);
    let message = b.block(&message, false);
    b.nodes.push((0x20_0024, message, of_message, 0x8022));
    b.finish()
}

#[test]
fn a_message_is_read_from_every_form_and_disguise() {
    for (form, method) in
        [(Form::Ansi, 0), (Form::Ansi, 1), (Form::Unicode, 1), (Form::Unicode, 2), (Form::Large, 0)]
    {
        let raw = file(form, method);
        assert!(is_pst(&raw));
        let reader = Reader::open(raw.as_slice()).expect("a data file");
        let found: Vec<Found> = reader.messages().collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].folder.as_str(), found[0].number), ("受信トレイ", 0x20_0024));
        let reading = reader.read(&found[0], &Limits::default());
        let facts = &reading.facts;
        assert_eq!(facts.oddities, []);
        assert_eq!(facts.subject.as_deref(), Some("FW: 請求書"));
        assert_eq!(facts.date.as_deref(), Some("2013-08-07T00:12:00+00:00"));
        let from = facts.from.as_ref().expect("a sender");
        assert_eq!((from.name.as_str(), from.address.as_str()), ("山田 花子", "hanako@example.com"));
        assert_eq!(facts.body.text, "ご確認ください。");
        let address =
            |list: &[lexicon::facts::Mailbox]| list.iter().map(|m| m.address.clone()).collect::<Vec<_>>();
        assert_eq!(address(&facts.to), ["soudan@example.jp"]);
        assert_eq!(address(&facts.cc), ["copy@example.jp"]);
        assert!(facts.headers.iter().any(|h| h.name == "Bcc" && h.value == "blind@example.jp"));
        let [one, two] = facts.attachments.as_slice() else {
            panic!("two attachments: {:?}", facts.attachments);
        };
        let whole = [vec![b'a'; 8000], vec![b'b'; 500]].concat();
        assert_eq!((one.name.as_deref(), one.size), (Some("資料.txt"), 8500));
        assert_eq!(one.sha256, crate::hash::sha256(&whole));
        assert_eq!((two.kind.as_str(), two.children.len()), ("msg", 1));
        assert_eq!(two.children[0].kind, "pdf");
        assert_eq!((two.sha256.len(), facts.sha256.len()), (64, 64));
        assert!(reading.payloads.iter().any(|p| p.place == "attachment[1]:attachment[0]"));
        assert!(reading.sources.iter().any(|s| s.text.contains("https://inner.example/")));
    }
}

#[test]
fn a_message_has_the_same_hash_whatever_the_form_of_its_file() {
    let of = |form, method| {
        let raw = file(form, method);
        let reader = Reader::open(raw.as_slice()).expect("a data file");
        let found = reader.messages().next().expect("a message");
        reader.read(&found, &Limits::default()).facts.sha256
    };
    assert_eq!(of(Form::Ansi, 1), of(Form::Unicode, 1));
    assert_eq!(of(Form::Unicode, 2), of(Form::Large, 0));
}

#[test]
fn a_damaged_block_is_told_and_the_rest_is_read() {
    let mut raw = file(Form::Unicode, 1);
    // In the middle of the attached file's first block, which starts behind three small ones.
    let at = raw.windows(64).position(|w| w.iter().all(|b| *b == w[0] && *b != 0)).expect("the file") + 100;
    raw[at] ^= 0xff;
    let reader = Reader::open(raw.as_slice()).expect("a data file");
    let found = reader.messages().next().expect("a message");
    let facts = reader.read(&found, &Limits::default()).facts;
    assert_eq!(facts.oddities.iter().map(|o| o.id.as_str()).collect::<Vec<_>>(), ["pst-damaged"]);
    assert_eq!(facts.subject.as_deref(), Some("FW: 請求書"));
    assert_eq!(facts.attachments[0].size, 8500);
}

#[test]
fn no_broken_file_stops_the_reading() {
    for form in [Form::Ansi, Form::Unicode, Form::Large] {
        let raw = file(form, 1);
        let tries = (0..raw.len()).step_by(101).map(|at| {
            let mut bytes = raw.clone();
            bytes[at] = bytes[at].wrapping_add(0x5b);
            bytes
        });
        let cut = (0..raw.len()).step_by(1021).map(|at| raw[..at].to_vec());
        for bytes in tries.chain(cut) {
            if let Ok(reader) = Reader::open(bytes.as_slice()) {
                for found in reader.messages() {
                    reader.read(&found, &Limits::default());
                }
            }
        }
    }
    assert!(read(b"!BDN", &Limits::default()).facts.attachments.is_empty());
}

#[test]
fn what_is_no_data_file_says_why() {
    assert_eq!(Reader::open(&b""[..]).err(), Some(Why::NoDataFile));
    let mut raw = file(Form::Unicode, 1);
    raw[10] = 99;
    assert_eq!(Reader::open(raw.as_slice()).err(), Some(Why::Version));
    raw[10] = 23;
    raw[0x201] = 0x10;
    assert_eq!(Reader::open(raw.as_slice()).err(), Some(Why::Encrypted));
}
