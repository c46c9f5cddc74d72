//! Pictures of money, as SVG: where in the country ([`Map`]), whose ([`Bars`]), what became of it ([`Flow`]) and when
//! ([`Progress`]).
//!
//! A picture takes words and amounts of its own and knows nothing of grants, so that a page, a public page and a report
//! show the same one. Four rules hold for all of them:
//!
//! 1. **Colour is never alone.** Every amount is there as text, shades differ in lightness too (a grey print), lines in
//!    dashes and marks. What is missing is hatched, not pale.
//! 2. **A picture never says more than its amounts.** Lengths are whole-number ratios of öre; what does not reconcile
//!    is refused ([`flow::Unreconciled`]), what is nothing has no length.
//! 3. **It stands alone.** Colours and fonts are presentation attributes: the content security policy forbids inline
//!    styles, and in a PDF there is no stylesheet. `portal.css` (PICTURES) adds only its width, focus and print.
//! 4. **`key` is part of an address within the page**: two pictures on one page have different keys.

pub mod bars;
pub mod classes;
pub mod flow;
pub mod map;
pub mod progress;
mod sweden;

pub use bars::{Bar, Bars};
pub use classes::{Class, Classes};
pub use flow::{Flow, Totals, Unreconciled};
pub use map::{Map, Shape};
pub use progress::{Mark, Progress, Series};

use askama::Template;

use values::{MINUS, Money};

/// The portal's own font, and what a reader without it has.
const FONT: &str = "'Source Sans 3', 'Segoe UI', sans-serif";
/// Text, and text of less weight.
const INK: &str = "#2d2b27";
const PALE_INK: &str = "#5f5d5a";

/// A line of text, by where it begins or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    x: i64,
    y: i64,
    anchor: Anchor,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Start,
    End,
}

impl std::fmt::Display for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::End => "end",
        })
    }
}

/// The drawing, without the control characters that XML, and so a PDF's typesetter, refuses even when escaped.
fn draw(picture: &impl Template) -> askama::Result<String> {
    let mut svg = picture.render()?;
    svg.retain(|sign| !sign.is_control() || sign == '\n');
    Ok(svg)
}

/// How long `part` is where `whole` is `length`, rounded; nothing for a negative part or an empty whole.
fn share(part: Money, whole: Money, length: i64) -> i64 {
    let (part, whole) = (i128::from(part.to_ore()), i128::from(whole.to_ore()));
    if part <= 0 || whole <= 0 {
        return 0;
    }
    let rounded = (part * i128::from(length) + whole / 2) / whole;
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

/// `1 310,2 Mkr`, `0,5 Mkr`, `12 Mkr`: rounded to a tenth, for an axis.
fn in_millions(money: Money) -> String {
    const TENTH: i64 = 10_000_000;
    let tenths = (money.to_ore().abs() + TENTH / 2) / TENTH;
    let sign = if money.is_negative() && tenths > 0 { MINUS } else { "" };
    let whole = Money::kronor(tenths / 10);
    match tenths % 10 {
        0 => format!("{sign}{}\u{A0}Mkr", whole.digits()),
        tenth => format!("{sign}{},{tenth}\u{A0}Mkr", whole.digits()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_the_whole_and_never_negative() {
        let kr = Money::kronor;
        for (part, whole, expected) in
            [(0, 10, 0), (5, 10, 50), (10, 10, 100), (1, 3, 33), (2, 3, 67), (-5, 10, 0), (5, 0, 0)]
        {
            assert_eq!(share(kr(part), kr(whole), 100), expected, "{part} of {whole}");
        }
        let most = Money::ore(i64::MAX);
        assert_eq!(share(most, most, 1_000), 1_000);
    }

    #[test]
    fn millions_are_rounded_to_a_tenth() {
        for (kronor, shown) in [
            (0, "0 Mkr"),
            (49_999, "0 Mkr"),
            (50_000, "0,1 Mkr"),
            (1_310_223_000, "1 310,2 Mkr"),
            (-2_000_000, "−2 Mkr"),
            (-1, "0 Mkr"),
        ] {
            assert_eq!(in_millions(Money::kronor(kronor)).replace('\u{A0}', " "), shown);
        }
    }
}
