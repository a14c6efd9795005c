//! One line of a log, as its parts.

/// What a part of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The machine that asked: an address or a name.
    Client,
    /// Who asked: an account.
    User,
    /// A name that was asked for.
    Name,
    /// An address that was contacted.
    Ip,
    /// A name or an address, with or without a port, that was contacted.
    Host,
    /// Names or addresses, separated by commas, semicolons or spaces.
    Answers,
    /// A URL.
    Url,
    /// The path of a URL whose host is another field.
    Path,
    /// The query of a URL whose path is another field.
    Query,
    /// A user agent.
    Agent,
    /// A file's name.
    FileName,
    /// A file's path, or a command line.
    FilePath,
    /// A hash.
    Hash,
    /// E-mail addresses.
    Email,
    /// A mail's subject.
    Subject,
    /// The port that was contacted.
    Port,
    /// Any text: looked through for everything.
    Text,
    /// When it was; the first of two where date and time stand apart.
    Time,
    /// The time of day, where the date stands apart.
    TimeOfDay,
}

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What it is.
    pub role: Role,
    /// It had to be written anew (escapes): it stands in the scratch of the record.
    scratch: bool,
    start: u32,
    end: u32,
}

/// The parts of one line; used again for the next.
#[derive(Debug, Default)]
pub struct Record {
    fields: Vec<Field>,
    scratch: Vec<u8>,
    origin: usize,
}

impl Record {
    /// Begins with a new line.
    #[inline]
    pub fn begin(&mut self, line: &[u8]) {
        self.fields.clear();
        self.scratch.clear();
        self.origin = line.as_ptr() as usize;
    }

    /// Adds a part, which must be of the line.
    #[inline]
    pub fn push(&mut self, role: Role, part: &[u8]) {
        if self.fields.len() < crate::limits::MAX_FIELDS {
            let start = (part.as_ptr() as usize).wrapping_sub(self.origin);
            #[allow(clippy::cast_possible_truncation, reason = "a line is shorter than MAX_LINE")]
            self.fields.push(Field {
                role,
                scratch: false,
                start: start as u32,
                end: (start + part.len()) as u32,
            });
        }
    }

    /// Adds a part that is written anew by `write`.
    pub fn push_written(&mut self, role: Role, write: impl FnOnce(&mut Vec<u8>)) {
        if self.fields.len() < crate::limits::MAX_FIELDS {
            let start = self.scratch.len();
            write(&mut self.scratch);
            #[allow(clippy::cast_possible_truncation, reason = "a line is shorter than MAX_LINE")]
            self.fields.push(Field {
                role,
                scratch: true,
                start: start as u32,
                end: self.scratch.len() as u32,
            });
        }
    }

    /// The parts.
    #[inline]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The text of a part.
    #[inline]
    pub fn text<'a>(&'a self, line: &'a [u8], field: Field) -> &'a [u8] {
        let from = if field.scratch { self.scratch.as_slice() } else { line };
        from.get(field.start as usize..field.end as usize).unwrap_or_default()
    }

    /// Where in the line a part stands, unless it was written anew.
    pub fn place(&self, field: Field) -> Option<usize> {
        (!field.scratch).then_some(field.start as usize)
    }

    /// The first part with this role.
    pub fn first<'a>(&'a self, line: &'a [u8], role: Role) -> Option<&'a [u8]> {
        self.fields.iter().find(|field| field.role == role).map(|field| self.text(line, *field))
    }
}
