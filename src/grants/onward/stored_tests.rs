//! What is stored of onward distribution reads and writes as it did (`tests/stored/onward`).

use super::{
    application::{Received, Status},
    form::ModelForm,
    fund::Entry,
    model::{Kind, Model},
    payments::Payment,
    unit,
};
use crate::{
    ground::infra::stored::{self, Shown},
    people::access::Doer,
};
use values::Id;

#[test]
fn drafts() {
    let drafts = stored::examples::<ModelForm>("onward/drafts.json");
    assert_eq!(drafts["empty"], ModelForm::default());
    let older = stored::older::<ModelForm>("onward/drafts-old.json");
    assert_eq!(older["before_inside"].inside, "");
    assert_eq!(older["nothing_typed"], ModelForm::default());
}

#[test]
fn models() {
    let mut shown = Shown::default();
    for model in stored::examples::<Option<Model>>("onward/models.json").into_values() {
        shown.optional("model", model.is_some());
        for Kind { name: _, counted: _, inside, tiers } in model.into_iter().flat_map(|model| model.kinds) {
            shown.optional("inside", inside);
            shown.optional("tiers", !tiers.is_empty());
            tiers.iter().for_each(|tier| shown.optional("to", tier.to.is_some()));
        }
    }
    shown.is_complete(&[]);
    let older = stored::older::<Model>("onward/models-old.json");
    assert!(older["before_inside"].kinds[0].inside);
}

#[test]
fn applications() {
    let mut shown = Shown::default();
    for status in stored::examples::<Status>("onward/applications.json").into_values() {
        shown.variant(status.key());
        status.received().into_iter().for_each(|of| received(of, &mut shown));
        match status {
            Status::Invited { given_back } => {
                shown.optional("given_back", given_back.is_some());
                given_back.iter().for_each(|back| received(&back.application, &mut shown));
            }
            Status::Granted { application: _, by: _, at: _, to_complete } => {
                shown.optional("to_complete", to_complete.is_some());
            }
            Status::Received { application: _ }
            | Status::Refused { application: _, reason: _, by: _, at: _ }
            | Status::Reported { application: _, by: _, at: _, report: _ } => {}
        }
    }
    shown.is_complete(&["invited", "received", "refused", "granted", "reported"]);
    let older = stored::older::<Status>("onward/applications-old.json");
    let before = older["received_before_other_accounts"].received().expect("it came in");
    assert!(before.account_before.is_none() && before.later_accounts.is_empty());
    let refused = &older["refused_by_name_alone"];
    assert!(matches!(refused, Status::Refused { by, .. } if *by == Doer::named("Prov Ekonom")));
}

fn received(of: &Received, shown: &mut Shown) {
    let Received { at: _, unit, registered_size: _, amount: _, content: _, account_before, later_accounts } =
        of;
    shown.optional("account_before", account_before.is_some());
    shown.optional("later_accounts", !later_accounts.is_empty());
    let unit::Content {
        provider_number: _,
        provider: _,
        name: _,
        is_private: _,
        kind: _,
        size: _,
        elsewhere,
    } = unit;
    shown.optional("elsewhere", elsewhere.is_some());
}

#[test]
fn failed_payments() {
    let mut shown = Shown::default();
    for payment in stored::examples::<Payment>("onward/failed_payments.json").into_values() {
        shown.optional("account_before", payment.account_before.is_some());
    }
    for entries in stored::examples::<Vec<Id<Entry>>>("onward/failed_entries.json").into_values() {
        shown.optional("entries", !entries.is_empty());
    }
    shown.is_complete(&[]);
    let older = stored::older::<Payment>("onward/failed_payments-old.json");
    assert!(older["before_account_before"].account_before.is_none());
}
