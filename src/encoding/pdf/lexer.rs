//! ISO 32000-2 §7.2 — Lexical conventions: octets into tokens

use std::sync::Arc;

use super::finding::Problem;

/// Class of each octet, table 1 and table 2.
const CLASS: [u8; 256] = classes();
const WHITE: u8 = 1;
const DELIMITER: u8 = 2;

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    set(&mut table, b"\0\t\n\x0c\r ", WHITE);
    set(&mut table, b"()<>[]{}/%", DELIMITER);
    table
}

#[expect(clippy::indexing_slicing, clippy::as_conversions, reason = "evaluated by the compiler")]
const fn set(table: &mut [u8; 256], octets: &[u8], class: u8) {
    let mut at = 0;
    while at < octets.len() {
        table[octets[at] as usize] = class;
        at += 1;
    }
}

fn class(octet: u8) -> u8 {
    CLASS.get(usize::from(octet)).copied().unwrap_or_default()
}

/// Table 1: null, tab, line feed, form feed, carriage return, space.
pub(super) fn is_white(octet: u8) -> bool {
    class(octet) == WHITE
}

/// Neither white space nor delimiter (§7.2.3).
pub(super) fn is_regular(octet: u8) -> bool {
    class(octet) == 0
}

/// One token. Names and strings are decoded.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    ArrayStart,
    ArrayEnd,
    DictionaryStart,
    DictionaryEnd,
    String(Arc<[u8]>),
    Name(Arc<[u8]>),
    Integer(i64),
    Real(f64),
    Keyword(&'a [u8]),
    End,
}

/// Reads tokens from `octets`, starting at `at`.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    octets: &'a [u8],
    at: usize,
    /// Where a name holds a `#` that two hexadecimal digits do not follow: it stands for itself here, other readers drop it.
    pub(super) stray_number_sign: Option<usize>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(octets: &'a [u8], at: usize) -> Self {
        Self { octets, at: at.min(octets.len()), stray_number_sign: None }
    }

    pub(super) fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Where the next token or the white space before it begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn move_to(&mut self, at: usize) {
        self.at = at.min(self.octets.len());
    }

    pub(super) fn octet(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }

    /// Skips white space, but no comment.
    pub(super) fn skip_white(&mut self) {
        while self.octet().is_some_and(is_white) {
            self.at += 1;
        }
    }

    /// Skips white space and comments (§7.2.4).
    pub(super) fn skip_filler(&mut self) {
        self.skip_white();
        while self.octet() == Some(b'%') {
            self.skip_comment();
            self.skip_white();
        }
    }

    /// From `%` to before the end of the line.
    pub(super) fn skip_comment(&mut self) {
        self.at += self.rest().iter().position(|octet| matches!(octet, b'\r' | b'\n')).unwrap_or(self.rest().len());
    }

    /// Takes `word` if it stands here as a whole token.
    pub(super) fn keyword(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word) && self.octets.get(self.at + word.len()).is_none_or(|octet| !is_regular(*octet));
        if found {
            self.at += word.len();
        }
        found
    }

    /// Takes `word` if it stands here, whatever follows.
    pub(super) fn literal(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// A run of digits as a number; the lexer stays where it is when there is none or it is out of range.
    pub(super) fn digits(&mut self) -> Option<u64> {
        let mut end = self.at;
        let mut value = 0u64;
        while let Some(digit) = self.octets.get(end).filter(|octet| octet.is_ascii_digit()) {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            end += 1;
        }
        let found = end > self.at;
        self.at = end;
        found.then_some(value)
    }

    /// The next token, white space and comments before it skipped.
    pub(super) fn token(&mut self) -> Result<Token<'a>, Problem> {
        self.skip_filler();
        let Some(octet) = self.octet() else { return Ok(Token::End) };
        match octet {
            b'/' => self.name(),
            b'(' => self.literal_string(),
            b'<' => self.angle(),
            b'>' if self.literal(b">>") => Ok(Token::DictionaryEnd),
            b'[' => Ok(self.one(Token::ArrayStart)),
            b']' => Ok(self.one(Token::ArrayEnd)),
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number(),
            octet if is_regular(octet) => Ok(Token::Keyword(self.regular())),
            _ => Err(Problem::new("syntax", "a delimiter that opens nothing", self.at)),
        }
    }

    fn one(&mut self, token: Token<'a>) -> Token<'a> {
        self.at += 1;
        token
    }

    fn angle(&mut self) -> Result<Token<'a>, Problem> {
        if self.literal(b"<<") { Ok(Token::DictionaryStart) } else { self.hexadecimal_string() }
    }

    /// A run of regular octets.
    pub(super) fn regular(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|octet| !is_regular(*octet)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// §7.3.3. What other readers take for a number by leaving something out (`1.2.3`, `--5`) is none.
    fn number(&mut self) -> Result<Token<'a>, Problem> {
        let start = self.at;
        let text = self.regular();
        let token = if text.contains(&b'.') { real(text).map(Token::Real) } else { integer(text).map(Token::Integer) };
        token.ok_or_else(|| Problem::new("syntax", "not a number, or an integer out of range", start))
    }

    /// §7.3.5
    fn name(&mut self) -> Result<Token<'a>, Problem> {
        let start = self.at;
        self.at += 1;
        let written = self.regular();
        if !written.contains(&b'#') {
            return Ok(Token::Name(written.into()));
        }
        let (name, stray) = unescape_name(written);
        if stray {
            self.stray_number_sign.get_or_insert(start);
        }
        if name.contains(&0) { Err(Problem::new("syntax", "a name with a null octet", start)) } else { Ok(Token::Name(name.into())) }
    }

    /// §7.3.4.3
    fn hexadecimal_string(&mut self) -> Result<Token<'a>, Problem> {
        let start = self.at;
        let rest = self.octets.get(start + 1..).unwrap_or_default();
        let length = memchr::memchr(b'>', rest);
        let length = length.ok_or_else(|| self.without_end("a hexadecimal string without end"))?;
        self.at = start + length + 2;
        let digits = rest.get(..length).unwrap_or_default();
        match hexadecimal(digits) {
            Ok(octets) => Ok(Token::String(octets.into())),
            Err(at) => Err(Problem::new("syntax", "not a hexadecimal digit", start + 1 + at)),
        }
    }

    /// All octets were looked at, and so the lexer stands at their end.
    fn without_end(&mut self, what: &'static str) -> Problem {
        let start = std::mem::replace(&mut self.at, self.octets.len());
        Problem::new("syntax", what, start)
    }

    /// §7.3.4.2
    fn literal_string(&mut self) -> Result<Token<'a>, Problem> {
        let start = self.at;
        let end = literal_string_end(self.octets, start).ok_or_else(|| self.without_end("a string without end"))?;
        self.at = end;
        let inside = self.octets.get(start + 1..end - 1).unwrap_or_default();
        Ok(Token::String(if inside.iter().any(|octet| matches!(octet, b'\\' | b'\r')) { unescape(inside).into() } else { inside.into() }))
    }
}

