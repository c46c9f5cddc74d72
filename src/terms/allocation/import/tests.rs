use std::sync::LazyLock;

use proptest::{prelude::*, sample::SizeRange};
use rust_decimal::Decimal;

use super::{
    guess::{guess, undecided_kinds},
    mapping::{Amounts, Decided, Mapping, PostColumn},
    matching::{Registry, Resolution, Resolutions},
    proof::{Basis, Proof, prove},
    reading::{self, Table},
    unit::Unit,
    warning::Warning,
};
use crate::{
    people::recipient::{self, Kind, Organisation},
    terms::{
        agreement::definition,
        allocation::{self, Share},
    },
};
use values::Money;

fn organisations() -> Vec<(Organisation, Vec<String>)> {
    recipient::parse_registry(include_str!("../../../../registry/recipients.csv")).unwrap()
}

fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new(organisations()));
    &REGISTRY
}

fn basis_of<'a>(posts: &'a [Decided], registry: &'a Registry) -> Basis<'a> {
    Basis { posts, registry, previous: &[] }
}

fn post(key: &str, total: i64, recipients: usize) -> Decided {
    Decided {
        key: key.to_owned(),
        name: key.to_owned(),
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
    let mapping = guess(&table, Basis { posts, registry, previous });
    prove(&table, &mapping, &Resolutions::new(), Basis { posts, registry, previous })
}

fn said(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(|warning| warning.to_string().replace('\u{A0}', " ")).collect()
}

fn shipped(year: i32) -> (Vec<Decided>, &'static str, Vec<Share>) {
    let (toml, csv) = match year {
        2021 => (
            include_str!("../../../../agreements/aldreomsorg-2021/agreement.toml"),
            include_str!("../../../../agreements/aldreomsorg-2021/allocation.csv"),
        ),
        _ => (
            include_str!("../../../../agreements/aldreomsorg-2022/agreement.toml"),
            include_str!("../../../../agreements/aldreomsorg-2022/allocation.csv"),
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
        (2021, include_str!("../../../../tests/published/2021-bilaga-1.txt")),
        (2022, include_str!("../../../../tests/published/2022-bilaga-1.txt")),
    ];
    for (year, text) in texts {
        let (posts, _, mut shares) = shipped(year);
        let proof = proved(text, &posts, registry(), &[]);
        assert_eq!(proof.faults, [], "{year}");
        shares.retain(|share| share.post == "bas");
        assert_eq!(proof.shares().unwrap(), sorted(shares, &posts), "{year}");
        assert_eq!(
            said(&proof.warnings),
            [
                "Tabellen har inga rader för posten ”Stöd till modellkommuner”.",
                "Tabellen har inga rader för posten ”Medel till SKR”."
            ],
            "{year}"
        );
        let floors = if year == 2021 { 117 } else { 118 };
        assert_eq!(proof.posts[0].at_floor, floors);
    }
}

const OF_2018: &str = include_str!("../../../../tests/published/2018-valfardsteknik.txt");

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
    let text = include_str!("../../../../tests/published/2020-bilaga-1.txt");
    let registry = registry();
    let table = table(text);
    let mapping = guess(&table, basis_of(&posts, registry));
    let columns: Vec<PostColumn> =
        (2..9).zip(&posts).map(|(column, post)| PostColumn { post: post.key.clone(), column }).collect();
    assert_eq!((mapping.name, mapping.header_row), (Some(0), Some(3)));
    assert_eq!(mapping.amounts, Amounts::Columns(columns));

    // The row of appropriations below the table is no recipient's.
    let basis = Basis { posts: &posts, registry, previous: &[] };
    let proof = prove(&table, &mapping, &Resolutions::new(), basis);
    assert!(proof.faults.iter().all(|fault| fault.place.row == Some(26)), "{:?}", proof.faults);
    assert!(!proof.faults.is_empty());
    let left_out = Resolutions::from([(26, Resolution::LeaveOut)]);
    let proof = prove(&table, &mapping, &left_out, basis);
    assert_eq!(proof.shares().unwrap().len(), 7 * 21);
    assert!(
        proof
            .shares()
            .unwrap()
            .iter()
            .all(|share| share.recipient.starts_with('R') || share.recipient == "0980")
    );
    assert!(proof.posts.iter().all(|post| post.sum == post.decided.total));
}

#[test]
fn the_krona_that_2020_lacks_is_said() {
    let text = include_str!("../../../../tests/published/2020-bilaga-2.txt");
    let registry = registry();
    let proof = proved(text, &[post("rss", 500_000_000, 21)], registry, &[]);
    assert_eq!(proof.faults, []);
    assert_eq!(proof.shares().unwrap().len(), 21);
    let spoken = said(&proof.warnings);
    assert_eq!(
        spoken[0],
        "Posten ”rss” summerar till 499 999 999 kr, 1 kr mindre än beslutets 500 000 000 kr."
    );
    assert!(spoken[1].starts_with("Summan på rad 25 är 500 000 000 kr"), "{spoken:?}");

    // With the sum of the rows stated, the decision agrees; the printed sum is still another.
    let stated = Decided { rows_total: Some(Money::kronor(499_999_999)), ..post("rss", 500_000_000, 21) };
    let spoken = said(&proved(text, &[stated], registry, &[]).warnings);
    assert!(spoken[0].starts_with("Summan på rad 25"), "{spoken:?}");
}

#[test]
fn faults_have_their_place_their_value_and_the_mend() {
    let text = "Kod;Kommun;Belopp\n1440;Ale;1.310.223\n0114;Lund;5\n;Mölndall;7\n1480;Göteborg;\n1489;Alingsås;8\n\
                1489;Alingsås;9\n;;10\n1281;Lund;-4\n0180;Stockholm;100\n";
    let proof = proved(text, &[post("bas", 100, 1)], registry(), &[]);
    assert_eq!(proof.shares(), None);
    let faults: Vec<String> =
        proof.faults.iter().map(|fault| fault.to_string().replace('\u{A0}', " ")).collect();
    let wanted = [
        "rad 2, kolumn C: Punkten eller kommat i ”1.310.223” kan betyda olika saker. Menar du 1 310 223 kr? Skriv då 1 310 223.",
        "rad 3, kolumn B: Cellerna säger inte samma sak: koden 0114 är Upplands Väsby (0114), namnet Lund är Lund (1281). Rätta den cell som är fel, eller välj mottagaren här.",
        "rad 4, kolumn B: Mottagaren finns inte i registret. Menar du Mölndal (1481)? Rätta tabellen eller välj mottagaren här.",
        "rad 5, kolumn C: Raden har inget belopp. Skriv beloppet, eller ta bort raden om mottagaren inte ska ha något.",
        "rad 7, kolumn C: Alingsås (1489) finns redan på rad 6. Ta bort eller utelämna en av raderna, eller rätta vem den avser.",
        "rad 8, kolumn B: Raden har ett belopp men säger inte vem som får det. Skriv vem raden avser. Är den en summa, skriv Summa i namnets kolumn.",
        "rad 9, kolumn C: Beloppet är negativt. En post kan inte ta tillbaka pengar. Skriv vad mottagaren ska få sammanlagt, eller utelämna raden om mottagaren inte ska ha något.",
    ];
    assert_eq!(faults, wanted);
    assert_eq!(proof.faults[0].value, "1.310.223");
}

#[test]
fn the_user_resolves_what_the_table_does_not_say() {
    let text = "Kommun;Belopp\nAle;60\nMölndall;40\nReserv;7\n";
    let (registry, posts) = (registry(), [post("bas", 100, 2)]);
    let table = table(text);
    let mapping = guess(&table, basis_of(&posts, registry));
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
            "Rader som inte är med: rad 4 ”Reserv 7”."
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
            "Posten ”Stimulansmedel till samtliga kommuner” summerar till 166 849 001 kr, 250 999 kr mindre än beslutets 167 100 000 kr.",
            "Posten ”Stimulansmedel till samtliga kommuner” har 289 mottagare, men beslutet har 290.",
            "Under minimibeloppet 250 000 kr i posten ”Stimulansmedel till samtliga kommuner”: Aneby (rad 5).",
            "Posten ”Stimulansmedel till samtliga kommuner” har 116 mottagare på minimibeloppet, men beslutet har 118.",
            "Hade posten ”Stimulansmedel till samtliga kommuner” förra omgången men saknas nu: Övertorneå (2518).",
        ]
    );
    let without = proved(&changed, &posts, registry(), &[]);
    assert!(said(&without.warnings)[4].starts_with(
        "Finns i registret men saknas i posten ”Stimulansmedel till samtliga kommuner”: Övertorneå"
    ));
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
        ["Summan på rad 8 är 13 kr för posten ”bas”, men raderna summerar till 12 kr: det skiljer 1 kr."]
    );
}

