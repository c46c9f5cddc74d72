//! What is to be seen before a proposal is put forward: every fault with its place, the sums, and what differs from the
//! round before.

use std::collections::{HashMap, HashSet};

use super::{
    Proposal,
    file::{self, Draft, kronor},
    form::{self, Difference, ProposalForm},
    paper,
    replacement::{self, PublishedGrant, Touch},
    rows::Row,
    spec::{self, Part},
    stand_in,
};
use crate::{
    paths,
    people::recipient::{self, Kind, Organisation},
    terms::{
        agreement::{Provision, Terms},
        allocation::{self, Share},
    },
};
use values::{
    Id, Money,
    text::{same, sort_key},
};

/// What a proposal is held against.
pub struct ProposalFacts {
    pub registry: Vec<Organisation>,
    /// Slug and code of every agreement there is.
    pub taken: Vec<(String, String)>,
    /// The agreement that it was copied from.
    pub earlier: Option<Earlier>,
    /// The recipients of the published table and its version, for a proposal that is to replace it.
    pub published: Option<(Vec<PublishedGrant>, i32)>,
}

pub struct Earlier {
    pub terms: Terms,
    pub shares: Vec<Share>,
}

/// A fault, and the page and the field where it is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedFault {
    pub address: String,
    pub place: String,
    pub message: String,
}

impl ProposalFacts {
    fn codes(&self) -> HashSet<String> {
        self.registry.iter().map(|organisation| organisation.code.clone()).collect()
    }
}

/// Everything that stands in the way of publishing; empty when nothing does. What cannot be read hides nothing else.
pub fn faults(proposal: &Proposal, known: &ProposalFacts) -> Vec<LocatedFault> {
    let mut found: Vec<LocatedFault> = Vec::new();
    let id = &proposal.id;
    let draft = match proposal.form.draft() {
        Ok(draft) => Some(draft),
        Err(fault) => {
            found.push(of_terms(id, &fault.field, &fault.message));
            None
        }
    };
    found.extend(
        draft.iter().flat_map(|draft| &draft.faults).map(|fault| of_terms(id, &fault.field, &fault.message)),
    );
    if proposal.replaces.is_none() {
        found.extend(taken(proposal, known));
        let authorities: Vec<_> = known.registry.iter().filter(|of| of.kind == Kind::Authority).collect();
        found.extend(
            paper::faults(&proposal.form, &authorities).iter().map(|of| of_terms(id, &of.field, &of.message)),
        );
    }
    found.extend(proposal.rows.iter().filter_map(|row| unreadable(id, row)));
    if let Some(draft) = &draft {
        found.extend(unknown_addressees(id, draft, known));
        found.extend(unknown_organisations(id, draft, known));
        found.extend(in_table(proposal, draft, known));
        let is_whole = draft.faults.is_empty() && file::shares(&proposal.rows).is_ok();
        let earlier = known.earlier.iter().filter(|_| is_whole);
        found.extend(earlier.filter_map(|earlier| other_terms(proposal, earlier, &draft.terms)));
    }
    found.extend(overtaken(proposal, known));
    found.extend(touched(proposal, known).iter().filter_map(|touch| obstacle(id, touch)));
    found
}

/// What the sources do not say and somebody states once the agreement is published; nothing for a replacement.
pub fn afterwards(proposal: &Proposal) -> Vec<&'static str> {
    if proposal.replaces.is_some() {
        return Vec::new();
    }
    let is_missing = |field: &str| proposal.form.get(field).trim().is_empty();
    let mut found = vec![
        "Kontot för återbetalning. En utbetalare anger det på överenskommelsens sida. Innan dess kan mottagarna inte betala tillbaka.",
    ];
    if is_missing("diarienummer-payment_decision")
        || (is_missing("diarienummer-agreement") && proposal.form.get("instrument") != "decision")
    {
        found.push("Diarienumren som saknas. En handläggare anger dem på överenskommelsens sida. De ska framgå av alla handlingar.");
    }
    found
}

/// Another replacement was published since this one was begun: it would put the older amounts back.
fn overtaken(proposal: &Proposal, known: &ProposalFacts) -> Option<LocatedFault> {
    let ((_, stands), begun) = known.published.as_ref().zip(proposal.replaces)?;
    (*stands != begun.version).then(|| LocatedFault {
        address: paths::proposal::Allocation(&proposal.id).to_string(),
        place: "Fördelningen".to_owned(),
        message: "Fördelningen har ersatts sedan förslaget påbörjades. Börja ett nytt förslag från den som nu gäller."
            .to_owned(),
    })
}

/// Whom a replacement touches; nobody for a new agreement.
pub fn touched(proposal: &Proposal, known: &ProposalFacts) -> Vec<Touch> {
    match (&known.published, file::shares(&proposal.rows)) {
        (Some((standings, _)), Ok(shares)) => replacement::touched(standings, &shares),
        _ => Vec::new(),
    }
}

