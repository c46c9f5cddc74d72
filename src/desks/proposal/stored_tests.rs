//! What is stored of proposals reads and writes as it did (`tests/stored/proposal`).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Deed, ProposalForm, Status,
    import::form::{
        AMOUNT, CODE, ColumnsForm, HEADER_ROW, KIND, NAME, NUMBER, POST, SHARE, SHEET, UNIT, amount_field,
    },
    of_post,
    rows::Row,
    spec::PARTS,
};
use crate::{
    ground::infra::stored::{self, Shown},
    people::recipient::Kind,
    terms::{
        agreement::Terms,
        allocation::import::{
            matching::{Resolution, Resolutions},
            reading::Table,
            unit::Unit,
        },
    },
};

#[test]
fn states() {
    let mut shown = Shown::default();
    for status in stored::examples::<Status>("proposal/states.json").into_values() {
        match &status {
            Status::Draft { returned } => shown.optional("returned", returned.is_some()),
            Status::Proposed { proposed: _ }
            | Status::Published { proposed: _, published: _, slug: _ }
            | Status::Discarded { discarded: _, reason: _ } => {}
        }
        shown.variant(status.key());
    }
    shown.is_complete(&["draft", "proposed", "published", "discarded"]);
}

#[test]
fn terms_and_rows_as_typed() {
    let mut shown = Shown::default();
    let forms = stored::examples::<ProposalForm>("proposal/forms.json");
    forms.values().for_each(|form| shown.optional("fields", form.fields().next().is_some()));
    // The names of the fields follow from the terms.
    let terms = stored::examples::<Terms>("agreement/terms.json");
    assert_eq!(ProposalForm::of(&terms["whole"]), forms["of_terms"]);
    for rows in stored::examples::<Vec<Row>>("proposal/rows.json").into_values() {
        shown.optional("rows", !rows.is_empty());
    }
    shown.is_complete(&[]);
    let older = stored::older::<Vec<Row>>("proposal/rows-old.json");
    assert_eq!(older["before_published_share"][0].published_share, "");
}

#[test]
fn who_changed_and_saved_it() {
    let mut shown = Shown::default();
    for editors in stored::examples::<Vec<String>>("proposal/editors.json").into_values() {
        shown.optional("editors", !editors.is_empty());
    }
    let saved = stored::examples::<BTreeMap<String, Deed>>("proposal/saved.json");
    saved.values().for_each(|saved| shown.optional("saved", !saved.is_empty()));
    shown.is_complete(&[]);
    let keys = PARTS.iter().map(|part| part.slug.to_owned()).chain([of_post("bas")]);
    assert_eq!(BTreeSet::from_iter(keys), saved["some"].keys().cloned().collect());
}

#[test]
fn imported_tables() {
    let mut shown = Shown::default();
    for Table { sheets, told } in stored::examples::<Table>("proposal/tables.json").into_values() {
        shown.optional("told", !told.is_empty());
        for sheet in sheets {
            shown.optional("rows", !sheet.rows.is_empty());
            shown.optional("hidden_rows", !sheet.hidden_rows.is_empty());
            shown.optional("hidden_columns", !sheet.hidden_columns.is_empty());
        }
    }
    shown.is_complete(&[]);
    let older = stored::older::<Table>("proposal/tables-old.json");
    assert!(older["before_what_is_hidden"].told.is_empty());
}

#[test]
fn columns_of_imported_tables() {
    let columns = stored::examples::<ColumnsForm>("proposal/columns.json");
    assert_eq!(columns["none"], ColumnsForm::default());
    for name in [SHEET, HEADER_ROW, CODE, NUMBER, NAME, SHARE, KIND, UNIT, POST, AMOUNT] {
        assert!(columns.values().any(|columns| !columns.get(name).is_empty()), "{name}");
    }
    assert_eq!(columns["in_columns"].get(&amount_field("bas")), "2");
    for (example, unit) in [("in_columns", Unit::Kronor), ("in_rows", Unit::Thousands)] {
        assert_eq!(columns[example].get(UNIT), unit.key());
    }
    assert_eq!(columns["in_columns"].get(KIND), Kind::Municipality.key());
}

#[test]
fn resolutions_of_imported_rows() {
    let mut shown = Shown::default();
    for resolutions in stored::examples::<Resolutions>("proposal/resolutions.json").into_values() {
        shown.optional("resolutions", !resolutions.is_empty());
        for resolution in resolutions.into_values() {
            match resolution {
                Resolution::Recipient(_) => shown.variant("recipient"),
                Resolution::LeaveOut => shown.variant("leave_out"),
            }
        }
    }
    shown.is_complete(&["recipient", "leave_out"]);
}
