//! One search for everything (*Sök*): what there is for whoever asks, by kind.

use std::collections::{HashMap, HashSet};

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{
    Group, Hit,
    store::{self, CaseRow, GrantRow, RepaymentRow, UnitRow},
};
use crate::{
    grants::{case::Kind, grant::held_by},
    ground::infra::{
        Portal,
        db::{AnyConnection, DbError},
        error::AppError,
        page::{self, Chrome, Page},
        way::along_from,
    },
    paths,
    people::{
        access::{
            Actor, Role, Scope,
            proof::{By, SignedIn},
            routing::Routes,
        },
        recipient::{self, Names, Organisation},
    },
    terms::agreement::{self, Agreement},
};
use values::{
    Id, Money, Ocr,
    calendar::long_date,
    text::{Sought, sort_key},
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.get(paths::search::Search::PATTERN, show);
}

#[derive(Debug, Deserialize)]
struct SearchForm {
    #[serde(rename = "sok", default)]
    words: String,
}

#[derive(Template)]
#[template(path = "search/results.html")]
struct ResultsPage {
    chrome: Chrome,
    words: String,
    is_asked: bool,
    groups: Vec<Group>,
}

/// Where an id leads.
type Address = fn(&str) -> Result<String, DbError>;

fn parsed<T>(id: &str) -> Result<Id<T>, DbError> {
    id.parse().map_err(DbError::corrupt)
}

/// Where a recipient reads its grant, its requisitions, its reports and the requests for its accounts.
const OWN: [Address; 4] = [
    |id| Ok(paths::my_grants::Grant(&parsed(id)?).to_string()),
    |id| Ok(paths::requisition::Case(&parsed(id)?).to_string()),
    |id| Ok(paths::report::Case(&parsed(id)?).to_string()),
    |id| Ok(paths::account_request::Case(&parsed(id)?).to_string()),
];

/// Where an authority or a reader does.
const OTHERS: [Address; 4] = [
    |id| Ok(paths::review::Grant(&parsed(id)?).to_string()),
    |id| Ok(paths::review::Requisition(&parsed(id)?).to_string()),
    |id| Ok(paths::review::Report(&parsed(id)?).to_string()),
    |id| Ok(paths::account_request::Review(&parsed(id)?).to_string()),
];

impl ResultsPage {
    /// What the links end with, so that what is found leads back here.
    fn along(&self) -> String {
        along_from(
            paths::search::Search::PATTERN,
            &serde_html_form::to_string([("sok", &self.words)]).unwrap_or_default(),
        )
    }
}

async fn show(by: By<SignedIn>, portal: web::Data<Portal>, typed: web::Query<SearchForm>) -> Page {
    let words = typed.into_inner().words;
    let sought = Sought::new(&words);
    let is_asked = !sought.is_empty();
    let actor = by.actor.clone();
    let groups = if is_asked {
        portal
            .db
            .read(move |connection| {
                let everything = Everything::read(connection, &actor, &sought)?;
                Ok::<_, AppError>(everything.groups(&actor, &sought)?)
            })
            .await?
    } else {
        Vec::new()
    };
    page::show(&ResultsPage { chrome: by.chrome, words, is_asked, groups })
}

/// All that the person may see, before it is held against what is looked for.
#[derive(Default)]
struct Everything {
    names: Names,
    organisations: Vec<Organisation>,
    agreements: Vec<Agreement>,
    grants: Vec<GrantRow>,
    requisitions: Vec<CaseRow>,
    reports: Vec<CaseRow>,
    account_requests: Vec<CaseRow>,
    /// Requisition and reference.
    payments: Vec<(String, String)>,
    /// The requisitions that name an account that is looked for.
    naming: HashSet<String>,
    repayments: Vec<RepaymentRow>,
    units: Vec<UnitRow>,
}

/// Whose cases somebody sees: the own organisation's, those of the agreements that it pays or reads, or none.
fn scope(actor: &Actor) -> Option<Scope> {
    let has = |roles: &[Role]| roles.iter().any(|role| actor.has(*role));
    if is_member(actor) {
        Some(Scope::Recipient(actor.organisation.id))
    } else if has(&[Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer, Role::Reader]) {
        Some(Scope::across(actor))
    } else {
        None
    }
}

