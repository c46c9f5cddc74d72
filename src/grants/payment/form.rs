//! The payment officer's forms: what the list shows, one payment, many at once, and a reversal.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Payment, Reference, Refusal, Registration, rules::Rule};
use crate::{
    grants::{case::alike, requisition::Requisition},
    ground::infra::{error::AppError, form::FieldErrors},
};
use values::{Id, LineError, Money, Positive, Prose, ProseError};

/// What a negative payment would mean.
const BELOW_ZERO: &str = "En utbetalning kan inte vara under 0. Är en tidigare registrering fel rättar du den längre ned på \
                          sidan. Pengar som mottagaren har betalat tillbaka registrerar du under Återbetalningar.";

/// What the list shows, as its address says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    #[serde(rename = "visa")]
    pub view: String,
    #[serde(rename = "overenskommelse")]
    pub agreement: String,
    #[serde(rename = "sok")]
    pub search: String,
    /// Of what is paid: the year. The last one when the address says none.
    #[serde(rename = "ar", skip_serializing_if = "String::is_empty")]
    pub year: String,
}

/// The views, by their key in the address. The first is shown when the address says nothing.
pub const VIEWS: [(&str, &str); 2] = [("attbetala", "Att betala ut"), ("utbetalda", "Utbetalda")];

impl Filter {
    pub fn view(&self) -> &'static str {
        VIEWS.iter().find(|(key, _)| *key == self.view).unwrap_or(&VIEWS[0]).0
    }

    pub fn shows_paid(&self) -> bool {
        self.view() == VIEWS[1].0
    }

    /// The year that is shown, of those in which anything was paid.
    pub fn year(&self, years: Option<&RangeInclusive<i32>>) -> Option<i32> {
        let years = years?;
        Some(self.year.parse().ok().filter(|year| years.contains(year)).unwrap_or(*years.end()))
    }

    /// True when it narrows what its view shows.
    pub fn narrows(&self) -> bool {
        !(self.agreement.is_empty() && self.search.trim().is_empty())
    }

    pub fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }
}

/// A line of the list that was ticked: the requisition, and what was left of it then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticked {
    pub requisition: Id<Requisition>,
    pub left: Positive,
}

impl Ticked {
    /// As a checkbox posts it.
    pub fn value(&self) -> String {
        format!("{}.{}", self.requisition, self.left.get().to_ore())
    }

    fn read(value: &str) -> Option<Self> {
        let (requisition, left) = value.split_once('.')?;
        Some(Self {
            requisition: requisition.parse().ok()?,
            left: Positive::new(Money::ore(left.parse().ok()?))?,
        })
    }
}

/// The lines ticked in the list, with what they have in common.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ManyForm {
    pub cases: Vec<String>,
    pub paid_on: String,
    pub reference: String,
    /// The list's filter, to come back to.
    pub filter: String,
}

impl ManyForm {
    pub fn ticked(&self) -> Result<Vec<Ticked>, AppError> {
        let unreadable = || AppError::bad_request("En av de markerade raderna går inte att läsa.");
        self.cases.iter().map(|value| Ticked::read(value).ok_or_else(unreadable)).collect()
    }

    /// Read anew, so that the address gets nothing but a filter. What can be ticked is in the first view.
    pub fn filter(&self) -> Filter {
        let filter: Filter = serde_html_form::from_str(&self.filter).unwrap_or_default();
        Filter { view: VIEWS[0].0.to_owned(), ..filter }
    }

    /// The whole of what is left of each.
    pub fn parse(
        &self,
        ticked: &[Ticked],
        today: NaiveDate,
    ) -> Result<Vec<(Id<Requisition>, Registration)>, FieldErrors> {
        let mut errors = FieldErrors::default();
        if ticked.is_empty() {
            errors.add("", "Ingen rekvisition är markerad. Kryssa för minst en och försök igen.");
        }
        let paid_on = paid_on(&self.paid_on, today, &mut errors);
        let reference = reference(&self.reference, &mut errors);
        match (paid_on, reference) {
            (Some(paid_on), Some(reference)) if errors.is_empty() => Ok(ticked
                .iter()
                .map(|ticked| {
                    let (left, reference) = (ticked.left, reference.clone());
                    (
                        ticked.requisition,
                        Registration {
                            amount: left,
                            paid_on,
                            reference,
                            is_another: false,
                            expected_left: left.get(),
                        },
                    )
                })
                .collect()),
            _ => Err(errors),
        }
    }
}

/// One payment, of the whole rest or a part of it.
#[derive(Debug, Clone, Deserialize)]
pub struct OneForm {
    /// What was left when the page was made, in öre.
    pub left: i64,
    #[serde(default)]
    pub amount: String,
    #[serde(default)]
    pub paid_on: String,
    #[serde(default)]
    pub reference: String,
    /// `ja`: it looks like another one, but it is not the same.
    #[serde(default)]
    pub is_another: String,
}

impl OneForm {
    pub fn parse(&self, today: NaiveDate) -> Result<Registration, FieldErrors> {
        let mut errors = FieldErrors::default();
        let left = Money::ore(self.left);
        let amount = errors.read("amount", Rule::Amount, values::parse_kronor(&self.amount, BELOW_ZERO));
        if amount.is_some_and(|amount| amount.get() > left) {
            errors.add("amount", Refusal::AboveLeft { left });
        }
        let paid_on = paid_on(&self.paid_on, today, &mut errors);
        let reference = reference(&self.reference, &mut errors);
        match (amount, paid_on, reference) {
            (Some(amount), Some(paid_on), Some(reference)) if errors.is_empty() => {
                let is_another = alike::is_another(&self.is_another);
                Ok(Registration { amount, paid_on, reference, is_another, expected_left: left })
            }
            _ => Err(errors),
        }
    }
}

