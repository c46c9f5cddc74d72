//! A running portal on a database of its own.

use std::{net::TcpListener, sync::LazyLock, thread};

use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher};
use bidragsporten::{
    ground::{
        history,
        infra::{
            Portal as State, SecondFactor,
            clock::Clock,
            config::Config,
            db::{Address, Db, DbError},
            schema::{memberships, people, sessions},
            seal::Key,
        },
    },
    people::{
        access::{self, Role},
        recipient,
    },
    run::install::Mode,
    server,
};
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Europe::Stockholm;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use crate::{browser::Browser, database::installed_database};

pub const PASSWORD: &str = "ett långt lösenord för prov";

/// As it is stored, with the least work that argon2 knows: hashing was a sixth of a test's time. How much work it is stands
/// in the hash, so signing in does not differ; passwords that the portal itself hashes cost what they cost.
static PASSWORD_HASH: LazyLock<String> = LazyLock::new(|| {
    let least = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, Params::MIN_P_COST, None).unwrap();
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, least);
    argon.hash_password(PASSWORD.as_bytes()).unwrap().to_string()
});

pub struct Portal {
    pub url: String,
    pub db: Db,
    pub address: String,
    pub clock: Clock,
    _folder: tempfile::TempDir,
}

/// The moment by a clock on the wall in Stockholm.
pub fn stockholm(text: &str) -> DateTime<Utc> {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    naive.and_local_timezone(Stockholm).earliest().unwrap().to_utc()
}

impl Portal {
    /// The real portal, on 15 March 2022: the 2022 requisition is open.
    pub fn new() -> Self {
        Self::reached(str::to_owned)
    }

    /// The real portal with something set as an operator sets it.
    pub fn set_up(set_up: impl FnOnce(State) -> State) -> Self {
        Self::start(Mode::Real, set_up)
    }

    /// With what an operator wrote in the configuration.
    pub fn configured(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("portal.toml");
        std::fs::write(&file, config).unwrap();
        Self::set_up(|portal| State { config: Config::read(&file).unwrap(), ..portal })
    }

    pub fn practice() -> Self {
        Self::start(Mode::Practice, |portal| portal)
    }

    /// As it runs behind a proxy that speaks https.
    pub fn behind_https() -> Self {
        Self::start(Mode::Real, |portal| State { https: true, ..portal })
    }

    /// As an operator starts it: those who sign, decide, pay or administer have a second factor.
    pub fn with_second_factors() -> Self {
        Self::set_up(|portal| State { second_factor: SecondFactor::Required, ..portal })
    }

    /// With its database reached by another way.
    pub fn reached(way: impl FnOnce(&str) -> String) -> Self {
        Self::start_by(way, Mode::Real, |portal| portal)
    }

    fn start(mode: Mode, set_up: impl FnOnce(State) -> State) -> Self {
        Self::start_by(str::to_owned, mode, set_up)
    }

