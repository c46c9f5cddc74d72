//! A grant on its way to care providers, as far as a test needs it.

use crate::{
    browser::{Browser, Form, Page},
    portal::{PASSWORD, Portal},
};

const AGREEMENT: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";
const HEADINGS: &str = "Organisationsnummer;Utförare;Enhet;Regiform;Slag;Storlek;Kommun\n";

pub fn grant(portal: &Portal, municipality: &str) -> String {
    portal.preparer(municipality).get("/bidrag").follow(AGREEMENT).address
}

/// A model for a grant of some hundred thousand: two tiers of home care, one of care homes.
pub fn fill_model(preparer: &Browser, grant: &str) -> Form {
    let begun =
        preparer.get(&format!("{grant}/vidarefordelning")).form("/vidarefordelning").set("from", "tom");
    let form = begun.submit().expect_status(200).form("/modell");
    let rows = [
        ["Hemtjänst", "kunder", "10", "50", "4", "20 000"],
        ["Hemtjänst", "kunder", "51", "", "2", "35 000"],
        ["Vård- och omsorgsboende", "boende", "10", "", "1", "50 000"],
    ];
    let fields = ["kind", "counted", "from", "to", "units", "amount"];
    let form = rows.iter().enumerate().fold(form, |form, (row, typed)| {
        fields
            .iter()
            .zip(typed)
            .fold(form, |form, (field, value)| form.set(&format!("tier_{row}_{field}"), value))
    });
    form.set("inside", "Hemtjänst")
        .set("reserve", "50 000")
        .set("reserved_for", "Digitala lås")
        .set("uses", "Inköp av teknik\nUtbildning för personal")
        .set("apply_by", "2022-05-31")
        .set("use_by", "2022-12-31")
        .set("report_by", "2023-01-31")
        .set("board", "Äldrenämnden")
        .set("decided_on", "2022-03-10")
        .set("decision_number", "ÄN 2022/17")
        .set("action", "kontrollera")
}

/// Approved by the signatory, who confirms who it is.
pub fn approved(portal: &Portal, municipality: &str) -> String {
    let grant = grant(portal, municipality);
    fill_model(&portal.preparer(municipality), &grant).submit().expect("ryms inom bidraget");
    let signatory = portal.signatory(municipality);
    confirmed(&signatory.get(&format!("{grant}/vidarefordelning/modell")).form("/faststallelse"))
        .expect_status(200);
    grant
}

/// What the form leads to, after the password where it is asked for.
pub fn confirmed(form: &Form) -> Page {
    let page = form.submit();
    if page.has_form("/bekrafta") { page.form("/bekrafta").set("password", PASSWORD).submit() } else { page }
}

pub fn import(preparer: &Browser, rows: &str) -> Page {
    let form = preparer.get("/enheter/inlasning").form("/inlasning");
    form.file("file", "enheter.csv", format!("{HEADINGS}{rows}")).submit()
}

pub const UNITS: &str = "556016-0680;Omsorgen AB;Norr;Privat;Hemtjänst;48;\n\
                     556016-0680;Omsorgen AB;Syd;Privat;Hemtjänst;51;\n\
                     212000-1439;Kommunen;Hemtjänst väst;Kommunal;Hemtjänst;10;\n\
                     212000-1439;Kommunen;Eken;Kommunal;Vård- och omsorgsboende;30;\n\
                     556016-0680;Omsorgen AB;Liten;Privat;Hemtjänst;9;\n\
                     556016-0680;Omsorgen AB;Långt borta;Privat;Hemtjänst;40;Alingsås\n";

/// The unit's link, by its name: a page for anybody.
pub fn link(preparer: &Browser, grant: &str, unit: &str) -> String {
    let page = preparer.get(&format!("{grant}/vidarefordelning/lankar.csv")).html();
    let row = page.lines().find(|row| row.starts_with(&format!("{unit};")));
    let row = row.unwrap_or_else(|| panic!("{unit} is not in {page}"));
    let address = &row[row.find("/utforare/").expect("a link")..];
    address.split([';', ' ', '\r']).next().unwrap().to_owned()
}

