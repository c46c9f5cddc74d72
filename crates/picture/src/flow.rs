//! What became of the money: from what was allocated, step by step, to what was repaid, and what fell off on the way.
//!
//! Every step divides a bar in what goes on and what falls off. Each is as wide as its share of what was allocated, and
//! the two always make the bar that they came from: the cut between them is computed once.

use askama::Template;
use thiserror::Error;

use super::{Anchor, FONT, INK, PALE_INK, draw, share};
use values::Money;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    key: String,
    title: String,
    totals: Totals,
}

/// Each is a part of the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub allocated: Money,
    pub requisitioned: Money,
    pub paid: Money,
    /// What was paid to those who have reported, whatever they used of it.
    pub accounted: Money,
    /// What those have not used of it; a deficit, paid with other money, takes nothing of that.
    pub surplus: Money,
    /// What has come back of that. Money in advance or in excess is not of it.
    pub repaid: Money,
}

/// A part is negative, or more than what it is a part of. A picture of it would be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{part} is not a part of what it comes from")]
pub struct Unreconciled {
    pub part: &'static str,
}

/// What a bar divides into: the names of what goes on and of what falls off, and their colours.
struct Step {
    on: (&'static str, Colour),
    off: (&'static str, Colour),
}

/// Of the bar, and paler of the band that leads to it.
type Colour = (&'static str, &'static str);

const GOING: Colour = ("#0b4f5e", "#dce9eb");
const NOT_YET: Colour = ("#8c8a86", "#eeece8");
const SURPLUS: Colour = ("#c2841b", "#f9ebd0");
const OWED: Colour = ("#7a3d0c", "#f3dcc4");

const STEPS: [Step; 5] = [
    Step { on: ("Rekvirerat", GOING), off: ("Inte rekvirerat", NOT_YET) },
    Step { on: ("Utbetalt", GOING), off: ("Inte utbetalt än", NOT_YET) },
    Step { on: ("Redovisat", GOING), off: ("Inte redovisat än", NOT_YET) },
    Step { on: ("Överskott", SURPLUS), off: ("Använt av bidraget", GOING) },
    Step { on: ("Återbetalt av överskottet", GOING), off: ("Inte återbetalt än", OWED) },
];

const WIDTH: i64 = 420;
/// What fell off stands so far to the right of what it came from.
const GAP: i64 = 14;
const SPAN: i64 = WIDTH - GAP;
/// From one bar's words to the next bar's.
const STEP_HEIGHT: i64 = 100;
const BAR_TOP: i64 = 46;
const BAR_HEIGHT: i64 = 14;
/// The words of what fell off begin where its bar does, but never on the words to their left; with less room than this
/// to their right they end where the bar does.
const OFF_LEAST: i64 = 170;
const OFF_MOST: i64 = 275;

impl Flow {
    /// # Errors
    /// When an amount is negative or more than the one that it is a part of.
    pub fn new(key: String, title: String, totals: Totals) -> Result<Self, Unreconciled> {
        let chain = totals.chain();
        if totals.allocated.is_negative() {
            return Err(Unreconciled { part: "Tilldelat" });
        }
        for (step, pair) in STEPS.iter().zip(chain.windows(2)) {
            if pair[1].is_negative() || pair[1] > pair[0] {
                return Err(Unreconciled { part: step.on.0 });
            }
        }
        Ok(Self { key, title, totals })
    }

    /// # Errors
    /// When the template cannot be written, which a `String` can always be.
    pub fn to_svg(&self) -> askama::Result<String> {
        draw(&FlowPicture::of(self))
    }
}

impl Totals {
    fn chain(self) -> [Money; STEPS.len() + 1] {
        [self.allocated, self.requisitioned, self.paid, self.accounted, self.surplus, self.repaid]
    }
}

#[derive(Template)]
#[template(path = "flow.svg")]
struct FlowPicture<'a> {
    flow: &'a Flow,
    splits: Vec<Split>,
}

/// One step with its amounts. A step of nothing is not there.
struct Split {
    /// Where the upper bar ends and the bands begin.
    from: i64,
    on: Node,
    off: Node,
    /// How wide the bar is that divides.
    width: i64,
}

impl Split {
    fn of(step: &Step, parent: Money, on: Money, whole: Money, top: i64) -> Self {
        let width = share(parent, whole, SPAN);
        let cut = share(on, whole, SPAN);
        let left = cut + GAP;
        let right = left + width - cut;
        let (text_x, anchor) =
            if left > OFF_MOST { (right, Anchor::End) } else { (left.max(OFF_LEAST), Anchor::Start) };
        let (name, colour) = step.on;
        let going_on =
            Node { name, amount: on, colour, left: 0, width: cut, text_x: 0, anchor: Anchor::Start, top };
        let (name, colour) = step.off;
        let off = Node { name, amount: parent - on, colour, left, width: width - cut, text_x, anchor, top };
        Self { from: top - STEP_HEIGHT + BAR_TOP + BAR_HEIGHT, on: going_on, off, width }
    }

