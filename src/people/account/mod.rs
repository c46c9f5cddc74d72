//! Accounts (*konton*): how somebody gets one, and gets in with it. An invitation leads to a name and a password; a second
//! factor (*tvåstegsinloggning*) is a code from an app, a passkey, or one of ten recovery codes.
//!
//! Who has which role is no business of this room: an invitation carries one, and the room `colleague` makes it.

pub mod form;
pub mod pages;
pub mod passkey;
pub mod paths;
pub mod policy;
pub mod recovery;
pub mod store;
pub mod totp;
pub mod verbs;

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use crate::{
    ground::infra::{failure, hash::sha256_hex},
    people::{
        access::{Doer, Person, Role},
        recipient::Organisation,
    },
};
use values::{Email, Id};

/// Why nothing was done with an account. A link that is unknown, or that cannot be used any more, is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Somebody has got an account with the address since the page was made, or has lost it.
    #[error("Kontot har ändrats sedan sidan öppnades.")]
    Changed,
    #[error("Koden stämmer inte.")]
    WrongCode,
}

impl failure::Refusal for Refusal {}

/// For how long an invitation can be used.
pub const INVITATION_LIFE: Duration = Duration::days(7);

/// A link that somebody was given, to be used once.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub id: Id<Invitation>,
    pub organisation: Organisation,
    /// Lower case, as accounts are found.
    pub email: String,
    pub purpose: Purpose,
    /// The name of who made it.
    /// Nobody when the operator made it.
    pub invited_by: Option<Doer>,
    pub invited_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// When it was used or withdrawn.
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To join the organisation. Unconfirmed, the role counts first when an authority says so.
    Role { role: Role, is_unconfirmed: bool },
    /// To choose a new password for an account that there is.
    Password { person: Id<Person> },
}

impl Invitation {
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    pub fn invited_by(&self) -> &str {
        self.invited_by.as_ref().map_or(OPERATOR, Doer::name)
    }

    /// Who made it, and for which organisation; the operator answers for none.
    pub fn maker(&self) -> String {
        match &self.invited_by {
            None => OPERATOR.to_owned(),
            Some(by) => format!("{by}, {}", self.organisation.formal_name),
        }
    }
}

/// Who made a link that no person made: whoever gives commands on the machine.
pub const OPERATOR: &str = "Den som driver portalen";

/// Where a link leads, when the portal is at this address.
pub fn link(address: &str, token: &str) -> String {
    format!("{address}{}", paths::Welcome(token))
}

/// What the database keeps of a link's token: a stolen copy of it lets nobody in.
pub fn token_hash(token: &str) -> String {
    sha256_hex(format!("invitation:{token}"))
}

/// By what the tries for an account are counted, whether there is such an account or not.
pub fn account_key(email: &str) -> String {
    sha256_hex(format!("account:{}", Email::fold(email)))
}

/// Failed tries for one account: from all browsers that are not known there together, or from one that is.
///
/// A stranger who fails on purpose makes strangers wait. Whoever signs in where they have signed in before is counted by
/// themselves, and is not locked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    pub failures: i32,
    pub last_at: DateTime<Utc>,
}

impl Attempts {
    /// As many are free.
    pub const FREE: i32 = 5;
    const SHORTEST_WAIT: Duration = Duration::minutes(1);
    const LONGEST_WAIT: Duration = Duration::minutes(15);
    /// After so long without a failure, beyond the wait, it begins anew.
    const MEMORY: Duration = Duration::minutes(15);

    /// How long the last failure makes wait: nothing for the first five, then a minute, doubled by each.
    fn delay(self) -> Duration {
        let beyond = self.failures - Self::FREE;
        if beyond < 0 {
            return Duration::zero();
        }
        let doubled = Self::SHORTEST_WAIT * (1 << beyond.min(10));
        doubled.min(Self::LONGEST_WAIT)
    }

