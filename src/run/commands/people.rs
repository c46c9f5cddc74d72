//! What the operator does with people, from the command line.

use std::fmt::{self, Display, Formatter};

use anyhow::{anyhow, bail};
use clap::Args;

use super::say;
use crate::{
    desks::personal_data,
    grants::mandate::{self, form::MandateForm},
    ground::{
        history::{self, Event, Who},
        infra::{
            db::{Db, DbError},
            hash::random_token,
        },
    },
    people::{
        access::{self, Mandate, Role},
        account, recipient,
    },
};
use values::Email;

#[derive(Args)]
pub struct AddPerson {
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    /// Kommunkod, or the code of an authority such as kammarkollegiet.
    #[arg(long)]
    organisation: String,
    /// ekonom, ekonomichef, foretradare, handlaggare, beslutsfattare, utbetalare, insyn or administrator.
    #[arg(long)]
    role: String,
    /// The first day of the mandate to certify or sign, such as 2022-01-01.
    #[arg(long, default_value = "")]
    from: String,
    /// Its last day.
    #[arg(long, default_value = "")]
    to: String,
    /// The decision that it rests on; required with a day.
    #[arg(long, default_value = "")]
    decision: String,
}

/// Gives a person a role; a new person a link to choose a password with too.
pub fn add(db: &Db, address: &str, person: &AddPerson) -> anyhow::Result<()> {
    let Some(role) = Role::parse(&person.role) else { bail!("rollen {} finns inte", person.role) };
    Email::parse(&person.email)?;
    let (mandate, link) = (mandate_of(person)?, Link::new(address)?);
    let now = chrono::Utc::now();
    let found = db.write_now(|connection| {
        let Some(organisation) = recipient::store::find_by_code(connection, &person.organisation)? else {
            return Ok::<_, DbError>(None);
        };
        if !role.fits(organisation.kind) {
            return Ok(None);
        }
        let known = access::store::find_by_email(connection, &person.email)?.map(|(known, _)| known);
        let is_known = known.is_some();
        let added = match known {
            Some(known) => known,
            // No password: nothing that is typed matches an empty hash.
            None => access::store::add_person(connection, &person.email, &person.name, "", now)?,
        };
        mandate::verbs::give_role(connection, Who::program(), now, &organisation, &added, role, &mandate)?;
        if !is_known {
            account::verbs::offer_password(connection, now, &organisation, &added, &link.hash())?;
        }
        Ok(Some((organisation, is_known)))
    })?;
    let Some((organisation, is_known)) = found else {
        bail!("organisationen {} finns inte, eller har inte rollen {}", person.organisation, person.role)
    };
    say(format_args!(
        "{} är nu {} för {}.",
        person.name,
        role.label().to_lowercase(),
        organisation.formal_name
    ));
    if !is_known {
        say(&link);
    }
    Ok(())
}

fn mandate_of(person: &AddPerson) -> anyhow::Result<Mandate> {
    let form = MandateForm {
        from: person.from.clone(),
        to: person.to.clone(),
        decision: person.decision.clone(),
        ..MandateForm::default()
    };
    form.parse().map_err(|errors| {
        let faults: Vec<String> = errors.list.into_iter().map(|error| error.message).collect();
        anyhow!("{}", faults.join(" "))
    })
}

/// A link for whoever no administrator can help.
pub fn offer_password(db: &Db, address: &str, email: &str) -> anyhow::Result<()> {
    let link = Link::new(address)?;
    db.write_now(|connection| {
        let Some((person, _)) = access::store::find_by_email(connection, email)? else {
            bail!("ingen har adressen {email}");
        };
        let Some(home) = access::store::first_organisation(connection, person.id)? else {
            bail!("{} har ingen roll", person.name)
        };
        let (organisation, now) = (recipient::store::find(connection, home)?, chrono::Utc::now());
        Ok(account::verbs::offer_password(connection, now, &organisation, &person, &link.hash())?)
    })?;
    say(&link);
    Ok(())
}

/// A link that the operator passes on. Its token is shown here and kept nowhere.
struct Link {
    address: String,
    token: String,
}

impl Link {
    /// To where the portal is.
    fn new(address: &str) -> anyhow::Result<Self> {
        let token = random_token().map_err(|error| anyhow!("{error}"))?;
        Ok(Self { address: address.to_owned(), token })
    }

    fn hash(&self) -> String {
        account::token_hash(&self.token)
    }
}

impl Display for Link {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "Lämna länken till personen själv. Med den väljs lösenordet, en gång, inom sju dagar:")?;
        f.write_str(&account::link(&self.address, &self.token))
    }
}

pub fn remove_second_factor(db: &Db, email: &str) -> anyhow::Result<()> {
    db.write_now(|connection| {
        let Some((person, _)) = access::store::find_by_email(connection, email)? else {
            bail!("ingen har adressen {email}");
        };
        match account::verbs::remove_factors(connection, Who::program(), chrono::Utc::now(), person.id) {
            Ok(()) => Ok(()),
            Err(account::verbs::Failure::Refused(account::Refusal::Changed)) => {
                bail!("{} har ingen tvåstegsinloggning", person.name)
            }
            Err(failure) => Err(failure.into()),
        }
    })?;
    say(format_args!("Tvåstegsinloggning är avslagen för {email}."));
    Ok(())
}

/// Of one person, or of everybody; a line in the access log tells of it.
pub fn end_sessions(db: &Db, email: Option<&str>) -> anyhow::Result<()> {
    let count = db.write_now(|connection| {
        let (count, whose) = match email {
            None => (access::store::sessions::end_everybodys(connection)?, "alla".to_owned()),
            Some(email) => {
                let Some((person, _)) = access::store::find_by_email(connection, email)? else {
                    bail!("ingen har adressen {email}");
                };
                (access::store::sessions::end_all(connection, person.id)?, person.name)
            }
        };
        let (now, details) = (chrono::Utc::now(), format!("{whose}: {count}"));
        history::access_log::note(connection, now, Who::program(), Event::SessionsEnded, details)?;
        Ok(count)
    })?;
    say(format_args!("{count} inloggningar är avslutade."));
    Ok(())
}

pub fn remove(db: &Db, email: &str) -> anyhow::Result<()> {
    db.write_now(|connection| match personal_data::verbs::remove(connection, chrono::Utc::now(), email) {
        Err(personal_data::verbs::Failure::NotFound) => bail!("ingen person har den adressen"),
        removed => Ok(removed?),
    })?;
    say(format_args!("Kontot är borttaget."));
    Ok(())
}
