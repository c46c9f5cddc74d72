//! Keys (*fördelningsnycklar*): how a sum is divided over recipients, in whole kronor.
//!
//! A published amount is kept as published; a key proposes the amounts of the next round, and shows that the published
//! ones follow from what they are said to follow from (`docs/nycklar.md`). All of it is reckoned in whole numbers, so
//! that nothing is lost to rounding but what [`OddKronor`] says.

use std::{cmp::Reverse, collections::HashSet};

use thiserror::Error;

/// What each recipient's share follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// *Lika delar*, such as those of the model municipalities (2022 §7.1).
    Equal,
    /// *Proportionellt*: to one number of each recipient, such as its population (2020 Bilaga 1).
    Proportional,
    /// *Per person med minimibelopp*: the same, but nobody gets less than the floor (2021 and 2022 §7.1).
    WithFloor { floor: u64 },
    /// *Viktade delar*: the sum is parted by these weights, and each part is proportional to a number of its own (2020
    /// Bilaga 2: half by population, half by patients).
    Weighted { weights: Vec<u64> },
}

/// Who gets the kronor that are left when every share is cut to whole ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddKronor {
    /// *Största resten*: one each to those who lost most by the cut, of equals to the lower code. The sum is exact.
    LargestRemainder,
    /// *Närmaste krona*: every share is rounded by itself, half a krona upwards. The sum may miss by some kronor.
    Nearest,
}

/// A recipient and what its share follows from: one number, or one for each weight; none for equal shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    pub code: String,
    pub numbers: Vec<u64>,
}

/// Why nothing can be divided so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    #[error("Det finns ingen mottagare att fördela till.")]
    NoRecipients,
    #[error("Mottagaren {0} står två gånger.")]
    Twice(String),
    #[error("Mottagaren {code} har {found} tal att fördela efter. Nyckeln kräver {wanted}.")]
    WrongNumbers { code: String, found: usize, wanted: usize },
    #[error("Alla tal att fördela efter är noll.")]
    NothingToShareBy,
    #[error("Beloppet räcker inte till minimibeloppet för alla mottagare: det krävs {needed} kronor.")]
    BelowFloors { needed: u128 },
    #[error("Talen är för stora att räkna med.")]
    TooLarge,
}

/// A share as a fraction of kronor. All of a division have one denominator.
struct Shares {
    numerators: Vec<u128>,
    denominator: u128,
}

impl Key {
    fn numbers_wanted(&self) -> usize {
        match self {
            Self::Equal => 0,
            Self::Proportional | Self::WithFloor { .. } => 1,
            Self::Weighted { weights } => weights.len(),
        }
    }

    /// The kronor of each recipient, in the order of `bases`. Whoever has more to share by gets no less, and the order
    /// of the recipients changes nothing.
    ///
    /// # Errors
    /// When the sum cannot be divided so; the fault says why.
    pub fn divide(&self, kronor: u64, bases: &[Basis], odd: OddKronor) -> Result<Vec<u64>, Fault> {
        self.check(bases)?;
        match self {
            Self::WithFloor { floor } => divide_with_floor(kronor, *floor, bases, odd),
            Self::Equal => round(&proportional(kronor, &vec![1; bases.len()])?, kronor, bases, odd),
            Self::Proportional => {
                let numbers: Vec<u64> = bases.iter().flat_map(|basis| &basis.numbers).copied().collect();
                round(&proportional(kronor, &numbers)?, kronor, bases, odd)
            }
            Self::Weighted { weights } => round(&weighted(kronor, weights, bases)?, kronor, bases, odd),
        }
    }

    fn check(&self, bases: &[Basis]) -> Result<(), Fault> {
        let wanted = self.numbers_wanted();
        let mut seen = HashSet::new();
        for Basis { code, numbers } in bases {
            if !seen.insert(code) {
                return Err(Fault::Twice(code.clone()));
            }
            if numbers.len() != wanted {
                return Err(Fault::WrongNumbers { code: code.clone(), found: numbers.len(), wanted });
            }
        }
        if bases.is_empty() { Err(Fault::NoRecipients) } else { Ok(()) }
    }
}

fn proportional(kronor: u64, numbers: &[u64]) -> Result<Shares, Fault> {
    let denominator: u128 = numbers.iter().copied().map(u128::from).sum();
    if denominator == 0 {
        return Err(Fault::NothingToShareBy);
    }
    // Two numbers of 64 bits have room in 128.
    let numerators = numbers.iter().map(|number| u128::from(kronor) * u128::from(*number)).collect();
    Ok(Shares { numerators, denominator })
}

