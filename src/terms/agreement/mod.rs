//! Agreements (*överenskommelser*): the terms of one round of a grant, as data.
//!
//! An agreement is a folder with `agreement.toml` and `allocation.csv`. The terms are kept as published; only the two
//! diarienummer, which the sources do not state, are set later.

pub mod calendar;
pub mod deadlines;
pub mod definition;
pub mod form;
pub mod pages;
pub mod paper;
pub mod paths;
pub mod provision;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod verbs;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use calendar::{CalendarItem, CalendarKind, Milestone};
pub use deadlines::{Deadlines, Decidable, DecidedDays, LateReport, LateRequisition, Later};
pub use paper::{Annex, Forms, LabelledField, PaperForm, Section};
pub use provision::{About, OfKind, Provision, ProvisionKind};

use deadlines::{date, deadline};

use crate::{ground::infra::failure, people::recipient::Organisation};
use values::{GiroAccount, Id, Money, calendar::Deadline};

#[derive(Debug, Clone)]
pub struct Agreement {
    pub id: Id<Agreement>,
    pub authority: Organisation,
    pub diarienummer: Diarienummers,
    /// The last days that the authority has decided; the terms' deadlines have them in place.
    pub decided: DecidedDays,
    /// Where what is not spent is paid back to; the sources do not say, so an authority states it.
    pub repayment_account: Option<GiroAccount>,
    pub version: i64,
    pub terms: Terms,
}

/// Why nothing of it was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Någon annan har ändrat överenskommelsen sedan sidan öppnades.")]
    Changed,
}

impl failure::Refusal for Refusal {}

/// Regeringskansliets diarienummer. Every document carries both; empty until an administrator has set them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diarienummers {
    pub agreement: String,
    pub payment_decision: String,
}

/// What the agreement says, as published.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub slug: String,
    /// Begins every case number.
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub instrument: Instrument,
    /// What the rounds of one grant have in common, year after year; empty for an agreement that stands alone.
    #[serde(default)]
    pub series: String,
    pub year: i32,
    pub paying_authority: String,
    pub parties: Vec<String>,
    pub requisition_recipients: String,
    /// Whole kronor, as printed.
    pub total: i64,
    pub onward_distribution: bool,
    pub diarienummer: Diarienummers,
    pub period: Period,
    pub deadlines: Deadlines,
    /// Who reviews section 3 of the report; nobody where the source asks for no review.
    pub certificate: Option<Certificate>,
    pub survey: Option<Survey>,
    pub appropriation: Appropriation,
    /// What recipients are to mind of the rules on state aid.
    pub state_aid: Option<Clause>,
    #[serde(rename = "permitted_use")]
    pub permitted_uses: Vec<PermittedUse>,
    /// Everything that the source lays down, in its own words.
    #[serde(rename = "provision", default)]
    pub provisions: Vec<Provision>,
    #[serde(rename = "post")]
    pub posts: Vec<Post>,
    #[serde(rename = "part", default)]
    pub parts: Vec<Part>,
    #[serde(rename = "question", default)]
    pub questions: Vec<Question>,
    #[serde(rename = "further_report", default)]
    pub further_reports: Vec<FurtherReport>,
    #[serde(rename = "calendar", default)]
    pub calendar: Vec<CalendarItem>,
    #[serde(rename = "remark", default)]
    pub remarks: Vec<Clause>,
    /// Where the forms are from; nothing where the source has none, and their words are the portal's own.
    pub annex: Option<Annex>,
    pub forms: Forms,
}

/// What the terms are laid down in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// *Överenskommelse* between the state and SKR.
    #[default]
    Agreement,
    /// *Regeringsbeslut.*
    Decision,
}

