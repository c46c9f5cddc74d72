use std::sync::LazyLock;

use proptest::{prelude::*, sample::SizeRange};
use rust_decimal::Decimal;

use super::{
    mapping::{Amounts, Decided, Mapping, PostColumn, guess},
    matching::{Registry, Resolution, Resolutions},
    proof::{Basis, Proof, prove},
    reading::{self, Table},
    warning::Warning,
};
use crate::{
    agreement::definition,
    allocation::{self, Share},
    ids::Id,
    money::Money,
    recipient::{self, Kind, Organisation},
};

fn organisations() -> Vec<(Organisation, Vec<String>)> {
    recipient::parse_registry(include_str!("../../../registry/recipients.csv")).unwrap()
}

fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new(organisations()));
    &REGISTRY
}

/// The regions, under the kind that they do not have yet.
fn with_regions() -> Registry {
    const NAMES: [(&str, &str, &str); 21] = [
        ("01", "Region Stockholm", "Stockholms län"),
        ("03", "Region Uppsala", ""),
        ("04", "Region Sörmland", "Södermanlands län"),
        ("05", "Region Östergötland", ""),
        ("06", "Region Jönköpings län", ""),
        ("07", "Region Kronoberg", ""),
        ("08", "Region Kalmar län", ""),
        ("09", "Region Gotland", ""),
        ("10", "Region Blekinge", ""),
        ("12", "Region Skåne", ""),
        ("13", "Region Halland", ""),
        ("14", "Västra Götalandsregionen", ""),
        ("17", "Region Värmland", ""),
        ("18", "Region Örebro län", ""),
        ("19", "Region Västmanland", ""),
        ("20", "Region Dalarna", ""),
        ("21", "Region Gävleborg", ""),
        ("22", "Region Västernorrland", ""),
        ("23", "Region Jämtland Härjedalen", "Jämtlands län"),
        ("24", "Region Västerbotten", ""),
        ("25", "Region Norrbotten", "Norrbottnen"),
    ];
    let region = |(code, name, alias): (&str, &str, &str)| {
        let organisation = Organisation {
            id: Id::new(),
            code: code.to_owned(),
            kind: Kind::Association,
            name: name.to_owned(),
            formal_name: name.to_owned(),
            county: String::new(),
            organisation_number: None,
        };
        (organisation, vec![alias.to_owned()])
    };
    Registry::new(organisations().into_iter().filter(|(o, _)| o.code != "SKR").chain(NAMES.map(region)))
}

fn post(key: &str, total: i64, recipients: usize) -> Decided {
    Decided {
        key: key.to_owned(),
        name: format!("Posten {key}"),
        total: Money::kronor(total),
        rows_total: None,
        recipients,
        floor: None,
        rows_at_floor: None,
    }
}

fn table(text: &str) -> Table {
    reading::read(text.as_bytes()).unwrap()
}

/// Guessed and proved as it is, with nothing from the user.
fn proved(text: &str, posts: &[Decided], registry: &Registry, previous: &[Share]) -> Proof {
    let table = table(text);
    let mapping = guess(&table, posts, registry);
    prove(&table, &mapping, &Resolutions::new(), Basis { posts, registry, previous })
}

fn said(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(|warning| warning.to_string().replace('\u{A0}', " ")).collect()
}

fn shipped(year: i32) -> (Vec<Decided>, &'static str, Vec<Share>) {
    let (toml, csv) = match year {
        2021 => (
            include_str!("../../../agreements/aldreomsorg-2021/agreement.toml"),
            include_str!("../../../agreements/aldreomsorg-2021/allocation.csv"),
        ),
        _ => (
            include_str!("../../../agreements/aldreomsorg-2022/agreement.toml"),
            include_str!("../../../agreements/aldreomsorg-2022/allocation.csv"),
        ),
    };
    let terms = definition::parse("agreement.toml", toml).unwrap();
    let codes = organisations().into_iter().map(|(organisation, _)| organisation.code).collect();
    let shares = allocation::parse("allocation.csv", csv, &terms, &codes).unwrap();
    (terms.posts.iter().map(Decided::from).collect(), csv, shares)
}

