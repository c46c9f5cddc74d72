//! From the units' reports to section 3 of the financial report.

use super::{Failure, append, take};
use crate::{
    filing::Act,
    grant::Grant,
    history::{self, Event},
    ids::Id,
    infra::{db::AnyConnection, upload::ReceivedFile},
    money::Money,
    onward::Case,
    report::{self, Report, form::ItemForm},
};

/// What the costs are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    pub units: Money,
    pub reserve: Money,
    pub own: Money,
}

impl Costs {
    pub fn total(self) -> Money {
        self.units + self.reserve + self.own
    }

    /// The lines that specify them.
    fn items(self, case: &Case) -> Vec<ItemForm> {
        let reported = case.applications.iter().filter(|one| one.reported().is_some()).count();
        let reserved_for = case.plan.model.as_ref().map_or("", |model| model.reserved_for.as_str());
        let lines = [
            (format!("Vidarefördelat till utförare, {reported} enheter enligt bilaga"), self.units),
            (format!("Reserv: {reserved_for}"), self.reserve),
            ("Egna kostnader".to_owned(), self.own),
        ];
        lines
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(text, amount)| ItemForm {
                text: text.chars().take(LONGEST_ITEM).collect(),
                amount: amount.digits().to_string(),
            })
            .collect()
    }
}

/// What the form takes.
const LONGEST_ITEM: usize = 100;

/// Fills in the costs of one post in the report's draft, over whatever stands there, and attaches the list of units. What it
/// filled in can be changed as anything else in a draft.
pub fn fill_report(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    post: &str,
    costs: Costs,
    list: &ReceivedFile,
) -> Result<Id<Report>, Failure> {
    let (case, version) = take(connection, act.scope, grant)?;
    // Somebody reported, or came back with more, while the page was open.
    if case.used() != costs.units {
        return Err(Failure::Conflict(
            "En enhet har återrapporterat sedan du öppnade sidan. Läs summorna som de är nu och försök igen.",
        ));
    }
    let report = report::store::of_grant(connection, grant)?
        .ok_or(Failure::Conflict("Redovisningen är inte påbörjad. Påbörja den på bidragets sida först."))?;
    let mut draft = report.draft.clone();
    let of_post = draft
        .posts
        .iter_mut()
        .find(|of| of.key == post)
        .ok_or(Failure::Conflict("Redovisningen har inte den posten."))?;
    of_post.costs = costs.total().digits().to_string();
    of_post.items = costs.items(&case);
    if !report::store::save_draft(connection, act.scope, report.id, report.revision, &draft)? {
        return Err(Failure::Conflict(
            "Redovisningen kan inte ändras nu: den är lämnad till granskning eller underskrift, eller ändrades just.",
        ));
    }
    report::verbs::attach(connection, act, report.id, list)
        .map_err(|_| Failure::Conflict("Listan över enheterna gick inte att bifoga redovisningen."))?;
    let details = format!("kostnader {}", costs.total());
    append(
        connection,
        &case,
        version,
        history::Entry { details, ..act.entry(Event::OnwardReportFilled, "") },
    )?;
    Ok(report.id)
}
