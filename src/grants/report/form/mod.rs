//! The report's form: what was typed, and the content it makes or the errors at its fields.

mod parts;
mod second_look;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Answer, Content, CostItem, PartAccount, PostAccount, rules::Rule};
use crate::{
    grants::case::head::{self, HeadForm},
    ground::infra::form::FieldErrors,
    terms::agreement::{Diarienummers, Instrument, Part, Period, Question},
};
use values::{Line, Money, OrganisationNumber};

pub use parts::{AnswerForm, PartForm, answer_field, motive_field, part_field};
pub use second_look::{notes, observations, warnings};

/// What a negative sum of costs would mean.
const COSTS_BELOW_ZERO: &str = "Kostnaderna kan sammanlagt inte vara under 0. En kreditering eller annan minskning skriver \
                                du som en egen rad under Specificera kostnaderna, med minustecken framför beloppet.";

/// The most cost items of one post.
pub const MOST_ITEMS: usize = 40;
/// Empty rows for more items, beside those that are filled in.
const BLANK_ROWS: usize = 3;

/// The fields as typed. The names are also the ids of the controls and the keys of the officer's remarks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    #[serde(flatten)]
    pub head: HeadForm,
    pub period_from: String,
    pub period_to: String,
    /// `ja` or `nej`.
    pub survey: String,
    pub posts: Vec<PostForm>,
    pub answers: Vec<AnswerForm>,
}

/// One post's costs as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostForm {
    pub key: String,
    pub costs: String,
    pub items: Vec<ItemForm>,
    #[serde(default)]
    pub parts: Vec<PartForm>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemForm {
    pub text: String,
    pub amount: String,
}

/// The form as it is posted: the fields of each post have the post's key in their names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PostedForm {
    #[serde(flatten)]
    head: HeadForm,
    period_from: String,
    period_to: String,
    survey: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

/// What the fields are held against.
#[derive(Debug, Clone)]
pub struct FormFacts {
    pub organisation_number: Option<OrganisationNumber>,
    pub period: Period,
    pub instrument: Instrument,
    /// Over all posts, paid out or not.
    pub granted: Money,
    /// What has been paid out, post by post.
    pub posts: Vec<PostFacts>,
    /// Only municipalities are asked about the survey (2021 §7.1, §7.2).
    pub asks_survey: bool,
    /// The form has a field of its own for the larger items of cost (2020 Bilaga 4 punkt 3).
    pub asks_for_items: bool,
    pub questions: Vec<Question>,
}

#[derive(Debug, Clone)]
pub struct PostFacts {
    pub key: String,
    pub name: String,
    pub received: Money,
    /// What is to be specified of the costs.
    pub parts: Vec<Part>,
}

/// The names of a post's fields.
pub fn costs_field(post: &str) -> String {
    format!("costs_{post}")
}

pub fn item_text_field(post: &str, row: usize) -> String {
    format!("item_{post}_{row}_text")
}

pub fn item_amount_field(post: &str, row: usize) -> String {
    format!("item_{post}_{row}_amount")
}

impl PostedForm {
    /// With the fields of these posts; of other names nothing is kept.
    pub fn into_form(mut self, facts: &FormFacts) -> ReportForm {
        let posts = facts.posts.iter().map(|post| self.post(post)).collect();
        let answers = facts.questions.iter().map(|question| AnswerForm::taken(question, &mut self.rest));
        ReportForm {
            answers: answers.collect(),
            head: self.head,
            period_from: self.period_from,
            period_to: self.period_to,
            survey: self.survey,
            posts,
        }
    }

    fn post(&mut self, facts: &PostFacts) -> PostForm {
        let key = facts.key.as_str();
        let parts = facts.parts.iter().map(|part| PartForm::taken(part, &mut self.rest)).collect();
        let mut take = |name: String| self.rest.remove(&name).unwrap_or_default();
        let costs = take(costs_field(key));
        let mut items: Vec<ItemForm> = (0..MOST_ITEMS)
            .map(|row| ItemForm {
                text: take(item_text_field(key, row)),
                amount: take(item_amount_field(key, row)),
            })
            .collect();
        while items.last().is_some_and(ItemForm::is_blank) {
            items.pop();
        }
        PostForm { key: key.to_owned(), costs, items, parts }
    }
}

