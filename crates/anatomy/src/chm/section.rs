//! The compressed section of a help file: one LZX stream in frames of 32 KiB, begun afresh every few frames.
//!
//! `lzxd` asserts on blocks of length zero and indexes by lengths that a crafted block names; those panics are caught
//! here, and the content ends there.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::directory::Directory;
use crate::archive::lzx_window;
use crate::binary::{piece, u32_at, u64_at};

/// Bytes that one frame unpacks to.
const FRAME: usize = 32 << 10;

const CONTROL: &[u8] = b"::DataSpace/Storage/MSCompressed/ControlData";
const CONTENT: &[u8] = b"::DataSpace/Storage/MSCompressed/Content";
const TABLE: &[u8] = b"::DataSpace/Storage/MSCompressed/Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/ResetTable";

/// The section as it stands in the file.
pub(super) struct Packed<'a> {
    data: &'a [u8],
    /// Places in `data` where each frame starts, eight bytes each.
    frames: &'a [u8],
    /// Bytes that it unpacks to.
    size: usize,
    /// Bytes of the window.
    pub(super) window: usize,
    /// Frames after which it begins afresh.
    interval: usize,
}

/// What came out of the section.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    /// More would have come.
    pub(super) over: bool,
}

/// The compressed section; `None` if the file has none, or if it does not tell what is needed to unpack it.
pub(super) fn packed<'a>(bytes: &'a [u8], directory: &Directory<'a>) -> Option<Packed<'a>> {
    let find = |name: &[u8]| {
        let file = directory.files.iter().find(|file| file.name == name && file.section == 0)?;
        Some(piece(bytes, directory.content.checked_add(file.offset)?, file.length))
    };
    let (control, table) = (find(CONTROL)?, find(TABLE)?);
    if control.get(4..8)? != b"LZXC" {
        return None;
    }
    // The second version counts in frames.
    let unit = if u32_at(control, 8)? == 2 { FRAME } else { 1 };
    let size = |at: usize| usize::try_from(u32_at(control, at)?).ok()?.checked_mul(unit);
    let (interval, window) = (size(12)?, size(16)?);
    let count = usize::try_from(u32_at(table, 4)?).ok()?;
    let start = usize::try_from(u32_at(table, 12)?).ok()?;
    Some(Packed {
        data: find(CONTENT)?,
        frames: piece(table, start, count.checked_mul(8)?),
        size: usize::try_from(u64_at(table, 16)?).ok()?,
        window,
        interval: (interval / FRAME).max(1),
    })
}

/// Unpacks at most `room` bytes of it, up to the first frame that is broken.
pub(super) fn unpack(packed: &Packed<'_>, room: usize) -> Unpacked {
    let mut out = Unpacked { bytes: Vec::new(), over: packed.size > room };
    let Some(window) = u8::try_from(packed.window.trailing_zeros()).ok().and_then(lzx_window) else {
        return out;
    };
    if !packed.window.is_power_of_two() {
        return out;
    }
    let end = packed.size.min(room);
    let count = packed.frames.len() / 8;
    let mut decoder = lzxd::Lzxd::new(window);
    for frame in 0..count {
        if out.bytes.len() >= end {
            break;
        }
        let place = |frame: usize| usize::try_from(u64_at(packed.frames, frame * 8)?).ok();
        let Some(from) = place(frame) else { break };
        let to = if frame + 1 < count { place(frame + 1) } else { None }.unwrap_or(packed.data.len());
        let data = piece(packed.data, from, to.saturating_sub(from));
        let size = FRAME.min(packed.size - out.bytes.len());
        if frame > 0 && frame % packed.interval == 0 {
            decoder = lzxd::Lzxd::new(window);
        }
        let block = catch_unwind(AssertUnwindSafe(|| {
            decoder.decompress_next(data, size).ok().map(|block| out.bytes.extend_from_slice(block))
        }));
        if !matches!(block, Ok(Some(()))) {
            break;
        }
    }
    out.bytes.truncate(end);
    out
}
