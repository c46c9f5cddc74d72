//! The forms of repayments: what came in, which grant it is for, what went back. And the lists' filter.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Repayment, Target, rules::Rule};
use crate::{grants::case::alike, ground::infra::form::FieldErrors};
use values::{Id, Line, Money, Positive, Prose, ProseError, parse_amount};

/// What negative amounts would mean: money that went the other way.
const CAME_IN_BELOW_ZERO: &str = "En inbetalning kan inte vara under 0. Har ni betalat tillbaka för mycket inbetalt \
                                  registrerar du det på bidragets sida under Återbetalningar. Är en tidigare inbetalning \
                                  fel öppnar du den och kopplar bort den från bidraget.";
const RETURNED_BELOW_ZERO: &str = "Skriv vad ni har betalat till mottagaren. Har mottagaren i stället betalat in mer \
                                   registrerar du det som en inbetalning under Återbetalningar.";

/// What the lists show, as their address says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    #[serde(rename = "visa")]
    pub view: String,
    #[serde(rename = "overenskommelse")]
    pub agreement: String,
    #[serde(rename = "sok")]
    pub search: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    ToRepay,
    Partial,
    Excess,
    Advance,
    Closed,
    Unmatched,
    All,
}

impl View {
    /// The first is shown when the address says nothing.
    pub const EACH: [Self; 7] =
        [Self::ToRepay, Self::Partial, Self::Excess, Self::Unmatched, Self::Advance, Self::Closed, Self::All];

    pub fn key(self) -> &'static str {
        match self {
            Self::ToRepay => "att-aterbetala",
            Self::Partial => "delvis",
            Self::Excess => "for-mycket",
            Self::Advance => "i-forskott",
            Self::Closed => "avslutade",
            Self::Unmatched => "omatchade",
            Self::All => "alla",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::ToRepay => "Att återbetala",
            Self::Partial => "Delvis",
            Self::Excess => "För mycket",
            Self::Advance => "I förskott",
            Self::Closed => "Avslutade",
            Self::Unmatched => "Omatchade",
            Self::All => "Alla inbetalningar",
        }
    }
}

impl Filter {
    pub fn view(&self) -> View {
        View::EACH.into_iter().find(|view| view.key() == self.view).unwrap_or(View::ToRepay)
    }

    /// True when it narrows what its view shows.
    pub fn narrows(&self) -> bool {
        !(self.agreement.is_empty() && self.search.trim().is_empty())
    }

    pub fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }
}

/// Money that came in, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RegisterForm {
    pub received_on: String,
    pub amount: String,
    pub reference: String,
    pub payer: String,
    /// `ja`: it looks like another one, but it is not the same.
    pub is_another: String,
}

/// Money that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    pub received_on: NaiveDate,
    pub amount: Positive,
    pub reference: String,
    pub payer: String,
}

impl RegisterForm {
    pub fn parse(&self) -> Result<Incoming, FieldErrors> {
        let mut errors = FieldErrors::default();
        let received_on = errors.read("received_on", Rule::ReceivedOn, day(&self.received_on));
        let amount = errors.read("amount", Rule::Amount, parse_amount(&self.amount, CAME_IN_BELOW_ZERO));
        let reference = line("reference", Rule::Reference, &self.reference, &mut errors);
        let payer = line("payer", Rule::Payer, &self.payer, &mut errors);
        match (received_on, amount, reference, payer) {
            (Some(received_on), Some(amount), Some(reference), Some(payer)) => {
                Ok(Incoming { received_on, amount, reference, payer })
            }
            _ => Err(errors),
        }
    }
}

fn day(typed: &str) -> Result<NaiveDate, &'static str> {
    typed.trim().parse().map_err(|_| "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2022-03-28.")
}

/// A line that may be empty.
fn line(field: &'static str, rule: Rule, typed: &str, errors: &mut FieldErrors) -> Option<String> {
    let parsed = errors.read_optional(field, rule, typed, Line::<80>::parse)?;
    Some(parsed.map(|line| line.to_string()).unwrap_or_default())
}

/// Which grant an unmatched amount is for.
#[derive(Debug, Clone, Deserialize)]
pub struct MatchForm {
    pub revision: i64,
    /// The agreement's slug.
    #[serde(default)]
    pub agreement: String,
    /// The recipient's code or name.
    #[serde(default)]
    pub recipient: String,
}

/// How a repayment ends, or why it is taken away.
#[derive(Debug, Clone, Deserialize)]
pub struct ReasonForm {
    pub revision: i64,
    /// What became of an unmatched one: see [`End`]. Empty where there is nothing to choose.
    #[serde(default)]
    pub outcome: String,
    #[serde(default)]
    pub reason: String,
}

/// What became of an amount that is for no grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    SentBack,
    Struck,
}

