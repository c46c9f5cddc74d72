//! What the columns of a table are: guessed from what stands in them and above them, and changed by the user.
//!
//! The cells say more than the headings: a column in which the registry's recipients stand is the recipients', and one
//! that sums to a post's total is that post's.

use rust_decimal::Decimal;

use super::{
    Fault, Place,
    amount::{amount, is_nothing, percent},
    column_letters,
    matching::{Clues, Registry},
    reading::{Row, Sheet, Table},
};
use crate::{agreement::Post, money::Money, recipient::Kind, text::fold};

/// What a post is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub key: String,
    pub name: String,
    /// As printed.
    pub total: Money,
    /// What the published rows sum to, where that is not what is printed (2020 Bilaga 2).
    pub rows_total: Option<Money>,
    pub recipients: usize,
    pub floor: Option<Money>,
    pub rows_at_floor: Option<usize>,
}

impl Decided {
    /// What the rows are to sum to.
    #[must_use]
    pub fn of_rows(&self) -> Money {
        self.rows_total.unwrap_or(self.total)
    }
}

impl From<&Post> for Decided {
    fn from(post: &Post) -> Self {
        Self {
            key: post.key.clone(),
            name: post.name.clone(),
            total: Money::kronor(post.total),
            rows_total: post.rows_total.map(Money::kronor),
            recipients: post.recipients,
            floor: post.floor.map(Money::kronor),
            rows_at_floor: post.rows_at_floor,
        }
    }
}

/// Columns are counted from 0, rows are numbered as in the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Which of the table's sheets.
    pub sheet: usize,
    /// The table's rows begin below it; without one, at the top.
    pub header_row: Option<usize>,
    pub code: Option<usize>,
    pub organisation_number: Option<usize>,
    pub name: Option<usize>,
    /// In percent, as printed.
    pub share: Option<usize>,
    pub amounts: Amounts,
    /// Whom a name is taken for that fits several.
    pub kind: Option<Kind>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amounts {
    /// A column for each post, as in 2020 Bilaga 1.
    Columns(Vec<PostColumn>),
    /// One column, and beside it which post the row is about.
    Rows { post: usize, amount: usize },
}

impl Default for Amounts {
    fn default() -> Self {
        Self::Columns(Vec::new())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostColumn {
    pub post: String,
    pub column: usize,
}

impl Mapping {
    #[must_use]
    pub fn clues<'a>(&self, row: &'a Row) -> Clues<'a> {
        let cell = |column: Option<usize>| column.map_or("", |column| row.cell(column));
        Clues {
            code: cell(self.code),
            organisation_number: cell(self.organisation_number),
            name: cell(self.name),
        }
    }

