//! ISO 32000-2 §9.5, §9.10 — Fonts that a later revision brings: which characters the codes of one mean, and whether it shows these

mod charstring;
mod letters;
mod marks;
mod program;
mod to_unicode;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::page_text::PageTexts;
use super::step::Step;
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object, Reference, Stream};
use crate::limits::Budget;
use program::Program;
pub(super) use program::is_blank;
use skrifa::GlyphId;
pub(super) use to_unicode::{LONGEST as LONGEST_MAP, to_unicode as characters};
use to_unicode::{LONGEST, to_unicode};

/// Different codes of one appearance: a field shows no more.
const MOST_CODES: usize = 1_000;
/// Twice as many widths as there are codes.
const MOST_WIDTHS: usize = 1 << 17;
/// A font program larger than that is not read.
const LARGEST: usize = 1 << 24;

/// What reading the fonts of a file may cost, about a millionth of a second each: one font of a form costs some thousand.
const MOST_WORK: u64 = 300_000;
const OCTETS_OF_ONE: u64 = 128;
const OCTETS_OF_A_MAP_OF_ONE: u64 = 32;
const POINTS_OF_ONE: u64 = 60;
const COST_OF_A_FONT: u64 = 500;
const COST_OF_A_GLYPH: u64 = 150;

/// The characters that codes mean, as a font says.
type Characters = BTreeMap<u16, String>;

/// What was read, or that it cannot be.
type Kept<K, V> = RefCell<BTreeMap<K, Option<Rc<V>>>>;

/// What was read of fonts, once for all signatures; and what that may still cost.
pub(super) struct Fonts {
    /// Where the letters of pages stand.
    pub pages: PageTexts,
    work: Budget,
    /// By the place of the stream.
    maps: Kept<(usize, usize), Characters>,
    /// By the revision that they were read in.
    own: Kept<(usize, Reference), Own>,
}

/// A font with a program that a later revision brings.
struct Own {
    font: Font,
    octets: Vec<u8>,
    is_compact: bool,
    /// See [`Program::mapped`].
    mapped: BTreeSet<GlyphId>,
    /// What the codes that were asked for show.
    known: RefCell<BTreeMap<u16, Option<char>>>,
}

impl Default for Fonts {
    fn default() -> Self {
        Self { pages: PageTexts::default(), work: Budget::new("fonts", MOST_WORK), maps: RefCell::default(), own: RefCell::default() }
    }
}

impl Fonts {
    fn spend(&self, units: u64) -> Option<()> {
        self.work.spend(units).ok()
    }

    /// §9.10.3: what the map says of codes of `width` octets.
    fn map(&self, view: &View<'_, '_>, stream: &Stream, width: usize) -> Option<Rc<Characters>> {
        let key = (stream.octets.start, width);
        if let Some(known) = self.maps.borrow().get(&key) {
            return known.clone();
        }
        let read = || {
            let data = view.stream_data_up_to(stream, LONGEST)?;
            self.spend(number(data.len()) / OCTETS_OF_A_MAP_OF_ONE)?;
            to_unicode(&data, width).map(Rc::new)
        };
        let map = read();
        self.maps.borrow_mut().insert(key, map.clone());
        map
    }

    fn own(&self, view: &View<'_, '_>, font: &Object, dictionary: &Dictionary) -> Option<Rc<Own>> {
        let Some(reference) = font.as_reference() else { return self.opened(view, dictionary).map(Rc::new) };
        let key = (view.revision(), reference);
        if let Some(known) = self.own.borrow().get(&key) {
            return known.clone();
        }
        let own = self.opened(view, dictionary).map(Rc::new);
        self.own.borrow_mut().insert(key, own.clone());
        own
    }

    fn opened(&self, view: &View<'_, '_>, font: &Dictionary) -> Option<Own> {
        self.spend(COST_OF_A_FONT)?;
        let value = |key: &[u8]| view.value(font, key).ok();
        let subtype = value(b"Subtype")?;
        let is_composite = subtype.is_name(b"Type0");
        let font = match value(b"DescendantFonts")? {
            Object::Array(fonts) if is_composite && fonts.len() == 1 => {
                Composite::of(view, font, fonts.first()?, self).map(Font::Composite)?
            }
            _ if subtype.is_name(b"TrueType") => Font::Simple(Simple::of(view, font, self)?),
            _ => return None,
        };
        let (octets, is_compact) = font.program(view)?;
        self.spend(number(octets.len()) / OCTETS_OF_ONE)?;
        let mapped = open(&octets, is_compact)?.mapped()?;
        self.spend(number(mapped.len()) / OCTETS_OF_A_MAP_OF_ONE)?;
        Some(Own { font, octets, is_compact, mapped, known: RefCell::default() })
    }

