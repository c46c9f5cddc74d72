//! What the program does by itself at times, beside the jobs: forgets those who have not come for a while and old posts, and
//! queues what an earlier version of the program left unqueued.

use chrono::Utc;

use crate::{
    grants::case,
    ground::infra::{
        Portal,
        db::{AnyConnection, DbError},
        once,
    },
};

pub async fn once(portal: &Portal) {
    portal.limits.forget_the_quiet();
    if let Err(error) = forget_posts(portal).await {
        tracing::error!(cause = %error, "old posts are not deleted");
    }
    if let Err(error) = queue_unqueued(portal).await {
        tracing::error!(cause = %error, "files wait for their scan without a job");
    }
}

/// A portion at a time: others write in between.
async fn forget_posts(portal: &Portal) -> Result<(), DbError> {
    while portal.db.write_aside(|connection| once::forget(connection, Utc::now())).await? {}
    Ok(())
}

async fn queue_unqueued(portal: &Portal) -> Result<(), DbError> {
    let files = portal.db.read(case::store::unqueued).await?;
    if files.is_empty() {
        return Ok(());
    }
    let queue = move |connection: &mut AnyConnection| {
        files.iter().try_for_each(|file| case::store::queue_scan(connection, *file, Utc::now()))
    };
    portal.db.write(queue).await
}
