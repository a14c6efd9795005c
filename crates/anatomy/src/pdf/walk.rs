//! What the objects say: actions, scripts, files inside, and what the document tells of itself.

use std::collections::BTreeSet;

use lexicon::facts::SourceForm;

use super::file::{File, STREAM_BYTES};
use super::syntax::{Dict, Value};
use super::words;
use crate::binary::hex;
use crate::specimen::{Entry, Specimen};

/// Values inside each other that are looked through.
const DEPTH: usize = 40;

/// Bytes of XMP metadata and of form templates that are read.
const XML_BYTES: usize = 1 << 20;

/// Kinds in which other files travel.
const ARCHIVES: [&str; 12] =
    ["7z", "ace", "alz", "arj", "cab", "gz", "iso", "img", "lzh", "rar", "tar", "zip"];

/// Gathers while every object is looked at.
pub(super) struct Walk<'w, 'a, 'b, 'c> {
    pub(super) file: &'w File<'a>,
    pub(super) specimen: &'w mut Specimen<'b, 'c>,
    pub(super) pages: usize,
    pub(super) images: usize,
    /// Numbers of the streams that were handed out as files.
    given: BTreeSet<u32>,
    scripts: BTreeSet<String>,
}

impl<'w, 'a, 'b, 'c> Walk<'w, 'a, 'b, 'c> {
    pub(super) fn new(file: &'w File<'a>, specimen: &'w mut Specimen<'b, 'c>) -> Self {
        Self { file, specimen, pages: 0, images: 0, given: BTreeSet::new(), scripts: BTreeSet::new() }
    }

    /// Looks at every object of every revision.
    pub(super) fn everything(&mut self) {
        self.about();
        let file = self.file;
        for object in &file.objects {
            if let Some(dict) = object.dict() {
                let latest = file.object(object.number).is_some_and(|last| std::ptr::eq(last, object));
                self.pages += usize::from(latest && dict.is(b"Type", b"Page"));
                self.images +=
                    usize::from(latest && object.stream.is_some() && dict.is(b"Subtype", b"Image"));
            }
            self.value(&object.value, object.number, DEPTH);
        }
        // Files that no specification names.
        for object in &file.objects {
            if object.stream.is_some() && object.dict().is_some_and(|d| d.is(b"Type", b"EmbeddedFile")) {
                self.embedded(None, object.number);
            }
        }
    }

    fn text_of(&self, dict: &Dict<'a>, key: &[u8]) -> Option<String> {
        match self.file.get(dict, key)? {
            Value::Text(text) => Some(words::text(text)),
            Value::Name(name) => Some(words::text(name)),
            _ => None,
        }
    }

    /// The trailer, the information dictionary, the catalogue and the XMP metadata.
    fn about(&mut self) {
        let file = self.file;
        if file.revisions > 1 {
            self.specimen.property("pdf.revisions", file.revisions.to_string());
        }
        if let Some(Value::List(halves)) = file.get(&file.trailer, b"ID") {
            for half in halves {
                if let Value::Text(half) = file.follow(half) {
                    self.specimen.property("pdf.id", hex(half));
                }
            }
        }
        if let Some(info) = file.dict(&file.trailer, b"Info") {
            for (key, name) in [
                (&b"Title"[..], "document.title"),
                (b"Author", "document.author"),
                (b"Subject", "document.subject"),
                (b"Keywords", "document.keywords"),
                (b"Producer", "pdf.producer"),
                (b"Creator", "pdf.creator"),
            ] {
                if let Some(text) = self.text_of(info, key) {
                    self.specimen.property(name, text);
                }
            }
            for (key, name) in [(&b"CreationDate"[..], "document.created"), (b"ModDate", "document.saved")] {
                if let Some(date) = self.text_of(info, key).and_then(|text| words::date(&text)) {
                    self.specimen.property(name, date);
                }
            }
        }
        let root = file.dict(&file.trailer, b"Root");
        let root = root.or_else(|| {
            file.objects
                .iter()
                .rev()
                .filter_map(super::file::Object::dict)
                .find(|d| d.is(b"Type", b"Catalog"))
        });
        let Some(root) = root else { return };
        if let Some(language) = self.text_of(root, b"Lang") {
            self.specimen.property("document.language", language);
        }
        if let Some(xmp) = root.get(b"Metadata").and_then(|value| file.stream(value)) {
            let (data, _) = xmp.data(file.key.as_ref(), XML_BYTES);
            self.xmp(&String::from_utf8_lossy(&data));
        }
    }

    fn xmp(&mut self, text: &str) {
        for (tag, name) in [
            ("xmpMM:DocumentID", "xmp.document-id"),
            ("xmpMM:InstanceID", "xmp.instance-id"),
            ("xmpMM:OriginalDocumentID", "xmp.original-document-id"),
            ("xmp:CreatorTool", "xmp.creator-tool"),
            ("xmp:CreateDate", "xmp.created"),
            ("xmp:ModifyDate", "xmp.saved"),
        ] {
            let Some((_, rest)) = text.split_once(tag) else { continue };
            let value = match rest.trim_start().strip_prefix('=') {
                Some(quoted) => quoted.trim_start().trim_start_matches(['"', '\'']).split(['"', '\'']).next(),
                None => rest.split_once('>').and_then(|(_, inner)| inner.split('<').next()),
            };
            self.specimen.property(name, value.unwrap_or("").trim());
        }
    }

