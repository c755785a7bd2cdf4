//! RFC 5280 §4.1.2.4 — `Name`: what Vietnamese certificates have in it, in the order and the string types of the caller

use const_oid::ObjectIdentifier;

use super::asn1::{bmp_string, ia5_string, printable_string};
use crate::encoding::der::write::{object_id, sequence, set_of, utf8_string};

const fn at(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// X.520 `countryName`.
pub const COUNTRY: ObjectIdentifier = at("2.5.4.6");
/// X.520 `stateOrProvinceName`.
pub const PROVINCE: ObjectIdentifier = at("2.5.4.8");
/// X.520 `localityName`.
pub const LOCALITY: ObjectIdentifier = at("2.5.4.7");
/// X.520 `organizationName`.
pub const ORGANISATION: ObjectIdentifier = at("2.5.4.10");
/// X.520 `organizationalUnitName`.
pub const UNIT: ObjectIdentifier = at("2.5.4.11");
/// X.520 `title`.
pub const TITLE: ObjectIdentifier = at("2.5.4.12");
/// X.520 `commonName`.
pub const COMMON_NAME: ObjectIdentifier = at("2.5.4.3");
/// X.520 `serialNumber`.
pub const SERIAL_NUMBER: ObjectIdentifier = at("2.5.4.5");
/// RFC 4519 §2.39 `uid`; Vietnamese certificates put typed numbers here: `MST:`, `CCCD:`, `MNS:`.
pub const USER_ID: ObjectIdentifier = at("0.9.2342.19200300.100.1.1");
/// RFC 2985 §5.2.1 `emailAddress`.
pub const EMAIL: ObjectIdentifier = at("1.2.840.113549.1.9.1");

/// The type of a value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum StringKind {
    Utf8,
    Printable,
    Ia5,
    Bmp,
}

/// A distinguished name in DER, relative names in the order given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// Each relative name with the types of its attributes.
    relative: Vec<(Vec<ObjectIdentifier>, Vec<u8>)>,
}

impl Name {
    /// Attributes of one value each, the country first as certificates have it; string types as RFC 5280 §4.1.2.4 and
    /// RFC 2985 want them: country and serial number `PrintableString`, e-mail `IA5String`, all else `UTF8String`.
    pub fn of<'a>(attributes: impl IntoIterator<Item = (ObjectIdentifier, &'a str)>) -> Self {
        attributes.into_iter().fold(Self::default(), |name, (kind, value)| {
            let string = match kind {
                COUNTRY | SERIAL_NUMBER => StringKind::Printable,
                EMAIL => StringKind::Ia5,
                _ => StringKind::Utf8,
            };
            name.and(kind, string, value)
        })
    }

    /// One more relative name, its value of the given string type, whether that can hold it or not.
    #[must_use]
    pub fn and(self, attribute: ObjectIdentifier, string: StringKind, value: &str) -> Self {
        self.and_together(&[(attribute, string, value)])
    }

    /// One more relative name of several attributes.
    #[must_use]
    pub fn and_together(mut self, attributes: &[(ObjectIdentifier, StringKind, &str)]) -> Self {
        let types = attributes.iter().map(|(attribute, ..)| *attribute).collect();
        let attributes: Vec<Vec<u8>> = attributes
            .iter()
            .map(|(attribute, string, value)| {
                let value = match string {
                    StringKind::Utf8 => utf8_string(value),
                    StringKind::Printable => printable_string(value),
                    StringKind::Ia5 => ia5_string(value),
                    StringKind::Bmp => bmp_string(value),
                };
                sequence(&[object_id(*attribute), value])
            })
            .collect();
        self.relative.push((types, set_of(attributes)));
        self
    }

    /// Without the relative names of this attribute alone.
    #[must_use]
    pub fn without(mut self, attribute: ObjectIdentifier) -> Self {
        self.relative.retain(|(types, _)| types != &[attribute]);
        self
    }

    /// The first `RelativeDistinguishedName`, DER.
    pub(super) fn first(&self) -> Option<&[u8]> {
        self.relative.first().map(|(_, name)| name.as_slice())
    }

    /// `Name`, DER.
    pub fn der(&self) -> Vec<u8> {
        sequence(&self.relative.iter().map(|(_, der)| der).collect::<Vec<_>>())
    }
}
