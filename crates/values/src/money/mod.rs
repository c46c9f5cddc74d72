//! *Pengar*: kronor and öre, exact.
//!
//! [`Money`] is every amount in the program; [`parse_kronor`] and [`parse_amount`]
//! read what a person typed.

mod amount;

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use amount::{AmountError, parse_amount, parse_cost_or_credit, parse_kronor, parse_kronor_or_zero};

/// Before every negative number that people read: amounts, shares and days alike.
pub const MINUS: &str = "\u{2212}";

/// An amount in kronor, always whole öre, negative where it is a deficit.
///
/// Shown in Swedish, `1 310 223 kr` or `−1 310 223,50 kr`, with no-break spaces
/// (U+00A0) and a minus sign (U+2212). Stored as whole öre ([`Self::to_ore`]), in
/// JSON as `"1310223.00"`.
///
/// The range is that of öre in an `i64`: 92 quadrillion kronor either way, many
/// thousand times the budget of the state. The operators, the sum and
/// [`Self::kronor`] panic beyond it, as integers do with overflow checks on;
/// `checked_add` and `checked_sub` do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Money(Decimal);

/// An amount above zero: what is registered as paid, received or returned. Nothing else can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Positive(Money);

impl Positive {
    #[must_use]
    pub fn new(money: Money) -> Option<Self> {
        (money > Money::ZERO).then_some(Self(money))
    }

    #[must_use]
    pub fn get(self) -> Money {
        self.0
    }
}

/// Not an amount in whole öre within range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an amount in whole öre")]
pub struct NotMoney;

const ORE_PER_KRONA: u64 = 100;

impl Money {
    pub const ZERO: Self = Self(Decimal::ZERO);

    #[must_use]
    pub fn kronor(kronor: i64) -> Self {
        Self::ore(kronor * 100)
    }

    #[must_use]
    pub fn ore(ore: i64) -> Self {
        Self(Decimal::new(ore, 2))
    }

    /// Reads [`Self::plain`] and the JSON form: ASCII digits, perhaps `-` first,
    /// perhaps a point and exactly two decimals. For files, not for people.
    ///
    /// # Errors
    /// When `text` is anything else, or out of range.
    pub fn parse_plain(text: &str) -> Result<Self, NotMoney> {
        let (kronor, ore) = text.split_once('.').unwrap_or((text, "00"));
        let digits = kronor.strip_prefix('-').unwrap_or(kronor);
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if digits.is_empty() || ore.len() != 2 || !all_digits(digits) || !all_digits(ore) {
            return Err(NotMoney);
        }
        let whole = format!("{kronor}{ore}").parse().map_err(|_| NotMoney)?;
        Ok(Self::ore(whole))
    }

    /// The stored form: whole öre.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "every constructor starts from öre in an i64")]
    pub fn to_ore(self) -> i64 {
        // The scale is 2, or the amount is zero, where the scale does not matter.
        self.0.mantissa() as i64
    }

    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    #[must_use]
    pub fn is_negative(self) -> bool {
        self.to_ore() < 0
    }

