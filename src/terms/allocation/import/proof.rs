//! The proof of a table (*kontroll före publicering*): what it says, held against the decision, its own printed sums, the
//! registry and the round before. Faults stop the publication; warnings are confirmed by the one who publishes.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use super::{
    Fault, Place,
    lines::{self, Line, Lines, PostAmount},
    mapping::{Decided, Mapping},
    matching::{By, Registry, Resolutions, RowMatch},
    reading::{Sheet, Table},
    shown, unseen,
    warning::{self, Misspelt, PostName, Recipient, Warning},
};
use crate::{
    people::recipient::{self, Kind},
    terms::allocation::Share,
};
use values::Money;

/// What the table is held against.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    pub posts: &'a [Decided],
    pub registry: &'a Registry,
    /// The round before; empty when there is none.
    pub previous: &'a [Share],
}

/// What an administrator sees before publishing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    pub posts: Vec<PostProof>,
    pub faults: Vec<Fault>,
    pub warnings: Vec<Warning>,
    /// By what a recipient gets more or less than in the round before, the largest first.
    pub differences: Vec<Difference>,
    /// Every row about a recipient, as it was read.
    pub lines: Vec<Line>,
    shares: Vec<Share>,
}

/// A post's sum against the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostProof {
    pub decided: Decided,
    pub sum: Money,
    pub recipients: usize,
    /// How many recipients there are of each kind, in words.
    pub kinds: String,
    /// Nobody had a share of it in the round before, which there is.
    pub is_new: bool,
    /// On the floor exactly, and below it.
    pub at_floor: usize,
    pub below_floor: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub post: String,
    pub recipient: Recipient,
    pub before: Option<Money>,
    pub after: Option<Money>,
}

impl Difference {
    /// Negative when it gets less.
    #[must_use]
    pub fn change(&self) -> Money {
        self.after.unwrap_or_default() - self.before.unwrap_or_default()
    }

    /// The change in tenths of a percent of what it had, rounded to the nearest; `None` for who had nothing.
    #[must_use]
    pub fn permille(&self) -> Option<i64> {
        let before = i128::from(self.before?.to_ore());
        let change = i128::from(self.change().to_ore());
        if before <= 0 {
            return None;
        }
        let half = if change < 0 { -before } else { before };
        i64::try_from((change * 2000 + half) / (before * 2)).ok()
    }
}

impl Proof {
    /// The shares to publish, by post and code: the order of the rows does not matter. `None` while there are faults.
    #[must_use]
    pub fn shares(&self) -> Option<&[Share]> {
        self.faults.is_empty().then_some(self.shares.as_slice())
    }
}

/// Holds a table under a mapping against what it is to agree with.
#[must_use]
pub fn prove(table: &Table, mapping: &Mapping, resolutions: &Resolutions, basis: Basis<'_>) -> Proof {
    let faults = mapping.faults(table, basis.posts);
    let sheet = table.sheets.get(mapping.sheet).filter(|_| faults.is_empty());
    let Some(sheet) = sheet else { return Proof { faults, ..Proof::default() } };
    let read = lines::read(sheet, mapping, basis.posts, basis.registry, resolutions);
    let rows = Rows::of(&read);
    let mut faults = [read.faults.clone(), rows.twice(&read, &sheet.name, basis)].concat();
    if read.lines.is_empty() {
        faults.push(no_rows(&sheet.name, mapping));
    }
    faults.sort_by_key(|fault| (fault.place.row, fault.place.column));
    let posts = rows.posts(basis);
    faults.extend(posts.iter().filter_map(|post| unseen::in_another_unit(post, &sheet.name)));
    let unit = unseen::of_unit(sheet, mapping, &read);
    let kinds = unseen::of_kinds(sheet, mapping, &rows, &posts, basis);
    Proof {
        warnings: [of_reading(table, sheet), unit, warnings(&read, &rows, &posts, basis), kinds].concat(),
        differences: differences(&rows, &posts, basis),
        shares: rows.shares(basis),
        lines: read.lines.clone(),
        posts,
        faults,
    }
}

