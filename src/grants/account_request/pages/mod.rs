//! The pages of a request for accounts: the recipient's, where it is answered, and the authority's.

mod authority;
mod recipient;

use super::{AccountRequest, Answer, Dossier, Refusal, Status, form, store, verbs};
use crate::{
    grants::case::{
        self,
        pages::{AttachmentView, TimelineView, timeline},
        store::Attachment,
    },
    ground::{
        history::{self, Line},
        infra::{
            Portal,
            error::AppError,
            page::{self, Page},
        },
    },
    paths,
    people::access::{Scope, routing::Routes},
};
use values::{Id, calendar};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::account_request::Case::PATTERN, recipient::show)
        .post(paths::account_request::AddFile::PATTERN, recipient::add_file)
        .get(paths::account_request::Attachment::PATTERN, recipient::attachment)
        .post(paths::account_request::RemoveFile::PATTERN, recipient::remove_file)
        .post(paths::account_request::Answer::PATTERN, recipient::answer)
        .get(paths::account_request::Review::PATTERN, authority::show)
        .get(paths::account_request::ReviewAttachment::PATTERN, authority::attachment)
        .post(paths::account_request::Close::PATTERN, authority::close)
        .post(paths::account_request::AskForMore::PATTERN, authority::ask_for_more);
}

/// Everything a page reads, at one time.
struct RequestFile {
    case: Dossier,
    files: Vec<Attachment>,
    lines: Vec<Line>,
}

async fn read(portal: &Portal, scope: Scope, id: Id<AccountRequest>) -> Result<RequestFile, AppError> {
    portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            Ok(RequestFile {
                files: case::store::attachments_of(connection, id)?,
                lines: history::store::of(connection, &case.grant.id.to_string())?,
                case,
            })
        })
        .await
}

/// What both pages show of a request.
struct Shown {
    case: Dossier,
    number: String,
    state: &'static str,
    tone: &'static str,
    /// How far it is to the last day; empty when it is not the recipient's turn.
    days_left: String,
    /// What the authority has.
    handed_in: Vec<AttachmentView>,
    /// What the recipient has added since.
    added: Vec<AttachmentView>,
    timeline: Vec<TimelineView>,
}

impl Shown {
    fn of(
        found: RequestFile,
        address: impl Fn(&Id<Attachment>) -> String,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Self {
        let RequestFile { case, files, lines } = found;
        let request = &case.request;
        let (handed_in, added): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| request.handed_in().contains(&file.id));
        let days = request.due.days_left(now);
        let days_left = match (request.is_open(), days) {
            (false, _) => String::new(),
            (true, 0..) => calendar::days_ahead(days),
            (true, _) => "har passerat".to_owned(),
        };
        let (state, tone) = request.tag(now);
        let number = case.number();
        Self {
            state,
            tone,
            days_left,
            handed_in: AttachmentView::of(handed_in, &address),
            added: AttachmentView::of(added, &address),
            timeline: timeline(&lines, &number),
            number,
            case,
        }
    }

    fn answer(&self) -> Option<&Answer> {
        self.case.request.last_answer()
    }

    /// When it was handed in, and by whom.
    fn answered(&self) -> String {
        let told = |answer: &Answer| {
            let late = if answer.is_late() { ", efter sista dagen" } else { "" };
            format!("{} av {}{late}", calendar::zoned_time(answer.at), answer.by)
        };
        self.answer().map(told).unwrap_or_default()
    }

    /// When it was first handed in, where more has come since.
    fn first_answered(&self) -> String {
        let Some(first) = self.answer().and_then(|answer| answer.first) else { return String::new() };
        let late = if first.is_late() { "efter sista dagen" } else { "i tid" };
        format!("{}, {late}", calendar::zoned_time(first.at))
    }

    fn message(&self) -> &str {
        self.answer().map_or("", |answer| &answer.message)
    }

    fn agreement(&self) -> String {
        let terms = &self.case.grant.agreement.terms;
        terms.title()
    }
}

/// A file of a request that is there for these eyes. An authority and a reader have what was handed in.
async fn download(portal: &Portal, scope: Scope, id: Id<AccountRequest>, file: Id<Attachment>) -> Page {
    let (file, bytes) = portal
        .db
        .read(move |connection| {
            let request = case::store::find(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let is_seen = match scope {
                Scope::Recipient(_) => true,
                Scope::Authority(_) | Scope::Reader(_) => request.handed_in().contains(&file),
            };
            let found = case::store::attachment(connection, id, file)?.filter(|_| is_seen);
            found.ok_or(AppError::NotFound)
        })
        .await?;
    page::download(&file.media_type, &file.file_name, bytes)
}
