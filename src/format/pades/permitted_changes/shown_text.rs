//! ISO 32000-2 §9.4 — Text: the strings that a content stream shows from left to right, line by line, where nothing else in it could be read

use super::colour::DeviceSpace;
use super::content_token::{Token, token};
use super::geometry::Rectangle;

/// What a content stream shows.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ShownText {
    /// In the order in which they are shown.
    pub runs: Vec<Run>,
    /// The sizes of the smallest and the largest letters, in units of the stream.
    pub sizes: Option<(f64, f64)>,
    /// The left end of the leftmost line, as far as it is known.
    pub left: f64,
    /// Whether a part of it lies outside of the box or of what it is clipped to.
    pub is_cut: bool,
    /// What is filled before the text, and no border or background of all of it: from where to where upwards.
    pub bands: Vec<(f64, f64)>,
    /// The brightness of the paper: of the last background, white without one.
    pub paper: f64,
}

/// Codes shown in one font.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// The name of the font among the resources.
    pub font: Vec<u8>,
    /// The octets of the strings, joined.
    pub codes: Vec<u8>,
    /// The baseline of the first of them.
    pub baseline: i64,
}

/// How far from the edge of its box a border may be, as part of the smaller side, and in units: what is further inside draws something.
const BORDER_PART: f64 = 0.15;
const BORDER: f64 = 4.0;
/// A background is at least that part of the box.
const BACKGROUND: f64 = 0.8;
/// The least width of a letter that is surely narrow, as part of the size; and how far letters may stand out of their box on the right.
const NARROW: f64 = 0.3;
/// Rectangles of a background, a border, a clip and a selection; more of them can draw letters.
const MOST_RECTANGLES: usize = 6;
/// Lines of a border with two colours; beside these a comb has two for each of its cells.
const MOST_LINES: usize = 16;
/// More operands than any operator has (annex A), arrays included.
const MOST_OPERANDS: usize = 4_096;
/// Saved graphics states.
const DEEPEST: usize = 64;
/// How far a number in an array of `TJ` may move the next letter back, in thousandths: less than the narrowest letter is wide, so that no
/// number of spaces turns the order of letters round.
const FARTHEST_BACK: f64 = 200.0;
/// The least that each code moves what comes after it, as part of the size.
const LEAST_ADVANCE: f64 = 0.2;
/// The least difference between the brightness of letters and of what is behind them.
const LEAST_CONTRAST: f64 = 0.2;

/// Operators (annex A) that neither show anything nor change how text is shown.
const SILENT: [&[u8]; 19] =
    [b"ET", b"G", b"RG", b"K", b"CS", b"SC", b"w", b"J", b"j", b"M", b"d", b"i", b"ri", b"BMC", b"BDC", b"EMC", b"MP", b"DP", b"BX"];
