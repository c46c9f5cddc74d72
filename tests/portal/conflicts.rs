//! Two people fill in the same form: nothing is overwritten unseen. Whoever comes second sees who saved, when, and both texts side
//! by side, and a second press decides.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, Page},
    handed_on::{apply, award_all, confirmed, fill_model, grant, invited},
    portal::Portal,
    steps::fill,
};

/// Told who was first, and when; in the title too, and where the keyboard is.
#[track_caller]
fn told(page: Page, who: &str) -> Page {
    let page = page
        .expect_status(409)
        .expect(&format!("{who} har sparat medan du skrev"))
        .expect("Det var 15 mars 2022");
    assert!(
        page.html().contains("<title>Fel: ") && page.html().contains("id=\"konflikt\""),
        "{}",
        page.html()
    );
    page
}

fn colleague(portal: &Portal, organisation: &str, role: Role) -> Browser {
    portal.sign_in(organisation, &[role], "Kim Kollega")
}

#[test]
fn a_model_shows_both_and_the_second_press_decides() {
    let portal = Portal::new();
    let grant = grant(&portal, "Ale");
    let (one, other) = (portal.preparer("Ale"), colleague(&portal, "Ale", Role::Preparer));
    let filled = fill_model(&one, &grant);
    let mine = filled.set("board", "Min nämnd").set("tier_0_amount", "21 000");
    let model = format!("{grant}/vidarefordelning/modell");
    let theirs = other.get(&model).form("/modell").set("tier_0_amount", "20 000");
    let theirs = theirs.set("board", "Kollegans nämnd").set("action", "spara");
    theirs.submit().expect_status(200);
    // The other half of a double click is no conflict.
    theirs.submit().expect_status(200);
    let late = told(mine.submit(), "Kim Kollega i Ale");
    assert_eq!(late.beside("Vem har beslutat"), ["Min nämnd", "Kollegans nämnd"]);
    assert_eq!(late.beside("Nivå, rad 1: belopp per enhet"), ["21 000", "20 000"]);
    assert_eq!(late.value_of("board"), "Min nämnd");
    late.form("/modell").set("action", "spara").submit().expect_status(200);
    assert_eq!(other.get(&model).value_of("board"), "Min nämnd");
    // Decided meanwhile: there is no form any more, and what was typed can be read.
    let open = one.get(&model).form("/modell").set("board", "För sent");
    let signatory = colleague(&portal, "Ale", Role::Signatory);
    confirmed(&signatory.get(&model).form("/faststallelse")).expect_status(200);
    let late = told(open.submit(), "Kim Kollega i Ale").expect("Modellen är fastställd.");
    assert_eq!(late.beside("Vem har beslutat"), ["För sent", "Min nämnd"]);
}

#[test]
fn days_and_a_reserve_that_a_colleague_changed_can_be_sent_again() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let (one, other) = (portal.signatory("Ale"), colleague(&portal, "Ale", Role::Signatory));
    let days = format!("{grant}/vidarefordelning/modell/dagar");
    let mine = one.get(&days).form("/dagar").set("apply_by", "2022-07-15");
    confirmed(&other.get(&days).form("/dagar").set("apply_by", "2022-06-15")).expect_status(200);
    let late = told(confirmed(&mine), "Kim Kollega i Ale");
    assert_eq!(late.beside("Sista dag att ansöka"), ["2022-07-15", "2022-06-15"]);
    late.form("/dagar").submit().expect_status(200).expect("15 juli 2022");

    let reserve = format!("{grant}/vidarefordelning/reserv");
    let mine = one.get(&reserve).form("/reserv").set("reserve", "30 000");
    other.get(&reserve).form("/reserv").set("reserve", "40 000").submit().expect_status(200);
    let late = told(mine.submit(), "Kim Kollega i Ale");
    assert_eq!(late.beside("Reserven ska vara"), ["30 000", "40 000"]);
    late.form("/reserv").submit().expect_status(200).expect("30 000 kr");
}

