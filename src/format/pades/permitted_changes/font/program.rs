//! ISO 32000-2 §9.9 — Embedded font programs: what one draws, and what it says of its glyphs

use std::collections::BTreeSet;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::raw::ps::Sid;
use skrifa::raw::ps::cff::CffFontRef;
use skrifa::raw::ps::cff::index::Index;
use skrifa::raw::tables::cmap::{CmapSubtable, PlatformId};
use skrifa::raw::tables::glyf::Glyph;
use skrifa::raw::{TableProvider, TableRecord};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::charstring::operations;
use super::letters::{Outline, bounds, may_be};

/// Glyphs that one glyph is made of.
const MOST_COMPONENTS: usize = 32;
/// Points of one glyph, curves among them by a few each.
const MOST_POINTS: usize = 4_000;
/// Characters that a program has glyphs for.
const MOST_CHARACTERS: usize = 70_000;
/// Straight lines in the place of a curve.
const STEPS: u8 = 6;
/// By how many thousandths of the size a width may differ from that of the program.
const WIDEST_DIFFERENCE: f64 = 30.0;

/// A font, by what it is made of.
pub(super) struct Program<'a> {
    kind: Kind<'a>,
    units: f64,
}

enum Kind<'a> {
    /// TrueType or OpenType: tables.
    Tables(FontRef<'a>),
    /// The Compact Font Format by itself.
    Compact(CffFontRef<'a>),
}

/// The Compact Font Format within an OpenType font that draws by nothing else.
pub(super) fn compact_of(octets: &[u8]) -> Option<Vec<u8>> {
    let font = FontRef::new(octets).ok()?;
    let others = [b"glyf", b"CFF2", b"VARC"].map(skrifa::Tag::new);
    let is_alone = others.iter().all(|table| font.table_data(*table).is_none());
    font.table_data(skrifa::Tag::new(b"CFF ")).filter(|_| is_alone).map(|table| table.as_bytes().to_vec())
}

impl<'a> Program<'a> {
    /// Reads the directory of tables; each of them must be there.
    pub fn open(octets: &'a [u8]) -> Option<Self> {
        let font = FontRef::new(octets).ok()?;
        let is_whole = |record: &TableRecord| {
            let end = record.offset().checked_add(record.length()).and_then(|end| usize::try_from(end).ok());
            end.is_some_and(|end| end <= octets.len())
        };
        font.table_directory().table_records().iter().all(is_whole).then_some(())?;
        let units = f64::from(font.head().ok()?.units_per_em());
        (units > 0.0).then_some(Self { kind: Kind::Tables(font), units })
    }

    /// Reads a font of the Compact Font Format.
    pub fn open_compact(octets: &'a [u8]) -> Option<Self> {
        let font = CffFontRef::new_cff(octets, 0, None).ok()?;
        let units = f64::from(font.upem());
        (units > 0.0).then_some(Self { kind: Kind::Compact(font), units })
    }

    /// §9.7.4.2: the glyph of a CID: by the character set of a font that has CIDs, else the glyph of this number.
    pub fn glyph_of_cid(&self, cid: u16) -> Option<GlyphId> {
        match &self.kind {
            Kind::Compact(font) if font.is_cid() => font.charset()?.glyph_id(Sid::new(cid)),
            _ => Some(GlyphId::from(cid)),
        }
    }

    /// The glyph that the program has for a character.
    pub fn glyph_of(&self, character: char) -> Option<GlyphId> {
        match &self.kind {
            Kind::Tables(font) => font.charmap().map(character),
            Kind::Compact(_) => None,
        }
    }

    /// Whether it draws by the table `glyf` and by nothing else, so that every reader draws the same.
    pub fn has_outlines_of_truetype(&self) -> bool {
        let others = [b"CFF ", b"CFF2", b"VARC"].map(skrifa::Tag::new);
        matches!(&self.kind, Kind::Tables(font) if font.glyf().is_ok() && others.iter().all(|table| font.table_data(*table).is_none()))
    }

    /// The glyphs that the program has for characters; `None` where they are more than there are characters to show.
    pub fn mapped(&self) -> Option<BTreeSet<GlyphId>> {
        let Kind::Tables(font) = &self.kind else { return Some(BTreeSet::new()) };
        let charmap = font.charmap();
        let mut mappings = charmap.mappings();
        let glyphs = mappings.by_ref().take(MOST_CHARACTERS).map(|(_, glyph)| glyph).collect();
        mappings.next().is_none().then_some(glyphs)
    }

    /// §9.6.5.4: the glyph of a code in a symbolic font.
    pub fn glyph_of_code(&self, code: u8) -> Option<GlyphId> {
        let Kind::Tables(font) = &self.kind else { return None };
        let cmap = font.cmap().ok()?;
        let map = |platform, encoding, code: u32| {
            let mut records = cmap.encoding_records().iter();
            let record = records.find(|record| record.platform_id() == platform && record.encoding_id() == encoding)?;
            match record.subtable(cmap.offset_data()).ok()? {
                CmapSubtable::Format0(table) => table.map_codepoint(code),
                CmapSubtable::Format4(table) => table.map_codepoint(code),
                CmapSubtable::Format6(table) => table.map_codepoint(code),
                _ => None,
            }
        };
        let code = u32::from(code);
        map(PlatformId::Windows, 0, 0xf000 | code)
            .or_else(|| map(PlatformId::Windows, 0, code))
            .or_else(|| map(PlatformId::Macintosh, 0, code))
    }

    /// Whether `glyph` is drawn as `character`, at this width, and the program says nothing else of it.
    ///
    /// `mapped`: see [`Self::mapped`].
    pub fn shows(&self, (glyph, outline): (GlyphId, &Outline), character: char, width: f64, mapped: &BTreeSet<GlyphId>) -> bool {
        let Some(advance) = self.advance(glyph) else { return false };
        if (advance * 1_000.0 / self.units - width).abs() > WIDEST_DIFFERENCE || self.denies(glyph, character, mapped) {
            return false;
        }
        let is_blank = is_blank(character);
        match bounds(outline) {
            None => is_blank,
            Some(bounds) => !is_blank && self.is_in_place(bounds, advance, character) && may_be(character, outline),
        }
    }

    /// A glyph stands where its code is, and can be seen.
    fn is_in_place(&self, (left, bottom, right, top): (f64, f64, f64, f64), advance: f64, character: char) -> bool {
        let em = self.units;
        let is_at_its_place = left >= -0.3 * em && right <= advance + 0.3 * em && bottom >= -0.6 * em && top <= 1.4 * em;
        let (least, most) = match character {
            '.' | ',' => (0.02, 0.35),
            '-' | '\u{2010}'..='\u{2015}' | '_' => (0.005, 0.35),
            _ if character.is_alphanumeric() => (0.3, 2.0),
            _ => (0.02, 2.0),
        };
        is_at_its_place && (least * em..=most * em).contains(&(top - bottom))
    }

    /// Whether the program says that `glyph` is for another character.
    fn denies(&self, glyph: GlyphId, character: char, mapped: &BTreeSet<GlyphId>) -> bool {
        if let Some(own) = self.glyph_of(character) {
            return own != glyph;
        }
        let name = match &self.kind {
            Kind::Tables(_) if mapped.contains(&glyph) => return true,
            Kind::Tables(font) => font.glyph_names().get(glyph).and_then(|name| named(name.as_str())),
            Kind::Compact(font) if font.is_cid() => None,
            Kind::Compact(font) => {
                let name = font.charset().and_then(|charset| font.string(charset.string_id(glyph)?));
                name.and_then(|name| named(std::str::from_utf8(name).ok()?))
            }
        };
        name.is_some_and(|named| named != character)
    }

    fn advance(&self, glyph: GlyphId) -> Option<f64> {
        match &self.kind {
            Kind::Tables(font) => font.glyph_metrics(Size::unscaled(), LocationRef::default()).advance_width(glyph).map(f64::from),
            Kind::Compact(font) => {
                let subfont = font.subfont(font.subfont_index(glyph)?, &[]).ok()?;
                font.advance(&subfont, glyph, &[], None).ok()?.map(f64::from)
            }
        }
    }

    /// What the glyph is filled by, curves as straight lines; empty for a blank. `None` when there is no such glyph.
    pub fn outline(&self, glyph: GlyphId) -> Option<Outline> {
        let mut pen = Pen::default();
        match &self.kind {
            Kind::Tables(font) => {
                has_few_components(font, glyph).then_some(())?;
                let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
                font.outline_glyphs().get(glyph)?.draw(settings, &mut pen).ok()?;
            }
            Kind::Compact(font) => {
                let subfont = font.subfont(font.subfont_index(glyph)?, &[]).ok()?;
                let local = match usize::try_from(subfont.subrs_offset()).ok()? {
                    0 => Index::Empty,
                    offset => Index::new(font.data().get(offset..)?, false).ok()?,
                };
                let charstring = font.charstrings().get(usize::try_from(glyph.to_u32()).ok()?)?;
                operations(charstring, font.global_subrs(), &local)?;
                font.draw(&subfont, glyph, &[], None, &mut pen).ok()?;
            }
        }
        (pen.points <= MOST_POINTS).then_some(pen.outline)
    }
}

/// A glyph may be made of others; not of thousands, nor of thousands of points.
fn has_few_components(font: &FontRef<'_>, glyph: GlyphId) -> bool {
    let (Ok(glyf), Ok(loca)) = (font.glyf(), font.loca(None)) else { return true };
    let (mut waiting, mut count, mut points) = (vec![glyph], 0_usize, 0_usize);
    while let Some(glyph) = waiting.pop() {
        count = count.saturating_add(1);
        match loca.get_glyf(glyph, &glyf) {
            Ok(Some(Glyph::Composite(composite))) => {
                waiting.extend(composite.components().take(MOST_COMPONENTS).map(|component| component.glyph));
            }
            Ok(Some(Glyph::Simple(simple))) => points = points.saturating_add(simple.num_points()),
            _ => {}
        }
        if count > MOST_COMPONENTS || points > MOST_POINTS {
            return false;
        }
    }
    true
}

/// Characters that show nothing: white space and what only says how others are shown.
pub(in super::super) fn is_blank(character: char) -> bool {
    let is_format =
        matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    character.is_whitespace() || character.is_control() || is_format
}

/// The character that the name of a glyph says (Adobe Glyph List), as far as letters and digits are concerned.
fn named(name: &str) -> Option<char> {
    const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    if let Some(digit) = DIGITS.iter().position(|digit| *digit == name) {
        return char::from_digit(u32::try_from(digit).ok()?, 10);
    }
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_alphabetic() => Some(letter),
        _ => {
            let digits = name.strip_prefix("uni").filter(|digits| digits.len() == 4)?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        }
    }
}

