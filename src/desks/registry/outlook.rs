//! What a succession would pass, read once more before it is registered: from whom to whom, and what becomes of what is
//! under way. It is never undone, so nobody should find out afterwards.

use super::{Held, form::Grounds};
use crate::{
    grants::{
        report::{self, Report},
        requisition::{self, Requisition},
    },
    ground::infra::hash::sha256_hex,
    people::recipient::Organisation,
};

#[derive(Debug, Clone)]
pub struct Outlook {
    pub grounds: Grounds,
    pub handovers: Vec<Handover>,
    /// What the organisation of a split keeps.
    pub staying: Vec<Held>,
}

/// What passes from one organisation to another.
#[derive(Debug, Clone)]
pub struct Handover {
    pub from: Organisation,
    pub to: Organisation,
    pub grants: Vec<Going>,
}

#[derive(Debug, Clone)]
pub struct Going {
    pub held: Held,
    pub under_way: Vec<UnderWay>,
}

/// A requisition or a report that is neither begun in private nor done with, as an authority sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderWay {
    pub number: String,
    pub label: &'static str,
    /// What becomes of it.
    pub follows: &'static str,
}

const TAKEN_BACK: &str = "Tas tillbaka, så att efterföljaren fyller i sina uppgifter.";
const STANDS: &str = "Står kvar som den kom in. Ert beslut gäller efterföljaren.";
const COMPLETED: &str = "Efterföljaren kompletterar den.";

impl UnderWay {
    /// Nothing for a draft: that it is there is the recipient's own.
    pub fn of_requisition(held: &Held, requisition: &Requisition) -> Option<Self> {
        use requisition::Status;
        let follows = match &requisition.status {
            Status::AwaitingSignature { .. } => TAKEN_BACK,
            Status::Submitted { .. } => STANDS,
            Status::Returned(_) => COMPLETED,
            Status::Draft
            | Status::Approved { .. }
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => return None,
        };
        let number = requisition::case_number(&held.agreement_code, &held.recipient.0, requisition.number);
        Some(Self { number, label: requisition.status.label(), follows })
    }

    /// Nothing for what never came in and is not certified either.
    pub fn of_report(held: &Held, report: &Report) -> Option<Self> {
        use report::Status;
        let follows = match &report.status {
            Status::AwaitingCertificate { answers: None } if report.correction.is_none() => return None,
            Status::Draft { answers: None, .. } if report.correction.is_none() => return None,
            Status::AwaitingCertificate { .. } | Status::AwaitingSignature { .. } => TAKEN_BACK,
            Status::Draft { .. } => COMPLETED,
            Status::Submitted { .. } => STANDS,
            Status::Approved(_) => return None,
        };
        let number = report::case_number(&held.agreement_code, &held.recipient.0);
        Some(Self { number, label: report.label(), follows })
    }
}

impl Outlook {
    /// Of all that it shows: what is registered is what was read. What comes in meanwhile is read first.
    pub fn fingerprint(&self) -> String {
        let grounds = &self.grounds;
        let mut told = format!("{}\n{}\n{}\n", grounds.day, grounds.decision, grounds.reason);
        for Handover { from, to, grants } in &self.handovers {
            for Going { held, under_way } in grants {
                told += &format!("{} {} {}\n", held.grant, from.id, to.id);
                told.extend(under_way.iter().map(|of| format!("{} {}\n", of.number, of.label)));
            }
        }
        sha256_hex(told)
    }

    pub fn count(&self) -> usize {
        self.handovers.iter().map(|handover| handover.grants.len()).sum()
    }
}
