//! Archives: their lists and what is inside of them.

pub(crate) mod ace;
pub(crate) mod arj;
pub(crate) mod lzh;
pub(crate) mod lzh_header;
pub(crate) mod names;
pub(crate) mod rar;
