//! Everything that is typed about an agreement that is being prepared, and the terms it makes or the faults at its fields.
//!
//! There is one reader of terms, [`crate::terms::agreement::definition`]: what is typed is written as `agreement.toml` and read by it
//! ([`super::file`]).

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    posts,
    spec::{self, Block, Field, Kind, PARTS, Part, Shape},
};
use crate::{
    ground::infra::hash::sha256_hex,
    terms::agreement::{self, Forms, Terms},
};
use values::Money;

/// The fields as typed, by their names ([`spec`]).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProposalForm(BTreeMap<String, String>);

/// What is to be mended, and at which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub field: String,
    pub message: String,
    /// Nothing is typed there yet.
    pub is_missing: bool,
}

impl Fault {
    pub fn at(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), is_missing: false }
    }
}

impl ProposalForm {
    /// What somebody who begins from nothing finds.
    pub fn empty(authority: &str) -> Self {
        let mut form = Self::default();
        form.pay_by(authority);
        form
    }

    /// These terms as they would have been typed.
    pub fn of(terms: &Terms) -> Self {
        let mut form = Self::default();
        flatten(String::new(), &serde_json::to_value(terms).unwrap_or_default(), &mut form);
        form
    }

    /// These terms for a round some years later: every date moved by the years between, and without what belongs to the
    /// earlier round alone: its diarienummer, the remarks on its source, and what its rows came to where that was not the
    /// printed amount.
    pub fn copy(terms: &Terms, year: i32) -> Self {
        let years = year - terms.year;
        let (old, new) = (terms.year.to_string(), year.to_string());
        let mut form = Self::of(terms);
        form.remove(|name| name.starts_with("remark-") || name.contains("-rows_total"));
        for (name, typed) in &mut form.0 {
            if name.starts_with("diarienummer-") {
                typed.clear();
            } else if is_day(name) {
                *typed = moved(typed, years);
            } else if name == "slug" || is_when(name) {
                *typed = typed.replace(&old, &new);
            }
        }
        form.set("year", &new);
        form.set(
            "code",
            &terms.code.replace(&old[old.len().saturating_sub(2)..], &new[new.len().saturating_sub(2)..]),
        );
        form
    }

    /// An authority prepares what it pays itself, whoever paid the earlier round.
    pub fn pay_by(&mut self, authority: &str) {
        self.set("paying_authority", authority);
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, name: impl Into<String>, typed: &str) {
        self.0.insert(name.into(), typed.to_owned());
    }

