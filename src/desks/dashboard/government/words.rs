//! What the report says in sentences. Every amount in them is in its tables too.

use super::GovernmentReport;
use crate::{
    desks::dashboard::{Figures, Summary},
    grants::standing::{Timing, What},
};
use values::{Money, calendar};

/// The summary, a paragraph each.
pub fn summary(report: &GovernmentReport<'_>) -> Vec<String> {
    [requisitioned(report), spent(report), repaid(report), remarks(report)]
        .into_iter()
        .filter(|paragraph| !paragraph.is_empty())
        .collect()
}

fn requisitioned(report: &GovernmentReport<'_>) -> String {
    let (whole, figures) = (&report.whole, &report.whole.figures);
    let mut said = vec![
        format!("{} har tilldelats {}.", figures.allocated, recipients(whole.recipients)),
        format!(
            "{} av dem har lämnat in en rekvisition. Sammanlagt har {} rekvirerats, varav {} är godkänt.",
            whole.recipients - whole.unanswered,
            figures.requisitioned,
            figures.approved
        ),
    ];
    let due = |timing| whole.due(What::Requisition, timing);
    let (lapsed, at_risk, open) = (whole.lapsed(), due(Timing::AtRisk), due(Timing::Open));
    let late = due(Timing::Late).amount;
    if lapsed.amount > Money::ZERO {
        said.push(format!(
            "Rätten till {} har förfallit för {}, eftersom beloppet inte rekvirerades i tid.",
            lapsed.amount,
            recipients(lapsed.recipients)
        ));
    }
    if at_risk.amount > Money::ZERO {
        said.push(format!("{} är inte rekvirerat, och sista dagen har inte passerat.", at_risk.amount));
    }
    if late > Money::ZERO {
        said.push(format!("{late} är inte rekvirerat trots att sista dagen har passerat."));
    }
    if open.amount > Money::ZERO {
        said.push(format!(
            "{} är inte rekvirerat av {} som inte har någon sista dag.",
            open.amount,
            recipients(open.recipients)
        ));
    }
    said.join(" ")
}

fn spent(report: &GovernmentReport<'_>) -> String {
    let (whole, figures) = (&report.whole, &report.whole.figures);
    if !whole.is_paid() {
        return "Inget har betalats ut än.".to_owned();
    }
    let mut said =
        vec![format!("{} har betalats ut till {}.", figures.paid, recipients(whole.paid_recipients))];
    let Some(costs) = figures.costs else {
        said.push("Ingen av dem har redovisat än.".to_owned());
        return said.join(" ");
    };
    said.push(format!(
        "{} av dem har redovisat. De hade fått {} och redovisar kostnader om {costs}. {}",
        whole.reported,
        figures.accounted_for,
        unspent(whole)
    ));
    if whole.reported < whole.paid_recipients {
        said.push(format!("För {} av det utbetalda har ingen redovisning kommit in.", figures.unaccounted()));
    }
    let (approved, preliminary) = (&report.approved, &report.preliminary);
    if let (Some(costs), Some(unspent)) = known(&approved.figures) {
        let reports = match approved.reported {
            1 => "I den redovisning som är godkänd".to_owned(),
            count => format!("I de {count} redovisningar som är godkända"),
        };
        said.push(format!("{reports} är kostnaderna {costs} och det som inte har förbrukats {unspent}."));
    }
    if let (Some(costs), Some(unspent)) = known(&preliminary.figures) {
        let reports = match preliminary.reported {
            1 => "den redovisning som ännu inte är godkänd".to_owned(),
            count => format!("de {count} redovisningar som ännu inte är godkända"),
        };
        said.push(format!(
            "Uppgifterna i {reports} är preliminära: kostnader om {costs} och {unspent} som inte har förbrukats."
        ));
    }
    said.join(" ")
}

fn known(figures: &Figures) -> (Option<Money>, Option<Money>) {
    (figures.costs, figures.unspent())
}

