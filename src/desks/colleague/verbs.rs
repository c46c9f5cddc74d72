//! What an administrator can do, each a line in the organisation's history. The organisation is taken first, then each grant
//! whose case passes to somebody else.

use super::{Colleague, Refusal, colleagues, losses};
use crate::{
    grants::{
        case,
        report::{self, Report},
        requisition::{self, Requisition},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            failure,
            form::FieldErrors,
        },
    },
    paths,
    people::{
        access::{self, Act, Mandate, Person, Role},
        account::{self, INVITATION_LIFE, Invitation, Purpose},
        identity,
        recipient::{self, Organisation},
    },
};
use values::{Id, calendar};

pub type Failure = failure::Failure<Refusal>;

/// Everybody in the organisation; last those whom its identity provider has let in and who have no role yet.
pub fn everybody(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
) -> Result<Vec<Colleague>, DbError> {
    let mut all = colleagues(access::store::members(connection, organisation)?);
    let waiting = identity::store::waiting(connection, organisation)?.into_iter();
    all.extend(waiting.map(|person| Colleague { person, roles: Vec::new(), signed_in_at: None }));
    Ok(all)
}

/// An invitation as it was asked for, and what is kept of its link.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub id: Id<Invitation>,
    pub token_hash: String,
    pub email: String,
    pub role: Role,
}

/// Invites somebody who is not there yet.
pub fn invite(connection: &mut AnyConnection, act: &Act, wanted: &Wanted) -> Result<(), Failure> {
    let organisation = act.actor.organisation.clone();
    let version = recipient::store::lock(connection, organisation.id)?;
    let known = everybody(connection, organisation.id)?;
    if known.iter().any(|colleague| colleague.person.email == wanted.email) {
        return Err(at_address("Personen finns redan hos er. Ge rollen på personens egen sida i stället."));
    }
    let is_unconfirmed = wanted.role.needs_confirmation();
    make(connection, act, &organisation, wanted, is_unconfirmed, version)
}

/// An authority invites the first administrator of an organisation that it pays, and by that says that it is the right one.
pub fn invite_first_administrator(
    connection: &mut AnyConnection,
    act: &Act,
    organisation: &Organisation,
    wanted: &Wanted,
) -> Result<(), Failure> {
    let version = recipient::store::lock(connection, organisation.id)?;
    let known = everybody(connection, organisation.id)?;
    if known.iter().any(|colleague| colleague.has(Role::Administrator)) {
        return Err(Refusal::HasAdministrator.into());
    }
    make(connection, act, organisation, wanted, false, version)
}

/// What was typed cannot be.
fn at_address(message: &'static str) -> Failure {
    let mut errors = FieldErrors::default();
    errors.add("email", message);
    Failure::Invalid(errors)
}

fn make(
    connection: &mut AnyConnection,
    act: &Act,
    organisation: &Organisation,
    wanted: &Wanted,
    is_unconfirmed: bool,
    version: i64,
) -> Result<(), Failure> {
    let open = account::store::open_of(connection, organisation.id, act.now)?;
    let purpose = Purpose::Role { role: wanted.role, is_unconfirmed };
    if open.iter().any(|other| other.email == wanted.email && other.purpose == purpose) {
        return Err(at_address(
            "Det finns redan en inbjudan till adressen med den rollen. Dra tillbaka den först om länken har kommit bort.",
        ));
    }
    insert(connection, act, organisation, wanted.id, &wanted.token_hash, &wanted.email, purpose)?;
    let entry = history::Entry {
        details: wanted.role.label().to_owned(),
        ..act.entry(Event::ColleagueInvited, &wanted.email)
    };
    Ok(append(connection, organisation.id, version, entry)?)
}

fn insert(
    connection: &mut AnyConnection,
    act: &Act,
    organisation: &Organisation,
    id: Id<Invitation>,
    token_hash: &str,
    email: &str,
    purpose: Purpose,
) -> Result<(), DbError> {
    let invitation = Invitation {
        id,
        organisation: organisation.clone(),
        email: email.to_owned(),
        purpose,
        invited_by: Some(act.doer()),
        invited_at: act.now,
        expires_at: act.now + INVITATION_LIFE,
        ended_at: None,
    };
    account::store::insert(connection, &invitation, token_hash)
}

