//! The pages of a further report: the recipient's, where it is filed, and the addressee's, where it is read.

mod addressee;
mod list;
mod recipient;

use chrono::{DateTime, Utc};

use super::{Dossier, Filed, Refusal, form, store, verbs};
use crate::{
    grants::case::{
        self,
        pages::{AttachmentView, TimelineView, timeline},
        store::Attachment,
    },
    ground::{
        history::{self, Line},
        infra::{
            db::{AnyConnection, DbError},
            error::AppError,
        },
    },
    paths,
    people::access::routing::Routes,
};
use values::{Id, calendar};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::further_report::Case::PATTERN, recipient::show)
        .post(paths::further_report::AddFile::PATTERN, recipient::add_file)
        .get(paths::further_report::Attachment::PATTERN, recipient::attachment)
        .post(paths::further_report::RemoveFile::PATTERN, recipient::remove_file)
        .post(paths::further_report::Sign::PATTERN, recipient::sign)
        .get(paths::further_report::List::PATTERN, list::show)
        .get(paths::further_report::ListCsv::PATTERN, list::csv)
        .get(paths::further_report::ListWorkbook::PATTERN, list::workbook)
        .get(paths::further_report::Review::PATTERN, addressee::show)
        .get(paths::further_report::ReviewAttachment::PATTERN, addressee::attachment)
        .post(paths::further_report::SendBack::PATTERN, addressee::request_completion);
}

/// Everything a page reads, at one time.
struct ReportFile {
    case: Dossier,
    files: Vec<Attachment>,
    lines: Vec<Line>,
}

fn read(connection: &mut AnyConnection, case: Option<Dossier>) -> Result<ReportFile, AppError> {
    let case = case.ok_or(AppError::NotFound)?;
    let files = match &case.report {
        Some(report) => case::store::attachments_of(connection, report.id)?,
        None => Vec::new(),
    };
    let lines = history::store::of(connection, &case.grant.id.to_string())?;
    Ok(ReportFile { case, files, lines })
}

/// A file of a report that the caller has found for these eyes.
fn file_of(
    connection: &mut AnyConnection,
    case: &Dossier,
    file: Id<Attachment>,
) -> Result<Option<(Attachment, Vec<u8>)>, DbError> {
    match &case.report {
        Some(report) => case::store::attachment(connection, report.id, file),
        None => Ok(None),
    }
}

/// What both pages show of a report.
struct Shown {
    case: Dossier,
    number: String,
    state: &'static str,
    tone: &'static str,
    /// How far it is to the last day; empty when it is not the recipient's turn.
    days_left: String,
    /// What the addressee has.
    handed_in: Vec<AttachmentView>,
    /// What the recipient has added since.
    added: Vec<AttachmentView>,
    timeline: Vec<TimelineView>,
}

impl Shown {
    fn of(found: ReportFile, address: impl Fn(&Id<Attachment>) -> String, now: DateTime<Utc>) -> Self {
        let ReportFile { case, files, lines } = found;
        let known = case.report.as_ref().map_or(&[][..], |report| report.handed_in());
        let (handed_in, added): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| known.contains(&file.id));
        let days_left = match (case.filed(), case.asked.due.days_left(now)) {
            (Some(_), _) => String::new(),
            (None, days @ 0..) => calendar::days_ahead(days),
            (None, _) => "har passerat".to_owned(),
        };
        let standing = case.standing(now);
        let number = case.number();
        Self {
            state: standing.label(),
            tone: standing.tone(),
            days_left,
            handed_in: AttachmentView::of(handed_in, &address),
            added: AttachmentView::of(added, &address),
            timeline: timeline(&lines, &number),
            number,
            case,
        }
    }

    fn agreement(&self) -> String {
        let terms = &self.case.grant.agreement.terms;
        terms.title()
    }

    /// When it first came in, and whether that was in time.
    fn received(&self, filed: &Filed) -> String {
        let late = if self.case.asked.due.passed(filed.first_at) { ", efter sista dagen" } else { "" };
        format!("{}{late}", calendar::zoned_time(filed.first_at))
    }

    fn revision(&self) -> i64 {
        self.case.report.as_ref().map_or(0, |report| report.revision)
    }
}

impl Dossier {
    fn filed(&self) -> Option<&Filed> {
        self.report.as_ref()?.filed()
    }

    fn is_editable(&self) -> bool {
        self.report.as_ref().is_none_or(case::Case::is_editable)
    }
}
