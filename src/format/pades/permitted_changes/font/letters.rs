//! ISO 32000-2 §9.2.2 — Glyphs: what a letter looks like, so that a font program that draws another one is noticed
//!
//! A program may say of itself whatever its maker wanted; what it draws is compared with the letters and digits of open fonts, each made as
//! large as its own box and sampled on a coarse grid. That tells what is clearly another letter, and no more.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

pub(super) const COLUMNS: usize = 8;
pub(super) const ROWS: usize = 12;
/// Lines through each row.
const LINES: usize = 4;
/// How much of a cell is filled, at most.
const FULL: u8 = 15;

/// Letters of open fonts: the letter, its width as hundredths of its height, its cells. `KYSO_WRITE=1` makes them anew in the test below.
const LETTERS: &str = include_str!("letters.txt");

/// What is farther from every letter than that is none.
const FARTHEST: f64 = 0.24;
/// A glyph that is nearer to another letter than this part of the way to its own is that other letter.
const NEARER: f64 = 0.8;
/// A glyph of no letter that is so near to a digit is that digit.
const NEAREST: f64 = 0.1;

/// Letters that look alike when each is as large as its box.
const ALIKE: [&str; 14] = ["0OoQDUu", "1lIiJjTtrfYyL", "2Zz", "5Ss", "6bG", "9gq", "Cc", "Kk", "Pp", "UuVvYy", "Ww", "Xx", "nhmMN", "aeoc"];
/// Signs that look like a digit.
const LIKE_DIGITS: [(char, &str); 8] =
    [('0', "°º○◦ΟОοо"), ('1', "|!¦/\\[](){}ıІӀ‖†¡"), ('3', "ЗзƷʒ"), ('4', "Ч"), ('6', "б"), ('8', "&§"), ('7', "?¬"), ('2', "?")];

/// One closed line after the other, as points.
pub(super) type Outline = Vec<Vec<(f64, f64)>>;

/// A glyph on a grid.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    cells: [u8; COLUMNS * ROWS],
    /// Width by height.
    proportion: f64,
}

/// Whether `outline` may be what `character` looks like.
pub(super) fn may_be(character: char, outline: &Outline) -> bool {
    let base = base_of(character);
    let is_plain = base == Some(character);
    let main = if is_plain { outline.clone() } else { without_marks(outline) };
    let Some(shape) = Shape::of(&main) else { return false };
    let known = letters();
    let nearest = |is_asked: &dyn Fn(char) -> bool| {
        let distances = known.iter().filter(|(letter, _)| is_asked(*letter)).map(|(_, known)| known.distance(&shape));
        distances.fold(f64::MAX, f64::min)
    };
    let Some(base) = base else {
        // What letters of other scripts look like is not known here.
        if character.is_alphabetic() {
            return false;
        }
        let is_other_digit =
            |letter: char| letter.is_ascii_digit() && !LIKE_DIGITS.iter().any(|(digit, like)| *digit == letter && like.contains(character));
        return Shape::of(outline)
            .is_some_and(|whole| known.iter().all(|(letter, known)| !is_other_digit(*letter) || known.distance(&whole) > NEAREST));
    };
    let own = nearest(&|letter| letter == base);
    // A horn or a bar is no line of its own: it may make a letter look like a third one, and not like a digit.
    let other = nearest(&|letter| letter != base && !are_alike(letter, base) && (is_plain || letter.is_ascii_digit()));
    (own <= FARTHEST || !is_plain) && other >= own * NEARER && has_its_holes(character, outline)
}

/// The holes of digits are the same in every font; 0 may be crossed out, and 4 open.
fn has_its_holes(character: char, outline: &Outline) -> bool {
    let holes = match character {
        '0' => 1..=3,
        '1' | '2' | '3' | '5' | '7' => 0..=0,
        '4' => 0..=1,
        '6' | '9' => 1..=1,
        '8' => 2..=2,
        _ => return true,
    };
    holes.contains(&self::holes(outline))
}

/// Side of the grid on which holes are looked for.
const FINE: usize = 40;
/// Cells that make a hole, and not a place where two strokes nearly meet.
const SMALLEST_HOLE: usize = 4;

/// How many empty places are closed in on all sides.
fn holes(outline: &Outline) -> usize {
    let Some((left, bottom, right, top)) = bounds(outline) else { return 0 };
    // A margin all round, so that all that is outside hangs together.
    let side = FINE + 2;
    let mut is_taken = vec![false; side * side];
    for row in 0..FINE {
        let spans = spans(outline, bottom + (top - bottom) * (number(row) + 0.5) / number(FINE));
        for column in 0..FINE {
            let x = left + (right - left) * (number(column) + 0.5) / number(FINE);
            if let Some(cell) = is_taken.get_mut((row + 1) * side + column + 1) {
                *cell = spans.iter().any(|(from, to)| (*from..=*to).contains(&x));
            }
        }
    }
    let mut places = Vec::new();
    for start in 0..side * side {
        let (mut waiting, mut size) = (vec![start], 0_usize);
        while let Some(cell) = waiting.pop() {
            let Some(taken) = is_taken.get_mut(cell).filter(|taken| !**taken) else { continue };
            *taken = true;
            size += 1;
            let column = cell % side;
            waiting.extend([cell.checked_sub(side), cell.checked_add(side)].into_iter().flatten());
            waiting.extend(cell.checked_sub(1).filter(|_| column > 0));
            waiting.extend(cell.checked_add(1).filter(|_| column + 1 < side));
        }
        places.extend((size >= SMALLEST_HOLE).then_some(size));
    }
    // The first of them is outside.
    places.len().saturating_sub(1)
}

