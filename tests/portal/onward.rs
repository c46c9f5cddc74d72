//! Onward distribution: a municipality hands its grant on to care providers. From the model to the financial report.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Form, at_once},
    handed_on::{
        UNITS, apply, approved, award_all, confirmed, figures, fill_application, fill_model, grant, import,
        invited, link, list_of,
    },
    portal::Portal,
    steps::{begin_report, paid},
};

#[test]
fn a_list_of_units_is_read_from_the_sheet_that_is_seen() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let mut book = rust_xlsxwriter::Workbook::new();
    let headings = ["Organisationsnummer", "Utförare", "Enhet", "Regiform", "Slag", "Storlek"];
    for (name, is_hidden) in [("Enheter", false), ("Gammal", true)] {
        let sheet = book.add_worksheet().set_name(name).unwrap().set_hidden(is_hidden);
        sheet.write_row(0, 0, headings).unwrap();
        sheet.write_row(1, 0, ["556016-0680", "Omsorgen AB", name, "Privat", "Hemtjänst", "48"]).unwrap();
    }
    let form = preparer.get("/enheter/inlasning").form("/inlasning");
    let page = form.file("file", "enheter.xlsx", book.save_to_buffer().unwrap()).submit();
    let page = page.expect_status(200).expect("enheter.xlsx, bladet Enheter: 1 nya enheter");
    page.expect("Bladet Gammal är dolt och lästes inte.");
    preparer.get("/enheter").expect("Enheter").expect_not("Gammal");
}

#[test]
fn a_list_is_the_same_file_each_time_and_letters_go_to_those_they_are_for() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let base = format!("{grant}/vidarefordelning");
    let preparer = portal.preparer("Ale");
    let pdf = |kind: &str| preparer.get(&format!("{base}/brev/{kind}.pdf"));
    assert!(pdf("inbjudningar").expect_status(200).html().starts_with("%PDF-"));
    pdf("beslut").expect_status(404);
    pdf("andra").expect_status(404);
    apply(&portal, &grant, "Norr");
    apply(&portal, &grant, "Eken");
    award_all(&portal, &grant).expect_status(200);
    let list = list_of(&portal, &grant);
    let file = |name: &str| {
        preparer.get(&format!("{base}/betalningslistor/{list}/{name}")).expect_status(200).html()
    };
    let xml = file("pain001.xml");
    assert!(xml.contains("<NbOfTxs>2</NbOfTxs>") && xml.contains("<CtrlSum>70000.00</CtrlSum>"), "{xml}");
    assert_eq!(xml, file("pain001.xml"));
    // By the payments' ids, as in the files of all lists before: whatever units are called, a file keeps its bytes.
    assert!(xml.split("<EndToEndId>").skip(1).is_sorted_by_key(|payment| &payment[..32]), "{xml}");
    let csv = file("betalningar.csv");
    assert!(csv.contains("Omsorgen AB") && csv.contains("5050-1055"), "{csv}");
    preparer.get(&format!("{base}/lankar")).expect("Beslut om medel (PDF, 2 enheter)");
    assert!(pdf("beslut").expect_status(200).html().starts_with("%PDF-"));
    assert!(pdf("paminnelser").expect_status(200).html().starts_with("%PDF-"));
    pdf("avslag").expect_status(404);
    let other = portal.preparer("Alingsås");
    other.get(&format!("{base}/betalningslistor/{list}/pain001.xml")).expect_status(404);
    other.get(&format!("{base}/brev/beslut.pdf")).expect_status(404);
    portal.finance_head("Ale").get(&format!("{base}/brev/beslut.pdf")).expect_status(403);
}

#[test]
fn a_model_is_held_against_the_grant_as_it_is_typed() {
    let portal = Portal::new();
    let grant = grant(&portal, "Ale");
    let preparer = portal.preparer("Ale");
    let form = fill_model(&preparer, &grant);
    let over = form.clone().set("reserve", "900 000").submit().expect_status(422);
    over.expect("R1010").expect("För mycket");
    let gap = form.clone().set("tier_1_from", "52").submit().expect_status(409);
    // The first save moved the revision: what was typed is kept on the page.
    assert_eq!(gap.form("/modell").value_of("tier_1_from"), "52");
    let again = preparer.get(&format!("{grant}/vidarefordelning/modell")).form("/modell");
    let gap = again.set("reserve", "50 000").set("tier_1_from", "52").set("action", "kontrollera").submit();
    assert!(gap.expect_status(422).error_at("tier_1_from").contains("börja med 51"));
    let late = preparer.get(&format!("{grant}/vidarefordelning/modell")).form("/modell");
    let late =
        late.set("tier_1_from", "51").set("use_by", "2023-02-01").set("action", "kontrollera").submit();
    assert!(late.expect_status(422).error_at("use_by").contains("R1008"));
}

