//! ISO 32000-2 §12.7.4.3 — Variable text: what the appearance of a text or choice field shows, beside its value

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::colour;
use super::encoding::{Encoding, UNKNOWN, is_of_windows, of_glyph_name};
use super::field::{FieldKind, FieldPlace};
use super::font::is_blank;
use super::form::elements;
use super::formatted;
use super::geometry::Rectangle;
use super::same::same;
use super::shown_text::ShownText;
use super::step::Step;
use crate::encoding::pdf::object::{Dictionary, Object};
use crate::encoding::pdf::{View, decode_text};

/// An appearance longer than that is not read.
const LONGEST: usize = 1 << 16;

/// Letters smaller than that, in points, nobody reads.
const SMALLEST: f64 = 2.0;
/// How many times as large as the smallest letters the largest may be.
const MOST_LARGER: f64 = 2.0;
/// How far to the left of its box a text may begin.
const CUT_OFF: f64 = 1.0;

/// Options of a list that is compared.
const MOST_OPTIONS: usize = 1_000;

/// Table 228, table 230.
const PASSWORD: i64 = 1 << 13;
const COMBO: i64 = 1 << 17;

/// Table 122.
const PROGRAMS: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];

const ANOTHER: &str = "/AP that shows another text than /V";
const UNTOLD: &str = "/AP whose text cannot be told";

/// What is known of the codes of a font.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Codes {
    /// Those of ASCII are those of ASCII, the others those of an encoding.
    Letters(Encoding),
    /// The form had the font for its values when it was signed.
    Signed,
    /// They mean what the maker of the later revision wanted.
    Own,
}

/// What is known of the text that an appearance shows.
enum Told {
    /// Each character, with its line.
    Exactly(Vec<Line>),
    /// The same by fonts that do not have each character that a value may have.
    Letters(Vec<Line>),
    /// Codes of their own of a font that was signed for values.
    BySignedFont,
}

/// A part of a text, and its baseline.
struct Line {
    baseline: i64,
    text: String,
}

