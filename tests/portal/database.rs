//! A database of its own for every test: empty, or as the portal leaves it at its first start. That start took half of a
//! test's time, so it is made once for each build of the tests, by the program's own code, and copied.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    time::SystemTime,
};

use bidragsporten::{
    infra::db::{Address, Db},
    install::{self, Mode},
};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection};
use tempfile::TempDir;

use crate::portal::stockholm;

pub fn on_postgres() -> bool {
    env::var("TEST_DATABASE").is_ok_and(|kind| kind == "postgres")
}

/// An empty database: a file, or one made in the test's PostgreSQL.
pub fn fresh_database(folder: &TempDir) -> String {
    if !on_postgres() {
        return file_in(folder);
    }
    let name = new_name();
    server().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    address_of(&name)
}

/// The same with the registry and the agreements that ship with the program.
pub fn installed_database(folder: &TempDir, mode: Mode) -> String {
    if !on_postgres() {
        let file = file_in(folder);
        fs::copy(prepared_file(mode), &file).unwrap();
        return file;
    }
    let (prepared, name) = (prepared_on_server(mode), new_name());
    server().batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {prepared}")).unwrap();
    address_of(&name)
}

fn install(address: &str, mode: Mode) -> Db {
    let db = Db::open(Address::parse(address)).unwrap();
    install::install(&db, mode, stockholm("2022-01-10 08:00:00")).unwrap();
    db
}

/// Made by the first test that asks, while the others wait; anew when the tests have been built anew.
fn prepared_file(mode: Mode) -> PathBuf {
    let program = env::current_exe().unwrap();
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(parent).unwrap();
    let file = parent.join(format!("{}-{mode:?}.sqlite", program.file_name().unwrap().display()));
    let lock = File::create(file.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if modified(&file) < modified(&program) {
        let folder = tempfile::tempdir_in(parent).unwrap();
        let copy = folder.path().join("copy.sqlite");
        install(&file_in(&folder), mode).back_up(&copy).unwrap();
        fs::rename(copy, &file).unwrap();
    }
    file
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// The same as a database, whose name says of which build it is.
fn prepared_on_server(mode: Mode) -> String {
    let program = env::current_exe().unwrap();
    let built = modified(&program).unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let name = format!("{}_{mode:?}_{}", program.file_name().unwrap().display(), built.as_millis());
    let name = name.replace('-', "_").to_lowercase();
    let mut server = server();
    // Let go with the connection.
    server.batch_execute("SELECT pg_advisory_lock(1)").unwrap();
    let known = format!("SELECT FROM pg_database WHERE datname = '{name}'");
    if diesel::sql_query(known).execute(&mut server).unwrap() == 0 {
        let unfinished = new_name();
        server.batch_execute(&format!("CREATE DATABASE {unfinished}")).unwrap();
        drop(install(&address_of(&unfinished), mode));
        server.batch_execute(&format!("ALTER DATABASE {unfinished} RENAME TO {name}")).unwrap();
    }
    name
}

fn file_in(folder: &TempDir) -> String {
    folder.path().join("portal.sqlite").to_string_lossy().into_owned()
}

fn new_name() -> String {
    format!("t_{}", uuid::Uuid::now_v7().simple())
}

fn server() -> PgConnection {
    PgConnection::establish(&server_address()).expect("the test's PostgreSQL answers")
}

fn server_address() -> String {
    env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL names the test's PostgreSQL")
}

fn address_of(name: &str) -> String {
    let server = server_address();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
