//! The forms of the municipality's decisions: awards, refusals, redistribution, the reserve, a payment list.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{day, past_day, prose};
use crate::{
    ids::Id,
    infra::form::FieldErrors,
    money::{self, Money},
    numbers::{Bankgiro, Line},
    onward::{
        application::Application,
        fund::Entry,
        list::{Bic, List},
        rules::Rule,
    },
};

fn ids(typed: &[String], errors: &mut FieldErrors) -> Option<Vec<Id<Application>>> {
    let ids: Result<Vec<Id<Application>>, _> = typed.iter().map(|id| id.parse()).collect();
    let ids = match ids {
        Ok(ids) if ids.is_empty() => Err("Kryssa för minst en enhet."),
        Ok(ids) => Ok(ids),
        Err(_) => Err("En av enheterna finns inte. Ladda om sidan och välj på nytt."),
    };
    errors.read("chosen", Rule::Chosen, ids)
}

/// The decision that awards follow from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub on: NaiveDate,
    pub number: String,
}

fn decided(on: &str, number: &str, today: NaiveDate, errors: &mut FieldErrors) -> Option<Decided> {
    let on = past_day("decided_on", Rule::AwardDecision, on, today, errors);
    let number = errors.read_optional("decision_number", Rule::AwardDecision, number, Line::<60>::parse);
    Some(Decided { on: on?, number: number?.map(String::from).unwrap_or_default() })
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AwardForm {
    pub chosen: Vec<String>,
    pub decided_on: String,
    pub decision_number: String,
}

impl AwardForm {
    pub fn parse(&self, today: NaiveDate) -> Result<(Vec<Id<Application>>, Decided), FieldErrors> {
        let mut errors = FieldErrors::default();
        let ids = ids(&self.chosen, &mut errors);
        let decided = decided(&self.decided_on, &self.decision_number, today, &mut errors);
        ids.zip(decided).ok_or(errors)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RefusalForm {
    pub revision: i64,
    pub reason: String,
}

impl RefusalForm {
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let reason = prose(&self.reason, "Skriv skälet.");
        errors.read("reason", Rule::Refusal, reason).ok_or(errors)
    }
}

/// More for units that have had something, of what is left: by the same model, or an amount for each.
#[derive(Debug, Clone, Deserialize)]
pub struct RedistributionForm {
    pub id: Id<Entry>,
    #[serde(default)]
    pub decided_on: String,
    #[serde(default)]
    pub decision_number: String,
    /// The sum to divide by the model; empty when it is by hand.
    #[serde(default)]
    pub sum: String,
    /// Which button was pressed.
    #[serde(default)]
    pub action: String,
    /// `amount_` and the application's id.
    #[serde(flatten)]
    pub rest: BTreeMap<String, String>,
}

/// What a unit is to get.
pub type Share = (Id<Application>, Money);

/// The name of the field of a unit's amount.
pub fn amount_field(id: Id<Application>) -> String {
    format!("amount_{id}")
}

impl RedistributionForm {
    /// Posted twice, the same id distributes once.
    pub fn fresh() -> Self {
        Self {
            id: Id::new(),
            decided_on: String::new(),
            decision_number: String::new(),
            sum: String::new(),
            action: String::new(),
            rest: BTreeMap::new(),
        }
    }

    pub fn amount(&self, id: Id<Application>) -> &str {
        self.rest.get(&amount_field(id)).map_or("", String::as_str)
    }

    /// The sum to divide by the model.
    pub fn parse_sum(&self) -> Result<Money, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.read("sum", Rule::WithinLeft, money::parse_kronor(&self.sum)).ok_or(errors)
    }

    /// The amounts that are typed, unit by unit.
    pub fn parse(
        &self,
        units: &[Id<Application>],
        today: NaiveDate,
    ) -> Result<(Vec<Share>, Decided), FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut amounts = Vec::new();
        for id in units {
            let typed = self.amount(*id);
            if typed.trim().is_empty() {
                continue;
            }
            match errors.read(amount_field(*id), Rule::WithinLeft, money::parse_kronor_or_zero(typed)) {
                Some(amount) if amount > Money::ZERO => amounts.push((*id, amount)),
                Some(_) | None => {}
            }
        }
        if amounts.is_empty() && errors.is_empty() {
            errors.broken("sum", Rule::Chosen, "Skriv ett belopp för minst en enhet.");
        }
        let decided = decided(&self.decided_on, &self.decision_number, today, &mut errors);
        decided.filter(|_| errors.is_empty()).map(|decided| (amounts, decided)).ok_or(errors)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReserveForm {
    pub reserve: String,
    pub decided_on: String,
    pub decision_number: String,
}

impl ReserveForm {
    pub fn parse(&self, today: NaiveDate) -> Result<(Money, Decided), FieldErrors> {
        let mut errors = FieldErrors::default();
        let reserve = errors.read("reserve", Rule::Reserve, money::parse_kronor_or_zero(&self.reserve));
        let decided = decided(&self.decided_on, &self.decision_number, today, &mut errors);
        reserve.zip(decided).ok_or(errors)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct ListForm {
    pub id: Id<List>,
    #[serde(default)]
    pub pay_on: String,
    #[serde(default)]
    pub account: String,
    #[serde(default)]
    pub bic: String,
    /// What the page said is to be paid, in plain kronor.
    #[serde(default)]
    pub sum: String,
}

impl ListForm {
    /// What the page said is to be paid; nothing that can be, where it said nothing.
    pub fn seen(&self) -> Money {
        Money::parse_plain(&self.sum).unwrap_or_default()
    }

    pub fn fresh() -> Self {
        Self {
            id: Id::new(),
            pay_on: String::new(),
            account: String::new(),
            bic: String::new(),
            sum: String::new(),
        }
    }

    pub fn parse(&self, today: NaiveDate) -> Result<(NaiveDate, Bankgiro, Bic), FieldErrors> {
        let mut errors = FieldErrors::default();
        let pay_on = day("pay_on", Rule::Payment, &self.pay_on, &mut errors);
        if pay_on.is_some_and(|day| day < today) {
            errors.broken("pay_on", Rule::Payment, "Betalningsdagen har passerat.");
        }
        let account = errors.read("account", Rule::Payment, Bankgiro::parse(&self.account));
        let bic = errors.read("bic", Rule::Payment, Bic::parse(&self.bic));
        let all = (|| Some((pay_on?, account?, bic?)))();
        all.filter(|_| errors.is_empty()).ok_or(errors)
    }
}
