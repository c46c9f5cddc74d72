//! Files are looked through for viruses by ClamAV's daemon (clamd), where one is configured.

use std::{
    path::PathBuf,
    str::FromStr,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use clamav_client::tokio::{Socket, Tcp, ping, scan_buffer};
use tokio::sync::Mutex;

use super::metrics;

/// A file of the largest size through a slow daemon.
const TIME: Duration = Duration::from_secs(60);
/// A daemon that works on many files answers a ping all the same.
const TIME_TO_ANSWER: Duration = Duration::from_secs(10);

/// Where clamd listens: `127.0.0.1:3310`, or the path of its socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanner {
    Tcp(String),
    Socket(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    Infected,
    /// The daemon answers, but not about this file: it is too large for it, or takes it too long. In the
    /// daemon's words.
    Failed(String),
    /// The daemon does not answer.
    Away,
}

/// What is known of a file that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanned {
    /// There was no scanner.
    Not,
    Clean,
    /// It could not be scanned yet: nobody opens it until it is.
    Waiting,
    /// It could not be scanned, however often it was tried. Nobody opens it.
    Impossible,
    /// Found later. It stays where it is and nobody opens it.
    Infected,
}

impl Scanned {
    const ALL: [Self; 5] = [Self::Not, Self::Clean, Self::Waiting, Self::Impossible, Self::Infected];

    pub fn key(self) -> &'static str {
        match self {
            Self::Not => "not",
            Self::Clean => "clean",
            Self::Waiting => "waiting",
            Self::Impossible => "impossible",
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

/// How long a file waits whose scan has failed so often; `None` when it is not tried any more.
pub fn pause_after(tries: i32) -> Option<TimeDelta> {
    match tries {
        ..=1 => Some(TimeDelta::minutes(1)),
        2 => Some(TimeDelta::minutes(10)),
        3 => Some(TimeDelta::hours(1)),
        4 => Some(TimeDelta::hours(6)),
        5.. => None,
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
                Err(format!("”{text}” är varken en adress som 127.0.0.1:3310 eller en sökväg till en socket"))
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
            Ok(Err(error)) => self.without_verdict(error.to_string()).await,
            Err(_) => self.without_verdict("no answer in time".to_owned()).await,
        };
        match &verdict {
            Verdict::Clean => metrics::scanned("clean"),
            Verdict::Infected => {
                metrics::scanned("infected");
                tracing::warn!(said, "a file with a virus was refused");
            }
            Verdict::Failed(_) => {
                metrics::scanned("failed");
                tracing::error!(cause = said, "clamd did not scan a file");
            }
            Verdict::Away => {
                metrics::scanned("away");
                tracing::error!(cause = said, "clamd does not answer");
            }
        }
        verdict
    }

    /// Which of the two it is when there was no verdict: the file's fault, or the daemon's.
    async fn without_verdict(&self, said: String) -> (Verdict, String) {
        let verdict = if self.answers().await { Verdict::Failed(said.clone()) } else { Verdict::Away };
        (verdict, said)
    }

    /// Whether the daemon answers.
    pub async fn answers(&self) -> bool {
        let asked = async {
            match self {
                Self::Tcp(host_address) => ping(Tcp { host_address }).await,
                Self::Socket(socket_path) => ping(Socket { socket_path }).await,
            }
        };
        matches!(actix_web::rt::time::timeout(TIME_TO_ANSWER, asked).await, Ok(Ok(_)))
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
        // `INSTREAM size limit exceeded. ERROR`
        _ => Verdict::Failed(said.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_answer_is_an_answer() {
        assert_eq!(read("stream: OK"), Verdict::Clean);
        assert_eq!(read("stream: Eicar-Test-Signature FOUND"), Verdict::Infected);
        for other in ["INSTREAM size limit exceeded. ERROR", ""] {
            assert_eq!(read(other), Verdict::Failed(other.to_owned()));
        }
    }

    #[test]
    fn a_file_is_tried_a_few_times_after_longer_and_longer() {
        let pauses: Vec<_> = (1..=5).map(pause_after).collect();
        assert!(pauses[..4].is_sorted() && pauses[..4].iter().all(Option::is_some));
        assert_eq!(pauses[4], None);
    }

    #[test]
    fn the_daemon_has_an_address_or_a_socket() {
        assert_eq!("127.0.0.1:3310".parse(), Ok(Scanner::Tcp("127.0.0.1:3310".to_owned())));
        assert_eq!("/run/clamd".parse(), Ok(Scanner::Socket(PathBuf::from("/run/clamd"))));
        assert!("clamd".parse::<Scanner>().is_err());
    }
}
