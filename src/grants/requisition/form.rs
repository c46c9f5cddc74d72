//! The requisition's form: what was typed, and the content it makes or the errors at its fields.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    CompletionRequest, Content, PostAmount,
    rules::{Caution, Rule},
};
use crate::{
    grants::case::{
        self, FieldRemark, Remarks,
        head::{self, HeadForm},
    },
    ground::infra::form::FieldErrors,
    terms::agreement::{Diarienummers, Instrument, Period},
};
use values::{
    GiroAccount, GiroKind, Line, Money, OrganisationNumber, Positive,
    calendar::{LastDay, long_date},
};

/// The fields as typed. The names are also the ids of the controls and the keys of the officer's remarks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequisitionForm {
    #[serde(flatten)]
    pub head: HeadForm,
    /// Of a form for one post.
    pub amount: String,
    /// Of a form for several.
    pub amounts: Vec<AmountForm>,
    pub period_from: String,
    pub period_to: String,
    pub account_kind: String,
    pub account_number: String,
    pub payment_reference: String,
}

/// One post's amount as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountForm {
    pub post: String,
    pub amount: String,
}

/// The form as it is posted: the field of each post's amount has the post's key in its name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PostedForm {
    #[serde(flatten)]
    head: HeadForm,
    amount: String,
    period_from: String,
    period_to: String,
    account_kind: String,
    account_number: String,
    payment_reference: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

/// What a negative amount would mean: money back, which is no requisition.
const BELOW_ZERO: &str = "En rekvisition kan inte ta tillbaka pengar. Skriv vad ni vill få utbetalt. Det som inte används \
                          betalar ni tillbaka när den ekonomiska redovisningen är godkänd.";

/// The name of the field of a post's amount.
pub fn amount_field(post: &str) -> String {
    format!("amount_{post}")
}

impl PostedForm {
    /// With the amounts of these posts; of other names nothing is kept.
    pub fn into_form(mut self, posts: &[PostFacts]) -> RequisitionForm {
        let of_several = if posts.len() > 1 { posts } else { &[] };
        let amounts = of_several.iter().map(|post| AmountForm {
            post: post.key.clone(),
            amount: self.rest.remove(&amount_field(&post.key)).unwrap_or_default(),
        });
        RequisitionForm {
            amounts: amounts.collect(),
            head: self.head,
            amount: self.amount,
            period_from: self.period_from,
            period_to: self.period_to,
            account_kind: self.account_kind,
            account_number: self.account_number,
            payment_reference: self.payment_reference,
        }
    }
}

/// What the fields are held against.
#[derive(Debug, Clone)]
pub struct FormFacts {
    pub organisation_number: Option<OrganisationNumber>,
    pub period: Period,
    pub instrument: Instrument,
    /// The posts on the form.
    pub posts: Vec<PostFacts>,
    /// The account of the recipient's last filing, and of this one as it came in first.
    pub last_accounts: Vec<GiroAccount>,
    /// What is not requisitioned by the last day is lost.
    pub right_can_lapse: bool,
    /// Others of the same form that wait for a signature: their numbers, and what they ask for.
    pub waiting: Vec<(String, Money)>,
    /// A report of the grant has come in.
    pub is_reported: bool,
    pub late: Option<Late>,
    /// What is to be completed, as it came in.
    pub returned: Option<Content>,
}

/// What the recipient has beside the form that it fills in.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Its last filing.
    pub last: Option<Content>,
    /// This one as it came in, where it is being completed.
    pub own: Option<Content>,
    pub waiting: Vec<(String, Money)>,
    pub is_reported: bool,
}

impl Beside {
    /// What came in before.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        self.last.iter().chain(&self.own)
    }
}

/// That the last day has passed and the form is received all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    pub last: LastDay,
    /// The last day of the period, where that has passed too.
    pub period_to: Option<NaiveDate>,
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sista dag för rekvisition var {}.", self.last)?;
        if let Some(period_to) = self.period_to {
            write!(f, " Perioden som medlen är till för tog slut {}.", long_date(period_to))?;
        }
        f.write_str(
            " Rekvisitionen kommer in för sent. Villkoren säger inte vad som händer då: myndigheten avgör.",
        )
    }
}

