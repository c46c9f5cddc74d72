//! The agreement's calendar: its last days among the check-ins (*avstämningar*) and further reports.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Post, Terms, deadlines::date};
use values::calendar::LastDay;

/// A check-in (*avstämning*), or a report that is not filed here.
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
    pub what: &'a str,
    pub text: &'a str,
    pub who: String,
    pub to_whom: &'a str,
    pub source: &'a str,
}

impl Terms {
    /// The agreement's whole calendar by date: the last days among check-ins and reports. Whom a further report goes to is in
    /// `addressees`, by its key.
    pub fn milestones<'a>(&'a self, addressees: &'a HashMap<String, String>) -> Vec<Milestone<'a>> {
        let last_day = |deadline: LastDay, what, text, who| {
            deadline.0.map(|deadline| Milestone {
                to: deadline.0,
                when: deadline.to_string(),
                what,
                text,
                who,
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
                self.holders(|post| !post.open_ended),
            ),
            last_day(
                deadlines.report,
                "Sista dag för ekonomisk redovisning",
                deadlines.late_report.consequence(),
                self.holders(|_| true),
            ),
            last_day(
                deadlines.repayment,
                "Sista dag för återbetalning",
                "Medel som inte har använts ska då vara återbetalda.",
                self.holders(|_| true),
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
            who: item.who.clone(),
            to_whom: &item.to_whom,
            source: &item.source,
        }));
        all.extend(self.further_reports.iter().map(|report| Milestone {
            to: report.due.0,
            when: report.due.to_string(),
            what: &report.name,
            text: &report.text,
            who: self.holders(|post| report.posts.contains(&post.key)),
            to_whom: addressees.get(&report.key).map_or("", String::as_str),
            source: &report.source,
        }));
        all.sort_by_key(|milestone| milestone.to);
        all
    }

    /// In words, who has a share of the posts that are meant: all, all but some, or some.
    fn holders(&self, is_meant: impl Fn(&Post) -> bool) -> String {
        let (meant, others): (Vec<&Post>, Vec<&Post>) = self.posts.iter().partition(|post| is_meant(post));
        let names =
            |posts: &[&Post]| posts.iter().map(|post| post.name.as_str()).collect::<Vec<_>>().join(", ");
        match others.len() {
            0 => "Bidragsmottagarna".to_owned(),
            few if few < meant.len() => {
                format!("Bidragsmottagarna, utom de som bara har en del av: {}", names(&others))
            }
            _ => format!("De som har en del av: {}", names(&meant)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use crate::terms::agreement::definition;

    #[test]
    fn the_calendar_has_everything_in_the_order_of_its_dates() {
        let text = include_str!("../../../agreements/aldreomsorg-2022/agreement.toml");
        let terms = definition::parse("agreement.toml", text).unwrap();
        let addressees = HashMap::from([("stodfunktionen".to_owned(), "Socialdepartementet".to_owned())]);
        let milestones = terms.milestones(&addressees);
        let whats: Vec<&str> = milestones.iter().map(|milestone| milestone.what).collect();
        assert_eq!(
            whats,
            [
                "Rapport om stödfunktionens aktiviteter",
                "Avstämning",
                "Avstämning",
                "Sista dag för rekvisition",
                "Sista dag för ekonomisk redovisning",
                "Sista dag för återbetalning",
            ]
        );
        assert!(milestones.is_sorted_by_key(|milestone| milestone.to));
        let report = &milestones[0];
        assert_eq!(
            (report.who.as_str(), report.to_whom),
            ("De som har en del av: Medel till SKR", "Socialdepartementet")
        );
        assert_eq!(
            (milestones[3].when.as_str(), milestones[3].who.as_str()),
            ("1 december 2022", "Bidragsmottagarna")
        );
    }
}
