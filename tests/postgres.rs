//! What only PostgreSQL can do to the portal. A binary of its own, run where `TEST_DATABASE=postgres` names one: there is
//! nothing here to pass by returning early on SQLite.

#[path = "portal/browser.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod browser;
#[path = "portal/database.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod database;
#[path = "portal/portal.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod portal;
#[path = "portal/steps.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod steps;
#[path = "portal/unavailable.rs"]
mod unavailable;

use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection};

use crate::{
    portal::{PASSWORD, Portal},
    steps::{begin, issue},
    unavailable::{cut_connections, expect_unavailable, server_of},
};

/// The server was restarted: nobody notices.
#[test]
fn connections_that_were_cut_are_made_anew_unseen() {
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
