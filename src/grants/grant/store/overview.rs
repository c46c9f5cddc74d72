//! Many grants at once, for the overviews: outlines and movements.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::{LaterRow, Which, holders, parse_account};
use crate::{
    grants::grant::{Account, Grant},
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{grants, ledger_entries, organisations},
    },
    people::recipient::{Organisation, store::OrganisationRow},
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
type OutlineRow = (String, String, OrganisationRow, (String, String), LaterRow, i32);

/// The outlines of these grants: one query.
pub fn outlines(connection: &mut AnyConnection, which: Which<'_>) -> Result<Vec<Outline>, DbError> {
    let rows: Vec<OutlineRow> = grants::table
        .inner_join(organisations::table)
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(which.condition())
        .order_by((grants::agreement_id, organisations::code))
        .select((
            grants::id,
            grants::agreement_id,
            OrganisationRow::as_select(),
            (holders.field(organisations::name), holders.field(organisations::code)),
            LaterRow::as_select(),
            grants::reference,
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(grant, agreement, recipient, (name, code), later, reference)| {
            Ok(Outline {
                grant: grant.parse().map_err(DbError::corrupt)?,
                agreement: agreement.parse().map_err(DbError::corrupt)?,
                recipient: recipient.try_into()?,
                holder: Holder { name, code },
                later: later.into(),
                reference: reference.unsigned_abs(),
            })
        })
        .collect()
}

/// A movement on an account of one of an agreement's grants, and when it was entered.
#[derive(Debug, Clone)]
pub struct Movement {
    pub account: Account,
    pub at: DateTime<Utc>,
    pub amount: Money,
}

/// Everything that has moved in these grants, oldest first: one query.
pub fn movements(connection: &mut AnyConnection, which: Which<'_>) -> Result<Vec<Movement>, DbError> {
    let rows: Vec<(String, NaiveDateTime, i64)> = ledger_entries::table
        .filter(ledger_entries::grant_id.eq_any(which.ids()))
        .order_by((ledger_entries::at, ledger_entries::id))
        .select((ledger_entries::account, ledger_entries::at, ledger_entries::amount))
        .load(connection)?;
    rows.into_iter()
        .map(|(account, at, ore)| {
            Ok(Movement { account: parse_account(&account)?, at: at.and_utc(), amount: Money::ore(ore) })
        })
        .collect()
}
