//! Adding an agreement from files: a faulty one is refused with file, line and reason, a good one is there at once.

use std::fs;

use crate::{
    portal::Portal,
    program::{Program, Said},
};

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/agreements/aldreomsorg-2022");

/// The definition of 2022 as it would look a year later.
fn next_year() -> String {
    let text = fs::read_to_string(format!("{SHIPPED}/agreement.toml")).unwrap();
    let lines = text.lines().map(|line| match line.split_once(" = ") {
        Some(("slug", _)) => "slug = \"aldreomsorg-2023\"".to_owned(),
        Some(("code", _)) => "code = \"AO23\"".to_owned(),
        Some(("year", _)) => "year = 2023".to_owned(),
        Some((key, date)) if date.starts_with("2023-") => format!("{key} = 2024-{}", &date[5..]),
        Some((key, date)) if date.starts_with("2022-") => format!("{key} = 2023-{}", &date[5..]),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn table() -> String {
    fs::read_to_string(format!("{SHIPPED}/allocation.csv")).unwrap()
}

fn import(program: &Program, toml: &str, csv: &str) -> Said {
    let folder = program.path("ny");
    fs::create_dir_all(&folder).unwrap();
    fs::write(format!("{folder}/agreement.toml"), toml).unwrap();
    fs::write(format!("{folder}/allocation.csv"), csv).unwrap();
    program.run(&["import", &folder])
}

fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap()
}

#[test]
fn a_third_agreement_is_there_at_once_for_those_who_have_a_share_in_it() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let program = Program::on(&portal.address);
    let said = import(&program, &next_year(), &table());
    said.expect("aldreomsorg-2023 är inlagd: 200000000 kronor i 3 poster.");

    portal.at("2023-02-01 09:00:00");
    let page = preparer
        .get("/bidrag")
        .expect("senast 1 december 2023")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2023");
    let form = page.form_with("/rekvisitioner", "value=\"bas\"").submit().expect("AO23-1440-R1");
    assert_eq!(form.value_of("period_to"), "2023-12-31");
    program.run(&["check"]).expect("Historiken är hel: 1212 kedjor kontrollerade.");
}

#[test]
fn a_faulty_definition_is_refused_with_file_line_and_reason() {
    let portal = Portal::new();
    let program = Program::on(&portal.address);
    let (toml, csv) = (next_year(), table());
    for (from, to, reason) in [
        ("year = 2023", "year = 2022", "perioden börjar inte 2022"),
        ("requisition = 2023-12-01", "requisition = 2022-12-01", "före periodens början"),
        ("total = 200000000", "total = 200000001", "posterna summerar till 200 000 000 kr"),
        ("total = 200000000", "total = \"mycket\"", "invalid type"),
        ("total = 200000000", "totalt = 200000000", "unknown field `totalt`"),
        ("total = 200000000", "total == 200000000", ""),
    ] {
        let faulty = toml.replacen(from, to, 1);
        let said = import(&program, &faulty, &csv);
        let line = faulty.lines().zip(toml.lines()).position(|(a, b)| a != b).unwrap() + 1;
        // What contradicts another line may be told at either.
        let place = if reason.starts_with("perioden") { line_of(&toml, "from = 2023-01-01") } else { line };
        let said = said.expect_refusal(&format!("agreement.toml, rad {place}: "));
        assert!(said.err.contains(reason), "{said:?}");
    }
    let unchanged = portal.preparer("Ale").get("/bidrag");
    assert!(!unchanged.html().contains("2023</"), "{}", unchanged.text());
}

#[test]
fn a_faulty_table_is_refused_with_file_line_and_reason() {
    let portal = Portal::new();
    let program = Program::on(&portal.address);
    let (toml, csv) = (next_year(), table());
    let last = csv.lines().count();
    for (from, to, line, reason) in [
        (
            "bas,1440,Ale,381308",
            "bas,1440,Ale,381309",
            last,
            "summerar till 167 100 001 kr, men ska vara 167 100 000 kr",
        ),
        ("bas,1440,Ale,381308", "bas,9999,Ale,381308", 2, "mottagaren 9999 (Ale) finns inte i registret"),
        ("bas,1440,Ale,381308", "bas,1440,Ale,mycket", 2, ""),
        ("bas,1440,Ale,381308", "bas,1440,Ale", 2, ""),
        ("bas,1440,Ale,381308", "bas,1440,Ale,-5", 2, "ska vara större än noll"),
    ] {
        let said = import(&program, &toml, &csv.replacen(from, to, 1));
        let said = said.expect_refusal(&format!("allocation.csv, rad {line}: "));
        assert!(said.err.contains(reason), "{said:?}");
    }
    program.run(&["check"]).expect("Historiken är hel: 920 kedjor kontrollerade.");
}

#[test]
fn an_agreement_is_not_added_twice() {
    let portal = Portal::new();
    let program = Program::on(&portal.address);
    let shipped = fs::read_to_string(format!("{SHIPPED}/agreement.toml")).unwrap();
    import(&program, &shipped, &table()).expect_refusal("överenskommelsen aldreomsorg-2022 finns redan");
    let same_code = next_year().replace("code = \"AO23\"", "code = \"AO22\"");
    import(&program, &same_code, &table()).expect_refusal("koden AO22 finns redan");
    program.run(&["check"]).expect("920 kedjor");
}

#[test]
fn files_that_are_missing_or_no_text_are_named() {
    let program = Program::new();
    program.run(&["import", &program.path("finns-inte")]).expect_refusal("agreement.toml");
    let folder = program.path("ny");
    fs::create_dir(&folder).unwrap();
    fs::write(format!("{folder}/agreement.toml"), b"name = \"\xc4ldreomsorg\"").unwrap();
    program.run(&["import", &folder]).expect_refusal("agreement.toml");
    program.run(&["import", &program.database]).expect_refusal("agreement.toml");
}
