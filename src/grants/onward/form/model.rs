//! The form of a model: its tiers row by row, the reserve, the uses, the days and the decision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{day, days::days, decision::reserve, line, whole};
use crate::{
    grants::onward::{
        model::{Decision, Kind, Model, Tier},
        rules::Rule,
    },
    ground::infra::form::FieldErrors,
    terms::agreement::Period,
};
use values::{Line, Money, Positive, text::same};

/// More tiers than a municipality decides on.
pub const MOST_TIERS: usize = 24;
/// What fits on a unit's form.
const MOST_USES: usize = 20;
/// Empty rows beside those that are filled in.
const BLANK_ROWS: usize = 2;

/// The fields as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelForm {
    pub tiers: Vec<TierForm>,
    /// The kinds whose units must lie in the municipality, one on each line.
    pub inside: String,
    pub reserve: String,
    pub reserved_for: String,
    /// One on each line.
    pub uses: String,
    pub apply_by: String,
    pub use_by: String,
    pub report_by: String,
    pub board: String,
    pub decided_on: String,
    pub decision_number: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TierForm {
    pub kind: String,
    pub counted: String,
    pub from: String,
    pub to: String,
    pub units: String,
    pub amount: String,
}

/// The form as it is posted: the fields of a tier have its row in their names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PostedModel {
    pub revision: i64,
    /// Which button was pressed.
    pub action: String,
    inside: String,
    reserve: String,
    reserved_for: String,
    uses: String,
    apply_by: String,
    use_by: String,
    report_by: String,
    board: String,
    decided_on: String,
    decision_number: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

/// The name of a tier's field, and its control's id.
pub fn tier_field(row: usize, field: &str) -> String {
    format!("tier_{row}_{field}")
}

impl PostedModel {
    pub fn into_form(mut self) -> ModelForm {
        let mut take = |row, field| self.rest.remove(&tier_field(row, field)).unwrap_or_default();
        let tiers = (0..MOST_TIERS).map(|row| TierForm {
            kind: take(row, "kind"),
            counted: take(row, "counted"),
            from: take(row, "from"),
            to: take(row, "to"),
            units: take(row, "units"),
            amount: take(row, "amount"),
        });
        ModelForm {
            tiers: tiers.filter(|tier| !tier.is_blank()).collect(),
            inside: self.inside,
            reserve: self.reserve,
            reserved_for: self.reserved_for,
            uses: self.uses,
            apply_by: self.apply_by,
            use_by: self.use_by,
            report_by: self.report_by,
            board: self.board,
            decided_on: self.decided_on,
            decision_number: self.decision_number,
        }
    }
}

impl TierForm {
    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("verksamhet", &self.kind),
            ("storleksmått", &self.counted),
            ("från", &self.from),
            ("till", &self.to),
            ("antal enheter", &self.units),
            ("belopp per enhet", &self.amount),
        ]
    }

    fn is_blank(&self) -> bool {
        self.fields().iter().all(|(_, typed)| typed.trim().is_empty())
    }

    /// What it comes to as it is typed; nothing while it cannot be read.
    pub fn sum(&self) -> Option<Money> {
        let (units, amount) = (whole(&self.units).ok()?, of_unit(&self.amount).ok()?);
        Some(Tier { from: 0, to: None, amount, units }.sum())
    }

    fn parse(&self, row: usize, errors: &mut FieldErrors) -> Option<(String, String, Tier)> {
        let at = |field| tier_field(row, field);
        let kind = errors.read(
            at("kind"),
            Rule::Kind,
            named(&self.kind, "Skriv enheternas verksamhet, till exempel Hemtjänst."),
        );
        let counted = errors.read(
            at("counted"),
            Rule::Kind,
            named(&self.counted, "Skriv storleksmåttet, till exempel kunder."),
        );
        let from = errors.read(at("from"), Rule::Sizes, whole(&self.from));
        let to = errors.read_optional(at("to"), Rule::Sizes, &self.to, whole);
        let units = errors.read(at("units"), Rule::Units, whole(&self.units));
        let amount = errors.read(at("amount"), Rule::TierAmount, of_unit(&self.amount));
        let tier = Tier { from: from?, to: to?, amount: amount?, units: units? };
        if tier.to.is_some_and(|to| to < tier.from) {
            errors.broken(at("to"), Rule::Sizes, "Den övre gränsen är lägre än den undre.");
            return None;
        }
        Some((kind?, counted?.to_lowercase(), tier))
    }
}

