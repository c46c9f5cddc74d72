//! Colleagues: an organisation's administrator invites, gives and takes roles, and says who takes over.

use bidragsporten::{
    ground::infra::{db::DbError, schema::identities},
    people::{
        access::{self, Role},
        recipient,
    },
};
use chrono::Utc;
use diesel::{ExpressionMethods, RunQueryDsl};
use uuid::Uuid;

use crate::{
    browser::{Browser, Page, at_once},
    journeys::{issue, sign},
    portal::{PASSWORD, Portal},
    program::Program,
    steps::{begin, case_of, fill},
};

pub const NEW_PASSWORD: &str = "tjugo gröna elefanter";

pub fn administrator(portal: &Portal, organisation: &str) -> Browser {
    portal.sign_in(organisation, &[Role::Administrator], "Administratör")
}

/// Invites somebody; gives the page with the link.
pub fn invite(administrator: &Browser, email: &str, role: Role) -> Page {
    let form = administrator.get("/kollegor").form("/kollegor/inbjudningar");
    form.set("email", email).set("role", role.key()).submit()
}

/// Where the link on a page leads.
#[track_caller]
pub fn link(page: &Page) -> String {
    let html = page.html();
    let (_, rest) = html.split_once("/valkommen/").unwrap_or_else(|| panic!("no link: {}", page.text()));
    format!("/valkommen/{}", &rest[..64])
}

/// Makes an account with a link; gives the page after it.
pub fn accept(browser: &Browser, link: &str, name: &str) -> Page {
    let form = browser.get(link).expect_status(200).form(link);
    form.set("name", name).set("new_password", NEW_PASSWORD).submit()
}

/// The page of a colleague.
#[track_caller]
fn colleague(administrator: &Browser, name: &str) -> Page {
    // By where it leads: one's own name at the top of the page leads to one's own account.
    let html = administrator.get("/kollegor").html();
    let found = html.split("href=\"").skip(1).find(|part| {
        part.starts_with("/kollegor/") && part.split_once('>').is_some_and(|(_, text)| text.starts_with(name))
    });
    let address = found.unwrap_or_else(|| panic!("no {name}")).split('"').next().unwrap();
    administrator.get(address).expect_status(200)
}

fn give(administrator: &Browser, name: &str, role: Role) -> Page {
    colleague(administrator, name).form("/roller").set("role", role.key()).submit()
}

/// The page that asks whether a role, or everything, is to be taken.
#[track_caller]
fn removal(administrator: &Browser, name: &str, role: Option<Role>) -> Page {
    let page = colleague(administrator, name);
    match role {
        Some(role) => administrator.get(&format!("{}/borttagning?roll={}", page.address, role.key())),
        None => page.follow("Ta bort alla roller"),
    }
}

#[track_caller]
fn take(administrator: &Browser, name: &str, role: Option<Role>) -> Page {
    let end = role.map_or("/borttagning".to_owned(), |role| format!("roll={}", role.key()));
    removal(administrator, name, role).form(&end).submit()
}

/// What the option with this label sends.
#[track_caller]
fn option(page: &Page, label: &str) -> String {
    let html = page.html();
    let (before, _) = html.split_once(&format!(">{label}</option>")).expect("to choose from");
    before.rsplit_once("value=\"").unwrap().1.split('"').next().unwrap().to_owned()
}