    /// Without its sign, for where the words say that it is a deficit.
    #[must_use]
    pub fn abs(self) -> Self {
        Self::ore(self.to_ore().abs())
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.to_ore().checked_add(other.to_ore()).map(Self::ore)
    }

    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.to_ore().checked_sub(other.to_ore()).map(Self::ore)
    }

    /// `1 310 223` without the unit, for columns headed *kr* and for form fields.
    #[must_use]
    pub fn digits(self) -> impl fmt::Display {
        fmt::from_fn(move |f| self.write_swedish("", f))
    }

    /// `1310223` or `1310223.50`, for CSV.
    #[must_use]
    pub fn plain(self) -> impl fmt::Display {
        let sign = if self.is_negative() { "-" } else { "" };
        let ore = self.to_ore().unsigned_abs();
        fmt::from_fn(move |f| {
            write!(f, "{sign}{}", ore / ORE_PER_KRONA)?;
            match ore % ORE_PER_KRONA {
                0 => Ok(()),
                rest => write!(f, ".{rest:02}"),
            }
        })
    }

    /// From the last digit to the first in a buffer: a page shows 290 rows of
    /// amounts, and formatting a Decimal takes three times as long.
    fn write_swedish(self, unit: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ore = self.to_ore().unsigned_abs();
        let mut text = Backwards::default();
        text.put(unit);
        if !ore.is_multiple_of(ORE_PER_KRONA) {
            text.put_digit(ore);
            text.put_digit(ore / 10);
            text.put(",");
        }
        let mut kronor = ore / ORE_PER_KRONA;
        text.put_digit(kronor);
        for place in 1_u8.. {
            kronor /= 10;
            if kronor == 0 {
                break;
            }
            if place.is_multiple_of(3) {
                text.put("\u{A0}");
            }
            text.put_digit(kronor);
        }
        if self.is_negative() {
            text.put(MINUS);
        }
        f.write_str(text.as_str()?)
    }
}

/// A text written from its end. The longest amount takes 37 bytes: 17 digits of
/// kronor, 5 spaces of two bytes, minus, comma and öre 3 each, space and unit 4.
struct Backwards {
    bytes: [u8; 40],
    start: usize,
}

impl Default for Backwards {
    fn default() -> Self {
        let bytes = [0; 40];
        let start = bytes.len();
        Self { bytes, start }
    }
}

impl Backwards {
    fn put(&mut self, text: &str) {
        let end = self.start;
        self.start -= text.len();
        self.bytes[self.start..end].copy_from_slice(text.as_bytes());
    }

    /// The last digit of `number`.
    fn put_digit(&mut self, number: u64) {
        self.start -= 1;
        self.bytes[self.start] = b'0' + (number % 10) as u8;
    }

