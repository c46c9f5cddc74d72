//! What nobody does alone, or without having seen it, in onward distribution.

use bidragsporten::{
    ground::infra::{db::DbError, limits::Limits, schema::memberships},
    people::access::Role,
};
use diesel::prelude::*;

use crate::{
    browser::{Form, Page},
    handed_on::{
        apply, approved, award_all, confirmed, fill_application, fill_model, grant, invited, link, list_of,
    },
    portal::Portal,
};

/// Every signatory is one that the own administrator has made, and no authority has confirmed.
fn confirmed_by_no_authority(portal: &Portal, is_confirmed: bool) {
    portal
        .db
        .write_now(|connection| {
            diesel::update(memberships::table.filter(memberships::role.eq(Role::Signatory.key())))
                .set(memberships::confirmed.eq(is_confirmed))
                .execute(connection)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
}

#[track_caller]
fn refused(form: &Form) {
    confirmed(form).expect_status(409).expect("väntar på bekräftelse av myndigheten");
}

#[test]
fn a_signatory_whom_no_authority_has_confirmed_hands_nothing_on() {
    let portal = Portal::new();
    let grant = grant(&portal, "Ale");
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let at = |path: &str| format!("{grant}/vidarefordelning{path}");
    fill_model(&preparer, &grant).submit().expect_status(200);
    let with = |is_confirmed| confirmed_by_no_authority(&portal, is_confirmed);
    // What is refused once is done when the mandate holds.
    let twice = |form: Form| {
        with(false);
        refused(&form);
        with(true);
        confirmed(&form).expect_status(200)
    };
    twice(signatory.get(&at("/modell")).form("/faststallelse"));
    twice(signatory.get(&at("/modell")).form("/andring"));
    let again = portal.preparer("Ale").get(&at("/modell")).form("/modell").set("action", "kontrollera");
    again.submit().expect_status(200);
    confirmed(&signatory.get(&at("/modell")).form("/faststallelse")).expect_status(200);
    crate::handed_on::import(&preparer, crate::handed_on::UNITS).expect_status(200);
    preparer.get(&at("")).form("/inbjudningar").submit().expect_status(200);
    twice(signatory.get(&at("/modell/dagar")).form("/dagar").set("apply_by", "2022-06-15"));
    twice(signatory.get(&at("/reserv")).form("/reserv").set("reserve", "40 000"));
    for unit in ["Norr", "Syd", "Eken"] {
        apply(&portal, &grant, unit);
    }
    let unit = |name: &str| signatory.get(&at("")).follow(name);
    twice(unit("Eken").form("/avslag").set("reason", "Fel slag."));
    let decision = signatory.get(&at("/beslut"));
    twice(decision.form("/beslut"));
    twice(unit("Syd").form("/rattning").set("putting_right", "Fel storlek."));
    let other = unit("Norr").form("/konto").add("giro", "plusgiro").set("account", "1234567-4");
    twice(other.set("account_reason", "Ringde."));
    let list = at(&format!("/betalningslistor/{}", list_of(&portal, &grant)));
    let page = signatory.get(&list);
    let chosen = page.choice_of("chosen", "Norr");
    twice(page.form("/inte-betalt").add("chosen", &chosen).set("reason", "Kontot är avslutat."));
    twice(signatory.get(&list).form("/betalt-anda"));
    let back = unit("Norr").form("/aterbetalning").set("amount", "5 000").set("returned_on", "2022-03-14");
    back.submit().expect_status(200);
    twice(unit("Norr").form("/struket").set("striking", "Fel belopp."));
    let reckoned = signatory.get(&at("/omfordelning")).form("/omfordelning");
    let reckoned = confirmed(&reckoned.set("sum", "1 000").set("action", "berakna"));
    twice(reckoned.form_with("/omfordelning", "amount_").set("action", "besluta"));
    twice(unit("Norr").form("/atertagande").set("taking_back", "Enheten läggs ned."));
}

#[test]
fn a_list_is_made_of_the_accounts_that_its_page_showed_and_marks_those_that_are_new() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    apply(&portal, &grant, "Norr");
    apply(&portal, &grant, "Syd");
    award_all(&portal, &grant).expect_status(200);
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let lists = format!("{grant}/vidarefordelning/betalningslistor");
    let page = preparer.get(&lists).expect("Bankgiro 5050-1055").expect_not("Nytt konto");
    let form = page.form("/betalningslistor").set("account", "5050-1055").set("bic", "SWEDSESS");
    let form = form.set("pay_on", "2022-04-01");
    // A colleague moves a unit's payments meanwhile.
    let unit = signatory.get(&format!("{grant}/vidarefordelning")).follow("Norr");
    let other = unit.form("/konto").add("giro", "bankgiro").set("account", "991-2346");
    confirmed(&other.set("account_reason", "Ringde enhetschefen.")).expect_status(200);
    let anew = confirmed(&form).expect_status(409).expect("Företrädare i Ale har sparat medan du skrev");
    let anew = anew.expect("Bankgiro 991-2346 Nytt konto. Förut Bankgiro 5050-1055");
    assert_eq!(anew.value_of("bic"), "SWEDSESS");
    preparer.get(&lists).expect_not("AO22-1440-V-L1");
    // Seen, it is made: and the list and its file for the ledger say so too.
    let form = anew.form("/betalningslistor");
    let list = form.submit().expect_status(200).follow("AO22-1440-V-L1").address;
    preparer.get(&list).expect("Bankgiro 991-2346 Nytt konto. Förut Bankgiro 5050-1055");
    let csv = preparer.get(&format!("{list}/betalningar.csv")).html();
    let row = |unit: &str| csv.lines().find(|row| row.contains(unit)).unwrap().to_owned();
    assert!(row("Norr").contains("991-2346") && row("Norr").contains("Bankgiro 5050-1055"), "{csv}");
    assert!(!row("Syd").contains("Bankgiro 5050-1055"), "{csv}");
    assert!(preparer.get(&format!("{list}/pain001.xml")).html().contains("9912346"));
}

#[test]
fn an_account_that_came_with_an_application_put_right_is_marked_on_the_first_list_only() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let norr = apply(&portal, &grant, "Norr");
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let unit = signatory.get(&format!("{grant}/vidarefordelning")).follow("Norr");
    confirmed(&unit.form("/rattning").set("putting_right", "Fel konto.")).expect_status(200);
    let form = portal.anyone().get(&norr).form("/ansokan").set("account", "991-2346").set("assured", "ja");
    form.submit().expect_status(200);
    signatory.get(&format!("{grant}/vidarefordelning/beslut")).expect("nytt konto sedan ansökan");
    award_all(&portal, &grant).expect_status(200);
    let first = list_of(&portal, &grant);
    let lists = format!("{grant}/vidarefordelning/betalningslistor");
    preparer.get(&format!("{lists}/{first}")).expect("Nytt konto. Förut Bankgiro 5050-1055");
    let form = signatory.get(&format!("{grant}/vidarefordelning/omfordelning")).form("/omfordelning");
    let reckoned = confirmed(&form.set("sum", "1 000").set("action", "berakna"));
    reckoned.form_with("/omfordelning", "amount_").set("action", "besluta").submit().expect_status(200);
    preparer.get(&lists).expect("Bankgiro 991-2346").expect_not("Nytt konto");
}

