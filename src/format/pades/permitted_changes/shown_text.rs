//! ISO 32000-2 §9.4 — Text: the strings that a content stream shows, where nothing else in it could be read as text

use std::collections::BTreeSet;

/// What a content stream shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ShownText {
    /// The codes, in the order in which they are shown.
    pub codes: Vec<u8>,
    /// The fonts that it sets, by their names among the resources.
    pub fonts: BTreeSet<Vec<u8>>,
}

/// Rectangles of a background, a border, a clip and a selection; more of them can draw letters.
const MOST_RECTANGLES: usize = 6;
/// Lines of a border with two colours; beside these a comb has two for each of its cells.
const MOST_LINES: usize = 16;

/// Operators (annex A) that show nothing which could be read.
const SILENT: [&[u8]; 40] = [
    b"q", b"Q", b"cm", b"BT", b"ET", b"Td", b"TD", b"Tm", b"T*", b"Tc", b"Tw", b"Tz", b"TL", b"Ts", b"g", b"G", b"rg", b"RG", b"k", b"K",
    b"w", b"J", b"j", b"M", b"d", b"i", b"ri", b"BMC", b"BDC", b"EMC", b"MP", b"DP", b"cs", b"CS", b"sc", b"SC", b"n", b"W", b"W*", b"h",
];
/// Operators that paint a path.
const PAINTING: [&[u8]; 9] = [b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s"];

impl ShownText {
    /// The text of `content`, the appearance of a field with this many cells; `None` where images, curves, other streams, graphics states
    /// or invisible text could show or hide one that strings do not tell.
    pub fn of(content: &[u8], cells: usize) -> Option<Self> {
        let mut shown = Self::default();
        let (mut strings, mut name, mut number) = (Vec::new(), Vec::new(), Vec::new());
        let (mut rectangles, mut lines) = (0_usize, 0_usize);
        let mut rest = content;
        while let Some((octet, after)) = rest.split_first() {
            rest = match octet {
                b'(' => literal(after, &mut strings),
                b'<' if after.first() != Some(&b'<') => hexadecimal(after, &mut strings),
                b'%' => {
                    let end = after.iter().position(|octet| matches!(octet, b'\r' | b'\n')).unwrap_or(after.len());
                    after.get(end..).unwrap_or_default()
                }
                b'/' => {
                    let (token, after) = regular(after);
                    name = token.to_vec();
                    after
                }
                octet if is_regular(*octet) => {
                    let (token, after) = regular(rest);
                    if matches!(octet, b'0'..=b'9' | b'+' | b'-' | b'.') {
                        number = token.to_vec();
                        rest = after;
                        continue;
                    }
                    match token {
                        b"Tj" | b"TJ" | b"'" | b"\"" => shown.codes.append(&mut strings),
                        b"Tf" => shown.fonts.extend([std::mem::take(&mut name)]),
                        b"Tr" if number == b"0" => {}
                        b"re" => rectangles = rectangles.saturating_add(1),
                        b"m" | b"l" => lines = lines.saturating_add(1),
                        // Paint over what was written hides it.
                        painting if PAINTING.contains(&painting) && shown.codes.is_empty() => {}
                        silent if SILENT.contains(&silent) => {}
                        _ => return None,
                    }
                    strings.clear();
                    after
                }
                _ => after,
            };
        }
        let is_frame = rectangles <= MOST_RECTANGLES && lines <= cells.saturating_mul(2).saturating_add(MOST_LINES);
        is_frame.then_some(shown)
    }
}

/// §7.2.3.
fn is_regular(octet: u8) -> bool {
    !octet.is_ascii_whitespace() && !matches!(octet, 0 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// The regular characters that `rest` begins with, and what follows them.
fn regular(rest: &[u8]) -> (&[u8], &[u8]) {
    let end = rest.iter().position(|octet| !is_regular(*octet)).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, &[]))
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

    fn codes(content: &[u8]) -> Option<Vec<u8>> {
        ShownText::of(content, 0).map(|shown| shown.codes)
    }

    #[test]
    fn strings_are_what_is_shown() {
        assert_eq!(codes(b"/Tx BMC BT (12) Tj [(/Q) -3 (D)] TJ ET EMC"), Some(b"12/QD".to_vec()));
        assert_eq!(codes(b"(a(b)c\\)d) Tj"), Some(b"a(b)c)d".to_vec()));
        assert_eq!(codes(b"(\\061\\n\\62) Tj"), Some(b"12".to_vec()));
        assert_eq!(codes(b"% (x)\n(y) '"), Some(b"y".to_vec()));
    }

    #[test]
    fn strings_of_no_text_operator_are_not() {
        assert_eq!(codes(b"/Span << /ActualText (x) >> BDC <31 32> Tj EMC"), Some(b"12".to_vec()));
        assert_eq!(codes(b"(x) MP (y) Tj"), Some(b"y".to_vec()));
    }

    #[test]
    fn what_could_show_or_hide_a_text_is_not_told() {
        for content in ["/Fm0 Do (y) Tj", "BI ID EI", "(y) Tj 3 Tr", "/G gs (y) Tj", "0 0 1 1 2 2 c f", "(y) Tj 0 0 9 9 re f"] {
            assert_eq!(codes(content.as_bytes()), None, "{content}");
        }
        assert_eq!(codes(b"0 Tr 0 0 9 9 re f 0 0 m 9 9 l S (y) Tj"), Some(b"y".to_vec()));
        assert_eq!(codes(&b"0 0 1 1 re ".repeat(7)), None);
        let comb = b"0 0 m 0 9 l ".repeat(12);
        assert_eq!((ShownText::of(&comb, 0), ShownText::of(&comb, 12).is_some()), (None, true));
    }

    #[test]
    fn fonts_are_those_that_are_set() {
        let shown = ShownText::of(b"BT /F1 12 Tf (y) Tj /F2 9 Tf ET", 0).unwrap();
        assert_eq!(shown.fonts, BTreeSet::from([b"F1".to_vec(), b"F2".to_vec()]));
    }
}
