//! The agreement's calendar: its last days among the check-ins (*avstämningar*) and further reports.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Terms, deadlines::date};
use crate::calendar::LastDay;

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
                deadlines.repayment,
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

#[cfg(test)]
mod tests {
    use crate::agreement::definition;

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
