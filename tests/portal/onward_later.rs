//! Onward distribution after the first plan: days that are moved, payments that fail, another reserve, a successor.

use crate::{
    browser::at_once,
    handed_on::{apply, award_all, confirmed, figures, fill_application, import, invited, link, list_of},
    portal::Portal,
    registry::merge,
};

#[test]
fn days_are_moved_forward_after_units_have_applied_and_never_back() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    apply(&portal, &grant, "Norr");
    let syd = link(&portal.preparer("Ale"), &grant, "Syd");
    portal.at("2022-06-01 09:00:00");
    assert!(!portal.anyone().get(&syd).has_form("/ansokan"));
    let days = format!("{grant}/vidarefordelning/modell/dagar");
    let preparer = portal.preparer("Ale");
    assert!(!preparer.get(&days).expect_status(200).has_form("/dagar"));
    let signatory = portal.signatory("Ale");
    let form = signatory.get(&format!("{grant}/vidarefordelning/modell")).follow("Flytta fram dagarna");
    let form = form.form("/dagar");
    let same = confirmed(&form).expect_status(422);
    assert!(same.error_at("apply_by").contains("minst en"));
    let back = form.clone().set("apply_by", "2022-05-30").set("use_by", "2023-01-01").submit();
    let back = back.expect_status(422);
    assert!(back.error_at("apply_by").contains("R1011") && back.error_at("use_by").contains("R1008"));
    let slip = form.clone().set("report_by", "2032-01-31").submit().expect_status(422);
    assert!(slip.error_at("report_by").contains("inom ett år"));
    assert_eq!(back.form("/dagar").value_of("apply_by"), "2022-05-30");
    let later = form.set("apply_by", "2022-06-15").set("decision_number", "ÄN 2022/31");
    for page in at_once([later.clone(), later.clone()]) {
        page.expect_status(200);
    }
    // From a page that is older than that.
    let late =
        later.set("apply_by", "2022-07-15").submit().expect_status(409).expect("har sparat medan du skrev");
    assert_eq!(late.beside("Sista dag att ansöka"), ["2022-07-15", "2022-06-15"]);
    let plan = preparer.get(&format!("{grant}/vidarefordelning"));
    plan.expect("15 juni 2022").expect("ansöka 31 maj 2022 → 15 juni 2022, beslut ÄN 2022/31");
    let page = portal.anyone().get(&syd);
    fill_application(&page).submit().expect("Ansökan inkommen");
}

#[test]
fn the_reserve_has_a_purpose_and_a_decision_of_its_own() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let reserve = format!("{grant}/vidarefordelning/reserv");
    assert!(!preparer.get(&reserve).expect_status(200).has_form("/reserv"));
    let form = signatory.get(&reserve).form("/reserv");
    assert_eq!(form.value_of("reserved_for"), "Digitala lås");
    let left = figures(&preparer, &grant)[3].clone();
    let nameless = confirmed(&form.clone().set("reserved_for", "")).expect_status(422);
    assert!(nameless.error_at("reserved_for").contains("R1006"));
    let too_much = form.clone().set("reserve", "900 000").submit().expect_status(409);
    assert!(too_much.error_at("reserve").contains("R1062"));
    let none = form
        .clone()
        .set("reserve", "0")
        .set("reserved_for", "")
        .set("decision_number", "ÄN 2022/40")
        .submit();
    none.expect_status(200);
    let stale = form.set("reserved_for", "Sensorer").submit().expect_status(409);
    let stale = stale.expect("har sparat medan du skrev");
    assert_eq!(stale.beside("Reserven ska vara"), ["50 000", "0"]);
    assert_eq!(stale.beside("Till vad"), ["Sensorer", "tomt"]);
    assert_eq!(figures(&preparer, &grant)[2], "0 kr");
    assert_ne!(figures(&preparer, &grant)[3], left);
    let again = signatory.get(&reserve).form("/reserv").set("reserve", "20 000").set("reserved_for", "Larm");
    again.submit().expect_status(200);
    let history = preparer.get(&format!("{grant}/vidarefordelning/historik")).expect_status(200);
    history
        .expect("från 50 000 kr till 0 kr, beslut ÄN 2022/40")
        .expect("från 0 kr till 20 000 kr, till Larm");
    preparer.get(&format!("{grant}/vidarefordelning/modell")).expect("20 000 kr till Larm");
}

