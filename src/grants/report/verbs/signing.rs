//! Certified, signed, and in.

use chrono::NaiveDate;

use super::{Failure, Target};
use crate::{
    grants::{
        case::{
            self, Signature, arrival,
            verbs::{line, lock, same_revision, write},
        },
        grant::Grant,
        report::{Certificate, Content, Refusal, Report, Signer, certificate::CertificateForm, store},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            upload::ReceivedFile,
        },
    },
    people::access::{Act, Role},
};
use values::{Prose, calendar};

/// The finance head certifies section 3 of the standing edition. Refused when somebody changed it since the page was made.
pub fn certify(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    form: &CertificateForm,
) -> Result<(), Failure> {
    act.mandated(Role::FinanceHead).map_err(Refusal::from)?;
    let locked = lock(connection, act, target.id)?;
    let edition =
        store::standing_edition(connection, &locked.case)?.ok_or_else(|| locked.case.status.not_now())?;
    let statement = form.parse().map_err(Failure::Invalid)?;
    let label = statement.verdict.label();
    let certificate = Certificate {
        statement,
        by: act.by(),
        person_id: act.actor.person.id.to_string(),
        at: act.now,
        section_3: edition.content.section_3(),
    };
    let after = locked.case.clone().certify(certificate)?;
    same_revision(&locked.case, target)?;
    accounts_for_all(&edition.content, &locked.grant)?;
    let entry = history::Entry {
        details: format!("version {}, {label}", edition.version),
        ..line(act, Event::ReportCertified, &locked.grant, &locked.case)
    };
    write(connection, act, &locked, &after, entry)
}

/// What was paid out may have changed since the content was fixed.
pub(super) fn accounts_for_all(content: &Content, grant: &Grant) -> Result<(), Refusal> {
    if content.matches(&grant.ledger) { Ok(()) } else { Err(Refusal::PaidOutChanged) }
}

/// The signatory signs in the portal. Who it is was confirmed just before. `alone` is why whoever certified also signs.
pub fn sign(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    alone: Option<&Prose<500>>,
) -> Result<(), Failure> {
    act.mandated(Role::Signatory).map_err(Refusal::from)?;
    let signature = Signature::Portal { by: act.doer() };
    let person_id = act.actor.person.id.to_string();
    let signer = Signer { person_id: &person_id, alone };
    submit(connection, act, target, Event::ReportSigned, act.now, Some(signer), |_, _| Ok(signature))
}

/// The signed paper, scanned.
pub fn scan(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    file: &ReceivedFile,
) -> Result<(), Failure> {
    let by = act.doer();
    submit(connection, act, target, Event::ReportScanned, act.now, None, |connection, report| {
        let attachment = case::store::insert_attachment(connection, report.id, file, &by, act.now)?;
        Ok(Signature::Scan { attachment, uploaded_by: by })
    })
}

/// The authority has the signed original.
pub fn arrive(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    day: NaiveDate,
    scan: &ReceivedFile,
) -> Result<(), Failure> {
    let case = store::case(connection, act.scope, target.id)?.ok_or(Failure::NotFound)?;
    // The paper to be signed was there when the figures on it were certified.
    let certified = case.report.certificate().map_or(act.now, |certificate| certificate.at);
    let at = arrival(day, calendar::day(certified), act.now).map_err(Refusal::from)?.max(certified);
    submit(connection, act, target, Event::ReportArrived, at, None, |connection, report| {
        case::store::original(connection, report.id, act, day, scan)
    })
}

fn submit(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    event: Event,
    at: chrono::DateTime<chrono::Utc>,
    signer: Option<Signer<'_>>,
    signature: impl FnOnce(&mut AnyConnection, &Report) -> Result<Signature, DbError>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let report = &locked.case;
    let edition = store::standing_edition(connection, report)?.ok_or_else(|| report.status.not_now())?;
    let signature = signature(connection, report)?;
    let signer = signer.filter(|_| locked.grant.agreement.terms.wants_two_people());
    let after = report.clone().submit(&edition, signature, signer, at)?;
    same_revision(report, target)?;
    accounts_for_all(&edition.content, &locked.grant)?;
    let entry = history::Entry {
        details: format!(
            "version {}, kostnader {}, inte förbrukat {}",
            edition.version,
            edition.content.costs(),
            edition.content.unspent()
        ),
        reason: after
            .received()
            .and_then(|received| received.alone.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default(),
        ..line(act, event, &locked.grant, &locked.case)
    };
    write(connection, act, &locked, &after, entry)?;
    if let Some(received) = after.received() {
        case::store::keep_certificate(connection, after.id, edition.version, received.certificate.as_ref())?;
    }
    Ok(())
}
