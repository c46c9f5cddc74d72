//! How much a PDF asks of whoever reads it, before anybody does.
//!
//! Of what is packed a reader unpacks streams of objects and tables of places at once. They are unpacked here without being kept,
//! and no object may have more parts than a reader should keep.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;
use memchr::memmem;

use crate::Unreadable;

/// Of all streams of objects and tables of places together, unpacked.
const MOST_UNPACKED: u64 = 32 * 1024 * 1024;
/// Names, numbers, strings and brackets: of one object, and of all that is unpacked.
const MOST_PARTS: usize = 500_000;
/// Bytes looked at, of objects that may lie within one another.
const MOST_WORK: usize = 64 * 1024 * 1024;

pub fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut left = Left { unpacked: MOST_UNPACKED, parts: MOST_PARTS, work: MOST_WORK };
    for at in memmem::find_iter(bytes, b"obj") {
        let after = &bytes[at + b"obj".len()..];
        let object = Object::read(after);
        left.work = left.work.checked_sub(object.length).ok_or(Unreadable::BrokenPdf)?;
        if object.parts > MOST_PARTS {
            return Err(Unreadable::BrokenPdf);
        }
        if object.is_structure && object.is_stream {
            left.take(&after[object.length..], &object)?;
        }
    }
    Ok(())
}

/// What may still be unpacked and looked at.
struct Left {
    unpacked: u64,
    parts: usize,
    work: usize,
}

impl Left {
    /// Takes what a stream of objects or a table of places needs.
    fn take(&mut self, content: &[u8], object: &Object) -> Result<(), Unreadable> {
        let content = content.strip_prefix(b"\r").unwrap_or(content);
        let content = content.strip_prefix(b"\n").unwrap_or(content);
        match object.filters {
            0 => return Ok(()),
            1 if object.is_deflated => {}
            _ => return Err(Unreadable::BrokenPdf),
        }
        let (mut parts, mut unpacked) = (Parts::default(), ZlibDecoder::new(content).take(self.unpacked + 1));
        let length = io::copy(&mut unpacked, &mut parts).map_err(|_| Unreadable::BrokenPdf)?;
        self.unpacked = self.unpacked.checked_sub(length).ok_or(Unreadable::BrokenPdf)?;
        self.parts = self.parts.checked_sub(parts.count).ok_or(Unreadable::BrokenPdf)?;
        Ok(())
    }
}

/// Counts the beginnings of names, numbers, strings and brackets.
#[derive(Default)]
struct Parts {
    count: usize,
    is_within: bool,
}

impl io::Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            let is_mark = matches!(byte, b'/' | b'(' | b'[' | b'<');
            let is_regular = !byte.is_ascii_whitespace() && *byte != 0;
            self.count += usize::from(is_mark || (is_regular && !self.is_within));
            self.is_within = is_regular;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What stands between `obj` and the word that ends it, as far as it matters here.
#[derive(Default)]
struct Object {
    length: usize,
    parts: usize,
    /// It ends with `stream`: bytes follow.
    is_stream: bool,
    /// A stream of objects or a table of places, by the names in it.
    is_structure: bool,
    /// How many filters it is packed with.
    filters: usize,
    is_deflated: bool,
}

impl Object {
    fn read(bytes: &[u8]) -> Self {
        let mut object = Self::default();
        while let Some(byte) = bytes.get(object.length).copied() {
            let rest = &bytes[object.length..];
            object.length += match byte {
                b'%' => rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len()),
                b'(' => string(rest),
                b'/' => object.name(rest),
                b'0'..=b'9' | b'+' | b'-' | b'.' => word(rest),
                b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b')' => 1,
                _ if byte.is_ascii_whitespace() || byte == 0 => {
                    object.length += 1;
                    continue;
                }
                _ => match &rest[..word(rest)] {
                    b"true" | b"false" | b"null" | b"R" => word(rest),
                    // Within a string of hexadecimals.
                    hex if hex.iter().all(u8::is_ascii_hexdigit) => hex.len(),
                    end => {
                        object.is_stream = end.starts_with(b"stream");
                        object.length += if object.is_stream { b"stream".len() } else { 0 };
                        return object;
                    }
                },
            };
            object.parts += 1;
            if object.parts > MOST_PARTS {
                return object;
            }
        }
        object
    }

    /// Notes what a name says, and how long it is.
    fn name(&mut self, rest: &[u8]) -> usize {
        let length = 1 + word(&rest[1..]);
        match plain(&rest[1..length]).as_slice() {
            b"ObjStm" | b"XRef" | b"First" | b"Index" | b"W" => self.is_structure = true,
            b"FlateDecode" | b"Fl" => {
                self.filters += 1;
                self.is_deflated = true;
            }
            name if name.ends_with(b"Decode") && name != b"Decode" => self.filters += 1,
            b"AHx" | b"A85" | b"LZW" | b"RL" | b"CCF" | b"DCT" | b"Crypt" => self.filters += 1,
            _ => {}
        }
        length
    }
}

/// Up to a blank or a bracket; at least one byte.
fn word(rest: &[u8]) -> usize {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, 0 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
    };
    rest.iter().position(ends).unwrap_or(rest.len())
}

/// A string with the brackets that it may have within it.
pub(super) fn string(rest: &[u8]) -> usize {
    let (mut depth, mut is_escaped) = (0_usize, false);
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'(' => depth += 1,
            b')' if depth == 1 => return at + 1,
            b')' => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

/// A name in which a letter may be written as its number, `#4E`.
pub(super) fn plain(name: &[u8]) -> Vec<u8> {
    let mut letters = Vec::with_capacity(name.len());
    let mut rest = name;
    while let [first, after @ ..] = rest {
        let number = (*first == b'#').then(|| after.get(..2)).flatten();
        let number = number.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        letters.push(number.unwrap_or(*first));
        rest = if number.is_some() { &after[2..] } else { after };
    }
    letters
}
