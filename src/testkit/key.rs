//! RFC 5958 §2 — throw-away private keys: made, stored as PKCS#8, signing with any algorithm, the broken ones too

use const_oid::ObjectIdentifier;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPrivateKey};

use super::asn1::{bit_string, integer, null, number, octet_string, oid, sequence};
use super::padding::{pkcs1_v1_5, pss};
use super::random::Random;
use crate::Misuse;
use crate::crypto::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};

/// What kind of key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RFC 8017, a modulus of so many bits
    Rsa(usize),
    /// FIPS 186-5 §6
    Ecdsa(Curve),
    /// RFC 8032 §5.1
    Ed25519,
}

/// A private key for tests and demonstrations. It is not kept from prying eyes in memory: never one for real use.
#[derive(Clone)]
pub struct Key(Secret);

#[derive(Clone)]
enum Secret {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const SECP521R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

impl Key {
    /// A key that `random` decides.
    ///
    /// # Errors
    /// A size of modulus that cannot be.
    pub fn generate(kind: KeyKind, random: &mut Random) -> Result<Self, Misuse> {
        Ok(Self(match kind {
            KeyKind::Rsa(bits) => Secret::Rsa(Box::new(RsaPrivateKey::new(random, bits).map_err(unfit)?)),
            KeyKind::Ecdsa(Curve::P256) => Secret::P256(scalar(|| p256::ecdsa::SigningKey::from_slice(&random.octets::<32>()).ok())),
            KeyKind::Ecdsa(Curve::P384) => Secret::P384(scalar(|| p384::ecdsa::SigningKey::from_slice(&random.octets::<48>()).ok())),
            KeyKind::Ecdsa(Curve::P521) => Secret::P521(scalar(|| {
                let mut octets = random.octets::<66>();
                // The order of the curve has 521 bits: one of the first octet's eight.
                octets.first_mut().into_iter().for_each(|first| *first &= 1);
                p521::ecdsa::SigningKey::from_slice(&octets).ok()
            })),
            KeyKind::Ed25519 => Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&random.octets())),
        }))
    }

    /// The key in a `PrivateKeyInfo`, DER.
    ///
    /// # Errors
    /// Where it is none, or of a kind that is not in [`KeyKind`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Misuse> {
        let rsa = || RsaPrivateKey::from_pkcs8_der(der).ok().map(|key| Secret::Rsa(Box::new(key)));
        let p256 = || p256::ecdsa::SigningKey::from_pkcs8_der(der).ok().map(Secret::P256);
        let p384 = || p384::ecdsa::SigningKey::from_pkcs8_der(der).ok().map(Secret::P384);
        let p521 = || p521::ecdsa::SigningKey::from_pkcs8_der(der).ok().map(Secret::P521);
        let found = rsa().or_else(p256).or_else(p384).or_else(p521).or_else(|| ed25519_from_pkcs8(der));
        found.map(Self).ok_or_else(|| Misuse::new("not a PKCS#8 key of RSA, P-256, P-384, P-521 or Ed25519"))
    }

    /// `PrivateKeyInfo`, DER (RFC 5208 §5; RFC 8410 §7).
    ///
    /// # Errors
    /// None in practice: the encoders of the key crates can fail.
    pub fn pkcs8(&self) -> Result<Vec<u8>, Misuse> {
        let document = match &self.0 {
            Secret::Rsa(key) => key.to_pkcs8_der(),
            Secret::P256(key) => key.to_pkcs8_der(),
            Secret::P384(key) => key.to_pkcs8_der(),
            Secret::P521(key) => key.to_pkcs8_der(),
            Secret::Ed25519(key) => {
                return Ok(sequence(&[number(0), sequence(&[oid(ED25519)]), octet_string(&octet_string(key.as_bytes()))]));
            }
        };
        Ok(document.map_err(unfit)?.as_bytes().to_vec())
    }

    /// `SubjectPublicKeyInfo`, DER (RFC 5280 §4.1.2.7).
    pub fn public_key_info(&self) -> Vec<u8> {
        let (algorithm, key) = self.public_key();
        sequence(&[algorithm, bit_string(&key)])
    }

    /// The key identifier of RFC 5280 §4.2.1.2 (1): SHA-1 of the public key's octets.
    pub fn identifier(&self) -> Vec<u8> {
        DigestAlgorithm::Sha1.digest(&self.public_key().1)
    }

    /// `AlgorithmIdentifier` and the octets of `subjectPublicKey` (RFC 3279 §2.3.1, RFC 5480 §2.1, RFC 8410 §4).
    fn public_key(&self) -> (Vec<u8>, Vec<u8>) {
        let curve = |curve| sequence(&[oid(EC_PUBLIC_KEY), oid(curve)]);
        match &self.0 {
            Secret::Rsa(key) => {
                (sequence(&[oid(RSA), null()]), sequence(&[integer(&key.n().to_be_bytes()), integer(&key.e().to_be_bytes())]))
            }
            Secret::P256(key) => (curve(SECP256R1), key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Secret::P384(key) => (curve(SECP384R1), key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Secret::P521(key) => (curve(SECP521R1), key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Secret::Ed25519(key) => (sequence(&[oid(ED25519)]), key.verifying_key().to_bytes().to_vec()),
        }
    }

    /// The algorithm that this key signs with where the caller names none.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        match &self.0 {
            Secret::Rsa(_) => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            Secret::P256(_) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
            Secret::P384(_) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384),
            Secret::P521(_) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512),
            Secret::Ed25519(_) => SignatureAlgorithm::Ed25519,
        }
    }

    /// The signature value of `message`, the same for the same message every time: the salt of PSS comes from the message.
    ///
    /// # Errors
    /// An algorithm of another kind of key; a modulus too short for digest and salt.
    pub fn sign(&self, algorithm: &SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, Misuse> {
        match (&self.0, algorithm) {
            (Secret::Rsa(key), SignatureAlgorithm::RsaPkcs1(digest)) => raw_rsa(key, &pkcs1_v1_5(*digest, message, key.size())?),
            (Secret::Rsa(key), SignatureAlgorithm::RsaPss(parameters)) => raw_rsa(key, &pss(parameters, message, key.n().bits())?),
            (Secret::P256(key), SignatureAlgorithm::Ecdsa(digest)) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&digest.digest(message)).map_err(unfit)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            (Secret::P384(key), SignatureAlgorithm::Ecdsa(digest)) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&digest.digest(message)).map_err(unfit)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            (Secret::P521(key), SignatureAlgorithm::Ecdsa(digest)) => {
                let signature: p521::ecdsa::Signature = key.sign_prehash(&digest.digest(message)).map_err(unfit)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            (Secret::Ed25519(key), SignatureAlgorithm::Ed25519) => Ok(ed25519_dalek::Signer::sign(key, message).to_bytes().to_vec()),
            _ => Err(Misuse::new(format!("this key cannot sign with {algorithm}"))),
        }
    }

    /// RSASSA-PSS with one digest throughout and a salt as long as it (RFC 4055 §3.1's recommendation).
    pub fn pss(digest: DigestAlgorithm) -> SignatureAlgorithm {
        SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest: digest, salt: digest.output() })
    }
}

