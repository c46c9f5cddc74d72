//! Before it is signed: fixed for certificate and signature, and taken back.

use super::{Failure, Locked, Target, form_facts};
use crate::{
    grants::{
        case::{
            self, Case as _, FieldRemark,
            verbs::{line, lock, same_revision, simply, write},
        },
        grant::Grant,
        report::{Content, Edition, Report, Status, form::warnings, number_of, store},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            form::FieldErrors,
        },
    },
    people::access::Act,
};
use values::Id;

/// Fixes the draft for certificate and signature.
pub fn issue(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    confirmed: bool,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let report = &locked.case;
    if !report.is_editable() {
        return Err(report.status.not_now().into());
    }
    same_revision(report, target)?;
    let terms = &locked.grant.agreement.terms;
    let facts = form_facts(&locked.grant);
    let content = report.draft.parse(&facts).map_err(Failure::Invalid)?;
    let last = store::last_received(connection, act.scope, &locked.grant)?;
    let mut warnings = warnings(&content, &facts, last.as_ref().map(|(_, last)| last));
    if is_unchanged(connection, report, &content)? {
        case::warn_unchanged(&mut warnings);
    }
    if !warnings.is_empty() && !confirmed {
        return Err(Failure::Unconfirmed);
    }
    let after = without_anothers_certificate(connection, &locked)?
        .issue(&content.section_3(), terms.certificate.is_some())?;
    let edition = Edition::new(
        &number_of(&locked.grant),
        &locked.grant.holder,
        after.version,
        content,
        remarks(warnings),
        act.doer(),
        act.now,
    );
    let entry = history::Entry {
        details: issued_details(report, &after, &edition),
        ..line(act, Event::ReportIssued, &locked.grant, &locked.case)
    };
    write(connection, act, &locked, &after, entry)?;
    case::store::insert_edition(connection, after.id, &edition)?;
    Ok(())
}

/// The answer to a request for completion says what the report said before, and no file has come with it.
pub fn is_unchanged(
    connection: &mut AnyConnection,
    report: &Report,
    content: &Content,
) -> Result<bool, DbError> {
    if report.returned().is_none() {
        return Ok(false);
    }
    let files = case::store::attachments_of(connection, report.id)?;
    let before = store::received_edition(connection, report)?;
    Ok(before.is_some_and(|before| before.content == *content)
        && files.iter().all(|file| report.has_handed_in(file)))
}

fn remarks(errors: FieldErrors) -> Vec<FieldRemark> {
    let of = |error: crate::ground::infra::form::FieldError| FieldRemark {
        field: error.field.into_owned(),
        text: error.message,
    };
    errors.list.into_iter().map(of).collect()
}

fn issued_details(before: &Report, after: &Report, edition: &Edition) -> String {
    let figures = format!(
        "version {}, kostnader {} av {}",
        edition.version,
        edition.content.costs(),
        edition.content.received()
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

pub fn recall(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    simply(connection, act, target, Event::ReportTakenBack, "", Report::recall)
}

/// The grant has just passed to a successor, in this transaction. What waits for a certificate or a signature is taken back, and whoever has the
/// form open cannot save it any more. What came in stays as it was. `act` has the successor's eyes.
pub fn transfer(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    reason: &str,
) -> Result<(), Failure> {
    let Some(report) = store::of_grant(connection, grant)? else { return Ok(()) };
    let target = Target { id: report.id, revision: report.revision };
    match report.status {
        Status::AwaitingCertificate { .. } | Status::AwaitingSignature { .. } => {
            simply(connection, act, target, Event::ReportTakenBack, reason, Report::transfer)
        }
        Status::Draft { .. } => Ok(case::store::update(connection, &report.transfer()?)??),
        Status::Submitted { .. } | Status::Approved(_) => Ok(()),
    }
}

/// A predecessor's certificate is not its successor's, nor is one from under another name.
fn without_anothers_certificate(connection: &mut AnyConnection, locked: &Locked) -> Result<Report, Failure> {
    let report = locked.case.clone();
    match store::received_edition(connection, &report)? {
        Some(last) if last.recipient != locked.grant.holder.formal_name => Ok(report.transfer()?),
        Some(_) | None => Ok(report),
    }
}
