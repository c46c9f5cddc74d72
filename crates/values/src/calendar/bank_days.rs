//! Bank days (*bankdagar*): when Swedish banks pay. Not on Saturdays and Sundays, on public holidays (lag 1989:253), or on
//! midsummer eve, Christmas eve and New Year's eve.

use chrono::{Datelike, Days, NaiveDate, Weekday};

pub fn is_bank_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(day)
}

/// The first bank day after this day.
pub fn next_bank_day(day: NaiveDate) -> NaiveDate {
    let after = day.iter_days().skip(1);
    after.take(14).find(|day| is_bank_day(*day)).unwrap_or(day)
}

/// Those that can fall on a weekday.
fn is_holiday(day: NaiveDate) -> bool {
    const FIXED: [(u32, u32); 8] = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)];
    // Midsummer eve is the Friday of 19–25 June.
    let is_midsummer_eve =
        day.month() == 6 && (19..=25).contains(&day.day()) && day.weekday() == Weekday::Fri;
    FIXED.contains(&(day.month(), day.day())) || is_midsummer_eve || moves_with_easter(day)
}

/// Good Friday, Easter Monday, Ascension Day.
fn moves_with_easter(day: NaiveDate) -> bool {
    let Some(easter) = easter(day.year()) else { return false };
    [
        easter.checked_sub_days(Days::new(2)),
        easter.checked_add_days(Days::new(1)),
        easter.checked_add_days(Days::new(39)),
    ]
    .contains(&Some(day))
}

/// Easter Sunday, by the Gregorian computus (Meeus, Jones and Butcher).
fn easter(year: i32) -> Option<NaiveDate> {
    let (century, of_century) = (year / 100, year % 100);
    let golden = year % 19;
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let count = epact + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(count / 31).ok()?, u32::try_from(count % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_where_the_almanac_has_it() {
        let almanac = [
            "2000-04-23",
            "2008-03-23",
            "2019-04-21",
            "2022-04-17",
            "2024-03-31",
            "2027-03-28",
            "2038-04-25",
        ];
        for sunday in almanac.map(day) {
            assert_eq!(easter(sunday.year()), Some(sunday));
        }
    }

    #[test]
    fn banks_are_closed_on_weekends_holidays_and_three_eves() {
        for closed in [
            "2022-01-06",
            "2022-03-12",
            "2022-03-13",
            "2022-04-15",
            "2022-04-18",
            "2022-05-26",
            "2022-06-06",
            "2022-06-24",
            "2022-12-26",
            "2024-05-01",
            "2024-05-09",
            "2024-06-21",
            "2024-12-24",
            "2024-12-25",
            "2024-12-31",
            "2025-01-01",
        ] {
            assert!(!is_bank_day(day(closed)), "{closed}");
        }
        // Maundy Thursday, Walpurgis night and the day before midsummer eve are bank days.
        for open in ["2022-04-14", "2022-04-29", "2022-06-23", "2022-06-17", "2024-12-23", "2024-12-27"] {
            assert!(is_bank_day(day(open)), "{open}");
        }
    }

    #[test]
    fn the_next_bank_day_is_after_all_that_is_closed() {
        assert_eq!(next_bank_day(day("2022-04-15")), day("2022-04-19"));
        assert_eq!(next_bank_day(day("2020-12-24")), day("2020-12-28"));
        assert_eq!(next_bank_day(day("2022-03-14")), day("2022-03-15"));
    }
}
