//! Codes from an app: RFC 6238 (TOTP) over RFC 4226 (HOTP), with SHA-1, six digits and steps of thirty seconds, which is what
//! every authenticator takes for granted.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use qrcode::{Color, EcLevel, QrCode};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::ground::infra::db::DbError;

const STEP: i64 = 30;
const MODULUS: u32 = 1_000_000;
/// 160 bits, as RFC 4226 §4 recommends.
const LENGTH: usize = 20;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub fn random_secret() -> Result<Vec<u8>, DbError> {
    let mut secret = vec![0_u8; LENGTH];
    getrandom::fill(&mut secret).map_err(DbError::corrupt)?;
    Ok(secret)
}

/// The code of a step.
fn code(secret: &[u8], step: i64) -> u32 {
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(secret) else { return MODULUS };
    let digest = mac.chain_update(step.to_be_bytes()).finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let word: [u8; 4] = std::array::from_fn(|index| digest[offset + index]);
    (u32::from_be_bytes(word) & 0x7fff_ffff) % MODULUS
}

/// What an app shows at this moment.
pub fn code_at(secret: &[u8], now: DateTime<Utc>) -> String {
    format!("{:06}", code(secret, now.timestamp().div_euclid(STEP)))
}

/// The step whose code this is: the present one, or one beside it for clocks that differ. One that was used (`last`), or is
/// older than that, is never taken again.
pub fn matching_step(secret: &[u8], typed: &str, now: DateTime<Utc>, last: i64) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let current = now.timestamp().div_euclid(STEP);
    [current - 1, current, current + 1]
        .into_iter()
        .filter(|step| format!("{:06}", code(secret, *step)).as_bytes().ct_eq(digits.as_bytes()).into())
        .find(|step| *step > last)
}

/// RFC 4648, without padding.
pub fn base32(bytes: &[u8]) -> String {
    let bit = |index: usize| bytes.get(index / 8).map_or(0, |byte| usize::from(byte >> (7 - index % 8) & 1));
    let letters = (bytes.len() * 8).div_ceil(5);
    (0..letters)
        .map(|letter| (0..5).fold(0, |value, place| value << 1 | bit(letter * 5 + place)))
        .map(|value| char::from(ALPHABET[value]))
        .collect()
}

/// The secret as an app reads it out of the picture.
pub fn address(secret: &[u8], email: &str) -> String {
    let account: String = email
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let secret = base32(secret);
    format!(
        "otpauth://totp/Bidragsporten:{account}?secret={secret}&issuer=Bidragsporten&algorithm=SHA1&digits=6&period=30"
    )
}

/// A QR code as the path of an SVG, and how many units its side has. The quiet zone of four is in it.
#[derive(Debug)]
pub struct Picture {
    pub side: usize,
    pub path: String,
}

pub fn picture(address: &str) -> Option<Picture> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path = dark.map(|(index, _)| format!("M{} {}h1v1h-1z", index % width + QUIET, index / width + QUIET));
    Some(Picture { side: width + 2 * QUIET, path: path.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn moment(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, the rows of SHA-1: the last six of their eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SECRET, moment(seconds)), expected, "{seconds}");
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn the_counter_gives_the_values_of_the_standard() {
        let expected =
            [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, value) in (0..).zip(expected) {
            assert_eq!(code(SECRET, counter), value);
        }
    }

    #[test]
    fn a_code_holds_one_step_to_each_side_and_no_longer() {
        let now = moment(1_111_111_111);
        let step = 1_111_111_111 / 30;
        for (off, holds) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let typed = code_at(SECRET, moment((step + off) * 30));
            let found = matching_step(SECRET, &typed, now, 0);
            assert_eq!(found, holds.then_some(step + off), "{off}");
        }
        assert_eq!(matching_step(SECRET, " 050 471 ", now, 0), Some(step));
        for wrong in ["", "05047", "0504711", "abcdef", "０５０４７１", "-50471"] {
            assert_eq!(matching_step(SECRET, wrong, now, 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_used_step_and_those_before_it_are_not_taken_again() {
        let now = moment(1_111_111_111);
        let step = 1_111_111_111 / 30;
        let earlier = code_at(SECRET, moment((step - 1) * 30));
        assert_eq!(matching_step(SECRET, "050471", now, step - 1), Some(step));
        assert_eq!(matching_step(SECRET, "050471", now, step), None);
        assert_eq!(matching_step(SECRET, &earlier, now, step), None);
    }

    /// RFC 4648 §10.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (plain, expected) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(plain.as_bytes()), expected);
        }
    }

    #[test]
    fn the_address_names_the_account_and_fits_a_picture() {
        let address = address(SECRET, "anna+prov@ale.se");
        assert!(address.starts_with("otpauth://totp/Bidragsporten:anna%2Bprov%40ale.se?secret=GEZDGNBV"));
        let picture = picture(&address).unwrap();
        assert!(picture.side > 40 && picture.path.starts_with("M4 4h1v1h-1z"));
    }
}
