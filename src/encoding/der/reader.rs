//! X.690 §8.1 — Identifier, length, contents

use std::borrow::Cow;
use std::ops::Range;

use super::{Received, Value, tag};
use crate::error::Malformed;

/// Which encodings of a value are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rules {
    /// One encoding only: definite lengths in their shortest form, strings in one piece (X.690 §10).
    #[default]
    Distinguished,
    /// Also indefinite and longer lengths, and strings in segments (X.690 §8).
    Basic,
}

/// The deepest nesting that is read.
const NESTING: u32 = 256;

/// Reads the values of one constructed value, or of one whole input, in order.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    source: &'a Received,
    format: &'static str,
    rules: Rules,
    depth: u32,
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    /// Reads all of `source` by the distinguished rules; faults are told as those of `format`.
    pub fn new(source: &'a Received, format: &'static str) -> Self {
        Self::with_rules(source, format, Rules::Distinguished)
    }

    /// Reads all of `source` by `rules`.
    pub fn with_rules(source: &'a Received, format: &'static str, rules: Rules) -> Self {
        Self { source, format, rules, depth: 0, at: source.range.start, end: source.range.end }
    }

    pub(super) fn inside(value: &Value<'a>) -> Result<Self, Malformed> {
        if value.tag & tag::CONSTRUCTED == 0 {
            return Err(value.malformed("values expected inside, found primitive contents"));
        }
        let depth = value.depth.saturating_add(1);
        if depth > NESTING {
            return Err(value.malformed("nesting too deep"));
        }
        let Range { start, end } = value.contents;
        Ok(Self { source: value.source, format: value.format, rules: value.rules, depth, at: start, end })
    }

    /// Where the next value begins in the input.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.at >= self.end
    }

    /// The leading identifier octet of the next value.
    pub fn peek(&self) -> Option<u8> {
        self.octet(self.at)
    }

    /// What is left, unread.
    pub fn rest(&self) -> &'a [u8] {
        self.source.input.get(self.at..self.end).unwrap_or_default()
    }

    /// A fault at the place reached.
    pub fn malformed(&self, what: impl Into<Cow<'static, str>>) -> Malformed {
        Malformed::new(self.format, what, self.at)
    }

    /// The next value, whatever it is.
    ///
    /// # Errors
    /// [`Malformed`] when nothing is left, or not a whole value.
    pub fn value(&mut self) -> Result<Value<'a>, Malformed> {
        let header = self.header(self.at)?;
        let (contents, whole_end) = match header.length {
            Some(length) => {
                let end = header.contents.checked_add(length).filter(|end| *end <= self.end);
                let end = end.ok_or_else(|| self.malformed("length beyond the end"))?;
                (header.contents..end, end)
            }
            None => {
                let end = self.end_of_contents(header.contents)?;
                (header.contents..end, end.saturating_add(2))
            }
        };
        let whole = self.at..whole_end;
        self.at = whole_end;
        Ok(Value { source: self.source, format: self.format, rules: self.rules, depth: self.depth, tag: header.tag, whole, contents })
    }

    /// The next value, which is a `field` and so has the tag `expected`; the basic rules allow its segmented form too.
    ///
    /// # Errors
    /// [`Malformed`] when it has another tag.
    pub fn expect(&mut self, expected: u8, field: &'static str) -> Result<Value<'a>, Malformed> {
        match self.optional(expected)? {
            Some(value) => Ok(value),
            None if self.is_empty() => Err(self.malformed(format!("{field} missing"))),
            None => Err(self.malformed(format!("{field} expected, found tag 0x{:02x}", self.peek().unwrap_or_default()))),
        }
    }

    /// The next value if it has the tag `expected`.
    ///
    /// # Errors
    /// [`Malformed`] when it has, and is not whole.
    pub fn optional(&mut self, expected: u8) -> Result<Option<Value<'a>>, Malformed> {
        let segmented = self.rules == Rules::Basic && expected & tag::CONSTRUCTED == 0;
        match self.peek() {
            Some(found) if found == expected || (segmented && found == expected | tag::CONSTRUCTED) => self.value().map(Some),
            _ => Ok(None),
        }
    }

    /// The values inside the next value, a `SEQUENCE` which is `field`.
    ///
    /// # Errors
    /// [`Malformed`] when it is no `SEQUENCE`.
    pub fn sequence(&mut self, field: &'static str) -> Result<Reader<'a>, Malformed> {
        self.expect(tag::SEQUENCE, field)?.reader()
    }

    /// What stands under `[number] EXPLICIT`, if that is the next tag, and nothing beside it.
    ///
    /// # Errors
    /// [`Malformed`] when something stands beside it, and what `read` finds.
    pub fn explicit<T>(&mut self, number: u8, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<Option<T>, Malformed> {
        self.optional(tag::context_constructed(number))?.map(|value| value.only(read)).transpose()
    }

    /// One thing that is all there is to read.
    ///
    /// # Errors
    /// [`Malformed`] when something follows, and what `read` finds.
    pub fn only<T>(mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<T, Malformed> {
        let found = read(&mut self)?;
        self.finish()?;
        Ok(found)
    }

    /// The elements that are left, each read by `read`.
    ///
    /// # Errors
    /// What `read` finds.
    pub fn each<T>(mut self, mut read: impl FnMut(&mut Self) -> Result<T, Malformed>) -> Result<Vec<T>, Malformed> {
        let mut elements = Vec::new();
        while !self.is_empty() {
            elements.push(read(&mut self)?);
        }
        Ok(elements)
    }

    /// Passes over values of the form that entries of a CRL have, a short `SEQUENCE` beginning with a short `INTEGER`, while `passes` says so of
    /// where the value ends in the input and of the integer. It stops at the first value of any other form: this is for speed only, and
    /// [`Self::value`] reads the same.
    pub fn pass_over(&mut self, passes: impl Fn(usize, &[u8]) -> bool) {
        let octets = self.rest();
        let mut passed: usize = 0;
        while let Some([tag::SEQUENCE, length @ 0..=0x7f, entry @ ..]) = octets.get(passed..)
            && let Some([tag::INTEGER, integer @ 0..=0x7f, fields @ ..]) = entry.get(..usize::from(*length))
            && let end = passed.saturating_add(2).saturating_add(usize::from(*length))
            && fields.get(..usize::from(*integer)).is_some_and(|integer| passes(self.at.saturating_add(end), integer))
        {
            passed = end;
        }
        self.at = self.at.saturating_add(passed);
    }

    /// That nothing is left.
    ///
    /// # Errors
    /// [`Malformed`] at the first octet that is.
    pub fn finish(&self) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err(self.malformed("data after the last value")) }
    }

    fn octet(&self, at: usize) -> Option<u8> {
        if at < self.end { self.source.input.get(at).copied() } else { None }
    }

    fn header(&self, at: usize) -> Result<Header, Malformed> {
        let truncated = || Malformed::new(self.format, "truncated value", at);
        let tag = self.octet(at).ok_or_else(truncated)?;
        let mut next = at.saturating_add(1);
        if tag & 0x1f == 0x1f {
            // A high tag number (§8.1.2.4): no type here has one, so that its end is all that matters.
            while self.octet(next).ok_or_else(truncated)? & 0x80 != 0 {
                next = next.saturating_add(1);
            }
            next = next.saturating_add(1);
        }
        let first = self.octet(next).ok_or_else(truncated)?;
        next = next.saturating_add(1);
        match first {
            0..=0x7f => Ok(Header { tag, length: Some(usize::from(first)), contents: next }),
            0x80 if self.rules == Rules::Basic && tag & tag::CONSTRUCTED != 0 => Ok(Header { tag, length: None, contents: next }),
            0x80 => Err(Malformed::new(self.format, "indefinite length", at)),
            0xff => Err(Malformed::new(self.format, "reserved length", at)),
            _ => self.long_length(tag, at, next, usize::from(first & 0x7f)),
        }
    }

    fn long_length(&self, tag: u8, at: usize, next: usize, count: usize) -> Result<Header, Malformed> {
        let contents = next.saturating_add(count);
        let octets = self.source.input.get(next..contents).filter(|_| contents <= self.end);
        let octets = octets.ok_or_else(|| Malformed::new(self.format, "truncated value", at))?;
        let length = octets.iter().try_fold(0_usize, |length, octet| length.checked_mul(256)?.checked_add(usize::from(*octet)));
        let length = length.ok_or_else(|| Malformed::new(self.format, "length beyond the end", at))?;
        if self.rules == Rules::Distinguished && (octets.first() == Some(&0) || length < 0x80) {
            return Err(Malformed::new(self.format, "length not in its shortest form", at));
        }
        Ok(Header { tag, length: Some(length), contents })
    }

    /// Where the end-of-contents octets stand that close an indefinite length (§8.1.5). Values of definite length are passed over whole,
    /// so that finding the end takes no stack and each octet is looked at once for each level that the caller reads.
    fn end_of_contents(&self, mut at: usize) -> Result<usize, Malformed> {
        let mut open = 1_u32;
        loop {
            if self.octet(at) == Some(0) && self.octet(at.saturating_add(1)) == Some(0) {
                open -= 1;
                if open == 0 {
                    return Ok(at);
                }
                at = at.saturating_add(2);
                continue;
            }
            let header = self.header(at)?;
            match header.length {
                Some(length) => {
                    let end = header.contents.checked_add(length).filter(|end| *end <= self.end);
                    at = end.ok_or_else(|| Malformed::new(self.format, "length beyond the end", at))?;
                }
                None if self.depth.saturating_add(open) > NESTING => return Err(Malformed::new(self.format, "nesting too deep", at)),
                None => {
                    open += 1;
                    at = header.contents;
                }
            }
        }
    }
}

