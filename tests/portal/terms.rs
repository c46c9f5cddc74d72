//! What the sources say stands where it is looked for: on the page of the terms, with the grant of whoever it binds, with the
//! organisation that it binds, and in the forms, word for word.

use bidragsporten::{
    people::access::Role,
    terms::agreement::{PaperForm, Provision, Terms, definition},
};

use crate::{
    browser::Page,
    portal::Portal,
    steps::{
        ask_for_accounts, begin, begin_report, certify, fill, fill_report, hand_in_report, issue_report,
        paid, whole_grant,
    },
};

const AO22: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";
const SLUGS: [&str; 4] = ["aldreomsorg-2021", "aldreomsorg-2022", "nara-vard-2020", "valfardsteknik-2018"];

fn terms(slug: &str) -> Terms {
    let path = format!("agreements/{slug}/agreement.toml");
    definition::parse(&path, &std::fs::read_to_string(&path).unwrap()).unwrap()
}

/// As a page shows it.
fn shown(provision: &Provision) -> String {
    format!("”{}” ({})", provision.text, provision.source)
}

#[test]
fn every_provision_stands_on_the_terms_page() {
    let portal = Portal::new();
    let reader = portal.preparer("Ale");
    for slug in SLUGS {
        let (terms, page) = (terms(slug), reader.get(&format!("/overenskommelser/{slug}")).text());
        assert!(terms.provisions.len() > 20, "{slug}");
        let of_uses = terms.permitted_uses.iter().map(|of| of.text.clone());
        let of_remarks = terms.remarks.iter().map(|of| of.text.clone());
        for words in terms.provisions.iter().map(shown).chain(of_uses).chain(of_remarks) {
            assert!(page.contains(&words), "{slug} does not say «{words}»");
        }
    }
}

#[test]
fn what_binds_a_recipient_stands_with_its_grant_and_nothing_that_binds_others_alone() {
    let portal = Portal::new();
    portal.at("2022-02-01 09:00:00");
    let terms = terms("aldreomsorg-2022");
    for (recipient, posts) in [("Ale", &["bas"][..]), ("SKR", &["skr"][..])] {
        let page = portal.preparer(recipient).get("/bidrag").follow(AO22).text();
        let is_theirs =
            |provision: &&Provision| provision.posts.iter().any(|post| posts.contains(&post.as_str()));
        let (theirs, others): (Vec<_>, Vec<_>) = terms.provisions.iter().partition(is_theirs);
        assert!(theirs.len() > 10 && others.len() > 10, "{recipient}");
        for provision in theirs {
            assert!(page.contains(&shown(provision)), "{recipient} is not told «{}»", shown(provision));
        }
        for provision in others {
            assert!(!page.contains(&shown(provision)), "{recipient} is told «{}»", shown(provision));
        }
    }
}

#[test]
fn what_binds_an_authority_stands_for_itself_when_it_reads_the_terms() {
    let portal = Portal::new();
    let reader = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "handläggare");
    reader.get("/overenskommelser/aldreomsorg-2022").expect("Det här gäller Socialstyrelsen");
    portal.preparer("Ale").get("/overenskommelser/aldreomsorg-2022").expect_not("Det här gäller");
}

/// *Båda … ska framgå av samtliga handlingar* (2022 §7.1): of what the portal makes of itself as well.
#[test]
fn both_numbers_stand_on_every_document() {
    let portal = Portal::new();
    let numbers = ["S2022/00001", "S2022/00002"];
    let officer = portal.officer();
    let form = officer.get("/overenskommelser/aldreomsorg-2022").form("/diarienummer");
    form.set("agreement_diarienummer", numbers[0])
        .set("decision_diarienummer", numbers[1])
        .submit()
        .expect_status(200);
    let grant = paid(&portal, "Ale", "381 308");
    let preparer = portal.preparer("Ale");
    let requisition = preparer.get(&grant).follow("AO22-1440-R1").address;
    let report = hand_in_report(&portal, "Ale", &grant, "300 000");
    let whole = whole_grant(&officer, &requisition);
    ask_for_accounts(&whole, "2022-05-31");
    let pages = [
        preparer.get(&format!("{requisition}/kvitto")).text(),
        pdf_text(&preparer.get(&format!("{requisition}/blankett.pdf"))),
        pdf_text(&preparer.get(&format!("{requisition}/kvitto.pdf"))),
        preparer.get(&format!("{report}/kvitto")).text(),
        pdf_text(&preparer.get(&format!("{report}/blankett.pdf"))),
        pdf_text(&preparer.get(&format!("{report}/kvitto.pdf"))),
        preparer.get(&grant).follow("AO22-1440-B1").text(),
        pdf_text(&officer.get("/oversikt/aldreomsorg-2022/regeringen.pdf")),
        portal
            .preparer("SKR")
            .get("/bidrag")
            .follow(AO22)
            .follow("Rapport om stödfunktionens aktiviteter")
            .text(),
    ];
    for page in pages {
        for number in numbers {
            assert!(page.contains(number), "{number} is not on: {page}");
        }
    }
}

/// The published table: the ten that were named model municipalities, and the percentages that only 2018 prints.
#[test]
fn the_published_table_is_read_row_by_row() {
    let portal = Portal::new();
    let reader = portal.preparer("Ale");
    let terms = reader.get("/overenskommelser/valfardsteknik-2018").follow("Hela fördelningen, rad för rad");
    terms.expect("Andel, %").expect("Ale 1440 0,28 965 885").expect("350 000 000");
    let table = reader.get("/overenskommelser/aldreomsorg-2022/fordelning").expect_not("Andel, %");
    assert_eq!(table.text().matches("1 500 000").count(), 10);
    reader.get("/overenskommelser/finns-inte/fordelning").expect_status(404);
}

