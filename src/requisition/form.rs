//! The requisition's form: what was typed, and the content it makes or the errors at its fields.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Content, FieldRemark, Return,
    rules::{Caution, Rule},
};
use crate::{
    agreement::{Diarienummers, PaperForm, Period},
    infra::form::FieldErrors,
    money::{self, Money},
    numbers::{
        Diarienummer, Email, GiroAccount, GiroKind, Line, OrganisationNumber, PostalAddress, Telephone,
    },
};

/// The fields as typed. The names are also the ids of the controls and the keys of the officer's remarks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequisitionForm {
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
    pub amount: String,
    pub period_from: String,
    pub period_to: String,
    pub account_kind: String,
    pub account_number: String,
    pub payment_reference: String,
}

/// What the fields are held against.
#[derive(Debug, Clone)]
pub struct FormFacts {
    pub organisation_number: Option<OrganisationNumber>,
    pub period: Period,
    /// The most that can be asked for.
    pub available: Money,
    /// The account of the recipient's last filing.
    pub last_account: Option<GiroAccount>,
}

impl RequisitionForm {
    /// Everything that is known already: from the agreement, the registry and the recipient's last filing.
    pub fn prefilled(facts: &FormFacts, diarienummer: &Diarienummers, last: Option<&Content>) -> Self {
        let known = Self {
            organisation_number: facts
                .organisation_number
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            agreement_diarienummer: diarienummer.agreement.clone(),
            decision_diarienummer: diarienummer.payment_decision.clone(),
            amount: facts.available.digits().to_string(),
            period_from: facts.period.from.to_string(),
            period_to: facts.period.to.to_string(),
            ..Self::default()
        };
        let Some(last) = last else { return known };
        Self {
            organisation_number: known.organisation_number,
            agreement_diarienummer: known.agreement_diarienummer,
            decision_diarienummer: known.decision_diarienummer,
            amount: known.amount,
            period_from: known.period_from,
            period_to: known.period_to,
            ..Self::from_content(last)
        }
    }

    pub fn from_content(content: &Content) -> Self {
        let optional =
            |number: &Option<Diarienummer>| number.as_ref().map(ToString::to_string).unwrap_or_default();
        Self {
            organisation_number: content.organisation_number.to_string(),
            contact_person: content.contact_person.to_string(),
            street: content.address.street.to_string(),
            postal_code: content.address.postal_code.to_string(),
            city: content.address.city.to_string(),
            telephone: content.telephone.to_string(),
            fax: content.fax.as_ref().map(ToString::to_string).unwrap_or_default(),
            email: content.email.to_string(),
            agreement_diarienummer: optional(&content.agreement_diarienummer),
            decision_diarienummer: optional(&content.decision_diarienummer),
            amount: content.amount.digits().to_string(),
            period_from: content.period.from.to_string(),
            period_to: content.period.to.to_string(),
            account_kind: content.account.kind().to_string(),
            account_number: content.account.to_string(),
            payment_reference: content
                .payment_reference
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }

    /// Every field by its name, in the order of the form.
    pub fn fields(&self) -> [(&'static str, &str); 16] {
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
            ("amount", &self.amount),
            ("period_from", &self.period_from),
            ("period_to", &self.period_to),
            ("account_kind", &self.account_kind),
            ("account_number", &self.account_number),
            ("payment_reference", &self.payment_reference),
        ]
    }

    /// The content, or everything that is to be mended, in the order of the form.
    pub fn parse(&self, facts: &FormFacts) -> Result<Content, FieldErrors> {
        let mut reading = Reading { form: self, facts, errors: FieldErrors::default() };
        let content = reading.content();
        content.filter(|_| reading.errors.is_empty()).ok_or(reading.errors)
    }
}

/// The officer's remarks at the fields of a returned requisition.
#[derive(Debug, Clone, Default)]
pub struct Remarks(Vec<FieldRemark>);

impl Remarks {
    pub fn of_return(returned: Option<&Return>) -> Self {
        Self(returned.map(|returned| returned.remarks.clone()).unwrap_or_default())
    }

    /// The remark at a field, empty when there is none.
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|remark| remark.field == field).map_or("", |remark| &remark.text)
    }
}

/// One reading of a form: collects the errors of all fields before it gives up.
struct Reading<'a> {
    form: &'a RequisitionForm,
    facts: &'a FormFacts,
    errors: FieldErrors,
}

