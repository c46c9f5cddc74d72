//! The numbered rules of the financial report, beside those of every form (`case::rules`). An error stops it, a warning
//! asks for a confirmation, and both warnings and observations are shown to the reviewer.

use std::fmt;

/// Rules that stop a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Bilaga 2 punkt 3, Summa kostnader: whole kronor, 0 or above.
    Costs = 301,
    /// A cost item says what it was and what it cost, in whole kronor; a credit has a minus sign.
    CostItem = 302,
    /// Itemised costs sum to Summa kostnader.
    CostSum = 303,
    /// Bilaga 2 punkt 2, Period som den ekonomiska redovisningen avser: inside the agreement's year.
    Period = 304,
    /// Bilaga 2 punkt 3, Har svarat på Socialstyrelsens enkät: yes or no.
    Survey = 305,
    /// Bilaga 2 punkt 4: Alt 1 or Alt 2.
    Alternative = 306,
    /// Bilaga 2 punkt 4, Alt 2: the deviations shall be accounted for.
    Deviations = 307,
    /// Bilaga 2 punkt 4, Namn.
    CertifierName = 308,
    /// Bilaga 2 punkt 4, Befattning.
    CertifierTitle = 309,
    /// Bilaga 2 punkt 4, Telefon inkl. riktnummer.
    CertifierTelephone = 310,
    /// Bilaga 2 punkt 4, E-postadress.
    CertifierEmail = 311,
    /// Bilaga 2 punkt 4, Alt 2: measures, at most 2 000 characters.
    Measures = 312,
    /// 2018 Fördelning av stimulansmedel, 2020 §6.1.1: a part that is specified is whole kronor, at most the post's costs.
    Part = 313,
    /// 2018 Fördelning av stimulansmedel: the municipality shall give its motive for spending on preconditions.
    Motive = 314,
    /// 2018 Fördelning av stimulansmedel: the follow-up questions are answered with the report.
    Answer = 315,
    /// The portal's own: why whoever certified also signs.
    Alone = 316,
}

/// Things that may be right but deserve a second look: the recipient confirms them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    /// Bilaga 2 punkt 3: no costs at all, so everything is to be repaid.
    SpentNothing = 401,
    /// Bilaga 2 punkt 3: costs above what was received. Nothing is to be repaid, and nothing more is paid.
    Deficit = 402,
    /// Costs less than half or more than one and a half of those in the report before.
    FarFromLast = 403,
    /// §7.1: the municipality shall answer Socialstyrelsens enkät.
    SurveyNotAnswered = 404,
    /// Bilaga 2 punkt 2: not the whole of the agreement's period.
    PartOfPeriod = 405,
    /// 2020 Bilaga 4 punkt 3: larger items of cost are to be specified, and none is.
    NoItems = 406,
}

/// What only the reviewer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observation {
    /// Exactly what was received was spent.
    SpentAll = 411,
    /// Bilaga 2 punkt 4: Alt 2.
    NotCorrect = 412,
    /// The authority's list of those who have answered the survey says otherwise.
    SurveyListDiffers = 413,
    /// Nothing is attached.
    NoAttachments = 414,
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

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}
