//! From the units' reports to section 3 of the financial report.

use super::{Failure, append, lock};
use crate::{
    grants::{
        case,
        grant::{self, Grant},
        onward::{Distribution, application::Refusal, counted},
        report::{
            self, Report,
            form::{ItemForm, PostForm},
        },
    },
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, upload::ReceivedFile},
    },
    people::access::Act,
};
use values::{Id, Money};

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
    fn items(self, case: &Distribution) -> Vec<ItemForm> {
        let reported = case.applications.iter().filter(|one| one.reported().is_some()).count();
        let reserved_for = case.plan.model.as_ref().map_or("", |model| model.reserved_for.as_str());
        let lines = [
            (format!("{OF_UNITS}, {} enligt bilaga", counted(reported)), self.units),
            (format!("Reserv {reserved_for}").trim_end().to_owned(), self.reserve),
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

/// How the line of the units begins.
const OF_UNITS: &str = "Vidarefördelat till utförare";
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
    // The grant before the plan, as a succession takes them: two of them wait for each other in one order.
    grant::store::find(connection, act.scope, grant)?.ok_or(Failure::NotFound)?;
    grant::store::hold(connection, grant)?;
    let (case, version) = lock(connection, act.scope, grant)?;
    // Somebody reported, or came back with more, while the page was open.
    if case.used() != costs.units {
        return Err(Refusal::Hindered(
            "En enhet har återrapporterat sedan du öppnade sidan. Läs summorna som de är nu och försök igen.",
        )
        .into());
    }
    if costs.reserve > case.fund().reserve {
        return Err(Refusal::Hindered(
            "Reserven har ändrats sedan du öppnade sidan, och är mindre än kostnaderna ur den.",
        )
        .into());
    }
    let report = report::store::of_grant(connection, grant)?
        .ok_or(Refusal::Hindered("Redovisningen är inte påbörjad. Påbörja den på bidragets sida först."))?;
    let mut draft = report.draft.clone();
    let has_units = |of: &PostForm| of.items.iter().any(|item| item.text.starts_with(OF_UNITS));
    if draft.posts.iter().any(|of| of.key != post && has_units(of)) {
        return Err(Refusal::Hindered(
            "Enheternas kostnader står redan på en annan post. Ta bort dem där först.",
        )
        .into());
    }
    let of_post = draft
        .posts
        .iter_mut()
        .find(|of| of.key == post)
        .ok_or(Refusal::Hindered("Redovisningen har inte den posten."))?;
    of_post.costs = costs.total().digits().to_string();
    of_post.items = costs.items(&case);
    if !case::store::save_draft(connection, act, report.id, report.revision, &draft)? {
        return Err(Refusal::Hindered(
            "Redovisningen kan inte ändras nu: den är lämnad till granskning eller underskrift, eller ändrades just.",
        ).into());
    }
    // The list of an earlier time goes; one that came in with a report stays.
    for earlier in case::store::attachments_of(connection, report.id)? {
        if earlier.file_name == list.name {
            let _came_in = report::verbs::detach(connection, act, report.id, earlier.id);
        }
    }
    report::verbs::attach(connection, act, report.id, list).map_err(|failure| {
        failure.instead(Refusal::Hindered("Listan över enheterna gick inte att bifoga redovisningen."))
    })?;
    let details = format!("kostnader {}", costs.total());
    append(
        connection,
        &case,
        version,
        history::Entry { details, ..act.entry(Event::OnwardReportFilled, "") },
    )?;
    Ok(report.id)
}