impl ItemForm {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.amount.trim().is_empty()
    }
}

impl PostForm {
    /// The rows to show: those with something in them, and some empty ones.
    pub fn rows(&self) -> Vec<ItemForm> {
        let count = (self.items.len() + BLANK_ROWS).min(MOST_ITEMS);
        let mut rows = self.items.clone();
        rows.resize(count.max(self.items.len()), ItemForm::default());
        rows
    }

    /// The costs as they are typed now, whatever else is to be mended; nothing when they cannot be read.
    pub fn sum(&self) -> Option<Money> {
        if !self.costs.trim().is_empty() || !self.has_items() {
            return values::parse_kronor_or_zero(&self.costs, COSTS_BELOW_ZERO).ok();
        }
        let filled = self.items.iter().filter(|item| !item.is_blank());
        filled
            .map(|item| values::parse_cost_or_credit(&item.amount).ok())
            .sum::<Option<Money>>()
            .filter(|sum| !sum.is_negative())
    }

    pub fn has_items(&self) -> bool {
        self.items.iter().any(|item| !item.is_blank())
    }
}

impl ReportForm {
    /// Everything that is known already: from the registry, the agreement and the recipient's last filing.
    pub fn prefilled(facts: &FormFacts, diarienummer: &Diarienummers, last: Option<&head::Head>) -> Self {
        Self {
            head: HeadForm::prefilled(facts.organisation_number.as_ref(), diarienummer, last),
            period_from: facts.period.from.to_string(),
            period_to: facts.period.to.to_string(),
            survey: String::new(),
            posts: facts
                .posts
                .iter()
                .map(|post| PostForm { key: post.key.clone(), ..PostForm::default() })
                .collect(),
            answers: Vec::new(),
        }
    }

    /// With a row for every post that has been paid out, also for one that was paid since it was saved.
    pub fn fitted_to(mut self, facts: &FormFacts) -> Self {
        let mut saved = std::mem::take(&mut self.posts);
        self.posts = facts
            .posts
            .iter()
            .map(|post| {
                let found = saved.iter().position(|saved| saved.key == post.key);
                found.map_or_else(
                    || PostForm { key: post.key.clone(), ..PostForm::default() },
                    |index| saved.swap_remove(index),
                )
            })
            .collect();
        self
    }

    pub fn post(&self, key: &str) -> Option<&PostForm> {
        self.posts.iter().find(|post| post.key == key)
    }

    /// Every field by its name, in the order of the form; the items of a post as one.
    pub fn fields(&self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> =
            self.head.fields().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        fields.push(("period_from".to_owned(), self.period_from.clone()));
        fields.push(("period_to".to_owned(), self.period_to.clone()));
        for post in &self.posts {
            fields.push((costs_field(&post.key), post.costs.clone()));
            let items = post.items.iter().map(|item| format!("{} {}", item.text, item.amount));
            fields.push((format!("items_{}", post.key), items.collect::<Vec<_>>().join("; ")));
            for part in &post.parts {
                fields.push((part_field(&post.key, &part.key), part.amount.clone()));
                fields.push((motive_field(&post.key, &part.key), part.motive.clone()));
            }
        }
        fields.push(("survey".to_owned(), self.survey.clone()));
        fields.extend(self.answers.iter().map(|answer| (answer_field(&answer.key), answer.text.clone())));
        fields
    }

