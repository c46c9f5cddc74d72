//! A new agreement made in the browser: from a copy of an earlier one to a requisition of it, without a restart.

use bidragsporten::{people::access::Role, run::install};

use crate::{
    browser::{Browser, Form, Page, at_once},
    portal::{Portal, stockholm},
    steps::{fill, sign},
};

const NAME: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus";

/// Begins a proposal as a copy of 2022; gives its address.
fn copy_of_2022(officer: &Browser, year: &str) -> String {
    let form = officer.get("/forslag").follow("Börja ett nytt förslag").form("/forslag");
    let page = form.set("overenskommelse", "aldreomsorg-2022").set("year", year).submit();
    page.expect_status(200).expect("Utkast").address.split('?').next().unwrap().to_owned()
}

fn part(browser: &Browser, proposal: &str, part: &str) -> Form {
    browser.get(&format!("{proposal}/{part}")).expect_status(200).form(&format!("/{part}"))
}

fn save(form: &Form) -> Page {
    form.clone().set("handling", "spara").submit()
}

/// The amounts of the round before, in every post.
fn as_before(officer: &Browser, proposal: &str) {
    for post in ["bas", "modell", "skr"] {
        let page = officer.get(&format!("{proposal}/fordelning?post={post}"));
        page.form("/nyckel").set("metod", "forra").submit().expect_status(200).expect("uträknade");
    }
}

/// A whole proposal for 2027.
fn finished(officer: &Browser) -> String {
    let proposal = copy_of_2022(officer, "2027");
    as_before(officer, &proposal);
    proposal
}

fn decider(portal: &Portal) -> Browser {
    portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], "Beslutsfattare")
}

fn press(browser: &Browser, proposal: &str, action: &str) -> Page {
    browser.get(proposal).expect_status(200).form(action).submit()
}

#[test]
fn the_agreement_of_2027_is_made_in_the_browser_and_requisitioned() {
    let portal = Portal::new();
    let (officer, decider) = (portal.officer(), decider(&portal));
    let proposal = copy_of_2022(&officer, "2027");
    let basis = part(&officer, &proposal, "grunder");
    assert_eq!(basis.value_of("deadlines-requisition"), "2027-12-01");
    assert_eq!(basis.value_of("period-from"), "2027-01-01");
    assert_eq!(basis.value_of("code"), "AO27");
    let changed =
        basis.set("deadlines-requisition", "2027-11-15").set("diarienummer-agreement", "S2027/00017");
    save(&changed).expect_status(200).expect("Sparat.");
    as_before(&officer, &proposal);

    // Alingsås gives Ale a krona.
    let table = officer.get(&format!("{proposal}/fordelning?post=bas"));
    let table = table.form("/fordelning").set("belopp-1440", "381 309").submit();
    table.expect("För mycket 1 kr");
    officer
        .get(&format!("{proposal}/granska"))
        .expect("summerar till 167 100 001 kr, men ska vara 167 100 000 kr");
    let table = officer.get(&format!("{proposal}/fordelning?post=bas")).form("/fordelning");
    let alingsas: i64 = table.value_of("belopp-1489").replace('\u{a0}', "").parse().unwrap();
    table.set("belopp-1489", &(alingsas - 1).to_string()).submit().expect_status(200);
    let review = officer.get(&format!("{proposal}/granska"));
    let review = review.expect("Villkoren och fördelningen går ihop").expect("Sista dag för rekvisition");
    let review = review.expect("Texter att se över").expect("2022 §7.1");

    // Nothing is there for anybody else before it is published.
    portal.preparer("Ale").get("/overenskommelser/aldreomsorg-2027").expect_status(404);
    review.form("/framlaggning").submit().expect_status(200).expect("Framlagt för beslut");
    officer.get(&proposal).expect_not("Publicera överenskommelsen");
    press(&decider, &proposal, "/publicering").expect_status(200).expect("publicerade det");

    officer.get("/oversikt").expect(&format!("{NAME} 2027"));
    officer.get("/oversikt/aldreomsorg-2027").expect_status(200).expect("Ale");
    let terms = portal.preparer("Ale").get("/overenskommelser/aldreomsorg-2027").expect("15 november 2027");
    terms.expect("S2027/00017").expect_not("Kända fel och oklarheter");
    let history =
        officer.get("/overenskommelser/aldreomsorg-2027").expect("Beslutsfattare i Kammarkollegiet");
    history.expect("Villkoren publicerades");

    portal.at("2027-03-15 09:00:00");
    let grant = portal.preparer("Ale").get("/bidrag").follow(&format!("{NAME} 2027"));
    let begun =
        grant.form_with("/rekvisitioner", "value=\"bas\"").submit().expect_status(200).expect("AO27-1440-R1");
    assert_eq!(begun.value_of("amount").replace('\u{a0}', " "), "381 309");
    assert_eq!(begun.value_of("agreement_diarienummer"), "S2027/00017");
    let check = fill(&begun).set("handling", "fortsatt").submit().expect("Kontrollera innan underskrift");
    let issued = check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200);
    sign(&portal.signatory("Ale"), &issued.address).expect("Kvitto");
    officer.get("/granskning").expect("AO27-1440-R1");
    every_chain_holds(&portal);
}

