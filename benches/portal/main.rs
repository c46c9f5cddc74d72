//! What the portal costs, as a ratio to the least that any program could do in the same run: a bare handler that sends
//! the same bytes, bare durable inserts into the same kind of database. `benches/run` runs it on both databases.

mod load;
mod scale;

use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use bidragsporten::{
    grants::{
        case, grant,
        requisition::{
            Requisition,
            verbs::{self, Target},
        },
    },
    ground::infra::{
        Portal,
        clock::Clock,
        db::{Address, Db, DbError},
        seal::Key,
        settings,
    },
    people::{
        access::{self, Act, Actor, Role},
        recipient,
    },
    run::{
        install::{self, Mode},
        practice,
    },
    server,
    terms::agreement,
};
use chrono::{DateTime, Utc};
use values::Id;

use crate::load::{answers, body_of, connect, listen, load, request, sign_in};

const SUBMISSIONS: usize = 400;

fn main() {
    // `cargo test --benches` runs this too; a benchmark measures only when asked to.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder for the database");
    let database = std::env::var("BENCH_DATABASE")
        .unwrap_or_else(|_| folder.path().join("bench.sqlite").to_string_lossy().into_owned());
    let kind = if database.starts_with("postgres") { "PostgreSQL" } else { "SQLite" };
    println!("\n## {kind}\n");
    let db = Db::open(Address::parse(&database)).expect("the database opens");
    install::install(&db, Mode::Practice, Utc::now()).expect("the agreements are read");
    let clock = practice::clock(&db).expect("the filings are made");

    // `cargo bench -- scale` measures that alone.
    if std::env::args().any(|argument| argument == "scale") {
        return scale::measure(&db, &clock);
    }
    pages(&db, &clock);
    submissions(&db, &clock);
    scale::measure(&db, &clock);
    if kind == "SQLite" {
        process(folder.path());
    }
}

/// Pages per second and the slowest of a hundred, beside a bare handler that sends the same bytes.
fn pages(db: &Db, clock: &Clock) {
    let portal = serve(db, clock);
    let officer = sign_in(&portal, "kammarkollegiet", Role::CaseOfficer);
    let preparer = sign_in(&portal, "1440", Role::Preparer);
    println!("| page | bytes | gzip | per second | p99, ms | bare, per second | ratio |");
    println!("|---|---|---|---|---|---|---|");
    for (name, address, cookie) in [
        ("översikt, 291 rader", "/oversikt/aldreomsorg-2022", &officer),
        ("kö", "/granskning", &officer),
        ("mina bidrag", "/bidrag", &preparer),
        ("om portalen", "/om", &preparer),
    ] {
        let first = request(&mut connect(&portal), address, cookie, "");
        assert!(first.starts_with(b"HTTP/1.1 200"), "{address} does not answer 200");
        let body = body_of(&first).to_vec();
        let packed = body_of(&request(&mut connect(&portal), address, cookie, "gzip")).len();
        let length = body.len();
        let bare = listen(|listener| {
            let body = web::Bytes::from(body);
            move || {
                actix_web::rt::System::new().block_on(async {
                    HttpServer::new(move || {
                        let body = body.clone();
                        App::new().default_service(web::to(move || {
                            let body = body.clone();
                            async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body) }
                        }))
                    })
                    .listen(listener)?
                    .run()
                    .await
                })
            }
        });
        let (bare_rate, _) = load(&bare, "/", "");
        let (rate, p99) = load(&portal, address, cookie);
        println!(
            "| {name} | {length} | {packed} | {rate:.0} | {:.1} | {bare_rate:.0} | {:.2} |",
            p99.as_secs_f64() * 1000.0,
            rate / bare_rate
        );
    }
}

/// The portal on this database, with nothing kept yet.
fn serve(db: &Db, clock: &Clock) -> String {
    listen(|listener| {
        let key = Key::random().expect("the system has random numbers");
        let portal = actix_web::web::Data::new(Portal::new(db.clone(), clock.clone(), true, key));
        move || actix_web::rt::System::new().block_on(async { server::start(portal, listener)?.await })
    })
}

