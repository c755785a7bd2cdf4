//! RFC 5280 §4.2.1.4, §4.2.1.5 — Certificate policies, policy mappings

use const_oid::ObjectIdentifier;

use super::ExtensionValue;
use crate::encoding::der::{ObjectId, Reader, Received, tag};
use crate::error::Malformed;
use crate::pki::object_id;

/// `certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF PolicyInformation`
#[derive(Clone, Debug)]
pub struct CertificatePolicies(pub Vec<PolicyInformation>);

/// `PolicyInformation ::= SEQUENCE { policyIdentifier, policyQualifiers SEQUENCE OF PolicyQualifierInfo OPTIONAL }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInformation {
    /// `policyIdentifier`
    pub policy: ObjectId,
    /// `policyQualifiers`, unread.
    pub qualifiers: Option<Received>,
}

impl ExtensionValue for CertificatePolicies {
    const OID: ObjectIdentifier = object_id::CERTIFICATE_POLICIES;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let policies = reader.sequence("certificatePolicies")?;
        policies.each(|reader| reader.sequence("policyInformation")?.only(PolicyInformation::read)).map(Self)
    }
}

impl PolicyInformation {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let policy = reader.expect(tag::OBJECT_IDENTIFIER, "policyIdentifier")?.object_id()?;
        let qualifiers = reader.optional(tag::SEQUENCE)?.map(|value| value.received());
        Ok(Self { policy, qualifiers })
    }
}

/// `PolicyMappings ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }`
#[derive(Clone, Debug)]
pub struct PolicyMappings(pub Vec<PolicyMapping>);

/// One pair of [`PolicyMappings`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyMapping {
    /// `issuerDomainPolicy`
    pub issuer_domain: ObjectId,
    /// `subjectDomainPolicy`
    pub subject_domain: ObjectId,
}

impl ExtensionValue for PolicyMappings {
    const OID: ObjectIdentifier = object_id::POLICY_MAPPINGS;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mappings = reader.sequence("policyMappings")?;
        mappings.each(|reader| reader.sequence("policyMapping")?.only(PolicyMapping::read)).map(Self)
    }
}

impl PolicyMapping {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let issuer_domain = reader.expect(tag::OBJECT_IDENTIFIER, "issuerDomainPolicy")?.object_id()?;
        let subject_domain = reader.expect(tag::OBJECT_IDENTIFIER, "subjectDomainPolicy")?.object_id()?;
        Ok(Self { issuer_domain, subject_domain })
    }
}
