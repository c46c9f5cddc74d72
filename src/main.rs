//! The command line. Told nothing, it starts the portal in practice mode on an SQLite file in this folder.

use std::{
    fmt::{self, Display, Formatter},
    fs::File,
    io::{BufWriter, Write},
    net::{IpAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use actix_web::web;
use anyhow::{Context, anyhow, bail};
use bidragsporten::{
    access::{self, Mandate, Role},
    account, agreement, calendar, grant,
    history::{self, Event, Who},
    infra::{
        Portal, SecondFactor,
        clock::Clock,
        config::Config,
        db::{Address, Db, DbError},
        hash::random_token,
        limits::Limits,
        scan::Scanner,
        seal::Key,
    },
    install::{self, Mode},
    mandate::{self, form::MandateForm},
    numbers::Email,
    onward, personal_data, practice, proposal, recipient, server,
};
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

/// Portal for targeted state grants.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// The database: a path for SQLite, or postgres://…
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "bidragsporten.sqlite",
        global = true,
        hide_env_values = true
    )]
    database: String,
    /// The address to listen on.
    #[arg(long, env = "BIDRAGSPORTEN_LISTEN", default_value = "127.0.0.1:8080", global = true)]
    listen: String,
    /// What the operator decides: sessions, identity providers (see bidragsporten.example.toml).
    #[arg(long, env = "BIDRAGSPORTEN_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// The address for health and Prometheus' figures, for those inside; without it there is none.
    #[arg(long, env = "BIDRAGSPORTEN_FIGURES", global = true)]
    figures: Option<String>,
    /// Practice mode lets anybody sign in as anybody: on an address that others reach, only with this.
    #[arg(long, env = "BIDRAGSPORTEN_OPEN_PRACTICE", global = true)]
    open_practice: bool,
    /// How the log is written, to standard error. RUST_LOG says what of it.
    #[arg(long, env = "BIDRAGSPORTEN_LOG", value_enum, default_value = "text", global = true)]
    log: Log,
    /// The file with the key that seals the second factors' secrets; made at the first start. Without it: beside the SQLite
    /// file, or bidragsporten.key in this folder.
    #[arg(long, env = "BIDRAGSPORTEN_KEY_FILE", global = true)]
    key_file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Log {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Practice mode (the default): real agreements, made-up filings, one-click sign-in.
    Practice,
    /// The real portal.
    Serve {
        /// The portal is behind a proxy that speaks https: cookies are for https only.
        #[arg(long, env = "BIDRAGSPORTEN_HTTPS")]
        https: bool,
        /// The address of a proxy that is believed when it says where a request comes from (X-Forwarded-For).
        #[arg(long = "proxy", env = "BIDRAGSPORTEN_PROXIES", value_delimiter = ',')]
        proxies: Vec<IpAddr>,
        /// ClamAV's daemon, such as 127.0.0.1:3310 or /run/clamav/clamd.ctl: looks through every uploaded file.
        #[arg(long, env = "BIDRAGSPORTEN_CLAMD")]
        clamd: Option<Scanner>,
        /// Those who sign, decide, pay or administer may do so with a password alone.
        #[arg(long, env = "BIDRAGSPORTEN_SECOND_FACTOR_OPTIONAL")]
        second_factor_optional: bool,
    },
    /// Adds an agreement from a folder with agreement.toml and allocation.csv.
    Import { folder: PathBuf },
    /// Gives a person a role, and a new person a link to choose a password with.
    AddPerson(AddPerson),
    /// A link with which somebody chooses a new password: for whoever no administrator can help.
    OfferPassword {
        #[arg(long)]
        email: String,
    },
    /// For whoever has lost both the app and the recovery codes: only the password is asked for, until a new one is set up.
    RemoveSecondFactor {
        #[arg(long)]
        email: String,
    },
    /// Signs a person out everywhere, or everybody.
    EndSessions {
        #[arg(long, required_unless_present = "all", conflicts_with = "all")]
        person: Option<String>,
        #[arg(long)]
        all: bool,
    },
    /// Verifies the database file and the history's chains.
    Check,
    /// Puts a copy that `backup` wrote where the portal's SQLite database is to be, and verifies it. Never over one that is there.
    Restore { file: PathBuf },
    /// Removes the account of somebody who has left and has no role any more.
    RemovePerson {
        #[arg(long)]
        email: String,
    },
    /// Writes the whole history for an auditor, a line of JSON for each line, with the hashes that chain them.
    ExportHistory { file: PathBuf },
    /// Removes the lines of the access log from before a day, such as 2024-01-01.
    PruneAccessLog {
        #[arg(long)]
        before: NaiveDate,
    },
    /// Writes a copy of the SQLite database, while the portal runs or not.
    Backup { file: PathBuf },
}