#[test]
fn only_a_signatory_approves_and_nothing_is_changed_after_the_first_application() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let model = format!("{grant}/vidarefordelning/modell");
    assert!(!portal.preparer("Ale").get(&model).has_form("/andring"));
    let reopen = portal.signatory("Ale").get(&model).form("/andring");
    apply(&portal, &grant, "Norr");
    assert!(!portal.signatory("Ale").get(&model).has_form("/andring"));
    confirmed(&reopen).expect_status(409).expect("Enheter har redan ansökt");
}

#[test]
fn a_list_with_faults_changes_nothing_and_says_row_by_row_what_to_mend() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let faulty = "556016-0681;Omsorgen AB;Norr;Privat;Hemtjänst;48;\n556016-0680;Omsorgen AB;Syd;Kanske;Hemtjänst;x;\n";
    let page = import(&preparer, faulty).expect_status(422);
    page.expect("556016-0681").expect("Kanske").expect("R1024").expect("R1026").expect("Inget har lästs in");
    preparer.get("/enheter").expect("Ingen enhet finns");
    import(&preparer, UNITS).expect("6 nya enheter");
    import(&preparer, UNITS).expect("0 nya enheter, 0 ändrade, 6 som redan fanns");
    // Another municipality's register is its own.
    portal.preparer("Alingsås").get("/enheter").expect("Ingen enhet finns");
    let unit = preparer.get("/enheter").follow("Norr");
    portal.preparer("Alingsås").get(&unit.address).expect_status(404);
    let same = preparer.get("/enheter/ny").form("/enheter");
    let same = same.set("provider_number", "5560160680").set("provider", "Omsorgen AB").set("name", "NORR");
    let same =
        same.set("regime", "privat").set("kind", "Hemtjänst").set("size", "12").submit().expect_status(422);
    assert!(same.error_at("name").contains("R1028"));
    // The same letters, composed and not: a list from a Mac beside one from Windows.
    let row = |name: &str| format!("556016-0680;Omsorgen AB;{name};Privat;Hemtjänst;48;\n");
    import(&preparer, &format!("{}{}", row("Åsen"), row("A\u{30A}sen"))).expect_status(422).expect("R1028");
    import(&preparer, &row("Åsen")).expect("1 nya enheter");
    import(&preparer, &row("A\u{30A}SEN")).expect("0 nya enheter");
}

#[test]
fn below_the_minimum_outside_the_municipality_late_or_twice_is_refused_in_words() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let preparer = portal.preparer("Ale");
    let left_out = preparer.get(&format!("{grant}/vidarefordelning/lankar"));
    left_out.expect("Modellen kräver minst 10 kunder, och enheten har 9").expect("Enheten ligger i Alingsås");
    let norr = link(&preparer, &grant, "Norr");
    let anyone = portal.anyone();
    let page = anyone.get(&norr);
    let small = fill_application(&page).set("size", "9").submit().expect_status(422);
    assert!(small.error_at("size").contains("R1041"));
    assert_eq!(small.form("/ansokan").value_of("intention"), "Surfplattor till personalen");
    let empty = page.form("/ansokan").submit().expect_status(422);
    for (field, rule) in [("uses", "R1044"), ("contact", "R1045"), ("giro", "R1046"), ("assured", "R1047")] {
        assert!(empty.error_at(field).contains(rule), "{field}: {}", empty.error_at(field));
    }
    // A double click, and the same page sent again a while later: one application.
    let form = fill_application(&page);
    for page in at_once([form.clone(), form.clone()]) {
        page.expect_status(200).expect("Ansökan inkommen");
    }
    // Whoever comes second with something else sees both.
    let second = form.set("intention", "Något annat").submit().expect_status(409);
    let second = second.expect("Kim Exempel har sparat medan du skrev").expect("Enheten har redan ansökt");
    assert_eq!(second.beside("Beskrivning"), ["Något annat", "Surfplattor till personalen"]);
    portal.at("2022-06-01 00:00:00");
    let late = anyone.get(&link(&preparer, &grant, "Syd"));
    late.expect("Sista dagen att ansöka var 31 maj 2022. (R1043)");
    assert!(!anyone.get(&link(&preparer, &grant, "Syd")).has_form("/ansokan"));
}

