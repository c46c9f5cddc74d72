//! What can be done with an organisation in the register: it is added, gets an alias or loses one, is renamed, and gets its
//! organisationsnummer. Who takes over from whom is in [`super::succession`].

use super::{
    Listed, Refusal,
    form::{AliasForm, NewForm, NumberForm, RenameForm},
    store,
};
use crate::{
    grants::grant,
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            failure,
        },
    },
    people::{
        access::Act,
        recipient::{self, Organisation},
    },
};
use values::{
    Id, OrganisationNumber,
    calendar::{self, long_date},
    text::same,
};

pub type Failure = failure::Failure<Refusal>;

/// The register with one of its recipients.
pub(super) struct Opened {
    pub register: Vec<Listed>,
    pub listed: Listed,
}

/// The register is held, so that what is read of it here stays so.
pub(super) fn open(connection: &mut AnyConnection, code: &str) -> Result<Opened, Failure> {
    store::hold(connection)?;
    read(connection, code)
}

pub(super) fn read(connection: &mut AnyConnection, code: &str) -> Result<Opened, Failure> {
    let register = store::register(connection)?;
    let is_it =
        |listed: &&Listed| listed.organisation.code == code && listed.organisation.kind.receives_grants();
    let listed = register.iter().find(is_it).cloned().ok_or(Failure::NotFound)?;
    Ok(Opened { register, listed })
}

/// Takes the organisation, as the page knew it, for the line that is owed.
pub(super) fn lock(
    connection: &mut AnyConnection,
    organisation: &Organisation,
    was: i64,
) -> Result<i64, Failure> {
    let version = recipient::store::lock(connection, organisation.id)?;
    if version == was + 1 { Ok(version) } else { Err(Refusal::Changed.into()) }
}

fn append(
    connection: &mut AnyConnection,
    organisation: &Organisation,
    version: i64,
    entry: history::Entry,
) -> Result<(), DbError> {
    history::store::append(connection, &organisation.id.to_string(), version, entry)
}

pub fn add(connection: &mut AnyConnection, act: &Act, form: &NewForm) -> Result<Organisation, Failure> {
    store::hold(connection)?;
    let register = store::register(connection)?;
    let organisation = form.parse(&register).map_err(Failure::Invalid)?;
    recipient::store::add(connection, &organisation, &[])?;
    let version = recipient::store::lock(connection, organisation.id)?;
    let number = organisation.organisation_number.map(|number| format!(", {number}")).unwrap_or_default();
    let entry = history::Entry {
        details: format!("{}, {}{number}", organisation.kind.label(), organisation.code),
        ..act.entry(Event::OrganisationAdded, &organisation.name)
    };
    append(connection, &organisation, version, entry)?;
    Ok(organisation)
}

pub fn add_alias(
    connection: &mut AnyConnection,
    act: &Act,
    code: &str,
    form: &AliasForm,
) -> Result<(), Failure> {
    let Opened { register, listed } = open(connection, code)?;
    let own = &listed.organisation;
    let alias = form.parse(own, &register).map_err(Failure::Invalid)?;
    if listed.answers_to(&alias) {
        return Err(Failure::Done);
    }
    let version = recipient::store::lock(connection, own.id)?;
    store::insert_alias(connection, own.id, &alias)?;
    let entry = history::Entry { details: alias, ..act.entry(Event::AliasAdded, &own.name) };
    Ok(append(connection, own, version, entry)?)
}

pub fn remove_alias(
    connection: &mut AnyConnection,
    act: &Act,
    code: &str,
    alias: &str,
) -> Result<(), Failure> {
    let Opened { listed, .. } = open(connection, code)?;
    let own = &listed.organisation;
    if !listed.aliases.iter().any(|known| known == alias) {
        return Err(Failure::Done);
    }
    let version = recipient::store::lock(connection, own.id)?;
    store::delete_alias(connection, own.id, alias)?;
    let entry = history::Entry { details: alias.to_owned(), ..act.entry(Event::AliasTakenAway, &own.name) };
    Ok(append(connection, own, version, entry)?)
}

