//! Pieces of HTML that many pages have, each compiled once (`templates/infra`). The macros of `templates/macros.html` call
//! them: what a macro says itself is compiled again at every call.

use std::fmt::Display;

use askama::Template;

use super::{conflict::Conflict, form::FieldError, page::Chrome};
use table::{Heading, Table};
use values::Id;

/// What a page has in its head: icon and style sheets.
#[derive(Template)]
#[template(path = "infra/styles.html")]
pub struct Styles<'a> {
    pub chrome: &'a Chrome,
}

/// What stands above the content: practice mode, menu, and what was done just now.
#[derive(Template)]
#[template(path = "infra/top.html")]
pub struct Top<'a> {
    pub chrome: &'a Chrome,
}

/// What stands below it.
#[derive(Template)]
#[template(path = "infra/bottom.html")]
pub struct Bottom<'a> {
    pub chrome: &'a Chrome,
}

/// The token against forged posts, and the id of the form.
#[derive(Template)]
#[template(path = "infra/tokens.html")]
pub struct Tokens<'a> {
    pub csrf: &'a str,
    pub once: Id<Chrome>,
}

#[derive(Template)]
#[template(path = "infra/error_summary.html")]
pub struct ErrorSummary<'a> {
    pub list: &'a [FieldError],
}

/// `address`: where the page is as it is now.
#[derive(Template)]
#[template(path = "infra/conflict.html")]
pub struct ConflictAlert<'a, A: Display> {
    pub conflict: &'a Conflict,
    pub address: A,
}

#[derive(Template)]
#[template(path = "infra/text_field.html")]
pub struct TextField<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: &'a str,
    pub error: &'a str,
    pub hint: &'a str,
    pub autocomplete: &'a str,
    pub inputmode: &'a str,
    pub kind: &'a str,
    pub remark: &'a str,
    pub note: &'a str,
    pub warning: &'a str,
    pub suffix: &'a str,
    pub width: &'a str,
}

#[derive(Template)]
#[template(path = "infra/date_field.html")]
pub struct DateField<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: &'a str,
    pub error: &'a str,
    pub hint: &'a str,
    pub remark: &'a str,
    pub note: &'a str,
    pub warning: &'a str,
    pub min: &'a str,
    pub max: &'a str,
}

#[derive(Template)]
#[template(path = "infra/text_area.html")]
pub struct TextArea<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: &'a str,
    pub error: &'a str,
    pub hint: &'a str,
    pub remark: &'a str,
    pub note: &'a str,
    pub warning: &'a str,
    pub rows: &'a str,
}

#[derive(Template)]
#[template(path = "infra/select_field.html")]
pub struct SelectField<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub options: Vec<(&'a str, &'a str)>,
    pub value: &'a str,
    pub error: &'a str,
    pub hint: &'a str,
    pub remark: &'a str,
    pub note: &'a str,
    pub warning: &'a str,
    pub width: &'a str,
}

#[derive(Template)]
#[template(path = "infra/radio_group.html")]
pub struct RadioGroup<'a> {
    pub name: &'a str,
    pub legend: &'a str,
    pub options: Vec<(&'a str, &'a str)>,
    pub value: &'a str,
    pub error: &'a str,
    pub hint: &'a str,
    pub remark: &'a str,
    pub note: &'a str,
    pub warning: &'a str,
}

#[derive(Template)]
#[template(path = "infra/checkbox.html")]
pub struct Checkbox<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub checked: bool,
    pub error: &'a str,
    pub hint: &'a str,
    pub value: &'a str,
}

#[derive(Template)]
#[template(path = "infra/file_field.html")]
pub struct FileField<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub error: &'a str,
    pub hint: &'a str,
    pub remark: &'a str,
    pub accept: &'a str,
}

#[derive(Template)]
#[template(path = "infra/button.html")]
pub struct Button<'a> {
    pub label: &'a str,
    pub variant: &'a str,
    pub name: &'a str,
    pub value: &'a str,
}

/// A table in an order of its own, labelled by the heading with this id.
#[derive(Template)]
#[template(path = "infra/plain_table.html")]
pub struct PlainTable<'a> {
    pub table: &'a Table,
    pub labelled_by: &'a str,
}

/// The same whose headings lead to its rows in another order.
#[derive(Template)]
#[template(path = "infra/sortable_table.html")]
pub struct SortableTable<'a> {
    pub table: &'a Table,
    pub headings: &'a [Heading],
    pub labelled_by: &'a str,
}

/// The choices of a field: pairs of what is posted and what is read.
pub fn choices<'a, V, L>(options: impl Iterator<Item = &'a (V, L)>) -> Vec<(&'a str, &'a str)>
where
    V: AsRef<str> + 'a,
    L: AsRef<str> + 'a,
{
    options.map(|(value, label)| (value.as_ref(), label.as_ref())).collect()
}