/// A letter without its marks (Unicode annex 15), where it is one of those that are known.
fn base_of(character: char) -> Option<char> {
    match character {
        'đ' => Some('d'),
        'Đ' => Some('D'),
        _ => std::iter::once(character).nfd().next().filter(char::is_ascii_alphanumeric),
    }
}

fn are_alike(one: char, other: char) -> bool {
    one.eq_ignore_ascii_case(&other) || ALIKE.iter().any(|alike| alike.contains(one) && alike.contains(other))
}

/// The largest line and what is inside its box.
fn without_marks(outline: &Outline) -> Outline {
    let boxed: Vec<_> = outline.iter().filter_map(|line| Some((bounds(std::slice::from_ref(line))?, line))).collect();
    let area = |(left, bottom, right, top): (f64, f64, f64, f64)| (right - left) * (top - bottom);
    let Some((largest, _)) = boxed.iter().max_by(|(one, _), (other, _)| area(*one).total_cmp(&area(*other))) else { return Vec::new() };
    let is_inside = |inner: &(f64, f64, f64, f64)| {
        inner.0 >= largest.0 - 1.0 && inner.1 >= largest.1 - 1.0 && inner.2 <= largest.2 + 1.0 && inner.3 <= largest.3 + 1.0
    };
    boxed.iter().filter(|(inner, _)| is_inside(inner)).map(|(_, line)| (*line).clone()).collect()
}

/// Left, bottom, right and top.
pub(super) fn bounds(outline: &[Vec<(f64, f64)>]) -> Option<(f64, f64, f64, f64)> {
    let mut points = outline.iter().flatten();
    let (x, y) = *points.next()?;
    Some(points.fold((x, y, x, y), |(left, bottom, right, top), (x, y)| (left.min(*x), bottom.min(*y), right.max(*x), top.max(*y))))
}

impl Shape {
    /// Fills what the lines go round (§8.5.3.3.2), each row by some lines across it.
    fn of(outline: &Outline) -> Option<Self> {
        let (left, bottom, right, top) = bounds(outline)?;
        let (width, height) = (right - left, top - bottom);
        if !(width > 0.0 && height > 0.0) {
            return None;
        }
        let mut filled = [0.0_f64; COLUMNS * ROWS];
        for row in 0..ROWS {
            for line in 0..LINES {
                let across = (number(row) + (number(line) + 0.5) / number(LINES)) / number(ROWS);
                let spans = spans(outline, top - across * height);
                for column in 0..COLUMNS {
                    let (start, end) =
                        (left + width * number(column) / number(COLUMNS), left + width * number(column + 1) / number(COLUMNS));
                    let covered: f64 = spans.iter().map(|(from, to)| (to.min(end) - from.max(start)).max(0.0)).sum();
                    if let Some(cell) = filled.get_mut(row * COLUMNS + column) {
                        *cell += covered / (end - start) / number(LINES);
                    }
                }
            }
        }
        let cells = filled.map(|share| (0..FULL).filter(|step| share * f64::from(FULL) >= f64::from(*step) + 0.5).count());
        Some(Self { cells: cells.map(|cell| u8::try_from(cell).unwrap_or(FULL)), proportion: width / height })
    }

    fn distance(&self, other: &Self) -> f64 {
        let difference: u32 = self.cells.iter().zip(&other.cells).map(|(one, other)| u32::from(one.abs_diff(*other))).sum();
        f64::from(difference) / (f64::from(FULL) * number(COLUMNS * ROWS)) + 0.1 * (self.proportion / other.proportion).ln().abs()
    }
}

/// What is filled on the line at height `y`.
fn spans(outline: &Outline, y: f64) -> Vec<(f64, f64)> {
    let mut crossings: Vec<(f64, i32)> = Vec::new();
    for line in outline {
        let next = line.iter().skip(1).chain(line.first());
        for ((x0, y0), (x1, y1)) in line.iter().zip(next) {
            if (*y0 <= y) != (*y1 <= y) {
                crossings.push((x0 + (y - y0) / (y1 - y0) * (x1 - x0), if y1 > y0 { 1 } else { -1 }));
            }
        }
    }
    crossings.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let (mut spans, mut winding, mut start) = (Vec::new(), 0_i32, 0.0);
    for (x, direction) in crossings {
        if winding == 0 {
            start = x;
        }
        winding = winding.saturating_add(direction);
        if winding == 0 {
            spans.push((start, x));
        }
    }
    spans
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(0.0, f64::from)
}

