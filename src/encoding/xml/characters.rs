//! XML 1.0 §2.2, §2.3, §4.1 — characters, names, references

use std::borrow::Cow;

/// `Char`: what may stand in a document at all.
pub(super) fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The first octet of a character that no document may have; the text is UTF-8, so surrogates are not among them.
pub fn forbidden(text: &str) -> Option<usize> {
    let octets = text.as_bytes();
    let is_control = |octet: &u8| *octet < 0x20 && !matches!(octet, b'\t' | b'\n' | b'\r');
    // Counted and not searched, so that many octets are compared in one instruction.
    let controls: usize = octets.chunks(1 << 16).map(|chunk| chunk.iter().map(|octet| usize::from(is_control(octet))).sum::<usize>()).sum();
    let control = if controls > 0 { octets.iter().position(is_control) } else { None };
    // U+FFFE and U+FFFF
    let is_no_character = |at: &usize| matches!(octets.get(*at..at.saturating_add(3)), Some([0xef, 0xbf, 0xbe | 0xbf]));
    let no_character = memchr::memchr_iter(0xef, octets).find(is_no_character);
    control.into_iter().chain(no_character).min()
}

/// Text and attribute values in one way: line ends and tabs as references, so that they stay what they are. What is [`forbidden`] has no form.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// `S`
pub(super) fn is_white_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\n' | b'\r')
}

/// `NameStartChar` without the colon (Namespaces in XML §3).
fn starts_name(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// `NameChar` without the colon.
fn continues_name(character: char) -> bool {
    starts_name(character) || matches!(character, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// `NCName`
pub(super) fn is_name(text: &str) -> bool {
    if text.is_ascii() {
        let continues = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.');
        return text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && text.as_bytes().iter().all(continues);
    }
    let mut characters = text.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

/// How many octets at the beginning of `octets` may belong to a qualified name.
pub(super) fn name_length(octets: &[u8]) -> usize {
    let belongs = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.' | b':' | 0x80..);
    octets.iter().position(|octet| !belongs(octet)).unwrap_or(octets.len())
}

/// The character that the reference at the beginning of `text` stands for, with the number of its octets: one of the five predefined entities or a
/// number. There are no others, since nothing declares them.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    // The longest is a number of ten digits or fewer; leading zeros beyond that are nobody's.
    let end = text.bytes().take(16).position(|octet| octet == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => numbered(name.strip_prefix('#')?)?,
    };
    Some((character, end.saturating_add(1)))
}

fn numbered(digits: &str) -> Option<char> {
    let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |digits| (digits, 16));
    let all_digits = !digits.is_empty() && digits.bytes().all(|digit| char::from(digit).is_digit(radix));
    let number = if all_digits { u32::from_str_radix(digits, radix).ok()? } else { return None };
    char::from_u32(number).filter(|character| is_character(*character))
}

/// What an application is given for the raw text of an element: references replaced, line ends normalised (§2.11).
pub(super) fn text_value(raw: &str) -> Cow<'_, str> {
    replaced(raw, |octet| matches!(octet, b'&' | b'\r'), '\n')
}

/// As [`text_value`], of a CDATA section, in which nothing is a reference.
pub(super) fn section_value(raw: &str) -> Cow<'_, str> {
    replaced(raw, |octet| octet == b'\r', '\n')
}

/// What an application is given for the raw value of an attribute: white space is a space too (§3.3.3).
pub(super) fn attribute_value(raw: &str) -> Cow<'_, str> {
    replaced(raw, |octet| matches!(octet, b'&' | b'\r' | b'\n' | b'\t'), ' ')
}

fn replaced(raw: &str, is_special: impl Fn(u8) -> bool, white_space: char) -> Cow<'_, str> {
    let Some(_) = raw.bytes().position(&is_special) else { return Cow::Borrowed(raw) };
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(&is_special) {
        let (plain, special) = rest.split_at(at);
        value.push_str(plain);
        let (character, length) = special_character(special, white_space);
        value.push(character);
        rest = special.get(length..).unwrap_or_default();
    }
    value.push_str(rest);
    Cow::Owned(value)
}

/// The character at the beginning of `special`, which is a reference or white space, and how many octets write it.
pub(super) fn special_character(special: &str, white_space: char) -> (char, usize) {
    if special.starts_with('&') {
        return reference(special).unwrap_or(('&', 1));
    }
    (white_space, if special.starts_with("\r\n") { 2 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_the_five_and_numbers_of_characters() {
        assert_eq!(reference("&amp;x"), Some(('&', 5)));
        assert_eq!(reference("&#x1F600;"), Some(('😀', 9)));
        assert_eq!(reference("&#13;"), Some(('\r', 5)));
        for none in ["&nbsp;", "&;", "&#;", "&#x;", "&#0;", "&#xD800;", "&#xFFFE;", "&#+65;", "&#x41", "&#x110000;", "& amp;", "&#X41;"] {
            assert_eq!(reference(none), None, "{none}");
        }
    }

    #[test]
    fn white_space_is_normalised_as_its_place_demands() {
        assert_eq!(text_value("a\r\nb\rc&#13;\td"), "a\nb\nc\r\td");
        assert_eq!(section_value("a\r\n&amp;"), "a\n&amp;");
        assert_eq!(attribute_value("a\r\nb\n\tc&#10;"), "a b  c\n");
    }

    #[test]
    fn characters_that_no_document_has_are_found() {
        assert_eq!(forbidden("a\tb\r\n\u{fffd}\u{e000}"), None);
        assert_eq!(forbidden("a\u{0}"), Some(1));
        assert_eq!(forbidden("é\u{ffff}\u{1}"), Some(2));
    }

    #[test]
    fn names_have_no_colon_and_no_digit_first() {
        assert!(["a", "_1-x.y", "Chữ", "中"].into_iter().all(is_name));
        assert!(!["", "1a", "-a", "a:b", "a b", "\u{b7}a", "a×"].into_iter().any(is_name));
    }
}
