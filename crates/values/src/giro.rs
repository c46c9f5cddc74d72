//! *Bankgiro och plusgiro*: Bilaga 2, Rekvisition punkt 3.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{digits_of, is_blank, is_dash, luhn_holds, value_of};

/// Where the state pays the grant. The user says which kind it is: the same
/// digits can be both (900-8004 and 90 08 00-4) and belong to different holders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "number", rename_all = "lowercase")]
pub enum GiroAccount {
    Bankgiro(Bankgiro),
    Plusgiro(Plusgiro),
}

/// The user's choice between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GiroKind {
    Bankgiro,
    Plusgiro,
}

/// A bankgiro number, shown as `900-8004` or `5050-1055`.
///
/// Seven or eight digits, the last a mod-10 check digit (Bankgirot, "10-modulen").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bankgiro(u64);

/// A plusgiro number, shown as `90 08 00-4`: pairs from the right, then the
/// check digit.
///
/// Two to eight digits, the last a mod-10 check digit (Nordea, Plusgirot).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Plusgiro(u64);

/// Why it is not such a number, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GiroError {
    #[error("{} saknas. Skriv det som {}.", .0.definite(), .0.example())]
    Empty(GiroKind),
    #[error("{} innehåller annat än siffror. Skriv det som {}.", .0.definite(), .0.example())]
    NotDigits(GiroKind),
    #[error(
        "{} ska ha {} siffror, men du har skrivit {found}. Skriv det som {}.",
        .kind.definite(), .kind.lengths(), .kind.example()
    )]
    WrongLength { kind: GiroKind, found: usize },
    #[error("{} börjar med en nolla. Skriv det utan nollor först, som {}.", .0.definite(), .0.example())]
    LeadingZero(GiroKind),
    #[error(
        "Strecket står som i ett {} men du har valt {}. Välj rätt sort, eller skriv numret som {}.",
        .0.other().name().to_lowercase(), .0.name().to_lowercase(), .0.example()
    )]
    LooksLikeTheOther(GiroKind),
    #[error(
        "{} har fel kontrollsiffra. Kontrollera att alla siffror är rätt och att det är ett {}.",
        .0.definite(), .0.name().to_lowercase()
    )]
    WrongCheckDigit(GiroKind),
}

/// A key that is neither `bankgiro` nor `plusgiro`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Välj bankgiro eller plusgiro.")]
pub struct UnknownGiroKind;

impl GiroKind {
    pub const ALL: [Self; 2] = [Self::Bankgiro, Self::Plusgiro];

    /// # Errors
    /// When `key` is not one of the two that `Display` writes.
    pub fn parse(key: &str) -> Result<Self, UnknownGiroKind> {
        match key {
            "bankgiro" => Ok(Self::Bankgiro),
            "plusgiro" => Ok(Self::Plusgiro),
            _ => Err(UnknownGiroKind),
        }
    }

    /// The Swedish name, for labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bankgiro => "Bankgiro",
            Self::Plusgiro => "Plusgiro",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Bankgiro => "bankgiro",
            Self::Plusgiro => "plusgiro",
        }
    }

    fn definite(self) -> &'static str {
        match self {
            Self::Bankgiro => "Bankgironumret",
            Self::Plusgiro => "Plusgironumret",
        }
    }

    /// A pattern, not a number: a real one in a message could end up being paid to.
    fn example(self) -> &'static str {
        match self {
            Self::Bankgiro => "123-4567 eller 1234-5678",
            Self::Plusgiro => "12 34 56-7",
        }
    }

    fn lengths(self) -> &'static str {
        match self {
            Self::Bankgiro => "sju eller åtta",
            Self::Plusgiro => "två till åtta",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Bankgiro => Self::Plusgiro,
            Self::Plusgiro => Self::Bankgiro,
        }
    }

    fn allows(self, length: usize) -> bool {
        match self {
            Self::Bankgiro => (7..=8).contains(&length),
            Self::Plusgiro => (2..=8).contains(&length),
        }
    }

    /// How many digits stand after the dash.
    fn after_dash(self) -> usize {
        match self {
            Self::Bankgiro => 4,
            Self::Plusgiro => 1,
        }
    }

    /// The number without its form, or why it is not one.
    ///
    /// A dash where the other kind has it tells that the kinds were mixed up,
    /// and money would go to a stranger: that is refused. Any other misplaced
    /// dash says nothing, and the check digit guards the digits.
    ///
    /// A leading zero is asked about: `0900-8004` may be a padded `900-8004`, or
    /// a number where the first digit went wrong.
    fn number(self, typed: &str) -> Result<u64, GiroError> {
        let digits = digits_of(typed).ok_or(GiroError::NotDigits(self))?;
        if digits.is_empty() {
            return Err(GiroError::Empty(self));
        }
        if !self.allows(digits.len()) {
            let found = digits.len();
            return Err(GiroError::WrongLength { kind: self, found });
        }
        if digits_after_dash(typed) == Some(self.other().after_dash()) && self.other().allows(digits.len()) {
            return Err(GiroError::LooksLikeTheOther(self));
        }
        if digits[0] == 0 {
            return Err(GiroError::LeadingZero(self));
        }
        if !luhn_holds(&digits) {
            return Err(GiroError::WrongCheckDigit(self));
        }
        Ok(value_of(&digits))
    }
}

