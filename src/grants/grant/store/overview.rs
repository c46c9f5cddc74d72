//! Many grants at once, for the overviews: outlines and movements.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{GrantFilter, holders};
use crate::{
    grants::grant::{Account, Grant},
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{grants, ledger_entries, organisations},
    },
    people::recipient::Organisation,
    terms::agreement::{Agreement, Later},
};
use values::{Id, Money};

/// Whoever has a grant's rights and debts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub name: String,
    pub code: String,
}

/// A grant without its agreement and its ledger.
pub struct Outline {
    pub grant: Id<Grant>,
    pub agreement: Id<Agreement>,
    pub recipient: Organisation,
    pub holder: Holder,
    pub later: Later,
    /// The body of the grant's OCR number.
    pub reference: u32,
}

/// Its id, its agreement's, its recipient, its holder's name and code, its later days, its reference.
type OutlineRow = (Id<Grant>, Id<Agreement>, Organisation, (String, String), Later, i32);

/// The outlines of these grants: one query.
pub fn outlines(connection: &mut AnyConnection, which: GrantFilter<'_>) -> Result<Vec<Outline>, DbError> {
    let rows: Vec<OutlineRow> = grants::table
        .inner_join(organisations::table)
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(which.condition())
        .order_by((grants::agreement_id, organisations::code))
        .select((
            grants::id,
            grants::agreement_id,
            Organisation::as_select(),
            (holders.field(organisations::name), holders.field(organisations::code)),
            Later::as_select(),
            grants::reference,
        ))
        .load(connection)?;
    let outline = |(grant, agreement, recipient, (name, code), later, reference): OutlineRow| Outline {
        grant,
        agreement,
        recipient,
        holder: Holder { name, code },
        later,
        reference: reference.unsigned_abs(),
    };
    Ok(rows.into_iter().map(outline).collect())
}

/// A movement on an account of one of an agreement's grants, and when it was entered.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ledger_entries)]
pub struct Movement {
    pub account: Account,
    pub at: DateTime<Utc>,
    pub amount: Money,
}

/// Everything that has moved in these grants, oldest first: one query.
pub fn movements(connection: &mut AnyConnection, which: GrantFilter<'_>) -> Result<Vec<Movement>, DbError> {
    Ok(ledger_entries::table
        .filter(ledger_entries::grant_id.eq_any(which.ids()))
        .order_by((ledger_entries::at, ledger_entries::id))
        .select(Movement::as_select())
        .load(connection)?)
}
