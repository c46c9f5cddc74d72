//! The last days of a model: as they are typed with it, and moved forward after units have applied by them.

use chrono::{Months, NaiveDate};
use serde::Deserialize;

use super::{
    day,
    decision::{Decided, decided},
};
use crate::{
    grants::onward::{
        model::{Days, Model},
        rules::Rule,
    },
    ground::infra::form::FieldErrors,
    terms::agreement::Period,
};
use values::calendar::{Deadline, long_date};

/// Of application, of use and of report, in this order.
pub(super) fn days(typed: [&str; 3], period: Period, errors: &mut FieldErrors) -> Option<Days> {
    let [apply_by, use_by, report_by] = typed;
    let apply_by = day("apply_by", Rule::Days, apply_by, errors);
    let use_by = day("use_by", Rule::Days, use_by, errors);
    let report_by = day("report_by", Rule::Days, report_by, errors);
    let (apply_by, use_by, report_by) = (apply_by?, use_by?, report_by?);
    if !period.contains(use_by) {
        let told = format!(
            "Bidraget avser {} till {}: medlen ska vara använda inom den tiden.",
            long_date(period.from),
            long_date(period.to)
        );
        errors.broken("use_by", Rule::Days, told);
    }
    if apply_by > use_by {
        errors.broken(
            "apply_by",
            Rule::Days,
            "Sista dagen att ansöka ligger efter sista dagen att använda medlen.",
        );
    }
    if report_by < use_by {
        errors.broken(
            "report_by",
            Rule::Days,
            "Sista dagen att återrapportera ligger före sista dagen att använda medlen.",
        );
    }
    if report_by > period.to + Months::new(12) {
        errors.broken("report_by", Rule::Days, "Återrapporten ska komma inom ett år efter bidragets tid.");
    }
    Some(Days { apply_by: Deadline(apply_by), use_by, report_by: Deadline(report_by) })
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DaysForm {
    pub revision: i64,
    pub apply_by: String,
    pub use_by: String,
    pub report_by: String,
    pub decided_on: String,
    pub decision_number: String,
}

impl DaysForm {
    pub fn of(model: &Model, revision: i64, today: NaiveDate) -> Self {
        Self {
            revision,
            apply_by: model.apply_by.0.to_string(),
            use_by: model.use_by.to_string(),
            report_by: model.report_by.0.to_string(),
            decided_on: today.to_string(),
            decision_number: String::new(),
        }
    }

    /// Each day's label, what was typed, and what holds.
    pub fn beside(&self, model: &Model) -> [(String, String, String); 3] {
        [
            ("Sista dag att ansöka", &self.apply_by, model.apply_by.0),
            ("Sista dag att använda medlen", &self.use_by, model.use_by),
            ("Sista dag att återrapportera", &self.report_by, model.report_by.0),
        ]
        .map(|(label, mine, theirs)| (label.to_owned(), mine.clone(), theirs.to_string()))
    }

    /// Forward, and at least one of them.
    ///
    /// # Errors
    /// All that is to be mended, in the form's order.
    pub fn parse(
        &self,
        model: &Model,
        period: Period,
        today: NaiveDate,
    ) -> Result<(Days, Decided), FieldErrors> {
        let mut errors = FieldErrors::default();
        let days = days([&self.apply_by, &self.use_by, &self.report_by], period, &mut errors);
        let now = model.days();
        if let Some(days) = days {
            let each = [
                ("apply_by", days.apply_by.0, now.apply_by.0),
                ("use_by", days.use_by, now.use_by),
                ("report_by", days.report_by.0, now.report_by.0),
            ];
            for (field, _, before) in each.into_iter().filter(|(_, after, before)| after < before) {
                let told = format!("Dagen är {} nu, och kan bara flyttas framåt.", long_date(before));
                errors.broken(field, Rule::DaysMoveOn, told);
            }
            if days == now {
                errors.broken("apply_by", Rule::DaysMoveOn, "Flytta fram minst en av dagarna.");
            }
        }
        let decided = decided(&self.decided_on, &self.decision_number, today, &mut errors);
        days.zip(decided).filter(|_| errors.is_empty()).ok_or(errors)
    }
}