#[test]
fn headings_do_not_decide_what_cells_deny() {
    // The first recipient is misspelt: its row is a row all the same.
    let text = "Belopp;Namn\n5;Aale\n6;Lund\n7;Boden\n8;Kiruna\n";
    let table = table(text);
    let posts = [post("bas", 26, 4)];
    let mapping = guess(&table, basis_of(&posts, registry()));
    assert_eq!((mapping.header_row, mapping.name), (Some(1), Some(1)));
    assert_eq!(mapping.amounts, Amounts::Columns(vec![PostColumn { post: "bas".to_owned(), column: 0 }]));
    // Small numbers are no codes of regions beside the names of others.
    let regions = self::table("Region;Antal;Belopp\nBlekinge;4;9\nDalarna;12;9\nSkåne;10;8\n");
    let mapping = guess(&regions, basis_of(&posts, registry()));
    assert_eq!((mapping.code, mapping.name, mapping.kind), (None, Some(0), Some(Kind::Region)));
    let strangers = self::table("Bilaga\nKommun;Folkmängd;Utfall\nAtlantis;7;26\n");
    let mapping = guess(&strangers, basis_of(&posts, registry()));
    assert_eq!((mapping.header_row, mapping.name), (Some(2), Some(0)));
    assert_eq!(mapping.amounts, Amounts::Columns(vec![PostColumn { post: "bas".to_owned(), column: 2 }]));
    assert_eq!(guess(&Table::default(), basis_of(&posts, registry())), Mapping::default());
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
            sheet: 0, header_row: header, code, organisation_number, name, share, amounts, kind: None, unit: Unit::Kronor,
        };
        for mapping in [chosen, guess(&table, basis_of(&posts, registry))] {
            let proof = prove(&table, &mapping, &Resolutions::new(), basis);
            prop_assert_eq!(proof.shares().is_some(), proof.faults.is_empty());
            for share in proof.shares().unwrap_or_default() {
                prop_assert!(registry.get(&share.recipient).is_some() && share.amount > Money::ZERO);
            }
        }
    }
}

