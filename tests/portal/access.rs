//! Routes × roles: every route that is registered, tried by everyone. The table is the program's own, so that a new
//! route is in here by being there.

use actix_web::{App, http::Method};
use bidragsporten::{
    people::access::{Role, proof::Access, routing::Route},
    routes,
};
use scraper::{Html, Selector};

use crate::{
    accounts::answer_with_a_file,
    browser::{Browser, Page},
    colleagues,
    filed_reports::{Filing, report_case},
    further_reports, handed_on, identity,
    journeys::{ask_for_accounts, issue, sign, whole_grant},
    portal::Portal,
    steps::give_insight,
};

fn table() -> Vec<Route> {
    let mut table = Vec::new();
    let _app = App::new().configure(|config| table = routes::configure(config));
    table
}

/// Whoever gets a post back after signing in reads what it does. A route that is new needs a line in `access/deeds.rs`.
#[test]
fn every_post_that_is_held_says_what_it_does() {
    const OF_SIGNING_IN: [&str; 6] = [
        "/logga-in",
        "/logga-ut",
        "/bekrafta",
        "/organisation",
        "/ovning",
        "/konto/inloggningar/forlangning",
    ];
    for route in table().into_iter().filter(|route| route.method == Method::POST) {
        let address = route.path.replace(['{', '}'], "");
        let is_of_signing_in = OF_SIGNING_IN.iter().any(|start| route.path.starts_with(start));
        let deed = bidragsporten::people::access::deeds::of(&address);
        assert!(is_of_signing_in || !deed.is_empty(), "{}", route.path);
    }
}

/// Those of 2020 whose further reports are for an authority; everything else is of 2021 and 2022.
fn home(role: Role, path: &str) -> &'static str {
    match role {
        Role::Preparer | Role::FinanceHead | Role::Signatory | Role::Administrator
            if is_of_further_reports(path) =>
        {
            "Region Skåne"
        }
        _ if is_of_further_reports(path) => "Socialstyrelsen",
        Role::Preparer | Role::FinanceHead | Role::Signatory | Role::Administrator => "Ale",
        Role::CaseOfficer | Role::DecisionMaker | Role::PaymentOfficer => "Kammarkollegiet",
        Role::Reader => "Socialdepartementet",
    }
}

fn is_of_further_reports(path: &str) -> bool {
    path.contains("/rapporter")
}

/// An address of the route that exists: Ale's grant, its submitted requisition with a scan, its answered request for
/// accounts, an amount that came in, its report of 2021 with a file, the 2022 agreement, a
/// proposal that copies it. The reader has insight into both.
struct Existing {
    grant: String,
    requisition: String,
    attachment: String,
    repayment: String,
    request: String,
    file: String,
    report: String,
    report_attachment: String,
    proposal: String,
    further: further_reports::Filed,
    colleague: String,
    invitation: String,
    token: String,
    /// Of onward distribution: a unit's application, the unit, the code of its link, a payment list.
    onward: [String; 4],
}

impl Existing {
    fn file(portal: &Portal) -> Self {
        let preparer = portal.preparer("Ale");
        let issued = issue(&preparer, "bas", "100 000");
        let scan = issued.form("/inskannad").file("file", "skan.pdf", crate::files::PDF.to_vec());
        scan.submit().expect_status(200);
        let page = preparer.get(&issued.address);
        let grant = preparer.get("/bidrag").follow("Äldreomsorg").address;
        let whole = whole_grant(&portal.officer(), &issued.address);
        let request = last(&ask_for_accounts(&whole, "2022-04-30").address);
        let answered = answer_with_a_file(&preparer, &format!("/rakenskaper/{request}"));
        let report = report_case(Filing::of(portal, "Ale", "aldreomsorg-2021").submit());
        let attached = portal.officer().get(&report).follow("underlag.pdf").address;
        for slug in ["aldreomsorg-2021", "aldreomsorg-2022"] {
            give_insight(&portal.officer(), slug, home(Role::Reader, "")).expect_status(200);
        }
        let copy = portal.officer().get("/forslag/nytt").form("/forslag");
        let proposal = copy.set("overenskommelse", "aldreomsorg-2022").set("year", "2027").submit().address;
        let administrator = colleagues::administrator(portal, "Ale");
        let invited = colleagues::invite(&administrator, "ny@ale.example", Role::Preparer);
        let link = colleagues::link(&invited);
        Self {
            colleague: last(&administrator.get("/kollegor").follow("Ekonom i Ale").address),
            invitation: last(&invited.address),
            token: last(&link),
            onward: handed_on::applied(portal),
            proposal: last(&proposal),
            repayment: unmatched_repayment(portal),
            further: further_reports::file_and_send_back(portal),
            file: last(&answered.follow("huvudbok.pdf").address),
            request,
            report: last(&report),
            report_attachment: last(&attached),
            attachment: last(&page.follow("skan.pdf").address),
            requisition: last(&issued.address),
            grant: last(&grant),
        }
    }

