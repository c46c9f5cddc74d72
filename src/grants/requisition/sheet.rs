//! The requisition as a document: the form of Bilaga 2 filled in, and the receipt.

use chrono::{DateTime, Utc};

use super::{Content, Dossier, Edition, Received, Status};
use crate::{
    grants::case::{Signature, head::text},
    terms::agreement::{PaperForm, Period},
};
use document::sheet::{Field, FormDocument, Receipt, Section, Signature as PrintedSignature};
use values::calendar::{long_date, zoned_time};

/// The form, with the words and the order of the agreement's own.
pub fn form(case: &Dossier, edition: &Edition, practice: bool) -> FormDocument {
    let terms = &case.grant.agreement.terms;
    let number = case.number();
    FormDocument {
        title: format!("{} {number}, {}", terms.forms.requisition.heading, edition.recipient),
        heading: terms.forms.requisition.heading.clone(),
        number,
        version: edition.version.unsigned_abs(),
        agreement: terms.name.clone(),
        addressee: case.grant.agreement.authority.formal_name.clone(),
        state_line: state_line(case, edition),
        practice,
        diarienummer_labels: terms.instrument.diarienummer_labels(),
        diarienummer_agreement: text(edition.content.head.agreement_diarienummer.as_ref()),
        diarienummer_decision: text(edition.content.head.decision_diarienummer.as_ref()),
        sections: sections(case, edition),
        words: terms.words_of_forms(),
        fingerprint: edition.fingerprint.clone(),
        issued: zoned_time(edition.issued_at),
    }
}

/// That this edition came in, when it has.
fn received<'a>(case: &'a Dossier, edition: &Edition) -> Option<&'a Received> {
    case.requisition.received().filter(|received| received.version == edition.version)
}

fn state_line(case: &Dossier, edition: &Edition) -> String {
    match received(case, edition) {
        Some(received) => {
            let signed = signed_briefly(received);
            let came_in = received.came_in();
            if came_in.completed().is_empty() {
                signed
            } else {
                format!("{signed}. Inkom {}", came_in.both())
            }
        }
        None if matches!(case.requisition.status, Status::AwaitingSignature { .. }) => {
            "Inte inlämnad: för underskrift på papper".to_owned()
        }
        None => "Inte inlämnad".to_owned(),
    }
}

fn signed_briefly(received: &Received) -> String {
    match &received.signature {
        Signature::Portal { .. } => {
            format!("Underskriven i portalen {}", zoned_time(received.completed_at))
        }
        Signature::Scan { .. } => {
            format!("Undertecknad på papper, inskannad {}", zoned_time(received.completed_at))
        }
        Signature::Original { arrived, .. } => {
            format!("Undertecknad på papper, inkommen {}", long_date(*arrived))
        }
    }
}

/// The numbered sections with their labels and values, for the document and for the page.
pub fn sections(case: &Dossier, edition: &Edition) -> Vec<Section> {
    let paper = &case.grant.agreement.terms.forms.requisition;
    paper
        .sections
        .iter()
        .map(|section| Section {
            text: section.text.clone(),
            fields: section
                .fields
                .iter()
                .flat_map(|field| values(&field.key, paper, case, edition))
                .collect(),
            ..Section::new(section.number.to_string(), &section.title)
        })
        .collect()
}

/// The sections that the recipient filled in: all but the signature's.
pub fn filled_sections(case: &Dossier, edition: &Edition) -> Vec<Section> {
    let mut sections = sections(case, edition);
    sections.pop();
    sections
}

/// What stands under a label: the amount also post by post, where the form is for several.
fn values(key: &str, paper: &PaperForm, case: &Dossier, edition: &Edition) -> Vec<Field> {
    let field = value(key, paper, case, edition);
    let terms = &case.grant.agreement.terms;
    let of_posts = edition.content.amounts.iter().filter(|_| key == "amount").map(|of| {
        let name = terms.post(&of.post).map_or("", |post| &post.name);
        Field::text(format!("– {name}"), of.amount.to_string())
    });
    std::iter::once(field).chain(of_posts).collect()
}

