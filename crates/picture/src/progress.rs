//! When: amounts that grow with time, as steps below what was allocated, with the deadlines and today.

use askama::Template;
use chrono::{Datelike, Months, NaiveDate};

use super::{Anchor, FONT, INK, PALE_INK, Text, draw, in_millions, share};
use values::Money;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Of all `id`s in the picture; letters, digits and hyphens.
    pub key: String,
    /// What the picture is, for who does not see it.
    pub title: String,
    /// The line at the top.
    pub allocated: Money,
    /// At most four: so many lines can be told apart.
    pub series: Vec<Series>,
    pub deadlines: Vec<Mark>,
    pub today: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub label: String,
    /// What it had come to at the end of each day, in any order.
    pub points: Vec<(NaiveDate, Money)>,
}

/// `Sista dag att rekvirera`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub label: String,
    pub date: NaiveDate,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"];

/// Told apart by colour, by dashes and by the mark at the end.
struct Style {
    colour: &'static str,
    dashes: &'static str,
    /// Around the end of the line.
    mark: &'static str,
}

const STYLES: [Style; 4] = [
    Style { colour: "#0b4f5e", dashes: "none", mark: "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z" },
    Style { colour: "#a5620a", dashes: "9 4", mark: "m-5-5h10v10h-10z" },
    Style { colour: "#7b3f75", dashes: "3 3", mark: "m0-6l6 11h-12z" },
    Style { colour: "#4e4c49", dashes: "12 3 3 3", mark: "m0-7l7 7l-7 7l-7-7z" },
];

const WIDTH: i64 = 430;
/// Left of the plot, for the amounts of the axis. The plot begins at 0.
const AXIS_WIDTH: i64 = 66;
/// What is right of it is for the names of the lines.
const PLOT_WIDTH: i64 = 262;
const PLOT_HEIGHT: i64 = 250;
const ROW: i64 = 20;
/// Between the names of two lines: each is a name and an amount.
const LABEL_STEP: i64 = 37;
/// No letter of the marks is wider on average.
const LETTER: i64 = 7;
const MOST_MONTHS: u32 = 7;
const MOST_TICKS: i64 = 4;

impl Progress {
    /// # Errors
    /// When the template cannot be written, which a `String` can always be.
    pub fn to_svg(&self) -> askama::Result<String> {
        draw(&ProgressPicture::of(self))
    }

    fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        let points = self.series.iter().flat_map(|series| &series.points).map(|point| point.0);
        points.chain(self.deadlines.iter().map(|mark| mark.date)).chain([self.today])
    }
}

#[derive(Template)]
#[template(path = "progress.svg")]
struct ProgressPicture<'a> {
    progress: &'a Progress,
    curves: Vec<Curve<'a>>,
    marks: Vec<MarkLine>,
    months: Vec<Month>,
    ticks: Vec<Tick>,
    allocated: Tick,
    plot: Plot,
    description: String,
}

/// From days and amounts to places in the picture.
#[derive(Clone, Copy)]
struct Plot {
    first: NaiveDate,
    days: i64,
    most: Money,
    top: i64,
}

impl Plot {
    fn of(progress: &Progress) -> Self {
        let first = progress.dates().min().unwrap_or(progress.today);
        let last = progress.dates().max().unwrap_or(progress.today);
        let first = first.with_day(1).unwrap_or(first);
        let end = last.with_day(1).and_then(|day| day.checked_add_months(Months::new(1))).unwrap_or(last);
        let amounts = progress.series.iter().flat_map(|series| &series.points).map(|point| point.1);
        let rows = i64::try_from(progress.deadlines.len() + 1).unwrap_or(1);
        Self {
            first,
            days: (end - first).num_days().max(1),
            most: amounts.chain([progress.allocated]).max().unwrap_or_default(),
            top: (rows + 1) * ROW + 12,
        }
    }

    fn bottom(self) -> i64 {
        self.top + PLOT_HEIGHT
    }

    fn x(self, date: NaiveDate) -> i64 {
        (date - self.first).num_days() * PLOT_WIDTH / self.days
    }

    fn y(self, amount: Money) -> i64 {
        self.bottom() - share(amount, self.most, PLOT_HEIGHT)
    }

    fn amount(self, money: Money) -> String {
        if self.most < Money::kronor(1_000_000) { money.to_string() } else { in_millions(money) }
    }
}

struct Curve<'a> {
    label: &'a str,
    style: &'static Style,
    path: String,
    end: (i64, i64),
    /// What it has come to.
    amount: String,
    text_y: i64,
}

struct MarkLine {
    x: i64,
    text: Text,
    is_today: bool,
}

struct Month {
    x: i64,
    name: &'static str,
    /// Under the first, and under every January.
    year: String,
}

struct Tick {
    y: i64,
    text: String,
}

impl<'a> ProgressPicture<'a> {
    fn of(progress: &'a Progress) -> Self {
        let plot = Plot::of(progress);
        let mut curves: Vec<Curve> = progress
            .series
            .iter()
            .zip(&STYLES)
            .map(|(series, style)| curve(series, style, plot, progress.today))
            .collect();
        spread(&mut curves, plot);
        let allocated = Tick { y: plot.y(progress.allocated), text: plot.amount(progress.allocated) };
        let mut ticks = ticks(plot);
        ticks.retain(|tick| (tick.y - allocated.y).abs() > ROW);
        Self {
            progress,
            description: describe(progress, &curves),
            curves,
            marks: marks(progress, plot),
            months: months(plot),
            ticks,
            allocated,
            plot,
        }
    }

    fn height(&self) -> i64 {
        self.plot.bottom() + 44
    }
}

