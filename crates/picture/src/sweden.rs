//! The outlines of Sweden's municipalities, on a grid of 500 metres in SWEREF 99 TM; made by `sweden.py`.

use std::sync::LazyLock;

const TABLE: &str = include_str!("sweden.csv");

/// By kommunkod.
pub static OUTLINES: LazyLock<Vec<Outline>> =
    LazyLock::new(|| TABLE.lines().skip(1).filter_map(Outline::read).collect());

#[cfg(test)]
pub const WIDTH: i64 = 1280;
pub const HEIGHT: i64 = 3072;

pub struct Outline {
    pub code: &'static str,
    /// For the `d` of a path: rings of whole numbers, `M x y l dx dy … z`.
    pub path: &'static str,
    frame: Frame,
}

/// A rectangle from its upper left corner to its lower right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub left: i64,
    pub top: i64,
    pub right: i64,
    pub bottom: i64,
}

impl Outline {
    fn read(line: &'static str) -> Option<Self> {
        let (code, path) = line.split_once(',')?;
        Some(Self { code, path, frame: frame(&corners(path)?)? })
    }

    /// Is some of it within the frame? By its own frame: one too many is drawn outside and cut off.
    pub fn reaches(&self, window: Frame) -> bool {
        let own = self.frame;
        own.left < window.right
            && own.right > window.left
            && own.top < window.bottom
            && own.bottom > window.top
    }
}

fn frame(corners: &[(i64, i64)]) -> Option<Frame> {
    Some(Frame {
        left: corners.iter().map(|corner| corner.0).min()?,
        top: corners.iter().map(|corner| corner.1).min()?,
        right: corners.iter().map(|corner| corner.0).max()?,
        bottom: corners.iter().map(|corner| corner.1).max()?,
    })
}

/// Every corner of every ring, or nothing when the path is not written as the script writes it.
fn corners(path: &str) -> Option<Vec<(i64, i64)>> {
    let mut all = Vec::new();
    for ring in path.strip_suffix('z')?.split('z') {
        let (start, steps) = ring.strip_prefix('M')?.split_once('l')?;
        let [(mut x, mut y)] = pairs(start)?[..] else { return None };
        all.push((x, y));
        for (right, down) in pairs(steps)? {
            (x, y) = (x + right, y + down);
            all.push((x, y));
        }
    }
    Some(all)
}

/// `2 681-3 5` → (2, 681), (−3, 5): a minus begins a number, with or without a space before it.
fn pairs(text: &str) -> Option<Vec<(i64, i64)>> {
    let spaced = text.replace('-', " -");
    let numbers: Vec<i64> = spaced.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let (pairs, []) = numbers.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[x, y]| (*x, *y)).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn named(code: &str) -> &'static Outline {
        OUTLINES.iter().find(|outline| outline.code == code).unwrap()
    }

    #[test]
    fn exactly_the_municipalities_of_the_registry_have_an_outline() {
        let registry = include_str!("../../../registry/recipients.csv");
        let municipalities: BTreeSet<&str> = registry
            .lines()
            .filter_map(|line| line.split_once(",municipality,"))
            .map(|(code, _)| code)
            .collect();
        let drawn: BTreeSet<&str> = OUTLINES.iter().map(|outline| outline.code).collect();
        assert_eq!(drawn.len(), 290);
        assert_eq!(OUTLINES.len(), TABLE.lines().count() - 1, "every line is read");
        assert_eq!(drawn, municipalities);
    }

    #[test]
    fn the_outlines_lie_on_the_sheet_and_fill_it() {
        let all: Vec<(i64, i64)> =
            OUTLINES.iter().flat_map(|outline| corners(outline.path).unwrap()).collect();
        let sheet = Frame { left: 0, top: 0, right: WIDTH, bottom: HEIGHT };
        assert_eq!(frame(&all), Some(sheet));
    }

    #[test]
    fn the_outlines_are_small_enough_for_a_page() {
        let bytes: usize = OUTLINES.iter().map(|outline| outline.path.len()).sum();
        assert!(bytes <= 45_000, "{bytes}");
    }

    /// Twice the area of a ring: what is left of the line is counted as more than what is right of it.
    fn area(ring: &str) -> i64 {
        let corners = corners(&format!("{ring}z")).unwrap();
        let next = corners.iter().cycle().skip(1);
        corners.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<i64>().abs()
    }

    #[test]
    fn the_smallest_and_the_islands_are_still_shapes() {
        for (code, name, least) in [
            ("0183", "Sundbyberg", 20),
            ("0184", "Solna", 50),
            ("1231", "Burlöv", 50),
            ("1280", "Malmö", 400),
            ("1407", "Öckerö", 80),
            ("0980", "Gotland", 20_000),
        ] {
            let area: i64 = named(code).path.split_terminator('z').map(area).sum();
            assert!(area >= least, "{name}: {area}");
        }
    }

    /// Neighbours walk a common border in opposite directions, corner by corner: then there is neither gap nor overlap.
    #[test]
    fn a_border_is_shared_or_a_shore() {
        let mut walked: BTreeMap<[(i64, i64); 2], usize> = BTreeMap::new();
        for outline in OUTLINES.iter() {
            for ring in outline.path.split_terminator('z') {
                let corners = corners(&format!("{ring}z")).unwrap();
                let next = corners.iter().cycle().skip(1);
                for (a, b) in corners.iter().zip(next) {
                    *walked.entry([*a.min(b), *a.max(b)]).or_default() += 1;
                }
            }
        }
        assert!(walked.values().all(|times| *times <= 2));
        let shared = walked.values().filter(|times| **times == 2).count();
        assert!(shared * 2 > walked.len(), "{shared} of {}", walked.len());
    }

    #[test]
    fn a_path_that_is_not_as_the_script_writes_it_is_not_read() {
        assert_eq!(corners("M1 2l3-4 5 6z"), Some(vec![(1, 2), (4, -2), (9, 4)]));
        for wrong in ["", "z", "M1 2l3z", "M1 2l3 4", "1 2l3 4z", "M1 2 3 4l5 6z", "M1 2L3,4z", "M1 2l3 4.5z"]
        {
            assert_eq!(corners(wrong), None, "{wrong}");
        }
    }
}