/// What stands against an appearance.
pub(super) enum Doubt {
    /// It is not what the value is, or nobody can tell.
    Objection(&'static str),
    /// Nothing that could be compared.
    NotCompared,
}

impl Step<'_, '_, '_> {
    /// What stands against the normal appearance of `widget` beside `value`: other characters, or a text that nobody can tell. A field whose
    /// value a script formats in a way that is not known, and one in a signed font with codes of its own, are not compared.
    ///
    /// `signed`: the widget as it was signed.
    pub fn objection_to_text(&self, signed: &Dictionary, widget: &Dictionary, place: &FieldPlace, value: &Object) -> Option<Doubt> {
        let field = self.later.object(place.field).ok().and_then(|field| field.as_dictionary().cloned()).unwrap_or_default();
        let inherited = |key: &[u8]| {
            let parent = || self.value(&field, b"Parent").as_dictionary().map_or(Object::Null, |parent| self.value(parent, key));
            let own = [widget, &field].into_iter().map(|of| self.value(of, key)).find(|value| *value != Object::Null);
            own.unwrap_or_else(parent)
        };
        let appearance = self.value(widget, b"AP");
        let named = appearance.as_dictionary().map_or(Object::Null, |appearance| appearance.entry(b"N").clone());
        if named == Object::Null {
            return None;
        }
        // What was signed for this very field with a text that nobody can tell has not been made to deceive since.
        let of_signed = self.signed.value(signed, b"AP").unwrap_or(Object::Null);
        let is_of_field = of_signed.as_dictionary().is_some_and(|appearance| *appearance.entry(b"N") == named);
        let is_signed = is_of_field && named.as_reference().is_some_and(|normal| !self.is_written_since(normal));
        let untold = (!is_signed).then_some(Doubt::Objection(UNTOLD));
        let Ok(Object::Stream(stream)) = self.later.resolve(&named) else { return untold };
        if !matches!(place.kind, FieldKind::Text | FieldKind::Choice) {
            return untold;
        }
        // Layers, other files and other languages show something else, to some readers or now and then.
        let is_form = self.value(&stream.dictionary, b"Subtype").is_name(b"Form");
        if !is_form || [&b"OC"[..], b"Ref", b"PS", b"OPI", b"F"].iter().any(|key| stream.dictionary.has(key)) {
            return untold;
        }
        let cells = inherited(b"MaxLen").as_integer().and_then(|cells| usize::try_from(cells).ok()).unwrap_or(0);
        let data = self.later.stream_data(&stream).ok().filter(|data| data.len() <= LONGEST);
        let bounds = Rectangle::read(&self.later, &self.value(&stream.dictionary, b"BBox")).unwrap_or(Rectangle::EVERYWHERE);
        let Some(shown) = data.and_then(|data| ShownText::of(&data, cells, &bounds)) else { return untold };
        if !self.is_legible(widget, &stream.dictionary, &shown) {
            return untold;
        }
        let (told, is_drawn_so) = match self.told(&shown, &self.value(&stream.dictionary, b"Resources")) {
            Some((Told::BySignedFont, _)) => return Some(Doubt::NotCompared),
            Some(told) => told,
            None => return untold,
        };
        let as_drawn = (!is_drawn_so).then_some(Doubt::NotCompared);
        let flags = inherited(b"Ff").as_integer().unwrap_or(0);
        let value = self.later.resolve(value).unwrap_or(Object::Null);
        if let Some(script) = [widget, &field].into_iter().find_map(|of| self.format_action(of)) {
            let text = value.as_string().map(decode_text).unwrap_or_default();
            return match formatted::is_formatted(&text, &told.text(), &script) {
                _ if told.shows(&text) => as_drawn,
                Some(true) => as_drawn,
                Some(false) => Some(Doubt::Objection(ANOTHER)),
                None => Some(Doubt::NotCompared),
            };
        }
        let is_value = match &value {
            value if is_list(place, flags) => self.is_list_of(&told, &shown, value, &self.options(&inherited(b"Opt"))),
            Object::Null => told.shows(""),
            Object::String(_) if place.kind == FieldKind::Text && flags & PASSWORD != 0 => told.letters().is_empty(),
            Object::String(value) => is_shown(&told, &decode_text(value), &self.options(&inherited(b"Opt"))),
            _ => return untold,
        };
        if is_value { as_drawn } else { Some(Doubt::Objection(ANOTHER)) }
    }

    /// §12.6.3: the script that makes the text that is shown of the value (table 199). What else happens to a field changes nothing of that.
    fn format_action(&self, field: &Dictionary) -> Option<String> {
        let actions = self.value(field, b"AA");
        let action = self.value(actions.as_dictionary()?, b"F");
        let script = self.value(action.as_dictionary()?, b"JS");
        Some(match &script {
            Object::String(script) => decode_text(script),
            Object::Stream(stream) => {
                let data = self.later.stream_data(stream).ok().filter(|data| data.len() <= LONGEST);
                data.map(|data| decode_text(&data)).unwrap_or_default()
            }
            _ => String::new(),
        })
    }