/// The names of the 21 regions as a table writes them, each with an amount.
const COUNTIES: [&str; 21] = [
    "Stockholm",
    "Uppsala",
    "Södermanland",
    "Östergötland",
    "Jönköping",
    "Kronoberg",
    "Kalmar",
    "Gotland",
    "Blekinge",
    "Skåne",
    "Halland",
    "Västra Götaland",
    "Värmland",
    "Örebro",
    "Västmanland",
    "Dalarna",
    "Gävleborg",
    "Västernorrland",
    "Jämtland",
    "Västerbotten",
    "Norrbotten",
];

fn of_counties(heading: &str) -> String {
    let rows: Vec<String> = COUNTIES.iter().map(|name| format!("{name};100")).collect();
    format!("{heading};Belopp\n{}\n", rows.join("\n"))
}

fn kinds_of(proof: &Proof) -> &str {
    &proof.posts[0].kinds
}

#[test]
fn a_table_of_regions_is_of_regions_and_not_of_what_is_called_alike() {
    let posts = [post("bas", 2100, 21)];
    for heading in ["Region", "Regioner", "Landsting"] {
        let proof = proved(&of_counties(heading), &posts, registry(), &[]);
        assert_eq!(
            (proof.faults.as_slice(), kinds_of(&proof)),
            ([].as_slice(), "20 regioner, 1 kommun"),
            "{heading}"
        );
        let codes = proof.shares().unwrap().iter().map(|share| share.recipient.as_str());
        assert!(
            codes.clone().all(|code| code.starts_with('R') && !code.starts_with("RSS") || code == "0980")
        );
        assert!(
            said(&proof.warnings)[0].starts_with("Posten ”bas” har mottagare av olika slag"),
            "{:?}",
            said(&proof.warnings)
        );
    }
    let proof = proved(&of_counties("RSS"), &posts, registry(), &[]);
    assert_eq!(kinds_of(&proof), "21 RSS");
}

