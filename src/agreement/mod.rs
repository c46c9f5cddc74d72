//! Agreements (*överenskommelser*): the terms of one round of a grant, as data.
//!
//! An agreement is a folder with `agreement.toml` and `allocation.csv`. The terms are kept as published; only the two
//! diarienummer, which the sources do not state, are set later.

pub mod definition;
pub mod form;
pub mod pages;
pub mod paper;
pub mod store;
pub mod verbs;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize};

pub use paper::{Forms, LabelledField, PaperForm, Section};

use crate::{
    calendar::{Deadline, LastDay},
    ids::Id,
    numbers::GiroAccount,
    recipient::Organisation,
};

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
pub struct Deadlines {
    #[serde(default, deserialize_with = "last_day")]
    pub requisition: LastDay,
    #[serde(default, deserialize_with = "last_day")]
    pub report: LastDay,
    #[serde(deserialize_with = "deadline")]
    pub repayment: Deadline,
    pub late_requisition: LateRequisition,
    pub late_report: LateReport,
    /// Those that the paying authority may decide.
    #[serde(default)]
    pub may_be_decided: Vec<Decidable>,
}

/// A last day that a source may leave to the paying authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decidable {
    Requisition,
    Report,
}

/// The last days that the paying authority has decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DecidedDays {
    pub requisition: Option<NaiveDate>,
    pub report: Option<NaiveDate>,
}

/// One recipient's later dates (*anstånd*), where it has any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Later {
    pub requisition: Option<NaiveDate>,
    pub report: Option<NaiveDate>,
    pub repayment: Option<NaiveDate>,
}

impl Deadlines {
    /// With the days that the authority has decided, of those that it may decide.
    pub fn decided(&self, days: DecidedDays) -> Self {
        let day = |which, own: LastDay, decided: Option<NaiveDate>| {
            let decided = decided.filter(|_| self.may_be_decided.contains(&which));
            decided.map_or(own, LastDay::on)
        };
        Self {
            requisition: day(Decidable::Requisition, self.requisition, days.requisition),
            report: day(Decidable::Report, self.report, days.report),
            ..self.clone()
        }
    }

    /// With the later dates that one recipient has. An extension never makes a date earlier, and one of a day that is not
    /// decided is that day.
    pub fn extended(&self, later: Later) -> Self {
        let latest = |own: LastDay, until: Option<NaiveDate>| match own.0 {
            Some(own) => LastDay(Some(later_of(own, until))),
            None => LastDay(until.map(Deadline)),
        };
        Self {
            requisition: latest(self.requisition, later.requisition),
            report: latest(self.report, later.report),
            repayment: later_of(self.repayment, later.repayment),
            ..self.clone()
        }
    }

    /// True when what comes in at that moment comes in too late to give any right to the grant.
    pub fn right_has_lapsed(&self, at: DateTime<Utc>) -> bool {
        match self.late_requisition {
            LateRequisition::Lapses => self.requisition.passed(at),
            LateRequisition::NotStated => false,
        }
    }
}

