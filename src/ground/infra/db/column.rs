//! Columns that are types. Ids, amounts and numbers are columns by `values::column`; here is what the connection to either
//! database asks of them, and how keys, documents and whole rows are read and written.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Text, Timestamp},
};
use serde::{Serialize, de::DeserializeOwned};
use values::{Bankgiro, Id, Money, OrganisationNumber};

use super::{DbError, MultiBackend, MultiRawValue};

/// Written as the database at hand writes it.
macro_rules! on_either {
    ($type:ty: $sql:ident $(, $generics:ident)?) => {
        impl$(<$generics: 'static>)? ToSql<$sql, MultiBackend> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
    };
}

on_either!(Id<T>: Text, T);
on_either!(OrganisationNumber: Text);
on_either!(Bankgiro: Text);
on_either!(Money: BigInt);

/// Columns have UTC without a zone. Written by `naive_utc()`.
impl FromSql<Timestamp, MultiBackend> for DateTime<Utc> {
    fn from_sql(bytes: MultiRawValue<'_>) -> deserialize::Result<Self> {
        let at: NaiveDateTime = FromSql::<Timestamp, MultiBackend>::from_sql(bytes)?;
        Ok(at.and_utc())
    }
}

/// A document that is read from its column: JSON in TEXT.
#[derive(Debug, Clone, FromSqlRow)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, DB: Backend> FromSql<Text, DB> for Json<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(&String::from_sql(bytes)?)?))
    }
}

/// A document as its column has it.
pub fn json(document: &(impl Serialize + ?Sized)) -> Result<String, DbError> {
    serde_json::to_string(document).map_err(DbError::corrupt)
}

/// An enum as a column: its `key()`, read by its `parse()`.
macro_rules! key_column {
    ($type:ident) => {
        const _: () = {
            use diesel::{
                backend::Backend,
                deserialize::{self, FromSql, FromSqlRow},
                expression::AsExpression,
                serialize::{self, Output, ToSql},
                sql_types::Text,
            };

            #[derive(AsExpression, FromSqlRow)]
            #[diesel(foreign_derive, sql_type = Text)]
            #[expect(dead_code, reason = "stands for the enum in the derives")]
            struct Column($type);

            impl<DB: Backend> ToSql<Text, DB> for $type
            where
                str: ToSql<Text, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    self.key().to_sql(out)
                }
            }

            impl<DB: Backend> FromSql<Text, DB> for $type
            where
                String: FromSql<Text, DB>,
            {
                fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    let key = String::from_sql(bytes)?;
                    Self::parse(&key).ok_or_else(|| format!("{key:?} is no {}", stringify!($type)).into())
                }
            }
        };
    };
}
pub(crate) use key_column;

/// A domain type that is selected and loaded as itself, by way of the row it is made `From` or `TryFrom`.
macro_rules! read_by_row {
    ($type:ty, $row:ty) => {
        impl<ST, DB: diesel::backend::Backend> diesel::deserialize::Queryable<ST, DB> for $type
        where
            $row: diesel::deserialize::Queryable<ST, DB>,
        {
            type Row = <$row as diesel::deserialize::Queryable<ST, DB>>::Row;

            fn build(row: Self::Row) -> diesel::deserialize::Result<Self> {
                let row = <$row as diesel::deserialize::Queryable<ST, DB>>::build(row)?;
                Ok(Self::try_from(row)?)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::Selectable<DB> for $type
        where
            $row: diesel::Selectable<DB>,
        {
            type SelectExpression = <$row as diesel::Selectable<DB>>::SelectExpression;

            fn construct_selection() -> Self::SelectExpression {
                <$row as diesel::Selectable<DB>>::construct_selection()
            }
        }
    };
}
pub(crate) use read_by_row;
