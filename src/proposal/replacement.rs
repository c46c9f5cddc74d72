//! Replacing the table of an agreement that is published (*ersätta fördelningen*): whom it touches, and what stands in the
//! way. Nobody is left with less than has been requisitioned, and nobody with a live case is dropped.

use std::collections::BTreeMap;

use crate::{
    agreement::Terms,
    allocation::Share,
    grant::{Account, Grant, Ledger},
    ids::Id,
    money::Money,
};

/// A recipient of the published table, as it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    pub grant: Id<Grant>,
    pub code: String,
    pub name: String,
    pub ledger: Ledger,
    /// A requisition that is not given up, or a report.
    pub is_live: bool,
}

/// One recipient's share of one post that would be another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// Nothing for a recipient that has no grant yet.
    pub grant: Option<Id<Grant>>,
    pub code: String,
    pub name: String,
    pub post: String,
    pub before: Money,
    pub now: Money,
    pub requisitioned: Money,
    pub is_live: bool,
}

impl Touch {
    /// Why it cannot be done; nothing when it can.
    pub fn obstacle(&self) -> Option<String> {
        if self.now < self.requisitioned {
            return Some(format!(
                "{} har rekvirerat {}. Beloppet kan inte bli lägre.",
                self.name, self.requisitioned
            ));
        }
        (self.now.is_zero() && self.is_live)
            .then(|| format!("{} har ett pågående ärende och kan inte tas bort ur fördelningen.", self.name))
    }
}

/// Every share that would be another, the largest change first.
pub fn touched(standings: &[Standing], shares: &[Share]) -> Vec<Touch> {
    let mut amounts: BTreeMap<(&str, &str), (Money, Money)> = BTreeMap::new();
    for standing in standings {
        for (post, amount) in standing.ledger.of_account(Account::Allocated) {
            amounts.entry((&standing.code, post)).or_default().0 = amount;
        }
    }
    for share in shares {
        amounts.entry((&share.recipient, &share.post)).or_default().1 += share.amount;
    }
    let touch = |((code, post), (before, now)): ((&str, &str), (Money, Money))| {
        let standing = standings.iter().find(|standing| standing.code == code);
        let published = shares.iter().find(|share| share.recipient == code);
        Touch {
            grant: standing.map(|standing| standing.grant),
            code: code.to_owned(),
            name: standing
                .map(|standing| standing.name.clone())
                .or_else(|| published.map(|share| share.published_name.clone()))
                .unwrap_or_default(),
            post: post.to_owned(),
            before,
            now,
            requisitioned: standing
                .map(|standing| standing.ledger.of(post, Account::Requisitioned))
                .unwrap_or_default(),
            is_live: standing.is_some_and(|standing| standing.is_live),
        }
    };
    let mut touched: Vec<Touch> =
        amounts.into_iter().filter(|(_, (before, now))| before != now).map(touch).collect();
    touched.sort_by_key(|touch| std::cmp::Reverse((touch.now - touch.before).abs()));
    touched
}

/// True when nothing differs but the table: the posts' sums, how many have a share, and the remarks on the source.
pub fn is_same_but_the_table(published: &Terms, proposed: &Terms) -> bool {
    let bare = |terms: &Terms| {
        let mut terms = Terms { total: 0, remarks: Vec::new(), ..terms.clone() };
        for post in &mut terms.posts {
            (post.total, post.rows_total, post.recipients, post.rows_at_floor) = (0, None, 0, None);
        }
        serde_json::to_value(terms).ok()
    };
    bare(published) == bare(proposed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::grant::Entry;

    fn standing(code: &str, allocated: i64, requisitioned: i64) -> Standing {
        let mut ledger = Ledger::default();
        let mut add = |account, amount| {
            let amount = Money::kronor(amount);
            ledger.add(&Entry { post: "bas".to_owned(), account, amount });
        };
        add(Account::Allocated, allocated);
        add(Account::Requisitioned, requisitioned);
        Standing {
            grant: Id::new(),
            code: code.to_owned(),
            name: code.to_owned(),
            ledger,
            is_live: requisitioned > 0,
        }
    }

    fn share(code: &str, amount: i64) -> Share {
        Share {
            post: "bas".to_owned(),
            recipient: code.to_owned(),
            published_name: code.to_owned(),
            published_share: String::new(),
            amount: Money::kronor(amount),
        }
    }

    #[test]
    fn what_is_requisitioned_stays_and_nobody_with_a_case_is_dropped() {
        let standings = [standing("a", 100, 60), standing("b", 50, 0), standing("c", 10, 10)];
        let touched = touched(&standings, &[share("a", 59), share("c", 10), share("d", 5)]);
        let told: Vec<(&str, bool)> =
            touched.iter().map(|touch| (touch.code.as_str(), touch.obstacle().is_some())).collect();
        assert_eq!(told, [("b", false), ("a", true), ("d", false)]);
        let live = Standing { is_live: true, ..standing("b", 50, 0) };
        let dropped = super::touched(&[live], &[]);
        assert!(dropped[0].obstacle().unwrap().contains("pågående ärende"));
    }

    #[test]
    fn only_the_table_may_be_another() {
        let toml = include_str!("../../agreements/aldreomsorg-2022/agreement.toml");
        let terms = crate::agreement::definition::parse("agreement.toml", toml).unwrap();
        let mut other = terms.clone();
        other.posts[0].total += 1;
        other.remarks.clear();
        assert!(is_same_but_the_table(&terms, &other));
        other.posts[0].name.push('!');
        assert!(!is_same_but_the_table(&terms, &other));
    }

    proptest! {
        /// What is touched is the whole of the difference between the two tables.
        #[test]
        fn the_touches_come_to_the_difference(
            amounts in proptest::collection::vec((0i64..1_000, 0i64..1_000), 0..12)
        ) {
            let code = |index: usize| format!("{index:04}");
            let standings: Vec<Standing> =
                amounts.iter().enumerate().map(|(index, (before, _))| standing(&code(index), *before, 0)).collect();
            let shares: Vec<Share> =
                amounts.iter().enumerate().map(|(index, (_, now))| share(&code(index), *now)).collect();
            let moved: Money = touched(&standings, &shares).iter().map(|touch| touch.now - touch.before).sum();
            let expected: i64 = amounts.iter().map(|(before, now)| now - before).sum();
            prop_assert_eq!(moved, Money::kronor(expected));
        }
    }
}