#[test]
fn no_list_is_dated_on_a_day_when_banks_are_closed() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    let page = portal.preparer("Ale").get(&format!("{grant}/vidarefordelning/betalningslistor"));
    let form = page.form("/betalningslistor").set("account", "5050-1055").set("bic", "SWEDSESS");
    let good_friday = confirmed(&form.clone().set("pay_on", "2022-04-15")).expect_status(422);
    let told = good_friday.error_at("pay_on");
    assert!(told.contains("stängda fredag 15 april 2022. Nästa bankdag är tisdag 19 april 2022"), "{told}");
    assert_eq!(good_friday.value_of("bic"), "SWEDSESS");
    form.set("pay_on", "2022-04-19").submit().expect_status(200).expect("AO22-1440-V-L1");
}

#[test]
fn wrong_links_are_counted_by_address_and_a_right_one_opens_all_the_same() {
    let portal =
        Portal::set_up(|state| bidragsporten::ground::infra::Portal { limits: Limits::on(), ..state });
    let grant = approved(&portal, "Ale");
    let preparer = portal.preparer("Ale");
    crate::handed_on::import(&preparer, crate::handed_on::UNITS).expect_status(200);
    preparer.get(&format!("{grant}/vidarefordelning")).form("/inbjudningar").submit().expect_status(200);
    let norr = link(&preparer, &grant, "Norr");
    let wrong = format!("{}x", norr);
    let anyone = portal.anyone();
    let answers: Vec<u16> = (0..40).map(|_| anyone.get(&wrong).status).collect();
    assert!(answers[..30].iter().all(|status| *status == 404), "{answers:?}");
    assert_eq!(answers[39], 429);
    let page: Page = anyone.get(&norr).expect_status(200);
    fill_application(&page).submit().expect_status(200).expect("Ansökan inkommen");
}