fn later_of(own: Deadline, until: Option<NaiveDate>) -> Deadline {
    until.map_or(own, |until| own.max(Deadline(until)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateRequisition {
    /// *Rätten till bidraget förfaller.*
    Lapses,
    NotStated,
}

impl LateRequisition {
    /// What a recipient is told.
    pub fn consequence(self) -> &'static str {
        match self {
            Self::Lapses => "Rätten till bidraget förfaller om rekvisitionen inte har kommit in i tid.",
            Self::NotStated => "Det är inte bestämt vad som händer med en sen rekvisition.",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateReport {
    /// *Kan regeringen återkräva stödet.*
    MayReclaim,
    NotStated,
}

impl LateReport {
    /// What a recipient is told.
    pub fn consequence(self) -> &'static str {
        match self {
            Self::MayReclaim => "Regeringen kan återkräva stödet om redovisningen inte kommer in i tid.",
            Self::NotStated => "Det är inte bestämt vad som händer med en sen redovisning.",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub title: String,
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

/// A check-in (*avstämning*) or a further report.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarItem {
    pub kind: CalendarKind,
    pub when: String,
    #[serde(deserialize_with = "date")]
    pub from: NaiveDate,
    #[serde(deserialize_with = "date")]
    pub to: NaiveDate,
    pub who: String,
    pub to_whom: String,
    pub text: String,
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarKind {
    CheckIn,
    Report,
}

impl CalendarKind {
    fn label(self) -> &'static str {
        match self {
            Self::CheckIn => "Avstämning",
            Self::Report => "Rapport",
        }
    }
}

/// A line of the agreement's calendar: a last day, a check-in or a further report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone<'a> {
    /// The last day of it.
    pub to: NaiveDate,
    pub when: String,
    pub what: &'static str,
    pub text: &'a str,
    pub who: &'a str,
    pub to_whom: &'a str,
    pub source: &'a str,
}

/// A passage and where it stands. As a remark: a fault or an oddity of the source, shown, never mended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    pub text: String,
    pub source: String,
}

impl Terms {
    /// What it is called in a list: `Äldreomsorg … 2022`.
    pub fn title(&self) -> String {
        format!("{} {}", self.name, self.year)
    }

    pub fn post(&self, key: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.key == key)
    }

    /// The last days of a recipient with a share of these posts. One whose every post is open-ended has none for its
    /// requisition but that of an extension.
    pub fn deadlines_of<'a>(&self, posts: impl IntoIterator<Item = &'a str>, later: Later) -> Deadlines {
        let mut shares = posts.into_iter().filter_map(|key| self.post(key)).peekable();
        let is_open_ended = shares.peek().is_some() && shares.all(|post| post.open_ended);
        let requisition = if is_open_ended { LastDay::default() } else { self.deadlines.requisition };
        Deadlines { requisition, ..self.deadlines.clone() }.extended(later)
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

    pub fn uses_of<'a>(&'a self, post: &'a str) -> impl Iterator<Item = &'a PermittedUse> {
        self.permitted_uses.iter().filter(move |permitted| permitted.posts.iter().any(|key| key == post))
    }
}

impl Terms {
    /// The agreement's whole calendar by date: the last days among check-ins and reports.
    pub fn milestones(&self) -> Vec<Milestone<'_>> {
        let last_day = |deadline: LastDay, what, text| {
            deadline.0.map(|deadline| Milestone {
                to: deadline.0,
                when: deadline.to_string(),
                what,
                text,
                who: "Bidragsmottagarna",
                to_whom: "",
                source: "",
            })
        };
        let deadlines = &self.deadlines;
        let mut all: Vec<Milestone<'_>> = [
            last_day(
                deadlines.requisition,
                "Sista dag för rekvisition",
                deadlines.late_requisition.consequence(),
            ),
            last_day(
                deadlines.report,
                "Sista dag för ekonomisk redovisning",
                deadlines.late_report.consequence(),
            ),
            last_day(
                deadlines.repayment.into(),
                "Sista dag för återbetalning",
                "Medel som inte har använts ska då vara återbetalda.",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        all.extend(self.calendar.iter().map(|item| Milestone {
            to: item.to,
            when: item.when.clone(),
            what: item.kind.label(),
            text: &item.text,
            who: &item.who,
            to_whom: &item.to_whom,
            source: &item.source,
        }));
        all.sort_by_key(|milestone| milestone.to);
        all
    }
}

fn deadline<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Deadline, D::Error> {
    date(deserializer).map(Deadline)
}

fn last_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LastDay, D::Error> {
    let written: Option<Written> = Option::deserialize(deserializer)?;
    Ok(LastDay(written.map(Written::date).transpose()?.map(Deadline)))
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    Written::deserialize(deserializer)?.date()
}

/// A day, from the definition file (a TOML date) or from the database (text).
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Toml(toml::value::Datetime),
    Text(String),
}

impl Written {
    fn date<E: serde::de::Error>(self) -> Result<NaiveDate, E> {
        let text = match self {
            Self::Toml(date) => date.to_string(),
            Self::Text(text) => text,
        };
        text.parse().map_err(|_| E::custom(format!("{text} är inget datum (ÅÅÅÅ-MM-DD)")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_has_everything_in_the_order_of_its_dates() {
        let text = include_str!("../../agreements/aldreomsorg-2022/agreement.toml");
        let terms = definition::parse("agreement.toml", text).unwrap();
        let milestones = terms.milestones();
        let whats: Vec<&str> = milestones.iter().map(|milestone| milestone.what).collect();
        assert_eq!(
            whats,
            [
                "Rapport",
                "Avstämning",
                "Avstämning",
                "Sista dag för rekvisition",
                "Sista dag för ekonomisk redovisning",
                "Sista dag för återbetalning",
            ]
        );
        assert!(milestones.is_sorted_by_key(|milestone| milestone.to));
        assert_eq!(milestones[3].when, "1 december 2022");
    }
}