#[test]
fn an_invitation_leads_to_an_account_with_a_role() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Ale");
    let page = invite(&administrator, "Nils.Ny@Ale.example", Role::Preparer).expect("skickar ingen e-post");
    let link = link(&page);
    // Only whoever made it sees it, and only while signed in.
    let again = portal.sign_in("Ale", &[Role::Administrator], "Administratör");
    again.get(&page.address).expect_not("/valkommen/").expect("finns inte sparad");
    administrator.get("/kollegor").expect("nils.ny@ale.example").expect("Ekonom. Länken gäller till");

    let newcomer = portal.anyone();
    let page = newcomer.get(&link).expect("Administratör i Ale har bjudit in dig som ekonom för Ale kommun");
    let weak = page.form(&link).set("new_password", "nils.ny@ale.example").submit().expect_status(422);
    assert!(weak.error_at("new_password").contains("lätt att gissa"));
    assert!(!weak.error_at("name").is_empty());
    let short =
        page.form(&link).set("name", "Nils Ny").set("new_password", "kort").submit().expect_status(422);
    assert!(short.error_at("new_password").contains("minst 15"));
    assert_eq!(short.value_of("name"), "Nils Ny");
    accept(&newcomer, &link, "Nils Ny").expect_status(200).expect("Mina bidrag");

    // The link is used.
    portal.anyone().get(&link).expect_status(410).expect("Länken gäller inte");
    let page = administrator.get("/kollegor").expect("Nils Ny").expect_not("Länken gäller till");
    page.expect("nils.ny@ale.example: En kollega bjöds in (Ekonom)")
        .expect("Nils Ny: En inbjudan togs emot (Ekonom)");
    let form = portal.anyone().get("/logga-in").form("/logga-in").set("email", "nils.ny@ale.example");
    form.set("password", NEW_PASSWORD).submit().expect("Mina bidrag");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn a_double_click_is_one_invitation_and_one_account() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Ale");
    let form = administrator.get("/kollegor").form("/inbjudningar");
    let form = form.set("email", "nils@ale.example").set("role", "ekonom");
    let first = form.submit().expect_status(200);
    let second = form.submit().expect_status(200);
    assert_eq!(link(&first), link(&second));
    let page = administrator.get("/kollegor");
    assert_eq!(page.text().matches("En kollega bjöds in").count(), 1);
    // From another page it is another invitation, and there is one already.
    let other = invite(&administrator, "nils@ale.example", Role::Preparer).expect_status(422);
    assert!(other.error_at("email").contains("redan en inbjudan"));

    let forms = (0..3).map(|_| {
        let form = portal.anyone().get(&link(&first)).form(&link(&first));
        form.set("name", "Nils").set("new_password", NEW_PASSWORD)
    });
    let pages = at_once(forms);
    assert_eq!(pages.iter().filter(|page| page.text().contains("Mina bidrag")).count(), 1);
    for page in pages {
        assert!([200, 410].contains(&page.status), "{}: {}", page.status, page.text());
    }
    assert_eq!(administrator.get("/kollegor").text().matches("En inbjudan togs emot").count(), 1);
}

#[test]
fn a_link_holds_for_seven_days_and_until_it_is_withdrawn() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Ale");
    let (one, other) = (
        link(&invite(&administrator, "en@ale.example", Role::Preparer)),
        link(&invite(&administrator, "annan@ale.example", Role::FinanceHead)),
    );
    administrator
        .get("/kollegor")
        .form_with("/aterkallande", "annan@ale.example")
        .submit()
        .expect("tillbakadragen");
    portal.anyone().get(&other).expect_status(410);
    let open = portal.anyone().get(&one).expect_status(200);
    portal.at("2022-03-22 08:59:59");
    portal.anyone().get(&one).expect_status(200);
    portal.at("2022-03-22 09:00:00");
    portal.anyone().get(&one).expect_status(410);
    let late = open.form(&one).set("name", "Torsten").set("new_password", NEW_PASSWORD).submit();
    late.expect_status(410);
    administrator.get("/kollegor").expect_not("Torsten").expect_not("Länken gäller till");
    portal.anyone().get(&format!("/valkommen/{}", "0".repeat(64))).expect_status(410);
}

