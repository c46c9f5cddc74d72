//! The database goes away while the portal runs: an honest page, no half-made change, and recovery by itself.

use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};

use crate::{
    browser::at_once,
    database::on_postgres,
    journeys::{begin, issue},
    portal::{PASSWORD, Portal},
    unavailable::{cut_connections, expect_unavailable, server_of},
};

/// The database, gone until this is dropped.
enum Outage {
    /// Another program holds the file for itself.
    Locked(SqliteConnection),
    /// The server lets nobody in.
    Closed { server: PgConnection, database: String },
}

impl Outage {
    fn of(portal: &Portal) -> Self {
        if on_postgres() {
            let (mut server, database) = server_of(portal);
            server.batch_execute(&format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false")).unwrap();
            cut_connections(&mut server, &database);
            return Self::Closed { server, database };
        }
        let mut other = SqliteConnection::establish(&portal.address).unwrap();
        other.batch_execute("BEGIN EXCLUSIVE").unwrap();
        Self::Locked(other)
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        match self {
            Self::Locked(other) => other.batch_execute("ROLLBACK").unwrap(),
            Self::Closed { server, database } => {
                server.batch_execute(&format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true")).unwrap();
            }
        }
    }
}

#[test]
fn without_its_database_the_portal_says_so_changes_nothing_and_recovers() {
    let portal = Portal::new();
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let edit = begin(&preparer, "bas");
    let save = edit.form("/uppgifter").set("city", "Surte").set("handling", "spara");
    let requisition = issue(&preparer, "bas", "100 000").address;
    let page = signatory.get(&format!("{requisition}/underskrift"));
    let sign = page.form("/underskrift").set("password", PASSWORD);
    let sign_in = portal.anyone().get("/logga-in").form("/logga-in");
    let sign_in = sign_in.set("email", "ekonom@ale.example").set("password", PASSWORD);

    let outage = Outage::of(&portal);
    // One by one on SQLite, each waits as long as the portal has patience: there one speaks for all.
    let tried =
        if on_postgres() { vec![sign.clone(), save.clone(), sign_in.clone()] } else { vec![sign.clone()] };
    for page in at_once(tried) {
        expect_unavailable(page);
    }
    drop(outage);

    preparer.get(&requisition).expect("Väntar på underskrift");
    assert_eq!(preparer.get(&edit.address).value_of("city"), "");
    save.submit().expect("Utkastet är sparat.");
    sign.submit().expect("Kvitto på inlämnad rekvisition");
    sign_in.submit().expect("Mina bidrag");
}

#[test]
fn what_needs_no_database_is_there_without_it() {
    let portal = Portal::new();
    let page = portal.anyone().get("/logga-in").html();
    let style = page.split('"').find(|text| text.starts_with("/static/portal.css")).unwrap().to_owned();
    let outage = Outage::of(&portal);
    portal.anyone().get(&style).expect_status(200);
    if on_postgres() {
        expect_unavailable(portal.anyone().get("/logga-in"));
    }
    drop(outage);
}
