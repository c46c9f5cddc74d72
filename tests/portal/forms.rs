//! Forms posted twice, at once, from two tabs, and after the session has ended: one effect, and nothing typed is lost.

use chrono::Duration;

use crate::{
    browser::{Browser, Form, Page, at_once},
    files::PDF,
    journeys::{begin, fill, issue},
    portal::{PASSWORD, Portal},
};

/// The page of Ale's grant for 2022.
fn grant(browser: &Browser) -> Page {
    browser
        .get("/bidrag")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022")
}

fn start_form(browser: &Browser) -> Form {
    grant(browser).form_with("/rekvisitioner", "value=\"bas\"")
}

fn sign_form(signatory: &Browser, requisition: &str) -> Form {
    let page = signatory.get(&format!("{requisition}/underskrift"));
    page.form("/underskrift").set("password", PASSWORD)
}

#[track_caller]
/// The same but for the notice's signature, which has its second in it.
fn lead_to_the_same(pages: &[Page]) -> &Page {
    let address = |page: &Page| page.address.split("&besked=").next().unwrap().to_owned();
    for page in pages {
        assert_eq!((page.status, address(page)), (200, address(&pages[0])), "{}", page.text());
    }
    &pages[0]
}

#[test]
fn a_requisition_begun_twice_from_one_page_is_one() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let start = start_form(&preparer);
    lead_to_the_same(&[start.submit(), start.submit()]);
    grant(&preparer).expect("AO22-1440-R1").expect_not("AO22-1440-R2");
}

#[test]
fn a_requisition_begun_twice_at_once_is_one() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    lead_to_the_same(&at_once(vec![start_form(&preparer); 4]));
    grant(&preparer).expect("AO22-1440-R1").expect_not("AO22-1440-R2");
}

#[test]
fn a_draft_saved_twice_is_no_conflict() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let page = begin(&preparer, "bas");
    let form = page.form("/uppgifter").set("contact_person", "Åsa Prov").set("handling", "spara");
    lead_to_the_same(&[form.submit(), form.submit()]).form("/uppgifter");
    let form =
        preparer.get(&page.address).form("/uppgifter").set("city", "Surte").set("handling", "fortsatt");
    let pages = at_once(vec![form; 4]);
    assert!(pages.iter().all(|page| page.status == 422 && page.value_of("city") == "Surte"));
}

#[test]
fn a_requisition_issued_twice_has_one_version() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let check = fill(&begin(&preparer, "bas")).set("handling", "fortsatt").submit();
    let form = check.form("/kontroll").set("confirmed", "ja");
    let pages = at_once(vec![form.clone(); 3]);
    lead_to_the_same(&pages);
    assert_eq!(form.submit().expect("Väntar på underskrift").fact("Version"), "1");
}

#[test]
fn a_requisition_signed_twice_is_submitted_once_and_both_see_the_receipt() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let signatory = portal.signatory("Ale");
    let form = sign_form(&signatory, &requisition);
    let pages = at_once(vec![form.clone(); 3]);
    assert!(lead_to_the_same(&pages).address.ends_with("/kvitto"));
    form.submit().expect("Kvitto på inlämnad rekvisition");
    let page = grant(&signatory);
    assert_eq!(page.fact("Rekvirerat"), "100 000 kr");
    let text = page.text();
    assert_eq!(text.matches("skrevs under och lämnades in").count(), 1, "{text}");
}

#[test]
fn a_scan_uploaded_twice_is_submitted_once_and_both_see_the_receipt() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let form = issue(&preparer, "bas", "100 000").form("/inskannad").file("file", "skan.pdf", PDF);
    let pages = at_once(vec![form.clone(); 3]);
    assert!(lead_to_the_same(&pages).address.ends_with("/kvitto"));
    form.submit().expect("Kvitto på inlämnad rekvisition");
    let page = preparer.get(&requisition_of(&form));
    assert_eq!(page.html().matches("/bilagor/").count(), 1);
    assert_eq!(grant(&preparer).fact("Rekvirerat"), "100 000 kr");
}

fn requisition_of(form: &Form) -> String {
    form.action().rsplit_once('/').unwrap().0.to_owned()
}

#[test]
fn a_button_pressed_twice_does_what_it_did_once() {
    let portal = Portal::new();
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let issued = issue(&preparer, "bas", "100 000");
    lead_to_the_same(&at_once(vec![issued.form("/atertagande"); 2]));
    let draft = preparer.get(&issued.address);
    lead_to_the_same(&at_once(vec![draft.form("/borttagning"); 2]));
    grant(&preparer).expect("Borttagen");

    let requisition = issue(&preparer, "bas", "100 000").address;
    sign_form(&signatory, &requisition).submit().expect_status(200);
    let withdraw = preparer.get(&requisition).form("/aterkallelse").set("reason", "Fel belopp.");
    lead_to_the_same(&at_once(vec![withdraw; 2]));
    assert_eq!(grant(&preparer).fact("Rekvirerat"), "0 kr");
    let text = grant(&preparer).text();
    assert_eq!(text.matches("återkallades").count(), 1, "{text}");
}

