//! When a filing came in. The first time counts against the last day, also when the filing was completed or corrected after
//! it. Every document and page of a case shows both.

use chrono::{DateTime, Utc};

use super::Signature;
use values::calendar::{day, long_date, zoned_time};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameIn {
    first: DateTime<Utc>,
    latest: DateTime<Utc>,
    /// The hour of the first time is known. Of a paper only the day is.
    has_hour: bool,
}

impl CameIn {
    /// `signature` is that of the version that came in at `latest`.
    pub fn new(first: DateTime<Utc>, latest: DateTime<Utc>, signature: &Signature) -> Self {
        let on_paper = matches!(signature, Signature::Original { .. });
        Self { first, latest, has_hour: first != latest || !on_paper }
    }

    /// What counts: `1 december 2022 kl. 14.05 svensk tid`.
    pub fn first(self) -> String {
        if self.has_hour { zoned_time(self.first) } else { long_date(day(self.first)) }
    }

    /// When it was completed or corrected; empty when it was not.
    pub fn completed(self) -> String {
        if self.first == self.latest { String::new() } else { zoned_time(self.latest) }
    }

    /// Both, where a line has to hold them: `… (det är den dagen som räknas), kompletterad eller rättad …`.
    pub fn both(self) -> String {
        match self.completed() {
            completed if completed.is_empty() => self.first(),
            completed => {
                format!(
                    "{} (det är den dagen som räknas), kompletterad eller rättad {completed}",
                    self.first()
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::access::Doer;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_completed_says_both_days_and_which_counts() {
        let (first, latest) = (at("2022-11-30T08:00:00Z"), at("2022-12-09T09:30:00Z"));
        let signature = Signature::Portal { by: Doer::named("E") };
        let once = CameIn::new(first, first, &signature);
        assert_eq!(once.both(), "30 november 2022 kl. 09.00 svensk tid");
        assert_eq!(once.completed(), "");
        let twice = CameIn::new(first, latest, &signature);
        assert_eq!(
            twice.both(),
            "30 november 2022 kl. 09.00 svensk tid (det är den dagen som räknas), kompletterad eller rättad 9 december 2022 kl. 10.30 svensk tid"
        );
    }

    #[test]
    fn of_a_paper_the_day_is_known_and_not_the_hour() {
        let noon = at("2022-11-30T11:00:00Z");
        let signature = Signature::Original {
            arrived: day(noon),
            registered_by: Doer::named("H"),
            registered_at: None,
            attachment: None,
        };
        assert_eq!(CameIn::new(noon, noon, &signature).first(), "30 november 2022");
    }
}
