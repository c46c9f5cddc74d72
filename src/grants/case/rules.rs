//! The numbered rules of what every form begins with. An error stops a form, a warning asks for a confirmation and is shown
//! to the reviewer.

use std::fmt;

/// Rules that stop a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Bilaga 2 punkt 1, Organisationsnummer: NNNNNN-NNNN with its check digit, third digit at least 2.
    OrganisationNumberFormat = 101,
    /// Bilaga 2 punkt 1, Organisationsnummer: the recipient's own, as the registry has it.
    OrganisationNumberOwner = 102,
    /// Bilaga 2 punkt 1, Kontaktperson: somebody to ask.
    ContactPerson = 103,
    /// Bilaga 2 punkt 1, Postadress: street or box, postal code NNN NN, city.
    PostalAddress = 104,
    /// Bilaga 2 punkt 1, Telefon inkl. riktnummer.
    Telephone = 105,
    /// Bilaga 2 punkt 1, Faxnummer: optional, but a number when it is there.
    Fax = 106,
    /// Bilaga 2 punkt 1, E-postadress.
    Email = 107,
    /// Bilaga 2 punkt 2, diarienummer: optional here, at most 60 characters.
    Diarienummer = 113,
    /// A form registered by the authority: the day it arrived, not in the future, not before the form was there.
    Arrival = 114,
    /// A form registered by the authority: the signed paper, scanned.
    Scan = 115,
    /// A form registered by the authority: the same paper is registered once. Asked about, and can be answered.
    Alike = 116,
}

/// Things that may be right but deserve a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    /// §7.1: both diarienummer shall be on every document.
    DiarienummerMissing = 201,
    /// Bilaga 2 punkt 2: it does not look like one of Regeringskansliets diarienummer.
    DiarienummerLooks = 202,
    /// 2022 §7.1: the day a form came in decides whether it is in time. An original registered long after it came.
    RegisteredLater = 209,
    /// Bilaga 2: what the authority asked to have completed. The answer says what the form said before.
    Unchanged = 210,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}
