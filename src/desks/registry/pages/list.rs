//! Everybody who receives grants, searched by any name.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    desks::registry::{Listed, counties, store},
    grants::search,
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    people::{
        access::proof::{By, Registrar},
        recipient::Kind,
    },
};
use values::text::Sought;

/// More lines than anybody reads: the rest is found by narrowing the search.
const MOST_LINES: usize = 400;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    #[serde(rename = "sok")]
    search: String,
    #[serde(rename = "slag")]
    kind: String,
    #[serde(rename = "lan")]
    county: String,
}

impl Filter {
    fn narrows(&self) -> bool {
        !(self.search.trim().is_empty() && self.kind.is_empty() && self.county.is_empty())
    }

    fn keeps(&self, listed: &Listed) -> bool {
        let of = &listed.organisation;
        of.kind.receives_grants()
            && (self.kind.is_empty() || of.kind.key() == self.kind)
            && (self.county.is_empty() || of.county == self.county)
    }
}

#[derive(Template)]
#[template(path = "registry/list.html")]
struct ListPage {
    chrome: Chrome,
    filter: Filter,
    kinds: Vec<(&'static str, &'static str)>,
    counties: Vec<(String, String)>,
    found: Vec<Listed>,
    count: usize,
    is_officer: bool,
}

const KINDS: [Kind; 5] = [Kind::Municipality, Kind::Region, Kind::Rss, Kind::Provider, Kind::Association];

pub async fn list(by: By<Registrar>, portal: web::Data<Portal>, filter: web::Query<Filter>) -> Page {
    let filter = filter.into_inner();
    let sought = Sought::new(&filter.search);
    let looked_for = sought.clone();
    let (register, known) = portal
        .db
        .read(move |connection| {
            Ok::<_, AppError>((
                store::register(connection)?,
                search::store::known(connection, &looked_for, None)?,
            ))
        })
        .await?;
    let all = std::iter::once((String::new(), "Alla".to_owned()));
    let counties = all.chain(counties(&register).into_iter().map(|(_, name)| (name.clone(), name))).collect();
    let mut found: Vec<Listed> = register.into_iter().filter(|listed| filter.keeps(listed)).collect();
    sought.narrow(&mut found, |listed| known.names.of(&listed.organisation.code).to_vec());
    let count = found.len();
    found.truncate(MOST_LINES);
    page::show(&ListPage {
        is_officer: super::is_officer(&by),
        chrome: by.chrome,
        kinds: std::iter::once(("", "Alla")).chain(KINDS.map(|kind| (kind.key(), kind.label()))).collect(),
        filter,
        counties,
        found,
        count,
    })
}
