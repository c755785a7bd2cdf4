//! Unicode annex 15 — Marks: what stands above, below and at a letter, so that `ế` is not shown for `e`, nor `ề` for `ế`
//!
//! Parts of a glyph that stand apart from its letter are compared with the marks of open fonts, each by itself. What hangs together with the
//! letter, as a horn does, makes another letter of it; the bar of `đ` is a step in its outline.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

use super::letters::{Outline, Shape, bounds, number, read, spans};

/// Marks of open fonts, as letters are: see [`super::letters`].
const MARKS: &str = include_str!("marks.txt");
/// What is farther from every mark than that is none.
const FARTHEST: f64 = 0.4;

const DOT_ABOVE: char = '\u{307}';
const DOT_BELOW: char = '\u{323}';

/// A character taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Composition {
    /// The letter or digit, of ASCII.
    pub base: char,
    /// The letter with what hangs from it: `ç`, and `c` of `ć`.
    pub letter: char,
    above: Vec<char>,
    below: Vec<char>,
    /// Whether it is crossed by a bar.
    pub is_barred: bool,
    pub is_horned: bool,
}

impl Composition {
    /// Of a character that is one of ASCII with marks that are known here.
    pub fn of(character: char) -> Option<Self> {
        let mut characters = std::iter::once(character).nfd();
        let first = characters.next()?;
        let (base, is_barred) = match first {
            'đ' => ('d', true),
            'Đ' => ('D', true),
            _ => (first, false),
        };
        let mut composed = Self { base, letter: base, above: Vec::new(), below: Vec::new(), is_barred, is_horned: false };
        base.is_ascii_alphanumeric().then_some(())?;
        for mark in characters {
            match mark {
                '\u{300}'..='\u{304}' | '\u{306}' | DOT_ABOVE | '\u{309}' | '\u{30a}' | '\u{30c}' => composed.above.push(mark),
                '\u{308}' => composed.above.extend([DOT_ABOVE; 2]),
                DOT_BELOW => composed.below.push(mark),
                '\u{31b}' if matches!(base, 'o' | 'O' | 'u' | 'U') => composed.is_horned = true,
                '\u{327}' | '\u{328}' => composed.letter = [first, mark].into_iter().nfc().next()?,
                _ => return None,
            }
        }
        // A dot of its own gives way to a mark.
        if matches!(base, 'i' | 'j') && composed.above.is_empty() {
            composed.above.push(DOT_ABOVE);
        }
        Some(composed)
    }
}

/// A glyph taken apart.
pub(super) struct Parts {
    /// The letter, and what touches it.
    pub letter: Outline,
    above: Vec<Outline>,
    below: Vec<Outline>,
}

/// More lines than any letter has with its marks.
const MOST_LINES: usize = 40;
/// Points of a line at which it is asked whether it meets another one.
const SAMPLES: usize = 64;

type Line = Vec<(f64, f64)>;

impl Parts {
    /// The tallest line, those that meet it, and the others by what meets each other.
    pub fn of(outline: &Outline) -> Option<Self> {
        let height = |line: &&Line| bounds(std::slice::from_ref(*line)).map_or(0.0, |(_, bottom, _, top)| top - bottom);
        let area =
            |line: &Line| bounds(std::slice::from_ref(line)).map_or(0.0, |(left, bottom, right, top)| (right - left) * (top - bottom));
        // Some glyphs have points by themselves, which draw nothing.
        let mut open: Vec<&Line> = outline.iter().filter(|line| area(line) > 0.0).collect();
        (open.len() <= MOST_LINES).then_some(())?;
        // Outer lines come before those that are inside of them.
        open.sort_by(|one, other| area(other).total_cmp(&area(one)));
        let mut parts: Vec<Outline> = vec![vec![(*open.iter().max_by(|one, other| height(one).total_cmp(&height(other)))?).clone()]];
        open.retain(|line| parts.iter().flatten().all(|main| main != *line));
        // A stroke may meet the letter by another stroke only.
        for _ in 0..2 {
            open.retain(|line| {
                let meets = parts.first().is_some_and(|letter| meets(line, letter));
                if let Some(letter) = parts.first_mut().filter(|_| meets) {
                    letter.push((*line).clone());
                }
                !meets
            });
        }
        for line in open {
            match parts.iter_mut().skip(1).find(|part| meets(line, part)) {
                Some(part) => part.push(line.clone()),
                None => parts.push(vec![line.clone()]),
            }
        }
        let middle = |part: &Outline| bounds(part).map_or(0.0, |(_, bottom, _, top)| (bottom + top) / 2.0);
        let letter = parts.remove(0);
        let (above, below) = parts.into_iter().partition(|part| middle(part) > middle(&letter));
        Some(Self { letter, above, below })
    }

