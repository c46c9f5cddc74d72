use proptest::prelude::*;

use super::*;
use crate::{
    grants::grant::{Entry, WHOLE},
    people::access::Doer,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn entry(post: &str, account: Account, kronor: i64) -> Entry {
    Entry { post: post.to_owned(), account, amount: Money::kronor(kronor) }
}

fn ledger(entries: &[(&str, Account, i64)]) -> Ledger {
    let mut ledger = Ledger::default();
    entries.iter().for_each(|(post, account, kronor)| ledger.add(&entry(post, *account, *kronor)));
    ledger
}

fn came_in(kronor: i64, state: State) -> Repayment {
    Repayment {
        id: Id::new(),
        authority: Id::new(),
        amount: Money::kronor(kronor),
        received_on: day("2022-03-30"),
        reference: "000000190".to_owned(),
        payer: "Ale kommun".to_owned(),
        revision: 1,
        registered_by: Doer::named("Una"),
        registered_at: DateTime::UNIX_EPOCH,
        state,
    }
}

fn ending() -> Ending {
    Ending { by: Doer::named("Una"), at: DateTime::UNIX_EPOCH, reason: "Fel konto.".to_owned() }
}

fn unmatched() -> State {
    State::Unmatched { why: Unknown::Missing.to_string(), taken_away: None }
}

#[test]
fn what_is_owed_is_known_when_the_report_is_approved() {
    let paid = [("bas", Account::PaidOut, 381), (WHOLE, Account::Repaid, 400)];
    let before = Settlement::of(&ledger(&paid), false);
    assert_eq!((before.owed, before.left, before.excess), (Money::ZERO, Money::ZERO, Money::ZERO));
    assert_eq!(before.advance, Money::kronor(400));
    assert!(!before.is_closed());

    let after = Settlement::of(&ledger(&[paid[0], paid[1], ("bas", Account::Costs, 281)]), true);
    assert_eq!((after.owed, after.repaid, after.left), (Money::kronor(100), Money::kronor(100), Money::ZERO));
    assert_eq!((after.excess, after.advance), (Money::kronor(300), Money::ZERO));
    assert!(after.is_closed());
}

#[test]
fn a_deficit_in_one_post_pays_nothing_of_another() {
    let both = ledger(&[
        ("bas", Account::PaidOut, 300),
        ("bas", Account::Costs, 350),
        ("modell", Account::PaidOut, 200),
        ("modell", Account::Costs, 120),
    ]);
    let settlement = Settlement::of(&both, true);
    assert_eq!(settlement.owed, Money::kronor(80));
    assert_eq!(settlement.label(), "Att återbetala");
}

#[test]
fn a_grant_with_nothing_unspent_is_closed_at_once() {
    let settlement =
        Settlement::of(&ledger(&[("bas", Account::PaidOut, 300), ("bas", Account::Costs, 300)]), true);
    assert!(settlement.is_closed());
    assert_eq!(settlement.label(), "Inget att återbetala");
}

#[test]
fn only_what_has_a_grant_counts() {
    let grant = Id::new();
    for (state, counts) in [
        (State::Matched { grant }, true),
        (State::ExcessReturned { grant }, true),
        (unmatched(), false),
        (State::SentBack(ending()), false),
        (State::Struck(ending()), false),
    ] {
        let repayment = came_in(10, state);
        assert_eq!(repayment.posted(), counts.then_some((grant, Money::kronor(10))), "{repayment:?}");
    }
}

#[test]
fn each_verb_has_its_states() {
    let grant = Id::new();
    let states = [
        unmatched(),
        State::Matched { grant },
        State::SentBack(ending()),
        State::Struck(ending()),
        State::ExcessReturned { grant },
    ];
    let allowed = |verb: &dyn Fn(Repayment) -> Result<Repayment, Refusal>| {
        states.clone().map(|state| verb(came_in(10, state)).is_ok())
    };
    assert_eq!(allowed(&|it| it.match_to(grant)), [true, false, false, false, false]);
    assert_eq!(allowed(&|it| it.unmatch("Fel.".to_owned(), ending())), [false, true, false, false, false]);
    assert_eq!(allowed(&|it| it.refund(ending())), [true, false, false, false, false]);
    assert_eq!(allowed(&|it| it.strike(ending())), [true, false, false, false, true]);
}

#[test]
fn the_same_money_is_known_again_however_it_is_spelt() {
    let one = came_in(10, unmatched());
    let with = |reference: &str, payer: &str| Repayment {
        reference: reference.to_owned(),
        payer: payer.to_owned(),
        ..came_in(10, State::Matched { grant: Id::new() })
    };
    assert!(one.is_like(&with("0000001 90", "ALE KOMMUN")));
    // Whoever typed the payer may have typed it otherwise.
    assert!(one.is_like(&with("000000190", "")));
    let bare = |payer: &str| with("", payer);
    assert!(bare("Ale kommun").is_like(&bare("ALE  kommun")));
    assert!(!bare("Ale kommun").is_like(&bare("Alingsås kommun")));
    assert!(!one.is_like(&with("000000281", "Ale kommun")));
    assert!(!one.is_like(&came_in(11, unmatched())));
    assert!(!one.is_like(&came_in(10, State::Struck(ending()))));
}

#[test]
fn a_reference_that_leads_nowhere_says_why() {
    let why = |typed: &str| Unknown::from(Ocr::parse(typed).unwrap_err()).to_string();
    assert!(why("").contains("ingen referens"));
    assert!(why("Återbetalning 2021").contains("annat än siffror"));
    assert!(why("1234").contains("4 siffror"));
    assert!(why("000000191").contains("Kontrollsiffran"));
    assert!(why("000000180").contains("Längdsiffran"));
}

#[test]
fn a_state_is_stored_and_read_again() {
    let grant = Id::new();
    for state in [State::Matched { grant }, unmatched(), State::SentBack(ending()), State::Struck(ending())] {
        let stored = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&stored).unwrap(), state, "{stored}");
    }
}

