//! ISO 32000-2 §9.2.2 — Glyphs: what a letter looks like, so that a font program that draws another one is noticed
//!
//! A program may say of itself whatever its maker wanted; what it draws is compared with the letters and digits of open fonts, each made as
//! large as its own box and sampled on a coarse grid. That tells what is clearly another letter, and no more.

use std::sync::OnceLock;

use super::marks::{Composition, Parts};

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
pub(super) const NEARER: f64 = 0.8;
/// A glyph of no letter that is so near to a digit is that digit.
const NEAREST: f64 = 0.1;

/// Letters that look alike when each is as large as its box.
const ALIKE: [&str; 17] =
    ["0OoQDUu", "1lIiJjTtrfYyLıȷ", "2Zz", "5Ss", "6bG", "9gq", "Cc", "Kk", "Pp", "UuVvYy", "Ww", "Xx", "nhmMN", "aeoc", "çÇ", "ąĄ", "ęĘ"];
/// Letters with a horn, which is looked for by itself.
const HORNED: &str = "ơƠưƯ";
/// Letters and the signs that look like them.
const LIKE_SIGNS: [(&str, &str); 20] = [
    ("0OoQDUuCc", "°º○◦•·.●@©®¢()"),
    ("1lIiJjTtrfYyLıȷ", "|!¦/\\[](){}‖†‡¡:;'\"`,._-–—¯~^+"),
    ("2Zz", "?"),
    ("7", "?¬"),
    ("8BSs5", "&§$"),
    ("xX", "×*"),
    ("vVyY", "√∨✓¥"),
    ("A", "^∧∆"),
    ("aeGEC", "@€"),
    ("EFL", "£€=≡"),
    ("u", "µ"),
    ("H", "#"),
    ("N", "№"),
    ("P", "¶"),
    ("t", "+"),
    ("k", "<"),
    ("w", "%"),
    ("m", "≈"),
    ("n", "∩"),
    ("U", "∪"),
];

/// One closed line after the other, as points.
pub(super) type Outline = Vec<Vec<(f64, f64)>>;

/// A glyph on a grid.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    cells: [u8; COLUMNS * ROWS],
    /// Width by height.
    proportion: f64,
}

/// Whether `outline` may be what `character` looks like.
pub(super) fn may_be(character: char, outline: &Outline) -> bool {
    let Some(composition) = Composition::of(character) else {
        // What letters of other scripts, and marks that are not known here, look like cannot be told.
        return !character.is_alphabetic() && is_no_letter(character, outline);
    };
    let Some(parts) = Parts::of(outline).filter(|parts| parts.has_marks_of(&composition)) else { return false };
    if !has_its_strokes(&parts, &composition) {
        return false;
    }
    let is_plain = composition.base == character;
    // The shape of an `i` is known with its dot.
    let Some(shape) = Shape::of(if is_plain { outline } else { &parts.letter }) else { return false };
    let nearest = |is_asked: &dyn Fn(char) -> bool| {
        let distances = letters().iter().filter(|(letter, _)| is_asked(*letter)).map(|(_, known)| known.distance(&shape));
        distances.fold(f64::MAX, f64::min)
    };
    let own = nearest(&|letter| letter == composition.letter);
    // Marks tell a letter already, and a bar or a horn may make it look like a third one, but not like a digit.
    let is_whole = is_plain || composition.letter != composition.base;
    let is_other = |letter: char| letter != composition.letter && !are_alike(letter, composition.letter) && !HORNED.contains(letter);
    let other = nearest(&|letter| is_other(letter) && (is_whole || letter.is_ascii_digit()));
    (own <= FARTHEST || !is_whole) && other >= own * NEARER && has_its_holes(character, outline)
}

/// Whether the bar of `đ` and the horns of `ơ` and `ư` are there, and not at other letters. By how much of the height they stand out at least
/// was measured: in forty fonts, more than the widest serif or slope does. Where the open fonts have nearly this letter, they decide.
fn has_its_strokes(parts: &Parts, composition: &Composition) -> bool {
    let least = match composition.base {
        'd' | 'D' => return (parts.bar(composition.base == 'D') >= 0.045) == composition.is_barred,
        'o' => 0.07,
        'O' | 'u' | 'U' => 0.03,
        _ => return true,
    };
    let Some(shape) = Shape::of(&parts.letter) else { return false };
    let nearest = |is_asked: &dyn Fn(char) -> bool| {
        let distances = letters().iter().filter(|(letter, _)| is_asked(*letter)).map(|(_, known)| known.distance(&shape));
        distances.fold(f64::MAX, f64::min)
    };
    let is_round = matches!(composition.base, 'o' | 'O');
    let (plain, horned) = (nearest(&|letter| letter == composition.base), nearest(&|letter| HORNED.contains(letter)));
    let is_horned = match (horned < plain * 0.5, plain < horned * 0.5) {
        (true, _) => true,
        (_, true) => false,
        _ => parts.horn(is_round) >= least,
    };
    is_horned == composition.is_horned
}