/// How many digits follow the last dash; `None` without a dash.
fn digits_after_dash(typed: &str) -> Option<usize> {
    let (_, tail) = typed.rsplit_once(is_dash)?;
    Some(tail.chars().filter(|&c| !is_blank(c)).count())
}

impl GiroAccount {
    /// # Errors
    /// When `typed` is not a number of this `kind`; the error says why.
    pub fn parse(kind: GiroKind, typed: &str) -> Result<Self, GiroError> {
        match kind {
            GiroKind::Bankgiro => Bankgiro::parse(typed).map(Self::Bankgiro),
            GiroKind::Plusgiro => Plusgiro::parse(typed).map(Self::Plusgiro),
        }
    }

    #[must_use]
    pub fn kind(self) -> GiroKind {
        match self {
            Self::Bankgiro(_) => GiroKind::Bankgiro,
            Self::Plusgiro(_) => GiroKind::Plusgiro,
        }
    }

    /// `Bankgiro 991-2346`
    #[must_use]
    pub fn with_kind(self) -> String {
        format!("{} {self}", self.kind().name())
    }

    /// The digits alone, as a payment file wants them.
    #[must_use]
    pub fn digits(self) -> String {
        match self {
            Self::Bankgiro(Bankgiro(number)) | Self::Plusgiro(Plusgiro(number)) => number.to_string(),
        }
    }
}

impl Bankgiro {
    /// # Errors
    /// When `typed` is not a bankgiro number; the error says why.
    pub fn parse(typed: &str) -> Result<Self, GiroError> {
        GiroKind::Bankgiro.number(typed).map(Self)
    }
}

impl Plusgiro {
    /// # Errors
    /// When `typed` is not a plusgiro number; the error says why.
    pub fn parse(typed: &str) -> Result<Self, GiroError> {
        GiroKind::Plusgiro.number(typed).map(Self)
    }
}

impl fmt::Display for GiroKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// The number alone; show it beside `kind().name()`.
impl fmt::Display for GiroAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bankgiro(number) => number.fmt(f),
            Self::Plusgiro(number) => number.fmt(f),
        }
    }
}

impl fmt::Display for Bankgiro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

impl fmt::Display for Plusgiro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before_dash = (self.0 / 10).to_string();
        for (place, digit) in before_dash.chars().enumerate() {
            let left = before_dash.len() - place;
            if place > 0 && left.is_multiple_of(2) {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, "-{}", self.0 % 10)
    }
}

