//! Outlook's data files (.pst, .ost): one message after the other, read while the file is open.

use std::fs::File;

use forensics::Limits;
use forensics::pst::{Place, Reader, Why as Unfit};

use super::{Content, Mail, Why};

/// An open data file.
pub(super) struct Pst {
    path: String,
    reader: Reader<File>,
    place: Place,
    limits: Limits,
}

impl Pst {
    /// Opens a data file.
    pub(super) fn open(path: String, file: File) -> Result<Self, Why> {
        let reader = Reader::open(file).map_err(|unfit| match unfit {
            Unfit::Encrypted => Why::LockedStore,
            Unfit::NoDataFile | Unfit::Version => Why::UnknownStore,
        })?;
        let place = reader.start();
        Ok(Self { path, reader, place, limits: Limits::default() })
    }

    /// The next message; its name is the file's, its folders, and its number there.
    pub(super) fn next(&mut self) -> Option<Mail> {
        let found = self.reader.next(&mut self.place)?;
        let reading = self.reader.read(&found, &self.limits);
        let folder = if found.folder.is_empty() { String::new() } else { format!("/{}", found.folder) };
        let path = format!("{}{folder}#{}", self.path, found.number);
        Some(Mail { path, size: reading.facts.size, content: Content::Read(Box::new(reading)) })
    }
}
