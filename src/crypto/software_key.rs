//! FIPS 186-5 §5, §6, §7 — Signing with a key in memory

use std::fmt;

use ecdsa::EcdsaCurve;
use ecdsa::elliptic_curve::{CurveArithmetic, NonZeroScalar};
use ecdsa::hazmat::sign_prehashed_rfc6979;
use ed25519_dalek::Signer;
use rsa::BoxedUint;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use zeroize::Zeroizing;

use super::algorithm::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
use super::drbg::HmacDrbg;
use super::emsa;
use super::private_key::{self, Secret, Unread};
use super::public_key::{KeyKind, PublicKey};
use super::verification::{Signed, hash, permits};
use crate::error::Malformed;

/// A private key in memory: zeroised when dropped, never shown.
pub struct SoftwareKey {
    secret: Secret,
    pkcs8: Zeroizing<Vec<u8>>,
    public_key: PublicKey,
}

/// Why no signature was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningFailed {
    /// The key is of another kind or too short, its own parameters forbid it, or the algorithm is for verification only.
    #[error("this key does not sign with {0}")]
    Algorithm(SignatureAlgorithm),
    /// The digest given cannot be one of the algorithm's.
    #[error("a digest of {actual} octets where {algorithm} needs one of {expected}")]
    DigestLength {
        /// The algorithm that was asked for.
        algorithm: SignatureAlgorithm,
        /// Octets of its digest.
        expected: usize,
        /// Octets given.
        actual: usize,
    },
    /// Ed25519 reads the message twice: no digest can stand for it.
    #[error("Ed25519 signs the octets themselves, not a digest of them")]
    OctetsNeeded,
    /// The result did not verify: parts of the key are wrong, or the machine is.
    #[error("the private key operation failed its own check")]
    Fault,
}

