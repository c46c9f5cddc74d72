//! Jobs: work outside a request is done once, whatever fails, by however many programs.

use std::{
    collections::HashSet,
    fs,
    path::Path,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use bidragsporten::{
    ground::{
        infra::{
            Portal as State,
            clock::Clock,
            db::{AnyConnection, Db, DbError},
            schema::{files, jobs, settings},
            seal::Key,
            settings as facts,
        },
        job::{Job, Kind, NewJob, Outcome, runner, store},
    },
    server,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, connection::SimpleConnection};

use crate::{browser::Browser, portal::Portal, program::Program};

/// In one transaction.
#[track_caller]
fn write<T>(db: &Db, work: impl FnOnce(&mut AnyConnection) -> Result<T, DbError>) -> T {
    db.write_now(work).unwrap()
}

fn queue(db: &Db, kind: &'static str, subject: &str, due: DateTime<Utc>) -> bool {
    let job = NewJob { kind, subject, key: format!("{kind}:{subject}") };
    write(db, |connection| store::enqueue(connection, &job, due))
}

/// Takes the next job.
fn lease(db: &Db, kind: &str, now: DateTime<Utc>) -> Option<Job> {
    write(db, |connection| {
        let Some(job) = store::next_due(connection, kind, now)? else { return Ok(None) };
        store::lease(connection, &job, now)
    })
}

/// A kind of work that its functions alone describe.
const fn kind(
    key: &'static str,
    work: for<'a> fn(&'a State, &'a Job) -> bidragsporten::ground::job::Working<'a>,
) -> Kind {
    Kind { key, label: "Prov", work, pause_after, give_up, again: |_, _| Ok(()) }
}

fn pause_after(tries: i32) -> Option<TimeDelta> {
    (tries < 3).then(|| TimeDelta::minutes(i64::from(tries)))
}

fn give_up(connection: &mut AnyConnection, job: &Job) -> Result<(), DbError> {
    facts::set(connection, &format!("given up {}", job.subject), "yes")
}

/// Another program on the same database does what is due.
fn run(db: &Db, kind: &'static Kind) -> Result<(), DbError> {
    let state = State::new(db.clone(), Clock::real(), false, Key::random().unwrap());
    actix_web::rt::System::new().block_on(runner::run_due(&state, kind))
}

/// State, tries and why.
fn row(db: &Db, subject: &str) -> (String, i32, String) {
    let row = jobs::table.filter(jobs::subject.eq(subject));
    write(db, |connection| Ok(row.select((jobs::state, jobs::tries, jobs::last_error)).first(connection)?))
}

/// Lets that much time pass for every job.
fn wait(db: &Db, time: TimeDelta) {
    write(db, |connection| {
        let rows = jobs::table.select((jobs::id, jobs::due_at, jobs::leased_until));
        let rows: Vec<(String, chrono::NaiveDateTime, Option<chrono::NaiveDateTime>)> =
            rows.load(connection)?;
        for (id, due, leased) in rows {
            let times =
                (jobs::due_at.eq(due - time), jobs::leased_until.eq(leased.map(|until| until - time)));
            diesel::update(jobs::table.find(id)).set(times).execute(connection)?;
        }
        Ok(())
    });
}

#[test]
fn the_same_work_is_queued_once_and_done_in_the_order_in_which_it_is_due() {
    let portal = Portal::new();
    let db = portal.db.clone();
    let now = Utc::now();
    assert!(queue(&db, "order", "later", now - TimeDelta::minutes(1)));
    assert!(queue(&db, "order", "first", now - TimeDelta::minutes(2)));
    assert!(queue(&db, "order", "not yet", now + TimeDelta::minutes(1)));
    assert!(queue(&db, "other", "of another kind", now - TimeDelta::minutes(3)));
    assert!(!queue(&db, "order", "first", now));
    // Due at the same moment: in the order in which they were queued, whatever they are about.
    assert!(
        queue(&db, "order", "b", now - TimeDelta::seconds(9))
            && queue(&db, "order", "a", now - TimeDelta::seconds(9))
    );
    let mut done = Vec::new();
    while let Some(job) = lease(&db, "order", now) {
        assert!(write(&db, |connection| store::finish(connection, &job, now)));
        done.push(job.subject);
    }
    assert_eq!(done, ["first", "later", "b", "a"]);
    // What is done is still known.
    assert!(!queue(&db, "order", "first", now));
}

#[test]
fn many_runners_at_once_do_each_job_once() {
    static DONE: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static COUNTING: Kind = kind("counting", |_, job| {
        Box::pin(async move {
            DONE.lock().unwrap().push(job.subject.clone());
            let subject = job.subject.clone();
            Ok(Outcome::done(move |connection| {
                diesel::insert_into(settings::table)
                    .values((settings::key.eq(&subject), settings::value.eq("done")))
                    .execute(connection)?;
                Ok(())
            }))
        })
    });
    const COUNT: usize = 60;
    const RUNNERS: usize = 4;
    let portal = Portal::new();
    let db = portal.db.clone();
    for number in 0..COUNT {
        queue(&db, "counting", &format!("job {number}"), Utc::now());
    }
    let start = Arc::new(Barrier::new(RUNNERS));
    let runners: Vec<_> = (0..RUNNERS)
        .map(|_| {
            let (db, start) = (db.clone(), start.clone());
            thread::spawn(move || {
                start.wait();
                run(&db, &COUNTING)
            })
        })
        .collect();
    for runner in runners {
        runner.join().unwrap().unwrap();
    }
    let done = DONE.lock().unwrap();
    assert_eq!((done.len(), done.iter().collect::<HashSet<_>>().len()), (COUNT, COUNT));
    let states: Vec<String> =
        write(&db, |connection| Ok(jobs::table.select(jobs::state).load(connection)?));
    assert!(states.len() == COUNT && states.iter().all(|state| state == "done"), "{states:?}");
}

#[test]
fn a_lease_that_expires_is_taken_by_another_and_the_first_one_writes_nothing() {
    let portal = Portal::new();
    let db = portal.db.clone();
    let now = Utc::now();
    queue(&db, "late", "a file", now);
    let first = lease(&db, "late", now).expect("it is due");
    assert_eq!(lease(&db, "late", now + TimeDelta::minutes(4)), None);
    let later = now + TimeDelta::minutes(6);
    let second = lease(&db, "late", later).expect("the lease has expired");
    assert_eq!((first.tries, second.tries), (0, 1));

    assert!(!write(&db, |connection| store::finish(connection, &first, later)));
    assert!(!write(&db, |connection| store::fail(connection, &first, 1, "too late", later)));
    assert!(!write(&db, |connection| store::try_later(connection, &first, 1, "too late", later)));
    assert!(!write(&db, |connection| store::put_off(connection, &first)));
    assert_eq!(row(&db, "a file"), ("waiting".to_owned(), 1, String::new()));
    assert!(write(&db, |connection| store::finish(connection, &second, later)));
    assert!(!write(&db, |connection| store::finish(connection, &second, later)));
    assert_eq!(row(&db, "a file").0, "done");
}

/// Its lease expires in the middle of its work, which then has no effect: the other one's has.
#[test]
fn the_effect_of_work_that_came_too_late_is_not_saved() {
    static TAKEN: Mutex<Option<Job>> = Mutex::new(None);
    static SLOW: Kind = kind("slow", |portal, _| {
        Box::pin(async move {
            *TAKEN.lock().unwrap() = lease(&portal.db, "slow", Utc::now() + TimeDelta::minutes(6));
            Ok(Outcome::done(|connection| facts::set(connection, "too late", "written")))
        })
    });
    let portal = Portal::new();
    let db = portal.db.clone();
    queue(&db, "slow", "a file", Utc::now());
    run(&db, &SLOW).unwrap();
    let taken = TAKEN.lock().unwrap().take().expect("another took it");
    assert_eq!(write(&db, |connection| facts::get(connection, "too late")), None);
    assert!(write(&db, |connection| store::finish(connection, &taken, Utc::now())));
}

#[test]
fn what_fails_is_tried_again_after_longer_and_longer_and_then_given_up() {
    static TRIES: AtomicUsize = AtomicUsize::new(0);
    static FAILING: Kind = kind("failing", |_, _| {
        Box::pin(async {
            TRIES.fetch_add(1, Ordering::SeqCst);
            Ok(Outcome::Failed("prov".to_owned()))
        })
    });
    let portal = Portal::new();
    let db = portal.db.clone();
    queue(&db, "failing", "a file", Utc::now());
    for (tries, pause) in [(1, 1), (2, 2)] {
        run(&db, &FAILING).unwrap();
        run(&db, &FAILING).unwrap();
        assert_eq!(TRIES.load(Ordering::SeqCst), tries);
        assert_eq!(row(&db, "a file"), ("waiting".to_owned(), tries as i32, "prov".to_owned()));
        wait(&db, TimeDelta::minutes(pause));
    }
    run(&db, &FAILING).unwrap();
    assert_eq!(row(&db, "a file"), ("failed".to_owned(), 3, "prov".to_owned()));
    let given_up = || write(&db, |connection| facts::get(connection, "given up a file"));
    assert_eq!(given_up().as_deref(), Some("yes"));
    wait(&db, TimeDelta::days(9));
    run(&db, &FAILING).unwrap();
    assert_eq!(TRIES.load(Ordering::SeqCst), 3);
    // The operator has it tried again, from the beginning.
    let failed = write(&db, |connection| store::failed(connection, 50));
    assert!(failed.len() == 1 && failed[0].reason == "prov", "{failed:?}");
    assert!(write(&db, |connection| store::again(connection, failed[0].id, Utc::now())));
    assert!(!write(&db, |connection| store::again(connection, failed[0].id, Utc::now())));
    run(&db, &FAILING).unwrap();
    assert_eq!(row(&db, "a file").1, 1);
}

/// A job that its process dies of each time is not tried for ever.
#[test]
fn work_that_is_broken_off_again_and_again_is_given_up() {
    static NEVER: Kind = kind("never", |_, _| Box::pin(async { Ok(Outcome::done(|_| Ok(()))) }));
    let portal = Portal::new();
    let db = portal.db.clone();
    queue(&db, "never", "a file", Utc::now());
    for tries in 0..3 {
        let job = lease(&db, "never", Utc::now()).expect("it is due");
        assert_eq!(job.tries, tries);
        wait(&db, TimeDelta::minutes(6));
    }
    run(&db, &NEVER).unwrap();
    assert_eq!(row(&db, "a file"), ("failed".to_owned(), 3, "arbetet avbröts".to_owned()));
}

#[test]
fn what_is_put_off_counts_no_try_and_its_whole_kind_waits() {
    static TRIES: AtomicUsize = AtomicUsize::new(0);
    static AWAY: Kind = kind("away", |_, _| {
        Box::pin(async {
            TRIES.fetch_add(1, Ordering::SeqCst);
            Ok(Outcome::PutOff)
        })
    });
    let portal = Portal::new();
    let db = portal.db.clone();
    queue(&db, "away", "one", Utc::now());
    queue(&db, "away", "two", Utc::now());
    for round in 1..=9 {
        run(&db, &AWAY).unwrap();
        assert_eq!(TRIES.load(Ordering::SeqCst), round);
    }
    for subject in ["one", "two"] {
        assert_eq!(row(&db, subject), ("waiting".to_owned(), 0, String::new()));
    }
}

/// Stored data that is wrong is the fault of its own job.
#[test]
fn a_job_whose_effect_cannot_be_written_holds_up_no_other() {
    static BROKEN: Kind = kind("broken", |_, job| {
        Box::pin(async move {
            let is_broken = job.subject == "broken";
            Ok(Outcome::done(move |_| if is_broken { Err(DbError::corrupt("hemligt")) } else { Ok(()) }))
        })
    });
    let portal = Portal::new();
    let db = portal.db.clone();
    queue(&db, "broken", "broken", Utc::now());
    queue(&db, "broken", "whole", Utc::now());
    run(&db, &BROKEN).unwrap();
    assert_eq!(row(&db, "whole").0, "done");
    assert_eq!(row(&db, "broken"), ("waiting".to_owned(), 1, "fel i databasen, se loggen".to_owned()));
}

/// A file as an earlier version of the program kept it.
fn keep_file(connection: &mut AnyConnection, id: &str, scanned: &str, tries: i32, at: &str) {
    let insert = format!(
        "INSERT INTO files (id, case_id, file_name, media_type, size, sha256, uploaded_by, uploaded_at, content, scanned, \
         scan_tries, scan_at) VALUES ('{id}', 'x', 'hemlig.pdf', 'application/pdf', 1, 'abc', 'Prov', '2022-03-15 08:00:00', \
         'x', '{scanned}', {tries}, '{at}')"
    );
    diesel::sql_query(insert).execute(connection).unwrap();
}

const FIRST: &str = "01a2036a-22c8-73e5-9c2c-000000000009";
const LATER: &str = "01a2036a-22c8-73e5-9c2c-000000000001";
const GIVEN_UP: &str = "01a2036a-22c8-73e5-9c2c-000000000005";

#[test]
fn files_that_wait_when_the_program_is_upgraded_get_their_jobs() {
    let portal = Portal::new();
    let migration = |file: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/2026-11-30-000070_jobs");
        fs::read_to_string(folder.join(file)).unwrap()
    };
    let run_both = |connection: &mut AnyConnection| {
        for sql in [migration("down.sql"), migration("up.sql")] {
            match connection {
                AnyConnection::Sqlite(sqlite) => sqlite.batch_execute(&sql)?,
                AnyConnection::Postgres(postgres) => postgres.batch_execute(&sql)?,
            }
        }
        Ok(())
    };
    write(&portal.db, |connection| {
        keep_file(connection, LATER, "waiting", 2, "2026-11-30 10:00:00");
        keep_file(connection, FIRST, "waiting", 0, "1970-01-01 00:00:00");
        keep_file(connection, GIVEN_UP, "impossible", 4, "2026-11-30 09:00:00");
        keep_file(connection, "clean", "clean", 0, "1970-01-01 00:00:00");
        run_both(connection)
    });
    let now = Utc::now();
    let due: Vec<Job> = std::iter::from_fn(|| lease(&portal.db, "scan", now)).collect();
    let due: Vec<(&str, i32)> = due.iter().map(|job| (job.subject.as_str(), job.tries)).collect();
    assert_eq!(due, [(FIRST, 0), (LATER, 2)]);
    assert_eq!(
        row(&portal.db, GIVEN_UP),
        ("failed".to_owned(), 5, "clamd gav inget besked om filen".to_owned())
    );
    // And back: what was tried stays so.
    write(&portal.db, run_both);
    assert_eq!(row(&portal.db, LATER).1, 2);
}