#[test]
fn whoever_has_an_account_joins_with_its_password() {
    let portal = Portal::new();
    portal.preparer("Alingsås");
    let administrator = administrator(&portal, "Ale");
    let link = link(&invite(&administrator, "ekonom@alingsås.example", Role::Preparer));
    let visitor = portal.anyone();
    let page = visitor.get(&link).expect("Det finns redan ett konto");
    assert!(!page.has_form(&link));
    // The link alone gives nothing, not even a new password.
    visitor.post_fields(&format!("{link}/losenord"), &[("csrf", ""), ("new_password", NEW_PASSWORD)]);
    let wrong = page.form("/konto").set("password", "fel").submit().expect_status(422);
    assert!(wrong.error_at("password").contains("fel"));
    let joined = page.form("/konto").set("password", PASSWORD).submit().expect_status(200);
    assert!(joined.address.starts_with("/logga-in"), "{}", joined.address);
    administrator.get("/kollegor").expect("Ekonom i Alingsås");
    let both = portal.preparer("Alingsås").get("/bidrag");
    assert!(both.html().contains(">Ale</option>"));
}

#[test]
fn a_signatory_given_at_home_signs_when_the_authority_has_confirmed() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Ale");
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let page =
        give(&administrator, "Ekonom i Ale", Role::Signatory).expect_status(200).expect("Rollen är given");
    page.expect("Väntar på bekräftelse");
    administrator.get("/kollegor").expect("En roll gavs (Behörig företrädare, väntar på bekräftelse)");

    let signatory = portal.preparer("Ale");
    let page = signatory.get(&format!("{requisition}/underskrift")).expect("väntar på bekräftelse");
    assert!(!page.has_form("/underskrift"));
    signatory.get("/uppdrag").expect("Väntar på bekräftelse");

    let officer = portal.officer();
    let page = officer.get("/register").follow("Uppdrag att bekräfta").expect("Ekonom i Ale");
    let page = page.follow("Ekonom i Ale").expect("Väntar på bekräftelse");
    // Socialstyrelsen pays the municipalities of 2018, and no region.
    portal.preparer("Region Skåne");
    let of_region = crate::colleagues::administrator(&portal, "Region Skåne");
    give(&of_region, "Ekonom i", Role::Signatory).expect_status(200);
    officer.get("/granskning/uppdrag").expect("Region Skåne");
    let other = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Handläggare");
    other.get("/granskning/uppdrag").expect("Ekonom i Ale").expect_not("Region Skåne");
    let confirm = page.form_with("/1440", "Bekräfta");
    confirm.submit().expect_status(200).expect("Gäller").expect_not("Väntar");
    confirm.submit().expect_status(200);
    let page = officer.get("/granskning/uppdrag/1440");
    assert_eq!(page.text().matches("Ett uppdrag bekräftades").count(), 1);
    sign(&signatory, &requisition).expect("Kvitto");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn the_only_administrator_stays() {
    let portal = Portal::new();
    let only = administrator(&portal, "Ale");
    let page = removal(&only, "Administratör i Ale", Some(Role::Administrator));
    let page = page.expect("Du är den enda administratören").expect("Det här är ditt eget konto");
    page.form("roll=administrator").submit().expect_status(409).expect("Du är den enda administratören");
    take(&only, "Administratör i Ale", None).expect_status(409);
    portal.preparer("Ale");
    give(&only, "Ekonom i Ale", Role::Administrator).expect_status(200);
    take(&only, "Administratör i Ale", Some(Role::Administrator)).expect_status(200);
    // With nothing left there, and nowhere else to go, nobody is signed in.
    assert!(only.get("/kollegor").address.starts_with("/logga-in"));
    portal.preparer("Ale").get("/kollegor").expect("Ekonom i Ale");
}

