//! What the municipality writes to the units: an invitation, a decision, a reminder. In its own name and in plain Swedish.
//!
//! The sources say nothing of how a unit has a decision tried again (*överklagande*), so the letters do not either: how it is
//! done follows from the municipality's own decision, and it encloses that itself.

use chrono::NaiveDate;

use super::{
    application::{Application, Status},
    case_number,
    fund::{Balance, Entry},
    model::{Kind, Model},
    unit,
};
use crate::grants::grant::Grant;
use document::{
    letter::{Letter, Letters, Part},
    sheet::Field,
};
use values::{
    Money,
    calendar::{day, long_date},
};

/// To private providers (2018 *Fördelning av stimulansmedel*).
const STATE_AID: &str = "Pengar till en privat utförare kan vara statligt stöd. Kommunen kan behöva anmäla och rapportera \
                         dem enligt lagen (2013:388) om tillämpning av Europeiska unionens statsstödsregler.";

/// What the letters of one distribution have in common.
#[derive(Debug, Clone)]
pub struct Mailing<'a> {
    /// The municipality, by its formal name.
    pub sender: &'a str,
    /// Who pays the grant to the municipality.
    pub authority: &'a str,
    /// The agreement's name and year.
    pub title: String,
    pub number: String,
    pub model: &'a Model,
    /// The letters' date.
    pub on: NaiveDate,
}

impl<'a> Mailing<'a> {
    pub fn of(grant: &'a Grant, model: &'a Model, on: NaiveDate) -> Self {
        Self {
            sender: &grant.holder.formal_name,
            authority: &grant.agreement.authority.formal_name,
            title: grant.agreement.terms.title(),
            number: case_number(grant),
            model,
            on,
        }
    }

    /// In one file, a letter to a page. `what`: *Inbjudningar*.
    pub fn bundle(&self, what: &str, practice: bool, letters: Vec<Letter>) -> Letters {
        let title = format!("{what}, {}, {}", self.number, self.sender);
        Letters { title, sender: self.sender.to_owned(), practice, letters }
    }

    /// That the unit can apply, for how much, by when and where.
    pub fn invitation(&self, application: &Application, address: &str) -> Letter {
        let unit = application.of();
        let model = self.model;
        let kind = model.kind(unit.kind.as_str());
        let named = kind.map_or(unit.kind.as_str(), |kind| &kind.name);
        let mut fields = vec![text("Enhet", &unit.name), Field::text("Verksamhet", named)];
        fields.extend(kind.into_iter().flat_map(amounts));
        fields.push(text("Ansök senast", &model.apply_by));
        fields.extend(self.last_days());
        let mut parts = vec![
            Part::paragraph(format!(
                "{} har tilldelats statsbidraget {} och fördelar pengar vidare till enheter som utför \
                 verksamheten, oavsett om utföraren är privat eller kommunal. Er enhet kan ansöka.",
                self.sender, self.title
            )),
            Part::paragraph(self.decided()),
            Part::Facts { fields },
        ];
        parts.extend(kind.and_then(|kind| size(kind, unit)).map(Part::paragraph));
        parts.extend(self.uses());
        parts.extend([
            Part::heading("Så ansöker ni"),
            Part::paragraph(
                "Skriv adressen nedan i webbläsaren. Ni behöver inget konto. Den som har adressen kan ansöka \
                 för enheten, så lämna den bara till den som ska göra det.",
            ),
            here("Enhetens adress för ansökan", address),
        ]);
        parts.extend(self.terms(unit));
        self.letter(application, "Inbjudan att ansöka om statsbidrag", parts)
    }

    /// That the unit gets an award, and on what terms. `before`: what it had by then, where this is a redistribution.
    pub fn granted(&self, application: &Application, award: &Entry, before: Money, address: &str) -> Letter {
        let unit = application.of();
        let (amount, further) = (award.amount, if before > Money::ZERO { "ytterligare " } else { "" });
        let mut said = format!(
            "{} beslutade den {} att {} får {further}{amount} av statsbidraget {}.",
            self.sender,
            long_date(award.day),
            unit.name,
            self.title
        );
        if before > Money::ZERO {
            said += &format!(" Tillsammans med det ni har fått tidigare blir det {}.", before + amount);
        }
        said += &format!(" Bidraget kommer från staten och betalas ut till kommunen av {}.", self.authority);
        let mut fields = vec![
            text("Utförare", &format!("{}, {}", unit.provider, unit.provider_number)),
            text("Enhet", &unit.name),
            text("Belopp", &amount),
        ];
        if !award.reference.is_empty() {
            fields.push(text("Beslutets nummer", &award.reference));
        }
        let account = application.received().map(|received| received.content.account.with_kind());
        fields.extend(account.map(|account| text("Betalas till", &account)));
        fields.extend(self.last_days());
        let mut parts = vec![Part::paragraph(said), Part::Facts { fields }];
        parts.extend(self.uses());
        parts.extend(self.terms(unit));
        parts.push(here("Här redovisar ni", address));
        self.letter(application, "Beslut: er ansökan är beviljad", parts)
    }

