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
    octets.get(at..)?.iter().position(|octet| *octet == b'>').map(|length| at + length + 1)
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

/// Behind the bracket that closes the one at `at`. A `<` counts one and a `[` two, so that `<<` counts as much as `[`, and a hexadecimal
/// string, in which no other mark can stand, counts nothing.
fn container_end(octets: &[u8], at: usize) -> Option<usize> {
    let mut marks = Marks::new(octets, at);
    let mut depth = 0i64;
    loop {
        let (at, octet) = marks.next()?;
        match octet {
            b'(' => marks.skip_string()?,
            b'%' => marks.skip_comment(at),
            _ => {
                depth += weight(octet);
                if depth <= 0 {
                    return (depth == 0).then_some(at + 1);
                }
            }
        }
    }
}

fn weight(octet: u8) -> i64 {
    match octet {
        b'<' => 1,
        b'>' => -1,
        b'[' => 2,
        b']' => -2,
        _ => 0,
    }
}

/// The places of `( ) < > [ \ ] %`, ascending.
struct Marks<'a> {
    octets: &'a [u8],
    /// Start of the block of 64 octets that `mask` describes.
    block: usize,
    /// One bit for each octet of the block that is a mark not yet given out.
    mask: u64,
}

const BLOCK: usize = 64;

impl<'a> Marks<'a> {
    fn new(octets: &'a [u8], at: usize) -> Self {
        Self { octets, block: at, mask: mask_at(octets, at) }
    }

    #[inline]
    fn next(&mut self) -> Option<(usize, u8)> {
        if self.mask == 0 {
            self.refill()?;
        }
        let at = self.block + usize::try_from(self.mask.trailing_zeros()).ok()?;
        self.mask &= self.mask - 1;
        Some((at, *self.octets.get(at)?))
    }

    /// To the next block that holds a mark. Apart from [`Self::next`], which is small enough to stand where it is used.
    #[inline(never)]
    fn refill(&mut self) -> Option<()> {
        while self.mask == 0 {
            self.block += BLOCK;
            if self.block >= self.octets.len() {
                return None;
            }
            self.mask = mask_at(self.octets, self.block);
        }
        Some(())
    }

    /// To behind the `)` that closes the `(` given out last.
    fn skip_string(&mut self) -> Option<()> {
        let mut depth = 1u64;
        while depth > 0 {
            match self.next()? {
                (_, b'(') => depth += 1,
                (_, b')') => depth -= 1,
                (at, b'\\') => self.move_to(at + 2),
                _ => {}
            }
        }
        Some(())
    }

    fn skip_comment(&mut self, at: usize) {
        let mut lexer = Lexer::new(self.octets, at);
        lexer.skip_comment();
        self.move_to(lexer.at());
    }

    fn move_to(&mut self, at: usize) {
        let kept = at
            .checked_sub(self.block)
            .and_then(|distance| u32::try_from(distance).ok())
            .and_then(|distance| u64::MAX.checked_shl(distance));
        match kept {
            Some(kept) => self.mask &= kept,
            None => *self = Self::new(self.octets, at),
        }
    }
}

fn mask_at(octets: &[u8], at: usize) -> u64 {
    match octets.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        Some(block) => mask(block),
        None => {
            let rest = octets.get(at..).unwrap_or_default();
            let mut block = [0; BLOCK];
            block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            mask(&block)
        }
    }
}

/// Written so that the compiler compares 16 octets or more in one instruction.
fn mask(block: &[u8; BLOCK]) -> u64 {
    let mut marks = [0u8; BLOCK];
    for (mark, octet) in marks.iter_mut().zip(block) {
        let round = octet & 0xfe == b'(';
        let angle = octet & 0xfd == b'<';
        let square = octet.wrapping_sub(b'[') < 3;
        *mark = u8::from(round | angle | square | (*octet == b'%'));
    }
    let (words, _) = marks.as_chunks::<8>();
    words.iter().rev().fold(0, |mask, word| mask << 8 | gather(u64::from_le_bytes(*word)))
}

/// The lowest bits of eight octets as one octet.
fn gather(word: u64) -> u64 {
    word.wrapping_mul(0x0102_0408_1020_4080) >> 56
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
        ] {
            assert_eq!(value_end(text.as_bytes(), 0), Some(end), "{text}");
        }
    }

    #[test]
    fn a_value_without_end_has_none() {
        for text in ["<< /A 1", "[ (] )", "<< /A (>> ", "<41", "(a(b)", ">>", ")", "", "[ > ]"] {
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