    /// §12.7.5.4: whether a list box shows options one behind the other, and of these the chosen ones marked.
    fn is_list_of(&self, told: &Told, shown: &ShownText, value: &Object, options: &[(String, String)]) -> bool {
        let text = |object: &Object| self.later.resolve(object).ok().and_then(|text| text.as_string().map(decode_text));
        let chosen: Vec<String> = match value {
            Object::Array(values) => values.iter().filter_map(text).collect(),
            value => value.as_string().map(decode_text).into_iter().collect(),
        };
        let lines = told.lines();
        let is_run = |first: usize| {
            let options = options.get(first..).unwrap_or_default();
            lines.len() <= options.len() && lines.iter().zip(options).all(|((_, text), (_, option))| is_text(told, text, option))
        };
        let is_chosen =
            |option: Option<&(String, String)>| option.is_some_and(|(stored, shown)| chosen.contains(stored) || chosen.contains(shown));
        let is_marked = |baseline: i64| {
            let middle = baseline.saturating_add(2);
            shown.bands.iter().any(|(bottom, top)| (*bottom..=*top).contains(&number(middle)))
        };
        let marks_chosen = |first: usize| {
            let of_line = |(index, (baseline, _)): (usize, &(i64, String))| {
                is_chosen(options.get(first.saturating_add(index))) == is_marked(*baseline)
            };
            let has_chosen = chosen.is_empty() || (0..lines.len()).any(|index| is_chosen(options.get(first.saturating_add(index))));
            has_chosen && lines.iter().enumerate().all(of_line)
        };
        let is_alone = || {
            let wanted: Vec<&str> = options.iter().filter(|option| is_chosen(Some(option))).map(|(_, shown)| shown.as_str()).collect();
            shown.bands.is_empty()
                && wanted.len() == lines.len()
                && lines.iter().zip(wanted).all(|((_, text), wanted)| is_text(told, text, wanted))
        };
        let firsts = options.len().min(MOST_OPTIONS);
        lines.len() <= MOST_OPTIONS && ((0..=firsts).any(|first| is_run(first) && marks_chosen(first)) || is_alone())
    }

    /// Table 234: whether `/I` names the chosen options, if it names any.
    pub fn are_chosen(&self, field: &Dictionary, value: &Object) -> bool {
        let Object::Array(indices) = self.value(field, b"I") else { return true };
        let value = self.later.resolve(value).unwrap_or(Object::Null);
        let values: Vec<Object> = value.as_array().map_or_else(|| vec![value.clone()], <[Object]>::to_vec);
        let text = |object: &Object| self.later.resolve(object).ok().and_then(|text| text.as_string().map(decode_text));
        let chosen: Vec<String> = values.iter().filter_map(text).collect();
        let options = self.options(&self.value(field, b"Opt"));
        let option = |index: &Object| {
            let index = self.later.resolve(index).ok()?.as_integer().and_then(|index| usize::try_from(index).ok())?;
            options.get(index)
        };
        indices.len() == chosen.len() && indices.iter().all(|index| option(index).is_some_and(|(stored, _)| chosen.contains(stored)))
    }

    /// §12.5.5: whether the letters are neither mirrored nor cut off on the left, of about one size, and large enough where they are shown.
    fn is_legible(&self, widget: &Dictionary, stream: &Dictionary, shown: &ShownText) -> bool {
        let Some((smallest, largest)) = shown.sizes else { return true };
        let read = |dictionary: &Dictionary, key: &[u8]| Rectangle::read(&self.later, &self.value(dictionary, key));
        let (Some(place), Some(bounds)) = (read(widget, b"Rect"), read(stream, b"BBox")) else { return false };
        let matrix = self.value(stream, b"Matrix");
        let matrix: Vec<f64> = elements(&matrix).iter().filter_map(|number| self.later.resolve(number).ok()?.as_number()).collect();
        // The box, moved by the matrix, is made as large as the rectangle: only what it does to the order of letters is left.
        let is_turned = match matrix.as_slice() {
            [] => Some(false),
            [a, 0.0, 0.0, d, ..] if (*a > 0.0) == (*d > 0.0) && a * d != 0.0 => Some(false),
            [0.0, b, c, 0.0, ..] if b * c < 0.0 => Some(true),
            _ => None,
        };
        let Some(is_turned) = is_turned else { return false };
        let ((width, height), (across, up)) = (bounds.size(), place.size());
        let (across, up) = if is_turned { (up, across) } else { (across, up) };
        let (horizontal, vertical) = (across / width, up / height);
        let is_even = horizontal.is_finite() && vertical.is_finite() && horizontal <= vertical * 3.0 && vertical <= horizontal * 3.0;
        let left = bounds.sides().first().copied().unwrap_or(0.0);
        let is_large = smallest * vertical >= SMALLEST && largest <= smallest * MOST_LARGER;
        is_even && is_large && shown.left >= left - CUT_OFF && !shown.is_cut
    }

