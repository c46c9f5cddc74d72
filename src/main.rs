//! The command line. Told nothing, it starts the portal in practice mode on an SQLite file in this folder.

use std::{
    net::{IpAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
};

use actix_web::web;
use anyhow::{Context, anyhow, bail};
use bidragsporten::{
    ground::infra::{
        Portal, SecondFactor,
        clock::Clock,
        config::Config,
        db::{Address, Db, file::beside},
        limits::Limits,
        scan::Scanner,
        seal::Key,
    },
    run::{
        commands::{
            check::check,
            complain, database, jobs,
            people::{self, AddPerson},
            say,
        },
        install::{self, Mode},
        practice,
    },
    server,
};
use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
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
    /// For whoever has lost app, passkeys and recovery codes: only the password is asked for, until a new one is set up.
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
    /// Verifies the database file, the chains of the history, and that lists, ledger and cases agree with each other.
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
    /// Names the files that the virus scanner could not scan.
    Unscannable {
        /// Has them scanned again, after the scanner has been given more room or time.
        #[arg(long)]
        again: bool,
    },
    /// Names the jobs that failed, and tells how many wait.
    Jobs {
        /// Has this failed job tried again.
        #[arg(long, value_name = "ID", conflicts_with = "all")]
        again: Option<String>,
        /// Has every failed job tried again.
        #[arg(long)]
        all: bool,
    },
    /// Writes a copy of the SQLite database, while the portal runs or not.
    Backup { file: PathBuf },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = filter(&std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_default());
    // A log that cannot be written harms nothing: it would otherwise be complained of on that very log, by a panic.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    match cli.log {
        Log::Text => log.init(),
        Log::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line: PostgreSQL's own words are several.
            let cause = format!("{error:#}");
            complain(format_args!(
                "Bidragsporten: {}",
                cause.split_whitespace().collect::<Vec<_>>().join(" ")
            ));
            ExitCode::FAILURE
        }
    }
}

/// What is logged: what the operator says, otherwise warnings. A request that cannot be read is an error to the HTTP library; anybody
/// can send as many as they like, so it is told only to whoever asks for the details.
fn filter(said: &str) -> EnvFilter {
    let said = if said.is_empty() { "warn" } else { said };
    let in_detail = ["debug", "trace", "actix_http"].iter().any(|detail| said.contains(detail));
    let said = if in_detail { said.to_owned() } else { format!("{said},actix_http=off") };
    EnvFilter::try_new(said).unwrap_or_else(|_| EnvFilter::new("warn"))
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
            say(format_args!(
                "{} är inlagd: {} kronor i {} poster.",
                terms.slug,
                terms.total,
                terms.posts.len()
            ));
            Ok(())
        }
        Command::AddPerson(person) => people::add(&open_installed(cli)?, &address(cli)?, person),
        Command::OfferPassword { email } => {
            people::offer_password(&open_existing(cli)?, &address(cli)?, email)
        }
        Command::RemoveSecondFactor { email } => people::remove_second_factor(&open_existing(cli)?, email),
        Command::EndSessions { person, .. } => people::end_sessions(&open_existing(cli)?, person.as_deref()),
        Command::RemovePerson { email } => people::remove(&open_existing(cli)?, email),
        Command::Check => check(&open_existing(cli)?),
        Command::Restore { file } => database::restore(&Address::parse(&cli.database), file, &key_file(cli)),
        Command::ExportHistory { file } => database::export_history(&open_existing(cli)?, file),
        Command::PruneAccessLog { before } => database::prune_access_log(&open_existing(cli)?, *before),
        Command::Unscannable { again: true } => jobs::scan_again(&open_existing(cli)?),
        Command::Unscannable { again: false } => jobs::unscannable(&open_existing(cli)?),
        Command::Jobs { again: Some(id), .. } => jobs::again(&open_existing(cli)?, id),
        Command::Jobs { all: true, .. } => jobs::all_again(&open_existing(cli)?),
        Command::Jobs { .. } => jobs::list(&open_existing(cli)?),
        Command::Backup { file } => database::back_up(&open_existing(cli)?, file, &key_file(cli)),
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

