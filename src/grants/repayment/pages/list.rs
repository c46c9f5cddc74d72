//! The lists: who owes, who has paid a part or too much, what nobody knows the purpose of, and all that came in.

use std::collections::{HashMap, HashSet};

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use super::{RepaymentView, days_left};
use crate::{
    grants::{
        grant::{
            self, Grant, Ledger,
            store::{GrantFilter, Outline},
        },
        repayment::{
            Repayment, Settlement, State, case_number,
            form::{Filter, View},
            store,
        },
        search::{self, GrantNames},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
        way::along_from,
    },
    paths,
    people::access::{
        Actor, Role, Scope,
        proof::{Authority, By},
    },
    terms::agreement::{self, Agreement},
};
use values::{
    Id, Money, Ocr, Positive,
    calendar::LastDay,
    parse_amount,
    text::{Sought, sort_key},
};

/// More lines than anybody reads: the rest is found by narrowing the filter.
const MOST_LINES: usize = 300;

#[derive(Template)]
#[template(path = "repayment/list.html")]
struct ListPage {
    chrome: Chrome,
    authority: String,
    filter: Filter,
    agreements: Vec<(String, String)>,
    /// How many there are in each view, with the filter.
    counts: Vec<(View, usize)>,
    /// Of the view that is shown: one of the two is empty.
    grants: Vec<GrantLine>,
    repayments: Vec<Line>,
    total: Money,
    may_register: bool,
}

/// A grant with what is owed of it.
struct GrantLine {
    grant: Id<Grant>,
    number: String,
    /// What it is searched by.
    known_by: Vec<String>,
    recipient: String,
    year: i32,
    slug: String,
    settlement: Settlement,
    paid_out: Money,
    deadline: LastDay,
    days_left: String,
    is_late: bool,
}

/// An amount with the grant that it counts for.
struct Line {
    id: Id<Repayment>,
    view: RepaymentView,
    is_unmatched: bool,
    held: Money,
    grant: Option<(Id<Grant>, String, String)>,
    /// What it is searched by.
    known_by: Vec<String>,
    slug: String,
}

pub async fn list(by: By<Authority>, portal: web::Data<Portal>, filter: web::Query<Filter>) -> Page {
    let filter = filter.into_inner();
    let sought = Sought::new(&filter.search);
    let all = read(&by.actor, &portal, &sought).await?;
    let of_agreement = |slug: &str| filter.agreement.is_empty() || slug == filter.agreement;
    let mut found: Vec<GrantLine> = all.grants.into_iter().filter(|line| of_agreement(&line.slug)).collect();
    sought.narrow(&mut found, |line| line.known_by.clone());
    // What is for no grant is of no agreement, and nobody would find it there.
    let mut amounts: Vec<Line> =
        all.repayments.into_iter().filter(|line| line.is_unmatched || of_agreement(&line.slug)).collect();
    match parse_amount(&filter.search, "").map(Positive::get) {
        Ok(amount) if amounts.iter().any(|line| line.view.amount == amount) => {
            amounts.retain(|line| line.view.amount == amount || sought.finds(&line.known_by));
        }
        _ => sought.narrow(&mut amounts, |line| line.known_by.clone()),
    }
    let counts = View::EACH
        .into_iter()
        .map(|view| {
            let of_grants = found.iter().filter(|line| line.belongs(view)).count();
            (view, of_grants + amounts.iter().filter(|line| line.belongs(view)).count())
        })
        .collect();
    let view = filter.view();
    let mut grants: Vec<GrantLine> = found.into_iter().filter(|line| line.belongs(view)).collect();
    // Those without a last day come last.
    let due = |line: &GrantLine| line.deadline.date().unwrap_or(chrono::NaiveDate::MAX);
    grants.sort_by_cached_key(|line| (due(line), sort_key(&line.recipient), line.number.clone()));
    let mut repayments: Vec<Line> = amounts.into_iter().filter(|line| line.belongs(view)).collect();
    let total = grants.iter().map(|line| line.counted(view)).sum::<Money>()
        + repayments.iter().map(|line| line.held).sum();
    grants.truncate(MOST_LINES);
    repayments.truncate(MOST_LINES);
    page::show(&ListPage {
        authority: by.organisation.formal_name.clone(),
        may_register: by.has(Role::PaymentOfficer),
        chrome: by.chrome,
        agreements: all.agreements,
        filter,
        counts,
        grants,
        repayments,
        total,
    })
}

