//! What the overview costs when there is much more: 200 agreements of 290 municipalities, ten a year for twenty years,
//! each with all that happens to an agreement. The same pages are measured before and after.

use std::time::{Duration, Instant};

use bidragsporten::ground::infra::{
    clock::Clock,
    db::{AnyConnection, Db, DbError},
};
use diesel::RunQueryDsl;

use crate::{
    load::{connect, load, request, sign_in},
    serve,
};
use bidragsporten::people::access::Role;

const AGREEMENTS: usize = 200;
const YEARS: usize = 20;
/// How many times a page is asked for just after a change.
const CHANGES: usize = 40;

const PAGES: [(&str, &str); 4] = [
    ("en överenskommelse", "/oversikt/aldreomsorg-2021"),
    ("dess län", "/oversikt/aldreomsorg-2021/lan"),
    ("dess bilder", "/oversikt/aldreomsorg-2021/bilder"),
    ("dess CSV-fil", "/oversikt/aldreomsorg-2021.csv"),
];

struct Cost {
    /// A second, of a page that has not changed.
    rate: f64,
    /// The median time of a page that has.
    changed: Duration,
}

pub fn measure(db: &Db, clock: &Clock) {
    let few = costs(db, clock);
    for index in 1..AGREEMENTS - 1 {
        db.write_now(|connection| copy(connection, index)).expect("an agreement is copied");
    }
    let many = costs(db, clock);
    println!(
        "\n| page | 2 agreements: per second, after a change ms | {AGREEMENTS}: the same | cost ratio, unchanged | cost ratio, after a change |"
    );
    println!("|---|---|---|---|---|");
    for ((name, _), (few, many)) in PAGES.iter().zip(few.iter().zip(&many)) {
        println!(
            "| {name} | {:.0}, {:.1} | {:.0}, {:.1} | {:.2} | {:.2} |",
            few.rate,
            millis(few.changed),
            many.rate,
            millis(many.changed),
            few.rate / many.rate,
            many.changed.as_secs_f64() / few.changed.as_secs_f64(),
        );
    }
    workbook(db, clock);
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn costs(db: &Db, clock: &Clock) -> Vec<Cost> {
    let portal = serve(db, clock);
    let cookie = sign_in(&portal, "kammarkollegiet", Role::CaseOfficer);
    PAGES
        .iter()
        .map(|(_, address)| {
            let mut stream = connect(&portal);
            let mut times: Vec<Duration> = (0..CHANGES)
                .map(|_| {
                    db.write_now(touch).expect("the agreement changes");
                    let begun = Instant::now();
                    assert!(
                        request(&mut stream, address, &cookie, "").starts_with(b"HTTP/1.1 200"),
                        "{address}"
                    );
                    begun.elapsed()
                })
                .collect();
            times.sort();
            Cost { rate: load(&portal, address, &cookie).0, changed: times[CHANGES / 2] }
        })
        .collect()
}

/// A new version of the measured agreement, as after any change of it.
fn touch(connection: &mut AnyConnection) -> Result<(), DbError> {
    run(connection, "UPDATE agreements SET version = version + 1 WHERE slug = 'aldreomsorg-2021'")
}

/// All rounds of one agreement as one workbook: how long it takes, and what memory it leaves behind.
fn workbook(db: &Db, clock: &Clock) {
    let portal = serve(db, clock);
    let cookie = sign_in(&portal, "kammarkollegiet", Role::CaseOfficer);
    let mut stream = connect(&portal);
    let address = "/oversikt/aldreomsorg-2021/omgangar.xlsx";
    let first = request(&mut stream, address, &cookie, "");
    assert!(first.starts_with(b"HTTP/1.1 200"), "{address}");
    let before = resident();
    let mut times: Vec<Duration> = (0..CHANGES)
        .map(|_| {
            let begun = Instant::now();
            request(&mut stream, address, &cookie, "");
            begun.elapsed()
        })
        .collect();
    times.sort();
    println!("\n| a workbook of {YEARS} rounds of one agreement | |");
    println!("|---|---|");
    println!("| bytes | {} |", first.len());
    println!("| median time, ms | {:.0} |", millis(times[CHANGES / 2]));
    println!("| resident memory, kB, after the first and after {CHANGES} more | {before}, {} |", resident());
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Another agreement with all that 2021's has: its grants, their ledgers and cases, and their histories. The first of
/// each year is a round of the same grant.
fn copy(connection: &mut AnyConnection, index: usize) -> Result<(), DbError> {
    let year = 2022 - index % YEARS;
    let series =
        if index < YEARS - 1 { "aldreomsorg".to_owned() } else { format!("serie-{}", index / YEARS) };
    // The ids of the copies: eight hexadecimal digits of their own, and the rest of the original's.
    let id = |column: &str| format!("'{index:08x}' || substr({column}, 9)");
    let of_2021 = "(SELECT id FROM agreements WHERE slug = 'aldreomsorg-2021')";
    let grants = format!("(SELECT id FROM grants WHERE agreement_id = {of_2021})");
    let definition = format!(
        "replace(replace(replace(definition, '\"aldreomsorg-2021\"', '\"kopia-{index}\"'), '\"AO21\"', '\"K{index}\"'), \
         '\"year\":2021', '\"year\":{year}')"
    );
    for statement in [
        format!(
            "INSERT INTO agreements (id, slug, code, year, authority_id, definition, agreement_diarienummer, \
             decision_diarienummer, version, repayment_account_kind, repayment_account, series) \
             SELECT {}, 'kopia-{index}', 'K{index}', {year}, authority_id, {definition}, agreement_diarienummer, \
             decision_diarienummer, version, repayment_account_kind, repayment_account, '{series}' \
             FROM agreements WHERE slug = 'aldreomsorg-2021'",
            id("id")
        ),
        format!(
            "INSERT INTO grants (id, agreement_id, recipient_id, version, requisition_until, report_until, \
             repayment_until, reference) SELECT {}, {}, recipient_id, version, requisition_until, report_until, \
             repayment_until, reference + {index} * 1000 FROM grants WHERE agreement_id = {of_2021}",
            id("id"),
            id("agreement_id")
        ),
        format!(
            "INSERT INTO ledger_entries (id, grant_id, post, account, amount, at, subject) \
             SELECT {}, {}, post, account, amount, at, subject FROM ledger_entries WHERE grant_id IN {grants}",
            id("id"),
            id("grant_id")
        ),
        format!(
            "INSERT INTO cases (id, kind, grant_id, part, number, status, state, draft, version, revision, is_shown, \
             created_by, created_at, received_at, approved_at, officer_id, asks_for, due, asked_by, asker_id) \
             SELECT {}, kind, {}, part, number, status, state, draft, version, revision, is_shown, created_by, \
             created_at, received_at, approved_at, officer_id, asks_for, due, asked_by, asker_id FROM cases \
             WHERE grant_id IN {grants}",
            id("id"),
            id("grant_id")
        ),
        format!(
            "INSERT INTO history (stream, seq, at, person_id, person, organisation, event, subject, details, \
             reason, previous, hash) SELECT {}, seq, at, person_id, person, organisation, event, subject, details, \
             reason, previous, hash FROM history WHERE stream IN {grants}",
            id("stream")
        ),
    ] {
        run(connection, &statement)?;
    }
    Ok(())
}

fn run(connection: &mut AnyConnection, statement: &str) -> Result<(), DbError> {
    diesel::sql_query(statement).execute(connection)?;
    Ok(())
}