    fn start_by(way: impl FnOnce(&str) -> String, mode: Mode, set_up: impl FnOnce(State) -> State) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = installed_database(&folder, mode);
        let db = Db::open(Address::parse(&way(&address))).unwrap();
        let clock = Clock::real();
        clock.fix(stockholm("2022-03-15 09:00:00"));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let practice = mode == Mode::Practice;
        let state = State::new(db.clone(), clock.clone(), practice, Key::random().unwrap());
        // What the program does by itself asks the database. A test that wants it sets a shorter time.
        let state = set_up(State { upkeep: std::time::Duration::from_secs(24 * 60 * 60), ..state });
        let state = actix_web::web::Data::new(state);
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async { server::start(state, listener).unwrap().await })
        });
        Self { url, db, address, clock, _folder: folder }
    }

    /// Sets the portal's clock, in Stockholm time.
    pub fn at(&self, text: &str) {
        self.clock.fix(stockholm(text));
    }

    /// Makes every session as old as this, and unseen for so long.
    pub fn age_sessions(&self, unseen: Duration, age: Duration) {
        let now = Utc::now().naive_utc();
        self.db
            .write_now(|connection| {
                let times = (sessions::last_seen_at.eq(now - unseen), sessions::created_at.eq(now - age));
                diesel::update(sessions::table).set(times).execute(connection)?;
                Ok::<_, DbError>(())
            })
            .unwrap();
    }

    /// Lets that much time pass for every session.
    pub fn age_sessions_by(&self, time: Duration) {
        self.db
            .write_now(|connection| {
                let rows = sessions::table.select((
                    sessions::token_hash,
                    sessions::last_seen_at,
                    sessions::created_at,
                ));
                let rows: Vec<(String, NaiveDateTime, NaiveDateTime)> = rows.load(connection)?;
                for (key, seen, created) in rows {
                    let times =
                        (sessions::last_seen_at.eq(seen - time), sessions::created_at.eq(created - time));
                    diesel::update(sessions::table.find(key)).set(times).execute(connection)?;
                }
                Ok::<_, DbError>(())
            })
            .unwrap();
    }

    /// Lets that much time pass since everybody last showed who they are.
    pub fn age_confirmations(&self, time: Duration) {
        let shown = Utc::now().naive_utc() - time;
        self.db
            .write_now(|connection| {
                diesel::update(sessions::table).set(sessions::confirmed_at.eq(shown)).execute(connection)?;
                Ok::<_, DbError>(())
            })
            .unwrap();
    }

    /// Somebody leaves.
    pub fn take_roles_of(&self, email: &str) {
        self.db
            .write_now(|connection| {
                let (person, _) = access::store::find_by_email(connection, email)?.expect("known");
                let held = memberships::table.filter(memberships::person_id.eq(person.id.to_string()));
                diesel::delete(held).execute(connection)?;
                Ok::<_, DbError>(())
            })
            .unwrap();
    }

    /// Everybody has this name from now on.
    pub fn name_everybody(&self, name: &str) {
        self.db
            .write_now(|connection| {
                diesel::update(people::table).set(people::name.eq(name)).execute(connection)?;
                Ok::<_, DbError>(())
            })
            .unwrap();
    }

    /// Somebody's browser, signed in nowhere.
    pub fn anyone(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// The *ekonom* of a municipality.
    pub fn preparer(&self, municipality: &str) -> Browser {
        self.sign_in(municipality, &[Role::Preparer], "Ekonom")
    }

    /// The *behörig företrädare* of a municipality.
    pub fn signatory(&self, municipality: &str) -> Browser {
        self.sign_in(municipality, &[Role::Signatory], "Företrädare")
    }

    /// The *ekonomichef* of a municipality.
    pub fn finance_head(&self, municipality: &str) -> Browser {
        self.sign_in(municipality, &[Role::FinanceHead], "Ekonomichef")
    }

    /// A *handläggare* at Kammarkollegiet.
    pub fn officer(&self) -> Browser {
        self.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Handläggare")
    }

    /// With what those who signed in showed who they were, as the access log has it.
    pub fn ways_in(&self) -> Vec<String> {
        let lines = self.db.read_now(|connection| history::store::of(connection, "access")).unwrap();
        let came_in = lines.into_iter().filter(|line| line.entry.event == history::Event::SignedIn);
        came_in.map(|line| line.entry.details).collect()
    }

    /// Gives somebody known by e-mail a role in another organisation too.
    pub fn give_role(&self, email: &str, organisation: &str, role: Role) {
        self.db
            .write_now(|connection| {
                let (person, _) = access::store::find_by_email(connection, email)?.expect("known");
                let all = recipient::store::all(connection)?;
                let organisation = all.into_iter().find(|known| known.name == organisation).expect("known");
                access::store::give_role(connection, person.id, organisation.id, role)
            })
            .unwrap();
    }

    /// Signs somebody in through the sign-in page. The same name is the same person.
    pub fn sign_in(&self, organisation: &str, roles: &[Role], name: &str) -> Browser {
        let email = format!("{name}@{organisation}.example").to_lowercase().replace(' ', "-");
        let (organisation, roles, address) = (organisation.to_owned(), roles.to_vec(), email.clone());
        let name = format!("{name} i {organisation}");
        self.db
            .write_now(move |connection| {
                let all = recipient::store::all(connection)?;
                let organisation = all.into_iter().find(|known| known.name == organisation).expect("known");
                let person = match access::store::find_by_email(connection, &address)? {
                    Some((person, _)) => person,
                    None => {
                        access::store::add_person(connection, &address, &name, &PASSWORD_HASH, Utc::now())?
                    }
                };
                for role in roles {
                    access::store::give_role(connection, person.id, organisation.id, role)?;
                }
                Ok::<_, DbError>(())
            })
            .unwrap();
        let browser = self.anyone();
        let page = browser.get("/logga-in");
        let home = page.form("/logga-in").set("email", &email).set("password", PASSWORD).submit();
        assert_ne!(home.address, "/logga-in", "{}", home.text());
        browser
    }
}