fn unfit(cause: impl std::fmt::Display) -> Misuse {
    Misuse::new(cause.to_string())
}

/// The first draw that is a scalar of the curve: nearly always the first of all.
fn scalar<K>(mut draw: impl FnMut() -> Option<K>) -> K {
    loop {
        if let Some(key) = draw() {
            return key;
        }
    }
}

/// The encoding that [`Key::pkcs8`] writes, and no other.
fn ed25519_from_pkcs8(der: &[u8]) -> Option<Secret> {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let seed = der.strip_prefix(&head)?.try_into().ok()?;
    Some(Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)))
}

/// RSASP1 (RFC 8017 §5.2.1) of an encoded message, whatever it is.
fn raw_rsa(key: &RsaPrivateKey, encoded: &[u8]) -> Result<Vec<u8>, Misuse> {
    let bits = u32::try_from(key.size() * 8).map_err(unfit)?;
    let message = BoxedUint::from_be_slice(encoded, bits).map_err(|_| Misuse::new("the encoded message is longer than the modulus"))?;
    // The blinding hides the key and leaves the value as it is; here no one listens.
    let value = rsa::hazmat::rsa_decrypt_and_check(key, Some(&mut Random::seeded(encoded)), &message).map_err(unfit)?;
    let octets = value.to_be_bytes();
    let surplus = octets.len().saturating_sub(key.size());
    Ok(octets.iter().skip(surplus).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: [KeyKind; 4] = [KeyKind::Ecdsa(Curve::P256), KeyKind::Ecdsa(Curve::P384), KeyKind::Ecdsa(Curve::P521), KeyKind::Ed25519];

    #[test]
    fn a_key_comes_back_from_its_file() {
        for kind in SMALL {
            let key = Key::generate(kind, &mut Random::seeded(b"key")).unwrap();
            let again = Key::from_pkcs8(&key.pkcs8().unwrap()).unwrap();
            assert_eq!(again.public_key_info(), key.public_key_info(), "{kind:?}");
        }
    }

    #[test]
    fn a_file_cut_short_is_no_key() {
        for kind in SMALL {
            let file = Key::generate(kind, &mut Random::seeded(b"key")).unwrap().pkcs8().unwrap();
            assert!(Key::from_pkcs8(&file[..file.len() - 1]).is_err(), "{kind:?}");
        }
    }

    #[test]
    fn a_key_signs_with_its_own_kind_of_algorithm_only() {
        let key = Key::generate(KeyKind::Ed25519, &mut Random::seeded(b"key")).unwrap();
        assert!(key.sign(&SignatureAlgorithm::Ed25519, b"message").is_ok());
        assert!(key.sign(&SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256), b"message").is_err());
    }

    /// Judged by the verifier of another crate, which reads both encodings itself.
    #[test]
    fn rsa_values_hold() {
        let Secret::Rsa(key) = Key::generate(KeyKind::Rsa(1024), &mut Random::seeded(b"rsa")).unwrap().0 else { unreachable!() };
        let kit = Key(Secret::Rsa(key.clone()));
        let digest = DigestAlgorithm::Sha256.digest(b"message");
        let pss = kit.sign(&Key::pss(DigestAlgorithm::Sha256), b"message").unwrap();
        key.to_public_key().verify(rsa::Pss::<sha2::Sha256>::new(), &digest, &pss).unwrap();
        let old = kit.sign(&kit.algorithm(), b"message").unwrap();
        let unprefixed = rsa::Pkcs1v15Sign { hash_len: Some(32), prefix: SHA256_INFO.into() };
        key.to_public_key().verify(unprefixed, &digest, &old).unwrap();
    }

    /// RFC 8017 §9.2, note 1.
    const SHA256_INFO: [u8; 19] = [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
}