impl Reading<'_> {
    fn content(&mut self) -> Option<Content> {
        let form = self.form;
        let organisation_number = self.organisation_number();
        let contact_person =
            self.take("contact_person", Rule::ContactPerson, Line::parse(&form.contact_person));
        let address = self.address();
        let telephone = self.take("telephone", Rule::Telephone, Telephone::parse(&form.telephone));
        let fax = self.optional("fax", Rule::Fax, &form.fax, Telephone::parse);
        let email = self.take("email", Rule::Email, Email::parse(&form.email));
        let agreement_diarienummer = self.optional(
            "agreement_diarienummer",
            Rule::Diarienummer,
            &form.agreement_diarienummer,
            Diarienummer::parse,
        );
        let decision_diarienummer = self.optional(
            "decision_diarienummer",
            Rule::Diarienummer,
            &form.decision_diarienummer,
            Diarienummer::parse,
        );
        let amount = self.amount();
        let period = self.period();
        let account = self.account();
        let payment_reference =
            self.optional("payment_reference", Rule::PaymentReference, &form.payment_reference, Line::parse);
        Some(Content {
            organisation_number: organisation_number?,
            contact_person: contact_person?,
            address: address?,
            telephone: telephone?,
            fax: fax?,
            email: email?,
            agreement_diarienummer: agreement_diarienummer?,
            decision_diarienummer: decision_diarienummer?,
            amount: amount?,
            period: period?,
            account: account?,
            payment_reference: payment_reference?,
        })
    }

    fn note(&mut self, field: &'static str, rule: Rule, message: impl std::fmt::Display) {
        self.errors.add(field, format!("{message} ({rule})"));
    }

    fn take<T, E: std::fmt::Display>(
        &mut self,
        field: &'static str,
        rule: Rule,
        parsed: Result<T, E>,
    ) -> Option<T> {
        parsed.map_err(|error| self.note(field, rule, error)).ok()
    }

    /// `Some(None)` for a field left empty, `None` for one to be mended.
    fn optional<T, E: std::fmt::Display>(
        &mut self,
        field: &'static str,
        rule: Rule,
        typed: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        if typed.trim().is_empty() {
            return Some(None);
        }
        self.take(field, rule, parse(typed)).map(Some)
    }

    fn organisation_number(&mut self) -> Option<OrganisationNumber> {
        let parsed = OrganisationNumber::parse(&self.form.organisation_number);
        let number = self.take("organisation_number", Rule::OrganisationNumberFormat, parsed)?;
        match &self.facts.organisation_number {
            Some(own) if *own != number => {
                let message = format!("Organisationsnumret hör till någon annan. Ert är {own}.");
                self.note("organisation_number", Rule::OrganisationNumberOwner, message);
                None
            }
            _ => Some(number),
        }
    }

    fn address(&mut self) -> Option<PostalAddress> {
        let form = self.form;
        let faults = match PostalAddress::parse(&form.street, &form.postal_code, &form.city) {
            Ok(address) => return Some(address),
            Err(faults) => faults,
        };
        if let Some(fault) = faults.street {
            self.note("street", Rule::PostalAddress, fault);
        }
        if let Some(fault) = faults.postal_code {
            self.note("postal_code", Rule::PostalAddress, fault);
        }
        if let Some(fault) = faults.city {
            self.note("city", Rule::PostalAddress, fault);
        }
        None
    }

    fn amount(&mut self) -> Option<Money> {
        let amount = self.take("amount", Rule::Amount, money::parse_kronor(&self.form.amount))?;
        let available = self.facts.available;
        if amount > available {
            let message =
                format!("Beloppet är {} för stort. Ni kan rekvirera högst {available}.", amount - available);
            self.note("amount", Rule::AmountLeft, message);
            return None;
        }
        Some(amount)
    }

    fn period(&mut self) -> Option<Period> {
        let from = self.day("period_from", &self.form.period_from);
        let to = self.day("period_to", &self.form.period_to);
        let (from, to) = (from?, to?);
        let within = self.facts.period;
        if to < from {
            self.note("period_to", Rule::Period, "Perioden slutar innan den börjar. Ändra någon av dagarna.");
            return None;
        }
        for (field, day) in [("period_from", from), ("period_to", to)] {
            if !within.contains(day) {
                let message = format!(
                    "{day} ligger utanför överenskommelsens period, {} till {}.",
                    within.from, within.to
                );
                self.note(field, Rule::Period, message);
            }
        }
        (within.contains(from) && within.contains(to)).then_some(Period { from, to })
    }

    fn day(&mut self, field: &'static str, typed: &str) -> Option<NaiveDate> {
        let parsed =
            typed.trim().parse().map_err(|_| "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2022-12-31.");
        self.take(field, Rule::Period, parsed)
    }

    fn account(&mut self) -> Option<GiroAccount> {
        let Ok(kind) = GiroKind::parse(&self.form.account_kind) else {
            self.note("account_kind", Rule::Account, "Välj om numret är ett bankgiro eller ett plusgiro.");
            return None;
        };
        self.take("account_number", Rule::Account, GiroAccount::parse(kind, &self.form.account_number))
    }
}

