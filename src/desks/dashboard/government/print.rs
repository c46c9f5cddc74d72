//! The report as a document.

use super::{GovernmentReport, tables, words};
use crate::{
    desks::dashboard::{Measure, pictures, tables as overview},
    grants::{grant::store::Movement, standing::What},
};
use document::{
    report::{Chapter, Column, Part, Picture, Report, TablePart},
    sheet::Field,
};
use picture::Map;
use table::{Cell, Table};
use values::{Money, calendar};

const HEADING: &str = "Rapport till regeringen";
/// So many of the largest amounts are drawn.
const LARGEST: usize = 10;

#[derive(Debug, thiserror::Error)]
#[error("a picture could not be drawn: {0}")]
pub struct Undrawn(String);

/// # Errors
/// When a picture's template cannot be written, which a `String` can always be.
pub fn document(
    report: &GovernmentReport<'_>,
    movements: &[Movement],
    practice: bool,
) -> Result<Report, Undrawn> {
    let terms = report.terms();
    let day = calendar::long_date(report.today());
    let agreement = terms.title();
    Ok(Report {
        title: format!("{HEADING}: {agreement}"),
        heading: HEADING.to_owned(),
        running: format!("{HEADING}. {agreement}"),
        number: format!("Uppgifter den {day}"),
        practice,
        facts: facts(report, &day),
        chapters: vec![
            Chapter::new("Sammanfattning", words::summary(report).into_iter().map(Part::paragraph).collect()),
            totals(report),
            pictures_of(report, movements)?,
            late(report),
            deviations(report),
            states(report),
            Chapter::new("Så är uppgifterna framtagna", vec![Part::Points { items: words::method(report) }]),
            counties(report),
            recipients(report),
        ],
        agreement,
        fingerprint: String::new(),
        issued: day,
    })
}

fn facts(report: &GovernmentReport<'_>, day: &str) -> Vec<Field> {
    let agreement = &report.outcome.agreement;
    let or_not_stated =
        |text: &str| if text.is_empty() { "Inte angivet".to_owned() } else { text.to_owned() };
    let [of_terms, of_payment] = agreement.terms.instrument.diarienummer_labels();
    vec![
        Field::text("Betalande myndighet", &agreement.authority.name),
        Field::text("Uppgifterna avser", day),
        Field::text(of_terms, or_not_stated(&agreement.diarienummer.agreement)),
        Field::text(of_payment, or_not_stated(&agreement.diarienummer.payment_decision)),
    ]
}

fn totals(report: &GovernmentReport<'_>) -> Chapter {
    let mut parts = vec![
        Part::paragraph(
            "Antalet är de mottagare som beloppet är större än noll för, och för kostnader de som har redovisat.",
        ),
        Part::Table(whole_table(&tables::totals(report), "Utfall i sammandrag", &[])),
    ];
    if !report.posts.is_empty() {
        parts.push(Part::heading("Per post"));
        parts.push(Part::Table(whole_table(&tables::posts(report), "Belopp i kronor per post", &["post"])));
    }
    Chapter::new("Totaler", parts)
}

fn pictures_of(report: &GovernmentReport<'_>, movements: &[Movement]) -> Result<Chapter, Undrawn> {
    let mut parts = Vec::new();
    let mut add = |heading: &str, svg: Result<String, Undrawn>, alt: String, caption: &str, width: u8| {
        parts.push(Part::heading(heading));
        parts.push(Part::Picture(Picture { svg: svg?, alt, caption: caption.to_owned(), width }));
        Ok(())
    };
    if let Some(flow) = pictures::flow(&report.whole) {
        let caption = "Från tilldelat till återbetalt. Bredden är andelen av det tilldelade. Överskott är det som inte har förbrukats, post för post. Ett underskott är betalt med andra pengar och är inte med.";
        add("Hur pengarna har använts", drawn(flow.to_svg()), flow_told(report), caption, 56)?;
    }
    let progress = pictures::progress(report.outcome, movements, report.today());
    let told = progress.series.iter().filter_map(|series| {
        series.points.last().map(|(_, amount)| format!("{}: {amount}", series.label.to_lowercase()))
    });
    let alt = format!(
        "Linjer över tid. Den {}: {}.",
        calendar::long_date(report.today()),
        told.collect::<Vec<_>>().join("; ")
    );
    let caption = "Sammanlagda belopp dag för dag, efter när de registrerades i portalen.";
    add("Över tid", drawn(progress.to_svg()), alt, caption, 66)?;
    if report.whole.reported > 0 {
        let bars = pictures::largest(&report.rows, Measure::Unspent, LARGEST, |_| None);
        let caption = "De mottagare som har störst belopp som inte har förbrukats.";
        add(
            "Störst belopp som inte har förbrukats",
            drawn(bars.to_svg()),
            largest_told(report),
            caption,
            60,
        )?;
        if pictures::has_map(&report.rows) {
            let map = pictures::share_map(&report.rows, |_| None);
            let caption = "Andel av det utbetalda som inte har förbrukats, för kommuner som har redovisat.";
            add("Var i landet", drawn(map.to_svg()), map_told(&map), caption, 62)?;
        }
    }
    Ok(Chapter::new("Bilder", parts))
}

