//! What there is to fill in, part by part: each field of `agreement.toml` with the words it has on the page.
//!
//! A field's name is its place in the file, joined by dashes: `deadlines-report`, `post-1-total`. What the reader of the
//! file complains of is thereby a field, and the keys of the file have no dash in them.

/// What is typed into a field, and what it becomes in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Line,
    /// Text of any length.
    Text,
    /// A list of texts, one to a line.
    Lines,
    /// A name in addresses and in the file: small letters, digits and dashes.
    Key,
    /// Begins every case number: capital letters and digits.
    Code,
    Kronor,
    Count,
    Year,
    Day,
    YesNo,
    Choice(&'static [(&'static str, &'static str)]),
    Several(&'static [(&'static str, &'static str)]),
    /// One of the agreement's posts.
    Post,
    /// Some of them.
    Posts,
    /// Not typed: it follows from who prepares.
    Fixed,
}

/// What an empty field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// To be filled in.
    Fault,
    /// Written as an empty text or list.
    Written,
    /// Not written.
    LeftOut,
}

#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub key: &'static str,
    pub label: &'static str,
    pub kind: Kind,
    pub empty: Empty,
    pub hint: &'static str,
}

impl Field {
    const fn new(key: &'static str, label: &'static str, kind: Kind) -> Self {
        Self { key, label, kind, empty: Empty::Fault, hint: "" }
    }

    const fn may_be_empty(self) -> Self {
        Self { empty: Empty::Written, ..self }
    }

    const fn may_be_left_out(self) -> Self {
        Self { empty: Empty::LeftOut, ..self }
    }

    const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The keys before the first table.
    Top,
    Table,
    /// A table that is left out when nothing of it is filled in.
    Optional,
    /// A table for each row; what one is called.
    List {
        one: &'static str,
    },
}

/// A heading on the page and a table of the file.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    pub place: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    pub shape: Shape,
    pub fields: &'static [Field],
}

impl Block {
    /// The name of a field of it; `row` in a list.
    pub fn name(&self, row: usize, key: &str) -> String {
        match self.shape {
            Shape::Top => key.to_owned(),
            Shape::Table | Shape::Optional => format!("{}-{key}", self.place),
            Shape::List { .. } => format!("{}-{row}-{key}", self.place),
        }
    }

    fn field(&self, name: &str) -> Option<&'static Field> {
        let key = match self.shape {
            Shape::Top => name,
            Shape::Table | Shape::Optional => name.strip_prefix(self.place)?.strip_prefix('-')?,
            Shape::List { .. } => {
                let (row, key) = name.strip_prefix(self.place)?.strip_prefix('-')?.split_once('-')?;
                row.parse::<usize>().ok()?;
                key
            }
        };
        self.fields.iter().find(|field| field.key == key)
    }
}

/// A page of the proposal.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// In its address.
    pub slug: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    pub blocks: &'static [Block],
}

impl Part {
    pub fn find(slug: &str) -> Option<&'static Self> {
        PARTS.iter().find(|part| part.slug == slug)
    }

    /// The part that a field or a place of the file belongs to.
    pub fn of(name: &str) -> &'static Self {
        let is_within = |place: &str| !place.is_empty() && name.split('-').next() == Some(place);
        let has = |part: &&Self| {
            part.blocks.iter().any(|block| is_within(block.place) || block.field(name).is_some())
        };
        match PARTS.iter().find(has) {
            Some(part) => part,
            None if name.starts_with("forms") => &PARTS[5],
            None => &PARTS[0],
        }
    }

    pub fn holds(&self, name: &str) -> bool {
        match self.blocks {
            [] => name.starts_with("forms-"),
            blocks => blocks.iter().any(|block| block.field(name).is_some()),
        }
    }
}

/// The block and the field of a name, where it is one of the table.
pub fn find(name: &str) -> Option<(&'static Block, &'static Field)> {
    let mut blocks = PARTS.iter().flat_map(|part| part.blocks);
    blocks.find_map(|block| Some((block, block.field(name)?)))
}

