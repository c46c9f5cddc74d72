//! Both forms as a recipient will have them, from terms that nobody has published: the same printed template, with what is
//! known filled in and the rest empty.

use chrono::{DateTime, Utc};

use crate::{
    ground::infra::hash::sha256_hex,
    people::recipient::Organisation,
    terms::{
        agreement::{PaperForm, Section as PaperSection, Terms},
        allocation::Share,
    },
};
use document::sheet::{Choice, Field, FormDocument, Section};
use values::{
    Money,
    calendar::{long_date, zoned_time},
};

/// What the forms are filled in from.
pub struct Preview<'a> {
    pub terms: &'a Terms,
    pub authority: &'a Organisation,
    pub recipient: &'a Organisation,
    /// The recipient's own.
    pub shares: Vec<&'a Share>,
    pub now: DateTime<Utc>,
    pub practice: bool,
}

impl Preview<'_> {
    /// A requisition for each form that the recipient's posts are requisitioned on, and the report.
    pub fn documents(&self) -> Vec<FormDocument> {
        let mut forms: Vec<&str> = Vec::new();
        for post in &self.terms.posts {
            let is_own = self.shares.iter().any(|share| share.post == post.key);
            if is_own && !forms.contains(&post.form()) {
                forms.push(post.form());
            }
        }
        let requisitions = forms.iter().map(|form| {
            let posts: Vec<&str> = self.terms.posts_of_form(form).map(|post| post.key.as_str()).collect();
            self.document(&self.terms.forms.requisition, "R1", &posts)
        });
        let all: Vec<&str> = self.terms.posts.iter().map(|post| post.key.as_str()).collect();
        requisitions.chain([self.document(&self.terms.forms.report, "E", &all)]).collect()
    }

    fn document(&self, paper: &PaperForm, suffix: &str, posts: &[&str]) -> FormDocument {
        let number = format!("{}-{}-{suffix}", self.terms.code, self.recipient.code);
        FormDocument {
            title: format!("{} {number}, {}", paper.heading, self.recipient.formal_name),
            heading: paper.heading.clone(),
            version: 1,
            agreement: self.terms.name.clone(),
            addressee: self.authority.formal_name.clone(),
            state_line: "Förhandsvisning: villkoren är inte publicerade".to_owned(),
            practice: self.practice,
            diarienummer_labels: self.terms.instrument.diarienummer_labels(),
            diarienummer_agreement: self.terms.diarienummer.agreement.clone(),
            diarienummer_decision: self.terms.diarienummer.payment_decision.clone(),
            sections: paper.sections.iter().map(|section| self.section(section, posts)).collect(),
            words: self.terms.words_of_forms(),
            fingerprint: sha256_hex(number.as_bytes()),
            issued: zoned_time(self.now),
            number,
        }
    }

    fn section(&self, paper: &PaperSection, posts: &[&str]) -> Section {
        let mut section = Section::new(paper.number.to_string(), &paper.title);
        let is_certificate = paper.fields.iter().any(|field| field.key == "certifier_name");
        match is_certificate {
            true => {
                let choice = |text: &String| Choice { text: text.clone(), chosen: false };
                section.choices = paper.text.iter().map(choice).collect();
            }
            false => section.text = paper.text.clone(),
        }
        section.fields =
            paper.fields.iter().map(|field| self.field(&field.key, &field.label, posts)).collect();
        section
    }

    fn field(&self, key: &str, label: &str, posts: &[&str]) -> Field {
        let period = self.terms.period;
        match key {
            "recipient" => Field::text(label, &self.recipient.formal_name),
            "organisation_number" => {
                let number = self.recipient.organisation_number.as_ref();
                Field::text(label, number.map(ToString::to_string).unwrap_or_default())
            }
            "agreement_diarienummer" => Field::text(label, &self.terms.diarienummer.agreement),
            "decision_diarienummer" => Field::text(label, &self.terms.diarienummer.payment_decision),
            "agreement_name" => Field::text(label, &self.terms.name),
            "amount" | "granted" => Field::text(label, self.amount(posts).to_string()),
            "period" => {
                Field::text(label, format!("{} till {}", long_date(period.from), long_date(period.to)))
            }
            "signature" => Field::handwritten(label),
            _ => Field::blank(label),
        }
    }

    fn amount(&self, posts: &[&str]) -> Money {
        let own = self.shares.iter().filter(|share| posts.contains(&share.post.as_str()));
        own.map(|share| share.amount).sum()
    }
}