#[derive(Args)]
struct AddPerson {
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    /// Kommunkod, or the code of an authority such as kammarkollegiet.
    #[arg(long)]
    organisation: String,
    /// ekonom, ekonomichef, foretradare, handlaggare, beslutsfattare, utbetalare, insyn or administrator.
    #[arg(long)]
    role: String,
    /// The first day of the mandate to certify or sign, such as 2022-01-01.
    #[arg(long, default_value = "")]
    from: String,
    /// Its last day.
    #[arg(long, default_value = "")]
    to: String,
    /// The decision that it rests on; required with a day.
    #[arg(long, default_value = "")]
    decision: String,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match cli.log {
        Log::Text => log.init(),
        Log::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line: PostgreSQL's own words are several.
            let cause = format!("{error:#}");
            eprintln!("Bidragsporten: {}", cause.split_whitespace().collect::<Vec<_>>().join(" "));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<()> {
    match cli.command.as_ref().unwrap_or(&Command::Practice) {
        Command::Practice => serve(cli, Mode::Practice, |portal| portal),
        Command::Serve { https: true, proxies, .. } if proxies.is_empty() => {
            bail!("med --https behövs --proxy, proxyns adress: annars räknas alla som en och samma")
        }
        Command::Serve { https, proxies, clamd, second_factor_optional } => {
            serve(cli, Mode::Real, |portal| Portal {
                https: *https,
                proxies: proxies.clone(),
                limits: Limits::on(),
                scanner: clamd.clone(),
                second_factor: if *second_factor_optional {
                    SecondFactor::Optional
                } else {
                    SecondFactor::Required
                },
                ..portal
            })
        }
        Command::Import { folder } => {
            let terms = install::import(&open_installed(cli)?, folder, chrono::Utc::now())?;
            println!("{} är inlagd: {} kronor i {} poster.", terms.slug, terms.total, terms.posts.len());
            Ok(())
        }
        Command::AddPerson(person) => add_person(cli, person),
        Command::OfferPassword { email } => offer_password(cli, email),
        Command::RemoveSecondFactor { email } => remove_second_factor(&open_existing(cli)?, email),
        Command::EndSessions { person, .. } => end_sessions(&open_existing(cli)?, person.as_deref()),
        Command::Check => check(&open_existing(cli)?),
        Command::Restore { file } => {
            restore(&Address::parse(&cli.database), file)?;
            check(&open_existing(cli)?)
        }
        Command::RemovePerson { email } => {
            let (db, now) = (open_existing(cli)?, chrono::Utc::now());
            db.write_now(|connection| personal_data::verbs::remove(connection, now, email))?;
            println!("Kontot är borttaget.");
            Ok(())
        }
        Command::ExportHistory { file } => export_history(&open_existing(cli)?, file),
        Command::PruneAccessLog { before } => {
            let (now, before) = (chrono::Utc::now(), calendar::start_of(*before));
            let db = open_existing(cli)?;
            let count = db.write_now(|connection| history::access_log::prune(connection, now, before))?;
            println!("{count} rader togs bort ur åtkomstloggen.");
            Ok(())
        }
        Command::Backup { file } => {
            if file.exists() {
                bail!("filen {} finns redan", file.display());
            }
            open_existing(cli)?.back_up(file)?;
            for_the_owner_only(file)?;
            println!("Säkerhetskopian ligger i {}.", file.display());
            Ok(())
        }
    }
}

fn open(cli: &Cli) -> anyhow::Result<Db> {
    let address = Address::parse(&cli.database);
    let shown = address.to_string();
    Db::open(address).with_context(|| format!("databasen går inte att öppna ({shown})"))
}

fn config(cli: &Cli) -> anyhow::Result<Config> {
    Ok(cli.config.as_deref().map(Config::read).transpose()?.unwrap_or_default())
}

/// For the commands that an operator may give before the portal's first start.
fn open_installed(cli: &Cli) -> anyhow::Result<Db> {
    let db = open(cli)?;
    install::install_if_new(&db, chrono::Utc::now())?;
    Ok(db)
}

/// For the commands that look at what is there: a mistyped address is no database without faults.
fn open_existing(cli: &Cli) -> anyhow::Result<Db> {
    let db = open(cli)?;
    if !install::is_installed(&db)? {
        bail!("databasen är tom ({}); är adressen rätt?", Address::parse(&cli.database));
    }
    Ok(db)
}

fn serve(cli: &Cli, mode: Mode, set_up: impl FnOnce(Portal) -> Portal) -> anyhow::Result<()> {
    let config = config(cli)?;
    // The port first: a second start on the same database should change nothing there.
    let listener = TcpListener::bind(&cli.listen)
        .with_context(|| format!("det går inte att lyssna på {} (är portalen redan igång?)", cli.listen))?;
    let figures = cli.figures.as_ref().map(|address| {
        TcpListener::bind(address).with_context(|| format!("det går inte att lyssna på {address}"))
    });
    let figures = figures.transpose()?;
    let db = open(cli)?;
    let practice = mode == Mode::Practice;
    if practice && !cli.open_practice && !listener.local_addr()?.ip().is_loopback() {
        bail!(
            "i övningsläget kan vem som helst logga in som vem som helst; med --open-practice får alla öva här"
        );
    }
    install::install(&db, mode, chrono::Utc::now())?;
    let key = key(cli, &db)?;
    let clock = if practice { practice::clock(&db)? } else { Clock::real() };
    println!(
        "Bidragsporten{} på http://{}",
        if practice { " i övningsläge" } else { "" },
        listener.local_addr()?
    );
    let portal = web::Data::new(set_up(Portal { config, ..Portal::new(db, clock, practice, key) }));
    actix_web::rt::System::new().block_on(async {
        if let Some(figures) = figures {
            actix_web::rt::spawn(server::start_figures(portal.clone(), figures)?);
        }
        server::start(portal, listener)?.await
    })?;
    Ok(())
}

/// The key of this database: with another one, nobody with a second factor would get in.
fn key(cli: &Cli, db: &Db) -> anyhow::Result<Key> {
    let beside = match Address::parse(&cli.database) {
        Address::Sqlite(path) => {
            let mut path = path.into_os_string();
            path.push(".key");
            PathBuf::from(path)
        }
        Address::Postgres(_) => PathBuf::from("bidragsporten.key"),
    };
    let path = cli.key_file.clone().unwrap_or(beside);
    // One instance at a time: only one makes the file.
    db.exclusively(|db| {
        let has_key = db.read_now(Key::is_chosen)?;
        if has_key && !path.exists() {
            bail!(
                "nyckelfilen {} saknas; den behövs för att läsa tvåstegsinloggningens nycklar",
                path.display()
            );
        }
        let key = Key::open_or_make(&path).map_err(|fault| anyhow!("{fault}"))?;
        if !db.write_now(|connection| key.belongs_to(connection))? {
            bail!("nyckelfilen {} hör inte till databasen", path.display());
        }
        Ok(key)
    })
}

fn add_person(cli: &Cli, person: &AddPerson) -> anyhow::Result<()> {
    let Some(role) = Role::parse(&person.role) else { bail!("rollen {} finns inte", person.role) };
    Email::parse(&person.email)?;
    let (mandate, link) = (mandate_of(person)?, Link::new(cli)?);
    let now = chrono::Utc::now();
    let found = open_installed(cli)?.write_now(|connection| {
        let Some(organisation) = recipient::store::find_by_code(connection, &person.organisation)? else {
            return Ok::<_, DbError>(None);
        };
        if !role.fits(organisation.kind) {
            return Ok(None);
        }
        let known = access::store::find_by_email(connection, &person.email)?.map(|(known, _)| known);
        let is_known = known.is_some();
        let added = match known {
            Some(known) => known,
            // No password: nothing that is typed matches an empty hash.
            None => access::store::add_person(connection, &person.email, &person.name, "", now)?,
        };
        mandate::verbs::give_role(connection, Who::program(), now, &organisation, &added, role, &mandate)?;
        if !is_known {
            account::verbs::offer_password(connection, now, &organisation, &added, &link.hash())?;
        }
        Ok(Some((organisation, is_known)))
    })?;
    let Some((organisation, is_known)) = found else {
        bail!("organisationen {} finns inte, eller har inte rollen {}", person.organisation, person.role)
    };
    println!("{} är nu {} för {}.", person.name, role.label().to_lowercase(), organisation.formal_name);
    if !is_known {
        println!("{link}");
    }
    Ok(())
}

fn offer_password(cli: &Cli, email: &str) -> anyhow::Result<()> {
    let link = Link::new(cli)?;
    open_existing(cli)?.write_now(|connection| {
        let Some((person, _)) = access::store::find_by_email(connection, email)? else {
            bail!("ingen har adressen {email}");
        };
        let Some(home) = access::store::first_organisation(connection, person.id)? else {
            bail!("{} har ingen roll", person.name)
        };
        let (organisation, now) = (recipient::store::find(connection, home)?, chrono::Utc::now());
        Ok(account::verbs::offer_password(connection, now, &organisation, &person, &link.hash())?)
    })?;
    println!("{link}");
    Ok(())
}

/// A link that the operator passes on. Its token is shown here and kept nowhere.
struct Link {
    address: String,
    token: String,
}

impl Link {
    /// To where the configuration says that the portal is; otherwise to where it listens.
    fn new(cli: &Cli) -> anyhow::Result<Self> {
        let configured = config(cli)?.address;
        let address = if configured.is_empty() { format!("http://{}", cli.listen) } else { configured };
        Ok(Self { address, token: random_token().map_err(|error| anyhow!("{error}"))? })
    }

    fn hash(&self) -> String {
        account::token_hash(&self.token)
    }
}

impl Display for Link {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "Lämna länken till personen själv. Med den väljs lösenordet, en gång, inom sju dagar:")?;
        f.write_str(&account::link(&self.address, &self.token))
    }
}