/// What whoever has the file before them sees another way.
fn of_reading(table: &Table, sheet: &Sheet) -> Vec<Warning> {
    let told = table.told.iter().cloned().map(Warning::Read);
    sheet.hidden().map(Warning::Hidden).into_iter().chain(told).collect()
}

fn no_rows(sheet: &str, mapping: &Mapping) -> Fault {
    Fault {
        place: Place { sheet: sheet.to_owned(), row: mapping.header_row, column: None },
        value: String::new(),
        reason: "Under rubrikraden finns inga rader med mottagare.".to_owned(),
        mend: "Kontrollera vilket blad, vilken rubrikrad och vilka kolumner som är valda.".to_owned(),
    }
}

/// One amount with the row it stands in.
#[derive(Clone, Copy)]
struct Entry<'a> {
    line: &'a Line,
    amount: &'a PostAmount,
    /// Empty when the recipient is not known.
    code: &'a str,
}

/// The amounts by post. A recipient that is not known counts in the sum, since the row is there.
pub(super) struct Rows<'a>(HashMap<&'a str, Vec<Entry<'a>>>);

impl<'a> Rows<'a> {
    fn of(read: &'a Lines) -> Self {
        let mut by_post: HashMap<&str, Vec<Entry<'_>>> = HashMap::new();
        for line in &read.lines {
            for amount in &line.amounts {
                let code = line.outcome.code().unwrap_or_default();
                by_post.entry(&amount.post).or_default().push(Entry { line, amount, code });
            }
        }
        Self(by_post)
    }

    fn in_post(&self, post: &str) -> &[Entry<'a>] {
        self.0.get(post).map_or(&[], Vec::as_slice)
    }

    /// Code and kind of the post's recipients, as far as they are known.
    pub(super) fn kinds(&self, post: &str, registry: &Registry) -> Vec<(&'a str, Kind)> {
        let known = |entry: &Entry<'a>| Some((entry.code, registry.get(entry.code)?.kind));
        self.in_post(post).iter().filter_map(known).collect()
    }

    fn twice(&self, read: &Lines, sheet: &str, basis: Basis<'_>) -> Vec<Fault> {
        let mut first: HashMap<(&str, &str), usize> = HashMap::new();
        let mut faults = Vec::new();
        for line in &read.lines {
            let Some(code) = line.outcome.code() else { continue };
            for PostAmount { post, amount, column } in &line.amounts {
                if let Some(row) = first.get(&(post.as_str(), code)) {
                    let name = basis.registry.name(code);
                    faults.push(Fault {
                        place: Place { sheet: sheet.to_owned(), row: Some(line.row), column: Some(*column) },
                        value: amount.digits().to_string(),
                        reason: format!("{name} ({code}) finns redan på rad {row}."),
                        mend: "Ta bort eller utelämna en av raderna, eller rätta vem den avser.".to_owned(),
                    });
                } else {
                    first.insert((post, code), line.row);
                }
            }
        }
        faults
    }

    /// Of the posts that the table is about.
    fn posts(&self, basis: Basis<'_>) -> Vec<PostProof> {
        let proof = |decided: &Decided| {
            let entries = self.in_post(&decided.key);
            let at = |fits: fn(Money, Money) -> bool| {
                let floor = decided.floor;
                entries
                    .iter()
                    .filter(|entry| floor.is_some_and(|floor| fits(entry.amount.amount, floor)))
                    .count()
            };
            PostProof {
                sum: entries.iter().map(|entry| entry.amount.amount).sum(),
                recipients: entries.len(),
                is_new: !basis.previous.is_empty()
                    && basis.previous.iter().all(|share| share.post != decided.key),
                kinds: recipient::counted(
                    self.kinds(&decided.key, basis.registry).into_iter().map(|(_, kind)| kind),
                ),
                at_floor: at(|amount, floor| amount == floor),
                below_floor: at(|amount, floor| amount < floor),
                decided: decided.clone(),
            }
        };
        basis.posts.iter().filter(|post| self.0.contains_key(post.key.as_str())).map(proof).collect()
    }

