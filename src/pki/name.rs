//! RFC 5280 §4.1.2.4 — Names

use std::fmt;
use std::sync::Arc;

use const_oid::ObjectIdentifier;

use super::object_id;
use crate::encoding::der::{ObjectId, Reader, Received, Value, tag, write};
use crate::error::Malformed;

/// `Name ::= CHOICE { rdnSequence SEQUENCE OF RelativeDistinguishedName }`, as received.
#[derive(Clone, Debug)]
pub struct Name {
    received: Received,
    rdns: Arc<[RelativeDistinguishedName]>,
    /// What two names must have in common to match: one value for each relative distinguished name.
    compared: Arc<[u8]>,
}

/// `RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue`
#[derive(Clone, Debug)]
pub struct RelativeDistinguishedName(pub Vec<NameAttribute>);

/// `AttributeTypeAndValue`: one fact in a name.
#[derive(Clone, Debug)]
pub struct NameAttribute {
    /// `type`
    pub oid: ObjectId,
    /// The leading identifier octet of `value`: which string type it is.
    pub tag: u8,
    /// `value` with identifier and length.
    pub value: Received,
    /// `value`, read as text.
    pub text: String,
}

/// An identifier whose kind stands before it: `MST:0400260612`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedIdentifier {
    /// `MST`, `CCCD`, `CMND`, `MNS`, ..
    pub kind: String,
    /// What follows the colon.
    pub value: String,
}

impl Name {
    /// Reads one name.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are not one name.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        Reader::new(&Received::new(octets), "name").only(|reader| Self::read(reader, "name"))
    }

    pub(crate) fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Malformed> {
        Self::from_value(&reader.expect(tag::SEQUENCE, field)?)
    }

    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let rdns =
            value.reader()?.each(|reader| RelativeDistinguishedName::from_value(&reader.expect(tag::SET, "relativeDistinguishedName")?))?;
        let compared: Vec<u8> = rdns.iter().flat_map(RelativeDistinguishedName::compared).collect();
        Ok(Self { received: value.received(), rdns: rdns.into(), compared: compared.into() })
    }

    /// The name as received.
    pub fn octets(&self) -> &[u8] {
        self.received.octets()
    }

    /// Relative distinguished names in the order received: the country usually first.
    pub fn rdns(&self) -> &[RelativeDistinguishedName] {
        &self.rdns
    }

    /// Whether the name says nothing.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// Every attribute, in the order received.
    pub fn attributes(&self) -> impl Iterator<Item = &NameAttribute> {
        self.rdns.iter().flat_map(|rdn| &rdn.0)
    }

    /// The texts of every attribute of type `oid`.
    pub fn values(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &str> {
        self.attributes().filter(move |attribute| attribute.oid == oid).map(|attribute| attribute.text.as_str())
    }

    /// The most specific common name: the last.
    pub fn common_name(&self) -> Option<&str> {
        self.values(object_id::COMMON_NAME).last()
    }

    /// The organisation.
    pub fn organization(&self) -> Option<&str> {
        self.values(object_id::ORGANIZATION).last()
    }

    /// The title of a person.
    pub fn title(&self) -> Option<&str> {
        self.values(object_id::TITLE).last()
    }

    /// Identifiers that say their kind, as Vietnamese certificates have them in `UID`: tax code (`MST`), citizen's (`CCCD`), budget unit's (`MNS`), ..
    pub fn typed_identifiers(&self) -> Vec<TypedIdentifier> {
        self.values(object_id::USER_ID).filter_map(TypedIdentifier::from_text).collect()
    }

    /// Whether both name the same entity (RFC 5280 §7.1): equal but for string types, case and insignificant spaces.
    pub fn matches(&self, other: &Self) -> bool {
        self.compared == other.compared
    }

    /// This name with one more relative distinguished name below it.
    ///
    /// # Errors
    /// [`Malformed`] never for names that were read; the octets are put together and read again.
    pub fn with(&self, relative: &RelativeDistinguishedName) -> Result<Self, Malformed> {
        let attribute = |attribute: &NameAttribute| {
            let oid = write::value(tag::OBJECT_IDENTIFIER, attribute.oid.octets());
            write::sequence(&[oid, attribute.value.octets().to_vec()])
        };
        let own = Reader::new(&self.received, "name").only(|reader| Ok(reader.value()?.received_contents()))?;
        let below = write::set_of(relative.0.iter().map(attribute).collect());
        Self::from_der(&write::value(tag::SEQUENCE, &[own.octets(), &below].concat()))
    }

    /// Whether this name begins with all of `base` (RFC 5280 §4.2.1.10, directory names).
    pub fn is_within(&self, base: &Self) -> bool {
        self.compared.starts_with(&base.compared)
    }
}

