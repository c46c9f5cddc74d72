//! A payment list (*betalningslista*): awards that are handed to the municipality's own payment system together. Made once;
//! what is exported of it is the same every time.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Case, Plan,
    application::Application,
    case_number,
    fund::{Account, Entry},
};
use crate::{
    ids::Id,
    money::Money,
    numbers::{Bankgiro, GiroAccount, OrganisationNumber},
};

#[derive(Debug, Clone)]
pub struct List {
    pub id: Id<List>,
    pub plan: Id<Plan>,
    /// Counts the plan's lists from 1.
    pub number: i32,
    pub pay_on: NaiveDate,
    /// What the payments are made from.
    pub account: Bankgiro,
    /// Of the bank that keeps it (ISO 9362).
    pub bic: Bic,
    /// Who pays, by its formal name, and its number where the register had one: as it was when the list was made.
    pub payer: String,
    pub payer_number: Option<OrganisationNumber>,
    pub made_by: String,
    pub made_at: DateTime<Utc>,
}

/// One payment of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The award's id without its dashes, in 32 characters, and a number when it is tried again: unique for the bank, which
    /// takes at most 35.
    pub id: String,
    pub provider_number: OrganisationNumber,
    pub provider: String,
    pub unit: String,
    pub account: GiroAccount,
    pub amount: Money,
    /// What the recipient sees.
    pub message: String,
    /// State aid by lag (2013:388).
    pub is_state_aid: bool,
}

/// A payment that the bank did not make, as it stood on its list. What was to be paid waits for another list.
#[derive(Debug, Clone)]
pub struct FailedPayment {
    pub list: Id<List>,
    pub application: Id<Application>,
    pub payment: Payment,
    /// What was to be paid by it.
    pub entries: Vec<Id<Entry>>,
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// A bank's identifier: four letters, the country, two characters, and perhaps three for an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bic(String);

impl Bic {
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
        let bytes = code.as_bytes();
        let is_right = matches!(bytes.len(), 8 | 11)
            && bytes[..6].iter().all(u8::is_ascii_uppercase)
            && bytes[6..].iter().all(u8::is_ascii_alphanumeric);
        if is_right {
            Ok(Self(code))
        } else {
            Err("Skriv bankens BIC med 8 eller 11 tecken, till exempel SWEDSESS.")
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl List {
    pub fn name(&self, case_number: &str) -> String {
        format!("{case_number}-L{}", self.number)
    }

    /// Its payments that nobody has said failed, each with the application that it is for.
    pub fn standing<'a>(&self, case: &'a Case) -> Vec<(&'a Application, Payment)> {
        let payments = case.to_pay(Some(self.id)).into_iter();
        let payments =
            payments.filter(|(one, _)| !self.failed(case).any(|failed| failed.application == one.id));
        payments.filter_map(|(one, amount)| Some((one, self.payment(case, one, amount)?))).collect()
    }

    fn payment(&self, case: &Case, application: &Application, amount: Money) -> Option<Payment> {
        let received = application.received()?;
        let award = self.entries(case, application).find(|entry| entry.account == Account::Award)?;
        let id = award.id.to_string().replace('-', "");
        let tried = |one: &&FailedPayment| one.list != self.id && one.payment.id.starts_with(&id);
        let again = match case.failed.iter().filter(tried).count() {
            0 => String::new(),
            times => format!("-{}", times + 1),
        };
        let unit = &received.unit;
        Some(Payment {
            id: format!("{id}{again}"),
            provider_number: unit.provider_number,
            provider: unit.provider.to_string(),
            unit: unit.name.to_string(),
            account: received.account(self.number),
            amount,
            message: format!("{} {}", case_number(&case.grant), unit.name),
            is_state_aid: unit.is_private,
        })
    }

    /// What an application has standing on it.
    pub fn entries<'a>(&self, case: &'a Case, application: &Application) -> impl Iterator<Item = &'a Entry> {
        let (id, of) = (self.id, application.id);
        case.entries.iter().filter(move |entry| entry.application == Some(of) && entry.list == Some(id))
    }

    /// Whether a payment that failed would be the same, were it on the list again.
    pub fn would_stand(&self, case: &Case, failed: &FailedPayment) -> bool {
        let mut as_before = case.clone();
        as_before.failed.retain(|one| (one.list, one.application) != (failed.list, failed.application));
        let of_it = as_before.entries.iter_mut().filter(|entry| failed.entries.contains(&entry.id));
        for entry in of_it {
            if entry.list.is_some() {
                return false;
            }
            entry.list = Some(self.id);
        }
        let keeps = |one: &&Application| as_before.unpaid(one) >= Money::ZERO;
        let mut standing = self.standing(&as_before).into_iter();
        standing.any(|(one, payment)| payment == failed.payment && keeps(&one))
    }

    pub fn failed<'a>(&self, case: &'a Case) -> impl Iterator<Item = &'a FailedPayment> {
        let id = self.id;
        case.failed.iter().filter(move |one| one.list == id)
    }

    /// What was sent to the bank, in an order that nothing changes: neither does what is made of it.
    pub fn sent(&self, case: &Case) -> Vec<Payment> {
        let standing = self.standing(case).into_iter().map(|(_, payment)| payment);
        let mut sent: Vec<Payment> =
            standing.chain(self.failed(case).map(|one| one.payment.clone())).collect();
        sent.sort_by(|one, other| one.id.cmp(&other.id));
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bic_has_8_or_11_characters() {
        assert_eq!(Bic::parse(" swed sess ").unwrap().as_str(), "SWEDSESS");
        assert!(Bic::parse("SWEDSESSXXX").is_ok());
        for wrong in ["", "SWED", "SWEDSESSX", "5WEDSESS", "SWEDSE*S", "ÅWEDSESS"] {
            assert!(Bic::parse(wrong).is_err(), "{wrong}");
        }
    }
}
