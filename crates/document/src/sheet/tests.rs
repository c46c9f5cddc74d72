//! What each document says, read from its PDF; and the documents that the typesetter is tested with.

use chrono::{DateTime, TimeZone, Utc};
use lopdf::Document;

use super::*;

const FINGERPRINT: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
const PRACTICE: &str = "ÖVNING – påhittade uppgifter";

pub fn issued_at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2022, 11, 3, 13, 5, 12).unwrap()
}

pub fn requisition(underskrift: FieldValue) -> FormDocument {
    let contact = Section {
        fields: vec![
            Field::text("Bidragsmottagare", "Ale kommun"),
            Field::text("Organisationsnummer", "212000-1439"),
            Field::text("Postadress", "Ledetvägen 6\n449 80 Alafors"),
            Field::blank("Faxnummer"),
        ],
        ..Section::new("1", "Kontaktuppgifter")
    };
    let grant = Section {
        fields: vec![Field::text("Belopp som rekvireras", "1\u{a0}310\u{a0}223\u{a0}kr")],
        ..Section::new("2", "Bidrag som ansökan avser")
    };
    let signature = Section {
        text: vec!["Bidragstagaren intygar att lämnade uppgifter är riktiga.".to_owned()],
        fields: vec![
            Field::blank("Datum"),
            Field { label: "Underskrift".to_owned(), value: underskrift },
            Field::blank("Namnförtydligande"),
        ],
        ..Section::new("4", "Underskrift i original av behörig företrädare")
    };
    FormDocument {
        title: "Rekvisition AO22-1440-R1, Ale kommun".to_owned(),
        heading: "Rekvisition".to_owned(),
        number: "AO22-1440-R1".to_owned(),
        version: 1,
        agreement: "Äldreomsorg – teknik, 2022".to_owned(),
        addressee: "Kammarkollegiet".to_owned(),
        state_line: "Utskrift för underskrift på papper".to_owned(),
        practice: false,
        diarienummer_labels: ["Diarienummer, överenskommelse", "Diarienummer, beslut om utbetalning"],
        diarienummer_agreement: "S2022/00001".to_owned(),
        diarienummer_decision: String::new(),
        sections: vec![contact, grant, signature],
        words: "Övriga rubriker är ordagrant de i Bilaga 2.".to_owned(),
        fingerprint: FINGERPRINT.to_owned(),
        issued: "3 november 2022 kl. 14.05".to_owned(),
    }
}

/// A requisition whose only section holds `text`, in a place of every kind.
pub fn requisition_saying(text: &str) -> FormDocument {
    FormDocument {
        title: text.to_owned(),
        agreement: text.to_owned(),
        sections: vec![Section {
            text: vec![text.to_owned()],
            choices: vec![Choice { text: text.to_owned(), chosen: true }],
            fields: vec![Field::text(text, text), Field::text("Kort", "kort")],
            ..Section::new("1", text)
        }],
        ..requisition(FieldValue::Handwritten)
    }
}

pub fn receipt() -> Receipt {
    Receipt {
        title: "Kvitto AO22-1440-R1".to_owned(),
        heading: "Kvitto".to_owned(),
        number: "AO22-1440-R1".to_owned(),
        agreement: "Äldreomsorg – teknik, 2022".to_owned(),
        practice: true,
        received_at: "3 november 2022 kl. 14.05.12".to_owned(),
        completed_at: String::new(),
        received_by: "Kammarkollegiet".to_owned(),
        submitted_by: "Karin Åkesson, Ale kommun".to_owned(),
        submitted: vec![Field::text("Bankgiro", "5051-6822")],
        signing: "Elektroniskt underskriven av Karin Åkesson.".to_owned(),
        next_step: "Kammarkollegiet granskar rekvisitionen.".to_owned(),
        next_date: "20 december 2022".to_owned(),
        fingerprint: FINGERPRINT.to_owned(),
        issued: "3 november 2022 kl. 14.05".to_owned(),
    }
}