    fn shares(&self, basis: Basis<'_>) -> Vec<Share> {
        let mut shares = Vec::new();
        for post in basis.posts {
            let mut entries = self.in_post(&post.key).to_vec();
            entries.sort_by_key(|entry| entry.code);
            shares.extend(entries.into_iter().map(|Entry { line, amount, code }| Share {
                post: amount.post.clone(),
                recipient: code.to_owned(),
                published_name: line.published_name.clone(),
                published_share:
                    line.share.map(|share| share.to_string().replace('.', ",")).unwrap_or_default(),
                amount: amount.amount,
            }));
        }
        shares
    }
}

fn differences(rows: &Rows<'_>, posts: &[PostProof], basis: Basis<'_>) -> Vec<Difference> {
    let mut differences = Vec::new();
    for post in posts.iter().map(|post| &post.decided.key) {
        let mut amounts: BTreeMap<&str, (Option<Money>, Option<Money>)> = BTreeMap::new();
        for share in basis.previous.iter().filter(|share| share.post == *post) {
            amounts.entry(&share.recipient).or_default().0 = Some(share.amount);
        }
        if amounts.is_empty() {
            continue;
        }
        for entry in rows.in_post(post).iter().filter(|entry| !entry.code.is_empty()) {
            amounts.entry(entry.code).or_default().1 = Some(entry.amount.amount);
        }
        differences.extend(amounts.into_iter().map(|(code, (before, after))| Difference {
            post: post.clone(),
            recipient: Recipient::of(code, basis.registry),
            before,
            after,
        }));
    }
    // Stable: recipients with the same difference stay by post and code.
    differences.sort_by_key(|difference| std::cmp::Reverse(difference.change().abs()));
    differences
}

fn warnings(read: &Lines, rows: &Rows<'_>, posts: &[PostProof], basis: Basis<'_>) -> Vec<Warning> {
    let mut found = Vec::new();
    for post in posts {
        found.extend(of_post(post, rows, basis));
    }
    found.extend(printed_sums(read, posts));
    found.extend(warning::shares_in_percent(&read.lines));
    let spellings: Vec<Misspelt> =
        read.lines.iter().filter_map(|line| misspelt(line, basis.registry)).collect();
    if !spellings.is_empty() {
        found.push(Warning::Spellings(spellings));
    }
    if !read.left_out.is_empty() {
        found.push(Warning::LeftOut(read.left_out.clone()));
    }
    let absent = basis.posts.iter().filter(|post| !rows.0.contains_key(post.key.as_str()));
    found.extend(absent.map(|post| Warning::NoRowsOfPost { post: post.into() }));
    found
}

fn of_post(post: &PostProof, rows: &Rows<'_>, basis: Basis<'_>) -> Vec<Warning> {
    let (key, name) = (&post.decided.key, PostName::from(&post.decided));
    let mut found = Vec::new();
    if post.sum != post.decided.total && Some(post.sum) != post.decided.rows_total {
        let (sum, decided) = (post.sum, post.decided.total);
        found.push(Warning::SumIsNotDecided { post: name.clone(), sum, decided });
    }
    if post.recipients != post.decided.recipients {
        let (rows, decided) = (post.recipients, post.decided.recipients);
        found.push(Warning::RowsAreNotDecided { post: name.clone(), rows, decided });
    }
    let entries = rows.in_post(key);
    if let Some(floor) = post.decided.floor {
        let below = entries.iter().filter(|entry| entry.amount.amount < floor);
        let below: Vec<_> = below.map(|entry| (entry.line.row, entry.line.published_name.clone())).collect();
        if !below.is_empty() {
            found.push(Warning::BelowFloor { post: name.clone(), floor, rows: below });
        }
    }
    match post.decided.rows_at_floor {
        Some(decided) if decided != post.at_floor => {
            found.push(Warning::RowsAtFloor { post: name.clone(), rows: post.at_floor, decided });
        }
        _ => {}
    }
    let here: HashSet<&str> = entries.iter().map(|entry| entry.code).collect();
    let before =
        basis.previous.iter().filter(|share| share.post == *key).map(|share| share.recipient.as_str());
    let gone = missing(before, &here, basis.registry);
    let of_kind = missing_of_kind(&here, basis.registry, &gone);
    if !gone.is_empty() {
        found.push(Warning::MissingFromPrevious { post: name.clone(), recipients: gone });
    }
    found.extend(of_kind.map(|(kind, recipients)| Warning::MissingOfKind { post: name, kind, recipients }));
    found
}

