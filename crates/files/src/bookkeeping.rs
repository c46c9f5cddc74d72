//! SIE, the file of a bookkeeping system: whether it is whole. What it says of accounts and vouchers is read by whoever opens it.

use super::{Unreadable, text};

/// Every line is a post or a brace, there is a type, every voucher is closed, and a check sum that was begun is told at the end.
pub fn open(bytes: &[u8]) -> Result<(), Unreadable> {
    let bytes = bytes.strip_prefix(text::UTF_8_MARK).unwrap_or(bytes);
    if !text::is_text(bytes) {
        return Err(Unreadable::BrokenBookkeeping);
    }
    let (mut has_type, mut sums, mut is_open) = (false, 0, false);
    for line in bytes.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::trim_ascii) {
        match line.first() {
            None => {}
            Some(b'{') if !is_open => is_open = true,
            Some(b'}') if is_open => is_open = false,
            Some(b'#') => {
                let post = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
                has_type |= post == b"#SIETYP";
                sums += usize::from(post == b"#KSUMMA");
            }
            Some(_) => return Err(Unreadable::BrokenBookkeeping),
        }
    }
    match () {
        () if is_open || sums == 1 => Err(Unreadable::CutBookkeeping),
        () if !has_type => Err(Unreadable::BrokenBookkeeping),
        () => Ok(()),
    }
}