pub const ENDS: [(&str, &str); 2] = [
    ("tillbaka", "Pengarna har betalats tillbaka till inbetalaren"),
    ("struken", "Det var en felregistrering: pengarna har inte kommit in"),
];

impl ReasonForm {
    pub fn target(&self, id: Id<Repayment>) -> Target {
        Target { id, revision: self.revision }
    }

    pub fn reason(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.read_reason("reason", &mut errors).ok_or(errors)
    }

    pub fn end(&self) -> Result<(End, String), FieldErrors> {
        let mut errors = FieldErrors::default();
        let end = match self.outcome.as_str() {
            "tillbaka" => Some(End::SentBack),
            "struken" => Some(End::Struck),
            _ => {
                errors.add("outcome", "Välj vad som har hänt med pengarna.");
                None
            }
        };
        let reason = self.read_reason("reason", &mut errors);
        end.zip(reason).ok_or(errors)
    }

    fn read_reason(&self, field: &'static str, errors: &mut FieldErrors) -> Option<String> {
        let reason = match Prose::<500>::parse(&self.reason) {
            Ok(reason) => Ok(reason.into()),
            Err(ProseError::Empty) => {
                Err("Skälet saknas. Skriv varför, så att en kollega förstår.".to_owned())
            }
            Err(error) => Err(error.to_string()),
        };
        errors.read(field, Rule::Reason, reason)
    }
}

/// An excess that was returned to the recipient, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExcessForm {
    pub paid_on: String,
    pub amount: String,
    pub reference: String,
    /// `ja`: it looks like another one, but it is not the same.
    pub is_another: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub paid_on: NaiveDate,
    pub amount: Positive,
    pub reference: String,
    /// Whoever registers has said that it is not the one that looks the same.
    pub is_another: bool,
}

impl ExcessForm {
    /// All of it, to begin with.
    pub fn of(excess: Money) -> Self {
        Self { amount: excess.digits().to_string(), ..Self::default() }
    }

    pub fn parse(&self) -> Result<Outgoing, FieldErrors> {
        let mut errors = FieldErrors::default();
        let paid_on = errors.read("paid_on", Rule::ReceivedOn, day(&self.paid_on));
        let amount = errors.read("amount", Rule::Amount, parse_amount(&self.amount, RETURNED_BELOW_ZERO));
        let reference = line("reference", Rule::Reference, &self.reference, &mut errors);
        match (paid_on, amount, reference) {
            (Some(paid_on), Some(amount), Some(reference)) => {
                let is_another = alike::is_another(&self.is_another);
                Ok(Outgoing { paid_on, amount, reference, is_another })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> RegisterForm {
        RegisterForm {
            received_on: "2022-03-28".to_owned(),
            amount: "100 000,50".to_owned(),
            reference: " 000000190 ".to_owned(),
            ..RegisterForm::default()
        }
    }

    #[test]
    fn what_came_in_is_read_with_its_ore() {
        let incoming = typed().parse().unwrap();
        assert_eq!(incoming.amount.get(), Money::ore(10_000_050));
        assert_eq!((incoming.reference.as_str(), incoming.payer.as_str()), ("000000190", ""));
    }

    #[test]
    fn each_error_is_at_its_field_with_its_rule() {
        let bad = RegisterForm {
            received_on: "28/3".to_owned(),
            amount: "0".to_owned(),
            reference: "9".repeat(81),
            payer: "x".repeat(81),
            ..typed()
        };
        let errors = bad.parse().unwrap_err();
        for (field, rule) in
            [("received_on", "R701"), ("amount", "R702"), ("reference", "R703"), ("payer", "R704")]
        {
            assert!(errors.of(field).contains(rule), "{field}: {}", errors.of(field));
        }
    }

    #[test]
    fn an_end_needs_a_choice_and_a_reason() {
        let form = |outcome: &str, reason: &str| ReasonForm {
            revision: 1,
            outcome: outcome.to_owned(),
            reason: reason.to_owned(),
        };
        let errors = form("", " ").end().unwrap_err();
        assert_eq!(errors.list.len(), 2);
        assert_eq!(form("struken", "Dubblett.").end().unwrap(), (End::Struck, "Dubblett.".to_owned()));
        assert!(form("", "Fel.").reason().is_ok());
    }

    #[test]
    fn a_filter_survives_its_address() {
        let filter =
            Filter { view: "omatchade".to_owned(), search: "Åre & Ä".to_owned(), ..Filter::default() };
        let read: Filter = serde_html_form::from_str(&filter.query()).unwrap();
        assert_eq!(read, filter);
        assert_eq!(read.view(), View::Unmatched);
        assert_eq!(Filter::default().view(), View::ToRepay);
    }
}