impl SoftwareKey {
    /// Reads a DER PKCS#8 `PrivateKeyInfo` or `OneAsymmetricKey` (RFC 5958 §2).
    ///
    /// # Errors
    /// [`Malformed`] when the octets are none, or the key in them is not one that this crate signs with.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, Malformed> {
        Ok(Self::read(Zeroizing::new(der.to_vec()))?)
    }

    /// Reads a DER `RSAPrivateKey` (RFC 8017 appendix A.1.2), the content of `RSA PRIVATE KEY`.
    ///
    /// # Errors
    /// As [`Self::from_pkcs8_der`].
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, Malformed> {
        Ok(Self::read_pkcs1(der)?)
    }

    /// Reads a DER `ECPrivateKey` (RFC 5915 §3), the content of `EC PRIVATE KEY`.
    ///
    /// # Errors
    /// As [`Self::from_pkcs8_der`].
    pub fn from_sec1_der(der: &[u8]) -> Result<Self, Malformed> {
        Ok(Self::read_sec1(der)?)
    }

    pub(crate) fn read_pkcs1(der: &[u8]) -> Result<Self, Unread> {
        Self::wrapped(private_key::wrap_pkcs1(der)?, der)
    }

    pub(crate) fn read_sec1(der: &[u8]) -> Result<Self, Unread> {
        Self::wrapped(private_key::wrap_sec1(der)?, der)
    }

    pub(crate) fn read(pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, Unread> {
        let (secret, public_key) = private_key::read(&pkcs8)?;
        match public_key.kind() {
            KeyKind::Unsupported(oid) => Err(Unread::Unsupported(oid)),
            _ => Ok(Self { secret, pkcs8, public_key }),
        }
    }

    /// As [`Self::read`], with faults told at their place in the `received` octets at the end of `pkcs8`.
    fn wrapped(pkcs8: Zeroizing<Vec<u8>>, received: &[u8]) -> Result<Self, Unread> {
        let before = u64::try_from(pkcs8.len().saturating_sub(received.len())).unwrap_or(0);
        Self::read(pkcs8).map_err(|unread| match unread {
            Unread::Malformed(malformed) => Unread::Malformed(Malformed { at: malformed.at.saturating_sub(before), ..malformed }),
            other => other,
        })
    }

    /// The public key, as it stands in the certificate.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The key as DER PKCS#8: as it was received, or with what it was received in wrapped around it.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    /// What this key signs with unless told otherwise: for RSA what every verifier knows, for a curve the digest of its size.
    pub fn default_algorithm(&self) -> SignatureAlgorithm {
        match self.public_key.kind() {
            KeyKind::RsaPss(Some(parameters)) => SignatureAlgorithm::RsaPss(parameters),
            KeyKind::RsaPss(None) => SignatureAlgorithm::RsaPss(PssParameters {
                digest: DigestAlgorithm::Sha256,
                mask_digest: DigestAlgorithm::Sha256,
                salt: DigestAlgorithm::Sha256.output(),
            }),
            KeyKind::Ec(Curve::P256) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
            KeyKind::Ec(Curve::P384) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384),
            KeyKind::Ec(Curve::P521) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512),
            KeyKind::Ed25519 => SignatureAlgorithm::Ed25519,
            KeyKind::Rsa | KeyKind::Unsupported(_) => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
        }
    }

    /// Can this key sign with `algorithm`? SHA-1 never signs, and an algorithm without an identifier could not be told to anybody.
    pub fn supports(&self, algorithm: &SignatureAlgorithm) -> bool {
        let kind = self.public_key.kind();
        let known = algorithm.to_identifier().is_some() && algorithm.digest() != Some(DigestAlgorithm::Sha1);
        known
            && match (&self.secret, algorithm) {
                (Secret::Rsa(_), SignatureAlgorithm::RsaPkcs1(_)) => kind == KeyKind::Rsa,
                (Secret::Rsa(key), SignatureAlgorithm::RsaPss(parameters)) => {
                    let needed = parameters.digest.output().saturating_add(parameters.salt).saturating_add(2);
                    permits(kind, parameters) && parameters.mask_digest != DigestAlgorithm::Sha1 && needed <= pss_bits(key).div_ceil(8)
                }
                // RFC 6979 needs HMAC, and SHAKE has none.
                (Secret::P256(_) | Secret::P384(_) | Secret::P521(_), SignatureAlgorithm::Ecdsa(digest)) => !digest.extendable(),
                (Secret::Ed25519(_), SignatureAlgorithm::Ed25519) => true,
                _ => false,
            }
    }

    /// The signature value over `signed`: for the same key, algorithm and message the same octets every time.
    ///
    /// # Errors
    /// [`SigningFailed`] says why there is none.
    pub fn sign(&self, algorithm: &SignatureAlgorithm, signed: Signed<'_>) -> Result<Vec<u8>, SigningFailed> {
        if !self.supports(algorithm) {
            return Err(SigningFailed::Algorithm(*algorithm));
        }
        match (&self.secret, algorithm.digest(), signed) {
            (Secret::Ed25519(key), _, Signed::Octets(octets)) => Ok(key.sign(octets).to_vec()),
            (Secret::Ed25519(_), ..) => Err(SigningFailed::OctetsNeeded),
            (_, Some(digest), Signed::Digest(given)) if given.len() != digest.output() => {
                Err(SigningFailed::DigestLength { algorithm: *algorithm, expected: digest.output(), actual: given.len() })
            }
            (secret, Some(digest), signed) => {
                hash(signed, digest).and_then(|hash| sign_hash(secret, algorithm, digest, &hash)).ok_or(SigningFailed::Fault)
            }
            (_, None, _) => Err(SigningFailed::Algorithm(*algorithm)),
        }
    }
}

fn sign_hash(secret: &Secret, algorithm: &SignatureAlgorithm, digest: DigestAlgorithm, hash: &[u8]) -> Option<Vec<u8>> {
    match secret {
        Secret::Rsa(key) => rsa(key, algorithm, hash),
        Secret::P256(key) => Curve::P256.value_from_concatenation(&ecdsa(key.as_nonzero_scalar(), digest, hash)?.to_bytes()),
        Secret::P384(key) => Curve::P384.value_from_concatenation(&ecdsa(key.as_nonzero_scalar(), digest, hash)?.to_bytes()),
        Secret::P521(key) => Curve::P521.value_from_concatenation(&ecdsa(key.as_nonzero_scalar(), digest, hash)?.to_bytes()),
        Secret::Ed25519(_) => None,
    }
}