#[test]
fn kinds_that_the_names_fit_alike_are_asked_about() {
    let posts = [post("bas", 2100, 21)];
    let basis = basis_of(&posts, registry());
    let asked = |text: &str, basis: Basis<'_>| {
        let table = table(text);
        let mapping = guess(&table, basis);
        (mapping.kind, undecided_kinds(&table, &mapping, basis))
    };
    for heading in ["Namn", "Län", "Mottagare", "Kommun"] {
        let (kind, undecided) = asked(&of_counties(heading), basis);
        assert_eq!((kind, undecided), (None, vec![Kind::Region, Kind::Rss]), "{heading}");
    }
    // *Stockholms län* is what the structures are called, whatever the heading says.
    let text = include_str!("../../../../tests/published/2020-bilaga-2.txt");
    assert_eq!(asked(text, basis).0, None);
    assert_eq!(
        asked("Kommun;Belopp\nAle;1\nLund;2\nStockholm;3\n", basis),
        (Some(Kind::Municipality), Vec::new())
    );
    // The round before says which.
    let had = |code: &str| Share {
        post: "bas".to_owned(),
        recipient: code.to_owned(),
        published_name: String::new(),
        published_share: String::new(),
        amount: Money::kronor(1),
    };
    let previous: Vec<Share> = ["RSS01", "RSS03", "RSS04"].map(had).into();
    let with = Basis { previous: &previous, ..basis };
    assert_eq!(asked(&of_counties("Namn"), with).0, Some(Kind::Rss));
    // What other posts went to says nothing of this one.
    let others = (0..9).map(|at| Share { post: "annan".to_owned(), ..had(&format!("R0{at}")) });
    let of_both: Vec<Share> = previous.iter().cloned().chain(others).collect();
    let with_both = Basis { previous: &of_both, ..basis };
    assert_eq!(asked(&of_counties("Namn"), with_both).0, Some(Kind::Rss));
    // Against it, the heading makes it a question, and a kind that is chosen is told.
    let table = table(&of_counties("Region"));
    let mapping = guess(&table, with);
    assert_eq!(mapping.kind, None);
    let chosen = Mapping { kind: Some(Kind::Region), ..mapping };
    let proof = prove(&table, &chosen, &Resolutions::new(), with);
    assert!(said(&proof.warnings).iter().any(|warning| warning.starts_with(
        "Förra omgången gick posten till regionala samverkans- och stödstrukturer (RSS), men raderna i posten ”bas” gäller regioner."
    )));
}

/// 290 municipalities, with the county before or after each.
fn with_counties(columns: impl Fn(&str, &str, &str, i64) -> String) -> String {
    let organisations = organisations();
    let municipalities = organisations.iter().filter(|(of, _)| of.kind == Kind::Municipality);
    let rows =
        municipalities.zip(1_000..).map(|((of, _), amount)| columns(&of.code, &of.name, &of.county, amount));
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_county_beside_each_municipality_is_not_the_recipient() {
    let total = (1_000..1_290).sum::<i64>();
    let posts = [post("bas", total, 290)];
    let tables = [
        format!(
            "Län;Kommun;Statsbidrag\n{}",
            with_counties(|_, name, county, kr| format!("{county};{name};{kr}"))
        ),
        format!(
            "Länskod;Län;Kommunkod;Kommun;Folkmängd;Statsbidrag\n{}",
            with_counties(|code, name, county, kr| format!(
                "{};{county};{code};{name};9000;{kr}",
                &code[..2]
            ))
        ),
        // A misspelt name among them changes nothing.
        format!(
            "Kommun;Folkmängd;Län;Statsbidrag\n{}",
            with_counties(|_, name, county, kr| format!("{name};9000;{county};{kr}"))
        )
        .replace("\nAle;", "\nAlee;"),
    ];
    for (at, text) in tables.iter().enumerate() {
        let proof = proved(text, &posts, registry(), &[]);
        let faults: Vec<String> = proof.faults.iter().map(ToString::to_string).collect();
        assert!(
            faults.len() <= 1 && faults.iter().all(|fault| fault.contains("Ale (1440)")),
            "{at}: {faults:?}"
        );
        assert_eq!((proof.posts[0].recipients, proof.posts[0].sum), (290, Money::kronor(total)), "{at}");
    }
}

#[test]
fn amounts_in_thousands_or_millions_are_seen_and_made_kronor_exactly() {
    let posts = [post("bas", 3_000_000, 2)];
    for (text, unit) in [
        ("Kommun;Belopp (tkr)\nAle;1 000,5\nLund;1 999,5\n", Unit::Thousands),
        ("Belopp i tusental kronor\nKommun;Tilldelning\nAle;1 000\nLund;2 000\n", Unit::Thousands),
        ("Kommun;Belopp\nAle;1000\nLund;2000\n", Unit::Thousands),
        ("Kommun;Mnkr\nAle;1,25\nLund;1,75\n", Unit::Millions),
        ("Kommun;Invånare;Medel\nAle;31 000;1,2\nLund;130 000;1,8\n", Unit::Millions),
    ] {
        let table = table(text);
        let basis = basis_of(&posts, registry());
        let mapping = guess(&table, basis);
        assert_eq!(mapping.unit, unit, "{text}");
        let proof = prove(&table, &mapping, &Resolutions::new(), basis);
        assert_eq!(proof.faults, [], "{text}");
        assert_eq!(proof.posts[0].sum, Money::kronor(3_000_000), "{text}");
        let spoken = said(&proof.warnings);
        assert!(
            matches!(&spoken[..], [only] if only.starts_with("Beloppen i tabellen läses som")),
            "{spoken:?}"
        );
        // Read as kronor, it does not pass.
        let kronor = Mapping { unit: Unit::Kronor, ..mapping };
        let proof = prove(&table, &kronor, &Resolutions::new(), basis);
        let faults: Vec<String> = proof.faults.iter().map(ToString::to_string).collect();
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains("står antagligen i") || fault.contains("väljer du enheten")),
            "{faults:?}"
        );
        assert!(
            faults.iter().all(|fault| !fault.contains("Avrunda") && !fault.contains("Skriv till exempel")),
            "{faults:?}"
        );
    }
    let proof = proved("Kommun;Belopp, kr\nAle;1 000 000\nLund;2 000 000\n", &posts, registry(), &[]);
    assert_eq!((proof.faults.len(), proof.warnings.len()), (0, 0));
}