fn drawn<E: std::fmt::Display>(svg: Result<String, E>) -> Result<String, Undrawn> {
    svg.map_err(|error| Undrawn(error.to_string()))
}

fn flow_told(report: &GovernmentReport<'_>) -> String {
    let of = &report.whole.figures;
    format!(
        "Flöde i steg. Tilldelat: {}. Rekvirerat: {}. Utbetalt: {}. Utbetalt som är redovisat: {}. Överskott: {}. Återbetalt av det: {}.",
        of.allocated,
        of.requisitioned,
        of.paid,
        of.accounted_for,
        of.surplus.unwrap_or_default(),
        of.repaid_of_owed.unwrap_or_default()
    )
}

fn map_told(map: &Map) -> String {
    let count = |at| map.shapes.iter().filter(|shape| shape.class == Some(at)).count();
    let classes = map.classes.iter().enumerate().map(|(at, class)| format!("{}: {}", class.label, count(at)));
    format!(
        "Karta över Sveriges kommuner. {}. Antal per klass: {}.",
        map.legend,
        classes.collect::<Vec<_>>().join("; ")
    )
}

fn largest_told(report: &GovernmentReport<'_>) -> String {
    let mut of: Vec<(Money, &str)> = report
        .rows
        .iter()
        .filter_map(|row| {
            Some((
                row.figures.unspent().filter(|unspent| *unspent > Money::ZERO)?,
                row.recipient.name.as_str(),
            ))
        })
        .collect();
    of.sort_by_key(|(unspent, _)| std::cmp::Reverse(*unspent));
    let told = of.iter().take(LARGEST).map(|(unspent, name)| format!("{name}: {unspent}"));
    format!("Staplar. {}.", told.collect::<Vec<_>>().join("; "))
}

/// What was not done in time: of what, in which words, and the columns of its table.
const OVERDUE: [(What, &str, &str, &[&str]); 4] = [
    (
        What::Requisition,
        "Har inte rekvirerat i tid",
        "Beloppet är det som inte är rekvirerat, post för post. Det är förfallet där villkoren säger att rätten förfaller.",
        &["mottagare", "vad", "status", "sista-dag", "belopp", "lage"],
    ),
    (
        What::Report,
        "Har inte redovisat",
        "Beloppet är det som är utbetalt och inte redovisat.",
        &["mottagare", "sista-dag", "dagar", "belopp", "lage", "lan"],
    ),
    (
        What::Repayment,
        "Har inte återbetalat",
        "Beloppet är det som är kvar att återbetala enligt den godkända redovisningen.",
        &["mottagare", "sista-dag", "dagar", "belopp", "lage", "lan"],
    ),
    (
        What::FurtherReport,
        "Har inte lämnat övriga redovisningar",
        "De redovisningar som villkoren kräver utöver den ekonomiska.",
        &["mottagare", "vad", "sista-dag", "dagar", "lage", "lan"],
    ),
];

