//! The authority's list of who has answered the survey (§7.1): read from what was pasted, kept for the review.

use std::collections::HashSet;

use super::store;
use crate::{
    grants::grant::{self, Grant},
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            failure,
            form::FieldErrors,
        },
    },
    people::{
        access::Act,
        recipient::{self, Kind, Organisation},
    },
    terms::agreement::{self, Agreement, Refusal},
};
use values::{Id, text::fold};

/// The name of the field that the list is pasted in.
pub const FIELD: &str = "lista";
/// More than these nobody mends one by one.
const MOST_ERRORS: usize = 20;

/// What a first line may call its column of codes.
const HEADERS: [&str; 6] = ["kod", "kommunkod", "kommunkoder", "kommunnummer", "kommunnr", "kommun"];

pub type Failure = failure::Failure<Refusal>;

/// A list as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub answered: Vec<Id<Organisation>>,
    /// Lines that named somebody named before.
    pub duplicates: usize,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    number: usize,
    code: String,
}

/// The lines with something in them. A line is a code, or a code and a name; a first line may be the columns' names.
fn lines(typed: &str) -> Vec<Line> {
    let code = |line: &str| {
        let first = line.split([';', ',', '\t']).next().unwrap_or_default();
        let tidy = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\u{FEFF}' | '\u{200B}');
        first.trim_matches(tidy).to_owned()
    };
    let filled = typed.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut lines: Vec<Line> =
        filled.map(|(index, line)| Line { number: index + 1, code: code(line) }).collect();
    let is_header = |line: &Line| HEADERS.contains(&fold(&line.code).replace(' ', "").as_str());
    if lines.first().is_some_and(is_header) {
        lines.remove(0);
    }
    lines
}

/// Whom the list names, or every line that is to be mended. `recipients` are those of the agreement, `known` all there are.
fn read(
    typed: &str,
    recipients: &[(Id<Grant>, Organisation)],
    known: &[Organisation],
) -> Result<Reading, FieldErrors> {
    let lines = lines(typed);
    let mut errors = FieldErrors::default();
    if lines.is_empty() {
        errors.add(FIELD, "Listan är tom. Klistra in minst en kommunkod.");
        return Err(errors);
    }
    let mut named = HashSet::new();
    let mut reading = Reading { answered: Vec::new(), duplicates: 0 };
    let mut faults = Vec::new();
    for Line { number, code } in lines {
        let of_agreement = recipients.iter().map(|(_, recipient)| recipient).find(|of| of.code == code);
        match of_agreement.filter(|recipient| recipient.kind == Kind::Municipality) {
            Some(recipient) if named.insert(recipient.id) => reading.answered.push(recipient.id),
            Some(_) => reading.duplicates += 1,
            None => faults.push(format!("Rad {number}: {}", fault(&code, of_agreement, known))),
        }
    }
    if faults.is_empty() {
        return Ok(reading);
    }
    let more = faults.len().saturating_sub(MOST_ERRORS);
    faults.into_iter().take(MOST_ERRORS).for_each(|fault| errors.add(FIELD, fault));
    if more > 0 {
        errors.add(FIELD, format!("Ytterligare {more} rader behöver rättas. Rätta de här först."));
    }
    Err(errors)
}

/// What is wrong with a code, and how to mend it.
fn fault(code: &str, of_agreement: Option<&Organisation>, known: &[Organisation]) -> String {
    if let Some(recipient) = of_agreement {
        return format!(
            "{code} ({}) är ingen kommun och ska inte svara på enkäten. Ta bort raden.",
            recipient.name
        );
    }
    if let Some(organisation) = known.iter().find(|organisation| organisation.code == code) {
        return format!(
            "{code} ({}) får inget bidrag enligt överenskommelsen. Ta bort raden.",
            organisation.name
        );
    }
    let padded = format!("0{code}");
    if let Some(organisation) = known.iter().find(|organisation| organisation.code == padded) {
        return format!(
            "”{code}” saknar den inledande nollan. Skriv {padded} om det är {} som avses.",
            organisation.name
        );
    }
    match code {
        "" => "Kommunkoden saknas. Skriv fyra siffror först på raden, till exempel 0180.".to_owned(),
        _ if code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("Det finns ingen kommun med koden {code}. Rätta koden, eller ta bort raden.")
        }
        _ => format!("”{code}” är ingen kommunkod. Skriv fyra siffror, till exempel 0180."),
    }
}

