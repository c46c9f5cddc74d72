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
    assert_eq!(back.form("/dagar").value_of("apply_by"), "2022-05-30");
    let later = form.set("apply_by", "2022-06-15").set("decision_number", "ÄN 2022/31");
    for page in at_once([later.clone(), later.clone()]) {
        assert!([200, 409].contains(&page.status), "{}", page.status);
    }
    // From a page that is older than that.
    later.set("apply_by", "2022-07-15").submit().expect_status(409).expect("ändrat modellen");
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
    let none = form.set("reserve", "0").set("reserved_for", "").set("decision_number", "ÄN 2022/40").submit();
    none.expect_status(200);
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
    let second = format!("{lists}/{}", form.value_of("id"));
    confirmed(&form).expect_status(200).expect("AO22-1440-V-L2");
    let again = file(&second);
    assert!(again.contains("9912346") && again.contains("<CtrlSum>20000.00</CtrlSum>"), "{again}");
    let id_of = |xml: &str| xml.split("<EndToEndId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(id_of(&again).ends_with("-2") && !sent.contains(&id_of(&again)), "{again}");
    assert_eq!(file(&first), sent);

    // The bank took nothing of the second: all of it waits again.
    let all = signatory.get(&second).form("/inte-betalt").set("reason", "Fel dag.").set("action", "alla");
    for page in at_once([all.clone(), all.clone()]) {
        page.expect_status(200).expect("Fel dag.");
    }
    all.submit().expect_status(200);
    preparer.get(&lists).expect("Inte betald").expect("1 enhet, 20 000 kr");
    assert_eq!(figures(&preparer, &grant)[1], "55 000 kr");
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
    other.submit().expect_status(422).expect("Någon annan har ändrat enheten");
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
    let known = "556016-0680;Omsorgen AB;NORR;Privat;Hemtjänst;60;\n212000-1553;Kommunen;Söder;Kommunal;Hemtjänst;12;\n";
    import(&successor, known).expect("2 nya enheter");
    merge(&portal, "1440", "Alingsås kommun").expect_status(200);

    let register = successor.get("/enheter").expect("Registret (7)");
    register.expect("NORR").expect("Syd").expect("Eken").expect("Liten");
    let plan = format!("{grant}/vidarefordelning");
    let page = successor.get(&plan).expect("Vidarefördelningen gick över till en efterträdare");
    let page = page.expect("4 enheter");
    portal.preparer("Ale").get(&plan).expect_status(404);
    // What was sent to the bank is the predecessor's, and the unit's link is the unit's.
    assert_eq!(successor.get(&file).html(), sent);
    portal.anyone().get(&norr).expect("20 000 kr");
    // Nobody is invited twice; those that are new to the grant are.
    page.form("/inbjudningar").submit().expect_status(200).expect("6 enheter").expect("Långt borta");
    successor.get(&plan).expect("Enheter bjöds in att ansöka (2 enheter)");
    let aid = successor.get(&format!("{plan}/enheter.csv")).html();
    let of_norr = aid.lines().find(|row| row.to_lowercase().starts_with("norr;")).unwrap();
    assert!(of_norr.contains("20000") || of_norr.contains("20 000"), "{of_norr}");
}
