//! ISO 32000-2 §7.5.5 — File trailer: `startxref`, its number, `%%EOF`

use super::lexer::{Lexer, is_white};

/// `startxref`, its number, `%%EOF` (§7.5.5), white space and comments before them skipped.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tail {
    /// Where `startxref` begins.
    pub(super) at: usize,
    pub(super) offset: u64,
    /// Behind `%%EOF`; behind the number when that is missing.
    pub(super) end: usize,
    pub(super) has_end_marker: bool,
}

/// The tail that begins at or behind the filler at `at`.
pub(super) fn tail(octets: &[u8], at: usize) -> Option<Tail> {
    let mut lexer = Lexer::new(octets, at);
    lexer.skip_filler();
    let at = lexer.at();
    lexer.keyword(b"startxref").then_some(())?;
    lexer.skip_white();
    let offset = lexer.digits()?;
    let end = lexer.at();
    lexer.skip_white();
    let has_end_marker = lexer.literal(b"%%EOF");
    Some(Tail { at, offset, end: if has_end_marker { lexer.at() } else { end }, has_end_marker })
}

/// The tail at the last `startxref` of the file that is a word of its own, and where that word is. None other is ever tried.
pub(super) fn last_tail(octets: &[u8]) -> Option<Tail> {
    const WORD: &[u8] = b"startxref";
    let mut before = octets;
    loop {
        let at = before.windows(WORD.len()).rposition(|window| window == WORD)?;
        let begins = at.checked_sub(1).and_then(|at| octets.get(at)).is_none_or(|octet| is_white(*octet) || *octet == b'>');
        if begins {
            return tail(octets, at);
        }
        before = octets.get(..at + WORD.len() - 1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails() {
        let offset = |text: &str| tail(text.as_bytes(), 0).map(|tail| (tail.offset, tail.end, tail.has_end_marker));
        assert_eq!(offset("\n% a comment\nstartxref\r\n17\n%%EOF\n"), Some((17, 32, true)));
        assert_eq!(offset("startxref 17 "), Some((17, 12, false)));
        assert_eq!(offset("startxref -17"), None);
        assert_eq!(offset("x startxref 17"), None);
    }

    #[test]
    fn the_last_startxref_counts_and_none_other() {
        let last = |text: &str| last_tail(text.as_bytes()).map(|tail| tail.offset);
        assert_eq!(last("startxref 1 %%EOF\nstartxref 2 %%EOF"), Some(2));
        assert_eq!(last("startxref 1 %%EOF\n%startxref 2 %%EOF"), Some(1));
        assert_eq!(last("startxref 1 %%EOF trailer<<>>startxref 2 %%EOF"), Some(2));
        assert_eq!(last("startxref 1 %%EOF\nstartxref none"), None);
    }
}
