//! Dates and deadlines as Swedish law counts them: in Europe/Stockholm, inclusive to the end of the day.

pub mod bank_days;

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Utc};
use chrono_tz::{Europe::Stockholm, Tz};
use serde::{Deserialize, Serialize};

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];

/// The day it is in Stockholm at that moment.
pub fn day(moment: DateTime<Utc>) -> NaiveDate {
    local(moment).date_naive()
}

fn local(moment: DateTime<Utc>) -> DateTime<Tz> {
    moment.with_timezone(&Stockholm)
}

/// `1 december 2022`
pub fn long_date(date: NaiveDate) -> String {
    let month = MONTHS[date.month0() as usize];
    format!("{} {month} {}", date.day(), date.year())
}

const WEEKDAYS: [&str; 7] = ["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"];

/// `fredag 2 december 2022`
pub fn weekday_date(date: NaiveDate) -> String {
    format!("{} {}", WEEKDAYS[date.weekday().num_days_from_monday() as usize], long_date(date))
}

/// The same day some years before. Of 29 February, where that year has none: the day after the 28th, since what happened on the
/// 28th is longer ago.
pub fn years_before(day: NaiveDate, years: i32) -> NaiveDate {
    let year = day.year() - years;
    day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1)).unwrap_or(day)
}

/// `1 december 2022 kl. 14.05`, Stockholm time.
pub fn long_time(moment: DateTime<Utc>) -> String {
    let local = local(moment);
    format!("{} kl. {}", long_date(local.date_naive()), local.format("%H.%M"))
}

/// `14.05`, Stockholm time.
pub fn clock(moment: DateTime<Utc>) -> String {
    local(moment).format("%H.%M").to_string()
}

/// `1 december 2022 kl. 14.05 svensk tid`, for what is read apart from the portal. On the portal's own pages the foot says it
/// once.
pub fn zoned_time(moment: DateTime<Utc>) -> String {
    format!("{} svensk tid", long_time(moment))
}

/// `i dag`, `om 1 dag`, `om 12 dagar`; empty when it has passed.
pub fn days_ahead(count: i64) -> String {
    match count {
        0 => "i dag".to_owned(),
        1 => "om 1 dag".to_owned(),
        2.. => format!("om {count} dagar"),
        _ => String::new(),
    }
}

/// What the clock shows, to the microsecond: the finest that both databases keep.
pub fn stamp(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.trunc_subsecs(6)
}

/// The moment a day begins in Stockholm.
pub fn start_of(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(chrono::NaiveTime::MIN)
        .and_local_timezone(Stockholm)
        .earliest()
        .map_or_else(|| date.and_time(chrono::NaiveTime::MIN).and_utc(), |local| local.to_utc())
}

/// A last day. What is received before midnight in Stockholm at its end is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Deadline(pub NaiveDate);

impl Deadline {
    pub fn passed(self, now: DateTime<Utc>) -> bool {
        day(now) > self.0
    }

    /// `1 december 2022 kl. 23.59`: to the last minute, where somebody has to know until when.
    pub fn to_the_minute(self) -> String {
        format!("{self} kl. 23.59")
    }

    /// Whole days from today to the last day; negative when it has passed.
    pub fn days_left(self, now: DateTime<Utc>) -> i64 {
        (self.0 - day(now)).num_days()
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&long_date(self.0))
    }
}

/// A last day that somebody may still have to decide. Until then nothing is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LastDay(pub Option<Deadline>);

impl LastDay {
    pub fn on(date: NaiveDate) -> Self {
        Self(Some(Deadline(date)))
    }

    pub fn date(self) -> Option<NaiveDate> {
        self.0.map(|deadline| deadline.0)
    }

    pub fn passed(self, now: DateTime<Utc>) -> bool {
        self.0.is_some_and(|deadline| deadline.passed(now))
    }

    pub fn days_left(self, now: DateTime<Utc>) -> Option<i64> {
        self.0.map(|deadline| deadline.days_left(now))
    }

    /// ` senast 1 december 2022`; empty when there is no day.
    pub fn by(self) -> String {
        self.0.map(|deadline| format!(" senast {deadline}")).unwrap_or_default()
    }

