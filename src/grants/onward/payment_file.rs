//! A payment list as files: `pain.001.001.03` for the municipality's bank, and a table for its ledger.
//!
//! The message is ISO 20022's *CustomerCreditTransferInitiationV03*, filled in for Swedish giro payments:
//!
//! - by the *Swedish Common Interpretation of ISO 20022 Payment Messages*, appendix 1 (2014), bankgiro and plusgiro payments are
//!   executed as `NURG`;
//! - as open implementations of banks' guides have it (no guide was read in full, and no bank has taken a file): supplier payments
//!   (`SUPP`) as the category, and the code `SESBA` (Sweden Bankgiro Clearing Code) with 9900 for Bankgirot and 9960 for
//!   Plusgirot. A bankgiro number is an account of the scheme `BGNR`; a plusgiro number is a `BBAN`.
//!
//! What none of them demands of a giro payment is left out, so that the agreement with the bank decides: who bears the charges
//! (`ChrgBr`), how it is booked, the addresses of those who are paid, which the portal does not know.

mod latin;

use std::{collections::HashSet, io};

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Stockholm;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use thiserror::Error;

use self::latin::{is_reference, latin};
use super::{list::List, payments::Payment};
use table::{Cell, Column, Row, Table};
use values::{GiroAccount, GiroKind, Money, OrganisationNumber};

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03";
/// Max35Text: every reference.
const REFERENCE: usize = 35;
/// Swedish banks read 70 of the 140 characters that the schema gives a name.
const NAME: usize = 70;
/// Max140Text: the message to who is paid.
const MESSAGE: usize = 140;

/// Who pays: the municipality.
#[derive(Debug, Clone, Copy)]
pub struct Payer<'a> {
    /// Its formal name.
    pub name: &'a str,
    pub number: OrganisationNumber,
}

/// Why there is no file. A list that was made of awards has none of these.
#[derive(Debug, Error)]
pub enum PaymentFileError {
    #[error("the payment list has no payments")]
    Empty,
    #[error("the payment {0} is not of a positive amount")]
    Amount(String),
    #[error("the payment's id {0:?} is no reference of at most 35 characters")]
    Id(String),
    #[error("two payments have the id {0}")]
    Twice(String),
    #[error("the payment file could not be written: {0}")]
    Write(#[from] io::Error),
}

/// The file for the bank, the same bytes every time for the same list. In practice mode it begins with a comment that says so.
pub fn pain001(
    list: &List,
    payer: Payer,
    payments: &[Payment],
    case_number: &str,
    practice: bool,
) -> Result<Vec<u8>, PaymentFileError> {
    check(payments)?;
    let file = File { list, payer, payments, case_number };
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    if practice {
        let mark = " ÖVNING: påhittade uppgifter. Skicka inte filen till någon bank. ";
        xml.write_event(Event::Comment(BytesText::from_escaped(mark)))?;
    }
    xml.create_element("Document").with_attribute(("xmlns", NAMESPACE)).write_inner_content(|xml| {
        inside(xml, "CstmrCdtTrfInitn", |xml| {
            inside(xml, "GrpHdr", |xml| file.header(xml))?;
            inside(xml, "PmtInf", |xml| file.information(xml))
        })
    })?;
    xml.write_event(Event::Text(BytesText::from_escaped("\n")))?;
    Ok(xml.into_inner())
}

fn check(payments: &[Payment]) -> Result<(), PaymentFileError> {
    if payments.is_empty() {
        return Err(PaymentFileError::Empty);
    }
    let mut ids = HashSet::new();
    for payment in payments {
        if payment.amount <= Money::ZERO {
            return Err(PaymentFileError::Amount(payment.id.clone()));
        }
        if !is_reference(&payment.id, REFERENCE) {
            return Err(PaymentFileError::Id(payment.id.clone()));
        }
        if !ids.insert(&payment.id) {
            return Err(PaymentFileError::Twice(payment.id.clone()));
        }
    }
    Ok(())
}

type Xml = Writer<Vec<u8>>;

struct File<'a> {
    list: &'a List,
    payer: Payer<'a>,
    payments: &'a [Payment],
    case_number: &'a str,
}