    /// The content, or everything that is to be mended, in the order of the form.
    pub fn parse(&self, facts: &FormFacts) -> Result<Content, FieldErrors> {
        let mut errors = FieldErrors::default();
        let content = self.content(facts, &mut errors);
        content.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn content(&self, facts: &FormFacts, errors: &mut FieldErrors) -> Option<Content> {
        let head = self.head.parse(facts.organisation_number.as_ref(), errors);
        let period =
            head::read_period(&self.period_from, &self.period_to, facts.period, Rule::Period, errors);
        let posts: Vec<Option<PostAccount>> =
            facts.posts.iter().map(|post| self.account(post, errors)).collect();
        let survey = self.survey(facts, errors);
        let answers: Vec<Option<Answer>> =
            facts.questions.iter().map(|question| self.answer(question, errors)).collect();
        Some(Content {
            head: head?,
            period: period?,
            granted: facts.granted,
            posts: posts.into_iter().collect::<Option<_>>()?,
            survey: survey?,
            answers: answers.into_iter().collect::<Option<_>>()?,
        })
    }

    fn answer(&self, question: &Question, errors: &mut FieldErrors) -> Option<Answer> {
        let empty = AnswerForm::default();
        self.answers
            .iter()
            .find(|answer| answer.key == question.key)
            .unwrap_or(&empty)
            .parse(question, errors)
    }

    fn account(&self, facts: &PostFacts, errors: &mut FieldErrors) -> Option<PostAccount> {
        let empty = PostForm::default();
        let post = self.post(&facts.key).unwrap_or(&empty);
        let costs = post.costs(&facts.key, errors);
        let items = post.items(&facts.key, errors);
        let (costs, items) = (costs?, items?);
        let sum: Money = items.iter().map(|item| item.amount).sum();
        // Left empty, the sum is what the items come to.
        let costs = costs.unwrap_or(sum);
        if costs.is_negative() {
            let message = format!(
                "Kostnadsposterna blir {sum}: krediteringarna är större än kostnaderna. Kostnaderna kan sammanlagt inte vara under 0. Kontrollera att alla kostnader är med."
            );
            errors.broken(costs_field(&facts.key), Rule::Costs, message);
            return None;
        }
        if !items.is_empty() && sum != costs {
            let (which, difference) =
                if sum > costs { ("mer", sum - costs) } else { ("mindre", costs - sum) };
            let message = format!(
                "Kostnadsposterna blir {sum}, {difference} {which} än summan {costs}. Rätta en post eller summan, eller lämna summan tom så räknas den ut."
            );
            errors.broken(costs_field(&facts.key), Rule::CostSum, message);
            return None;
        }
        let parts: Vec<Option<PartAccount>> =
            facts.parts.iter().map(|part| post.part(part, costs, errors)).collect();
        Some(PostAccount {
            post: facts.key.clone(),
            received: facts.received,
            costs,
            items,
            parts: parts.into_iter().collect::<Option<_>>()?,
        })
    }

    fn survey(&self, facts: &FormFacts, errors: &mut FieldErrors) -> Option<Option<bool>> {
        if !facts.asks_survey {
            return Some(None);
        }
        match self.survey.as_str() {
            "ja" => Some(Some(true)),
            "nej" => Some(Some(false)),
            _ => {
                errors.broken("survey", Rule::Survey, "Svara ja eller nej på om ni har svarat på enkäten.");
                None
            }
        }
    }
}

impl PostForm {
    fn part(&self, part: &Part, costs: Money, errors: &mut FieldErrors) -> Option<PartAccount> {
        let empty = PartForm::default();
        self.parts.iter().find(|typed| typed.key == part.key).unwrap_or(&empty).parse(part, costs, errors)
    }

    /// `Some(None)` where it is left to the items.
    fn costs(&self, key: &str, errors: &mut FieldErrors) -> Option<Option<Money>> {
        if self.costs.trim().is_empty() && self.has_items() {
            return Some(None);
        }
        let costs = values::parse_kronor_or_zero(&self.costs, COSTS_BELOW_ZERO);
        errors.read(costs_field(key), Rule::Costs, costs).map(Some)
    }