/// Every chain of the history holds, those of proposals too.
fn every_chain_holds(portal: &Portal) {
    use bidragsporten::{
        desks::proposal,
        ground::{history, infra::db::DbError},
    };

    let breaks = portal.db.read_now(|connection| {
        let mut breaks = Vec::new();
        for (stream, version) in proposal::store::versions(connection)? {
            assert!(version > 1);
            breaks.extend(history::store::verify(connection, &stream, version)?);
        }
        Ok::<_, DbError>(breaks)
    });
    assert_eq!(breaks.unwrap(), Vec::<String>::new());
}

#[test]
fn whoever_puts_it_forward_does_not_publish() {
    let portal = Portal::new();
    let both = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer, Role::DecisionMaker], "Båda");
    let proposal = finished(&both);
    let open = both.get(&proposal);
    let proposed = press(&both, &proposal, "/framlaggning").expect("Du har själv lagt fram förslaget");
    assert!(!proposed.has_form("/publicering"));
    // The button is not there; neither is the way round it.
    let revision = proposed.form("/atertagande").value_of("revision").to_owned();
    let csrf = open.form("/framlaggning").value_of("csrf").to_owned();
    let posted =
        both.post_fields(&format!("{proposal}/publicering"), &[("csrf", &csrf), ("revision", &revision)]);
    posted.expect_status(409).expect("En annan beslutsfattare");
    portal.anyone().get("/oppna-data").expect_not("2027");
    press(&decider(&portal), &proposal, "/publicering").expect_status(200).expect("publicerade det");
}

#[test]
fn whoever_changed_it_does_not_publish_though_a_colleague_puts_it_forward() {
    let portal = Portal::new();
    let both = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer, Role::DecisionMaker], "Båda");
    let proposal = finished(&both);
    press(&portal.officer(), &proposal, "/framlaggning").expect("Framlagt för beslut");
    let open = both.get(&proposal).expect("Du har ändrat i förslaget");
    assert!(!open.has_form("/publicering"));
    let form = open.form("/atertagande");
    let (csrf, revision) = (form.value_of("csrf"), form.value_of("revision"));
    let posted =
        both.post_fields(&format!("{proposal}/publicering"), &[("csrf", csrf), ("revision", revision)]);
    posted.expect_status(409).expect("som inte har ändrat i det");
    press(&decider(&portal), &proposal, "/publicering").expect_status(200).expect("publicerade det");
}

#[test]
fn it_is_sent_back_with_a_reason_and_taken_back_and_cannot_change_in_between() {
    let portal = Portal::new();
    let (officer, decider) = (portal.officer(), decider(&portal));
    let proposal = finished(&officer);
    let stale = part(&officer, &proposal, "grunder");
    let button = officer.get(&proposal).form("/framlaggning");
    button.submit().expect_status(200);
    save(&stale.set("name", "Något annat")).expect_status(409).expect("framlagt för beslut");
    // The other half of a double click.
    button.submit().expect_status(200).expect("Framlagt för beslut");

    let decision = decider.get(&proposal).form("/aterlamnande");
    decision.submit().expect_status(422).expect("Vad behöver ändras?");
    let back = decision.clone().set("reason", "Beloppet till Ale är fel.").submit().expect_status(200);
    back.expect("Tillbakalämnat").expect("Beloppet till Ale är fel.");
    decision.set("reason", "Igen.").submit().expect_status(409);
    save(&part(&officer, &proposal, "grunder").set("name", "Något annat")).expect_status(200);
    press(&officer, &proposal, "/framlaggning").expect_status(200);
    let open = decider.get(&proposal).form("/publicering");
    press(&officer, &proposal, "/atertagande").expect("Utkast");
    open.submit().expect_status(409);
    portal.preparer("Ale").get("/overenskommelser/aldreomsorg-2027").expect_status(404);
}

