use proptest::prelude::*;

use super::{
    certificate::{Certificate, Statement, Verdict},
    form::tests::{facts, filled},
    *,
};
use crate::{
    grants::grant::{Entry, movement},
    people::{
        access::Doer,
        recipient::{Kind, Organisation},
    },
};
use values::{Email, Line, Prose, Telephone};

fn doer() -> Doer {
    Doer::named("Någon")
}

fn certificate(person: &str, section_3: &str) -> Certificate {
    Certificate {
        statement: Statement {
            verdict: Verdict::Correct { deviations: None, measures: None },
            name: Line::parse("Övning Ekonomichef").unwrap(),
            title: Line::parse("Ekonomichef").unwrap(),
            telephone: Telephone::parse("0303-70 30 00").unwrap(),
            email: Email::parse("chef@ovning.example").unwrap(),
        },
        by: "Övning Ekonomichef".to_owned(),
        person_id: person.to_owned(),
        at: DateTime::UNIX_EPOCH,
        section_3: section_3.to_owned(),
    }
}

fn fresh() -> Report {
    Report {
        id: Id::new(),
        grant_id: Id::new(),
        status: Status::Draft { answers: None, certificate: None },
        correction: None,
        draft: filled(),
        version: 0,
        revision: 1,
        officer: None,
    }
}

fn content(costs: i64) -> Content {
    let mut form = filled();
    form.posts[0].costs = costs.to_string();
    form.parse(&facts()).unwrap()
}

fn edition_of(report: &Report, content: Content) -> Edition {
    let at = DateTime::UNIX_EPOCH;
    let ale = Organisation {
        id: values::Id::new(),
        code: "1440".to_owned(),
        kind: Kind::Municipality,
        name: "Ale".to_owned(),
        formal_name: "Ale kommun".to_owned(),
        county: String::new(),
        organisation_number: None,
    };
    Edition::new("AO21-1440-E1", &ale, report.version, content, Vec::new(), Doer::named(""), at)
}

fn signed() -> Signature {
    Signature::Portal { by: Doer::named("Övning Företrädare") }
}

/// A report with these costs, certified by `chef` and signed by `företrädare`.
fn submitted(costs: i64) -> Report {
    let content = content(costs);
    let report = fresh().issue(&content.section_3(), true).unwrap();
    let edition = edition_of(&report, content);
    let report = report.certify(certificate("chef", &edition.content.section_3())).unwrap();
    report.submit(&edition, signed(), Some(Signer::other("företrädare")), DateTime::UNIX_EPOCH).unwrap()
}

fn approved(costs: i64) -> Report {
    submitted(costs).approve(doer(), DateTime::UNIX_EPOCH).unwrap()
}

fn returned(report: Report) -> Report {
    report.request_completion(doer(), DateTime::UNIX_EPOCH, "Ändra.".to_owned(), Vec::new()).unwrap()
}

fn corrected(report: Report) -> Report {
    report.correct(doer(), DateTime::UNIX_EPOCH, "En faktura kom sent.".to_owned()).unwrap()
}

