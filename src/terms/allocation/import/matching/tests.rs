use super::*;
use crate::people::recipient;

fn registry() -> Registry {
    Registry::new(recipient::parse_registry(include_str!("../../../../../registry/recipients.csv")).unwrap())
}

fn named(name: &str) -> RowMatch {
    registry().find(Clues { name, ..Clues::default() }, None)
}

fn matched(code: &str, by: By) -> RowMatch {
    RowMatch::Matched { code: code.to_owned(), by }
}

#[test]
fn every_name_in_the_registry_finds_its_own_recipient() {
    let registry = registry();
    for organisation in &registry.organisations {
        for name in [&organisation.name, &organisation.formal_name, &organisation.name.to_uppercase()] {
            let found = registry.find(Clues { name, ..Clues::default() }, None);
            assert_eq!(found.code(), Some(organisation.code.as_str()), "{name}");
        }
    }
}

#[test]
fn names_are_compared_without_what_they_end_in() {
    for (name, code, by) in [
        ("ALE KOMMUN", "1440", By::Name),
        ("Ale  kommun", "1440", By::Name),
        ("Upplands Bro", "0139", By::Name),
        ("Malung–Sälen", "2023", By::Name),
        ("Bengtsfors kommun", "1460", By::Name),
        ("Region Gotland", "0980", By::Name),
        ("Stockholms stad", "0180", By::Alias),
        ("Göteborgs stad", "1480", By::Name),
        ("Mölnadal", "1481", By::Alias),
        ("Staffanstorps", "1230", By::Alias),
        ("A\u{30A}re", "2321", By::Name),
        ("Goteborg", "1480", By::Name),
        ("GOTEBORGS KOMMUN", "1480", By::Name),
        ("Malung\u{A0}Salen", "2023", By::Name),
        ("Habo", "0643", By::Name),
        ("Håbo", "0305", By::Name),
        ("Sveriges Kommuner och Landsting", "SKR", By::Alias),
    ] {
        assert_eq!(named(name), matched(code, by), "{name}");
    }
}

#[test]
fn a_code_is_found_without_its_zero() {
    for code in ["0114", "114", " 114 "] {
        let found = registry().find(Clues { code, ..Clues::default() }, None);
        assert_eq!(found, matched("0114", By::Code), "{code}");
    }
    let number = Clues { organisation_number: "2120000019", ..Clues::default() };
    assert_eq!(registry().find(number, None), matched("0114", By::Number));
}

#[test]
fn cells_that_disagree_are_said_with_both() {
    let clues = Clues { code: "1440", name: "Alingsås", ..Clues::default() };
    let RowMatch::Contradicts(claims) = registry().find(clues, None) else { panic!() };
    let said: Vec<_> = claims.iter().map(|claim| (claim.by, claim.code.as_deref())).collect();
    assert_eq!(said, [(By::Code, Some("1440")), (By::Name, Some("1489"))]);
    let nobodys = Clues { code: "9999", name: "Ale", ..Clues::default() };
    assert!(matches!(registry().find(nobodys, None), RowMatch::Contradicts(_)));
    let misspelt = Clues { code: "1440", name: "Aale", ..Clues::default() };
    assert_eq!(registry().find(misspelt, None), matched("1440", By::Code));
    let wrong_digit = Clues { code: "0114", organisation_number: "212000-0018", ..Clues::default() };
    assert!(matches!(registry().find(wrong_digit, None), RowMatch::Contradicts(_)));
}

#[test]
fn an_unknown_name_has_its_likeliest_beside_it() {
    let RowMatch::Unknown { nearest } = named("Mölndall") else { panic!() };
    assert_eq!(nearest, ["1481"]);
    assert_eq!(named("Atlantis"), RowMatch::Unknown { nearest: Vec::new() });
    assert_eq!(named(""), RowMatch::Unknown { nearest: Vec::new() });
}

#[test]
fn a_code_beside_the_name_and_a_footnote_after_it_are_seen_through() {
    for (name, code, by) in [
        ("0114 Upplands Väsby", "0114", By::Code),
        ("114 Upplands Väsby", "0114", By::Code),
        ("1440 - Ale kommun", "1440", By::Code),
        ("Upplands Väsby (0114)", "0114", By::Code),
        ("R12 Region Skåne", "R12", By::Code),
        ("Trelleborg*", "1287", By::Name),
        ("Simrishamn 2)", "1291", By::Name),
        ("Simrishamn (2)", "1291", By::Name),
        ("Lund³ **", "1281", By::Name),
        ("Ale [1]", "1440", By::Name),
    ] {
        assert_eq!(named(name), matched(code, by), "{name}");
    }
    assert!(matches!(named("0114 Ale"), RowMatch::Contradicts(_)));
    assert!(matches!(named("Bilaga 2)"), RowMatch::Unknown { .. }));
    assert!(matches!(named("2023 Fördelning"), RowMatch::Unknown { .. }));
    assert_eq!(named("0114 Upplands Vsby"), matched("0114", By::Code));
}

#[test]
fn names_that_are_nearly_known_have_a_suggestion() {
    for (name, code) in [
        ("Malung", "2023"),
        ("Heby (fd Västmanland)", "0331"),
        ("Gotlands kommun ( kommundel )", "0980"),
        ("Upplands", "0139"),
    ] {
        let RowMatch::Unknown { nearest } = named(name) else { panic!("{name}") };
        assert!(nearest.iter().any(|near| near == code), "{name}: {nearest:?}");
    }
    assert_eq!(named("VGR").code(), Some("R14"));
}

#[test]
fn of_two_kinds_the_one_that_the_table_is_about_is_meant() {
    let registry = registry();
    let of = |name: &str, kind| registry.find(Clues { name, ..Clues::default() }, kind);
    assert_eq!(of("Jönköping", None).code(), Some("0680"));
    assert_eq!(of("Jönköping", Some(Kind::Region)).code(), Some("R06"));
    assert_eq!(of("Jönköpings län", Some(Kind::Municipality)).code(), Some("0680"));
    assert_eq!(of("Jönköpings län", Some(Kind::Rss)).code(), Some("RSS06"));
    assert_eq!(of("Västra Götalandsregionen", None).code(), Some("R14"));
    assert_eq!(of("Ale", Some(Kind::Region)).code(), Some("1440"));
    assert_eq!(of("Region Uppsala", Some(Kind::Municipality)).code(), Some("R03"));
    assert_eq!(of("Uppsala kommun", Some(Kind::Region)).code(), Some("0380"));
    assert_eq!(of("Stockholms läns landsting", Some(Kind::Rss)).code(), Some("R01"));
    assert_eq!(of("Region Gotland", Some(Kind::Region)).code(), Some("0980"));
}
