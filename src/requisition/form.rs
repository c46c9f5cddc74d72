//! The requisition's form: what was typed, and the content it makes or the errors at its fields.

use serde::{Deserialize, Serialize};

use super::{
    Content, Return,
    rules::{Caution, Rule},
};
use crate::{
    agreement::{Diarienummers, Period},
    filing::{
        FieldRemark, Remarks,
        head::{self, HeadForm},
    },
    infra::form::FieldErrors,
    money::{self, Money},
    numbers::{GiroAccount, GiroKind, Line, OrganisationNumber},
};

/// The fields as typed. The names are also the ids of the controls and the keys of the officer's remarks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequisitionForm {
    #[serde(flatten)]
    pub head: HeadForm,
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
        let own = facts.organisation_number.as_ref();
        Self {
            head: HeadForm::prefilled(own, diarienummer, last.map(|last| &last.head)),
            amount: facts.available.digits().to_string(),
            period_from: facts.period.from.to_string(),
            period_to: facts.period.to.to_string(),
            ..last.map(Self::from_content).unwrap_or_default()
        }
    }

    pub fn from_content(content: &Content) -> Self {
        Self {
            head: HeadForm::from_content(&content.head),
            amount: content.amount.digits().to_string(),
            period_from: content.period.from.to_string(),
            period_to: content.period.to.to_string(),
            account_kind: content.account.kind().to_string(),
            account_number: content.account.to_string(),
            payment_reference: head::text(content.payment_reference.as_ref()),
        }
    }

    /// Every field by its name, in the order of the form.
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        let own: [(&str, &str); 6] = [
            ("amount", &self.amount),
            ("period_from", &self.period_from),
            ("period_to", &self.period_to),
            ("account_kind", &self.account_kind),
            ("account_number", &self.account_number),
            ("payment_reference", &self.payment_reference),
        ];
        self.head.fields().into_iter().chain(own).collect()
    }

    /// The content, or everything that is to be mended, in the order of the form.
    pub fn parse(&self, facts: &FormFacts) -> Result<Content, FieldErrors> {
        let mut errors = FieldErrors::default();
        let content = self.content(facts, &mut errors);
        content.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn content(&self, facts: &FormFacts, errors: &mut FieldErrors) -> Option<Content> {
        let head = self.head.parse(facts.organisation_number.as_ref(), errors);
        let amount = self.amount(facts.available, errors);
        let period =
            head::read_period(&self.period_from, &self.period_to, facts.period, Rule::Period, errors);
        let account = self.account(errors);
        let payment_reference = errors.read_optional(
            "payment_reference",
            Rule::PaymentReference,
            &self.payment_reference,
            Line::parse,
        );
        Some(Content {
            head: head?,
            amount: amount?,
            period: period?,
            account: account?,
            payment_reference: payment_reference?,
        })
    }

    fn amount(&self, available: Money, errors: &mut FieldErrors) -> Option<Money> {
        let amount = errors.read("amount", Rule::Amount, money::parse_kronor(&self.amount))?;
        if amount > available {
            let message =
                format!("Beloppet är {} för stort. Ni kan rekvirera högst {available}.", amount - available);
            errors.broken("amount", Rule::AmountLeft, message);
            return None;
        }
        Some(amount)
    }

    fn account(&self, errors: &mut FieldErrors) -> Option<GiroAccount> {
        let Ok(kind) = GiroKind::parse(&self.account_kind) else {
            let message = "Välj om numret är ett bankgiro eller ett plusgiro.";
            errors.broken("account_kind", Rule::Account, message);
            return None;
        };
        errors.read("account_number", Rule::Account, GiroAccount::parse(kind, &self.account_number))
    }
}

/// The officer's remarks at the fields of a returned requisition.
pub fn remarks_of(returned: Option<&Return>) -> Remarks {
    Remarks(returned.map(|returned| returned.remarks.clone()).unwrap_or_default())
}

/// What deserves a second look in content that is otherwise right.
pub fn warnings(content: &Content, facts: &FormFacts) -> FieldErrors {
    let mut warnings = FieldErrors::default();
    content.head.warnings(&mut warnings);
    if content.amount < facts.available {
        let rest = facts.available - content.amount;
        warnings.broken(
            "amount",
            Caution::LessThanLeft,
            format!("Ni rekvirerar mindre än ni kan. {rest} blir kvar och förfaller efter sista dagen."),
        );
    }
    if content.period != facts.period {
        warnings.broken(
            "period_from",
            Caution::PartOfPeriod,
            "Perioden är inte hela överenskommelsens period.",
        );
    }
    if facts.last_account.as_ref().is_some_and(|last| *last != content.account) {
        warnings.broken(
            "account_number",
            Caution::AccountChanged,
            "Kontot är ett annat än i den förra rekvisitionen.",
        );
    }
    warnings
}

/// What differs from the last filing, at its field. The period and the diarienummer follow the agreement: they always
/// differ, and are left out.
pub fn notes(form: &RequisitionForm, last: Option<&Content>) -> Remarks {
    let Some(last) = last.map(RequisitionForm::from_content) else { return Remarks::default() };
    let follows_the_agreement =
        |field: &str| field.starts_with("period_") || field.ends_with("_diarienummer");
    let (fields, before) = (form.fields(), last.fields());
    let differing = fields.into_iter().zip(before).filter(|((field, now), (_, before))| {
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
    use std::borrow::Cow;

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
            head: HeadForm {
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
            },
            amount: text("381 308"),
            period_from: text("2022-01-01"),
            period_to: text("2022-12-31"),
            account_kind: text("bankgiro"),
            account_number: text("991-2346"),
            payment_reference: text("Välfärdsteknik 2022"),
        }
    }

    fn fields_in_error(change: impl FnOnce(&mut RequisitionForm)) -> Vec<Cow<'static, str>> {
        let mut form = filled();
        change(&mut form);
        form.parse(&facts()).unwrap_err().list.into_iter().map(|error| error.field.clone()).collect()
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
            fields_in_error(|form| form.head.organisation_number = "212000-1430".to_owned()),
            ["organisation_number"]
        );
        assert_eq!(
            fields_in_error(|form| form.head.organisation_number = "212000-1447".to_owned()),
            ["organisation_number"]
        );
        assert_eq!(fields_in_error(|form| form.head.contact_person.clear()), ["contact_person"]);
        assert_eq!(fields_in_error(|form| form.head.street.clear()), ["street"]);
        assert_eq!(fields_in_error(|form| form.head.postal_code = "4498".to_owned()), ["postal_code"]);
        assert_eq!(fields_in_error(|form| form.head.city = " ".to_owned()), ["city"]);
        assert_eq!(fields_in_error(|form| form.head.telephone = "123".to_owned()), ["telephone"]);
        assert_eq!(fields_in_error(|form| form.head.fax = "fax".to_owned()), ["fax"]);
        assert_eq!(fields_in_error(|form| form.head.email = "ekonomi@".to_owned()), ["email"]);
        assert_eq!(
            fields_in_error(|form| form.head.agreement_diarienummer = "x".repeat(61)),
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
        let fields: Vec<_> = errors.list.iter().map(|error| error.field.clone()).collect();
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
        form.head.agreement_diarienummer.clear();
        form.head.decision_diarienummer = "123".to_owned();
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
