//! The report as a document: the right column of Bilaga 2 filled in, and the receipt.

use super::{
    Certificate, Content, Dossier, Edition, PostAccount, Received, Status,
    form::{answer_field, motive_field, part_field},
};
use crate::{
    grants::{
        case::{
            Signature,
            head::{self, text},
        },
        grant::Grant,
        requisition::sheet::period,
    },
    terms::agreement::{PaperForm, QuestionKind, Section as PaperSection},
};
use document::sheet::{Choice, Field, FormDocument, Receipt, Section, Signature as PrintedSignature};
use values::{
    Money,
    calendar::{day, long_date, zoned_time},
};

/// The form, with the words and the order of the agreement's own.
pub fn form(case: &Dossier, edition: &Edition, practice: bool) -> FormDocument {
    let terms = &case.grant.agreement.terms;
    let number = case.number();
    let head = &edition.content.head;
    FormDocument {
        title: format!("{} {number}, {}", terms.forms.report.heading, edition.recipient),
        heading: terms.forms.report.heading.clone(),
        number,
        version: edition.version.unsigned_abs(),
        agreement: terms.name.clone(),
        addressee: case.grant.agreement.authority.formal_name.clone(),
        state_line: state_line(case, edition),
        practice,
        diarienummer_labels: terms.instrument.diarienummer_labels(),
        diarienummer_agreement: text(head.agreement_diarienummer.as_ref()),
        diarienummer_decision: text(head.decision_diarienummer.as_ref()),
        sections: sections(case, edition),
        words: terms.words_of_forms(),
        fingerprint: edition.fingerprint.clone(),
        issued: zoned_time(edition.issued_at),
    }
}

/// That this edition came in, when it has.
fn received<'a>(case: &'a Dossier, edition: &Edition) -> Option<&'a Received> {
    case.report.received().filter(|received| received.version == edition.version)
}

fn state_line(case: &Dossier, edition: &Edition) -> String {
    match (received(case, edition), &case.report.status) {
        (Some(received), _) => {
            let (signed, came_in) = (signing_sentence(received), received.came_in());
            match came_in.completed().is_empty() {
                true => signed,
                false => format!("{signed} Inkom {}.", came_in.both()),
            }
        }
        (None, Status::AwaitingCertificate { .. }) => "Inte inlämnad: väntar på intyg".to_owned(),
        (None, Status::AwaitingSignature { .. }) => "Inte inlämnad: för underskrift".to_owned(),
        (None, _) => "Inte inlämnad".to_owned(),
    }
}

/// The numbered sections with their labels and values, for the document and for the page.
pub fn sections(case: &Dossier, edition: &Edition) -> Vec<Section> {
    let paper = &case.grant.agreement.terms.forms.report;
    paper.sections.iter().map(|section| section_of(section, paper, case, edition)).collect()
}

/// The section of the certificate, once it is given: both alternatives word for word, the chosen one ticked.
pub fn certified_section(case: &Dossier, edition: &Edition) -> Option<Section> {
    case.report.certificate()?;
    sections(case, edition).into_iter().find(|section| !section.choices.is_empty())
}

/// Sections 1 to 3: what the recipient filled in.
pub fn filled_sections(case: &Dossier, edition: &Edition) -> Vec<Section> {
    sections(case, edition).into_iter().take(3).collect()
}

fn section_of(section: &PaperSection, paper: &PaperForm, case: &Dossier, edition: &Edition) -> Section {
    let mut printed = Section::new(section.number.to_string(), &section.title);
    let certificate = case.report.certificate();
    let is_certificate = section.fields.iter().any(|field| field.key == "certifier_name");
    if is_certificate {
        printed.choices = choices(&section.text, certificate);
        printed.fields.extend(deviations(certificate));
    } else {
        printed.text = section.text.clone();
    }
    for field in &section.fields {
        printed.fields.extend(values(&field.key, paper, case, edition));
    }
    if section.number == 3 {
        printed.fields.extend(answers(&case.grant, &edition.content));
    }
    printed
}

/// The two alternatives word for word, with whoever certified in the place of N.N. and the chosen one ticked.
fn choices(texts: &[String], certificate: Option<&Certificate>) -> Vec<Choice> {
    let chosen = certificate.map(|certificate| certificate.statement.verdict.label());
    let named = |text: &String| match certificate {
        Some(certificate) => text.replacen("N.N.", certificate.statement.name.as_str(), 1),
        None => text.clone(),
    };
    texts
        .iter()
        .map(|text| Choice { text: named(text), chosen: chosen.is_some_and(|label| text.starts_with(label)) })
        .collect()
}

fn deviations(certificate: Option<&Certificate>) -> Vec<Field> {
    match certificate.and_then(|certificate| certificate.statement.verdict.told()) {
        Some((deviations, measures)) => {
            vec![Field::text("Avvikelser", deviations), Field::text("Åtgärder", measures)]
        }
        None => Vec::new(),
    }
}

