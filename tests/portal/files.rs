//! Whole files of every kind that people hand in; what they are is read when they come.

pub const PDF: &[u8] = include_bytes!("../samples/scan.pdf");
/// It asks for a password.
pub const LOCKED_PDF: &[u8] = include_bytes!("../samples/locked.pdf");
/// Anybody opens it; only changing it is locked.
pub const OWNER_LOCKED_PDF: &[u8] = include_bytes!("../samples/owner-locked.pdf");
pub const PNG: &[u8] = include_bytes!("../samples/scan.png");
pub const JPEG: &[u8] = include_bytes!("../samples/scan.jpg");

/// A whole PDF that differs from others by what is noted in it.
pub fn pdf(note: &str) -> Vec<u8> {
    [PDF, b"% ", note.as_bytes(), b"\n"].concat()
}
