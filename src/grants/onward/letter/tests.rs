use std::time::Instant;

use chrono::{DateTime, TimeZone, Utc};
use lopdf::Document;

use super::*;
use crate::{
    grants::onward::{
        application::{Completion, Content, Received, Report},
        example::stockholm,
        fund::Account,
        model::Decision,
        unit::Unit,
    },
    people::access::Doer,
};
use values::{Email, GiroAccount, GiroKind, Id, Line, ProviderNumber, Telephone, calendar::Deadline};

const EXAMPLE: &str = "docs/exempel-vidarefordelning-brev.pdf";
const ADDRESS: &str = "https://bidrag.example.org/utforare/019a3b52-2c0e-7a10-9d3f-5a0c6f1e7b42/\
                       0f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn issued_at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2022, 11, 3, 13, 5, 12).unwrap()
}

fn open(pdf: &[u8]) -> Document {
    Document::load_mem(pdf).unwrap()
}

/// The text without any white space: where a line ends is not the point.
fn text_of(pdf: &[u8]) -> String {
    let document = open(pdf);
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    squeezed(&document.extract_text(&pages).unwrap())
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

#[track_caller]
fn assert_says(pdf: &[u8], expected: &[&str]) {
    let text = text_of(pdf);
    for words in expected {
        assert!(text.contains(&squeezed(words)), "«{words}» is missing in {text}");
    }
}

fn at(day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2022, 10, day, 10, 0, 0).unwrap()
}

fn line<const MAX: usize>(typed: &str) -> Line<MAX> {
    Line::parse(typed).unwrap()
}

/// Stockholm's tiers and uses, with days of 2022.
fn model() -> Model {
    let form = stockholm();
    let kind = |name: &str, counted: &str, small: i64, large: i64| Kind {
        name: name.to_owned(),
        counted: counted.to_owned(),
        inside: true,
        tiers: vec![
            super::super::model::Tier { from: 10, to: Some(50), amount: Money::kronor(small), units: 49 },
            super::super::model::Tier { from: 51, to: None, amount: Money::kronor(large), units: 124 },
        ],
    };
    Model {
        kinds: vec![
            kind("Hemtjänst", "kunder", 20_000, 35_000),
            kind("Vård- och omsorgsboende", "boende", 30_000, 55_000),
        ],
        reserve: Money::ZERO,
        reserved_for: String::new(),
        uses: form.uses.lines().map(str::to_owned).collect(),
        apply_by: Deadline("2022-10-15".parse().unwrap()),
        use_by: "2022-12-31".parse().unwrap(),
        report_by: Deadline("2023-01-31".parse().unwrap()),
        decision: Decision {
            board: "Äldrenämnden".to_owned(),
            on: "2022-08-25".parse().unwrap(),
            number: "ÄN 2022/0000".to_owned(),
        },
    }
}

fn mailing(model: &Model) -> Mailing<'_> {
    Mailing {
        sender: "Påhittade kommun",
        authority: "Kammarkollegiet",
        title: "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022".to_owned(),
        number: "AO22-0000-V".to_owned(),
        model,
        on: "2022-10-03".parse().unwrap(),
    }
}

fn unit(is_private: bool) -> unit::Content {
    unit::Content {
        provider_number: ProviderNumber::parse("559999-0016").unwrap(),
        provider: line("Påhittad Omsorg AB"),
        name: line("Hemtjänsten Ängen"),
        is_private,
        kind: line("hemtjänst"),
        size: 34,
        elsewhere: None,
    }
}

fn invited(is_private: bool) -> Application {
    let unit = Unit { id: Id::new(), content: unit(is_private), is_closed: false, revision: 1, saved: None };
    Application {
        id: Id::new(),
        plan: Id::new(),
        unit,
        status: Status::Invited { given_back: None },
        link: 1,
        revision: 1,
        saved: None,
    }
}

fn received(is_private: bool) -> Received {
    let content = Content {
        size: 34,
        uses: vec!["Utbildning för personal i välfärdsteknik".to_owned()],
        intention: "Vi utbildar alla.".to_owned(),
        contact: line("Övning Enhetschef"),
        telephone: Telephone::parse("08-508 00 000").unwrap(),
        email: Email::parse("enhetschef@example.org").unwrap(),
        account: GiroAccount::parse(GiroKind::Bankgiro, "5050-1055").unwrap(),
    };
    let (unit, amount) = (unit(is_private), Money::kronor(20_000));
    Received {
        at: at(5),
        unit,
        registered_size: 34,
        amount,
        content,
        account_before: None,
        later_accounts: Vec::new(),
    }
}

