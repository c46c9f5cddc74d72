//! The forms in which the paying authority sets the two diarienummer, and the account for repayments.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Agreement, Decidable, DecidedDays, Diarienummers, Terms};
use crate::ground::infra::form::FieldErrors;
use values::{Diarienummer, GiroAccount, GiroKind, LineError, calendar::long_date};

/// As typed. The fields have the names they have in the agreement's own forms.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DiarienummerForm {
    pub agreement_diarienummer: String,
    pub decision_diarienummer: String,
    /// The version of the agreement that the page was made from.
    pub version: String,
}

impl DiarienummerForm {
    pub fn of(agreement: &Agreement) -> Self {
        Self {
            agreement_diarienummer: agreement.diarienummer.agreement.clone(),
            decision_diarienummer: agreement.diarienummer.payment_decision.clone(),
            version: agreement.version.to_string(),
        }
    }

    /// Both numbers; an empty one is not known yet.
    pub fn parse(&self) -> Result<Diarienummers, FieldErrors> {
        let mut errors = FieldErrors::default();
        let agreement = errors.take("agreement_diarienummer", number_or_empty(&self.agreement_diarienummer));
        let decision = errors.take("decision_diarienummer", number_or_empty(&self.decision_diarienummer));
        match (agreement, decision) {
            (Some(agreement), Some(payment_decision)) => Ok(Diarienummers { agreement, payment_decision }),
            _ => Err(errors),
        }
    }
}

fn number_or_empty(typed: &str) -> Result<String, LineError> {
    match Diarienummer::parse(typed) {
        Err(LineError::Empty) => Ok(String::new()),
        parsed => parsed.map(|number| number.to_string()),
    }
}

/// Where what was not used is paid back to, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    pub account_kind: String,
    pub account_number: String,
    /// The version of the agreement that the page was made from.
    pub version: String,
}

impl AccountForm {
    pub fn of(agreement: &Agreement) -> Self {
        let account = agreement.repayment_account;
        Self {
            account_kind: account.map(|account| account.kind().to_string()).unwrap_or_default(),
            account_number: account.map(|account| account.to_string()).unwrap_or_default(),
            version: agreement.version.to_string(),
        }
    }

    /// The account; none when the number is left empty, whatever is chosen.
    pub fn parse(&self) -> Result<Option<GiroAccount>, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.account_number.trim().is_empty() {
            return Ok(None);
        }
        let kind =
            errors.take("account_kind", GiroKind::parse(&self.account_kind)).ok_or_else(|| errors.clone())?;
        let account = errors.take("account_number", GiroAccount::parse(kind, &self.account_number));
        account.map(Some).ok_or(errors)
    }
}

/// The last days that the source leaves to the paying authority, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeadlinesForm {
    pub requisition: String,
    pub report: String,
    /// The version of the agreement that the page was made from.
    pub version: String,
}

impl DeadlinesForm {
    pub fn of(agreement: &Agreement) -> Self {
        let typed = |day: Option<NaiveDate>| day.map(|date| date.to_string()).unwrap_or_default();
        Self {
            requisition: typed(agreement.decided.requisition),
            report: typed(agreement.decided.report),
            version: agreement.version.to_string(),
        }
    }

    /// The days that may be decided: neither before the period begins, and the report's not before the requisition's.
    pub fn parse(&self, terms: &Terms) -> Result<DecidedDays, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut day = |which, field: &'static str, typed: &str| -> Option<Option<NaiveDate>> {
            if !terms.deadlines.may_be_decided.contains(&which) || typed.trim().is_empty() {
                return Some(None);
            }
            let read =
                typed.trim().parse().map_err(|_| "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2019-03-31.");
            let day: NaiveDate = errors.take(field, read)?;
            if day < terms.period.from {
                let message =
                    format!("Dagen ligger före periodens början, {}.", long_date(terms.period.from));
                errors.add(field, message);
                return None;
            }
            Some(Some(day))
        };
        let requisition = day(Decidable::Requisition, "requisition", &self.requisition);
        let report = day(Decidable::Report, "report", &self.report);
        let (Some(requisition), Some(report)) = (requisition, report) else { return Err(errors) };
        let first = requisition.or(terms.deadlines.requisition.date());
        match (first, report) {
            (Some(first), Some(report)) if report < first => {
                let message = "Redovisningens sista dag ligger före rekvisitionens. Ändra någon av dem.";
                errors.add("report", message);
                Err(errors)
            }
            _ => Ok(DecidedDays { requisition, report }),
        }
    }
}

/// What to say of a number that is kept although it does not look like one; empty when it does.
pub fn warning(number: &str) -> &'static str {
    match Diarienummer::parse(number) {
        Ok(number) if !number.looks_right() => {
            "Det ser inte ut som ett diarienummer hos Regeringskansliet, till exempel S2099/00001/ABC. Kontrollera det."
        }
        Ok(_) | Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(agreement: &str, decision: &str) -> DiarienummerForm {
        DiarienummerForm {
            agreement_diarienummer: agreement.to_owned(),
            decision_diarienummer: decision.to_owned(),
            version: "1".to_owned(),
        }
    }

    #[test]
    fn numbers_are_tidied_and_may_be_emptied() {
        let numbers = typed(" S2020/04363/SOF ", "\u{A0}").parse().unwrap();
        assert_eq!(numbers.agreement, "S2020/04363/SOF");
        assert_eq!(numbers.payment_decision, "");
    }

    #[test]
    fn what_is_no_line_is_refused_at_its_field() {
        let errors = typed("S2020/1", &"9".repeat(61)).parse().unwrap_err();
        assert!(errors.of("agreement_diarienummer").is_empty());
        assert!(!errors.of("decision_diarienummer").is_empty());
    }

    #[test]
    fn an_account_is_of_its_kind_or_none_at_all() {
        let typed = |kind: &str, number: &str| AccountForm {
            account_kind: kind.to_owned(),
            account_number: number.to_owned(),
            version: "1".to_owned(),
        };
        let account = typed("bankgiro", "9912346").parse().unwrap().unwrap();
        assert_eq!(account.to_string(), "991-2346");
        assert_eq!(typed("plusgiro", " ").parse().unwrap(), None);
        assert!(!typed("", "991-2346").parse().unwrap_err().of("account_kind").is_empty());
        let wrong = typed("bankgiro", "991-2345").parse().unwrap_err();
        assert!(wrong.of("account_number").contains("kontrollsiffra"), "{wrong:?}");
    }

    #[test]
    fn an_odd_number_is_warned_about_and_an_empty_one_is_not() {
        assert!(warning("dnr 17").contains("S2099/00001/ABC"));
        assert_eq!((warning(""), warning("S2020/04363/SOF")), ("", ""));
    }
}
