//! X.690 §8, §10, §11 — From basic to distinguished encoding
//!
//! What is in distinguished encoding already, as nearly everything is, stays where it stands.

use std::borrow::Cow;

use super::write::length_octets;
use super::{Reader, Received, Rules, Value, tag};
use crate::error::Malformed;

/// The octets of a string that stands in segments (X.690 §8.7.3, §8.21); segments may have segments.
pub(super) fn joined_segments(value: &Value<'_>) -> Result<Vec<u8>, Malformed> {
    let mut octets = Vec::new();
    let mut open = vec![value.reader()?];
    while let Some(reader) = open.last_mut() {
        if reader.is_empty() {
            open.pop();
            continue;
        }
        let segment = reader.value()?;
        match segment.tag() {
            tag::OCTET_STRING => octets.extend_from_slice(segment.contents()),
            constructed if constructed == tag::OCTET_STRING | tag::CONSTRUCTED => open.push(segment.reader()?),
            _ => return Err(segment.malformed("segment is not an octet string")),
        }
    }
    Ok(octets)
}

/// The distinguished encoding of one value in basic encoding, and how many octets that took.
///
/// Lengths become definite and shortest, strings one piece, TRUE 0xff; the elements of a SET are sorted by their encodings (§11.6).
/// What is wrapped in strings stays as it is.
///
/// # Errors
/// [`Malformed`] when `input` does not begin with a value or nests too deeply.
pub fn to_der(input: &[u8]) -> Result<(Vec<u8>, usize), Malformed> {
    to_der_sorting(input, usize::MAX)
}

/// As [`to_der`], but sets deeper than `levels` keep their order, as they do in the hands of writers who copy what they wrap.
///
/// # Errors
/// As [`to_der`].
pub fn to_der_sorting(input: &[u8], levels: usize) -> Result<(Vec<u8>, usize), Malformed> {
    let input = Received::new(input);
    let mut reader = Reader::with_rules(&input, "BER", Rules::Basic);
    let value = reader.value()?;
    let used = reader.at();
    Ok((value_to_der(&value, levels)?.into_owned(), used))
}

/// A constructed value whose elements are being encoded.
struct Open<'a> {
    value: Value<'a>,
    reader: Reader<'a>,
    elements: Vec<Cow<'a, [u8]>>,
}

impl<'a> Open<'a> {
    fn close(mut self, sorting: bool) -> Cow<'a, [u8]> {
        let is_in_order = !sorting || self.value.tag() != tag::SET || self.elements.is_sorted();
        let stands = is_in_order && self.elements.iter().all(|element| matches!(element, Cow::Borrowed(_)));
        if stands && has_shortest_length(&self.value) {
            return Cow::Borrowed(self.value.octets());
        }
        if !is_in_order {
            self.elements.sort_unstable();
        }
        encoded(identifier(&self.value).to_vec(), &self.elements.concat()).into()
    }
}

fn value_to_der<'a>(value: &Value<'a>, levels: usize) -> Result<Cow<'a, [u8]>, Malformed> {
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut next = Some(value.clone());
    loop {
        let mut done = match next.take() {
            Some(value) if is_container(value.tag()) => {
                open.push(Open { reader: value.reader()?, value, elements: Vec::new() });
                None
            }
            Some(value) => Some(leaf(&value)?),
            None => None,
        };
        // Closes what is complete, then goes on with the innermost that is not.
        loop {
            let Some(innermost) = open.last_mut() else {
                return Ok(done.unwrap_or_default());
            };
            innermost.elements.extend(done.take());
            if !innermost.reader.is_empty() {
                next = Some(innermost.reader.value()?);
                break;
            }
            done = open.pop().map(|complete| complete.close(open.len() <= levels));
        }
    }
}

fn is_container(value_tag: u8) -> bool {
    // A universal tag that is constructed but neither SEQUENCE, SET nor EXTERNAL is a string in segments.
    let universal_string = value_tag & 0xc0 == 0 && !matches!(value_tag, tag::SEQUENCE | tag::SET | 0x28);
    value_tag & tag::CONSTRUCTED != 0 && !universal_string
}

/// Its octets are more than one for a high tag number.
fn identifier<'a>(value: &Value<'a>) -> &'a [u8] {
    let octets = value.octets();
    let more = if value.tag() & 0x1f == 0x1f { octets.iter().skip(1).take_while(|octet| *octet & 0x80 != 0).count() + 1 } else { 0 };
    octets.get(..=more).unwrap_or(octets)
}