impl PartialEq for Name {
    /// As [`Name::matches`].
    fn eq(&self, other: &Self) -> bool {
        self.matches(other)
    }
}

impl TypedIdentifier {
    fn from_text(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(':')?;
        let named = !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric());
        named.then(|| Self { kind: kind.to_ascii_uppercase(), value: value.trim().to_owned() })
    }
}

impl RelativeDistinguishedName {
    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let attributes =
            value.reader()?.each(|reader| NameAttribute::from_value(&reader.expect(tag::SEQUENCE, "attributeTypeAndValue")?))?;
        Ok(Self(attributes))
    }

    /// The attributes as they are compared, in an order of their own: that of a set does not matter (RFC 4517 §4.2.15).
    fn compared(&self) -> Vec<u8> {
        write::set_of(self.0.iter().map(NameAttribute::compared).collect())
    }
}

impl NameAttribute {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let oid = reader.expect(tag::OBJECT_IDENTIFIER, "type")?.object_id()?;
        let value = reader.value()?;
        reader.finish()?;
        Ok(Self { oid, tag: value.tag(), value: value.received(), text: value.text() })
    }

    fn compared(&self) -> Vec<u8> {
        let oid = write::value(tag::OBJECT_IDENTIFIER, self.oid.octets());
        let value = match self.prepared() {
            Some(text) => write::utf8_string(&text),
            None => write::octet_string(self.value.octets()),
        };
        [oid, value].concat()
    }

    /// The text as it is compared; `None` where only octets can be: not a string type, or characters that did not decode.
    fn prepared(&self) -> Option<String> {
        let is_text = matches!(
            self.tag,
            tag::UTF8_STRING
                | tag::PRINTABLE_STRING
                | tag::TELETEX_STRING
                | tag::BMP_STRING
                | tag::UNIVERSAL_STRING
                | tag::IA5_STRING
                | tag::NUMERIC_STRING
                | tag::VISIBLE_STRING
        );
        let decoded = is_text && !self.text.contains(char::REPLACEMENT_CHARACTER);
        decoded.then(|| self.text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" "))
    }
}

/// RFC 4514: the last relative distinguished name first.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rdn) in self.rdns.iter().rev().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            for (index, attribute) in rdn.0.iter().enumerate() {
                if index > 0 {
                    f.write_str("+")?;
                }
                write!(f, "{attribute}")?;
            }
        }
        Ok(())
    }
}

/// RFC 4514 §2.3, §2.4. Types without a short name there are written as identifiers, values that are no text in hexadecimal.
impl fmt::Display for NameAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SHORT_NAMES.iter().find(|(oid, _)| self.oid == *oid) {
            Some((_, name)) => write!(f, "{name}=")?,
            None => write!(f, "{}=", self.oid)?,
        }
        if self.tag & tag::CONSTRUCTED != 0 || self.tag & 0xc0 != 0 {
            f.write_str("#")?;
            return self.value.octets().iter().try_for_each(|octet| write!(f, "{octet:02x}"));
        }
        let last = self.text.chars().count().saturating_sub(1);
        self.text.chars().enumerate().try_for_each(|(index, c)| match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{c}"),
            ' ' | '#' if index == 0 => write!(f, "\\{c}"),
            ' ' if index == last => f.write_str("\\ "),
            c if c.is_control() => c.encode_utf8(&mut [0; 4]).bytes().try_for_each(|octet| write!(f, "\\{octet:02X}")),
            c => write!(f, "{c}"),
        })
    }
}