    /// The rows below the heading, without a heading that is repeated on every page.
    pub fn rows<'a>(&self, sheet: &'a Sheet) -> impl Iterator<Item = &'a Row> {
        let header = sheet.rows.iter().find(|row| Some(row.number) == self.header_row);
        let first = self.header_row.map_or(0, |header| header + 1);
        sheet
            .rows
            .iter()
            .filter(move |row| row.number >= first && header.is_none_or(|header| header.cells != row.cells))
    }

    /// Every column that means something.
    #[must_use]
    pub fn columns(&self) -> Vec<usize> {
        let of_amounts = match &self.amounts {
            Amounts::Columns(columns) => columns.iter().map(|column| column.column).collect(),
            Amounts::Rows { post, amount } => vec![*post, *amount],
        };
        let others = [self.code, self.organisation_number, self.name, self.share];
        others.into_iter().flatten().chain(of_amounts).collect()
    }

    /// What keeps the rows from being read at all.
    #[must_use]
    pub fn faults(&self, table: &Table, posts: &[Decided]) -> Vec<Fault> {
        let Some(sheet) = table.sheets.get(self.sheet) else {
            return vec![fault(Place::default(), "Bladet finns inte.", "Välj ett blad i tabellen.")];
        };
        let at = |column| Place { sheet: sheet.name.clone(), row: self.header_row, column };
        let mut faults = Vec::new();
        if [self.code, self.organisation_number, self.name].iter().all(Option::is_none) {
            let mend = "Ange i vilken kolumn koden, organisationsnumret eller namnet står.";
            faults.push(fault(at(None), "Ingen kolumn säger vem som får bidraget.", mend));
        }
        match &self.amounts {
            Amounts::Columns(columns) if columns.is_empty() => {
                let mend = "Ange för varje post i vilken kolumn beloppen står.";
                faults.push(fault(at(None), "Ingen kolumn har beloppen.", mend));
            }
            Amounts::Columns(columns) => {
                let mut seen = Vec::new();
                for PostColumn { post, column } in columns {
                    if seen.contains(&post) || !posts.iter().any(|decided| decided.key == *post) {
                        let reason = format!("Posten {post} finns inte, eller har fått två kolumner.");
                        faults.push(fault(at(Some(*column)), &reason, "Välj en kolumn för varje post."));
                    }
                    seen.push(post);
                }
            }
            Amounts::Rows { .. } => {}
        }
        let columns = self.columns();
        for (index, column) in columns.iter().enumerate() {
            if *column >= sheet.columns() || columns[..index].contains(column) {
                let reason =
                    format!("Kolumn {} finns inte, eller är vald två gånger.", column_letters(*column));
                faults.push(fault(at(Some(*column)), &reason, "Välj en egen kolumn för varje uppgift."));
            }
        }
        faults
    }
}

fn fault(place: Place, reason: &str, mend: &str) -> Fault {
    Fault { place, value: String::new(), reason: reason.to_owned(), mend: mend.to_owned() }
}

/// The likeliest mapping; with nothing to go by, an empty one of the first sheet.
#[must_use]
pub fn guess(table: &Table, posts: &[Decided], registry: &Registry) -> Mapping {
    let guesses = table.sheets.iter().enumerate().map(|(at, sheet)| guess_sheet(at, sheet, posts, registry));
    let best = guesses.rev().max_by_key(|(_, recipients)| *recipients);
    best.map(|(mapping, _)| mapping).unwrap_or_default()
}

/// With how many of the rows name a recipient.
fn guess_sheet(at: usize, sheet: &Sheet, posts: &[Decided], registry: &Registry) -> (Mapping, usize) {
    let is_number = |row: &Row, column| registry.by_number(row.cell(column)).is_some();
    let organisation_number = column_of(sheet, is_number, &[]);
    let is_name = |row: &Row, column| registry.knows_name(row.cell(column));
    let name = column_of(sheet, is_name, &[organisation_number]);
    // Small numbers of anything can be codes, but not beside other names.
    let is_code = |row: &Row, column| {
        let name = name.map_or("", |name| row.cell(name));
        registry.by_code(row.cell(column)).is_some()
            && !registry.contradict(Clues { code: row.cell(column), name, ..Clues::default() })
    };
    let code = column_of(sheet, is_code, &[organisation_number, name]);
    let mut mapping = Mapping { sheet: at, code, organisation_number, name, ..Mapping::default() };
    let mut rows: Vec<&Row> =
        sheet.rows.iter().filter(|row| !registry.kinds(mapping.clues(row)).is_empty()).collect();
    let named = rows.len();
    mapping.kind = likeliest_kind(&mapping, &rows, registry);
    mapping.header_row = header_row(sheet, &mapping, rows.first().copied());
    if rows.is_empty()
        && let Some((row, column)) = heading_of_recipients(sheet)
    {
        mapping.header_row = Some(row);
        mapping.name = Some(column);
        rows = mapping.rows(sheet).collect();
    }
    let header = sheet.rows.iter().find(|row| Some(row.number) == mapping.header_row);
    mapping.share = share_column(sheet, header, &mapping, &rows);
    mapping.amounts = amounts(sheet, header, &mapping, &rows, posts);
    (mapping, named)
}