/// Whether the length is definite and written in as few octets as can be (§10.1).
fn has_shortest_length(value: &Value<'_>) -> bool {
    let (octets, contents) = (value.octets(), value.contents().len());
    let length = octets.len().checked_sub(contents).and_then(|end| octets.get(identifier(value).len()..end));
    length.is_some_and(|length| length.iter().copied().eq(length_octets(contents)))
}

fn leaf<'a>(value: &Value<'a>) -> Result<Cow<'a, [u8]>, Malformed> {
    if value.tag() & tag::CONSTRUCTED != 0 {
        let mut identifier = identifier(value).to_vec();
        if let Some(first) = identifier.first_mut() {
            *first &= !tag::CONSTRUCTED;
        }
        return Ok(encoded(identifier, &joined_segments(value)?).into());
    }
    let contents = if value.tag() == tag::BOOLEAN && value.boolean()? { &[0xff] } else { value.contents() };
    let stands = contents == value.contents() && has_shortest_length(value);
    Ok(if stands { value.octets().into() } else { encoded(identifier(value).to_vec(), contents).into() })
}

fn encoded(mut identifier: Vec<u8>, contents: &[u8]) -> Vec<u8> {
    identifier.extend(length_octets(contents.len()));
    identifier.extend_from_slice(contents);
    identifier
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(input: &[u8]) -> Vec<u8> {
        to_der(input).unwrap().0
    }

    /// X.690 §8.1.5 and §8.7.3.2: the forms; §10 says which one is left of them.
    #[test]
    fn basic_forms_become_the_one_distinguished_form() {
        assert_eq!(der(&[0x30, 0x80, 2, 1, 5, 0, 0]), [0x30, 3, 2, 1, 5]);
        assert_eq!(der(&[0x30, 0x81, 3, 2, 1, 5]), [0x30, 3, 2, 1, 5]);
        assert_eq!(der(&[0x24, 0x80, 4, 1, 7, 0x24, 3, 4, 1, 8, 0, 0]), [4, 2, 7, 8]);
        assert_eq!(der(&[1, 1, 1]), [1, 1, 0xff]);
        assert_eq!(der(&[0xa0, 0x80, 0x30, 0x80, 0, 0, 0, 0]), [0xa0, 2, 0x30, 0]);
        assert_eq!(der(&[0x30, 5, 1, 1, 0xff, 5, 0]), [0x30, 5, 1, 1, 0xff, 5, 0]);
        assert_eq!(der(&[0x30, 6, 1, 1, 0xff, 5, 0x81, 0]), [0x30, 5, 1, 1, 0xff, 5, 0]);
        assert_eq!(der(&[0xbf, 0x81, 0x01, 0x81, 2, 5, 0]), [0xbf, 0x81, 0x01, 2, 5, 0]);
        // As long as the definite form, and its first octets are those of a length.
        let indefinite = [&[0x30, 0x80, 4, 0x82, 1, 0][..], &[7; 256], &[0, 0]].concat();
        assert_eq!(der(&indefinite), [&[0x30, 0x82, 1, 4, 4, 0x82, 1, 0][..], &[7; 256]].concat());
        assert_eq!(der(&[0x31, 6, 2, 1, 9, 2, 1, 8]), [0x31, 6, 2, 1, 8, 2, 1, 9]);
        assert_eq!(to_der_sorting(&[0x30, 8, 0x31, 6, 2, 1, 9, 2, 1, 8], 0).unwrap().0, [0x30, 8, 0x31, 6, 2, 1, 9, 2, 1, 8]);
    }

    #[test]
    fn the_octets_used_end_with_the_end_of_contents() {
        assert_eq!(to_der(&[0x30, 0x80, 2, 1, 5, 0, 0, 0, 0, 0]).unwrap().1, 7);
        assert_eq!(to_der(&[0x30, 3, 2, 1, 5, 0, 0]).unwrap().1, 5);
    }

    #[test]
    fn what_does_not_end_is_malformed() {
        assert_eq!(to_der(&[0x30, 0x80, 2, 1, 5, 0]).unwrap_err().to_string(), "BER: truncated value at byte 5");
        assert_eq!(to_der(&[0x30, 5, 2, 1, 5]).unwrap_err().to_string(), "BER: length beyond the end at byte 0");
        assert!(to_der(&[]).is_err());
    }

    #[test]
    fn nesting_ends_at_its_limit_without_recursion() {
        let nested = |depth: usize| [[0x30, 0x80].repeat(depth), [0, 0].repeat(depth)].concat();
        assert!(to_der(&nested(256)).is_ok());
        assert!(to_der(&nested(257)).unwrap_err().to_string().contains("nesting too deep"));
        assert!(to_der(&nested(1_000_000)).is_err());
    }
}
