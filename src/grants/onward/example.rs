//! A model to begin from: Stockholm's of 2020 (*Förslag till fördelningsmodell inom Stockholms stad*, 25 August 2020).

use super::form::{ModelForm, TierForm};

/// Tiers, amounts, uses and the reserve as they stand there. Its days have passed, so those are left empty.
pub fn stockholm() -> ModelForm {
    let tier = |kind: &str, counted: &str, from: &str, to: &str, units: &str, amount: &str| TierForm {
        kind: kind.to_owned(),
        counted: counted.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        units: units.to_owned(),
        amount: amount.to_owned(),
    };
    ModelForm {
        tiers: vec![
            tier("Hemtjänst", "kunder", "10", "50", "49", "20 000"),
            tier("Hemtjänst", "kunder", "51", "", "124", "35 000"),
            tier("Vård- och omsorgsboende", "boende", "10", "50", "41", "30 000"),
            tier("Vård- och omsorgsboende", "boende", "51", "", "47", "55 000"),
        ],
        inside: "Vård- och omsorgsboende".to_owned(),
        reserve: "1 565 000".to_owned(),
        reserved_for: "Projektet Smarta Lås, ytterligare inköp av teknisk utrustning".to_owned(),
        uses: "Inköp av tekniska lösningar/produkter\n\
               Personella resurser för digital verksamhetsutveckling\n\
               Utbildning för personal i välfärdsteknik\n\
               Utbildning för chefer i välfärdsteknik, eller att leda förändringsarbete i digitalisering och \
               välfärdsteknik"
            .to_owned(),
        ..ModelForm::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::agreement::Period;
    use values::Money;

    /// 49 × 20 000 + 124 × 35 000 + 41 × 30 000 + 47 × 55 000 = 9 135 000, reserve 1 565 000, together 10 700 000.
    #[test]
    fn stockholms_model_comes_to_its_grant() {
        let form = ModelForm {
            apply_by: "2020-10-15".to_owned(),
            use_by: "2020-12-31".to_owned(),
            report_by: "2021-01-31".to_owned(),
            board: "Äldrenämnden".to_owned(),
            decided_on: "2020-08-25".to_owned(),
            ..stockholm()
        };
        let year = Period { from: "2020-01-01".parse().unwrap(), to: "2020-12-31".parse().unwrap() };
        let model = form.parse(Money::kronor(10_700_000), year).unwrap();
        let sums: Vec<Money> = model.tiers().map(|(_, tier)| tier.sum()).collect();
        assert_eq!(sums, [980_000, 4_340_000, 1_230_000, 2_585_000].map(Money::kronor));
        assert_eq!(model.distributed(), Money::kronor(9_135_000));
        assert_eq!(model.total(), Money::kronor(10_700_000));
        // «Vård- och omsorgsboenden ska vara belägna inom Stockholms stad.» Of home care it says nothing.
        assert!(model.kind("Vård- och omsorgsboende").unwrap().inside);
        assert!(!model.kind("Hemtjänst").unwrap().inside);
        assert_eq!(model.tier("hemtjänst", 50).unwrap().1.amount, Money::kronor(20_000));
        assert_eq!(model.tier("Hemtjänst", 51).unwrap().1.amount, Money::kronor(35_000));
        assert_eq!(
            model.tier("Hemtjänst", 9).unwrap_err().to_string(),
            "Modellen kräver minst 10 kunder, och enheten har 9."
        );
        let short = form.parse(Money::kronor(10_699_999), year).unwrap_err();
        assert!(short.of("sum").contains("(R1010)"), "{short:?}");
    }
}
