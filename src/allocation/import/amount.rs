//! What stands in a cell of amounts or of percent. Whole kronor only, never guessed: [`parse_kronor_or_zero`] with what
//! a spreadsheet adds, which is empty cells, errors of formulas, dates and decimals that it does not show.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{
    money::{Money, parse_kronor_or_zero},
    numbers::{is_blank, is_dash},
};

/// Why a cell is no amount, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub reason: String,
    pub mend: String,
}

/// `None` for a cell with nothing in it, or only a dash.
///
/// # Errors
/// When it is something else than an amount in whole kronor.
pub fn amount(cell: &str) -> Result<Option<Money>, Wrong> {
    if is_nothing(cell) {
        return Ok(None);
    }
    if let Some(wrong) = of_spreadsheet(cell) {
        return Err(wrong);
    }
    parse_kronor_or_zero(cell).map(Some).map_err(|error| {
        let words = error.to_string();
        let (reason, mend) = words.split_once(". ").unwrap_or((&words, ""));
        Wrong { reason: format!("{}.", reason.trim_end_matches('.')), mend: mend.to_owned() }
    })
}

/// Empty, or a dash that stands for nothing.
#[must_use]
pub fn is_nothing(cell: &str) -> bool {
    cell.chars().all(|c| is_blank(c) || is_dash(c))
}

/// What goes wrong in a spreadsheet and nowhere else.
fn of_spreadsheet(cell: &str) -> Option<Wrong> {
    let wrong = |reason: String, mend: &str| Some(Wrong { reason, mend: mend.to_owned() });
    if cell.starts_with('#') {
        return wrong(
            format!("Cellen har ett formelfel, {cell}."),
            "Rätta formeln i kalkylprogrammet, eller skriv beloppet som ett tal.",
        );
    }
    if NaiveDate::parse_from_str(cell, "%Y-%m-%d").is_ok() {
        return wrong(
            format!("Cellen är ett datum, {cell}."),
            "Ändra cellens format till tal i kalkylprogrammet, och se att beloppet stämmer.",
        );
    }
    match cell.split_once(',') {
        Some((kronor, decimals))
            if decimals.len() > 2 && is_digits(kronor) && is_digits(decimals) && decimals != "000" =>
        {
            wrong(
                format!("Beloppet har decimaler, {cell}, även om kalkylprogrammet kanske inte visar dem."),
                "Avrunda till hela kronor i kalkylprogrammet, och se att summan stämmer.",
            )
        }
        _ => None,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `0,37`, `0,37 %`, `6.18`: a share in percent as it is printed, with as many decimals.
#[must_use]
pub fn percent(cell: &str) -> Option<Decimal> {
    let bare: String = cell.chars().filter(|c| !is_blank(*c) && *c != '%').collect();
    let plain = bare.replace(',', ".");
    let only_digits = plain.len() <= 20 && plain.chars().all(|c| c.is_ascii_digit() || c == '.');
    if only_digits { plain.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_they_are_typed() {
        for cell in ["1 310 223", "1310223", "1 310 223 kr", "1\u{A0}310\u{202F}223", "1310223,00"] {
            assert_eq!(amount(cell), Ok(Some(Money::kronor(1_310_223))), "{cell}");
        }
        for nothing in ["", " ", "-", "–", "\u{A0}"] {
            assert_eq!(amount(nothing), Ok(None), "{nothing:?}");
        }
        assert_eq!(amount("0"), Ok(Some(Money::ZERO)));
    }

    #[test]
    fn what_is_wrong_is_said_and_how_to_mend_it() {
        for (cell, reason, mend) in [
            ("1.310.223", "kan betyda olika saker", "Menar du 1\u{A0}310\u{A0}223\u{A0}kr?"),
            ("381308,5", "kronor och ören", "Beloppet ska vara i hela kronor."),
            ("381308,49999", "har decimaler", "Avrunda"),
            ("-5", "negativt", "utan minustecken"),
            ("#DIV/0!", "formelfel, #DIV/0!", "Rätta formeln"),
            ("2021-03-31", "ett datum", "format till tal"),
            ("3,7 mnkr", "bokstäver", "inte tusental eller miljoner"),
        ] {
            let wrong = amount(cell).unwrap_err();
            assert!(wrong.reason.contains(reason) && wrong.reason.ends_with('.'), "{cell}: {wrong:?}");
            assert!(wrong.mend.contains(mend), "{cell}: {wrong:?}");
        }
    }

    #[test]
    fn percent_keeps_its_decimals() {
        assert_eq!(percent("0,37"), Some(Decimal::new(37, 2)));
        assert_eq!(percent("0,30 %").map(|share| share.scale()), Some(2));
        assert_eq!((percent("Andel"), percent(""), percent("1.2.3")), (None, None, None));
    }
}