#[test]
fn two_tabs_that_begin_are_two_drafts_and_only_one_fits_the_allocation() {
    let portal = Portal::new();
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let begun: Vec<Page> = [start_form(&preparer), start_form(&preparer)].iter().map(Form::submit).collect();
    let requisitions: Vec<String> = begun
        .iter()
        .map(|page| fill(page).set("handling", "fortsatt").submit())
        .map(|check| check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200).address)
        .collect();
    let forms: Vec<Form> = requisitions.iter().map(|address| sign_form(&signatory, address)).collect();
    let pages = at_once(forms);
    let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let refused = pages.into_iter().find(|page| page.status == 409).unwrap();
    refused.expect("större än vad som är kvar att rekvirera: 0 kr");
    assert_eq!(grant(&preparer).fact("Rekvirerat"), "381 308 kr");
}

#[test]
fn two_tabs_on_one_draft_overwrite_nothing_unseen() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let one = begin(&preparer, "bas");
    let other = preparer.get(&one.address);
    one.form("/uppgifter").set("city", "Alafors").set("handling", "spara").submit().expect_status(200);
    let late = other.form("/uppgifter").set("city", "Surte").set("handling", "spara").submit();
    let late = late.expect_status(409);
    assert_eq!(late.beside("Postadress, ort"), ["Surte", "Alafors"]);
    assert_eq!(late.value_of("city"), "Surte");
}

/// Signs in on a page that asks for it.
fn sign_in_again(page: &Page) -> Page {
    page.form("/logga-in").set("email", "ekonom@ale.example").set("password", PASSWORD).submit()
}

#[test]
fn what_was_typed_comes_back_when_the_session_has_ended() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    portal.age_sessions(Duration::minutes(61), Duration::minutes(90));
    let form = edit.form("/uppgifter").set("contact_person", "Åsa \"&<Prov>").set("handling", "spara");
    let sign_in = form.submit().expect_status(401).expect("Det du skrev finns kvar");
    let wrong = sign_in.form("/logga-in").set("email", "ekonom@ale.example").set("password", "fel").submit();
    let held = sign_in_again(&wrong.expect_status(422)).expect("Inget har sparats än");
    let saved = held.form_with("/uppgifter", "Fortsätt med det jag skrev").submit();
    assert_eq!(saved.expect("Utkastet är sparat.").value_of("contact_person"), "Åsa \"&<Prov>");
}

#[test]
fn what_was_typed_comes_back_when_somebody_signed_in_anew_in_another_tab() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    preparer.get("/bidrag").form("/logga-ut").submit().expect_status(200);
    sign_in_again(&preparer.get("/logga-in")).expect_status(200);

    let form = edit.form("/uppgifter").set("contact_person", "Åsa Prov").set("handling", "spara");
    let held = form.submit().expect_status(403).expect("Det du skrev finns kvar");
    assert_eq!(preparer.get(&edit.address).value_of("contact_person"), "");
    let saved = held.form_with("/uppgifter", "Fortsätt med det jag skrev").submit();
    assert_eq!(saved.expect("Utkastet är sparat.").value_of("contact_person"), "Åsa Prov");
}

#[test]
fn what_was_typed_comes_back_after_signing_out_in_another_tab() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let edit = begin(&preparer, "bas");
    preparer.get("/bidrag").form("/logga-ut").submit().expect_status(200);
    let form = edit.form("/uppgifter").set("city", "Surte").set("handling", "spara");
    let held = sign_in_again(&form.submit().expect_status(401)).expect("Det du skrev finns kvar");
    let saved = held.form_with("/uppgifter", "Fortsätt med det jag skrev").submit();
    assert_eq!(saved.expect("Utkastet är sparat.").value_of("city"), "Surte");
}

#[test]
fn a_password_is_never_shown_again() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let signatory = portal.signatory("Ale");
    let form = sign_form(&signatory, &requisition);
    let csrf = form.value_of("csrf").to_owned();
    let says_secrets = |page: &Page| page.html().contains(PASSWORD) || page.html().contains("hemligt");

    assert!(!says_secrets(&form.clone().set("password", "hemligt").submit().expect_status(422)));
    signatory.get("/bidrag").form("/logga-ut").submit().expect_status(200);
    let sign_in = form.submit().expect_status(401);
    assert!(!says_secrets(&sign_in) && !sign_in.html().contains(&csrf));
    let wrong = sign_in.form("/logga-in").set("email", "företrädare@ale.example").set("password", "hemligt");
    let wrong = wrong.submit().expect_status(422);
    assert!(!says_secrets(&wrong));
    let right = wrong.form("/logga-in").set("password", PASSWORD).submit().expect_status(200);
    assert!(!says_secrets(&right));
    // The signature is confirmed by a password typed now, not by one that was kept.
    right.form("/underskrift").submit().expect_status(422).expect("Lösenordet är fel");
    signatory.get(&requisition).expect("Väntar på underskrift");
}

#[test]
fn signing_out_when_the_session_has_ended_is_no_dead_end() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let page = preparer.get("/bidrag");
    portal.age_sessions(Duration::minutes(61), Duration::minutes(90));
    let sign_in = page.form("/logga-ut").submit().expect_status(401);
    sign_in_again(&sign_in).expect_status(200).expect("Mina bidrag");
}

/// As with a browser that kept its tabs over a restart, but not its cookie.
#[test]
fn a_sign_in_page_older_than_the_cookie_still_leads_on() {
    let portal = Portal::new();
    let edit = begin(&portal.preparer("Ale"), "bas").address;
    let old = portal.anyone().get(&edit).form("/logga-in").set("email", "ekonom@ale.example");
    let again = old.set("password", PASSWORD).sent_by(&portal.anyone()).submit();
    assert!(!again.html().contains(PASSWORD));
    sign_in_again(&again).expect_status(200).form("/uppgifter");
}