const TIER_BELOW_ZERO: &str =
    "En enhet kan inte få mindre än 0. Ska enheter i storleken inte få något, ta bort raden.";

/// A unit's amount: what a thousand times a thousand of them come to can still be reckoned.
fn of_unit(typed: &str) -> Result<Money, String> {
    match values::parse_kronor(typed, TIER_BELOW_ZERO).map(Positive::get) {
        Ok(amount) if amount > Money::kronor(1_000_000_000) => {
            Err("Beloppet är för stort för en enhet.".to_owned())
        }
        Ok(amount) => Ok(amount),
        Err(error) => Err(error.to_string()),
    }
}

fn named(typed: &str, when_empty: &str) -> Result<String, String> {
    line::<60>(typed, when_empty).map(String::from)
}

impl ModelForm {
    /// Each field's label, what stands here, and what stands in another.
    pub fn beside(&self, other: &Self) -> Vec<(String, String, String)> {
        let blank = TierForm::default();
        let rows = 0..self.tiers.len().max(other.tiers.len());
        let of_rows = rows.flat_map(|row| {
            let (mine, theirs) =
                (self.tiers.get(row).unwrap_or(&blank), other.tiers.get(row).unwrap_or(&blank));
            let each = mine.fields().into_iter().zip(theirs.fields());
            each.map(move |((label, mine), (_, theirs))| {
                (format!("Nivå, rad {}: {label}", row + 1), mine.to_owned(), theirs.to_owned())
            })
            .collect::<Vec<_>>()
        });
        let each = self.others().into_iter().zip(other.others());
        let others =
            each.map(|((label, mine), (_, theirs))| (label.to_owned(), mine.to_owned(), theirs.to_owned()));
        of_rows.chain(others).collect()
    }

