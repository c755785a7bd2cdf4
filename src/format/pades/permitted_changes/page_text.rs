//! ISO 32000-2 §9.4 — Text of pages: where the letters stand that the content of a page shows
//!
//! An appearance that comes later must not lie over them. Dotted lines and blanks to be filled in are none; images and curves are not looked at.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::content_token::{Token, token};
use super::font::widths;
use super::form::elements;
use super::geometry::Rectangle;
use super::step::Step;
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

/// Octets of a page and of all forms that it paints, each as often as it is painted.
const LONGEST: usize = 1 << 24;
/// More letters than a page has that people read.
const MOST_LETTERS: usize = 200_000;
/// Forms (§8.10) within forms, and all of a page.
const DEEPEST: usize = 8;
const MOST_FORMS: usize = 2_000;
const MOST_OPERANDS: usize = 4_096;
const MOST_SAVED: usize = 64;
/// So many equal signs in a row are a line to write on.
const LEADER: usize = 4;

/// Where the letters of pages stand, by revision and page; `None` where that cannot be told.
#[derive(Default)]
pub(super) struct PageTexts(RefCell<BTreeMap<(usize, Reference), Option<Letters>>>);

type Letters = Rc<Vec<Point>>;

/// A place on a page.
pub(super) type Point = (f64, f64);

impl Step<'_, '_, '_> {
    /// How many letters of the page of the signed revision stand within `place`; `None` where that cannot be told.
    pub fn letters_below(&self, page: Reference, place: &Rectangle) -> Option<usize> {
        let key = (self.signed.revision(), page);
        let known = self.fonts.pages.0.borrow().get(&key).cloned();
        let letters = known.unwrap_or_else(|| {
            let letters = Reader::letters(&self.signed, page).map(Rc::new);
            self.fonts.pages.0.borrow_mut().insert(key, letters.clone());
            letters
        })?;
        // What only touches the edge is a label beside.
        let [left, bottom, right, top] = place.sides();
        let (across, up) = (((right - left) * 0.15).min(2.0), ((top - bottom) * 0.15).min(2.0));
        let is_below = |(x, y): &&Point| *x > left + across && *x < right - across && *y > bottom + up && *y < top - up;
        Some(letters.iter().filter(is_below).count())
    }
}

/// §8.3.3.
#[derive(Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn of(numbers: &[f64]) -> Option<Self> {
        numbers.try_into().ok().map(Self)
    }

    /// This one, and then `next`.
    fn then(&self, next: &Self) -> Self {
        let (Self([a, b, c, d, e, f]), Self([p, q, r, s, t, u])) = (self, next);
        Self([a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u])
    }

    fn place(&self, (x, y): Point) -> Point {
        let Self([a, b, c, d, e, f]) = self;
        (a * x + c * y + e, b * x + d * y + f)
    }
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    character_spacing: f64,
    word_spacing: f64,
    wide: f64,
    leading: f64,
    rise: f64,
}

/// What is needed of a font.
struct Font {
    is_composite: bool,
    scale: f64,
    first: i64,
    widths: Vec<f64>,
    of_codes: BTreeMap<u16, f64>,
    otherwise: f64,
    characters: Option<Rc<BTreeMap<u16, String>>>,
}

/// A content that is being read.
struct Frame {
    data: Vec<u8>,
    at: usize,
    resources: Dictionary,
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
}

struct Reader<'v, 'p, 'a> {
    view: &'v View<'p, 'a>,
    fonts: BTreeMap<Reference, Rc<Font>>,
    letters: Vec<Point>,
    forms: usize,
    /// Of [`LONGEST`].
    left: usize,
}

impl<'v, 'p, 'a> Reader<'v, 'p, 'a> {
    fn letters(view: &'v View<'p, 'a>, page: Reference) -> Option<Vec<Point>> {
        let Ok(Object::Dictionary(page)) = view.object(page) else { return None };
        let contents = view.value(&page, b"Contents").ok()?;
        let parts = match &contents {
            Object::Null => return Some(Vec::new()),
            Object::Array(parts) => parts.to_vec(),
            part => vec![part.clone()],
        };
        let mut data = Vec::new();
        for part in parts {
            let Object::Stream(stream) = view.resolve(&part).ok()? else { continue };
            data.extend(view.stream_data_up_to(&stream, LONGEST.saturating_sub(data.len()))?);
            data.push(b'\n');
        }
        let mut resources = view.value(&page, b"Resources").ok()?;
        let mut above = page.entry(b"Parent").clone();
        for _ in 0..DEEPEST {
            let Ok(Object::Dictionary(node)) = view.resolve(&above) else { break };
            if resources == Object::Null {
                resources = view.value(&node, b"Resources").unwrap_or(Object::Null);
            }
            above = node.entry(b"Parent").clone();
        }
        let resources = resources.as_dictionary().cloned().unwrap_or_default();
        let mut reader = Self { view, fonts: BTreeMap::new(), letters: Vec::new(), forms: 0, left: LONGEST.saturating_sub(data.len()) };
        reader.read(Frame::new(data, resources, State::new(Matrix::IDENTITY)))?;
        Some(reader.letters)
    }

