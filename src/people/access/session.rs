//! A session (*inloggning*): one person in one browser, from signing in until it ends; and what a page may tell of it.

use chrono::{DateTime, Utc};

use crate::ground::infra::{
    config::{Config, SessionLimits},
    page::SessionEnd,
};
use values::{Id, calendar};

/// How somebody showed who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// E-mail address and password, here, and what was shown beside them.
    Password(Beside),
    /// At an identity provider (OpenID Connect).
    Provider,
    /// One click, in practice mode.
    Practice,
}

/// The second factor that somebody showed when signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// The account has none.
    Nothing,
    /// From an app, or a recovery code.
    Code,
    Passkey,
}

impl Method {
    const ALL: [Self; 5] = [
        Self::Password(Beside::Nothing),
        Self::Password(Beside::Code),
        Self::Password(Beside::Passkey),
        Self::Provider,
        Self::Practice,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::Password(Beside::Nothing) => "losenord",
            Self::Password(Beside::Code) => "losenord_kod",
            Self::Password(Beside::Passkey) => "losenord_passkey",
            Self::Provider => "oidc",
            Self::Practice => "ovning",
        }
    }

    /// In the figures.
    pub fn metric(self) -> &'static str {
        match self {
            Self::Password(_) => "password",
            Self::Provider => "provider",
            Self::Practice => "practice",
        }
    }

    /// In the access log.
    pub fn label(self) -> &'static str {
        match self {
            Self::Password(Beside::Nothing) => "med lösenord",
            Self::Password(Beside::Code) => "med lösenord och kod",
            Self::Password(Beside::Passkey) => "med lösenord och passkey",
            Self::Provider => "med organisationens identitet",
            Self::Practice => "i övningsläge",
        }
    }

    /// Whoever comes from an identity provider acts for the organisation that it vouched for and for no other.
    pub fn may_switch(self) -> bool {
        self != Self::Provider
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.key() == key)
    }
}

#[derive(Debug, Clone)]
pub struct Session {
    /// Tells sessions apart on a page. It opens nothing: the key to a session is the browser's token.
    pub id: Id<Session>,
    pub method: Method,
    /// The identity provider's key in the configuration; empty for whoever signed in here.
    pub provider: String,
    /// Short, such as «Firefox på Windows»: enough to know one's own by.
    pub browser: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// When the person last showed who it is: at signing in, or when asked anew.
    pub confirmed_at: DateTime<Utc>,
}

/// How often "last seen" is written down: not at every page.
const SEEN_INTERVAL: chrono::Duration = chrono::Duration::minutes(5);

impl Session {
    pub fn is_over(&self, now: DateTime<Utc>, limits: SessionLimits) -> bool {
        now - self.last_seen_at > limits.idle() || now - self.created_at > limits.longest()
    }

    pub fn ending(&self, now: DateTime<Utc>, limits: SessionLimits) -> SessionEnd {
        let (idle, longest) = (self.last_seen_at + limits.idle(), self.created_at + limits.longest());
        SessionEnd {
            idle: (idle - now).num_seconds(),
            longest: (longest - now).num_seconds(),
            at: calendar::clock(idle.min(longest)),
        }
    }

    pub fn should_note_seen(&self, now: DateTime<Utc>) -> bool {
        now - self.last_seen_at > SEEN_INTERVAL
    }

    /// The person showed who it is a short while ago: enough to decide, to pay and to give rights.
    ///
    /// **In practice mode a one-click sign-in counts as that for as long as the session lasts** (twelve hours): there is
    /// nobody to recognise, and whoever tries the portal should not be asked for a password that everybody knows. Such a
    /// session is only ever made in practice mode, whose data is made up.
    pub fn is_confirmed(&self, now: DateTime<Utc>, limits: SessionLimits) -> bool {
        let within = match self.method {
            Method::Password(_) | Method::Provider => limits.confirmed(),
            Method::Practice => limits.longest(),
        };
        now - self.confirmed_at <= within
    }

    /// How the person came in, in the access log: with what, and at which provider.
    pub fn way(&self, config: &Config) -> String {
        let label = self.method.label();
        match self.method {
            Method::Provider => format!("{label}, hos {}", self.confirms_with(config)),
            Method::Password(_) | Method::Practice => label.to_owned(),
        }
    }

    /// The name of the identity provider that the person confirms with; empty for whoever has a password here.
    pub fn confirms_with(&self, config: &Config) -> String {
        match self.method {
            Method::Password(_) | Method::Practice => String::new(),
            Method::Provider => config.provider(&self.provider).map_or_else(
                // Taken out of the configuration since: there is nowhere to confirm, and no password either.
                || "din inloggningstjänst".to_owned(),
                |provider| provider.name.clone(),
            ),
        }
    }
}

/// What a browser says of itself, in a few words. Not the whole of it: that would be one person's fingerprint.
pub fn browser_name(user_agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    // In this order: Edge says that it is Chrome, and Chrome that it is Safari.
    let program = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} på {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Okänd webbläsare".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    fn session(method: Method) -> Session {
        Session {
            id: Id::new(),
            method,
            provider: String::new(),
            browser: String::new(),
            created_at: DateTime::UNIX_EPOCH,
            last_seen_at: DateTime::UNIX_EPOCH,
            confirmed_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_session_ends_after_an_idle_hour_and_after_a_day_of_work() {
        let (start, limits) = (DateTime::UNIX_EPOCH, SessionLimits::default());
        let idle = session(Method::Password(Beside::Passkey));
        assert!(!idle.is_over(start + Duration::minutes(60), limits));
        assert!(idle.is_over(start + Duration::minutes(61), limits));
        let busy = Session { last_seen_at: start + Duration::hours(12), ..idle };
        assert!(!busy.is_over(start + Duration::hours(12), limits));
        assert!(busy.is_over(start + Duration::hours(12) + Duration::seconds(1), limits));
    }

    #[test]
    fn to_have_shown_who_one_is_lasts_a_quarter_of_an_hour_and_in_practice_a_day() {
        let (start, limits) = (DateTime::UNIX_EPOCH, SessionLimits::default());
        for method in [Method::Password(Beside::Nothing), Method::Provider] {
            assert!(session(method).is_confirmed(start + Duration::minutes(15), limits));
            assert!(!session(method).is_confirmed(start + Duration::minutes(16), limits));
        }
        assert!(session(Method::Practice).is_confirmed(start + Duration::hours(12), limits));
        assert!(!session(Method::Practice).is_confirmed(start + Duration::hours(13), limits));
    }

    #[test]
    fn a_page_tells_when_the_session_ends() {
        let (start, limits) = (DateTime::UNIX_EPOCH, SessionLimits::default());
        let session = session(Method::Provider);
        let ending = session.ending(start + Duration::minutes(10), limits);
        assert_eq!((ending.idle, ending.longest, ending.at.as_str()), (50 * 60, 710 * 60, "02.00"));
        let late = Session { last_seen_at: start + Duration::minutes(700), ..session };
        let ending = late.ending(start + Duration::minutes(710), limits);
        assert_eq!((ending.idle, ending.longest, ending.at.as_str()), (50 * 60, 10 * 60, "13.00"));
    }

    #[test]
    fn method_keys_are_read_back() {
        for method in Method::ALL {
            assert_eq!(Method::parse(method.key()), Some(method));
        }
    }

    #[test]
    fn a_browser_is_told_in_a_few_words() {
        for (said, told) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox på Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                "Edge på Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari på iPhone",
            ),
            ("curl/8", "Okänd webbläsare"),
            ("", "Okänd webbläsare"),
        ] {
            assert_eq!(browser_name(said), told);
        }
    }
}