    /// The character that a code shows, if the program does not deny it.
    fn shown(&self, own: &Own, program: &Program<'_>, code: u16) -> Option<char> {
        if let Some(known) = own.known.borrow().get(&code) {
            return *known;
        }
        let show = || {
            self.spend(COST_OF_A_GLYPH)?;
            let (character, glyph, width) = own.font.glyph(program, code)?;
            let outline = program.outline(glyph)?;
            let points = number(outline.iter().map(Vec::len).sum());
            self.spend(points.saturating_mul(number(outline.len()).saturating_add(20)) / POINTS_OF_ONE)?;
            program.shows((glyph, &outline), character, width, &own.mapped).then_some(character)
        };
        let shown = show();
        own.known.borrow_mut().insert(code, shown);
        shown
    }
}

fn open(octets: &[u8], is_compact: bool) -> Option<Program<'_>> {
    if is_compact { Program::open_compact(octets) } else { Program::open(octets).filter(Program::has_outlines_of_truetype) }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Step<'_, '_, '_> {
    /// The characters that `codes` mean by what the font says of them (§9.10.2); `None` where it says nothing that is read here.
    pub fn said(&self, font: &Dictionary, codes: &[u8]) -> Option<String> {
        let is_composite = self.value(font, b"Subtype").is_name(b"Type0");
        if is_composite && !self.value(font, b"Encoding").is_name(b"Identity-H") {
            return None;
        }
        let width = if is_composite { 2 } else { 1 };
        let Object::Stream(stream) = self.value(font, b"ToUnicode") else { return None };
        let map = self.fonts.map(&self.later, &stream, width)?;
        split(codes, width)?.into_iter().map(|code| map.get(&code).map(String::as_str)).collect()
    }

    /// The characters that `codes` show in `font`, which has a program that the later revision brings.
    ///
    /// Whoever brings a font can make it say and draw anything. So what it says is believed where the program, which draws, does not deny it:
    /// the glyph is no other character's, has the width that the font says, stands in its place, and looks like the character.
    pub fn shown_by_own_program(&self, font: &Object, dictionary: &Dictionary, codes: &[u8]) -> Option<String> {
        let own = self.fonts.own(&self.later, font, dictionary)?;
        let program = open(&own.octets, own.is_compact)?;
        let codes = split(codes, if matches!(own.font, Font::Composite(_)) { 2 } else { 1 })?;
        let different: BTreeSet<u16> = codes.iter().copied().collect();
        (different.len() <= MOST_CODES).then_some(())?;
        codes.into_iter().map(|code| self.fonts.shown(&own, &program, code)).collect()
    }
}

/// Codes of this many octets.
fn split(codes: &[u8], width: usize) -> Option<Vec<u16>> {
    let whole = codes.len().is_multiple_of(width);
    whole.then(|| codes.chunks_exact(width).map(|code| code.iter().fold(0, |code, octet| code << 8 | u16::from(*octet))).collect())
}

enum Font {
    Composite(Composite),
    Simple(Simple),
}

impl Font {
    /// §9.9: the program, in the descriptor, and whether it is one of the Compact Font Format.
    fn program(&self, view: &View<'_, '_>) -> Option<(Vec<u8>, bool)> {
        let descriptor = match self {
            Self::Composite(font) => &font.descriptor,
            Self::Simple(font) => &font.descriptor,
        };
        let is_compact = matches!(self, Self::Composite(Composite { is_compact: true, .. }));
        // Table 124: a descriptor has one program. Of several readers take one or the other.
        let keys = [&b"FontFile"[..], b"FontFile2", b"FontFile3"];
        let wanted = if is_compact { b"FontFile3" } else { b"FontFile2" };
        let is_only = keys.into_iter().filter(|key| descriptor.has(key)).eq([&wanted[..]]);
        let Object::Stream(stream) = view.value(descriptor, wanted).ok().filter(|_| is_only)? else { return None };
        let data = view.stream_data_up_to(&stream, LARGEST)?;
        match view.value(&stream.dictionary, b"Subtype").ok()?.as_name() {
            _ if !is_compact => Some((data, false)),
            Some(b"CIDFontType0C") => Some((data, true)),
            // Table 124: what it draws is in one of its tables.
            Some(b"OpenType") => program::compact_of(&data).map(|compact| (compact, true)),
            _ => None,
        }
    }

    /// What a code means, the glyph that is drawn for it, and the width that the font says.
    fn glyph(&self, program: &Program<'_>, code: u16) -> Option<(char, GlyphId, f64)> {
        match self {
            Self::Composite(font) => font.glyph(program, code),
            Self::Simple(font) => font.glyph(program, u8::try_from(code).ok()?),
        }
    }
}

/// §9.7: codes of two octets, which are CIDs.
struct Composite {
    descriptor: Dictionary,
    /// Whether its program is one of the Compact Font Format.
    is_compact: bool,
    characters: Rc<Characters>,
    /// §9.7.4.2: `None` for the identity.
    glyphs: Option<Vec<u8>>,
    widths: BTreeMap<u16, f64>,
    default_width: f64,
}

