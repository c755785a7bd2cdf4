//! ITU-T X.690 §8, §10 — writes DER, and whatever else a test wants to say in its place
//!
//! The reader of this crate is judged with what is written here, so nothing of the reader is used.

use const_oid::ObjectIdentifier;

/// A tag, a length in the fewest octets, the contents.
pub fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut octets = vec![tag];
    octets.extend(length(contents.len()));
    octets.extend_from_slice(contents);
    octets
}

fn length(length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![short],
        _ => {
            let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
            let mut octets = vec![u8::try_from(digits.len()).unwrap_or(0x7f) | 0x80];
            octets.extend(digits);
            octets
        }
    }
}

/// `SEQUENCE` of elements that are already written.
pub fn sequence<Part: AsRef<[u8]>>(parts: &[Part]) -> Vec<u8> {
    element(0x30, &concatenation(parts))
}

/// `SET OF`, its elements in the order that DER wants (§11.6).
pub fn set_of<Part: AsRef<[u8]>>(parts: &[Part]) -> Vec<u8> {
    let mut sorted: Vec<&[u8]> = parts.iter().map(AsRef::as_ref).collect();
    sorted.sort_unstable();
    element(0x31, &concatenation(&sorted))
}

/// The elements one after another.
pub fn concatenation<Part: AsRef<[u8]>>(parts: &[Part]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.as_ref().iter().copied()).collect()
}

/// `[number] EXPLICIT`, numbers below 31.
pub fn explicit(number: u8, contents: &[u8]) -> Vec<u8> {
    element(0xa0 | number, contents)
}

/// `[number] IMPLICIT` of a primitive type, numbers below 31.
pub fn implicit(number: u8, contents: &[u8]) -> Vec<u8> {
    element(0x80 | number, contents)
}

/// `BOOLEAN`.
pub fn boolean(value: bool) -> Vec<u8> {
    element(0x01, &[if value { 0xff } else { 0x00 }])
}

/// `INTEGER`, not negative, from big-endian octets.
pub fn integer(big_endian: &[u8]) -> Vec<u8> {
    element(0x02, &integer_contents(big_endian))
}

pub(super) fn integer_contents(big_endian: &[u8]) -> Vec<u8> {
    let mut contents: Vec<u8> = big_endian.iter().copied().skip_while(|octet| *octet == 0).collect();
    // §8.3: the first bit is the sign.
    if contents.first().is_none_or(|first| *first >= 0x80) {
        contents.insert(0, 0);
    }
    contents
}

/// `INTEGER`, not negative.
pub fn number(value: u64) -> Vec<u8> {
    integer(&value.to_be_bytes())
}

/// `ENUMERATED`.
pub fn enumerated(value: u8) -> Vec<u8> {
    element(0x0a, &[value])
}

/// `BIT STRING` of whole octets.
pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(0x03, &concatenation(&[&[0][..], octets]))
}

/// `BIT STRING` of named bits, without trailing zeros (§11.2.2).
pub fn named_bits(set: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let bits = set.into_iter().fold(0_u32, |bits, bit| bits | 0x8000_0000_u32.checked_shr(u32::from(bit)).unwrap_or(0));
    let used = 32 - bits.trailing_zeros().min(32);
    let octets: Vec<u8> = bits.to_be_bytes().into_iter().take(usize::try_from(used.div_ceil(8)).unwrap_or(0)).collect();
    let unused = u8::try_from(used.div_ceil(8) * 8 - used).unwrap_or(0);
    element(0x03, &concatenation(&[&[unused][..], &octets]))
}

/// `OCTET STRING`.
pub fn octet_string(octets: &[u8]) -> Vec<u8> {
    element(0x04, octets)
}

/// `NULL`.
pub fn null() -> Vec<u8> {
    element(0x05, &[])
}

/// `OBJECT IDENTIFIER`.
pub fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    element(0x06, oid.as_bytes())
}

/// `UTF8String`.
pub fn utf8_string(text: &str) -> Vec<u8> {
    element(0x0c, text.as_bytes())
}

/// `PrintableString`; the alphabet is not checked.
pub fn printable_string(text: &str) -> Vec<u8> {
    element(0x13, text.as_bytes())
}

/// `IA5String`; the alphabet is not checked.
pub fn ia5_string(text: &str) -> Vec<u8> {
    element(0x16, text.as_bytes())
}

/// `BMPString`: UTF-16, big-endian.
pub fn bmp_string(text: &str) -> Vec<u8> {
    element(0x1e, &text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())
}

/// `Time` as RFC 5280 §4.1.2.5 wants it: `UTCTime` until 2049, `GeneralizedTime` from 2050.
pub fn time(time: crate::Time) -> Vec<u8> {
    let text = time.to_generalized_time();
    match text.get(2..) {
        Some(short) if (1950..2050).contains(&time.civil().0) => element(0x17, short.as_bytes()),
        _ => generalized_time(time),
    }
}

/// `GeneralizedTime`.
pub fn generalized_time(time: crate::Time) -> Vec<u8> {
    element(0x18, time.to_generalized_time().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;

    /// The examples of X.690 §8.1.3, §8.3, §8.6 and RFC 5280's key usage bits.
    #[test]
    fn elements_are_der() {
        assert_eq!(number(0), [2, 1, 0]);
        assert_eq!(number(127), [2, 1, 0x7f]);
        assert_eq!(number(128), [2, 2, 0, 0x80]);
        assert_eq!(named_bits([0, 1]), [3, 2, 6, 0xc0]);
        assert_eq!(named_bits([8]), [3, 3, 7, 0, 0x80]);
        assert_eq!(named_bits([]), [3, 1, 0]);
        assert_eq!(octet_string(&[7; 200])[..3], [4, 0x81, 200]);
        assert_eq!(octet_string(&[7; 300])[..4], [4, 0x82, 1, 44]);
    }

    #[test]
    fn a_set_is_sorted() {
        assert_eq!(set_of(&[number(2), number(1)]), [0x31, 6, 2, 1, 1, 2, 1, 2]);
    }

    #[test]
    fn the_year_2050_changes_the_type_of_a_time() {
        let at = |year| time(Time::from_civil(year, 1, 1, 0, 0, 0, 0).unwrap());
        assert_eq!(at(2049), element(0x17, b"490101000000Z"));
        assert_eq!(at(2050), element(0x18, b"20500101000000Z"));
    }
}