    fn items(&self, key: &str, errors: &mut FieldErrors) -> Option<Vec<CostItem>> {
        let filled = self.items.iter().enumerate().filter(|(_, item)| !item.is_blank());
        let items: Vec<Option<CostItem>> = filled
            .map(|(row, item)| {
                let text = errors.read(item_text_field(key, row), Rule::CostItem, Line::parse(&item.text));
                let amount = errors.read(
                    item_amount_field(key, row),
                    Rule::CostItem,
                    values::parse_cost_or_credit(&item.amount),
                );
                Some(CostItem { text: text?, amount: amount? })
            })
            .collect();
        items.into_iter().collect()
    }
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    pub fn facts() -> FormFacts {
        FormFacts {
            instrument: Instrument::Agreement,
            organisation_number: OrganisationNumber::parse("212000-1439").ok(),
            period: Period { from: "2021-01-01".parse().unwrap(), to: "2021-12-31".parse().unwrap() },
            granted: Money::kronor(381_308),
            posts: vec![PostFacts {
                key: "bas".to_owned(),
                name: "Stimulansmedel".to_owned(),
                received: Money::kronor(381_308),
                parts: Vec::new(),
            }],
            asks_survey: true,
            asks_for_items: false,
            questions: Vec::new(),
        }
    }

    pub fn filled() -> ReportForm {
        let text = str::to_owned;
        ReportForm {
            head: crate::grants::requisition::form::tests::filled().head,
            period_from: text("2021-01-01"),
            period_to: text("2021-12-31"),
            survey: text("ja"),
            posts: vec![PostForm { key: text("bas"), costs: text("300 000"), ..PostForm::default() }],
            answers: Vec::new(),
        }
    }

    fn item(text: &str, amount: &str) -> ItemForm {
        ItemForm { text: text.to_owned(), amount: amount.to_owned() }
    }

    fn fields_in_error(change: impl FnOnce(&mut ReportForm)) -> Vec<String> {
        let mut form = filled();
        change(&mut form);
        let errors = form.parse(&facts()).unwrap_err();
        errors.list.into_iter().map(|error| error.field.into_owned()).collect()
    }

