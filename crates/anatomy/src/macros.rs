//! The code that documents carry: VBA projects, Excel 4 macros, and what any script gives away.

pub(crate) mod calls;
mod decompress;
mod dir;
pub(crate) mod part;
pub(crate) mod strings;
pub(crate) mod study;
pub(crate) mod vba;
pub(crate) mod xlm;
mod xlm_names;
