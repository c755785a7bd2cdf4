//! ISO 32000-2 §7.2 — Lexical conventions: where a value ends, without building it
//!
//! Accounting for every octet of a file must keep pace with hashing it. Between the brackets of a container only strings and comments can
//! hide a bracket, so only these octets are looked at, found 64 at a time.

use super::lexer::{Lexer, is_regular, literal_string_end, unescape_name};

/// Behind the value that begins at `at`, a reference `N G R` counting as one; `None` when it has no end. Brackets are counted, not matched:
/// what stands here is a span of octets, the parser says whether it is an object.
pub(super) fn value_end(octets: &[u8], at: usize) -> Option<usize> {
    match octets.get(at)? {
        b'<' if octets.get(at + 1) == Some(&b'<') => container_end(octets, at),
        b'<' => hexadecimal_string_end(octets, at),
        b'[' => container_end(octets, at),
        b'(' => literal_string_end(octets, at),
        b'/' => Some(regular_end(octets, at + 1)),
        b'0'..=b'9' => Some(reference_end(octets, at).unwrap_or_else(|| regular_end(octets, at))),
        octet if is_regular(*octet) => Some(regular_end(octets, at)),
        _ => None,
    }
}

fn regular_end(octets: &[u8], at: usize) -> usize {
    octets.iter().skip(at).position(|octet| !is_regular(*octet)).map_or(octets.len(), |length| at + length)
}

fn hexadecimal_string_end(octets: &[u8], at: usize) -> Option<usize> {
    memchr::memchr(b'>', octets.get(at..)?).map(|length| at + length + 1)
}

/// Behind the `R` of a reference that begins at `at`.
fn reference_end(octets: &[u8], at: usize) -> Option<usize> {
    let mut lexer = Lexer::new(octets, at);
    for _ in 0..2 {
        lexer.digits()?;
        let before = lexer.at();
        lexer.skip_filler();
        (lexer.at() > before).then_some(())?;
    }
    lexer.keyword(b"R").then(|| lexer.at())
}

/// Behind the bracket that closes the one at `at`. Of a dictionary only angle brackets are counted and of an array only square ones: what else
/// stands inside closes what it opens, or is no object. A hexadecimal string opens one and closes one, `<<` opens two.
fn container_end(octets: &[u8], at: usize) -> Option<usize> {
    if octets.get(at) == Some(&b'[') { closed::<b'['>(octets, at) } else { closed::<b'<'>(octets, at) }
}

const BLOCK: usize = 64;

/// Goes from mark to mark, a block of octets at a time. `OPEN` opens, the octet two above it closes, and the one between them says nothing.
fn closed<const OPEN: u8>(octets: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut in_string) = (0i64, 0i64);
    // Marks before this place are void.
    let mut from = start;
    let mut block = start;
    while block < octets.len() {
        let mut marks = marks_at::<OPEN>(octets, block) & behind(from, block);
        while marks != 0 {
            let bit = marks.trailing_zeros();
            let at = block + usize::try_from(bit).ok()?;
            marks &= marks - 1;
            let octet = *octets.get(at)?;
            if in_string > 0 {
                if octet == b'\\' {
                    // §7.3.4.2: it takes its meaning from the octet behind it.
                    from = at + 2;
                    marks &= !(2 << bit);
                } else if octet & 0xfe == b'(' {
                    in_string += 1 - 2 * i64::from(octet & 1);
                }
            } else if octet.wrapping_sub(OPEN) < 3 {
                depth += i64::from(OPEN) + 1 - i64::from(octet);
                if depth == 0 {
                    return Some(at + 1);
                }
            } else if octet == b'(' {
                in_string = 1;
            } else if octet == b'%' {
                from = comment_end(octets, at);
                marks &= behind(from, block);
            }
        }
        block = from.max(block + BLOCK);
    }
    None
}

/// The bits of the block at `block` that stand for octets from `from` on.
#[inline]
fn behind(from: usize, block: usize) -> u64 {
    u32::try_from(from.saturating_sub(block)).ok().and_then(|distance| u64::MAX.checked_shl(distance)).unwrap_or(0)
}

fn comment_end(octets: &[u8], at: usize) -> usize {
    let mut lexer = Lexer::new(octets, at);
    lexer.skip_comment();
    lexer.at()
}

/// One bit for each of the 64 octets at `at` that may be a mark.
#[inline]
fn marks_at<const OPEN: u8>(octets: &[u8], at: usize) -> u64 {
    match octets.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        Some(block) => marks::<OPEN>(block),
        None => last_marks::<OPEN>(octets.get(at..).unwrap_or_default()),
    }
}

#[cold]
fn last_marks<const OPEN: u8>(rest: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    marks::<OPEN>(&block)
}

/// Written so that the compiler compares 16 octets and adds up 8 bits in one instruction.
fn marks<const OPEN: u8>(block: &[u8; BLOCK]) -> u64 {
    let mut marks = [0u8; BLOCK];
    for ((mark, octet), bit) in marks.iter_mut().zip(block).zip(BITS) {
        *mark = if is_mark::<OPEN>(*octet) { bit } else { 0 };
    }
    let mut mask = [0u8; BLOCK / 8];
    for (octet, eight) in mask.iter_mut().zip(marks.as_chunks::<8>().0) {
        *octet = eight.iter().fold(0u8, |sum, bit| sum.wrapping_add(*bit));
    }
    u64::from_le_bytes(mask)
}

