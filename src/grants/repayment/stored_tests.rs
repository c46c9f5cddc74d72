//! What is stored of repayments reads and writes as it did (`tests/stored/repayment`).

use super::{Ending, State};
use crate::ground::infra::stored::{self, Shown};

#[test]
fn states() {
    let mut shown = Shown::default();
    for state in stored::examples::<State>("repayment/states.json").into_values() {
        match state {
            State::Matched { grant: _ } => shown.variant("matched"),
            State::Unmatched { why: _, taken_away } => {
                shown.variant("unmatched");
                shown.optional("taken_away", taken_away.is_some());
            }
            State::SentBack(Ending { by: _, at: _, reason: _ }) => shown.variant("sent_back"),
            State::Struck(Ending { by: _, at: _, reason: _ }) => shown.variant("struck"),
            State::ExcessReturned { grant: _ } => shown.variant("excess_returned"),
        }
    }
    shown.is_complete(&["matched", "unmatched", "sent_back", "struck", "excess_returned"]);
    assert_eq!(stored::older::<State>("repayment/states-old.json").len(), 3);
}
