//! Random verbs in random order, from requisition to repayment, many of them refused: whatever happens, a grant's ledger is
//! what its requisitions, payments, report and repayments say together, and its history is whole.

use bidragsporten::{
    grants::{
        case::{self, FieldRemark},
        grant::{self, Account, Grant},
        payment::{self, Reference, Registration},
        repayment::{
            self, Settlement,
            form::{Incoming, Outgoing},
        },
        report::{self, certificate::CertificateForm},
        requisition::{self, Requisition, form::RequisitionForm},
    },
    ground::{
        history,
        infra::db::{AnyConnection, DbError},
    },
    people::{
        access::{Act, Actor, Role},
        recipient,
    },
    terms::agreement,
};
use proptest::{prelude::*, test_runner::TestRunner};
use values::{Id, Money, Positive};

use crate::{
    database::on_postgres,
    filed_reports::actor,
    portal::{Portal, stockholm},
};

#[derive(Debug, Clone, Copy)]
enum Verb {
    /// A requisition of this share of what is left, in percent, signed.
    Requisition(i64),
    DecideRequisition(u8),
    Withdraw,
    Pay(i64),
    Reverse,
    StartReport,
    /// Costs in percent of what was paid out.
    IssueReport(i64),
    TakeBack,
    Certify,
    Sign,
    DecideReport(bool),
    Correct,
    GiveUp,
    /// So many kronor come in.
    Repay(i64),
    TakeAway,
    ReturnExcess,
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        3 => (1i64..=100).prop_map(Verb::Requisition),
        4 => (0u8..6).prop_map(Verb::DecideRequisition),
        1 => Just(Verb::Withdraw),
        4 => (1i64..=100).prop_map(Verb::Pay),
        1 => Just(Verb::Reverse),
        3 => Just(Verb::StartReport),
        4 => (0i64..140).prop_map(Verb::IssueReport),
        1 => Just(Verb::TakeBack),
        4 => Just(Verb::Certify),
        4 => Just(Verb::Sign),
        4 => any::<bool>().prop_map(Verb::DecideReport),
        1 => Just(Verb::Correct),
        1 => Just(Verb::GiveUp),
        2 => (1i64..400_000).prop_map(Verb::Repay),
        1 => Just(Verb::TakeAway),
        1 => Just(Verb::ReturnExcess),
    ]
}

/// Everybody who has a part in it.
struct Cast {
    grant: Id<Grant>,
    preparer: Act,
    head: Act,
    signatory: Act,
    officer: Act,
    payer: Act,
}

impl Cast {
    fn of(portal: &Portal, municipality: &str) -> Self {
        let now = portal.clock.now();
        portal
            .db
            .write_now(|connection| {
                let all = recipient::store::all(connection)?;
                let own = all.iter().find(|known| known.name == municipality).expect("known").clone();
                let agreement =
                    agreement::store::find_by_slug(connection, "aldreomsorg-2022")?.expect("shipped");
                let authority = agreement.authority.clone();
                let grant =
                    grant::store::find_for_recipient(connection, authority.id, agreement.id, &own.code)?;
                let mut theirs = |role| actor(connection, own.clone(), role);
                let (preparer, head, signatory) =
                    (theirs(Role::Preparer)?, theirs(Role::FinanceHead)?, theirs(Role::Signatory)?);
                let mut ours = |role| actor(connection, authority.clone(), role);
                let (officer, payer) = (ours(Role::CaseOfficer)?, ours(Role::PaymentOfficer)?);
                let recipient = |actor: &Actor| Act::of_recipient(actor, now);
                let authority = |actor: &Actor| Act::of_authority(actor, now);
                Ok::<_, DbError>(Self {
                    grant: grant.expect("has a share").id,
                    preparer: recipient(&preparer),
                    head: recipient(&head),
                    signatory: recipient(&signatory),
                    officer: authority(&officer),
                    payer: authority(&payer),
                })
            })
            .unwrap()
    }

    /// Tries the verb; a refusal rolls everything back, as in the portal.
    fn perform(&self, portal: &Portal, verb: Verb) {
        let _refused_or_done = portal.db.write_now(|connection| self.try_to(connection, verb));
    }

