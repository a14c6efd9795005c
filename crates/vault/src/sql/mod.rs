//! A thin layer over both databases, so that every noun is written once.
//!
//! [`Store`] holds the connection pools, [`Session`] one connection (or transaction) with what is being done
//! on it, [`Arg`] a value on its way in, [`Row`] a row on its way out. The SQL text is the same for both;
//! the few places where it cannot be are methods of [`Session`].

mod arg;
mod many;
mod row;
mod session;
mod store;
mod text;

pub(crate) use arg::{Arg, args};
pub(crate) use many::{Statement, filled, insert_many, inserts, marks, padded};
pub(crate) use row::Row;
pub(crate) use session::{Session, select};
pub(crate) use store::Store;