/// A sole trader's number is a person's: whole only where the register is kept.
#[test]
fn a_sole_traders_number_is_masked_wherever_others_read() {
    // Of a 31 June, and so of nobody.
    const WHOLE: &str = "640691-0015";
    const ROW: &str = "640691-0015;Kims omsorg;Kims hemtjänst;Privat;Hemtjänst;12;\n";
    let portal = Portal::new();
    let grant = approved(&portal, "Ale");
    let preparer = portal.preparer("Ale");
    import(&preparer, ROW).expect("1 nya enheter");
    let unit = preparer.get("/enheter").expect("640691-XXXX").expect_not(WHOLE).follow("Kims hemtjänst");
    assert_eq!(unit.value_of("provider_number"), WHOLE);
    portal.finance_head("Ale").get(&unit.address).expect("640691-XXXX").expect_not(WHOLE);
    // The same list once more, and a change of something else, leave it as it is.
    import(&preparer, ROW).expect("0 nya enheter");
    unit.form(&unit.address).set("size", "13").submit().expect_status(200);
    assert_eq!(preparer.get(&unit.address).value_of("provider_number"), WHOLE);
    preparer.get(&format!("{grant}/vidarefordelning")).form("/inbjudningar").submit().expect_status(200);
    let link = link(&preparer, &grant, "Kims hemtjänst");
    portal.anyone().get(&link).expect("640691-XXXX").expect_not(WHOLE);
    // Another person's number with the same beginning is another number.
    let unit = preparer.get(&unit.address);
    unit.form(&unit.address).set("provider_number", "640691-0023").submit().expect_status(200);
    preparer.get("/enheter/historik").expect("nummer 640691-XXXX → 640691-XXXX").expect_not("640691-0023");
}

/// Where a unit must lie is the model's own choice, kind by kind.
#[test]
fn a_kind_may_lie_elsewhere_when_the_model_does_not_ask() {
    let portal = Portal::new();
    let grant = grant(&portal, "Ale");
    let preparer = portal.preparer("Ale");
    let unknown = fill_model(&preparer, &grant).set("inside", "Dagverksamhet").submit().expect_status(422);
    assert!(unknown.error_at("inside").contains("Ingen nivå gäller Dagverksamhet"));
    let model = unknown.form("/modell").set("inside", "Vård- och omsorgsboende").set("action", "kontrollera");
    model.submit().expect("ryms inom bidraget");
    let signatory = portal.signatory("Ale");
    let page = signatory.get(&format!("{grant}/vidarefordelning/modell"));
    confirmed(&page.form("/faststallelse")).expect_status(200);
    import(&preparer, UNITS).expect_status(200);
    let invited = preparer.get(&format!("{grant}/vidarefordelning")).form("/inbjudningar").submit();
    invited.expect_status(200).expect("5 enheter");
    let links = preparer.get(&format!("{grant}/vidarefordelning/lankar"));
    links.expect("Långt borta").expect_not("Enheten ligger i Alingsås");
}

#[test]
fn a_link_opens_its_own_unit_and_a_new_one_makes_the_old_lead_nowhere() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let preparer = portal.preparer("Ale");
    let (norr, syd) = (link(&preparer, &grant, "Norr"), link(&preparer, &grant, "Syd"));
    let code = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    let anyone = portal.anyone();
    anyone.get(&norr.replace(&code(&norr), &code(&syd))).expect_status(404).expect("Länken gäller inte");
    anyone.get("/utforare/inte-ett-id/kod").expect_status(404);
    let unit = preparer.get(&format!("{grant}/vidarefordelning")).follow("Norr");
    unit.form("/lank").submit().expect_status(200);
    anyone.get(&norr).expect_status(404);
    assert_ne!(link(&preparer, &grant, "Norr"), norr);
    // A finance head sees the case, and no link to act with.
    let seen = portal.finance_head("Ale").get(&unit.address).expect_status(200);
    seen.expect_not("/utforare/").expect("Norr");
    portal.preparer("Alingsås").get(&unit.address).expect_status(404);
}

