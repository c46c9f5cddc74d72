//! The forms of a request: asking, answering, asking for more, closing.

use chrono::NaiveDate;
use serde::Deserialize;

use super::rules::Rule;
use crate::{grants::case::alike, ground::infra::form::FieldErrors};
use values::{Prose, ProseError};

/// What is asked, as typed on the grant's page, which has other forms too.
#[derive(Debug, Clone, Deserialize)]
pub struct AskForm {
    #[serde(default)]
    pub asks_for: String,
    #[serde(default)]
    pub due: String,
    /// `ja`: it looks like another one, but it is not the same.
    #[serde(default)]
    pub is_another: String,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub asks_for: String,
    pub due: NaiveDate,
    /// Whoever asks has said that it is not the one that looks the same.
    pub is_another: bool,
}

impl AskForm {
    /// Nothing is typed.
    pub fn fresh() -> Self {
        Self { asks_for: String::new(), due: String::new(), is_another: String::new() }
    }

    pub fn parse(&self) -> Result<Asked, FieldErrors> {
        let mut errors = FieldErrors::default();
        let asks_for =
            errors.read("asks_for", Rule::AsksFor, text(&self.asks_for, "Skriv vad som ska lämnas in."));
        let due = read_day(&self.due, &mut errors);
        match (asks_for, due) {
            (Some(asks_for), Some(due)) => {
                Ok(Asked { asks_for, due, is_another: alike::is_another(&self.is_another) })
            }
            _ => Err(errors),
        }
    }
}

fn text(typed: &str, when_empty: &str) -> Result<String, String> {
    match Prose::<2000>::parse(typed) {
        Ok(text) => Ok(text.to_string()),
        Err(ProseError::Empty) => Err(when_empty.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn read_day(typed: &str, errors: &mut FieldErrors) -> Option<NaiveDate> {
    let day = typed.trim().parse();
    let day = day.map_err(|_| "Skriv sista dagen att svara som ÅÅÅÅ-MM-DD, till exempel 2022-04-30.");
    errors.read("due", Rule::Due, day)
}

/// The recipient's answer, beside its files.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct AnswerForm {
    pub revision: i64,
    #[serde(default)]
    pub message: String,
}

impl AnswerForm {
    pub fn parse(&self) -> Result<String, FieldErrors> {
        optional("message", &self.message)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct MoreForm {
    pub revision: i64,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub due: String,
}

impl MoreForm {
    pub fn parse(&self) -> Result<(String, NaiveDate), FieldErrors> {
        let mut errors = FieldErrors::default();
        let message = errors.read("message", Rule::More, text(&self.message, "Skriv vad som saknas."));
        let due = read_day(&self.due, &mut errors);
        message.zip(due).ok_or(errors)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct CloseForm {
    pub revision: i64,
    #[serde(default)]
    pub remark: String,
}

impl CloseForm {
    pub fn parse(&self) -> Result<String, FieldErrors> {
        optional("remark", &self.remark)
    }
}

fn optional(field: &'static str, typed: &str) -> Result<String, FieldErrors> {
    let mut errors = FieldErrors::default();
    match errors.read_optional(field, Rule::Message, typed, Prose::<2000>::parse) {
        Some(text) => Ok(text.map(|text| text.to_string()).unwrap_or_default()),
        None => Err(errors),
    }
}
