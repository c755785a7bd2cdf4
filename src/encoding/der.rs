//! X.690 §8, §10 — Basic and distinguished encoding rules, read where they stand

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::error::Malformed;
use crate::time::Time;

mod basic;
mod object_id;
mod reader;
mod text;
pub mod write;

pub use basic::{to_der, to_der_sorting};
pub use object_id::ObjectId;
pub use reader::{Reader, Rules};

/// Octets as they were received, and where they stand in the input. A clone shares them.
///
/// What is signed or hashed is always these, never something encoded again.
#[derive(Clone)]
pub struct Received {
    input: Arc<[u8]>,
    range: Range<usize>,
}

impl Received {
    /// A copy of a whole input.
    pub fn new(input: &[u8]) -> Self {
        Self { input: Arc::from(input), range: 0..input.len() }
    }

    /// The octets.
    pub fn octets(&self) -> &[u8] {
        self.input.get(self.range.clone()).unwrap_or_default()
    }

    /// Where the first octet stands in the input.
    pub fn at(&self) -> usize {
        self.range.start
    }

    /// These octets up to an offset of the input.
    pub(crate) fn until(&self, end: usize) -> Self {
        self.part(self.range.start..end.clamp(self.range.start, self.range.end))
    }

    /// The octets of the input between two of its offsets.
    fn part(&self, range: Range<usize>) -> Self {
        Self { input: Arc::clone(&self.input), range }
    }
}

/// A whole input, shared instead of copied: for inputs of many megabytes.
impl From<Arc<[u8]>> for Received {
    fn from(input: Arc<[u8]>) -> Self {
        let range = 0..input.len();
        Self { input, range }
    }
}

impl PartialEq for Received {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Received {}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({} octets at {})", self.range.len(), self.range.start)
    }
}

/// Leading identifier octets (X.690 §8.1.2) of the types of X.680 that files use.
#[expect(missing_docs, reason = "the names are those of X.680")]
pub mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const NULL: u8 = 0x05;
    pub const OBJECT_IDENTIFIER: u8 = 0x06;
    pub const ENUMERATED: u8 = 0x0a;
    pub const UTF8_STRING: u8 = 0x0c;
    pub const NUMERIC_STRING: u8 = 0x12;
    pub const PRINTABLE_STRING: u8 = 0x13;
    pub const TELETEX_STRING: u8 = 0x14;
    pub const IA5_STRING: u8 = 0x16;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const VISIBLE_STRING: u8 = 0x1a;
    pub const GENERAL_STRING: u8 = 0x1b;
    pub const UNIVERSAL_STRING: u8 = 0x1c;
    pub const BMP_STRING: u8 = 0x1e;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
    /// The bit that says that the contents are values (§8.1.2.5).
    pub const CONSTRUCTED: u8 = 0x20;

    /// `[number]` with primitive contents.
    pub const fn context(number: u8) -> u8 {
        0x80 | (number & 0x1f)
    }

    /// `[number]` with values inside.
    pub const fn context_constructed(number: u8) -> u8 {
        0xa0 | (number & 0x1f)
    }
}

/// One value: identifier, length and contents, where they stand.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    source: &'a Received,
    format: &'static str,
    rules: Rules,
    depth: u32,
    tag: u8,
    whole: Range<usize>,
    contents: Range<usize>,
}

impl<'a> Value<'a> {
    /// The leading identifier octet; the number of a high tag is not in it.
    pub fn tag(&self) -> u8 {
        self.tag
    }

