//! One recipient over all agreements.

use actix_web::web;
use askama::Template;

use super::{Asked, Form, Ordered, PageData, answer, render};
use crate::{
    desks::{
        dashboard::{cache::Rendered, store::Chosen},
        open_data::{Record, Sum, View, tables},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{Chrome, Page},
    },
    people::{
        access::proof::Anyone,
        recipient::{self, Organisation},
    },
};

#[derive(Template)]
#[template(path = "open_data/recipient.html")]
struct RecipientPage<'a> {
    chrome: &'a Chrome,
    recipient: &'a Organisation,
    sum: Sum,
    path: &'a str,
    ordered: Ordered,
    /// Its shares that somebody else has taken over, and those that it has taken over.
    passed: Vec<&'a Record>,
    taken_over: Vec<&'a Record>,
}

pub async fn show(
    anyone: Anyone,
    portal: web::Data<Portal>,
    rendered: web::Data<Rendered>,
    asked: Asked,
) -> Page {
    // There is nobody to search for; only the order can be chosen.
    let sort = asked.view.sort.clone();
    let asked = Asked { view: View { sort, ..View::default() }, ..asked };
    let code = asked.of.clone();
    let find = move |connection: &mut _| recipient::store::find_by_code(connection, &code);
    let recipient = portal.db.read(find).await?.ok_or(AppError::NotFound)?;
    let chosen = Chosen::HeldBy(recipient.id);
    answer(anyone, (portal, rendered), asked, chosen, |found, _| make(found, &recipient)).await
}

fn make(found: &PageData, recipient: &Organisation) -> Result<Vec<u8>, AppError> {
    let (records, taken_over): (Vec<Record>, Vec<Record>) =
        found.records().into_iter().partition(|record| record.code == recipient.code);
    if found.form != Form::Page {
        return found.file(&recipient.formal_name, &records);
    }
    render(&RecipientPage {
        chrome: &found.chrome,
        recipient,
        sum: Sum::of(&records),
        path: &found.path,
        ordered: found.ordered(tables::agreements(&records)),
        passed: records.iter().filter(|record| record.successor.is_some()).collect(),
        taken_over: taken_over.iter().collect(),
    })
}
