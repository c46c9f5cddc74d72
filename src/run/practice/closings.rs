//! What becomes of the made-up filings of 2021: paid out, reported, repaid. Through the same verbs as real ones.

use chrono::{DateTime, Duration, Utc};

use super::actor;
use crate::{
    grants::{
        case,
        grant::{self, Account, Grant},
        payment::{self, Reference, Registration},
        repayment::{self, form::Incoming},
        report::{
            certificate::CertificateForm,
            form::{AnswerForm, PartForm},
            verbs::{self, Failure, Target},
        },
        requisition::Requisition,
    },
    ground::infra::db::{AnyConnection, DbError},
    people::access::{Act, Actor, Role, Scope},
    terms::agreement::{Agreement, Part, Question, QuestionKind},
};
use values::{GiroAccount, GiroKind, Id, Money, Positive, calendar};

/// How far a made-up report gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    NotBegun,
    Draft,
    AwaitingCertificate,
    AwaitingSignature,
    Submitted,
    Returned,
    Approved,
    Repaid,
}

/// Share of the grant that was used, in percent, and how far the report got. In turn for the municipalities, so that many
/// have yet to report, as two weeks before the last day.
const IN_TURN: [(i64, Stage); 12] = [
    (0, Stage::NotBegun),
    (100, Stage::Approved),
    (0, Stage::NotBegun),
    (64, Stage::Repaid),
    (80, Stage::Submitted),
    (0, Stage::Draft),
    (72, Stage::Approved),
    (0, Stage::NotBegun),
    (115, Stage::Approved),
    (90, Stage::Submitted),
    (50, Stage::AwaitingSignature),
    (35, Stage::Returned),
];
const AWAITING_CERTIFICATE_EVERY: usize = 25;
/// Certified by Alt 2: some, not many.
const NOT_CORRECT_EVERY: usize = 14;

/// Pays the requisition, and takes the report as far as it is to go. `index` counts the municipalities; Ale, which is left
/// for the visitor, has none.
pub fn close(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    grant: Id<Grant>,
    requisition: Id<Requisition>,
    index: Option<usize>,
    approved: DateTime<Utc>,
) -> Result<(), DbError> {
    let scope = Scope::Authority(agreement.authority.id);
    let grant = grant::store::find(connection, scope, grant)?.ok_or_else(|| DbError::corrupt("no grant"))?;
    let paid = approved + Duration::days(5);
    pay(connection, agreement, &grant, requisition, paid)?;
    let Some(index) = index else { return Ok(()) };
    let (percent, mut stage) = IN_TURN[index % IN_TURN.len()];
    let is_correct = !index.is_multiple_of(NOT_CORRECT_EVERY);
    if index.is_multiple_of(AWAITING_CERTIFICATE_EVERY) {
        stage = Stage::AwaitingCertificate;
    }
    if stage == Stage::NotBegun {
        return Ok(());
    }
    let first = paid.max(calendar::start_of(agreement.terms.period.to)) + Duration::days(40);
    let first = first + Duration::minutes(53 * i64::try_from(index).unwrap_or_default());
    report(connection, agreement, &grant, (percent, stage, is_correct), first)
}

/// Where practice's repayments go.
pub fn open_account(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let payer = actor(connection, &agreement.authority, Role::PaymentOfficer, now)?;
    let account = GiroAccount::parse(GiroKind::Bankgiro, "991-2346").map_err(DbError::corrupt)?;
    let (slug, version) = (&agreement.terms.slug, agreement.version.to_string());
    crate::terms::agreement::verbs::set_repayment_account(
        connection,
        &Act::of_authority(&payer, now),
        slug,
        &version,
        Some(account),
    )
    .map_err(|_| DbError::corrupt("the repayment account"))
}

fn pay(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    grant: &Grant,
    requisition: Id<Requisition>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let payer = actor(connection, &agreement.authority, Role::PaymentOfficer, now)?;
    let left = grant.ledger.total(Account::Approved) - grant.ledger.total(Account::PaidOut);
    let registration = Registration {
        amount: Positive::new(left)
            .ok_or_else(|| DbError::corrupt(format!("{}: nothing to pay", grant.recipient.code)))?,
        paid_on: calendar::day(now),
        reference: Reference::parse(&format!("Övning {}", agreement.terms.code)).map_err(DbError::corrupt)?,
        is_another: false,
        expected_left: left,
    };
    payment::verbs::register(connection, &Act::of_authority(&payer, now), requisition, &registration)
        .map_err(|failure| DbError::corrupt(format!("{}: {failure}", grant.recipient.code)))
}

