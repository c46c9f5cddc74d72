//! The forms of onward distribution, as typed, and what they make or the errors at their fields.

mod application;
mod days;
mod decision;
mod list;
mod model;
mod report;
mod unit;

pub use application::{AccountForm, ApplicationForm, giros};
pub use days::DaysForm;
pub use decision::{
    AwardForm, Decided, RedistributionForm, RefusalForm, Reserve, ReserveForm, Seen, Share, amount_field,
};
pub use list::{FailedForm, ListForm};
pub use model::{MOST_TIERS, ModelForm, PostedModel, TierForm, tier_field};
pub use report::{CompletionForm, MoneyBack, MoneyBackForm, ReportForm, SummaryForm};
pub use unit::UnitForm;

use chrono::{Datelike, NaiveDate};

use super::rules::Rule;
use crate::ground::infra::form::FieldErrors;
use values::{Line, LineError, Prose, ProseError};

/// Whether the use at a place of the model is among those that were ticked.
pub fn is_ticked(chosen: &[String], place: usize) -> bool {
    chosen.iter().any(|typed| *typed == place.to_string())
}

/// A date, as a browser sends it.
fn day(field: &'static str, rule: Rule, typed: &str, errors: &mut FieldErrors) -> Option<NaiveDate> {
    let told = || format!("Skriv {} som ÅÅÅÅ-MM-DD, till exempel 2022-10-15.", called(field));
    errors.read(field, rule, typed.trim().parse().map_err(|_| told()))
}

/// A day as it is called in a list of errors, where there are several.
fn called(field: &str) -> &'static str {
    match field {
        "apply_by" => "sista dagen att ansöka",
        "use_by" => "sista dagen att använda medlen",
        "report_by" => "sista dagen att återrapportera",
        "decided_on" => "beslutets dag",
        "pay_on" => "betalningsdagen",
        _ => "dagen",
    }
}

/// The day of something that has been done: not ahead, and not of another century.
fn past_day(
    field: &'static str,
    rule: Rule,
    typed: &str,
    today: NaiveDate,
    errors: &mut FieldErrors,
) -> Option<NaiveDate> {
    let day = day(field, rule, typed, errors)?;
    if day > today || day.year() < 2000 {
        errors.broken(field, rule, "Dagen ligger i framtiden, eller för långt tillbaka.");
        return None;
    }
    Some(day)
}

/// A line of text that must be there.
fn line<const MOST: usize>(typed: &str, when_empty: &str) -> Result<Line<MOST>, String> {
    Line::parse(typed).map_err(|error| match error {
        LineError::Empty => when_empty.to_owned(),
        error => error.to_string(),
    })
}

/// Some lines of text that must be there.
fn prose(typed: &str, when_empty: &str) -> Result<String, String> {
    match Prose::<2000>::parse(typed) {
        Ok(text) => Ok(text.to_string()),
        Err(ProseError::Empty) => Err(when_empty.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// More customers, residents or units than there are.
const MOST: u32 = 100_000;

/// A whole number, with or without spaces between its digits.
fn whole(typed: &str) -> Result<u32, &'static str> {
    let bare: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let is_number = !bare.is_empty() && bare.bytes().all(|digit| digit.is_ascii_digit());
    let number: Option<u32> = is_number.then(|| bare.parse().ok()).flatten().filter(|number| *number <= MOST);
    number.ok_or("Skriv ett helt tal med siffror, till exempel 48.")
}
