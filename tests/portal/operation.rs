//! Operation: health, figures and the log, of the program as it is started.

use std::{fs, thread, time::Duration};

use bidragsporten::ground::infra::db::DbError;
use diesel::RunQueryDsl;

use crate::{browser::Browser, portal::Portal, program::Program};

#[test]
fn a_portal_that_runs_is_alive_and_ready() {
    let portal = Portal::new();
    for place in ["/healthz", "/readyz"] {
        let page = portal.anyone().get(place).expect_status(200);
        assert_eq!(page.bytes, b"ok");
        assert!(!page.headers.contains_key("set-cookie"));
    }
    portal.anyone().get("/metrics").expect_status(404);
}

#[test]
fn the_figures_are_on_an_address_of_their_own_and_name_nobody() {
    let program = Program::new();
    let figures = free_address();
    let running = program.start_with("practice", &["--figures", &figures]);
    running.browser().get("/logga-in").expect_status(200);
    running.browser().get("/bidrag/01a2036a-22c8-73e5-9c2c-26970a1da667").expect("Logga in");
    let inside = Browser::new(&format!("http://{figures}"));
    for place in ["/healthz", "/readyz"] {
        inside.get(place).expect_status(200);
    }
    let text = inside.get("/metrics").expect_status(200).html();
    let line = "bidragsporten_requests_total{method=\"GET\",route=\"/logga-in\",status=\"200\"} ";
    assert!(text.contains(line), "{text}");
    assert!(
        text.contains("bidragsporten_request_seconds_bucket{route=\"/logga-in\",le=\"0.005\"}"),
        "{text}"
    );
    assert!(!text.contains("01a2036a"), "{text}");
}

#[test]
fn the_log_has_a_line_for_each_request_and_nothing_of_what_anybody_wrote() {
    let program = Program::new();
    let running = program.start_logging("serve", &["--log", "json"]);
    let browser = running.browser();
    let form = browser.get("/logga-in?till=/hemlig-sida").form("/logga-in");
    let page = form.set("email", "karin@ale.example").set("password", "hemligt lösenord").submit();
    let id = page.expect_status(422).headers["x-request-id"].to_str().unwrap().to_owned();
    browser.get("/oppna-data?sok=karin").expect_status(200);
    thread::sleep(Duration::from_millis(200));
    let log = fs::read_to_string(running.log()).unwrap();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let answered = lines.iter().find(|line| line["span"]["id"] == id.as_str()).expect("the request is there");
    assert_eq!(answered["span"]["route"], "/logga-in");
    assert_eq!(answered["span"]["status"], 422);
    for secret in ["karin", "ale.example", "hemlig"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn the_access_log_has_who_came_and_who_was_refused_and_its_oldest_lines_can_go() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    preparer.get("/granskning").expect_status(403);
    let form = portal.anyone().get("/logga-in").form("/logga-in");
    form.set("email", "ekonom@ale.example")
        .set("password", "ett helt annat lösenord")
        .submit()
        .expect_status(422);
    preparer.get("/om").form("/logga-ut").submit().expect_status(200);
    let program = Program::on(&portal.address);
    let file = program.path("historik.jsonl");
    program.run(&["export-history", &file]).expect("rader ur");
    let text = fs::read_to_string(&file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let log: Vec<_> = lines.filter(|line| line["stream"] == "access").collect();
    let told: Vec<(&str, &str)> =
        log.iter().map(|line| (line["event"].as_str().unwrap(), line["person"].as_str().unwrap())).collect();
    let who = "Ekonom i Ale";
    let expected =
        [("signed_in", who), ("access_refused", who), ("sign_in_refused", who), ("signed_out", who)];
    assert_eq!(told, expected);
    assert_eq!(log[1]["details"], "GET /granskning");
    assert!(!text.contains("helt annat"));
    program.run(&["prune-access-log", "--before", "2000-01-01"]).expect("0 rader");
    program.run(&["prune-access-log", "--before", "2099-01-01"]).expect("4 rader");
    program.run(&["check"]).expect("Historiken är hel");
}

/// A daemon that says that it is there; gives how often it was asked.
fn pinged() -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 64]);
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(b"PONG\0");
        }
    });
    (address, count)
}

