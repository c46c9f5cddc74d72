//! What is stored of further reports reads and writes as it did (`tests/stored/further_report`).

use super::{Filed, Returned, Status};
use crate::ground::infra::stored::{self, Shown};

#[test]
fn states() {
    let mut shown = Shown::default();
    for status in stored::examples::<Status>("further_report/states.json").into_values() {
        match status {
            Status::Draft { answers } => {
                shown.variant("draft");
                shown.optional("answers", answers.is_some());
                answers.into_iter().for_each(|Returned { filed: of, by: _, at: _, message: _ }| filed(of));
            }
            Status::Submitted { filed: of } => {
                shown.variant("submitted");
                filed(of);
            }
        }
    }
    shown.is_complete(&["draft", "submitted"]);
    assert_eq!(stored::older::<Status>("further_report/states-old.json").len(), 2);
}

/// Nothing of it may be left out.
fn filed(of: Filed) {
    let Filed { by: _, at: _, first_at: _, recipient: _, files: _ } = of;
}