/// The first place of `word` in `octets`.
pub(super) fn find(octets: &[u8], word: &[u8]) -> Option<usize> {
    memchr::memmem::find(octets, word)
}

/// Behind the `)` that closes the `(` at `start`.
pub(super) fn literal_string_end(octets: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0u32;
    let mut at = start;
    loop {
        match octets.get(at)? {
            b'(' => depth = depth.checked_add(1)?,
            b')' if depth == 1 => return Some(at + 1),
            b')' => depth -= 1,
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
}

fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn real(text: &[u8]) -> Option<f64> {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let points = digits.iter().filter(|octet| **octet == b'.').count();
    let plain = digits.iter().all(|octet| octet.is_ascii_digit() || *octet == b'.');
    (plain && points == 1 && digits.len() > 1).then_some(())?;
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The value of each octet as a hexadecimal digit, 255 of one that is none.
const DIGIT: [u8; 256] = digits();

#[expect(clippy::indexing_slicing, clippy::as_conversions, reason = "evaluated by the compiler")]
const fn digits() -> [u8; 256] {
    let mut table = [255; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        table[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    table
}

pub(super) fn hexadecimal_digit(octet: u8) -> Option<u8> {
    DIGIT.get(usize::from(octet)).copied().filter(|value| *value < 16)
}

/// White space between digits is skipped, a missing last digit is 0; otherwise the place of the octet that is no digit.
pub(super) fn hexadecimal(digits: &[u8]) -> Result<Vec<u8>, usize> {
    // A signature value is thousands of digits with nothing between them.
    if let Some(octets) = digits_alone(digits) {
        return Ok(octets);
    }
    let mut octets = Vec::with_capacity(digits.len().div_ceil(2));
    let mut high = None;
    for (at, octet) in digits.iter().enumerate().filter(|(_, octet)| !is_white(**octet)) {
        let digit = hexadecimal_digit(*octet).ok_or(at)?;
        match high.take() {
            None => high = Some(digit << 4),
            Some(high) => octets.push(high | digit),
        }
    }
    octets.extend(high);
    Ok(octets)
}

/// Pairs of digits and nothing else; without a way out of the loop, so that many are read in one instruction.
fn digits_alone(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, odd) = digits.as_chunks::<2>();
    // A letter has bit 6 set, and its lower four bits begin with 1.
    let value = |digit: u8| (digit & 0x0f).wrapping_add(9 * (digit >> 6));
    let octets = pairs.iter().map(|[high, low]| value(*high) << 4 | (value(*low) & 0x0f)).collect();
    let all_digits = digits.iter().fold(true, |all, digit| all & digit.is_ascii_hexdigit());
    (all_digits && odd.is_empty()).then_some(octets)
}

/// The name without its `#xx` escapes, and whether a `#` stood for itself.
pub(super) fn unescape_name(written: &[u8]) -> (Vec<u8>, bool) {
    let mut name = Vec::with_capacity(written.len());
    let mut stray = false;
    let mut rest = written;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        let escaped = match (octet, after) {
            (b'#', [high, low, ..]) => hexadecimal_digit(*high).zip(hexadecimal_digit(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            name.push(high << 4 | low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            stray |= octet == b'#';
            name.push(octet);
        }
    }
    (name, stray)
}

/// Table 3: escapes, line ends as line feeds.
fn unescape(inside: &[u8]) -> Vec<u8> {
    let mut string = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((&octet, after)) = rest.split_first() {
        rest = match octet {
            b'\\' => escape(after, &mut string),
            b'\r' => {
                string.push(b'\n');
                after.strip_prefix(b"\n").unwrap_or(after)
            }
            _ => {
                string.push(octet);
                after
            }
        };
    }
    string
}

/// One escape behind its backslash; what is left behind it.
fn escape<'a>(rest: &'a [u8], string: &mut Vec<u8>) -> &'a [u8] {
    let Some((&octet, after)) = rest.split_first() else { return rest };
    match octet {
        b'n' => string.push(b'\n'),
        b'r' => string.push(b'\r'),
        b't' => string.push(b'\t'),
        b'b' => string.push(8),
        b'f' => string.push(12),
        b'\n' => {}
        b'\r' => return after.strip_prefix(b"\n").unwrap_or(after),
        b'0'..=b'7' => return octal(rest, string),
        _ => string.push(octet),
    }
    after
}

/// One to three octal digits; high-order overflow is ignored (§7.3.4.2).
fn octal<'a>(rest: &'a [u8], string: &mut Vec<u8>) -> &'a [u8] {
    let length = rest.iter().take(3).take_while(|octet| matches!(octet, b'0'..=b'7')).count();
    let (digits, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    string.push(digits.iter().fold(0u8, |value, digit| value.wrapping_shl(3) | (digit - b'0')));
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(octets: &[u8]) -> Result<Token<'_>, Problem> {
        Lexer::new(octets, 0).token()
    }

    fn string(octets: &[u8]) -> Vec<u8> {
        match token(octets) {
            Ok(Token::String(string)) => string.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_of_the_standard() {
        for (text, value) in [("123", 123), ("+17", 17), ("-98", -98), ("0", 0), ("43445", 43445)] {
            assert_eq!(token(text.as_bytes()), Ok(Token::Integer(value)));
        }
        for (text, value) in [("34.5", 34.5), ("-3.62", -3.62), ("+123.6", 123.6), ("4.", 4.0), ("-.002", -0.002), ("0.0", 0.0)] {
            assert_eq!(token(text.as_bytes()), Ok(Token::Real(value)));
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["--5", "1.2.3", "5-3", ".", "-", "+.", "1e5", "6.02E23", "9223372036854775808", "1_000"] {
            assert!(token(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn literal_strings_of_the_standard() {
        assert_eq!(string(b"(a (balanced) one)"), b"a (balanced) one");
        assert_eq!(string(b"(These \\\ntwo strings \\\r\nare the same.)"), b"These two strings are the same.");
        assert_eq!(string(b"(one\r\ntwo\rthree\n)"), b"one\ntwo\nthree\n");
        assert_eq!(string(b"(\\245\\307\\53\\0053\\n\\)\\\\\\q)"), b"\xa5\xc7+\x053\n)\\q");
    }

    #[test]
    fn a_string_without_end_is_refused() {
        assert!(token(b"(a (balanced one)").is_err());
        assert!(token(b"(a\\)").is_err());
        assert!(token(b"<0A").is_err());
    }

    #[test]
    fn hexadecimal_strings() {
        assert_eq!(string(b"<4E6F 76\n20 7>"), b"Nov p");
        assert_eq!(token(b"<4G>"), Err(Problem::new("syntax", "not a hexadecimal digit", 2)));
    }

    #[test]
    fn names_of_the_standard() {
        for (text, name) in [
            ("/Name1", "Name1"),
            ("/A;Name_With-Various***Characters?", "A;Name_With-Various***Characters?"),
            ("/paired#28#29", "paired()"),
            ("/A#42", "AB"),
            ("/", ""),
        ] {
            assert_eq!(token(text.as_bytes()), Ok(Token::Name(name.as_bytes().into())));
        }
    }

    #[test]
    fn a_stray_number_sign_is_noted() {
        let mut lexer = Lexer::new(b" /C#", 0);
        assert_eq!(lexer.token(), Ok(Token::Name((*b"C#").into())));
        assert_eq!(lexer.stray_number_sign, Some(1));
        assert!(token(b"/A#00").is_err());
    }

    #[test]
    fn comments_are_white_space() {
        let mut lexer = Lexer::new(b"abc% comment (/%) blah\r123", 0);
        assert_eq!(lexer.token(), Ok(Token::Keyword(b"abc")));
        assert_eq!(lexer.token(), Ok(Token::Integer(123)));
        assert_eq!(lexer.token(), Ok(Token::End));
    }
}