impl File<'_> {
    fn header(&self, xml: &mut Xml) -> io::Result<()> {
        text(xml, "MsgId", &self.message_id())?;
        text(xml, "CreDtTm", &local_time(self.list.made_at))?;
        self.totals(xml)?;
        inside(xml, "InitgPty", |xml| self.payer_named(xml, |_| Ok(())))
    }

    /// The list's id without its dashes: a bank takes a file once by it.
    fn message_id(&self) -> String {
        self.list.id.to_string().replace('-', "")
    }

    /// `AO22-0180-V-L1`: what the municipality finds in its bank's list. Where that is too long, the id.
    fn payment_information_id(&self) -> String {
        let name = self.list.name(self.case_number);
        if is_reference(&name, REFERENCE) { name } else { self.message_id() }
    }

    fn totals(&self, xml: &mut Xml) -> io::Result<()> {
        text(xml, "NbOfTxs", &self.payments.len().to_string())?;
        text(xml, "CtrlSum", &decimals(total(self.payments)))
    }

    /// The organisationsnummer is what the bank knows its customer by (`BANK`: *Bank Party Identification*).
    fn payer_named(&self, xml: &mut Xml, address: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
        text(xml, "Nm", &self.name())?;
        address(xml)?;
        path(xml, &["Id", "OrgId", "Othr"], |xml| {
            text(xml, "Id", &self.payer.number.digits())?;
            path(xml, &["SchmeNm"], |xml| text(xml, "Cd", "BANK"))
        })
    }

    fn name(&self) -> String {
        or(latin(self.payer.name, NAME), self.payer.number)
    }

    fn information(&self, xml: &mut Xml) -> io::Result<()> {
        text(xml, "PmtInfId", &self.payment_information_id())?;
        text(xml, "PmtMtd", "TRF")?;
        self.totals(xml)?;
        inside(xml, "PmtTpInf", |xml| {
            path(xml, &["SvcLvl"], |xml| text(xml, "Cd", "NURG"))?;
            path(xml, &["CtgyPurp"], |xml| text(xml, "Cd", "SUPP"))
        })?;
        text(xml, "ReqdExctnDt", &self.list.pay_on.to_string())?;
        inside(xml, "Dbtr", |xml| {
            self.payer_named(xml, |xml| path(xml, &["PstlAdr"], |xml| text(xml, "Ctry", "SE")))
        })?;
        inside(xml, "DbtrAcct", |xml| {
            account(xml, GiroAccount::Bankgiro(self.list.account))?;
            text(xml, "Ccy", "SEK")
        })?;
        path(xml, &["DbtrAgt", "FinInstnId"], |xml| text(xml, "BIC", self.list.bic.as_str()))?;
        self.payments.iter().try_for_each(|payment| inside(xml, "CdtTrfTxInf", |xml| transfer(xml, payment)))
    }
}

fn transfer(xml: &mut Xml, payment: &Payment) -> io::Result<()> {
    inside(xml, "PmtId", |xml| {
        text(xml, "InstrId", &payment.id)?;
        text(xml, "EndToEndId", &payment.id)
    })?;
    path(xml, &["Amt"], |xml| {
        let amount = decimals(payment.amount);
        let element = xml.create_element("InstdAmt").with_attribute(("Ccy", "SEK"));
        element.write_text_content(BytesText::new(&amount)).map(drop)
    })?;
    path(xml, &["CdtrAgt", "FinInstnId", "ClrSysMmbId"], |xml| {
        path(xml, &["ClrSysId"], |xml| text(xml, "Cd", "SESBA"))?;
        text(xml, "MmbId", clearing_number(payment.account.kind()))
    })?;
    let name = or(latin(&payment.provider, NAME), payment.provider_number);
    path(xml, &["Cdtr"], |xml| text(xml, "Nm", &name))?;
    path(xml, &["CdtrAcct"], |xml| account(xml, payment.account))?;
    match latin(&payment.message, MESSAGE).as_str() {
        "" => Ok(()),
        message => path(xml, &["RmtInf"], |xml| text(xml, "Ustrd", message)),
    }
}

