//! The arithmetic of what is handed on: **distributed + reserve + left = grant**, at every step and in every order.

use crate::people::access::Doer;
use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use super::{application::Application, list::List};
use values::{Id, Money};

/// What a movement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// Set aside for a purpose; negative where less is set aside than before.
    Reserve,
    /// Given to a unit, by the model or in a redistribution.
    Award,
    /// Paid back by a unit.
    MoneyBack,
}

impl Account {
    pub fn key(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Award => "award",
            Self::MoneyBack => "return",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        [Self::Reserve, Self::Award, Self::MoneyBack].into_iter().find(|account| account.key() == key)
    }
}

/// A movement. Added, never changed, but for the payment list that an award comes to stand on.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: Id<Entry>,
    pub account: Account,
    /// The reserve belongs to no unit.
    pub application: Option<Id<Application>>,
    pub amount: Money,
    /// Of the decision, or when the money came back.
    pub day: NaiveDate,
    /// The decision's case number, or the payment's reference.
    pub reference: String,
    pub by: Doer,
    pub at: DateTime<Utc>,
    pub list: Option<Id<List>>,
}

/// A grant as it is handed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fund {
    /// *Tilldelat*: all posts together.
    pub grant: Money,
    pub reserve: Money,
    pub awarded: Money,
    pub returned: Money,
}

/// More than is left of the grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Det finns {left} kvar att fördela, och det här kräver {wanted}. (R1062)")]
pub struct NotEnough {
    pub left: Money,
    pub wanted: Money,
}

impl Fund {
    pub fn of<'a>(grant: Money, entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut fund = Self { grant, ..Self::default() };
        for entry in entries {
            fund.add(entry.account, entry.amount);
        }
        fund
    }

    pub fn add(&mut self, account: Account, amount: Money) {
        match account {
            Account::Reserve => self.reserve += amount,
            Account::Award => self.awarded += amount,
            Account::MoneyBack => self.returned += amount,
        }
    }

    /// What the units have.
    pub fn distributed(&self) -> Money {
        self.awarded - self.returned
    }

    /// What can still be given. Negative only where the grant itself has become smaller.
    pub fn left(&self) -> Money {
        self.grant - self.reserve - self.distributed()
    }

    /// Takes an amount for units, or says what is left.
    pub fn award(&mut self, amount: Money) -> Result<(), NotEnough> {
        self.take(amount)?;
        self.awarded += amount;
        Ok(())
    }

    /// Sets the reserve to another amount, and gives the difference.
    pub fn reserve(&mut self, amount: Money) -> Result<Money, NotEnough> {
        let more = amount - self.reserve;
        if more > Money::ZERO {
            self.take(more)?;
        }
        self.reserve = amount;
        Ok(more)
    }

    fn take(&self, wanted: Money) -> Result<(), NotEnough> {
        let left = self.left();
        if wanted > left { Err(NotEnough { left, wanted }) } else { Ok(()) }
    }
}

/// A unit's part of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    pub awarded: Money,
    pub returned: Money,
}

impl Balance {
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let fund = Fund::of(Money::ZERO, entries);
        Self { awarded: fund.awarded, returned: fund.returned }
    }

    /// What the unit has.
    pub fn has(self) -> Money {
        self.awarded - self.returned
    }

    /// What it still owes of what it did not use.
    pub fn owes(self, used: Money) -> Money {
        (self.has() - used).max(Money::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Award(usize, i64),
        MoneyBack(usize, i64),
        Reserve(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0usize..6, 1i64..60_000).prop_map(|(unit, amount)| Step::Award(unit, amount)),
            (0usize..6, 1i64..60_000).prop_map(|(unit, amount)| Step::MoneyBack(unit, amount)),
            (0i64..200_000).prop_map(Step::Reserve),
        ]
    }

    proptest! {
        /// Decisions, returns, redistributions and changes of the reserve, in every order.
        #[test]
        fn distributed_reserve_and_left_are_the_grant(steps in proptest::collection::vec(step(), 0..80)) {
            let grant = Money::kronor(150_000);
            let mut fund = Fund { grant, ..Fund::default() };
            let mut units = [Balance::default(); 6];
            for step in steps {
                match step {
                    Step::Award(unit, amount) => {
                        let amount = Money::kronor(amount);
                        let left = fund.left();
                        match fund.award(amount) {
                            Ok(()) => units[unit].awarded += amount,
                            Err(refused) => {
                                prop_assert!(amount > left);
                                prop_assert_eq!(refused, NotEnough { left, wanted: amount });
                            }
                        }
                    }
                    Step::MoneyBack(unit, amount) => {
                        let amount = Money::kronor(amount);
                        if amount <= units[unit].has() {
                            units[unit].returned += amount;
                            fund.add(Account::MoneyBack, amount);
                        }
                    }
                    Step::Reserve(amount) => {
                        let before = fund;
                        if fund.reserve(Money::kronor(amount)).is_err() {
                            prop_assert_eq!(fund, before);
                        }
                    }
                }
                let distributed: Money = units.iter().map(|unit| unit.has()).sum();
                prop_assert_eq!(fund.distributed(), distributed);
                prop_assert_eq!(fund.distributed() + fund.reserve + fund.left(), grant);
                prop_assert!(fund.left() >= Money::ZERO);
            }
        }
    }
}