fn paid_on(typed: &str, today: NaiveDate, errors: &mut FieldErrors) -> Option<NaiveDate> {
    let parsed = typed
        .trim()
        .parse()
        .map_err(|_| format!("Skriv dagen då pengarna betalades ut som ÅÅÅÅ-MM-DD, till exempel {today}."));
    let day = errors.read("paid_on", Rule::PaidOn, parsed)?;
    if day > today {
        errors.add("paid_on", Refusal::InFuture);
        return None;
    }
    Some(day)
}

fn reference(typed: &str, errors: &mut FieldErrors) -> Option<Reference> {
    let parsed = Reference::parse(typed).map_err(|error| match error {
        LineError::Empty => {
            "Referensen saknas. Skriv den som betalningen har i banken eller i ekonomisystemet.".to_owned()
        }
        error => error.to_string(),
    });
    errors.read("reference", Rule::Reference, parsed)
}

/// That a payment was registered by mistake.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReversalForm {
    /// A payment's id; empty when none is chosen.
    pub reversed: String,
    pub reason: String,
}

impl ReversalForm {
    pub fn parse(&self) -> Result<(Id<Payment>, String), FieldErrors> {
        let mut errors = FieldErrors::default();
        let chosen = self.reversed.parse().map_err(|_| "Välj vilken utbetalning som är fel.");
        let payment = errors.take("reversed", chosen);
        let reason = match Prose::<2000>::parse(&self.reason) {
            Ok(reason) => Ok(reason.to_string()),
            Err(ProseError::Empty) => Err("Skälet saknas. Skriv vad som är fel i registreringen.".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        let reason = errors.read("reason", Rule::ReversalReason, reason);
        match (payment, reason) {
            (Some(payment), Some(reason)) => Ok((payment, reason)),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2022, 3, 15).unwrap()
    }

    fn typed(amount: &str, paid_on: &str, reference: &str) -> OneForm {
        OneForm {
            left: 100_000,
            amount: amount.to_owned(),
            paid_on: paid_on.to_owned(),
            reference: reference.to_owned(),
            is_another: String::new(),
        }
    }

    /// The fields with an error, and the rule of each.
    fn faults(form: &OneForm) -> Vec<(String, String)> {
        let errors = form.parse(today()).unwrap_err();
        let rule = |message: &str| message.rsplit_once('(').unwrap().1.trim_end_matches(')').to_owned();
        errors.list.iter().map(|error| (error.field.to_string(), rule(&error.message))).collect()
    }

    fn fault(field: &str, rule: Rule) -> (String, String) {
        (field.to_owned(), rule.to_string())
    }

    #[test]
    fn a_payment_is_read() {
        let registration = typed("1 000", " 2022-03-15 ", " UB  2022-17 ").parse(today()).unwrap();
        assert_eq!(registration.amount.get(), Money::kronor(1_000));
        assert_eq!(registration.paid_on, today());
        assert_eq!(registration.reference.as_str(), "UB 2022-17");
        assert_eq!(registration.expected_left, Money::kronor(1_000));
        assert!(typed("1", "2021-12-31", &"9".repeat(35)).parse(today()).is_ok());
    }

    #[test]
    fn every_fault_is_told_at_once_at_its_field() {
        assert_eq!(
            faults(&typed("", "", "")),
            [
                fault("amount", Rule::Amount),
                fault("paid_on", Rule::PaidOn),
                fault("reference", Rule::Reference)
            ]
        );
        for amount in ["0", "-1", "tusen", "10,50", "1.000"] {
            assert_eq!(
                faults(&typed(amount, "2022-03-15", "1")),
                [fault("amount", Rule::Amount)],
                "{amount}"
            );
        }
        assert_eq!(faults(&typed("1 001", "2022-03-15", "1")), [fault("amount", Rule::AmountLeft)]);
        assert_eq!(faults(&typed("1", "2022-03-16", "1")), [fault("paid_on", Rule::PaidOn)]);
        assert_eq!(faults(&typed("1", "2022-03-15", &"9".repeat(36))), [fault("reference", Rule::Reference)]);
    }

    #[test]
    fn a_ticked_line_is_read_as_it_was_written() {
        let left = Positive::new(Money::kronor(381_308)).unwrap();
        let ticked = Ticked { requisition: Id::new(), left };
        let form = ManyForm {
            cases: vec![ticked.value()],
            paid_on: "2022-03-15".to_owned(),
            reference: "UB 1".to_owned(),
            ..ManyForm::default()
        };
        let read = form.ticked().unwrap();
        assert_eq!(read, [ticked]);
        let registrations = form.parse(&read, today()).unwrap();
        assert_eq!(registrations[0].0, ticked.requisition);
        assert_eq!(registrations[0].1.amount, ticked.left);
        let of_nothing = |ore: &str| format!("{}.{ore}", ticked.requisition);
        for value in ["x", &of_nothing("0"), &of_nothing("-100"), &of_nothing("NaN")] {
            assert!(ManyForm { cases: vec![value.to_owned()], ..form.clone() }.ticked().is_err(), "{value}");
        }
        assert_eq!(form.parse(&[], today()).unwrap_err().list.len(), 1);
    }

    #[test]
    fn a_reversal_needs_its_payment_and_its_reason() {
        let empty = ReversalForm::default().parse().unwrap_err();
        assert_eq!(empty.list.iter().map(|error| &error.field).collect::<Vec<_>>(), ["reversed", "reason"]);
        let id: Id<Payment> = Id::new();
        let form = ReversalForm { reversed: id.to_string(), reason: " Fel belopp. ".to_owned() };
        assert_eq!(form.parse().unwrap(), (id, "Fel belopp.".to_owned()));
    }
}