#[test]
fn a_whole_distribution_from_decision_to_the_financial_report() {
    let portal = Portal::new();
    paid(&portal, "Ale", "381 308");
    let grant = invited(&portal, "Ale");
    let links = ["Norr", "Syd", "Hemtjänst väst", "Eken"].map(|unit| apply(&portal, &grant, unit));
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let total = figures(&preparer, &grant)[0].clone();

    // Eken is refused, with its reason; the rest are granted at once.
    let waiting = signatory.get(&format!("{grant}/vidarefordelning/beslut"));
    let refuse = waiting.follow("Eken").form("/avslag").set("reason", "Boendet läggs ned i maj.");
    confirmed(&refuse).expect_status(200).expect("Avslagen");
    portal.anyone().get(&links[3]).expect("Boendet läggs ned i maj.");
    let form = signatory.get(&format!("{grant}/vidarefordelning/beslut")).form("/beslut");
    for page in at_once([form.clone(), form]) {
        page.expect_status(200);
    }
    assert_eq!(figures(&preparer, &grant)[1..3], ["75 000 kr", "50 000 kr"].map(str::to_owned));

    // All are paid by one list, and by one only.
    let lists = format!("{grant}/vidarefordelning/betalningslistor");
    let form = preparer.get(&lists).form("/betalningslistor");
    let wrong = form.clone().set("account", "5050-1054").set("bic", "X").set("pay_on", "2022-03-01");
    let wrong = confirmed(&wrong).expect_status(422);
    assert!(wrong.error_at("account").contains("R1065") && wrong.error_at("pay_on").contains("passerat"));
    let form = form.set("account", "5050-1055").set("bic", "SWEDSESS").set("pay_on", "2022-04-01");
    for page in at_once([form.clone(), form.clone()]) {
        page.expect_status(200).expect("AO22-1440-V-L1").expect_not("AO22-1440-V-L2");
    }
    form.submit().expect_not("L2");

    // Norr used half, and pays the rest back; the others get more of what came back.
    let anyone = portal.anyone();
    let report = |link: &str, used: &str| {
        let form = anyone.get(link).form("/aterrapport").add("uses", "1").set("used", used);
        form.set("used_for", "En kurs").set("benefit", "Tryggare stöd").set("by", "Kim Exempel").submit()
    };
    assert!(report(&links[0], "20 001").expect_status(422).error_at("used").contains("R1081"));
    report(&links[0], "12 000").expect_status(200).expect("betala tillbaka 8 000 kr");
    let norr = preparer.get(&format!("{grant}/vidarefordelning")).follow("Norr");
    let back = norr.form("/aterbetalning").set("amount", "8 000").set("returned_on", "2022-03-14");
    assert!(
        back.clone().set("amount", "20 001").submit().expect_status(422).error_at("amount").contains("R1084")
    );
    for page in at_once([back.clone(), back.clone()]) {
        page.expect_status(200).expect("12 000");
    }
    back.submit().expect_status(200);
    assert_eq!(figures(&preparer, &grant)[1], "67 000 kr");

    // Redistribution by the model, never above what is left.
    let again = signatory.get(&format!("{grant}/vidarefordelning/omfordelning")).form("/omfordelning");
    let reckoned = confirmed(&again.set("sum", "8 000").set("action", "berakna"));
    let reckoned = reckoned.form_with("/omfordelning", "amount_");
    let amounts: Vec<String> = reckoned
        .names()
        .iter()
        .filter(|name| name.starts_with("amount_"))
        .map(|name| reckoned.value_of(name).replace('\u{a0}', " "))
        .collect();
    // Syd had 35 000 and Hemtjänst väst 20 000 by the model: 8 000 × 35/55 = 5 090,9 and 2 909,1.
    assert_eq!(amounts, ["2 909", "5 091"]);
    let first = reckoned.names().into_iter().find(|name| name.starts_with("amount_")).unwrap();
    let too_much =
        reckoned.clone().set(&first, "9 000 000").set("action", "besluta").submit().expect_status(409);
    too_much.expect("R1062");
    for page in at_once([reckoned.clone().set("action", "besluta"), reckoned.set("action", "besluta")]) {
        page.expect_status(200);
    }
    let after = figures(&preparer, &grant);
    assert_eq!((after[0].clone(), after[1].as_str()), (total, "75 000 kr"));

    // Into section 3, with what is missing marked.
    report(&links[1], "40 091").expect_status(200);
    let summary = preparer.get(&format!("{grant}/vidarefordelning/redovisning"));
    summary.expect("Hemtjänst väst").expect("Redovisningen är inte påbörjad");
    begin_report(&preparer, &grant).expect_status(200);
    let form = preparer.get(&format!("{grant}/vidarefordelning/redovisning")).form("/redovisning");
    let form = form.set("reserve_costs", "40 000").set("own_costs", "1 500");
    assert!(
        form.clone()
            .set("reserve_costs", "50 001")
            .submit()
            .expect_status(422)
            .error_at("reserve_costs")
            .contains("R1006")
    );
    let filled = form.submit().expect_status(200);
    assert_eq!(filled.value_of("costs_bas").replace('\u{a0}', " "), "93 591");
    assert_eq!(filled.value_of("item_bas_0_amount").replace('\u{a0}', " "), "52 091");
    let report = filled.address.trim_end_matches("/uppgifter").split('#').next().unwrap().to_owned();
    preparer.get(report.trim_end_matches("/uppgifter")).expect("AO22-1440-V-enheter.csv");

    // The authority sees how, not what a unit wrote.
    let id = grant.rsplit('/').next().unwrap();
    let seen = portal.officer().get(&format!("/granskning/bidrag/{id}/vidarefordelning")).expect_status(200);
    seen.expect("Hemtjänst").expect("Privat").expect_not("En kurs").expect_not("Kim Exempel");
    portal.officer().get(&format!("/granskning/bidrag/{id}")).follow("Så fördelas bidraget vidare");
}