    /// Whether these are the marks of `composition`, all of them and no other.
    pub fn has_marks_of(&self, composition: &Composition) -> bool {
        are_marks(&self.above, &composition.above) && are_marks(&self.below, &composition.below)
    }

    /// The only part above the letter.
    #[cfg(test)]
    pub fn only_mark(&self) -> Option<&Outline> {
        self.above.first().filter(|_| self.above.len() == 1 && self.below.is_empty())
    }

    /// By how much of the height the bar of `đ`, upper case `is_upper`, stands out: right of the stem in the upper half, or left of it in the middle.
    pub fn bar(&self, is_upper: bool) -> f64 {
        let Some((left, bottom, right, top)) = bounds(&self.letter) else { return 0.0 };
        let (from, to) = if is_upper { (0.25, 0.75) } else { (0.5, 1.0) };
        let side = |step: usize| {
            let (start, end) = self.sides(from + (to - from) * (number(step) + 0.5) / number(ROWS))?;
            // Measured outwards.
            Some(if is_upper { right - start } else { end - left })
        };
        let sides: Vec<Option<f64>> = (0..ROWS).map(side).collect();
        let at = |row: Option<usize>| row.and_then(|row| sides.get(row).copied().flatten());
        let out = |row: usize| {
            let (own, lower, higher) = (at(Some(row))?, at(row.checked_sub(APART))?, at(row.checked_add(APART)));
            Some(higher.map_or(own - lower, |higher| (own - (lower + higher) / 2.0).min(own - lower.max(higher) + LEAST * (top - bottom))))
        };
        (0..ROWS).filter_map(out).fold(0.0, f64::max) / (top - bottom)
    }

    /// By how much of the height the horn of `ơ` or `ư` stands out at the upper right: of what is round, farther than the lower right does; else
    /// farther than the middle, the serif at the upper left apart. A slant counts for nothing.
    pub fn horn(&self, is_round: bool) -> f64 {
        let Some((_, bottom, _, top)) = bounds(&self.letter) else { return 0.0 };
        let (Some(lower), Some(middle), Some(higher)) = (self.sides(0.35), self.sides(0.5), self.sides(0.65)) else { return 0.0 };
        let slant = (higher.0 - lower.0) / 0.3;
        let out = |row: usize| {
            let above = (number(row) + 0.5) / number(ROWS) / 2.0;
            let (start, end) = self.sides(0.5 + above)?;
            if is_round {
                let (_, opposite) = self.sides(0.5 - above)?;
                return Some((0.0, end - opposite - slant * above * 2.0));
            }
            Some((middle.0 - start + slant * above, end - middle.1 - slant * above))
        };
        let outs: Vec<(f64, f64)> = (0..ROWS).filter_map(out).collect();
        let most = |side: &dyn Fn(&(f64, f64)) -> f64| outs.iter().map(side).fold(0.0, f64::max);
        (most(&|(_, right)| *right) - most(&|(left, _)| *left)) / (top - bottom)
    }

    /// Where the letter begins and ends at this share of its height.
    fn sides(&self, share: f64) -> Option<(f64, f64)> {
        let (_, bottom, _, top) = bounds(&self.letter)?;
        let spans = spans(&self.letter, bottom + (top - bottom) * share);
        Some((spans.first()?.0, spans.last()?.1))
    }
}

