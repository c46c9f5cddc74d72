//! Where in the country: Sweden's municipalities in shades, with the three crowded regions enlarged.
//!
//! The links are for the pointer only (`tabindex="-1"`, hidden from screen readers): 290 stops would be in the way of
//! everybody with a keyboard. **Whoever shows a map with links shows a table with the same links beside it.**

use std::collections::HashMap;

use askama::Template;

use super::{
    Class, FONT, INK, PALE_INK,
    classes::counts,
    draw,
    sweden::{self, Frame, OUTLINES, Outline},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// Of all `id`s in the picture; letters, digits and hyphens.
    pub key: String,
    /// What the picture is, for who does not see it.
    pub title: String,
    /// Above the legend: what the shades measure.
    pub legend: String,
    pub classes: Vec<Class>,
    /// Those that are not on the map, such as SKR, are left out; those that are missing are *ingen uppgift*.
    pub shapes: Vec<Shape>,
}

/// What is known of one municipality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Kommunkod.
    pub code: String,
    /// `Ale: 12 345 kr inte förbrukat`
    pub label: String,
    pub href: Option<String>,
    /// Its place in `Map::classes`; nothing where nothing is known.
    pub class: Option<usize>,
}

/// One hue from light to dark, even steps in lightness. The first is for nothing at all: not white, which is water.
const SHADES: [&str; 6] = ["#f7f1e1", "#bcd9df", "#86b7c2", "#4f8d9b", "#266472", "#08343f"];

const UNKNOWN: &str = "Ingen uppgift";

/// A region where the municipalities are too small to be seen.
struct Region {
    name: &'static str,
    window: Frame,
    left: i64,
    top: i64,
    side: i64,
}

/// 75, 60 and 60 kilometres square.
const REGIONS: &[Region] = &[
    Region { name: "Storstockholm", window: square(726, 2100, 150), left: 980, top: 1310, side: 560 },
    Region { name: "Göteborg", window: square(26, 2478, 120), left: 0, top: 70, side: 400 },
    Region { name: "Malmö", window: square(164, 2946, 120), left: 0, top: 560, side: 330 },
];

const fn square(left: i64, top: i64, side: i64) -> Frame {
    Frame { left, top, right: left + side, bottom: top + side }
}

const MARGIN: i64 = 20;
const WIDTH: i64 = 1580;
const LEGEND_LEFT: i64 = 1000;
const LEGEND_LINE: i64 = 66;
/// Letters of the legend's size that fit beside the map.
const LEGEND_LETTERS: usize = 19;

/// The codes of a county's municipalities, by the county's own (*länskod*).
pub fn municipalities_of(county: &str) -> impl Iterator<Item = &'static str> {
    OUTLINES.iter().map(|outline| outline.code).filter(move |code| code.starts_with(county))
}

impl Map {
    /// # Errors
    /// When the template cannot be written, which a `String` can always be.
    pub fn to_svg(&self) -> askama::Result<String> {
        draw(&MapPicture::of(self))
    }

    /// The fill of a class: the classes are spread over the shades, so that the last is the darkest.
    fn shade(&self, class: Option<usize>) -> Option<&'static str> {
        let last = self.classes.len().checked_sub(1)?;
        let class = class.filter(|class| *class <= last)?;
        SHADES.get((class * (SHADES.len() - 1)).div_ceil(last.max(1))).copied()
    }
}

#[derive(Template)]
#[template(path = "map.svg")]
struct MapPicture<'a> {
    map: &'a Map,
    areas: Vec<Area<'a>>,
    legend: Legend,
    description: String,
}

/// One outline with what is known of it.
struct Area<'a> {
    outline: &'static Outline,
    label: &'a str,
    href: Option<&'a str>,
    /// Hatched when there is none.
    shade: Option<&'static str>,
}

impl<'a> MapPicture<'a> {
    fn of(map: &'a Map) -> Self {
        let by_code: HashMap<&str, &Shape> =
            map.shapes.iter().map(|shape| (shape.code.as_str(), shape)).collect();
        let areas = OUTLINES.iter().map(|outline| {
            let shape = by_code.get(outline.code).copied();
            Area {
                outline,
                label: shape.map_or(UNKNOWN, |shape| &shape.label),
                href: shape.and_then(|shape| shape.href.as_deref()),
                shade: shape.and_then(|shape| map.shade(shape.class)),
            }
        });
        let drawn: Vec<&Shape> = OUTLINES.iter().filter_map(|o| by_code.get(o.code).copied()).collect();
        let counts = counts(map.classes.len(), &drawn);
        Self {
            map,
            areas: areas.collect(),
            legend: Legend::of(map, &counts),
            description: describe(map, &counts),
        }
    }

