//! Many at once: nobody spends the same money, nobody overwrites another.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use bidragsporten::grants::grant::{self, Account, store::GrantFilter};

use crate::{
    browser::Form,
    journeys::{case_of, issue, sign},
    portal::{PASSWORD, Portal},
    steps::{begin, fill},
};

/// Requisitions of two thousand kronor each, against 381 308: only 190 fit. Those above that were begun while something was
/// left beside what waits.
#[test]
fn simultaneous_submissions_never_exceed_the_allocation() {
    const FIT: usize = 190;
    const ABOVE: usize = 3;
    const COUNT: usize = FIT + ABOVE;
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    // One person's tries of a password wait for each other; of different persons they do not.
    let signatories: Vec<_> = (0..COUNT / 5)
        .map(|number| {
            portal.sign_in(
                "Ale",
                &[bidragsporten::people::access::Role::Signatory],
                &format!("Företrädare {number}"),
            )
        })
        .collect();
    let mut waiting: Vec<String> = (0..FIT).map(|_| issue(&preparer, "bas", "2 000").address).collect();
    let begun: Vec<_> = (0..ABOVE).map(|_| begin(&preparer, "bas")).collect();
    waiting.extend(begun.iter().map(|form| {
        let check = fill(form).set("amount", "2 000").set("handling", "fortsatt").submit();
        check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200).address
    }));
    let forms: Vec<_> = waiting
        .iter()
        .enumerate()
        .map(|(number, requisition)| {
            let signatory = &signatories[number % signatories.len()];
            let page = signatory.get(&format!("{requisition}/underskrift"));
            page.form("/underskrift").set("password", PASSWORD)
        })
        .collect();
    let start = Arc::new(Barrier::new(COUNT));
    let threads: Vec<_> = forms
        .into_iter()
        .map(|form| {
            let start = Arc::clone(&start);
            thread::spawn(move || {
                start.wait();
                submit_until_answered(&form)
            })
        })
        .collect();
    let statuses: Vec<u16> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let count = |status| statuses.iter().filter(|given| **given == status).count();
    assert_eq!((count(200), count(409)), (FIT, ABOVE), "{statuses:?}");

    let ledgers = portal
        .db
        .read_now(|connection| {
            let agreement =
                bidragsporten::terms::agreement::store::find_by_slug(connection, "aldreomsorg-2022")?;
            grant::store::ledgers(connection, GrantFilter::of(&[agreement.unwrap().id]))
        })
        .unwrap();
    let requisitioned: Vec<_> = ledgers
        .values()
        .map(|ledger| ledger.total(Account::Requisitioned))
        .filter(|amount| !amount.is_zero())
        .collect();
    assert_eq!(requisitioned, [values::Money::kronor(380_000)]);
}

/// A machine under load may ask to try again; who was asked does so, as the page says.
fn submit_until_answered(form: &Form) -> u16 {
    loop {
        match form.submit().status {
            503 => {}
            status => return status,
        }
    }
}

#[test]
fn of_two_officers_at_once_one_decides_and_the_other_is_told() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "381 308").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let role = [bidragsporten::people::access::Role::CaseOfficer];
    let (one, other) = (portal.officer(), portal.sign_in("Kammarkollegiet", &role, "Handläggare två"));
    let (first, second) = (one.get(&case_of(&requisition)), other.get(&case_of(&requisition)));
    first.form("/godkannande").submit().expect("Godkänd");
    let late = second.form("/avslag").set("reason", "Fel konto.").submit();
    let late =
        late.expect_status(409).expect("Det går inte nu: rekvisitionen är godkänd.").expect("Fel konto.");
    late.expect("Det senaste som hände: Rekvisitionen godkändes");
    one.get(&case_of(&requisition)).expect("Godkänd").expect_not("Fel konto.");
}

#[test]
fn colleagues_never_overwrite_each_other_unseen() {
    let portal = Portal::new();
    let role = [bidragsporten::people::access::Role::Preparer];
    let (one, other) = (portal.preparer("Ale"), portal.sign_in("Ale", &role, "Ekonom två"));
    let mine = begin(&one, "bas");
    let theirs = other.get(&mine.address);
    theirs
        .form("/uppgifter")
        .set("contact_person", "Kollegan")
        .set("handling", "spara")
        .submit()
        .expect_status(200);
    let late = mine.form("/uppgifter").set("contact_person", "Jag själv").set("handling", "spara").submit();
    let late = late.expect_status(409).expect("Ekonom två i Ale har sparat medan du skrev");
    assert_eq!(late.beside("Kontaktperson"), ["Jag själv", "Kollegan"]);
    assert_eq!(late.value_of("contact_person"), "Jag själv");
    late.form("/uppgifter").set("handling", "spara").submit().expect_status(200);
    assert_eq!(other.get(&mine.address).value_of("contact_person"), "Jag själv");
}
