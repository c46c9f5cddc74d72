//! Financial reports that are there already: paid out, filled in, certified and signed through the verbs, by people of the
//! municipality. For tests of what comes after.

use bidragsporten::{
    grants::{
        case::{self, head::HeadForm},
        grant::{self, Account, Entry, Grant},
        report::{
            Report,
            certificate::CertificateForm,
            form::ReportForm,
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        upload::ReceivedFile,
    },
    people::{
        access::{self, Act, Actor, Mandate, Role, Scope},
        recipient,
    },
    terms::agreement,
};
use values::{Id, Money};

use crate::portal::Portal;

/// Whose report, and what it is to say.
pub struct Filing<'a> {
    pub portal: &'a Portal,
    pub municipality: &'a str,
    pub slug: &'a str,
    pub costs: &'a str,
    pub survey: &'a str,
    pub alternative: &'a str,
}

impl<'a> Filing<'a> {
    pub fn of(portal: &'a Portal, municipality: &'a str, slug: &'a str) -> Self {
        Self { portal, municipality, slug, costs: "300 000", survey: "ja", alternative: "1" }
    }

    pub fn costs(self, costs: &'a str) -> Self {
        Self { costs, ..self }
    }

    pub fn survey(self, survey: &'a str) -> Self {
        Self { survey, ..self }
    }

    pub fn alt_2(self) -> Self {
        Self { alternative: "2", ..self }
    }

    /// What is allocated is paid out, and the report is certified and signed; gives its id.
    pub fn submit(&self) -> Id<Report> {
        let id = self.issue();
        self.certify(id);
        self.sign(id);
        id
    }

    /// As far as the signature.
    pub fn await_signature(&self) -> Id<Report> {
        let id = self.issue();
        self.certify(id);
        id
    }

    fn issue(&self) -> Id<Report> {
        let id = self.by(Role::Preparer, |connection, act, grant| {
            pay_out(connection, act, grant)?;
            let id = verbs::start(connection, act, grant.id)?;
            let file = ReceivedFile {
                name: "underlag.pdf".to_owned(),
                media_type: "application/pdf",
                bytes: include_bytes!("../samples/scan.pdf").to_vec(),
                scanned: bidragsporten::ground::infra::scan::Scanned::Not,
            };
            verbs::attach(connection, act, id, &file)?;
            Ok(id)
        });
        self.fill_and_issue(id);
        id
    }

    /// Fills in the figures and fixes them, also in answer to a return or as a correction.
    pub fn fill_and_issue(&self, id: Id<Report>) {
        self.by(Role::Preparer, |connection, act, _| {
            let report = case::store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
            let form = self.filled(report.draft);
            assert!(case::store::save_draft(connection, act, id, report.revision, &form)?);
            verbs::issue(connection, act, Target { id, revision: report.revision + 1 }, true)
        });
    }

    pub fn certify(&self, id: Id<Report>) {
        let form = CertificateForm {
            alternative: self.alternative.to_owned(),
            deviations: if self.alternative == "2" { "Två fakturor saknas." } else { "" }.to_owned(),
            measures: if self.alternative == "2" { "De söks upp." } else { "" }.to_owned(),
            certifier_name: "Prov Ekonomichef".to_owned(),
            certifier_title: "Ekonomichef".to_owned(),
            certifier_telephone: "08-465 004 11".to_owned(),
            certifier_email: "chef@prov.example".to_owned(),
        };
        self.by(Role::FinanceHead, |connection, act, _| {
            let target = as_it_is(connection, act, id)?;
            verbs::certify(connection, act, target, &form)
        });
    }

    pub fn sign(&self, id: Id<Report>) {
        self.by(Role::Signatory, |connection, act, _| {
            let target = as_it_is(connection, act, id)?;
            verbs::sign(connection, act, target, None)
        });
    }

    fn filled(&self, draft: ReportForm) -> ReportForm {
        let mut form = ReportForm {
            head: HeadForm {
                contact_person: "Prov Ekonom".to_owned(),
                street: "Provgatan 1".to_owned(),
                postal_code: "449 80".to_owned(),
                city: "Alafors".to_owned(),
                telephone: "08-465 004 10".to_owned(),
                email: "ekonomi@prov.example".to_owned(),
                agreement_diarienummer: "S2021/00001".to_owned(),
                decision_diarienummer: "S2021/00002".to_owned(),
                ..draft.head
            },
            survey: self.survey.to_owned(),
            ..draft
        };
        form.posts[0].costs = self.costs.to_owned();
        form
    }

    /// Does it as somebody of the municipality in this role, at the portal's time.
    fn by<T>(
        &self,
        role: Role,
        does: impl FnOnce(&mut AnyConnection, &Act, &Grant) -> Result<T, Failure>,
    ) -> T {
        let now = self.portal.clock.now();
        self.portal
            .db
            .write_now(|connection| {
                let all = recipient::store::all(connection)?;
                let organisation = all.into_iter().find(|of| of.name == self.municipality).expect("known");
                let agreement = agreement::store::find_by_slug(connection, self.slug)?.expect("shipped");
                let authority = agreement.authority.id;
                let code = organisation.code.clone();
                let grant = grant::store::find_for_recipient(connection, authority, agreement.id, &code)?;
                let actor = actor(connection, organisation, role)?;
                does(connection, &Act::of_recipient(&actor, now), &grant.expect("has a share"))
            })
            .unwrap_or_else(|failure: Failure| panic!("{} {}: {failure:?}", self.municipality, self.slug))
    }
}

pub fn actor(
    connection: &mut AnyConnection,
    organisation: recipient::Organisation,
    role: Role,
) -> Result<Actor, DbError> {
    let email = format!("{}@{}.example", role.key(), organisation.code);
    let person = match access::store::find_by_email(connection, &email)? {
        Some((person, _)) => person,
        None => {
            let name = format!("{} i {}", role.label(), organisation.name);
            let now = chrono::Utc::now();
            access::store::add_person(connection, &email, &name, "no password opens this", now)?
        }
    };
    Ok(Actor {
        person,
        roles: vec![role],
        mandates: vec![(role, Mandate::default())],
        organisations: vec![(organisation.id, organisation.name.clone())],
        receives_reports: false,
        factors: bidragsporten::people::access::Factors::default(),
        organisation,
    })
}

/// All that is allocated of the first post, if nothing is paid out yet.
fn pay_out(connection: &mut AnyConnection, act: &Act, grant: &Grant) -> Result<(), DbError> {
    if grant.ledger.total(Account::PaidOut) != Money::ZERO {
        return Ok(());
    }
    let post = grant.posts().next().expect("a share").key.clone();
    let amount = grant.ledger.of(&post, Account::Allocated);
    let entry = Entry { post, account: Account::PaidOut, amount };
    grant::store::post_entry(connection, grant.id, &entry, None, act.now)
}

fn as_it_is(connection: &mut AnyConnection, act: &Act, id: Id<Report>) -> Result<Target, Failure> {
    let report = case::store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    Ok(Target { id, revision: report.revision })
}

/// What the recipient's own pages are made from.
pub fn seen_by_recipient(portal: &Portal, id: Id<Report>, municipality: &str) -> Report {
    portal
        .db
        .read_now(|connection| {
            let all = recipient::store::all(connection)?;
            let organisation = all.into_iter().find(|of| of.name == municipality).expect("known");
            case::store::find(connection, Scope::Recipient(organisation.id), id)
        })
        .unwrap()
        .expect("its own")
}

/// The case's address at the authority.
pub fn report_case(id: Id<Report>) -> String {
    format!("/granskning/redovisningar/{id}")
}
