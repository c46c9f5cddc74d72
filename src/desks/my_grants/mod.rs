//! *Mina bidrag*: the recipient's desk. Every agreement and year, its state, and what to do next. Owns no state.

pub mod closing;
pub mod pages;
pub mod paths;

use chrono::{DateTime, Utc};

use crate::{
    grants::{
        grant::{Account, Grant},
        requisition::{Requisition, Status, verbs::missing_before},
        standing::{Facts, Obligation},
    },
    terms::agreement::Post,
};
use values::Money;

/// What is requisitioned on one form, as the recipient sees it: a post, or several.
pub struct PostView {
    pub key: String,
    pub name: String,
    /// The posts with what is allocated of each.
    pub posts: Vec<(Post, Money)>,
    pub allocated: Money,
    pub requisitioned: Money,
    pub approved: Money,
    pub paid: Money,
    pub left: Money,
    pub state: &'static str,
    pub tone: &'static str,
    /// What to do now, or what is waited for, in a sentence.
    pub next: String,
    /// Where to do it; empty when there is nothing to do here.
    pub href: String,
    pub action: &'static str,
    pub can_start: bool,
}

/// What matters most comes first: what the recipient must do, then what it waits for.
pub fn view(grant: &Grant, form: &str, requisitions: &[Requisition], now: DateTime<Utc>) -> PostView {
    let of =
        |account| grant.posts_of_form(form).map(|post| grant.ledger.of(&post.key, account)).sum::<Money>();
    let deadline = grant.requisition_deadline(form);
    let facts = Facts::of(grant, None);
    let due = grant.posts_of_form(form).flat_map(|post| facts.requisitions(Some(&post.key), now));
    let (lapsed, due): (Vec<Obligation>, Vec<Obligation>) = due.partition(Obligation::has_lapsed);
    let sum = |of: &[Obligation]| of.iter().filter_map(|of| of.amount).sum::<Money>();
    let (left, lapsed) = (sum(&due), sum(&lapsed));
    let right_has_lapsed = grant.right_has_lapsed(form, now);
    let of_post: Vec<&Requisition> = requisitions
        .iter()
        .filter(|requisition| requisition.form == form && !requisition.has_lapsed(right_has_lapsed))
        .collect();
    let is_open = !left.is_zero();
    let missing = missing_before(grant, form);
    let mut view = PostView {
        key: form.to_owned(),
        name: grant.agreement.terms.form_name(form),
        posts: grant
            .posts_of_form(form)
            .map(|post| (post.clone(), grant.ledger.of(&post.key, Account::Allocated)))
            .collect(),
        allocated: of(Account::Allocated),
        requisitioned: of(Account::Requisitioned),
        approved: of(Account::Approved),
        paid: of(Account::PaidOut),
        left,
        state: "",
        tone: "neutral",
        next: String::new(),
        href: String::new(),
        action: "",
        can_start: is_open && missing.is_none(),
    };
    if let Some(requisition) = most_pressing(&of_post) {
        view.follow(requisition, grant);
    } else if let (true, Some(first)) = (is_open, missing) {
        view.state = "Inte öppen än";
        view.next = format!("Öppnar när ni har lämnat in rekvisitionen av {}.", first.name);
    } else if due.iter().any(Obligation::is_late) {
        // The day has passed and no source says what follows: the right may still be there.
        view.state = "Sista dagen har passerat";
        view.tone = "warning";
        let late = grant.deadlines.late_requisition.consequence();
        view.next = format!("Sista dag att rekvirera {left} var {deadline}. {late}");
    } else if is_open {
        view.state = "Att rekvirera";
        view.tone = "warning";
        view.next = format!("Rekvirera {left}{}.", deadline.by());
    } else if view.requisitioned.is_zero() {
        view.state = "Förfallen";
        view.tone = "danger";
        view.next = format!("Ingen rekvisition kom in till och med {deadline}.");
    }
    if lapsed > Money::ZERO && !view.requisitioned.is_zero() {
        view.next = format!("{} {lapsed} rekvirerades inte i tid och har förfallit.", view.next);
    }
    view
}

/// The requisition that decides what the recipient sees first.
fn most_pressing<'a>(requisitions: &[&'a Requisition]) -> Option<&'a Requisition> {
    requisitions
        .iter()
        .copied()
        .filter(|requisition| rank(&requisition.status) > 0)
        .max_by_key(|requisition| rank(&requisition.status))
}

fn rank(status: &Status) -> u8 {
    match status {
        Status::Returned(_) => 6,
        Status::AwaitingSignature { .. } => 5,
        Status::Draft => 4,
        Status::Submitted { .. } => 3,
        Status::Approved { .. } => 2,
        // It can be filed anew, so what is left to do speaks for the post.
        Status::Refused { .. } | Status::Withdrawn { .. } | Status::Discarded { .. } => 0,
    }
}

impl PostView {
    fn follow(&mut self, requisition: &Requisition, grant: &Grant) {
        let deadline = grant.requisition_deadline(&requisition.form);
        let authority = &grant.agreement.authority.name;
        self.state = requisition.status.label();
        self.tone = crate::grants::requisition::tone(&requisition.status, false);
        self.href = crate::paths::requisition::Case(&requisition.id).to_string();
        (self.action, self.next) = match &requisition.status {
            Status::Draft => {
                ("Fortsätt fylla i", format!("Gör klart utkastet och lämna in det{}.", deadline.by()))
            }
            Status::AwaitingSignature { answers: Some(_) } => {
                ("Till underskrift", "Kompletteringen ska skrivas under.".to_owned())
            }
            Status::AwaitingSignature { answers: None } => (
                "Till underskrift",
                format!("Rekvisitionen ska skrivas under och lämnas in{}.", deadline.by()),
            ),
            Status::Returned(_) => ("Komplettera", format!("{authority} behöver en komplettering.")),
            Status::Submitted { .. } => ("Visa rekvisitionen", format!("Väntar på beslut av {authority}.")),
            Status::Approved { .. } => {
                let is_paid = self.paid >= self.approved;
                let report = grant.deadlines.report.by();
                if is_paid {
                    self.state = "Utbetalt";
                }
                match is_paid {
                    true => ("Visa rekvisitionen", "Bidraget är utbetalt.".to_owned()),
                    false => ("Visa rekvisitionen", format!("Bidraget betalas ut. Redovisa{report}.")),
                }
            }
            Status::Refused { .. } | Status::Withdrawn { .. } | Status::Discarded { .. } => {
                ("Visa rekvisitionen", String::new())
            }
        };
    }
}