impl TryFrom<String> for Bankgiro {
    type Error = GiroError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<Bankgiro> for String {
    fn from(number: Bankgiro) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for Plusgiro {
    type Error = GiroError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<Plusgiro> for String {
    fn from(number: Plusgiro) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::GiroKind::{Bankgiro as BG, Plusgiro as PG};
    use super::*;
    use crate::luhn_check_digit;
    use proptest::prelude::*;

    fn shown(kind: GiroKind, typed: &str) -> String {
        GiroAccount::parse(kind, typed).unwrap().to_string()
    }

    #[test]
    fn both_kinds_in_their_form() {
        assert_eq!(shown(BG, "5050-1055"), "5050-1055");
        assert_eq!(shown(BG, " 50501055 "), "5050-1055");
        assert_eq!(shown(BG, "5050\u{A0}\u{2013}\u{2009}1055"), "5050-1055");
        assert_eq!(shown(BG, "9008004"), "900-8004");
        assert_eq!(shown(PG, "9008004"), "90 08 00-4");
        assert_eq!(shown(PG, "90 20 90-0"), "90 20 90-0");
        assert_eq!(shown(PG, "18"), "1-8");
        assert_eq!(shown(PG, "125"), "12-5");
        assert_eq!(shown(PG, "1 23\u{2212}0"), "1 23-0");
        assert_eq!(shown(PG, "12345674"), "1 23 45 67-4");
    }

    #[test]
    fn the_same_digits_are_two_accounts() {
        let bankgiro = GiroAccount::parse(BG, "9008004").unwrap();
        let plusgiro = GiroAccount::parse(PG, "9008004").unwrap();
        assert_ne!(bankgiro, plusgiro);
        assert_eq!(bankgiro.digits(), plusgiro.digits());
        assert_eq!((bankgiro.kind(), plusgiro.kind()), (BG, PG));
    }

    #[test]
    fn what_is_refused_and_why() {
        for (kind, typed, fault) in [
            (BG, " - ", GiroError::Empty(BG)),
            (PG, "", GiroError::Empty(PG)),
            (BG, "5050-105A", GiroError::NotDigits(BG)),
            (PG, "5050/1055", GiroError::NotDigits(PG)),
            (BG, "505010", GiroError::WrongLength { kind: BG, found: 6 }),
            (BG, "505010550", GiroError::WrongLength { kind: BG, found: 9 }),
            (PG, "1", GiroError::WrongLength { kind: PG, found: 1 }),
            (PG, "123456789", GiroError::WrongLength { kind: PG, found: 9 }),
            (BG, "90 08 00-4", GiroError::LooksLikeTheOther(BG)),
            (PG, "900-8004", GiroError::LooksLikeTheOther(PG)),
            (BG, "0000-0000", GiroError::LeadingZero(BG)),
            (PG, "00", GiroError::LeadingZero(PG)),
            (BG, "0900-8004", GiroError::LeadingZero(BG)),
            (BG, "5050-1056", GiroError::WrongCheckDigit(BG)),
            (PG, "90 08 00-5", GiroError::WrongCheckDigit(PG)),
        ] {
            assert_eq!(GiroAccount::parse(kind, typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn a_dash_that_tells_nothing_is_let_through() {
        assert_eq!(shown(BG, "50-501055"), "5050-1055");
        assert_eq!(shown(PG, "90-08-00-4"), "90 08 00-4");
        // Five digits cannot be a bankgiro, wherever the dash stands.
        assert_eq!(shown(PG, "1-2344"), "12 34-4");
    }

    #[test]
    fn messages_say_what_to_do() {
        assert_eq!(
            GiroError::LooksLikeTheOther(BG).to_string(),
            "Strecket står som i ett plusgiro men du har valt bankgiro. Välj rätt sort, eller skriv numret som 123-4567 eller 1234-5678."
        );
        assert_eq!(
            GiroError::WrongLength { kind: PG, found: 9 }.to_string(),
            "Plusgironumret ska ha två till åtta siffror, men du har skrivit 9. Skriv det som 12 34 56-7."
        );
    }

    #[test]
    fn stored_with_its_kind() {
        let account = GiroAccount::parse(PG, "9008004").unwrap();
        let stored = serde_json::to_string(&account).unwrap();
        assert_eq!(stored, r#"{"kind":"plusgiro","number":"90 08 00-4"}"#);
        assert_eq!(serde_json::from_str::<GiroAccount>(&stored).unwrap(), account);
        let mixed_up = r#"{"kind":"bankgiro","number":"90 08 00-4"}"#;
        assert!(serde_json::from_str::<GiroAccount>(mixed_up).is_err());
        for kind in GiroKind::ALL {
            assert_eq!(GiroKind::parse(&kind.to_string()), Ok(kind));
        }
        assert_eq!(GiroKind::parse("Bankgiro"), Err(UnknownGiroKind));
    }

    fn digits(lengths: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
        let first = lengths.start() - 1..=lengths.end() - 1;
        prop::collection::vec(0..10_u8, first).prop_map(|mut digits| {
            digits[0] = digits[0].max(1);
            digits.push(luhn_check_digit(&digits));
            digits.iter().map(u8::to_string).collect()
        })
    }

    fn valid() -> impl Strategy<Value = GiroAccount> {
        prop_oneof![
            digits(7..=8).prop_map(|d| GiroAccount::parse(BG, &d).unwrap()),
            digits(2..=8).prop_map(|d| GiroAccount::parse(PG, &d).unwrap()),
        ]
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(account in valid()) {
            prop_assert_eq!(GiroAccount::parse(account.kind(), &account.to_string()), Ok(account));
            prop_assert_eq!(GiroAccount::parse(account.kind(), &account.digits()), Ok(account));
        }

        #[test]
        fn one_wrong_digit_is_always_found(account in valid(), place in 0..8_usize, by in 1..10_u8) {
            let mut digits = account.digits().into_bytes();
            let place = place % digits.len();
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            let typed = String::from_utf8(digits).unwrap();
            prop_assert!(GiroAccount::parse(account.kind(), &typed).is_err());
        }

        #[test]
        fn nothing_typed_makes_it_panic(typed in "\\PC*") {
            let _ = GiroAccount::parse(BG, &typed);
            let _ = GiroAccount::parse(PG, &typed);
        }
    }
}
