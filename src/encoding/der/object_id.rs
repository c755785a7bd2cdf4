//! X.690 §8.19 — Object identifiers of any size

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use const_oid::ObjectIdentifier;

use super::Received;
use crate::error::Malformed;

/// An object identifier as received. Unlike [`ObjectIdentifier`] it holds every one: `2.25.<UUID>` has an arc of 128 bits, `2.999` a second arc above 39.
#[derive(Clone, PartialEq, Eq)]
pub struct ObjectId(Received);

impl ObjectId {
    /// The identifier that these content octets are; `None` when an arc has no end or begins with a needless octet.
    pub fn new(contents: Received) -> Option<Self> {
        let octets = contents.octets();
        let ends = octets.last().is_some_and(|octet| octet & 0x80 == 0);
        let padded = octets.iter().enumerate().any(|(at, octet)| {
            let begins = at.checked_sub(1).and_then(|before| octets.get(before)).is_none_or(|before| before & 0x80 == 0);
            begins && *octet == 0x80
        });
        (ends && !padded).then_some(Self(contents))
    }

    /// The content octets.
    pub fn octets(&self) -> &[u8] {
        self.0.octets()
    }

    /// The same as the type that algorithm tables use, if that can hold it.
    pub fn known(&self) -> Option<ObjectIdentifier> {
        ObjectIdentifier::from_bytes(self.octets()).ok()
    }
}

/// By content octets, so that identifiers can be keys.
impl Ord for ObjectId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.octets().cmp(other.octets())
    }
}

impl PartialOrd for ObjectId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<ObjectIdentifier> for ObjectId {
    fn eq(&self, other: &ObjectIdentifier) -> bool {
        self.octets() == other.as_bytes()
    }
}

impl From<ObjectIdentifier> for ObjectId {
    fn from(oid: ObjectIdentifier) -> Self {
        Self(Received::new(oid.as_bytes()))
    }
}

/// Dotted decimal: `1.2.840.113549`, every arc below 2^128 and without needless zeros.
impl FromStr for ObjectId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed::new("object identifier", "not dotted decimal", 0);
        let mut arcs = text.split('.').map(|arc| {
            let plain = arc.bytes().all(|octet| octet.is_ascii_digit()) && (arc == "0" || !arc.starts_with('0'));
            plain.then(|| arc.parse::<u128>().ok()).flatten().ok_or_else(malformed)
        });
        let mut arc = || arcs.next().transpose();
        let first = match (arc()?, arc()?) {
            (Some(first @ 0..=1), Some(second @ 0..=39)) => first * 40 + second,
            (Some(2), Some(second)) => second.checked_add(80).ok_or_else(malformed)?,
            _ => return Err(malformed()),
        };
        let mut contents = Vec::new();
        push_arc(&mut contents, first);
        for arc in arcs {
            push_arc(&mut contents, arc?);
        }
        Self::new(Received::new(&contents)).ok_or_else(malformed)
    }
}

/// §8.19.2: seven bits an octet, the highest bit set on all but the last.
fn push_arc(contents: &mut Vec<u8>, arc: u128) {
    for place in (1..19).rev().map(|place| place * 7).filter(|place| arc >> place != 0) {
        contents.push(seven_bits(arc >> place) | 0x80);
    }
    contents.push(seven_bits(arc));
}

fn seven_bits(value: u128) -> u8 {
    u8::try_from(value & 0x7f).unwrap_or(0)
}

/// Dotted decimal; an arc above 2^128, which nobody can have registered, prints as `..`.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arcs = self
            .octets()
            .split_inclusive(|octet| octet & 0x80 == 0)
            .map(|arc| arc.iter().try_fold(0_u128, |value, octet| (value >> 121 == 0).then_some(value << 7 | u128::from(octet & 0x7f))));
        match arcs.next().flatten() {
            Some(first @ 0..=79) => write!(f, "{}.{}", first / 40, first % 40)?,
            Some(first) => write!(f, "2.{}", first - 80)?,
            None => f.write_str("2...")?,
        }
        arcs.try_for_each(|arc| match arc {
            // Numbers of 128 bits are written slowly, and nearly none has as many.
            Some(arc) => match u64::try_from(arc) {
                Ok(arc) => write!(f, ".{arc}"),
                Err(_) => write!(f, ".{arc}"),
            },
            None => f.write_str("..."),
        })
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(octets: &[u8]) -> Option<String> {
        ObjectId::new(Received::new(octets)).map(|oid| oid.to_string())
    }

    #[test]
    fn arcs_of_any_size_are_read() {
        assert_eq!(text(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]).unwrap(), "1.2.840.113549");
        // X.690 §8.19.5, the example.
        assert_eq!(text(&[0x88, 0x37, 0x03]).unwrap(), "2.999.3");
        let mut uuid = vec![0x69, 0x83];
        uuid.extend([0xff; 17]);
        uuid.push(0x7f);
        assert_eq!(text(&uuid).unwrap(), "2.25.340282366920938463463374607431768211455");
    }

    #[test]
    fn arcs_without_end_or_with_padding_are_refused() {
        assert_eq!(text(&[]), None);
        assert_eq!(text(&[0x2a, 0x86]), None);
        assert_eq!(text(&[0x2a, 0x80, 0x01]), None);
        assert_eq!(text(&[0x80, 0x2a]), None);
    }

    #[test]
    fn an_object_id_equals_its_table_form() {
        let sha256 = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
        assert_eq!(ObjectId::from(sha256), sha256);
        assert_eq!(ObjectId::from(sha256).known(), Some(sha256));
    }

    #[test]
    fn dotted_decimal_is_read_back() {
        for dotted in ["1.2.840.113549", "2.999.3", "2.25.340282366920938463463374607431768211455", "0.9.2342.19200300.100.1.1", "1.0"] {
            assert_eq!(dotted.parse::<ObjectId>().unwrap().to_string(), dotted);
        }
        assert_eq!("2.999.3".parse::<ObjectId>().unwrap().octets(), [0x88, 0x37, 0x03]);
        for none in ["", "1", "3.1", "1.40", "1.2.", "1..2", "1.02", "1.2.x", "1.2.340282366920938463463374607431768211456"] {
            assert!(none.parse::<ObjectId>().is_err(), "{none}");
        }
    }
}
