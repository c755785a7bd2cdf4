//! RFC 5280 §4.1.2.7 — Subject Public Key Info

use std::fmt;
use std::sync::{Arc, OnceLock};

use const_oid::ObjectIdentifier;
use der::Decode;
use der::asn1::AnyRef;
use spki::SubjectPublicKeyInfoRef;

use super::algorithm::{
    Curve, DigestAlgorithm, ID_EC_PUBLIC_KEY, ID_ED25519, ID_RSASSA_PSS, PssParameters, RSA_ENCRYPTION, SignatureAlgorithm,
};
use super::identifier::pss;
use super::verification::{Key, Signed, Verification};
use crate::error::Malformed;

const FORMAT: &str = "SubjectPublicKeyInfo";

/// A public key as a certificate carries it. The received octets are kept; a clone shares them.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    spki: Vec<u8>,
    /// Where the content of the BIT STRING lies in `spki`; it is last, so the end is the end.
    subject_public_key: usize,
    kind: KeyKind,
    key: Key,
    sha256: OnceLock<[u8; 32]>,
}

/// What the algorithm identifier of a key says that the key is for (RFC 3279 §2.3, RFC 4055 §3.1, RFC 5480 §2.1.1, RFC 8410 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// `rsaEncryption`: any RSA signature scheme.
    Rsa,
    /// `id-RSASSA-PSS`: this scheme only and, when present, with these parameters (`salt` is then the least number of octets).
    RsaPss(Option<PssParameters>),
    /// `id-ecPublicKey` on a named curve.
    Ec(Curve),
    /// `id-Ed25519`
    Ed25519,
    /// An algorithm or a curve that this crate lacks, by its identifier.
    Unsupported(ObjectIdentifier),
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`. An algorithm or curve that this crate lacks is no error but [`KeyKind::Unsupported`].
    ///
    /// # Errors
    /// [`Malformed`] when the octets are no `SubjectPublicKeyInfo`, or the key in it is none of its own algorithm.
    pub fn from_spki(der: &[u8]) -> Result<Self, Malformed> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|error| malformed(&error, der.len()))?;
        let content = info.subject_public_key.as_bytes().ok_or_else(|| Malformed::new(FORMAT, "key of a broken octet", der.len()))?;
        let subject_public_key = der.len().saturating_sub(content.len());
        let kind = kind(&info, der)?;
        let key = Key::decode(kind, content).map_err(|what| Malformed::new(FORMAT, what, subject_public_key))?;
        Ok(Self(Arc::new(Inner { spki: der.to_vec(), subject_public_key, kind, key, sha256: OnceLock::new() })))
    }

    /// The received `SubjectPublicKeyInfo`.
    pub fn spki(&self) -> &[u8] {
        &self.0.spki
    }

    /// SHA-256 of [`Self::spki`]: the key's name in caches.
    pub fn sha256(&self) -> [u8; 32] {
        *self.0.sha256.get_or_init(|| DigestAlgorithm::sha256(self.spki()))
    }

    /// The content of the BIT STRING `subjectPublicKey`: what key identifiers digest (RFC 5280 §4.2.1.2).
    pub fn subject_public_key(&self) -> &[u8] {
        self.0.spki.get(self.0.subject_public_key..).unwrap_or_default()
    }

    /// The kind of key.
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// Bits of the modulus, or of the order of the curve; `None` for an unsupported kind.
    pub fn bits(&self) -> Option<u32> {
        self.0.key.bits()
    }

    /// Is `value` the signature of this key over `signed`?
    pub fn verify(&self, algorithm: &SignatureAlgorithm, signed: Signed<'_>, value: &[u8]) -> Verification {
        self.0.key.verify(self.0.kind, algorithm, signed, value)
    }
}

fn kind(info: &SubjectPublicKeyInfoRef<'_>, der: &[u8]) -> Result<KeyKind, Malformed> {
    let parameters = info.algorithm.parameters;
    let at = parameters.map_or(0, |any| offset(der, any.value()));
    let wrong = |what: &'static str| Err(Malformed::new(FORMAT, what, at));
    match info.algorithm.oid {
        // RFC 3279 §2.3.1 wants NULL here; keys without it exist, and nothing depends on it.
        RSA_ENCRYPTION if parameters.is_none_or(|any| any.is_null()) => Ok(KeyKind::Rsa),
        RSA_ENCRYPTION => wrong("parameters of rsaEncryption are not NULL"),
        ID_RSASSA_PSS => restricted(parameters).map_err(|malformed| malformed.within(at)),
        ID_EC_PUBLIC_KEY => match parameters {
            Some(any) => Ok(curve(any)),
            None => wrong("id-ecPublicKey without parameters"),
        },
        ID_ED25519 if parameters.is_none() => Ok(KeyKind::Ed25519),
        // RFC 8410 §3
        ID_ED25519 => wrong("id-Ed25519 with parameters"),
        other => Ok(KeyKind::Unsupported(other)),
    }
}

/// RFC 4055 §3.1: parameters of an `id-RSASSA-PSS` key restrict it.
fn restricted(parameters: Option<AnyRef<'_>>) -> Result<KeyKind, Malformed> {
    Ok(match parameters.map(pss).transpose()? {
        None => KeyKind::RsaPss(None),
        Some(SignatureAlgorithm::RsaPss(parameters)) => KeyKind::RsaPss(Some(parameters)),
        Some(SignatureAlgorithm::Unsupported(oid)) => KeyKind::Unsupported(oid),
        Some(_) => KeyKind::Unsupported(ID_RSASSA_PSS),
    })
}

/// RFC 5480 §2.1.1: only named curves; one that is spelt out in full is as good as unknown.
fn curve(parameters: AnyRef<'_>) -> KeyKind {
    match parameters.decode_as::<ObjectIdentifier>() {
        Ok(oid) => Curve::from_oid(oid).map_or(KeyKind::Unsupported(oid), KeyKind::Ec),
        Err(_) => KeyKind::Unsupported(ID_EC_PUBLIC_KEY),
    }
}

/// Where `inner`, a part of `outer`, begins in it.
pub(super) fn offset(outer: &[u8], inner: &[u8]) -> usize {
    inner.as_ptr().addr().saturating_sub(outer.as_ptr().addr())
}

fn malformed(error: &der::Error, end: usize) -> Malformed {
    let at = error.position().and_then(|position| usize::try_from(position).ok()).unwrap_or(end);
    Malformed::new(FORMAT, error.kind().to_string(), at)
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.spki == other.0.spki
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("kind", &self.0.kind).field("bits", &self.bits()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    /// RFC 8410 §10.1
    const ED25519: &str = "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
    /// The key of RFC 6979 appendix A.2.5, compressed.
    const P256: &str =
        "3039301306072a8648ce3d020106082a8648ce3d0301070322000360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";

    fn rsa(parameters: &str, modulus: &str, exponent: &str) -> Vec<u8> {
        use der::Encode;
        use der::asn1::{BitStringRef, UintRef};
        let (modulus, exponent) = (hex(modulus), hex(exponent));
        let integers = [UintRef::new(&modulus).unwrap(), UintRef::new(&exponent).unwrap()];
        let key = integers.to_vec().to_der().unwrap();
        let parameters = hex(parameters);
        let parameters = (!parameters.is_empty()).then(|| AnyRef::from_der(&parameters).unwrap());
        let algorithm = spki::AlgorithmIdentifierRef { oid: RSA_ENCRYPTION, parameters };
        let subject_public_key = BitStringRef::from_bytes(&key).unwrap();
        SubjectPublicKeyInfoRef { algorithm, subject_public_key }.to_der().unwrap()
    }

    #[test]
    fn each_kind_tells_itself_and_its_size() {
        for (der, kind, bits) in [
            (hex(ED25519), KeyKind::Ed25519, Some(256)),
            (hex(P256), KeyKind::Ec(Curve::P256), Some(256)),
            (rsa("0500", &format!("7f{}ff", "00".repeat(254)), "010001"), KeyKind::Rsa, Some(2047)),
            (rsa("", &"ff".repeat(128), "03"), KeyKind::Rsa, Some(1024)),
            (rsa("0500", &"ff".repeat(64), "03"), KeyKind::Rsa, Some(512)),
            (rsa("0500", &"ff".repeat(2048), "03"), KeyKind::Rsa, Some(16_384)),
        ] {
            let key = PublicKey::from_spki(&der).unwrap();
            assert_eq!((key.kind(), key.bits(), key.spki()), (kind, bits, der.as_slice()));
            assert!(der.ends_with(key.subject_public_key()) && !key.subject_public_key().is_empty());
        }
    }

    #[test]
    fn a_key_of_another_algorithm_or_curve_is_unsupported_and_no_error() {
        let x25519 = PublicKey::from_spki(&hex(&ED25519.replace("032b6570", "032b656e"))).unwrap();
        assert_eq!(x25519.kind(), KeyKind::Unsupported(ObjectIdentifier::new_unwrap("1.3.101.110")));
        assert_eq!(x25519.bits(), None);
        let answer = x25519.verify(&SignatureAlgorithm::Ed25519, Signed::Octets(b""), &[0; 64]);
        assert_eq!(answer, Verification::Unsupported("a key of the kind 1.3.101.110".into()));
        let other_curve = PublicKey::from_spki(&hex(&P256.replace("2a8648ce3d030107", "2a8648ce3d030105"))).unwrap();
        assert_eq!(other_curve.kind(), KeyKind::Unsupported(ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.5")));
    }

    #[test]
    fn rsa_keys_too_small_too_large_or_too_slow_verify_nothing() {
        for (modulus, exponent, why) in [
            ("ff".repeat(64), "03", "an RSA modulus of 512 bits"),
            ("ff".repeat(2048), "03", "an RSA modulus of 16384 bits"),
            ("ff".repeat(256), "0200000001", "an RSA modulus or exponent out of range"),
            ("ff".repeat(256), "01", "an RSA modulus or exponent out of range"),
            ("ff".repeat(256), "04", "an RSA modulus or exponent out of range"),
            (format!("{}fe", "ff".repeat(255)), "03", "an RSA modulus or exponent out of range"),
        ] {
            let key = PublicKey::from_spki(&rsa("0500", &modulus, exponent)).unwrap();
            let algorithm = SignatureAlgorithm::RsaPkcs1(crate::crypto::DigestAlgorithm::Sha256);
            assert_eq!(key.verify(&algorithm, Signed::Octets(b""), &[1; 256]), Verification::Unsupported(why.into()));
        }
    }

    #[test]
    fn a_key_that_is_none_of_its_algorithm_is_malformed_where_it_stands() {
        for (der, what, at) in [
            (hex(&P256.replace("0360fed4", "0560fed4")), "not a point of the curve", 26),
            (hex(&P256.replace("9fb6", "9fb7")), "not a point of the curve", 26),
            (hex(&format!("302a300506032b6570032100ed{}7f", "ff".repeat(30))), "not a point of the curve", 12),
            (hex(&ED25519.replace("302a300506032b6570", "302c300706032b65700500")), "id-Ed25519 with parameters", 11),
            (rsa("0400", &"ff".repeat(128), "03"), "parameters of rsaEncryption are not NULL", 18),
        ] {
            let malformed = PublicKey::from_spki(&der).unwrap_err();
            assert_eq!((malformed.what.as_ref(), malformed.at), (what, at));
        }
        assert!(PublicKey::from_spki(&[hex(ED25519), vec![0]].concat()).is_err(), "an octet too many");
    }

    #[test]
    fn a_value_of_one_kind_is_invalid_for_a_key_of_another() {
        let key = PublicKey::from_spki(&hex(P256)).unwrap();
        assert_eq!(key.verify(&SignatureAlgorithm::Ed25519, Signed::Octets(b""), &[0; 64]), Verification::Invalid);
    }
}
