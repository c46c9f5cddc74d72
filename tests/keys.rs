//! The keys give the published amounts: every cell of the tables that state what they follow from, the few that differ
//! named. `docs/nycklar.md` has all of them; `UPDATE_DOCS=1 cargo test --test keys` writes it anew.

use std::{fmt::Write, fs};

use bidragsporten::terms::allocation::key::{Basis, Key, OddKronor};
use values::Money;

/// A published cell, and what the key gives.
struct Cell {
    recipient: String,
    column: &'static str,
    basis: String,
    published: u64,
    computed: u64,
}

struct Section {
    heading: &'static str,
    words: &'static str,
    cells: Vec<Cell>,
}

fn rows(csv: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect()
}

fn number(row: &csv::StringRecord, at: usize) -> u64 {
    row[at].parse().unwrap()
}

fn cells(
    column: &'static str,
    named: &[(String, u64, String)],
    computed: Vec<u64>,
) -> impl Iterator<Item = Cell> {
    named.iter().zip(computed).map(move |((recipient, published, basis), computed)| Cell {
        recipient: recipient.clone(),
        column,
        basis: basis.clone(),
        published: *published,
        computed,
    })
}

const REGIONS: &str = include_str!("published/2020-bilaga-1.csv");
const COUNTIES: &str = include_str!("published/2020-bilaga-2.csv");

/// The columns that are proportional to the population; *Barnhälsovård* has a key of Socialstyrelsen's own.
const BY_POPULATION: [(usize, &str, u64); 6] = [
    (2, "Nära vård/primärvård", 1_435_000_000),
    (3, "Generell resursförstärkning", 1_500_000_000),
    (5, "Vårdens medarbetare", 1_819_000_000),
    (6, "E-hälsa", 230_000_000),
    (7, "Sjuksköterskor/vidareutbildning", 500_000_000),
    (8, "Karriärtjänster för specialistsjuksköterskor", 100_000_000),
];

fn regions() -> Section {
    let rows = rows(REGIONS);
    let bases: Vec<Basis> =
        rows.iter().map(|row| Basis { code: row[0].to_owned(), numbers: vec![number(row, 1)] }).collect();
    let mut section = Section {
        heading: "2020, Bilaga 1: regionerna",
        words: "Proportionellt mot befolkningen den 1 november 2019, största resten. Kolumnen Barnhälsovård följer \
                Socialstyrelsens egen nyckel (Bilaga 3) och är inte med.",
        cells: Vec::new(),
    };
    for (at, column, total) in BY_POPULATION {
        let named: Vec<_> =
            rows.iter().map(|row| (row[0].to_owned(), number(row, at), row[1].to_owned())).collect();
        let computed = Key::Proportional.divide(total, &bases, OddKronor::LargestRemainder).unwrap();
        section.cells.extend(cells(column, &named, computed));
    }
    section
}

fn counties() -> Section {
    let rows = rows(COUNTIES);
    let basis = |row: &csv::StringRecord| Basis {
        code: row[0].to_owned(),
        numbers: vec![number(row, 1), number(row, 2)],
    };
    let bases: Vec<Basis> = rows.iter().map(basis).collect();
    let named: Vec<_> = rows
        .iter()
        .map(|row| (row[0].to_owned(), number(row, 3), format!("{} och {}", &row[1], &row[2])))
        .collect();
    let key = Key::Weighted { weights: vec![1, 1] };
    let computed = key.divide(500_000_000, &bases, OddKronor::Nearest).unwrap();
    Section {
        heading: "2020, Bilaga 2: kommunerna länsvis",
        words: "Hälften efter befolkning, hälften efter antal patienter i den kommunala hälso- och sjukvården, var rad \
                avrundad till närmaste krona. Därför är raderna tillsammans 499 999 999 kronor och inte de tryckta \
                500 000 000. Med största resten hade Dalarnas län fått den sista kronan.",
        cells: cells("Medel till vårdens medarbetare", &named, computed).collect(),
    }
}

/// One person's share in kronor as a fraction: what all amounts above the floor are whole multiples of, to within a
/// krona.
struct Round {
    heading: &'static str,
    words: &'static str,
    csv: &'static str,
    total: u64,
    per_person: (u64, u64),
}

const FLOOR: u64 = 250_000;

fn elderly(round: &Round) -> Section {
    let rows: Vec<_> = rows(round.csv).into_iter().filter(|row| &row[0] == "bas").collect();
    let (kronor, of) = round.per_person;
    // Nobody can tell from the floor how few somebody is: any number below it gives the same.
    let persons = |amount: u64| if amount == FLOOR { 0 } else { (amount * of + kronor / 2) / kronor };
    let bases: Vec<Basis> = rows
        .iter()
        .map(|row| Basis { code: row[1].to_owned(), numbers: vec![persons(number(row, 3))] })
        .collect();
    let named: Vec<_> = rows
        .iter()
        .zip(&bases)
        .map(|(row, basis)| {
            let persons = basis.numbers[0];
            let basis = if persons == 0 { "under gränsen".to_owned() } else { persons.to_string() };
            (row[2].to_owned(), number(row, 3), basis)
        })
        .collect();
    let key = Key::WithFloor { floor: FLOOR };
    let computed = key.divide(round.total, &bases, OddKronor::LargestRemainder).unwrap();
    Section {
        heading: round.heading,
        words: round.words,
        cells: cells("Stimulansmedel", &named, computed).collect(),
    }
}

