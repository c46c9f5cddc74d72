//! Practice mode (*övningsläge*): the real agreements, one person per role, made-up filings and readers, a date that the user sets.
//!
//! Nobody here is a real person, no address or account leads anywhere: the telephone numbers are those that the Swedish
//! numbering plan keeps for fiction, the e-mail addresses end in `.example`.

mod closings;
mod filings;
mod insights;
pub mod pages;
pub mod paths;

use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    ground::infra::{
        Portal,
        clock::Clock,
        db::{AnyConnection, Db, DbError},
        settings,
    },
    people::{
        access::{self, Actor, Mandate, Person, Role, password},
        recipient::{self, Kind, Organisation},
    },
};

const DATE: &str = "practice_date";

/// The date at first: the 2022 requisition is open and the 2021 report is due.
fn first_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 3, 15).unwrap_or_default()
}

/// The practice clock, at the date last set. A database without a date is new: it gets its made-up filings, and the
/// date in the same transaction, so that a start that was cut short begins anew.
pub fn clock(db: &Db) -> Result<Clock, DbError> {
    db.exclusively(|db| {
        db.write_now(|connection| {
            let stored = settings::get(connection, DATE)?;
            let date = stored.as_ref().and_then(|date| date.parse().ok()).unwrap_or_else(first_date);
            if stored.is_none() {
                filings::make(connection)?;
                insights::make(connection)?;
                set_date(connection, date)?;
            }
            Ok(Clock::practice(date))
        })
    })
}

/// Writes down the date that has gone on at midnight, so that a new start goes on from it.
pub async fn keep_date(portal: &Portal) -> Result<(), DbError> {
    let today = portal.clock.today();
    let stored = portal.db.read(|connection| settings::get(connection, DATE)).await?;
    if stored.and_then(|date| date.parse().ok()) == Some(today) {
        return Ok(());
    }
    portal.db.write(move |connection| set_date(connection, today)).await
}

fn set_date(connection: &mut AnyConnection, date: NaiveDate) -> Result<(), DbError> {
    settings::set(connection, DATE, &date.to_string())
}

/// The person one practises a role as, made the first time. There are several in a role when it takes two to try
/// something: two officers at the same case.
pub fn person(
    connection: &mut AnyConnection,
    organisation: &Organisation,
    role: Role,
    which: u8,
    now: DateTime<Utc>,
) -> Result<Person, DbError> {
    let suffix = if which > 1 { which.to_string() } else { String::new() };
    // Whichever authority an agreement is prepared at, there is a decision maker to publish it.
    let is_of_both =
        organisation.kind == Kind::Authority && (which == OF_BOTH || role == Role::DecisionMaker);
    let of = if is_of_both { "myndigheterna" } else { organisation.code.as_str() };
    let email = format!("{}{suffix}.{of}@ovning.example", role.key());
    // Of two who try a role for the first time at once, the later one finds the person. Nobody decided on a made-up
    // person's role, so its organisation's history has no line of it.
    recipient::store::hold(connection, organisation.id)?;
    if let Some((person, _)) = access::store::find_by_email(connection, &email)? {
        return Ok(person);
    }
    // One hash for all: making one takes as long as it should.
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = match HASH.get() {
        Some(hash) => hash.clone(),
        None => HASH.get_or_init(|| password::hash(access::PRACTICE_PASSWORD).unwrap_or_default()).clone(),
    };
    let name = format!("Övning {} {suffix}", role.label()).trim_end().to_owned();
    let person = access::store::add_person(connection, &email, &name, &hash, now)?;
    access::store::give_role(connection, person.id, organisation.id, role)?;
    if is_of_both {
        for other in recipient::store::all(connection)? {
            if other.kind == Kind::Authority {
                access::store::give_role(connection, person.id, other.id, role)?;
            }
        }
    }
    Ok(person)
}

/// The officer who works for every authority: there is one such person, whichever authority is entered first.
const OF_BOTH: u8 = 3;

fn actor(
    connection: &mut AnyConnection,
    organisation: &Organisation,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Actor, DbError> {
    Ok(Actor {
        person: person(connection, organisation, role, 1, now)?,
        organisation: organisation.clone(),
        roles: vec![role],
        mandates: vec![(role, Mandate::default())],
        organisations: vec![(organisation.id, organisation.name.clone())],
        receives_reports: false,
        factors: crate::people::access::Factors::default(),
    })
}
