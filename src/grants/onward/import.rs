//! A list of units from a file (CSV, XLSX): all of it, or the faults, each with its row, its value and how it is mended.

use std::collections::HashMap;

use super::{form::UnitForm, unit::Content};
use files::reading::{Row, Sheet, Table};
use values::text::same;

/// A column of the list: what it may be called, and the field that it fills.
struct Wanted {
    field: &'static str,
    label: &'static str,
    names: &'static [&'static str],
    is_needed: bool,
}

const COLUMNS: [Wanted; 7] = [
    Wanted {
        field: "provider_number",
        label: "Organisationsnummer",
        names: &["organisationsnummer", "orgnr", "org.nr", "org nr", "organisationsnr"],
        is_needed: true,
    },
    Wanted {
        field: "provider",
        label: "Utförare",
        names: &["utförare", "företag", "bolag"],
        is_needed: true,
    },
    Wanted { field: "name", label: "Enhet", names: &["enhet", "enhetens namn", "namn"], is_needed: true },
    Wanted {
        field: "regime",
        label: "Regiform",
        names: &["regiform", "regi", "driftsform"],
        is_needed: true,
    },
    Wanted { field: "kind", label: "Verksamhet", names: &["verksamhet", "slag", "typ"], is_needed: true },
    Wanted {
        field: "size",
        label: "Storlek",
        names: &["storlek", "antal", "antal kunder", "antal boende", "kunder", "boende"],
        is_needed: true,
    },
    Wanted { field: "municipality", label: "Kommun", names: &["kommun"], is_needed: false },
];

/// What is wrong with a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Empty for a file of text.
    pub sheet: String,
    /// As a spreadsheet shows it; nothing when it is the list as a whole.
    pub row: Option<usize>,
    /// The column's heading.
    pub column: &'static str,
    pub value: String,
    pub message: String,
}

/// More units than a municipality has.
const MOST: usize = 5_000;

/// What a list says, and which of its sheets said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Empty for a file of text.
    pub sheet: String,
    pub units: Vec<Content>,
}

/// The units of a list: of the sheet that has the headings. `own` are the names of the municipality.
///
/// # Errors
/// All faults at once.
pub fn read(table: &Table, own: &[&str]) -> Result<List, Vec<Fault>> {
    let lists: Vec<(&Sheet, &Row, Places)> = table.sheets.iter().filter_map(found).collect();
    let (sheet, heading, places) = match lists.as_slice() {
        [] => return Err(vec![no_headings()]),
        [one] => one,
        several => return Err(vec![which_sheet(several.iter().map(|(sheet, ..)| sheet.name.as_str()))]),
    };
    let mut faults = missing(sheet, heading, places);
    // All of the list, or nothing: what is hidden is a part of it or is not.
    faults.extend(sheet.hidden().map(|words| Fault {
        sheet: sheet.name.clone(),
        message: format!("{words} Visa dem eller ta bort dem, spara och läs in listan igen."),
        ..no_headings()
    }));
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut contents = Vec::new();
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    let rows: Vec<&Row> = sheet.rows.iter().filter(|row| row.number > heading.number).collect();
    if rows.len() > MOST {
        let message =
            format!("Listan har {} rader. Dela upp den: högst {MOST} läses in åt gången.", rows.len());
        return Err(vec![Fault { sheet: sheet.name.clone(), message, ..no_headings() }]);
    }
    for row in rows {
        let form = form_of(row, places);
        match form.parse(own) {
            Ok(content) => {
                let key = (content.provider_number.digits(), content.name_key());
                match seen.insert(key, row.number) {
                    Some(before) => faults.push(Fault {
                        sheet: sheet.name.clone(),
                        row: Some(row.number),
                        column: "Enhet",
                        value: content.name.to_string(),
                        message: format!(
                            "Utförarens enhet står redan på rad {before}. Ta bort den ena. (R1028)"
                        ),
                    }),
                    None => contents.push(content),
                }
            }
            Err(errors) => faults.extend(errors.list.into_iter().map(|error| {
                let wanted = COLUMNS.iter().find(|wanted| wanted.field == error.field);
                Fault {
                    sheet: sheet.name.clone(),
                    row: Some(row.number),
                    column: wanted.map_or("", |wanted| wanted.label),
                    value: wanted
                        .map(|wanted| cell(row, places, wanted.field).to_owned())
                        .unwrap_or_default(),
                    message: error.message,
                }
            })),
        }
    }
    if contents.is_empty() && faults.is_empty() {
        faults.push(Fault {
            row: None,
            message: "Listan har inga rader under rubrikerna.".to_owned(),
            ..no_headings()
        });
    }
    if faults.is_empty() { Ok(List { sheet: sheet.name.clone(), units: contents }) } else { Err(faults) }
}

