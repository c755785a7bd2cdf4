//! ISO 32000-2 §12.7.4.3 — Variable text: what the appearance of a text or choice field shows, beside its value

use unicode_normalization::UnicodeNormalization;

use super::field::{FieldKind, FieldPlace};
use super::font::is_blank;
use super::form::elements;
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

/// Table 228, table 230.
const PASSWORD: i64 = 1 << 13;
const COMBO: i64 = 1 << 17;

const ANOTHER: &str = "/AP that shows another text than /V";
const UNTOLD: &str = "/AP whose text cannot be told";

/// What is known of the codes of a font.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Codes {
    /// Those of ASCII are those of ASCII.
    Letters,
    /// The form had the font for its values when it was signed.
    Signed,
    /// They mean what the maker of the later revision wanted.
    Own,
}

/// What is known of the text that an appearance shows.
enum Told {
    /// Each character.
    Exactly(String),
    /// The characters of ASCII; what others are depends on encodings.
    Letters(String),
    /// Codes of their own of a font that was signed for values.
    BySignedFont,
}

impl Step<'_, '_, '_> {
    /// What stands against the normal appearance of `widget` beside `value`: other letters and digits, or a text that nobody can tell. A
    /// field whose value a script formats, and one in a signed font with codes of its own, are not compared.
    pub fn objection_to_text(&self, widget: &Dictionary, place: &FieldPlace, value: &Object) -> Option<&'static str> {
        let field = self.later.object(place.field).ok().and_then(|field| field.as_dictionary().cloned()).unwrap_or_default();
        if !matches!(place.kind, FieldKind::Text | FieldKind::Choice) || widget.has(b"AA") || field.has(b"AA") {
            return None;
        }
        let inherited = |key: &[u8]| {
            let parent = || self.value(&field, b"Parent").as_dictionary().map_or(Object::Null, |parent| self.value(parent, key));
            let own = [widget, &field].into_iter().map(|of| self.value(of, key)).find(|value| *value != Object::Null);
            own.unwrap_or_else(parent)
        };
        let appearance = self.value(widget, b"AP");
        let normal = appearance.as_dictionary().map_or(Object::Null, |appearance| self.value(appearance, b"N"));
        if normal == Object::Null {
            return None;
        }
        // What was signed with a text that nobody can tell has not been made to deceive since.
        let is_signed = appearance.as_dictionary().and_then(|appearance| appearance.entry(b"N").as_reference());
        let is_signed = is_signed.is_some_and(|normal| self.signed.is_defined(normal) && !self.is_written_since(normal));
        let untold = (!is_signed).then_some(UNTOLD);
        let Object::Stream(stream) = &normal else { return untold };
        let cells = inherited(b"MaxLen").as_integer().and_then(|cells| usize::try_from(cells).ok()).unwrap_or(0);
        let data = self.later.stream_data(stream).ok().filter(|data| data.len() <= LONGEST);
        let Some(shown) = data.and_then(|data| ShownText::of(&data, cells)) else { return untold };
        if !self.is_legible(widget, &stream.dictionary, &shown) {
            return untold;
        }
        let told = match self.told(&shown, &self.value(&stream.dictionary, b"Resources")) {
            Some(Told::BySignedFont) => return None,
            Some(told) => told,
            None => return untold,
        };
        let flags = inherited(b"Ff").as_integer().unwrap_or(0);
        let is_value = match self.later.resolve(value) {
            Ok(Object::Null) => told.shows("") || is_list(place, flags),
            Ok(Object::String(_)) if place.kind == FieldKind::Text && flags & PASSWORD != 0 => told.letters().is_empty(),
            Ok(Object::String(value)) => is_shown(&told, &decode_text(&value), is_list(place, flags), &self.options(&inherited(b"Opt"))),
            Ok(Object::Array(_)) if is_list(place, flags) => is_shown(&told, "", true, &self.options(&inherited(b"Opt"))),
            _ => return untold,
        };
        (!is_value).then_some(ANOTHER)
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
        is_even && smallest * vertical >= SMALLEST && largest <= smallest * MOST_LARGER && shown.left >= bounds.left() - CUT_OFF
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

    /// What the codes of all fonts mean; `None` where nobody can tell.
    fn told(&self, shown: &ShownText, resources: &Object) -> Option<Told> {
        if shown.runs.is_empty() {
            return Some(Told::Exactly(String::new()));
        }
        let fonts = self.value(resources.as_dictionary()?, b"Font").as_dictionary().cloned().unwrap_or_default();
        let of_form = self.fonts_for_values(&self.later);
        let (mut text, mut is_exact, mut is_compared) = (String::new(), true, true);
        for run in &shown.runs {
            // Where nobody has the font, readers take one of their own, with the codes of letters.
            let font = [fonts.entry(&run.font), of_form.entry(&run.font)].into_iter().find(|font| **font != Object::Null);
            let codes = font.map_or(Codes::Letters, |font| self.codes(font, &run.codes));
            let dictionary = font.and_then(|font| self.later.resolve(font).ok()?.as_dictionary().cloned());
            match (codes, dictionary) {
                (Codes::Letters, _) => {
                    is_exact &= run.codes.is_ascii();
                    text.extend(run.codes.iter().map(|code| char::from(*code)));
                }
                (Codes::Signed, Some(font)) => match self.said(&font, &run.codes) {
                    Some(said) => text.push_str(&said),
                    None => is_compared = false,
                },
                (Codes::Own, Some(dictionary)) => text.push_str(&self.shown_by_own_program(font?, &dictionary, &run.codes)?),
                _ => return None,
            }
        }
        Some(match (is_compared, is_exact) {
            (false, _) => Told::BySignedFont,
            (true, true) => Told::Exactly(text),
            (true, false) => Told::Letters(text),
        })
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
        let programs = [&b"FontFile"[..], b"FontFile2", b"FontFile3"];
        let has_program = descriptor.as_dictionary().is_some_and(|descriptor| programs.iter().any(|key| descriptor.has(key)));
        let encoding = self.value(&font, b"Encoding");
        let base = encoding.as_dictionary().map_or_else(|| encoding.clone(), |encoding| self.value(encoding, b"BaseEncoding"));
        let is_named = [&b"WinAnsiEncoding"[..], b"MacRomanEncoding", b"StandardEncoding"].iter().any(|name| base.is_name(name));
        let is_bare = base == Object::Null && descriptor == Object::Null;
        let differences = encoding.as_dictionary().map_or(Object::Null, |encoding| self.value(encoding, b"Differences"));
        let has_letters = is_simple && !is_symbolic && (is_named || is_bare) && keeps_letters(&differences) && self.are_wide(&font, codes);
        if has_letters && (is_signed || !has_program) { Codes::Letters } else { otherwise }
    }

    /// Whether a font shows letters and digits by the codes of ASCII.
    pub fn is_of_letters(&self, font: &Object) -> bool {
        self.codes(font, b"0123456789") == Codes::Letters
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
    fn text(&self) -> &str {
        match self {
            Self::Exactly(text) | Self::Letters(text) => text,
            Self::BySignedFont => "",
        }
    }

    fn letters(&self) -> String {
        letters(self.text().chars())
    }

    /// Whether it is `value`: each character that shows something, or those that every encoding has and nothing that looks like one.
    fn shows(&self, value: &str) -> bool {
        match self {
            Self::Letters(_) if !value.is_ascii() => {
                let is_small_digit = |character: char| matches!(character, '²' | '³' | '¹' | '¼' | '½' | '¾') && !value.contains(character);
                letters(value.chars()) == self.letters() && !self.text().contains(is_small_digit)
            }
            Self::Exactly(text) | Self::Letters(text) => visible(text) == visible(value),
            Self::BySignedFont => false,
        }
    }
}

/// The characters that show something, marks together with their letters (Unicode annex 15).
fn visible(text: &str) -> String {
    let quote = |character: char| if matches!(character, '`' | '\u{2018}' | '\u{2019}') { '\'' } else { character };
    text.nfc().filter(|character| !is_blank(*character)).map(quote).collect()
}

/// Whether this text is a value, or what a choice field shows for it.
fn is_shown(told: &Told, value: &str, is_list: bool, options: &[(String, String)]) -> bool {
    if is_list {
        return letters(options.iter().flat_map(|(_, shown)| shown.chars())).contains(&told.letters());
    }
    let of_option = options.iter().filter(|(stored, _)| stored == value).map(|(_, shown)| shown.as_str());
    of_option.chain([value]).any(|wanted| told.shows(wanted))
}

/// Letters and digits that every encoding has at the same codes.
fn letters(text: impl Iterator<Item = char>) -> String {
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
