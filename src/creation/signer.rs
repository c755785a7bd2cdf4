//! RFC 5652 §5.6 — Signature generation: whoever holds the key

use std::sync::Arc;

use crate::crypto::{SignatureAlgorithm, Signed, SigningFailed, SoftwareKey};
use crate::error::Misuse;
use crate::pki::Certificate;

/// Whoever holds a private key: software, a token, a service.
pub trait Signer {
    /// What [`Self::sign`] signs with.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// The signing certificate first, then those that lead to its trust anchor, as far as they shall be in the signature.
    fn certificates(&self) -> &[Certificate];

    /// The signature value over these octets: they are digested as the algorithm says.
    ///
    /// # Errors
    /// The signer's own reason.
    fn sign(&self, to_be_signed: &[u8]) -> Result<Vec<u8>, SignerError>;
}

/// Why a signer made no value, in its own words.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct SignerError(Arc<dyn std::error::Error + Send + Sync>);

impl SignerError {
    /// The error that the signer met, or a message.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

impl From<SigningFailed> for SignerError {
    fn from(failed: SigningFailed) -> Self {
        Self::new(failed)
    }
}

/// A key in memory and its certificates.
#[derive(Debug)]
pub struct SoftwareSigner {
    key: SoftwareKey,
    certificates: Vec<Certificate>,
    algorithm: SignatureAlgorithm,
}

impl SoftwareSigner {
    /// A signer with what the key signs with unless told otherwise; `certificates` as in [`Signer::certificates`].
    ///
    /// # Errors
    /// [`Misuse`] when the first certificate is not that of the key.
    pub fn new(key: SoftwareKey, certificates: Vec<Certificate>) -> Result<Self, Misuse> {
        let spki = certificates.first().map(Certificate::subject_public_key_info);
        if spki.is_some_and(|spki| spki != key.public_key().spki()) {
            return Err(Misuse::new("the first certificate is of another key; give the signing certificate first"));
        }
        let algorithm = key.default_algorithm();
        Ok(Self { key, certificates, algorithm })
    }

    /// The same signer with another algorithm.
    ///
    /// # Errors
    /// [`Misuse`] when the key does not sign with it.
    pub fn with_algorithm(self, algorithm: SignatureAlgorithm) -> Result<Self, Misuse> {
        if !self.key.supports(&algorithm) {
            return Err(Misuse::new(format!("the key does not sign with {algorithm}")));
        }
        Ok(Self { algorithm, ..self })
    }
}

impl Signer for SoftwareSigner {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    fn sign(&self, to_be_signed: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.key.sign(&self.algorithm, Signed::Octets(to_be_signed))?)
    }
}
