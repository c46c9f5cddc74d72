//! What must reach nobody unseen: amounts in another unit than the decision's, and recipients of another kind.

use std::collections::HashSet;

use super::{
    Fault, Place, kind,
    lines::Lines,
    mapping::Mapping,
    proof::{Basis, PostProof, Rows},
    reading::{Row, Sheet},
    shown,
    unit::Unit,
    warning::{KindSaid, PostName, Recipient, Warning},
};
use crate::{people::recipient, terms::allocation::Share};

/// A sum that is a thousandth of what was decided, or a thousand times it, is in another unit.
pub(super) fn in_another_unit(post: &PostProof, sheet: &str) -> Option<Fault> {
    let (sum, decided) = (post.sum, post.decided.total);
    let larger = Unit::of_sum(&Unit::LARGER, sum.into(), decided);
    let smaller = || Unit::of_sum(&Unit::LARGER, decided.into(), sum);
    let (unit, reason) = match (larger, smaller()) {
        (Some(unit), _) => (unit, "Tabellens belopp står antagligen i"),
        (None, Some(unit)) => (unit, "Postens belopp står antagligen i"),
        (None, None) => return None,
    };
    Some(Fault {
        place: Place { sheet: sheet.to_owned(), row: None, column: None },
        value: String::new(),
        reason: format!(
            "Posten {} summerar till {sum}, men beslutet är {decided}. {reason} {}.",
            PostName::from(&post.decided),
            unit.label()
        ),
        mend: "Välj enheten under Kolumner, eller rätta postens belopp under Poster.".to_owned(),
    })
}

/// What is to be seen of the unit that the amounts are read in.
pub(super) fn of_unit(sheet: &Sheet, mapping: &Mapping, read: &Lines) -> Vec<Warning> {
    let header = sheet.rows.iter().find(|row| Some(row.number) == mapping.header_row);
    let columns = mapping.amount_columns();
    let said = columns.iter().find_map(|column| Unit::said(header?.cell(*column)));
    let mut found = Vec::new();
    if let Some(said) = said.filter(|said| *said != mapping.unit) {
        found.push(Warning::UnitIsNotSaid { said, unit: mapping.unit });
    }
    let first = read.lines.iter().find_map(|line| Some((line.row, line.amounts.first()?)));
    if let Some((row, amount)) = first.filter(|_| mapping.unit != Unit::Kronor) {
        let cell = sheet.rows.iter().find(|of| of.number == row).map_or("", |row| row.cell(amount.column));
        found.push(Warning::Unit { unit: mapping.unit, cell: shown(cell), read: amount.amount });
    }
    found
}

/// Whether the recipients are of the kind that the table's heading and the round before say, and all of one kind.
pub(super) fn of_kinds(
    sheet: &Sheet,
    mapping: &Mapping,
    rows: &Rows<'_>,
    posts: &[PostProof],
    basis: Basis<'_>,
) -> Vec<Warning> {
    let header: Option<&Row> = sheet.rows.iter().find(|row| Some(row.number) == mapping.header_row);
    let heading = kind::heading(mapping, header);
    let mut found = Vec::new();
    for decided in posts.iter().map(|post| &post.decided) {
        let post = &decided.key;
        let before: Vec<Share> = basis.previous.iter().filter(|share| share.post == *post).cloned().collect();
        let had: HashSet<&str> = before.iter().map(|share| share.recipient.as_str()).collect();
        let kinds = rows.kinds(post, basis.registry);
        let Some(most) = recipient::most(kinds.iter().map(|(_, kind)| *kind)) else { continue };
        let said =
            [(heading, KindSaid::Heading), (kind::of_shares(&before, basis.registry), KindSaid::Before)];
        for (said, by) in said {
            if let Some(said) = said.filter(|said| *said != most) {
                found.push(Warning::OtherKind { post: decided.into(), kind: most, said, by });
            }
        }
        let fewer = kinds.iter().filter(|(code, kind)| *kind != most && !had.contains(code));
        let fewer: Vec<Recipient> = fewer.map(|(code, _)| Recipient::of(code, basis.registry)).collect();
        if !fewer.is_empty() {
            let counted = recipient::counted(kinds.iter().map(|(_, kind)| *kind));
            found.push(Warning::SeveralKinds { post: decided.into(), counted, fewer });
        }
    }
    found
}