impl Instrument {
    /// At the beginning of a sentence.
    pub fn definite(self) -> &'static str {
        match self {
            Self::Agreement => "Överenskommelsen",
            Self::Decision => "Regeringsbeslutet",
        }
    }

    /// Within a sentence.
    pub fn definite_within(self) -> &'static str {
        match self {
            Self::Agreement => "överenskommelsen",
            Self::Decision => "regeringsbeslutet",
        }
    }

    /// What is said where a part of the amount can be asked for. The agreements pay at one time (*engångsvis*).
    pub fn on_partial_requisition(self) -> &'static str {
        match self {
            Self::Agreement => {
                " Medlen betalas ut engångsvis: att rekvirera en del i taget är portalens egen möjlighet."
            }
            Self::Decision => "",
        }
    }

    /// What is said at the two numbers' fields.
    pub fn hints_of_diarienummer(self) -> [&'static str; 2] {
        match self {
            Self::Agreement => [
                "Skrivs till exempel S2099/00001/ABC. Ska framgå av alla handlingar.",
                "Skrivs på samma sätt. Ska framgå av alla handlingar.",
            ],
            Self::Decision => ["Frivilligt: beslutet frågar inte efter det.", "Frivilligt."],
        }
    }

    /// What the two numbers of documents are called: of the terms, and of the payment. Only agreements name both.
    pub fn diarienummer_labels(self) -> [&'static str; 2] {
        match self {
            Self::Agreement => ["Diarienummer, överenskommelse", "Diarienummer, beslut om utbetalning"],
            Self::Decision => ["Diarienummer, regeringsbeslut", "Den betalande myndighetens diarienummer"],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    #[serde(deserialize_with = "date")]
    pub from: NaiveDate,
    #[serde(deserialize_with = "date")]
    pub to: NaiveDate,
}

impl Period {
    pub fn contains(self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.to
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub title: String,
    /// The portal's own rule, which no source has: whoever certifies does not sign, unless nobody else may and the reason is
    /// told.
    #[serde(default = "yes")]
    pub two_people: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    pub name: String,
    pub source: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appropriation {
    pub expenditure_area: String,
    pub appropriation: String,
    pub item: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermittedUse {
    pub text: String,
    pub posts: Vec<String>,
    pub source: String,
}

/// A part of the grant that is requisitioned by itself (*post*).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    pub key: String,
    pub name: String,
    /// Whole kronor, as printed.
    pub total: i64,
    /// What the published rows come to, where that is not the printed total.
    pub rows_total: Option<i64>,
    /// Why, as far as the source tells.
    #[serde(default)]
    pub rows_total_reason: String,
    /// How many recipients have a share.
    pub recipients: usize,
    /// Nobody's share is smaller, in whole kronor.
    pub floor: Option<i64>,
    pub rows_at_floor: Option<usize>,
    /// The post that must be requisitioned first; empty when none.
    pub opens_after: String,
    /// Posts with the same word here are requisitioned on one form; empty when the post has a form of its own.
    #[serde(default)]
    pub requisition_with: String,
    /// No last day for its requisition is stated.
    #[serde(default)]
    pub open_ended: bool,
    /// Whoever has a share of it may not hand it on to care providers, though other posts' recipients may.
    #[serde(default)]
    pub not_onward: bool,
    /// The items of the appropriation that it is charged to (*anslagsposter*), where they differ between posts.
    #[serde(default)]
    pub charged_to: String,
    pub rule: String,
    pub source: String,
}

impl Post {
    /// What the published rows shall come to.
    pub fn published_total(&self) -> i64 {
        self.rows_total.unwrap_or(self.total)
    }

    /// The form it is requisitioned on.
    pub fn form(&self) -> &str {
        if self.requisition_with.is_empty() { &self.key } else { &self.requisition_with }
    }
}

/// What the report specifies of a post's costs (*varav*).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub key: String,
    pub post: String,
    pub label: String,
    /// What is to be explained when there is any of it; empty when nothing is.
    #[serde(default)]
    pub motive: String,
    /// What all recipients are to spend on it together, where the source says so. Whole kronor.
    pub total: Option<i64>,
    pub source: String,
}

/// A follow-up question that is answered with the report (*uppföljningsfråga*).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub key: String,
    pub text: String,
    pub kind: QuestionKind,
    /// Those with a share of these are asked.
    pub posts: Vec<String>,
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    Text,
    YesNo,
}

/// A report beside the financial one (*verksamhetsrapport, delredovisning*), filed and signed like the rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FurtherReport {
    pub key: String,
    pub name: String,
    #[serde(deserialize_with = "deadline")]
    pub due: Deadline,
    /// Those with a share of these owe it.
    pub posts: Vec<String>,
    /// The code of the organisation that it is for.
    pub addressee: String,
    pub text: String,
    pub source: String,
}

/// A passage and where it stands. As a remark: a fault or an oddity of the source, shown, never mended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    pub text: String,
    pub source: String,
}

fn yes() -> bool {
    true
}

/// A name with its year, once: many names have it already (*God och nära vård 2020 – …*).
pub fn titled(name: &str, year: &str) -> String {
    let has_year = !year.is_empty() && name.split(|c: char| !c.is_alphanumeric()).any(|word| word == year);
    if has_year { name.to_owned() } else { format!("{name} {year}").trim().to_owned() }
}

impl Terms {
    /// What it is called wherever it is one of several: `Äldreomsorg … 2022`.
    pub fn title(&self) -> String {
        titled(&self.name, &self.year.to_string())
    }

    /// What the published rows come to, where that is not what the source prints, and why.
    pub fn discrepancy(&self) -> Option<String> {
        let differing = || self.posts.iter().filter(|post| post.published_total() != post.total);
        let by: i64 = differing().map(|post| post.published_total() - post.total).sum();
        differing().next()?;
        let reasons = differing().map(|post| format!("{}: {}", post.name, post.rows_total_reason));
        Some(format!(
            "Källan anger {}, men raderna i den publicerade fördelningen summerar till {}. {}",
            Money::kronor(self.total),
            Money::kronor(self.total + by),
            reasons.collect::<Vec<_>>().join(" ")
        ))
    }

