//! What is stored of every case reads and writes as it did (`tests/stored/case`).

use super::{
    FieldRemark, Signature,
    head::{Head, HeadForm},
};
use crate::ground::infra::stored::{self, Shown};

#[test]
fn signatures() {
    let mut shown = Shown::default();
    for signature in stored::examples::<Signature>("case/signatures.json").into_values() {
        match signature {
            Signature::Portal { by: _ } => shown.variant("portal"),
            Signature::Scan { attachment: _, uploaded_by: _ } => shown.variant("scan"),
            Signature::Original { arrived: _, registered_by: _, registered_at, attachment } => {
                shown.variant("original");
                shown.optional("registered_at", registered_at.is_some());
                shown.optional("attachment", attachment.is_some());
            }
        }
    }
    shown.is_complete(&["portal", "scan", "original"]);
    assert_eq!(stored::older::<Signature>("case/signatures-old.json").len(), 3);
}

#[test]
fn remarks() {
    let mut shown = Shown::default();
    for remarks in stored::examples::<Vec<FieldRemark>>("case/remarks.json").into_values() {
        shown.optional("remarks", !remarks.is_empty());
    }
    shown.is_complete(&[]);
}

#[test]
fn heads() {
    let mut shown = Shown::default();
    for head in stored::examples::<Head>("case/heads.json").into_values() {
        let Head {
            organisation_number: _,
            contact_person: _,
            address: _,
            telephone: _,
            fax,
            email: _,
            agreement_diarienummer,
            decision_diarienummer,
        } = head;
        shown.optional("fax", fax.is_some());
        shown.optional("agreement_diarienummer", agreement_diarienummer.is_some());
        shown.optional("decision_diarienummer", decision_diarienummer.is_some());
    }
    shown.is_complete(&[]);
}

#[test]
fn heads_as_typed() {
    let forms = stored::examples::<HeadForm>("case/head_forms.json");
    assert!(forms["filled"].fields().iter().all(|(_, typed)| !typed.is_empty()));
    assert_eq!(forms["empty"], HeadForm::default());
}
