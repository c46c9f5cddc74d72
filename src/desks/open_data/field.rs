//! The fields (*fält*) of a record: the columns of the files, the keys of the JSON, and what the page of them says. Once
//! published, a key is never given another meaning.

use super::{Record, Status};
use crate::{desks::dashboard::Measure, grants::grant::store::Holder, paths};
use table::Cell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Agreement,
    Year,
    Recipient,
    Code,
    County,
    Amount(Measure),
    Status,
    Successor,
    SuccessorCode,
    Predecessors,
    PredecessorCodes,
}

/// The amounts that are public, in the order that money goes.
pub const MEASURES: [Measure; 6] = [
    Measure::Allocated,
    Measure::Requisitioned,
    Measure::Paid,
    Measure::Costs,
    Measure::Unspent,
    Measure::Repaid,
];

impl Field {
    pub const ALL: [Self; 16] = [
        Self::Agreement,
        Self::Year,
        Self::Recipient,
        Self::Code,
        Self::County,
        Self::Amount(Measure::Allocated),
        Self::Amount(Measure::Requisitioned),
        Self::Amount(Measure::Paid),
        Self::Amount(Measure::Costs),
        Self::Amount(Measure::Unspent),
        Self::Amount(Measure::Repaid),
        Self::Status,
        Self::Successor,
        Self::SuccessorCode,
        Self::Predecessors,
        Self::PredecessorCodes,
    ];

    /// In files and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Agreement => "overenskommelse",
            Self::Year => "ar",
            Self::Recipient => "mottagare",
            Self::Code => "kommunkod",
            Self::County => "lan",
            // The only key of two words; a hyphen is a minus sign where programs name things.
            Self::Amount(Measure::Unspent) => "inte_forbrukat",
            Self::Amount(measure) => measure.key(),
            Self::Status => "uppgifter",
            Self::Successor => "efterfoljare",
            Self::SuccessorCode => "efterfoljare_kod",
            Self::Predecessors => "foretradare",
            Self::PredecessorCodes => "foretradare_koder",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Agreement => "Överenskommelse",
            Self::Year => "År",
            Self::Recipient => "Mottagare",
            Self::Code => "Kommunkod",
            Self::County => "Län",
            Self::Amount(Measure::Costs) => "Använt (kostnader)",
            Self::Amount(measure) => measure.label(),
            Self::Status => "Uppgifter",
            Self::Successor => "Efterföljare",
            Self::SuccessorCode => "Efterföljarens kommunkod",
            Self::Predecessors => "Företrädare",
            Self::PredecessorCodes => "Företrädarnas kommunkoder",
        }
    }

    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Amount(_))
    }

    /// Type and unit.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Year => "heltal",
            Self::Amount(_) => "tal, kronor",
            _ => "text",
        }
    }

    pub fn meaning(self) -> &'static str {
        match self {
            Self::Agreement => {
                "Överenskommelsens namn i adresser. Står för samma överenskommelse för alltid."
            }
            Self::Year => "Året som överenskommelsen gäller.",
            Self::Recipient => "Bidragsmottagarens namn: en kommun eller SKR.",
            Self::Code => {
                "SCB:s kommunkod, fyra siffror med inledande nolla. Den som inte är kommun har portalens kod: R och två siffror för en region, RSS och två siffror för en regional stödstruktur, SKR för SKR."
            }
            Self::County => "Länet som kommunen hör till. Tomt för SKR.",
            Self::Amount(Measure::Allocated) => {
                "Vad mottagaren får högst, som det står i överenskommelsens bilaga."
            }
            Self::Amount(Measure::Requisitioned) => {
                "Vad mottagaren har begärt. Belopp som väntar på beslut är med och är preliminära. Avslagna och återkallade belopp är inte med."
            }
            Self::Amount(Measure::Paid) => "Vad myndigheten har betalat ut.",
            Self::Amount(Measure::Costs) => {
                "Vad mottagaren har haft för kostnader, enligt den ekonomiska redovisning som kom in senast. Preliminärt tills redovisningen är godkänd. Saknas tills en redovisning har kommit in."
            }
            Self::Amount(Measure::Unspent) => {
                "Utbetalt minus kostnader. Negativt när kostnaderna är större än bidraget. Saknas tills en redovisning har kommit in."
            }
            Self::Amount(_) => "Vad mottagaren har betalat tillbaka. Saknas innan något är utbetalt.",
            Self::Status => "Preliminär eller Slutlig. Gäller hela raden.",
            Self::Successor => {
                "Den som har tagit över bidraget, till exempel efter en sammanläggning. Beloppen står kvar hos den som bidraget tilldelades. Saknas när ingen har tagit över."
            }
            Self::SuccessorCode => "Kommunkoden för den som har tagit över bidraget.",
            Self::Predecessors => {
                "De vars bidrag av samma överenskommelse mottagaren har tagit över. Är de flera står semikolon mellan dem. Deras belopp står på deras egna rader. Saknas när mottagaren inte har tagit över något."
            }
            Self::PredecessorCodes => "Kommunkoderna för dem, i samma ordning.",
        }
    }

    /// As a program reads it.
    pub fn example(self) -> &'static str {
        match self {
            Self::Agreement => "aldreomsorg-2021",
            Self::Year => "2021",
            Self::Recipient => "Ale",
            Self::Code => "1440",
            Self::County => "Västra Götalands län",
            Self::Amount(Measure::Costs) => "300000.50",
            Self::Amount(Measure::Unspent) => "70180.50",
            Self::Amount(Measure::Repaid) => "0",
            Self::Amount(_) => "370181",
            Self::Status => "Preliminär",
            Self::Successor => "Lerum",
            Self::SuccessorCode => "1441",
            Self::Predecessors => "Ale; Öckerö",
            Self::PredecessorCodes => "1440; 1407",
        }
    }

    /// What a file says.
    pub fn cell(self, record: &Record) -> Cell {
        match self {
            Self::Agreement => Cell::Text(record.slug.clone()),
            Self::Year => Cell::Count(record.year.into()),
            Self::Recipient => Cell::Text(record.name.clone()),
            Self::Code => Cell::Text(record.code.clone()),
            Self::County => text(record.county.clone()),
            Self::Amount(measure) => Cell::amount(record.figures.get(measure)),
            Self::Status => status(record.status),
            Self::Successor => text(record.successor.as_ref().map(|of| of.name.clone()).unwrap_or_default()),
            Self::SuccessorCode => {
                text(record.successor.as_ref().map(|of| of.code.clone()).unwrap_or_default())
            }
            Self::Predecessors => text(each(&record.predecessors, |of| &of.name)),
            Self::PredecessorCodes => text(each(&record.predecessors, |of| &of.code)),
        }
    }

    /// What a page says: the same, and it leads on.
    pub fn linked_cell(self, record: &Record) -> Cell {
        match self {
            Self::Agreement => Cell::Link {
                text: record.agreement.clone(),
                href: paths::open_data::Agreement(&record.slug).to_string(),
            },
            Self::Recipient => {
                Cell::Link { text: record.name.clone(), href: recipient_address(&record.code) }
            }
            _ => self.cell(record),
        }
    }
}

