//! ISO 32000-2 §12.7.4.3 — Variable text: what the appearance of a text or choice field shows, beside its value

use super::field::{FieldKind, FieldPlace};
use super::form::elements;
use super::same::same;
use super::shown_text::ShownText;
use super::step::Step;
use crate::encoding::pdf::object::{Dictionary, Object};
use crate::encoding::pdf::{View, decode_text};

/// An appearance longer than that is not read.
const LONGEST: usize = 1 << 16;

/// Table 228, table 230.
const PASSWORD: i64 = 1 << 13;
const COMBO: i64 = 1 << 17;

const ANOTHER: &str = "/AP that shows another text than /V";
const UNTOLD: &str = "/AP whose text cannot be told";

/// What is known of the codes of a font.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Codes {
    /// Those of letters and digits are those of ASCII.
    Letters,
    /// The form had the font for its values when it was signed.
    Signed,
    /// They mean what the maker of the later revision wanted.
    Own,
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
        let is_signed = is_signed.is_some_and(|normal| self.signed.is_defined(normal) && self.changed(normal.number).is_none());
        let untold = (!is_signed).then_some(UNTOLD);
        let Object::Stream(stream) = &normal else { return untold };
        let cells = inherited(b"MaxLen").as_integer().and_then(|cells| usize::try_from(cells).ok()).unwrap_or(0);
        let data = self.later.stream_data(stream).ok().filter(|data| data.len() <= LONGEST);
        let Some(shown) = data.and_then(|data| ShownText::of(&data, cells)) else { return untold };
        let resources = self.value(&stream.dictionary, b"Resources");
        match self.codes_of(&shown, &resources) {
            Codes::Letters => {}
            Codes::Signed => return None,
            Codes::Own => return untold,
        }
        let flags = inherited(b"Ff").as_integer().unwrap_or(0);
        let shown = letters(shown.codes.iter().map(|code| char::from(*code)));
        let is_value = match self.later.resolve(value) {
            Ok(Object::Null) => shown.is_empty() || is_list(place, flags),
            Ok(Object::String(_)) if place.kind == FieldKind::Text && flags & PASSWORD != 0 => shown.is_empty(),
            Ok(Object::String(value)) => is_shown(&shown, &decode_text(&value), is_list(place, flags), &self.options(&inherited(b"Opt"))),
            Ok(Object::Array(_)) if is_list(place, flags) => is_shown(&shown, "", true, &self.options(&inherited(b"Opt"))),
            _ => return untold,
        };
        (!is_value).then_some(ANOTHER)
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

    /// What is known of the codes of all fonts that a text is shown in.
    fn codes_of(&self, shown: &ShownText, resources: &Object) -> Codes {
        if shown.codes.is_empty() {
            return Codes::Letters;
        }
        let fonts = resources.as_dictionary().map_or(Object::Null, |resources| self.value(resources, b"Font"));
        if resources.as_dictionary().is_none() || shown.fonts.is_empty() {
            return Codes::Own;
        }
        let fonts = fonts.as_dictionary().cloned().unwrap_or_default();
        let of_form = self.fonts_for_values(&self.later);
        let codes = shown.fonts.iter().map(|name| match (fonts.entry(name), of_form.entry(name)) {
            // Where nobody has the font, readers take one of their own, with the codes of letters.
            (Object::Null, Object::Null) => Codes::Letters,
            (Object::Null, font) | (font, _) => self.codes(font),
        });
        let codes: Vec<Codes> = codes.collect();
        [Codes::Own, Codes::Signed].into_iter().find(|kind| codes.contains(kind)).unwrap_or(Codes::Letters)
    }

    fn codes(&self, font: &Object) -> Codes {
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
        let has_letters = is_simple && !is_symbolic && (is_named || is_bare) && keeps_letters(&differences);
        if has_letters && (is_signed || !has_program) { Codes::Letters } else { otherwise }
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

/// Whether these letters are those of a value, or of what a choice field shows for it.
fn is_shown(shown: &str, value: &str, is_list: bool, options: &[(String, String)]) -> bool {
    if is_list {
        return letters(options.iter().flat_map(|(_, shown)| shown.chars())).contains(shown);
    }
    let of_option = options.iter().filter(|(stored, _)| stored == value).map(|(_, shown)| shown.as_str());
    let mut wanted = of_option.chain([value]);
    wanted.any(|wanted| letters(wanted.chars()) == shown)
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