impl Composite {
    fn of(view: &View<'_, '_>, font: &Dictionary, descendant: &Object, fonts: &Fonts) -> Option<Self> {
        let Object::Dictionary(descendant) = view.resolve(descendant).ok()? else { return None };
        let value = |key: &[u8]| view.value(&descendant, key).ok();
        let is_compact = value(b"Subtype")?.is_name(b"CIDFontType0");
        let is_read = view.value(font, b"Encoding").ok()?.is_name(b"Identity-H")
            && (value(b"Subtype")?.is_name(b"CIDFontType2") || is_compact && value(b"CIDToGIDMap")? == Object::Null);
        let Object::Stream(map) = view.value(font, b"ToUnicode").ok().filter(|_| is_read)? else { return None };
        let glyphs = match value(b"CIDToGIDMap")? {
            Object::Null => None,
            Object::Stream(map) => Some(view.stream_data_up_to(&map, LONGEST)?),
            name => name.is_name(b"Identity").then_some(None)?,
        };
        Some(Self {
            descriptor: value(b"FontDescriptor")?.as_dictionary()?.clone(),
            is_compact,
            characters: fonts.map(view, &map, 2)?,
            glyphs,
            widths: widths(view, &value(b"W")?)?,
            default_width: value(b"DW")?.as_number().unwrap_or(1_000.0),
        })
    }

    fn glyph(&self, program: &Program<'_>, code: u16) -> Option<(char, GlyphId, f64)> {
        let glyph = match &self.glyphs {
            None => program.glyph_of_cid(code)?,
            Some(map) => {
                let at = usize::from(code).checked_mul(2)?;
                GlyphId::new(map.get(at..at.checked_add(2)?)?.iter().fold(0, |glyph, octet| glyph << 8 | u32::from(*octet)))
            }
        };
        let width = self.widths.get(&code).copied().unwrap_or(self.default_width);
        Some((only(self.characters.get(&code)?)?, glyph, width))
    }
}

/// The character of a text that has one.
fn only(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// §9.7.4.3: `c [w w w]` and `first last w`.
pub(super) fn widths(view: &View<'_, '_>, list: &Object) -> Option<BTreeMap<u16, f64>> {
    // Ranges may be written again and again.
    let mut left = MOST_WIDTHS;
    let mut widths = BTreeMap::new();
    let mut elements = list.as_array().unwrap_or_default().iter();
    while let Some(first) = elements.next() {
        let first = u16::try_from(first.as_integer()?).ok()?;
        match view.resolve(elements.next()?).ok()? {
            Object::Array(list) => {
                left = left.checked_sub(list.len())?;
                for (code, width) in (first..=u16::MAX).zip(list.iter()) {
                    widths.insert(code, width.as_number()?);
                }
            }
            last => {
                let (last, width) = (u16::try_from(last.as_integer()?).ok()?, elements.next()?.as_number()?);
                left = left.checked_sub(usize::from(last.saturating_sub(first)))?;
                widths.extend((first..=last).map(|code| (code, width)));
            }
        }
    }
    Some(widths)
}

/// §9.6.3: codes of one octet.
struct Simple {
    descriptor: Dictionary,
    /// By a map of the font; `None` where the encoding names the characters.
    characters: Option<Rc<Characters>>,
    first: i64,
    widths: Vec<f64>,
}

impl Simple {
    fn of(view: &View<'_, '_>, font: &Dictionary, fonts: &Fonts) -> Option<Self> {
        const SYMBOLIC: i64 = 1 << 2;
        let value = |key: &[u8]| view.value(font, key).ok();
        let descriptor = value(b"FontDescriptor")?.as_dictionary()?.clone();
        let is_symbolic = view.value(&descriptor, b"Flags").ok()?.as_integer().unwrap_or(0) & SYMBOLIC != 0;
        let characters = match (is_symbolic, value(b"Encoding")?, value(b"ToUnicode")?) {
            (true, Object::Null, Object::Stream(map)) => Some(fonts.map(view, &map, 1)?),
            (false, encoding, _) => encoding.is_name(b"WinAnsiEncoding").then_some(None)?,
            _ => return None,
        };
        let widths = value(b"Widths")?;
        let widths: Vec<f64> =
            widths.as_array()?.iter().filter_map(|width| view.resolve(width).ok()).map(|width| width.as_number().unwrap_or(-1.0)).collect();
        Some(Self { descriptor, characters, first: value(b"FirstChar")?.as_integer()?, widths })
    }

    fn glyph(&self, program: &Program<'_>, code: u8) -> Option<(char, GlyphId, f64)> {
        let index = usize::try_from(i64::from(code).checked_sub(self.first)?).ok()?;
        let width = *self.widths.get(index)?;
        match &self.characters {
            Some(map) => Some((only(map.get(&u16::from(code))?)?, program.glyph_of_code(code)?, width)),
            None => {
                // Annex D.2: where Windows code page 1252 is Unicode.
                let character = char::from(Some(code).filter(|code| matches!(code, 0x20..=0x7e | 0xa0..=0xff))?);
                Some((character, program.glyph_of(character)?, width))
            }
        }
    }
}