    fn read(&mut self, first: Frame) -> Option<()> {
        let mut frames = vec![first];
        while let Some(mut frame) = frames.pop() {
            let mut operands = Vec::new();
            let inner = loop {
                let Some((token, after)) = token(frame.data.get(frame.at..).unwrap_or_default()) else { break None };
                let at = frame.data.len().saturating_sub(after.len());
                let Token::Operator(operator) = token else {
                    let operand = Operand::of(&token);
                    frame.at = at;
                    (operands.len() < MOST_OPERANDS).then_some(())?;
                    operands.push(operand);
                    continue;
                };
                let operator = operator.to_vec();
                frame.at = if operator == b"ID" { behind_image(&frame.data, at) } else { at };
                let inner = self.operator(&mut frame, &operator, &operands, frames.len())?;
                operands.clear();
                if inner.is_some() {
                    break inner;
                }
            };
            if let Some(inner) = inner {
                frames.push(frame);
                frames.push(inner);
            }
        }
        Some(())
    }

    /// The content of a form that is painted; none where it cannot be told what the page shows.
    fn operator(&mut self, frame: &mut Frame, operator: &[u8], operands: &[Operand], depth: usize) -> Option<Option<Frame>> {
        let numbers: Vec<f64> = operands.iter().filter_map(Operand::number).collect();
        let number = |index: usize| numbers.get(index).copied().unwrap_or(0.0);
        let name = operands.iter().find_map(Operand::name);
        let state = &mut frame.state;
        match operator {
            b"q" => {
                (frame.saved.len() < MOST_SAVED).then_some(())?;
                frame.saved.push(state.clone());
            }
            b"Q" => *state = frame.saved.pop().unwrap_or_else(|| state.clone()),
            b"cm" => state.matrix = Matrix::of(&numbers).map_or(state.matrix, |matrix| matrix.then(&state.matrix)),
            b"BT" => (frame.text, frame.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            b"Tf" => {
                state.size = number(0);
                state.font = name.and_then(|name| self.font(&frame.resources, name));
            }
            b"Tc" => state.character_spacing = number(0),
            b"Tw" => state.word_spacing = number(0),
            b"Tz" => state.wide = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            b"Tm" => frame.begin(Matrix::of(&numbers)?),
            b"Td" | b"TD" => {
                if operator == b"TD" {
                    state.leading = -number(1);
                }
                frame.next_line(number(0), number(1));
            }
            b"T*" => frame.next_line(0.0, -frame.state.leading),
            b"Tj" | b"TJ" => self.show(frame, operands.iter())?,
            b"'" | b"\"" => {
                if operator == b"\"" {
                    (state.word_spacing, state.character_spacing) = (number(0), number(1));
                }
                frame.next_line(0.0, -frame.state.leading);
                // Its numbers are no moves.
                let texts = operands.iter().filter(|operand| matches!(operand, Operand::Text(_)));
                self.show(frame, texts)?;
            }
            b"Do" => return self.form(frame, name?, depth),
            _ => {}
        }
        Some(None)
    }

    /// The form that is painted, where it is one; none where what it shows cannot be told.
    fn form(&mut self, frame: &Frame, name: &[u8], depth: usize) -> Option<Option<Frame>> {
        let forms = self.view.value(&frame.resources, b"XObject").ok()?;
        let form = forms.as_dictionary().map_or(Ok(Object::Null), |forms| self.view.value(forms, name)).ok()?;
        let Object::Stream(form) = form else { return Some(None) };
        if !self.view.value(&form.dictionary, b"Subtype").ok()?.is_name(b"Form") {
            return Some(None);
        }
        (depth < DEEPEST && self.forms < MOST_FORMS).then_some(())?;
        self.forms = self.forms.saturating_add(1);
        let data = self.view.stream_data_up_to(&form, self.left)?;
        self.left = self.left.saturating_sub(data.len());
        let matrix = self.view.value(&form.dictionary, b"Matrix").ok()?;
        let numbers: Vec<f64> = elements(&matrix).iter().filter_map(|number| self.view.resolve(number).ok()?.as_number()).collect();
        let matrix = Matrix::of(&numbers).unwrap_or(Matrix::IDENTITY).then(&frame.state.matrix);
        let own = self.view.value(&form.dictionary, b"Resources").ok()?;
        let resources = own.as_dictionary().cloned().unwrap_or_else(|| frame.resources.clone());
        Some(Some(Frame::new(data, resources, State { matrix, ..frame.state.clone() })))
    }

    fn font(&mut self, resources: &Dictionary, name: &[u8]) -> Option<Rc<Font>> {
        let fonts = self.view.value(resources, b"Font").ok()?;
        let font = fonts.as_dictionary()?.entry(name);
        if let Some(known) = font.as_reference().and_then(|reference| self.fonts.get(&reference)) {
            return Some(Rc::clone(known));
        }
        let Ok(Object::Dictionary(dictionary)) = self.view.resolve(font) else { return None };
        let read = Rc::new(Font::of(self.view, &dictionary));
        if let Some(reference) = font.as_reference() {
            self.fonts.insert(reference, Rc::clone(&read));
        }
        Some(read)
    }

    fn show<'o>(&mut self, frame: &mut Frame, operands: impl Iterator<Item = &'o Operand>) -> Option<()> {
        for operand in operands {
            match operand {
                Operand::Number(back) => frame.advance(-back / 1_000.0 * frame.state.size * frame.state.wide),
                Operand::Text(text) => self.string(frame, text)?,
                Operand::Name(_) | Operand::Other => {}
            }
        }
        Some(())
    }

