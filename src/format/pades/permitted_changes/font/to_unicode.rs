//! ISO 32000-2 §9.10.3 — ToUnicode CMaps: the characters that a font says its codes mean

use std::collections::BTreeMap;

/// More mappings than codes of two octets there are.
const MOST_MAPPINGS: usize = 1 << 16;

/// A map longer than that is not read.
pub(in super::super) const LONGEST: usize = 1 << 22;

/// What `cmap` maps codes of `width` octets to; `None` when it says anything that is not read here or maps a code twice.
pub(in super::super) fn to_unicode(cmap: &[u8], width: usize) -> Option<BTreeMap<u16, String>> {
    let mut map = BTreeMap::new();
    let mut rest = Some(cmap).filter(|cmap| cmap.len() <= LONGEST)?;
    while let Some((operator, after)) = next_section(rest) {
        let is_range = operator == b"beginbfrange";
        let end: &[u8] = if is_range { b"endbfrange" } else { b"endbfchar" };
        let at = after.windows(end.len()).position(|window| window == end)?;
        let (section, behind) = after.split_at_checked(at)?;
        rest = behind;
        let mut words = Words(section);
        while let Some(word) = words.next() {
            let first = code(&word?, width)?;
            if is_range {
                let last = code(&words.next()??, width)?;
                range(&mut map, (first, last), &mut words)?;
            } else {
                add(&mut map, first, characters(&words.next()??)?)?;
            }
        }
    }
    map.retain(|_, text| !text.is_empty());
    (!map.is_empty()).then_some(map)
}

/// The next operator that begins a section, and what is behind it.
fn next_section(mut rest: &[u8]) -> Option<(&[u8], &[u8])> {
    const BEGIN: &[u8] = b"beginbf";
    loop {
        let at = rest.windows(BEGIN.len()).position(|window| window == BEGIN)?;
        let found = rest.get(at..)?;
        for operator in [&b"beginbfrange"[..], b"beginbfchar"] {
            if let Some(after) = found.strip_prefix(operator) {
                return Some((operator, after));
            }
        }
        rest = found.get(BEGIN.len()..)?;
    }
}

fn range(map: &mut BTreeMap<u16, String>, (first, last): (u16, u16), words: &mut Words<'_>) -> Option<()> {
    match words.next()?? {
        Word::Text(octets) => {
            // Only the last octet of what is mapped to grows.
            let (end, start) = octets.split_last()?;
            for (code, step) in (first..=last).zip(0_u8..=u8::MAX) {
                // Beyond it some readers carry and some do not: nothing is known of that code, but that it was said.
                let text = end.checked_add(step).map(|end| Word::Text([start, &[end]].concat()));
                add(map, code, text.map_or(Some(String::new()), |text| characters(&text))?)?;
            }
            (last.saturating_sub(first) <= u16::from(u8::MAX)).then_some(())
        }
        Word::Open => {
            for code in first..=last {
                add(map, code, characters(&words.next()??)?)?;
            }
            matches!(words.next()??, Word::Close).then_some(())
        }
        Word::Close => None,
    }
}

fn add(map: &mut BTreeMap<u16, String>, code: u16, text: String) -> Option<()> {
    (map.len() < MOST_MAPPINGS && map.insert(code, text).is_none()).then_some(())
}

fn code(word: &Word, width: usize) -> Option<u16> {
    let Word::Text(octets) = word else { return None };
    (octets.len() == width && width <= 2).then(|| octets.iter().fold(0, |code, octet| code << 8 | u16::from(*octet)))
}

fn characters(word: &Word) -> Option<String> {
    let Word::Text(octets) = word else { return None };
    let units: Vec<u16> = octets.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, octet| unit << 8 | u16::from(*octet))).collect();
    (octets.len() % 2 == 0 && !octets.is_empty()).then(|| String::from_utf16(&units).ok()).flatten()
}

enum Word {
    Text(Vec<u8>),
    Open,
    Close,
}

/// Strings in hexadecimal digits, and the brackets around lists of them.
struct Words<'a>(&'a [u8]);

impl Iterator for Words<'_> {
    /// `None`: something else stands there.
    type Item = Option<Word>;

    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = self.0.trim_ascii_start().split_first()?;
        self.0 = rest;
        Some(match first {
            b'[' => Some(Word::Open),
            b']' => Some(Word::Close),
            b'<' => {
                let end = rest.iter().position(|octet| *octet == b'>')?;
                let (digits, behind) = rest.split_at_checked(end)?;
                self.0 = behind.get(1..)?;
                octets(digits).map(Word::Text)
            }
            _ => None,
        })
    }
}

fn octets(digits: &[u8]) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = digits
        .iter()
        .filter(|octet| !octet.is_ascii_whitespace())
        .map(|digit| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |octet, digit| octet << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(cmap: &str) -> Option<Vec<(u16, String)>> {
        to_unicode(cmap.as_bytes(), 2).map(|map| map.into_iter().collect())
    }

    #[test]
    fn characters_and_ranges_are_read() {
        let cmap = "1 beginbfchar <0003> <0031> endbfchar 2 beginbfrange\n<0004><0005><1EBF> <0007> <0008> [<0041> <D83DDE00>] endbfrange";
        let expected = [(3, "1"), (4, "ế"), (5, "Ề"), (7, "A"), (8, "😀")].map(|(code, text)| (code, text.to_owned()));
        assert_eq!(mapped(cmap), Some(expected.to_vec()));
    }

    #[test]
    fn a_range_says_nothing_beyond_its_last_octet() {
        let expected = [(0, "þ"), (1, "ÿ")].map(|(code, text)| (code, text.to_owned()));
        assert_eq!(mapped("beginbfrange <0000> <0002> <00FE> endbfrange"), Some(expected.to_vec()));
    }

    #[test]
    fn what_two_readers_could_read_otherwise_is_not() {
        for cmap in [
            "beginbfchar endbfchar",
            "beginbfchar <0003> <0031> <0003> <0032> endbfchar",
            "beginbfchar <03> <0031> endbfchar",
            "beginbfchar <0003> <31> endbfchar",
            "beginbfchar <0003> /one endbfchar",
            "beginbfchar <0003> <D83D> endbfchar",
            "beginbfchar <0003>",
            "beginbfrange <0000> <0002> <00FE> endbfrange beginbfchar <0002> <0031> endbfchar",
            "beginbfrange <0000> <0100> <0000> endbfrange",
            "beginbfrange <0000> <0001> [<0031>] endbfrange",
        ] {
            assert_eq!(mapped(cmap), None, "{cmap}");
        }
    }
}
