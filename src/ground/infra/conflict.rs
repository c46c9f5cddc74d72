//! Somebody else saved first (*konflikt*). One way everywhere: nothing is saved, what was typed stays in the form, and above it
//! stand who saved and when, and the fields that differ, side by side. The form then has the present revision: sent once more, it
//! holds. The page shows it by the macro `conflict` of `templates/macros.html`, and answers 409.

use std::fmt::Display;

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    page::{self, Chrome, Page},
    pieces::ConflictAlert,
};
use values::calendar;

/// Who made the revision that there is now, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    pub by: String,
    pub at: DateTime<Utc>,
}

impl Saved {
    /// From a row. Nobody knows of what was saved before this was kept.
    pub fn of((by, at): (String, Option<DateTime<Utc>>)) -> Option<Self> {
        at.map(|at| Self { by, at })
    }

    /// As the columns of a row.
    pub fn columns(&self) -> (&str, NaiveDateTime) {
        (&self.by, self.at.naive_utc())
    }
}

/// A field that says one thing in the form and another where it is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub label: String,
    pub mine: String,
    pub theirs: String,
}

/// What the page shows above the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflict {
    pub saved: Option<Saved>,
    pub differences: Vec<Difference>,
    /// Why it cannot be sent again, in words; empty when it can.
    pub hindrance: String,
}

impl Conflict {
    /// `fields`: each field's label, what was typed, and what is saved.
    pub fn new(saved: Option<Saved>, fields: impl IntoIterator<Item = (String, String, String)>) -> Self {
        let differs = |(_, mine, theirs): &(String, String, String)| mine.trim() != theirs.trim();
        let difference = |(label, mine, theirs)| Difference { label, mine, theirs };
        let differences = fields.into_iter().filter(differs).map(difference).collect();
        Self { saved, differences, hindrance: String::new() }
    }

    /// What was typed cannot be saved any more, whoever asks.
    pub fn hindered(self, why: impl Into<String>) -> Self {
        Self { hindrance: why.into(), ..self }
    }

    /// A page of its own, where there is no form any more: what was typed is there to be read and copied. `address`: the page
    /// as it is now.
    pub fn alone(self, chrome: Chrome, title: &str, address: impl Display) -> Page {
        let page = ConflictPage { chrome, title, address: address.to_string(), conflict: Some(self) };
        page::show_as(StatusCode::CONFLICT, &page)
    }

    /// For the top of the form. `address`: the page as it is now.
    pub fn told<A: Display>(&self, address: A) -> ConflictAlert<'_, A> {
        ConflictAlert { conflict: self, address }
    }

    pub fn by(&self) -> &str {
        self.saved.as_ref().map_or("Någon annan", |saved| &saved.by)
    }

    /// `14 mars 2022 kl. 10.15`; empty when nobody knows.
    pub fn at(&self) -> String {
        self.saved.as_ref().map(|saved| calendar::long_time(saved.at)).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "conflict.html")]
struct ConflictPage<'a> {
    chrome: Chrome,
    title: &'a str,
    address: String,
    conflict: Option<Conflict>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown_and_who_is_told_where_it_is_known() {
        let of =
            |label: &str, mine: &str, theirs: &str| (label.to_owned(), mine.to_owned(), theirs.to_owned());
        let fields = [of("Namn", "Norr", "Norr "), of("Storlek", "48", "52"), of("Kommun", "", "Ale")];
        let at = "2022-03-14T09:15:00Z".parse().unwrap();
        let conflict = Conflict::new(Some(Saved { by: "Kim Ek".to_owned(), at }), fields);
        let labels: Vec<&str> = conflict.differences.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(labels, ["Storlek", "Kommun"]);
        assert_eq!((conflict.by(), conflict.at().as_str()), ("Kim Ek", "14 mars 2022 kl. 10.15"));
        let unknown = Conflict::new(Saved::of((String::new(), None)), []);
        assert_eq!((unknown.by(), unknown.at().as_str()), ("Någon annan", ""));
    }
}
