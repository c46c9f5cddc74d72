//! The last days of an agreement, and what follows when one has passed.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::Terms;
use values::calendar::{Deadline, LastDay};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    #[serde(default, deserialize_with = "last_day")]
    pub requisition: LastDay,
    #[serde(default, deserialize_with = "last_day")]
    pub report: LastDay,
    #[serde(default, deserialize_with = "last_day")]
    pub repayment: LastDay,
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
            repayment: latest(self.repayment, later.repayment),
            ..self.clone()
        }
    }

    /// True when the right to what is not requisitioned by the last day is lost.
    pub fn right_can_lapse(&self) -> bool {
        self.late_requisition == LateRequisition::Lapses && self.requisition.0.is_some()
    }

    /// True when what comes in at that moment comes in too late to give any right to the grant.
    pub fn right_has_lapsed(&self, at: DateTime<Utc>) -> bool {
        self.right_can_lapse() && self.requisition.passed(at)
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

impl Terms {
    /// The last days of a recipient with a share of these posts, or of some of its posts. Where every post is open-ended there
    /// is none for the requisition: an extension takes no day forward that is not there.
    pub fn deadlines_of<'a>(&self, posts: impl IntoIterator<Item = &'a str>, later: Later) -> Deadlines {
        let mut shares = posts.into_iter().filter_map(|key| self.post(key)).peekable();
        let is_open_ended = shares.peek().is_some() && shares.all(|post| post.open_ended);
        let extended = self.deadlines.extended(later);
        let requisition = if is_open_ended { LastDay::default() } else { extended.requisition };
        Deadlines { requisition, ..extended }
    }
}

pub(super) fn deadline<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Deadline, D::Error> {
    date(deserializer).map(Deadline)
}

pub(super) fn last_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LastDay, D::Error> {
    let written: Option<Written> = Option::deserialize(deserializer)?;
    Ok(LastDay(written.map(Written::date).transpose()?.map(Deadline)))
}

pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
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
