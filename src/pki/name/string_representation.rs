//! RFC 4514 — String representation of distinguished names

use std::fmt;

use const_oid::ObjectIdentifier;

use super::{Name, NameAttribute, RelativeDistinguishedName};
use crate::encoding::der::tag;
use crate::pki::object_id;

/// RFC 4514: the last relative distinguished name first.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Name {
    /// The string representation; kept, since names stand in every other step of a report.
    pub fn text(&self) -> &str {
        self.0.written.get_or_init(|| written(self))
    }
}

fn written(name: &Name) -> String {
    let rdn = |rdn: &RelativeDistinguishedName| rdn.0.iter().map(NameAttribute::to_string).collect::<Vec<_>>().join("+");
    name.rdns().iter().rev().map(rdn).collect::<Vec<_>>().join(",")
}

/// RFC 4514 §2.3, §2.4. Types without a short name there are written as identifiers, values that are no text in hexadecimal.
impl fmt::Display for NameAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.short_name() {
            Some(name) => write!(f, "{name}=")?,
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

impl NameAttribute {
    /// What people call the type.
    pub fn short_name(&self) -> Option<&'static str> {
        SHORT_NAMES.iter().find(|(oid, _)| self.oid == *oid).map(|(_, name)| *name)
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
    use super::super::tests::name;
    use super::*;

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
