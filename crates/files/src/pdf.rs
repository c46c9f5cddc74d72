//! PDF: whether it opens for whoever gets it, without a password, and has pages.
//!
//! `lopdf` reads what a reader reads before it shows a page: where the objects are and the root of the pages. A small file can
//! unpack to a very large one, so [`bounds`] looks first. Of an encrypted file only the [`lock`] is tried: what is behind it
//! cannot be bounded.

mod bounds;
mod lock;

use lopdf::{Document, xref::XrefRecovery};

use super::Unreadable;

/// How far from its end a file says that it ends.
const TAIL: usize = 1024;

pub fn open(bytes: &[u8]) -> Result<(), Unreadable> {
    if !says_that_it_ends(bytes) {
        return Err(Unreadable::CutPdf);
    }
    if lock::is_there(bytes) {
        return if lock::opens(bytes) { Ok(()) } else { Err(Unreadable::Locked) };
    }
    bounds::check(bytes)?;
    let read = Document::load_metadata_mem(bytes).map_err(|_| Unreadable::BrokenPdf)?;
    match () {
        // Put together from what was found: something is missing.
        () if read.xref_recovery == Some(XrefRecovery::Reconstructed) => Err(Unreadable::BrokenPdf),
        () if read.page_count == 0 => Err(Unreadable::NoPages),
        () => Ok(()),
    }
}

/// A scanner may fill up to a whole block after the mark.
fn says_that_it_ends(bytes: &[u8]) -> bool {
    let last = bytes.iter().rposition(|byte| *byte != 0 && !byte.is_ascii_whitespace());
    let whole = &bytes[..last.map_or(0, |last| last + 1)];
    let tail = &whole[whole.len().saturating_sub(TAIL)..];
    memchr::memmem::find(tail, b"%%EOF").is_some()
}