#[test]
fn whoever_certified_does_not_sign() {
    let content = content(1);
    let report = fresh().issue(&content.section_3(), true).unwrap();
    let edition = edition_of(&report, content);
    let report = report.certify(certificate("chef", &edition.content.section_3())).unwrap();
    let refused = report
        .clone()
        .submit(&edition, signed(), Some(Signer::other("chef")), DateTime::UNIX_EPOCH)
        .unwrap_err();
    assert!(matches!(refused, Refusal::SamePerson(_)));
    let reason = Prose::parse("Kommunen har bara en ekonomichef och ingen annan firmatecknare.").unwrap();
    let alone = Signer { person_id: "chef", alone: Some(&reason) };
    let submitted = report.clone().submit(&edition, signed(), Some(alone), DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(submitted.received().unwrap().alone.as_ref(), Some(&reason));
    assert!(
        report.submit(&edition, signed(), Some(Signer::other("företrädare")), DateTime::UNIX_EPOCH).is_ok()
    );
}

#[test]
fn a_certificate_falls_with_a_change_in_section_3_and_holds_through_others() {
    for report in [returned(submitted(100)), corrected(approved(100))] {
        let same = report.clone().issue(&content(100).section_3(), true).unwrap();
        assert!(matches!(same.status, Status::AwaitingSignature { .. }));
        let changed = report.issue(&content(101).section_3(), true).unwrap();
        assert!(matches!(changed.status, Status::AwaitingCertificate { .. }));
    }
    let waiting = fresh().issue("a", true).unwrap().certify(certificate("chef", "a")).unwrap();
    let taken_back = waiting.recall().unwrap();
    assert!(matches!(taken_back.clone().issue("a", true).unwrap().status, Status::AwaitingSignature { .. }));
    assert!(matches!(taken_back.issue("b", true).unwrap().status, Status::AwaitingCertificate { .. }));
}

#[test]
fn section_3_is_the_figures_and_the_survey_and_nothing_else() {
    let first = content(100);
    let mut other = first.clone();
    other.head.contact_person = Line::parse("Någon annan").unwrap();
    assert_eq!(first.section_3(), other.section_3());
    other.survey = Some(false);
    assert_ne!(first.section_3(), other.section_3());
}

#[test]
fn where_nobody_certifies_the_report_goes_straight_to_signature() {
    let content = content(100);
    let report = fresh().issue(&content.section_3(), false).unwrap();
    assert_eq!(report.status.key(), "awaiting_signature");
    assert!(report.certificate().is_none());
    let edition = edition_of(&report, content);
    let back = report.clone().recall().unwrap();
    assert!(matches!(back.status, Status::Draft { answers: None, certificate: None }));
    let report =
        report.submit(&edition, signed(), Some(Signer::other("företrädare")), DateTime::UNIX_EPOCH).unwrap();
    assert!(report.received().is_some_and(|received| received.certificate.is_none()));
}

#[test]
fn alt_2_is_submittable() {
    let content = content(100);
    let report = fresh().issue(&content.section_3(), true).unwrap();
    let edition = edition_of(&report, content);
    let mut certificate = certificate("chef", &edition.content.section_3());
    certificate.statement.verdict =
        Verdict::NotCorrect { deviations: Prose::parse("Moms saknas.").unwrap(), measures: None };
    let report = report.certify(certificate).unwrap();
    let report =
        report.submit(&edition, signed(), Some(Signer::other("företrädare")), DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(report.status.key(), "submitted");
}

#[test]
fn what_was_approved_stands_until_the_correction_is_approved() {
    let report = corrected(approved(100));
    assert_eq!(report.costs("bas"), Money::kronor(100));
    assert_eq!(report.standing_version(), Some(1));
    let given_up = report.clone().give_up_correction().unwrap();
    assert!(matches!(given_up.status, Status::Approved(_)) && given_up.correction.is_none());

    let content = content(250);
    let report = report.issue(&content.section_3(), true).unwrap();
    let edition = edition_of(&report, content);
    let report = report.certify(certificate("chef", &edition.content.section_3())).unwrap();
    let report =
        report.submit(&edition, signed(), Some(Signer::other("företrädare")), DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(report.costs("bas"), Money::kronor(100));
    assert_eq!(report.reported("bas"), Money::kronor(250));
    let report = report.approve(doer(), DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(report.costs("bas"), Money::kronor(250));
    assert!(report.correction.is_none());
    assert_eq!(report.version, 2);
}

#[test]
fn nothing_is_approved_while_it_is_returned() {
    let report = returned(submitted(100));
    assert_eq!(report.status.key(), "returned");
    assert!(report.clone().approve(doer(), DateTime::UNIX_EPOCH).is_err());
    assert!(report.give_up_correction().is_err());
}

#[test]
fn a_state_is_read_back_as_it_was_written() {
    for report in [fresh(), submitted(100), returned(submitted(100)), approved(100), corrected(approved(100))]
    {
        let text = serde_json::to_string(&report.status).unwrap();
        assert_eq!(serde_json::from_str::<Status>(&text).unwrap(), report.status);
    }
}

#[derive(Debug, Clone, Copy)]
enum Verb {
    Edition(i64),
    TakeBack,
    Certify,
    Submit,
    SendBack,
    Approve,
    Correct,
    GiveUp,
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        (0i64..3).prop_map(Verb::Edition),
        Just(Verb::TakeBack),
        Just(Verb::Certify),
        Just(Verb::Submit),
        Just(Verb::SendBack),
        Just(Verb::Approve),
        Just(Verb::Correct),
        Just(Verb::GiveUp),
    ]
}

/// What the verb makes of the report and of the edition that stands; nothing where it is refused.
fn tried(verb: Verb, report: Report, edition: &mut Option<Edition>) -> Result<Report, Refusal> {
    let at = DateTime::UNIX_EPOCH;
    match verb {
        Verb::Edition(costs) => {
            let content = content(costs * 1_000);
            let report = report.issue(&content.section_3(), true)?;
            *edition = Some(edition_of(&report, content));
            Ok(report)
        }
        Verb::TakeBack => report.recall(),
        Verb::Certify => {
            let section_3 = edition.as_ref().map(|edition| edition.content.section_3()).unwrap_or_default();
            report.certify(certificate("chef", &section_3))
        }
        Verb::Submit => match edition.clone() {
            Some(edition) => report.submit(&edition, signed(), Some(Signer::other("företrädare")), at),
            None => Err(Refusal::Changed),
        },
        Verb::SendBack => report.request_completion(doer(), at, String::new(), Vec::new()),
        Verb::Approve => report.approve(doer(), at),
        Verb::Correct => report.correct(doer(), at, String::new()),
        Verb::GiveUp => report.give_up_correction(),
    }
}

proptest! {
    /// Whatever is tried in whatever order: the ledger that follows the states step by step has what the report says, what
    /// came in is certified as it stands, and what is approved is never lost.
    #[test]
    fn the_ledger_follows_the_report(verbs in proptest::collection::vec(verb(), 0..80)) {
        let mut report = fresh();
        let mut edition = None;
        let mut ledger = Ledger::default();
        ledger.add(&Entry { post: "bas".to_owned(), account: Account::PaidOut, amount: Money::kronor(381_308) });
        for verb in verbs {
            let had_approval = report.approval().is_some();
            let Ok(after) = tried(verb, report.clone(), &mut edition) else { continue };
            for (account, before, after) in [
                (Account::Reported, report.reported("bas"), after.reported("bas")),
                (Account::Costs, report.costs("bas"), after.costs("bas")),
            ] {
                movement("bas", account, before, after).iter().for_each(|entry| ledger.add(entry));
            }
            report = after;
            prop_assert_eq!(ledger.of("bas", Account::Reported), report.reported("bas"));
            prop_assert_eq!(ledger.of("bas", Account::Costs), report.costs("bas"));
            prop_assert_eq!(
                ledger.of("bas", Account::Costs) + ledger.unspent("bas"),
                ledger.of("bas", Account::PaidOut)
            );
            prop_assert!(!had_approval || report.approval().is_some());
            if let Status::Submitted { received } = &report.status {
                let edition = edition.as_ref().unwrap();
                let certified = received.certificate.as_ref().map(|certificate| certificate.section_3.clone());
                prop_assert_eq!(certified, Some(edition.content.section_3()));
                prop_assert_eq!(received.version, edition.version);
            }
        }
    }
}

#[test]
fn what_is_under_way_goes_back_without_its_certificate_when_the_grant_passes() {
    let issued = fresh().issue("section 3", true).unwrap();
    let certified = issued.clone().certify(certificate("1", "section 3")).unwrap();
    for report in [issued, certified.clone(), certified.recall().unwrap()] {
        let passed = report.transfer().unwrap();
        assert_eq!(passed.status, Status::Draft { answers: None, certificate: None });
    }
    for report in [submitted(60), approved(60)] {
        assert!(matches!(report.transfer(), Err(Refusal::NotInThisState(_))));
    }
}
