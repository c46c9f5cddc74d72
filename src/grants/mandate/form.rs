//! The form in which a case officer registers a mandate; the command line reads its options by it too.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{rules::Rule, told};
use crate::{
    ground::infra::form::FieldErrors,
    people::access::{Holder, Mandate},
};
use values::Line;

#[derive(Debug, Clone, Default, Deserialize)]
pub struct MandateForm {
    /// Whose mandate, and in which role.
    pub person: String,
    pub role: String,
    /// What it said when the page was made.
    #[serde(default)]
    pub was: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub decision: String,
}

/// As a day is typed; empty when there is none.
fn typed(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

impl MandateForm {
    /// Each field's label, what was typed, and what holds.
    pub fn beside(&self, mandate: &Mandate) -> [(String, String, String); 3] {
        [
            ("Första dag", &self.from, typed(mandate.from)),
            ("Sista dag", &self.to, typed(mandate.to)),
            ("Beslut", &self.decision, mandate.decision.clone()),
        ]
        .map(|(label, mine, theirs)| (label.to_owned(), mine.clone(), theirs))
    }

    pub fn of(holder: &Holder) -> Self {
        Self {
            person: holder.person.id.to_string(),
            role: holder.role.key().to_owned(),
            was: told(&holder.mandate),
            from: typed(holder.mandate.from),
            to: typed(holder.mandate.to),
            decision: holder.mandate.decision.clone(),
        }
    }

    pub fn parse(&self) -> Result<Mandate, FieldErrors> {
        let mut errors = FieldErrors::default();
        let day = |typed: &str| {
            typed
                .trim()
                .parse::<NaiveDate>()
                .map_err(|_| "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2022-12-31, eller lämna fältet tomt.")
        };
        let from = errors.read_optional("from", Rule::Day, &self.from, day);
        let to = errors.read_optional("to", Rule::Day, &self.to, day);
        let decision = errors.read_optional("decision", Rule::Decision, &self.decision, Line::<120>::parse);
        if let (Some(Some(from)), Some(Some(to))) = (from, to)
            && to < from
        {
            errors.broken("to", Rule::Order, "Sista dagen ligger före den första. Ändra någon av dagarna.");
        }
        let has_day = !self.from.trim().is_empty() || !self.to.trim().is_empty();
        if has_day && decision == Some(None) {
            let message =
                "Ange beslutet som uppdraget vilar på, till exempel Kommunstyrelsen 2021-12-15 § 210.";
            errors.broken("decision", Rule::Decision, message);
        }
        match (from, to, decision) {
            (Some(from), Some(to), Some(decision)) if errors.is_empty() => Ok(Mandate {
                from,
                to,
                decision: decision.map(|decision| decision.to_string()).unwrap_or_default(),
                // What an authority sets, it has confirmed.
                is_unconfirmed: false,
            }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(from: &str, to: &str, decision: &str) -> Result<Mandate, FieldErrors> {
        let form = MandateForm {
            from: from.to_owned(),
            to: to.to_owned(),
            decision: decision.to_owned(),
            ..MandateForm::default()
        };
        form.parse()
    }

    #[test]
    fn days_and_decision_are_optional_together() {
        assert_eq!(typed("", " ", "").unwrap(), Mandate::default());
        assert_eq!(typed("", "", "KS § 1").unwrap().decision, "KS § 1");
        let mandate = typed("2022-01-01", "2022-01-01", "KS § 1").unwrap();
        assert_eq!(mandate.from, mandate.to);
    }

    #[test]
    fn a_day_without_a_decision_and_days_out_of_order_are_refused() {
        assert!(typed("2022-01-01", "", "").unwrap_err().of("decision").contains("R903"));
        assert!(typed("2022-01-02", "2022-01-01", "KS").unwrap_err().of("to").contains("R902"));
        assert!(typed("i fjol", "", "KS").unwrap_err().of("from").contains("R901"));
    }
}