#[test]
fn a_heading_names_its_post_with_a_unit_or_a_year_beside_it() {
    let named = |key: &str, name: &str, total| Decided { name: name.to_owned(), ..post(key, total, 2) };
    let posts = [
        named("bas", "Stimulansmedel till samtliga kommuner", 7_000),
        named("modell", "Stöd till modellkommuner", 3_000),
        named("skr", "Medel till SKR", 9_000),
    ];
    let columns = |heading: &str| {
        let table = table(&format!("Kommun;{heading}\nAle;4;1\nLund;4;2\n"));
        let Amounts::Columns(columns) = guess(&table, basis_of(&posts, registry())).amounts else {
            panic!("{heading}")
        };
        columns.into_iter().map(|column| (column.post, column.column)).collect::<Vec<_>>()
    };
    let both = vec![("bas".to_owned(), 1), ("modell".to_owned(), 2)];
    for heading in [
        "Stimulansmedel till samtliga kommuner (tkr);Stöd till modellkommuner (tkr)",
        "Stimulansmedel till samtliga kommuner 2027;Stöd till modellkommuner 2027",
        "Samtliga kommuner;Modellkommuner",
    ] {
        assert_eq!(columns(heading), both, "{heading}");
    }
    // *Kr* is no name of SKR's.
    for heading in ["Kr;Annat", "Medel;Annat"] {
        assert!(columns(heading).iter().all(|(post, _)| post != "skr"), "{heading}");
    }
}

#[test]
fn numbers_of_people_are_never_amounts() {
    let posts = [post("bas", 100, 2)];
    for heading in ["Invånare", "Folkmängd 31 dec", "Antal elever", "Kronor per invånare", "Länskod"] {
        let mapping =
            guess(&table(&format!("Kommun;{heading}\nAle;60\nLund;40\n")), basis_of(&posts, registry()));
        assert_eq!(mapping.amounts, Amounts::default(), "{heading}");
    }
    let mapping =
        guess(&table("Kommun;Bidrag efter antal invånare\nAle;60\nLund;40\n"), basis_of(&posts, registry()));
    assert_eq!(mapping.amount_columns(), [1]);
}