    fn value(&mut self, value: &Value<'a>, number: u32, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            Value::List(list) => list.iter().for_each(|value| self.value(value, number, depth)),
            Value::Dict(dict) => {
                self.look(dict, number);
                dict.0.iter().for_each(|(_, value)| self.value(value, number, depth));
            }
            _ => {}
        }
    }

    /// What one dictionary does.
    fn look(&mut self, dict: &Dict<'a>, number: u32) {
        if dict.get(b"OpenAction").is_some() {
            self.specimen.property("pdf.automatic", "OpenAction");
        }
        if dict.get(b"AA").is_some() {
            self.specimen.property("pdf.automatic", "AA");
        }
        if let Some(code) = dict.get(b"JS") {
            self.script(code, number);
        }
        if let Some(uri) = dict.get(b"URI")
            && let Value::Text(uri) = self.file.follow(uri)
        {
            self.specimen.relation("link", &words::text(uri));
        }
        match dict.name(b"S") {
            Some(b"Launch") => {
                let target = self.target(dict);
                self.specimen.relation("action", &target);
                // Sets of documents that belong together lead to each other in this way.
                let alone =
                    dict.get(b"Win").is_none() && !target.contains("://") && !target.starts_with("\\\\");
                if !(alone && target.to_ascii_lowercase().ends_with(".pdf")) {
                    self.specimen.tell("pdf-launch", &target);
                }
            }
            Some(b"SubmitForm") => {
                let target = self.target(dict);
                self.specimen.relation("form", &target);
            }
            Some(b"GoToR" | b"GoToE" | b"ImportData") => {
                let target = self.target(dict);
                self.specimen.relation("external", &target);
            }
            _ => {}
        }
        if dict.is(b"Subtype", b"RichMedia") || dict.is(b"S", b"RichMediaExecute") {
            self.specimen.property("pdf.rich-media", "RichMedia");
        }
        if let Some(files) = self.file.dict(dict, b"EF") {
            let name = [&b"UF"[..], b"F"].iter().find_map(|key| self.text_of(dict, key));
            if let Some(Value::Reference(stream)) = files.get(b"UF").or_else(|| files.get(b"F")) {
                self.embedded(name, *stream);
            }
        }
        if let Some(form) = dict.get(b"XFA") {
            self.specimen.property("pdf.form", "XFA");
            let parts = match self.file.follow(form) {
                Value::List(list) => list.as_slice(),
                _ => std::slice::from_ref(form),
            };
            for part in parts.iter().take(40) {
                if let Some(object) = self.file.stream(part)
                    && self.given.insert(object.number)
                {
                    let (data, _) = object.data(self.file.key.as_ref(), XML_BYTES);
                    self.specimen.source("xfa", SourceForm::Prose, &String::from_utf8_lossy(&data));
                }
            }
        }
    }

    /// What an action leads to: an address, or a file with its arguments.
    fn target(&self, dict: &Dict<'a>) -> String {
        let windows = self.file.dict(dict, b"Win");
        let place = windows.or(Some(dict)).and_then(|dict| match self.file.get(dict, b"F")? {
            Value::Text(text) => Some(words::text(text)),
            Value::Dict(file) => [&b"UF"[..], b"F"].iter().find_map(|key| self.text_of(file, key)),
            _ => None,
        });
        let arguments = windows.and_then(|windows| self.text_of(windows, b"P"));
        [place, arguments].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn script(&mut self, code: &Value<'a>, number: u32) {
        let text = match self.file.stream(code) {
            // However many actions refer to it, a stream is unpacked once.
            Some(object) if !self.given.insert(object.number) => return,
            Some(object) => words::text(&object.data(self.file.key.as_ref(), STREAM_BYTES).0),
            None => match self.file.follow(code) {
                Value::Text(text) => words::text(text),
                _ => return,
            },
        };
        if !text.trim().is_empty() && self.scripts.insert(text.clone()) {
            self.specimen.script("javascript", &format!("object {number}"), &text);
            self.specimen.tell("pdf-javascript", &format!("object {number}"));
        }
    }

    fn embedded(&mut self, name: Option<String>, number: u32) {
        let Some(object) = self.file.object(number) else { return };
        let Some(raw) = object.stream else { return };
        if !self.specimen.has_room() || !self.given.insert(number) {
            return;
        }
        let room = self.specimen.room(raw.len() as u64);
        let (mut data, _) = object.data(self.file.key.as_ref(), room.saturating_add(1));
        if data.len() > room {
            data.truncate(room);
            self.specimen.odd("unpacked-size-limit", &format!("object {number}"));
        }
        let shown = name.clone().unwrap_or_default();
        self.specimen.child(Entry { name, content: Some(&data), ..Entry::default() });
        let Some(child) = self.specimen.file.children.last() else { return };
        let runs = forensics::tells::of_file(child, false, "").iter().any(|t| t.id == "attachment-runs-code");
        if runs || ARCHIVES.contains(&child.kind.as_str()) {
            let why = format!("{} {shown}", child.kind);
            self.specimen.tell("pdf-embeds-file", why.trim());
        }
    }
}
