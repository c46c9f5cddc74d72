//! What is kept of one person, from every table that has something.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::{
    ground::{
        history,
        infra::{
            db::{AnyConnection, DbError},
            schema::{
                identities, invitations, known_browsers, memberships, organisations, people, recovery_codes,
                saved_views, second_factors, sessions, sign_in_steps,
            },
        },
    },
    people::{access::Person, account},
};
use values::Id;

/// Everything, for the person. Passwords and keys are said to be there, and not shown.
pub fn of(connection: &mut AnyConnection, person: Id<Person>) -> Result<Value, DbError> {
    let (name, email, created_at): (String, String, DateTime<Utc>) = people::table
        .find(person)
        .select((people::name, people::email, people::created_at))
        .first(connection)?;
    let roles: Vec<(String, String)> = memberships::table
        .inner_join(organisations::table)
        .filter(memberships::person_id.eq(person))
        .order_by((organisations::code, memberships::role))
        .select((organisations::formal_name, memberships::role))
        .load(connection)?;
    let sign_ins: Vec<(DateTime<Utc>, DateTime<Utc>)> = sessions::table
        .filter(sessions::person_id.eq(person))
        .order_by((sessions::created_at, sessions::token_hash))
        .select((sessions::created_at, sessions::last_seen_at))
        .load(connection)?;
    let identities: Vec<(String, String)> = identities::table
        .filter(identities::person_id.eq(person))
        .order_by(identities::id)
        .select((identities::issuer, identities::subject))
        .load(connection)?;
    let factor = second_factors::table.find(person);
    let has_factor: bool = diesel::select(diesel::dsl::exists(factor)).get_result(connection)?;
    let passkeys = account::store::passkeys::of(connection, person)?;
    let failed = account::store::failed_codes(connection, person)?;
    let views: Vec<(String, String)> = saved_views::table
        .filter(saved_views::person_id.eq(person))
        .order_by(saved_views::id)
        .select((saved_views::name, saved_views::address))
        .load(connection)?;
    let lines = history::store::of_person(connection, &person.to_string())?;
    Ok(json!({
        "namn": name,
        "epost": email,
        "upplagd": created_at,
        "roller": named(&["organisation", "roll"], roles),
        "inloggningar": sign_ins
            .into_iter()
            .map(|(from, seen)| json!({ "inloggad": from, "senast_sedd": seen }))
            .collect::<Vec<_>>(),
        "identiteter": named(&["utfardare", "nummer"], identities),
        "felaktiga_koder": { "antal": failed.count, "dessforinnan": failed.earlier },
        "tvastegsinloggning": has_factor || !passkeys.is_empty(),
        "passkeys": passkeys
            .into_iter()
            .map(|one| json!({ "namn": one.name, "tillagd": one.added_at, "senast_anvand": one.used_at }))
            .collect::<Vec<_>>(),
        "sparade_vyer": named(&["namn", "adress"], views),
        "historik": lines,
    }))
}

fn named(keys: &[&str; 2], rows: Vec<(String, String)>) -> Vec<Value> {
    rows.into_iter().map(|(first, second)| json!({ keys[0]: first, keys[1]: second })).collect()
}

pub fn has_a_role(connection: &mut AnyConnection, person: Id<Person>) -> Result<bool, DbError> {
    let held = memberships::table.filter(memberships::person_id.eq(person));
    Ok(diesel::select(diesel::dsl::exists(held)).get_result(connection)?)
}

/// The account goes; the row stays without anything that tells whose it was, for what refers to it.
pub fn remove(connection: &mut AnyConnection, person: Id<Person>) -> Result<(), DbError> {
    diesel::delete(sessions::table.filter(sessions::person_id.eq(person))).execute(connection)?;
    diesel::delete(identities::table.filter(identities::person_id.eq(person))).execute(connection)?;
    diesel::delete(second_factors::table.filter(second_factors::person_id.eq(person))).execute(connection)?;
    account::store::passkeys::delete_all(connection, person)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(person))).execute(connection)?;
    diesel::delete(known_browsers::table.filter(known_browsers::person_id.eq(person))).execute(connection)?;
    diesel::delete(sign_in_steps::table.filter(sign_in_steps::person_id.eq(person))).execute(connection)?;
    let email: String = people::table.find(person).select(people::email).first(connection)?;
    diesel::delete(invitations::table.filter(invitations::email.eq(email))).execute(connection)?;
    diesel::delete(saved_views::table.filter(saved_views::person_id.eq(person))).execute(connection)?;
    diesel::update(people::table.find(person))
        .set((
            people::name.eq("Borttagen person"),
            people::email.eq(format!("borttagen-{person}")),
            people::password_hash.eq(""),
        ))
        .execute(connection)?;
    Ok(())
}