/// What can happen to one grant, with what the verbs refuse left out as they leave it out.
#[derive(Debug, Clone)]
enum Move {
    Register(i64),
    Match(usize),
    TakeAway(usize),
    SendBack(usize),
    Strike(usize),
    ReturnExcess(i64),
    Correct(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        (1_i64..900).prop_map(Move::Register),
        (0_usize..12).prop_map(Move::Match),
        (0_usize..12).prop_map(Move::TakeAway),
        (0_usize..12).prop_map(Move::SendBack),
        (0_usize..12).prop_map(Move::Strike),
        (1_i64..900).prop_map(Move::ReturnExcess),
        (0_i64..1_500).prop_map(Move::Correct),
    ];
    proptest::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn repaid_is_never_above_what_is_owed_and_nothing_is_lost(moves in moves(), settled_from in 0_usize..30) {
        let grant = Id::new();
        let mut book = ledger(&[("bas", Account::PaidOut, 1_000)]);
        let mut all: Vec<Repayment> = Vec::new();
        let mut costs = 0;
        for (turn, wanted) in moves.into_iter().enumerate() {
            let is_settled = turn >= settled_from;
            let before: Money = all.iter().filter_map(Repayment::posted).map(|(_, amount)| amount).sum();
            match wanted {
                Move::Register(kronor) => all.push(came_in(kronor, State::Matched { grant })),
                Move::ReturnExcess(kronor) => {
                    let excess = Settlement::of(&book, is_settled).excess;
                    if check_return(Money::kronor(kronor), excess).is_ok() {
                        all.push(came_in(-kronor, State::ExcessReturned { grant }));
                    }
                }
                Move::Correct(kronor) => {
                    book.add(&entry("bas", Account::Costs, kronor - costs));
                    costs = kronor;
                }
                Move::Match(at) => change(&mut all, at, |it| it.match_to(grant)),
                Move::TakeAway(at) => {
                    let total = book.total(Account::Repaid);
                    change(&mut all, at, |it| {
                        check_unmatched(total, it.amount, Money::ZERO)?;
                        it.unmatch("Fel.".to_owned(), ending())
                    });
                }
                Move::SendBack(at) => change(&mut all, at, |it| it.refund(ending())),
                Move::Strike(at) => change(&mut all, at, |it| it.strike(ending())),
            }
            // As the verbs do it: the ledger gets the difference.
            let after: Money = all.iter().filter_map(Repayment::posted).map(|(_, amount)| amount).sum();
            let posted = Entry { post: WHOLE.to_owned(), account: Account::Repaid, amount: after - before };
            book.add(&posted);

            let settlement = Settlement::of(&book, is_settled);
            prop_assert!(after >= Money::ZERO, "more was returned than came in");
            prop_assert_eq!(settlement.came_in(), after);
            prop_assert!(settlement.repaid <= settlement.owed);
            prop_assert!(settlement.repaid >= Money::ZERO && settlement.excess >= Money::ZERO);
            prop_assert_eq!(settlement.repaid + settlement.left, settlement.owed);
            prop_assert!(settlement.excess.is_zero() || settlement.left.is_zero());
            prop_assert!(settlement.advance.is_zero() || !is_settled);
            prop_assert_eq!(settlement.is_closed(), is_settled && settlement.left.is_zero());
            // What is owed is what was paid out and not used, never less than nothing.
            let unused = Money::kronor((1_000 - costs).max(0));
            prop_assert_eq!(settlement.owed, if is_settled { unused } else { Money::ZERO });
        }
    }
}

fn change(all: &mut [Repayment], at: usize, verb: impl FnOnce(Repayment) -> Result<Repayment, Refusal>) {
    if let Some(repayment) = all.get_mut(at)
        && let Ok(after) = verb(repayment.clone())
    {
        *repayment = after;
    }
}
