//! The database goes away while the portal runs: an honest page, no half-made change, and recovery by itself.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use bidragsporten::ground::infra::db::DbError;
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

/// For so long after a change was saved the portal is ready without a probe.
const SAVED_LATELY: Duration = Duration::from_millis(2100);

#[test]
fn a_full_disk_is_told_as_such_and_reading_goes_on() {
    if on_postgres() {
        // Its words are held by the unit tests: filling a server's disk fills everybody's.
        return;
    }
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    let save = edit.form("/uppgifter").set("city", "Surte").set("contact_person", &"lång ".repeat(8000));
    let save = save.set("handling", "spara");
    let most = |pages: &str| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        portal.db.write_now(|db| Ok::<_, DbError>(db.batch_execute(&sql)?)).unwrap();
    };
    most("1");
    let page = save.clone().submit().expect_status(503).expect("kan inte spara något just nu");
    assert_eq!(page.headers["retry-after"], "10");
    page.expect("har inte sparats").expect_not("disk");
    assert_eq!(preparer.get(&edit.address).expect_status(200).value_of("city"), "");
    most("1000000");
    save.submit().expect_status(200);
    assert_eq!(preparer.get(&edit.address).value_of("city"), "Surte");
}

#[test]
fn a_portal_that_can_save_nothing_is_not_ready() {
    let portal = Portal::new();
    portal.anyone().get("/readyz").expect_status(200);
    let outage = Outage::of(&portal);
    thread::sleep(SAVED_LATELY);
    let asked = Instant::now();
    portal.anyone().get("/readyz").expect_status(503);
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    portal.anyone().get("/healthz").expect_status(200);
    drop(outage);
    portal.anyone().get("/readyz").expect_status(200);
}

#[test]
fn a_database_file_that_is_removed_under_the_portal_is_told_and_nothing_more_is_acknowledged() {
    if on_postgres() {
        return;
    }
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    let save = edit.form("/uppgifter").set("city", "Surte").set("handling", "spara");
    std::fs::remove_file(&portal.address).unwrap();
    portal.anyone().get("/readyz").expect_status(503);
    save.submit().expect_status(503).expect("har inte sparats");
}

/// A page in two pieces waits 40 ms for the browser to acknowledge the first, if the server lets it.
#[test]
fn no_page_waits_for_an_acknowledgement() {
    let portal = Portal::new();
    let mut stream = TcpStream::connect(portal.url.trim_start_matches("http://")).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let quickest = (0..20)
        .map(|_| {
            let asked = Instant::now();
            stream.write_all(b"GET /om HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\n\r\n").unwrap();
            let (mut answer, mut buffer) = (Vec::new(), [0; 65536]);
            while !answer.ends_with(b"\r\n0\r\n\r\n") {
                let count = stream.read(&mut buffer).unwrap();
                assert!(count > 0);
                answer.extend(&buffer[..count]);
            }
            asked.elapsed()
        })
        .skip(1)
        .min();
    assert!(quickest < Some(Duration::from_millis(35)), "{quickest:?}");
}
