//! A database of its own for every test: empty, or as the portal leaves it at its first start. That start took half of a
//! test's time, so it is made once for each build of the tests, by the program's own code, and copied.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use bidragsporten::{
    ground::infra::db::{Address, Db},
    run::install::{self, Mode},
};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection,
};
use flate2::read::GzDecoder;
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

/// A database with one of each thing, as an earlier version of the program left it on this kind of server
/// (`tests/databases`), and what that version's pages said of it.
pub fn database_of_each_thing(folder: &TempDir) -> (String, serde_json::Value) {
    let (address, kind) = if on_postgres() {
        let mut dump = String::new();
        packed("2026-11-30.sql.gz").read_to_string(&mut dump).unwrap();
        let address = fresh_database(folder);
        PgConnection::establish(&address).unwrap().batch_execute(&dump).unwrap();
        (address, "sql")
    } else {
        (unpacked(folder, "2026-11-30.sqlite.gz"), "sqlite")
    };
    let said = fs::read_to_string(in_project(&format!("tests/databases/2026-11-30.{kind}.json"))).unwrap();
    (address, serde_json::from_str(&said).unwrap())
}

fn packed(name: &str) -> GzDecoder<File> {
    GzDecoder::new(File::open(in_project("tests/databases").join(name)).unwrap())
}

fn unpacked(folder: &TempDir, name: &str) -> String {
    let file = folder.path().join("earlier.sqlite").to_string_lossy().into_owned();
    io::copy(&mut packed(name), &mut File::create(&file).unwrap()).unwrap();
    file
}

/// The database that an earlier version of the program left (`tests/databases`), on either kind of server.
pub fn earlier_database(folder: &TempDir) -> String {
    let file = unpacked(folder, "2026-11-22.sqlite.gz");
    if !on_postgres() {
        return file;
    }
    let name = new_name();
    server().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let mut postgres = PgConnection::establish(&address_of(&name)).unwrap();
    let mut sqlite = SqliteConnection::establish(&file).unwrap();
    // Its tables are those of the migrations that it had; its rows go over as they are.
    postgres.batch_execute("CREATE DOMAIN blob AS bytea; SET session_replication_role = replica").unwrap();
    let mut migrations: Vec<PathBuf> =
        fs::read_dir(in_project("migrations")).unwrap().map(|folder| folder.unwrap().path()).collect();
    migrations.sort();
    migrations.retain(|folder| folder.file_name().unwrap() < OsStr::new("2026-11-23"));
    for folder in migrations {
        postgres.batch_execute(&fs::read_to_string(folder.join("up.sql")).unwrap()).unwrap();
    }
    postgres.batch_execute(MIGRATIONS_TABLE).unwrap();
    let tables = "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    for Text { text: table } in sqlite_rows(&mut sqlite, tables) {
        let columns = format!("SELECT name AS text FROM pragma_table_info('{table}')");
        let columns: Vec<String> =
            sqlite_rows(&mut sqlite, &columns).into_iter().map(|Text { text }| text).collect();
        let values: Vec<String> = columns.iter().map(|column| value_of(column)).collect();
        let into = columns.join(", ");
        let rows = format!(
            "SELECT 'INSERT INTO {table} ({into}) VALUES (' || {} || ')' AS text FROM {table}",
            values.join(" || ', ' || ")
        );
        // What the migrations have put there is in the file too.
        let mut rows = vec![
            format!("DELETE FROM {table}"),
            sqlite_rows(&mut sqlite, &rows)
                .into_iter()
                .map(|Text { text }| text)
                .collect::<Vec<_>>()
                .join(";\n"),
        ];
        rows.retain(|statement| !statement.is_empty());
        postgres.batch_execute(&rows.join(";\n")).unwrap();
    }
    address_of(&name)
}

const MIGRATIONS_TABLE: &str = "CREATE TABLE __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";

/// How SQLite writes a column's value for PostgreSQL, whatever type it has there. A time to the microsecond, as the history
/// counts it: PostgreSQL would round the rest up.
fn value_of(column: &str) -> String {
    format!(
        "CASE WHEN {column} IS NULL THEN 'NULL' \
         WHEN typeof({column}) = 'blob' THEN '''\\x' || hex({column}) || '''' \
         WHEN {column} GLOB '????-??-?? ??:??:??.???????*' THEN quote(substr({column}, 1, 26)) \
         ELSE quote(CAST({column} AS TEXT)) END"
    )
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// What a query gives as a column `text`, on either kind of server.
pub fn texts(address: &str, query: &str) -> Vec<String> {
    let rows: Vec<Text> = if on_postgres() {
        diesel::sql_query(query).load(&mut PgConnection::establish(address).unwrap()).unwrap()
    } else {
        sqlite_rows(&mut SqliteConnection::establish(address).unwrap(), query)
    };
    rows.into_iter().map(|Text { text }| text).collect()
}

/// Why the database refuses a statement; nothing if it does not.
pub fn refusal(address: &str, statement: &str) -> Option<String> {
    let done = if on_postgres() {
        PgConnection::establish(address).unwrap().batch_execute(statement)
    } else {
        let mut sqlite = SqliteConnection::establish(address).unwrap();
        sqlite.batch_execute("PRAGMA foreign_keys = ON").unwrap();
        sqlite.batch_execute(statement)
    };
    done.err().map(|error| error.to_string())
}

fn sqlite_rows(connection: &mut SqliteConnection, query: &str) -> Vec<Text> {
    diesel::sql_query(query).load(connection).unwrap()
}

fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
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