fn sorted(mut shares: Vec<Share>, posts: &[Decided]) -> Vec<Share> {
    let place = |share: &Share| posts.iter().position(|post| post.key == share.post);
    shares.sort_by(|a, b| (place(a), &a.recipient).cmp(&(place(b), &b.recipient)));
    shares
}

#[test]
fn the_shipped_tables_come_out_whole() {
    for year in [2021, 2022] {
        let (posts, csv, shares) = shipped(year);
        let proof = proved(csv, &posts, registry(), &[]);
        assert_eq!(proof.shares().unwrap(), sorted(shares, &posts), "{year}");
        assert_eq!(said(&proof.warnings), [""; 0], "{year}");
        assert_eq!(proof.posts.len(), 3);
    }
}

#[test]
fn the_printed_tables_of_2021_and_2022_come_out_whole() {
    let texts = [
        (2021, include_str!("../../../tests/published/2021-bilaga-1.txt")),
        (2022, include_str!("../../../tests/published/2022-bilaga-1.txt")),
    ];
    for (year, text) in texts {
        let (posts, _, mut shares) = shipped(year);
        let proof = proved(text, &posts, registry(), &[]);
        assert_eq!(proof.faults, [], "{year}");
        shares.retain(|share| share.post == "bas");
        assert_eq!(proof.shares().unwrap(), sorted(shares, &posts), "{year}");
        assert_eq!(
            said(&proof.warnings),
            ["Tabellen har inga rader för posten modell.", "Tabellen har inga rader för posten skr."],
            "{year}"
        );
        let floors = if year == 2021 { 117 } else { 118 };
        assert_eq!(proof.posts[0].at_floor, floors);
    }
}

const OF_2018: &str = include_str!("../../../tests/published/2018-valfardsteknik.txt");

#[test]
fn the_printed_table_of_2018_comes_out_whole_with_its_faults_said() {
    let posts = [post("bas", 350_000_000, 290)];
    let proof = proved(OF_2018, &posts, registry(), &[]);
    let shares = proof.shares().unwrap();
    assert_eq!((shares.len(), proof.posts[0].sum), (290, Money::kronor(350_000_000)));
    let named = |code: &str| shares.iter().find(|share| share.recipient == code).unwrap();
    assert_eq!(
        (named("1481").published_name.as_str(), named("1481").amount),
        ("Mölnadal", Money::kronor(1_782_325))
    );
    assert_eq!(named("1230").published_name, "Staffanstorps");
    assert_eq!(named("0114").amount, Money::kronor(1_310_223));
    let [Warning::Percent { sum, off }] = proof.warnings.as_slice() else { panic!("{:?}", proof.warnings) };
    assert_eq!(*sum, Decimal::new(9_995, 2));
    assert_eq!(off.as_slice(), []);
}

#[test]
fn without_its_alias_a_misspelt_name_is_found_by_its_code() {
    let registry = Registry::new(organisations().into_iter().map(|(o, _)| (o, Vec::new())));
    let proof = proved(OF_2018, &[post("bas", 350_000_000, 290)], &registry, &[]);
    assert!(proof.shares().is_some());
    let spelt = said(&proof.warnings);
    assert!(spelt[1].contains("Mölnadal för Mölndal (rad 175)"), "{spelt:?}");
}

#[test]
fn the_seven_posts_of_2020_are_found_each_in_its_column() {
    let posts = [
        ("nara-vard", 1_435_000_000),
        ("resurs", 1_500_000_000),
        ("barnhalsovard", 114_500_000),
        ("medarbetare", 1_819_000_000),
        ("e-halsa", 230_000_000),
        ("sjukskoterskor", 500_000_000),
        ("karriar", 100_000_000),
    ]
    .map(|(key, total)| post(key, total, 21));
    let text = include_str!("../../../tests/published/2020-bilaga-1.txt");
    let registry = with_regions();
    let table = table(text);
    let mapping = guess(&table, &posts, &registry);
    let columns: Vec<PostColumn> =
        (2..9).zip(&posts).map(|(column, post)| PostColumn { post: post.key.clone(), column }).collect();
    assert_eq!((mapping.name, mapping.header_row), (Some(0), Some(3)));
    assert_eq!(mapping.amounts, Amounts::Columns(columns));

    // The row of appropriations below the table is no recipient's.
    let basis = Basis { posts: &posts, registry: &registry, previous: &[] };
    let proof = prove(&table, &mapping, &Resolutions::new(), basis);
    assert!(proof.faults.iter().all(|fault| fault.place.row == Some(26)), "{:?}", proof.faults);
    assert!(!proof.faults.is_empty());
    let left_out = Resolutions::from([(26, Resolution::LeaveOut)]);
    let proof = prove(&table, &mapping, &left_out, basis);
    assert_eq!(proof.shares().unwrap().len(), 7 * 21);
    assert!(proof.shares().unwrap().iter().all(|share| share.recipient.len() == 2));
    assert!(proof.posts.iter().all(|post| post.sum == post.decided.total));
}

