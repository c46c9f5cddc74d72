//! What becomes of a grant once it is paid: the report, and what is to be paid back.

use chrono::{DateTime, Utc};

use crate::{
    grants::{
        grant::{Account, Grant},
        repayment::Settlement,
        report::{Report, Status},
        standing::Facts,
    },
    paths,
};
use values::Id;

/// Where a grant as a whole stands, what to do next and by when.
pub struct Closing {
    pub state: &'static str,
    pub tone: &'static str,
    /// What to do now, or what is waited for, in a sentence.
    pub next: String,
    /// Where to do it; empty when there is nothing to do.
    pub href: String,
    pub action: &'static str,
    /// The report can be begun.
    pub can_start: bool,
    pub report: Option<Id<Report>>,
    /// Something has come in, so that there is a page that says what is to be paid back.
    pub has_reported: bool,
    pub settlement: Settlement,
}

impl Closing {
    /// `None` before anything is paid, unless nothing ever will be.
    pub fn of(grant: &Grant, report: Option<&Report>, now: DateTime<Utc>) -> Option<Self> {
        let facts = Facts::of(grant, report);
        let due = facts.report(None, now).or_else(|| facts.repayment(now));
        let is_late = due.is_some_and(|due| due.is_late());
        let mut closing = Self {
            state: "",
            tone: "neutral",
            next: String::new(),
            href: String::new(),
            action: "",
            can_start: false,
            report: report.map(|report| report.id),
            has_reported: report.is_some_and(|report| report.received().is_some()),
            settlement: facts.settlement(),
        };
        match report {
            Some(report) => closing.follow(report, grant, is_late),
            None if !grant.ledger.total(Account::PaidOut).is_zero() => {
                closing.wait_for_report(grant, is_late);
            }
            None if grant.has_nothing_to_report(now) => {
                closing.state = "Inget att redovisa";
                closing.next =
                    "Inget av bidraget betalas ut till er. Ni ska därför inte lämna någon redovisning."
                        .to_owned();
            }
            None => return None,
        }
        Some(closing)
    }

    fn wait_for_report(&mut self, grant: &Grant, is_late: bool) {
        let deadline = grant.deadlines.report;
        let paid = grant.ledger.total(Account::PaidOut);
        self.can_start = true;
        if is_late {
            self.state = "Redovisningen är försenad";
            self.tone = "danger";
            self.next = format!("Sista dag var {deadline}. Redovisa {paid} så snart ni kan.");
        } else {
            self.state = "Att redovisa";
            self.tone = "warning";
            self.next = format!("Redovisa vad {paid} har använts till{}.", deadline.by());
        }
    }

    fn follow(&mut self, report: &Report, grant: &Grant, is_late: bool) {
        let deadline = grant.deadlines.report;
        let authority = &grant.agreement.authority.name;
        let certifier = grant.agreement.terms.certifier();
        self.state = report.label();
        self.tone = report.tone();
        self.href = paths::report::Case(&report.id).to_string();
        (self.action, self.next) = match &report.status {
            Status::Draft { answers: Some(_), .. } => {
                ("Komplettera", format!("{authority} behöver en komplettering av redovisningen."))
            }
            Status::Draft { .. } if report.correction.is_some() => {
                ("Fortsätt rätta", "Gör klart rättelsen av redovisningen.".to_owned())
            }
            Status::Draft { .. } => {
                ("Fortsätt fylla i", format!("Gör klart redovisningen. {}", deadline.in_a_sentence()))
            }
            Status::AwaitingCertificate { .. } if report.received().is_some() => {
                ("Till intyg", format!("{certifier} ska intyga redovisningen."))
            }
            Status::AwaitingSignature { .. } if report.received().is_some() => {
                ("Till underskrift", "Redovisningen ska skrivas under.".to_owned())
            }
            Status::AwaitingCertificate { .. } => {
                ("Till intyg", format!("{certifier} ska intyga redovisningen. {}", deadline.in_a_sentence()))
            }
            Status::AwaitingSignature { .. } => {
                ("Till underskrift", format!("Redovisningen ska skrivas under. {}", deadline.in_a_sentence()))
            }
            Status::Submitted { .. } => {
                ("Visa redovisningen", format!("Redovisningen väntar på beslut av {authority}."))
            }
            Status::Approved(_) => ("Visa redovisningen", String::new()),
        };
        if !matches!(report.status, Status::Approved(_)) {
            if report.received().is_none() && is_late {
                self.tone = "danger";
                self.next = format!("{} Den dagen har passerat.", self.next);
            } else if !self.settlement.left.is_zero() {
                // A correction that is under way takes nothing of what is owed.
                self.tone = if is_late { "danger" } else { self.tone };
                self.next = format!("{} {}", self.next, self.owed(grant, is_late));
            }
        } else if report.is_outpaid(&grant.ledger) {
            self.state = "Rätta redovisningen";
            self.tone = "warning";
            self.action = "Till redovisningen";
            self.next =
                "Mer har betalats ut sedan redovisningen godkändes. Rätta redovisningen så att den omfattar hela bidraget."
                    .to_owned();
        } else {
            self.settle(grant, is_late);
        }
    }

    /// The report is approved: what is left is money.
    fn settle(&mut self, grant: &Grant, is_late: bool) {
        let settlement = self.settlement;
        if settlement.is_closed() {
            self.state = "Avslutat";
            self.next = match settlement.owed.is_zero() {
                true => "Redovisningen är godkänd och inget ska betalas tillbaka.".to_owned(),
                false => format!("Redovisningen är godkänd och {} är återbetalda.", settlement.owed),
            };
            if !settlement.excess.is_zero() {
                self.next = format!("{} Ni har betalat {} för mycket.", self.next, settlement.excess);
            }
            return;
        }
        self.href = paths::repayment::Statement(&grant.id).to_string();
        self.action = "Så betalar ni tillbaka";
        self.state = settlement.label();
        self.tone = settlement.tone(is_late);
        self.next = self.owed(grant, is_late);
    }

    fn owed(&self, grant: &Grant, is_late: bool) -> String {
        let (left, last_day) = (self.settlement.left, grant.deadlines.repayment);
        match is_late {
            true => format!("{left} ska betalas tillbaka. Sista dag var {last_day}."),
            false => format!("Betala tillbaka {left}{}.", last_day.by()),
        }
    }
}
