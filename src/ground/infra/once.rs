//! Once: a form that is posted twice has one effect and one answer.
//!
//! 1. The macro `csrf` writes an id of its own into every form.
//! 2. The readers of forms note the post of the request ([`note`]). If it had its effect before, the request ends there with
//!    the answer of that time: no password is asked for again, no code is used up.
//! 3. The handler carries out its effect with [`Db::once`]. The first statement of the transaction inserts the id; the last one
//!    stores the answer. The other half of a double click waits at the insert (SQLite has one writer, PostgreSQL waits for the
//!    row), and then finds the answer.
//! 4. The other half may also fail before it comes to that, because it read what the first had changed by then. So after a
//!    failure the answer is looked for once more ([`crate::routes::error_pages`]).
//!
//! A work that fails takes the id with it, so a corrected form is posted with the same id. A form without an id (a page of an
//! earlier version, a script) is a plain write. Old answers are deleted ([`forget`]).
//!
//! Passwords and codes are no part of what is compared, since no hash of them is kept. So a form that sets a password is a plain
//! write.

use std::{cell::RefCell, fmt::Display, future::Future};

use actix_web::HttpRequest;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;

use super::{
    Portal,
    browser::BrowserToken,
    db::{AnyConnection, Db, DbError},
    error::AppError,
    hash::sha256_hex,
    held,
    schema::answers,
    turns,
};
use values::Id;

/// The field that a form has its id in.
pub const FIELD: &str = "once";
/// For as long an answer is kept: longer than anybody leaves a page that waits for its answer.
const KEPT: Duration = Duration::days(7);
/// So many are deleted in one transaction, so that nobody waits long for it.
const PORTION: i64 = 500;
const USED: &str = "Formuläret är redan skickat, med andra uppgifter. Det som skickades först gäller.";

tokio::task_local! {
    /// The post of the request that is being answered, if its form had an id.
    static CURRENT: RefCell<Option<Post>>;
}

/// A post whose form had an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Hash of the form's id and of whoever posted it: nobody gets the answer of somebody else.
    id: String,
    /// Hash of where it was posted, and what. It tells a second click from a form that was changed and sent again.
    content: String,
}

impl Post {
    /// `None` where the form has no id.
    fn of(
        request: &HttpRequest,
        fields: &[(String, String)],
        file_hash: &str,
    ) -> Result<Option<Self>, AppError> {
        let sent = fields.iter().find(|(name, _)| name == FIELD).map_or("", |(_, value)| value);
        let Ok(id) = sent.parse::<Id<Self>>() else { return Ok(None) };
        let mut owner = turns::sender(request);
        if owner.is_empty() {
            owner = BrowserToken::of(request)?.session_key();
        }
        let kept: Vec<_> = fields.iter().filter(|(name, _)| !held::is_secret(name)).collect();
        let content = serde_json::to_string(&(request.path(), kept, file_hash));
        let content = content.map_err(|error| AppError::internal(error.to_string()))?;
        Ok(Some(Self { id: sha256_hex(format!("post:{owner}:{id}")), content: sha256_hex(content) }))
    }

    /// One of several effects of the same post.
    fn part(&self, name: impl Display) -> Self {
        Self { id: sha256_hex(format!("{}:{name}", self.id)), content: self.content.clone() }
    }
}

/// Does what a request asks for, and says which post it made.
pub async fn in_request<T>(work: impl Future<Output = T>) -> (T, Option<Post>) {
    let answer = async {
        let answer = work.await;
        (answer, current())
    };
    CURRENT.scope(RefCell::default(), answer).await
}

/// The answer that a post got. `None` if it has had no effect.
pub async fn answer_to(db: &Db, post: Post) -> Result<Option<String>, DbError> {
    let Post { id, content } = post;
    let known = db.read(move |connection| find(connection, &id)).await?;
    Ok(known.filter(|known| known.content == content).map(|known| known.answer))
}

/// Notes the post that a request makes, after its form is trusted. `file_hash` is of an uploaded file, or empty.
pub async fn note(
    request: &HttpRequest,
    fields: &[(String, String)],
    file_hash: &str,
) -> Result<(), AppError> {
    let Some(post) = Post::of(request, fields, file_hash)? else { return Ok(()) };
    if let Some(answer) = answer_to(&Portal::of(request)?.db, post.clone()).await? {
        return Err(AppError::AnsweredBefore(answer));
    }
    // Outside of a request nobody asks for it.
    let _ = CURRENT.try_with(|current| current.replace(Some(post)));
    Ok(())
}