#[test]
fn what_the_bank_did_not_pay_is_paid_by_another_list_and_the_first_stays_as_it_was_sent() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let norr = apply(&portal, &grant, "Norr");
    apply(&portal, &grant, "Syd");
    award_all(&portal, &grant).expect_status(200);
    let first = format!("{grant}/vidarefordelning/betalningslistor/{}", list_of(&portal, &grant));
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let file = |list: &str| preparer.get(&format!("{list}/pain001.xml")).expect_status(200).html();
    let sent = file(&first);
    assert!(!preparer.get(&first).expect_status(200).has_form("/inte-betalt"));
    portal.preparer("Alingsås").get(&first).expect_status(404);

    // Norr's account was wrong.
    let page = signatory.get(&first);
    let empty = confirmed(&page.form("/inte-betalt")).expect_status(422);
    assert!(empty.error_at("chosen").contains("R1061") && empty.error_at("reason").contains("R1066"));
    let of_norr = page.choice_of("chosen", "Norr");
    let form = page.form("/inte-betalt").add("chosen", &of_norr).set("reason", "Kontot är avslutat.");
    for page in at_once([form.clone(), form.clone()]) {
        page.expect_status(200).expect("Kontot är avslutat.").expect("Varav inte betalt");
    }
    form.submit().expect_status(200);
    assert_eq!(file(&first), sent);
    assert_eq!(figures(&preparer, &grant)[1], "55 000 kr");
    let lists = format!("{grant}/vidarefordelning/betalningslistor");
    preparer.get(&lists).expect("Delvis betald").expect("Väntar på betalning: 1 enhet, 20 000 kr");

    // It puts its account right, and is paid by a list of its own.
    let unit = signatory.get(&format!("{grant}/vidarefordelning")).follow("Norr").address;
    let back = signatory.get(&unit).expect("Banken betalade inte 20 000 kr").form("/rattning");
    confirmed(&back.set("putting_right", "Kontot är avslutat.")).expect_status(200);
    let page = portal.anyone().get(&norr);
    page.form("/ansokan").set("account", "991-2346").set("assured", "ja").submit().expect("Ansökan inkommen");
    assert_eq!(file(&first), sent);
    award_all(&portal, &grant).expect_status(200);
    let form = preparer.get(&lists).form("/betalningslistor").set("pay_on", "2022-04-20");
    let second = confirmed(&form).expect_status(200).follow("AO22-1440-V-L2").address;
    let again = file(&second);
    assert!(again.contains("9912346") && again.contains("<CtrlSum>20000.00</CtrlSum>"), "{again}");
    let id_of = |xml: &str| xml.split("<EndToEndId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(id_of(&again).ends_with("-2") && !sent.contains(&id_of(&again)), "{again}");
    assert_eq!(file(&first), sent);

    // What has been put on another list is not put back on the first.
    assert!(!signatory.get(&first).has_form("/betalt-anda"));
    // The bank took nothing of the second: all of it waits again.
    let all = signatory.get(&second).form("/inte-betalt").set("reason", "Fel dag.").set("action", "alla");
    for page in at_once([all.clone(), all.clone()]) {
        page.expect_status(200).expect("Fel dag.");
    }
    all.submit().expect_status(200);
    preparer.get(&lists).expect("Inte betald").expect("1 enhet, 20 000 kr");
    assert_eq!(figures(&preparer, &grant)[1], "55 000 kr");

    // It had, after all.
    let made = signatory.get(&second).form("/betalt-anda");
    for page in at_once([made.clone(), made.clone()]) {
        page.expect_status(200).expect_not("Fel dag.");
    }
    assert_eq!(file(&second), again);
    preparer.get(&lists).expect_not("Inte betald").expect_not("Väntar på betalning");
    preparer.get(&format!("{grant}/vidarefordelning/historik")).expect("Banken hade betalat ändå");
}

