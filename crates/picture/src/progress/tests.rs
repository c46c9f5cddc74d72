use super::*;
use proptest::prelude::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn progress(points: &[(NaiveDate, i64)]) -> Progress {
    let points: Vec<_> = points.iter().map(|(date, kronor)| (*date, Money::kronor(*kronor))).collect();
    Progress {
        key: "over-tid".to_owned(),
        title: "Över tid".to_owned(),
        allocated: Money::kronor(100_000_000),
        series: vec![Series { label: "Rekvirerat <&>".to_owned(), points }],
        deadlines: vec![Mark { label: "Sista dag <x>".to_owned(), date: day(2022, 12, 1) }],
        today: day(2022, 11, 15),
    }
}

#[test]
fn a_curve_goes_in_steps_from_nothing_to_today() {
    let progress = progress(&[(day(2022, 9, 1), 25_000_000), (day(2022, 10, 1), 50_000_000)]);
    let picture = ProgressPicture::of(&progress);
    let plot = picture.plot;
    assert_eq!((plot.x(day(2022, 9, 1)), plot.x(day(2023, 1, 1))), (0, PLOT_WIDTH));
    let (bottom, today) = (plot.bottom(), plot.x(progress.today));
    let (quarter, half) = (plot.y(Money::kronor(25_000_000)), bottom - PLOT_HEIGHT / 2);
    let october = plot.x(day(2022, 10, 1));
    assert_eq!(picture.curves[0].path, format!("M0 {bottom}H0V{quarter}H{october}V{half}H{today}"));
    assert_eq!(picture.curves[0].amount, "50\u{A0}Mkr");
    assert_eq!(picture.allocated.y, plot.top);
}

#[test]
fn of_two_amounts_on_a_day_the_last_holds_and_the_order_does_not_matter() {
    let points = [(day(2022, 10, 1), 5_000_000), (day(2022, 9, 1), 1_000_000), (day(2022, 10, 1), 7_000_000)];
    assert_eq!(ProgressPicture::of(&progress(&points)).curves[0].amount, "7\u{A0}Mkr");
}

#[test]
fn a_long_history_makes_no_long_picture() {
    let days =
        (0..5_000).map(|n| (day(2010, 1, 1) + chrono::Days::new(n), i64::try_from(n).unwrap() * 20_000));
    let svg = progress(&days.collect::<Vec<_>>()).to_svg().unwrap();
    assert!(svg.len() < 12_000, "{}", svg.len());
}

#[test]
fn nothing_allocated_and_nothing_done_is_a_picture_too() {
    let empty = Progress { allocated: Money::ZERO, deadlines: Vec::new(), ..progress(&[]) };
    let picture = ProgressPicture::of(&empty);
    assert_eq!(picture.curves[0].end.1, picture.plot.bottom());
    assert!(empty.to_svg().unwrap().contains("0\u{A0}kr"));
}

#[test]
fn more_than_was_allocated_rises_above_its_line() {
    let picture_of = progress(&[(day(2022, 9, 1), 200_000_000)]);
    let picture = ProgressPicture::of(&picture_of);
    assert_eq!(picture.curves[0].end.1, picture.plot.top);
    assert_eq!(picture.allocated.y, picture.plot.top + PLOT_HEIGHT / 2);
}

#[test]
fn names_of_lines_do_not_stand_on_one_another() {
    let mut progress = progress(&[(day(2022, 9, 1), 50_000_000)]);
    progress.series = vec![progress.series[0].clone(); 4];
    let mut places: Vec<i64> =
        ProgressPicture::of(&progress).curves.iter().map(|curve| curve.text_y).collect();
    places.sort_unstable();
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= LABEL_STEP), "{places:?}");
}

#[test]
fn ticks_are_round_and_few() {
    for kronor in [1, 9, 999, 1_000_000, 55_000_000, 7_310_000_000_i64] {
        let mut progress = progress(&[]);
        progress.allocated = Money::kronor(kronor);
        let count = i64::try_from(ticks(Plot::of(&progress)).len()).unwrap();
        assert!((1..=MOST_TICKS).contains(&count), "{kronor}: {count}");
    }
}

#[test]
fn the_months_have_room() {
    for (years, expected) in [(0, 4), (1, 6), (3, 7), (30, 7)] {
        let progress = progress(&[(day(2022 - years, 9, 1), 1)]);
        let found = months(Plot::of(&progress)).len();
        assert!(found <= 9 && found + 2 >= expected, "{years} years: {found}");
    }
    let over_new_year = progress(&[(day(2021, 11, 1), 1)]);
    let years: Vec<_> = months(Plot::of(&over_new_year)).into_iter().map(|month| month.year).collect();
    assert_eq!(years.iter().filter(|year| !year.is_empty()).count(), 2, "{years:?}");
}

#[test]
fn words_are_escaped() {
    let svg = progress(&[]).to_svg().unwrap();
    assert!(!svg.contains("<x>") && !svg.contains("<&>"));
}

proptest! {
    #[test]
    fn everything_is_within_the_picture_and_what_grows_never_falls(
        mut amounts in prop::collection::vec(0_i64..500_000_000, 0..60),
        days in prop::collection::vec(0_u64..2_000, 60),
    ) {
        amounts.sort_unstable();
        let mut days = days;
        days.sort_unstable();
        let start = day(2020, 1, 31);
        let points: Vec<_> =
            days.iter().zip(&amounts).map(|(days, amount)| (start + chrono::Days::new(*days), *amount)).collect();
        let progress = progress(&points);
        let picture = ProgressPicture::of(&progress);
        let plot = picture.plot;
        for mark in &picture.marks {
            prop_assert!((0..=PLOT_WIDTH).contains(&mark.x) && mark.text.y < plot.top);
        }
        let (mut x, mut y) = (0, plot.bottom());
        for step in picture.curves[0].path.split('H').skip(1) {
            let (to, height) = step.split_once('V').unwrap_or((step, ""));
            let (to, height): (i64, i64) = (to.parse().unwrap(), height.parse().unwrap_or(y));
            prop_assert!(to >= x && to <= PLOT_WIDTH && height <= y && height >= plot.top);
            (x, y) = (to, height);
        }
    }
}
