//! The rows of a table under a mapping: whom each is about and its amounts, the printed sums, and what is no part of it.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::{
    Fault, Place,
    amount::{Wrong, amount, is_nothing, percent},
    mapping::{Amounts, Decided, Mapping, post_called},
    matching::{By, Claim, Clues, Registry, Resolution, Resolutions, RowMatch},
    reading::{Row, Sheet},
    shown,
};
use crate::people::recipient::Kind;
use values::{Money, text::fold};

/// A row about a recipient, or about somebody unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub row: usize,
    /// The name as printed; the registry's where the table has none.
    pub published_name: String,
    pub outcome: RowMatch,
    pub amounts: Vec<PostAmount>,
    /// Percent, as printed.
    pub share: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostAmount {
    pub post: String,
    pub amount: Money,
    pub column: usize,
}

/// A row such as *Summa* or *Totalt*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedSum {
    pub row: usize,
    pub amounts: Vec<PostAmount>,
    /// It may stand above its rows.
    pub of_county: bool,
}

/// A row that is no part of the allocation: a footnote, or what the user left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub row: usize,
    pub text: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    pub lines: Vec<Line>,
    pub sums: Vec<PrintedSum>,
    pub left_out: Vec<LeftOut>,
    pub faults: Vec<Fault>,
}

/// Reads the rows of the sheet that the mapping is of; the mapping is to have no faults.
#[must_use]
pub fn read(
    sheet: &Sheet,
    mapping: &Mapping,
    posts: &[Decided],
    registry: &Registry,
    resolutions: &Resolutions,
) -> Lines {
    let reader = Reader { sheet, mapping, posts, registry };
    let mut found = Lines::default();
    let mut bare = Vec::new();
    for row in mapping.rows(sheet) {
        match resolutions.get(&row.number) {
            None if reader.has_no_amount(row) => bare.push(row),
            resolution => reader.row(row, resolution, &mut found),
        }
    }
    reader.without_amounts(&bare, &mut found);
    found.left_out.sort_by_key(|left_out| left_out.row);
    found.sums.sort_by_key(|sum| sum.row);
    found.lines.sort_by_key(|line| line.row);
    let says_percent = |column| mapping.rows(sheet).any(|row| row.cell(column).contains('%'));
    if !mapping.share.is_some_and(says_percent) {
        shares_in_percent(&mut found.lines);
    }
    found
}

/// A sheet keeps a share of 37 % as 0,37 where the cell does not say that it is one.
fn shares_in_percent(lines: &mut [Line]) {
    let sum: Decimal = lines.iter().filter_map(|line| line.share).sum();
    if sum > Decimal::TWO {
        return;
    }
    for share in lines.iter_mut().filter_map(|line| line.share.as_mut()) {
        *share *= Decimal::ONE_HUNDRED;
        let decimals = share.scale().saturating_sub(2);
        share.rescale(decimals.max(share.normalize().scale()));
    }
}

struct Reader<'a> {
    sheet: &'a Sheet,
    mapping: &'a Mapping,
    posts: &'a [Decided],
    registry: &'a Registry,
}

