//! ISO 32000-2 §9.7, §9.9 — values in a font that whoever filled the form brought along, as letters beyond WinAnsi need it

use std::collections::BTreeMap;

use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider, Tag};
use subsetter::GlyphRemapper;

use super::decision::{Decision, form};
use super::{Cases, Expected, modified, passes};
use crate::Outcome;
use crate::pdf::{self, Objects};

const JUDGED: &str = "permitted_changes.judged";
const VALUE: &str = "13/QĐ-UBND";
/// Letters of the font's part.
const LETTERS: &str = "0123456789/QĐ-UBNDyuéèt. ";

/// A part of an open font, with the glyphs and widths of its letters.
struct Part {
    program: Vec<u8>,
    glyphs: BTreeMap<char, (u16, i32)>,
}

impl Part {
    /// Of a font with outlines in this table.
    fn with(table: &[u8; 4]) -> Outcome<Self> {
        let has_letters = |font: &FontRef<'_>| LETTERS.chars().all(|letter| font.charmap().map(letter).is_some());
        let is_fit = |font: &&[u8]| FontRef::new(font).is_ok_and(|font| font.table_data(Tag::new(table)).is_some() && has_letters(&font));
        let octets = typst_assets::fonts().find(is_fit).ok_or("no font with these letters")?;
        let font = FontRef::new(octets)?;
        let units = f32::from(font.head()?.units_per_em());
        let (mut remapper, mut glyphs) = (GlyphRemapper::new(), BTreeMap::new());
        for letter in LETTERS.chars() {
            let glyph = font.charmap().map(letter).ok_or("no such letter")?;
            let width = font.glyph_metrics(Size::unscaled(), LocationRef::default()).advance_width(glyph).unwrap_or(0.0);
            glyphs.insert(letter, (remapper.remap(u16::try_from(glyph.to_u32())?), (width * 1000.0 / units).round() as i32));
        }
        Ok(Self { program: subsetter::subset(octets, 0, &remapper)?, glyphs })
    }

    fn glyph(&self, letter: char) -> u16 {
        self.glyphs[&letter].0
    }

    fn shown(&self, text: &str) -> String {
        text.chars().map(|letter| format!("{:04x}", self.glyph(letter))).collect()
    }

    /// §9.10.3; `said` gives another character for one of the letters.
    fn to_unicode(&self, said: Option<(char, char)>, range: &str) -> String {
        let said = |letter: char| said.filter(|(drawn, _)| *drawn == letter).map_or(letter, |(_, said)| said);
        let lines: String =
            self.glyphs.iter().map(|(letter, (glyph, _))| format!("<{glyph:04x}> <{:04x}>\n", u32::from(said(*letter)))).collect();
        pdf::stream(
            "",
            &format!(
                "/CIDInit /ProcSet findresource begin begincmap /CMapName /Own def 1 begincodespacerange <0000> <ffff> endcodespacerange\n\
                 {} beginbfchar\n{lines}endbfchar {range}endcmap end",
                self.glyphs.len()
            ),
        )
    }

    fn widths(&self) -> String {
        self.glyphs.values().map(|(glyph, width)| format!("{glyph} [{width}] ")).collect()
    }

    /// The program with a `cmap` (format 4 of the open format) that gives each letter of ASCII its glyph, `swapped` the one of the other.
    fn with_cmap(&self, swapped: Option<(char, char)>) -> Vec<u8> {
        let other = |letter: char| match swapped {
            Some((one, two)) if letter == one => two,
            Some((one, two)) if letter == two => one,
            _ => letter,
        };
        let letters: Vec<(u16, u16)> = self
            .glyphs
            .keys()
            .filter(|letter| letter.is_ascii())
            .map(|letter| (u32::from(*letter) as u16, self.glyph(other(*letter))))
            .chain([(0xffff, 0)])
            .collect();
        let segments = letters.len() as u16;
        let column =
            |value: &dyn Fn(&(u16, u16)) -> u16| letters.iter().flat_map(|letter| value(letter).to_be_bytes()).collect::<Vec<u8>>();
        let deltas = column(&|(code, glyph)| glyph.wrapping_sub(*code));
        let body = [column(&|(code, _)| *code), vec![0, 0], column(&|(code, _)| *code), deltas, column(&|_| 0)].concat();
        let head = [4, 16 + segments * 8, 0, segments * 2, 2, 0, 0].map(u16::to_be_bytes).concat();
        let cmap = [[0, 1, 3, 1, 0, 12].map(u16::to_be_bytes).concat(), head, body].concat();
        with_table(&self.program, *b"cmap", &cmap)
    }
}