    /// §12.7.5.4: what each option is stored as, and what is shown for it.
    fn options(&self, options: &Object) -> Vec<(String, String)> {
        let text = |object: &Object| self.later.resolve(object).ok().and_then(|text| text.as_string().map(decode_text)).unwrap_or_default();
        let option = |element: &Object| match self.later.resolve(element) {
            Ok(Object::Array(pair)) => (pair.first().map(text).unwrap_or_default(), pair.get(1).map(text).unwrap_or_default()),
            _ => (text(element), text(element)),
        };
        elements(options).iter().take(LONGEST).map(option).collect()
    }

    /// What the codes of all fonts mean, and whether what draws them is known to draw that; `None` where nobody can tell.
    fn told(&self, shown: &ShownText, resources: &Object) -> Option<(Told, bool)> {
        if shown.runs.is_empty() {
            return Some((Told::Exactly(Vec::new()), true));
        }
        if colour::are_replaced(&self.later, resources) {
            return None;
        }
        let fonts = self.value(resources.as_dictionary()?, b"Font").as_dictionary().cloned().unwrap_or_default();
        let of_form = self.fonts_for_values(&self.later);
        let (mut lines, mut is_exact, mut is_compared, mut is_drawn_so) = (Vec::new(), true, true, true);
        for run in &shown.runs {
            // Where nobody has the font, readers take one of their own, with the codes of letters.
            let font = [fonts.entry(&run.font), of_form.entry(&run.font)].into_iter().find(|font| **font != Object::Null);
            let codes = font.map_or(Codes::Letters(Encoding::Windows), |font| self.codes(font, &run.codes));
            let dictionary = font.and_then(|font| self.later.resolve(font).ok()?.as_dictionary().cloned());
            if let (Codes::Letters(_) | Codes::Signed, Some((font, dictionary))) = (codes, font.zip(dictionary.as_ref())) {
                is_drawn_so &= self.is_drawn_as_said(font, dictionary, &run.codes);
            }
            let text = match (codes, dictionary) {
                (Codes::Letters(encoding), font) => {
                    is_exact = false;
                    let differences = font.map_or_else(BTreeMap::new, |font| self.differences(&font));
                    let character = |code: &u8| differences.get(code).copied().unwrap_or_else(|| encoding.character(*code));
                    run.codes.iter().map(character).collect()
                }
                (Codes::Signed, Some(font)) => match self.said(&font, &run.codes) {
                    Some(said) => said,
                    None => {
                        is_compared = false;
                        String::new()
                    }
                },
                (Codes::Own, Some(dictionary)) => self.shown_by_own_program(font?, &dictionary, &run.codes)?,
                _ => return None,
            };
            lines.push(Line { baseline: run.baseline, text });
        }
        let told = match (is_compared, is_exact) {
            (false, _) => Told::BySignedFont,
            (true, true) => Told::Exactly(lines),
            (true, false) => Told::Letters(lines),
        };
        Some((told, is_drawn_so))
    }

    /// Whether a font that was signed for values leaves its letters to the reader, or has a program that does not deny what it says of them:
    /// whoever made the form may have prepared it.
    fn is_drawn_as_said(&self, font: &Object, dictionary: &Dictionary, codes: &[u8]) -> bool {
        if self.value(dictionary, b"Subtype").is_name(b"Type3") {
            return false;
        }
        let descriptor = match self.value(dictionary, b"DescendantFonts") {
            Object::Null => self.value(dictionary, b"FontDescriptor"),
            descendants => {
                let first = elements(&descendants).first().and_then(|first| self.later.resolve(first).ok());
                first.as_ref().and_then(Object::as_dictionary).map_or(Object::Null, |first| self.value(first, b"FontDescriptor"))
            }
        };
        let has_program = descriptor.as_dictionary().is_some_and(|descriptor| PROGRAMS.iter().any(|key| descriptor.has(key)));
        !has_program || self.shown_by_own_program(font, dictionary, codes).is_some()
    }