#[test]
fn what_was_begun_by_mistake_is_discarded_with_a_reason_and_never_published() {
    let portal = Portal::new();
    let (officer, decider) = (portal.officer(), decider(&portal));
    let proposal = finished(&officer);
    let discarding = |reason: &str| officer.get(&proposal).form("/nedlaggning").set("reason", reason);
    assert!(!discarding(" ").submit().expect_status(422).error_at("reason").is_empty());
    assert!(!decider.get(&proposal).has_form("/nedlaggning"));
    // A colleague has changed it since: the reason is kept, and the next try is of what is.
    let stale = discarding("Fel år.");
    save(&part(&officer, &proposal, "grunder").set("name", "Ett annat namn")).expect_status(200);
    let kept = stale.submit().expect_status(409);
    assert!(kept.error_at("reason").contains("Någon annan har ändrat"), "{}", kept.text());
    let form = kept.form("/nedlaggning");
    assert_eq!(form.value_of("reason"), "Fel år.");
    let button = officer.get(&proposal).form("/framlaggning");
    let done = form.submit().expect_status(200).expect("Förslaget är nedlagt.").expect("Fel år.");
    // The other half of a double click.
    let again = form.submit().expect_status(200);
    assert_eq!(again.text().matches("Förslaget lades ned").count(), 1);
    for action in ["/nedlaggning", "/framlaggning", "/publicering"] {
        assert!(!done.has_form(action) && !decider.get(&proposal).has_form(action), "{action}");
    }
    button.submit().expect_status(409).expect("Förslaget är nedlagt.");
    officer.get(&format!("{proposal}/fordelning/import")).expect_status(409);
    officer.get(&format!("{proposal}/grunder")).expect_status(200).expect("Nedlagt");
    officer.get("/forslag").expect("Nedlagt");
    // Its name is free for the next one.
    press(&officer, &finished(&officer), "/framlaggning").expect("Framlagt för beslut");
}

#[test]
fn what_is_put_forward_or_published_is_not_discarded() {
    let portal = Portal::new();
    let (officer, decider) = (portal.officer(), decider(&portal));
    let proposal = finished(&officer);
    let early = officer.get(&proposal).form("/nedlaggning").set("reason", "Fel år.");
    press(&officer, &proposal, "/framlaggning").expect_status(200);
    early.submit().expect_status(409).expect("Ta tillbaka det först");
    press(&decider, &proposal, "/publicering").expect_status(200);
    early.submit().expect_status(409).expect("redan publicerat");
    officer.get("/overenskommelser/aldreomsorg-2027").expect_status(200);
}

