//! The terms of a published agreement read and write as they did (`tests/stored/agreement`).

use super::{
    About, CalendarKind, Decidable, Instrument, LateReport, LateRequisition, Part, Post, ProvisionKind,
    QuestionKind, Terms,
};
use crate::ground::infra::stored::{self, Shown};

#[test]
fn terms() {
    let mut shown = Shown::default();
    for terms in stored::examples::<Terms>("agreement/terms.json").into_values() {
        shown.variant(match terms.instrument {
            Instrument::Agreement => "agreement",
            Instrument::Decision => "decision",
        });
        deadlines(&terms, &mut shown);
        shown.optional("certificate", terms.certificate.is_some());
        shown.optional("survey", terms.survey.is_some());
        shown.optional("state_aid", terms.state_aid.is_some());
        shown.optional("annex", terms.annex.is_some());
        terms.posts.iter().for_each(|of| post(of, &mut shown));
        provisions(&terms, &mut shown);
        for Part { key: _, post: _, label: _, motive: _, total, source: _ } in &terms.parts {
            shown.optional("total", total.is_some());
        }
        for question in &terms.questions {
            shown.variant(match question.kind {
                QuestionKind::Text => "text",
                QuestionKind::YesNo => "yes_no",
            });
        }
        for item in &terms.calendar {
            shown.variant(match item.kind {
                CalendarKind::CheckIn => "check_in",
                CalendarKind::Report => "report",
            });
        }
    }
    shown.is_complete(&[
        "agreement",
        "decision",
        "lapses",
        "late_requisition not_stated",
        "may_reclaim",
        "late_report not_stated",
        "may_be_decided requisition",
        "may_be_decided report",
        "duty",
        "condition",
        "prohibition",
        "permission",
        "recommendation",
        "information",
        "accounts",
        "text",
        "yes_no",
        "check_in",
        "report",
    ]);
}

fn deadlines(terms: &Terms, shown: &mut Shown) {
    let deadlines = &terms.deadlines;
    shown.optional("requisition", deadlines.requisition.0.is_some());
    shown.optional("report", deadlines.report.0.is_some());
    shown.optional("repayment", deadlines.repayment.0.is_some());
    shown.variant(match deadlines.late_requisition {
        LateRequisition::Lapses => "lapses",
        LateRequisition::NotStated => "late_requisition not_stated",
    });
    shown.variant(match deadlines.late_report {
        LateReport::MayReclaim => "may_reclaim",
        LateReport::NotStated => "late_report not_stated",
    });
    for decidable in &deadlines.may_be_decided {
        shown.variant(match decidable {
            Decidable::Requisition => "may_be_decided requisition",
            Decidable::Report => "may_be_decided report",
        });
    }
}

fn provisions(terms: &Terms, shown: &mut Shown) {
    for provision in &terms.provisions {
        shown.variant(match provision.kind {
            ProvisionKind::Duty => "duty",
            ProvisionKind::Condition => "condition",
            ProvisionKind::Prohibition => "prohibition",
            ProvisionKind::Permission => "permission",
            ProvisionKind::Recommendation => "recommendation",
            ProvisionKind::Information => "information",
        });
        shown.optional("about", provision.about.is_some());
        match provision.about {
            Some(About::Accounts) => shown.variant("accounts"),
            None => {}
        }
    }
}

fn post(of: &Post, shown: &mut Shown) {
    shown.optional("rows_total", of.rows_total.is_some());
    shown.optional("floor", of.floor.is_some());
    shown.optional("rows_at_floor", of.rows_at_floor.is_some());
    shown.optional("open_ended", of.open_ended);
    shown.optional("not_onward", of.not_onward);
}

#[test]
fn terms_of_earlier_versions() {
    let older = stored::older::<Terms>("agreement/terms-old.json");
    let without = &older["without_what_came_later"];
    assert_eq!(without.instrument, Instrument::Agreement);
    assert!(without.certificate.is_none() && without.deadlines.requisition.0.is_none());
    let inside = &older["without_what_came_later_inside"];
    assert!(inside.certificate.as_ref().is_some_and(|certificate| certificate.two_people));
    assert!(inside.parts.iter().all(|part| part.motive.is_empty() && part.total.is_none()));
}
