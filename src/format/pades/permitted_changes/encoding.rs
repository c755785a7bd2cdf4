//! ISO 32000-2 §9.6.5, annex D — Simple fonts: the characters that the codes of named encodings and the names of glyphs stand for

use unicode_normalization::UnicodeNormalization;

/// What stands for a character that is not known: it is equal to none.
pub(super) const UNKNOWN: char = '\u{fffd}';

/// Annex D.2: what the encodings say of codes, as far as they agree with code pages that are Unicode elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Windows,
    Macintosh,
    /// Another one, of which the codes of ASCII are read.
    Ascii,
}

const WINDOWS: &str = "€•‚ƒ„…†‡ˆ‰Š‹Œ•Ž••‘’“”•–—˜™š›œ•žŸ";
const MACINTOSH: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨\u{fffd}ÆØ\u{fffd}±\u{fffd}\u{fffd}¥µ\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}ªº\u{fffd}æø¿¡¬\
                         \u{fffd}ƒ\u{fffd}\u{fffd}«»…\u{a0}ÀÃÕŒœ–—“”‘’÷\u{fffd}ÿŸ⁄¤‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{fffd}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

impl Encoding {
    /// The character of a code.
    pub fn character(self, code: u8) -> char {
        let of = |page: &str, first: u8| page.chars().nth(usize::from(code.saturating_sub(first))).unwrap_or(UNKNOWN);
        match (self, code) {
            (_, 0..=0x7f) => char::from(code),
            (Self::Windows, 0x80..=0x9f) => of(WINDOWS, 0x80),
            (Self::Windows, _) => char::from(code),
            (Self::Macintosh, _) => of(MACINTOSH, 0x80),
            (Self::Ascii, _) => UNKNOWN,
        }
    }
}

/// Whether some simple font of letters has a code for the character.
pub(super) fn is_of_windows(character: char) -> bool {
    character.is_ascii() || matches!(character, '\u{a0}'..='\u{ff}') || WINDOWS.contains(character)
}

/// Names of characters that are no letters with marks.
const NAMES: &str = "space:  exclam:! quotedbl:\" numbersign:# dollar:$ percent:% ampersand:& quotesingle:' parenleft:( parenright:) asterisk:* plus:+ \
                     comma:, hyphen:- period:. slash:/ zero:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 colon:: semicolon:; less:< \
                     equal:= greater:> question:? at:@ bracketleft:[ backslash:\\ bracketright:] asciicircum:^ underscore:_ grave:` braceleft:{ bar:| \
                     braceright:} asciitilde:~ Dcroat:Đ dcroat:đ Dslash:Đ Eth:Ð eth:ð Thorn:Þ thorn:þ AE:Æ ae:æ OE:Œ oe:œ Oslash:Ø oslash:ø germandbls:ß \
                     Lslash:Ł lslash:ł dotlessi:ı Euro:€ dong:₫ sterling:£ yen:¥ cent:¢ currency:¤ section:§ degree:° periodcentered:· bullet:• \
                     endash:– emdash:— quoteleft:‘ quoteright:’ quotesinglbase:‚ quotedblleft:“ quotedblright:” quotedblbase:„ ellipsis:… minus:− \
                     guillemotleft:« guillemotright:» guilsinglleft:‹ guilsinglright:› exclamdown:¡ questiondown:¿ copyright:© registered:® \
                     trademark:™ onesuperior:¹ twosuperior:² threesuperior:³ onequarter:¼ onehalf:½ threequarters:¾ multiply:× divide:÷ plusminus:± \
                     mu:µ paragraph:¶ brokenbar:¦ logicalnot:¬ ordfeminine:ª ordmasculine:º dagger:† daggerdbl:‡ perthousand:‰ fi:ﬁ fl:ﬂ fraction:⁄";

/// What follows the name of a letter, and the mark that it means.
const MARKS: [(&str, char); 13] = [
    ("grave", '\u{300}'),
    ("acute", '\u{301}'),
    ("circumflex", '\u{302}'),
    ("tilde", '\u{303}'),
    ("macron", '\u{304}'),
    ("breve", '\u{306}'),
    ("dieresis", '\u{308}'),
    ("hookabove", '\u{309}'),
    ("ring", '\u{30a}'),
    ("caron", '\u{30c}'),
    ("horn", '\u{31b}'),
    ("dotbelow", '\u{323}'),
    ("cedilla", '\u{327}'),
];

/// The character that the name of a glyph means.
pub(super) fn of_glyph_name(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    if let Some((_, character)) = NAMES.split(' ').filter_map(|pair| pair.split_once(':')).find(|(known, _)| *known == name) {
        return Some(character.chars().next().unwrap_or(' '));
    }
    let digits =
        name.strip_prefix("uni").filter(|digits| digits.len() == 4).or_else(|| name.strip_prefix('u').filter(|digits| digits.len() > 3));
    if let Some(number) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        return char::from_u32(number);
    }
    // Marks stand behind their letter, the one nearest to it first: `ecircumflextilde`.
    let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let (mut text, mut rest) = (letter.to_string(), name.get(1..)?);
    while !rest.is_empty() {
        let (mark, combining) = MARKS.iter().find(|(mark, _)| rest.starts_with(mark))?;
        text.push(*combining);
        rest = rest.get(mark.len()..)?;
    }
    let mut composed = text.nfc();
    composed.next().filter(|_| composed.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_their_encoding() {
        let characters = [0x41, 0x80, 0xe0, 0xff].map(|code| Encoding::Windows.character(code));
        assert_eq!(characters, ['A', '€', 'à', 'ÿ']);
        let characters = [0x41, 0x80, 0x88, 0xca, 0xff].map(|code| Encoding::Macintosh.character(code));
        assert_eq!(characters, ['A', 'Ä', 'à', '\u{a0}', 'ˇ']);
        assert_eq!(Encoding::Ascii.character(0xe0), UNKNOWN);
    }

    #[test]
    fn names_are_those_of_their_characters() {
        for (name, character) in [
            ("a", 'a'),
            ("nine", '9'),
            ("space", ' '),
            ("colon", ':'),
            ("eacute", 'é'),
            ("ecircumflextilde", 'ễ'),
            ("ohorndotbelow", 'ợ'),
            ("uni1EC5", 'ễ'),
            ("u1EC5", 'ễ'),
            ("Dcroat", 'Đ'),
        ] {
            assert_eq!(of_glyph_name(name.as_bytes()), Some(character), "{name}");
        }
        for name in ["", "g12", "uni1EC", "eacut", "xring", "uniD800"] {
            assert_eq!(of_glyph_name(name.as_bytes()), None, "{name}");
        }
    }
}
