//! How much of a hostile input is read: every limit by its name.

/// Bytes of one source text that are read; what stands behind them is left unread. A mail's prose is some
/// kilobytes; 4 MiB leaves room for the largest reports and bounds one mail's time to milliseconds.
pub const MAX_TEXT: usize = 4 << 20;

/// Observables kept of one mail, in order of appearance. A mail that lists a whole feed stays below it.
pub const MAX_OBSERVABLES: usize = 20_000;

/// Places kept of one observable: enough to see where it stands, no matter how often it is repeated.
pub const MAX_PLACES: usize = 32;

/// Files (attachments and what is inside them) that are looked at.
pub const MAX_FILES: usize = 20_000;

/// How deep files inside files are followed.
pub const MAX_DEPTH: usize = 64;

/// Bytes of one URL that are kept. Browsers stop between 2 KB and 2 MB; a longer one is cut off as no URL.
pub const MAX_URL: usize = 16 << 10;

/// Entries of one indicator list that are kept.
pub const MAX_SET: usize = 2_000_000;

/// Problems that are told about one list; more of them say nothing new.
pub const MAX_PROBLEMS: usize = 1_000;

/// Bytes of a host as it is written (percent-encoded or in any script): a name has at most 253 octets, and
/// three to nine bytes may stand for one.
pub(crate) const MAX_HOST: usize = 1_024;

/// Bytes of an address: 64 of local part, 255 of domain (RFC 5321 §4.5.3.1), and room for other scripts.
pub(crate) const MAX_ADDRESS: usize = 1_024;
