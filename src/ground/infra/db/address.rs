//! Where the data is: the scheme of an address says which kind of database it is.

use std::{fmt, path::PathBuf};

/// `postgres://…`, or the path of an SQLite file.
#[derive(Debug, Clone)]
pub enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

/// How long a PostgreSQL that does not answer is believed to be there, in libpq's words. What the operator's address says of any of
/// them goes first.
const PATIENCE: [(&str, &str); 5] = [
    ("connect_timeout", "5"),
    // Milliseconds in which what was sent must have arrived.
    ("tcp_user_timeout", "20000"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "2"),
];

impl Address {
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            let path = text.strip_prefix("sqlite://").unwrap_or(text);
            Self::Sqlite(PathBuf::from(path.strip_prefix("sqlite:").unwrap_or(path)))
        }
    }
}

/// The address with limits to its patience; one to write at leads past a server that only reads.
pub(super) fn with_limits(url: &str, writes: bool) -> String {
    let said = url.split_once('?').map_or("", |(_, said)| said);
    let is_said = |key: &str| said.split('&').any(|pair| pair.split('=').next() == Some(key));
    let writable = writes.then_some(("target_session_attrs", "read-write"));
    let mut whole = url.to_owned();
    for (key, value) in PATIENCE.into_iter().chain(writable).filter(|(key, _)| !is_said(key)) {
        let joint = if whole.contains('?') { '&' } else { '?' };
        whole.push_str(&format!("{joint}{key}={value}"));
    }
    whole
}

/// Safe to show and to log: passwords are left out, wherever in the address they stand.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite i {}", path.display()),
            Self::Postgres(url) => {
                let place = url.split('?').next().unwrap_or_default();
                let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
                let place = place.trim_start_matches("postgres://").trim_start_matches("postgresql://");
                write!(f, "PostgreSQL på {place}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_nowhere() {
        for url in ["postgres://a:hemligt@b/c", "postgres://b/c?user=a&password=hemligt"] {
            assert_eq!(Address::parse(url).to_string(), "PostgreSQL på b/c");
        }
    }

    #[test]
    fn an_address_gets_limits_but_for_those_that_it_sets_itself() {
        let whole = with_limits("postgres://a,b/c", true);
        assert!(whole.starts_with("postgres://a,b/c?connect_timeout=5&tcp_user_timeout=20000&keepalives"));
        assert!(whole.ends_with("&target_session_attrs=read-write"));
        let own = with_limits("postgres://a/c?connect_timeout=60&target_session_attrs=any", true);
        assert!(own.starts_with("postgres://a/c?connect_timeout=60&target_session_attrs=any&tcp_user"));
        assert_eq!(own.matches("connect_timeout").count(), 1);
        assert_eq!(own.matches("target_session_attrs").count(), 1);
        assert!(!with_limits("postgres://a/c", false).contains("target_session_attrs"));
    }
}
