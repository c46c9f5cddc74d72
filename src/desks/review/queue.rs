//! What the desk's two queues have in common: which states a view shows, what the filter finds, how long it has waited.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::form::Filter;
use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        form::FieldErrors,
        way::along_from,
    },
    paths,
    people::{
        access::{Actor, Person, Role},
        recipient::Organisation,
    },
    terms::agreement::{self, Agreement},
};
use values::{
    Id,
    calendar::{self, LastDay},
};

/// More lines than anybody reads: the rest is found by narrowing the filter.
const MOST_LINES: usize = 300;

pub const OFFICERS: [(&str, &str); 3] = [("", "Alla"), ("mina", "Mina"), ("ingen", "Ingen handläggare")];

/// A queue with its address and its views, of which the first is shown when the address says nothing.
pub struct Queue {
    pub name: &'static str,
    pub address: &'static str,
    /// Where cases are taken from it.
    pub take: &'static str,
    pub views: &'static [View],
}

/// A choice of states: its key in the address, its name, the states, and what is said when there is nothing.
pub struct View {
    pub key: &'static str,
    pub label: &'static str,
    pub statuses: &'static [&'static str],
    empty: &'static str,
}

pub const REQUISITIONS: Queue = Queue {
    name: "Rekvisitioner",
    address: paths::review::Requisitions::PATTERN,
    take: paths::review::TakeRequisitions::PATTERN,
    views: &[
        View {
            key: "vantar",
            label: "Väntar på oss",
            statuses: &["submitted"],
            empty: "Inget väntar på er just nu. Nya rekvisitioner visas här när de har lämnats in.",
        },
        View {
            key: "atersanda",
            label: "Återsända",
            statuses: &["returned"],
            empty: "Ingen rekvisition är återsänd för komplettering just nu.",
        },
        View {
            key: "underskrift",
            label: "Väntar på underskrift",
            statuses: &["awaiting_signature"],
            empty: "Ingen rekvisition väntar på underskrift just nu.",
        },
        View {
            key: "avgjorda",
            label: "Avgjorda",
            statuses: &["approved", "refused", "withdrawn"],
            empty: "Inget är avgjort än.",
        },
        View {
            key: "alla",
            label: "Alla",
            statuses: &["submitted", "returned", "awaiting_signature", "approved", "refused", "withdrawn"],
            empty: "Det finns inga rekvisitioner än.",
        },
    ],
};

/// A correction that is not handed over yet is among the approved: what was approved stands meanwhile.
pub const REPORTS: Queue = Queue {
    name: "Redovisningar",
    address: paths::review::Reports::PATTERN,
    take: paths::review::TakeReports::PATTERN,
    views: &[
        View {
            key: "vantar",
            label: "Väntar på oss",
            statuses: &["submitted"],
            empty: "Inget väntar på er just nu. Nya redovisningar visas här när de har lämnats in.",
        },
        View {
            key: "atersanda",
            label: "Återsända",
            statuses: &["returned"],
            empty: "Ingen redovisning är återsänd för komplettering just nu.",
        },
        View {
            key: "underskrift",
            label: "Väntar på underskrift",
            statuses: &["awaiting_certificate", "awaiting_signature"],
            empty: "Ingen redovisning väntar på underskrift just nu.",
        },
        View {
            key: "godkanda",
            label: "Godkända",
            statuses: &["approved", "draft"],
            empty: "Ingen redovisning är godkänd än.",
        },
        View {
            key: "alla",
            label: "Alla",
            statuses: &[
                "submitted",
                "returned",
                "awaiting_certificate",
                "awaiting_signature",
                "approved",
                "draft",
            ],
            empty: "Det finns inga redovisningar än.",
        },
    ],
};

impl Queue {
    pub fn view(&self, filter: &Filter) -> &'static View {
        let views = self.views;
        views.iter().find(|view| view.key == filter.view).unwrap_or(&views[0])
    }
}

/// What stands around the lines of a queue.
pub struct Frame {
    pub queue: &'static Queue,
    pub authority: String,
    pub filter: Filter,
    pub agreements: Vec<(String, String)>,
    /// Of all that the filter finds, shown or not.
    pub count: usize,
    pub shown: usize,
    pub can_take: bool,
    pub is_officer: bool,
    pub outcome: TakenCases,
    pub errors: FieldErrors,
}

impl Frame {
    pub fn new(queue: &'static Queue, actor: &Actor, filter: Filter, agreements: &[Agreement]) -> Self {
        Self {
            queue,
            authority: actor.organisation.formal_name.clone(),
            filter,
            agreements: choices(agreements),
            count: 0,
            shown: 0,
            can_take: false,
            is_officer: actor.has(Role::CaseOfficer),
            outcome: TakenCases::default(),
            errors: FieldErrors::default(),
        }
    }