fn obstacle(id: &Id<Proposal>, touch: &Touch) -> Option<LocatedFault> {
    let message = touch.obstacle()?;
    Some(LocatedFault {
        address: of_post(id, &touch.post, &format!("belopp-{}", touch.code)),
        place: format!("Fördelning, {}, {}", touch.post, touch.name),
        message,
    })
}

/// What is published is the terms that recipients have acted on.
fn other_terms(proposal: &Proposal, earlier: &Earlier, terms: &Terms) -> Option<LocatedFault> {
    let is_other = proposal.replaces.is_some() && !replacement::is_same_but_the_table(&earlier.terms, terms);
    is_other.then(|| LocatedFault {
        address: format!("{}#villkor", paths::proposal::Review(&proposal.id)),
        place: "Villkoren".to_owned(),
        message: "Bara fördelningen kan ersättas. Ändra tillbaka villkoren till dem som är publicerade."
            .to_owned(),
    })
}

/// Further reports to somebody who is not in the registry.
fn unknown_addressees(id: &Id<Proposal>, draft: &Draft, known: &ProposalFacts) -> Vec<LocatedFault> {
    let codes = known.codes();
    let reports = draft.terms.further_reports.iter().enumerate();
    let unknown = reports.filter(|(_, report)| !codes.contains(&report.addressee));
    unknown
        .filter(|(row, _)| !draft.stood_in.contains(&format!("further_report-{row}-addressee")))
        .map(|(row, report)| {
            let message = format!(
                "{} finns inte i registret. Skriv mottagarens kod, till exempel socialstyrelsen.",
                report.addressee
            );
            of_terms(id, &format!("further_report-{row}-addressee"), &message)
        })
        .collect()
}

/// Provisions for somebody who is not in the registry.
fn unknown_organisations(id: &Id<Proposal>, draft: &Draft, known: &ProposalFacts) -> Vec<LocatedFault> {
    let codes = known.codes();
    let of = |(row, provision): (usize, &Provision)| {
        let unknown = provision.organisations.iter().find(|code| !codes.contains(*code))?;
        let message = format!(
            "{unknown} finns inte i registret. Skriv organisationens kod, till exempel socialstyrelsen."
        );
        Some(of_terms(id, &format!("provision-{row}-organisations"), &message))
    };
    draft.terms.provisions.iter().enumerate().filter_map(of).collect()
}

fn of_terms(id: &Id<Proposal>, field: &str, message: &str) -> LocatedFault {
    let part = Part::of(field);
    LocatedFault {
        address: format!("{}?visa=fel#{field}", paths::proposal::Part(id, part.slug)),
        place: format!("{}, {}", part.title, spec::words(field)),
        message: message.to_owned(),
    }
}

/// A name that another agreement has.
fn taken(proposal: &Proposal, known: &ProposalFacts) -> Vec<LocatedFault> {
    let (id, form) = (&proposal.id, &proposal.form);
    let (slug, code) = (form.get("slug").trim(), form.get("code").trim());
    let of_slug = known.taken.iter().any(|(taken, _)| same(taken, slug));
    let of_code = known.taken.iter().any(|(_, taken)| same(taken, code));
    let slug =
        of_slug.then(|| of_terms(id, "slug", &format!("En annan överenskommelse heter {slug} i adresser.")));
    let code = of_code.then(|| of_terms(id, "code", &format!("En annan överenskommelse har koden {code}.")));
    slug.into_iter().chain(code).collect()
}

fn unreadable(id: &Id<Proposal>, row: &Row) -> Option<LocatedFault> {
    let message = kronor(&row.amount).err()?;
    Some(LocatedFault {
        address: of_post(id, &row.post, &row.field()),
        place: format!("Fördelning, {}, {}", row.post, row.published_name),
        message,
    })
}

fn of_post(id: &Id<Proposal>, post: &str, field: &str) -> String {
    format!("{}?post={post}#{field}", paths::proposal::Allocation(id))
}

/// What in the table contradicts the terms or the registry, as far as both can be read.
fn in_table(proposal: &Proposal, draft: &Draft, known: &ProposalFacts) -> Vec<LocatedFault> {
    let terms = &draft.terms;
    let readable: Vec<Row> =
        proposal.rows.iter().filter(|row| kronor(&row.amount).is_ok()).cloned().collect();
    let shares = file::shares(&readable).unwrap_or_default();
    let is_half_read = |post: &str| {
        let at = terms.posts.iter().position(|of| of.key == post);
        readable.iter().filter(|row| row.post == post).count()
            < proposal.rows.iter().filter(|row| row.post == post).count()
            || at.is_none_or(|at| stand_in::is_behind_rows_of(&draft.stood_in, at))
    };
    let found = allocation::contradictions(&shares, terms, &known.codes()).into_iter();
    let tell = |found: allocation::Contradiction| {
        let share = found.row.and_then(|row| shares.get(row));
        let name = terms.post(&found.post).map_or(found.post.as_str(), |post| &post.name);
        LocatedFault {
            address: match share {
                Some(share) => of_post(&proposal.id, &found.post, &format!("belopp-{}", share.recipient)),
                None => of_post(&proposal.id, &found.post, "tabell"),
            },
            place: match share {
                Some(share) => format!("Fördelning, {name}, {}", share.published_name),
                None => format!("Fördelning, {name}"),
            },
            message: format!("{}.", spec::capital(&found.reason)),
        }
    };
    found.filter(|found| found.row.is_some() || !is_half_read(&found.post)).map(tell).collect()
}

