//! RFC 5280 §4.2.1.4, §4.2.1.5 — Certificate policies, policy mappings

use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;

use super::ExtensionValue;
use crate::encoding::der::{ObjectId, Reader, Received, tag};
use crate::error::Malformed;
use crate::pki::object_id;

/// `certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF PolicyInformation`, no policy twice
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
        let value = reader.expect(tag::SEQUENCE, "certificatePolicies")?;
        let policies = value.reader()?.each(|reader| reader.sequence("policyInformation")?.only(PolicyInformation::read))?;
        let different: BTreeSet<_> = policies.iter().map(|information| &information.policy).collect();
        match policies.len() {
            0 => Err(value.malformed("no policy in certificatePolicies")),
            // RFC 5280 §4.2.1.4: of two qualifier sets one reader takes the first and another the last.
            count if count > different.len() => Err(value.malformed("a policy stands twice in certificatePolicies")),
            _ => Ok(Self(policies)),
        }
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
        let value = reader.expect(tag::SEQUENCE, "policyMappings")?;
        let mappings = value.reader()?.each(|reader| reader.sequence("policyMapping")?.only(PolicyMapping::read))?;
        if mappings.is_empty() { Err(value.malformed("no pair in policyMappings")) } else { Ok(Self(mappings)) }
    }
}

impl PolicyMapping {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let issuer_domain = reader.expect(tag::OBJECT_IDENTIFIER, "issuerDomainPolicy")?.object_id()?;
        let subject_domain = reader.expect(tag::OBJECT_IDENTIFIER, "subjectDomainPolicy")?.object_id()?;
        Ok(Self { issuer_domain, subject_domain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::der::write;

    fn read<T: ExtensionValue>(values: &[Vec<u8>]) -> Result<T, String> {
        let octets = Received::new(&write::sequence(values));
        Reader::new(&octets, "test").only(T::read).map_err(|malformed| malformed.what.to_string())
    }

    fn policy(oid: ObjectIdentifier) -> Vec<u8> {
        write::sequence(&[write::object_id(oid)])
    }

    #[test]
    fn a_policy_stands_once() {
        let (one, other) = (policy(object_id::ANY_POLICY), policy(object_id::DATA));
        assert_eq!(read::<CertificatePolicies>(&[one.clone(), other]).unwrap().0.len(), 2);
        assert_eq!(read::<CertificatePolicies>(&[one.clone(), one]).unwrap_err(), "a policy stands twice in certificatePolicies");
    }

    #[test]
    fn policies_and_mappings_are_not_empty() {
        assert_eq!(read::<CertificatePolicies>(&[]).unwrap_err(), "no policy in certificatePolicies");
        assert_eq!(read::<PolicyMappings>(&[]).unwrap_err(), "no pair in policyMappings");
    }
}
