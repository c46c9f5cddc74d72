//! Starting, and the other commands: what is wrong is one clear line, and nothing is half done.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt, path::Path, thread};

use bidragsporten::ground::infra::db::DbError;
use diesel::RunQueryDsl;

use crate::{
    colleagues::administrator,
    database::on_postgres,
    journeys::{begin, issue},
    portal::{PASSWORD, Portal},
    program::{Program, Running},
};

/// Ale's grants, from the page of the person that practice mode lets in with one click.
fn practise(running: &Running) -> crate::browser::Page {
    let page = running.browser().get("/logga-in").expect_status(200);
    page.form_with("/ovning/logga-in", "foretradare").set("role", "ekonom").submit().expect("Mina bidrag")
}

#[test]
fn a_port_that_is_taken_is_told_and_the_database_is_left_alone() {
    let program = Program::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for mode in ["practice", "serve"] {
        let said = program.run(&[mode, "--listen", &address]);
        said.expect_refusal(&format!("det går inte att lyssna på {address} (är portalen redan igång?)"));
    }
    if !on_postgres() {
        assert!(!fs::exists(&program.database).unwrap());
    }
    program.run(&["practice", "--listen", "överallt"]).expect_refusal("det går inte att lyssna på överallt");
}

#[test]
fn a_database_that_cannot_be_opened_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs::write(place("text.sqlite"), "Det här är ingen databas, men den är lång nog att vara en.".repeat(20))
        .unwrap();
    for database in [
        folder.path().to_string_lossy().into_owned(),
        place("finns/inte/portal.sqlite"),
        place("text.sqlite"),
        "postgres://ingen:hemligt@127.0.0.1:1/portal".to_owned(),
        "postgres://ingen@127.0.0.1:1:2/portal".to_owned(),
    ] {
        for command in ["serve", "check"] {
            let said = Program::on(&database).run(&[command]).expect_refusal("databasen går inte att öppna");
            assert!(!said.err.contains("hemligt"), "{said:?}");
        }
    }
}

fn set_writable(path: impl AsRef<Path>, writable: bool) {
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(!writable);
    fs::set_permissions(&path, permissions).unwrap();
}

#[test]
fn a_database_that_may_not_be_written_is_one_line() {
    // A file whatever database the other tests run on.
    let mut program = Program::new();
    program.database = program.path("portal.sqlite");
    drop(program.start("serve"));
    let set_all_writable = |writable: bool| {
        for entry in fs::read_dir(program.folder.path()).unwrap() {
            set_writable(entry.unwrap().path(), writable);
        }
    };
    set_all_writable(false);
    for command in ["serve", "check"] {
        program.run_without_privileges(&[command]).expect_refusal(&format!("{}.lock", program.database));
    }
    set_all_writable(true);
    program.run_without_privileges(&["check"]).expect("Historiken är hel");
    // The file alone: it could be opened, and every change would fail.
    set_writable(&program.database, false);
    for command in ["serve", "check"] {
        program.run_without_privileges(&[command]).expect_refusal("filen går inte att skriva till");
    }
}

#[test]
fn made_up_and_real_data_never_meet() {
    let practice = Program::new();
    drop(practice.start("practice"));
    let refused = practice.run(&["serve"]).expect_refusal("databasen hör till övningsläge");
    assert!(refused.err.contains("skarp drift"), "{refused:?}");

    let real = Program::new();
    drop(real.start("serve"));
    real.run(&["practice"]).expect_refusal("databasen hör till skarp drift");
    drop(real.start("serve"));
}

