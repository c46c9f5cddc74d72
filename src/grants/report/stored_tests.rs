//! What is stored of reports reads and writes as it did (`tests/stored/report`).

use serde::{Deserialize, Serialize};

use super::{
    Certificate, CompletionRequest, Content, Correction, PostAccount, Received, Status, Verdict,
    form::ReportForm,
};
use crate::ground::infra::stored::{self, Shown};

/// The column `state`, as the store reads and writes it.
#[derive(Serialize, Deserialize)]
struct State {
    #[serde(flatten)]
    status: Status,
    correction: Option<Correction>,
}

#[test]
fn states() {
    let mut shown = Shown::default();
    for State { status, correction } in stored::examples::<State>("report/states.json").into_values() {
        shown.variant(status.key());
        shown.optional("correction", correction.is_some());
        match &status {
            Status::Draft { answers, certificate } | Status::AwaitingSignature { answers, certificate } => {
                shown.optional("certificate", certificate.is_some());
                returned(answers.as_ref(), &mut shown);
            }
            Status::AwaitingCertificate { answers } => returned(answers.as_ref(), &mut shown),
            Status::Submitted { received: of } => received(of, &mut shown),
            Status::Approved(approval) => received(&approval.received, &mut shown),
        }
    }
    shown.is_complete(&Status::KEYS.map(|(key, _)| key));
    let older = stored::older::<State>("report/states-old.json");
    assert!(older["draft_before_corrections"].correction.is_none());
    assert!(older["draft_to_correct_names_alone"].correction.is_some());
}

fn returned(answers: Option<&CompletionRequest>, shown: &mut Shown) {
    shown.optional("answers", answers.is_some());
    if let Some(CompletionRequest { received: of, by: _, at: _, message: _, remarks: _ }) = answers {
        received(of, shown);
    }
}

fn received(of: &Received, shown: &mut Shown) {
    let Received {
        at: _,
        version: _,
        accounts_for: _,
        costs: _,
        certificate,
        signature: _,
        completed_at: _,
        alone,
    } = of;
    shown.optional("certificate of what came in", certificate.is_some());
    shown.optional("alone", alone.is_some());
}

#[test]
fn certificates() {
    let mut shown = Shown::default();
    let examples = stored::examples::<Option<Certificate>>("report/certificates.json");
    for certificate in examples.into_values().flatten() {
        match certificate.statement.verdict {
            Verdict::Correct { deviations, measures } => {
                shown.variant("correct");
                shown.optional("deviations", deviations.is_some());
                shown.optional("measures", measures.is_some());
            }
            Verdict::NotCorrect { deviations: _, measures } => {
                shown.variant("not_correct");
                shown.optional("measures of what is not correct", measures.is_some());
            }
        }
    }
    shown.is_complete(&["correct", "not_correct"]);
}

#[test]
fn drafts() {
    let drafts = stored::examples::<ReportForm>("report/drafts.json");
    assert_eq!(drafts["empty"], ReportForm::default());
    let older = stored::older::<ReportForm>("report/drafts-old.json");
    assert!(older["before_parts_and_answers"].answers.is_empty());
    assert_eq!(older["nothing_typed"], ReportForm::default());
}

#[test]
fn contents() {
    let mut shown = Shown::default();
    for content in stored::examples::<Content>("report/contents.json").into_values() {
        let Content { head: _, period: _, granted: _, posts, survey, answers } = content;
        shown.optional("survey", survey.is_some());
        shown.optional("answers", !answers.is_empty());
        for PostAccount { post: _, received: _, costs: _, items, parts } in posts {
            shown.optional("items", !items.is_empty());
            shown.optional("parts", !parts.is_empty());
            for part in parts {
                shown.optional("motive", part.motive.is_some());
            }
        }
    }
    shown.is_complete(&[]);
}
