//! How much of one attachment is opened: every bound on hostile input that more than one kind shares, by name.
//! Bounds of one format stand in that format's module.

/// Bounds for opening one attachment with everything inside of it. What lies beyond is left out and told.
///
/// ```
/// let limits = anatomy::Limits { depth: 2, ..anatomy::Limits::default() };
/// assert_eq!(limits.depth, 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Files inside files inside files.
    pub depth: usize,
    /// Files told, listed ones included.
    pub files: usize,
    /// Decompressed bytes of one file.
    pub file_bytes: usize,
    /// Decompressed bytes of all files together.
    pub all_bytes: usize,
    /// Decompressed bytes for one compressed byte, beyond [`Limits::ratio_free_bytes`].
    pub ratio: usize,
    /// Decompressed bytes of one file up to which the ratio does not matter: honest text compresses well.
    pub ratio_free_bytes: usize,
    /// Bytes of a file name.
    pub name_bytes: usize,
    /// Properties of one file.
    pub properties: usize,
    /// Bytes of one property's value.
    pub property_bytes: usize,
    /// Scripts of one file.
    pub scripts: usize,
    /// Bytes of one script's text.
    pub script_bytes: usize,
    /// Relations of one file.
    pub relations: usize,
    /// Bytes of one relation's target.
    pub target_bytes: usize,
    /// Bytes of a document's visible text.
    pub text_bytes: usize,
    /// Bytes of all the texts handed on for indicators, together.
    pub source_bytes: usize,
    /// Oddities told.
    pub oddities: usize,
    /// Tells told.
    pub tells: usize,
    /// Passwords tried on one file.
    pub passwords: usize,
    /// Look for codes in pictures, and take the hashes by which files that were changed a little are known again. A search
    /// for words and names asks for neither.
    pub judge: bool,
    /// Hash operations spent on checking passwords, over all files: a file says itself how many one password takes.
    pub hashes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 8,
            files: 2_000,
            file_bytes: 64 << 20,
            all_bytes: 192 << 20,
            ratio: 1_000,
            ratio_free_bytes: 4 << 20,
            name_bytes: 1_024,
            properties: 200,
            property_bytes: 4 << 10,
            scripts: 100,
            script_bytes: 256 << 10,
            relations: 500,
            target_bytes: 16 << 10,
            text_bytes: 64 << 10,
            source_bytes: 4 << 20,
            oddities: 100,
            tells: 100,
            judge: true,
            passwords: 60,
            hashes: 8_000_000,
        }
    }
}