/// Where each field's column is.
type Places = Vec<(&'static str, usize)>;

/// The row of headings: the first that has at least three of them.
fn found(sheet: &Sheet) -> Option<(&Sheet, &Row, Places)> {
    sheet.rows.iter().take(20).find_map(|row| {
        let places: Places = COLUMNS
            .iter()
            .filter_map(|wanted| {
                let at = row.cells.iter().position(|cell| wanted.names.iter().any(|name| same(name, cell)));
                at.map(|at| (wanted.field, at))
            })
            .collect();
        (places.len() >= 3).then_some((sheet, row, places))
    })
}

fn no_headings() -> Fault {
    Fault {
        sheet: String::new(),
        row: None,
        column: "",
        value: String::new(),
        message:
            "Ingen rad har listans rubriker: Organisationsnummer, Utförare, Enhet, Regiform, Verksamhet, Storlek \
                  och, för enheter i en annan kommun, Kommun. Skriv dem överst i listan."
                .to_owned(),
    }
}

fn which_sheet<'a>(names: impl Iterator<Item = &'a str>) -> Fault {
    let message = format!(
        "Flera blad har listans rubriker: {}. Spara det som ska läsas in i en egen arbetsbok.",
        names.collect::<Vec<_>>().join(", ")
    );
    Fault { message, ..no_headings() }
}

fn missing(sheet: &Sheet, heading: &Row, places: &Places) -> Vec<Fault> {
    COLUMNS
        .iter()
        .filter(|wanted| wanted.is_needed && !places.iter().any(|(field, _)| *field == wanted.field))
        .map(|wanted| Fault {
            sheet: sheet.name.clone(),
            row: Some(heading.number),
            column: wanted.label,
            value: String::new(),
            message: format!("Kolumnen {} saknas. Lägg till den.", wanted.label),
        })
        .collect()
}

fn cell<'a>(row: &'a Row, places: &Places, field: &str) -> &'a str {
    places.iter().find(|(of, _)| *of == field).map_or("", |(_, at)| row.cell(*at))
}

