//! The numbered rules of onward distribution. What a model says is the municipality's own decision; Stockholm's of 25 August
//! 2020 (*Förslag till fördelningsmodell*) is the example that they were read from.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// *Hemtjänst*, *vård- och omsorgsboende* or another kind of unit, and what its size counts.
    Kind = 1001,
    /// The sizes of a tier (*10–50 kunder*, *mer än 50*).
    Sizes = 1002,
    /// The tiers of a kind meet without gap or overlap.
    TiersMeet = 1003,
    /// The amount of a unit, in whole kronor.
    TierAmount = 1004,
    /// How many units the model reckons with.
    Units = 1005,
    /// *Reserveras för …*: an amount and its purpose.
    Reserve = 1006,
    /// *Medlen kan användas till följande*.
    Uses = 1007,
    /// The last days of application, of use and of report, in this order; the use is within the agreement's own period.
    Days = 1008,
    /// Who decided, when, and the case number.
    Decision = 1009,
    /// What is distributed and what is reserved is at most the grant.
    WithinGrant = 1010,
    /// Once decided, the days move forward only: somebody has planned by them.
    DaysMoveOn = 1011,
    /// The provider's organisationsnummer, with its check digit.
    ProviderNumber = 1021,
    ProviderName = 1022,
    UnitName = 1023,
    /// *Oavsett regiform*: the municipality's own, or private.
    Regime = 1024,
    UnitKind = 1025,
    /// Customers or residents, as a whole number.
    Size = 1026,
    /// Where it is, when that is not in the municipality.
    Elsewhere = 1027,
    /// A provider has one unit of a name.
    UnitOnce = 1028,
    /// *Måste ha minst tio hemtjänstkunder*: a unit below the least size of its kind gets nothing.
    LargeEnough = 1041,
    /// *Ska vara belägna inom Stockholm stad*.
    InMunicipality = 1042,
    /// Received by the last day of application.
    InTime = 1043,
    /// *Ange hur de avser att använda medlen*: at least one of the permitted uses, and in words.
    IntendedUse = 1044,
    /// Whom the municipality can ask.
    Contact = 1045,
    /// Where the money is paid.
    PaymentAccount = 1046,
    /// That what is said is true, and that what is not used is paid back.
    Assurance = 1047,
    /// What is decided on: at least one unit.
    Chosen = 1061,
    /// Never above what is left of the grant.
    WithinLeft = 1062,
    /// The decision that it follows from.
    AwardDecision = 1063,
    /// Why an application is refused.
    Refusal = 1064,
    /// The day of payment, a bank day, and the account that it is made from.
    Payment = 1065,
    /// Why the bank did not make a payment.
    NotPaid = 1066,
    /// What was used: from nothing to what was received.
    Used = 1081,
    /// *Hur medlen använts*.
    UsedFor = 1082,
    /// *Vilken nytta det kommer att tillföra de äldre*.
    Benefit = 1083,
    /// What came back: at most what the unit has left of what it got.
    Returned = 1084,
    /// A return is registered once: one with the same day, amount and reference is asked about.
    ReturnedOnce = 1086,
    /// What is missing, when a report is sent back.
    ToComplete = 1085,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}