fn current() -> Option<Post> {
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

impl Db {
    /// Writes the effect of a post, once. `work` gives the answer: the address of the page that the browser is sent to. If the
    /// same post had its effect before, nothing is done, and the result is the answer of that time.
    pub async fn once<E>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<String, E> + Clone + Send + 'static,
    ) -> Result<String, E>
    where
        E: From<DbError> + Send + 'static,
    {
        self.write_once(current(), work).await
    }

    /// The same for one of several effects of a post, each with a transaction of its own. `part` tells them apart.
    pub async fn once_each<E>(
        &self,
        part: impl Display,
        work: impl FnOnce(&mut AnyConnection) -> Result<(), E> + Clone + Send + 'static,
    ) -> Result<(), E>
    where
        E: From<DbError> + Send + 'static,
    {
        let post = current().map(|post| post.part(part));
        self.write_once(post, move |connection| work(connection).map(|()| String::new())).await?;
        Ok(())
    }

    async fn write_once<E>(
        &self,
        post: Option<Post>,
        work: impl FnOnce(&mut AnyConnection) -> Result<String, E> + Clone + Send + 'static,
    ) -> Result<String, E>
    where
        E: From<DbError> + Send + 'static,
    {
        self.write(move |connection| carry_out(connection, post.as_ref(), work)).await
    }
}

fn carry_out<E: From<DbError>>(
    connection: &mut AnyConnection,
    post: Option<&Post>,
    work: impl FnOnce(&mut AnyConnection) -> Result<String, E>,
) -> Result<String, E> {
    let Some(post) = post else { return work(connection) };
    if insert(connection, post, Utc::now())? {
        let answer = work(connection)?;
        store_answer(connection, post, &answer)?;
        return Ok(answer);
    }
    match find(connection, &post.id)? {
        Some(known) if known.content == post.content => Ok(known.answer),
        // The page was used for something else. What the room says against it is clearer, if it says anything.
        Some(_) => work(connection).and_then(|_| Err(DbError::Spent(USED).into())),
        None => Err(DbError::Corrupt(format!("post {} is there and not found", post.id)).into()),
    }
}

/// A post that had its effect.
struct Answered {
    content: String,
    answer: String,
}

fn find(connection: &mut AnyConnection, id: &str) -> Result<Option<Answered>, DbError> {
    let found: Option<(String, String)> =
        answers::table.find(id).select((answers::content, answers::answer)).first(connection).optional()?;
    Ok(found.map(|(content, answer)| Answered { content, answer }))
}

/// False if the id is there. Waits for a transaction that is inserting it.
fn insert(connection: &mut AnyConnection, post: &Post, now: DateTime<Utc>) -> Result<bool, DbError> {
    let insert = diesel::insert_into(answers::table)
        .values((
            answers::id.eq(&post.id),
            answers::content.eq(&post.content),
            answers::answer.eq(""),
            answers::at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing();
    // The same SQL. For a connection of either kind, diesel does not offer the clause.
    let inserted = match connection {
        AnyConnection::Sqlite(sqlite) => insert.execute(sqlite)?,
        AnyConnection::Postgres(postgres) => insert.execute(postgres)?,
    };
    Ok(inserted == 1)
}

fn store_answer(connection: &mut AnyConnection, post: &Post, answer: &str) -> Result<(), DbError> {
    diesel::update(answers::table.find(&post.id)).set(answers::answer.eq(answer)).execute(connection)?;
    Ok(())
}

/// Deletes a portion of the answers that are older than a week. True if there may be more.
pub fn forget(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool, DbError> {
    let old: Vec<String> = answers::table
        .filter(answers::at.lt((now - KEPT).naive_utc()))
        .order_by((answers::at, answers::id))
        .select(answers::id)
        .limit(PORTION)
        .load(connection)?;
    let deleted = diesel::delete(answers::table.filter(answers::id.eq_any(&old))).execute(connection)?;
    Ok(deleted as i64 == PORTION)
}
