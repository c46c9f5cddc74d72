//! What a repayment is reckoned from, for the page and for the printed slip (*underlag för återbetalning*).

use chrono::{DateTime, Utc};

use super::{Settlement, number_of};
use crate::grants::grant::{Account, Grant};
use document::sheet::{Field, PaymentSlip};
use values::{GiroAccount, Money, calendar::zoned_time};

/// *Bidrag – totala kostnader* of one post (Bilaga 2, Ekonomisk redovisning punkt 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLine {
    pub name: String,
    pub paid_out: Money,
    pub costs: Money,
    /// Negative where it is a deficit.
    pub unspent: Money,
}

impl PostLine {
    /// The posts that anything was paid out or used of.
    pub fn of(grant: &Grant) -> Vec<Self> {
        let line = |post: &crate::terms::agreement::Post| Self {
            name: post.name.clone(),
            paid_out: grant.ledger.of(&post.key, Account::PaidOut),
            costs: grant.ledger.of(&post.key, Account::Costs),
            unspent: grant.ledger.unspent(&post.key),
        };
        let is_used = |line: &Self| !(line.paid_out.is_zero() && line.costs.is_zero());
        grant.posts().map(line).filter(is_used).collect()
    }

    pub fn unspent_label(&self) -> &'static str {
        if self.unspent.is_negative() { "Underskott" } else { "Inte förbrukat" }
    }

    /// A deficit is told by its label; its amount is what was spent above what was paid out.
    pub fn unspent_shown(&self) -> Money {
        if self.unspent.is_negative() { -self.unspent } else { self.unspent }
    }
}

/// Where to pay, with its kind; empty until the authority has stated it.
pub fn account(grant: &Grant) -> String {
    grant.agreement.repayment_account.map(GiroAccount::with_kind).unwrap_or_default()
}

/// The slip for what is left to repay.
pub fn slip(grant: &Grant, settlement: &Settlement, now: DateTime<Utc>, practice: bool) -> PaymentSlip {
    let (terms, number) = (&grant.agreement.terms, number_of(grant));
    let posts = PostLine::of(grant);
    let of_post = |post: &PostLine| {
        [
            Field::text(format!("{}: utbetalt", post.name), post.paid_out.to_string()),
            Field::text(format!("{}: kostnader", post.name), post.costs.to_string()),
            Field::text(
                format!("{}: {}", post.name, post.unspent_label().to_lowercase()),
                post.unspent_shown().to_string(),
            ),
        ]
    };
    let mut basis: Vec<Field> = posts.iter().flat_map(of_post).collect();
    basis.push(Field::text("Att återbetala", settlement.owed.to_string()));
    if settlement.repaid > Money::ZERO {
        basis.push(Field::text("Redan återbetalt", settlement.repaid.to_string()));
        basis.push(Field::text("Kvar att återbetala", settlement.left.to_string()));
    }
    PaymentSlip {
        title: format!("Underlag för återbetalning {number}, {}", grant.holder.formal_name),
        heading: "Återbetalning av bidrag som inte har förbrukats".to_owned(),
        number,
        agreement: terms.title(),
        practice,
        payer: grant.holder.formal_name.clone(),
        payee: grant.agreement.authority.formal_name.clone(),
        account: account(grant),
        ocr: grant.ocr().to_string(),
        amount: settlement.left.to_string(),
        due: grant.deadlines.repayment.to_string(),
        basis,
        note: note(grant),
        fingerprint: String::new(),
        issued: zoned_time(now),
    }
}

fn note(grant: &Grant) -> String {
    let known = |number: &str| if number.is_empty() { "ej angivet".to_owned() } else { number.to_owned() };
    let (of, numbers) = (&grant.agreement.terms.instrument, &grant.agreement.diarienummer);
    let [of_terms, of_payment] = of.diarienummer_labels();
    format!(
        "Betala med OCR-numret, så förs pengarna till rätt bidrag. {of_terms}: {}. {of_payment}: {}.",
        known(&numbers.agreement),
        known(&numbers.payment_decision)
    )
}
