//! What stands in a cell of amounts or of percent. Exact, never guessed: [`parse_kronor_or_zero`] with what a spreadsheet
//! adds, which is empty cells, errors of formulas, dates and decimals that it does not show, and the table's unit.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::unit::Unit;
use values::{AmountError, Money, is_blank, is_dash, parse_kronor_or_zero};

/// Why a cell is no amount, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub reason: String,
    pub mend: String,
}

impl Wrong {
    fn new(reason: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { reason: reason.into(), mend: mend.into() }
    }

    /// In the words of the amount, where those do not lead to the fault themselves: öre are not rounded away here, and a
    /// minus sign is not.
    pub(super) fn of(error: AmountError) -> Self {
        match error {
            AmountError::Ore { .. } => {
                Self::new(format!("{}.", first_sentence(&error.to_string())), NOT_WHOLE)
            }
            AmountError::Negative(mend) => Self::new("Beloppet är negativt.", mend),
            AmountError::Letters => Self::new("Beloppet innehåller bokstäver.", UNIT),
            error => {
                let words = error.to_string();
                let (reason, mend) = words.split_once(". ").unwrap_or((&words, ""));
                Self::new(format!("{}.", reason.trim_end_matches('.')), mend)
            }
        }
    }
}

const NOT_WHOLE: &str = "Beloppen publiceras i hela kronor. Står de i tusental eller miljoner kronor väljer du enheten under Kolumner. Rätta annars i underlaget, så att raderna går ihop med beslutet.";

pub(super) const NOT_BACK: &str = "En post kan inte ta tillbaka pengar. Skriv vad mottagaren ska få sammanlagt, eller utelämna raden om mottagaren inte ska ha något.";

const UNIT: &str = "Skriv beloppet med siffror. Står det i tusental eller miljoner kronor skriver du bara talet och väljer enheten under Kolumner.";

fn first_sentence(words: &str) -> &str {
    words.split_once(". ").map_or(words, |(first, _)| first)
}

/// `None` for a cell with nothing in it, or only a dash.
///
/// # Errors
/// When it is something else than an amount in that unit that comes to whole kronor.
pub fn amount(cell: &str, unit: Unit) -> Result<Option<Money>, Wrong> {
    if is_nothing(cell) {
        return Ok(None);
    }
    if let Some(wrong) = of_spreadsheet(cell) {
        return Err(wrong);
    }
    match unit {
        Unit::Kronor if has_hidden_decimals(cell) => Err(Wrong::new(
            format!("Beloppet har decimaler, {cell}, även om kalkylprogrammet kanske inte visar dem."),
            NOT_WHOLE,
        )),
        Unit::Kronor => parse_kronor_or_zero(cell, NOT_BACK).map(Some).map_err(Wrong::of),
        larger => larger.amount(cell).map(Some),
    }
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
    None
}

fn has_hidden_decimals(cell: &str) -> bool {
    cell.split_once(',').is_some_and(|(kronor, decimals)| {
        decimals.len() > 2 && is_digits(kronor) && is_digits(decimals) && decimals != "000"
    })
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
        for cell in
            ["1 310 223", "1310223", "1 310 223 kr", "1\u{A0}310\u{202F}223", "1310223,00", "1.310.223,00 kr"]
        {
            assert_eq!(amount(cell, Unit::Kronor), Ok(Some(Money::kronor(1_310_223))), "{cell}");
        }
        for nothing in ["", " ", "-", "–", "\u{A0}"] {
            assert_eq!(amount(nothing, Unit::Kronor), Ok(None), "{nothing:?}");
        }
        assert_eq!(amount("0", Unit::Kronor), Ok(Some(Money::ZERO)));
    }

    #[test]
    fn what_is_wrong_is_said_and_how_to_mend_it() {
        for (cell, reason, mend) in [
            ("1.310.223", "kan betyda olika saker", "Menar du 1\u{A0}310\u{A0}223\u{A0}kr?"),
            ("381308,5", "kronor och ören", "väljer du enheten under Kolumner"),
            ("381308,49999", "har decimaler", "väljer du enheten under Kolumner"),
            ("-5", "negativt", "kan inte ta tillbaka pengar"),
            ("#DIV/0!", "formelfel, #DIV/0!", "Rätta formeln"),
            ("2021-03-31", "ett datum", "format till tal"),
            ("3,7 mnkr", "bokstäver", "väljer enheten under Kolumner"),
        ] {
            let wrong = amount(cell, Unit::Kronor).unwrap_err();
            assert!(wrong.reason.contains(reason) && wrong.reason.ends_with('.'), "{cell}: {wrong:?}");
            assert!(wrong.mend.contains(mend), "{cell}: {wrong:?}");
            assert!(!wrong.mend.contains("Avrunda") && !wrong.mend.contains("utan minustecken"), "{wrong:?}");
        }
    }

    #[test]
    fn percent_keeps_its_decimals() {
        assert_eq!(percent("0,37"), Some(Decimal::new(37, 2)));
        assert_eq!(percent("0,30 %").map(|share| share.scale()), Some(2));
        assert_eq!((percent("Andel"), percent(""), percent("1.2.3")), (None, None, None));
    }
}
