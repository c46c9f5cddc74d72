//! What is odd about a table and may still be right: said in words, to be confirmed.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    lines::{LeftOut, Line},
    matching::Registry,
};
use crate::{money::Money, recipient::Kind};

/// Somebody in the registry, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub code: String,
    pub name: String,
}

impl Recipient {
    pub(super) fn of(code: &str, registry: &Registry) -> Self {
        Self { code: code.to_owned(), name: registry.name(code).to_owned() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    SumIsNotDecided {
        post: String,
        sum: Money,
        decided: Money,
    },
    SumIsNotPrinted {
        post: String,
        row: usize,
        printed: Money,
        sum: Money,
    },
    RowsAreNotDecided {
        post: String,
        rows: usize,
        decided: usize,
    },
    /// With row and name.
    BelowFloor {
        post: String,
        floor: Money,
        rows: Vec<(usize, String)>,
    },
    RowsAtFloor {
        post: String,
        rows: usize,
        decided: usize,
    },
    MissingFromPrevious {
        post: String,
        recipients: Vec<Recipient>,
    },
    MissingOfKind {
        post: String,
        kind: Kind,
        recipients: Vec<Recipient>,
    },
    /// The table may be about some of the agreement's posts only.
    NoRowsOfPost {
        post: String,
    },
    /// The printed percentages, and where one is not the amount's.
    Percent {
        sum: Decimal,
        off: Vec<ShareOff>,
    },
    /// Names that the registry does not know, of recipients found in another way: aliases to be.
    Spellings(Vec<Misspelt>),
    LeftOut(Vec<LeftOut>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelt {
    pub row: usize,
    pub published: String,
    pub recipient: Recipient,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareOff {
    pub row: usize,
    pub name: String,
    pub printed: Decimal,
    pub reckoned: Decimal,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SumIsNotDecided { post, sum, decided } => {
                let apart = (*sum - *decided).abs();
                let (more, less) = ("mer", "mindre");
                let which = if sum > decided { more } else { less };
                write!(f, "Posten {post} summerar till {sum}, {apart} {which} än beslutets {decided}.")
            }
            Self::SumIsNotPrinted { post, row, printed, sum } => {
                let apart = (*sum - *printed).abs();
                write!(
                    f,
                    "Summan på rad {row} är {printed} för posten {post}, men raderna summerar till {sum}: det skiljer {apart}."
                )
            }
            Self::RowsAreNotDecided { post, rows, decided } => {
                write!(f, "Posten {post} har {rows} mottagare, men beslutet har {decided}.")
            }
            Self::BelowFloor { post, floor, rows } => {
                let named = listed(rows, |(row, name)| format!("{name} (rad {row})"));
                write!(f, "Under minimibeloppet {floor} i posten {post}: {named}.")
            }
            Self::RowsAtFloor { post, rows, decided } => {
                write!(f, "Posten {post} har {rows} mottagare på minimibeloppet, men beslutet har {decided}.")
            }
            Self::MissingFromPrevious { post, recipients } => {
                write!(f, "Hade posten {post} förra omgången men saknas nu: {}.", names(recipients))
            }
            Self::MissingOfKind { post, recipients, .. } => {
                write!(f, "Finns i registret men saknas i posten {post}: {}.", names(recipients))
            }
            Self::NoRowsOfPost { post } => write!(f, "Tabellen har inga rader för posten {post}."),
            Self::Percent { sum, off } => percentages(f, *sum, off),
            Self::Spellings(spellings) => {
                let named = listed(spellings, |of| {
                    format!("{} för {} (rad {})", of.published, of.recipient.name, of.row)
                });
                write!(f, "Stavas på annat sätt än i registret: {named}.")
            }
            Self::LeftOut(rows) => {
                write!(
                    f,
                    "Rader som inte är med: {}.",
                    listed(rows, |of| format!("rad {} «{}»", of.row, of.text))
                )
            }
        }
    }
}

fn percentages(f: &mut fmt::Formatter<'_>, sum: Decimal, off: &[ShareOff]) -> fmt::Result {
    let swedish = |share: Decimal| share.to_string().replace('.', ",");
    write!(f, "Andelarna summerar till {} procent.", swedish(sum))?;
    if off.is_empty() {
        return Ok(());
    }
    let named = listed(off, |of| {
        format!(
            "{} har {}, beloppet ger {} (rad {})",
            of.name,
            swedish(of.printed),
            swedish(of.reckoned),
            of.row
        )
    });
    write!(f, " Andelen är en annan än beloppets: {named}.")
}

fn names(recipients: &[Recipient]) -> String {
    listed(recipients, |recipient| format!("{} ({})", recipient.name, recipient.code))
}

/// The first ones and how many there are beside them.
fn listed<T>(all: &[T], words: impl Fn(&T) -> String) -> String {
    const MOST: usize = 10;
    let mut parts: Vec<String> = all.iter().take(MOST).map(words).collect();
    if all.len() > MOST {
        parts.push(format!("och {} till", all.len() - MOST));
    }
    parts.join(", ")
}

/// Printed percentages, each held against its amount's, rounded to as many decimals; `None` when all is as it should be.
pub(super) fn shares_in_percent(lines: &[Line]) -> Option<Warning> {
    let printed: Vec<(&Line, Decimal)> = lines.iter().filter_map(|line| Some((line, line.share?))).collect();
    // Posts beside one another can sum to more than money goes to.
    let amount = |line: &Line| -> Decimal { line.amounts.iter().map(|of| Decimal::from(of.amount)).sum() };
    let total: Decimal = lines.iter().map(amount).sum();
    if printed.is_empty() || total.is_zero() {
        return None;
    }
    let reckoned = |line: &Line| amount(line).checked_div(total);
    let sum: Decimal = printed.iter().map(|(_, share)| *share).sum();
    // A workbook keeps a share that is shown as 37 % as 0,37.
    let whole = if sum <= Decimal::TWO { Decimal::ONE } else { Decimal::ONE_HUNDRED };
    let off: Vec<ShareOff> = printed
        .iter()
        .filter_map(|(line, share)| {
            let exact = reckoned(line)? * whole;
            let rounded = exact.round_dp_with_strategy(share.scale(), RoundingStrategy::MidpointAwayFromZero);
            let (row, name) = (line.row, line.published_name.clone());
            (rounded != *share).then_some(ShareOff { row, name, printed: *share, reckoned: rounded })
        })
        .collect();
    let sum_is_whole = (sum - whole).abs() < Decimal::new(5, 3) * whole / Decimal::ONE_HUNDRED;
    (!sum_is_whole || !off.is_empty())
        .then_some(Warning::Percent { sum: sum * Decimal::ONE_HUNDRED / whole, off })
}