/// Each part's share is a fraction of its own; they are added over the product of what they are fractions of.
fn weighted(kronor: u64, weights: &[u64], bases: &[Basis]) -> Result<Shares, Fault> {
    let sums: Vec<u128> = (0..weights.len())
        .map(|part| bases.iter().filter_map(|basis| basis.numbers.get(part)).copied().map(u128::from).sum())
        .collect();
    let whole: u128 = weights.iter().copied().map(u128::from).sum();
    if whole == 0 || sums.contains(&0) {
        return Err(Fault::NothingToShareBy);
    }
    let numerator = |basis: &Basis| {
        let mut sum = 0_u128;
        for (part, (weight, number)) in weights.iter().zip(&basis.numbers).enumerate() {
            let others = sums.iter().enumerate().filter(|(other, _)| *other != part).map(|(_, sum)| *sum);
            let own = [u128::from(kronor), u128::from(*weight), u128::from(*number)];
            let share = product(own.into_iter().chain(others))?;
            sum = sum.checked_add(share).ok_or(Fault::TooLarge)?;
        }
        Ok(sum)
    };
    Ok(Shares {
        numerators: bases.iter().map(numerator).collect::<Result<_, _>>()?,
        denominator: product(sums.iter().copied().chain([whole]))?,
    })
}

fn product(mut factors: impl Iterator<Item = u128>) -> Result<u128, Fault> {
    factors.try_fold(1_u128, u128::checked_mul).ok_or(Fault::TooLarge)
}

/// Those whose share is below the floor get the floor, and the others share what is left, until nobody is below.
fn divide_with_floor(kronor: u64, floor: u64, bases: &[Basis], odd: OddKronor) -> Result<Vec<u64>, Fault> {
    let needed = u128::from(floor) * bases.len() as u128;
    if needed > u128::from(kronor) {
        return Err(Fault::BelowFloors { needed });
    }
    let mut amounts = vec![floor; bases.len()];
    let mut open: Vec<usize> = (0..bases.len()).collect();
    loop {
        let left = kronor - floor * (bases.len() - open.len()) as u64;
        let of_open: Vec<Basis> = open.iter().map(|at| bases[*at].clone()).collect();
        let numbers: Vec<u64> = of_open.iter().flat_map(|basis| &basis.numbers).copied().collect();
        let shares = match proportional(left, &numbers) {
            // Nobody is left above the floor: it is as if all were alike.
            Err(Fault::NothingToShareBy) => proportional(left, &vec![1; open.len().max(1)])?,
            shares => shares?,
        };
        let reaches = |numerator: &u128| *numerator >= u128::from(floor) * shares.denominator;
        if shares.numerators.iter().all(reaches) {
            for (at, amount) in open.iter().zip(round(&shares, left, &of_open, odd)?) {
                amounts[*at] = amount;
            }
            return Ok(amounts);
        }
        let stays: Vec<bool> = shares.numerators.iter().map(reaches).collect();
        open = open.into_iter().zip(stays).filter_map(|(at, stays)| stays.then_some(at)).collect();
    }
}

