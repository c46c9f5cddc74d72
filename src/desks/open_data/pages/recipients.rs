//! Every recipient over all agreements: where somebody finds her own municipality.

use actix_web::web;
use askama::Template;

use super::{Asked, Form, Ordered, PageData, answer, render};
use crate::{
    desks::{
        dashboard::{cache::Rendered, store::Chosen},
        open_data::{View, tables},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{Chrome, Page},
    },
    people::access::proof::Anyone,
};

#[derive(Template)]
#[template(path = "open_data/recipients.html")]
struct RecipientsPage<'a> {
    chrome: &'a Chrome,
    counties: Vec<(String, String)>,
    view: &'a View,
    path: &'a str,
    ordered: Ordered,
}

pub async fn show(
    anyone: Anyone,
    portal: web::Data<Portal>,
    rendered: web::Data<Rendered>,
    asked: Asked,
) -> Page {
    let asked = Asked { view: asked.view.of_file(), ..asked };
    answer(anyone, (portal, rendered), asked, Chosen::All, make).await
}

fn make(found: &PageData, _: &str) -> Result<Vec<u8>, AppError> {
    let records = found.records();
    if found.form != Form::Page {
        return found.file("Alla överenskommelser", &records);
    }
    render(&RecipientsPage {
        chrome: &found.chrome,
        counties: found.counties(),
        view: &found.view,
        path: &found.path,
        ordered: found.ordered(tables::across(&records)),
    })
}

impl RecipientsPage<'_> {
    fn heading(&self) -> String {
        format!("{} mottagare", self.ordered.table.rows.len())
    }

    fn file_query(&self) -> String {
        self.view.query()
    }
}