fn report(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    grant: &Grant,
    (percent, stage, is_correct): (i64, Stage, bool),
    first: DateTime<Utc>,
) -> Result<(), DbError> {
    let recipient = &grant.recipient;
    let preparer = actor(connection, recipient, Role::Preparer, first)?;
    let step = |hours: i64, actor: &Actor| Act::of_recipient(actor, first + Duration::hours(hours));
    let done = |result: Result<(), Failure>| {
        result.map_err(|failure| DbError::corrupt(format!("{}: {failure}", recipient.code)))
    };
    let scope = Scope::Recipient(recipient.id);
    let id = verbs::start(connection, &step(0, &preparer), grant.id)
        .map_err(|failure| DbError::corrupt(format!("{}: {failure}", recipient.code)))?;
    let begun = case::store::find(connection, scope, id)?.ok_or_else(|| DbError::corrupt("no report"))?;
    let mut form = begun.draft;
    let paid = grant::store::ledger(connection, grant.id)?;
    for post in &mut form.posts {
        let paid = paid.of(&post.key, Account::PaidOut);
        post.costs = Money::kronor(paid.to_ore() / 100 * percent / 100).digits().to_string();
        post.parts = agreement.terms.parts_of(&post.key).map(no_part).collect();
    }
    form.survey = "ja".to_owned();
    form.answers = agreement.terms.questions_to(paid.shares()).map(answer).collect();
    case::store::save_draft(connection, &step(0, &preparer), id, 1, &form)?;
    let at = |revision: i64| Target { id, revision };
    if stage == Stage::Draft {
        return Ok(());
    }
    done(verbs::issue(connection, &step(1, &preparer), at(2), true))?;
    if stage == Stage::AwaitingCertificate {
        return Ok(());
    }
    let mut revision = 3;
    if agreement.terms.certificate.is_some() {
        let head = actor(connection, recipient, Role::FinanceHead, first)?;
        done(verbs::certify(connection, &step(2, &head), at(revision), &certificate(&head, is_correct)))?;
        revision += 1;
    }
    if stage == Stage::AwaitingSignature {
        return Ok(());
    }
    let signatory = actor(connection, recipient, Role::Signatory, first)?;
    done(verbs::sign(connection, &step(3, &signatory), at(revision), None))?;
    revision += 1;
    let officer = actor(connection, &agreement.authority, Role::CaseOfficer, first)?;
    let act = Act::of_authority(&officer, first + Duration::hours(30));
    match stage {
        Stage::Returned => {
            let message =
                "Övningsexempel: underlaget till kostnaderna saknas. Bifoga ett utdrag ur huvudboken.";
            return done(verbs::request_completion(connection, &act, at(revision), message, Vec::new()));
        }
        Stage::Approved | Stage::Repaid => done(verbs::approve(connection, &act, at(revision)))?,
        _ => return Ok(()),
    }
    if stage == Stage::Repaid {
        repay(connection, agreement, grant, first + Duration::hours(60))?;
    }
    Ok(())
}

fn no_part(part: &Part) -> PartForm {
    PartForm { key: part.key.clone(), amount: "0".to_owned(), motive: String::new() }
}

fn answer(question: &Question) -> AnswerForm {
    let text = match question.kind {
        QuestionKind::Text => "Övningsexempel: trygghetslarm och läsplattor, med utbildning för personalen.",
        QuestionKind::YesNo => "ja",
    };
    AnswerForm { key: question.key.clone(), text: text.to_owned() }
}

fn certificate(head: &Actor, is_correct: bool) -> CertificateForm {
    let alternative = if is_correct { "1" } else { "2" };
    CertificateForm {
        alternative: alternative.to_owned(),
        deviations: match is_correct {
            true => String::new(),
            false => "Övningsexempel: två fakturor för trygghetslarm är bokförda på fel år.".to_owned(),
        },
        measures: match is_correct {
            true => String::new(),
            false => "Övningsexempel: fakturorna bokförs om i nästa bokslut.".to_owned(),
        },
        certifier_title: "Ekonomichef".to_owned(),
        certifier_telephone: "08-465 004 20".to_owned(),
        ..CertificateForm::prefilled(&head.person.name, "", &head.person.email, None)
    }
}

fn repay(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    grant: &Grant,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let payer = actor(connection, &agreement.authority, Role::PaymentOfficer, now)?;
    let incoming = Incoming {
        received_on: calendar::day(now),
        amount: Positive::new(grant::store::ledger(connection, grant.id)?.left_to_repay())
            .ok_or_else(|| DbError::corrupt(format!("{}: nothing to repay", grant.recipient.code)))?,
        reference: grant.ocr().to_string(),
        payer: grant.recipient.formal_name.clone(),
    };
    repayment::verbs::register(connection, &Act::of_authority(&payer, now), &incoming, false)
        .map(|_| ())
        .map_err(|failure| DbError::corrupt(format!("{}: {failure}", grant.recipient.code)))
}
