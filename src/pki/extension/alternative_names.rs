//! RFC 5280 §4.2.1.6, §4.2.1.7 — Alternative names

use const_oid::ObjectIdentifier;

use super::ExtensionValue;
use crate::encoding::der::{ObjectId, Reader, Received, Value, tag};
use crate::error::Malformed;
use crate::pki::{Name, object_id};

/// `GeneralName`, a choice of name forms.
#[derive(Clone, Debug)]
pub enum GeneralName {
    /// `otherName [0]`: its type, and the value with identifier and length.
    Other(ObjectId, Received),
    /// `rfc822Name [1]`: an e-mail address
    Email(String),
    /// `dNSName [2]`
    Dns(String),
    /// `directoryName [4]`
    Directory(Name),
    /// `uniformResourceIdentifier [6]`
    Uri(String),
    /// `iPAddress [7]`: 4 or 16 octets, in name constraints twice as many
    IpAddress(Received),
    /// `registeredID [8]`
    RegisteredId(ObjectId),
    /// `x400Address [3]`, `ediPartyName [5]` or unknown: the whole value
    Unsupported(u8, Received),
}

/// `GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName`
#[derive(Clone, Debug, Default)]
pub struct GeneralNames(pub Vec<GeneralName>);

impl GeneralName {
    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        Ok(match value.tag() {
            0xa0 => value.only(|other| {
                let oid = other.expect(tag::OBJECT_IDENTIFIER, "type-id")?.object_id()?;
                let value = other.explicit(0, Reader::value)?;
                Ok(Self::Other(oid, value.ok_or_else(|| other.malformed("otherName without a value"))?.received()))
            })?,
            0x81 => Self::Email(value.text()),
            0x82 => Self::Dns(value.text()),
            0xa4 => Self::Directory(value.only(|reader| Name::read(reader, "directoryName"))?),
            0x86 => Self::Uri(value.text()),
            0x87 => Self::IpAddress(value.received_contents()),
            0x88 => Self::RegisteredId(value.object_id()?),
            found if found & 0xc0 == 0x80 => Self::Unsupported(found & 0x1f, value.received()),
            found => return Err(value.malformed(format!("general name expected, found tag 0x{found:02x}"))),
        })
    }

    /// The directory name, if it is one.
    pub fn directory(&self) -> Option<&Name> {
        if let Self::Directory(name) = self { Some(name) } else { None }
    }

    /// The e-mail address with letters outside of ASCII, if it is one: `SmtpUTF8Mailbox ::= UTF8String` (RFC 9598 §3).
    pub fn internationalized_mailbox(&self) -> Option<&str> {
        match self {
            Self::Other(oid, value) if *oid == object_id::SMTP_UTF8_MAILBOX => {
                let value = Reader::new(value, "SmtpUTF8Mailbox").only(|reader| reader.expect(tag::UTF8_STRING, "SmtpUTF8Mailbox"));
                // One that is malformed is an address all the same, and equals none.
                Some(value.ok().and_then(|value| std::str::from_utf8(value.contents()).ok()).unwrap_or_default())
            }
            _ => None,
        }
    }

    /// The URI, if it is one.
    pub fn uri(&self) -> Option<&str> {
        if let Self::Uri(uri) = self { Some(uri) } else { None }
    }
}

impl GeneralNames {
    /// Reads the names inside `value`, whatever its tag.
    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        value.reader()?.each(|reader| GeneralName::from_value(&reader.value()?)).map(Self)
    }

    /// The directory names among them.
    pub fn directories(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().filter_map(GeneralName::directory)
    }
}

/// `SubjectAltName ::= GeneralNames`
#[derive(Clone, Debug)]
pub struct SubjectAlternativeName(pub GeneralNames);

impl ExtensionValue for SubjectAlternativeName {
    const OID: ObjectIdentifier = object_id::SUBJECT_ALTERNATIVE_NAME;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self(GeneralNames::from_value(&reader.expect(tag::SEQUENCE, "subjectAltName")?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::der::write;

    fn read(name: &[u8]) -> Result<GeneralName, Malformed> {
        GeneralName::from_value(&Reader::new(&Received::new(name), "test").value()?)
    }

    #[test]
    fn names_have_their_forms() {
        assert!(matches!(read(&write::context(1, b"a@b.vn")).unwrap(), GeneralName::Email(text) if text == "a@b.vn"));
        assert!(matches!(read(&write::context(7, &[127, 0, 0, 1])).unwrap(), GeneralName::IpAddress(octets) if octets.octets().len() == 4));
        assert!(matches!(read(&write::context_constructed(5, &[write::null()])).unwrap(), GeneralName::Unsupported(5, _)));
        assert!(read(&write::null()).is_err());
    }

    /// RFC 5280 §4.2.1.6: `value [0] EXPLICIT ANY`
    #[test]
    fn the_value_of_an_other_name_has_an_explicit_tag() {
        let other = |value| write::context_constructed(0, &[write::object_id(object_id::COMMON_NAME), value]);
        assert!(matches!(read(&other(write::context_constructed(0, &[write::null()]))).unwrap(), GeneralName::Other(..)));
        assert!(read(&other(write::null())).is_err());
    }
}