#[test]
fn the_last_in_a_role_is_not_removed_unnoticed_and_a_stale_page_removes_nobody() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Ale");
    let signatory = portal.sign_in("Ale", &[Role::Signatory, Role::Preparer], "Fia");
    let stale = removal(&administrator, "Fia", Some(Role::Signatory)).form("roll=foretradare");
    let page = removal(&administrator, "Fia", Some(Role::Signatory));
    page.expect("Ingen annan hos er kan göra det").expect("Ingen kan skriva under i portalen");
    portal.finance_head("Ale");
    give(&administrator, "Fia", Role::FinanceHead).expect_status(200);
    stale.submit().expect_status(409).expect("har ändrats sedan sidan öppnades");
    administrator.get("/kollegor").expect("Samma person intygar och skriver under");
    // Now from a page that knows: and twice, as a double click does.
    let form = removal(&administrator, "Fia", Some(Role::Signatory)).form("roll=foretradare");
    form.submit().expect_status(200).expect("Rollen är borttagen.");
    form.submit().expect_status(200).expect("Rollen är borttagen.");
    let page = administrator.get("/kollegor").expect("Ingen har rollen behörig företrädare");
    assert_eq!(page.text().matches("En roll togs bort").count(), 1);
    page.expect("Fia i Ale: En roll togs bort (Behörig företrädare; ingen annan är behörig företrädare)");
    // The session goes on in the roles that are left.
    signatory.get("/bidrag").expect("Mina bidrag");
}

#[test]
fn whoever_leaves_is_out_at_once() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Ale");
    let (leaver, other) = (portal.preparer("Ale"), portal.finance_head("Ale"));
    portal.give_role("ekonomichef@ale.example", "Alingsås", Role::FinanceHead);
    leaver.get("/bidrag").expect("Mina bidrag");
    invite(&administrator, "senare@ale.example", Role::Preparer);
    take(&administrator, "Ekonom i Ale", None).expect_status(200).expect("har lämnat organisationen");
    take(&administrator, "Ekonomichef i Ale", None).expect_status(200);
    assert!(leaver.get("/bidrag").address.starts_with("/logga-in"));
    // Whoever works somewhere else too is there now.
    let page = other.get("/bidrag").expect("Mina bidrag");
    assert!(page.html().contains("Alingsås kommun") && !page.html().contains("Ale kommun"));
    administrator
        .get("/kollegor")
        .expect_not("ekonom@ale.example")
        .expect("Någon lämnade organisationen (Ekonom; ingen annan är ekonom)");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn an_officers_cases_pass_to_whom_the_administrator_says() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Kammarkollegiet");
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect("Kvitto");
    let officer = portal.officer();
    portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Efterträdare");
    let case = officer.get(&case_of(&requisition));
    let me = option(&case, "Handläggare i Kammarkollegiet");
    case.form("/handlaggare").set("officer", &me).submit().expect_status(200);
    let page = removal(&administrator, "Handläggare i Kammarkollegiet", None).expect("AO22-1440-R1");
    let form = page.form("/borttagning");
    let stranger = form.clone().set("successor", "någon").submit().expect_status(422);
    assert!(!stranger.error_at("successor").is_empty());
    let successor = option(&page, "Efterträdare i Kammarkollegiet");
    form.set("successor", &successor).submit().expect_status(200);
    administrator.get("/kollegor").expect("ett ärende till Efterträdare i Kammarkollegiet");
    let page =
        portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Efterträdare").get(&case_of(&requisition));
    assert_eq!(option(&page, "Efterträdare i Kammarkollegiet"), successor);
    assert_eq!(page.form("/handlaggare").value_of("officer"), successor);
    assert!(officer.get("/granskning").address.starts_with("/logga-in"));
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn what_one_official_should_not_be_alone_is_told() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Kammarkollegiet");
    portal.officer();
    administrator.get("/kollegor").expect_not("Samma person");
    give(&administrator, "Handläggare i", Role::PaymentOfficer)
        .expect_status(200)
        .expect("Samma person handlägger");
    administrator.get("/kollegor").expect("Samma person handlägger");
    // What the organisation does not have is not given.
    give(&administrator, "Handläggare i", Role::Signatory).expect_status(422);
}