/// `Poster, post 2: Postens belopp`, for a list of faults or of differences.
pub fn words(name: &str) -> String {
    let Some((block, field)) = find(name) else { return words_of_form(name) };
    match (block.shape, name.split('-').nth(1).and_then(|row| row.parse::<usize>().ok())) {
        (Shape::List { one }, Some(row)) => format!("{} {}: {}", capital(one), row + 1, field.label),
        (Shape::Top, _) => field.label.to_owned(),
        _ => format!("{}: {}", block.title, field.label),
    }
}

/// `Användning 3`, for a fault in a long list; nothing for a field that there is one of.
pub fn row_words(name: &str) -> Option<String> {
    let (block, _) = find(name)?;
    let Shape::List { one } = block.shape else { return None };
    let row: usize = name.strip_prefix(block.place)?.strip_prefix('-')?.split_once('-')?.0.parse().ok()?;
    Some(format!("{} {}", capital(one), row + 1))
}

fn words_of_form(name: &str) -> String {
    let form =
        if name.starts_with("forms-report") { "Redovisningsblanketten" } else { "Rekvisitionsblanketten" };
    let numbers: Vec<usize> = name.split('-').filter_map(|step| step.parse().ok()).collect();
    match numbers.as_slice() {
        [section, field] => format!("{form}, avsnitt {}, fält {}", section + 1, field + 1),
        [section] => format!("{form}, avsnitt {}", section + 1),
        _ => form.to_owned(),
    }
}

/// With a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

const INSTRUMENTS: &[(&str, &str)] = &[("agreement", "Överenskommelse"), ("decision", "Regeringsbeslut")];
const LATE_REQUISITION: &[(&str, &str)] =
    &[("lapses", "Rätten till bidraget förfaller"), ("not_stated", "Anges inte")];
const LATE_REPORT: &[(&str, &str)] =
    &[("may_reclaim", "Regeringen kan återkräva stödet"), ("not_stated", "Anges inte")];
const DECIDABLE: &[(&str, &str)] = &[("requisition", "Rekvisition"), ("report", "Redovisning")];
const CALENDAR: &[(&str, &str)] = &[("check_in", "Avstämning"), ("report", "Rapport")];
const PROVISIONS: &[(&str, &str)] = &[
    ("duty", "Skyldighet (ska)"),
    ("condition", "Villkor"),
    ("prohibition", "Förbud (får inte)"),
    ("permission", "Rättighet (får)"),
    ("recommendation", "Rekommendation (bör)"),
    ("information", "Upplysning"),
];
const ABOUT: &[(&str, &str)] = &[("accounts", "Rätten att begära in räkenskaper")];
const QUESTIONS: &[(&str, &str)] = &[("text", "Fritext"), ("yes_no", "Ja eller nej")];

const SOURCE: Field = Field::new("source", "Var det står", Kind::Line).hint("Till exempel 2027 §7.1.");
const POSTS: Field = Field::new("posts", "Gäller posterna", Kind::Posts);

