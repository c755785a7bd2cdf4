//! X.690 §10 — Writing values in distinguished encoding

use const_oid::ObjectIdentifier;

use super::tag;
use crate::time::Time;

/// One value: `tag`, length, `contents`.
pub fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut octets = vec![tag];
    octets.extend(length_octets(contents.len()));
    octets.extend_from_slice(contents);
    octets
}

/// Length octets in their shortest form (§10.1).
pub(super) fn length_octets(length: usize) -> impl Iterator<Item = u8> {
    let octets = length.to_be_bytes();
    let zeros = octets.iter().take_while(|octet| **octet == 0).count().min(octets.len() - 1);
    let short = length < 0x80;
    let count = u8::try_from(octets.len() - zeros).unwrap_or_default();
    (!short).then_some(0x80 | count).into_iter().chain(octets.into_iter().skip(zeros))
}

/// `SEQUENCE` of these values.
pub fn sequence<T: AsRef<[u8]>>(values: &[T]) -> Vec<u8> {
    value(tag::SEQUENCE, &joined(values))
}

/// `SET OF` these values, in the order of their encodings (§11.6).
pub fn set_of(mut values: Vec<Vec<u8>>) -> Vec<u8> {
    values.sort_unstable();
    value(tag::SET, &joined(&values))
}

/// `[number]` around values (explicit), or in place of a constructed tag (implicit).
pub fn context_constructed<T: AsRef<[u8]>>(number: u8, values: &[T]) -> Vec<u8> {
    value(tag::context_constructed(number), &joined(values))
}

/// `[number]` in place of a primitive tag.
pub fn context(number: u8, contents: &[u8]) -> Vec<u8> {
    value(tag::context(number), contents)
}

/// An encoded value under another tag of the same form: `IMPLICIT`. The octets must begin with a low tag number.
pub fn retagged(tag: u8, encoded: &[u8]) -> Vec<u8> {
    std::iter::once(tag).chain(encoded.iter().skip(1).copied()).collect()
}

/// `OBJECT IDENTIFIER`
pub fn object_id(oid: ObjectIdentifier) -> Vec<u8> {
    value(tag::OBJECT_IDENTIFIER, oid.as_bytes())
}

/// `INTEGER` from an unsigned number, most significant octet first.
pub fn unsigned_integer(octets: &[u8]) -> Vec<u8> {
    let mut contents: Vec<u8> = octets.iter().copied().skip_while(|octet| *octet == 0).collect();
    if contents.first().is_none_or(|first| first & 0x80 != 0) {
        contents.insert(0, 0);
    }
    value(tag::INTEGER, &contents)
}

/// `INTEGER`
pub fn integer(number: u64) -> Vec<u8> {
    unsigned_integer(&number.to_be_bytes())
}

/// `BOOLEAN` (§11.1)
pub fn boolean(is: bool) -> Vec<u8> {
    value(tag::BOOLEAN, &[if is { 0xff } else { 0 }])
}

/// `NULL`
pub fn null() -> Vec<u8> {
    value(tag::NULL, &[])
}

/// `OCTET STRING`
pub fn octet_string(octets: &[u8]) -> Vec<u8> {
    value(tag::OCTET_STRING, octets)
}

/// `BIT STRING` of whole octets.
pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    value(tag::BIT_STRING, &[&[0], octets].concat())
}

/// `UTF8String`
pub fn utf8_string(text: &str) -> Vec<u8> {
    value(tag::UTF8_STRING, text.as_bytes())
}

/// `Time` as RFC 5280 §4.1.2.5 and RFC 5652 §11.3 want it: `UTCTime` in the years 1950 to 2049, else `GeneralizedTime`. Fractions are left out.
pub fn time(time: Time) -> Vec<u8> {
    let time = Time::from_unix(time.unix());
    let generalized = time.to_generalized_time();
    match (time.civil().0, generalized.split_at_checked(2)) {
        (1950..=2049, Some((_, utc))) => value(tag::UTC_TIME, utc.as_bytes()),
        _ => value(tag::GENERALIZED_TIME, generalized.as_bytes()),
    }
}

/// `GeneralizedTime` (§11.7)
pub fn generalized_time(time: Time) -> Vec<u8> {
    value(tag::GENERALIZED_TIME, time.to_generalized_time().as_bytes())
}

/// `AlgorithmIdentifier` (RFC 5280 §4.1.1.2) with encoded parameters, or none.
pub fn algorithm_identifier(oid: ObjectIdentifier, parameters: Option<&[u8]>) -> Vec<u8> {
    sequence(&[&object_id(oid), parameters.unwrap_or_default()])
}

fn joined<T: AsRef<[u8]>>(values: &[T]) -> Vec<u8> {
    values.iter().flat_map(AsRef::as_ref).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_their_shortest_form() {
        assert_eq!(value(4, &[0; 127])[..2], [4, 127]);
        assert_eq!(value(4, &[0; 128])[..3], [4, 0x81, 128]);
        assert_eq!(value(4, &[0; 256])[..4], [4, 0x82, 1, 0]);
    }

    #[test]
    fn integers_keep_their_sign() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(unsigned_integer(&[0, 0, 1]), [2, 1, 1]);
    }

    #[test]
    fn a_set_is_sorted_by_encoding() {
        assert_eq!(set_of(vec![integer(2), boolean(true), integer(1)]), [0x31, 9, 1, 1, 0xff, 2, 1, 1, 2, 1, 2]);
    }

    #[test]
    fn time_changes_its_type_in_2050() {
        let at = |text| time(Time::from_rfc3339(text).unwrap());
        assert_eq!(at("2049-12-31T23:59:59Z"), value(tag::UTC_TIME, b"491231235959Z"));
        assert_eq!(at("2050-01-01T00:00:00Z"), value(tag::GENERALIZED_TIME, b"20500101000000Z"));
        assert_eq!(at("1949-12-31T23:59:59Z"), value(tag::GENERALIZED_TIME, b"19491231235959Z"));
    }
}