    /// Until when the next try must wait, if it must.
    pub fn wait_until(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = self.last_at + self.delay();
        // Of two at once, the one that came first may be counted last: what is free is free.
        (self.failures >= Self::FREE && now < until).then_some(until)
    }

    /// One more that has not succeeded yet: counted before the password is looked at, so that many at once are many.
    pub fn and_one(before: Option<Self>, now: DateTime<Utc>) -> Self {
        let remembered = before.filter(|before| now - before.last_at <= before.delay() + Self::MEMORY);
        Self { failures: remembered.map_or(0, |before| before.failures).saturating_add(1), last_at: now }
    }
}

/// Wrong codes of an account since the last right one, over whatever time: a right password does not forget them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FailedCodes {
    pub count: i32,
    pub since: Option<DateTime<Utc>>,
    /// How many there were before the last right code.
    pub earlier: i32,
    pub earlier_since: Option<DateTime<Utc>>,
}

impl FailedCodes {
    /// From so many on the app's codes are not taken: they are short enough to be guessed (NIST SP 800-63B 3.2.2: at most a
    /// hundred in a row). A recovery code is not.
    const MOST: i32 = 50;
    /// So many are worth telling at the next sign-in: fewer are slips of the owner's.
    const TELLING: i32 = 3;

    pub fn stop_the_app(self) -> bool {
        self.count >= Self::MOST
    }

    pub fn are_worth_telling(self) -> bool {
        self.count >= Self::TELLING
    }
}

/// Between the password and the code: ten minutes and five codes.
pub const STEP_LIFE: Duration = Duration::minutes(10);
pub const STEP_TRIES: i32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::seconds(seconds)
    }

    fn after(failures: i32) -> Attempts {
        Attempts { failures, last_at: at(0) }
    }

    #[test]
    fn five_are_free_then_the_wait_grows_to_a_quarter_of_an_hour() {
        assert_eq!(after(4).wait_until(at(0)), None);
        assert_eq!(Attempts { failures: 4, last_at: at(1) }.wait_until(at(0)), None);
        for (failures, minutes) in [(5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (100, 15), (i32::MAX, 15)] {
            let attempts = after(failures);
            assert_eq!(attempts.wait_until(at(0)), Some(at(minutes * 60)), "{failures}");
            assert_eq!(attempts.wait_until(at(minutes * 60 - 1)), Some(at(minutes * 60)), "{failures}");
            assert_eq!(attempts.wait_until(at(minutes * 60)), None, "{failures}");
        }
    }

    #[test]
    fn a_quiet_quarter_of_an_hour_beyond_the_wait_is_forgotten() {
        assert_eq!(Attempts::and_one(None, at(0)).failures, 1);
        assert_eq!(Attempts::and_one(Some(after(4)), at(15 * 60)).failures, 5);
        assert_eq!(Attempts::and_one(Some(after(4)), at(15 * 60 + 1)).failures, 1);
        assert_eq!(Attempts::and_one(Some(after(9)), at(30 * 60)).failures, 10);
        assert_eq!(Attempts::and_one(Some(after(9)), at(30 * 60 + 1)).failures, 1);
        assert_eq!(Attempts::and_one(Some(after(i32::MAX)), at(0)).failures, i32::MAX);
    }

    #[test]
    fn fifty_wrong_codes_stop_the_app_and_three_are_told() {
        let failed = |count| FailedCodes { count, ..FailedCodes::default() };
        assert!(!failed(49).stop_the_app() && failed(50).stop_the_app() && failed(i32::MAX).stop_the_app());
        assert!(!failed(2).are_worth_telling() && failed(3).are_worth_telling());
    }

    #[test]
    fn an_account_is_counted_alike_however_it_is_written() {
        assert_eq!(account_key(" Anna@Ale.SE "), account_key("anna@ale.se"));
        assert_ne!(account_key("anna@ale.se"), account_key("anna@ale.example"));
    }
}