    /// That the unit gets nothing, and why. Nothing when it has not been refused.
    pub fn refused(&self, application: &Application) -> Option<Letter> {
        let Status::Refused { application: received, reason, at, .. } = &application.status else {
            return None;
        };
        let unit = &received.unit;
        let fields = vec![
            text("Utförare", &format!("{}, {}", unit.provider, unit.provider_number)),
            text("Enhet", &unit.name),
            text("Sökt belopp", &received.amount),
            text("Ansökan inkom", &long_date(day(received.at))),
        ];
        let said = format!(
            "{} beslutade den {} att avslå ansökan från {} om pengar ur statsbidraget {}.",
            self.sender,
            long_date(day(*at)),
            unit.name,
            self.title
        );
        let parts = vec![
            Part::paragraph(said),
            Part::Facts { fields },
            Part::heading("Skälen för beslutet"),
            Part::paragraph(reason),
        ];
        Some(self.letter(application, "Beslut: er ansökan är avslagen", parts))
    }

    /// That a report is wanted. Nothing when the unit owes none.
    pub fn reminder(&self, application: &Application, balance: Balance, address: &str) -> Option<Letter> {
        let Status::Granted { to_complete, .. } = &application.status else {
            return None;
        };
        let unit = application.of();
        let report_by = self.model.report_by;
        let tense = if self.on > report_by.0 { "skulle" } else { "ska" };
        let missing = match to_complete {
            None => {
                "Vi har inte fått er redovisning av hur pengarna har använts och vilken nytta de har gjort."
            }
            Some(_) => "Er redovisning av hur pengarna har använts ska kompletteras.",
        };
        let said = format!(
            "{} har fått {} av statsbidraget {}. {missing} Redovisningen {tense} ha kommit in senast den {report_by}.",
            unit.name,
            balance.has(),
            self.title
        );
        let mut parts = vec![Part::paragraph(said)];
        if let Some(asked) = to_complete {
            parts.push(Part::heading("Det här ska kompletteras"));
            parts.push(Part::paragraph(&asked.message));
        }
        parts.push(here("Här redovisar ni", address));
        parts.push(Part::paragraph(self.payback()));
        parts.push(Part::paragraph(
            "Har ni redovisat sedan det här brevet skrevs behöver ni inte göra något mer.",
        ));
        Some(self.letter(application, "Påminnelse: redovisa hur ni har använt pengarna", parts))
    }

    fn letter(&self, application: &Application, heading: &str, parts: Vec<Part>) -> Letter {
        Letter {
            addressee: addressee(application),
            date: long_date(self.on),
            number: self.number.clone(),
            heading: heading.to_owned(),
            parts,
            closing: vec!["Med vänlig hälsning".to_owned(), self.sender.to_owned()],
        }
    }

    /// What an organ of the municipality decided, outside the portal.
    fn decided(&self) -> String {
        let decision = &self.model.decision;
        let number =
            if decision.number.is_empty() { String::new() } else { format!(" ({})", decision.number) };
        format!("{} beslutade den {} hur pengarna fördelas{number}.", decision.board, long_date(decision.on))
    }

    fn last_days(&self) -> [Field; 2] {
        [
            text("Använd pengarna senast", &long_date(self.model.use_by)),
            text("Redovisa senast", &self.model.report_by),
        ]
    }

    fn uses(&self) -> [Part; 2] {
        let items = self.model.uses.clone();
        [Part::heading("Det här får pengarna användas till"), Part::Points { items }]
    }

    fn terms(&self, unit: &unit::Content) -> Vec<Part> {
        let report = format!(
            "Redovisa senast den {} vad ni har använt pengarna till och vilken nytta de gör.",
            self.model.report_by
        );
        let said = format!("{} {report}", self.payback());
        let mut parts = vec![Part::heading("Det här gäller"), Part::paragraph(said)];
        parts.extend(unit.is_private.then(|| Part::paragraph(STATE_AID)));
        parts
    }

    /// 2020 *Ärendet*: the municipality alone answers for repayment, so what a unit has not used goes back to it.
    fn payback(&self) -> String {
        format!(
            "Kommunen ansvarar för att pengar som inte har använts betalas tillbaka till {}. Det ni inte har använt \
             senast den {} ska ni därför betala tillbaka till kommunen.",
            self.authority,
            long_date(self.model.use_by)
        )
    }
}

/// The provider, the unit where it has another name, and who applied. The register holds no postal address.
fn addressee(application: &Application) -> Vec<String> {
    let unit = application.of();
    let mut lines = vec![unit.provider.to_string()];
    if unit.name != unit.provider {
        lines.push(unit.name.to_string());
    }
    lines.extend(application.received().map(|received| received.content.contact.to_string()));
    lines
}

/// An amount by size, a line for each tier.
fn amounts(kind: &Kind) -> impl Iterator<Item = Field> {
    let label = |tier: &super::model::Tier| format!("Belopp, {}", tier.name(&kind.counted));
    kind.tiers.iter().map(move |tier| text(&label(tier), &tier.amount))
}

/// What size the register has, where the amount depends on it.
fn size(kind: &Kind, unit: &unit::Content) -> Option<String> {
    let counted = &kind.counted;
    let least = kind.tiers.first().map_or(0, |tier| tier.from);
    if least <= 1 && kind.tiers.len() == 1 {
        return None;
    }
    let too_small = if least > 1 {
        format!(" En enhet med färre än {least} {counted} kan inte få pengar.")
    } else {
        String::new()
    };
    Some(format!(
        "Enligt kommunens uppgifter har enheten {} {counted}. Stämmer det inte skriver ni rätt antal i \
         ansökan.{too_small}",
        unit.size
    ))
}

fn text(label: &str, value: &impl ToString) -> Field {
    Field::text(label, value.to_string())
}

fn here(label: &str, address: &str) -> Part {
    Part::Address { label: label.to_owned(), address: address.to_owned() }
}

#[cfg(test)]
mod tests;
