//! RFC 5280 §4.2.1.3, §4.2.1.12 — Key usage, extended key usage

use const_oid::ObjectIdentifier;

use super::ExtensionValue;
use crate::encoding::der::{ObjectId, Reader, tag};
use crate::error::Malformed;
use crate::pki::object_id;

/// `KeyUsage ::= BIT STRING { digitalSignature(0), .. }`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u32);

/// The bits in their order, with their names in RFC 5280.
const NAMES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

impl KeyUsage {
    /// Signatures on anything but certificates and CRLs.
    pub fn digital_signature(self) -> bool {
        self.0 & 1 != 0
    }

    /// Signatures that commit to content: `nonRepudiation`, by its newer name `contentCommitment`.
    pub fn content_commitment(self) -> bool {
        self.0 & 1 << 1 != 0
    }

    /// Signatures on certificates.
    pub fn key_cert_sign(self) -> bool {
        self.0 & 1 << 5 != 0
    }

    /// Signatures on CRLs.
    pub fn crl_sign(self) -> bool {
        self.0 & 1 << 6 != 0
    }

    /// The names of the bits that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 != 0).map(|(_, name)| name)
    }
}

impl ExtensionValue for KeyUsage {
    const OID: ObjectIdentifier = object_id::KEY_USAGE;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self(reader.expect(tag::BIT_STRING, "keyUsage")?.named_bits()?))
    }
}

/// `ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage(pub Vec<ObjectId>);

impl ExtendedKeyUsage {
    /// Whether `purpose` is among them.
    pub fn has(&self, purpose: ObjectIdentifier) -> bool {
        self.0.iter().any(|oid| *oid == purpose)
    }
}

impl ExtensionValue for ExtendedKeyUsage {
    const OID: ObjectIdentifier = object_id::EXTENDED_KEY_USAGE;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let purposes = reader.sequence("extKeyUsage")?;
        purposes.each(|reader| reader.expect(tag::OBJECT_IDENTIFIER, "keyPurposeId")?.object_id()).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::der::Received;

    fn usage(octets: &[u8]) -> Vec<&'static str> {
        KeyUsage::read(&mut Reader::new(&Received::new(octets), "test")).unwrap().names().collect()
    }

    #[test]
    fn bits_are_numbered_from_the_left() {
        assert_eq!(usage(&[3, 2, 1, 0x06]), ["keyCertSign", "cRLSign"]);
        assert_eq!(usage(&[3, 2, 6, 0xc0]), ["digitalSignature", "nonRepudiation"]);
        assert_eq!(usage(&[3, 3, 7, 0x08, 0x80]), ["keyAgreement", "decipherOnly"]);
        assert!(usage(&[3, 1, 0]).is_empty());
    }
}