fn form_of(row: &Row, places: &Places) -> UnitForm {
    let take = |field| cell(row, places, field).to_owned();
    UnitForm {
        provider_number: take("provider_number"),
        provider: take("provider"),
        name: take("name"),
        regime: take("regime"),
        kind: take("kind"),
        size: take("size"),
        municipality: take("municipality"),
        closed: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use files::reading;

    fn listed(text: &str) -> Result<Vec<Content>, Vec<Fault>> {
        let read = read(&reading::read(text.as_bytes()).unwrap(), &["Stockholm", "Stockholms stad"]);
        read.map(|list| list.units)
    }

    const HEADINGS: &str = "Organisationsnummer;Utförare;Enhet;Regiform;Slag;Storlek;Kommun\n";

    #[test]
    fn a_list_is_read_by_its_headings() {
        let text = format!(
            "{HEADINGS}556016-0680;Omsorgen AB;Norr;Privat;Hemtjänst;48;\n212000-0142;Staden;Eken;kommunal;Vård- och omsorgsboende;52;Stockholms stad\n"
        );
        let units = listed(&text).unwrap();
        assert_eq!((units.len(), units[0].is_private, units[1].size), (2, true, 52));
        assert_eq!(units[1].elsewhere, None);
        let upside_down =
            "Storlek,Enhet,Slag,Utförare,Regi,Orgnr\n48,Norr,Hemtjänst,Omsorgen AB,privat,5560160680\n";
        assert_eq!(listed(upside_down).unwrap()[0], units[0]);
    }

    #[test]
    fn every_fault_has_its_row_its_value_and_a_way_to_mend_it() {
        let text = format!(
            "{HEADINGS}556016-0681;Omsorgen AB;Norr;Privat;Hemtjänst;48;\n556016-0680;Omsorgen AB;Syd;Halvprivat;Hemtjänst;många;\n556016-0680;Omsorgen AB;Väst;Privat;Hemtjänst;12;\n556016-0680;Omsorgen AB;VÄST;Privat;Hemtjänst;12;\n"
        );
        let faults = listed(&text).unwrap_err();
        let told: Vec<(Option<usize>, &str, &str)> =
            faults.iter().map(|fault| (fault.row, fault.column, fault.value.as_str())).collect();
        assert_eq!(
            told,
            [
                (Some(2), "Organisationsnummer", "556016-0681"),
                (Some(3), "Regiform", "Halvprivat"),
                (Some(3), "Storlek", "många"),
                (Some(5), "Enhet", "VÄST"),
            ]
        );
        assert!(faults[3].message.contains("rad 4"));
        assert!(faults.iter().all(|fault| fault.message.contains("(R10")));
    }

    #[test]
    fn a_list_without_its_headings_says_which_they_are() {
        assert!(
            listed("556016-0680;Omsorgen AB;Norr\n").unwrap_err()[0].message.contains("Organisationsnummer")
        );
        let short = listed("Organisationsnummer;Utförare;Enhet\n556016-0680;Omsorgen AB;Norr\n").unwrap_err();
        assert_eq!(
            short.iter().map(|fault| fault.column).collect::<Vec<_>>(),
            ["Regiform", "Verksamhet", "Storlek"]
        );
    }

    fn book(fill: impl FnOnce(&mut rust_xlsxwriter::Workbook)) -> Result<List, Vec<Fault>> {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        fill(&mut workbook);
        read(&reading::read(&workbook.save_to_buffer().unwrap()).unwrap(), &["Ale"])
    }

    fn sheet<'a>(
        workbook: &'a mut rust_xlsxwriter::Workbook,
        name: &str,
    ) -> &'a mut rust_xlsxwriter::Worksheet {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        sheet.write_row(0, 0, HEADINGS.trim_end().split(';')).unwrap();
        let unit = ["556016-0680", "Omsorgen AB", name, "Privat", "Hemtjänst", "48"];
        sheet.write_row(1, 0, unit).unwrap();
        sheet
    }

    #[test]
    fn a_list_is_read_from_the_one_sheet_that_is_seen() {
        let list = book(|workbook| {
            sheet(workbook, "Enheter");
            sheet(workbook, "Gammal").set_hidden(true);
        });
        let list = list.unwrap();
        assert_eq!((list.sheet.as_str(), list.units[0].name.to_string().as_str()), ("Enheter", "Enheter"));
        let faults = book(|workbook| {
            sheet(workbook, "Norr");
            sheet(workbook, "Söder");
        });
        assert!(faults.unwrap_err()[0].message.contains("Norr, Söder"));
    }

    #[test]
    fn a_hidden_row_is_a_fault() {
        let faults = book(|workbook| {
            let sheet = sheet(workbook, "Enheter");
            sheet
                .write_row(2, 0, ["556016-0680", "Omsorgen AB", "Dold", "Privat", "Hemtjänst", "1"])
                .unwrap();
            sheet.set_row_hidden(2).unwrap();
        });
        assert!(faults.unwrap_err()[0].message.contains("raden 3 dold"));
    }
}