fn is_member(actor: &Actor) -> bool {
    [Role::Preparer, Role::FinanceHead, Role::Signatory].iter().any(|role| actor.has(*role))
}

fn is_registrar(actor: &Actor) -> bool {
    actor.has(Role::CaseOfficer) || actor.has(Role::DecisionMaker)
}

fn sees_repayments(actor: &Actor) -> bool {
    is_registrar(actor) || actor.has(Role::PaymentOfficer)
}

impl Everything {
    fn read(connection: &mut AnyConnection, actor: &Actor, sought: &Sought) -> Result<Self, DbError> {
        let agreements = agreement::store::all(connection)?;
        let Some(scope) = scope(actor) else { return Ok(Self { agreements, ..Self::default() }) };
        let own = actor.organisation.id;
        Ok(Self {
            names: recipient::store::names(connection)?,
            organisations: if is_registrar(actor) { recipient::store::all(connection)? } else { Vec::new() },
            agreements,
            grants: store::grants(connection, scope)?,
            requisitions: store::cases(connection, scope, Kind::Requisition)?,
            reports: store::cases(connection, scope, Kind::Report)?,
            account_requests: store::cases(connection, scope, Kind::AccountRequest)?,
            payments: store::payment_references(connection, scope)?,
            naming: store::naming(connection, &sought.accounts())?.into_iter().collect(),
            repayments: if sees_repayments(actor) { store::repayments(connection, own)? } else { Vec::new() },
            units: if is_member(actor) { store::units(connection, own)? } else { Vec::new() },
        })
    }

    /// What is found, by kind; a kind without anything is left out.
    fn groups(&self, actor: &Actor, sought: &Sought) -> Result<Vec<Group>, DbError> {
        let is_own = is_member(actor);
        let mut groups = vec![Group::new("Mottagare", self.recipients(sought))];
        groups.extend(self.of_grants(is_own, sought)?);
        groups.push(Group::new("Inbetalningar", self.repayments(sought)?));
        groups.push(Group::new("Enheter", self.units(sought)?));
        groups.push(Group::new("Överenskommelser", self.agreements(sought)));
        groups.retain(|group| !group.hits.is_empty());
        Ok(groups)
    }

    /// Those that have a grant in sight lead to the overview of it, the others to the register.
    fn recipients(&self, sought: &Sought) -> Vec<Hit> {
        let with_grants: HashSet<&str> =
            self.grants.iter().map(|grant| grant.recipient_code.as_str()).collect();
        let mut found: Vec<&Organisation> =
            self.organisations.iter().filter(|organisation| organisation.kind.receives_grants()).collect();
        sought.narrow(&mut found, |organisation| self.names.of(&organisation.code).to_vec());
        let hit = |organisation: &Organisation| {
            let code = &organisation.code;
            let number =
                organisation.organisation_number.map(|number| format!(", {number}")).unwrap_or_default();
            Hit {
                href: if with_grants.contains(code.as_str()) {
                    paths::dashboard::Recipient(code).to_string()
                } else {
                    paths::registry::Recipient(code).to_string()
                },
                title: organisation.formal_name.clone(),
                detail: format!("{code}{number}"),
                is_exact: sought.names(self.names.of(code)),
            }
        };
        found.into_iter().map(hit).collect()
    }

