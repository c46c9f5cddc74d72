//! What the report says in sentences. Every amount in them is in its tables too.

use super::GovernmentReport;
use crate::{calendar, extension::Kind, money::Money};

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
    let lapsed = report.lapsed.figures.left();
    if lapsed > Money::ZERO {
        said.push(format!("Rätten till {lapsed} har förfallit, eftersom beloppet inte rekvirerades i tid."));
    }
    let open = figures.left() - lapsed;
    if open > Money::ZERO {
        let last_day = report.terms().deadlines.requisition;
        said.push(format!("{open} är inte rekvirerat men rätten har inte förfallit. Sista dag att rekvirera är {last_day}, om inget anstånd finns."));
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
    let (Some(costs), Some(unspent)) = (figures.costs, figures.unspent) else {
        said.push("Ingen av dem har redovisat än.".to_owned());
        return said.join(" ");
    };
    said.push(format!(
        "{} av dem har redovisat. De hade fått {} och redovisar kostnader på {costs}. {unspent} har inte förbrukats.",
        whole.reported, figures.accounted_for
    ));
    if costs + unspent > figures.accounted_for {
        said.push(
            "Det blir tillsammans mer än vad de hade fått, eftersom några har haft större kostnader än så."
                .to_owned(),
        );
    }
    if whole.reported < whole.paid_recipients {
        said.push(format!("För {} av det utbetalda har ingen redovisning kommit in.", figures.unaccounted()));
    }
    let (approved, preliminary) = (&report.approved, &report.preliminary);
    if let (Some(costs), Some(unspent)) = (approved.figures.costs, approved.figures.unspent) {
        said.push(format!(
            "I de {} redovisningar som är godkända är kostnaderna {costs} och det som inte har förbrukats {unspent}.",
            approved.reported
        ));
    }
    if let (Some(costs), Some(unspent)) = (preliminary.figures.costs, preliminary.figures.unspent) {
        said.push(format!(
            "Uppgifterna i de {} redovisningar som inte är godkända än är preliminära: kostnader på {costs} och {unspent} som inte har förbrukats.",
            preliminary.reported
        ));
    }
    said.join(" ")
}

fn repaid(report: &GovernmentReport<'_>) -> String {
    let figures = &report.whole.figures;
    let (Some(repaid), Some(left)) = (figures.repaid, figures.left_to_repay) else {
        return String::new();
    };
    format!("{repaid} har återbetalats. Enligt de godkända redovisningarna är {left} kvar att återbetala.")
}

fn remarks(report: &GovernmentReport<'_>) -> String {
    let late = |what| report.late(what).len();
    // A right that lapsed for a part of the amount is in the amounts above: who requisitioned the rest is not late.
    let parts = [
        (late(Kind::Requisition), "har inte rekvirerat"),
        (late(Kind::Report), "har inte redovisat"),
        (late(Kind::Repayment), "har inte återbetalat allt"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", recipients(count)))
        .collect();
    let late = match parts.split_last() {
        None => "Ingen mottagare har försummat en sista dag.".to_owned(),
        Some((only, [])) => format!("Efter sista dag: {only}."),
        Some((last, others)) => format!("Efter sista dag: {} och {last}.", others.join(", ")),
    };
    let deviations = match report.deviations().len() {
        0 => "Inga avvikelser har redovisats enligt Alt 2.".to_owned(),
        1 => "1 redovisning är intygad med avvikelser (Alt 2).".to_owned(),
        count => format!("{count} redovisningar är intygade med avvikelser (Alt 2)."),
    };
    format!("{late} {deviations}")
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
        "Inte förbrukat är det utbetalda minus kostnaderna, för dem som har redovisat. Den som har kostnader över det utbetalda räknas som noll: ett underskott minskar inte vad andra har kvar. För mottagare med flera poster kan summan av posterna därför vara större än mottagarens totala belopp.".to_owned(),
        "Återbetalt är allt som har kommit in, även i förskott eller för mycket. Kvar att återbetala räknas bara för godkända redovisningar, och varje post för sig.".to_owned(),
        "I flödesbilden ingår bara de återbetalningar som räknas mot det som inte har förbrukats, och det som inte är återbetalt än räknas även för redovisningar som inte är godkända.".to_owned(),
        format!(
            "Sista dagar enligt överenskommelsen: rekvisition {}, redovisning {}, återbetalning {}. Den som har anstånd räknas efter sin egen sista dag.",
            deadlines.requisition, deadlines.report, deadlines.repayment
        ),
    ];
    if let [_, _, ..] = report.posts[..] {
        points.push("En mottagare kan ha del av flera poster. Antalet mottagare totalt är därför inte summan av posternas.".to_owned());
    }
    points
}