#[test]
fn the_krona_that_2020_lacks_is_said() {
    let text = include_str!("../../../tests/published/2020-bilaga-2.txt");
    let registry = with_regions();
    let proof = proved(text, &[post("rss", 500_000_000, 21)], &registry, &[]);
    assert_eq!(proof.faults, []);
    assert_eq!(proof.shares().unwrap().len(), 21);
    let spoken = said(&proof.warnings);
    assert_eq!(
        spoken[0],
        "Posten rss summerar till 499 999 999 kr, 1 kr mindre än beslutets 500 000 000 kr."
    );
    assert!(spoken[1].starts_with("Summan på rad 25 är 500 000 000 kr"), "{spoken:?}");

    // With the sum of the rows stated, the decision agrees; the printed sum is still another.
    let stated = Decided { rows_total: Some(Money::kronor(499_999_999)), ..post("rss", 500_000_000, 21) };
    let spoken = said(&proved(text, &[stated], &registry, &[]).warnings);
    assert!(spoken[0].starts_with("Summan på rad 25"), "{spoken:?}");
}

#[test]
fn faults_have_their_place_their_value_and_the_mend() {
    let text = "Kod;Kommun;Belopp\n1440;Ale;1.310.223\n0114;Lund;5\n;Mölndall;7\n1489;Alingsås;\n1489;Alingsås;8\n\
                1489;Alingsås;9\n;;10\n1281;Lund;-4\n0180;Stockholm;100\n";
    let proof = proved(text, &[post("bas", 100, 1)], registry(), &[]);
    assert_eq!(proof.shares(), None);
    let faults: Vec<String> =
        proof.faults.iter().map(|fault| fault.to_string().replace('\u{A0}', " ")).collect();
    let wanted = [
        "rad 2, kolumn C: Punkten eller kommat i «1.310.223» kan betyda olika saker. Menar du 1 310 223 kr? Skriv då 1 310 223.",
        "rad 3, kolumn B: Cellerna säger inte samma sak: koden 0114 är Upplands Väsby (0114), namnet Lund är Lund (1281). Rätta den cell som är fel, eller välj mottagaren här.",
        "rad 4, kolumn B: Mottagaren finns inte i registret. Menar du Mölndal (1481)? Rätta tabellen eller välj mottagaren här.",
        "rad 5, kolumn C: Raden har inget belopp. Skriv beloppet, eller ta bort raden om mottagaren inte ska ha något.",
        "rad 7, kolumn C: Alingsås (1489) finns redan på rad 6. Ta bort eller utelämna en av raderna, eller rätta vem den avser.",
        "rad 8, kolumn B: Raden har ett belopp men säger inte vem som får det. Skriv vem raden avser. Är den en summa, skriv Summa i namnets kolumn.",
        "rad 9, kolumn C: Beloppet är negativt. Skriv det utan minustecken, till exempel 1 310 223.",
    ];
    assert_eq!(faults, wanted);
    assert_eq!(proof.faults[0].value, "1.310.223");
}

#[test]
fn the_user_resolves_what_the_table_does_not_say() {
    let text = "Kommun;Belopp\nAle;60\nMölndall;40\nReserv;7\n";
    let (registry, posts) = (registry(), [post("bas", 100, 2)]);
    let table = table(text);
    let mapping = guess(&table, &posts, registry);
    let basis = Basis { posts: &posts, registry, previous: &[] };
    let resolutions =
        Resolutions::from([(3, Resolution::Recipient("1481".to_owned())), (4, Resolution::LeaveOut)]);
    let proof = prove(&table, &mapping, &resolutions, basis);
    let codes: Vec<_> = proof.shares().unwrap().iter().map(|share| share.recipient.as_str()).collect();
    assert_eq!(codes, ["1440", "1481"]);
    let spoken = said(&proof.warnings);
    assert_eq!(
        spoken,
        [
            "Stavas på annat sätt än i registret: Mölndall för Mölndal (rad 3).",
            "Rader som inte är med: rad 4 «Reserv 7»."
        ]
    );
}