#[test]
fn an_authority_invites_the_first_administrator_and_no_second() {
    let portal = Portal::new();
    let officer = portal.officer();
    let page = officer.get("/register/1440").expect("Ingen hos mottagaren kan bjuda in");
    let page = page.follow("Bjud in den första administratören").expect_status(200);
    let form = page.form("/administrator");
    assert!(!form.clone().set("email", "fel").submit().expect_status(422).error_at("email").is_empty());
    let invited = form.clone().set("email", "adm@ale.example").submit().expect_status(200);
    let newcomer = portal.anyone();
    accept(&newcomer, &link(&invited), "Ada Adm").expect("Kollegor").expect("Ada Adm");
    newcomer.get("/kollegor").expect("En kollega bjöds in (Administratör)").expect("Kammarkollegiet");
    let page = officer.get("/register/1440/administrator").expect("Ada Adm");
    assert!(!page.has_form("/administrator"));
    form.set("email", "b@ale.example").submit().expect_status(409);
    officer.get("/register/1440").expect("Ada Adm").expect_not("Saknas");
    // Nobody else's business: Socialstyrelsen pays no region.
    let other = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Handläggare");
    other.get("/register/R12/administrator").expect_status(404);
    officer.get("/register/kammarkollegiet/administrator").expect_status(404);
}

