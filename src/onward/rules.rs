//! The numbered rules of onward distribution. What a model says is the municipality's own decision; Stockholm's of 25 August
//! 2020 (*Förslag till fördelningsmodell*) is the example that they were read from.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// *Hemtjänst*, *vård- och omsorgsboende* or another kind of unit, and what its size counts.
    Kind = 901,
    /// The sizes of a tier (*10–50 kunder*, *mer än 50*).
    Sizes = 902,
    /// The tiers of a kind meet without gap or overlap.
    TiersMeet = 903,
    /// The amount of a unit, in whole kronor.
    TierAmount = 904,
    /// How many units the model reckons with.
    Units = 905,
    /// *Reserveras för …*: an amount and its purpose.
    Reserve = 906,
    /// *Medlen kan användas till följande*.
    Uses = 907,
    /// The last days of application, of use and of report, in this order; the use is within the agreement's own period.
    Days = 908,
    /// Who decided, when, and the case number.
    Decision = 909,
    /// What is distributed and what is reserved is at most the grant.
    WithinGrant = 910,
    /// The provider's organisationsnummer, with its check digit.
    ProviderNumber = 921,
    ProviderName = 922,
    UnitName = 923,
    /// *Oavsett regiform*: the municipality's own, or private.
    Regime = 924,
    UnitKind = 925,
    /// Customers or residents, as a whole number.
    Size = 926,
    /// Where it is, when that is not in the municipality.
    Elsewhere = 927,
    /// A provider has one unit of a name.
    UnitOnce = 928,
    /// *Måste ha minst tio hemtjänstkunder*: a unit below the least size of its kind gets nothing.
    LargeEnough = 941,
    /// *Ska vara belägna inom Stockholm stad*.
    InMunicipality = 942,
    /// Received by the last day of application.
    InTime = 943,
    /// *Ange hur de avser att använda medlen*: at least one of the permitted uses, and in words.
    IntendedUse = 944,
    /// Whom the municipality can ask.
    Contact = 945,
    /// Where the money is paid.
    PaymentAccount = 946,
    /// That what is said is true, and that what is not used is paid back.
    Assurance = 947,
    /// What is decided on: at least one unit.
    Chosen = 961,
    /// Never above what is left of the grant.
    WithinLeft = 962,
    /// The decision that it follows from.
    AwardDecision = 963,
    /// Why an application is refused.
    Refusal = 964,
    /// The day of payment and the account that it is made from.
    Payment = 965,
    /// What was used: from nothing to what was received.
    Used = 981,
    /// *Hur medlen använts*.
    UsedFor = 982,
    /// *Vilken nytta det kommer att tillföra de äldre*.
    Benefit = 983,
    /// What came back: at most what the unit has left of what it got.
    Returned = 984,
    /// What is missing, when a report is sent back.
    ToComplete = 985,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}