/// `emBits` of RFC 8017 §8.1.1: one bit less than the modulus.
fn pss_bits(key: &rsa::RsaPrivateKey) -> usize {
    usize::try_from(key.n().bits_vartime()).unwrap_or(0).saturating_sub(1)
}

/// RSASSA-PKCS1-V1_5-SIGN and RSASSA-PSS-SIGN, RFC 8017 §8.2.1 and §8.1.1.
fn rsa(key: &rsa::RsaPrivateKey, algorithm: &SignatureAlgorithm, hash: &[u8]) -> Option<Vec<u8>> {
    let private = Zeroizing::new(key.d().to_be_bytes());
    let mut drbg = HmacDrbg::new(&private, hash, algorithm.to_string().as_bytes());
    let encoded = match algorithm {
        SignatureAlgorithm::RsaPkcs1(digest) => emsa::pkcs1_v1_5(*digest, emsa::Parameters::Null, hash, key.size())?,
        SignatureAlgorithm::RsaPss(parameters) => {
            let mut salt = vec![0; parameters.salt];
            drbg.fill(&mut salt);
            emsa::pss_encode(*parameters, hash, &salt, pss_bits(key))?
        }
        _ => return None,
    };
    let number = BoxedUint::from_be_slice(&encoded, key.n_bits_precision()).ok()?;
    // Blinded, and the result raised to the public exponent again: a faulty CRT half would otherwise give the factors away.
    let value = rsa::hazmat::rsa_decrypt_and_check(key, Some(&mut drbg), &number).ok()?.to_be_bytes();
    value.split_at_checked(value.len().checked_sub(key.size())?).map(|(_, value)| value.to_vec())
}