struct Header {
    tag: u8,
    /// `None` when the length is indefinite.
    length: Option<usize>,
    /// Where the contents begin.
    contents: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(octets: &[u8]) -> Result<Vec<u8>, String> {
        let input = Received::new(octets);
        let mut reader = Reader::new(&input, "DER");
        reader.value().map(|value| value.contents().to_vec()).map_err(|malformed| malformed.to_string())
    }

    fn ber(octets: &[u8]) -> Result<Vec<u8>, String> {
        let input = Received::new(octets);
        let mut reader = Reader::with_rules(&input, "BER", Rules::Basic);
        reader.value().map(|value| value.contents().to_vec()).map_err(|malformed| malformed.to_string())
    }

    #[test]
    fn lengths_are_short_or_long() {
        assert_eq!(der(&[4, 1, 9]).unwrap(), [9]);
        assert_eq!(der(&[&[4, 0x81, 0x80][..], &[9; 128]].concat()).unwrap(), [9; 128]);
        assert_eq!(der(&[0x1f, 0x81, 0x01, 1, 9]).unwrap(), [9]);
    }

    /// X.690 §10.1: the length of DER has one form.
    #[test]
    fn other_forms_of_a_length_are_basic_encoding_only() {
        assert_eq!(der(&[4, 0x81, 1, 9]).unwrap_err(), "DER: length not in its shortest form at byte 0");
        assert_eq!(der(&[&[4, 0x82, 0, 0x80][..], &[9; 128]].concat()).unwrap_err(), "DER: length not in its shortest form at byte 0");
        assert_eq!(der(&[0x24, 0x80, 4, 1, 9, 0, 0]).unwrap_err(), "DER: indefinite length at byte 0");
        assert_eq!(ber(&[4, 0x84, 0, 0, 0, 1, 9]).unwrap(), [9]);
        assert_eq!(ber(&[0x24, 0x80, 4, 1, 9, 0, 0]).unwrap(), [4, 1, 9]);
        // §8.1.3.2: primitive contents have a definite length.
        assert_eq!(ber(&[4, 0x80, 9, 0, 0]).unwrap_err(), "BER: indefinite length at byte 0");
    }