/// Ale's plan with an application that came in and is paid by a list: the ids of the application and its unit, the code of its
/// link, and the list's id.
pub fn applied(portal: &Portal) -> [String; 4] {
    let grant = invited(portal, "Ale");
    let link = apply(portal, &grant, "Norr");
    let unit = portal.preparer("Ale").get("/enheter").follow("Norr").address;
    let mut parts = link.split('/').skip(2).map(str::to_owned);
    award_all(portal, &grant).expect_status(200);
    let list = list_of(portal, &grant);
    [parts.next().unwrap(), unit.rsplit('/').next().unwrap().to_owned(), parts.next().unwrap(), list]
}

pub fn invited(portal: &Portal, municipality: &str) -> String {
    let grant = approved(portal, municipality);
    let preparer = portal.preparer(municipality);
    import(&preparer, UNITS).expect_status(200).expect("6 nya enheter");
    let plan = preparer.get(&format!("{grant}/vidarefordelning"));
    plan.form("/inbjudningar").submit().expect_status(200).expect("4 enheter");
    grant
}

pub fn fill_application(page: &Page) -> Form {
    page.form("/ansokan")
        .add("uses", "0")
        .set("intention", "Surfplattor till personalen")
        .set("contact", "Kim Exempel")
        .set("telephone", "08-465 004 00")
        .set("email", "kim@utforare.example")
        .set("giro", "bankgiro")
        .set("account", "5050-1055")
        .set("assured", "ja")
}

pub fn apply(portal: &Portal, grant: &str, unit: &str) -> String {
    let link = link(&portal.preparer("Ale"), grant, unit);
    let page = portal.anyone().get(&link).expect_status(200);
    fill_application(&page).submit().expect_status(200).expect("Ansökan inkommen");
    link
}

/// The figures on top of the plan: the grant, what is distributed, the reserve, what is left.
pub fn figures(browser: &Browser, grant: &str) -> [String; 4] {
    let page = browser.get(&format!("{grant}/vidarefordelning"));
    ["Bidraget", "Fördelat", "Reserv", "Kvar att fördela"].map(|term| page.fact(term))
}

pub fn award_all(portal: &Portal, grant: &str) -> Page {
    let signatory = portal.signatory("Ale");
    confirmed(&signatory.get(&format!("{grant}/vidarefordelning/beslut")).form("/beslut"))
}

/// Everything that is granted on a list; gives its id.
pub fn list_of(portal: &Portal, grant: &str) -> String {
    let form = portal
        .preparer("Ale")
        .get(&format!("{grant}/vidarefordelning/betalningslistor"))
        .form("/betalningslistor");
    let form = form.set("account", "5050-1055").set("bic", "SWEDSESS").set("pay_on", "2022-04-01");
    let list = confirmed(&form).expect_status(200).follow("AO22-1440-V-L1").address;
    list.rsplit('/').next().unwrap().to_owned()
}

/// Ale's plan with what would be mark-up wherever a unit's text is kept.
pub fn marked_up(portal: &Portal, mark_up: &str) {
    const NAME: &str = "<img src=x onerror=alert(1)>";
    let grant = invited(portal, "Ale");
    let preparer = portal.preparer("Ale");
    import(&preparer, &format!("556016-0680;{NAME};{NAME};Privat;Hemtjänst;48;\n")).expect_status(200);
    preparer.get(&format!("{grant}/vidarefordelning")).form("/inbjudningar").submit().expect_status(200);
    let link = link(&preparer, &grant, NAME);
    let form = fill_application(&portal.anyone().get(&link)).set("intention", mark_up).set("contact", NAME);
    form.submit().expect_status(200);
    award_all(portal, &grant).expect_status(200);
    let report = portal.anyone().get(&link).form("/aterrapport").add("uses", "0").set("used", "1 000");
    let report = report.set("used_for", mark_up).set("benefit", mark_up).set("by", NAME);
    report.submit().expect_status(200);
}