/// The column with most cells that fit, the first of several, if they are at least a quarter of those used: names may be
/// misspelt, and footnotes stand in the same column.
fn column_of(sheet: &Sheet, fits: impl Fn(&Row, usize) -> bool, taken: &[Option<usize>]) -> Option<usize> {
    let free = (0..sheet.columns()).rev().filter(|column| !taken.contains(&Some(*column)));
    let counted = free.map(|column| (sheet.rows.iter().filter(|row| fits(row, column)).count(), column));
    let (fitting, column) = counted.max_by_key(|(count, _)| *count)?;
    let used = sheet.rows.iter().filter(|row| !is_nothing(row.cell(column))).count();
    (fitting > 0 && fitting * 4 >= used).then_some(column)
}

/// Where no recipient is known, the words above the column are all there is to go by.
fn heading_of_recipients(sheet: &Sheet) -> Option<(usize, usize)> {
    sheet.rows.iter().find_map(|row| {
        let called =
            |cell: &String| OF_RECIPIENTS.iter().any(|word| fold(cell).split(' ').next() == Some(word));
        Some((row.number, row.cells.iter().position(called)?))
    })
}

const OF_RECIPIENTS: [&str; 9] =
    ["kommun", "kommunkod", "region", "län", "kod", "namn", "mottagare", "organisationsnummer", "recipient"];

fn likeliest_kind(mapping: &Mapping, named: &[&Row], registry: &Registry) -> Option<Kind> {
    let mut counted: Vec<(Kind, usize)> = Vec::new();
    for kind in named.iter().flat_map(|row| registry.kinds(mapping.clues(row))) {
        match counted.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => counted.push((kind, 1)),
        }
    }
    counted.into_iter().max_by_key(|(_, count)| *count).map(|(kind, _)| kind)
}

/// The last row above the first recipient that is not itself a row with an amount and an unknown recipient.
fn header_row(sheet: &Sheet, mapping: &Mapping, first: Option<&Row>) -> Option<usize> {
    let first = first?.number;
    let clue = |row: &Row| {
        let clues = mapping.clues(row);
        [clues.code, clues.organisation_number, clues.name].map(fold).join(" ")
    };
    let has_amount = |row: &Row| {
        let others = row.cells.iter().enumerate().filter(|(at, _)| !mapping.columns().contains(at));
        others.into_iter().any(|(_, cell)| matches!(amount(cell), Ok(Some(_))))
    };
    let is_header = |row: &&Row| {
        let words = clue(row);
        OF_RECIPIENTS.iter().any(|word| words.contains(word)) || !has_amount(row)
    };
    sheet.rows.iter().rfind(|row| row.number < first && is_header(row)).map(|row| row.number)
}

fn heading(header: Option<&Row>, column: usize) -> String {
    header.map(|row| fold(row.cell(column))).unwrap_or_default()
}

fn share_column(sheet: &Sheet, header: Option<&Row>, mapping: &Mapping, named: &[&Row]) -> Option<usize> {
    let hundred = Decimal::ONE_HUNDRED;
    let taken = mapping.columns();
    (0..sheet.columns()).filter(|column| !taken.contains(column)).find(|column| {
        let heading = heading(header, *column);
        let is_called = ["andel", "procent", "%"].iter().any(|word| heading.contains(word));
        let shares: Vec<Decimal> = named.iter().filter_map(|row| percent(row.cell(*column))).collect();
        is_called && !shares.is_empty() && shares.iter().all(|share| *share <= hundred)
    })
}

fn amounts(
    sheet: &Sheet,
    header: Option<&Row>,
    mapping: &Mapping,
    named: &[&Row],
    posts: &[Decided],
) -> Amounts {
    let taken = mapping.columns();
    let free = || (0..sheet.columns()).filter(|column| !taken.contains(column));
    let most = |count: usize| count * 2 >= named.len() && count > 0;
    let says_post = |column: &usize| {
        most(named.iter().filter(|row| post_called(posts, row.cell(*column)).is_some()).count())
    };
    let post = free().find(says_post);
    let of_money = free().filter(|column| Some(*column) != post);
    let columns: Vec<Column> = of_money.filter_map(|column| Column::read(column, header, named)).collect();
    if let (Some(post), Some(column)) = (post, columns.iter().max_by_key(|column| column.likeness())) {
        return Amounts::Rows { post, amount: column.at };
    }
    Amounts::Columns(pair(posts, &columns))
}