fn granted(is_private: bool, to_complete: Option<Completion>) -> Application {
    let application = received(is_private);
    let status = Status::Granted { application, by: Doer::named("Ekonom"), at: at(20), to_complete };
    Application { status, ..invited(is_private) }
}

fn refused(reason: &str) -> Application {
    let (application, reason) = (received(true), reason.to_owned());
    let status = Status::Refused { application, reason, by: Doer::named("Ekonom"), at: at(20) };
    Application { status, ..invited(true) }
}

fn award(amount: i64) -> Entry {
    Entry {
        id: Id::new(),
        account: Account::Award,
        application: None,
        amount: Money::kronor(amount),
        day: "2022-10-20".parse().unwrap(),
        reference: "ÄN 2022/0000-7".to_owned(),
        by: Doer::named("Ekonom"),
        at: at(20),
        list: None,
    }
}

const REASON: &str = "Enheten har åtta kunder. Modellen kräver minst tio.";

/// One of each, on days when they would go out.
fn one_of_each(model: &Model) -> Vec<Letter> {
    let on = |day: &str| Mailing { on: day.parse().unwrap(), ..mailing(model) };
    let balance = Balance { awarded: Money::kronor(20_000), returned: Money::ZERO };
    vec![
        on("2022-09-05").invitation(&invited(true), ADDRESS),
        on("2022-10-21").granted(&granted(true, None), &award(20_000), Money::ZERO, ADDRESS),
        on("2022-10-21").refused(&refused(REASON)).unwrap(),
        on("2023-01-17").reminder(&granted(true, None), balance, ADDRESS).unwrap(),
    ]
}

fn pdf(letters: Vec<Letter>) -> Vec<u8> {
    mailing(&model()).bundle("Brev", true, letters).to_pdf(issued_at()).unwrap()
}

/// The example is the snapshot. With `UPDATE_EXAMPLES=1` it is written anew.
#[test]
fn the_letters_are_those_in_docs() {
    let (path, letters) = (format!("{}/{EXAMPLE}", env!("CARGO_MANIFEST_DIR")), pdf(one_of_each(&model())));
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        std::fs::write(&path, &letters).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == letters, "{path} is not what is printed");
}

#[test]
fn each_letter_fits_its_page_and_is_addressed() {
    let file = pdf(one_of_each(&model()));
    assert_eq!(open(&file).get_pages().len(), 4);
    assert_says(
        &file,
        &[
            "Påhittad Omsorg AB Hemtjänsten Ängen",
            "Övning Enhetschef",
            "5 september 2022",
            "Ärendenummer AO22-0000-V",
            "ÖVNING – påhittade uppgifter",
        ],
    );
}

#[test]
fn an_invitation_says_who_may_apply_for_how_much_by_when_and_where() {
    let model = model();
    let file = pdf(vec![mailing(&model).invitation(&invited(true), ADDRESS)]);
    assert_says(
        &file,
        &[
            "Inbjudan att ansöka om statsbidrag",
            "Påhittade kommun har tilldelats statsbidraget Äldreomsorg – teknik",
            "oavsett om utföraren är privat eller kommunal",
            "Äldrenämnden beslutade den 25 augusti 2022 hur pengarna fördelas (ÄN 2022/0000).",
            "Belopp, 10–50 kunder",
            "20 000 kr",
            "Belopp, mer än 50 kunder",
            "35 000 kr",
            "Verksamhet Hemtjänst",
            "Ansök senast",
            "15 oktober 2022",
            "har enheten 34 kunder",
            "färre än 10 kunder",
            "Inköp av tekniska lösningar/produkter",
            ADDRESS,
            "ska ni därför betala tillbaka till kommunen",
            "lagen (2013:388)",
        ],
    );
    assert!(!text_of(&file).contains("boende10"), "only the unit's own kind");
    let own = pdf(vec![mailing(&model).invitation(&invited(false), ADDRESS)]);
    assert!(!text_of(&own).contains("2013:388"));
}

#[test]
fn a_kind_where_size_does_not_count_says_nothing_of_size() {
    let mut one = model();
    one.kinds[0].tiers.truncate(1);
    one.kinds[0].tiers[0] = super::super::model::Tier { from: 1, to: None, ..one.kinds[0].tiers[0].clone() };
    let letter = mailing(&one).invitation(&invited(true), ADDRESS);
    let said = format!("{letter:?}");
    assert!(said.contains("Belopp, oavsett antal kunder") && !said.contains("Enligt kommunens uppgifter"));
    one.decision.number.clear();
    let letter = mailing(&one).invitation(&invited(true), ADDRESS);
    assert!(format!("{letter:?}").contains("hur pengarna fördelas."));
}

