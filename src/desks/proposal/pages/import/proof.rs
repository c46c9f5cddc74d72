//! The third page: what the table says, held against the decision, the registry and the round before, and the button
//! that uses it.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{
    super::{Posted as Fields, sent},
    Head, Loaded, load,
    view::{DifferenceView, FaultView, PostView, RowChoice, WarningView},
};
use crate::{
    desks::proposal::{
        Proposal, Refusal,
        import::{
            self, Import, confirmation, form, rows_to_resolve,
            verbs::{self, Used},
        },
        pages::act,
        verbs::Failure,
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Actor,
        proof::{By, CaseOfficer, Posted},
    },
    terms::allocation::import::{matching::By as Found, proof::Proof},
};
use values::{Id, Money, calendar::long_time};

/// More of one sort are the same fault many times over: it is mended in the file, or in the choice of columns.
const MOST_SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "proposal/import-proof.html")]
struct ProofPage {
    chrome: Chrome,
    head: Head,
    stamp: Id<Import>,
    revision: i64,
    file_name: String,
    /// Empty for a file of text.
    sheet_name: String,
    uploaded: String,
    posts: Vec<PostView>,
    /// How many rows were found in which way.
    found: Vec<(usize, &'static str)>,
    faults: Vec<FaultView>,
    fault_count: usize,
    /// So many faults come rather of the columns than of the rows.
    are_columns_doubtful: bool,
    rows: Vec<RowChoice>,
    row_count: usize,
    /// Code and name of everybody, when there are rows to choose for.
    registry: Vec<(String, String)>,
    warnings: Vec<WarningView>,
    differences: Vec<DifferenceView>,
    difference_count: usize,
    /// There is something to compare with.
    is_compared: bool,
    /// The posts that were not in the round before.
    new_posts: Vec<String>,
    has_earlier: bool,
    errors: FieldErrors,
    is_conflict: bool,
}

/// What is proved, with what came of it.
struct Proved {
    loaded: Loaded,
    import: Import,
    proof: Proof,
}

/// `None` where there is no table, or its columns are still to be said.
fn prove(mut loaded: Loaded) -> Option<Proved> {
    let import = loaded.import.take()?;
    let posts = loaded.posts.as_ref().ok()?;
    let mapping = import.columns.read(&import.table, loaded.facts.basis(posts)).ok()?;
    let proof = loaded.facts.prove(&import, &mapping, posts);
    Some(Proved { loaded, import, proof })
}

/// The page, with the boxes as they were ticked.
async fn read(
    by: &By<CaseOfficer>,
    portal: &Portal,
    id: Id<Proposal>,
    posted: Fields,
) -> Result<Option<ProofPage>, AppError> {
    let (actor, chrome) = (by.actor.clone(), by.chrome.clone());
    let page = move |loaded| Some(ProofPage::of(chrome, &actor, &prove(loaded)?, &posted));
    load(&by.actor, portal, id, page).await
}

impl ProofPage {
    fn of(chrome: Chrome, actor: &Actor, proved: &Proved, posted: &Fields) -> Self {
        let Proved { loaded, import, proof } = proved;
        let facts = &loaded.facts;
        let rows = rows_to_resolve(import, proof);
        let choice = |row: &usize| RowChoice::of(*row, import, proof, &facts.registry, posted);
        let choices: Vec<RowChoice> = rows.iter().take(MOST_SHOWN).map(choice).collect();
        let everybody = || form::KINDS.iter().flat_map(|kind| facts.registry.of_kind(*kind));
        let registry = everybody().map(|known| (known.code.clone(), known.name.clone()));
        let changed = proof.differences.iter().filter(|difference| !difference.change().is_zero());
        Self {
            chrome,
            head: Head::of(&loaded.proposal, actor, "fordelning"),
            stamp: import.stamp,
            revision: loaded.proposal.revision,
            file_name: import.file_name.clone(),
            sheet_name: import
                .table
                .sheets
                .get(import.columns.sheet(&import.table))
                .map(|sheet| sheet.name.clone())
                .unwrap_or_default(),
            uploaded: format!("{} {}", import.uploaded_by, long_time(import.uploaded_at)),
            posts: proof.posts.iter().map(PostView::of).collect(),
            found: found(proof),
            faults: proof.faults.iter().take(MOST_SHOWN).map(FaultView::of).collect(),
            fault_count: proof.faults.len(),
            are_columns_doubtful: proof.faults.len() >= 10 && proof.faults.len() * 2 >= proof.lines.len(),
            registry: if choices.is_empty() { Vec::new() } else { registry.collect() },
            rows: choices,
            row_count: rows.len(),
            warnings: proof
                .warnings
                .iter()
                .map(|warning| WarningView::of(warning, &loaded.proposal, proof, posted))
                .collect(),
            differences: changed.clone().take(MOST_SHOWN).map(DifferenceView::of).collect(),
            difference_count: changed.count(),
            is_compared: !proof.differences.is_empty(),
            new_posts: proof.posts.iter().filter(|post| post.is_new).map(PostView::name).collect(),
            has_earlier: !facts.previous.is_empty(),
            errors: FieldErrors::default(),
            is_conflict: false,
        }
    }
}

fn found(proof: &Proof) -> Vec<(usize, &'static str)> {
    use crate::terms::allocation::import::matching::RowMatch;

    let ways = [
        (Found::Code, "efter kod"),
        (Found::Number, "efter organisationsnummer"),
        (Found::Name, "efter namn"),
        (Found::Alias, "efter ett annat namn i registret"),
        (Found::Choice, "valda för hand"),
    ];
    let count = |way: Found| {
        let is_it = |outcome: &RowMatch| matches!(outcome, RowMatch::Matched { by, .. } if *by == way);
        proof.lines.iter().filter(|line| is_it(&line.outcome)).count()
    };
    let unknown = proof.lines.iter().filter(|line| line.outcome.code().is_none()).count();
    let counted = ways.map(|(way, words)| (count(way), words)).into_iter();
    counted.chain([(unknown, "okända")]).filter(|(count, _)| *count > 0).collect()
}

pub async fn proof(by: By<CaseOfficer>, portal: web::Data<Portal>, id: web::Path<Id<Proposal>>) -> Page {
    let id = id.into_inner();
    match read(&by, &portal, id, Fields::new()).await? {
        Some(page) => page::show(&page),
        None => page::see_other(paths::proposal::ImportColumns(&id)),
    }
}

/// The page as it is now, since somebody changed what it was made from.
async fn overtaken(by: &By<CaseOfficer>, portal: &Portal, id: Id<Proposal>, posted: Fields) -> Page {
    match read(by, portal, id, posted).await? {
        Some(page) => page::show_as(StatusCode::CONFLICT, &ProofPage { is_conflict: true, ..page }),
        None => Err(AppError::Conflict(GONE.to_owned())),
    }
}

const GONE: &str = "Tabellen är redan använd, eller ersatt av en ny. Se fördelningen i förslaget.";

async fn with_errors(
    by: &By<CaseOfficer>,
    portal: &Portal,
    id: Id<Proposal>,
    posted: Fields,
    errors: FieldErrors,
) -> Page {
    let page = read(by, portal, id, posted).await?.ok_or_else(|| AppError::Conflict(GONE.to_owned()))?;
    page::show_errors(&ProofPage { errors, ..page })
}

/// Keeps whom the rows are about, and shows the proof anew.
pub async fn resolve(
    Posted { by, body: Form(posted) }: Posted<By<CaseOfficer>, Form<Fields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let stamp = stamp(&posted)?;
    let fields = posted.clone();
    let resolved = move |loaded: Loaded| {
        let import = loaded.import?;
        let after = form::resolutions(&fields, &import.resolutions, &loaded.facts.registry);
        Some(after.map(|resolutions| Import { resolutions, ..import }))
    };
    let after = match load(&by.actor, &portal, id, resolved).await? {
        None => return Err(AppError::Conflict(GONE.to_owned())),
        Some(Err(errors)) => return with_errors(&by, &portal, id, posted, errors).await,
        Some(Ok(after)) => after,
    };
    let act = act(&by, &portal);
    match portal.db.write(move |connection| verbs::change(connection, &act, id, stamp, &after)).await {
        Ok(()) => page::see_other(paths::proposal::ImportProof(&id)),
        Err(Failure::Refused(Refusal::Changed)) => overtaken(&by, &portal, id, posted).await,
        Err(failure) => Err(failure.into()),
    }
}

fn stamp(posted: &Fields) -> Result<Id<Import>, AppError> {
    sent(posted, "stamp")?.parse().map_err(|_| AppError::bad_request("Formuläret är inte helt."))
}

/// Uses the table: the proposal gets all of it, or nothing.
pub async fn use_table(
    Posted { by, body: Form(posted) }: Posted<By<CaseOfficer>, Form<Fields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let stamp = stamp(&posted)?;
    let revision: i64 =
        sent(&posted, "revision")?.parse().map_err(|_| AppError::bad_request("Formuläret är inte helt."))?;
    let fields = posted.clone();
    let used = move |loaded| prove(loaded).map(|proved| used(&proved, stamp, revision, &fields));
    let used = match load(&by.actor, &portal, id, used).await? {
        None => return Err(AppError::Conflict(GONE.to_owned())),
        Some(Err(errors)) => return with_errors(&by, &portal, id, posted, errors).await,
        Some(Ok(used)) => used,
    };
    let act = act(&by, &portal);
    let to = format!("{}?visa=inlast", paths::proposal::Allocation(&id));
    let write = move |connection: &mut _| verbs::use_table(connection, &act, id, &used).map(|()| to);
    match portal.db.once(write).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(Refusal::Changed)) => overtaken(&by, &portal, id, posted).await,
        Err(failure) => Err(failure.into()),
    }
}

/// What the table makes of the proposal, unless something is to be mended or was not confirmed.
fn used(proved: &Proved, stamp: Id<Import>, revision: i64, posted: &Fields) -> Result<Used, FieldErrors> {
    let Proved { loaded, import, proof } = proved;
    let mut errors = FieldErrors::default();
    let Some(shares) = proof.shares() else {
        errors.add("fel-i-tabellen", "Rätta felen i tabellen. Inget av den har sparats.");
        return Err(errors);
    };
    for warning in &proof.warnings {
        let name = confirmation(warning);
        if sent(posted, &name).is_err() {
            errors.add(name, format!("Bekräfta eller rätta: {warning}"));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let posts = loaded.posts.as_deref().unwrap_or_default();
    let (form, rows) = import::apply(&loaded.proposal, posts, proof, shares, &import.file_name);
    let sum: Money = shares.iter().map(|share| share.amount).sum();
    let details = format!("{}: {} belopp, {sum}", import.file_name, shares.len());
    Ok(Used { stamp, revision, form, rows, details })
}