    fn nodes(&self) -> [&Node; 2] {
        [&self.on, &self.off]
    }
}

struct Node {
    name: &'static str,
    amount: Money,
    colour: Colour,
    left: i64,
    width: i64,
    /// Of the words above it.
    text_x: i64,
    anchor: Anchor,
    top: i64,
}

impl Node {
    fn bar_top(&self) -> i64 {
        self.top + BAR_TOP
    }

    fn right(&self) -> i64 {
        self.left + self.width
    }

    /// Its words stand further to the right than its bar: a line leads there.
    fn is_led(&self) -> bool {
        !self.amount.is_zero() && self.anchor == Anchor::Start && self.right() < self.text_x
    }
}

impl<'a> FlowPicture<'a> {
    fn of(flow: &'a Flow) -> Self {
        let chain = flow.totals.chain();
        let whole = flow.totals.allocated;
        let steps = STEPS.iter().zip(chain.windows(2)).zip(1_i64..);
        let divided = steps.take_while(|((_, pair), _)| !pair[0].is_zero());
        let splits =
            divided.map(|((step, pair), at)| Split::of(step, pair[0], pair[1], whole, at * STEP_HEIGHT));
        Self { flow, splits: splits.collect() }
    }

    fn height(&self) -> i64 {
        i64::try_from(self.splits.len()).unwrap_or(0) * STEP_HEIGHT + BAR_TOP + BAR_HEIGHT + 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn flow(kronor: [i64; 6]) -> Result<Flow, Unreconciled> {
        let [allocated, requisitioned, paid, accounted, surplus, repaid] = kronor.map(Money::kronor);
        let totals = Totals { allocated, requisitioned, paid, accounted, surplus, repaid };
        Flow::new("flode".to_owned(), "Vägen <b>".to_owned(), totals)
    }

    fn assert_reconciled(flow: &Flow) {
        let picture = FlowPicture::of(flow);
        let (mut amount, mut width) = (flow.totals.allocated, SPAN);
        for split in &picture.splits {
            assert_eq!(split.on.amount + split.off.amount, amount, "amounts, {}", split.on.name);
            assert_eq!(split.width, width, "the bar that divides is the one that came, {}", split.on.name);
            assert_eq!(split.on.width + split.off.width, width, "widths, {}", split.on.name);
            assert_eq!(split.on.left + split.on.width + GAP, split.off.left);
            assert!(split.on.width >= 0 && split.off.width >= 0);
            assert!(split.off.left + split.off.width <= WIDTH);
            (amount, width) = (split.on.amount, split.on.width);
        }
    }

    #[test]
    fn what_comes_in_goes_out() {
        let flow = flow([1_000, 900, 800, 500, 100, 30]).unwrap();
        assert_reconciled(&flow);
        let leaves: Vec<Money> = FlowPicture::of(&flow).splits.iter().map(|split| split.off.amount).collect();
        assert_eq!(leaves, [100, 100, 300, 400, 70].map(Money::kronor));
    }

    #[test]
    fn a_step_of_nothing_is_left_out() {
        let steps = |kronor| FlowPicture::of(&flow(kronor).unwrap()).splits.len();
        assert_eq!(steps([0; 6]), 0);
        assert_eq!(steps([10, 0, 0, 0, 0, 0]), 1);
        assert_eq!(steps([10, 10, 0, 0, 0, 0]), 2);
        assert_eq!(steps([10, 10, 10, 10, 0, 0]), 4);
        let svg = flow([10, 0, 0, 0, 0, 0]).unwrap().to_svg().unwrap();
        assert!(svg.contains("Inte rekvirerat") && !svg.contains("Utbetalt") && !svg.contains("width=\"0\""));
        assert!(flow([0; 6]).unwrap().to_svg().unwrap().contains("0\u{A0}kr"));
    }

    #[test]
    fn what_does_not_reconcile_is_refused() {
        for (kronor, part) in [
            ([-1, 0, 0, 0, 0, 0], "Tilldelat"),
            ([10, 11, 0, 0, 0, 0], "Rekvirerat"),
            ([10, 10, 10, 10, -1, 0], "Överskott"),
            ([10, 10, 10, 10, 5, 6], "Återbetalt av överskottet"),
        ] {
            assert_eq!(flow(kronor), Err(Unreconciled { part }));
        }
    }

    #[test]
    fn words_are_escaped() {
        assert!(!flow([10, 5, 2, 1, 1, 0]).unwrap().to_svg().unwrap().contains("<b>"));
    }

    proptest! {
        #[test]
        fn every_flow_reconciles(mut ore in prop::collection::vec(0..i64::MAX, 6)) {
            ore.sort_unstable();
            let mut falling = ore.into_iter().rev().map(Money::ore);
            let mut next = || falling.next().unwrap();
            let totals = Totals {
                allocated: next(),
                requisitioned: next(),
                paid: next(),
                accounted: next(),
                surplus: next(),
                repaid: next(),
            };
            assert_reconciled(&Flow::new(String::new(), String::new(), totals).unwrap());
        }
    }
}