/// In the order of the pages and of the file.
pub const PARTS: [Part; 6] = [
    Part {
        slug: "grunder",
        title: "Grunder",
        lead: "Vad överenskommelsen heter, vem den är mellan, vad den omfattar och när allt ska vara gjort.",
        blocks: &[
            Block {
                place: "",
                title: "Överenskommelsen",
                lead: "",
                shape: Shape::Top,
                fields: &[
                    Field::new("slug", "Namn i adresser", Kind::Key)
                        .hint("Små bokstäver a–z, siffror och bindestreck, till exempel aldreomsorg-2027."),
                    Field::new("code", "Kod i ärendenummer", Kind::Code)
                        .hint("Stora bokstäver och siffror, till exempel AO27 i AO27-1440-R1."),
                    Field::new("name", "Överenskommelsens benämning", Kind::Line).hint("Skrivs på blanketterna."),
                    Field::new("instrument", "Vad villkoren står i", Kind::Choice(INSTRUMENTS)),
                    Field::new("series", "Serie", Kind::Key).may_be_empty().hint(
                        "Samma ord för alla år av ett bidrag, så att omgångarna kan jämföras. Tomt för en överenskommelse som står för sig.",
                    ),
                    Field::new("year", "År", Kind::Year).hint("Det år då perioden börjar."),
                    Field::new("paying_authority", "Betalande myndighet", Kind::Fixed),
                    Field::new("parties", "Parter", Kind::Lines).hint("En part per rad."),
                    Field::new("requisition_recipients", "Vem rekvirerar", Kind::Text),
                    Field::new("total", "Belopp", Kind::Kronor)
                        .hint("Hela kronor. Posterna ska tillsammans bli detta belopp."),
                    Field::new("onward_distribution", "Får mottagaren fördela medlen vidare till utförare?", Kind::YesNo),
                ],
            },
            Block {
                place: "diarienummer",
                title: "Regeringskansliets diarienummer",
                lead: "Lämna ett fält tomt så länge numret inte är känt. Det kan också sättas efter publiceringen.",
                shape: Shape::Table,
                fields: &[
                    Field::new("agreement", "För bakomliggande överenskommelse", Kind::Line).may_be_empty(),
                    Field::new("payment_decision", "För regeringsbeslut avseende utbetalning", Kind::Line)
                        .may_be_empty(),
                ],
            },
            Block {
                place: "period",
                title: "Period",
                lead: "",
                shape: Shape::Table,
                fields: &[
                    Field::new("from", "Från och med", Kind::Day),
                    Field::new("to", "Till och med", Kind::Day),
                ],
            },
            Block {
                place: "deadlines",
                title: "Sista dagar",
                lead: "En dag som källan inte anger lämnas tom.",
                shape: Shape::Table,
                fields: &[
                    Field::new("requisition", "Sista dag för rekvisition", Kind::Day).may_be_left_out(),
                    Field::new("report", "Sista dag för ekonomisk redovisning", Kind::Day).may_be_left_out(),
                    Field::new("repayment", "Sista dag för återbetalning", Kind::Day).may_be_left_out(),
                    Field::new("late_requisition", "Följd av en sen rekvisition", Kind::Choice(LATE_REQUISITION)),
                    Field::new("late_report", "Följd av en sen redovisning", Kind::Choice(LATE_REPORT)),
                    Field::new("may_be_decided", "Dagar som myndigheten får bestämma senare", Kind::Several(DECIDABLE))
                        .may_be_empty(),
                ],
            },
            Block {
                place: "certificate",
                title: "Intyg",
                lead: "Lämna tomt om ingen ska granska och intyga redovisningen.",
                shape: Shape::Optional,
                fields: &[
                    Field::new("title", "Vem som granskar och intygar", Kind::Line),
                    Field::new("two_people", "Ska en annan person skriva under?", Kind::YesNo).may_be_left_out().hint(
                        "Portalens egen regel, som ingen källa har. Vid ja kan samma person ändå skriva under, med ett skäl som handläggaren ser.",
                    ),
                ],
            },
            Block {
                place: "survey",
                title: "Enkät",
                lead: "Lämna tomt om mottagarna inte ska svara på någon enkät.",
                shape: Shape::Optional,
                fields: &[Field::new("name", "Enkätens namn", Kind::Line), SOURCE],
            },
            Block {
                place: "annex",
                title: "Bilagan med blanketter",
                lead: "Lämna tomt om källan inte har några blanketter: då är blanketternas ord portalens egna, och det sägs.",
                shape: Shape::Optional,
                fields: &[
                    Field::new("name", "Bilagans nummer", Kind::Line).hint("Till exempel Bilaga 2."),
                    Field::new("heading", "Bilagans rubrik", Kind::Line),
                    Field::new("lead", "Bilagans ingress", Kind::Lines).hint("Ett stycke per rad."),
                ],
            },
            Block {
                place: "appropriation",
                title: "Anslag",
                lead: "",
                shape: Shape::Table,
                fields: &[
                    Field::new("expenditure_area", "Utgiftsområde", Kind::Line),
                    Field::new("appropriation", "Anslag", Kind::Line),
                    Field::new("item", "Anslagspost", Kind::Line),
                ],
            },
            Block {
                place: "state_aid",
                title: "Statligt stöd",
                lead: "Vad mottagarna ska tänka på. Lämna tomt om det inte nämns.",
                shape: Shape::Optional,
                fields: &[Field::new("text", "Text", Kind::Text), SOURCE],
            },
        ],
    },
    Part {
        slug: "poster",
        title: "Poster",
        lead: "En post är en del av bidraget som fördelas och rekvireras för sig.",
        blocks: &[Block {
            place: "post",
            title: "Poster",
            lead: "",
            shape: Shape::List { one: "post" },
            fields: &[
                Field::new("key", "Kort namn", Kind::Key)
                    .hint("Små bokstäver, siffror och bindestreck. Skrivs i tabellen över belopp."),
                Field::new("name", "Namn", Kind::Line),
                Field::new("total", "Belopp", Kind::Kronor),
                Field::new("rows_total", "Radernas summa, om den är en annan", Kind::Kronor).may_be_left_out().hint(
                    "Bara när den publicerade tabellen inte går ihop med beloppet.",
                ),
                Field::new("rows_total_reason", "Varför radernas summa är en annan", Kind::Text).may_be_left_out(),
                Field::new("recipients", "Antal mottagare", Kind::Count),
                Field::new("floor", "Minimibelopp", Kind::Kronor).may_be_left_out(),
                Field::new("rows_at_floor", "Antal mottagare på minimibeloppet", Kind::Count)
                    .may_be_left_out()
                    .hint("Lämna tomt om det inte ska kontrolleras."),
                Field::new("opens_after", "Kan rekvireras först efter posten", Kind::Post).may_be_empty(),
                Field::new("requisition_with", "Rekvireras tillsammans med", Kind::Key).may_be_empty().hint(
                    "Poster med samma ord här rekvireras på samma blankett. Tomt för en egen blankett.",
                ),
                Field::new("open_ended", "Saknar posten sista dag för rekvisition?", Kind::YesNo),
                Field::new("not_onward", "Är posten undantagen från vidarefördelning till utförare?", Kind::YesNo).may_be_left_out(),
                Field::new("charged_to", "Anslagspost, om den är en annan än överenskommelsens", Kind::Line).may_be_empty(),
                Field::new("rule", "Hur posten fördelas", Kind::Text),
                SOURCE,
            ],
        }],
    },
    Part {
        slug: "anvandning",
        title: "Användning och kalender",
        lead: "Vad medlen får användas till, och vad som händer när.",
        blocks: &[
            Block {
                place: "permitted_use",
                title: "Tillåten användning",
                lead: "",
                shape: Shape::List { one: "användning" },
                fields: &[Field::new("text", "Vad medlen får användas till", Kind::Text), POSTS, SOURCE],
            },
            Block {
                place: "calendar",
                title: "Kalender",
                lead: "Avstämningar och rapporter vid sidan av den ekonomiska redovisningen.",
                shape: Shape::List { one: "kalenderpunkt" },
                fields: &[
                    Field::new("kind", "Vad det är", Kind::Choice(CALENDAR)),
                    Field::new("when", "När, som källan skriver det", Kind::Line),
                    Field::new("from", "Från och med", Kind::Day),
                    Field::new("to", "Till och med", Kind::Day),
                    Field::new("who", "Vem", Kind::Line),
                    Field::new("to_whom", "Till vem", Kind::Line).may_be_empty(),
                    Field::new("text", "Text", Kind::Text),
                    SOURCE,
                ],
            },
            Block {
                place: "further_report",
                title: "Ytterligare redovisningar",
                lead: "Redovisningar som lämnas i portalen vid sidan av den ekonomiska.",
                shape: Shape::List { one: "redovisning" },
                fields: &[
                    Field::new("key", "Kort namn", Kind::Key),
                    Field::new("name", "Namn", Kind::Line),
                    Field::new("due", "Sista dag", Kind::Day),
                    POSTS,
                    Field::new("addressee", "Mottagarens kod i registret", Kind::Line).hint("Till exempel socialstyrelsen."),
                    Field::new("text", "Text", Kind::Text),
                    SOURCE,
                ],
            },
        ],
    },
    Part {
        slug: "bestammelser",
        title: "Bestämmelser",
        lead: "Vad källan säger att någon ska, får, bör eller inte får, på vilka villkor, och vad den upplyser om. Mening för mening, med källans egna ord.",
        blocks: &[Block {
            place: "provision",
            title: "Bestämmelser",
            lead: "I en kopia är det den tidigare omgångens ord: jämför varje bestämmelse med den nya källan.",
            shape: Shape::List { one: "bestämmelse" },
            fields: &[
                Field::new("kind", "Vad det är", Kind::Choice(PROVISIONS)),
                Field::new("text", "Källans ord", Kind::Text),
                Field::new("who", "Vem det gäller", Kind::Line),
                Field::new("towards", "Gentemot vem", Kind::Line).may_be_empty(),
                Field::new("by", "Senast när, som källan skriver det", Kind::Line).may_be_empty(),
                Field::new("posts", "Gäller den som har del av posterna", Kind::Posts).may_be_empty(),
                Field::new("organisations", "Gäller organisationerna", Kind::Lines)
                    .may_be_empty()
                    .hint("Koder i registret för dem som inte är mottagare, en per rad, till exempel socialstyrelsen."),
                SOURCE,
                Field::new("about", "Vad i portalen som vilar på den", Kind::Choice(ABOUT)).may_be_left_out(),
            ],
        }],
    },
    Part {
        slug: "fragor",
        title: "Frågor och delposter",
        lead: "Vad mottagarna ska svara på och ange särskilt i redovisningen, och anmärkningar på källan.",
        blocks: &[
            Block {
                place: "part",
                title: "Delposter",
                lead: "Vad redovisningen ska ange särskilt av en posts kostnader (varav).",
                shape: Shape::List { one: "delpost" },
                fields: &[
                    Field::new("key", "Kort namn", Kind::Key),
                    Field::new("post", "Post", Kind::Post),
                    Field::new("label", "Rubrik", Kind::Line),
                    Field::new("motive", "Vad som ska motiveras", Kind::Text).may_be_empty().hint("Tomt när inget ska motiveras."),
                    Field::new("total", "Belopp för alla mottagare tillsammans", Kind::Kronor).may_be_left_out(),
                    SOURCE,
                ],
            },
            Block {
                place: "question",
                title: "Uppföljningsfrågor",
                lead: "",
                shape: Shape::List { one: "fråga" },
                fields: &[
                    Field::new("key", "Kort namn", Kind::Key),
                    Field::new("text", "Fråga", Kind::Text),
                    Field::new("kind", "Svar", Kind::Choice(QUESTIONS)),
                    POSTS,
                    SOURCE,
                ],
            },
            Block {
                place: "remark",
                title: "Kända fel och oklarheter i källan",
                lead: "Fel och oklarheter i det publicerade. De visas för alla som läser villkoren.",
                shape: Shape::List { one: "anmärkning" },
                fields: &[Field::new("text", "Anmärkning", Kind::Text), SOURCE],
            },
        ],
    },
    Part {
        slug: "blanketter",
        title: "Blanketter",
        lead: "Rekvisitionen och den ekonomiska redovisningen, ord för ord som bilagan har dem.",
        blocks: &[],
    },
];
