//! What the ledgers say of one recipient, or of many together.

use std::ops::AddAssign;

use super::Position;
use crate::grants::{
    grant::{Account, Ledger},
    repayment::Settlement,
};
use values::Money;

/// What can be shown, sorted by and drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    Allocated,
    Requisitioned,
    Approved,
    Left,
    Paid,
    Costs,
    Unspent,
    Repaid,
    LeftToRepay,
}

impl Measure {
    /// In the order that money goes.
    pub const ALL: [Self; 9] = [
        Self::Allocated,
        Self::Requisitioned,
        Self::Approved,
        Self::Left,
        Self::Paid,
        Self::Costs,
        Self::Unspent,
        Self::Repaid,
        Self::LeftToRepay,
    ];

    /// Those that say something: before anything is paid out there is nothing to account for.
    pub fn shown(is_paid: bool) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |measure| is_paid || !measure.follows_payment())
    }

    fn follows_payment(self) -> bool {
        match self {
            Self::Allocated | Self::Requisitioned | Self::Approved | Self::Left => false,
            Self::Paid | Self::Costs | Self::Unspent | Self::Repaid | Self::LeftToRepay => true,
        }
    }

    /// In addresses.
    pub fn key(self) -> &'static str {
        self.words().0
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.key() == key)
    }

    pub fn label(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Allocated => ("tilldelat", "Tilldelat"),
            Self::Requisitioned => ("rekvirerat", "Rekvirerat"),
            Self::Approved => ("godkant", "Godkänt"),
            Self::Left => ("kvar", "Inte rekvirerat"),
            Self::Paid => ("utbetalt", "Utbetalt"),
            Self::Costs => ("kostnader", "Kostnader"),
            Self::Unspent => ("inte-forbrukat", "Inte förbrukat"),
            Self::Repaid => ("aterbetalt", "Återbetalt"),
            Self::LeftToRepay => ("kvar-att-aterbetala", "Kvar att återbetala"),
        }
    }
}

/// Every figure is linear: those of many together are the sums of theirs, wherever they are added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub allocated: Money,
    pub requisitioned: Money,
    pub approved: Money,
    pub paid: Money,
    /// What was paid to those who have reported.
    pub accounted_for: Money,
    /// Of the report that came in last, approved or not.
    pub costs: Option<Money>,
    /// *Överskott*: what is not used of each post, a deficit counting as nothing. So much is to be repaid by the report that came
    /// in last.
    pub surplus: Option<Money>,
    /// What has been paid back, and what is left of what is owed: of the grant as a whole, not of a post.
    pub repaid: Option<Money>,
    /// The part of `repaid` that is of what is owed: not in advance, and not above it.
    pub repaid_of_owed: Option<Money>,
    pub left_to_repay: Option<Money>,
}

impl Figures {
    /// Over all posts, or of one of them.
    pub fn of(position: &Position, post: Option<&str>, settlement: Option<Settlement>) -> Self {
        let ledger = &position.ledger;
        let sum = |account| match post {
            Some(post) => ledger.of(post, account),
            None => ledger.total(account),
        };
        let paid = sum(Account::PaidOut);
        let has_reported = position.reported().received && !paid.is_zero();
        let costs = has_reported.then(|| sum(Account::Reported));
        let settlement = settlement.filter(|_| post.is_none());
        Self {
            allocated: sum(Account::Allocated),
            requisitioned: sum(Account::Requisitioned),
            approved: sum(Account::Approved),
            paid,
            accounted_for: if has_reported { paid } else { Money::ZERO },
            costs,
            surplus: costs
                .map(|_| post.map_or_else(|| ledger.to_repay_by_report(), |post| surplus(ledger, post))),
            repaid: settlement.map(|settlement| settlement.came_in()),
            repaid_of_owed: settlement.map(|settlement| settlement.repaid),
            left_to_repay: settlement.map(|settlement| settlement.left),
        }
    }

    /// *Inte rekvirerat*: what still can be, and what has lapsed.
    pub fn left(&self) -> Money {
        self.allocated - self.requisitioned
    }

    /// *Inte förbrukat*: what was paid less the costs, of those who have reported. Negative where it is a deficit.
    pub fn unspent(&self) -> Option<Money> {
        self.costs.map(|costs| self.accounted_for - costs)
    }

    /// *Underskott*: costs above what was paid, post by post. It gives nothing to repay.
    pub fn deficit(&self) -> Option<Money> {
        Some(self.surplus? - self.unspent()?)
    }

    /// What is paid out and not accounted for yet.
    pub fn unaccounted(&self) -> Money {
        self.paid - self.accounted_for
    }

    /// Nothing where it is not known yet.
    pub fn get(&self, measure: Measure) -> Option<Money> {
        match measure {
            Measure::Allocated => Some(self.allocated),
            Measure::Requisitioned => Some(self.requisitioned),
            Measure::Approved => Some(self.approved),
            Measure::Left => Some(self.left()),
            Measure::Paid => Some(self.paid),
            Measure::Costs => self.costs,
            Measure::Unspent => self.unspent(),
            Measure::Repaid => self.repaid,
            Measure::LeftToRepay => self.left_to_repay,
        }
    }
}

fn surplus(ledger: &Ledger, post: &str) -> Money {
    (ledger.of(post, Account::PaidOut) - ledger.of(post, Account::Reported)).max(Money::ZERO)
}

impl AddAssign<&Figures> for Figures {
    fn add_assign(&mut self, other: &Figures) {
        let add = |known: Option<Money>, more: Option<Money>| match (known, more) {
            (known, None) => known,
            (None, more) => more,
            (Some(known), Some(more)) => Some(known + more),
        };
        self.allocated += other.allocated;
        self.requisitioned += other.requisitioned;
        self.approved += other.approved;
        self.paid += other.paid;
        self.accounted_for += other.accounted_for;
        self.costs = add(self.costs, other.costs);
        self.surplus = add(self.surplus, other.surplus);
        self.repaid = add(self.repaid, other.repaid);
        self.repaid_of_owed = add(self.repaid_of_owed, other.repaid_of_owed);
        self.left_to_repay = add(self.left_to_repay, other.left_to_repay);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_that_of_its_parts_surplus_and_deficit_apart_and_the_unknown_stays_unknown() {
        let of = |unspent: Option<i64>| Figures {
            accounted_for: Money::kronor(if unspent.is_some() { 1_000 } else { 0 }),
            costs: unspent.map(|unspent| Money::kronor(1_000 - unspent)),
            surplus: unspent.map(|unspent| Money::kronor(unspent.max(0))),
            ..Figures::default()
        };
        let mut sum = Figures::default();
        sum += &of(None);
        assert_eq!((sum.unspent(), sum.deficit()), (None, None));
        for unspent in [Some(-500), Some(200), None] {
            sum += &of(unspent);
        }
        assert_eq!(sum.get(Measure::Unspent), Some(Money::kronor(-300)));
        assert_eq!((sum.surplus, sum.deficit()), (Some(Money::kronor(200)), Some(Money::kronor(500))));
        assert_eq!(sum.get(Measure::Repaid), None);
    }

    #[test]
    fn keys_are_read_back() {
        for measure in Measure::ALL {
            assert_eq!(Measure::parse(measure.key()), Some(measure));
        }
    }
}
