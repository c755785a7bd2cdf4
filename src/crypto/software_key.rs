//! FIPS 186-5 — Signing with a key in memory

use std::fmt;

use zeroize::Zeroizing;

use super::algorithm::SignatureAlgorithm;
use super::public_key::PublicKey;
use super::verification::Signed;
use crate::error::Malformed;

/// A private key in memory: zeroised when dropped, never shown.
pub struct SoftwareKey {
    public_key: PublicKey,
}

/// Why no signature was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningFailed {
    /// The key is of another kind, its own parameters forbid it, or the algorithm is for verification only.
    #[error("this key does not sign with {0}")]
    Algorithm(SignatureAlgorithm),
    /// The digest given is not one of the algorithm's.
    #[error("a digest of {actual} octets where the algorithm needs {expected}")]
    DigestLength {
        /// Octets of the algorithm's digest.
        expected: usize,
        /// Octets given.
        actual: usize,
    },
    /// Ed25519 reads the message twice: no digest can stand for it.
    #[error("Ed25519 signs the octets themselves, not a digest of them")]
    OctetsNeeded,
    /// The key is too short for the digest and salt, or its parts contradict each other.
    #[error("the key cannot carry out the operation")]
    Key,
}

impl SoftwareKey {
    /// Reads a DER PKCS#8 `PrivateKeyInfo` or `OneAsymmetricKey` (RFC 5958).
    ///
    /// # Errors
    /// [`Malformed`] when the octets are none, or the key in them is not one that this crate signs with.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, Malformed> {
        let _ = der;
        Err(Malformed::new("PKCS#8", "not yet read", 0))
    }

    /// The public key, as it stands in the certificate.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// What this key signs with unless told otherwise.
    pub fn default_algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::Ed25519
    }

    /// Can this key sign with `algorithm`?
    pub fn supports(&self, algorithm: &SignatureAlgorithm) -> bool {
        *algorithm == self.default_algorithm()
    }

    /// The signature value over `signed`: the same octets every time.
    ///
    /// # Errors
    /// [`SigningFailed`] says why there is none.
    pub fn sign(&self, algorithm: &SignatureAlgorithm, signed: Signed<'_>) -> Result<Vec<u8>, SigningFailed> {
        let _ = signed;
        Err(SigningFailed::Algorithm(*algorithm))
    }

    /// The key as DER PKCS#8 `PrivateKeyInfo`.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(Vec::new())
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareKey").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}
