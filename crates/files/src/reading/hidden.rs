//! Which rows and columns of a workbook's sheet are hidden: whoever opens it does not see them.

use std::{
    collections::{BTreeSet, HashMap},
    io::{BufReader, Cursor},
};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

use super::NotATable;

/// Counted from 0, as the cells are.
#[derive(Debug, Default)]
pub struct Hidden {
    pub rows: BTreeSet<usize>,
    pub columns: BTreeSet<usize>,
}

/// Of every sheet, by its name.
pub fn of_sheets(bytes: &[u8]) -> Result<HashMap<String, Hidden>, NotATable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| NotATable::Broken)?;
    let mut targets = HashMap::new();
    each_element(&mut archive, "xl/_rels/workbook.xml.rels", |element| {
        if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target")) {
            targets.insert(id, target);
        }
    })?;
    let mut names = Vec::new();
    each_element(&mut archive, "xl/workbook.xml", |element| {
        if element.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (attribute(element, "name"), attribute(element, "id"))
        {
            names.push((name, id));
        }
    })?;
    let mut sheets = HashMap::new();
    for (name, id) in names {
        let Some(target) = targets.get(&id) else { continue };
        let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        sheets.insert(name, of_sheet(&mut archive, &part)?);
    }
    Ok(sheets)
}

fn of_sheet(archive: &mut ZipArchive<Cursor<&[u8]>>, part: &str) -> Result<Hidden, NotATable> {
    let mut hidden = Hidden::default();
    let mut next_row = 0;
    each_element(archive, part, |element| match element.local_name().as_ref() {
        "row" => {
            let row = number(element, "r").map_or(next_row, |number| number.saturating_sub(1));
            next_row = row + 1;
            if is_hidden(element, "ht") {
                hidden.rows.insert(row);
            }
        }
        "col" if is_hidden(element, "width") => {
            let first = number(element, "min").unwrap_or(1).max(1);
            let last = number(element, "max").unwrap_or(first).min(super::MAX_COLUMNS);
            hidden.columns.extend(first - 1..last);
        }
        _ => {}
    })?;
    Ok(hidden)
}

/// Hidden, or without height or width.
fn is_hidden(element: &BytesStart<'_>, size: &str) -> bool {
    attribute(element, "hidden").is_some_and(|value| value == "1" || value == "true")
        || attribute(element, size).is_some_and(|size| size.parse() == Ok(0.0))
}

fn number(element: &BytesStart<'_>, name: &str) -> Option<usize> {
    attribute(element, name)?.parse().ok()
}

/// By its name without the prefix, which differs from program to program.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes().filter_map(Result::ok);
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    quick_xml::escape::unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// Gives every element of a part; one that is not there has none.
fn each_element(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    part: &str,
    mut note: impl FnMut(&BytesStart<'_>),
) -> Result<(), NotATable> {
    let Ok(content) = archive.by_name(part) else { return Ok(()) };
    let mut reader = Reader::from_reader(BufReader::new(content));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| NotATable::Broken)? {
            Event::Start(element) | Event::Empty(element) => note(&element),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