    fn try_to(&self, connection: &mut AnyConnection, verb: Verb) -> Result<(), Refused> {
        match verb {
            Verb::Requisition(percent) => self.requisition(connection, percent),
            Verb::DecideRequisition(how) => self.decide_requisition(connection, how),
            Verb::Withdraw => {
                let target = self.newest_requisition(connection)?;
                Ok(requisition::verbs::withdraw(connection, &self.preparer, target, "Fel.")?)
            }
            Verb::Pay(percent) => self.pay(connection, percent),
            Verb::Reverse => {
                let paid = payment::store::of_grant(connection, self.grant)?;
                let last = paid.last().ok_or(Refused)?.payment.clone();
                Ok(payment::verbs::reverse(connection, &self.payer, last.requisition, last.id, "Fel.")?)
            }
            Verb::StartReport => {
                report::verbs::start(connection, &self.preparer, self.grant)?;
                Ok(())
            }
            Verb::IssueReport(percent) => self.issue_report(connection, percent),
            Verb::TakeBack => {
                let target = self.report(connection)?;
                Ok(report::verbs::recall(connection, &self.preparer, target)?)
            }
            Verb::Certify => {
                let target = self.report(connection)?;
                let actor = &self.head.actor;
                let form = CertificateForm {
                    alternative: "1".to_owned(),
                    certifier_name: "Prov Ekonomichef".to_owned(),
                    certifier_title: "Ekonomichef".to_owned(),
                    certifier_telephone: "08-465 004 11".to_owned(),
                    ..CertificateForm::prefilled(&actor.person.name, "", "chef@prov.example", None)
                };
                Ok(report::verbs::certify(connection, &self.head, target, &form)?)
            }
            Verb::Sign => {
                let target = self.report(connection)?;
                Ok(report::verbs::sign(connection, &self.signatory, target, None)?)
            }
            Verb::DecideReport(true) => {
                let target = self.report(connection)?;
                Ok(report::verbs::approve(connection, &self.officer, target)?)
            }
            Verb::DecideReport(false) => {
                let target = self.report(connection)?;
                Ok(report::verbs::request_completion(
                    connection,
                    &self.officer,
                    target,
                    "Ändra.",
                    Vec::new(),
                )?)
            }
            Verb::Correct => {
                let target = self.report(connection)?;
                Ok(report::verbs::correct(connection, &self.preparer, target, "Fel.")?)
            }
            Verb::GiveUp => {
                let target = self.report(connection)?;
                Ok(report::verbs::give_up_correction(connection, &self.preparer, target)?)
            }
            Verb::Repay(kronor) => self.repay(connection, kronor),
            Verb::TakeAway => {
                let came_in = repayment::store::of_grant(connection, self.grant)?;
                let last = came_in.last().ok_or(Refused)?;
                let target = repayment::Target { id: last.id, revision: last.revision };
                Ok(repayment::verbs::unmatch(connection, &self.payer, target, "Fel.")?)
            }
            Verb::ReturnExcess => {
                let excess = grant::store::ledger(connection, self.grant)?.excess();
                let outgoing = Outgoing {
                    paid_on: "2022-03-15".parse().unwrap(),
                    amount: Positive::new(excess).ok_or(Refused)?,
                    reference: "Åter".to_owned(),
                    is_another: true,
                };
                Ok(repayment::verbs::return_excess(connection, &self.payer, self.grant, &outgoing)?)
            }
        }
    }

    fn requisition(&self, connection: &mut AnyConnection, percent: i64) -> Result<(), Refused> {
        use requisition::verbs::{self, Target};
        let act = &self.preparer;
        let left = grant::store::ledger(connection, self.grant)?.left_to_requisition("bas");
        let id = verbs::start(connection, act, self.grant, "bas", Id::new())?;
        let begun = case::store::find(connection, act.scope, id)?.ok_or(Refused)?;
        let mut form = RequisitionForm {
            amount: (left.to_ore() / 100 * percent / 100).max(1).to_string(),
            account_kind: "bankgiro".to_owned(),
            account_number: "991-2346".to_owned(),
            ..begun.draft
        };
        form.head.contact_person = "Prov Ekonom".to_owned();
        form.head.street = "Provgatan 1".to_owned();
        form.head.postal_code = "449 80".to_owned();
        form.head.city = "Alafors".to_owned();
        form.head.telephone = "08-465 004 10".to_owned();
        form.head.email = "ekonomi@prov.example".to_owned();
        case::store::save_draft(connection, act, id, 1, &form)?;
        verbs::issue(connection, act, Target { id, revision: 2 }, true)?;
        Ok(verbs::sign(connection, &self.signatory, Target { id, revision: 3 })?)
    }