    pub(super) fn remove(&mut self, is_removed: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| !is_removed(name));
    }

    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, typed)| (name.as_str(), typed.as_str()))
    }

    /// How many rows a list has.
    pub fn rows(&self, list: &str) -> usize {
        let row = |name: &String| {
            let (row, _) = name.strip_prefix(list)?.strip_prefix('-')?.split_once('-')?;
            row.parse::<usize>().ok()
        };
        self.0.keys().filter_map(row).max().map_or(0, |last| last + 1)
    }

    /// `Äldreomsorg 2027`, for the list of proposals.
    pub fn title(&self) -> String {
        let title = agreement::titled(self.get("name").trim(), self.get("year").trim());
        if title.is_empty() { "Utan namn".to_owned() } else { title }
    }

    /// The posts as far as they are typed: key and name.
    pub fn posts(&self) -> Vec<(String, String)> {
        let rows = 0..self.rows("post");
        let post = |row| {
            let of = |key: &str| self.get(&format!("post-{row}-{key}")).trim().to_owned();
            (of("key"), of("name"))
        };
        rows.map(post).filter(|(key, _)| !key.is_empty()).collect()
    }

    /// Changes with every change of the part, and with no other: two colleagues each have their part.
    pub fn fingerprint(&self, part: &Part) -> String {
        let of_part: Vec<_> = self.fields().filter(|(name, _)| part.holds(name)).collect();
        sha256_hex(serde_json::json!(of_part).to_string().as_bytes())
    }

    /// With a part as it was posted: its rows closed up, without those that were struck or have nothing in them. What names
    /// a post that got another key names it by that.
    pub fn with_part(&self, part: &Part, posted: &[(String, String)]) -> Self {
        let mut form = self.clone();
        if part.blocks.is_empty() {
            // The labels change, never which fields there are.
            for (name, typed) in posted {
                if let Some(kept) = form.0.get_mut(name).filter(|_| name.starts_with("forms-")) {
                    *kept = plain_breaks(typed);
                }
            }
            return form;
        }
        let fixed = self.get("paying_authority").to_owned();
        form.0.retain(|name, _| !part.holds(name));
        for block in part.blocks {
            form.take(block, posted);
        }
        if !fixed.is_empty() && part.holds("paying_authority") {
            form.set("paying_authority", &fixed);
        }
        match part.holds("post-0-key") {
            true => form.with_renamed(&posts::renamed(self, posted)),
            false => form,
        }
    }

    fn take(&mut self, block: &Block, posted: &[(String, String)]) {
        let typed = |name: &str| -> String {
            let all = posted.iter().filter(|(of, typed)| of == name && !typed.trim().is_empty());
            let all: Vec<String> = all.map(|(_, typed)| plain_breaks(typed)).collect();
            all.join(", ")
        };
        let Shape::List { .. } = block.shape else {
            for field in block.fields {
                let name = block.name(0, field.key);
                let typed = typed(&name);
                self.set(name, &typed);
            }
            return;
        };
        let row_of = |name: &String| {
            let (row, _) = name.strip_prefix(block.place)?.strip_prefix('-')?.split_once('-')?;
            row.parse::<usize>().ok()
        };
        let mut rows: Vec<usize> = posted.iter().filter_map(|(name, _)| row_of(name)).collect();
        rows.sort_unstable();
        rows.dedup();
        let mut kept = 0;
        for row in rows {
            let fields: Vec<String> =
                block.fields.iter().map(|field| typed(&block.name(row, field.key))).collect();
            let is_struck = !typed(&block.name(row, STRIKE)).is_empty();
            if is_struck || fields.iter().all(String::is_empty) {
                continue;
            }
            for (field, typed) in block.fields.iter().zip(fields) {
                self.set(block.name(kept, field.key), &typed);
            }
            kept += 1;
        }
    }

    /// With what a post's published rows come to, where that is not its total, and the remark on the source that says
    /// so; without both where the rows come to the total.
    pub fn with_rows_total(&self, post: &str, sum: Option<Money>, source: &str) -> Self {
        let mut form = self.clone();
        let found = (0..self.rows("post")).find(|row| self.get(&format!("post-{row}-key")).trim() == post);
        let Some(row) = found else { return form };
        let typed = sum.map(|sum| sum.digits().to_string()).unwrap_or_default();
        form.set(format!("post-{row}-rows_total"), &typed);
        let beginning = format!("Raderna i posten {post} summerar till ");
        let remark = sum.map(|sum| {
            let total = self.get(&format!("post-{row}-total")).trim();
            (format!("{beginning}{sum}; beslutet anger {total}\u{a0}kr."), source.to_owned())
        });
        let of = |row: usize, key: &str| self.get(&format!("remark-{row}-{key}")).to_owned();
        let others = (0..self.rows("remark")).map(|row| (of(row, "text"), of(row, "source")));
        let others = others.filter(|(text, _)| !text.starts_with(&beginning));
        form.0.retain(|name, _| !name.starts_with("remark-"));
        for (row, (text, source)) in others.chain(remark).enumerate() {
            form.set(format!("remark-{row}-text"), &text);
            form.set(format!("remark-{row}-source"), &source);
        }
        form
    }

    /// With these forms, word for word.
    pub fn with_forms(&self, forms: &Forms) -> Self {
        let mut form = self.clone();
        form.0.retain(|name, _| !name.starts_with("forms-"));
        flatten("forms".to_owned(), &serde_json::to_value(forms).unwrap_or_default(), &mut form);
        form
    }

    pub fn has_forms(&self) -> bool {
        self.0.contains_key("forms-requisition-heading") && self.0.contains_key("forms-report-heading")
    }
}

/// Ticked, the row goes.
pub const STRIKE: &str = "ta_bort";

