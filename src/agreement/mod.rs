//! Agreements (*överenskommelser*): the terms of one round of a grant, as data.
//!
//! An agreement is a folder with `agreement.toml` and `allocation.csv`. The terms are kept as published; only the two
//! diarienummer, which the sources do not state, are set later.

pub mod definition;
pub mod form;
pub mod pages;
pub mod store;
pub mod verbs;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{calendar::Deadline, ids::Id, numbers::GiroAccount, recipient::Organisation};

#[derive(Debug, Clone)]
pub struct Agreement {
    pub id: Id<Agreement>,
    pub authority: Organisation,
    pub diarienummer: Diarienummers,
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
    pub certificate: Certificate,
    pub survey: Survey,
    pub appropriation: Appropriation,
    #[serde(rename = "permitted_use")]
    pub permitted_uses: Vec<PermittedUse>,
    #[serde(rename = "post")]
    pub posts: Vec<Post>,
    #[serde(rename = "calendar")]
    pub calendar: Vec<CalendarItem>,
    #[serde(rename = "remark", default)]
    pub remarks: Vec<Remark>,
    pub forms: Forms,
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

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    #[serde(deserialize_with = "deadline")]
    pub requisition: Deadline,
    #[serde(deserialize_with = "deadline")]
    pub report: Deadline,
    #[serde(deserialize_with = "deadline")]
    pub repayment: Deadline,
    pub late_requisition: LateRequisition,
    pub late_report: LateReport,
}

/// One recipient's later dates (*anstånd*), where it has any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Later {
    pub requisition: Option<NaiveDate>,
    pub report: Option<NaiveDate>,
    pub repayment: Option<NaiveDate>,
}

impl Deadlines {
    /// With the later dates that one recipient has. An extension never makes a date earlier.
    pub fn extended(self, later: Later) -> Self {
        let latest =
            |own: Deadline, until: Option<NaiveDate>| until.map_or(own, |until| own.max(Deadline(until)));
        Self {
            requisition: latest(self.requisition, later.requisition),
            report: latest(self.report, later.report),
            repayment: latest(self.repayment, later.repayment),
            ..self
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
            Self::NotStated => "Överenskommelsen säger inte vad som händer med en sen rekvisition.",
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
            Self::NotStated => "Överenskommelsen säger inte vad som händer med en sen redovisning.",
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
    /// How many recipients have a share.
    pub recipients: usize,
    /// Nobody's share is smaller, in whole kronor.
    pub floor: Option<i64>,
    pub rows_at_floor: Option<usize>,
    /// The post that must be requisitioned first; empty when none.
    pub opens_after: String,
    pub rule: String,
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

/// A fault or an oddity of the source: shown, never mended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    pub text: String,
    pub source: String,
}

/// The forms with every label word for word.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forms {
    pub requisition: PaperForm,
    pub report: PaperForm,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperForm {
    pub heading: String,
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub number: u32,
    pub title: String,
    pub text: Vec<String>,
    #[serde(rename = "field")]
    pub fields: Vec<LabelledField>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelledField {
    pub key: String,
    pub label: String,
}

impl PaperForm {
    /// The label of a field; the loader has seen to it that every field has one.
    pub fn label(&self, key: &str) -> &str {
        self.fields().find(|field| field.key == key).map_or("", |field| &field.label)
    }

    pub fn section(&self, number: u32) -> Option<&Section> {
        self.sections.iter().find(|section| section.number == number)
    }

    pub fn title(&self, number: u32) -> &str {
        self.section(number).map_or("", |section| &section.title)
    }

    pub fn fields(&self) -> impl Iterator<Item = &LabelledField> {
        self.sections.iter().flat_map(|section| &section.fields)
    }
}

impl Terms {
    pub fn post(&self, key: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.key == key)
    }

    pub fn uses_of<'a>(&'a self, post: &'a str) -> impl Iterator<Item = &'a PermittedUse> {
        self.permitted_uses.iter().filter(move |permitted| permitted.posts.iter().any(|key| key == post))
    }
}

impl Terms {
    /// The agreement's whole calendar by date: the last days among check-ins and reports.
    pub fn milestones(&self) -> Vec<Milestone<'_>> {
        let last_day = |deadline: Deadline, what, text| Milestone {
            to: deadline.0,
            when: deadline.to_string(),
            what,
            text,
            who: "Bidragsmottagarna",
            to_whom: "",
            source: "",
        };
        let deadlines = &self.deadlines;
        let mut all = vec![
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
                deadlines.repayment,
                "Sista dag för återbetalning",
                "Medel som inte har använts ska då vara återbetalda.",
            ),
        ];
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

/// A day, from the definition file (a TOML date) or from the database (text).
fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Toml(toml::value::Datetime),
        Text(String),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Toml(date) => date.to_string(),
        Written::Text(text) => text,
    };
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text} är inget datum (ÅÅÅÅ-MM-DD)")))
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