#[test]
fn of_two_who_tell_what_the_bank_did_not_pay_neither_is_lost() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    apply(&portal, &grant, "Norr");
    apply(&portal, &grant, "Syd");
    award_all(&portal, &grant).expect_status(200);
    let list = format!("{grant}/vidarefordelning/betalningslistor/{}", list_of(&portal, &grant));
    let signatory = portal.signatory("Ale");
    let page = signatory.get(&list);
    let (norr, syd) = (page.choice_of("chosen", "Norr"), page.choice_of("chosen", "Syd"));
    let other = signatory.get(&list).form("/inte-betalt");
    let form = page.form("/inte-betalt").set("reason", "Kontot är avslutat.");
    confirmed(&form.add("chosen", &norr)).expect_status(200);
    let both = other.add("chosen", &norr).add("chosen", &syd).set("reason", "Fel dag.");
    both.submit().expect_status(200).expect("Kontot är avslutat.").expect("Fel dag.");
    let lists = format!("{grant}/vidarefordelning/betalningslistor");
    portal.preparer("Ale").get(&lists).expect("Väntar på betalning: 2 enheter, 55 000 kr");
}

#[test]
fn more_for_a_unit_whose_account_is_closed_is_paid_to_another_or_taken_back() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    let first = format!("{grant}/vidarefordelning/betalningslistor/{}", list_of(&portal, &grant));
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let sent = preparer.get(&format!("{first}/pain001.xml")).html();
    let more = |amount: &str| {
        let form = signatory.get(&format!("{grant}/vidarefordelning/omfordelning")).form("/omfordelning");
        let reckoned = confirmed(&form.set("sum", amount).set("action", "berakna"));
        let given = reckoned.form_with("/omfordelning", "amount_").set("action", "besluta").submit();
        given.expect_status(200);
    };
    more("5 000");
    let unit = signatory.get(&format!("{grant}/vidarefordelning")).follow("Norr").address;
    assert!(!preparer.get(&unit).has_form("/konto") && !preparer.get(&unit).has_form("/atertagande"));
    // Part of it is paid: the application is not given back, but the rest goes elsewhere.
    let page = signatory.get(&unit);
    assert!(!page.has_form("/rattning"));
    let empty = confirmed(&page.form("/konto")).expect_status(422);
    assert!(empty.error_at("giro").contains("R1046") && empty.error_at("account_reason").contains("R1046"));
    let other = page.form("/konto").add("giro", "plusgiro").set("account", "1234567-4");
    let other = other.set("account_reason", "Ringde enhetschefen.");
    for page in at_once([other.clone(), other.clone()]) {
        page.expect_status(200).expect("Nytt konto från lista L2").expect("Ringde enhetschefen.");
    }
    let form = preparer.get(&format!("{grant}/vidarefordelning/betalningslistor")).form("/betalningslistor");
    let second = confirmed(&form.set("pay_on", "2022-04-20")).follow("AO22-1440-V-L2").address;
    assert!(preparer.get(&format!("{second}/pain001.xml")).html().contains("12345674"));
    assert_eq!(preparer.get(&format!("{first}/pain001.xml")).html(), sent);
    // What waits for a list can be taken back, and is then left to distribute.
    more("1 000");
    assert_eq!(figures(&preparer, &grant)[1], "26 000 kr");
    let back = signatory.get(&unit).form("/atertagande").set("taking_back", "Enheten läggs ned.");
    for page in at_once([back.clone(), back]) {
        page.expect_status(200);
    }
    assert_eq!(figures(&preparer, &grant)[1], "25 000 kr");
    assert!(!signatory.get(&unit).has_form("/atertagande"));
}

#[test]
fn of_money_that_never_came_nothing_is_owed() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let norr = apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    let list = format!("{grant}/vidarefordelning/betalningslistor/{}", list_of(&portal, &grant));
    let report = portal.anyone().get(&norr).form("/aterrapport").add("uses", "1").set("used", "0");
    let report = report.set("used_for", "Inget kom").set("benefit", "Ingen").set("by", "Kim Exempel");
    report.submit().expect_status(200);
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let unit = preparer.get(&format!("{grant}/vidarefordelning")).follow("Norr").address;
    preparer.get(&unit).expect("Ska betalas tillbaka");
    let all = signatory.get(&list).form("/inte-betalt").set("reason", "Fel konto.").set("action", "alla");
    confirmed(&all).expect_status(200);
    preparer.get(&unit).expect_not("Ska betalas tillbaka");
    portal.anyone().get(&norr).expect_not("Ni ska betala tillbaka");
    let summary = preparer.get(&format!("{grant}/vidarefordelning/redovisning"));
    assert_eq!(summary.fact("Ska betala tillbaka till er"), "0 kr");
    let back = signatory.get(&unit).form("/atertagande").set("taking_back", "Inget var betalt.");
    back.submit().expect_status(200);
    assert_eq!(figures(&preparer, &grant)[1], "0 kr");
}

