//! The pages: the authority's lists, one amount and one grant; and the recipient's page of what it owes.

mod grant;
mod list;
mod register;
mod repayment;
mod statement;

use super::{Repayment, State};
use crate::{
    ground::infra::Portal,
    paths,
    people::access::{Act, Actor, routing::Routes},
};
use values::{
    Money,
    calendar::{LastDay, long_date},
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::repayment::List::PATTERN, list::list)
        .get(paths::repayment::New::PATTERN, register::new)
        .post(paths::repayment::New::PATTERN, register::create)
        .get(paths::repayment::Grant::PATTERN, grant::show)
        .post(paths::repayment::ReturnExcess::PATTERN, grant::return_excess)
        .get(paths::repayment::Repayment::PATTERN, repayment::show)
        .post(paths::repayment::Match::PATTERN, repayment::match_to)
        .post(paths::repayment::TakeAway::PATTERN, repayment::unmatch)
        .post(paths::repayment::End::PATTERN, repayment::end)
        .get(paths::repayment::Statement::PATTERN, statement::show)
        .get(paths::repayment::Slip::PATTERN, statement::slip);
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_authority(actor, portal.clock.now())
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
            href: paths::repayment::Repayment(&repayment.id).to_string(),
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