    #[test]
    fn lengths_beyond_the_input_are_malformed_and_reserve_nothing() {
        assert_eq!(der(&[4, 2, 9]).unwrap_err(), "DER: length beyond the end at byte 0");
        assert_eq!(der(&[4, 0x84, 0x7f, 0xff, 0xff, 0xff]).unwrap_err(), "DER: length beyond the end at byte 0");
        assert_eq!(der(&[&[4, 0x89][..], &[0xff; 9]].concat()).unwrap_err(), "DER: length beyond the end at byte 0");
        assert_eq!(der(&[4, 0xff]).unwrap_err(), "DER: reserved length at byte 0");
        assert_eq!(der(&[4, 0x82, 1]).unwrap_err(), "DER: truncated value at byte 0");
        assert_eq!(der(&[4]).unwrap_err(), "DER: truncated value at byte 0");
        assert_eq!(der(&[0x1f, 0x81]).unwrap_err(), "DER: truncated value at byte 0");
    }

    #[test]
    fn a_fault_is_told_at_its_offset_in_the_whole_input() {
        let input = Received::new(&[0x30, 5, 2, 1, 7, 4, 9]);
        let mut inside = Reader::new(&input, "DER").sequence("outer").unwrap();
        assert_eq!(inside.expect(tag::INTEGER, "number").unwrap().small_integer().unwrap(), 7);
        assert_eq!(
            inside.clone().expect(tag::INTEGER, "number").unwrap_err().to_string(),
            "DER: number expected, found tag 0x04 at byte 5"
        );
        assert_eq!(inside.value().unwrap_err().to_string(), "DER: length beyond the end at byte 5");
        assert_eq!(inside.finish().unwrap_err().to_string(), "DER: data after the last value at byte 5");
    }

    #[test]
    fn passing_over_stops_where_it_is_told_and_at_any_other_form() {
        let entry = |number| [0x30, 3, 2, 1, number];
        let octets = [&entry(1)[..], &entry(2), &[0x30, 0x81, 3, 2, 1, 3], &entry(4)].concat();
        let input = Received::new(&octets);
        let at = |passes: fn(usize, &[u8]) -> bool| {
            let mut reader = Reader::with_rules(&input, "BER", Rules::Basic);
            reader.pass_over(passes);
            reader.at()
        };
        assert_eq!(at(|_, number| number != [2]), 5);
        assert_eq!(at(|end, _| end <= 9), 5);
        assert_eq!(at(|_, _| true), 10);
        assert_eq!(at(|_, _| false), 0);
    }
}