    /// §9.6.5.1: the characters that `/Differences` give to codes.
    fn differences(&self, font: &Dictionary) -> BTreeMap<u8, char> {
        let encoding = self.value(font, b"Encoding");
        let differences = encoding.as_dictionary().map_or(Object::Null, |encoding| self.value(encoding, b"Differences"));
        let (mut code, mut characters) = (Some(0_u8), BTreeMap::new());
        for element in differences.as_array().unwrap_or_default() {
            match self.later.resolve(element).unwrap_or(Object::Null) {
                Object::Name(name) => {
                    if let Some(here) = code {
                        characters.insert(here, of_glyph_name(&name).unwrap_or(UNKNOWN));
                        code = here.checked_add(1);
                    }
                }
                number => code = number.as_integer().and_then(|number| u8::try_from(number).ok()),
            }
        }
        characters
    }

    fn codes(&self, font: &Object, codes: &[u8]) -> Codes {
        let is_signed = self.is_signed_for_values(font);
        let otherwise = if is_signed { Codes::Signed } else { Codes::Own };
        let Ok(Object::Dictionary(font)) = self.later.resolve(font) else { return otherwise };
        let subtype = self.value(&font, b"Subtype");
        let is_simple = subtype.is_name(b"Type1") || subtype.is_name(b"TrueType");
        let is_symbolic = [&b"Symbol"[..], b"ZapfDingbats"].iter().any(|name| self.value(&font, b"BaseFont").is_name(name));
        let descriptor = self.value(&font, b"FontDescriptor");
        // The letters of a program inside the file look as its maker wanted.
        let has_program = descriptor.as_dictionary().is_some_and(|descriptor| PROGRAMS.iter().any(|key| descriptor.has(key)));
        let encoding = self.value(&font, b"Encoding");
        let base = encoding.as_dictionary().map_or_else(|| encoding.clone(), |encoding| self.value(encoding, b"BaseEncoding"));
        let is_named = [&b"WinAnsiEncoding"[..], b"MacRomanEncoding", b"StandardEncoding"].iter().any(|name| base.is_name(name));
        let is_bare = base == Object::Null && descriptor == Object::Null;
        let differences = encoding.as_dictionary().map_or(Object::Null, |encoding| self.value(encoding, b"Differences"));
        let has_letters = is_simple && !is_symbolic && (is_named || is_bare) && keeps_letters(&differences) && self.are_wide(&font, codes);
        let encoding = match base.as_name() {
            Some(b"WinAnsiEncoding") => Encoding::Windows,
            Some(b"MacRomanEncoding") => Encoding::Macintosh,
            Some(_) => Encoding::Ascii,
            // Writers that say nothing mean this one, whatever readers make of it beyond ASCII.
            None => Encoding::Windows,
        };
        if has_letters && (is_signed || !has_program) { Codes::Letters(encoding) } else { otherwise }
    }

    /// Whether a font shows letters and digits by the codes of ASCII.
    pub fn is_of_letters(&self, font: &Object) -> bool {
        matches!(self.codes(font, b"0123456789"), Codes::Letters(_))
    }

    /// §9.6.2: whether each letter moves the next one about as far as letters are wide, as far as the font says so.
    fn are_wide(&self, font: &Dictionary, codes: &[u8]) -> bool {
        const WIDTHS: std::ops::RangeInclusive<f64> = 100.0..=1_500.0;
        let (widths, first) = (self.value(font, b"Widths"), self.value(font, b"FirstChar").as_integer().unwrap_or(0));
        let is_wide = |code: &u8| {
            let index = i64::from(*code).checked_sub(first).and_then(|index| usize::try_from(index).ok());
            let width = index.and_then(|index| self.later.resolve(elements(&widths).get(index)?).ok()?.as_number());
            width.is_none_or(|width| WIDTHS.contains(&width))
        };
        codes.iter().all(is_wide)
    }