fn missing<'a>(
    wanted: impl Iterator<Item = &'a str>,
    here: &HashSet<&str>,
    registry: &Registry,
) -> Vec<Recipient> {
    let mut missing: Vec<Recipient> =
        wanted.filter(|code| !here.contains(code)).map(|code| Recipient::of(code, registry)).collect();
    missing.sort_by(|a, b| a.code.cmp(&b.code));
    missing
}

/// Where most of a kind are there, the others were probably to be there too; ten model municipalities are not most.
fn missing_of_kind(
    here: &HashSet<&str>,
    registry: &Registry,
    said: &[Recipient],
) -> Option<(Kind, Vec<Recipient>)> {
    let kinds: HashSet<&str> = here.iter().filter_map(|code| Some(registry.get(code)?.kind.key())).collect();
    let [key] = kinds.into_iter().collect::<Vec<_>>()[..] else { return None };
    let kind = Kind::parse(key)?;
    let all: Vec<&str> = registry.of_kind(kind).map(|organisation| organisation.code.as_str()).collect();
    if here.len() * 2 <= all.len() {
        return None;
    }
    let mut missing = missing(all.into_iter(), here, registry);
    missing.retain(|recipient| !said.contains(recipient));
    (!missing.is_empty()).then_some((kind, missing))
}

/// A printed sum is of the rows above it, or of those since the printed sum before. It closes those rows though it is wrong:
/// it is held against what it is nearest to.
fn printed_sums(read: &Lines, posts: &[PostProof]) -> Vec<Warning> {
    let mut found = Vec::new();
    for decided in posts.iter().map(|post| &post.decided) {
        let post = &decided.key;
        let mut after = 0;
        for (at, of_row) in read.sums.iter().enumerate() {
            let Some(amount) = of_row.amounts.iter().find(|amount| amount.post == *post) else { continue };
            let sum = |rows: Range<usize>| -> Money {
                let lines = read.lines.iter().filter(|line| rows.contains(&line.row));
                lines.flat_map(|line| &line.amounts).filter(|of| of.post == *post).map(|of| of.amount).sum()
            };
            let (row, printed) = (of_row.row, amount.amount);
            let apart = |sum: &Money| (*sum - printed).abs();
            let next = read.sums.get(at + 1).map_or(usize::MAX, |next| next.row);
            let below = of_row.of_county.then(|| sum(row..next));
            let sums = [sum(0..row), sum(after..row)].into_iter().chain(below);
            let nearest = sums.min_by_key(apart).unwrap_or_default();
            if nearest != printed {
                found.push(Warning::SumIsNotPrinted { post: decided.into(), row, printed, sum: nearest });
            }
            after = row;
        }
    }
    found
}

fn misspelt(line: &Line, registry: &Registry) -> Option<Misspelt> {
    let RowMatch::Matched { code, by } = &line.outcome else { return None };
    let unknown =
        matches!(by, By::Code | By::Number | By::Choice) && !registry.knows_name(&line.published_name);
    unknown.then(|| Misspelt {
        row: line.row,
        published: shown(&line.published_name),
        recipient: Recipient::of(code, registry),
    })
}