#[test]
fn the_proof_compares_with_the_decision_the_floor_the_registry_and_the_round_before() {
    let (posts, csv, shares) = shipped(2022);
    let (_, _, previous) = shipped(2021);
    let changed = csv
        .replace("bas,1440,Ale,381308", "bas,1440,Ale,381309")
        .replace("bas,0604,Aneby,250000", "bas,0604,Aneby,249000")
        .replace("bas,2518,Övertorneå,250000\n", "");
    let proof = proved(&changed, &posts, registry(), &previous);
    assert_eq!(proof.faults, []);
    assert_eq!(
        said(&proof.warnings),
        [
            "Posten bas summerar till 166 849 001 kr, 250 999 kr mindre än beslutets 167 100 000 kr.",
            "Posten bas har 289 mottagare, men beslutet har 290.",
            "Under minimibeloppet 250 000 kr i posten bas: Aneby (rad 5).",
            "Posten bas har 116 mottagare på minimibeloppet, men beslutet har 118.",
            "Hade posten bas förra omgången men saknas nu: Övertorneå (2518).",
        ]
    );
    let without = proved(&changed, &posts, registry(), &[]);
    assert!(said(&without.warnings)[4].starts_with("Finns i registret men saknas i posten bas: Övertorneå"));
    assert_eq!(without.differences, []);

    let unchanged = proved(csv, &posts, registry(), &previous);
    let largest: Vec<_> = unchanged.differences.iter().take(2).collect();
    assert_eq!((largest[0].post.as_str(), largest[0].recipient.name.as_str()), ("skr", "SKR"));
    assert_eq!(largest[0].change(), Money::kronor(1_600_000));
    assert_eq!(largest[0].permille(), Some(98));
    assert_eq!(unchanged.differences.len(), shares.len());
    assert!(unchanged.differences.is_sorted_by(|a, b| a.change().abs() >= b.change().abs()));
    let gone = proof.differences.iter().find(|of| of.post == "bas" && of.recipient.code == "2518").unwrap();
    assert_eq!((gone.after, gone.change(), gone.permille()), (None, Money::kronor(-250_000), Some(-1000)));
}

#[test]
fn a_printed_sum_is_of_the_rows_above_or_of_those_since_the_last() {
    let text = "Kommun;Belopp\nAle;1\nLund;2\nSumma;3\nBoden;4\nKiruna;5\nSumma;9\nTotalt;12\n";
    let proof = proved(text, &[post("bas", 12, 4)], registry(), &[]);
    assert_eq!((proof.faults.as_slice(), said(&proof.warnings)), ([].as_slice(), Vec::new()));
    let wrong = proved(&text.replace("Totalt;12", "Totalt;13"), &[post("bas", 12, 4)], registry(), &[]);
    assert_eq!(
        said(&wrong.warnings),
        ["Summan på rad 8 är 13 kr för posten bas, men raderna summerar till 12 kr: det skiljer 1 kr."]
    );
}