    /// Cuts the lines off where nobody reads any more, and tells how many there were.
    pub fn hold<L>(&mut self, lines: &mut Vec<L>, can_be_taken: impl Fn(&L) -> bool) {
        self.count = lines.len();
        lines.truncate(MOST_LINES);
        self.shown = lines.len();
        self.can_take = self.is_officer && lines.iter().any(can_be_taken);
    }

    pub fn view(&self) -> &'static View {
        self.queue.view(&self.filter)
    }

    /// What links to the cases end with.
    pub fn along(&self) -> String {
        along_from(self.queue.address, &self.filter.query())
    }

    pub fn tabs(&self) -> [(&'static str, &'static str, bool); 2] {
        [&REQUISITIONS, &REPORTS].map(|tab| (tab.address, tab.name, tab.address == self.queue.address))
    }

    pub fn views(&self) -> Vec<(String, &'static str, bool)> {
        let shown = self.view().key;
        self.queue
            .views
            .iter()
            .map(|view| {
                let filter = Filter { view: view.key.to_owned(), ..self.filter.clone() };
                (format!("{}?{}", self.queue.address, filter.query()), view.label, view.key == shown)
            })
            .collect()
    }

    pub fn officers(&self) -> &'static [(&'static str, &'static str)] {
        &OFFICERS
    }

    pub fn empty(&self) -> &'static str {
        if self.filter.narrows() {
            return "Inget ärende stämmer med det du har valt. Ta bort något av valen för att se fler.";
        }
        self.view().empty
    }
}

/// The agreements that the authority pays, the newest year first.
pub fn agreements_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
) -> Result<Vec<Agreement>, DbError> {
    let mut agreements = agreement::store::all(connection)?;
    agreements.retain(|agreement| agreement.authority.id == authority);
    Ok(agreements)
}

fn choices(agreements: &[Agreement]) -> Vec<(String, String)> {
    let all = (String::new(), "Alla".to_owned());
    let each = agreements.iter().map(|agreement| (agreement.terms.slug.clone(), agreement.terms.title()));
    std::iter::once(all).chain(each).collect()
}

/// True when the filter keeps a case: of this agreement, with this officer.
pub fn keeps(filter: &Filter, actor: &Actor, agreement: &str, officer: Option<Id<Person>>) -> bool {
    let of_agreement = filter.agreement.is_empty() || agreement == filter.agreement;
    let of_officer = match filter.officer.as_str() {
        "mina" => is_mine(officer, actor),
        "ingen" => officer.is_none(),
        _ => true,
    };
    of_agreement && of_officer
}

pub fn is_mine(officer: Option<Id<Person>>, actor: &Actor) -> bool {
    officer == Some(actor.person.id)
}

/// Midnights in Stockholm since then.
pub fn waited(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (calendar::day(now) - calendar::day(since)).num_days() {
        ..=0 => "sedan i dag".to_owned(),
        count => days(count),
    }
}

/// The same, of what waits for the authority.
pub fn waiting(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (calendar::day(now) - calendar::day(since)).num_days() {
        ..=0 => "Väntar på granskning sedan i dag.".to_owned(),
        count => format!("Har väntat på granskning i {}.", days(count)),
    }
}

/// `1 dag`, `12 dagar`, `1 130 dagar`
pub fn days(count: i64) -> String {
    match count {
        1 => "1 dag".to_owned(),
        ..=999 => format!("{count} dagar"),
        _ => format!("{}\u{A0}{:03} dagar", count / 1000, count % 1000),
    }
}

/// How far it is to a last day.
pub fn days_left(deadline: LastDay, now: DateTime<Utc>) -> String {
    match deadline.days_left(now) {
        None => String::new(),
        Some(0) => "i dag".to_owned(),
        Some(count @ 1..) => format!("{} kvar", days(count)),
        Some(count) => format!("för {} sedan", days(-count)),
    }
}

/// How taking the ticked cases went.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TakenCases {
    #[serde(rename = "tagna")]
    pub taken: u16,
    #[serde(rename = "missade")]
    pub missed: u16,
}

impl TakenCases {
    /// The queue as it was, with how it went.
    pub fn address(self, queue: &Queue, filter: &Filter) -> String {
        let told = serde_html_form::to_string(self).unwrap_or_default();
        format!("{}?{}&{told}", queue.address, filter.query())
    }

    pub fn words(self) -> String {
        let taken = match self.taken {
            0 => "Inget ärende blev ditt.".to_owned(),
            1 => "1 ärende är nu ditt.".to_owned(),
            count => format!("{count} ärenden är nu dina."),
        };
        match self.missed {
            0 => taken,
            1 => format!(
                "{taken} 1 ärende hade någon annan ändrat under tiden. Se efter i listan hur det är nu."
            ),
            count => format!(
                "{taken} {count} ärenden hade någon annan ändrat under tiden. Se efter i listan hur de är nu."
            ),
        }
    }

    pub fn is_told(self) -> bool {
        self.taken > 0 || self.missed > 0
    }

    pub fn tone(self) -> &'static str {
        if self.missed == 0 { "success" } else { "warning" }
    }
}