/// The post that a cell names, by its key or its name.
pub(super) fn post_called<'a>(posts: &'a [Decided], cell: &str) -> Option<&'a Decided> {
    let cell = fold(cell);
    posts.iter().find(|post| fold(&post.key) == cell || fold(&post.name) == cell)
}

/// A column that has amounts in it.
struct Column {
    at: usize,
    heading: String,
    sum: Money,
    recipients: usize,
}

impl Column {
    fn read(at: usize, header: Option<&Row>, named: &[&Row]) -> Option<Self> {
        let used = named.iter().filter(|row| !is_nothing(row.cell(at))).count();
        let read: Vec<Money> = named
            .iter()
            .filter_map(|row| amount(row.cell(at)).ok().flatten())
            .filter(|sum| !sum.is_zero())
            .collect();
        if read.is_empty() || read.len() * 2 < used {
            return None;
        }
        Some(Self {
            at,
            heading: heading(header, at),
            sum: read.iter().copied().sum(),
            recipients: read.len(),
        })
    }

    /// Money rather than people, and rather the last column that has it.
    fn likeness(&self) -> (bool, bool, usize) {
        const MONEY: [&str; 9] =
            ["belopp", "utfall", "medel", "bidrag", "kr", "tilldel", "amount", "totalt", "summa"];
        const PEOPLE: [&str; 7] =
            ["befolkning", "invånare", "antal", "folkmängd", "personer", "patienter", " år"];
        let says = |words: &[&str]| words.iter().any(|word| self.heading.contains(word));
        (!says(&PEOPLE), says(&MONEY), self.at)
    }

    /// What speaks for the column's being that post's: its sum, its heading, its rows, how near its sum is.
    fn evidence(&self, post: &Decided) -> Evidence {
        let name = fold(&post.name);
        let same_name = !self.heading.is_empty()
            && (self.heading == name || self.heading == fold(&post.key) || name.contains(&self.heading));
        let sum_is = self.sum == post.of_rows() || self.sum == post.total;
        let apart = (self.sum - post.of_rows()).abs();
        Evidence { sum_is, same_name, rows_are: self.recipients == post.recipients, apart }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Evidence {
    sum_is: bool,
    same_name: bool,
    rows_are: bool,
    apart: Money,
}

impl Evidence {
    fn is_enough(self) -> bool {
        self.sum_is || self.same_name
    }
}

/// The pairs with most evidence first. A table of one post may say anything: its likeliest column is that post's.
fn pair(posts: &[Decided], columns: &[Column]) -> Vec<PostColumn> {
    let mut pairs: Vec<(Evidence, &Decided, &Column)> = posts
        .iter()
        .flat_map(|post| columns.iter().map(move |column| (column.evidence(post), post, column)))
        .collect();
    pairs.sort_by_key(|(of, _, column)| {
        (!of.sum_is, !of.same_name, !of.rows_are, !column.likeness().0, !column.likeness().1, of.apart)
    });
    let mut chosen: Vec<PostColumn> = Vec::new();
    for (evidence, post, column) in &pairs {
        let free = chosen.iter().all(|known| known.post != post.key && known.column != column.at);
        if free && evidence.is_enough() {
            chosen.push(PostColumn { post: post.key.clone(), column: column.at });
        }
    }
    if chosen.is_empty() {
        let likeliest = pairs.iter().max_by_key(|(evidence, _, column)| {
            let (money, said, at) = column.likeness();
            (money, said, evidence.rows_are, std::cmp::Reverse(evidence.apart), at)
        });
        chosen.extend(
            likeliest.map(|(_, post, column)| PostColumn { post: post.key.clone(), column: column.at }),
        );
    }
    chosen.sort_by_key(|pair| posts.iter().position(|post| post.key == pair.post));
    chosen
}
