//! The forms of a payment list: a new one, and what the bank did not pay of it.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{day, decision::ids, prose};
use crate::{
    grants::onward::{application::Application, list::Bic, rules::Rule},
    ground::infra::form::FieldErrors,
};
use values::{
    Bankgiro, Id,
    calendar::{
        bank_days::{is_bank_day, next_bank_day},
        weekday_date,
    },
};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListForm {
    pub pay_on: String,
    pub account: String,
    pub bic: String,
    /// Of what the page showed: units, amounts, accounts ([`crate::grants::onward::payments::fingerprint`]).
    pub seen: String,
}

impl ListForm {
    pub fn parse(&self, today: NaiveDate) -> Result<(NaiveDate, Bankgiro, Bic), FieldErrors> {
        let mut errors = FieldErrors::default();
        let pay_on = day("pay_on", Rule::Payment, &self.pay_on, &mut errors);
        if pay_on.is_some_and(|day| day < today) {
            errors.broken("pay_on", Rule::Payment, "Betalningsdagen har passerat.");
        } else if let Some(day) = pay_on.filter(|day| !is_bank_day(*day)) {
            let next = weekday_date(next_bank_day(day));
            let told = format!("Bankerna är stängda {}. Nästa bankdag är {next}.", weekday_date(day));
            errors.broken("pay_on", Rule::Payment, told);
        }
        let account = errors.read("account", Rule::Payment, Bankgiro::parse(&self.account));
        let bic = errors.read("bic", Rule::Payment, Bic::parse(&self.bic));
        let all = (|| Some((pay_on?, account?, bic?)))();
        all.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FailedForm {
    pub chosen: Vec<String>,
    pub reason: String,
    /// Which button was pressed: `alla` when the bank paid nothing of the list.
    pub action: String,
}

impl FailedForm {
    /// `standing`: all that nobody has said failed.
    ///
    /// # Errors
    /// All that is to be mended, in the form's order.
    pub fn parse(
        &self,
        standing: Vec<Id<Application>>,
    ) -> Result<(Vec<Id<Application>>, String), FieldErrors> {
        let mut errors = FieldErrors::default();
        let ids = if self.action == "alla" { Some(standing) } else { ids(&self.chosen, &mut errors) };
        let reason = prose(&self.reason, "Skriv vad banken har sagt.");
        ids.zip(errors.read("reason", Rule::NotPaid, reason)).ok_or(errors)
    }
}