#[test]
fn five_first_starts_at_once_all_come_up_and_the_data_is_there_once() {
    let (alone, program) = (Program::new(), Program::new());
    drop(alone.start("practice"));
    let running: Vec<Running> = thread::scope(|scope| {
        let starts: Vec<_> = (0..5).map(|_| scope.spawn(|| program.start("practice"))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    for portal in &running {
        practise(portal).expect("381 308 kr tilldelat");
    }
    assert_eq!(program.run(&["check"]).out, alone.run(&["check"]).out);
}

#[test]
fn a_portal_that_is_killed_starts_again_with_everything_it_acknowledged() {
    let program = Program::new();
    let first = program.start("practice");
    let edit = begin(&practise_as(&first, "ekonom"), "bas");
    edit.form("/uppgifter")
        .set("city", "Surte")
        .set("handling", "spara")
        .submit()
        .expect("Utkastet är sparat.");
    // Killed, not asked to end.
    drop(first);
    let second = program.start("practice");
    assert_eq!(practise_as(&second, "ekonom").get(&edit.address).value_of("city"), "Surte");
    drop(second);
    program.run(&["check"]).expect("Historiken är hel");
}

fn practise_as(running: &Running, role: &str) -> crate::browser::Browser {
    let browser = running.browser();
    let page = browser.get("/logga-in");
    page.form_with("/ovning/logga-in", "foretradare").set("role", role).submit().expect_status(200);
    browser
}

#[test]
fn an_untouched_history_is_whole_and_a_changed_line_is_found() {
    let portal = Portal::new();
    issue(&portal.preparer("Ale"), "bas", "100 000");
    let program = Program::on(&portal.address);
    program.run(&["check"]).expect("Historiken är hel");
    let change = |sql: &str| {
        portal
            .db
            .write_now(|connection| Ok::<_, DbError>(diesel::sql_query(sql).execute(connection)?))
            .unwrap()
    };
    let of_ale = "stream = (SELECT stream FROM history WHERE event = 'requisition_issued')";
    assert_eq!(change(&format!("UPDATE history SET person = 'Ingen' WHERE seq = 2 AND {of_ale}")), 1);
    let said = program.run(&["check"]);
    assert!(said.out.contains(": rad 2 (requisition_started) är ändrad"), "{said:?}");
    said.expect_refusal("historiken är ändrad på 1 ställen");

    assert_eq!(change(&format!("DELETE FROM history WHERE seq = 2 AND {of_ale}")), 1);
    let said = program.run(&["check"]);
    assert!(said.out.contains(": rad 2 saknas"), "{said:?}");
    assert_eq!(change("UPDATE history SET event = 'hittepå' WHERE event = 'allocated'"), 915);
    program.run(&["check"]).expect_refusal("historiken är ändrad på");
}

/// The check reads thousands of lines; what is written meanwhile is no break.
#[test]
fn a_check_of_a_running_portal_finds_nothing_that_is_not_there() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let program = Program::on(&portal.address);
    let checks = thread::scope(|scope| {
        let checking = scope.spawn(|| (0..3).map(|_| program.run(&["check"])).collect::<Vec<_>>());
        while !checking.is_finished() {
            let draft = preparer.get(begin(&preparer, "bas").address.trim_end_matches("/uppgifter"));
            draft.form("/borttagning").submit().expect_status(200);
        }
        checking.join().unwrap()
    });
    for said in checks {
        said.expect("Historiken är hel");
    }
}

#[test]
fn a_backup_of_a_running_portal_opens_and_holds() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let program = Program::on(&portal.address);
    let file = program.path("kopia.sqlite");
    let said = program.run(&["backup", &file]);
    if on_postgres() {
        said.expect_refusal("Bidragsporten: PostgreSQL säkerhetskopieras med pg_dump");
        return;
    }
    said.expect(&format!("Säkerhetskopian ligger i {file}."));
    // One that is there is not written over.
    program.run(&["backup", &file]).expect_refusal("finns redan");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!fs::exists(format!("{file}.part")).unwrap());

    let restored = Program::new();
    restored.run(&["restore", "/finns/inte"]).expect_refusal("går inte att läsa");
    restored.run(&["restore", &file]).expect("Historiken är hel");
    restored.run(&["restore", &file]).expect_refusal("finns redan");
    let running = restored.start("serve");
    let page = running.browser().get(&requisition);
    let page = page.form("/logga-in").set("email", "ekonom@ale.example").set("password", PASSWORD).submit();
    page.expect("AO22-1440-R1").expect("Prov Ekonom").expect("100 000 kr");
}

/// A backup that was killed leaves a part of a copy, which the next one writes over.
#[test]
fn a_backup_is_there_whole_or_not_at_all() {
    if on_postgres() {
        return;
    }
    let portal = Portal::new();
    let program = Program::on(&portal.address);
    let file = program.path("kopia.sqlite");
    fs::write(format!("{file}.part"), "en halv kopia").unwrap();
    fs::write(format!("{file}.part-journal"), "dess journal").unwrap();
    program.run(&["backup", &file]).expect("behövs för att starta på kopian");
    let restored = Program::new();
    restored.run(&["restore", &file]).expect("Historiken är hel");
    program.run(&["backup", "/finns/inte/kopia.sqlite"]).expect_refusal("går inte att skriva");
}