pub fn slip() -> PaymentSlip {
    PaymentSlip {
        title: "Underlag för återbetalning AO21-1440-E1, Ale kommun".to_owned(),
        heading: "Återbetalning av bidrag som inte har förbrukats".to_owned(),
        number: "AO21-1440-E1".to_owned(),
        agreement: "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus, 2021".to_owned(),
        practice: false,
        payer: "Ale kommun".to_owned(),
        payee: "Kammarkollegiet".to_owned(),
        account: "Bankgiro 991-2346".to_owned(),
        ocr: "123456790".to_owned(),
        amount: "110\u{a0}223,50\u{a0}kr".to_owned(),
        due: "31 mars 2022".to_owned(),
        basis: vec![
            Field::text("Utbetalt", "1\u{a0}310\u{a0}223\u{a0}kr"),
            Field::text("Kostnader", "1\u{a0}199\u{a0}999,50\u{a0}kr"),
            Field::text("Att återbetala", "110\u{a0}223,50\u{a0}kr"),
        ],
        note: "Ange OCR-numret som referens, så att betalningen hamnar på rätt ärende.".to_owned(),
        fingerprint: FINGERPRINT.to_owned(),
        issued: "15 mars 2022 kl. 10.00".to_owned(),
    }
}

pub fn open(pdf: &[u8]) -> Document {
    Document::load_mem(pdf).unwrap()
}

/// The text without any white space: where a line ends is not the point.
pub fn text(pdf: &[u8]) -> String {
    let document = open(pdf);
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    squeezed(&document.extract_text(&pages).unwrap())
}

pub fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

#[track_caller]
pub fn assert_says(pdf: &[u8], expected: &[&str]) {
    let text = text(pdf);
    for words in expected {
        assert!(text.contains(&squeezed(words)), "«{words}» is missing in {text}");
    }
}

pub fn print(form: &FormDocument) -> Vec<u8> {
    form.to_pdf(issued_at()).unwrap()
}

#[test]
fn a_form_prints_its_labels_and_values() {
    let pdf = requisition(FieldValue::Handwritten).to_pdf(issued_at()).unwrap();
    assert_says(
        &pdf,
        &[
            "Rekvisition",
            "Äldreomsorg – teknik, 2022",
            "Till Kammarkollegiet",
            "AO22-1440-R1, version 1",
            "Diarienummer, överenskommelse S2022/00001",
            "Diarienummer, beslut om utbetalning Ej angivet",
            "1. Kontaktuppgifter",
            "Bidragsmottagare Ale kommun",
            "Postadress Ledetvägen 6 449 80 Alafors",
            "Belopp som rekvireras 1 310 223 kr",
            "4. Underskrift i original av behörig företrädare",
            "Utskrift för underskrift på papper",
            "Sida 1 av 1",
            "Fingeravtryck 2d71 1642 b726 b044 Sida",
            FINGERPRINT,
        ],
    );
    assert!(!text(&pdf).contains("ÖVNING"));
}

#[test]
fn a_form_signed_in_the_portal_says_by_whom_when_and_how() {
    let signature = Signature {
        signer: "Karin Åkesson, kommundirektör".to_owned(),
        time: "3 november 2022 kl. 14.05".to_owned(),
        method: "lösenord på nytt".to_owned(),
    };
    let pdf = requisition(FieldValue::Signed(signature)).to_pdf(issued_at()).unwrap();
    assert_says(
        &pdf,
        &[
            "Elektroniskt underskriven",
            "Karin Åkesson, kommundirektör",
            "Tidpunkt: 3 november 2022 kl. 14.05",
            "Metod: lösenord på nytt",
        ],
    );
}

