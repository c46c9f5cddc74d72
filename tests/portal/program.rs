//! The program itself: the built binary, on a database of its own, with what it says.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::fs::MetadataExt,
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::{browser::Browser, database::fresh_database};

const BINARY: &str = env!("CARGO_BIN_EXE_bidragsporten");

pub struct Program {
    pub database: String,
    pub folder: TempDir,
}

/// What a finished run said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A portal that runs until it is dropped.
pub struct Running {
    pub url: String,
    log: String,
    child: Child,
}

impl Program {
    /// On a database that does not exist yet (SQLite), or is empty.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { database: fresh_database(&folder), folder }
    }

    /// On this database, whatever is there.
    pub fn on(database: &str) -> Self {
        Self { database: database.to_owned(), folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        self.fit(&mut command, arguments);
        command
    }

    fn fit(&self, command: &mut Command, arguments: &[&str]) {
        command
            .args(arguments)
            .args(["--database", &self.database])
            .env("BIDRAGSPORTEN_LISTEN", "127.0.0.1:0")
            .current_dir(self.folder.path())
            .env_remove("DATABASE_URL")
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::from(self.command(arguments).output().unwrap())
    }

    /// With nothing that lets root write where nobody may.
    pub fn run_without_privileges(&self, arguments: &[&str]) -> Said {
        let is_root = fs::metadata(self.folder.path()).unwrap().uid() == 0;
        if !is_root {
            return self.run(arguments);
        }
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set=-all", "--inh-caps=-all", BINARY]);
        self.fit(&mut command, arguments);
        Said::from(command.output().expect("util-linux has setpriv"))
    }

    /// Starts a portal and waits until it says where it is.
    #[track_caller]
    pub fn start(&self, mode: &str) -> Running {
        self.start_with(mode, &[])
    }

    #[track_caller]
    pub fn start_with(&self, mode: &str, arguments: &[&str]) -> Running {
        self.wait_for(self.command(&[&[mode], arguments].concat()))
    }

    /// With everything that it logs in a file.
    #[track_caller]
    pub fn start_logging(&self, mode: &str, arguments: &[&str]) -> Running {
        let mut command = self.command(&[&[mode], arguments].concat());
        command.env("RUST_LOG", "debug").stderr(fs::File::create(self.path("log")).unwrap());
        self.wait_for(command)
    }

    /// With a log that no line can be written to.
    #[track_caller]
    pub fn start_with_a_full_log(&self, mode: &str) -> Running {
        let mut command = self.command(&[mode]);
        command.env("RUST_LOG", "info").stderr(fs::File::options().write(true).open("/dev/full").unwrap());
        self.wait_for(command)
    }

    /// Succeeds though what it says is lost.
    #[track_caller]
    pub fn run_with_full_output(&self, arguments: &[&str]) {
        let mut command = self.command(arguments);
        let output =
            command.stdout(fs::File::options().write(true).open("/dev/full").unwrap()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    #[track_caller]
    fn wait_for(&self, mut command: Command) -> Running {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some((_, url)) = line.trim().split_once(" på ") else {
            let mut err = String::new();
            child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
            child.wait().unwrap();
            panic!("the portal did not start: {line}{err}");
        };
        Running { url: url.to_owned(), log: self.path("log"), child }
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    #[track_caller]
    pub fn expect(self, text: &str) -> Self {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        assert!(self.out.contains(text), "{self:?}");
        self
    }

    /// It ends with 1 and one line, which says this.
    #[track_caller]
    pub fn expect_refusal(self, text: &str) -> Self {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.starts_with("Bidragsporten: ") && self.err.contains(text), "{self:?}");
        self
    }
}

impl Running {
    /// The file of one that was started to log.
    pub fn log(&self) -> &str {
        &self.log
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
