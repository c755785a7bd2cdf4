//! ISO 32000-2 §12.7.4.3 — Variable text: what the appearance of a text field shows, beside its value

use super::step::Step;
use crate::encoding::pdf::decode_text;
use crate::encoding::pdf::object::{Dictionary, Object};

/// An appearance longer than that is not read.
const LONGEST: usize = 1 << 16;

impl Step<'_, '_, '_> {
    /// Whether the normal appearance of `widget` shows other letters and digits than `value`; `false` where that cannot be told: a password, a
    /// field with scripts, fonts with codes of their own.
    pub fn shows_another_text(&self, widget: &Dictionary, value: &Object) -> bool {
        const PASSWORD: i64 = 1 << 13;
        let parent = self.value(widget, b"Parent");
        let kind = match (self.value(widget, b"FT"), parent.as_dictionary()) {
            (Object::Null, Some(parent)) => self.value(parent, b"FT"),
            (kind, _) => kind,
        };
        let is_text = kind.is_name(b"Tx") && self.value(widget, b"Ff").as_integer().unwrap_or(0) & PASSWORD == 0;
        let Some(value) = value.as_string().map(decode_text).filter(|_| is_text && !widget.has(b"AA") && !widget.has(b"RV")) else {
            return false;
        };
        let appearance = self.value(widget, b"AP");
        let normal = appearance.as_dictionary().map_or(Object::Null, |appearance| self.value(appearance, b"N"));
        let Object::Stream(stream) = &normal else { return false };
        let resources = self.value(&stream.dictionary, b"Resources");
        if !self.are_letters_themselves(&resources) {
            return false;
        }
        let Some(data) = self.later.stream_data(stream).ok().filter(|data| data.len() <= LONGEST) else { return false };
        let Some(shown) = strings(&data) else { return false };
        let plain = |octets: &mut dyn Iterator<Item = char>| octets.filter(char::is_ascii_alphanumeric).collect::<String>();
        let (shown, wanted) = (plain(&mut shown.iter().map(|octet| char::from(*octet))), plain(&mut value.chars()));
        value.is_ascii() && !wanted.is_empty() && !shown.is_empty() && shown != wanted
    }

    /// Whether all fonts are simple ones whose codes of letters and digits are those of ASCII.
    fn are_letters_themselves(&self, resources: &Object) -> bool {
        let fonts = resources.as_dictionary().map_or(Object::Null, |resources| self.value(resources, b"Font"));
        let Some(fonts) = fonts.as_dictionary() else { return false };
        fonts.entries().all(|(name, _)| {
            let font = self.value(fonts, name);
            let Some(font) = font.as_dictionary() else { return false };
            let subtype = self.value(font, b"Subtype");
            let is_simple = subtype.is_name(b"Type1") || subtype.is_name(b"TrueType");
            let is_symbolic = [&b"Symbol"[..], b"ZapfDingbats"].iter().any(|name| self.value(font, b"BaseFont").is_name(name));
            let encoding = self.value(font, b"Encoding");
            // The own codes of an embedded font are whatever its maker chose.
            let base = encoding.as_dictionary().map_or_else(|| encoding.clone(), |encoding| self.value(encoding, b"BaseEncoding"));
            let is_named = [&b"WinAnsiEncoding"[..], b"MacRomanEncoding", b"StandardEncoding"].iter().any(|name| base.is_name(name));
            let has_letters = is_named || !font.has(b"FontDescriptor");
            let differences = encoding.as_dictionary().map_or(Object::Null, |encoding| self.value(encoding, b"Differences"));
            is_simple && !is_symbolic && has_letters && keeps_letters(&differences)
        })
    }
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

/// The strings (§7.3.4) of a content stream, joined; `None` where another stream is shown in it, too.
fn strings(content: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut rest = content;
    while let Some((octet, after)) = rest.split_first() {
        rest = match octet {
            b'(' => literal(after, &mut text),
            b'<' if after.first() != Some(&b'<') => hexadecimal(after, &mut text),
            b'<' => after.get(1..).unwrap_or_default(),
            b'%' => {
                after.iter().position(|octet| matches!(octet, b'\r' | b'\n')).map_or(&[][..], |end| after.get(end..).unwrap_or_default())
            }
            b'D' if is_operator(content, rest, b"Do") => return None,
            _ => after,
        };
    }
    Some(text)
}

/// Whether `rest`, the end of `content`, begins with this operator.
fn is_operator(content: &[u8], rest: &[u8], operator: &[u8]) -> bool {
    let before = content.len().checked_sub(rest.len().saturating_add(1)).and_then(|at| content.get(at));
    let apart = |octet: Option<&u8>| octet.is_none_or(|octet| !octet.is_ascii_alphanumeric() && *octet != b'/');
    rest.strip_prefix(operator).is_some_and(|after| apart(before) && apart(after.first()))
}

/// §7.3.4.2: to the bracket that closes it.
fn literal<'a>(mut rest: &'a [u8], text: &mut Vec<u8>) -> &'a [u8] {
    let mut depth = 1_usize;
    while let Some((octet, after)) = rest.split_first() {
        rest = after;
        match octet {
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            b'\\' => {
                let digits = after.iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
                let code = after.iter().take(digits).fold(0_u32, |code, digit| (code << 3) | u32::from(digit & 7));
                if digits > 0 {
                    text.push(u8::try_from(code & 0xff).unwrap_or(0));
                } else {
                    // Line ends and the like are no letters.
                    text.extend(after.first().filter(|octet| !octet.is_ascii_lowercase()));
                }
                rest = after.get(digits.max(1)..).unwrap_or_default();
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        text.push(*octet);
    }
    rest
}

/// §7.3.4.3: pairs of digits to `>`.
fn hexadecimal<'a>(rest: &'a [u8], text: &mut Vec<u8>) -> &'a [u8] {
    let end = rest.iter().position(|octet| *octet == b'>').unwrap_or(rest.len());
    let digits: Vec<u8> =
        rest.iter().take(end).filter_map(|octet| char::from(*octet).to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    for pair in digits.chunks(2) {
        text.push(pair.first().copied().unwrap_or(0) << 4 | pair.get(1).copied().unwrap_or(0));
    }
    rest.get(end.saturating_add(1)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_what_is_shown() {
        assert_eq!(strings(b"/Tx BMC BT (12) Tj [(/Q) -3 (D)] TJ ET EMC"), Some(b"12/QD".to_vec()));
        assert_eq!(strings(b"(a(b)c\\)d) Tj"), Some(b"a(b)c)d".to_vec()));
        assert_eq!(strings(b"<31 32> Tj << /A (x) >>"), Some(b"12x".to_vec()));
        assert_eq!(strings(b"(\\061\\n\\62) Tj"), Some(b"12".to_vec()));
        assert_eq!(strings(b"% (x)\n(y)"), Some(b"y".to_vec()));
        assert_eq!(strings(b"/Fm0 Do (y) Tj"), None);
        assert_eq!(strings(b"(Do) Tj /Do (x"), Some(b"Dox".to_vec()));
    }
}
