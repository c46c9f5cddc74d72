//! The forms of the municipality's decisions: awards, refusals, redistribution, the reserve.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{past_day, prose};
use crate::{
    grants::onward::{application::Application, rules::Rule},
    ground::infra::form::FieldErrors,
};
use values::{Id, Line, Money, Positive};

/// What negative amounts would mean: less for somebody who has it already.
const SHARE_BELOW_ZERO: &str = "Ett belopp att fördela kan inte vara under 0. Ska en enhet få mindre tar du tillbaka det som \
                                inte är utbetalt, eller registrerar det som enheten betalar tillbaka, på enhetens sida.";
const RESERVE_BELOW_ZERO: &str = "Reserven kan inte vara under 0. Skriv vad reserven ska vara, inte ändringen. Finns ingen \
                                  reserv, skriv 0.";

pub(super) fn ids(typed: &[String], errors: &mut FieldErrors) -> Option<Vec<Id<Application>>> {
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

impl Decided {
    /// `, beslut ÄN 2022/15`; nothing where it has no number.
    pub fn told(&self) -> String {
        if self.number.is_empty() { String::new() } else { format!(", beslut {}", self.number) }
    }
}

pub(super) fn decided(on: &str, number: &str, today: NaiveDate, errors: &mut FieldErrors) -> Option<Decided> {
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

/// An application as the page showed it.
pub type Seen = (Id<Application>, i64);

impl AwardForm {
    /// As a checkbox posts it: which application, at which revision.
    pub fn value(application: &Application) -> String {
        format!("{}.{}", application.id, application.revision)
    }

    pub fn parse(&self, today: NaiveDate) -> Result<(Vec<Seen>, Decided), FieldErrors> {
        let mut errors = FieldErrors::default();
        let (places, revisions): (Vec<String>, Vec<Option<i64>>) = self
            .chosen
            .iter()
            .map(|value| value.split_once('.').unwrap_or((value.as_str(), "")))
            .map(|(id, revision)| (id.to_owned(), revision.parse().ok()))
            .unzip();
        let ids = ids(&places, &mut errors);
        let ids = ids.map(|ids| ids.into_iter().zip(revisions.into_iter().map(Option::unwrap_or_default)));
        let ids = ids.map(Iterator::collect);
        let decided = decided(&self.decided_on, &self.decision_number, today, &mut errors);
        ids.zip(decided).ok_or(errors)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RefusalForm {
    pub revision: i64,
    /// Under a name of its own where a page has several.
    #[serde(alias = "putting_right", alias = "striking", alias = "taking_back")]
    pub reason: String,
}

impl RefusalForm {
    /// `field`: the name that its page gave the reason.
    pub fn parse(&self, field: &'static str) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let reason = prose(&self.reason, "Skriv skälet.");
        errors.read(field, Rule::Refusal, reason).ok_or(errors)
    }
}

/// More for units that have had something, of what is left: by the same model, or an amount for each.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RedistributionForm {
    pub decided_on: String,
    pub decision_number: String,
    /// The sum to divide by the model; empty when it is by hand.
    pub sum: String,
    /// Which button was pressed.
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
    pub fn amount(&self, id: Id<Application>) -> &str {
        self.rest.get(&amount_field(id)).map_or("", String::as_str)
    }

    /// The sum to divide by the model.
    pub fn parse_sum(&self) -> Result<Money, FieldErrors> {
        let mut errors = FieldErrors::default();
        let sum = values::parse_kronor(&self.sum, SHARE_BELOW_ZERO);
        errors.read("sum", Rule::WithinLeft, sum).map(Positive::get).ok_or(errors)
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
            let amount = values::parse_kronor_or_zero(typed, SHARE_BELOW_ZERO);
            match errors.read(amount_field(*id), Rule::WithinLeft, amount) {
                Some(amount) if amount > Money::ZERO => amounts.push((*id, amount)),
                Some(_) | None => {}
            }
        }
        if amounts.is_empty() && errors.is_empty() {
            errors.broken("belopp", Rule::Chosen, "Skriv ett belopp för minst en enhet.");
        }
        let decided = decided(&self.decided_on, &self.decision_number, today, &mut errors);
        decided.filter(|_| errors.is_empty()).map(|decided| (amounts, decided)).ok_or(errors)
    }
}

/// What is set aside, and what for; for nothing when it is nothing.
pub type Reserve = (Money, String);

/// As it is typed with the model, and changed later.
pub(super) fn reserve(typed: &str, purpose: &str, errors: &mut FieldErrors) -> Option<Reserve> {
    let typed = if typed.trim().is_empty() { "0" } else { typed };
    let amount = values::parse_kronor_or_zero(typed, RESERVE_BELOW_ZERO);
    let amount = errors.read("reserve", Rule::Reserve, amount)?;
    if amount.is_zero() {
        return Some((amount, String::new()));
    }
    let purpose = prose(purpose, "Skriv vad reserven är till för.");
    errors.read("reserved_for", Rule::Reserve, purpose).map(|purpose| (amount, purpose))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReserveForm {
    pub revision: i64,
    pub reserve: String,
    pub reserved_for: String,
    pub decided_on: String,
    pub decision_number: String,
}

impl ReserveForm {
    pub fn parse(&self, today: NaiveDate) -> Result<(Reserve, Decided), FieldErrors> {
        let mut errors = FieldErrors::default();
        let reserve = reserve(&self.reserve, &self.reserved_for, &mut errors);
        let decided = decided(&self.decided_on, &self.decision_number, today, &mut errors);
        reserve.zip(decided).ok_or(errors)
    }
}
