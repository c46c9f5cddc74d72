//! The unit that a table's amounts are in (*kronor, tkr, mnkr*): what the words above them say, what their sum says, and
//! the exact amount in kronor.

use rust_decimal::Decimal;

use super::amount::{NOT_BACK, Wrong};
use values::{Money, is_blank, is_dash, parse_kronor_or_zero, text::fold};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unit {
    #[default]
    Kronor,
    Thousands,
    Millions,
}

/// No sum of money in an agreement comes near.
const LARGEST: i64 = 10_000_000_000_000;

impl Unit {
    pub const ALL: [Self; 3] = [Self::Kronor, Self::Thousands, Self::Millions];
    pub const LARGER: [Self; 2] = [Self::Thousands, Self::Millions];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Kronor => "kr",
            Self::Thousands => "tkr",
            Self::Millions => "mnkr",
        }
    }

    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.key() == key)
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Kronor => "hela kronor",
            Self::Thousands => "tusental kronor (tkr)",
            Self::Millions => "miljoner kronor (mnkr)",
        }
    }

    #[must_use]
    pub fn factor(self) -> i64 {
        match self {
            Self::Kronor => 1,
            Self::Thousands => 1_000,
            Self::Millions => 1_000_000,
        }
    }

    /// How many decimals an amount in whole kronor can have.
    fn decimals(self) -> usize {
        match self {
            Self::Kronor => 0,
            Self::Thousands => 3,
            Self::Millions => 6,
        }
    }

    /// The words for it, folded.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Kronor => &["kr", "kronor", "sek"],
            Self::Thousands => {
                &["tkr", "kkr", "tsek", "ksek", "tusental", "tusentals", "tusen", "1000tal", "1000tals"]
            }
            Self::Millions => &["mnkr", "mkr", "msek", "milj", "miljoner", "miljontal", "mn"],
        }
    }

    /// True for a word that names a unit, folded.
    pub(super) fn is_word(word: &str) -> bool {
        Self::ALL.iter().any(|unit| unit.words().contains(&word))
    }

    /// The unit that a heading or a line above a table names: *Belopp (tkr)*, *i miljoner kronor*, *1 000-tal kr*. A number
    /// before the word makes it an amount: *500 miljoner kronor* says nothing of the table.
    #[must_use]
    pub fn said(text: &str) -> Option<Self> {
        let plain: String = fold(text).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        let plain = format!(" {plain} ")
            .replace(" 1 000 ", " 1000 ")
            .replace(" 1000 tal", " 1000tal")
            .replace(" t kr ", " tkr ");
        let words: Vec<&str> = plain.split_whitespace().collect();
        let names = |unit: Self| {
            words.iter().enumerate().any(|(at, word)| {
                let before = at.checked_sub(1).map_or("", |before| words[before]);
                let is_of_amount = before.chars().any(|c| c.is_ascii_digit())
                    || Self::LARGER.iter().any(|larger| larger.words().contains(&before));
                unit.words().contains(word) && !is_of_amount
            })
        };
        let is_of_thousands =
            words.windows(2).any(|pair| pair[0] == "1000" && Self::Kronor.words().contains(&pair[1]))
                && words.len() <= 4;
        match is_of_thousands {
            true => Some(Self::Thousands),
            false => [Self::Millions, Self::Thousands, Self::Kronor].into_iter().find(|unit| names(*unit)),
        }
    }

    /// Of these units the one in which a sum would be what was decided, nearly: amounts are rounded.
    #[must_use]
    pub fn of_sum(units: &[Self], sum: Decimal, decided: Money) -> Option<Self> {
        let decided = Decimal::from(decided);
        let is_near = |unit: &Self| {
            let apart = (sum * Decimal::from(unit.factor()) - decided).abs();
            apart * Decimal::TEN <= decided
        };
        units.iter().copied().filter(|_| sum > Decimal::ZERO).find(is_near)
    }

    /// An amount in this unit in kronor, exactly.
    ///
    /// # Errors
    /// When it is no amount in this unit, or does not come to whole kronor.
    pub(super) fn amount(self, cell: &str) -> Result<Money, Wrong> {
        let typed = self.without_word(cell);
        // A cell that names another unit is not read in this one.
        let is_number =
            typed.chars().all(|c| c.is_ascii_digit() || is_blank(c) || is_dash(c) || matches!(c, '.' | ','));
        let (whole, decimals) = parts(typed).filter(|_| is_number).ok_or_else(|| doubtful(cell, self))?;
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > self.decimals() {
            return Err(not_whole(cell, self));
        }
        let units = parse_kronor_or_zero(&whole, NOT_BACK).map_err(Wrong::of)?.to_ore() / 100;
        let width = self.decimals();
        let below: i64 = format!("{decimals:0<width$}").parse().map_err(|_| doubtful(cell, self))?;
        let kronor = units.checked_mul(self.factor()).and_then(|kronor| kronor.checked_add(below));
        match kronor.filter(|kronor| *kronor <= LARGEST) {
            Some(kronor) => Ok(Money::kronor(kronor)),
            None => Err(too_large(self)),
        }
    }

    fn without_word(self, cell: &str) -> &str {
        let bare = cell.trim_matches(is_blank);
        let ends = |word: &&&str| {
            let at = bare.len().checked_sub(word.len());
            at.and_then(|at| bare.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
        };
        let word = self.words().iter().find(ends).map_or(0, |word| word.len());
        bare[..bare.len() - word].trim_matches(is_blank)
    }
}