#[test]
fn a_grant_says_the_amount_its_source_and_its_terms() {
    let model = model();
    let letter = |before| mailing(&model).granted(&granted(true, None), &award(20_000), before, ADDRESS);
    let file = pdf(vec![letter(Money::ZERO)]);
    assert_says(
        &file,
        &[
            "Beslut: er ansökan är beviljad",
            "Påhittade kommun beslutade den 20 oktober 2022 att Hemtjänsten Ängen får 20 000 kr av",
            "Bidraget kommer från staten och betalas ut till kommunen av Kammarkollegiet.",
            "Påhittad Omsorg AB, 559999-0016",
            "ÄN 2022/0000-7",
            "Bankgiro 5050-1055",
            "Använd pengarna senast",
            "31 december 2022",
            "Redovisa senast",
            "31 januari 2023",
            "Det ni inte har använt senast den 31 december 2022 ska ni därför betala tillbaka",
            "lagen (2013:388)",
            ADDRESS,
        ],
    );
    let more = pdf(vec![letter(Money::kronor(20_000))]);
    assert_says(&more, &["får ytterligare 20 000 kr", "har fått tidigare blir det 40 000 kr."]);
    let own = mailing(&model).granted(&granted(false, None), &award(20_000), Money::ZERO, ADDRESS);
    assert!(!format!("{own:?}").contains("2013:388"));
}

#[test]
fn a_refusal_says_why_and_invents_no_appeal() {
    let model = model();
    let file = pdf(vec![mailing(&model).refused(&refused(REASON)).unwrap()]);
    assert_says(&file, &["Beslut: er ansökan är avslagen", REASON, "Sökt belopp", "5 oktober 2022"]);
    assert!(!text_of(&file).to_lowercase().contains("överklag"));
    assert!(mailing(&model).refused(&granted(true, None)).is_none());
    assert!(mailing(&model).refused(&invited(true)).is_none());
}

/// As long as the form lets it be: it goes on to a page of its own.
#[test]
fn a_long_reason_goes_on() {
    let file = pdf(vec![mailing(&model()).refused(&refused(&"Därför. ".repeat(250))).unwrap()]);
    assert!((1..=2).contains(&open(&file).get_pages().len()));
}

#[test]
fn a_reminder_knows_whether_the_day_has_passed_and_what_is_missing() {
    let model = model();
    let balance = Balance { awarded: Money::kronor(20_000), returned: Money::kronor(5_000) };
    let before = mailing(&model).reminder(&granted(true, None), balance, ADDRESS).unwrap();
    let said = format!("{before:?}").replace("\\u{a0}", " ");
    assert!(said.contains("Vi har inte fått er redovisning"), "{said}");
    assert!(said.contains("ska ha kommit in senast den 31 januari 2023."), "{said}");
    assert!(said.contains("har fått 15 000 kr av statsbidraget"), "{said}");
    let on = "2023-02-01".parse().unwrap();
    let late = Mailing { on, ..mailing(&model) };
    let report = Report {
        at: at(25),
        by: line("Övning"),
        used: Money::ZERO,
        uses: Vec::new(),
        used_for: "-".to_owned(),
        benefit: "-".to_owned(),
    };
    let message = "Skriv vilken utbildning ni har köpt.".to_owned();
    let asked = Completion { report, message, by: Doer::named("Ekonom"), at: at(26) };
    let letter = late.reminder(&granted(true, Some(asked)), balance, ADDRESS).unwrap();
    assert_says(
        &pdf(vec![letter]),
        &[
            "ska kompletteras. Redovisningen skulle ha kommit in senast den 31 januari 2023.",
            "Det här ska kompletteras",
            "vilken utbildning",
        ],
    );
    assert!(late.reminder(&refused(REASON), balance, ADDRESS).is_none());
}

/// Every unit of Stockholm's model at once, which a municipality waits for.
#[test]
fn letters_to_261_units_are_261_pages_and_take_seconds() {
    let model = model();
    let letters: Vec<Letter> = (0..261)
        .map(|at| {
            let mut application = invited(true);
            application.unit.content.name = line(&format!("Enhet {at}"));
            mailing(&model).invitation(&application, &format!("{ADDRESS}{at}"))
        })
        .collect();
    let begun = Instant::now();
    let file = pdf(letters);
    let took = begun.elapsed();
    println!("261 letters: {took:?}, {} kB", file.len() / 1000);
    assert_eq!(open(&file).get_pages().len(), 261);
    assert!(took.as_secs() < 60, "{took:?}");
}
