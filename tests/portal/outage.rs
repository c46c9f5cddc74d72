//! The database goes away while the portal runs: an honest page, no half-made change, and recovery by itself.

use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection};

use crate::{
    browser::{Page, at_once},
    journeys::{begin, issue},
    portal::{PASSWORD, Portal, on_postgres},
};

/// The database, gone until this is dropped.
enum Outage {
    /// Another program holds the file for itself.
    Locked(SqliteConnection),
    /// The server lets nobody in.
    Closed { server: PgConnection, database: String },
}

fn server_of(portal: &Portal) -> (PgConnection, String) {
    let (_, database) = portal.address.rsplit_once('/').unwrap();
    let server = PgConnection::establish(&std::env::var("TEST_POSTGRES_URL").unwrap()).unwrap();
    (server, database.to_owned())
}

fn cut_connections(server: &mut PgConnection, database: &str) {
    let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
    server.batch_execute(&cut).unwrap();
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

#[track_caller]
fn expect_unavailable(page: Page) {
    let page =
        page.expect_status(503).expect("Portalen når inte sin databas just nu").expect("har inte sparats");
    assert_eq!(page.headers["retry-after"], "10");
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    for cause in ["FATAL", "locked", "connection", "t_0"] {
        assert!(!page.html().contains(cause), "the page tells of the inside: {cause}");
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

/// The server was restarted: nobody notices.
#[test]
fn connections_that_were_cut_are_made_anew_unseen() {
    if !on_postgres() {
        return;
    }
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    let (mut server, database) = server_of(&portal);
    for city in ["Surte", "Alafors", "Nol"] {
        cut_connections(&mut server, &database);
        let form = preparer.get(&edit.address).form("/uppgifter").set("city", city).set("handling", "spara");
        cut_connections(&mut server, &database);
        form.submit().expect("Utkastet är sparat.");
    }
}

/// The grant is held by somebody else, so that the signature waits in the middle of its transaction, and is cut there.
#[test]
fn a_signature_cut_off_in_the_middle_is_not_made() {
    if !on_postgres() {
        return;
    }
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let signatory = portal.signatory("Ale");
    let page = signatory.get(&format!("{requisition}/underskrift"));
    let sign = page.form("/underskrift").set("password", PASSWORD);

    let mut holder = PgConnection::establish(&portal.address).unwrap();
    holder.batch_execute("BEGIN; UPDATE grants SET version = version").unwrap();
    let (mut server, database) = server_of(&portal);
    let waiting = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' \
         AND wait_event_type = 'Lock'"
    );
    let answer = std::thread::spawn(move || sign.submit());
    while diesel::sql_query(&waiting).execute(&mut server).unwrap() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    expect_unavailable(answer.join().unwrap());
    holder.batch_execute("ROLLBACK").unwrap();
    signatory.get(&requisition).expect("Väntar på underskrift");
    let page = signatory.get(&format!("{requisition}/underskrift"));
    page.form("/underskrift").set("password", PASSWORD).submit().expect("Kvitto på inlämnad rekvisition");
}
