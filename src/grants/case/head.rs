//! The head of every form: who files it, and the two diarienummer. And the period, which every form states too.

use std::fmt::Display;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::rules::{Caution, Rule};
use crate::{
    ground::infra::form::FieldErrors,
    terms::agreement::{Diarienummers, Instrument, PaperForm, Period},
};
use document::sheet::Field;
use values::{Diarienummer, Email, Line, OrganisationNumber, PostalAddress, Telephone, calendar::long_date};

/// The fields as typed. The names are also the ids of the controls and the keys of the officer's remarks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeadForm {
    pub organisation_number: String,
    pub contact_person: String,
    pub street: String,
    pub postal_code: String,
    pub city: String,
    pub telephone: String,
    pub fax: String,
    pub email: String,
    pub agreement_diarienummer: String,
    pub decision_diarienummer: String,
}

/// What the head says, every field valid by having been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub organisation_number: OrganisationNumber,
    pub contact_person: Line<100>,
    pub address: PostalAddress,
    pub telephone: Telephone,
    pub fax: Option<Telephone>,
    pub email: Email,
    pub agreement_diarienummer: Option<Diarienummer>,
    pub decision_diarienummer: Option<Diarienummer>,
}

impl HeadForm {
    /// Everything that is known already: from the registry, the agreement and the recipient's last filing.
    pub fn prefilled(
        own: Option<&OrganisationNumber>,
        diarienummer: &Diarienummers,
        last: Option<&Head>,
    ) -> Self {
        Self {
            organisation_number: text(own),
            agreement_diarienummer: diarienummer.agreement.clone(),
            decision_diarienummer: diarienummer.payment_decision.clone(),
            ..last.map(Self::from_content).unwrap_or_default()
        }
    }

    /// Without the contact person, who has left: nobody is proposed.
    pub fn without_contact(self) -> Self {
        Self { contact_person: String::new(), telephone: String::new(), email: String::new(), ..self }
    }

    pub fn from_content(head: &Head) -> Self {
        Self {
            organisation_number: head.organisation_number.to_string(),
            contact_person: head.contact_person.to_string(),
            street: head.address.street.to_string(),
            postal_code: head.address.postal_code.to_string(),
            city: head.address.city.to_string(),
            telephone: head.telephone.to_string(),
            fax: text(head.fax.as_ref()),
            email: head.email.to_string(),
            agreement_diarienummer: text(head.agreement_diarienummer.as_ref()),
            decision_diarienummer: text(head.decision_diarienummer.as_ref()),
        }
    }

    /// Every field by its name, in the order of the form.
    pub fn fields(&self) -> [(&'static str, &str); 10] {
        [
            ("organisation_number", &self.organisation_number),
            ("contact_person", &self.contact_person),
            ("street", &self.street),
            ("postal_code", &self.postal_code),
            ("city", &self.city),
            ("telephone", &self.telephone),
            ("fax", &self.fax),
            ("email", &self.email),
            ("agreement_diarienummer", &self.agreement_diarienummer),
            ("decision_diarienummer", &self.decision_diarienummer),
        ]
    }

    /// The head, or the errors of all its fields. `own` is the recipient's organisationsnummer in the registry.
    pub fn parse(&self, own: Option<&OrganisationNumber>, errors: &mut FieldErrors) -> Option<Head> {
        let organisation_number = self.organisation_number(own, errors);
        let contact_person =
            errors.read("contact_person", Rule::ContactPerson, Line::parse(&self.contact_person));
        let address = self.address(errors);
        let telephone = errors.read("telephone", Rule::Telephone, Telephone::parse(&self.telephone));
        let fax = errors.read_optional("fax", Rule::Fax, &self.fax, Telephone::parse);
        let email = errors.read("email", Rule::Email, Email::parse(&self.email));
        let agreement_diarienummer = errors.read_optional(
            "agreement_diarienummer",
            Rule::Diarienummer,
            &self.agreement_diarienummer,
            Diarienummer::parse,
        );
        let decision_diarienummer = errors.read_optional(
            "decision_diarienummer",
            Rule::Diarienummer,
            &self.decision_diarienummer,
            Diarienummer::parse,
        );
        Some(Head {
            organisation_number: organisation_number?,
            contact_person: contact_person?,
            address: address?,
            telephone: telephone?,
            fax: fax?,
            email: email?,
            agreement_diarienummer: agreement_diarienummer?,
            decision_diarienummer: decision_diarienummer?,
        })
    }

    fn organisation_number(
        &self,
        own: Option<&OrganisationNumber>,
        errors: &mut FieldErrors,
    ) -> Option<OrganisationNumber> {
        let parsed = OrganisationNumber::parse(&self.organisation_number);
        let number = errors.read("organisation_number", Rule::OrganisationNumberFormat, parsed)?;
        match own {
            Some(own) if *own != number => {
                let message = format!("Organisationsnumret hör till någon annan. Ert är {own}.");
                errors.broken("organisation_number", Rule::OrganisationNumberOwner, message);
                None
            }
            _ => Some(number),
        }
    }

    fn address(&self, errors: &mut FieldErrors) -> Option<PostalAddress> {
        let faults = match PostalAddress::parse(&self.street, &self.postal_code, &self.city) {
            Ok(address) => return Some(address),
            Err(faults) => faults,
        };
        if let Some(fault) = faults.street {
            errors.broken("street", Rule::PostalAddress, fault);
        }
        if let Some(fault) = faults.postal_code {
            errors.broken("postal_code", Rule::PostalAddress, fault);
        }
        if let Some(fault) = faults.city {
            errors.broken("city", Rule::PostalAddress, fault);
        }
        None
    }
}

impl Head {
    /// What deserves a second look though it is otherwise right. Only an agreement asks for numbers on every document; none is
    /// missed where a decision by the government lays down the terms.
    pub fn warnings(&self, instrument: Instrument, warnings: &mut FieldErrors) {
        let (of, is_missed) = match instrument {
            Instrument::Agreement => (["överenskommelsen", "beslutet om utbetalning"], true),
            Instrument::Decision => (["regeringsbeslutet", "myndighetens ärende"], false),
        };
        let numbers = [
            ("agreement_diarienummer", of[0], &self.agreement_diarienummer),
            ("decision_diarienummer", of[1], &self.decision_diarienummer),
        ];
        for (field, of, number) in numbers {
            match number {
                None if !is_missed => {}
                None => warnings.broken(
                    field,
                    Caution::DiarienummerMissing,
                    format!("Diarienumret för {of} saknas. Det ska framgå av alla handlingar."),
                ),
                Some(number) if !number.looks_right() => warnings.broken(
                    field,
                    Caution::DiarienummerLooks,
                    format!(
                        "”{number}” ser inte ut som ett diarienummer för {of}, till exempel S2099/00001/ABC."
                    ),
                ),
                Some(_) => {}
            }
        }
    }