#[test]
fn faults_are_at_their_fields_and_nothing_typed_is_lost() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = finished(&officer);
    let wrong =
        part(&officer, &proposal, "grunder").set("total", "mycket").set("deadlines-report", "2028-02-30");
    let page = save(&wrong).expect_status(422);
    assert!(!page.error_at("total").is_empty() && page.error_at("deadlines-report").contains("ÅÅÅÅ-MM-DD"));
    assert_eq!(page.value_of("total"), "mycket");
    assert_eq!(part(&officer, &proposal, "grunder").value_of("total"), "mycket");
    let review = officer.get(&format!("{proposal}/granska")).expect("Fel att rätta");
    let mended = review.follow("Grunder, Belopp");
    assert!(!mended.error_at("total").is_empty());
    assert!(!officer.get(&proposal).has_form("/framlaggning"));

    // What contradicts something else is told where it is mended.
    save(
        &part(&officer, &proposal, "grunder")
            .set("total", "200 000 000")
            .set("deadlines-report", "2027-03-31"),
    )
    .expect_status(422)
    .expect("före sista dag för rekvisition");
    // A row more and a row less.
    let more = part(&officer, &proposal, "poster").set("handling", "rad:post").submit().expect("Post 4");
    let page = save(&more.form("/poster").set("post-3-name", "Ny post")).expect_status(200).expect("Post 4");
    let missing = officer.get(&format!("{proposal}/poster?visa=fel"));
    assert!(missing.error_at("post-3-total").contains("Fyll i"));
    save(&page.form("/poster").add("post-3-ta_bort", "ja")).expect_not("Post 4");

    let table = officer.get(&format!("{proposal}/fordelning?post=bas")).form("/fordelning");
    let page = table.clone().set("belopp-1440", "mycket").submit().expect_status(422).expect("Ale");
    assert_eq!(page.value_of("belopp-1440"), "mycket");
    let page = page.form("/fordelning").set("belopp-1440", "1").set("ny_mottagare", "Atlantis").submit();
    assert!(page.expect_status(422).error_at("ny_mottagare").contains("finns inte i registret"));
}

#[test]
fn two_colleagues_each_have_their_part_and_meet_in_one() {
    let portal = Portal::new();
    let anna = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Anna");
    let bo = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Bo");
    let proposal = finished(&anna);
    let (of_anna, of_bo) = (part(&anna, &proposal, "grunder"), part(&bo, &proposal, "poster"));
    save(&of_anna.clone().set("name", "Annas namn")).expect_status(200);
    save(&of_bo.set("post-0-name", "Bos post")).expect_status(200);

    let late = part(&bo, &proposal, "grunder").set("name", "Bos namn");
    save(&of_anna.clone().set("name", "Annas andra namn")).expect_status(409);
    let again = part(&anna, &proposal, "grunder").set("name", "Annas andra namn");
    save(&again).expect_status(200);
    // Twice is once.
    save(&again).expect_status(200);
    let page = save(&late).expect_status(409).expect("Anna i Kammarkollegiet har sparat medan du skrev");
    assert_eq!(page.beside("Överenskommelsens benämning"), ["Bos namn", "Annas andra namn"]);
    assert_eq!(page.value_of("name"), "Bos namn");
    save(&page.form("/grunder")).expect_status(200);
    assert_eq!(part(&anna, &proposal, "grunder").value_of("name"), "Bos namn");
}

#[test]
fn it_is_published_once_however_many_press() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = finished(&officer);
    press(&officer, &proposal, "/framlaggning").expect_status(200);
    let deciders: Vec<Browser> = (0..4)
        .map(|number| {
            portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], &format!("Beslutsfattare {number}"))
        })
        .collect();
    let forms = deciders.iter().map(|decider| decider.get(&proposal).form("/publicering"));
    let pages = at_once(forms.collect::<Vec<_>>());
    assert_eq!(pages.iter().filter(|page| page.status == 200).count(), 1);
    assert_eq!(pages.iter().filter(|page| page.status == 409).count(), 3);
    let list = officer.get("/overenskommelser").html();
    assert_eq!(list.matches("/overenskommelser/aldreomsorg-2027\"").count(), 1);
}

#[test]
fn a_name_that_is_taken_is_refused_and_leaves_nothing() {
    let portal = Portal::new();
    let officer = portal.officer();
    let (first, second) = (finished(&officer), finished(&officer));
    press(&officer, &first, "/framlaggning").expect_status(200);
    press(&officer, &second, "/framlaggning").expect_status(200);
    let decider = decider(&portal);
    press(&decider, &first, "/publicering").expect_status(200);
    press(&decider, &second, "/publicering").expect_status(409).expect("inte färdigt");
    decider.get(&second).expect("Framlagt för beslut");
    decider.get(&format!("{second}/granska")).expect("En annan överenskommelse heter aldreomsorg-2027");
}

