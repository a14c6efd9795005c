//! How much of a hostile input is read: every limit by its name.

/// Indicators of one set. Four times what the largest public feeds hold together.
pub const MAX_INDICATORS: usize = 4_000_000;

/// Bytes of one list, bundle or event.
pub const MAX_LIST: u64 = 2 << 30;

/// Bytes of one value.
pub const MAX_VALUE: usize = 8 << 10;

/// Letters of a part (of a name, path, subject …) below which it would be found everywhere.
pub const MIN_PART: usize = 4;

/// Values found as a part of a text, all kinds together: each takes memory in an automaton.
pub const MAX_PARTS: usize = 200_000;

/// Remarks on the lists that are told one by one; more of them are counted.
pub const MAX_REMARKS: usize = 1_000;

/// Bytes of a log that are worked on at once by one thread alone: they stay in the cache that is nearest to it.
pub const CHUNK: usize = 256 << 10;

/// The same where several threads share a log: each hand-over costs, so there are fewer of them (two threads are 1.84 times
/// as fast as one; with chunks of 256 KiB 1.5 times).
pub const CHUNK_SHARED: usize = 1 << 20;

/// Bytes of one line that are looked at as one record; what is longer is looked through piece by piece.
pub const MAX_LINE: usize = 1 << 20;

/// Bytes that two pieces of a long line share: a value across the seam is found.
pub const SEAM: usize = 4 << 10;

/// Bytes of a name in a log: 253 octets (RFC 1035) with escapes.
pub const MAX_NAME: usize = 1_024;

/// Fields of one line that are looked at.
pub const MAX_FIELDS: usize = 128;

/// How deep archives inside archives are followed.
pub const MAX_DEPTH: usize = 4;

/// Bytes of an archive inside another that are held to read it; a larger one is told.
pub const MAX_NESTED: u64 = 256 << 20;

/// Members of one archive.
pub const MAX_MEMBERS: usize = 100_000;

/// Bytes of an archive's list of members.
pub const MAX_DIRECTORY: u64 = 64 << 20;

/// How many times its size a compressed file may expand to, beyond [`FREE_EXPANSION`].
pub const MAX_RATIO: u64 = 2_000;

/// Bytes that any compressed file may expand to.
pub const FREE_EXPANSION: u64 = 256 << 20;

/// KiB of memory for one XZ stream.
pub const XZ_MEMORY_KIB: u32 = 256 << 10;

/// Hits kept for pages and reports; beyond, they are counted (and written, where one object a hit is asked for).
pub const MAX_KEPT_HITS: usize = 10_000;

/// Pairs of an indicator and a machine that are told apart; beyond, only the indicator is counted.
pub const MAX_PAIRS: usize = 200_000;

/// Steps of a timeline.
pub const MAX_BUCKETS: usize = 256;

/// Bytes of `who` and `what` of a hit.
pub const MAX_SHOWN: usize = 1_024;
