//! What is stored of requests for accounts reads and writes as it did (`tests/stored/account_request`).

use super::{Answer, More, Status};
use crate::ground::infra::stored::{self, Shown};

#[test]
fn states() {
    let mut shown = Shown::default();
    for status in stored::examples::<Status>("account_request/states.json").into_values() {
        match status {
            Status::Open { more } => {
                shown.variant("open");
                shown.optional("more", more.is_some());
                if let Some(More { answer: of, by: _, at: _, message: _ }) = more {
                    answer(&of, &mut shown);
                }
            }
            Status::Answered { answer: of } => {
                shown.variant("answered");
                answer(&of, &mut shown);
            }
            Status::Closed { answer: of, by: _, at: _, remark: _ } => {
                shown.variant("closed");
                answer(&of, &mut shown);
            }
        }
    }
    shown.is_complete(&["open", "answered", "closed"]);
    assert_eq!(stored::older::<Status>("account_request/states-old.json").len(), 2);
}

fn answer(of: &Answer, shown: &mut Shown) {
    let Answer { by: _, at: _, first, message: _, files: _, due: _ } = of;
    shown.optional("first", first.is_some());
}