/// A step at every day that has one; of several days in the same place of the picture the last, so that a long history
/// makes no long picture.
fn curve<'a>(series: &'a Series, style: &'static Style, plot: Plot, today: NaiveDate) -> Curve<'a> {
    let mut points = series.points.clone();
    points.sort_by_key(|point| point.0);
    let mut steps: Vec<(i64, Money)> = Vec::new();
    for (date, amount) in points {
        let x = plot.x(date);
        match steps.last_mut() {
            Some(last) if last.0 == x => last.1 = amount,
            _ => steps.push((x, amount)),
        }
    }
    let mut end = (steps.first().map_or(0, |step| step.0), plot.bottom());
    let mut path = format!("M{} {}", end.0, end.1);
    for (x, amount) in &steps {
        let y = plot.y(*amount);
        if y != end.1 {
            path.push_str(&format!("H{x}V{y}"));
        }
        end = (*x, y);
    }
    end.0 = end.0.max(plot.x(today));
    path.push_str(&format!("H{}", end.0));
    let amount = plot.amount(steps.last().map_or(Money::ZERO, |step| step.1));
    Curve { label: &series.label, style, path, end, amount, text_y: end.1 }
}

/// Moves the names apart that would stand on one another: first down, then what went too far up again.
fn spread(curves: &mut [Curve], plot: Plot) {
    let mut order: Vec<&mut Curve> = curves.iter_mut().collect();
    order.sort_by_key(|curve| curve.end.1);
    let mut least = plot.top;
    for curve in &mut order {
        curve.text_y = curve.text_y.max(least);
        least = curve.text_y + LABEL_STEP;
    }
    let mut most = plot.bottom() - LABEL_STEP / 2;
    for curve in order.iter_mut().rev() {
        curve.text_y = curve.text_y.min(most);
        most = curve.text_y - LABEL_STEP;
    }
}

/// Each on a row of its own above the plot. Words that end at their line come first, the latest highest, then those
/// that begin there, the earliest highest: so hardly a line goes through the words of another.
fn marks(progress: &Progress, plot: Plot) -> Vec<MarkLine> {
    let deadlines = progress.deadlines.iter().map(|mark| (mark.date, mark.label.as_str(), false));
    let all = deadlines.chain([(progress.today, "I dag", true)]);
    let mut lines: Vec<MarkLine> =
        all.map(|(date, label, is_today)| mark(plot.x(date), date, label, is_today)).collect();
    lines.sort_by_key(|line| if line.text.anchor == Anchor::End { (0, -line.x) } else { (1, line.x) });
    for (row, line) in (1..).zip(&mut lines) {
        line.text.y = row * ROW - 4;
    }
    lines
}

/// With its words on the side of the line that is nearer the plot's middle, where they have room there, else on the
/// other, else as far right as they can be.
fn mark(x: i64, date: NaiveDate, label: &str, is_today: bool) -> MarkLine {
    const BESIDE: i64 = 6;
    let text = format!("{label} {}", short_date(date));
    let width = i64::try_from(text.chars().count()).unwrap_or(0) * LETTER;
    let end = WIDTH - AXIS_WIDTH;
    let right = (x + BESIDE + width <= end).then_some((Anchor::Start, x + BESIDE));
    let left = (x - BESIDE - width >= -AXIS_WIDTH).then_some((Anchor::End, x - BESIDE));
    let (anchor, text_x) = if x > PLOT_WIDTH / 2 { left.or(right) } else { right.or(left) }
        .unwrap_or((Anchor::Start, (end - width).max(-AXIS_WIDTH)));
    MarkLine { x, text: Text { x: text_x, y: 0, anchor, text }, is_today }
}

fn short_date(date: NaiveDate) -> String {
    format!("{}\u{A0}{}\u{A0}{}", date.day(), month(date), date.year())
}

fn month(date: NaiveDate) -> &'static str {
    MONTHS.get(date.month0() as usize).copied().unwrap_or_default()
}

/// Every month, or every second, third … so that their names have room.
fn months(plot: Plot) -> Vec<Month> {
    let count = u32::try_from(plot.days / 28).unwrap_or(u32::MAX);
    let step = [1, 2, 3, 6, 12, 24, 60].into_iter().find(|step| count / step <= MOST_MONTHS).unwrap_or(120);
    let mut months = Vec::new();
    let mut date = plot.first;
    while plot.x(date) < PLOT_WIDTH {
        let year = months.is_empty() || date.month0() < step;
        let year = if year { date.year().to_string() } else { String::new() };
        months.push(Month { x: plot.x(date), name: month(date), year });
        let Some(next) = date.checked_add_months(Months::new(step)) else { break };
        date = next;
    }
    months
}

/// Round amounts above zero: 1, 2 or 5 times a power of ten apart.
fn ticks(plot: Plot) -> Vec<Tick> {
    let most = plot.most.to_ore();
    let mut power = 100;
    while most / power > MOST_TICKS * 5 {
        power *= 10;
    }
    let step =
        [1, 2, 5].into_iter().map(|n| n * power).find(|step| most / step <= MOST_TICKS).unwrap_or(power);
    let amounts = (1..=most / step).map(|n| Money::ore(n * step));
    amounts.map(|amount| Tick { y: plot.y(amount), text: plot.amount(amount) }).collect()
}

fn describe(progress: &Progress, curves: &[Curve]) -> String {
    let curves = curves.iter().map(|curve| format!("{}: {}", curve.label, curve.amount));
    let all = [format!("Tilldelat: {}", progress.allocated)].into_iter().chain(curves);
    let marks = progress.deadlines.iter().map(|mark| format!("{}: {}", mark.label, short_date(mark.date)));
    let parts: Vec<String> = all.chain(marks).collect();
    format!("Den {}. {}.", short_date(progress.today), parts.join("; "))
}

#[cfg(test)]
mod tests;
