//! Rows and queries of the files of a case, whatever kind it is.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Nullable},
};

use super::{
    super::{Case, MOST_BYTES, NoRoom, Signature, head::HeadForm},
    Row,
};
use crate::{
    grants::grant::Grant,
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError, key_column},
            hash::sha256_hex,
            scan::Scanned,
            schema::{cases, files},
            upload::ReceivedFile,
        },
        job::{self, NewJob},
    },
    people::{
        access::{self, Act, Doer},
        recipient::Organisation,
    },
};
use values::Id;

key_column!(Scanned);

/// An uploaded file, without its bytes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = files)]
pub struct Attachment {
    pub id: Id<Attachment>,
    pub file_name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub uploaded_by: String,
    pub uploaded_at: DateTime<Utc>,
    /// What the virus scanner said.
    pub scanned: Scanned,
}

impl Attachment {
    /// Whole kilobytes, at least one.
    pub fn kilobytes(&self) -> i64 {
        (self.size / 1024).max(1)
    }
}

pub fn attachments_of<C: Case>(
    connection: &mut AnyConnection,
    case: Id<C>,
) -> Result<Vec<Attachment>, DbError> {
    Ok(files::table
        .filter(files::case_id.eq(case))
        .order_by((files::uploaded_at, files::id))
        .select(Attachment::as_select())
        .load(connection)?)
}

/// A file of a case that the caller has found for these eyes, unless it waits for its scan or failed it.
pub fn attachment<C: Case>(
    connection: &mut AnyConnection,
    case: Id<C>,
    id: Id<Attachment>,
) -> Result<Option<(Attachment, Vec<u8>)>, DbError> {
    Ok(files::table
        .filter(files::id.eq(id))
        .filter(files::case_id.eq(case))
        .filter(files::scanned.eq_any([Scanned::Not, Scanned::Clean]))
        .select((Attachment::as_select(), files::content))
        .first(connection)
        .optional()?)
}

pub fn insert_attachment<C: Case>(
    connection: &mut AnyConnection,
    case: Id<C>,
    file: &ReceivedFile,
    by: &Doer,
    at: DateTime<Utc>,
) -> Result<Id<Attachment>, DbError> {
    let id: Id<Attachment> = Id::new();
    diesel::insert_into(files::table)
        .values((
            files::id.eq(id),
            files::case_id.eq(case),
            files::file_name.eq(&file.name),
            files::media_type.eq(file.media_type),
            files::size.eq(i64::try_from(file.bytes.len()).map_err(DbError::corrupt)?),
            files::sha256.eq(sha256_hex(&file.bytes)),
            files::uploaded_by.eq(by.name()),
            files::uploaded_by_id.eq(by.person()),
            files::uploaded_at.eq(at.naive_utc()),
            files::content.eq(&file.bytes),
            files::scanned.eq(file.scanned),
        ))
        .execute(connection)?;
    if file.scanned == Scanned::Waiting {
        // By the machine's own time: which date is practised does not matter to the scanner.
        queue_scan(connection, id, Utc::now())?;
    }
    Ok(id)
}

/// That the signed original of a case came on that day, with the scan of it kept.
pub fn original<C: Case>(
    connection: &mut AnyConnection,
    case: Id<C>,
    act: &Act,
    arrived: NaiveDate,
    scan: &ReceivedFile,
) -> Result<Signature, DbError> {
    let by = act.doer();
    let attachment = insert_attachment(connection, case, scan, &by, act.now)?;
    let (registered_at, attachment) = (Some(act.now), Some(attachment));
    Ok(Signature::Original { arrived, registered_by: by, registered_at, attachment })
}

/// Whether a file has room among those of a grant's cases. After the grant is locked.
pub fn has_room(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
    file: &ReceivedFile,
) -> Result<Result<(), NoRoom>, DbError> {
    let of_grant = cases::table.filter(cases::grant_id.eq(grant)).select(cases::id);
    let used: Option<i64> = files::table
        .filter(files::case_id.eq_any(of_grant))
        // A plain SUM over BIGINT is NUMERIC on PostgreSQL.
        .select(sql::<Nullable<BigInt>>("CAST(SUM(files.size) AS BIGINT)"))
        .first(connection)?;
    let (used, size) = (used.unwrap_or_default(), i64::try_from(file.bytes.len()).map_err(DbError::corrupt)?);
    Ok(if used + size > MOST_BYTES { Err(NoRoom { used }) } else { Ok(()) })
}

/// Away with a file that has not been handed in yet; false when it is not there.
pub fn remove_attachment<C: Case>(
    connection: &mut AnyConnection,
    case: Id<C>,
    id: Id<Attachment>,
) -> Result<bool, DbError> {
    let row = files::table.filter(files::id.eq(id)).filter(files::case_id.eq(case));
    let was_there = diesel::delete(row).execute(connection)? == 1;
    if was_there {
        // Its page may send the file again under the same id.
        job::store::forget(connection, &scan_key(id))?;
    }
    Ok(was_there)
}

