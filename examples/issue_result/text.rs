//! Lines of text on a sheet, from the top down (ISO 32000-2 §9.4)

use pdf_writer::{Content, Name, Str};

use crate::font::{Fonts, Style};

/// One sheet and where its next line goes.
pub struct Sheet {
    pub fonts: Fonts,
    pub content: Content,
    /// The base line of the line written last.
    pub y: f32,
}

/// Where a line stands between two edges.
#[derive(Clone, Copy)]
pub enum Place {
    From(f32),
    Centred(f32),
}

type Word<'a> = (Style, &'a str);

impl Sheet {
    pub fn new(fonts: Fonts, y: f32) -> Self {
        Self { fonts, content: Content::new(), y }
    }

    /// One line, `down` under the last; its two ends.
    pub fn line(&mut self, down: f32, place: Place, style: Style, size: f32, text: &str) -> (f32, f32) {
        self.y -= down;
        let width = self.fonts.face(style).width(text, size);
        let left = match place {
            Place::From(left) => left,
            Place::Centred(middle) => middle - width / 2.0,
        };
        self.show(left, size, 0.0, &[(style, text)]);
        (left, left + width)
    }

    /// A rule of a share of the line above it, in its middle.
    pub fn rule(&mut self, (left, right): (f32, f32), share: f32) {
        let (middle, half) = ((left + right) / 2.0, (right - left) * share / 2.0);
        let y = self.y - 5.5;
        self.content.set_line_width(0.7).move_to(middle - half, y).line_to(middle + half, y).stroke();
    }

    /// A justified paragraph between two edges, its first line indented.
    pub fn paragraph(&mut self, (left, right): (f32, f32), indent: f32, size: f32, leading: f32, runs: &[Word]) {
        let words: Vec<Word> = runs.iter().flat_map(|(style, text)| text.split_whitespace().map(|word| (*style, word))).collect();
        let mut rest = &words[..];
        let mut start = left + indent;
        while !rest.is_empty() {
            let (count, width) = self.fitting(rest, right - start, size);
            let (now, later) = rest.split_at(count);
            // The last line is left as it falls.
            let stretch = if later.is_empty() { 0.0 } else { (right - start - width) / (count.max(2) - 1) as f32 };
            self.y -= leading;
            self.show(start, size, stretch, now);
            (rest, start) = (later, left);
        }
    }

    /// How many words a line takes, at least one, and their width.
    fn fitting(&mut self, words: &[Word], room: f32, size: f32) -> (usize, f32) {
        let (mut count, mut width) = (0, 0.0);
        for (style, word) in words {
            let face = self.fonts.face(*style);
            let space = if count == 0 { 0.0 } else { face.width(" ", size) };
            let wider = width + space + face.width(word, size);
            if count > 0 && wider > room {
                break;
            }
            (count, width) = (count + 1, wider);
        }
        (count, width)
    }

    /// Words with spaces between them, each space `stretch` points wider than the font has it.
    fn show(&mut self, left: f32, size: f32, stretch: f32, words: &[Word]) {
        self.content.begin_text().set_text_matrix([1.0, 0.0, 0.0, 1.0, left, self.y]);
        for (index, (style, word)) in words.iter().enumerate() {
            let face = self.fonts.face(*style);
            let last = index + 1 == words.len();
            let glyphs = if last { face.encode(word) } else { face.encode(&format!("{word} ")) };
            self.content.set_font(Name(face.resource.as_bytes()), size);
            let mut shown = self.content.show_positioned();
            let mut items = shown.items();
            items.show(Str(&glyphs));
            if !last && stretch != 0.0 {
                items.adjust(-stretch * 1000.0 / size);
            }
        }
        self.content.end_text();
    }
}