#[test]
fn headings_do_not_decide_what_cells_deny() {
    // The first recipient is misspelt: its row is a row all the same.
    let text = "Belopp;Namn\n5;Aale\n6;Lund\n7;Boden\n8;Kiruna\n";
    let table = table(text);
    let posts = [post("bas", 26, 4)];
    let mapping = guess(&table, &posts, registry());
    assert_eq!((mapping.header_row, mapping.name), (Some(1), Some(1)));
    assert_eq!(mapping.amounts, Amounts::Columns(vec![PostColumn { post: "bas".to_owned(), column: 0 }]));
    // Small numbers are no codes of regions beside the names of others.
    let regions = self::table("Region;Antal;Belopp\nBlekinge;4;9\nDalarna;12;9\nSkåne;10;8\n");
    let mapping = guess(&regions, &posts, &with_regions());
    assert_eq!((mapping.code, mapping.name, mapping.kind), (None, Some(0), Some(Kind::Association)));
    let strangers = self::table("Bilaga\nKommun;Folkmängd;Utfall\nAtlantis;7;26\n");
    let mapping = guess(&strangers, &posts, registry());
    assert_eq!((mapping.header_row, mapping.name), (Some(2), Some(0)));
    assert_eq!(mapping.amounts, Amounts::Columns(vec![PostColumn { post: "bas".to_owned(), column: 2 }]));
    assert_eq!(guess(&Table::default(), &posts, registry()), Mapping::default());
    let nothing = prove(
        &Table::default(),
        &Mapping::default(),
        &Resolutions::new(),
        Basis { posts: &posts, registry: registry(), previous: &[] },
    );
    assert_eq!((nothing.faults.len(), nothing.shares()), (1, None));
}

#[test]
fn a_mapping_that_cannot_be_is_said() {
    let posts = [post("bas", 1, 1)];
    let table = table("Kommun;Belopp\nAle;1\n");
    let column = |post: &str, column| PostColumn { post: post.to_owned(), column };
    let faults = |amounts, name| Mapping { name, amounts, ..Mapping::default() }.faults(&table, &posts).len();
    assert_eq!(faults(Amounts::default(), None), 2);
    assert_eq!(faults(Amounts::Columns(vec![column("bas", 1)]), Some(0)), 0);
    assert_eq!(faults(Amounts::Columns(vec![column("bas", 1), column("bas", 0)]), Some(0)), 2);
    assert_eq!(faults(Amounts::Columns(vec![column("okand", 1)]), Some(0)), 1);
    assert_eq!(faults(Amounts::Columns(vec![column("bas", 9)]), Some(0)), 1);
    assert_eq!(Mapping { sheet: 3, ..Mapping::default() }.faults(&table, &posts).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_the_rows_changes_no_share(
        rows in Just(OF_2018.lines().skip(3).filter(|line| !line.is_empty()).take(290).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let posts = [post("bas", 350_000_000, 290)];
        let shuffled = format!("Kommun-kod\tKommun\tUtfall, kr\tAndel i procent\n{}\n", rows.join("\n"));
        let proof = proved(&shuffled, &posts, registry(), &[]);
        let whole = proved(OF_2018, &posts, registry(), &[]);
        prop_assert_eq!(proof.shares().unwrap(), whole.shares().unwrap());
    }

    #[test]
    fn any_cells_under_any_mapping_are_proved_or_refused(
        rows in prop::collection::vec(
            prop::collection::vec("Ale|Lund|0114|1440|Summa|bas|[0-9 ,.-]{0,14}|\\PC{0,6}", SizeRange::from(1..5)), 1..12,
        ),
        columns in prop::array::uniform5(prop::option::of(0..5_usize)), header in prop::option::of(0..4_usize),
        by_row in any::<bool>(),
    ) {
        let lines: Vec<String> = rows.iter().map(|row| row.join("\t")).collect();
        let Ok(table) = reading::read(lines.join("\n").as_bytes()) else { return Ok(()) };
        let [code, organisation_number, name, share, amount] = columns;
        let amounts = match (by_row, amount) {
            (true, Some(amount)) => Amounts::Rows { post: share.unwrap_or(0), amount },
            (_, amount) => Amounts::Columns(
                amount.map(|column| PostColumn { post: "bas".to_owned(), column }).into_iter().collect(),
            ),
        };
        let share = share.filter(|_| !by_row);
        let (registry, posts) = (registry(), [post("bas", 100, 2)]);
        let basis = Basis { posts: &posts, registry, previous: &[] };
        let chosen = Mapping {
            sheet: 0, header_row: header, code, organisation_number, name, share, amounts, kind: None,
        };
        for mapping in [chosen, guess(&table, &posts, registry)] {
            let proof = prove(&table, &mapping, &Resolutions::new(), basis);
            prop_assert_eq!(proof.shares().is_some(), proof.faults.is_empty());
            for share in proof.shares().unwrap_or_default() {
                prop_assert!(registry.get(&share.recipient).is_some() && share.amount > Money::ZERO);
            }
        }
    }
}
