//! The portal's clock. In practice mode the user sets the date; in tests the moment is fixed.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use actix_web::rt::time::timeout;
use chrono::{DateTime, NaiveDate, Utc};

use values::calendar;

#[derive(Debug, Clone, Copy)]
enum Setting {
    Real,
    /// This date since that real day, with the time running on.
    Practice {
        date: NaiveDate,
        since: NaiveDate,
    },
    Fixed(DateTime<Utc>),
}

impl Setting {
    fn practising(date: NaiveDate) -> Self {
        Self::Practice { date, since: calendar::day(Utc::now()) }
    }
}

/// As far into the practised date as it is into the real day on which it was set: past midnight it is the next date. Never
/// backwards.
fn practised(date: NaiveDate, since: NaiveDate, real: DateTime<Utc>) -> DateTime<Utc> {
    calendar::start_of(date) + (real - calendar::start_of(since))
}

#[derive(Debug, Clone)]
pub struct Clock(Arc<RwLock<Setting>>);

impl Clock {
    pub fn real() -> Self {
        Self(Arc::new(RwLock::new(Setting::Real)))
    }

    pub fn practice(date: NaiveDate) -> Self {
        Self(Arc::new(RwLock::new(Setting::practising(date))))
    }

    pub fn now(&self) -> DateTime<Utc> {
        let real = Utc::now();
        let now = match *self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Setting::Real => real,
            Setting::Practice { date, since } => practised(date, since, real),
            Setting::Fixed(moment) => moment,
        };
        calendar::stamp(now)
    }

    pub fn today(&self) -> NaiveDate {
        calendar::day(self.now())
    }

    pub fn set_date(&self, date: NaiveDate) {
        self.set(Setting::practising(date));
    }

    pub fn fix(&self, moment: DateTime<Utc>) {
        self.set(Setting::Fixed(moment));
    }

    fn set(&self, setting: Setting) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = setting;
    }
}

/// What work comes to that is given so long; `None` if it takes longer.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    timeout(limit, work).await.ok()
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn a_practised_date_goes_on_at_midnight_and_never_backwards() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        // A real night between two days, and the nights on which the clocks change: one real, one practised.
        for (date, since) in
            [("2022-03-15", "2026-11-30"), ("2022-03-15", "2026-10-24"), ("2022-03-26", "2026-11-30")]
        {
            let (date, since) = (day(date), day(since));
            let midnight = calendar::start_of(since + Duration::days(1));
            let before = practised(date, since, midnight - Duration::seconds(1));
            assert_eq!(calendar::day(before), date);
            let mut last = before;
            for minute in 0..3000 {
                let now = practised(date, since, midnight + Duration::minutes(minute));
                assert!(now > last);
                last = now;
            }
            assert_eq!(
                calendar::day(practised(date, since, midnight + Duration::hours(3))),
                date + Duration::days(1)
            );
        }
    }
}