fn clearing_number(kind: GiroKind) -> &'static str {
    match kind {
        GiroKind::Bankgiro => "9900",
        GiroKind::Plusgiro => "9960",
    }
}

fn account(xml: &mut Xml, account: GiroAccount) -> io::Result<()> {
    path(xml, &["Id", "Othr"], |xml| {
        text(xml, "Id", &account.digits())?;
        path(xml, &["SchmeNm"], |xml| match account.kind() {
            GiroKind::Bankgiro => text(xml, "Prtry", "BGNR"),
            GiroKind::Plusgiro => text(xml, "Cd", "BBAN"),
        })
    })
}

fn or(name: String, number: impl ToString) -> String {
    if name.is_empty() { number.to_string() } else { name }
}

fn total(payments: &[Payment]) -> Money {
    payments.iter().map(|payment| payment.amount).sum()
}

/// `20000.00`
fn decimals(amount: Money) -> String {
    let ore = amount.to_ore();
    format!("{}.{:02}", ore / 100, ore % 100)
}

/// In Stockholm and without an offset, as the guides' examples have it.
fn local_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&Stockholm).format("%Y-%m-%dT%H:%M:%S").to_string()
}

fn inside(xml: &mut Xml, name: &str, content: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    xml.create_element(name).write_inner_content(content).map(drop)
}

/// Elements one inside the other.
fn path(xml: &mut Xml, names: &[&str], content: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    let mut open = Vec::new();
    for name in names {
        let start = quick_xml::events::BytesStart::new(*name);
        xml.write_event(Event::Start(start.clone()))?;
        open.push(start);
    }
    content(xml)?;
    open.iter().rev().try_for_each(|start| xml.write_event(Event::End(start.to_end())))
}

/// Escaped, whatever it says.
fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(text)).map(drop)
}

/// The same list for the municipality's ledger and for its report of state aid (lag 2013:388), by provider. The account before
/// has a column of its own at the end, on a list where some account is another than before.
pub fn table(payments: &[Payment]) -> Table {
    let tells_before = payments.iter().any(|payment| payment.account_before.is_some());
    let mut columns = vec![
        Column::text("utforare", "Utförare"),
        Column::text("organisationsnummer", "Organisationsnummer"),
        Column::text("enhet", "Enhet"),
        Column::text("kontotyp", "Kontotyp"),
        Column::text("konto", "Konto"),
        Column::number("belopp", "Belopp"),
        Column::text("meddelande", "Meddelande"),
        Column::text("statligt-stod", "Statligt stöd (lag 2013:388)"),
    ];
    if tells_before {
        columns.push(Column::text("konto-forut", "Konto förut, om det är bytt"));
    }
    let mut sum = vec![Cell::Empty; columns.len()];
    sum[0] = Cell::Text("Totalt".to_owned());
    sum[5] = Cell::Amount(total(payments));
    let table =
        Table::new(columns, payments.iter().map(|payment| row(payment, tells_before)).collect(), Some(sum));
    let by_provider = table.sort.clone();
    table.sorted(&by_provider)
}

fn row(payment: &Payment, tells_before: bool) -> Row {
    let mut cells = vec![
        Cell::Text(payment.provider.clone()),
        Cell::Text(payment.provider_number.to_string()),
        Cell::Text(payment.unit.clone()),
        Cell::Text(payment.account.kind().name().to_owned()),
        Cell::Text(payment.account.to_string()),
        Cell::Amount(payment.amount),
        Cell::Text(payment.message.clone()),
        Cell::Text(if payment.is_state_aid { "ja" } else { "nej" }.to_owned()),
    ];
    if tells_before {
        cells.push(Cell::Text(payment.account_before.map(GiroAccount::with_kind).unwrap_or_default()));
    }
    Row { cells, is_late: false }
}

#[cfg(test)]
mod tests;