    /// The fields beside the tiers.
    fn others(&self) -> [(&'static str, &str); 10] {
        [
            ("Måste ligga i kommunen", &self.inside),
            ("Reserv", &self.reserve),
            ("Reserv, till vad", &self.reserved_for),
            ("Medlen kan användas till", &self.uses),
            ("Sista dag att ansöka", &self.apply_by),
            ("Sista dag att använda medlen", &self.use_by),
            ("Sista dag att återrapportera", &self.report_by),
            ("Vem har beslutat", &self.board),
            ("Beslutets dag", &self.decided_on),
            ("Ert diarienummer", &self.decision_number),
        ]
    }

    /// The rows that the page shows: those that are filled in, and a few empty ones.
    pub fn rows(&self) -> Vec<TierForm> {
        let mut rows = self.tiers.clone();
        let count = (rows.len() + BLANK_ROWS).clamp(4, MOST_TIERS);
        rows.resize_with(count, TierForm::default);
        rows
    }

    /// What the tiers and the reserve come to as they are typed; what cannot be read counts as nothing.
    pub fn sums(&self) -> (Money, Money) {
        let distributed = self.tiers.iter().filter_map(TierForm::sum).sum();
        (distributed, values::parse_kronor_or_zero(&self.reserve, "").unwrap_or_default())
    }

    /// # Errors
    /// All that is to be mended, in the form's order.
    pub fn parse(&self, grant: Money, period: Period) -> Result<Model, FieldErrors> {
        let mut errors = FieldErrors::default();
        let kinds = self.kinds(&mut errors).and_then(|kinds| self.with_places(kinds, &mut errors));
        let reserve = reserve(&self.reserve, &self.reserved_for, &mut errors);
        let uses = self.uses(&mut errors);
        let days = days([&self.apply_by, &self.use_by, &self.report_by], period, &mut errors);
        let decision = self.decision(&mut errors);
        let found = (|| {
            let ((reserve, reserved_for), days) = (reserve?, days?);
            Some(Model {
                kinds: kinds?,
                reserve,
                reserved_for,
                uses: uses?,
                apply_by: days.apply_by,
                use_by: days.use_by,
                report_by: days.report_by,
                decision: decision?,
            })
        })();
        match found {
            Some(model) if errors.is_empty() && model.total() <= grant => Ok(model),
            Some(model) if errors.is_empty() => {
                let over = model.total() - grant;
                let told = format!(
                    "Modellen kommer till {}, och bidraget är {grant}: {over} för mycket. Sänk ett belopp, ett antal eller reserven.",
                    model.total()
                );
                errors.broken("sum", Rule::WithinGrant, told);
                Err(errors)
            }
            _ => Err(errors),
        }
    }

    fn kinds(&self, errors: &mut FieldErrors) -> Option<Vec<Kind>> {
        let before = errors.list.len();
        if self.tiers.is_empty() {
            errors.broken(tier_field(0, "kind"), Rule::Kind, "Fyll i minst en nivå.");
        }
        let mut kinds: Vec<Kind> = Vec::new();
        for (row, typed) in self.tiers.iter().enumerate() {
            let Some((name, counted, tier)) = typed.parse(row, errors) else { continue };
            match kinds.iter_mut().find(|kind| same(&kind.name, &name)) {
                Some(kind) if kind.counted != counted => errors.broken(
                    tier_field(row, "counted"),
                    Rule::Kind,
                    format!("{} räknas i {} på en annan rad. Skriv samma ord.", kind.name, kind.counted),
                ),
                Some(kind) => match kind.tiers.last() {
                    Some(last) if last.to.is_none_or(|to| tier.from != to + 1) => {
                        errors.broken(tier_field(row, "from"), Rule::TiersMeet, meets(last));
                    }
                    _ => kind.tiers.push(tier),
                },
                None => kinds.push(Kind { name, counted, inside: false, tiers: vec![tier] }),
            }
        }
        (errors.list.len() == before).then_some(kinds)
    }

    /// The kinds, with those told apart whose units must lie in the municipality.
    fn with_places(&self, mut kinds: Vec<Kind>, errors: &mut FieldErrors) -> Option<Vec<Kind>> {
        for typed in self.inside.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match kinds.iter_mut().find(|kind| same(&kind.name, typed)) {
                Some(kind) => kind.inside = true,
                None => {
                    let message = format!("Ingen nivå gäller {typed}. Skriv verksamheten som den står ovan.");
                    errors.broken("inside", Rule::Kind, message);
                    return None;
                }
            }
        }
        Some(kinds)
    }

    fn uses(&self, errors: &mut FieldErrors) -> Option<Vec<String>> {
        let lines = self.uses.lines().filter(|line| !line.trim().is_empty());
        let uses: Result<Vec<String>, _> =
            lines.map(|line| Line::<200>::parse(line).map(String::from)).collect();
        let uses = match uses {
            Ok(uses) if uses.len() > MOST_USES => Err(format!("Skriv högst {MOST_USES} saker.")),
            Ok(uses) if uses.is_empty() => Err("Skriv minst en sak som medlen får användas till.".to_owned()),
            Ok(uses) => Ok(uses),
            Err(error) => Err(error.to_string()),
        };
        errors.read("uses", Rule::Uses, uses)
    }

    fn decision(&self, errors: &mut FieldErrors) -> Option<Decision> {
        let board = named(&self.board, "Skriv vem som har beslutat, till exempel Äldrenämnden.");
        let board = errors.read("board", Rule::Decision, board);
        let on = day("decided_on", Rule::Decision, &self.decided_on, errors);
        let number =
            errors.read_optional("decision_number", Rule::Decision, &self.decision_number, Line::<60>::parse);
        let number = number?.map(String::from).unwrap_or_default();
        Some(Decision { board: board?, on: on?, number })
    }
}

fn meets(last: &Tier) -> String {
    match last.to {
        Some(to) => format!("Nivån före slutar med {to}, så den här ska börja med {}.", to + 1),
        None => "Nivån före har ingen övre gräns, så det kan inte finnas en till.".to_owned(),
    }
}
