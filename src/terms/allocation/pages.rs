//! The published table of an agreement, row by row as the source prints it.

use actix_web::web;
use askama::Template;

use super::{Share, store};
use crate::{
    ground::infra::{
        Portal,
        db::DbError,
        error::AppError,
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        proof::{By, SignedIn},
        routing::Routes,
    },
    terms::agreement::{self, Agreement, Post},
};
use values::Money;

pub fn routes(routes: &mut Routes<'_>) {
    routes.get(paths::allocation::Table::PATTERN, show);
}

#[derive(Template)]
#[template(path = "allocation/table.html")]
struct TablePage {
    chrome: Chrome,
    agreement: Agreement,
    shares: Vec<Share>,
}

async fn show(by: By<SignedIn>, portal: web::Data<Portal>, slug: web::Path<String>) -> Page {
    let slug = slug.into_inner();
    let found = portal
        .db
        .read(move |connection| {
            let Some(agreement) = agreement::store::find_by_slug(connection, &slug)? else { return Ok(None) };
            let shares = store::of(connection, agreement.id)?;
            Ok::<_, DbError>(Some((agreement, shares)))
        })
        .await?;
    let (agreement, shares) = found.ok_or(AppError::NotFound)?;
    page::show(&TablePage { chrome: by.chrome, agreement, shares })
}

impl TablePage {
    fn of_post<'a>(&'a self, post: &'a Post) -> impl Iterator<Item = &'a Share> {
        self.shares.iter().filter(|share| share.post == post.key)
    }

    /// The source prints each row's share of the whole beside its amount.
    fn has_shares(&self, post: &Post) -> bool {
        self.of_post(post).any(|share| !share.published_share.is_empty())
    }

    fn sum(&self, post: &Post) -> Money {
        self.of_post(post).map(|share| share.amount).sum()
    }
}
