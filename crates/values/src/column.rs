//! Values as columns of either database: an id is TEXT, an amount is BIGINT (whole öre), a number is TEXT as it is shown. What
//! is read passes through `parse`, so a damaged column gives an error and never a value.

use std::io::Write;

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Text},
    sqlite::Sqlite,
};

use super::{Bankgiro, Id, Line, Money, OrganisationNumber, ProviderNumber};

/// The types know no database. These stand for them in what Diesel derives.
mod derives {
    #![expect(dead_code, reason = "what is derived is for the type within")]

    use super::*;

    #[derive(AsExpression, FromSqlRow)]
    #[diesel(foreign_derive, sql_type = Text)]
    struct OfId<T>(Id<T>);

    #[derive(AsExpression, FromSqlRow)]
    #[diesel(foreign_derive, sql_type = Text)]
    struct OfLine<const MAX: usize>(Line<MAX>);

    #[derive(AsExpression, FromSqlRow)]
    #[diesel(foreign_derive, sql_type = Text)]
    struct OfOrganisationNumber(OrganisationNumber);

    #[derive(AsExpression, FromSqlRow)]
    #[diesel(foreign_derive, sql_type = Text)]
    struct OfBankgiro(Bankgiro);

    #[derive(AsExpression, FromSqlRow)]
    #[diesel(foreign_derive, sql_type = BigInt)]
    struct OfMoney(Money);

    // Its column has the digits alone.
    #[derive(FromSqlRow)]
    #[diesel(foreign_derive)]
    struct OfProviderNumber(ProviderNumber);
}

/// TEXT that `parse` reads.
macro_rules! read_text {
    ($type:ty, $parse:expr $(, $($generics:tt)*)?) => {
        impl<$($($generics)*,)? DB: Backend> FromSql<Text, DB> for $type
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let text = String::from_sql(bytes)?;
                $parse(&text).map_err(|error| format!("{text:?}: {error}").into())
            }
        }
    };
}

/// TEXT that `Display` writes.
macro_rules! write_text {
    ($type:ty $(, $generics:ident)?) => {
        impl$(<$generics>)? ToSql<Text, Sqlite> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.to_string());
                Ok(IsNull::No)
            }
        }

        impl$(<$generics>)? ToSql<Text, Pg> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                write!(out, "{self}")?;
                Ok(IsNull::No)
            }
        }
    };
}

read_text!(Id<T>, str::parse, T);
read_text!(Line<MAX>, Line::parse, const MAX: usize);
read_text!(OrganisationNumber, OrganisationNumber::parse);
read_text!(ProviderNumber, ProviderNumber::parse);
read_text!(Bankgiro, Bankgiro::parse);

write_text!(Id<T>, T);
write_text!(OrganisationNumber);
write_text!(Bankgiro);

impl<const MAX: usize, DB: Backend> ToSql<Text, DB> for Line<MAX>
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.as_str().to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Money
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self::ore)
    }
}

impl ToSql<BigInt, Sqlite> for Money {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_ore());
        Ok(IsNull::No)
    }
}

impl ToSql<BigInt, Pg> for Money {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<BigInt, Pg>::to_sql(&self.to_ore(), &mut out.reborrow())
    }
}
