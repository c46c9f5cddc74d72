//! Taking the database away, and the page that answers then.

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use crate::{browser::Page, portal::Portal};

/// The PostgreSQL that a portal's database is in, and the database's name there.
pub fn server_of(portal: &Portal) -> (PgConnection, String) {
    let (_, database) = portal.address.rsplit_once('/').unwrap();
    let server = PgConnection::establish(&std::env::var("TEST_POSTGRES_URL").unwrap()).unwrap();
    (server, database.to_owned())
}

/// Ends every connection to the database, as a restart of the server does.
pub fn cut_connections(server: &mut PgConnection, database: &str) {
    let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
    server.batch_execute(&cut).unwrap();
}

/// The page that says so, and nothing of the inside.
#[track_caller]
pub fn expect_unavailable(page: Page) {
    let page =
        page.expect_status(503).expect("Portalen når inte sin databas just nu").expect("har inte sparats");
    assert_eq!(page.headers["retry-after"], "10");
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    for cause in ["FATAL", "locked", "connection", "t_0"] {
        assert!(!page.html().contains(cause), "the page tells of the inside: {cause}");
    }
}