#[test]
fn another_authority_finds_nothing() {
    let portal = Portal::new();
    let proposal = finished(&portal.officer());
    let stranger = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer, Role::DecisionMaker], "Främling");
    for page in
        ["", "/grunder", "/fordelning", "/granska", "/forhandsvisa", "/agreement.toml", "/allocation.csv"]
    {
        stranger.get(&format!("{proposal}{page}")).expect_status(404);
    }
    stranger.get("/forslag").expect("Inga förslag");
    let csrf = stranger.get("/forslag/nytt").form("/forslag").value_of("csrf").to_owned();
    let fields =
        [("csrf", csrf.as_str()), ("revision", "1"), ("reason", "x"), ("fingerprint", ""), ("post", "bas")];
    for verb in
        ["framlaggning", "atertagande", "aterlamnande", "nedlaggning", "publicering", "grunder", "fordelning"]
    {
        stranger.post_fields(&format!("{proposal}/{verb}"), &fields).expect_status(404);
    }
}

#[test]
fn what_is_exported_is_imported_to_the_same_agreement() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = finished(&officer);
    let file = |name: &str| {
        let page = officer.get(&format!("{proposal}/{name}")).expect_status(200);
        assert_eq!(page.bytes, officer.get(&format!("{proposal}/{name}")).bytes);
        page.bytes
    };
    let folder = tempfile::tempdir().unwrap();
    for name in ["agreement.toml", "allocation.csv"] {
        std::fs::write(folder.path().join(name), file(name)).unwrap();
    }
    let other = Portal::new();
    let terms = install::import(&other.db, folder.path(), stockholm("2027-01-10 08:00:00")).unwrap();
    press(&officer, &proposal, "/framlaggning").expect_status(200);
    press(&decider(&portal), &proposal, "/publicering").expect_status(200);
    let stored = portal.db.read_now(|connection| {
        bidragsporten::terms::agreement::store::find_by_slug(connection, "aldreomsorg-2027")
    });
    let stored = stored.unwrap().unwrap().terms;
    assert_eq!(serde_json::to_string(&stored).unwrap(), serde_json::to_string(&terms).unwrap());
    let total = "167 100 000";
    other.officer().get("/overenskommelser/aldreomsorg-2027").expect(total);
}

#[test]
fn from_nothing_to_an_agreement_of_one_post() {
    let portal = Portal::new();
    let at_the_authority = |role, name| portal.sign_in("Socialstyrelsen", &[role], name);
    let officer = at_the_authority(Role::CaseOfficer, "Handläggare");
    let form = officer.get("/forslag/nytt").form("/forslag").set("overenskommelse", "");
    let proposal = form.submit().expect("Skrivet från början").address.split('?').next().unwrap().to_owned();
    officer.get(&format!("{proposal}/granska")).expect("Välj vilka blanketter som gäller");
    let basis = [
        ("slug", "prov-2027"),
        ("code", "PR27"),
        ("name", "Ett prov"),
        ("instrument", "decision"),
        ("year", "2027"),
        ("parties", "Regeringen"),
        ("requisition_recipients", "Kommunerna rekvirerar."),
        ("total", "1 000"),
        ("onward_distribution", "nej"),
        ("period-from", "2027-01-01"),
        ("period-to", "2027-12-31"),
        ("deadlines-repayment", "2028-03-31"),
        ("deadlines-late_requisition", "not_stated"),
        ("deadlines-late_report", "not_stated"),
        ("appropriation-expenditure_area", "9"),
        ("appropriation-appropriation", "4:5"),
        ("appropriation-item", "8"),
    ];
    let form =
        basis.iter().fold(part(&officer, &proposal, "grunder"), |form, (name, typed)| form.set(name, typed));
    let form = form.add("deadlines-may_be_decided", "requisition").add("deadlines-may_be_decided", "report");
    let next = form.set("handling", "fortsatt").submit().expect_status(200).expect("En post är en del");
    let more = next.form("/poster").set("handling", "rad:post").submit();
    let post = [
        ("post-0-key", "allt"),
        ("post-0-name", "Allt"),
        ("post-0-total", "1 000"),
        ("post-0-recipients", "3"),
        ("post-0-open_ended", "nej"),
        ("post-0-rule", "Lika."),
        ("post-0-source", "Beslutet"),
    ];
    let form = post.iter().fold(more.form("/poster"), |form, (name, typed)| form.set(name, typed));
    save(&form).expect_status(200);
    let forms = officer.get(&format!("{proposal}/blanketter")).form("/byte").set("variant", "2018");
    forms.submit().expect_status(200).expect("Avsnitt 4");
    let table = officer.get(&format!("{proposal}/fordelning")).form("/nyckel");
    let reckoned = table.clone().set("metod", "lika").set("tal", "Ale\n1489\nSollentuna kommun").submit();
    // The odd krona goes to the lowest code.
    let amounts = ["0163", "1440", "1489"].map(|code| reckoned.value_of(&format!("belopp-{code}")));
    assert_eq!(amounts, ["334", "333", "333"]);
    // By numbers, pasted from a sheet.
    let table = officer.get(&format!("{proposal}/fordelning")).form("/nyckel");
    let pasted =
        table.clone().set("metod", "proportionellt").set("tal", "Ale\t1\nAlingsås\t1\nAtlantis\t2").submit();
    pasted.expect_status(422).expect("Rad 3: ”Atlantis”");
    let pasted = table.set("metod", "proportionellt").set("tal", "Ale\t1\nAlingsås\t1\nArboga\t2").submit();
    assert_eq!(pasted.expect_status(200).value_of("belopp-1984"), "500");
    officer.get(&format!("{proposal}/granska")).expect("Villkoren och fördelningen går ihop");

    let preview = officer.get(&format!("{proposal}/forhandsvisa?mottagare=1984")).expect("Arboga kommun");
    let pdf =
        preview.expect("500 kr").expect("Fylls i av mottagaren").follow("Öppna som PDF").expect_status(200);
    assert!(pdf.bytes.starts_with(b"%PDF"));
    press(&officer, &proposal, "/framlaggning").expect_status(200);
    let decider = at_the_authority(Role::DecisionMaker, "Beslutsfattare");
    press(&decider, &proposal, "/publicering").expect_status(200);
    portal.at("2027-05-01 09:00:00");
    portal.preparer("Arboga").get("/bidrag").expect("Ett prov");
}