fn remove_second_factor(db: &Db, email: &str) -> anyhow::Result<()> {
    db.write_now(|connection| {
        let Some((person, _)) = access::store::find_by_email(connection, email)? else {
            bail!("ingen har adressen {email}");
        };
        match account::verbs::remove_factors(connection, Who::program(), chrono::Utc::now(), person.id) {
            Ok(()) => Ok(()),
            Err(account::verbs::Failure::Changed) => bail!("{} har ingen tvåstegsinloggning", person.name),
            Err(failure) => Err(failure.into()),
        }
    })?;
    println!("Tvåstegsinloggning är avslagen för {email}.");
    Ok(())
}

/// Of one person, or of everybody; a line in the access log tells of it.
fn end_sessions(db: &Db, email: Option<&str>) -> anyhow::Result<()> {
    let count = db.write_now(|connection| {
        let (count, whose) = match email {
            None => (access::store::sessions::end_everybodys(connection)?, "alla".to_owned()),
            Some(email) => {
                let Some((person, _)) = access::store::find_by_email(connection, email)? else {
                    bail!("ingen har adressen {email}");
                };
                (access::store::sessions::end_all(connection, person.id)?, person.name)
            }
        };
        let (now, details) = (chrono::Utc::now(), format!("{whose}: {count}"));
        history::access_log::note(connection, now, Who::program(), Event::SessionsEnded, details)?;
        Ok(count)
    })?;
    println!("{count} inloggningar är avslutade.");
    Ok(())
}

