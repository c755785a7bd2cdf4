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
        let mut reader = reader.expect(tag::SEQUENCE, "certificatePolicies")?.reader()?;
        let mut policies = Vec::new();
        while !reader.is_empty() {
            let mut information = reader.expect(tag::SEQUENCE, "policyInformation")?.reader()?;
            let policy = information.expect(tag::OBJECT_IDENTIFIER, "policyIdentifier")?.object_id()?;
            let qualifiers = information.optional(tag::SEQUENCE)?.map(|value| value.received());
            information.finish()?;
            policies.push(PolicyInformation { policy, qualifiers });
        }
        Ok(Self(policies))
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
        let mut reader = reader.expect(tag::SEQUENCE, "policyMappings")?.reader()?;
        let mut mappings = Vec::new();
        while !reader.is_empty() {
            let mut pair = reader.expect(tag::SEQUENCE, "policyMapping")?.reader()?;
            let issuer_domain = pair.expect(tag::OBJECT_IDENTIFIER, "issuerDomainPolicy")?.object_id()?;
            let subject_domain = pair.expect(tag::OBJECT_IDENTIFIER, "subjectDomainPolicy")?.object_id()?;
            pair.finish()?;
            mappings.push(PolicyMapping { issuer_domain, subject_domain });
        }
        Ok(Self(mappings))
    }
}
