//! A proposal and an agreement as the files that the program ships: `agreement.toml` and `allocation.csv`, the same bytes
//! for the same content.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::{
    form::{Fault, ProposalForm},
    rows::Row,
    spec::{self, Block, Empty, Field, Kind, PARTS, Part, Shape},
    stand_in, variant,
};
use crate::terms::{
    agreement::{self, Terms},
    allocation::Share,
};

/// No sum of money and no count in an agreement comes near.
const LARGEST: i64 = 10_000_000_000_000;

/// The terms of an agreement as its file.
pub fn agreement(terms: &Terms) -> Result<String, Vec<Fault>> {
    definition(&ProposalForm::of(terms))
}

/// What is typed, as far as it can be read.
pub struct Draft {
    /// With something that stands in for each field that cannot be read.
    pub terms: Terms,
    /// What cannot be read, and what contradicts something else.
    pub faults: Vec<Fault>,
    /// The fields that something stands in for.
    pub stood_in: Vec<String>,
}

impl ProposalForm {
    /// The terms, or everything that is to be mended.
    ///
    /// # Errors
    /// When something is to be mended.
    pub fn read(&self) -> Result<Terms, Vec<Fault>> {
        let draft = self.draft().map_err(|fault| vec![fault])?;
        if draft.faults.is_empty() { Ok(draft.terms) } else { Err(draft.faults) }
    }

    /// What is typed with all that is to be mended: what cannot be read, and what contradicts something else without that.
    ///
    /// # Errors
    /// When the reader of the file refuses the whole.
    pub fn draft(&self) -> Result<Draft, Fault> {
        let Written { text, mut faults } = write(self);
        let stood_in: Vec<String> = faults.iter().map(|fault| fault.field.clone()).collect();
        let terms = agreement::definition::read("agreement.toml", &text)
            .map_err(|fault| Fault::at("", format!("{}.", spec::capital(&fault.reason))))?;
        let contradictions = agreement::definition::contradictions(&terms)
            .into_iter()
            .map(|found| Fault::at(found.place.join("-"), format!("{}.", spec::capital(&found.reason))));
        let stands = |fault: &Fault| !stood_in.iter().any(|field| stand_in::is_behind(field, &fault.field));
        faults.extend(contradictions.filter(stands));
        Ok(Draft { terms, faults, stood_in })
    }

    /// The faults of one part.
    pub fn faults_in(&self, part: &Part) -> Vec<Fault> {
        let mut faults = self.read().err().unwrap_or_default();
        faults.retain(|fault| Part::of(&fault.field).slug == part.slug);
        faults
    }
}

/// What is typed as its file, or everything that cannot be read.
pub fn definition(form: &ProposalForm) -> Result<String, Vec<Fault>> {
    let Written { text, faults } = write(form);
    if faults.is_empty() { Ok(text) } else { Err(faults) }
}

/// A file that can be read, and what is not as it was typed.
struct Written {
    text: String,
    faults: Vec<Fault>,
}

fn write(form: &ProposalForm) -> Written {
    let mut writer = Writer { form, text: String::new(), faults: Vec::new() };
    let blocks = || PARTS.iter().flat_map(|part| part.blocks);
    for block in blocks().filter(|block| block.shape == Shape::Top) {
        writer.fields(block, 0);
    }
    for block in blocks().filter(|block| matches!(block.shape, Shape::List { .. })) {
        if form.rows(block.place) == 0 {
            let _ = writeln!(writer.text, "{} = []", block.place);
        }
    }
    for block in blocks() {
        writer.block(block);
    }
    writer.forms();
    Written { text: writer.text, faults: writer.faults }
}

struct Writer<'a> {
    form: &'a ProposalForm,
    text: String,
    faults: Vec<Fault>,
}