fn mandate_of(person: &AddPerson) -> anyhow::Result<Mandate> {
    let form = MandateForm {
        from: person.from.clone(),
        to: person.to.clone(),
        decision: person.decision.clone(),
        ..MandateForm::default()
    };
    form.parse().map_err(|errors| {
        let faults: Vec<String> = errors.list.into_iter().map(|error| error.message).collect();
        anyhow!("{}", faults.join(" "))
    })
}

/// A copy of the database and its history are as secret as it is.
fn for_the_owner_only(file: &Path) -> anyhow::Result<()> {
    let only_mine = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(file, only_mine)
        .with_context(|| format!("{} går inte att skydda", file.display()))
}

fn restore(address: &Address, copy: &Path) -> anyhow::Result<()> {
    let Address::Sqlite(database) = address else { bail!("PostgreSQL återställs med pg_restore") };
    if database.exists() {
        bail!("databasen {} finns redan; flytta undan den först", database.display());
    }
    for remains in ["-wal", "-shm"] {
        let mut file = database.clone().into_os_string();
        file.push(remains);
        if Path::new(&file).exists() {
            bail!(
                "{} ligger kvar efter en annan databas; flytta undan den först",
                Path::new(&file).display()
            );
        }
    }
    // Whole or not at all, whatever happens on the way.
    let half_way = database.with_added_extension("restoring");
    std::fs::copy(copy, &half_way).with_context(|| format!("{} går inte att läsa", copy.display()))?;
    for_the_owner_only(&half_way)?;
    std::fs::rename(&half_way, database)
        .with_context(|| format!("{} går inte att skriva", database.display()))
}

