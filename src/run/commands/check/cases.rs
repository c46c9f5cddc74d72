//! Cases and payments, against what the history tells of them.

use super::ledger::named;
use crate::{
    grants::{
        account_request::AccountRequest,
        case::{self, store::Stored},
        extension::{self, Extension},
        further_report::OwedReport,
        grant::Grant,
        payment, report,
        requisition::{Requisition, Status},
    },
    ground::{
        history::{self, Event, Line},
        infra::db::{AnyConnection, DbError},
    },
};
use values::Id;

/// What a newer version wrote may have decided anything: such a case is left to that version.
fn is_judged(told: &[&Line]) -> bool {
    told.iter().all(|line| line.entry.event != Event::Unknown)
}

/// Of a grant, by its name (`AO22-1440`).
pub(super) fn look_through(
    connection: &mut AnyConnection,
    name: &str,
    grant: Id<Grant>,
) -> Result<Vec<String>, DbError> {
    let lines = history::store::of(connection, &grant.to_string())?;
    let of = |case: &str| lines.iter().filter(|line| line.entry.subject == case).collect::<Vec<_>>();
    let mut found = Vec::new();
    for requisition in case::store::of_grant::<Requisition>(connection, grant)? {
        let number = format!("{name}-R{}", requisition.number);
        let told = of(&number);
        found.extend(listed_otherwise(connection, &number, &requisition)?);
        let payments = payment::store::of_requisition(connection, requisition.id)?;
        found.extend(payments_untold(&number, &told, &payments));
        if is_judged(&told) && !is_told_of_requisition(&requisition.status, &told) {
            found.push(format!("{number}: är {}, men det säger inte historiken", requisition.status.label()));
        }
    }
    if let Some(report) = report::store::of_grant(connection, grant)? {
        let number = format!("{name}-E1");
        let told = of(&number);
        found.extend(listed_otherwise(connection, &number, &report)?);
        if is_judged(&told) && !is_told_of_report(&report.status, &told) {
            found.push(format!("{number}: är {}, men det säger inte historiken", report.status.label()));
        }
    }
    for request in case::store::of_grant::<AccountRequest>(connection, grant)? {
        let number = format!("{name}-B{}", request.number);
        found.extend(listed_otherwise(connection, &number, &request)?);
    }
    for report in case::store::of_grant::<OwedReport>(connection, grant)? {
        let number = format!("{name}, {}", report.key);
        found.extend(listed_otherwise(connection, &number, &report)?);
    }
    let extensions = extension::store::of_grant(connection, grant)?;
    found.extend(extensions_untold(name, &lines, &extensions));
    Ok(found)
}

/// Lists are made by columns beside the state.
fn listed_otherwise<C: Stored>(
    connection: &mut AnyConnection,
    number: &str,
    case: &C,
) -> Result<Option<String>, DbError> {
    let is_right = case::store::is_listed_as_it_is(connection, case)?;
    Ok((!is_right).then(|| format!("{number}: läget som listorna läser är inte ärendets")))
}

/// Each extension has a line, and each line its extension.
fn extensions_untold(name: &str, lines: &[Line], extensions: &[Extension]) -> Vec<String> {
    let granted = lines.iter().filter(|line| line.entry.event == Event::ExtensionGranted);
    let mut told: Vec<(&str, &str)> =
        granted.map(|line| (line.entry.subject.as_str(), line.entry.details.as_str())).collect();
    let mut found = Vec::new();
    for extension in extensions {
        let (kind, details) = (extension.kind.label(), extension.told());
        match told.iter().position(|line| *line == (kind, &details)) {
            Some(place) => {
                told.remove(place);
            }
            None => found.push(format!("{name}: anståndet för {kind}, {details}, finns inte i historiken")),
        }
    }
    found.extend(
        told.iter().map(|(kind, details)| format!("{name}: anståndet för {kind}, {details}, är borta")),
    );
    found
}

/// Each payment has a line, and each line its payment.
fn payments_untold(number: &str, told: &[&Line], payments: &[payment::Payment]) -> Vec<String> {
    let registered = |line: &&&Line| line.entry.event == Event::PaymentRegistered;
    let mut lines: Vec<&str> =
        told.iter().filter(registered).map(|line| line.entry.details.as_str()).collect();
    let mut found = Vec::new();
    for payment in payments {
        let name = named(payment);
        match lines.iter().position(|line| line.starts_with(&name)) {
            Some(place) => {
                lines.remove(place);
            }
            None => found.push(format!("{number}: utbetalningen {name} finns inte i historiken")),
        }
    }
    found.extend(lines.iter().map(|line| format!("{number}: utbetalningen {line} är borta")));
    found
}

/// What has been decided or handed in stands in its last line of that kind. What is a draft or waits for a signature claims nothing.
fn is_told_of_requisition(status: &Status, told: &[&Line]) -> bool {
    use Event::{
        RequisitionApproved as Approved, RequisitionArrived as Arrived, RequisitionRefused as Refused,
        RequisitionReturned as Returned, RequisitionScanned as Scanned, RequisitionSigned as Signed,
        RequisitionWithdrawn as Withdrawn,
    };
    let last = last_of(told, &[Approved, Arrived, Refused, Returned, Scanned, Signed, Withdrawn]);
    match status {
        Status::Submitted { .. } => matches!(last, Some(Signed | Scanned | Arrived)),
        Status::Approved { .. } => last == Some(Approved),
        Status::Refused { .. } => last == Some(Refused),
        Status::Withdrawn { .. } => last == Some(Withdrawn),
        Status::Returned(_) => last == Some(Returned),
        Status::Draft | Status::AwaitingSignature { .. } | Status::Discarded { .. } => {
            matches!(last, None | Some(Returned))
        }
    }
}

fn is_told_of_report(status: &report::Status, told: &[&Line]) -> bool {
    use Event::{
        CorrectionGivenUp as GivenUp, CorrectionStarted as Corrected, ReportApproved as Approved,
        ReportArrived as Arrived, ReportReturned as Returned, ReportScanned as Scanned,
        ReportSigned as Signed,
    };
    let last = last_of(told, &[GivenUp, Corrected, Approved, Arrived, Returned, Scanned, Signed]);
    match status {
        report::Status::Submitted { .. } => matches!(last, Some(Signed | Scanned | Arrived)),
        report::Status::Approved(_) => matches!(last, Some(Approved | GivenUp)),
        report::Status::Draft { .. }
        | report::Status::AwaitingCertificate { .. }
        | report::Status::AwaitingSignature { .. } => matches!(last, None | Some(Returned | Corrected)),
    }
}

fn last_of(told: &[&Line], of: &[Event]) -> Option<Event> {
    told.iter().rev().map(|line| line.entry.event).find(|event| of.contains(event))
}