/// RFC 4514 §3, and those that people know by name in Vietnamese certificates.
const SHORT_NAMES: [(ObjectIdentifier, &str); 14] = [
    (object_id::COMMON_NAME, "CN"),
    (object_id::LOCALITY, "L"),
    (object_id::STATE_OR_PROVINCE, "ST"),
    (object_id::ORGANIZATION, "O"),
    (object_id::ORGANIZATIONAL_UNIT, "OU"),
    (object_id::COUNTRY, "C"),
    (object_id::STREET, "STREET"),
    (object_id::DOMAIN_COMPONENT, "DC"),
    (object_id::USER_ID, "UID"),
    (object_id::TITLE, "T"),
    (object_id::SERIAL_NUMBER, "SERIALNUMBER"),
    (object_id::SURNAME, "SN"),
    (object_id::GIVEN_NAME, "GN"),
    (object_id::EMAIL_ADDRESS, "E"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(oid: ObjectIdentifier, tag: u8, text: &[u8]) -> Vec<u8> {
        write::sequence(&[write::object_id(oid), write::value(tag, text)])
    }

    fn name(rdns: &[&[(ObjectIdentifier, u8, &str)]]) -> Name {
        let rdns: Vec<_> = rdns
            .iter()
            .map(|rdn| write::set_of(rdn.iter().map(|(oid, tag, text)| attribute(*oid, *tag, text.as_bytes())).collect()))
            .collect();
        Name::from_der(&write::sequence(&rdns)).unwrap()
    }

    #[test]
    fn names_match_whatever_the_string_type_case_and_spaces() {
        let one = name(&[&[(object_id::ORGANIZATION, tag::PRINTABLE_STRING, "  So  Y Te ")]]);
        assert!(one.matches(&name(&[&[(object_id::ORGANIZATION, tag::UTF8_STRING, "SO y te")]])));
        assert!(!one.matches(&name(&[&[(object_id::ORGANIZATION, tag::UTF8_STRING, "SOy te")]])));
        assert!(!one.matches(&name(&[&[(object_id::COMMON_NAME, tag::UTF8_STRING, "SO y te")]])));
    }

    #[test]
    fn accents_are_no_matter_of_case() {
        let accented = name(&[&[(object_id::COMMON_NAME, tag::UTF8_STRING, "CA phục vụ")]]);
        assert!(accented.matches(&name(&[&[(object_id::COMMON_NAME, tag::UTF8_STRING, "CA PHỤC VỤ")]])));
        assert!(!accented.matches(&name(&[&[(object_id::COMMON_NAME, tag::UTF8_STRING, "CA phuc vu")]])));
    }

    #[test]
    fn the_order_matters_between_rdns_and_not_within() {
        let (cn, o) = ((object_id::COMMON_NAME, tag::UTF8_STRING, "a"), (object_id::ORGANIZATION, tag::UTF8_STRING, "b"));
        assert!(name(&[&[cn, o]]).matches(&name(&[&[o, cn]])));
        assert!(!name(&[&[cn], &[o]]).matches(&name(&[&[o], &[cn]])));
        assert!(name(&[&[cn], &[o]]).is_within(&name(&[&[cn]])));
        assert!(!name(&[&[cn], &[o]]).is_within(&name(&[&[o]])));
    }

    #[test]
    fn identifiers_of_vietnamese_certificates_say_their_kind() {
        let name = name(&[
            &[(object_id::USER_ID, tag::UTF8_STRING, "MST:0400260612")],
            &[(object_id::USER_ID, tag::UTF8_STRING, "MNS:1047665")],
            &[(object_id::USER_ID, tag::UTF8_STRING, "1047665")],
            &[(object_id::COMMON_NAME, tag::UTF8_STRING, "SỞ Y TẾ")],
        ]);
        let typed: Vec<_> = name.typed_identifiers().into_iter().map(|id| (id.kind, id.value)).collect();
        assert_eq!(typed, [("MST".to_owned(), "0400260612".to_owned()), ("MNS".to_owned(), "1047665".to_owned())]);
        assert_eq!(name.common_name(), Some("SỞ Y TẾ"));
    }

    /// RFC 4514 §4, the examples.
    #[test]
    fn names_print_as_rfc_4514_has_them() {
        let domain = |text| (object_id::DOMAIN_COMPONENT, tag::IA5_STRING, text);
        let example =
            name(&[&[domain("net")], &[domain("example")], &[(object_id::COMMON_NAME, tag::UTF8_STRING, "James \"Jim\" Smith, III")]]);
        assert_eq!(example.to_string(), r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#);
        let example = name(&[&[domain("net")], &[(object_id::COMMON_NAME, tag::UTF8_STRING, "Before\rAfter")]]);
        assert_eq!(example.to_string(), r"CN=Before\0DAfter,DC=net");
        let lucic = name(&[&[(object_id::SURNAME, tag::UTF8_STRING, " #Lu\u{10d}i\u{107} ")]]);
        assert_eq!(lucic.to_string(), "SN=\\ #Lučić\\ ");
    }
}
