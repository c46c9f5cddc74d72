//! Rows and queries of cases, of what was fixed for signature, and of their files.

mod cases;
mod editions;
mod files;
mod queue;

pub use cases::{
    Columns, Row, Stored, exists, find, grant_in_sight, grant_of, held_by, insert, is_listed_as_it_is,
    last_saved, next_number, of_grant, of_grants, save_draft, set_officer, touch, update,
};
pub use editions::{EditionRow, altered, edition, editions, insert_edition, keep_certificate};
pub use files::*;
pub use queue::{QueueRow, open_cases_of, queue};

use super::Kind;
use crate::ground::infra::db::{DbError, key_column};

key_column!(Kind);

/// What a column has whose type the kind of the case decides.
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(DbError::corrupt)
}