/// The link opens nothing from now on. One that is used or withdrawn is left as it is.
pub fn withdraw(
    connection: &mut AnyConnection,
    act: &Act,
    organisation: Id<Organisation>,
    id: Id<Invitation>,
) -> Result<(), Failure> {
    let (invitation, _) = account::store::find(connection, organisation, id)?.ok_or(Failure::NotFound)?;
    if invitation.ended_at.is_some() {
        return Ok(());
    }
    let version = recipient::store::lock(connection, organisation)?;
    if !account::store::end(connection, id, act.now)? {
        return Err(Refusal::Changed.into());
    }
    let entry = act.entry(Event::InvitationWithdrawn, &invitation.email);
    Ok(append(connection, organisation, version, entry)?)
}

/// A link with which a colleague chooses a new password. Not for an account that is used elsewhere too: this organisation
/// answers for its own people only. When no second factor stands between the link and the account, what the role signs counts
/// first when an authority has confirmed it again: whoever made the link may have used it.
pub fn offer_new_password(
    connection: &mut AnyConnection,
    act: &Act,
    person: Id<Person>,
    id: Id<Invitation>,
    token_hash: &str,
) -> Result<(), Failure> {
    let organisation = act.actor.organisation.clone();
    let version = recipient::store::lock(connection, organisation.id)?;
    let (colleague, named) = find(connection, organisation.id, person)?;
    if access::store::organisations_of(connection, person)? > 1 {
        return Err(Refusal::AccountOfOthers.into());
    }
    account::store::end_all_to(connection, organisation.id, &colleague.person.email, act.now)?;
    let purpose = Purpose::Password { person };
    insert(connection, act, &organisation, id, token_hash, &colleague.person.email, purpose)?;
    let mut details = String::new();
    if !account::store::has_second_factor(connection, person)? {
        for (role, mandate) in colleague.roles.iter().filter(|(role, _)| role.needs_confirmation()) {
            let mandate = Mandate { is_unconfirmed: true, ..mandate.clone() };
            access::store::set_mandate(connection, person, organisation.id, *role, &mandate)?;
            details = format!("{} väntar på bekräftelse", role.label());
        }
    }
    let entry = history::Entry { details, ..act.entry(Event::PasswordResetOffered, named) };
    Ok(append(connection, organisation.id, version, entry)?)
}

/// Gives a colleague one more role.
pub fn give(
    connection: &mut AnyConnection,
    act: &Act,
    person: Id<Person>,
    role: Role,
) -> Result<(), Failure> {
    let own = act.actor.organisation.id;
    let version = recipient::store::lock(connection, own)?;
    let (colleague, named) = find(connection, own, person)?;
    if colleague.has(role) {
        return Err(Refusal::Changed.into());
    }
    let mandate = Mandate { is_unconfirmed: role.needs_confirmation(), ..Mandate::default() };
    access::store::give_role(connection, person, own, role)?;
    access::store::set_mandate(connection, person, own, role, &mandate)?;
    let waits = if mandate.is_unconfirmed { ", väntar på bekräftelse" } else { "" };
    let entry =
        history::Entry { details: format!("{}{waits}", role.label()), ..act.entry(Event::RoleGiven, named) };
    Ok(append(connection, own, version, entry)?)
}

/// Takes a role from a colleague, or without one all of them, and passes on the cases that the role handled. `was` is the
/// version that the page was made from, which told what cannot be done afterwards: nothing of that is new.
pub fn remove(
    connection: &mut AnyConnection,
    act: &Act,
    person: Id<Person>,
    role: Option<Role>,
    was: i64,
    successor: Option<&Person>,
) -> Result<(), Failure> {
    let own = act.actor.organisation.id;
    let event = if role.is_some() { Event::RoleTaken } else { Event::MembershipEnded };
    let version = recipient::store::lock(connection, own)?;
    let everybody = everybody(connection, own)?;
    let colleague = everybody.iter().find(|colleague| colleague.person.id == person);
    let colleague = colleague.filter(|colleague| role.is_none_or(|role| colleague.has(role)));
    let colleague = colleague.ok_or(Failure::NotFound)?;
    if version != was + 1 {
        return Err(Refusal::Changed.into());
    }
    let roles: Vec<Role> = colleague.roles.iter().map(|(held, _)| *held).collect();
    let roles = role.map_or(roles, |role| vec![role]);
    if roles.contains(&Role::Administrator) && is_only_administrator(&everybody, person) {
        return Err(Refusal::OnlyAdministrator.into());
    }
    let passed =
        if roles.contains(&Role::CaseOfficer) { transfer(connection, act, person, successor)? } else { 0 };
    for role in &roles {
        access::store::remove_role(connection, person, own, *role)?;
    }
    if roles.len() == colleague.roles.len() {
        access::store::sessions::leave(connection, person, own)?;
        account::store::end_all_to(connection, own, &colleague.person.email, act.now)?;
    }
    let lost = losses(&everybody, colleague, &roles, calendar::day(act.now));
    let entry = history::Entry {
        details: details(&roles, &lost, passed, successor),
        ..act.entry(event, named(&colleague.person, &everybody))
    };
    Ok(append(connection, own, version, entry)?)
}