fn rounds() -> [Section; 2] {
    [
        elderly(&Round {
            heading: "2021, Bilaga 1: kommunerna",
            words: "Per person 80 år eller äldre, med minimibeloppet 250 000 kronor, största resten. Antalet personer är \
                    inte utgivet: det är räknat baklänges ur beloppen (omkring 291,252 kronor per person).",
            csv: include_str!("../agreements/aldreomsorg-2021/allocation.csv"),
            total: 168_700_000,
            per_person: (291_252, 1_000),
        }),
        elderly(&Round {
            heading: "2022, Bilaga 1: kommunerna",
            words: "Samma nyckel. Antalet personer är räknat baklänges ur beloppen (omkring 282,870 kronor per person).",
            csv: include_str!("../agreements/aldreomsorg-2022/allocation.csv"),
            total: 167_100_000,
            per_person: (28_286_973, 100_000),
        }),
    ]
}

fn differing(section: &Section) -> Vec<(&str, i64)> {
    section
        .cells
        .iter()
        .filter(|cell| cell.published != cell.computed)
        .map(|cell| (cell.recipient.as_str(), cell.computed.cast_signed() - cell.published.cast_signed()))
        .collect()
}

#[test]
fn every_region_gets_what_was_published() {
    let regions = regions();
    assert_eq!(regions.cells.len(), 6 * 21);
    assert_eq!(differing(&regions), []);
}

#[test]
fn half_by_population_and_half_by_patients_gives_every_county_what_was_published() {
    let counties = counties();
    assert_eq!(counties.cells.len(), 21);
    assert_eq!(differing(&counties), []);
    assert_eq!(counties.cells.iter().map(|cell| cell.computed).sum::<u64>(), 499_999_999);
}

#[test]
fn persons_and_the_floor_give_every_municipality_what_was_published() {
    let [of_2021, of_2022] = rounds();
    assert_eq!((of_2021.cells.len(), of_2022.cells.len()), (290, 290));
    // A krona went the other way: nobody says how the odd ones of 2021 were dealt out.
    assert_eq!(differing(&of_2021), [("Linköping", -1), ("Nynäshamn", 1)]);
    assert_eq!(differing(&of_2022), []);
}

#[test]
fn the_document_has_every_cell() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/nycklar.md");
    let document = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, &document).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap_or_default() == document,
        "docs/nycklar.md is not what the keys give"
    );
}

fn document() -> String {
    let mut text = String::from(
        "# Nycklarna mot de utgivna tabellerna\n\n\
         Varje utgivet belopp vars nyckel överenskommelsen anger, och vad nyckeln i portalen ger. Belopp i kronor. Utgivna \
         belopp gäller som de är utgivna; nycklarna är till för nästa omgång.\n\n\
         **Största resten**: var och en får de hela kronorna av sin andel, och de kronor som blir över går en och en till \
         dem som förlorade mest på avkortningen, vid lika till den lägre koden. Summan är exakt. **Närmaste krona**: var \
         rad avrundas för sig, och summan kan skilja.\n\n\
         Modellkommunerna 2021 och 2022 får lika delar: 15 000 000 / 10 = 1 500 000 kronor.\n",
    );
    let [of_2021, of_2022] = rounds();
    for section in [regions(), counties(), of_2021, of_2022] {
        let differing = differing(&section);
        writeln!(text, "\n## {}\n\n{}\n", section.heading, section.words).unwrap();
        let equal = section.cells.len() - differing.len();
        write!(text, "{equal} av {} belopp är lika.", section.cells.len()).unwrap();
        for (recipient, kronor) in differing {
            write!(
                text,
                " {recipient} skiljer {kronor} krona: källan säger inte hur de udda kronorna delades ut."
            )
            .unwrap();
        }
        text.push_str("\n\n| Mottagare | Belopp för | Fördelas efter | Utgivet | Beräknat | Skillnad |\n|---|---|---|---|---|---|\n");
        for cell in &section.cells {
            let kronor = |amount: u64| Money::kronor(amount.cast_signed()).digits().to_string();
            let difference = cell.computed.cast_signed() - cell.published.cast_signed();
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {difference} |",
                cell.recipient,
                cell.column,
                cell.basis,
                kronor(cell.published),
                kronor(cell.computed),
            )
            .unwrap();
        }
    }
    text
}
