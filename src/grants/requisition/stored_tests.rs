//! What is stored of requisitions reads and writes as it did (`tests/stored/requisition`).

use super::{CompletionRequest, Content, Received, Status, form::RequisitionForm};
use crate::ground::infra::stored::{self, Shown};
use values::GiroAccount;

#[test]
fn states() {
    let mut shown = Shown::default();
    for status in stored::examples::<Status>("requisition/states.json").into_values() {
        shown.variant(status.key());
        match status {
            Status::Draft | Status::Discarded { by: _, at: _ } => {}
            Status::AwaitingSignature { answers } => {
                shown.optional("answers", answers.is_some());
                answers.iter().for_each(|answers| returned(answers, &mut shown));
            }
            Status::Returned(of) => returned(&of, &mut shown),
            Status::Submitted { received: of }
            | Status::Approved { received: of, by: _, at: _ }
            | Status::Refused { received: of, by: _, at: _, reason: _ }
            | Status::Withdrawn { received: of, by: _, at: _, reason: _ } => received(&of, &mut shown),
        }
    }
    shown.is_complete(&Status::KEYS.map(|(key, _)| key));
    let older = stored::older::<Status>("requisition/states-old.json");
    assert_eq!(older["returned_names_alone"].key(), "returned");
}

fn returned(of: &CompletionRequest, shown: &mut Shown) {
    let CompletionRequest { received: of, by: _, at: _, message: _, remarks: _ } = of;
    received(of, shown);
}

fn received(of: &Received, shown: &mut Shown) {
    let Received { at: _, version: _, amount: _, amounts, signature: _, completed_at: _ } = of;
    shown.optional("amounts", !amounts.is_empty());
}

#[test]
fn drafts() {
    let drafts = stored::examples::<RequisitionForm>("requisition/drafts.json");
    assert_eq!(drafts["empty"], RequisitionForm::default());
    let older = stored::older::<RequisitionForm>("requisition/drafts-old.json");
    assert_eq!(older["before_amounts_by_post"], drafts["of_one_post"]);
    assert_eq!(older["nothing_typed"], RequisitionForm::default());
}

#[test]
fn contents() {
    let mut shown = Shown::default();
    for content in stored::examples::<Content>("requisition/contents.json").into_values() {
        let Content { head: _, amount: _, amounts, period: _, account, payment_reference } = content;
        shown.variant(match account {
            GiroAccount::Bankgiro(_) => "bankgiro",
            GiroAccount::Plusgiro(_) => "plusgiro",
        });
        shown.optional("amounts", !amounts.is_empty());
        shown.optional("payment_reference", payment_reference.is_some());
    }
    shown.is_complete(&["bankgiro", "plusgiro"]);
}