/// What was not used, with surplus and deficit apart where there are both.
fn unspent(of: &Summary) -> String {
    let figures = &of.figures;
    let unspent = figures.unspent().unwrap_or_default();
    let (surplus, deficit) = (figures.surplus.unwrap_or_default(), figures.deficit().unwrap_or_default());
    if deficit.is_zero() {
        return format!("{unspent} har inte förbrukats.");
    }
    format!(
        "{unspent} har inte förbrukats: {surplus} är överskott hos {} och {deficit} underskott hos {}. Ett underskott ger inget att återbetala.",
        recipients(of.with_surplus),
        recipients(of.with_deficit)
    )
}

fn repaid(report: &GovernmentReport<'_>) -> String {
    let figures = &report.whole.figures;
    let (Some(repaid), Some(left)) = (figures.repaid, figures.left_to_repay) else {
        return String::new();
    };
    format!("{repaid} har återbetalats. Enligt de godkända redovisningarna är {left} kvar att återbetala.")
}

fn remarks(report: &GovernmentReport<'_>) -> String {
    let late = |what| report.whole.due(what, Timing::Late).recipients;
    let parts = [
        (late(What::Requisition), "har inte rekvirerat allt"),
        (late(What::Report), "har inte redovisat"),
        (late(What::Repayment), "har inte återbetalat allt"),
        (late(What::FurtherReport), "har inte lämnat övriga redovisningar"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", recipients(count)))
        .collect();
    let late = match parts.split_last() {
        None => "Ingen mottagare är sen.".to_owned(),
        Some((only, [])) => format!("Efter sista dag: {only}."),
        Some((last, others)) => format!("Efter sista dag: {} och {last}.", others.join(", ")),
    };
    let deviations = match report.deviations().len() {
        0 if report.terms().certificate.is_none() => String::new(),
        0 => "Inga avvikelser har redovisats enligt Alt 2.".to_owned(),
        1 => "1 redovisning är intygad med avvikelser (Alt 2).".to_owned(),
        count => format!("{count} redovisningar är intygade med avvikelser (Alt 2)."),
    };
    format!("{late} {deviations}").trim().to_owned()
}

fn recipients(count: usize) -> String {
    if count == 1 { "1\u{A0}bidragsmottagare".to_owned() } else { format!("{count}\u{A0}bidragsmottagare") }
}

/// How the figures were made, a point each.
pub fn method(report: &GovernmentReport<'_>) -> Vec<String> {
    let deadlines = &report.terms().deadlines;
    let mut points = vec![
        format!(
            "Uppgifterna avser den {} och är hämtade ur Bidragsporten. Alla belopp är i kronor.",
            calendar::long_date(report.today())
        ),
        "Varje belopp är summan av posterna i bidragens reskontra. Reskontran ändras aldrig i efterhand: en rättelse är en ny post.".to_owned(),
        "Tilldelat är de belopp som har publicerats. Rekvirerat är inkomna rekvisitioner som inte är avslagna eller återkallade.".to_owned(),
        "Kostnader är de som mottagaren har redovisat senast. De är preliminära tills redovisningen är godkänd.".to_owned(),
        "Inte förbrukat är det utbetalda minus kostnaderna, för dem som har redovisat. Den som har kostnader över det utbetalda har ett underskott, som visas med minustecken. Varje summa är summan av sina rader. Överskott och underskott är samma belopp var för sig, post för post: bara ett överskott ska återbetalas.".to_owned(),
        "Återbetalt är allt som har kommit in, även i förskott eller för mycket. Kvar att återbetala räknas bara för godkända redovisningar, och varje post för sig.".to_owned(),
        "I flödesbilden ingår bara överskott och de återbetalningar som räknas mot dem. Det som inte är återbetalt än räknas där även för redovisningar som inte är godkända.".to_owned(),
        format!(
            "Sista dagar enligt villkoren: rekvisition {}, redovisning {}, återbetalning {}. Var och en räknas efter sin egen sista dag: den som har anstånd efter den, och den som inte har någon sista dag är aldrig sen.",
            deadlines.requisition, deadlines.report, deadlines.repayment
        ),
    ];
    points.extend(report.terms().discrepancy());
    if let [_, _, ..] = report.posts[..] {
        points.push("En mottagare kan ha del av flera poster. Antalet mottagare totalt är därför inte summan av posternas.".to_owned());
    }
    points
}