    fn address(&self, path: &str) -> String {
        let (id, attachment) = match path {
            _ if path.starts_with("/rapporter") => (&self.further.id, &self.further.attachment),
            _ if is_of_further_reports(path) => (&self.further.grant, &self.further.attachment),
            _ if path.starts_with("/aterbetalningar/{id}") => (&self.repayment, &self.attachment),
            _ if path.starts_with("/kollegor/") => (&self.colleague, &self.attachment),
            _ if path.starts_with("/forslag/") => (&self.proposal, &self.attachment),
            _ if path.contains("/bidrag/") => (&self.grant, &self.attachment),
            _ if path.contains("/rakenskaper/") => (&self.request, &self.file),
            _ if path.contains("/redovisningar/{id}") => (&self.report, &self.report_attachment),
            _ => (&self.requisition, &self.attachment),
        };
        let path = path.replace(
            "/utforare/{application}/{code}",
            &format!("/utforare/{}/{}", self.onward[0], self.onward[2]),
        );
        path.replace("{id}", id)
            .replace("{grant}", &self.grant)
            .replace("{attachment}", attachment)
            .replace("{invitation}", &self.invitation)
            .replace("{token}", &self.token)
            .replace("{application}", &self.onward[0])
            .replace("{unit}", &self.onward[1])
            .replace("{list}", &self.onward[3])
            .replace("{letters}", "beslut")
            .replace("{part}", "grunder")
            .replace("{key}", "delredovisning")
            .replace("{code}", "1440")
            .replace("{year}", "2022")
            .replace("{slug}", "aldreomsorg-2022")
            .replace("{provider}", "prov")
    }
}

/// What nobody knows the purpose of: it has no grant, whose history would change.
fn unmatched_repayment(portal: &Portal) -> String {
    let officer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Registrerare");
    let form = officer.get("/aterbetalningar/ny").form("/aterbetalningar/ny");
    let registered = form.set("received_on", "2022-03-14").set("amount", "1 000").submit().expect_status(200);
    last(&registered.address)
}

fn last(address: &str) -> String {
    path(address).rsplit('/').next().unwrap().to_owned()
}

/// Without the way back that it may have behind it.
fn path(address: &str) -> &str {
    address.split('?').next().unwrap()
}

/// Posts nothing but the session's token: enough to get past the proof, not enough to change anything.
fn try_route(browser: &Browser, route: &Route, address: &str) -> Page {
    if route.method == Method::GET {
        return browser.get(address);
    }
    let page = browser.get("/om");
    let page = if page.html().contains("name=\"csrf\"") { page } else { browser.get("/logga-in") };
    let token = Selector::parse("input[name=csrf]").unwrap();
    let document = Html::parse_document(&page.html());
    let csrf = document.select(&token).next().and_then(|input| input.value().attr("value")).unwrap();
    browser.post_fields(address, &[("csrf", csrf)])
}