/// Where the configuration says that people reach the portal; otherwise where it listens.
fn address(cli: &Cli) -> anyhow::Result<String> {
    let configured = config(cli)?.address;
    Ok(if configured.is_empty() { format!("http://{}", cli.listen) } else { configured })
}

/// For the commands that an operator may give before the portal's first start.
fn open_installed(cli: &Cli) -> anyhow::Result<Db> {
    let db = open(cli)?;
    install::install_if_new(&db, chrono::Utc::now())?;
    Ok(db)
}

/// For the commands that look at what is there: a mistyped address is no database without faults.
fn open_existing(cli: &Cli) -> anyhow::Result<Db> {
    let address = Address::parse(&cli.database);
    // Opening makes a file.
    if matches!(&address, Address::Sqlite(path) if !path.exists()) {
        bail!("databasen går inte att öppna ({address}): filen finns inte; är adressen rätt?");
    }
    let db = open(cli)?;
    if !install::is_installed(&db)? {
        bail!("databasen är tom ({address}); är adressen rätt?");
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
    database_is_not_lost(cli)?;
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
    say(format_args!(
        "Bidragsporten{} på http://{}",
        if practice { " i övningsläge" } else { "" },
        listener.local_addr()?
    ));
    let portal = web::Data::new(set_up(Portal { config, ..Portal::new(db, clock, practice, key) }));
    actix_web::rt::System::new().block_on(async {
        if let Some(figures) = figures {
            actix_web::rt::spawn(server::start_figures(portal.clone(), figures)?);
        }
        server::start(portal, listener)?.await
    })?;
    Ok(())
}

/// Beside the SQLite file, unless it is said to be elsewhere.
fn key_file(cli: &Cli) -> PathBuf {
    let beside = match Address::parse(&cli.database) {
        Address::Sqlite(path) => beside(&path, ".key"),
        Address::Postgres(_) => PathBuf::from("bidragsporten.key"),
    };
    cli.key_file.clone().unwrap_or(beside)
}

/// A key beside a database that is not there: the database has been lost, or its address is wrong. A new one would look whole, and be
/// empty.
fn database_is_not_lost(cli: &Cli) -> anyhow::Result<()> {
    let Address::Sqlite(database) = Address::parse(&cli.database) else { return Ok(()) };
    let key = key_file(cli);
    if database.exists() || !key.exists() {
        return Ok(());
    }
    if cli.key_file.is_some() {
        // Somebody may have put it there for a first start.
        tracing::warn!(database = %database.display(), key = %key.display(), "a new database is made for a key that was there");
        return Ok(());
    }
    bail!(
        "databasen {} saknas men dess nyckelfil {} finns; lägg tillbaka databasen (restore), eller flytta undan \
         nyckelfilen för att börja på nytt",
        database.display(),
        key.display()
    )
}

/// The key of this database: with another one, nobody with a second factor would get in.
fn key(cli: &Cli, db: &Db) -> anyhow::Result<Key> {
    let path = key_file(cli);
    // One instance at a time: only one makes the file.
    db.exclusively(|db| {
        let has_key = db.read_now(Key::is_chosen)?;
        let key = Key::read(&path).map_err(|fault| anyhow!("{fault}"))?;
        let key = match key {
            Some(key) => key,
            None if has_key => bail!(
                "nyckelfilen {} saknas; den behövs för att läsa tvåstegsinloggningens nycklar",
                path.display()
            ),
            None => Key::make(&path).map_err(|fault| anyhow!("{fault}"))?,
        };
        if !db.write_now(|connection| key.belongs_to(connection))? {
            bail!("nyckelfilen {} hör inte till databasen", path.display());
        }
        Ok(key)
    })
}