#[test]
fn what_has_come_back_had_been_paid() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    let list = format!("{grant}/vidarefordelning/betalningslistor/{}", list_of(&portal, &grant));
    let signatory = portal.signatory("Ale");
    let unit = signatory.get(&format!("{grant}/vidarefordelning")).follow("Norr");
    let back = unit.form("/aterbetalning").set("amount", "5 000").set("returned_on", "2022-03-14");
    back.submit().expect_status(200);
    let page = signatory.get(&list);
    let form = page.form("/inte-betalt").add("chosen", &page.choice_of("chosen", "Norr"));
    let refused = confirmed(&form.set("reason", "Kontot är avslutat.")).expect_status(409);
    assert!(refused.error_at("chosen").contains("Norr har betalat tillbaka"));
}

#[test]
fn two_who_change_one_unit_do_not_overwrite_each_other() {
    let portal = Portal::new();
    invited(&portal, "Ale");
    let preparer = portal.preparer("Ale");
    let unit = preparer.get("/enheter").follow("Norr");
    let own = unit.address.rsplit('/').next().unwrap().to_owned();
    let (one, other) = (unit.form(&own).set("size", "52"), unit.form(&own).set("name", "Nordan"));
    one.clone().submit().expect_status(200);
    let late = other.submit().expect_status(409).expect("har sparat medan du skrev");
    assert_eq!(late.beside("Storlek"), ["48", "52"]);
    assert_eq!(late.beside("Enhetens namn"), ["Nordan", "Norr"]);
    // The same once more changes nothing.
    one.submit().expect_status(200);
    let history = preparer.get("/enheter").follow("Vad som har ändrats i registret");
    history.expect("Norr, Omsorgen AB: storlek 48 → 52").expect("En lista med enheter lästes in");
    preparer.get("/enheter?ordning=-storlek").expect("Norr");
}

#[test]
fn units_and_their_links_go_with_the_grant_to_a_successor() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let norr = apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    let list = list_of(&portal, &grant);
    let file = format!("{grant}/vidarefordelning/betalningslistor/{list}/pain001.xml");
    let sent = portal.preparer("Ale").get(&file).html();
    // The successor knows one of the units already, and one of its own.
    let successor = portal.preparer("Alingsås");
    let known = "556016-0680;Omsorgen AB;NORR;Privat;Hemtjänst;60;Ale\n212000-1553;Kommunen;Söder;Kommunal;Hemtjänst;12;\n";
    import(&successor, known).expect("2 nya enheter");
    merge(&portal, "1440", "Alingsås kommun").expect_status(200);

    let register = successor.get("/enheter").expect("Registret (7)");
    let register = register.expect("NORR").expect("Syd").expect("Eken").expect("Liten");
    let plan = format!("{grant}/vidarefordelning");
    let page = successor.get(&plan).expect("Vidarefördelningen gick över till en efterträdare");
    let page = page.expect("4 enheter");
    portal.preparer("Ale").get(&plan).expect_status(404);
    // What was sent to the bank is the predecessor's, and the unit's link is the unit's.
    assert_eq!(successor.get(&file).html(), sent);
    portal.anyone().get(&norr).expect("20 000 kr");
    // What lay in Ale lies in the successor's own municipality.
    assert_eq!(successor.get(&register.address).follow("NORR").value_of("municipality"), "");
    successor.get("/enheter/historik").expect("En efterföljare registrerades");
    // Nobody is invited twice; those that are new to the grant are.
    page.form("/inbjudningar").submit().expect_status(200).expect("6 enheter").expect("Långt borta");
    successor.get(&plan).expect("Enheter bjöds in att ansöka (2 enheter)");
    let aid = successor.get(&format!("{plan}/enheter.csv")).html();
    let of_norr = aid.lines().find(|row| row.to_lowercase().starts_with("norr;")).unwrap();
    assert!(of_norr.contains("20000") || of_norr.contains("20 000"), "{of_norr}");
}
