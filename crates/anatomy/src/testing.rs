//! What tests build and look at.

use crate::{Job, Limits, Opened};

/// Opens bytes as a kind.
pub(crate) fn open(name: &str, kind: &str, bytes: &[u8]) -> Opened {
    let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
    crate::open_as(kind, &job, &[], &Limits::default())
}

/// The ids of the tells, sorted.
pub(crate) fn ids(opened: &Opened) -> Vec<&str> {
    let mut ids: Vec<&str> = opened.tells.iter().map(|t| t.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A compound file (version 3, no small streams) with streams by path; `a/b` lies in the storage `a`.
pub(crate) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    // Entries: name, is stream, data, children.
    let mut entries: Vec<(String, bool, Vec<u8>, Vec<usize>)> =
        vec![("Root Entry".into(), false, vec![], vec![])];
    for (path, data) in streams {
        let mut folder = 0;
        let mut steps = path.split('/').peekable();
        while let Some(step) = steps.next() {
            let is_stream = steps.peek().is_none();
            let there = entries[folder].3.iter().copied().find(|i| entries[*i].0 == step);
            folder = there.unwrap_or_else(|| {
                let data = if is_stream { data.to_vec() } else { vec![] };
                entries.push((step.into(), is_stream, data, vec![]));
                let index = entries.len() - 1;
                entries[folder].3.push(index);
                index
            });
        }
    }
    let mut fat: Vec<u32> = Vec::new();
    let mut body = Vec::new();
    let mut place = |data: &[u8], fat: &mut Vec<u32>| {
        let start = fat.len();
        let sectors = data.len().div_ceil(512).max(1);
        fat.extend((1..sectors).map(|i| u32::try_from(start + i).unwrap()));
        fat.push(0xffff_fffe);
        body.extend_from_slice(data);
        body.resize(body.len().div_ceil(512).max(start + sectors) * 512, 0);
        body.truncate((start + sectors) * 512);
        u32::try_from(start).unwrap()
    };
    let mut starts = Vec::new();
    for (_, is_stream, data, _) in &mut entries {
        // Streams below 4096 bytes would have to lie in the small stream.
        if *is_stream && data.len() < 4096 {
            data.resize(4096, 0);
        }
        starts.push(if *is_stream { place(data, &mut fat) } else { 0 });
    }
    let mut directory = Vec::new();
    for (index, (name, is_stream, data, children)) in entries.iter().enumerate() {
        let mut entry = [0u8; 128];
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..wide.len()].copy_from_slice(&wide);
        entry[64] = u8::try_from(wide.len() + 2).unwrap();
        entry[66] = if index == 0 { 5 } else { 1 + u8::from(*is_stream) };
        let next = entries.iter().find_map(|e| {
            let at = e.3.iter().position(|c| *c == index)?;
            e.3.get(at + 1)
        });
        let id = |i: Option<&usize>| i.map_or(u32::MAX, |i| u32::try_from(*i).unwrap()).to_le_bytes();
        entry[68..72].copy_from_slice(&u32::MAX.to_le_bytes());
        entry[72..76].copy_from_slice(&id(next));
        entry[76..80].copy_from_slice(&id(children.first()));
        let start = if index == 0 { 0xffff_fffe } else { starts[index] };
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&u32::try_from(data.len()).unwrap().to_le_bytes());
        directory.extend_from_slice(&entry);
    }
    let directory = place(&directory, &mut fat);
    let tables = (fat.len() + 16).div_ceil(127);
    let first = fat.len();
    fat.extend(vec![0xffff_fffd; tables]);
    fat.resize(fat.len().div_ceil(128) * 128, u32::MAX);
    let mut out = forensics::ole::MAGIC.to_vec();
    out.resize(512, 0);
    out[24..32].copy_from_slice(&[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0]);
    out[48..52].copy_from_slice(&directory.to_le_bytes());
    out[56..60].copy_from_slice(&4096u32.to_le_bytes());
    out[60..64].copy_from_slice(&0xffff_fffeu32.to_le_bytes());
    out[68..72].copy_from_slice(&0xffff_fffeu32.to_le_bytes());
    out[76..512].fill(0xff);
    for table in 0..tables {
        let id = u32::try_from(first + table).unwrap();
        out[76 + 4 * table..80 + 4 * table].copy_from_slice(&id.to_le_bytes());
    }
    out.extend(body);
    for id in fat.iter().take(tables * 128) {
        out.extend_from_slice(&id.to_le_bytes());
    }
    out
}
