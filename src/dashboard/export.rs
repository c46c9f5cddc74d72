//! The overview as a CSV file for a spreadsheet program with Swedish settings: semicolons, and a byte order mark so that
//! å ä ö come out right.

use super::{Row, view::Column};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The rows in their order. The sum is left to the spreadsheet: a row of totals among the others would be added too.
pub fn csv(rows: &[Row]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(Column::ALL.map(Column::label))?;
    for row in rows {
        writer.write_record(Column::ALL.map(|column| match column {
            Column::Recipient => guarded(&row.name),
            Column::State => guarded(row.state.label()),
            Column::Code => guarded(&row.code),
            Column::County => guarded(&row.county),
            amount => row.amount(amount).map(|amount| amount.plain().to_string()).unwrap_or_default(),
        }))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A spreadsheet program runs what begins like a formula; an apostrophe makes it text.
fn guarded(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    format!("{}{text}", if runs { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dashboard::State, money::Money};

    #[test]
    fn a_row_is_written_with_plain_numbers_and_without_formulas() {
        let row = Row {
            name: "=HYPERLINK(\"https://example.org\";\"Åre\")".to_owned(),
            formal_name: String::new(),
            code: "2321".to_owned(),
            county: "Jämtlands län; norra".to_owned(),
            allocated: Money::kronor(1_310_223),
            requisitioned: Money::kronor(310_223),
            approved: Money::ore(50),
            paid: Money::ore(50),
            costs: Some(Money::ZERO),
            unspent: Some(Money::ore(50)),
            repaid: None,
            left_to_repay: None,
            grant: crate::ids::Id::new(),
            state: State::Submitted,
            answered: true,
            has_case: true,
        };
        let file = String::from_utf8(csv(&[row]).unwrap()).unwrap();
        assert_eq!(
            file,
            "\u{FEFF}Mottagare;Läge;Tilldelat;Rekvirerat;Godkänt;Inte rekvirerat;Utbetalt;Kostnader;\
             Inte förbrukat;Återbetalt;Kvar att återbetala;Kommunkod;Län\r\n\
             \"'=HYPERLINK(\"\"https://example.org\"\";\"\"Åre\"\")\";Inlämnad;\
             1310223;310223;0.50;1000000;0.50;0;0.50;;;2321;\"Jämtlands län; norra\"\r\n"
        );
        for text in ["+1", "-1", "@a", "\t=1"] {
            assert!(guarded(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(guarded("Upplands-Bro"), "Upplands-Bro");
    }
}