    fn has_links(&self) -> bool {
        self.areas.iter().any(|area| area.href.is_some())
    }

    fn within(&self, region: &Region) -> Vec<&Area<'a>> {
        self.areas.iter().filter(|area| area.outline.reaches(region.window)).collect()
    }

    fn height(&self) -> i64 {
        sweden::HEIGHT.max(self.legend.bottom) + 3 * MARGIN
    }
}

/// What the shades mean, from its heading down, its end at the map's.
struct Legend {
    heading: Vec<Line>,
    rows: Vec<Row>,
    bottom: i64,
}

struct Line {
    y: i64,
    text: String,
}

struct Row {
    top: i64,
    shade: Option<&'static str>,
    lines: Vec<Line>,
    count: Line,
}

impl Legend {
    fn of(map: &Map, counts: &[usize]) -> Self {
        let mut entries: Vec<(&str, Option<&'static str>, usize)> = map
            .classes
            .iter()
            .enumerate()
            .map(|(at, class)| {
                (class.label.as_str(), map.shade(Some(at)), counts.get(at).copied().unwrap_or(0))
            })
            .collect();
        let unknown = unknown(counts);
        if unknown > 0 {
            entries.push((UNKNOWN, None, unknown));
        }
        let heading = wrap(&map.legend, LEGEND_LETTERS);
        let texts: Vec<Vec<String>> = entries.iter().map(|entry| wrap(entry.0, LEGEND_LETTERS - 2)).collect();
        let lines = heading.len() + texts.iter().map(|text| text.len() + 1).sum::<usize>();
        let gaps = i64::try_from(entries.len()).unwrap_or(0) * LEGEND_GAP;
        let height = i64::try_from(lines).unwrap_or(0) * LEGEND_LINE + gaps;
        let mut pen = Pen { y: (sweden::HEIGHT - height).max(LEGEND_TOP) };
        let heading = pen.write(heading);
        let rows = entries.iter().zip(texts).map(|((_, shade, count), text)| {
            pen.y += LEGEND_GAP;
            let top = pen.y + 10;
            let lines = pen.write(text);
            Row { top, shade: *shade, lines, count: pen.line(municipalities(*count)) }
        });
        let rows = rows.collect();
        Self { heading, rows, bottom: pen.y }
    }
}

const LEGEND_GAP: i64 = 20;
/// Under the enlarged Stockholm.
const LEGEND_TOP: i64 = 1900;

/// Writes line under line.
struct Pen {
    y: i64,
}

impl Pen {
    fn line(&mut self, text: String) -> Line {
        self.y += LEGEND_LINE;
        Line { y: self.y, text }
    }

    fn write(&mut self, texts: Vec<String>) -> Vec<Line> {
        texts.into_iter().map(|text| self.line(text)).collect()
    }
}

fn unknown(counts: &[usize]) -> usize {
    OUTLINES.len().saturating_sub(counts.iter().sum())
}

fn municipalities(count: usize) -> String {
    if count == 1 { "1 kommun".to_owned() } else { format!("{count} kommuner") }
}

/// The legend in a sentence, for who does not see it.
fn describe(map: &Map, counts: &[usize]) -> String {
    let classes = map.classes.iter().map(|class| class.label.as_str()).chain([UNKNOWN]);
    let counts = counts.iter().copied().chain([unknown(counts)]);
    let parts: Vec<String> = classes
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(label, count)| format!("{label}: {}", municipalities(count)))
        .collect();
    format!("{}. {}.", map.legend, parts.join("; "))
}