/// The forms as their annex prints them, point by point: what stands between a number and the next, in the order of the page.
fn published(text: &str) -> [Vec<String>; 2] {
    let text = text.replace("<p>", " ").replace("</p>", " ");
    // A row of the table holds the same point of both forms; where the page is in one column, they follow on one another.
    let cells: Vec<&str> = text.split(['\t', '\n']).collect();
    let mut points: Vec<String> = Vec::new();
    for cell in cells {
        let is_point =
            cell.trim_start().split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok());
        match points.last_mut() {
            _ if is_point => points.push(cell.to_owned()),
            Some(point) => *point = format!("{point} {cell}"),
            None => {}
        }
    }
    let points = points.iter().map(|point| point.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut forms = [Vec::new(), Vec::new()];
    for point in points {
        let number: usize = point.split_once('.').unwrap().0.parse().unwrap();
        let of = if forms[0].len() + 1 == number && number <= 4 { 0 } else { 1 };
        forms[of].push(point);
    }
    forms
}

fn points(paper: &PaperForm) -> Vec<String> {
    let point = |section: &bidragsporten::terms::agreement::Section| {
        let labels = section.fields.iter().map(|field| field.label.clone());
        let heading = format!("{}. {}", section.number, section.title);
        std::iter::once(heading)
            .chain(section.text.iter().cloned())
            .chain(labels)
            .collect::<Vec<_>>()
            .join(" ")
    };
    paper.sections.iter().map(point).collect()
}

#[test]
fn the_forms_are_word_for_word_those_of_the_annexes() {
    for (slug, extract) in [
        ("nara-vard-2020", "tests/published/2020-blanketter.txt"),
        ("aldreomsorg-2021", "tests/published/2021-blanketter.txt"),
        ("aldreomsorg-2022", "tests/published/2022-blanketter.txt"),
    ] {
        let (terms, text) = (terms(slug), std::fs::read_to_string(extract).unwrap());
        let [requisition, report] = published(&text);
        assert_eq!(points(&terms.forms.requisition), requisition, "{slug}");
        assert_eq!(points(&terms.forms.report), report, "{slug}");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let annex = terms.annex.unwrap();
        // A word may be broken at the end of a line.
        let text = text.replace("icke- ", "icke-");
        for words in annex.lead.iter().chain([&annex.name, &annex.heading]) {
            assert!(text.contains(words.as_str()), "{slug}: {words}");
        }
        let headings = [&terms.forms.requisition.heading, &terms.forms.report.heading];
        assert!(text.contains(&format!("{} {}", headings[0], headings[1])), "{slug}");
    }
    assert!(terms("valfardsteknik-2018").annex.is_none(), "the decision has no form");
}

/// The labels stand there in the form's order.
#[track_caller]
fn in_order<'a>(text: &str, labels: impl Iterator<Item = &'a str>) {
    let mut from = 0;
    for label in labels {
        let at = text[from..]
            .find(label)
            .unwrap_or_else(|| panic!("«{label}» is not where the form has it: {text}"));
        from += at + label.len();
    }
}

/// Of the first sections, which are filled in.
fn labels(paper: &PaperForm, sections: usize) -> impl Iterator<Item = &str> {
    let fields = paper.sections.iter().take(sections).flat_map(|section| &section.fields);
    fields.map(|field| field.label.as_str())
}

fn pdf_text(page: &Page) -> String {
    let document = lopdf::Document::load_mem(&page.bytes).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).unwrap().replace('\u{a0}', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_pages_and_the_printed_form_have_the_annexs_labels_in_its_order() {
    let portal = Portal::new();
    let terms = terms("aldreomsorg-2022");
    let preparer = portal.preparer("Ale");

    let paper = &terms.forms.requisition;
    let form = begin(&preparer, "bas");
    in_order(&form.text(), labels(paper, 3));
    let check = fill(&form).set("handling", "fortsatt").submit();
    in_order(&check.text(), labels(paper, 3));
    let requisition = check.form("/kontroll").set("confirmed", "ja").submit().address;
    let sign = portal.signatory("Ale").get(&format!("{requisition}/underskrift"));
    in_order(&sign.text(), labels(paper, 4));
    in_order(&pdf_text(&preparer.get(&format!("{requisition}/blankett.pdf"))), labels(paper, 4));

    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let paper = &terms.forms.report;
    let grant = paid(&portal, "Ale", "381 308");
    let form = begin_report(&preparer, &grant);
    in_order(&form.text(), labels(paper, 3));
    let check = fill_report(&form, "300 000").submit();
    in_order(&check.text(), labels(paper, 3));
    let report = issue_report(&check).address;
    certify(&portal.finance_head("Ale"), &report).expect_status(200);
    let sign = portal.signatory("Ale").get(&format!("{report}/underskrift"));
    in_order(&sign.text(), labels(paper, 5));
    // Both alternatives are read before the signature.
    for alternative in &paper.section(4).unwrap().text {
        let (_, words) = alternative.split_once("N.N.").unwrap();
        assert!(sign.text().contains(words), "{words}");
    }
    in_order(&pdf_text(&preparer.get(&format!("{report}/blankett.pdf"))), labels(paper, 5));
}
