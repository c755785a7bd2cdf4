//! RFC 5280 §6.1.2 (g) to (j) — working_public_key and working_issuer_name: who issued the certificate in hand

use super::inquiry::SignedObject;
use super::{Budgets, Inquiry, subject};
use crate::context::{AlgorithmPolicy, AlgorithmUse, TrustAnchor};
use crate::crypto::{PublicKey, Verification};
use crate::error::Malformed;
use crate::limits::Exhausted;
use crate::pki::{AlgorithmIdentifier, BasicOcspResponse, Certificate, CertificateList, Name};
use crate::report::Fact;

/// A name and a key, with the certificate that binds them unless they are believed without one.
#[derive(Clone)]
pub(super) struct Issuer {
    pub name: Name,
    pub key: Result<PublicKey, Malformed>,
    pub certificate: Option<Certificate>,
}

impl Issuer {
    pub(super) fn of_anchor(anchor: &TrustAnchor) -> Self {
        Self { name: anchor.name.clone(), key: Ok(anchor.public_key.clone()), certificate: anchor.certificate.clone() }
    }

    pub(super) fn of_certificate(certificate: &Certificate) -> Self {
        Self { name: certificate.subject().clone(), key: certificate.public_key().cloned(), certificate: Some(certificate.clone()) }
    }

    /// Whether this issuer's key made the signature of `object`.
    pub(super) fn verifies(&self, inquiry: &Inquiry<'_>, object: &SignedObject<'_>) -> Result<Verification, Exhausted> {
        match &self.key {
            Ok(key) => inquiry.budgets.verify(key, object),
            Err(malformed) => Ok(Verification::Unsupported(malformed.to_string())),
        }
    }

    /// Whether `certificate` was issued by this name and key.
    pub(super) fn issued(&self, certificate: &Certificate, budgets: &Budgets<'_>) -> bool {
        let object = SignedObject::from(certificate);
        certificate.issuer().matches(&self.name)
            && certificate.signature_algorithm() == certificate.tbs_signature_algorithm()
            && self.key.as_ref().is_ok_and(|key| budgets.verify(key, &object) == Ok(Verification::Valid))
    }

    /// The name in words.
    pub(super) fn named(&self) -> Fact {
        self.certificate.as_ref().map_or_else(|| self.name.text().to_owned().into(), subject)
    }

    /// Bits of the key; 0 when it cannot be read.
    pub(super) fn bits(&self) -> u32 {
        self.key.as_ref().ok().and_then(PublicKey::bits).unwrap_or(0)
    }

    /// RFC 5280 §6.3.3 (f): a key usage that is there must allow it; one that cannot be read allows nothing.
    pub(super) fn may_sign_crls(&self) -> bool {
        self.certificate
            .as_ref()
            .is_none_or(|certificate| certificate.key_usage().is_ok_and(|usage| usage.is_none_or(|usage| usage.crl_sign())))
    }
}

/// How long the policy holds signatures of `algorithm` by `key` reliable; what cannot be read never.
pub(super) fn reliable(table: &AlgorithmPolicy, algorithm: &AlgorithmIdentifier, key: &Result<PublicKey, Malformed>) -> AlgorithmUse {
    match (key, algorithm.signature(None)) {
        (Ok(key), Ok(algorithm)) => table.signature(&algorithm, key),
        _ => AlgorithmUse::Never,
    }
}

/// The algorithm in words, or its identifier.
pub(crate) fn algorithm_name(algorithm: &AlgorithmIdentifier) -> String {
    algorithm.signature(None).map_or_else(|_| algorithm.oid.to_string(), |algorithm| algorithm.to_string())
}

impl<'a> From<&'a Certificate> for SignedObject<'a> {
    fn from(certificate: &'a Certificate) -> Self {
        Self {
            sha256: certificate.sha256(),
            algorithm: certificate.signature_algorithm(),
            octets: certificate.tbs(),
            value: certificate.signature(),
        }
    }
}

impl<'a> From<&'a CertificateList> for SignedObject<'a> {
    fn from(crl: &'a CertificateList) -> Self {
        Self { sha256: crl.sha256(), algorithm: crl.signature_algorithm(), octets: crl.tbs(), value: crl.signature() }
    }
}

impl<'a> From<&'a BasicOcspResponse> for SignedObject<'a> {
    fn from(response: &'a BasicOcspResponse) -> Self {
        Self { sha256: response.sha256(), algorithm: response.signature_algorithm(), octets: response.tbs(), value: response.signature() }
    }
}