#[test]
fn a_unit_and_its_account_that_a_colleague_changed_can_be_sent_again() {
    let portal = Portal::new();
    let grant = invited(&portal, "Ale");
    let (one, other) = (portal.preparer("Ale"), colleague(&portal, "Ale", Role::Signatory));
    let unit = one.get("/enheter").follow("Norr");
    let own = unit.address.rsplit('/').next().unwrap().to_owned();
    let mine = unit.form(&own).set("size", "50");
    other.get(&unit.address).form(&own).set("size", "49").submit().expect_status(200);
    let late = told(mine.submit(), "Kim Kollega i Ale");
    assert_eq!(late.beside("Storlek"), ["50", "49"]);
    late.form(&own).submit().expect_status(200);
    assert_eq!(one.get(&unit.address).value_of("size"), "50");

    apply(&portal, &grant, "Norr");
    award_all(&portal, &grant).expect_status(200);
    let signatory = portal.signatory("Ale");
    let page = signatory.get(&format!("{grant}/vidarefordelning")).follow("Norr");
    let account = |page: &Page, number: &str| {
        let form = page.form("/konto").add("giro", "bankgiro").set("account", number);
        form.set("account_reason", "Ringde enhetschefen.")
    };
    let mine = account(&page, "991-2346");
    confirmed(&account(&other.get(&page.address), "5402-9681")).expect_status(200);
    let late = told(confirmed(&mine), "Kim Kollega i Ale");
    assert_eq!(late.beside("Konto"), ["991-2346", "5402-9681"]);
    late.form("/konto").submit().expect_status(200).expect("Bankgiro 991-2346");
}

#[test]
fn a_draft_that_was_issued_meanwhile_is_not_lost() {
    let portal = Portal::new();
    let (one, other) = (portal.preparer("Ale"), colleague(&portal, "Ale", Role::Preparer));
    let page = crate::journeys::begin(&one, "bas");
    let mine = page.form("/uppgifter").set("contact_person", "Jag själv").set("handling", "spara");
    let check = fill(&other.get(&page.address)).set("amount", "100 000").set("handling", "fortsatt").submit();
    let check = check.expect_status(200);
    check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200);
    let late =
        told(mine.submit(), "Kim Kollega i Ale").expect("rekvisitionens läge är nu: Väntar på underskrift.");
    assert_eq!(late.beside("Kontaktperson")[0], "Jag själv");
    assert!(!late.has_form("/uppgifter"));
}

#[test]
fn what_the_authority_sets_is_never_overwritten_unseen() {
    let portal = Portal::new();
    let (one, other) = (portal.officer(), colleague(&portal, "Kammarkollegiet", Role::CaseOfficer));
    let terms = "/overenskommelser/aldreomsorg-2022";
    let mine = one.get(terms).form("/diarienummer").set("agreement_diarienummer", "S2022/00002/SOF");
    let theirs = other.get(terms).form("/diarienummer").set("agreement_diarienummer", "S2022/00001/SOF");
    theirs.submit().expect_status(200);
    let late = told(mine.submit(), "Kim Kollega i Kammarkollegiet");
    let label = "Regeringskansliets diarienummer för bakomliggande överenskommelse";
    assert_eq!(late.beside(label), ["S2022/00002/SOF", "S2022/00001/SOF"]);
    late.form("/diarienummer").submit().expect_status(200).expect("S2022/00002/SOF");

    let mine =
        one.get("/register/1440").form("/nummer").set("number", "556016-0680").set("number_reason", "Fel");
    let renaming = other.get("/register/1440").form("/namn").set("name", "Nya Ale").set("from", "2022-03-01");
    renaming.set("name_reason", "Beslut").submit().expect_status(200);
    told(mine.submit(), "Kim Kollega i Kammarkollegiet");
}

#[test]
fn a_post_of_a_proposals_table_shows_both() {
    let portal = Portal::new();
    let one = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Anna Ett");
    let other = colleague(&portal, "Kammarkollegiet", Role::CaseOfficer);
    let replacing = one.get("/forslag/nytt").form("/ersattning").set("slug", "aldreomsorg-2022").submit();
    let table = replacing.expect_status(200).follow("Fördelning");
    let mine = table.form_with("/fordelning", "belopp-1440").set("belopp-1440", "1 000");
    let theirs = other.get(&table.address).form_with("/fordelning", "belopp-1440");
    theirs.set("belopp-1440", "2 000").submit();
    let late = told(mine.submit(), "Kim Kollega i Kammarkollegiet");
    assert_eq!(late.beside("Ale"), ["1 000", "2 000"]);
}