/// What an earlier version keeps beside this one, while the portal is upgraded.
#[test]
fn a_waiting_file_without_a_job_gets_one() {
    let portal = Portal::set_up(|state| State { upkeep: Duration::from_millis(100), ..state });
    write(&portal.db, |connection| {
        keep_file(connection, FIRST, "waiting", 0, "1970-01-01 00:00:00");
        Ok(())
    });
    let count = || write(&portal.db, |connection| Ok(jobs::table.count().get_result::<i64>(connection)?));
    for _ in 0..600 {
        if count() == 1 {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(row(&portal.db, FIRST).0, "waiting");
}

/// The page of the jobs and its buttons, on the address of the figures.
#[test]
fn the_operator_sees_what_failed_and_has_it_tried_again() {
    let portal = Portal::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let inside = Browser::new(&format!("http://{}", listener.local_addr().unwrap()));
    let state = State::new(portal.db.clone(), Clock::real(), false, Key::random().unwrap());
    let state = actix_web::web::Data::new(state);
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async { server::start_figures(state, listener).unwrap().await })
    });
    inside.get("/drift/jobb").expect_status(200).expect("Inget jobb har misslyckats.").expect("Inget väntar");
    portal.anyone().get("/drift/jobb").expect_status(404);

    write(&portal.db, |connection| {
        for number in 0..52 {
            let id = format!("01a2036a-22c8-73e5-9c2c-1000000000{number:02}");
            keep_file(connection, &id, "impossible", 4, "1970-01-01 00:00:00");
            let job = NewJob { kind: "scan", subject: &id, key: format!("scan:{id}") };
            store::enqueue(connection, &job, Utc::now())?;
        }
        let failed = (
            jobs::state.eq("failed"),
            jobs::last_error.eq("clamd: prov"),
            jobs::finished_at.eq(Utc::now().naive_utc()),
        );
        diesel::update(jobs::table).set(failed).execute(connection)?;
        Ok(())
    });
    let page = inside.get("/drift/jobb").expect_status(200);
    let page = page.expect("52 jobb har misslyckats").expect("De 50 senaste visas.").expect("clamd: prov");
    let page = page.expect("Virusgenomsökning").expect_not("hemlig.pdf");
    assert!(page.headers.contains_key("content-security-policy"));
    let style = page.html().split("href=\"").find(|link| link.contains("portal.css")).unwrap().to_owned();
    inside.get(style.split('"').next().unwrap()).expect_status(200);

    let last = page.form("/igen");
    last.submit_from("http://elsewhere.example").expect_status(400);
    last.submit_from("").expect_status(400);
    inside.get("/drift/jobb").expect("52 jobb har misslyckats");
    last.submit().expect_status(200).expect("51 jobb har misslyckats");
    // A second click changes nothing.
    last.submit().expect_status(200).expect("51 jobb har misslyckats");
    let text = inside.get("/metrics").html();
    assert!(text.is_empty() || text.contains("bidragsporten_jobs_failed{kind=\"scan\"} 51"), "{text}");

    let program = Program::on(&portal.address);
    let said = program.run(&["jobs"]).expect("Virusgenomsökning: 1 väntar (äldst: ").out;
    assert!(said.contains("51 har misslyckats."), "{said}");
    let id = said.split(' ').next().unwrap();
    program.run(&["jobs", "--again", id]).expect("Jobbet görs på nytt.");
    program.run(&["jobs", "--again", id]).expect_refusal("inget jobb som har misslyckats har id");
    program.run(&["jobs", "--again", "x"]).expect_refusal("är inte ett jobbs id");
    program.run(&["unscannable"]).expect("Filer som inte gick att virusgenomsöka: 50.");
    program.run(&["jobs", "--all"]).expect("Jobb som görs på nytt: 50.");
    inside.get("/drift/jobb").expect("Inget jobb har misslyckats.");
    program.run(&["unscannable"]).expect("Filer som inte gick att virusgenomsöka: 0.");
    let waiting = write(&portal.db, |connection| {
        Ok(files::table.filter(files::scanned.eq("waiting")).count().get_result::<i64>(connection)?)
    });
    assert_eq!(waiting, 52);
}
