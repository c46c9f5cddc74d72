use chrono::{Duration, NaiveDate};
use proptest::prelude::*;

use super::*;
use crate::{
    grants::grant::{Entry, WHOLE},
    terms::agreement::{LateRequisition, definition},
};
use values::calendar::start_of;

fn terms(text: &str) -> Terms {
    definition::parse("agreement.toml", text).unwrap()
}

fn elderly_care() -> Terms {
    terms(include_str!("../../../agreements/aldreomsorg-2022/agreement.toml"))
}

fn near_care() -> Terms {
    terms(include_str!("../../../agreements/nara-vard-2020/agreement.toml"))
}

fn ledger(entries: &[(&str, Account, i64)]) -> Ledger {
    let mut ledger = Ledger::default();
    for (post, account, kronor) in entries {
        let amount = Money::kronor(*kronor);
        ledger.add(&Entry { post: (*post).to_owned(), account: *account, amount });
    }
    ledger
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The last second of a day in Stockholm, and the moment after it.
fn around(date: NaiveDate) -> [DateTime<Utc>; 2] {
    let midnight = start_of(date.succ_opt().unwrap());
    [midnight - Duration::seconds(1), midnight]
}

fn facts<'a>(terms: &'a Terms, ledger: &'a Ledger, report: Reported) -> Facts<'a> {
    Facts { terms, ledger, later: Later::default(), report, filed: &[] }
}

const NONE: Reported = Reported { received: false, approved: false };
const APPROVED: Reported = Reported { received: true, approved: true };

/// Label, timing, days and kronor of each.
fn told(due: &[Obligation]) -> Vec<(String, Timing, Option<i64>, Option<i64>)> {
    let kronor = |due: &Obligation| due.amount.map(|amount| amount.to_ore() / 100);
    due.iter().map(|due| (due.label(), due.timing, due.days_left, kronor(due))).collect()
}

#[test]
fn a_post_that_is_not_requisitioned_is_at_risk_whatever_becomes_of_the_others() {
    use Account::{Allocated, Approved, Costs, PaidOut, Reported, Requisitioned};
    let terms = elderly_care();
    let done = [Requisitioned, Approved, PaidOut, Reported, Costs].map(|account| ("bas", account, 381_308));
    let shares = [("bas", Allocated, 381_308), ("modell", Allocated, 1_500_000)];
    let ledger = ledger(&[&shares[..], &done[..]].concat());
    let facts = facts(&terms, &ledger, APPROVED);
    let [before, after] = around(day("2022-12-01")).map(|now| told(&facts.obligations(None, now)));
    let model = "Rekvisition: Stöd till modellkommuner".to_owned();
    assert_eq!(before, [(model.clone(), Timing::AtRisk, Some(0), Some(1_500_000))]);
    assert_eq!(after, [(model, Timing::Lapsed, None, Some(1_500_000))], "lapsed, and no days are counted");
    assert!(facts.obligations(Some("bas"), around(day("2022-12-01"))[1]).is_empty());
}

#[test]
fn what_is_owed_is_late_also_while_the_report_is_corrected() {
    use Account::{Allocated, Costs, PaidOut, Requisitioned};
    let terms = elderly_care();
    let paid = [Allocated, Requisitioned, PaidOut].map(|account| ("bas", account, 370_181));
    let mut ledger = ledger(&[&paid[..], &[("bas", Costs, 300_000)]].concat());
    // A correction that waits for approval has been received, and the approval before it stands.
    let now = around(day("2023-07-01"))[0];
    let owed = |ledger: &Ledger| told(&facts(&terms, ledger, APPROVED).obligations(None, now));
    assert_eq!(owed(&ledger), [("Återbetalning".to_owned(), Timing::Late, Some(-92), Some(70_181))]);
    let repaid = Entry { post: WHOLE.to_owned(), account: Account::Repaid, amount: Money::kronor(70_180) };
    ledger.add(&repaid);
    assert_eq!(owed(&ledger), [("Återbetalning".to_owned(), Timing::Late, Some(-92), Some(1))]);
    ledger.add(&Entry { amount: Money::kronor(1), ..repaid });
    assert!(owed(&ledger).is_empty());
}

#[test]
fn each_is_judged_by_the_recipients_own_day() {
    use Account::{Allocated, PaidOut, Requisitioned};
    use Timing::{AtRisk, Lapsed, Late};
    use What::{Report, Requisition};
    let terms = elderly_care();
    let ledger = ledger(&[("bas", Allocated, 500), ("bas", Requisitioned, 300), ("bas", PaidOut, 300)]);
    let later = Later {
        requisition: Some(day("2023-02-01")),
        report: Some(day("2023-05-01")),
        repayment: Some(day("2023-06-01")),
    };
    let timings = |now| {
        let due = Facts { later, ..facts(&terms, &ledger, NONE) }.obligations(None, now);
        due.iter().map(|due| (due.what, due.timing)).collect::<Vec<_>>()
    };
    assert_eq!(timings(around(day("2022-12-01"))[1]), [(Requisition, AtRisk), (Report, AtRisk)]);
    assert_eq!(timings(around(day("2023-02-01"))[1]), [(Requisition, Lapsed), (Report, AtRisk)]);
    assert_eq!(timings(around(day("2023-05-01"))[1]), [(Requisition, Lapsed), (Report, Late)]);
    let owed = Facts { later, ..facts(&terms, &ledger, APPROVED) };
    let [before, after] = around(day("2023-06-01")).map(|now| owed.repayment(now).unwrap().timing);
    assert_eq!((before, after), (AtRisk, Late));
}

#[test]
fn a_post_without_a_last_day_never_lapses_and_an_extension_gives_it_none() {
    let terms = near_care();
    let shares = [("rss", Account::Allocated, 1_000), ("e-halsa", Account::Allocated, 200)];
    let ledger = ledger(&shares);
    for later in [None, Some(day("2021-01-15"))] {
        let later = Later { requisition: later, ..Later::default() };
        let facts = Facts { later, ..facts(&terms, &ledger, NONE) };
        let due: Vec<Obligation> = facts.requisitions(None, around(day("2024-01-01"))[0]).collect();
        let timings: Vec<Timing> = due.iter().map(|due| due.timing).collect();
        assert_eq!(timings, [Timing::Lapsed, Timing::Open]);
    }
}

#[test]
fn where_no_right_lapses_a_requisition_is_late_with_days() {
    let mut terms = elderly_care();
    terms.deadlines.late_requisition = LateRequisition::NotStated;
    let ledger = ledger(&[("bas", Account::Allocated, 1_000)]);
    let due = facts(&terms, &ledger, NONE).obligations(None, around(day("2022-12-03"))[0]);
    assert_eq!((due[0].timing, due[0].days_left), (Timing::Late, Some(-2)));
}

#[test]
fn a_further_report_is_late_until_it_has_come_in_and_is_of_no_amount() {
    use Account::{Allocated, Requisitioned};
    let terms = near_care();
    let whole = ledger(&[("e-halsa", Allocated, 500), ("e-halsa", Requisitioned, 500)]);
    let of = |filed: &[String], ledger: &Ledger| {
        let facts = Facts { filed, ..facts(&terms, ledger, NONE) };
        told(&facts.obligations(None, around(day("2020-09-30"))[1]))
    };
    let first = ("Delredovisning".to_owned(), Timing::Late, Some(-1), None);
    assert_eq!(of(&[], &whole)[0], first);
    assert!(!of(&["delredovisning".to_owned()], &whole).contains(&first));
    // Whoever lost its right to all of it has nothing to report.
    let nothing = ledger(&[("e-halsa", Allocated, 500)]);
    let facts = facts(&terms, &nothing, NONE);
    let lapsed = facts.obligations(None, around(day("2020-12-01"))[1]);
    assert_eq!(lapsed.iter().map(|due| due.what).collect::<Vec<_>>(), [What::Requisition]);
}

#[test]
fn what_and_timing_are_in_the_order_of_their_lists() {
    assert!(What::ALL.is_sorted() && Timing::ALL.is_sorted());
    for (place, (what, timing)) in What::ALL.into_iter().zip(Timing::ALL).enumerate() {
        assert_eq!((what as usize, timing as usize), (place, place));
    }
}

/// Of the obligations with this last day.
fn sum(due: &[Obligation], last_day: NaiveDate, is_meant: impl Fn(&Obligation) -> bool) -> Money {
    let of_day = due.iter().filter(|due| due.last_day.date() == Some(last_day));
    of_day.filter(|due| is_meant(due)).filter_map(|due| due.amount).sum()
}

proptest! {
    /// Whatever has been requisitioned, paid, reported and repaid, with or without an extension and a right that lapses.
    #[test]
    fn what_is_at_risk_on_the_last_day_is_late_or_lapses_at_midnight(
        amounts in prop::array::uniform3((0..1_000_i64, 0..1_000_i64, 0..1_000_i64, 0..1_500_i64)),
        repaid in 0..2_000_i64,
        (received, approved) in (any::<bool>(), any::<bool>()),
        days in prop::array::uniform3(prop::option::of(0..400_u64)),
        lapses in any::<bool>(),
        open_ended in prop::array::uniform3(any::<bool>()),
    ) {
        let mut terms = elderly_care();
        if !lapses {
            terms.deadlines.late_requisition = LateRequisition::NotStated;
        }
        let mut ledger = ledger(&[(WHOLE, Account::Repaid, repaid)]);
        for ((post, is_open), (allocated, requisitioned, paid, costs)) in
            terms.posts.iter_mut().zip(open_ended).zip(amounts)
        {
            post.open_ended = is_open;
            let (requisitioned, paid) = (requisitioned.min(allocated), paid.min(requisitioned).min(allocated));
            for (account, kronor) in [
                (Account::Allocated, allocated),
                (Account::Requisitioned, requisitioned),
                (Account::PaidOut, paid),
                (Account::Costs, costs),
            ] {
                ledger.add(&Entry { post: post.key.clone(), account, amount: Money::kronor(kronor) });
            }
        }
        let until = |days: Option<u64>| days.map(|days| day("2022-11-01") + chrono::Days::new(days));
        let [requisition, report, repayment] = days.map(until);
        let later = Later { requisition, report, repayment };
        let report = Reported { received: received || approved, approved };
        let facts = Facts { later, ..facts(&terms, &ledger, report) };
        let deadlines = terms.deadlines.extended(later);
        for kind in Kind::ALL {
            let last_day = kind.of(&deadlines).date().unwrap();
            let [before, after] = around(last_day).map(|now| facts.obligations(None, now));
            let at_risk = sum(&before, last_day, |due| due.timing == Timing::AtRisk);
            let passed = sum(&after, last_day, |due| due.is_late() || due.has_lapsed());
            prop_assert_eq!(at_risk, passed);
            prop_assert_eq!(sum(&before, last_day, |due| due.is_late() || due.has_lapsed()), Money::ZERO);
            prop_assert_eq!(sum(&after, last_day, |due| due.timing == Timing::AtRisk), Money::ZERO);
            let lapsed = sum(&after, last_day, Obligation::has_lapsed);
            let not_requisitioned: Money = terms
                .posts
                .iter()
                .filter(|post| lapses && !post.open_ended && kind == Kind::Requisition)
                .map(|post| ledger.left_to_requisition(&post.key))
                .sum();
            if kind == Kind::Requisition {
                prop_assert_eq!(lapsed, not_requisitioned);
            }
        }
    }
}