pub fn is_only_administrator(everybody: &[Colleague], person: Id<Person>) -> bool {
    !everybody.iter().any(|other| other.person.id != person && other.has(Role::Administrator))
}

/// The colleague as the history names them.
fn named(person: &Person, everybody: &[Colleague]) -> String {
    person.named_among(everybody.iter().map(|other| &other.person))
}

/// `Handläggare, Utbetalare; ingen annan är Utbetalare; 3 ärenden till Bo Ek`
fn details(roles: &[Role], lost: &[(Role, &str)], passed: usize, successor: Option<&Person>) -> String {
    let labels = |roles: Vec<Role>| roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", ");
    let mut parts = vec![labels(roles.to_vec())];
    if !lost.is_empty() {
        parts.push(format!(
            "ingen annan är {}",
            labels(lost.iter().map(|(role, _)| *role).collect()).to_lowercase()
        ));
    }
    if passed > 0 {
        let to = successor.map_or_else(|| "ingen".to_owned(), |person| person.name.clone());
        let cases = if passed == 1 { "ett ärende".to_owned() } else { format!("{passed} ärenden") };
        parts.push(format!("{cases} till {to}"));
    }
    parts.join("; ")
}

/// A case that somebody handles.
#[derive(Debug, Clone)]
pub struct OpenCase {
    pub number: String,
    pub address: String,
    grant: String,
    which: CaseId,
}

#[derive(Debug, Clone, Copy)]
enum CaseId {
    Requisition(Id<Requisition>),
    Report(Id<Report>),
}

/// What an officer handles and nobody has decided yet, in the order of the grants.
pub fn open_cases(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    officer: Id<Person>,
) -> Result<Vec<OpenCase>, DbError> {
    let mut cases = Vec::new();
    for (one, agreement, recipient) in
        case::store::open_cases_of::<Requisition>(connection, authority, officer)?
    {
        cases.push(OpenCase {
            number: requisition::case_number(&agreement, &recipient, one.number),
            address: paths::review::Requisition(&one.id).to_string(),
            grant: one.grant_id.to_string(),
            which: CaseId::Requisition(one.id),
        });
    }
    for (one, agreement, recipient) in case::store::open_cases_of::<Report>(connection, authority, officer)? {
        cases.push(OpenCase {
            number: report::case_number(&agreement, &recipient),
            address: paths::review::Report(&one.id).to_string(),
            grant: one.grant_id.to_string(),
            which: CaseId::Report(one.id),
        });
    }
    cases.sort_by(|one, other| one.grant.cmp(&other.grant));
    Ok(cases)
}

/// Each a line in its grant's history, as if handed over one by one. What somebody decided or handed over just now is to be seen
/// again on the page.
fn transfer(
    connection: &mut AnyConnection,
    act: &Act,
    officer: Id<Person>,
    successor: Option<&Person>,
) -> Result<usize, Failure> {
    let was = officer.to_string();
    let cases = open_cases(connection, act.actor.organisation.id, officer)?;
    for open in &cases {
        match open.which {
            CaseId::Requisition(id) => {
                case::verbs::assign(connection, act, id, Some(&was), successor)
                    .map_err(|failure| failure.instead(Refusal::Changed))?;
            }
            CaseId::Report(id) => {
                case::verbs::assign(connection, act, id, Some(&was), successor)
                    .map_err(|failure| failure.instead(Refusal::Changed))?;
            }
        }
    }
    Ok(cases.len())
}

/// A colleague, and how the history names them.
fn find(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    person: Id<Person>,
) -> Result<(Colleague, String), Failure> {
    let everybody = everybody(connection, organisation)?;
    let found = everybody.iter().find(|colleague| colleague.person.id == person).ok_or(Failure::NotFound)?;
    Ok((found.clone(), named(&found.person, &everybody)))
}

fn append(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    version: i64,
    entry: history::Entry,
) -> Result<(), DbError> {
    history::store::append(connection, &organisation.to_string(), version, entry)
}