    /// §12.7.3: the fonts that the form has for its values.
    fn fonts_for_values(&self, view: &View<'_, '_>) -> Dictionary {
        let value = |object: &Object, key: &[u8]| {
            object.as_dictionary().and_then(|dictionary| view.value(dictionary, key).ok()).unwrap_or(Object::Null)
        };
        let form = view.catalog().map_or(Object::Null, |catalog| value(&Object::Dictionary(catalog), b"AcroForm"));
        value(&value(&form, b"DR"), b"Font").as_dictionary().cloned().unwrap_or_default()
    }

    /// Whether the form of the signed revision has this very font among those for its values.
    fn is_signed_for_values(&self, font: &Object) -> bool {
        let fonts = self.fonts_for_values(&self.signed);
        fonts.entries().any(|(_, signed)| *signed != Object::Null && same((&self.signed, signed), (&self.later, font)))
    }
}

/// Whether a field shows its options (table 230), the chosen ones marked.
fn is_list(place: &FieldPlace, flags: i64) -> bool {
    place.kind == FieldKind::Choice && flags & COMBO == 0
}

impl Told {
    fn parts(&self) -> &[Line] {
        match self {
            Self::Exactly(lines) | Self::Letters(lines) => lines,
            Self::BySignedFont => &[],
        }
    }

    fn text(&self) -> String {
        self.parts().iter().map(|line| line.text.as_str()).collect()
    }

    /// Each line with its baseline, where it shows something.
    fn lines(&self) -> Vec<(i64, String)> {
        let parts = self.parts().chunk_by(|one, other| one.baseline == other.baseline);
        let lines =
            parts.map(|parts| (parts.first().map_or(0, |part| part.baseline), parts.iter().map(|part| part.text.as_str()).collect()));
        lines.filter(|(_, text): &(i64, String)| !visible(text).is_empty()).collect()
    }

    fn letters(&self) -> String {
        letters(self.text().chars())
    }

    /// Whether it is `value`.
    fn shows(&self, value: &str) -> bool {
        is_text(self, &self.text(), value)
    }
}

/// Whether a text is `value`: each character that shows something. Fonts with codes of one octet do not have each letter; writers then leave
/// it out, or show something in its place that is no letter.
fn is_text(told: &Told, text: &str, value: &str) -> bool {
    let (text, value) = (visible(text), visible(value));
    if text == value || !matches!(told, Told::Letters(_)) {
        return text == value;
    }
    let mut shown = text.chars().peekable();
    for character in value.chars() {
        if shown.next_if_eq(&character).is_some() {
            continue;
        }
        if is_of_windows(character) || !character.is_alphabetic() {
            return false;
        }
        let _: Option<char> = shown.next_if(|instead| matches!(*instead, '?' | '.' | '·' | '•' | UNKNOWN));
    }
    shown.next().is_none()
}

fn number(integer: i64) -> f64 {
    i32::try_from(integer).map_or(f64::MAX, f64::from)
}

/// The characters that show something, marks together with their letters (Unicode annex 15).
fn visible(text: &str) -> String {
    let quote = |character: char| if matches!(character, '`' | '\u{2018}' | '\u{2019}') { '\'' } else { character };
    text.nfc().filter(|character| !is_blank(*character)).map(quote).collect()
}

/// Whether this text is a value, or what a choice field shows for it.
fn is_shown(told: &Told, value: &str, options: &[(String, String)]) -> bool {
    let of_option = options.iter().filter(|(stored, _)| stored == value).map(|(_, shown)| shown.as_str());
    of_option.chain([value]).any(|wanted| told.shows(wanted))
}

/// Letters and digits that every encoding has at the same codes.
pub(super) fn letters(text: impl Iterator<Item = char>) -> String {
    text.filter(char::is_ascii_alphanumeric).collect()
}

/// Whether `/Differences` (§9.6.5.1) leave letters and digits alone.
fn keeps_letters(differences: &Object) -> bool {
    let mut code = 0_i64;
    for element in differences.as_array().unwrap_or_default() {
        match element.as_integer() {
            Some(first) => code = first,
            None => {
                let is_letter = u8::try_from(code).is_ok_and(|code| code.is_ascii_alphanumeric());
                if is_letter {
                    return false;
                }
                code = code.saturating_add(1);
            }
        }
    }
    true
}