#[test]
fn a_copy_that_does_not_hold_is_not_put_in_place_and_stops_no_good_one() {
    if on_postgres() {
        return;
    }
    let portal = Portal::new();
    let program = Program::on(&portal.address);
    let good = program.path("kopia.sqlite");
    program.run(&["backup", &good]).expect("Säkerhetskopian ligger i");
    let whole = fs::read(&good).unwrap();
    let third = whole.len() / 3 / 4096 * 4096;
    let mut overwritten = whole.clone();
    overwritten[third..third + 4096].fill(0xA5);
    let restored = Program::new();
    // What a restore that was killed left.
    fs::write(format!("{}.restoring", restored.database), "en halv kopia").unwrap();
    for (name, content) in [
        ("halv", &whole[..whole.len() / 2]),
        ("tom", &[][..]),
        ("text", &"Hej ".repeat(5000).into_bytes()[..]),
        ("skriven", &overwritten[..]),
    ] {
        let bad = restored.path(name);
        fs::write(&bad, content).unwrap();
        let said = restored.run(&["restore", &bad]);
        assert_eq!(said.code, Some(1), "{name}: {said:?}");
        assert!(!fs::exists(&restored.database).unwrap(), "{name}");
        assert!(!fs::exists(format!("{}.restoring", restored.database)).unwrap(), "{name}");
    }
    restored.run(&["restore", &good]).expect("Historiken är hel");
    drop(restored.start("serve"));
}

#[test]
fn a_database_of_a_newer_version_is_refused_in_one_line() {
    let portal = Portal::new();
    let newer = "INSERT INTO __diesel_schema_migrations VALUES ('20991231000000', CURRENT_TIMESTAMP)";
    portal.db.write_now(|db| Ok::<_, DbError>(diesel::sql_query(newer).execute(db)?)).unwrap();
    for command in ["serve", "check"] {
        Program::on(&portal.address).run(&[command]).expect_refusal("en nyare version av programmet");
    }
}

#[test]
fn a_database_that_is_gone_is_not_replaced_by_an_empty_one_beside_its_key() {
    let mut program = Program::new();
    program.database = program.path("portal.sqlite");
    drop(program.start("serve"));
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", program.database));
    }
    program.run(&["serve"]).expect_refusal("saknas men dess nyckelfil");
    assert!(!fs::exists(&program.database).unwrap());
    fs::rename(format!("{}.key", program.database), program.path("undan")).unwrap();
    drop(program.start("serve"));
}

#[test]
fn an_empty_key_file_is_none_before_the_database_has_met_a_key_and_missing_after() {
    let program = Program::new();
    let key = program.path("portal.key");
    fs::write(&key, "").unwrap();
    drop(program.start_with("serve", &["--key-file", &key]));
    assert_eq!(fs::read_to_string(&key).unwrap().trim().len(), 64);
    fs::write(&key, "").unwrap();
    program.run(&["serve", "--key-file", &key]).expect_refusal("saknas");
}

/// Standard error is full: what is logged is lost, and no answer is.
#[test]
fn a_log_that_cannot_be_written_harms_nothing() {
    let program = Program::new();
    let running = program.start_with_a_full_log("serve");
    for _ in 0..3 {
        running.browser().get("/logga-in").expect_status(200);
    }
    program.run_with_full_output(&["check"]);
}

#[test]
fn a_mistyped_database_is_neither_checked_nor_copied() {
    let program = Program::new();
    let file = program.path("kopia.sqlite");
    if !on_postgres() {
        program.run(&["check"]).expect_refusal("filen finns inte");
        assert!(!fs::exists(&program.database).unwrap());
        fs::write(&program.database, "").unwrap();
    }
    program.run(&["check"]).expect_refusal("databasen är tom");
    program.run(&["backup", &file]).expect_refusal("databasen är tom");
    assert!(!fs::exists(file).unwrap());
}

