//! Whether the chosen forms suit the agreement: the authority that they name is the one that pays, and they ask for the
//! number of what the terms stand in.

use super::form::{Fault, ProposalForm};
use crate::people::recipient::Organisation;

/// What must be another text or other forms.
pub fn faults(form: &ProposalForm, authorities: &[&Organisation]) -> Vec<Fault> {
    let payer = form.get("paying_authority").trim();
    let name = authorities.iter().find(|of| of.code == payer).map_or(payer, |of| &of.name);
    let others: Vec<&str> =
        authorities.iter().filter(|of| of.code != payer).map(|of| of.name.as_str()).collect();
    let texts = form.fields().filter(|(field, _)| field.starts_with("forms-") && !is_of_survey(form, field));
    let mut found = Vec::new();
    for (field, text) in texts {
        if let Some(other) = others.iter().find(|other| text.contains(**other)) {
            let message = format!(
                "Blanketten nämner {other}, men {name} betalar. Ändra texten, eller välj andra blanketter."
            );
            found.push(Fault::at(field, message));
        }
        if form.get("instrument") == "decision"
            && is_label_of(form, field, &NUMBER_AND_NAME)
            && text.to_lowercase().contains("överenskommelse")
        {
            let message = "Villkoren står i ett regeringsbeslut, men blanketten frågar efter en överenskommelse. Ändra texten, eller välj andra blanketter.";
            found.push(Fault::at(field, message));
        }
    }
    found
}

const NUMBER_AND_NAME: [&str; 2] = ["agreement_diarienummer", "agreement_name"];

/// The survey may be any authority's.
fn is_of_survey(form: &ProposalForm, field: &str) -> bool {
    is_label_of(form, field, &["survey"])
}

fn is_label_of(form: &ProposalForm, field: &str, keys: &[&str]) -> bool {
    let key = field.strip_suffix("-label").map(|of| form.get(&format!("{of}-key")));
    key.is_some_and(|key| keys.contains(&key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desks::proposal::variant, people::recipient};

    fn told(key: &str, payer: &str, instrument: &str) -> Vec<String> {
        let mut form = ProposalForm::empty(payer).with_forms(&variant::forms(key, true).unwrap());
        form.set("instrument", instrument);
        let authorities = recipient::authorities();
        let authorities: Vec<_> =
            authorities.iter().filter(|of| of.kind == recipient::Kind::Authority).collect();
        faults(&form, &authorities).into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn forms_of_another_authority_and_of_an_agreement_that_is_none_are_told() {
        assert_eq!(told("2022", "kammarkollegiet", "agreement"), [""; 0]);
        assert_eq!(told("2021", "socialstyrelsen", "agreement"), [""; 0]);
        assert_eq!(told("2018", "socialstyrelsen", "decision"), [""; 0]);
        let other = told("2018", "kammarkollegiet", "decision");
        assert!(
            other.len() >= 4 && other[0].contains("nämner Socialstyrelsen, men Kammarkollegiet betalar"),
            "{other:?}"
        );
        assert!(told("2020", "socialstyrelsen", "agreement")[0].contains("nämner Kammarkollegiet"));
        let none = told("2022", "kammarkollegiet", "decision");
        assert!(
            !none.is_empty() && none.iter().all(|of| of.contains("står i ett regeringsbeslut")),
            "{none:?}"
        );
    }
}