/// FIPS 186-5 §6.4.1 with the nonce of RFC 6979 §3.2, whose HMAC uses the digest of the message.
fn ecdsa<C: EcdsaCurve + CurveArithmetic>(key: &NonZeroScalar<C>, digest: DigestAlgorithm, hash: &[u8]) -> Option<ecdsa::Signature<C>> {
    let signature = match digest {
        DigestAlgorithm::Sha224 => sign_prehashed_rfc6979::<C, sha2::Sha224>(key, hash, &[]),
        DigestAlgorithm::Sha256 => sign_prehashed_rfc6979::<C, sha2::Sha256>(key, hash, &[]),
        DigestAlgorithm::Sha384 => sign_prehashed_rfc6979::<C, sha2::Sha384>(key, hash, &[]),
        DigestAlgorithm::Sha512 => sign_prehashed_rfc6979::<C, sha2::Sha512>(key, hash, &[]),
        DigestAlgorithm::Sha3_224 => sign_prehashed_rfc6979::<C, sha3::Sha3_224>(key, hash, &[]),
        DigestAlgorithm::Sha3_256 => sign_prehashed_rfc6979::<C, sha3::Sha3_256>(key, hash, &[]),
        DigestAlgorithm::Sha3_384 => sign_prehashed_rfc6979::<C, sha3::Sha3_384>(key, hash, &[]),
        DigestAlgorithm::Sha3_512 => sign_prehashed_rfc6979::<C, sha3::Sha3_512>(key, hash, &[]),
        DigestAlgorithm::Sha1
        | DigestAlgorithm::Sha512_224
        | DigestAlgorithm::Sha512_256
        | DigestAlgorithm::Shake128
        | DigestAlgorithm::Shake256 => return None,
    };
    Some(signature.0)
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareKey").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    /// The key of RFC 6979 appendix A.2.5 as `ECPrivateKey` with its curve.
    fn p256() -> SoftwareKey {
        let mut der = hex("3031020101" /* version */);
        der.extend(hex("0420C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"));
        der.extend(hex("A00A06082A8648CE3D030107"));
        SoftwareKey::from_sec1_der(&der).unwrap()
    }

    /// The key of RFC 8032 §7.1 test 2 as PKCS#8.
    fn ed25519() -> SoftwareKey {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        SoftwareKey::from_pkcs8_der(&hex(&format!("302e020100300506032b657004220420{seed}"))).unwrap()
    }

    fn concatenation(r: &str, s: &str) -> Vec<u8> {
        Curve::P256.value_from_concatenation(&hex(&[r, s].concat())).unwrap()
    }

    /// RFC 6979 appendix A.2.5, the message "sample".
    #[test]
    fn ecdsa_nonces_are_those_of_rfc_6979() {
        let sha256 = concatenation(
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        );
        let sha512 = concatenation(
            "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
            "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE",
        );
        let sign = |digest| p256().sign(&SignatureAlgorithm::Ecdsa(digest), Signed::Octets(b"sample")).unwrap();
        assert_eq!(sign(DigestAlgorithm::Sha256), sha256);
        assert_eq!(sign(DigestAlgorithm::Sha512), sha512);
    }

    #[test]
    fn ed25519_signs_octets_and_no_digest() {
        let value = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        assert_eq!(ed25519().sign(&SignatureAlgorithm::Ed25519, Signed::Octets(&[0x72])).unwrap(), hex(value));
        assert_eq!(ed25519().sign(&SignatureAlgorithm::Ed25519, Signed::Digest(&[0; 64])), Err(SigningFailed::OctetsNeeded));
    }

    #[test]
    fn a_digest_stands_for_its_octets_and_one_of_another_length_for_nothing() {
        let algorithm = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256);
        let digest = DigestAlgorithm::Sha256.digest(b"abc");
        let value = p256().sign(&algorithm, Signed::Octets(b"abc")).unwrap();
        assert_eq!(p256().sign(&algorithm, Signed::Digest(&digest)).unwrap(), value);
        let failed = p256().sign(&algorithm, Signed::Digest(&digest[..31])).unwrap_err();
        assert_eq!(failed.to_string(), "a digest of 31 octets where ECDSA SHA-256 needs one of 32");
        assert_eq!(p256().public_key().verify(&algorithm, Signed::Digest(&digest[..31]), &value), super::super::Verification::Invalid);
    }

    #[test]
    fn sha_1_and_algorithms_of_other_keys_sign_nothing() {
        for algorithm in [
            SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1),
            SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512_256),
            SignatureAlgorithm::Ecdsa(DigestAlgorithm::Shake128),
            SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            SignatureAlgorithm::Ed25519,
        ] {
            assert!(!p256().supports(&algorithm), "{algorithm}");
            assert_eq!(p256().sign(&algorithm, Signed::Octets(b"abc")), Err(SigningFailed::Algorithm(algorithm)));
        }
    }

    #[test]
    fn what_is_shown_of_a_key_is_public() {
        let shown = format!("{:?}", ed25519());
        assert_eq!(shown, "SoftwareKey { public_key: PublicKey { kind: Ed25519, bits: Some(256), .. }, .. }");
    }

    #[test]
    fn a_key_that_contradicts_itself_is_malformed_at_its_place() {
        // RFC 8410 §10.3 in form: version 1 with a public key, here of another seed.
        let mut der = hex("3051020101300506032b657004220420");
        der.extend([1; 32]);
        der.extend(hex("812100"));
        der.extend([2; 32]);
        let malformed = SoftwareKey::from_pkcs8_der(&der).unwrap_err();
        assert_eq!((malformed.what.as_ref(), malformed.at), ("the public key beside the private key is not its own", 14));
        let malformed = SoftwareKey::from_sec1_der(&hex("3006020101040100")).unwrap_err();
        assert_eq!(malformed.what, "an ECPrivateKey without its curve");
        let malformed = SoftwareKey::from_sec1_der(&hex("3012020101040100A00A06082A8648CE3D030107")).unwrap_err();
        assert_eq!((malformed.what.as_ref(), malformed.at), ("a private key out of the range of its curve", 0));
    }
}