    fn string(&mut self, frame: &mut Frame, text: &[u8]) -> Option<()> {
        let font = frame.state.font.clone();
        let octets = if font.as_ref().is_some_and(|font| font.is_composite) { 2 } else { 1 };
        let codes: Vec<u16> = text.chunks(octets).map(|code| code.iter().fold(0, |code, octet| code << 8 | u16::from(*octet))).collect();
        for run in codes.chunk_by(|one, other| one == other) {
            for code in run {
                let width = font.as_ref().map_or(0.5, |font| font.width(*code)) * frame.state.size;
                let is_letter = run.len() < LEADER && font.as_ref().is_none_or(|font| font.is_letter(*code));
                if is_letter {
                    (self.letters.len() < MOST_LETTERS).then_some(())?;
                    let middle = (width * frame.state.wide / 2.0, frame.state.size * 0.3 + frame.state.rise);
                    self.letters.push(frame.text.then(&frame.state.matrix).place(middle));
                }
                let word = if octets == 1 && *code == 32 { frame.state.word_spacing } else { 0.0 };
                frame.advance((width + frame.state.character_spacing + word) * frame.state.wide);
            }
        }
        Some(())
    }
}

impl State {
    fn new(matrix: Matrix) -> Self {
        Self { matrix, font: None, size: 0.0, character_spacing: 0.0, word_spacing: 0.0, wide: 1.0, leading: 0.0, rise: 0.0 }
    }
}

impl Frame {
    fn new(data: Vec<u8>, resources: Dictionary, state: State) -> Self {
        Self { data, at: 0, resources, state, saved: Vec::new(), text: Matrix::IDENTITY, line: Matrix::IDENTITY }
    }

    fn begin(&mut self, matrix: Matrix) {
        (self.text, self.line) = (matrix, matrix);
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.begin(Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(&self.line));
    }

    fn advance(&mut self, by: f64) {
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, by, 0.0]).then(&self.text);
    }
}

/// An operand that outlives the content.
enum Operand {
    Number(f64),
    Text(Vec<u8>),
    Name(Vec<u8>),
    Other,
}

impl Operand {
    fn of(token: &Token<'_>) -> Self {
        match token {
            Token::Number(number) => Self::Number(*number),
            Token::Text(text) => Self::Text(text.clone()),
            Token::Name(name) => Self::Name(name.to_vec()),
            Token::Operator(_) => Self::Other,
        }
    }

    fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    fn name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }
}