fn round(shares: &Shares, kronor: u64, bases: &[Basis], odd: OddKronor) -> Result<Vec<u64>, Fault> {
    let Shares { numerators, denominator } = shares;
    let whole = |numerator: u128| u64::try_from(numerator).map_err(|_| Fault::TooLarge);
    if odd == OddKronor::Nearest {
        let doubled = denominator.checked_mul(2).ok_or(Fault::TooLarge)?;
        let nearest = |numerator: &u128| {
            let twice = numerator.checked_mul(2).and_then(|twice| twice.checked_add(*denominator));
            whole(twice.ok_or(Fault::TooLarge)? / doubled)
        };
        return numerators.iter().map(nearest).collect();
    }
    let mut amounts =
        numerators.iter().map(|numerator| whole(numerator / denominator)).collect::<Result<Vec<u64>, _>>()?;
    let left = kronor - amounts.iter().sum::<u64>();
    let mut by_loss: Vec<usize> = (0..bases.len()).collect();
    by_loss.sort_by_key(|at| (Reverse(numerators[*at] % denominator), &bases[*at].code));
    for at in by_loss.into_iter().take(usize::try_from(left).map_err(|_| Fault::TooLarge)?) {
        amounts[at] += 1;
    }
    Ok(amounts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bases(numbers: &[&[u64]]) -> Vec<Basis> {
        let basis =
            |(at, numbers): (usize, &&[u64])| Basis { code: format!("{at:04}"), numbers: numbers.to_vec() };
        numbers.iter().enumerate().map(basis).collect()
    }

    const EXACT: OddKronor = OddKronor::LargestRemainder;

    #[test]
    fn ten_model_municipalities_get_the_same_and_odd_kronor_go_to_the_lower_codes() {
        assert_eq!(Key::Equal.divide(15_000_000, &bases(&[&[][..]; 10]), EXACT), Ok(vec![1_500_000; 10]));
        assert_eq!(Key::Equal.divide(11, &bases(&[&[][..]; 3]), EXACT), Ok(vec![4, 4, 3]));
    }

    #[test]
    fn the_largest_remainder_gets_the_odd_krona_and_the_nearest_krona_may_miss_the_sum() {
        let parts = bases(&[&[1], &[1], &[4]]);
        // 1.5, 1.5 and 6.
        assert_eq!(Key::Proportional.divide(9, &parts, EXACT), Ok(vec![2, 1, 6]));
        assert_eq!(Key::Proportional.divide(9, &parts, OddKronor::Nearest), Ok(vec![2, 2, 6]));
    }

    #[test]
    fn whoever_is_below_the_floor_gets_it_and_the_others_share_the_rest() {
        let key = Key::WithFloor { floor: 25 };
        // By number 60, 30 and 10; with one at the floor the rest is 50 and 25.
        assert_eq!(key.divide(100, &bases(&[&[60], &[30], &[10]]), EXACT), Ok(vec![50, 25, 25]));
        assert_eq!(key.divide(75, &bases(&[&[60], &[0], &[0]]), EXACT), Ok(vec![25, 25, 25]));
        assert_eq!(key.divide(80, &bases(&[&[0], &[0]]), EXACT), Ok(vec![40, 40]));
        let needed = Fault::BelowFloors { needed: 75 };
        assert_eq!(key.divide(74, &bases(&[&[60], &[30], &[10]]), EXACT), Err(needed));
    }

    #[test]
    fn weighted_parts_are_added_before_they_are_cut() {
        let key = Key::Weighted { weights: vec![1, 1] };
        // Half by the first number, half by the second: 5/3 + 5/2 and 10/3 + 5/2.
        assert_eq!(key.divide(10, &bases(&[&[1, 2], &[2, 2]]), EXACT), Ok(vec![4, 6]));
    }

    #[test]
    fn what_cannot_be_divided_is_refused() {
        let divide = |key: Key, numbers: &[&[u64]]| key.divide(100, &bases(numbers), EXACT);
        assert_eq!(divide(Key::Equal, &[]), Err(Fault::NoRecipients));
        assert_eq!(divide(Key::Proportional, &[&[0], &[0]]), Err(Fault::NothingToShareBy));
        let wrong = Fault::WrongNumbers { code: "0001".to_owned(), found: 2, wanted: 1 };
        assert_eq!(divide(Key::Proportional, &[&[1], &[1, 2]]), Err(wrong));
        assert_eq!(
            divide(Key::Weighted { weights: vec![1; 3] }, &[&[u64::MAX; 3], &[u64::MAX; 3]]),
            Err(Fault::TooLarge)
        );
        let twice = [&bases(&[&[1]])[..], &bases(&[&[1]])].concat();
        assert_eq!(Key::Proportional.divide(1, &twice, EXACT), Err(Fault::Twice("0000".to_owned())));
    }

    prop_compose! {
        /// A key, a sum and recipients that it can be divided over.
        fn division()(
            numbers in prop::collection::vec((1..5_000_000_u64, 1..500_000_u64), 1..60),
            kronor in 0..10_000_000_000_u64,
            kind in 0..4_usize,
            share_of_floor in 0..=100_u64,
            weights in (1..9_u64, 1..9_u64),
        ) -> (Key, u64, Vec<Basis>) {
            let key = match kind {
                0 => Key::Equal,
                1 => Key::Proportional,
                2 => Key::WithFloor { floor: kronor / numbers.len() as u64 * share_of_floor / 100 },
                _ => Key::Weighted { weights: vec![weights.0, weights.1] },
            };
            let wanted = key.numbers_wanted();
            let basis = |(at, (first, second)): (usize, (u64, u64))| Basis {
                code: format!("{at:04}"),
                numbers: [first, second].into_iter().take(wanted).collect(),
            };
            (key, kronor, numbers.into_iter().enumerate().map(basis).collect())
        }
    }

    proptest! {
        #[test]
        fn not_a_krona_is_lost_and_nobody_is_below_the_floor((key, kronor, bases) in division()) {
            let amounts = key.divide(kronor, &bases, EXACT).unwrap();
            prop_assert_eq!(amounts.iter().sum::<u64>(), kronor);
            if let Key::WithFloor { floor } = key {
                prop_assert!(amounts.iter().all(|amount| *amount >= floor));
            }
        }

        #[test]
        fn whoever_has_more_gets_no_less((key, kronor, bases) in division()) {
            for odd in [EXACT, OddKronor::Nearest] {
                let amounts = key.divide(kronor, &bases, odd).unwrap();
                for (one, of_one) in bases.iter().zip(&amounts) {
                    for (other, of_other) in bases.iter().zip(&amounts) {
                        let has_more = one.numbers.iter().zip(&other.numbers).all(|(a, b)| a >= b)
                            && one.numbers != other.numbers;
                        prop_assert!(!has_more || of_one >= of_other, "{one:?} {of_one}, {other:?} {of_other}");
                    }
                }
            }
        }

        #[test]
        fn the_order_of_the_recipients_changes_nothing((key, kronor, bases) in division(), seed in any::<prop::sample::Index>()) {
            let mut turned = bases.clone();
            turned.rotate_left(seed.index(bases.len()));
            turned.reverse();
            let amounts = key.divide(kronor, &bases, EXACT).unwrap();
            let of_turned = key.divide(kronor, &turned, EXACT).unwrap();
            for (basis, amount) in bases.iter().zip(&amounts) {
                let at = turned.iter().position(|other| other.code == basis.code).unwrap();
                prop_assert_eq!(of_turned[at], *amount);
            }
        }
    }
}