/// What stands under one of the printed labels.
fn values(key: &str, paper: &PaperForm, case: &Dossier, edition: &Edition) -> Vec<Field> {
    let label = paper.label(key);
    if key == "recipient" {
        return vec![Field::text(label, &edition.recipient)];
    }
    printed(key, label, &case.grant, &edition.content)
        .unwrap_or_else(|| vec![signing(key, label, case, edition)])
}

/// What the content says under one of the printed labels; `None` where that is the certificate's or the signature's. Amounts
/// stand once for each post where there are several.
pub fn printed(key: &str, label: &str, grant: &Grant, content: &Content) -> Option<Vec<Field>> {
    if let Some(field) = content.head.field(key, label) {
        return Some(vec![field]);
    }
    Some(match key {
        "recipient" => vec![Field::text(label, &grant.holder.formal_name)],
        "agreement_name" => vec![Field::text(label, &grant.agreement.terms.name)],
        "granted" => vec![Field::text(label, content.granted.to_string())],
        "paid" | "received" => amounts(label, grant, content, |post| post.received),
        "period" => vec![Field::text(label, period(content.period))],
        "cost_items" => items(label, grant, content),
        "costs" => costs(label, grant, content),
        "unspent" => amounts(label, grant, content, PostAccount::unspent),
        "survey" => vec![Field::text(label, survey(content))],
        _ => return None,
    })
}

fn survey(content: &Content) -> &'static str {
    match content.survey {
        Some(true) => "Ja",
        Some(false) => "Nej",
        None => "Gäller inte bidragsmottagaren",
    }
}

fn amounts(label: &str, grant: &Grant, content: &Content, of: impl Fn(&PostAccount) -> Money) -> Vec<Field> {
    let [only] = content.posts.as_slice() else {
        let total = content.posts.iter().map(&of).sum::<Money>();
        let each = content
            .posts
            .iter()
            .map(|post| Field::text(format!("– {}", post_name(grant, &post.post)), of(post).to_string()));
        return std::iter::once(Field::text(label, total.to_string())).chain(each).collect();
    };
    vec![Field::text(label, of(only).to_string())]
}

fn costs(label: &str, grant: &Grant, content: &Content) -> Vec<Field> {
    let mut fields = amounts(label, grant, content, |post| post.costs);
    if !grant.agreement.terms.forms.asks_for_items() {
        fields.extend(each_item(grant, content));
    }
    fields.extend(content.posts.iter().flat_map(|post| parts(grant, post)));
    fields
}

/// Under a label of their own, where the form has one for them (2020 Bilaga 4 punkt 3).
fn items(label: &str, grant: &Grant, content: &Content) -> Vec<Field> {
    let each: Vec<Field> = each_item(grant, content).collect();
    let told = if each.is_empty() { "Inga är specificerade" } else { "" };
    std::iter::once(Field::text(label, told)).chain(each).collect()
}

fn each_item(grant: &Grant, content: &Content) -> impl Iterator<Item = Field> {
    let is_one = content.posts.len() == 1;
    content.posts.iter().flat_map(move |post| {
        let of = if is_one { String::new() } else { format!("{}, ", post_name(grant, &post.post)) };
        post.items
            .iter()
            .map(move |item| Field::text(format!("Varav {of}{}", item.text), item.amount.to_string()))
    })
}

/// What the agreement wants specified of a post's costs, with its motive.
fn parts(grant: &Grant, account: &PostAccount) -> Vec<Field> {
    let known = |key: &str| grant.agreement.terms.parts_of(&account.post).find(|part| part.key == key);
    let printed = account.parts.iter().filter_map(|part| {
        let asked = known(&part.part)?;
        let amount = Field::text(format!("Varav: {}", asked.label), part.amount.to_string());
        let motive = part.motive.as_ref().map(|motive| Field::text(&asked.motive, motive.to_string()));
        Some(std::iter::once(amount).chain(motive))
    });
    printed.flatten().collect()
}

/// The follow-up questions with their answers.
pub fn answers(grant: &Grant, content: &Content) -> Vec<Field> {
    let questions = &grant.agreement.terms.questions;
    let printed = content.answers.iter().filter_map(|answer| {
        let asked = questions.iter().find(|question| question.key == answer.question)?;
        let told = match (asked.kind, answer.text.as_str()) {
            (QuestionKind::YesNo, "ja") => "Ja",
            (QuestionKind::YesNo, "nej") => "Nej",
            (_, text) => text,
        };
        Some(Field::text(&asked.text, told))
    });
    printed.collect()
}

pub fn post_name<'a>(grant: &'a Grant, key: &str) -> &'a str {
    grant.agreement.terms.post(key).map_or("", |post| &post.name)
}