/// Signed submissions per second, each durable before it is answered, beside bare durable inserts of one row.
fn submissions(db: &Db, clock: &Clock) {
    let ready = issued(db, clock).expect("requisitions are issued");
    let begun = Instant::now();
    for (act, target) in &ready {
        db.write_now(|connection| verbs::sign(connection, act, *target)).expect("it is signed");
    }
    let rate = ready.len() as f64 / begun.elapsed().as_secs_f64();

    let begun = Instant::now();
    for index in 0..SUBMISSIONS {
        db.write_now(|connection| settings::set(connection, &format!("bench {index}"), "row"))
            .map_err(|error: DbError| error)
            .expect("it is inserted");
    }
    let bare = SUBMISSIONS as f64 / begun.elapsed().as_secs_f64();
    println!("\n| durable writes, one connection | per second |");
    println!("|---|---|");
    println!("| signed submissions | {rate:.0} |");
    println!("| bare inserts of one row | {bare:.0} |");
    println!("| ratio | {:.2} |", rate / bare);
}

/// Requisitions awaiting signature, one krona each, spread over the municipalities.
fn issued(db: &Db, clock: &Clock) -> Result<Vec<(Act, Target)>, verbs::Failure> {
    let now = clock.now();
    db.write_now(|connection| {
        let agreement = agreement::store::find_by_slug(connection, "aldreomsorg-2022")?
            .ok_or(verbs::Failure::NotFound)?;
        let recipients = grant::store::recipients_of(connection, agreement.id)?;
        let mut ready = Vec::new();
        for index in 0..SUBMISSIONS {
            // The first hundred in the registry's order have filed little in practice mode.
            let (grant, recipient) = &recipients[recipients.len() - 1 - index % 100];
            if recipient.kind != recipient::Kind::Municipality {
                continue;
            }
            let act = act(connection, recipient, now)?;
            let id: Id<Requisition> = Id::new();
            if verbs::start(connection, &act, *grant, "bas", id).is_err() {
                continue;
            }
            let mut draft =
                case::store::find(connection, act.scope, id)?.ok_or(verbs::Failure::NotFound)?.draft;
            draft.amount = "1".to_owned();
            draft.head.contact_person = "Mätning".to_owned();
            draft.head.street = "Mätgatan 1".to_owned();
            draft.head.postal_code = "123 45".to_owned();
            draft.head.city = "Mätorten".to_owned();
            draft.head.telephone = "08-465 004 10".to_owned();
            draft.head.email = "matning@ovning.example".to_owned();
            draft.account_kind = "bankgiro".to_owned();
            draft.account_number = "991-2346".to_owned();
            case::store::save_draft(connection, &act, id, 1, &draft)?;
            verbs::issue(connection, &act, Target { id, revision: 2 }, true)?;
            ready.push((act, Target { id, revision: 3 }));
        }
        Ok(ready)
    })
}

fn act(
    connection: &mut bidragsporten::ground::infra::db::AnyConnection,
    recipient: &recipient::Organisation,
    now: DateTime<Utc>,
) -> Result<Act, DbError> {
    let person = practice::person(connection, recipient, Role::Signatory, 1, now)?;
    let actor = Actor {
        person: access::Person { ..person },
        organisation: recipient.clone(),
        roles: vec![Role::Signatory],
        mandates: Vec::new(),
        organisations: Vec::new(),
        receives_reports: false,
        factors: bidragsporten::people::access::Factors::default(),
    };
    Ok(Act::of_recipient(&actor, now))
}

/// Start to first page, on a new database and on one that is there, and resident memory.
fn process(folder: &Path) {
    let database = folder.join("process.sqlite");
    println!("\n| the program | |");
    println!("|---|---|");
    for what in ["first start to first page, ms", "later start to first page, ms"] {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let address = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        let mut program = Command::new(env!("CARGO_BIN_EXE_bidragsporten"))
            .env("DATABASE_URL", &database)
            .env("BIDRAGSPORTEN_LISTEN", &address)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        while !answers(&address) {
            thread::sleep(Duration::from_millis(2));
        }
        println!("| {what} | {} |", begun.elapsed().as_millis());
        if what.starts_with("later") {
            for _ in 0..200 {
                request(&mut connect(&address), "/logga-in", "", "");
            }
            let status =
                std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap_or_default();
            let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?");
            println!("| resident memory after 200 pages | {} |", resident.trim());
        }
        program.kill().expect("the program stops");
        program.wait().expect("the program has stopped");
    }
}