#[test]
fn a_new_person_gets_a_link_once_and_a_role_that_the_organisation_has() {
    let program = Program::new();
    let add = |email: &str, organisation: &str, role: &str| {
        let who = ["--email", email, "--name", "Åsa Prov", "--organisation", organisation, "--role", role];
        program.run(&[&["add-person"], who.as_slice()].concat())
    };
    let email = "Asa@Ale.example";
    add(email, "1440", "kung").expect_refusal("rollen kung finns inte");
    add(email, "9999", "ekonom").expect_refusal("organisationen 9999 finns inte");
    add(email, "1440", "handlaggare").expect_refusal("eller har inte rollen handlaggare");
    add("ingen adress", "1440", "ekonom").expect_refusal("Skriv en enda adress");

    let portal = program.start("serve");
    let sign_in = |password: &str| {
        let page = portal.browser().get("/logga-in");
        page.form("/logga-in").set("email", "asa@ale.example").set("password", password).submit()
    };
    let said = add(email, "1440", "ekonom").expect("Åsa Prov är nu ekonom för Ale kommun.");
    let link = |out: &str| format!("/valkommen/{}", out.split_once("/valkommen/").expect("a link").1.trim());
    let first = link(&said.out);
    // Nobody knows a password yet, not even an empty one.
    sign_in("").expect_status(422);
    let page = portal.browser().get(&first).expect("Välj ditt lösenord").expect("Den som driver portalen");
    let choose = |password: &str| page.form("/losenord").set("new_password", password).submit();
    assert!(choose("kort").expect_status(422).error_at("new_password").contains("15"));
    let near = choose("asa@ale.example prov").expect_status(422);
    assert!(near.error_at("new_password").contains("lätt att gissa"));
    choose(PASSWORD).expect_status(200);
    choose("ett annat långt lösenord").expect_status(410);
    sign_in(PASSWORD).expect_status(200).expect("Mina bidrag");
    // Another role gives no link and changes no password.
    let said = add(email, "1440", "foretradare").expect("behörig företrädare");
    assert!(!said.out.contains("/valkommen/"), "{said:?}");
    // The old one still opens; and who signs needs a second factor.
    sign_in(PASSWORD).expect_status(200).expect("Din roll kräver det");

    program.run(&["offer-password", "--email", "ingen@ale.example"]).expect_refusal("ingen har adressen");
    let offered = program.run(&["offer-password", "--email", email]).expect("Med den väljs lösenordet");
    let newer = program.run(&["offer-password", "--email", email]).expect("Med den väljs lösenordet");
    portal.browser().get(&link(&offered.out)).expect_status(410);
    let page = portal.browser().get(&link(&newer.out)).expect("Välj ett nytt lösenord");
    page.form("/losenord").set("new_password", "ett annat långt lösenord").submit().expect_status(200);
    sign_in(PASSWORD).expect_status(422);
    sign_in("ett annat långt lösenord").expect_status(200);
    program.run(&["check"]).expect("Historiken är hel");
}

#[test]
fn links_lead_to_the_configured_address_whatever_a_request_says() {
    let program = Program::new();
    let file = program.path("portal.toml");
    fs::write(&file, "address = 'https://bidrag.example'\n").unwrap();
    let add = ["add-person", "--email", "a@ale.example", "--name", "A", "--organisation", "1440"];
    let said = program.run(&[add.as_slice(), &["--role", "ekonom", "--config", &file]].concat());
    said.expect("https://bidrag.example/valkommen/");

    let portal = Portal::configured("address = 'https://bidrag.example'\n");
    let boss = administrator(&portal, "Ale");
    let page = boss.get("/kollegor").form("/kollegor/inbjudningar").set("email", "b@ale.example");
    let made = page.set("role", "ekonom").submit().expect("https://bidrag.example/valkommen/");
    for (name, said) in [("forwarded", "host=ond.example"), ("x-forwarded-host", "ond.example")] {
        let request = boss.request(reqwest::Method::GET, &made.address).header(name, said);
        boss.send(request).expect("https://bidrag.example/valkommen/").expect_not("ond.example");
    }
    let request = portal.anyone().request(reqwest::Method::GET, "/oppna-data/katalog.rdf");
    let catalogue = portal.anyone().send(request.header("host", "ond.example"));
    assert_eq!(catalogue.headers["cache-control"], "public, no-cache");
    let catalogue = catalogue.html();
    assert!(catalogue.contains("https://bidrag.example/oppna-data/") && !catalogue.contains("ond.example"));

    // Without one, by where the request was sent; what a proxy says beside that counts for nothing.
    let portal = Portal::new();
    let boss = administrator(&portal, "Ale");
    let page = boss.get("/kollegor").form("/kollegor/inbjudningar").set("email", "b@ale.example");
    let made = page.set("role", "ekonom").submit().expect(&format!("{}/valkommen/", portal.url));
    let request = boss.request(reqwest::Method::GET, &made.address);
    boss.send(request.header("forwarded", "host=ond.example;proto=https")).expect_not("ond.example");
}
