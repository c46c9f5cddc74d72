//! What can go wrong between the program and its database.

use diesel::result::{DatabaseErrorKind, Error as QueryError};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum DbError {
    /// The database cannot be reached now; trying again later may help. Nothing was saved.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The database can be read and not written: its disk is full, or the server is a standby. Nothing was saved.
    #[error("the database cannot be written to: {0}")]
    Unwritable(String),
    /// COMMIT was sent and its answer never came: the change is saved, or it is not.
    #[error("whether it was saved is not known: {0}")]
    MaybeSaved(String),
    #[error("query failed: {0}")]
    Query(#[source] QueryError),
    /// A stored row that the program could not have written.
    #[error("stored data is not valid: {0}")]
    Corrupt(String),
    /// What the transaction was to use up is used up already; in words for the user.
    #[error("{0}")]
    Spent(&'static str),
    /// Asked of a kind of database that does it another way; in words for the operator.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The database is not one that this program can use; in words for the operator.
    #[error("{0}")]
    Unfit(String),
}

/// What the server or libpq says when the connection is gone, or SQLite when somebody else holds the file. libpq reports some
/// of it as an unknown error, with nothing but the text to go by.
const GONE: [&str; 3] = ["server closed the connection", "terminating connection", "database is locked"];

/// What SQLite and PostgreSQL say when there is no room, or the file is not theirs to write.
const UNWRITABLE: [&str; 5] = [
    "database or disk is full",
    "disk I/O error",
    "attempt to write a readonly database",
    "unable to open database file",
    "No space left on device",
];

/// What PostgreSQL says to the transaction that it sacrifices (40P01); diesel does not give the code.
const DEADLOCK: &str = "deadlock detected";

impl DbError {
    /// For `map_err` at the border where a row becomes a domain type.
    pub fn corrupt(cause: impl std::fmt::Display) -> Self {
        Self::Corrupt(cause.to_string())
    }
}

/// Two transactions stood in each other's way, and the server rolled this one back: the same once more may succeed.
pub(super) fn is_collision(error: &QueryError) -> bool {
    match error {
        QueryError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        QueryError::DatabaseError(DatabaseErrorKind::Unknown, info) => info.message().contains(DEADLOCK),
        _ => false,
    }
}

impl From<QueryError> for DbError {
    fn from(error: QueryError) -> Self {
        if is_collision(&error) {
            return Self::Unavailable(error.to_string());
        }
        let says = |signs: &[&str], text: &str| signs.iter().any(|sign| text.contains(sign));
        match &error {
            QueryError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | QueryError::BrokenTransactionManager => Self::Unavailable(error.to_string()),
            QueryError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Self::Unwritable(error.to_string())
            }
            QueryError::DatabaseError(DatabaseErrorKind::Unknown, info) if says(&GONE, info.message()) => {
                Self::Unavailable(error.to_string())
            }
            QueryError::DatabaseError(DatabaseErrorKind::Unknown, info)
                if says(&UNWRITABLE, info.message()) =>
            {
                Self::Unwritable(error.to_string())
            }
            // A column that does not read as its type. The cause names the column.
            QueryError::DeserializationError(cause) => Self::corrupt(cause),
            _ => match error {
                // That nothing was left to roll back says nothing: what happened is why the commit failed.
                QueryError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
                error => Self::Query(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: DatabaseErrorKind, text: &str) -> DbError {
        QueryError::DatabaseError(kind, Box::new(text.to_owned())).into()
    }

    #[test]
    fn what_the_database_says_is_told_apart() {
        let unknown = DatabaseErrorKind::Unknown;
        for (text, is) in [
            ("database or disk is full", "Unwritable"),
            ("disk I/O error", "Unwritable"),
            ("attempt to write a readonly database", "Unwritable"),
            ("could not extend file \"base/1\": No space left on device", "Unwritable"),
            ("database is locked", "Unavailable"),
            ("deadlock detected", "Unavailable"),
            ("terminating connection due to administrator command", "Unavailable"),
            ("no such table: grants", "Query"),
        ] {
            let error = said(unknown, text);
            assert!(format!("{error:?}").starts_with(is), "{text}: {error:?}");
        }
        assert!(matches!(said(DatabaseErrorKind::SerializationFailure, "40001"), DbError::Unavailable(_)));
        assert!(matches!(said(DatabaseErrorKind::ReadOnlyTransaction, "25006"), DbError::Unwritable(_)));
        assert!(matches!(said(DatabaseErrorKind::UniqueViolation, "twice"), DbError::Query(_)));
    }

    #[test]
    fn why_a_commit_failed_is_not_hidden_by_its_rollback() {
        let full = QueryError::DatabaseError(
            DatabaseErrorKind::Unknown,
            Box::new("database or disk is full".to_owned()),
        );
        let both = QueryError::RollbackErrorOnCommit {
            rollback_error: Box::new(QueryError::NotInTransaction),
            commit_error: Box::new(full),
        };
        assert!(matches!(both.into(), DbError::Unwritable(_)));
    }
}