#[derive(Default)]
struct Pen {
    outline: Outline,
    points: usize,
}

impl Pen {
    fn add(&mut self, x: f64, y: f64) {
        self.points = self.points.saturating_add(1);
        if self.points <= MOST_POINTS
            && let Some(line) = self.outline.last_mut()
        {
            line.push((x, y));
        }
    }

    fn last(&self) -> (f64, f64) {
        self.outline.last().and_then(|line| line.last()).copied().unwrap_or_default()
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.outline.push(Vec::new());
        self.add(x.into(), y.into());
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.add(x.into(), y.into());
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (x0, y0) = self.last();
        let at = |t: f64, start: f64, control: f32, end: f32| {
            let s = 1.0 - t;
            s * s * start + 2.0 * s * t * f64::from(control) + t * t * f64::from(end)
        };
        for step in 1..=STEPS {
            let t = f64::from(step) / f64::from(STEPS);
            self.add(at(t, x0, cx, x), at(t, y0, cy, y));
        }
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let (x0, y0) = self.last();
        let at = |t: f64, start: f64, first: f32, second: f32, end: f32| {
            let s = 1.0 - t;
            let (first, second, end) = (f64::from(first), f64::from(second), f64::from(end));
            s * s * s * start + 3.0 * s * s * t * first + 3.0 * s * t * t * second + t * t * t * end
        };
        for step in 1..=STEPS {
            let t = f64::from(step) / f64::from(STEPS);
            self.add(at(t, x0, cx0, cx1, x), at(t, y0, cy0, cy1, y));
        }
    }