/// A font with one table more.
fn with_table(font: &[u8], tag: [u8; 4], table: &[u8]) -> Vec<u8> {
    let count = u16::from_be_bytes([font[4], font[5]]);
    let long = |at: usize| u32::from_be_bytes([font[at], font[at + 1], font[at + 2], font[at + 3]]) as usize;
    let mut tables: Vec<([u8; 4], Vec<u8>)> = (0..usize::from(count))
        .map(|index| 12 + 16 * index)
        .map(|at| ([font[at], font[at + 1], font[at + 2], font[at + 3]], font[long(at + 8)..long(at + 8) + long(at + 12)].to_vec()))
        .collect();
    tables.push((tag, table.to_vec()));
    tables.sort();
    let mut file = [&font[..4], &(count + 1).to_be_bytes(), &[0; 6]].concat();
    let mut place = 12 + 16 * tables.len();
    for (tag, table) in &tables {
        file.extend([&tag[..], &[0; 4], &(place as u32).to_be_bytes(), &(table.len() as u32).to_be_bytes()].concat());
        place += table.len().next_multiple_of(4);
    }
    for (_, table) in &tables {
        file.extend(table);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    file
}

fn program(octets: &[u8]) -> Vec<u8> {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(octets, 9);
    [format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", packed.len()).as_bytes(), &packed, b"\nendstream"].concat()
}

fn utf16(text: &str) -> String {
    let digits: String = text.encode_utf16().map(|unit| format!("{unit:04x}")).collect();
    format!("<feff{digits}>")
}

/// What one vector does otherwise than the honest filler.
#[derive(Clone, Default)]
struct Filling {
    value: Option<&'static str>,
    shown: Option<&'static str>,
    said: Option<(char, char)>,
    /// A range of the map from codes to characters.
    range: &'static str,
    /// Further entries of the descendant.
    map: Option<(char, char)>,
    widths: Option<&'static str>,
    no_map: bool,
    swapped_in_program: Option<(char, char)>,
    matrix: &'static str,
    /// In coordinates upside down: how the text is turned.
    turned: Option<&'static str>,
}

const DESCRIPTOR: &str = "<< /Type /FontDescriptor /FontName /AAAAAA+Own /Flags 4 /FontBBox [0 -240 600 930] /ItalicAngle 0 /Ascent 930 \
                          /Descent -240 /CapHeight 730 /StemV 80 /FontFile2 27 0 R >>";

fn composed(decision: &Decision, part: &Part, filling: &Filling) -> Objects {
    let (value, shown) = (filling.value.unwrap_or(VALUE), filling.shown.unwrap_or(filling.value.unwrap_or(VALUE)));
    let (system, place) = match filling.turned {
        None => ("", "2 5 Td".to_owned()),
        Some(turned) => ("1 0 0 -1 0 20 cm ", format!("{turned} 2 14.8 Tm")),
    };
    let content = format!("/Tx BMC q {system}BT /F2 12 Tf 0 g {place} <{}> Tj ET Q EMC", part.shown(shown));
    let appearance =
        form("[0 0 228 20]", &content).replace("/F1 5 0 R", "/F2 24 0 R").replace("/BBox", &format!("{}/BBox", filling.matrix));
    let map = if filling.map.is_some() { "/CIDToGIDMap 28 0 R" } else { "/CIDToGIDMap /Identity" };
    let widths = filling.widths.map_or_else(|| part.widths(), str::to_owned);
    let to_unicode = if filling.no_map { "" } else { "/ToUnicode 26 0 R" };
    let font =
        format!("<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Own /Encoding /Identity-H /DescendantFonts [25 0 R] {to_unicode} >>");
    let descendant = format!(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Own /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 \
         >> /FontDescriptor 29 0 R /W [{widths}] {map} >>"
    );
    let mut glyphs: Vec<u16> = (0..64).collect();
    if let Some((one, two)) = filling.map {
        glyphs.swap(part.glyph(one).into(), part.glyph(two).into());
    }
    let octets = filling.swapped_in_program.map_or_else(|| part.program.clone(), |swapped| part.with_cmap(Some(swapped)));
    let mut objects = pdf::objects(&[
        (8, &decision.number(&format!("/V {} /AP << /N 20 0 R >> ", utf16(value)))),
        (20, &appearance),
        (24, &font),
        (25, &descendant),
        (26, &part.to_unicode(filling.said, filling.range)),
        (29, DESCRIPTOR),
    ]);
    objects.push((27, program(&octets)));
    objects.push((28, program(&glyphs.iter().flat_map(|glyph| glyph.to_be_bytes()).collect::<Vec<u8>>())));
    objects.sort_by_key(|(number, _)| *number);
    if filling.map.is_none() {
        objects.retain(|(number, _)| *number != 28);
    }
    objects
}

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    let (decision, part) = (Decision::default(), Part::with(b"glyf")?);
    let signed = decision.signed(cases.shared)?;
    let filled = |filling: Filling| pdf::updated(&signed, &composed(&decision, &part, &filling), "");
    let judged = || modified("other", JUDGED);
    let what = "a decision signed, the number filled in with a letter that only a font of the filler has";
    let good = cases.honest("composed", what, &passes("form_filling"), filled(Filling::default()))?;
    let rows = [
        (
            "composed-drawn",
            "the font says one for a glyph that is nine",
            Filling { shown: Some("93/QĐ-UBND"), said: Some(('9', '1')), ..Filling::default() },
        ),
        ("composed-swapped", "its codes of one and nine draw each other's glyph", Filling { map: Some(('1', '9')), ..Filling::default() }),
        (
            "composed-denied",
            "the program says that the glyphs are each other's",
            Filling { swapped_in_program: Some(('1', '9')), ..Filling::default() },
        ),
        ("composed-value", "the value is another one", Filling { value: Some("93/QĐ-UBND"), shown: Some(VALUE), ..Filling::default() }),
        (
            "composed-letter",
            "the value has another letter",
            Filling { value: Some("13/QD-UBND"), shown: Some(VALUE), ..Filling::default() },
        ),
        (
            "composed-narrow",
            "the font has no widths, so that letters lie on each other",
            Filling { widths: Some("0 63 0"), ..Filling::default() },
        ),
        (
            "composed-space",
            "the last letter is a nine, which the font says is a space",
            Filling { shown: Some("13/QĐ-UBND9"), said: Some(('9', ' ')), ..Filling::default() },
        ),
        (
            "composed-stop",
            "the last letter is a nine, which the font says is a full stop",
            Filling { value: Some("13/QĐ-UBND."), shown: Some("13/QĐ-UBND9"), said: Some(('9', '.')), ..Filling::default() },
        ),
        (
            "composed-bar",
            "the font says that the letter without a bar has one",
            Filling { value: Some("13/QĐ-UBNĐ"), shown: Some("13/QD-UBND"), said: Some(('D', 'Đ')), ..Filling::default() },
        ),
        ("composed-unsaid", "the font does not say what its codes mean", Filling { no_map: true, ..Filling::default() }),
        ("composed-mirrored", "the appearance is mirrored", Filling { matrix: "/Matrix [-1 0 0 1 0 0] ", ..Filling::default() }),
        (
            "composed-small",
            "the appearance is drawn too small to be read",
            Filling { matrix: "/Matrix [1 0 0 1 0 0] /BBox [0 0 4560 400] /Old", ..Filling::default() },
        ),
    ];
    for (name, change, filling) in rows {
        cases.attack(&good, name, change, &judged(), filled(filling))?;
    }
    let phrase = Filling { value: Some("Quyét 13"), ..Filling::default() };
    let what = "a decision signed, a word with a mark on a letter filled in";
    let good = cases.honest("phrase", what, &passes("form_filling"), filled(phrase.clone()))?;
    let said = Filling { shown: Some("Quyèt 13"), said: Some(('è', 'é')), ..phrase.clone() };
    cases.attack(&good, "phrase-said", "the mark is another one, and the font says that it is this one", &judged(), filled(said))?;
    let other = Filling { shown: Some("Quyèt 13"), ..phrase };
    cases.attack(&good, "phrase-mark", "the mark is another one", &judged(), filled(other))?;
    compact(cases)?;
    simple(cases, &part)
}

/// A program of the Compact Font Format, and a content whose coordinates are upside down, as one writer makes them.
fn compact(cases: &mut Cases<'_>) -> Outcome {
    let (decision, mut part) = (Decision::default(), Part::with(b"CFF ")?);
    let whole = part.program.clone();
    part.program = FontRef::new(&whole)?.table_data(Tag::new(b"CFF ")).ok_or("no outlines")?.as_bytes().to_vec();
    let signed = decision.signed(cases.shared)?;
    let filled_with = |part: &Part, kind: &str, filling: Filling, turned: &'static str| {
        let text = |(number, octets): (u32, Vec<u8>)| match number {
            25 => (
                number,
                String::from_utf8_lossy(&octets).replace("CIDFontType2", "CIDFontType0").replace("/CIDToGIDMap /Identity", "").into_bytes(),
            ),
            27 => {
                let head = String::from_utf8_lossy(&octets[..20]).replacen("<< ", &format!("<< /Subtype /{kind} "), 1).into_bytes();
                (number, [&head, &octets[20..]].concat())
            }
            29 => (number, String::from_utf8_lossy(&octets).replace("FontFile2", "FontFile3").into_bytes()),
            _ => (number, octets),
        };
        let objects: Objects = composed(&decision, part, &Filling { turned: Some(turned), ..filling }).into_iter().map(text).collect();
        pdf::updated(&signed, &objects, "")
    };
    let filled = |filling: Filling, turned: &'static str| filled_with(&part, "CIDFontType0C", filling, turned);
    let what = "a decision signed, the number filled in with a font of another format, in coordinates upside down";
    let upright = "1 0 0 -1";
    let good = cases.honest("compact", what, &passes("form_filling"), filled(Filling::default(), upright))?;
    let drawn = Filling { shown: Some("93/QĐ-UBND"), said: Some(('9', '1')), ..Filling::default() };
    let judged = || modified("other", JUDGED);
    cases.attack(&good, "compact-drawn", "the font says one for a glyph that is nine", &judged(), filled(drawn, upright))?;
    cases.attack(&good, "compact-mirrored", "the letters are mirrored", &judged(), filled(Filling::default(), "-1 0 0 -1"))?;
    cases.attack(&good, "compact-upside-down", "the letters are upside down", &judged(), filled(Filling::default(), "1 0 0 1"))?;
    let of_tables = Part { program: whole, glyphs: part.glyphs.clone() };
    let filled = |filling: Filling| filled_with(&of_tables, "OpenType", filling, upright);
    let beyond = "1 beginbfrange <0100> <0102> <00fe> endbfrange ";
    let what = "a decision signed, the number filled in with a font whose outlines are one of its tables, and whose map has a range of other codes that \
                goes further than ranges may";
    let good = cases.honest("tables", what, &passes("form_filling"), filled(Filling { range: beyond, ..Filling::default() }))?;
    let drawn = Filling { range: beyond, shown: Some("93/QĐ-UBND"), said: Some(('9', '1')), ..Filling::default() };
    cases.attack(&good, "tables-drawn", "the font says one for a glyph that is nine", &judged(), filled(drawn))?;
    let twice = Filling { range: "1 beginbfrange <0000> <0002> <00fe> endbfrange ", ..Filling::default() };
    cases.attack(&good, "tables-twice", "the range has codes of the letters", &judged(), filled(twice))
}