impl Writer<'_> {
    fn block(&mut self, block: &Block) {
        let is_empty =
            || block.fields.iter().all(|field| self.form.get(&block.name(0, field.key)).trim().is_empty());
        match block.shape {
            Shape::Top => {}
            Shape::Optional if is_empty() => {}
            Shape::Table | Shape::Optional => {
                let _ = writeln!(self.text, "\n[{}]", block.place);
                self.fields(block, 0);
            }
            Shape::List { .. } => {
                for row in 0..self.form.rows(block.place) {
                    let _ = writeln!(self.text, "\n[[{}]]", block.place);
                    self.fields(block, row);
                }
            }
        }
    }

    fn fields(&mut self, block: &Block, row: usize) {
        for field in block.fields {
            let name = block.name(row, field.key);
            match literal(field, self.form.get(&name)) {
                Ok(Some(literal)) => {
                    let _ = writeln!(self.text, "{} = {literal}", field.key);
                }
                Ok(None) => {}
                Err(mut fault) => {
                    if let Some(literal) = stand_in::literal(field) {
                        let _ = writeln!(self.text, "{} = {literal}", field.key);
                    }
                    fault.field = name;
                    self.faults.push(fault);
                }
            }
        }
    }

    /// Word for word. Which sections and fields there are follows from the variant that was chosen.
    fn forms(&mut self) {
        if !self.form.has_forms() {
            let message = "Välj vilka blanketter som gäller.".to_owned();
            self.faults.push(Fault { field: "forms".to_owned(), message, is_missing: true });
            let asks_survey = !self.form.get("survey-name").trim().is_empty();
            let Some(forms) = variant::forms(variant::VARIANTS[0].key, asks_survey) else { return };
            let form = self.form.with_forms(&forms);
            let mut stand_in = Writer { form: &form, text: String::new(), faults: Vec::new() };
            stand_in.forms();
            self.text.push_str(&stand_in.text);
            return;
        }
        for name in ["requisition", "report"] {
            let place = format!("forms-{name}");
            let _ = writeln!(self.text, "\n[forms.{name}]");
            self.label(&format!("{place}-heading"), "heading");
            for section in 0..self.form.rows(&format!("{place}-section")) {
                let of = format!("{place}-section-{section}");
                let _ = writeln!(self.text, "\n[[forms.{name}.section]]");
                let _ = writeln!(self.text, "number = {}", self.form.get(&format!("{of}-number")));
                self.label(&format!("{of}-title"), "title");
                let _ = writeln!(self.text, "text = {}", lines(self.form.get(&format!("{of}-text"))));
                for field in 0..self.form.rows(&format!("{of}-field")) {
                    let _ = writeln!(self.text, "[[forms.{name}.section.field]]");
                    let key = self.form.get(&format!("{of}-field-{field}-key"));
                    let _ = writeln!(self.text, "key = {}", quoted(key));
                    self.label(&format!("{of}-field-{field}-label"), "label");
                }
            }
        }
    }

    fn label(&mut self, name: &str, key: &str) {
        let typed = self.form.get(name).trim();
        if typed.is_empty() {
            let message = "Fyll i blankettens rubrik.".to_owned();
            self.faults.push(Fault { field: name.to_owned(), message, is_missing: true });
        }
        let _ = writeln!(self.text, "{key} = {}", quoted(typed));
    }
}

/// What is typed as the file has it; `None` when it is left out.
fn literal(field: &Field, typed: &str) -> Result<Option<String>, Fault> {
    let typed = typed.trim();
    if typed.is_empty() {
        let is_list = matches!(field.kind, Kind::Lines | Kind::Several(_) | Kind::Posts);
        return match field.empty {
            Empty::LeftOut => Ok(None),
            Empty::Written => Ok(Some(if is_list { "[]" } else { "\"\"" }.to_owned())),
            Empty::Fault => {
                let message = format!("Fyll i ”{}”.", field.label);
                Err(Fault { is_missing: true, ..Fault::at("", message) })
            }
        };
    }
    value(field.kind, typed).map(Some).map_err(|message| Fault::at("", message))
}

