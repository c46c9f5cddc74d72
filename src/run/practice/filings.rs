//! Made-up filings: so that a queue and an overview have something to show. Filed through the same verbs as real ones.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{actor, closings};
use crate::{
    grants::{
        case::{self, FieldRemark, head::HeadForm},
        grant::{self, Grant},
        requisition::{
            Requisition,
            form::{Beside, RequisitionForm},
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::db::{AnyConnection, DbError},
    people::{
        access::{Act, Actor, Role, Scope},
        recipient,
    },
    terms::agreement::{self, Agreement},
};
use values::{Id, Money, calendar};

/// How far a made-up filing gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Draft,
    AwaitingSignature,
    Submitted,
    Returned,
    Approved,
    Refused,
}

/// Municipality, post, share of the allocation in percent, and how far it got. Ale's 2022 is left for the visitor.
const IN_2022: [(&str, &str, i64, Stage); 24] = [
    ("1489", "bas", 100, Stage::Approved),
    ("0764", "bas", 100, Stage::Submitted),
    ("1984", "bas", 100, Stage::Submitted),
    ("2506", "bas", 100, Stage::Draft),
    ("1490", "bas", 100, Stage::Approved),
    ("1490", "modell", 100, Stage::Submitted),
    ("0127", "bas", 60, Stage::Approved),
    ("0484", "bas", 100, Stage::Approved),
    ("1382", "bas", 100, Stage::Returned),
    ("0562", "bas", 100, Stage::AwaitingSignature),
    ("0980", "bas", 100, Stage::Approved),
    ("1480", "bas", 80, Stage::Submitted),
    ("1380", "bas", 100, Stage::Submitted),
    ("1283", "bas", 100, Stage::Approved),
    ("0680", "bas", 100, Stage::Submitted),
    ("0880", "bas", 100, Stage::Approved),
    ("0880", "modell", 100, Stage::AwaitingSignature),
    ("1780", "bas", 100, Stage::Returned),
    ("1281", "bas", 100, Stage::Approved),
    ("1280", "bas", 100, Stage::Refused),
    ("0180", "bas", 100, Stage::Submitted),
    ("2480", "bas", 100, Stage::Submitted),
    ("1980", "bas", 100, Stage::Draft),
    ("2518", "bas", 100, Stage::Submitted),
];

/// Of the 2021 round, every fifth municipality let its right lapse, and Ale did not.
fn filed_in_2021(code: &str, index: usize) -> bool {
    code == "1440" || !index.is_multiple_of(5)
}

/// Some of those who took part of the older agreements: whom, and on which form.
const IN_2018: [&str; 10] = ["0180", "1480", "1280", "0380", "1980", "1880", "0580", "2480", "2580", "0980"];
const IN_2020: [(&str, &str); 6] = [
    ("R01", "regioner"),
    ("R12", "regioner"),
    ("R14", "regioner"),
    ("R20", "regioner"),
    ("R25", "regioner"),
    ("0980", "regioner"),
];

pub fn make(connection: &mut AnyConnection) -> Result<(), DbError> {
    let in_2018 = IN_2018.map(|code| (code, "stimulansmedel"));
    older(connection, "valfardsteknik-2018", &in_2018, first_day(2018, 9, 3))?;
    older(connection, "nara-vard-2020", &IN_2020, first_day(2020, 5, 4))?;
    if let Some(agreement) = agreement::store::find_by_slug(connection, "aldreomsorg-2021")? {
        let recipients = grant::store::recipients_of(connection, agreement.id)?;
        let municipalities =
            recipients.iter().filter(|(_, recipient)| recipient.kind == recipient::Kind::Municipality);
        closings::open_account(connection, &agreement, first_day(2021, 9, 1))?;
        for (index, (grant, recipient)) in municipalities.enumerate() {
            if filed_in_2021(&recipient.code, index) {
                let first = first_day(2021, 9, 1) + Duration::minutes(97 * index as i64);
                let requisition =
                    file(connection, &agreement, (&recipient.code, "bas", 100, Stage::Approved), first)?;
                // Ale's report is left for the visitor.
                let of_others = (recipient.code != "1440").then_some(index);
                let approved = first + Duration::hours(30);
                closings::close(connection, &agreement, *grant, requisition, of_others, approved)?;
            }
        }
    }
    if let Some(agreement) = agreement::store::find_by_slug(connection, "aldreomsorg-2022")? {
        closings::open_account(connection, &agreement, first_day(2022, 2, 1))?;
        for (index, filing) in IN_2022.into_iter().enumerate() {
            let first = first_day(2022, 2, 1) + Duration::hours(41 * index as i64);
            file(connection, &agreement, filing, first)?;
        }
    }
    Ok(())
}

/// Agreements that are over, with a few recipients each.
fn older(
    connection: &mut AnyConnection,
    slug: &str,
    filings: &[(&str, &str)],
    first: DateTime<Utc>,
) -> Result<(), DbError> {
    let Some(agreement) = agreement::store::find_by_slug(connection, slug)? else { return Ok(()) };
    let authority = agreement.authority.id;
    closings::open_account(connection, &agreement, first)?;
    for (index, (code, form)) in filings.iter().enumerate() {
        let first = first + Duration::hours(7 * index as i64);
        let requisition = file(connection, &agreement, (code, form, 100, Stage::Approved), first)?;
        let grant = grant::store::find_for_recipient(connection, authority, agreement.id, code)?;
        let grant = grant.ok_or_else(|| DbError::corrupt(format!("no grant for {code}")))?.id;
        closings::close(
            connection,
            &agreement,
            grant,
            requisition,
            Some(index),
            first + Duration::hours(30),
        )?;
    }
    Ok(())
}

pub fn first_day(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    calendar::start_of(NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()) + Duration::hours(9)
}

/// Takes one filing as far as it is to go, an hour a step.
fn file(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    (code, post, percent, stage): (&str, &str, i64, Stage),
    first: DateTime<Utc>,
) -> Result<Id<Requisition>, DbError> {
    let authority = agreement.authority.id;
    let grant = grant::store::find_for_recipient(connection, authority, agreement.id, code)?
        .ok_or_else(|| DbError::corrupt(format!("no grant for {code}")))?;
    let preparer = actor(connection, &grant.recipient, Role::Preparer, first)?;
    let signatory = actor(connection, &grant.recipient, Role::Signatory, first)?;
    let officer = actor(connection, &agreement.authority, Role::CaseOfficer, first)?;
    let filer = Scope::Recipient(grant.recipient.id);
    let step = |hours: i64, actor: &Actor, scope: Scope| Act {
        scope,
        actor: actor.clone(),
        now: first + Duration::hours(hours),
    };
    let id: Id<Requisition> = Id::new();
    let done = |result: Result<(), Failure>| {
        result.map_err(|failure| DbError::corrupt(format!("{code}: {failure}")))
    };
    verbs::start(connection, &step(0, &preparer, filer), grant.id, post, id).map_err(DbError::corrupt)?;
    let draft = made_up(&grant, post, percent, first);
    case::store::save_draft(connection, &step(0, &preparer, filer), id, 1, &draft)?;
    let at = |revision: i64| Target { id, revision };
    if stage == Stage::Draft {
        return Ok(id);
    }
    done(verbs::issue(connection, &step(1, &preparer, filer), at(2), true))?;
    if stage == Stage::AwaitingSignature {
        return Ok(id);
    }
    done(verbs::sign(connection, &step(2, &signatory, filer), at(3)))?;
    let act = step(30, &officer, Scope::Authority(authority));
    match stage {
        Stage::Draft | Stage::AwaitingSignature | Stage::Submitted => {}
        Stage::Approved => done(verbs::approve(connection, &act, at(4)))?,
        Stage::Refused => {
            let reason =
                "Övningsexempel: underskriften är inte gjord av en behörig företrädare för kommunen.";
            done(verbs::refuse(connection, &act, at(4), reason))?;
        }
        Stage::Returned => {
            let remark = FieldRemark {
                field: "account_number".to_owned(),
                text: "Övningsexempel: kontot hör till ett bolag. Ange kommunens eget konto.".to_owned(),
            };
            let message = "Övningsexempel: kontot för utbetalning behöver ändras.";
            done(verbs::request_completion(connection, &act, at(4), message, vec![remark]))?;
        }
    }
    Ok(id)
}

/// A part of what is left of a post; of several posts on one form always the whole.
fn made_up(grant: &Grant, form: &str, percent: i64, at: DateTime<Utc>) -> RequisitionForm {
    let amount = Money::kronor(grant.left_on(form).to_ore() / 100 * percent / 100);
    let facts = verbs::form_facts(grant, form, None, &Beside::default(), at);
    let known = RequisitionForm::prefilled(&facts, &grant.agreement.diarienummer, None);
    RequisitionForm {
        head: HeadForm {
            contact_person: "Övning Ekonom".to_owned(),
            street: "Övningsgatan 1".to_owned(),
            postal_code: "123 45".to_owned(),
            city: "Övningsorten".to_owned(),
            telephone: "08-465 004 10".to_owned(),
            email: format!("ekonomi.{}@ovning.example", grant.recipient.code.to_lowercase()),
            ..known.head
        },
        amount: amount.digits().to_string(),
        account_kind: "bankgiro".to_owned(),
        account_number: "991-2346".to_owned(),
        payment_reference: format!("Övning {}", grant.agreement.terms.code),
        ..known
    }
}
