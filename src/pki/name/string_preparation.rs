//! RFC 4518 §2 — String preparation, by which RFC 5280 §7.1 compares names

use stringprep::tables;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The string as caseIgnoreMatch compares it; `None` where it has a prohibited code point (§2.4), so that the rule has no answer.
///
/// Transcoding (§2.1) is done when the value is read. Bidirectional characters are let be (§2.5). The tables are those of Unicode 3.2, as RFC 3454
/// has them: what was assigned later is prohibited.
pub(super) fn prepared(text: &str) -> Option<String> {
    if text.is_ascii() {
        return Some(prepared_ascii(text));
    }
    let mapped: String = text.chars().filter_map(mapped).flat_map(tables::case_fold_for_nfkc).collect();
    // Later versions of Unicode normalise later letters into older ones: asked before, the answer is that of Unicode 3.2.
    if mapped.chars().any(tables::unassigned_code_point) {
        return None;
    }
    let normalized: String = mapped.nfkc().collect();
    (!normalized.chars().any(is_prohibited)).then(|| with_insignificant_spaces(normalized.chars()))
}

/// [`prepared`] where there are neither marks nor letters of more than one octet, as in most names.
fn prepared_ascii(text: &str) -> String {
    let mut result = String::with_capacity(text.len().saturating_add(2));
    result.push(' ');
    let mut after_space = false;
    for octet in text.bytes() {
        match octet {
            b'\t'..=b'\r' | b' ' => after_space = true,
            ..=0x1f | 0x7f.. => {}
            octet => {
                if after_space && result.len() > 1 {
                    result.push_str("  ");
                }
                after_space = false;
                result.push(char::from(octet.to_ascii_lowercase()));
            }
        }
    }
    result.push(' ');
    result
}

/// §2.2, without case folding; `None` where a code point is mapped to nothing.
fn mapped(c: char) -> Option<char> {
    match c {
        '\t'..='\r' | '\u{85}' => Some(' '),
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' => None,
        '\u{34f}' | '\u{6dd}' | '\u{70f}' | '\u{1806}' | '\u{180b}'..='\u{180e}' => None,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2063}' | '\u{206a}'..='\u{206f}' => None,
        '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' => None,
        '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}' => None,
        c => Some(c),
    }
}

/// §2.4: unassigned, changing the display or deprecated, for private use, no character at all, or put in place of what could not be read.
fn is_prohibited(c: char) -> bool {
    tables::unassigned_code_point(c)
        || tables::change_display_properties_or_deprecated(c)
        || tables::private_use(c)
        || tables::non_character_code_point(c)
        || c == char::REPLACEMENT_CHARACTER
}

/// §2.6.1: one space at each end, two for every run inside, two where there is nothing else. A space under a combining mark is none.
fn with_insignificant_spaces(characters: impl Iterator<Item = char>) -> String {
    let mut result = String::from(" ");
    let mut characters = characters.peekable();
    let mut after_space = false;
    while let Some(c) = characters.next() {
        if c == ' ' && !characters.peek().is_some_and(|next| is_combining(*next)) {
            after_space = true;
            continue;
        }
        if after_space && result.len() > 1 {
            result.push_str("  ");
        }
        after_space = false;
        result.push(c);
    }
    result.push(' ');
    result
}

/// RFC 4518, appendix A: the marks of Unicode 3.2. Three code points have changed sides since.
fn is_combining(c: char) -> bool {
    match c {
        '\u{6de}' => true,
        '\u{1885}' | '\u{1886}' => false,
        c => is_combining_mark(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(one: &str, other: &str) -> bool {
        prepared(one).is_some_and(|one| prepared(other) == Some(one))
    }

    /// §2.6.1, the example.
    #[test]
    fn spaces_are_insignificant() {
        assert_eq!(prepared("foo bar  ").unwrap(), " foo  bar ");
        assert_eq!(prepared("").unwrap(), "  ");
        assert_eq!(prepared("   ").unwrap(), "  ");
        assert!(equal(" sở  y\u{a0}tế\u{3000}", "sở y tế"));
        assert!(!equal("sởy tế", "sở y tế"));
        // A space with a mark on it is a letter of its own.
        assert_eq!(prepared("a  \u{301}b").unwrap(), " a   \u{301}b ");
        assert!(!equal("a \u{301}b", "a  \u{301}b"));
    }

    #[test]
    fn one_octet_or_more_the_answer_is_one() {
        let general = |text: &str| with_insignificant_spaces(text.chars().filter_map(mapped).map(|c| c.to_ascii_lowercase()));
        for one in '\0'..='\u{7f}' {
            for text in [format!("{one}"), format!("a{one}B"), format!(" {one} b{one}"), format!("A {one}{one}b ")] {
                assert_eq!(prepared_ascii(&text), general(&text), "{text:?}");
            }
        }
    }

    /// §2.2
    #[test]
    fn controls_and_selectors_are_mapped_away() {
        assert!(equal("a\tb\r\nc", "a b c"));
        assert!(equal("so\u{ad}ft\u{200b} \u{feff}\0\u{7f}\u{fe0f}", "soft"));
        assert!(equal("a\u{85}b\u{2028}c", "a b c"));
        assert!(!equal("a-b", "ab"));
    }

    /// RFC 3454, table B.2: `00DF; 0073 0073`, `0130; 0069 0307`, `03C2; 03C3`, `FB01; 0066 0069`, `212B; 00E5`, `1F80; 1F00 03B9`.
    #[test]
    fn case_is_folded_by_the_table() {
        for (one, other) in [("Straße", "STRASSE"), ("\u{130}", "i\u{307}"), ("ΟΔΟΣ", "οδος"), ("ﬁ", "FI"), ("Å", "å"), ("ᾀ", "ἀι")]
        {
            assert!(equal(one, other), "{one} {other}");
        }
        // Dotless i is no case of i.
        assert!(!equal("ı", "i"));
        assert!(!equal("ı", "I"));
    }

    /// §2.3
    #[test]
    fn composed_decomposed_and_compatible_letters_are_equal() {
        assert!(equal("Ủy ban nhân dân", "U\u{309}y ban nha\u{302}n da\u{302}n"));
        assert!(equal("Ｓở Ｙ Ｔế", "sở y tế"));
        assert!(equal("Ｋ℡²", "ktel2"));
        assert!(!equal("Sở Y tế", "So Y te"));
        assert!(!equal("Đ", "D"));
    }

    /// §2.4
    #[test]
    fn prohibited_code_points_leave_no_answer() {
        for prohibited in ["\u{fffd}", "\u{e000}", "\u{fdd0}", "\u{10ffff}", "\u{0221}", "\u{1e9e}", "\u{1f130}"] {
            assert_eq!(prepared(&format!("a{prohibited}")), None, "{prohibited:?}");
        }
    }
}
