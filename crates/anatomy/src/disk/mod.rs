//! Disk images: what a file system holds, wherever it stands in the image.

pub(crate) mod fat;
pub(crate) mod iso;
pub(crate) mod part;