/// The files whose bytes are not those that came. One by one: each may be large.
pub fn altered_files(connection: &mut AnyConnection) -> Result<Vec<String>, DbError> {
    let ids: Vec<Id<Attachment>> = files::table.order_by(files::id).select(files::id).load(connection)?;
    let mut found = Vec::new();
    for id in ids {
        let (sha256, content): (String, Vec<u8>) =
            files::table.find(id).select((files::sha256, files::content)).first(connection)?;
        if sha256_hex(&content) != sha256 {
            found.push(format!("filen {id}: innehållet är inte det som laddades upp"));
        }
    }
    Ok(found)
}

/// The kind of the jobs that scan files for viruses.
pub const SCAN: &str = "scan";

fn scan_key(file: Id<Attachment>) -> String {
    format!("{SCAN}:{file}")
}

/// A waiting file is to be scanned. In the transaction that makes it wait.
pub fn queue_scan(
    connection: &mut AnyConnection,
    file: Id<Attachment>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let job = NewJob { kind: SCAN, subject: &file.to_string(), key: scan_key(file) };
    job::store::enqueue(connection, &job, now)?;
    Ok(())
}

/// How many waiting files are looked at in a round.
const ROUND: i64 = 1000;

/// The waiting files without a job. An earlier version of the program queues none, and may still run beside this one while the
/// portal is upgraded.
pub fn unqueued(connection: &mut AnyConnection) -> Result<Vec<Id<Attachment>>, DbError> {
    let waiting: Vec<Id<Attachment>> = files::table
        .filter(files::scanned.eq(Scanned::Waiting))
        .order_by((files::uploaded_at.desc(), files::sha256, files::id))
        .select(files::id)
        .limit(ROUND)
        .load(connection)?;
    let keys: Vec<String> = waiting.iter().map(|file| scan_key(*file)).collect();
    let known = job::store::known(connection, &keys)?;
    Ok(waiting.into_iter().filter(|file| !known.contains(&scan_key(*file))).collect())
}

/// A file that waits for its scan.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = files)]
pub struct Waiting {
    pub id: Id<Attachment>,
    #[diesel(column_name = case_id)]
    pub case: Id<Row>,
    pub sha256: String,
    pub content: Vec<u8>,
}

/// `None` if it is gone, or does not wait any more.
pub fn waiting(connection: &mut AnyConnection, file: Id<Attachment>) -> Result<Option<Waiting>, DbError> {
    Ok(files::table
        .find(file)
        .filter(files::scanned.eq(Scanned::Waiting))
        .select(Waiting::as_select())
        .first(connection)
        .optional()?)
}

/// What became of a file that waited. False if it does not wait any more.
pub fn set_scanned(
    connection: &mut AnyConnection,
    file: Id<Attachment>,
    scanned: Scanned,
) -> Result<bool, DbError> {
    let waiting = files::table.find(file).filter(files::scanned.eq(Scanned::Waiting));
    Ok(diesel::update(waiting).set(files::scanned.eq(scanned)).execute(connection)? == 1)
}

/// A file that could not be scanned waits again.
pub fn wait_again(connection: &mut AnyConnection, file: Id<Attachment>) -> Result<(), DbError> {
    let impossible = files::table.find(file).filter(files::scanned.eq(Scanned::Impossible));
    diesel::update(impossible).set(files::scanned.eq(Scanned::Waiting)).execute(connection)?;
    Ok(())
}

/// The same where no failed job is left to be tried again.
pub fn scan_anew(
    connection: &mut AnyConnection,
    file: Id<Attachment>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    wait_again(connection, file)?;
    job::store::forget(connection, &scan_key(file))?;
    queue_scan(connection, file, now)
}

/// The files that could not be scanned, by when they came.
pub fn impossible_to_scan(connection: &mut AnyConnection) -> Result<Vec<Attachment>, DbError> {
    Ok(files::table
        .filter(files::scanned.eq(Scanned::Impossible))
        .order_by((files::uploaded_at, files::id))
        .select(Attachment::as_select())
        .load(connection)?)
}

/// The contact person of a form, when it was a colleague and is none any more. Somebody who never had a role is nobody that
/// the portal knows.
pub fn contact_who_left(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    head: &HeadForm,
) -> Result<Option<String>, DbError> {
    let (name, email) = (head.contact_person.trim(), head.email.trim());
    if name.is_empty() {
        return Ok(None);
    }
    let with_address = format!("{name} ({})", email.to_lowercase());
    let events = [Event::MembershipEnded, Event::RoleTaken];
    let was_one =
        history::store::tells(connection, &organisation.to_string(), &events, &[name, &with_address])?;
    let has_left = was_one && !access::store::is_colleague(connection, organisation, (name, email))?;
    Ok(has_left.then(|| name.to_owned()))
}