/// `%`, `(`, `)`, the backslash and the brackets, with a few octets that cost less to look at twice than to tell apart here.
#[inline]
fn is_mark<const OPEN: u8>(octet: u8) -> bool {
    // `<`, `>` and the backslash differ in the bits that are left out, `[`, the backslash and `]` stand in a row.
    let bracket = if OPEN == b'<' { octet & 0x9d == 0x1c } else { octet.wrapping_sub(OPEN) < 3 };
    bracket | (octet.wrapping_sub(b'%') < 5)
}

/// The bit of each octet of a block among its eight.
const BITS: [u8; BLOCK] = bits();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn bits() -> [u8; BLOCK] {
    let mut bits = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        bits[at] = 1 << (at % 8);
        at += 1;
    }
    bits
}

/// `/Length` of the stream dictionary at `at` (its `<<`): where its value stands. `None` when there is none, or more than one.
pub(super) fn length_value(octets: &[u8], at: usize) -> Option<usize> {
    let mut lexer = Lexer::new(octets, at + 2);
    let mut found = None;
    loop {
        lexer.skip_filler();
        if !lexer.literal(b"/") {
            return if lexer.literal(b">>") { found } else { None };
        }
        let key = lexer.regular();
        lexer.skip_filler();
        // `/Le#6egth` is the same name (§7.3.5); nobody writes it but to be read in two ways.
        let disguised = key.contains(&b'#') && unescape_name(key).0 == b"Length";
        if disguised || (key == b"Length" && found.replace(lexer.at()).is_some()) {
            return None;
        }
        lexer.move_to(value_end(octets, lexer.at())?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_values() {
        for (text, end) in [
            ("<< /A (>>) /B [1 <3E3E> 2] % >>\n>> endobj", 34),
            ("[ (\\)]) ] x", 9),
            ("<3E3E> x", 6),
            ("(a(b)\\(c) x", 9),
            ("12 0 R 5", 6),
            ("12 0 5", 2),
            ("12 % R\n 0 R", 11),
            ("/Name/Other", 5),
            ("true>>", 4),
            ("[[[]]][", 6),
            ("[ << ]> x", 6),
            ("<< ] [ >> x", 9),
            ("<</A(\\\\)/B(\\))>> x", 16),
        ] {
            assert_eq!(value_end(text.as_bytes(), 0), Some(end), "{text}");
        }
    }

    #[test]
    fn a_value_without_end_has_none() {
        for text in ["<< /A 1", "[ (] )", "<< /A (>> ", "<41", "(a(b)", ">>", ")", ""] {
            assert_eq!(value_end(text.as_bytes(), 0), None, "{text}");
        }
    }

    /// The fast scan and a plain one agree at every alignment to the blocks.
    #[test]
    fn blocks_do_not_matter() {
        for padding in 0..200 {
            let text = format!("<< /A{}/B (>>) /C <</D[<3e>(\\()]>>{}>> x", " ".repeat(padding), " ".repeat(padding / 3));
            assert_eq!(value_end(text.as_bytes(), 0), Some(text.len() - 2));
        }
    }

    /// Octet by octet, as the clause reads.
    fn plain(octets: &[u8], open: u8) -> Option<usize> {
        let (mut depth, mut at) = (0i64, 0);
        loop {
            match *octets.get(at)? {
                b'(' => at = literal_string_end(octets, at)? - 1,
                b'%' => at += octets[at..].iter().position(|octet| matches!(octet, b'\r' | b'\n'))?,
                octet if octet == open => depth += 1,
                octet if octet == open + 2 => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }

    #[test]
    fn marks_in_any_order_are_found_as_one_by_one() {
        const ALPHABET: &[u8] = b"(()))<<<>>>[[[]]]\\\\%%\n\n\r   abc'&=";
        let mut state = 1u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut ended = 0;
        for round in 0..20_000 {
            let length = random(300);
            let octets: Vec<u8> = (0..length).map(|_| ALPHABET[random(ALPHABET.len())]).collect();
            for open in [b'<', b'['] {
                let text = [&[open, open][..], &octets].concat();
                let found = if open == b'<' { closed::<b'<'>(&text, 0) } else { closed::<b'['>(&text, 0) };
                assert_eq!(found, plain(&text, open), "{round}: {}", String::from_utf8_lossy(&text));
                ended += usize::from(found.is_some());
            }
        }
        assert!((5_000..35_000).contains(&ended), "{ended}");
    }

    #[test]
    fn the_length_of_a_stream() {
        let at = |text: &str| length_value(text.as_bytes(), 0);
        assert_eq!(at("<< /Filter [/A /Length] /Length 12 /DL (/Length 5) >>"), Some(32));
        assert_eq!(at("<</DecodeParms<</Length 7>>/Length 5 0 R>>"), Some(35));
        assert_eq!(at("<< /Length1 12 /Length2 5 >>"), None);
        assert_eq!(at("<< /Length 12 /Length 12 >>"), None);
        assert_eq!(at("<< /Length 12 /Le#6egth 13 >>"), None);
    }
}
