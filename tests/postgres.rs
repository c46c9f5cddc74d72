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
#[path = "portal/wire.rs"]
mod wire;

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use bidragsporten::ground::infra::{
    db::{AnyConnection, DbError},
    settings,
};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection};

use crate::{
    browser::Page,
    portal::{PASSWORD, Portal},
    steps::{begin, issue},
    unavailable::{cut_connections, expect_unavailable, server_of},
    wire::{Mode, Wire},
};

/// The page for a change whose answer was lost: it does not say that nothing was saved.
#[track_caller]
fn expect_perhaps_saved(page: Page) {
    let page = page.expect_status(503).expect("Vi vet inte om det sparades").expect_not("har inte sparats");
    assert_eq!(page.headers["retry-after"], "10");
}

/// For so long after a change was saved the portal is ready without a probe.
const SAVED_LATELY: Duration = Duration::from_millis(2100);

fn over_wire() -> (Portal, Wire) {
    let wire = Wire::to(&std::env::var("TEST_POSTGRES_URL").unwrap());
    let portal = Portal::reached(|address| wire.over(address));
    (portal, wire)
}

/// COMMIT is carried out and its answer is lost: what is not known is not called unsaved, and the same once more is harmless.
#[test]
fn a_change_whose_answer_was_lost_is_perhaps_saved_and_is_made_once() {
    let (portal, wire) = over_wire();
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let edit = begin(&preparer, "bas");
    let save = edit.form("/uppgifter").set("city", "Surte").set("handling", "spara");
    wire.set(Mode::CutAfter { passing: 0 });
    expect_perhaps_saved(save.clone().submit());
    assert!(wire.has_cut());
    assert_eq!(preparer.get(&edit.address).value_of("city"), "Surte");
    save.submit().expect("Utkastet är sparat.");

    let requisition = issue(&preparer, "bas", "100 000").address;
    let page = signatory.get(&format!("{requisition}/underskrift"));
    let sign = page.form("/underskrift").set("password", PASSWORD);
    // The first is that of the count of tries.
    wire.set(Mode::CutAfter { passing: 1 });
    expect_perhaps_saved(sign.clone().submit());
    assert!(wire.has_cut());
    signatory.get(&requisition).expect("Inlämnad");
    sign.submit().expect("Kvitto på inlämnad rekvisition");
}

/// COMMIT never arrives: the portal cannot know that either.
#[test]
fn a_change_that_was_cut_before_its_commit_is_perhaps_saved_and_can_be_made_again() {
    let (portal, wire) = over_wire();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    let save = edit.form("/uppgifter").set("city", "Surte").set("handling", "spara");
    wire.set(Mode::CutBefore { passing: 0 });
    expect_perhaps_saved(save.clone().submit());
    assert_eq!(preparer.get(&edit.address).value_of("city"), "");
    save.submit().expect("Utkastet är sparat.");
}

/// The wire is dead and nothing is closed: everybody gets an answer, and soon after it is alive everything works.
#[test]
fn a_database_that_is_silent_is_waited_for_no_longer_than_a_user_can_bear() {
    let (portal, wire) = over_wire();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    let save = edit.form("/uppgifter").set("city", "Surte").set("handling", "spara");
    wire.set(Mode::Silent);
    thread::sleep(SAVED_LATELY);
    let asked = Instant::now();
    portal.anyone().get("/readyz").expect_status(503);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    expect_unavailable(save.clone().submit());
    assert!(asked.elapsed() < Duration::from_secs(40), "{:?}", asked.elapsed());
    portal.anyone().get("/healthz").expect_status(200);
    wire.set(Mode::Pass);
    save.submit().expect("Utkastet är sparat.");
    portal.anyone().get("/readyz").expect_status(200);
}

/// A standby that is not promoted yet, or a primary that has become one: it reads, and says that it cannot save.
#[test]
fn a_server_that_only_reads_is_told_as_such_and_left_for_one_that_writes() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    let save = edit.form("/uppgifter").set("city", "Surte").set("handling", "spara");
    let (mut server, database) = server_of(&portal);
    let mut read_only = |is: &str| {
        let set = format!("ALTER DATABASE {database} SET default_transaction_read_only = {is}");
        server.batch_execute(&set).unwrap();
        cut_connections(&mut server, &database);
    };
    read_only("on");
    thread::sleep(SAVED_LATELY);
    portal.anyone().get("/readyz").expect_status(503);
    preparer.get(&edit.address).expect_status(200);
    let page = save.clone().submit().expect_status(503).expect("kan inte spara något just nu");
    assert_eq!(page.headers["retry-after"], "10");
    read_only("off");
    save.submit().expect("Utkastet är sparat.");
    portal.anyone().get("/readyz").expect_status(200);
}

/// Two changes that take the same two rows the other way round: the one that PostgreSQL sacrifices is made once more.
#[test]
fn a_change_that_was_sacrificed_to_another_is_made_once_more() {
    let portal = Portal::new();
    let (meeting, tries) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let change = |first: &'static str, second: &'static str| {
        let (meeting, tries) = (meeting.clone(), tries.clone());
        move |connection: &mut AnyConnection| {
            settings::set(connection, first, "a")?;
            if tries.fetch_add(1, Ordering::SeqCst) < 2 {
                meeting.wait();
            }
            settings::set(connection, second, "b")?;
            Ok::<_, DbError>(())
        }
    };
    let one = written(&portal, change("register", "sign_in"));
    let other = written(&portal, change("sign_in", "register"));
    one.join().unwrap().unwrap();
    other.join().unwrap().unwrap();
    assert_eq!(tries.load(Ordering::SeqCst), 3);
}

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
    let answer = thread::spawn(move || sign.submit());
    while diesel::sql_query(&waiting).execute(&mut server).unwrap() == 0 {
        thread::sleep(Duration::from_millis(10));
    }
    expect_unavailable(answer.join().unwrap());
    holder.batch_execute("ROLLBACK").unwrap();
    signatory.get(&requisition).expect("Väntar på underskrift");
    let page = signatory.get(&format!("{requisition}/underskrift"));
    page.form("/underskrift").set("password", PASSWORD).submit().expect("Kvitto på inlämnad rekvisition");
}

/// A change made at the same time as another.
fn written(
    portal: &Portal,
    work: impl FnOnce(&mut AnyConnection) -> Result<(), DbError> + Clone + Send + 'static,
) -> JoinHandle<Result<(), DbError>> {
    let db = portal.db.clone();
    thread::spawn(move || actix_web::rt::System::new().block_on(db.write(work)))
}
