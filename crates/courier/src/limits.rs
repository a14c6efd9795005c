//! Every limit on what comes from outside.

/// Bytes of one answer of a hub.
pub const MAX_ANSWER: u64 = 64 << 20;
/// Bytes of a pulled set.
pub const MAX_SET: u64 = 1 << 30;
/// Advisories of a set.
pub const MAX_ADVISORIES: usize = 100_000;
/// Bytes of an indicator's value, of a title or a note.
pub const MAX_TEXT: usize = 8 << 10;
/// Bytes of a cursor, an id or a number.
pub const MAX_WORD: usize = 200;
/// Bytes of one line of a sweep's output.
pub const MAX_LINE: usize = 4 << 20;
/// Machines that are counted apart for one advisory; more are only counted as hits.
pub const MAX_MACHINES: usize = 1_000;
/// Names and addresses to take out of a mail.
pub const MAX_TERMS: usize = 1_000;
/// Characters of one of them.
pub const MAX_TERM: usize = 200;
/// Mails inside mails, and parts inside parts.
pub const MAX_DEPTH: usize = 40;
/// Parts of one mail.
pub const MAX_PARTS: usize = 10_000;
