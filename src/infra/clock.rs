//! The portal's clock. In practice mode the user sets the date; in tests the moment is fixed.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar;

#[derive(Debug, Clone, Copy)]
enum Setting {
    Real,
    /// This date, with the time of day running.
    Practice(NaiveDate),
    Fixed(DateTime<Utc>),
}

#[derive(Debug, Clone)]
pub struct Clock(Arc<RwLock<Setting>>);

impl Clock {
    pub fn real() -> Self {
        Self(Arc::new(RwLock::new(Setting::Real)))
    }

    pub fn practice(date: NaiveDate) -> Self {
        Self(Arc::new(RwLock::new(Setting::Practice(date))))
    }

    pub fn now(&self) -> DateTime<Utc> {
        let real = Utc::now();
        let now = match *self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Setting::Real => real,
            Setting::Practice(date) => {
                let into_day = real - calendar::start_of(calendar::day(real));
                calendar::start_of(date) + into_day
            }
            Setting::Fixed(moment) => moment,
        };
        calendar::stamp(now)
    }

    pub fn today(&self) -> NaiveDate {
        calendar::day(self.now())
    }

    pub fn set_date(&self, date: NaiveDate) {
        self.set(Setting::Practice(date));
    }

    pub fn fix(&self, moment: DateTime<Utc>) {
        self.set(Setting::Fixed(moment));
    }

    fn set(&self, setting: Setting) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = setting;
    }
}