#[test]
fn whatever_two_signatories_do_at_once_no_more_is_given_than_there_is() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    for unit in ["Norr", "Syd", "Hemtjänst väst", "Eken"] {
        apply(&portal, &grant, unit);
    }
    award_all(&portal, &grant).expect_status(200);
    let left = figures(&portal.preparer("Ale"), &grant)[3].replace(" kr", "");
    let forms: Vec<Form> = (0..4)
        .map(|number| {
            let other = portal.sign_in("Ale", &[Role::Signatory], &format!("Företrädare {number}"));
            let page = other.get(&format!("{grant}/vidarefordelning/omfordelning"));
            // Confirm first, so that the posts meet in the verb and not at the page that asks.
            let reckoned = confirmed(&page.form("/omfordelning").set("sum", &left).set("action", "berakna"));
            reckoned.form_with("/omfordelning", "amount_").set("action", "besluta")
        })
        .collect();
    let answers = at_once(forms);
    assert_eq!(answers.iter().filter(|page| page.status == 200).count(), 1);
    assert_eq!(figures(&portal.preparer("Ale"), &grant)[3], "0 kr");
}

#[test]
fn the_history_of_a_plan_is_its_own_and_holds() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    apply(&portal, &grant, "Norr");
    let page = portal.preparer("Ale").get(&format!("{grant}/vidarefordelning"));
    page.expect("En ansökan kom in (20 000 kr)").expect("Kim Exempel, Norr, Omsorgen AB");
    portal.preparer("Ale").get(&grant).expect_not("En ansökan kom in");
}