fn value(kind: Kind, typed: &str) -> Result<String, String> {
    if typed.chars().any(|c| c.is_control() && c != '\n') {
        return Err(
            "Texten innehåller ett osynligt styrtecken. Skriv den på nytt i stället för att klistra in den."
                .to_owned(),
        );
    }
    match kind {
        Kind::Line if typed.contains('\n') => Err("Skriv på en rad.".to_owned()),
        Kind::Line | Kind::Text | Kind::Post | Kind::Fixed => Ok(quoted(typed)),
        Kind::Lines => Ok(lines(typed)),
        Kind::Posts => Ok(list(typed.split(','))),
        Kind::Key => named(
            typed,
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
            "Skriv små bokstäver a–z, siffror och bindestreck, till exempel aldreomsorg-2027.",
        ),
        Kind::Code => named(
            typed,
            |c| c.is_ascii_uppercase() || c.is_ascii_digit(),
            "Skriv stora bokstäver A–Z och siffror, till exempel AO27.",
        ),
        Kind::Kronor => kronor(typed).map(|kronor| kronor.to_string()),
        Kind::Count => whole(typed).map(|number| number.to_string()),
        Kind::Year => match whole(typed)? {
            year @ 1990..=2200 => Ok(year.to_string()),
            _ => Err("Skriv året med fyra siffror, till exempel 2027.".to_owned()),
        },
        Kind::Day => typed
            .parse::<NaiveDate>()
            .map(|day| day.to_string())
            .map_err(|_| "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2027-12-01.".to_owned()),
        Kind::YesNo => match typed {
            "ja" => Ok("true".to_owned()),
            "nej" => Ok("false".to_owned()),
            _ => Err("Välj ja eller nej.".to_owned()),
        },
        Kind::Choice(options) => one_of(options, typed).map(quoted),
        Kind::Several(options) => {
            let chosen: Vec<&str> =
                typed.split(',').map(|word| one_of(options, word.trim())).collect::<Result<_, _>>()?;
            Ok(list(chosen.into_iter()))
        }
    }
}

fn one_of<'a>(options: &[(&str, &str)], typed: &'a str) -> Result<&'a str, String> {
    match options.iter().any(|(key, _)| *key == typed) {
        true => Ok(typed),
        false => Err("Välj något av det som finns i listan.".to_owned()),
    }
}

fn named(typed: &str, is_right: impl Fn(char) -> bool, advice: &str) -> Result<String, String> {
    if typed.chars().all(is_right) { Ok(quoted(typed)) } else { Err(advice.to_owned()) }
}

const BELOW_ZERO: &str =
    "Ett bidrag kan inte vara under 0. Pengar som ska tillbaka är en återbetalning, och hör inte hit.";

/// Whole kronor, as the forms have them.
pub fn kronor(typed: &str) -> Result<i64, String> {
    let kronor =
        values::parse_kronor_or_zero(typed, BELOW_ZERO).map_err(|error| error.to_string())?.to_ore() / 100;
    if kronor <= LARGEST { Ok(kronor) } else { Err("Beloppet är för stort.".to_owned()) }
}

fn whole(typed: &str) -> Result<i64, String> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let number = digits.parse::<u32>().map_err(|_| "Skriv ett helt tal, med siffror.".to_owned())?;
    Ok(i64::from(number))
}

fn lines(typed: &str) -> String {
    list(typed.lines())
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.map(str::trim).filter(|item| !item.is_empty()).map(quoted).collect();
    format!("[{}]", items.join(", "))
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// `allocation.csv`. The column of printed shares is there when a share is.
pub fn allocation(shares: &[Share]) -> String {
    let has_shares = shares.iter().any(|share| !share.published_share.is_empty());
    let mut text = match has_shares {
        true => "post,recipient,published_name,published_share,amount\n".to_owned(),
        false => "post,recipient,published_name,amount\n".to_owned(),
    };
    for share in shares {
        let name = cell(&share.published_name);
        let _ = write!(text, "{},{},{name},", cell(&share.post), cell(&share.recipient));
        if has_shares {
            let _ = write!(text, "{},", cell(&share.published_share));
        }
        let _ = writeln!(text, "{}", share.amount.plain());
    }
    text
}

fn cell(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// The rows of a proposal as shares, or what is to be mended at their amounts.
pub fn shares(rows: &[Row]) -> Result<Vec<Share>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut shares = Vec::new();
    for row in rows {
        match kronor(&row.amount) {
            Ok(kronor) => shares.push(row.share(kronor)),
            Err(message) => {
                let message = format!("{}: {message}", row.published_name);
                faults.push(Fault::at(row.field(), message));
            }
        }
    }
    if faults.is_empty() { Ok(shares) } else { Err(faults) }
}
