//! RFC 5280 §4.2.1.1, §4.2.1.2 — Authority and subject key identifier

use const_oid::ObjectIdentifier;

use super::{ExtensionValue, GeneralNames};
use crate::encoding::der::{Reader, Received, tag};
use crate::error::Malformed;
use crate::pki::object_id;

/// `SubjectKeyIdentifier ::= OCTET STRING`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectKeyIdentifier(pub Received);

impl ExtensionValue for SubjectKeyIdentifier {
    const OID: ObjectIdentifier = object_id::SUBJECT_KEY_IDENTIFIER;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self(reader.expect(tag::OCTET_STRING, "subjectKeyIdentifier")?.octet_string()?))
    }
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0], authorityCertIssuer [1], authorityCertSerialNumber [2] }`, all optional
#[derive(Clone, Debug)]
pub struct AuthorityKeyIdentifier {
    /// `keyIdentifier`
    pub key_identifier: Option<Received>,
    /// `authorityCertIssuer`
    pub issuer: Option<GeneralNames>,
    /// The content octets of `authorityCertSerialNumber`.
    pub serial: Option<Received>,
}

impl ExtensionValue for AuthorityKeyIdentifier {
    const OID: ObjectIdentifier = object_id::AUTHORITY_KEY_IDENTIFIER;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut reader = reader.expect(tag::SEQUENCE, "authorityKeyIdentifier")?.reader()?;
        let key_identifier = reader.optional(tag::context(0))?.map(|value| value.octet_string()).transpose()?;
        let issuer = reader.optional(tag::context_constructed(1))?.map(|value| GeneralNames::from_value(&value)).transpose()?;
        let serial = reader.optional(tag::context(2))?.map(|value| value.received_contents());
        reader.finish()?;
        Ok(Self { key_identifier, issuer, serial })
    }
}