fn value(key: &str, paper: &PaperForm, case: &Dossier, edition: &Edition) -> Field {
    let label = paper.label(key);
    let content = &edition.content;
    if let Some(field) = content.head.field(key, label) {
        return field;
    }
    match key {
        "recipient" => Field::text(label, &edition.recipient),
        "agreement_name" => Field::text(label, &case.grant.agreement.terms.name),
        "amount" => Field::text(label, content.amount.to_string()),
        "period" => Field::text(label, period(content.period)),
        "account" => Field::text(label, account(content)),
        "payment_reference" => Field::text(label, text(content.payment_reference.as_ref())),
        _ => signing(key, label, received(case, edition)),
    }
}

fn signing(key: &str, label: &str, received: Option<&Received>) -> Field {
    let in_portal = received.and_then(|received| match &received.signature {
        Signature::Portal { by } => Some((by, received.completed_at)),
        Signature::Scan { .. } | Signature::Original { .. } => None,
    });
    match (key, in_portal) {
        ("date", Some((_, at))) => Field::text(label, long_date(values::calendar::day(at))),
        ("name_clarification", Some((by, _))) => Field::text(label, by.name()),
        ("signature", Some((by, at))) => Field::signed(
            label,
            PrintedSignature {
                signer: by.to_string(),
                time: zoned_time(at),
                method: "Underskriven i Bidragsporten efter förnyad inloggning".to_owned(),
            },
        ),
        ("signature", None) => Field::handwritten(label),
        _ => Field::blank(label),
    }
}

/// What of the form stands on its receipt.
const RECEIPT: [&str; 8] = [
    "recipient",
    "organisation_number",
    "agreement_diarienummer",
    "decision_diarienummer",
    "agreement_name",
    "amount",
    "period",
    "account",
];

pub fn receipt(case: &Dossier, edition: &Edition, received: &Received, practice: bool) -> Receipt {
    let grant = &case.grant;
    let number = case.number();
    let paper = &grant.agreement.terms.forms.requisition;
    let submitted = RECEIPT.into_iter().flat_map(|key| values(key, paper, case, edition)).collect();
    Receipt {
        title: format!("Kvitto {number}, {}", edition.recipient),
        heading: "Kvitto på inlämnad rekvisition".to_owned(),
        number,
        agreement: grant.agreement.terms.name.clone(),
        practice,
        received_at: received.came_in().first(),
        completed_at: received.came_in().completed(),
        received_by: grant.agreement.authority.formal_name.clone(),
        submitted_by: format!("{}, {}", received.signature.by(), edition.recipient),
        submitted,
        signing: signing_sentence(received),
        next_step: next_step(case),
        next_date: grant.deadlines.report.date().map(long_date).unwrap_or_default(),
        fingerprint: edition.fingerprint.clone(),
        issued: zoned_time(received.completed_at),
    }
}

pub fn signing_sentence(received: &Received) -> String {
    signed(&received.signature, received.completed_at)
}

/// How and when a form was signed, in a sentence.
pub fn signed(signature: &Signature, at: DateTime<Utc>) -> String {
    match signature {
        Signature::Portal { by } => format!("Underskriven i portalen av {by} {}.", zoned_time(at)),
        Signature::Scan { uploaded_by, .. } => format!(
            "Undertecknad på papper. Den inskannade handlingen laddades upp av {uploaded_by} {}.",
            zoned_time(at)
        ),
        Signature::Original { arrived, registered_by, .. } => format!(
            "Undertecknad på papper. Originalet kom in {} och registrerades av {registered_by}.",
            long_date(*arrived)
        ),
    }
}

fn next_step(case: &Dossier) -> String {
    format!(
        "{} granskar rekvisitionen. Beslutet syns i portalen. När bidraget har betalats ut och använts lämnar ni en \
         ekonomisk redovisning och betalar tillbaka det som inte har förbrukats.",
        case.grant.agreement.authority.name
    )
}

pub fn period(period: Period) -> String {
    format!("{} till {}", long_date(period.from), long_date(period.to))
}

pub fn account(content: &Content) -> String {
    format!("{} {}", content.account.kind().name(), content.account)
}