    /// What it says under one of the printed form's labels; `None` when that is no label of the head.
    pub fn printed(&self, key: &str) -> Option<String> {
        Some(match key {
            "organisation_number" => self.organisation_number.to_string(),
            "contact_person" => self.contact_person.to_string(),
            "postal_address" => {
                format!("{}, {} {}", self.address.street, self.address.postal_code, self.address.city)
            }
            "telephone" => self.telephone.to_string(),
            "fax" => text(self.fax.as_ref()),
            "email" => self.email.to_string(),
            "agreement_diarienummer" => text(self.agreement_diarienummer.as_ref()),
            "decision_diarienummer" => text(self.decision_diarienummer.as_ref()),
            _ => return None,
        })
    }

    /// The same, as a document prints it.
    pub fn field(&self, key: &str, label: &str) -> Option<Field> {
        self.printed(key).map(|text| Field::text(label, text))
    }
}

/// The period that a form is about, within the agreement's.
pub fn read_period(
    from: &str,
    to: &str,
    within: Period,
    rule: impl Display + Copy,
    errors: &mut FieldErrors,
) -> Option<Period> {
    let mut day = |field, typed: &str| -> Option<NaiveDate> {
        let parsed =
            typed.trim().parse().map_err(|_| "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2022-12-31.");
        errors.read(field, rule, parsed)
    };
    let (from, to) = (day("period_from", from), day("period_to", to));
    let (from, to) = (from?, to?);
    if to < from {
        errors.broken("period_to", rule, "Perioden slutar innan den börjar. Ändra någon av dagarna.");
        return None;
    }
    for (field, day) in [("period_from", from), ("period_to", to)] {
        if !within.contains(day) {
            let [day, first, last] = [day, within.from, within.to].map(long_date);
            let message = format!("{day} ligger utanför bidragets period, {first} till {last}.");
            errors.broken(field, rule, message);
        }
    }
    (within.contains(from) && within.contains(to)).then_some(Period { from, to })
}

/// The label of one of the portal's fields, with its part of the printed label where that covers several.
pub fn field_label(paper: &PaperForm, field: &str) -> String {
    let part = match field {
        "street" => Some(("postal_address", "gata eller box")),
        "postal_code" => Some(("postal_address", "postnummer")),
        "city" => Some(("postal_address", "ort")),
        "period_from" => Some(("period", "från och med")),
        "period_to" => Some(("period", "till och med")),
        "account_kind" => Some(("account", "vilket det är")),
        "account_number" => Some(("account", "nummer")),
        _ => None,
    };
    match part {
        Some((key, part)) => format!("{}, {part}", paper.label(key)),
        None => paper.label(field).to_owned(),
    }
}

/// The text of a value, empty when there is none.
pub fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
