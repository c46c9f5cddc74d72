//! A published table on its way into a proposal (*inläsning av en fördelningstabell*): uploaded, its columns said, whom
//! its rows are about, proved, and then used whole or not at all.
//!
//! [`crate::terms::allocation::import`] reads and proves. Here is what is kept between the pages, and what a table becomes in
//! the proposal: rows, and, where they do not come to what the decision says, the post's `rows_total` with a remark.

pub mod form;
pub mod verbs;

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};

pub use form::ColumnsForm;

use super::{Proposal, ProposalForm, file::kronor, form::Fault, rows::Row};
use crate::{
    ground::infra::hash::sha256_hex,
    people::access::Doer,
    terms::allocation::{
        Share,
        import::{
            mapping::{Decided, Mapping},
            matching::{Registry, Resolutions},
            proof::{self, Basis, Proof},
            warning::Warning,
        },
    },
};
use files::reading::Table;
use values::{Id, Money};

/// What is kept between the pages; a proposal has one at a time.
#[derive(Debug, Clone)]
pub struct Import {
    /// Another with every change: a page says which one it was made from.
    pub stamp: Id<Import>,
    pub file_name: String,
    pub table: Table,
    pub columns: ColumnsForm,
    pub resolutions: Resolutions,
    pub uploaded_by: Doer,
    pub uploaded_at: DateTime<Utc>,
}

/// What a table is held against.
pub struct Facts {
    pub registry: Registry,
    /// The round before; empty when there is none.
    pub previous: Vec<Share>,
}

impl Facts {
    pub fn basis<'a>(&'a self, posts: &'a [Decided]) -> Basis<'a> {
        Basis { posts, registry: &self.registry, previous: &self.previous }
    }

    pub fn prove(&self, import: &Import, mapping: &Mapping, posts: &[Decided]) -> Proof {
        proof::prove(&import.table, mapping, &import.resolutions, self.basis(posts))
    }
}

/// The posts of a proposal as a table is held against them, or what must be filled in first.
pub fn decided(form: &ProposalForm) -> Result<Vec<Decided>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut posts: Vec<Decided> = Vec::new();
    for row in 0..form.rows("post") {
        let name = |key: &str| format!("post-{row}-{key}");
        let typed = |key: &str| form.get(&name(key)).trim();
        let key = typed("key").to_owned();
        let of_post = |key: &str, message: String| Fault::at(name(key), message);
        if key.is_empty() || posts.iter().any(|post| post.key == key) {
            faults.push(of_post("key", format!("Post {} behöver ett eget kort namn.", row + 1)));
            continue;
        }
        let mut money = |of: &str| match typed(of) {
            "" => None,
            amount => kronor(amount).map_err(|why| faults.push(of_post(of, format!("{key}: {why}")))).ok(),
        };
        let (total, rows_total, floor) = (money("total"), money("rows_total"), money("floor"));
        let count = |of: &str| typed(of).parse::<usize>().ok();
        let recipients = count("recipients");
        if total.is_none() && typed("total").is_empty() {
            faults.push(of_post("total", format!("{key}: fyll i postens belopp.")));
        }
        if recipients.is_none() {
            faults.push(of_post("recipients", format!("{key}: fyll i antalet mottagare.")));
        }
        posts.push(Decided {
            name: typed("name").to_owned(),
            total: Money::kronor(total.unwrap_or_default()),
            rows_total: rows_total.map(Money::kronor),
            recipients: recipients.unwrap_or_default(),
            floor: floor.map(Money::kronor),
            rows_at_floor: count("rows_at_floor"),
            key,
        });
    }
    if posts.is_empty() && faults.is_empty() {
        faults.push(Fault::at("post", "Förslaget har inga poster."));
    }
    if faults.is_empty() { Ok(posts) } else { Err(faults) }
}

/// The name of the box that confirms a warning. It follows from the words: other words are another warning.
pub fn confirmation(warning: &Warning) -> String {
    format!("bekrafta-{}", &sha256_hex(warning.to_string())[..16])
}

/// The proposal's form and rows with the table in them. Posts that the table is not about stay as they are.
pub fn apply(
    proposal: &Proposal,
    posts: &[Decided],
    proof: &Proof,
    shares: &[Share],
    source: &str,
) -> (ProposalForm, Vec<Row>) {
    let of_table: HashSet<&str> = shares.iter().map(|share| share.post.as_str()).collect();
    let kept = proposal.rows.iter().filter(|row| !of_table.contains(row.post.as_str())).cloned();
    let mut rows: Vec<Row> = kept.chain(shares.iter().map(Row::of)).collect();
    rows.sort_by_key(|row| posts.iter().position(|post| post.key == row.post));
    let mut form = proposal.form.clone();
    for post in &proof.posts {
        let decided = &post.decided;
        if post.sum != decided.of_rows() {
            let sum = (post.sum != decided.total).then_some(post.sum);
            form = form.with_rows_total(&decided.key, sum, source);
        }
    }
    (form, rows)
}

/// The rows that somebody can say something about: those with a fault, and those about which it was said.
pub fn rows_to_resolve(import: &Import, proof: &Proof) -> BTreeSet<usize> {
    let faulty = proof.faults.iter().filter_map(|fault| fault.place.row);
    let read: HashSet<usize> = proof.lines.iter().map(|line| line.row).collect();
    faulty.filter(|row| read.contains(row)).chain(import.resolutions.keys().copied()).collect()
}
