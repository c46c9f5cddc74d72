//! Replacing the table of an agreement that is published (*ersätta fördelningen*): whom it touches, and what stands in the
//! way. Nobody is left with less than has been requisitioned. A requisition that waits for a signature and asks for more
//! than is left is taken back to be changed. Drafts are the recipients' own, and nobody is told of them.

use std::collections::BTreeMap;

use crate::{
    grants::{
        grant::{Account, Grant, Ledger},
        requisition::{Content, Requisition, case_number},
    },
    terms::{agreement::Terms, allocation::Share},
};
use values::{Id, Money};

/// A recipient of the published table, as it stands.
#[derive(Debug, Clone)]
pub struct PublishedGrant {
    pub grant: Id<Grant>,
    pub code: String,
    pub name: String,
    pub ledger: Ledger,
    /// Its requisitions that wait for a signature, the oldest first.
    pub waiting: Vec<Waiting>,
}

/// A requisition that waits for a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: Id<Requisition>,
    pub revision: i64,
    /// Counts the grant's requisitions from 1.
    pub number: i32,
    /// By post: what it asks for, and what it holds already where it answers a request for completion.
    pub amounts: Vec<(String, Money, Money)>,
}

impl Waiting {
    pub fn of(requisition: &Requisition, content: &Content) -> Self {
        let asked = content.by_post(&requisition.form).into_iter();
        Self {
            id: requisition.id,
            revision: requisition.revision,
            number: requisition.number,
            amounts: asked
                .map(|(post, amount)| (post.to_owned(), amount, requisition.claim_on(post)))
                .collect(),
        }
    }

    /// It asks for more of the post than there is when so much is left to others than itself.
    fn asks_above(&self, post: &str, allocated: Money, requisitioned: Money) -> bool {
        self.amounts
            .iter()
            .any(|(of, asked, held)| of == post && *asked > allocated - (requisitioned - *held))
    }
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
    /// What waits for a signature and asks for more than there would be.
    pub taken_back: Vec<Waiting>,
}

impl Touch {
    /// Why it cannot be done; nothing when it can.
    pub fn obstacle(&self) -> Option<String> {
        (self.now < self.requisitioned).then(|| {
            format!("{} har rekvirerat {}. Beloppet kan inte bli lägre.", self.name, self.requisitioned)
        })
    }

    /// What happens to what waits for a signature; empty when nothing does. `code` is the agreement's.
    pub fn consequence(&self, code: &str) -> String {
        let numbers: Vec<String> =
            self.taken_back.iter().map(|waiting| case_number(code, &self.code, waiting.number)).collect();
        match numbers.as_slice() {
            [] => String::new(),
            [one] => format!("{one} väntar på underskrift och begär mer. Den tas tillbaka till utkast."),
            several => format!(
                "{} väntar på underskrift och begär mer. De tas tillbaka till utkast.",
                several.join(", ")
            ),
        }
    }
}

/// Every share that would be another, the largest change first.
pub fn touched(standings: &[PublishedGrant], shares: &[Share]) -> Vec<Touch> {
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
        let requisitioned = standing.map(|it| it.ledger.of(post, Account::Requisitioned)).unwrap_or_default();
        let waiting = standing.map(|standing| standing.waiting.iter()).unwrap_or_default();
        Touch {
            taken_back: waiting
                .filter(|waiting| waiting.asks_above(post, now, requisitioned))
                .cloned()
                .collect(),
            requisitioned,
            grant: standing.map(|standing| standing.grant),
            code: code.to_owned(),
            name: standing
                .map(|standing| standing.name.clone())
                .or_else(|| published.map(|share| share.published_name.clone()))
                .unwrap_or_default(),
            post: post.to_owned(),
            before,
            now,
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
    use crate::grants::grant::Entry;

    fn standing(code: &str, allocated: i64, requisitioned: i64) -> PublishedGrant {
        let mut ledger = Ledger::default();
        let mut add = |account, amount| {
            let amount = Money::kronor(amount);
            ledger.add(&Entry { post: "bas".to_owned(), account, amount });
        };
        add(Account::Allocated, allocated);
        add(Account::Requisitioned, requisitioned);
        PublishedGrant {
            grant: Id::new(),
            code: code.to_owned(),
            name: code.to_owned(),
            ledger,
            waiting: Vec::new(),
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
    fn what_is_requisitioned_stays() {
        let standings = [standing("a", 100, 60), standing("b", 50, 0), standing("c", 10, 10)];
        let touched = touched(&standings, &[share("a", 59), share("c", 10), share("d", 5)]);
        let told: Vec<(&str, bool)> =
            touched.iter().map(|touch| (touch.code.as_str(), touch.obstacle().is_some())).collect();
        assert_eq!(told, [("b", false), ("a", true), ("d", false)]);
    }

    #[test]
    fn what_waits_and_asks_for_more_is_taken_back() {
        let waiting = |number, asked: i64, held: i64| Waiting {
            id: Id::new(),
            revision: 1,
            number,
            amounts: vec![("bas".to_owned(), Money::kronor(asked), Money::kronor(held))],
        };
        let consequence = |now: i64, waiting: Vec<Waiting>| {
            let held: Money = waiting.iter().map(|it| it.amounts[0].2).sum();
            let standing = PublishedGrant { waiting, ..standing("1440", 100, held.to_ore() / 100) };
            let touched = touched(&[standing], &[share("1440", now)]);
            assert_eq!(touched[0].obstacle(), None);
            touched[0].consequence("AO22")
        };
        assert_eq!(consequence(60, vec![waiting(1, 60, 0)]), "");
        let one = consequence(59, vec![waiting(1, 60, 0), waiting(2, 59, 0)]);
        assert_eq!(one, "AO22-1440-R1 väntar på underskrift och begär mer. Den tas tillbaka till utkast.");
        assert!(
            consequence(9, vec![waiting(1, 60, 0), waiting(2, 10, 0)]).contains("R1, AO22-1440-R2 väntar")
        );
        // What it holds already, because it came in and is being completed, is its own.
        assert_eq!(consequence(60, vec![waiting(1, 60, 40)]), "");
        assert!(consequence(59, vec![waiting(1, 60, 40)]).contains("R1 väntar"));
    }

    #[test]
    fn only_the_table_may_be_another() {
        let toml = include_str!("../../../agreements/aldreomsorg-2022/agreement.toml");
        let terms = crate::terms::agreement::definition::parse("agreement.toml", toml).unwrap();
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
            let standings: Vec<PublishedGrant> =
                amounts.iter().enumerate().map(|(index, (before, _))| standing(&code(index), *before, 0)).collect();
            let shares: Vec<Share> =
                amounts.iter().enumerate().map(|(index, (_, now))| share(&code(index), *now)).collect();
            let moved: Money = touched(&standings, &shares).iter().map(|touch| touch.now - touch.before).sum();
            let expected: i64 = amounts.iter().map(|(before, now)| now - before).sum();
            prop_assert_eq!(moved, Money::kronor(expected));
        }
    }
}
