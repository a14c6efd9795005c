//! Bytes and markup of a mail made showable: nothing here knows of requests, accounts or records.

pub mod hex;
pub mod html;
pub mod sealed;
pub mod source;
pub mod strings;
