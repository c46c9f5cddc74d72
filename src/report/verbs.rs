//! What can be done with a report: each verb one transaction, one history line.

use chrono::NaiveDate;
use thiserror::Error;

use super::{
    Case, Certificate, Content, Issue, Refusal, Report, Status,
    certificate::CertificateForm,
    form::{FormFacts, PostFacts, ReportForm, warnings},
    number_of, store,
};
use crate::{
    access::{Person, Role},
    calendar,
    filing::{self, Act, FieldRemark, Signature, arrival},
    grant::{self, Account, Grant},
    history::{self, Event},
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        error::AppError,
        form::FieldErrors,
        upload::ReceivedFile,
    },
    recipient::Kind,
};

/// Which report, and as it was when the page was made.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub id: Id<Report>,
    pub revision: i64,
}

#[derive(Debug, Error)]
pub enum Failure {
    #[error("not found")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Fields to be mended, or warnings that nobody has confirmed.
    #[error("the form is not complete")]
    Invalid(FieldErrors),
    #[error("the warnings are not confirmed")]
    Unconfirmed,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound => Self::NotFound,
            Failure::Refused(refusal) => Self::Conflict(refusal.to_string()),
            Failure::Invalid(_) => Self::Conflict(
                "Uppgifterna i redovisningen är inte längre fullständiga. Öppna formuläret och rätta dem."
                    .to_owned(),
            ),
            Failure::Unconfirmed => {
                Self::Conflict("Bekräfta att du har kontrollerat det som portalen frågar om.".to_owned())
            }
            Failure::Db(error) => error.into(),
        }
    }
}

/// What the form is held against: everything that has been paid out.
pub fn form_facts(grant: &Grant) -> FormFacts {
    let of = |post: &str, account| grant.ledger.of(post, account);
    let terms = &grant.agreement.terms;
    FormFacts {
        organisation_number: grant.holder.organisation_number,
        period: grant.agreement.terms.period,
        granted: grant.ledger.total(Account::Allocated),
        posts: grant
            .posts()
            .filter(|post| !of(&post.key, Account::PaidOut).is_zero())
            .map(|post| PostFacts {
                key: post.key.clone(),
                name: post.name.clone(),
                received: of(&post.key, Account::PaidOut),
                parts: terms.parts_of(&post.key).cloned().collect(),
            })
            .collect(),
        asks_survey: terms.survey.is_some() && grant.recipient.kind == Kind::Municipality,
        asks_for_items: terms.forms.asks_for_items(),
        questions: terms.questions_to(grant.ledger.shares()).cloned().collect(),
    }
}

/// Begins the grant's report with everything that is known filled in, or gives the one that there is: posted twice, it is
/// begun once.
pub fn start(connection: &mut AnyConnection, act: &Act, grant_id: Id<Grant>) -> Result<Id<Report>, Failure> {
    if grant::store::find(connection, act.scope, grant_id)?.is_none() {
        return Err(Failure::NotFound);
    }
    let version = grant::store::lock(connection, grant_id)?;
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    if store::of_grant(connection, grant_id)?.is_some() {
        // Rolls the lock back: nothing has changed.
        return Err(Refusal::Changed.into());
    }
    let facts = form_facts(&grant);
    if facts.posts.is_empty() {
        return Err(Refusal::NotPaidYet.into());
    }
    let last = crate::requisition::store::last_received(connection, act.scope, grant.holder.id, None)?;
    let head = last.as_ref().map(|(_, content)| &content.head);
    let report = Report {
        id: Id::new(),
        grant_id,
        status: Status::Draft { answers: None, certificate: None },
        correction: None,
        draft: ReportForm::prefilled(&facts, &grant.agreement.diarienummer, head),
        version: 0,
        revision: 1,
        officer: None,
    };
    store::insert(connection, &report, act.actor.person.id, act.now)?;
    let entry = act.entry(Event::ReportStarted, number_of(&grant));
    history::store::append(connection, &grant_id.to_string(), version, entry)?;
    Ok(report.id)
}

/// The report as it stands, with the grant locked for this transaction.
struct Locked {
    grant: Grant,
    grant_version: i64,
    report: Report,
}

fn lock(connection: &mut AnyConnection, act: &Act, id: Id<Report>) -> Result<Locked, Failure> {
    let seen = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant_version = grant::store::lock(connection, seen.grant_id)?;
    let report = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant = grant::store::find(connection, act.scope, report.grant_id)?.ok_or(Failure::NotFound)?;
    Ok(Locked { grant, grant_version, report })
}

