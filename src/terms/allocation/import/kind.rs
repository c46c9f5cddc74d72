//! Which kind of recipients a table is about. *Jönköping* is a municipality, a region and what the municipalities of the
//! county do together; which one is meant is said by the table, by the round before, or by the user.

use std::collections::HashMap;

use super::{
    mapping::Mapping,
    matching::Registry,
    name::kind_said,
    reading::{Row, Sheet},
};
use crate::{people::recipient::Kind, terms::allocation::Share};

/// What a table's rows can be, by its own words, its names and the round before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kinds {
    /// Those that fit nearly all rows.
    pub fitting: Vec<Kind>,
    /// The one that is meant, where something says so and nothing says another.
    pub meant: Option<Kind>,
}

impl Kinds {
    pub fn of(
        mapping: &Mapping,
        sheet: &Sheet,
        rows: &[&Row],
        registry: &Registry,
        before: &[Share],
    ) -> Self {
        let (mut fit, mut exact): (HashMap<Kind, usize>, HashMap<Kind, usize>) = Default::default();
        for row in rows {
            let clues = registry.parted(mapping.clues(row));
            let kinds = registry.kinds(clues);
            let said = kind_said(clues.name).filter(|kind| kinds.contains(kind));
            for kind in said.map_or(kinds, |kind| vec![kind]) {
                *fit.entry(kind).or_default() += 1;
            }
            for kind in registry.kinds_of_exact_name(clues.name) {
                *exact.entry(kind).or_default() += 1;
            }
        }
        let most = fit.values().copied().max().unwrap_or_default();
        let is_most = |count: usize| count * 4 >= most * 3;
        let of_most = |counted: &HashMap<Kind, usize>| -> Vec<Kind> {
            let mut kinds: Vec<Kind> =
                counted.iter().filter(|(_, count)| is_most(**count)).map(|(kind, _)| *kind).collect();
            kinds.sort_by_key(|kind| kind.key());
            kinds
        };
        let (fitting, exact) = (of_most(&fit), of_most(&exact));
        let meant = match fitting[..] {
            [only] => Some(only),
            _ => {
                let header = sheet.rows.iter().find(|row| Some(row.number) == mapping.header_row);
                let said = agreed([heading(mapping, header), of_shares(before, registry)], &fitting);
                // *Stockholms län* below the heading *Region* speaks against it.
                said.filter(|kind| exact.is_empty() || exact.contains(kind))
            }
        };
        Self { fitting, meant }
    }
}

/// The one kind that is said, when something says one and nothing another.
fn agreed(said: [Option<Kind>; 2], fitting: &[Kind]) -> Option<Kind> {
    let mut said: Vec<Kind> = said.into_iter().flatten().filter(|kind| fitting.contains(kind)).collect();
    said.dedup();
    match said[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// What stands above the names and the codes.
pub(super) fn heading(mapping: &Mapping, header: Option<&Row>) -> Option<Kind> {
    let columns = [mapping.name, mapping.code].into_iter().flatten();
    columns.filter_map(|column| kind_said(header?.cell(column))).next()
}

/// The kind of nearly everybody who has a share: Gotland is a municipality among regions.
pub(super) fn of_shares(shares: &[Share], registry: &Registry) -> Option<Kind> {
    let mut counted: HashMap<Kind, usize> = HashMap::new();
    for kind in shares.iter().filter_map(|share| Some(registry.get(&share.recipient)?.kind)) {
        *counted.entry(kind).or_default() += 1;
    }
    let all: usize = counted.values().sum();
    let most = counted.into_iter().find(|(_, count)| count * 4 >= all * 3);
    most.map(|(kind, _)| kind)
}