#[test]
fn shares_are_published_in_percent_however_the_sheet_has_them() {
    let posts = [post("bas", 100, 2)];
    for text in [
        "Kommun;Belopp;Andel\nAle;60;60\nLund;40;40\n",
        "Kommun;Belopp;Andel\nAle;60;0,6\nLund;40;0,4\n",
        "Kommun;Belopp;Andel\nAle;60;60 %\nLund;40;40 %\n",
    ] {
        let proof = proved(text, &posts, registry(), &[]);
        let shares = proof.shares().unwrap().iter().map(|share| share.published_share.as_str());
        assert_eq!(shares.collect::<Vec<_>>(), ["40", "60"], "{text}");
        assert_eq!(said(&proof.warnings), [""; 0], "{text}");
    }
    // Half a percent is half a percent where the cell says so.
    let proof = proved("Kommun;Belopp;Andel\nAle;60;0,5 %\nLund;40;0,4 %\n", &posts, registry(), &[]);
    assert_eq!(proof.shares().unwrap()[1].published_share, "0,5");
}

#[test]
fn headings_of_counties_among_municipalities_are_left_out_together() {
    let text = "Kommun;Belopp\nBlekinge län;\nKarlskrona;10\nRonneby;20\nGotlands län;\nGotland;30\nÖrebro;\nÖrebro;40\n";
    let proof = proved(text, &[post("bas", 100, 4)], registry(), &[]);
    assert_eq!(proof.faults, []);
    assert_eq!(
        said(&proof.warnings),
        ["Rader som inte är med: rad 2 ”Blekinge län”, rad 5 ”Gotlands län”, rad 7 ”Örebro”."]
    );
    // A municipality that has lost its amount is still a fault.
    let proof = proved(&text.replace("Ronneby;20", "Ronneby;"), &[post("bas", 100, 4)], registry(), &[]);
    assert_eq!(proof.faults.len(), 1);
    assert_eq!(proof.faults[0].reason, "Raden har inget belopp.");
}

#[test]
fn the_sum_of_a_county_is_nobodys_amount() {
    let above = "Kommun;Belopp\nKalmar län;300\nVästervik;100\nVimmerby;200\nBlekinge län;30\nOlofström;10\nRonneby;20\n";
    let below = "Kommun;Belopp\nVästervik;100\nVimmerby;200\nKalmar län;300\nOlofström;10\nRonneby;20\nBlekinge län;30\n";
    for text in [above, below] {
        let proof = proved(text, &[post("bas", 330, 4)], registry(), &[]);
        assert_eq!((proof.faults.as_slice(), said(&proof.warnings)), ([].as_slice(), Vec::new()), "{text}");
        assert_eq!(kinds_of(&proof), "4 kommuner");
    }
    let wrong = proved(&above.replace("300", "400"), &[post("bas", 330, 4)], registry(), &[]);
    assert_eq!(
        said(&wrong.warnings),
        ["Summan på rad 2 är 400 kr för posten ”bas”, men raderna summerar till 300 kr: det skiljer 100 kr."]
    );
}

#[test]
fn a_subtotal_that_is_nearly_right_closes_its_rows() {
    let text = "Kommun;Belopp\nAle;100\nLund;200\nSumma;302\nBoden;400\nKiruna;500\nSumma;900\nTotalt;1200\n";
    let proof = proved(text, &[post("bas", 1200, 4)], registry(), &[]);
    assert_eq!(
        said(&proof.warnings),
        ["Summan på rad 4 är 302 kr för posten ”bas”, men raderna summerar till 300 kr: det skiljer 2 kr."]
    );
}

#[test]
fn what_the_rows_came_to_before_gives_way_to_the_decision() {
    let posts = [Decided { rows_total: Some(Money::kronor(99)), ..post("bas", 100, 2) }];
    let whole = proved("Kommun;Belopp\nAle;60\nLund;40\n", &posts, registry(), &[]);
    assert_eq!(said(&whole.warnings), [""; 0]);
    let other = proved("Kommun;Belopp\nAle;60\nLund;30\n", &posts, registry(), &[]);
    assert_eq!(
        said(&other.warnings),
        ["Posten ”bas” summerar till 90 kr, 10 kr mindre än beslutets 100 kr."]
    );
}

#[test]
fn a_code_and_a_name_in_one_cell_are_both_read() {
    let text = format!("Kommun;Belopp\n{}", with_counties(|code, name, _, kr| format!("{code} {name};{kr}")));
    let total = (1_000..1_290).sum::<i64>();
    let proof = proved(&text, &[post("bas", total, 290)], registry(), &[]);
    assert_eq!((proof.faults.as_slice(), proof.warnings.as_slice()), ([].as_slice(), [].as_slice()));
    assert_eq!(proof.shares().unwrap()[0].published_name, "Upplands Väsby");
}
