//! What the proof shows, in words and links.

use super::super::{Posted as Fields, sent};
use crate::{
    desks::proposal::{
        Proposal,
        import::{
            Import, confirmation,
            form::{KIND, LEAVE_OUT, UNIT, other_field, row_field},
        },
    },
    paths,
    terms::allocation::import::{
        Fault,
        matching::{Registry, Resolution, RowMatch},
        proof::{Difference, PostProof, Proof},
        warning::Warning,
    },
};
use values::Money;

pub struct PostView {
    pub name: String,
    pub sum: Money,
    /// As the post has it, and what its rows are said to come to where that is something else.
    pub decided: Money,
    pub rows_total: Option<Money>,
    pub difference: Money,
    pub rows: usize,
    pub kinds: String,
    pub recipients: usize,
    pub floor: Option<Money>,
    pub at_floor: usize,
    pub below_floor: usize,
}

impl PostView {
    pub fn name(post: &PostProof) -> String {
        let decided = &post.decided;
        if decided.name.is_empty() { decided.key.clone() } else { decided.name.clone() }
    }

    pub fn of(post: &PostProof) -> Self {
        let decided = &post.decided;
        Self {
            name: Self::name(post),
            sum: post.sum,
            decided: decided.total,
            rows_total: decided.rows_total,
            difference: post.sum - decided.total,
            rows: post.recipients,
            kinds: post.kinds.clone(),
            recipients: decided.recipients,
            floor: decided.floor,
            at_floor: post.at_floor,
            below_floor: post.below_floor,
        }
    }
}

pub struct FaultView {
    pub place: String,
    pub value: String,
    pub reason: String,
    pub mend: String,
}

impl FaultView {
    pub fn of(fault: &Fault) -> Self {
        Self {
            place: crate::desks::proposal::spec::capital(&fault.place.to_string()),
            value: fault.value.clone(),
            reason: fault.reason.clone(),
            mend: fault.mend.clone(),
        }
    }
}

/// A row about which somebody is to say, or has said, whom it is about.
pub struct RowChoice {
    pub field: String,
    pub label: String,
    pub options: Vec<(String, String)>,
    pub chosen: String,
    pub other_field: String,
    pub other: String,
}

impl RowChoice {
    pub fn of(row: usize, import: &Import, proof: &Proof, registry: &Registry, posted: &Fields) -> Self {
        let outcome = proof.lines.iter().find(|line| line.row == row).map(|line| &line.outcome);
        let said = import.resolutions.get(&row);
        let mut codes: Vec<&str> = match outcome {
            Some(RowMatch::Unknown { nearest }) => nearest.iter().map(String::as_str).collect(),
            Some(RowMatch::Ambiguous(codes)) => codes.iter().map(String::as_str).collect(),
            Some(RowMatch::Contradicts(claims)) => {
                claims.iter().filter_map(|claim| claim.code.as_deref()).collect()
            }
            Some(RowMatch::Matched { .. }) | None => Vec::new(),
        };
        if let Some(Resolution::Recipient(code)) = said {
            codes.push(code);
        }
        let mut options = vec![(String::new(), as_it_says(outcome, said, registry))];
        for code in codes {
            if options.iter().all(|(known, _)| known != code) {
                options.push((code.to_owned(), format!("{} ({code})", registry.name(code))));
            }
        }
        options.push((LEAVE_OUT.to_owned(), "Utelämna raden".to_owned()));
        let kept = match said {
            Some(Resolution::Recipient(code)) => code.as_str(),
            Some(Resolution::LeaveOut) => LEAVE_OUT,
            None => "",
        };
        let (field, other_field) = (row_field(row), other_field(row));
        Self {
            label: format!("Rad {row}: {}", text_of(row, import)),
            options,
            chosen: sent(posted, &field).unwrap_or(kept).to_owned(),
            other: sent(posted, &other_field).unwrap_or_default().to_owned(),
            field,
            other_field,
        }
    }
}

/// What choosing nothing means.
fn as_it_says(outcome: Option<&RowMatch>, said: Option<&Resolution>, registry: &Registry) -> String {
    match outcome.filter(|_| said.is_none()).and_then(RowMatch::code) {
        Some(code) => format!("Som tabellen säger: {} ({code})", registry.name(code)),
        None if said.is_some() => "Som tabellen säger".to_owned(),
        None => "Välj".to_owned(),
    }
}

fn text_of(row: usize, import: &Import) -> String {
    const LONGEST: usize = 80;
    let sheet = import.table.sheets.get(import.columns.sheet(&import.table));
    let found = sheet.and_then(|sheet| sheet.rows.iter().find(|known| known.number == row));
    let cells = found.map(|row| row.cells.as_slice()).unwrap_or_default();
    let words: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    words.join(" · ").chars().take(LONGEST).collect()
}