/// What a post comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub key: String,
    pub name: String,
    pub total: Money,
    pub sum: Money,
    pub rows: usize,
    /// As typed.
    pub recipients: String,
    pub at_floor: usize,
    /// How many recipients there are of each kind, in words.
    pub kinds: String,
    pub earlier: Money,
}

impl Sum {
    /// The rows come to something else than the post.
    pub fn differs(&self) -> bool {
        self.sum != self.total
    }

    pub fn left(&self) -> Money {
        self.total - self.sum
    }
}

/// Each post as far as it can be read.
pub fn sums(proposal: &Proposal, known: &ProposalFacts) -> Vec<Sum> {
    let form = &proposal.form;
    let of = |row: usize, key: &str| form.get(&format!("post-{row}-{key}")).trim().to_owned();
    let money = |typed: &str| kronor(typed).map(Money::kronor).unwrap_or_default();
    let kinds: HashMap<&str, Kind> = known.registry.iter().map(|of| (of.code.as_str(), of.kind)).collect();
    let sum = |row: usize| {
        let key = of(row, "key");
        let rows: Vec<&Row> = proposal.rows.iter().filter(|row| row.post == key).collect();
        let floor = kronor(&of(row, "floor")).ok().map(Money::kronor);
        let earlier = known.earlier.iter().flat_map(|earlier| &earlier.shares);
        Sum {
            name: of(row, "name"),
            total: money(&of(row, "total")),
            sum: rows.iter().map(|row| money(&row.amount)).sum(),
            at_floor: rows.iter().filter(|row| floor == Some(money(&row.amount))).count(),
            rows: rows.len(),
            recipients: of(row, "recipients"),
            kinds: recipient::counted(
                rows.iter().filter_map(|row| kinds.get(row.recipient.as_str()).copied()),
            ),
            earlier: earlier.filter(|share| share.post == key).map(|share| share.amount).sum(),
            key,
        }
    };
    (0..form.rows("post")).map(sum).filter(|sum| !sum.key.is_empty()).collect()
}

/// What one recipient has in all its posts, now and in the round before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub name: String,
    pub before: Money,
    pub now: Money,
}

impl Change {
    pub fn difference(&self) -> Money {
        self.now - self.before
    }
}

/// The recipients of both rounds, the largest change first; those that are new; and those that are gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub both: Vec<Change>,
    pub new: Vec<Change>,
    pub gone: Vec<Change>,
}

pub fn changes(proposal: &Proposal, known: &ProposalFacts) -> Changes {
    let Some(earlier) = &known.earlier else { return Changes::default() };
    let mut of: HashMap<&str, (Money, Money)> = HashMap::new();
    for share in &earlier.shares {
        let (before, _) = of.entry(&share.recipient).or_default();
        *before += share.amount;
    }
    for row in &proposal.rows {
        let (_, now) = of.entry(&row.recipient).or_default();
        *now += kronor(&row.amount).map(Money::kronor).unwrap_or_default();
    }
    let names: HashMap<&str, &str> =
        known.registry.iter().map(|known| (known.code.as_str(), known.name.as_str())).collect();
    let mut all: Vec<Change> = of
        .into_iter()
        .map(|(code, (before, now))| Change {
            name: (*names.get(code).unwrap_or(&code)).to_owned(),
            before,
            now,
        })
        .collect();
    all.sort_by_cached_key(|change| (std::cmp::Reverse(change.difference().abs()), sort_key(&change.name)));
    let mut changes = Changes::default();
    for change in all {
        match (change.before.is_zero(), change.now.is_zero()) {
            (true, _) => changes.new.push(change),
            (_, true) => changes.gone.push(change),
            _ => changes.both.push(change),
        }
    }
    changes
}

/// Term by term against the agreement that it was copied from.
pub fn differences(proposal: &Proposal, known: &ProposalFacts) -> Vec<Difference> {
    match &known.earlier {
        Some(earlier) => form::differences(&ProposalForm::of(&earlier.terms), &proposal.form),
        None => Vec::new(),
    }
}

/// Texts that are as in the earlier round and name a year or a paragraph: name of the field and text.
pub fn to_look_at(proposal: &Proposal, known: &ProposalFacts) -> Vec<(String, String)> {
    known.earlier.as_ref().map(|earlier| form::to_look_at(&proposal.form, &earlier.terms)).unwrap_or_default()
}
