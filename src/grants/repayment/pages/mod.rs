//! The pages: the authority's lists, one amount and one grant; and the recipient's page of what it owes.

mod grant;
mod list;
mod register;
mod repayment;
mod statement;

use super::{Repayment, State};
use crate::{
    grants::case::Act,
    ground::infra::Portal,
    people::access::{Actor, routing::Routes},
};
use values::{
    Id, Money,
    calendar::{LastDay, long_date},
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/aterbetalningar", list::list)
        .get("/aterbetalningar/ny", register::new)
        .post("/aterbetalningar/ny", register::create)
        .get("/aterbetalningar/bidrag/{grant}", grant::show)
        .post("/aterbetalningar/bidrag/{grant}/overskott", grant::return_excess)
        .get("/aterbetalningar/{id}", repayment::show)
        .post("/aterbetalningar/{id}/matchning", repayment::match_to)
        .post("/aterbetalningar/{id}/bortforing", repayment::take_away)
        .post("/aterbetalningar/{id}/avslut", repayment::end)
        .get("/bidrag/{id}/aterbetalning", statement::show)
        .get("/bidrag/{id}/aterbetalning.pdf", statement::slip);
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_authority(actor, portal.clock.now())
}

fn address(id: Id<Repayment>) -> String {
    format!("/aterbetalningar/{id}")
}

/// How far it is to the last day of repayment.
fn days_left(deadline: LastDay, now: chrono::DateTime<chrono::Utc>) -> String {
    let days = |count: i64| if count == 1 { "1 dag".to_owned() } else { format!("{count} dagar") };
    match deadline.days_left(now) {
        None => String::new(),
        Some(0) => "sista dagen är i dag".to_owned(),
        Some(count @ 1..) => format!("{} kvar", days(count)),
        Some(count) => format!("{} sen", days(-count)),
    }
}

/// A repayment as a line of a list.
struct RepaymentView {
    href: String,
    received: String,
    amount: Money,
    is_outgoing: bool,
    payer: String,
    reference: String,
    state: &'static str,
    tone: &'static str,
    /// What there is to say about its state.
    about: String,
}

impl RepaymentView {
    fn of(repayment: &Repayment) -> Self {
        let about = match &repayment.state {
            State::Unmatched { why, .. } => why.clone(),
            State::SentBack(ending) | State::Struck(ending) => ending.reason.clone(),
            State::Matched { .. } | State::ExcessReturned { .. } => String::new(),
        };
        Self {
            href: address(repayment.id),
            received: long_date(repayment.received_on),
            amount: repayment.amount,
            is_outgoing: repayment.amount.is_negative(),
            payer: repayment.payer.clone(),
            reference: repayment.reference.clone(),
            state: repayment.state.label(),
            tone: repayment.state.tone(),
            about,
        }
    }

    fn payer_shown(&self) -> &str {
        if self.payer.is_empty() { "Okänd inbetalare" } else { &self.payer }
    }
}