    fn newest_requisition(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<requisition::verbs::Target, Refused> {
        let all = case::store::of_grant::<Requisition>(connection, self.grant)?;
        let newest = all.first().ok_or(Refused)?;
        Ok(requisition::verbs::Target { id: newest.id, revision: newest.revision })
    }

    fn decide_requisition(&self, connection: &mut AnyConnection, how: u8) -> Result<(), Refused> {
        use requisition::verbs;
        let target = self.newest_requisition(connection)?;
        let act = &self.officer;
        match how {
            0 => verbs::refuse(connection, act, target, "Nej.")?,
            1 => {
                let remark = FieldRemark { field: "amount".to_owned(), text: "Ändra.".to_owned() };
                verbs::request_completion(connection, act, target, "Ändra.", vec![remark])?;
            }
            _ => verbs::approve(connection, act, target)?,
        }
        Ok(())
    }

    fn pay(&self, connection: &mut AnyConnection, percent: i64) -> Result<(), Refused> {
        let target = self.newest_requisition(connection)?;
        let found = case::store::find(connection, self.payer.scope, target.id)?.ok_or(Refused)?;
        let paid: Money =
            payment::store::of_requisition(connection, target.id)?.iter().map(|of| of.counts()).sum();
        let left = found.approved() - paid;
        let registration = Registration {
            amount: Positive::new(Money::kronor((left.to_ore() / 100 * percent / 100).max(1)))
                .ok_or(Refused)?,
            paid_on: "2022-03-15".parse().unwrap(),
            reference: Reference::parse("UB 1").unwrap(),
            is_another: true,
            expected_left: left,
        };
        Ok(payment::verbs::register(connection, &self.payer, target.id, &registration)?)
    }

    fn report(&self, connection: &mut AnyConnection) -> Result<report::verbs::Target, Refused> {
        let report = report::store::of_grant(connection, self.grant)?.ok_or(Refused)?;
        Ok(report::verbs::Target { id: report.id, revision: report.revision })
    }

    fn issue_report(&self, connection: &mut AnyConnection, percent: i64) -> Result<(), Refused> {
        use report::verbs::{self, Target};
        let act = &self.preparer;
        let report = report::store::of_grant(connection, self.grant)?.ok_or(Refused)?;
        let grant = grant::store::find(connection, act.scope, self.grant)?.ok_or(Refused)?;
        let paid = grant.ledger.of("bas", Account::PaidOut);
        let mut form = report.draft.clone().fitted_to(&verbs::form_facts(&grant));
        form.survey = "ja".to_owned();
        form.posts.first_mut().ok_or(Refused)?.costs = (paid.to_ore() / 100 * percent / 100).to_string();
        if !case::store::save_draft(connection, act, report.id, report.revision, &form)? {
            return Err(Refused);
        }
        Ok(verbs::issue(connection, act, Target { id: report.id, revision: report.revision + 1 }, true)?)
    }

    fn repay(&self, connection: &mut AnyConnection, kronor: i64) -> Result<(), Refused> {
        let grant = grant::store::find(connection, self.payer.scope, self.grant)?.ok_or(Refused)?;
        let incoming = Incoming {
            received_on: "2022-03-15".parse().unwrap(),
            amount: Positive::new(Money::kronor(kronor)).ok_or(Refused)?,
            reference: grant.ocr().to_string(),
            payer: "Kommunen".to_owned(),
        };
        repayment::verbs::register(connection, &self.payer, &incoming, true)?;
        Ok(())
    }

    /// What must hold after every verb, done or refused.
    fn check(&self, portal: &Portal) {
        portal
            .db
            .read_now(|connection| {
                let ledger = grant::store::ledger(connection, self.grant)?;
                let requisitions = case::store::of_grant::<Requisition>(connection, self.grant)?;
                let claimed: Money = requisitions.iter().map(|requisition| requisition.claim()).sum();
                let approved: Money = requisitions.iter().map(|requisition| requisition.approved()).sum();
                let paid: Money = payment::store::of_grant(connection, self.grant)?
                    .iter()
                    .map(|of_grant| of_grant.payment.counts())
                    .sum();
                let report = report::store::of_grant(connection, self.grant)?;
                let of_report = |amount: fn(&report::Report, &str) -> Money| {
                    report.as_ref().map(|report| amount(report, "bas")).unwrap_or_default()
                };
                let repaid: Money = repayment::store::of_grant(connection, self.grant)?
                    .iter()
                    .filter_map(|repayment| repayment.posted())
                    .map(|(_, amount)| amount)
                    .sum();
                for (account, states_say) in [
                    (Account::Requisitioned, claimed),
                    (Account::Approved, approved),
                    (Account::PaidOut, paid),
                    (Account::Reported, of_report(report::Report::reported)),
                    (Account::Costs, of_report(report::Report::costs)),
                    (Account::Repaid, repaid),
                ] {
                    assert_eq!(ledger.total(account), states_say, "{account:?}");
                }
                assert!(claimed <= ledger.total(Account::Allocated));
                assert!(approved <= claimed && paid <= approved);
                assert_eq!(ledger.of("bas", Account::Costs) + ledger.unspent("bas"), paid);
                assert!(ledger.repaid() <= ledger.to_repay());
                assert_eq!(ledger.repaid() + ledger.excess(), repaid);
                let settled = report.as_ref().is_some_and(|report| report.approval().is_some());
                let settlement = Settlement::of(&ledger, settled);
                assert_eq!(settled, repayment::store::is_settled(connection, self.grant)?);
                assert_eq!(settlement.is_closed(), settled && ledger.left_to_repay().is_zero());
                self.history_is_whole(connection)
            })
            .unwrap();
    }

    fn history_is_whole(&self, connection: &mut AnyConnection) -> Result<(), DbError> {
        let stream = self.grant.to_string();
        let versions = grant::store::versions(connection)?;
        let (_, version) = versions.into_iter().find(|(of, _)| *of == stream).expect("there");
        assert_eq!(history::store::verify(connection, &stream, version)?, None);
        Ok(())
    }
}

/// Why a verb was not carried out: the test asks only that nothing happened then.
#[derive(Debug)]
struct Refused;

macro_rules! refused_from {
    ($($failure:ty),*) => { $(impl From<$failure> for Refused { fn from(_: $failure) -> Self { Self } })* };
}
refused_from!(
    DbError,
    requisition::verbs::Failure,
    payment::verbs::Failure,
    report::verbs::Failure,
    repayment::verbs::Failure
);

#[test]
fn the_ledger_is_what_the_cases_say_whatever_is_tried() {
    let portal = Portal::new();
    portal.clock.fix(stockholm("2022-03-15 12:00:00"));
    let names = ["Ale", "Lund", "Borås", "Kalmar", "Umeå", "Kiruna", "Malmö", "Mora", "Tierp", "Vara"];
    let casts: Vec<Cast> = names.iter().map(|name| Cast::of(&portal, name)).collect();
    // All the way once, so that what follows begins from everything.
    let all_the_way = [
        Verb::Requisition(100),
        Verb::DecideRequisition(2),
        Verb::Pay(100),
        Verb::StartReport,
        Verb::IssueReport(60),
        Verb::Certify,
        Verb::Sign,
        Verb::DecideReport(true),
        Verb::Repay(1_000),
    ];
    for verb in all_the_way {
        casts[0].perform(&portal, verb);
        casts[0].check(&portal);
    }
    let ledger = portal.db.read_now(|connection| grant::store::ledger(connection, casts[0].grant)).unwrap();
    for account in [Account::PaidOut, Account::Reported, Account::Costs, Account::Repaid] {
        assert!(!ledger.total(account).is_zero(), "{account:?}");
    }
    let cases = if on_postgres() { 20 } else { 60 };
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 0, ..Default::default() };
    TestRunner::new(config)
        .run(&(0..casts.len(), proptest::collection::vec(verb(), 10..40)), |(who, verbs)| {
            let cast = &casts[who];
            for verb in verbs {
                cast.perform(&portal, verb);
                cast.check(&portal);
            }
            Ok(())
        })
        .unwrap();
}
