//! The unit's application, as typed by whoever has its link.

use serde::{Deserialize, Serialize};

use super::{is_ticked, line, prose, whole};
use crate::{
    grants::onward::{
        application::{Content, Refusal, admitted},
        model::Model,
        rules::Rule,
        unit,
    },
    ground::infra::form::FieldErrors,
};
use values::{Email, GiroAccount, GiroKind, Telephone};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationForm {
    pub revision: i64,
    pub size: String,
    /// The places of the chosen ones among the permitted.
    pub uses: Vec<String>,
    pub intention: String,
    pub contact: String,
    pub telephone: String,
    pub email: String,
    /// `bankgiro` or `plusgiro`.
    pub giro: String,
    pub account: String,
    pub assured: String,
}

/// The chosen uses, by their places in the model.
pub(super) fn chosen(permitted: &[String], typed: &[String]) -> Result<Vec<String>, &'static str> {
    let chosen: Vec<String> = permitted
        .iter()
        .enumerate()
        .filter(|(place, _)| is_ticked(typed, *place))
        .map(|(_, name)| name.clone())
        .collect();
    if chosen.is_empty() { Err("Kryssa för minst en sak.") } else { Ok(chosen) }
}

/// The uses that were ticked, a line each.
pub(super) fn named(permitted: &[String], typed: &[String]) -> String {
    chosen(permitted, typed).unwrap_or_default().join("\n")
}

impl ApplicationForm {
    /// As it was said before, to be put right.
    pub fn of(content: &Content, model: &Model) -> Self {
        let place = |name: &String| model.uses.iter().position(|permitted| permitted == name);
        Self {
            revision: 0,
            size: content.size.to_string(),
            uses: content.uses.iter().filter_map(place).map(|place| place.to_string()).collect(),
            intention: content.intention.clone(),
            contact: content.contact.to_string(),
            telephone: content.telephone.to_string(),
            email: content.email.to_string(),
            giro: content.account.kind().name().to_lowercase(),
            account: content.account.to_string(),
            assured: String::new(),
        }
    }

    /// Each field's label, what stands here, and what stands in another.
    pub fn beside(&self, other: &Self, model: &Model) -> Vec<(String, String, String)> {
        let each = self.fields(model).into_iter().zip(other.fields(model));
        each.map(|((label, mine), (_, theirs))| (label.to_owned(), mine, theirs)).collect()
    }

    fn fields(&self, model: &Model) -> [(&'static str, String); 8] {
        [
            ("Storlek", self.size.clone()),
            ("Ska användas till", named(&model.uses, &self.uses)),
            ("Beskrivning", self.intention.clone()),
            ("Namn", self.contact.clone()),
            ("Telefon", self.telephone.clone()),
            ("E-postadress", self.email.clone()),
            ("Kontotyp", self.giro.clone()),
            ("Kontonummer", self.account.clone()),
        ]
    }

    /// # Errors
    /// All that is to be mended, in the form's order; and why the unit gets nothing by its size or its place.
    pub fn parse(
        &self,
        model: &Model,
        municipality: &str,
        unit: &unit::Content,
    ) -> Result<Content, FieldErrors> {
        let mut errors = FieldErrors::default();
        let size = errors.read("size", Rule::Size, whole(&self.size));
        match size.map(|size| admitted(model, municipality, unit, size)) {
            Some(Err(refusal @ Refusal::NoTier(_))) => errors.add("size", refusal),
            Some(Err(refusal)) => errors.add("", refusal),
            Some(Ok(_)) | None => {}
        }
        let uses = errors.read("uses", Rule::IntendedUse, chosen(&model.uses, &self.uses));
        let intention = prose(&self.intention, "Beskriv vad medlen ska användas till.");
        let intention = errors.read("intention", Rule::IntendedUse, intention);
        let contact = errors.read(
            "contact",
            Rule::Contact,
            line(&self.contact, "Skriv namnet på den som kommunen kan fråga."),
        );
        let telephone = errors.read("telephone", Rule::Contact, Telephone::parse(&self.telephone));
        let email = errors.read("email", Rule::Contact, Email::parse(&self.email));
        let account = account(&self.giro, &self.account, &mut errors);
        if self.assured.is_empty() {
            errors.broken(
                "assured",
                Rule::Assurance,
                "Kryssa för försäkran. Utan den kan ansökan inte tas emot.",
            );
        }
        let content = (|| {
            Some(Content {
                size: size?,
                uses: uses?,
                intention: intention?,
                contact: contact?,
                telephone: telephone?,
                email: email?,
                account: account?,
            })
        })();
        content.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

/// The kinds of account that a unit can be paid to.
pub fn giros() -> [(String, String); 2] {
    [GiroKind::Bankgiro, GiroKind::Plusgiro].map(|kind| (kind.name().to_lowercase(), kind.name().to_owned()))
}

/// Where a unit is paid: *bankgiro* or *plusgiro*, and its number.
pub(super) fn account(giro: &str, number: &str, errors: &mut FieldErrors) -> Option<GiroAccount> {
    let kind = GiroKind::parse(giro).map_err(|_| "Välj bankgiro eller plusgiro.");
    let kind = errors.read("giro", Rule::PaymentAccount, kind)?;
    errors.read("account", Rule::PaymentAccount, GiroAccount::parse(kind, number))
}

/// Another account than a unit applied with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    pub revision: i64,
    pub giro: String,
    pub account: String,
    pub account_reason: String,
}

impl AccountForm {
    pub fn parse(&self) -> Result<(GiroAccount, String), FieldErrors> {
        let mut errors = FieldErrors::default();
        let account = account(&self.giro, &self.account, &mut errors);
        let reason =
            prose(&self.account_reason, "Skriv vem hos enheten som har sagt det, och hur ni vet det.");
        account.zip(errors.read("account_reason", Rule::PaymentAccount, reason)).ok_or(errors)
    }
}
