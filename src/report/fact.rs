//! Facts: the values that a check compared.

use std::borrow::Cow;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::crypto::DigestAlgorithm;
use crate::time::Time;

/// A value that stands in the report as the input of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Words, names, identifiers.
    Text(Cow<'static, str>),
    /// A point in time, RFC 3339.
    Time(Time),
    /// A digest of the named algorithm: `sha256:<hex>`.
    Digest(DigestAlgorithm, Vec<u8>),
    /// Octets in lower-case hexadecimal: serial numbers, key identifiers.
    Hex(Vec<u8>),
    /// Several values.
    List(Vec<Fact>),
}

impl Fact {
    /// `sha256:<hex>`: the digest of some octets, as ids are made of.
    pub fn sha256(digest: [u8; 32]) -> Self {
        Self::Digest(DigestAlgorithm::Sha256, digest.to_vec())
    }

    /// As it stands in a sentence.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Integer(value) => Cow::Owned(value.to_string()),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Time(time) => Cow::Owned(time.to_string()),
            Self::Digest(algorithm, digest) => Cow::Owned(digest_text(*algorithm, digest)),
            Self::Hex(octets) => Cow::Owned(hex(octets)),
            Self::List(facts) => Cow::Owned(facts.iter().map(Fact::to_text).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Lower-case hexadecimal.
pub fn hex(octets: &[u8]) -> String {
    let mut text = String::new();
    push_hex(&mut text, octets);
    text
}

fn push_hex(text: &mut String, octets: &[u8]) {
    const AT_ONCE: usize = 32;
    text.reserve(octets.len().saturating_mul(2));
    for octets in octets.chunks(AT_ONCE) {
        // Each has two digits, and so the room is enough.
        text.push_str(base16ct::lower::encode_str(octets, &mut [0; 2 * AT_ONCE]).unwrap_or_default());
    }
}

/// The first octet in which the two differ.
#[cfg(feature = "bundle")]
pub(crate) fn first_difference(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).position(|(one, other)| one != other).unwrap_or_else(|| one.len().min(other.len()))
}

/// `sha256:<hex>`, `sha3-256:<hex>`: the name of the algorithm in lower case without its first hyphen where that is usual.
pub fn digest_text(algorithm: DigestAlgorithm, digest: &[u8]) -> String {
    let name = match algorithm {
        DigestAlgorithm::Sha1 => "sha1",
        DigestAlgorithm::Sha224 => "sha224",
        DigestAlgorithm::Sha256 => "sha256",
        DigestAlgorithm::Sha384 => "sha384",
        DigestAlgorithm::Sha512 => "sha512",
        DigestAlgorithm::Sha512_224 => "sha512-224",
        DigestAlgorithm::Sha512_256 => "sha512-256",
        DigestAlgorithm::Sha3_224 => "sha3-224",
        DigestAlgorithm::Sha3_256 => "sha3-256",
        DigestAlgorithm::Sha3_384 => "sha3-384",
        DigestAlgorithm::Sha3_512 => "sha3-512",
        DigestAlgorithm::Shake128 => "shake128",
        DigestAlgorithm::Shake256 => "shake256",
    };
    let mut text = String::with_capacity(digest.len().saturating_mul(2).saturating_add(name.len()).saturating_add(1));
    text.push_str(name);
    text.push(':');
    push_hex(&mut text, digest);
    text
}

/// What [`digest_text`] wrote.
pub fn digest_of_text(text: &str) -> Option<(DigestAlgorithm, Vec<u8>)> {
    let (_, digits) = text.split_once(':')?;
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    let octet = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let value: Vec<u8> = pairs.iter().map(octet).collect::<Option<_>>()?;
    let algorithm = DigestAlgorithm::ALL.into_iter().find(|algorithm| digest_text(*algorithm, &value) == text)?;
    Some((algorithm, value))
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::List(facts) => serializer.collect_seq(facts),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Time(time) => serializer.collect_str(time),
            Self::Digest(..) | Self::Hex(_) => serializer.serialize_str(&self.to_text()),
        }
    }
}

/// As it was written: times, digests and octets are text then.
impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value;
        impl<'de> Visitor<'de> for Value {
            type Value = Fact;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value that a check compared")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Fact, E> {
                Ok(Fact::Boolean(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Fact, E> {
                Ok(Fact::Integer(value))
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Fact, E> {
                i64::try_from(value).map(Fact::Integer).map_err(E::custom)
            }

            fn visit_str<E>(self, value: &str) -> Result<Fact, E> {
                Ok(Fact::Text(value.to_owned().into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Fact, A::Error> {
                let mut facts = Vec::new();
                while let Some(fact) = seq.next_element()? {
                    facts.push(fact);
                }
                Ok(Fact::List(facts))
            }
        }
        deserializer.deserialize_any(Value)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Fact {
    fn schema_name() -> Cow<'static, str> {
        "Fact".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let items = generator.subschema_for::<Fact>();
        schemars::json_schema!({ "description": "A value that a check compared.", "anyOf": [
            { "type": "boolean" }, { "type": "integer" }, { "type": "string" }, { "type": "array", "items": items }
        ] })
    }
}

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Fact {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Fact {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}

/// Sizes and offsets; one beyond 2^63 cannot be that of a file.
impl From<usize> for Fact {
    fn from(value: usize) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<u64> for Fact {
    fn from(value: u64) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&'static str> for Fact {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<Time> for Fact {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}