/// Operators that paint a path.
const PAINTING: [&[u8]; 9] = [b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s"];

/// §8.4.1, §9.3: what `q` saves.
#[derive(Clone)]
struct State {
    font: Option<Vec<u8>>,
    size: f64,
    character_spacing: f64,
    word_spacing: f64,
    leading: f64,
    /// The space of the colour of what is filled, where it is one of the device.
    space: Option<DeviceSpace>,
    /// Of what is filled, from black to white; `None` in another colour space.
    brightness: Option<f64>,
    /// By which the coordinates were made larger, upwards or downwards, and moved.
    across: f64,
    up: f64,
    origin: (f64, f64),
    /// By which letters are made wider.
    wide: f64,
    clip: Rectangle,
}

impl State {
    fn fill_in(&mut self, space: DeviceSpace, components: &[f64]) {
        (self.space, self.brightness) = (Some(space), Some(space.brightness(components)));
    }
}

struct Reading {
    bounds: Rectangle,
    cells: usize,
    /// The rectangles and the lines of the path so far, where its last part begins and ends, and whether it becomes a clip.
    path: Vec<Rectangle>,
    segments: Vec<[(f64, f64); 2]>,
    begins: (f64, f64),
    ends: (f64, f64),
    is_clip: bool,
    /// The brightness of each band.
    bands: Vec<f64>,
    shown: ShownText,
    state: State,
    saved: Vec<State>,
    /// The start of the line, and by how much the text matrix makes letters larger.
    line: (f64, f64),
    text_scale: (f64, f64),
    /// The least place for what follows the last string, and its line.
    last: Option<(f64, f64)>,
    /// Whether another place was said since.
    is_moved: bool,
    /// The brightness of letters.
    letters: Option<f64>,
    rectangles: usize,
    lines: usize,
}

impl ShownText {
    /// Whether a default appearance (§12.7.4.3) sets a font and a colour that stands out from white paper, and nothing else.
    pub fn is_plain(appearance: &[u8]) -> bool {
        let sized = |size: &str| {
            let shown = Self::of(&[appearance, size.as_bytes(), b" (x) Tj"].concat(), 0, &Rectangle::EVERYWHERE);
            shown.is_some_and(|shown| shown.left == 0.0)
        };
        // A size of nothing is for the reader to choose.
        sized("") || (appearance.windows(5).any(|window| window == b" 0 Tf") && sized(" /F 12 Tf"))
    }

    /// The text of `content`, the appearance of a field with this many cells and this box; `None` where images, curves, other streams, graphics states,
    /// invisible text or letters in another order than their codes could show or hide one that strings do not tell.
    pub fn of(content: &[u8], cells: usize, bounds: &Rectangle) -> Option<Self> {
        let mut reading = Reading::new(*bounds, cells);
        let mut operands = Vec::new();
        let mut rest = content;
        while let Some((token, after)) = token(rest) {
            rest = after;
            match token {
                Token::Operator(operator) => {
                    reading.operator(operator, &operands)?;
                    operands.clear();
                }
                operand if operands.len() < MOST_OPERANDS => operands.push(operand),
                _ => return None,
            }
        }
        let is_frame = reading.rectangles <= MOST_RECTANGLES && reading.lines <= cells.saturating_mul(2).saturating_add(MOST_LINES);
        is_frame.then_some(reading.shown)
    }
}

impl Reading {
    fn new(bounds: Rectangle, cells: usize) -> Self {
        let state = State {
            font: None,
            size: 0.0,
            character_spacing: 0.0,
            word_spacing: 0.0,
            leading: 0.0,
            space: Some(DeviceSpace::Gray),
            brightness: Some(0.0),
            across: 1.0,
            up: 1.0,
            origin: (0.0, 0.0),
            wide: 1.0,
            clip: bounds,
        };
        Self {
            bounds,
            cells,
            path: Vec::new(),
            segments: Vec::new(),
            begins: (0.0, 0.0),
            ends: (0.0, 0.0),
            is_clip: false,
            bands: Vec::new(),
            shown: ShownText { left: f64::MAX, paper: 1.0, ..ShownText::default() },
            state,
            saved: Vec::new(),
            line: (0.0, 0.0),
            text_scale: (1.0, 1.0),
            last: None,
            is_moved: true,
            letters: None,

            rectangles: 0,
            lines: 0,
        }
    }

    /// `None` where what it does cannot be followed.
    fn operator(&mut self, operator: &[u8], operands: &[Token<'_>]) -> Option<()> {
        let numbers: Vec<f64> =
            operands.iter().filter_map(|operand| if let Token::Number(number) = operand { Some(*number) } else { None }).collect();
        let number = |index: usize| numbers.get(index).copied().unwrap_or(0.0);
        let is_straight = number(0) > 0.0 && number(3) != 0.0 && number(1) == 0.0 && number(2) == 0.0;
        if matches!(operator, b"BT" | b"Tm" | b"Td" | b"TD" | b"T*" | b"'" | b"\"") {
            self.is_moved = true;
        }
        match operator {
            b"q" if self.saved.len() < DEEPEST => self.saved.push(self.state.clone()),
            b"Q" => self.state = self.saved.pop().unwrap_or_else(|| self.state.clone()),
            b"cm" => {
                // Text moves with the coordinates: their order is followed within one system alone.
                (is_straight && self.last.is_none()).then_some(())?;
                let (x, y) = self.state.origin;
                self.state.origin = (x + number(4) * self.state.across, y + number(5) * self.state.up);
                self.state.across *= number(0);
                self.state.up *= number(3);
            }
            b"BT" => (self.line, self.text_scale) = ((0.0, 0.0), (1.0, 1.0)),
            b"Tf" => {
                let Some(Token::Name(name)) = operands.first() else { return None };
                (self.state.font, self.state.size) = (Some(name.to_vec()), number(0));
                return (self.state.size >= 0.0).then_some(());
            }
            b"Tm" => {
                (self.line, self.text_scale) = ((number(4), number(5)), (number(0), number(3)));
                return is_straight.then_some(());
            }
            b"Td" | b"TD" => {
                if operator == b"TD" {
                    self.state.leading = -number(1);
                }
                self.line = (self.line.0 + number(0) * self.text_scale.0, self.line.1 + number(1) * self.text_scale.1);
            }
            b"TL" => self.state.leading = number(0),
            b"T*" => self.line.1 -= self.state.leading * self.text_scale.1,
            b"Tc" => self.state.character_spacing = number(0),
            b"Tw" => self.state.word_spacing = number(0),
            b"Tz" => {
                self.state.wide = number(0) / 100.0;
                return (0.3..=3.0).contains(&self.state.wide).then_some(());
            }
            b"Ts" => return (number(0).abs() <= self.state.size * 0.5).then_some(()),
            // Filled: the others show an outline, nothing, or clip (table 104).
            b"Tr" => return (number(0) == 0.0).then_some(()),
            b"Tj" => return self.show(operands, 0.0),
            b"TJ" => {
                let back = numbers.iter().copied().fold(0.0, f64::max);
                return (back <= FARTHEST_BACK).then(|| self.show(operands, back)).flatten();
            }
            b"'" | b"\"" => {
                if operator == b"\"" {
                    (self.state.word_spacing, self.state.character_spacing) = (number(0), number(1));
                }
                self.line.1 -= self.state.leading * self.text_scale.1;
                return self.show(operands, 0.0);
            }
            b"g" => self.state.fill_in(DeviceSpace::Gray, &numbers),
            b"rg" => self.state.fill_in(DeviceSpace::Rgb, &numbers),
            b"k" => self.state.fill_in(DeviceSpace::Cmyk, &numbers),
            b"cs" => {
                let Some(Token::Name(name)) = operands.first() else { return None };
                self.state.space = DeviceSpace::named(name);
                // §8.6.8: the first colour of each of them is black.
                self.state.brightness = self.state.space.map(|_| 0.0);
            }
            b"sc" => {
                let space = self.state.space.filter(|space| numbers.len() == space.components());
                self.state.brightness = space.map(|space| space.brightness(&numbers));
            }
            b"re" => {
                self.rectangles = self.rectangles.saturating_add(1);
                let (from, to) = (self.place(number(0), number(1)), self.place(number(0) + number(2), number(1) + number(3)));
                (self.path.len() <= MOST_RECTANGLES).then_some(())?;
                self.path.push(Rectangle::of(from, to));
            }
            b"m" => {
                self.lines = self.lines.saturating_add(1);
                self.begins = self.place(number(0), number(1));
                self.ends = self.begins;
            }
            b"l" => {
                self.lines = self.lines.saturating_add(1);
                self.line_to(self.place(number(0), number(1)))?;
            }
            b"h" => self.line_to(self.begins)?,
            b"W" | b"W*" => self.is_clip = true,
            b"n" => return self.end_of_path(),
            // §14.6.1: what belongs to a layer is shown now and then.
            b"BDC" if matches!(operands.first(), Some(Token::Name(b"OC"))) => return None,
            // Paint over what was written hides it.
            painting if PAINTING.contains(&painting) => {
                if painting != b"S" {
                    self.line_to(self.begins)?;
                }
                if !matches!(painting, b"S" | b"s") {
                    self.filled(self.state.brightness?)?;
                }
                let is_stroked = !matches!(painting, b"f" | b"F" | b"f*");
                let is_border = !is_stroked || self.path.iter().all(|rectangle| self.is_border(rectangle));
                (is_border && self.segments.iter().all(|segment| self.is_border_line(segment))).then_some(())?;
                self.end_of_path()?;
                return self.shown.runs.is_empty().then_some(());
            }
            silent if SILENT.contains(&silent) => {}
            _ => return None,
        }
        Some(())
    }

    /// Where a point of the coordinates stands in the box.
    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (x * self.state.across + self.state.origin.0, y * self.state.up + self.state.origin.1)
    }

    fn line_to(&mut self, to: (f64, f64)) -> Option<()> {
        let most = MOST_LINES.saturating_add(self.cells.saturating_mul(2)).saturating_mul(2);
        (self.segments.len() <= most).then_some(())?;
        if to != self.ends {
            self.segments.push([self.ends, to]);
        }
        self.ends = to;
        Some(())
    }

    /// §8.5.4: a path that becomes a clip is one rectangle.
    fn end_of_path(&mut self) -> Option<()> {
        let path = std::mem::take(&mut self.path);
        let segments = std::mem::take(&mut self.segments);
        if std::mem::take(&mut self.is_clip) {
            let [rectangle] = path.as_slice() else { return None };
            segments.is_empty().then_some(())?;
            self.state.clip = self.state.clip.common(rectangle);
            // A clip leaves out what is near the edge, and not half of the box.
            let ((width, height), (across, up)) = (self.state.clip.size(), self.bounds.size());
            self.shown.is_cut |= width < across * 0.5 || height < up * 0.5;
        }
        Some(())
    }

    /// What is filled: all of the box, a border, or a band behind lines of a text.
    fn filled(&mut self, brightness: f64) -> Option<()> {
        if !self.segments.is_empty() {
            self.bands.push(brightness);
        }
        let rectangles = self.path.clone();
        for rectangle in rectangles {
            if self.is_background(&rectangle) {
                self.shown.paper = brightness;
                self.bands.clear();
                self.shown.bands.clear();
            } else if !self.is_at_edge(&rectangle) {
                let (width, height) = rectangle.common(&self.bounds).size();
                (width >= self.bounds.size().0 * BACKGROUND && height >= BORDER).then_some(())?;
                let [_, bottom, _, top] = rectangle.sides();
                self.bands.push(brightness);
                self.shown.bands.push((bottom, top));
            }
        }
        Some(())
    }

    fn is_background(&self, rectangle: &Rectangle) -> bool {
        let (common, bounds) = (rectangle.common(&self.bounds).size(), self.bounds.size());
        common.0 >= bounds.0 * BACKGROUND && common.1 >= bounds.1 * BACKGROUND
    }

    fn border(&self) -> f64 {
        let (width, height) = self.bounds.size();
        (width.min(height) * BORDER_PART).max(BORDER).min(width.min(height) * 0.25)
    }

    /// Whether all of it is near to one edge of the box.
    fn is_at_edge(&self, rectangle: &Rectangle) -> bool {
        let ([left, bottom, right, top], [l, b, r, t], border) = (rectangle.sides(), self.bounds.sides(), self.border());
        right <= l + border || left >= r - border || top <= b + border || bottom >= t - border
    }

    /// Whether a rectangle with an outline is a frame of the box, or of a cell of it.
    fn is_border(&self, rectangle: &Rectangle) -> bool {
        let is_cell = self.cells > 0 && rectangle.size().1 >= self.bounds.size().1 * 0.5;
        is_cell || self.is_background(rectangle) || self.is_at_edge(rectangle)
    }

    /// A line leads along an edge of the box; one between the cells of a comb from its bottom to its top.
    fn is_border_line(&self, [one, other]: &[(f64, f64); 2]) -> bool {
        let ([left, bottom, right, top], border) = (self.bounds.sides(), self.border());
        let near = |value: f64, edge: &f64| (value - edge).abs() <= border;
        let is_along = [left, right].iter().any(|edge| near(one.0, edge) && near(other.0, edge))
            || [bottom, top].iter().any(|edge| near(one.1, edge) && near(other.1, edge));
        let is_upright = (one.0 - other.0).abs() < f64::EPSILON && (one.1 - other.1).abs() >= (top - bottom) * 0.5;
        is_along || self.cells > 0 && is_upright
    }

    /// Whether all of a string, if its letters are narrow, stands within the box and the clip.
    fn is_within(&self, (x, y): (f64, f64), size: f64, width: f64) -> bool {
        let [left, bottom, right, top] = self.state.clip.sides();
        let middle = y + size * 0.3;
        x >= left - size && x + width <= right + size && (bottom..=top).contains(&middle)
    }

    /// A string stands right of the one before or on a lower line, and all letters can be read.
    fn show(&mut self, operands: &[Token<'_>], back: f64) -> Option<()> {
        let texts = operands.iter().filter_map(|operand| if let Token::Text(text) = operand { Some(text.as_slice()) } else { None });
        let codes: Vec<u8> = texts.flatten().copied().collect();
        if codes.is_empty() {
            return Some(());
        }
        let font = self.state.font.clone().filter(|_| self.state.size > 0.0)?;
        // A system of coordinates may be upside down, with the letters in it upside down again.
        let upwards = self.text_scale.1 * self.state.up;
        let size = Some(self.state.size * upwards).filter(|size| *size > 0.0)?;
        let across = self.state.size * self.text_scale.0 * self.state.across;
        let line = (self.line.0 * self.state.across + self.state.origin.0, self.line.1 * self.state.up + self.state.origin.1);
        let least = -0.1 * self.state.size;
        (self.state.character_spacing >= least && self.state.word_spacing >= least).then_some(())?;
        let brightness = self.state.brightness?;
        let is_same_colour = self.letters.is_none_or(|before| (before - brightness).abs() <= LEAST_CONTRAST);
        let stands_out = |behind: &f64| (brightness - behind).abs() >= LEAST_CONTRAST;
        (is_same_colour && stands_out(&self.shown.paper) && self.bands.iter().all(stands_out)).then_some(())?;
        self.letters = Some(brightness);
        let follows = !self.is_moved
            || self.last.is_none_or(|(place, baseline)| {
                let is_lower = baseline - line.1 > size * 0.3;
                is_lower || ((baseline - line.1).abs() <= size * 0.3 && line.0 >= place)
            });
        follows.then_some(())?;
        let start = self.last.filter(|_| !self.is_moved).map_or(line.0, |(place, _)| place);
        self.is_moved = false;
        // Two octets make one letter at most, and a letter moves what follows it.
        let letters = f64::from(u32::try_from(codes.len()).unwrap_or(u32::MAX)) / 2.0;
        let advance = (LEAST_ADVANCE - back / 1_000.0).max(0.0) * across * letters;
        self.last = Some((start + advance, line.1));
        let blank = codes.iter().rev().take_while(|code| code.is_ascii_whitespace()).count();
        let written = f64::from(u32::try_from(codes.len().saturating_sub(blank)).unwrap_or(u32::MAX)) / 2.0;
        self.shown.is_cut |= written > 0.0 && !self.is_within((start, line.1), size, NARROW * across * self.state.wide * written);
        let baseline = rounded(line.1);
        self.shown.left = self.shown.left.min(line.0);
        self.shown.sizes = Some(self.shown.sizes.map_or((size, size), |(smallest, largest)| (smallest.min(size), largest.max(size))));
        match self.shown.runs.last_mut().filter(|run| run.font == font && run.baseline == baseline) {
            Some(run) => run.codes.extend(codes),
            None => self.shown.runs.push(Run { font, codes, baseline }),
        }
        Some(())
    }
}

/// To whole units; baselines that differ by less are one line.
fn rounded(value: f64) -> i64 {
    let tenths = format!("{:.0}", value.clamp(-1e6, 1e6));
    tenths.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper() -> Rectangle {
        Rectangle::of((0.0, 0.0), (10.0, 10.0))
    }

    fn codes(content: &[u8]) -> Option<Vec<u8>> {
        ShownText::of(&[b"/F1 12 Tf ", content].concat(), 0, &paper())
            .map(|shown| shown.runs.into_iter().flat_map(|run| run.codes).collect())
    }

    #[test]
    fn strings_are_what_is_shown() {
        assert_eq!(codes(b"/Tx BMC BT (12) Tj [(/Q) -3 (D)] TJ ET EMC"), Some(b"12/QD".to_vec()));
        assert_eq!(codes(b"(a(b)c\\)d) Tj"), Some(b"a(b)c)d".to_vec()));
        // A font may draw something for any code.
        assert_eq!(codes(b"(\\061\\n\\62) Tj"), Some(b"1\n2".to_vec()));
        assert_eq!(codes(b"% (x)\n(y) '"), Some(b"y".to_vec()));
        assert_eq!(codes(b"1 g 0 0 10 10 re f 0 g BT 2 5 Td (1) Tj 6 0 Td (2) Tj 0 -14 TD (3) Tj ET"), Some(b"123".to_vec()));
    }

    #[test]
    fn strings_of_no_text_operator_are_not() {
        assert_eq!(codes(b"/Span << /ActualText (x) >> BDC <31 32> Tj EMC"), Some(b"12".to_vec()));
        assert_eq!(codes(b"(x) MP (y) Tj"), Some(b"y".to_vec()));
        // A colour may be named in two operators; another space is none that is followed.
        let colours = b"/DeviceRGB cs .8 .8 1 sc 0 0 200 20 re f /DeviceRGB CS 0 0 1 SC /DeviceCMYK cs 0 0 0 1 sc (y) Tj";
        assert_eq!(codes(colours), Some(b"y".to_vec()));
        for other in [&b"/DeviceRGB cs 1 1 1 sc (y) Tj"[..], b"/Cs1 cs 0 sc (y) Tj", b"/DeviceRGB cs 0 sc (y) Tj"] {
            assert_eq!(codes(other), None);
        }
    }

    #[test]
    fn what_could_show_or_hide_a_text_is_not_told() {
        for content in [
            "/Fm0 Do (y) Tj",
            "BI ID EI",
            "3 Tr (y) Tj",
            "/G gs (y) Tj",
            "0 0 1 1 2 2 c f",
            "(y) Tj 0 0 9 9 re f",
            "-20 Tc (12) Tj",
            "-100 Tz (12) Tj",
            "-1 0 0 1 0 0 Tm (12) Tj",
            "[(1) 2000 (2)] TJ",
            "[(1) 300 ( ) 300 ( ) 300 (2)] TJ",
            "(1) Tj -10 0 Td (2) Tj",
            "(   1) Tj 2 0 Td (2) Tj",
            "(1) Tj 0 20 Td (2) Tj",
            "(1) Tj -10 -0.5 Td (2) Tj",
            "1 g (12) Tj",
            "0 g 0 0 9 9 re f (12) Tj",
            "(1) Tj 1 g 9 0 Td (2) Tj",
            "(1) Tj 1 0 0 1 -20 0 cm (2) Tj",
            "/Cs1 cs 1 sc (12) Tj",
            "/OC /L BDC (12) Tj EMC",
            "5 1 m 5 9 l S (y) Tj",
            "0 5 m 9 5 l S (y) Tj",
            "4 4 2 2 re S (y) Tj",
            "0 g 0 0 10 10 re f 1 g 0 0 10 1 re f 0 g (y) Tj",
            "0 0 m 9 0 l 9 9 l W n (y) Tj",
        ] {
            assert_eq!(codes(content.as_bytes()), None, "{content}");
        }
        assert_eq!(ShownText::of(b"(1) Tj", 0, &paper()), None);
        assert_eq!(codes(b"0 Tr 1 g 0 0 9 9 re f 0 g 0 0 m 9 0 l S (y) Tj"), Some(b"y".to_vec()));
        assert_eq!(codes(b"q 1 g Q (y) Tj"), Some(b"y".to_vec()));
        assert_eq!(codes(&b"0 0 1 1 re ".repeat(7)), None);
        let comb = b"0 0 m 0 9 l ".repeat(12);
        assert_eq!((ShownText::of(&comb, 0, &paper()), ShownText::of(&comb, 12, &paper()).is_some()), (None, true));
    }

    #[test]
    fn what_stands_outside_of_the_box_or_of_the_clip_is_cut() {
        let is_cut = |content: &str| ShownText::of(format!("/F 4 Tf {content}").as_bytes(), 0, &paper()).unwrap().is_cut;
        assert!(!is_cut("BT 2 3 Td (12) Tj ET"));
        assert!(!is_cut("0 0 10 10 re W n BT 2 3 Td (12) Tj ET"));
        for content in ["BT 20 3 Td (1) Tj ET", "BT 2 12 Td (1) Tj ET", "BT 2 -5 Td (1) Tj ET", "0 0 1 1 re W n BT 2 3 Td (1) Tj ET"] {
            assert!(is_cut(content), "{content}");
        }
        assert!(is_cut(&format!("BT 2 3 Td ({}) Tj ET", "1".repeat(30))));
    }

    #[test]
    fn each_run_has_the_font_that_is_set_and_its_size() {
        let shown = ShownText::of(b"BT /F1 12 Tf 3 0 Td (y) Tj /F2 9 Tf 9 0 Td (z) Tj ET", 0, &paper()).unwrap();
        let run = |font: &[u8], codes: &[u8]| Run { font: font.to_vec(), codes: codes.to_vec(), baseline: 0 };
        assert_eq!(shown.runs, [run(b"F1", b"y"), run(b"F2", b"z")]);
        assert_eq!((shown.sizes, shown.left), (Some((9.0, 12.0)), 3.0));
    }
}