/// Whether some of `line` is inside of a line of `part`.
fn meets(line: &Line, part: &Outline) -> bool {
    let each = (SAMPLES / line.len().max(1)).max(1);
    let next = line.iter().skip(1).chain(line.first());
    let skipped = (line.len() / SAMPLES).max(1);
    let mut points = line.iter().zip(next).step_by(skipped).flat_map(|((x0, y0), (x1, y1))| {
        (0..each).map(move |step| {
            let share = number(step) / number(each);
            (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
        })
    });
    points.any(|point| part.iter().any(|around| is_inside(point, around)))
}

/// §8.5.3.3.2: whether a line goes round a point.
fn is_inside((x, y): (f64, f64), line: &Line) -> bool {
    let next = line.iter().skip(1).chain(line.first());
    let crossings = line.iter().zip(next).filter(|((_, y0), (_, y1))| (*y0 <= y) != (*y1 <= y));
    let winding: i32 = crossings
        .filter(|((x0, y0), (x1, y1))| x0 + (y - y0) / (y1 - y0) * (x1 - x0) > x)
        .map(|((_, y0), (_, y1))| if y1 > y0 { 1 } else { -1 })
        .sum();
    winding != 0
}

/// Rows in which the side of a letter is looked at, and how far apart those are that a bar is compared with.
const ROWS: usize = 40;
const APART: usize = 10;
/// How little more than both of its neighbours a row with a bar may stand out.
const LEAST: f64 = 0.03;

/// Whether each of `parts` is one of the marks, in any order.
fn are_marks(parts: &[Outline], marks: &[char]) -> bool {
    let is = |part: &Outline, mark: char| Shape::of(part).is_some_and(|shape| is_mark(&shape, mark));
    match (parts, marks) {
        ([], []) => true,
        ([part], [mark]) => is(part, *mark),
        // Both are one line: known by the letter `a` with them.
        ([part], [first, second]) => ['a', *first, *second].into_iter().nfc().next().is_some_and(|both| is(part, both)),
        ([one, other], [first, second]) => is(one, *first) && is(other, *second) || is(one, *second) && is(other, *first),
        _ => false,
    }
}

fn is_mark(shape: &Shape, mark: char) -> bool {
    let mark = if mark == DOT_BELOW { DOT_ABOVE } else { mark };
    let nearest = |is_asked: &dyn Fn(char) -> bool| {
        let distances = known().iter().filter(|(known, _)| is_asked(*known)).map(|(_, known)| known.distance(shape));
        distances.fold(f64::MAX, f64::min)
    };
    let own = nearest(&|known| known == mark);
    own <= FARTHEST && nearest(&|known| known != mark) >= own
}

fn known() -> &'static [(char, Shape)] {
    static KNOWN: OnceLock<Vec<(char, Shape)>> = OnceLock::new();
    KNOWN.get_or_init(|| read(MARKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_taken_apart() {
        let of =
            |character| Composition::of(character).map(|own| (own.base, own.letter, own.above, own.below, own.is_barred || own.is_horned));
        assert_eq!(of('ế'), Some(('e', 'e', vec!['\u{302}', '\u{301}'], vec![], false)));
        assert_eq!(of('ợ'), Some(('o', 'o', vec![], vec![DOT_BELOW], true)));
        assert_eq!(of('ị'), Some(('i', 'i', vec![DOT_ABOVE], vec![DOT_BELOW], false)));
        assert_eq!(of('í'), Some(('i', 'i', vec!['\u{301}'], vec![], false)));
        assert_eq!(of('Đ'), Some(('D', 'D', vec![], vec![], true)));
        assert_eq!(of('ç'), Some(('c', 'ç', vec![], vec![], false)));
        assert_eq!(of('ḫ'), None);
        assert_eq!(of('ø'), None);
    }
}