impl Reader<'_> {
    /// Rows with nothing in the columns of amounts are the headings and the footnotes of a table. One that names somebody
    /// who has no other row may have lost its amount.
    fn without_amounts(&self, bare: &[&Row], found: &mut Lines) {
        let named: HashSet<String> =
            found.lines.iter().filter_map(|line| line.outcome.code().map(str::to_owned)).collect();
        for row in bare {
            let clues = self.registry.parted(self.mapping.clues(row));
            let outcome = self.registry.find(clues, self.mapping.kind);
            let is_heading = match &outcome {
                RowMatch::Matched { code, .. } => {
                    named.contains(code) || self.is_of_another_kind(code) || self.is_county(clues.name)
                }
                RowMatch::Unknown { .. } => !is_sum(clues),
                RowMatch::Contradicts(_) | RowMatch::Ambiguous(_) => self.is_county(clues.name),
            };
            match is_heading {
                true => found.left_out.push(left_out(row)),
                false => self.row(row, None, found),
            }
        }
    }

    fn has_no_amount(&self, row: &Row) -> bool {
        self.mapping.amount_columns().iter().all(|column| is_nothing(row.cell(*column)))
    }

    fn is_of_another_kind(&self, code: &str) -> bool {
        let kind = self.registry.get(code).map(|organisation| organisation.kind);
        self.mapping.kind.is_some() && kind != self.mapping.kind
    }

    /// *Blekinge län* on a row of its own, above the municipalities of the county.
    fn is_county(&self, name: &str) -> bool {
        !matches!(self.mapping.kind, Some(Kind::Rss | Kind::Region)) && fold(name).ends_with(" län")
    }

    /// Among municipalities *Kalmar län* with an amount is the sum of the county's municipalities, and never Kalmar.
    fn is_sum_of_county(&self, clues: Clues<'_>) -> bool {
        let is_name_alone = clues.code.is_empty() && clues.organisation_number.is_empty();
        self.mapping.kind == Some(Kind::Municipality) && is_name_alone && self.is_county(clues.name)
    }

    fn row(&self, row: &Row, resolution: Option<&Resolution>, found: &mut Lines) {
        let clues = self.registry.parted(self.mapping.clues(row));
        if resolution == Some(&Resolution::LeaveOut) {
            found.left_out.push(left_out(row));
            return;
        }
        let outcome = match resolution {
            Some(Resolution::Recipient(code)) => self.chosen(code),
            _ => self.registry.find(clues, self.mapping.kind),
        };
        let of_nobody = matches!(outcome, RowMatch::Unknown { .. });
        let of_county = resolution.is_none() && self.is_sum_of_county(clues);
        if of_county || of_nobody && is_sum(clues) {
            let amounts = self.amounts(row).into_iter().filter_map(Result::ok).flatten().collect();
            found.sums.push(PrintedSum { row: row.number, amounts, of_county });
            return;
        }
        found.faults.extend(self.recipient_fault(row, &outcome));
        let amounts = self.checked_amounts(row, &mut found.faults);
        found.lines.push(Line {
            row: row.number,
            published_name: self.published_name(clues, &outcome),
            outcome,
            amounts,
            share: self.mapping.share.and_then(|column| percent(row.cell(column))),
        });
    }

    fn chosen(&self, code: &str) -> RowMatch {
        match self.registry.get(code) {
            Some(organisation) => RowMatch::Matched { code: organisation.code.clone(), by: By::Choice },
            None => RowMatch::Unknown { nearest: Vec::new() },
        }
    }

    fn published_name(&self, clues: Clues<'_>, outcome: &RowMatch) -> String {
        match (clues.name, outcome.code()) {
            ("", Some(code)) => self.registry.name(code).to_owned(),
            ("", None) => [clues.code, clues.organisation_number].join(" ").trim().to_owned(),
            (name, _) => name.to_owned(),
        }
    }

    /// Each amount column: nothing, an amount, or what is wrong with it.
    fn amounts(&self, row: &Row) -> Vec<Result<Option<PostAmount>, (usize, Wrong)>> {
        let read = |post: &str, column: usize| match amount(row.cell(column), self.mapping.unit) {
            Ok(amount) => Ok(amount.map(|amount| PostAmount { post: post.to_owned(), amount, column })),
            Err(wrong) => Err((column, wrong)),
        };
        match &self.mapping.amounts {
            Amounts::Columns(columns) => columns.iter().map(|of| read(&of.post, of.column)).collect(),
            Amounts::Rows { post, amount } => match post_called(self.posts, row.cell(*post)) {
                Some(post) => vec![read(&post.key, *amount)],
                None => vec![Err((*post, unknown_post(self.posts)))],
            },
        }
    }

    /// A recipient may lack a share of one post of several, but not of all.
    fn checked_amounts(&self, row: &Row, faults: &mut Vec<Fault>) -> Vec<PostAmount> {
        let (mut amounts, mut wrong) = (Vec::new(), false);
        for cell in self.amounts(row) {
            match cell {
                Ok(Some(amount)) if !amount.amount.is_zero() => amounts.push(amount),
                Ok(_) => {}
                Err((column, Wrong { reason, mend })) => {
                    wrong = true;
                    faults.push(self.fault(row, Some(column), reason, mend));
                }
            }
        }
        if amounts.is_empty() && !wrong {
            let column = self.mapping.amount_columns().first().copied();
            let mend = "Skriv beloppet, eller ta bort raden om mottagaren inte ska ha något.".to_owned();
            faults.push(self.fault(row, column, "Raden har inget belopp.".to_owned(), mend));
        }
        amounts
    }

    fn recipient_fault(&self, row: &Row, outcome: &RowMatch) -> Option<Fault> {
        let column = self.mapping.name.or(self.mapping.code).or(self.mapping.organisation_number);
        let (reason, mend) = match outcome {
            RowMatch::Matched { .. } => return None,
            RowMatch::Contradicts(claims) => (
                format!("Cellerna säger inte samma sak: {}.", self.said(claims)),
                "Rätta den cell som är fel, eller välj mottagaren här.".to_owned(),
            ),
            RowMatch::Ambiguous(codes) => (
                format!("Namnet passar på flera: {}.", self.listed(codes)),
                "Skriv koden eller organisationsnumret, eller välj mottagaren här.".to_owned(),
            ),
            RowMatch::Unknown { nearest } => self.unknown(self.mapping.clues(row), nearest),
        };
        Some(self.fault(row, column, reason, mend))
    }

    fn unknown(&self, clues: Clues<'_>, nearest: &[String]) -> (String, String) {
        if [clues.code, clues.organisation_number, clues.name].into_iter().all(is_nothing) {
            let mend = "Skriv vem raden avser. Är den en summa, skriv Summa i namnets kolumn.";
            return ("Raden har ett belopp men säger inte vem som får det.".to_owned(), mend.to_owned());
        }
        let mend = if nearest.is_empty() {
            "Rätta namnet eller koden, välj mottagaren här, eller utelämna raden.".to_owned()
        } else {
            format!("Menar du {}? Rätta tabellen eller välj mottagaren här.", self.listed(nearest))
        };
        ("Mottagaren finns inte i registret.".to_owned(), mend)
    }

    fn said(&self, claims: &[Claim]) -> String {
        let claim = |claim: &Claim| {
            let what = match claim.by {
                By::Code => "koden",
                By::Number => "organisationsnumret",
                By::Name | By::Alias | By::Choice => "namnet",
            };
            let whose = claim.code.as_deref().map_or("ingens".to_owned(), |code| self.listed([code]));
            format!("{what} {} är {whose}", shown(&claim.value))
        };
        claims.iter().map(claim).collect::<Vec<_>>().join(", ")
    }

    fn listed(&self, codes: impl IntoIterator<Item = impl AsRef<str>>) -> String {
        let one = |code: &str| format!("{} ({code})", self.registry.name(code));
        codes.into_iter().map(|code| one(code.as_ref())).collect::<Vec<_>>().join(" eller ")
    }

    fn fault(&self, row: &Row, column: Option<usize>, reason: String, mend: String) -> Fault {
        let value = column.map_or(String::new(), |column| shown(row.cell(column)));
        let place = Place { sheet: self.sheet.name.clone(), row: Some(row.number), column };
        Fault { place, value, reason, mend }
    }
}

fn unknown_post(posts: &[Decided]) -> Wrong {
    let known: Vec<String> = posts.iter().map(|post| format!("{} ({})", post.key, post.name)).collect();
    Wrong {
        reason: "Posten finns inte i överenskommelsen.".to_owned(),
        mend: format!("Skriv någon av {}.", known.join(", ")),
    }
}

fn left_out(row: &Row) -> LeftOut {
    let text: Vec<&str> = row.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    LeftOut { row: row.number, text: shown(&text.join(" ")) }
}

/// *Summa*, *Totalt*, *Riket*: in the column of names or of codes.
fn is_sum(clues: Clues<'_>) -> bool {
    const SUMS: [&str; 8] =
        ["summa", "totalt", "total", "totalsumma", "riket", "hela riket", "sverige", "delsumma"];
    [clues.name, clues.code, clues.organisation_number].into_iter().any(|cell| {
        let words = fold(cell);
        let bare = words.trim_matches([':', '*', ' ']);
        SUMS.contains(&bare) || SUMS[..2].iter().any(|sum| bare.starts_with(&format!("{sum} ")))
    })
}
