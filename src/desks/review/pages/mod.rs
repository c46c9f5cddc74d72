//! The desk's pages: the queue, a case, the decisions on it, a form that came on paper, one grant as a whole.

mod case;
mod decide;
mod grant;
mod paper;
mod queue;
mod report;
mod survey;
mod typed;

use crate::{
    grants::requisition::Status,
    ground::infra::Portal,
    paths,
    people::{
        access::{Act, Actor, Person, Role, Scope, routing::Routes, told_apart},
        recipient::Organisation,
    },
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::review::Requisitions::PATTERN, queue::list)
        .post(paths::review::TakeRequisitions::PATTERN, queue::take)
        .get(paths::review::Paper::PATTERN, paper::new)
        .post(paths::review::Paper::PATTERN, paper::create)
        .get(paths::review::Grant::PATTERN, grant::show)
        .post(paths::review::Extend::PATTERN, grant::extend)
        .post(paths::review::AskForAccounts::PATTERN, grant::ask)
        .get(paths::review::Reports::PATTERN, report::queue::list)
        .post(paths::review::TakeReports::PATTERN, report::queue::take)
        .get(paths::review::NextReport::PATTERN, report::queue::next)
        .get(paths::review::Report::PATTERN, report::case::show)
        .get(paths::review::ReportForm::PATTERN, report::case::form_pdf)
        .get(paths::review::ReportAttachment::PATTERN, report::case::attachment)
        .post(paths::review::AssignReport::PATTERN, report::decide::assign)
        .post(paths::review::ApproveReport::PATTERN, report::decide::approve)
        .post(paths::review::SendBackReport::PATTERN, report::decide::request_completion)
        .post(paths::review::ReportOriginal::PATTERN, report::decide::register_original)
        .post(paths::review::CorrectReport::PATTERN, report::decide::correct)
        .get(paths::review::Survey::PATTERN, survey::show)
        .post(paths::review::Survey::PATTERN, survey::import)
        .get(paths::review::NextRequisition::PATTERN, queue::next)
        .get(paths::review::Requisition::PATTERN, case::show)
        .get(paths::review::RequisitionAttachment::PATTERN, case::attachment)
        .post(paths::review::AssignRequisition::PATTERN, decide::assign)
        .post(paths::review::ApproveRequisition::PATTERN, decide::approve)
        .post(paths::review::RefuseRequisition::PATTERN, decide::refuse)
        .post(paths::review::SendBackRequisition::PATTERN, decide::request_completion)
        .post(paths::review::RequisitionOriginal::PATTERN, decide::register_original);
}

/// With the eyes of whoever looks: somebody at the authority, or somebody with insight.
fn scope(actor: &Actor) -> Scope {
    Scope::across(actor)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_authority(actor, portal.clock.now())
}

fn label(status: &Status, lapsed: bool) -> &'static str {
    if lapsed { "Förfallen" } else { status.label() }
}

/// Who handles a case, as its page shows it, and what the reader may do with it.
struct Handling {
    /// Where it is given to somebody.
    assign: String,
    /// The name; empty when nobody does.
    officer: String,
    officer_id: String,
    colleagues: Vec<(String, String)>,
    me: String,
    /// Has a desk at the paying authority, and does not only look.
    is_ours: bool,
    is_officer: bool,
    may_decide: bool,
    may_assign: bool,
}

impl Handling {
    fn new(
        actor: &Actor,
        payer: Id<Organisation>,
        assign: String,
        officer: Option<String>,
        officer_id: Option<Id<Person>>,
        colleagues: Vec<Person>,
    ) -> Self {
        Self {
            assign,
            officer: officer.unwrap_or_default(),
            officer_id: officer_id.map(|id| id.to_string()).unwrap_or_default(),
            colleagues: std::iter::once((String::new(), "Ingen".to_owned()))
                .chain(told_apart(&colleagues))
                .collect(),
            me: actor.person.id.to_string(),
            is_ours: actor.is_official_of(payer),
            is_officer: actor.has_at(Role::CaseOfficer, payer),
            may_decide: false,
            may_assign: false,
        }
    }

    /// What the case's state allows: only case officers do any of it.
    fn may(self, decide: bool, assign: bool) -> Self {
        Self { may_decide: self.is_officer && decide, may_assign: self.is_officer && assign, ..self }
    }

    fn is_mine(&self) -> bool {
        self.officer_id == self.me
    }
}

/// A field that can have a remark, as the form shows it.
struct RemarkView {
    name: String,
    label: String,
    /// What the field says now.
    stated: String,
    typed: String,
}

fn stated(value: &str) -> String {
    if value.is_empty() { "Nu: inte angivet".to_owned() } else { format!("Nu: {value}") }
}