pub struct WarningView {
    pub field: String,
    pub words: String,
    /// What follows when it is confirmed.
    pub follows: String,
    /// Where it is mended, when that is in the proposal.
    pub mend: Option<(String, &'static str)>,
    pub is_confirmed: bool,
}

impl WarningView {
    pub fn of(warning: &Warning, proposal: &Proposal, proof: &Proof, posted: &Fields) -> Self {
        let field = confirmation(warning);
        let row = |post: &str| {
            let form = &proposal.form;
            (0..form.rows("post")).find(|row| form.get(&format!("post-{row}-key")).trim() == post)
        };
        let at = |post: &str, key: &str, words: &'static str| {
            let row = row(post)?;
            Some((format!("{}#post-{row}-{key}", paths::proposal::Part(&proposal.id, "poster")), words))
        };
        let of_columns = |field: &str, words: &'static str| {
            Some((format!("{}#{field}", paths::proposal::ImportColumns(&proposal.id)), words))
        };
        let mend = match warning {
            Warning::SumIsNotDecided { post, .. } => at(&post.key, "total", "Ändra postens belopp"),
            Warning::RowsAreNotDecided { post, .. } => {
                at(&post.key, "recipients", "Ändra postens antal mottagare")
            }
            Warning::BelowFloor { post, .. } => at(&post.key, "floor", "Ändra postens minimibelopp"),
            Warning::RowsAtFloor { post, .. } => {
                at(&post.key, "rows_at_floor", "Ändra postens antal på minimibeloppet")
            }
            Warning::Unit { .. } | Warning::UnitIsNotSaid { .. } => of_columns(UNIT, "Ändra enheten"),
            Warning::SeveralKinds { .. } | Warning::OtherKind { .. } => {
                of_columns(KIND, "Ändra vilka som menas")
            }
            _ => None,
        };
        Self {
            words: warning.to_string(),
            follows: follows(warning, proposal, proof),
            is_confirmed: sent(posted, &field).is_ok(),
            mend,
            field,
        }
    }
}

fn follows(warning: &Warning, proposal: &Proposal, proof: &Proof) -> String {
    const NOT_YET: &str = "Förslaget går inte att lägga fram förrän posten och tabellen säger samma sak.";
    match warning {
        Warning::SumIsNotDecided { post, sum, .. } => {
            let total = proof.posts.iter().find(|of| of.decided.key == post.key).map(|of| of.decided.total);
            match total == Some(*sum) {
                true => "Postens uppgift om en annan summa tas bort när tabellen används.".to_owned(),
                false => format!(
                    "När tabellen används står {sum} som radernas summa vid posten, och en anmärkning på källan skrivs."
                ),
            }
        }
        Warning::RowsAreNotDecided { .. } | Warning::BelowFloor { .. } | Warning::RowsAtFloor { .. } => {
            NOT_YET.to_owned()
        }
        Warning::NoRowsOfPost { post } => {
            match proposal.rows.iter().filter(|row| row.post == post.key).count() {
                0 => "Posten förblir utan fördelning.".to_owned(),
                count => format!("De {count} rader som posten har i förslaget står kvar."),
            }
        }
        Warning::SumIsNotPrinted { .. }
        | Warning::MissingFromPrevious { .. }
        | Warning::MissingOfKind { .. }
        | Warning::Percent { .. }
        | Warning::Spellings(_)
        | Warning::Unit { .. }
        | Warning::UnitIsNotSaid { .. }
        | Warning::SeveralKinds { .. }
        | Warning::OtherKind { .. }
        | Warning::Read(_)
        | Warning::LeftOut(_) => String::new(),
        Warning::Hidden(_) => {
            "Ska de vara med: visa dem i kalkylprogrammet, spara och läs in filen igen.".to_owned()
        }
    }
}

pub struct DifferenceView {
    pub name: String,
    pub post: String,
    pub before: Option<Money>,
    pub after: Option<Money>,
    pub change: Money,
    /// `+3,2 %`; empty for who had nothing.
    pub percent: String,
}

impl DifferenceView {
    pub fn of(difference: &Difference) -> Self {
        Self {
            name: difference.recipient.name.clone(),
            post: difference.post.clone(),
            before: difference.before,
            after: difference.after,
            change: difference.change(),
            percent: difference.permille().map(percent).unwrap_or_default(),
        }
    }
}

fn percent(permille: i64) -> String {
    let sign = match permille {
        0 => "",
        1.. => "+",
        _ => "\u{2212}",
    };
    let size = permille.unsigned_abs();
    format!("{sign}{},{}\u{a0}%", size / 10, size % 10)
}
