//! Letters (*brev*) in one PDF, each beginning on a page of its own, to be printed and put in envelopes. Like the
//! [forms](super::sheet) they are plain data.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    sheet::Field,
    typeset::{Template, TypesetError, typeset},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letters {
    /// The PDF's title, which a reader shows instead of the file name.
    pub title: String,
    /// Whose letters they are, by its formal name: at the head and the foot of each.
    pub sender: String,
    /// Practice mode (*övningsläge*): every letter says so.
    pub practice: bool,
    pub letters: Vec<Letter>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Where the window of a Swedish envelope is, a line each.
    pub addressee: Vec<String>,
    pub date: String,
    /// The case number.
    pub number: String,
    pub heading: String,
    pub parts: Vec<Part>,
    /// Who signs off, a line each.
    pub closing: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    Heading {
        text: String,
    },
    Paragraph {
        text: String,
    },
    Points {
        items: Vec<String>,
    },
    /// A small table of labels and values.
    Facts {
        fields: Vec<Field>,
    },
    /// An address to type, all of it.
    Address {
        label: String,
        address: String,
    },
}

impl Letters {
    /// The same data and `issued_at` always give the same bytes.
    pub fn to_pdf(&self, issued_at: DateTime<Utc>) -> Result<Vec<u8>, TypesetError> {
        let identity = format!("{} {}", self.title, self.sender);
        typeset(Template::Letter, self, &identity, issued_at)
    }
}

impl Part {
    pub fn heading(text: impl Into<String>) -> Self {
        Self::Heading { text: text.into() }
    }

    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sheet::tests::{assert_says, issued_at, open, squeezed};

    fn letter(text: &str) -> Letter {
        Letter {
            addressee: vec![text.to_owned(), "Enheten".to_owned()],
            date: "3 november 2022".to_owned(),
            number: text.to_owned(),
            heading: text.to_owned(),
            parts: vec![
                Part::paragraph(text),
                Part::Facts { fields: vec![Field::text(text, text), Field::text("Belopp", "20 000 kr")] },
                Part::heading(text),
                Part::Points { items: vec![text.to_owned()] },
                Part::Address { label: text.to_owned(), address: format!("https://example.org/{text}") },
            ],
            closing: vec![text.to_owned()],
        }
    }

    /// One that says this in a place of every kind.
    pub fn letters(text: &str) -> Letters {
        Letters { title: text.to_owned(), ..of(&[text], true) }
    }

    fn of(texts: &[&str], practice: bool) -> Letters {
        let letters = texts.iter().map(|text| letter(text)).collect();
        Letters { title: "Brev".to_owned(), sender: "Ale kommun".to_owned(), practice, letters }
    }

    fn page(pdf: &[u8], page: u32) -> String {
        squeezed(&open(pdf).extract_text(&[page]).unwrap())
    }

    #[test]
    fn each_letter_has_its_page_and_begins_with_page_1() {
        let pdf = of(&["Ett", "Två", "Tre"], true).to_pdf(issued_at()).unwrap();
        assert_eq!(open(&pdf).get_pages().len(), 3);
        for (at, text) in [(1, "Ett"), (2, "Två"), (3, "Tre")] {
            let page = page(&pdf, at);
            for said in [text, "Alekommun", "3november2022", "ÖVNING–påhittadeuppgifter", "Sida1"] {
                assert!(page.contains(said), "{said} is missing in {page}");
            }
        }
        assert!(!page(&pdf, 2).contains("Ett"));
    }

    #[test]
    fn a_long_letter_goes_on_and_the_next_begins_anew() {
        let mut both = of(&["Lång", "Kort"], false);
        let paragraph = Part::paragraph("Kommunen skriver mycket. ".repeat(80));
        both.letters[0].parts.extend([paragraph.clone(), paragraph]);
        let pdf = both.to_pdf(issued_at()).unwrap();
        assert_eq!(open(&pdf).get_pages().len(), 3);
        assert!(page(&pdf, 2).contains("Sida2"));
        assert!(page(&pdf, 3).contains("Kort") && page(&pdf, 3).contains("Sida1"));
        assert!(!page(&pdf, 1).contains("ÖVNING"));
    }

    #[test]
    fn what_a_user_typed_is_no_markup_in_a_letter_and_what_cannot_be_printed_is_told() {
        for typed in ["#panic(\"x\") *bold* $x$ @x \\", "= Rubrik", "- punkt", "\"); #panic("] {
            assert_says(&of(&[typed], false).to_pdf(issued_at()).unwrap(), &[typed]);
        }
        let pdf = of(&["Emoji 🙂", "Vanlig"], false).to_pdf(issued_at()).unwrap();
        assert!(page(&pdf, 1).contains("Emoji□") && page(&pdf, 1).contains("ersattsmed"));
        assert!(!page(&pdf, 2).contains("ersattsmed"));
    }

    #[test]
    fn the_same_letters_give_the_same_bytes() {
        let two = of(&["Ett", "Två"], true);
        let first = two.to_pdf(issued_at()).unwrap();
        comemo::evict(0);
        assert!(first == two.to_pdf(issued_at()).unwrap());
    }
}
