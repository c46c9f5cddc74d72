//! Files are looked through for viruses by ClamAV's daemon (clamd), where one is configured.

use std::{
    path::PathBuf,
    str::FromStr,
    time::{Duration, Instant},
};

use clamav_client::tokio::{Socket, Tcp, ping, scan_buffer};
use tokio::sync::Mutex;

use super::metrics;

/// A file of the largest size through a slow daemon.
const TIME: Duration = Duration::from_secs(60);

/// Where clamd listens: `127.0.0.1:3310`, or the path of its socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanner {
    Tcp(String),
    Socket(PathBuf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    Infected,
    /// The daemon did not say. What cannot be scanned waits.
    NotKnown,
}

/// What is known of a file that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanned {
    /// There was no scanner.
    Not,
    Clean,
    /// It could not be scanned yet: nobody opens it until it is.
    Waiting,
    /// Found later. It stays where it is and nobody opens it.
    Infected,
}

impl Scanned {
    const ALL: [Self; 4] = [Self::Not, Self::Clean, Self::Waiting, Self::Infected];

    pub fn key(self) -> &'static str {
        match self {
            Self::Not => "not",
            Self::Clean => "clean",
            Self::Waiting => "waiting",
            Self::Infected => "infected",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scanned| scanned.key() == key)
    }

    pub fn can_be_opened(self) -> bool {
        matches!(self, Self::Not | Self::Clean)
    }
}

impl FromStr for Scanner {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("adressen till clamd är tom".to_owned()),
            path if path.starts_with('/') => Ok(Self::Socket(PathBuf::from(path))),
            address if address.contains(':') => Ok(Self::Tcp(address.to_owned())),
            _ => {
                Err(format!("«{text}» är varken en adress som 127.0.0.1:3310 eller en sökväg till en socket"))
            }
        }
    }
}

impl Scanner {
    pub async fn scan(&self, bytes: &[u8]) -> Verdict {
        let asked = async {
            match self {
                Self::Tcp(host_address) => scan_buffer(bytes, Tcp { host_address }, None).await,
                Self::Socket(socket_path) => scan_buffer(bytes, Socket { socket_path }, None).await,
            }
        };
        let (verdict, said) = match actix_web::rt::time::timeout(TIME, asked).await {
            Ok(Ok(answer)) => {
                let said = String::from_utf8_lossy(&answer).trim_end_matches('\0').to_owned();
                (read(&said), said)
            }
            Ok(Err(error)) => (Verdict::NotKnown, error.to_string()),
            Err(_) => (Verdict::NotKnown, "no answer in time".to_owned()),
        };
        match verdict {
            Verdict::Clean => metrics::scanned("clean"),
            Verdict::Infected => {
                metrics::scanned("infected");
                tracing::warn!(said, "a file with a virus was refused");
            }
            Verdict::NotKnown => {
                metrics::scanned("not_known");
                tracing::error!(cause = said, "clamd did not scan a file");
            }
        }
        verdict
    }

    /// Whether the daemon answers.
    pub async fn answers(&self) -> bool {
        let asked = async {
            match self {
                Self::Tcp(host_address) => ping(Tcp { host_address }).await,
                Self::Socket(socket_path) => ping(Socket { socket_path }).await,
            }
        };
        matches!(actix_web::rt::time::timeout(TIME, asked).await, Ok(Ok(_)))
    }
}

/// Whether the daemon answered when it was asked last. Anybody may ask whether the portal is ready, and the daemon has files to
/// look through.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Option<(Instant, bool)>>);

/// For so long its last answer is good enough.
const PULSE: Duration = Duration::from_secs(5);

impl Pulse {
    /// One asks, and whoever comes meanwhile waits for that answer.
    pub async fn of(&self, scanner: &Scanner) -> bool {
        let mut kept = self.0.lock().await;
        if let Some((_, answered)) = kept.filter(|(at, _)| at.elapsed() < PULSE) {
            return answered;
        }
        let answers = scanner.answers().await;
        *kept = Some((Instant::now(), answers));
        answers
    }
}

/// `stream: OK`, `stream: Eicar-Test-Signature FOUND`, or `… ERROR`.
fn read(said: &str) -> Verdict {
    match said {
        _ if said.ends_with(" FOUND") => Verdict::Infected,
        "stream: OK" => Verdict::Clean,
        _ => Verdict::NotKnown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_answer_is_an_answer() {
        assert_eq!(read("stream: OK"), Verdict::Clean);
        assert_eq!(read("stream: Eicar-Test-Signature FOUND"), Verdict::Infected);
        assert_eq!(read("INSTREAM size limit exceeded. ERROR"), Verdict::NotKnown);
        assert_eq!(read(""), Verdict::NotKnown);
    }

    #[test]
    fn the_daemon_has_an_address_or_a_socket() {
        assert_eq!("127.0.0.1:3310".parse(), Ok(Scanner::Tcp("127.0.0.1:3310".to_owned())));
        assert_eq!("/run/clamd".parse(), Ok(Scanner::Socket(PathBuf::from("/run/clamd"))));
        assert!("clamd".parse::<Scanner>().is_err());
    }
}