/// Codes of one octet, whose glyphs the program names by its `cmap` (§9.6.5.4).
fn simple(cases: &mut Cases<'_>, part: &Part) -> Outcome {
    let decision = Decision::default();
    let signed = decision.signed(cases.shared)?;
    let value = "13/QD-UBND";
    let filled = |octets: &[u8], first: &str| {
        let content = format!("/Tx BMC q BT /F2 12 Tf 0 g 2 5 Td ({value}) Tj ET Q EMC");
        let appearance = form("[0 0 228 20]", &content).replace("/F1 5 0 R", "/F2 24 0 R");
        let widths = format!("{first} {}", "602 ".repeat(93));
        let font = format!(
            "<< /Type /Font /Subtype /TrueType /BaseFont /AAAAAA+Own /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 125 /Widths [{widths}] \
             /FontDescriptor 29 0 R >>"
        );
        let mut objects = pdf::objects(&[
            (8, &decision.number(&format!("/V ({value}) /AP << /N 20 0 R >> "))),
            (20, &appearance),
            (24, &font),
            (29, &DESCRIPTOR.replace("/Flags 4", "/Flags 32")),
        ]);
        objects.push((27, program(octets)));
        objects.sort_by_key(|(number, _)| *number);
        pdf::updated(&signed, &objects, "")
    };
    let what = "a decision signed, the number filled in with a font of the filler that has the codes of letters";
    let good = cases.honest("named", what, &passes("form_filling"), filled(&part.with_cmap(None), "602"))?;
    let judged: fn() -> Expected = || modified("other", JUDGED);
    cases.attack(&good, "named-swapped", "its program has a nine for one", &judged(), filled(&part.with_cmap(Some(('1', '9'))), "602"))?;
    cases.attack(&good, "named-unnamed", "its program names no glyphs", &judged(), filled(&part.program, "602"))?;
    let cut = part.with_cmap(None);
    let cut = &cut[..cut.len() / 2];
    cases.attack(&good, "named-cut", "its program is cut off", &judged(), filled(cut, "602"))
}