/// Widths of two of the standard fonts (§9.6.2.2) from the space to the tilde, in hundredths of the size.
const HELVETICA: [u8; 95] = [
    28, 28, 36, 56, 56, 89, 67, 19, 33, 33, 39, 58, 28, 33, 28, 28, 56, 56, 56, 56, 56, 56, 56, 56, 56, 56, 28, 28, 58, 58, 58, 56, 102,
    67, 67, 72, 72, 67, 61, 78, 72, 28, 50, 67, 56, 83, 72, 78, 67, 78, 72, 67, 61, 72, 67, 94, 67, 67, 61, 28, 28, 28, 47, 56, 33, 56, 56,
    50, 56, 56, 28, 56, 56, 22, 22, 50, 22, 83, 56, 56, 56, 56, 33, 50, 28, 56, 50, 72, 50, 50, 50, 33, 26, 33, 58,
];
const TIMES: [u8; 95] = [
    25, 33, 41, 50, 50, 83, 78, 18, 33, 33, 50, 56, 25, 33, 25, 28, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 28, 28, 56, 56, 56, 44, 92, 72,
    67, 67, 72, 61, 56, 72, 72, 33, 39, 72, 61, 89, 72, 72, 56, 72, 67, 56, 61, 72, 72, 94, 72, 72, 61, 33, 28, 33, 47, 50, 33, 44, 50, 44,
    50, 44, 33, 50, 50, 28, 28, 50, 28, 78, 50, 50, 50, 50, 33, 39, 28, 50, 50, 72, 50, 50, 44, 48, 20, 48, 54,
];

impl Font {
    fn of(view: &View<'_, '_>, font: &Dictionary) -> Self {
        let value = |dictionary: &Dictionary, key: &[u8]| view.value(dictionary, key).unwrap_or(Object::Null);
        let subtype = value(font, b"Subtype");
        let is_composite = subtype.is_name(b"Type0");
        let descendant = elements(&value(font, b"DescendantFonts")).first().and_then(|font| view.resolve(font).ok());
        let descendant = descendant.as_ref().and_then(Object::as_dictionary).cloned().unwrap_or_default();
        let characters = match value(font, b"ToUnicode") {
            Object::Stream(map) => {
                let data = view.stream_data_up_to(&map, super::font::LONGEST_MAP);
                data.and_then(|data| super::font::characters(&data, if is_composite { 2 } else { 1 })).map(Rc::new)
            }
            _ => None,
        };
        let matrix = value(font, b"FontMatrix");
        let scale = elements(&matrix).first().and_then(Object::as_number).filter(|_| subtype.is_name(b"Type3")).unwrap_or(0.001);
        let listed = value(font, b"Widths");
        let number = |object: &Object| view.resolve(object).ok().and_then(|number| number.as_number()).unwrap_or(0.0);
        let mut widths_listed: Vec<f64> = elements(&listed).iter().take(256).map(number).collect();
        let mut first = value(font, b"FirstChar").as_integer().unwrap_or(0);
        let base = value(font, b"BaseFont");
        let base = base.as_name().unwrap_or_default();
        if widths_listed.is_empty() && !is_composite {
            let table = if base.starts_with(b"Times") { Some(TIMES) } else { base.starts_with(b"Helvetica").then_some(HELVETICA) };
            widths_listed = table.map_or_else(Vec::new, |table| table.iter().map(|width| f64::from(*width) * 10.0).collect());
            first = 32;
        }
        let otherwise = match (is_composite, base.starts_with(b"Courier")) {
            (true, _) => value(&descendant, b"DW").as_number().unwrap_or(1_000.0),
            (false, true) => 600.0,
            _ => 500.0,
        };
        let of_codes = widths(view, &value(&descendant, b"W")).unwrap_or_default();
        Self { is_composite, scale, first, widths: widths_listed, of_codes, otherwise, characters }
    }

    /// As part of the size.
    fn width(&self, code: u16) -> f64 {
        let index = i64::from(code).checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        let listed = if self.is_composite { self.of_codes.get(&code) } else { index.and_then(|index| self.widths.get(index)) };
        listed.copied().unwrap_or(self.otherwise) * self.scale
    }

    fn is_letter(&self, code: u16) -> bool {
        match self.characters.as_ref().and_then(|characters| characters.get(&code)) {
            Some(text) => text.chars().any(char::is_alphanumeric),
            None if self.is_composite => true,
            // Codes of control characters are those of a font of its own.
            None => u8::try_from(code).is_ok_and(|code| code.is_ascii_alphanumeric() || code >= 0x80 || (1..0x20).contains(&code)),
        }
    }
}

/// §8.9.7: behind the data of an inline image.
fn behind_image(data: &[u8], from: usize) -> usize {
    let rest = data.get(from..).unwrap_or_default();
    let is_end =
        |window: &[u8]| matches!(window, [before, b'E', b'I', after] if before.is_ascii_whitespace() && after.is_ascii_whitespace());
    rest.windows(4).position(is_end).map_or(data.len(), |at| from.saturating_add(at).saturating_add(3))
}