#[test]
fn strangers_who_ask_whether_the_portal_is_ready_do_not_keep_the_scanner_busy() {
    let (address, count) = pinged();
    let scanner = address.parse().ok();
    let portal = Portal::set_up(|portal| bidragsporten::ground::infra::Portal { scanner, ..portal });
    for _ in 0..20 {
        assert_eq!(portal.anyone().get("/readyz").html(), "ok");
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn the_operator_signs_one_person_out_everywhere_or_everybody() {
    let portal = Portal::new();
    let (one, same, other) = (portal.preparer("Ale"), portal.preparer("Ale"), portal.officer());
    let is_in = |browser: &crate::browser::Browser| !browser.get("/konto").address.starts_with("/logga-in");
    let program = Program::on(&portal.address);
    assert_eq!(program.run(&["end-sessions"]).code, Some(2));
    program.run(&["end-sessions", "--person", "ingen@ale.example"]).expect_refusal("ingen har adressen");
    program.run(&["end-sessions", "--person", "ekonom@ale.example"]).expect("2 inloggningar är avslutade.");
    assert!(!is_in(&one) && !is_in(&same) && is_in(&other));
    program.run(&["end-sessions", "--all"]).expect("1 inloggningar är avslutade.");
    assert!(!is_in(&other));
    let file = program.path("historik.jsonl");
    program.run(&["export-history", &file]).expect("rader ur");
    let log = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("\"sessions_ended\"")).collect();
    assert!(
        lines.len() == 2 && lines[0].contains("Ekonom i Ale: 2") && lines[1].contains("alla: 1"),
        "{lines:?}"
    );
    program.run(&["check"]).expect("Historiken är hel");
}

#[test]
fn a_person_takes_their_data_along_and_leaves_nothing_but_what_was_done() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    crate::journeys::issue(&preparer, "bas", "100 000");
    let own: serde_json::Value =
        serde_json::from_slice(&preparer.get("/konto/uppgifter.json").expect_status(200).bytes).unwrap();
    assert_eq!(own["epost"], "ekonom@ale.example");
    assert!(own["historik"].as_array().unwrap().iter().any(|line| line["event"] == "requisition_issued"));
    assert!(!own.to_string().contains("argon2"));
    let program = Program::on(&portal.address);
    let command = ["remove-person", "--email", "ekonom@ale.example"];
    program.run(&command).expect_refusal("har kvar en roll");
    portal.take_roles_of("ekonom@ale.example");
    program.run(&command).expect("Kontot är borttaget");
    program.run(&command).expect_refusal("ingen person");
    program.run(&["check"]).expect("Historiken är hel");
    portal.anyone().get("/personuppgifter").expect_status(200).expect("Åtkomstlogg");
}

/// By the very lines that `docs/operating.md` gives.
#[test]
fn an_auditor_gets_the_whole_history_and_can_recompute_every_hash() {
    let portal = Portal::new();
    crate::journeys::issue(&portal.preparer("Ale"), "bas", "100 000");
    let program = Program::on(&portal.address);
    let file = program.path("historik.jsonl");
    program.run(&["export-history", &file]).expect("rader ur");
    let told = include_str!("../../docs/operating.md");
    let (_, code) = told.split_once("```python\n").expect("the document tells how");
    let (code, _) = code.split_once("```").unwrap();
    let verify = |of: &str| {
        let said =
            std::process::Command::new("python3").args(["-c", code, of]).output().expect("python3 is there");
        assert!(said.status.success(), "{said:?}");
        String::from_utf8(said.stdout).unwrap()
    };
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"event\":\"requisition_issued\""));
    assert_eq!(verify(&file).trim(), format!("0 of {} lines do not hold", text.lines().count()));
    let altered = program.path("andrad.jsonl");
    fs::write(&altered, text.replacen("requisition_issued", "requisition_signed", 1)).unwrap();
    assert!(verify(&altered).starts_with("1 of"));
    program.run(&["export-history", &file]).expect_refusal("går inte att skriva");
}

/// Each on its own, put right again after.
#[test]
fn whatever_is_altered_in_the_database_is_found() {
    let portal = Portal::new();
    let grant = crate::steps::paid(&portal, "Ale", "100 000");
    let officer = portal.officer();
    let page = officer.get(&grant.replace("/bidrag/", "/granskning/bidrag/")).expect_status(200);
    let form = page.form("/anstand").set("kind", "redovisning").set("until", "2023-05-31");
    form.set("decision", "KK 1").set("reason", "Sjukdom.").submit().expect_status(200);
    let program = Program::on(&portal.address);
    program.run(&["check"]).expect("Blanketter, filer, utbetalningar och huvudbok stämmer.");
    let change = |sql: &str| {
        portal
            .db
            .write_now(|connection| Ok::<_, DbError>(diesel::sql_query(sql).execute(connection)?))
            .unwrap()
    };
    for (alter, restore, said) in [
        (
            "UPDATE payments SET amount = amount - 100",
            "UPDATE payments SET amount = amount + 100",
            "finns inte i historiken",
        ),
        (
            "UPDATE ledger_entries SET amount = amount + 1 WHERE account = 'paid_out'",
            "UPDATE ledger_entries SET amount = amount - 1 WHERE account = 'paid_out'",
            "på paid_out, ärendena",
        ),
        (
            "UPDATE editions SET content = REPLACE(content, 'Alafors', 'Surte')",
            "UPDATE editions SET content = REPLACE(content, 'Surte', 'Alafors')",
            "AO22-1440-R1 version 1: innehållet är inte det som gjordes klart för underskrift",
        ),
        (
            "UPDATE cases SET status = 'refused' WHERE kind = 'requisition'",
            "UPDATE cases SET status = 'approved' WHERE kind = 'requisition'",
            "AO22-1440-R1: läget som listorna läser är inte ärendets",
        ),
        (
            "UPDATE cases SET is_shown = FALSE WHERE kind = 'requisition' AND status = 'approved'",
            "UPDATE cases SET is_shown = TRUE WHERE kind = 'requisition' AND status = 'approved'",
            "AO22-1440-R1: läget som listorna läser är inte ärendets",
        ),
        (
            "UPDATE extensions SET decision = 'KK 2'",
            "UPDATE extensions SET decision = 'KK 1'",
            "AO22-1440: anståndet för Ekonomisk redovisning, till och med 31 maj 2023, beslut KK 1, är borta",
        ),
        (
            "UPDATE history SET stream = 'x' WHERE event = 'requisition_issued'",
            "UPDATE history SET stream = (SELECT id FROM grants WHERE version > 1) WHERE stream = 'x'",
            "x: det som historiken handlar om finns inte",
        ),
    ] {
        assert!(change(alter) > 0, "{alter}");
        let found = program.run(&["check"]);
        assert_eq!(found.code, Some(1), "{alter}: {found:?}");
        assert!(found.out.contains(said), "{alter}: {found:?}");
        change(restore);
    }
    program.run(&["check"]).expect("Historiken är hel");
    // A grant that is gone with all that belongs to it: the published table still has its share.
    let other = "(SELECT MIN(id) FROM grants WHERE version = 1)";
    for table in ["ledger_entries WHERE grant_id", "history WHERE stream"] {
        assert!(change(&format!("DELETE FROM {table} = {other}")) > 0);
    }
    assert_eq!(change(&format!("DELETE FROM grants WHERE id = {other}")), 1);
    let found = program.run(&["check"]);
    assert!(found.code == Some(1) && found.out.contains(": bidraget finns inte"), "{found:?}");
    // And a payment.
    assert_eq!(change("DELETE FROM payments"), 1);
    assert!(program.run(&["check"]).out.contains("är borta"));
}

