//! RFC 5280 §4.1 — what a certificate shall say, right or wrong

use super::extension::{Extension, authority, end_entity, extended_key_usage, key_usage, ocsp_no_check};
use super::extension::{KeyUsage, Purpose};
use super::name::Name;
use crate::Time;
use crate::crypto::SignatureAlgorithm;

/// How the extension of RFC 5280 §4.2.1.1 names the issuer's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthorityKeyIdentifier {
    /// `keyIdentifier`, as the profile wants it.
    #[default]
    KeyIdentifier,
    /// `authorityCertIssuer` and `authorityCertSerialNumber`, as old authorities write it.
    IssuerAndSerial,
    /// All three.
    Both,
    /// No such extension.
    Absent,
}

/// One thing made wrong on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The last bit of the signature value is the other one.
    SignatureAltered,
    /// The signed part names this algorithm, the outer part the one that was used (RFC 5280 §4.1.1.2 wants them equal).
    InnerAlgorithm(SignatureAlgorithm),
}

/// What a certificate shall say. Nothing is checked, so that every mistake can be made.
#[derive(Clone, Debug)]
pub struct Template {
    /// `version` as it is written: 2 for v3; `None` leaves it out, which means v1.
    pub version: Option<u8>,
    /// `serialNumber`, not negative, big-endian; where absent, made from the other contents.
    pub serial: Option<Vec<u8>>,
    /// `signature`; where absent, what the issuer's key usually signs with.
    pub algorithm: Option<SignatureAlgorithm>,
    /// `issuer`; where absent, the name of the issuer.
    pub issuer: Option<Name>,
    /// `notBefore`
    pub not_before: Time,
    /// `notAfter`
    pub not_after: Time,
    /// `subject`
    pub subject: Name,
    /// Whether the extension of §4.2.1.2 is there.
    pub subject_key_identifier: bool,
    /// The form of the extension of §4.2.1.1.
    pub authority_key_identifier: AuthorityKeyIdentifier,
    /// All other extensions, in this order.
    pub extensions: Vec<Extension>,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

impl Template {
    /// A certificate of version 3 with the two key identifiers and no other extension.
    pub fn new(subject: Name, not_before: Time, not_after: Time) -> Self {
        Self {
            version: Some(2),
            serial: None,
            algorithm: None,
            issuer: None,
            not_before,
            not_after,
            subject,
            subject_key_identifier: true,
            authority_key_identifier: AuthorityKeyIdentifier::default(),
            extensions: Vec::new(),
            fault: None,
        }
    }

    /// A certification authority with at most so many authorities under it.
    pub fn authority(subject: Name, not_before: Time, not_after: Time, path_length: Option<u64>) -> Self {
        Self::new(subject, not_before, not_after).with(authority(path_length)).with(key_usage(&[KeyUsage::KeyCertSign, KeyUsage::CrlSign]))
    }

    /// A person or an organisation as the Vietnamese government's authority certifies them: keys for signing and for
    /// encryption in one, and no purpose of signing documents.
    pub fn signatory(subject: Name, not_before: Time, not_after: Time) -> Self {
        use KeyUsage::{DataEncipherment, DigitalSignature, KeyEncipherment, NonRepudiation};
        Self::new(subject, not_before, not_after)
            .with(end_entity())
            .with(key_usage(&[DigitalSignature, NonRepudiation, KeyEncipherment, DataEncipherment]))
            .with(extended_key_usage(&[Purpose::ClientAuthentication, Purpose::EmailProtection, Purpose::SmartcardLogon]))
    }

    /// A timestamping authority (RFC 3161 §2.3: one purpose, critical).
    pub fn timestamping(subject: Name, not_before: Time, not_after: Time) -> Self {
        Self::new(subject, not_before, not_after)
            .with(end_entity())
            .with(key_usage(&[KeyUsage::DigitalSignature, KeyUsage::NonRepudiation]))
            .with(extended_key_usage(&[Purpose::TimeStamping]).with_criticality(true))
    }

    /// A responder to which the issuer has delegated (RFC 6960 §4.2.2.2), itself not to be looked up.
    pub fn ocsp_responder(subject: Name, not_before: Time, not_after: Time) -> Self {
        Self::new(subject, not_before, not_after)
            .with(end_entity())
            .with(key_usage(&[KeyUsage::DigitalSignature]))
            .with(extended_key_usage(&[Purpose::OcspSigning]))
            .with(ocsp_no_check())
    }

    /// With this extension, in the place of one of the same identifier.
    #[must_use]
    pub fn with(mut self, extension: Extension) -> Self {
        match self.extensions.iter_mut().find(|other| other.id == extension.id) {
            Some(other) => *other = extension,
            None => self.extensions.push(extension),
        }
        self
    }

    /// Without the extension of this identifier.
    #[must_use]
    pub fn without(mut self, id: const_oid::ObjectIdentifier) -> Self {
        self.extensions.retain(|extension| extension.id != id);
        self
    }

    /// Signed with this algorithm.
    #[must_use]
    pub fn signed_with(self, algorithm: SignatureAlgorithm) -> Self {
        Self { algorithm: Some(algorithm), ..self }
    }

    /// With this fault.
    #[must_use]
    pub fn with_fault(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }
}