struct Everything {
    agreements: Vec<(String, String)>,
    grants: Vec<GrantLine>,
    repayments: Vec<Line>,
}

/// Five queries however much there is.
async fn read(actor: &Actor, portal: &Portal, sought: &Sought) -> Result<Everything, AppError> {
    let (authority, now, sought) = (actor.organisation.id, portal.clock.now(), sought.clone());
    portal
        .db
        .read(move |connection| {
            let mut agreements = agreement::store::all(connection)?;
            agreements.retain(|agreement| agreement.authority.id == authority);
            let ids: Vec<Id<Agreement>> = agreements.iter().map(|agreement| agreement.id).collect();
            let outlines = grant::store::outlines(connection, GrantFilter::of(&ids))?;
            let ledgers = grant::store::ledgers(connection, GrantFilter::of(&ids))?;
            let settled = store::settled(connection, &ids)?;
            let repayments = store::of_authority(connection, authority)?;
            let known = search::store::known(connection, &sought, Some(Scope::Authority(authority)))?;
            let grants = grant_lines(&agreements, outlines, &ledgers, &settled, &known, now);
            Ok(Everything {
                agreements: choices(&agreements),
                repayments: amounts(&grants, &repayments),
                grants,
            })
        })
        .await
}

fn choices(agreements: &[Agreement]) -> Vec<(String, String)> {
    let all = (String::new(), "Alla".to_owned());
    let each = agreements.iter().map(|agreement| (agreement.terms.slug.clone(), agreement.terms.title()));
    std::iter::once(all).chain(each).collect()
}

fn grant_lines(
    agreements: &[Agreement],
    outlines: Vec<Outline>,
    ledgers: &HashMap<Id<Grant>, Ledger>,
    settled: &HashSet<Id<Grant>>,
    known: &GrantNames,
    now: DateTime<Utc>,
) -> Vec<GrantLine> {
    let nothing = Ledger::default();
    let line = |outline: Outline| {
        let agreement = agreements.iter().find(|agreement| agreement.id == outline.agreement)?;
        let (terms, id) = (&agreement.terms, outline.grant);
        let ledger = ledgers.get(&id).unwrap_or(&nothing);
        let deadline = terms.deadlines.extended(outline.later).repayment;
        let number = case_number(&terms.code, &outline.recipient.code);
        let mut known_by = known.of(&terms.code, &outline.recipient.code);
        known_by.extend([number.clone(), Ocr::of(outline.reference).to_string()]);
        Some(GrantLine {
            number,
            known_by,
            recipient: grant::held_by(&outline.holder.name, &outline.recipient.name),
            year: terms.year,
            slug: terms.slug.clone(),
            settlement: Settlement::of(ledger, settled.contains(&id)),
            paid_out: ledger.total(grant::Account::PaidOut),
            grant: outline.grant,
            deadline,
            days_left: days_left(deadline, now),
            is_late: deadline.passed(now),
        })
    };
    outlines.into_iter().filter_map(line).collect()
}

fn amounts(grants: &[GrantLine], repayments: &[Repayment]) -> Vec<Line> {
    let by_id: HashMap<String, &GrantLine> =
        grants.iter().map(|grant| (grant.grant.to_string(), grant)).collect();
    repayments
        .iter()
        .map(|repayment| {
            let grant = repayment.grant().and_then(|id| by_id.get(&id.to_string()));
            let of_grant = grant.map(|grant| grant.known_by.clone()).unwrap_or_default();
            let own = [repayment.payer.clone(), repayment.reference.clone()];
            Line {
                id: repayment.id,
                known_by: own.into_iter().chain(of_grant).collect(),
                view: RepaymentView::of(repayment),
                is_unmatched: matches!(repayment.state, State::Unmatched { .. }),
                held: repayment.held(),
                grant: grant.map(|grant| (grant.grant, grant.number.clone(), grant.recipient.clone())),
                slug: grant.map(|grant| grant.slug.clone()).unwrap_or_default(),
            }
        })
        .collect()
}

