//! Files and the virus scanner: ClamAV's own daemon, with one signature of ours that knows EICAR's test file.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use bidragsporten::ground::infra::{
    db::{AnyConnection, DbError},
    scan::Scanner,
    schema::jobs,
};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use tempfile::TempDir;

use crate::{
    browser::{Browser, Form, Page},
    files::PDF,
    journeys::{issue, whole_grant},
    portal::Portal,
    program::Program,
};

/// EICAR's string in halves, so that this file is not taken for it.
fn eicar() -> String {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EIC", "AR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

fn infected() -> Vec<u8> {
    crate::files::pdf(&eicar())
}

struct Clamd {
    folder: TempDir,
    daemon: Option<Child>,
}

impl Clamd {
    /// Configured, and not running yet.
    fn new() -> Self {
        Self::that_takes("10M")
    }

    /// The same for files up to a size; of larger ones it says nothing.
    fn that_takes(most: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("signatures")).unwrap();
        let hex: String = eicar().bytes().map(|byte| format!("{byte:02x}")).collect();
        fs::write(path("signatures/test.ndb"), format!("Test.Eicar:0:*:{hex}\n")).unwrap();
        let settings = [
            ("DatabaseDirectory", path("signatures")),
            ("LocalSocket", path("socket")),
            ("Foreground", PathBuf::from("yes")),
            ("StreamMaxLength", PathBuf::from(most)),
        ];
        let settings = settings.map(|(name, value)| format!("{name} {}\n", value.display())).concat();
        fs::write(path("clamd.conf"), settings).unwrap();
        Self { folder, daemon: None }
    }

    fn scanner(&self) -> Scanner {
        Scanner::Socket(self.folder.path().join("socket"))
    }

    fn start(&mut self) {
        let settings = self.folder.path().join("clamd.conf");
        let daemon = Command::new("clamd").arg("--config-file").arg(settings).stdout(Stdio::null()).spawn();
        self.daemon = Some(daemon.expect("clamav-daemon is installed"));
        until("clamd answers", || self.folder.path().join("socket").exists());
    }

    fn portal(&self) -> Portal {
        let scanner = Some(self.scanner());
        Portal::set_up(|portal| bidragsporten::ground::infra::Portal {
            scanner,
            upkeep: Duration::from_millis(100),
            ..portal
        })
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "not yet: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// A requisition of Ale's that waits for its scan on paper.
fn waiting(portal: &Portal) -> (Browser, Form, String) {
    let preparer = portal.preparer("Ale");
    let issued = issue(&preparer, "bas", "10 000");
    (preparer, issued.form("/inskannad"), issued.address)
}

fn download(browser: &Browser, case: &str) -> Page {
    browser.get(case).follow("skan.pdf")
}

#[test]
fn a_clean_file_is_kept_and_one_with_a_virus_is_not() {
    let mut clamd = Clamd::new();
    clamd.start();
    let portal = clamd.portal();
    let (preparer, form, case) = waiting(&portal);
    let page = form.clone().file("file", "skan.pdf", infected()).submit().expect_status(422);
    assert!(page.error_at("file").contains("skadlig kod"), "{}", page.error_at("file"));
    preparer.get(&case).expect("Väntar på underskrift").expect_not("skan.pdf");
    form.file("file", "skan.pdf", PDF).submit().expect_status(200).expect("Kvitto");
    assert_eq!(download(&preparer, &case).bytes, PDF);
}

#[test]
fn a_file_that_cannot_be_scanned_waits_and_is_opened_by_nobody_until_it_is() {
    let mut clamd = Clamd::new();
    let portal = clamd.portal();
    let (preparer, form, case) = waiting(&portal);
    form.file("file", "skan.pdf", PDF).submit().expect_status(200).expect("Kvitto");
    let page = preparer.get(&case).expect("väntar på virusgenomsökning");
    assert!(!page.has_link("skan.pdf"));
    clamd.start();
    until("the file is scanned", || preparer.get(&case).has_link("skan.pdf"));
    assert_eq!(download(&preparer, &case).bytes, PDF);
}

#[test]
fn a_file_that_cannot_be_scanned_holds_up_nobody_elses() {
    let mut clamd = Clamd::that_takes("1M");
    let portal = clamd.portal();
    let (owner, form, too_large) = waiting(&portal);
    let mut large = PDF.to_vec();
    large.resize(3 * 1024 * 1024, b'\n');
    form.file("file", "skan.pdf", large).submit().expect_status(200).expect("Kvitto");
    let other = portal.preparer("Alingsås");
    let issued = issue(&other, "bas", "10 000");
    let small = issued.address.clone();
    issued.form("/inskannad").file("file", "skan.pdf", PDF).submit().expect_status(200).expect("Kvitto");
    clamd.start();
    until("the small file is scanned", || other.get(&small).has_link("skan.pdf"));
    assert!(!owner.get(&too_large).expect("väntar på virusgenomsökning").has_link("skan.pdf"));

    // After some tries it is not tried any more, and everybody who can do something about it is told.
    let last_try = |connection: &mut AnyConnection| {
        let waiting = jobs::table.filter(jobs::state.eq("waiting"));
        let last = (jobs::tries.eq(4), jobs::due_at.eq(chrono::Utc::now().naive_utc()));
        assert_eq!(diesel::update(waiting).set(last).execute(connection)?, 1);
        Ok::<_, DbError>(())
    };
    portal.db.write_now(last_try).unwrap();
    let told = "går inte att virusgenomsöka och kan inte öppnas";
    until("nobody tries it any more", || owner.get(&too_large).text().contains(told));
    let program = Program::on(&portal.address);
    program.run(&["unscannable"]).expect("Filer som inte gick att virusgenomsöka: 1.");
    program.run(&["unscannable", "--again"]).expect("Filer som genomsöks på nytt: 1.");
    owner.get(&too_large).expect("väntar på virusgenomsökning");
}

#[test]
fn a_virus_that_is_found_later_is_locked_in() {
    let mut clamd = Clamd::new();
    let portal = clamd.portal();
    let (preparer, form, case) = waiting(&portal);
    form.file("file", "skan.pdf", infected()).submit().expect_status(200).expect("Kvitto");
    clamd.start();
    until("the file is scanned", || preparer.get(&case).text().contains("hittade skadlig kod"));
    assert!(!preparer.get(&case).has_link("skan.pdf"));
    let whole = whole_grant(&portal.officer(), &case);
    whole.expect("En fil spärrades: virusgenomsökningen hittade skadlig kod (SHA-256 ");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn a_table_is_not_read_before_it_is_scanned() {
    let clamd = Clamd::new();
    let portal = clamd.portal();
    let officer = portal.officer();
    let form = officer.get("/forslag/nytt").form("/forslag").set("overenskommelse", "aldreomsorg-2022");
    let proposal = form.set("year", "2027").submit().expect_status(200).address;
    let proposal = proposal.split('?').next().unwrap();
    let import = officer.get(&format!("{proposal}/fordelning/import"));
    let page = import.form("/import").file("file", "tabell.csv", "Kommunkod;Belopp\n1440;1\n").submit();
    page.expect_status(422).expect("går inte att virusgenomsöka just nu");
}
