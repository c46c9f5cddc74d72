//! What an agreement asks for beside Bilaga 2: parts of the costs that are specified (*varav*) with their motive, and the
//! follow-up questions (2018, Närmare om uppdraget; 2020 §6.1.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    grants::report::{Answer, PartAccount, rules::Rule},
    ground::infra::form::FieldErrors,
    terms::agreement::{Part, Question, QuestionKind},
};
use values::{Money, Prose};

/// A part of a post's costs as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartForm {
    pub key: String,
    pub amount: String,
    pub motive: String,
}

/// An answer as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerForm {
    pub key: String,
    pub text: String,
}

/// What a negative part would mean.
const BELOW_ZERO: &str = "En del av kostnaderna kan inte vara under 0. Skriv delen efter avdrag för krediteringar, eller 0 om \
                          inget återstår av den.";

/// The names of the fields.
pub fn part_field(post: &str, part: &str) -> String {
    format!("part_{post}_{part}")
}

pub fn motive_field(post: &str, part: &str) -> String {
    format!("motive_{post}_{part}")
}

pub fn answer_field(question: &str) -> String {
    format!("answer_{question}")
}

impl PartForm {
    pub(super) fn taken(part: &Part, posted: &mut BTreeMap<String, String>) -> Self {
        let mut take = |name: String| posted.remove(&name).unwrap_or_default();
        Self {
            key: part.key.clone(),
            amount: take(part_field(&part.post, &part.key)),
            motive: take(motive_field(&part.post, &part.key)),
        }
    }

    pub(super) fn parse(&self, part: &Part, costs: Money, errors: &mut FieldErrors) -> Option<PartAccount> {
        let field = part_field(&part.post, &part.key);
        let amount =
            errors.read(field.clone(), Rule::Part, values::parse_kronor_or_zero(&self.amount, BELOW_ZERO))?;
        if amount > costs {
            let message = format!("Beloppet är större än kostnaderna, {costs}. Det är en del av dem.");
            errors.broken(field, Rule::Part, message);
            return None;
        }
        let motive = if part.motive.is_empty() || amount.is_zero() {
            None
        } else {
            let field = motive_field(&part.post, &part.key);
            Some(errors.read(field, Rule::Motive, Prose::parse(&self.motive))?)
        };
        Some(PartAccount { part: part.key.clone(), amount, motive })
    }
}

impl AnswerForm {
    pub(super) fn taken(question: &Question, posted: &mut BTreeMap<String, String>) -> Self {
        let text = posted.remove(&answer_field(&question.key)).unwrap_or_default();
        Self { key: question.key.clone(), text }
    }

    pub(super) fn parse(&self, question: &Question, errors: &mut FieldErrors) -> Option<Answer> {
        let field = answer_field(&question.key);
        let text = match question.kind {
            QuestionKind::Text => errors.read(field, Rule::Answer, Prose::parse(&self.text))?,
            QuestionKind::YesNo => match self.text.as_str() {
                "ja" | "nej" => Prose::parse(&self.text).ok()?,
                _ => {
                    errors.broken(field, Rule::Answer, "Svara ja eller nej.");
                    return None;
                }
            },
        };
        Some(Answer { question: question.key.clone(), text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grants::report::form::{FormFacts, ReportForm, tests};

    fn facts() -> FormFacts {
        let mut facts = tests::facts();
        facts.posts[0].parts = vec![Part {
            key: "wifi".to_owned(),
            post: "bas".to_owned(),
            label: "Förutsättningar".to_owned(),
            motive: "På vilket sätt".to_owned(),
            total: None,
            source: String::new(),
        }];
        facts.questions = vec![Question {
            key: "hur".to_owned(),
            text: "Hur gick det?".to_owned(),
            kind: QuestionKind::Text,
            posts: vec!["bas".to_owned()],
            source: String::new(),
        }];
        facts
    }

    fn filled(amount: &str, motive: &str, answer: &str) -> ReportForm {
        let mut form = tests::filled();
        form.posts[0].parts =
            vec![PartForm { key: "wifi".to_owned(), amount: amount.to_owned(), motive: motive.to_owned() }];
        form.answers = vec![AnswerForm { key: "hur".to_owned(), text: answer.to_owned() }];
        form
    }

    fn fields_in_error(form: &ReportForm) -> Vec<String> {
        let errors = form.parse(&facts()).unwrap_err();
        errors.list.into_iter().map(|error| error.field.into_owned()).collect()
    }

    #[test]
    fn a_part_is_of_the_costs_and_has_its_motive() {
        let content = filled("100 000", "Nätet bär larmen.", "Bra").parse(&facts()).unwrap();
        assert_eq!(content.posts[0].parts[0].amount, Money::kronor(100_000));
        assert_eq!(content.answers[0].text.as_str(), "Bra");
        assert!(filled("0", "", "Bra").parse(&facts()).is_ok());
        assert_eq!(fields_in_error(&filled("300 001", "x", "Bra")), ["part_bas_wifi"]);
        assert_eq!(fields_in_error(&filled("", "x", "Bra")), ["part_bas_wifi"]);
        assert_eq!(fields_in_error(&filled("1", " ", "Bra")), ["motive_bas_wifi"]);
        assert_eq!(fields_in_error(&filled("0", "", " ")), ["answer_hur"]);
    }

    #[test]
    fn what_is_posted_is_read_into_parts_and_answers() {
        let posted: crate::grants::report::form::PostedForm =
            serde_html_form::from_str("part_bas_wifi=5&motive_bas_wifi=m&answer_hur=a&answer_annat=b")
                .unwrap();
        let form = posted.into_form(&facts());
        assert_eq!(form.posts[0].parts[0].amount, "5");
        assert_eq!(form.answers, [AnswerForm { key: "hur".to_owned(), text: "a".to_owned() }]);
    }
}