#[derive(Debug, Clone)]
pub struct PostFacts {
    pub key: String,
    pub name: String,
    /// The most that can be asked for.
    pub available: Money,
}

impl FormFacts {
    /// What is left when what waits for a signature has come in; all of it where that would leave nothing.
    fn left(&self) -> Money {
        let waiting: Money = self.waiting.iter().map(|(_, amount)| *amount).sum();
        Some(self.available() - waiting).filter(|left| *left > Money::ZERO).unwrap_or(self.available())
    }

    /// The most that can be asked for on the whole form.
    pub fn available(&self) -> Money {
        self.posts.iter().map(|post| post.available).sum()
    }
}

impl RequisitionForm {
    /// Everything that is known already: from the agreement, the registry and the recipient's last filing.
    pub fn prefilled(facts: &FormFacts, diarienummer: &Diarienummers, last: Option<&Content>) -> Self {
        let own = facts.organisation_number.as_ref();
        Self {
            head: HeadForm::prefilled(own, diarienummer, last.map(|last| &last.head)),
            amount: if facts.posts.len() > 1 { String::new() } else { facts.left().digits().to_string() },
            amounts: facts.amounts(),
            period_from: facts.period.from.to_string(),
            period_to: facts.period.to.to_string(),
            ..last.map(Self::from_content).unwrap_or_default()
        }
    }

    pub fn from_content(content: &Content) -> Self {
        Self {
            head: HeadForm::from_content(&content.head),
            amount: content.amount.digits().to_string(),
            amounts: Vec::new(),
            period_from: content.period.from.to_string(),
            period_to: content.period.to.to_string(),
            account_kind: content.account.kind().to_string(),
            account_number: content.account.to_string(),
            payment_reference: head::text(content.payment_reference.as_ref()),
        }
    }