fn signing(key: &str, label: &str, case: &Dossier, edition: &Edition) -> Field {
    let statement = case.report.certificate().map(|certificate| &certificate.statement);
    let in_portal = received(case, edition).and_then(|received| match &received.signature {
        Signature::Portal { by } => Some((by, received.completed_at)),
        Signature::Scan { .. } | Signature::Original { .. } => None,
    });
    match (key, statement, in_portal) {
        ("certifier_name", Some(statement), _) => Field::text(label, statement.name.to_string()),
        ("certifier_title", Some(statement), _) => Field::text(label, statement.title.to_string()),
        ("certifier_telephone", Some(statement), _) => Field::text(label, statement.telephone.to_string()),
        ("certifier_email", Some(statement), _) => Field::text(label, statement.email.to_string()),
        ("date", _, Some((_, at))) => Field::text(label, long_date(day(at))),
        ("name_clarification", _, Some((by, _))) => Field::text(label, by.name()),
        ("signature", _, Some((by, at))) => Field::signed(
            label,
            PrintedSignature {
                signer: by.to_string(),
                time: zoned_time(at),
                method: "Underskriven i Bidragsporten efter förnyad inloggning".to_owned(),
            },
        ),
        ("signature", _, None) => Field::handwritten(label),
        _ => Field::blank(label),
    }
}

/// What of the form stands on its receipt.
const RECEIPT: [&str; 8] = [
    "recipient",
    "organisation_number",
    "agreement_diarienummer",
    "decision_diarienummer",
    "agreement_name",
    "received",
    "costs",
    "unspent",
];

pub fn receipt(case: &Dossier, edition: &Edition, received: &Received, practice: bool) -> Receipt {
    let grant = &case.grant;
    let number = case.number();
    let paper = &grant.agreement.terms.forms.report;
    let submitted = RECEIPT.into_iter().flat_map(|key| values(key, paper, case, edition)).collect();
    let to_repay = edition.content.to_repay();
    Receipt {
        title: format!("Kvitto {number}, {}", edition.recipient),
        heading: "Kvitto på inlämnad ekonomisk redovisning".to_owned(),
        number,
        agreement: grant.agreement.terms.name.clone(),
        practice,
        received_at: received.came_in().first(),
        completed_at: received.came_in().completed(),
        received_by: grant.agreement.authority.formal_name.clone(),
        submitted_by: format!("{}, {}", received.signature.by(), edition.recipient),
        submitted,
        signing: received
            .certificate
            .as_ref()
            .map(certificate_sentence)
            .into_iter()
            .chain([signing_sentence(received)])
            .collect::<Vec<_>>()
            .join(" "),
        next_step: next_step(case, to_repay),
        next_date: match to_repay.is_zero() {
            true => String::new(),
            false => grant.deadlines.repayment.date().map(long_date).unwrap_or_default(),
        },
        fingerprint: edition.fingerprint.clone(),
        issued: zoned_time(received.completed_at),
    }
}

fn next_step(case: &Dossier, to_repay: Money) -> String {
    let authority = &case.grant.agreement.authority.name;
    match to_repay.is_zero() {
        true => format!(
            "{authority} granskar redovisningen. Beslutet syns i portalen. Inget är kvar att betala tillbaka."
        ),
        false => format!(
            "{authority} granskar redovisningen. Medel som inte har förbrukats, {to_repay}, ska betalas tillbaka. Konto och OCR-nummer står på sidan om återbetalning."
        ),
    }
}

pub fn certificate_sentence(certificate: &Certificate) -> String {
    format!(
        "Granskad enligt {} av {}, {}, {}.",
        certificate.statement.verdict.label(),
        certificate.statement.name,
        certificate.statement.title,
        zoned_time(certificate.at)
    )
}

pub fn signing_sentence(received: &Received) -> String {
    let signed = crate::grants::requisition::sheet::signed(&received.signature, received.completed_at);
    match &received.alone {
        None => signed,
        Some(reason) => format!("{signed} Samma person har intygat. Skäl: {reason}"),
    }
}

/// The label of one of the portal's fields, with the post's name where each post has its own.
pub fn field_label(grant: &Grant, field: &str) -> String {
    let paper = &grant.agreement.terms.forms.report;
    let of_post = |post: &str, key: &str| match grant.posts().count() {
        0 | 1 => paper.label(key).to_owned(),
        _ => format!("{}, {}", paper.label(key), post_name(grant, post)),
    };
    if let Some(post) = field.strip_prefix("costs_") {
        return of_post(post, "costs");
    }
    if let Some(post) = field.strip_prefix("items_") {
        return format!("Kostnadsposter, {}", post_name(grant, post));
    }
    label_beside(grant, field).unwrap_or_else(|| head::field_label(paper, field))
}

/// The label of what the agreement asks for beside its form.
fn label_beside(grant: &Grant, field: &str) -> Option<String> {
    let terms = &grant.agreement.terms;
    let parts = terms.parts.iter().flat_map(|part| {
        [
            (part_field(&part.post, &part.key), format!("Varav: {}", part.label)),
            (motive_field(&part.post, &part.key), part.motive.clone()),
        ]
    });
    let questions =
        terms.questions.iter().map(|question| (answer_field(&question.key), question.text.clone()));
    parts.chain(questions).find(|(name, _)| name == field).map(|(_, label)| label)
}