#[test]
fn a_wrong_application_goes_back_and_what_was_granted_by_it_is_never_paid() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let norr = apply(&portal, &grant, "Norr");
    apply(&portal, &grant, "Syd");
    award_all(&portal, &grant).expect_status(200);
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let unit = signatory.get(&format!("{grant}/vidarefordelning")).follow("Norr").address;
    assert!(!preparer.get(&unit).has_form("/rattning") && !preparer.get(&unit).has_form("/aterbetalning"));
    portal.at("2022-06-02 08:00:00");
    let empty = confirmed(&signatory.get(&unit).form("/rattning")).expect_status(422);
    assert!(empty.error_at("putting_right").contains("R1064"));
    let back = empty.form("/rattning").set("putting_right", "Kontot är fel.");
    confirmed(&back).expect_status(200).expect("Ska rättas").expect("Beslutet återtaget");
    assert_eq!(figures(&preparer, &grant)[1], "35 000 kr");

    // What it said is there, and it may answer after the last day.
    let form = portal.anyone().get(&norr).expect("Kontot är fel.").form("/ansokan");
    assert_eq!(form.value_of("intention"), "Surfplattor till personalen");
    form.submit().expect_status(422);
    form.set("account", "991-2346").set("assured", "ja").submit().expect("Ansökan inkommen");

    let list = |name: &str, sum: &str| {
        let page = preparer.get(&format!("{grant}/vidarefordelning/betalningslistor")).expect(sum);
        let form = page.form("/betalningslistor").set("account", "5050-1055").set("bic", "SWEDSESS");
        let made = confirmed(&form.set("pay_on", "2022-06-10")).follow(name).address;
        preparer.get(&format!("{made}/pain001.xml")).expect_status(200).html()
    };
    let first = list("AO22-1440-V-L1", "1 enhet, 35 000 kr");
    assert!(
        first.contains("<NbOfTxs>1</NbOfTxs>") && first.contains("<CtrlSum>35000.00</CtrlSum>"),
        "{first}"
    );
    award_all(&portal, &grant).expect_status(200);
    // What was taken back stands on the first list, and is no payment.
    assert!(signatory.get(&unit).has_form("/rattning") && !signatory.get(&unit).has_form("/aterbetalning"));
    let second = list("AO22-1440-V-L2", "1 enhet, 20 000 kr");
    assert!(second.contains("9912346") && second.contains("<CtrlSum>20000.00</CtrlSum>"), "{second}");
    assert_eq!(figures(&preparer, &grant)[1], "55 000 kr");
    // What is paid is not taken back.
    assert!(!signatory.get(&unit).has_form("/rattning"));
}

#[test]
fn only_what_was_paid_and_not_used_comes_back_and_a_slip_is_put_right() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let norr = apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    list_of(&portal, &grant);
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let unit = preparer.get(&format!("{grant}/vidarefordelning")).follow("Norr").address;
    let back = |amount: &str, day: &str| {
        let form = preparer.get(&unit).form("/aterbetalning").set("amount", amount).set("returned_on", day);
        form.submit()
    };
    assert!(back("5 000", "2022-03-16").expect_status(422).error_at("returned_on").contains("framtiden"));
    back("15 000", "2022-03-15").expect_status(200);
    assert_eq!(figures(&preparer, &grant)[1], "5 000 kr");
    let strike = signatory.get(&unit).form("/struket").set("striking", "Det skulle vara 5 000.");
    confirmed(&strike).expect_status(200).expect("Registrering borttagen");
    assert_eq!(figures(&preparer, &grant)[1], "20 000 kr");
    let report = portal.anyone().get(&norr).form("/aterrapport").add("uses", "1").set("used", "12 000");
    let report = report.set("used_for", "En kurs").set("benefit", "Tryggare stöd").set("by", "Kim Exempel");
    for page in at_once([report.clone(), report]) {
        page.expect_status(200).expect("Återrapporterad");
    }
    assert!(back("8 001", "2022-03-15").expect_status(422).error_at("amount").contains("R1084"));
    back("8 000", "2022-03-15").expect_status(200);
    // The provider has had what it kept, and no more.
    preparer.get(&format!("{grant}/vidarefordelning")).expect("12 000");
}

#[test]
fn a_unit_that_is_closed_applies_for_nothing_and_a_list_does_not_open_it() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let preparer = portal.preparer("Ale");
    let norr = link(&preparer, &grant, "Norr");
    let form = portal.anyone().get(&norr);
    let unit = preparer.get("/enheter").follow("Norr");
    let unit = unit.form(unit.address.rsplit('/').next().unwrap()).set("closed", "ja");
    unit.submit().expect_status(200);
    portal.anyone().get(&norr).expect("Enheten är nedlagd");
    fill_application(&form).submit().expect_status(409).expect("nedlagd");
    import(&preparer, UNITS).expect("6 som redan fanns");
    preparer.get("/enheter").expect("Norr (nedlagd)");
}
