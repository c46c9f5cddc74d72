use super::*;
use crate::{desks::proposal::file, terms::agreement::definition};
use crate::{people::recipient, terms::allocation};

const SHIPPED: [(&str, &str); 4] = [
    (
        include_str!("../../../../agreements/valfardsteknik-2018/agreement.toml"),
        include_str!("../../../../agreements/valfardsteknik-2018/allocation.csv"),
    ),
    (
        include_str!("../../../../agreements/nara-vard-2020/agreement.toml"),
        include_str!("../../../../agreements/nara-vard-2020/allocation.csv"),
    ),
    (
        include_str!("../../../../agreements/aldreomsorg-2021/agreement.toml"),
        include_str!("../../../../agreements/aldreomsorg-2021/allocation.csv"),
    ),
    (
        include_str!("../../../../agreements/aldreomsorg-2022/agreement.toml"),
        include_str!("../../../../agreements/aldreomsorg-2022/allocation.csv"),
    ),
];

fn json(terms: &Terms) -> String {
    serde_json::to_string_pretty(terms).unwrap()
}

fn of_2022() -> Terms {
    definition::parse("agreement.toml", SHIPPED[3].0).unwrap()
}

fn posted(form: &ProposalForm, part: &Part) -> Vec<(String, String)> {
    form.fields().filter(|(name, _)| part.holds(name)).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

#[test]
fn every_shipped_agreement_is_typed_written_and_read_back_the_same() {
    let registry = recipient::parse_registry(include_str!("../../../../registry/recipients.csv")).unwrap();
    let known = registry.into_iter().map(|(organisation, _)| organisation.code).collect();
    for (toml, csv) in SHIPPED {
        let terms = definition::parse("agreement.toml", toml).unwrap();
        let form = ProposalForm::of(&terms);
        assert_eq!(json(&form.read().unwrap()), json(&terms));
        let written = file::agreement(&terms).unwrap();
        let again = definition::parse("agreement.toml", &written).unwrap();
        assert_eq!(json(&again), json(&terms));
        assert_eq!(file::agreement(&again).unwrap(), written);
        let shares = allocation::parse("allocation.csv", csv, &terms, &known).unwrap();
        assert_eq!(file::allocation(&shares), csv);
    }
}

#[test]
fn a_part_that_is_posted_as_it_stands_changes_nothing() {
    for (toml, _) in SHIPPED {
        let form = ProposalForm::of(&definition::parse("agreement.toml", toml).unwrap());
        for part in &PARTS {
            let after = form.with_part(part, &posted(&form, part));
            assert_eq!(json(&after.read().unwrap()), json(&form.read().unwrap()), "{}", part.slug);
        }
    }
}

#[test]
fn a_copy_is_the_same_some_years_later() {
    let copy = ProposalForm::copy(&of_2022(), 2027);
    let terms = copy.read().unwrap();
    assert_eq!((terms.slug.as_str(), terms.code.as_str(), terms.year), ("aldreomsorg-2027", "AO27", 2027));
    assert_eq!(terms.deadlines.report.to_string(), "31 mars 2028");
    assert_eq!(terms.period.to.to_string(), "2027-12-31");
    assert_eq!(copy.get("calendar-0-when"), "april 2027");
    assert_eq!(copy.get("further_report-0-due"), "2027-02-28");
    assert!(terms.remarks.is_empty());
    assert_eq!(moved("2024-02-29", 1), "2025-02-28");
}

#[test]
fn what_names_a_year_or_a_paragraph_is_to_be_looked_at_until_it_is_changed() {
    let copy = ProposalForm::copy(&of_2022(), 2027);
    let names = |form: &ProposalForm| -> Vec<String> {
        to_look_at(form, &of_2022()).into_iter().map(|(name, _)| name).collect()
    };
    assert!(names(&copy).contains(&"post-0-source".to_owned()));
    assert!(names(&copy).contains(&"survey-source".to_owned()));
    let part = Part::find("poster").unwrap();
    let mut fields = posted(&copy, part);
    fields.iter_mut().find(|(name, _)| name == "post-0-source").unwrap().1 = "2027 §5".to_owned();
    assert!(!names(&copy.with_part(part, &fields)).contains(&"post-0-source".to_owned()));
}

#[test]
fn faults_are_at_their_fields() {
    let change = |part: &str, name: &str, typed: &str| {
        let form = ProposalForm::of(&of_2022());
        let part = Part::find(part).unwrap();
        let mut fields = posted(&form, part);
        fields.retain(|(of, _)| of != name);
        fields.push((name.to_owned(), typed.to_owned()));
        form.with_part(part, &fields).read().map(|_| ()).unwrap_err()
    };
    let field = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>();
    assert_eq!(field(change("grunder", "total", "mycket")), ["total"]);
    assert_eq!(field(change("grunder", "total", "200 000 001")), ["total"]);
    assert_eq!(field(change("grunder", "period-from", "2022-13-01")), ["period-from"]);
    assert_eq!(field(change("grunder", "deadlines-requisition", "2021-12-01")), ["deadlines-requisition"]);
    assert_eq!(field(change("grunder", "slug", "Äldreomsorg 2027")), ["slug"]);
    assert_eq!(field(change("poster", "post-1-opens_after", "skr")), ["post-1-opens_after"]);
    assert_eq!(field(change("anvandning", "permitted_use-0-posts", "borta")), ["permitted_use-0-posts"]);
    let missing = change("grunder", "name", " ");
    assert!(missing[0].is_missing, "{missing:?}");
    assert_eq!(Part::of("post-1-opens_after").slug, "poster");
    assert_eq!(Part::of("forms-report").slug, "blanketter");
    // Nothing can be read before there are forms.
    assert!(
        ProposalForm::empty("kammarkollegiet").read().unwrap_err().iter().any(|fault| fault.field == "forms")
    );
}

#[test]
fn a_struck_row_goes_and_the_others_close_up() {
    let form = ProposalForm::of(&of_2022());
    let part = Part::find("poster").unwrap();
    let mut fields = posted(&form, part);
    fields.push((format!("post-1-{STRIKE}"), "ja".to_owned()));
    fields.push(("post-9-name".to_owned(), " ".to_owned()));
    let after = form.with_part(part, &fields);
    let keys: Vec<String> = after.posts().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["bas", "skr"]);
    assert_eq!(after.rows("post"), 2);
}

#[test]
fn a_colleague_in_another_part_is_no_conflict() {
    let form = ProposalForm::of(&of_2022());
    let (posts, basis) = (Part::find("poster").unwrap(), Part::find("grunder").unwrap());
    let mut fields = posted(&form, posts);
    fields.iter_mut().find(|(name, _)| name == "post-0-name").unwrap().1 = "Annat".to_owned();
    let after = form.with_part(posts, &fields);
    assert_eq!(form.fingerprint(basis), after.fingerprint(basis));
    assert_ne!(form.fingerprint(posts), after.fingerprint(posts));
}
