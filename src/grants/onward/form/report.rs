//! The forms of what comes after: the unit's report, a completion, money that came back, the sum of it all.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    application::{chosen, named},
    line, past_day, prose,
};
use crate::{
    grants::{
        case::alike,
        onward::{application::Report, model::Model, rules::Rule},
    },
    ground::infra::form::FieldErrors,
};
use values::{Line, Money, Positive};

/// What negative amounts would mean: money that went the other way.
const USED_BELOW_ZERO: &str = "Det som har använts kan inte vara under 0. Dra av krediteringar från kostnaderna, och skriv 0 om \
                               inget av medlen har använts.";
const RETURN_BELOW_ZERO: &str = "Skriv vad enheten har betalat tillbaka. Är en tidigare registrering fel tar du bort den längre \
                                 ned på sidan.";
const COSTS_BELOW_ZERO: &str = "Kostnaderna kan inte vara under 0. Dra av krediteringar från kostnaderna, och skriv 0 om inget \
                                har använts.";

/// What the unit used the money for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    pub revision: i64,
    pub used: String,
    pub uses: Vec<String>,
    pub used_for: String,
    pub benefit: String,
    pub by: String,
}

impl ReportForm {
    /// As it was said before, to be completed.
    pub fn of(report: &Report, model: &Model) -> Self {
        let place = |name: &String| model.uses.iter().position(|permitted| permitted == name);
        Self {
            revision: 0,
            used: report.used.digits().to_string(),
            uses: report.uses.iter().filter_map(place).map(|place| place.to_string()).collect(),
            used_for: report.used_for.clone(),
            benefit: report.benefit.clone(),
            by: report.by.to_string(),
        }
    }

    /// Each field's label, what stands here, and what stands in another.
    pub fn beside(&self, other: &Self, model: &Model) -> Vec<(String, String, String)> {
        let each = self.fields(model).into_iter().zip(other.fields(model));
        each.map(|((label, mine), (_, theirs))| (label.to_owned(), mine, theirs)).collect()
    }

    fn fields(&self, model: &Model) -> [(&'static str, String); 5] {
        [
            ("Hur mycket har använts", self.used.clone()),
            ("Till vad", named(&model.uses, &self.uses)),
            ("Vad medlen har använts till", self.used_for.clone()),
            ("Nytta för de äldre", self.benefit.clone()),
            ("Ert namn", self.by.clone()),
        ]
    }

    /// `has` is what the unit has of the grant.
    pub fn parse(&self, model: &Model, has: Money, at: DateTime<Utc>) -> Result<Report, FieldErrors> {
        let mut errors = FieldErrors::default();
        let used = errors.read("used", Rule::Used, values::parse_kronor_or_zero(&self.used, USED_BELOW_ZERO));
        if used.is_some_and(|used| used > has) {
            let told = format!(
                "Enheten har fått {has}. Skriv högst det: det som kostade mer betalar enheten själv."
            );
            errors.broken("used", Rule::Used, told);
        }
        let nothing = used == Some(Money::ZERO);
        let uses = if nothing {
            Some(Vec::new())
        } else {
            errors.read("uses", Rule::UsedFor, chosen(&model.uses, &self.uses))
        };
        let used_for =
            prose(&self.used_for, "Beskriv vad medlen har använts till, eller varför de inte har använts.");
        let used_for = errors.read("used_for", Rule::UsedFor, used_for);
        let benefit = if nothing && self.benefit.trim().is_empty() {
            Some(String::new())
        } else {
            let benefit =
                prose(&self.benefit, "Beskriv vilken nytta det har eller kommer att ha för de äldre.");
            errors.read("benefit", Rule::Benefit, benefit)
        };
        let by = errors.read("by", Rule::Contact, line(&self.by, "Skriv ert namn."));
        let report = (|| {
            Some(Report { at, by: by?, used: used?, uses: uses?, used_for: used_for?, benefit: benefit? })
        })();
        report.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CompletionForm {
    pub revision: i64,
    pub message: String,
}

impl CompletionForm {
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let message = prose(&self.message, "Skriv vad som ska kompletteras. Enheten ser det.");
        errors.read("message", Rule::ToComplete, message).ok_or(errors)
    }
}

/// Money that a unit paid back to the municipality.
#[derive(Debug, Clone, Deserialize)]
pub struct MoneyBackForm {
    pub revision: i64,
    #[serde(default)]
    pub amount: String,
    #[serde(default)]
    pub returned_on: String,
    #[serde(default)]
    pub reference: String,
    /// `ja`: it looks like another one, but it is not the same.
    #[serde(default)]
    pub is_another: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct MoneyBack {
    pub amount: Positive,
    pub on: NaiveDate,
    pub reference: String,
    /// Whoever registers has said that it is not the one that looks the same.
    pub is_another: bool,
}

impl MoneyBackForm {
    pub fn fresh(revision: i64) -> Self {
        Self {
            revision,
            amount: String::new(),
            returned_on: String::new(),
            reference: String::new(),
            is_another: String::new(),
        }
    }

    /// `most` is what can come back.
    pub fn parse(&self, most: Money, today: NaiveDate) -> Result<MoneyBack, FieldErrors> {
        let mut errors = FieldErrors::default();
        let amount =
            errors.read("amount", Rule::Returned, values::parse_kronor(&self.amount, RETURN_BELOW_ZERO));
        if amount.is_some_and(|amount| amount.get() > most) {
            let told = format!(
                "Högst {most} kan komma tillbaka: det som enheten har fått utbetalt och inte har redovisat som använt."
            );
            errors.broken("amount", Rule::Returned, told);
        }
        let on = past_day("returned_on", Rule::Returned, &self.returned_on, today, &mut errors);
        let reference = errors.read_optional("reference", Rule::Returned, &self.reference, Line::<60>::parse);
        let all = (|| {
            let reference = reference?.map(String::from).unwrap_or_default();
            let is_another = alike::is_another(&self.is_another);
            Some(MoneyBack { amount: amount?, on: on?, reference, is_another })
        })();
        all.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

/// What goes into section 3 of the financial report beside the units' costs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SummaryForm {
    /// Of a grant with several.
    pub post: String,
    pub reserve_costs: String,
    pub own_costs: String,
    /// What the page said that the units had used, in plain kronor.
    pub used: String,
}

impl SummaryForm {
    pub fn parse(&self, reserve: Money) -> Result<(Money, Money), FieldErrors> {
        let mut errors = FieldErrors::default();
        let zero = |typed: &str| if typed.trim().is_empty() { "0".to_owned() } else { typed.to_owned() };
        let of_reserve = errors.read(
            "reserve_costs",
            Rule::Reserve,
            values::parse_kronor_or_zero(&zero(&self.reserve_costs), COSTS_BELOW_ZERO),
        );
        if of_reserve.is_some_and(|costs| costs > reserve) {
            errors.broken("reserve_costs", Rule::Reserve, format!("Reserven är {reserve}."));
        }
        let own = values::parse_kronor_or_zero(&zero(&self.own_costs), COSTS_BELOW_ZERO);
        let own = errors.read("own_costs", Rule::Used, own);
        of_reserve.zip(own).filter(|_| errors.is_empty()).ok_or(errors)
    }
}
