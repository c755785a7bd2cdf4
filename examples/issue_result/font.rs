//! The four faces of a Vietnamese document, and of each only the glyphs that the page uses (ISO 32000-2 §9.7, §9.9)

use std::collections::{BTreeMap, BTreeSet};

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider, Tag};
use subsetter::GlyphRemapper;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Regular,
    Bold,
    Italic,
    BoldItalic,
}

pub struct Fonts([Face; 4]);

pub struct Face {
    name: &'static str,
    pub resource: &'static str,
    style: Style,
    octets: &'static [u8],
    font: FontRef<'static>,
    glyphs: GlyphRemapper,
    used: BTreeMap<u16, (char, f32)>,
    missing: BTreeSet<char>,
}

impl Fonts {
    /// Libertinus Serif. Its bold italic has no ơ and no ư, its semibold italic has.
    pub fn libertinus() -> Result<Self, Box<dyn std::error::Error>> {
        let all: Vec<&[u8]> = typst_assets::fonts().collect();
        let face = |index: usize, name, resource, style| {
            let octets = *all.get(index).ok_or("the collection lacks a font")?;
            let (glyphs, used, missing) = Default::default();
            Ok::<_, Box<dyn std::error::Error>>(Face { name, resource, style, octets, font: FontRef::new(octets)?, glyphs, used, missing })
        };
        Ok(Self([
            face(0, "LIBREG+LibertinusSerif-Regular", "F1", Style::Regular)?,
            face(1, "LIBBLD+LibertinusSerif-Bold", "F2", Style::Bold)?,
            face(2, "LIBITA+LibertinusSerif-Italic", "F3", Style::Italic)?,
            face(5, "LIBSBI+LibertinusSerif-SemiboldItalic", "F4", Style::BoldItalic)?,
        ]))
    }

    pub fn face(&mut self, style: Style) -> &mut Face {
        &mut self.0[style as usize]
    }

    pub fn faces(&self) -> &[Face; 4] {
        &self.0
    }

    /// The letters asked for that no face has: a result must not lose one without a word.
    pub fn missing(&self) -> String {
        self.0.iter().flat_map(|face| &face.missing).collect()
    }
}

impl Face {
    fn advance(&self, glyph: GlyphId) -> f32 {
        let advance = self.font.glyph_metrics(Size::unscaled(), LocationRef::default()).advance_width(glyph);
        advance.unwrap_or(0.0) * 1000.0 / f32::from(self.font.head().map_or(1000, |head| head.units_per_em()))
    }

    /// The width of `text` in points.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let charmap = self.font.charmap();
        text.chars().map(|letter| self.advance(charmap.map(letter).unwrap_or_default())).sum::<f32>() * size / 1000.0
    }

    /// The glyphs of `text`, two octets each, numbered as the embedded part will number them.
    pub fn encode(&mut self, text: &str) -> Vec<u8> {
        let charmap = self.font.charmap();
        let mut octets = Vec::new();
        for letter in text.chars() {
            let glyph = charmap.map(letter).unwrap_or_default();
            if glyph == GlyphId::NOTDEF {
                self.missing.insert(letter);
            }
            let number = self.glyphs.remap(glyph.to_u32() as u16);
            self.used.insert(number, (letter, self.advance(glyph)));
            octets.extend(number.to_be_bytes());
        }
        octets
    }

    /// Writes the five objects of a composite font, the first of them the one to refer to.
    pub fn embed(&self, pdf: &mut Pdf, ids: [Ref; 5]) -> Result<(), Box<dyn std::error::Error>> {
        let [composite, descendant, descriptor, unicode, program] = ids;
        let name = Name(self.name.as_bytes());
        let identity = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

        let mut font = pdf.type0_font(composite);
        font.base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(descendant).to_unicode(unicode);
        font.finish();

        let mut font = pdf.cid_font(descendant);
        font.subtype(CidFontType::Type0).base_font(name).system_info(identity).font_descriptor(descriptor).default_width(0.0);
        let mut widths = font.widths();
        for (number, (_, width)) in &self.used {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        font.finish();

        self.describe(pdf, name, descriptor, program);

        let mut letters = UnicodeCmap::new(Name(b"Letters"), identity);
        for (number, (letter, _)) in &self.used {
            letters.pair(*number, *letter);
        }
        write_stream(pdf, unicode, &letters.finish(), None);

        let part = subsetter::subset(self.octets, 0, &self.glyphs)?;
        let outlines = FontRef::new(&part)?.table_data(Tag::new(b"CFF ")).ok_or("the font has no CFF outlines")?;
        write_stream(pdf, program, outlines.as_bytes(), Some(Name(b"CIDFontType0C")));
        Ok(())
    }

    fn describe(&self, pdf: &mut Pdf, name: Name, descriptor: Ref, program: Ref) {
        let metrics = self.font.metrics(Size::unscaled(), LocationRef::default());
        let thousandths = |value: f32| value * 1000.0 / f32::from(metrics.units_per_em);
        let bounds = metrics.bounds.unwrap_or_default();
        let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(thousandths);
        let slant = if matches!(self.style, Style::Italic | Style::BoldItalic) { FontFlags::ITALIC } else { FontFlags::empty() };
        let weight = if matches!(self.style, Style::Bold | Style::BoldItalic) { 130.0 } else { 80.0 };
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SERIF | FontFlags::SYMBOLIC | slant)
            .bbox(Rect::new(bounds[0], bounds[1], bounds[2], bounds[3]))
            .italic_angle(metrics.italic_angle)
            .ascent(thousandths(metrics.ascent))
            .descent(thousandths(metrics.descent))
            .cap_height(thousandths(metrics.cap_height.unwrap_or(metrics.ascent)))
            .stem_v(weight)
            .font_file3(program);
    }
}

/// A stream under Flate.
pub fn write_stream(pdf: &mut Pdf, id: Ref, octets: &[u8], subtype: Option<Name>) {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(octets, 9);
    let mut stream = pdf.stream(id, &packed);
    stream.filter(Filter::FlateDecode);
    if let Some(subtype) = subtype {
        stream.pair(Name(b"Subtype"), subtype);
    }
}