#[test]
fn no_officer_makes_a_signatory_alone() {
    let portal = Portal::new();
    let officer = portal.officer();
    let page = officer.get("/register/1440/administrator");
    let invited = page.form("/administrator").set("email", "adm@ale.example").submit();
    // Nobody has come by it yet: it could be anybody who did.
    let administrator = portal.anyone();
    accept(&administrator, &link(&invited), "Ada Adm").expect("Kollegor");
    let fia = portal.anyone();
    accept(&fia, &link(&invite(&administrator, "fia@ale.example", Role::Signatory)), "Fia");
    let confirmation = |officer: &Browser| officer.get("/granskning/uppdrag/1440").form("/1440");
    let refused = confirmation(&officer).submit().expect_status(409);
    refused.expect("En annan handläggare ska bekräfta den");
    officer.get("/granskning/uppdrag/1440").expect("Väntar på bekräftelse");
    let other = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Annan");
    confirmation(&other).submit().expect_status(200).expect_not("Väntar på bekräftelse");
    // Confirmed by one, it can be changed by either.
    let change = officer.get("/granskning/uppdrag/1440").follow("Ändra uppdraget").form("/1440");
    change.set("to", "2022-12-31").set("decision", "KS 1").submit().expect_status(200);
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn a_forgotten_password_is_chosen_anew_with_a_link() {
    let portal = Portal::new();
    let administrator = administrator(&portal, "Ale");
    let signed_in = portal.signatory("Ale");
    let page = colleague(&administrator, "Företrädare i Ale").form("/losenord").submit().expect_status(200);
    let link = link(&page);
    // Without a second factor the link is all it takes: the authority is asked again.
    administrator.get("/kollegor").expect("Väntar på bekräftelse");
    let visitor = portal.anyone();
    let page = visitor.get(&link).expect("Välj ett nytt lösenord");
    page.form("/losenord").set("new_password", "fel").submit().expect_status(422);
    let done = page.form("/losenord").set("new_password", NEW_PASSWORD).submit().expect_status(200);
    assert_eq!(done.address, "/logga-in");
    assert!(signed_in.get("/bidrag").address.starts_with("/logga-in"));
    visitor.get(&link).expect_status(410);
    let try_with = |password: &str| {
        let form = portal.anyone().get("/logga-in").form("/logga-in").set("email", "företrädare@ale.example");
        form.set("password", password).submit()
    };
    try_with(PASSWORD).expect_status(422);
    try_with(NEW_PASSWORD).expect("Mina bidrag");
    // An account that others use too is not this organisation's to open.
    portal.preparer("Ale");
    portal.give_role("ekonom@ale.example", "Alingsås", Role::Preparer);
    let refused = colleague(&administrator, "Ekonom i Ale").form("/losenord").submit();
    refused.expect_status(409).expect("används också i en annan organisation");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn colleagues_of_others_are_not_there() {
    let portal = Portal::new();
    let ale = administrator(&portal, "Ale");
    let other = administrator(&portal, "Alingsås");
    portal.preparer("Ale");
    let person = colleague(&ale, "Ekonom i Ale");
    let invitation = invite(&ale, "nils@ale.example", Role::Preparer);
    other.get(&person.address).expect_status(404);
    other.get(&format!("{}/borttagning", person.address)).expect_status(404);
    other.get(&invitation.address).expect_status(404);
    let csrf = other.get("/kollegor").form("/logga-ut").value_of("csrf").to_owned();
    for form in [
        person.form("/roller").set("role", "ekonomichef"),
        person.form("/losenord"),
        removal(&ale, "Ekonom i Ale", None).form("/borttagning"),
        invitation.form("/aterkallande"),
    ] {
        form.set("csrf", &csrf).sent_by(&other).submit().expect_status(404);
    }
    ale.get("/kollegor").expect("Ekonom i Ale").expect("nils@ale.example");
}

#[test]
fn whoever_came_by_the_organisations_identity_is_given_a_role_by_its_administrator() {
    let portal = Portal::new();
    let id = portal
        .db
        .write_now(|connection| {
            let person =
                access::store::add_person(connection, "kim@ale.example", "Kim Prov", "", Utc::now())?;
            let all = recipient::store::all(connection)?;
            let ale = all.into_iter().find(|organisation| organisation.name == "Ale").expect("known");
            diesel::insert_into(identities::table)
                .values((
                    identities::id.eq(Uuid::now_v7().to_string()),
                    identities::person_id.eq(person.id.to_string()),
                    identities::organisation_id.eq(ale.id.to_string()),
                    identities::issuer.eq("https://id.ale.example"),
                    identities::subject.eq("1"),
                    identities::created_at.eq(Utc::now().naive_utc()),
                    identities::seen_at.eq(Utc::now().naive_utc()),
                ))
                .execute(connection)?;
            Ok::<_, DbError>(person.id)
        })
        .unwrap();
    let page = administrator(&portal, "Ale").get("/kollegor").expect("Väntar på en roll").follow("Kim Prov");
    assert_eq!(page.address, format!("/kollegor/{id}"));
    assert!(!page.has_form("/losenord"));
    let given = page.form("/roller").set("role", Role::Preparer.key()).submit().expect_status(200);
    given.expect("Rollen är given.").expect("Ta bort rollen ekonom");
    administrator(&portal, "Ale").get("/kollegor").expect_not("Väntar på en roll");
    administrator(&portal, "Alingsås").get(&format!("/kollegor/{id}")).expect_status(404);
}

#[test]
fn a_contact_person_who_has_left_is_told_and_not_proposed_again() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    portal.sign_in("Ale", &[Role::Preparer], "Karin");
    let edit = begin(&preparer, "bas");
    let form = fill(&edit).set("contact_person", "Karin i Ale").set("amount", "100 000");
    let check = form.set("handling", "fortsatt").submit().expect("Kontrollera innan underskrift");
    let requisition = check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200).address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let draft = begin(&preparer, "bas");
    assert_eq!(draft.value_of("contact_person"), "Karin i Ale");
    preparer.get(&requisition).expect_not("har slutat");

    let form = removal(&administrator(&portal, "Ale"), "Karin", None).form("/borttagning");
    form.submit().expect_status(200);
    preparer.get(&requisition).expect("Kontaktpersonen har slutat").expect("Karin i Ale har inte längre");
    preparer.get(draft.address.strip_suffix("/uppgifter").unwrap()).expect("Kontaktpersonen har slutat");
    let next = begin(&preparer, "bas");
    assert_eq!((next.value_of("contact_person"), next.value_of("email")), (String::new(), String::new()));
    assert_ne!(next.value_of("city"), "");
}