/// Writes a report's new state, moves its costs in the ledger, and adds the history line.
fn write(
    connection: &mut AnyConnection,
    act: &Act,
    locked: &Locked,
    after: &Report,
    entry: history::Entry,
) -> Result<(), Failure> {
    post_movements(connection, act, locked, after)?;
    store::update(connection, after)??;
    history::store::append(connection, &after.grant_id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

/// The ledger follows from the states: what the report that came in last says, and what the approved one says.
fn post_movements(
    connection: &mut AnyConnection,
    act: &Act,
    locked: &Locked,
    after: &Report,
) -> Result<(), DbError> {
    let before = &locked.report;
    let subject = after.id.to_string();
    for post in &locked.grant.agreement.terms.posts {
        let key = post.key.as_str();
        let reported = grant::movement(key, Account::Reported, before.reported(key), after.reported(key));
        let costs = grant::movement(key, Account::Costs, before.costs(key), after.costs(key));
        for entry in reported.iter().chain(&costs) {
            grant::store::post_entry(connection, locked.grant.id, entry, Some(&subject), act.now)?;
        }
    }
    Ok(())
}

/// The revision a page was made from must be the one that is changed. After the transition, whose refusal says more.
fn same_revision(report: &Report, target: Target) -> Result<(), Refusal> {
    if report.revision == target.revision { Ok(()) } else { Err(Refusal::Changed) }
}

/// A verb that needs nothing but the report itself.
fn simply(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    event: Event,
    reason: &str,
    transition: impl FnOnce(Report) -> Result<Report, Refusal>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let after = transition(locked.report.clone())?;
    same_revision(&locked.report, target)?;
    let entry = history::Entry { reason: reason.to_owned(), ..act.entry(event, number_of(&locked.grant)) };
    write(connection, act, &locked, &after, entry)
}

/// Fixes the draft for certificate and signature.
pub fn issue(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    confirmed: bool,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let report = &locked.report;
    if !report.is_editable() {
        return Err(report.status.not_now().into());
    }
    same_revision(report, target)?;
    let terms = &locked.grant.agreement.terms;
    let facts = form_facts(&locked.grant);
    let content = report.draft.parse(&facts).map_err(Failure::Invalid)?;
    let last = store::last_received(connection, act.scope, &locked.grant)?;
    let warnings = warnings(&content, &facts, last.as_ref().map(|(_, last)| last));
    if !warnings.is_empty() && !confirmed {
        return Err(Failure::Unconfirmed);
    }
    let after = without_anothers_certificate(connection, &locked)?
        .issue(&content.section_3(), terms.certificate.is_some())?;
    let issue = Issue::new(
        &number_of(&locked.grant),
        &locked.grant.holder,
        after.version,
        content,
        remarks(warnings),
        act.by(),
        act.now,
    );
    let entry = history::Entry {
        details: issued_details(report, &after, &issue),
        ..act.entry(Event::ReportIssued, number_of(&locked.grant))
    };
    write(connection, act, &locked, &after, entry)?;
    store::insert_issue(connection, after.id, &issue)?;
    Ok(())
}

fn remarks(errors: FieldErrors) -> Vec<FieldRemark> {
    let of = |error: crate::infra::form::FieldError| FieldRemark {
        field: error.field.into_owned(),
        text: error.message,
    };
    errors.list.into_iter().map(of).collect()
}

fn issued_details(before: &Report, after: &Report, issue: &Issue) -> String {
    let figures = format!(
        "version {}, kostnader {} av {}",
        issue.version,
        issue.content.costs(),
        issue.content.received()
    );
    let had = matches!(&before.status, Status::Draft { certificate: Some(_), .. });
    match &after.status {
        Status::AwaitingCertificate { .. } if had => {
            format!("{figures}; intyget upphörde eftersom punkt 3 har ändrats")
        }
        Status::AwaitingSignature { certificate: Some(_), .. } => {
            format!("{figures}; intyget gäller, punkt 3 är oförändrad")
        }
        _ => figures,
    }
}

pub fn take_back(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    simply(connection, act, target, Event::ReportTakenBack, "", Report::take_back)
}

/// The grant has just passed to a successor, in this transaction. What waits for a certificate or a signature is taken back, and whoever has the
/// form open cannot save it any more. What came in stays as it was. `act` has the successor's eyes.
pub fn pass_on(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    reason: &str,
) -> Result<(), Failure> {
    let Some(report) = store::of_grant(connection, grant)? else { return Ok(()) };
    let target = Target { id: report.id, revision: report.revision };
    match report.status {
        Status::AwaitingCertificate { .. } | Status::AwaitingSignature { .. } => {
            simply(connection, act, target, Event::ReportTakenBack, reason, Report::pass_on)
        }
        Status::Draft { .. } => Ok(store::update(connection, &report.pass_on()?)??),
        Status::Submitted { .. } | Status::Approved(_) => Ok(()),
    }
}

/// A predecessor's certificate is not its successor's, nor is one from under another name.
fn without_anothers_certificate(connection: &mut AnyConnection, locked: &Locked) -> Result<Report, Failure> {
    let report = locked.report.clone();
    match store::received_issue(connection, &report)? {
        Some(last) if last.recipient != locked.grant.holder.formal_name => Ok(report.pass_on()?),
        Some(_) | None => Ok(report),
    }
}

/// The finance head certifies section 3 of the standing issue. Refused when somebody changed it since the page was made.
pub fn certify(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    form: &CertificateForm,
) -> Result<(), Failure> {
    act.mandated(Role::FinanceHead).map_err(Refusal::from)?;
    let locked = lock(connection, act, target.id)?;
    let issue = store::issue(connection, &locked.report)?.ok_or_else(|| locked.report.status.not_now())?;
    let statement = form.parse().map_err(Failure::Invalid)?;
    let label = statement.verdict.label();
    let certificate = Certificate {
        statement,
        by: act.by(),
        person_id: act.actor.person.id.to_string(),
        at: act.now,
        section_3: issue.content.section_3(),
    };
    let after = locked.report.clone().certify(certificate)?;
    same_revision(&locked.report, target)?;
    accounts_for_all(&issue.content, &locked.grant)?;
    let entry = history::Entry {
        details: format!("version {}, {label}", issue.version),
        ..act.entry(Event::ReportCertified, number_of(&locked.grant))
    };
    write(connection, act, &locked, &after, entry)
}

/// What was paid out may have changed since the content was fixed.
fn accounts_for_all(content: &Content, grant: &Grant) -> Result<(), Refusal> {
    if content.matches(&grant.ledger) { Ok(()) } else { Err(Refusal::PaidOutChanged) }
}

/// The signatory signs in the portal. Who it is was confirmed just before.
pub fn sign(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    act.mandated(Role::Signatory).map_err(Refusal::from)?;
    let signature = Signature::Portal { by: act.by() };
    let signer = act.actor.person.id.to_string();
    submit(connection, act, target, Event::ReportSigned, act.now, Some(&signer), |_, _| Ok(signature))
}

/// The signed paper, scanned.
pub fn scan(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    file: &ReceivedFile,
) -> Result<(), Failure> {
    let by = act.by();
    submit(connection, act, target, Event::ReportScanned, act.now, None, |connection, report| {
        let attachment = filing::store::insert_attachment(connection, report.id, file, &by, act.now)?;
        Ok(Signature::Scan { attachment, uploaded_by: by })
    })
}

/// The authority has the signed original.
pub fn arrive(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    day: NaiveDate,
) -> Result<(), Failure> {
    let case = store::case(connection, act.scope, target.id)?.ok_or(Failure::NotFound)?;
    // The paper to be signed was there when the figures on it were certified.
    let certified = case.report.certificate().map_or(act.now, |certificate| certificate.at);
    let at = arrival(day, calendar::day(certified), act.now).map_err(Refusal::from)?.max(certified);
    let signature = Signature::Original { arrived: day, registered_by: act.by() };
    submit(connection, act, target, Event::ReportArrived, at, None, |_, _| Ok(signature))
}

fn submit(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    event: Event,
    at: chrono::DateTime<chrono::Utc>,
    signer: Option<&str>,
    signature: impl FnOnce(&mut AnyConnection, &Report) -> Result<Signature, DbError>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let report = &locked.report;
    let issue = store::issue(connection, report)?.ok_or_else(|| report.status.not_now())?;
    let signature = signature(connection, report)?;
    let after = report.clone().submit(&issue, signature, signer, at)?;
    same_revision(report, target)?;
    accounts_for_all(&issue.content, &locked.grant)?;
    let entry = history::Entry {
        details: format!(
            "version {}, kostnader {}, inte förbrukat {}",
            issue.version,
            issue.content.costs(),
            issue.content.unspent()
        ),
        ..act.entry(event, number_of(&locked.grant))
    };
    write(connection, act, &locked, &after, entry)?;
    if let Some(received) = after.received() {
        store::keep_certificate(connection, after.id, issue.version, received.certificate.as_ref())?;
    }
    Ok(())
}

/// Asks for completion. The history keeps the remarks: the report forgets them when it is submitted again.
pub fn send_back(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
    remarks: Vec<FieldRemark>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let after = locked.report.clone().send_back(act.by(), act.now, message.to_owned(), remarks.clone())?;
    same_revision(&locked.report, target)?;
    let at_fields = remarks.iter().map(|remark| {
        format!("{}: {}", super::sheet::field_label(&locked.grant, &remark.field), remark.text)
    });
    let entry = history::Entry {
        details: at_fields.collect::<Vec<_>>().join("; "),
        reason: message.to_owned(),
        ..act.entry(Event::ReportReturned, number_of(&locked.grant))
    };
    write(connection, act, &locked, &after, entry)
}

/// The costs are settled, and so is what is to be repaid.
pub fn approve(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let issue = store::issue(connection, &locked.report)?.ok_or_else(|| locked.report.status.not_now())?;
    let after = locked.report.clone().approve(act.by(), act.now)?;
    same_revision(&locked.report, target)?;
    accounts_for_all(&issue.content, &locked.grant)?;
    let to_repay = issue.content.to_repay();
    let entry = history::Entry {
        details: match to_repay.is_zero() {
            true => format!("kostnader {}, inget att betala tillbaka", issue.content.costs()),
            false => format!("kostnader {}, att betala tillbaka {to_repay}", issue.content.costs()),
        },
        ..act.entry(Event::ReportApproved, number_of(&locked.grant))
    };
    write(connection, act, &locked, &after, entry)
}

/// Opens an approved report for a new version. What was approved stands until the new one is.
pub fn correct(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    let by = act.by();
    simply(connection, act, target, Event::CorrectionStarted, reason, |report| {
        report.correct(by, act.now, reason.to_owned())
    })
}

pub fn give_up_correction(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    simply(connection, act, target, Event::CorrectionGivenUp, "", Report::give_up_correction)
}

/// Gives the case to an officer, or to nobody, if it is still with whom the page said. The report's revision stays: who
/// handles it is no business of whoever is filling it in.
pub fn assign(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Report>,
    was: Option<&str>,
    officer: Option<&Person>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, id)?;
    let after = locked.report.clone().assign(officer.map(|person| person.id.to_string()))?;
    if locked.report.officer.as_deref() != was {
        return Err(Refusal::Changed.into());
    }
    let entry = history::Entry {
        details: officer.map_or_else(|| "ingen".to_owned(), |person| person.name.clone()),
        ..act.entry(Event::ReportAssigned, number_of(&locked.grant))
    };
    store::set_officer(connection, &after)?;
    history::store::append(connection, &after.grant_id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

/// The most files of one report.
const MOST_FILES: usize = 100;

/// A file is attached to what is being filled in.
pub fn attach(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Report>,
    file: &ReceivedFile,
) -> Result<(), Failure> {
    let case = editable(connection, act, id)?;
    let files = filing::store::attachments_of(connection, id)?;
    if files.len() >= MOST_FILES {
        return Err(Refusal::TooManyFiles.into());
    }
    // The same file sent twice is attached once.
    let hash = crate::infra::hash::sha256_hex(&file.bytes);
    if files.iter().any(|known| known.sha256 == hash && known.file_name == file.name) {
        return Ok(());
    }
    filing::store::insert_attachment(connection, case.report.id, file, &act.by(), act.now)?;
    Ok(())
}

/// A file is taken away again. What came in before stays.
pub fn detach(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Report>,
    file: Id<filing::store::Attachment>,
) -> Result<(), Failure> {
    let case = editable(connection, act, id)?;
    let kept = filing::store::attachments_of(connection, id)?;
    let file_row = kept.iter().find(|kept| kept.id == file.to_string()).ok_or(Failure::NotFound)?;
    let came_in = case.report.received().map(|received| received.completed_at);
    if came_in.is_some_and(|at| file_row.uploaded_at.and_utc() <= at) {
        return Err(Refusal::NotInThisState("redan inlämnad med den filen").into());
    }
    filing::store::remove_attachment(connection, id, file)?;
    Ok(())
}

/// The case, with its grant taken so that it stays editable: a file goes with what is being filled in.
fn editable(connection: &mut AnyConnection, act: &Act, id: Id<Report>) -> Result<Case, Failure> {
    let seen = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    grant::store::hold(connection, seen.grant_id)?;
    let case = store::case(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    if case.report.is_editable() { Ok(case) } else { Err(case.report.status.not_now().into()) }
}
