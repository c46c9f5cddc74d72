//! Columns are types: what is written is read again on either database, and what cannot be read is an error that names its column.

use bidragsporten::{
    ground::infra::db::{AnyConnection, DbError},
    people::recipient::{Kind, Organisation, store},
};
use diesel::RunQueryDsl;
use values::{Id, OrganisationNumber};

use crate::portal::Portal;

fn organisation(code: &str, number: Option<&str>) -> Organisation {
    Organisation {
        id: Id::new(),
        code: code.to_owned(),
        kind: Kind::Provider,
        name: format!("Omsorgen {code}"),
        formal_name: format!("Omsorgen {code} AB"),
        county: String::new(),
        organisation_number: number.map(|number| OrganisationNumber::parse(number).unwrap()),
    }
}

#[test]
fn what_is_written_is_read_again() {
    let portal = Portal::new();
    for new in [organisation("A1", Some("556036-0793")), organisation("A2", None)] {
        let read = portal.db.write_now(|connection| {
            store::add(connection, &new, &[])?;
            store::find(connection, new.id)
        });
        assert_eq!(format!("{:?}", read.unwrap()), format!("{new:?}"));
    }
}

#[test]
fn a_column_that_cannot_be_read_is_told_by_its_name() {
    let portal = Portal::new();
    let with = |change: &str| {
        portal.db.write_now(|connection: &mut AnyConnection| {
            store::add(connection, &organisation("A1", Some("556036-0793")), &[])?;
            diesel::sql_query(format!("UPDATE organisations SET {change} WHERE code = 'A1'"))
                .execute(connection)?;
            store::find_by_code(connection, "A1")
        })
    };
    assert!(with("name = 'Omsorgen'").unwrap().is_some());
    for (change, column) in
        [("organisation_number = '556036-0794'", "organisation_number"), ("id = 'x'", "id")]
    {
        match with(change) {
            Err(DbError::Corrupt(cause)) => assert!(cause.contains(&format!("'{column}'")), "{cause}"),
            other => panic!("{change}: {other:?}"),
        }
    }
}