#[test]
fn the_largest_part_there_is_has_room_in_a_form() {
    let portal = Portal::new();
    let officer = portal.officer();
    let form = officer.get("/forslag/nytt").form("/forslag").set("overenskommelse", "nara-vard-2020");
    let page = form.set("year", "2027").submit().expect_status(200);
    let proposal = page.address.split('?').next().unwrap().to_owned();
    for slug in ["grunder", "poster", "anvandning", "fragor", "blanketter"] {
        save(&part(&officer, &proposal, slug)).expect_status(200);
    }
}

/// Begins to replace the table of 2022; gives the proposal's address.
fn replacing(officer: &Browser) -> String {
    let form = officer.get("/forslag/nytt").form("/forslag/ersattning").set("ersatt", "aldreomsorg-2022");
    let page = form.submit().expect_status(200);
    page.address.split("/fordelning").next().unwrap().to_owned()
}

#[test]
fn a_published_table_is_replaced_and_nobody_is_left_with_less_than_is_requisitioned() {
    let portal = Portal::new();
    let (officer, decider) =
        (portal.officer(), portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], "Beslutsfattare"));
    let requisition = crate::steps::issue(&portal.preparer("Ale"), "bas", "381 308").address;
    crate::steps::sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let proposal = replacing(&officer);
    let table = officer.get(&format!("{proposal}/fordelning?post=bas")).expect_status(200);
    // One krona from Ale, which has requisitioned it all, to Alingsås.
    let changed = table.form("/fordelning").set("belopp-1440", "381 307").set("belopp-1489", "705 478");
    changed.submit().expect_status(200);
    let review = officer.get(&format!("{proposal}/granska"));
    let review =
        review.expect("Ale har rekvirerat 381 308 kr. Beloppet kan inte bli lägre.").expect("705 478");
    assert!(!review.has_form("/framlaggning"));
    // From Alvesta, which has asked for nothing.
    let table = officer.get(&format!("{proposal}/fordelning?post=bas"));
    let changed = table.form("/fordelning").set("belopp-1440", "381 308").set("belopp-0764", "358 678");
    changed.submit().expect_status(200);
    let review = officer.get(&format!("{proposal}/granska")).expect("Alvesta").expect("Alingsås");
    review.form("/framlaggning").submit().expect("Framlagt för beslut");
    decider.get(&proposal).form("/publicering").submit().expect("Publicerat");
    portal.preparer("Alingsås").get("/bidrag").expect("705 478 kr");
    portal.preparer("Alvesta").get("/bidrag").expect("358 678 kr");
    officer.get("/oversikt/aldreomsorg-2022?sok=Alings").expect("705 478");
    officer.get("/oppna-data/aldreomsorg-2022?sok=Alings").expect("705 478");
    crate::program::Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn what_waits_for_a_signature_and_asks_for_more_than_the_new_table_has_is_taken_back() {
    let portal = Portal::new();
    let (officer, decider) = (portal.officer(), decider(&portal));
    let ale = portal.preparer("Ale");
    let waits = crate::steps::issue(&ale, "bas", "381 308").address;
    // A draft is the recipient's own: the authority is not told of it, and it stops nothing.
    crate::steps::begin(&portal.preparer("Alvesta"), "bas").expect("AO22-0764-R1");
    let proposal = replacing(&officer);
    let table = officer.get(&format!("{proposal}/fordelning?post=bas"));
    let changed = table.form("/fordelning").set("belopp-1440", "381 307").set("belopp-0764", "250 001");
    changed.set("belopp-1489", "814 156").submit().expect_status(200);
    let review = officer.get(&format!("{proposal}/granska"));
    let review =
        review.expect("AO22-1440-R1 väntar på underskrift och begär mer. Den tas tillbaka till utkast.");
    review.expect_not("AO22-0764").form("/framlaggning").submit().expect("Framlagt för beslut");
    press(&decider, &proposal, "/publicering").expect_status(200);

    let draft =
        ale.get(&waits).expect("Utkast").expect("Fördelningen har ersatts, och rekvisitionen begär mer");
    draft.expect_not("Skriv under");
    portal.signatory("Ale").get(&format!("{waits}/underskrift")).expect_not("Skriv under och lämna in");
    let form = ale.get(&format!("{waits}/uppgifter")).form("/uppgifter");
    let above = form.clone().set("handling", "fortsatt").submit().expect_status(422);
    assert!(above.error_at("amount").contains("högst 381 307"), "{}", above.error_at("amount"));
    let form = above.form("/uppgifter").set("amount", "381 307").set("handling", "fortsatt");
    let check = form.submit().expect_status(200).form("/kontroll").set("confirmed", "ja");
    let issued = check.submit().expect_status(200).address;
    sign(&portal.signatory("Ale"), &issued).expect("Kvitto");
    crate::program::Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn of_two_replacements_at_once_one_is_published_and_the_other_is_told() {
    let portal = Portal::new();
    let officer = portal.officer();
    // A krona from Alvesta, once to Alingsås and once to Ale.
    let proposals = [("belopp-1489", "705 478"), ("belopp-1440", "381 309")].map(|(field, amount)| {
        let proposal = replacing(&officer);
        let table = officer.get(&format!("{proposal}/fordelning?post=bas"));
        table
            .form("/fordelning")
            .set("belopp-0764", "358 678")
            .set(field, amount)
            .submit()
            .expect_status(200);
        press(&officer, &proposal, "/framlaggning").expect("Framlagt för beslut");
        proposal
    });
    let deciders = ["Ett", "Två"].map(|name| portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], name));
    let forms = deciders.iter().zip(&proposals).map(|(one, proposal)| one.get(proposal).form("/publicering"));
    let mut statuses: Vec<u16> = at_once(forms).iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let left = proposals.iter().find(|proposal| officer.get(proposal).text().contains("Framlagt för beslut"));
    let review = deciders[0].get(&format!("{}/granska", left.unwrap()));
    review.expect("Fördelningen har ersatts sedan förslaget påbörjades.");
    crate::program::Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn a_post_with_another_key_is_followed_and_what_is_about_removed_posts_goes_at_once() {
    let portal = Portal::new();
    let officer = portal.officer();
    let form = officer
        .get("/forslag/nytt")
        .form("/forslag")
        .set("overenskommelse", "nara-vard-2020")
        .set("year", "2027");
    let page = form.submit().expect_status(200);
    let proposal = page.address.split('?').next().unwrap().to_owned();
    // A copy does not carry the old table's misprint along.
    let posts = part(&officer, &proposal, "poster");
    assert_eq!(posts.value_of("post-7-rows_total"), "");
    let renamed = (1..9).fold(posts.set("post-0-key", "primarvard"), |form, row| {
        form.add(&format!("post-{row}-ta_bort"), "ja")
    });
    renamed.submit();
    let granska =
        officer.get(&format!("{proposal}/granska")).expect("villkor gäller bara poster som inte finns.");
    let granska =
        granska.expect_not("Posten nara-vard finns inte").expect("Posten resursforstarkning finns inte.");
    let done = granska.form("/poster/borttagna").submit().expect_status(200);
    assert!(!done.has_form("/poster/borttagna"));
    done.expect_not("finns inte.");
    officer.get(&format!("{proposal}/anvandning")).expect("primarvard");
    // Pressed again, nothing happens; as it was, it is too late for nothing.
    granska.form("/poster/borttagna").submit().expect_status(200);
}