impl GrantLine {
    fn belongs(&self, view: View) -> bool {
        let settlement = &self.settlement;
        match view {
            View::ToRepay => settlement.left > Money::ZERO,
            View::Partial => settlement.is_partial(),
            View::Excess => settlement.excess > Money::ZERO,
            View::Advance => settlement.advance > Money::ZERO,
            View::Closed => settlement.is_closed(),
            View::Unmatched | View::All => false,
        }
    }

    /// What a view adds up.
    fn counted(&self, view: View) -> Money {
        match view {
            View::ToRepay | View::Partial => self.settlement.left,
            View::Excess => self.settlement.excess,
            View::Advance => self.settlement.advance,
            View::Closed => self.settlement.came_in(),
            View::Unmatched | View::All => Money::ZERO,
        }
    }

    fn href(&self) -> String {
        paths::repayment::Grant(&self.grant).to_string()
    }

    fn tone(&self) -> &'static str {
        self.settlement.tone(self.is_late)
    }

    fn is_late_now(&self) -> bool {
        self.is_late && self.settlement.left > Money::ZERO
    }
}

impl Line {
    fn belongs(&self, view: View) -> bool {
        match view {
            View::Unmatched => self.is_unmatched,
            View::All => true,
            View::ToRepay | View::Partial | View::Excess | View::Advance | View::Closed => false,
        }
    }
}

impl ListPage {
    /// What links to the cases end with.
    fn along(&self) -> String {
        along_from(paths::repayment::List::PATTERN, &self.filter.query())
    }

    fn view(&self) -> View {
        self.filter.view()
    }

    fn views(&self) -> Vec<(String, String, bool)> {
        let shown = self.view();
        let link = |(view, count): &(View, usize)| {
            let filter = Filter { view: view.key().to_owned(), ..self.filter.clone() };
            let label = format!("{} ({count})", view.label());
            (format!("{}?{}", paths::repayment::List, filter.query()), label, *view == shown)
        };
        self.counts.iter().map(link).collect()
    }

    /// Of all that the filter finds, shown or not.
    fn count(&self) -> usize {
        self.counts.iter().find(|(view, _)| *view == self.view()).map_or(0, |(_, count)| *count)
    }

    fn is_cut(&self) -> bool {
        self.count() > self.grants.len() + self.repayments.len()
    }

    fn heads(&self) -> [&'static str; 3] {
        match self.view() {
            View::ToRepay | View::Partial => ["Att återbetala", "Återbetalt", "Kvar"],
            View::Excess => ["Att återbetala", "Återbetalt", "För mycket"],
            View::Advance => ["Utbetalt", "Att återbetala", "I förskott"],
            View::Closed | View::Unmatched | View::All => ["Att återbetala", "Återbetalt", "För mycket"],
        }
    }

    fn amounts(&self, line: &GrantLine) -> [String; 3] {
        let settlement = &line.settlement;
        let shown = |amounts: [Money; 3]| amounts.map(|amount| amount.to_string());
        match self.view() {
            View::ToRepay | View::Partial => shown([settlement.owed, settlement.came_in(), settlement.left]),
            View::Excess | View::Closed | View::Unmatched | View::All => {
                shown([settlement.owed, settlement.came_in(), settlement.excess])
            }
            View::Advance => {
                [line.paid_out.to_string(), "Inte bestämt".to_owned(), settlement.advance.to_string()]
            }
        }
    }

    fn empty(&self) -> &'static str {
        if self.filter.narrows() {
            return "Inget stämmer med det du har valt. Ta bort något av valen för att se fler.";
        }
        match self.view() {
            View::ToRepay => {
                "Ingen har något kvar att återbetala. Här visas den som har en godkänd redovisning och medel som inte har förbrukats."
            }
            View::Partial => "Ingen har återbetalt bara en del.",
            View::Excess => "Ingen har betalat in för mycket.",
            View::Advance => "Ingen har betalat in innan redovisningen har godkänts.",
            View::Closed => "Inget bidrag är avslutat än.",
            View::Unmatched => "Alla inbetalningar är kopplade till sina bidrag.",
            View::All => "Ingen inbetalning är registrerad än.",
        }
    }
}