/// Puts a new list in the place of the old one, over the version of the agreement that the page was made from. The same list
/// posted twice is read in once.
pub fn import(
    connection: &mut AnyConnection,
    act: &Act,
    slug: &str,
    version: &str,
    typed: &str,
) -> Result<Reading, Failure> {
    let agreement = agreement::store::find_paid_by(connection, act.actor.organisation.id, slug)?
        .ok_or(Failure::NotFound)?;
    let recipients = grant::store::recipients_of(connection, agreement.id)?;
    let known = recipient::store::all(connection)?;
    let reading = read(typed, &recipients, &known).map_err(Failure::Invalid)?;
    if agreement.version.to_string() != version {
        let stands = stands(connection, &agreement, act, &reading, &known)?;
        return if stands { Ok(reading) } else { Err(Refusal::Changed.into()) };
    }
    let details = format!("{} kommuner har svarat", reading.answered.len());
    let entry = history::Entry { details, ..act.entry(Event::SurveyListImported, "") };
    if !agreement::store::note(connection, &agreement, entry)? {
        return Err(Refusal::Changed.into());
    }
    store::replace_survey_list(connection, agreement.id, &reading.answered, &act.doer(), act.now)?;
    Ok(reading)
}

/// True when this very list is what the same person read in last.
fn stands(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    act: &Act,
    reading: &Reading,
    known: &[Organisation],
) -> Result<bool, DbError> {
    let list = store::survey_list(connection, agreement.id)?;
    let listed = store::listed(connection, agreement.id)?;
    let codes = known.iter().filter(|of| reading.answered.contains(&of.id)).map(|of| of.code.clone());
    let is_mine = match list {
        Some(list) => list.by().is(act.actor.person.id),
        None => false,
    };
    Ok(is_mine && listed == codes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(code: &str, name: &str, kind: Kind) -> Organisation {
        Organisation {
            id: Id::new(),
            code: code.to_owned(),
            kind,
            name: name.to_owned(),
            formal_name: name.to_owned(),
            county: String::new(),
            organisation_number: None,
        }
    }

    fn parties() -> (Vec<(Id<Grant>, Organisation)>, Vec<Organisation>) {
        let known = vec![
            organisation("0180", "Stockholm", Kind::Municipality),
            organisation("1440", "Ale", Kind::Municipality),
            organisation("1489", "Alingsås", Kind::Municipality),
            organisation("SKR", "SKR", Kind::Association),
        ];
        let of_agreement = known.iter().filter(|of| of.code != "1489");
        (of_agreement.map(|of| (Id::new(), of.clone())).collect(), known)
    }

    fn faults(typed: &str) -> Vec<String> {
        let (recipients, known) = parties();
        let errors = read(typed, &recipients, &known).unwrap_err();
        assert!(errors.list.iter().all(|error| error.field == FIELD));
        errors.list.into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn codes_are_read_with_and_without_names_and_a_header() {
        let (recipients, known) = parties();
        for typed in [
            "1440\n0180",
            "kommunkod;namn\r\n1440;Ale\r\n\r\n0180;Stockholm\r\n",
            "\u{FEFF}Kommun-kod,Namn\n\"1440\",Ale\n 0180 ,Stockholm",
            "1440\tAle\n0180\tStockholm",
        ] {
            let reading = read(typed, &recipients, &known).unwrap();
            assert_eq!(reading.answered, [known[1].id, known[0].id], "{typed:?}");
            assert_eq!(reading.duplicates, 0);
        }
    }

    #[test]
    fn who_is_named_twice_has_answered_once() {
        let (recipients, known) = parties();
        let reading = read("1440\n0180\n1440;Ale\n1440", &recipients, &known).unwrap();
        assert_eq!((reading.answered.len(), reading.duplicates), (2, 2));
    }

    #[test]
    fn every_line_that_names_nobody_is_told_with_its_number() {
        assert_eq!(
            faults("kod\n1440\n180\n9999\nAle\n1489\nSKR\n;Ale"),
            [
                "Rad 3: ”180” saknar den inledande nollan. Skriv 0180 om det är Stockholm som avses.",
                "Rad 4: Det finns ingen kommun med koden 9999. Rätta koden, eller ta bort raden.",
                "Rad 5: ”Ale” är ingen kommunkod. Skriv fyra siffror, till exempel 0180.",
                "Rad 6: 1489 (Alingsås) får inget bidrag enligt överenskommelsen. Ta bort raden.",
                "Rad 7: SKR (SKR) är ingen kommun och ska inte svara på enkäten. Ta bort raden.",
                "Rad 8: Kommunkoden saknas. Skriv fyra siffror först på raden, till exempel 0180.",
            ]
        );
        assert_eq!(faults("kommunkod\n"), ["Listan är tom. Klistra in minst en kommunkod."]);
        assert_eq!(faults(&"x\n".repeat(25)).len(), 21);
    }
}