    fn as_str(&self) -> Result<&str, fmt::Error> {
        str::from_utf8(&self.bytes[self.start..]).map_err(|_| fmt::Error)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_swedish("\u{A0}kr", f)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::ore(self.to_ore() + other.to_ore())
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::ore(self.to_ore() - other.to_ore())
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self::ore(-self.to_ore())
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Self>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

/// For keys and shares, where there is more to reckon with than öre.
impl From<Money> for Decimal {
    fn from(money: Money) -> Self {
        money.0
    }
}

/// Exact: an amount with a part of an öre is refused, the rounding is the caller's.
impl TryFrom<Decimal> for Money {
    type Error = NotMoney;

    fn try_from(kronor: Decimal) -> Result<Self, NotMoney> {
        let mut exact = kronor.normalize();
        if exact.scale() > 2 {
            return Err(NotMoney);
        }
        exact.rescale(2);
        match i64::try_from(exact.mantissa()) {
            Ok(ore) if exact.scale() == 2 => Ok(Self::ore(ore)),
            _ => Err(NotMoney),
        }
    }
}

impl TryFrom<String> for Money {
    type Error = NotMoney;

    fn try_from(stored: String) -> Result<Self, NotMoney> {
        Self::parse_plain(&stored)
    }
}

impl From<Money> for String {
    fn from(money: Money) -> Self {
        let sign = if money.is_negative() { "-" } else { "" };
        let ore = money.to_ore().unsigned_abs();
        format!("{sign}{}.{:02}", ore / ORE_PER_KRONA, ore % ORE_PER_KRONA)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// With visible spaces, for the eye.
    fn visible(shown: impl fmt::Display) -> String {
        shown.to_string().replace('\u{A0}', "_")
    }

    #[test]
    fn shown_in_swedish() {
        for (ore, shown) in [
            (0, "0_kr"),
            (5, "0,05_kr"),
            (-50, "−0,50_kr"),
            (99_900, "999_kr"),
            (100_000, "1_000_kr"),
            (131_022_300, "1_310_223_kr"),
            (131_022_350, "1_310_223,50_kr"),
            (-131_022_301, "−1_310_223,01_kr"),
            (i64::MAX, "92_233_720_368_547_758,07_kr"),
            (i64::MIN, "−92_233_720_368_547_758,08_kr"),
        ] {
            assert_eq!(visible(Money::ore(ore)), shown);
        }
        assert_eq!(visible(Money::kronor(1_310_223).digits()), "1_310_223");
        assert_eq!(visible(Money::ore(-123_456).digits()), "−1_234,56");
    }

    #[test]
    fn what_is_registered_is_above_zero() {
        assert_eq!(Positive::new(Money::ore(1)).map(Positive::get), Some(Money::ore(1)));
        assert_eq!(Positive::new(Money::ZERO), None);
        assert_eq!(Positive::new(Money::ore(-1)), None);
    }

    #[test]
    fn written_for_machines() {
        let amount = Money::kronor(1_310_223);
        assert_eq!(amount.plain().to_string(), "1310223");
        assert_eq!(Money::ore(-5).plain().to_string(), "-0.05");
        assert_eq!(serde_json::to_string(&amount).unwrap(), "\"1310223.00\"");
        for bad in [
            "",
            "-",
            ".50",
            "1.5",
            "1.500",
            "1,50",
            "1e3",
            "+1",
            "1_0",
            " 1",
            "--1",
            "1.-5",
            "92233720368547758.08",
        ] {
            assert_eq!(Money::parse_plain(bad), Err(NotMoney), "{bad:?}");
        }
        assert!(serde_json::from_str::<Money>("1310223.00").is_err());
    }

    #[test]
    fn zero_is_one_value() {
        for zero in [Money::default(), Money::ore(0), -Money::ZERO, Money::ore(5) - Money::ore(5)] {
            assert_eq!((zero, zero.to_ore()), (Money::ZERO, 0));
            assert!(zero.is_zero() && !zero.is_negative());
        }
    }

    #[test]
    fn decimals_are_taken_only_when_exact() {
        assert_eq!(Money::try_from(Decimal::new(15_000, 4)), Ok(Money::ore(150)));
        assert_eq!(Money::try_from(Decimal::new(15, 0)), Ok(Money::kronor(15)));
        assert_eq!(Money::try_from(Decimal::new(1, 3)), Err(NotMoney));
        assert_eq!(Money::try_from(Decimal::MAX), Err(NotMoney));
        assert_eq!(Money::try_from(Decimal::from(i64::MAX)), Err(NotMoney));
    }

    proptest! {
        #[test]
        fn arithmetic_agrees_with_whole_ore(a in any::<i64>(), b in any::<i64>(), few in prop::collection::vec(-1_000_000_000_i64..1_000_000_000, 0..50)) {
            let in_range = |ore: i128| i64::try_from(ore).ok().map(Money::ore);
            let (x, y) = (Money::ore(a), Money::ore(b));
            prop_assert_eq!(x.checked_add(y), in_range(i128::from(a) + i128::from(b)));
            prop_assert_eq!(x.checked_sub(y), in_range(i128::from(a) - i128::from(b)));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!((x.to_ore(), x.is_negative()), (a, a < 0));
            let sum: Money = few.iter().copied().map(Money::ore).sum();
            prop_assert_eq!(i128::from(sum.to_ore()), few.iter().copied().map(i128::from).sum::<i128>());
            let mut down = -sum;
            down += sum;
            down -= x;
            prop_assert_eq!(down.checked_add(x), Some(Money::ZERO));
        }

        #[test]
        fn written_and_read_again_is_the_same(ore in any::<i64>()) {
            let money = Money::ore(ore);
            prop_assert_eq!(Money::parse_plain(&money.plain().to_string()), Ok(money));
            prop_assert_eq!(Money::try_from(String::from(money)), Ok(money));
            prop_assert_eq!(Money::try_from(Decimal::from(money)), Ok(money));
        }
    }
}