    /// Whoever has a share of these posts may hand on some of it to care providers.
    pub fn may_hand_on<'a>(&'a self, mut posts: impl Iterator<Item = &'a str>) -> bool {
        self.onward_distribution && posts.any(|key| self.post(key).is_some_and(|post| !post.not_onward))
    }

    /// The names of the posts that may be handed on.
    pub fn handed_on(&self) -> Vec<&str> {
        let posts = self.posts.iter().filter(|post| self.onward_distribution && !post.not_onward);
        posts.map(|post| post.name.as_str()).collect()
    }

    /// Whose the forms' words are, and which lines the portal has added.
    pub fn words_of_forms(&self) -> String {
        let own =
            "Rutan överst och rader som börjar med –, Varav, Avvikelser eller Åtgärder är portalens egna.";
        match &self.annex {
            Some(annex) => format!("Övriga rubriker är ordagrant de i {}. {own}", annex.name),
            None => format!("{} har ingen blankett: orden är portalens egna.", self.instrument.definite()),
        }
    }

    /// Who certifies a report, as the source says; empty where nobody does.
    pub fn certifier(&self) -> &str {
        self.certificate.as_ref().map_or("", |certificate| &certificate.title)
    }

    /// Whoever certifies a report is not to sign it as well ([`Certificate::two_people`]).
    pub fn wants_two_people(&self) -> bool {
        self.certificate.as_ref().is_some_and(|certificate| certificate.two_people)
    }

    pub fn post(&self, key: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.key == key)
    }

    /// The posts that are requisitioned on this form, in the agreement's order.
    pub fn posts_of_form<'a>(&'a self, form: &'a str) -> impl Iterator<Item = &'a Post> {
        self.posts.iter().filter(move |post| post.form() == form)
    }

    /// What is requisitioned on this form, in a few words.
    pub fn form_name(&self, form: &str) -> String {
        let mut posts = self.posts_of_form(form);
        match (posts.next(), posts.count()) {
            (Some(post), 0) => post.name.clone(),
            (_, others) => format!("{} poster", others + 1),
        }
    }

    pub fn parts_of<'a>(&'a self, post: &'a str) -> impl Iterator<Item = &'a Part> {
        self.parts.iter().filter(move |part| part.post == post)
    }

    /// What whoever has a share of these posts is asked.
    pub fn questions_to<'a>(
        &'a self,
        posts: impl Iterator<Item = &'a str>,
    ) -> impl Iterator<Item = &'a Question> {
        let posts: Vec<&str> = posts.collect();
        self.questions
            .iter()
            .filter(move |question| question.posts.iter().any(|post| posts.contains(&post.as_str())))
    }

    /// These terms in the source's words as other terms of the same agreement have them; `None` when the two have another
    /// table.
    pub fn with_words_of(&self, other: &Self) -> Option<Self> {
        let table = |terms: &Self| {
            let post = |post: &Post| (post.key.clone(), post.total, post.rows_total, post.recipients);
            (terms.slug.clone(), terms.total, terms.posts.iter().map(post).collect::<Vec<_>>())
        };
        let rules = |(own, other): (&Post, &Post)| Post {
            name: other.name.clone(),
            rule: other.rule.clone(),
            source: other.source.clone(),
            not_onward: other.not_onward,
            rows_total_reason: other.rows_total_reason.clone(),
            ..own.clone()
        };
        (table(self) == table(other)).then(|| Self {
            requisition_recipients: other.requisition_recipients.clone(),
            state_aid: other.state_aid.clone(),
            permitted_uses: other.permitted_uses.clone(),
            provisions: other.provisions.clone(),
            posts: self.posts.iter().zip(&other.posts).map(rules).collect(),
            further_reports: other.further_reports.clone(),
            calendar: other.calendar.clone(),
            remarks: other.remarks.clone(),
            annex: other.annex.clone(),
            ..self.clone()
        })
    }

    pub fn uses_of<'a>(&'a self, post: &'a str) -> impl Iterator<Item = &'a PermittedUse> {
        self.permitted_uses.iter().filter(move |permitted| permitted.posts.iter().any(|key| key == post))
    }
}

#[cfg(test)]
mod tests {
    use super::titled;

    #[test]
    fn the_year_stands_once() {
        for (name, year, title) in [
            ("Äldreomsorg", "2022", "Äldreomsorg 2022"),
            ("Ökad tillgänglighet 2023", "2023", "Ökad tillgänglighet 2023"),
            ("God och nära vård 2020 – En omställning", "2020", "God och nära vård 2020 – En omställning"),
            (
                "God och nära vård 2020 – En omställning",
                "2021",
                "God och nära vård 2020 – En omställning 2021",
            ),
            ("Vision 20200", "2020", "Vision 20200 2020"),
            ("", "2022", "2022"),
            ("Äldreomsorg", "", "Äldreomsorg"),
        ] {
            assert_eq!(titled(name, year), title);
        }
    }
}