#[test]
fn every_fault_is_told_at_once() {
    let portal = Portal::new();
    let officer = portal.officer();
    let empty =
        officer.get("/forslag/nytt").form("/forslag").set("overenskommelse", "").submit().expect_status(200);
    let proposal = empty.address.split('?').next().unwrap().to_owned();
    officer
        .get(&format!("{proposal}/granska"))
        .expect("Minst en post ska finnas.")
        .expect("Fyll i ”Namn i adresser”.");
    let row = part(&officer, &proposal, "poster").set("handling", "rad:post").submit().expect_status(200);
    let form = row.form("/poster");
    form.set("post-0-key", "bas")
        .set("post-0-name", "Bas")
        .set("post-0-total", "100")
        .set("post-0-recipients", "20")
        .submit();
    // Grunder is still empty, and hides nothing.
    let page = officer.get(&format!("{proposal}/granska")).expect("Fyll i ”Namn i adresser”.");
    page.expect("Posten ”Bas” har 0 rader, men ska ha 20.")
        .expect("Posten ”Bas” summerar till 0 kr, men ska vara 100 kr.");
}

#[test]
fn forms_of_another_authority_are_told_and_a_day_that_no_source_states_may_be_left_out() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of_2022(&officer, "2027");
    as_before(&officer, &proposal);
    let forms = officer.get(&format!("{proposal}/blanketter")).form("/blanketter/byte");
    forms.set("variant", "2018").submit().expect_status(200);
    let page = officer.get(&format!("{proposal}/granska"));
    page.expect("Blanketten nämner Socialstyrelsen, men Kammarkollegiet betalar.");
    let forms = officer.get(&format!("{proposal}/blanketter")).form("/blanketter/byte");
    forms.set("variant", "2022").submit().expect_status(200);
    save(&part(&officer, &proposal, "grunder").set("deadlines-repayment", ""));
    let page =
        officer.get(&format!("{proposal}/granska")).expect("Inga. Villkoren och fördelningen går ihop.");
    page.expect("Kontot för återbetalning.");
    press(&officer, &proposal, "framlaggning").expect_status(200);
    press(&decider(&portal), &proposal, "publicering").expect_status(200);
    let terms = officer.get("/overenskommelser/aldreomsorg-2027").expect_status(200);
    terms.expect("ingen dag är bestämd");
    officer.get("/overenskommelser").expect_status(200);
    let ale = portal.preparer("Ale");
    ale.get("/bidrag").expect_status(200).follow(&format!("{NAME} 2027")).expect("ingen dag är bestämd");
    officer.get("/aterbetalningar").expect_status(200);
    officer.get("/oversikt/aldreomsorg-2027/bilder").expect_status(200);
}

#[test]
fn a_replacement_and_two_drafts_of_one_name_are_told_apart() {
    let portal = Portal::new();
    let officer = portal.officer();
    copy_of_2022(&officer, "2027");
    replacing(&officer);
    officer.get("/forslag").expect("Ny fördelning").expect("Ny överenskommelse").expect("Påbörjat");
}
