//! PNG and JPEG: whether a picture is whole, from its beginning to its end mark. Nothing is unpacked, so a picture costs no more
//! than its bytes.

use super::Unreadable;

pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
pub const JPEG: &[u8] = b"\xff\xd8\xff";

/// Chunk after chunk, each with its check sum: `IHDR` first, something in `IDAT`, `IEND` last.
pub fn open_png(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut rest = bytes.strip_prefix(PNG).ok_or(Unreadable::BrokenPicture)?;
    let (mut is_first, mut has_pixels) = (true, false);
    loop {
        let (length, after) = rest.split_first_chunk().ok_or(Unreadable::CutPicture)?;
        let length = u32::from_be_bytes(*length) as usize;
        let named = after.get(..length.saturating_add(4)).ok_or(Unreadable::CutPicture)?;
        let (sum, after) = after[named.len()..].split_first_chunk().ok_or(Unreadable::CutPicture)?;
        if crc32fast::hash(named) != u32::from_be_bytes(*sum) {
            return Err(Unreadable::BrokenPicture);
        }
        let (name, content) = named.split_at(4);
        match name {
            b"IHDR" if is_first && content.len() == 13 && has_size(&content[..8]) => {}
            _ if is_first => return Err(Unreadable::BrokenPicture),
            b"IDAT" => has_pixels |= length > 0,
            b"IEND" if has_pixels => return Ok(()),
            b"IEND" => return Err(Unreadable::BrokenPicture),
            _ => {}
        }
        is_first = false;
        rest = after;
    }
}

/// Neither the width nor the height is nought.
fn has_size(sides: &[u8]) -> bool {
    sides.chunks(4).all(|side| side.iter().any(|byte| *byte != 0))
}

/// Segment after segment up to the end mark; what a telephone adds after that is its own.
pub fn open_jpeg(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut at = 2;
    let (mut has_frame, mut has_scan) = (false, false);
    loop {
        let marker = marker_at(bytes, &mut at)?;
        match marker {
            0xD9 if has_frame && has_scan => return Ok(()),
            0xD9 => return Err(Unreadable::BrokenPicture),
            // Without a length of their own.
            0x01 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let length = bytes.get(at..at + 2).ok_or(Unreadable::CutPicture)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let segment = bytes.get(at..at + length.max(2)).ok_or(Unreadable::CutPicture)?;
        at += length.max(2);
        match marker {
            // A frame: its precision, height and width. A height of nought is told later, in `DNL`.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                has_frame = segment.get(5..7).is_some_and(|width| width != [0, 0]);
            }
            // A scan: its pixels follow, up to the next marker.
            0xDA => {
                has_scan = true;
                at = end_of_pixels(bytes, at).ok_or(Unreadable::CutPicture)?;
            }
            _ => {}
        }
    }
}

/// The marker at the place, which moves past it; filling bytes before it are skipped.
fn marker_at(bytes: &[u8], at: &mut usize) -> Result<u8, Unreadable> {
    if *bytes.get(*at).ok_or(Unreadable::CutPicture)? != 0xFF {
        return Err(Unreadable::BrokenPicture);
    }
    let filling = bytes[*at..].iter().take_while(|byte| **byte == 0xFF).count();
    let marker = *bytes.get(*at + filling).ok_or(Unreadable::CutPicture)?;
    *at += filling + 1;
    Ok(marker)
}

/// Where the next marker begins. Among pixels 0xFF is followed by nought, or begins a restart.
fn end_of_pixels(bytes: &[u8], from: usize) -> Option<usize> {
    let pairs = bytes.get(from..)?.windows(2);
    let next =
        pairs.enumerate().find(|(_, pair)| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xFF | 0xD0..=0xD7));
    next.map(|(at, _)| from + at)
}