#[test]
fn a_receipt_prints_what_was_received() {
    let pdf = receipt().to_pdf(issued_at()).unwrap();
    assert_says(
        &pdf,
        &[
            "Inkom till Kammarkollegiet 3 november 2022 kl. 14.05.12",
            "Inlämnat av Karin Åkesson, Ale kommun",
            "Bankgiro 5051-6822",
            "Elektroniskt underskriven av Karin Åkesson.",
            "Kammarkollegiet granskar rekvisitionen.",
            "20 december 2022",
            PRACTICE,
            FINGERPRINT,
        ],
    );
}

#[test]
fn a_slip_prints_what_to_pay_where_and_why() {
    let pdf = slip().to_pdf(issued_at()).unwrap();
    assert_says(
        &pdf,
        &[
            "Återbetalning av bidrag som inte har förbrukats",
            "Underlag för återbetalning från Ale kommun till Kammarkollegiet",
            "Ärendenummer AO21-1440-E1",
            "Betalningsmottagare Kammarkollegiet",
            "Belopp 110 223,50 kr",
            "Betala senast 31 mars 2022",
            "Till konto Bankgiro 991-2346",
            "OCR-nummer 123456790",
            "Utbetalt 1 310 223 kr Kostnader 1 199 999,50 kr Att återbetala 110 223,50 kr",
            "Ange OCR-numret som referens",
            FINGERPRINT,
        ],
    );
    for absent in ["Vänta med att betala", "Betala ingenting", PRACTICE] {
        assert!(!text(&pdf).contains(&squeezed(absent)), "{absent}");
    }
}

#[test]
fn a_slip_without_an_account_says_to_wait() {
    let pdf = PaymentSlip { account: String::new(), ..slip() }.to_pdf(issued_at()).unwrap();
    let wait = "Myndigheten har inte angett något konto än. Vänta med att betala tills kontot är angivet.";
    assert_says(&pdf, &[wait, "OCR-nummer 123456790"]);
    assert!(!text(&pdf).contains("Bankgiro"));
}

#[test]
fn a_slip_in_practice_says_that_nothing_is_to_be_paid() {
    let pdf = PaymentSlip { practice: true, ..slip() }.to_pdf(issued_at()).unwrap();
    assert_says(&pdf, &[PRACTICE, "Det här är en övning. Betala ingenting."]);
}

#[test]
fn a_slip_of_many_posts_or_of_none_is_printed() {
    let row = |number: i32| Field::text(format!("Post {number}: att återbetala"), "1\u{a0}kr");
    let basis = (1..=90).map(row).collect();
    let pdf = PaymentSlip { basis, ..slip() }.to_pdf(issued_at()).unwrap();
    assert!(open(&pdf).get_pages().len() > 1);
    assert_says(&pdf, &["Post 90: att återbetala 1 kr", "Sida 2 av"]);

    let empty = || String::new();
    let bare = PaymentSlip { basis: vec![], note: empty(), fingerprint: empty(), practice: true, ..slip() };
    let pdf = bare.to_pdf(issued_at()).unwrap();
    for absent in ["Så är beloppet uträknat", "Att tänka på", "Fingeravtryck"] {
        assert!(!text(&pdf).contains(&squeezed(absent)), "{absent}");
    }
}

#[test]
fn a_chosen_alternative_is_crossed() {
    let alternative = |text: &str, chosen| Choice { text: text.to_owned(), chosen };
    let mut form = requisition(FieldValue::Handwritten);
    form.sections = vec![Section {
        choices: vec![alternative("Alt 1: korrekt", false), alternative("Alt 2: inte", true)],
        ..Section::new("4", "Granskning")
    }];
    let pdf = form.to_pdf(issued_at()).unwrap();
    assert_says(&pdf, &["4. Granskning Alt 1: korrekt X Alt 2: inte"]);
}

#[test]
fn a_form_with_nothing_in_it_is_printed() {
    let mut form = requisition_saying("");
    form.title = "Rekvisition".to_owned();
    form.fingerprint = String::new();
    form.sections.push(Section::new("", "Tom"));
    let pdf = print(&form);
    assert_says(&pdf, &["Tom"]);
    assert!(!text(&pdf).contains("Fingeravtryck"));
}