/// A browser posts its line breaks as two characters.
fn plain_breaks(typed: &str) -> String {
    typed.replace("\r\n", "\n").trim().to_owned()
}

fn is_day(name: &str) -> bool {
    spec::find(name).is_some_and(|(_, field)| field.kind == Kind::Day)
}

/// A day as the source writes it.
fn is_when(name: &str) -> bool {
    name.starts_with("calendar-") && name.ends_with("-when")
}

/// A day some years later; 29 February becomes the 28th where there is none.
fn moved(typed: &str, years: i32) -> String {
    let Ok(day) = typed.parse::<NaiveDate>() else { return typed.to_owned() };
    let months = Months::new(years.unsigned_abs().saturating_mul(12));
    let later = if years < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) };
    later.unwrap_or(day).to_string()
}

fn flatten(name: String, value: &Value, form: &mut ProposalForm) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}-{key}") };
    let field = spec::find(&name).map(|(_, field)| field);
    match value {
        Value::Null => {}
        Value::Bool(yes) => form.set(name, if *yes { "ja" } else { "nej" }),
        Value::String(text) => form.set(name, text),
        Value::Number(number) => {
            let is_kronor = field.is_some_and(|field| field.kind == Kind::Kronor);
            let typed = match number.as_i64().filter(|_| is_kronor) {
                Some(kronor) => Money::kronor(kronor).digits().to_string(),
                None => number.to_string(),
            };
            form.set(name, &typed);
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(below(key), value, form);
            }
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let is_of_lines = name.ends_with("-text") || field.is_some_and(|field| field.kind == Kind::Lines);
            // An empty list of tables is no field.
            if is_of_lines || field.is_some() {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                form.set(name, &texts.join(if is_of_lines { "\n" } else { ", " }));
            }
        }
        Value::Array(items) => {
            for (row, item) in items.iter().enumerate() {
                flatten(below(&row.to_string()), item, form);
            }
        }
    }
}

/// What somebody who copies should look at: a text that is as in the earlier round and names a year, or a paragraph.
pub fn to_look_at(form: &ProposalForm, earlier: &Terms) -> Vec<(String, String)> {
    let before = ProposalForm::of(earlier);
    let year = form.get("year").to_owned();
    let is_text = |field: &Field| matches!(field.kind, Kind::Line | Kind::Text | Kind::Lines);
    let of_text =
        |name: &str| name.starts_with("forms-") || spec::find(name).is_some_and(|(_, field)| is_text(field));
    form.fields()
        .filter(|(name, typed)| of_text(name) && (before.get(name) == *typed || is_when(name)))
        .filter(|(_, typed)| names_another_year(typed, &year) || typed.contains('§'))
        .map(|(name, typed)| (name.to_owned(), typed.to_owned()))
        .collect()
}

fn names_another_year(text: &str, year: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_digit());
    words
        .into_iter()
        .any(|word| word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) && word != year)
}

/// The year that a copy is most likely for: the one after.
pub fn next_year(terms: &Terms) -> i32 {
    terms.period.from.year() + 1
}

/// A term as it was and as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: String,
    pub before: String,
    pub now: String,
}

/// Term by term, in the order of the pages.
pub fn differences(before: &ProposalForm, now: &ProposalForm) -> Vec<Difference> {
    let mut names: Vec<&String> = before.0.keys().chain(now.0.keys()).collect();
    names.sort_by_key(|name| (place_of(name), natural(name)));
    names.dedup();
    let differs = |name: &&String| before.get(name).trim() != now.get(name).trim();
    names
        .into_iter()
        .filter(differs)
        .map(|name| Difference {
            field: name.clone(),
            before: before.get(name).to_owned(),
            now: now.get(name).to_owned(),
        })
        .collect()
}

fn place_of(name: &str) -> usize {
    PARTS.iter().position(|part| part.holds(name)).unwrap_or(PARTS.len())
}

/// The rows of a list in the order of their numbers.
fn natural(name: &str) -> Vec<(usize, String)> {
    name.split('-').map(|step| (step.parse().unwrap_or(0), step.to_owned())).collect()
}

#[cfg(test)]
mod tests;