    /// The rules by which the value was read.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Identifier, length and contents as received.
    pub fn octets(&self) -> &'a [u8] {
        self.source.input.get(self.whole.clone()).unwrap_or_default()
    }

    /// The contents as received, without the end-of-contents octets.
    pub fn contents(&self) -> &'a [u8] {
        self.source.input.get(self.contents.clone()).unwrap_or_default()
    }

    /// Where the value begins in the input.
    pub fn at(&self) -> usize {
        self.whole.start
    }

    /// Identifier, length and contents, to be kept.
    pub fn received(&self) -> Received {
        self.source.part(self.whole.clone())
    }

    /// The value in distinguished encoding, to be handed to those who read nothing else; as received where that already is.
    ///
    /// # Errors
    /// [`Malformed`] when what is inside is not well formed.
    pub fn received_der(&self) -> Result<Received, Malformed> {
        match self.rules {
            Rules::Distinguished => Ok(self.received()),
            Rules::Basic => {
                let (der, _) = to_der(self.octets()).map_err(|malformed| malformed.within(self.at()))?;
                Ok(if der == self.octets() { self.received() } else { Received::new(&der) })
            }
        }
    }

    /// The contents, to be kept.
    pub fn received_contents(&self) -> Received {
        self.source.part(self.contents.clone())
    }

    /// A fault of this value.
    pub fn malformed(&self, what: impl Into<Cow<'static, str>>) -> Malformed {
        Malformed::new(self.format, what, self.whole.start)
    }

    /// The values inside.
    ///
    /// # Errors
    /// [`Malformed`] when the value is primitive or the nesting too deep.
    pub fn reader(&self) -> Result<Reader<'a>, Malformed> {
        Reader::inside(self)
    }

    /// One thing that is all there is inside.
    ///
    /// # Errors
    /// As [`Self::reader`], and what `read` finds.
    pub fn only<T>(&self, read: impl FnOnce(&mut Reader<'a>) -> Result<T, Malformed>) -> Result<T, Malformed> {
        self.reader()?.only(read)
    }

    /// The contents of a type that has no segmented form.
    fn primitive(&self) -> Result<&'a [u8], Malformed> {
        if self.tag & tag::CONSTRUCTED == 0 {
            Ok(self.contents())
        } else {
            Err(self.malformed("primitive contents expected, found values inside"))
        }
    }

    /// `OBJECT IDENTIFIER` (§8.19), also under an implicit tag.
    ///
    /// # Errors
    /// [`Malformed`] when the contents are no object identifier.
    pub fn object_id(&self) -> Result<ObjectId, Malformed> {
        self.primitive()?;
        ObjectId::new(self.received_contents()).ok_or_else(|| self.malformed("invalid object identifier"))
    }

    /// The content octets of an `INTEGER` (§8.3): two's complement, as received.
    ///
    /// # Errors
    /// [`Malformed`] when there are none.
    pub fn integer(&self) -> Result<&'a [u8], Malformed> {
        let contents = self.primitive()?;
        if contents.is_empty() { Err(self.malformed("integer without octets")) } else { Ok(contents) }
    }

    /// An `INTEGER` or `ENUMERATED` small enough to count with.
    ///
    /// # Errors
    /// [`Malformed`] when it has no octets or does not fit.
    pub fn small_integer(&self) -> Result<i64, Malformed> {
        let octets = self.integer()?;
        if octets.len() > 8 {
            return Err(self.malformed("integer out of range"));
        }
        let negative = octets.first().is_some_and(|first| first & 0x80 != 0);
        Ok(octets.iter().fold(if negative { -1 } else { 0 }, |value: i64, octet| value << 8 | i64::from(*octet)))
    }

    /// `BOOLEAN` (§8.2): any octet but zero is true, as basic encoding has it.
    ///
    /// # Errors
    /// [`Malformed`] when it is not one octet.
    pub fn boolean(&self) -> Result<bool, Malformed> {
        match self.primitive()? {
            [octet] => Ok(*octet != 0),
            _ => Err(self.malformed("boolean not of one octet")),
        }
    }

    /// The octets of a `BIT STRING` (§8.6) and how many bits at its end are unused.
    ///
    /// # Errors
    /// [`Malformed`] when the count is missing, above 7, or not zero without octets.
    pub fn bit_string(&self) -> Result<(u8, Received), Malformed> {
        match self.primitive()? {
            [unused @ 0..=7, octets @ ..] if *unused == 0 || !octets.is_empty() => {
                let contents = self.contents.start.saturating_add(1).min(self.contents.end)..self.contents.end;
                Ok((*unused, self.source.part(contents)))
            }
            _ => Err(self.malformed("invalid bit string")),
        }
    }

    /// The bits of a named bit list (X.680 §22.7), bit 0 the lowest of the result; bits beyond 32 are left out.
    ///
    /// # Errors
    /// [`Malformed`] when the contents are no bit string.
    pub fn named_bits(&self) -> Result<u32, Malformed> {
        let (_, octets) = self.bit_string()?;
        let mut bits = [0; 4];
        for (bit, octet) in bits.iter_mut().zip(octets.octets()) {
            *bit = octet.reverse_bits();
        }
        Ok(u32::from_le_bytes(bits))
    }

    /// The octets of an `OCTET STRING` (§8.7); segments are joined.
    ///
    /// # Errors
    /// [`Malformed`] when a segment is not an octet string.
    pub fn octet_string(&self) -> Result<Received, Malformed> {
        if self.tag & tag::CONSTRUCTED == 0 {
            return Ok(self.received_contents());
        }
        Ok(Received::new(&basic::joined_segments(self)?))
    }

    /// `UTCTime` or `GeneralizedTime`.
    ///
    /// # Errors
    /// [`Malformed`] when it is neither.
    pub fn time(&self) -> Result<Time, Malformed> {
        let time = match self.tag {
            tag::UTC_TIME => Time::from_utc_time(self.contents()),
            tag::GENERALIZED_TIME => Time::from_generalized_time(self.contents()),
            _ => return Err(self.malformed("time expected")),
        };
        time.map_err(|malformed| malformed.within(self.contents.start))
    }

    /// `GeneralizedTime`, also under an implicit tag.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn generalized_time(&self) -> Result<Time, Malformed> {
        Time::from_generalized_time(self.primitive()?).map_err(|malformed| malformed.within(self.contents.start))
    }

    /// Text for people: a character string type read as what its tag says, octets that it does not allow replaced.
    pub fn text(&self) -> String {
        text::decode(self.tag, self.contents())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(octets: &[u8], read: impl Fn(&Value<'_>) -> Result<T, Malformed>) -> Result<T, String> {
        let input = Received::new(octets);
        let value = Reader::with_rules(&input, "BER", Rules::Basic).only(Reader::value);
        value.and_then(|value| read(&value)).map_err(|malformed| malformed.what.to_string())
    }

    #[test]
    fn integers_have_a_sign_and_a_size() {
        let integer = |octets: &[u8]| read(octets, |value| value.small_integer());
        assert_eq!(integer(&[2, 2, 1, 0]).unwrap(), 256);
        assert_eq!(integer(&[2, 1, 0x80]).unwrap(), -128);
        assert_eq!(integer(&[2, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1]).unwrap_err(), "integer out of range");
        assert_eq!(integer(&[2, 0]).unwrap_err(), "integer without octets");
        assert_eq!(integer(&[0x22, 3, 2, 1, 1]).unwrap_err(), "primitive contents expected, found values inside");
    }

    #[test]
    fn bit_strings_count_their_unused_bits() {
        let bits = |octets: &[u8]| read(octets, |value| value.bit_string().map(|(unused, octets)| (unused, octets.octets().to_vec())));
        assert_eq!(bits(&[3, 2, 7, 0x80]).unwrap(), (7, vec![0x80]));
        assert_eq!(bits(&[3, 1, 0]).unwrap(), (0, vec![]));
        for malformed in [&[3, 0][..], &[3, 2, 8, 0], &[3, 1, 1]] {
            assert_eq!(bits(malformed).unwrap_err(), "invalid bit string");
        }
        assert_eq!(read(&[3, 3, 7, 0x01, 0x80], |value| value.named_bits()).unwrap(), 1 << 7 | 1 << 8);
    }

    #[test]
    fn strings_are_joined_from_their_segments() {
        let joined = |octets: &[u8]| read(octets, |value| value.octet_string().map(|octets| octets.octets().to_vec()));
        assert_eq!(joined(&[0x24, 8, 4, 1, 1, 0x24, 3, 4, 1, 2]).unwrap(), [1, 2]);
        assert_eq!(joined(&[0x24, 3, 2, 1, 1]).unwrap_err(), "segment is not an octet string");
        assert_eq!(joined(&[4, 1, 1]).unwrap(), [1]);
    }

    #[test]
    fn booleans_are_one_octet() {
        assert!(read(&[1, 1, 1], |value| value.boolean()).unwrap());
        assert!(!read(&[1, 1, 0], |value| value.boolean()).unwrap());
        assert_eq!(read(&[1, 2, 0, 0], |value| value.boolean()).unwrap_err(), "boolean not of one octet");
    }
}