    /// The grants, and their cases. A case is found by its own number or by what its grant is known by.
    fn of_grants(&self, is_own: bool, sought: &Sought) -> Result<[Group; 4], DbError> {
        let mut found: Vec<&GrantRow> = self.grants.iter().collect();
        sought.narrow(&mut found, |grant| self.known_by(grant));
        let found_ids: HashSet<&str> = found.iter().map(|grant| grant.id.as_str()).collect();
        let by_id: HashMap<&str, &GrantRow> =
            self.grants.iter().map(|grant| (grant.id.as_str(), grant)).collect();
        let [of_grant, of_requisition, of_report, of_request] = if is_own { OWN } else { OTHERS };
        let hit = |grant: &&GrantRow| {
            Ok(Hit {
                href: of_grant(&grant.id)?,
                title: format!("{}, {}", grant.number(), held_by(&grant.holder, &grant.recipient)),
                detail: format!("{}, OCR {}", self.agreement(grant), Ocr::of(grant.reference)),
                is_exact: sought.names(&[grant.number(), Ocr::of(grant.reference).to_string()]),
            })
        };
        let paid: HashMap<&str, &str> =
            self.payments.iter().map(|(of, reference)| (of.as_str(), reference.as_str())).collect();
        let cases = |rows: &[CaseRow], letter: char, address: Address| {
            rows.iter()
                .filter_map(|(id, grant, number)| {
                    let grant = by_id.get(grant.as_str())?;
                    let number = format!("{}-{letter}{number}", grant.number());
                    let reference = paid.get(id.as_str()).copied().unwrap_or_default();
                    let is_named = sought.names(&[number.as_str(), reference]) || self.naming.contains(id);
                    let is_found = is_named || sought.finds(&[number.as_str(), reference]);
                    (is_found || found_ids.contains(grant.id.as_str())).then(|| {
                        Ok(Hit {
                            href: address(id)?,
                            title: format!("{number}, {}", held_by(&grant.holder, &grant.recipient)),
                            detail: self.agreement(grant),
                            is_exact: is_named,
                        })
                    })
                })
                .collect::<Result<Vec<Hit>, DbError>>()
        };
        Ok([
            Group::new("Bidrag", found.iter().map(hit).collect::<Result<_, DbError>>()?),
            Group::new("Rekvisitioner", cases(&self.requisitions, 'R', of_requisition)?),
            Group::new("Redovisningar", cases(&self.reports, 'E', of_report)?),
            Group::new("Begäran om räkenskaper", cases(&self.account_requests, 'B', of_request)?),
        ])
    }

    fn known_by(&self, grant: &GrantRow) -> Vec<String> {
        let own = [grant.number(), Ocr::of(grant.reference).to_string(), self.agreement(grant)];
        let names = self.names.of(&grant.recipient_code).iter().chain(self.names.of(&grant.holder_code));
        own.into_iter().chain(names.cloned()).collect()
    }

    fn agreement(&self, grant: &GrantRow) -> String {
        let of = self.agreements.iter().find(|agreement| agreement.id.to_string() == grant.agreement_id);
        of.map(|agreement| agreement.terms.title()).unwrap_or_default()
    }

    fn repayments(&self, sought: &Sought) -> Result<Vec<Hit>, DbError> {
        let mut found: Vec<&RepaymentRow> = self.repayments.iter().collect();
        sought.narrow(&mut found, |(_, _, _, reference, payer)| vec![reference.clone(), payer.clone()]);
        let hit = |(id, ore, day, reference, payer): &RepaymentRow| {
            Ok(Hit {
                href: paths::repayment::Repayment(&parsed(id)?).to_string(),
                title: format!("{}, {}", Money::ore(*ore), long_date(*day)),
                detail: [payer.as_str(), reference]
                    .iter()
                    .filter(|text| !text.is_empty())
                    .copied()
                    .collect::<Vec<_>>()
                    .join(", "),
                is_exact: sought.names(&[reference]),
            })
        };
        found.into_iter().map(hit).collect()
    }

    fn units(&self, sought: &Sought) -> Result<Vec<Hit>, DbError> {
        let mut found: Vec<&UnitRow> = self.units.iter().collect();
        found.sort_by_cached_key(|(_, name, provider, _)| (sort_key(provider), sort_key(name)));
        sought.narrow(&mut found, |(_, name, provider, number)| {
            vec![name.clone(), provider.clone(), number.clone()]
        });
        let hit = |(id, name, provider, _): &UnitRow| {
            Ok(Hit {
                href: paths::onward::Unit(&parsed(id)?).to_string(),
                title: name.clone(),
                detail: provider.clone(),
                is_exact: sought.names(&[name]),
            })
        };
        found.into_iter().map(hit).collect()
    }

    fn agreements(&self, sought: &Sought) -> Vec<Hit> {
        let mut found: Vec<&Agreement> = self.agreements.iter().collect();
        sought.narrow(&mut found, |agreement| {
            let terms = &agreement.terms;
            vec![terms.name.clone(), terms.code.clone(), terms.year.to_string()]
        });
        let hit = |agreement: &Agreement| Hit {
            href: paths::agreement::Agreement(&agreement.terms.slug).to_string(),
            title: agreement.terms.title(),
            detail: format!("{}, {}", agreement.terms.code, agreement.authority.name),
            is_exact: sought.names(&[&agreement.terms.code, &agreement.terms.name]),
        };
        found.into_iter().map(hit).collect()
    }
}