    fn warned(change: impl FnOnce(&mut ReportForm), last: Option<&Content>) -> Vec<String> {
        let mut form = filled();
        change(&mut form);
        let content = form.parse(&facts()).unwrap();
        let warnings = warnings(&content, &facts(), last);
        warnings.list.into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn a_credit_lowers_the_costs() {
        let mut form = filled();
        form.posts[0].costs = String::new();
        form.posts[0].items = vec![item("Larm", "300 025"), item("Kreditering", "-25")];
        let content = form.parse(&facts()).unwrap();
        assert_eq!(content.costs(), Money::kronor(300_000));
        assert_eq!(content.posts[0].items[1].amount, Money::kronor(-25));
        assert_eq!(form.posts[0].sum(), Some(Money::kronor(300_000)));
        form.posts[0].costs = "300 000".to_owned();
        assert!(form.parse(&facts()).is_ok());
        form.posts[0].costs = "300 050".to_owned();
        assert!(form.parse(&facts()).unwrap_err().of("costs_bas").contains("(R303)"));
        // The credits are at most the costs.
        form.posts[0].costs = String::new();
        form.posts[0].items = vec![item("Larm", "25"), item("Kreditering", "\u{2212}26 kr")];
        let errors = form.parse(&facts()).unwrap_err();
        assert!(errors.of("costs_bas").contains("krediteringarna är större än kostnaderna"));
        assert_eq!(form.posts[0].sum(), None);
        form.posts[0].items[1].amount = "-25".to_owned();
        assert_eq!(form.parse(&facts()).unwrap().costs(), Money::ZERO);
    }

    #[test]
    fn a_negative_sum_is_told_how_a_credit_is_entered() {
        let mut form = filled();
        form.posts[0].costs = "-25".to_owned();
        let told = form.parse(&facts()).unwrap_err();
        assert!(told.of("costs_bas").contains("som en egen rad"), "{}", told.of("costs_bas"));
    }

    #[test]
    fn a_right_form_is_read() {
        let content = filled().parse(&facts()).unwrap();
        assert_eq!(content.costs(), Money::kronor(300_000));
        assert_eq!(content.unspent(), Money::kronor(81_308));
        assert_eq!(content.to_repay(), Money::kronor(81_308));
        assert!(warnings(&content, &facts(), None).is_empty());
    }

    #[test]
    fn every_field_has_its_own_error() {
        for bad in ["-1", "1,50", "300.000", "tjugo", "", "9999999999999"] {
            assert_eq!(fields_in_error(|form| form.posts[0].costs = bad.to_owned()), ["costs_bas"], "{bad}");
        }
        assert_eq!(fields_in_error(|form| form.survey.clear()), ["survey"]);
        assert_eq!(fields_in_error(|form| form.survey = "kanske".to_owned()), ["survey"]);
        assert_eq!(fields_in_error(|form| form.period_to = "2022-01-01".to_owned()), ["period_to"]);
        assert_eq!(fields_in_error(|form| form.head.email.clear()), ["email"]);
        let items = |form: &mut ReportForm| form.posts[0].items = vec![item("", "5"), item("Lön", "")];
        assert_eq!(fields_in_error(items), ["item_bas_0_text", "item_bas_1_amount"]);
    }

    #[test]
    fn items_sum_to_the_costs_or_are_their_sum() {
        let of = |costs: &str, amounts: &[&str]| {
            let mut form = filled();
            form.posts[0].costs = costs.to_owned();
            form.posts[0].items = amounts.iter().map(|amount| item("Lön", amount)).collect();
            form.parse(&facts()).map(|content| content.costs())
        };
        assert_eq!(of("300 000", &["100 000", "200 000"]), Ok(Money::kronor(300_000)));
        assert_eq!(of("", &["100 000", "1"]), Ok(Money::kronor(100_001)));
        let errors = of("300 000", &["100 000"]).unwrap_err();
        assert!(errors.of("costs_bas").contains("200\u{A0}000\u{A0}kr mindre"), "{errors:?}");
    }

    #[test]
    fn doubtful_things_are_warnings() {
        assert!(warned(|form| form.posts[0].costs = "0".to_owned(), None)[0].ends_with("(R401)"));
        assert!(warned(|form| form.posts[0].costs = "400 000".to_owned(), None)[0].ends_with("(R402)"));
        assert!(warned(|form| form.survey = "nej".to_owned(), None)[0].ends_with("(R404)"));
        let last = filled().parse(&facts()).unwrap();
        assert!(warned(|_| {}, Some(&last)).is_empty());
        assert!(
            warned(|form| form.posts[0].costs = "100 000".to_owned(), Some(&last))[0].ends_with("(R403)")
        );
        assert!(warned(|form| form.posts[0].costs = "150 000".to_owned(), Some(&last)).is_empty());
    }

    #[test]
    fn a_recipient_that_is_not_asked_answers_nothing() {
        let mut facts = facts();
        facts.asks_survey = false;
        let form = ReportForm { survey: String::new(), ..filled() };
        assert_eq!(form.parse(&facts).unwrap().survey, None);
    }

    #[test]
    fn what_is_posted_is_read_post_by_post_and_nothing_else_is_kept() {
        let posted: PostedForm = serde_html_form::from_str(
            "contact_person=A&costs_bas=5&item_bas_0_text=L%C3%B6n&item_bas_2_amount=7&costs_annan=9&survey=ja",
        )
        .unwrap();
        let form = posted.into_form(&facts());
        assert_eq!(form.head.contact_person, "A");
        assert_eq!(form.posts.len(), 1);
        assert_eq!(form.posts[0].items, [item("Lön", ""), ItemForm::default(), item("", "7")]);
        assert_eq!(form.posts[0].rows().len(), 6);
    }

    proptest! {
        /// received = costs + what is unspent, or less a deficit; and what is to be repaid is never negative.
        #[test]
        fn what_was_received_is_spent_unspent_or_a_deficit(received in 1i64..2_000_000, costs in 0i64..4_000_000) {
            let mut facts = facts();
            facts.posts[0].received = Money::kronor(received);
            let mut form = filled();
            form.posts[0].costs = costs.to_string();
            let content = form.parse(&facts).unwrap();
            prop_assert_eq!(content.costs() + content.unspent(), content.received());
            prop_assert_eq!(content.to_repay(), content.unspent().max(Money::ZERO));
            prop_assert_eq!(content.to_repay() <= content.received(), true);
        }
    }
}