#[test]
fn a_file_that_was_altered_is_found() {
    let portal = Portal::new();
    let requisition = crate::journeys::issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let preparer = portal.preparer("Ale");
    let paper = preparer.get(&format!("{requisition}/blankett.pdf")).expect_status(200).bytes;
    let form = preparer.get(&requisition).form("/inskannad");
    form.file("file", "underskriven.pdf", paper).submit().expect("Kvitto");
    let program = Program::on(&portal.address);
    program.run(&["check"]).expect("Historiken är hel");
    let altered = "UPDATE files SET sha256 = REPLACE(sha256, SUBSTR(sha256, 1, 1), 'x')";
    portal.db.write_now(|db| Ok::<_, DbError>(diesel::sql_query(altered).execute(db)?)).unwrap();
    let found = program.run(&["check"]);
    assert!(found.out.contains("innehållet är inte det som laddades upp"), "{found:?}");
}

/// A newer version, which shares the database while it is put in use, wrote something that this one does not know.
#[test]
fn a_line_of_a_newer_version_breaks_no_page_and_holds() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let requisition = crate::journeys::issue(&preparer, "bas", "100 000").address;
    let change = |sql: &str| {
        portal
            .db
            .write_now(|connection| Ok::<_, DbError>(diesel::sql_query(sql).execute(connection)?))
            .unwrap()
    };
    let program = Program::on(&portal.address);
    let file = program.path("historik.jsonl");
    program.run(&["export-history", &file]).expect("rader ur");
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lines.iter().find(|line| line["event"] == "requisition_issued").unwrap();
    let (stream, seq, previous) =
        (last["stream"].as_str().unwrap(), last["seq"].as_i64().unwrap() + 1, last["hash"].as_str().unwrap());
    let fields = serde_json::json!([
        stream,
        seq,
        "2022-03-15T08:00:00.000000Z",
        "",
        "Prov",
        "Ale",
        "reminded_by_owl",
        "AO22-1440-R1",
        "hemligt",
        "",
        previous,
    ]);
    let hash = bidragsporten::ground::infra::hash::sha256_hex(fields.to_string());
    change(&format!(
        "INSERT INTO history (stream, seq, at, person_id, person, organisation, event, subject, details, reason, previous, \
         hash) VALUES ('{stream}', {seq}, '2022-03-15 08:00:00', '', 'Prov', 'Ale', 'reminded_by_owl', 'AO22-1440-R1', \
         'hemligt', '', '{previous}', '{hash}')"
    ));
    assert_eq!(change(&format!("UPDATE grants SET version = {seq} WHERE id = '{stream}'")), 1);
    program.run(&["check"]).expect("Historiken är hel");
    let unknown = "Något hände som den här versionen av portalen inte känner till";
    preparer.get(&requisition).expect_status(200).expect(unknown).expect_not("hemligt");
    preparer.get(&format!("/bidrag/{stream}")).expect_status(200).expect(unknown);
    portal.officer().get("/oversikt/aldreomsorg-2022").expect_status(200);
    // What it decided, only that version knows; the next change goes on from it.
    crate::steps::sign(&portal.signatory("Ale"), &requisition).expect("Kvitto");
    program.run(&["check"]).expect("Historiken är hel");
}

/// Nobody listens there just now.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