/// The digits before and after the decimal mark: a comma, or a point that can be nothing else. The other mark stands
/// between the thousands. `None` where it may be read in two ways.
fn parts(typed: &str) -> Option<(String, &str)> {
    let Some(at) = typed.rfind(['.', ',']) else { return Some((typed.to_owned(), "")) };
    let (whole, mark, decimals) = (&typed[..at], &typed[at..=at], &typed[at + 1..]);
    let other = if mark == "," { "." } else { "," };
    let is_digits = !decimals.is_empty() && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let may_be_thousands = mark == "." && decimals.len() == 3 && !whole.contains(other);
    if !is_digits || may_be_thousands || whole.is_empty() || whole.contains(mark) {
        return None;
    }
    Some((whole.replace(other, " "), decimals))
}

/// Any number that a cell has, for a guess: never for what is paid.
#[must_use]
pub(super) fn number(cell: &str) -> Option<Decimal> {
    let word = Unit::ALL.map(|unit| unit.without_word(cell)).into_iter().min_by_key(|bare| bare.len())?;
    let digits = |text: &str| text.chars().filter(|c| !is_blank(*c)).collect::<String>();
    let plain = match parts(word) {
        Some((whole, "")) => digits(&whole),
        Some((whole, decimals)) => format!("{}.{decimals}", digits(&whole)),
        None => digits(&word.replace(['.', ','], "")),
    };
    let is_number = plain.len() <= 20 && plain.chars().all(|c| c.is_ascii_digit() || c == '.');
    plain.parse().ok().filter(|_| is_number)
}

fn not_whole(cell: &str, unit: Unit) -> Wrong {
    Wrong {
        reason: format!("”{cell}” i {} blir inte hela kronor.", unit.label()),
        mend: "Ta reda på beloppet i hela kronor, eller välj en annan enhet under Kolumner.".to_owned(),
    }
}

fn doubtful(cell: &str, unit: Unit) -> Wrong {
    Wrong {
        reason: format!("”{cell}” går inte säkert att läsa som ett belopp i {}.", unit.label()),
        mend: "Skriv det med siffror och kommatecken före decimalerna, till exempel 1\u{a0}310,5.".to_owned(),
    }
}

fn too_large(unit: Unit) -> Wrong {
    Wrong {
        reason: format!("Beloppet är för stort för att stå i {}.", unit.label()),
        mend: "Välj en annan enhet under Kolumner, eller rätta beloppet.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_lines_above_say_the_unit() {
        for (text, unit) in [
            ("Belopp (tkr)", Some(Unit::Thousands)),
            ("Tilldelning, tkr", Some(Unit::Thousands)),
            ("Belopp i tusental kronor", Some(Unit::Thousands)),
            ("1 000-tal kr", Some(Unit::Thousands)),
            ("Belopp, 1000 kr", Some(Unit::Thousands)),
            ("Bidrag, 1 000-tals kr", Some(Unit::Thousands)),
            ("Belopp (T kr)", Some(Unit::Thousands)),
            ("Mnkr", Some(Unit::Millions)),
            ("Medel (milj. kr)", Some(Unit::Millions)),
            ("Alla belopp anges i miljoner kronor.", Some(Unit::Millions)),
            ("Belopp (kr)", Some(Unit::Kronor)),
            ("Utfall, kr", Some(Unit::Kronor)),
            ("Belopp", None),
            ("Fördelning av 500 miljoner kronor", None),
            ("Belopp i tusen kronor", Some(Unit::Thousands)),
            ("Sammanlagt 5 886,5 miljoner till regionerna", None),
            ("Kommun", None),
        ] {
            assert_eq!(Unit::said(text), unit, "{text}");
        }
    }

    #[test]
    fn a_sum_near_a_thousandth_or_a_millionth_says_the_unit() {
        let decided = Money::kronor(500_000_000);
        let of = |sum: i64| Unit::of_sum(&Unit::LARGER, Decimal::from(sum), decided);
        assert_eq!(
            (of(499_997), of(500), of(500_000_000)),
            (Some(Unit::Thousands), Some(Unit::Millions), None)
        );
        assert_eq!((of(0), of(5_000_000), of(250_000)), (None, None, None));
    }

    #[test]
    fn amounts_in_a_larger_unit_are_exact() {
        let of = |unit: Unit, cell: &str| unit.amount(cell).ok();
        for (cell, kronor) in [
            ("1 536", 1_536_000),
            ("1 536,1", 1_536_100),
            ("1536,129", 1_536_129),
            ("1 536,1290", 1_536_129),
            ("1.536,5", 1_536_500),
            ("1536.5 tkr", 1_536_500),
            ("0,5", 500),
        ] {
            assert_eq!(of(Unit::Thousands, cell), Some(Money::kronor(kronor)), "{cell}");
        }
        assert_eq!(of(Unit::Millions, "2,38"), Some(Money::kronor(2_380_000)));
        assert_eq!(of(Unit::Millions, "2,38 mnkr"), Some(Money::kronor(2_380_000)));
        for (cell, reason) in [
            ("1 536,1294", "blir inte hela kronor"),
            ("1.536", "går inte säkert"),
            ("1536 2", "tre och tre"),
            ("2 mnkr", "går inte säkert"),
            ("5 kr", "går inte säkert"),
            ("-5", "negativt"),
            ("999 999 999 999", "för stort"),
        ] {
            let wrong = Unit::Thousands.amount(cell).unwrap_err();
            assert!(wrong.reason.contains(reason), "{cell}: {wrong:?}");
        }
    }

    #[test]
    fn any_number_is_enough_for_a_guess() {
        for (cell, wanted) in [
            ("1 536,1", Some("1536.1")),
            ("1.536.129,00 kr", Some("1536129.00")),
            ("1.536.129", Some("1536129")),
            ("2,38 mnkr", Some("2.38")),
            ("Ale", None),
            ("", None),
        ] {
            assert_eq!(number(cell), wanted.map(|number| number.parse().unwrap()), "{cell}");
        }
    }
}
