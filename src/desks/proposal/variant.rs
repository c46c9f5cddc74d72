//! The variants of the forms that have been published, to choose from: as they are in the agreements that ship with the
//! program.

use crate::terms::agreement::{Forms, LabelledField, definition};

pub struct Variant {
    pub key: &'static str,
    pub name: &'static str,
    definition: &'static str,
}

pub const VARIANTS: [Variant; 4] = [
    Variant {
        key: "2022",
        name: "2022 Bilaga 2: med intyg, och med enkätfråga om det finns en enkät",
        definition: include_str!("../../../agreements/aldreomsorg-2022/agreement.toml"),
    },
    Variant {
        key: "2021",
        name: "2021 Bilaga 2: som 2022, med den bilagans ord",
        definition: include_str!("../../../agreements/aldreomsorg-2021/agreement.toml"),
    },
    Variant {
        key: "2020",
        name: "2020 Bilaga 4: med intyg och större kostnadsposter",
        definition: include_str!("../../../agreements/nara-vard-2020/agreement.toml"),
    },
    Variant {
        key: "2018",
        name: "2018: utan intyg",
        definition: include_str!("../../../agreements/valfardsteknik-2018/agreement.toml"),
    },
];

/// The forms of a variant, with the question about a survey where there is one to ask about.
pub fn forms(key: &str, asks_survey: bool) -> Option<Forms> {
    let text =
        |key: &str| VARIANTS.iter().find(|variant| variant.key == key).map(|variant| variant.definition);
    let terms = |key: &str| definition::parse("agreement.toml", text(key)?).ok();
    let mut forms = terms(key)?.forms;
    let has_survey = forms.report.fields().any(|field| field.key == SURVEY);
    if has_survey && !asks_survey {
        for section in &mut forms.report.sections {
            section.fields.retain(|field| field.key != SURVEY);
        }
    }
    if asks_survey && !has_survey {
        // No such form was ever published: the words are those of the latest that asks.
        let label = terms("2022")?.forms.report.label(SURVEY).to_owned();
        let accounts = forms.report.sections.iter_mut().find(|section| section.number == 3)?;
        accounts.fields.push(LabelledField { key: SURVEY.to_owned(), label });
    }
    Some(forms)
}

const SURVEY: &str = "survey";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_asks_about_a_survey_only_when_there_is_one() {
        for variant in &VARIANTS {
            for asks in [true, false] {
                let forms = forms(variant.key, asks).unwrap();
                assert_eq!(forms.report.fields().any(|field| field.key == SURVEY), asks, "{}", variant.key);
            }
        }
        assert!(forms("2019", false).is_none());
    }
}