/// A new name. The old one becomes an alias, so that it is still found under it.
pub fn rename(
    connection: &mut AnyConnection,
    act: &Act,
    code: &str,
    form: &RenameForm,
) -> Result<(), Failure> {
    let Opened { register, listed } = open(connection, code)?;
    let own = &listed.organisation;
    let former = store::former_names(connection, own.id)?;
    let renaming = form.parse(own, &register, &former, calendar::day(act.now)).map_err(Failure::Invalid)?;
    if (&renaming.name, &renaming.formal_name) == (&own.name, &own.formal_name) {
        return Err(Failure::Done);
    }
    let version = lock(connection, own, form.version)?;
    let until = renaming.from.pred_opt().ok_or_else(|| DbError::corrupt("the first day of all"))?;
    store::rename(connection, own, &renaming.name, &renaming.formal_name, until)?;
    keep_as_aliases(connection, &listed, [&renaming.name, &renaming.formal_name])?;
    let entry = history::Entry {
        details: format!(
            "{} ({}) → {} ({}), från och med {}",
            own.name,
            own.formal_name,
            renaming.name,
            renaming.formal_name,
            long_date(renaming.from)
        ),
        reason: renaming.reason,
        ..act.entry(Event::OrganisationRenamed, &own.name)
    };
    tell(connection, own, version, &entry)
}

/// What it was called stays an alias, and what it is called now is none.
fn keep_as_aliases(connection: &mut AnyConnection, was: &Listed, names: [&String; 2]) -> Result<(), DbError> {
    let own = &was.organisation;
    let is_one_of = |sought: &str, all: &[&String]| all.iter().any(|name| same(name, sought));
    for alias in was.aliases.iter().filter(|alias| is_one_of(alias, &names)) {
        store::delete_alias(connection, own.id, alias)?;
    }
    let mut known: Vec<&String> = names.into_iter().chain(&was.aliases).collect();
    for old in [&own.name, &own.formal_name] {
        if !is_one_of(old, &known) {
            store::insert_alias(connection, own.id, old)?;
            known.push(old);
        }
    }
    Ok(())
}

/// The organisationsnummer, which was missing or wrong. Its code stays what it is: it is in case numbers.
pub fn set_number(
    connection: &mut AnyConnection,
    act: &Act,
    code: &str,
    form: &NumberForm,
) -> Result<(), Failure> {
    let Opened { register, listed } = open(connection, code)?;
    let own = &listed.organisation;
    let (number, reason) = form.parse(own, &register).map_err(Failure::Invalid)?;
    if own.organisation_number == Some(number) {
        return Err(Failure::Done);
    }
    let version = lock(connection, own, form.version)?;
    store::set_number(connection, own.id, number)?;
    let was = own.organisation_number.as_ref().map_or("inget".to_owned(), OrganisationNumber::to_string);
    let entry = history::Entry {
        details: format!("{was} → {number}"),
        reason,
        ..act.entry(Event::OrganisationNumberSet, &own.name)
    };
    tell(connection, own, version, &entry)
}

/// The line in the organisation's history, and in that of every grant that names it: what the overview has kept of them is
/// kept under their versions.
fn tell(
    connection: &mut AnyConnection,
    organisation: &Organisation,
    version: i64,
    entry: &history::Entry,
) -> Result<(), Failure> {
    append(connection, organisation, version, entry.clone())?;
    for grant in store::grants_naming(connection, organisation.id)? {
        let version = grant::store::lock(connection, grant)?;
        history::store::append(connection, &grant.to_string(), version, entry.clone())?;
    }
    Ok(())
}

/// A party of a succession by its id.
pub(super) fn party(register: &[Listed], id: Id<Organisation>) -> Result<&Organisation, DbError> {
    let found = register.iter().map(|listed| &listed.organisation).find(|party| party.id == id);
    found.ok_or_else(|| DbError::corrupt(format!("organisation {id}")))
}
