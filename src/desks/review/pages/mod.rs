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
    grants::{
        case::Act,
        grant::Scope,
        requisition::{Requisition, Status},
    },
    ground::infra::Portal,
    people::{
        access::{Actor, Person, Role, routing::Routes, told_apart},
        recipient::Organisation,
    },
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/granskning", queue::list)
        .post("/granskning/tilldela", queue::take)
        .get("/granskning/ny", paper::new)
        .post("/granskning/ny", paper::create)
        .get("/granskning/bidrag/{id}", grant::show)
        .post("/granskning/bidrag/{id}/anstand", grant::extend)
        .post("/granskning/bidrag/{id}/rakenskaper", grant::ask)
        .get("/granskning/redovisningar", report::queue::list)
        .post("/granskning/redovisningar/tilldela", report::queue::take)
        .get("/granskning/redovisningar/{id}/nasta", report::queue::next)
        .get("/granskning/redovisningar/{id}", report::case::show)
        .get("/granskning/redovisningar/{id}/blankett.pdf", report::case::form_pdf)
        .get("/granskning/redovisningar/{id}/bilagor/{attachment}", report::case::attachment)
        .post("/granskning/redovisningar/{id}/handlaggare", report::decide::assign)
        .post("/granskning/redovisningar/{id}/godkannande", report::decide::approve)
        .post("/granskning/redovisningar/{id}/komplettering", report::decide::send_back)
        .post("/granskning/redovisningar/{id}/original", report::decide::register_original)
        .post("/granskning/redovisningar/{id}/rattelse", report::decide::correct)
        .get("/granskning/enkat/{slug}", survey::show)
        .post("/granskning/enkat/{slug}", survey::import)
        .get("/granskning/{id}/nasta", queue::next)
        .get("/granskning/{id}", case::show)
        .get("/granskning/{id}/bilagor/{attachment}", case::attachment)
        .post("/granskning/{id}/handlaggare", decide::assign)
        .post("/granskning/{id}/godkannande", decide::approve)
        .post("/granskning/{id}/avslag", decide::refuse)
        .post("/granskning/{id}/komplettering", decide::send_back)
        .post("/granskning/{id}/original", decide::register_original);
}

/// With the eyes of whoever looks: somebody at the authority, or somebody with insight.
fn scope(actor: &Actor) -> Scope {
    Scope::across(actor)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_authority(actor, portal.clock.now())
}

fn address(id: Id<Requisition>) -> String {
    format!("/granskning/{id}")
}

fn label(status: &Status, lapsed: bool) -> &'static str {
    if lapsed { "Förfallen" } else { status.label() }
}

/// Who handles a case, as its page shows it, and what the reader may do with it.
struct Handling {
    /// Of the case.
    address: String,
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
        address: String,
        officer: Option<String>,
        officer_id: Option<String>,
        colleagues: Vec<Person>,
    ) -> Self {
        Self {
            address,
            officer: officer.unwrap_or_default(),
            officer_id: officer_id.unwrap_or_default(),
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