#[test]
fn an_application_that_came_in_anew_is_not_granted_unseen() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let norr = apply(&portal, &grant, "Norr");
    apply(&portal, &grant, "Syd");
    let signatory = portal.signatory("Ale");
    let decision = signatory.get(&format!("{grant}/vidarefordelning/beslut")).form("/beslut");
    let unit = signatory.get(&format!("{grant}/vidarefordelning")).follow("Norr");
    confirmed(&unit.form("/rattning").set("putting_right", "Fel storlek.")).expect_status(200);
    let larger = portal.anyone().get(&norr).form("/ansokan").set("size", "60").set("assured", "ja");
    larger.submit().expect_status(200);
    let late = confirmed(&decision).expect_status(409);
    assert!(late.error_at("chosen").contains("Norr har ändrat sin ansökan"), "{}", late.text());
    // The one that is as it was is still ticked; the other is to be looked at.
    let norr = late.choice_of("chosen", "Norr");
    late.form("/beslut").add("chosen", &norr).submit().expect_status(200);
    assert_eq!(crate::handed_on::figures(&signatory, &grant)[1], "70 000 kr");
}

#[test]
fn a_model_is_not_approved_before_it_is_decided() {
    let portal = Portal::new();
    let grant = grant(&portal, "Ale");
    let form = fill_model(&portal.preparer("Ale"), &grant).set("decided_on", "2022-03-16");
    form.submit().expect_status(200);
    let model = format!("{grant}/vidarefordelning/modell");
    let approve = portal.signatory("Ale").get(&model).form("/faststallelse");
    let early = confirmed(&approve).expect_status(422);
    assert!(early.error_at("decided_on").contains("R1009"), "{}", early.text());
    portal.at("2022-03-16 09:00:00");
    approve.submit().expect_status(200).expect("31 maj 2022");
}

#[test]
fn the_report_is_filled_with_what_the_page_showed() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let norr = apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    list_of(&portal, &grant);
    crate::steps::paid(&portal, "Ale", "381 308");
    let preparer = portal.preparer("Ale");
    crate::steps::begin_report(&preparer, &grant);
    let form = preparer.get(&format!("{grant}/vidarefordelning/redovisning")).form("/redovisning");
    let report = portal.anyone().get(&norr).form("/aterrapport").add("uses", "0").set("used", "15 000");
    let report = report.set("used_for", "Surfplattor").set("benefit", "Trygghet").set("by", "Kim Exempel");
    report.submit().expect_status(200);
    let late = form.submit().expect_status(409).expect("En enhet har återrapporterat");
    let filled = late.form("/redovisning").submit().expect_status(200);
    assert_eq!(filled.value_of("costs_bas").replace('\u{a0}', " "), "15 000");
}

#[test]
fn money_that_came_back_is_registered_twice_only_when_that_is_said() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    list_of(&portal, &grant);
    let preparer = portal.preparer("Ale");
    let register = |reference: &str| {
        let unit = preparer.get(&format!("{grant}/vidarefordelning")).follow("Norr");
        let form = unit.form("/aterbetalning").set("amount", "2 000").set("returned_on", "2022-03-14");
        form.set("reference", reference).submit()
    };
    register("Bg 17").expect_status(200);
    let asked = register(" bg  17").expect_status(422);
    assert!(
        asked.error_at("is_another").contains("2 000 kr den 14 mars 2022, referens Bg 17"),
        "{}",
        asked.text()
    );
    assert_eq!(crate::handed_on::figures(&preparer, &grant)[1], "18 000 kr");
    asked.form("/aterbetalning").add("is_another", "ja").submit().expect_status(200);
    assert_eq!(crate::handed_on::figures(&preparer, &grant)[1], "16 000 kr");
    register("Bg 18").expect_status(200);
    // What was struck is not there any more.
    let unit = portal.signatory("Ale").get(&format!("{grant}/vidarefordelning")).follow("Norr");
    confirmed(&unit.form("/struket").set("striking", "Fel enhet.")).expect_status(200);
    register("Bg 17").expect_status(200);
}