fn text(text: String) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}

fn each(all: &[Holder], of: impl Fn(&Holder) -> &str) -> String {
    all.iter().map(of).collect::<Vec<_>>().join("; ")
}

pub fn status(status: Status) -> Cell {
    Cell::Tag { label: status.label(), tone: status.tone(), rank: status as usize }
}

pub fn recipient_address(code: &str) -> String {
    paths::open_data::Recipient(code).to_string()
}

/// The measure that an address names.
pub fn measure(key: &str) -> Option<Measure> {
    MEASURES.into_iter().find(|measure| Field::Amount(*measure).key() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_what_was_published() {
        assert_eq!(
            Field::ALL.map(Field::key),
            [
                "overenskommelse",
                "ar",
                "mottagare",
                "kommunkod",
                "lan",
                "tilldelat",
                "rekvirerat",
                "utbetalt",
                "kostnader",
                "inte_forbrukat",
                "aterbetalt",
                "uppgifter",
                "efterfoljare",
                "efterfoljare_kod",
                "foretradare",
                "foretradare_koder",
            ]
        );
        assert_eq!(MEASURES.map(Field::Amount), Field::ALL[5..11]);
        for measure_of in MEASURES {
            assert_eq!(measure(Field::Amount(measure_of).key()), Some(measure_of));
        }
        assert_eq!((measure("godkant"), measure("kvar-att-aterbetala")), (None, None));
    }
}
