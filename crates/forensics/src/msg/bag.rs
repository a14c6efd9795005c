//! Where the properties of a stored message come from: a .msg or an Outlook data file give the same ones.

use std::borrow::Cow;

use crate::charset;

/// Bytes of one text property.
const TEXT_BYTES: usize = 8 << 20;

/// Property ids (MS-OXPROPS).
pub(crate) mod id {
    pub(crate) const MESSAGE_CLASS: u16 = 0x001a;
    pub(crate) const IMPORTANCE: u16 = 0x0017;
    pub(crate) const SUBJECT: u16 = 0x0037;
    pub(crate) const SUBMITTED: u16 = 0x0039;
    pub(crate) const REPRESENTING_NAME: u16 = 0x0042;
    pub(crate) const REPLY_NAMES: u16 = 0x0050;
    pub(crate) const REPRESENTING_ADDRESS: u16 = 0x0065;
    pub(crate) const TRANSPORT_HEADERS: u16 = 0x007d;
    pub(crate) const RECIPIENT_KIND: u16 = 0x0c15;
    pub(crate) const SENDER_NAME: u16 = 0x0c1a;
    pub(crate) const SENDER_ADDRESS: u16 = 0x0c1f;
    pub(crate) const DISPLAY_CC: u16 = 0x0e03;
    pub(crate) const DISPLAY_TO: u16 = 0x0e04;
    pub(crate) const DELIVERED: u16 = 0x0e06;
    pub(crate) const BODY: u16 = 0x1000;
    pub(crate) const RTF: u16 = 0x1009;
    pub(crate) const HTML: u16 = 0x1013;
    pub(crate) const MESSAGE_ID: u16 = 0x1035;
    pub(crate) const REFERENCES: u16 = 0x1039;
    pub(crate) const IN_REPLY_TO: u16 = 0x1042;
    pub(crate) const DISPLAY_NAME: u16 = 0x3001;
    pub(crate) const ADDRESS: u16 = 0x3003;
    pub(crate) const ATTACH_DATA: u16 = 0x3701;
    pub(crate) const ATTACH_NAME: u16 = 0x3704;
    pub(crate) const ATTACH_METHOD: u16 = 0x3705;
    pub(crate) const ATTACH_LONG_NAME: u16 = 0x3707;
    pub(crate) const ATTACH_PATH: u16 = 0x3708;
    pub(crate) const ATTACH_LONG_PATH: u16 = 0x370d;
    pub(crate) const ATTACH_MIME: u16 = 0x370e;
    pub(crate) const ATTACH_FLAGS: u16 = 0x3714;
    pub(crate) const SMTP_ADDRESS: u16 = 0x39fe;
    pub(crate) const CODE_PAGE_INTERNET: u16 = 0x3fde;
    pub(crate) const CODE_PAGE: u16 = 0x3ffd;
    pub(crate) const SENDER_SMTP: u16 = 0x5d01;
    pub(crate) const REPRESENTING_SMTP: u16 = 0x5d02;
    pub(crate) const ATTACH_HIDDEN: u16 = 0x7ffe;
}

/// Property types (MS-OXCDATA).
pub(crate) mod kind {
    pub(crate) const OBJECT: u16 = 0x000d;
    pub(crate) const NARROW: u16 = 0x001e;
    pub(crate) const WIDE: u16 = 0x001f;
    pub(crate) const BINARY: u16 = 0x0102;
}

/// The properties of a message, a recipient or an attachment.
pub(crate) trait Bag {
    /// At most `limit` bytes of a text or binary property of that type.
    fn raw(&self, id: u16, kind: u16, limit: usize) -> Option<Cow<'_, [u8]>>;

    /// A fixed property of at most eight bytes.
    fn fixed(&self, id: u16) -> Option<[u8; 8]>;

    /// The charset of its eight-bit texts.
    fn label(&self) -> Option<&'static str>;

    /// True if a text property is there in UTF-16.
    fn is_wide(&self, id: u16) -> bool {
        self.raw(id, kind::WIDE, 1).is_some()
    }

    /// A text property: UTF-16, or eight-bit in the message's code page.
    fn text(&self, id: u16) -> Option<String> {
        if let Some(bytes) = self.raw(id, kind::WIDE, TEXT_BYTES) {
            let units = bytes.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]]));
            return Some(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect());
        }
        let bytes = self.raw(id, kind::NARROW, TEXT_BYTES)?;
        Some(charset::decode(&bytes, self.label()).text.into_owned())
    }

    /// A binary property, at most `limit` bytes of it.
    fn bytes(&self, id: u16, limit: usize) -> Option<Cow<'_, [u8]>> {
        self.raw(id, kind::BINARY, limit)
    }

    /// A fixed property as a number.
    fn number(&self, id: u16) -> Option<u32> {
        self.fixed(id).map(|value| u32::from_le_bytes([value[0], value[1], value[2], value[3]]))
    }

    /// A fixed property as a time (100 ns since 1601), in RFC 3339 at UTC.
    fn time(&self, id: u16) -> Option<String> {
        let ticks = i64::try_from(u64::from_le_bytes(self.fixed(id)?)).ok()?;
        let seconds = ticks / 10_000_000 - 11_644_473_600;
        let time = jiff::Timestamp::from_second(seconds).ok()?;
        // The year 1601 stands for no time.
        (seconds > 0).then(|| time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
    }
}

/// What an attachment holds.
pub(crate) enum Data<'i, M> {
    /// A file.
    Bytes(Cow<'i, [u8]>),
    /// The file in an object of another program.
    Object(Cow<'i, [u8]>),
    /// A message.
    Message(Box<M>),
    /// Nothing that can be read.
    Nothing,
}

/// A stored message.
pub(crate) trait Message: Sized {
    /// The properties of a recipient or an attachment.
    type Item: Bag;

    /// Its own properties.
    fn bag(&self) -> &dyn Bag;

    /// Its recipients of all types, at most so many.
    fn recipients(&self, most: usize) -> Vec<Self::Item>;

    /// Its attachments, at most so many.
    fn attachments(&self, most: usize) -> Vec<Self::Item>;

    /// What an attachment of it holds.
    fn data<'i>(&self, item: &'i Self::Item) -> Data<'i, Self>
    where
        Self: 'i;
}

/// The charset of a message's eight-bit texts, by PidTagMessageCodepage, else PidTagInternetCodepage.
pub(crate) fn label(bag: &dyn Bag) -> Option<&'static str> {
    [id::CODE_PAGE, id::CODE_PAGE_INTERNET].into_iter().filter_map(|id| bag.number(id)).find_map(label_of)
}

/// The charset label of a Windows code page.
pub(crate) fn label_of(code_page: u32) -> Option<&'static str> {
    Some(match code_page {
        932 => "shift_jis",
        936 | 54936 => "gb18030",
        949 => "euc-kr",
        950 => "big5",
        874 => "windows-874",
        1250 => "windows-1250",
        1251 => "windows-1251",
        1252 => "windows-1252",
        1253 => "windows-1253",
        1254 => "windows-1254",
        1255 => "windows-1255",
        1256 => "windows-1256",
        1257 => "windows-1257",
        1258 => "windows-1258",
        20127 => "utf-8",
        20866 => "koi8-r",
        20932 | 51932 => "euc-jp",
        28591 => "iso-8859-1",
        28592 => "iso-8859-2",
        28605 => "iso-8859-15",
        50220..=50222 => "iso-2022-jp",
        51949 => "euc-kr",
        65000 => "utf-7",
        65001 => "utf-8",
        _ => return None,
    })
}