/// What the table says should happen to somebody with this role, or to nobody in particular.
fn is_as_told(route: &Route, role: Option<Role>, page: &Page) -> bool {
    let is_turned_away = page.address.starts_with("/logga-in?") || page.status == 401;
    let is_let_in = !is_turned_away && page.status != 403 && page.status != 404;
    match (route.access, role) {
        (Access::Practice, _) => page.status == 404,
        (Access::Everyone, _) => is_let_in,
        (Access::SignedIn | Access::OneOf(_), None) => is_turned_away,
        (Access::SignedIn, Some(_)) => is_let_in,
        (Access::OneOf(roles), Some(role)) if roles.contains(&role) => is_let_in,
        (Access::OneOf(_), Some(_)) => page.status == 403,
    }
}

#[test]
fn every_route_admits_whom_the_table_says_and_nobody_else() {
    let portal = Portal::configured(identity::NOBODY);
    let existing = Existing::file(&portal);
    let table = table();
    let mut wrong = Vec::new();
    let visitors = std::iter::once(None).chain(Role::ALL.into_iter().map(Some));
    for role in visitors {
        let sign_in = |path| match role {
            Some(role) => portal.sign_in(home(role, path), &[role], role.key()),
            None => portal.anyone(),
        };
        let (mut browser, of_further_reports) = (sign_in(""), sign_in("/rapporter"));
        for route in &table {
            let visitor = if is_of_further_reports(route.path) { &of_further_reports } else { &browser };
            let page = try_route(visitor, route, &existing.address(route.path));
            if !is_as_told(route, role, &page) {
                wrong.push(format!(
                    "{} {} as {role:?}: {} at {}",
                    route.method, route.path, page.status, page.address
                ));
            }
            if route.path == "/logga-ut" {
                browser = sign_in("");
            }
        }
    }
    assert!(table.len() > 20, "the table has {} rows", table.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_anothers_is_not_there() {
    let portal = Portal::new();
    let existing = Existing::file(&portal);
    let mut seen = Vec::new();
    for role in [Role::Preparer, Role::FinanceHead, Role::Signatory, Role::Administrator] {
        let stranger = portal.sign_in("Alingsås", &[role], role.key());
        for route in table().iter().filter(|route| route.path.contains("{id}")) {
            let page = try_route(&stranger, route, &existing.address(route.path));
            // A post without its fields is told so before anything is looked up.
            let says_nothing = page.status == 404 || page.status == 403 || page.status == 400;
            if !says_nothing || (route.method == Method::GET && page.status == 400) {
                seen.push(format!("{} {} as {role:?}: {}", route.method, route.path, page.status));
            }
        }
    }
    assert!(seen.is_empty(), "{}", seen.join("\n"));
}

#[test]
fn two_roles_in_two_organisations_are_two_desks() {
    let portal = Portal::new();
    portal.sign_in("Ale", &[Role::Preparer], "Dubbel");
    // The same address at Alingsås would be another person: the second role is given to the first.
    portal.give_role("dubbel@ale.example", "Alingsås", Role::Preparer);
    let browser = portal.sign_in("Ale", &[Role::Preparer], "Dubbel");
    let ale = browser.get("/bidrag").expect("Ale kommun");
    let form = ale.form("/organisation");
    let other = ale.html();
    let id = other
        .split("<option value=\"")
        .filter(|part| part.contains(">Alingsås<"))
        .map(|part| &part[..36])
        .next();
    form.set("organisation", id.unwrap()).submit().expect("Alingsås kommun").expect_not("Ale kommun");
}

#[test]
fn nobody_signs_what_the_signatory_did_not() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let issued = issue(&preparer, "bas", "100 000");
    preparer.get(&format!("{}/underskrift", issued.address)).expect_status(403);
    let signatory = portal.signatory("Ale");
    let page = signatory.get(&format!("{}/underskrift", issued.address));
    page.form("/underskrift").set("password", "fel").submit().expect_status(422).expect("Lösenordet är fel");
    preparer.get(&issued.address).expect("Väntar på underskrift");
    sign(&signatory, &issued.address).expect("Kvitto");
}