/// Whether what is drawn for a sign is clearly no letter or digit, but for those that it looks like.
fn is_no_letter(character: char, outline: &Outline) -> bool {
    let is_other = |letter: char| !LIKE_SIGNS.iter().any(|(known, like)| known.contains(letter) && like.contains(character));
    Shape::of(outline).is_some_and(|whole| letters().iter().all(|(letter, known)| !is_other(*letter) || known.distance(&whole) > NEAREST))
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

fn are_alike(one: char, other: char) -> bool {
    one.eq_ignore_ascii_case(&other) || ALIKE.iter().any(|alike| alike.contains(one) && alike.contains(other))
}

/// Left, bottom, right and top.
pub(super) fn bounds(outline: &[Vec<(f64, f64)>]) -> Option<(f64, f64, f64, f64)> {
    let mut points = outline.iter().flatten();
    let (x, y) = *points.next()?;
    Some(points.fold((x, y, x, y), |(left, bottom, right, top), (x, y)| (left.min(*x), bottom.min(*y), right.max(*x), top.max(*y))))
}

impl Shape {
    /// Fills what the lines go round (§8.5.3.3.2), each row by some lines across it.
    pub fn of(outline: &Outline) -> Option<Self> {
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

    pub fn distance(&self, other: &Self) -> f64 {
        let difference: u32 = self.cells.iter().zip(&other.cells).map(|(one, other)| u32::from(one.abs_diff(*other))).sum();
        f64::from(difference) / (f64::from(FULL) * number(COLUMNS * ROWS)) + 0.1 * (self.proportion / other.proportion).ln().abs()
    }
}

/// What is filled on the line at height `y`.
pub(super) fn spans(outline: &Outline, y: f64) -> Vec<(f64, f64)> {
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

pub(super) fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(0.0, f64::from)
}

fn letters() -> &'static [(char, Shape)] {
    static KNOWN: OnceLock<Vec<(char, Shape)>> = OnceLock::new();
    KNOWN.get_or_init(|| read(LETTERS))
}

/// Shapes as they are written: a line each.
pub(super) fn read(lines: &str) -> Vec<(char, Shape)> {
    lines.lines().filter_map(letter).collect()
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
    use unicode_normalization::UnicodeNormalization;

    const KNOWN: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    /// Letters with something that hangs together with them, and those without their dot.
    const ATTACHED: &str = "ơƠưƯçÇąĄęĘıȷ";
    /// Each has one mark above it.
    const MARKED: &str = "àáâãāăȧảåǎÀÁÂÃĀĂȦẢÅǍèéêẽēĕėẻěÈÉÊẼĒĔĖẺĚòóôõōŏȯỏǒÒÓÔÕŌŎỎìíîĩīĭỉǐùúûũūŭủůǔÙÚÛŨŪŬỦŮǓỳýŷỹỷẙỲÝŶỸỶij";
    /// Vietnamese beyond ASCII.
    const VIETNAMESE: &str = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ";

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
                writeln!(text, "{}", line(letter, shape.proportion, &shape)).unwrap();
            }
            for letter in ATTACHED.chars() {
                let parts = outline(&program, letter).as_ref().and_then(Parts::of);
                let Some(shape) = parts.and_then(|parts| Shape::of(&parts.letter)) else { continue };
                writeln!(text, "{}", line(letter, shape.proportion, &shape)).unwrap();
            }
        }
        for (letter, proportion, outline) in drawn() {
            writeln!(text, "{}", line(letter, proportion, &Shape::of(&outline).unwrap())).unwrap();
        }
        is_written("letters.txt", &text);
    }

    #[test]
    fn the_marks_are_those_of_the_fonts() {
        let mut lines = std::collections::BTreeSet::new();
        for program in fonts().into_iter().filter_map(Program::open) {
            for letter in MARKED.chars() {
                let mark = std::iter::once(letter).nfd().nth(1).unwrap_or('\u{307}');
                let parts = outline(&program, letter).as_ref().and_then(Parts::of);
                let Some(shape) = parts.as_ref().and_then(Parts::only_mark).and_then(Shape::of) else { continue };
                lines.insert(line(mark, shape.proportion, &shape));
            }
        }
        // Two marks that are one line.
        for program in fonts().into_iter().filter_map(Program::open) {
            for letter in "ằắẳẵầấẩẫềếểễồốổỗẰẮẲẴẦẤẨẪỀẾỂỄỒỐỔỖ".chars() {
                let marks: Vec<char> = std::iter::once(letter).nfd().skip(1).collect();
                let parts = outline(&program, letter).as_ref().and_then(Parts::of);
                let Some(shape) = parts.as_ref().and_then(Parts::only_mark).and_then(Shape::of) else { continue };
                let name = ['a', marks[0], marks[1]].into_iter().nfc().next().unwrap();
                lines.insert(line(name, shape.proportion, &shape));
            }
        }
        for outline in hooks() {
            let shape = Shape::of(&outline).unwrap();
            lines.insert(line('\u{309}', shape.proportion, &shape));
        }
        is_written("marks.txt", &lines.into_iter().map(|line| line + "\n").collect::<String>());
    }

    /// Hooks without serifs, of which the fonts have none: a bow from the left over the top and back to the middle, where it ends in a stem.
    fn hooks() -> Vec<Outline> {
        let stroke = |thickness: f64, width: f64, stem: f64, slant: f64| {
            let bow = (0..=12).map(|step| {
                let angle = std::f64::consts::PI * (0.85 - 1.3 * f64::from(step) / 12.0);
                (width * angle.cos() / 2.0, 1.0 - width / 2.0 + width * angle.sin() / 2.0)
            });
            let middle: Vec<(f64, f64)> = bow.chain([(0.0, stem), (0.0, 0.0)]).map(|(x, y)| (x + slant * y, y)).collect();
            let piece = |pair: &[(f64, f64)]| {
                let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
                let length = (x1 - x0).hypot(y1 - y0) * 2.0 / thickness;
                let (x, y) = ((y1 - y0) / length, (x0 - x1) / length);
                vec![(x0 + x, y0 + y), (x1 + x, y1 + y), (x1 - x, y1 - y), (x0 - x, y0 - y)]
            };
            middle.windows(2).map(piece).collect::<Outline>()
        };
        let mut hooks = Vec::new();
        for thickness in [0.18, 0.28, 0.4] {
            for (width, stem) in [(0.5, 0.35), (0.7, 0.3), (0.9, 0.25)] {
                hooks.extend([0.0, 0.25].map(|slant| stroke(thickness, width, stem, slant)));
            }
        }
        hooks
    }

    fn line(letter: char, proportion: f64, shape: &Shape) -> String {
        let cells: String = shape.cells.iter().map(|cell| format!("{cell:x}")).collect();
        format!("{letter} {:.0} {cells}", proportion * 100.0)
    }

    fn is_written(name: &str, text: &str) {
        let path = format!("{}/src/format/pades/permitted_changes/font/{name}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("KYSO_WRITE").is_some() {
            std::fs::write(&path, text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    /// Each Vietnamese letter drawn for each other one that has other marks, in every third open font and in those of the folder
    /// `KYSO_FONTS`, if any: one in twenty may be asked for in vain, one in a thousand believed.
    #[test]
    fn few_honest_letters_are_refused_and_hardly_another_one_is_believed() {
        let more = std::env::var_os("KYSO_FONTS").into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
        let more: Vec<Vec<u8>> = more.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        let all: Vec<char> = VIETNAMESE.chars().chain(VIETNAMESE.to_uppercase().chars()).chain(KNOWN.chars()).collect();
        let (mut honest, mut refused, mut other, mut believed) = (0, 0, 0, 0);
        for program in fonts().into_iter().step_by(3).chain(more.iter().map(Vec::as_slice)).filter_map(Program::open) {
            let outlines: Vec<(char, Outline)> = all.iter().filter_map(|letter| Some((*letter, outline(&program, *letter)?))).collect();
            for (letter, own) in &outlines {
                honest += 1;
                refused += usize::from(!may_be(*letter, own));
                for (_, outline) in outlines.iter().filter(|(drawn, _)| drawn != letter && bare(*drawn) == bare(*letter)) {
                    other += 1;
                    believed += usize::from(may_be(*letter, outline));
                }
            }
        }
        assert!(honest > 1_000 && refused * 20 <= honest, "{refused} of {honest} honest ones refused");
        assert!(other > 8_000 && believed * 1_000 <= other, "{believed} of {other} others believed");
    }

    fn bare(letter: char) -> Option<char> {
        Composition::of(letter).map(|own| own.base)
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