    /// Every field by its name, in the order of the form.
    pub fn fields(&self) -> Vec<(Cow<'static, str>, &str)> {
        let own: [(&'static str, &str); 6] = [
            ("amount", &self.amount),
            ("period_from", &self.period_from),
            ("period_to", &self.period_to),
            ("account_kind", &self.account_kind),
            ("account_number", &self.account_number),
            ("payment_reference", &self.payment_reference),
        ];
        let named = self.head.fields().into_iter().chain(own).map(|(name, typed)| (name.into(), typed));
        let of_posts = self.amounts.iter().map(|of| (amount_field(&of.post).into(), of.amount.as_str()));
        named.chain(of_posts).collect()
    }

    /// What is asked for as it is typed now; nothing when it cannot be read.
    pub fn typed_amount(&self) -> Option<Money> {
        if self.amounts.is_empty() {
            return values::parse_kronor(&self.amount, BELOW_ZERO).ok().map(Positive::get);
        }
        self.amounts.iter().map(|of| values::parse_kronor_or_zero(&of.amount, BELOW_ZERO).ok()).sum()
    }

    /// A post's amount as typed, on a form for several.
    pub fn amount_of(&self, post: &str) -> &str {
        self.amounts.iter().find(|of| of.post == post).map_or("", |of| &of.amount)
    }

    /// The content, or everything that is to be mended, in the order of the form.
    pub fn parse(&self, facts: &FormFacts) -> Result<Content, FieldErrors> {
        let mut errors = FieldErrors::default();
        let content = self.content(facts, &mut errors);
        content.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn content(&self, facts: &FormFacts, errors: &mut FieldErrors) -> Option<Content> {
        let head = self.head.parse(facts.organisation_number.as_ref(), errors);
        let amounts = self.amounts(facts, errors);
        let period =
            head::read_period(&self.period_from, &self.period_to, facts.period, Rule::Period, errors);
        let account = self.account(errors);
        let payment_reference = errors.read_optional(
            "payment_reference",
            Rule::PaymentReference,
            &self.payment_reference,
            Line::parse,
        );
        let (amount, amounts) = amounts?;
        Some(Content {
            head: head?,
            amount,
            amounts,
            period: period?,
            account: account?,
            payment_reference: payment_reference?,
        })
    }

    /// The sum, and what it is made of on a form for several posts.
    fn amounts(&self, facts: &FormFacts, errors: &mut FieldErrors) -> Option<(Money, Vec<PostAmount>)> {
        if let [_] = facts.posts.as_slice() {
            let amount = errors.read("amount", Rule::Amount, values::parse_kronor(&self.amount, BELOW_ZERO));
            return Some((within("amount".into(), amount?.get(), facts.available(), errors)?, Vec::new()));
        }
        let read: Vec<Option<PostAmount>> =
            facts.posts.iter().map(|post| self.of_post(post, errors)).collect();
        let amounts: Vec<PostAmount> = read.into_iter().collect::<Option<_>>()?;
        let sum: Money = amounts.iter().map(|of| of.amount).sum();
        if sum.is_zero() {
            let first = facts.posts.first().map(|post| amount_field(&post.key)).unwrap_or_default();
            errors.broken(
                first,
                Rule::Amount,
                "Inget belopp rekvireras. Skriv vad ni rekvirerar av minst en post.",
            );
            return None;
        }
        Some((sum, amounts))
    }

    fn of_post(&self, post: &PostFacts, errors: &mut FieldErrors) -> Option<PostAmount> {
        let field = amount_field(&post.key);
        let read = values::parse_kronor_or_zero(self.amount_of(&post.key), BELOW_ZERO);
        let amount = errors.read(field.clone(), Rule::Amount, read)?;
        let amount = within(field, amount, post.available, errors)?;
        Some(PostAmount { post: post.key.clone(), amount })
    }

    fn account(&self, errors: &mut FieldErrors) -> Option<GiroAccount> {
        let Ok(kind) = GiroKind::parse(&self.account_kind) else {
            let message = "Välj om numret är ett bankgiro eller ett plusgiro.";
            errors.broken("account_kind", Rule::Account, message);
            return None;
        };
        errors.read("account_number", Rule::Account, GiroAccount::parse(kind, &self.account_number))
    }
}

impl FormFacts {
    /// The whole of each post, on a form for several.
    fn amounts(&self) -> Vec<AmountForm> {
        let of_several = if self.posts.len() > 1 { self.posts.as_slice() } else { &[] };
        of_several
            .iter()
            .map(|post| AmountForm { post: post.key.clone(), amount: post.available.digits().to_string() })
            .collect()
    }
}

fn within(field: String, amount: Money, available: Money, errors: &mut FieldErrors) -> Option<Money> {
    if amount > available {
        let message =
            format!("Beloppet är {} för stort. Ni kan rekvirera högst {available}.", amount - available);
        errors.broken(field, Rule::AmountLeft, message);
        return None;
    }
    Some(amount)
}

/// The officer's remarks at the fields of a returned requisition.
pub fn remarks_of(returned: Option<&CompletionRequest>) -> Remarks {
    Remarks(returned.map(|returned| returned.remarks.clone()).unwrap_or_default())
}

/// What deserves a second look in content that is otherwise right.
pub fn warnings(content: &Content, facts: &FormFacts) -> FieldErrors {
    let mut warnings = FieldErrors::default();
    content.head.warnings(facts.instrument, &mut warnings);
    let available = facts.available();
    if content.amount < available {
        let rest = available - content.amount;
        let short = content.amounts.iter().zip(&facts.posts).find(|(of, post)| of.amount < post.available);
        let fate = if facts.right_can_lapse { " och förfaller efter sista dagen" } else { "" };
        warnings.broken(
            short.map_or_else(|| "amount".to_owned(), |(of, _)| amount_field(&of.post)),
            Caution::LessThanLeft,
            format!("Ni rekvirerar mindre än ni kan. {rest} blir kvar{fate}."),
        );
    }
    if content.period != facts.period {
        warnings.broken("period_from", Caution::PartOfPeriod, "Perioden är inte hela bidragets period.");
    }
    if let Some(before) = facts.last_accounts.iter().find(|before| **before != content.account) {
        let (kind, now) = (before.kind().name(), content.account);
        warnings.broken(
            "account_number",
            Caution::AccountChanged,
            format!(
                "Kontot är ett annat än i den förra rekvisitionen: {} {now}, förut {kind} {before}.",
                now.kind().name()
            ),
        );
    }
    circumstances(content, facts, &mut warnings);
    warnings
}

/// What is not about what is typed, but about what else there is.
fn circumstances(content: &Content, facts: &FormFacts, warnings: &mut FieldErrors) {
    let amount = content.amounts.first().map_or_else(|| "amount".to_owned(), |of| amount_field(&of.post));
    let asked: Money = facts.waiting.iter().map(|(_, amount)| *amount).sum();
    if !facts.waiting.is_empty() && asked + content.amount > facts.available() {
        let others: Vec<String> =
            facts.waiting.iter().map(|(number, amount)| format!("{number} på {amount}")).collect();
        let message = format!(
            "{} väntar på underskrift. Tillsammans blir det mer än de {} ni kan rekvirera, så den som skrivs under sist kan inte lämnas in.",
            others.join(" och "),
            facts.available()
        );
        warnings.broken(amount.clone(), Caution::AnotherWaits, message);
    }
    if facts.returned.as_ref() == Some(content) {
        case::warn_unchanged(warnings);
    }
    if let Some(late) = facts.late {
        warnings.broken("period_to", Caution::LastDayPassed, late);
    }
    if facts.is_reported {
        warnings.broken(
            amount,
            Caution::ReportCameIn,
            "Ni har redan lämnat in en ekonomisk redovisning av bidraget. Betalas mer ut måste den rättas, och det som inte har använts betalas tillbaka.",
        );
    }
}

/// What differs from the last filing, at its field. The period and the diarienummer follow the agreement: they always
/// differ, and are left out.
pub fn notes(form: &RequisitionForm, last: Option<&Content>) -> Remarks {
    let Some(last) = last.map(RequisitionForm::from_content) else { return Remarks::default() };
    let follows_the_agreement = |field: &str| {
        field.starts_with("period_") || field.ends_with("_diarienummer") || field.starts_with("amount_")
    };
    let (fields, before) = (form.fields(), last.fields());
    let differing = fields.into_iter().zip(before).filter(|((field, now), (_, before))| {
        !follows_the_agreement(field) && now.trim() != *before && !before.is_empty()
    });
    Remarks(
        differing
            .map(|((field, _), (_, before))| FieldRemark {
                field: field.into_owned(),
                text: format!("I den förra rekvisitionen: {before}"),
            })
            .collect(),
    )
}

#[cfg(test)]
pub mod tests {
    use std::borrow::Cow;

    use super::*;

    pub fn facts() -> FormFacts {
        FormFacts {
            organisation_number: OrganisationNumber::parse("212000-1439").ok(),
            period: Period { from: "2022-01-01".parse().unwrap(), to: "2022-12-31".parse().unwrap() },
            posts: vec![PostFacts {
                key: "bas".to_owned(),
                name: "Stimulansmedel".to_owned(),
                available: Money::kronor(381_308),
            }],
            last_accounts: Vec::new(),
            right_can_lapse: true,
            instrument: Instrument::Agreement,
            waiting: Vec::new(),
            is_reported: false,
            late: None,
            returned: None,
        }
    }

    pub fn filled() -> RequisitionForm {
        let text = str::to_owned;
        RequisitionForm {
            head: HeadForm {
                organisation_number: text("212000-1439"),
                contact_person: text("Övning Ekonom"),
                street: text("Övningsgatan 1"),
                postal_code: text("449 80"),
                city: text("Alafors"),
                telephone: text("0303-70 30 00"),
                fax: String::new(),
                email: text("ekonomi@ovning.example"),
                agreement_diarienummer: text("S2022/00001"),
                decision_diarienummer: text("S2022/00002"),
            },
            amount: text("381 308"),
            amounts: Vec::new(),
            period_from: text("2022-01-01"),
            period_to: text("2022-12-31"),
            account_kind: text("bankgiro"),
            account_number: text("991-2346"),
            payment_reference: text("Välfärdsteknik 2022"),
        }
    }

    fn fields_in_error(change: impl FnOnce(&mut RequisitionForm)) -> Vec<Cow<'static, str>> {
        let mut form = filled();
        change(&mut form);
        form.parse(&facts()).unwrap_err().list.into_iter().map(|error| error.field.clone()).collect()
    }

    /// A form for two posts (2020: seven of a region's).
    fn of_two_posts(first: &str, second: &str) -> (FormFacts, RequisitionForm) {
        let post = |key: &str, available| PostFacts {
            key: key.to_owned(),
            name: key.to_owned(),
            available: Money::kronor(available),
        };
        let facts = FormFacts { posts: vec![post("a", 100), post("b", 50)], ..facts() };
        let typed =
            |post: &str, amount: &str| AmountForm { post: post.to_owned(), amount: amount.to_owned() };
        let amounts = vec![typed("a", first), typed("b", second)];
        (facts, RequisitionForm { amount: String::new(), amounts, ..filled() })
    }

    #[test]
    fn several_posts_on_one_form_are_asked_for_one_by_one() {
        let (facts, form) = of_two_posts("100", "0");
        let content = form.parse(&facts).unwrap();
        assert_eq!((content.amount, content.amounts.len()), (Money::kronor(100), 2));
        assert_eq!(warnings(&content, &facts).list[0].field, "amount_b");
        let fields = |first: &str, second: &str| {
            let (facts, form) = of_two_posts(first, second);
            let errors = form.parse(&facts).unwrap_err();
            errors.list.into_iter().map(|error| error.field.into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(fields("101", ""), ["amount_a", "amount_b"]);
        assert_eq!(fields("0", "0"), ["amount_a"]);
        let known = RequisitionForm::prefilled(&facts, &Diarienummers::default(), None);
        assert_eq!((known.amount.as_str(), known.amount_of("b")), ("", "50"));
        assert_eq!(known.typed_amount(), Some(Money::kronor(150)));
    }

    #[test]
    fn the_amounts_of_the_posts_are_read_and_nothing_else_is_kept() {
        let (facts, _) = of_two_posts("", "");
        let posted: PostedForm =
            serde_html_form::from_str("contact_person=A&amount_a=5&amount_b=6&amount_c=7").unwrap();
        let form = posted.into_form(&facts.posts);
        assert_eq!((form.amount_of("a"), form.amount_of("b"), form.amounts.len()), ("5", "6", 2));
    }

    #[test]
    fn a_right_form_is_read_without_a_warning() {
        let content = filled().parse(&facts()).unwrap();
        assert_eq!(content.amount, Money::kronor(381_308));
        assert!(warnings(&content, &facts()).is_empty());
        let again = RequisitionForm::from_content(&content).parse(&facts()).unwrap();
        assert_eq!(again, content);
    }

    #[test]
    fn every_field_has_its_own_error() {
        assert_eq!(
            fields_in_error(|form| form.head.organisation_number = "212000-1430".to_owned()),
            ["organisation_number"]
        );
        assert_eq!(
            fields_in_error(|form| form.head.organisation_number = "212000-1447".to_owned()),
            ["organisation_number"]
        );
        assert_eq!(fields_in_error(|form| form.head.contact_person.clear()), ["contact_person"]);
        assert_eq!(fields_in_error(|form| form.head.street.clear()), ["street"]);
        assert_eq!(fields_in_error(|form| form.head.postal_code = "4498".to_owned()), ["postal_code"]);
        assert_eq!(fields_in_error(|form| form.head.city = " ".to_owned()), ["city"]);
        assert_eq!(fields_in_error(|form| form.head.telephone = "123".to_owned()), ["telephone"]);
        assert_eq!(fields_in_error(|form| form.head.fax = "fax".to_owned()), ["fax"]);
        assert_eq!(fields_in_error(|form| form.head.email = "ekonomi@".to_owned()), ["email"]);
        assert_eq!(
            fields_in_error(|form| form.head.agreement_diarienummer = "x".repeat(61)),
            ["agreement_diarienummer"]
        );
        assert_eq!(fields_in_error(|form| form.amount = "1.310".to_owned()), ["amount"]);
        assert_eq!(fields_in_error(|form| form.amount = "381 309".to_owned()), ["amount"]);
        assert_eq!(fields_in_error(|form| form.period_from = "2021-12-31".to_owned()), ["period_from"]);
        assert_eq!(fields_in_error(|form| form.period_to = "2021-01-01".to_owned()), ["period_to"]);
        assert_eq!(fields_in_error(|form| form.period_to = "31/12 2022".to_owned()), ["period_to"]);
        assert_eq!(fields_in_error(|form| form.account_kind.clear()), ["account_kind"]);
        assert_eq!(fields_in_error(|form| form.account_number = "991-2345".to_owned()), ["account_number"]);
        assert_eq!(fields_in_error(|form| form.payment_reference = "x".repeat(36)), ["payment_reference"]);
    }

    #[test]
    fn an_empty_form_names_every_required_field_once() {
        let errors = RequisitionForm::default().parse(&facts()).unwrap_err();
        let fields: Vec<_> = errors.list.iter().map(|error| error.field.clone()).collect();
        let required = [
            "organisation_number",
            "contact_person",
            "street",
            "postal_code",
            "city",
            "telephone",
            "email",
            "amount",
            "period_from",
            "period_to",
            "account_kind",
        ];
        assert_eq!(fields, required);
    }

    #[test]
    fn doubtful_things_are_warnings() {
        let mut form = filled();
        form.head.agreement_diarienummer.clear();
        form.head.decision_diarienummer = "123".to_owned();
        form.amount = "300000".to_owned();
        form.period_to = "2022-06-30".to_owned();
        let mut facts = facts();
        facts.last_accounts = vec![GiroAccount::parse(GiroKind::Plusgiro, "4-2").unwrap()];
        let content = form.parse(&facts).unwrap();
        let warned: Vec<_> =
            warnings(&content, &facts).list.into_iter().map(|warning| warning.field).collect();
        let expected =
            ["agreement_diarienummer", "decision_diarienummer", "amount", "period_from", "account_number"];
        assert_eq!(warned, expected);
        // Terms in a decision by the government have no agreement behind them.
        facts.instrument = Instrument::Decision;
        let warned: Vec<_> =
            warnings(&content, &facts).list.into_iter().map(|warning| warning.field).collect();
        assert_eq!(warned, expected[1..]);
    }

    #[test]
    fn what_the_form_does_not_say_is_warned_of_too() {
        let warned = |facts: &FormFacts| -> Vec<String> {
            let content = filled().parse(facts).unwrap();
            warnings(&content, facts).list.into_iter().map(|warning| warning.message).collect()
        };
        let account = |number| GiroAccount::parse(GiroKind::Bankgiro, number).unwrap();
        let told =
            warned(&FormFacts { last_accounts: vec![account("991-2346"), account("5050-1055")], ..facts() });
        assert!(told[0].contains("Bankgiro 991-2346, förut Bankgiro 5050-1055. (R203)"), "{told:?}");
        assert!(warned(&FormFacts { last_accounts: vec![account("991-2346")], ..facts() }).is_empty());

        let waiting = |kronor| vec![("AO22-1440-R1".to_owned(), Money::kronor(kronor))];
        let told = warned(&FormFacts { waiting: waiting(1), ..facts() });
        assert!(
            told[0].contains("AO22-1440-R1 på 1\u{a0}kr väntar") && told[0].contains("(R206)"),
            "{told:?}"
        );
        assert!(warned(&FormFacts { waiting: Vec::new(), ..facts() }).is_empty());

        let returned = filled().parse(&facts()).ok();
        assert!(warned(&FormFacts { returned, ..facts() })[0].contains("inte ändrat något"));
        let last = LastDay::on("2022-12-01".parse().unwrap());
        let late = Late { last, period_to: "2022-12-31".parse().ok() };
        let told = warned(&FormFacts { late: Some(late), is_reported: true, ..facts() });
        assert!(told[0].contains("var 1 december 2022. Perioden") && told[0].contains("(R207)"), "{told:?}");
        assert!(told[1].contains("redan lämnat in en ekonomisk redovisning") && told[1].contains("(R208)"));
    }
}
