//! RFC 5958 §2 — throw-away private keys, made from a seed or kept in a file

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use zeroize::Zeroizing;

use super::random::Random;
use super::weak;
use crate::Misuse;
use crate::crypto::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm, Signed, SoftwareKey};
use crate::encoding::der::write::{algorithm_identifier, integer, octet_string, sequence};

/// What kind of key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyParameters {
    /// `rsaEncryption`, a modulus of so many bits.
    Rsa(usize),
    /// `id-RSASSA-PSS`, a modulus of so many bits: a key for this scheme alone (RFC 4055 §1.2).
    RsaPss(usize),
    /// `id-ecPublicKey` on a named curve.
    Ec(Curve),
    /// `id-Ed25519`
    Ed25519,
}

/// A private key for tests and demonstrations. Clones share it.
#[derive(Clone, Debug)]
pub struct Key(Arc<SoftwareKey>);

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

impl Key {
    /// A key that `random` decides.
    ///
    /// # Errors
    /// A size of modulus that cannot be.
    pub fn generate(parameters: KeyParameters, random: &mut Random) -> Result<Self, Misuse> {
        match parameters {
            KeyParameters::Rsa(bits) => {
                Self::from_pkcs8(RsaPrivateKey::new(random, bits).map_err(misuse)?.to_pkcs8_der().map_err(misuse)?.as_bytes())
            }
            KeyParameters::RsaPss(bits) => {
                let key = RsaPrivateKey::new(random, bits).map_err(misuse)?.to_pkcs1_der().map_err(misuse)?;
                Self::from_pkcs8(&private_key_info(RSASSA_PSS, key.as_bytes()))
            }
            KeyParameters::Ec(Curve::P256) => first(|| p256::SecretKey::from_slice(&random.octets::<32>()).ok()?.to_pkcs8_der().ok()),
            KeyParameters::Ec(Curve::P384) => first(|| p384::SecretKey::from_slice(&random.octets::<48>()).ok()?.to_pkcs8_der().ok()),
            KeyParameters::Ec(Curve::P521) => first(|| {
                // The order of the curve has 521 bits: one of the first octet's eight.
                let mut octets = random.octets::<66>();
                octets.first_mut().into_iter().for_each(|first| *first &= 1);
                p521::SecretKey::from_slice(&octets).ok()?.to_pkcs8_der().ok()
            }),
            KeyParameters::Ed25519 => Self::from_pkcs8(&private_key_info(ED25519, &octet_string(&random.octets::<32>()))),
        }
    }

    /// The key of a `PrivateKeyInfo`, DER.
    ///
    /// # Errors
    /// Octets that are none, or a key of a kind that this crate does not sign with.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Misuse> {
        SoftwareKey::from_pkcs8_der(der).map(|key| Self(Arc::new(key))).map_err(misuse)
    }

    /// `PrivateKeyInfo`, DER.
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.0.to_pkcs8_der()
    }

    /// The key as the library signs with it.
    pub fn software_key(&self) -> &SoftwareKey {
        &self.0
    }

    /// `SubjectPublicKeyInfo`, DER (RFC 5280 §4.1.2.7).
    pub fn public_key_info(&self) -> &[u8] {
        self.0.public_key().spki()
    }

    /// The key identifier of RFC 5280 §4.2.1.2 (1): SHA-1 of the public key's octets.
    pub fn identifier(&self) -> Vec<u8> {
        DigestAlgorithm::Sha1.digest(self.0.public_key().subject_public_key())
    }

    /// The algorithm that this key signs with where the caller names none.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.0.default_algorithm()
    }

    /// The signature value over `message`, the same octets every time; with algorithms too that the library only verifies.
    ///
    /// # Errors
    /// An algorithm of another kind of key, or a key too short for it.
    pub fn sign(&self, algorithm: &SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, Misuse> {
        if self.0.supports(algorithm) {
            self.0.sign(algorithm, Signed::Octets(message)).map_err(misuse)
        } else {
            weak::sign(&self.pkcs8(), algorithm, message)
        }
    }
}

/// RSASSA-PSS with one digest throughout and a salt as long as it, as RFC 4055 §3.1 recommends.
pub fn pss(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest: digest, salt: digest.output() })
}

pub(super) fn misuse(cause: impl std::fmt::Display) -> Misuse {
    Misuse::new(cause.to_string())
}

/// The first draw that is a scalar of the curve: nearly always the first of all.
fn first(mut draw: impl FnMut() -> Option<rsa::pkcs8::SecretDocument>) -> Result<Key, Misuse> {
    loop {
        if let Some(document) = draw() {
            return Key::from_pkcs8(document.as_bytes());
        }
    }
}

/// `PrivateKeyInfo` with an algorithm identifier without parameters.
fn private_key_info(algorithm: ObjectIdentifier, key: &[u8]) -> Vec<u8> {
    sequence(&[integer(0), algorithm_identifier(algorithm, None), octet_string(key)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Verification;

    const ALL: [KeyParameters; 6] = [
        KeyParameters::Rsa(1024),
        KeyParameters::RsaPss(1024),
        KeyParameters::Ec(Curve::P256),
        KeyParameters::Ec(Curve::P384),
        KeyParameters::Ec(Curve::P521),
        KeyParameters::Ed25519,
    ];

    fn key(parameters: KeyParameters) -> Key {
        Key::generate(parameters, &mut Random::seeded(b"key")).unwrap()
    }

    #[test]
    fn a_seed_decides_the_key() {
        for parameters in ALL {
            assert_eq!(key(parameters).pkcs8(), key(parameters).pkcs8(), "{parameters:?}");
        }
    }

    #[test]
    fn a_key_signs_with_its_own_kind_of_algorithm_only() {
        let ed25519 = key(KeyParameters::Ed25519);
        assert!(ed25519.sign(&SignatureAlgorithm::Ed25519, b"message").is_ok());
        assert!(ed25519.sign(&SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1), b"message").is_err());
    }

    fn verifies(parameters: KeyParameters, algorithm: SignatureAlgorithm) -> bool {
        let key = key(parameters);
        let value = key.sign(&algorithm, b"message").unwrap();
        key.software_key().public_key().verify(&algorithm, Signed::Octets(b"message"), &value) == Verification::Valid
    }

    #[test]
    fn values_that_the_library_does_not_make_hold_too() {
        let sha1 = DigestAlgorithm::Sha1;
        let mixed = PssParameters { digest: DigestAlgorithm::Sha256, mask_digest: sha1, salt: 20 };
        assert!(verifies(KeyParameters::Rsa(1024), SignatureAlgorithm::RsaPkcs1(sha1)));
        assert!(verifies(KeyParameters::Rsa(1024), pss(sha1)));
        assert!(verifies(KeyParameters::Rsa(1024), SignatureAlgorithm::RsaPss(mixed)));
        assert!(verifies(KeyParameters::Ec(Curve::P256), SignatureAlgorithm::Ecdsa(sha1)));
    }
}
