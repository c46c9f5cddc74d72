//! The lock of an encrypted PDF: whether it opens without a password, as it does where only changing or printing is locked.

use lopdf::Document;
use memchr::memmem;

/// Whether anything in the file says that it is encrypted.
pub fn is_there(bytes: &[u8]) -> bool {
    of_file(bytes).is_some() || memmem::find_iter(bytes, b"#").any(|at| is_disguised(bytes, at))
}

/// The same name with a letter written as its number, `/#45ncrypt`.
fn is_disguised(bytes: &[u8], at: usize) -> bool {
    let start = bytes[at.saturating_sub(b"/Encrypt".len())..at].iter().rposition(|byte| *byte == b'/');
    let start = start.map(|start| at.saturating_sub(b"/Encrypt".len()) + start + 1);
    let written = start.and_then(|start| bytes.get(start..(start + 3 * b"Encrypt".len()).min(bytes.len())));
    written.is_some_and(|name| super::bounds::plain(name).starts_with(b"Encrypt"))
}

/// Tries the empty password on the lock alone: a file of one empty page with the same lock has nothing else that could take
/// time or memory.
pub fn opens(bytes: &[u8]) -> bool {
    let Some(alone) = alone(bytes) else { return false };
    Document::load_metadata_mem(&alone).is_ok_and(|read| read.page_count > 0)
}

/// Larger than any lock.
const LONGEST: usize = 8 * 1024;

fn alone(bytes: &[u8]) -> Option<Vec<u8>> {
    let lock = of_file(bytes)?;
    let lock = if lock.starts_with(b"<<") { lock } else { object(bytes, lock)? };
    let lock = &lock[..length(lock)?];
    // Newer locks do without.
    let id = of_last(bytes, b"/ID", |next| next == b'[');
    let id = id.and_then(|id| Some(&id[..length(id)?])).unwrap_or(b"[<00><00>]");
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    let pages: [&[u8]; 4] = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        lock,
    ];
    for (index, content) in pages.into_iter().enumerate() {
        places.push(format!("{:010} 00000 n \n", file.len()));
        file.extend(format!("{} 0 obj\n", index + 1).bytes());
        file.extend([content, b"\nendobj\n"].concat());
    }
    let start = file.len();
    file.extend(format!("xref\n0 5\n0000000000 65535 f \n{}", places.concat()).bytes());
    file.extend([b"trailer\n<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID ".as_slice(), id, b">>\n"].concat());
    file.extend(format!("startxref\n{start}\n%%EOF\n").bytes());
    Some(file)
}

/// A reference to the lock, or the lock.
fn of_file(bytes: &[u8]) -> Option<&[u8]> {
    of_last(bytes, b"/Encrypt", |next| next.is_ascii_digit() || next == b'<')
}

/// What stands after the last such name that something fitting follows, up to the longest.
fn of_last<'a>(bytes: &'a [u8], name: &[u8], fits: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
    let mut places = memmem::rfind_iter(bytes, name);
    places.find_map(|at| {
        let after = &bytes[at + name.len()..];
        let after = after[..after.len().min(LONGEST)].trim_ascii_start();
        after.first().is_some_and(|next| fits(*next)).then_some(after)
    })
}

/// The object that a reference, `5 0 R`, leads to.
fn object<'a>(bytes: &'a [u8], reference: &[u8]) -> Option<&'a [u8]> {
    let mut words = reference.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let heading = [words.next()?, b" ", words.next()?, b" obj"].concat();
    let mut places = memmem::rfind_iter(bytes, &heading);
    let at = places.find(|at| *at == 0 || !bytes[at - 1].is_ascii_digit())?;
    let after = &bytes[at + heading.len()..];
    Some(after[..after.len().min(LONGEST)].trim_ascii_start())
}

/// A dictionary's or an array's, up to the bracket that closes it.
fn length(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        let is_double = bytes.get(at + 1) == Some(byte);
        match byte {
            b'<' if is_double => (at, depth) = (at + 2, depth + 1),
            b'>' if is_double => (at, depth) = (at + 2, depth.checked_sub(1)?),
            b'[' => (at, depth) = (at + 1, depth + 1),
            b']' => (at, depth) = (at + 1, depth.checked_sub(1)?),
            b'<' => at += 1 + memchr::memchr(b'>', &bytes[at..])?,
            b'(' => at += super::bounds::string(&bytes[at..]),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}
