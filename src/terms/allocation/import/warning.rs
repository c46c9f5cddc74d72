//! What is odd about a table and may still be right: said in words, to be confirmed.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    lines::{LeftOut, Line},
    mapping::Decided,
    matching::Registry,
    unit::Unit,
};
use crate::people::recipient::Kind;
use values::Money;

/// A post, shown by its name; by its key while it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostName {
    pub key: String,
    name: String,
}

impl From<&Decided> for PostName {
    fn from(post: &Decided) -> Self {
        Self { key: post.key.clone(), name: post.name.clone() }
    }
}

impl fmt::Display for PostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "”{}”", if self.name.is_empty() { &self.key } else { &self.name })
    }
}

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
        post: PostName,
        sum: Money,
        decided: Money,
    },
    SumIsNotPrinted {
        post: PostName,
        row: usize,
        printed: Money,
        sum: Money,
    },
    RowsAreNotDecided {
        post: PostName,
        rows: usize,
        decided: usize,
    },
    /// With row and name.
    BelowFloor {
        post: PostName,
        floor: Money,
        rows: Vec<(usize, String)>,
    },
    RowsAtFloor {
        post: PostName,
        rows: usize,
        decided: usize,
    },
    MissingFromPrevious {
        post: PostName,
        recipients: Vec<Recipient>,
    },
    MissingOfKind {
        post: PostName,
        kind: Kind,
        recipients: Vec<Recipient>,
    },
    /// The table may be about some of the agreement's posts only.
    NoRowsOfPost {
        post: PostName,
    },
    /// The printed percentages, and where one is not the amount's.
    Percent {
        sum: Decimal,
        off: Vec<ShareOff>,
    },
    /// Names that the registry does not know, of recipients found in another way: aliases to be.
    Spellings(Vec<Misspelt>),
    LeftOut(Vec<LeftOut>),
    /// The amounts are not in kronor: the first as it stands, and as it is read.
    Unit {
        unit: Unit,
        cell: String,
        read: Money,
    },
    /// A heading names another unit than the one that the amounts are read in.
    UnitIsNotSaid {
        said: Unit,
        unit: Unit,
    },
    /// Recipients of several kinds, with those of the fewer kinds.
    SeveralKinds {
        post: PostName,
        counted: String,
        fewer: Vec<Recipient>,
    },
    /// The heading, or the round before, names another kind of recipients.
    OtherKind {
        post: PostName,
        kind: Kind,
        said: Kind,
        by: KindSaid,
    },
    /// What of the sheet is hidden in the workbook, and so not read.
    Hidden(String),
    /// How the file was read, where that is not a matter of course.
    Read(String),
}

/// What says of which kind the recipients are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindSaid {
    Heading,
    Before,
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
            Self::Unit { unit, cell, read } => {
                write!(f, "Beloppen i tabellen läses som {}: ”{cell}” blir {read}.", unit.label())
            }
            Self::UnitIsNotSaid { said, unit } => {
                write!(f, "Tabellen säger {}, men beloppen läses som {}.", said.label(), unit.label())
            }
            Self::SeveralKinds { post, counted, fewer } => {
                write!(f, "Posten {post} har mottagare av olika slag, {counted}: {}.", names(fewer))
            }
            Self::OtherKind { post, kind, said, by } => {
                let who = match by {
                    KindSaid::Heading => "Rubriken över mottagarna säger",
                    KindSaid::Before => "Förra omgången gick posten till",
                };
                write!(f, "{who} {}, men raderna i posten {post} gäller {}.", said.plural(), kind.plural())
            }
            Self::Hidden(words) => write!(f, "{words} Det dolda har inte lästs."),
            Self::Read(words) => f.write_str(words),
            Self::LeftOut(rows) => {
                write!(
                    f,
                    "Rader som inte är med: {}.",
                    listed(rows, |of| format!("rad {} ”{}”", of.row, of.text))
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
    let whole = Decimal::ONE_HUNDRED;
    let off: Vec<ShareOff> = printed
        .iter()
        .filter_map(|(line, share)| {
            let exact = reckoned(line)? * whole;
            let rounded = exact.round_dp_with_strategy(share.scale(), RoundingStrategy::MidpointAwayFromZero);
            let (row, name) = (line.row, line.published_name.clone());
            (rounded != *share).then_some(ShareOff { row, name, printed: *share, reckoned: rounded })
        })
        .collect();
    let sum_is_whole = (sum - whole).abs() < Decimal::new(5, 3);
    (!sum_is_whole || !off.is_empty()).then_some(Warning::Percent { sum, off })
}
