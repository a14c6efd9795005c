//! Outlook's data files (.pst, .ost): one message after the other, read while the file is open.

use std::fs::File;

use forensics::Limits;
use forensics::pst::{Place, Reader, Why as Unfit};

use super::{Content, Mail, Place as Lies, Why};

/// An open data file.
pub(super) struct Pst {
    lies: Lies,
    reader: Reader<File>,
    place: Place,
    limits: Limits,
}

impl Pst {
    /// Opens a data file.
    pub(super) fn open(lies: Lies, file: File) -> Result<Self, Why> {
        let reader = Reader::open(file).map_err(|unfit| match unfit {
            Unfit::Encrypted => Why::LockedStore,
            Unfit::NoDataFile | Unfit::Version => Why::UnknownStore,
        })?;
        let place = reader.start();
        Ok(Self { lies, reader, place, limits: Limits::default() })
    }

    /// The next message; its name is the file's, its folders, and its number there.
    pub(super) fn next(&mut self) -> Option<Mail> {
        let found = self.reader.next(&mut self.place)?;
        let reading = self.reader.read(&found, &self.limits);
        let folder = if found.folder.is_empty() { String::new() } else { format!("/{}", found.folder) };
        let Lies { path, file, stamp } = &self.lies;
        let lies = Lies { path: format!("{path}{folder}#{}", found.number), file: *file, stamp: *stamp };
        Some(Mail { place: lies, size: reading.facts.size, content: Content::Read(Box::new(reading)) })
    }
}