/// In lines of at most so many letters, broken between words; a longer word has a line of its own.
fn wrap(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(shapes: Vec<Shape>) -> Map {
        let labels = ["0 kr", "upp till 5 tkr", "5–10 tkr", "10–20 tkr", "20–50 tkr", "över 50 tkr"];
        Map {
            key: "inte-forbrukat".to_owned(),
            title: "Inte förbrukat per kommun".to_owned(),
            legend: "Inte förbrukat".to_owned(),
            classes: labels.map(|label| Class { label: label.to_owned() }).to_vec(),
            shapes,
        }
    }

    fn shape(code: &str, class: Option<usize>, href: Option<&str>) -> Shape {
        let href = href.map(str::to_owned);
        Shape { code: code.to_owned(), label: format!("{code}: <b> & \"citat\""), href, class }
    }

    fn everywhere(href: Option<&str>) -> Map {
        map(OUTLINES.iter().enumerate().map(|(at, o)| shape(o.code, Some(at % 6), href)).collect())
    }

    #[test]
    fn every_municipality_is_drawn_once_and_the_crowded_ones_are_repeated_by_reference() {
        let svg = everywhere(None).to_svg().unwrap();
        assert_eq!(svg.matches("<path id=\"inte-forbrukat-").count(), 290);
        for code in ["0183", "0184", "1407", "1231"] {
            assert!(svg.contains(&format!("<use href=\"#inte-forbrukat-{code}\"/>")), "{code}");
        }
        assert!(svg.contains(r#"role="img""#) && !svg.contains("<a "));
        assert!(svg.len() < 110_000, "{}", svg.len());
    }

    #[test]
    fn what_is_not_known_is_hatched_and_counted() {
        let svg = map(vec![shape("1440", Some(0), None), shape("SKR", Some(5), None)]).to_svg().unwrap();
        assert_eq!(svg.matches(r##"fill="url(#inte-forbrukat-streck)""##).count(), 290, "289 and the legend");
        assert!(svg.contains(">1 kommun<") && svg.contains(">289 kommuner<"));
        assert!(svg.contains("Inte förbrukat. 0 kr: 1 kommun; Ingen uppgift: 289 kommuner."));
        let all = everywhere(None).to_svg().unwrap();
        assert!(!all.contains(UNKNOWN));
    }

    #[test]
    fn links_are_for_the_pointer_and_words_are_escaped() {
        let svg = everywhere(Some("/a?b&c=\"><script>")).to_svg().unwrap();
        assert!(svg.contains(r#"role="group""#) && svg.contains(r#"aria-hidden="true""#));
        assert_eq!(svg.matches("<a ").count(), svg.matches(r#"tabindex="-1""#).count());
        assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("b&c"));
    }

    #[test]
    fn the_classes_are_spread_from_the_lightest_to_the_darkest() {
        let mut map = map(Vec::new());
        let shades = |map: &Map| -> Vec<_> { (0..7).map(|class| map.shade(Some(class))).collect() };
        assert_eq!(shades(&map)[..6], SHADES.map(Some));
        assert_eq!(shades(&map)[6], None);
        map.classes.truncate(3);
        assert_eq!(shades(&map)[..4], [Some(SHADES[0]), Some(SHADES[3]), Some(SHADES[5]), None]);
        map.classes.truncate(1);
        assert_eq!(shades(&map)[..2], [Some(SHADES[0]), None]);
        map.classes.clear();
        assert_eq!(map.shade(Some(0)), None);
    }

    /// Luminance as a grey print has it, in thousandths; near enough without the gamma of the screen.
    fn grey(shade: &str) -> i64 {
        let channel = |at: usize| i64::from_str_radix(&shade[at..at + 2], 16).unwrap();
        (channel(1) * 299 + channel(3) * 587 + channel(5) * 114) / 255
    }

    #[test]
    fn the_shades_differ_in_grey() {
        for pair in SHADES.windows(2) {
            assert!(grey(pair[0]) - grey(pair[1]) >= 110, "{pair:?}");
        }
    }

    #[test]
    fn the_legend_ends_with_the_map_and_begins_under_stockholm() {
        let picture = map(Vec::new());
        let legend = MapPicture::of(&picture).legend;
        assert_eq!(legend.bottom, sweden::HEIGHT);
        assert!(legend.heading[0].y > LEGEND_TOP);
        assert_eq!(
            wrap("Inte förbrukade medel av det utbetalda", 19),
            ["Inte förbrukade", "medel av det", "utbetalda"]
        );
    }

    #[test]
    fn every_region_is_within_the_map_and_enlarged() {
        for region in REGIONS {
            let Frame { left, top, right, bottom } = region.window;
            assert!(left >= 0 && top >= 0 && right <= sweden::WIDTH && bottom <= sweden::HEIGHT);
            assert!(region.side >= 2 * (right - left), "{}", region.name);
            assert!(region.left + region.side <= WIDTH - 2 * MARGIN);
        }
    }
}