/// The day an officer says that a form on paper arrived.
pub fn parse_arrival(typed: &str) -> Result<NaiveDate, String> {
    typed.trim().parse().map_err(|_| {
        format!("Skriv ankomstdagen som ÅÅÅÅ-MM-DD, till exempel 2022-11-28. ({})", Rule::Arrival)
    })
}

/// What deserves a second look in content that is otherwise right.
pub fn warnings(content: &Content, facts: &FormFacts) -> FieldErrors {
    let mut warnings = FieldErrors::default();
    let mut note =
        |field, caution: Caution, message: String| warnings.add(field, format!("{message} ({caution})"));
    let numbers = [
        ("agreement_diarienummer", "överenskommelsen", &content.agreement_diarienummer),
        ("decision_diarienummer", "beslutet om utbetalning", &content.decision_diarienummer),
    ];
    for (field, of, number) in numbers {
        match number {
            None => note(
                field,
                Caution::DiarienummerMissing,
                format!("Diarienumret för {of} saknas. Det ska framgå av alla handlingar."),
            ),
            Some(number) if !number.looks_right() => note(
                field,
                Caution::DiarienummerLooks,
                format!(
                    "«{number}» ser inte ut som ett diarienummer för {of}, till exempel S2020/04363/SOF."
                ),
            ),
            Some(_) => {}
        }
    }
    if content.amount < facts.available {
        let rest = facts.available - content.amount;
        note(
            "amount",
            Caution::LessThanLeft,
            format!("Ni rekvirerar mindre än ni kan. {rest} blir kvar och förfaller efter sista dagen."),
        );
    }
    if content.period != facts.period {
        note(
            "period_from",
            Caution::PartOfPeriod,
            "Perioden är inte hela överenskommelsens period.".to_owned(),
        );
    }
    if facts.last_account.as_ref().is_some_and(|last| *last != content.account) {
        note(
            "account_number",
            Caution::AccountChanged,
            "Kontot är ett annat än i den förra rekvisitionen.".to_owned(),
        );
    }
    warnings
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

/// What differs from the last filing, at its field. The period and the diarienummer follow the agreement: they always
/// differ, and are left out.
pub fn notes(form: &RequisitionForm, last: Option<&Content>) -> Remarks {
    let Some(last) = last.map(RequisitionForm::from_content) else { return Remarks::default() };
    let follows_the_agreement =
        |field: &str| field.starts_with("period_") || field.ends_with("_diarienummer");
    let differing = form.fields().into_iter().zip(last.fields()).filter(|((field, now), (_, before))| {
        !follows_the_agreement(field) && now.trim() != *before && !before.is_empty()
    });
    Remarks(
        differing
            .map(|((field, _), (_, before))| FieldRemark {
                field: field.to_owned(),
                text: format!("I den förra rekvisitionen: {before}"),
            })
            .collect(),
    )
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn facts() -> FormFacts {
        FormFacts {
            organisation_number: OrganisationNumber::parse("212000-1439").ok(),
            period: Period { from: "2022-01-01".parse().unwrap(), to: "2022-12-31".parse().unwrap() },
            available: Money::kronor(381_308),
            last_account: None,
        }
    }

    pub fn filled() -> RequisitionForm {
        let text = str::to_owned;
        RequisitionForm {
            organisation_number: text("212000-1439"),
            contact_person: text("Övning Ekonom"),
            street: text("Övningsgatan 1"),
            postal_code: text("449 80"),
            city: text("Alafors"),
            telephone: text("0303-70 30 00"),
            fax: String::new(),
            email: text("ekonomi@ovning.example"),
            agreement_diarienummer: text("S2022/00001"),
            decision_diarienummer: text("S2022/00002"),
            amount: text("381 308"),
            period_from: text("2022-01-01"),
            period_to: text("2022-12-31"),
            account_kind: text("bankgiro"),
            account_number: text("991-2346"),
            payment_reference: text("Välfärdsteknik 2022"),
        }
    }

    fn fields_in_error(change: impl FnOnce(&mut RequisitionForm)) -> Vec<&'static str> {
        let mut form = filled();
        change(&mut form);
        form.parse(&facts()).unwrap_err().list.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_right_form_is_read_without_a_warning() {
        let content = filled().parse(&facts()).unwrap();
        assert_eq!(content.amount, Money::kronor(381_308));
        assert!(warnings(&content, &facts()).is_empty());
        let again = RequisitionForm::from_content(&content).parse(&facts()).unwrap();
        assert_eq!(again, content);
    }

    #[test]
    fn every_field_has_its_own_error() {
        assert_eq!(
            fields_in_error(|form| form.organisation_number = "212000-1430".to_owned()),
            ["organisation_number"]
        );
        assert_eq!(
            fields_in_error(|form| form.organisation_number = "212000-1447".to_owned()),
            ["organisation_number"]
        );
        assert_eq!(fields_in_error(|form| form.contact_person.clear()), ["contact_person"]);
        assert_eq!(fields_in_error(|form| form.street.clear()), ["street"]);
        assert_eq!(fields_in_error(|form| form.postal_code = "4498".to_owned()), ["postal_code"]);
        assert_eq!(fields_in_error(|form| form.city = " ".to_owned()), ["city"]);
        assert_eq!(fields_in_error(|form| form.telephone = "123".to_owned()), ["telephone"]);
        assert_eq!(fields_in_error(|form| form.fax = "fax".to_owned()), ["fax"]);
        assert_eq!(fields_in_error(|form| form.email = "ekonomi@".to_owned()), ["email"]);
        assert_eq!(
            fields_in_error(|form| form.agreement_diarienummer = "x".repeat(61)),
            ["agreement_diarienummer"]
        );
        assert_eq!(fields_in_error(|form| form.amount = "1.310".to_owned()), ["amount"]);
        assert_eq!(fields_in_error(|form| form.amount = "381 309".to_owned()), ["amount"]);
        assert_eq!(fields_in_error(|form| form.period_from = "2021-12-31".to_owned()), ["period_from"]);
        assert_eq!(fields_in_error(|form| form.period_to = "2021-01-01".to_owned()), ["period_to"]);
        assert_eq!(fields_in_error(|form| form.period_to = "31/12 2022".to_owned()), ["period_to"]);
        assert_eq!(fields_in_error(|form| form.account_kind.clear()), ["account_kind"]);
        assert_eq!(fields_in_error(|form| form.account_number = "991-2345".to_owned()), ["account_number"]);
        assert_eq!(fields_in_error(|form| form.payment_reference = "x".repeat(36)), ["payment_reference"]);
    }

    #[test]
    fn an_empty_form_names_every_required_field_once() {
        let errors = RequisitionForm::default().parse(&facts()).unwrap_err();
        let fields: Vec<_> = errors.list.iter().map(|error| error.field).collect();
        let required = [
            "organisation_number",
            "contact_person",
            "street",
            "postal_code",
            "city",
            "telephone",
            "email",
            "amount",
            "period_from",
            "period_to",
            "account_kind",
        ];
        assert_eq!(fields, required);
    }

    #[test]
    fn doubtful_things_are_warnings() {
        let mut form = filled();
        form.agreement_diarienummer.clear();
        form.decision_diarienummer = "123".to_owned();
        form.amount = "300000".to_owned();
        form.period_to = "2022-06-30".to_owned();
        let mut facts = facts();
        facts.last_account = GiroAccount::parse(GiroKind::Plusgiro, "4-2").ok();
        assert!(facts.last_account.is_some());
        let content = form.parse(&facts).unwrap();
        let warned: Vec<_> =
            warnings(&content, &facts).list.into_iter().map(|warning| warning.field).collect();
        let expected =
            ["agreement_diarienummer", "decision_diarienummer", "amount", "period_from", "account_number"];
        assert_eq!(warned, expected);
    }
}