    fn close(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An open font that draws by the table `glyf`.
    fn font() -> Vec<u8> {
        let is_truetype = |font: &&[u8]| Program::open(font).is_some_and(|program| program.has_outlines_of_truetype());
        typst_assets::fonts().find(is_truetype).unwrap().to_vec()
    }

    fn table(font: &FontRef<'_>, tag: &[u8; 4]) -> usize {
        let mut records = font.table_directory().table_records().iter();
        usize::try_from(records.find(|record| record.tag() == skrifa::Tag::new(tag)).unwrap().offset()).unwrap()
    }

    /// A glyph that is made of others, and where in the file it says of which first (`glyphIndex` behind header and flags).
    fn composite(octets: &[u8]) -> (GlyphId, usize) {
        let font = FontRef::new(octets).unwrap();
        let (glyf, loca) = (font.glyf().unwrap(), font.loca(None).unwrap());
        let is_composite = |glyph: &u32| matches!(loca.get_glyf(GlyphId::new(*glyph), &glyf), Ok(Some(Glyph::Composite(_))));
        let glyph = (0..u32::from(font.maxp().unwrap().num_glyphs())).find(is_composite).unwrap();
        let offset = loca.get_raw(usize::try_from(glyph).unwrap()).unwrap();
        (GlyphId::new(glyph), table(&font, b"glyf") + usize::try_from(offset).unwrap() + 12)
    }

    fn is_drawn(octets: &[u8], glyph: GlyphId) -> bool {
        Program::open(octets).is_some_and(|program| program.outline(glyph).is_some())
    }

    #[test]
    fn a_glyph_that_is_made_of_itself_is_none() {
        let mut octets = font();
        let (glyph, at) = composite(&octets);
        assert!(is_drawn(&octets, glyph));
        octets[at..at + 2].copy_from_slice(&u16::try_from(glyph.to_u32()).unwrap().to_be_bytes());
        assert!(!is_drawn(&octets, glyph));
    }

    #[test]
    fn tables_that_are_cut_off_are_none() {
        let octets = font();
        assert!(Program::open(&octets).is_some());
        for length in [0, 3, 12, 100, octets.len() / 2, octets.len() - 100] {
            assert!(Program::open(&octets[..length]).is_none(), "{length}");
        }
    }

    #[test]
    fn glyphs_that_are_only_counted_are_none() {
        let mut octets = font();
        let (own, beyond) = (composite(&octets).0, GlyphId::new(65_000));
        let at = table(&FontRef::new(&octets).unwrap(), b"maxp") + 4;
        octets[at..at + 2].copy_from_slice(&u16::MAX.to_be_bytes());
        assert!(is_drawn(&octets, own));
        assert!(!is_drawn(&octets, beyond));
    }
}