fn check(db: &Db) -> anyhow::Result<()> {
    let broken = db.integrity()?;
    if !broken.is_empty() {
        bail!("databasfilen är trasig: {}", broken.join("; "));
    }
    let (count, breaks) = db.snapshot_now(|connection| {
        let mut streams = agreement::store::versions(connection)?;
        streams.extend(grant::store::versions(connection)?);
        streams.extend(recipient::store::versions(connection)?);
        streams.extend(proposal::store::versions(connection)?);
        streams.extend(access::store::versions(connection)?);
        streams.extend(onward::store::versions(connection)?);
        let mut breaks = Vec::new();
        for (stream, version) in &streams {
            breaks.extend(history::store::verify(connection, stream, *version)?);
        }
        breaks.extend(history::access_log::verify(connection)?);
        Ok::<_, DbError>((streams.len() + 1, breaks))
    })?;
    if breaks.is_empty() {
        println!("Historiken är hel: {count} kedjor kontrollerade.");
        return Ok(());
    }
    for found in &breaks {
        println!("{found}");
    }
    bail!("historiken är ändrad på {} ställen", breaks.len())
}

/// Never over a file that is there.
fn export_history(db: &Db, file: &Path) -> anyhow::Result<()> {
    let place = || format!("{} går inte att skriva", file.display());
    let mut out = BufWriter::new(File::create_new(file).with_context(place)?);
    for_the_owner_only(file)?;
    let streams = db.read_now(history::store::streams)?;
    let mut count = 0;
    for stream in &streams {
        for line in db.read_now(|connection| history::store::of(connection, stream))? {
            serde_json::to_writer(&mut out, &line.to_json())?;
            writeln!(out)?;
            count += 1;
        }
    }
    out.flush().with_context(place)?;
    println!("{count} rader ur {} kedjor ligger i {}.", streams.len(), file.display());
    Ok(())
}