fn letters() -> &'static [(char, Shape)] {
    static KNOWN: OnceLock<Vec<(char, Shape)>> = OnceLock::new();
    KNOWN.get_or_init(|| LETTERS.lines().filter_map(letter).collect())
}

fn letter(line: &str) -> Option<(char, Shape)> {
    let mut words = line.split(' ');
    let letter = words.next()?.chars().next()?;
    let proportion = f64::from(words.next()?.parse::<u32>().ok()?) / 100.0;
    let cells: Vec<u8> = words.next()?.chars().filter_map(|digit| digit.to_digit(16)).filter_map(|cell| u8::try_from(cell).ok()).collect();
    Some((letter, Shape { cells: cells.try_into().ok()?, proportion }))
}

#[cfg(test)]
mod tests {
    use super::super::program::Program;
    use super::*;
    use std::fmt::Write;

    const KNOWN: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    fn fonts() -> Vec<&'static [u8]> {
        typst_assets::fonts().collect()
    }

    /// Letters without serifs, of which the fonts have few.
    fn drawn() -> Vec<(char, f64, Outline)> {
        let bar = vec![(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)];
        let part = |bottom: f64, top: f64| vec![(0.0, bottom), (0.0, top), (1.0, top), (1.0, bottom)];
        let one = vec![(0.6, 0.0), (0.6, 0.83), (0.0, 0.66), (0.0, 0.8), (0.7, 1.0), (1.0, 1.0), (1.0, 0.0)];
        let letter_m = [
            (0.0, 0.0),
            (0.0, 1.0),
            (0.2, 1.0),
            (0.5, 0.25),
            (0.8, 1.0),
            (1.0, 1.0),
            (1.0, 0.0),
            (0.87, 0.0),
            (0.87, 0.8),
            (0.56, 0.0),
            (0.44, 0.0),
            (0.13, 0.8),
            (0.13, 0.0),
        ];
        let letter_j = [
            (0.75, 1.0),
            (1.0, 1.0),
            (1.0, 0.28),
            (0.85, 0.06),
            (0.5, 0.0),
            (0.15, 0.06),
            (0.0, 0.28),
            (0.23, 0.3),
            (0.3, 0.16),
            (0.5, 0.12),
            (0.7, 0.16),
            (0.75, 0.3),
        ];
        vec![
            ('I', 0.14, vec![bar.clone()]),
            ('l', 0.14, vec![bar.clone()]),
            ('i', 0.16, vec![bar]),
            ('i', 0.14, vec![part(0.0, 0.72), part(0.86, 1.0)]),
            ('1', 0.48, vec![one.clone()]),
            ('1', 0.4, vec![one]),
            ('M', 1.12, vec![letter_m.to_vec()]),
            ('J', 0.66, vec![letter_j.to_vec()]),
            ('J', 0.5, vec![letter_j.to_vec()]),
            ('J', 0.36, vec![letter_j.to_vec()]),
        ]
    }

    fn outline(program: &Program<'_>, letter: char) -> Option<Outline> {
        program.outline(program.glyph_of(letter)?)
    }

    #[test]
    fn the_letters_are_those_of_the_fonts() {
        let mut text = String::new();
        for font in fonts() {
            let Some(program) = Program::open(font) else { continue };
            for letter in KNOWN.chars() {
                let Some(shape) = outline(&program, letter).as_ref().and_then(Shape::of) else { continue };
                let cells: String = shape.cells.iter().map(|cell| format!("{cell:x}")).collect();
                writeln!(text, "{letter} {:.0} {cells}", shape.proportion * 100.0).unwrap();
            }
        }
        for (letter, proportion, outline) in drawn() {
            let cells: String = Shape::of(&outline).unwrap().cells.iter().map(|cell| format!("{cell:x}")).collect();
            writeln!(text, "{letter} {:.0} {cells}", proportion * 100.0).unwrap();
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/format/pades/permitted_changes/font/letters.txt");
        if std::env::var_os("KYSO_WRITE").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    }

    #[test]
    fn a_letter_is_believed_and_another_one_in_its_place_is_not() {
        // Upright, and with one width for all letters.
        for font in [
            fonts()[0],
            fonts().into_iter().rfind(|font| Program::open(font).is_some_and(|program| program.has_outlines_of_truetype())).unwrap(),
        ] {
            let program = Program::open(font).unwrap();
            for letter in KNOWN.chars().chain("đĐơƯăấầậẫẩếộị.,:;-/()°".chars()) {
                assert!(outline(&program, letter).is_none_or(|outline| may_be(letter, &outline)), "{letter}");
            }
            for (claimed, drawn) in "0123456789".chars().flat_map(|claimed| KNOWN.chars().map(move |drawn| (claimed, drawn))) {
                let is_believed = may_be(claimed, &outline(&program, drawn).unwrap());
                assert!(!is_believed || claimed == drawn || are_alike(claimed, drawn), "{claimed} drawn as {drawn}");
            }
            assert!(!may_be('.', &outline(&program, '9').unwrap()));
            // A letter of a script that is not known here, drawn as whatever it likes.
            assert!(!may_be('Я', &outline(&program, 'R').unwrap()));
        }
    }
}
