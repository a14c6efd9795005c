//! What an icon looks like: whether a reader would take it for a document or a folder. It is decided by shape and
//! colour alone, so that no icon of anybody's needs to be known.

mod raster;
mod shape;

pub(crate) use raster::{Raster, read};
pub(crate) use shape::likeness;