    /// ` senast 1 december 2022 kl. 23.59`; empty when there is no day.
    pub fn by_the_minute(self) -> String {
        self.0.map(|deadline| format!(" senast {}", deadline.to_the_minute())).unwrap_or_default()
    }

    /// `Sista dag är 1 december 2022.`, a sentence also when there is no day.
    pub fn in_a_sentence(self) -> String {
        self.0.map_or_else(
            || "Ingen sista dag är bestämd.".to_owned(),
            |deadline| format!("Sista dag är {deadline}."),
        )
    }

    /// ` (om 12 dagar)`, ` (har passerat)`; empty when there is no day.
    pub fn from_now(self, now: DateTime<Utc>) -> String {
        match self.days_left(now) {
            Some(days @ 0..) => format!(" ({})", days_ahead(days)),
            Some(_) => " (har passerat)".to_owned(),
            None => String::new(),
        }
    }
}

impl From<Deadline> for LastDay {
    fn from(deadline: Deadline) -> Self {
        Self(Some(deadline))
    }
}

impl fmt::Display for LastDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(deadline) => deadline.fmt(f),
            None => f.write_str("ingen dag är bestämd"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn stockholm(text: &str) -> DateTime<Utc> {
        let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
        Stockholm.from_local_datetime(&naive).unwrap().to_utc()
    }

    #[test]
    fn a_leap_day_three_years_before_is_the_first_of_march() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(years_before(day("2022-03-15"), 3), day("2019-03-15"));
        assert_eq!(years_before(day("2024-02-29"), 3), day("2021-03-01"));
        assert_eq!(years_before(day("2024-02-29"), 4), day("2020-02-29"));
        assert_eq!(years_before(day("2024-02-28"), 3), day("2021-02-28"));
        assert_eq!(weekday_date(day("2022-04-15")), "fredag 15 april 2022");
    }

    #[test]
    fn a_deadline_holds_to_the_last_second_in_stockholm() {
        let deadline = Deadline(NaiveDate::from_ymd_opt(2022, 12, 1).unwrap());
        assert!(!deadline.passed(stockholm("2022-12-01 23:59:59")));
        assert!(deadline.passed(stockholm("2022-12-02 00:00:00")));
    }

    #[test]
    fn summer_time_moves_midnight_in_utc_but_not_in_stockholm() {
        let deadline = Deadline(NaiveDate::from_ymd_opt(2022, 3, 31).unwrap());
        let last = Utc.with_ymd_and_hms(2022, 3, 31, 21, 59, 59).unwrap();
        assert!(!deadline.passed(last));
        assert!(deadline.passed(last + chrono::Duration::seconds(1)));
        assert_eq!(deadline.days_left(last), 0);
    }

    #[test]
    fn a_day_that_nobody_has_decided_never_passes() {
        let now = stockholm("2022-12-01 12:00:00");
        assert!(!LastDay::default().passed(now));
        assert_eq!(
            LastDay::default().to_string() + &LastDay::default().from_now(now),
            "ingen dag är bestämd"
        );
        assert_eq!(LastDay::default().in_a_sentence(), "Ingen sista dag är bestämd.");
        let last = LastDay::on(day(now));
        assert_eq!(last.in_a_sentence(), "Sista dag är 1 december 2022.");
        assert_eq!(last.to_string() + &last.from_now(now), "1 december 2022 (i dag)");
        assert_eq!(last.from_now(stockholm("2022-12-02 00:00:00")), " (har passerat)");
    }

    #[test]
    fn dates_are_written_in_swedish() {
        let date = NaiveDate::from_ymd_opt(2022, 12, 1).unwrap();
        assert_eq!(long_date(date), "1 december 2022");
        assert_eq!(long_time(stockholm("2022-03-27 03:05:09")), "27 mars 2022 kl. 03.05");
        assert_eq!(clock(stockholm("2022-03-27 03:05:09")), "03.05");
        assert_eq!(zoned_time(stockholm("2022-12-01 14:05:00")), "1 december 2022 kl. 14.05 svensk tid");
        assert_eq!(LastDay::on(date).by_the_minute(), " senast 1 december 2022 kl. 23.59");
        assert_eq!(start_of(date), stockholm("2022-12-01 00:00:00"));
    }
}