fn late(report: &GovernmentReport<'_>) -> Chapter {
    let mut parts = Vec::new();
    let asked = |what| what != What::FurtherReport || !report.terms().further_reports.is_empty();
    for (what, heading, lead, columns) in OVERDUE.into_iter().filter(|(what, ..)| asked(*what)) {
        parts.push(Part::heading(heading));
        let table = tables::overdue(report, &[what]);
        if table.rows.is_empty() {
            parts.push(Part::paragraph("Ingen mottagare."));
            continue;
        }
        let caption = match table.rows.len() {
            1 => format!("{heading}: 1 rad"),
            rows => format!("{heading}: {rows} rader"),
        };
        parts.push(Part::paragraph(lead));
        parts.push(Part::Table(table_of(&table, &caption, columns, &["mottagare", "vad"])));
    }
    parts.push(Part::heading("Återkrav"));
    parts.push(Part::paragraph("Inga återkrav är registrerade i portalen."));
    Chapter::new("Försenat och återkrävt", parts)
}

fn deviations(report: &GovernmentReport<'_>) -> Chapter {
    let table = tables::deviations(report);
    let parts = match table.rows.len() {
        0 => vec![Part::paragraph("Ingen inkommen redovisning är intygad med avvikelser.")],
        count => vec![
            Part::paragraph(
                "Den som intygar redovisningen har här bedömt att den inte är korrekt. Texten är mottagarens egen.",
            ),
            Part::Table(whole_table(
                &table,
                &format!("Avvikelser enligt Alt 2: {count} redovisningar"),
                &["avvikelser", "atgarder"],
            )),
        ],
    };
    Chapter::new("Avvikelser enligt Alt 2", parts)
}

fn states(report: &GovernmentReport<'_>) -> Chapter {
    let table =
        whole_table(&tables::states(report), "Antal och andel mottagare i varje läge", &["betydelse"]);
    Chapter::new("Mottagarnas lägen", vec![Part::Table(table)])
}

/// What the large tables have room for, after what each row is of.
const LARGE: [&str; 9] = [
    "tilldelat",
    "rekvirerat",
    "kvar",
    "utbetalt",
    "kostnader",
    "inte-forbrukat",
    "andel",
    "aterbetalt",
    "kvar-att-aterbetala",
];

fn counties(report: &GovernmentReport<'_>) -> Chapter {
    let table = overview::counties(&report.rows, true, "");
    let columns = [&["lan", "mottagare", "sena"][..], &LARGE].concat();
    let part = table_of(&table, "Belopp i kronor per län", &columns, &["lan"]);
    Chapter::new("Per län", vec![Part::Table(part)]).lying_down()
}

fn recipients(report: &GovernmentReport<'_>) -> Chapter {
    let table = overview::recipients(&report.rows, true);
    let columns = [&["mottagare", "lage"][..], &LARGE].concat();
    let part = table_of(&table, "Belopp i kronor per mottagare", &columns, &["mottagare"]);
    Chapter::new("Per mottagare", vec![Part::Table(part)]).lying_down()
}

fn whole_table(table: &Table, caption: &str, wide: &[&str]) -> TablePart {
    let columns: Vec<&str> = table.columns.iter().map(|column| &*column.key).collect();
    table_of(table, caption, &columns, wide)
}

/// These columns of a table, in this order; those of `wide` have what room is left.
fn table_of(table: &Table, caption: &str, columns: &[&str], wide: &[&str]) -> TablePart {
    let places: Vec<usize> =
        columns.iter().filter_map(|key| table.columns.iter().position(|column| column.key == *key)).collect();
    let of =
        |cells: &[Cell]| places.iter().map(|at| cells.get(*at).map_or_else(String::new, printed)).collect();
    let total = |cells: &[Cell]| {
        let printed = |at: &usize| {
            cells.get(*at).filter(|cell| **cell != Cell::Empty).map_or_else(String::new, printed)
        };
        places.iter().map(printed).collect()
    };
    let column = |at: &usize| {
        let column = &table.columns[*at];
        Column {
            label: column.label.clone().into_owned(),
            is_numeric: column.is_numeric,
            is_wide: wide.contains(&&*column.key),
        }
    };
    TablePart {
        caption: caption.to_owned(),
        columns: places.iter().map(column).collect(),
        rows: table.rows.iter().map(|row| of(&row.cells)).collect(),
        total: table.total.as_deref().map(total).unwrap_or_default(),
    }
}

fn printed(cell: &Cell) -> String {
    match cell.shown() {
        nothing if nothing.is_empty() => "–".to_owned(),
        shown => shown,
    }
}
